/* open.h: opens what every command needs: the schemes of a law folder and a store with its read tables.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_OPEN_H
#define FLOW_OPEN_H

#include <stdio.h>

#include "flow.h"
#include "project/project.h"

/* Every folder below `law` that holds a scheme.json, by name. LAW_BROKEN refuses the whole. */
MUST_USE bool flow_load_schemes_as_used(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count,
                                        Err *err); /* scheme_load_as_used() */
MUST_USE bool flow_load_schemes(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count, Err *err);
/* The law folder: `given`, else $GOLDENBRIDGE_LAW, else law/ here, beside the program or installed. NOT_FOUND. */
MUST_USE bool flow_find_law(Arena *a, Str given, Str *ret, Err *err);
/* Opens the store (see store_open) and makes its read tables where it may write. Closed with the arena. */
MUST_USE bool flow_open(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t scheme_count, Flow *ret,
                        Err *err);
/* The same, and tells `news` (an operator's terminal or journal) what is happening where the read tables must be made
 * from the log and that takes longer than some seconds. */
MUST_USE bool flow_open_telling(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t scheme_count,
                                FILE *news, Flow *ret, Err *err);

/* Makes a new store at `url` with the log of another and what stands beside it (whole.h), and its read tables; as
 * flow_open_telling(). Stopped in it, the
 * new store is either empty or makes its read tables when it is opened next. */
MUST_USE bool flow_copy(Arena *a, Store *from, Str url, const Scheme *const *schemes, size_t scheme_count, FILE *news,
                        Flow *ret, Err *err);

/* fold_news.c: lines about a fold of the whole log, at most one in some seconds: how far it is, how long still. */
typedef struct {
    FILE *to;
    int64_t began, folding, last; /* milliseconds of the machine's steady clock */
    bool said;
} FoldNews;
/* For project_rebuild() and its like; both live as long as that call. */
ProjectTeller flow_fold_news(FoldNews *n, FILE *to);
void flow_fold_done(const FoldNews *n); /* says so where anything was said */

#endif
