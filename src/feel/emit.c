/* emit.c: the tree to a flat array of steps; constant parts are computed here, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/emit_int.h"

#include <string.h>

/* ---- Parts of code ----------------------------------------------------------------------------------------------- */

void *emit_grown(Arena *a, void *items, uint32_t count, uint32_t *cap, size_t size)
{
    if (count < *cap) {
        return items;
    }
    uint32_t more = *cap ? *cap * 2 : 8;
    items = arena_grow(a, items, *cap * size, more * size);
    *cap = more;
    return items;
}

uint32_t emit_step(Gen *g, Step s)
{
    FeelCode *c = g->code;
    c->steps = emit_grown(g->a, c->steps, c->step_count, &g->step_cap, sizeof(Step));
    c->steps[c->step_count] = s;
    return c->step_count++;
}

uint32_t emit_here(const Gen *g)
{
    return g->code->step_count;
}

void emit_jump_here(Gen *g, uint32_t at)
{
    g->code->steps[at].c = emit_here(g);
}

uint32_t emit_constant(Gen *g, Value v)
{
    FeelCode *c = g->code;
    c->constants = emit_grown(g->a, c->constants, c->constant_count, &g->constant_cap, sizeof(Value));
    c->constants[c->constant_count] = v;
    return OPERAND(IN_CONSTANTS, c->constant_count++);
}

uint32_t emit_registers(Gen *g, uint32_t count)
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
    c->captures = emit_grown(g->a, c->captures, c->capture_count, &cap, sizeof(uint32_t));
    g->captured = emit_grown(g->a, g->captured, c->capture_count, &g->capture_cap, sizeof(Var *));
    c->captures[c->capture_count] = from;
    g->captured[c->capture_count] = v;
    return OPERAND(IN_CAPTURED, c->capture_count++);
}

/* ---- Constants --------------------------------------------------------------------------------------------------- */

/* Computes a constant node now and makes it a literal. Nothing changes where it ends in an error: the run
 * shall tell. */
bool emit_fold(Gen *g, Node *n)
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
    uint32_t d = emit_registers(&part, 1);
    emit_into(&part, n, d);
    emit_step(&part, (Step){.op = OP_END, .a = OPERAND(IN_REGISTERS, d)});
    g->fold->message_count = 0;
    Value v = feel_machine(g->fold, part.code, NULL, NULL, NULL, 0);
    if (g->fold->failed || g->fold->message_count > 0 || v.reason != 0) {
        return false;
    }
    n->kind = N_CONST;
    n->value = v;
    return true;
}

/* ---- Expressions ------------------------------------------------------------------------------------------------- */

void emit_binary(Gen *g, Op op, Node *n, uint32_t d)
{
    uint32_t a = emit_node(g, n->kids[0]);
    uint32_t b = emit_node(g, n->kids[1]);
    emit_step(g, (Step){.op = (uint8_t)op, .flag = n->op, .d = d, .a = a, .b = b});
}

/* and, or: the right side is not looked at where the left side decides. */
static void gen_logic(Gen *g, Node *n, uint32_t d)
{
    bool is_and = n->kind == N_AND;
    emit_into(g, n->kids[0], d);
    uint32_t jump = emit_step(g, (Step){.op = is_and ? OP_JUMP_FALSE : OP_JUMP_TRUE, .a = OPERAND(IN_REGISTERS, d)});
    uint32_t b = emit_node(g, n->kids[1]);
    emit_step(g, (Step){.op = is_and ? OP_AND : OP_OR, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = b});
    emit_jump_here(g, jump);
}

static void gen_if(Gen *g, Node *n, uint32_t d)
{
    uint32_t a = emit_node(g, n->kids[0]);
    uint32_t branch = emit_step(g, (Step){.op = OP_JUMP_ELSE, .d = d, .a = a});
    emit_into(g, n->kids[1], d);
    uint32_t end = emit_step(g, (Step){.op = OP_JUMP});
    emit_jump_here(g, branch);
    emit_into(g, n->kids[2], d);
    emit_jump_here(g, end);
    g->code->steps[branch].f = emit_here(g);
}

