/* store_tree.c: the Merkle tree in the database: tiles, proofs, checkpoints. A leaf's hash stands in its event's row;
 * a tile of 256 is written once, when it is full, so that nothing is ever changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <string.h>

enum { TILE_BITS = 8, TREE_LEVELS = 8 };

typedef struct {
    Hash *out;
    size_t count, want;
    bool is_damaged;
} Hashes;

static bool take_hash(void *host, const StoreValue *cells, size_t count)
{
    Hashes *h = host;
    if (count != 1 || cells[0].s.len != sizeof(Hash) || h->count == h->want) {
        h->is_damaged = true;
        return false;
    }
    memcpy(h->out[h->count++].b, cells[0].s.ptr, sizeof(Hash));
    return true;
}

typedef struct {
    Hash *out;
    size_t from, count;
    bool is_found, is_damaged;
} TilePart;

static bool take_tile(void *host, const StoreValue *cells, size_t count)
{
    TilePart *t = host;
    t->is_found = true;
    t->is_damaged = count != 1 || cells[0].s.len != TILE * sizeof(Hash);
    if (!t->is_damaged) {
        memcpy(t->out, cells[0].s.ptr + t->from * sizeof(Hash), t->count * sizeof(Hash));
    }
    return false;
}

/* Hashes [from, from + count) of a level of tiles; they lie in one tile. */
static bool read_hashes(Store *s, int level, uint64_t from, size_t count, Hash *out, Err *err)
{
    TilePart part = {.out = out, .from = from % TILE, .count = count};
    RowSink tile_sink = {.each = take_tile, .host = &part};
    StoreValue tile[] = {STORE_I(level), STORE_I((int64_t)(from / TILE))};
    if (!store_run(s, "SELECT hashes FROM log_tiles WHERE level = $1 AND idx = $2", tile, 2, &tile_sink, err)) {
        return false;
    }
    if (part.is_found && !part.is_damaged) {
        return true;
    }
    Hashes h = {.out = out, .want = count};
    RowSink sink = {.each = take_hash, .host = &h};
    int64_t base = (int64_t)from + (level == 0); /* seq counts from 1 */
    StoreValue v[] = {STORE_I(base), STORE_I(base + (int64_t)count - 1), STORE_I(level - 1)};
    bool ok =
        level == 0
            ? store_run(s, "SELECT leaf FROM log_events WHERE seq >= $1 AND seq <= $2 ORDER BY seq", v, 2, &sink, err)
            : store_run(s, "SELECT root FROM log_tiles WHERE idx >= $1 AND idx <= $2 AND level = $3 ORDER BY idx", v, 3,
                        &sink, err);
    if (!ok) {
        return false;
    }
    if (part.is_damaged || h.is_damaged || h.count != count) {
        return err_set(err, LOG_DAMAGED, "The hash tree is damaged near leaf %lld: run verify.",
                       (long long)(from << (TILE_BITS * level)));
    }
    return true;
}

static Hash fold(Hash *h, size_t count)
{
    for (; count > 1; count /= 2) {
        for (size_t i = 0; i < count / 2; i++) {
            h[i] = merkle_node(h[2 * i], h[2 * i + 1]);
        }
    }
    return h[0];
}

typedef struct {
    Store *s;
    Err *err;
} TreeHost;

static bool read_node(void *host, int level, uint64_t index, Hash *ret)
{
    const TreeHost *t = host;
    Hash h[TILE];
    int below = level % TILE_BITS;
    size_t count = (size_t)1 << below;
    if (!read_hashes(t->s, level / TILE_BITS, index << below, count, h, t->err)) {
        return false;
    }
    *ret = fold(h, count);
    return true;
}

bool tree_complete_tiles(Store *s, int64_t size, Err *err)
{
    uint64_t full = (uint64_t)size;
    for (int level = 0; level < TREE_LEVELS && full > 0 && full % TILE == 0; level++) {
        full /= TILE;
        Hash h[TILE], root[TILE];
        if (!read_hashes(s, level, (full - 1) * TILE, TILE, h, err)) {
            return false;
        }
        memcpy(root, h, sizeof h);
        root[0] = fold(root, TILE);
        StoreValue v[] = {STORE_I(level), STORE_I((int64_t)full - 1), STORE_B(HASH_STR(root[0])),
                          STORE_B(((Str){(const char *)h, sizeof h}))};
        if (!store_post(s, "INSERT INTO log_tiles(level, idx, root, hashes) VALUES ($1, $2, $3, $4)", v, 4, err)) {
            return false;
        }
    }
    return true;
}

