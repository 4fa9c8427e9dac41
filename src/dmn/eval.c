/* eval.c: evaluates decisions in order of their requirements, knowledge models and services as functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quick_int.h"

enum { EVAL_ROOM = 64 << 10, SMALL_FRAME = 256 };

DmnStep *trace_step(Eval *ev)
{
    DmnTrace *t = ev->trace;
    if (t->count == t->cap) {
        size_t cap = t->cap > 0 ? t->cap * 2 : ev->steps_expected;
        if (!eval_room(ev, EVAL_ROOM + cap * sizeof(DmnStep))) {
            return NULL;
        }
        DmnStep *grown = ARENA_ARRAY(ev->a, DmnStep, cap);
        for (size_t i = 0; i < t->count; i++) {
            grown[i] = t->steps[i];
        }
        t->steps = grown;
        t->cap = cap;
    }
    return &t->steps[t->count++];
}

static void trace_value(Eval *ev, const DmnInvocable *d, Value v)
{
    DmnStep *step = trace_step(ev);
    if (step != NULL) {
        step->decision = d->name;
        step->id = d->id;
        step->value = v;
    }
}

/* "{namespace}name" */
static bool name_is_qualified(Str full, Str ns, Str name)
{
    return full.len == ns.len + name.len + 2 && full.ptr[0] == '{' && full.ptr[ns.len + 1] == '}' &&
           str_eq(str_sub(full, 1, ns.len + 1), ns) && str_ends(full, name);
}

/* Inputs of an imported model stand under "{namespace}name", in a context by import name, or flat. */
static Value input_find(const DmnModel *m, Value inputs, Str name, bool *ret_found)
{
    if (m->parent != NULL) {
        bool found = false;
        for (size_t i = 0; inputs.kind == FEEL_CONTEXT && i < inputs.len; i++) {
            if (name_is_qualified(feel_entries(inputs)[i].name, m->ns, name)) {
                *ret_found = true;
                return feel_entries(inputs)[i].value;
            }
        }
        Value outer = m->import_name.len > 0 ? input_find(m->parent, inputs, m->import_name, &found) : feel_null();
        if (found && outer.kind == FEEL_CONTEXT) {
            for (size_t i = 0; i < outer.len; i++) {
                if (str_eq(feel_entries(outer)[i].name, name)) {
                    *ret_found = true;
                    return feel_entries(outer)[i].value;
                }
            }
        }
    }
    for (size_t i = 0; inputs.kind == FEEL_CONTEXT && i < inputs.len; i++) {
        if (str_eq(feel_entries(inputs)[i].name, name)) {
            *ret_found = true;
            return feel_entries(inputs)[i].value;
        }
    }
    return feel_null();
}

/* ordinal: where dmn_inputs_read() puts this input. */
static Value input_value(Eval *ev, const DmnInvocable *d, size_t ordinal)
{
    bool found = false;
    const FeelEntry *e =
        ev->inputs.kind == FEEL_CONTEXT && ordinal < ev->inputs.len ? &feel_entries(ev->inputs)[ordinal] : NULL;
    if (e != NULL && d->is_top && e->name.len == d->variable.len &&
        (e->name.ptr == d->variable.ptr || str_eq(e->name, d->variable))) {
        return type_check(ev->run, e->value, d->type, d->name);
    }
    Value v = input_find(d->model, ev->inputs, d->variable, &found);
    if (!found && !str_eq(d->name, d->variable)) {
        v = input_find(d->model, ev->inputs, d->name, &found);
    }
    return type_check(ev->run, v, d->type, d->name);
}

static Value node_value(Eval *ev, const DmnInvocable *d)
{
    return d->kind == DMN_KNOWLEDGE || d->kind == DMN_SERVICE ? knowledge_value(ev, d) : ev->memo[d->number];
}

void node_slots(Eval *ev, const DmnInvocable *d, Value *frame)
{
    if (d->direct != NULL) {
        for (size_t i = 0; i < d->slot_count; i++) {
            frame[i] = ev->memo[d->direct[i]];
        }
        return;
    }
    for (size_t i = 0; i < d->slot_count; i++) {
        const Slot *s = &d->slots[i];
        if (!s->through_import) {
            frame[i] = node_value(ev, s->nodes[0]);
            continue;
        }
        FeelEntry *entries = ARENA_ARRAY(ev->a, FeelEntry, s->count);
        for (size_t j = 0; j < s->count; j++) {
            entries[j] = (FeelEntry){s->nodes[j]->variable, node_value(ev, s->nodes[j])};
        }
        frame[i] = feel_context(entries, s->count);
    }
}

static Value *frame_take(Eval *ev, size_t size)
{
    if (size > ev->frames_left) {
        return ARENA_ARRAY(ev->a, Value, size);
    }
    Value *frame = ev->frames;
    ev->frames += size;
    ev->frames_left -= size;
    return frame;
}

