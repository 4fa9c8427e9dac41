/* page_measure_walk.c: counts a measure in one case, from its stays and decisions themselves, and so lists the cases
 * behind a figure, the newest first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

#include <stdlib.h>
#include <string.h>

/* ---- Cells ---- */

typedef struct {
    Measure *m;
    const Json *reached, *states;
    Str type;
    /* the stay before this row, of the case `open` */
    Str open, state, due;
    Day since;
    int64_t last_seq;
    bool counted;
} Count;

static void tally(Measure *m, Str name, Str case_id)
{
    MeasureCell *c = page_measure_cell(m, name);
    bool again = str_eq(c->last_case, case_id);
    m->total++;
    c->n++;
    c->cases += !again;
    if (!again) {
        c->last_case = str_copy(m->v->a, case_id);
    }
}

/* ---- Cases: the first stay that counts is the one ---- */

static void count_case(void *host, const QueryCount *row)
{
    Count *k = host;
    if ((k->counted && str_eq(row->case_id, k->open)) ||
        (k->reached != NULL && !json_has_text(k->reached, row->name))) {
        return;
    }
    k->open = str_copy(k->m->v->a, row->case_id);
    k->counted = true;
    if (str_eq(k->m->by, STR("@state"))) {
        tally(k->m, row->name, k->open);
        return;
    }
    if (str_eq(k->m->by, STR("@month"))) {
        tally(k->m, str_sub(day_print(k->m->v->a, row->day), 0, 7), k->open);
        return;
    }
    Json *data = NULL;
    bool read = json_parse(k->m->v->a, row->data, &data, NULL);
    tally(k->m, read ? json_text(json_get_str(data, k->m->by)) : STR(""), k->open);
}

/* ---- Stays: each with what came after it ---- */

static void count_wait(Count *k, int32_t days)
{
    MeasureStage *s = page_measure_stage(k->m, k->type, k->state);
    days = days < 0 ? 0 : days;
    size_t bin = page_measure_bin_of(days);
    if (s != NULL) {
        s->n++;
        s->bins[bin]++;
        s->days[days < MEASURE_DAYS ? days : MEASURE_DAYS]++;
    }
    tally(k->m, str_printf(k->m->v->a, "%.*s.%.*s:%s", STR_ARG(k->type), STR_ARG(k->state), page_measure_bin_name(bin)),
          k->open);
}

/* Kept: the case went on no later than on the last day. */
static void count_term(Count *k, bool ended, Day end)
{
    Day due;
    if (!day_parse(k->due, &due)) {
        k->m->apart++;
        return;
    }
    const char *how = end.n > due.n ? "missed" : ended ? "kept" : "running";
    tally(k->m, str_printf(k->m->v->a, "%.*s.%.*s:%s", STR_ARG(k->type), STR_ARG(k->state), how), k->open);
}

static void end_stay(Count *k, bool ended, Day end)
{
    if (k->open.len == 0 || !json_has_text(k->states, k->state)) {
        return;
    }
    k->m->entries++;
    if (str_eq_c(k->m->of, "terms")) {
        count_term(k, ended, end);
    } else if (ended) {
        count_wait(k, end.n - k->since.n);
    } else {
        k->m->apart++;
    }
}

static void count_stay(void *host, const QueryCount *row)
{
    Count *k = host;
    bool same = str_eq(row->case_id, k->open);
    if (same && str_eq(row->name, k->state) && (str_eq_c(k->m->of, "waits") || str_eq(row->due, k->due))) {
        if (json_has_text(k->states, k->state)) { /* the step led back to where the case was: the stay goes on */
            k->m->entries++;
            k->m->apart++;
        }
        return;
    }
    end_stay(k, same, same ? row->day : k->m->v->today);
    Arena *a = k->m->v->a;
    k->open = same ? k->open : str_copy(a, row->case_id);
    k->state = str_copy(a, row->name);
    k->due = str_copy(a, row->due);
    k->since = row->day;
}

static bool count_stays(Measure *m, Str type, Str id, Err *err)
{
    Count k = {.m = m, .states = json_get_str(json_get(m->rule, "stages"), type), .type = type};
    if (!query_each_stay(m->v->flow->store, id, false, count_stay, &k, err)) {
        return false;
    }
    end_stay(&k, false, m->v->today);
    return true;
}

/* ---- Grounds and units ---- */

static void count_ground(void *host, const QueryCount *row)
{
    Count *k = host;
    if (json_has_text(json_get(k->m->rule, "apart"), row->data)) {
        return;
    }
    k->m->entries += row->seq != k->last_seq;
    k->last_seq = row->seq;
    tally(k->m, str_printf(k->m->v->a, "%.*s.%.*s", STR_ARG(k->type), STR_ARG(row->name)), row->case_id);
}

static bool count_grounds(Measure *m, Str type, Str id, Err *err)
{
    Count k = {.m = m, .type = type};
    return query_each_ground(m->v->flow->store, id, json_text_at(m->rule, "outcome"), count_ground, &k, err);
}

static void count_unit(void *host, const QueryCount *row)
{
    Count *k = host;
    tally(k->m, row->name, row->case_id);
}

static bool count_units(Measure *m, __attribute__((unused)) Str type, Str id, Err *err)
{
    Count k = {.m = m};
    return query_each_unit(m->v->flow->store, id, count_unit, &k, err);
}