bool tree_root(Store *s, uint64_t size, Hash *ret, Err *err)
{
    TreeHost host = {.s = s, .err = err};
    return merkle_root_at(read_node, &host, size, ret);
}

static bool is_inside(Store *s, uint64_t size, Err *err)
{
    if (size > (uint64_t)store_size(s)) {
        return err_set(err, NOT_FOUND, "The log has not so many events.");
    }
    return true;
}

bool store_root(Store *s, uint64_t size, Hash *ret, Err *err)
{
    return is_inside(s, size, err) && tree_root(s, size, ret, err);
}

bool store_inclusion(Store *s, int64_t seq, uint64_t size, Hash *ret, size_t *ret_count, Err *err)
{
    TreeHost host = {.s = s, .err = err};
    if (seq < 1 || (uint64_t)seq > size) {
        return err_set(err, NOT_FOUND, "A tree of this size has no such event.");
    }
    return is_inside(s, size, err) && merkle_inclusion(read_node, &host, (uint64_t)seq - 1, size, ret, ret_count);
}

bool store_consistency(Store *s, uint64_t old_size, uint64_t new_size, Hash *ret, size_t *ret_count, Err *err)
{
    TreeHost host = {.s = s, .err = err};
    if (old_size > new_size) {
        return err_set(err, FIELD_RANGE, "The first size must not be above the second.");
    }
    return is_inside(s, new_size, err) && merkle_consistency(read_node, &host, old_size, new_size, ret, ret_count);
}

/* ---- Tiles to serve ---------------------------------------------------------------------------------------------- */

typedef struct {
    Buf *out;
    Arena *scratch;
    int64_t next;
    bool is_damaged;
} Bundle;

static bool add_entry(void *host, const StoreValue *cells, size_t count)
{
    Bundle *b = host;
    EventScan scan;
    Event e;
    Str ignored;
    check_that(count == 2);
    if (cells[0].i != b->next++ || !event_scan(cells[1].s, &scan) ||
        !event_decode(b->scratch, cells[1].s, &e, &ignored, NULL)) {
        b->is_damaged = true;
        return false;
    }
    char *out = arena_alloc(b->scratch, EVENT_ENTRY_ROOM + scan.public_facts.len);
    size_t len = event_scan_entry(&scan, e.hash, hash_of(e.stream), out);
    buf_byte(b->out, (char)(len >> 8));
    buf_byte(b->out, (char)(len & 255));
    buf_add(b->out, (Str){out, len});
    arena_reset(b->scratch);
    return true;
}

static bool read_bundle(Store *s, Arena *a, uint64_t index, int width, Str *ret, Err *err)
{
    Buf out = buf_new(a, (size_t)TILE * (EVENT_ENTRY_LIMIT + 2));
    int64_t first = (int64_t)(index * TILE) + 1;
    Bundle b = {.out = &out, .scratch = arena_new(0), .next = first};
    RowSink sink = {.each = add_entry, .host = &b};
    StoreValue v[] = {STORE_I(first), STORE_I(first + width - 1)};
    bool ok =
        store_run(s, "SELECT seq, bytes FROM log_events WHERE seq >= $1 AND seq <= $2 ORDER BY seq", v, 2, &sink, err);
    arena_free(b.scratch);
    if (ok && (b.is_damaged || b.next != first + width)) {
        return err_set(err, LOG_DAMAGED, "Event %lld cannot be read: run verify.", (long long)b.next - 1);
    }
    *ret = buf_str(&out);
    return ok;
}

bool store_tile(Store *s, Arena *a, int level, uint64_t index, int width, Str *ret, Err *err)
{
    int shift = level > 0 ? TILE_BITS * level : 0;
    uint64_t size = (uint64_t)store_size(s);
    if (level < -1 || level >= TREE_LEVELS || width < 1 || width > TILE || index > size >> shift ||
        index * TILE + (uint64_t)width > size >> shift) {
        return err_set(err, NOT_FOUND, "The log has no such tile.");
    }
    if (level < 0) {
        return read_bundle(s, a, index, width, ret, err);
    }
    Hash *h = ARENA_ARRAY(a, Hash, TILE);
    if (!read_hashes(s, level, index * TILE, (size_t)width, h, err)) {
        return false;
    }
    *ret = (Str){(const char *)h, (size_t)width * sizeof(Hash)};
    return true;
}

/* ---- Checkpoints ------------------------------------------------------------------------------------------------- */

