/* store_test.c: what every engine must do: keep, refuse, seal, forget, prove.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool count_event(void *host, const Event *e)
{
    int64_t *n = host;
    check(e->seq == ++*n && e->data != NULL);
    return true;
}

BOTH(events_come_back_after_opening_again)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 1300);
    store_close(s);
    s = engine_open(url, STORE_WRITE);
    eq_int(store_size(s), 1300);
    eq_int(store_version_of(s, STR("case-3")), 130);
    eq_int(store_version_of(s, STR("none")), 0);
    int64_t n = 0;
    check(store_each(s, 1, 0, count_event, &n, &err));
    eq_int(n, 1300);
    n = 99;
    check(store_each(s, 100, 110, count_event, &n, &err));
    eq_int(n, 110);
    store_close(s);
    Store *other = NULL;
    check(!store_open(url, STORE_CREATE, &other, &err) && err.code == ALREADY_EXISTS);
}

BOTH(opening_what_is_not_there_says_so)
{
    Store *s = NULL;
    Err err = {0};
    check(!store_open(url, STORE_WRITE, &s, &err));
    eq_int(err.code, NOT_FOUND);
}

static bool check_versions(void *host, const Event *e)
{
    Event *last = host;
    eq_int(e->version, last->version + 1);
    check(hash_eq(e->prev, last->hash));
    eq_text(e->stream, "case-7");
    last->version = e->version;
    last->hash = e->hash;
    return e->version < 55;
}

TEST(a_store_that_could_not_be_made_leaves_no_file)
{
    Err err = {0};
    Store *s = NULL;
    Str url = engine_path(a, "half");
    setenv("GOLDENBRIDGE_KEY_FILE", "/nowhere/at/all.key", 1);
    check(!store_open(url, STORE_CREATE, &s, &err) && err.code == IO_FAILED);
    unsetenv("GOLDENBRIDGE_KEY_FILE");
    check(!store_open(url, STORE_WRITE, &s, &err) && err.code == NOT_FOUND);
    store_close(engine_create(url));
}

TEST(a_file_that_is_no_store_is_refused_in_plain_words)
{
    static const char *const TEXT[] = {
        "", "hello, I am a letter and no database at all, with more than a header's length of text."};
    Err err = {0};
    Store *s = NULL;
    for (size_t i = 0; i < COUNT_OF(TEXT); i++) {
        Str url = engine_path(a, "letter");
        FILE *f = fopen(url.ptr, "w");
        check(f != NULL && fputs(TEXT[i], f) >= 0 && fclose(f) == 0);
        check(!store_open(url, STORE_READ, &s, &err));
        check(err.code == STORE_VERSION || err.code == LOG_DAMAGED);
        check(!store_open(url, STORE_WRITE, &s, &err));
        check(err.code == STORE_VERSION || err.code == LOG_DAMAGED);
        eq_str(test_read_file(a, url.ptr), str_from_c(TEXT[i]));
    }
}

BOTH(a_case_is_a_chain_and_walking_it_may_stop)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 600);
    Event last = {0};
    check(store_each_of(s, STR("case-7"), check_versions, &last, &err));
    eq_int(last.version, 55);
    store_close(s);
}

BOTH(a_taken_version_is_a_stale_form)
{
    Err err = {0};
    Store *s = engine_create(url), *other = engine_open(url, STORE_WRITE);
    Event e = engine_event(a, "case-1", 1), again = engine_event(a, "case-1", 1);
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_commit(s, &err));
    check(store_begin(other, &err));
    check(!store_append(other, a, &again, 1, &err));
    eq_int(err.code, STALE_FORM);
    store_rollback(other);
    again.version = 2;
    check(store_begin(other, &err) && store_append(other, a, &again, 1, &err) && store_commit(other, &err));
    Event third = engine_event(a, "case-1", 4);
    check(store_begin(s, &err) && !store_append(s, a, &third, 1, &err) && err.code == STALE_FORM);
    store_rollback(s);
    eq_int(store_size(s), 2);
    store_close(other);
    store_close(s);
}

BOTH(rolled_back_and_failed_commands_leave_nothing)
{
    Err err = {0};
    Store *s = engine_create(url);
    Event e = engine_event(a, "case-1", 1);
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err));
    store_rollback(s);
    eq_int(store_size(s), 0);
    check(store_begin(s, &err));
    check(store_savepoint(s, &err));
    check(store_append(s, a, &e, 1, &err));
    store_rollback_to(s);
    eq_int(store_size(s), 0);
    check(store_savepoint(s, &err));
    Event two[] = {engine_event(a, "case-2", 1), engine_event(a, "case-2", 2)};
    check(store_append(s, a, two, 2, &err));
    check(store_release(s, &err));
    check(store_savepoint(s, &err));
    Event wrong = engine_event(a, "case-2", 2);
    check(!store_append(s, a, &wrong, 1, &err) && err.code == STALE_FORM);
    store_rollback_to(s);
    check(store_commit(s, &err));
    eq_int(store_size(s), 2);
    eq_int(store_version_of(s, STR("case-1")), 0);
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0);
    store_close(s);
}

/* PostgreSQL answers what was posted only later: the failure must not hit the next command, nor take the one before
 * with it. */
