/* market_test.c: deferred acceptance against brute force, the properties of the issue, textbook cases, hostile input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "random.h"

#include <string.h>

static MatchOutcome solve(Arena *a, const MatchMarket *m)
{
    MatchOutcome out;
    Err err = {0};
    if (!match_deferred_acceptance(a, m, &out, &err)) {
        eq_text(str_from_c(err.text), "no error");
    }
    return out;
}

static uint32_t set_of(const Tiny *t, const uint32_t *held)
{
    uint32_t set = 0;
    for (uint32_t w = 0; w < t->m.worker_count; w++) {
        set |= held[w] == MATCH_NONE ? 0 : UINT32_C(1) << held[w];
    }
    return set;
}

/* By the definition: no cap broken, and no wish better than the one held that greedy choice would keep. */
static bool is_stable(const Tiny *t, const uint32_t *held)
{
    uint32_t set = set_of(t, held);
    if (!tiny_is_feasible(t, set)) {
        return false;
    }
    for (uint32_t w = 0; w < t->m.worker_count; w++) {
        uint32_t end = held[w] == MATCH_NONE ? t->starts[w + 1] : held[w];
        for (uint32_t i = t->starts[w]; i < end; i++) {
            if (tiny_choice(t, set | UINT32_C(1) << i) >> i & 1) {
                return false;
            }
        }
    }
    return true;
}

/* Walks all assignments; ret_best gets each worker's best wish in any stable one. Returns how many are stable. */
static uint32_t try_all(const Tiny *t, uint32_t *ret_best, Arena *a)
{
    uint32_t held[TINY_WORKERS], stable = 0, n = t->m.worker_count;
    for (uint32_t w = 0; w < n; w++) {
        ret_best[w] = held[w] = MATCH_NONE;
    }
    for (uint32_t w = 0; w < n;) {
        Err err = {0};
        bool right = is_stable(t, held);
        /* The checker must agree with the definition on every assignment, not only on the engine's. */
        check(match_verify(a, &t->m, held, &err) == right);
        for (uint32_t i = 0; right && i < n; i++) {
            ret_best[i] = held[i] < ret_best[i] ? held[i] : ret_best[i];
        }
        stable += right;
        for (w = 0; w < n; w++) {
            held[w] = held[w] == MATCH_NONE ? t->starts[w] : held[w] + 1;
            if (held[w] < t->starts[w + 1]) {
                break;
            }
            held[w] = MATCH_NONE;
        }
    }
    return stable;
}

static void brute_force(Arena *a, int shape, uint32_t runs)
{
    Rng r = {.state = 100 + (uint64_t)shape};
    for (uint32_t i = 0; i < runs; i++) {
        Tiny t;
        tiny_make(&t, &r, shape);
        MatchOutcome out = solve(a, &t.m);
        uint32_t best[TINY_WORKERS];
        check(try_all(&t, best, a) > 0);
        for (uint32_t w = 0; w < t.m.worker_count; w++) {
            eq_int(out.held[w], best[w]);
        }
        arena_reset(a);
    }
}

TEST_WITHIN(outcome_is_the_worker_optimal_stable_one_without_caps, 120)
{
    brute_force(a, 0, RUNS(40000));
}
TEST_WITHIN(outcome_is_the_worker_optimal_stable_one_with_nested_caps, 120)
{
    brute_force(a, 1, RUNS(40000));
}
TEST_WITHIN(outcome_is_the_worker_optimal_stable_one_with_a_flexible_pool, 120)
{
    brute_force(a, 2, RUNS(40000));
}

