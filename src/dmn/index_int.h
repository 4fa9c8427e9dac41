/* index_int.h: the column index of a table: from a value to the set of rules that accept it, without running a test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_INDEX_INT_H
#define DMN_INDEX_INT_H

#include "regions_int.h"

enum {
    INDEX_RULES = 4096,     /* greater tables are split first */
    INDEX_BYTES = 64 << 20, /* of one index; beyond it the table is scanned */
    INDEX_WORDS = INDEX_RULES / 64
};

/* One column whose cells are all constant. Regions alternate: below the first cut, the first cut, between, … */
typedef struct {
    bool indexed;
    bool any;              /* every cell accepts everything: nothing to look up */
    FeelKind kind;         /* of the values that it knows */
    int scale;             /* numbers: the cuts are whole multiples of 10^−scale, in `points` */
    const int64_t *points; /* numbers, dates, durations, booleans */
    const Value *texts;    /* sorted texts that are only compared for equality */
    const uint64_t *heads; /* first bytes of each, compared first */
    size_t cut_count;
    const uint64_t *masks; /* region × words; texts: one per text, then one for all others */
    const uint64_t *null_mask;
    size_t regions;
} IndexColumn;

struct TableIndex {
    size_t words;
    size_t count;                   /* rules in it */
    const uint32_t *rules;          /* which rule of the table each bit is; NULL: the same number */
    IndexColumn *columns;           /* one per input */
    bool complete;                  /* every column is indexed */
    uint64_t full;                  /* a bit for each rule of the last word */
    const uint32_t *looks;          /* columns that tell rules apart */
    size_t look_count;
    size_t split;                   /* column that chooses a part, where parts is not NULL */
    const TableIndex *const *parts; /* by region of that column; then the part for nulls */
};

enum { INDEX_HEADS = 12, INDEX_COUNTED = 12 }; /* up to so many texts or points are looked through, more halved */

/* index_region() of what is not a plain number, date or boolean of the column's own scale among few points. */
size_t index_region_closer(const IndexColumn *c, Value v);

/* The region of a value in a column; SIZE_MAX if the column does not know its kind (then cells are tested). */
static inline size_t index_region(const IndexColumn *c, Value v)
{
    if ((FeelKind)v.kind != c->kind || v.boxed || v.scale != c->scale || c->cut_count > INDEX_COUNTED ||
        c->kind == FEEL_STRING) {
        return index_region_closer(c, v);
    }
    const int64_t *points = c->points;
    size_t below = 0, count = c->cut_count;
    for (size_t i = 0; i < count; i++) { /* without a branch to guess */
        below += points[i] < v.i;
    }
    return 2 * below + (below < count && points[below] == v.i);
}
/* Builds the index of a table; NULL where it would not pay or not fit. */
const TableIndex *index_build(Arena *a, FeelRun *run, const Table *t);

/* Whether rule x stands before rule y by the output values of PRIORITY; both have ranks. */
static inline bool rank_is_less(const Table *t, size_t x, size_t y)
{
    for (size_t o = 0; o < t->output_count; o++) {
        if (t->rules[x].ranks[o] != t->rules[y].ranks[o]) {
            return t->rules[x].ranks[o] < t->rules[y].ranks[o];
        }
    }
    return false;
}

#endif
