/* rank.c: applications of a round in order of points, cut at the quota; and the prefix guarantee.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ledger_int.h"
#include "sort_int.h"

#include <string.h>

enum { MOST_UNITS = 1 << 24 };

typedef struct {
    MatchUnit unit;
    uint32_t app, next; /* the application's grant before this one, plus one */
} Grant;

typedef struct {
    Arena *arena;
    MatchLedger *ledger;
    const MatchApplication *apps;
    MatchRanked *rows;
    bool *is_stopped;
    uint32_t *last_grant; /* per application, plus one */
    Grant *grants;
    uint32_t grant_count, grant_room;
    bool *stops; /* per cell: it stopped somebody */
    bool pool_stops;
} Run;

static int64_t app_points(const void *apps, uint32_t i)
{
    return ((const MatchApplication *)apps)[i].points;
}

static uint64_t app_ticket(const void *apps, uint32_t i)
{
    return ((const MatchApplication *)apps)[i].ticket;
}

static uint32_t app_id(const void *apps, uint32_t i)
{
    return ((const MatchApplication *)apps)[i].id;
}

static void add_grant(Run *r, uint32_t app, MatchUnit unit)
{
    if (r->grant_count == r->grant_room) {
        uint32_t room = r->grant_room ? r->grant_room * 2 : 64;
        r->grants = arena_grow(r->arena, r->grants, r->grant_room * sizeof(Grant), room * sizeof(Grant));
        r->grant_room = room;
    }
    r->grants[r->grant_count++] = (Grant){.unit = unit, .app = app, .next = r->last_grant[app]};
    r->last_grant[app] = r->grant_count;
    r->rows[app].granted++;
}

/* One unit more for the application; false when it has all or is stopped. */
static bool grant_one(Run *r, uint32_t app)
{
    MatchRanked *row = &r->rows[app];
    if (r->is_stopped[app] || row->granted == r->apps[app].units) {
        return false;
    }
    MatchUnit unit;
    uint32_t full = MATCH_NONE;
    if (match_ledger_take(r->ledger, r->apps[app].cell, &unit, &full)) {
        add_grant(r, app, unit);
        return true;
    }
    r->is_stopped[app] = true;
    row->full = full;
    row->pool_full = full == MATCH_NONE;
    if (full == MATCH_NONE) {
        r->pool_stops = true;
    } else {
        r->stops[full] = true;
    }
    return false;
}

static void grant_all(Run *r, const uint32_t *order, uint32_t count, bool one_per_pass)
{
    for (uint32_t i = 0; i < count && !one_per_pass; i++) {
        while (grant_one(r, order[i])) {
        }
    }
    uint32_t *open = ARENA_ARRAY(r->arena, uint32_t, count);
    uint32_t open_count = one_per_pass ? count : 0;
    if (open_count > 0) {
        memcpy(open, order, count * sizeof *open);
    }
    while (open_count > 0) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < open_count; i++) {
            if (grant_one(r, open[i])) {
                open[kept++] = open[i];
            }
        }
        open_count = kept;
    }
}

static void collect_units(Run *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        MatchRanked *row = &r->rows[i];
        MatchUnit *units = ARENA_ARRAY(r->arena, MatchUnit, row->granted);
        uint32_t left = row->granted;
        for (uint32_t g = r->last_grant[i]; g != 0; g = r->grants[g - 1].next) {
            units[--left] = r->grants[g - 1].unit;
        }
        row->units = units;
    }
}

static void number_queues(Run *r, const uint32_t *order, uint32_t count)
{
    uint32_t *queue = ARENA_ARRAY(r->arena, uint32_t, ledger_count(r->ledger));
    for (uint32_t i = 0; i < count; i++) {
        const MatchApplication *app = &r->apps[order[i]];
        MatchRanked *row = &r->rows[order[i]];
        row->rank = i + 1;
        row->reason = MATCH_GRANTED;
        if (row->granted < app->units) {
            row->reason = row->granted > 0 ? MATCH_PART_GRANTED : MATCH_WAITING;
            row->waiting = ++queue[ledger_series_of(r->ledger, app->cell)];
        }
    }
}

static MatchCutoff cutoff_of(const MatchApplication *app)
{
    return (MatchCutoff){.standing = app->points, .ticket = app->ticket, .id = app->id, .binding = true};
}

