/* draw.c: see draw.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include "match/match.h"

enum { GROUP_ELIGIBLE = 0, GROUP_OTHER = 1, MAX_POOL = 2000000, MAX_PLACES = 10000 };

static MatchCandidate *make_pool(Arena *a, const DrawItem *items, size_t count, Hash seed)
{
    MatchCandidate *pool = ARENA_ARRAY(a, MatchCandidate, count + 1);
    for (size_t i = 0; i < count; i++) {
        pool[i] = (MatchCandidate){.id = (uint32_t)i,
                                   .group = items[i].eligible ? GROUP_ELIGIBLE : GROUP_OTHER,
                                   .standing = items[i].standing,
                                   .exposure = items[i].exposure > 0 ? (uint32_t)items[i].exposure : 0,
                                   .ticket = match_ticket(seed, items[i].id)};
    }
    return pool;
}

/* With the value of an outside beacon, where one was given. Not the commitment, which is SHA-256 of the secret alone
 * and is known long before the draw. */
static bool draw_seed(Arena *a, const DrawRule *rule, Hash *ret, Err *err)
{
    Str beacon;
    Buf b = buf_new(a, 100 + rule->beacon.len);
    if (!hex_parse(a, rule->beacon, &beacon)) {
        return err_field(err, FIELD_FORMAT, "beacon", "The value of the beacon is not written in hex.");
    }
    buf_add_c(&b, "goldenbridge draw seed 1\n");
    buf_add(&b, HASH_STR(rule->secret));
    buf_add(&b, beacon);
    *ret = hash_of(buf_str(&b));
    return true;
}

static Json *cutoff_json(Arena *a, const MatchCutoff *c)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("binding"), json_new_bool(a, c->binding));
    json_set(a, j, STR("standing"), json_new_int(a, c->standing));
    json_set(a, j, STR("exposure"), json_new_int(a, c->exposure));
    json_set(a, j, STR("ticket"), json_new_str(a, str_printf(a, "%016llx", (unsigned long long)c->ticket)));
    return j;
}

static Json *make_record(Arena *a, const MatchReferral *r, size_t pool, const DrawRule *rule)
{
    const MatchReferred *row = &r->rows[0];
    Json *j = json_new_object(a);
    json_set(a, j, STR("rule"),
             json_new_str_c(a, rule->least_shown_first ? "fewest referrals, then standing, then ticket"
                                                       : "standing, then fewest referrals, then ticket"));
    json_set(a, j, STR("secret"), json_new_str(a, hex_print(a, HASH_STR(rule->secret))));
    if (rule->beacon.len > 0) {
        json_set(a, j, STR("beacon"), json_new_str(a, rule->beacon));
    }
    json_set(a, j, STR("pool"), json_new_int(a, (int64_t)pool));
    json_set(a, j, STR("eligible"), json_new_int(a, row->eligible));
    json_set(a, j, STR("wanted"), json_new_int(a, row->wanted));
    json_set(a, j, STR("referred"), json_new_int(a, row->count));
    json_set(a, j, STR("cutoff"), cutoff_json(a, &row->cutoff));
    return j;
}

bool decide_draw(Arena *a, const DrawRule *rule, const DrawItem *items, size_t count, Str **ret_ids, size_t *ret_count,
                 Json **ret_record, Err *err)
{
    if (count > MAX_POOL || rule->places < 1 || rule->places > MAX_PLACES || rule->multiple < 1 ||
        rule->multiple > 100) {
        return err_set(err, FIELD_RANGE, "The draw is larger than the stated limit.");
    }
    Hash seed;
    if (!draw_seed(a, rule, &seed, err)) {
        return false;
    }
    static const uint32_t GROUPS[] = {GROUP_ELIGIBLE};
    MatchVacancy vacancy = {
        .places = (uint32_t)rule->places, .multiple = (uint32_t)rule->multiple, .groups = GROUPS, .group_count = 1};
    MatchReferralRound *round = ARENA_NEW(a, MatchReferralRound);
    *round = (MatchReferralRound){.pool = make_pool(a, items, count, seed),
                                  .pool_count = (uint32_t)count,
                                  .vacancies = &vacancy,
                                  .vacancy_count = 1,
                                  .exposure_first = rule->least_shown_first};
    MatchReferral result;
    if (!match_referral(a, round, &result, err)) {
        return false;
    }
    const MatchReferred *row = &result.rows[0];
    *ret_ids = ARENA_ARRAY(a, Str, row->count + 1);
    for (uint32_t i = 0; i < row->count; i++) {
        (*ret_ids)[i] = items[row->candidates[i]].id;
    }
    *ret_count = row->count;
    *ret_record = make_record(a, &result, count, rule);
    return true;
}
