/* page_dashboard.c: how the scheme runs, counted from the read tables and the log: every measure with its chart, its
 * table, its definition and, for those allowed, the cases behind each figure.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

#include <stdlib.h>

enum { MOST_NAMES = 200 };

/* scheme.json: "figures": {"readers": [role], "stock": [type], "outcomes": [type]} */
static const Json *names_of(const PageView *v, const char *name)
{
    return json_get(json_get(scheme_info(v->scheme), "figures"), name);
}

bool page_reads_figures(const PageView *v)
{
    const Json *readers = names_of(v, "readers");
    for (size_t i = 0; i < json_count(readers); i++) {
        if (page_has_role(v, json_text(readers->items[i]))) {
            return true;
        }
    }
    return false;
}

static Str word(const PageView *v, const char *key)
{
    return view_text(v->a, v->language, key, NULL);
}

/* ---- Charts ---- */

typedef struct {
    Json *chart, *labels, *values, *hrefs;
} Bars;

static Json *chart_new(const PageView *v, Json *charts, const char *kind, Str id, Str title, const char *x_label)
{
    Json *j = page_add(v, charts);
    page_set_text(v, j, "kind", str_from_c(kind));
    page_set_text(v, j, "id", id);
    page_set_text(v, j, "title", title);
    page_set_text(v, j, "x_label", word(v, x_label));
    page_list_in(v, j, "labels");
    page_list_in(v, j, "series");
    return j;
}

static Json *series_new(const PageView *v, Json *chart, Str label)
{
    Json *one = page_add(v, (Json *)(uintptr_t)json_get(chart, "series"));
    page_set_text(v, one, "label", label);
    page_list_in(v, one, "values");
    page_list_in(v, one, "hrefs");
    return one;
}

static Json *list_of(Json *j, const char *key)
{
    return (Json *)(uintptr_t)json_get(j, key);
}

static void point_add(const PageView *v, Json *series, int64_t n, Str href)
{
    json_push(v->a, list_of(series, "values"), json_new_int(v->a, n));
    json_push(v->a, list_of(series, "hrefs"), json_new_str(v->a, href));
}

static Bars bars_new(const PageView *v, Json *charts, const char *kind, Str id, Str title, const char *x_label)
{
    Json *j = chart_new(v, charts, kind, id, title, x_label), *one = series_new(v, j, word(v, "dashboard.cases"));
    return (Bars){j, list_of(j, "labels"), one, NULL};
}

static void bars_add(const PageView *v, Bars *b, Str label, int64_t n, Str href)
{
    json_push(v->a, b->labels, json_new_str(v->a, label));
    point_add(v, b->values, n, href);
}

static Json *section_new(const PageView *v, Json *sections, Str id, Str label, Str definition)
{
    Json *j = page_add(v, sections);
    page_set_text(v, j, "id", str_printf(v->a, "m-%.*s", STR_ARG(id)));
    page_set_text(v, j, "label", label);
    page_set_text(v, j, "definition", definition);
    page_set_bool(v, j, "shown", json_count(sections) == 1); /* the others are folded */
    page_list_in(v, j, "charts");
    return j;
}

/* ---- Measures ---- */

/* One bar a cell; the months of a year and more keep their order, other cells stand by size. */
static int by_size(const void *x, const void *y)
{
    const MeasureCell *a = x, *b = y;
    return a->n != b->n ? (a->n < b->n ? 1 : -1) : str_cmp(a->name, b->name);
}

static void add_cells(const Measure *m, Json *charts, Str title)
{
    const PageView *v = m->v;
    Bars b = bars_new(v, charts, "bars", m->id, title, "open.cell");
    page_set_bool(v, b.chart, "named", true);
    MeasureCell *cells = ARENA_ARRAY(v->a, MeasureCell, m->count + 1);
    for (size_t i = 0; i < m->count; i++) {
        cells[i] = m->cells[i];
    }
    if (!str_eq_c(m->by, "@month")) {
        qsort(cells, m->count, sizeof *cells, by_size);
    }
    for (size_t i = 0; i < m->count; i++) {
        bars_add(v, &b, page_measure_label(m, cells[i].name), cells[i].n, page_measure_href(m, cells[i].name));
    }
}

static Str stage_name(const Measure *m, Str stage)
{
    size_t dot = str_find(stage, STR("."), 0);
    return page_stage_label(m, str_sub(stage, 0, dot), str_sub(stage, dot + 1, stage.len));
}

