/* sort.c: stable radix sort by 64-bit keys; digits in which all keys agree are skipped.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sort_int.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, SMALL = 48, HIGH_SHIFT = 31 };

static void insertion_sort(SortItem *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        SortItem x = items[i];
        uint32_t at = i;
        for (; at > 0 && items[at - 1].key > x.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = x;
    }
}

static void sort_digit(const SortItem *from, SortItem *to, uint32_t count, unsigned shift)
{
    uint32_t start[DIGITS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        start[(from[i].key >> shift) & (DIGITS - 1)]++;
    }
    uint32_t sum = 0;
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint32_t n = start[d];
        start[d] = sum;
        sum += n;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[start[(from[i].key >> shift) & (DIGITS - 1)]++] = from[i];
    }
}

/* By the digits from bit `shift` up. */
static void sort_from(SortItem *items, SortItem *spare, uint32_t count, unsigned shift)
{
    uint64_t differ = 0;
    bool is_sorted = true;
    for (uint32_t i = 1; i < count; i++) {
        differ |= items[i].key ^ items[0].key;
        is_sorted = is_sorted && items[i - 1].key <= items[i].key;
    }
    if (is_sorted) {
        return;
    }
    SortItem *from = items, *to = spare;
    for (; shift < 64; shift += DIGIT_BITS) {
        if ((differ >> shift & (DIGITS - 1)) == 0) {
            continue;
        }
        sort_digit(from, to, count, shift);
        SortItem *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
}

/* Rising order of the result is falling standing. */
static uint64_t standing_key(int64_t standing)
{
    return ~((uint64_t)standing ^ (UINT64_C(1) << 63));
}

void sort_by_key(SortItem *items, SortItem *spare, uint32_t count)
{
    if (count <= SMALL) {
        insertion_sort(items, count);
    } else {
        sort_from(items, spare, count, 0);
    }
}

/* Tickets are spread evenly: after the high 33 bits, what is left are a few short runs. Unlucky ones only cost time. */
static void sort_tickets(SortItem *items, SortItem *spare, uint32_t count)
{
    if (count <= SMALL) {
        insertion_sort(items, count);
        return;
    }
    sort_from(items, spare, count, HIGH_SHIFT);
    for (uint32_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && items[end].key >> HIGH_SHIFT == items[i].key >> HIGH_SHIFT) {
            end++;
        }
        if (end - i > 1) {
            sort_by_key(items + i, spare, end - i);
        }
    }
}

/* The keys of standing less the smallest, if they fit beside the index; then no second walk over the array is needed. */
static bool fill_standing(SortItem *items, SortBy by, uint32_t count)
{
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = standing_key(by.standing(by.array, i));
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    if (count > 0 && high - low > UINT32_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i].beside = (uint32_t)(standing_key(by.standing(by.array, items[i].index)) - low);
    }
    return true;
}

uint32_t *sort_order(Arena *a, SortBy by, uint32_t count)
{
    uint32_t *order = ARENA_ARRAY(a, uint32_t, count);
    ArenaMark mark = arena_mark(a);
    SortItem *items = ARENA_ARRAY(a, SortItem, count), *spare = ARENA_ARRAY(a, SortItem, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (SortItem){.key = by.id(by.array, i), .index = i};
    }
    sort_by_key(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i].key = by.ticket(by.array, items[i].index);
    }
    bool is_beside = fill_standing(items, by, count);
    sort_tickets(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i].key = is_beside ? items[i].beside : standing_key(by.standing(by.array, items[i].index));
    }
    sort_by_key(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = items[i].index;
    }
    arena_rewind(a, mark);
    return order;
}

bool id_index_new(Arena *a, SortBy by, uint32_t count, IdIndex *ret, uint32_t *ret_twice)
{
    SortItem *items = ARENA_ARRAY(a, SortItem, count);
    ArenaMark mark = arena_mark(a);
    SortItem *spare = ARENA_ARRAY(a, SortItem, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (SortItem){.key = by.id(by.array, i), .index = i};
    }
    sort_by_key(items, spare, count);
    arena_rewind(a, mark);
    for (uint32_t i = 1; i < count; i++) {
        if (items[i].key == items[i - 1].key) {
            *ret_twice = (uint32_t)items[i].key;
            return false;
        }
    }
    *ret = (IdIndex){.items = items, .count = count};
    return true;
}

uint32_t id_index_find(const IdIndex *x, uint32_t id)
{
    uint32_t low = 0, high = x->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (x->items[mid].key < id) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < x->count && x->items[low].key == id ? x->items[low].index : MATCH_NONE;
}
