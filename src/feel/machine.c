/* machine.c: runs steps. One switch; the common cases of small decimals are answered in place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <string.h>

enum { SMALL_REGISTERS = 24 };

/* ---- Small decimals ---------------------------------------------------------------------------------------------- */

static bool both_small(Value a, Value b)
{
    return a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER && !a.boxed && !b.boxed;
}

static Value small(int64_t i, unsigned scale)
{
    return (Value){.kind = FEEL_NUMBER, .scale = (uint8_t)scale, .i = i};
}

/* Both numbers as whole ones of the larger scale; false where that does not fit. */
static inline bool aligned(Value a, Value b, int64_t *ret_a, int64_t *ret_b)
{
    *ret_a = a.i;
    *ret_b = b.i;
    if (a.scale == b.scale) {
        return true;
    }
    bool less = a.scale < b.scale;
    size_t by = less ? (size_t)b.scale - a.scale : (size_t)a.scale - b.scale;
    return by <= DEC_TENS_MAX && !__builtin_mul_overflow(less ? a.i : b.i, DEC_TENS[by], less ? ret_a : ret_b);
}

static inline unsigned larger_scale(Value a, Value b)
{
    return a.scale > b.scale ? a.scale : b.scale;
}

static inline Value add(FeelRun *run, Value a, Value b)
{
    int64_t x, y, sum;
    if (both_small(a, b) && aligned(a, b, &x, &y) && !__builtin_add_overflow(x, y, &sum)) {
        return small(sum, larger_scale(a, b));
    }
    return feel_add(run, a, b);
}

static inline Value subtract(FeelRun *run, Value a, Value b)
{
    int64_t x, y, rest;
    if (both_small(a, b) && aligned(a, b, &x, &y) && !__builtin_sub_overflow(x, y, &rest)) {
        return small(rest, larger_scale(a, b));
    }
    return feel_sub(run, a, b);
}

static inline Value multiply(FeelRun *run, Value a, Value b)
{
    int64_t product;
    if (both_small(a, b) && a.scale + b.scale <= DEC_TENS_MAX && !__builtin_mul_overflow(a.i, b.i, &product)) {
        return small(product, (unsigned)a.scale + b.scale);
    }
    return feel_mul(run, a, b);
}

static inline Value compare(FeelRun *run, Op op, Value a, Value b)
{
    int64_t x = a.i, y = b.i;
    bool dates = a.kind == FEEL_DATE && b.kind == FEEL_DATE;
    if (!dates && !(both_small(a, b) && aligned(a, b, &x, &y))) {
        return feel_compare(run, op, a, b);
    }
    switch (op) {
    case OP_LT: return feel_bool(x < y);
    case OP_LE: return feel_bool(x <= y);
    case OP_GT: return feel_bool(x > y);
    default: return feel_bool(x >= y);
    }
}

static inline Value equal(FeelRun *run, Value a, Value b)
{
    int64_t x, y;
    if (a.kind == FEEL_STRING && b.kind == FEEL_STRING) {
        return feel_bool(a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0));
    }
    if (both_small(a, b) && aligned(a, b, &x, &y)) {
        return feel_bool(x == y);
    }
    return a.kind == FEEL_BOOLEAN && b.kind == FEEL_BOOLEAN ? feel_bool(a.i == b.i) : feel_equal(run, a, b);
}

/* ---- Steps that build -------------------------------------------------------------------------------------------- */

static Value make_list(FeelRun *run, const Value *first, uint32_t count)
{
    Value *items = feel_values_new(run, count);
    if (items == NULL) {
        return feel_null();
    }
    if (count > 0) {
        memcpy(items, first, count * sizeof(Value));
    }
    return feel_list(items, count);
}

static Value make_context(FeelRun *run, Value names, const Value *first, uint32_t count)
{
    FeelEntry *entries = feel_entries_new(run, count);
    if (entries == NULL) {
        return feel_null();
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (FeelEntry){feel_text(feel_items(names)[i]), first[i]};
    }
    return feel_context(entries, count);
}

/* What is captured from the register that the closure itself goes to is the closure: it may call itself. */
static Value make_closure(FeelRun *run, const FeelCode *body, const Value *const *spaces, uint32_t self)
{
    FeelFunction *f = ARENA_NEW(run->arena, FeelFunction);
    Value *captured = ARENA_ARRAY(run->arena, Value, body->capture_count + 1);
    Value v = {.kind = FEEL_FUNCTION, .p = f};
    for (uint32_t i = 0; i < body->capture_count; i++) {
        uint32_t o = body->captures[i];
        captured[i] = o == OPERAND(IN_REGISTERS, self) ? v : spaces[OPERAND_SPACE(o)][OPERAND_INDEX(o)];
    }
    *f = (FeelFunction){.form = FEEL_FN_CLOSURE,
                        .params = body->params,
                        .count = body->param_count,
                        .result = body->result,
                        .code = body,
                        .captured = captured};
    return v;
}

