/* roster_test.c: standing on the roster; and whole years of rounds, in which nobody is lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "random.h"

#include <string.h>

TEST(standing_equals_counting_and_a_person_counts_once)
{
    Rng r = {.state = 1};
    for (uint32_t run = 0; run < 300; run++) {
        MatchCandidate pool[50];
        uint32_t n = rng_below(&r, 50) + 1;
        for (uint32_t i = 0; i < n; i++) {
            pool[i] = (MatchCandidate){.id = 1000 - i,
                                       .group = rng_below(&r, 3),
                                       .standing = rng_below(&r, 4),
                                       .ticket = rng_below(&r, 2) ? 7 : rng_next(&r)};
        }
        MatchRoster *roster = NULL;
        Err err = {0};
        check(match_roster_new(a, pool, n, &roster, &err));
        for (uint32_t i = 0; i < n; i++) {
            uint32_t rank = 1, of = 0, equal = 0;
            for (uint32_t k = 0; k < n; k++) {
                const MatchCandidate *x = &pool[k], *me = &pool[i];
                if (x->group != me->group) {
                    continue;
                }
                of++;
                equal += k != i && x->standing == me->standing;
                rank += x->standing > me->standing ||
                        (x->standing == me->standing &&
                         (x->ticket < me->ticket || (x->ticket == me->ticket && x->id < me->id)));
            }
            MatchStanding s = match_standing(roster, i, 30, 10, 3);
            check(s.rank == rank && s.of == of && s.equal == equal);
            eq_int(s.wait_days_low, (rank - 1) * 30 / 10);
            eq_int(s.wait_days_high, (rank * 30 + 2) / 3);
            check(match_standing(roster, i, 30, 0, 0).wait_days_low == -1 &&
                  match_standing(roster, i, 30, 0, 0).wait_days_high == -1);
        }
        pool[0].id = pool[n - 1].id;
        check(n == 1 || (!match_roster_new(a, pool, n, &roster, &err) && err.code == DUPLICATE_PERSON));
        arena_reset(a);
    }
}

/* ---- Rounds after rounds: a small simulation with the engine in the loop ---- */

enum { PEOPLE = 400, MONTHS = 36, STAY = 8, EXPIRY = 24 };

typedef enum { ABSENT = 1, ON_ROSTER, PRESENT, LEFT, EXPIRED } Where;

typedef struct {
    Where where[PEOPLE];
    int since[PEOPLE];
    uint32_t exposure[PEOPLE];
    uint32_t picked_by_month[MONTHS];
} World;

static void admit(World *w, int month, Rng *r)
{
    for (uint32_t i = 0; i < PEOPLE; i++) {
        if (w->where[i] == ABSENT && rng_below(r, 12) == 0) {
            w->where[i] = ON_ROSTER;
            w->since[i] = month;
        }
    }
}

/* Refers from the roster; each employer takes the first referred who is still free, and some are refused by
 * the worker. */
static void refer_and_pick(Arena *a, World *w, int month, Hash seed, uint32_t refusal_percent, Rng *r)
{
    MatchCandidate pool[PEOPLE];
    MatchVacancy vacancies[12];
    uint32_t n = 0, group = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        if (w->where[i] == ON_ROSTER) {
            pool[n++] = (MatchCandidate){
                .id = i, .standing = i % 7, .exposure = w->exposure[i], .ticket = match_ticket_id(seed, i)};
        }
    }
    for (uint32_t v = 0; v < 12; v++) {
        vacancies[v] = (MatchVacancy){.id = v,
                                      .places = 1,
                                      .multiple = 3,
                                      .ticket = match_ticket_id(seed, v),
                                      .groups = &group,
                                      .group_count = 1};
    }
    MatchReferralRound round = {
        .pool = pool, .vacancies = vacancies, .pool_count = n, .vacancy_count = 12, .exposure_first = true};
    MatchReferral out;
    Err err = {0};
    check(match_referral(a, &round, &out, &err));
    for (uint32_t c = 0; c < n; c++) {
        w->exposure[pool[c].id] = out.exposure[c];
    }
    for (uint32_t v = 0; v < 12; v++) {
        for (uint32_t k = 0; k < out.rows[v].count; k++) {
            uint32_t person = pool[out.rows[v].candidates[k]].id;
            if (w->where[person] == ON_ROSTER && rng_below(r, 100) >= refusal_percent) {
                w->where[person] = PRESENT;
                w->since[person] = month;
                w->picked_by_month[month]++;
                break;
            }
        }
    }
}

