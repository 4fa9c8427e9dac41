/* types.c: item definitions → types with allowed values; checking values against them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

const DType *type_any(void)
{
    static const DType any = {.name = STR_INIT("Any"), .state = 2};
    return &any;
}

static uint8_t simple_kind(const DType *t)
{
    if (t->constrained || t->collection || t->feel == NULL || t->member_count > 0 || t->result != NULL) {
        return 0;
    }
    FeelKind kind = feel_type_kind(t->feel);
    bool simple = kind >= FEEL_BOOLEAN && kind <= FEEL_YEARS_DURATION && t->feel == feel_type_basic(kind);
    return simple ? (uint8_t)kind : 0;
}

static const DType *builtin_find(DmnModel *m, Str name)
{
    const FeelType *feel = feel_type_by_name(name);
    if (feel == NULL) {
        return NULL;
    }
    if (feel == feel_type_any()) {
        return type_any();
    }
    DType *t = ARENA_NEW(m->a, DType);
    t->name = name;
    t->feel = feel;
    t->state = 2;
    t->simple = simple_kind(t);
    return t;
}

static void type_resolve(DmnModel *m, DType *t);

static const DType *item_find(DmnModel *m, Str name)
{
    DType *t = map_get(&m->types, name);
    if (t != NULL) {
        type_resolve(m, t);
        return t;
    }
    for (size_t i = 0; i < m->import_count; i++) {
        const Import *im = &m->imports[i];
        if (im->name.len == 0) {
            t = map_get(&im->model->types, name);
        } else if (name.len > im->name.len && str_starts(name, im->name) && name.ptr[im->name.len] == '.') {
            const DType *found = item_find(im->model, str_sub(name, im->name.len + 1, name.len));
            if (found != NULL) {
                return found;
            }
        }
        if (t != NULL) {
            return t;
        }
    }
    return NULL;
}

/* A qualified name, as DMN 1.1 wrote them: feel:number, or an item definition of the namespace that the prefix means.
 */
static const DType *qualified_find(DmnModel *m, Str prefix, Str name)
{
    Str ns = xml_prefix_ns(m->root, prefix);
    const DType *t = str_eq(ns, m->ns) ? item_find(m, name) : NULL;
    for (size_t i = 0; i < m->import_count && t == NULL; i++) {
        t = str_eq(ns, m->imports[i].model->ns) ? item_find(m->imports[i].model, name) : NULL;
    }
    return t != NULL ? t : builtin_find(m, name);
}

const DType *type_find(DmnModel *m, Str ref, Str element, int line)
{
    Str name = str_trim(ref);
    if (name.len == 0 || str_eq_c(name, "<Undefined>")) {
        return type_any();
    }
    const DType *t = item_find(m, name);
    if (t == NULL) {
        t = builtin_find(m, name);
    }
    size_t colon = str_find(name, STR(":"), 0);
    if (t == NULL && colon != SIZE_MAX) {
        t = qualified_find(m, str_sub(name, 0, colon), str_sub(name, colon + 1, name.len));
    }
    if (t == NULL) {
        problem_add(m, element, line, "there is no type \"%.*s\"", STR_ARG(name));
        return type_any();
    }
    /* A definition that is still being read refers to itself: its own place in itself is not checked. */
    return t->state == 1 ? type_any() : t;
}

static Str tests_text(Arena *a, const XmlNode *n)
{
    return str_trim(xml_text(a, xml_child(n, "text")));
}

static const FeelCode *tests_read(DmnModel *m, const XmlNode *n, Str element, Str *ret_text)
{
    if (n == NULL) {
        return NULL;
    }
    Str text = tests_text(m->a, n);
    const FeelCode *code = NULL;
    Err err = {0};
    if (text.len == 0) {
        return NULL;
    }
    if (ret_text != NULL) {
        *ret_text = text;
    }
    if (!feel_compile_tests(m->a, m->types_scope, text, &code, &err)) {
        problem_add(m, element, n->line, "allowed values: %s", err.text);
        return NULL;
    }
    return code;
}

static const FeelType *context_feel(DmnModel *m, const DType *t)
{
    FeelMember *members = ARENA_ARRAY(m->a, FeelMember, t->member_count);
    for (size_t i = 0; i < t->member_count; i++) {
        const FeelType *f = t->members[i].type->feel;
        members[i] = (FeelMember){t->members[i].name, f != NULL ? f : feel_type_any()};
    }
    return feel_type_context(m->a, members, t->member_count);
}

static void members_read(DmnModel *m, DType *t)
{
    size_t count = xml_count(t->xml, "itemComponent"), i = 0;
    DTypeMember *members = ARENA_ARRAY(m->a, DTypeMember, count);
    for (const XmlNode *c = xml_child(t->xml, "itemComponent"); c != NULL; c = xml_next_same(c)) {
        DType *inner = ARENA_NEW(m->a, DType);
        inner->xml = c;
        inner->name = str_trim(xml_attr(c, "name"));
        type_resolve(m, inner);
        members[i++] = (DTypeMember){inner->name, inner};
        t->constrained |= inner->constrained;
    }
    t->members = members;
    t->member_count = count;
    t->feel = context_feel(m, t);
}

static void function_read(DmnModel *m, DType *t, const XmlNode *item)
{
    size_t count = xml_count(item, "parameters"), i = 0;
    const FeelType **params = ARENA_ARRAY(m->a, const FeelType *, count);
    for (const XmlNode *p = xml_child(item, "parameters"); p != NULL; p = xml_next_same(p)) {
        const FeelType *f = type_find(m, xml_attr(p, "typeRef"), t->name, p->line)->feel;
        params[i++] = f != NULL ? f : feel_type_any();
    }
    t->result = type_find(m, xml_attr(item, "outputTypeRef"), t->name, item->line);
    t->feel = feel_type_function(m->a, params, count, t->result->feel != NULL ? t->result->feel : feel_type_any());
}

