/* boxed_eval.c: evaluates boxed expressions over a frame of values. Tables are in table_eval.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

#include <string.h>

enum { EXPR_ROOM = 64 << 10 }; /* bytes that must be free before an expression starts */

static Value maybe_eval(Eval *ev, const Expr *e, Value *frame)
{
    return e != NULL ? expr_eval(ev, e, frame) : feel_null();
}

static Value literal_eval(Eval *ev, const Expr *e, Value *frame)
{
    if (e->code == NULL) {
        return feel_error(ev->run, "line %d: %.*s", e->line, STR_ARG(e->problem));
    }
    return feel_eval(ev->run, e->code, frame);
}

static Value context_eval(Eval *ev, const Expr *e, Value *frame)
{
    FeelEntry *entries = ARENA_ARRAY(ev->a, FeelEntry, e->count);
    size_t count = 0;
    if (e->problem.len > 0) {
        return feel_error(ev->run, "line %d: %.*s", e->line, STR_ARG(e->problem));
    }
    for (size_t i = 0; i < e->count; i++) {
        const ExprPart *p = &e->parts[i];
        Value v = type_check(ev->run, maybe_eval(ev, p->expr, frame), p->type, p->name);
        if (p->name.len == 0) {
            return v; /* the result entry */
        }
        frame[p->slot] = v;
        entries[count++] = (FeelEntry){p->name, v};
    }
    return feel_context(entries, count);
}

static Value invocation_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value function = maybe_eval(ev, e->first, frame);
    FeelEntry *args = ARENA_ARRAY(ev->a, FeelEntry, e->count);
    for (size_t i = 0; i < e->count; i++) {
        const ExprPart *p = &e->parts[i];
        args[i] = (FeelEntry){p->name, type_check(ev->run, maybe_eval(ev, p->expr, frame), p->type, p->name)};
    }
    if (function.kind != FEEL_FUNCTION) {
        return feel_error(ev->run, "line %d: what is invoked is no function", e->line);
    }
    return feel_call_named(ev->run, function, args, e->count);
}

static Value list_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value *items = ARENA_ARRAY(ev->a, Value, e->count);
    for (size_t i = 0; i < e->count; i++) {
        items[i] = maybe_eval(ev, e->parts[i].expr, frame);
    }
    return feel_list(items, e->count);
}

static Value relation_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value *rows = ARENA_ARRAY(ev->a, Value, e->rows);
    for (size_t r = 0; r < e->rows; r++) {
        FeelEntry *entries = ARENA_ARRAY(ev->a, FeelEntry, e->count);
        for (size_t i = 0; i < e->count; i++) {
            const ExprPart *p = &e->parts[i];
            entries[i] = (FeelEntry){
                p->name, type_check(ev->run, maybe_eval(ev, e->cells[r * e->count + i], frame), p->type, p->name)};
        }
        rows[r] = feel_context(entries, e->count);
    }
    return feel_list(rows, e->rows);
}

/* A boxed function with the values it saw when it was made. */
typedef struct {
    Eval *ev;
    const Expr *e;
    const Value *captured;
} Closure;

static Value closure_call(FeelRun *run, void *host, const Value *args, size_t count)
{
    const Closure *c = host;
    const Expr *e = c->e;
    if (c->ev->depth >= DMN_CALL_DEPTH) {
        return feel_error(run, "line %d: functions call each other too deep", e->line);
    }
    Value *frame = ARENA_ARRAY(c->ev->a, Value, e->frame);
    memcpy(frame, c->captured, sizeof(Value) * (size_t)e->slot);
    for (size_t i = 0; i < e->count && i < count; i++) {
        frame[e->parts[i].slot] = type_check(run, args[i], e->parts[i].type, e->parts[i].name);
        if (frame[e->parts[i].slot].kind == FEEL_NULL && args[i].kind != FEEL_NULL) {
            return frame[e->parts[i].slot];
        }
    }
    c->ev->depth++;
    Value v = maybe_eval(c->ev, e->first, frame);
    c->ev->depth--;
    return v;
}

static Value function_eval(Eval *ev, const Expr *e, Value *frame)
{
    Closure *c = ARENA_NEW(ev->a, Closure);
    FeelMember *params = ARENA_ARRAY(ev->a, FeelMember, e->count);
    Value *captured = ARENA_ARRAY(ev->a, Value, e->slot);
    memcpy(captured, frame, sizeof(Value) * (size_t)e->slot);
    for (size_t i = 0; i < e->count; i++) {
        const DType *t = e->parts[i].type;
        params[i] = (FeelMember){e->parts[i].name, type_is_any(t) ? feel_type_any() : t->feel};
    }
    *c = (Closure){ev, e, captured};
    const DType *result = e->first != NULL ? e->first->type : NULL;
    Value v =
        feel_native(ev->a, params, e->count, type_is_any(result) ? feel_type_any() : result->feel, closure_call, c);
    if (e->slot2 >= 0) { /* it sees itself */
        captured[e->slot2] = v;
    }
    return v;
}

static Value conditional_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value test = maybe_eval(ev, e->first, frame);
    if (test.kind != FEEL_BOOLEAN && test.kind != FEEL_NULL) {
        return feel_error(ev->run, "line %d: the condition is no boolean", e->line);
    }
    return maybe_eval(ev, feel_is_true(test) ? e->second : e->third, frame);
}