/* A table without a type of its own needs none of what other boxed expressions do. */
static Value logic_eval(Eval *ev, const Expr *e, Value *frame)
{
    bool plain = e->kind == EXPR_TABLE && type_is_any(e->type) && eval_room(ev, EVAL_ROOM);
    return plain ? table_eval(ev, e->table, frame) : expr_eval(ev, e, frame);
}

/* The value of a decision, its requirements being in the memo. */
Value node_eval(Eval *ev, const DmnInvocable *d)
{
    if (d->logic == NULL) {
        return feel_null();
    }
    if (d->frame > SMALL_FRAME && !eval_room(ev, EVAL_ROOM + (size_t)d->frame * sizeof(Value))) {
        return feel_error(ev->run, "%.*s: no memory left for this evaluation", STR_ARG(d->name));
    }
    size_t before = ev->trace != NULL ? ev->trace->count : 0;
    Value *frame = frame_take(ev, (size_t)d->frame);
    node_slots(ev, d, frame);
    Value v = type_check(ev->run, logic_eval(ev, d->logic, frame), d->type, d->name);
    if (ev->trace == NULL) {
        return v;
    }
    if (d->logic->kind == EXPR_TABLE && ev->trace->count > before) {
        ev->trace->steps[ev->trace->count - 1].value = v;
    } else {
        trace_value(ev, d, v);
    }
    return v;
}

/* ---- Functions ------------------------------------------------------------------------------------------------- */

typedef struct {
    Eval *ev;
    const DmnInvocable *d;
} Callee;

/* Arguments must fit their types: otherwise the function is not called at all. */
static bool args_check(Callee *c, const Value *args, size_t count, Value *ret)
{
    for (size_t i = 0; i < c->d->param_count; i++) {
        Value given = i < count ? args[i] : feel_null();
        ret[i] = type_check(c->ev->run, given, c->d->params[i].type, c->d->params[i].name);
        if (ret[i].kind == FEEL_NULL && given.kind != FEEL_NULL) {
            return false;
        }
    }
    return true;
}

static Value knowledge_run(Eval *ev, const DmnInvocable *d, const Value *args)
{
    Value *frame = ARENA_ARRAY(ev->a, Value, d->frame);
    node_slots(ev, d, frame);
    for (size_t i = 0; i < d->param_count; i++) {
        frame[d->params[i].slot] = args[i];
    }
    Value v = d->logic != NULL ? expr_eval(ev, d->logic, frame) : feel_null();
    return type_check(ev->run, v, d->type->result != NULL ? d->type->result : d->type, d->name);
}

static Value service_run(Eval *outer, const DmnInvocable *d, const Value *args)
{
    Eval *inner = ARENA_NEW(outer->a, Eval); /* functions made inside may outlive the call */
    *inner = *outer;
    inner->frames_left = 0;
    inner->memo = ARENA_ARRAY(inner->a, Value, inner->model->total);
    inner->inputs = feel_null();
    for (size_t i = 0; i < d->param_count; i++) {
        inner->memo[d->param_nodes[i]->number] = args[i];
    }
    for (size_t i = 0; i < d->plan_count; i++) {
        const DmnInvocable *n = d->plan[i];
        if (n->kind == DMN_DECISION) {
            inner->memo[n->number] = node_eval(inner, n);
        }
    }
    Value v;
    if (d->output_count == 1) {
        v = inner->memo[d->outputs[0]->number];
    } else {
        FeelEntry *entries = ARENA_ARRAY(inner->a, FeelEntry, d->output_count);
        for (size_t i = 0; i < d->output_count; i++) {
            entries[i] = (FeelEntry){d->outputs[i]->variable, inner->memo[d->outputs[i]->number]};
        }
        v = feel_context(entries, d->output_count);
    }
    return type_check(inner->run, v, d->type->result != NULL ? d->type->result : d->type, d->name);
}

static Value callee_run(Eval *ev, const DmnInvocable *d, const Value *args)
{
    size_t bytes = EVAL_ROOM + ((size_t)d->frame + (d->kind == DMN_SERVICE ? ev->model->total : 0)) * sizeof(Value);
    if (ev->depth >= DMN_CALL_DEPTH || !eval_room(ev, bytes)) {
        return feel_error(ev->run, "%.*s: calls are nested too deep", STR_ARG(d->name));
    }
    ev->depth++;
    Value v = d->kind == DMN_SERVICE ? service_run(ev, d, args) : knowledge_run(ev, d, args);
    ev->depth--;
    return v;
}

static Value callee_call(FeelRun *run, void *host, const Value *args, size_t count)
{
    Callee *c = host;
    if (!eval_room(c->ev, EVAL_ROOM)) {
        return feel_error(run, "%.*s: no memory left for this evaluation", STR_ARG(c->d->name));
    }
    Value *checked = ARENA_ARRAY(c->ev->a, Value, c->d->param_count);
    if (count != c->d->param_count || !args_check(c, args, count, checked)) {
        return feel_error(run, "%.*s: the arguments do not fit the parameters", STR_ARG(c->d->name));
    }
    return callee_run(c->ev, c->d, checked);
}

