/* parse_more.c: brackets, contexts, loops, function literals, calls and unary tests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

#include "base/map.h"

#include <string.h>

/* ---- Brackets: lists, ranges, parentheses ------------------------------------------------------------------------ */

static Node *one_sided(Parser *p, RangeSign sign)
{
    Node *end = parse_endpoint(p);
    Node *n = end != NULL ? node_new(p, N_ONE_SIDED, &end, 1) : NULL;
    if (n != NULL) {
        n->op = (uint8_t)sign;
    }
    return n;
}

Node *parse_range_end(Parser *p, Node *low, bool low_closed)
{
    p->open_ranges++;
    Node *high = parse_endpoint(p);
    p->open_ranges--;
    if (high == NULL) {
        return NULL;
    }
    bool high_closed = lex_take(p, "]");
    if (!high_closed && !lex_take(p, ")") && !lex_take(p, "[")) {
        return parse_fail(p, "the end of the range");
    }
    Node *kids[] = {low, high};
    Node *n = node_new(p, N_RANGE, kids, 2);
    if (n != NULL) {
        n->op = (uint8_t)((low_closed ? 1 : 0) | (high_closed ? 2 : 0));
    }
    return n;
}

static Node *parse_list_rest(Parser *p, Node *first)
{
    NodeList items = {0};
    if (first != NULL) {
        node_push(p, &items, first);
    }
    while (first != NULL && lex_take(p, ",")) {
        first = parse_test(p);
        if (first == NULL) {
            return NULL;
        }
        node_push(p, &items, first);
    }
    return parse_expect(p, "]") ? node_typed(p, node_new(p, N_LIST, items.items, items.count)) : NULL;
}

Node *parse_brackets(Parser *p)
{
    char open = lex_peek(p);
    p->at++;
    if (open == '[' && lex_sees(p, "]")) {
        return parse_list_rest(p, NULL);
    }
    RangeSign sign = open != ']' ? parse_sign(p) : 0; /* (< 5), [< 5, > 9]: unary tests as values */
    Node *first = sign != 0 ? one_sided(p, sign) : parse_expression(p);
    if (first == NULL) {
        return NULL;
    }
    if (sign == 0 && lex_take(p, "..")) {
        return parse_range_end(p, first, open == '[');
    }
    if (open == '[') {
        return parse_list_rest(p, first);
    }
    if (open == ']') {
        return parse_fail(p, ".. of a range");
    }
    return parse_expect(p, ")") ? first : NULL;
}

/* ---- Contexts ---------------------------------------------------------------------------------------------------- */

static bool parse_key(Parser *p, Str *ret)
{
    if (lex_peek(p) == '"') {
        return lex_string(p, ret);
    }
    *ret = lex_name_before(p, ':');
    return ret->len > 0 || parse_fail(p, "a key and a colon") != NULL;
}

typedef struct {
    NodeList values;
    Value *names;
    Var **vars;
    size_t cap;
    Map seen;
    bool twice;
} Entries;

static void entry_room(Parser *p, Entries *e)
{
    size_t n = e->values.count;
    if (n == e->cap) {
        size_t cap = n ? n * 2 : 8;
        e->names = arena_grow(p->a, e->names, n * sizeof(Value), cap * sizeof(Value));
        e->vars = arena_grow(p->scratch, e->vars, n * sizeof(Var *), cap * sizeof(Var *));
        e->cap = cap;
    }
}

/* A function literal may call itself by the name of its entry; any other entry sees the ones before it only. */
static bool parse_entry(Parser *p, Entries *e)
{
    Str key;
    if (!parse_key(p, &key) || !parse_expect(p, ":")) {
        return false;
    }
    Var *var = var_new(p, name_normal(p->a, key), NULL);
    bool calls_itself = lex_sees_word(p, "function");
    if (calls_itself) {
        local_push(p, var, false);
    }
    Node *value = parse_expression(p);
    if (value == NULL) {
        return false;
    }
    var->type = value->type;
    if (!calls_itself) {
        local_push(p, var, false);
    }
    size_t n = e->values.count;
    entry_room(p, e);
    e->twice = e->twice || map_get(&e->seen, key) != NULL;
    map_set(&e->seen, key, var);
    e->names[n] = feel_str(key);
    e->vars[n] = var;
    node_push(p, &e->values, value);
    return true;
}

