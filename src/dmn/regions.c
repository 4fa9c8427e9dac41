/* regions.c: the elementary intervals of a table column, with a value and the accepting rules of each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "regions_int.h"

#include <stdlib.h>
#include <string.h>

enum { NANOS_PER_DAY_E9 = 86400 };

size_t mask_words(size_t rules)
{
    return (rules + 63) / 64;
}

void cuts_add_value(Arena *a, Cuts *cuts, Value v)
{
    if (v.kind == FEEL_NULL) {
        return;
    }
    if (cuts->count == cuts->cap) {
        size_t cap = cuts->cap > 0 ? cuts->cap * 2 : 16;
        cuts->items = arena_grow(a, cuts->items, cuts->cap * sizeof(Value), cap * sizeof(Value));
        cuts->cap = cap;
    }
    cuts->items[cuts->count++] = v;
}

void cuts_add(Arena *a, Cuts *cuts, const FeelCode *tests)
{
    if (tests == NULL) {
        return;
    }
    FeelTests shape = feel_tests_shape(tests);
    for (size_t i = 0; shape.shape == FEEL_TEST_RANGES && i < shape.count; i++) {
        cuts_add_value(a, cuts, shape.ranges[i].low);
        if (!feel_same(shape.ranges[i].low, shape.ranges[i].high)) {
            cuts_add_value(a, cuts, shape.ranges[i].high);
        }
    }
}

static int value_cmp(const void *a, const void *b)
{
    int order = 0;
    return feel_order(*(const Value *)a, *(const Value *)b, &order) ? order : 0;
}

void cuts_sort(Cuts *cuts, FeelKind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < cuts->count; i++) {
        if (cuts->items[i].kind == kind) {
            cuts->items[kept++] = cuts->items[i];
        }
    }
    cuts->count = kept;
    if (kept < 2) {
        return;
    }
    if (kind != FEEL_BOOLEAN) {
        qsort(cuts->items, kept, sizeof(Value), value_cmp);
    }
    kept = 1;
    for (size_t i = 1; i < cuts->count; i++) {
        if (!feel_same(cuts->items[i], cuts->items[kept - 1])) {
            cuts->items[kept++] = cuts->items[i];
        }
    }
    cuts->count = kept;
}

/* ---- A value between two cut points ---------------------------------------------------------------------------- */

/* The number of least length strictly between low and high; either may be null for no bound. */
static bool number_between(Arena *a, Value low, Value high, Value *ret)
{
    Dec d, one = dec_from_int(1), half, sum;
    if (low.kind == FEEL_NULL && high.kind == FEEL_NULL) {
        *ret = feel_int(0);
        return true;
    }
    if (high.kind == FEEL_NULL || low.kind == FEEL_NULL) {
        bool up = high.kind == FEEL_NULL;
        bool ok = dec_round(feel_dec(up ? low : high), 0, up ? DEC_FLOOR : DEC_CEILING, &d) &&
                  (up ? dec_add(d, one, &d) : dec_sub(d, one, &d));
        *ret = ok ? feel_number(a, d) : feel_null();
        return ok;
    }
    if (dec_round(feel_dec(low), 0, DEC_FLOOR, &d) && dec_add(d, one, &d) && dec_cmp(d, feel_dec(high)) < 0) {
        *ret = feel_number(a, d);
        return true;
    }
    bool ok = dec_add(feel_dec(low), feel_dec(high), &sum) && dec_parse(STR("0.5"), &half) && dec_mul(sum, half, &d) &&
              dec_cmp(feel_dec(low), d) < 0 && dec_cmp(d, feel_dec(high)) < 0;
    *ret = ok ? feel_number(a, d) : feel_null();
    return ok;
}

/* Days, months and durations are whole numbers, so that between neighbours there may be nothing. */
static bool whole_between(Value low, Value high, FeelKind kind, Value *ret)
{
    *ret = (Value){.kind = (uint8_t)kind};
    if (low.boxed || high.boxed) {
        return false;
    }
    if (low.kind != FEEL_NULL) {
        ret->i = low.i + 1;
        return low.i < INT64_MAX && (high.kind == FEEL_NULL || ret->i < high.i);
    }
    ret->i = high.kind != FEEL_NULL ? high.i - 1 : 0;
    return true;
}

