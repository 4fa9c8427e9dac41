/* builtin.c: the table of built-in functions and how they read their arguments. The functions stand in fn_*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

#define X(title, fn, fewest, most, flags, names, type) \
    {.name = (title),                                  \
     .call = (fn),                                     \
     .min = (fewest),                                  \
     .max = (most),                                    \
     .variadic = ((flags)&VARIADIC) != 0,              \
     .impure = ((flags)&IMPURE) != 0,                  \
     .params = (names),                                \
     .result = (type)},
static const FeelBuiltin TABLE[] = {FEEL_BUILTINS(X)};
#undef X

const FeelBuiltin *feel_builtin_table(size_t *ret_count)
{
    *ret_count = COUNT_OF(TABLE);
    return TABLE;
}

Value arg_unwrapped(Value v)
{
    return v.kind == FEEL_LIST && v.len == 1 ? feel_items(v)[0] : v;
}

bool arg_text(Value v, Str *ret)
{
    v = arg_unwrapped(v);
    if (v.kind != FEEL_STRING) {
        return false;
    }
    *ret = feel_text(v);
    return true;
}

bool arg_dec(Value v, Dec *ret)
{
    v = arg_unwrapped(v);
    if (v.kind != FEEL_NUMBER) {
        return false;
    }
    *ret = feel_dec(v);
    return true;
}

bool arg_int(Value v, int64_t *ret)
{
    Dec d;
    return arg_dec(v, &d) && dec_round(d, 0, DEC_DOWN, &d) && dec_to_int(d, ret);
}

bool arg_list(FeelRun *run, Value v, Value *ret)
{
    if (v.kind == FEEL_NULL) {
        return false;
    }
    if (v.kind != FEEL_LIST) {
        Value *one = feel_values_new(run, 1);
        if (one == NULL) {
            return false;
        }
        *one = v;
        v = feel_list(one, 1);
    }
    *ret = v;
    return true;
}

bool arg_variadic(FeelRun *run, const Value *args, size_t count, Value *ret)
{
    if (count == 1) {
        return arg_list(run, args[0], ret);
    }
    *ret = feel_list(args, count);
    return true;
}

Value bad_argument(FeelRun *run, const char *function, Value v)
{
    if (v.kind == FEEL_NULL && v.reason != 0) {
        return v; /* the first error is the one to tell */
    }
    return feel_error(run, "%s: a %s is not accepted here", function, kind_name((FeelKind)v.kind));
}

bool list_position(Value position, size_t count, size_t *ret)
{
    int64_t n, size = (int64_t)count;
    if (!arg_int(position, &n) || n == 0 || n > size || n < -size) {
        return false;
    }
    *ret = (size_t)(n > 0 ? n - 1 : size + n);
    return true;
}
