/* replay_rounds.c: recomputes each kind of round from its rows and prints it; a line is a word, an id, then keys and
 * values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "replay_int.h"

/* Ids of rows to their place, from sorted rows; doubles are refused. */
static bool index_ids(Arena *a, const ReplayLine *rows, uint32_t n, Str *ids, Map *map, Err *err)
{
    uint32_t *index = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        Str rest = rows[i].text, name;
        (void)str_cut(&rest, ',', &name);
        (void)str_cut(&rest, ',', &ids[i]);
        if (i > 0 && str_eq(ids[i], ids[i - 1])) {
            return err_set(err, ALREADY_EXISTS, "Line %u: this id is there twice.", rows[i].number);
        }
        index[i] = i;
        if (map != NULL) {
            map_set(map, ids[i], &index[i]);
        }
    }
    return true;
}

static bool read_u32(const ReplayLine *row, Str field, uint32_t *ret, Err *err)
{
    int64_t n = 0;
    if (!replay_int(row, field, 0, UINT32_MAX - 1, &n, err)) {
        return false;
    }
    *ret = (uint32_t)n;
    return true;
}

/* ---- rank ---- */

static bool read_held(const ReplayRound *r, const ReplayCells *cells, MatchLedger *ledger, Err *err)
{
    uint32_t first = 0, n = replay_rows(r, STR("held"), &first);
    for (uint32_t i = 0; i < n; i++) {
        const ReplayLine *row = &r->rows[first + i];
        Str f[3];
        MatchUnit u = {0};
        if (!replay_fields(row, 3, f, err) || !replay_cell(cells, row, f[0], true, &u.series, err) ||
            !read_u32(row, f[1], &u.number, err) || !replay_cell(cells, row, f[2], false, &u.leaf, err) ||
            !match_ledger_hold(ledger, u, err)) {
            return false;
        }
    }
    return true;
}

static bool read_application(const ReplayRound *r, const ReplayCells *cells, const ReplayLine *row,
                             MatchApplication *ret, Err *err)
{
    Str f[4];
    if (!replay_fields(row, 4, f, err) || !replay_int(row, f[1], INT64_MIN, INT64_MAX, &ret->points, err) ||
        !read_u32(row, f[2], &ret->units, err) || !replay_cell(cells, row, f[3], false, &ret->cell, err)) {
        return false;
    }
    ret->ticket = match_ticket(r->seed, f[0]);
    return true;
}

static Str cell_name(const ReplayCells *cells, uint32_t cell)
{
    return cell == MATCH_NONE ? STR("pool") : cells->names[cell];
}

static void put_application(Buf *out, const ReplayCells *cells, Str id, const MatchApplication *app,
                            const MatchRanked *row)
{
    buf_printf(out, "application %.*s rank %u points %lld ticket %016llx granted %u units ", STR_ARG(id), row->rank,
               (long long)app->points, (unsigned long long)app->ticket, row->granted);
    for (uint32_t i = 0; i < row->granted; i++) {
        buf_printf(out, "%s%.*s#%u", i ? "," : "", STR_ARG(cell_name(cells, row->units[i].series)),
                   row->units[i].number);
    }
    buf_add_c(out, row->granted ? "" : "-");
    Str full = row->waiting ? cell_name(cells, row->full) : STR("-");
    buf_printf(out, " waiting %u reason %s full %.*s\n", row->waiting, match_reason_name(row->reason), STR_ARG(full));
}

bool replay_rank(Arena *a, const ReplayRound *r, Buf *out, Err *err)
{
    ReplayCells cells;
    MatchLedger *ledger = NULL;
    MatchRanking ranking;
    uint32_t first = 0, n = replay_rows(r, STR("application"), &first);
    Str *ids = ARENA_ARRAY(a, Str, n);
    MatchApplication *apps = ARENA_ARRAY(a, MatchApplication, n);
    if (!replay_cells(a, r, &cells, err) || !match_ledger_new(a, &cells.tree, &ledger, err) ||
        !read_held(r, &cells, ledger, err) || !index_ids(a, r->rows + first, n, ids, NULL, err)) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        apps[i].id = i;
        if (!read_application(r, &cells, &r->rows[first + i], &apps[i], err)) {
            return false;
        }
    }
    if (!match_rank(a, ledger, apps, n, r->one_per_pass, &ranking, err)) {
        return false;
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = ranking.order[k];
        put_application(out, &cells, ids[i], &apps[i], &ranking.rows[i]);
    }
    for (uint32_t c = 0; c < cells.tree.count; c++) {
        buf_printf(out, "cell %.*s held %u", STR_ARG(cells.names[c]), match_ledger_held(ledger, c));
        replay_put_cutoff(out, "cutoff", ranking.cutoffs[c]);
        buf_byte(out, '\n');
    }
    buf_printf(out, "pool - held %u", match_ledger_pool_held(ledger));
    replay_put_cutoff(out, "cutoff", ranking.pool_cutoff);
    buf_byte(out, '\n');
    return true;
}

