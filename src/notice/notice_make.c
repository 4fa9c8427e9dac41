/* notice_make.c: who is told what: the parties of a case that moved, and who must act before a deadline or waits after
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_int.h"

#include <string.h>

#include "query/query.h"

#define N(params) COUNT_OF(params)
enum { EVENTS_AT_ONCE = 400, CASES_AT_ONCE = 200, MOST_TOLD = 64, OVER_DAYS = 7, LONGEST_LEAD_DAYS = 366 };
static const int64_t DAY_MS = 86400000, HOUR_MS = 3600000, OLD_DAYS = 30, LATE_DAYS = 3;

/* ---- Marks ---- */

bool mark_read(Store *s, Arena *a, Str name, int64_t *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(name)};
    if (!store_query(s, a, "SELECT n FROM notice_marks WHERE name = $1", p, N(p), &rows, err)) {
        return false;
    }
    *ret = rows.row_count > 0 ? rows.cells[0].i : 0;
    return true;
}

bool mark_set(Store *s, Str name, int64_t n, Err *err)
{
    StoreValue p[] = {STORE_S(name), STORE_I(n)};
    return store_exec(
        s, "INSERT INTO notice_marks (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = excluded.n", p,
        N(p), err);
}

/* ---- Whom ---- */

typedef struct {
    Str login;
    const Json *roles;
} Told;

typedef struct {
    Store *store;
    Arena *a;
    const Scheme *scheme;
    Told list[MOST_TOLD];
    size_t count;
    Err *err;
} Audience;

static bool add_party(Audience *to, Str party)
{
    const CaseRow *rows;
    size_t count;
    QueryWhere where = {STR("party"), party};
    Str open = STR("open");
    if (!query_list(to->store, to->a, scheme_id(to->scheme), STR("account"), &where, 1, &open, 1, &rows, &count,
                    to->err)) {
        return false;
    }
    for (size_t i = 0; i < count && to->count < MOST_TOLD; i++) {
        to->list[to->count++] = (Told){json_text_at(rows[i].data, "login"), json_get(rows[i].data, "roles")};
    }
    return true;
}

/* Accounts of those whom the case is about or links to, such as worker and firm of a contract. */
static bool add_parties(Audience *to, const CaseRow *row)
{
    const SchemeType *t = scheme_type(to->scheme, row->type);
    if (t == NULL || (t->party_role.len > 0 && !add_party(to, row->id))) {
        return t == NULL;
    }
    for (size_t i = 0; i < t->field_count; i++) {
        const SchemeType *of = t->fields[i].kind == SCHEME_CASE ? scheme_type(to->scheme, t->fields[i].of) : NULL;
        Str linked = json_text(json_get_str(row->data, t->fields[i].name));
        if (of != NULL && of->party_role.len > 0 && linked.len > 0 && !str_eq(linked, row->id) &&
            !add_party(to, linked)) {
            return false;
        }
    }
    return true;
}

/* Staff is told of what they have in hand, not of all that waits for their role. */
static bool add_assignee(Audience *to, const CaseRow *row)
{
    Str login;
    if (!query_assignee(to->store, to->a, row->id, &login, to->err)) {
        return false;
    }
    if (login.len > 0 && to->count < MOST_TOLD) {
        to->list[to->count++] = (Told){login, NULL};
    }
    return true;
}

/* ---- From events ---- */

typedef struct {
    Arena *a;
    Cause *list;
    size_t count;
} Causes;

/* What the step told; the sender's own words of an event about a person are sealed apart (src/command/message.c). */
static Json *message_of(Arena *a, const Event *e)
{
    const Json *open = json_get(e->data, "message"), *texts = json_path(e->sealed, "message.texts");
    Json *ret = open ? json_copy(a, open) : NULL;
    if (ret != NULL && texts != NULL) {
        json_set(a, ret, STR("texts"), json_copy(a, texts));
    }
    return ret;
}

static bool keep_cause(void *host, const Event *e)
{
    Causes *c = host;
    if (c->count == EVENTS_AT_ONCE) {
        return false;
    }
    c->list[c->count++] = (Cause){e->seq,
                                  str_copy(c->a, e->scheme),
                                  str_copy(c->a, e->stream),
                                  str_copy(c->a, e->type),
                                  str_copy(c->a, e->actor),
                                  e->at,
                                  json_get(e->data, "to") != NULL,
                                  json_text_at(e->data, "type").len > 0,
                                  str_copy(c->a, e->version == 1 ? json_text_at(e->data, "to") : STR("")),
                                  message_of(c->a, e)};
    return true;
}

