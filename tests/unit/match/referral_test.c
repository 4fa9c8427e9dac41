/* referral_test.c: referral rounds against a plain second way of doing them, with the invariants of the issue.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "random.h"

#include <string.h>

enum { POOL = 60, VACANCIES = 25, GROUPS = 4, LISTED = 12 };

typedef struct {
    MatchReferralRound round;
    MatchCandidate pool[POOL];
    MatchVacancy vacancies[VACANCIES];
    uint32_t groups[VACANCIES][GROUPS], listed[VACANCIES][LISTED], barred[VACANCIES][LISTED];
} Small;

static uint32_t some_ids(Rng *r, const Small *s, uint32_t *ret, uint32_t most)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->round.pool_count && n < most; i++) {
        if (rng_below(r, 4) == 0) {
            ret[n++] = s->pool[i].id;
        }
    }
    return n;
}

static void make_small(Small *s, Rng *r)
{
    memset(s, 0, sizeof *s);
    s->round = (MatchReferralRound){.pool = s->pool,
                                    .vacancies = s->vacancies,
                                    .pool_count = rng_below(r, POOL + 1),
                                    .vacancy_count = rng_below(r, VACANCIES + 1),
                                    .exposure_first = rng_below(r, 2),
                                    .open_limit = rng_below(r, 2) ? 0 : 1 + rng_below(r, 4)};
    uint32_t levels = 1 + rng_below(r, 5), most_exposure = rng_below(r, 3) + 1;
    for (uint32_t i = 0; i < s->round.pool_count; i++) {
        s->pool[i] = (MatchCandidate){.id = UINT32_MAX - i * 7,
                                      .group = 100 + rng_below(r, GROUPS),
                                      .ticket = rng_next(r),
                                      .standing = (int64_t)rng_below(r, levels) - 2,
                                      .exposure = rng_below(r, most_exposure),
                                      .open = rng_below(r, 2)};
    }
    for (uint32_t v = 0; v < s->round.vacancy_count; v++) {
        MatchVacancy *x = &s->vacancies[v];
        *x = (MatchVacancy){.id = v,
                            .places = rng_below(r, 4),
                            .multiple = 3,
                            .priority = rng_below(r, 3),
                            .ticket = rng_below(r, 2) ? 5 : rng_next(r),
                            .groups = s->groups[v],
                            .barred = s->barred[v]};
        for (uint32_t g = 0; g < GROUPS; g++) {
            if (rng_below(r, 2)) {
                s->groups[v][x->group_count++] = 100 + g + (g == 3 && rng_below(r, 4) == 0);
            }
        }
        if (rng_below(r, 3) == 0) {
            x->listed = s->listed[v];
            x->listed_count = some_ids(r, s, s->listed[v], LISTED);
        }
        x->barred_count = rng_below(r, 2) ? 0 : some_ids(r, s, s->barred[v], LISTED);
    }
}

static bool has(const uint32_t *list, uint32_t count, uint32_t x)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == x) {
            return true;
        }
    }
    return false;
}

static bool is_eligible(const MatchVacancy *v, const MatchCandidate *c)
{
    return !has(v->barred, v->barred_count, c->id) &&
           (v->listed ? has(v->listed, v->listed_count, c->id) : has(v->groups, v->group_count, c->group));
}

typedef struct {
    uint32_t exposure[POOL], open[POOL];
    bool done[VACANCIES];
} Plain;

/* The next vacancy to serve. */
static uint32_t next_vacancy(const Small *s, const Plain *p)
{
    uint32_t best = MATCH_NONE;
    for (uint32_t v = 0; v < s->round.vacancy_count; v++) {
        const MatchVacancy *x = &s->vacancies[v], *y = best == MATCH_NONE ? NULL : &s->vacancies[best];
        if (!p->done[v] &&
            (y == NULL || x->priority > y->priority ||
             (x->priority == y->priority && (x->ticket < y->ticket || (x->ticket == y->ticket && x->id < y->id))))) {
            best = v;
        }
    }
    return best;
}

static bool goes_first(const Small *s, const Plain *p, uint32_t c, uint32_t d)
{
    const MatchCandidate *x = &s->pool[c], *y = &s->pool[d];
    if (s->round.exposure_first && p->exposure[c] != p->exposure[d]) {
        return p->exposure[c] < p->exposure[d];
    }
    if (x->standing != y->standing) {
        return x->standing > y->standing;
    }
    if (p->exposure[c] != p->exposure[d]) {
        return p->exposure[c] < p->exposure[d];
    }
    return x->ticket != y->ticket ? x->ticket < y->ticket : x->id < y->id;
}

