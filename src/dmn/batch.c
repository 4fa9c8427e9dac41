/* batch.c: one decision for many rows: in blocks of typed columns, else by codes, else row by row. Rows that do not fit
 * (errors, odd kinds, rules that collide) go the single way, so that results are the same; tests compare both.
 * SPDX-License-Identifier: Apache-2.0 */
#include "typed_int.h"

#include <string.h>

enum { CODED_PAYS = 64 };

struct DmnBatch {
    Typed typed;
    Arena *home;
    Coder *coder; /* for graphs with other parts; NULL: none, or not asked for yet */
    bool coder_asked;
    size_t seen; /* rows so far */
};
typedef DmnBatch Batch;

static Value column_value(const DmnColumn *c, size_t row)
{
    if (c->null != NULL && c->null[row]) {
        return feel_null();
    }
    if (c->kind == FEEL_NULL) {
        return c->values[c->codes != NULL ? c->codes[row] : row];
    }
    if (c->kind == FEEL_STRING) {
        bool known = c->n[row] >= 0 && (size_t)c->n[row] < c->dict_count;
        return known ? feel_str(c->dict[c->n[row]]) : feel_null();
    }
    return (Value){.kind = (uint8_t)c->kind, .scale = (uint8_t)(c->kind == FEEL_NUMBER ? c->scale : 0), .i = c->n[row]};
}

static Value single_row(Batch *b, size_t row, FeelEntry *entries)
{
    for (size_t i = 0; i < b->typed.d->input_count; i++) {
        entries[i] = (FeelEntry){b->typed.d->inputs[i].name, column_value(&b->typed.columns[i], row)};
    }
    return dmn_evaluate(b->typed.run, b->typed.d, feel_context(entries, b->typed.d->input_count), NULL);
}

/* For few rows it does not pay to make one. */
static Coder *coder_of(Batch *b)
{
    if (!b->coder_asked && b->seen >= CODED_PAYS) {
        b->coder = coder_new(b->home, b->typed.run, b->typed.d);
        b->coder_asked = true;
    }
    return b->coder;
}

DmnBatch *dmn_batch_new(Arena *a, FeelRun *run, const DmnInvocable *d)
{
    Batch *b = ARENA_NEW(a, Batch);
    *b = (Batch){.typed = {.run = run, .d = d, .bad = ARENA_ARRAY(a, uint8_t, CODED_BLOCK)}, .home = a};
    return b;
}

void dmn_batch_forget(DmnBatch *b)
{
    if (b->coder != NULL) {
        coder_forget(b->coder);
    }
}

void dmn_batch_rows(DmnBatch *b, const DmnColumn *columns, size_t rows, Value *ret, DmnBatchCounts *counts)
{
    b->typed.a = arena_new(0);
    b->typed.columns = columns;
    b->typed.count = 0;
    b->seen += rows;
    FeelEntry *entries = ARENA_ARRAY(b->typed.a, FeelEntry, b->typed.d->input_count);
    bool typed = typed_prepare(&b->typed);
    Coder *coder = typed ? NULL : coder_of(b);
    size_t single = 0;
    for (size_t from = 0; from < rows; from += CODED_BLOCK) {
        size_t n = rows - from < CODED_BLOCK ? rows - from : CODED_BLOCK;
        if (typed) {
            typed_run(&b->typed, from, n, ret + from);
        } else {
            memset(b->typed.bad, coder == NULL || !coder_run(coder, columns, from, n, ret + from), n);
        }
        for (size_t i = 0; i < n; i++) {
            if (b->typed.bad[i]) {
                ret[from + i] = single_row(b, from + i, entries);
                single++;
            }
        }
    }
    if (counts != NULL) {
        *counts = (DmnBatchCounts){rows, single};
    }
    b->typed.a = arena_free(b->typed.a);
}

void dmn_batch(FeelRun *run, const DmnInvocable *d, const DmnColumn *columns, size_t rows, Value *ret,
               DmnBatchCounts *counts)
{
    Arena *a = arena_new(0);
    dmn_batch_rows(dmn_batch_new(a, run, d), columns, rows, ret, counts);
    arena_free(a);
}