/* What waits for a second person is nothing yet. */
static bool is_told(const Scheme *s, const Cause *c)
{
    const Json *rule = json_get(scheme_info(s), "notices");
    bool unsettled = str_ends(c->type, STR(".proposed")) || str_ends(c->type, STR(".rejected"));
    return rule != NULL && !unsettled && !json_has_text(json_get(rule, "quiet"), c->type) &&
           (c->moved || json_has_text(json_get(rule, "also"), c->type));
}

static bool tell(Audience *to, const Flow *f, const Notice *n, bool sends, int64_t *made)
{
    bool is_new;
    if (!notice_add(to->store, to->a, f, n, sends, &is_new, to->err)) {
        return false;
    }
    *made += is_new;
    return true;
}

static bool is_actor(const Cause *c, const Told *t, const Scheme *s, Arena *a, Store *store)
{
    const CaseRow *row;
    Str id, party = STR("party:");
    Err none;
    if (str_eq(c->actor, t->login) || !str_starts(c->actor, party)) {
        return str_eq(c->actor, t->login);
    }
    return query_holder_of(store, a, scheme_id(s), STR("account"), STR("login"), t->login, &id, &none) &&
           query_case(store, a, id, &row, &none) && row != NULL &&
           str_eq(json_text_at(row->data, "party"), str_sub(c->actor, party.len, c->actor.len));
}

static bool tell_of_event(const Flow *in, Arena *a, const Cause *c, Instant now, int64_t *made, Err *err)
{
    const Scheme *s = flow_scheme(in, c->scheme);
    const CaseRow *row = NULL;
    if (s == NULL || now.ms - c->at.ms > OLD_DAYS * DAY_MS || !is_told(s, c)) {
        return true;
    }
    if (!query_case(in->store, a, c->stream, &row, err)) {
        return false;
    }
    Audience to = {.store = in->store, .a = a, .scheme = s, .err = err};
    Json *params = NULL;
    if (c->opened_as.len > 0) { /* which of the cases of this type it is, is known by where it began */
        params = json_new_object(a);
        json_set(a, params, STR("state"), json_new_str(a, c->opened_as));
    }
    if (row == NULL) {
        return true;
    }
    if (!add_parties(&to, row) || !add_assignee(&to, row)) {
        return false;
    }
    for (size_t i = 0; i < to.count; i++) {
        Notice n = {.id = str_printf(a, "event/%lld/%.*s", (long long)c->seq, STR_ARG(to.list[i].login)),
                    .scheme = c->scheme,
                    .account = to.list[i].login,
                    .kind = STR("event"),
                    .what = c->type,
                    .case_id = c->stream,
                    .due = row->due,
                    .params = params,
                    .made = now};
        if (!is_actor(c, &to.list[i], s, a, in->store) &&
            !tell(&to, in, &n, now.ms - c->at.ms <= LATE_DAYS * DAY_MS, made)) {
            return false;
        }
    }
    return true;
}

/* ---- Messages ---- */

/* Accounts of one case that a message goes to; what is no case of a party here has none. */
static bool tell_of_message(const Flow *in, Arena *a, const Scheme *s, const Cause *c, Json *told, Str case_id,
                            Instant now, int64_t *made, Err *err)
{
    Audience to = {.store = in->store, .a = a, .scheme = s, .err = err};
    if (!add_party(&to, case_id)) {
        return false;
    }
    for (size_t i = 0; i < to.count; i++) {
        Notice n = {.id = str_printf(a, "message/%lld/%.*s", (long long)c->seq, STR_ARG(to.list[i].login)),
                    .scheme = c->scheme,
                    .account = to.list[i].login,
                    .kind = STR("message"),
                    .what = json_text_at(c->message, "topic"),
                    .case_id = case_id,
                    .params = told,
                    .made = now};
        if (!tell(&to, in, &n, now.ms - c->at.ms <= LATE_DAYS * DAY_MS, made)) {
            return false;
        }
    }
    return true;
}

/* Who else got it is nobody's business: a notice keeps the message without the list. The words of each language stay,
 * since which of them is shown is known when it is read. */
static Json *without_list(Arena *a, const Json *message)
{
    static const char *const KEPT[] = {"topic", "params", "texts"};
    Json *told = json_new_object(a);
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
        Json *part = json_get(message, KEPT[i]);
        if (part != NULL) {
            json_set(a, told, str_from_c(KEPT[i]), part);
        }
    }
    return told;
}