/* ---- refer ---- */

typedef struct {
    Arena *arena;
    const ReplayRound *r;
    Str *candidate_ids, *vacancy_ids;
    Map candidates, groups;
    MatchCandidate *pool;
    MatchVacancy *vacancies;
    MatchReferralRound round;
} Refer;

/* Groups get numbers in the order in which they are first met; which number is which does not matter. */
static uint32_t group_number(Refer *f, Str name)
{
    const uint32_t *known = map_get(&f->groups, name);
    if (known == NULL) {
        uint32_t *number = ARENA_NEW(f->arena, uint32_t);
        *number = (uint32_t)f->groups.count;
        map_set(&f->groups, name, number);
        known = number;
    }
    return *known;
}

static bool read_candidate(Refer *f, uint32_t i, const ReplayLine *row, Err *err)
{
    Str x[5];
    MatchCandidate *c = &f->pool[i];
    if (!replay_fields(row, 5, x, err) || !replay_int(row, x[2], INT64_MIN, INT64_MAX, &c->standing, err) ||
        !read_u32(row, x[3], &c->exposure, err) || !read_u32(row, x[4], &c->open, err)) {
        return false;
    }
    c->id = i;
    c->group = group_number(f, x[1]);
    c->ticket = match_ticket(f->r->seed, x[0]);
    return true;
}

/* A list of names as numbers: of candidates, or of groups. */
static bool read_names(Refer *f, const ReplayLine *row, Str list, bool of_groups, const uint32_t **ret,
                       uint32_t *ret_count, Err *err)
{
    uint32_t room = 1, n = 0;
    for (size_t i = 0; i < list.len; i++) {
        room += list.ptr[i] == ';';
    }
    uint32_t *numbers = ARENA_ARRAY(f->arena, uint32_t, room);
    Str name;
    for (size_t at = 0; replay_part(list, &at, &name);) {
        const uint32_t *c = of_groups ? NULL : map_get(&f->candidates, name);
        if (!of_groups && c == NULL) {
            return err_set(err, FIELD_CHOICE, "Line %u: a candidate is named who is not there.", row->number);
        }
        numbers[n++] = of_groups ? group_number(f, name) : *c;
    }
    *ret = numbers;
    *ret_count = n;
    return true;
}

static bool read_vacancy(Refer *f, uint32_t i, const ReplayLine *row, Err *err)
{
    Str x[7];
    MatchVacancy *v = &f->vacancies[i];
    if (!replay_fields(row, 7, x, err) || !read_u32(row, x[1], &v->places, err) ||
        !read_u32(row, x[2], &v->multiple, err) || !replay_int(row, x[3], INT64_MIN, INT64_MAX, &v->priority, err) ||
        !read_names(f, row, x[6], false, &v->barred, &v->barred_count, err)) {
        return false;
    }
    v->id = i;
    v->ticket = match_ticket(f->r->seed, str_printf(f->arena, "vacancy:%.*s", STR_ARG(x[0])));
    if (str_eq_c(x[4], "groups")) {
        return read_names(f, row, x[5], true, &v->groups, &v->group_count, err);
    }
    if (str_eq_c(x[4], "listed")) {
        return read_names(f, row, x[5], false, &v->listed, &v->listed_count, err);
    }
    return err_set(err, FIELD_FORMAT, "Line %u: a vacancy goes by groups or listed.", row->number);
}

