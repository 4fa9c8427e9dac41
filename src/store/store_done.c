/* store_done.c: commands that were done, each remembered under its key with its outcome.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

enum { KEY_LIMIT = 1000 };

const char INSERT_COMMAND[] = "INSERT INTO log_commands(key, request, outcome, mac) VALUES ($1, $2, $3, $4)";

/* ---- Known in this transaction ----------------------------------------------------------------------------------- */

Arena *done_arena(Store *s)
{
    DoneCache *c = &s->done;
    c->arena = c->arena ? c->arena : arena_new(0);
    return c->arena;
}

void done_forget(Store *s)
{
    Arena *a = s->done.arena;
    if (s->done.map.count > 0 || s->assumed.count > 0) {
        arena_reset(a);
        s->done = (DoneCache){.arena = a};
        s->assumed = (Assumed){0};
    }
}

static void know(Store *s, const Done *d)
{
    DoneCache *c = &s->done;
    c->map.arena = done_arena(s);
    Done *copy = ARENA_NEW(c->arena, Done);
    *copy = (Done){.key = str_copy(c->arena, d->key)};
    if (d->request.ptr != NULL) {
        copy->request = str_copy(c->arena, d->request);
        copy->outcome = str_copy(c->arena, d->outcome);
        copy->mac = str_copy(c->arena, d->mac);
    }
    map_set(&c->map, copy->key, copy);
}

void done_know(Store *s, const Done *d)
{
    if (map_get(&s->done.map, d->key) == NULL) {
        know(s, d);
    }
}

void done_undo(Store *s)
{
    for (size_t i = 0; i < s->done.fresh_count; i++) {
        know(s, &(Done){.key = s->done.fresh[i]});
    }
    s->done.fresh_count = 0;
}

void done_forget_fresh(Store *s)
{
    s->done.fresh_count = 0;
}

static void note_fresh(Store *s, const Done *d)
{
    DoneCache *c = &s->done;
    know(s, d);
    if (c->fresh_count == c->fresh_cap) {
        size_t cap = c->fresh_cap ? c->fresh_cap * 2 : 16;
        c->fresh = arena_grow(c->arena, c->fresh, c->fresh_cap * sizeof(Str), cap * sizeof(Str));
        c->fresh_cap = cap;
    }
    c->fresh[c->fresh_count++] = str_copy(c->arena, d->key);
}

typedef struct {
    Arena *arena;
    Done done;
} TakeDone;

static bool take_done(void *host, const StoreValue *cells, size_t count)
{
    TakeDone *t = host;
    check_that(count == 3);
    t->done.request = str_copy(t->arena, cells[0].s);
    t->done.outcome = str_copy(t->arena, cells[1].s);
    t->done.mac = str_copy(t->arena, cells[2].s);
    return false;
}

/* From this transaction where it is known there; what waits to be written is known. */
static bool find_done(Store *s, Arena *a, Str key, Done *ret, Err *err)
{
    const Done *known = s->in_transaction ? map_get(&s->done.map, key) : NULL;
    if (known != NULL) {
        *ret = *known;
        return true;
    }
    TakeDone t = {.arena = a, .done.key = key};
    RowSink sink = {.each = take_done, .host = &t};
    StoreValue v[] = {STORE_S(key)};
    if (!store_peek(s, "SELECT request, outcome, mac FROM log_commands WHERE key = $1", v, 1, &sink, err)) {
        return false;
    }
    *ret = t.done;
    if (s->in_transaction) {
        done_know(s, ret);
    }
    return true;
}

bool store_done(Store *s, Arena *a, Str key, Hash request, Json **ret, Err *err)
{
    Done d;
    if (!find_done(s, a, key, &d, err)) {
        return false;
    }
    if (d.request.ptr == NULL) {
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
    const Done *known = map_get(&s->done.map, key);
    if (known != NULL && known->request.ptr != NULL) { /* the database would say so too, but only to the whole group */
        return err_set(err, ALREADY_EXISTS, "%s", err_plain(ALREADY_EXISTS));
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
    if (!store_post(s, INSERT_COMMAND, v, COUNT_OF(v), err)) {
        return false;
    }
    note_fresh(s, &(Done){.key = key, .request = v[1].s, .outcome = v[2].s, .mac = v[3].s});
    return true;
}
