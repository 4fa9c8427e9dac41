/* types.c: FEEL types: making, naming, printing, conformance of values and the implicit conversions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

static const FeelType ANY = {.any = true, .name = STR_INIT("Any")};
static const FeelType BASIC[FEEL_KIND_COUNT] = {
    [FEEL_NULL] = {.kind = FEEL_NULL, .name = STR_INIT("Null")},
    [FEEL_BOOLEAN] = {.kind = FEEL_BOOLEAN, .name = STR_INIT("boolean")},
    [FEEL_NUMBER] = {.kind = FEEL_NUMBER, .name = STR_INIT("number")},
    [FEEL_STRING] = {.kind = FEEL_STRING, .name = STR_INIT("string")},
    [FEEL_DATE] = {.kind = FEEL_DATE, .name = STR_INIT("date")},
    [FEEL_TIME] = {.kind = FEEL_TIME, .name = STR_INIT("time")},
    [FEEL_DATE_TIME] = {.kind = FEEL_DATE_TIME, .name = STR_INIT("date and time")},
    [FEEL_DAYS_DURATION] = {.kind = FEEL_DAYS_DURATION, .name = STR_INIT("days and time duration")},
    [FEEL_YEARS_DURATION] = {.kind = FEEL_YEARS_DURATION, .name = STR_INIT("years and months duration")},
    [FEEL_LIST] = {.kind = FEEL_LIST, .name = STR_INIT("list"), .item = &ANY, .bare = true},
    [FEEL_CONTEXT] = {.kind = FEEL_CONTEXT, .name = STR_INIT("context"), .bare = true},
    [FEEL_RANGE] = {.kind = FEEL_RANGE, .name = STR_INIT("range"), .item = &ANY, .bare = true},
    [FEEL_FUNCTION] = {.kind = FEEL_FUNCTION, .name = STR_INIT("function"), .item = &ANY, .bare = true},
    [FEEL_TYPE] = {.kind = FEEL_TYPE, .name = STR_INIT("type")},
};

/* Names of typeRefs (also the CamelCase ones of older models) beside the names in FEEL. */
static const struct {
    const char *name;
    FeelKind kind;
} ALIASES[] = {
    {"dateTime", FEEL_DATE_TIME},
    {"dayTimeDuration", FEEL_DAYS_DURATION},
    {"daysAndTimeDuration", FEEL_DAYS_DURATION},
    {"yearMonthDuration", FEEL_YEARS_DURATION},
    {"yearsAndMonthsDuration", FEEL_YEARS_DURATION},
};

enum { TYPE_DEPTH_MAX = 64 };

const FeelType *feel_type_any(void)
{
    return &ANY;
}

const FeelType *feel_type_basic(FeelKind kind)
{
    check_that((int)kind >= 0 && (int)kind < FEEL_KIND_COUNT);
    return &BASIC[kind];
}

const FeelType *feel_type_by_name(Str name)
{
    if (str_eq(name, ANY.name)) {
        return &ANY;
    }
    for (size_t i = 0; i < FEEL_TYPE; i++) {
        if (str_eq(name, BASIC[i].name)) {
            return &BASIC[i];
        }
    }
    for (size_t i = 0; i < COUNT_OF(ALIASES); i++) {
        if (str_eq_c(name, ALIASES[i].name)) {
            return &BASIC[ALIASES[i].kind];
        }
    }
    return NULL;
}

static FeelType *type_new(Arena *a, FeelKind kind)
{
    FeelType *t = ARENA_NEW(a, FeelType);
    t->kind = kind;
    return t;
}

const FeelType *feel_type_list(Arena *a, const FeelType *item)
{
    FeelType *t = type_new(a, FEEL_LIST);
    t->item = item ? item : &ANY;
    return t;
}

const FeelType *feel_type_range(Arena *a, const FeelType *item)
{
    FeelType *t = type_new(a, FEEL_RANGE);
    t->item = item ? item : &ANY;
    return t;
}

const FeelType *feel_type_context(Arena *a, const FeelMember *members, size_t count)
{
    FeelType *t = type_new(a, FEEL_CONTEXT);
    t->members = members;
    t->count = count;
    return t;
}

const FeelType *feel_type_function(Arena *a, const FeelType *const *params, size_t count, const FeelType *result)
{
    FeelType *t = type_new(a, FEEL_FUNCTION);
    t->params = params;
    t->count = count;
    t->item = result ? result : &ANY;
    return t;
}

FeelKind feel_type_kind(const FeelType *t)
{
    return t == NULL ? FEEL_NULL : t->kind;
}

