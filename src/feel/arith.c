/* arith.c: the six operators of arithmetic over all kinds of values (DMN 1.5, 10.3.2.13).
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

#include <string.h>

const char *kind_name(FeelKind kind)
{
    static const char *const NAMES[FEEL_KIND_COUNT] = {
        "null",
        "boolean",
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "list",
        "context",
        "range",
        "function",
        "type",
    };
    return NAMES[kind];
}

/* A null that was born of an error keeps its reason: that is what people must hear of. */
static bool is_error(Value v)
{
    return v.kind == FEEL_NULL && v.reason != 0;
}

Value error_kinds(FeelRun *run, const char *operation, Value a, Value b)
{
    if (is_error(a) || is_error(b)) {
        return is_error(a) ? a : b;
    }
    return feel_error(run, "%s is not defined for %s and %s", operation, kind_name((FeelKind)a.kind),
                      kind_name((FeelKind)b.kind));
}

static bool are_numbers(Value a, Value b)
{
    return a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER;
}

static Value number_result(FeelRun *run, bool ok, Dec d)
{
    return ok ? feel_number(run->arena, d) : feel_error(run, "the result is not a finite number");
}

static Value join(FeelRun *run, Value a, Value b)
{
    size_t len = (size_t)a.len + b.len;
    if (len > UINT32_MAX || !feel_room(run, len)) {
        return feel_fail(run, LIMIT_MEMORY, "a text longer than the memory allows");
    }
    char *text = ARENA_ARRAY(run->arena, char, len + 1);
    memcpy(text, a.len ? a.p : "", a.len);
    memcpy(text + a.len, b.len ? b.p : "", b.len);
    return feel_str((Str){text, len});
}

Value feel_add(FeelRun *run, Value a, Value b)
{
    int64_t sum;
    if (are_numbers(a, b)) {
        if (!a.boxed && !b.boxed && a.scale == b.scale && !__builtin_add_overflow(a.i, b.i, &sum)) {
            return (Value){.kind = FEEL_NUMBER, .scale = a.scale, .i = sum};
        }
        Dec d;
        bool ok = dec_add(feel_dec(a), feel_dec(b), &d);
        return number_result(run, ok, d);
    }
    if (a.kind == FEEL_STRING && b.kind == FEEL_STRING) {
        return join(run, a, b);
    }
    return temporal_add(run, a, b);
}

Value feel_sub(FeelRun *run, Value a, Value b)
{
    int64_t rest;
    if (are_numbers(a, b)) {
        if (!a.boxed && !b.boxed && a.scale == b.scale && !__builtin_sub_overflow(a.i, b.i, &rest)) {
            return (Value){.kind = FEEL_NUMBER, .scale = a.scale, .i = rest};
        }
        Dec d;
        bool ok = dec_sub(feel_dec(a), feel_dec(b), &d);
        return number_result(run, ok, d);
    }
    return temporal_sub(run, a, b);
}

static bool is_duration(Value v)
{
    return v.kind == FEEL_DAYS_DURATION || v.kind == FEEL_YEARS_DURATION;
}

Value feel_mul(FeelRun *run, Value a, Value b)
{
    int64_t product;
    if (are_numbers(a, b)) {
        if (!a.boxed && !b.boxed && a.scale + b.scale <= 18 && !__builtin_mul_overflow(a.i, b.i, &product)) {
            return (Value){.kind = FEEL_NUMBER, .scale = (uint8_t)(a.scale + b.scale), .i = product};
        }
        Dec d;
        bool ok = dec_mul(feel_dec(a), feel_dec(b), &d);
        return number_result(run, ok, d);
    }
    if (is_duration(a) && b.kind == FEEL_NUMBER) {
        return temporal_scale(run, a, feel_dec(b), false);
    }
    if (a.kind == FEEL_NUMBER && is_duration(b)) {
        return temporal_scale(run, b, feel_dec(a), false);
    }
    return error_kinds(run, "*", a, b);
}

Value feel_div(FeelRun *run, Value a, Value b)
{
    if (b.kind == FEEL_NUMBER && (a.kind == FEEL_NUMBER || is_duration(a))) {
        Dec d, divisor = feel_dec(b);
        if (divisor.coefficient == 0) {
            return feel_error(run, "division by zero");
        }
        if (a.kind != FEEL_NUMBER) {
            return temporal_scale(run, a, divisor, true);
        }
        bool ok = dec_div(feel_dec(a), divisor, &d);
        return number_result(run, ok, d);
    }
    return a.kind == b.kind && is_duration(a) ? temporal_ratio(run, a, b) : error_kinds(run, "/", a, b);
}

Value feel_pow(FeelRun *run, Value a, Value b)
{
    if (!are_numbers(a, b)) {
        return error_kinds(run, "**", a, b);
    }
    enum { STEPS = 100 }; /* some microseconds */
    if (!feel_spend(run, STEPS)) {
        return feel_null();
    }
    Dec d;
    bool ok = dec_pow(feel_dec(a), feel_dec(b), &d);
    return number_result(run, ok, d);
}

Value feel_neg(FeelRun *run, Value a)
{
    switch ((FeelKind)a.kind) {
    case FEEL_NUMBER:
        if (!a.boxed && a.i != INT64_MIN) {
            a.i = -a.i;
            return a;
        }
        return feel_number(run->arena, dec_neg(feel_dec(a)));
    case FEEL_DAYS_DURATION: return days_duration_value(run->arena, -days_duration_nanos(a));
    case FEEL_YEARS_DURATION: return years_duration_value(-a.i);
    default: return is_error(a) ? a : feel_error(run, "negation is not defined for %s", kind_name((FeelKind)a.kind));
    }
}
