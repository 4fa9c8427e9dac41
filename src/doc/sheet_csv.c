/* sheet_csv.c: CSV as RFC 4180 writes it, read piece by piece with faults by row and column, and written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet_int.h"

#include <string.h>

#include "base/utf8.h"

/* The separator is sought in at most so many bytes. */
#define HEAD_BYTES ((size_t)64 * 1024)
#define ROW_BYTES ((size_t)16 * 1024 * 1024)

typedef enum { AT_START = 1, IN_PLAIN, IN_QUOTED, AFTER_QUOTE } State;

struct SheetCsv {
    Arena *arena;
    SheetLimits limits;
    SheetRow each;
    void *host;
    Buf head;       /* what came before the separator was known */
    char separator; /* 0: not known yet */
    State state;
    bool after_cr; /* a line feed now belongs to the row end before it */
    bool stopped, failed;
    size_t row, column, quoted_row; /* from 1 */
    Buf text;                       /* cells of the row, one behind the other */
    size_t *ends;                   /* end of each cell in text */
    Str *cells;
};

SheetLimits sheet_limits_usual(void)
{
    return (SheetLimits){.rows = 200000, .columns = 256, .cell_bytes = 32 * 1024, .unpacked_bytes = (size_t)512 << 20};
}

Str sheet_place(Arena *a, size_t row, size_t column)
{
    char letters[16];
    size_t at = sizeof letters;
    if (column == 0) {
        return str_printf(a, "row %zu", row);
    }
    for (; column > 0; column = (column - 1) / 26) {
        letters[--at] = (char)('A' + (column - 1) % 26);
    }
    return str_printf(a, "row %zu, column %.*s", row, (int)(sizeof letters - at), letters + at);
}

bool sheet_fault(Arena *a, size_t row, size_t column, ErrCode code, const char *text, Err *err)
{
    return err_field(err, code, str_c(a, sheet_place(a, row, column)), "%s", text);
}

SheetCsv *sheet_csv_new(Arena *a, const SheetLimits *limits, SheetRow each, void *host)
{
    SheetCsv *csv = ARENA_NEW(a, SheetCsv);
    csv->arena = a;
    csv->limits = limits ? *limits : sheet_limits_usual();
    csv->each = each;
    csv->host = host;
    csv->head = buf_new(a, HEAD_BYTES * 2);
    csv->text = buf_new(a, ROW_BYTES);
    csv->state = AT_START;
    csv->row = csv->column = 1;
    csv->ends = ARENA_ARRAY(a, size_t, csv->limits.columns);
    csv->cells = ARENA_ARRAY(a, Str, csv->limits.columns);
    return csv;
}

static bool fault(SheetCsv *csv, ErrCode code, const char *text, Err *err)
{
    csv->failed = true;
    return sheet_fault(csv->arena, csv->row, csv->column, code, text, err);
}

/* =, +, -, @ and the like at the start, behind any apostrophes: what a spreadsheet program would run. */
static bool looks_like_formula(Str cell)
{
    size_t i = 0;
    while (i < cell.len && cell.ptr[i] == '\'') {
        i++;
    }
    return i < cell.len && cell.ptr[i] != 0 && strchr("=+-@\t\r", cell.ptr[i]) != NULL;
}

static bool cell_end(SheetCsv *csv, Err *err)
{
    size_t start = csv->column > 1 ? csv->ends[csv->column - 2] : 0;
    if (csv->column > csv->limits.columns) {
        return fault(csv, TOO_LARGE, "The row has more columns than are allowed.", err);
    }
    if (!buf_ok(&csv->text)) {
        return fault(csv, TOO_LARGE, "The row is larger than is allowed.", err);
    }
    if (!utf8_is_valid(str_sub(buf_str(&csv->text), start, csv->text.len))) {
        return fault(csv, BAD_UTF8, "The cell is not UTF-8: please save the file as \"CSV UTF-8\".", err);
    }
    csv->ends[csv->column - 1] = csv->text.len;
    csv->column++;
    csv->state = AT_START;
    return true;
}

