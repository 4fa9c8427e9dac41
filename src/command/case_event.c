/* case_event.c: one event of one case: its values, indexes, state and due date, and what it commits to.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

#include "base/fold.h"
#include "decide/draw.h"
#include "decide/round.h"

#include <string.h>

enum { MAX_EVENTS = 100000, FIRST_EVENTS = 8 };

Event *plan_last(Planning *p)
{
    return &p->plan->events[p->plan->count - 1];
}

static Event *new_event(Planning *p)
{
    CommandPlan *plan = p->plan;
    bool is_power = (plan->count & (plan->count - 1)) == 0;
    if (plan->count == 0) {
        plan->events = ARENA_ARRAY(p->a, Event, FIRST_EVENTS);
    } else if (plan->count >= FIRST_EVENTS && is_power) {
        plan->events = arena_grow(p->a, plan->events, plan->count * sizeof(Event), plan->count * 2 * sizeof(Event));
    }
    return &plan->events[plan->count++];
}

/* The version after what this plan has already added to the case. */
static int64_t next_version(Planning *p, Str case_id, const CaseRow *row)
{
    int64_t *added = map_get(&p->versions, case_id);
    if (added == NULL) {
        added = ARENA_NEW(p->a, int64_t);
        *added = 0;
        map_set(&p->versions, case_id, added);
    }
    *added += 1;
    return (row ? row->version : 0) + *added;
}

/* ---- Values ---- */

static Str index_text(Arena *a, const Json *value)
{
    if (value->kind == JSON_BOOL) {
        return value->boolean ? STR("true") : STR("false");
    }
    return str_copy(a, json_text(value));
}

static void add_index(Arena *a, Json *home, const SchemeField *f, const Json *value)
{
    Json *list = json_get(home, "index");
    if (list == NULL) {
        list = json_set(a, home, STR("index"), json_new_array(a));
    }
    Json *row = json_new_array(a);
    json_push(a, row, json_new_str(a, f->name));
    json_push(a, row, value->kind == JSON_NULL ? json_new_null(a) : json_new_str(a, index_text(a, value)));
    json_push(a, row, json_new_bool(a, f->unique));
    json_push(a, list, row);
}

static void add_search(Arena *a, Json *home, const SchemeField *f, const Json *value)
{
    Str text = json_text(value);
    if (!f->searchable || text.len == 0) {
        return;
    }
    Json *list = json_get(home, "search");
    if (list == NULL) {
        list = json_set(a, home, STR("search"), json_new_array(a));
    }
    for (Str rest = fold_name(a, text), word; str_cut(&rest, ' ', &word);) {
        if (word.len > 0) {
            json_push(a, list, json_new_str(a, word));
        }
    }
    for (Str rest = fold_sound(a, text), sound; str_cut(&rest, ' ', &sound);) {
        if (sound.len > 0) { /* "=" keeps sounds apart from words */
            json_push(a, list, json_new_str(a, str_printf(a, "=%.*s", STR_ARG(sound))));
        }
    }
}

static bool check_unique(Planning *p, const SchemeType *type, Str case_id, const SetValue *v)
{
    Str holder = STR("");
    const CommandFacts *facts = &p->in->facts;
    Str text = index_text(p->a, v->value);
    if (text.len == 0) {
        return true;
    }
    if (!facts->holder_of(facts->host, type->name, v->field->name, text, &holder, p->err)) {
        return false;
    }
    if (holder.len == 0 || str_eq(holder, case_id)) {
        return true;
    }
    ErrCode code = type->person ? DUPLICATE_PERSON : ALREADY_EXISTS;
    return planning_fault(p, code, str_c(p->a, v->field->name), str_from_c(err_plain(code)));
}

static Json *part(Arena *a, Json *home, const char *key)
{
    Json *j = json_get(home, key);
    return j ? j : json_set(a, home, str_from_c(key), json_new_object(a));
}

