/* rank_test.c: the ledger of numbered units, ranking cut at the quota, waiting numbers, the prefix guarantee.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "random.h"

#include <string.h>

enum { CELLS = 9, APPS = 30, HELD = 400 };

typedef struct {
    MatchTree tree;
    MatchCell cells[CELLS];
} Quota;

/* Year ⊃ three industries (flexible or not) ⊃ regions, and a second year that stands alone. */
static void make_quota(Quota *q, Rng *r)
{
    static const uint32_t parents[CELLS] = {MATCH_NONE, 0, 0, 0, 1, 1, 2, MATCH_NONE, 7};
    bool flexible = rng_below(r, 3) > 0;
    for (uint32_t i = 0; i < CELLS; i++) {
        uint32_t cap = rng_below(r, 5) == 0 ? MATCH_NONE : rng_below(r, parents[i] == MATCH_NONE ? 20 : 10);
        q->cells[i] = (MatchCell){
            .parent = parents[i], .cap = cap, .flexible = flexible && i >= 1 && i <= 3, .own = rng_below(r, 6)};
    }
    q->tree = (MatchTree){.cells = q->cells, .count = CELLS, .pool = rng_below(r, 5)};
}

/* Counted again from the units alone: no cap broken, no number twice, pool used only where a cell's own are used. */
static bool units_are_right(const Quota *q, const MatchUnit *units, uint32_t count)
{
    uint32_t held[CELLS] = {0}, pool = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t c = units[i].leaf; c != MATCH_NONE; c = q->cells[c].parent) {
            held[c]++;
        }
        pool += units[i].series == MATCH_NONE;
        for (uint32_t k = 0; k < i; k++) {
            if (units[i].series == units[k].series && units[i].number == units[k].number) {
                return false;
            }
        }
        if (units[i].number == 0 || (units[i].series == MATCH_NONE && units[i].number > q->tree.pool)) {
            return false;
        }
    }
    uint32_t over = 0;
    for (uint32_t c = 0; c < CELLS; c++) {
        if (q->cells[c].cap != MATCH_NONE && held[c] > q->cells[c].cap) {
            return false;
        }
        over += q->cells[c].flexible && held[c] > q->cells[c].own ? held[c] - q->cells[c].own : 0;
    }
    return pool <= q->tree.pool && over == pool;
}

/* Whether one more in the leaf would still be right, by counting alone. */
static bool has_room_for(const Quota *q, const MatchUnit *units, uint32_t count, uint32_t leaf)
{
    uint32_t held[CELLS] = {0}, over = 0;
    for (uint32_t i = 0; i <= count; i++) {
        for (uint32_t c = i == count ? leaf : units[i].leaf; c != MATCH_NONE; c = q->cells[c].parent) {
            held[c]++;
        }
    }
    for (uint32_t c = 0; c < CELLS; c++) {
        if (q->cells[c].cap != MATCH_NONE && held[c] > q->cells[c].cap) {
            return false;
        }
        over += q->cells[c].flexible && held[c] > q->cells[c].own ? held[c] - q->cells[c].own : 0;
    }
    return over <= q->tree.pool;
}

static bool same_unit(MatchUnit x, MatchUnit y)
{
    return x.series == y.series && x.number == y.number && x.leaf == y.leaf;
}

TEST(a_ledger_is_never_oversold_and_never_refuses_what_fits)
{
    Rng r = {.state = 1};
    uint32_t moves = 0, refused = 0;
    for (uint32_t run = 0; run < RUNS(600); run++) {
        Quota q;
        make_quota(&q, &r);
        MatchLedger *l = NULL;
        Err err = {0};
        check(match_ledger_new(a, &q.tree, &l, &err));
        MatchUnit units[HELD];
        uint32_t count = 0;
        for (uint32_t step = 0; step < 120; step++) {
            uint32_t leaf = rng_below(&r, CELLS), full = 0;
            if (count > 0 && rng_below(&r, 3) == 0) {
                uint32_t i = rng_below(&r, count);
                MatchUnit from, to;
                check(match_ledger_return(l, units[i], &from, &to, &err));
                units[i] = units[--count];
                for (uint32_t k = 0; from.number != 0 && k < count; k++) {
                    if (same_unit(units[k], from)) {
                        units[k] = to;
                        moves++;
                        break;
                    }
                }
            } else {
                bool fits = has_room_for(&q, units, count, leaf);
                check((match_ledger_room(l, leaf) > 0) == fits);
                MatchUnit unit;
                check(match_ledger_take(l, leaf, &unit, &full) == fits);
                refused += !fits;
                if (fits) {
                    units[count++] = unit;
                }
            }
            check(units_are_right(&q, units, count));
        }
        /* The log entered again gives the same ledger. */
        MatchLedger *again = NULL;
        check(match_ledger_new(a, &q.tree, &again, &err));
        for (uint32_t i = 0; i < count; i++) {
            check(match_ledger_hold(again, units[i], &err));
            check(!match_ledger_hold(again, units[i], &err) && err.code == UNIT_TAKEN);
        }
        for (uint32_t c = 0; c < CELLS; c++) {
            eq_int(match_ledger_held(again, c), match_ledger_held(l, c));
            eq_int(match_ledger_room(again, c), match_ledger_room(l, c));
        }
        eq_int(match_ledger_pool_held(again), match_ledger_pool_held(l));
        arena_reset(a);
    }
    check(moves > 20 && refused > 100);
}

