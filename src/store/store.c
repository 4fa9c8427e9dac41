/* store.c: what both engines share: opening, transactions, appending, walking, remembered commands.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_ROWS = 512, CHUNK_BYTES = 2 * 1024 * 1024, KEY_LIMIT = 1000 };

bool store_err(Err *err, ErrCode code, const char *detail)
{
    err_set(err, code, "%s", err_plain(code));
    if (err != NULL) {
        snprintf(err->detail, sizeof err->detail, "%s", detail);
    }
    return false;
}

/* ---- Opening ---------------------------------------------------------------------------------------------------------- */

static const Engine *engine_of(Str url, Str *ret_target)
{
    *ret_target = url;
    if (str_starts(url, STR("postgres://")) || str_starts(url, STR("postgresql://"))) {
        return &ENGINE_PG;
    }
    if (str_starts(url, STR("sqlite:"))) {
        *ret_target = str_sub(url, 7, url.len);
    }
    return &ENGINE_SQLITE;
}

static bool find_key_path(Store *s, Err *err)
{
    const char *from_env = getenv("GOLDENBRIDGE_KEY_FILE");
    if (from_env != NULL && *from_env != '\0') {
        s->key_path = str_copy(s->arena, str_from_c(from_env));
        return true;
    }
    if (s->engine == &ENGINE_SQLITE) {
        s->key_path = str_printf(s->arena, "%.*s.key", STR_ARG(s->target));
        return true;
    }
    return err_set(err, BAD_USAGE, "Set GOLDENBRIDGE_KEY_FILE to the file that holds (or shall hold) the store's keys.");
}

/* The keys must be those that the store was made with; only reading goes without. */
static bool match_keys(Store *s, Err *err)
{
    Str verifier;
    if (!store_text(s, s->arena, "SELECT value FROM log_meta WHERE key = 'log'", NULL, 0, &verifier, err)) {
        return false;
    }
    if (!keys_load(s, err)) {
        if (s->mode != STORE_READ) {
            return false;
        }
        NoteKey k;
        if (!note_verifier_parse(s->arena, verifier, &k, err)) {
            return false;
        }
        s->log_verifier = verifier;
        s->log_name = k.name;
        s->keys.log = k;
        return true;
    }
    if (!str_eq(verifier, s->log_verifier)) {
        return err_set(err, STORE_FAILED, "The key file %.*s belongs to another store.", STR_ARG(s->key_path));
    }
    return true;
}

static bool open_inside(Store *s, Err *err)
{
    if (!find_key_path(s, err) || !s->engine->open(s, s->target, s->mode, err)) {
        return false;
    }
    if (s->mode == STORE_CREATE) {
        s->is_half_made = !(keys_make(s, err) && schema_create(s, err));
        return !s->is_half_made;
    }
    return schema_migrate(s, err) && match_keys(s, err);
}

bool store_open(Str url, StoreMode mode, Store **ret, Err *err)
{
    check_that(sodium_init() >= 0);
    if (url.len == 0) {
        return err_set(err, BAD_USAGE, "Say where the store is: a file, or postgres://….");
    }
    Arena *a = arena_new(0);
    Store *s = ARENA_NEW(a, Store);
    s->arena = a;
    s->mode = mode;
    Str target;
    s->engine = engine_of(url, &target);
    s->target = str_copy(a, target);
    s->heads = ARENA_ARRAY(a, Head, HEAD_SLOTS);
    s->person_keys = ARENA_NEW(a, KeyCache);
    s->known_size = -1;
    if (!open_inside(s, err)) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

Store *store_close(Store *s)
{
    if (s != NULL) {
        if (s->conn != NULL) {
            if (s->in_transaction) {
                store_rollback(s);
            }
            s->engine->close(s);
        }
        key_cache_wipe(s->person_keys);
        sodium_memzero(&s->keys, sizeof s->keys);
        arena_free(s->arena);
    }
    return NULL;
}

const char *store_engine(const Store *s)
{
    return s->engine->name;
}

bool store_was_duplicate(const Store *s)
{
    return s->was_duplicate;
}

Str store_log_verifier(Store *s, Arena *a)
{
    return str_copy(a, s->log_verifier);
}

/* ---- Statements ------------------------------------------------------------------------------------------------------- */

bool store_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    bool before = s->is_internal;
    s->is_internal = true;
    bool ok = s->engine->run(s, sql, params, count, sink, err);
    s->is_internal = before;
    return ok;
}

