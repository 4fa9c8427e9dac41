/* ops.c: operators that are more than one step: logic, comparison, ranges, membership, paths, loops.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

/* ---- Logic ------------------------------------------------------------------------------------------------------- */

static Value not_boolean(FeelRun *run, Value a, Value b)
{
    Value v = a.kind != FEEL_BOOLEAN ? a : b;
    return v.kind == FEEL_NULL ? v : feel_error(run, "a condition is neither true nor false");
}

Value feel_and(FeelRun *run, Value a, Value b)
{
    bool no = (a.kind == FEEL_BOOLEAN && a.i == 0) || (b.kind == FEEL_BOOLEAN && b.i == 0);
    if (no || (feel_is_true(a) && feel_is_true(b))) {
        return feel_bool(!no);
    }
    return not_boolean(run, a, b);
}

Value feel_or(FeelRun *run, Value a, Value b)
{
    bool yes = feel_is_true(a) || feel_is_true(b);
    if (yes || (a.kind == FEEL_BOOLEAN && b.kind == FEEL_BOOLEAN)) {
        return feel_bool(yes);
    }
    return not_boolean(run, a, b);
}

Value feel_not(FeelRun *run, Value a)
{
    return a.kind == FEEL_BOOLEAN ? feel_bool(!a.i) : not_boolean(run, a, a);
}

/* ---- Comparison -------------------------------------------------------------------------------------------------- */

static bool sign_holds(Op op, int order)
{
    switch (op) {
    case OP_LT: return order < 0;
    case OP_LE: return order <= 0;
    case OP_GT: return order > 0;
    case OP_GE: return order >= 0;
    default: bug("no comparison");
    }
}

static Value no_order(FeelRun *run, Value a, Value b)
{
    if (a.kind == FEEL_NULL || b.kind == FEEL_NULL) {
        Value v = a.kind == FEEL_NULL ? a : b;
        return v.reason ? v : feel_error(run, "null cannot be compared");
    }
    return feel_error(run, "%s and %s cannot be compared", feel_type_basic((FeelKind)a.kind)->name.ptr,
                      feel_type_basic((FeelKind)b.kind)->name.ptr);
}

Value feel_compare(FeelRun *run, Op op, Value a, Value b)
{
    int order;
    if (!feel_order(a, b, &order)) {
        return no_order(run, a, b);
    }
    return feel_bool(sign_holds(op, order));
}

/* ---- Ranges ------------------------------------------------------------------------------------------------------ */

Value feel_range_new(FeelRun *run, Value low, Value high, int closed)
{
    int order;
    bool open_ended = low.kind == FEEL_NULL || high.kind == FEEL_NULL;
    if (low.kind == FEEL_NULL && high.kind == FEEL_NULL) {
        return low.reason ? low : high.reason ? high : feel_error(run, "a range has no end at all");
    }
    if (low.reason || high.reason) {
        return low.reason ? low : high;
    }
    Value first = low.kind == FEEL_NULL ? high : low, last = open_ended ? first : high;
    if (!feel_order(first, last, &order)) {
        return no_order(run, first, last);
    }
    FeelRange *r = ARENA_NEW(run->arena, FeelRange);
    *r = (FeelRange){.low = low, .high = high, .low_closed = closed & 1, .high_closed = (closed & 2) != 0};
    return (Value){.kind = FEEL_RANGE, .p = r};
}

Value feel_one_sided(FeelRun *run, RangeSign sign, Value end)
{
    static const char SIGNS[] = {0, '=', '!', '<', '<', '>', '>'};
    int order;
    bool equal = sign == SIGN_EQ || sign == SIGN_NE;
    if (!equal && !feel_order(end, end, &order)) {
        return end.reason ? end : feel_error(run, "this is no end of a range: it has no order");
    }
    bool low = sign == SIGN_GT || sign == SIGN_GE;
    FeelRange *r = ARENA_NEW(run->arena, FeelRange);
    *r = (FeelRange){
        .low = low || equal ? end : feel_null(),
        .high = !low || equal ? end : feel_null(),
        .low_closed = equal || sign == SIGN_GE,
        .high_closed = equal || sign == SIGN_LE,
        .one_sided = (uint8_t)SIGNS[sign],
    };
    return (Value){.kind = FEEL_RANGE, .p = r};
}