TEST_WITHIN(no_false_list_helps_its_worker, 120)
{
    Rng r = {.state = 7};
    for (uint32_t i = 0; i < RUNS(6000); i++) {
        Tiny t;
        tiny_make(&t, &r, (int)(i % 3));
        MatchOutcome honest = solve(a, &t.m);
        uint32_t n = t.m.vacancy_count;
        for (uint32_t w = 0; w < t.m.worker_count; w++) {
            uint32_t code_end = 1;
            for (uint32_t k = 0; k < 3; k++) {
                code_end *= n + 1;
            }
            for (uint32_t code = 0; code < code_end; code++) {
                uint32_t list[3], count = 0, rest = code;
                for (; count < 3 && rest % (n + 1) != n; rest /= n + 1) {
                    list[count++] = rest % (n + 1);
                }
                Tiny lie = t;
                lie.m.starts = lie.starts;
                lie.m.wish_vacancy = lie.wish_vacancy;
                lie.m.wish_points = lie.wish_points;
                tiny_set_list(&lie, w, list, count);
                uint32_t got = solve(a, &lie.m).held[w];
                uint32_t vacancy = got == MATCH_NONE ? MATCH_NONE : lie.wish_vacancy[got];
                uint32_t true_end = honest.held[w] == MATCH_NONE ? t.starts[w + 1] : honest.held[w];
                for (uint32_t k = t.starts[w]; k < true_end; k++) {
                    check(t.wish_vacancy[k] != vacancy);
                }
            }
        }
        arena_reset(a);
    }
}

/* Whether no worker but `except` is worse off in y than in x (same lists). */
static bool nobody_worse(const Tiny *t, const MatchOutcome *x, const MatchOutcome *y, uint32_t except)
{
    for (uint32_t w = 0; w < t->m.worker_count; w++) {
        if (w != except && y->held[w] > x->held[w]) {
            return false;
        }
    }
    return true;
}

TEST(better_points_or_a_rival_leaving_or_a_wider_nation_hurts_nobody)
{
    Rng r = {.state = 8};
    for (uint32_t i = 0; i < RUNS(40000); i++) {
        Tiny t;
        tiny_make(&t, &r, (int)(i % 3));
        MatchOutcome before = solve(a, &t.m);
        uint32_t w = rng_below(&r, t.m.worker_count), start = t.starts[w], end = t.starts[w + 1];
        for (uint32_t k = start; k < end; k++) {
            t.wish_points[k]++;
        }
        check(solve(a, &t.m).held[w] <= before.held[w]);
        for (uint32_t k = start; k < end; k++) {
            t.wish_points[k]--;
        }
        if (t.m.tree.count > 0 && t.cells[0].cap != MATCH_NONE) {
            t.cells[0].cap++;
            MatchOutcome wider = solve(a, &t.m);
            check(nobody_worse(&t, &before, &wider, MATCH_NONE));
            t.cells[0].cap--;
        }
        if (i % 3 == 2) {
            /* Without a cap above the pool. With one, a wider pool lets some in who push others out: see below. */
            uint32_t nation = t.cells[0].cap;
            t.cells[0].cap = MATCH_NONE;
            MatchOutcome narrow = solve(a, &t.m);
            t.m.tree.pool++;
            MatchOutcome wider = solve(a, &t.m);
            check(nobody_worse(&t, &narrow, &wider, MATCH_NONE));
            t.m.tree.pool--;
            t.cells[0].cap = nation;
        }
        /* Without the list of w; the places of the others' wishes must not move, so w wishes what has no seats. */
        MatchSeats closed[TINY_VACANCIES + 1] = {{0}};
        memcpy(closed, t.vacancies, sizeof t.vacancies);
        closed[t.m.vacancy_count] = (MatchSeats){.seats = 0, .cell = MATCH_NONE};
        t.m.vacancies = closed;
        for (uint32_t k = start; k < end; k++) {
            t.wish_vacancy[k] = t.m.vacancy_count;
        }
        t.m.vacancy_count++;
        MatchOutcome alone = solve(a, &t.m);
        check(nobody_worse(&t, &before, &alone, w));
        arena_reset(a);
    }
}

