/* fn_number.c: built-in functions of numbers, and number().
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

static Value number_or_error(FeelRun *run, bool ok, Dec d, const char *function)
{
    return ok ? feel_number(run->arena, d) : feel_error(run, "%s: no finite result", function);
}

/* ---- Rounding --------------------------------------------------------------------------------------------------- */

static Value rounded(FeelRun *run, const Value *args, size_t count, DecRounding rounding, const char *function)
{
    Dec d;
    int64_t scale = 0;
    if (!arg_dec(args[0], &d)) {
        return bad_argument(run, function, args[0]);
    }
    if (count > 1 && !arg_int(args[1], &scale)) {
        return bad_argument(run, function, args[1]);
    }
    if (scale < -6111 || scale > 6176) {
        return feel_error(run, "%s: a scale outside of -6111 to 6176", function);
    }
    bool ok = dec_round(d, (int32_t)scale, rounding, &d);
    return number_or_error(run, ok, d, function);
}

Value fn_decimal(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_HALF_EVEN, "decimal");
}

Value fn_floor(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_FLOOR, "floor");
}

Value fn_ceiling(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_CEILING, "ceiling");
}

Value fn_round_up(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_UP, "round up");
}

Value fn_round_down(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_DOWN, "round down");
}

Value fn_round_half_up(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_HALF_UP, "round half up");
}

Value fn_round_half_down(FeelRun *run, const Value *args, size_t count)
{
    return rounded(run, args, count, DEC_HALF_DOWN, "round half down");
}

/* ---- One or two numbers ----------------------------------------------------------------------------------------- */

Value fn_abs(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value v = arg_unwrapped(args[0]);
    bool negative;
    switch ((FeelKind)v.kind) {
    case FEEL_NUMBER: negative = feel_dec(v).negative; break;
    case FEEL_DAYS_DURATION: negative = days_duration_nanos(v) < 0; break;
    case FEEL_YEARS_DURATION: negative = v.i < 0; break;
    default: return bad_argument(run, "abs", v);
    }
    return negative ? feel_neg(run, v) : v;
}

Value fn_modulo(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Dec a, b;
    if (!arg_dec(args[0], &a)) {
        return bad_argument(run, "modulo", args[0]);
    }
    if (!arg_dec(args[1], &b)) {
        return bad_argument(run, "modulo", args[1]);
    }
    bool ok = dec_modulo(a, b, &a);
    return number_or_error(run, ok, a, "modulo");
}

static Value function_of_one(FeelRun *run, Value v, bool (*fn)(Dec, Dec *), const char *function)
{
    enum { STEPS = 50 }; /* some microseconds */
    Dec d;
    if (!arg_dec(v, &d)) {
        return bad_argument(run, function, v);
    }
    if (!feel_spend(run, STEPS)) {
        return feel_null();
    }
    bool ok = fn(d, &d);
    return number_or_error(run, ok, d, function);
}

Value fn_sqrt(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return function_of_one(run, args[0], dec_sqrt, "sqrt");
}

Value fn_log(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return function_of_one(run, args[0], dec_log, "log");
}

Value fn_exp(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return function_of_one(run, args[0], dec_exp, "exp");
}

static Value parity(FeelRun *run, Value v, bool odd, const char *function)
{
    Dec d, rest;
    if (!arg_dec(v, &d)) {
        return bad_argument(run, function, v);
    }
    if (!dec_is_integer(d) || !dec_modulo(d, dec_from_int(2), &rest)) {
        return feel_error(run, "%s: not an integer", function);
    }
    return feel_bool((rest.coefficient != 0) == odd);
}

Value fn_odd(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return parity(run, args[0], true, "odd");
}

Value fn_even(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return parity(run, args[0], false, "even");
}

/* ---- number() --------------------------------------------------------------------------------------------------- */

/* A separator: one of the allowed characters, or null (then 0). */
static bool separator(Value v, const char *allowed, char *ret)
{
    Str s;
    *ret = 0;
    if (v.kind == FEEL_NULL) {
        return true;
    }
    if (!arg_text(v, &s) || s.len != 1) {
        return false;
    }
    for (; *allowed != 0; allowed++) {
        *ret = s.ptr[0] == *allowed ? *allowed : *ret;
    }
    return *ret != 0;
}

static Value number_from(FeelRun *run, Str s, char grouping, char point)
{
    if (!feel_room(run, s.len + 1)) {
        return feel_fail(run, LIMIT_MEMORY, "a text longer than the memory allows");
    }
    char *text = ARENA_ARRAY(run->arena, char, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '.' && point != '.' && grouping != '.') {
            return feel_error(run, "number: not a number");
        }
        if (c != grouping || grouping == 0) {
            text[len++] = c == point ? '.' : c;
        }
    }
    Dec d;
    return dec_parse((Str){text, len}, &d) ? feel_number(run->arena, d) : feel_error(run, "number: not a number");
}

Value fn_number(FeelRun *run, const Value *args, size_t count)
{
    Str s;
    char grouping = 0, point = 0;
    Value from = arg_unwrapped(args[0]);
    if (count == 1 && from.kind == FEEL_NUMBER) {
        return from;
    }
    if (!arg_text(from, &s)) {
        return bad_argument(run, "number", from);
    }
    if (count == 2) {
        return feel_error(run, "number: takes one argument or three");
    }
    if (s.len > 0 && s.ptr[0] == '+') {
        return feel_error(run, "number: not a number"); /* no plus sign in a numeric literal */
    }
    if (count == 3 && (!separator(args[1], " ,.", &grouping) || !separator(args[2], ".,", &point))) {
        return feel_error(run, "number: a separator that is not allowed");
    }
    point = point ? point : '.';
    return grouping == point ? feel_error(run, "number: one separator for two purposes")
                             : number_from(run, s, grouping, point);
}