Value feel_in_range(FeelRun *run, Value v, const FeelRange *r)
{
    if (r->one_sided == '=' || r->one_sided == '!') {
        Value same = feel_equal(run, v, r->low);
        return r->one_sided == '=' ? same : feel_not(run, same);
    }
    if (r->one_sided == '<') {
        return feel_compare(run, r->high_closed ? OP_LE : OP_LT, v, r->high);
    }
    if (r->one_sided == '>') {
        return feel_compare(run, r->low_closed ? OP_GE : OP_GT, v, r->low);
    }
    Value above = feel_compare(run, r->low_closed ? OP_GE : OP_GT, v, r->low);
    if (above.kind == FEEL_NULL) {
        return above;
    }
    Value below = feel_compare(run, r->high_closed ? OP_LE : OP_LT, v, r->high);
    return below.kind == FEEL_NULL ? below : feel_bool(above.i && below.i);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* Equality among tests: what cannot be compared is simply not equal. */
static bool equals(FeelRun *run, Value a, Value b)
{
    return a.kind == b.kind && feel_is_true(feel_equal(run, a, b));
}

static Value in_list(FeelRun *run, Value v, Value list)
{
    Value ret = feel_bool(false);
    for (size_t i = 0; i < list.len; i++) {
        Value test = feel_items(list)[i];
        bool is_range = test.kind == FEEL_RANGE && v.kind != FEEL_RANGE;
        Value one = is_range ? feel_in_range(run, v, test.p) : feel_bool(equals(run, v, test));
        ret = feel_or(run, ret, one);
        if (feel_is_true(ret) || !feel_spend(run, 1)) {
            break;
        }
    }
    return ret;
}

Value feel_in(FeelRun *run, Value v, Value tests)
{
    if (tests.kind == FEEL_RANGE && v.kind != FEEL_RANGE) {
        return feel_in_range(run, v, tests.p);
    }
    if (tests.kind == FEEL_LIST) {
        return equals(run, v, tests) ? feel_bool(true) : in_list(run, v, tests);
    }
    if (tests.reason) {
        return tests;
    }
    return feel_equal(run, v, tests);
}

/* ---- Paths and indexes ------------------------------------------------------------------------------------------- */

static Value path_of_list(FeelRun *run, Value list, Str name)
{
    Value *items = feel_values_new(run, list.len);
    if (items == NULL || !feel_spend(run, list.len)) {
        return feel_null();
    }
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        items[i] = item.kind == FEEL_CONTEXT ? feel_get(item, name)
                   : item.kind == FEEL_LIST  ? feel_error(run, "a list in a list has no entries")
                                             : feel_path(run, item, name);
    }
    return feel_list(items, list.len);
}

Value feel_path(FeelRun *run, Value v, Str name)
{
    if (v.kind == FEEL_LIST) {
        return path_of_list(run, v, name);
    }
    if (v.kind == FEEL_NULL) {
        return v.reason ? v : feel_error(run, "null has no entry %.*s", (int)(name.len < 80 ? name.len : 80), name.ptr);
    }
    if (v.kind != FEEL_CONTEXT) {
        return feel_property(run, v, name);
    }
    for (size_t i = 0; i < v.len; i++) {
        const FeelEntry *e = &feel_entries(v)[i];
        if (str_eq(e->name, name)) {
            return e->value;
        }
    }
    return feel_error(run, "there is no entry %.*s", (int)(name.len < 80 ? name.len : 80), name.ptr);
}