/* Widens a region (shape 1) or the pool below a national cap (shape 2) until somebody loses by it. */
static void find_loser(Arena *a, int shape)
{
    Rng r = {.state = 9};
    uint32_t found = 0;
    for (uint32_t i = 0; i < 20000 && found == 0; i++) {
        Tiny t;
        tiny_make(&t, &r, shape);
        MatchOutcome before = solve(a, &t.m);
        if (shape == 2 || t.cells[3].cap != MATCH_NONE) {
            *(shape == 2 ? &t.m.tree.pool : &t.cells[3].cap) += 1;
            MatchOutcome after = solve(a, &t.m);
            MatchDifference d = match_compare(a, &t.m, &before, &after);
            eq_int(d.better + d.worse + d.same, t.m.worker_count);
            if (d.worse > 0) {
                check(after.held[d.workers[0]] > before.held[d.workers[0]]);
                found++;
            }
        }
        arena_reset(a);
    }
    check(found > 0);
}

TEST(one_more_place_in_a_region_may_hurt_and_the_comparison_lists_the_loser)
{
    find_loser(a, 1);
}
TEST(a_wider_pool_below_a_full_nation_may_hurt_and_the_comparison_lists_the_loser)
{
    find_loser(a, 2);
}

TEST(a_scenario_without_change_equals_the_baseline)
{
    Rng r = {.state = 10};
    for (uint32_t i = 0; i < 500; i++) {
        Tiny t;
        tiny_make(&t, &r, 2);
        MatchOutcome x = solve(a, &t.m), y = solve(a, &t.m);
        eq_int(memcmp(x.held, y.held, t.m.worker_count * sizeof *x.held), 0);
        MatchDifference d = match_compare(a, &t.m, &x, &y);
        eq_int(d.same, t.m.worker_count);
        arena_reset(a);
    }
}

/* A market of a few hundred with everything binding; tickets are unique, so names may be shuffled. */
enum { LIST = 6 };

static MatchMarket middle_market(Arena *a, Rng *r, uint32_t workers, uint32_t vacancies)
{
    MatchCell *cells = ARENA_ARRAY(a, MatchCell, 13);
    cells[0] = (MatchCell){.parent = MATCH_NONE, .cap = vacancies};
    for (uint32_t i = 1; i < 4; i++) {
        cells[i] = (MatchCell){.parent = 0, .cap = MATCH_NONE, .flexible = true, .own = vacancies / 5};
    }
    for (uint32_t i = 4; i < 13; i++) {
        cells[i] = (MatchCell){.parent = 1 + (i - 4) / 3, .cap = vacancies / 8};
    }
    MatchSeats *seats = ARENA_ARRAY(a, MatchSeats, vacancies);
    for (uint32_t v = 0; v < vacancies; v++) {
        seats[v] = (MatchSeats){.seats = 1 + rng_below(r, 3), .cell = 4 + rng_below(r, 9)};
    }
    uint64_t *tickets = ARENA_ARRAY(a, uint64_t, workers);
    uint32_t *starts = ARENA_ARRAY(a, uint32_t, workers + 1), *wish = ARENA_ARRAY(a, uint32_t, workers * LIST);
    int32_t *points = ARENA_ARRAY(a, int32_t, workers * LIST);
    for (uint32_t w = 0; w < workers; w++) {
        tickets[w] = rng_next(r);
        int32_t base = (int32_t)rng_below(r, 20);
        for (uint32_t i = 0; i < LIST; i++) {
            wish[w * LIST + i] = rng_below(r, vacancies);
            points[w * LIST + i] = base + (int32_t)rng_below(r, 4);
        }
        starts[w + 1] = (w + 1) * LIST;
    }
    return (MatchMarket){.tickets = tickets,
                         .starts = starts,
                         .wish_vacancy = wish,
                         .wish_points = points,
                         .vacancies = seats,
                         .worker_count = workers,
                         .vacancy_count = vacancies,
                         .tree = {.cells = cells, .count = 13, .pool = vacancies / 7}};
}

static uint32_t *shuffled(Arena *a, Rng *r, uint32_t n)
{
    uint32_t *order = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to = rng_below(r, i + 1);
        order[i] = order[to];
        order[to] = i;
    }
    return order;
}