BOTH(a_failure_that_shows_late_stays_in_its_own_savepoint)
{
    Err err = {0};
    Store *s = engine_create(url);
    Event first = engine_event(a, "case-1", 1), second = engine_event(a, "case-2", 1),
          third = engine_event(a, "case-3", 1);
    Json *outcome = json_new_object(a);
    check(store_begin(s, &err) && store_savepoint(s, &err));
    check(store_append(s, a, &first, 1, &err) && store_done_set(s, a, STR("k1"), hash_of(STR("r")), outcome, &err));
    check(store_release(s, &err));
    check(store_savepoint(s, &err) && store_append(s, a, &second, 1, &err));
    if (store_done_set(s, a, STR("k1"), hash_of(STR("r")), outcome, &err)) {
        check(!store_release(s, &err)); /* has rolled back */
    } else {
        store_rollback_to(s);
    }
    check(store_savepoint(s, &err) && store_append(s, a, &third, 1, &err) && store_release(s, &err));
    check(store_commit(s, &err));
    eq_int(store_size(s), 2);
    eq_int(store_version_of(s, STR("case-1")), 1);
    eq_int(store_version_of(s, STR("case-2")), 0);
    eq_int(store_version_of(s, STR("case-3")), 1);
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0);
    store_close(s);
}

/* PostgreSQL answers COMMIT of a failed transaction with success, having rolled back. */
BOTH(a_commit_that_keeps_nothing_is_not_acknowledged)
{
    Err err = {0};
    Store *s = engine_create(url);
    check(store_exec(s, "CREATE TABLE t(n BIGINT PRIMARY KEY)", NULL, 0, &err));
    Event e = engine_event(a, "case-1", 1);
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err));
    StoreValue v[] = {STORE_I(1)};
    check(store_exec(s, "INSERT INTO t(n) VALUES ($1)", v, 1, &err));
    check(!store_exec(s, "INSERT INTO t(n) VALUES ($1)", v, 1, &err) && store_was_duplicate(s));
    bool is_acknowledged = store_commit(s, &err);
    eq_int(store_size(s), is_acknowledged);
    store_close(s);
}

BOTH(a_command_is_remembered_with_its_outcome)
{
    Err err = {0};
    Store *s = engine_create(url);
    Json *out = NULL, *outcome = json_new_object(a);
    json_set(a, outcome, STR("case"), json_new_str(a, STR("권한")));
    check(store_done(s, a, STR("k1"), hash_of(STR("one")), &out, &err) && out == NULL);
    check(store_begin(s, &err) && store_done_set(s, a, STR("k1"), hash_of(STR("one")), outcome, &err) &&
          store_commit(s, &err));
    check(store_done(s, a, STR("k1"), hash_of(STR("one")), &out, &err) && json_eq(out, outcome));
    check(!store_done(s, a, STR("k1"), hash_of(STR("two")), &out, &err));
    eq_int(err.code, KEY_REUSED);
    store_close(s);
}

/* ---- Personal data ----------------------------------------------------------------------------------------------- */

static bool take_sealed(void *host, const Event *e)
{
    Str *out = host;
    Arena *a = arena_new(0);
    Buf b = buf_new(a, 4096);
    if (e->sealed != NULL) {
        json_canonical(&b, a, e->sealed);
    } else if (json_is_true(json_get(e->data, "erased"))) {
        buf_add_c(&b, "erased");
    }
    check(buf_str(&b).len < 200);
    if (b.len > 0) {
        memcpy((void *)(uintptr_t)out->ptr, b.ptr, b.len);
    }
    out->len = b.len;
    arena_free(a);
    return true;
}

