/* page_try.c: a ministry tries a draft of the law on the past: choice or upload, then who gains, who loses and why.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { MAX_SHOWN = 50 };

bool page_tries(const PageView *v)
{
    const Json *readers = json_path(scheme_info(v->scheme), "trial.readers");
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

/* "model@day" of a version that the scheme has. */
static const SchemeModel *find_version(const PageView *v, Str choice)
{
    const SchemeModel *models;
    size_t count = scheme_models(v->scheme, &models);
    for (size_t i = 0; i < count; i++) {
        if (str_eq(choice,
                   str_printf(v->a, "%.*s@%.*s", STR_ARG(models[i].name), STR_ARG(day_print(v->a, models[i].from))))) {
            return &models[i];
        }
    }
    return NULL;
}

static void add_choices(const PageView *v, Json *model, Str chosen)
{
    const SchemeModel *models;
    size_t count = scheme_models(v->scheme, &models);
    Json *list = page_list_in(v, model, "choices");
    for (size_t i = 0; i < count; i++) {
        Json *j = page_add(v, list);
        Str day = day_print(v->a, models[i].from),
            value = str_printf(v->a, "%.*s@%.*s", STR_ARG(models[i].name), STR_ARG(day));
        page_set_text(v, j, "value", value);
        page_set_text(v, j, "label",
                      str_printf(v->a, "%.*s · %.*s",
                                 STR_ARG(page_label(v, "models", decide_top(v->a, models[i].name))), STR_ARG(day)));
        page_set_bool(v, j, "selected", str_eq(value, chosen));
        if (str_eq(value, chosen)) {
            page_set(v, model, "draft", json_get(j, "label"));
        }
    }
}

/* ---- The report as tables ---- */

static void put_counts(const PageView *v, Json *row, const Json *from, const char *const *names, size_t count)
{
    Json *cells = page_list_in(v, row, "cells");
    for (size_t i = 0; i < count; i++) {
        Json *j = page_add(v, cells);
        Str n = json_text(json_get(from, names[i]));
        page_set_bool(v, j, "few", n.len == 0);
        page_set_text(v, j, "value", n);
        page_set_text(v, j, "label", word(v, str_c(v->a, str_printf(v->a, "try.%s", names[i]))));
    }
}

static void add_groups(const PageView *v, Json *model, const Json *report)
{
    static const char *const COLUMNS[] = {"decisions", "gain", "lose", "other"};
    const Json *by = json_get(report, "by");
    Json *groups = page_list_in(v, model, "groups");
    for (size_t i = 0; i < json_count(by); i++) {
        if (json_count(json_get(by->items[i], "rows")) == 0) { /* of caps alone: the rounds say who gains and loses */
            continue;
        }
        Json *g = page_add(v, groups), *rows = page_list_in(v, g, "rows");
        Str name = json_text_at(by->items[i], "name");
        page_set_text(v, g, "id", str_printf(v->a, "by-%.*s", STR_ARG(name)));
        page_set_text(v, g, "label", scheme_label(v->scheme, v->a, v->language, "trial", name));
        const Json *from = json_get(by->items[i], "rows");
        for (size_t r = 0; r < json_count(from); r++) {
            Json *row = page_add(v, rows);
            Str value = json_text_at(from->items[r], "value");
            page_set_text(v, row, "label", value.len ? page_label(v, "choice", value) : word(v, "try.unknown"));
            put_counts(v, row, from->items[r], COLUMNS, COUNT_OF(COLUMNS));
        }
    }
}

static void add_reasons(const PageView *v, Json *model, const Json *report)
{
    const Json *reasons = json_get(report, "reasons");
    Json *list = page_list_in(v, model, "reasons");
    for (size_t i = 0; i < json_count(reasons); i++) {
        const Json *r = reasons->items[i];
        Json *j = page_add(v, list);
        page_set_text(v, j, "change",
                      word(v, str_c(v->a, str_printf(v->a, "try.%.*s", STR_ARG(json_text_at(r, "change"))))));
        page_set_text(v, j, "decisions", json_text_at(r, "decisions"));
        page_set_text(v, j, "text", page_label(v, "reasons", json_text_at(r, "code")));
        page_set(v, j, "cites", page_cites(v, json_text_at(r, "cites")));
    }
}

/* Cases that the caller may open, by number and never by name; how many there are besides. */
static bool add_cases(const PageView *v, Json *model, const Json *report, Err *err)
{
    const Json *cases = json_get(report, "cases");
    Json *list = page_list_in(v, model, "cases");
    int64_t hidden = json_to_int(json_get(report, "left_out"), 0);
    for (size_t i = 0; i < json_count(cases); i++) {
        const Json *c = cases->items[i];
        const CaseRow *row = NULL;
        if (list->count < MAX_SHOWN && !page_find(v, json_text_at(c, "case"), &row, err)) {
            return false;
        }
        hidden += row == NULL;
        if (row == NULL) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "id", row->id);
        page_set_text(v, j, "href", str_printf(v->a, "/decision/%.*s", STR_ARG(json_text_at(c, "seq"))));
        page_set_text(v, j, "step", page_step_label(v, json_text_at(c, "step")));
        page_set_text(v, j, "day", json_text_at(c, "day"));
        page_set_text(v, j, "change",
                      word(v, str_c(v->a, str_printf(v->a, "try.%.*s", STR_ARG(json_text_at(c, "change"))))));
        page_set_text(v, j, "before", page_label(v, "outcome", json_text(json_path(c, "before.outcome"))));
        page_set_text(v, j, "after", page_label(v, "outcome", json_text(json_path(c, "after.outcome"))));
    }
    if (hidden > 0) {
        page_set_int(v, model, "hidden", hidden);
    }
    return true;
}