Value feel_index(FeelRun *run, Value list, Value n)
{
    int64_t at;
    if (list.kind == FEEL_NULL) {
        return list;
    }
    if (n.kind != FEEL_NUMBER || !dec_to_int(feel_dec(n), &at)) {
        return n.kind == FEEL_NULL ? n : feel_error(run, "an index is not a whole number");
    }
    const Value *items = list.kind == FEEL_LIST ? feel_items(list) : &list;
    int64_t count = list.kind == FEEL_LIST ? list.len : 1;
    int64_t i = at > 0 ? at - 1 : at < 0 && at >= -count ? count + at : -1;
    return i >= 0 && i < count ? items[i] : feel_null();
}

/* ---- Loops ------------------------------------------------------------------------------------------------------- */

/* Ends that are open are left out. */
static bool loop_over_range(FeelRun *run, const FeelRange *r, Loop *loop, Value *ret_error)
{
    int order;
    if (r->one_sided || !feel_order(r->low, r->high, &order) || order > 0) {
        *ret_error = feel_error(run, "this range has no first and last and cannot be looped over");
        return false;
    }
    if (!feel_loop_range(run, r->low, r->high, loop, ret_error)) {
        return false;
    }
    if (!r->low_closed && --loop->left > 0) {
        loop->next++;
    }
    loop->left -= !r->high_closed && loop->left > 0;
    return true;
}

bool feel_loop_over(FeelRun *run, Value domain, Loop *loop, Value *ret_error)
{
    if (domain.kind == FEEL_NULL) {
        *ret_error = domain.reason ? domain : feel_error(run, "null cannot be looped over");
        return false;
    }
    if (domain.kind == FEEL_RANGE) {
        return loop_over_range(run, domain.p, loop, ret_error);
    }
    bool list = domain.kind == FEEL_LIST;
    Value *one = list ? NULL : feel_values_new(run, 1);
    if (one != NULL) {
        *one = domain;
    }
    *loop = (Loop){.items = list ? feel_items(domain) : one, .count = list ? domain.len : one != NULL};
    return true;
}

static bool whole(Value v, int64_t *ret)
{
    if (v.kind == FEEL_DATE) {
        *ret = v.i;
        return true;
    }
    return v.kind == FEEL_NUMBER && dec_to_int(feel_dec(v), ret);
}

bool feel_loop_range(FeelRun *run, Value low, Value high, Loop *loop, Value *ret_error)
{
    int64_t from, to;
    if (low.kind == FEEL_RANGE || high.kind == FEEL_RANGE || low.kind != high.kind || !whole(low, &from) ||
        !whole(high, &to)) {
        bool huge = low.kind == FEEL_NUMBER && high.kind == FEEL_NUMBER && dec_is_integer(feel_dec(low)) &&
                    dec_is_integer(feel_dec(high));
        *ret_error = huge ? feel_fail(run, LIMIT_STEPS, "a loop over a range takes more steps than are allowed")
                          : feel_error(run, "only whole numbers and dates can be looped over");
        return false;
    }
    bool up = from <= to;
    uint64_t distance = up ? (uint64_t)to - (uint64_t)from : (uint64_t)from - (uint64_t)to;
    if (distance >= run->steps_left) {
        *ret_error = feel_fail(run, LIMIT_STEPS, "a loop over a range takes more steps than are allowed");
        return false;
    }
    *loop =
        (Loop){.counting = true, .counted = (FeelKind)low.kind, .next = from, .by = up ? 1 : -1, .left = distance + 1};
    return true;
}

bool feel_loop_next(Loop *loop, Value *ret_item)
{
    if (!loop->counting) {
        if (loop->at == loop->count) {
            return false;
        }
        *ret_item = loop->items[loop->at++];
        return true;
    }
    if (loop->left == 0) {
        return false;
    }
    *ret_item = (Value){.kind = (uint8_t)loop->counted, .i = loop->next};
    if (--loop->left > 0) {
        loop->next += loop->by;
    }
    return true;
}
