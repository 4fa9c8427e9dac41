/* verify_referral.c: the independent check of a referral round; includes the face for the data and nothing else of the
 * room.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

typedef struct {
    uint32_t last_turn; /* the turn + 1 in which he was last met */
    uint32_t exposure, open;
} Seen;

typedef struct {
    const MatchReferral *r;
    const MatchReferralRound *round;
    Seen *seen; /* per candidate */
    uint32_t *by_turn;
    bool even_is_due; /* no lists and limits, which may make evenness impossible */
} Check;

static bool contains(const uint32_t *list, uint32_t count, uint32_t x)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == x) {
            return true;
        }
    }
    return false;
}

static bool check_row(Check *k, uint32_t v, Err *err)
{
    const MatchVacancy *x = &k->round->vacancies[v];
    const MatchReferred *row = &k->r->rows[v];
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t c = row->candidates[i];
        if (c >= k->round->pool_count || k->seen[c].last_turn == row->turn + 1) {
            return err_set(err, CANNOT_DECIDE, "vacancy %u was given a candidate twice or one who does not exist", v);
        }
        Seen *s = &k->seen[c];
        s->last_turn = row->turn + 1;
        const MatchCandidate *p = &k->round->pool[c];
        bool fits =
            x->listed ? contains(x->listed, x->listed_count, p->id) : contains(x->groups, x->group_count, p->group);
        if (!fits || contains(x->barred, x->barred_count, p->id)) {
            return err_set(err, CANNOT_DECIDE, "vacancy %u was given candidate %u, who is not eligible", v, p->id);
        }
        if (k->round->open_limit > 0 && s->open >= k->round->open_limit) {
            return err_set(err, CANNOT_DECIDE, "candidate %u has too many open referrals", p->id);
        }
        s->exposure++;
        s->open++;
    }
    /* A shortage is right only where all eligible were given or the rest had reached the limit. */
    uint64_t due = (uint64_t)x->places * x->multiple;
    bool is_short = row->count < due && row->count < row->eligible && k->round->open_limit == 0;
    if (is_short || row->count > due) {
        return err_set(err, CANNOT_DECIDE, "vacancy %u was given %u candidates", v, row->count);
    }
    k->even_is_due = k->even_is_due && x->listed == NULL && x->barred_count == 0;
    return true;
}

/* Candidates of one group and standing: how often the least and the most shown of them were shown. */
typedef struct {
    int64_t standing;
    uint32_t group, low_before, low_after, high_before, high_after;
    bool is_used;
} Peers;

typedef struct {
    Peers *rows;
    size_t room, used;
} Table;

static Peers *find_peers(const Table *t, uint32_t group, int64_t standing)
{
    uint64_t h = ((uint64_t)standing * 31 + group) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 32) & (t->room - 1);
    while (t->rows[i].is_used && (t->rows[i].group != group || t->rows[i].standing != standing)) {
        i = (i + 1) & (t->room - 1);
    }
    return &t->rows[i];
}

static void grow_table(Table *t, Arena *scratch)
{
    Table old = *t;
    *t = (Table){.room = old.room ? old.room * 4 : 1024, .used = old.used};
    t->rows = ARENA_ARRAY(scratch, Peers, t->room);
    for (size_t i = 0; i < old.room; i++) {
        if (old.rows[i].is_used) {
            *find_peers(t, old.rows[i].group, old.rows[i].standing) = old.rows[i];
        }
    }
}

static void add_peer(Peers *p, const MatchCandidate *c, uint32_t after)
{
    if (!p->is_used) {
        *p = (Peers){c->standing, c->group, c->exposure, after, c->exposure, after, true};
    }
    p->low_before = c->exposure < p->low_before ? c->exposure : p->low_before;
    p->high_before = c->exposure > p->high_before ? c->exposure : p->high_before;
    p->low_after = after < p->low_after ? after : p->low_after;
    p->high_after = after > p->high_after ? after : p->high_after;
}

/* Among equals, showings differ by at most one, or by no more than before the round. */
static bool check_even(const Check *k, Arena *scratch, Err *err)
{
    uint32_t n = k->round->pool_count;
    Table table = {0};
    for (uint32_t c = 0; c < n; c++) {
        if (table.used * 2 >= table.room) {
            grow_table(&table, scratch);
        }
        const MatchCandidate *p = &k->round->pool[c];
        Peers *peers = find_peers(&table, p->group, p->standing);
        table.used += !peers->is_used;
        add_peer(peers, p, k->seen[c].exposure);
    }
    for (size_t i = 0; i < table.room; i++) {
        const Peers *p = &table.rows[i];
        uint32_t spread = p->high_before - p->low_before > 1 ? p->high_before - p->low_before : 1;
        if (p->is_used && p->high_after - p->low_after > spread) {
            return err_set(err, CANNOT_DECIDE, "equals of group %u were shown unevenly", p->group);
        }
    }
    return true;
}

static bool order_by_turn(Check *k, Err *err)
{
    for (uint32_t v = 0; v < k->round->vacancy_count; v++) {
        uint32_t turn = k->r->rows[v].turn;
        if (turn >= k->round->vacancy_count || k->by_turn[turn] != 0) {
            return err_set(err, CANNOT_DECIDE, "two vacancies have the same turn");
        }
        k->by_turn[turn] = v + 1;
    }
    return true;
}

bool match_verify_referral(Arena *scratch, const MatchReferral *r, Err *err)
{
    uint32_t n = r->round->pool_count;
    Check k = {.r = r, .round = r->round, .even_is_due = r->round->open_limit == 0};
    k.seen = ARENA_ARRAY(scratch, Seen, n);
    k.by_turn = ARENA_ARRAY(scratch, uint32_t, r->round->vacancy_count);
    for (uint32_t c = 0; c < n; c++) {
        k.seen[c] = (Seen){.exposure = r->round->pool[c].exposure, .open = r->round->pool[c].open};
    }
    if (!order_by_turn(&k, err)) {
        return false;
    }
    for (uint32_t turn = 0; turn < r->round->vacancy_count; turn++) {
        if (turn + 8 < r->round->vacancy_count) {
            PREFETCH(&r->rows[k.by_turn[turn + 8] - 1]);
            PREFETCH(&r->round->vacancies[k.by_turn[turn + 8] - 1].groups);
        }
        if (!check_row(&k, k.by_turn[turn] - 1, err)) {
            return false;
        }
    }
    return !k.even_is_due || check_even(&k, scratch, err);
}
