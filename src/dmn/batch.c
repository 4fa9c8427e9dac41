/* batch.c: one decision for many rows, in blocks of columns. Rows that do not fit (errors, odd kinds, rules that
 * collide) go the single way, so that results are the same; tests compare both.
 * SPDX-License-Identifier: Apache-2.0 */
#include "coded_int.h"

#include <string.h>

enum {
    BLOCK = CODED_BLOCK,
    BATCH_WORDS = 4,     /* tables of up to 256 rules run in columns */
    COUNTED_CUTS = 8,    /* so few boundaries are counted, not searched */
    CODED_PAYS = 64,
    TABLE_SPAN = 1 << 16 /* boundaries so near to each other are looked up */
};

/* A column of one block: whole numbers at a scale, or codes into a dictionary of values (0 is null). */
typedef struct {
    bool coded;
    FeelKind kind; /* of numbers */
    int scale;
    int64_t n[BLOCK];
    uint8_t null[BLOCK]; /* of numbers */
    bool has_null;
    uint32_t code[BLOCK];
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
} Step;

struct DmnBatch {
    Arena *a; /* for one call */
    FeelRun *run;
    const DmnInvocable *d;
    const DmnColumn *columns;
    Step *steps;
    size_t count;
    uint8_t *bad; /* rows of the block that go the single way */
    Arena *home;
    Coder *coder; /* for graphs with other parts; NULL: none, or not asked for yet */
    bool coder_asked;
    size_t seen; /* rows so far */
};
typedef DmnBatch Batch;

static const int64_t powers_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

static Vec *vec_of(Batch *b, const DmnInvocable *d)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->steps[i].d == d) {
            return b->steps[i].vec;
        }
    }
    return NULL;
}

/* ---- Inputs ---------------------------------------------------------------------------------------------------- */

static uint8_t *dict_check(Batch *b, const Value *dict, size_t count, const DmnInvocable *d)
{
    uint8_t *bad = ARENA_ARRAY(b->a, uint8_t, count);
    for (size_t i = 0; i < count; i++) {
        Value v = type_check(b->run, dict[i], d->type, d->name);
        bad[i] = !feel_same(v, dict[i]);
    }
    return bad;
}

static bool input_prepare(Batch *b, Step *s)
{
    const DmnColumn *c = &b->columns[s->column];
    const DType *t = s->d->type;
    Vec *v = s->vec;
    if (c->kind == FEEL_STRING) {
        Value *dict = ARENA_ARRAY(b->a, Value, c->dict_count + 1);
        for (size_t i = 0; i < c->dict_count; i++) {
            dict[i + 1] = feel_str(c->dict[i]);
        }
        v->coded = true;
        v->dict = dict;
        v->dict_count = c->dict_count + 1;
        v->dict_bad = dict_check(b, dict, v->dict_count, s->d);
        return true;
    }
    bool whole = c->kind == FEEL_NUMBER || c->kind == FEEL_DATE || c->kind == FEEL_BOOLEAN;
    v->kind = c->kind;
    v->scale = c->kind == FEEL_NUMBER ? c->scale : 0;
    v->has_null = c->null != NULL;
    return whole && v->scale <= 9 && (type_is_any(t) || t->simple == (uint8_t)c->kind || t->constrained);
}

/* Rows whose value is not allowed go the single way, which says why. */
static void input_check(Batch *b, const Step *s, size_t rows)
{
    const DType *t = s->d->type;
    const Vec *v = s->vec;
    if (type_is_any(t) || t->simple == (uint8_t)v->kind) {
        return;
    }
    for (size_t i = 0; i < rows; i++) { /* the language decides, once per run of equal values */
        if (v->has_null && v->null[i]) {
            continue;
        }
        if (i > 0 && v->n[i] == v->n[i - 1] && !(v->has_null && v->null[i - 1])) {
            b->bad[i] |= b->bad[i - 1];
            continue;
        }
        Value x = {.kind = (uint8_t)v->kind, .scale = (uint8_t)v->scale, .i = v->n[i]};
        b->bad[i] |= type_check(b->run, x, t, s->d->name).kind == FEEL_NULL;
    }
}

