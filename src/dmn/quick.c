/* quick.c: the common graph (inputs, indexed tables with constant outputs, literal expressions) in one pass.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quick_int.h"
#include "table_int.h"

#include <string.h>

enum { QUICK_VALUES = 64, QUICK_FRAME = 64, BY_CODE = UINT32_MAX };

typedef enum { QUICK_INPUT = 1, QUICK_TABLE, QUICK_LITERAL } QuickOp;

/* One element of the plan; its value stands in the row at the place that it has in the plan. */
typedef struct {
    QuickOp op;
    const DmnInvocable *d;
    const Table *t;
    const uint32_t *slots;  /* where the values of its frame stand in the row */
    const uint32_t *inputs; /* table: where the value of each input stands, or BY_CODE */
    bool framed;            /* needs a frame, for expressions */
    DmnStep shown;          /* what its step in a trace always says */
} QuickStep;

struct Quick {
    const QuickStep *steps;
    size_t count, decisions;
    size_t trace_bytes; /* steps and tested values of a trace */
    bool has_code;      /* expressions may leave messages, which an undone pass takes back */
};

typedef struct {
    FeelRun *run;
    Arena *a;
    DmnTrace *trace;
    Value *tested; /* where the next table's tested values go, in the trace */
    Value row[QUICK_VALUES];
    Value frame[QUICK_FRAME];
} Pass;

/* ---- Building -------------------------------------------------------------------------------------------------- */

/* PRIORITY needs ranks that do not hang on the facts. */
static bool outputs_known(const Table *t)
{
    for (size_t r = 0; r < t->rule_count; r++) {
        if (t->rules[r].constants == NULL || (t->hit == HIT_PRIORITY && t->rules[r].ranks == NULL)) {
            return false;
        }
    }
    return t->output_count > 0;
}

static bool hit_is_quick(Hit hit)
{
    return hit == HIT_UNIQUE || hit == HIT_ANY || hit == HIT_FIRST || hit == HIT_PRIORITY || hit == HIT_COLLECT ||
           hit == HIT_RULE_ORDER;
}

static bool table_build(Arena *a, const Table *t, QuickStep *s)
{
    const TableIndex *x = t->index;
    if (x == NULL || x->parts != NULL || x->words != 1 || !x->complete || !hit_is_quick(t->hit) || !outputs_known(t) ||
        t->input_count > FEW_INPUTS) {
        return false;
    }
    uint32_t *inputs = ARENA_ARRAY(a, uint32_t, t->input_count);
    for (size_t i = 0; i < t->input_count; i++) {
        const TableInput *in = &t->inputs[i];
        if (in->code == NULL || in->values != NULL || in->values_text.len > 0) {
            return false;
        }
        inputs[i] = in->direct ? s->slots[in->slot] : BY_CODE;
        s->framed |= !in->direct;
    }
    s->t = t;
    s->inputs = inputs;
    s->shown = (DmnStep){.decision = t->owner, .id = t->owner_id, .hit_policy = t->hit_name};
    return true;
}

static bool decision_build(Arena *a, const DmnInvocable *whole, QuickStep *s)
{
    const DmnInvocable *d = s->d;
    const Expr *e = d->logic;
    if (e == NULL || d->direct == NULL || d->frame > QUICK_FRAME || !type_is_any(e->type)) {
        return false;
    }
    uint32_t *slots = ARENA_ARRAY(a, uint32_t, d->slot_count);
    for (size_t i = 0; i < d->slot_count; i++) {
        while (whole->plan[slots[i]]->number != d->direct[i]) { /* all its requirements are in the plan */
            slots[i]++;
        }
    }
    s->slots = slots;
    s->op = e->kind == EXPR_TABLE ? QUICK_TABLE : QUICK_LITERAL;
    s->shown = (DmnStep){.decision = d->name, .id = d->id};
    s->framed = e->kind == EXPR_LITERAL;
    return e->kind == EXPR_TABLE ? table_build(a, e->table, s) : e->kind == EXPR_LITERAL && e->code != NULL;
}

