/* page_series.c: published figures of the corridor as dated series, each value with its source; sources that disagree
 * side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* scheme.json: "figures": {"series": {type, states, and the fields name, year, period, value, unit, source, url,
 * released, confidence, note, revisions}} */
static const Json *rule_of(const Scheme *s)
{
    return json_path(scheme_info(s), "figures.series");
}

typedef struct {
    const CaseRow **rows; /* of one series, by year; one year's in the order in which they were published */
    size_t count;
} Series;

static int64_t year_of(const Json *rule, const CaseRow *row)
{
    int64_t year = 0;
    return str_to_int(page_rule_text(rule, "year", row), &year) ? year : 0;
}

static bool stands_before(const Json *rule, const CaseRow *x, const CaseRow *y)
{
    int64_t a = year_of(rule, x), b = year_of(rule, y);
    return a < b || (a == b && str_cmp(x->id, y->id) < 0);
}

static Series series_of(const PageView *v, const Json *rule, Str name, const CaseRow *rows, size_t count)
{
    Series s = {ARENA_ARRAY(v->a, const CaseRow *, count + 1), 0};
    for (size_t i = 0; i < count; i++) {
        if (!json_has_text(json_get(rule, "states"), rows[i].state) ||
            !str_eq(page_rule_text(rule, "name", &rows[i]), name)) {
            continue;
        }
        size_t at = s.count++;
        for (; at > 0 && stands_before(rule, &rows[i], s.rows[at - 1]); at--) {
            s.rows[at] = s.rows[at - 1];
        }
        s.rows[at] = &rows[i];
    }
    return s;
}

/* Whether another row has a value of the same time: sources that stand side by side, none of which is left out. */
static bool is_contested(const Json *rule, const Series *s, size_t i)
{
    size_t n = 0;
    for (size_t k = 0; k < s->count; k++) {
        n += year_of(rule, s->rows[k]) == year_of(rule, s->rows[i]) &&
             str_eq(page_rule_text(rule, "period", s->rows[k]), page_rule_text(rule, "period", s->rows[i]));
    }
    return n > 1;
}

/* "2024 · May", and whose value it is where another source gives another. */
static Str bar_label(const PageView *v, const Json *rule, const Series *s, size_t i)
{
    Str label = page_rule_text(rule, "year", s->rows[i]), period = page_rule_text(rule, "period", s->rows[i]);
    if (period.len > 0) {
        label = str_printf(v->a, "%.*s · %.*s", STR_ARG(label), STR_ARG(page_said(v, period)));
    }
    return is_contested(rule, s, i)
               ? str_printf(v->a, "%.*s · %.*s", STR_ARG(label), STR_ARG(page_rule_text(rule, "source", s->rows[i])))
               : label;
}

/* A bar for each value; two sources of one time are two bars. */
static void add_chart(const PageView *v, Json *group, const Json *rule, const Series *s)
{
    if (s->count < 2) {
        return;
    }
    Json *chart = page_object_in(v, group, "chart"), *labels = page_list_in(v, chart, "labels"),
         *one = page_add(v, page_list_in(v, chart, "series")), *values = page_list_in(v, one, "values");
    page_set_text(v, chart, "kind", STR("bars"));
    page_set_text(v, chart, "id", str_printf(v->a, "chart-%.*s", STR_ARG(json_text_at(group, "id"))));
    page_set_text(v, chart, "title", json_text_at(group, "label"));
    page_set_bool(v, chart, "named", true);
    page_set_text(v, chart, "unit", json_text_at(group, "unit"));
    page_set_text(v, chart, "x_label", view_text(v->a, v->language, "series.year", NULL));
    page_set_text(v, one, "label", view_text(v->a, v->language, "series.value", NULL));
    for (size_t i = 0; i < s->count; i++) {
        json_push(v->a, labels, json_new_str(v->a, bar_label(v, rule, s, i)));
        json_push(v->a, values, json_new_str(v->a, page_rule_text(rule, "value", s->rows[i])));
    }
}

