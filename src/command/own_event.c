/* own_event.c: the event of the step itself on its own case, and what stands in its place while a second person has
 * not confirmed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

enum { MAX_FORM = 4 * 1024 * 1024 };

static void resolve_outcome(const Planning *p, Str *ret_to, Str *ret_event)
{
    const SchemeStep *step = p->in->step;
    Str outcome = p->plan->outcome;
    for (size_t i = 0; i < step->outcome_count; i++) {
        if (str_eq(step->outcomes[i].outcome, outcome)) {
            *ret_to = step->outcomes[i].to;
            *ret_event = step->outcomes[i].event;
            if (ret_event->len == 0) {
                *ret_event = step->event;
            }
            return;
        }
    }
    bool refused = p->plan->decided && !str_eq(outcome, STR("granted"));
    *ret_to = !refused ? step->to : step->opens ? STR("refused") : STR("");
    *ret_event = !refused ? step->event : str_printf(p->a, "%.*s.refused", STR_ARG(step->name));
}

static const Json *standing(const Planning *p, Str field)
{
    return p->in->row ? json_get_str(p->in->row->data, field) : NULL;
}

/* Of a correction only what differs from what stands there. */
static bool is_news(const Planning *p, const SetValue *v)
{
    const Json *before = standing(p, v->field->name);
    bool nothing = v->value->kind == JSON_NULL;
    return !p->in->step->corrects ||
           (before == NULL || before->kind == JSON_NULL ? !nothing : !json_eq(before, v->value));
}

static size_t keep_news(const Planning *p, SetValue *list, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].field == NULL || is_news(p, &list[i])) {
            list[n++] = list[i];
        }
    }
    return n;
}

/* A correction changes something: a field beside the reason, which every one has. */
bool planning_check_news(Planning *p, Value form)
{
    const SchemeStep *step = p->in->step;
    for (size_t i = 0; step->corrects && i < form.len; i++) {
        Str name = feel_entries(form)[i].name;
        const SchemeField *f = scheme_field(p->in->type, name);
        if (f == NULL || feel_is_null(feel_entries(form)[i].value) || !scheme_names_have(&step->optional, name)) {
            continue;
        }
        SetValue v = {f, feel_to_json(p->a, feel_entries(form)[i].value)};
        if (is_news(p, &v)) {
            return true;
        }
    }
    return !step->corrects || planning_fault(p, FIELD_MISSING, "", STR("Nothing is changed by this correction."));
}

static void add_before(Planning *p, Event *e)
{
    Json *homes[] = {e->data, e->sealed};
    for (size_t k = 0; p->in->step->corrects && k < COUNT_OF(homes); k++) {
        const Json *set = json_get(homes[k], "set");
        Json *was = json_count(set) > 0 ? json_set(p->a, homes[k], STR("was"), json_new_object(p->a)) : NULL;
        for (size_t i = 0; i < json_count(set); i++) {
            const Json *before = standing(p, set->members[i].key);
            json_set(p->a, was, set->members[i].key, before ? json_copy(p->a, before) : json_new_null(p->a));
        }
    }
}

static size_t own_values(Planning *p, SetValue *ret)
{
    const SchemeStep *step = p->in->step;
    Value form = p->frame[SLOT_FORM];
    size_t n = 0;
    for (size_t i = 0; i < form.len; i++) {
        const SchemeField *f = scheme_field(p->in->type, feel_entries(form)[i].name);
        if (f != NULL && !feel_is_null(feel_entries(form)[i].value)) {
            ret[n++] = (SetValue){f, feel_to_json(p->a, feel_entries(form)[i].value)};
        }
    }
    bool refused = p->plan->decided && str_eq(p->plan->outcome, STR("refused"));
    for (size_t i = 0; !refused && i < step->set.count; i++) {
        Value v = feel_eval(p->in->run, step->set.items[i].code, p->frame);
        ret[n++] = (SetValue){scheme_field(p->in->type, step->set.items[i].name), feel_to_json(p->a, v)};
    }
    if (step->draw != NULL && !refused) {
        ret[n++] = (SetValue){scheme_field(p->in->type, step->draw->into), feel_to_json(p->a, p->draw_result)};
    }
    return n;
}

static bool add_decision(Planning *p, Event *e)
{
    if (!p->plan->decided) {
        return true;
    }
    json_set(p->a, e->data, STR("decision"), p->plan->proof);
    Json *home = e->sealed ? e->sealed : e->data;
    json_set(p->a, home, STR("facts"),
             decision_kept_facts(p->a, p->in->scheme, p->plan->decision.facts, p->plan->constants));
    return true;
}

