/* query_office.c: the work queue with its filters, who has a case in hand, notes of the office.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query_int.h"

#include <stdlib.h>

#define N(params) COUNT_OF(params)
enum { HOLDERS_MOST = 8, NOTES_MOST = 200, MOST_MERGED = 2000 };

/* ---- The queue ---------------------------------------------------------------------------------------------------
 * One statement for each role, in the order of the index cases_in_queue, so that a page costs what it shows and not
 * what waits behind it; the roles' lists are then put together. What waits is counted in that index alone. */

#define QUEUE_FILTERS                                                                                               \
    " ($8 = '' OR c.type = $8) AND ($9 = '' OR c.state = $9) AND ($10 = '' OR EXISTS (SELECT 1 FROM case_index r"   \
    " WHERE r.case_id = c.id AND r.field = $11 AND r.value = $10)) AND ($12 = '' OR (c.due <> '' AND c.due < $12))" \
    " AND ($13 = '' OR COALESCE((SELECT g.account FROM assigned g WHERE g.case_id = c.id), '-') = $13) AND"
#define QUEUE_OF " c.holder = $7 AND" QUEUE_FILTERS IN_REACH
#define QUEUE_PARAMS(q, holder)                                                                               \
    REACH_PARAMS((q)->reach), STORE_S(holder), STORE_S((q)->type), STORE_S((q)->state), STORE_S((q)->region), \
        STORE_S((q)->region_field), STORE_S((q)->due_before), STORE_S((q)->assignee)
#define QUEUE_ROWS       \
    "SELECT " CASE_BRIEF \
    ", COALESCE((SELECT g.account FROM assigned g WHERE g.case_id = c.id), '') FROM cases c WHERE c.pending = '' AND "
#define QUEUE_PART " LIMIT $14 OFFSET $15"
#define QUEUE_PAGE(has_due) QUEUE_ROWS has_due " AND" QUEUE_OF " ORDER BY c.due, c.since, c.id" QUEUE_PART

typedef struct {
    CaseRow row;
    Str assignee;
} Waiting;

typedef struct {
    Waiting *list;
    size_t count, cap;
} Line;

static bool add_rows(Arena *a, const StoreRows *rows, Line *l, Err *err)
{
    const CaseRow *cases;
    size_t count;
    if (!query_rows(a, rows, &cases, &count, err)) {
        return false;
    }
    if (l->count + count > l->cap) {
        size_t cap = l->count + 2 * count;
        l->list = arena_grow(a, l->list, l->cap * sizeof(Waiting), cap * sizeof(Waiting));
        l->cap = cap;
    }
    for (size_t i = 0; i < count; i++) {
        l->list[l->count++] = (Waiting){cases[i], rows->cells[i * rows->column_count + CASE_COLUMN_COUNT].s};
    }
    return true;
}

static bool add_part(Store *s, Arena *a, const QueryQueue *q, Str holder, bool has_due, int64_t most, int64_t skip,
                     Line *l, Err *err)
{
    static const char *const PAGES[] = {QUEUE_PAGE("c.due = ''"), QUEUE_PAGE("c.due > ''")};
    StoreRows rows;
    StoreValue p[] = {QUEUE_PARAMS(q, holder), STORE_I(most), STORE_I(skip)};
    return store_query(s, a, PAGES[has_due], p, N(p), &rows, err) && add_rows(a, &rows, l, err);
}

/* Of one role `most` after `skip`: those with a deadline, and then those without. */
static bool add_line(Store *s, Arena *a, const QueryQueue *q, Str holder, int64_t most, int64_t skip, Line *l, Err *err)
{
    size_t before = l->count;
    if (!add_part(s, a, q, holder, true, most, skip, l, err)) {
        return false;
    }
    int64_t with_due = (int64_t)(l->count - before);
    if (with_due == most) {
        return true;
    }
    StoreRows dated;
    StoreValue p[] = {QUEUE_PARAMS(q, holder)};
    if (skip > 0 && with_due == 0) { /* how many of those skipped had one */
        if (!store_query(s, a, "SELECT COUNT(*) FROM cases c WHERE c.pending = '' AND c.due > '' AND" QUEUE_OF, p, N(p),
                         &dated, err)) {
            return false;
        }
        skip -= dated.cells[0].i;
    } else {
        skip = 0;
    }
    return add_part(s, a, q, holder, false, most - with_due, skip, l, err);
}

static int in_order(const void *x, const void *y)
{
    const CaseRow *p = &((const Waiting *)x)->row, *q = &((const Waiting *)y)->row;
    int dueless = (p->due.len == 0) - (q->due.len == 0), due = str_cmp(p->due, q->due);
    int since = (p->since.n > q->since.n) - (p->since.n < q->since.n);
    return dueless != 0 ? dueless : due != 0 ? due : since != 0 ? since : str_cmp(p->id, q->id);
}

