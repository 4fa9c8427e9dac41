/* typed_int.h: a graph of tables with constant cells and outputs, and of sums, over blocks of typed columns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_TYPED_INT_H
#define DMN_TYPED_INT_H

#include "coded_int.h"

/* A column of one block: whole numbers at a scale, or codes into a dictionary of values (0 is null). */
typedef struct {
    bool coded;
    FeelKind kind; /* of numbers */
    int scale;
    int64_t n[CODED_BLOCK];
    uint8_t null[CODED_BLOCK]; /* of numbers */
    bool has_null;
    uint32_t code[CODED_BLOCK];
    const Value *dict;
    const uint8_t *dict_bad; /* values that must go the single way */
    size_t dict_count;
} Vec;

/* How one input of a table finds its masks. */
typedef struct {
    bool any;
    const Vec *from;
    const uint64_t *masks; /* rows of `words`: regions (or codes), then the row for null */
    const uint8_t *bad;    /* codes that the column does not know */
    const int64_t *points; /* at the scale of `from` */
    size_t cut_count, regions;
    const uint16_t *spans; /* region by value − first, or NULL */
    int64_t first, last;
} Lookup;

typedef struct {
    const DmnInvocable *d;
    Vec *vec;
    size_t column;  /* inputs */
    const Table *t; /* tables */
    Lookup *lookups;
    const Vec *left, *right; /* sums */
    bool minus;
} TypedStep;

/* The typed way through a graph of inputs, tables and sums, for the columns of one call. */
typedef struct {
    Arena *a; /* of the call */
    FeelRun *run;
    const DmnInvocable *d;
    const DmnColumn *columns;
    TypedStep *steps;
    size_t count;
    uint8_t *bad; /* rows of the block that go the single way */
} Typed;

/* typed.c: prepares the steps for the columns; false where the graph or the columns do not allow it. */
bool typed_prepare(Typed *b);
/* The values of a block of at most CODED_BLOCK rows; marks in b->bad the rows that have to go the single way. */
void typed_run(Typed *b, size_t from, size_t rows, Value *ret);
Vec *typed_vec(const Typed *b, const DmnInvocable *d);
/* Which values of a dictionary the type of d does not take as they are. */
uint8_t *typed_dict_check(Typed *b, const Value *dict, size_t count, const DmnInvocable *d);
/* typed_table.c */
bool typed_table_fits(const Table *t);
bool typed_table_prepare(Typed *b, TypedStep *s);
void typed_table_run(Typed *b, const TypedStep *s, size_t rows);

#endif
