/* boxed.c: XML of boxed expressions → expressions with compiled code and slots. Evaluation is in boxed_eval.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

typedef void (*ExprReader)(Build *b, const XmlNode *n, FeelScope *scope, Expr *e);

static void frame_note(Build *b, const FeelScope *scope)
{
    int size = feel_scope_size(scope);
    b->frame = size > b->frame ? size : b->frame;
}

/* A new scope inside `outer` with one more name. */
static FeelScope *scope_with(Build *b, FeelScope *outer, Str name, const FeelType *type, int *ret_slot)
{
    FeelScope *s = feel_scope_new(b->m->a, outer);
    *ret_slot = feel_scope_add(s, name, type);
    frame_note(b, s);
    return s;
}

const DType *build_type(Build *b, const XmlNode *n)
{
    Str ref = n != NULL ? xml_attr(n, "typeRef") : STR("");
    return ref.len == 0 ? NULL : type_find(b->m, ref, b->owner, n->line);
}

void build_literal(Build *b, FeelScope *scope, Str text, Expr *e)
{
    Err err = {0};
    e->kind = EXPR_LITERAL;
    e->text = text;
    e->scope = scope;
    if (str_trim(text).len == 0) {
        e->problem = STR("the expression is empty");
        return;
    }
    frame_note(b, scope);
    if (!feel_compile(b->m->a, scope, text, &e->code, &err)) {
        e->code = NULL;
        e->problem = str_copy(b->m->a, str_from_c(err.text));
        problem_add(b->m, b->owner, e->line, "%.*s: %s", STR_ARG(str_sub(str_trim(text), 0, 60)), err.text);
    }
}

static void literal_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    build_literal(b, scope, xml_text(b->m->a, xml_child(n, "text")), e);
}

static void decision_table_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    e->table = table_read(b, n, scope);
}

static const FeelType *feel_of(const DType *t, Arena *a, const Expr *e)
{
    if (!type_is_any(t)) {
        return t->feel;
    }
    return e != NULL ? expr_type(a, e) : NULL;
}

/* The expression of an entry. A function sees itself under the entry's name, so it may call itself. */
static const Expr *entry_read(Build *b, const XmlNode *entry, Str name, FeelScope *scope)
{
    const XmlNode *function = xml_child(entry, "functionDefinition");
    if (function != NULL && name.len > 0) {
        scope = scope_with(b, scope, name, NULL, &b->self);
    }
    const Expr *e = expr_read(b, entry, scope);
    b->self = -1;
    return e;
}

static void context_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    Map names = {.arena = b->m->a};
    Str owner = b->owner;
    size_t count = xml_count(n, "contextEntry"), i = 0;
    ExprPart *parts = ARENA_ARRAY(b->m->a, ExprPart, count);
    FeelScope *s = scope;
    for (const XmlNode *c = xml_child(n, "contextEntry"); c != NULL; c = xml_next_same(c)) {
        const XmlNode *variable = xml_child(c, "variable");
        ExprPart *p = &parts[i++];
        p->slot = -1;
        p->name = variable != NULL ? str_trim(xml_attr(variable, "name")) : STR("");
        p->type = build_type(b, variable);
        b->owner = p->name.len > 0 ? str_printf(b->m->a, "%.*s / %.*s", STR_ARG(owner), STR_ARG(p->name)) : owner;
        p->expr = entry_read(b, c, p->name, s);
        if (p->name.len > 0 && map_get(&names, p->name) != NULL) {
            e->problem = str_printf(b->m->a, "the entry \"%.*s\" stands twice", STR_ARG(p->name));
            problem_add(b->m, owner, c->line, "%.*s", STR_ARG(e->problem));
        }
        map_set(&names, p->name, p);
        if (p->name.len > 0) {
            s = scope_with(b, s, p->name, feel_of(p->type, b->m->a, p->expr), &p->slot);
        }
    }
    b->owner = owner;
    e->parts = parts;
    e->count = count;
}

