/* store_pg_ask.c: what a group of commands is about, asked in the round trip that begins their transaction, or in the
 * first one that asks anything: the size of the log, the last events of streams, and what is remembered of keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_pg_int.h"

/* A few are asked one by one, by statements that the server has planned once; many as arrays, which it plans each time.
 */
enum { FEW = 6 };

static const char SIZE[] = "SELECT max(seq) FROM log_events";
static const char HEAD[] = "SELECT version, hash FROM log_events WHERE stream = $1 ORDER BY version DESC LIMIT 1";
static const char COMMAND[] = "SELECT request, outcome, mac FROM log_commands WHERE key = $1";
static const char HEADS[] =
    "SELECT e.version, e.hash, w.stream FROM unnest($1::text[]) AS w(stream) LEFT JOIN LATERAL (SELECT version, hash"
    " FROM log_events WHERE stream = w.stream ORDER BY version DESC LIMIT 1) AS e ON true";
static const char COMMANDS[] = "SELECT c.request, c.outcome, c.mac, w.key FROM unnest($1::text[]) AS w(key)"
                               " LEFT JOIN log_commands AS c ON c.key = w.key";

typedef struct {
    Str *keys, *streams, *rows;
    size_t key_count, stream_count, row_count;
} Asked;

/* all: whatever the handle takes itself to know. */
static Asked what_of(Store *s, Arena *a, bool all, const StoreExpected *list, size_t count)
{
    Asked q = {.keys = ARENA_ARRAY(a, Str, count + 1),
               .streams = ARENA_ARRAY(a, Str, count + 1),
               .rows = ARENA_ARRAY(a, Str, count + 1)};
    for (size_t i = 0; i < count; i++) {
        Str key = list[i].key, stream = list[i].stream;
        if (key.len > 0 && (all || s->assumed.is_on || map_get(&s->done.map, key) == NULL)) {
            q.keys[q.key_count++] = key;
        }
        if (stream.len > 0 && (all || !heads_know(s, stream))) {
            q.streams[q.stream_count++] = stream;
        }
        if (stream.len > 0 && s->row_question != NULL && !expected_knows(s, stream)) {
            q.rows[q.row_count++] = stream;
        }
    }
    return q;
}

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static void learn_size(Store *s, Str name, const PGresult *r)
{
    Pg *p = s->conn;
    (void)name;
    p->size = pg_cell(r, 0, 0).i; /* 0 where it is null */
    if (!s->assumed.is_on) {
        heads_at(s, p->size);
        return;
    }
    s->assumed.is_on = false;
    if (p->size != s->known_size) {
        assumed_wrong(s);
    }
}

static void learn_head(Store *s, Str stream, StoreValue version, StoreValue hash)
{
    if (hash.kind == STORE_NULL || hash.s.len == sizeof(Hash)) { /* damage is said where it is looked for */
        heads_set(s, stream, version.i, hash.s);
    }
}

static void learn_one_head(Store *s, Str stream, const PGresult *r)
{
    bool is_there = PQntuples(r) > 0;
    learn_head(s, stream, is_there ? pg_cell(r, 0, 0) : STORE_I(0), is_there ? pg_cell(r, 0, 1) : (StoreValue){0});
}

static void learn_heads(Store *s, Str name, const PGresult *r)
{
    (void)name;
    for (int i = 0; i < PQntuples(r); i++) {
        learn_head(s, pg_cell(r, i, 2).s, pg_cell(r, i, 0), pg_cell(r, i, 1));
    }
}

static void learn_command(Store *s, Str key, const PGresult *r, int row)
{
    Done d = {.key = key};
    if (row < PQntuples(r) && !PQgetisnull(r, row, 0)) {
        d = (Done){key, pg_cell(r, row, 0).s, pg_cell(r, row, 1).s, pg_cell(r, row, 2).s};
    }
    const Done *known = map_get(&s->done.map, key);
    if (known != NULL && known->request.ptr == NULL && d.request.ptr != NULL) {
        assumed_wrong(s); /* it was taken for new */
    }
    done_know(s, &d);
}

static void learn_one_command(Store *s, Str key, const PGresult *r)
{
    learn_command(s, key, r, 0);
}

static void learn_commands(Store *s, Str name, const PGresult *r)
{
    (void)name;
    for (int i = 0; i < PQntuples(r); i++) {
        learn_command(s, pg_cell(r, i, 3).s, r, i);
    }
}

