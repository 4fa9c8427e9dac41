/* fn_aggregate.c: built-in functions that make one value of a list.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

/* ---- Least and greatest ----------------------------------------------------------------------------------------- */

static Value extreme(FeelRun *run, const Value *args, size_t count, int sign, const char *function)
{
    Value list;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, function, args[0]);
    }
    if (list.len == 0) {
        return feel_null();
    }
    Value best = feel_items(list)[0];
    for (size_t i = 0; i < list.len; i++) {
        int o;
        if (!feel_order(feel_items(list)[i], best, &o)) {
            return feel_error(run, "%s: items that cannot be compared", function);
        }
        best = o * sign > 0 ? feel_items(list)[i] : best;
    }
    return best;
}

Value fn_min(FeelRun *run, const Value *args, size_t count)
{
    return extreme(run, args, count, -1, "min");
}

Value fn_max(FeelRun *run, const Value *args, size_t count)
{
    return extreme(run, args, count, 1, "max");
}

/* ---- Logic ------------------------------------------------------------------------------------------------------ */

/* True if `decisive` is found; false if all are the other value; null if something else stands among them. */
static Value logic(FeelRun *run, const Value *args, size_t count, bool decisive, const char *function)
{
    Value list;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, function, args[0]);
    }
    bool unknown = false;
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        if (item.kind == FEEL_BOOLEAN && (item.i != 0) == decisive) {
            return feel_bool(decisive);
        }
        unknown |= item.kind != FEEL_BOOLEAN;
    }
    return unknown ? feel_error(run, "%s: an item that is neither true nor false", function) : feel_bool(!decisive);
}

Value fn_all(FeelRun *run, const Value *args, size_t count)
{
    return logic(run, args, count, false, "all");
}

Value fn_any(FeelRun *run, const Value *args, size_t count)
{
    return logic(run, args, count, true, "any");
}

/* ---- Sums ------------------------------------------------------------------------------------------------------- */

/* Folds the items of one kind by an operator of the language. Null for an empty list. */
static Value folded(FeelRun *run, Value list, Value (*fold)(FeelRun *, Value, Value), bool durations,
                    const char *function)
{
    Value total = feel_null();
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        bool duration = item.kind == FEEL_DAYS_DURATION || item.kind == FEEL_YEARS_DURATION;
        if (item.kind != FEEL_NUMBER && !(durations && duration)) {
            return bad_argument(run, function, item);
        }
        total = i == 0 ? item : fold(run, total, item);
        if (total.kind == FEEL_NULL) {
            return total;
        }
    }
    return total;
}

Value fn_sum(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    return arg_variadic(run, args, count, &list) ? folded(run, list, feel_add, true, "sum")
                                                 : bad_argument(run, "sum", args[0]);
}

Value fn_product(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, "product", args[0]);
    }
    return list.len == 0 ? feel_error(run, "product: an empty list") : folded(run, list, feel_mul, false, "product");
}

static Value mean_of(FeelRun *run, Value list, const char *function)
{
    Value sum = folded(run, list, feel_add, true, function);
    return sum.kind == FEEL_NULL ? sum : feel_div(run, sum, feel_int(list.len));
}

Value fn_mean(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, "mean", args[0]);
    }
    return list.len == 0 ? feel_error(run, "mean: an empty list") : mean_of(run, list, "mean");
}

/* ---- Statistics ------------------------------------------------------------------------------------------------- */

static void merge(const Value *from, Value *to, size_t low, size_t middle, size_t high)
{
    size_t i = low, k = middle;
    for (size_t n = low; n < high; n++) {
        int o = 0;
        bool right = i == middle || (k < high && feel_order(from[i], from[k], &o) && o > 0);
        to[n] = right ? from[k++] : from[i++];
    }
}

/* The numbers of a list in ascending order; false with *ret set to a null if an item is none. */
static bool sorted_numbers(FeelRun *run, Value list, const char *function, Value *ret)
{
    Value *now = feel_values_new(run, list.len), *next = feel_values_new(run, list.len);
    if (now == NULL || next == NULL) {
        *ret = feel_null();
        return false;
    }
    for (size_t i = 0; i < list.len; i++) {
        now[i] = feel_items(list)[i];
        if (now[i].kind != FEEL_NUMBER) {
            *ret = bad_argument(run, function, now[i]);
            return false;
        }
    }
    for (size_t width = 1; width < list.len; width *= 2) {
        for (size_t low = 0; low < list.len; low += 2 * width) {
            size_t middle = low + width, high = low + 2 * width;
            merge(now, next, low, middle < list.len ? middle : list.len, high < list.len ? high : list.len);
        }
        Value *swap = now;
        now = next;
        next = swap;
    }
    *ret = feel_list(now, list.len);
    return true;
}

Value fn_median(FeelRun *run, const Value *args, size_t count)
{
    Value list, ret;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, "median", args[0]);
    }
    if (list.len == 0) {
        return feel_null();
    }
    if (!sorted_numbers(run, list, "median", &ret)) {
        return ret;
    }
    const Value *items = feel_items(ret);
    size_t half = list.len / 2;
    if (list.len % 2 == 1) {
        return items[half];
    }
    return feel_div(run, feel_add(run, items[half - 1], items[half]), feel_int(2));
}

Value fn_stddev(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, "stddev", args[0]);
    }
    for (size_t i = 0; i < list.len; i++) {
        if (feel_items(list)[i].kind != FEEL_NUMBER) {
            return bad_argument(run, "stddev", feel_items(list)[i]);
        }
    }
    if (list.len < 2) {
        return feel_error(run, "stddev: needs two numbers");
    }
    Value mean = mean_of(run, list, "stddev"), sum = feel_int(0);
    for (size_t i = 0; i < list.len; i++) {
        Value apart = feel_sub(run, feel_items(list)[i], mean);
        sum = feel_add(run, sum, feel_mul(run, apart, apart));
    }
    Value variance = feel_div(run, sum, feel_int((int64_t)list.len - 1));
    return fn_sqrt(run, &variance, 1);
}

/* The numbers that occur most often, ascending. */
Value fn_mode(FeelRun *run, const Value *args, size_t count)
{
    Value list, sorted;
    if (!arg_variadic(run, args, count, &list)) {
        return bad_argument(run, "mode", args[0]);
    }
    if (!sorted_numbers(run, list, "mode", &sorted)) {
        return sorted;
    }
    const Value *items = feel_items(sorted);
    FeelListMaker most = {.run = run};
    size_t best = 0;
    for (size_t i = 0, next; i < list.len; i = next) {
        for (next = i + 1; next < list.len && feel_same(items[i], items[next]); next++) {
        }
        if (next - i >= best) {
            most.count = next - i > best ? 0 : most.count;
            best = next - i;
            if (!feel_list_push(&most, items[i])) {
                return feel_null();
            }
        }
    }
    return feel_list_done(&most);
}