/* A value that is taken away is no longer found by, and no longer leads to another case. */
static void take_away(Planning *p, const CaseRow *row, Json *home, Event *e, const SchemeField *f)
{
    const Json *before = row ? json_get_str(row->data, f->name) : NULL;
    if (before == NULL || before->kind == JSON_NULL) {
        return;
    }
    if (f->kind == SCHEME_CASE) {
        json_set(p->a, part(p->a, e->data, "links"), f->name, json_new_null(p->a));
    }
    if (f->indexed) {
        add_index(p->a, home, f, json_new_null(p->a));
    }
}

static bool add_value(Planning *p, const SchemeType *type, const CaseRow *row, Str case_id, Event *e, const SetValue *v)
{
    const SchemeField *f = v->field;
    Json *home = e->data;
    if (f->personal && e->person.len > 0) {
        home = e->sealed = e->sealed ? e->sealed : json_new_object(p->a);
    }
    json_set(p->a, part(p->a, home, "set"), f->name, v->value);
    if (v->value->kind == JSON_NULL) {
        take_away(p, row, home, e, f);
        return true;
    }
    if (f->kind == SCHEME_CASE) {
        json_set(p->a, part(p->a, e->data, "links"), f->name, v->value);
    }
    if (f->indexed) {
        add_index(p->a, home, f, v->value);
    }
    add_search(p->a, home, f, v->value);
    return !f->unique || check_unique(p, type, case_id, v);
}

/* ---- The case as it will be: for title and due date ---- */

static CaseRow merged(Planning *p, const SchemeType *type, const CaseRow *row, Str case_id, const SetValue *set,
                      size_t count)
{
    CaseRow m =
        row ? *row : (CaseRow){.id = case_id, .type = type->name, .opened = p->in->today, .since = p->in->today};
    m.data = row ? json_share(p->a, row->data) : json_new_object(p->a);
    for (size_t i = 0; i < count; i++) {
        json_set(p->a, m.data, set[i].field->name, set[i].value);
    }
    return m;
}

/* Where expressions about the case as it will be are evaluated. */
static Value *frame_of_case(Planning *p, const CaseRow *row)
{
    Value *frame = ARENA_ARRAY(p->a, Value, SLOT_FIRST_READ);
    scheme_fill_frame(p->in->scheme, frame);
    frame[SLOT_CASE] = command_case_value(p->in->run, p->in->scheme, row);
    frame[SLOT_TODAY] = feel_date(p->in->today);
    frame[SLOT_FORM] = p->frame ? p->frame[SLOT_FORM] : feel_null();
    frame[SLOT_DECISION] = p->frame ? p->frame[SLOT_DECISION] : feel_null();
    return frame;
}

static Str person_of(const SchemeType *type, const CaseRow *m)
{
    if (type->person) {
        return m->id;
    }
    return type->subject.len ? json_text(json_get_str(m->data, type->subject)) : STR("");
}

/* What follows from the case as it will be. */
typedef struct {
    Str person, title, due;
    const SchemeState *state; /* NULL: a state that the scheme does not describe */
} Derived;

static void derive(Planning *p, const SchemeType *type, CaseRow *m, Str to, Derived *ret)
{
    *ret = (Derived){.person = person_of(type, m)};
    if (to.len > 0) {
        m->state = to;
        m->since = p->in->today;
    }
    ret->state = scheme_state(type, m->state);
    bool has_due = ret->state && ret->state->due;
    Value *frame = has_due || type->title ? frame_of_case(p, m) : NULL;
    Value due = has_due ? feel_eval(p->in->run, ret->state->due, frame) : feel_null();
    if (due.kind == FEEL_DATE) {
        ret->due = json_text(feel_to_json(p->a, due));
    }
    if (type->title != NULL) {
        ret->title = feel_text(feel_eval(p->in->run, type->title, frame));
    }
}

/* The same, without leaving behind what was needed for it: a round does this for tens of thousands of cases. */
static void derive_small(Planning *p, const SchemeType *type, const CaseRow *row, Str case_id, Str to,
                         const SetValue *set, size_t set_count, Derived *ret)
{
    enum { SMALL = 1024 };
    char kept[SMALL];
    ArenaMark mark = arena_mark(p->a);
    CaseRow m = merged(p, type, row, case_id, set, set_count);
    derive(p, type, &m, to, ret);
    Str *const parts[] = {&ret->person, &ret->title, &ret->due};
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        n += parts[i]->len;
    }
    if (n > SMALL) {
        return;
    }
    char *at = kept;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        memcpy(at, parts[i]->ptr ? parts[i]->ptr : "", parts[i]->len);
        *parts[i] = (Str){at, parts[i]->len};
        at += parts[i]->len;
    }
    arena_rewind(p->a, mark);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        *parts[i] = str_copy(p->a, *parts[i]);
    }
}

