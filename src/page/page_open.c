/* page_open.c: open data: counts of cases by one property, small cells left out, with what anybody needs to count the
 * whole again in the public log.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

typedef struct {
    Measure m;
    int64_t below, hidden_cells;
} Set;

/* ---- Small cells ---- */

/* The smallest cell that is still shown; the count where there is none. */
static size_t smallest_shown(const Set *s)
{
    size_t best = s->m.count;
    for (size_t i = 0; i < s->m.count; i++) {
        if (!s->m.cells[i].hidden && (best == s->m.count || s->m.cells[i].cases < s->m.cells[best].cases)) {
            best = i;
        }
    }
    return best;
}

/* First the cells of fewer cases than the threshold. Then, as the total is published, the next smallest, until what is
 * left out is at least two cells and at least twice the threshold: neither a subtraction nor a narrow range gives a
 * small cell away. */
static void hide_small(Set *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->m.count; i++) {
        s->m.cells[i].hidden = s->m.cells[i].cases < s->below;
        s->hidden_cells += s->m.cells[i].hidden;
        sum += s->m.cells[i].hidden ? s->m.cells[i].cases : 0;
    }
    while (s->hidden_cells > 0 && (s->hidden_cells < 2 || sum < 2 * s->below)) {
        size_t next = smallest_shown(s);
        if (next ==
            s->m.count) { /* so few in all that even the names of the cells would tell: one cell without a name */
            s->m.cells[0] = (MeasureCell){.name = STR("*"), .n = s->m.total, .hidden = true};
            s->m.count = 1;
            s->hidden_cells = 1;
            return;
        }
        s->m.cells[next].hidden = true;
        s->hidden_cells++;
        sum += s->m.cells[next].cases;
    }
}

static bool count_set(const PageView *v, const Json *rule, Set *ret, Err *err)
{
    *ret = (Set){.below = json_to_int(json_path(scheme_info(v->scheme), "figures.open.below"), 0)};
    if (!page_measure(v, rule, &ret->m, err)) {
        return false;
    }
    hide_small(ret);
    return true;
}

/* ---- Page, CSV, description ---- */

static void add_chart(const Set *s, Json *j, Str id)
{
    const PageView *v = s->m.v;
    Json *chart = page_object_in(v, j, "chart"), *labels = page_list_in(v, chart, "labels"),
         *one = page_add(v, page_list_in(v, chart, "series")), *values = page_list_in(v, one, "values");
    page_set_text(v, chart, "kind", STR("bars"));
    page_set_text(v, chart, "id", str_printf(v->a, "open-%.*s", STR_ARG(id)));
    page_set_text(v, chart, "title", page_label(v, "open_data", id));
    page_set_bool(v, chart, "named", true);
    page_set_text(v, chart, "x_label", view_text(v->a, v->language, "open.cell", NULL));
    page_set_text(v, one, "label", view_text(v->a, v->language, "dashboard.cases", NULL));
    for (size_t i = 0; i < s->m.count; i++) {
        if (!s->m.cells[i].hidden) {
            json_push(v->a, labels, json_new_str(v->a, page_measure_label(&s->m, s->m.cells[i].name)));
            json_push(v->a, values, json_new_int(v->a, s->m.cells[i].n));
        }
    }
}

static void add_set(const Set *s, Json *list)
{
    const PageView *v = s->m.v;
    Json *j = page_add(v, list);
    Str id = s->m.id;
    page_set_text(v, j, "id", str_printf(v->a, "set-%.*s", STR_ARG(id)));
    page_set_text(v, j, "label", page_label(v, "open_data", id));
    page_set_text(v, j, "definition", page_label(v, "open_data_about", id));
    page_set_int(v, j, "total", s->m.total);
    page_set_bool(v, j, "empty", s->m.total == 0);
    page_set_int(v, j, "hidden", s->hidden_cells);
    page_set_text(v, j, "csv", str_printf(v->a, "/open-data/%.*s.csv", STR_ARG(id)));
    page_set_text(v, j, "about", str_printf(v->a, "/open-data/%.*s.json", STR_ARG(id)));
    const SchemeType *t = scheme_type(v->scheme, json_text_at(s->m.rule, "type"));
    bool reads = t != NULL && v->caller != NULL && v->caller->party.len == 0 && page_reads_type(v, t);
    page_set_text(v, j, "cases", reads ? str_printf(v->a, "/cases/%.*s", STR_ARG(t->name)) : STR(""));
    if (s->m.count > (size_t)s->hidden_cells) {
        add_chart(s, j, id);
    }
}