static void invocation_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    size_t count = xml_count(n, "binding"), i = 0;
    ExprPart *parts = ARENA_ARRAY(b->m->a, ExprPart, count);
    e->first = expr_read(b, n, scope);
    for (const XmlNode *c = xml_child(n, "binding"); c != NULL; c = xml_next_same(c)) {
        const XmlNode *parameter = xml_child(c, "parameter");
        parts[i].name = parameter != NULL ? str_trim(xml_attr(parameter, "name")) : STR("");
        parts[i].type = build_type(b, parameter);
        parts[i].expr = expr_read(b, c, scope);
        parts[i++].slot = -1;
    }
    e->parts = parts;
    e->count = count;
}

static const Expr *expr_read_one(Build *b, const XmlNode *n, FeelScope *scope);

static void list_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    size_t count = 0, i = 0;
    for (const XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        count += expr_is(c);
    }
    ExprPart *parts = ARENA_ARRAY(b->m->a, ExprPart, count);
    for (const XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        if (expr_is(c)) {
            parts[i].slot = -1;
            parts[i++].expr = expr_read_one(b, c, scope);
        }
    }
    e->parts = parts;
    e->count = count;
}

static void relation_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    size_t count = xml_count(n, "column"), rows = xml_count(n, "row"), i = 0, r = 0;
    ExprPart *parts = ARENA_ARRAY(b->m->a, ExprPart, count);
    const Expr **cells = ARENA_ARRAY(b->m->a, const Expr *, count *rows);
    for (const XmlNode *c = xml_child(n, "column"); c != NULL; c = xml_next_same(c)) {
        parts[i].name = str_trim(xml_attr(c, "name"));
        parts[i].slot = -1;
        parts[i++].type = build_type(b, c);
    }
    for (const XmlNode *row = xml_child(n, "row"); row != NULL; row = xml_next_same(row), r++) {
        i = 0;
        for (const XmlNode *c = xml_first(row); c != NULL && i < count; c = xml_next(c)) {
            if (expr_is(c)) {
                cells[r * count + i++] = expr_read_one(b, c, scope);
            }
        }
    }
    e->parts = parts;
    e->count = count;
    e->cells = cells;
    e->rows = rows;
}

/* A function of another language is written as FEEL text, so that one place knows what such functions can do. */
static void external_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    Buf text = buf_new(b->m->a, DMN_TEXT_BYTES);
    const XmlNode *context = xml_child(n, "context");
    bool java = str_eq_c(xml_attr(n, "kind"), "Java");
    buf_add_c(&text, "function(");
    for (const XmlNode *p = xml_child(n, "formalParameter"); p != NULL; p = xml_next_same(p)) {
        buf_printf(&text, "%s%.*s", text.ptr[text.len - 1] == '(' ? "" : ", ", STR_ARG(str_trim(xml_attr(p, "name"))));
        if (xml_has_attr(p, "typeRef")) {
            buf_printf(&text, ": %.*s", STR_ARG(xml_attr(p, "typeRef")));
        }
    }
    buf_printf(&text, ") external {%s: {", java ? "java" : "pmml");
    for (const XmlNode *c = context != NULL ? xml_child(context, "contextEntry") : NULL; c != NULL;
         c = xml_next_same(c)) {
        const XmlNode *variable = xml_child(c, "variable"), *literal = xml_child(c, "literalExpression");
        if (variable != NULL && literal != NULL) {
            buf_printf(&text, "%s%.*s: %.*s", text.ptr[text.len - 1] == '{' ? "" : ", ",
                       STR_ARG(str_trim(xml_attr(variable, "name"))),
                       STR_ARG(str_trim(xml_text(b->m->a, xml_child(literal, "text")))));
        }
    }
    buf_add_c(&text, "}}");
    build_literal(b, scope, buf_str(&text), e);
}

