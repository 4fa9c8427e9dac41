/* self_int.h: random inputs around the constants of a model, for comparing the engine's own ways with each other.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_SELF_INT_H
#define DMN_SELF_INT_H

#include "dmn_int.h"

typedef struct {
    Value *items;
    size_t count, cap;
} Pool;

/* How values of one input, or of one member inside it, are made. */
typedef struct Maker Maker;
struct Maker {
    Str name;
    FeelKind kind; /* FEEL_NULL: any */
    Pool own;      /* constants that this name is compared with, and values beside them */
    const Maker *item;
    Maker *members;
    size_t member_count;
};

typedef struct {
    Arena *a; /* of the makers */
    const DmnModel *m;
    Pool all[FEEL_KIND_COUNT]; /* every constant of the models, by kind */
    uint64_t seed;
} Making;

size_t making_below(Making *g, size_t n);
/* Reads the constants of all loaded models. */
void making_start(Making *g, Arena *a, const DmnModel *m, uint64_t seed);
void maker_read(Making *g, Maker *ret, const DmnInput *in, const DType *type);
/* A value as an input may have it: mostly of its type, now and then null or (`wild`) of another kind. */
Value maker_value(Making *g, Arena *a, const Maker *mk, bool wild);

#endif
