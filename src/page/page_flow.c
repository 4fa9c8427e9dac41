/* page_flow.c: who came, who went, who is there and who stays over their time: by month as charts, by year beside the
 * published series.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

enum { MONTHS = 12 * 80, YEARS = 80 };

/* scheme.json: "figures": {"flow": {type, in: [state], out: [state], over: [state], published: {in, stock, over: names
 * of series}}} */
typedef struct {
    const PageView *v;
    const Json *rule;
    int32_t base_year, this_month; /* months since January of base_year */
    int64_t in[MONTHS], out[MONTHS], over[YEARS + 1];
    int32_t first; /* month of the first event; MONTHS: none */
} Flows;

static int32_t month_of(const Flows *f, int64_t year, int64_t month)
{
    int64_t m = (year - f->base_year) * 12 + month;
    return m < 0 ? 0 : m >= MONTHS ? MONTHS - 1 : (int32_t)m;
}

/* Inside: of the states that let in and out, the last one visited lets in. */
static bool is_inside(const Flows *f, Str earlier)
{
    bool inside = false;
    Str rest = earlier, state;
    while (rest.len > 0 && str_cut(&rest, ' ', &state)) {
        inside = json_has_text(json_get(f->rule, "in"), state) ||
                 (inside && !json_has_text(json_get(f->rule, "out"), state));
    }
    return inside;
}

static void count_came(void *host, const QuerySum *row)
{
    Flows *f = host;
    Str earlier = row->key, state;
    if (!str_cut(&earlier, '|', &state)) {
        return;
    }
    bool inside = is_inside(f, earlier), comes = !inside && json_has_text(json_get(f->rule, "in"), state),
         goes = inside && json_has_text(json_get(f->rule, "out"), state);
    if (comes || goes) {
        int32_t m = month_of(f, row->day / 12, row->day % 12);
        (comes ? f->in : f->out)[m] += row->n;
        f->first = m < f->first ? m : f->first;
    }
}

/* The last day that year number y tells of: its 31 December, today in this year. */
static Day end_of(const Flows *f, int32_t y)
{
    Day last = day_from_ymd((Ymd){f->base_year + y, 12, 31});
    return day_cmp(last, f->v->today) > 0 ? f->v->today : last;
}

/* Those who are there and should have gone. */
static void count_standing(void *host, const QuerySum *row)
{
    Flows *f = host;
    Str year = row->key, state, since;
    int64_t from = 0;
    if (row->day == 0 || !str_cut(&year, '|', &state) || !str_cut(&year, '|', &since) || !str_to_int(since, &from) ||
        !json_has_text(json_get(f->rule, "over"), state)) {
        return;
    }
    int32_t due = day_to_ymd((Day){(int32_t)row->day}).year, y = (int32_t)(from > due ? from : due) - f->base_year;
    for (y = y < 0 ? 0 : y; y <= f->this_month / 12; y++) {
        f->over[y] += row->day < end_of(f, y).n ? row->n : 0;
    }
}

/* Those who were over their time then and went later. */
static void count_over(void *host, const QuerySum *row)
{
    Flows *f = host;
    int64_t y = row->day - f->base_year;
    if (y >= 0 && y < f->this_month / 12 && json_has_text(json_get(f->rule, "over"), row->key)) {
        f->over[y] += row->n;
    }
}

static bool count_flows(Flows *f, Err *err)
{
    static const struct {
        const char *kind;
        QuerySumEach count;
    } SUMS[] = {{"came", count_came}, {"held", count_standing}, {"free", count_standing}, {"over", count_over}};
    const PageView *v = f->v;
    for (size_t i = 0; i < COUNT_OF(SUMS); i++) {
        if (!query_each_sum(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(f->rule, "type"), SUMS[i].kind,
                            SUMS[i].count, f, err)) {
            return false;
        }
    }
    return true;
}

/* ---- Charts ---- */

static Str word(const PageView *v, const char *key)
{
    return view_text(v->a, v->language, key, NULL);
}

/* What comes and goes has the words of the scheme: workers, permits. */
static Str own_word(const PageView *v, const char *name)
{
    return page_label(v, "open_data", str_from_c(name));
}

static Json *new_series(const PageView *v, Json *list, const char *key)
{
    Json *one = page_add(v, list);
    page_set_text(v, one, "label", own_word(v, key));
    return page_list_in(v, one, "values");
}

static Json *new_chart(const Flows *f, Json *charts, const char *id, const char *title)
{
    const PageView *v = f->v;
    Json *j = page_add(v, charts), *source = page_object_in(v, j, "source"), *labels = page_list_in(v, j, "labels");
    page_set_text(v, j, "kind", STR("line"));
    page_set_text(v, j, "id", str_from_c(id));
    page_set_text(v, j, "title", own_word(v, title));
    page_set_text(v, j, "x_label", word(v, "flow.month"));
    page_set_text(v, source, "label", word(v, "quota.from_log"));
    page_set_text(v, source, "href", STR("/log"));
    page_set_text(v, source, "day", day_print(v->a, v->today));
    for (int32_t m = f->first; m <= f->this_month; m++) {
        json_push(v->a, labels, json_new_str(v->a, str_printf(v->a, "%04d-%02d", f->base_year + m / 12, m % 12 + 1)));
    }
    return page_list_in(v, j, "series");
}