static void function_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    Str kind = xml_attr(n, "kind");
    e->slot2 = b->self;
    b->self = -1;
    if (kind.len > 0 && !str_eq_c(kind, "FEEL")) {
        external_read(b, n, scope, e);
        return;
    }
    size_t count = xml_count(n, "formalParameter"), i = 0;
    ExprPart *parts = ARENA_ARRAY(b->m->a, ExprPart, count);
    FeelScope *s = scope;
    int outer = b->frame;
    b->frame = 0;
    for (const XmlNode *p = xml_child(n, "formalParameter"); p != NULL; p = xml_next_same(p)) {
        parts[i].name = str_trim(xml_attr(p, "name"));
        parts[i].type = build_type(b, p);
        s = scope_with(b, s, parts[i].name, type_is_any(parts[i].type) ? NULL : parts[i].type->feel, &parts[i].slot);
        i++;
    }
    frame_note(b, s);
    e->parts = parts;
    e->count = count;
    e->slot = feel_scope_size(scope); /* values captured from outside */
    e->first = expr_read(b, n, s);
    e->frame = b->frame;
    b->frame = outer > b->frame ? outer : b->frame;
}

static void conditional_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    const XmlNode *test = xml_child(n, "if"), *then = xml_child(n, "then"), *otherwise = xml_child(n, "else");
    e->first = test != NULL ? expr_read(b, test, scope) : NULL;
    e->second = then != NULL ? expr_read(b, then, scope) : NULL;
    e->third = otherwise != NULL ? expr_read(b, otherwise, scope) : NULL;
}

static const FeelType *item_type(const FeelType *list)
{
    return list != NULL ? feel_type_item(list) : NULL;
}

static void filter_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    const XmlNode *in = xml_child(n, "in"), *match = xml_child(n, "match");
    e->first = in != NULL ? expr_read(b, in, scope) : NULL;
    FeelScope *s =
        scope_with(b, scope, STR("item"), item_type(e->first != NULL ? expr_type(b->m->a, e->first) : NULL), &e->slot);
    const XmlNode *literal = match != NULL ? xml_child(match, "literalExpression") : NULL;
    if (literal != NULL) { /* lists filter by FEEL's own rules, so that members of items are in scope */
        Expr inner = {.line = match->line};
        FeelScope *list =
            scope_with(b, s, STR("filtered items"), e->first != NULL ? expr_type(b->m->a, e->first) : NULL, &e->slot2);
        build_literal(
            b, list,
            str_printf(b->m->a, "filtered items[(%.*s\n)]", STR_ARG(xml_text(b->m->a, xml_child(literal, "text")))),
            &inner);
        e->code = inner.code;
    }
    e->second = match != NULL ? expr_read(b, match, s) : NULL;
}

static void iterator_read(Build *b, const XmlNode *n, FeelScope *scope, Expr *e)
{
    const XmlNode *in = xml_child(n, "in"), *body = xml_child(n, xml_is(n, "for") ? "return" : "satisfies");
    Str variable = str_trim(xml_attr(n, "iteratorVariable"));
    FeelScope *one = feel_scope_new(b->m->a, NULL);
    feel_scope_add(one, STR("values"), NULL);
    Err err = {0};
    if (!feel_compile(b->m->a, one, STR("for value in values return value"), &e->helper, &err)) {
        e->helper = NULL;
    }
    e->first = in != NULL ? expr_read(b, in, scope) : NULL;
    const FeelType *type = item_type(e->first != NULL ? expr_type(b->m->a, e->first) : NULL);
    FeelScope *s = scope_with(b, scope, variable.len > 0 ? variable : STR("item"), type, &e->slot);
    e->slot2 = -1;
    if (xml_is(n, "for")) {
        s = scope_with(b, s, STR("partial"), NULL, &e->slot2);
    }
    e->second = body != NULL ? expr_read(b, body, s) : NULL;
}