TEST(the_order_of_the_input_does_not_matter)
{
    Rng r = {.state = 11};
    MatchMarket m = middle_market(a, &r, 1500, 200);
    MatchOutcome plain = solve(a, &m);
    check(plain.displaced > 50 && plain.placed > 100);
    for (int round = 0; round < 100; round++) {
        const uint32_t *from = shuffled(a, &r, m.worker_count), *name = shuffled(a, &r, m.vacancy_count);
        uint64_t *tickets = ARENA_ARRAY(a, uint64_t, m.worker_count);
        uint32_t *wish = ARENA_ARRAY(a, uint32_t, m.worker_count * LIST);
        int32_t *points = ARENA_ARRAY(a, int32_t, m.worker_count * LIST);
        MatchSeats *seats = ARENA_ARRAY(a, MatchSeats, m.vacancy_count);
        for (uint32_t v = 0; v < m.vacancy_count; v++) {
            seats[name[v]] = m.vacancies[v];
        }
        for (uint32_t w = 0; w < m.worker_count; w++) {
            tickets[w] = m.tickets[from[w]];
            for (uint32_t i = 0; i < LIST; i++) {
                wish[w * LIST + i] = name[m.wish_vacancy[from[w] * LIST + i]];
                points[w * LIST + i] = m.wish_points[from[w] * LIST + i];
            }
        }
        MatchMarket other = m;
        other.tickets = tickets;
        other.wish_vacancy = wish;
        other.wish_points = points;
        other.vacancies = seats;
        MatchOutcome out = solve(a, &other);
        for (uint32_t w = 0; w < m.worker_count; w++) {
            uint32_t was = plain.held[from[w]];
            eq_int(out.held[w], was == MATCH_NONE ? MATCH_NONE : was - from[w] * LIST + w * LIST);
        }
    }
}

/* One worker's list shuffled and cut, among many; what he gets is judged by his true list. */
TEST_WITHIN(no_random_false_list_helps_in_a_large_market, 60)
{
    Rng r = {.state = 15};
    MatchMarket m = middle_market(a, &r, 3000, 400);
    MatchOutcome honest = solve(a, &m);
    uint32_t *wish = ARENA_ARRAY(a, uint32_t, 3000 * LIST);
    int32_t *points = ARENA_ARRAY(a, int32_t, 3000 * LIST);
    MatchMarket lie = m;
    lie.wish_vacancy = wish;
    lie.wish_points = points;
    memcpy(wish, m.wish_vacancy, 3000 * LIST * sizeof *wish);
    memcpy(points, m.wish_points, 3000 * LIST * sizeof *points);
    for (uint32_t run = 0; run < RUNS(1000); run++) {
        Arena *b = arena_new(0);
        uint32_t w = rng_below(&r, 3000), at = w * LIST;
        const uint32_t *order = shuffled(b, &r, LIST);
        uint32_t kept = 1 + rng_below(&r, LIST);
        for (uint32_t i = 0; i < LIST; i++) {
            uint32_t from = at + order[i < kept ? i : 0]; /* cut: the first again, which gives nothing new */
            wish[at + i] = m.wish_vacancy[from];
            points[at + i] = m.wish_points[from];
        }
        uint32_t got = solve(b, &lie).held[w];
        uint32_t true_end = honest.held[w] == MATCH_NONE ? at + LIST : honest.held[w];
        for (uint32_t k = at; k < true_end && got != MATCH_NONE; k++) {
            check(m.wish_vacancy[k] != wish[got] ||
                  (honest.held[w] != MATCH_NONE && m.wish_vacancy[honest.held[w]] == wish[got]));
        }
        memcpy(wish + at, m.wish_vacancy + at, LIST * sizeof *wish);
        memcpy(points + at, m.wish_points + at, LIST * sizeof *points);
        arena_free(b);
    }
}

