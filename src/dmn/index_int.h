/* index_int.h: the column index of a table: from a value to the set of rules that accept it, without running a test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_INDEX_INT_H
#define DMN_INDEX_INT_H

#include "regions_int.h"

#include <string.h>

enum {
    INDEX_RULES = 4096,     /* greater tables are split first */
    INDEX_BYTES = 64 << 20, /* of one index; beyond it the table is scanned */
    INDEX_WORDS = INDEX_RULES / 64
};

/* The first and the last eight bytes; of shorter texts all of them, some twice. With the length it tells texts of up to
 * sixteen bytes apart. */
typedef struct {
    uint64_t head, tail;
} TextMark;

static inline TextMark text_mark(Str s)
{
    TextMark m = {0, 0};
    if (s.len >= 8) {
        memcpy(&m.head, s.ptr, 8);
        memcpy(&m.tail, s.ptr + s.len - 8, 8);
    } else if (s.len >= 4) {
        uint32_t low = 0, high = 0;
        memcpy(&low, s.ptr, 4);
        memcpy(&high, s.ptr + s.len - 4, 4);
        m.head = (uint64_t)high << 32 | low;
    } else if (s.len > 0) {
        m.head = (uint64_t)(unsigned char)s.ptr[0] << 16 | (uint64_t)(unsigned char)s.ptr[s.len / 2] << 8 |
                 (unsigned char)s.ptr[s.len - 1];
    }
    return m;
}

/* One column whose cells are all constant. Regions alternate: below the first cut, the first cut, between, … */
typedef struct {
    bool indexed;
    bool any;              /* every cell accepts everything: nothing to look up */
    FeelKind kind;         /* of the values that it knows */
    int scale;             /* numbers: the cuts are whole multiples of 10^−scale, in `points` */
    const int64_t *points; /* numbers, dates, durations, booleans */
    const Value *texts;    /* sorted texts that are only compared for equality */
    const TextMark *marks; /* first and last bytes of each, compared first */
    uint32_t few;          /* value_form() of values that few_region() takes; no value has 0xffffffff */
    size_t cut_count;
    const uint64_t *masks; /* region × words; texts: one per text, then one for all others */
    const uint64_t *null_mask;
    size_t regions;
} IndexColumn;

struct TableIndex {
    size_t words;
    size_t count;          /* rules in it */
    const uint32_t *rules; /* which rule of the table each bit is; NULL: the same number */
    IndexColumn *columns;  /* one per input */
    bool complete;         /* every column is indexed */
    uint64_t full;         /* a bit for each rule of the last word */
    const uint32_t *looks; /* columns that tell rules apart */
    size_t look_count;
    size_t split;                   /* column that chooses a part, where parts is not NULL */
    const TableIndex *const *parts; /* by region of that column; then the part for nulls */
};

enum { INDEX_FEW = 12 }; /* up to so many texts or points are looked through, more halved */

/* Kind, scale, box and reason in one word. */
static inline uint32_t value_form(const Value *v)
{
    uint32_t form;
    memcpy(&form, v, sizeof form);
    return form;
}

/* The region of a value of the column's own form among few points or texts. */
static inline size_t few_region(const IndexColumn *c, const Value *v)
{
    size_t count = c->cut_count;
    if (v->kind == FEEL_STRING) {
        Str text = feel_text(*v);
        TextMark m = text_mark(text);
        size_t i = 0;
        while (i < count && (c->marks[i].head != m.head || c->marks[i].tail != m.tail || c->texts[i].len != text.len ||
                             (text.len > 16 && memcmp(c->texts[i].p, text.ptr, text.len) != 0))) {
            i++;
        }
        return i;
    }
    const int64_t *points = c->points;
    size_t below = 0;
    for (size_t i = 0; i < count; i++) { /* without a branch to guess */
        below += points[i] < v->i;
    }
    return 2 * below + (below < count && points[below] == v->i);
}

/* index_region() of all other values. */
size_t index_region_closer(const IndexColumn *c, Value v);

/* The region of a value in a column; SIZE_MAX if the column does not know its kind (then cells are tested). */
static inline size_t index_region(const IndexColumn *c, Value v)
{
    return value_form(&v) == c->few ? few_region(c, &v) : index_region_closer(c, v);
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