static void input_load(Batch *b, const Step *s, size_t from, size_t rows)
{
    const DmnColumn *c = &b->columns[s->column];
    Vec *v = s->vec;
    if (!v->coded) {
        memcpy(v->n, c->n + from, rows * sizeof(int64_t));
        if (c->null != NULL) {
            memcpy(v->null, c->null + from, rows);
        }
        input_check(b, s, rows);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        bool none = c->null != NULL && c->null[from + i];
        bool known = c->n[from + i] >= 0 && (size_t)c->n[from + i] < c->dict_count;
        v->code[i] = none || !known ? 0 : (uint32_t)c->n[from + i] + 1;
        b->bad[i] |= v->dict_bad[v->code[i]] | (uint8_t)(!none && !known);
    }
}

/* ---- Tables ---------------------------------------------------------------------------------------------------- */

static bool table_fits(const Table *t)
{
    bool single = t->hit == HIT_UNIQUE || t->hit == HIT_FIRST || t->hit == HIT_PRIORITY;
    if (t->index == NULL || t->index->parts != NULL || t->index->words > BATCH_WORDS || !single || t->has_default) {
        return false;
    }
    for (size_t r = 0; r < t->rule_count; r++) {
        if (t->rules[r].constants == NULL || (t->hit == HIT_PRIORITY && t->rules[r].ranks == NULL)) {
            return false;
        }
    }
    return true;
}

static const uint64_t *mask_row(const IndexColumn *c, Value v, size_t words, bool *ret_known)
{
    size_t region = v.kind == FEEL_NULL ? SIZE_MAX : index_region(c, v);
    *ret_known = v.kind == FEEL_NULL || region != SIZE_MAX;
    return region == SIZE_MAX ? c->null_mask : c->masks + region * words;
}

static bool coded_lookup(Batch *b, const IndexColumn *c, size_t words, Lookup *l)
{
    uint64_t *masks = ARENA_ARRAY(b->a, uint64_t, l->from->dict_count * words);
    uint8_t *bad = ARENA_ARRAY(b->a, uint8_t, l->from->dict_count);
    for (size_t i = 0; i < l->from->dict_count; i++) {
        bool known = false;
        memcpy(masks + i * words, mask_row(c, l->from->dict[i], words, &known), words * 8);
        bad[i] = !known;
    }
    l->masks = masks;
    l->bad = bad;
    return true;
}

static size_t cuts_below(const int64_t *points, size_t count, int64_t v)
{
    size_t n = 0;
    while (n < count && points[n] < v) {
        n++;
    }
    return n;
}

static void spans_fill(Batch *b, Lookup *l)
{
    int64_t low = l->points[0] - 1, high = l->points[l->cut_count - 1] + 1;
    if (l->cut_count <= COUNTED_CUTS / 2 || high - low >= TABLE_SPAN) {
        return;
    }
    uint16_t *spans = ARENA_ARRAY(b->a, uint16_t, high - low + 1);
    for (int64_t v = low; v <= high; v++) {
        size_t below = cuts_below(l->points, l->cut_count, v);
        spans[v - low] = (uint16_t)(2 * below + (below < l->cut_count && l->points[below] == v));
    }
    l->first = low;
    l->last = high;
    l->spans = spans;
}

static bool counted_lookup(Batch *b, const IndexColumn *c, size_t words, Lookup *l)
{
    const Vec *from = l->from;
    int64_t *points = ARENA_ARRAY(b->a, int64_t, c->cut_count);
    if (from->kind != c->kind || from->scale < c->scale || from->scale - c->scale > 9) {
        return false;
    }
    for (size_t i = 0; i < c->cut_count; i++) {
        if (__builtin_mul_overflow(c->points[i], powers_of_ten[from->scale - c->scale], &points[i]) ||
            points[i] > INT64_MAX / 4 || points[i] < INT64_MIN / 4) {
            return false;
        }
    }
    uint64_t *masks = ARENA_ARRAY(b->a, uint64_t, (c->regions + 1) * words);
    memcpy(masks, c->masks, c->regions * words * 8);
    memcpy(masks + c->regions * words, c->null_mask, words * 8);
    l->masks = masks;
    l->points = points;
    l->cut_count = c->cut_count;
    l->regions = c->regions;
    spans_fill(b, l);
    return true;
}

