/* sort_int.h: the order that every part of the room shares, and the stable radix sort behind it. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_SORT_INT_H
#define MATCH_SORT_INT_H

#include "match.h"

typedef struct {
    uint64_t key;
    uint32_t index, beside; /* beside: whatever the caller carries along */
} SortItem;

/* Sorts items by key, rising; equal keys keep their order. spare has the same room. */
void sort_by_key(SortItem *items, SortItem *spare, uint32_t count);

/* What decides an order: read at index i of the caller's array. */
typedef struct {
    const void *array;
    int64_t (*standing)(const void *array, uint32_t i);
    uint64_t (*ticket)(const void *array, uint32_t i);
    uint32_t (*id)(const void *array, uint32_t i);
} SortBy;

/* Indices 0 … count − 1: higher standing first, then the lower ticket, then the lower id. */
uint32_t *sort_order(Arena *a, SortBy by, uint32_t count);

/* Index by id, for lists of ids. */
typedef struct {
    SortItem *items; /* by id */
    uint32_t count;
} IdIndex;

/* False and *ret_twice if an id occurs twice. */
bool id_index_new(Arena *a, SortBy by, uint32_t count, IdIndex *ret, uint32_t *ret_twice);
/* MATCH_NONE if there is no such id. */
uint32_t id_index_find(const IdIndex *x, uint32_t id);

/* What a referral keeps for the lines of candidates: the members of each group, best rank first. */
typedef struct {
    IdIndex ids;           /* empty where no list names anybody */
    const SortItem *spans; /* by group: key the group, index the first of by_group, beside how many */
    const uint32_t *by_group;
    uint32_t span_count;
} ReferralIndex;

#endif