Json *plan_public(Planning *p, Event *e)
{
    Json *j = json_get(e->data, "public");
    return j ? j : json_set(p->a, e->data, STR("public"), json_new_object(p->a));
}

/* The unit that the case holds is free again, for all to see. */
static void add_return(Planning *p, Event *e)
{
    const Json *unit = p->in->row ? json_get(p->in->row->data, "unit") : NULL;
    if (p->in->step->return_unit && unit != NULL) {
        json_set(p->a, e->data, STR("unit_back"), json_copy(p->a, unit));
        json_set(p->a, plan_public(p, e), STR("unit_returned"), json_copy(p->a, unit));
    }
}

static bool add_units(Planning *p, Event *e, bool refused)
{
    const SchemeStep *step = p->in->step;
    if (!refused) {
        add_return(p, e);
    }
    if (step->make_units != NULL && !refused) {
        int64_t n;
        Value v = feel_eval(p->in->run, step->make_units, p->frame);
        if (v.kind != FEEL_NUMBER || !dec_to_int(feel_dec(v), &n) || n < 0 || n > 10000000) {
            return err_set(p->err, MODEL_BROKEN, "%.*s: the number of units is no number", STR_ARG(step->name));
        }
        json_set(p->a, e->data, STR("units"), json_new_int(p->a, n));
        Json *shared = plan_public(p, e);
        json_set(p->a, shared, STR("approved"), json_new_int(p->a, n));
        json_set(p->a, shared, STR("allocation"), json_new_str(p->a, p->plan->case_id));
    }
    if (step->take_unit == NULL || refused) {
        return true;
    }
    Str from = feel_text(feel_eval(p->in->run, step->take_unit, p->frame));
    CommandUnits units;
    if (from.len == 0 || !p->in->facts.units(p->in->facts.host, from, &units, p->err)) {
        return from.len > 0 ? false : err_set(p->err, UNIT_TAKEN, "There is no allocation to take a unit from.");
    }
    if (units.next == 0) {
        return err_set(p->err, UNIT_TAKEN, "All %lld units of the allocation %.*s carry a permit already.",
                       (long long)units.total, STR_ARG(from));
    }
    Json *unit = json_new_object(p->a);
    json_set(p->a, unit, STR("allocation"), json_new_str(p->a, from));
    json_set(p->a, unit, STR("number"), json_new_int(p->a, units.next));
    json_set(p->a, e->data, STR("unit"), unit);
    Json *shared = plan_public(p, e);
    json_set(p->a, shared, STR("unit"), json_copy(p->a, unit));
    return true;
}

/* Units that move from one approval to another: the sum stays, and no unit that is taken is left without approval. */
static bool add_move(Planning *p, Event *e)
{
    const FeelCode *code = p->in->step->move_units;
    if (code == NULL) {
        return true;
    }
    Value v = feel_eval(p->in->run, code, p->frame);
    Str from = feel_text(feel_get(v, STR("from"))), to = feel_text(feel_get(v, STR("to")));
    Value units = feel_get(v, STR("units"));
    CommandUnits source, target;
    int64_t n = 0;
    if (units.kind != FEEL_NUMBER || !dec_to_int(feel_dec(units), &n) || n < 1 || from.len == 0 || to.len == 0 ||
        str_eq(from, to)) {
        return err_set(p->err, MODEL_BROKEN, "%.*s: a move needs from, to and a whole number of units",
                       STR_ARG(p->in->step->name));
    }
    if (!p->in->facts.units(p->in->facts.host, from, &source, p->err) ||
        !p->in->facts.units(p->in->facts.host, to, &target, p->err)) {
        return false;
    }
    if (source.total - n < source.highest) {
        return err_set(p->err, UNIT_TAKEN,
                       "Only %lld units of %.*s can be moved: the others carry a permit or lie below one.",
                       (long long)(source.total - source.highest), STR_ARG(from));
    }
    Json *move = json_new_object(p->a);
    json_set(p->a, move, STR("from"), json_new_str(p->a, from));
    json_set(p->a, move, STR("to"), json_new_str(p->a, to));
    json_set(p->a, move, STR("units"), json_new_int(p->a, n));
    json_set(p->a, e->data, STR("moved"), move);
    json_set(p->a, plan_public(p, e), STR("moved"), json_copy(p->a, move));
    return true;
}

/* A round's fixed points for the public log: the root when the rows are frozen; secret and result when it is drawn. */
static void add_round(Planning *p, Event *e)
{
    if (p->round_record == NULL) {
        return;
    }
    static const char *const PUBLIC[] = {"commitment", "root", "secret", "result"};
    Json *shared = json_set(p->a, plan_public(p, e), STR("round"), json_new_object(p->a));
    for (size_t i = 0; i < COUNT_OF(PUBLIC); i++) {
        Json *value = json_get(p->round_record, PUBLIC[i]);
        if (value != NULL) {
            json_set(p->a, shared, str_from_c(PUBLIC[i]), value);
        }
    }
    json_set(p->a, e->data, STR("round"), p->round_record);
}