static bool types_agree(const TableInput *in, const Vec *from)
{
    if (type_is_any(in->type) || in->type == in->named->type) {
        return true;
    }
    if (in->type->simple == 0) {
        return !type_is_any(in->named->type) && in->type->feel == in->named->type->feel && !in->type->constrained;
    }
    for (size_t i = 0; from->coded && i < from->dict_count; i++) {
        if (from->dict[i].kind != FEEL_NULL && from->dict[i].kind != in->type->simple) {
            return false;
        }
    }
    return from->coded || in->type->simple == (uint8_t)from->kind;
}

static bool table_prepare(Batch *b, Step *s)
{
    const Table *t = s->t;
    size_t words = t->index->words;
    s->lookups = ARENA_ARRAY(b->a, Lookup, t->input_count);
    for (size_t i = 0; i < t->input_count; i++) {
        const TableInput *in = &t->inputs[i];
        const IndexColumn *c = &t->index->columns[i];
        Lookup *l = &s->lookups[i];
        l->from = in->named != NULL && in->slot >= 0 ? vec_of(b, in->named) : NULL;
        if (l->from == NULL || in->values != NULL || !c->indexed || !types_agree(in, l->from)) {
            return false;
        }
        l->any = c->any;
        if (!c->any && !(l->from->coded ? coded_lookup(b, c, words, l) : counted_lookup(b, c, words, l))) {
            return false;
        }
    }
    Value *dict = ARENA_ARRAY(b->a, Value, t->rule_count + 1);
    for (size_t r = 0; r < t->rule_count; r++) {
        dict[r + 1] = t->rules[r].joined;
    }
    s->vec->coded = true;
    s->vec->dict = dict;
    s->vec->dict_count = t->rule_count + 1;
    s->vec->dict_bad = dict_check(b, dict, t->rule_count + 1, s->d);
    return true;
}

/* The row of masks for each row of the block. */
static void regions_find(const Lookup *l, size_t rows, uint16_t *region)
{
    const int64_t *n = l->from->n;
    if (l->spans != NULL) {
        for (size_t i = 0; i < rows; i++) {
            int64_t v = n[i] < l->first ? l->first : n[i] > l->last ? l->last : n[i];
            region[i] = l->spans[v - l->first];
        }
    } else if (l->cut_count <= COUNTED_CUTS) {
        memset(region, 0, rows * sizeof(uint16_t));
        for (size_t k = 0; k < l->cut_count; k++) {
            int64_t p = l->points[k];
            for (size_t i = 0; i < rows; i++) {
                region[i] = (uint16_t)(region[i] + (n[i] >= p) + (n[i] > p));
            }
        }
    } else {
        for (size_t i = 0; i < rows; i++) {
            size_t low = 0, count = l->cut_count;
            while (count > 0) {
                size_t half = count / 2;
                bool right = l->points[low + half] < n[i];
                low = right ? low + half + 1 : low;
                count = right ? count - half - 1 : half;
            }
            region[i] = (uint16_t)(2 * low + (low < l->cut_count && l->points[low] == n[i]));
        }
    }
    for (size_t i = 0; l->from->has_null && i < rows; i++) {
        region[i] = l->from->null[i] ? (uint16_t)l->regions : region[i];
    }
}

static void masks_meet(Batch *b, const Lookup *l, size_t words, size_t rows, uint64_t *acc)
{
    uint16_t region[BLOCK];
    if (l->from->coded) {
        const uint32_t *code = l->from->code;
        for (size_t i = 0; i < rows; i++) {
            b->bad[i] |= l->bad[code[i]];
            for (size_t w = 0; w < words; w++) {
                acc[i * words + w] &= l->masks[code[i] * words + w];
            }
        }
        return;
    }
    regions_find(l, rows, region);
    if (words == 1) {
        for (size_t i = 0; i < rows; i++) {
            acc[i] &= l->masks[region[i]];
        }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t w = 0; w < words; w++) {
            acc[i * words + w] &= l->masks[region[i] * words + w];
        }
    }
}

/* The rule that decides, from 1; 0 if none applies; *bad if rules collide. */
static uint32_t rule_pick(const Table *t, const uint64_t *mask, size_t words, uint8_t *bad)
{
    uint32_t picked = 0;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
            uint32_t r = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits) + 1;
            if (picked == 0) {
                picked = r;
                if (t->hit == HIT_FIRST) {
                    return picked;
                }
            } else if (t->hit == HIT_UNIQUE) {
                *bad = 1;
                return picked;
            } else if (rank_is_less(t, r - 1, picked - 1)) {
                picked = r;
            }
        }
    }
    return picked;
}