static bool may_come(const Small *s, const Plain *p, const MatchVacancy *v, uint32_t c)
{
    return is_eligible(v, &s->pool[c]) && (s->round.open_limit == 0 || p->open[c] < s->round.open_limit);
}

/* Rank of c among those who may come, from 1. */
static uint32_t plain_rank(const Small *s, const Plain *p, const MatchVacancy *v, uint32_t c)
{
    uint32_t rank = 1;
    for (uint32_t d = 0; d < s->round.pool_count; d++) {
        rank += d != c && may_come(s, p, v, d) && goes_first(s, p, d, c);
    }
    return rank;
}

/* Serves one vacancy the plain way and compares the row and everybody's line. */
static void check_vacancy(const Small *s, Plain *p, const MatchReferral *r, uint32_t v)
{
    const MatchVacancy *x = &s->vacancies[v];
    const MatchReferred *row = &r->rows[v];
    uint32_t may = 0, eligible = 0, wanted = x->places * x->multiple;
    for (uint32_t c = 0; c < s->round.pool_count; c++) {
        may += may_come(s, p, x, c);
        eligible += is_eligible(x, &s->pool[c]);
    }
    eq_int(row->wanted, wanted);
    eq_int(row->eligible, eligible);
    eq_int(row->count, may < wanted ? may : wanted);
    eq_int(row->cutoff.binding, may > wanted && wanted > 0);
    for (uint32_t c = 0; c < s->round.pool_count; c++) {
        MatchLine line = match_referral_line(r, v, c);
        uint32_t rank = plain_rank(s, p, x, c);
        bool is_in = may_come(s, p, x, c);
        check(is_in ? line.rank == rank && line.of == may : line.rank == 0);
        check((line.reason == MATCH_REFERRED) == (is_in && rank <= wanted));
        check((line.reason == MATCH_NOT_ELIGIBLE || line.reason == MATCH_BARRED) == !is_eligible(x, &s->pool[c]));
        check((line.reason == MATCH_OPEN_LIMIT) == (is_eligible(x, &s->pool[c]) && !is_in));
        check(line.reason != MATCH_REFERRED || row->candidates[rank - 1] == c);
        check(line.reason != MATCH_LOWER_STANDING || line.own.standing < line.cutoff.standing);
        check(line.reason != MATCH_MORE_EXPOSURE || line.own.exposure > line.cutoff.exposure);
        check(line.reason != MATCH_LATER_TICKET ||
              (line.own.standing == line.cutoff.standing && line.own.exposure == line.cutoff.exposure));
    }
    for (uint32_t i = 0; i < row->count; i++) {
        p->exposure[row->candidates[i]]++;
        p->open[row->candidates[i]]++;
    }
    p->done[v] = true;
}

TEST_WITHIN(referral_equals_the_plain_way_and_every_line_is_right, 120)
{
    Rng r = {.state = 1};
    for (uint32_t i = 0; i < RUNS(1500); i++) {
        Small s;
        make_small(&s, &r);
        MatchReferral out;
        Err err = {0};
        check(match_referral(a, &s.round, &out, &err));
        check(match_verify_referral(a, &out, &err));
        Plain p = {0};
        for (uint32_t c = 0; c < s.round.pool_count; c++) {
            p.exposure[c] = s.pool[c].exposure;
            p.open[c] = s.pool[c].open;
        }
        for (uint32_t turn = 0; turn < s.round.vacancy_count; turn++) {
            uint32_t v = next_vacancy(&s, &p);
            eq_int(out.rows[v].turn, turn);
            check_vacancy(&s, &p, &out, v);
        }
        for (uint32_t c = 0; c < s.round.pool_count; c++) {
            eq_int(out.exposure[c], p.exposure[c]);
            eq_int(out.open[c], p.open[c]);
        }
        arena_reset(a);
    }
}

