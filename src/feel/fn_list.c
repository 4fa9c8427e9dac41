/* fn_list.c: built-in functions that ask lists or make lists of lists. Aggregates are in fn_aggregate.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

#include <string.h>

static Value bad_position(FeelRun *run, const char *function)
{
    return feel_error(run, "%s: a position outside of the list", function);
}

/* Equality that is true; kinds that cannot be compared are not equal, and leave no message. */
static bool are_equal(FeelRun *run, Value a, Value b)
{
    return (a.kind == b.kind || a.kind == FEEL_NULL) && feel_is_true(feel_equal(run, a, b));
}

static void copy_items(Value *to, Value list, size_t from, size_t count)
{
    if (count > 0) {
        memcpy(to, feel_items(list) + from, sizeof(Value) * count);
    }
}

Value fn_list_contains(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "list contains", args[0]);
    }
    bool is_day = args[1].kind == FEEL_DATE; /* asked of lists of holidays, day by day */
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        if (is_day ? item.kind == FEEL_DATE && item.i == args[1].i : are_equal(run, item, args[1])) {
            return feel_bool(true);
        }
    }
    return feel_bool(false);
}

Value fn_count(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    return arg_list(run, args[0], &list) ? feel_int(list.len) : bad_argument(run, "count", args[0]);
}

Value fn_sublist(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    size_t from;
    int64_t length;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "sublist", args[0]);
    }
    if (!list_position(args[1], list.len, &from)) {
        return bad_position(run, "sublist");
    }
    if (count < 3) {
        return feel_list(feel_items(list) + from, list.len - from);
    }
    if (!arg_int(args[2], &length) || length < 1 || (uint64_t)length > list.len - from) {
        return bad_position(run, "sublist");
    }
    return feel_list(feel_items(list) + from, (size_t)length);
}

Value fn_append(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "append", args[0]);
    }
    if (count < 2) {
        return feel_error(run, "append: nothing to append");
    }
    size_t total = list.len + count - 1;
    Value *items = feel_values_new(run, total);
    if (items == NULL) {
        return feel_null();
    }
    copy_items(items, list, 0, list.len);
    memcpy(items + list.len, args + 1, sizeof(Value) * (count - 1));
    return feel_list(items, total);
}

/* The items met so far, found by hash: a table of positions in a list plus one; 0 is free. */
typedef struct {
    uint32_t *slots;
    size_t size; /* a power of two, at least twice the items */
} Seen;

/* Equal values have equal hashes. Kinds whose equality is not that of their parts all share one. */
static uint64_t hash_of_value(Value v)
{
    uint64_t h = v.kind * UINT64_C(0x9E3779B97F4A7C15);
    switch ((FeelKind)v.kind) {
    case FEEL_STRING: h ^= str_hash(feel_text(v)); break;
    case FEEL_BOOLEAN:
    case FEEL_DATE:
    case FEEL_YEARS_DURATION: h ^= (uint64_t)v.i; break;
    case FEEL_DAYS_DURATION: h ^= (uint64_t)days_duration_nanos(v); break;
    case FEEL_NUMBER: {
        Dec d = dec_normal(feel_dec(v));
        h ^= (uint64_t)d.coefficient ^ (uint64_t)(d.coefficient >> 64) ^ ((uint64_t)(uint32_t)d.exponent << 32) ^
             d.negative;
        break;
    }
    default: break;
    }
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ (h >> 29);
}

static bool seen_grow(FeelRun *run, Seen *seen, const FeelListMaker *all)
{
    size_t size = seen->size ? 2 * seen->size : 64;
    if (!feel_room(run, size * sizeof(uint32_t))) {
        return false;
    }
    *seen = (Seen){ARENA_ARRAY(run->arena, uint32_t, size), size};
    for (size_t i = 0; i < all->count; i++) {
        size_t at = hash_of_value(all->items[i]) & (size - 1);
        while (seen->slots[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        seen->slots[at] = (uint32_t)i + 1;
    }
    return true;
}

/* Adds item unless an equal one is there. False if a limit was hit. */
static bool add_distinct(FeelRun *run, Seen *seen, FeelListMaker *all, Value item)
{
    if (2 * (all->count + 1) > seen->size && !seen_grow(run, seen, all)) {
        return false;
    }
    size_t at = hash_of_value(item) & (seen->size - 1);
    for (; seen->slots[at] != 0; at = (at + 1) & (seen->size - 1)) {
        if (!feel_spend(run, 1)) {
            return false;
        }
        if (are_equal(run, all->items[seen->slots[at] - 1], item)) {
            return true;
        }
    }
    seen->slots[at] = (uint32_t)all->count + 1;
    return feel_list_push(all, item);
}

/* All items of all arguments; those equal to an earlier one are left out if `distinct`. */
static Value joined(FeelRun *run, const Value *args, size_t count, bool distinct, const char *function)
{
    FeelListMaker all = {.run = run};
    Seen seen = {0};
    for (size_t i = 0; i < count; i++) {
        Value list;
        if (!arg_list(run, args[i], &list)) {
            return bad_argument(run, function, args[i]);
        }
        for (size_t k = 0; k < list.len; k++) {
            Value item = feel_items(list)[k];
            if (!(distinct ? add_distinct(run, &seen, &all, item) : feel_list_push(&all, item))) {
                return feel_null();
            }
        }
    }
    return feel_list_done(&all);
}

Value fn_concatenate(FeelRun *run, const Value *args, size_t count)
{
    return joined(run, args, count, false, "concatenate");
}

Value fn_union(FeelRun *run, const Value *args, size_t count)
{
    return joined(run, args, count, true, "union");
}

Value fn_distinct_values(FeelRun *run, const Value *args, size_t count)
{
    return joined(run, args, count, true, "distinct values");
}

Value fn_insert_before(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    size_t at;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "insert before", args[0]);
    }
    if (!list_position(args[1], list.len, &at)) {
        return bad_position(run, "insert before");
    }
    Value *items = feel_values_new(run, (size_t)list.len + 1);
    if (items == NULL) {
        return feel_null();
    }
    copy_items(items, list, 0, at);
    items[at] = args[2];
    copy_items(items + at + 1, list, at, list.len - at);
    return feel_list(items, (size_t)list.len + 1);
}