static void table_run(Batch *b, const Step *s, size_t rows)
{
    uint64_t acc[BLOCK * BATCH_WORDS];
    const Table *t = s->t;
    size_t words = t->index->words;
    memset(acc, 0xff, rows * words * 8);
    if (t->rule_count % 64 != 0) {
        for (size_t i = 0; i < rows; i++) {
            acc[i * words + words - 1] = ((uint64_t)1 << (t->rule_count % 64)) - 1;
        }
    }
    for (size_t i = 0; i < t->input_count; i++) {
        if (!s->lookups[i].any) {
            masks_meet(b, &s->lookups[i], words, rows, acc);
        }
    }
    if (words == 1 && t->hit != HIT_PRIORITY) {
        bool unique = t->hit == HIT_UNIQUE;
        for (size_t i = 0; i < rows; i++) {
            uint64_t m = acc[i];
            s->vec->code[i] = m != 0 ? (uint32_t)__builtin_ctzll(m) + 1 : 0;
            b->bad[i] |= s->vec->dict_bad[s->vec->code[i]] | (uint8_t)(unique && (m & (m - 1)) != 0);
        }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        s->vec->code[i] = rule_pick(t, acc + i * words, words, &b->bad[i]);
        b->bad[i] |= s->vec->dict_bad[s->vec->code[i]];
    }
}

/* ---- Sums of two columns --------------------------------------------------------------------------------------- */

static const DmnInvocable *slot_node(const DmnInvocable *d, Str name)
{
    for (size_t i = 0; i < d->slot_count; i++) {
        if (str_eq(d->slots[i].name, name) && !d->slots[i].through_import) {
            return d->slots[i].nodes[0];
        }
    }
    return NULL;
}

/* Whole numbers of a coded column, so that sums can read it. */
static bool dict_numbers(const Vec *v)
{
    for (size_t i = 1; v->coded && i < v->dict_count; i++) {
        if (v->dict[i].kind != FEEL_NUMBER || v->dict[i].boxed || v->dict[i].scale != 0) {
            return false;
        }
    }
    return v->coded || (v->kind == FEEL_NUMBER && v->scale == 0);
}

/* "a + b" or "a - b" of two numbers, by its text and by what the compiled code reads. */
static bool sum_prepare(Batch *b, Step *s)
{
    const Expr *e = s->d->logic;
    Str text = str_trim(e->text);
    size_t reads = 0;
    if (e->kind != EXPR_LITERAL || e->code == NULL || !type_is_any(e->type)) {
        return false;
    }
    feel_code_reads(e->code, &reads);
    for (size_t at = 1; at + 1 < text.len && reads == 2; at++) {
        char c = text.ptr[at];
        if (c != '+' && c != '-') {
            continue;
        }
        const DmnInvocable *x = slot_node(s->d, str_trim(str_sub(text, 0, at)));
        const DmnInvocable *y = slot_node(s->d, str_trim(str_sub(text, at + 1, text.len)));
        if (x != NULL && y != NULL) {
            s->left = vec_of(b, x);
            s->right = vec_of(b, y);
            s->minus = c == '-';
            s->vec->kind = FEEL_NUMBER;
            return s->left != NULL && s->right != NULL && dict_numbers(s->left) && dict_numbers(s->right) &&
                   (type_is_any(s->d->type) || s->d->type->simple == FEEL_NUMBER);
        }
    }
    return false;
}

static bool whole_at(const Vec *v, size_t i, int64_t *ret)
{
    if (!v->coded) {
        *ret = v->n[i];
        return !(v->has_null && v->null[i]);
    }
    *ret = v->dict[v->code[i]].i;
    return v->code[i] != 0;
}

static void sum_run(Batch *b, const Step *s, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        int64_t x = 0, y = 0;
        bool ok = whole_at(s->left, i, &x) && whole_at(s->right, i, &y);
        bool over =
            s->minus ? __builtin_sub_overflow(x, y, &s->vec->n[i]) : __builtin_add_overflow(x, y, &s->vec->n[i]);
        b->bad[i] |= (uint8_t)(!ok || over);
    }
}