static Value filter_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value in = maybe_eval(ev, e->first, frame);
    Value list = in;
    if (in.kind == FEEL_NULL) {
        return feel_error(ev->run, "line %d: a filter of null", e->line);
    }
    if (in.kind != FEEL_LIST) {
        Value *one = ARENA_NEW(ev->a, Value);
        *one = in;
        list = feel_list(one, 1);
    }
    if (!eval_room(ev, EXPR_ROOM + list.len * sizeof(Value))) {
        return feel_error(ev->run, "line %d: no memory left for this list", e->line);
    }
    Value *kept = ARENA_ARRAY(ev->a, Value, list.len);
    size_t count = 0;
    for (size_t i = 0; i < list.len && !feel_run_failed(ev->run, NULL); i++) {
        Value item = feel_items(list)[i];
        frame[e->slot] = item;
        Value keep;
        if (e->code != NULL && item.kind == FEEL_CONTEXT) {
            frame[e->slot2] = feel_list(&feel_items(list)[i], 1);
            Value left = feel_eval(ev->run, e->code, frame);
            keep = feel_bool(left.kind == FEEL_LIST && left.len == 1);
        } else {
            keep = maybe_eval(ev, e->second, frame);
        }
        if (keep.kind != FEEL_BOOLEAN && keep.kind != FEEL_NULL) {
            return feel_error(ev->run, "line %d: the match of a filter is no boolean", e->line);
        }
        if (feel_is_true(keep)) {
            kept[count++] = item;
        }
    }
    return feel_list(kept, count);
}

/* What an iterator runs over: a list as it is, a range or single value by FEEL's own rules. */
static Value iterated(Eval *ev, const Expr *e, Value *frame)
{
    Value in = maybe_eval(ev, e->first, frame);
    if (in.kind == FEEL_LIST) {
        return in;
    }
    if (in.kind == FEEL_RANGE && e->helper != NULL) {
        return feel_eval(ev->run, e->helper, &in);
    }
    if (in.kind == FEEL_NULL) {
        return feel_error(ev->run, "line %d: an iteration over null", e->line);
    }
    Value *one = ARENA_NEW(ev->a, Value);
    *one = in;
    return feel_list(one, 1);
}

static Value for_eval(Eval *ev, const Expr *e, Value *frame)
{
    Value in = iterated(ev, e, frame);
    if (in.kind != FEEL_LIST) {
        return in;
    }
    if (!eval_room(ev, EXPR_ROOM + in.len * sizeof(Value))) {
        return feel_error(ev->run, "line %d: no memory left for this list", e->line);
    }
    Value *items = ARENA_ARRAY(ev->a, Value, in.len);
    for (size_t i = 0; i < in.len && !feel_run_failed(ev->run, NULL); i++) {
        frame[e->slot] = feel_items(in)[i];
        frame[e->slot2] = feel_list(items, i);
        items[i] = maybe_eval(ev, e->second, frame);
    }
    return feel_list(items, in.len);
}

static Value quantified_eval(Eval *ev, const Expr *e, Value *frame)
{
    bool stops = e->kind == EXPR_SOME; /* the verdict that ends the search */
    bool unknown = false;
    Value in = iterated(ev, e, frame);
    if (in.kind != FEEL_LIST) {
        return in;
    }
    for (size_t i = 0; i < in.len && !feel_run_failed(ev->run, NULL); i++) {
        frame[e->slot] = feel_items(in)[i];
        Value v = maybe_eval(ev, e->second, frame);
        if (v.kind != FEEL_BOOLEAN) {
            unknown = true;
        } else if (feel_is_true(v) == stops) {
            return feel_bool(stops);
        }
    }
    return unknown ? feel_error(ev->run, "line %d: a condition is no boolean", e->line) : feel_bool(!stops);
}

static Value plain_eval(Eval *ev, const Expr *e, Value *frame)
{
    switch (e->kind) {
    case EXPR_LITERAL: return literal_eval(ev, e, frame);
    case EXPR_TABLE: return table_eval(ev, e->table, frame);
    case EXPR_CONTEXT: return context_eval(ev, e, frame);
    case EXPR_INVOCATION: return invocation_eval(ev, e, frame);
    case EXPR_LIST: return list_eval(ev, e, frame);
    case EXPR_RELATION: return relation_eval(ev, e, frame);
    case EXPR_FUNCTION: return function_eval(ev, e, frame);
    case EXPR_CONDITIONAL: return conditional_eval(ev, e, frame);
    case EXPR_FILTER: return filter_eval(ev, e, frame);
    case EXPR_FOR: return for_eval(ev, e, frame);
    case EXPR_SOME:
    case EXPR_EVERY: return quantified_eval(ev, e, frame);
    }
    bug("unknown boxed expression");
}

Value expr_eval(Eval *ev, const Expr *e, Value *frame)
{
    if (e->kind != EXPR_LITERAL && !eval_room(ev, EXPR_ROOM + (e->count + 1) * (e->rows + 2) * sizeof(FeelEntry))) {
        return feel_error(ev->run, "line %d: no memory left for this evaluation", e->line);
    }
    Value v = plain_eval(ev, e, frame);
    if (type_is_any(e->type) || e->kind == EXPR_FUNCTION) {
        return v;
    }
    return type_check(ev->run, v, e->type, e->text.len > 0 ? str_trim(e->text) : STR("expression"));
}
