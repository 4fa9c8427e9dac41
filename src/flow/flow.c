/* flow.c: see flow.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "constant.h"
#include "contact.h"
#include "draft.h"
#include "outcome.h"
#include "project/project.h"
#include "query/query.h"
#include "reach.h"
#include "sign.h"
#include "signed.h"

enum { MAX_REQUEST = 16 * 1024 * 1024 };

/* ---- The questions of a command, answered from the read tables ---- */

typedef struct {
    Store *store;
    Str scheme;
    const Scheme *law;
    Arena *a;
    Map opened;                       /* type → int64_t*: cases opened by this command so far */
    bool folder_asked, folder_signed; /* of the folder of law that was asked about last: a round asks for every case */
    Day folder;
} Facts;

static bool facts_by_id(void *host, Str id, const CaseRow **ret, Err *err)
{
    const Facts *f = host;
    return query_case(f->store, f->a, id, ret, err);
}

static QueryWhere *where_of(Arena *a, const CommandWhere *where, size_t count)
{
    QueryWhere *q = ARENA_ARRAY(a, QueryWhere, count + 1);
    for (size_t i = 0; i < count; i++) {
        q[i] = (QueryWhere){where[i].field, where[i].value};
    }
    return q;
}

static bool facts_list(void *host, Str type, const CommandWhere *where, size_t where_count, const SchemeNames *states,
                       const CaseRow **ret, size_t *ret_count, Err *err)
{
    const Facts *f = host;
    return query_list(f->store, f->a, f->scheme, type, where_of(f->a, where, where_count), where_count, states->items,
                      states->count, ret, ret_count, err);
}

static bool facts_count(void *host, Str type, const CommandWhere *where, size_t where_count, const SchemeNames *states,
                        int64_t *ret, Err *err)
{
    const CaseRow *rows;
    size_t count;
    bool ok = facts_list(host, type, where, where_count, states, &rows, &count, err);
    *ret = (int64_t)count;
    return ok;
}

static bool facts_units(void *host, Str id, CommandUnits *ret, Err *err)
{
    const Facts *f = host;
    QueryUnits u;
    if (!query_units(f->store, f->a, id, &u, err)) {
        return false;
    }
    *ret = (CommandUnits){u.total, u.taken, u.next, u.highest};
    return true;
}

static bool facts_holder_of(void *host, Str type, Str field, Str value, Str *ret_id, Err *err)
{
    const Facts *f = host;
    return query_holder_of(f->store, f->a, f->scheme, type, field, value, ret_id, err);
}

static bool facts_new_id(void *host, const SchemeType *type, Str *ret, Err *err)
{
    Facts *f = host;
    int64_t *n = map_get(&f->opened, type->name);
    if (n == NULL) {
        n = ARENA_NEW(f->a, int64_t);
        if (!query_counter(f->store, f->a, f->scheme, type->name, n, err)) {
            return false;
        }
        map_set(&f->opened, type->name, n);
    }
    *n += 1;
    *ret = str_printf(f->a, "%.*s-%06lld", STR_ARG(type->prefix), (long long)*n);
    return true;
}

static bool facts_secret(void *host, Str purpose, Hash *ret, Err *err)
{
    const Facts *f = host;
    return store_secret(f->store, purpose, ret, err);
}

static bool facts_law_signed(void *host, const SchemeModel *model, bool *ret, Err *err)
{
    Facts *f = host;
    if (!f->folder_asked || day_cmp(f->folder, model->from) != 0) {
        if (!signed_is(f->store, f->a, f->law, model->from, &f->folder_signed, err)) {
            return false;
        }
        f->folder_asked = true;
        f->folder = model->from;
    }
    *ret = f->folder_signed;
    return true;
}

static CommandFacts facts_of(Facts *f)
{
    return (CommandFacts){.host = f,
                          .by_id = facts_by_id,
                          .list = facts_list,
                          .count = facts_count,
                          .units = facts_units,
                          .holder_of = facts_holder_of,
                          .new_id = facts_new_id,
                          .secret = facts_secret,
                          .law_signed = facts_law_signed};
}

/* ---- Finding ---- */

const Access *flow_access(const Flow *f)
{
    return f->access ? f->access : access_default();
}