/* From the last rank up: the first granted one met in a cell is its lowest. */
static void find_cutoffs(Run *r, const uint32_t *order, uint32_t count, MatchRanking *out)
{
    for (uint32_t i = count; i-- > 0;) {
        const MatchApplication *app = &r->apps[order[i]];
        bool flexible = false;
        for (uint32_t c = r->rows[order[i]].granted > 0 ? app->cell : MATCH_NONE; c != MATCH_NONE;
             c = ledger_parent(r->ledger, c)) {
            flexible = flexible || ledger_is_flexible(r->ledger, c);
            if (r->stops[c] && !out->cutoffs[c].binding) {
                out->cutoffs[c] = cutoff_of(app);
            }
        }
        if (flexible && r->pool_stops && !out->pool_cutoff.binding) {
            out->pool_cutoff = cutoff_of(app);
        }
    }
}

static bool check_apps(Arena *a, const MatchLedger *l, const MatchApplication *apps, uint32_t count, Err *err)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < count; i++) {
        units += apps[i].units;
        if (apps[i].cell >= ledger_count(l)) {
            return err_set(err, FIELD_CHOICE, "Application %u names a cell that does not exist.", apps[i].id);
        }
    }
    if (units > MOST_UNITS) {
        return err_set(err, TOO_LARGE, "One round may ask for at most %d units.", MOST_UNITS);
    }
    ArenaMark mark = arena_mark(a);
    IdIndex ids;
    uint32_t twice = 0;
    bool is_fine = id_index_new(a, (SortBy){apps, app_points, app_ticket, app_id}, count, &ids, &twice);
    arena_rewind(a, mark);
    return is_fine || err_set(err, ALREADY_EXISTS, "Application %u is in the round twice.", twice);
}

static bool is_verified(const MatchRankCheck *check, Err *err)
{
    Arena *scratch = arena_new(0);
    Err found = {0};
    bool is_right = match_verify_rank(scratch, check, &found);
    arena_free(scratch);
    return is_right || err_set(err, CANNOT_DECIDE, "The check refused the ranking: %s", found.text);
}

bool match_rank(Arena *a, MatchLedger *ledger, const MatchApplication *apps, uint32_t count, bool one_per_pass,
                MatchRanking *ret, Err *err)
{
    if (!check_apps(a, ledger, apps, count, err)) {
        return false;
    }
    Run r = {.arena = a, .ledger = ledger, .apps = apps};
    r.rows = ARENA_ARRAY(a, MatchRanked, count);
    r.is_stopped = ARENA_ARRAY(a, bool, count);
    r.last_grant = ARENA_ARRAY(a, uint32_t, count);
    r.stops = ARENA_ARRAY(a, bool, ledger_count(ledger));
    for (uint32_t i = 0; i < count; i++) {
        r.rows[i].full = MATCH_NONE;
    }
    uint32_t *before = ARENA_ARRAY(a, uint32_t, ledger_count(ledger));
    for (uint32_t c = 0; c < ledger_count(ledger); c++) {
        before[c] = match_ledger_held(ledger, c);
    }
    const uint32_t *order = sort_order(a, (SortBy){apps, app_points, app_ticket, app_id}, count);
    grant_all(&r, order, count, one_per_pass);
    collect_units(&r, count);
    number_queues(&r, order, count);
    MatchRanking out = {.rows = r.rows, .order = order};
    out.cutoffs = ARENA_ARRAY(a, MatchCutoff, ledger_count(ledger));
    find_cutoffs(&r, order, count, &out);
    MatchRankCheck check = {.tree = ledger_tree(ledger),
                            .held_before = before,
                            .apps = apps,
                            .count = count,
                            .one_per_pass = one_per_pass,
                            .ranking = &out};
    if (!is_verified(&check, err)) {
        return false;
    }
    *ret = out;
    return true;
}

void match_prefix(const uint32_t *order, uint32_t count, const bool *in_group, uint32_t share_percent,
                  uint32_t *ret_order)
{
    check_that(share_percent <= 100);
    uint32_t member = 0, other = 0; /* the next of each kind in the order */
    uint64_t members = 0;
    for (uint32_t k = 0; k < count; k++) {
        while (member < count && !in_group[order[member]]) {
            member++;
        }
        while (other < count && in_group[order[other]]) {
            other++;
        }
        bool owed = members * 100 < (uint64_t)share_percent * (k + 1);
        bool take_member = member < count && (other == count || member < other || owed);
        ret_order[k] = order[take_member ? member++ : other++];
        members += take_member;
    }
}
