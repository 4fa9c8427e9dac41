/* store_walk.c: reading the log: events in order or of one stream, its size, the version of a stream.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK_ROWS = 512, CHUNK_BYTES = 2 * 1024 * 1024 };

/* Rows are gathered in chunks, so that the callback may do with the store what it likes. */
typedef struct {
    int64_t seq;
    Str bytes;
    Hash hash;
} Raw;
typedef struct {
    Arena *arena;
    Raw rows[CHUNK_ROWS];
    size_t count, bytes;
} Chunk;

static bool gather(void *host, const StoreValue *cells, size_t count)
{
    Chunk *c = host;
    check_that(count == 3);
    Raw *r = &c->rows[c->count++];
    *r = (Raw){.seq = cells[0].i, .bytes = str_copy(c->arena, cells[1].s)};
    if (cells[2].s.len == sizeof r->hash.b) {
        memcpy(r->hash.b, cells[2].s.ptr, sizeof r->hash.b);
    }
    c->bytes += cells[1].s.len;
    return c->count < CHUNK_ROWS && c->bytes < CHUNK_BYTES;
}

/* Without keys sealed data stay closed. */
static bool read_raw(Store *s, KeyCache *keys, Arena *a, const Raw *r, Event *ret, Err *err)
{
    Str box, salt;
    Event e;
    if (!event_decode(a, r->bytes, &e, &box, err)) {
        if (err != NULL) {
            snprintf(err->text, sizeof err->text, "Event %lld cannot be read: run verify.", (long long)r->seq);
        }
        return false;
    }
    if (!hash_eq(e.hash, r->hash)) {
        return err_set(err, LOG_DAMAGED, "Event %lld has been changed: its hash differs.", (long long)r->seq);
    }
    e.seq = r->seq;
    if (keys != NULL && !unseal(s, keys, a, &e, box, &salt, err)) {
        return false;
    }
    *ret = e;
    return true;
}

typedef struct {
    Store *s;
    Arena *gathered, *scratch;
    KeyCache *keys;
    Str needle; /* empty: all events */
    bool stays_closed;
    StoreEach each;
    void *host;
    bool is_stopped;
} Walk;

static bool hand_over(Walk *w, const Chunk *c, Err *err)
{
    for (size_t i = 0; i < c->count && !w->is_stopped; i++) {
        Event e;
        if (w->needle.len > 0 && str_find(c->rows[i].bytes, w->needle, 0) == SIZE_MAX) {
            continue;
        }
        if (!read_raw(w->s, w->keys, w->scratch, &c->rows[i], &e, err)) {
            return false;
        }
        w->is_stopped = !w->each(w->host, &e);
        arena_reset(w->scratch);
    }
    return true;
}

static bool walk_chunks(Walk *w, const char *sql, StoreValue *v, size_t count, size_t moving, Err *err)
{
    Chunk *c = ARENA_NEW(w->gathered, Chunk);
    c->arena = arena_new(0);
    bool ok = true;
    while (ok && !w->is_stopped) {
        c->count = c->bytes = 0;
        RowSink sink = {.each = gather, .host = c};
        ok = store_run(w->s, sql, v, count, &sink, err) && hand_over(w, c, err);
        bool is_last = c->count < CHUNK_ROWS && c->bytes < CHUNK_BYTES;
        if (is_last || !ok) {
            break;
        }
        v[moving].i = c->rows[c->count - 1].seq + 1;
        arena_reset(c->arena);
    }
    arena_free(c->arena);
    return ok;
}

static bool walk(Walk w, const char *sql, StoreValue *v, size_t count, size_t moving, Err *err)
{
    w.gathered = arena_new(0);
    w.scratch = arena_new(0);
    w.keys = w.stays_closed ? NULL : ARENA_NEW(w.gathered, KeyCache);
    bool ok = walk_chunks(&w, sql, v, count, moving, err);
    if (w.keys != NULL) {
        key_cache_wipe(w.keys);
    }
    arena_free(w.scratch);
    arena_free(w.gathered);
    return ok;
}

static bool walk_range(Walk w, int64_t from_seq, int64_t to_seq, Err *err)
{
    StoreValue v[] = {STORE_I(from_seq), STORE_I(to_seq > 0 ? to_seq : INT64_MAX), STORE_I(CHUNK_ROWS)};
    return walk(w, "SELECT seq, bytes, hash FROM log_events WHERE seq >= $1 AND seq <= $2 ORDER BY seq LIMIT $3", v, 3,
                0, err);
}

bool store_each_with(Store *s, int64_t from_seq, int64_t to_seq, Str needle, StoreEach each, void *host, Err *err)
{
    return walk_range((Walk){.s = s, .needle = needle, .each = each, .host = host}, from_seq, to_seq, err);
}

bool store_each_closed(Store *s, int64_t from_seq, int64_t to_seq, StoreEach each, void *host, Err *err)
{
    return walk_range((Walk){.s = s, .stays_closed = true, .each = each, .host = host}, from_seq, to_seq, err);
}

