/* run.c: one run: its arena, limits and messages; the entries of the face to compile and evaluate.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGES_MAX = 255, FOLD_STEPS = 200 * 1000, FOLD_BYTES = 4 * 1024 * 1024, FOLD_ITEMS = 10 * 1000 };

static const FeelLimits USUAL = {
    .steps = 10 * 1000 * 1000, .bytes = 64 * 1024 * 1024, .depth = 256, .list_length = 1000 * 1000};

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

static void free_arena(void *arena)
{
    (void)arena_free(arena);
}

static FeelLimits limits_filled(FeelLimits l)
{
    return (FeelLimits){
        .steps = l.steps ? l.steps : USUAL.steps,
        .bytes = l.bytes ? l.bytes : USUAL.bytes,
        .depth = l.depth > 0 && l.depth < USUAL.depth ? l.depth : USUAL.depth,
        .list_length = l.list_length ? l.list_length : USUAL.list_length,
    };
}

static void start(FeelRun *run)
{
    run->steps_left = run->limits.steps;
    run->bytes_before = arena_used(run->arena);
    run->depth = 0;
    run->failed = false; /* err is read only if this is set */
    run->messages = NULL;
    run->message_count = run->message_cap = 0;
    run->watch = NULL;
}

FeelRun *feel_run_new(Arena *a, FeelLimits limits, Instant now)
{
    FeelRun *run = ARENA_NEW(a, FeelRun);
    *run = (FeelRun){.arena = arena_new(0), .home = a, .limits = limits_filled(limits), .now = now};
    arena_on_reset(a, free_arena, run->arena);
    start(run);
    return run;
}

FeelRun feel_run_at_compile(Arena *a)
{
    FeelLimits l = {.steps = FOLD_STEPS, .bytes = FOLD_BYTES, .depth = 16, .list_length = FOLD_ITEMS};
    FeelRun run = {.arena = a, .home = a, .limits = l};
    start(&run);
    return run;
}

void feel_run_reset(FeelRun *run)
{
    arena_reset(run->arena);
    start(run);
}

Arena *feel_run_arena(FeelRun *run)
{
    return run->arena;
}

void feel_run_watch(FeelRun *run, FeelWatch *watch)
{
    run->watch = watch;
}

static void met_add(FeelRun *run, FeelMet met)
{
    enum { MET_MAX = 4096 };
    FeelWatch *w = run->watch;
    if (w->count == w->cap) {
        size_t cap = w->cap > 0 ? w->cap * 2 : 32;
        if (cap > MET_MAX || !feel_room(run, cap * sizeof(FeelMet))) {
            return;
        }
        w->items = arena_grow(run->arena, w->items, w->cap * sizeof(FeelMet), cap * sizeof(FeelMet));
        w->cap = cap;
    }
    w->items[w->count++] = met;
}

void feel_met(FeelRun *run, const void *where, Value left, Value right)
{
    if (right.kind == FEEL_RANGE) {
        const FeelRange *r = right.p;
        met_add(run, (FeelMet){where, left, r->low});
        met_add(run, (FeelMet){where, left, r->high});
        return;
    }
    if (right.kind != FEEL_LIST) {
        met_add(run, (FeelMet){where, left, right});
    }
    for (size_t i = 0; right.kind == FEEL_LIST && i < right.len; i++) {
        Value one = feel_items(right)[i];
        if (one.kind != FEEL_LIST) {
            feel_met(run, where, left, one);
        }
    }
}

bool feel_run_failed(const FeelRun *run, Err *err)
{
    if (run->failed && err != NULL) {
        *err = run->err;
    }
    return run->failed;
}

size_t feel_run_messages(const FeelRun *run, const Str **ret)
{
    *ret = run->messages;
    return run->message_count;
}

FeelMark feel_run_mark(const FeelRun *run)
{
    return (FeelMark){run->message_count, run->steps_left, run->failed};
}

void feel_run_back(FeelRun *run, const FeelMark *mark)
{
    run->message_count = mark->message_count;
    run->steps_left = mark->steps_left;
    run->failed = mark->failed;
}

/* ---- Limits ------------------------------------------------------------------------------------------------------ */

Value feel_fail(FeelRun *run, ErrCode code, const char *message)
{
    if (!run->failed) {
        run->failed = true;
        (void)err_set(&run->err, code, "%s", message);
    }
    return (Value){.kind = FEEL_NULL, .reason = 1};
}

bool feel_room(FeelRun *run, size_t bytes)
{
    size_t used = arena_used(run->arena) - run->bytes_before;
    if (run->failed) {
        return false;
    }
    if (bytes > run->limits.bytes || used > run->limits.bytes - bytes) {
        (void)feel_fail(run, LIMIT_MEMORY, "this evaluation needs more memory than is allowed");
        return false;
    }
    return true;
}

bool feel_spend(FeelRun *run, uint64_t steps)
{
    if (run->failed) {
        return false;
    }
    if (run->steps_left < steps) {
        (void)feel_fail(run, LIMIT_STEPS, "this evaluation takes more steps than are allowed");
        return false;
    }
    run->steps_left -= steps;
    return true;
}

