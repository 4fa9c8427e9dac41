/* page_dashboard.c: how the scheme runs, counted from the read tables and the log: stock, outcomes, grounds, waiting, deadlines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { MAX_GROUNDS = 12, MAX_REFUSALS = 2000 };

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

typedef struct {
    Json *chart, *labels, *values;
} Bars;

static Bars bars_new(const PageView *v, Json *charts, const char *kind, Str id, Str title, const char *x_label)
{
    Json *j = page_add(v, charts), *labels = page_list_in(v, j, "labels"), *one = page_add(v, page_list_in(v, j, "series")),
         *source = page_object_in(v, j, "source");
    page_set_text(v, j, "kind", str_from_c(kind));
    page_set_text(v, j, "id", id);
    page_set_text(v, j, "title", title);
    page_set_text(v, j, "x_label", word(v, x_label));
    page_set_text(v, one, "label", word(v, "dashboard.cases"));
    page_set_text(v, source, "label", word(v, "quota.from_log"));
    page_set_text(v, source, "href", STR("/log"));
    page_set_text(v, source, "day", day_print(v->a, v->today));
    return (Bars){j, labels, page_list_in(v, one, "values")};
}

static void bars_add(const PageView *v, Bars *b, Str label, int64_t n)
{
    json_push(v->a, b->labels, json_new_str(v->a, label));
    json_push(v->a, b->values, json_new_int(v->a, n));
}

static Str about_type(const PageView *v, const char *key, Str type)
{
    return str_printf(v->a, "%.*s: %.*s", STR_ARG(page_label(v, "types", type)), STR_ARG(word(v, key)));
}

static bool add_stock(const PageView *v, Json *charts, Str type, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(scheme_id(v->scheme)), STORE_S(type)};
    if (!store_query(v->flow->store, v->a, "SELECT state, COUNT(*) FROM cases WHERE scheme = $1 AND type = $2 GROUP BY state", p,
                     COUNT_OF(p), &rows, err)) {
        return false;
    }
    const SchemeType *t = scheme_type(v->scheme, type);
    Bars b = bars_new(v, charts, "bars", str_printf(v->a, "stock-%.*s", STR_ARG(type)), about_type(v, "dashboard.stock", type),
                      "dashboard.state");
    for (size_t s = 0; t != NULL && s < t->state_count; s++) { /* in the order of the scheme, not of the alphabet */
        for (size_t i = 0; i < rows.row_count; i++) {
            const StoreValue *c = &rows.cells[i * rows.column_count];
            if (str_eq(c[0].s, t->states[s].name)) {
                bars_add(v, &b, page_state_label(v, type, c[0].s), c[1].i);
            }
        }
    }
    return true;
}

static bool add_outcomes(const PageView *v, Json *charts, Str type, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(scheme_id(v->scheme)), STORE_S(type)};
    if (!store_query(v->flow->store, v->a,
                     "SELECT d.step, d.outcome, COUNT(*) FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.scheme = $1 AND c.type"
                     " = $2 GROUP BY d.step, d.outcome ORDER BY d.step, d.outcome",
                     p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    Bars b = bars_new(v, charts, "bars", str_printf(v->a, "outcomes-%.*s", STR_ARG(type)), about_type(v, "dashboard.outcomes", type),
                      "dashboard.outcome");
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        bars_add(v, &b, str_printf(v->a, "%.*s: %.*s", STR_ARG(page_step_label(v, c[0].s)), STR_ARG(page_label(v, "outcome", c[1].s))),
                 c[2].i);
    }
    return true;
}

/* ---- Grounds of refusals: read in the log, for the tables hold only the outcome ---- */

typedef struct {
    Str code;
    int64_t n;
} Tally;

static void tally(Tally *list, size_t *count, size_t room, Str code)
{
    for (size_t i = 0; i < *count; i++) {
        if (str_eq(list[i].code, code)) {
            list[i].n++;
            return;
        }
    }
    if (*count < room) {
        list[(*count)++] = (Tally){code, 1};
    }
}