static Event sealed_event(Arena *a, const char *stream, const char *person, const char *text)
{
    Event e = engine_event(a, stream, 0);
    Err err;
    e.person = str_from_c(person);
    check(json_parse(a, str_from_c(text), &e.sealed, &err));
    return e;
}

BOTH(personal_data_open_for_us_and_stand_nowhere_in_clear)
{
    Err err = {0};
    Store *s = engine_create(url);
    Event e = sealed_event(a, "case-1", "p-1", "{\"passport\":\"N12345678\"}"),
          other = sealed_event(a, "case-2", "p-2", "{\"x\":1}");
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_append(s, a, &other, 1, &err) &&
          store_commit(s, &err));
    char room[200];
    Str got = {room, 0};
    check(store_each_of(s, STR("case-1"), take_sealed, &got, &err));
    eq_text(got, "{\"passport\":\"N12345678\"}");
    check(store_each_closed(s, 1, 1, take_sealed, &got, &err));
    eq_text(got, ""); /* read without being opened */
    StoreRows rows;
    check(store_query(s, a, "SELECT bytes FROM log_events ORDER BY seq", NULL, 0, &rows, &err));
    check(str_find(rows.cells[0].s, STR("N12345678"), 0) == SIZE_MAX);
    check(str_find(rows.cells[0].s, STR("\"commitment\":\""), 0) != SIZE_MAX);
    store_close(s);
}

BOTH(erasure_destroys_the_key_and_keeps_the_proof)
{
    Err err = {0};
    Store *s = engine_create(url);
    Event e = sealed_event(a, "case-1", "p-1", "{\"a\":1}"), other = sealed_event(a, "case-2", "p-2", "{\"x\":1}");
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_append(s, a, &other, 1, &err) &&
          store_commit(s, &err));
    StoreVerify before, after;
    check(store_verify(s, &before, &err) && before.first_bad == 0);
    check(store_erase_person(s, STR("p-1"), &err));
    char room[200];
    Str got = {room, 0};
    check(store_each_of(s, STR("case-1"), take_sealed, &got, &err));
    eq_text(got, "erased");
    check(store_each_of(s, STR("case-2"), take_sealed, &got, &err));
    eq_text(got, "{\"x\":1}");
    check(store_verify(s, &after, &err) && after.first_bad == 0 && hash_eq(before.root, after.root));
    Event more = sealed_event(a, "case-1", "p-1", "{\"a\":2}");
    check(store_begin(s, &err) && !store_append(s, a, &more, 1, &err) && err.code == WRONG_STATE);
    store_rollback(s);
    store_close(s);
}

/* What the person holds suffices: the log's public key, nothing of the store. */
BOTH(a_person_can_prove_their_own_entry)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 700);
    Event e = sealed_event(a, "case-x", "p-1", "{\"name\":\"Айгүл\"}");
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_commit(s, &err));
    engine_fill(s, 50);
    Str note, origin;
    Json *proof = NULL;
    StoreSigned at;
    check(!store_signed(s, a, &at, &err) && err.code == NOT_FOUND);
    check(store_checkpoint(s, a, (Instant){1700000000000}, &note, &err) && store_signed(s, a, &at, &err));
    eq_int(at.size, 751);
    check(store_disclose(s, a, &at, 701, &proof, &err));
    Json *none;
    engine_fill(s, 1);
    check(!store_disclose(s, a, &at, 752, &none, &err) && err.code == NOT_FOUND); /* not signed yet */
    NoteKey log;
    uint64_t size = 0;
    Hash root, path[64], commitment;
    check(note_verifier_parse(a, store_log_verifier(s, a), &log, &err));
    store_close(s);
    check(checkpoint_open(a, json_text_at(proof, "checkpoint"), &log, &origin, &size, &root, &err));
    const Json *list = json_get(proof, "inclusion");
    for (size_t i = 0; i < json_count(list); i++) {
        Str h;
        check(base64_parse(a, json_text(list->items[i]), &h) && h.len == 32);
        memcpy(path[i].b, h.ptr, 32);
    }
    Str entry = json_text_at(proof, "entry");
    uint64_t index = (uint64_t)json_to_int(json_get(proof, "index"), -1);
    check(merkle_check_inclusion(merkle_leaf(entry), index, size, path, json_count(list), root));
    check(event_commitment(a, json_text_at(proof, "salt"), json_get(proof, "sealed"), &commitment, &err));
    check(str_find(entry, hex_print(a, HASH_STR(commitment)), 0) != SIZE_MAX);
}