static void add_rounds(const PageView *v, Json *model, const Json *report)
{
    static const char *const COLUMNS[] = {"applications", "gain", "lose"};
    const Json *rounds = json_get(report, "rounds");
    Json *list = page_list_in(v, model, "rounds");
    for (size_t i = 0; i < json_count(rounds); i++) {
        const Json *cells = json_get(rounds->items[i], "cells");
        if (cells == NULL) {
            continue;
        }
        Json *r = page_add(v, list), *rows = page_list_in(v, r, "rows");
        page_set_text(v, r, "label", json_text_at(rounds->items[i], "round"));
        for (size_t k = 0; k < json_count(cells); k++) {
            Json *row = page_add(v, rows);
            Str cell = json_text_at(cells->items[k], "cell"), round = page_round_label(v, cell);
            page_set_text(v, row, "label",
                          cell.len == 0 ? word(v, "try.unknown")
                          : round.len   ? round
                                        : page_label(v, "choice", cell));
            put_counts(v, row, cells->items[k], COLUMNS, COUNT_OF(COLUMNS));
        }
    }
}

static bool add_report(const PageView *v, Json *model, const Json *report, Err *err)
{
    const Json *in_force = json_get(report, "in_force"), *differs = json_get(in_force, "differs"),
               *result = json_get(report, "draft_result");
    static const char *const COUNTS[] = {"decided", "gain", "lose", "other", "same"};
    Json *figures = page_list_in(v, model, "figures"), *missing = page_list_in(v, model, "missing");
    page_set_bool(v, model, "done", true);
    page_set_bool(v, model, "reproduced", trial_reproduced(report));
    page_set_text(v, model, "past", json_text_at(in_force, "decisions"));
    page_set_text(v, model, "past_same", json_text_at(in_force, "same"));
    page_set_text(v, model, "erased", json_text_at(in_force, "erased"));
    for (size_t i = 0; i < json_count(differs) && i < MAX_SHOWN; i++) {
        Json *j = page_add(v, page_list_in(v, model, "differs"));
        page_set_text(v, j, "seq", json_text_at(differs->items[i], "seq"));
    }
    bool none = str_eq_c(json_text_at(result, "decided"), "0"), drawn;
    add_rounds(v, model, report);
    drawn = json_count(json_get(model, "rounds")) > 0;
    for (size_t i = 0; i < COUNT_OF(COUNTS) && !(none && drawn); i++) {
        Json *j = page_add(v, figures);
        page_set_text(v, j, "label", word(v, str_c(v->a, str_printf(v->a, "try.%s", COUNTS[i]))));
        page_set_text(v, j, "value", json_text_at(result, COUNTS[i]));
    }
    const Json *facts = json_get(report, "missing_facts");
    for (size_t i = 0; i < json_count(facts); i++) {
        Json *j = page_add(v, missing);
        page_set_text(v, j, "input", page_label(v, "inputs", json_text_at(facts->items[i], "input")));
        page_set_text(v, j, "decisions", json_text_at(facts->items[i], "decisions"));
    }
    add_groups(v, model, report);
    add_reasons(v, model, report);
    page_set_bool(v, model, "unused", none && !drawn);
    return add_cases(v, model, report, err);
}

/* ---- The page ---- */

static bool take_draft(const PageView *v, const PageTryAsk *ask, TrialDraft *d, Err *err)
{
    Day from = {INT32_MIN};
    if (ask->from.len > 0 && !day_parse(ask->from, &from)) {
        return err_field(err, FIELD_FORMAT, "from", "%s", str_c(v->a, word(v, "try.bad_day")));
    }
    if (ask->file.len > 0) {
        return trial_add(v->a, d, ask->file_name, ask->file, from, err);
    }
    const SchemeModel *m = find_version(v, ask->choice);
    if (m == NULL) {
        return err_field(err, FIELD_MISSING, "draft", "%s", str_c(v->a, word(v, "try.no_draft")));
    }
    d->models = ARENA_NEW(v->a, SchemeModel);
    *d->models = *m;
    d->models->from = from;
    d->count = d->cap = 1;
    return true;
}

static bool run(const PageView *v, const TrialDraft *draft, Json **ret, Err *err)
{
    return v->trials != NULL ? trial_kept_run(v->trials, v->flow->store, v->a, draft, v->now, ret, err)
                             : trial_run(v->flow->store, v->a, draft, ret, err);
}

bool page_try(const PageView *v, const PageTryAsk *ask, Page *ret, Err *err)
{
    Json *report;
    Err fault;
    TrialDraft draft = {.scheme = v->scheme};
    if (!page_tries(v)) {
        return err_set(err, NOT_ALLOWED, "This page is for those who prepare the law.");
    }
    *ret = (Page){"try", json_new_object(v->a)};
    page_frame(v, ret->model, word(v, "try.title"));
    add_choices(v, ret->model, ask->choice);
    page_set_text(v, ret->model, "from", ask->from);
    if (!ask->sent) {
        return true;
    }
    if (!take_draft(v, ask, &draft, &fault) || !run(v, &draft, &report, &fault)) {
        page_set_text(v, ret->model, "error", view_fault(v->a, v->language, &fault));
        bool of_draft = err_http_status(fault.code) < 500 || fault.code == MODEL_BROKEN;
        return of_draft || err_set(err, fault.code, "%s", fault.text);
    }
    if (ask->file.len > 0) {
        page_set_text(v, ret->model, "draft", ask->file_name);
    }
    return add_report(v, ret->model, report, err);
}