Node *parse_context(Parser *p)
{
    const Local *outer = p->locals;
    Entries e = {.seen = {.arena = p->scratch}};
    p->at++;
    if (!lex_sees(p, "}")) {
        do {
            if (!parse_entry(p, &e)) {
                return NULL;
            }
        } while (lex_take(p, ","));
    }
    p->locals = outer;
    if (!parse_expect(p, "}")) {
        return NULL;
    }
    if (e.twice) {
        return node_error(p, "a key stands twice in a context");
    }
    Node *n = node_new(p, N_CONTEXT, e.values.items, e.values.count);
    if (n != NULL) {
        n->vars = e.vars;
        n->var_count = e.values.count;
        n->value = feel_list(e.names, e.values.count);
    }
    return node_typed(p, n);
}

/* ---- Loops ------------------------------------------------------------------------------------------------------- */

/* The name of an iterator: everything before the word "in". */
static Str parse_iterator_name(Parser *p)
{
    lex_skip(p);
    size_t start = p->at, end = start;
    while (p->at < p->text.len && (is_name_byte(p->text.ptr[p->at]) || is_name_symbol(p->text.ptr[p->at]))) {
        if (end > start && lex_sees_word(p, "in")) {
            return name_normal(p->a, str_sub(p->text, start, end));
        }
        while (p->at < p->text.len && space_length(p->text, p->at) == 0 &&
               (is_name_byte(p->text.ptr[p->at]) || is_name_symbol(p->text.ptr[p->at]))) {
            p->at++;
        }
        end = p->at;
        p->at += space_length(p->text, p->at);
    }
    p->at = start;
    (void)parse_fail(p, "a name and the word in");
    return STR("");
}

static const FeelType *type_of_turn(const Node *domain, const Node *high)
{
    if (high != NULL) {
        return domain->type;
    }
    const FeelType *t = domain->type;
    return t != NULL && t->kind == FEEL_LIST ? t->item : t;
}

/* kids gets the domain and the upper end or NULL. */
static bool parse_iterator(Parser *p, NodeList *kids, NodeList *vars)
{
    Str name = parse_iterator_name(p);
    if (name.len == 0 || !parse_expect_word(p, "in")) {
        return false;
    }
    Node *domain = parse_expression(p), *high = NULL;
    if (domain != NULL && lex_take(p, "..")) {
        high = parse_expression(p);
        domain = high ? domain : NULL;
    }
    if (domain == NULL) {
        return false;
    }
    node_push(p, kids, domain);
    node_push(p, kids, high);
    Var *v = var_new(p, name, type_of_turn(domain, high));
    local_push(p, v, false);
    Node *holder = node_new(p, N_VAR, NULL, 0);
    if (holder == NULL) {
        return false;
    }
    holder->var = v;
    node_push(p, vars, holder);
    return true;
}

static Node *parse_loop(Parser *p, NodeKind kind, const char *word)
{
    const Local *outer = p->locals;
    NodeList kids = {0}, vars = {0};
    do {
        if (!parse_iterator(p, &kids, &vars)) {
            return NULL;
        }
    } while (lex_take(p, ","));
    Var *partial = NULL;
    if (kind == N_FOR) {
        partial = var_new(p, STR("partial"), feel_type_basic(FEEL_LIST));
        local_push(p, partial, false);
    }
    Node *body = parse_expect_word(p, word) ? parse_expression(p) : NULL;
    p->locals = outer;
    if (body == NULL) {
        return NULL;
    }
    node_push(p, &kids, body);
    Node *n = node_new(p, kind, kids.items, kids.count);
    if (n != NULL) {
        n->var = partial;
        n->var_count = vars.count;
        n->vars = ARENA_ARRAY(p->scratch, Var *, vars.count);
        for (size_t i = 0; i < vars.count; i++) {
            n->vars[i] = vars.items[i]->var;
        }
    }
    return node_typed(p, n);
}