/* A knowledge model or service as a function of this evaluation. */
Value knowledge_value(Eval *ev, const DmnInvocable *d)
{
    Value *memo = &ev->memo[d->number];
    if (memo->kind == FEEL_FUNCTION) {
        return *memo;
    }
    if (d->external.kind == FEEL_BOOLEAN) {
        Value *frame = ARENA_ARRAY(ev->a, Value, d->frame);
        *memo = d->logic != NULL ? expr_eval(ev, d->logic, frame) : feel_null();
        return *memo;
    }
    Callee *c = ARENA_NEW(ev->a, Callee);
    FeelMember *params = ARENA_ARRAY(ev->a, FeelMember, d->param_count);
    for (size_t i = 0; i < d->param_count; i++) {
        const DType *t = d->params[i].type;
        params[i] = (FeelMember){d->params[i].name, type_is_any(t) || t->feel == NULL ? feel_type_any() : t->feel};
    }
    const DType *result = d->type->result != NULL ? d->type->result : d->type;
    *c = (Callee){ev, d};
    *memo = feel_native(ev->a, params, d->param_count,
                        type_is_any(result) || result->feel == NULL ? feel_type_any() : result->feel, callee_call, c);
    return *memo;
}

/* ---- The face -------------------------------------------------------------------------------------------------- */

static Value called_directly(Eval *ev, const DmnInvocable *d)
{
    Value *args = ARENA_ARRAY(ev->a, Value, d->param_count);
    for (size_t i = 0; i < d->param_count; i++) {
        const DmnModel *m = d->kind == DMN_SERVICE ? d->param_nodes[i]->model : d->model;
        bool found = false;
        args[i] = type_check(ev->run, input_find(m, ev->inputs, d->params[i].name, &found), d->params[i].type,
                             d->params[i].name);
    }
    if (d->external.kind == FEEL_BOOLEAN) {
        return feel_call(ev->run, knowledge_value(ev, d), args, d->param_count);
    }
    Value v = callee_run(ev, d, args);
    if (ev->trace != NULL) {
        trace_value(ev, d, v);
    }
    return v;
}

/* One block holds the evaluation, the values of all elements, the frames of the plan and the steps of a new trace.
 * Functions made on the way point to the evaluation, so it lives as long as they do. NULL: no memory left. */
Eval *eval_begin(FeelRun *run, const DmnInvocable *d, DmnTrace *trace)
{
    const DmnModel *root = model_root(d->model);
    Arena *a = feel_run_arena(run);
    size_t before = arena_used(a), steps = trace != NULL && trace->cap == 0 ? d->plan_steps : 0;
    size_t values = root->total + d->plan_frames;
    size_t bytes = sizeof(Eval) + values * sizeof(Value) + steps * sizeof(DmnStep);
    if (bytes + EVAL_ROOM > DMN_EVAL_BYTES) {
        return NULL;
    }
    Eval *ev = arena_alloc(a, bytes);
    ev->run = run;
    ev->a = a;
    ev->trace = trace;
    ev->model = root;
    ev->used_before = before;
    ev->memo = (Value *)(void *)(ev + 1);
    ev->frames = ev->memo + root->total;
    ev->frames_left = d->plan_frames;
    ev->steps_expected = d->plan_steps > 0 ? d->plan_steps : 1;
    if (steps > 0) {
        trace->steps = (DmnStep *)(void *)(ev->memo + values);
        trace->cap = steps;
    }
    return ev;
}

Value node_run(FeelRun *run, const DmnInvocable *d, Value inputs, DmnTrace *trace, Probe *probe)
{
    Eval *ev = eval_begin(run, d, trace);
    if (ev == NULL) {
        return feel_error(run, "%.*s: no memory left for this evaluation", STR_ARG(d->name));
    }
    ev->inputs = inputs;
    ev->probe = probe;
    if (d->kind != DMN_DECISION) {
        return called_directly(ev, d);
    }
    for (size_t i = 0, ordinal = 0; i < d->plan_count; i++) {
        const DmnInvocable *n = d->plan[i];
        ev->memo[n->number] = n->kind == NODE_INPUT ? input_value(ev, n, ordinal++) : node_eval(ev, n);
    }
    return ev->memo[d->number];
}

Value dmn_evaluate(FeelRun *run, const DmnInvocable *d, Value inputs, DmnTrace *trace)
{
    Value v;
    bool quick = d->quick != NULL && (trace == NULL || (trace->cap == 0 && !trace->all_rules));
    return quick && quick_run(run, d->quick, inputs, trace, &v) ? v : node_run(run, d, inputs, trace, NULL);
}
