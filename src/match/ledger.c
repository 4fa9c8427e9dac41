/* ledger.c: numbered units under a tree of caps. What is used is counted in every cell of the path at once, so that no
 * sequence of calls oversells; among writers, the store's transaction decides who calls first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ledger_int.h"

#include "tree_int.h"

#include <string.h>

enum { MOST_NUMBERS = 1 << 26 };

/* The numbers 1 … limit of one series; holder[number − 1] is the leaf plus one, 0 if free. */
typedef struct {
    uint32_t *holder;
    uint32_t room, limit, used, lowest_free; /* nothing is free before index lowest_free */
} Series;

struct MatchLedger {
    Arena *arena;
    MatchCell *cells;
    uint32_t *held; /* per cell, all below it included */
    Series *series; /* per cell; used for flexible cells and roots */
    Series pool;
    uint32_t count;
};

bool match_ledger_new(Arena *a, const MatchTree *tree, MatchLedger **ret, Err *err)
{
    if (!tree_check(tree, err)) {
        return false;
    }
    MatchLedger *l = ARENA_NEW(a, MatchLedger);
    *l = (MatchLedger){.arena = a, .count = tree->count, .pool = {.limit = tree->pool}};
    l->cells = ARENA_ARRAY(a, MatchCell, tree->count);
    if (tree->count > 0) {
        memcpy(l->cells, tree->cells, tree->count * sizeof *l->cells);
    }
    l->held = ARENA_ARRAY(a, uint32_t, tree->count);
    l->series = ARENA_ARRAY(a, Series, tree->count);
    for (uint32_t i = 0; i < tree->count; i++) {
        l->series[i].limit = l->cells[i].flexible ? l->cells[i].own : l->cells[i].cap;
    }
    *ret = l;
    return true;
}

uint32_t ledger_series_of(const MatchLedger *l, uint32_t leaf)
{
    check_that(leaf < l->count);
    uint32_t i = leaf;
    while (!l->cells[i].flexible && l->cells[i].parent != MATCH_NONE) {
        i = l->cells[i].parent;
    }
    return i;
}

MatchTree ledger_tree(const MatchLedger *l)
{
    return (MatchTree){.cells = l->cells, .count = l->count, .pool = l->pool.limit};
}

uint32_t ledger_parent(const MatchLedger *l, uint32_t cell)
{
    return l->cells[cell].parent;
}

bool ledger_is_flexible(const MatchLedger *l, uint32_t cell)
{
    return l->cells[cell].flexible;
}

uint32_t ledger_count(const MatchLedger *l)
{
    return l->count;
}

static void count_path(MatchLedger *l, uint32_t leaf, int step)
{
    for (uint32_t i = leaf; i != MATCH_NONE; i = l->cells[i].parent) {
        l->held[i] = step > 0 ? l->held[i] + 1 : l->held[i] - 1;
        check_that(l->held[i] <= l->cells[i].cap);
    }
}

static bool has_number(const Series *s)
{
    return s->used < s->limit && s->used < MOST_NUMBERS;
}

static void make_room(MatchLedger *l, Series *s, uint32_t number)
{
    if (number > s->room) {
        uint32_t room = s->room ? s->room : 8;
        while (room < number) {
            room *= 2;
        }
        s->holder = arena_grow(l->arena, s->holder, s->room * sizeof *s->holder, room * sizeof *s->holder);
        s->room = room;
    }
}

static void hold_number(MatchLedger *l, Series *s, uint32_t number, uint32_t leaf)
{
    make_room(l, s, number);
    check_that(s->holder[number - 1] == 0);
    s->holder[number - 1] = leaf + 1;
    s->used++;
}

static uint32_t take_number(MatchLedger *l, Series *s, uint32_t leaf)
{
    uint32_t i = s->lowest_free;
    while (i < s->room && s->holder[i] != 0) {
        i++;
    }
    s->lowest_free = i + 1;
    check_that(i < s->limit);
    hold_number(l, s, i + 1, leaf);
    return i + 1;
}

static void free_number(Series *s, uint32_t number)
{
    s->holder[number - 1] = 0;
    s->used--;
    if (number - 1 < s->lowest_free) {
        s->lowest_free = number - 1;
    }
}

/* The smallest full cell on the path, *ret_cell MATCH_NONE for the pool; false if there is room. */
static bool find_full(const MatchLedger *l, uint32_t leaf, uint32_t *ret_cell)
{
    for (uint32_t i = leaf; i != MATCH_NONE; i = l->cells[i].parent) {
        const MatchCell *c = &l->cells[i];
        bool is_root = c->parent == MATCH_NONE;
        if ((c->cap != MATCH_NONE && l->held[i] >= c->cap) || (is_root && l->held[i] >= MOST_NUMBERS)) {
            *ret_cell = i;
            return true;
        }
        if (c->flexible && !has_number(&l->series[i]) && !has_number(&l->pool)) {
            *ret_cell = MATCH_NONE;
            return true;
        }
    }
    return false;
}