static void gen_between(Gen *g, Node *n, uint32_t d)
{
    uint32_t v = emit_node(g, n->kids[0]), low = emit_node(g, n->kids[1]), high = emit_node(g, n->kids[2]);
    uint32_t other = emit_registers(g, 1);
    emit_step(g, (Step){.op = OP_GE, .d = d, .a = v, .b = low});
    emit_step(g, (Step){.op = OP_LE, .d = other, .a = v, .b = high});
    emit_step(g, (Step){.op = OP_AND, .d = d, .a = OPERAND(IN_REGISTERS, d), .b = OPERAND(IN_REGISTERS, other)});
}

/* kids [from, count) into neighbouring registers. */
static uint32_t gen_row(Gen *g, Node *n, size_t from)
{
    uint32_t first = emit_registers(g, (uint32_t)(n->count - from));
    for (size_t i = from; i < n->count; i++) {
        emit_into(g, n->kids[i], first + (uint32_t)(i - from));
    }
    return first;
}

static void gen_context(Gen *g, Node *n, uint32_t d)
{
    uint32_t first = emit_registers(g, (uint32_t)n->count);
    for (size_t i = 0; i < n->count; i++) {
        n->vars[i]->index = first + (uint32_t)i;
        if (n->vars[i]->used && n->kids[i]->kind != N_CONST) { /* a function that names itself reads it too early */
            emit_step(g, (Step){.op = OP_MOVE, .d = first + (uint32_t)i, .a = emit_constant(g, feel_null())});
        }
        emit_into(g, n->kids[i], first + (uint32_t)i);
    }
    emit_step(g,
              (Step){.op = OP_CONTEXT, .d = d, .a = emit_constant(g, n->value), .b = first, .c = (uint32_t)n->count});
}

static void gen_call(Gen *g, Node *n, uint32_t d)
{
    uint32_t callee = emit_node(g, n->kids[0]);
    uint32_t names = n->kind == N_CALL_NAMED ? emit_constant(g, n->value) : 0;
    uint32_t first = gen_row(g, n, 1);
    emit_step(g, (Step){.op = n->kind == N_CALL ? OP_CALL : OP_CALL_NAMED,
                        .d = d,
                        .a = callee,
                        .b = first,
                        .c = (uint32_t)(n->count - 1),
                        .e = names});
}

static void gen_path(Gen *g, Node *n, uint32_t d)
{
    uint32_t a = emit_node(g, n->kids[0]);
    emit_step(g, (Step){.op = OP_PATH, .d = d, .a = a, .b = emit_constant(g, feel_str(n->name))});
}

static void gen_item_name(Gen *g, Node *n, uint32_t d)
{
    uint32_t found = emit_step(
        g, (Step){.op = OP_ITEM_NAME, .d = d, .a = operand_of(g, n->var), .b = emit_constant(g, feel_str(n->name))});
    emit_into(g, n->kids[0], d);
    emit_jump_here(g, found);
}

static void gen_instance(Gen *g, Node *n, uint32_t d)
{
    FeelCode *c = g->code;
    uint32_t a = emit_node(g, n->kids[0]);
    c->types = emit_grown(g->a, c->types, c->type_count, &g->type_cap, sizeof(*c->types));
    c->types[c->type_count] = n->of;
    emit_step(g, (Step){.op = OP_INSTANCE, .d = d, .a = a, .b = c->type_count++});
}

/* ---- Keeping ----------------------------------------------------------------------------------------------------- */

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

/* ---- Functions --------------------------------------------------------------------------------------------------- */

static const FeelCode *gen_body(Gen *g, Node *n)
{
    FeelCode *code = ARENA_NEW(g->a, FeelCode);
    Gen body = {
        .src = g->src, .a = g->a, .outer = g, .unit = n->unit, .fold = g->fold, .reads = g->reads, .code = code};
    FeelMember *params = ARENA_ARRAY(g->src->arena, FeelMember, n->unit->param_count + 1);
    for (size_t i = 0; i < n->unit->param_count; i++) {
        params[i] = (FeelMember){n->unit->params[i]->name, n->unit->params[i]->type};
    }
    code->params = params;
    code->param_count = n->unit->param_count;
    code->result = n->of;
    code->body_type = n->kids[0]->type;
    emit_registers(&body, (uint32_t)n->unit->param_count);
    emit_step(&body, (Step){.op = OP_END, .a = emit_node(&body, n->kids[0])});
    return kept_code(g, code);
}