static bool item_entry(Value item, Str name, Value *ret)
{
    for (size_t i = 0; item.kind == FEEL_CONTEXT && i < item.len; i++) {
        if (str_eq(feel_entries(item)[i].name, name)) {
            *ret = feel_entries(item)[i].value;
            return true;
        }
    }
    return false;
}

/* One test of a cell: value, list or range; or, for an input that is no boolean, a condition of its own. */
static Value test_value(FeelRun *run, Value input, Value test, bool condition)
{
    if (condition && test.kind == FEEL_BOOLEAN && input.kind != FEEL_BOOLEAN && input.kind != FEEL_NULL) {
        return test;
    }
    return feel_in(run, input, test);
}

/* ---- Loops ------------------------------------------------------------------------------------------------------- */

/* Inner registers hold loops and list makers; they are never read as values. */
static Value hidden(void *p)
{
    return (Value){.kind = FEEL_TYPE, .p = p};
}

static Loop *loop_in(Value v)
{
    union {
        const void *from;
        void *to;
    } u = {.from = v.p};
    return u.to;
}

static Loop *loop_new(FeelRun *run)
{
    return feel_room(run, sizeof(Loop)) ? ARENA_NEW(run->arena, Loop) : NULL;
}

static bool start_filter(FeelRun *run, const Step *s, Value list, Value *regs)
{
    static const Value NOTHING = {.kind = FEEL_NULL};
    Loop *loop = loop_new(run);
    if (list.kind == FEEL_NULL || loop == NULL) {
        regs[s->e] = list.kind == FEEL_NULL ? list : feel_null();
        return false;
    }
    if (list.kind == FEEL_RANGE) {
        Value *one = ARENA_NEW(run->arena, Value);
        *one = list;
        *loop = (Loop){.items = one, .count = 1};
    } else {
        (void)feel_loop_over(run, list, loop, &regs[s->e]);
    }
    if (loop->count == 0 && s->flag) {
        *loop = (Loop){.items = &NOTHING, .count = 1, .probe = true, .messages = (uint32_t)run->message_count};
    }
    loop->kept.run = run;
    regs[s->d] = hidden(loop);
    return true;
}

static bool start_for(FeelRun *run, const Step *s, Value low, const Value *high, Value *regs)
{
    Loop *loop = loop_new(run);
    regs[s->d] = hidden(loop);
    if (loop == NULL) {
        regs[s->e] = feel_null();
        return false;
    }
    return high != NULL ? feel_loop_range(run, low, *high, loop, &regs[s->e])
                        : feel_loop_over(run, low, loop, &regs[s->e]);
}

/* False ends the loop: no more items, or a limit was hit. */
static bool next_turn(FeelRun *run, const Step *s, Value loop, Value *regs)
{
    return feel_spend(run, (uint64_t)s->n + 1) && feel_room(run, 0) && feel_loop_next(loop_in(loop), &regs[s->d]);
}

/* What the condition said of the current item. True: the loop is over. */
static bool filter_test(FeelRun *run, Loop *loop, Value by)
{
    if (by.kind == FEEL_NUMBER && loop->at == 1) {
        loop->has_index = true;
        loop->index = by;
    } else if (loop->probe) {
        run->message_count = loop->messages;
    } else if (feel_is_true(by)) {
        (void)feel_list_push(&loop->kept, loop->items[loop->at - 1]);
    } else if (by.kind != FEEL_BOOLEAN && by.kind != FEEL_NULL) {
        loop->broken = true;
    }
    return loop->has_index || loop->broken;
}

static Value filter_done(FeelRun *run, const Loop *loop)
{
    if (loop->broken) {
        return feel_error(run, "the condition of a filter is neither true nor false");
    }
    if (!loop->has_index) {
        return feel_list_done(&loop->kept);
    }
    return loop->probe ? feel_null() : feel_index(run, feel_list(loop->items, loop->count), loop->index);
}

/* ---- The machine ------------------------------------------------------------------------------------------------- */

static Value run_steps(FeelRun *run, const FeelCode *code, const Value *const *spaces, Value *regs);

/* The registers of one activation: few stand on the stack, many in the arena. */
Value feel_machine(FeelRun *run, const FeelCode *code, const Value *frame, const Value *captured, const Value *first,
                   size_t first_count)
{
    Value on_stack[SMALL_REGISTERS], *regs = on_stack;
    if (!feel_spend(run, code->step_count)) {
        return feel_null();
    }
    if (code->register_count > SMALL_REGISTERS) {
        regs = feel_room(run, code->register_count * sizeof(Value))
                   ? ARENA_ARRAY(run->arena, Value, code->register_count)
                   : NULL;
        if (regs == NULL) {
            return feel_null();
        }
    }
    if (first_count > 0) {
        memcpy(regs, first, first_count * sizeof(Value));
    }
    const Value *const spaces[SPACE_COUNT] = {regs, frame, code->constants, captured};
    Value v = run_steps(run, code, spaces, regs);
    return run->failed ? feel_null() : v;
}