TEST(another_seed_moves_ties_only)
{
    Rng r = {.state = 12};
    MatchMarket m = middle_market(a, &r, 600, 80);
    MatchOutcome x = solve(a, &m);
    /* Distinct points leave nothing to luck. */
    int32_t *points = ARENA_ARRAY(a, int32_t, 600 * LIST);
    for (uint32_t i = 0; i < 600 * LIST; i++) {
        points[i] = m.wish_points[i] * 1000 + (int32_t)(i / LIST);
    }
    MatchMarket distinct = m;
    distinct.wish_points = points;
    MatchOutcome y = solve(a, &distinct);
    uint64_t *tickets = ARENA_ARRAY(a, uint64_t, 600);
    for (uint32_t w = 0; w < 600; w++) {
        tickets[w] = rng_next(&r);
    }
    m.tickets = distinct.tickets = tickets;
    MatchOutcome x2 = solve(a, &m), y2 = solve(a, &distinct);
    check(memcmp(x.held, x2.held, 600 * sizeof *x.held) != 0);
    eq_int(memcmp(y.held, y2.held, 600 * sizeof *y.held), 0);
}

TEST(each_wish_has_a_reason_that_the_public_figures_bear_out)
{
    Rng r = {.state = 13};
    MatchMarket m = middle_market(a, &r, 1000, 120);
    MatchOutcome out = solve(a, &m);
    uint32_t seen[MATCH_NOT_REACHED + 1] = {0};
    for (uint32_t w = 0; w < 1000; w++) {
        MatchWish lines[LIST];
        eq_int(match_wishes(&m, &out, w, lines), LIST);
        uint32_t first = MATCH_NONE;
        for (uint32_t i = 0; i < LIST; i++) {
            seen[lines[i].reason]++;
            bool is_cut = lines[i].reason == MATCH_CUT_VACANCY || lines[i].reason == MATCH_CUT_CELL ||
                          lines[i].reason == MATCH_CUT_POOL;
            const MatchCutoff *own = &lines[i].own, *cut = &lines[i].cutoff;
            check(!is_cut || own->standing < cut->standing ||
                  (own->standing == cut->standing && own->ticket > cut->ticket));
            first = !is_cut && first == MATCH_NONE ? i : first;
        }
        /* The first wish that no cutoff refuses is the one given. */
        eq_int(out.held[w], first == MATCH_NONE ? MATCH_NONE : w * LIST + first);
    }
    check(seen[MATCH_PLACED] == out.placed && seen[MATCH_CUT_VACANCY] > 0);
    check(seen[MATCH_CUT_CELL] > 0 && seen[MATCH_CUT_POOL] > 0 && seen[MATCH_NOT_REACHED] > 0);
}

TEST(the_check_refuses_every_single_alteration)
{
    Rng r = {.state = 14};
    MatchMarket m = middle_market(a, &r, 400, 60);
    MatchOutcome out = solve(a, &m);
    uint32_t refused = 0, tried = 0;
    for (uint32_t w = 0; w < 400; w++) {
        uint32_t was = out.held[w];
        for (uint32_t i = 0; i <= LIST; i++) {
            uint32_t other = i == LIST ? MATCH_NONE : w * LIST + i;
            if (other == was) {
                continue;
            }
            out.held[w] = other;
            Err err = {0};
            tried++;
            refused += !match_verify(a, &m, out.held, &err);
        }
        out.held[w] = was;
    }
    /* Only naming the same vacancy twice in a list leaves two right answers. */
    check(refused > tried * 99 / 100);
    out.held[3] = 399 * LIST + 1;
    Err err = {0};
    check(!match_verify(a, &m, out.held, &err));
    eq_int(err.code, CANNOT_DECIDE);
}

