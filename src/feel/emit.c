/* emit.c: the tree to a flat array of steps; constant parts are computed here, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <string.h>

typedef struct Gen Gen;
struct Gen {
    const Source *src;
    Arena *a; /* scratch; what is kept is copied at the end */
    Gen *outer; /* the unit around a function literal */
    const Unit *unit;
    FeelCode *code;
    uint32_t step_cap, constant_cap, function_cap, type_cap, capture_cap;
    Var **captured; /* parallel to code->captures */
    uint32_t top;   /* next free register */
    FeelRun *fold;
    bool *reads;    /* by slot of the host's scope */
};

static uint32_t gen(Gen *g, Node *n);
static void gen_into(Gen *g, Node *n, uint32_t d);

/* ---- Parts of code ------------------------------------------------------------------------------------------------- */

static void *grown(Arena *a, void *items, uint32_t count, uint32_t *cap, size_t size)
{
    if (count < *cap) {
        return items;
    }
    uint32_t more = *cap ? *cap * 2 : 8;
    items = arena_grow(a, items, *cap * size, more * size);
    *cap = more;
    return items;
}

static uint32_t step(Gen *g, Step s)
{
    FeelCode *c = g->code;
    c->steps = grown(g->a, c->steps, c->step_count, &g->step_cap, sizeof(Step));
    c->steps[c->step_count] = s;
    return c->step_count++;
}

static uint32_t here(const Gen *g)
{
    return g->code->step_count;
}

static void jump_here(Gen *g, uint32_t at)
{
    g->code->steps[at].c = here(g);
}

static uint32_t constant(Gen *g, Value v)
{
    FeelCode *c = g->code;
    c->constants = grown(g->a, c->constants, c->constant_count, &g->constant_cap, sizeof(Value));
    c->constants[c->constant_count] = v;
    return OPERAND(IN_CONSTANTS, c->constant_count++);
}

static uint32_t registers(Gen *g, uint32_t count)
{
    uint32_t first = g->top;
    g->top += count;
    if (g->top > g->code->register_count) {
        g->code->register_count = g->top;
    }
    return first;
}

static uint32_t operand_of(Gen *g, Var *v)
{
    if (!v->in_frame && v->unit == g->unit) {
        return OPERAND(IN_REGISTERS, v->index);
    }
    if (v->in_frame && g->outer == NULL) {
        g->reads[v->index] = true;
        return OPERAND(IN_FRAME, v->index);
    }
    FeelCode *c = g->code;
    for (uint32_t i = 0; i < c->capture_count; i++) {
        const Var *had = g->captured[i];
        if (had == v || (had->in_frame && v->in_frame && had->index == v->index)) {
            return OPERAND(IN_CAPTURED, i);
        }
    }
    check_that(g->outer != NULL);
    uint32_t from = operand_of(g->outer, v), cap = g->capture_cap;
    c->captures = grown(g->a, c->captures, c->capture_count, &cap, sizeof(uint32_t));
    g->captured = grown(g->a, g->captured, c->capture_count, &g->capture_cap, sizeof(Var *));
    c->captures[c->capture_count] = from;
    g->captured[c->capture_count] = v;
    return OPERAND(IN_CAPTURED, c->capture_count++);
}

/* ---- Constants ----------------------------------------------------------------------------------------------------- */

/* Computes a constant node now and makes it a literal. Nothing changes where it ends in an error: the run shall tell. */
static bool fold(Gen *g, Node *n)
{
    if (n->kind == N_CONST) {
        return true;
    }
    if (!n->constant || g->fold->failed) {
        return false;
    }
    n->constant = false; /* so that it is emitted */
    Gen part = {.src = g->src, .a = g->a, .outer = g->outer, .unit = g->unit, .fold = g->fold, .reads = g->reads};
    part.code = ARENA_NEW(g->a, FeelCode); /* run once, then forgotten */
    uint32_t d = registers(&part, 1);
    gen_into(&part, n, d);
    step(&part, (Step){.op = OP_END, .a = OPERAND(IN_REGISTERS, d)});
    g->fold->message_count = 0;
    Value v = feel_machine(g->fold, part.code, NULL, NULL, NULL, 0);
    if (g->fold->failed || g->fold->message_count > 0 || v.reason != 0) {
        return false;
    }
    n->kind = N_CONST;
    n->value = v;
    return true;
}