static void let_time_pass(World *w, int month)
{
    for (uint32_t i = 0; i < PEOPLE; i++) {
        if (w->where[i] == PRESENT && month - w->since[i] >= STAY) {
            w->where[i] = LEFT;
        } else if (w->where[i] == ON_ROSTER && month - w->since[i] >= EXPIRY) {
            w->where[i] = EXPIRED;
        }
    }
}

static void live(Arena *a, World *w, uint64_t luck)
{
    memset(w, 0, sizeof *w);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        w->where[i] = ABSENT;
    }
    Rng r = {.state = luck};
    uint32_t entered = 0;
    for (int month = 0; month < MONTHS; month++) {
        admit(w, month, &r);
        Hash seed = hash_of((Str){(const char *)&month, sizeof month});
        refer_and_pick(a, w, month, seed, 20, &r);
        let_time_pass(w, month);
        uint32_t at[EXPIRED + 1] = {0};
        entered += w->picked_by_month[month];
        for (uint32_t i = 0; i < PEOPLE; i++) {
            at[w->where[i]]++;
            check(w->where[i] != PRESENT || month - w->since[i] < STAY);
            check(w->where[i] != ON_ROSTER || month - w->since[i] < EXPIRY);
        }
        eq_int(entered, at[PRESENT] + at[LEFT]);
        eq_int(at[ABSENT] + at[ON_ROSTER] + at[PRESENT] + at[LEFT] + at[EXPIRED], PEOPLE);
        check(w->picked_by_month[month] <= 12);
        arena_reset(a);
    }
    check(entered > 100);
}

TEST(years_of_rounds_lose_nobody_and_repeat_byte_for_byte)
{
    static World x, y, z;
    live(a, &x, 1);
    live(a, &y, 1);
    live(a, &z, 2);
    eq_int(memcmp(&x, &y, sizeof x), 0);
    check(memcmp(&x, &z, sizeof x) != 0);
}

/* A refusal is no input of the order: what the rule reads is standing, exposure and ticket. Who refused comes before
 * all that would have come after him had he not been referred to that vacancy at all. */
TEST(a_refusal_never_lowers_the_later_order)
{
    Rng r = {.state = 3};
    for (uint32_t run = 0; run < 300; run++) {
        MatchCandidate pool[30];
        uint32_t group = 0;
        for (uint32_t i = 0; i < 30; i++) {
            pool[i] = (MatchCandidate){.id = i, .standing = rng_below(&r, 3), .ticket = rng_next(&r)};
        }
        MatchVacancy first = {.places = 2, .multiple = 3, .groups = &group, .group_count = 1};
        MatchReferralRound round = {.pool = pool, .vacancies = &first, .pool_count = 30, .vacancy_count = 1};
        MatchReferral out;
        Err err = {0};
        check(match_referral(a, &round, &out, &err));
        uint32_t who = out.rows[0].candidates[rng_below(&r, out.rows[0].count)];
        for (uint32_t i = 0; i < 30; i++) {
            pool[i].exposure = out.exposure[i];
            pool[i].open = i == who ? 0 : out.open[i]; /* he refused: closed */
        }
        MatchRoster *before = NULL, *after = NULL;
        check(match_roster_new(a, pool, 30, &before, &err));
        MatchReferral refused, kept;
        round.open_limit = 5;
        check(match_referral(a, &round, &refused, &err));
        MatchLine line = match_referral_line(&refused, 0, who);
        pool[who].open = out.open[who]; /* had he not refused */
        check(match_referral(a, &round, &kept, &err));
        check(match_referral_line(&kept, 0, who).rank >= line.rank);
        check(match_roster_new(a, pool, 30, &after, &err));
        eq_int(match_standing(before, who, 30, 1, 1).rank, match_standing(after, who, 30, 1, 1).rank);
        arena_reset(a);
    }
}
