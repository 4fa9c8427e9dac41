/* project.c: see project.h. Every statement is a literal that both engines understand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "project_int.h"

#include <string.h>

#include "tally.h"

#define N(params) COUNT_OF(params)

/* A store whose read tables an earlier program made: its log is folded again, once. */
bool project_prepare(Store *s, const ProjectField *fields, size_t count, const ProjectTeller *tell, Err *err)
{
    bool is_ours;
    int64_t events;
    if (!tables_are_ours(s, &is_ours, err)) {
        return false;
    }
    Arena *a = arena_new(0);
    bool ok =
        (is_ours ? tables_create(s, err) && tables_index(s, err) : refold(s, fields, count, tell, &events, err)) &&
        tally_prepare(s, a, fields, count, err);
    arena_free(a);
    return ok;
}

bool project_rebuild(Store *s, const ProjectTeller *tell, int64_t *ret_events, Err *err)
{
    return refold(s, NULL, 0, tell, ret_events, err);
}

/* ---- One event: indexes ---- */

/* Rows [field, value, unique] of both homes; others are passed over. */
bool project_index(const Event *e, size_t *at, ProjectIndex *ret)
{
    const Json *open = json_get(e->data, "index"), *sealed = json_get(e->sealed, "index");
    for (; *at < json_count(open) + json_count(sealed); (*at)++) {
        size_t n = json_count(open);
        const Json *row = *at < n ? open->items[*at] : sealed->items[*at - n];
        if (row->count == 3) {
            *ret = (ProjectIndex){.field = json_text(row->items[0]),
                                  .value = json_text(row->items[1]),
                                  .is_gone = row->items[1]->kind == JSON_NULL,
                                  .is_unique = json_is_true(row->items[2])};
            (*at)++;
            return true;
        }
    }
    return false;
}

static bool apply_index_row(Store *s, const Event *e, Str type, const ProjectIndex *row, Err *err)
{
    StoreValue own[] = {STORE_S(e->stream), STORE_S(row->field)};
    StoreValue all[] = {STORE_S(type), STORE_S(row->field), STORE_S(row->value), STORE_S(e->stream)};
    if (!store_exec_later(s, "DELETE FROM case_index WHERE case_id = $1 AND field = $2", own, N(own), err) ||
        (!row->is_gone &&
         !store_exec_later(s, "INSERT INTO case_index (type, field, value, case_id) VALUES ($1, $2, $3, $4)", all,
                           N(all), err))) {
        return false;
    }
    if (!row->is_unique || (!row->is_gone && row->value.len == 0)) {
        return true;
    }
    if (!store_exec_later(s, "DELETE FROM uniques WHERE case_id = $1 AND field = $2", own, N(own), err)) {
        return false;
    }
    if (!row->is_gone &&
        !store_exec(s, "INSERT INTO uniques (type, field, value, case_id) VALUES ($1, $2, $3, $4)", all, N(all), err)) {
        return store_was_duplicate(s) ? err_field(err, ALREADY_EXISTS, "index", "%s", err_plain(ALREADY_EXISTS))
                                      : false;
    }
    return true;
}

static bool apply_index(Store *s, const Event *e, Str type, Err *err)
{
    ProjectIndex row;
    for (size_t at = 0; project_index(e, &at, &row);) {
        if (!apply_index_row(s, e, type, &row, err)) {
            return false;
        }
    }
    return true;
}

static bool apply_words(Store *s, const Event *e, Err *err)
{
    const Json *lists[] = {json_get(e->data, "search"), json_get(e->sealed, "search")};
    for (size_t k = 0; k < COUNT_OF(lists); k++) {
        for (size_t i = 0; i < json_count(lists[k]); i++) {
            StoreValue p[] = {STORE_S(json_text(lists[k]->items[i])), STORE_S(e->stream)};
            if (!store_exec_later(
                    s, "INSERT INTO words (word, case_id) VALUES ($1, $2) ON CONFLICT (word, case_id) DO NOTHING", p,
                    N(p), err)) {
                return false;
            }
        }
    }
    return true;
}

static bool apply_links(Store *s, const Event *e, Err *err)
{
    const Json *links = json_get(e->data, "links");
    for (size_t i = 0; i < json_count(links); i++) {
        StoreValue p[] = {STORE_S(e->stream), STORE_S(links->members[i].key),
                          STORE_S(json_text(links->members[i].value))};
        if (links->members[i].value->kind == JSON_NULL) { /* it was taken away */
            if (!store_exec_later(s, "DELETE FROM links WHERE case_id = $1 AND field = $2", p, 2, err)) {
                return false;
            }
            continue;
        }
        if (!store_exec_later(
                s,
                "INSERT INTO links (case_id, field, target) VALUES ($1, $2, $3) ON CONFLICT (case_id, field) DO UPDATE"
                " SET target = excluded.target",
                p, N(p), err)) {
            return false;
        }
    }
    return true;
}