bool store_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    bool before = s->is_internal;
    s->is_internal = true;
    bool ok = s->engine->post(s, sql, params, count, err);
    s->is_internal = before;
    return ok;
}

bool store_script(Store *s, const char *sql, Err *err)
{
    bool before = s->is_internal;
    s->is_internal = true;
    bool ok = s->engine->script(s, sql, err);
    s->is_internal = before;
    return ok;
}

static bool take_int(void *host, const StoreValue *cells, size_t count)
{
    check_that(count == 1);
    if (cells[0].kind == STORE_INT) {
        *(int64_t *)host = cells[0].i;
    }
    return false;
}

bool store_int(Store *s, const char *sql, const StoreValue *params, size_t count, int64_t *ret, Err *err)
{
    RowSink sink = {.each = take_int, .host = ret};
    return store_run(s, sql, params, count, &sink, err);
}

typedef struct {
    Arena *arena;
    Str text;
} TakeText;

static bool take_text(void *host, const StoreValue *cells, size_t count)
{
    TakeText *t = host;
    check_that(count == 1);
    if (cells[0].kind != STORE_NULL) {
        t->text = str_copy(t->arena, cells[0].s);
    }
    return false;
}

bool store_text(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, Str *ret, Err *err)
{
    TakeText t = {.arena = a, .text = {NULL, 0}};
    RowSink sink = {.each = take_text, .host = &t};
    if (!store_run(s, sql, params, count, &sink, err)) {
        return false;
    }
    *ret = t.text;
    return true;
}

bool store_exec(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    s->was_duplicate = false;
    return s->engine->run(s, sql, params, count, NULL, err);
}

bool store_exec_later(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    s->was_duplicate = false;
    return s->engine->post(s, sql, params, count, err);
}

bool store_rows(Store *s, const char *sql, const StoreValue *params, size_t count, StoreRow each, void *host, Err *err)
{
    RowSink sink = {.each = each, .host = host};
    return s->engine->run(s, sql, params, count, &sink, err);
}

typedef struct {
    Arena *arena;
    StoreRows *rows;
    size_t cap; /* in cells */
} Collect;

static void collect_columns(void *host, const char *const *names, size_t count)
{
    Collect *c = host;
    const char **copy = ARENA_ARRAY(c->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = str_c(c->arena, str_from_c(names[i]));
    }
    c->rows->columns = copy;
    c->rows->column_count = count;
}

static bool collect_row(void *host, const StoreValue *cells, size_t count)
{
    Collect *c = host;
    size_t used = c->rows->row_count * count;
    if (used + count > c->cap) {
        size_t cap = c->cap ? c->cap * 2 : count * 8;
        c->rows->cells = arena_grow(c->arena, c->rows->cells, c->cap * sizeof(StoreValue), cap * sizeof(StoreValue));
        c->cap = cap;
    }
    for (size_t i = 0; i < count; i++) {
        StoreValue v = cells[i];
        v.s = v.kind >= STORE_TEXT ? str_copy(c->arena, v.s) : (Str){"", 0};
        c->rows->cells[used + i] = v;
    }
    c->rows->row_count++;
    return true;
}

bool store_query(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, StoreRows *ret, Err *err)
{
    StoreRows rows = {0};
    Collect c = {.arena = a, .rows = &rows};
    RowSink sink = {.columns = collect_columns, .each = collect_row, .host = &c};
    if (!s->engine->run(s, sql, params, count, &sink, err)) {
        return false;
    }
    *ret = rows;
    return true;
}