const Scheme *flow_scheme(const Flow *f, Str id)
{
    for (size_t i = 0; i < f->scheme_count; i++) {
        if (str_eq(scheme_id(f->schemes[i]), id)) {
            return f->schemes[i];
        }
    }
    return NULL;
}

FeelRun *flow_new_run(Arena *a, Instant now)
{
    FeelLimits limits = {.steps = 500000000, .bytes = (size_t)1 << 31, .list_length = 5000000};
    return feel_run_new(a, limits, now);
}

static Hash request_hash(Arena *a, const Caller *caller, const Command *c)
{
    Buf b = buf_new(a, MAX_REQUEST);
    buf_printf(&b, "%.*s\n%.*s\n%.*s\n%.*s\n", STR_ARG(caller->account), STR_ARG(c->scheme), STR_ARG(c->step),
               STR_ARG(c->case_id));
    if (c->form != NULL) {
        json_write(&b, c->form);
    }
    return hash_of(buf_str(&b));
}

/* ---- Writing ---- */

/* Where the group that the work was in was lost, and may be by another's fault, it is done again alone, if it says what
 * it is about: then it can be done twice. */
static bool write_in_lane(const Flow *f, const LaneAbout *about, FlowWork work, void *host, Err *err)
{
    Flow in = *f;
    bool again = false;
    if (lane_enter(f->lane, about, false, &in.store, err) &&
        lane_leave(f->lane, work(&in, host, err), false, &again, err)) {
        return true;
    }
    return about != NULL && again && lane_enter(f->lane, about, true, &in.store, err) &&
           lane_leave(f->lane, work(&in, host, err), true, &again, err);
}

static bool write_about(const Flow *f, const LaneAbout *about, FlowWork work, void *host, Err *err)
{
    Flow in = *f;
    if (f->lane != NULL) {
        return write_in_lane(f, about, work, host, err);
    }
    if (!store_begin(f->store, err)) {
        return false;
    }
    if (work(&in, host, err)) {
        return store_commit(f->store, err);
    }
    store_rollback(f->store);
    return false;
}

bool flow_write(const Flow *f, FlowWork work, void *host, Err *err)
{
    return write_about(f, NULL, work, host, err);
}

typedef struct {
    const FlowStatement *list;
    size_t count;
} Statements;

static bool exec_in(const Flow *in, void *host, Err *err)
{
    const Statements *s = host;
    for (size_t i = 0; i < s->count; i++) {
        if (!store_exec(in->store, s->list[i].sql, s->list[i].params, s->list[i].count, err)) {
            return false;
        }
    }
    return true;
}

bool flow_exec(const Flow *f, const FlowStatement *list, size_t count, Err *err)
{
    Statements s = {list, count};
    return flow_write(f, exec_in, &s, err);
}

/* ---- One command ---- */

typedef struct {
    const Flow *f;
    FeelRun *run;
    Arena *a;
    const Caller *caller;
    const Command *command;
    Instant now;
    FlowResult *ret;
    Hash request; /* where the command has a key */
    Facts facts;
    CommandInput in;
} Pipeline;

static bool make_input(Pipeline *p)
{
    Err *err = &p->ret->err;
    const Scheme *s = flow_scheme(p->f, p->command->scheme);
    if (s == NULL) {
        return err_set(err, NOT_FOUND, "There is no scheme %.*s.", STR_ARG(p->command->scheme));
    }
    if (!command_resolve(s, p->command->step, &p->in, err)) {
        return false;
    }
    p->in.caller = p->caller;
    p->in.command = p->command;
    p->in.now = p->now;
    p->in.today = instant_day(p->now, scheme_utc_offset(s));
    p->in.run = p->run;
    p->facts = (Facts){.store = p->f->store, .scheme = scheme_id(s), .law = s, .a = p->a, .opened.arena = p->a};
    p->in.facts = facts_of(&p->facts);
    if (p->command->case_id.len == 0) {
        return true;
    }
    if (!query_case(p->f->store, p->a, p->command->case_id, &p->in.row, err)) {
        return false;
    }
    bool of_scheme = p->in.row != NULL && str_eq(p->in.row->scheme, p->command->scheme);
    return (of_scheme || err_set(err, NOT_FOUND, "There is no case %.*s.", STR_ARG(p->command->case_id))) &&
           flow_check_reach(p->f, p->a, s, p->caller, p->in.row, err);
}

