/* store_verify_int.h: what can be checked of an event by itself, in a thread of its own beside the reading. Not for
 * other files of the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_VERIFY_INT_H
#define STORE_STORE_VERIFY_INT_H

#include "store_int.h"

enum { VERIFY_ROWS = 1024, VERIFY_TILES = 2 * VERIFY_ROWS / TILE + 8 }; /* of a batch */

/* A row as it was read, and what came out. */
typedef struct {
    int64_t seq, column_version;
    Str column_stream, bytes, column_hash, column_leaf, column_mac;
    const char *why; /* it is bad; NULL: well */
    int64_t version;
    Hash prev, stream_hash, hash, leaf;
} VerifyRow;

/* A complete tile as its leaves make it; its hashes lie in the batch's arena. */
typedef struct {
    int level;
    uint64_t index;
    Hash root;
    const Hash *hashes; /* TILE */
} VerifyTile;

/* With one thread at a time. */
typedef struct {
    Arena *arena; /* of the rows' bytes */
    VerifyRow *rows;
    size_t count, bytes;
    bool is_read;      /* its owner has seen it: it may be filled anew */
    size_t good;       /* rows that are well, from the first */
    VerifyTile *tiles; /* that they complete */
    size_t tile_count;
    int64_t bad_seq; /* and what is wrong with it; 0: nothing */
    const char *why;
} VerifyBatch;

/* A checkpoint's tree, by which the log's own is measured when it has that size. */
typedef struct {
    uint64_t size;
    int64_t id;
    Hash root;
} VerifySigned;

/* store_verify_order.c: what depends on the events before. From the first event (from_seq 0) chains, tree and signed
 * sizes are checked too. */
typedef struct VerifyOrder VerifyOrder;
VerifyOrder *verify_order_new(Arena *a, int64_t from_seq);
void verify_order_end(VerifyOrder *o);
/* Sorted by size; stays as it is. False if the empty tree was signed otherwise. */
bool verify_order_expect(VerifyOrder *o, const VerifySigned *signed_sizes, size_t count);
/* The next rows, whose own checks are done: fills good, tiles and what is bad. */
void verify_in_order(VerifyOrder *o, VerifyBatch *b);
/* At the end: the tree; false if a larger one was signed. */
bool verify_order_is_complete(const VerifyOrder *o, uint64_t *ret_size, Hash *ret_root);

typedef struct VerifyWork VerifyWork;

/* One owner. The other thread starts with the first full batch. */
VerifyWork *verify_work_new(Arena *a, const Store *s, VerifyOrder *order);
void verify_work_end(VerifyWork *w);
/* Copies the row. True when the batch is full: then verify_swap() comes next. */
bool verify_add(VerifyWork *w, const VerifyRow *row);
/* Hands the batch over to be checked and gives the one before, checked; NULL if there is none. Good until the next
 * call. */
const VerifyBatch *verify_swap(VerifyWork *w);
/* Over all batches that were checked. */
const IndexMark *verify_mark(const VerifyWork *w);

#endif