/* SHA-256 of the filled fields in canonical JSON, each by its type: who filed it can prove what it said. */
static bool add_receipt(Planning *p, Event *e)
{
    if (!p->in->step->receipt) {
        return true;
    }
    Buf b = buf_new(p->a, MAX_FORM);
    Json *filed = json_new_object(p->a);
    Value form = p->frame[SLOT_FORM];
    for (size_t i = 0; i < form.len; i++) {
        if (!feel_is_null(feel_entries(form)[i].value)) {
            json_set(p->a, filed, feel_entries(form)[i].name, feel_to_json(p->a, feel_entries(form)[i].value));
        }
    }
    json_canonical(&b, p->a, filed);
    if (!buf_ok(&b)) {
        return err_set(p->err, TOO_LARGE, "The form is larger than the stated limit.");
    }
    json_set(p->a, e->data, STR("filed"), json_new_str(p->a, hex_print(p->a, HASH_STR(hash_of(buf_str(&b))))));
    return true;
}

static void add_shared(Planning *p, Event *e)
{
    const SchemeExprs *shared = &p->in->step->shared;
    if (shared->count == 0) {
        return;
    }
    Json *out = plan_public(p, e);
    for (size_t i = 0; i < shared->count; i++) {
        json_set(p->a, out, shared->items[i].name,
                 feel_to_json(p->a, feel_eval(p->in->run, shared->items[i].code, p->frame)));
    }
}

bool plan_own_event(Planning *p)
{
    const CommandInput *in = p->in;
    Str to, event;
    bool refused = p->plan->decided && str_eq(p->plan->outcome, STR("refused"));
    resolve_outcome(p, &to, &event);
    SetValue *set = ARENA_ARRAY(p->a, SetValue, in->step->fields.count + in->step->set.count + 2);
    size_t count = keep_news(p, set, own_values(p, set));
    if (!plan_event(p, in->type, in->row, p->plan->case_id, event, to, set, count)) {
        return false;
    }
    Event *e = plan_last(p);
    json_set(p->a, e->data, STR("step"), json_new_str(p->a, in->step->name));
    if (in->mode == COMMAND_CONFIRM) {
        json_set(p->a, e->data, STR("pending"), json_new_null(p->a));
        json_set(p->a, e->data, STR("proposed_by"), json_new_str(p->a, json_text_at(in->row->pending, "by")));
    }
    if (p->draw_record != NULL) {
        json_set(p->a, e->data, STR("draw"), p->draw_record);
    }
    add_shared(p, e);
    add_before(p, e);
    command_add_files(p, e);
    add_round(p, e);
    if (!refused) {
        plan_message(p, e);
    }
    return add_receipt(p, e) && add_decision(p, e) && add_units(p, e, refused) && (refused || add_move(p, e));
}

/* ---- Two people ---- */

bool plan_proposal(Planning *p)
{
    const CommandInput *in = p->in;
    Str event = str_printf(p->a, "%.*s.proposed", STR_ARG(in->step->name));
    if (!plan_event(p, in->type, in->row, p->plan->case_id, event, in->row ? STR("") : STR("proposed"), NULL, 0)) {
        return false;
    }
    Event *e = plan_last(p);
    Json *home = e->data;
    if (e->person.len > 0) { /* the form may hold personal data */
        home = e->sealed = e->sealed ? e->sealed : json_new_object(p->a);
    }
    Json *pending = json_set(p->a, home, STR("pending"), json_new_object(p->a));
    json_set(p->a, pending, STR("step"), json_new_str(p->a, in->step->name));
    json_set(p->a, pending, STR("form"), p->form ? p->form : json_new_object(p->a));
    json_set(p->a, pending, STR("by"), json_new_str(p->a, in->caller->account));
    json_set(p->a, pending, STR("at"), json_new_str(p->a, instant_print(p->a, in->now)));
    return add_decision(p, e);
}

bool plan_rejection(Planning *p)
{
    const CommandInput *in = p->in;
    Str event = str_printf(p->a, "%.*s.rejected", STR_ARG(in->step->name));
    Str to = str_eq(in->row->state, STR("proposed")) ? STR("rejected") : STR("");
    if (!plan_event(p, in->type, in->row, p->plan->case_id, event, to, NULL, 0)) {
        return false;
    }
    json_set(p->a, plan_last(p)->data, STR("pending"), json_new_null(p->a));
    return true;
}