static bool write_events(Pipeline *p)
{
    Err *err = &p->ret->err;
    CommandPlan *plan = &p->ret->plan;
    if (!constant_keep(p->f->store, p->a, p->command->scheme, plan->constants, p->now, p->in.today, err) ||
        !store_append(p->f->store, p->a, plan->events, plan->count, err)) {
        return false;
    }
    for (size_t i = 0; i < plan->count; i++) {
        ArenaMark mark = arena_mark(p->a);
        if (!project_apply(p->f->store, p->a, &plan->events[i], p->in.row, err)) {
            return false;
        }
        arena_rewind(p->a, mark);
    }
    p->ret->outcome = outcome_of(p->a, plan, p->in.row);
    return p->command->key.len == 0 ||
           outcome_remember(p->f->store, p->a, p->command->key, p->request, plan, p->ret->outcome, err);
}

/* A dry run tells what would have to be signed, so that it can be. */
static bool add_to_sign(Pipeline *p)
{
    bool needed;
    FlowResult *r = p->ret;
    if (!sign_is_needed(p->f->store, p->a, &p->in, &r->plan, &needed, &r->err)) {
        return false;
    }
    if (needed && p->in.row != NULL) {
        Json *j = json_set(p->a, r->outcome, STR("sign"), json_new_object(p->a)),
             *statement = sign_statement(p->a, &p->in, &r->plan);
        json_set(p->a, j, STR("challenge"), json_new_str(p->a, sign_challenge(p->a, statement)));
        json_set(p->a, j, STR("statement"), statement);
    }
    return true;
}

/* The whole pipeline, top to bottom. */
static bool run_stages(Pipeline *p, bool dry)
{
    FlowResult *r = p->ret;
    if (p->command->key.len > 0) {
        p->request = request_hash(p->a, p->caller, p->command);
        if (!outcome_recall(p->f->store, p->a, p->command->key, p->request, &r->outcome, &r->err)) {
            return false;
        }
        if (r->outcome != NULL) {
            return r->repeated = true;
        }
    }
    if (!make_input(p)) {
        return false;
    }
    if (p->in.step->foretell && !dry) {
        return err_set(&r->err, NOT_ALLOWED, "This step only shows what would be decided.");
    }
    if (!command_plan(&p->in, &r->plan, &r->faults, &r->err)) {
        return false;
    }
    if (p->in.row == NULL && r->plan.count > 0 &&
        !flow_check_opening(p->f, p->a, p->in.scheme, p->caller, &r->plan.events[0], &r->err)) {
        return false;
    }
    if (dry) {
        r->outcome = outcome_of(p->a, &r->plan, p->in.row);
        return add_to_sign(p);
    }
    return sign_take(p->f->store, p->a, &p->in, &r->plan, &r->err) && write_events(p);
}

/* One level inside the caller's transaction. */
static bool join(const Flow *f, FlowWork work, void *host, bool settles, Err *err)
{
    if (!store_savepoint(f->store, err)) {
        return false;
    }
    if (work(f, host, err) && (!settles || store_settle(f->store, err))) {
        return store_release(f->store, err);
    }
    store_rollback_to(f->store);
    return false;
}

static bool run_in(const Flow *in, void *host, __attribute__((unused)) Err *err)
{
    Pipeline *p = host;
    p->f = in;
    *p->ret = (FlowResult){.faults.arena = p->a}; /* perhaps for the second time */
    return run_stages(p, false);
}

/* What is durable is signed for; a repeated command gets the receipt of the first time. Where it cannot be signed now,
 * the same receipt can be asked for later. */
static void add_receipt(const Flow *f, Pipeline *p)
{
    FlowResult *r = p->ret;
    CommandInput in;
    Err none;
    const Scheme *s = flow_scheme(f, p->command->scheme);
    const Json *events = json_get(r->outcome, "events");
    if (s == NULL || !command_resolve(s, p->command->step, &in, &none) || !in.step->receipt ||
        json_count(events) == 0) {
        return;
    }
    Str note;
    if (store_receipt(f->store, p->a, json_to_int(json_get(events->items[0], "seq"), 0), &note, &none)) {
        json_set(p->a, r->outcome, STR("receipt"), json_new_str(p->a, note));
    }
}