/* ---- One event: units, decisions, reads ---- */

bool project_move(Store *s, Str from, Str to, int64_t units, Err *err)
{
    StoreValue less[] = {STORE_S(from), STORE_I(-units)}, more[] = {STORE_S(to), STORE_I(units)};
    return store_exec(s, "UPDATE approved SET total = total + $2 WHERE allocation = $1", less, N(less), err) &&
           store_exec(s, "UPDATE approved SET total = total + $2 WHERE allocation = $1", more, N(more), err);
}

static bool apply_move(Store *s, const Json *moved, Err *err)
{
    return moved == NULL || project_move(s, json_text_at(moved, "from"), json_text_at(moved, "to"),
                                         json_to_int(json_get(moved, "units"), 0), err);
}

static bool apply_units(Store *s, const Event *e, Str type, Err *err)
{
    const Json *total = json_get(e->data, "units"), *unit = json_get(e->data, "unit"),
               *back = json_get(e->data, "unit_back");
    if (total != NULL) {
        StoreValue p[] = {STORE_S(e->stream), STORE_I(json_to_int(total, 0))};
        if (!store_exec(s, "INSERT INTO approved (allocation, total) VALUES ($1, $2)", p, N(p), err)) {
            return store_was_duplicate(s) ? err_set(err, ALREADY_EXISTS, "These units were approved before.") : false;
        }
    }
    if (!apply_move(s, json_get(e->data, "moved"), err)) {
        return false;
    }
    if (back != NULL) {
        StoreValue p[] = {STORE_S(json_text_at(back, "allocation")), STORE_I(json_to_int(json_get(back, "number"), 0))};
        if (!store_exec(s, "DELETE FROM units WHERE allocation = $1 AND number = $2", p, N(p), err)) {
            return false;
        }
    }
    if (unit == NULL) {
        return true;
    }
    StoreValue p[] = {STORE_S(json_text_at(unit, "allocation")), STORE_I(json_to_int(json_get(unit, "number"), 0)),
                      STORE_S(e->stream), STORE_S(type), STORE_I(e->day.n)};
    if (!store_exec(s, "INSERT INTO units (allocation, number, case_id, type, day) VALUES ($1, $2, $3, $4, $5)", p,
                    N(p), err)) {
        return store_was_duplicate(s) ? err_set(err, UNIT_TAKEN, "%s", err_plain(UNIT_TAKEN)) : false;
    }
    return true;
}

bool project_decision(Store *s, const Event *e, const char *sql, const char *grounds_sql, Err *err)
{
    const Json *d = json_get(e->data, "decision");
    if (d == NULL) {
        return true;
    }
    StoreValue p[] = {STORE_I(e->seq),
                      STORE_S(e->stream),
                      STORE_S(json_text_at(e->data, "step")),
                      STORE_S(json_text_at(d, "model")),
                      STORE_S(json_text_at(d, "outcome")),
                      STORE_I(e->day.n)};
    if (!store_exec_later(s, sql, p, N(p), err)) {
        return false;
    }
    const Json *grounds = json_get(d, "grounds");
    for (size_t i = 0; i < json_count(grounds); i++) {
        StoreValue g[] = {STORE_I(e->seq), STORE_I((int64_t)i), STORE_S(e->stream),
                          STORE_S(json_text_at(grounds->items[i], "code"))};
        if (!store_exec_later(s, grounds_sql, g, N(g), err)) {
            return false;
        }
    }
    return true;
}

bool project_read(Store *s, Arena *a, const Event *e, const char *sql, Err *err)
{
    StoreValue p[] = {STORE_I(e->seq), STORE_S(json_text_at(e->data, "person")), STORE_S(instant_print(a, e->at)),
                      STORE_S(e->actor), STORE_S(json_text_at(e->data, "reason"))};
    return store_exec_later(s, sql, p, N(p), err);
}