Value fn_remove(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    size_t at;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "remove", args[0]);
    }
    if (!list_position(args[1], list.len, &at)) {
        return bad_position(run, "remove");
    }
    Value *items = feel_values_new(run, list.len);
    if (items == NULL) {
        return feel_null();
    }
    copy_items(items, list, 0, at);
    copy_items(items + at, list, at + 1, list.len - at - 1);
    return feel_list(items, list.len - 1);
}

/* The items for which match(item, newItem) is true are replaced. */
static Value replace_matching(FeelRun *run, Value list, Value match, Value with)
{
    Value *items = feel_values_new(run, list.len);
    if (items == NULL) {
        return feel_null();
    }
    for (size_t i = 0; i < list.len; i++) {
        const Value pair[2] = {feel_items(list)[i], with};
        Value hit = feel_call(run, match, pair, 2);
        if (run->failed || hit.kind != FEEL_BOOLEAN) {
            return feel_error(run, "list replace: the match is neither true nor false");
        }
        items[i] = hit.i ? with : pair[0];
    }
    return feel_list(items, list.len);
}

Value fn_list_replace(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    size_t at;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "list replace", args[0]);
    }
    if (arg_unwrapped(args[1]).kind == FEEL_FUNCTION) {
        return replace_matching(run, list, arg_unwrapped(args[1]), args[2]);
    }
    if (!list_position(args[1], list.len, &at)) {
        return bad_position(run, "list replace");
    }
    Value *items = feel_values_new(run, list.len);
    if (items == NULL) {
        return feel_null();
    }
    copy_items(items, list, 0, list.len);
    items[at] = args[2];
    return feel_list(items, list.len);
}

Value fn_reverse(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "reverse", args[0]);
    }
    Value *items = feel_values_new(run, list.len);
    if (items == NULL) {
        return feel_null();
    }
    for (size_t i = 0; i < list.len; i++) {
        items[i] = feel_items(list)[list.len - 1 - i];
    }
    return feel_list(items, list.len);
}

Value fn_index_of(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "index of", args[0]);
    }
    FeelListMaker found = {.run = run};
    for (size_t i = 0; i < list.len; i++) {
        if (are_equal(run, feel_items(list)[i], args[1]) && !feel_list_push(&found, feel_int((int64_t)i + 1))) {
            return feel_null();
        }
    }
    return feel_list_done(&found);
}

static bool flatten_into(FeelListMaker *all, Value v, int depth)
{
    if (v.kind != FEEL_LIST) {
        return feel_list_push(all, v);
    }
    if (depth > FEEL_DEPTH_MAX) {
        (void)feel_fail(all->run, TOO_DEEP, "lists are nested too deeply");
        return false;
    }
    for (size_t i = 0; i < v.len; i++) {
        if (!flatten_into(all, feel_items(v)[i], depth + 1)) {
            return false;
        }
    }
    return true;
}

Value fn_flatten(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    FeelListMaker all = {.run = run};
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "flatten", args[0]);
    }
    return flatten_into(&all, list, 0) ? feel_list_done(&all) : feel_null();
}

/* ---- sort() ----------------------------------------------------------------------------------------------------- */

typedef struct {
    FeelRun *run;
    Value precedes; /* null: ascending by order */
    bool broken;    /* two items that cannot be compared */
} Sorter;

/* Whether b must stand before a. */
static bool must_swap(Sorter *s, Value a, Value b)
{
    if (s->precedes.kind == FEEL_NULL) {
        int o = 0;
        s->broken |= !feel_order(a, b, &o);
        return o > 0;
    }
    const Value pair[2] = {b, a};
    Value hit = feel_call(s->run, s->precedes, pair, 2);
    s->broken |= hit.kind != FEEL_BOOLEAN || s->run->failed;
    return feel_is_true(hit);
}

/* One pass of a bottom-up merge sort; stable. */
static void merge_runs(Sorter *s, const Value *from, Value *to, size_t count, size_t width)
{
    for (size_t low = 0; low < count; low += 2 * width) {
        size_t middle = low + width < count ? low + width : count,
               high = low + 2 * width < count ? low + 2 * width : count;
        size_t i = low, k = middle;
        for (size_t n = low; n < high; n++) {
            bool right = i == middle || (k < high && !s->broken && must_swap(s, from[i], from[k]));
            to[n] = right ? from[k++] : from[i++];
        }
    }
}

Value fn_sort(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "sort", args[0]);
    }
    Sorter s = {.run = run, .precedes = count > 1 ? arg_unwrapped(args[1]) : feel_null()};
    if (count > 1 && s.precedes.kind != FEEL_FUNCTION) {
        return bad_argument(run, "sort", args[1]);
    }
    Value *now = feel_values_new(run, list.len), *next = feel_values_new(run, list.len);
    if (now == NULL || next == NULL) {
        return feel_null();
    }
    copy_items(now, list, 0, list.len);
    for (size_t width = 1; width < list.len && !s.broken; width *= 2) {
        merge_runs(&s, now, next, list.len, width);
        Value *swap = now;
        now = next;
        next = swap;
    }
    return s.broken ? feel_error(run, "sort: items that cannot be compared") : feel_list(now, list.len);
}