bool store_last_checkpoint(Store *s, Arena *a, Str *ret_note, Err *err)
{
    Str note;
    if (!store_text(s, a, "SELECT note FROM log_checkpoints ORDER BY id DESC LIMIT 1", NULL, 0, &note, err)) {
        return false;
    }
    if (note.ptr == NULL) {
        return err_set(err, NOT_FOUND, "No checkpoint has been signed yet.");
    }
    *ret_note = note;
    return true;
}

/* A log never signs what contradicts what it signed before. The size that was signed comes back, 0 if there is none. */
static bool agrees_with(Store *s, Arena *a, Str note, uint64_t size, uint64_t *ret_size, Err *err)
{
    Str origin;
    uint64_t old_size = 0;
    Hash old_root, root;
    *ret_size = 0;
    if (note.len == 0) {
        return true;
    }
    if (!checkpoint_open(a, note, &s->keys.log, &origin, &old_size, &old_root, err)) {
        return false;
    }
    if (old_size > size) {
        return err_set(err, LOG_DAMAGED, "%llu events were signed, only %llu are left: nothing is signed. Run verify.",
                       (unsigned long long)old_size, (unsigned long long)size);
    }
    if (!tree_root(s, old_size, &root, err)) {
        return false;
    }
    if (!hash_eq(root, old_root)) {
        return err_set(err, LOG_DAMAGED,
                       "The first %llu events are not those that were signed: nothing is signed. Run verify.",
                       (unsigned long long)old_size);
    }
    *ret_size = old_size;
    return true;
}

static bool save_note(Store *s, uint64_t size, Instant now, Str note, Err *err)
{
    StoreValue v[] = {STORE_I((int64_t)size), STORE_I(now.ms), STORE_S(note)};
    return store_run(s,
                     "INSERT INTO log_checkpoints(id, size, at, note)"
                     " SELECT coalesce(max(id), 0) + 1, $1, $2, $3 FROM log_checkpoints",
                     v, 3, NULL, err);
}

static bool sign_now(Store *s, Arena *a, Instant now, Str *ret_note, Err *err)
{
    Str last = STR("");
    Err none;
    uint64_t size = (uint64_t)s->size, signed_size, outside_size;
    Hash root;
    StoreVerify walked;
    if (!store_last_checkpoint(s, a, &last, &none) && none.code != NOT_FOUND) {
        *err = none;
        return false;
    }
    if (!agrees_with(s, a, last, size, &signed_size, err) ||
        !agrees_with(s, a, keys_last_note(s, a), size, &outside_size, err)) {
        return false;
    }
    if (last.len > 0 && signed_size == size) {
        *ret_note = last;
        return true;
    }
    if (!verify_walk(s, (int64_t)(outside_size < signed_size ? outside_size : signed_size), &walked, err)) {
        return false;
    }
    if (walked.first_bad > 0) {
        return err_set(err, LOG_DAMAGED, "Event %lld: %s; nothing is signed.", (long long)walked.first_bad, walked.why);
    }
    if (!tree_root(s, size, &root, err)) {
        return false;
    }
    *ret_note = checkpoint_sign(a, s->log_name, size, root, &s->keys.log);
    return save_note(s, size, now, *ret_note, err);
}

bool store_checkpoint(Store *s, Arena *a, Instant now, Str *ret_note, Err *err)
{
    check_that(s->mode != STORE_READ && s->keys.is_known);
    bool is_own = !s->in_transaction;
    if (is_own && !store_begin(s, err)) {
        return false;
    }
    Str note;
    bool ok = sign_now(s, a, now, &note, err);
    if (is_own && ok) {
        ok = store_commit(s, err);
    } else if (is_own) {
        store_rollback(s);
    }
    if (!ok || (is_own && !keys_set_last_note(s, note, err))) {
        return false;
    }
    *ret_note = note;
    return true;
}

bool store_add_cosignature(Store *s, Arena *a, Str note, const NoteKey *witness, Instant now, Err *err)
{
    Str origin, last;
    uint64_t size = 0, last_size = 0;
    Hash root, last_root;
    if (!store_begin(s, err)) {
        return false;
    }
    bool ok = checkpoint_open(a, note, &s->keys.log, &origin, &size, &root, err) &&
              checkpoint_open(a, note, witness, &origin, &size, &root, err) &&
              store_last_checkpoint(s, a, &last, err) &&
              checkpoint_open(a, last, &s->keys.log, &origin, &last_size, &last_root, err);
    if (ok && (size != last_size || !hash_eq(root, last_root))) {
        ok = err_set(err, STALE_FORM, "This is not the newest checkpoint.");
    }
    if (ok && save_note(s, size, now, note, err)) {
        return store_commit(s, err);
    }
    store_rollback(s);
    return false;
}
