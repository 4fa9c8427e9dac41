/* parse.c: FEEL text to a tree by recursive descent: operators, paths, filters, calls, brackets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

#include "base/utf8.h"

#include <string.h>

static Node *binary(Parser *p, NodeKind kind, int op, Node *left, Node *right)
{
    Node *kids[] = {left, right};
    if (left == NULL || right == NULL) {
        return NULL;
    }
    Node *n = node_new(p, kind, kids, 2);
    if (n != NULL) {
        n->op = (uint8_t)op;
    }
    return node_typed(p, n);
}

void parse_back_to(Parser *p, const Parser *before)
{
    size_t nodes = p->nodes;
    *p = *before;
    p->nodes = nodes;
}

/* ---- Operators --------------------------------------------------------------------------------------------------- */

static Node *parse_unary(Parser *p);

static Node *parse_power(Parser *p)
{
    Node *left = parse_unary(p);
    while (left != NULL && lex_take(p, "**")) {
        left = binary(p, N_BINARY, OP_POW, left, parse_unary(p));
    }
    return left;
}

static Node *parse_product(Parser *p)
{
    Node *left = parse_power(p);
    while (left != NULL) {
        if (lex_take(p, "*")) {
            left = binary(p, N_BINARY, OP_MUL, left, parse_power(p));
        } else if (lex_take(p, "/")) {
            left = binary(p, N_BINARY, OP_DIV, left, parse_power(p));
        } else {
            break;
        }
    }
    return left;
}

Node *parse_endpoint(Parser *p)
{
    if (++p->nesting > NESTING_MAX) {
        return parse_fail_at(p, p->at, TOO_DEEP, "this expression is nested too deeply");
    }
    Node *left = parse_product(p);
    while (left != NULL) {
        if (lex_take(p, "+")) {
            left = binary(p, N_BINARY, OP_ADD, left, parse_product(p));
        } else if (lex_take(p, "-")) {
            left = binary(p, N_BINARY, OP_SUB, left, parse_product(p));
        } else {
            break;
        }
    }
    p->nesting--;
    return left;
}

RangeSign parse_sign(Parser *p)
{
    static const struct {
        const char *text;
        RangeSign sign;
    } SIGNS[] = {{"<=", SIGN_LE}, {">=", SIGN_GE}, {"!=", SIGN_NE}, {"<", SIGN_LT}, {">", SIGN_GT}, {"=", SIGN_EQ}};
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        if (lex_take(p, SIGNS[i].text)) {
            return SIGNS[i].sign;
        }
    }
    return 0;
}

static Op sign_op(RangeSign sign)
{
    static const Op OPS[] = {0, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE};
    return OPS[sign];
}

static Node *parse_between(Parser *p, Node *value)
{
    Node *low = parse_endpoint(p);
    if (low == NULL || !parse_expect_word(p, "and")) {
        return NULL;
    }
    Node *high = parse_endpoint(p);
    Node *kids[] = {value, low, high};
    return high == NULL ? NULL : node_typed(p, node_new(p, N_BETWEEN, kids, 3));
}

/* What stands in brackets behind "in": tests; or, where a range or an operator shows it, the beginning of an
 * expression, which is then read on from what was read so far. */
static bool parse_in_brackets(Parser *p, NodeList *kids)
{
    size_t start = p->at++;
    Node *first = parse_test(p);
    if (first == NULL) {
        return false;
    }
    bool one = true, range = first->kind != N_ONE_SIDED && lex_take(p, "..");
    if (range) {
        first = parse_range_end(p, first, false);
    }
    node_push(p, kids, first);
    while (!range && lex_take(p, ",")) {
        Node *test = parse_test(p);
        if (test == NULL) {
            return false;
        }
        node_push(p, kids, test);
        one = false;
    }
    if (first == NULL || (!range && !parse_expect(p, ")"))) {
        return false;
    }
    if (one && lex_peek(p) != '\0' && strchr(".[(*/+-", lex_peek(p)) != NULL) {
        p->given = first;
        p->given_end = p->at;
        p->at = start;
        kids->items[--kids->count] = parse_endpoint(p);
        return kids->items[kids->count++] != NULL;
    }
    return true;
}

static bool parse_in_tests(Parser *p, NodeList *kids)
{
    char c = lex_peek(p);
    if (c == '(') {
        return parse_in_brackets(p, kids);
    }
    Node *test = c != '\0' && strchr("<>=!", c) != NULL ? parse_test(p) : parse_endpoint(p);
    if (test != NULL) {
        node_push(p, kids, test);
    }
    return test != NULL;
}

