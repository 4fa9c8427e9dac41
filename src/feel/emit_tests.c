/* emit_tests.c: the steps of unary tests, and what tests of constants say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/emit_int.h"

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
        emit_into(g, test, d);
    } else if (test->kind == N_ONE_SIDED) {
        uint32_t end = emit_node(g, test->kids[0]);
        emit_step(g, (Step){.op = (uint8_t)BY_SIGN[test->op], .d = d, .a = input, .b = end});
    } else {
        bool condition = is_condition(test);
        uint32_t v = emit_node(g, test);
        emit_step(g, (Step){.op = OP_TEST, .d = d, .a = input, .b = v, .flag = condition});
    }
    g->top = mark;
}

/* tests [from, count): true as soon as one holds. */
static void gen_any_test(Gen *g, Node *n, size_t from, uint32_t input, uint32_t d)
{
    uint32_t last = UINT32_MAX;
    gen_test(g, n->kids[from], input, d);
    for (size_t i = from + 1; i < n->count; i++) {
        uint32_t other = emit_registers(g, 1);
        uint32_t jump = emit_step(g, (Step){.op = OP_JUMP_TRUE, .a = OPERAND(IN_REGISTERS, d), .c = last});
        last = jump;
        gen_test(g, n->kids[i], input, other);
        emit_step(g, (Step){.op = OP_OR, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = OPERAND(IN_REGISTERS, other)});
    }
    while (last != UINT32_MAX) { /* the jumps are chained through c until their target is known */
        uint32_t before = g->code->steps[last].c;
        emit_jump_here(g, last);
        last = before;
    }
}

void emit_in(Gen *g, Node *n, uint32_t d)
{
    uint32_t input = emit_node(g, n->kids[0]);
    if (n->var->used) {
        uint32_t copy = emit_registers(g, 1);
        emit_step(g, (Step){.op = OP_MOVE, .d = copy, .a = input});
        n->var->index = copy;
        input = OPERAND(IN_REGISTERS, copy);
    }
    gen_any_test(g, n, 1, input, d);
}

void emit_tests(Gen *g, Node *n, uint32_t d)
{
    if (n->count == 0) {
        emit_step(g, (Step){.op = OP_MOVE, .d = d, .a = emit_constant(g, feel_bool(true))});
        return;
    }
    gen_any_test(g, n, 0, OPERAND(IN_REGISTERS, 0), d);
    if (n->op) {
        emit_step(g, (Step){.op = OP_NOT, .d = d, .a = OPERAND(IN_REGISTERS, d)});
    }
}

/* ---- What tests say ---------------------------------------------------------------------------------------------- */

typedef struct {
    FeelRange *items;
    uint32_t count, cap;
    bool accepts_null;
} Ranges;

static void add_range(Arena *a, Ranges *r, FeelRange range)
{
    r->items = emit_grown(a, r->items, r->count, &r->cap, sizeof(FeelRange));
    r->items[r->count++] = range;
}

/* A constant among the tests: a range, a value, null or a list of these. False where a table of ranges cannot
 * say it. */
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

FeelTests emit_shape(Gen *g, Node *n)
{
    if (n->count == 0) {
        return (FeelTests){.shape = FEEL_TEST_ANY};
    }
    Ranges r = {0};
    bool known = true;
    for (size_t i = 0; i < n->count && known; i++) {
        Node *test = n->kids[i];
        bool condition = is_condition(test);
        known = !test->reads_input && emit_fold(g, test) && !(condition && test->value.kind == FEEL_BOOLEAN) &&
                add_constant(g->a, &r, test->value, 0);
    }
    if (!known) {
        return (FeelTests){.shape = FEEL_TEST_OTHER, .negated = n->op};
    }
    return (FeelTests){.shape = FEEL_TEST_RANGES,
                       .negated = n->op,
                       .ranges = r.items,
                       .count = r.count,
                       .accepts_null = r.accepts_null};
}
