/* page_costs.c: the ledger of what a worker pays to be sent: each item with its amount, who takes it, since when, and its source.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/dec.h"
#include "page_int.h"

enum { MAX_UNITS = 8 };

/* scheme.json: "figures": {"costs": {type, states: [state], and the fields item, amount, unit, payee, from, until, country, source, url,
 * confidence, note, revisions}} */
typedef struct {
    Str country, unit;
    Dec sum;
    int64_t items;
} Sum;

/* Sums by country and currency: what is asked of everybody, the country's own beside it. */
static void add_to_sum(Sum *sums, size_t *count, Str country, Str unit, Str amount)
{
    Dec value;
    if (!dec_parse(amount, &value)) {
        return;
    }
    for (size_t i = 0; i < *count; i++) {
        if (str_eq(sums[i].country, country) && str_eq(sums[i].unit, unit)) {
            sums[i].items++;
            (void)!dec_add(sums[i].sum, value, &sums[i].sum);
            return;
        }
    }
    if (*count < MAX_UNITS) {
        sums[(*count)++] = (Sum){country, unit, value, 1};
    }
}

/* Whether the amount is asked today: it has begun, and has not ended. */
static bool is_asked(const PageView *v, const Json *rule, const CaseRow *row)
{
    Day from, until;
    return (!day_parse(page_rule_text(rule, "from", row), &from) || day_cmp(from, v->today) <= 0) &&
           (!day_parse(page_rule_text(rule, "until", row), &until) || day_cmp(until, v->today) >= 0);
}

static void add_item(const PageView *v, Json *list, const Json *rule, const CaseRow *row)
{
    static const char *const TEXTS[] = {"amount", "unit", "payee", "from", "until", "source", "url", "note"};
    const SchemeType *t = scheme_type(v->scheme, row->type);
    Json *j = page_add(v, list);
    for (size_t k = 0; k < COUNT_OF(TEXTS); k++) {
        page_set_text(v, j, TEXTS[k], page_rule_text(rule, TEXTS[k], row));
    }
    const Json *country = json_get_str(row->data, json_text_at(rule, "country"));
    page_set_text(v, j, "item", page_label(v, "choice", page_rule_text(rule, "item", row)));
    page_set_text(v, j, "country", country && t ? page_value(v, t, json_text_at(rule, "country"), country) : view_text(v->a, v->language, "costs.all_countries", NULL));
    page_set_text(v, j, "confidence", page_label(v, "choice", page_rule_text(rule, "confidence", row)));
    page_set_bool(v, j, "asked", is_asked(v, rule, row));
    page_set_text(v, j, "href", page_href_of_read(v, row));
    Json *earlier = json_get_str(row->data, json_text_at(rule, "revisions"));
    if (earlier != NULL) {
        page_set(v, j, "revisions", earlier);
    }
}

bool page_costs(const PageView *v, Json *model, Err *err)
{
    const Json *rule = json_path(scheme_info(v->scheme), "figures.costs");
    const CaseRow *rows;
    Sum sums[MAX_UNITS];
    size_t count, sum_count = 0;
    if (rule == NULL) {
        return true;
    }
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows, &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "costs"), *totals = page_list_in(v, model, "cost_sums");
    for (size_t i = 0; i < count; i++) {
        if (!json_has_text(json_get(rule, "states"), rows[i].state)) {
            continue;
        }
        add_item(v, list, rule, &rows[i]);
        Json *last = list->items[list->count - 1];
        if (json_is_true(json_get(last, "asked"))) {
            add_to_sum(sums, &sum_count, json_text_at(last, "country"), json_text_at(last, "unit"), json_text_at(last, "amount"));
        }
    }
    for (size_t i = 0; i < sum_count; i++) {
        Json *j = page_add(v, totals);
        page_set_text(v, j, "country", sums[i].country);
        page_set_text(v, j, "sum", dec_print(v->a, sums[i].sum));
        page_set_text(v, j, "unit", sums[i].unit);
        page_set_int(v, j, "items", sums[i].items);
    }
    page_set_text(v, model, "csv", STR("/costs.csv"));
    page_set_bool(v, model, "ledger", true);
    return true;
}

bool page_costs_csv(const PageView *reader, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"item", "country", "amount", "unit", "payee", "from", "until", "source", "url", "confidence", "note"};
    PageView view = *reader, *v = &view;
    view.scheme = page_publisher(reader);
    if (view.scheme == NULL || json_path(scheme_info(view.scheme), "figures.costs") == NULL) {
        return err_set(err, NOT_FOUND, "No scheme here keeps a ledger of costs.");
    }
    view.visits = view.scheme != reader->scheme;
    Json *model = json_new_object(v->a), *columns, *list;
    if (!page_costs(v, model, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    columns = page_list_in(v, *ret, "columns");
    list = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    const Json *items = json_get(model, "costs");
    for (size_t i = 0; i < json_count(items); i++) {
        Json *cells = page_list_in(v, page_add(v, list), "cells");
        for (size_t k = 0; k < COUNT_OF(COLUMNS); k++) {
            json_push(v->a, cells, json_new_str(v->a, json_text_at(items->items[i], COLUMNS[k])));
        }
    }
    return true;
}