static bool tell_of_messages(const Flow *in, Arena *a, const Cause *c, Instant now, int64_t *made, Err *err)
{
    const Scheme *s = flow_scheme(in, c->scheme);
    const Json *list = json_get(c->message, "to");
    if (s == NULL || now.ms - c->at.ms > OLD_DAYS * DAY_MS) {
        return true;
    }
    Json *told = without_list(a, c->message);
    for (size_t i = 0; i < json_count(list); i++) {
        if (!tell_of_message(in, a, s, c, told, json_text(list->items[i]), now, made, err)) {
            return false;
        }
    }
    return true;
}

typedef struct {
    Instant now;
    int64_t made;
    bool more;
} Work;

/* The mark moves in the transaction that holds the notices: no event is looked at twice, none is left out. */
static bool events_in(const Flow *in, void *host, Err *err)
{
    Work *w = host;
    Arena *a = arena_new(0);
    Causes causes = {.a = a, .list = ARENA_ARRAY(a, Cause, EVENTS_AT_ONCE)};
    int64_t from;
    bool ok = mark_read(in->store, a, STR("events"), &from, err) &&
              store_each(in->store, from + 1, from + EVENTS_AT_ONCE, keep_cause, &causes, err);
    for (size_t i = 0; ok && i < causes.count; i++) {
        const Cause *c = &causes.list[i];
        const Scheme *s = flow_scheme(in, c->scheme);
        ok = tell_of_event(in, a, c, w->now, &w->made, err) && tell_of_messages(in, a, c, w->now, &w->made, err) &&
             (s == NULL || !c->of_case || webhook_from_event(in, a, s, c, w->now, err));
    }
    if (ok && causes.count > 0) {
        ok = mark_set(in->store, STR("events"), causes.list[causes.count - 1].seq, err);
        w->more = causes.count == EVENTS_AT_ONCE;
    }
    arena_free(a);
    return ok;
}

bool notice_from_events(const Flow *f, Instant now, int64_t *ret_made, bool *ret_more, Err *err)
{
    Arena *a = arena_new(0);
    int64_t from;
    Work w = {.now = now};
    bool ok = mark_read(f->store, a, STR("events"), &from, err);
    bool waits = ok && store_size(f->store) > from; /* without a transaction where nothing happened */
    arena_free(a);
    ok = ok && (!waits || flow_write(f, events_in, &w, err));
    *ret_made += w.made;
    *ret_more = w.more;
    return ok;
}

/* ---- From deadlines ---- */

/* The days before that fit the state, the longest first. */
static const Json *leads_of(const Scheme *s, const CaseRow *row, Arena *a, bool *ret_all)
{
    const Json *rule = json_path(scheme_info(s), "notices.deadlines");
    const Json *own =
        json_get_str(json_get(rule, "states"), str_printf(a, "%.*s.%.*s", STR_ARG(row->type), STR_ARG(row->state)));
    *ret_all = own != NULL;
    return own != NULL ? own : json_get(rule, "days");
}

/* Which of them it is today: the shortest that has begun, unless it began before the case came into its state. −1:
 * none. */
static int64_t lead_today(const Json *leads, Day due, Day since, Day today)
{
    int64_t found = -1;
    for (size_t i = 0; i < json_count(leads); i++) {
        int64_t lead = json_to_int(leads->items[i], -1);
        bool begun = due.n - lead <= today.n, after = due.n - lead >= since.n;
        found = begun && after ? lead : found;
    }
    return found;
}

static bool is_role(const Scheme *s, Str role)
{
    return json_has_text(json_get(scheme_info(s), "roles"), role);
}

/* Before: who must act; all parties where no account acts or the scheme names the state. After: everybody. */
static bool is_due_for(const Scheme *s, const CaseRow *row, const Told *t, bool all)
{
    return all || t->roles == NULL || !is_role(s, row->holder) || json_has_text(t->roles, row->holder);
}