/* ---- Expressions --------------------------------------------------------------------------------------------------- */

static void gen_binary(Gen *g, Op op, Node *n, uint32_t d)
{
    uint32_t a = gen(g, n->kids[0]);
    uint32_t b = gen(g, n->kids[1]);
    step(g, (Step){.op = (uint8_t)op, .flag = n->op, .d = d, .a = a, .b = b});
}

/* and, or: the right side is not looked at where the left side decides. */
static void gen_logic(Gen *g, Node *n, uint32_t d)
{
    bool is_and = n->kind == N_AND;
    gen_into(g, n->kids[0], d);
    uint32_t jump = step(g, (Step){.op = is_and ? OP_JUMP_FALSE : OP_JUMP_TRUE, .a = OPERAND(IN_REGISTERS, d)});
    uint32_t b = gen(g, n->kids[1]);
    step(g, (Step){.op = is_and ? OP_AND : OP_OR, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = b});
    jump_here(g, jump);
}

static void gen_if(Gen *g, Node *n, uint32_t d)
{
    uint32_t a = gen(g, n->kids[0]);
    uint32_t branch = step(g, (Step){.op = OP_JUMP_ELSE, .d = d, .a = a});
    gen_into(g, n->kids[1], d);
    uint32_t end = step(g, (Step){.op = OP_JUMP});
    jump_here(g, branch);
    gen_into(g, n->kids[2], d);
    jump_here(g, end);
    g->code->steps[branch].f = here(g);
}

static void gen_between(Gen *g, Node *n, uint32_t d)
{
    uint32_t v = gen(g, n->kids[0]), low = gen(g, n->kids[1]), high = gen(g, n->kids[2]);
    uint32_t other = registers(g, 1);
    step(g, (Step){.op = OP_GE, .d = d, .a = v, .b = low});
    step(g, (Step){.op = OP_LE, .d = other, .a = v, .b = high});
    step(g, (Step){.op = OP_AND, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = OPERAND(IN_REGISTERS, other)});
}

/* kids [from, count) into neighbouring registers. */
static uint32_t gen_row(Gen *g, Node *n, size_t from)
{
    uint32_t first = registers(g, (uint32_t)(n->count - from));
    for (size_t i = from; i < n->count; i++) {
        gen_into(g, n->kids[i], first + (uint32_t)(i - from));
    }
    return first;
}

static void gen_context(Gen *g, Node *n, uint32_t d)
{
    uint32_t first = registers(g, (uint32_t)n->count);
    for (size_t i = 0; i < n->count; i++) {
        n->vars[i]->index = first + (uint32_t)i;
        if (n->vars[i]->used && n->kids[i]->kind != N_CONST) { /* a function that names itself reads it too early */
            step(g, (Step){.op = OP_MOVE, .d = first + (uint32_t)i, .a = constant(g, feel_null())});
        }
        gen_into(g, n->kids[i], first + (uint32_t)i);
    }
    step(g, (Step){.op = OP_CONTEXT, .d = d, .a = constant(g, n->value), .b = first, .c = (uint32_t)n->count});
}

static void gen_call(Gen *g, Node *n, uint32_t d)
{
    uint32_t callee = gen(g, n->kids[0]);
    uint32_t names = n->kind == N_CALL_NAMED ? constant(g, n->value) : 0;
    uint32_t first = gen_row(g, n, 1);
    step(g, (Step){.op = n->kind == N_CALL ? OP_CALL : OP_CALL_NAMED, .d = d, .a = callee, .b = first,
                   .c = (uint32_t)(n->count - 1), .e = names});
}

static void gen_path(Gen *g, Node *n, uint32_t d)
{
    uint32_t a = gen(g, n->kids[0]);
    step(g, (Step){.op = OP_PATH, .d = d, .a = a, .b = constant(g, feel_str(n->name))});
}

static void gen_item_name(Gen *g, Node *n, uint32_t d)
{
    uint32_t found = step(g, (Step){.op = OP_ITEM_NAME, .d = d, .a = operand_of(g, n->var),
                                    .b = constant(g, feel_str(n->name))});
    gen_into(g, n->kids[0], d);
    jump_here(g, found);
}

