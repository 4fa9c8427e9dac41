/* index.c: builds and asks the column index: which rules accept the values of each elementary interval of a column.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index_int.h"

#include <string.h>

enum { PART_GROWTH = 4 };

typedef struct {
    Arena *a, *scratch;
    FeelRun *run;
    const Table *t;
    const uint32_t *rules; /* the part that is being indexed */
    size_t count;
    size_t bytes; /* of masks so far */
} Builder;

static const FeelCode *cell_of(const Builder *b, size_t bit, size_t input)
{
    return b->t->rules[b->rules[bit]].in[input].code;
}

static bool kind_is_indexed(FeelKind kind)
{
    return kind == FEEL_NUMBER || kind == FEEL_DATE || kind == FEEL_BOOLEAN || kind == FEEL_STRING ||
           kind == FEEL_YEARS_DURATION || kind == FEEL_DAYS_DURATION;
}

/* The kind that all bounds of a column share; false if cells are not constant or of several kinds. */
static bool column_shape(Builder *b, size_t input, Cuts *cuts, FeelKind *ret_kind, bool *ret_points)
{
    *ret_kind = FEEL_NULL;
    *ret_points = true;
    for (size_t r = 0; r < b->count; r++) {
        const FeelCode *code = cell_of(b, r, input);
        if (code == NULL) {
            return false;
        }
        FeelTests shape = feel_tests_shape(code);
        if (shape.shape == FEEL_TEST_OTHER) {
            return false;
        }
        for (size_t i = 0; shape.shape == FEEL_TEST_RANGES && i < shape.count; i++) {
            *ret_points = *ret_points && feel_same(shape.ranges[i].low, shape.ranges[i].high);
        }
        cuts_add(b->scratch, cuts, code);
    }
    for (size_t i = 0; i < cuts->count; i++) {
        FeelKind kind = (FeelKind)cuts->items[i].kind;
        if (!kind_is_indexed(kind) || (i > 0 && kind != *ret_kind) || (cuts->items[i].boxed && kind != FEEL_NUMBER)) {
            return false;
        }
        *ret_kind = kind;
    }
    return *ret_kind != FEEL_STRING || *ret_points;
}

/* Cuts as whole numbers at one scale. */
static bool points_read(Builder *b, const Cuts *cuts, IndexColumn *c)
{
    int64_t *points = ARENA_ARRAY(b->a, int64_t, cuts->count);
    for (size_t i = 0; i < cuts->count && c->kind == FEEL_NUMBER; i++) {
        Dec d = dec_normal(feel_dec(cuts->items[i]));
        if (d.exponent < -DEC_TENS_MAX) {
            return false;
        }
        c->scale = -d.exponent > c->scale ? -d.exponent : c->scale;
    }
    for (size_t i = 0; i < cuts->count; i++) {
        points[i] = cuts->items[i].i;
        if (c->kind == FEEL_NUMBER) {
            Dec scaled = feel_dec(cuts->items[i]);
            scaled.exponent += c->scale;
            if (!dec_to_int(scaled, &points[i])) {
                return false;
            }
        }
        if (points[i] > INT64_MAX - 2 || points[i] < INT64_MIN + 2) {
            return false;
        }
    }
    c->points = points;
    return true;
}

static bool cell_accepts(Builder *b, const FeelCode *code, Value v)
{
    return feel_tests_shape(code).shape == FEEL_TEST_ANY || feel_is_true(feel_test(b->run, code, NULL, v));
}

static void mask_fill(Builder *b, size_t input, Value rep, uint64_t *mask)
{
    feel_run_reset(b->run);
    for (size_t r = 0; r < b->count; r++) {
        if (cell_accepts(b, cell_of(b, r, input), rep)) {
            mask[r / 64] |= (uint64_t)1 << (r % 64);
        }
    }
}