static const struct {
    const char *element;
    ExprKind kind;
    ExprReader read;
} readers[] = {
    {"literalExpression", EXPR_LITERAL, literal_read},
    {"decisionTable", EXPR_TABLE, decision_table_read},
    {"context", EXPR_CONTEXT, context_read},
    {"invocation", EXPR_INVOCATION, invocation_read},
    {"list", EXPR_LIST, list_read},
    {"relation", EXPR_RELATION, relation_read},
    {"functionDefinition", EXPR_FUNCTION, function_read},
    {"encapsulatedLogic", EXPR_FUNCTION, function_read},
    {"conditional", EXPR_CONDITIONAL, conditional_read},
    {"filter", EXPR_FILTER, filter_read},
    {"for", EXPR_FOR, iterator_read},
    {"some", EXPR_SOME, iterator_read},
    {"every", EXPR_EVERY, iterator_read},
};

static int reader_find(const XmlNode *n)
{
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        if (xml_is(n, readers[i].element) && dmn_is_model_ns(n->ns)) {
            return (int)i;
        }
    }
    return -1;
}

bool expr_is(const XmlNode *n)
{
    return reader_find(n) >= 0;
}

static const Expr *expr_read_one(Build *b, const XmlNode *n, FeelScope *scope)
{
    int found = reader_find(n);
    check_that(found >= 0);
    Expr *e = ARENA_NEW(b->m->a, Expr);
    e->kind = readers[found].kind;
    e->line = n->line;
    e->id = xml_attr(n, "id");
    e->type = build_type(b, n);
    e->slot = e->slot2 = -1;
    if (++b->depth > DMN_EXPR_DEPTH) {
        e->kind = EXPR_LITERAL;
        e->problem = STR("boxed expressions are nested too deep");
        problem_add(b->m, b->owner, n->line, "%.*s", STR_ARG(e->problem));
    } else {
        frame_note(b, scope);
        readers[found].read(b, n, scope, e);
    }
    b->depth--;
    return e;
}

const Expr *expr_read(Build *b, const XmlNode *parent, FeelScope *scope)
{
    for (const XmlNode *c = xml_first(parent); c != NULL; c = xml_next(c)) {
        if (expr_is(c)) {
            return expr_read_one(b, c, scope);
        }
    }
    return NULL;
}

/* ---- What other expressions may know of the result: member names above all ------------------------------------- */

static const FeelType *or_any(const FeelType *t)
{
    return t != NULL ? t : feel_type_any();
}

static const FeelType *part_type(Arena *a, const ExprPart *p)
{
    return or_any(feel_of(p->type, a, p->expr));
}

static const FeelType *table_type(Arena *a, const Table *t)
{
    bool many = t->hit == HIT_COLLECT || t->hit == HIT_RULE_ORDER || t->hit == HIT_OUTPUT_ORDER;
    if (t->output_count < 2) {
        return NULL;
    }
    FeelMember *members = ARENA_ARRAY(a, FeelMember, t->output_count);
    for (size_t i = 0; i < t->output_count; i++) {
        const DType *type = t->outputs[i].type;
        members[i] = (FeelMember){t->outputs[i].name, type_is_any(type) ? feel_type_any() : type->feel};
    }
    const FeelType *one = feel_type_context(a, members, t->output_count);
    return many ? feel_type_list(a, one) : one;
}

const FeelType *expr_type(Arena *a, const Expr *e)
{
    if (!type_is_any(e->type)) {
        return e->type->feel;
    }
    if (e->kind == EXPR_TABLE) {
        return table_type(a, e->table);
    }
    if (e->kind != EXPR_CONTEXT && e->kind != EXPR_RELATION) {
        return NULL;
    }
    FeelMember *members = ARENA_ARRAY(a, FeelMember, e->count);
    for (size_t i = 0; i < e->count; i++) {
        if (e->parts[i].name.len == 0) {
            return part_type(a, &e->parts[i]);
        }
        members[i] = (FeelMember){e->parts[i].name, part_type(a, &e->parts[i])};
    }
    const FeelType *context = feel_type_context(a, members, e->count);
    return e->kind == EXPR_RELATION ? feel_type_list(a, context) : context;
}