static void gen_instance(Gen *g, Node *n, uint32_t d)
{
    FeelCode *c = g->code;
    uint32_t a = gen(g, n->kids[0]);
    c->types = grown(g->a, c->types, c->type_count, &g->type_cap, sizeof(*c->types));
    c->types[c->type_count] = n->of;
    step(g, (Step){.op = OP_INSTANCE, .d = d, .a = a, .b = c->type_count++});
}

/* ---- Loops --------------------------------------------------------------------------------------------------------- */

static uint16_t round_of(const Gen *g, uint32_t start)
{
    uint32_t n = here(g) - start;
    return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

static bool is_index(const Node *n)
{
    const Node *by = n->kids[1];
    return !n->var->used && by->type != NULL && by->type->kind == FEEL_NUMBER;
}

static void gen_filter(Gen *g, Node *n, uint32_t d)
{
    if (is_index(n)) {
        gen_binary(g, OP_INDEX, n, d);
        return;
    }
    uint32_t list = gen(g, n->kids[0]), loop = registers(g, 2);
    const FeelType *t = n->kids[1]->type;
    n->var->index = loop + 1;
    uint32_t init = step(g, (Step){.op = OP_FILTER_INIT, .d = loop, .a = list, .e = d, .flag = t == NULL});
    uint32_t next = step(g, (Step){.op = OP_FILTER_NEXT, .d = loop + 1, .a = OPERAND(IN_REGISTERS, loop)});
    uint32_t by = gen(g, n->kids[1]);
    uint32_t test = step(g, (Step){.op = OP_FILTER_TEST, .a = OPERAND(IN_REGISTERS, loop), .b = by});
    step(g, (Step){.op = OP_JUMP, .c = next});
    g->code->steps[next].n = round_of(g, next);
    jump_here(g, next);
    jump_here(g, test);
    step(g, (Step){.op = OP_FILTER_DONE, .d = d, .a = OPERAND(IN_REGISTERS, loop)});
    jump_here(g, init);
}

typedef struct {
    uint32_t init, next;
} Turn;

/* The head of one iterator of for, some, every. */
static Turn gen_iterator(Gen *g, Node *n, size_t i, uint32_t d)
{
    Turn t;
    uint32_t loop = registers(g, 2), low = gen(g, n->kids[2 * i]);
    n->vars[i]->index = loop + 1;
    if (n->kids[2 * i + 1] != NULL) {
        uint32_t high = gen(g, n->kids[2 * i + 1]);
        t.init = step(g, (Step){.op = OP_FOR_RANGE, .d = loop, .a = low, .b = high, .e = d});
    } else {
        t.init = step(g, (Step){.op = OP_FOR_INIT, .d = loop, .a = low, .e = d});
    }
    t.next = step(g, (Step){.op = OP_FOR_NEXT, .d = loop + 1, .a = OPERAND(IN_REGISTERS, loop)});
    return t;
}

/* Closes the iterators, the innermost first: an exhausted one goes on with the one around it. */
static void close_turns(Gen *g, const Turn *turns, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        step(g, (Step){.op = OP_JUMP, .c = turns[i].next});
        g->code->steps[turns[i].next].n = round_of(g, turns[i].next);
        jump_here(g, turns[i].next);
    }
}

static void gen_for(Gen *g, Node *n, uint32_t d)
{
    uint32_t maker = registers(g, 2);
    Turn *turns = ARENA_ARRAY(g->a, Turn, n->var_count);
    n->var->index = maker + 1;
    step(g, (Step){.op = OP_MAKER, .d = maker});
    for (size_t i = 0; i < n->var_count; i++) {
        turns[i] = gen_iterator(g, n, i, d);
    }
    uint32_t v = gen(g, n->kids[n->count - 1]);
    step(g, (Step){.op = OP_PUSH, .d = maker + 1, .a = OPERAND(IN_REGISTERS, maker), .b = v});
    close_turns(g, turns, n->var_count);
    step(g, (Step){.op = OP_MADE, .d = d, .a = OPERAND(IN_REGISTERS, maker)});
    for (size_t i = 0; i < n->var_count; i++) {
        g->code->steps[turns[i].init].f = here(g);
    }
}

