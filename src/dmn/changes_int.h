/* changes_int.h: shared by changes.c (the search) and boundaries.c (where it looks). Only for these two.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_CHANGES_INT_H
#define DMN_CHANGES_INT_H

#include "regions_int.h"

enum {
    LEAVES = 64,      /* inputs and members of inputs that may change */
    CANDIDATES = 512, /* values tried for each */
    LEAF_DEPTH = 4
};

/* One place in the inputs that may change. */
typedef struct {
    Str path;
    Str parts[LEAF_DEPTH + 1];
    size_t part_count;
    const DType *type;
    Value from;
    FeelKind kind;
    Value *candidates; /* nearest first */
    size_t count;
} Leaf;

typedef struct {
    FeelRun *run; /* of the caller: its arena takes the results */
    Arena *a;     /* for the search */
    Arena *inner_arena;
    FeelRun *inner; /* reset for every trial */
    const DmnInvocable *d;
    Value inputs;
    const FeelCode *wanted;
    Leaf leaves[LEAVES];
    size_t leaf_count, visits;
} Search;

/* The inputs with one place changed; count: how many of parts lead there. */
Value with_change(Arena *a, Value context, const Str *parts, size_t count, Value to);
/* Fills leaf->candidates: values beside every boundary that the place can move a tested or compared value across. */
void candidates_find(Search *s, Leaf *leaf);

#endif