/* Work of the office beside the law: notes, and who has a case in hand. */
bool project_note(Store *s, Arena *a, const Event *e, const char *sql, Err *err)
{
    Str note = json_text_at(e->sealed, "note");
    note = note.len > 0 ? note : json_text_at(e->data, "note");
    StoreValue p[] = {
        STORE_I(e->seq),   STORE_S(json_text_at(e->data, "case")), STORE_S(instant_print(a, e->at)),
        STORE_S(e->actor), STORE_S(json_text_at(e->data, "to")),   STORE_I(str_eq(e->type, STR("office.handed_over"))),
        STORE_S(note)};
    return store_exec_later(s, sql, p, N(p), err);
}

static bool apply_office(Store *s, Arena *a, const Event *e, Err *err)
{
    StoreValue own[] = {STORE_S(json_text_at(e->data, "case")), STORE_S(json_text_at(e->data, "to"))};
    if (!project_note(
            s, a, e,
            "INSERT INTO office_notes (seq, case_id, at, actor, assignee, handed_over, note) VALUES ($1, $2, $3, $4, $5,"
            " $6, $7)",
            err)) {
        return false;
    }
    if (!str_eq(e->type, STR("office.handed_over"))) {
        return true;
    }
    return own[1].s.len == 0
               ? store_exec_later(s, "DELETE FROM assigned WHERE case_id = $1", own, 1, err)
               : store_exec_later(
                     s,
                     "INSERT INTO assigned (case_id, account) VALUES ($1, $2) ON CONFLICT (case_id) DO UPDATE SET"
                     " account = excluded.account",
                     own, N(own), err);
}

/* Keys with which accounts sign, and the events that must be signed: src/flow/sign.h writes them. */
bool project_signing(Store *s, const Event *e, Err *err)
{
    const Json *added = json_path(e->data, "public.key_added"), *removed = json_path(e->data, "public.key_removed");
    const Json *events = json_path(e->data, "public.must_be_signed");
    StoreValue key[] = {STORE_S(json_text_at(added, "id")),
                        STORE_S(json_text_at(e->data, "account")),
                        STORE_I(json_to_int(json_get(added, "alg"), 0)),
                        STORE_S(json_text_at(added, "key")),
                        STORE_S(json_text_at(added, "rp_id")),
                        STORE_I(e->seq)};
    if (added != NULL &&
        !store_exec(
            s,
            "INSERT INTO signing_keys (id, account, alg, key, rp_id, added, removed) VALUES ($1, $2, $3, $4, $5, $6, 0)",
            key, N(key), err)) {
        return store_was_duplicate(s) ? err_set(err, ALREADY_EXISTS, "%s", err_plain(ALREADY_EXISTS)) : false;
    }
    StoreValue gone[] = {STORE_S(json_text_at(removed, "id")), STORE_I(e->seq)};
    if (removed != NULL && !store_exec_later(s, "UPDATE signing_keys SET removed = $2 WHERE id = $1 AND removed = 0",
                                             gone, N(gone), err)) {
        return false;
    }
    for (size_t i = 0; i < json_count(events); i++) {
        StoreValue p[] = {STORE_S(json_text(events->items[i])), STORE_I(e->seq)};
        if (!store_exec_later(
                s, "INSERT INTO signing_events (event, since) VALUES ($1, $2) ON CONFLICT (event) DO NOTHING", p, N(p),
                err)) {
            return false;
        }
    }
    return true;
}

/* In another role's hands a case is nobody's own any more. */
static bool end_assignment(Store *s, const Event *e, Str holder_before, Str holder, Err *err)
{
    StoreValue p[] = {STORE_S(e->stream)};
    return str_eq(holder_before, holder) ||
           store_exec_later(s, "DELETE FROM assigned WHERE case_id = $1", p, N(p), err);
}

/* ---- One event: the case ---- */

static void fold_of_row(Arena *a, const CaseRow *row, Fold *f)
{
    *f = (Fold){.state = row->state,
                .title = row->title,
                .holder = row->holder,
                .due = row->due,
                .due_rule = row->due_rule,
                .person = row->person,
                .opened = row->opened.n,
                .since = row->since.n,
                .data = json_share(a, row->data),
                .pending = row->pending ? fold_print(a, row->pending) : STR(""),
                .path = row->path,
                .decided = row->decided};
}

