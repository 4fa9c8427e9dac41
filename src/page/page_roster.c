/* page_roster.c: a person's place on the roster: standing, likely wait out of the waits of others, each draw and its
 * reason.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include <stdlib.h>

enum { MOST_STAYS = 3000, NEIGHBOURS = 100, FEWEST_CHOSEN = 10, MOST_DRAWS = 100, SHOWN_DRAWS = 6 };

/* scheme.json: "roster": {type: {state, pool, standing, exposure, taken: [states], draws: {type, pool, chosen}}} */
typedef struct {
    const PageView *v;
    const CaseRow *row;
    const Json *rule;
    Str state, pool, standing, exposure, pool_value;
    int64_t own, own_shown;
} Roster;

/* Whole points: what lies behind the point does not count in a draw. */
static int64_t whole_of(Str number)
{
    Str whole;
    int64_t n = 0;
    return str_cut(&number, '.', &whole) && str_to_int(whole, &n) ? n : 0;
}

static int64_t number_of(const CaseRow *row, Str field)
{
    return whole_of(json_text(json_get_str(row->data, field)));
}

static void add_text(const Roster *r, Json *list, const char *key, const Json *params)
{
    json_push(r->v->a, list, json_new_str(r->v->a, view_text(r->v->a, r->v->language, key, params)));
}

/* ---- Place: by standing, then fewest referrals; who is level shares a place ---- */

typedef struct {
    const Roster *r;
    int64_t better, level, count;
} Place;

/* A roster has thousands of people: of each only the two numbers are read. */
static bool compare_with(void *host, const StoreValue *cells, __attribute__((unused)) size_t columns)
{
    Place *p = host;
    int64_t other = whole_of(json_peek_number(cells[0].s, p->r->standing)),
            times = whole_of(json_peek_number(cells[0].s, p->r->exposure));
    p->better += other > p->r->own || (other == p->r->own && times < p->r->own_shown);
    p->level += other == p->r->own && times == p->r->own_shown;
    p->count++;
    return true;
}

static bool add_place(const Roster *r, Json *model, Err *err)
{
    const PageView *v = r->v;
    Place place = {.r = r};
    StoreValue p[] = {STORE_S(str_printf(v->a, "%.*s/%.*s", STR_ARG(r->row->scheme), STR_ARG(r->row->type))),
                      STORE_S(r->pool), STORE_S(r->pool_value), STORE_S(r->state)};
    if (!store_rows(
            v->flow->store,
            "SELECT c.data FROM case_index i JOIN cases c ON c.id = i.case_id WHERE i.type = $1 AND i.field = $2 AND i.value = $3 AND"
            " c.state = $4",
            p, COUNT_OF(p), compare_with, &place, err)) {
        return false;
    }
    int64_t better = place.better, level = place.level, count = place.count;
    page_set_int(v, model, "place", better + 1);
    page_set_int(v, model, "of", count);
    page_set_text(v, model, "standing", str_printf(v->a, "%lld", (long long)r->own));
    page_set_int(v, model, "referrals", r->own_shown);
    page_set_text(v, model, "expires", r->row->due);
    Json *why = page_list_in(v, model, "why"), *params = json_new_object(v->a);
    page_set_int(v, params, "better", better);
    page_set_int(v, params, "level", level - 1);
    add_text(r, why, "roster.better", params);
    add_text(r, why, "roster.level", params);
    add_text(r, why, "roster.rule", NULL);
    return true;
}

/* ---- Likely wait: how long those of nearly the same standing stood on the roster, and how that ended ---- */

typedef struct {
    int64_t days, distance; /* distance: of the standing to ours */
    bool taken, ended;      /* !ended: still waits */
} Stay;

