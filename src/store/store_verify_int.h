/* store_verify_int.h: what can be checked of an event by itself, in a thread of its own beside the reading. Not for other files of
 * the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_VERIFY_INT_H
#define STORE_STORE_VERIFY_INT_H

#include "store_int.h"

/* A row as it was read, and what came out. */
typedef struct {
    int64_t seq, column_version;
    Str column_stream, bytes, column_hash, column_leaf, column_mac;
    const char *why; /* it is bad; NULL: well */
    int64_t version;
    Hash prev, stream_hash, hash, leaf;
} VerifyRow;

typedef struct {
    Arena *arena; /* of the rows' bytes */
    VerifyRow *rows;
    size_t count, bytes;
    bool is_read; /* its owner has seen it: it may be filled anew */
} VerifyBatch;

typedef struct VerifyWork VerifyWork;

/* One owner. The other thread starts with the first full batch. */
VerifyWork *verify_work_new(Arena *a, const Store *s);
void verify_work_end(VerifyWork *w);
/* Copies the row. True when the batch is full: then verify_swap() comes next. */
bool verify_add(VerifyWork *w, const VerifyRow *row);
/* Hands the batch over to be checked and gives the one before, checked; NULL if there is none. Good until the next call. */
const VerifyBatch *verify_swap(VerifyWork *w);
/* Over all batches that were checked. */
const IndexMark *verify_mark(const VerifyWork *w);

#endif
