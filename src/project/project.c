/* project.c: see project.h. Every statement is a literal that both engines understand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "project.h"

#include "tally.h"

enum { MAX_ROW = 16 * 1024 * 1024 };

#define N(params) COUNT_OF(params)

/* ---- Tables ---- */

static const char *const CREATE[] = {
    "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, scheme TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,"
    " version BIGINT NOT NULL, title TEXT NOT NULL, holder TEXT NOT NULL, opened BIGINT NOT NULL, since BIGINT NOT NULL,"
    " due TEXT NOT NULL, due_rule TEXT NOT NULL, person TEXT NOT NULL, data TEXT NOT NULL, pending TEXT NOT NULL, path"
    " TEXT NOT NULL, decided TEXT NOT NULL)",
    "DROP INDEX IF EXISTS cases_by_holder", /* before the scheme stood in it */
    "CREATE INDEX IF NOT EXISTS cases_by_scheme_holder ON cases (scheme, holder, due)",
    "CREATE INDEX IF NOT EXISTS cases_pending ON cases (scheme, since, id) WHERE pending <> ''",
    "CREATE INDEX IF NOT EXISTS cases_by_state_number ON cases (scheme, type, state, LENGTH(id), id)",
    "CREATE INDEX IF NOT EXISTS cases_by_number ON cases (scheme, type, LENGTH(id), id)",
    "CREATE INDEX IF NOT EXISTS cases_by_person ON cases (person)",
    "CREATE TABLE IF NOT EXISTS case_index (type TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, case_id TEXT NOT"
    " NULL, PRIMARY KEY (type, field, value, case_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS case_index_by_case ON case_index (case_id, field)",
    "CREATE TABLE IF NOT EXISTS uniques (type TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, case_id TEXT NOT NULL,"
    " PRIMARY KEY (type, field, value)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS uniques_by_case ON uniques (case_id, field)",
    "CREATE TABLE IF NOT EXISTS links (case_id TEXT NOT NULL, field TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (case_id,"
    " field)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS links_by_target ON links (target)",
    "CREATE TABLE IF NOT EXISTS approved (allocation TEXT PRIMARY KEY, total BIGINT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS units (allocation TEXT NOT NULL, number BIGINT NOT NULL, case_id TEXT NOT NULL, type TEXT NOT"
    " NULL, day BIGINT NOT NULL, PRIMARY KEY (allocation, number)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS units_by_case ON units (case_id)",
    "CREATE INDEX IF NOT EXISTS units_by_day ON units (allocation, day, type, case_id)",
    "CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (word, case_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS words_by_case ON words (case_id)",
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, n BIGINT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS stays (case_id TEXT NOT NULL, version BIGINT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,"
    " since BIGINT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (case_id, version)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS stays_by_state ON stays (type, state, case_id)",
    "CREATE TABLE IF NOT EXISTS decisions (seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, step TEXT NOT NULL, model TEXT NOT"
    " NULL, outcome TEXT NOT NULL, day BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS decisions_by_case ON decisions (case_id)",
    "CREATE TABLE IF NOT EXISTS grounds (seq BIGINT NOT NULL, n BIGINT NOT NULL, case_id TEXT NOT NULL, code TEXT NOT NULL, PRIMARY"
    " KEY (seq, n)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS grounds_by_case ON grounds (case_id)",
    "CREATE INDEX IF NOT EXISTS grounds_by_code ON grounds (code, case_id)",
    "CREATE TABLE IF NOT EXISTS file_reads (seq INTEGER PRIMARY KEY, person TEXT NOT NULL, at TEXT NOT NULL, reader TEXT NOT"
    " NULL, reason TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS assigned (case_id TEXT PRIMARY KEY, account TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS office_notes (seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,"
    " assignee TEXT NOT NULL, handed_over BIGINT NOT NULL, note TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS office_notes_by_case ON office_notes (case_id, seq)",
    "CREATE INDEX IF NOT EXISTS file_reads_by_person ON file_reads (person, seq)",
    "CREATE TABLE IF NOT EXISTS tallies (type TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, day BIGINT NOT NULL, n"
    " BIGINT NOT NULL, cases BIGINT NOT NULL, PRIMARY KEY (type, kind, key, day)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS tally_fields (type TEXT NOT NULL, field TEXT NOT NULL, PRIMARY KEY (type, field)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS signing_keys (id TEXT PRIMARY KEY, account TEXT NOT NULL, alg BIGINT NOT NULL, key TEXT NOT NULL, rp_id TEXT"
    " NOT NULL, added BIGINT NOT NULL, removed BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS signing_events (event TEXT PRIMARY KEY, since BIGINT NOT NULL)",
};

/* A change of what stands above is a new number: tables of another one are made anew from the log. */
enum { LAYOUT = 3 };
static const char CREATE_LAYOUT[] = "CREATE TABLE IF NOT EXISTS read_tables (layout BIGINT NOT NULL)";

static const char *const DROP[] = {
    "DROP TABLE IF EXISTS cases",      "DROP TABLE IF EXISTS case_index",   "DROP TABLE IF EXISTS uniques",
    "DROP TABLE IF EXISTS links",      "DROP TABLE IF EXISTS approved",     "DROP TABLE IF EXISTS units",
    "DROP TABLE IF EXISTS words",      "DROP TABLE IF EXISTS counters",     "DROP TABLE IF EXISTS decisions",
    "DROP TABLE IF EXISTS file_reads", "DROP TABLE IF EXISTS assigned",     "DROP TABLE IF EXISTS office_notes",
    "DROP TABLE IF EXISTS stays",      "DROP TABLE IF EXISTS signing_keys", "DROP TABLE IF EXISTS signing_events",
    "DROP TABLE IF EXISTS grounds",    "DROP TABLE IF EXISTS tallies", /* by which fields, is not of the log: it stays
                                                                        */
};

static const char *const DUMP[] = {
    ("SELECT id, scheme, type, state, version, title, holder, opened, since, due, due_rule, person, data, pending,"
     " path, decided FROM cases ORDER BY id"),
    "SELECT type, field, value, case_id FROM case_index ORDER BY case_id, field, value, type",
    "SELECT type, field, value, case_id FROM uniques ORDER BY case_id, field, value, type",
    "SELECT case_id, field, target FROM links ORDER BY case_id, field",
    "SELECT allocation, total FROM approved ORDER BY allocation",
    "SELECT allocation, number, case_id, type, day FROM units ORDER BY allocation, number",
    "SELECT word, case_id FROM words ORDER BY case_id, word",
    "SELECT name, n FROM counters ORDER BY name",
    "SELECT seq, case_id, step, model, outcome, day FROM decisions ORDER BY seq",
    "SELECT seq, person, at, reader, reason FROM file_reads ORDER BY seq",
    "SELECT case_id, account FROM assigned ORDER BY case_id",
    "SELECT seq, case_id, at, actor, assignee, handed_over, note FROM office_notes ORDER BY seq",
    "SELECT id, account, alg, key, rp_id, added, removed FROM signing_keys ORDER BY id",
    "SELECT event, since FROM signing_events ORDER BY event",
    "SELECT case_id, version, type, state, since, due FROM stays ORDER BY case_id, version",
    "SELECT seq, n, case_id, code FROM grounds ORDER BY seq, n",
    "SELECT type, kind, key, day, n, cases FROM tallies WHERE n <> 0 ORDER BY type, kind, key, day",
};

static bool create_tables(Store *s, Err *err)
{
    for (size_t i = 0; i < COUNT_OF(CREATE); i++) {
        if (!store_exec(s, CREATE[i], NULL, 0, err)) {
            return false;
        }
    }
    return true;
}

/* The tables are those of LAYOUT. */
static bool set_layout(Store *s, Err *err)
{
    StoreValue p[] = {STORE_I(LAYOUT)};
    return store_exec(s, CREATE_LAYOUT, NULL, 0, err) && store_exec(s, "DELETE FROM read_tables", NULL, 0, err) &&
           store_exec(s, "INSERT INTO read_tables (layout) VALUES ($1)", p, N(p), err);
}

/* A store whose read tables an earlier program made: its log is folded again, once. */
bool project_prepare(Store *s, const ProjectField *fields, size_t count, Err *err)
{
    StoreRows rows;
    int64_t events;
    Arena *a = arena_new(0);
    bool ok = store_exec(s, CREATE_LAYOUT, NULL, 0, err) &&
              store_query(s, a, "SELECT layout FROM read_tables", NULL, 0, &rows, err);
    bool is_ours = ok && rows.row_count > 0 && rows.cells[0].i == LAYOUT;
    ok = ok && (is_ours ? create_tables(s, err) : project_rebuild(s, &events, err)) &&
         tally_prepare(s, a, fields, count, err);
    arena_free(a);
    return ok;
}

/* ---- One event: indexes ---- */

static bool apply_index_row(Store *s, const Event *e, Str type, const Json *row, Err *err)
{
    Str field = json_text(row->items[0]), value = json_text(row->items[1]);
    bool unique = json_is_true(row->items[2]);
    StoreValue own[] = {STORE_S(e->stream), STORE_S(field)};
    StoreValue all[] = {STORE_S(type), STORE_S(field), STORE_S(value), STORE_S(e->stream)};
    if (row->items[1]->kind == JSON_NULL) { /* the value was taken away */
        return store_exec_later(s, "DELETE FROM case_index WHERE case_id = $1 AND field = $2", own, N(own), err) &&
               (!unique ||
                store_exec_later(s, "DELETE FROM uniques WHERE case_id = $1 AND field = $2", own, N(own), err));
    }
    if (!store_exec_later(s, "DELETE FROM case_index WHERE case_id = $1 AND field = $2", own, N(own), err) ||
        !store_exec_later(s, "INSERT INTO case_index (type, field, value, case_id) VALUES ($1, $2, $3, $4)", all,
                          N(all), err)) {
        return false;
    }
    if (!unique || value.len == 0) {
        return true;
    }
    if (!store_exec_later(s, "DELETE FROM uniques WHERE case_id = $1 AND field = $2", own, N(own), err)) {
        return false;
    }
    if (!store_exec(s, "INSERT INTO uniques (type, field, value, case_id) VALUES ($1, $2, $3, $4)", all, N(all), err)) {
        return store_was_duplicate(s) ? err_field(err, ALREADY_EXISTS, "index", "%s", err_plain(ALREADY_EXISTS))
                                      : false;
    }
    return true;
}

static bool apply_index(Store *s, const Event *e, Str type, Err *err)
{
    const Json *lists[] = {json_get(e->data, "index"), json_get(e->sealed, "index")};
    for (size_t k = 0; k < COUNT_OF(lists); k++) {
        for (size_t i = 0; i < json_count(lists[k]); i++) {
            if (lists[k]->items[i]->count == 3 && !apply_index_row(s, e, type, lists[k]->items[i], err)) {
                return false;
            }
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

/* Units that go from one approval to another; the sum stays. */
static bool apply_move(Store *s, const Json *moved, Err *err)
{
    int64_t units = json_to_int(json_get(moved, "units"), 0);
    StoreValue from[] = {STORE_S(json_text_at(moved, "from")), STORE_I(-units)},
               to[] = {STORE_S(json_text_at(moved, "to")), STORE_I(units)};
    return moved == NULL ||
           (store_exec(s, "UPDATE approved SET total = total + $2 WHERE allocation = $1", from, N(from), err) &&
            store_exec(s, "UPDATE approved SET total = total + $2 WHERE allocation = $1", to, N(to), err));
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

static bool apply_decision(Store *s, const Event *e, Err *err)
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
    if (!store_exec_later(
            s, "INSERT INTO decisions (seq, case_id, step, model, outcome, day) VALUES ($1, $2, $3, $4, $5, $6)", p,
            N(p), err)) {
        return false;
    }
    const Json *grounds = json_get(d, "grounds");
    for (size_t i = 0; i < json_count(grounds); i++) {
        StoreValue g[] = {STORE_I(e->seq), STORE_I((int64_t)i), STORE_S(e->stream),
                          STORE_S(json_text_at(grounds->items[i], "code"))};
        if (!store_exec_later(s, "INSERT INTO grounds (seq, n, case_id, code) VALUES ($1, $2, $3, $4)", g, N(g), err)) {
            return false;
        }
    }
    return true;
}

static bool apply_read(Store *s, Arena *a, const Event *e, Err *err)
{
    StoreValue p[] = {STORE_I(e->seq), STORE_S(json_text_at(e->data, "person")), STORE_S(instant_print(a, e->at)),
                      STORE_S(e->actor), STORE_S(json_text_at(e->data, "reason"))};
    return store_exec_later(s, "INSERT INTO file_reads (seq, person, at, reader, reason) VALUES ($1, $2, $3, $4, $5)",
                            p, N(p), err);
}

/* Work of the office beside the law: who has a case in hand, and notes. */
static bool apply_office(Store *s, Arena *a, const Event *e, Err *err)
{
    bool handed_over = str_eq(e->type, STR("office.handed_over"));
    Str id = json_text_at(e->data, "case"), to = json_text_at(e->data, "to"), note = json_text_at(e->sealed, "note");
    note = note.len > 0 ? note : json_text_at(e->data, "note");
    StoreValue p[] = {STORE_I(e->seq),   STORE_S(id), STORE_S(instant_print(a, e->at)),
                      STORE_S(e->actor), STORE_S(to), STORE_I(handed_over),
                      STORE_S(note)};
    if (!store_exec_later(
            s,
            "INSERT INTO office_notes (seq, case_id, at, actor, assignee, handed_over, note) VALUES ($1, $2, $3, $4, $5,"
            " $6, $7)",
            p, N(p), err)) {
        return false;
    }
    StoreValue own[] = {STORE_S(id), STORE_S(to)};
    if (!handed_over) {
        return true;
    }
    return to.len == 0
               ? store_exec_later(s, "DELETE FROM assigned WHERE case_id = $1", own, 1, err)
               : store_exec_later(
                     s,
                     "INSERT INTO assigned (case_id, account) VALUES ($1, $2) ON CONFLICT (case_id) DO UPDATE SET"
                     " account = excluded.account",
                     own, N(own), err);
}

/* Keys with which accounts sign, and the events that must be signed: src/flow/sign.h writes them. */
static bool apply_signing(Store *s, const Event *e, Err *err)
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

typedef struct {
    Str state, title, holder, due, due_rule, person;
    int64_t opened, since;
    Json *data;
    Str pending, path, decided; /* the last two: see tally.h */
} Fold;

static Str print_json(Arena *a, const Json *j);

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
                .pending = row->pending ? print_json(a, row->pending) : STR(""),
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
    *f = (Fold){.opened = e->day.n, .since = e->day.n, .data = json_new_object(a)};
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

static void take_text(const Json *home, const char *key, Str *ret)
{
    const Json *j = json_get(home, key);
    if (j != NULL) {
        *ret = json_text(j);
    }
}

static void merge_set(Arena *a, Json *data, const Json *set)
{
    for (size_t i = 0; i < json_count(set); i++) {
        json_set(a, data, set->members[i].key, set->members[i].value);
    }
}

/* Canonical, as the log holds it, so that folding again gives the same bytes. */
static Str print_json(Arena *a, const Json *j)
{
    Buf b = buf_new(a, MAX_ROW);
    json_canonical(&b, a, j);
    check_that(buf_ok(&b));
    return buf_str(&b);
}

static void fold_event(Arena *a, const Event *e, Fold *f)
{
    const Json *to = json_get(e->data, "to"), *pending = json_get(e->data, "pending");
    pending = pending ? pending : json_get(e->sealed, "pending");
    if (to != NULL) {
        f->state = json_text(to);
        f->since = e->day.n;
    }
    take_text(e->data, "holder", &f->holder);
    take_text(e->data, "due", &f->due);
    take_text(e->data, "due_rule", &f->due_rule);
    take_text(e->data, "title", &f->title);
    take_text(e->sealed, "title", &f->title);
    merge_set(a, f->data, json_get(e->data, "set"));
    merge_set(a, f->data, json_get(e->sealed, "set"));
    if (json_get(e->data, "unit_back") != NULL) {
        json_remove(f->data, STR("unit"));
    }
    if (json_get(e->data, "unit") != NULL) {
        json_set(a, f->data, STR("unit"), json_get(e->data, "unit"));
    }
    if (json_get(e->data, "draw") != NULL) { /* each draw has a secret of its own */
        json_set(a, f->data, STR("draws"), json_new_int(a, json_to_int(json_get(f->data, "draws"), 0) + 1));
    }
    if (e->person.len > 0) {
        f->person = e->person;
    }
    if (to != NULL) {
        f->path = tally_path_add(a, f->path, f->state, e->day, f->due);
    } else if (json_get(e->data, "due") != NULL) {
        f->path = tally_path_due(a, f->path, f->due);
    }
    if (pending != NULL) {
        f->pending = pending->kind == JSON_OBJECT ? print_json(a, pending) : STR("");
    }
}

/* What an index says of a row is written only where it changes: SQLite writes each index anew whose columns are set. */
#define INSERT_CASE                                                                                                     \
    "INSERT INTO cases (id, scheme, type, state, version, title, holder, opened, since, due, due_rule, person,"         \
    " data, pending, path, decided) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"     \
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, due_rule = excluded.due_rule," \
    " data = excluded.data, pending = excluded.pending, path = excluded.path, decided = excluded.decided"
#define SET_PLACE ", state = excluded.state, holder = excluded.holder, since = excluded.since, due = excluded.due"

static const char *saving(const Fold *was, const Fold *f)
{
    bool stays = str_eq(was->state, f->state) && str_eq(was->holder, f->holder) && str_eq(was->due, f->due) &&
                 was->since == f->since;
    if (!str_eq(was->person, f->person)) {
        return INSERT_CASE SET_PLACE ", person = excluded.person";
    }
    return stays ? INSERT_CASE : INSERT_CASE SET_PLACE;
}

static bool save_fold(Store *s, Arena *a, const Event *e, const Fold *was, const Fold *f, Err *err)
{
    StoreValue p[] = {STORE_S(e->stream),
                      STORE_S(e->scheme),
                      STORE_S(json_text_at(e->data, "type")),
                      STORE_S(f->state),
                      STORE_I(e->version),
                      STORE_S(f->title),
                      STORE_S(f->holder),
                      STORE_I(f->opened),
                      STORE_I(f->since),
                      STORE_S(f->due),
                      STORE_S(f->due_rule),
                      STORE_S(f->person),
                      STORE_S(print_json(a, f->data)),
                      STORE_S(f->pending),
                      STORE_S(f->path),
                      STORE_S(f->decided)};
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
        return apply_read(s, a, e, err);
    }
    if (str_starts(e->type, STR("office."))) {
        return apply_office(s, a, e, err);
    }
    if (str_eq(e->stream, STR("signing"))) {
        return apply_signing(s, e, err);
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
           apply_words(s, e, err) && apply_links(s, e, err) && apply_units(s, e, key, err) && apply_decision(s, e, err);
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

bool project_rebuild(Store *s, int64_t *ret_events, Err *err)
{
    if (!store_begin(s, err)) {
        return false;
    }
    Rebuild r = {.s = s, .a = arena_new(0), .err = err, .ok = true};
    for (size_t i = 0; i < COUNT_OF(DROP) && r.ok; i++) {
        r.ok = store_exec(s, DROP[i], NULL, 0, err);
    }
    r.ok = r.ok && create_tables(s, err) && set_layout(s, err);
    r.ok = r.ok && store_each(s, 1, 0, rebuild_one, &r, err) && r.ok;
    arena_free(r.a);
    if (!r.ok) {
        store_rollback(s);
        return false;
    }
    *ret_events = r.events;
    return store_commit(s, err);
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
        StoreValue type[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(c[1].s), STR_ARG(c[2].s)))};
        Rebuild r = {.s = s, .a = arena_new(0), .err = err, .ok = true};
        bool ok = tally_forget(s, a, type[0].s, c[0].s, err) && forget_case(s, c[0].s, err) &&
                  store_exec(s, "UPDATE counters SET n = n - 1 WHERE name = $1", type, N(type), err) &&
                  store_each_of(s, c[0].s, rebuild_one, &r, err) && r.ok;
        arena_free(r.a);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* ---- Digest ---- */

typedef struct {
    Arena *a;
    Hash so_far;
} Digest;

static bool digest_row(void *host, const StoreValue *cells, size_t count)
{
    Digest *d = host;
    ArenaMark mark = arena_mark(d->a);
    Buf b = buf_new(d->a, MAX_ROW);
    buf_add(&b, HASH_STR(d->so_far));
    for (size_t i = 0; i < count; i++) {
        if (cells[i].kind == STORE_INT) {
            buf_printf(&b, "%lld|", (long long)cells[i].i);
        } else {
            buf_printf(&b, "%zu:", cells[i].s.len);
            buf_add(&b, cells[i].s);
        }
    }
    d->so_far = hash_of(buf_str(&b));
    arena_rewind(d->a, mark);
    return true;
}

bool project_digest(Store *s, Hash *ret, Err *err)
{
    Digest d = {.a = arena_new(0), .so_far = hash_of(STR(""))};
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(DUMP) && ok; i++) {
        ok = store_rows(s, DUMP[i], NULL, 0, digest_row, &d, err);
    }
    *ret = d.so_far;
    arena_free(d.a);
    return ok;
}
