/* fn_int.h: the list of built-in functions, and what their files share. Only for builtin.c and fn_*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_FN_INT_H
#define FEEL_FN_INT_H

#include "feel/lib_int.h"

enum { MANY = 255, VARIADIC = 1, IMPURE = 2 };

#define TWO_POINTS_OR_RANGES "point1,point2|point,range|range,point|range1,range2"
#define MOMENT_PARTS "year,month,day,hour,minute,second"

/* X(name, function, fewest, most, flags, parameters, result) in the order of the standard's tables 73 to 86. */
#define FEEL_BUILTINS(X)                                                                                    \
    X("number", fn_number, 1, 3, 0, "from|from,grouping separator,decimal separator", "number")             \
    X("string", fn_string, 1, 1, 0, "from", "string")                                                       \
    X("date", fn_date, 1, 3, 0, "from|year,month,day", "date")                                              \
    X("time", fn_time, 1, 4, 0, "from|hour,minute,second,offset", "time")                                   \
    X("date and time", fn_date_and_time, 1, 7, 0,                                                           \
      "from|date,time|" MOMENT_PARTS "|" MOMENT_PARTS ",offset|" MOMENT_PARTS ",timezone", "date and time") \
    X("duration", fn_duration, 1, 1, 0, "from", NULL)                                                       \
    X("years and months duration", fn_years_duration, 2, 2, 0, "from,to", "years and months duration")      \
    X("range", fn_range, 1, 1, 0, "from", "range")                                                          \
    X("not", fn_not, 1, 1, 0, "negand", "boolean")                                                          \
    X("substring", fn_substring, 2, 3, 0, "string,start position,length", "string")                         \
    X("string length", fn_string_length, 1, 1, 0, "string", "number")                                       \
    X("upper case", fn_upper_case, 1, 1, 0, "string", "string")                                             \
    X("lower case", fn_lower_case, 1, 1, 0, "string", "string")                                             \
    X("substring before", fn_substring_before, 2, 2, 0, "string,match", "string")                           \
    X("substring after", fn_substring_after, 2, 2, 0, "string,match", "string")                             \
    X("replace", fn_replace, 3, 4, 0, "input,pattern,replacement,flags", "string")                          \
    X("contains", fn_contains, 2, 2, 0, "string,match", "boolean")                                          \
    X("starts with", fn_starts_with, 2, 2, 0, "string,match", "boolean")                                    \
    X("ends with", fn_ends_with, 2, 2, 0, "string,match", "boolean")                                        \
    X("matches", fn_matches, 2, 3, 0, "input,pattern,flags", "boolean")                                     \
    X("split", fn_split, 2, 2, 0, "string,delimiter", "list")                                               \
    X("extract", fn_extract, 2, 3, 0, "input,pattern,flags", "list")                                        \
    X("string join", fn_string_join, 1, 2, 0, "list,delimiter", "string")                                   \
    X("list contains", fn_list_contains, 2, 2, 0, "list,element", "boolean")                                \
    X("count", fn_count, 1, 1, 0, "list", "number")                                                         \
    X("min", fn_min, 1, MANY, VARIADIC, "list", NULL)                                                       \
    X("max", fn_max, 1, MANY, VARIADIC, "list", NULL)                                                       \
    X("sum", fn_sum, 1, MANY, VARIADIC, "list", NULL)                                                       \
    X("mean", fn_mean, 1, MANY, VARIADIC, "list", "number")                                                 \
    X("all", fn_all, 1, MANY, VARIADIC, "list", "boolean")                                                  \
    X("any", fn_any, 1, MANY, VARIADIC, "list", "boolean")                                                  \
    X("sublist", fn_sublist, 2, 3, 0, "list,start position,length", "list")                                 \
    X("append", fn_append, 1, MANY, VARIADIC, "list|list,item", "list")                                     \
    X("concatenate", fn_concatenate, 1, MANY, VARIADIC, "list", "list")                                     \
    X("insert before", fn_insert_before, 3, 3, 0, "list,position,newItem", "list")                          \
    X("remove", fn_remove, 2, 2, 0, "list,position", "list")                                                \
    X("list replace", fn_list_replace, 3, 3, 0, "list,position,newItem|list,match,newItem", "list")         \
    X("reverse", fn_reverse, 1, 1, 0, "list", "list")                                                       \
    X("index of", fn_index_of, 2, 2, 0, "list,match", "list")                                               \
    X("union", fn_union, 1, MANY, VARIADIC, "list", "list")                                                 \
    X("distinct values", fn_distinct_values, 1, 1, 0, "list", "list")                                       \
    X("flatten", fn_flatten, 1, 1, 0, "list", "list")                                                       \
    X("product", fn_product, 1, MANY, VARIADIC, "list", "number")                                           \
    X("median", fn_median, 1, MANY, VARIADIC, "list", "number")                                             \
    X("stddev", fn_stddev, 1, MANY, VARIADIC, "list", "number")                                             \
    X("mode", fn_mode, 1, MANY, VARIADIC, "list", "list")                                                   \
    X("sort", fn_sort, 1, 2, 0, "list,precedes", "list")                                                    \
    X("decimal", fn_decimal, 2, 2, 0, "n,scale", "number")                                                  \
    X("floor", fn_floor, 1, 2, 0, "n,scale", "number")                                                      \
    X("ceiling", fn_ceiling, 1, 2, 0, "n,scale", "number")                                                  \
    X("round up", fn_round_up, 2, 2, 0, "n,scale", "number")                                                \
    X("round down", fn_round_down, 2, 2, 0, "n,scale", "number")                                            \
    X("round half up", fn_round_half_up, 2, 2, 0, "n,scale", "number")                                      \
    X("round half down", fn_round_half_down, 2, 2, 0, "n,scale", "number")                                  \
    X("abs", fn_abs, 1, 1, 0, "n", NULL)                                                                    \
    X("modulo", fn_modulo, 2, 2, 0, "dividend,divisor", "number")                                           \
    X("sqrt", fn_sqrt, 1, 1, 0, "number", "number")                                                         \
    X("log", fn_log, 1, 1, 0, "number", "number")                                                           \
    X("exp", fn_exp, 1, 1, 0, "number", "number")                                                           \
    X("odd", fn_odd, 1, 1, 0, "number", "boolean")                                                          \
    X("even", fn_even, 1, 1, 0, "number", "boolean")                                                        \
    X("is", fn_is, 2, 2, 0, "value1,value2", "boolean")                                                     \
    X("before", fn_before, 2, 2, 0, TWO_POINTS_OR_RANGES, "boolean")                                        \
    X("after", fn_after, 2, 2, 0, TWO_POINTS_OR_RANGES, "boolean")                                          \
    X("meets", fn_meets, 2, 2, 0, "range1,range2", "boolean")                                               \
    X("met by", fn_met_by, 2, 2, 0, "range1,range2", "boolean")                                             \
    X("overlaps", fn_overlaps, 2, 2, 0, "range1,range2", "boolean")                                         \
    X("overlaps before", fn_overlaps_before, 2, 2, 0, "range1,range2", "boolean")                           \
    X("overlaps after", fn_overlaps_after, 2, 2, 0, "range1,range2", "boolean")                             \
    X("finishes", fn_finishes, 2, 2, 0, "point,range|range1,range2", "boolean")                             \
    X("finished by", fn_finished_by, 2, 2, 0, "range,point|range1,range2", "boolean")                       \
    X("includes", fn_includes, 2, 2, 0, "range,point|range1,range2", "boolean")                             \
    X("during", fn_during, 2, 2, 0, "point,range|range1,range2", "boolean")                                 \
    X("starts", fn_starts, 2, 2, 0, "point,range|range1,range2", "boolean")                                 \
    X("started by", fn_started_by, 2, 2, 0, "range,point|range1,range2", "boolean")                         \
    X("coincides", fn_coincides, 2, 2, 0, "point1,point2|range1,range2", "boolean")                         \
    X("day of year", fn_day_of_year, 1, 1, 0, "date", "number")                                             \
    X("day of week", fn_day_of_week, 1, 1, 0, "date", "string")                                             \
    X("month of year", fn_month_of_year, 1, 1, 0, "date", "string")                                         \
    X("week of year", fn_week_of_year, 1, 1, 0, "date", "number")                                           \
    X("get value", fn_get_value, 2, 2, 0, "m,key", NULL)                                                    \
    X("get entries", fn_get_entries, 1, 1, 0, "m", "list")                                                  \
    X("context", fn_context, 1, 1, 0, "entries", "context")                                                 \
    X("context put", fn_context_put, 3, 3, 0, "context,key,value|context,keys,value", "context")            \
    X("context merge", fn_context_merge, 1, 1, 0, "contexts", "context")                                    \
    X("now", fn_now, 0, 0, IMPURE, "", "date and time")                                                     \
    X("today", fn_today, 0, 0, IMPURE, "", "date")

#define X(name, fn, fewest, most, flags, params, result) Value fn(FeelRun *run, const Value *args, size_t count);
FEEL_BUILTINS(X)
#undef X

/* Arguments, a list of one standing for its item. False if the value is of another kind. */
MUST_USE bool arg_text(Value v, Str *ret);
MUST_USE bool arg_dec(Value v, Dec *ret);
/* Towards zero; false if it does not fit. */
MUST_USE bool arg_int(Value v, int64_t *ret);
Value arg_unwrapped(Value v);
/* A list as it is; null is no list (false); anything else is a list of one. */
MUST_USE bool arg_list(FeelRun *run, Value v, Value *ret);
/* The list of a variadic function: its one argument if that is a list, else all arguments. */
MUST_USE bool arg_variadic(FeelRun *run, const Value *args, size_t count, Value *ret);
/* "string length: a list is not accepted here" */
Value bad_argument(FeelRun *run, const char *function, Value v);
/* 1-based position, negative from the end → index; false for 0 and beyond. */
MUST_USE bool list_position(Value position, size_t count, size_t *ret);

#endif
