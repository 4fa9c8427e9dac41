/* store.c: what both engines share: opening, statements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool store_err(Err *err, ErrCode code, const char *detail)
{
    err_set(err, code, "%s", err_plain(code));
    if (err != NULL) {
        snprintf(err->detail, sizeof err->detail, "%s", detail);
    }
    return false;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

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
    return err_set(err, BAD_USAGE,
                   "Set GOLDENBRIDGE_KEY_FILE to the file that holds (or shall hold) the store's keys.");
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

bool store_open_as(Str url, StoreMode mode, StoreOpening how, Store **ret, Err *err)
{
    check_that(sodium_init() >= 0);
    if (url.len == 0) {
        return err_set(err, BAD_USAGE, "Say where the store is: a file, or postgres://….");
    }
    Arena *a = arena_new(0);
    Store *s = ARENA_NEW(a, Store);
    s->arena = a;
    s->mode = mode;
    s->is_replica = how == OPEN_REPLICA;
    s->takes_older = how == OPEN_LOG;
    Str target;
    s->engine = engine_of(url, &target);
    s->target = str_copy(a, target);
    s->heads = mode == STORE_READ ? NULL : ARENA_ARRAY(a, Head, HEAD_SLOTS);
    s->person_keys = ARENA_NEW(a, KeyCache);
    s->known_size = -1;
    if (!open_inside(s, err)) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool store_open(Str url, StoreMode mode, Store **ret, Err *err)
{
    return store_open_as(url, mode, OPEN_PLAIN, ret, err);
}

bool store_open_log(Str url, Store **ret, Err *err)
{
    return store_open_as(url, STORE_READ, OPEN_LOG, ret, err);
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
        arena_free(s->later.arena);
        arena_free(s->done.arena);
        arena_free(s->kept.arena);
        arena_free(s->expected.arena);
        sodium_memzero(&s->keys, sizeof s->keys);
        arena_free(s->arena);
    }
    return NULL;
}

bool store_keep(Store *s, StoreKeep keep, Err *err)
{
    const char *sql = keep == STORE_KEEP_LITTLE ? "PRAGMA cache_size = -2048;" : "PRAGMA cache_size = -8192;"; /* KiB */
    return s->engine != &ENGINE_SQLITE || store_script(s, sql, err);
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

/* ---- Statements -------------------------------------------------------------------------------------------------- */

bool store_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    return later_before(s, sql, err) && store_peek(s, sql, params, count, sink, err);
}

bool store_peek(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
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
    bool ok = s->in_transaction ? later_add(s, sql, params, count, err) : s->engine->post(s, sql, params, count, err);
    s->is_internal = before;
    return ok;
}

bool store_script(Store *s, const char *sql, Err *err)
{
    if (!later_before(s, sql, err)) {
        return false;
    }
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
    kept_before_write(s, sql, params, count);
    return later_before(s, sql, err) && s->engine->run(s, sql, params, count, NULL, err);
}

bool store_exec_later(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    s->was_duplicate = false;
    if (s->is_bulk && s->engine->is_near) {
        return later_may_run(s, sql, err) && s->engine->run(s, sql, params, count, NULL, err);
    }
    kept_before_write(s, sql, params, count);
    return s->in_transaction ? later_add(s, sql, params, count, err) : s->engine->post(s, sql, params, count, err);
}

bool store_rows(Store *s, const char *sql, const StoreValue *params, size_t count, StoreRow each, void *host, Err *err)
{
    RowSink sink = {.each = each, .host = host};
    return later_before(s, sql, err) && s->engine->run(s, sql, params, count, &sink, err);
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
    if (!later_before(s, sql, err) || !s->engine->run(s, sql, params, count, &sink, err)) {
        return false;
    }
    *ret = rows;
    return true;
}
