/* cli_try.c: `goldenbridge law try`: a draft of the law against every decision of the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "trial/trial.h"

static void put_count(Cli *c, const Json *n)
{
    Str text = json_text(n);
    fprintf(c->out, " %10.*s", STR_ARG(text.len ? text : STR("few")));
}

static void print_groups(Cli *c, const Json *by)
{
    static const char *const COLUMNS[] = {"decisions", "gain", "lose", "other"};
    for (size_t i = 0; i < json_count(by); i++) {
        const Json *rows = json_get(by->items[i], "rows");
        fprintf(c->out, "\nBy %-24.*s", STR_ARG(json_text_at(by->items[i], "name")));
        for (size_t k = 0; k < COUNT_OF(COLUMNS); k++) {
            fprintf(c->out, " %10s", COLUMNS[k]);
        }
        for (size_t r = 0; r < json_count(rows); r++) {
            Str value = json_text_at(rows->items[r], "value");
            fprintf(c->out, "\n   %-24.*s", STR_ARG(value.len ? value : STR("(not known)")));
            for (size_t k = 0; k < COUNT_OF(COLUMNS); k++) {
                put_count(c, json_get(rows->items[r], COLUMNS[k]));
            }
        }
        fprintf(c->out, "\n");
    }
}

static void print_reasons(Cli *c, const Json *report, Str language)
{
    const Json *reasons = json_get(report, "reasons"), *rules = json_get(report, "rules"),
               *missing = json_get(report, "missing_facts");
    for (size_t i = 0; i < json_count(reasons); i++) {
        const Json *r = reasons->items[i];
        Str text = json_text(json_get_str(json_get(r, "text"), language));
        fprintf(c->out, "%s%-6.*s %6.*s  %.*s [%.*s]\n", i ? "" : "\nReasons\n", STR_ARG(json_text_at(r, "change")),
                STR_ARG(json_text_at(r, "decisions")), STR_ARG(text.len ? text : json_text_at(r, "code")),
                STR_ARG(json_text_at(r, "cites")));
    }
    for (size_t i = 0; i < json_count(rules); i++) {
        const Json *r = rules->items[i];
        fprintf(c->out, "%s%.*s %.*s: fires no more %.*s times, anew %.*s times\n", i ? "" : "\nRules\n",
                STR_ARG(json_text_at(r, "model")), STR_ARG(json_text_at(r, "rule")), STR_ARG(json_text_at(r, "stops")),
                STR_ARG(json_text_at(r, "starts")));
    }
    for (size_t i = 0; i < json_count(missing); i++) {
        const Json *r = missing->items[i];
        fprintf(c->out,
                "%.*s asks about \"%.*s\", which %.*s past decisions did not store: it was empty to the draft.\n",
                STR_ARG(json_text_at(r, "model")), STR_ARG(json_text_at(r, "input")),
                STR_ARG(json_text_at(r, "decisions")));
    }
}

static void print_rounds(Cli *c, const Json *rounds)
{
    for (size_t i = 0; i < json_count(rounds); i++) {
        const Json *r = rounds->items[i], *cells = json_get(r, "cells");
        fprintf(c->out, "Round %.*s: %s\n", STR_ARG(json_text_at(r, "round")),
                json_is_true(json_get(r, "same")) ? "comes out as in the log" : "DOES NOT come out as in the log");
        for (size_t k = 0; k < json_count(cells); k++) {
            fprintf(c->out, "   %-24.*s", STR_ARG(json_text_at(cells->items[k], "cell")));
            put_count(c, json_get(cells->items[k], "applications"));
            put_count(c, json_get(cells->items[k], "gain"));
            put_count(c, json_get(cells->items[k], "lose"));
            fprintf(c->out, "\n");
        }
    }
}

static void print_report(Cli *c, const Json *report, Str language)
{
    const Json *in_force = json_get(report, "in_force"), *differs = json_get(in_force, "differs"),
               *r = json_get(report, "draft_result");
    fprintf(c->out, "In force: %.*s of %.*s past decisions come out the same; the facts of %.*s more were erased.\n",
            STR_ARG(json_text_at(in_force, "same")), STR_ARG(json_text_at(in_force, "decisions")),
            STR_ARG(json_text_at(in_force, "erased")));
    for (size_t i = 0; i < json_count(differs); i++) {
        const Json *d = differs->items[i];
        fprintf(c->out, "DIFFERS event %.*s of %.*s: %.*s\n", STR_ARG(json_text_at(d, "seq")),
                STR_ARG(json_text_at(d, "case")), STR_ARG(json_text_at(d, "why")));
    }
    fprintf(c->out, "Draft: of %.*s decisions %.*s gain, %.*s lose, %.*s change otherwise, %.*s stay.\n",
            STR_ARG(json_text_at(r, "decided")), STR_ARG(json_text_at(r, "gain")), STR_ARG(json_text_at(r, "lose")),
            STR_ARG(json_text_at(r, "other")), STR_ARG(json_text_at(r, "same")));
    print_groups(c, json_get(report, "by"));
    print_reasons(c, report, language);
    print_rounds(c, json_get(report, "rounds"));
}

int cli_law_try(Cli *c, const Scheme *s)
{
    Err err;
    TrialDraft draft;
    Json *report;
    Str path = cli_option(c, "draft"), from = cli_option(c, "from"), language = cli_option(c, "language");
    Day day = {INT32_MIN};
    bool one_by_one = cli_flag(c, "one-by-one");
    if (path.len == 0 || c->argc != 2 || (from.len > 0 && !day_parse(from, &day))) {
        return cli_usage(c, "Say which draft: law try --draft FILE|FOLDER [--from DAY].");
    }
    if (!trial_load(c->a, s, path, day, &draft, &err) || !cli_open(c, STORE_READ, &err)) {
        return cli_fail(c, &err);
    }
    draft.one_by_one = one_by_one;
    if (!trial_run(c->flow.store, c->a, &draft, &report, &err)) {
        return cli_fail(c, &err);
    }
    if (c->json) {
        cli_print_json(c, report);
    } else {
        print_report(c, report, language.len ? language : STR("en"));
    }
    return trial_reproduced(report) ? 0 : 1;
}