static bool tell_of_deadline(const Flow *in, Arena *a, const Scheme *s, const CaseRow *row, Instant now, int64_t *made,
                             Err *err)
{
    Day due, today = instant_day(now, scheme_utc_offset(s));
    bool all;
    const Json *leads = leads_of(s, row, a, &all);
    const SchemeState *state = scheme_state(scheme_type(s, row->type), row->state);
    if (!day_parse(row->due, &due) || state == NULL || state->final) {
        return true;
    }
    bool over = due.n < today.n;
    int64_t lead = over ? 0 : lead_today(leads, due, row->since, today);
    Audience to = {.store = in->store, .a = a, .scheme = s, .err = err};
    if (lead < 0) {
        return true;
    }
    if (!add_parties(&to, row) || !add_assignee(&to, row)) {
        return false;
    }
    Str what = over ? STR("over") : str_printf(a, "%lld", (long long)(due.n - today.n));
    Str key = over ? what : str_printf(a, "%lld", (long long)lead);
    for (size_t i = 0; i < to.count; i++) {
        Notice n = {.id = str_printf(a, "due/%.*s/%.*s/%.*s/%.*s", STR_ARG(row->id), STR_ARG(row->due), STR_ARG(key),
                                     STR_ARG(to.list[i].login)),
                    .scheme = scheme_id(s),
                    .account = to.list[i].login,
                    .kind = STR("deadline"),
                    .what = what,
                    .case_id = row->id,
                    .due = row->due,
                    .made = now};
        if (is_due_for(s, row, &to.list[i], all || over) && !tell(&to, in, &n, true, made)) {
            return false;
        }
    }
    return true;
}

typedef struct {
    const Scheme *scheme;
    Instant now;
    Str after; /* id of the case looked at last */
    char last[64];
    int64_t made;
    bool more;
} Deadlines;

static bool find_due(Store *store, Arena *a, const Deadlines *d, StoreRows *ret, Err *err)
{
    Day today = instant_day(d->now, scheme_utc_offset(d->scheme));
    StoreValue p[] = {STORE_S(scheme_id(d->scheme)), STORE_S(day_print(a, (Day){today.n - OVER_DAYS})),
                      STORE_S(day_print(a, (Day){today.n + LONGEST_LEAD_DAYS})), STORE_S(d->after),
                      STORE_I(CASES_AT_ONCE)};
    return store_query(
        store, a, "SELECT id FROM cases WHERE scheme = $1 AND due >= $2 AND due <= $3 AND id > $4 ORDER BY id LIMIT $5",
        p, N(p), ret, err);
}

static bool deadlines_in(const Flow *in, void *host, Err *err)
{
    Deadlines *d = host;
    Arena *a = arena_new(0);
    StoreRows rows;
    bool ok = find_due(in->store, a, d, &rows, err);
    size_t count = ok ? rows.row_count : 0;
    for (size_t i = 0; ok && i < count; i++) {
        ArenaMark mark = arena_mark(a);
        const CaseRow *row;
        ok = query_case(in->store, a, rows.cells[i].s, &row, err) &&
             (row == NULL || tell_of_deadline(in, a, d->scheme, row, d->now, &d->made, err));
        arena_rewind(a, mark);
    }
    d->more = ok && count == CASES_AT_ONCE;
    if (d->more) {
        Str last = rows.cells[count - 1].s;
        check_that(last.len < sizeof d->last);
        memcpy(d->last, last.ptr, last.len);
        d->after = (Str){d->last, last.len};
    }
    arena_free(a);
    return ok;
}

static bool scan_scheme(const Flow *f, const Scheme *s, Instant now, int64_t *ret_made, Err *err)
{
    Deadlines d = {.scheme = s, .now = now, .after = STR(""), .more = true};
    while (d.more) {
        if (!flow_write(f, deadlines_in, &d, err)) {
            return false;
        }
    }
    *ret_made += d.made;
    return true;
}

typedef struct {
    Str name;
    int64_t hour;
} Hour;

static bool set_hour(const Flow *in, void *host, Err *err)
{
    const Hour *h = host;
    return mark_set(in->store, h->name, h->hour, err);
}

bool notice_from_deadlines(const Flow *f, Instant now, int64_t *ret_made, Err *err)
{
    for (size_t i = 0; i < f->scheme_count; i++) {
        const Scheme *s = f->schemes[i];
        if (json_path(scheme_info(s), "notices.deadlines") == NULL) {
            continue;
        }
        Arena *a = arena_new(0);
        Hour h = {str_printf(a, "deadlines/%.*s", STR_ARG(scheme_id(s))), now.ms / HOUR_MS};
        int64_t last;
        bool ok = mark_read(f->store, a, h.name, &last, err) &&
                  (last == h.hour || (scan_scheme(f, s, now, ret_made, err) && flow_write(f, set_hour, &h, err)));
        arena_free(a);
        if (!ok) {
            return false;
        }
    }
    return true;
}
