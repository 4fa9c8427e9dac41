/* page_quota.c: quotas, the rounds that release them, and the units issued against each, day by day; also as open data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { ROUND_TO = 5, MAX_POINTS = 180, MAX_CHARTS = 12, MAX_DAYS = 1100 };

/* scheme.json: "figures": {"quota": {type, states, persons, day, source, confidence},
 * "rounds": {type, hidden, quota, round, group, from, until, source, confidence}} */
static const Json *rule_of(const PageView *v, const char *name)
{
    return json_get(json_get(scheme_info(v->scheme), "figures"), name);
}

/* What the rule calls `key`, of the case. */
static bool is_staff(const PageView *v)
{
    return v->caller != NULL && v->caller->party.len == 0;
}

/* The public sees units issued in whole fives, so that no number speaks of one person. */
static int64_t shown(const PageView *v, int64_t n)
{
    return is_staff(v) ? n : n - n % ROUND_TO;
}

static Str source_of(const PageView *v, const Json *rule, const CaseRow *row)
{
    Str source = page_source_in_words(v, page_rule_text(rule, "source", row)),
        confidence = page_rule_text(rule, "confidence", row);
    if (confidence.len == 0) {
        return source;
    }
    return str_printf(v->a, "%.*s · %.*s", STR_ARG(source), STR_ARG(page_label(v, "choice", confidence)));
}

/* The values of the named fields (one name or a list), joined; as words of the reader, or as they are. */
static Str joined(const PageView *v, const Json *names, const CaseRow *row, bool as_words)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    Buf text = buf_new(v->a, 2000);
    bool many = names != NULL && names->kind == JSON_ARRAY;
    for (size_t k = 0; k < (many ? json_count(names) : 1); k++) {
        Str field = json_text(many ? names->items[k] : names);
        const Json *value = json_get_str(row->data, field);
        if (value != NULL) {
            buf_printf(&text, "%s%.*s", text.len ? " · " : "",
                       STR_ARG(as_words ? page_value(v, t, field, value) : json_text(value)));
        }
    }
    return buf_str(&text);
}

/* ---- What is released and what is issued ---- */

typedef struct {
    const CaseRow *row;
    QueryUnits units;
    const Json *rule;
} Round;

typedef struct {
    Round *items;
    size_t count;
} Rounds;

static bool read_rounds(const PageView *v, Rounds *ret, Err *err)
{
    const Json *rule = rule_of(v, "rounds"), *hidden = json_get(rule, "hidden");
    const CaseRow *rows;
    size_t count;
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows,
                    &count, err)) {
        return false;
    }
    *ret = (Rounds){ARENA_ARRAY(v->a, Round, count + 1), 0};
    for (size_t i = 0; i < count; i++) {
        if (json_has_text(hidden, rows[i].state)) {
            continue;
        }
        Round *r = &ret->items[ret->count++];
        *r = (Round){.row = &rows[i], .rule = rule};
        if (!query_units(v->flow->store, v->a, rows[i].id, &r->units, err)) {
            return false;
        }
    }
    return true;
}

/* How many units were taken up to the end of each day. */
typedef struct {
    Arena *a;
    struct {
        int32_t day;
        int64_t n;
    } * items;
    size_t count, room;
} Days;

static void add_day(void *host, const QuerySum *row)
{
    Days *d = host;
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 64;
        d->items = arena_grow(d->a, d->items, d->count * sizeof *d->items, room * sizeof *d->items);
        d->room = room;
    }
    int64_t before = d->count > 0 ? d->items[d->count - 1].n : 0;
    d->items[d->count].day = (int32_t)row->day;
    d->items[d->count++].n = before + row->n;
}

/* The allocation's days, and the first of the round or, where one is earlier, of its units. */
static bool days_of(const PageView *v, const Round *r, Days *ret, int32_t *ret_first, Err *err)
{
    Day from;
    *ret = (Days){.a = v->a};
    from = day_parse(page_rule_text(r->rule, "from", r->row), &from) ? from : r->row->opened;
    bool ok = query_each_taken_day(v->flow->store, r->row->id, add_day, ret, err);
    *ret_first = ret->count > 0 && ret->items[0].day < from.n ? ret->items[0].day : from.n;
    return ok;
}

/* Units that were taken on this day or before; *at goes along with the days. */
static int64_t taken_by(const Days *d, int32_t day, size_t *at)
{
    while (*at < d->count && d->items[*at].day <= day) {
        (*at)++;
    }
    return *at > 0 ? d->items[*at - 1].n : 0;
}

/* ---- Page ---- */

static void add_figure(const PageView *v, Json *list, const char *key, int64_t value, const char *note)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "label", view_text(v->a, v->language, key, NULL));
    page_set_text(v, j, "value", str_printf(v->a, "%lld", (long long)value));
    if (note != NULL) {
        page_set_text(v, j, "note", view_text(v->a, v->language, note, NULL));
    }
}