static bool load_fold(Store *s, Arena *a, const Event *e, const CaseRow *before, Fold *f, Err *err)
{
    StoreRows rows;
    StoreValue id[] = {STORE_S(e->stream)};
    if (before != NULL && str_eq(before->id, e->stream) && before->version + 1 == e->version) {
        fold_of_row(a, before, f);
        return true;
    }
    fold_begin(a, e, f);
    if (e->version == 1) {
        return true;
    }
    if (!store_query(
            s, a,
            "SELECT state, title, holder, due, due_rule, person, pending, data, opened, since, path, decided FROM cases WHERE id ="
            " $1",
            id, N(id), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, LOG_DAMAGED, "The case %.*s has no first event.", STR_ARG(e->stream));
    }
    const StoreValue *c = rows.cells;
    *f = (Fold){c[0].s, c[1].s, c[2].s, c[3].s, c[4].s, c[5].s, c[8].i, c[9].i, NULL, c[6].s, c[10].s, c[11].s};
    return json_parse(a, c[7].s, &f->data, err);
}

/* What an index says of a row is written only where it changes: SQLite writes each index anew whose columns are set. */
#define SAVE_CASE                                                                                                       \
    INSERT_CASE                                                                                                         \
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, due_rule = excluded.due_rule," \
    " data = excluded.data, pending = excluded.pending, path = excluded.path, decided = excluded.decided"
#define SET_PLACE ", state = excluded.state, holder = excluded.holder, since = excluded.since, due = excluded.due"

static const char *saving(const Fold *was, const Fold *f)
{
    bool stays = str_eq(was->state, f->state) && str_eq(was->holder, f->holder) && str_eq(was->due, f->due) &&
                 was->since == f->since;
    if (!str_eq(was->person, f->person)) {
        return SAVE_CASE SET_PLACE ", person = excluded.person";
    }
    return stays ? SAVE_CASE : SAVE_CASE SET_PLACE;
}

void project_row(Arena *a, const ProjectCase *c, const Fold *f, StoreValue ret[CASE_COLUMNS])
{
    const StoreValue row[CASE_COLUMNS] = {STORE_S(c->id),
                                          STORE_S(c->scheme),
                                          STORE_S(c->type),
                                          STORE_S(f->state),
                                          STORE_I(c->version),
                                          STORE_S(f->title),
                                          STORE_S(f->holder),
                                          STORE_I(f->opened),
                                          STORE_I(f->since),
                                          STORE_S(f->due),
                                          STORE_S(f->due_rule),
                                          STORE_S(f->person),
                                          STORE_S(fold_print(a, f->data)),
                                          STORE_S(f->pending),
                                          STORE_S(f->path),
                                          STORE_S(f->decided)};
    memcpy(ret, row, sizeof row);
}

static bool save_fold(Store *s, Arena *a, const Event *e, const Fold *was, const Fold *f, Err *err)
{
    StoreValue p[CASE_COLUMNS];
    ProjectCase c = {e->stream, e->scheme, json_text_at(e->data, "type"), e->version};
    project_row(a, &c, f, p);
    return store_exec_later(s, saving(was, f), p, N(p), err);
}

/* When a case came into each of its states, and by when it should have left it: the last deadline that it had there. */
static bool save_stay(Store *s, const Event *e, Str type, const Fold *f, Err *err)
{
    StoreValue p[] = {STORE_S(e->stream), STORE_I(e->version), STORE_S(type),
                      STORE_S(f->state),  STORE_I(e->day.n),   STORE_S(f->due)};
    if (json_get(e->data, "to") != NULL) {
        return store_exec_later(
            s, "INSERT INTO stays (case_id, version, type, state, since, due) VALUES ($1, $2, $3, $4, $5, $6)", p, N(p),
            err);
    }
    StoreValue due[] = {STORE_S(f->due), STORE_S(e->stream)};
    return json_get(e->data, "due") == NULL ||
           store_exec_later(
               s,
               "UPDATE stays SET due = $1 WHERE case_id = $2 AND version = (SELECT MAX(m.version) FROM stays m WHERE"
               " m.case_id = $2)",
               due, N(due), err);
}

static bool count_case(Store *s, const Event *e, Str type, Err *err)
{
    if (e->version != 1) {
        return true;
    }
    StoreValue p[] = {STORE_S(type)};
    return store_exec_later(
        s, "INSERT INTO counters (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1", p, N(p),
        err);
}

