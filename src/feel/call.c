/* call.c: calling functions: closures, functions of the host, built-ins; by position and by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <string.h>

enum { NAMED_MAX = 32 };

Value feel_native(Arena *a, const FeelMember *params, size_t count, const FeelType *result, FeelNative call, void *host)
{
    FeelFunction *f = ARENA_NEW(a, FeelFunction);
    *f = (FeelFunction){
        .form = FEEL_FN_NATIVE, .params = params, .count = count, .result = result, .native = call, .host = host};
    return (Value){.kind = FEEL_FUNCTION, .p = f};
}

Value feel_builtin(Str name)
{
    size_t count;
    const FeelBuiltin *table = feel_builtin_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(name, table[i].name)) {
            return (Value){.kind = FEEL_FUNCTION, .boxed = 1, .p = &table[i]};
        }
    }
    return feel_null();
}

/* ---- By position ------------------------------------------------------------------------------------------------- */

static Value call_builtin(FeelRun *run, const FeelBuiltin *b, const Value *args, size_t count)
{
    if (count < b->min || (!b->variadic && count > b->max)) {
        return feel_error(run, "%s() does not take %zu arguments", b->name, count);
    }
    uint64_t work = 0;
    for (size_t i = 0; i < count; i++) {
        work += args[i].kind == FEEL_STRING ? args[i].len / 64 : 0;
        work += args[i].kind == FEEL_LIST || args[i].kind == FEEL_CONTEXT ? args[i].len : 0;
    }
    return feel_spend(run, work) ? b->call(run, args, count) : feel_null();
}

/* The argument as the parameter's type wants it. False where it does not fit: then the call is null. */
static bool argument(FeelRun *run, const FeelMember *param, Value v, Value *ret)
{
    *ret = v;
    if (param->type == NULL || param->type->any) {
        return true;
    }
    *ret = feel_coerce(run, v, param->type);
    return ret->kind != FEEL_NULL || v.kind == FEEL_NULL;
}

static Value enter(FeelRun *run, const FeelFunction *f, const Value *args)
{
    Value v = f->form == FEEL_FN_NATIVE ? f->native(run, f->host, args, f->count)
                                        : feel_machine(run, f->code, NULL, f->captured, args, f->count);
    return f->result != NULL && !f->result->any && !run->failed ? feel_coerce(run, v, f->result) : v;
}

static Value call_made(FeelRun *run, const FeelFunction *f, const Value *args, size_t count)
{
    if (count != f->count) {
        return feel_error(run, "this function takes %zu arguments, not %zu", f->count, count);
    }
    Value few[8], *fitted = count <= COUNT_OF(few) ? few : feel_values_new(run, count);
    if (fitted == NULL) {
        return feel_null();
    }
    for (size_t i = 0; i < count; i++) {
        if (!argument(run, &f->params[i], args[i], &fitted[i])) {
            return fitted[i];
        }
    }
    return enter(run, f, fitted);
}

Value feel_call(FeelRun *run, Value function, const Value *args, size_t count)
{
    if (function.kind != FEEL_FUNCTION) {
        return function.reason ? function : feel_error(run, "what is called is not a function");
    }
    if (!feel_spend(run, 1)) {
        return feel_null();
    }
    if (run->depth >= run->limits.depth) {
        return feel_fail(run, LIMIT_STEPS, "functions call each other more deeply than is allowed");
    }
    run->depth++;
    Value v = function.boxed ? call_builtin(run, function.p, args, count) : call_made(run, function.p, args, count);
    run->depth--;
    return run->failed ? feel_null() : v;
}

/* ---- By name ----------------------------------------------------------------------------------------------------- */

static size_t find_name(const FeelEntry *args, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(args[i].name, name)) {
            return i;
        }
    }
    return count;
}

/* Puts args in the order of one alternative "a,b,c". False where a name is not in it or a required one is missing.
 * ret_as_written: they stood in that order; it tells (point, range) from (range, point). */
static bool fit_alternative(Str names, const FeelEntry *args, size_t count, Value *ret, size_t *ret_count,
                            bool *ret_as_written)
{
    size_t used = 0, last = 0, at = 0;
    Str name;
    *ret_as_written = true;
    while (str_cut(&names, ',', &name) && at < NAMED_MAX) {
        size_t i = find_name(args, count, name);
        ret[at] = i < count ? args[i].value : feel_null();
        *ret_as_written = *ret_as_written && (i == used || i == count);
        used += i < count;
        at++;
        last = i < count ? at : last;
    }
    *ret_count = last;
    return used == count;
}

static Value call_builtin_named(FeelRun *run, Value function, const FeelEntry *args, size_t count)
{
    const FeelBuiltin *b = function.p;
    Value given[NAMED_MAX];
    size_t n;
    for (int any_order = 0; any_order < 2; any_order++) {
        Str rest = b->params != NULL ? str_from_c(b->params) : (Str){NULL, 0}, one;
        while (rest.ptr != NULL && str_cut(&rest, '|', &one)) {
            bool as_written;
            if (fit_alternative(one, args, count, given, &n, &as_written) && (as_written || any_order) && n >= b->min &&
                (b->variadic || n <= b->max)) {
                return feel_call(run, function, given, n);
            }
        }
    }
    return feel_error(run, "%s() has no parameters of these names", b->name);
}

static Value call_made_named(FeelRun *run, Value function, const FeelEntry *args, size_t count)
{
    const FeelFunction *f = function.p;
    Value *given = feel_values_new(run, f->count);
    if (given == NULL) {
        return feel_null();
    }
    if (count != f->count) {
        return feel_error(run, "this function takes %zu arguments, not %zu", f->count, count);
    }
    for (size_t i = 0; i < f->count; i++) {
        size_t at = find_name(args, count, f->params[i].name);
        if (at == count) {
            return feel_error(run, "the argument %.*s is missing", STR_ARG(str_sub(f->params[i].name, 0, 80)));
        }
        given[i] = args[at].value;
    }
    return feel_call(run, function, given, f->count);
}

Value feel_call_named(FeelRun *run, Value function, const FeelEntry *args, size_t count)
{
    if (function.kind != FEEL_FUNCTION) {
        return function.reason ? function : feel_error(run, "what is called is not a function");
    }
    for (size_t i = 1; i < count; i++) {
        if (find_name(args, i, args[i].name) < i) {
            return feel_error(run, "an argument stands twice");
        }
    }
    return function.boxed ? call_builtin_named(run, function, args, count)
                          : call_made_named(run, function, args, count);
}

Value feel_call_by_names(FeelRun *run, Value function, Value names, const Value *args, uint32_t count)
{
    FeelEntry *entries = feel_entries_new(run, count);
    if (entries == NULL) {
        return feel_null();
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (FeelEntry){feel_text(feel_items(names)[i]), args[i]};
    }
    return feel_call_named(run, function, entries, count);
}