bool flow_run(const Flow *f, FeelRun *run, const Caller *caller, const Command *command, FlowMode mode, Instant now,
              FlowResult *ret)
{
    Arena *a = feel_run_arena(run);
    *ret = (FlowResult){.faults.arena = a};
    Pipeline p = {.f = f, .run = run, .a = a, .caller = caller, .command = command, .now = now, .ret = ret};
    switch (mode) {
    case FLOW_RUN:
        ret->ok = write_about(f, &(LaneAbout){.key = command->key, .stream = command->case_id}, run_in, &p, &ret->err);
        break;
    case FLOW_JOIN:
    case FLOW_JOIN_SETTLED: ret->ok = join(f, run_in, &p, mode == FLOW_JOIN_SETTLED, &ret->err); break;
    case FLOW_DRY: ret->ok = run_stages(&p, true); break;
    }
    if (ret->ok && mode == FLOW_RUN) {
        add_receipt(f, &p);
    }
    return ret->ok;
}

bool flow_repeat(const Flow *f, Arena *a, const Caller *caller, const Command *command, FlowResult *ret)
{
    *ret = (FlowResult){.faults.arena = a};
    ret->repeated =
        outcome_recall(f->store, a, command->key, request_hash(a, caller, command), &ret->outcome, &ret->err) &&
        ret->outcome != NULL;
    return ret->ok = ret->repeated;
}

/* ---- Which steps ---- */

static bool step_fits(const CommandInput *in)
{
    if (in->mode != COMMAND_PLAIN) {
        return in->row != NULL && str_eq(json_text_at(in->row->pending, "step"), in->step->name);
    }
    if (in->step->about.len > 0) { /* offered on the case that the new one will be about */
        return in->row != NULL && str_eq(in->row->type, scheme_field(in->type, in->step->about)->of) &&
               scheme_names_have(&in->step->from, in->row->state);
    }
    if (in->step->opens || in->row == NULL) {
        return in->step->opens && in->row == NULL;
    }
    return str_eq(in->row->type, in->type->name) && scheme_names_have(&in->step->from, in->row->state);
}

/* A step that would be refused for what stands in the case is not put before people. */
static bool is_offered(const CommandInput *in)
{
    if (in->step->offered == NULL || in->row == NULL || in->mode != COMMAND_PLAIN) {
        return true;
    }
    Value *frame = ARENA_ARRAY(feel_run_arena(in->run), Value, in->step->slot_count);
    scheme_fill_frame(in->scheme, frame);
    frame[SLOT_CASE] = command_case_value(in->run, in->scheme, in->row);
    frame[SLOT_TODAY] = feel_date(instant_day(in->now, scheme_utc_offset(in->scheme)));
    return feel_is_true(feel_eval(in->run, in->step->offered, frame));
}

static void add_step(Arena *a, Json *list, const CommandInput *in)
{
    static const char *const SUFFIX[] = {
        [COMMAND_PLAIN] = "", [COMMAND_CONFIRM] = "/confirm", [COMMAND_REJECT] = "/reject"};
    Json *j = json_new_object(a);
    json_set(a, j, STR("step"), json_new_str(a, str_printf(a, "%.*s%s", STR_ARG(in->step->name), SUFFIX[in->mode])));
    json_set(a, j, STR("type"), json_new_str(a, in->type->name));
    json_set(a, j, STR("two_people"), json_new_bool(a, in->step->two_people));
    json_set(a, j, STR("fields"), json_new_int(a, (int64_t)in->step->fields.count));
    if (in->step->group.len > 0) {
        json_set(a, j, STR("group"), json_new_str(a, in->step->group));
    }
    if (in->step->about.len > 0) {
        json_set(a, j, STR("about"), json_new_str(a, in->step->about));
    }
    json_push(a, list, j);
}

/* A party may open a case in which it is the linked one: its own id stands in the form, if the field links to cases of
 * its kind. */