TEST(a_ledger_refuses_units_that_do_not_exist)
{
    MatchCell cells[] = {{.parent = MATCH_NONE, .cap = 3}, {.parent = 0, .cap = 2}};
    MatchTree tree = {.cells = cells, .count = 2, .pool = 5};
    MatchLedger *l = NULL;
    Err err = {0};
    check(match_ledger_new(a, &tree, &l, &err));
    check(!match_ledger_hold(l, (MatchUnit){0, 0, 1}, &err) && err.code == FIELD_RANGE);
    check(!match_ledger_hold(l, (MatchUnit){0, 4, 1}, &err) && err.code == FIELD_RANGE);
    check(!match_ledger_hold(l, (MatchUnit){1, 1, 1}, &err) && err.code == FIELD_RANGE);
    check(!match_ledger_hold(l, (MatchUnit){MATCH_NONE, 1, 1}, &err) && err.code == FIELD_RANGE);
    check(!match_ledger_hold(l, (MatchUnit){0, 1, 2}, &err) && err.code == FIELD_RANGE);
    check(match_ledger_hold(l, (MatchUnit){0, 3, 1}, &err));
    check(match_ledger_hold(l, (MatchUnit){0, 1, 1}, &err));
    check(!match_ledger_hold(l, (MatchUnit){0, 2, 1}, &err) && err.code == FIELD_RANGE); /* region full */
    MatchUnit unit, from, to;
    uint32_t full = 9;
    check(!match_ledger_take(l, 1, &unit, &full) && full == 1);
    check(match_ledger_take(l, 0, &unit, &full) && unit.number == 2);
    check(!match_ledger_return(l, (MatchUnit){0, 2, 1}, &from, &to, &err) && err.code == NOT_FOUND);
    check(match_ledger_return(l, (MatchUnit){0, 3, 1}, &from, &to, &err) && from.number == 0);
    check(!match_ledger_return(l, (MatchUnit){0, 3, 1}, &from, &to, &err));
}

static bool goes_first(const MatchApplication *x, const MatchApplication *y)
{
    if (x->points != y->points) {
        return x->points > y->points;
    }
    return x->ticket != y->ticket ? x->ticket < y->ticket : x->id < y->id;
}

/* Serial greedy by counting alone. */
static void plain_grants(const Quota *q, const MatchApplication *apps, uint32_t count, bool one_per_pass,
                         uint32_t *granted)
{
    MatchUnit units[HELD];
    uint32_t held = 0;
    bool more = true;
    memset(granted, 0, count * sizeof *granted);
    while (more) {
        more = false;
        bool done[APPS] = {0};
        for (uint32_t k = 0; k < count; k++) {
            uint32_t best = MATCH_NONE;
            for (uint32_t i = 0; i < count; i++) {
                if (!done[i] && (best == MATCH_NONE || goes_first(&apps[i], &apps[best]))) {
                    best = i;
                }
            }
            done[best] = true;
            while (granted[best] < apps[best].units && has_room_for(q, units, held, apps[best].cell)) {
                units[held++] = (MatchUnit){.leaf = apps[best].cell};
                granted[best]++;
                more = true;
                if (one_per_pass) {
                    break;
                }
            }
        }
    }
}

