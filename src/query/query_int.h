/* query_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef QUERY_QUERY_INT_H
#define QUERY_QUERY_INT_H

#include "query.h"

/* A page of the cases that a text finds, the nearest first. */
MUST_USE bool query_search(Store *s, Arena *a, const QueryPage *page, const CaseRow **ret, size_t *ret_count, int64_t *ret_total,
                           Err *err);

#endif
