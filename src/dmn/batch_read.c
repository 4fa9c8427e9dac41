/* batch_read.c: the rows of `dmn batch`: CSV or JSON lines → values of a decision's inputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "batch_tool_int.h"

#include <string.h>

enum { SHORT_NUMBER = 18 };

/* Reads on, keeping what is not used yet; false at the end of the file or if the buffer is full. */
static bool more_read(Batching *b)
{
    memmove(b->buf, b->buf + b->at, b->end - b->at);
    b->end -= b->at;
    b->at = 0;
    size_t n = b->end < BATCH_READ ? fread(b->buf + b->end, 1, BATCH_READ - b->end, b->in) : 0;
    b->end += n;
    return n > 0;
}

static inline int char_next(Batching *b)
{
    return b->at < b->end || more_read(b) ? (unsigned char)b->buf[b->at++] : EOF;
}

/* One cell; *ret_end is ',' or '\n' or EOF. */
static bool cell_read(Batching *b, Buf *cell, int *ret_end, Err *err)
{
    int c = char_next(b);
    bool quoted = c == '"';
    if (quoted) {
        for (c = char_next(b); c != EOF; c = char_next(b)) {
            if (c == '"') {
                c = char_next(b);
                if (c != '"') {
                    break;
                }
            }
            buf_byte(cell, (char)c);
        }
    }
    for (; c != ',' && c != '\n' && c != EOF; c = char_next(b)) {
        if (c != '\r') {
            buf_byte(cell, (char)c);
        }
    }
    *ret_end = c;
    return buf_ok(cell) || err_set(err, TOO_LARGE, "row %zu: a cell is larger than 1 MB", b->row + 1);
}

/* The usual line: read ahead whole and without quotes. Its cells are good until more is read. */
static bool line_split(Batching *b, Str *cells, size_t *ret_count)
{
    const char *end = memchr(b->buf + b->at, '\n', b->end - b->at);
    if (end == NULL && more_read(b)) {
        end = memchr(b->buf + b->at, '\n', b->end - b->at);
    }
    const char *p = b->buf + b->at;
    size_t count = 0;
    if (end == NULL || memchr(p, '"', (size_t)(end - p)) != NULL || memchr(p, '\r', (size_t)(end - p)) != NULL) {
        return false;
    }
    for (const char *start = p; count < BATCH_COLUMNS; p++) {
        if (p == end || *p == ',') {
            cells[count++] = (Str){start, (size_t)(p - start)};
            start = p + 1;
            if (p == end) {
                b->at = (size_t)(end - b->buf) + 1;
                *ret_count = count;
                return true;
            }
        }
    }
    return false;
}

/* The cells of one CSV line; *ret_count 0 at the end of the file. */
static bool line_read(Batching *b, Str *cells, size_t *ret_count, Err *err)
{
    int end = ',';
    *ret_count = 0;
    if (line_split(b, cells, ret_count) || (b->at == b->end && !more_read(b))) {
        return true;
    }
    while (end == ',') {
        Buf cell = buf_new(b->a, BATCH_LINE_BYTES);
        if (*ret_count == BATCH_COLUMNS) {
            return err_set(err, TOO_LARGE, "row %zu: more than %d columns", b->row + 1, BATCH_COLUMNS);
        }
        if (!cell_read(b, &cell, &end, err)) {
            return false;
        }
        cells[(*ret_count)++] = buf_str(&cell);
    }
    return true;
}

bool batch_header_read(Batching *b, Err *err)
{
    if (!line_read(b, b->header, &b->column_count, err)) {
        return false;
    }
    b->column_input = ARENA_ARRAY(b->args->a, int, BATCH_COLUMNS);
    for (size_t c = 0; c < b->column_count; c++) {
        b->header[c] = str_copy(b->args->a, b->header[c]);
        Str name = str_trim(b->header[c]);
        if (c == 0 && str_starts(name, STR("\xef\xbb\xbf"))) {
            name = str_sub(name, 3, name.len);
        }
        b->column_input[c] = -1;
        for (size_t i = 0; i < b->d->input_count; i++) {
            if (str_eq(b->d->inputs[i].name, name)) {
                b->column_input[c] = (int)i;
            }
        }
        if (b->column_input[c] < 0) {
            fprintf(b->args->errout, "note: \"%.*s\" is no input of \"%.*s\"\n", STR_ARG(name), STR_ARG(b->d->name));
        }
    }
    return true;
}