static void gen_function(Gen *g, Node *n, uint32_t d)
{
    FeelCode *c = g->code;
    const FeelCode *body = gen_body(g, n);
    c->functions = emit_grown(g->a, c->functions, c->function_count, &g->function_cap, sizeof(*c->functions));
    c->functions[c->function_count] = body;
    emit_step(g, (Step){.op = OP_CLOSURE, .d = d, .b = c->function_count++});
}

/* ---- All kinds --------------------------------------------------------------------------------------------------- */

static void gen_one(Gen *g, Op op, Node *n, uint32_t d)
{
    uint32_t a = emit_node(g, n->kids[0]);
    emit_step(g, (Step){.op = (uint8_t)op, .flag = n->op, .d = d, .a = a});
}

static void gen_list(Gen *g, Node *n, uint32_t d)
{
    uint32_t first = gen_row(g, n, 0);
    emit_step(g, (Step){.op = OP_LIST, .d = d, .b = first, .c = (uint32_t)n->count});
}

static void gen_kind(Gen *g, Node *n, uint32_t d)
{
    switch (n->kind) {
    case N_CONST: emit_step(g, (Step){.op = OP_MOVE, .d = d, .a = emit_constant(g, n->value)}); return;
    case N_VAR: emit_step(g, (Step){.op = OP_MOVE, .d = d, .a = operand_of(g, n->var)}); return;
    case N_ITEM_NAME: gen_item_name(g, n, d); return;
    case N_PATH: gen_path(g, n, d); return;
    case N_FILTER: emit_filter(g, n, d); return;
    case N_NEGATE: gen_one(g, OP_NEG, n, d); return;
    case N_BINARY: emit_binary(g, (Op)n->op, n, d); return;
    case N_AND:
    case N_OR: gen_logic(g, n, d); return;
    case N_IF: gen_if(g, n, d); return;
    case N_BETWEEN: gen_between(g, n, d); return;
    case N_IN: emit_in(g, n, d); return;
    case N_RANGE: emit_binary(g, OP_RANGE, n, d); return;
    case N_ONE_SIDED: gen_one(g, OP_ONE_SIDED, n, d); return;
    case N_LIST: gen_list(g, n, d); return;
    case N_CONTEXT: gen_context(g, n, d); return;
    case N_CALL:
    case N_CALL_NAMED: gen_call(g, n, d); return;
    case N_FOR: emit_for(g, n, d); return;
    case N_SOME:
    case N_EVERY: emit_quantified(g, n, d); return;
    case N_INSTANCE: gen_instance(g, n, d); return;
    case N_FUNCTION: gen_function(g, n, d); return;
    case N_TEMPORAL: gen_one(g, OP_TEMPORAL, n, d); return;
    case N_ERROR: emit_step(g, (Step){.op = OP_ERROR, .d = d, .a = emit_constant(g, feel_str(n->name))}); return;
    case N_TESTS: emit_tests(g, n, d); return;
    }
    bug("a node of no kind");
}

void emit_into(Gen *g, Node *n, uint32_t d)
{
    uint32_t mark = g->top;
    (void)emit_fold(g, n);
    gen_kind(g, n, d);
    g->top = mark;
}

uint32_t emit_node(Gen *g, Node *n)
{
    if (emit_fold(g, n)) {
        return emit_constant(g, n->value);
    }
    if (n->kind == N_VAR) {
        return operand_of(g, n->var);
    }
    uint32_t d = emit_registers(g, 1);
    emit_into(g, n, d);
    return OPERAND(IN_REGISTERS, d);
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

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
    emit_registers(&g, src->input != NULL ? 1 : 0);
    if (src->tests) {
        code->is_tests = true;
        code->tests = emit_shape(&g, root);
    }
    uint32_t result = emit_node(&g, root);
    emit_step(&g, (Step){.op = OP_END, .a = result});
    if (code->step_count > UINT32_MAX / 4) {
        return err_set(err, TOO_LARGE, "this expression makes too many steps");
    }
    code->is_constant = root->kind == N_CONST;
    code->constant = root->value;
    collect_reads(&g, code, size);
    *ret = kept_code(&g, code);
    return true;
}
