/* plan.c: the order in which a step is taken: who, state, version, form, reads, requirements, decision, events.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

bool planning_fault(Planning *p, ErrCode code, const char *field, Str text)
{
    Err e;
    err_field(&e, code, field, "%.*s", STR_ARG(text));
    if (p->faults->count == 0 && p->err != NULL) {
        *p->err = e;
    }
    err_list_add(p->faults, e);
    return false;
}

/* ---- State, version, pending ---- */

static bool check_state(Planning *p)
{
    const CommandInput *in = p->in;
    if (in->mode != COMMAND_PLAIN) {
        Str waiting = in->row ? json_text_at(in->row->pending, "step") : STR("");
        return str_eq(waiting, in->step->name) ||
               err_set(p->err, WRONG_STATE, "Nothing waits for a second person here.");
    }
    if (in->step->opens && in->step->about.len > 0 && in->row == NULL) {
        return command_about_fits(in, p->err);
    }
    if (in->step->opens) {
        return in->row == NULL || err_set(p->err, WRONG_STATE, "This step opens a new case.");
    }
    if (in->row == NULL || !str_eq(in->row->type, in->type->name)) {
        return err_set(p->err, NOT_FOUND, "There is no such case.");
    }
    if (!scheme_names_have(&in->step->from, in->row->state)) {
        return err_set(p->err, WRONG_STATE, "The case is in the state %.*s; this step cannot be taken from there.",
                       STR_ARG(in->row->state));
    }
    return true;
}

static bool check_version(Planning *p)
{
    const CommandInput *in = p->in;
    int64_t expected = in->command->expected_version;
    if (in->row == NULL || expected < 0 || expected == in->row->version) {
        return true;
    }
    return err_set(p->err, STALE_FORM, "The case has changed since this form was opened; please look again.");
}

/* ---- Frame ---- */

static Value caller_value(Arena *a, const Caller *c)
{
    FeelEntry *e = ARENA_ARRAY(a, FeelEntry, 4);
    Value *roles = ARENA_ARRAY(a, Value, c->role_count + 1);
    for (size_t i = 0; i < c->role_count; i++) {
        roles[i] = feel_str(c->roles[i]);
    }
    e[0] = (FeelEntry){STR("account"), feel_str(c->account)};
    e[1] = (FeelEntry){STR("party"), c->party.len ? feel_str(c->party) : feel_null()};
    e[2] = (FeelEntry){STR("office"), c->office.len ? feel_str(c->office) : feel_null()};
    e[3] = (FeelEntry){STR("roles"), feel_list(roles, c->role_count)};
    return feel_context(e, 4);
}

static void make_frame(Planning *p, Value form)
{
    const CommandInput *in = p->in;
    p->frame = ARENA_ARRAY(p->a, Value, in->step->slot_count);
    scheme_fill_frame(in->scheme, p->frame);
    p->frame[SLOT_FORM] = form;
    p->frame[SLOT_CASE] = command_case_value(in->run, in->scheme, in->row);
    p->frame[SLOT_CALLER] = caller_value(p->a, in->caller);
    p->frame[SLOT_TODAY] = feel_date(in->today);
}

/* ---- Requirements and decision ---- */

static bool check_requires(Planning *p)
{
    const SchemeStep *step = p->in->step;
    bool ok = true;
    for (size_t i = 0; i < step->require_count; i++) {
        const SchemeRequire *q = &step->requires[i];
        if (!feel_is_true(feel_eval(p->in->run, q->holds, p->frame))) {
            Str text = scheme_label(p->in->scheme, p->a, p->in->caller->language, "fault", q->message);
            ok = planning_fault(p, q->code, str_c(p->a, q->field), text);
        }
    }
    return ok;
}

static bool law_is_signed(const Planning *p, const SchemeModel *model)
{
    bool is_signed;
    if (!p->in->facts.law_signed(p->in->facts.host, model, &is_signed, p->err)) {
        return false;
    }
    return is_signed ||
           err_set(p->err, LAW_NOT_SIGNED,
                   "The models in force from %.*s are not those that two people signed (goldenbridge law versions).",
                   STR_ARG(day_print(p->a, model->from)));
}

Value planning_facts(Planning *p, Str model, Str decision, const SchemeExprs *facts)
{
    const CommandInput *in = p->in;
    FeelEntry *entries = ARENA_ARRAY(p->a, FeelEntry, facts->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < facts->count; i++) {
        const SchemeExpr *f = &facts->items[i];
        if (decide_takes(in->scheme, model, decision, in->today, f->name)) {
            entries[n++] = (FeelEntry){f->name, feel_eval(in->run, f->code, p->frame)};
        }
    }
    return feel_context(entries, n);
}

bool planning_decide_facts(Planning *p, Str model, Str decision, Value facts, Decision *ret)
{
    const CommandInput *in = p->in;
    return decide(in->run, in->scheme, model, decision, in->today, facts, ret, p->err) && law_is_signed(p, ret->model);
}

bool planning_decide(Planning *p, Str model, Str decision, const SchemeExprs *facts, Decision *ret)
{
    if (!planning_decide_facts(p, model, decision, planning_facts(p, model, decision, facts), ret)) {
        return false;
    }
    p->frame[SLOT_DECISION] = ret->result;
    return true;
}