/* A row a stage: kept, missed, still running. */
static void add_terms(const Measure *m, Json *charts, Str title)
{
    static const char *const HOW[] = {"kept", "missed", "running"};
    const PageView *v = m->v;
    Json *series[COUNT_OF(HOW)], *j = chart_new(v, charts, "stacked", m->id, title, "dashboard.stage");
    page_set_bool(v, j, "named", true);
    for (size_t k = 0; k < COUNT_OF(HOW); k++) {
        series[k] = series_new(v, j, word(v, str_c(v->a, str_printf(v->a, "measure.%s", HOW[k]))));
    }
    Str last = STR("");
    for (size_t i = 0; i < m->count; i++) { /* by name: those of one stage stand together */
        Str stage = str_sub(m->cells[i].name, 0, str_find(m->cells[i].name, STR(":"), 0));
        if (str_eq(stage, last)) {
            continue;
        }
        last = stage;
        json_push(v->a, list_of(j, "labels"), json_new_str(v->a, stage_name(m, stage)));
        for (size_t k = 0; k < COUNT_OF(HOW); k++) {
            Str name = str_printf(v->a, "%.*s:%s", STR_ARG(stage), HOW[k]);
            int64_t n = 0;
            for (size_t c = 0; c < m->count; c++) {
                n = str_eq(m->cells[c].name, name) ? m->cells[c].n : n;
            }
            point_add(v, series[k], n, n > 0 ? page_measure_href(m, name) : STR(""));
        }
    }
}

static void set_number(const PageView *v, Json *j, const char *key, int64_t n)
{
    page_set_text(v, j, key, str_printf(v->a, "%lld%s", (long long)n, n >= MEASURE_DAYS ? "+" : ""));
}

static void add_quantiles(const Measure *m, Json *section)
{
    static const struct {
        const char *key;
        int64_t permille;
    } SHOWN[] = {{"q10", 100}, {"q25", 250}, {"q50", 500}, {"q75", 750}, {"q90", 900}, {"most", 1000}};
    const PageView *v = m->v;
    Json *rows = page_list_in(v, section, "quantiles");
    for (size_t i = 0; i < m->stage_count; i++) {
        const MeasureStage *s = &m->stages[i];
        Json *j = page_add(v, rows);
        page_set_text(v, j, "label", stage_name(m, str_printf(v->a, "%.*s.%.*s", STR_ARG(s->type), STR_ARG(s->state))));
        page_set_int(v, j, "n", s->n);
        for (size_t k = 0; k < COUNT_OF(SHOWN); k++) {
            set_number(v, j, SHOWN[k].key, page_measure_quantile(s, SHOWN[k].permille));
        }
    }
}

/* A histogram a stage, and the quantiles of all stages as one table. */
static void add_waits(const Measure *m, Json *section, Json *charts)
{
    const PageView *v = m->v;
    for (size_t i = 0; i < m->stage_count; i++) {
        const MeasureStage *s = &m->stages[i];
        Str stage = str_printf(v->a, "%.*s.%.*s", STR_ARG(s->type), STR_ARG(s->state));
        Bars b = bars_new(v, charts, "distribution", str_printf(v->a, "%.*s-%zu", STR_ARG(m->id), i + 1),
                          stage_name(m, stage), "dashboard.days");
        for (size_t k = 0; k < MEASURE_BINS; k++) {
            Str name = str_printf(v->a, "%.*s:%s", STR_ARG(stage), page_measure_bin_name(k));
            bars_add(v, &b, page_measure_bin(v, k), s->bins[k], s->bins[k] > 0 ? page_measure_href(m, name) : STR(""));
        }
    }
    add_quantiles(m, section);
}

static bool add_measure(const PageView *v, const Json *rule, Json *sections, Err *err)
{
    Measure *m = ARENA_NEW(v->a, Measure);
    if (!page_measure(v, rule, m, err)) {
        return false;
    }
    Str label = page_label(v, "open_data", m->id);
    Json *section = section_new(v, sections, m->id, label, page_label(v, "open_data_about", m->id)),
         *charts = list_of(section, "charts");
    if (m->total == 0) {
        page_set_bool(v, section, "empty", true);
    } else if (str_eq_c(m->of, "waits")) {
        page_set_bool(v, section, "many", true);
        add_waits(m, section, charts);
    } else if (str_eq_c(m->of, "terms")) {
        add_terms(m, charts, label);
    } else {
        add_cells(m, charts, label);
    }
    if (page_measure_is_open(v, m->id)) {
        page_set_text(v, section, "csv", str_printf(v->a, "/open-data/%.*s.csv", STR_ARG(m->id)));
        page_set_text(v, section, "about", str_printf(v->a, "/open-data/%.*s.json", STR_ARG(m->id)));
    }
    return true;
}