bool store_each(Store *s, int64_t from_seq, int64_t to_seq, StoreEach each, void *host, Err *err)
{
    return store_each_with(s, from_seq, to_seq, STR(""), each, host, err);
}

bool store_each_of(Store *s, Str stream, StoreEach each, void *host, Err *err)
{
    /* Inside a stream the order by version is the order by seq. */
    StoreValue v[] = {STORE_S(stream), STORE_I(0), STORE_I(CHUNK_ROWS)};
    return walk((Walk){.s = s, .each = each, .host = host},
                "SELECT seq, bytes, hash FROM log_events WHERE stream = $1 AND seq >= $2 ORDER BY version LIMIT $3", v,
                3, 1, err);
}

/* ---- Stream after stream ----------------------------------------------------------------------------------------- */

typedef struct {
    Walk w;
    bool (*ended)(void *host);
    Str stream; /* of the event before; in `names` */
    Arena *names;
    int64_t version;
} StreamWalk;

typedef struct {
    Chunk chunk;
    Str streams[CHUNK_ROWS];
    int64_t versions[CHUNK_ROWS];
} StreamChunk;

static bool gather_of_stream(void *host, const StoreValue *cells, size_t count)
{
    StreamChunk *c = host;
    check_that(count == 5);
    c->streams[c->chunk.count] = str_copy(c->chunk.arena, cells[3].s);
    c->versions[c->chunk.count] = cells[4].i;
    return gather(&c->chunk, cells, 3);
}

/* What the row says of its place must be what the event says. */
static bool is_in_place(const Event *e, Str stream, int64_t version, Err *err)
{
    return (str_eq(e->stream, stream) && e->version == version) ||
           err_set(err, LOG_DAMAGED, "Event %lld stands in another place than its own: run verify.", (long long)e->seq);
}

static void end_stream(StreamWalk *w)
{
    w->w.is_stopped = w->w.is_stopped || (w->version > 0 && !w->ended(w->w.host));
    arena_reset(w->w.scratch);
}

static bool hand_over_streams(StreamWalk *w, const StreamChunk *c, Err *err)
{
    for (size_t i = 0; i < c->chunk.count && !w->w.is_stopped; i++) {
        Event e;
        if (!str_eq(w->stream, c->streams[i])) {
            end_stream(w);
            arena_reset(w->names);
            w->stream = str_copy(w->names, c->streams[i]);
        }
        w->version = c->versions[i];
        if (w->w.is_stopped) {
            break;
        }
        if (!read_raw(w->w.s, w->w.keys, w->w.scratch, &c->chunk.rows[i], &e, err) ||
            !is_in_place(&e, c->streams[i], c->versions[i], err)) {
            return false;
        }
        w->w.is_stopped = !w->w.each(w->w.host, &e);
    }
    return true;
}

static bool walk_streams(StreamWalk *w, StreamChunk *c, Err *err)
{
    RowSink sink = {.each = gather_of_stream, .host = c};
    bool is_last = false;
    while (!is_last && !w->w.is_stopped) {
        StoreValue v[] = {STORE_S(w->stream), STORE_I(w->version), STORE_I(CHUNK_ROWS)};
        arena_reset(c->chunk.arena);
        c->chunk.count = c->chunk.bytes = 0;
        if (!store_run(
                w->w.s,
                "SELECT seq, bytes, hash, stream, version FROM log_events WHERE (stream, version) > ($1, $2) ORDER"
                " BY stream, version LIMIT $3",
                v, COUNT_OF(v), &sink, err) ||
            !hand_over_streams(w, c, err)) {
            return false;
        }
        is_last = c->chunk.count < CHUNK_ROWS && c->chunk.bytes < CHUNK_BYTES;
    }
    end_stream(w);
    return true;
}

bool store_each_stream(Store *s, StoreEach each, bool (*ended)(void *host), void *host, Err *err)
{
    Arena *a = arena_new(0);
    StreamChunk *c = ARENA_NEW(a, StreamChunk);
    StreamWalk w = {.w = {.s = s, .scratch = arena_new(0), .keys = ARENA_NEW(a, KeyCache), .each = each, .host = host},
                    .ended = ended,
                    .stream = STR(""),
                    .names = arena_new(0)};
    c->chunk.arena = arena_new(0);
    bool ok = walk_streams(&w, c, err);
    key_cache_wipe(w.w.keys);
    arena_free(c->chunk.arena);
    arena_free(w.names);
    arena_free(w.w.scratch);
    arena_free(a);
    return ok;
}

int64_t store_size(Store *s)
{
    int64_t n = 0;
    if (s->in_transaction) {
        return s->size;
    }
    return store_int(s, "SELECT max(seq) FROM log_events", NULL, 0, &n, NULL) ? n : 0;
}

int64_t store_version_of(Store *s, Str stream)
{
    int64_t n = 0;
    Head *h;
    StoreValue v[] = {STORE_S(stream)};
    if (s->in_transaction) {
        return heads_find(s, stream, &h, NULL) ? h->version : 0;
    }
    return store_int(s, "SELECT max(version) FROM log_events WHERE stream = $1", v, 1, &n, NULL) ? n : 0;
}