static bool count_line(Store *s, Arena *a, const QueryQueue *q, Str holder, int64_t *total, Err *err)
{
    StoreRows all, pending;
    StoreValue p[] = {QUEUE_PARAMS(q, holder)};
    /* The holder with nothing behind it: from the few that are pending, not from all that it holds. */
    if (!store_query(s, a, "SELECT COUNT(*) FROM cases c WHERE" QUEUE_OF, p, N(p), &all, err) ||
        !store_query(
            s, a,
            "SELECT COUNT(*) FROM cases c WHERE c.pending <> '' AND c.holder || '' = $7 AND" QUEUE_FILTERS IN_REACH, p,
            N(p), &pending, err)) {
        return false;
    }
    *total += all.cells[0].i - pending.cells[0].i;
    return true;
}

/* Each once; nobody's cases are closed ones. */
static size_t distinct_holders(const QueryQueue *q, Str ret[HOLDERS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < q->holder_count && i < HOLDERS_MOST; i++) {
        bool is_new = q->holders[i].len > 0;
        for (size_t k = 0; k < count && is_new; k++) {
            is_new = !str_eq(ret[k], q->holders[i]);
        }
        if (is_new) {
            ret[count++] = q->holders[i];
        }
    }
    return count;
}

/* Far behind in the queue of several roles: the database puts their lists together. */
static bool far_page(Store *s, Arena *a, const QueryQueue *q, const Str *holders, size_t count, Line *l, Err *err)
{
    StoreRows rows;
    Str h[HOLDERS_MOST];
    for (size_t i = 0; i < HOLDERS_MOST; i++) { /* the rest repeat the first */
        h[i] = holders[i < count ? i : 0];
    }
    StoreValue p[] = {QUEUE_PARAMS(q, h[0]), STORE_I(q->limit), STORE_I(q->offset), STORE_S(h[1]), STORE_S(h[2]),
                      STORE_S(h[3]),         STORE_S(h[4]),     STORE_S(h[5]),      STORE_S(h[6]), STORE_S(h[7])};
    return store_query(s, a,
                       QUEUE_ROWS "c.holder IN ($7, $16, $17, $18, $19, $20, $21, $22) AND" QUEUE_FILTERS IN_REACH
                                  " ORDER BY CASE WHEN c.due = '' THEN 1 ELSE 0 END, c.due, c.since, c.id" QUEUE_PART,
                       p, N(p), &rows, err) &&
           add_rows(a, &rows, l, err);
}

static bool merged_page(Store *s, Arena *a, const QueryQueue *q, const Str *holders, size_t count, Line *l, Err *err)
{
    int64_t most = q->offset + q->limit;
    for (size_t i = 0; i < count; i++) {
        if (!add_line(s, a, q, holders[i], most, 0, l, err)) {
            return false;
        }
    }
    if (l->count > 0) {
        qsort(l->list, l->count, sizeof(Waiting), in_order);
    }
    size_t skip = (size_t)q->offset < l->count ? (size_t)q->offset : l->count;
    l->list += skip;
    l->count = l->count - skip < (size_t)q->limit ? l->count - skip : (size_t)q->limit;
    return true;
}

static void give_line(Arena *a, const Line *l, QueryQueuePage *ret)
{
    CaseRow *rows = ARENA_ARRAY(a, CaseRow, l->count + 1);
    Str *assignees = ARENA_ARRAY(a, Str, l->count + 1);
    for (size_t i = 0; i < l->count; i++) {
        rows[i] = l->list[i].row;
        assignees[i] = l->list[i].assignee;
    }
    *ret = (QueryQueuePage){.rows = rows, .assignees = assignees, .count = l->count};
}

bool query_queue_page(Store *s, Arena *a, const QueryQueue *q, QueryQueuePage *ret, Err *err)
{
    Line l = {0};
    Str holders[HOLDERS_MOST];
    size_t count = distinct_holders(q, holders);
    check_that(q->offset >= 0 && q->limit > 0);
    bool ok = count == 0                            ? true
              : count == 1                          ? add_line(s, a, q, holders[0], q->limit, q->offset, &l, err)
              : q->offset + q->limit <= MOST_MERGED ? merged_page(s, a, q, holders, count, &l, err)
                                                    : far_page(s, a, q, holders, count, &l, err);
    if (!ok) {
        return false;
    }
    give_line(a, &l, ret);
    bool is_last = l.count < (size_t)q->limit && (l.count > 0 || q->offset == 0); /* then all are counted */
    ret->total = is_last ? q->offset + (int64_t)l.count : 0;
    for (size_t i = 0; i < count && !is_last; i++) {
        if (!count_line(s, a, q, holders[i], &ret->total, err)) {
            return false;
        }
    }
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
