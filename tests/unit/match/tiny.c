/* tiny.c: random tiny markets and the definitions of feasible and chosen, written the slow and plain way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include <string.h>

static void make_cells(Tiny *t, Rng *r, int shape)
{
    /* 0 nation; 1, 2 industries; 3, 4 regions of industry 1. */
    static const uint32_t parents[TINY_CELLS] = {MATCH_NONE, 0, 0, 1, 1};
    for (uint32_t i = 0; i < TINY_CELLS; i++) {
        bool is_flexible = shape == 2 && (i == 1 || i == 2);
        uint32_t cap = rng_below(r, 4) == 0 ? MATCH_NONE : rng_below(r, i == 0 ? 6 : 4);
        t->cells[i] = (MatchCell){.parent = parents[i], .cap = cap, .flexible = is_flexible, .own = rng_below(r, 3)};
    }
    t->m.tree =
        (MatchTree){.cells = t->cells, .count = shape == 0 ? 0 : TINY_CELLS, .pool = shape == 2 ? rng_below(r, 3) : 0};
}

void tiny_make(Tiny *t, Rng *r, int shape)
{
    static const uint32_t leaves[4] = {3, 4, 2, 1};
    memset(t, 0, sizeof *t);
    t->m = (MatchMarket){.tickets = t->tickets,
                         .starts = t->starts,
                         .wish_vacancy = t->wish_vacancy,
                         .wish_points = t->wish_points,
                         .vacancies = t->vacancies,
                         .worker_count = 1 + rng_below(r, TINY_WORKERS),
                         .vacancy_count = 1 + rng_below(r, TINY_VACANCIES)};
    make_cells(t, r, shape);
    for (uint32_t v = 0; v < t->m.vacancy_count; v++) {
        t->vacancies[v] =
            (MatchSeats){.seats = rng_below(r, 4), .cell = shape == 0 ? MATCH_NONE : leaves[rng_below(r, 4)]};
    }
    int32_t spread = 1 + (int32_t)rng_below(r, 6);
    uint32_t at = 0;
    for (uint32_t w = 0; w < t->m.worker_count; w++) {
        t->tickets[w] = rng_below(r, 2) ? rng_next(r) : rng_below(r, 3);
        uint32_t order[TINY_VACANCIES], n = t->m.vacancy_count;
        for (uint32_t v = 0; v < n; v++) {
            t->points[w][v] = (int32_t)rng_below(r, (uint32_t)spread) - 2;
            uint32_t to = rng_below(r, v + 1);
            order[v] = order[to];
            order[to] = v;
        }
        t->starts[w] = at;
        for (uint32_t k = rng_below(r, (n < 3 ? n : 3) + 1); k > 0; k--) {
            t->wish_vacancy[at] = order[k - 1];
            t->wish_points[at++] = t->points[w][order[k - 1]];
        }
    }
    t->starts[t->m.worker_count] = at;
}

void tiny_set_list(Tiny *t, uint32_t worker, const uint32_t *list, uint32_t count)
{
    Tiny old = *t;
    uint32_t at = 0;
    for (uint32_t w = 0; w < t->m.worker_count; w++) {
        uint32_t start = old.starts[w], n = w == worker ? count : old.starts[w + 1] - start;
        t->starts[w] = at;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t v = w == worker ? list[i] : old.wish_vacancy[start + i];
            t->wish_vacancy[at] = v;
            t->wish_points[at++] = t->points[w][v];
        }
    }
    t->starts[t->m.worker_count] = at;
}

uint32_t tiny_worker(const Tiny *t, uint32_t wish)
{
    uint32_t w = 0;
    while (t->starts[w + 1] <= wish) {
        w++;
    }
    return w;
}

bool tiny_is_feasible(const Tiny *t, uint32_t wishes)
{
    uint32_t in_vacancy[TINY_VACANCIES] = {0}, in_cell[TINY_CELLS] = {0}, over = 0;
    for (uint32_t i = 0; i < t->starts[t->m.worker_count]; i++) {
        if (wishes >> i & 1) {
            in_vacancy[t->wish_vacancy[i]]++;
            for (uint32_t c = t->vacancies[t->wish_vacancy[i]].cell; c != MATCH_NONE; c = t->cells[c].parent) {
                in_cell[c]++;
            }
        }
    }
    for (uint32_t v = 0; v < t->m.vacancy_count; v++) {
        if (in_vacancy[v] > t->vacancies[v].seats) {
            return false;
        }
    }
    for (uint32_t c = 0; c < t->m.tree.count; c++) {
        if (t->cells[c].cap != MATCH_NONE && in_cell[c] > t->cells[c].cap) {
            return false;
        }
        over += t->cells[c].flexible && in_cell[c] > t->cells[c].own ? in_cell[c] - t->cells[c].own : 0;
    }
    return over <= t->m.tree.pool;
}

/* The order of contracts: points, ticket, worker, earlier wish. */
static bool is_higher(const Tiny *t, uint32_t x, uint32_t y)
{
    uint32_t wx = tiny_worker(t, x), wy = tiny_worker(t, y);
    if (t->wish_points[x] != t->wish_points[y]) {
        return t->wish_points[x] > t->wish_points[y];
    }
    if (t->tickets[wx] != t->tickets[wy]) {
        return t->tickets[wx] < t->tickets[wy];
    }
    return wx != wy ? wx < wy : x < y;
}

uint32_t tiny_choice(const Tiny *t, uint32_t wishes)
{
    uint32_t kept = 0;
    while (wishes != 0) {
        uint32_t best = MATCH_NONE;
        for (uint32_t i = 0; i < t->starts[t->m.worker_count]; i++) {
            if ((wishes >> i & 1) && (best == MATCH_NONE || is_higher(t, i, best))) {
                best = i;
            }
        }
        wishes &= ~(UINT32_C(1) << best);
        if (tiny_is_feasible(t, kept | UINT32_C(1) << best)) {
            kept |= UINT32_C(1) << best;
        }
    }
    return kept;
}