static Node *parse_in(Parser *p, Node *value)
{
    NodeList kids = {0};
    node_push(p, &kids, value);
    Var *outer_input = p->input;
    const Local *outer_locals = p->locals;
    p->input = var_new(p, STR("?"), value->type);
    local_push(p, p->input, false);
    Node *n = parse_in_tests(p, &kids) ? node_new(p, N_IN, kids.items, kids.count) : NULL;
    if (n != NULL) {
        n->var = p->input;
        n->reads_input = value->reads_input;
    }
    p->input = outer_input;
    p->locals = outer_locals;
    return node_typed(p, n);
}

static Node *parse_comparison(Parser *p)
{
    Node *left = parse_endpoint(p);
    while (left != NULL) {
        if (lex_take_word(p, "between")) {
            left = parse_between(p, left);
        } else if (lex_take_word(p, "in")) {
            left = parse_in(p, left);
        } else {
            RangeSign sign = parse_sign(p);
            if (sign == 0) {
                break;
            }
            left = binary(p, N_BINARY, (int)sign_op(sign), left, parse_endpoint(p));
        }
    }
    return left;
}

static Node *parse_and(Parser *p)
{
    Node *left = parse_comparison(p);
    while (left != NULL && lex_take_word(p, "and")) {
        left = binary(p, N_AND, OP_AND, left, parse_comparison(p));
    }
    return left;
}

Node *parse_expression(Parser *p)
{
    if (++p->nesting > NESTING_MAX) {
        return parse_fail_at(p, p->at, TOO_DEEP, "this expression is nested too deeply");
    }
    int open_ranges = p->open_ranges;
    p->open_ranges = 0;
    Node *left = parse_and(p);
    while (left != NULL && lex_take_word(p, "or")) {
        left = binary(p, N_OR, OP_OR, left, parse_and(p));
    }
    p->open_ranges = open_ranges;
    p->nesting--;
    return left;
}

/* ---- Behind a value ---------------------------------------------------------------------------------------------- */

static Node *parse_path(Parser *p, Node *of)
{
    Str name = resolve_member(p, of->type);
    if (name.len == 0) {
        return parse_fail(p, "a name after the point");
    }
    Node *n = node_new(p, N_PATH, &of, 1);
    if (n != NULL) {
        n->name = name;
    }
    return node_typed(p, n);
}

static Node *parse_filter(Parser *p, Node *list)
{
    const FeelType *t = list->type;
    Var *item = var_new(p, STR("item"), t != NULL && t->kind == FEEL_LIST ? t->item : t);
    const Local *outer = p->locals;
    local_push(p, item, true);
    Node *condition = parse_expression(p);
    p->locals = outer;
    if (condition == NULL || !parse_expect(p, "]")) {
        return NULL;
    }
    Node *kids[] = {list, condition};
    Node *n = node_new(p, N_FILTER, kids, 2);
    if (n != NULL) {
        n->var = item;
        /* A constant index or condition needs no item. */
        n->constant = list->constant && condition->constant;
    }
    return node_typed(p, n);
}

/* In [1..10[ the last bracket closes: nothing behind it begins an expression. */
static bool closes_range(Parser *p)
{
    if (p->open_ranges == 0) {
        return false;
    }
    size_t start = p->at++;
    char c = lex_peek(p);
    bool begins = is_name_byte(c) || (c != '\0' && strchr("\"@([{-.", c) != NULL);
    bool closes = !begins || lex_sees_grammar_word(p);
    p->at = start;
    return closes;
}

static Node *parse_postfix(Parser *p)
{
    Node *n = parse_primary(p);
    while (n != NULL) {
        char c = lex_peek(p);
        if (c == '.' && !lex_sees(p, "..")) {
            p->at++;
            n = parse_path(p, n);
        } else if (c == '[') {
            if (closes_range(p)) {
                break;
            }
            p->at++;
            n = parse_filter(p, n);
        } else if (c == '(') {
            n = parse_call(p, n);
        } else {
            break;
        }
    }
    return n;
}

static Node *parse_instance(Parser *p, Node *value)
{
    const FeelType *of = parse_expect_word(p, "of") ? parse_type(p) : NULL;
    Node *n = of != NULL ? node_new(p, N_INSTANCE, &value, 1) : NULL;
    if (n != NULL) {
        n->of = of;
    }
    return node_typed(p, n);
}

static Node *negate(Parser *p, Node *kid)
{
    if (kid != NULL && kid->kind == N_CONST && kid->value.kind == FEEL_NUMBER && !kid->value.boxed) {
        kid->value.i = -kid->value.i;
        return kid;
    }
    return kid == NULL ? NULL : node_typed(p, node_new(p, N_NEGATE, &kid, 1));
}

static Node *parse_signed(Parser *p)
{
    if (!lex_take(p, "-")) {
        return parse_postfix(p);
    }
    if (++p->nesting > NESTING_MAX) {
        return parse_fail_at(p, p->at, TOO_DEEP, "this expression is nested too deeply");
    }
    Node *n = negate(p, parse_signed(p));
    p->nesting--;
    return n;
}