static void check_ranks(const Quota *q, const MatchApplication *apps, uint32_t count, const MatchRanking *out)
{
    MatchUnit units[HELD];
    uint32_t held = 0, queue[CELLS] = {0};
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = out->order[k];
        const MatchRanked *row = &out->rows[i];
        eq_int(row->rank, k + 1);
        check(k == 0 || goes_first(&apps[out->order[k - 1]], &apps[i]));
        for (uint32_t u = 0; u < row->granted; u++) {
            eq_int(row->units[u].leaf, apps[i].cell);
            units[held++] = row->units[u];
        }
        uint32_t series = apps[i].cell;
        while (!q->cells[series].flexible && q->cells[series].parent != MATCH_NONE) {
            series = q->cells[series].parent;
        }
        bool waits = row->granted < apps[i].units;
        eq_int(row->waiting, waits ? ++queue[series] : 0);
        check(waits == (row->reason != MATCH_GRANTED) && waits == (row->pool_full || row->full != MATCH_NONE));
        check((row->reason == MATCH_PART_GRANTED) == (waits && row->granted > 0));
    }
    check(units_are_right(q, units, held));
}

TEST(ranking_equals_the_plain_greedy_and_queues_are_in_order)
{
    Rng r = {.state = 2};
    for (uint32_t run = 0; run < RUNS(3000); run++) {
        Quota q;
        make_quota(&q, &r);
        MatchApplication apps[APPS];
        uint32_t count = rng_below(&r, APPS + 1), granted[APPS];
        for (uint32_t i = 0; i < count; i++) {
            apps[i] = (MatchApplication){.id = UINT32_MAX - i,
                                         .units = rng_below(&r, 5),
                                         .cell = rng_below(&r, CELLS),
                                         .points = (int64_t)rng_below(&r, 4) - 1,
                                         .ticket = rng_below(&r, 2) ? rng_next(&r) : 3};
        }
        bool one_per_pass = rng_below(&r, 2);
        MatchLedger *l = NULL;
        MatchRanking out;
        Err err = {0};
        check(match_ledger_new(a, &q.tree, &l, &err));
        check(match_rank(a, l, apps, count, one_per_pass, &out, &err));
        check_ranks(&q, apps, count, &out);
        plain_grants(&q, apps, count, one_per_pass, granted);
        for (uint32_t i = 0; i < count; i++) {
            eq_int(out.rows[i].granted, granted[i]);
        }
        arena_reset(a);
    }
}

/* Six ask for one each of four units; whoever bends the outcome is found out. */
TEST(the_check_of_rankings_refuses_every_alteration)
{
    MatchCell cells[] = {{.parent = MATCH_NONE, .cap = 4}, {.parent = 0, .cap = 3}, {.parent = 0, .cap = 3}};
    MatchTree tree = {.cells = cells, .count = 3};
    MatchApplication apps[6];
    for (uint32_t i = 0; i < 6; i++) {
        apps[i] =
            (MatchApplication){.id = i, .units = 1, .cell = 1 + i % 2, .points = 60 - 10 * (int64_t)i, .ticket = i};
    }
    MatchLedger *l = NULL;
    MatchRanking out;
    Err err = {0};
    uint32_t before[3] = {0};
    check(match_ledger_new(a, &tree, &l, &err) && match_rank(a, l, apps, 6, false, &out, &err));
    MatchRankCheck in = {.tree = tree, .held_before = before, .apps = apps, .count = 6, .ranking = &out};
    check(match_verify_rank(a, &in, &err));
    MatchRanked kept = out.rows[3];
    out.rows[3] = (MatchRanked){.reason = MATCH_WAITING, .rank = 4, .waiting = 1, .full = 0}; /* a place is wasted */
    out.rows[4].waiting = 2;
    out.rows[5].waiting = 3;
    check(!match_verify_rank(a, &in, &err));
    MatchRanked last = out.rows[5];
    out.rows[5] =
        (MatchRanked){.reason = MATCH_GRANTED, .rank = 6, .granted = 1, .units = kept.units, .full = MATCH_NONE};
    check(!match_verify_rank(a, &in, &err)); /* given to one who stands below */
    out.rows[5] = last;
    out.rows[3] = kept;
    check(!match_verify_rank(a, &in, &err)); /* a waiting number is left out */
    out.rows[4].waiting = 1;
    out.rows[5].waiting = 2;
    check(match_verify_rank(a, &in, &err));
    cells[0].cap = 3;
    check(!match_verify_rank(a, &in, &err)); /* oversold */
    cells[0].cap = 4;
    before[0] = before[2] = 1;
    check(!match_verify_rank(a, &in, &err)); /* with what was held before */
    before[0] = before[2] = 0;
    apps[1].points = 99;
    check(!match_verify_rank(a, &in, &err)); /* out of order */
    apps[1].points = 50;
    out.rows[2].units = out.rows[0].units;
    check(!match_verify_rank(a, &in, &err)); /* one number twice */
}