/* ---- Read tables ------------------------------------------------------------------------------------------------- */

BOTH(read_tables_take_integers_texts_and_blobs)
{
    Err err = {0};
    Store *s = engine_create(url);
    check(store_begin(s, &err));
    check(store_exec(s, "CREATE TABLE permits(id TEXT PRIMARY KEY, n BIGINT, photo BLOB, note TEXT DEFAULT 'BLOB')",
                     NULL, 0, &err));
    StoreValue v[] = {STORE_S(STR("한")), STORE_I(-5000000000), STORE_B(STR("\0\xFF")), {0}};
    check(store_exec(s, "INSERT INTO permits(id, n, photo, note) VALUES ($1, $2, $3, $4)", v, 4, &err));
    v[0].s = STR("b");
    v[3] = STORE_S(STR(""));
    check(store_exec(s, "INSERT INTO permits(id, n, photo, note) VALUES ($1, $2, $3, $4)", v, 4, &err));
    check(store_commit(s, &err));
    check(!store_exec(s, "INSERT INTO permits(id, n, photo, note) VALUES ($1, $2, $3, $4)", v, 4, &err));
    check(store_was_duplicate(s));
    eq_int(err.code, ALREADY_EXISTS);
    StoreRows r;
    check(store_query(
        s, a,
        "SELECT id, n, photo, note, (SELECT sum(n) FROM permits) AS total FROM permits WHERE n < $1 ORDER BY n, id DESC",
        (StoreValue[]){STORE_I(7)}, 1, &r, &err));
    eq_int(r.row_count, 2);
    eq_int(r.column_count, 5);
    eq_text(str_from_c(r.columns[4]), "total");
    eq_text(r.cells[0].s, "한");
    eq_int(r.cells[1].i, -5000000000);
    eq_int(r.cells[4].i, -10000000000);
    check(r.cells[2].kind == STORE_BLOB && str_eq(r.cells[2].s, STR("\0\xFF")));
    check(r.cells[3].kind == STORE_NULL && r.cells[8].kind == STORE_TEXT && r.cells[8].s.len == 0);
    check(store_exec(s, "UPDATE permits SET n = $2 WHERE id = $1", (StoreValue[]){STORE_S(STR("b")), STORE_I(1)}, 2,
                     &err));
    check(store_query(s, a, "SELECT n FROM permits WHERE id = $1", (StoreValue[]){STORE_S(STR("b"))}, 1, &r, &err));
    eq_int(r.cells[0].i, 1);
    check(store_exec(s, "DELETE FROM permits", NULL, 0, &err) && store_exec(s, "DROP TABLE permits", NULL, 0, &err));
    store_close(s);
}

BOTH(the_log_refuses_change_through_its_own_door)
{
    static const char *const NO[] = {"UPDATE log_events SET version = 9",
                                     "DELETE FROM log_events",
                                     "DROP TABLE log_events",
                                     "DELETE FROM log_checkpoints",
                                     "INSERT INTO log_meta(key, value) VALUES ('a', 'b')",
                                     "UPDATE log_person_keys SET wrapped = NULL",
                                     "DROP INDEX log_events_stream",
                                     "CREATE TRIGGER t AFTER INSERT ON log_events BEGIN SELECT 1; END",
                                     "ALTER TABLE log_events RENAME TO old",
                                     "DELETE FROM Log_Tiles"};
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 3);
    for (size_t i = 0; i < COUNT_OF(NO); i++) {
        check(!store_exec(s, NO[i], NULL, 0, &err));
        eq_int(err.code, NOT_ALLOWED);
    }
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0 && v.events == 3);
    store_close(s);
}

TEST(postgres_itself_refuses_to_change_the_log)
{
    Err err = {0};
    Str url = engine_postgres(a);
    Store *s = engine_create(url);
    engine_fill(s, 3);
    static const char *const NO[] = {"UPDATE log_events SET version = 9", "DELETE FROM log_events",
                                     "TRUNCATE log_events", "DELETE FROM log_commands"};
    for (size_t i = 0; i < COUNT_OF(NO); i++) {
        check(!engine_shell(
            str_printf(a, "psql -X -q '%.*s' -v ON_ERROR_STOP=1 -c '%s' 2>/dev/null", STR_ARG(url), NO[i]).ptr));
    }
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0 && v.events == 3);
    store_close(s);
}

