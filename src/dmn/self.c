/* self.c: one model, its three ways to an answer (index, plain scan, batch) on the same random inputs, bit by bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_tools.h"
#include "self_int.h"

#include <string.h>

enum {
    SELF_ROWS = 1024,
    SELF_POOL = 12, /* values of a coded column */
    SELF_SHOWN = 5, /* differences printed for a model */
    SELF_STEPS = 300000,
    SELF_LIST = 20000,
    SELF_BATCH_STEPS = 100000000,
    SELF_DEPTH = 64
};

/* One decision or service in both forms of the model. */
typedef struct {
    const DmnInvocable *fast, *plain;
    Maker *makers;
} Subject;

typedef struct {
    Making making;
    const DmnModel *fast, *plain;
    Subject *subjects;
    size_t subject_count;
    Arena *a; /* of one block */
    FeelRun *run_fast, *run_plain, *run_batch;
    FILE *out;
    DmnSelfCounts *counts;
} Self;

/* ---- Sameness, bit by bit -------------------------------------------------------------------------------------- */

static bool bits_same(Value x, Value y, const FeelRun *const *runs);

static Str reason_text(const FeelRun *run, uint8_t reason)
{
    const Str *messages = NULL;
    size_t count = feel_run_messages(run, &messages);
    return reason > 0 && reason <= count ? messages[reason - 1] : STR("");
}

static bool reasons_same(const FeelRun *const *runs, uint8_t x, uint8_t y)
{
    return (x == 0 && y == 0) || str_eq(reason_text(runs[0], x), reason_text(runs[1], y));
}

static bool dec_same(Value x, Value y)
{
    Dec dx = feel_dec(x), dy = feel_dec(y);
    return x.scale == y.scale && dx.coefficient == dy.coefficient && dx.exponent == dy.exponent &&
           dx.negative == dy.negative;
}

static bool parts_same(Value x, Value y, const FeelRun *const *runs)
{
    for (uint32_t i = 0; i < x.len; i++) {
        if (x.kind == FEEL_LIST && !bits_same(feel_items(x)[i], feel_items(y)[i], runs)) {
            return false;
        }
        if (x.kind == FEEL_CONTEXT && (!str_eq(feel_entries(x)[i].name, feel_entries(y)[i].name) ||
                                       !bits_same(feel_entries(x)[i].value, feel_entries(y)[i].value, runs))) {
            return false;
        }
    }
    return true;
}

/* Closer than feel_same(): also the form of numbers, the reason of a null, and the order of entries. Reasons are
 * numbered within a run, so their texts are compared; of a batch only that there is one (runs NULL). */
static bool bits_same(Value x, Value y, const FeelRun *const *runs)
{
    if (x.kind != y.kind || x.boxed != y.boxed) {
        return false;
    }
    switch (x.kind) {
    case FEEL_NULL:
        return (x.reason != 0) == (y.reason != 0) && (runs == NULL || reasons_same(runs, x.reason, y.reason));
    case FEEL_FUNCTION: /* stands for code of its own model */
    case FEEL_TYPE: return true;
    case FEEL_NUMBER: return dec_same(x, y);
    case FEEL_LIST:
    case FEEL_CONTEXT: return x.len == y.len && parts_same(x, y, runs);
    default: return feel_same(x, y);
    }
}

static bool fired_same(const DmnStep *x, const DmnStep *y, size_t r, const FeelRun *const *runs)
{
    const DmnRuleTrace *a = &x->rules[r], *b = &y->rules[r];
    bool same = str_eq(a->rule->id, b->rule->id) && a->rule->index == b->rule->index && a->fired == b->fired &&
                a->passed == NULL && b->passed == NULL && a->output_count == b->output_count;
    for (size_t i = 0; same && i < a->output_count; i++) {
        same =
            str_eq(a->outputs[i].name, b->outputs[i].name) && bits_same(a->outputs[i].value, b->outputs[i].value, runs);
    }
    for (size_t i = 0; same && i < a->rule->cell_count; i++) {
        same = bits_same(x->tested[i], y->tested[i], runs);
    }
    return same;
}