static Node *parse_unary(Parser *p)
{
    Node *n = parse_signed(p);
    while (n != NULL && lex_take_word(p, "instance")) {
        n = parse_instance(p, n);
    }
    return n;
}

/* ---- Primary ----------------------------------------------------------------------------------------------------- */

static Node *parse_if(Parser *p)
{
    Node *kids[3] = {parse_expression(p), NULL, NULL};
    if (kids[0] == NULL || !parse_expect_word(p, "then")) {
        return NULL;
    }
    kids[1] = parse_expression(p);
    if (kids[1] == NULL || !parse_expect_word(p, "else")) {
        return NULL;
    }
    kids[2] = parse_expression(p);
    return kids[2] == NULL ? NULL : node_typed(p, node_new(p, N_IF, kids, 3));
}

enum { WORD_NULL, WORD_TRUE, WORD_FALSE, WORD_IF, WORD_FOR, WORD_SOME, WORD_EVERY, WORD_FUNCTION, WORD_COUNT };
static const char *const STARTS[WORD_COUNT] = {"null", "true", "false", "if", "for", "some", "every", "function"};

static Node *parse_start(Parser *p, int word)
{
    switch (word) {
    case WORD_NULL: return node_const(p, feel_null());
    case WORD_TRUE: return node_const(p, feel_bool(true));
    case WORD_FALSE: return node_const(p, feel_bool(false));
    case WORD_IF: return parse_if(p);
    case WORD_FOR: return parse_for(p);
    case WORD_SOME: return parse_quantified(p, N_SOME);
    case WORD_EVERY: return parse_quantified(p, N_EVERY);
    case WORD_FUNCTION: return parse_function(p);
    default: bug("a word without a rule");
    }
}

static Node *parse_word(Parser *p)
{
    int word = 0;
    while (word < WORD_COUNT && !lex_sees_word(p, STARTS[word])) {
        word++;
    }
    size_t length = word < WORD_COUNT ? strlen(STARTS[word]) : 0;
    size_t start = p->at;
    Node *n = resolve_name(p, length);
    if (n != NULL || p->at != start) {
        return n;
    }
    if (word == WORD_COUNT) {
        return resolve_unknown(p);
    }
    p->at += length;
    return parse_start(p, word);
}

static Node *parse_temporal(Parser *p)
{
    Str text;
    p->at++;
    if (lex_peek(p) != '"') {
        return parse_fail(p, "a string after @");
    }
    if (!lex_string(p, &text)) {
        return NULL;
    }
    Node *kid = node_const(p, feel_str(text));
    return kid == NULL ? NULL : node_new(p, N_TEMPORAL, &kid, 1);
}

Node *parse_primary(Parser *p)
{
    char c = lex_peek(p);
    if (p->given != NULL) {
        Node *n = p->given;
        p->given = NULL;
        p->at = p->given_end;
        return n;
    }
    if (c >= '0' && c <= '9') {
        return lex_number(p);
    }
    if (c == '.' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] >= '0' && p->text.ptr[p->at + 1] <= '9') {
        return lex_number(p);
    }
    if (c == '"') {
        Str text;
        return lex_string(p, &text) ? node_const(p, feel_str(text)) : NULL;
    }
    if (c == '@') {
        return parse_temporal(p);
    }
    if (c == '(' || c == '[' || c == ']') {
        return parse_brackets(p);
    }
    if (c == '{') {
        return parse_context(p);
    }
    return is_name_start(c) ? parse_word(p) : parse_fail(p, "an expression");
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

bool feel_parse(const Source *src, Node **ret, Err *err)
{
    if (src->text.len > TEXT_MAX) {
        return err_set(err, TOO_LARGE, "this expression is longer than %d bytes", TEXT_MAX);
    }
    if (!utf8_is_valid(src->text)) {
        return err_set(err, BAD_UTF8, "this expression is not valid UTF-8");
    }
    Err first = {0};
    Parser p = {.src = src,
                .a = src->arena,
                .scratch = src->scratch,
                .text = src->text,
                .unit = src->unit,
                .input = src->input,
                .err = &first};
    if (src->input != NULL) {
        local_push(&p, src->input, false);
    }
    Node *n = src->tests ? parse_tests(&p) : parse_expression(&p);
    if (n != NULL && lex_peek(&p) != '\0') {
        n = parse_fail(&p, "an operator or the end");
    }
    if (n != NULL && p.at < p.text.len) {
        n = parse_fail(&p, "no zero byte");
    }
    if (n == NULL) {
        if (first.code == OK) {
            (void)parse_fail_at(&p, p.at, BAD_REQUEST, "this expression cannot be read");
        }
        if (err != NULL) {
            *err = first;
        }
        return false;
    }
    *ret = n;
    return true;
}
