/* batch_tool.c: `dmn batch`: CSV or JSON lines → the inputs of a decision → its value per row, streaming in blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools_int.h"

#include <errno.h>
#include <string.h>

enum { BATCH_ROWS = 4096, BATCH_COLUMNS = 1024, BATCH_LINE_BYTES = 1 << 20, STATUS_ROWS_FAILED = 1 };
enum { BATCH_READ = 1 << 18, BATCH_WRITE = 1 << 28, SHORT_NUMBER = 18 };

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

/* ---- Reading --------------------------------------------------------------------------------------------------- */

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

static bool header_read(Batching *b, Err *err)
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

/* ---- Columns --------------------------------------------------------------------------------------------------- */

static size_t word_code(Arena *a, Map *words, Str word)
{
    size_t *code = map_get(words, word);
    if (code == NULL) {
        code = ARENA_NEW(a, size_t);
        *code = words->count;
        map_set(words, word, code);
    }
    return *code;
}

static bool number_fit(Value v, int scale, int64_t *ret)
{
    *ret = v.i;
    for (int s = v.scale; s < scale; s++) {
        if (__builtin_mul_overflow(*ret, 10, ret)) {
            return false;
        }
    }
    return true;
}

/* Typed where all values of the block are of one simple kind; else as they are. */
static DmnColumn column_make(Arena *a, const Row *rows, size_t count, size_t input)
{
    FeelKind kind = FEEL_NULL;
    int scale = 0;
    bool typed = true;
    Value *values = ARENA_ARRAY(a, Value, count);
    int64_t *n = ARENA_ARRAY(a, int64_t, count);
    uint8_t *none = ARENA_ARRAY(a, uint8_t, count);
    Map words = {.arena = a};
    for (size_t i = 0; i < count; i++) {
        Value v = values[i] = rows[i].values[input];
        none[i] = v.kind == FEEL_NULL;
        kind = kind == FEEL_NULL ? (FeelKind)v.kind : kind;
        typed = typed && (none[i] || ((FeelKind)v.kind == kind && !v.boxed));
        scale = v.kind == FEEL_NUMBER && !v.boxed && v.scale > scale ? v.scale : scale;
    }
    typed = typed && (kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_DATE || kind == FEEL_BOOLEAN);
    for (size_t i = 0; i < count && typed; i++) {
        n[i] = values[i].i;
        if (none[i]) {
            n[i] = 0;
        } else if (kind == FEEL_STRING) {
            n[i] = (int64_t)word_code(a, &words, feel_text(values[i]));
        } else if (kind == FEEL_NUMBER) {
            typed = number_fit(values[i], scale, &n[i]);
        }
    }
    if (!typed) {
        return (DmnColumn){.kind = FEEL_NULL, .values = values};
    }
    Str *dict = ARENA_ARRAY(a, Str, words.count);
    for (size_t i = 0; i < words.count; i++) {
        dict[i] = words.entries[i].key;
    }
    return (DmnColumn){.kind = kind, .scale = scale, .n = n, .dict = dict, .dict_count = words.count, .null = none};
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

static bool csv_plain(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r') {
            return false;
        }
    }
    return true;
}

static void csv_cell(Buf *b, Str s)
{
    if (csv_plain(s)) {
        buf_add(b, s);
        return;
    }
    buf_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        buf_add_c(b, s.ptr[i] == '"' ? "\"" : "");
        buf_byte(b, s.ptr[i]);
    }
    buf_byte(b, '"');
}

static void csv_value(Arena *a, Buf *b, Value v)
{
    size_t start = b->len;
    if (v.kind == FEEL_NULL) {
        return;
    }
    feel_print_plain(b, v);
    Str written = str_sub(buf_str(b), start, b->len);
    if (buf_ok(b) && !csv_plain(written)) {
        written = str_copy(a, written);
        buf_drop(b, written.len);
        csv_cell(b, written);
    }
}

static void header_write(Batching *b)
{
    Buf line = buf_new(b->a, BATCH_LINE_BYTES);
    for (size_t i = 0; i < b->member_count; i++) {
        csv_cell(&line, b->members[i].name);
        buf_byte(&line, ',');
    }
    if (b->member_count == 0) {
        csv_cell(&line, b->d->name);
        buf_byte(&line, ',');
    }
    fprintf(b->out, "%.*serror\n", STR_ARG(buf_str(&line)));
}

/* Why the value of a row is an error: asked again alone, as a batch keeps no reasons. */
static Str reason_of(Batching *b, const Row *row)
{
    FeelEntry *entries = ARENA_ARRAY(b->a, FeelEntry, b->d->input_count);
    const Str *messages = NULL;
    for (size_t i = 0; i < b->d->input_count; i++) {
        entries[i] = (FeelEntry){b->d->inputs[i].name, row->values[i]};
    }
    FeelRun *run = feel_run_new(b->a, (FeelLimits){0}, (Instant){0});
    (void)dmn_evaluate(run, b->d, feel_context(entries, b->d->input_count), NULL);
    return feel_run_messages(run, &messages) > 0 ? str_copy(b->a, messages[0]) : STR("this row cannot be decided");
}