static bool add_measures(const PageView *v, Json *sections, Err *err)
{
    const Json *rules[100];
    size_t count = page_measure_rules(v, rules, COUNT_OF(rules));
    for (size_t i = 0; i < count; i++) {
        if (!add_measure(v, rules[i], sections, err)) {
            return false;
        }
    }
    return true;
}

/* A scheme may call its places otherwise: "open_data.places", "open_data_about.places". */
static Str places_text(const PageView *v, const char *own, const char *usual)
{
    Str text = scheme_message(v->scheme, v->language, str_from_c(own));
    return text.ptr != NULL ? text : word(v, usual);
}

static bool add_burn_down(const PageView *v, Json *sections, Err *err)
{
    Json *section = section_new(v, sections, STR("places"), places_text(v, "open_data.places", "dashboard.places"),
                                places_text(v, "open_data_about.places", "dashboard.places_about"));
    page_set_text(v, section, "csv", STR("/quota.csv?by=day"));
    if (!page_quota_charts(v, list_of(section, "charts"), err)) {
        return false;
    }
    page_set_bool(v, section, "empty", json_count(json_get(section, "charts")) == 0);
    return true;
}

/* ---- Where cases stand now, what was decided ---- */

static Str about_type(const PageView *v, const char *key, Str type)
{
    return str_printf(v->a, "%.*s: %.*s", STR_ARG(page_label(v, "types", type)), STR_ARG(word(v, key)));
}

static Str state_href(const PageView *v, const SchemeType *t, Str state)
{
    return page_reads_type(v, t) ? str_printf(v->a, "/cases/%.*s?state=%.*s", STR_ARG(t->name), STR_ARG(state))
                                 : STR("");
}

/* Sums of a type by name, in the order in which they come. */
typedef struct {
    const PageView *v;
    const SchemeType *t;
    struct {
        Str name;
        int64_t n;
    } items[MOST_NAMES];
    size_t count;
    int64_t open, late; /* cases that somebody holds, and those past their deadline */
} Names;

static void add_name(Names *s, Str name, int64_t n)
{
    size_t i = 0;
    while (i < s->count && !str_eq(s->items[i].name, name)) {
        i++;
    }
    if (i == s->count && s->count < MOST_NAMES) {
        s->items[s->count++].name = str_copy(s->v->a, name);
    }
    if (i < MOST_NAMES) {
        s->items[i].n += n;
    }
}

static void add_state(void *host, const QuerySum *row)
{
    add_name(host, str_sub(row->key, 0, str_find(row->key, STR("|"), 0)), row->n);
}

static void add_outcome(void *host, const QuerySum *row)
{
    add_name(host, row->key, row->n);
}

static void add_held(void *host, const QuerySum *row)
{
    Names *s = host;
    s->open += row->n;
    s->late += row->day > 0 && row->day < s->v->today.n ? row->n : 0;
}

static bool each_sum(Names *s, Str type, const char *kind, QuerySumEach each, Err *err)
{
    return query_each_sum(s->v->flow->store, s->v->a, scheme_id(s->v->scheme), type, kind, each, s, err);
}

static bool add_stock(const PageView *v, Json *sections, Str type, Err *err)
{
    Names *now = ARENA_NEW(v->a, Names);
    const SchemeType *t = scheme_type(v->scheme, type);
    now->v = v;
    if (t == NULL || !each_sum(now, type, "held", add_state, err) || !each_sum(now, type, "free", add_state, err)) {
        return t == NULL;
    }
    Str title = about_type(v, "dashboard.stock", type), id = str_printf(v->a, "stock-%.*s", STR_ARG(type));
    Json *section = section_new(v, sections, id, title, word(v, "dashboard.stock_about"));
    if (now->count == 0) {
        page_set_bool(v, section, "empty", true);
        return true;
    }
    Bars b = bars_new(v, list_of(section, "charts"), "bars", id, title, "dashboard.state");
    page_set_bool(v, b.chart, "named", true);
    for (size_t s = 0; s < t->state_count; s++) { /* in the order of the scheme, not of the alphabet */
        for (size_t i = 0; i < now->count; i++) {
            if (str_eq(now->items[i].name, t->states[s].name)) {
                bars_add(v, &b, page_state_label(v, type, t->states[s].name), now->items[i].n,
                         state_href(v, t, t->states[s].name));
            }
        }
    }
    return true;
}