/* Many rounds on one roster; exposure carries over. */
TEST(equal_standing_never_differs_by_more_than_one_showing)
{
    Rng r = {.state = 2};
    for (uint32_t run = 0; run < RUNS(300); run++) {
        Small s;
        make_small(&s, &r);
        for (uint32_t c = 0; c < s.round.pool_count; c++) {
            s.pool[c].exposure = 0;
        }
        s.round.open_limit = 0;
        for (uint32_t v = 0; v < s.round.vacancy_count; v++) {
            s.vacancies[v].listed = NULL;
            s.vacancies[v].barred_count = 0;
        }
        for (int round = 0; round < 5; round++) {
            MatchReferral out;
            Err err = {0};
            check(match_referral(a, &s.round, &out, &err));
            for (uint32_t c = 0; c < s.round.pool_count; c++) {
                s.pool[c].exposure = out.exposure[c];
            }
            for (uint32_t c = 0; c < s.round.pool_count; c++) {
                for (uint32_t d = 0; d < c; d++) {
                    bool equal = s.pool[c].group == s.pool[d].group && s.pool[c].standing == s.pool[d].standing;
                    check(!equal || (out.exposure[c] <= out.exposure[d] + 1 && out.exposure[d] <= out.exposure[c] + 1));
                }
            }
        }
        arena_reset(a);
    }
}

TEST(every_vacancy_gets_three_times_its_places_or_all_eligible)
{
    Rng r = {.state = 3};
    for (uint32_t i = 0; i < 500; i++) {
        Small s;
        make_small(&s, &r);
        s.round.open_limit = 0;
        MatchReferral out;
        Err err = {0};
        check(match_referral(a, &s.round, &out, &err));
        for (uint32_t v = 0; v < s.round.vacancy_count; v++) {
            check(out.rows[v].count >= 3 * s.vacancies[v].places || out.rows[v].count == out.rows[v].eligible);
        }
        arena_reset(a);
    }
}

TEST(shuffled_input_gives_the_same_referrals)
{
    Rng r = {.state = 4};
    for (uint32_t i = 0; i < 200; i++) {
        Small s;
        make_small(&s, &r);
        MatchReferral x, y;
        Err err = {0};
        check(match_referral(a, &s.round, &x, &err));
        MatchCandidate *pool = ARENA_ARRAY(a, MatchCandidate, POOL);
        MatchVacancy *vacancies = ARENA_ARRAY(a, MatchVacancy, VACANCIES);
        uint32_t n = s.round.pool_count, m = s.round.vacancy_count;
        for (uint32_t c = 0; c < n; c++) {
            pool[n - 1 - c] = s.pool[c];
        }
        for (uint32_t v = 0; v < m; v++) {
            vacancies[m - 1 - v] = s.vacancies[v];
        }
        MatchReferralRound turned = s.round;
        turned.pool = pool;
        turned.vacancies = vacancies;
        check(match_referral(a, &turned, &y, &err));
        for (uint32_t v = 0; v < m; v++) {
            const MatchReferred *p = &x.rows[v], *q = &y.rows[m - 1 - v];
            eq_int(p->count, q->count);
            for (uint32_t k = 0; k < p->count; k++) {
                eq_int(s.pool[p->candidates[k]].id, pool[q->candidates[k]].id);
            }
        }
        arena_reset(a);
    }
}

TEST(another_seed_moves_only_equals)
{
    Rng r = {.state = 5};
    MatchCandidate pool[40];
    uint32_t group = 1;
    MatchVacancy vacancy = {.places = 4, .multiple = 3, .groups = &group, .group_count = 1};
    for (uint32_t i = 0; i < 40; i++) {
        pool[i] = (MatchCandidate){.id = i, .group = 1, .standing = i / 5};
    }
    uint32_t differ = 0, last[12] = {0};
    for (uint32_t seed = 0; seed < 20; seed++) {
        Hash h = hash_of((Str){(const char *)&seed, sizeof seed});
        for (uint32_t i = 0; i < 40; i++) {
            pool[i].ticket = match_ticket_id(h, pool[i].id);
        }
        MatchReferralRound round = {.pool = pool, .vacancies = &vacancy, .pool_count = 40, .vacancy_count = 1};
        MatchReferral out;
        Err err = {0};
        check(match_referral(a, &round, &out, &err));
        for (uint32_t i = 0; i < 12; i++) {
            eq_int(pool[out.rows[0].candidates[i]].standing, 7 - i / 5);
            differ += seed > 0 && last[i] != out.rows[0].candidates[i];
            last[i] = out.rows[0].candidates[i];
        }
    }
    check(differ > 20 && rng_next(&r) != 0);
}

static ErrCode code_of(Arena *a, const MatchReferralRound *round)
{
    MatchReferral out;
    Err err = {0};
    bool fine = match_referral(a, round, &out, &err);
    check(fine == (err.code == OK));
    return err.code;
}

