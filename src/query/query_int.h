/* query_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef QUERY_QUERY_INT_H
#define QUERY_QUERY_INT_H

#include "query.h"

#define CASE_COLUMNS \
    "c.id, c.scheme, c.type, c.state, c.version, c.title, c.holder, c.opened, c.since, c.due, c.due_rule, c.data, c.pending, c.person, c.path, c.decided"
enum { CASE_COLUMN_COUNT = 16 };
/* The same without what was filed: for lists that show what a case is called and where it stands. Reading `data` costs
 * more than all the rest of such a list. */
#define CASE_BRIEF \
    "c.id, c.scheme, c.type, c.state, c.version, c.title, c.holder, c.opened, c.since, c.due, c.due_rule, NULL, NULL, c.person, NULL, NULL"

/* Which cases `c` a reader may read. Parameters $1 to $6 are REACH_PARAMS(reach), then come those of the question
 * itself. The names of types and paths stand between bars in one text each: what REPLACE changes is in it, on every
 * engine. The office is looked up where it stands today, in the case's own index or in that of the case it links to; a
 * case whose office is not known (yet) belongs to every office. CROSS JOIN: from the case along its links, never
 * through the whole index. */
#define REACH_HAS(list, name) " REPLACE(" list ", '|' || " name " || '|', '') <> " list
#define REACH_OWN(is)                                                            \
    " EXISTS (SELECT 1 FROM case_index o WHERE o.case_id = c.id AND o.value " is \
    " AND" REACH_HAS("$6", "c.type || ' ' || o.field") ")"
#define REACH_LINKED(is)                                                                                         \
    " EXISTS (SELECT 1 FROM links l CROSS JOIN case_index o WHERE l.case_id = c.id AND o.case_id = l.target AND" \
    " o.value " is " AND" REACH_HAS("$6", "c.type || ' ' || l.field || ' ' || o.field") ")"
#define REACH_FAR(is)                                                                                                                         \
    " EXISTS (SELECT 1 FROM links l CROSS JOIN links m CROSS JOIN case_index o WHERE l.case_id = c.id AND m.case_id = l.target AND o.case_id" \
    " = m.target AND o.value " is                                                                                                             \
    " AND" REACH_HAS("$6", "c.type || ' ' || l.field || ' ' || m.field || ' ' || o.field") ")"
#define REACH_OFFICE(is) "(" REACH_OWN(is) " OR" REACH_LINKED(is) " OR" REACH_FAR(is) ")"
#define REACH_STAFF                                                                                   \
    "($4 = '*' OR" REACH_HAS("$4", "c.type") " OR (" REACH_HAS("$5", "c.type") " AND (" REACH_OFFICE( \
        "= $3") " OR NOT " REACH_OFFICE("<> ''") ")))"
#define REACH_PARTY                                                                                                                     \
    "(c.id = $2 OR EXISTS (SELECT 1 FROM links l WHERE l.case_id = c.id AND l.target = $2) OR EXISTS (SELECT 1 FROM case_index o WHERE" \
    " o.case_id = c.id AND o.value = $2))"
#define IN_REACH " c.scheme = $1 AND ((($2 <> '') AND " REACH_PARTY ") OR ($2 = '' AND " REACH_STAFF "))"
#define REACH_PARAMS(r)                                                                                        \
    STORE_S((r)->scheme), STORE_S((r)->party), STORE_S((r)->office), STORE_S((r)->whole), STORE_S((r)->bound), \
        STORE_S((r)->paths)

/* Rows that begin with CASE_COLUMNS as cases. */
MUST_USE bool query_rows(Arena *a, const StoreRows *rows, const CaseRow **ret, size_t *ret_count, Err *err);
/* A page of the cases that a text finds, the nearest first: past page->offset, and past `after` where that names a
 * case. */
MUST_USE bool query_search(Store *s, Arena *a, const QueryPage *page, const QueryAfter *after, const CaseRow **ret,
                           size_t *ret_count, int64_t *ret_total, QueryAfter *ret_next, Err *err);

#endif
