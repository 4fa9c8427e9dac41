/* effects.c: the draw of a step, and its effects on other cases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

#include "decide/draw.h"

/* ---- Draw ---- */

static int64_t int_of(Planning *p, const FeelCode *code, int64_t otherwise)
{
    Value v = feel_eval(p->in->run, code, p->frame);
    int64_t n = otherwise;
    return v.kind == FEEL_NUMBER && dec_to_int(feel_dec(v), &n) ? n : otherwise;
}

static size_t pool_index(const SchemeStep *step)
{
    for (size_t i = 0; i < step->read_count; i++) {
        if (str_eq(step->reads[i].name, step->draw->pool)) {
            return i;
        }
    }
    bug("a draw without its pool");
}

/* The n-th draw of a case (from 0) has its own secret. The first is committed to when the case is opened, each next one
 * in the record of the draw before it. */
static bool draw_secret(Planning *p, int64_t n, Hash *ret)
{
    Str id = p->plan->case_id, purpose = n == 0 ? id : str_printf(p->a, "%.*s/%lld", STR_ARG(id), (long long)n);
    return p->in->facts.secret(p->in->facts.host, purpose, ret, p->err);
}

static bool add_next_commitment(Planning *p, int64_t n)
{
    Hash next;
    if (!draw_secret(p, n + 1, &next)) {
        return false;
    }
    Str hex = hex_print(p->a, HASH_STR(hash_of(HASH_STR(next))));
    json_set(p->a, p->draw_record, STR("next_commitment"), json_new_str(p->a, hex));
    return true;
}

bool plan_draw(Planning *p)
{
    const SchemeDraw *d = p->in->step->draw;
    if (d == NULL || (p->plan->decided && str_eq(p->plan->outcome, STR("refused")))) {
        return true;
    }
    size_t at = pool_index(p->in->step), count = p->pool_count[at];
    Value list = p->frame[SLOT_FIRST_READ + at];
    DrawItem *items = ARENA_ARRAY(p->a, DrawItem, count + 1);
    for (size_t i = 0; i < count; i++) {
        p->frame[SLOT_ITEM] = feel_items(list)[i];
        bool eligible = d->eligible == NULL || feel_is_true(feel_eval(p->in->run, d->eligible, p->frame));
        items[i] = (DrawItem){p->pool[at][i].id, eligible, int_of(p, d->rank, 0), int_of(p, d->exposure, 0)};
    }
    DrawRule rule = {.places = int_of(p, d->places, 0),
                     .multiple = int_of(p, d->multiple, 0),
                     .beacon = d->beacon ? feel_text(feel_eval(p->in->run, d->beacon, p->frame)) : STR(""),
                     .least_shown_first = d->least_shown_first};
    Str *ids;
    size_t n;
    int64_t drawn = p->in->row ? json_to_int(json_get(p->in->row->data, "draws"), 0) : 0;
    if (!draw_secret(p, drawn, &rule.secret) ||
        !decide_draw(p->a, &rule, items, count, &ids, &n, &p->draw_record, p->err) || !add_next_commitment(p, drawn)) {
        return false;
    }
    Value *values = ARENA_ARRAY(p->a, Value, n + 1);
    for (size_t i = 0; i < n; i++) {
        values[i] = feel_str(ids[i]);
    }
    p->draw_result = feel_list(values, n);
    return true;
}

/* ---- Effects on other cases ---- */

static bool applies(const Planning *p, const SchemeAlso *also)
{
    Str outcome = p->plan->outcome;
    return also->outcome.len ? str_eq(also->outcome, outcome) : !str_eq(outcome, STR("refused"));
}

static SetValue *effect_values(Planning *p, const SchemeAlso *also, const SchemeType *type)
{
    SetValue *set = ARENA_ARRAY(p->a, SetValue, also->set.count + 1);
    for (size_t i = 0; i < also->set.count; i++) {
        Value v = feel_eval(p->in->run, also->set.items[i].code, p->frame);
        set[i] = (SetValue){scheme_field(type, also->set.items[i].name), feel_to_json(p->a, v)};
    }
    return set;
}