static void learn_row(Store *s, Str stream, const PGresult *r)
{
    Arena *a = arena_new(0);
    size_t columns = (size_t)PQnfields(r), count = (size_t)PQntuples(r);
    StoreRows rows = {
        .column_count = columns, .row_count = count, .cells = ARENA_ARRAY(a, StoreValue, columns * count + 1)};
    for (size_t i = 0; i < columns * count; i++) {
        rows.cells[i] = pg_cell(r, (int)(i / columns), (int)(i % columns));
    }
    expected_keep(s, stream, &rows);
    arena_free(a);
}

static void learn_key(Store *s, Str stream, const PGresult *r)
{
    (void)stream;
    if (PQntuples(r) == 1) {
        keys_learn(s, pg_cell(r, 0, 0).s, pg_cell(r, 0, 1));
    }
}

/* ---- Questions --------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *one, *many;
    void (*learn_one)(Store *s, Str name, const PGresult *r);
    void (*learn_many)(Store *s, Str name, const PGresult *r);
} Question;
static const Question OF_STREAMS = {HEAD, HEADS, learn_one_head, learn_heads},
                      OF_KEYS = {COMMAND, COMMANDS, learn_one_command, learn_commands};

static bool post_many(Store *s, const Question *q, const Str *names, size_t count, Err *err)
{
    PgSlot *slot;
    PgParams p = {0};
    if (!pg_prepare(s, q->many, &slot, err)) {
        return false;
    }
    Arena *a = arena_new(0);
    pg_add_texts(&p, a, names, count);
    bool ok = pg_send(s, slot->number, &p, err);
    arena_free(a);
    if (ok) {
        pg_learn(s->conn, q->learn_many, STR(""));
    }
    return ok;
}

static bool post_question(Store *s, const Question *q, const Str *names, size_t count, Err *err)
{
    if (count > FEW) {
        return post_many(s, q, names, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        if (!pg_send_one(s, q->one, &STORE_S(names[i]), 1, err)) {
            return false;
        }
        pg_learn(s->conn, q->learn_one, names[i]);
    }
    return true;
}

static bool post_size(Store *s, Err *err)
{
    if (!pg_send_one(s, SIZE, NULL, 0, err)) {
        return false;
    }
    pg_learn(s->conn, learn_size, STR(""));
    return true;
}

/* Row and person's key of each, by statements that are planned once: they are found by their key. */
static bool post_rows(Store *s, const Str *streams, size_t count, Err *err)
{
    const struct {
        const char *sql;
        void (*learn)(Store *s, Str name, const PGresult *r);
    } asked[] = {{s->row_question, learn_row}, {s->key_question, learn_key}};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < COUNT_OF(asked); k++) {
            if (!pg_send_one(s, asked[k].sql, &STORE_S(streams[i]), 1, err)) {
                return false;
            }
            pg_learn(s->conn, asked[k].learn, streams[i]);
        }
    }
    return true;
}

/* The size first: what is known of a log of another size is forgotten before the rest is learned. What earlier members
 * have written to the rows is there before they are asked. */
static bool post_all(Store *s, Arena *a, bool with_size, bool all, const StoreExpected *list, size_t count, Err *err)
{
    Asked q = what_of(s, a, all, list, count);
    return pg_is_usable(s, err) && (q.row_count == 0 || later_before(s, s->row_question, err)) &&
           (!with_size || post_size(s, err)) && post_question(s, &OF_STREAMS, q.streams, q.stream_count, err) &&
           post_question(s, &OF_KEYS, q.keys, q.key_count, err) && post_rows(s, q.rows, q.row_count, err);
}

bool pg_ask_begin(Store *s, const StoreExpected *list, size_t count, int64_t *ret_size, Err *err)
{
    const Pg *p = s->conn;
    Arena *a = arena_new(0);
    bool ok = post_all(s, a, true, true, list, count, err) && pg_finish(s, NULL, err);
    *ret_size = p->size;
    arena_free(a);
    return ok;
}

bool pg_ask_assumed(Store *s, Err *err)
{
    if (!s->assumed.is_on) {
        return true;
    }
    Arena *a = arena_new(0);
    bool ok = post_all(s, a, true, false, s->assumed.list, s->assumed.count, err);
    arena_free(a);
    return ok;
}

bool pg_expect(Store *s, const StoreExpected *list, size_t count, Err *err)
{
    Arena *a = arena_new(0);
    bool ok = pg_ask_assumed(s, err) && post_all(s, a, false, false, list, count, err) && pg_finish(s, NULL, err);
    arena_free(a);
    return ok;
}
