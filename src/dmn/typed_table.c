/* typed_table.c: the rules of a decision table that apply, for a block of typed columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "typed_int.h"

#include <string.h>

enum {
    BATCH_WORDS = 4,     /* tables of up to 256 rules run in columns */
    COUNTED_CUTS = 8,    /* so few boundaries are counted, not searched */
    TABLE_SPAN = 1 << 16 /* boundaries so near to each other are looked up */
};

static const int64_t powers_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

bool typed_table_fits(const Table *t)
{
    bool single = t->hit == HIT_UNIQUE || t->hit == HIT_FIRST || t->hit == HIT_PRIORITY;
    if (t->index == NULL || t->index->parts != NULL || t->index->words > BATCH_WORDS || !single || t->has_default) {
        return false;
    }
    for (size_t r = 0; r < t->rule_count; r++) {
        if (t->rules[r].constants == NULL || (t->hit == HIT_PRIORITY && t->rules[r].ranks == NULL)) {
            return false;
        }
    }
    return true;
}

static const uint64_t *mask_row(const IndexColumn *c, Value v, size_t words, bool *ret_known)
{
    size_t region = v.kind == FEEL_NULL ? SIZE_MAX : index_region(c, v);
    *ret_known = v.kind == FEEL_NULL || region != SIZE_MAX;
    return region == SIZE_MAX ? c->null_mask : c->masks + region * words;
}

static bool coded_lookup(Typed *b, const IndexColumn *c, size_t words, Lookup *l)
{
    uint64_t *masks = ARENA_ARRAY(b->a, uint64_t, l->from->dict_count * words);
    uint8_t *bad = ARENA_ARRAY(b->a, uint8_t, l->from->dict_count);
    for (size_t i = 0; i < l->from->dict_count; i++) {
        bool known = false;
        memcpy(masks + i * words, mask_row(c, l->from->dict[i], words, &known), words * 8);
        bad[i] = !known;
    }
    l->masks = masks;
    l->bad = bad;
    return true;
}

static size_t cuts_below(const int64_t *points, size_t count, int64_t v)
{
    size_t n = 0;
    while (n < count && points[n] < v) {
        n++;
    }
    return n;
}

static void spans_fill(Typed *b, Lookup *l)
{
    int64_t low = l->points[0] - 1, high = l->points[l->cut_count - 1] + 1;
    if (l->cut_count <= COUNTED_CUTS / 2 || high - low >= TABLE_SPAN) {
        return;
    }
    uint16_t *spans = ARENA_ARRAY(b->a, uint16_t, high - low + 1);
    for (int64_t v = low; v <= high; v++) {
        size_t below = cuts_below(l->points, l->cut_count, v);
        spans[v - low] = (uint16_t)(2 * below + (below < l->cut_count && l->points[below] == v));
    }
    l->first = low;
    l->last = high;
    l->spans = spans;
}

static bool counted_lookup(Typed *b, const IndexColumn *c, size_t words, Lookup *l)
{
    const Vec *from = l->from;
    int64_t *points = ARENA_ARRAY(b->a, int64_t, c->cut_count);
    if (from->kind != c->kind || from->scale < c->scale || from->scale - c->scale > 9) {
        return false;
    }
    for (size_t i = 0; i < c->cut_count; i++) {
        if (__builtin_mul_overflow(c->points[i], powers_of_ten[from->scale - c->scale], &points[i]) ||
            points[i] > INT64_MAX / 4 || points[i] < INT64_MIN / 4) {
            return false;
        }
    }
    uint64_t *masks = ARENA_ARRAY(b->a, uint64_t, (c->regions + 1) * words);
    memcpy(masks, c->masks, c->regions * words * 8);
    memcpy(masks + c->regions * words, c->null_mask, words * 8);
    l->masks = masks;
    l->points = points;
    l->cut_count = c->cut_count;
    l->regions = c->regions;
    spans_fill(b, l);
    return true;
}

static bool types_agree(const TableInput *in, const Vec *from)
{
    if (type_is_any(in->type) || in->type == in->named->type) {
        return true;
    }
    if (in->type->simple == 0) {
        return !type_is_any(in->named->type) && in->type->feel == in->named->type->feel && !in->type->constrained;
    }
    for (size_t i = 0; from->coded && i < from->dict_count; i++) {
        if (from->dict[i].kind != FEEL_NULL && from->dict[i].kind != in->type->simple) {
            return false;
        }
    }
    return from->coded || in->type->simple == (uint8_t)from->kind;
}

