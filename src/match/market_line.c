/* market_line.c: cutoffs of an outcome, a worker's own lines of it, and the difference between two outcomes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "market_int.h"

static MatchCutoff key_of(const MatchMarket *m, uint32_t worker, uint32_t wish)
{
    return (MatchCutoff){.standing = m->wish_points[wish], .ticket = m->tickets[worker], .id = worker, .binding = true};
}

static bool is_lower(MatchCutoff x, MatchCutoff y)
{
    if (x.standing != y.standing) {
        return x.standing < y.standing;
    }
    return x.ticket != y.ticket ? x.ticket > y.ticket : x.id > y.id;
}

static void take_lowest(MatchCutoff *at, MatchCutoff key)
{
    if (!at->binding || is_lower(key, *at)) {
        *at = key;
    }
}

/* The cutoff of a full set; one that is full without holding anything is above every key. */
static MatchCutoff full_cutoff(MatchCutoff lowest)
{
    return lowest.binding ? lowest : (MatchCutoff){.standing = INT64_MAX, .id = MATCH_NONE, .binding = true};
}

/* For each flexible cell that has used its own: the lowest held of all it competes with for the full pool. */
static void pool_cutoffs(const MatchMarket *m, MatchOutcome *o, const uint32_t *filled)
{
    uint64_t used = 0;
    MatchCutoff among = {0};
    for (uint32_t c = 0; c < m->tree.count; c++) {
        const MatchCell *cell = &m->tree.cells[c];
        if (cell->flexible && filled[c] > cell->own) {
            used += filled[c] - cell->own;
            take_lowest(&among, o->cell_cutoffs[c]);
        }
    }
    for (uint32_t c = 0; c < m->tree.count; c++) {
        const MatchCell *cell = &m->tree.cells[c];
        if (cell->flexible && filled[c] >= cell->own && used >= m->tree.pool) {
            o->pool_cutoffs[c] = among;
            if (filled[c] > 0) {
                take_lowest(&o->pool_cutoffs[c], o->cell_cutoffs[c]);
            }
            o->pool_cutoffs[c] = full_cutoff(o->pool_cutoffs[c]);
        }
    }
}

void market_cutoffs(Arena *a, const MatchMarket *m, MatchOutcome *o)
{
    o->filled = ARENA_ARRAY(a, uint32_t, m->vacancy_count);
    o->vacancy_cutoffs = ARENA_ARRAY(a, MatchCutoff, m->vacancy_count);
    o->cell_cutoffs = ARENA_ARRAY(a, MatchCutoff, m->tree.count);
    o->pool_cutoffs = ARENA_ARRAY(a, MatchCutoff, m->tree.count);
    o->cell_filled = ARENA_ARRAY(a, uint32_t, m->tree.count);
    for (uint32_t w = 0; w < m->worker_count; w++) {
        if (o->held[w] == MATCH_NONE) {
            continue;
        }
        MatchCutoff key = key_of(m, w, o->held[w]);
        uint32_t v = m->wish_vacancy[o->held[w]];
        o->placed++;
        o->filled[v]++;
        take_lowest(&o->vacancy_cutoffs[v], key);
        for (uint32_t c = m->vacancies[v].cell; c != MATCH_NONE; c = m->tree.cells[c].parent) {
            o->cell_filled[c]++;
            take_lowest(&o->cell_cutoffs[c], key);
        }
    }
    pool_cutoffs(m, o, o->cell_filled);
    for (uint32_t v = 0; v < m->vacancy_count; v++) {
        bool is_full = o->filled[v] >= m->vacancies[v].seats;
        o->vacancy_cutoffs[v] = is_full ? full_cutoff(o->vacancy_cutoffs[v]) : (MatchCutoff){0};
    }
    for (uint32_t c = 0; c < m->tree.count; c++) {
        bool is_full = m->tree.cells[c].cap != MATCH_NONE && o->cell_filled[c] >= m->tree.cells[c].cap;
        o->cell_cutoffs[c] = is_full ? full_cutoff(o->cell_cutoffs[c]) : (MatchCutoff){0};
    }
}

static bool cuts(const MatchCutoff *cutoff, MatchWish *wish, MatchReason reason, uint32_t cell)
{
    if (!cutoff->binding || !is_lower(wish->own, *cutoff)) {
        return false;
    }
    wish->reason = reason;
    wish->cell = cell;
    wish->cutoff = *cutoff;
    return true;
}

/* The first set on the path, from the vacancy up, that is full with keys above this one. */
static void explain_cut(const MatchMarket *m, const MatchOutcome *o, MatchWish *wish)
{
    if (cuts(&o->vacancy_cutoffs[wish->vacancy], wish, MATCH_CUT_VACANCY, MATCH_NONE)) {
        return;
    }
    for (uint32_t c = m->vacancies[wish->vacancy].cell; c != MATCH_NONE; c = m->tree.cells[c].parent) {
        if (cuts(&o->cell_cutoffs[c], wish, MATCH_CUT_CELL, c) || cuts(&o->pool_cutoffs[c], wish, MATCH_CUT_POOL, c)) {
            return;
        }
    }
    bug("a better wish that nothing explains, in an outcome that was checked");
}

uint32_t match_wishes(const MatchMarket *m, const MatchOutcome *o, uint32_t worker, MatchWish *ret)
{
    check_that(worker < m->worker_count);
    uint32_t start = m->starts[worker], end = m->starts[worker + 1];
    for (uint32_t i = start; i < end; i++) {
        MatchWish *wish = &ret[i - start];
        *wish = (MatchWish){.vacancy = m->wish_vacancy[i], .cell = MATCH_NONE, .own = key_of(m, worker, i)};
        if (i == o->held[worker]) {
            wish->reason = MATCH_PLACED;
        } else if (i > o->held[worker]) {
            wish->reason = MATCH_NOT_REACHED;
        } else {
            explain_cut(m, o, wish);
        }
    }
    return end - start;
}

MatchDifference match_compare(Arena *a, const MatchMarket *m, const MatchOutcome *before, const MatchOutcome *after)
{
    MatchDifference d = {0};
    for (uint32_t w = 0; w < m->worker_count; w++) {
        d.worse += after->held[w] > before->held[w];
        d.better += after->held[w] < before->held[w];
    }
    d.same = m->worker_count - d.worse - d.better;
    uint32_t *workers = ARENA_ARRAY(a, uint32_t, d.worse + d.better), worse = 0, better = d.worse;
    for (uint32_t w = 0; w < m->worker_count; w++) {
        if (after->held[w] > before->held[w]) {
            workers[worse++] = w;
        } else if (after->held[w] < before->held[w]) {
            workers[better++] = w;
        }
    }
    d.workers = workers;
    return d;
}
