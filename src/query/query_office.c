/* query_office.c: the work queue with its filters, who has a case in hand, notes of the office.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query_int.h"

#define N(params) COUNT_OF(params)
enum { HOLDERS_MOST = 8, NOTES_MOST = 200 };

#define QUEUE_FROM                                                                                                                            \
    " FROM cases c LEFT JOIN assigned g ON g.case_id = c.id WHERE c.pending = '' AND c.holder <> '' AND c.holder IN"                          \
    " ($7, $8, $9, $10, $11, $12, $13, $14) AND ($15 = '' OR c.type = $15) AND ($16 = '' OR c.state = $16) AND ($17 = '' OR EXISTS (SELECT 1" \
    " FROM case_index r WHERE r.case_id = c.id AND r.field = $18 AND r.value = $17)) AND ($19 = '' OR (c.due <> '' AND c.due < $19))"         \
    " AND ($20 = '' OR COALESCE(g.account, '-') = $20) AND" IN_REACH

bool query_queue_page(Store *s, Arena *a, const QueryQueue *q, QueryQueuePage *ret, Err *err)
{
    StoreRows rows, counted;
    Str h[HOLDERS_MOST];
    for (size_t i = 0; i < HOLDERS_MOST;
         i++) { /* the rest repeat the first: an empty one would have all closed cases walked through */
        h[i] = i < q->holder_count ? q->holders[i] : q->holder_count ? q->holders[0] : STR("");
    }
    StoreValue p[] = {REACH_PARAMS(q->reach),
                      STORE_S(h[0]),
                      STORE_S(h[1]),
                      STORE_S(h[2]),
                      STORE_S(h[3]),
                      STORE_S(h[4]),
                      STORE_S(h[5]),
                      STORE_S(h[6]),
                      STORE_S(h[7]),
                      STORE_S(q->type),
                      STORE_S(q->state),
                      STORE_S(q->region),
                      STORE_S(q->region_field),
                      STORE_S(q->due_before),
                      STORE_S(q->assignee),
                      STORE_I(q->limit),
                      STORE_I(q->offset)};
    if (!store_query(s, a,
                     "SELECT " CASE_BRIEF ", COALESCE(g.account, '')" QUEUE_FROM
                     " ORDER BY CASE WHEN c.due = '' THEN 1 ELSE 0"
                     " END, c.due, c.since, c.id LIMIT $21 OFFSET $22",
                     p, N(p), &rows, err) ||
        !query_rows(a, &rows, &ret->rows, &ret->count, err)) {
        return false;
    }
    bool is_last = q->offset >= 0 && ret->count < (size_t)q->limit &&
                   (ret->count > 0 || q->offset == 0); /* then all are counted */
    if (!is_last && !store_query(s, a, "SELECT COUNT(*)" QUEUE_FROM, p, N(p) - 2, &counted, err)) {
        return false;
    }
    Str *assignees = ARENA_ARRAY(a, Str, rows.row_count + 1);
    for (size_t i = 0; i < rows.row_count; i++) {
        assignees[i] = rows.cells[i * rows.column_count + CASE_COLUMN_COUNT].s;
    }
    ret->assignees = assignees;
    ret->total = is_last ? q->offset + (int64_t)ret->count : counted.cells[0].i;
    return true;
}

bool query_assignee(Store *s, Arena *a, Str id, Str *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    if (!store_query(s, a, "SELECT account FROM assigned WHERE case_id = $1", p, N(p), &rows, err)) {
        return false;
    }
    *ret = rows.row_count ? rows.cells[0].s : STR("");
    return true;
}

bool query_notes(Store *s, Arena *a, Str id, Json **ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id), STORE_I(NOTES_MOST)};
    if (!store_query(
            s, a,
            "SELECT seq, at, actor, assignee, handed_over, note FROM office_notes WHERE case_id = $1 ORDER BY seq DESC"
            " LIMIT $2",
            p, N(p), &rows, err)) {
        return false;
    }
    static const char *const NAMES[] = {"at", "actor", "assignee"};
    *ret = json_new_array(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = json_new_object(a);
        json_set(a, j, STR("seq"), json_new_int(a, c[0].i));
        for (size_t k = 0; k < COUNT_OF(NAMES); k++) {
            json_set(a, j, str_from_c(NAMES[k]), json_new_str(a, c[k + 1].s));
        }
        json_set(a, j, STR("handed_over"), json_new_bool(a, c[4].i != 0));
        json_set(a, j, STR("note"), json_new_str(a, c[5].s));
        json_push(a, *ret, j);
    }
    return true;
}
