/* roster.c: everybody's place on the roster, worked out once; one candidate's standing is then a look-up.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sort_int.h"

struct MatchRoster {
    uint32_t count;
    uint32_t *rank, *of, *equal; /* per candidate */
};

static int64_t standing_of(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].standing;
}

static uint64_t ticket_of(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].ticket;
}

static uint32_t id_of(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].id;
}

/* Writes ranks of one group, items[from … to), which are in order of rank. */
static void rank_group(MatchRoster *r, const MatchCandidate *pool, const SortItem *items, uint32_t from, uint32_t to)
{
    for (uint32_t i = from, end; i < to; i = end) {
        for (end = i; end < to && pool[items[end].index].standing == pool[items[i].index].standing; end++) {
        }
        for (uint32_t k = i; k < end; k++) {
            r->rank[items[k].index] = k - from + 1;
            r->of[items[k].index] = to - from;
            r->equal[items[k].index] = end - i - 1;
        }
    }
}

bool match_roster_new(Arena *a, const MatchCandidate *pool, uint32_t count, MatchRoster **ret, Err *err)
{
    MatchRoster *r = ARENA_NEW(a, MatchRoster);
    *r = (MatchRoster){.count = count};
    r->rank = ARENA_ARRAY(a, uint32_t, count);
    r->of = ARENA_ARRAY(a, uint32_t, count);
    r->equal = ARENA_ARRAY(a, uint32_t, count);
    ArenaMark mark = arena_mark(a);
    SortBy by = {pool, standing_of, ticket_of, id_of};
    IdIndex ids;
    uint32_t twice = 0;
    if (!id_index_new(a, by, count, &ids, &twice)) {
        arena_rewind(a, mark);
        return err_set(err, DUPLICATE_PERSON, "Candidate %u is on the roster twice.", twice);
    }
    const uint32_t *order = sort_order(a, by, count);
    SortItem *items = ARENA_ARRAY(a, SortItem, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (SortItem){.key = pool[order[i]].group, .index = order[i]};
    }
    sort_by_key(items, ARENA_ARRAY(a, SortItem, count), count);
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && items[end].key == items[i].key; end++) {
        }
        rank_group(r, pool, items, i, end);
    }
    arena_rewind(a, mark);
    *ret = r;
    return true;
}

MatchStanding match_standing(const MatchRoster *r, uint32_t candidate, uint32_t period_days, uint32_t taken_fast,
                             uint32_t taken_slow)
{
    check_that(candidate < r->count);
    uint64_t rank = r->rank[candidate];
    MatchStanding s = {.rank = r->rank[candidate],
                       .of = r->of[candidate],
                       .equal = r->equal[candidate],
                       .wait_days_low = -1,
                       .wait_days_high = -1};
    if (taken_fast > 0) {
        s.wait_days_low = (int64_t)((rank - 1) * period_days / taken_fast);
    }
    if (taken_slow > 0) {
        s.wait_days_high = (int64_t)((rank * period_days + taken_slow - 1) / taken_slow);
    }
    return s;
}