/* The cut that is v itself, in sorted cuts that hold it. */
static size_t cut_of(const Cuts *cuts, Value v)
{
    size_t low = 0, count = cuts->count;
    if (v.kind == FEEL_BOOLEAN) { /* both are cuts; they have no order */
        return (size_t)v.i;
    }
    while (count > 0) {
        size_t half = count / 2;
        int order = 0;
        bool right = feel_order(cuts->items[low + half], v, &order) && order < 0;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return low;
}

/* The regions of a cell are marked range by range; false if one is of a form that only the language knows. Regions
 * alternate between gaps and cuts, or are one per text and one for all others. */
static bool regions_mark(const IndexColumn *c, const Cuts *cuts, FeelTests shape, bool *accepted)
{
    memset(accepted, shape.negated || shape.shape == FEEL_TEST_ANY, c->regions);
    for (size_t i = 0; shape.shape == FEEL_TEST_RANGES && i < shape.count; i++) {
        const FeelRange *range = &shape.ranges[i];
        bool point = range->low.kind != FEEL_NULL && feel_same(range->low, range->high);
        size_t step = c->kind == FEEL_STRING ? 1 : 2, first = 0, last = c->regions - 1;
        if (range->one_sided == '!') {
            Value v = range->low.kind != FEEL_NULL ? range->low : range->high;
            size_t but = cut_of(cuts, v) * step + step - 1;
            for (size_t r = 0; r < c->regions; r++) {
                accepted[r] = r == but ? accepted[r] : !shape.negated;
            }
            continue;
        }
        if (point && !(range->low_closed && range->high_closed)) {
            return false;
        }
        if (range->low.kind != FEEL_NULL) {
            first = cut_of(cuts, range->low) * step + (step == 2 ? (range->low_closed ? 1 : 2) : 0);
        }
        if (range->high.kind != FEEL_NULL) {
            last = cut_of(cuts, range->high) * step + (step == 2 ? (range->high_closed ? 1 : 0) : 0);
        }
        for (size_t r = first; r <= last && r < c->regions; r++) {
            accepted[r] = !shape.negated;
        }
    }
    return true;
}

/* All masks of a column: where the cell is made of plain ranges from its bounds, else by running it on a value of each
 * region. */
static void masks_fill(Builder *b, size_t input, const IndexColumn *c, const Cuts *cuts, const Value *reps,
                       uint64_t *masks)
{
    size_t words = mask_words(b->count);
    bool *accepted = ARENA_ARRAY(b->scratch, bool, c->regions);
    for (size_t r = 0; r < b->count; r++) {
        const FeelCode *code = cell_of(b, r, input);
        bool marked = regions_mark(c, cuts, feel_tests_shape(code), accepted);
        feel_run_reset(b->run);
        for (size_t i = 0; i < c->regions; i++) {
            if (marked ? accepted[i] : cell_accepts(b, code, reps[i])) {
                masks[i * words + r / 64] |= (uint64_t)1 << (r % 64);
            }
        }
    }
}

static uint64_t *masks_new(Builder *b, size_t regions)
{
    size_t words = mask_words(b->count);
    b->bytes += regions * words * 8;
    return b->bytes <= INDEX_BYTES ? ARENA_ARRAY(b->a, uint64_t, regions * words) : NULL;
}

/* A value strictly between two neighbouring points; only its place matters. */
static Value point_between(Builder *b, const IndexColumn *c, size_t region)
{
    size_t cut = region / 2; /* points[cut-1] < value < points[cut] */
    Dec low, high, half = {.coefficient = 5, .exponent = -1}, one = dec_from_int(1), mid;
    Value v = {.kind = (uint8_t)c->kind};
    if (c->kind != FEEL_NUMBER) {
        v.i = cut > 0 ? c->points[cut - 1] + 1
                      : c->points[0] - 1; /* may meet the next point: then nothing lies between */
        return v;
    }
    low = dec_from_int(cut > 0 ? c->points[cut - 1] : c->points[0]);
    high = dec_from_int(cut < c->cut_count ? c->points[cut] : c->points[c->cut_count - 1]);
    bool ok = cut == 0              ? dec_sub(high, one, &mid)
              : cut == c->cut_count ? dec_add(low, one, &mid)
                                    : dec_add(low, high, &mid) && dec_mul(mid, half, &mid);
    mid.exponent -= c->scale;
    return ok ? feel_number(b->scratch, mid) : feel_null();
}

static bool points_index(Builder *b, size_t input, const Cuts *cuts, IndexColumn *c)
{
    c->regions = 2 * c->cut_count + 1;
    uint64_t *masks = masks_new(b, c->regions);
    if (masks == NULL) {
        return false;
    }
    Value *reps = ARENA_ARRAY(b->scratch, Value, c->regions);
    for (size_t i = 0; i < c->regions; i++) {
        reps[i] = i % 2 == 1 ? cuts->items[i / 2] : point_between(b, c, i);
    }
    masks_fill(b, input, c, cuts, reps, masks);
    c->masks = masks;
    return true;
}

static bool texts_index(Builder *b, size_t input, const Cuts *cuts, IndexColumn *c)
{
    Region *regions = NULL;
    size_t count = cuts_regions(b->scratch, cuts, FEEL_STRING, true, &regions);
    c->regions = count;
    uint64_t *masks = masks_new(b, count);
    Value *reps = ARENA_ARRAY(b->scratch, Value, count);
    Value *texts = ARENA_ARRAY(b->a, Value, cuts->count);
    if (masks == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) { /* the last stands for all other texts */
        reps[i] = regions[i].rep;
    }
    masks_fill(b, input, c, cuts, reps, masks);
    TextMark *marks = ARENA_ARRAY(b->a, TextMark, cuts->count);
    for (size_t i = 0; i < cuts->count; i++) {
        texts[i] = cuts->items[i];
        marks[i] = text_mark(feel_text(texts[i]));
    }
    c->marks = marks;
    c->texts = texts;
    c->masks = masks;
    return true;
}

static void column_index(Builder *b, size_t input, IndexColumn *c)
{
    Cuts cuts = {0};
    bool only_points = false;
    c->few = UINT32_MAX;
    if (!column_shape(b, input, &cuts, &c->kind, &only_points)) {
        return;
    }
    uint64_t *null_mask = masks_new(b, 1);
    if (null_mask == NULL) {
        return;
    }
    mask_fill(b, input, feel_null(), null_mask);
    c->null_mask = null_mask;
    if (cuts.count == 0) { /* "-" in every cell, or only null tests */
        size_t passing = 0;
        for (size_t r = 0; r < b->count; r++) {
            passing += feel_tests_shape(cell_of(b, r, input)).shape == FEEL_TEST_ANY;
        }
        c->any = c->indexed = passing == b->count;
        return;
    }
    cuts_sort(&cuts, c->kind);
    if (c->kind == FEEL_BOOLEAN) { /* both, in order */
        cuts.count = 0;
        cuts_add_value(b->scratch, &cuts, feel_bool(false));
        cuts_add_value(b->scratch, &cuts, feel_bool(true));
    }
    c->cut_count = cuts.count;
    c->indexed = c->kind == FEEL_STRING ? texts_index(b, input, &cuts, c)
                                        : points_read(b, &cuts, c) && points_index(b, input, &cuts, c);
    Value plain = {.kind = (uint8_t)c->kind, .scale = (uint8_t)c->scale};
    c->few = c->indexed && c->cut_count <= INDEX_FEW ? value_form(&plain) : UINT32_MAX;
}

/* ---- Looking up ------------------------------------------------------------------------------------------------ */

/* How many points are below v. */
static size_t points_below(const int64_t *points, size_t count, int64_t v)
{
    size_t low = 0;
    if (count <= INDEX_FEW) { /* without a branch to guess */
        for (size_t i = 0; i < count; i++) {
            low += points[i] < v;
        }
        return low;
    }
    while (count > 0) {
        size_t half = count / 2;
        bool right = points[low + half] < v;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return low;
}

static size_t number_region(const IndexColumn *c, Value v)
{
    int64_t n = v.i;
    if (v.boxed) {
        return SIZE_MAX;
    }
    if (v.scale < c->scale) {
        if (__builtin_mul_overflow(n, DEC_TENS[c->scale - v.scale], &n)) {
            return v.i < 0 ? 0 : 2 * c->cut_count; /* beyond every point */
        }
    } else if (v.scale > c->scale) {
        int64_t unit = DEC_TENS[v.scale - c->scale], whole = n / unit;
        if (n % unit != 0) { /* between two multiples: below the next one */
            int64_t above = n < 0 ? whole : whole + 1;
            return 2 * points_below(c->points, c->cut_count, above);
        }
        n = whole;
    }
    size_t below = points_below(c->points, c->cut_count, n);
    return 2 * below + (below < c->cut_count && c->points[below] == n);
}

static size_t text_region(const IndexColumn *c, Value v)
{
    Str text = feel_text(v);
    size_t low = 0, count = c->cut_count;
    while (count > 0) {
        size_t half = count / 2;
        bool right = str_cmp(feel_text(c->texts[low + half]), text) < 0;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return low < c->cut_count && str_eq(feel_text(c->texts[low]), text) ? low : c->cut_count;
}

size_t index_region_closer(const IndexColumn *c, Value v)
{
    if ((FeelKind)v.kind != c->kind) {
        return SIZE_MAX;
    }
    if (c->kind == FEEL_STRING) {
        return text_region(c, v);
    }
    if (c->kind == FEEL_NUMBER) {
        return number_region(c, v);
    }
    if (v.boxed) {
        return SIZE_MAX;
    }
    size_t below = points_below(c->points, c->cut_count, v.i);
    return 2 * below + (below < c->cut_count && c->points[below] == v.i);
}

/* ---- Building -------------------------------------------------------------------------------------------------- */

static TableIndex *part_build(Builder *b, const uint32_t *rules, size_t count)
{
    TableIndex *x = ARENA_NEW(b->a, TableIndex);
    b->rules = rules;
    b->count = count;
    x->rules = rules;
    x->count = count;
    x->words = mask_words(count);
    x->columns = ARENA_ARRAY(b->a, IndexColumn, b->t->input_count);
    x->full = count % 64 != 0 ? ((uint64_t)1 << (count % 64)) - 1 : count > 0 ? UINT64_MAX : 0;
    uint32_t *looks = ARENA_ARRAY(b->a, uint32_t, b->t->input_count);
    x->looks = looks;
    x->complete = true;
    for (size_t i = 0; i < b->t->input_count; i++) {
        column_index(b, i, &x->columns[i]);
        x->complete = x->complete && x->columns[i].indexed;
        if (x->columns[i].indexed && !x->columns[i].any) {
            looks[x->look_count++] = (uint32_t)i;
        }
    }
    return x->look_count > 0 || count == 0 ? x : NULL;
}

static size_t mask_count(const uint64_t *mask, size_t words)
{
    size_t n = 0;
    for (size_t w = 0; w < words; w++) {
        n += (size_t)__builtin_popcountll(mask[w]);
    }
    return n;
}

static uint32_t *rules_of(Builder *b, const uint64_t *mask, size_t words, size_t *ret_count)
{
    uint32_t *rules = ARENA_ARRAY(b->a, uint32_t, mask_count(mask, words));
    size_t n = 0;
    for (size_t r = 0; r < words * 64 && r < b->t->rule_count; r++) {
        if (mask[r / 64] >> (r % 64) & 1) {
            rules[n++] = (uint32_t)r;
        }
    }
    *ret_count = n;
    return rules;
}

/* Splits a great table by one column: each region gets an index of the rules that accept it. */
static const TableIndex *split_build(Builder *b, const uint32_t *all, size_t input)
{
    size_t words = mask_words(b->t->rule_count), total = 0, largest = 0;
    TableIndex *x = ARENA_NEW(b->a, TableIndex);
    x->columns = ARENA_ARRAY(b->a, IndexColumn, b->t->input_count);
    b->rules = all;
    b->count = b->t->rule_count;
    b->bytes = 0;
    IndexColumn *c = &x->columns[input];
    column_index(b, input, c);
    if (!c->indexed || c->any) {
        return NULL;
    }
    for (size_t i = 0; i < c->regions; i++) {
        size_t n = mask_count(c->masks + i * words, words);
        total += n;
        largest = n > largest ? n : largest;
    }
    if (largest > INDEX_RULES || total > PART_GROWTH * b->t->rule_count) {
        return NULL;
    }
    const TableIndex **parts = ARENA_ARRAY(b->a, const TableIndex *, c->regions + 1);
    for (size_t i = 0; i <= c->regions; i++) {
        size_t n = 0;
        const uint64_t *mask = i < c->regions ? c->masks + i * words : c->null_mask;
        uint32_t *rules = rules_of(b, mask, words, &n);
        parts[i] = part_build(b, rules, n);
        if (parts[i] == NULL) {
            return NULL;
        }
    }
    x->split = input;
    x->parts = parts;
    return x;
}

const TableIndex *index_build(Arena *a, FeelRun *run, const Table *t)
{
    const TableIndex *x = NULL;
    if (t->rule_count < 2 || t->input_count == 0 || t->rule_count > UINT32_MAX) {
        return NULL;
    }
    Arena *scratch = arena_new(0);
    Builder b = {.a = a, .scratch = scratch, .run = run, .t = t};
    uint32_t *all = ARENA_ARRAY(a, uint32_t, t->rule_count);
    for (size_t r = 0; r < t->rule_count; r++) {
        all[r] = (uint32_t)r;
    }
    if (t->rule_count <= INDEX_RULES) {
        x = part_build(&b, all, t->rule_count);
    }
    for (size_t i = 0; i < t->input_count && t->rule_count > INDEX_RULES && x == NULL; i++) {
        x = split_build(&b, all, i);
    }
    arena_free(scratch);
    return x;
}
