/* store_verify_order.c: the checks of an event that need those before it: numbers, chains of cases, tree, signed
 * sizes. Touched by one thread at a time, the one that has checked the batch; it has no store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_verify_int.h"

#include <string.h>

enum { TILE_LEVELS = 8, TILE_SHIFT = 8 };

/* The newest event of each stream seen so far: an open table, keyed by the first 16 bytes of SHA-256 of the id. */
typedef struct {
    unsigned char id[16];
    uint32_t version;
    unsigned char hash[32];
    unsigned char pad[12]; /* one line of the cache */
} Last;

struct VerifyOrder {
    int64_t expected; /* seq of the next row */
    bool is_whole, is_bad;
    Arena *table_arena;
    Last *table;
    size_t mask, streams;
    MerkleEdge tree;
    Hash tile[TILE_LEVELS][TILE];
    const VerifySigned *signed_sizes;
    size_t signed_count, signed_next;
};

static bool bad(VerifyOrder *o, VerifyBatch *b, int64_t seq, const char *why)
{
    o->is_bad = true;
    b->bad_seq = seq;
    b->why = why;
    return false;
}

/* ---- Chains ------------------------------------------------------------------------------------------------------ */

static Last *find_last(const VerifyOrder *o, const unsigned char id[16])
{
    uint64_t at;
    memcpy(&at, id, sizeof at);
    for (;; at++) {
        Last *l = &o->table[at & o->mask];
        if (l->version == 0 || memcmp(l->id, id, sizeof l->id) == 0) {
            return l;
        }
    }
}

/* The table is far larger than the cache: ask for the line early, it arrives while hashes are computed. */
static void expect_last(const VerifyOrder *o, const unsigned char id[16])
{
    uint64_t at;
    memcpy(&at, id, sizeof at);
    if (o->table != NULL) {
        __builtin_prefetch(&o->table[at & o->mask]);
    }
}

static void grow_table(VerifyOrder *o)
{
    Last *old = o->table;
    size_t old_count = o->table ? o->mask + 1 : 0;
    Arena *old_arena = o->table_arena;
    size_t count = old_count ? old_count * 4 : 1024;
    o->table_arena = arena_new(0);
    uintptr_t start = (uintptr_t)arena_alloc(o->table_arena, (count + 1) * sizeof(Last));
    o->table = (Last *)((start + sizeof(Last) - 1) / sizeof(Last) * sizeof(Last));
    o->mask = count - 1;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].version > 0) {
            *find_last(o, old[i].id) = old[i];
        }
    }
    arena_free(old_arena);
}

static bool check_chain(VerifyOrder *o, VerifyBatch *b, const VerifyRow *r)
{
    if (o->table == NULL || o->streams * 2 > o->mask) {
        grow_table(o);
    }
    Last *l = find_last(o, r->stream_hash.b);
    if (r->version != (int64_t)l->version + 1 || memcmp(r->prev.b, l->hash, sizeof l->hash) != 0) {
        return bad(o, b, r->seq, "chain broken: it does not follow the event before it in its case");
    }
    if (l->version == 0) {
        memcpy(l->id, r->stream_hash.b, sizeof l->id);
        o->streams++;
    }
    l->version++;
    memcpy(l->hash, r->hash.b, sizeof l->hash);
    return true;
}

/* ---- Tree -------------------------------------------------------------------------------------------------------- */

/* node is the root of the complete tile that ends with the tree's next leaf. */
static void note_tile(VerifyOrder *o, VerifyBatch *b, int level, Hash node)
{
    uint64_t index = ((o->tree.size + 1) >> (TILE_SHIFT * (level + 1))) - 1;
    Hash *hashes = ARENA_ARRAY(b->arena, Hash, TILE);
    memcpy(hashes, o->tile[level], sizeof o->tile[level]);
    check_that(b->tile_count < VERIFY_TILES);
    b->tiles[b->tile_count++] = (VerifyTile){.level = level, .index = index, .root = node, .hashes = hashes};
}

/* merkle_append, with a look at each node that is a whole tile. */
static void grow_tree(VerifyOrder *o, VerifyBatch *b, Hash node)
{
    MerkleEdge *t = &o->tree;
    o->tile[0][t->size % TILE] = node;
    int k = 0;
    for (; t->size >> k & 1; k++) {
        node = merkle_node(t->edge[k], node);
        int above = k + 1;
        if (above % TILE_SHIFT == 0 && above / TILE_SHIFT < TILE_LEVELS) {
            int level = above / TILE_SHIFT;
            o->tile[level][(t->size >> above) % TILE] = node;
            note_tile(o, b, level - 1, node);
        }
    }
    t->edge[k] = node;
    t->size++;
}

static bool is_as_signed(VerifyOrder *o)
{
    while (o->signed_next < o->signed_count && o->signed_sizes[o->signed_next].size == o->tree.size) {
        if (!hash_eq(o->signed_sizes[o->signed_next++].root, merkle_root(&o->tree))) {
            return false;
        }
    }
    return true;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

static bool in_order(VerifyOrder *o, VerifyBatch *b, const VerifyRow *r)
{
    if (r->seq != o->expected) {
        return bad(o, b, o->expected, "missing: the next event in the store has a later number");
    }
    if (r->why != NULL) {
        return bad(o, b, r->seq, r->why);
    }
    if (o->is_whole && !check_chain(o, b, r)) {
        return false;
    }
    if (o->is_whole) {
        grow_tree(o, b, r->leaf);
        if (!is_as_signed(o)) {
            return bad(o, b, (int64_t)o->tree.size, "the tree up to here differs from the one that was signed");
        }
    }
    o->expected++;
    return true;
}

void verify_in_order(VerifyOrder *o, VerifyBatch *b)
{
    enum { AHEAD = 8 }; /* the table of streams is far larger than the cache */
    b->tiles = ARENA_ARRAY(b->arena, VerifyTile, VERIFY_TILES);
    b->tile_count = b->good = 0;
    b->bad_seq = 0;
    for (size_t i = 0; i < b->count && !o->is_bad; i++) {
        if (i + AHEAD < b->count) {
            expect_last(o, b->rows[i + AHEAD].stream_hash.b);
        }
        b->good += in_order(o, b, &b->rows[i]);
    }
}

VerifyOrder *verify_order_new(Arena *a, int64_t from_seq)
{
    VerifyOrder *o = ARENA_NEW(a, VerifyOrder);
    o->expected = from_seq + 1;
    o->is_whole = from_seq == 0;
    return o;
}

bool verify_order_expect(VerifyOrder *o, const VerifySigned *signed_sizes, size_t count)
{
    o->signed_sizes = signed_sizes;
    o->signed_count = count;
    return is_as_signed(o);
}

bool verify_order_is_complete(const VerifyOrder *o, uint64_t *ret_size, Hash *ret_root)
{
    *ret_size = o->tree.size;
    *ret_root = merkle_root(&o->tree);
    return o->signed_next == o->signed_count;
}

void verify_order_end(VerifyOrder *o)
{
    o->table_arena = arena_free(o->table_arena);
}