static int by_distance(const void *a, const void *b)
{
    const Stay *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static int by_days(const void *a, const void *b)
{
    const Stay *x = a, *y = b;
    return (x->days > y->days) - (x->days < y->days);
}

static bool read_stays(const Roster *r, Stay **ret, size_t *ret_count, Err *err)
{
    const PageView *v = r->v;
    StoreRows rows;
    Str type = str_printf(v->a, "%.*s/%.*s", STR_ARG(r->row->scheme), STR_ARG(r->row->type));
    StoreValue p[] = {STORE_S(type),          STORE_S(r->state),   STORE_S(r->pool),
                      STORE_S(r->pool_value), STORE_S(r->row->id), STORE_I(MOST_STAYS)};
    if (!store_query(
            v->flow->store, v->a,
            "SELECT s.since, n.since, n.state, c.data FROM stays s JOIN case_index i ON i.case_id = s.case_id AND i.type = s.type"
            " JOIN cases c ON c.id = s.case_id LEFT JOIN stays n ON n.case_id = s.case_id AND n.version = (SELECT MIN(m.version)"
            " FROM stays m WHERE m.case_id = s.case_id AND m.version > s.version) WHERE s.type = $1 AND s.state = $2 AND i.field"
            " = $3 AND i.value = $4 AND s.case_id <> $5 ORDER BY s.since DESC LIMIT $6",
            p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    Stay *stays = ARENA_ARRAY(v->a, Stay, rows.row_count + 1);
    const Json *taken = json_get(r->rule, "taken");
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        bool ended = c[1].kind == STORE_INT;
        int64_t distance = whole_of(json_peek_number(c[3].s, r->standing)) - r->own;
        stays[i] = (Stay){.days = (ended ? c[1].i : v->today.n) - c[0].i,
                          .distance = distance < 0 ? -distance : distance,
                          .ended = ended,
                          .taken = ended && json_has_text(taken, c[2].s)};
    }
    *ret = stays;
    *ret_count = rows.row_count;
    return true;
}

/* Days by which the given share was taken, those who still wait and those who left counted for as long as they waited
 * (Aalen-Johansen); -1 where the share was never reached. stays in order of days. */
static int64_t days_until(const Stay *stays, size_t count, double share)
{
    double left = 1, taken = 0;
    for (size_t i = 0, end; i < count; i = end) {
        size_t at_risk = count - i, events = 0, hits = 0;
        for (end = i; end < count && stays[end].days == stays[i].days; end++) {
            events += stays[end].ended;
            hits += stays[end].taken;
        }
        taken += left * (double)hits / (double)at_risk;
        left *= 1 - (double)events / (double)at_risk;
        if (taken >= share) {
            return stays[i].days;
        }
    }
    return -1;
}

static bool add_wait(const Roster *r, Json *model, Err *err)
{
    Stay *stays;
    size_t count, chosen = 0;
    if (!read_stays(r, &stays, &count, err)) {
        return false;
    }
    qsort(stays, count, sizeof *stays, by_distance);
    count = count < NEIGHBOURS ? count : NEIGHBOURS;
    for (size_t i = 0; i < count; i++) {
        chosen += stays[i].taken;
    }
    qsort(stays, count, sizeof *stays, by_days);
    int64_t low = days_until(stays, count, 0.25), high = days_until(stays, count, 0.75);
    Json *wait = page_object_in(r->v, model, "wait"), *params = json_new_object(r->v->a);
    page_set_int(r->v, params, "people", (int64_t)count);
    page_set_int(r->v, params, "chosen", (int64_t)chosen);
    page_set_int(r->v, params, "low", low);
    page_set_int(r->v, params, "high", high);
    const char *key = chosen < FEWEST_CHOSEN ? "roster.wait_unknown"
                      : low < 0              ? "roster.wait_rare"
                      : high < 0             ? "roster.wait_from"
                                             : "roster.wait_range";
    page_set_text(r->v, wait, "text", view_text(r->v->a, r->v->language, key, params));
    page_set_text(r->v, wait, "basis", view_text(r->v->a, r->v->language, "roster.wait_basis", params));
    return true;
}

/* ---- The last draws ---- */

static Str drawing_step(const PageView *v, Str type)
{
    const SchemeType *t = scheme_type(v->scheme, type);
    for (size_t i = 0; t != NULL && i < t->step_count; i++) {
        if (t->steps[i].draw != NULL) {
            return t->steps[i].name;
        }
    }
    return STR("");
}

/* Why one who was not referred was not: against the last one who was, in the order of that draw. NULL: was not
 * in it. */
static const char *reason_of(const Json *draw, const Roster *r, int64_t shown_then)
{
    const Json *cut = json_get(draw, "cutoff");
    int64_t cut_shown = json_to_int(json_get(cut, "exposure"), 0),
            cut_standing = json_to_int(json_get(cut, "standing"), 0);
    bool shown_first = str_starts(json_text_at(draw, "rule"), STR("fewest"));
    bool more_shown = shown_then > cut_shown, lower = r->own < cut_standing;
    if (!json_is_true(json_get(cut, "binding"))) {
        return NULL;
    }
    if (shown_then == cut_shown && r->own == cut_standing) {
        return "roster.passed_ticket";
    }
    if (shown_first ? more_shown : lower) {
        return shown_first ? "roster.passed_shown" : "roster.passed_standing";
    }
    if (shown_first ? shown_then == cut_shown && lower : r->own == cut_standing && more_shown) {
        return shown_first ? "roster.passed_standing" : "roster.passed_shown";
    }
    return NULL; /* stood before the last one: was not eligible then */
}

static bool other_was_chosen(const Roster *r, Str application, bool *ret, Err *err)
{
    const CaseRow *row;
    if (!query_case(r->v->flow->store, r->v->a, application, &row, err)) {
        return false;
    }
    const Json *chosen = row ? json_get_str(row->data, json_text(json_path(r->rule, "draws.chosen"))) : NULL;
    *ret = json_count(chosen) > 0 && !json_has_text(chosen, r->row->id);
    return true;
}

static bool add_draw(const Roster *r, Json *list, const Event *e, int64_t *shown_after, Err *err)
{
    const PageView *v = r->v;
    const Json *draw = json_get(e->data, "draw"), *set = json_get(e->data, "set");
    const SchemeType *type;
    const SchemeStep *step = scheme_step(v->scheme, json_text_at(e->data, "step"), &type);
    bool referred =
        step != NULL && step->draw != NULL && json_has_text(json_get_str(set, step->draw->into), r->row->id);
    *shown_after -= referred;
    const char *key = referred ? "roster.referred" : reason_of(draw, r, *shown_after);
    if (draw == NULL || key == NULL || json_count(list) >= SHOWN_DRAWS) {
        return true;
    }
    bool other = false;
    if (referred && !other_was_chosen(r, e->stream, &other, err)) {
        return false;
    }
    Json *j = page_add(v, list), *params = json_new_object(v->a);
    page_set_int(v, params, "referred", json_to_int(json_get(draw, "referred"), 0));
    page_set_int(v, params, "eligible", json_to_int(json_get(draw, "eligible"), 0));
    page_set_int(v, params, "last", json_to_int(json_path(draw, "cutoff.standing"), 0));
    page_set_int(v, params, "last_shown", json_to_int(json_path(draw, "cutoff.exposure"), 0));
    page_set_int(v, params, "own", r->own);
    page_set_int(v, params, "shown", *shown_after);
    page_set_text(v, j, "day", day_print(v->a, e->day));
    page_set_text(v, j, "text", view_text(v->a, v->language, other ? "roster.other_chosen" : key, params));
    page_set_text(v, j, "href", str_printf(v->a, "/log/%lld", (long long)e->seq));
    page_set_int(v, j, "seq", e->seq);
    return true;
}

/* Newest first, since the person came onto the roster. */
static bool add_draws(const Roster *r, Json *model, Err *err)
{
    const PageView *v = r->v;
    const Json *rule = json_get(r->rule, "draws");
    Str type = json_text_at(rule, "type");
    StoreRows rows;
    StoreValue p[] = {STORE_S(str_printf(v->a, "%.*s/%.*s", STR_ARG(r->row->scheme), STR_ARG(type))),
                      STORE_S(json_text_at(rule, "pool")),
                      STORE_S(r->pool_value),
                      STORE_S(drawing_step(v, type)),
                      STORE_I(r->row->since.n),
                      STORE_I(MOST_DRAWS)};
    if (rule == NULL) {
        return true;
    }
    if (!store_query(
            v->flow->store, v->a,
            "SELECT d.seq FROM decisions d JOIN case_index i ON i.case_id = d.case_id WHERE i.type = $1 AND i.field = $2 AND"
            " i.value = $3 AND d.step = $4 AND d.day >= $5 ORDER BY d.seq DESC LIMIT $6",
            p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "draws");
    int64_t shown = r->own_shown;
    for (size_t i = 0; i < rows.row_count && json_count(list) < SHOWN_DRAWS; i++) {
        Event e = {0};
        if (!query_event(v->flow->store, v->a, rows.cells[i].i, &e, err) || !add_draw(r, list, &e, &shown, err)) {
            return false;
        }
    }
    return true;
}

bool page_roster(const PageView *v, Json *model, const CaseRow *row, Err *err)
{
    const Json *rule = json_get(json_get(scheme_info(v->scheme), "roster"), str_c(v->a, row->type));
    Roster r = {.v = v,
                .row = row,
                .rule = rule,
                .state = json_text_at(rule, "state"),
                .pool = json_text_at(rule, "pool"),
                .standing = json_text_at(rule, "standing"),
                .exposure = json_text_at(rule, "exposure")};
    if (rule == NULL || !str_eq(row->state, r.state)) {
        return true;
    }
    r.pool_value = json_text(json_get_str(row->data, r.pool));
    r.own = number_of(row, r.standing);
    r.own_shown = number_of(row, r.exposure);
    Json *roster = page_object_in(v, model, "roster");
    return add_place(&r, roster, err) && add_wait(&r, roster, err) && add_draws(&r, roster, err);
}