/* ---- Transactions ----------------------------------------------------------------------------------------------------- */

static void forget_heads(Store *s)
{
    memset(s->heads, 0, sizeof(Head) * HEAD_SLOTS);
    s->known_size = -1;
}

bool store_begin(Store *s, Err *err)
{
    check_that(!s->in_transaction && s->mode != STORE_READ);
    if (!s->engine->begin(s, &s->size, err)) {
        return false;
    }
    if (s->size != s->known_size) {
        forget_heads(s);
    }
    s->in_transaction = true;
    s->in_savepoint = false;
    return true;
}

static void end_transaction(Store *s)
{
    s->in_transaction = s->in_savepoint = false;
    key_cache_wipe(s->person_keys);
}

bool store_commit(Store *s, Err *err)
{
    check_that(s->in_transaction);
    if (!s->engine->commit(s, err)) {
        store_rollback(s);
        return false;
    }
    s->known_size = s->size;
    end_transaction(s);
    return true;
}

void store_rollback(Store *s)
{
    if (s->in_transaction) {
        s->engine->rollback(s);
        forget_heads(s);
        end_transaction(s);
    }
}

bool store_savepoint(Store *s, Err *err)
{
    check_that(s->in_transaction && !s->in_savepoint);
    if (!s->engine->is_alive(s)) {
        return err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    if (!store_post(s, "SAVEPOINT one", NULL, 0, err)) {
        return false;
    }
    s->saved_size = s->size;
    s->in_savepoint = true;
    return true;
}

/* Asks for the answer: what was posted must not turn out to have failed inside the next command. */
bool store_release(Store *s, Err *err)
{
    check_that(s->in_savepoint);
    if (!store_run(s, "RELEASE SAVEPOINT one", NULL, 0, NULL, err)) {
        store_rollback_to(s);
        return false;
    }
    s->in_savepoint = false;
    return true;
}

void store_rollback_to(Store *s)
{
    check_that(s->in_savepoint);
    Err ignored;
    /* What was posted before and failed takes the first one with it; then nothing is left that could fail. */
    if (!store_run(s, "ROLLBACK TO SAVEPOINT one", NULL, 0, NULL, &ignored)) {
        (void)!store_run(s, "ROLLBACK TO SAVEPOINT one", NULL, 0, NULL, &ignored);
    }
    (void)!store_post(s, "RELEASE SAVEPOINT one", NULL, 0, &ignored);
    s->size = s->saved_size;
    s->in_savepoint = false;
    forget_heads(s);
    key_cache_wipe(s->person_keys);
}

/* ---- Appending -------------------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t version;
    Hash hash;
    bool is_damaged;
} HeadRow;

static bool take_head(void *host, const StoreValue *cells, size_t count)
{
    HeadRow *h = host;
    check_that(count == 2);
    h->version = cells[0].i;
    h->is_damaged = cells[1].s.len != sizeof h->hash.b;
    if (!h->is_damaged) {
        memcpy(h->hash.b, cells[1].s.ptr, sizeof h->hash.b);
    }
    return false;
}

static bool find_head(Store *s, Str stream, Head **ret, Err *err)
{
    Hash id = hash_of(stream);
    uint32_t at;
    memcpy(&at, id.b, sizeof at);
    Head *h = &s->heads[at % HEAD_SLOTS];
    *ret = h;
    if (hash_eq(h->stream, id)) {
        return true;
    }
    HeadRow row = {0};
    RowSink sink = {.each = take_head, .host = &row};
    StoreValue v[] = {STORE_S(stream)};
    if (!store_run(s, "SELECT version, hash FROM log_events WHERE stream = $1 ORDER BY version DESC LIMIT 1", v, 1, &sink,
                   err)) {
        return false;
    }
    if (row.is_damaged) {
        return err_set(err, LOG_DAMAGED, "The last event of this case is damaged: run verify.");
    }
    *h = (Head){.stream = id, .version = row.version, .hash = row.hash};
    return true;
}

static bool leaf_of(Arena *a, const Event *e, Str bytes, Hash stream_hash, Hash *ret, Err *err)
{
    EventScan scan;
    if (!event_scan(bytes, &scan)) { /* what cannot be read back must not reach the disk */
        return err_set(err, FIELD_FORMAT, "The type of an event is too long.");
    }
    char *entry = arena_alloc(a, EVENT_ENTRY_ROOM + scan.public_facts.len);
    Str text = {entry, event_scan_entry(&scan, e->hash, stream_hash, entry)};
    if (text.len > EVENT_ENTRY_LIMIT) {
        return err_set(err, TOO_LARGE, "The public facts of an event may take 65,000 bytes at most.");
    }
    *ret = merkle_leaf(text);
    return true;
}