/* Two traces of the fired rules: the same steps, values, rules and tested values. */
static bool traces_same(const DmnTrace *x, const DmnTrace *y, const FeelRun *const *runs)
{
    bool same = x->count == y->count;
    for (size_t i = 0; same && i < x->count; i++) {
        const DmnStep *a = &x->steps[i], *b = &y->steps[i];
        same = str_eq(a->decision, b->decision) && str_eq(a->id, b->id) && str_eq(a->hit_policy, b->hit_policy) &&
               bits_same(a->value, b->value, runs) && a->rule_count == b->rule_count;
        for (size_t r = 0; same && r < a->rule_count; r++) {
            same = fired_same(a, b, r, runs);
        }
    }
    return same;
}

/* ---- Blocks of cases ------------------------------------------------------------------------------------------- */

static bool simple_kind(FeelKind k)
{
    return k == FEEL_NUMBER || k == FEEL_STRING || k == FEEL_DATE || k == FEEL_BOOLEAN;
}

/* Values of one input as typed columns have them: of one kind and one scale, texts as codes. */
static void column_typed(Self *s, const Maker *mk, DmnColumn *c)
{
    int64_t *n = ARENA_ARRAY(s->a, int64_t, SELF_ROWS);
    uint8_t *none = ARENA_ARRAY(s->a, uint8_t, SELF_ROWS);
    Str *dict = ARENA_ARRAY(s->a, Str, SELF_ROWS);
    size_t words = 0;
    int scale = (int)making_below(&s->making, 4);
    for (size_t i = 0; i < SELF_ROWS; i++) {
        Value v = maker_value(&s->making, s->a, mk, false);
        none[i] = v.kind != (uint8_t)mk->kind || v.boxed;
        n[i] = none[i] ? 0 : v.i;
        if (none[i]) {
            continue;
        }
        if (mk->kind == FEEL_STRING) {
            dict[words] = feel_text(v);
            n[i] = (int64_t)words++;
        } else if (mk->kind == FEEL_NUMBER) {
            none[i] = v.scale > scale;
            for (int k = v.scale; !none[i] && k < scale; k++) {
                none[i] = __builtin_mul_overflow(n[i], 10, &n[i]);
            }
            n[i] = none[i] ? 0 : n[i];
        }
    }
    *c = (DmnColumn){.kind = mk->kind,
                     .scale = mk->kind == FEEL_NUMBER ? scale : 0,
                     .n = n,
                     .null = none,
                     .dict = dict,
                     .dict_count = words};
}

static void column_loose(Self *s, const Maker *mk, DmnColumn *c)
{
    Value *values = ARENA_ARRAY(s->a, Value, SELF_ROWS);
    for (size_t i = 0; i < SELF_ROWS; i++) {
        values[i] = maker_value(&s->making, s->a, mk, true);
    }
    *c = (DmnColumn){.kind = FEEL_NULL, .values = values};
}

/* Few values that come again and again, so that equal cases are met; every row has a code. */
static void column_coded(Self *s, const Maker *mk, DmnColumn *c)
{
    size_t count = 2 + making_below(&s->making, SELF_POOL - 1);
    Value *values = ARENA_ARRAY(s->a, Value, count);
    uint32_t *codes = ARENA_ARRAY(s->a, uint32_t, SELF_ROWS);
    for (size_t i = 0; i < count; i++) {
        values[i] = maker_value(&s->making, s->a, mk, i % 4 == 3);
    }
    for (size_t i = 0; i < SELF_ROWS; i++) {
        codes[i] = (uint32_t)making_below(&s->making, count);
    }
    *c = (DmnColumn){.values = values, .codes = codes, .value_count = count};
}

/* The same column from row `from` on. */
static DmnColumn column_after(DmnColumn c, size_t from)
{
    c.n = c.n != NULL ? c.n + from : NULL;
    c.null = c.null != NULL ? c.null + from : NULL;
    c.codes = c.codes != NULL ? c.codes + from : NULL;
    c.values = c.values != NULL && c.codes == NULL ? c.values + from : c.values;
    return c;
}