static const Json *sets_of(const PageView *v)
{
    return json_path(scheme_info(v->scheme), "figures.open.sets");
}

bool page_open_data(const PageView *v, Page *ret, Err *err)
{
    const Json *sets = sets_of(v);
    if (json_count(sets) == 0) {
        return err_set(err, NOT_FOUND, "This scheme publishes no open data.");
    }
    *ret = (Page){"open_data", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "open.title", NULL));
    page_set_int(v, ret->model, "size", store_size(v->flow->store));
    page_set_text(v, ret->model, "scheme", scheme_id(v->scheme));
    page_set_int(v, ret->model, "below", json_to_int(json_path(scheme_info(v->scheme), "figures.open.below"), 0));
    Json *list = page_list_in(v, ret->model, "sets");
    for (size_t i = 0; i < json_count(sets); i++) {
        Set *s = ARENA_NEW(v->a, Set);
        if (!count_set(v, sets->items[i], s, err)) {
            return false;
        }
        add_set(s, list);
    }
    return true;
}

static bool find_set(const PageView *v, Str id, Set **ret, Err *err)
{
    const Json *sets = sets_of(v);
    for (size_t i = 0; i < json_count(sets); i++) {
        if (str_eq(json_text_at(sets->items[i], "id"), id)) {
            *ret = ARENA_NEW(v->a, Set);
            return count_set(v, sets->items[i], *ret, err);
        }
    }
    return err_set(err, NOT_FOUND, "There is no such data set.");
}

static void add_cells(const PageView *v, Json *rows, Str cell, Str label, Str n)
{
    Json *cells = page_list_in(v, page_add(v, rows), "cells");
    json_push(v->a, cells, json_new_str(v->a, cell));
    json_push(v->a, cells, json_new_str(v->a, label));
    json_push(v->a, cells, json_new_str(v->a, n));
}

bool page_open_csv(const PageView *v, Str id, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"cell", "label", "cases"};
    Set *s;
    if (!find_set(v, id, &s, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    Json *columns = page_list_in(v, *ret, "columns"), *rows = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    for (size_t i = 0; i < s->m.count; i++) {
        const MeasureCell *c = &s->m.cells[i];
        add_cells(v, rows, c->name, page_measure_label(&s->m, c->name),
                  c->hidden ? STR("") : str_printf(v->a, "%lld", (long long)c->n));
    }
    add_cells(v, rows, STR("total"), view_text(v->a, v->language, "open.total", NULL),
              str_printf(v->a, "%lld", (long long)s->m.total));
    return true;
}

/* CSV on the web (W3C): the columns; and beside them how the total is counted again from the log as it stands. */
bool page_open_about(const PageView *v, Str id, Json **ret, Err *err)
{
    Set *s;
    Json *j = json_new_object(v->a), *schema, *columns, *proof;
    if (!find_set(v, id, &s, err)) {
        return false;
    }
    page_set_text(v, j, "@context", STR("http://www.w3.org/ns/csvw"));
    page_set_text(v, j, "url", str_printf(v->a, "%.*s.csv", STR_ARG(id)));
    page_set_text(v, j, "dc:title", page_label(v, "open_data", id));
    page_set_text(v, j, "dc:description", page_label(v, "open_data_about", id));
    page_set_text(v, j, "dc:date", day_print(v->a, v->today));
    schema = page_object_in(v, j, "tableSchema");
    columns = page_list_in(v, schema, "columns");
    static const char *const NAMES[][2] = {{"cell", "string"}, {"label", "string"}, {"cases", "integer"}};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        Json *c = page_add(v, columns);
        page_set_text(v, c, "name", str_from_c(NAMES[i][0]));
        page_set_text(v, c, "datatype", str_from_c(NAMES[i][1]));
    }
    page_set_int(v, j, "goldenbridge:below", s->below);
    page_set_int(v, j, "goldenbridge:hidden", s->hidden_cells);
    page_set_int(v, j, "goldenbridge:total", s->m.total);
    proof = page_object_in(v, j, "goldenbridge:proof");
    page_set_int(v, proof, "size", store_size(v->flow->store));
    page_set(v, proof, "events", page_measure_events(&s->m));
    if (s->m.of.len > 0) {
        page_set_text(v, proof, "of", s->m.of);
        page_set_int(v, proof, "entries", s->m.entries);
        page_set_int(v, proof, "apart", s->m.apart);
    }
    *ret = j;
    return true;
}