static bool append_one(Store *s, Arena *a, Event *e, Err *err)
{
    Head *h;
    Str box, bytes;
    if (!find_head(s, e->stream, &h, err)) {
        return false;
    }
    if (e->version == 0) {
        e->version = h->version + 1;
    }
    if (e->version != h->version + 1) {
        return err_set(err, STALE_FORM, "The case %.*s is at version %lld by now.", STR_ARG(e->stream), (long long)h->version);
    }
    e->prev = h->hash;
    if (!seal(s, a, e, &box, err) || !event_encode(a, e, box, &bytes, err)) {
        return false;
    }
    e->hash = hash_of(bytes);
    e->seq = s->size + 1;
    Hash leaf;
    if (!leaf_of(a, e, bytes, h->stream, &leaf, err)) {
        return false;
    }
    unsigned char mac[MAC_BYTES];
    keys_mac(s, e->seq, e->hash, mac);
    StoreValue v[] = {STORE_I(e->seq), STORE_S(e->stream), STORE_I(e->version), STORE_B(bytes), STORE_B(HASH_STR(e->hash)),
                      STORE_B(HASH_STR(leaf)), STORE_B(((Str){(const char *)mac, sizeof mac}))};
    if (!store_post(s, "INSERT INTO log_events(seq, stream, version, bytes, hash, leaf, mac)"
                       " VALUES ($1, $2, $3, $4, $5, $6, $7)", v, COUNT_OF(v), err)) {
        return false;
    }
    h->version = e->version;
    h->hash = e->hash;
    s->size++;
    return s->size % TILE != 0 || tree_complete_tiles(s, s->size, err);
}

bool store_append(Store *s, Arena *a, Event *events, size_t count, Err *err)
{
    check_that(s->in_transaction && s->keys.is_known);
    for (size_t i = 0; i < count; i++) {
        if (!append_one(s, a, &events[i], err)) {
            forget_heads(s);
            return false;
        }
    }
    return true;
}

/* ---- Walking ---------------------------------------------------------------------------------------------------------- */

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
    if (!unseal(s, keys, a, &e, box, &salt, err)) {
        return false;
    }
    *ret = e;
    return true;
}

typedef struct {
    Store *s;
    Arena *gathered, *scratch;
    KeyCache *keys;
    StoreEach each;
    void *host;
    bool is_stopped;
} Walk;