static void add_derived(Planning *p, const SchemeType *type, const Derived *d, Str to, Event *e)
{
    if (to.len > 0) {
        json_set(p->a, e->data, STR("to"), json_new_str(p->a, to));
    }
    if (d->state != NULL) {
        json_set(p->a, e->data, STR("holder"), json_new_str(p->a, d->state->holder));
        json_set(p->a, e->data, STR("due"), json_new_str(p->a, d->due));
        json_set(p->a, e->data, STR("due_rule"), json_new_str(p->a, d->due.len > 0 ? d->state->due_cite : STR("")));
    }
    if (type->title != NULL) {
        Json *home = e->person.len > 0 ? (e->sealed ? e->sealed : (e->sealed = json_new_object(p->a))) : e->data;
        json_set(p->a, home, STR("title"), json_new_str(p->a, d->title));
    }
}

static bool type_draws(const SchemeType *type)
{
    for (size_t i = 0; i < type->step_count; i++) {
        if (type->steps[i].draw != NULL) {
            return true;
        }
    }
    return false;
}

static bool type_holds_rounds(const SchemeType *type)
{
    for (size_t i = 0; i < type->step_count; i++) {
        if (type->steps[i].round != NULL) {
            return true;
        }
    }
    return false;
}

/* Before anybody takes part, the log says which secret a round will use. */
static bool add_round_commitment(Planning *p, const SchemeType *type, Str case_id, Event *e)
{
    Hash secret;
    if (e->version != 1 || !type_holds_rounds(type)) {
        return true;
    }
    if (!round_secret(&p->in->facts, p->a, case_id, &secret, p->err)) {
        return false;
    }
    Json *round = json_set(p->a, plan_public(p, e), STR("round"), json_new_object(p->a));
    json_set(p->a, round, STR("commitment"),
             json_new_str(p->a, hex_print(p->a, HASH_STR(decide_round_commitment(secret)))));
    return true;
}

/* A case that will be drawn for says at its opening which secret will be used. */
static bool add_commitment(Planning *p, const SchemeType *type, Str case_id, Event *e)
{
    Hash secret;
    if (e->version != 1 || !type_draws(type)) {
        return true;
    }
    if (!p->in->facts.secret(p->in->facts.host, case_id, &secret, p->err)) {
        return false;
    }
    Str hex = hex_print(p->a, HASH_STR(hash_of(HASH_STR(secret))));
    json_set(p->a, e->data, STR("draw_commitment"), json_new_str(p->a, hex));
    return true;
}

bool plan_event(Planning *p, const SchemeType *type, const CaseRow *row, Str case_id, Str event, Str to,
                const SetValue *set, size_t set_count)
{
    if (p->plan->count >= MAX_EVENTS) {
        return err_set(p->err, TOO_LARGE, "One step may not touch more than %d cases.", MAX_EVENTS);
    }
    const CommandInput *in = p->in;
    Derived derived;
    derive_small(p, type, row, case_id, to, set, set_count, &derived);
    Event e = {.scheme = scheme_id(in->scheme),
               .stream = case_id,
               .version = next_version(p, case_id, row),
               .type = event,
               .at = in->now,
               .day = in->today,
               .actor = in->caller->account,
               .command = in->command->key,
               .person = derived.person};
    e.data = json_new_object(p->a);
    json_set(p->a, e.data, STR("type"), json_new_str(p->a, type->name));
    bool ok = add_commitment(p, type, case_id, &e) && add_round_commitment(p, type, case_id, &e);
    for (size_t i = 0; i < set_count && set[i].field != NULL; i++) {
        ok = add_value(p, type, row, case_id, &e, &set[i]) && ok;
    }
    if (!ok) {
        return false;
    }
    add_derived(p, type, &derived, to, &e);
    *new_event(p) = e;
    return true;
}