static bool add_outcomes(const PageView *v, Json *sections, Str type, Err *err)
{
    Names *found = ARENA_NEW(v->a, Names);
    found->v = v;
    if (!each_sum(found, type, "decided", add_outcome, err)) {
        return false;
    }
    Str title = about_type(v, "dashboard.outcomes", type), id = str_printf(v->a, "outcomes-%.*s", STR_ARG(type));
    Json *section = section_new(v, sections, id, title, word(v, "dashboard.outcomes_about"));
    page_set_bool(v, section, "empty", found->count == 0);
    if (found->count == 0) {
        return true;
    }
    Bars b = bars_new(v, list_of(section, "charts"), "bars", id, title, "dashboard.outcome");
    page_set_bool(v, b.chart, "named", true);
    for (size_t i = 0; i < found->count; i++) {
        Str outcome = found->items[i].name, step;
        if (str_cut(&outcome, '|', &step)) {
            Str label = str_printf(v->a, "%.*s: %.*s", STR_ARG(page_step_label(v, step)),
                                   STR_ARG(page_label(v, "outcome", outcome)));
            bars_add(v, &b, label, found->items[i].n, STR(""));
        }
    }
    return true;
}

static void add_waiting(const Names *s, Json *rows)
{
    const PageView *v = s->v;
    Json *j = page_add(v, rows);
    page_set_text(v, j, "label", page_label(v, "types", s->t->name));
    page_set_int(v, j, "open", s->open);
    page_set_int(v, j, "late", s->late);
    page_set_text(v, j, "href",
                  page_reads_type(v, s->t) ? str_printf(v->a, "/cases/%.*s", STR_ARG(s->t->name)) : STR(""));
}

static int by_type(const void *x, const void *y)
{
    const Names *const *a = x, *const *b = y;
    return str_cmp((*a)->t->name, (*b)->t->name);
}

/* What waits for somebody by kind of case, and how much of it has missed its day. */
static bool add_all_waiting(const PageView *v, Json *model, Err *err)
{
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    Names **sums = ARENA_ARRAY(v->a, Names *, count + 1);
    Json *rows = page_list_in(v, model, "waiting");
    int64_t open = 0, late = 0;
    for (size_t i = 0; i < count; i++) {
        sums[i] = ARENA_NEW(v->a, Names);
        sums[i]->v = v;
        sums[i]->t = &types[i];
        if (!each_sum(sums[i], types[i].name, "held", add_held, err)) {
            return false;
        }
        open += sums[i]->open;
        late += sums[i]->late;
    }
    qsort(sums, count, sizeof(Names *), by_type);
    for (size_t i = 0; i < count; i++) {
        if (sums[i]->open > 0) {
            add_waiting(sums[i], rows);
        }
    }
    page_set_int(v, model, "open", open);
    page_set_int(v, model, "late", late);
    return true;
}

static bool each_name(const PageView *v, Json *sections, const char *name,
                      bool (*add)(const PageView *, Json *, Str, Err *), Err *err)
{
    const Json *types = names_of(v, name);
    for (size_t i = 0; i < json_count(types); i++) {
        if (!add(v, sections, json_text(types->items[i]), err)) {
            return false;
        }
    }
    return true;
}

static bool add_cost_section(const PageView *v, Json *sections, Err *err)
{
    if (names_of(v, "costs") == NULL) {
        return true;
    }
    return page_costs(v, section_new(v, sections, STR("costs"), word(v, "costs.title"), word(v, "costs.about")), err);
}

bool page_dashboard(const PageView *v, Page *ret, Err *err)
{
    if (!page_reads_figures(v)) {
        return err_set(err, NOT_ALLOWED, "This page is for those who oversee the scheme.");
    }
    *ret = (Page){"dashboard", json_new_object(v->a)};
    page_frame(v, ret->model, word(v, "nav.figures"));
    page_set_text(v, ret->model, "as_of", day_print(v->a, v->today));
    Json *sections = page_list_in(v, ret->model, "sections");
    return add_all_waiting(v, ret->model, err) && add_burn_down(v, sections, err) &&
           page_stock_flow(v, sections, err) && add_measures(v, sections, err) && add_cost_section(v, sections, err) &&
           each_name(v, sections, "stock", add_stock, err) && each_name(v, sections, "outcomes", add_outcomes, err);
}
