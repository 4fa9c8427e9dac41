/* measure_test.c: figures from the sums that are kept with the log are those that a walk over all cases gives: for
 * every figure of both schemes of the demonstration, on several days, after a person was erased and after the log was
 * folded again; on both engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/demo.h"
#include "page/page_measure.h"
#include "project/project.h"
#include "world.h"

#define DEMO_NOON 1795780800000 /* 2026-11-27T12:00:00Z */

enum { YEARS = 100, BASE = 1970, FEW_DAYS = 40, MANY_DAYS = 2000 };

static void same_cells(const Measure *sum, const Measure *walk)
{
    eq_int(sum->total, walk->total);
    eq_int(sum->entries, walk->entries);
    eq_int(sum->apart, walk->apart);
    eq_int(sum->count, walk->count);
    for (size_t i = 0; i < sum->count; i++) {
        eq_str(sum->cells[i].name, walk->cells[i].name);
        eq_int(sum->cells[i].n, walk->cells[i].n);
        eq_int(sum->cells[i].cases, walk->cells[i].cases);
    }
}

static void same_stages(const Measure *sum, const Measure *walk)
{
    eq_int(sum->stage_count, walk->stage_count);
    for (size_t i = 0; i < sum->stage_count; i++) {
        const MeasureStage *s = &sum->stages[i], *w = walk->stages;
        while (w < walk->stages + walk->stage_count && !(str_eq(s->type, w->type) && str_eq(s->state, w->state))) {
            w++;
        }
        check(w < walk->stages + walk->stage_count);
        eq_int(s->n, w->n);
        for (size_t k = 0; k < MEASURE_BINS; k++) {
            eq_int(s->bins[k], w->bins[k]);
        }
        for (size_t k = 0; k <= MEASURE_DAYS; k++) {
            eq_int(s->days[k], w->days[k]);
        }
    }
}

/* Persons who come, go, are there and are over their time, year by year, from the stays themselves. */
typedef struct {
    int64_t in[YEARS], out[YEARS], there[YEARS], over[YEARS];
} ByYear;

static void walk_flow(const PageView *v, const Json *rule, ByYear *ret)
{
    StoreRows rows;
    Err err;
    const Json *in = json_get(rule, "in"), *out = json_get(rule, "out"), *over = json_get(rule, "over");
    StoreValue p[] = {
        STORE_S(str_printf(v->a, "%.*s/%.*s", STR_ARG(scheme_id(v->scheme)), STR_ARG(json_text_at(rule, "type"))))};
    check(store_query(v->flow->store, v->a,
                      "SELECT case_id, state, since, due FROM stays WHERE type = $1 ORDER BY case_id, version", p, 1,
                      &rows, &err));
    bool inside = false;
    int last = day_to_ymd(v->today).year - BASE;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count], *next = c + rows.column_count;
        bool ended = i + 1 < rows.row_count && str_eq(next[0].s, c[0].s);
        inside = inside && i > 0 && str_eq(c[0].s, (c - rows.column_count)[0].s);
        int y = day_to_ymd((Day){(int32_t)c[2].i}).year - BASE;
        bool comes = !inside && json_has_text(in, c[1].s), goes = inside && json_has_text(out, c[1].s);
        ret->in[y] += comes;
        ret->out[y] += goes;
        inside = comes || (inside && !goes);
        Day due;
        for (y = 0; y <= last && json_has_text(over, c[1].s) && day_parse(c[3].s, &due); y++) {
            int32_t at = y < last ? day_from_ymd((Ymd){BASE + y, 12, 31}).n : v->today.n;
            ret->over[y] += due.n < at && c[2].i <= at && (!ended || next[2].i > at);
        }
    }
    for (int y = 0; y < YEARS; y++) {
        ret->there[y] = (y > 0 ? ret->there[y - 1] : 0) + ret->in[y] - ret->out[y];
    }
}

static int64_t own_of(const Json *cells, size_t i)
{
    int64_t n = 0;
    Str text = json_text_at(cells->items[i], "own");
    check(text.len == 0 || str_to_int(text, &n));
    return n;
}

static void same_flow(const PageView *v)
{
    Err err;
    ByYear *walk = ARENA_NEW(v->a, ByYear);
    Json *sections = json_new_array(v->a);
    int64_t in = 0;
    walk_flow(v, json_path(scheme_info(v->scheme), "figures.flow"), walk);
    check(page_stock_flow(v, sections, &err));
    const Json *years = json_get(sections->items[0], "years");
    check(json_count(years) > 0);
    for (size_t i = 0; i < json_count(years); i++) {
        const Json *cells = json_get(years->items[i], "cells");
        int64_t year = 0;
        check(str_to_int(json_text_at(years->items[i], "year"), &year));
        eq_int(own_of(cells, 0), walk->in[year - BASE]);
        eq_int(own_of(cells, 1), walk->out[year - BASE]);
        eq_int(own_of(cells, 2), walk->there[year - BASE]);
        eq_int(own_of(cells, 3), walk->over[year - BASE]);
        in += own_of(cells, 0);
    }
    check(in > 0);
}

typedef struct {
    Arena *a;
    Str ids[20000];
    size_t count;
} AllIds;

