/* table_find.c: which rules of a decision table apply: by the sets of its column index, or cell by cell.
 * SPDX-License-Identifier: Apache-2.0 */
#include "table_int.h"

#include <string.h>

bool cell_passes(Firing *f, const TableCell *cell, Value v)
{
    if (f->unsure && is_error(v)) {
        return true;
    }
    return cell->code != NULL && feel_is_true(feel_test(f->ev->run, cell->code, f->frame, v));
}

static bool rule_applies(Firing *f, const TableRule *rule)
{
    for (size_t i = 0; i < f->t->input_count; i++) {
        if (!cell_passes(f, &rule->in[i], f->values[i])) {
            return false;
        }
    }
    return true;
}

void rules_scan(Firing *f)
{
    f->fired = ARENA_ARRAY(f->ev->a, size_t, f->t->rule_count);
    for (size_t r = 0; r < f->t->rule_count; r++) {
        if (rule_applies(f, &f->t->rules[r])) {
            f->fired[f->count++] = r;
            if (f->t->hit == HIT_FIRST) {
                return;
            }
        }
    }
}

/* Cells of a column that does not know the kind of a value: each is tested. */
static uint64_t odd_kind_word(Firing *f, const TableIndex *x, size_t input, uint64_t mask)
{
    for (uint64_t bits = mask; bits != 0; bits &= bits - 1) {
        size_t bit = (size_t)__builtin_ctzll(bits);
        if (!cell_passes(f, &f->t->rules[x->rules[bit]].in[input], f->values[input])) {
            mask &= ~((uint64_t)1 << bit);
        }
    }
    return mask;
}

/* The rules that accept all values, for tables of up to 64 rules. */
static uint64_t word_meets(Firing *f, const TableIndex *x)
{
    uint64_t m = x->full;
    for (size_t k = 0; k < x->look_count && m != 0; k++) {
        size_t i = x->looks[k];
        const IndexColumn *c = &x->columns[i];
        Value v = f->values[i];
        if (v.kind == FEEL_NULL) {
            m &= c->null_mask[0];
            continue;
        }
        size_t region = index_region(c, v);
        m = region != SIZE_MAX ? m & c->masks[region] : odd_kind_word(f, x, i, m);
    }
    return m;
}

/* The same as rules_scan(), through the index: sets of accepting rules per column, intersected. */
static bool columns_meet(Firing *f, const TableIndex *x, uint64_t *mask)
{
    for (size_t i = 0; i < f->t->input_count; i++) {
        const IndexColumn *c = &x->columns[i];
        if (!c->indexed || c->any) {
            continue;
        }
        size_t region = f->values[i].kind == FEEL_NULL ? SIZE_MAX : index_region(c, f->values[i]);
        const uint64_t *accepted = f->values[i].kind == FEEL_NULL ? c->null_mask
                                   : region == SIZE_MAX           ? NULL
                                                                  : c->masks + region * x->words;
        uint64_t left = 0;
        for (size_t w = 0; accepted != NULL && w < x->words; w++) {
            mask[w] &= accepted[w];
            left |= mask[w];
        }
        for (size_t bit = 0; accepted == NULL && bit < x->count; bit++) { /* a kind that the column does not know */
            if (!cell_passes(f, &f->t->rules[x->rules[bit]].in[i], f->values[i])) {
                mask[bit / 64] &= ~((uint64_t)1 << (bit % 64));
            }
            left |= mask[bit / 64];
        }
        if (left == 0) {
            return false;
        }
    }
    return true;
}

static bool plain_cells_pass(Firing *f, const TableIndex *x, const TableRule *rule)
{
    for (size_t i = 0; i < f->t->input_count; i++) {
        if (!x->columns[i].indexed && !cell_passes(f, &rule->in[i], f->values[i])) {
            return false;
        }
    }
    return true;
}

/* The part of a great table that a value leads to; NULL: scan. */
static const TableIndex *part_find(const TableIndex *x, const Value *values)
{
    const IndexColumn *c = &x->columns[x->split];
    if (values[x->split].kind == FEEL_NULL) {
        return x->parts[c->regions];
    }
    size_t region = index_region(c, values[x->split]);
    return region == SIZE_MAX ? NULL : x->parts[region];
}

/* Adds the rules of one word of a mask. False: no further one is wanted. */
static bool word_fires(Firing *f, const TableIndex *x, size_t word, uint64_t bits)
{
    for (; bits != 0; bits &= bits - 1) {
        size_t r = x->rules[word * 64 + (size_t)__builtin_ctzll(bits)];
        if (x->complete || plain_cells_pass(f, x, &f->t->rules[r])) {
            f->fired[f->count++] = r;
            if (f->t->hit == HIT_FIRST) {
                return false;
            }
        }
    }
    return true;
}

static void words_find(Firing *f, const TableIndex *x)
{
    uint64_t mask[INDEX_WORDS];
    memset(mask, 0xff, x->words * 8);
    mask[x->words - 1] = x->full;
    if (!columns_meet(f, x, mask)) {
        return;
    }
    f->fired = ARENA_ARRAY(f->ev->a, size_t, x->count);
    for (size_t w = 0; w < x->words && word_fires(f, x, w, mask[w]); w++) {
    }
}

void rules_find(Firing *f)
{
    const TableIndex *x = f->t->index;
    if (x != NULL && x->parts != NULL) {
        x = part_find(x, f->values);
    }
    if (x == NULL) {
        rules_scan(f);
    } else if (x->words == 1) { /* at most FEW rules */
        f->fired = f->few;
        (void)word_fires(f, x, 0, word_meets(f, x));
    } else if (x->count > 0) {
        words_find(f, x);
    }
}
