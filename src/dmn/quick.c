/* quick.c: the common graph (inputs, indexed tables with constant outputs, literal expressions) in one pass.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quick_int.h"
#include "table_int.h"

#include <string.h>

enum { QUICK_VALUES = 64, QUICK_FRAME = 64, BY_CODE = INT32_MAX };

/* An input that fits as it is: at its place in the context, of this kind or null. */
typedef struct {
    Str name;
    uint32_t at;  /* in the row */
    uint8_t kind; /* FEEL_NULL: any */
} QuickInput;

/* A decision of the plan. Every value stands in the row at the place that its element has in the plan. */
typedef struct {
    bool literal; /* else a table */
    uint32_t at;
    const DmnInvocable *d;
    const Table *t;
    const uint32_t *slots;  /* where the values of its frame stand in the row */
    const uint32_t *inputs; /* table: where the value of each input stands, or BY_CODE */
    bool framed;            /* needs a frame, for expressions */
    bool certain;           /* its type asks nothing of what it gives */
    FeelSum sum;            /* literal: all that it is, if sum.is_sum; its slots as places in the row */
    DmnStep shown;          /* what its step in a trace always says */
} QuickStep;

struct Quick {
    const QuickInput *inputs;
    const QuickStep *steps;
    size_t input_count, step_count;
    size_t last;        /* where the value of the decision itself stands in the row */
    size_t trace_bytes; /* steps and tested values of a trace */
    bool has_code;      /* expressions may leave messages, which an undone pass takes back */
};