/* The usual numbers, dates and texts. Anything else is read by the language. */
static bool cell_short(Batching *b, Str text, FeelKind kind, Value *ret)
{
    Day day;
    int64_t n = 0;
    if (kind == FEEL_STRING || kind == FEEL_NULL) {
        *ret = feel_str(str_copy(b->a, text));
        return true;
    }
    if (kind == FEEL_DATE && text.len == 10 && day_parse(text, &day)) {
        *ret = feel_date(day);
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        n = n * 10 + (text.ptr[i] - '0');
        if (kind != FEEL_NUMBER || text.len > SHORT_NUMBER || text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    *ret = feel_int(n);
    return true;
}

/* A cell by the type of its input; numbers and booleans as JSON writes them, everything else as text. Empty is null. */
static void cell_value(Batching *b, Str cell, size_t input, Row *row)
{
    const DmnInput *in = &b->d->inputs[input];
    Str text = str_trim(cell);
    Err why = {0};
    Json *j = NULL;
    if (text.len == 0) {
        return;
    }
    FeelKind kind = in->type != NULL ? feel_type_kind(in->type) : FEEL_NULL;
    if (cell_short(b, text, kind, &row->values[input])) {
        return;
    }
    if (kind == FEEL_BOOLEAN || kind == FEEL_LIST || kind == FEEL_CONTEXT) {
        if (!json_parse(b->a, text, &j, &why)) {
            row->fault = str_printf(b->a, "%.*s: %s", STR_ARG(in->name), why.text);
            return;
        }
    } else {
        j = json_new_str(b->a, text);
    }
    if (!feel_from_json(b->a, j, in->type, &row->values[input], &why)) {
        row->fault = str_printf(b->a, "%.*s: %s", STR_ARG(in->name), why.text);
    }
}

static bool csv_row(Batching *b, Row *row, bool *ret_end, Err *err)
{
    Str *cells = b->cells;
    size_t count = 0;
    if (!line_read(b, cells, &count, err)) {
        return false;
    }
    *ret_end = count == 0;
    if (count > b->column_count) {
        row->fault = str_printf(b->a, "%zu cells, but the header has %zu", count, b->column_count);
    }
    for (size_t c = 0; c < count && c < b->column_count; c++) {
        if (b->column_input[c] >= 0) {
            cell_value(b, cells[c], (size_t)b->column_input[c], row);
        }
    }
    return true;
}

static bool json_row(Batching *b, Row *row, bool *ret_end, Err *err)
{
    Buf line = buf_new(b->a, BATCH_LINE_BYTES);
    int c = char_next(b);
    *ret_end = c == EOF;
    for (; c != EOF && c != '\n'; c = char_next(b)) {
        buf_byte(&line, (char)c);
    }
    if (!buf_ok(&line)) {
        return err_set(err, TOO_LARGE, "row %zu: the line is larger than 1 MB", b->row + 1);
    }
    Json *j = NULL;
    Value inputs;
    Err why = {0};
    if (*ret_end) {
        return true;
    }
    if (!json_parse(b->a, buf_str(&line), &j, &why) || !dmn_inputs_read(b->a, b->d, j, &inputs, &why)) {
        row->fault = str_copy(b->a, str_from_c(why.text));
        return true;
    }
    for (size_t i = 0; i < inputs.len; i++) {
        row->values[i] = feel_entries(inputs)[i].value;
    }
    return true;
}

bool batch_row_read(Batching *b, Row *row, bool *ret_end, Err *err)
{
    return b->json_in ? json_row(b, row, ret_end, err) : csv_row(b, row, ret_end, err);
}