static bool read_refer(Refer *f, Err *err)
{
    uint32_t first = 0, n = replay_rows(f->r, STR("candidate"), &first);
    f->candidate_ids = ARENA_ARRAY(f->arena, Str, n);
    f->pool = ARENA_ARRAY(f->arena, MatchCandidate, n);
    if (!index_ids(f->arena, f->r->rows + first, n, f->candidate_ids, &f->candidates, err)) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!read_candidate(f, i, &f->r->rows[first + i], err)) {
            return false;
        }
    }
    uint32_t m = replay_rows(f->r, STR("vacancy"), &first);
    f->vacancy_ids = ARENA_ARRAY(f->arena, Str, m);
    f->vacancies = ARENA_ARRAY(f->arena, MatchVacancy, m);
    if (!index_ids(f->arena, f->r->rows + first, m, f->vacancy_ids, NULL, err)) {
        return false;
    }
    for (uint32_t i = 0; i < m; i++) {
        if (!read_vacancy(f, i, &f->r->rows[first + i], err)) {
            return false;
        }
    }
    f->round = (MatchReferralRound){f->pool, f->vacancies, n, m, f->r->exposure_first, f->r->open_limit};
    return true;
}

static void put_referred(Buf *out, const Refer *f, uint32_t vacancy, const MatchReferred *row)
{
    buf_printf(out, "vacancy %.*s turn %u wanted %u eligible %u referred %u", STR_ARG(f->vacancy_ids[vacancy]),
               row->turn + 1, row->wanted, row->eligible, row->count);
    replay_put_cutoff(out, "cutoff", row->cutoff);
    buf_printf(out, " shown %u candidates ", row->cutoff.binding ? row->cutoff.exposure : 0);
    for (uint32_t i = 0; i < row->count; i++) {
        buf_printf(out, "%s%.*s", i ? "," : "", STR_ARG(f->candidate_ids[row->candidates[i]]));
    }
    buf_add_c(out, row->count ? "\n" : "-\n");
}

bool replay_refer(Arena *a, const ReplayRound *r, Buf *out, Err *err)
{
    Refer f = {.arena = a, .r = r, .candidates = {.arena = a}, .groups = {.arena = a}};
    MatchReferral result;
    if (!read_refer(&f, err) || !match_referral(a, &f.round, &result, err)) {
        return false;
    }
    uint32_t *by_turn = ARENA_ARRAY(a, uint32_t, f.round.vacancy_count);
    for (uint32_t v = 0; v < f.round.vacancy_count; v++) {
        by_turn[result.rows[v].turn] = v;
    }
    for (uint32_t t = 0; t < f.round.vacancy_count; t++) {
        put_referred(out, &f, by_turn[t], &result.rows[by_turn[t]]);
    }
    for (uint32_t c = 0; c < f.round.pool_count; c++) {
        buf_printf(out, "candidate %.*s ticket %016llx exposure %u open %u\n", STR_ARG(f.candidate_ids[c]),
                   (unsigned long long)f.pool[c].ticket, result.exposure[c], result.open[c]);
    }
    return true;
}

/* ---- match ---- */

typedef struct {
    Arena *arena;
    const ReplayRound *r;
    ReplayCells cells;
    Str *worker_ids, *vacancy_ids;
    Map vacancies;
    MatchSeats *seats;
    uint64_t *tickets;
    uint32_t *starts, *wish_vacancy;
    int32_t *wish_points;
    MatchMarket market;
} Market;

static bool read_seats(Market *k, Err *err)
{
    uint32_t first = 0, m = replay_rows(k->r, STR("seats"), &first);
    k->vacancy_ids = ARENA_ARRAY(k->arena, Str, m);
    k->seats = ARENA_ARRAY(k->arena, MatchSeats, m);
    if (!index_ids(k->arena, k->r->rows + first, m, k->vacancy_ids, &k->vacancies, err)) {
        return false;
    }
    for (uint32_t i = 0; i < m; i++) {
        const ReplayLine *row = &k->r->rows[first + i];
        Str x[3];
        if (!replay_fields(row, 3, x, err) || !read_u32(row, x[1], &k->seats[i].seats, err) ||
            !replay_cell(&k->cells, row, x[2], true, &k->seats[i].cell, err)) {
            return false;
        }
    }
    k->market.vacancy_count = m;
    return true;
}