static bool effect_on(Planning *p, const SchemeAlso *also, const SchemeType *type, Value item)
{
    const CommandFacts *facts = &p->in->facts;
    const CaseRow *row = NULL;
    Str id = feel_text(item);
    p->frame[SLOT_ITEM] = item;
    if (also->opens) {
        if (!facts->new_id(facts->host, type, &id, p->err)) {
            return false;
        }
    } else {
        if (!facts->by_id(facts->host, id, &row, p->err)) {
            return false;
        }
        bool fits = row != NULL && str_eq(row->type, type->name) &&
                    (also->from.count == 0 || scheme_names_have(&also->from, row->state));
        if (!fits) {
            return true;
        }
        p->frame[SLOT_ITEM] = command_case_value(p->in->run, p->in->scheme, row);
    }
    SetValue *set = effect_values(p, also, type);
    return plan_event(p, type, row, id, also->event, also->to, set, also->set.count);
}

/* The case opened for one that the round ranked or placed. */
static bool open_for_line(Planning *p, const SchemeAlso *also, const SchemeType *type)
{
    Str id;
    return p->in->facts.new_id(p->in->facts.host, type, &id, p->err) &&
           plan_event(p, type, NULL, id, also->event, also->to, effect_values(p, also, type), also->set.count);
}

/* Its own event keeps the decision that scored it. */
static bool tell_line(Planning *p, const SchemeAlso *also, const SchemeType *type, const PlanLine *line)
{
    if (!plan_event(p, type, line->row, line->row->id, also->event, also->to, effect_values(p, also, type),
                    also->set.count)) {
        return false;
    }
    if (line->proof != NULL) {
        Event *e = plan_last(p);
        json_set(p->a, e->data, STR("step"), json_new_str(p->a, p->in->step->name));
        json_set(p->a, e->data, STR("decision"), line->proof);
        json_set(p->a, e->sealed ? e->sealed : e->data, STR("facts"),
                 decision_kept_facts(p->a, p->in->scheme, line->facts, p->plan->constants));
    }
    return true;
}

/* The effect on those to whom the round gave one of the named reasons. */
static bool effects_on_lines(Planning *p, const SchemeAlso *also, const SchemeType *type)
{
    Value own_decision = p->frame[SLOT_DECISION];
    bool ok = true;
    for (size_t i = 0; ok && i < p->line_count; i++) {
        const PlanLine *line = &p->lines[i];
        bool fits = scheme_names_have(&also->lines, line->reason) &&
                    (also->from.count == 0 || scheme_names_have(&also->from, line->row->state));
        if (!fits) {
            continue;
        }
        p->frame[SLOT_ITEM] = line->item;
        p->frame[SLOT_LINE] = line->value;
        p->frame[SLOT_DECISION] = line->decision;
        ok = also->opens ? open_for_line(p, also, type) : tell_line(p, also, type, line);
    }
    p->frame[SLOT_DECISION] = own_decision;
    p->frame[SLOT_LINE] = feel_null();
    return ok;
}

bool plan_effects(Planning *p)
{
    const SchemeStep *step = p->in->step;
    if (step->also_count > 0) { /* effects see the case with its new values */
        Event *own = plan_last(p);
        CaseRow now = p->in->row ? *p->in->row : (CaseRow){.id = p->plan->case_id, .type = p->in->type->name};
        now.data = p->in->row ? json_copy(p->a, p->in->row->data) : json_new_object(p->a);
        const Json *parts[] = {json_get(own->data, "set"), json_get(own->sealed, "set")};
        for (size_t k = 0; k < COUNT_OF(parts); k++) {
            for (size_t i = 0; i < json_count(parts[k]); i++) {
                json_set(p->a, now.data, parts[k]->members[i].key, parts[k]->members[i].value);
            }
        }
        p->frame[SLOT_CASE] = command_case_value(p->in->run, p->in->scheme, &now);
    }
    for (size_t i = 0; i < step->also_count; i++) {
        const SchemeAlso *also = &step->also[i];
        const SchemeType *type = scheme_type(p->in->scheme, also->type);
        if (!applies(p, also)) {
            continue;
        }
        if (also->lines.count > 0) {
            if (!effects_on_lines(p, also, type)) {
                return false;
            }
            continue;
        }
        Value cases = feel_eval(p->in->run, also->cases, p->frame);
        const Value *items = cases.kind == FEEL_LIST ? feel_items(cases) : &cases;
        size_t count = cases.kind == FEEL_LIST ? cases.len : feel_is_null(cases) ? 0 : 1;
        for (size_t k = 0; k < count; k++) {
            if (!effect_on(p, also, type, items[k])) {
                return false;
            }
        }
    }
    return true;
}
