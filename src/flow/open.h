/* open.h: opens what every command needs: the schemes of a law folder and a store with its read tables.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_OPEN_H
#define FLOW_OPEN_H

#include "flow.h"

/* Every folder below `law` that holds a scheme.json, by name. LAW_BROKEN refuses the whole. */
MUST_USE bool flow_load_schemes_as_used(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count,
                                        Err *err); /* scheme_load_as_used() */
MUST_USE bool flow_load_schemes(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count, Err *err);
/* The law folder: `given`, else $GOLDENBRIDGE_LAW, else law/ here, beside the program or installed. NOT_FOUND. */
MUST_USE bool flow_find_law(Arena *a, Str given, Str *ret, Err *err);
/* Opens the store (see store_open) and makes its read tables where it may write. Closed with the arena. */
MUST_USE bool flow_open(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t scheme_count, Flow *ret,
                        Err *err);

#endif