static void add_id(void *host, Str id)
{
    AllIds *l = host;
    check(l->count < COUNT_OF(l->ids));
    l->ids[l->count++] = str_copy(l->a, id);
}

static void walk_type(Measure *m, Str type)
{
    Err err;
    AllIds *l = ARENA_NEW(m->v->a, AllIds);
    l->a = m->v->a;
    check(query_each_id(m->v->flow->store, scheme_id(m->v->scheme), type, add_id, l, &err));
    for (size_t i = 0; i < l->count; i++) {
        check(page_measure_case(m, type, l->ids[i], &err));
    }
}

/* The same without any sum: case by case. */
static Measure walk_all(const PageView *v, const Json *rule)
{
    Measure m = page_measure_new(v, rule);
    const Json *stages = json_get(rule, "stages"), *types = json_get(rule, "types");
    if (stages == NULL && types == NULL) {
        walk_type(&m, json_text_at(rule, "type"));
    }
    for (size_t i = 0; i < json_count(stages); i++) {
        walk_type(&m, stages->members[i].key);
    }
    for (size_t i = 0; i < json_count(types); i++) {
        walk_type(&m, json_text(types->items[i]));
    }
    page_measure_sort(&m);
    return m;
}

/* Behind each figure stand as many cases as it says, each once, whoever reads them one page at a time. */
static void same_lists(const PageView *v, Measure *m)
{
    Err err;
    for (size_t i = 0; i < m->count; i++) {
        Str type = page_measure_type(m, m->cells[i].name), before = STR("");
        MeasureList list;
        if (!page_reads_type(v, scheme_type(v->scheme, type))) {
            continue;
        }
        for (int64_t first = 0; first < m->cells[i].cases; first += 40) {
            list = (MeasureList){.first = first, .limit = 40};
            check(page_measure_list(m, type, m->cells[i].name, &list, &err));
            eq_int(list.found, m->cells[i].cases);
            eq_int(list.count, list.found - list.first < 40 ? list.found - list.first : 40);
            for (size_t k = 0; k < list.count; k++) {
                Str id = list.rows[k].id;
                check(before.len == 0 || id.len < before.len || (id.len == before.len && str_cmp(id, before) < 0));
                before = id;
            }
        }
    }
}

static int64_t same_figures(Arena *a, const Flow *f, const Scheme *s, Instant now, int32_t later)
{
    const Json *rules[100];
    static const Str ROLES[] = {STR_INIT("auditor")};
    const Caller auditor = {.account = STR("auditor"), .roles = ROLES, .role_count = 1};
    PageView v = {.flow = f,
                  .caller = &auditor,
                  .run = flow_new_run(a, now),
                  .a = a,
                  .scheme = s,
                  .language = STR("en"),
                  .now = now};
    v.today = (Day){instant_day(now, scheme_utc_offset(s)).n + later};
    size_t count = page_measure_rules(&v, rules, COUNT_OF(rules));
    int64_t counted = 0;
    check(count > 5);
    for (size_t i = 0; i < count; i++) {
        Measure *sum = ARENA_NEW(a, Measure), walk = walk_all(&v, rules[i]);
        Err err;
        check(page_measure(&v, rules[i], sum, &err));
        same_cells(sum, &walk);
        same_stages(sum, &walk);
        if (later == 0) {
            same_lists(&v, sum);
        }
        counted += sum->total;
    }
    same_flow(&v);
    return counted;
}

static void all_same(Arena *a, const Flow *f, Instant now)
{
    static const int32_t LATER[] = {0, FEW_DAYS, MANY_DAYS};
    for (size_t i = 0; i < f->scheme_count; i++) {
        for (size_t k = 0; k < COUNT_OF(LATER); k++) {
            check(same_figures(a, f, f->schemes[i], now, LATER[k]) > 100);
        }
    }
}

static void is_folded_again(Store *s)
{
    Hash before, after = {0};
    int64_t events;
    Err err;
    check(project_digest(s, &before, &err) && project_rebuild(s, NULL, &events, &err) &&
          project_digest(s, &after, &err));
    check(hash_eq(before, after));
}

/* ---- Cases that go any way at all: to and fro, with new deadlines, refused again and again ---- */

static uint64_t below(uint64_t *seed, uint64_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % n;
}

static void set_text(Arena *a, Json *j, const char *key, Str value)
{
    json_set(a, j, str_from_c(key), json_new_str(a, value));
}

static void add_decision(Arena *a, Json *data, const SchemeType *t, uint64_t *seed)
{
    static const char *const OUTCOMES[] = {"granted", "refused", "refused"}, *const CODES[] = {"A", "B", "C"};
    Json *d = json_new_object(a), *grounds = json_new_array(a);
    for (uint64_t i = below(seed, 3); i > 0; i--) {
        Json *g = json_new_object(a);
        set_text(a, g, "code", str_from_c(CODES[below(seed, 3)]));
        json_push(a, grounds, g);
    }
    set_text(a, d, "model", STR("m"));
    set_text(a, d, "outcome", str_from_c(OUTCOMES[below(seed, 3)]));
    json_set(a, d, STR("grounds"), grounds);
    json_set(a, data, STR("decision"), d);
    set_text(a, data, "step", t->steps[below(seed, t->step_count)].name);
}

