/* value.c: numbers in their two forms, sameness, equality and order of values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

/* ---- Numbers ---------------------------------------------------------------------------------------------------- */

static bool fits_inline(Dec d, Value *ret)
{
    if (d.coefficient > INT64_MAX || d.exponent < -DEC_TENS_MAX || d.exponent > DEC_TENS_MAX) {
        return false;
    }
    int64_t n = (int64_t)d.coefficient;
    if (d.exponent > 0 && __builtin_mul_overflow(n, DEC_TENS[d.exponent], &n)) {
        return false;
    }
    *ret = (Value){.kind = FEEL_NUMBER, .scale = (uint8_t)(d.exponent < 0 ? -d.exponent : 0), .i = d.negative ? -n : n};
    return true;
}

Value feel_number(Arena *a, Dec d)
{
    Value v;
    if (fits_inline(d, &v) || fits_inline(dec_normal(d), &v)) {
        return v;
    }
    Dec *box = ARENA_NEW(a, Dec);
    *box = d;
    return (Value){.kind = FEEL_NUMBER, .boxed = 1, .p = box};
}

Dec feel_dec(Value v)
{
    check_that(v.kind == FEEL_NUMBER);
    if (v.boxed) {
        return *(const Dec *)v.p;
    }
    return (Dec){.coefficient = v.i < 0 ? (U128)(-(I128)v.i) : (U128)v.i, .exponent = -v.scale, .negative = v.i < 0};
}

static int number_cmp(Value a, Value b)
{
    if (!a.boxed && !b.boxed && a.scale == b.scale) {
        return (a.i > b.i) - (a.i < b.i);
    }
    return dec_cmp(feel_dec(a), feel_dec(b));
}

Value feel_get(Value context, Str name)
{
    if (context.kind != FEEL_CONTEXT) {
        return feel_null();
    }
    const FeelEntry *entries = feel_entries(context);
    for (size_t i = 0; i < context.len; i++) {
        if (str_eq(entries[i].name, name)) {
            return entries[i].value;
        }
    }
    return feel_null();
}

static const FeelEntry *entry_find(Value context, Str name)
{
    const FeelEntry *entries = feel_entries(context);
    for (size_t i = 0; i < context.len; i++) {
        if (str_eq(entries[i].name, name)) {
            return &entries[i];
        }
    }
    return NULL;
}

/* ---- Sameness --------------------------------------------------------------------------------------------------- */

/* Values may share parts, so that walking one takes far more steps than making it: a run pays for each item. */
static bool pay(FeelRun *run, uint64_t items)
{
    return run == NULL || feel_spend(run, items);
}

static bool same(FeelRun *run, Value a, Value b, int depth);

static bool moments_same(const FeelMoment *a, const FeelMoment *b)
{
    return a->day == b->day && a->nanos == b->nanos && a->has_offset == b->has_offset &&
           (!a->has_offset || a->offset == b->offset) && str_eq(a->zone, b->zone);
}

static bool lists_same(FeelRun *run, Value a, Value b, int depth)
{
    if (a.len != b.len || !pay(run, a.len)) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (!same(run, feel_items(a)[i], feel_items(b)[i], depth)) {
            return false;
        }
    }
    return true;
}

/* Entries are looked up one by one. */
static uint64_t context_work(Value v)
{
    return v.len + (uint64_t)v.len * v.len / 16;
}

static bool contexts_same(FeelRun *run, Value a, Value b, int depth)
{
    if (a.len != b.len || !pay(run, context_work(a))) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        const FeelEntry *e = &feel_entries(a)[i], *f = entry_find(b, e->name);
        if (f == NULL || !same(run, e->value, f->value, depth)) {
            return false;
        }
    }
    return true;
}

static bool ranges_same(FeelRun *run, const FeelRange *a, const FeelRange *b, int depth)
{
    return a->low_closed == b->low_closed && a->high_closed == b->high_closed && a->one_sided == b->one_sided &&
           same(run, a->low, b->low, depth) && same(run, a->high, b->high, depth);
}

static bool same(FeelRun *run, Value a, Value b, int depth)
{
    if (a.kind != b.kind || depth > FEEL_DEPTH_MAX) {
        return false;
    }
    switch ((FeelKind)a.kind) {
    case FEEL_NULL: return true;
    case FEEL_BOOLEAN:
    case FEEL_DATE:
    case FEEL_YEARS_DURATION: return a.i == b.i;
    case FEEL_NUMBER: return number_cmp(a, b) == 0;
    case FEEL_STRING: return str_eq(feel_text(a), feel_text(b));
    case FEEL_TIME:
    case FEEL_DATE_TIME: return moments_same(a.p, b.p);
    case FEEL_DAYS_DURATION: return days_duration_nanos(a) == days_duration_nanos(b);
    case FEEL_LIST: return lists_same(run, a, b, depth + 1);
    case FEEL_CONTEXT: return contexts_same(run, a, b, depth + 1);
    case FEEL_RANGE: return ranges_same(run, a.p, b.p, depth + 1);
    case FEEL_FUNCTION:
    case FEEL_TYPE: return a.p == b.p;
    }
    bug("kind of value");
}

