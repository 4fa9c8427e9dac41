/* store_append.c: new events: the head of their stream, their version, seal, hash, leaf and mark.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <string.h>

const char INSERT_EVENT[] =
    "INSERT INTO log_events(seq, stream, version, bytes, hash, leaf, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/* ---- Heads ------------------------------------------------------------------------------------------------------- */

void heads_forget(Store *s)
{
    memset(s->heads, 0, sizeof(Head) * HEAD_SLOTS);
    s->known_size = -1;
    s->undo_count = 0;
    kept_forget(s);
    expected_forget(s);
}

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

void heads_at(Store *s, int64_t size)
{
    if (s->known_size != size) {
        heads_forget(s);
        s->known_size = size;
    }
}

static Head *slot_of(Store *s, Hash id)
{
    uint32_t at;
    memcpy(&at, id.b, sizeof at);
    return &s->heads[at % HEAD_SLOTS];
}

/* What the slot held comes back with heads_undo(). */
static void remember(Store *s, Head *slot)
{
    if (s->in_savepoint && s->undo_count <= MOST_UNDONE) {
        if (s->undo_count < MOST_UNDONE) {
            s->undo[s->undo_count] = (HeadUndo){slot, *slot};
        }
        s->undo_count++; /* one more than there is room for: too many */
    }
}

void heads_undo(Store *s)
{
    if (s->undo_count > MOST_UNDONE) {
        heads_forget(s);
    }
    for (size_t i = s->undo_count <= MOST_UNDONE ? s->undo_count : 0; i > 0; i--) {
        *s->undo[i - 1].slot = s->undo[i - 1].before;
    }
    s->undo_count = 0;
}

void heads_set(Store *s, Str stream, int64_t version, Str hash)
{
    Hash id = hash_of(stream);
    Head *h = slot_of(s, id);
    remember(s, h);
    *h = (Head){.stream = id, .version = version};
    if (hash.len == sizeof h->hash.b) {
        memcpy(h->hash.b, hash.ptr, sizeof h->hash.b);
    }
}

enum { OF_STREAM = 1, OF_VERSION, OF_HASH = 4 }; /* parameters of INSERT_EVENT */

bool heads_know(Store *s, Str stream)
{
    Hash id = hash_of(stream);
    return hash_eq(slot_of(s, id)->stream, id) || later_find(s, INSERT_EVENT, OF_STREAM, stream) != NULL;
}

static bool read_head(Store *s, Str stream, HeadRow *ret, Err *err)
{
    const StoreValue *waits = later_find(s, INSERT_EVENT, OF_STREAM, stream);
    if (waits != NULL) {
        StoreValue cells[] = {waits[OF_VERSION], waits[OF_HASH]};
        take_head(ret, cells, 2);
        return true;
    }
    RowSink sink = {.each = take_head, .host = ret};
    StoreValue v[] = {STORE_S(stream)};
    return store_peek(s, "SELECT version, hash FROM log_events WHERE stream = $1 ORDER BY version DESC LIMIT 1", v, 1,
                      &sink, err);
}

bool heads_find(Store *s, Str stream, Head **ret, Err *err)
{
    Hash id = hash_of(stream);
    Head *h = slot_of(s, id);
    *ret = h;
    if (hash_eq(h->stream, id)) {
        return true;
    }
    HeadRow row = {0};
    if (!read_head(s, stream, &row, err)) {
        return false;
    }
    if (row.is_damaged) {
        return err_set(err, LOG_DAMAGED, "The last event of this case is damaged: run verify.");
    }
    remember(s, h);
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

/* The first event of a stream follows nothing: where it is assumed that nobody else has written, that there is no such
 * stream yet is left to the commit, too. */
static bool find_head(Store *s, const Event *e, Head **ret, Err *err)
{
    if (s->assumed.is_on && e->version == 1 && !heads_know(s, e->stream)) {
        heads_set(s, e->stream, 0, STR(""));
    }
    return heads_find(s, e->stream, ret, err);
}

static bool append_one(Store *s, Arena *a, Event *e, Err *err)
{
    Head *h;
    Str box, bytes;
    if (!find_head(s, e, &h, err)) {
        return false;
    }
    if (e->version == 0) {
        e->version = h->version + 1;
    }
    if (e->version != h->version + 1) {
        return err_set(err, STALE_FORM, "The case %.*s is at version %lld by now.", STR_ARG(e->stream),
                       (long long)h->version);
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
    StoreValue v[] = {STORE_I(e->seq),
                      STORE_S(e->stream),
                      STORE_I(e->version),
                      STORE_B(bytes),
                      STORE_B(HASH_STR(e->hash)),
                      STORE_B(HASH_STR(leaf)),
                      STORE_B(((Str){(const char *)mac, sizeof mac}))};
    if (!store_post(s, INSERT_EVENT, v, COUNT_OF(v), err)) {
        return false;
    }
    remember(s, h);
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
            heads_forget(s);
            return false;
        }
    }
    return true;
}
