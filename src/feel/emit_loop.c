/* emit_loop.c: the steps of filters, for, some and every.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/emit_int.h"

static uint16_t round_of(const Gen *g, uint32_t start)
{
    uint32_t n = emit_here(g) - start;
    return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

static bool is_index(const Node *n)
{
    const Node *by = n->kids[1];
    return !n->var->used && by->type != NULL && by->type->kind == FEEL_NUMBER;
}

void emit_filter(Gen *g, Node *n, uint32_t d)
{
    if (is_index(n)) {
        emit_binary(g, OP_INDEX, n, d);
        return;
    }
    uint32_t list = emit_node(g, n->kids[0]), loop = emit_registers(g, 2);
    const FeelType *t = n->kids[1]->type;
    n->var->index = loop + 1;
    uint32_t init = emit_step(g, (Step){.op = OP_FILTER_INIT, .d = loop, .a = list, .e = d, .flag = t == NULL});
    uint32_t next = emit_step(g, (Step){.op = OP_FILTER_NEXT, .d = loop + 1, .a = OPERAND(IN_REGISTERS, loop)});
    uint32_t by = emit_node(g, n->kids[1]);
    uint32_t test = emit_step(g, (Step){.op = OP_FILTER_TEST, .a = OPERAND(IN_REGISTERS, loop), .b = by});
    emit_step(g, (Step){.op = OP_JUMP, .c = next});
    g->code->steps[next].n = round_of(g, next);
    emit_jump_here(g, next);
    emit_jump_here(g, test);
    emit_step(g, (Step){.op = OP_FILTER_DONE, .d = d, .a = OPERAND(IN_REGISTERS, loop)});
    emit_jump_here(g, init);
}

typedef struct {
    uint32_t init, next;
} Turn;

/* The head of one iterator of for, some, every. */
static Turn gen_iterator(Gen *g, Node *n, size_t i, uint32_t d)
{
    Turn t;
    uint32_t loop = emit_registers(g, 2), low = emit_node(g, n->kids[2 * i]);
    n->vars[i]->index = loop + 1;
    if (n->kids[2 * i + 1] != NULL) {
        uint32_t high = emit_node(g, n->kids[2 * i + 1]);
        t.init = emit_step(g, (Step){.op = OP_FOR_RANGE, .d = loop, .a = low, .b = high, .e = d});
    } else {
        t.init = emit_step(g, (Step){.op = OP_FOR_INIT, .d = loop, .a = low, .e = d});
    }
    t.next = emit_step(g, (Step){.op = OP_FOR_NEXT, .d = loop + 1, .a = OPERAND(IN_REGISTERS, loop)});
    return t;
}

/* Closes the iterators, the innermost first: an exhausted one goes on with the one around it. */
static void close_turns(Gen *g, const Turn *turns, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        emit_step(g, (Step){.op = OP_JUMP, .c = turns[i].next});
        g->code->steps[turns[i].next].n = round_of(g, turns[i].next);
        emit_jump_here(g, turns[i].next);
    }
}

void emit_for(Gen *g, Node *n, uint32_t d)
{
    uint32_t maker = emit_registers(g, 2);
    Turn *turns = ARENA_ARRAY(g->a, Turn, n->var_count);
    n->var->index = maker + 1;
    emit_step(g, (Step){.op = OP_MAKER, .d = maker});
    for (size_t i = 0; i < n->var_count; i++) {
        turns[i] = gen_iterator(g, n, i, d);
    }
    uint32_t v = emit_node(g, n->kids[n->count - 1]);
    emit_step(g, (Step){.op = OP_PUSH, .d = maker + 1, .a = OPERAND(IN_REGISTERS, maker), .b = v});
    close_turns(g, turns, n->var_count);
    emit_step(g, (Step){.op = OP_MADE, .d = d, .a = OPERAND(IN_REGISTERS, maker)});
    for (size_t i = 0; i < n->var_count; i++) {
        g->code->steps[turns[i].init].f = emit_here(g);
    }
}

void emit_quantified(Gen *g, Node *n, uint32_t d)
{
    bool some = n->kind == N_SOME;
    Turn *turns = ARENA_ARRAY(g->a, Turn, n->var_count);
    emit_step(g, (Step){.op = OP_MOVE, .d = d, .a = emit_constant(g, feel_bool(!some))});
    for (size_t i = 0; i < n->var_count; i++) {
        turns[i] = gen_iterator(g, n, i, d);
    }
    uint32_t v = emit_node(g, n->kids[n->count - 1]);
    uint32_t decided = emit_step(g, (Step){.op = some ? OP_SOME : OP_EVERY, .d = d, .a = v});
    close_turns(g, turns, n->var_count);
    emit_jump_here(g, decided);
    for (size_t i = 0; i < n->var_count; i++) {
        g->code->steps[turns[i].init].f = emit_here(g);
    }
}