bool feel_same(Value a, Value b)
{
    return same(NULL, a, b, 0);
}

bool feel_is(FeelRun *run, Value a, Value b)
{
    return same(run, a, b, 0);
}

/* ---- Equality --------------------------------------------------------------------------------------------------- */

/* Three-valued: 1, 0, or UNKNOWN where the kinds cannot be compared. */
enum { UNKNOWN = -1 };

static int equal(FeelRun *run, Value a, Value b, int depth);

/* The standard compares the properties of times; "second" has no fraction. */
static int moments_equal(const FeelMoment *a, const FeelMoment *b)
{
    FeelMoment x = *a, y = *b;
    x.nanos -= x.nanos % NANOS_PER_SECOND;
    y.nanos -= y.nanos % NANOS_PER_SECOND;
    return moment_cmp(&x, &y) == 0;
}

static int lists_equal(FeelRun *run, Value a, Value b, int depth)
{
    if (a.len != b.len) {
        return 0;
    }
    if (!pay(run, a.len)) {
        return UNKNOWN;
    }
    int all = 1;
    for (size_t i = 0; i < a.len && all != 0; i++) {
        int one = equal(run, feel_items(a)[i], feel_items(b)[i], depth);
        all = one == 1 ? all : one;
    }
    return all;
}

static int contexts_equal(FeelRun *run, Value a, Value b, int depth)
{
    if (a.len != b.len) {
        return 0;
    }
    if (!pay(run, context_work(a))) {
        return UNKNOWN;
    }
    int all = 1;
    for (size_t i = 0; i < a.len && all != 0; i++) {
        const FeelEntry *e = &feel_entries(a)[i], *f = entry_find(b, e->name);
        int one = f == NULL ? 0 : equal(run, e->value, f->value, depth);
        all = one == 1 ? all : one;
    }
    return all;
}

static int ranges_equal(FeelRun *run, const FeelRange *a, const FeelRange *b, int depth)
{
    if (a->low_closed != b->low_closed || a->high_closed != b->high_closed || a->one_sided != b->one_sided) {
        return 0;
    }
    int low = equal(run, a->low, b->low, depth), high = equal(run, a->high, b->high, depth);
    return low == 0 || high == 0 ? 0 : low == 1 && high == 1 ? 1 : UNKNOWN;
}

static int equal(FeelRun *run, Value a, Value b, int depth)
{
    if (a.kind == FEEL_NULL || b.kind == FEEL_NULL) {
        return a.kind == b.kind;
    }
    if (a.kind != b.kind || depth > FEEL_DEPTH_MAX) {
        return UNKNOWN;
    }
    switch ((FeelKind)a.kind) {
    case FEEL_LIST: return lists_equal(run, a, b, depth + 1);
    case FEEL_CONTEXT: return contexts_equal(run, a, b, depth + 1);
    case FEEL_RANGE: return ranges_equal(run, a.p, b.p, depth + 1);
    case FEEL_TIME:
    case FEEL_DATE_TIME: return moments_equal(a.p, b.p);
    case FEEL_FUNCTION: return a.p == b.p ? 1 : UNKNOWN;
    default: return same(run, a, b, depth);
    }
}

Value feel_equal(FeelRun *run, Value a, Value b)
{
    int result = equal(run, a, b, 0);
    return result == UNKNOWN ? error_kinds(run, "=", a, b) : feel_bool(result == 1);
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

bool feel_order(Value a, Value b, int *ret)
{
    if (a.kind != b.kind) {
        return false;
    }
    switch ((FeelKind)a.kind) {
    case FEEL_NUMBER: *ret = number_cmp(a, b); return true;
    case FEEL_STRING: *ret = str_cmp(feel_text(a), feel_text(b)); return true;
    case FEEL_DATE:
    case FEEL_YEARS_DURATION: *ret = (a.i > b.i) - (a.i < b.i); return true;
    case FEEL_DAYS_DURATION: {
        I128 x = days_duration_nanos(a), y = days_duration_nanos(b);
        *ret = (x > y) - (x < y);
        return true;
    }
    case FEEL_TIME:
    case FEEL_DATE_TIME: *ret = moment_cmp(a.p, b.p); return true;
    default: return false;
    }
}
