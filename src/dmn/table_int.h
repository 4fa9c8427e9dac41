/* table_int.h: one evaluation of a decision table, shared by the files that find its rules and that make its value.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_TABLE_INT_H
#define DMN_TABLE_INT_H

#include "index_int.h"

enum { FEW = 64, FEW_INPUTS = 16 };

/* One evaluation of a table. */
typedef struct {
    Eval *ev;
    const Table *t;
    const Value *frame;
    Value *values; /* of the inputs */
    size_t *fired; /* rule numbers in the order of the table */
    size_t *few;   /* room for FEW of them */
    size_t count;
    bool has_error; /* one of the values is a null that came from an error */
    bool unsure;    /* a value that is an error passes every cell: the rules that might apply */
} Firing;

static inline bool is_error(Value v)
{
    return v.kind == FEEL_NULL && v.reason != 0;
}

/* table_find.c */
bool cell_passes(Firing *f, const TableCell *cell, Value v);
/* Appends the rules that apply to f->fired, in the order of the table: by the index, or cell by cell. */
void rules_find(Firing *f);
void rules_scan(Firing *f);

#endif