static bool add_decisions(const PageView *v, Json *model, Err *err)
{
    const Json *rule = rule_of(v, "quota"), *states = json_get(rule, "states");
    const CaseRow *rows;
    size_t count;
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows,
                    &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "decisions");
    for (size_t i = 0; i < count; i++) {
        if (!json_has_text(states, rows[i].state)) {
            continue;
        }
        Json *j = page_add(v, list);
        Str day = page_rule_text(rule, "day", &rows[i]);
        page_set_text(v, j, "label", joined(v, json_get(rule, "name"), &rows[i], true));
        page_set_text(v, j, "day", day.len ? day : day_print(v->a, rows[i].opened));
        page_set_text(v, j, "source", source_of(v, rule, &rows[i]));
        page_set_text(v, j, "persons", page_rule_text(rule, "persons", &rows[i]));
        page_set_text(v, j, "href", page_href_of_read(v, &rows[i]));
    }
    return true;
}

static void add_rounds(const PageView *v, Json *model, const Rounds *rounds)
{
    Json *list = page_list_in(v, model, "rounds");
    int64_t approved = 0, issued = 0;
    for (size_t i = 0; i < rounds->count; i++) {
        const Round *r = &rounds->items[i];
        Json *j = page_add(v, list);
        page_set_text(v, j, "round", page_rule_text(r->rule, "round", r->row));
        page_set_text(v, j, "group", joined(v, json_get(r->rule, "group"), r->row, true));
        page_set_text(v, j, "from", page_rule_text(r->rule, "from", r->row));
        page_set_text(v, j, "until", page_rule_text(r->rule, "until", r->row));
        page_set_text(v, j, "source", source_of(v, r->rule, r->row));
        page_set_text(v, j, "approved", str_printf(v->a, "%lld", (long long)r->units.total));
        page_set_text(v, j, "issued", str_printf(v->a, "%lld", (long long)shown(v, r->units.taken)));
        page_set_text(v, j, "free", str_printf(v->a, "%lld", (long long)(r->units.total - shown(v, r->units.taken))));
        page_set_text(v, j, "href", page_href_of_read(v, r->row));
        approved += r->units.total;
        issued += shown(v, r->units.taken);
    }
    Json *figures = page_list_in(v, model, "figures");
    add_figure(v, figures, "log.approved", approved, "quota.from_log");
    add_figure(v, figures, "log.issued", issued, is_staff(v) ? "quota.from_log" : "quota.rounded");
    add_figure(v, figures, "quota.free", approved - issued, NULL);
}

/* Places left at the end of each day from the round's first day to today or its last unit. */
static bool add_burn_down(const PageView *v, Json *charts, const Round *r, Err *err)
{
    Days days;
    int32_t first;
    if (!days_of(v, r, &days, &first, err)) {
        return false;
    }
    int32_t last = v->today.n > first ? v->today.n : first;
    int32_t every = (last - first) / MAX_POINTS + 1;
    Json *j = page_add(v, charts), *labels = page_list_in(v, j, "labels"),
         *one = page_add(v, page_list_in(v, j, "series")), *values = page_list_in(v, one, "values"),
         *source = page_object_in(v, j, "source");
    size_t at = 0;
    for (int32_t day = first;; day = day + every < last ? day + every : last) {
        int64_t taken = taken_by(&days, day, &at);
        json_push(v->a, labels, json_new_str(v->a, day_print(v->a, (Day){day})));
        json_push(v->a, values, json_new_int(v->a, r->units.total - shown(v, taken)));
        if (day == last) {
            break;
        }
    }
    Str left = view_text(v->a, v->language, "quota.left", NULL);
    page_set_text(v, j, "kind", STR("burn_down"));
    page_set_text(v, j, "id", str_printf(v->a, "left-%.*s", STR_ARG(r->row->id)));
    page_set_text(v, j, "title",
                  str_printf(v->a, "%.*s: %.*s · %.*s", STR_ARG(left),
                             STR_ARG(page_rule_text(r->rule, "round", r->row)),
                             STR_ARG(joined(v, json_get(r->rule, "group"), r->row, true))));
    page_set_text(v, j, "unit", view_text(v->a, v->language, "quota.unit", NULL));
    page_set_text(v, j, "x_label", view_text(v->a, v->language, "quota.day", NULL));
    page_set_text(v, one, "label", left);
    page_set_text(v, source, "label", view_text(v->a, v->language, "quota.from_log", NULL));
    page_set_text(v, source, "href", STR("/log"));
    page_set_text(v, source, "day", day_print(v->a, v->today));
    return true;
}

