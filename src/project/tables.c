/* tables.c: the read tables: how they are laid out, made and dropped, and a digest over all of them. Every statement is
 * a literal that both engines understand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "project_int.h"

enum { MAX_ROW = 16 * 1024 * 1024 };

static const char *const TABLES[] = {
    "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, scheme TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,"
    " version BIGINT NOT NULL, title TEXT NOT NULL, holder TEXT NOT NULL, opened BIGINT NOT NULL, since BIGINT NOT NULL,"
    " due TEXT NOT NULL, due_rule TEXT NOT NULL, person TEXT NOT NULL, data TEXT NOT NULL, pending TEXT NOT NULL, path"
    " TEXT NOT NULL, decided TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS case_index (type TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, case_id TEXT NOT"
    " NULL, PRIMARY KEY (type, field, value, case_id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS uniques (type TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, case_id TEXT NOT NULL,"
    " PRIMARY KEY (type, field, value)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS links (case_id TEXT NOT NULL, field TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (case_id,"
    " field)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS approved (allocation TEXT PRIMARY KEY, total BIGINT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS units (allocation TEXT NOT NULL, number BIGINT NOT NULL, case_id TEXT NOT NULL, type TEXT NOT"
    " NULL, day BIGINT NOT NULL, PRIMARY KEY (allocation, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (word, case_id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, n BIGINT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS stays (case_id TEXT NOT NULL, version BIGINT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,"
    " since BIGINT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (case_id, version)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS decisions (seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, step TEXT NOT NULL, model TEXT NOT"
    " NULL, outcome TEXT NOT NULL, day BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS grounds (seq BIGINT NOT NULL, n BIGINT NOT NULL, case_id TEXT NOT NULL, code TEXT NOT NULL, PRIMARY"
    " KEY (seq, n)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS file_reads (seq INTEGER PRIMARY KEY, person TEXT NOT NULL, at TEXT NOT NULL, reader TEXT NOT"
    " NULL, reason TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS assigned (case_id TEXT PRIMARY KEY, account TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS office_notes (seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,"
    " assignee TEXT NOT NULL, handed_over BIGINT NOT NULL, note TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tallies (type TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, day BIGINT NOT NULL, n"
    " BIGINT NOT NULL, cases BIGINT NOT NULL, PRIMARY KEY (type, kind, key, day)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS tally_fields (type TEXT NOT NULL, field TEXT NOT NULL, PRIMARY KEY (type, field)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS signing_keys (id TEXT PRIMARY KEY, account TEXT NOT NULL, alg BIGINT NOT NULL, key TEXT NOT NULL, rp_id TEXT"
    " NOT NULL, added BIGINT NOT NULL, removed BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS signing_events (event TEXT PRIMARY KEY, since BIGINT NOT NULL)",
};

/* Made after the tables, so that a table can be filled without them first. */
static const char *const INDEXES[] = {
    "DROP INDEX IF EXISTS cases_by_scheme_holder", /* before the order of the queue and all that it counts by stood in
                                                      it */
    "CREATE INDEX IF NOT EXISTS cases_in_queue ON cases (scheme, holder, due, since, id, type, state)",
    "CREATE INDEX IF NOT EXISTS cases_pending ON cases (scheme, since, id) WHERE pending <> ''",
    "CREATE INDEX IF NOT EXISTS cases_by_state_number ON cases (scheme, type, state, LENGTH(id), id)",
    "CREATE INDEX IF NOT EXISTS cases_by_number ON cases (scheme, type, LENGTH(id), id)",
    "CREATE INDEX IF NOT EXISTS cases_by_person ON cases (person)",
    "CREATE INDEX IF NOT EXISTS case_index_by_case ON case_index (case_id, field)",
    "CREATE INDEX IF NOT EXISTS uniques_by_case ON uniques (case_id, field)",
    "CREATE INDEX IF NOT EXISTS links_by_target ON links (target)",
    "CREATE INDEX IF NOT EXISTS units_by_case ON units (case_id)",
    "CREATE INDEX IF NOT EXISTS units_by_day ON units (allocation, day, type, case_id)",
    "CREATE INDEX IF NOT EXISTS words_by_case ON words (case_id)",
    "CREATE INDEX IF NOT EXISTS stays_by_state ON stays (type, state, case_id)",
    "CREATE INDEX IF NOT EXISTS decisions_by_case ON decisions (case_id)",
    "CREATE INDEX IF NOT EXISTS grounds_by_case ON grounds (case_id)",
    "CREATE INDEX IF NOT EXISTS grounds_by_code ON grounds (code, case_id)",
    "CREATE INDEX IF NOT EXISTS office_notes_by_case ON office_notes (case_id, seq)",
    "CREATE INDEX IF NOT EXISTS file_reads_by_person ON file_reads (person, seq)",
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

static bool run_all(Store *s, const char *const *list, size_t count, Err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!store_exec(s, list[i], NULL, 0, err)) {
            return false;
        }
    }
    return true;
}

bool tables_create(Store *s, Err *err)
{
    return run_all(s, TABLES, COUNT_OF(TABLES), err);
}

size_t tables_indexes(const char *const **ret)
{
    *ret = INDEXES;
    return COUNT_OF(INDEXES);
}

bool tables_index(Store *s, Err *err)
{
    return run_all(s, INDEXES, COUNT_OF(INDEXES), err);
}

size_t tables_drops(const char *const **ret)
{
    *ret = DROP;
    return COUNT_OF(DROP);
}

bool tables_are_ours(Store *s, bool *ret, Err *err)
{
    StoreRows rows;
    Arena *a = arena_new(0);
    bool ok = store_exec(s, CREATE_LAYOUT, NULL, 0, err) &&
              store_query(s, a, "SELECT layout FROM read_tables", NULL, 0, &rows, err);
    *ret = ok && rows.row_count > 0 && rows.cells[0].i == LAYOUT;
    arena_free(a);
    return ok;
}

bool tables_set_layout(Store *s, Err *err)
{
    StoreValue p[] = {STORE_I(LAYOUT)};
    return store_exec(s, CREATE_LAYOUT, NULL, 0, err) && store_exec(s, "DELETE FROM read_tables", NULL, 0, err) &&
           store_exec(s, "INSERT INTO read_tables (layout) VALUES ($1)", p, COUNT_OF(p), err);
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