const Quick *quick_build(Arena *a, const DmnInvocable *d)
{
    if (d->kind != DMN_DECISION || !d->is_top || d->plan_count > QUICK_VALUES) {
        return NULL;
    }
    Quick *q = ARENA_NEW(a, Quick);
    QuickStep *steps = ARENA_ARRAY(a, QuickStep, d->plan_count);
    size_t tested = 0;
    for (size_t i = 0; i < d->plan_count; i++) {
        const DmnInvocable *n = d->plan[i];
        steps[i] = (QuickStep){.op = QUICK_INPUT, .d = n};
        if (n->kind == NODE_INPUT ? !n->is_top : !decision_build(a, d, &steps[i])) {
            return NULL;
        }
        tested += steps[i].t != NULL ? steps[i].t->input_count : 0;
        q->has_code |= steps[i].framed;
    }
    q->steps = steps;
    q->count = d->plan_count;
    q->decisions = d->plan_steps;
    q->trace_bytes = d->plan_steps * sizeof(DmnStep) + tested * sizeof(Value);
    return q;
}

/* ---- Running --------------------------------------------------------------------------------------------------- */

static bool input_take(const QuickStep *s, Value inputs, size_t ordinal, Value *ret)
{
    if (inputs.kind != FEEL_CONTEXT || ordinal >= inputs.len) {
        return false;
    }
    const FeelEntry *e = &feel_entries(inputs)[ordinal];
    const DmnInvocable *d = s->d;
    if (e->name.ptr != d->variable.ptr ? !str_eq(e->name, d->variable) : e->name.len != d->variable.len) {
        return false;
    }
    *ret = e->value;
    return e->value.kind == FEEL_NULL ? e->value.reason == 0 : type_is_any(d->type) || d->type->simple == e->value.kind;
}

static void frame_fill(Pass *p, const QuickStep *s)
{
    size_t count = s->d->slot_count;
    for (size_t i = 0; i < count; i++) {
        p->frame[i] = p->row[s->slots[i]];
    }
    memset(p->frame + count, 0, ((size_t)s->d->frame - count) * sizeof(Value));
}

static Value input_compute(Pass *p, const TableInput *in)
{
    Value v = in->slot >= 0 ? p->frame[in->slot] : feel_eval(p->run, in->code, p->frame);
    return type_check(p->run, v, in->type, in->text);
}

/* The values of a table's inputs. False if one of them is an error. */
static bool inputs_take(Pass *p, const QuickStep *s, Value *values)
{
    for (size_t i = 0; i < s->t->input_count; i++) {
        values[i] = s->inputs[i] != BY_CODE ? p->row[s->inputs[i]] : input_compute(p, &s->t->inputs[i]);
        if (is_error(values[i])) {
            return false;
        }
    }
    return true;
}

/* The rules that accept all values, as bits. False if a value is of a kind that the index does not know. */
static bool rules_meet(const TableIndex *x, const Value *values, uint64_t *ret)
{
    uint64_t m = x->full;
    for (size_t k = 0; k < x->look_count && m != 0; k++) {
        size_t i = x->looks[k];
        const IndexColumn *c = &x->columns[i];
        if (values[i].kind == FEEL_NULL) {
            m &= c->null_mask[0];
            continue;
        }
        size_t region = index_region(c, values[i]);
        if (region == SIZE_MAX) {
            return false;
        }
        m &= c->masks[region];
    }
    *ret = m;
    return true;
}

static bool rank_is_less(const Table *t, size_t x, size_t y)
{
    for (size_t o = 0; o < t->output_count; o++) {
        if (t->rules[x].ranks[o] != t->rules[y].ranks[o]) {
            return t->rules[x].ranks[o] < t->rules[y].ranks[o];
        }
    }
    return false;
}

static size_t rule_at(const TableIndex *x, uint64_t bits)
{
    return x->rules[__builtin_ctzll(bits)];
}

/* The one rule that decides under PRIORITY: the best rank, the first of equal ones. */
static size_t priority_rule(const Table *t, uint64_t m)
{
    size_t best = rule_at(t->index, m);
    for (m &= m - 1; m != 0; m &= m - 1) {
        size_t r = rule_at(t->index, m);
        best = rank_is_less(t, r, best) ? r : best;
    }
    return best;
}

