/* batch_tool.c: `dmn batch`: CSV or JSON lines → the inputs of a decision → its value per row, streaming in blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "batch_tool_int.h"

#include <errno.h>
#include <string.h>

enum { BATCH_ROWS = 4096, BATCH_WRITE = 1 << 28, STATUS_ROWS_FAILED = 1 };

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
        if (!batch_row_read(b, row, ret_end, err)) {
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
        ok = batch_header_read(b, err);
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