static bool add_grounds(const PageView *v, Json *charts, Err *err)
{
    StoreRows rows;
    Tally list[200];
    size_t count = 0;
    StoreValue p[] = {STORE_S(scheme_id(v->scheme)), STORE_I(MAX_REFUSALS)};
    if (!store_query(v->flow->store, v->a,
                     "SELECT d.seq FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.scheme = $1 AND d.outcome = 'refused'"
                     " ORDER BY d.seq DESC LIMIT $2",
                     p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        Event e;
        if (!query_event(v->flow->store, v->a, rows.cells[i * rows.column_count].i, &e, err)) {
            return false;
        }
        const Json *grounds = json_path(e.data, "decision.grounds");
        for (size_t k = 0; k < json_count(grounds); k++) {
            tally(list, &count, COUNT_OF(list), json_text_at(grounds->items[k], "code"));
        }
    }
    Bars b = bars_new(v, charts, "bars", STR("grounds"), word(v, "dashboard.grounds"), "dashboard.ground");
    for (size_t shown = 0; shown < MAX_GROUNDS && shown < count; shown++) {
        size_t most = shown;
        for (size_t i = shown + 1; i < count; i++) {
            most = list[i].n > list[most].n ? i : most;
        }
        Tally t = list[most];
        list[most] = list[shown];
        list[shown] = t;
        bars_add(v, &b, page_label(v, "reasons", t.code), t.n);
    }
    return true;
}

/* ---- Waiting, deadlines ---- */

static const int32_t WAITED[] = {7, 14, 30, 60, 90, 180, INT32_MAX};

static bool add_waiting(const PageView *v, Json *charts, Str type, Err *err)
{
    StoreRows rows;
    const SchemeType *t = scheme_type(v->scheme, type);
    int64_t counts[COUNT_OF(WAITED)] = {0};
    StoreValue p[] = {STORE_S(scheme_id(v->scheme)), STORE_S(type)};
    if (!store_query(v->flow->store, v->a,
                     "SELECT state, since, COUNT(*) FROM cases WHERE scheme = $1 AND type = $2 GROUP BY state, since", p, COUNT_OF(p), &rows,
                     err)) {
        return false;
    }
    for (size_t i = 0; t != NULL && i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        const SchemeState *s = scheme_state(t, c[0].s);
        size_t k = 0;
        while (v->today.n - c[1].i > WAITED[k]) {
            k++;
        }
        counts[k] += s != NULL && s->holder.len > 0 ? c[2].i : 0; /* only what waits for somebody */
    }
    Bars b = bars_new(v, charts, "distribution", str_printf(v->a, "waiting-%.*s", STR_ARG(type)), about_type(v, "dashboard.waiting", type),
                      "dashboard.days");
    for (size_t k = 0; k < COUNT_OF(WAITED); k++) {
        bool last = k + 1 == COUNT_OF(WAITED);
        bars_add(v, &b, last ? str_printf(v->a, "> %d", WAITED[k - 1]) : str_printf(v->a, "≤ %d", WAITED[k]), counts[k]);
    }
    return true;
}

static bool add_figures(const PageView *v, Json *model, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(scheme_id(v->scheme)), STORE_S(day_print(v->a, v->today))};
    if (!store_query(v->flow->store, v->a,
                     "SELECT type, COUNT(*), SUM(CASE WHEN due <> '' AND due < $2 AND holder <> '' THEN 1 ELSE 0 END) FROM cases WHERE"
                     " scheme = $1 AND holder <> '' GROUP BY type ORDER BY type",
                     p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    Json *figures = page_list_in(v, model, "figures"), *notes = page_list_in(v, model, "notes");
    int64_t late = 0;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = page_add(v, figures);
        page_set_text(v, j, "label", about_type(v, "dashboard.open", c[0].s));
        page_set_text(v, j, "value", str_printf(v->a, "%lld", (long long)c[1].i));
        page_set_text(v, j, "href", str_printf(v->a, "/cases/%.*s", STR_ARG(c[0].s)));
        late += c[2].i;
        if (c[2].i > 0) {
            j = page_add(v, notes);
            page_set_text(v, j, "text", str_printf(v->a, "%.*s: %lld", STR_ARG(about_type(v, "dashboard.missed", c[0].s)), (long long)c[2].i));
            page_set_text(v, j, "href", str_printf(v->a, "/cases/%.*s", STR_ARG(c[0].s)));
        }
    }
    Json *j = page_add(v, figures);
    page_set_text(v, j, "label", word(v, "dashboard.missed"));
    page_set_text(v, j, "value", str_printf(v->a, "%lld", (long long)late));
    return true;
}

static bool each_name(const PageView *v, Json *charts, const char *name, bool (*add)(const PageView *, Json *, Str, Err *), Err *err)
{
    const Json *types = names_of(v, name);
    for (size_t i = 0; i < json_count(types); i++) {
        if (!add(v, charts, json_text(types->items[i]), err)) {
            return false;
        }
    }
    return true;
}

bool page_dashboard(const PageView *v, Page *ret, Err *err)
{
    if (!page_reads_figures(v)) {
        return err_set(err, NOT_ALLOWED, "This page is for those who oversee the scheme.");
    }
    *ret = (Page){"dashboard", json_new_object(v->a)};
    page_frame(v, ret->model, word(v, "nav.figures"));
    page_set_text(v, ret->model, "as_of", day_print(v->a, v->today));
    Json *charts = page_list_in(v, ret->model, "charts");
    return add_figures(v, ret->model, err) && each_name(v, charts, "stock", add_stock, err) &&
           each_name(v, charts, "outcomes", add_outcomes, err) && add_grounds(v, charts, err) &&
           each_name(v, charts, "stock", add_waiting, err);
}