static Value cell_of(const DmnColumn *c, size_t row)
{
    if (c->kind == FEEL_NULL) {
        return c->values[c->codes != NULL ? c->codes[row] : row];
    }
    if (c->null[row]) {
        return feel_null();
    }
    return c->kind == FEEL_STRING ? feel_str(c->dict[c->n[row]])
                                  : (Value){.kind = (uint8_t)c->kind, .scale = (uint8_t)c->scale, .i = c->n[row]};
}

static void difference_print(Self *s, const Subject *sub, Value inputs, const Value *got)
{
    static const char *const ways[] = {"index", "scan", "batch"};
    Buf b = buf_new(s->a, 1 << 20);
    if (s->counts->differing++ >= SELF_SHOWN || s->out == NULL) {
        return;
    }
    buf_printf(&b, "  %.*s differs for ", STR_ARG(sub->fast->name));
    feel_print(&b, inputs);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        buf_printf(&b, "\n    %-5s ", ways[i]);
        feel_print(&b, got[i]);
        buf_printf(&b, " (kind %d, scale %d, reason %d)", got[i].kind, got[i].scale, got[i].reason);
    }
    fprintf(s->out, "%.*s\n", STR_ARG(buf_str(&b)));
}

static void row_compare(Self *s, const Subject *sub, const DmnColumn *columns, size_t row, Value batch)
{
    size_t count = sub->fast->input_count;
    FeelEntry *e = ARENA_ARRAY(s->a, FeelEntry, count);
    DmnTrace trace = {0}, quick = {0};
    bool traced = row % 2 == 0; /* the quick way has one form with a trace and one without */
    for (size_t i = 0; i < count; i++) {
        e[i] = (FeelEntry){sub->fast->inputs[i].name, cell_of(&columns[i], row)};
    }
    Value inputs = feel_context(e, count);
    feel_run_reset(s->run_fast);
    feel_run_reset(s->run_plain);
    Value got[] = {dmn_evaluate(s->run_fast, sub->fast, inputs, traced ? &quick : NULL),
                   dmn_evaluate(s->run_plain, sub->plain, inputs, &trace), batch};
    if (feel_run_failed(s->run_fast, NULL) || feel_run_failed(s->run_plain, NULL)) {
        s->counts->limited++;
        return;
    }
    const FeelRun *runs[] = {s->run_fast, s->run_plain};
    s->counts->cases++;
    s->counts->answered += got[0].kind != FEEL_NULL;
    if (!bits_same(got[0], got[1], runs) || !bits_same(got[0], got[2], NULL) ||
        (traced && !traces_same(&quick, &trace, runs))) {
        difference_print(s, sub, inputs, got);
    }
}

/* The rows in two calls of one batch, which remembers the first in the second. Returns those that went
 * through columns. */
static size_t batch_run(Self *s, const Subject *sub, const DmnColumn *columns, size_t rows, Value *ret)
{
    size_t count = sub->fast->input_count, first = rows / 3;
    DmnColumn *rest = ARENA_ARRAY(s->a, DmnColumn, count);
    DmnBatchCounts one = {0}, two = {0};
    feel_run_reset(s->run_batch);
    DmnBatch *batch = dmn_batch_new(s->a, s->run_batch, sub->fast);
    for (size_t i = 0; i < count; i++) {
        rest[i] = column_after(columns[i], first);
    }
    dmn_batch_rows(batch, columns, first, ret, &one);
    dmn_batch_rows(batch, rest, rows - first, ret + first, &two);
    return rows - one.single - two.single;
}