bool feel_list_push(FeelListMaker *m, Value v)
{
    if (m->count < m->cap) {
        m->items[m->count++] = v;
        return true;
    }
    FeelRun *run = m->run;
    if (m->count >= run->limits.list_length) {
        (void)feel_fail(run, LIMIT_MEMORY, "a list grows longer than is allowed");
        return false;
    }
    size_t cap = m->cap ? m->cap * 2 : 8;
    cap = cap < run->limits.list_length ? cap : run->limits.list_length;
    if (!feel_room(run, cap * sizeof(Value))) {
        return false;
    }
    /* Never in place: what was handed out before (partial) keeps its items. */
    Value *items = ARENA_ARRAY(run->arena, Value, cap);
    if (m->count > 0) {
        memcpy(items, m->items, m->count * sizeof(Value));
    }
    m->items = items;
    m->cap = cap;
    m->items[m->count++] = v;
    return true;
}

Value feel_list_done(const FeelListMaker *m)
{
    return m->run->failed ? feel_null() : feel_list(m->items, m->count);
}

Value *feel_values_new(FeelRun *run, size_t count)
{
    if (count > run->limits.list_length) {
        (void)feel_fail(run, LIMIT_MEMORY, "a list is longer than is allowed");
        return NULL;
    }
    return feel_room(run, count * sizeof(Value)) ? ARENA_ARRAY(run->arena, Value, count + 1) : NULL;
}

FeelEntry *feel_entries_new(FeelRun *run, size_t count)
{
    if (count > run->limits.list_length) {
        (void)feel_fail(run, LIMIT_MEMORY, "a context is larger than is allowed");
        return NULL;
    }
    return feel_room(run, count * sizeof(FeelEntry)) ? ARENA_ARRAY(run->arena, FeelEntry, count + 1) : NULL;
}

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

Value feel_error(FeelRun *run, const char *format, ...)
{
    if (run->message_count >= MESSAGES_MAX || run->failed) {
        return (Value){.kind = FEEL_NULL, .reason = MESSAGES_MAX};
    }
    if (run->message_count == run->message_cap) {
        size_t cap = run->message_cap ? run->message_cap * 2 : 4;
        Str *more = ARENA_ARRAY(run->arena, Str, cap);
        if (run->message_count > 0) {
            memcpy(more, run->messages, run->message_count * sizeof(Str));
        }
        run->messages = more;
        run->message_cap = cap;
    }
    char text[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    run->messages[run->message_count++] = str_copy(run->arena, (Str){text, len});
    return (Value){.kind = FEEL_NULL, .reason = (uint8_t)run->message_count};
}

/* ---- Compiling --------------------------------------------------------------------------------------------------- */

static bool compile(Arena *a, const FeelScope *s, Str text, bool tests, const FeelCode **ret, Err *err)
{
    Arena *scratch = arena_new(0);
    Unit *unit = ARENA_NEW(scratch, Unit);
    Source src = {.arena = a, .scratch = scratch, .scope = s, .text = text, .tests = tests, .unit = unit};
    if (tests) {
        src.input = ARENA_NEW(scratch, Var);
        *src.input = (Var){.name = STR("?"), .unit = unit};
    }
    Node *root;
    bool ok = feel_parse(&src, &root, err) && feel_emit(&src, root, ret, err);
    (void)arena_free(scratch);
    return ok;
}

bool feel_compile(Arena *a, const FeelScope *s, Str text, const FeelCode **ret, Err *err)
{
    return compile(a, s, text, false, ret, err);
}

bool feel_compile_tests(Arena *a, const FeelScope *s, Str text, const FeelCode **ret, Err *err)
{
    return compile(a, s, text, true, ret, err);
}

FeelTests feel_tests_shape(const FeelCode *code)
{
    code = code_now(code);
    return code->is_tests ? code->tests : (FeelTests){.shape = FEEL_TEST_OTHER};
}

const int *feel_code_reads(const FeelCode *code, size_t *ret_count)
{
    code = code_now(code);
    *ret_count = code->read_count;
    return code->reads;
}

bool feel_code_constant(const FeelCode *code, Value *ret)
{
    code = code_now(code);
    if (code->is_constant) {
        *ret = code->constant;
    }
    return code->is_constant;
}

FeelSum feel_code_sum(const FeelCode *code)
{
    code = code_now(code);
    const Step *s = code->steps;
    bool two = code->step_count == 2 && (s[0].op == OP_ADD || s[0].op == OP_SUB) && s[1].op == OP_END &&
               s[1].a == OPERAND(IN_REGISTERS, s[0].d);
    bool slots = two && OPERAND_SPACE(s[0].a) == IN_FRAME && OPERAND_SPACE(s[0].b) == IN_FRAME;
    return slots ? (FeelSum){true, s[0].op == OP_SUB, (int)OPERAND_INDEX(s[0].a), (int)OPERAND_INDEX(s[0].b)}
                 : (FeelSum){0};
}

/* ---- Evaluating -------------------------------------------------------------------------------------------------- */

Value feel_eval(FeelRun *run, const FeelCode *code, const Value *frame)
{
    code = code_now(code);
    if (feel_late_is_broken(code)) {
        return feel_fail(run, LAW_BROKEN, "an expression of the scheme is broken");
    }
    return feel_machine(run, code, frame, NULL, NULL, 0);
}

Value feel_test(FeelRun *run, const FeelCode *code, const Value *frame, Value input)
{
    Value v = feel_machine(run, code, frame, NULL, &input, 1);
    return v.kind == FEEL_BOOLEAN || v.kind == FEEL_NULL ? v : feel_error(run, "a test is neither true nor false");
}
