/* queue_test.c: the queue of one role and of several, page by page, is the whole queue in its order: those with a
 * deadline by it, then those without, however far behind the page is and whatever is filtered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "query/query.h"

enum { FAR = 3000 }; /* so many at once are put together by the database, fewer by the program */

static QueryQueuePage ask(World *w, const QueryReach *reach, const Str *holders, size_t count, Str state,
                          int64_t offset, int64_t limit)
{
    QueryQueue q = {
        .reach = reach, .holders = holders, .holder_count = count, .state = state, .offset = offset, .limit = limit};
    QueryQueuePage page = {0};
    Err err = {0};
    if (!query_queue_page(w->flow.store, w->a, &q, &page, &err)) {
        printf("  %s %s\n", err.text, err.detail);
        check(false);
    }
    return page;
}

/* By the text of the rule, without the index's order. */
static size_t expected(World *w, const Str *holders, size_t count, Str state, Str *ret)
{
    StoreRows rows;
    Err err = {0};
    size_t n = 0;
    check(store_query(w->flow.store, w->a,
                      "SELECT id, holder, state FROM cases WHERE pending = '' ORDER BY CASE WHEN due = '' THEN 1 ELSE 0"
                      " END, due, since, id",
                      NULL, 0, &rows, &err));
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        bool held = false;
        for (size_t k = 0; k < count && !held; k++) {
            held = c[1].s.len > 0 && str_eq(c[1].s, holders[k]);
        }
        if (held && (state.len == 0 || str_eq(state, c[2].s))) {
            ret[n++] = c[0].s;
        }
    }
    return n;
}

static void pages_are(World *w, const Str *holders, size_t count, Str state)
{
    QueryReach all = query_everything(STR("tiny"));
    Str *want = ARENA_ARRAY(w->a, Str, FAR);
    size_t n = expected(w, holders, count, state, want);
    static const int64_t LIMITS[] = {1, 2, 3, 7, FAR};
    for (size_t i = 0; i < COUNT_OF(LIMITS); i++) {
        for (int64_t offset = 0; offset <= (int64_t)n + 1; offset += LIMITS[i]) {
            QueryQueuePage page = ask(w, &all, holders, count, state, offset, LIMITS[i]);
            int64_t left = (int64_t)n - offset < 0 ? 0 : (int64_t)n - offset;
            eq_int(page.total, n);
            eq_int(page.count, left < LIMITS[i] ? left : LIMITS[i]);
            for (size_t k = 0; k < page.count; k++) {
                eq_text(page.rows[k].id, str_c(w->a, want[offset + (int64_t)k]));
            }
        }
    }
}

BOTH(every_page_of_a_queue_is_that_part_of_the_whole)
{
    World *w = world_new(a, url);
    Str season = world_season(w, "2026", 9), grower = world_grower(w, "farm"), *stays;
    for (int i = 1; i <= 9; i++) {
        world_picker(w, i, 40 + i);
    }
    world_drawn(w, "farm", grower, season, 6);
    size_t count = world_list(w, "stay", &stays);
    check(count >= 4);
    world_do(w, "clerk", "stay.permit", stays[1], STR("{'months': 3, 'remark': 'x'}"));
    const Str roles[] = {STR("clerk"), STR("picker"), STR("clerk"), STR("grower"),
                         STR(""),      STR("board"),  STR("nobody")};
    static const char *const MIX[] = {/* the small scheme has few deadlines: some of the same day, some of none */
                                      "UPDATE cases SET due = '2026-05-02' WHERE id LIKE '%2' OR id LIKE '%7'",
                                      "UPDATE cases SET due = '2026-05-01' WHERE id LIKE '%3'",
                                      "UPDATE cases SET since = since - 3 WHERE id LIKE '%7' OR id LIKE '%4'",
                                      "UPDATE cases SET pending = '{}' WHERE id LIKE '%5'"};
    Err err = {0};
    for (size_t i = 0; i < COUNT_OF(MIX); i++) {
        check(store_exec(w->flow.store, MIX[i], NULL, 0, &err));
    }
    for (size_t n = 0; n <= COUNT_OF(roles); n++) {
        pages_are(w, roles, n, STR(""));
    }
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        pages_are(w, &roles[i], 1, STR(""));
    }
    pages_are(w, roles, COUNT_OF(roles), STR("asked"));
    pages_are(w, roles, 1, STR("asked"));
}

/* What is counted beforehand is what is there. */
BOTH(a_list_read_whole_counts_as_many_as_it_has)
{
    World *w = world_new(a, url);
    Str season = world_season(w, "2026", 9), grower = world_grower(w, "farm");
    for (int i = 1; i <= 7; i++) {
        world_picker(w, i, 40 + i);
    }
    world_drawn(w, "farm", grower, season, 3);
    QueryReach all = query_everything(STR("tiny"));
    static const char *const TYPES[] = {"picker", "stay", "request", "season", "grower", "none"};
    static const char *const STATES[] = {"", "waiting", "asked", "open", "drawn", "waitin", "none"};
    for (size_t t = 0; t < COUNT_OF(TYPES); t++) {
        for (size_t i = 0; i < COUNT_OF(STATES); i++) {
            QueryPage page = {
                .reach = &all, .type = str_from_c(TYPES[t]), .state = str_from_c(STATES[i]), .limit = 100};
            const CaseRow *found;
            size_t count;
            int64_t total;
            Err err = {0};
            check(query_page(w->flow.store, a, &page, &found, &count, &total, &err));
            eq_int(total, count);
        }
    }
}