bool typed_table_prepare(Typed *b, TypedStep *s)
{
    const Table *t = s->t;
    size_t words = t->index->words;
    s->lookups = ARENA_ARRAY(b->a, Lookup, t->input_count);
    for (size_t i = 0; i < t->input_count; i++) {
        const TableInput *in = &t->inputs[i];
        const IndexColumn *c = &t->index->columns[i];
        Lookup *l = &s->lookups[i];
        l->from = in->named != NULL && in->slot >= 0 ? typed_vec(b, in->named) : NULL;
        if (l->from == NULL || in->values != NULL || !c->indexed || !types_agree(in, l->from)) {
            return false;
        }
        l->any = c->any;
        if (!c->any && !(l->from->coded ? coded_lookup(b, c, words, l) : counted_lookup(b, c, words, l))) {
            return false;
        }
    }
    Value *dict = ARENA_ARRAY(b->a, Value, t->rule_count + 1);
    for (size_t r = 0; r < t->rule_count; r++) {
        dict[r + 1] = t->rules[r].joined;
    }
    s->vec->coded = true;
    s->vec->dict = dict;
    s->vec->dict_count = t->rule_count + 1;
    s->vec->dict_bad = typed_dict_check(b, dict, t->rule_count + 1, s->d);
    return true;
}

/* The row of masks for each row of the block. */
static void regions_find(const Lookup *l, size_t rows, uint16_t *region)
{
    const int64_t *n = l->from->n;
    if (l->spans != NULL) {
        for (size_t i = 0; i < rows; i++) {
            int64_t v = n[i] < l->first ? l->first : n[i] > l->last ? l->last : n[i];
            region[i] = l->spans[v - l->first];
        }
    } else if (l->cut_count <= COUNTED_CUTS) {
        memset(region, 0, rows * sizeof(uint16_t));
        for (size_t k = 0; k < l->cut_count; k++) {
            int64_t p = l->points[k];
            for (size_t i = 0; i < rows; i++) {
                region[i] = (uint16_t)(region[i] + (n[i] >= p) + (n[i] > p));
            }
        }
    } else {
        for (size_t i = 0; i < rows; i++) {
            size_t low = 0, count = l->cut_count;
            while (count > 0) {
                size_t half = count / 2;
                bool right = l->points[low + half] < n[i];
                low = right ? low + half + 1 : low;
                count = right ? count - half - 1 : half;
            }
            region[i] = (uint16_t)(2 * low + (low < l->cut_count && l->points[low] == n[i]));
        }
    }
    for (size_t i = 0; l->from->has_null && i < rows; i++) {
        region[i] = l->from->null[i] ? (uint16_t)l->regions : region[i];
    }
}

static void masks_meet(Typed *b, const Lookup *l, size_t words, size_t rows, uint64_t *acc)
{
    uint16_t region[CODED_BLOCK];
    if (l->from->coded) {
        const uint32_t *code = l->from->code;
        for (size_t i = 0; i < rows; i++) {
            b->bad[i] |= l->bad[code[i]];
            for (size_t w = 0; w < words; w++) {
                acc[i * words + w] &= l->masks[code[i] * words + w];
            }
        }
        return;
    }
    regions_find(l, rows, region);
    if (words == 1) {
        for (size_t i = 0; i < rows; i++) {
            acc[i] &= l->masks[region[i]];
        }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t w = 0; w < words; w++) {
            acc[i * words + w] &= l->masks[region[i] * words + w];
        }
    }
}

/* The rule that decides, from 1; 0 if none applies; *bad if rules collide. */
static uint32_t rule_pick(const Table *t, const uint64_t *mask, size_t words, uint8_t *bad)
{
    uint32_t picked = 0;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
            uint32_t r = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits) + 1;
            if (picked == 0) {
                picked = r;
                if (t->hit == HIT_FIRST) {
                    return picked;
                }
            } else if (t->hit == HIT_UNIQUE) {
                *bad = 1;
                return picked;
            } else if (rank_is_less(t, r - 1, picked - 1)) {
                picked = r;
            }
        }
    }
    return picked;
}

void typed_table_run(Typed *b, const TypedStep *s, size_t rows)
{
    uint64_t acc[CODED_BLOCK * BATCH_WORDS];
    const Table *t = s->t;
    size_t words = t->index->words;
    memset(acc, 0xff, rows * words * 8);
    if (t->rule_count % 64 != 0) {
        for (size_t i = 0; i < rows; i++) {
            acc[i * words + words - 1] = ((uint64_t)1 << (t->rule_count % 64)) - 1;
        }
    }
    for (size_t i = 0; i < t->input_count; i++) {
        if (!s->lookups[i].any) {
            masks_meet(b, &s->lookups[i], words, rows, acc);
        }
    }
    if (words == 1 && t->hit != HIT_PRIORITY) {
        bool unique = t->hit == HIT_UNIQUE;
        for (size_t i = 0; i < rows; i++) {
            uint64_t m = acc[i];
            s->vec->code[i] = m != 0 ? (uint32_t)__builtin_ctzll(m) + 1 : 0;
            b->bad[i] |= s->vec->dict_bad[s->vec->code[i]] | (uint8_t)(unique && (m & (m - 1)) != 0);
        }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        s->vec->code[i] = rule_pick(t, acc + i * words, words, &b->bad[i]);
        b->bad[i] |= s->vec->dict_bad[s->vec->code[i]];
    }
}