TEST(ranking_refuses_doubles_strange_cells_and_too_many_units)
{
    MatchCell cells[] = {{.parent = MATCH_NONE, .cap = MATCH_NONE}};
    MatchTree tree = {.cells = cells, .count = 1};
    MatchLedger *l = NULL;
    Err err = {0};
    check(match_ledger_new(a, &tree, &l, &err));
    MatchApplication apps[] = {{.id = 1, .units = 2}, {.id = 1, .units = 1}};
    MatchRanking out;
    check(!match_rank(a, l, apps, 2, false, &out, &err) && err.code == ALREADY_EXISTS);
    apps[1].id = 2;
    apps[1].cell = 1;
    check(!match_rank(a, l, apps, 2, false, &out, &err) && err.code == FIELD_CHOICE);
    apps[1].cell = 0;
    apps[1].units = UINT32_MAX;
    check(!match_rank(a, l, apps, 2, false, &out, &err) && err.code == TOO_LARGE);
    apps[1].units = 0;
    check(match_rank(a, l, apps, 2, false, &out, &err));
    eq_int(out.rows[1].reason, MATCH_GRANTED);
    eq_int(match_ledger_held(l, 0), 2);
}

/* Employers that asked for 4,507 and a quota of 1,911, as in the first round ranked by points (2012). */
TEST(a_short_quota_is_used_up_and_the_rest_wait_in_order_of_points)
{
    Rng r = {.state = 3};
    enum { FIRMS = 2464, QUOTA = 1911 };
    MatchApplication *apps = ARENA_ARRAY(a, MatchApplication, FIRMS);
    uint32_t asked = 0;
    for (uint32_t i = 0; i < FIRMS; i++) {
        apps[i] = (MatchApplication){
            .id = i, .units = 1 + (i % 6 < 5), .points = 60 + rng_below(&r, 41), .ticket = rng_next(&r)};
        asked += apps[i].units;
    }
    MatchCell cell = {.parent = MATCH_NONE, .cap = QUOTA};
    MatchTree tree = {.cells = &cell, .count = 1};
    MatchLedger *l = NULL;
    MatchRanking out;
    check(match_ledger_new(a, &tree, &l, NULL) && match_rank(a, l, apps, FIRMS, false, &out, NULL));
    eq_int(match_ledger_held(l, 0), QUOTA);
    uint32_t waiting = 0;
    for (uint32_t k = 0; k < FIRMS; k++) {
        const MatchRanked *row = &out.rows[out.order[k]];
        check(row->waiting == 0 ? waiting == 0 : row->waiting == waiting + 1);
        waiting += row->waiting > 0;
        check(row->granted == 0 || row->units[row->granted - 1].number <= QUOTA);
    }
    check(waiting > 0 && out.cutoffs[0].binding && asked > QUOTA);
}

TEST(prefix_guarantee_holds_at_every_prefix_and_overtakes_no_member)
{
    Rng r = {.state = 4};
    for (uint32_t run = 0; run < 3000; run++) {
        uint32_t n = rng_below(&r, 40), share = rng_below(&r, 101), order[40], lifted[40], place[40];
        bool in_group[40];
        for (uint32_t i = 0; i < n; i++) {
            order[i] = n - 1 - i;
            in_group[i] = rng_below(&r, 4) == 0;
        }
        match_prefix(order, n, in_group, share, lifted);
        uint32_t members = 0, all_members = 0;
        for (uint32_t i = 0; i < n; i++) {
            all_members += in_group[i];
            place[lifted[i]] = i + 1;
        }
        for (uint32_t k = 0; k < n; k++) {
            members += in_group[lifted[k]];
            check(members * 100 >= share * (k + 1) || members == all_members);
            uint32_t was = n - lifted[k]; /* place before, from 1 */
            check(!in_group[lifted[k]] || k + 1 <= was);
            /* Parcoursup's bound for the others. */
            check(in_group[lifted[k]] || share == 100 || k + 1 <= 1 + was * 100 / (100 - share));
        }
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t k = 0; k < i; k++) {
                check(in_group[i] != in_group[k] || place[i] < place[k]); /* order within each kind stays */
            }
        }
    }
}

/* Worked by hand: one member is owed at once, the next at the fifth place. */
TEST(prefix_guarantee_of_a_quarter_takes_a_member_first)
{
    const uint32_t order[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const bool in_group[] = {false, false, false, false, true, false, true, false};
    uint32_t lifted[8];
    match_prefix(order, 8, in_group, 25, lifted);
    static const uint32_t want[] = {4, 0, 1, 2, 6, 3, 5, 7};
    for (uint32_t i = 0; i < 8; i++) {
        eq_int(lifted[i], want[i]);
    }
}
