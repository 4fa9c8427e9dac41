/* page_simulate.c: the scheme years ahead: bands as charts with their tables, the definition, and how far it is from
 * what was published.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "base/file.h"
#include "simulate/simulate.h"

enum { SEED = 1 };

static Str rates_path(const PageView *v)
{
    return str_printf(v->a, "%.*s/simulation.json", STR_ARG(scheme_folder(v->scheme)));
}

bool page_simulates(const PageView *v)
{
    return page_tries(v) && file_exists(v->a, rates_path(v));
}

static Str word(const PageView *v, const char *key)
{
    return view_text(v->a, v->language, key, NULL);
}

static Str simulate_word(const PageView *v, const char *name)
{
    return word(v, str_c(v->a, str_printf(v->a, "simulate.%s", name)));
}

static void add_chart(const PageView *v, Json *charts, const Json *report, SimSeries series)
{
    static const char *const BANDS[] = {"low", "mid", "high"};
    const Json *years = json_get(report, "years");
    Json *chart = page_add(v, charts), *labels, *all, *source;
    page_set_text(v, chart, "kind", STR("band"));
    page_set_text(v, chart, "band", simulate_word(v, "band"));
    page_set_text(v, chart, "id", str_printf(v->a, "sim-%s", sim_series_name(series)));
    page_set_text(v, chart, "title", simulate_word(v, sim_series_name(series)));
    page_set_text(v, chart, "x_label", word(v, "series.year"));
    labels = page_list_in(v, chart, "labels");
    all = page_list_in(v, chart, "series");
    for (size_t b = 0; b < COUNT_OF(BANDS); b++) {
        Json *one = page_add(v, all), *values = page_list_in(v, one, "values");
        page_set_text(v, one, "label", simulate_word(v, BANDS[b]));
        for (size_t i = 0; i < json_count(years); i++) {
            json_push(v->a, values, json_get(years->items[i], sim_series_name(series))->items[b]);
            if (b == 0) {
                json_push(v->a, labels, json_new_str(v->a, json_text_at(years->items[i], "year")));
            }
        }
    }
    source = page_object_in(v, chart, "source");
    page_set_text(v, source, "label", simulate_word(v, "source"));
    page_set_text(v, source, "day", day_print(v->a, v->today));
}

static Str percent(const PageView *v, int64_t permille)
{
    return str_printf(v->a, "%lld.%lld %%", (long long)(permille / 10), (long long)(permille % 10));
}

/* What the figure counts of the series, and why it may not be met. */
static void add_scope(const PageView *v, Json *j, const Json *published)
{
    int64_t covers = json_to_int(json_get(published, "covers_ppm"), 0),
            over = json_to_int(json_get(published, "over"), 1),
            newcomers = json_to_int(json_get(published, "newcomers"), 0);
    Str why = json_text_at(published, "why");
    if (covers < 1000000) {
        page_set_text(v, j, "covers", percent(v, (covers + 500) / 1000));
    }
    if (over > 1) {
        page_set_int(v, j, "over", over);
    }
    if (newcomers > 0) {
        page_set_int(v, j, "newcomers", newcomers);
    }
    if (why.len > 0) {
        page_set_text(v, j, "why", simulate_word(v, str_c(v->a, str_printf(v->a, "why_%.*s", STR_ARG(why)))));
    }
}

static void add_figure(const PageView *v, Json *rows, const Json *p)
{
    int64_t apart = json_to_int(json_get(p, "permille"), 0), size = apart < 0 ? -apart : apart;
    Json *j = page_add(v, rows);
    page_set_text(v, j, "series",
                  simulate_word(v, str_c(v->a, str_printf(v->a, "of_%.*s", STR_ARG(json_text_at(p, "series"))))));
    page_set_text(v, j, "month", json_text_at(p, "month"));
    page_set_text(v, j, "value", json_text_at(p, "value"));
    page_set_text(v, j, "mid", json_text(json_get(p, "bands")->items[1]));
    page_set_text(v, j, "apart", str_printf(v->a, "%s%s", apart < 0 ? "−" : "+", str_c(v->a, percent(v, size))));
    page_set_text(v, j, "limit", percent(v, json_to_int(json_get(p, "limit_permille"), 0)));
    add_scope(v, j, p);
    page_set_text(v, j, "source", json_text_at(p, "source"));
    page_set_bool(v, j, "within", json_is_true(json_get(p, "within")));
}

