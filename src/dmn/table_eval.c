/* table_eval.c: which rules of a decision table apply, and what the hit policy makes of their outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "table_int.h"

#include <string.h>

enum { TABLE_ROOM = 64 << 10, TRACE_SMALL = 4 << 10 }; /* a small trace fits in the room that the caller left */

static Value input_eval(Firing *f, const TableInput *in)
{
    FeelRun *run = f->ev->run;
    if (in->code == NULL) {
        return feel_error(run, "line %d: %.*s", in->line, STR_ARG(in->problem));
    }
    Value v = in->slot >= 0 ? f->frame[in->slot] : feel_eval(run, in->code, f->frame);
    if (!type_is_any(in->type)) {
        v = type_check(run, v, in->type, in->text);
    }
    if (in->values != NULL && v.kind != FEEL_NULL && !feel_is_true(feel_test(run, in->values, f->frame, v))) {
        return feel_error(run, "%.*s: the value of %.*s is not among its input values", STR_ARG(f->t->owner),
                          STR_ARG(in->text));
    }
    return v;
}

static Value output_eval(Firing *f, const TableRule *rule, size_t o)
{
    const TableOutput *out = &f->t->outputs[o];
    const TableCell *cell = &rule->out[o];
    Value v = cell->constant;
    if (!cell->is_constant) {
        v = cell->code != NULL ? feel_eval(f->ev->run, cell->code, f->frame)
                               : feel_error(f->ev->run, "line %d: %.*s", cell->line, STR_ARG(cell->problem));
    }
    return cell->is_checked ? v : type_check(f->ev->run, v, out->type, out->name);
}

static const Value *rule_outputs(Firing *f, size_t r)
{
    const TableRule *rule = &f->t->rules[r];
    if (rule->constants != NULL) {
        return rule->constants;
    }
    Value *values = ARENA_ARRAY(f->ev->a, Value, f->t->output_count);
    for (size_t o = 0; o < f->t->output_count; o++) {
        values[o] = output_eval(f, rule, o);
    }
    return values;
}

/* A rule's outputs together: the value itself, or a context if there are several. */
static Value outputs_join(Firing *f, const Value *values)
{
    const Table *t = f->t;
    if (t->output_count == 1) {
        return values[0];
    }
    FeelEntry *entries = ARENA_ARRAY(f->ev->a, FeelEntry, t->output_count);
    for (size_t o = 0; o < t->output_count; o++) {
        entries[o] = (FeelEntry){t->outputs[o].name, values[o]};
    }
    return feel_context(entries, t->output_count);
}

static Value default_value(Firing *f)
{
    Value *values = ARENA_ARRAY(f->ev->a, Value, f->t->output_count);
    for (size_t o = 0; o < f->t->output_count; o++) {
        const TableOutput *out = &f->t->outputs[o];
        if (out->otherwise != NULL && out->otherwise->code != NULL) {
            values[o] =
                type_check(f->ev->run, feel_eval(f->ev->run, out->otherwise->code, f->frame), out->type, out->name);
        }
    }
    return outputs_join(f, values);
}

static Str fired_names(Firing *f)
{
    Buf b = buf_new(f->ev->a, 4096);
    for (size_t i = 0; i < f->count && i < 8; i++) {
        buf_printf(&b, "%s%.*s", i > 0 ? ", " : "", STR_ARG(f->t->rules[f->fired[i]].id));
    }
    if (f->count > 8) {
        buf_printf(&b, " and %zu more", f->count - 8);
    }
    return buf_str(&b);
}

static size_t rank_of(Firing *f, size_t o, Value v)
{
    const TableOutput *out = &f->t->outputs[o];
    for (size_t i = 0; i < out->rank_count; i++) {
        if (out->ranks[i] != NULL && feel_is_true(feel_test(f->ev->run, out->ranks[i], f->frame, v))) {
            return i;
        }
    }
    return out->rank_count;
}

static size_t rule_rank(Firing *f, size_t o, size_t r, const Value *outputs)
{
    const TableRule *rule = &f->t->rules[r];
    return rule->constants != NULL && rule->ranks != NULL ? rule->ranks[o] : rank_of(f, o, outputs[o]);
}

/* Whether rule x with outputs a comes before rule y with b by the order of the output values, columns from left to
 * right. */
static bool ranks_before(Firing *f, size_t x, const Value *a, size_t y, const Value *b)
{
    for (size_t o = 0; o < f->t->output_count; o++) {
        if (f->t->outputs[o].rank_count > 0) {
            size_t ra = rule_rank(f, o, x, a), rb = rule_rank(f, o, y, b);
            if (ra != rb) {
                return ra < rb;
            }
        }
    }
    return false;
}

/* Sorts rules and their outputs by rank; equal ranks keep the order of the table. */
static void rank_sort(Firing *f, const Value **outputs)
{
    for (size_t i = 1; i < f->count; i++) {
        const Value *moving = outputs[i];
        size_t rule = f->fired[i], j = i;
        for (; j > 0 && ranks_before(f, rule, moving, f->fired[j - 1], outputs[j - 1]); j--) {
            outputs[j] = outputs[j - 1];
            f->fired[j] = f->fired[j - 1];
        }
        outputs[j] = moving;
        f->fired[j] = rule;
    }
}