TEST(hostile_rounds_end_in_a_clear_error)
{
    MatchReferralRound round = {0};
    eq_int(code_of(a, &round), OK);
    MatchCandidate pool[] = {{.id = 7, .group = 1}, {.id = UINT32_MAX, .group = 1}, {.id = 0, .group = UINT32_MAX}};
    uint32_t groups[] = {1, UINT32_MAX, 5}, ids[] = {7, 7, 8};
    MatchVacancy v = {.places = 1, .multiple = 3, .groups = groups, .group_count = 3};
    round = (MatchReferralRound){.pool = pool, .vacancies = &v, .pool_count = 3, .vacancy_count = 1};
    MatchReferral out;
    check(match_referral(a, &round, &out, NULL));
    eq_int(out.rows[0].count, 3);
    v.places = v.multiple = UINT32_MAX;
    check(match_referral(a, &round, &out, NULL));
    eq_int(out.rows[0].count, 3);
    v.places = 0;
    check(match_referral(a, &round, &out, NULL));
    eq_int(out.rows[0].count, 0);
    eq_int(match_referral_line(&out, 0, 0).reason, MATCH_NOT_REACHED);
    groups[2] = 1;
    eq_int(code_of(a, &round), FIELD_CHOICE);
    groups[2] = 5;
    v.listed = ids;
    v.listed_count = 2;
    eq_int(code_of(a, &round), FIELD_CHOICE);
    ids[1] = 8;
    eq_int(code_of(a, &round), FIELD_CHOICE);
    v.listed_count = 1;
    eq_int(code_of(a, &round), OK);
    pool[0].exposure = UINT32_MAX;
    eq_int(code_of(a, &round), FIELD_RANGE);
    pool[0].exposure = 0;
    pool[2].id = 7;
    eq_int(code_of(a, &round), DUPLICATE_PERSON);
}

TEST(the_check_of_referrals_finds_what_is_wrong)
{
    MatchCandidate pool[8];
    uint32_t group = 1;
    for (uint32_t i = 0; i < 8; i++) {
        pool[i] = (MatchCandidate){.id = i, .group = i < 6 ? 1 : 2, .ticket = i};
    }
    MatchVacancy v[2] = {{.id = 0, .places = 1, .multiple = 3, .groups = &group, .group_count = 1},
                         {.id = 1, .places = 1, .multiple = 3, .groups = &group, .group_count = 1}};
    MatchReferralRound round = {.pool = pool, .vacancies = v, .pool_count = 8, .vacancy_count = 2};
    MatchReferral out;
    Err err = {0};
    check(match_referral(a, &round, &out, &err) && match_verify_referral(a, &out, &err));
    uint32_t list[3];
    const uint32_t *right = out.rows[1].candidates;
    out.rows[1].candidates = list;
    memcpy(list, right, sizeof list);
    list[2] = list[1];
    check(!match_verify_referral(a, &out, &err)); /* twice */
    list[2] = 7;
    check(!match_verify_referral(a, &out, &err)); /* not eligible */
    list[2] = out.rows[0].candidates[0];
    check(!match_verify_referral(a, &out, &err)); /* uneven */
    out.rows[1].candidates = right;
    out.rows[1].count = 2;
    check(!match_verify_referral(a, &out, &err)); /* too few */
    eq_int(err.code, CANNOT_DECIDE);
}

TEST(a_secret_must_be_the_committed_one_and_every_part_moves_the_seed)
{
    Hash secret = hash_of(STR("secret")), root = hash_of(STR("root")), seed, other;
    Hash commitment = match_commit(secret);
    Err err = {0};
    check(!match_seed(commitment, root, root, (Str){0}, &seed, &err));
    eq_int(err.code, NOT_ALLOWED);
    check(match_seed(commitment, secret, root, (Str){0}, &seed, &err));
    check(match_seed(commitment, secret, root, STR("beacon"), &other, &err) && !hash_eq(seed, other));
    check(match_seed(commitment, secret, secret, (Str){0}, &other, &err) && !hash_eq(seed, other));
    /* The commitment gives the seed away to nobody: it is another hash of the secret. */
    check(!hash_eq(commitment, seed) && !hash_eq(commitment, hash_of(HASH_STR(secret))));
    char bytes[36] = {0};
    memcpy(bytes, seed.b, 32);
    bytes[35] = 9;
    Hash h = hash_of((Str){bytes, 36});
    uint64_t ticket = match_ticket_id(seed, 9);
    for (int i = 0; i < 8; i++) {
        eq_int(h.b[i], ticket >> (56 - 8 * i) & 0xff);
    }
}