static bool count_cases(Measure *m, __attribute__((unused)) Str type, Str id, Err *err)
{
    Count k = {.m = m, .reached = json_get(m->rule, "reached")};
    bool data = m->by.len > 0 && m->by.ptr[0] != '@';
    return query_each_stay(m->v->flow->store, id, data, count_case, &k, err);
}

bool page_measure_case(Measure *m, Str type, Str id, Err *err)
{
    static const struct {
        const char *of;
        bool (*count)(Measure *m, Str type, Str id, Err *err);
    } KINDS[] = {{"", count_cases},      {"cases", count_cases},     {"terms", count_stays},
                 {"waits", count_stays}, {"grounds", count_grounds}, {"units", count_units}};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (str_eq_c(m->of, KINDS[i].of)) {
            return KINDS[i].count(m, type, id, err);
        }
    }
    return err_set(err, NOT_FOUND, "Figures cannot be counted of %.*s.", STR_ARG(m->of));
}

/* ---- The cases of a cell ---- */

typedef struct {
    Str *ids;
    size_t count, room;
    Arena *a;
} Ids;

static void add_id(void *host, Str id)
{
    Ids *l = host;
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 256;
        l->ids = arena_grow(l->a, l->ids, l->count * sizeof(Str), room * sizeof(Str));
        l->room = room;
    }
    l->ids[l->count++] = str_copy(l->a, id);
}

static int newest_first(const void *x, const void *y)
{
    const Str *a = x, *b = y;
    return a->len != b->len ? (a->len < b->len ? 1 : -1) : str_cmp(*b, *a);
}

/* Those that may be in the cell: all others are surely not. In no order, and some of them more than once. */
static bool candidates(const Measure *m, Str type, Str cell, Ids *ret, Err *err)
{
    const PageView *v = m->v;
    Store *s = v->flow->store;
    Str scheme = scheme_id(v->scheme), rest = cell, stage, state;
    const Json *reached = json_get(m->rule, "reached");
    const SchemeType *t = scheme_type(v->scheme, type);
    const SchemeField *by = t ? scheme_field(t, m->by) : NULL;
    if (str_eq_c(m->of, "units")) {
        return query_each_id_of_unit(s, cell, add_id, ret, err);
    }
    if (str_eq_c(m->of, "grounds") && str_cut(&rest, '.', &stage) && rest.len > 0) {
        return query_each_id_of_ground(s, rest, add_id, ret, err);
    }
    if (json_get(m->rule, "stages") != NULL && str_cut(&rest, '.', &stage) && str_cut(&rest, ':', &state)) {
        return query_each_id_of_state(s, v->a, scheme, type, state, add_id, ret, err);
    }
    for (size_t i = 0; i < json_count(reached); i++) {
        if (!query_each_id_of_state(s, v->a, scheme, type, json_text(reached->items[i]), add_id, ret, err)) {
            return false;
        }
    }
    if (reached != NULL) {
        return true;
    }
    return by != NULL && by->indexed && cell.len > 0
               ? query_each_id_of_value(s, v->a, scheme, type, m->by, cell, add_id, ret, err)
               : query_each_id(s, scheme, type, add_id, ret, err);
}

/* Whether the case is in the cell; everything that the count needs lives in `scratch`. */
static bool is_in(const Measure *like, Arena *scratch, Str type, Str id, Str cell, bool *ret, Err *err)
{
    PageView v = *like->v;
    Measure m = *like;
    v.a = scratch;
    m.v = &v;
    m.count = m.stage_count = 0;
    memset(m.cells, 0, sizeof *m.cells * MEASURE_CELLS);
    if (!page_measure_case(&m, type, id, err)) {
        return false;
    }
    *ret = false;
    for (size_t i = 0; i < m.count && !*ret; i++) {
        *ret = str_eq(m.cells[i].name, cell);
    }
    return true;
}

static bool take_row(const PageView *v, MeasureList *l, Str type, Str id, Err *err)
{
    QueryReach reach = page_reach(v);
    const CaseRow *row;
    if (!query_case_in(v->flow->store, v->a, &reach, id, &row, err)) {
        return false;
    }
    if (row == NULL || !str_eq(row->type, type)) {
        return true;
    }
    if (l->found >= l->first && l->count < l->limit) {
        l->rows[l->count++] = *row;
    }
    l->found++;
    return true;
}

bool page_measure_list(Measure *m, Str type, Str cell, MeasureList *ret, Err *err)
{
    const PageView *v = m->v;
    QueryReach reach = page_reach(v);
    bool whole = query_reads_whole(&reach, type), ok;
    Ids list = {.a = v->a};
    Arena *scratch = arena_new(0);
    Measure like = *m;
    like.cells = ARENA_ARRAY(v->a, MeasureCell, MEASURE_CELLS);
    ret->rows = ARENA_ARRAY(v->a, CaseRow, ret->limit + 1);
    ok = candidates(m, type, cell, &list, err);
    qsort(list.ids, list.count, sizeof(Str), newest_first);
    for (size_t i = 0; i < list.count && ok && !(whole && ret->count == ret->limit); i++) {
        bool in = false;
        ok = (i > 0 && str_eq(list.ids[i], list.ids[i - 1])) ||
             (is_in(&like, scratch, type, list.ids[i], cell, &in, err) &&
              (!in || take_row(v, ret, type, list.ids[i], err)));
        arena_reset(scratch);
    }
    arena_free(scratch);
    for (size_t i = 0; i < m->count && whole; i++) { /* what the sums say, where the reader may read every case */
        ret->found = str_eq(m->cells[i].name, cell) ? m->cells[i].cases : ret->found;
    }
    return ok;
}