/* Gale and Shapley 1962, example 1: three men and three women, cyclic; the men's proposals give each his first. */
TEST(gale_shapley_1962_example_1)
{
    static const uint32_t starts[] = {0, 3, 6, 9}, wish[] = {0, 1, 2, 1, 2, 0, 2, 0, 1};
    static const int32_t points[] = {1, 2, 3, 1, 2, 3, 1, 2, 3};
    static const uint64_t tickets[] = {1, 2, 3};
    static const MatchSeats seats[] = {{1, MATCH_NONE}, {1, MATCH_NONE}, {1, MATCH_NONE}};
    MatchMarket m = {tickets, starts, wish, points, seats, 3, 3, {0}};
    MatchOutcome out = solve(a, &m);
    eq_int(out.held[0], 0);
    eq_int(out.held[1], 3);
    eq_int(out.held[2], 6);
}

/* Gale and Shapley 1962, example 2: one stable set of marriages: alpha C, beta D, gamma A, delta B. */
TEST(gale_shapley_1962_example_2)
{
    /* Ranks (of the man's list, of the woman's list), rows alpha … delta, columns A … D, as printed. */
    static const int man_ranks[4][4] = {{1, 2, 3, 4}, {1, 4, 3, 2}, {2, 1, 3, 4}, {4, 2, 3, 1}};
    static const int woman_ranks[4][4] = {{3, 3, 2, 3}, {4, 1, 3, 2}, {2, 4, 4, 1}, {1, 2, 1, 4}};
    uint32_t starts[] = {0, 4, 8, 12, 16}, wish[16];
    int32_t points[16];
    for (int man = 0; man < 4; man++) {
        for (int woman = 0; woman < 4; woman++) {
            int at = man * 4 + man_ranks[man][woman] - 1;
            wish[at] = (uint32_t)woman;
            points[at] = -woman_ranks[man][woman];
        }
    }
    static const uint64_t tickets[] = {1, 2, 3, 4};
    static const MatchSeats seats[] = {{1, MATCH_NONE}, {1, MATCH_NONE}, {1, MATCH_NONE}, {1, MATCH_NONE}};
    MatchMarket m = {tickets, starts, wish, points, seats, 4, 4, {0}};
    MatchOutcome out = solve(a, &m);
    static const uint32_t women[] = {2, 3, 0, 1};
    for (uint32_t man = 0; man < 4; man++) {
        eq_int(wish[out.held[man]], women[man]);
    }
}

/* The matching programme's own example of the applicant-proposing algorithm of Roth and Peranson ("Run a match"): five
 * applicants, three hospitals with two places each. Pairs that a hospital does not rank are no wishes here. */
TEST(roth_peranson_example_of_the_matching_programme)
{
    enum { ANDERSON, CHEN, FORD, DAVIS, EASTMAN, MERCY = 0, CITY, GENERAL };
    static const uint32_t starts[] = {0, 1, 3, 6, 8, 10};
    static const uint32_t wish[] = {CITY, CITY, MERCY, CITY, GENERAL, MERCY, CITY, GENERAL, CITY, GENERAL};
    /* Less the place on the hospital's list. */
    static const int32_t points[] = {-2, -3, -1, -5, -3, -2, -4, -4, -1, -1};
    static const uint64_t tickets[] = {1, 1, 1, 1, 1};
    static const MatchSeats seats[] = {{2, MATCH_NONE}, {2, MATCH_NONE}, {2, MATCH_NONE}};
    MatchMarket m = {tickets, starts, wish, points, seats, 5, 3, {0}};
    MatchOutcome out = solve(a, &m);
    static const uint32_t want[] = {CITY, MERCY, GENERAL, GENERAL, CITY};
    for (uint32_t w = ANDERSON; w <= EASTMAN; w++) {
        eq_int(wish[out.held[w]], want[w]);
    }
}

/* Kamada and Kojima's example: 10 doctors, two hospitals of one region with cap 10 and targets 5; 3 want the first, 7
 * the second. Fixed targets fill 8 places; the flexible pool fills all 10. */