static void add_charts(const Flows *f, Json *charts)
{
    const PageView *v = f->v;
    Json *flow = new_chart(f, charts, "flow", "flow"), *in = new_series(v, flow, "flow_in"),
         *out = new_series(v, flow, "flow_out");
    Json *stock = new_series(v, new_chart(f, charts, "there", "flow_stock"), "flow_stock");
    int64_t there = 0;
    for (int32_t m = f->first; m <= f->this_month; m++) {
        there += f->in[m] - f->out[m];
        json_push(v->a, in, json_new_int(v->a, f->in[m]));
        json_push(v->a, out, json_new_int(v->a, f->out[m]));
        json_push(v->a, stock, json_new_int(v->a, there));
    }
}

/* ---- By year, beside what was published ---- */

typedef struct {
    const CaseRow *rows;
    size_t count;
    const Json *rule; /* figures.series */
    const char *key;  /* "in", … */
} Published;

enum { PUBLISHED = 3 };
static const char *const KEYS[PUBLISHED] = {"in", "stock", "over"};

static bool read_published(const Flows *f, Published *ret, Err *err)
{
    const PageView *v = f->v;
    const Json *rule = json_path(scheme_info(v->scheme), "figures.series"), *names = json_get(f->rule, "published"),
               *states = json_get(rule, "states");
    for (size_t i = 0; i < PUBLISHED; i++) {
        Str name = json_text_at(names, KEYS[i]), state = json_text(json_count(states) ? states->items[0] : NULL);
        QueryWhere where = {json_text_at(rule, "name"), name};
        ret[i] = (Published){.rule = rule, .key = KEYS[i]};
        if (rule != NULL && name.len > 0 &&
            !query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), &where, 1, &state, 1,
                        &ret[i].rows, &ret[i].count, err)) {
            return false;
        }
    }
    return true;
}

static Str field(const Published *p, const char *key, const CaseRow *row)
{
    return json_text(json_get_str(row->data, json_text_at(p->rule, key)));
}

/* Every published value of the year, each with its part of the year and its source. */
static size_t add_published(const Flows *f, Json *list, const Published *p, int32_t year)
{
    const PageView *v = f->v;
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        int64_t of = 0;
        if (!str_to_int(field(p, "year", &p->rows[i]), &of) || of != year) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "value", field(p, "value", &p->rows[i]));
        page_set_text(v, j, "period", page_said(v, field(p, "period", &p->rows[i])));
        page_set_text(v, j, "source", field(p, "source", &p->rows[i]));
        n++;
    }
    return n;
}

static void add_years(const Flows *f, Json *section, const Published *published)
{
    const PageView *v = f->v;
    Json *years = page_list_in(v, section, "years");
    int64_t there = 0;
    for (int32_t y = 0; y <= f->this_month / 12; y++) {
        int64_t in = 0, out = 0;
        for (int32_t m = y * 12; m < y * 12 + 12 && m < MONTHS; m++) {
            in += f->in[m];
            out += f->out[m];
        }
        there += in - out;
        bool own = in + out + there + f->over[y] > 0;
        Json *j = json_new_object(v->a), *cells = page_list_in(v, j, "cells");
        const struct {
            const char *label;
            int64_t n;
            const Published *beside;
        } COLUMNS[] = {{"flow_in", in, &published[0]},
                       {"flow_out", out, NULL},
                       {"flow_stock", there, &published[1]},
                       {"flow_over", f->over[y], &published[2]}};
        size_t found = 0;
        page_set_text(v, j, "year", str_printf(v->a, "%d", f->base_year + y));
        for (size_t k = 0; k < COUNT_OF(COLUMNS); k++) {
            Json *cell = page_add(v, cells), *beside = page_list_in(v, cell, "published");
            page_set_text(v, cell, "label", own_word(v, COLUMNS[k].label));
            page_set_text(v, cell, "own", own ? str_printf(v->a, "%lld", (long long)COLUMNS[k].n) : STR(""));
            found += COLUMNS[k].beside ? add_published(f, beside, COLUMNS[k].beside, f->base_year + y) : 0;
        }
        if (own || found > 0) {
            json_push(v->a, years, j);
        }
    }
}

bool page_stock_flow(const PageView *v, Json *sections, Err *err)
{
    const Json *rule = json_path(scheme_info(v->scheme), "figures.flow");
    if (rule == NULL) {
        return true;
    }
    Flows *f = ARENA_NEW(v->a, Flows);
    Published published[PUBLISHED];
    f->v = v;
    f->rule = rule;
    f->first = MONTHS;
    f->base_year = day_to_ymd(v->today).year - YEARS + 2;
    f->this_month = month_of(f, day_to_ymd(v->today).year, day_to_ymd(v->today).month - 1);
    if (!count_flows(f, err) || !read_published(f, published, err)) {
        return false;
    }
    Json *section = page_add(v, sections), *charts = page_list_in(v, section, "charts");
    page_set_text(v, section, "id", STR("m-flow"));
    page_set_text(v, section, "label", own_word(v, "flow"));
    page_set_text(v, section, "definition", page_label(v, "open_data_about", STR("flow")));
    page_set_bool(v, section, "empty", f->first == MONTHS);
    if (f->first < f->this_month) { /* one month makes no line */
        add_charts(f, charts);
    }
    static const char *const HEADS[] = {"flow_in", "flow_out", "flow_stock", "flow_over"};
    Json *heads = page_list_in(v, section, "heads");
    for (size_t i = 0; i < COUNT_OF(HEADS); i++) {
        json_push(v->a, heads, json_new_str(v->a, own_word(v, HEADS[i])));
    }
    add_years(f, section, published);
    return true;
}
