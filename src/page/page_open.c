/* page_open.c: open data: counts of cases by one property, small cells left out, with what anybody needs to count the whole again in
 * the public log.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { MAX_CELLS = 400 };

typedef struct {
    Str name;
    int64_t n;
    bool hidden;
} Cell;

/* scheme.json: "figures": {"open": {"below": number, "sets": [{id, type, reached: [state], by: field or "@state" or "@month", events}]}} */
typedef struct {
    const PageView *v;
    const Json *rule, *reached;
    const SchemeType *type;
    Str by, last_case;
    Cell cells[MAX_CELLS];
    size_t count;
    int64_t total, below, hidden_cells;
} Set;

static bool has_name(const Json *names, Str name)
{
    for (size_t i = 0; i < json_count(names); i++) {
        if (str_eq(json_text(names->items[i]), name)) {
            return true;
        }
    }
    return false;
}

static void tally(Set *s, Str name)
{
    s->total++;
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->cells[i].name, name)) {
            s->cells[i].n++;
            return;
        }
    }
    size_t at = s->count < MAX_CELLS ? s->count++ : MAX_CELLS - 1; /* a property of so many values is none to publish */
    s->cells[at] = (Cell){.name = str_copy(s->v->a, name), .n = s->cells[at].n + 1};
}

/* A stay of a case, by case and time: the first that counts is the one. */
static bool add_stay(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    Set *s = host;
    if (str_eq(c[0].s, s->last_case) || (s->reached != NULL && !has_name(s->reached, c[1].s))) {
        return true;
    }
    s->last_case = str_copy(s->v->a, c[0].s);
    if (str_eq(s->by, STR("@state"))) {
        tally(s, c[1].s);
        return true;
    }
    if (str_eq(s->by, STR("@month"))) {
        tally(s, str_sub(day_print(s->v->a, (Day){(int32_t)c[2].i}), 0, 7));
        return true;
    }
    Json *data = NULL;
    bool read = json_parse(s->v->a, c[3].s, &data, NULL);
    tally(s, read ? json_text(json_get_str(data, s->by)) : STR(""));
    return true;
}

/* ---- Small cells ---- */

/* The smallest cell that is still shown; the count where there is none. */
static size_t smallest_shown(const Set *s)
{
    size_t best = s->count;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->cells[i].hidden && (best == s->count || s->cells[i].n < s->cells[best].n)) {
            best = i;
        }
    }
    return best;
}

/* First the cells below the threshold. Then, as the total is published, the next smallest, until what is left out is at least two cells
 * and at least twice the threshold: neither a subtraction nor a narrow range gives a small cell away. */
static void hide_small(Set *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->cells[i].hidden = s->cells[i].n < s->below;
        s->hidden_cells += s->cells[i].hidden;
        sum += s->cells[i].hidden ? s->cells[i].n : 0;
    }
    while (s->hidden_cells > 0 && (s->hidden_cells < 2 || sum < 2 * s->below)) {
        size_t next = smallest_shown(s);
        if (next == s->count) { /* so few in all that even the names of the cells would tell: one cell without a name */
            s->cells[0] = (Cell){STR("*"), s->total, true};
            s->count = 1;
            s->hidden_cells = 1;
            return;
        }
        s->cells[next].hidden = true;
        s->hidden_cells++;
        sum += s->cells[next].n;
    }
}

static void sort_cells(Set *s)
{
    for (size_t i = 1; i < s->count; i++) {
        Cell c = s->cells[i];
        size_t at = i;
        for (; at > 0 && str_cmp(c.name, s->cells[at - 1].name) < 0; at--) {
            s->cells[at] = s->cells[at - 1];
        }
        s->cells[at] = c;
    }
}