Node *parse_for(Parser *p)
{
    return parse_loop(p, N_FOR, "return");
}

Node *parse_quantified(Parser *p, NodeKind kind)
{
    return parse_loop(p, kind, "satisfies");
}

/* ---- Calls ------------------------------------------------------------------------------------------------------- */

static Node *check_builtin(Parser *p, Node *call, const Node *callee, size_t given)
{
    if (call == NULL || callee->kind != N_CONST || callee->value.kind != FEEL_FUNCTION || !callee->value.boxed) {
        return call;
    }
    const FeelBuiltin *b = callee->value.p;
    call->constant = call->constant && !b->impure;
    if (call->kind == N_CALL && (given < b->min || (!b->variadic && given > b->max))) {
        Str message = str_printf(p->a, "%s() does not take %zu arguments", b->name, given);
        return node_error(p, str_c(p->a, message));
    }
    return call;
}

static Node *call_node(Parser *p, Node *callee, const NodeList *args, const Value *names)
{
    size_t named = names != NULL ? args->count : 0;
    Node **kids = ARENA_ARRAY(p->scratch, Node *, args->count + 1);
    kids[0] = callee;
    if (args->count > 0) {
        memcpy(kids + 1, args->items, args->count * sizeof(Node *));
    }
    Node *n = node_new(p, named ? N_CALL_NAMED : N_CALL, kids, args->count + 1);
    if (n != NULL && named) {
        n->value = feel_list(names, named);
    }
    return check_builtin(p, node_typed(p, n), callee, args->count);
}

enum { ARGUMENTS_MAX = 10000 };

Node *parse_call(Parser *p, Node *callee)
{
    NodeList args = {0};
    Value *names = NULL;
    p->at++;
    if (lex_take(p, ")")) {
        return call_node(p, callee, &args, NULL);
    }
    do {
        Str name = lex_name_before(p, ':');
        if ((name.len > 0) != (names != NULL) && args.count > 0) {
            return parse_fail(p, "all arguments with names or none");
        }
        if (name.len > 0) {
            p->at++;
            names = arena_grow(p->a, names, args.count * sizeof(Value), (args.count + 1) * sizeof(Value));
            names[args.count] = feel_str(name);
        }
        Node *arg = parse_expression(p);
        if (arg == NULL) {
            return NULL;
        }
        node_push(p, &args, arg);
        if (args.count > ARGUMENTS_MAX) {
            return parse_fail(p, "fewer arguments");
        }
    } while (lex_take(p, ","));
    return parse_expect(p, ")") ? call_node(p, callee, &args, names) : NULL;
}

/* ---- Function literals ------------------------------------------------------------------------------------------- */

/* A parameter: name and, after a colon, its type. */
static bool parse_param(Parser *p, Unit *unit)
{
    lex_skip(p);
    size_t start = p->at;
    while (p->at < p->text.len && strchr(":,)", p->text.ptr[p->at]) == NULL) {
        p->at++;
    }
    Str name = name_normal(p->a, str_sub(p->text, start, p->at));
    if (name.len == 0 || !is_name_start(name.ptr[0])) {
        return parse_fail_at(p, start, BAD_REQUEST, "expected a parameter") != NULL;
    }
    const FeelType *type = NULL;
    if (lex_take(p, ":")) {
        type = parse_type(p);
        if (type == NULL) {
            return false;
        }
    }
    size_t n = unit->param_count++;
    unit->params = arena_grow(p->scratch, unit->params, n * sizeof(Var *), (n + 1) * sizeof(Var *));
    unit->params[n] = var_new(p, name, type);
    unit->params[n]->index = (uint32_t)n;
    return true;
}

static bool parse_params(Parser *p, Unit *unit)
{
    if (!parse_expect(p, "(") || lex_take(p, ")")) {
        return unit != NULL && p->at > 0 && p->text.ptr[p->at - 1] == ')';
    }
    do {
        if (unit->param_count > ARGUMENTS_MAX || !parse_param(p, unit)) {
            return false;
        }
    } while (lex_take(p, ","));
    return parse_expect(p, ")");
}