/* The published figures by what they are used for: those that test first. */
static void add_published(const PageView *v, Json *model, const Json *report)
{
    static const char *const USES[] = {"test", "fit", "shown"};
    const Json *published = json_get(report, "published");
    Json *groups = page_list_in(v, model, "groups");
    for (size_t g = 0; g < COUNT_OF(USES); g++) {
        Json *group = NULL, *rows = NULL;
        int64_t all = 0, within = 0;
        for (size_t i = 0; i < json_count(published); i++) {
            const Json *p = published->items[i];
            if (!str_eq_c(json_text_at(p, "use"), USES[g])) {
                continue;
            }
            if (group == NULL) {
                group = page_add(v, groups);
                rows = page_list_in(v, group, "published");
            }
            add_figure(v, rows, p);
            all++;
            within += json_is_true(json_get(p, "within"));
        }
        if (group != NULL) {
            page_set_text(v, group, "id", str_from_c(USES[g]));
            page_set_text(v, group, "use", simulate_word(v, USES[g]));
            page_set_int(v, group, "all", all);
            page_set_int(v, group, "within", within);
        }
    }
}

/* What sets the course: rates found from figures, and those given with their source. */
static void add_rates(const PageView *v, Json *model, const Json *data)
{
    const Json *rates = json_get(data, "rates");
    Json *rows = page_list_in(v, model, "rates");
    for (size_t i = 0; i < json_count(rates); i++) {
        const Json *r = rates->items[i];
        int64_t ppm = json_to_int(json_get(r, "ppm"), -1);
        bool fit = str_eq(json_text_at(r, "use"), STR("fit"));
        Json *j = page_add(v, rows);
        page_set_text(v, j, "name",
                      simulate_word(v, str_c(v->a, str_printf(v->a, "rate_%.*s", STR_ARG(json_text_at(r, "name"))))));
        page_set_text(v, j, "from", json_text_at(r, "from"));
        page_set_text(v, j, "share",
                      ppm >= 0
                          ? str_printf(v->a, "%lld.%02lld %%", (long long)(ppm / 10000), (long long)(ppm % 10000 / 100))
                          : STR(""));
        page_set_text(v, j, "persons", json_text_at(r, "persons"));
        page_set_text(v, j, "use", simulate_word(v, fit ? "fitted" : "given"));
        page_set_text(v, j, "source", json_text_at(r, "source"));
    }
}

static bool report_of(const PageView *v, const Json *data, SimRuns how, Json **ret, Err *err)
{
    SimModel *model;
    if (v->simulations != NULL) {
        return sim_kept_report(v->simulations, v->a, data, how, ret, err);
    }
    return sim_read(v->a, data, &model, err) && sim_report(v->a, model, how, ret, err);
}

/* The numbers of runs that one may ask for; more is for the command line. */
static const int64_t RUNS[] = {5, 25};

static uint32_t wanted_runs(int64_t asked)
{
    for (size_t i = 0; i < COUNT_OF(RUNS); i++) {
        if (asked == RUNS[i]) {
            return (uint32_t)asked;
        }
    }
    return (uint32_t)RUNS[0];
}

static void add_choices(const PageView *v, Json *model, uint32_t runs)
{
    Json *choices = page_list_in(v, model, "choices");
    for (size_t i = 0; i < COUNT_OF(RUNS); i++) {
        Json *j = page_add(v, choices);
        page_set_int(v, j, "runs", RUNS[i]);
        page_set_text(v, j, "href", str_printf(v->a, "/simulate?runs=%lld", (long long)RUNS[i]));
        page_set_bool(v, j, "current", RUNS[i] == runs);
    }
}

bool page_simulate(const PageView *v, int64_t asked, Page *ret, Err *err)
{
    static const SimSeries SHOWN[] = {SIM_STOCK,   SIM_OVERSTAY,   SIM_ARRIVALS,  SIM_EXTENSIONS,   SIM_REENTRIES,
                                      SIM_CHANGES, SIM_DEPARTURES, SIM_ELSEWHERE, SIM_NEW_OVERSTAY, SIM_ENDS};
    Json *data, *report;
    SimRuns how = {.seed = SEED, .runs = wanted_runs(asked)};
    if (!page_tries(v)) {
        return err_set(err, NOT_ALLOWED, "This page is for those who prepare the law.");
    }
    if (!page_simulates(v)) {
        return err_set(err, NOT_FOUND, "This scheme states no rates to look ahead with.");
    }
    if (!scheme_file_json(v->a, rates_path(v), &data, err) || !report_of(v, data, how, &report, err)) {
        return false;
    }
    *ret = (Page){"simulate", json_new_object(v->a)};
    page_frame(v, ret->model, word(v, "simulate.title"));
    page_set_text(v, ret->model, "runs", json_text_at(report, "runs"));
    page_set_text(v, ret->model, "seed", json_text_at(report, "seed"));
    add_choices(v, ret->model, how.runs);
    Json *charts = page_list_in(v, ret->model, "charts");
    for (size_t i = 0; i < COUNT_OF(SHOWN); i++) {
        add_chart(v, charts, report, SHOWN[i]);
    }
    add_published(v, ret->model, report);
    add_rates(v, ret->model, data);
    return true;
}
