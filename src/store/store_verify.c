/* store_verify.c: walks the log as fast as it can be read and checks everything that was promised of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_verify_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 20000, TILE_SHIFT = 8 };

typedef struct {
    Store *s;
    Arena *arena, *scratch;
    StoreVerify *ret;
    int64_t from_seq;
    size_t rows;        /* in this chunk */
    bool is_whole;      /* from the first event: chains, tiles and checkpoints are checked too */
    VerifyOrder *order; /* of the thread that checks */
    VerifyWork *work;
    int64_t last_seq; /* read */
    VerifySigned *signed_sizes;
    size_t signed_count;
    Err *err;
    bool is_failed;
    char last_key[1024]; /* of the remembered commands */
    size_t last_key_len;
} Verify;

static bool bad(Verify *v, int64_t seq, const char *why)
{
    v->ret->first_bad = seq;
    snprintf(v->ret->why, sizeof v->ret->why, "%s", why);
    return false;
}

/* ---- Tiles ------------------------------------------------------------------------------------------------------- */

typedef struct {
    const VerifyTile *made;
    bool is_found, is_same;
} TileCheck;

static bool compare_tile(void *host, const StoreValue *cells, size_t count)
{
    TileCheck *t = host;
    check_that(count == 2);
    t->is_found = true;
    t->is_same = str_eq(cells[0].s, HASH_STR(t->made->root)) &&
                 str_eq(cells[1].s, (Str){(const char *)t->made->hashes, TILE * sizeof(Hash)});
    return false;
}