/* All rules that apply, in order of the table: their results as a list, and each in the trace. */
static Value rules_collect(Pass *p, const Table *t, uint64_t m, DmnStep *step)
{
    size_t count = (size_t)__builtin_popcountll(m);
    Value *items = ARENA_ARRAY(p->a, Value, count);
    DmnRuleTrace *shown = step != NULL ? ARENA_ARRAY(p->a, DmnRuleTrace, count) : NULL;
    for (size_t i = 0; i < count; i++, m &= m - 1) {
        const TableRule *rule = &t->rules[rule_at(t->index, m)];
        items[i] = rule->joined;
        if (shown != NULL) {
            shown[i] = rule->fired;
        }
    }
    if (step != NULL) {
        step->rules = shown;
        step->rule_count = count;
    }
    return feel_list(items, count);
}

/* What the hit policy makes of the rules that apply. False: they collide, or the default output is wanted. */
static bool hit_take(Pass *p, const Table *t, uint64_t m, DmnStep *step, Value *ret)
{
    bool many = t->hit == HIT_COLLECT || t->hit == HIT_RULE_ORDER;
    if (m == 0) {
        *ret = many ? feel_list(NULL, 0) : feel_null();
        return !t->has_default;
    }
    if (many) {
        *ret = rules_collect(p, t, m, step);
        return true;
    }
    bool several = (m & (m - 1)) != 0;
    if (several && (t->hit == HIT_UNIQUE || t->hit == HIT_ANY)) {
        return false;
    }
    size_t r = several && t->hit == HIT_PRIORITY ? priority_rule(t, m) : rule_at(t->index, m);
    if (step != NULL) {
        step->rules = &t->rules[r].fired;
        step->rule_count = 1;
    }
    *ret = t->rules[r].joined;
    return true;
}

static bool table_take(Pass *p, const QuickStep *s, DmnStep *step, Value *ret)
{
    Value untraced[FEW_INPUTS];
    Value *values = step != NULL ? p->tested : untraced;
    uint64_t m = 0;
    if (s->framed) {
        frame_fill(p, s);
    }
    if (!inputs_take(p, s, values) || !rules_meet(s->t->index, values, &m)) {
        return false;
    }
    if (step != NULL) {
        step->tested = values;
        p->tested += s->t->input_count;
    }
    return hit_take(p, s->t, m, step, ret);
}

static bool decision_take(Pass *p, const QuickStep *s, DmnStep *step, Value *ret)
{
    if (step != NULL) {
        *step = s->shown;
    }
    if (s->op == QUICK_LITERAL) {
        frame_fill(p, s);
        *ret = feel_eval(p->run, s->d->logic->code, p->frame);
    } else if (!table_take(p, s, step, ret)) {
        return false;
    }
    *ret = type_check(p->run, *ret, s->d->type, s->d->name);
    if (step != NULL) {
        step->value = *ret;
    }
    return true;
}

static bool steps_take(Pass *p, const Quick *q, Value inputs, DmnStep *step)
{
    size_t ordinal = 0;
    for (size_t i = 0; i < q->count; i++) {
        const QuickStep *s = &q->steps[i];
        if (s->op == QUICK_INPUT) {
            if (!input_take(s, inputs, ordinal++, &p->row[i])) {
                return false;
            }
        } else if (!decision_take(p, s, step, &p->row[i])) {
            return false;
        } else if (step != NULL) {
            step++;
        }
    }
    return true;
}

bool quick_run(FeelRun *run, const Quick *q, Value inputs, DmnTrace *trace, Value *ret)
{
    Pass p; /* not zeroed: what is read has been written */
    FeelMark mark;
    p.run = run;
    p.a = feel_run_arena(run);
    if (q->has_code) {
        mark = feel_run_mark(run);
    }
    DmnStep *steps = trace != NULL ? arena_alloc(p.a, q->trace_bytes) : NULL;
    p.tested = trace != NULL ? (Value *)(void *)(steps + q->decisions) : NULL;
    if (!steps_take(&p, q, inputs, steps)) {
        if (q->has_code) {
            feel_run_back(run, &mark);
        }
        return false;
    }
    if (trace != NULL) {
        trace->steps = steps;
        trace->count = trace->cap = q->decisions;
    }
    *ret = p.row[q->count - 1];
    return true;
}