static bool hand_over(Walk *w, const Chunk *c, Err *err)
{
    for (size_t i = 0; i < c->count && !w->is_stopped; i++) {
        Event e;
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

static bool walk(Store *s, const char *sql, StoreValue *v, size_t count, size_t moving, StoreEach each, void *host, Err *err)
{
    Walk w = {.s = s, .gathered = arena_new(0), .scratch = arena_new(0), .each = each, .host = host};
    w.keys = ARENA_NEW(w.gathered, KeyCache);
    bool ok = walk_chunks(&w, sql, v, count, moving, err);
    key_cache_wipe(w.keys);
    arena_free(w.scratch);
    arena_free(w.gathered);
    return ok;
}

bool store_each(Store *s, int64_t from_seq, int64_t to_seq, StoreEach each, void *host, Err *err)
{
    StoreValue v[] = {STORE_I(from_seq), STORE_I(to_seq > 0 ? to_seq : INT64_MAX), STORE_I(CHUNK_ROWS)};
    return walk(s, "SELECT seq, bytes, hash FROM log_events WHERE seq >= $1 AND seq <= $2 ORDER BY seq LIMIT $3", v, 3, 0,
                each, host, err);
}

bool store_each_of(Store *s, Str stream, StoreEach each, void *host, Err *err)
{
    /* Inside a stream the order by version is the order by seq. */
    StoreValue v[] = {STORE_S(stream), STORE_I(0), STORE_I(CHUNK_ROWS)};
    return walk(s, "SELECT seq, bytes, hash FROM log_events WHERE stream = $1 AND seq >= $2 ORDER BY version LIMIT $3", v, 3,
                1, each, host, err);
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
        return find_head(s, stream, &h, NULL) ? h->version : 0;
    }
    return store_int(s, "SELECT max(version) FROM log_events WHERE stream = $1", v, 1, &n, NULL) ? n : 0;
}

/* ---- Commands done before --------------------------------------------------------------------------------------------- */

typedef struct {
    Arena *arena;
    Str request, outcome, mac;
    bool is_found;
} Done;

static bool take_done(void *host, const StoreValue *cells, size_t count)
{
    Done *d = host;
    check_that(count == 3);
    d->request = str_copy(d->arena, cells[0].s);
    d->outcome = str_copy(d->arena, cells[1].s);
    d->mac = str_copy(d->arena, cells[2].s);
    d->is_found = true;
    return false;
}

bool store_done(Store *s, Arena *a, Str key, Hash request, Json **ret, Err *err)
{
    Done d = {.arena = a};
    RowSink sink = {.each = take_done, .host = &d};
    StoreValue v[] = {STORE_S(key)};
    if (!store_run(s, "SELECT request, outcome, mac FROM log_commands WHERE key = $1", v, 1, &sink, err)) {
        return false;
    }
    if (!d.is_found) {
        *ret = NULL;
        return true;
    }
    unsigned char mac[MAC_BYTES];
    keys_mac_command(s, a, key, d.request, d.outcome, mac);
    if (s->keys.is_known && !str_eq(d.mac, (Str){(const char *)mac, sizeof mac})) {
        return err_set(err, LOG_DAMAGED, "The remembered outcome of this command was changed: run verify.");
    }
    if (!str_eq(d.request, HASH_STR(request))) {
        return err_set(err, KEY_REUSED, "%s", err_plain(KEY_REUSED));
    }
    return json_parse(a, d.outcome, ret, err);
}

bool store_done_set(Store *s, Arena *a, Str key, Hash request, const Json *outcome, Err *err)
{
    check_that(s->in_transaction);
    if (key.len == 0 || key.len > KEY_LIMIT) {
        return err_set(err, FIELD_FORMAT, "An idempotency key has 1 to %d bytes.", (int)KEY_LIMIT);
    }
    Buf b = buf_new(a, 64 * 1024 * 1024);
    json_write(&b, outcome);
    if (!buf_ok(&b)) {
        return err_set(err, TOO_LARGE, "The outcome of this command is too large to be remembered.");
    }
    unsigned char mac[MAC_BYTES];
    keys_mac_command(s, a, key, HASH_STR(request), buf_str(&b), mac);
    StoreValue v[] = {STORE_S(key), STORE_B(HASH_STR(request)), STORE_S(buf_str(&b)),
                      STORE_B(((Str){(const char *)mac, sizeof mac}))};
    return store_post(s, "INSERT INTO log_commands(key, request, outcome, mac) VALUES ($1, $2, $3, $4)", v, 4, err);
}