static bool check_tile(Verify *v, const VerifyTile *made)
{
    TileCheck t = {.made = made};
    RowSink sink = {.each = compare_tile, .host = &t};
    StoreValue p[] = {STORE_I(made->level), STORE_I((int64_t)made->index)};
    if (!store_run(v->s, "SELECT root, hashes FROM log_tiles WHERE level = $1 AND idx = $2", p, 2, &sink, v->err)) {
        v->is_failed = true;
        return false;
    }
    if (!t.is_found || !t.is_same) {
        int64_t first = (int64_t)(made->index << (TILE_SHIFT * (made->level + 1))) + 1;
        return bad(v, first,
                   t.is_found ? "a tile of the tree differs from its leaves" : "a tile of the tree is missing");
    }
    return true;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

enum { SEQ, STREAM, VERSION, BYTES, HASH, LEAF, MAC };

/* A batch that the other thread has checked: what is left to do needs the store. */
static bool finish_batch(Verify *v, const VerifyBatch *b)
{
    v->ret->events += (int64_t)b->good;
    for (size_t i = 0; i < b->tile_count; i++) {
        if (!check_tile(v, &b->tiles[i])) {
            return false;
        }
    }
    return b->bad_seq == 0 || bad(v, b->bad_seq, b->why);
}

/* The batch that is full goes to the other thread; the one that comes back from it is looked at meanwhile. */
static bool turn_over(Verify *v)
{
    const VerifyBatch *done = verify_swap(v->work);
    return done == NULL || finish_batch(v, done);
}

static bool take_row(void *host, const StoreValue *c, size_t count)
{
    Verify *v = host;
    check_that(count == MAC + 1);
    v->rows++;
    v->last_seq = c[SEQ].i;
    VerifyRow r = {.seq = c[SEQ].i,
                   .column_version = c[VERSION].i,
                   .column_stream = c[STREAM].s,
                   .bytes = c[BYTES].s,
                   .column_hash = c[HASH].s,
                   .column_leaf = c[LEAF].s,
                   .column_mac = c[MAC].s};
    return !verify_add(v->work, &r) || turn_over(v);
}

/* The last two batches. */
static bool finish_rows(Verify *v)
{
    bool ok = true;
    for (int i = 0; ok && i < 2; i++) {
        ok = turn_over(v);
    }
    return ok;
}

static bool walk_rows(Verify *v, Err *err)
{
    RowSink sink = {.each = take_row, .host = v};
    v->last_seq = v->from_seq;
    do {
        v->rows = 0;
        StoreValue p[] = {STORE_I(v->last_seq + 1), STORE_I(CHUNK)};
        if (!store_run(v->s,
                       "SELECT seq, stream, version, bytes, hash, leaf, mac FROM log_events WHERE seq >= $1"
                       " ORDER BY seq LIMIT $2",
                       p, 2, &sink, err)) {
            return false;
        }
    } while (v->rows == CHUNK && v->ret->first_bad == 0 && !v->is_failed);
    if (v->ret->first_bad == 0 && !v->is_failed) {
        (void)finish_rows(v);
    }
    return !v->is_failed;
}

/* ---- Checkpoints ------------------------------------------------------------------------------------------------- */

static bool take_signed(void *host, const StoreValue *cells, size_t count)
{
    Verify *v = host;
    Str origin;
    VerifySigned one = {.id = cells[0].i};
    Err err;
    check_that(count == 2);
    if (!checkpoint_open(v->scratch, cells[1].s, &v->s->keys.log, &origin, &one.size, &one.root, &err)) {
        return bad(v, (int64_t)one.id, "a stored checkpoint of this number is not signed by the log's key");
    }
    size_t n = v->signed_count;
    if ((n & (n + 1)) == 0) { /* room for 1, 3, 7, … */
        v->signed_sizes = arena_grow(v->arena, v->signed_sizes, n * sizeof one, (2 * n + 1) * sizeof one);
    }
    v->signed_sizes[v->signed_count++] = one;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const VerifySigned *x = a, *y = b;
    return (x->size > y->size) - (x->size < y->size);
}

static void add_outside_note(Verify *v)
{
    Str note = keys_last_note(v->s, v->arena);
    if (note.len > 0) {
        StoreValue cells[] = {STORE_I(0), STORE_S(note)};
        take_signed(v, cells, 2);
    }
}

static bool read_signed(Verify *v, Err *err)
{
    RowSink sink = {.each = take_signed, .host = v};
    if (!store_run(v->s, "SELECT id, note FROM log_checkpoints ORDER BY id", NULL, 0, &sink, err)) {
        return false;
    }
    if (v->ret->first_bad == 0) {
        add_outside_note(v);
    }
    if (v->signed_count > 0) {
        qsort(v->signed_sizes, v->signed_count, sizeof *v->signed_sizes, by_size);
    }
    if (v->ret->first_bad == 0 && !verify_order_expect(v->order, v->signed_sizes, v->signed_count)) {
        bad(v, 1, "an empty tree differs from the one that was signed");
    }
    return true;
}

/* After the last event: is anything missing that was signed? Do the indexes show all of it? */
static bool check_end(Verify *v, Err *err)
{
    uint64_t size;
    if (!verify_order_is_complete(v->order, &size, &v->ret->root)) {
        bad(v, (int64_t)size + 1, "missing: a checkpoint was signed over more events than there are");
        return true;
    }
    bool is_same;
    if (!v->s->engine->check_indexes(v->s, verify_mark(v->work), &is_same, err)) {
        return false;
    }
    if (!is_same) {
        bad(v, v->ret->events, "all events are well, but an index of the database is damaged");
    }
    return true;
}

static bool check_command(void *host, const StoreValue *c, size_t count)
{
    Verify *v = host;
    unsigned char mac[MAC_BYTES];
    check_that(count == 4);
    keys_mac_command(v->s, v->scratch, c[0].s, c[1].s, c[2].s, mac);
    v->rows++;
    if (c[0].s.len <= sizeof v->last_key) {
        memcpy(v->last_key, c[0].s.ptr, c[0].s.len);
        v->last_key_len = c[0].s.len;
    }
    arena_reset(v->scratch);
    return str_eq(c[3].s, (Str){(const char *)mac, sizeof mac}) ||
           bad(v, v->ret->events, "all events are well, but the remembered outcome of a command was changed");
}

/* Keys of persons open with the store's key, or are gone. */
static bool check_person(void *host, const StoreValue *c, size_t count)
{
    Verify *v = host;
    check_that(count == 2);
    return c[1].kind == STORE_NULL || keys_can_unwrap(v->s, c[0].s, c[1].s) ||
           bad(v, v->ret->events, "all events are well, but the key of a person was changed");
}

static bool check_commands(Verify *v, Err *err)
{
    RowSink sink = {.each = check_command, .host = v};
    do {
        v->rows = 0;
        StoreValue p[] = {STORE_S(((Str){v->last_key, v->last_key_len})), STORE_I(CHUNK)};
        if (!store_run(v->s, "SELECT key, request, outcome, mac FROM log_commands WHERE key > $1 ORDER BY key LIMIT $2",
                       p, 2, &sink, err)) {
            return false;
        }
    } while (v->rows == CHUNK && v->ret->first_bad == 0);
    return true;
}

static bool check_rest(Verify *v, Err *err)
{
    RowSink persons = {.each = check_person, .host = v};
    return !v->s->keys.is_known ||
           (check_commands(v, err) &&
            (v->ret->first_bad > 0 ||
             store_run(v->s, "SELECT person, wrapped FROM log_person_keys", NULL, 0, &persons, err)));
}

bool verify_walk(Store *s, int64_t from_seq, StoreVerify *ret, Err *err)
{
    Arena *a = arena_new(0);
    Verify *v = ARENA_NEW(a, Verify);
    *ret = (StoreVerify){0};
    v->s = s;
    v->arena = a;
    v->scratch = arena_new(0);
    v->ret = ret;
    v->from_seq = from_seq;
    v->is_whole = from_seq == 0;
    v->err = err;
    v->order = verify_order_new(a, from_seq);
    v->work = verify_work_new(a, s, v->order);
    bool ok = (!v->is_whole || read_signed(v, err)) && (ret->first_bad > 0 || walk_rows(v, err));
    if (ok && v->is_whole && ret->first_bad == 0) {
        ok = check_end(v, err) && (ret->first_bad > 0 || check_rest(v, err));
    }
    verify_work_end(v->work);
    verify_order_end(v->order);
    arena_free(v->scratch);
    arena_free(a);
    return ok;
}

bool store_verify(Store *s, StoreVerify *ret, Err *err)
{
    check_that(!s->in_transaction);
    if (!s->engine->begin_snapshot(s, err)) {
        return false;
    }
    bool ok = verify_walk(s, 0, ret, err);
    s->engine->rollback(s);
    return ok;
}