static Json *form_of_party(const Scheme *s, Arena *a, const SchemeType *t, const SchemeStep *step, const Caller *caller)
{
    Json *form = json_new_object(a);
    for (size_t i = 0; caller->party.len > 0 && step->opens && i < step->who.count; i++) {
        Str who = step->who.items[i];
        const SchemeField *f = str_starts(who, STR("party:")) ? scheme_field(t, str_sub(who, 6, who.len)) : NULL;
        const SchemeType *of = f ? scheme_type(s, f->of) : NULL;
        for (size_t k = 0; of != NULL && k < caller->role_count; k++) {
            if (str_eq(caller->roles[k], of->party_role)) {
                json_set(a, form, f->name, json_new_str(a, caller->party));
            }
        }
    }
    return form;
}

/* Whether the hold is about the case itself: a step whose form names the one held is asked when the form is there. */
static bool holds_itself(const SchemeHold *h, const SchemeStep *step, Str type)
{
    Str path = scheme_hold_path(h, type)->path, first;
    return str_cut(&path, '.', &first) && !scheme_names_have(&step->fields, first);
}

static void add_hold(Arena *a, Json *list, const CommandInput *in, const SchemeHold *h, const CaseRow *cause)
{
    Json *j = json_new_object(a), *steps = json_new_array(a), *later = json_new_array(a);
    json_set(a, j, STR("name"), json_new_str(a, h->name));
    json_set(a, j, STR("cause"), json_new_str(a, cause->id));
    json_set(a, j, STR("since"), json_copy(a, json_new_str(a, json_text(json_get_str(cause->data, h->from)))));
    json_set(a, j, STR("until"), json_new_str(a, json_text(json_get_str(cause->data, h->until))));
    json_set(a, j, STR("source"), json_new_str(a, json_text(json_get_str(cause->data, h->source))));
    json_set(a, j, STR("cite"), json_new_str(a, h->cite));
    json_set(a, j, STR("steps"), steps);
    json_set(a, j, STR("later"), later);
    for (size_t i = 0; i < in->type->step_count; i++) {
        const SchemeStep *step = &in->type->steps[i];
        if (scheme_names_have(&h->steps, step->name) && !step->opens && holds_itself(h, step, in->type->name)) {
            json_push(a, scheme_names_have(&step->from, in->row->state) ? steps : later, json_new_str(a, step->name));
        }
    }
    json_push(a, list, j);
}

Json *flow_holds(const Flow *f, FeelRun *run, const Scheme *s, const CaseRow *row, Instant now)
{
    Arena *a = feel_run_arena(run);
    Json *list = json_new_array(a);
    const SchemeHold *holds;
    size_t count = row ? scheme_holds(s, &holds) : 0;
    const SchemeType *t = row ? scheme_type(s, row->type) : NULL;
    Facts facts = {.store = f->store, .scheme = scheme_id(s), .law = s, .a = a, .opened.arena = a};
    for (size_t i = 0; t != NULL && i < count; i++) {
        CommandInput in = {.scheme = s,
                           .type = t,
                           .now = now,
                           .today = instant_day(now, scheme_utc_offset(s)),
                           .row = row,
                           .run = run,
                           .facts = facts_of(&facts)};
        const CaseRow *cause = NULL;
        Err err; /* a store that fails here fails the page elsewhere */
        if (command_hold(&in, NULL, &holds[i], &cause, &err) && cause != NULL) {
            add_hold(a, list, &in, &holds[i], cause);
        }
    }
    return list;
}

static bool is_held(const Json *holds, Str step)
{
    for (size_t i = 0; i < json_count(holds); i++) {
        if (json_has_text(json_get(holds->items[i], "steps"), step)) {
            return true;
        }
    }
    return false;
}