static Json *any_event(Arena *a, const SchemeType *t, Day day, bool first, uint64_t *seed)
{
    static const char *const VALUES[] = {"x", "y", "", "a|b", "z"};
    Json *data = json_new_object(a), *set = json_new_object(a);
    set_text(a, data, "type", t->name);
    if (first || below(seed, 3) > 0) {
        set_text(a, data, "to", t->states[below(seed, t->state_count < 6 || below(seed, 2) ? t->state_count : 6)].name);
    }
    if (below(seed, 2)) {
        set_text(a, data, "due",
                 below(seed, 4) ? day_print(a, (Day){day.n - 30 + (int32_t)below(seed, 700)}) : STR(""));
    }
    if (below(seed, 3) == 0) {
        set_text(a, data, "holder", below(seed, 2) ? STR("officer") : STR(""));
    }
    Json *index = json_new_array(a);
    for (size_t i = 0; i < t->field_count; i++) {
        const SchemeField *field = &t->fields[i];
        Str value = str_from_c(VALUES[below(seed, 5)]);
        if (below(seed, 2)) {
            continue;
        }
        set_text(a, set, str_c(a, field->name), value);
        if (field->indexed) {
            Json *row = json_new_array(a);
            json_push(a, row, json_new_str(a, field->name));
            json_push(a, row, json_new_str(a, value));
            json_push(a, row, json_new_bool(a, false));
            json_push(a, index, row);
        }
    }
    json_set(a, data, STR("index"), index);
    json_set(a, data, STR("set"), set);
    if (below(seed, 3) == 0) {
        add_decision(a, data, t, seed);
    }
    return data;
}

static void add_any_cases(Arena *a, const Flow *f, const Scheme *s, const SchemeType *t, Instant now, uint64_t *seed)
{
    Err err;
    for (int c = 0; c < 25; c++) {
        int32_t day = instant_day(now, 0).n - 2500;
        int64_t events = 1 + (int64_t)below(seed, 14);
        for (int64_t i = 1; i <= events; i++) {
            day += (int32_t)below(seed, below(seed, 3) ? 12 : 250);
            Event e = {.scheme = scheme_id(s),
                       .stream = str_printf(a, "%.*s-%.*s-%d", STR_ARG(scheme_id(s)), STR_ARG(t->name), c),
                       .version = i,
                       .type = STR("any.event"),
                       .at = now,
                       .day = {day},
                       .actor = STR("somebody"),
                       .data = any_event(a, t, (Day){day}, i == 1, seed)};
            check(store_append(f->store, a, &e, 1, &err) && project_apply(f->store, a, &e, NULL, &err));
        }
    }
}

BOTH_WITHIN(figures_of_cases_that_go_any_way_are_those_of_a_walk, 240)
{
    const Scheme *const *schemes;
    size_t count, type_count;
    const SchemeType *types;
    Flow f;
    Err err;
    uint64_t seed = 11;
    const Instant now = {DEMO_NOON};
    check(flow_load_schemes(a, STR("law"), &schemes, &count, &err) &&
          flow_open(a, url, STORE_CREATE, schemes, count, &f, &err) && store_begin(f.store, &err));
    for (size_t i = 0; i < count; i++) {
        type_count = scheme_types(schemes[i], &types);
        for (size_t k = 0; k < type_count; k++) {
            add_any_cases(a, &f, schemes[i], &types[k], now, &seed);
        }
    }
    check(store_commit(f.store, &err));
    all_same(a, &f, now);
    is_folded_again(f.store);
}

BOTH_WITHIN(figures_from_sums_are_those_of_a_walk_over_all_cases, 240)
{
    const Scheme *const *schemes;
    size_t count;
    Flow f;
    Err err;
    int64_t steps;
    DemoOptions o = {.seed = 3, .sizes = json_new_object(a), .now = {DEMO_NOON}};
    json_set(a, o.sizes, STR("candidates"), json_new_int(a, 150));
    json_set(a, o.sizes, STR("employers"), json_new_int(a, 40));
    check(flow_load_schemes(a, STR("law"), &schemes, &count, &err) &&
          flow_open(a, url, STORE_CREATE, schemes, count, &f, &err));
    for (size_t i = 0; i < count; i++) {
        check(demo_play(&f, schemes[i], &o, &steps, &err));
    }
    all_same(a, &f, o.now);
    StoreRows rows;
    check(
        store_query(f.store, a,
                    "SELECT person, MAX(id) FROM cases WHERE type = 'placement' AND state = 'working' AND person <> ''"
                    " GROUP BY person ORDER BY person LIMIT 2",
                    NULL, 0, &rows, &err));
    eq_int(rows.row_count, 2);
    for (size_t i = 0; i < rows.row_count; i++) {
        check(flow_erase(&f, a, STR("admin"), rows.cells[i * rows.column_count].s, STR("act:1"), o.now, &err));
    }
    all_same(a, &f, o.now);
    is_folded_again(f.store);
    all_same(a, &f, o.now);
}