static void type_read(DmnModel *m, DType *t);

static void type_resolve(DmnModel *m, DType *t)
{
    Loader *l = m->loader;
    if (t->state != 0 || t->xml == NULL) {
        return;
    }
    if (l->type_depth >= DMN_TYPE_DEPTH) {
        problem_add(m, t->name, t->xml->line, "types refer to each other more than %d deep", DMN_TYPE_DEPTH);
        t->state = 2;
        return;
    }
    l->type_depth++;
    type_read(m, t);
    l->type_depth--;
}

static void type_read(DmnModel *m, DType *t)
{
    t->state = 1;
    const XmlNode *ref = xml_child(t->xml, "typeRef"), *function = xml_child(t->xml, "functionItem");
    t->collection = str_eq_c(xml_attr(t->xml, "isCollection"), "true");
    t->allowed = tests_read(m, xml_child(t->xml, "allowedValues"), t->name, &t->allowed_text);
    t->constraint =
        tests_read(m, xml_child(t->xml, "typeConstraint"), t->name, t->collection ? NULL : &t->allowed_text);
    if (!t->collection && t->constraint != NULL && t->allowed == NULL) {
        t->allowed = t->constraint; /* of a single value both mean the same */
        t->constraint = NULL;
    }
    t->constrained = t->allowed != NULL || t->constraint != NULL;
    if (xml_child(t->xml, "itemComponent") != NULL) {
        members_read(m, t);
    } else if (function != NULL) {
        function_read(m, t, function);
    } else if (ref != NULL) {
        Str name = str_trim(xml_text(m->a, ref));
        const DType *base = str_eq(name, t->name) ? builtin_find(m, name) : type_find(m, name, t->name, ref->line);
        t->base = base != NULL ? base : type_any();
        t->feel = t->base->feel;
        t->members = t->base->members;
        t->member_count = t->base->member_count;
        t->constrained |= t->base->constrained;
        t->result = t->base->result;
        if (t->allowed_text.len == 0 && !t->base->collection) {
            t->allowed_text = t->base->allowed_text;
        }
    }
    if (t->collection) {
        t->feel = feel_type_list(m->a, t->feel != NULL ? t->feel : feel_type_any());
    }
    t->simple = simple_kind(t);
    t->state = 2;
}

void types_read(DmnModel *m)
{
    for (XmlNode *n = xml_child(m->root, "itemDefinition"); n != NULL; n = xml_next_same(n)) {
        DType *t = ARENA_NEW(m->a, DType);
        t->xml = n;
        t->name = str_trim(xml_attr(n, "name"));
        if (t->name.len == 0 || map_get(&m->types, t->name) != NULL) {
            problem_add(m, t->name, n->line, "an item definition has no name of its own");
            continue;
        }
        map_set(&m->types, t->name, t);
    }
    for (size_t i = 0; i < m->types.count; i++) {
        DType *t = m->types.entries[i].value;
        type_resolve(m, t);
        feel_scope_add_type(m->types_scope, t->name, t->feel != NULL ? t->feel : feel_type_any());
    }
    for (size_t i = 0; i < m->import_count; i++) { /* imported types under their prefix */
        const Import *im = &m->imports[i];
        for (size_t j = 0; j < im->model->types.count; j++) {
            const DType *t = im->model->types.entries[j].value;
            Str name = im->name.len == 0 ? t->name : str_printf(m->a, "%.*s.%.*s", STR_ARG(im->name), STR_ARG(t->name));
            feel_scope_add_type(m->types_scope, name, t->feel != NULL ? t->feel : feel_type_any());
        }
    }
}

/* ---- Checking -------------------------------------------------------------------------------------------------- */

static bool tests_hold(FeelRun *run, const FeelCode *tests, Value v)
{
    return tests == NULL || feel_is_true(feel_test(run, tests, NULL, v));
}

/* Allowed values only; the kind was checked before. A null is always allowed: it says that a fact is missing. */
static bool values_allowed(FeelRun *run, Value v, const DType *t, bool as_item)
{
    if (!t->constrained || v.kind == FEEL_NULL) {
        return true;
    }
    if (t->collection && !as_item) {
        const Value *items = feel_items(v);
        if (v.kind != FEEL_LIST || !tests_hold(run, t->constraint, v)) {
            return false;
        }
        for (size_t i = 0; i < v.len; i++) {
            if (!values_allowed(run, items[i], t, true)) {
                return false;
            }
        }
        return true;
    }
    if (!tests_hold(run, t->allowed, v)) {
        return false;
    }
    if (t->base != NULL) {
        return values_allowed(run, v, t->base, false);
    }
    for (size_t i = 0; i < t->member_count && v.kind == FEEL_CONTEXT; i++) {
        if (!values_allowed(run, feel_get(v, t->members[i].name), t->members[i].type, false)) {
            return false;
        }
    }
    return true;
}

Value type_check_closer(FeelRun *run, Value v, const DType *t, Str what)
{
    if (type_is_any(t) || v.kind == FEEL_NULL) {
        return v;
    }
    Value fit = t->feel != NULL ? feel_coerce(run, v, t->feel) : v;
    if (fit.kind == FEEL_NULL) {
        return feel_error(run, "%.*s: the value is not of type %.*s", STR_ARG(what), STR_ARG(t->name));
    }
    if (t->constrained && !values_allowed(run, fit, t, false)) {
        return feel_error(run, "%.*s: the value is not among the allowed values of %.*s", STR_ARG(what),
                          STR_ARG(t->name));
    }
    return fit;
}