TEST(a_key_file_of_another_store_is_refused)
{
    Err err = {0};
    Str one = engine_path(a, "one"), two = engine_path(a, "two");
    store_close(engine_create(one));
    store_close(engine_create(two));
    check(rename(str_printf(a, "%.*s.key", STR_ARG(one)).ptr, str_printf(a, "%.*s.key", STR_ARG(two)).ptr) == 0);
    Store *s = NULL;
    check(!store_open(two, STORE_WRITE, &s, &err) && err.code == STORE_FAILED);
    check(!store_open(one, STORE_WRITE, &s, &err) && err.code == STORE_FAILED);
    s = engine_open(one, STORE_READ); /* without keys one may read what is not sealed, and verify */
    StoreVerify v;
    Hash secret;
    check(!store_secret(s, STR("any"), &secret, &err) && err.code == STORE_FAILED);
    check(store_verify(s, &v, &err) && v.first_bad == 0);
    store_close(s);
}

BOTH(a_store_of_a_newer_program_is_not_touched)
{
    Err err = {0};
    store_close(engine_create(url));
    engine_tamper(a, url, "UPDATE log_meta SET value = '99' WHERE key = 'version'",
                  "UPDATE log_meta SET value = '99' WHERE key = 'version'");
    Store *s = NULL;
    check(!store_open(url, STORE_WRITE, &s, &err));
    eq_int(err.code, STORE_VERSION);
}

/* ---- What waits -------------------------------------------------------------------------------------------------- */

enum { WAIT_TRANSACTIONS = 40, WAIT_COMMANDS = 6, WAIT_STEPS = 5 };

/* What the database should hold: rows of two tables and events. */
typedef struct {
    int64_t a, b, events;
} Expected;