static bool moment_between(Arena *a, Value low, Value high, FeelKind kind, Value *ret)
{
    FeelMoment *m = ARENA_NEW(a, FeelMoment);
    const int64_t day = (int64_t)NANOS_PER_DAY_E9 * 1000000000;
    *ret = (Value){.kind = (uint8_t)kind, .p = m};
    if (low.kind != FEEL_NULL) {
        *m = *(const FeelMoment *)low.p;
        m->nanos += 1000000000;
        if (m->nanos >= day) {
            if (kind == FEEL_TIME) {
                return false;
            }
            m->nanos -= day;
            m->day++;
        }
        int order = 0;
        return high.kind == FEEL_NULL || (feel_order(*ret, high, &order) && order < 0);
    }
    if (high.kind != FEEL_NULL) {
        *m = *(const FeelMoment *)high.p;
        m->nanos -= 1000000000;
        if (m->nanos < 0) {
            if (kind == FEEL_TIME) {
                return false;
            }
            m->nanos += day;
            m->day--;
        }
    }
    return true;
}

static bool string_between(Arena *a, Value low, Value high, Value *ret)
{
    int order = 0;
    if (low.kind == FEEL_NULL) {
        *ret = feel_str(STR(""));
    } else {
        *ret = feel_str(str_printf(a, "%.*s (other)", STR_ARG(feel_text(low))));
    }
    return high.kind == FEEL_NULL || (feel_order(*ret, high, &order) && order < 0);
}

static bool value_between(Arena *a, Value low, Value high, FeelKind kind, Value *ret)
{
    switch (kind) {
    case FEEL_NUMBER: return number_between(a, low, high, ret);
    case FEEL_DATE:
    case FEEL_DAYS_DURATION:
    case FEEL_YEARS_DURATION: return whole_between(low, high, kind, ret);
    case FEEL_TIME:
    case FEEL_DATE_TIME: return moment_between(a, low, high, kind, ret);
    case FEEL_STRING: return string_between(a, low, high, ret);
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION:
    case FEEL_TYPE: break;
    }
    return false;
}

static size_t region_add(Region *regions, size_t count, Value rep, Value low, Value high)
{
    regions[count] = (Region){.rep = rep, .low = low, .high = high};
    return count + 1;
}

/* Texts that are only compared for equality: each constant, and any other text. */
static size_t code_regions(Arena *a, const Cuts *cuts, Region *regions)
{
    size_t n = 0;
    for (size_t i = 0; i < cuts->count; i++) {
        n = region_add(regions, n, cuts->items[i], cuts->items[i], cuts->items[i]);
    }
    Value other = feel_str(STR("(any other text)"));
    while (true) {
        bool taken = false;
        for (size_t i = 0; i < cuts->count; i++) {
            taken = taken || feel_same(other, cuts->items[i]);
        }
        if (!taken) {
            return region_add(regions, n, other, feel_null(), feel_null());
        }
        other = feel_str(str_printf(a, "%.*s'", STR_ARG(feel_text(other))));
    }
}

size_t cuts_regions(Arena *a, const Cuts *cuts, FeelKind kind, bool only_points, Region **ret)
{
    Region *regions = ARENA_ARRAY(a, Region, 2 * cuts->count + 2);
    size_t n = 0;
    *ret = regions;
    if (kind == FEEL_BOOLEAN) {
        n = region_add(regions, n, feel_bool(false), feel_bool(false), feel_bool(false));
        return region_add(regions, n, feel_bool(true), feel_bool(true), feel_bool(true));
    }
    if (kind == FEEL_STRING && only_points) {
        return code_regions(a, cuts, regions);
    }
    for (size_t i = 0; i <= cuts->count; i++) {
        Value low = i > 0 ? cuts->items[i - 1] : feel_null(), high = i < cuts->count ? cuts->items[i] : feel_null(),
              rep;
        if (value_between(a, low, high, kind, &rep)) {
            n = region_add(regions, n, rep, low, high);
        }
        if (i < cuts->count) {
            n = region_add(regions, n, cuts->items[i], cuts->items[i], cuts->items[i]);
        }
    }
    return n;
}

/* ---- Columns --------------------------------------------------------------------------------------------------- */

const DType *input_domain(const Table *t, size_t input)
{
    const TableInput *in = &t->inputs[input];
    if (in->named != NULL) { /* the element that the input expression names */
        return type_is_any(in->named->type) ? in->type : in->named->type;
    }
    return in->type;
}

/* The table behind an input, if the input is the decision of a table that can give nothing but its constants. */
static const Table *source_table(const Table *t, size_t input)
{
    const DmnInvocable *d = t->inputs[input].named;
    const Table *from = d != NULL && d->logic != NULL && d->logic->kind == EXPR_TABLE ? d->logic->table : NULL;
    bool single = from != NULL && (from->hit == HIT_UNIQUE || from->hit == HIT_ANY || from->hit == HIT_PRIORITY ||
                                   from->hit == HIT_FIRST);
    if (!single || from->output_count != 1 || from->has_default) {
        return NULL;
    }
    for (size_t r = 0; r < from->rule_count; r++) {
        if (from->rules[r].constants == NULL) {
            return NULL;
        }
    }
    return from;
}

