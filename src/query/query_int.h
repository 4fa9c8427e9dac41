/* query_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef QUERY_QUERY_INT_H
#define QUERY_QUERY_INT_H

#include "query.h"

#define CASE_COLUMNS "c.id, c.scheme, c.type, c.state, c.version, c.title, c.holder, c.opened, c.since, c.due, c.due_rule, c.data, c.pending"
enum { CASE_COLUMN_COUNT = 13 };

/* Rows that begin with CASE_COLUMNS as cases. */
MUST_USE bool query_rows(Arena *a, const StoreRows *rows, const CaseRow **ret, size_t *ret_count, Err *err);
/* A page of the cases that a text finds, the nearest first. */
MUST_USE bool query_search(Store *s, Arena *a, const QueryPage *page, const CaseRow **ret, size_t *ret_count, int64_t *ret_total,
                           Err *err);

#endif
