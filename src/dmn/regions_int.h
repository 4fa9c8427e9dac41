/* regions_int.h: what a table column can tell apart: the elementary intervals between the constants of its cells.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_REGIONS_INT_H
#define DMN_REGIONS_INT_H

#include "dmn_int.h"

/* Every value of one region passes the same constant cells. */
typedef struct {
    Value rep;       /* a value inside */
    Value low, high; /* neighbouring cut points; null where there is none; equal for a single value */
    uint64_t *mask;  /* bit per rule that accepts it */
} Region;

typedef struct {
    FeelKind kind; /* of its values; FEEL_NULL if nothing is tested */
    Region *regions;
    size_t count;
    bool constant;      /* all cells are constant tests */
    size_t first_other; /* rule with the first cell that is not */
} Column;

typedef struct {
    Value *items;
    size_t count, cap;
} Cuts;

size_t mask_words(size_t rules);
/* The cut points of one column of a table: bounds in cells, input values, allowed values of the type. */
void cuts_add(Arena *a, Cuts *cuts, const FeelCode *tests);
void cuts_add_value(Arena *a, Cuts *cuts, Value v);
/* Sorts cuts of one kind, drops others and repetitions. */
void cuts_sort(Cuts *cuts, FeelKind kind);
/* The regions between sorted cuts; a region that no value can lie in is left out. */
size_t cuts_regions(Arena *a, const Cuts *cuts, FeelKind kind, bool only_points, Region **ret);
/* The type that stands behind an input of a table: its own, or that of the element it names. NULL if there is none. */
const DType *input_domain(const Table *t, size_t input);
bool domain_allows(FeelRun *run, const Table *t, size_t input, Value v);
/* Regions of one input with the masks of rules (in the second arena); left out are regions outside the domain and those
 * that the same rules accept as one before. */
Column column_read(FeelRun *run, Arena *a, Arena *masks, const Table *t, size_t input);

#endif
