/* cli_simulate.c: `goldenbridge simulate`: the scheme years ahead, as bands over many runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "simulate/simulate.h"

enum { RUNS = 100, MOST_RUNS = 10000, MOST_THREADS = 16, SEED = 1 };

/* How many of the figures of one use and series are met. */
static void print_tally(Cli *c, const Json *published, const char *use, SimSeries series)
{
    int all = 0, within = 0;
    for (size_t i = 0; i < json_count(published); i++) {
        const Json *p = published->items[i];
        bool counts =
            str_eq_c(json_text_at(p, "use"), use) && str_eq_c(json_text_at(p, "series"), sim_series_name(series));
        all += counts;
        within += counts && json_is_true(json_get(p, "within"));
    }
    if (all > 0) {
        fprintf(c->out, "%-5s %-12s %d of %d within the limit\n", use, sim_series_name(series), within, all);
    }
}

static void print_tallies(Cli *c, const Json *published)
{
    static const char *const USES[] = {"fit", "test"};
    fprintf(c->out, "\nIn all (fit: used to set the rates; test: not used to set them; shown: neither)\n");
    for (size_t u = 0; u < COUNT_OF(USES); u++) {
        for (int s = 0; s < SIM_SERIES_COUNT; s++) {
            print_tally(c, published, USES[u], (SimSeries)s);
        }
    }
}

static void print_simulation(Cli *c, const Json *report)
{
    static const SimSeries SHOWN[] = {SIM_ARRIVALS,   SIM_EXTENSIONS, SIM_REENTRIES,    SIM_CHANGES,
                                      SIM_DEPARTURES, SIM_ELSEWHERE,  SIM_NEW_OVERSTAY, SIM_OVERSTAY};
    const Json *years = json_get(report, "years"), *published = json_get(report, "published");
    fprintf(c->out, "%-6s %24s", "year", "stock (5, 50, 95 of 100)");
    for (size_t s = 0; s < COUNT_OF(SHOWN); s++) {
        fprintf(c->out, " %14s", sim_series_name(SHOWN[s]));
    }
    fprintf(c->out, "\n");
    for (size_t i = 0; i < json_count(years); i++) {
        const Json *y = years->items[i], *stock = json_get(y, "stock");
        fprintf(c->out, "%-6.*s", STR_ARG(json_text_at(y, "year")));
        for (size_t b = 0; b < json_count(stock); b++) {
            fprintf(c->out, " %8.*s", STR_ARG(json_text(stock->items[b])));
        }
        for (size_t s = 0; s < COUNT_OF(SHOWN); s++) {
            fprintf(c->out, " %14.*s", STR_ARG(json_text(json_get(y, sim_series_name(SHOWN[s]))->items[1])));
        }
        fprintf(c->out, "\n");
    }
    for (size_t i = 0; i < json_count(published); i++) {
        const Json *p = published->items[i];
        int64_t apart = json_to_int(json_get(p, "permille"), 0);
        fprintf(c->out, "%s%-5.*s %-12.*s %.*s published %7.*s, here %7.*s: %s%lld.%lld %% apart, %s %lld.%lld %%\n",
                i ? "" : "\nBeside what was published\n", STR_ARG(json_text_at(p, "use")),
                STR_ARG(json_text_at(p, "series")), STR_ARG(json_text_at(p, "month")),
                STR_ARG(json_text_at(p, "value")), STR_ARG(json_text(json_get(p, "bands")->items[1])),
                apart < 0 ? "-" : "", (long long)((apart < 0 ? -apart : apart) / 10),
                (long long)((apart < 0 ? -apart : apart) % 10),
                json_is_true(json_get(p, "within")) ? "within" : "NOT within",
                (long long)(json_to_int(json_get(p, "limit_permille"), 0) / 10),
                (long long)(json_to_int(json_get(p, "limit_permille"), 0) % 10));
    }
    if (json_count(published) > 0) {
        print_tallies(c, published);
    }
}

static bool whole(Str text, int64_t otherwise, int64_t low, int64_t high, int64_t *ret)
{
    *ret = otherwise;
    return text.len == 0 || (str_to_int(text, ret) && *ret >= low && *ret <= high);
}

int cli_simulate(Cli *c)
{
    Err err;
    Json *data, *report;
    SimModel *model;
    int64_t seed, runs, threads;
    Str file = cli_option(c, "data"), seed_text = cli_option(c, "seed"), runs_text = cli_option(c, "runs"),
        threads_text = cli_option(c, "threads");
    if (c->argc != 1 || !whole(seed_text, SEED, 0, INT64_MAX, &seed) || !whole(runs_text, RUNS, 1, MOST_RUNS, &runs) ||
        !whole(threads_text, 0, 0, MOST_THREADS, &threads)) {
        return cli_usage(c, "simulate [--seed N] [--runs 1-10000] [--threads 0-16] [--data FILE]");
    }
    if (!cli_load_law(c, &err)) {
        return cli_fail(c, &err);
    }
    const Scheme *s = cli_scheme(c, &err);
    if (s == NULL) {
        return cli_fail(c, &err);
    }
    file = file.len ? file : str_printf(c->a, "%.*s/simulation.json", STR_ARG(scheme_folder(s)));
    if (!scheme_file_json(c->a, file, &data, &err) || !sim_read(c->a, data, &model, &err) ||
        !sim_report(c->a, model, (SimRuns){(uint64_t)seed, (uint32_t)runs, (uint32_t)threads}, &report, &err)) {
        return cli_fail(c, &err);
    }
    if (c->json) {
        cli_print_json(c, report);
    } else {
        print_simulation(c, report);
    }
    return 0;
}