static uint32_t roll(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static int64_t count_rows(Store *s, Arena *a, const char *sql)
{
    Err err = {0};
    StoreRows r;
    check(store_query(s, a, sql, NULL, 0, &r, &err));
    return r.cells[0].i;
}

static void check_expected(Store *s, Arena *a, const Expected *e)
{
    eq_int(count_rows(s, a, "SELECT count(*) FROM wa"), e->a);
    eq_int(count_rows(s, a, "SELECT count(*) FROM wb"), e->b);
    eq_int(count_rows(s, a, "SELECT count(*) FROM log_events"), e->events);
}

static void one_write(Store *s, Arena *a, uint64_t *seed, int64_t n, Expected *e)
{
    Err err = {0};
    StoreValue v[] = {STORE_I(n)};
    Event event = engine_event(a, str_printf(a, "wait-%u", roll(seed) % 5).ptr, 0);
    switch (roll(seed) % 6) {
    case 0:
        check(store_exec(s, "INSERT INTO wa(n) VALUES ($1)", v, 1, &err));
        e->a++;
        break;
    case 1:
        check(store_exec_later(s, "INSERT INTO wa(n) VALUES ($1)", v, 1, &err));
        e->a++;
        break;
    case 2:
        check(store_exec_later(s, "INSERT INTO wb(n) VALUES ($1)", v, 1, &err));
        e->b++;
        break;
    case 3:
        check(store_exec_later(s, "DELETE FROM wb WHERE n = (SELECT max(n) FROM wb)", NULL, 0, &err));
        e->b -= e->b > 0;
        break;
    case 4:
        eq_int(count_rows(s, a, roll(seed) % 2 ? "SELECT count(*) FROM wa" : "SELECT count(*) - 0 FROM wa"), e->a);
        break;
    default:
        check(store_append(s, a, &event, 1, &err));
        e->events++;
        break;
    }
}

/* Whatever is asked between them, and whoever rolls back: each write is kept or gone as if it had been made at once. */
BOTH(writes_that_wait_are_kept_and_undone_in_their_place)
{
    Err err = {0};
    Store *s = engine_create(url);
    Expected kept = {0};
    uint64_t seed = 7;
    int64_t n = 0;
    check(store_exec(s, "CREATE TABLE wa(n BIGINT PRIMARY KEY)", NULL, 0, &err) &&
          store_exec(s, "CREATE TABLE wb(n BIGINT PRIMARY KEY)", NULL, 0, &err));
    for (int t = 0; t < WAIT_TRANSACTIONS; t++) {
        Expected inside = kept;
        check(store_begin(s, &err));
        for (int c = 0; c < WAIT_COMMANDS; c++) {
            Expected own = inside;
            check(store_savepoint(s, &err));
            for (uint32_t i = 0, end = roll(&seed) % WAIT_STEPS; i < end; i++) {
                one_write(s, a, &seed, n++, &own);
            }
            if (roll(&seed) % 3 == 0) {
                store_rollback_to(s);
            } else {
                check(store_release(s, &err));
                inside = own;
            }
            if (roll(&seed) % 8 == 0) {
                check_expected(s, a, &inside);
            }
        }
        if (roll(&seed) % 5 == 0) {
            store_rollback(s);
        } else {
            check(store_commit(s, &err));
            kept = inside;
        }
        check_expected(s, a, &kept);
    }
    StoreVerify v;
    check(kept.events > 20 && store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    store_close(s);
}

/* ---- Kept answers ---- */

static int64_t colours(Store *s, Arena *a, const char *kind)
{
    StoreRows rows;
    Err err = {0};
    StoreValue p[] = {STORE_S(str_from_c(kind))};
    check(store_query_kept(s, a, "SELECT name FROM colours WHERE kind = $1", p, 1, 0, &rows, &err));
    return (int64_t)rows.row_count;
}

static void paint(Store *s, const char *name, const char *kind)
{
    Err err = {0};
    StoreValue p[] = {STORE_S(str_from_c(name)), STORE_S(str_from_c(kind))};
    check(store_exec_later(
        s, "INSERT INTO colours (name, kind) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET kind = excluded.kind", p,
        2, &err));
}

static void note(Store *s, Arena *a)
{
    Err err = {0};
    Event e = engine_event(a, "case-1", 0);
    check(store_append(s, a, &e, 1, &err));
}

BOTH(an_answer_is_kept_only_while_nothing_could_change_it)
{
    Err err = {0};
    Store *s = engine_create(url), *other = engine_open(url, STORE_WRITE);
    check(store_exec(s, "CREATE TABLE colours (name TEXT PRIMARY KEY, kind TEXT NOT NULL)", NULL, 0, &err));
    check(store_begin(s, &err));
    eq_int(colours(s, a, "warm"), 0);
    paint(s, "red", "warm"); /* waits, and is seen */
    eq_int(colours(s, a, "warm"), 1);
    paint(s, "blue", "cold");
    eq_int(colours(s, a, "warm"), 1);
    eq_int(colours(s, a, "cold"), 1);
    check(store_savepoint(s, &err));
    paint(s, "pink", "warm");
    eq_int(colours(s, a, "warm"), 2);
    store_rollback_to(s);
    eq_int(colours(s, a, "warm"), 1);
    note(s, a);
    check(store_commit(s, &err));

    /* Behind its back, without a word in the log: it is not asked again, so that this test knows that it keeps
     * anything. */
    engine_tamper(a, url, "INSERT INTO colours VALUES ('rust', 'warm')", "INSERT INTO colours VALUES ('rust', 'warm')");
    check(store_begin(s, &err));
    eq_int(colours(s, a, "warm"), 1);
    paint(s, "grey", "cold");
    eq_int(colours(s, a, "warm"), 1);
    store_rollback(s);
    check(store_begin(s, &err));
    eq_int(colours(s, a, "warm"), 2);
    check(store_exec(s, "DELETE FROM colours WHERE name = 'rust'", NULL, 0, &err));
    eq_int(colours(s, a, "warm"), 1);
    check(store_commit(s, &err));

    check(store_begin(other, &err));
    paint(other, "orange", "warm");
    note(other, a);
    check(store_commit(other, &err));
    check(store_begin(s, &err));
    eq_int(colours(s, a, "warm"), 2);
    store_rollback(s);

    engine_tamper(a, url, "DELETE FROM colours", "DELETE FROM colours");
    for (int i = 0; i < 300; i++) {
        check(store_begin(s, &err));
        int64_t seen = colours(s, a, "warm");
        check(i > 0 || seen == 0); /* after a rollback */
        check(store_commit(s, &err));
        if (i == 0) {
            engine_tamper(a, url, "INSERT INTO colours VALUES ('rust', 'warm')",
                          "INSERT INTO colours VALUES ('rust', 'warm')");
        }
        check(i < 299 || seen == 1); /* not for ever */
    }
    store_close(other);
    store_close(s);
}
