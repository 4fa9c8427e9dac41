/* trace.c: a trace as JSON for machines and as text for people. Evaluation fills it; nothing here decides anything.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

static Json *entries_json(Arena *a, const FeelEntry *entries, size_t count)
{
    Json *o = json_new_object(a);
    for (size_t i = 0; i < count; i++) {
        json_set(a, o, entries[i].name, feel_to_json(a, entries[i].value));
    }
    return o;
}

static bool cell_passed(const DmnRuleTrace *t, size_t cell)
{
    return t->passed == NULL || t->passed[cell];
}

static Json *rule_json(Arena *a, const DmnStep *s, const DmnRuleTrace *t)
{
    const DmnRule *r = t->rule;
    Json *o = json_new_object(a), *cells = json_new_array(a);
    json_set(a, o, STR("id"), json_new_str(a, r->id));
    json_set(a, o, STR("index"), json_new_int(a, r->index));
    json_set(a, o, STR("fired"), json_new_bool(a, t->fired));
    json_set(a, o, STR("cells"), cells);
    for (size_t i = 0; i < r->cell_count; i++) {
        const DmnCell *c = &r->cells[i];
        Json *cell = json_new_object(a);
        json_set(a, cell, STR("input"), json_new_str(a, c->input));
        json_set(a, cell, STR("test"), json_new_str(a, c->test));
        json_set(a, cell, STR("value"), feel_to_json(a, s->tested[i]));
        json_set(a, cell, STR("passed"), json_new_bool(a, cell_passed(t, i)));
        json_push(a, cells, cell);
    }
    if (t->fired) {
        json_set(a, o, STR("outputs"), entries_json(a, t->outputs, t->output_count));
    }
    json_set(a, o, STR("annotations"), entries_json(a, r->annotations, r->annotation_count));
    return o;
}

Json *dmn_trace_json(Arena *a, const DmnTrace *trace)
{
    Json *steps = json_new_array(a);
    for (size_t i = 0; i < trace->count; i++) {
        const DmnStep *s = &trace->steps[i];
        Json *o = json_new_object(a);
        json_set(a, o, STR("decision"), json_new_str(a, s->decision));
        json_set(a, o, STR("id"), json_new_str(a, s->id));
        json_set(a, o, STR("value"), feel_to_json(a, s->value));
        if (s->hit_policy.len > 0) {
            Json *rules = json_new_array(a);
            json_set(a, o, STR("hit_policy"), json_new_str(a, s->hit_policy));
            for (size_t r = 0; r < s->rule_count; r++) {
                json_push(a, rules, rule_json(a, s, &s->rules[r]));
            }
            json_set(a, o, STR("rules"), rules);
        }
        json_push(a, steps, o);
    }
    return steps;
}

static void rule_print(Buf *b, const DmnStep *s, const DmnRuleTrace *t)
{
    const DmnRule *r = t->rule;
    buf_printf(b, "  rule %d (%.*s) %s\n", r->index, STR_ARG(r->id), t->fired ? "applies" : "does not apply");
    for (size_t i = 0; i < r->cell_count; i++) {
        const DmnCell *c = &r->cells[i];
        buf_printf(b, "    %s %.*s: ", cell_passed(t, i) ? "yes" : "no ", STR_ARG(c->input));
        feel_print(b, s->tested[i]);
        buf_printf(b, "  against  %.*s\n", STR_ARG(c->test));
    }
    for (size_t i = 0; i < t->output_count; i++) {
        buf_printf(b, "    gives %.*s%s", STR_ARG(t->outputs[i].name), t->outputs[i].name.len > 0 ? " = " : "");
        feel_print(b, t->outputs[i].value);
        buf_byte(b, '\n');
    }
    for (size_t i = 0; i < r->annotation_count; i++) {
        buf_printf(b, "    %.*s: ", STR_ARG(r->annotations[i].name));
        feel_print_plain(b, r->annotations[i].value);
        buf_byte(b, '\n');
    }
}

void dmn_trace_print(Buf *b, const DmnTrace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        const DmnStep *s = &trace->steps[i];
        buf_printf(b, "%.*s = ", STR_ARG(s->decision));
        feel_print(b, s->value);
        if (s->hit_policy.len > 0) {
            buf_printf(b, "   [%.*s, %s]", STR_ARG(s->hit_policy),
                       s->rule_count > 0 ? "rules below" : "no rule applies");
        }
        buf_byte(b, '\n');
        for (size_t r = 0; r < s->rule_count; r++) {
            rule_print(b, s, &s->rules[r]);
        }
    }
}