static void gen_quantified(Gen *g, Node *n, uint32_t d)
{
    bool some = n->kind == N_SOME;
    Turn *turns = ARENA_ARRAY(g->a, Turn, n->var_count);
    step(g, (Step){.op = OP_MOVE, .d = d, .a = constant(g, feel_bool(!some))});
    for (size_t i = 0; i < n->var_count; i++) {
        turns[i] = gen_iterator(g, n, i, d);
    }
    uint32_t v = gen(g, n->kids[n->count - 1]);
    uint32_t decided = step(g, (Step){.op = some ? OP_SOME : OP_EVERY, .d = d, .a = v});
    close_turns(g, turns, n->var_count);
    jump_here(g, decided);
    for (size_t i = 0; i < n->var_count; i++) {
        g->code->steps[turns[i].init].f = here(g);
    }
}

/* ---- Tests --------------------------------------------------------------------------------------------------------- */

/* A test that states a condition of its own, not a value to compare with. */
static bool is_condition(const Node *n)
{
    return n->kind == N_AND || n->kind == N_OR || n->kind == N_BETWEEN || n->kind == N_IN || n->kind == N_SOME ||
           n->kind == N_EVERY || n->kind == N_CALL || n->kind == N_CALL_NAMED || n->kind == N_INSTANCE ||
           n->kind == N_IF || (n->kind == N_BINARY && n->op >= OP_LT && n->op <= OP_NE);
}

static void gen_test(Gen *g, Node *test, uint32_t input, uint32_t d)
{
    static const Op BY_SIGN[] = {0, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE};
    uint32_t mark = g->top;
    if (test->reads_input) {
        gen_into(g, test, d);
    } else if (test->kind == N_ONE_SIDED) {
        uint32_t end = gen(g, test->kids[0]);
        step(g, (Step){.op = (uint8_t)BY_SIGN[test->op], .d = d, .a = input, .b = end});
    } else {
        bool condition = is_condition(test);
        uint32_t v = gen(g, test);
        step(g, (Step){.op = OP_TEST, .d = d, .a = input, .b = v, .flag = condition});
    }
    g->top = mark;
}

/* tests [from, count): true as soon as one holds. */
static void gen_any_test(Gen *g, Node *n, size_t from, uint32_t input, uint32_t d)
{
    uint32_t last = UINT32_MAX;
    gen_test(g, n->kids[from], input, d);
    for (size_t i = from + 1; i < n->count; i++) {
        uint32_t other = registers(g, 1);
        uint32_t jump = step(g, (Step){.op = OP_JUMP_TRUE, .a = OPERAND(IN_REGISTERS, d), .c = last});
        last = jump;
        gen_test(g, n->kids[i], input, other);
        step(g, (Step){.op = OP_OR, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = OPERAND(IN_REGISTERS, other)});
    }
    while (last != UINT32_MAX) { /* the jumps are chained through c until their target is known */
        uint32_t before = g->code->steps[last].c;
        jump_here(g, last);
        last = before;
    }
}

static void gen_in(Gen *g, Node *n, uint32_t d)
{
    uint32_t input = gen(g, n->kids[0]);
    if (n->var->used) {
        uint32_t copy = registers(g, 1);
        step(g, (Step){.op = OP_MOVE, .d = copy, .a = input});
        n->var->index = copy;
        input = OPERAND(IN_REGISTERS, copy);
    }
    gen_any_test(g, n, 1, input, d);
}

static void gen_tests(Gen *g, Node *n, uint32_t d)
{
    if (n->count == 0) {
        step(g, (Step){.op = OP_MOVE, .d = d, .a = constant(g, feel_bool(true))});
        return;
    }
    gen_any_test(g, n, 0, OPERAND(IN_REGISTERS, 0), d);
    if (n->op) {
        step(g, (Step){.op = OP_NOT, .d = d, .a = OPERAND(IN_REGISTERS, d)});
    }
}

/* ---- Keeping ------------------------------------------------------------------------------------------------------ */

static void *kept(Gen *g, const void *items, size_t bytes)
{
    void *copy = bytes > 0 ? arena_alloc(g->src->arena, bytes) : NULL;
    return bytes > 0 ? memcpy(copy, items, bytes) : NULL;
}