typedef struct {
    FeelRun *run;
    Arena *a;
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

/* Whether each rule gives what its decision's type takes as it is. Lists are looked at when they are made. */
static bool outputs_fit(const Table *t, const DType *type)
{
    bool fit = t->hit != HIT_COLLECT && t->hit != HIT_RULE_ORDER;
    for (size_t r = 0; r < t->rule_count && fit; r++) {
        Value v = t->rules[r].joined;
        fit = v.kind == FEEL_NULL || type->simple == v.kind;
    }
    return fit;
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
    s->certain |= outputs_fit(t, s->d->type);
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
    s->shown = (DmnStep){.decision = d->name, .id = d->id};
    s->literal = s->framed = e->kind == EXPR_LITERAL;
    s->certain = type_is_any(d->type);
    if (e->kind == EXPR_TABLE) {
        return table_build(a, e->table, s);
    }
    if (!s->literal || e->code == NULL) {
        return false;
    }
    s->sum = feel_code_sum(e->code);
    if (s->sum.is_sum) {
        s->sum.left = (int)slots[s->sum.left];
        s->sum.right = (int)slots[s->sum.right];
    }
    return true;
}

/* False: values of its type need a closer look than at their kind. */
static bool input_build(const DmnInvocable *d, uint32_t at, QuickInput *ret)
{
    bool any = type_is_any(d->type);
    *ret = (QuickInput){d->variable, at, any ? FEEL_NULL : d->type->simple};
    return d->is_top && (any || d->type->simple != 0);
}

const Quick *quick_build(Arena *a, const DmnInvocable *d)
{
    if (d->kind != DMN_DECISION || !d->is_top || d->plan_count > QUICK_VALUES) {
        return NULL;
    }
    Quick *q = ARENA_NEW(a, Quick);
    QuickInput *inputs = ARENA_ARRAY(a, QuickInput, d->plan_count);
    QuickStep *steps = ARENA_ARRAY(a, QuickStep, d->plan_count);
    size_t tested = 0;
    for (size_t i = 0; i < d->plan_count; i++) {
        const DmnInvocable *n = d->plan[i];
        if (n->kind == NODE_INPUT) {
            if (!input_build(n, (uint32_t)i, &inputs[q->input_count++])) {
                return NULL;
            }
            continue;
        }
        QuickStep *s = &steps[q->step_count++];
        *s = (QuickStep){.d = n, .at = (uint32_t)i};
        if (!decision_build(a, d, s)) {
            return NULL;
        }
        tested += s->t != NULL ? s->t->input_count : 0;
        q->has_code |= s->framed;
    }
    q->inputs = inputs;
    q->steps = steps;
    q->last = d->plan_count - 1;
    q->trace_bytes = q->step_count * sizeof(DmnStep) + tested * sizeof(Value);
    return q;
}

/* ---- Running --------------------------------------------------------------------------------------------------- */

static bool given_take(Pass *p, const Quick *q, Value inputs)
{
    size_t count = q->input_count;
    const QuickInput *in = q->inputs, *end = in + count;
    if (inputs.kind != FEEL_CONTEXT || inputs.len < count) {
        return false;
    }
    for (const FeelEntry *e = feel_entries(inputs); in < end; in++, e++) {
        bool named = e->name.len == in->name.len && (e->name.ptr == in->name.ptr || str_eq(e->name, in->name));
        bool fits = in->kind == e->value.kind    ? in->kind != FEEL_NULL || e->value.reason == 0
                    : e->value.kind == FEEL_NULL ? e->value.reason == 0
                                                 : in->kind == FEEL_NULL;
        if (!named || !fits) {
            return false;
        }
        p->row[in->at] = e->value;
    }
    return true;
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
static bool tested_take(Pass *p, const QuickStep *s, Value *values)
{
    const uint32_t *at = s->inputs;
    bool sound = true;
    for (size_t i = 0, count = s->t->input_count; i < count; i++) {
        if (at[i] == BY_CODE) {
            values[i] = input_compute(p, &s->t->inputs[i]);
        } else {
            values[i] = p->row[at[i]];
        }
        sound &= values[i].kind != FEEL_NULL || values[i].reason == 0;
    }
    return sound;
}

/* The rules that accept all values, as bits. False if a value is of a kind that the index does not know. */
static bool rules_meet(const TableIndex *x, const Value *values, uint64_t *ret)
{
    uint64_t m = x->full;
    for (const uint32_t *look = x->looks, *end = look + x->look_count; look < end && m != 0; look++) {
        size_t i = *look;
        const IndexColumn *c = &x->columns[i];
        const Value *v = &values[i];
        if (value_form(v) == c->few) {
            m &= c->masks[few_region(c, v)];
            continue;
        }
        if (v->kind == FEEL_NULL) {
            m &= c->null_mask[0];
            continue;
        }
        size_t region = index_region_closer(c, *v);
        if (region == SIZE_MAX) {
            return false;
        }
        m &= c->masks[region];
    }
    *ret = m;
    return true;
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
    if (!tested_take(p, s, values) || !rules_meet(s->t->index, values, &m)) {
        return false;
    }
    if (step != NULL) {
        step->tested = values;
        p->tested += s->t->input_count;
    }
    return hit_take(p, s->t, m, step, ret);
}

/* The sum of two numbers in the form that the language gives it. False: not of two small ones of one scale. */
static bool sum_take(const Pass *p, const FeelSum *sum, Value *ret)
{
    const Value *x = &p->row[sum->left], *y = &p->row[sum->right];
    if (x->kind != FEEL_NUMBER || value_form(x) != value_form(y) || x->boxed) {
        return false;
    }
    int64_t n;
    bool over = sum->minus ? __builtin_sub_overflow(x->i, y->i, &n) : __builtin_add_overflow(x->i, y->i, &n);
    *ret = (Value){.kind = FEEL_NUMBER, .scale = x->scale, .i = n};
    return !over;
}

static bool decision_take(Pass *p, const QuickStep *s, DmnStep *step, Value *ret)
{
    if (step != NULL) {
        *step = s->shown;
    }
    if (s->literal) {
        if (!s->sum.is_sum || !sum_take(p, &s->sum, ret)) {
            frame_fill(p, s);
            *ret = feel_eval(p->run, s->d->logic->code, p->frame);
        }
    } else if (!table_take(p, s, step, ret)) {
        return false;
    }
    if (!s->certain) {
        *ret = type_check(p->run, *ret, s->d->type, s->d->name);
    }
    if (step != NULL) {
        step->value = *ret;
    }
    return true;
}

static bool steps_take(Pass *p, const Quick *q, DmnStep *step)
{
    for (const QuickStep *s = q->steps, *end = s + q->step_count; s < end; s++) {
        if (!decision_take(p, s, step, &p->row[s->at])) {
            return false;
        }
        step = step != NULL ? step + 1 : NULL;
    }
    return true;
}

bool quick_run(FeelRun *run, const Quick *q, Value inputs, DmnTrace *trace, Value *ret)
{
    Pass p; /* not zeroed: what is read has been written */
    FeelMark mark;
    p.run = run;
    p.a = feel_run_arena(run);
    if (!given_take(&p, q, inputs)) {
        return false;
    }
    if (q->has_code) {
        mark = feel_run_mark(run);
    }
    DmnStep *steps = trace != NULL ? arena_alloc(p.a, q->trace_bytes) : NULL;
    p.tested = trace != NULL ? (Value *)(void *)(steps + q->step_count) : NULL;
    if (!steps_take(&p, q, steps)) {
        if (q->has_code) {
            feel_run_back(run, &mark);
        }
        return false;
    }
    if (trace != NULL) {
        trace->steps = steps;
        trace->count = trace->cap = q->step_count;
    }
    *ret = p.row[q->last];
    return true;
}