static void block_compare(Self *s, const Subject *sub, size_t rows)
{
    typedef void (*Make)(Self *, const Maker *, DmnColumn *);
    static const Make makes[] = {column_typed, column_loose, column_coded, column_coded};
    size_t count = sub->fast->input_count;
    DmnColumn *columns = ARENA_ARRAY(s->a, DmnColumn, count);
    Value *ret = ARENA_ARRAY(s->a, Value, SELF_ROWS);
    Make make = makes[making_below(&s->making, COUNT_OF(makes))];
    for (size_t i = 0; i < count; i++) {
        bool untyped = make == column_typed && !simple_kind(sub->makers[i].kind);
        (untyped ? column_loose : make)(s, &sub->makers[i], &columns[i]);
    }
    size_t columnar = batch_run(s, sub, columns, rows, ret);
    if (feel_run_failed(s->run_batch, NULL)) {
        s->counts->limited += rows;
        return;
    }
    s->counts->columnar += columnar;
    for (size_t i = 0; i < rows; i++) {
        ArenaMark mark = arena_mark(s->a);
        row_compare(s, sub, columns, i, ret[i]);
        arena_rewind(s->a, mark);
    }
}

/* ---- A whole model --------------------------------------------------------------------------------------------- */

static const DType *input_type(const DmnInvocable *d, size_t input)
{
    for (size_t i = 0; i < d->plan_count; i++) {
        if (d->plan[i]->kind == NODE_INPUT && input-- == 0) {
            return d->plan[i]->type;
        }
    }
    return NULL;
}

static void subjects_read(Self *s, Arena *a)
{
    static const DmnKind kinds[] = {DMN_DECISION, DMN_SERVICE};
    size_t most = dmn_count(s->fast, DMN_DECISION) + dmn_count(s->fast, DMN_SERVICE);
    s->subjects = ARENA_ARRAY(a, Subject, most);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        for (size_t i = 0; i < dmn_count(s->fast, kinds[k]); i++) {
            Subject sub = {dmn_at(s->fast, kinds[k], i), dmn_at(s->plain, kinds[k], i), NULL};
            size_t count = sub.fast->input_count;
            sub.makers = ARENA_ARRAY(a, Maker, count);
            for (size_t n = 0; n < count; n++) {
                maker_read(&s->making, &sub.makers[n], &sub.fast->inputs[n],
                           kinds[k] == DMN_DECISION ? input_type(sub.fast, n) : NULL);
            }
            if (count > 0) {
                s->subjects[s->subject_count++] = sub;
            }
        }
    }
}

bool dmn_selftest(Arena *a, const DmnSource *sources, size_t count, DmnSelfWanted wanted, DmnSelfCounts *ret, Err *err)
{
    Self s = {.out = wanted.out, .counts = ret};
    DmnModel *fast = NULL, *plain = NULL;
    FeelLimits one = {.steps = SELF_STEPS, .list_length = SELF_LIST, .depth = SELF_DEPTH};
    FeelLimits many = {
        .steps = SELF_BATCH_STEPS, .bytes = (size_t)1 << 30, .list_length = SELF_LIST, .depth = SELF_DEPTH};
    *ret = (DmnSelfCounts){0};
    if (!model_load(a, sources, count, false, &fast, err) || !model_load(a, sources, count, true, &plain, err)) {
        return false;
    }
    s.fast = fast;
    s.plain = plain;
    making_start(&s.making, a, fast, wanted.seed);
    subjects_read(&s, a);
    s.run_fast = feel_run_new(a, one, wanted.now);
    s.run_plain = feel_run_new(a, one, wanted.now);
    s.run_batch = feel_run_new(a, many, wanted.now);
    s.a = arena_new(0);
    ret->subjects = s.subject_count;
    for (size_t done = 0, block = 0; s.subject_count > 0 && done < wanted.cases; block++) {
        size_t left = wanted.cases - done, share = 1 + (wanted.cases - 1) / s.subject_count;
        size_t rows = left < SELF_ROWS ? left : SELF_ROWS;
        rows = rows < share ? rows : share;
        block_compare(&s, &s.subjects[block % s.subject_count], rows);
        arena_reset(s.a);
        done += rows;
    }
    arena_free(s.a);
    return true;
}