Json *flow_steps(const Flow *f, FeelRun *run, const Scheme *s, const Caller *caller, const CaseRow *row, Instant now)
{
    Arena *a = feel_run_arena(run);
    Json *list = json_new_array(a), *holds = flow_holds(f, run, s, row, now);
    const SchemeType *types;
    size_t count = scheme_types(s, &types);
    Facts facts = {.store = f->store, .scheme = scheme_id(s), .law = s, .a = a, .opened.arena = a};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].step_count; k++) {
            const SchemeStep *step = &types[i].steps[k];
            bool about = step->about.len > 0 && row != NULL;
            Command none = {.form = form_of_party(s, a, &types[i], step, caller)};
            if (about) {
                json_set(a, none.form, step->about, json_new_str(a, row->id));
            }
            for (int mode = COMMAND_PLAIN; mode <= COMMAND_REJECT; mode++) {
                CommandInput in = {.scheme = s,
                                   .type = &types[i],
                                   .step = step,
                                   .mode = (CommandMode)mode,
                                   .caller = caller,
                                   .command = &none,
                                   .now = now,
                                   .row = row,
                                   .run = run,
                                   .facts = facts_of(&facts)};
                Err err;
                bool fits = !in.step->hidden && step_fits(&in) && is_offered(&in) && !is_held(holds, step->name);
                in.row = about && mode == COMMAND_PLAIN ? NULL : row; /* who may is asked as for the opening */
                if (fits && command_may(&in, &err)) {
                    add_step(a, list, &in);
                }
            }
        }
    }
    return list;
}

/* ---- Explain ---- */

static bool again(FeelRun *run, const Scheme *s, const Event *e, const Json *proof, const Json *facts, Json *out,
                  Err *err)
{
    Arena *a = feel_run_arena(run);
    Str model = json_text_at(proof, "model"), name = json_text_at(proof, "decision");
    Day day;
    Value values;
    ErrList faults = {.arena = a};
    Decision d = {.whole_trace = true};
    if (!day_parse(json_text_at(proof, "day"), &day)) {
        day = e->day;
    }
    if (!decide_facts(run, s, model, name, day, facts, &values, &faults, err) ||
        !decide(run, s, model, name, day, values, &d, err)) {
        return false;
    }
    Json *proof_again = decision_proof(a, &d);
    bool same_model = str_eq(json_text_at(proof, "model_hash"), d.model->hash);
    bool same = same_model && str_eq(json_text_at(proof, "outcome"), d.outcome);
    same = same && json_eq(json_get(proof, "result"), json_get(proof_again, "result"));
    json_set(a, out, STR("same"), json_new_bool(a, same));
    json_set(a, out, STR("same_model"), json_new_bool(a, same_model));
    json_set(a, out, STR("again"), proof_again);
    json_set(a, out, STR("tables"), decision_tables(a, &d));
    if (!decision_is_granted(&d)) {
        json_set(a, out, STR("changes"), decision_changes(run, s, &d, STR("granted")));
    }
    return true;
}

bool flow_explain(const Flow *f, FeelRun *run, int64_t seq, Json **ret, Err *err)
{
    Arena *a = feel_run_arena(run);
    Event *e = ARENA_NEW(a, Event);
    if (!query_event(f->store, a, seq, e, err)) {
        return false;
    }
    const Json *proof = json_get(e->data, "decision");
    const Scheme *s = flow_scheme(f, e->scheme);
    if (proof == NULL || s == NULL) {
        return err_set(err, NOT_FOUND, "Event %lld holds no decision.", (long long)seq);
    }
    const Json *kept = json_get(e->sealed, "facts");
    Json *facts;
    kept = kept ? kept : json_get(e->data, "facts");
    if (kept == NULL) {
        return err_set(err, NOT_FOUND, "The facts of this decision were erased; the proof of the log remains.");
    }
    if (!constant_expand(f->store, a, kept, &facts, err)) {
        return false;
    }
    Json *out = *ret = json_new_object(a);
    json_set(a, out, STR("seq"), json_new_int(a, seq));
    json_set(a, out, STR("case"), json_new_str(a, e->stream));
    json_set(a, out, STR("step"), json_new_str(a, json_text_at(e->data, "step")));
    json_set(a, out, STR("decision"), (Json *)(uintptr_t)proof);
    json_set(a, out, STR("facts"), facts);
    json_set(a, out, STR("event_hash"), json_new_str(a, hex_print(a, HASH_STR(e->hash))));
    return again(run, s, e, proof, facts, out, err);
}

/* ---- Files that were read; accounts ---- */

typedef struct {
    Arena *a;
    const Caller *caller;
    Str scheme, reason;
    const Str *persons;
    size_t count;
    Instant now;
} Reading;