const FeelType *feel_type_item(const FeelType *t)
{
    return t != NULL && (t->kind == FEEL_LIST || t->kind == FEEL_RANGE) ? t->item : NULL;
}

const FeelMember *feel_type_members(const FeelType *t, size_t *ret_count)
{
    bool is_context = t != NULL && t->kind == FEEL_CONTEXT;
    *ret_count = is_context ? t->count : 0;
    return is_context ? t->members : NULL;
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void print_type(Buf *b, const FeelType *t, int depth);

static void print_members(Buf *b, const FeelType *t, int depth)
{
    buf_add_c(b, "context<");
    for (size_t i = 0; i < t->count; i++) {
        buf_add_c(b, i ? ", " : "");
        buf_add(b, t->members[i].name);
        buf_add_c(b, ": ");
        print_type(b, t->members[i].type, depth + 1);
    }
    buf_byte(b, '>');
}

static void print_signature(Buf *b, const FeelType *t, int depth)
{
    buf_add_c(b, "function<");
    for (size_t i = 0; i < t->count; i++) {
        buf_add_c(b, i ? ", " : "");
        print_type(b, t->params[i], depth + 1);
    }
    buf_add_c(b, "> -> ");
    print_type(b, t->item, depth + 1);
}

static void print_type(Buf *b, const FeelType *t, int depth)
{
    if (t == NULL || depth > TYPE_DEPTH_MAX) {
        buf_add_c(b, "Any");
    } else if (t->name.len > 0) {
        buf_add(b, t->name);
    } else if (t->kind == FEEL_CONTEXT) {
        print_members(b, t, depth);
    } else if (t->kind == FEEL_FUNCTION) {
        print_signature(b, t, depth);
    } else {
        buf_add(b, BASIC[t->kind].name);
        buf_byte(b, '<');
        print_type(b, t->item, depth + 1);
        buf_byte(b, '>');
    }
}

void feel_type_print(Buf *b, const FeelType *t)
{
    print_type(b, t, 0);
}

/* ---- Conformance ------------------------------------------------------------------------------------------------- */

static bool is_any(const FeelType *t)
{
    return t == NULL || t->any;
}

static bool type_conforms(const FeelType *sub, const FeelType *super, int depth);

static bool members_conform(const FeelType *sub, const FeelType *super, int depth)
{
    for (size_t i = 0; i < super->count; i++) {
        const FeelMember *want = &super->members[i], *have = NULL;
        for (size_t k = 0; k < sub->count && have == NULL; k++) {
            have = str_eq(sub->members[k].name, want->name) ? &sub->members[k] : NULL;
        }
        if (have == NULL || !type_conforms(have->type, want->type, depth + 1)) {
            return false;
        }
    }
    return true;
}

/* Parameters may be wider, the result narrower. */
static bool signature_conforms(const FeelType *sub, const FeelType *super, int depth)
{
    if (super->bare) {
        return true;
    }
    if (sub->bare || sub->count != super->count) {
        return false;
    }
    for (size_t i = 0; i < sub->count; i++) {
        if (!type_conforms(super->params[i], sub->params[i], depth + 1)) {
            return false;
        }
    }
    return type_conforms(sub->item, super->item, depth + 1);
}

static bool type_conforms(const FeelType *sub, const FeelType *super, int depth)
{
    if (is_any(super) || sub == super) {
        return true;
    }
    if (is_any(sub) || depth > TYPE_DEPTH_MAX) {
        return false;
    }
    if (sub->kind == FEEL_NULL) {
        return true; /* Null conforms to every type */
    }
    if (sub->kind != super->kind) {
        return false;
    }
    switch (super->kind) {
    case FEEL_LIST:
    case FEEL_RANGE: return type_conforms(sub->item, super->item, depth + 1);
    case FEEL_CONTEXT: return members_conform(sub, super, depth);
    case FEEL_FUNCTION: return signature_conforms(sub, super, depth);
    default: return true; /* the basic kinds have one type each */
    }
}

static bool conforms(Value v, const FeelType *t, int depth);

static bool items_conform(Value v, const FeelType *item, int depth)
{
    if (is_any(item)) {
        return true;
    }
    for (size_t i = 0; i < v.len; i++) {
        if (!conforms(feel_items(v)[i], item, depth + 1)) {
            return false;
        }
    }
    return true;
}

static bool entry_conforms(Value v, const FeelMember *m, int depth)
{
    for (size_t i = 0; i < v.len; i++) {
        const FeelEntry *e = &feel_entries(v)[i];
        if (str_eq(e->name, m->name)) {
            return conforms(e->value, m->type, depth + 1);
        }
    }
    return false;
}

/* Whether v, a function, takes the arguments of t. */
static bool takes_arguments(Value v, const FeelType *t)
{
    if (v.boxed) {
        const FeelBuiltin *b = v.p;
        return t->count >= b->min && (b->variadic || t->count <= b->max);
    }
    const FeelFunction *f = v.p;
    if (f->count != t->count) {
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        const FeelType *param = f->params[i].type;
        if (!is_any(param) && !type_conforms(t->params[i], param, 0)) {
            return false;
        }
    }
    return true;
}

/* What v, a function, gives as far as is known without calling it; NULL: nothing is known. */
static const FeelType *result_of(Value v)
{
    const FeelFunction *f = v.p;
    const FeelType *result = f->result == NULL && f->form == FEEL_FN_CLOSURE ? f->code->body_type : f->result;
    return result == NULL || is_any(result) ? NULL : result;
}

static bool function_conforms(Value v, const FeelType *t)
{
    if (t->bare || v.boxed) {
        return t->bare || takes_arguments(v, t);
    }
    const FeelType *result = result_of(v);
    return takes_arguments(v, t) && type_conforms(result != NULL ? result : &ANY, t->item, 0);
}

static bool conforms(Value v, const FeelType *t, int depth)
{
    if (is_any(t)) {
        return true;
    }
    if (v.kind == FEEL_NULL) {
        return true;
    }
    if (depth > TYPE_DEPTH_MAX || v.kind != t->kind) {
        return false;
    }
    switch (t->kind) {
    case FEEL_LIST: return items_conform(v, t->item, depth);
    case FEEL_CONTEXT:
        for (size_t i = 0; i < t->count; i++) {
            if (!entry_conforms(v, &t->members[i], depth)) {
                return false;
            }
        }
        return true;
    case FEEL_RANGE: {
        const FeelRange *r = v.p;
        return conforms(r->low, t->item, depth + 1) && conforms(r->high, t->item, depth + 1);
    }
    case FEEL_FUNCTION: return function_conforms(v, t);
    default: return true;
    }
}

/* Null conforms to every type here (as a value of it); "instance of" asks more strictly. */
bool feel_conforms(Value v, const FeelType *t)
{
    return conforms(v, t, 0);
}

bool feel_instance_of(Value v, const FeelType *t)
{
    if (v.kind == FEEL_NULL) {
        return t == NULL || (!t->any && t->kind == FEEL_NULL);
    }
    return conforms(v, t, 0);
}

/* ---- Conversions ------------------------------------------------------------------------------------------------- */

static bool date_to_moment(FeelRun *run, Value v, Value *ret)
{
    FeelMoment *m = ARENA_NEW(run->arena, FeelMoment);
    *m = (FeelMoment){.day = v.i, .has_offset = true, .zone = STR("")};
    *ret = (Value){.kind = FEEL_DATE_TIME, .p = m};
    return true;
}

static bool try_coerce(FeelRun *run, Value v, const FeelType *t, Value *ret)
{
    *ret = v;
    if (conforms(v, t, 0)) {
        return true;
    }
    if (v.kind == FEEL_FUNCTION && t->kind == FEEL_FUNCTION && !v.boxed && result_of(v) == NULL) {
        return takes_arguments(v, t); /* function(x) x * 2 where function<number>->number is wanted */
    }
    if (v.kind == FEEL_DATE && t->kind == FEEL_DATE_TIME) {
        return date_to_moment(run, v, ret);
    }
    if (v.kind == FEEL_LIST && v.len == 1 && t->kind != FEEL_LIST && conforms(feel_items(v)[0], t, 0)) {
        *ret = feel_items(v)[0];
        return true;
    }
    if (t->kind == FEEL_LIST && v.kind != FEEL_LIST && conforms(v, t->item, 0)) {
        Value *one = ARENA_NEW(run->arena, Value);
        *one = v;
        *ret = feel_list(one, 1);
        return true;
    }
    return false;
}

Value feel_coerce(FeelRun *run, Value v, const FeelType *t)
{
    Value ret;
    if (try_coerce(run, v, t, &ret)) {
        return ret;
    }
    Buf b = buf_new(run->arena, 512);
    print_type(&b, t, 0);
    return feel_error(run, "a value of type %.*s does not fit the type %.*s", STR_ARG(BASIC[v.kind].name),
                      STR_ARG(buf_str(&b)));
}