static bool read_wishes(Market *k, const ReplayLine *row, Str list, uint32_t *at, Err *err)
{
    Str wish;
    for (size_t from = 0; replay_part(list, &from, &wish); (*at)++) {
        Str points = wish, vacancy;
        int64_t n = 0;
        (void)str_cut(&points, ':', &vacancy);
        const uint32_t *v = map_get(&k->vacancies, vacancy);
        if (v == NULL) {
            return err_set(err, FIELD_CHOICE, "Line %u: a vacancy is wanted that is not there.", row->number);
        }
        if (!replay_int(row, points, INT32_MIN, INT32_MAX, &n, err)) {
            return false;
        }
        k->wish_vacancy[*at] = *v;
        k->wish_points[*at] = (int32_t)n;
    }
    return true;
}

static bool read_workers(Market *k, Err *err)
{
    uint32_t first = 0, n = replay_rows(k->r, STR("worker"), &first);
    size_t wishes = 1;
    for (uint32_t i = 0; i < n; i++) {
        Str text = k->r->rows[first + i].text;
        for (size_t c = 0; c < text.len; c++) {
            wishes += text.ptr[c] == ';' || text.ptr[c] == ',';
        }
    }
    k->worker_ids = ARENA_ARRAY(k->arena, Str, n);
    k->tickets = ARENA_ARRAY(k->arena, uint64_t, n);
    k->starts = ARENA_ARRAY(k->arena, uint32_t, (size_t)n + 1);
    k->wish_vacancy = ARENA_ARRAY(k->arena, uint32_t, wishes);
    k->wish_points = ARENA_ARRAY(k->arena, int32_t, wishes);
    if (!index_ids(k->arena, k->r->rows + first, n, k->worker_ids, NULL, err)) {
        return false;
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        Str x[2];
        if (!replay_fields(&k->r->rows[first + i], 2, x, err) ||
            !read_wishes(k, &k->r->rows[first + i], x[1], &at, err)) {
            return false;
        }
        k->tickets[i] = match_ticket(k->r->seed, x[0]);
        k->starts[i + 1] = at;
    }
    k->market.worker_count = n;
    return true;
}

static void put_outcome(Buf *out, const Market *k, const MatchOutcome *o)
{
    for (uint32_t w = 0; w < k->market.worker_count; w++) {
        bool is_placed = o->held[w] != MATCH_NONE;
        Str vacancy = is_placed ? k->vacancy_ids[k->wish_vacancy[o->held[w]]] : STR("-");
        buf_printf(out, "worker %.*s ticket %016llx vacancy %.*s choice %u of %u\n", STR_ARG(k->worker_ids[w]),
                   (unsigned long long)k->tickets[w], STR_ARG(vacancy), is_placed ? o->held[w] - k->starts[w] + 1 : 0,
                   k->starts[w + 1] - k->starts[w]);
    }
    for (uint32_t v = 0; v < k->market.vacancy_count; v++) {
        buf_printf(out, "seats %.*s filled %u of %u", STR_ARG(k->vacancy_ids[v]), o->filled[v], k->seats[v].seats);
        replay_put_cutoff(out, "cutoff", o->vacancy_cutoffs[v]);
        buf_byte(out, '\n');
    }
    for (uint32_t c = 0; c < k->cells.tree.count; c++) {
        buf_printf(out, "cell %.*s filled %u", STR_ARG(k->cells.names[c]), o->cell_filled[c]);
        replay_put_cutoff(out, "cutoff", o->cell_cutoffs[c]);
        replay_put_cutoff(out, "pool_cutoff", o->pool_cutoffs[c]);
        buf_byte(out, '\n');
    }
}

bool replay_match(Arena *a, const ReplayRound *r, Buf *out, Err *err)
{
    Market k = {.arena = a, .r = r, .vacancies = {.arena = a}};
    MatchOutcome outcome;
    if (!replay_cells(a, r, &k.cells, err) || !read_seats(&k, err) || !read_workers(&k, err)) {
        return false;
    }
    k.market.tickets = k.tickets;
    k.market.starts = k.starts;
    k.market.wish_vacancy = k.wish_vacancy;
    k.market.wish_points = k.wish_points;
    k.market.vacancies = k.seats;
    k.market.tree = k.cells.tree;
    if (!match_deferred_acceptance(a, &k.market, &outcome, err)) {
        return false;
    }
    put_outcome(out, &k, &outcome);
    return true;
}