/* The code in the arena of the caller, each array as long as it is. */
static FeelCode *kept_code(Gen *g, const FeelCode *code)
{
    FeelCode *c = kept(g, code, sizeof(FeelCode));
    c->steps = kept(g, c->steps, c->step_count * sizeof(Step));
    c->constants = kept(g, c->constants, c->constant_count * sizeof(Value));
    c->functions = kept(g, c->functions, c->function_count * sizeof(*c->functions));
    c->types = kept(g, c->types, c->type_count * sizeof(*c->types));
    c->captures = kept(g, c->captures, c->capture_count * sizeof(uint32_t));
    c->tests.ranges = kept(g, c->tests.ranges, c->tests.count * sizeof(FeelRange));
    return c;
}

/* ---- Functions ----------------------------------------------------------------------------------------------------- */

static const FeelCode *gen_body(Gen *g, Node *n)
{
    FeelCode *code = ARENA_NEW(g->a, FeelCode);
    Gen body = {.src = g->src, .a = g->a, .outer = g, .unit = n->unit, .fold = g->fold, .reads = g->reads, .code = code};
    FeelMember *params = ARENA_ARRAY(g->src->arena, FeelMember, n->unit->param_count + 1);
    for (size_t i = 0; i < n->unit->param_count; i++) {
        params[i] = (FeelMember){n->unit->params[i]->name, n->unit->params[i]->type};
    }
    code->params = params;
    code->param_count = n->unit->param_count;
    code->result = n->of;
    code->body_type = n->kids[0]->type;
    registers(&body, (uint32_t)n->unit->param_count);
    step(&body, (Step){.op = OP_END, .a = gen(&body, n->kids[0])});
    return kept_code(g, code);
}

static void gen_function(Gen *g, Node *n, uint32_t d)
{
    FeelCode *c = g->code;
    const FeelCode *body = gen_body(g, n);
    c->functions = grown(g->a, c->functions, c->function_count, &g->function_cap, sizeof(*c->functions));
    c->functions[c->function_count] = body;
    step(g, (Step){.op = OP_CLOSURE, .d = d, .b = c->function_count++});
}

/* ---- All kinds ----------------------------------------------------------------------------------------------------- */

static void gen_one(Gen *g, Op op, Node *n, uint32_t d)
{
    uint32_t a = gen(g, n->kids[0]);
    step(g, (Step){.op = (uint8_t)op, .flag = n->op, .d = d, .a = a});
}

static void gen_list(Gen *g, Node *n, uint32_t d)
{
    uint32_t first = gen_row(g, n, 0);
    step(g, (Step){.op = OP_LIST, .d = d, .b = first, .c = (uint32_t)n->count});
}

static void gen_kind(Gen *g, Node *n, uint32_t d)
{
    switch (n->kind) {
    case N_CONST: step(g, (Step){.op = OP_MOVE, .d = d, .a = constant(g, n->value)}); return;
    case N_VAR: step(g, (Step){.op = OP_MOVE, .d = d, .a = operand_of(g, n->var)}); return;
    case N_ITEM_NAME: gen_item_name(g, n, d); return;
    case N_PATH: gen_path(g, n, d); return;
    case N_FILTER: gen_filter(g, n, d); return;
    case N_NEGATE: gen_one(g, OP_NEG, n, d); return;
    case N_BINARY: gen_binary(g, (Op)n->op, n, d); return;
    case N_AND:
    case N_OR: gen_logic(g, n, d); return;
    case N_IF: gen_if(g, n, d); return;
    case N_BETWEEN: gen_between(g, n, d); return;
    case N_IN: gen_in(g, n, d); return;
    case N_RANGE: gen_binary(g, OP_RANGE, n, d); return;
    case N_ONE_SIDED: gen_one(g, OP_ONE_SIDED, n, d); return;
    case N_LIST: gen_list(g, n, d); return;
    case N_CONTEXT: gen_context(g, n, d); return;
    case N_CALL:
    case N_CALL_NAMED: gen_call(g, n, d); return;
    case N_FOR: gen_for(g, n, d); return;
    case N_SOME:
    case N_EVERY: gen_quantified(g, n, d); return;
    case N_INSTANCE: gen_instance(g, n, d); return;
    case N_FUNCTION: gen_function(g, n, d); return;
    case N_TEMPORAL: gen_one(g, OP_TEMPORAL, n, d); return;
    case N_ERROR: step(g, (Step){.op = OP_ERROR, .d = d, .a = constant(g, feel_str(n->name))}); return;
    case N_TESTS: gen_tests(g, n, d); return;
    }
    bug("a node of no kind");
}