Str page_round_label(const PageView *v, Str allocation)
{
    const Json *rule = rule_of(v, "rounds");
    const CaseRow *row;
    Err err = {0};
    if (rule == NULL || !query_case(v->flow->store, v->a, allocation, &row, &err) || row == NULL) {
        return STR("");
    }
    return str_printf(v->a, "%.*s · %.*s", STR_ARG(page_rule_text(rule, "round", row)),
                      STR_ARG(joined(v, json_get(rule, "group"), row, true)));
}

bool page_quota_charts(const PageView *v, Json *charts, Err *err)
{
    Rounds rounds;
    if (rule_of(v, "rounds") == NULL) {
        return true;
    }
    if (!read_rounds(v, &rounds, err)) {
        return false;
    }
    for (size_t i = 0; i < rounds.count && json_count(charts) < MAX_CHARTS; i++) { /* a flat line says nothing */
        if (shown(v, rounds.items[i].units.taken) > 0 && !add_burn_down(v, charts, &rounds.items[i], err)) {
            return false;
        }
    }
    return true;
}

bool page_quota(const PageView *v, Page *ret, Err *err)
{
    Rounds rounds;
    if (rule_of(v, "quota") == NULL || rule_of(v, "rounds") == NULL) {
        return err_set(err, NOT_FOUND, "This scheme keeps no quotas.");
    }
    *ret = (Page){"quota", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "nav.quota", NULL));
    if (!add_decisions(v, ret->model, err) || !read_rounds(v, &rounds, err)) {
        return false;
    }
    add_rounds(v, ret->model, &rounds);
    page_set_text(v, ret->model, "csv_href", STR("/quota.csv"));
    return page_quota_charts(v, page_list_in(v, ret->model, "charts"), err);
}

static void add_cells(const PageView *v, Json *rows, const Str *cells, size_t count)
{
    Json *list = page_list_in(v, page_add(v, rows), "cells");
    for (size_t k = 0; k < count; k++) {
        json_push(v->a, list, json_new_str(v->a, cells[k]));
    }
}

static bool add_days(const PageView *v, Json *rows, const Round *r, Err *err)
{
    Days days;
    int32_t first;
    if (!days_of(v, r, &days, &first, err)) {
        return false;
    }
    first = v->today.n - first < MAX_DAYS ? first : v->today.n - MAX_DAYS;
    Str group = joined(v, json_get(r->rule, "group"), r->row, false);
    size_t at = 0;
    for (int32_t day = first; day <= v->today.n; day++) {
        long long issued = (long long)shown(v, taken_by(&days, day, &at)), total = (long long)r->units.total;
        Str cells[] = {page_rule_text(r->rule, "round", r->row),
                       group,
                       day_print(v->a, (Day){day}),
                       str_printf(v->a, "%lld", total),
                       str_printf(v->a, "%lld", issued),
                       str_printf(v->a, "%lld", total - issued)};
        add_cells(v, rows, cells, COUNT_OF(cells));
    }
    return true;
}

bool page_quota_days_csv(const PageView *v, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"round", "group", "day", "approved", "issued", "left"};
    Rounds rounds;
    if (rule_of(v, "rounds") == NULL) {
        return err_set(err, NOT_FOUND, "This scheme keeps no quotas.");
    }
    if (!read_rounds(v, &rounds, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    Json *columns = page_list_in(v, *ret, "columns"), *rows = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    for (size_t i = 0; i < rounds.count; i++) {
        if (shown(v, rounds.items[i].units.taken) > 0 && !add_days(v, rows, &rounds.items[i], err)) {
            return false;
        }
    }
    return true;
}

bool page_quota_csv(const PageView *v, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"kind", "name", "from", "until", "approved", "issued", "source"};
    Page page;
    if (!page_quota(v, &page, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    Json *columns = page_list_in(v, *ret, "columns"), *rows = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    const Json *decisions = json_get(page.model, "decisions"), *rounds = json_get(page.model, "rounds");
    for (size_t i = 0; i < json_count(decisions) + json_count(rounds); i++) {
        bool quota = i < json_count(decisions);
        const Json *d = quota ? decisions->items[i] : rounds->items[i - json_count(decisions)];
        Str name = quota ? json_text_at(d, "label")
                         : str_printf(v->a, "%.*s · %.*s", STR_ARG(json_text_at(d, "round")),
                                      STR_ARG(json_text_at(d, "group")));
        Str cells[] = {quota ? STR("quota") : STR("round"),
                       name,
                       json_text_at(d, quota ? "day" : "from"),
                       json_text_at(d, "until"),
                       json_text_at(d, quota ? "persons" : "approved"),
                       json_text_at(d, "issued"),
                       json_text_at(d, "source")};
        add_cells(v, rows, cells, COUNT_OF(cells));
    }
    return true;
}