static const char *text_in(const Node *context, const char *key, Parser *p, Str *ret)
{
    for (size_t i = 0; i < context->count; i++) {
        if (str_eq_c(feel_text(feel_items(context->value)[i]), key) && context->kids[i]->kind == N_CONST) {
            *ret = feel_text(context->kids[i]->value);
            return str_c(p->scratch, *ret);
        }
    }
    return NULL;
}

/* external {java: {class: "…", method signature: "…"}}: bound if it is one of the known methods. */
static Node *parse_external(Parser *p, const Unit *unit)
{
    Node *mapping = lex_peek(p) == '{' ? parse_context(p) : NULL;
    if (mapping == NULL) {
        return parse_fail(p, "the mapping of an external function");
    }
    Str class_name, signature;
    Node *java = mapping->kind == N_CONTEXT && mapping->count > 0 ? mapping->kids[0] : NULL;
    if (java == NULL || java->kind != N_CONTEXT || !text_in(java, "class", p, &class_name) ||
        !text_in(java, "method signature", p, &signature)) {
        return node_error(p, "this external function has no Java class and method");
    }
    const FeelType *result = NULL;
    FeelNative method = feel_java_method(class_name, signature, &result);
    if (method == NULL) {
        return node_error(p, "this Java method is not known");
    }
    FeelMember *params = ARENA_ARRAY(p->a, FeelMember, unit->param_count + 1);
    for (size_t i = 0; i < unit->param_count; i++) {
        params[i] = (FeelMember){unit->params[i]->name, unit->params[i]->type};
    }
    return node_const(p, feel_native(p->a, params, unit->param_count, result, method, NULL));
}

Node *parse_function(Parser *p)
{
    const Local *outer_locals = p->locals;
    Unit *outer = p->unit, *unit = ARENA_NEW(p->scratch, Unit);
    unit->outer = outer;
    p->unit = unit;
    bool ok = parse_params(p, unit);
    Node *n = NULL;
    if (ok && lex_take_word(p, "external")) {
        p->unit = outer;
        return parse_external(p, unit);
    }
    for (size_t i = 0; ok && i < unit->param_count; i++) {
        local_push(p, unit->params[i], false);
    }
    const FeelType *result = ok && lex_take(p, ":") ? parse_type(p) : NULL;
    Node *body = ok ? parse_expression(p) : NULL;
    p->unit = outer;
    p->locals = outer_locals;
    if (body != NULL) {
        n = node_new(p, N_FUNCTION, &body, 1);
    }
    if (n != NULL) {
        n->unit = unit;
        n->of = result;
    }
    return node_typed(p, n);
}

/* ---- Unary tests ------------------------------------------------------------------------------------------------- */

Node *parse_test(Parser *p)
{
    if (lex_peek(p) != '\0' && strchr("<>=!", lex_peek(p)) != NULL) {
        RangeSign sign = parse_sign(p);
        return sign != 0 ? one_sided(p, sign) : parse_fail(p, "a comparison");
    }
    return parse_expression(p);
}

static Node *tests_node(Parser *p, const NodeList *tests, bool negated)
{
    Node *n = node_new(p, N_TESTS, tests->items, tests->count);
    if (n != NULL) {
        n->op = negated;
        n->var = p->input;
    }
    return n;
}

static bool parse_test_list(Parser *p, NodeList *tests)
{
    do {
        Node *n = parse_test(p);
        if (n == NULL) {
            return false;
        }
        node_push(p, tests, n);
    } while (lex_take(p, ","));
    return true;
}

Node *parse_tests(Parser *p)
{
    NodeList tests = {0};
    Parser before = *p;
    if (lex_take(p, "-") && lex_peek(p) == '\0') {
        return tests_node(p, &tests, false);
    }
    parse_back_to(p, &before);
    if (lex_take_word(p, "not") && lex_take(p, "(") && parse_test_list(p, &tests) && lex_take(p, ")") &&
        lex_peek(p) == '\0') {
        return tests_node(p, &tests, true);
    }
    parse_back_to(p, &before);
    tests.count = 0;
    return parse_test_list(p, &tests) ? tests_node(p, &tests, false) : NULL;
}