static void gen_into(Gen *g, Node *n, uint32_t d)
{
    uint32_t mark = g->top;
    (void)fold(g, n);
    gen_kind(g, n, d);
    g->top = mark;
}

static uint32_t gen(Gen *g, Node *n)
{
    if (fold(g, n)) {
        return constant(g, n->value);
    }
    if (n->kind == N_VAR) {
        return operand_of(g, n->var);
    }
    uint32_t d = registers(g, 1);
    gen_into(g, n, d);
    return OPERAND(IN_REGISTERS, d);
}

/* ---- What tests say ------------------------------------------------------------------------------------------------ */

typedef struct {
    FeelRange *items;
    uint32_t count, cap;
    bool accepts_null;
} Ranges;

static void add_range(Arena *a, Ranges *r, FeelRange range)
{
    r->items = grown(a, r->items, r->count, &r->cap, sizeof(FeelRange));
    r->items[r->count++] = range;
}

/* A constant among the tests: a range, a value, null or a list of these. False where a table of ranges cannot say it. */
static bool add_constant(Arena *a, Ranges *r, Value v, int depth)
{
    if (v.kind == FEEL_LIST) {
        for (size_t i = 0; i < v.len; i++) {
            if (depth > 0 || !add_constant(a, r, feel_items(v)[i], depth + 1)) {
                return false;
            }
        }
        return true;
    }
    if (v.kind == FEEL_CONTEXT || v.kind == FEEL_FUNCTION || v.kind == FEEL_TYPE) {
        return false;
    }
    if (v.kind == FEEL_NULL) {
        r->accepts_null = true;
    } else if (v.kind == FEEL_RANGE) {
        const FeelRange *range = v.p;
        add_range(a, r, *range);
        return range->one_sided || (range->low.kind != FEEL_NULL && range->high.kind != FEEL_NULL);
    } else {
        add_range(a, r, (FeelRange){.low = v, .high = v, .low_closed = true, .high_closed = true});
    }
    return true;
}

static FeelTests shape_of(Gen *g, Node *n)
{
    if (n->count == 0) {
        return (FeelTests){.shape = FEEL_TEST_ANY};
    }
    Ranges r = {0};
    bool known = true;
    for (size_t i = 0; i < n->count && known; i++) {
        Node *test = n->kids[i];
        bool condition = is_condition(test);
        known = !test->reads_input && fold(g, test) && !(condition && test->value.kind == FEEL_BOOLEAN) &&
                add_constant(g->a, &r, test->value, 0);
    }
    if (!known) {
        return (FeelTests){.shape = FEEL_TEST_OTHER, .negated = n->op};
    }
    return (FeelTests){.shape = FEEL_TEST_RANGES, .negated = n->op, .ranges = r.items, .count = r.count,
                       .accepts_null = r.accepts_null};
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

static void collect_reads(Gen *g, FeelCode *code, int size)
{
    size_t count = 0;
    for (int i = 0; i < size; i++) {
        count += g->reads[i];
    }
    code->reads = ARENA_ARRAY(g->src->arena, int, count + 1);
    for (int i = 0; i < size; i++) {
        if (g->reads[i]) {
            code->reads[code->read_count++] = i;
        }
    }
}

bool feel_emit(const Source *src, Node *root, const FeelCode **ret, Err *err)
{
    int size = src->scope ? feel_scope_size(src->scope) : 0;
    FeelRun run = feel_run_at_compile(src->arena);
    Gen g = {.src = src, .a = src->scratch, .unit = src->unit, .fold = &run};
    g.reads = ARENA_ARRAY(g.a, bool, size + 1);
    g.code = ARENA_NEW(g.a, FeelCode);
    FeelCode *code = g.code;
    registers(&g, src->input != NULL ? 1 : 0);
    if (src->tests) {
        code->is_tests = true;
        code->tests = shape_of(&g, root);
    }
    uint32_t result = gen(&g, root);
    step(&g, (Step){.op = OP_END, .a = result});
    if (code->step_count > UINT32_MAX / 4) {
        return err_set(err, TOO_LARGE, "this expression makes too many steps");
    }
    code->is_constant = root->kind == N_CONST;
    code->constant = root->value;
    collect_reads(&g, code, size);
    *ret = kept_code(&g, code);
    return true;
}
