/* bulk_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BULK_BULK_INT_H
#define BULK_BULK_INT_H

#include "bulk.h"
#include "doc/sheet.h"

#define N(params) COUNT_OF(params)

/* The heading row of a file against the columns of a form. */
typedef struct {
    const BulkForm *form;
    size_t *column_of; /* file column → column of the form; SIZE_MAX: none */
    size_t count;
    Map *choices; /* by column of the form: what people write → value */
} BulkHeading;

/* Reads a heading row. Faults: columns that mean nothing, come twice, or are missing, by column. */
bool bulk_heading(Arena *a, const BulkForm *form, const Str *cells, size_t count, BulkHeading *ret, ErrList *faults);
/* One row as a form; *ret_case gets the case that the step is taken on. False with faults where the case is not to be
 * found. */
bool bulk_row_form(const Flow *f, Arena *a, const BulkHeading *h, const Str *cells, size_t count, Json **ret_form,
                   Str *ret_case, ErrList *faults);
/* Where the field stands in the file, from 1; 0: nowhere. */
size_t bulk_column_of(const BulkHeading *h, Str field);

/* The file of an upload, opened. NOT_FOUND once it is gone. */
MUST_USE bool bulk_content(Store *s, Arena *a, Str id, Str *ret, Err *err);
/* Writes state and counts; `lease` in ms since 1970: until when nobody else takes it. */
MUST_USE bool bulk_save(Store *s, const BulkJob *job, int64_t lease, Err *err);
MUST_USE bool bulk_row_add(Store *s, Str id, int64_t n, const BulkRow *row, Err *err);
MUST_USE bool bulk_rows_clear(Store *s, Str id, Err *err);
MUST_USE bool bulk_drop_content(Store *s, Str id, Err *err);

#endif