TEST(kamada_kojima_example_fills_ten)
{
    uint64_t tickets[10];
    uint32_t starts[11], wish[10];
    int32_t points[10] = {0};
    for (uint32_t w = 0; w < 10; w++) {
        tickets[w] = w;
        starts[w] = w;
        wish[w] = w < 3 ? 0 : 1;
    }
    starts[10] = 10;
    static const MatchSeats seats[] = {{10, 1}, {10, 2}};
    MatchCell cells[] = {{.parent = MATCH_NONE, .cap = 10},
                         {.parent = 0, .cap = 10, .flexible = true, .own = 5},
                         {.parent = 0, .cap = 10, .flexible = true, .own = 5}};
    MatchMarket m = {tickets, starts, wish, points, seats, 10, 2, {.cells = cells, .count = 3}};
    eq_int(solve(a, &m).placed, 8);
    m.tree.pool = 2;
    eq_int(solve(a, &m).placed, 10);
}

TEST(hostile_markets_end_in_an_answer_or_an_error)
{
    Err err = {0};
    MatchOutcome out;
    MatchMarket empty = {0};
    check(match_deferred_acceptance(a, &empty, &out, &err));
    eq_int(out.placed, 0);
    static const uint64_t tickets[] = {5, 5, 5};
    static const int32_t points[] = {INT32_MAX, INT32_MIN, INT32_MAX};
    uint32_t starts[] = {0, 1, 2, 3}, wish[] = {0, 0, 0};
    MatchSeats seats[] = {{UINT32_MAX, MATCH_NONE}};
    MatchMarket m = {tickets, starts, wish, points, seats, 3, 1, {0}};
    check(match_deferred_acceptance(a, &m, &out, &err));
    eq_int(out.placed, 3);
    seats[0].seats = 1;
    check(match_deferred_acceptance(a, &m, &out, &err));
    check(out.held[0] == 0 && out.held[1] == MATCH_NONE && out.held[2] == MATCH_NONE);
    seats[0].seats = 0;
    check(match_deferred_acceptance(a, &m, &out, &err));
    eq_int(out.placed, 0);
    wish[1] = 1;
    check(!match_deferred_acceptance(a, &m, &out, &err));
    eq_int(err.code, BAD_REQUEST);
    wish[1] = 0;
    starts[1] = 3;
    check(!match_deferred_acceptance(a, &m, &out, &err));
    starts[1] = 1;
    seats[0].cell = 0;
    check(!match_deferred_acceptance(a, &m, &out, &err));
    MatchCell cells[] = {{.parent = 0, .cap = 1}, {.parent = 0, .cap = 1}};
    m.tree = (MatchTree){.cells = cells, .count = 2};
    check(!match_deferred_acceptance(a, &m, &out, &err));
    cells[0].parent = MATCH_NONE;
    cells[0].flexible = cells[1].flexible = true;
    check(!match_deferred_acceptance(a, &m, &out, &err));
    cells[1].flexible = false;
    check(match_deferred_acceptance(a, &m, &out, &err));
}

TEST(one_giant_vacancy_with_everybody_tied)
{
    enum { N = 30000 };
    uint64_t *tickets = ARENA_ARRAY(a, uint64_t, N);
    uint32_t *starts = ARENA_ARRAY(a, uint32_t, N + 1), *wish = ARENA_ARRAY(a, uint32_t, 2 * N);
    int32_t *points = ARENA_ARRAY(a, int32_t, 2 * N);
    for (uint32_t w = 0; w < N; w++) {
        tickets[w] = N - w;
        starts[w + 1] = 2 * (w + 1);
        wish[2 * w + 1] = 1;
        points[2 * w] = (int32_t)(w % 7);
    }
    MatchSeats seats[] = {{N / 2, 0}, {N, 0}};
    MatchCell cells[] = {{.parent = MATCH_NONE, .cap = N - 100}};
    MatchMarket m = {tickets, starts, wish, points, seats, N, 2, {.cells = cells, .count = 1}};
    MatchOutcome out = solve(a, &m);
    eq_int(out.placed, N - 100);
    eq_int(out.filled[0], N / 2);
}