#define VALUE(o) (spaces[OPERAND_SPACE(o)][OPERAND_INDEX(o)])
#define A VALUE(s->a)
#define B VALUE(s->b)
#define D regs[s->d]
#define WATCHED (void)(run->watch != NULL ? feel_met(run, s, A, B) : (void)0)

/* NOLINTNEXTLINE(readability-function-size): a dispatcher */
static Value run_steps(FeelRun *run, const FeelCode *code, const Value *const *spaces, Value *regs)
{
    const Step *s = code->steps;
    for (;; s++) {
    again:
        switch ((Op)s->op) {
        case OP_END: return A;
        case OP_MOVE: D = A; break;
        case OP_ADD: D = add(run, A, B); break;
        case OP_SUB: D = subtract(run, A, B); break;
        case OP_MUL: D = multiply(run, A, B); break;
        case OP_DIV: D = feel_div(run, A, B); break;
        case OP_POW: D = feel_pow(run, A, B); break;
        case OP_NEG: D = feel_neg(run, A); break;
        case OP_LT:
        case OP_LE:
        case OP_GT:
        case OP_GE:
            WATCHED;
            D = compare(run, (Op)s->op, A, B);
            break;
        case OP_EQ:
            WATCHED;
            D = equal(run, A, B);
            break;
        case OP_NE:
            WATCHED;
            D = feel_not(run, equal(run, A, B));
            break;
        case OP_AND: D = feel_and(run, A, B); break;
        case OP_OR: D = feel_or(run, A, B); break;
        case OP_NOT: D = feel_not(run, A); break;
        case OP_TEST:
            WATCHED;
            D = test_value(run, A, B, s->flag);
            break;
        case OP_JUMP: s = code->steps + s->c; goto again;
        case OP_JUMP_FALSE:
            if (A.kind == FEEL_BOOLEAN && A.i == 0) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_JUMP_TRUE:
            if (feel_is_true(A)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_JUMP_ELSE:
            if (feel_is_true(A)) {
                break;
            }
            if (A.kind == FEEL_BOOLEAN || A.kind == FEEL_NULL) {
                s = code->steps + s->c;
                goto again;
            }
            D = feel_error(run, "the condition of an if is neither true nor false");
            s = code->steps + s->f;
            goto again;
        case OP_RANGE: D = feel_range_new(run, A, B, s->flag); break;
        case OP_ONE_SIDED: D = feel_one_sided(run, (RangeSign)s->flag, A); break;
        case OP_LIST: D = make_list(run, regs + s->b, s->c); break;
        case OP_CONTEXT: D = make_context(run, A, regs + s->b, s->c); break;
        case OP_PATH: D = feel_path(run, A, feel_text(B)); break;
        case OP_ITEM_NAME:
            if (item_entry(A, feel_text(B), &D)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_INDEX: D = feel_index(run, A, B); break;
        case OP_FILTER_INIT:
            if (!start_filter(run, s, A, regs)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_FILTER_NEXT:
        case OP_FOR_NEXT:
            if (!next_turn(run, s, A, regs)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_FILTER_TEST:
            if (filter_test(run, loop_in(A), B)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_FILTER_DONE: D = filter_done(run, loop_in(A)); break;
        case OP_FOR_INIT:
            if (!start_for(run, s, A, NULL, regs)) {
                s = code->steps + s->f;
                goto again;
            }
            break;
        case OP_FOR_RANGE:
            if (!start_for(run, s, A, &B, regs)) {
                s = code->steps + s->f;
                goto again;
            }
            break;
        case OP_MAKER: {
            Loop *maker = loop_new(run);
            if (maker == NULL) {
                return feel_null();
            }
            maker->kept.run = run;
            D = hidden(maker);
            regs[s->d + 1] = feel_list(NULL, 0);
            break;
        }
        case OP_PUSH: {
            Loop *maker = loop_in(A);
            (void)feel_list_push(&maker->kept, B);
            D = feel_list(maker->kept.items, maker->kept.count);
            break;
        }
        case OP_MADE: D = feel_list_done(&loop_in(A)->kept); break;
        case OP_SOME:
            D = feel_or(run, D, A);
            if (feel_is_true(D)) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_EVERY:
            D = feel_and(run, D, A);
            if (D.kind == FEEL_BOOLEAN && D.i == 0) {
                s = code->steps + s->c;
                goto again;
            }
            break;
        case OP_CALL: D = feel_call(run, A, regs + s->b, s->c); break;
        case OP_CALL_NAMED: D = feel_call_by_names(run, A, VALUE(s->e), regs + s->b, s->c); break;
        case OP_CLOSURE: D = make_closure(run, code->functions[s->b], spaces, s->d); break;
        case OP_INSTANCE: D = feel_bool(feel_instance_of(A, code->types[s->b])); break;
        case OP_TEMPORAL: D = feel_temporal(run, feel_text(A)); break;
        case OP_ERROR: D = feel_error(run, "%.*s", STR_ARG(feel_text(A))); break;
        }
    }
}
