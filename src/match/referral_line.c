/* referral_line.c: a candidate's own line of a referral: rank, cutoff and reason, worked out again for one vacancy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sort_int.h"

static bool is_in(const uint32_t *list, uint32_t count, uint32_t x)
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
    return v->listed != NULL ? is_in(v->listed, v->listed_count, c->id) : is_in(v->groups, v->group_count, c->group);
}

/* Referrals of the candidate earlier in this round than the given turn. */
static uint32_t shown_before(const MatchReferral *r, uint32_t candidate, uint32_t turn)
{
    uint32_t n = 0;
    for (uint32_t i = r->shown_start[candidate]; i < r->shown_start[candidate + 1]; i++) {
        n += r->rows[r->shown[i]].turn < turn;
    }
    return n;
}

static MatchCutoff key_at(const MatchReferral *r, uint32_t candidate, uint32_t turn)
{
    const MatchCandidate *c = &r->round->pool[candidate];
    return (MatchCutoff){.standing = c->standing,
                         .ticket = c->ticket,
                         .id = c->id,
                         .exposure = c->exposure + shown_before(r, candidate, turn)};
}

static bool had_room(const MatchReferral *r, uint32_t candidate, uint32_t turn)
{
    uint32_t limit = r->round->open_limit;
    return limit == 0 || (uint64_t)r->round->pool[candidate].open + shown_before(r, candidate, turn) < limit;
}

static bool is_better(const MatchReferral *r, MatchCutoff x, MatchCutoff y)
{
    if (r->round->exposure_first && x.exposure != y.exposure) {
        return x.exposure < y.exposure;
    }
    if (x.standing != y.standing) {
        return x.standing > y.standing;
    }
    if (x.exposure != y.exposure) {
        return x.exposure < y.exposure;
    }
    return x.ticket != y.ticket ? x.ticket < y.ticket : x.id < y.id;
}

static MatchReason reason_against(const MatchReferral *r, MatchCutoff own, MatchCutoff cutoff)
{
    if (r->round->exposure_first && own.exposure != cutoff.exposure) {
        return MATCH_MORE_EXPOSURE;
    }
    if (own.standing != cutoff.standing) {
        return MATCH_LOWER_STANDING;
    }
    return own.exposure != cutoff.exposure ? MATCH_MORE_EXPOSURE : MATCH_LATER_TICKET;
}

static void rank_against(const MatchReferral *r, const MatchVacancy *v, uint32_t turn, uint32_t c, MatchLine *line)
{
    if (!is_in(v->barred, v->barred_count, r->round->pool[c].id) && had_room(r, c, turn)) {
        line->of++;
        line->rank += is_better(r, key_at(r, c, turn), line->own);
    }
}

static const SortItem *find_span(const ReferralIndex *x, uint32_t group)
{
    uint32_t low = 0, high = x->span_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (x->spans[mid].key < group) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < x->span_count && x->spans[low].key == group ? &x->spans[low] : NULL;
}

/* Place among those who could have been referred then: the listed, or the members of the vacancy's groups. */
static void rank_among(const MatchReferral *r, const MatchVacancy *v, uint32_t turn, MatchLine *line)
{
    const ReferralIndex *x = r->index;
    line->rank = 1;
    for (uint32_t i = 0; i < v->listed_count && v->listed != NULL; i++) {
        rank_against(r, v, turn, id_index_find(&x->ids, v->listed[i]), line);
    }
    for (uint32_t i = 0; i < v->group_count && v->listed == NULL; i++) {
        const SortItem *span = find_span(x, v->groups[i]);
        for (uint32_t k = 0; span != NULL && k < span->beside; k++) {
            rank_against(r, v, turn, x->by_group[span->index + k], line);
        }
    }
}

MatchLine match_referral_line(const MatchReferral *r, uint32_t vacancy, uint32_t candidate)
{
    check_that(vacancy < r->round->vacancy_count && candidate < r->round->pool_count);
    const MatchVacancy *v = &r->round->vacancies[vacancy];
    const MatchReferred *row = &r->rows[vacancy];
    MatchLine line = {.own = key_at(r, candidate, row->turn), .cutoff = row->cutoff};
    if (!is_eligible(v, &r->round->pool[candidate])) {
        line.reason = MATCH_NOT_ELIGIBLE;
    } else if (is_in(v->barred, v->barred_count, r->round->pool[candidate].id)) {
        line.reason = MATCH_BARRED;
    } else if (is_in(row->candidates, row->count, candidate)) {
        line.reason = MATCH_REFERRED;
        rank_among(r, v, row->turn, &line);
    } else if (!had_room(r, candidate, row->turn)) {
        line.reason = MATCH_OPEN_LIMIT;
    } else {
        line.reason = row->count > 0 ? reason_against(r, line.own, row->cutoff) : MATCH_NOT_REACHED; /* no places */
        rank_among(r, v, row->turn, &line);
    }
    return line;
}
