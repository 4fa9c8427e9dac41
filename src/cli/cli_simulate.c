/* cli_simulate.c: `goldenbridge simulate`: the scheme years ahead, as bands over many runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "simulate/simulate.h"

enum { RUNS = 100, MOST_RUNS = 10000, MOST_THREADS = 16, SEED = 1 };

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
        fprintf(c->out, "%s%-5.*s %-9.*s %.*s published %7.*s, here %7.*s: %s%lld.%lld %% apart, %s %lld.%lld %%\n",
                i ? "" : "\nBeside what was published\n", STR_ARG(json_text_at(p, "use")),
                STR_ARG(json_text_at(p, "series")), STR_ARG(json_text_at(p, "month")),
                STR_ARG(json_text_at(p, "value")), STR_ARG(json_text(json_get(p, "bands")->items[1])),
                apart < 0 ? "-" : "", (long long)((apart < 0 ? -apart : apart) / 10),
                (long long)((apart < 0 ? -apart : apart) % 10),
                json_is_true(json_get(p, "within")) ? "within" : "NOT within",
                (long long)(json_to_int(json_get(p, "limit_permille"), 0) / 10),
                (long long)(json_to_int(json_get(p, "limit_permille"), 0) % 10));
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