bool project_apply(Store *s, Arena *a, const Event *e, const CaseRow *before, Err *err)
{
    if (str_eq(e->type, STR("file.read"))) {
        return project_read(
            s, a, e, "INSERT INTO file_reads (seq, person, at, reader, reason) VALUES ($1, $2, $3, $4, $5)", err);
    }
    if (str_starts(e->type, STR("office."))) {
        return apply_office(s, a, e, err);
    }
    if (str_eq(e->stream, STR("signing"))) {
        return project_signing(s, e, err);
    }
    Str type = json_text_at(e->data, "type");
    if (type.len == 0) {
        return true; /* an event of the store itself, not of a case */
    }
    Str key =
        str_printf(a, "%.*s/%.*s", STR_ARG(e->scheme), STR_ARG(type)); /* types of different schemes may share a name */
    Fold f;
    if (!load_fold(s, a, e, before, &f, err)) {
        return false;
    }
    const Fold before_it = f;
    const TallyCase was = {.holder = f.holder, .path = f.path, .data = f.data};
    f.data = json_share(a, f.data);
    fold_event(a, e, &f);
    const TallyCase is = {.holder = f.holder, .path = f.path, .data = f.data};
    const Json *decision = json_get(e->data, "decision");
    if (!tally_change(s, a, key, &was, &is, err) ||
        (decision != NULL &&
         !tally_decision(s, a, key, f.decided, decision, json_text_at(e->data, "step"), &f.decided, err))) {
        return false;
    }
    return end_assignment(s, e, was.holder, f.holder, err) && save_fold(s, a, e, &before_it, &f, err) &&
           save_stay(s, e, key, &f, err) && count_case(s, e, key, err) && apply_index(s, e, key, err) &&
           apply_words(s, e, err) && apply_links(s, e, err) && apply_units(s, e, key, err) &&
           project_decision(
               s, e, "INSERT INTO decisions (seq, case_id, step, model, outcome, day) VALUES ($1, $2, $3, $4, $5, $6)",
               "INSERT INTO grounds (seq, n, case_id, code) VALUES ($1, $2, $3, $4)", err);
}

/* ---- Rebuild ---- */

typedef struct {
    Store *s;
    Arena *a;
    Err *err;
    int64_t events;
    bool ok;
} Rebuild;

static bool rebuild_one(void *host, const Event *e)
{
    Rebuild *r = host;
    ArenaMark mark = arena_mark(r->a);
    r->ok = project_apply(r->s, r->a, e, NULL, r->err);
    arena_rewind(r->a, mark);
    r->events++;
    return r->ok;
}

/* Takes the case's rows away, so that its stream can be folded again. */
static bool forget_case(Store *s, Str id, Err *err)
{
    static const char *const DELETES[] = {
        "DELETE FROM case_index WHERE case_id = $1",
        "DELETE FROM uniques WHERE case_id = $1",
        "DELETE FROM links WHERE case_id = $1",
        "DELETE FROM words WHERE case_id = $1",
        "DELETE FROM units WHERE case_id = $1",
        "DELETE FROM decisions WHERE case_id = $1",
        "DELETE FROM cases WHERE id = $1",
        "DELETE FROM approved WHERE allocation = $1",
        "UPDATE office_notes SET note = '' WHERE case_id = $1",
        "DELETE FROM stays WHERE case_id = $1",
        "DELETE FROM grounds WHERE case_id = $1",
    };
    StoreValue p[] = {STORE_S(id)};
    for (size_t i = 0; i < COUNT_OF(DELETES); i++) {
        if (!store_exec(s, DELETES[i], p, N(p), err)) {
            return false;
        }
    }
    return true;
}

bool project_forget(Store *s, Arena *a, Str person, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(person)};
    if (!store_query(s, a, "SELECT id, scheme, type FROM cases WHERE person = $1 ORDER BY id", p, N(p), &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        StoreRows hands; /* folding its holders again would take it out of them */
        StoreValue id[] = {STORE_S(c[0].s), STORE_S(STR(""))};
        if (!store_query(s, a, "SELECT account FROM assigned WHERE case_id = $1", id, 1, &hands, err)) {
            return false;
        }
        StoreValue type[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(c[1].s), STR_ARG(c[2].s)))};
        Rebuild r = {.s = s, .a = arena_new(0), .err = err, .ok = true};
        bool ok = tally_forget(s, a, type[0].s, c[0].s, err) && forget_case(s, c[0].s, err) &&
                  store_exec(s, "UPDATE counters SET n = n - 1 WHERE name = $1", type, N(type), err) &&
                  store_each_of(s, c[0].s, rebuild_one, &r, err) && r.ok;
        id[1] = hands.row_count > 0 ? hands.cells[0] : id[1];
        ok = ok && (hands.row_count == 0 ||
                    store_exec(s, "INSERT INTO assigned (case_id, account) VALUES ($1, $2)", id, N(id), err));
        arena_free(r.a);
        if (!ok) {
            return false;
        }
    }
    return true;
}