static bool source_gives(const Table *from, Value v)
{
    for (size_t r = 0; from != NULL && r < from->rule_count; r++) {
        if (feel_same(from->rules[r].joined, v)) {
            return true;
        }
    }
    return from == NULL;
}

/* Whether tests may be run without a frame. */
static bool stands_alone(const FeelCode *code)
{
    size_t count = 0;
    if (code == NULL) {
        return false;
    }
    feel_code_reads(code, &count);
    return count == 0;
}

bool domain_allows(FeelRun *run, const Table *t, size_t input, Value v)
{
    const TableInput *in = &t->inputs[input];
    const DType *named = input_domain(t, input);
    if (!source_gives(source_table(t, input), v)) {
        return false;
    }
    if (stands_alone(in->values) && !feel_is_true(feel_test(run, in->values, NULL, v))) {
        return false;
    }
    if (!type_is_any(in->type) && type_check(run, v, in->type, in->text).kind == FEEL_NULL) {
        return false;
    }
    return type_is_any(named) || type_check(run, v, named, in->text).kind != FEEL_NULL;
}

static void allowed_cuts(Arena *a, Cuts *cuts, const DType *t)
{
    for (; t != NULL; t = t->base) {
        cuts_add(a, cuts, t->allowed);
    }
}

static bool shapes_read(Arena *a, const Table *t, size_t input, Column *c, Cuts *cuts)
{
    bool only_points = true;
    for (size_t r = 0; r < t->rule_count; r++) {
        const FeelCode *code = t->rules[r].in[input].code;
        if (code == NULL) {
            continue;
        }
        FeelTests shape = feel_tests_shape(code);
        if (shape.shape == FEEL_TEST_OTHER && c->constant) {
            c->constant = false;
            c->first_other = r;
        }
        for (size_t i = 0; shape.shape == FEEL_TEST_RANGES && i < shape.count; i++) {
            only_points = only_points && feel_same(shape.ranges[i].low, shape.ranges[i].high);
        }
        cuts_add(a, cuts, code);
    }
    return only_points;
}

/* Regions that the same rules accept need to be looked at once. */
static bool mask_repeats(const Column *c, const uint64_t *mask, size_t words)
{
    for (size_t i = 0; i < c->count; i++) {
        if (memcmp(c->regions[i].mask, mask, words * 8) == 0) {
            return true;
        }
    }
    return false;
}

Column column_read(FeelRun *run, Arena *a, Arena *masks, const Table *t, size_t input)
{
    Column c = {.constant = true};
    Cuts cuts = {0};
    const DType *domain = input_domain(t, input);
    bool only_points = shapes_read(a, t, input, &c, &cuts);
    FeelKind kind = domain != NULL && domain->feel != NULL ? feel_type_kind(domain->feel) : FEEL_NULL;
    if (kind == FEEL_NULL && cuts.count > 0) {
        kind = (FeelKind)cuts.items[0].kind;
    }
    cuts_add(a, &cuts, t->inputs[input].values);
    allowed_cuts(a, &cuts, domain);
    allowed_cuts(a, &cuts, t->inputs[input].type);
    const Table *from = source_table(t, input);
    for (size_t r = 0; from != NULL && r < from->rule_count; r++) {
        cuts_add_value(a, &cuts, from->rules[r].joined);
    }
    cuts_sort(&cuts, kind);
    c.kind = kind;
    Region *regions = NULL;
    size_t count = cuts_regions(a, &cuts, kind, only_points, &regions), words = mask_words(t->rule_count);
    if (count == 0) { /* lists, contexts, or nothing known: one region that stands for every value */
        regions = ARENA_NEW(a, Region);
        count = 1;
    }
    c.regions = regions;
    for (size_t i = 0; i < count; i++) {
        feel_run_reset(run); /* only truth values are kept */
        if (regions[i].rep.kind != FEEL_NULL && !domain_allows(run, t, input, regions[i].rep)) {
            continue;
        }
        Region *kept = &c.regions[c.count];
        *kept = regions[i];
        kept->mask = ARENA_ARRAY(masks, uint64_t, words);
        for (size_t r = 0; r < t->rule_count; r++) {
            const FeelCode *code = t->rules[r].in[input].code;
            bool any = code != NULL && feel_tests_shape(code).shape == FEEL_TEST_ANY;
            if (any || (stands_alone(code) && feel_is_true(feel_test(run, code, NULL, kept->rep)))) {
                kept->mask[r / 64] |= (uint64_t)1 << (r % 64);
            }
        }
        c.count += !mask_repeats(&c, kept->mask, words);
    }
    return c;
}
