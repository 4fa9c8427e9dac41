/* feel_int.h: what the two halves of this room owe each other: the language (text → steps → run) and the library
 * (values, temporals, built-ins). Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_FEEL_INT_H
#define FEEL_FEEL_INT_H

#include "feel/feel.h"

/* ---- The run ----------------------------------------------------------------------------------------------------- */

struct FeelRun {
    Arena *arena;      /* results; emptied by feel_run_reset() */
    Arena *home;       /* lives as long as the run itself: caches of zones */
    FeelLimits limits; /* all set, no zeros */
    uint64_t steps_left;
    size_t bytes_before; /* arena_used(arena) when the run began */
    int depth;           /* nested calls now */
    bool failed;
    Err err; /* why, if failed */
    Instant now;
    const char *zone_dir; /* where TZif files stand; NULL is the usual place */
    void *zones;          /* the library's cache of zones, in home */
    Str *messages;
    size_t message_count, message_cap;
    FeelWatch *watch; /* NULL: comparisons are not written down */
};

/* True if `bytes` more may be allocated from run->arena; else the run fails with LIMIT_MEMORY. Ask before every
 * allocation whose size depends on the input. */
bool feel_room(FeelRun *run, size_t bytes);
/* Takes `steps` from what is left; false (and the run fails with LIMIT_STEPS) if there are not so many. Loops that are
 * not bounded by the length of an argument ask for each round. */
bool feel_spend(FeelRun *run, uint64_t steps);
/* Writes down a comparison, or a test against a range or a list, for run->watch. */
void feel_met(FeelRun *run, const void *where, Value left, Value right);
/* Fails the run; returns a null. */
Value feel_fail(FeelRun *run, ErrCode code, const char *message);

/* Values may be nested as deeply as a run's memory allows: what walks them recursively stops (false, or a null with a
 * reason) at this depth. */
enum { FEEL_DEPTH_MAX = 256 };

/* A list that grows, within the limits of the run. */
typedef struct {
    FeelRun *run;
    Value *items;
    size_t count, cap;
} FeelListMaker;
/* False if a limit was hit; then the run has failed. */
bool feel_list_push(FeelListMaker *m, Value v);
Value feel_list_done(const FeelListMaker *m);
/* Room for `count` values or entries from the run's arena; NULL (and the run fails) past a limit. count 0 is
 * not NULL. */
Value *feel_values_new(FeelRun *run, size_t count);
FeelEntry *feel_entries_new(FeelRun *run, size_t count);

/* ---- Types and functions ----------------------------------------------------------------------------------------- */

struct FeelType {
    FeelKind kind; /* FEEL_NULL for Any and for Null */
    bool any;
    Str name;                      /* as printed; empty for made types */
    const FeelType *item;          /* list, range: element; function: result; NULL is Any */
    const FeelMember *members;     /* context */
    const FeelType *const *params; /* function */
    size_t count;                  /* members or params */
    bool bare;                     /* function without a signature, context without members: any of its kind */
};

typedef enum { FEEL_FN_CLOSURE = 1, FEEL_FN_NATIVE } FeelFunctionForm;
typedef struct FeelBuiltin FeelBuiltin;

/* A Value of kind FUNCTION points to this, or, if `boxed` is set, to a FeelBuiltin. */
struct FeelFunction {
    FeelFunctionForm form;
    const FeelMember *params;
    size_t count;
    const FeelType *result; /* NULL is Any */
    FeelNative native;      /* native */
    void *host;
    const FeelCode *code; /* closure */
    const Value *captured;
};

/* "instance of": like feel_conforms(), but null is an instance of Null and Any only where the standard says so. */
bool feel_instance_of(Value v, const FeelType *t);

/* ---- What the library provides to the language ------------------------------------------------------------------- */

/* args[0..count): positions of the parameters; an optional one that a named call left out is a plain null (its trailing
 * ones are cut off, so count tells how many were given). Never called with fewer than min or more than max. */
typedef Value (*FeelBuiltinFn)(FeelRun *run, const Value *args, size_t count);

struct FeelBuiltin {
    const char *name; /* "string length"; single spaces */
    FeelBuiltinFn call;
    uint8_t min, max; /* arguments; max is not looked at if variadic */
    bool variadic;
    bool impure; /* now(), today(): not folded into constants */
    /* Parameter names for named calls, alternatives by '|', names by ',': "from|year,month,day",
     * "point1,point2|point,range|range1,range2". One name of a variadic one: "list" (then that list is args[0]). Where
     * the position in the alternative decides, write the same meaning at the same position. */
    const char *params;
    const char *result; /* name of the result's type for static inference ("number"), or NULL */
};

/* The table of built-ins. */
const FeelBuiltin *feel_builtin_table(size_t *ret_count);

/* Arithmetic over all kinds as in 10.3.2.13; null with a reason where it is not defined. + also joins strings. */
Value feel_add(FeelRun *run, Value a, Value b);
Value feel_sub(FeelRun *run, Value a, Value b);
Value feel_mul(FeelRun *run, Value a, Value b);
Value feel_div(FeelRun *run, Value a, Value b);
Value feel_pow(FeelRun *run, Value a, Value b);
Value feel_neg(FeelRun *run, Value a);

/* The property of a date, time, duration or range (year, month, day, weekday, hour, minute, second, time offset,
 * timezone, years, months, days, hours, minutes, seconds, start, end, start included, end included). Contexts and lists
 * are done by the language. Null with a reason if there is none. */
Value feel_property(FeelRun *run, Value v, Str name);
/* The value of an @"…" literal: date, time, date and time or duration by its form; null with a reason if it is none. */
Value feel_temporal(FeelRun *run, Str text);

/* ---- What the language provides to the library ------------------------------------------------------------------- */

/* Whether v lies in the range: true, false, or null if it cannot be compared with an end. */
Value feel_in_range(FeelRun *run, Value v, const FeelRange *r);
/* The right side of `in` for a value that is not a unary test: equality, membership of lists and ranges. */
Value feel_in(FeelRun *run, Value v, Value tests);
/* The property of any value, lists mapped, contexts by key. */
Value feel_path(FeelRun *run, Value v, Str name);
/* Compiling with scope NULL means: no names but the built-ins. feel_call() and feel_compile() are in the face. */

#endif