static bool row_end(SheetCsv *csv, Err *err)
{
    if (!cell_end(csv, err)) {
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i + 1 < csv->column; i++) {
        Str cell = str_sub(buf_str(&csv->text), i ? csv->ends[i - 1] : 0, csv->ends[i]);
        bool guarded = cell.len > 0 && cell.ptr[0] == '\'' && looks_like_formula(cell);
        csv->cells[i] = guarded ? str_sub(cell, 1, cell.len) : cell;
        count = cell.len > 0 ? i + 1 : count;
    }
    if (count > 0 && csv->row > csv->limits.rows) {
        csv->column = 0;
        return fault(csv, TOO_LARGE, "The sheet has more rows than are allowed.", err);
    }
    if (count > 0 && !csv->each(csv->host, csv->row, csv->cells, count)) {
        csv->stopped = true;
    }
    csv->text.len = 0;
    csv->row++;
    csv->column = 1;
    return true;
}

static bool put(SheetCsv *csv, char c, Err *err)
{
    size_t start = csv->column > 1 && csv->column - 2 < csv->limits.columns ? csv->ends[csv->column - 2] : 0;
    if (csv->text.len - start >= csv->limits.cell_bytes) {
        return fault(csv, TOO_LARGE, "The cell is larger than is allowed.", err);
    }
    buf_byte(&csv->text, c);
    return true;
}

/* A character outside of quotes that ends a cell or a row; *ret_done is false if it is none. */
static bool separator_take(SheetCsv *csv, char c, bool *ret_done, Err *err)
{
    *ret_done = true;
    if (c == csv->separator) {
        return cell_end(csv, err);
    }
    if (c == '\n' || c == '\r') {
        csv->after_cr = c == '\r';
        return row_end(csv, err);
    }
    *ret_done = false;
    return true;
}

static bool take(SheetCsv *csv, char c, Err *err)
{
    bool done, line_feed = csv->after_cr && c == '\n';
    csv->after_cr = false;
    if (line_feed && csv->state == AT_START && csv->column == 1) {
        return true;
    }
    if (c == 0) {
        return fault(csv, BAD_FILE, "A zero byte stands in the file: it is not CSV.", err);
    }
    switch (csv->state) {
    case IN_QUOTED: csv->state = c == '"' ? AFTER_QUOTE : IN_QUOTED; return c == '"' ? true : put(csv, c, err);
    case AFTER_QUOTE:
        if (c == '"') {
            csv->state = IN_QUOTED;
            return put(csv, c, err);
        }
        if (!separator_take(csv, c, &done, err)) {
            return false;
        }
        return done ? true : fault(csv, BAD_FILE, "Text stands behind the closing quotation mark.", err);
    case AT_START:
        if (c == '"') {
            csv->state = IN_QUOTED;
            csv->quoted_row = csv->row;
            return true;
        }
        csv->state = IN_PLAIN;
        break;
    case IN_PLAIN:
        if (c == '"') {
            return fault(csv, BAD_FILE, "A quotation mark stands inside a cell that does not begin with one.", err);
        }
        break;
    }
    return separator_take(csv, c, &done, err) && (done || put(csv, c, err));
}

static bool run(SheetCsv *csv, Str piece, Err *err)
{
    for (size_t i = 0; i < piece.len && !csv->stopped; i++) {
        if (!take(csv, piece.ptr[i], err)) {
            return false;
        }
    }
    return true;
}

/* Length of the first row, or SIZE_MAX if it has not ended. */
static size_t first_row(Str s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        quoted = s.ptr[i] == '"' ? !quoted : quoted;
        if (!quoted && (s.ptr[i] == '\n' || s.ptr[i] == '\r')) {
            return i;
        }
    }
    return SIZE_MAX;
}

