/* verify_rank.c: the independent check of a ranking; includes the face for the data and nothing else of the room.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

#include <stdlib.h>

typedef struct {
    const MatchRankCheck *in;
    uint32_t *held;   /* per cell, before and with what was granted */
    uint64_t *closed; /* per cell: when it first had no room, UINT64_MAX for never */
    uint32_t *queue;  /* per cell: numbers given in the queue of its series */
} Check;

static bool wrong(Err *err, const MatchApplication *app, const char *what)
{
    return err_set(err, CANNOT_DECIDE, "application %u %s", app->id, what);
}

static bool stands_before(const MatchApplication *x, const MatchApplication *y)
{
    if (x->points != y->points) {
        return x->points > y->points;
    }
    return x->ticket != y->ticket ? x->ticket < y->ticket : x->id < y->id;
}

/* When the unit `nth` (from 0) of the application of this rank was asked for. */
static uint64_t moment(const Check *k, uint32_t rank, uint32_t nth)
{
    return k->in->one_per_pass ? (uint64_t)nth << 32 | rank : (uint64_t)rank << 32 | nth;
}

static bool check_order(const Check *k, Err *err)
{
    const MatchRankCheck *in = k->in;
    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t app = in->ranking->order[i];
        if (app >= in->count || in->ranking->rows[app].rank != i + 1) {
            return err_set(err, CANNOT_DECIDE, "rank %u is given twice or to nobody", i + 1);
        }
        if (i > 0 && !stands_before(&in->apps[in->ranking->order[i - 1]], &in->apps[app])) {
            return wrong(err, &in->apps[app], "stands behind one that should come later");
        }
    }
    return true;
}

static int by_number(const void *a, const void *b)
{
    const MatchUnit *x = a, *y = b;
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

/* Counts what was granted, in every cell above; a number is given once. */
static bool count_units(Check *k, Arena *scratch, Err *err)
{
    const MatchRankCheck *in = k->in;
    uint64_t total = 0, at = 0;
    for (uint32_t i = 0; i < in->count; i++) {
        total += in->ranking->rows[i].granted;
    }
    MatchUnit *all = ARENA_ARRAY(scratch, MatchUnit, total);
    for (uint32_t i = 0; i < in->count; i++) {
        const MatchRanked *row = &in->ranking->rows[i];
        if (row->granted > in->apps[i].units) {
            return wrong(err, &in->apps[i], "was granted more than it asked for");
        }
        for (uint32_t u = 0; u < row->granted; u++) {
            all[at++] = row->units[u];
            if (row->units[u].leaf != in->apps[i].cell || row->units[u].number == 0) {
                return wrong(err, &in->apps[i], "was granted a unit of another cell");
            }
        }
        for (uint32_t c = in->apps[i].cell; c != MATCH_NONE; c = in->tree.cells[c].parent) {
            k->held[c] += row->granted;
        }
    }
    qsort(all, total, sizeof *all, by_number);
    for (uint64_t i = 1; i < total; i++) {
        if (by_number(&all[i - 1], &all[i]) == 0) {
            return err_set(err, CANNOT_DECIDE, "unit %u is given twice", all[i].number);
        }
    }
    return true;
}

static uint64_t beyond_own(const Check *k)
{
    uint64_t used = 0;
    for (uint32_t c = 0; c < k->in->tree.count; c++) {
        const MatchCell *cell = &k->in->tree.cells[c];
        used += cell->flexible && k->held[c] > cell->own ? k->held[c] - cell->own : 0;
    }
    return used;
}

static bool check_caps(const Check *k, Err *err)
{
    for (uint32_t c = 0; c < k->in->tree.count; c++) {
        if (k->in->tree.cells[c].cap != MATCH_NONE && k->held[c] > k->in->tree.cells[c].cap) {
            return err_set(err, CANNOT_DECIDE, "cell %u holds %u of %u", c, k->held[c], k->in->tree.cells[c].cap);
        }
    }
    return beyond_own(k) <= k->in->tree.pool || err_set(err, CANNOT_DECIDE, "the flexible pool is oversold");
}

static bool is_full(const Check *k, uint32_t cell, bool by_pool)
{
    const MatchCell *c = &k->in->tree.cells[cell];
    return by_pool ? c->flexible && k->held[cell] >= c->own && beyond_own(k) == k->in->tree.pool
                   : c->cap != MATCH_NONE && k->held[cell] >= c->cap;
}

/* One that has not all it asked for was stopped by a set on its path that is full to the end. */
static bool check_stop(Check *k, uint32_t app, Err *err)
{
    const MatchRanked *row = &k->in->ranking->rows[app];
    uint32_t cell = k->in->apps[app].cell;
    while (cell != MATCH_NONE && (row->pool_full ? !k->in->tree.cells[cell].flexible : cell != row->full)) {
        cell = k->in->tree.cells[cell].parent;
    }
    if (cell == MATCH_NONE || !is_full(k, cell, row->pool_full)) {
        return wrong(err, &k->in->apps[app], "waits, but what is said to be full is not");
    }
    uint64_t when = moment(k, row->rank, row->granted);
    k->closed[cell] = when < k->closed[cell] ? when : k->closed[cell];
    return true;
}

/* Nobody was given a unit in a set after it had stopped somebody. */
static bool check_precedence(const Check *k, uint32_t app, Err *err)
{
    const MatchRanked *row = &k->in->ranking->rows[app];
    for (uint32_t c = k->in->apps[app].cell; row->granted > 0 && c != MATCH_NONE; c = k->in->tree.cells[c].parent) {
        if (moment(k, row->rank, row->granted - 1) > k->closed[c]) {
            return wrong(err, &k->in->apps[app], "was served before one that stands above it");
        }
    }
    return true;
}

static uint32_t series_of(const Check *k, uint32_t cell)
{
    while (!k->in->tree.cells[cell].flexible && k->in->tree.cells[cell].parent != MATCH_NONE) {
        cell = k->in->tree.cells[cell].parent;
    }
    return cell;
}

static bool check_row(Check *k, uint32_t app, Err *err)
{
    const MatchRanked *row = &k->in->ranking->rows[app];
    bool waits = row->granted < k->in->apps[app].units;
    MatchReason reason = !waits ? MATCH_GRANTED : row->granted > 0 ? MATCH_PART_GRANTED : MATCH_WAITING;
    uint32_t number = waits ? ++k->queue[series_of(k, k->in->apps[app].cell)] : 0;
    if (row->reason != reason || row->waiting != number) {
        return wrong(err, &k->in->apps[app], "has another reason or number in the queue than its units say");
    }
    return !waits || check_stop(k, app, err);
}

bool match_verify_rank(Arena *scratch, const MatchRankCheck *in, Err *err)
{
    Check k = {.in = in, .held = ARENA_ARRAY(scratch, uint32_t, in->tree.count)};
    k.closed = ARENA_ARRAY(scratch, uint64_t, in->tree.count);
    k.queue = ARENA_ARRAY(scratch, uint32_t, in->tree.count);
    for (uint32_t c = 0; c < in->tree.count; c++) {
        k.held[c] = in->held_before[c];
        k.closed[c] = UINT64_MAX;
    }
    if (!check_order(&k, err) || !count_units(&k, scratch, err) || !check_caps(&k, err)) {
        return false;
    }
    for (uint32_t i = 0; i < in->count; i++) {
        if (!check_row(&k, in->ranking->order[i], err)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < in->count; i++) {
        if (!check_precedence(&k, i, err)) {
            return false;
        }
    }
    return true;
}
