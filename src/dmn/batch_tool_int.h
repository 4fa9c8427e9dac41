/* batch_tool_int.h: a batch that streams from a file to another: its state, and the reading of its rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_BATCH_TOOL_INT_H
#define DMN_BATCH_TOOL_INT_H

#include "tools_int.h"

enum { BATCH_COLUMNS = 1024, BATCH_LINE_BYTES = 1 << 20, BATCH_READ = 1 << 18 };

typedef struct {
    ToolArgs *args;
    FILE *in, *out;
    const DmnInvocable *d;
    Arena *a; /* of one block */
    FeelRun *run;
    DmnBatch *batch;
    bool json_in;
    Str header[BATCH_COLUMNS];
    Str cells[BATCH_COLUMNS]; /* of the row being read */
    int *column_input;        /* CSV column → input, or −1 */
    size_t column_count;
    const FeelMember *members; /* of the result, or NULL for a single value */
    size_t member_count;
    size_t row, failed;
    char *buf; /* what was read ahead */
    size_t at, end;
    Buf text; /* what is to be written for the block */
} Batching;

/* One row of the block. */
typedef struct {
    Value *values;
    Str fault; /* why the row cannot be read; empty if it can */
    size_t number;
} Row;

/* The first line of a CSV file. */
MUST_USE bool batch_header_read(Batching *b, Err *err);
/* The next row; *ret_end where there is none. */
MUST_USE bool batch_row_read(Batching *b, Row *row, bool *ret_end, Err *err);

#endif