/* The best rank wins; the first rule of equal ones. The others gave way. */
static Value priority_value(Firing *f, const Value **outputs)
{
    size_t best = 0;
    for (size_t i = 1; i < f->count; i++) {
        if (ranks_before(f, f->fired[i], outputs[i], f->fired[best], outputs[best])) {
            best = i;
        }
    }
    outputs[0] = outputs[best];
    f->fired[0] = f->fired[best];
    f->count = 1;
    const TableRule *rule = &f->t->rules[f->fired[0]];
    return rule->constants != NULL ? rule->joined : outputs_join(f, outputs[0]);
}

static Value any_value(Firing *f, const Value **outputs)
{
    for (size_t i = 1; i < f->count; i++) {
        for (size_t o = 0; o < f->t->output_count; o++) {
            if (!feel_same(outputs[0][o], outputs[i][o])) {
                return feel_error(f->ev->run, "%.*s: hit policy ANY, but rules %.*s give different results",
                                  STR_ARG(f->t->owner), STR_ARG(fired_names(f)));
            }
        }
    }
    return outputs_join(f, outputs[0]);
}

static const char *aggregate_name(Hit hit)
{
    return hit == HIT_SUM ? "sum" : hit == HIT_MIN ? "min" : hit == HIT_MAX ? "max" : "count";
}

static Value aggregate_column(Firing *f, const Value **outputs, size_t o)
{
    Value *column = ARENA_ARRAY(f->ev->a, Value, f->count);
    for (size_t i = 0; i < f->count; i++) {
        column[i] = outputs[i][o];
    }
    Value list = feel_list(column, f->count);
    return feel_call(f->ev->run, feel_builtin(str_from_c(aggregate_name(f->t->hit))), &list, 1);
}

static Value aggregate_value(Firing *f, const Value **outputs)
{
    Value *totals = ARENA_ARRAY(f->ev->a, Value, f->t->output_count);
    for (size_t o = 0; o < f->t->output_count; o++) {
        totals[o] = aggregate_column(f, outputs, o);
    }
    return outputs_join(f, totals);
}

static Value all_values(Firing *f, const Value **outputs)
{
    Value *items = ARENA_ARRAY(f->ev->a, Value, f->count);
    for (size_t i = 0; i < f->count; i++) {
        items[i] = outputs_join(f, outputs[i]);
    }
    return feel_list(items, f->count);
}

static Value no_match(Firing *f)
{
    if (f->t->has_default) {
        return default_value(f);
    }
    switch (f->t->hit) {
    case HIT_COLLECT:
    case HIT_RULE_ORDER:
    case HIT_OUTPUT_ORDER: return feel_list(NULL, 0);
    case HIT_COUNT: return feel_int(0);
    case HIT_UNIQUE:
    case HIT_ANY:
    case HIT_PRIORITY:
    case HIT_FIRST:
    case HIT_SUM:
    case HIT_MIN:
    case HIT_MAX: break;
    }
    return feel_null();
}

static Value hit_value(Firing *f, const Value **outputs)
{
    switch (f->t->hit) {
    case HIT_UNIQUE:
        if (f->count > 1) {
            return feel_error(f->ev->run, "%.*s: hit policy UNIQUE, but rules %.*s all apply", STR_ARG(f->t->owner),
                              STR_ARG(fired_names(f)));
        }
        return outputs_join(f, outputs[0]);
    case HIT_ANY: return any_value(f, outputs);
    case HIT_PRIORITY: return priority_value(f, outputs);
    case HIT_FIRST: return outputs_join(f, outputs[0]);
    case HIT_OUTPUT_ORDER: rank_sort(f, outputs); return all_values(f, outputs);
    case HIT_RULE_ORDER:
    case HIT_COLLECT: return all_values(f, outputs);
    case HIT_SUM:
    case HIT_MIN:
    case HIT_MAX:
    case HIT_COUNT: return aggregate_value(f, outputs);
    }
    bug("unknown hit policy");
}

/* What one fired rule gives: mostly known beforehand. */
static Value one_value(Firing *f, const Value **outputs)
{
    const TableRule *rule = &f->t->rules[f->fired[0]];
    bool single =
        f->t->hit == HIT_UNIQUE || f->t->hit == HIT_ANY || f->t->hit == HIT_PRIORITY || f->t->hit == HIT_FIRST;
    return single && rule->constants != NULL ? rule->joined : hit_value(f, outputs);
}

/* ---- Trace ----------------------------------------------------------------------------------------------------- */

static void rule_trace(Firing *f, size_t r, const Value *outputs, DmnRuleTrace *ret)
{
    const Table *t = f->t;
    const TableRule *rule = &t->rules[r];
    *ret = (DmnRuleTrace){.rule = &rule->shown, .fired = outputs != NULL};
    if (outputs == NULL) {
        bool *passed = ARENA_ARRAY(f->ev->a, bool, t->input_count);
        for (size_t i = 0; i < t->input_count; i++) {
            passed[i] = cell_passes(f, &rule->in[i], f->values[i]);
        }
        ret->passed = passed;
        return;
    }
    ret->output_count = t->output_count;
    ret->outputs = rule->entries;
    if (rule->entries == NULL) {
        FeelEntry *entries = ARENA_ARRAY(f->ev->a, FeelEntry, t->output_count);
        for (size_t o = 0; o < t->output_count; o++) {
            entries[o] = (FeelEntry){t->outputs[o].name, outputs[o]};
        }
        ret->outputs = entries;
    }
}