/* ---- The whole batch ------------------------------------------------------------------------------------------- */

static bool steps_prepare(Batch *b)
{
    const DmnInvocable *d = b->d;
    size_t column = 0;
    b->steps = ARENA_ARRAY(b->a, Step, d->plan_count);
    for (size_t i = 0; i < d->plan_count && d->kind == DMN_DECISION; i++) {
        Step s = {.d = d->plan[i], .vec = ARENA_NEW(b->a, Vec)};
        bool ok;
        if (s.d->kind == NODE_INPUT) {
            s.column = column++;
            ok = s.d->model->parent == NULL && input_prepare(b, &s);
        } else if (s.d->logic != NULL && s.d->logic->kind == EXPR_TABLE && table_fits(s.d->logic->table)) {
            s.t = s.d->logic->table;
            ok = type_is_any(s.d->logic->type) && table_prepare(b, &s);
        } else {
            ok = s.d->logic != NULL && sum_prepare(b, &s);
        }
        if (!ok) {
            return false;
        }
        b->steps[b->count++] = s;
    }
    return b->count > 0;
}

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
    for (size_t i = 0; i < b->d->input_count; i++) {
        entries[i] = (FeelEntry){b->d->inputs[i].name, column_value(&b->columns[i], row)};
    }
    return dmn_evaluate(b->run, b->d, feel_context(entries, b->d->input_count), NULL);
}

static Value vec_value(const Vec *v, size_t i)
{
    return v->coded ? v->dict[v->code[i]] : (Value){.kind = (uint8_t)v->kind, .scale = (uint8_t)v->scale, .i = v->n[i]};
}

/* The values of a block of typed columns; marks the rows that have to go the single way. */
static void typed_run(Batch *b, size_t from, size_t rows, Value *ret)
{
    memset(b->bad, 0, rows);
    for (size_t i = 0; i < b->count; i++) {
        const Step *s = &b->steps[i];
        if (s->t != NULL) {
            table_run(b, s, rows);
        } else if (s->left != NULL) {
            sum_run(b, s, rows);
        } else {
            input_load(b, s, from, rows);
        }
    }
    const Vec *last = b->steps[b->count - 1].vec;
    for (size_t i = 0; i < rows; i++) {
        if (!b->bad[i]) {
            ret[i] = vec_value(last, i);
        }
    }
}

/* For few rows it does not pay to make one. */
static Coder *coder_of(Batch *b)
{
    if (!b->coder_asked && b->seen >= CODED_PAYS) {
        b->coder = coder_new(b->home, b->run, b->d);
        b->coder_asked = true;
    }
    return b->coder;
}

DmnBatch *dmn_batch_new(Arena *a, FeelRun *run, const DmnInvocable *d)
{
    Batch *b = ARENA_NEW(a, Batch);
    *b = (Batch){.run = run, .d = d, .home = a, .bad = ARENA_ARRAY(a, uint8_t, BLOCK)};
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
    b->a = arena_new(0);
    b->columns = columns;
    b->count = 0;
    b->seen += rows;
    FeelEntry *entries = ARENA_ARRAY(b->a, FeelEntry, b->d->input_count);
    bool typed = steps_prepare(b);
    Coder *coder = typed ? NULL : coder_of(b);
    size_t single = 0;
    for (size_t from = 0; from < rows; from += BLOCK) {
        size_t n = rows - from < BLOCK ? rows - from : BLOCK;
        if (typed) {
            typed_run(b, from, n, ret + from);
        } else {
            memset(b->bad, coder == NULL || !coder_run(coder, columns, from, n, ret + from), n);
        }
        for (size_t i = 0; i < n; i++) {
            if (b->bad[i]) {
                ret[from + i] = single_row(b, from + i, entries);
                single++;
            }
        }
    }
    if (counts != NULL) {
        *counts = (DmnBatchCounts){rows, single};
    }
    b->a = arena_free(b->a);
}

void dmn_batch(FeelRun *run, const DmnInvocable *d, const DmnColumn *columns, size_t rows, Value *ret,
               DmnBatchCounts *counts)
{
    Arena *a = arena_new(0);
    dmn_batch_rows(dmn_batch_new(a, run, d), columns, rows, ret, counts);
    arena_free(a);
}
