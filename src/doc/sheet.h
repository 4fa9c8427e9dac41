/* sheet.h: spreadsheets in and out, CSV (RFC 4180) and XLSX; part of the face of doc. Cells are text; no formulas, no
 * styles.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_SHEET_H
#define DOC_SHEET_H

#include "base/buf.h"
#include "base/err.h"

/* Every limit is checked while reading, before the memory is taken. Where a function takes limits, NULL means the
 * usual. */
typedef struct {
    size_t rows, columns, cell_bytes;
    size_t unpacked_bytes; /* XLSX: of all parts read together */
} SheetLimits;
SheetLimits sheet_limits_usual(void); /* 200,000 rows, 256 columns, 32 KiB a cell, 512 MiB */

/* One row, numbered from 1 as a spreadsheet program shows it. Trailing empty cells are not counted; empty rows are left
 * out. The cells are good until the call returns. Return false to stop reading (which is no error). */
typedef bool (*SheetRow)(void *host, size_t row, const Str *cells, size_t count);

/* CSV or XLSX, told apart by the first bytes. Faults have the field "row 7, column C"; codes BAD_FILE, BAD_UTF8,
 * TOO_LARGE. */
MUST_USE bool sheet_read(Str bytes, const SheetLimits *limits, SheetRow each, void *host, Err *err);
/* The first worksheet. Dates and times come as YYYY-MM-DD[THH:MM:SS], numbers as they were written (1E3 stays 1E3),
 * booleans as true and false, formulas as their stored value. */
MUST_USE bool sheet_read_xlsx(Str bytes, const SheetLimits *limits, SheetRow each, void *host, Err *err);

/* CSV piece by piece, as it arrives. The separator is the one of , ; and tab that stands most often in the
 * first line. */
typedef struct SheetCsv SheetCsv;
SheetCsv *sheet_csv_new(Arena *a, const SheetLimits *limits, SheetRow each, void *host);
MUST_USE bool sheet_csv_feed(SheetCsv *csv, Str piece, Err *err);
MUST_USE bool sheet_csv_end(SheetCsv *csv, Err *err);

/* "row 7, column AB"; column counts from 1, 0 leaves it out. */
Str sheet_place(Arena *a, size_t row, size_t column);

/* One CSV cell. A text that a spreadsheet program would run as a formula gets a leading apostrophe, which sheet_read
 * takes away again. Join cells with ',' and end rows with CR LF, or use sheet_csv_row. */
void sheet_csv_cell(Buf *out, Str cell);
void sheet_csv_row(Buf *out, const Str *cells, size_t count);

/* A workbook of one or more worksheets in memory. */
typedef struct SheetBook SheetBook;
typedef enum { SHEET_TEXT = 1, SHEET_NUMBER, SHEET_DAY } SheetType; /* how a column's cells are stored and shown */
typedef struct {
    Str heading;
    SheetType type;
    int width;          /* in characters; 0: usual */
    Str note;           /* comment on the heading; may be empty */
    const Str *choices; /* drop-down list, left out where it takes more than 255 bytes; may be NULL */
    size_t choice_count;
} SheetColumn;
SheetBook *sheet_book_new(Arena *a, Str title, int64_t created_s);
/* Starts a worksheet: heading row frozen and bold, with a filter. */
MUST_USE bool sheet_book_page(SheetBook *b, Str name, const SheetColumn *columns, size_t count, Err *err);
/* A cell that does not fit its column's type is stored as text. */
MUST_USE bool sheet_book_row(SheetBook *b, const Str *cells, size_t count, Err *err);
/* Ends the workbook and appends its bytes. */
MUST_USE bool sheet_book_end(SheetBook *b, Buf *out, Err *err);

#endif