static char separator_of(Str row)
{
    static const char CHOICES[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < row.len; i++) {
        quoted = row.ptr[i] == '"' ? !quoted : quoted;
        const char *p = quoted || row.ptr[i] == 0 ? NULL : strchr(CHOICES, row.ptr[i]);
        if (p != NULL) {
            counts[p - CHOICES]++;
        }
    }
    for (size_t i = 1; i < 3; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return CHOICES[best];
}

static bool begin(SheetCsv *csv, Err *err)
{
    Str head = buf_str(&csv->head);
    if (str_starts(head, STR("\xFF\xFE")) || str_starts(head, STR("\xFE\xFF"))) {
        return fault(csv, BAD_UTF8, "The file is UTF-16: please save it as \"CSV UTF-8\".", err);
    }
    if (str_starts(head, STR("\xEF\xBB\xBF"))) {
        head = str_sub(head, 3, head.len);
    }
    size_t len = first_row(head);
    csv->separator = separator_of(str_sub(head, 0, len == SIZE_MAX ? head.len : len));
    return run(csv, head, err);
}

bool sheet_csv_feed(SheetCsv *csv, Str piece, Err *err)
{
    check_that(!csv->failed);
    while (csv->separator == 0 && piece.len > 0) {
        Str part = str_sub(piece, 0, HEAD_BYTES - csv->head.len);
        buf_add(&csv->head, part);
        piece = str_sub(piece, part.len, piece.len);
        if ((csv->head.len >= HEAD_BYTES || first_row(buf_str(&csv->head)) != SIZE_MAX) && !begin(csv, err)) {
            return false;
        }
    }
    return run(csv, piece, err);
}

bool sheet_csv_end(SheetCsv *csv, Err *err)
{
    check_that(!csv->failed);
    if (csv->separator == 0 && !begin(csv, err)) {
        return false;
    }
    if (csv->stopped) {
        return true;
    }
    if (csv->state == IN_QUOTED) {
        csv->row = csv->quoted_row;
        return fault(csv, BAD_FILE, "The quotation mark that opens this cell is never closed.", err);
    }
    bool empty = csv->column == 1 && csv->text.len == 0;
    return empty || row_end(csv, err);
}

bool sheet_read(Str bytes, const SheetLimits *limits, SheetRow each, void *host, Err *err)
{
    if (str_starts(bytes, STR("PK\x03\x04"))) {
        return sheet_read_xlsx(bytes, limits, each, host, err);
    }
    if (str_starts(bytes, STR("\xD0\xCF\x11\xE0"))) {
        return err_set(err, BAD_FILE, "This is an old or encrypted workbook: please save it as XLSX without password.");
    }
    Arena *a = arena_new(0);
    SheetCsv *csv = sheet_csv_new(a, limits, each, host);
    bool ok = sheet_csv_feed(csv, bytes, err) && sheet_csv_end(csv, err);
    arena_free(a);
    return ok;
}

/* ---- Writing ------------------------------------------------------------------------------------------- */

bool sheet_is_number(Str s)
{
    size_t i = 0, digits = 0;
    bool point = false;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) {
        i++;
    }
    for (; i < s.len; i++) {
        bool digit = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        if (!digit && (s.ptr[i] != '.' || point || digits == 0)) {
            return false;
        }
        point = point || !digit;
        digits += digit ? 1 : 0;
    }
    return digits > 0 && s.ptr[s.len - 1] != '.';
}

void sheet_csv_cell(Buf *out, Str cell)
{
    bool guarded = looks_like_formula(cell) && !sheet_is_number(cell);
    /* At the start of a file these would be taken for its mark or for a workbook. */
    bool quoted = str_starts(cell, STR("\xEF\xBB\xBF")) || str_starts(cell, STR("PK\x03\x04"));
    for (size_t i = 0; i < cell.len; i++) {
        quoted = quoted || (cell.ptr[i] != 0 && strchr("\",;\t\r\n", cell.ptr[i]) != NULL);
    }
    quoted = quoted || (cell.len > 0 && (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' '));
    if (quoted) {
        buf_byte(out, '"');
    }
    if (guarded) {
        buf_byte(out, '\'');
    }
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"') {
            buf_byte(out, '"');
        }
        buf_byte(out, cell.ptr[i]);
    }
    if (quoted) {
        buf_byte(out, '"');
    }
}

void sheet_csv_row(Buf *out, const Str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_byte(out, ',');
        }
        sheet_csv_cell(out, cells[i]);
    }
    buf_add_c(out, "\r\n");
}
