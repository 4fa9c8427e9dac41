/* sort.c: stable radix sort by 64-bit keys; digits in which all keys agree are skipped.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sort_int.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, SMALL = 48, HIGH_SHIFT = 42 };

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

/* By the digits from bit `shift` up. The result stands in one of the two arrays, which is returned. */
static SortItem *sort_from(SortItem *items, SortItem *spare, uint32_t count, unsigned shift)
{
    uint64_t differ = 0;
    bool is_sorted = true; /* also for none and one */
    for (uint32_t i = 1; i < count; i++) {
        differ |= items[i].key ^ items[0].key;
        is_sorted = is_sorted && items[i - 1].key <= items[i].key;
    }
    if (is_sorted) {
        return items;
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
    return from;
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
        return;
    }
    const SortItem *sorted = sort_from(items, spare, count, 0);
    if (sorted != items) {
        memcpy(items, sorted, count * sizeof *items);
    }
}

/* Tickets are spread evenly: after the high 22 bits, what is left are short runs. Unlucky ones only cost time. Returns
 * the array of the two in which the result stands. */
static SortItem *sort_tickets(SortItem *items, SortItem *spare, uint32_t count)
{
    if (count <= SMALL) {
        insertion_sort(items, count);
        return items;
    }
    SortItem *sorted = sort_from(items, spare, count, HIGH_SHIFT), *other = sorted == items ? spare : items;
    for (uint32_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && sorted[end].key >> HIGH_SHIFT == sorted[i].key >> HIGH_SHIFT) {
            end++;
        }
        if (end - i > 1) {
            sort_by_key(sorted + i, other, end - i);
        }
    }
    return sorted;
}

/* Fills ticket and, beside the index, standing in one walk. False unless the ids rise and the standings lie close
 * enough together to fit there. */
static bool fill_at_once(SortItem *items, SortBy by, uint32_t count, uint32_t *ret_low)
{
    uint64_t base = count ? standing_key(by.standing(by.array, 0)) - (UINT64_C(1) << 31) : 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t beside = standing_key(by.standing(by.array, i)) - base;
        uint32_t id = by.id(by.array, i);
        if (beside > UINT32_MAX || (i > 0 && id <= last)) {
            return false;
        }
        last = id;
        *ret_low = beside < *ret_low ? (uint32_t)beside : *ret_low;
        items[i] = (SortItem){.key = by.ticket(by.array, i), .index = i, .beside = (uint32_t)beside};
    }
    return true;
}

static void fill_tickets_by_id(SortItem *items, SortItem *spare, SortBy by, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (SortItem){.key = by.id(by.array, i), .index = i};
    }
    sort_by_key(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i].key = by.ticket(by.array, items[i].index);
    }
}

uint32_t *sort_order(Arena *a, SortBy by, uint32_t count)
{
    uint32_t *order = ARENA_ARRAY(a, uint32_t, count);
    ArenaMark mark = arena_mark(a);
    SortItem *items = ARENA_ARRAY(a, SortItem, count), *spare = ARENA_ARRAY(a, SortItem, count);
    uint32_t low = UINT32_MAX; /* keys counted from the lowest have fewer digits */
    bool is_beside = fill_at_once(items, by, count, &low);
    if (!is_beside) {
        fill_tickets_by_id(items, spare, by, count);
    }
    SortItem *sorted = sort_tickets(items, spare, count);
    spare = sorted == items ? spare : items;
    for (uint32_t i = 0; i < count; i++) {
        sorted[i].key = is_beside ? sorted[i].beside - low : standing_key(by.standing(by.array, sorted[i].index));
    }
    sorted = sort_from(sorted, spare, count, 0);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = sorted[i].index;
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