static void row_write(Batching *b, const Row *row, Value v)
{
    Str fault = row->fault;
    Buf *line = &b->text;
    if (fault.len == 0 && v.kind == FEEL_NULL && v.reason != 0) {
        fault = reason_of(b, row);
    }
    b->failed += fault.len > 0;
    if (b->args->json) {
        Json *o = json_new_object(b->a);
        json_set(b->a, o, STR("row"), json_new_int(b->a, (int64_t)row->number));
        json_set(b->a, o, STR("value"), row->fault.len > 0 ? json_new_null(b->a) : feel_to_json(b->a, v));
        if (fault.len > 0) {
            json_set(b->a, o, STR("error"), json_new_str(b->a, fault));
        }
        json_write(line, o);
        buf_byte(line, '\n');
        return;
    }
    for (size_t i = 0; i < b->member_count; i++) {
        csv_value(b->a, line, v.kind == FEEL_CONTEXT ? feel_get(v, b->members[i].name) : feel_null());
        buf_byte(line, ',');
    }
    if (b->member_count == 0) {
        csv_value(b->a, line, v);
        buf_byte(line, ',');
    }
    csv_cell(line, fault);
    buf_byte(line, '\n');
}

/* ---- One block after another ----------------------------------------------------------------------------------- */

static bool block_run(Batching *b, bool *ret_end, Err *err)
{
    Row *rows = ARENA_ARRAY(b->a, Row, BATCH_ROWS);
    Value *cells = ARENA_ARRAY(b->a, Value, BATCH_ROWS * b->d->input_count);
    size_t count = 0;
    *ret_end = false;
    while (count < BATCH_ROWS && !*ret_end) {
        Row *row = &rows[count];
        row->values = cells + count * b->d->input_count;
        if (!(b->json_in ? json_row(b, row, ret_end, err) : csv_row(b, row, ret_end, err))) {
            return false;
        }
        row->number = ++b->row;
        count += !*ret_end;
    }
    DmnColumn *columns = ARENA_ARRAY(b->a, DmnColumn, b->d->input_count);
    for (size_t i = 0; i < b->d->input_count; i++) {
        columns[i] = column_make(b->a, rows, count, i);
    }
    Value *values = ARENA_ARRAY(b->a, Value, count);
    dmn_batch_forget(b->batch);
    feel_run_reset(b->run);
    dmn_batch_rows(b->batch, columns, count, values, NULL);
    b->text = buf_new(b->a, BATCH_WRITE);
    for (size_t i = 0; i < count; i++) {
        row_write(b, &rows[i], rows[i].fault.len > 0 ? feel_null() : values[i]);
    }
    if (!buf_ok(&b->text)) {
        return err_set(err, TOO_LARGE, "before row %zu: the values are larger than 256 MB", b->row);
    }
    Str text = buf_str(&b->text);
    return fwrite(text.ptr, 1, text.len, b->out) == text.len || err_set(err, IO_FAILED, "the output cannot be written");
}

static bool files_open(Batching *b, Err *err)
{
    ToolArgs *args = b->args;
    b->in = args->in;
    b->out = args->out;
    b->json_in = str_ends(args->input, STR(".jsonl")) || (args->input.len <= 1 && args->json);
    if (args->input.len > 1 && (b->in = fopen(str_c(args->a, args->input), "rb")) == NULL) {
        return err_set(err, NOT_FOUND, "%.*s: %s", STR_ARG(args->input), strerror(errno));
    }
    if (args->output.len > 0 && (b->out = fopen(str_c(args->a, args->output), "wb")) == NULL) {
        return err_set(err, IO_FAILED, "%.*s: %s", STR_ARG(args->output), strerror(errno));
    }
    return true;
}

static bool rows_run(Batching *b, Err *err)
{
    bool end = false, ok = true;
    if (b->d->seen != NULL && feel_type_kind(b->d->seen) == FEEL_CONTEXT) {
        b->members = feel_type_members(b->d->seen, &b->member_count);
    }
    if (!b->json_in) {
        Arena *block = b->a;
        b->a = b->args->a; /* the header lives as long as the batch */
        ok = header_read(b, err);
        b->a = block;
    }
    if (ok && !b->args->json) {
        header_write(b);
    }
    while (ok && !end) {
        ok = block_run(b, &end, err);
        arena_reset(b->a);
    }
    return ok;
}

bool tool_batch(ToolArgs *args, int *ret_status, Err *err)
{
    Batching *b = ARENA_NEW(args->a, Batching);
    DmnModel *m = NULL;
    Instant now;
    b->args = args;
    b->buf = ARENA_ARRAY(args->a, char, BATCH_READ);
    if (!tool_model(args, &m, err) || !tool_invocable(args, m, &b->d, err) || !tool_now(args, &now, err) ||
        !files_open(b, err)) {
        return false;
    }
    b->a = arena_new(0);
    b->run = feel_run_new(args->a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = (size_t)1 << 30}, now);
    b->batch = dmn_batch_new(args->a, b->run, b->d);
    bool ok = rows_run(b, err);
    arena_free(b->a);
    if (b->in != args->in) {
        fclose(b->in);
    }
    if (b->out != args->out && fclose(b->out) != 0) {
        return err_set(err, IO_FAILED, "%.*s: cannot be written", STR_ARG(args->output));
    }
    if (ok && b->failed > 0) {
        fprintf(args->errout, "%zu rows could not be decided\n", b->failed);
    }
    *ret_status = b->failed > 0 ? STATUS_ROWS_FAILED : 0;
    return ok;
}
