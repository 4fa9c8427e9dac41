/* dict.c: values by number, tuples of numbers by number.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dict_int.h"

#include <string.h>

enum { DICT_FIRST = 16, MEMO_FIRST = 64, DEPTH_MAX = 64 };

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

/* ---- Values ---------------------------------------------------------------------------------------------------- */

static uint64_t value_hash(Value v, int depth)
{
    uint64_t h = mix(v.kind, ((uint64_t)v.scale << 16) | ((uint64_t)v.boxed << 8) | v.reason);
    bool plain = v.kind != FEEL_STRING && v.kind != FEEL_LIST && v.kind != FEEL_CONTEXT;
    if (v.kind == FEEL_STRING) {
        return mix(h, str_hash(feel_text(v)));
    }
    if (v.boxed || (plain && v.kind > FEEL_DATE && v.kind != FEEL_DAYS_DURATION && v.kind != FEEL_YEARS_DURATION)) {
        return h; /* rare kinds share a place */
    }
    if (plain) {
        return mix(h, (uint64_t)v.i);
    }
    h = mix(h, v.len);
    for (size_t i = 0; i < v.len && depth < DEPTH_MAX; i++) {
        h = mix(h, value_hash(v.kind == FEEL_LIST ? feel_items(v)[i] : feel_entries(v)[i].value, depth + 1));
    }
    return h;
}

static bool same_bits(Value x, Value y, int depth);

static bool same_parts(Value x, Value y, int depth)
{
    for (uint32_t i = 0; i < x.len; i++) {
        bool same = x.kind == FEEL_LIST ? same_bits(feel_items(x)[i], feel_items(y)[i], depth + 1)
                                        : str_eq(feel_entries(x)[i].name, feel_entries(y)[i].name) &&
                                              same_bits(feel_entries(x)[i].value, feel_entries(y)[i].value, depth + 1);
        if (!same) {
            return false;
        }
    }
    return true;
}

static bool same_moment(const FeelMoment *x, const FeelMoment *y)
{
    return x->day == y->day && x->nanos == y->nanos && x->offset == y->offset && x->has_offset == y->has_offset &&
           str_eq(x->zone, y->zone);
}

static bool same_bits(Value x, Value y, int depth)
{
    if (x.kind != y.kind || x.scale != y.scale || x.boxed != y.boxed || x.reason != y.reason) {
        return false;
    }
    switch ((FeelKind)x.kind) {
    case FEEL_NULL: return true;
    case FEEL_STRING: return str_eq(feel_text(x), feel_text(y));
    case FEEL_TIME:
    case FEEL_DATE_TIME: return same_moment(x.p, y.p);
    case FEEL_LIST:
    case FEEL_CONTEXT: return x.len == y.len && (x.p == y.p || (depth < DEPTH_MAX && same_parts(x, y, depth)));
    case FEEL_NUMBER:
        if (x.boxed) {
            Dec dx = feel_dec(x), dy = feel_dec(y);
            return dx.coefficient == dy.coefficient && dx.exponent == dy.exponent && dx.negative == dy.negative;
        }
        return x.i == y.i;
    default: return x.i == y.i; /* or the same place in memory */
    }
}

static void dict_widen(Dict *d)
{
    size_t cap = d->cap > 0 ? d->cap * 2 : DICT_FIRST;
    d->items = arena_grow(d->a, d->items, d->cap * sizeof(Value), cap * sizeof(Value));
    d->hashes = arena_grow(d->a, d->hashes, d->cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    d->cap = cap;
    d->slot_count = cap * 2;
    d->slots = ARENA_ARRAY(d->a, uint32_t, d->slot_count);
    for (size_t i = 0; i < d->count; i++) {
        size_t at = d->hashes[i] & (d->slot_count - 1);
        while (d->slots[at] != 0) {
            at = (at + 1) & (d->slot_count - 1);
        }
        d->slots[at] = (uint32_t)i + 1;
    }
}

static uint32_t dict_place(Dict *d, Value v, uint32_t hash)
{
    if (d->count == d->cap) {
        dict_widen(d);
    }
    size_t at = hash & (d->slot_count - 1);
    while (d->slots[at] != 0) {
        at = (at + 1) & (d->slot_count - 1);
    }
    d->items[d->count] = v;
    d->hashes[d->count] = hash;
    d->slots[at] = (uint32_t)++d->count;
    return (uint32_t)d->count - 1;
}

uint32_t dict_code(Dict *d, Value v)
{
    uint32_t hash = (uint32_t)value_hash(v, 0);
    if (d->count == 0) {
        (void)dict_place(d, feel_null(), (uint32_t)value_hash(feel_null(), 0));
    }
    for (size_t at = hash & (d->slot_count - 1); d->slots[at] != 0; at = (at + 1) & (d->slot_count - 1)) {
        uint32_t i = d->slots[at] - 1;
        if (d->hashes[i] == hash && same_bits(d->items[i], v, 0)) {
            return i;
        }
    }
    return dict_place(d, v, hash);
}

/* ---- Tuples ---------------------------------------------------------------------------------------------------- */

Memo memo_new(Arena *a, size_t words)
{
    Memo m = {.a = a, .words = words, .slot_count = MEMO_FIRST};
    m.slots = ARENA_ARRAY(a, uint64_t, m.slot_count * (words + 1));
    return m;
}

uint64_t *memo_find(const Memo *m, const uint64_t *key)
{
    uint64_t h = 0;
    size_t words = m->words, mask = m->slot_count - 1;
    for (size_t w = 0; w < words; w++) {
        h = mix(h, key[w]);
    }
    for (size_t at = (size_t)h & mask;; at = (at + 1) & mask) {
        uint64_t *slot = m->slots + at * (words + 1);
        size_t w = 0;
        while (w < words && slot[w] == key[w]) {
            w++;
        }
        if (w == words || slot[words] == 0) {
            return slot;
        }
    }
}

static void memo_widen(Memo *m)
{
    Memo wide = *m;
    wide.slot_count = m->slot_count * 4;
    wide.slots = ARENA_ARRAY(m->a, uint64_t, wide.slot_count * (m->words + 1));
    for (size_t i = 0; i < m->slot_count; i++) {
        const uint64_t *slot = m->slots + i * (m->words + 1);
        if (slot[m->words] != 0) {
            memcpy(memo_find(&wide, slot), slot, (m->words + 1) * sizeof(uint64_t));
        }
    }
    *m = wide;
}

void memo_set(Memo *m, uint64_t *at, const uint64_t *key, uint32_t number)
{
    memcpy(at, key, m->words * sizeof(uint64_t));
    at[m->words] = (uint64_t)number + 1;
    if (++m->count * 2 > m->slot_count) {
        memo_widen(m);
    }
}