static bool make_decision(Planning *p)
{
    const SchemeStep *step = p->in->step;
    CommandPlan *plan = p->plan;
    plan->outcome = STR("granted");
    if (step->model.len == 0) {
        return true;
    }
    if (!planning_decide(p, step->model, step->decision, &step->facts, &plan->decision)) {
        return false;
    }
    plan->decided = true;
    plan->proof = decision_proof(p->a, &plan->decision);
    plan->outcome = plan->decision.outcome;
    return true;
}

/* The officer may sign another outcome than the one proposed, with a reason that stands in the log. */
static bool apply_discretion(Planning *p)
{
    if (!p->in->step->discretion) {
        return true;
    }
    Str wanted = feel_text(feel_get(p->frame[SLOT_FORM], STR("outcome")));
    Str reason = feel_text(feel_get(p->frame[SLOT_FORM], STR("depart_reason")));
    if (wanted.len == 0 || str_eq(wanted, p->plan->outcome)) {
        return true;
    }
    bool known = str_eq(wanted, STR("granted")) || str_eq(wanted, STR("refused"));
    for (size_t i = 0; i < p->in->step->outcome_count; i++) {
        known = known || str_eq(wanted, p->in->step->outcomes[i].outcome);
    }
    if (!known) {
        return planning_fault(p, FIELD_CHOICE, "outcome", STR("This is not an outcome of this step."));
    }
    if (reason.len == 0) {
        return planning_fault(p, FIELD_MISSING, "depart_reason", STR("Departing from the proposal needs a reason."));
    }
    Json *departed = json_set(p->a, p->plan->proof, STR("departed"), json_new_object(p->a));
    json_set(p->a, departed, STR("from"), json_new_str(p->a, p->plan->outcome));
    json_set(p->a, departed, STR("to"), json_new_str(p->a, wanted));
    json_set(p->a, departed, STR("reason"), json_new_str(p->a, reason));
    p->plan->outcome = wanted;
    return true;
}

/* "cannot decide" is for a person: without discretion, or before one has chosen, nothing happens. */
static bool check_decided(Planning *p)
{
    if (!p->plan->decided || !str_eq(p->plan->outcome, STR("cannot decide"))) {
        return true;
    }
    for (size_t i = 0; i < p->in->step->outcome_count; i++) {
        if (str_eq(p->in->step->outcomes[i].outcome, STR("cannot decide"))) {
            return true;
        }
    }
    const Decision *d = &p->plan->decision;
    Buf why = buf_new(p->a, 200);
    buf_add(&why, d->trouble);
    Value missing = feel_get(d->result, STR("missing"));
    for (size_t i = 0; missing.kind == FEEL_LIST && i < missing.len; i++) {
        buf_printf(&why, "%s%.*s", i ? ", " : "Not known: ", STR_ARG(feel_text(feel_items(missing)[i])));
    }
    for (size_t i = 0; i < d->ground_count; i++) {
        buf_printf(&why, "%s%.*s", why.len ? ", " : "", STR_ARG(d->grounds[i].code));
    }
    return err_set(p->err, CANNOT_DECIDE, "%s %.*s", err_plain(CANNOT_DECIDE),
                   STR_ARG(why.len ? buf_str(&why) : STR("")));
}

/* ---- The whole ---- */

static bool check_second_person(Planning *p)
{
    if (p->in->mode != COMMAND_CONFIRM || !str_eq(json_text_at(p->in->row->pending, "by"), p->in->caller->account)) {
        return true;
    }
    return err_set(p->err, NEEDS_SECOND_PERSON, "Another person than the one who proposed it must confirm.");
}

static bool prepare(Planning *p)
{
    const CommandInput *in = p->in;
    if (!command_may(in, p->err) || !check_state(p) || !check_version(p) || !check_second_person(p)) {
        return false;
    }
    p->form = in->mode == COMMAND_CONFIRM ? json_get(in->row->pending, "form") : in->command->form;
    if (in->row != NULL) {
        p->plan->case_id = in->row->id;
        return true;
    }
    return in->facts.new_id(in->facts.host, in->type, &p->plan->case_id, p->err);
}

bool command_plan(const CommandInput *in, CommandPlan *ret, ErrList *faults, Err *err)
{
    *ret = (CommandPlan){0};
    Planning planning = {.in = in, .a = feel_run_arena(in->run), .plan = ret, .faults = faults, .err = err};
    planning.versions.arena = planning.a;
    Planning *p = &planning;
    ret->constants = json_new_object(p->a);
    if (!prepare(p)) {
        return false;
    }
    if (in->mode == COMMAND_REJECT) {
        return plan_rejection(p);
    }
    Value form;
    if (!command_check_form(in, p->form, &form, faults)) {
        *err = faults->items[0];
        return false;
    }
    make_frame(p, form);
    if (!planning_check_holds(p) || !planning_check_news(p, form) || !plan_reads(p) || !check_requires(p) ||
        !make_decision(p) || !apply_discretion(p) || !check_decided(p)) {
        return false;
    }
    if (in->step->two_people && in->mode == COMMAND_PLAIN) {
        return plan_proposal(p);
    }
    return plan_draw(p) && plan_round(p) && plan_own_event(p) && plan_effects(p);
}