static void trace_add(Firing *f, const Value **outputs, Value result)
{
    bool all = f->ev->trace->all_rules;
    const Table *t = f->t;
    size_t count = all ? t->rule_count : f->count;
    DmnStep *step = trace_step(f->ev);
    if (step == NULL) {
        return;
    }
    step->decision = t->owner;
    step->id = t->owner_id;
    step->hit_policy = t->hit_name;
    step->value = result;
    size_t bytes = count * sizeof(DmnRuleTrace) + t->input_count * sizeof(Value);
    if (bytes > TRACE_SMALL && !eval_room(f->ev, TABLE_ROOM + bytes + count * t->input_count * sizeof(bool))) {
        return;
    }
    DmnRuleTrace *rules = arena_alloc(f->ev->a, bytes);
    Value *tested = (Value *)(void *)(rules + count);
    memcpy(tested, f->values, t->input_count * sizeof(Value));
    for (size_t i = 0; i < count && !all; i++) {
        rule_trace(f, f->fired[i], outputs[i], &rules[i]);
    }
    const Value **by_rule = all ? ARENA_ARRAY(f->ev->a, const Value *, t->rule_count) : NULL;
    for (size_t i = 0; i < f->count && all; i++) {
        by_rule[f->fired[i]] = outputs[i];
    }
    for (size_t r = 0; r < count && all; r++) {
        rule_trace(f, r, by_rule[r], &rules[r]);
    }
    step->tested = tested;
    step->rules = rules;
    step->rule_count = count;
}

static void probe_add(Firing *f)
{
    Probe *p = f->ev->probe;
    for (size_t i = 0; i < f->t->input_count; i++) {
        if (p->count == p->cap) {
            size_t cap = p->cap > 0 ? p->cap * 2 : 32;
            Tested *grown = ARENA_ARRAY(f->ev->a, Tested, cap);
            for (size_t j = 0; j < p->count; j++) {
                grown[j] = p->items[j];
            }
            p->items = grown;
            p->cap = cap;
        }
        p->items[p->count++] = (Tested){f->t, i, f->values[i]};
    }
}

/* One of the values is an error. True if it decides which rules apply: then the table cannot answer. */
static bool error_decides(Firing *f, Value *ret)
{
    size_t i = 0;
    while (!is_error(f->values[i])) {
        i++;
    }
    Firing all = *f;
    all.unsure = true;
    all.count = 0;
    rules_scan(&all);
    *ret = f->values[i];
    return all.count != f->count || (f->count > 0 && memcmp(all.fired, f->fired, f->count * sizeof(size_t)) != 0);
}

static void inputs_take(Firing *f)
{
    const Table *t = f->t;
    for (size_t i = 0; t->slots != NULL && i < t->input_count; i++) {
        Value v = f->frame[t->slots[i]];
        f->values[i] = v;
        f->has_error |= is_error(v);
    }
    for (size_t i = 0; t->slots == NULL && i < t->input_count; i++) {
        const TableInput *in = &t->inputs[i];
        f->values[i] = in->direct ? f->frame[in->slot] : input_eval(f, in);
        f->has_error |= is_error(f->values[i]);
    }
    if (f->ev->probe != NULL) {
        probe_add(f);
    }
}

Value table_eval(Eval *ev, const Table *t, const Value *frame)
{
    Value few_values[FEW_INPUTS];
    size_t few[FEW], need = t->rule_count * (t->output_count + 4) * sizeof(Value);
    Firing f = {.ev = ev, .t = t, .frame = frame, .few = few};
    if (need > TABLE_ROOM && !eval_room(ev, need)) { /* the caller left room for small ones */
        return feel_error(ev->run, "%.*s: no memory left for this evaluation", STR_ARG(t->owner));
    }
    if (t->output_count == 0) {
        return feel_error(ev->run, "%.*s: the table has no output", STR_ARG(t->owner));
    }
    f.values = t->input_count <= FEW_INPUTS ? few_values : ARENA_ARRAY(ev->a, Value, t->input_count);
    inputs_take(&f);
    rules_find(&f);
    const Value *single = NULL, **outputs = f.count <= 1 ? &single : ARENA_ARRAY(ev->a, const Value *, f.count);
    for (size_t i = 0; i < f.count; i++) {
        outputs[i] = rule_outputs(&f, f.fired[i]);
    }
    Value result = feel_null();
    if (!f.has_error || !error_decides(&f, &result)) {
        result = f.count == 0 ? no_match(&f) : f.count == 1 ? one_value(&f, outputs) : hit_value(&f, outputs);
    }
    if (ev->trace != NULL) {
        trace_add(&f, outputs, result);
    }
    return result;
}