static bool write_reads(const Flow *in, void *host, Err *err)
{
    const Reading *r = host;
    Arena *a = r->a;
    const Scheme *s = flow_scheme(in, r->scheme);
    bool ok = true;
    for (size_t i = 0; ok && i < r->count; i++) {
        Event e = {.scheme = r->scheme,
                   .stream = str_printf(a, "reads:%.*s", STR_ARG(r->persons[i])),
                   .type = STR("file.read"),
                   .at = r->now,
                   .day = instant_day(r->now, s ? scheme_utc_offset(s) : 0),
                   .actor = r->caller->account,
                   .data = json_new_object(a)};
        json_set(a, e.data, STR("person"), json_new_str(a, r->persons[i]));
        json_set(a, e.data, STR("reason"), json_new_str(a, r->reason));
        e.version = store_version_of(in->store, e.stream) + 1;
        ok = store_append(in->store, a, &e, 1, err) && project_apply(in->store, a, &e, NULL, err);
    }
    return ok;
}

bool flow_read_files(const Flow *f, Arena *a, const Caller *caller, Str scheme, const Str *persons, size_t count,
                     Str reason, Instant now, Err *err)
{
    Reading r = {a, caller, scheme, reason, persons, count, now};
    return count == 0 || flow_write(f, write_reads, &r, err);
}

bool flow_read_file(const Flow *f, Arena *a, const Caller *caller, Str scheme, Str person, Str reason, Instant now,
                    Err *err)
{
    return flow_read_files(f, a, caller, scheme, &person, 1, reason, now, err);
}

typedef struct {
    Arena *a;
    Str account, person, article;
    Instant now;
} Erasure;

static bool erase_in(const Flow *in, void *host, Err *err)
{
    const Erasure *x = host;
    Arena *a = x->a;
    const CaseRow *row;
    if (!query_case(in->store, a, x->person, &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "There is no case %.*s.", STR_ARG(x->person));
    }
    const Scheme *s = flow_scheme(in, row->scheme);
    Event e = {.scheme = row->scheme,
               .stream = row->id,
               .version = row->version + 1,
               .type = STR("person.erased"),
               .at = x->now,
               .day = instant_day(x->now, s ? scheme_utc_offset(s) : 0),
               .actor = x->account};
    e.data = json_new_object(a);
    json_set(a, e.data, STR("type"), json_new_str(a, row->type));
    json_set(a, e.data, STR("article"), json_new_str(a, x->article));
    return store_erase_person(in->store, row->id, err) && draft_forget(in, a, row->scheme, row->id, err) &&
           contact_forget(in, a, row->scheme, row->id, err) && store_append(in->store, a, &e, 1, err) &&
           project_forget(in->store, a, row->id, err);
}

bool flow_erase(const Flow *f, Arena *a, Str account, Str person, Str article, Instant now, Err *err)
{
    Erasure x = {a, account, person, article, now};
    return flow_write(f, erase_in, &x, err);
}

bool flow_caller(const Flow *f, Arena *a, Str login, Caller *ret, Str *ret_scheme, Err *err)
{
    const CaseRow *row = NULL;
    for (size_t i = 0; i < f->scheme_count && row == NULL; i++) {
        Str id;
        if (!query_holder_of(f->store, a, scheme_id(f->schemes[i]), STR("account"), STR("login"), login, &id, err) ||
            (id.len > 0 && !query_case(f->store, a, id, &row, err))) {
            return false;
        }
    }
    if (row == NULL || !str_eq(row->state, STR("open"))) {
        return err_set(err, NOT_SIGNED_IN, "There is no open account %.*s.", STR_ARG(login));
    }
    const Json *roles = json_get(row->data, "roles");
    Str *names = ARENA_ARRAY(a, Str, json_count(roles) + 1);
    for (size_t i = 0; i < json_count(roles); i++) {
        names[i] = json_text(roles->items[i]);
    }
    *ret = (Caller){.account = login,
                    .name = json_text_at(row->data, "name"),
                    .roles = names,
                    .role_count = json_count(roles),
                    .party = json_text_at(row->data, "party"),
                    .office = json_text_at(row->data, "office"),
                    .language = json_text_at(row->data, "language")};
    *ret_scheme = row->scheme;
    return true;
}
