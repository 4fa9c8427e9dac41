/* verify.c: the independent check of outcomes. It includes the room's face for the data and nothing else of the room:
 * own reading of the tree, own order of keys (points, ticket, number of the worker), own arithmetic.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

/* The lowest contract held in a set, or a set that is full without holding anything. */
typedef struct {
    uint64_t ticket;
    int32_t points;
    uint32_t worker;
    enum { OPEN, LOWEST, CLOSED } kind; /* OPEN: the set is not full */
} Bar;

typedef struct {
    const MatchMarket *m;
    const uint32_t *held;
    Bar *vacancy_low, *cell_low; /* lowest held */
    uint32_t *vacancy_count, *cell_count;
    Bar *cell_bar, *vacancy_bar; /* what a key must beat on the way from here to the root */
} Check;

/* Whether a has the lower key. */
static bool lower(const Bar *a, const Bar *b)
{
    if (a->points != b->points) {
        return a->points < b->points;
    }
    if (a->ticket != b->ticket) {
        return a->ticket > b->ticket;
    }
    return a->worker > b->worker;
}

static void keep_lowest(Bar *low, Bar x)
{
    if (low->kind == OPEN || lower(&x, low)) {
        *low = x;
    }
}

/* The higher of two bars. */
static void raise_bar(Bar *bar, Bar x)
{
    if (x.kind == CLOSED || (x.kind == LOWEST && bar->kind == OPEN) ||
        (x.kind == LOWEST && bar->kind == LOWEST && lower(bar, &x))) {
        *bar = x;
    }
}

static Bar full_bar(Bar low)
{
    if (low.kind == OPEN) {
        low.kind = CLOSED;
    }
    return low;
}

static bool count_held(Check *c, Err *err)
{
    const MatchMarket *m = c->m;
    for (uint32_t w = 0; w < m->worker_count; w++) {
        uint32_t wish = c->held[w];
        if (wish == MATCH_NONE) {
            continue;
        }
        if (wish < m->starts[w] || wish >= m->starts[w + 1] || m->wish_vacancy[wish] >= m->vacancy_count) {
            return err_set(err, CANNOT_DECIDE, "worker %u holds what is not on the list", w);
        }
        Bar x = {.ticket = m->tickets[w], .points = m->wish_points[wish], .worker = w, .kind = LOWEST};
        uint32_t v = m->wish_vacancy[wish];
        c->vacancy_count[v]++;
        keep_lowest(&c->vacancy_low[v], x);
        for (uint32_t i = m->vacancies[v].cell; i != MATCH_NONE; i = m->tree.cells[i].parent) {
            c->cell_count[i]++;
            keep_lowest(&c->cell_low[i], x);
        }
    }
    return true;
}

/* Units used beyond the own quotas, and the lowest contract in the cells that do so. */
static uint64_t pool_use(const Check *c, Bar *ret_low)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < c->m->tree.count; i++) {
        const MatchCell *cell = &c->m->tree.cells[i];
        if (cell->flexible && c->cell_count[i] > cell->own) {
            used += c->cell_count[i] - cell->own;
            keep_lowest(ret_low, c->cell_low[i]);
        }
    }
    return used;
}

static bool check_cells(Check *c, Err *err)
{
    const MatchTree *t = &c->m->tree;
    Bar over = {0};
    uint64_t used = pool_use(c, &over);
    if (used > t->pool) {
        return err_set(err, CANNOT_DECIDE, "the flexible pool is overdrawn");
    }
    for (uint32_t i = 0; i < t->count; i++) {
        const MatchCell *cell = &t->cells[i];
        if (cell->cap != MATCH_NONE && c->cell_count[i] > cell->cap) {
            return err_set(err, CANNOT_DECIDE, "the cap of cell %u is broken", i);
        }
        Bar bar = cell->parent == MATCH_NONE ? (Bar){0} : c->cell_bar[cell->parent];
        if (cell->flexible && used == t->pool && c->cell_count[i] >= cell->own) {
            Bar low = over;
            if (c->cell_low[i].kind == LOWEST) {
                keep_lowest(&low, c->cell_low[i]);
            }
            raise_bar(&bar, full_bar(low));
        }
        if (cell->cap != MATCH_NONE && c->cell_count[i] == cell->cap) {
            raise_bar(&bar, full_bar(c->cell_low[i]));
        }
        c->cell_bar[i] = bar;
    }
    return true;
}

static bool check_vacancies(Check *c, Err *err)
{
    const MatchMarket *m = c->m;
    for (uint32_t v = 0; v < m->vacancy_count; v++) {
        if (c->vacancy_count[v] > m->vacancies[v].seats) {
            return err_set(err, CANNOT_DECIDE, "vacancy %u has more workers than seats", v);
        }
        Bar bar = m->vacancies[v].cell == MATCH_NONE ? (Bar){0} : c->cell_bar[m->vacancies[v].cell];
        if (c->vacancy_count[v] == m->vacancies[v].seats) {
            raise_bar(&bar, full_bar(c->vacancy_low[v]));
        }
        c->vacancy_bar[v] = bar;
    }
    return true;
}

/* No worker may reach a bar at a wish better than the one held. */
static bool check_wishes(const Check *c, Err *err)
{
    const MatchMarket *m = c->m;
    for (uint32_t w = 0; w < m->worker_count; w++) {
        uint32_t end = c->held[w] == MATCH_NONE ? m->starts[w + 1] : c->held[w];
        for (uint32_t i = m->starts[w]; i < end; i++) {
            const Bar *bar = &c->vacancy_bar[m->wish_vacancy[i]];
            int32_t points = m->wish_points[i];
            if (bar->kind == CLOSED || (bar->kind == LOWEST && points < bar->points)) {
                continue;
            }
            Bar x = {.ticket = m->tickets[w], .points = points, .worker = w, .kind = LOWEST};
            if (bar->kind == OPEN || !lower(&x, bar)) {
                return err_set(err, CANNOT_DECIDE, "worker %u has a right to a better wish, vacancy %u", w,
                               m->wish_vacancy[i]);
            }
        }
    }
    return true;
}

bool match_verify(Arena *scratch, const MatchMarket *m, const uint32_t *held, Err *err)
{
    Check c = {.m = m, .held = held};
    c.vacancy_low = ARENA_ARRAY(scratch, Bar, m->vacancy_count);
    c.vacancy_bar = ARENA_ARRAY(scratch, Bar, m->vacancy_count);
    c.vacancy_count = ARENA_ARRAY(scratch, uint32_t, m->vacancy_count);
    c.cell_low = ARENA_ARRAY(scratch, Bar, m->tree.count);
    c.cell_bar = ARENA_ARRAY(scratch, Bar, m->tree.count);
    c.cell_count = ARENA_ARRAY(scratch, uint32_t, m->tree.count);
    return count_held(&c, err) && check_cells(&c, err) && check_vacancies(&c, err) && check_wishes(&c, err);
}