bool match_ledger_take(MatchLedger *l, uint32_t leaf, MatchUnit *ret, uint32_t *ret_full)
{
    check_that(leaf < l->count);
    if (find_full(l, leaf, ret_full)) {
        return false;
    }
    uint32_t series = ledger_series_of(l, leaf);
    Series *s = &l->series[series];
    if (!has_number(s)) {
        check_that(l->cells[series].flexible);
        s = &l->pool;
        series = MATCH_NONE;
    }
    count_path(l, leaf, 1);
    *ret = (MatchUnit){.series = series, .number = take_number(l, s, leaf), .leaf = leaf};
    return true;
}

/* The series that a unit names, or NULL if its leaf cannot hold from it. */
static Series *series_named(MatchLedger *l, MatchUnit u)
{
    if (u.leaf >= l->count) {
        return NULL;
    }
    uint32_t own = ledger_series_of(l, u.leaf);
    if (u.series == MATCH_NONE) {
        return l->cells[own].flexible ? &l->pool : NULL;
    }
    return u.series == own ? &l->series[own] : NULL;
}

bool match_ledger_hold(MatchLedger *l, MatchUnit u, Err *err)
{
    Series *s = series_named(l, u);
    if (s == NULL || u.number == 0 || u.number > s->limit || u.number > MOST_NUMBERS) {
        return err_set(err, FIELD_RANGE, "There is no unit %u of series %u for cell %u.", u.number, u.series, u.leaf);
    }
    if (u.number <= s->room && s->holder[u.number - 1] != 0) {
        return err_set(err, UNIT_TAKEN, "Unit %u of series %u is in use.", u.number, u.series);
    }
    for (uint32_t i = u.leaf; i != MATCH_NONE; i = l->cells[i].parent) {
        if (l->cells[i].cap != MATCH_NONE && l->held[i] >= l->cells[i].cap) {
            return err_set(err, FIELD_RANGE, "Unit %u of series %u would break the cap of cell %u.", u.number, u.series,
                           i);
        }
    }
    hold_number(l, s, u.number, u.leaf);
    count_path(l, u.leaf, 1);
    return true;
}

/* The highest number of the pool that the flexible cell holds, 0 for none. */
static uint32_t pool_number_of(const MatchLedger *l, uint32_t cell)
{
    for (uint32_t i = l->pool.used ? l->pool.room : 0; i-- > 0;) {
        if (l->pool.holder[i] != 0 && ledger_series_of(l, l->pool.holder[i] - 1) == cell) {
            return i + 1;
        }
    }
    return 0;
}

bool match_ledger_return(MatchLedger *l, MatchUnit u, MatchUnit *ret_from, MatchUnit *ret_to, Err *err)
{
    Series *s = series_named(l, u);
    if (s == NULL || u.number == 0 || u.number > s->room || s->holder[u.number - 1] != u.leaf + 1) {
        return err_set(err, NOT_FOUND, "Unit %u of series %u is not held by cell %u.", u.number, u.series, u.leaf);
    }
    free_number(s, u.number);
    count_path(l, u.leaf, -1);
    *ret_from = *ret_to = (MatchUnit){0};
    uint32_t moving = s != &l->pool && l->cells[u.series].flexible ? pool_number_of(l, u.series) : 0;
    if (moving != 0) {
        uint32_t leaf = l->pool.holder[moving - 1] - 1;
        *ret_from = (MatchUnit){.series = MATCH_NONE, .number = moving, .leaf = leaf};
        *ret_to = (MatchUnit){.series = u.series, .number = u.number, .leaf = leaf};
        free_number(&l->pool, moving);
        hold_number(l, s, u.number, leaf);
    }
    return true;
}

uint32_t match_ledger_held(const MatchLedger *l, uint32_t cell)
{
    check_that(cell < l->count);
    return l->held[cell];
}

uint32_t match_ledger_pool_held(const MatchLedger *l)
{
    return l->pool.used;
}

uint32_t match_ledger_room(const MatchLedger *l, uint32_t leaf)
{
    check_that(leaf < l->count);
    uint64_t room = MOST_NUMBERS;
    for (uint32_t i = leaf; i != MATCH_NONE; i = l->cells[i].parent) {
        const MatchCell *c = &l->cells[i];
        uint64_t here = c->cap == MATCH_NONE ? MOST_NUMBERS - l->held[i] : c->cap - l->held[i];
        if (c->flexible) {
            uint64_t numbers = (uint64_t)(l->series[i].limit - l->series[i].used) + (l->pool.limit - l->pool.used);
            here = numbers < here ? numbers : here;
        }
        room = here < room ? here : room;
    }
    return (uint32_t)room;
}