static void add_row(const PageView *v, Json *list, const Json *rule, const Series *s, size_t i)
{
    static const char *const TEXTS[] = {"year", "period", "value", "source", "url", "released", "note"};
    const CaseRow *row = s->rows[i];
    Json *j = page_add(v, list);
    for (size_t k = 0; k < COUNT_OF(TEXTS); k++) {
        page_set_text(v, j, TEXTS[k], page_said(v, page_rule_text(rule, TEXTS[k], row)));
    }
    page_set_text(v, j, "confidence", page_label(v, "choice", page_rule_text(rule, "confidence", row)));
    page_set_bool(v, j, "several", is_contested(rule, s, i));
    Json *earlier = json_get_str(row->data, json_text_at(rule, "revisions"));
    if (earlier != NULL) {
        page_set(v, j, "revisions", earlier);
    }
    page_set_text(v, j, "href", page_href_of_read(v, row));
}

static void add_group(const PageView *v, Json *groups, const Json *rule, const SchemeField *names, size_t i,
                      const Series *s)
{
    Json *group = page_add(v, groups);
    page_set_text(v, group, "id", str_printf(v->a, "s%zu", i + 1));
    page_set_text(v, group, "label", page_label(v, "choice", names->choices.items[i]));
    page_set_text(v, group, "unit", page_label(v, "choice", page_rule_text(rule, "unit", s->rows[0])));
    for (size_t k = 0; k < s->count; k++) {
        if (is_contested(rule, s, k)) {
            page_set_bool(v, group, "contested", true);
        }
    }
    add_chart(v, group, rule, s);
    Json *rows = page_list_in(v, group, "rows");
    for (size_t k = 0; k < s->count; k++) {
        add_row(v, rows, rule, s, k);
    }
}

/* The scheme that publishes figures: the reader's own, or else the first that does. */
const Scheme *page_publisher(const PageView *v)
{
    const Scheme *s = rule_of(v->scheme) ? v->scheme : NULL;
    for (size_t i = 0; s == NULL && i < v->flow->scheme_count; i++) {
        s = rule_of(v->flow->schemes[i]) ? v->flow->schemes[i] : NULL;
    }
    return s;
}

bool page_series(const PageView *reader, Page *ret, Err *err)
{
    PageView view = *reader, *v = &view;
    view.scheme = page_publisher(reader);
    view.visits = view.scheme != reader->scheme;
    if (view.scheme == NULL) {
        return err_set(err, NOT_FOUND, "No scheme here publishes figures.");
    }
    const Json *rule = rule_of(v->scheme);
    const SchemeType *t = scheme_type(v->scheme, json_text_at(rule, "type"));
    const SchemeField *names = t ? scheme_field(t, json_text_at(rule, "name")) : NULL;
    const CaseRow *rows;
    size_t count;
    *ret = (Page){"series", json_new_object(v->a)};
    page_frame(reader, ret->model, view_text(v->a, v->language, "series.title", NULL));
    page_set_text(v, ret->model, "csv_href", STR("/figures.csv"));
    Json *groups = page_list_in(v, ret->model, "groups");
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows,
                    &count, err)) {
        return false;
    }
    for (size_t i = 0; names != NULL && i < names->choices.count; i++) {
        Series s = series_of(v, rule, names->choices.items[i], rows, count);
        if (s.count > 0) {
            add_group(v, groups, rule, names, i, &s);
        }
    }
    return page_costs(v, ret->model, err);
}

bool page_series_csv(const PageView *v, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"series", "unit", "year",     "period",     "value",
                                          "source", "url",  "released", "confidence", "note"};
    Page page;
    if (!page_series(v, &page, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    Json *columns = page_list_in(v, *ret, "columns"), *list = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    const Json *groups = json_get(page.model, "groups");
    for (size_t g = 0; g < json_count(groups); g++) {
        const Json *rows = json_get(groups->items[g], "rows");
        for (size_t i = 0; i < json_count(rows); i++) {
            Json *cells = page_list_in(v, page_add(v, list), "cells");
            json_push(v->a, cells, json_new_str(v->a, json_text_at(groups->items[g], "label")));
            json_push(v->a, cells, json_new_str(v->a, json_text_at(groups->items[g], "unit")));
            for (size_t k = 2; k < COUNT_OF(COLUMNS); k++) {
                json_push(v->a, cells, json_new_str(v->a, json_text_at(rows->items[i], COLUMNS[k])));
            }
        }
    }
    return true;
}