static bool count_set(const PageView *v, const Json *rule, Set *ret, Err *err)
{
    Str type = json_text_at(rule, "type");
    *ret = (Set){.v = v, .rule = rule, .reached = json_get(rule, "reached"), .by = json_text_at(rule, "by"), .type = scheme_type(v->scheme, type),
                 .last_case = STR(""), .below = json_to_int(json_path(scheme_info(v->scheme), "figures.open.below"), 0)};
    StoreValue p[] = {STORE_S(str_printf(v->a, "%.*s/%.*s", STR_ARG(scheme_id(v->scheme)), STR_ARG(type)))};
    if (!store_rows(v->flow->store,
                    "SELECT s.case_id, s.state, s.since, c.data FROM stays s JOIN cases c ON c.id = s.case_id WHERE s.type = $1"
                    " ORDER BY s.case_id, s.version",
                    p, COUNT_OF(p), add_stay, ret, err)) {
        return false;
    }
    sort_cells(ret);
    hide_small(ret);
    return true;
}

/* ---- Page, CSV, description ---- */

static Str cell_label(const Set *s, Str name)
{
    if (str_eq(name, STR("*"))) {
        return view_text(s->v->a, s->v->language, "open.hidden", NULL);
    }
    if (str_eq(s->by, STR("@month"))) {
        return name;
    }
    if (str_eq(s->by, STR("@state"))) {
        return page_state_label(s->v, s->type->name, name);
    }
    return name.len ? page_label(s->v, "choice", name) : view_text(s->v->a, s->v->language, "open.not_said", NULL);
}

static void add_chart(const Set *s, Json *j, Str id)
{
    const PageView *v = s->v;
    Json *chart = page_object_in(v, j, "chart"), *labels = page_list_in(v, chart, "labels"),
         *one = page_add(v, page_list_in(v, chart, "series")), *values = page_list_in(v, one, "values");
    page_set_text(v, chart, "kind", STR("bars"));
    page_set_text(v, chart, "id", str_printf(v->a, "open-%.*s", STR_ARG(id)));
    page_set_text(v, chart, "title", page_label(v, "open_data", id));
    page_set_text(v, chart, "x_label", view_text(v->a, v->language, "open.cell", NULL));
    page_set_text(v, one, "label", view_text(v->a, v->language, "dashboard.cases", NULL));
    for (size_t i = 0; i < s->count; i++) {
        if (!s->cells[i].hidden) {
            json_push(v->a, labels, json_new_str(v->a, cell_label(s, s->cells[i].name)));
            json_push(v->a, values, json_new_int(v->a, s->cells[i].n));
        }
    }
}

static void add_set(const Set *s, Json *list)
{
    const PageView *v = s->v;
    Json *j = page_add(v, list);
    Str id = json_text_at(s->rule, "id");
    page_set_text(v, j, "id", str_printf(v->a, "set-%.*s", STR_ARG(id)));
    page_set_text(v, j, "label", page_label(v, "open_data", id));
    page_set_text(v, j, "definition", page_label(v, "open_data_about", id));
    page_set_int(v, j, "total", s->total);
    page_set_int(v, j, "hidden", s->hidden_cells);
    page_set_text(v, j, "csv", str_printf(v->a, "/open-data/%.*s.csv", STR_ARG(id)));
    page_set_text(v, j, "about", str_printf(v->a, "/open-data/%.*s.json", STR_ARG(id)));
    bool reads = v->caller != NULL && v->caller->party.len == 0 && page_reads_type(v, s->type);
    page_set_text(v, j, "cases", reads ? str_printf(v->a, "/cases/%.*s", STR_ARG(s->type->name)) : STR(""));
    if (s->count > (size_t)s->hidden_cells) {
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
    for (size_t i = 0; i < s->count; i++) {
        const Cell *c = &s->cells[i];
        add_cells(v, rows, c->name, cell_label(s, c->name), c->hidden ? STR("") : str_printf(v->a, "%lld", (long long)c->n));
    }
    add_cells(v, rows, STR("total"), view_text(v->a, v->language, "open.total", NULL), str_printf(v->a, "%lld", (long long)s->total));
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
    page_set_int(v, j, "goldenbridge:total", s->total);
    proof = page_object_in(v, j, "goldenbridge:proof");
    page_set_int(v, proof, "size", store_size(v->flow->store));
    page_set(v, proof, "events", json_copy(v->a, json_get(s->rule, "events")));
    *ret = j;
    return true;
}
