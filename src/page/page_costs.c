/* page_costs.c: the ledger of what a worker pays to be sent: each item with its amount, who takes it, since when, and
 * its source.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/dec.h"
#include "page_int.h"

enum { MAX_UNITS = 8 };

/* scheme.json: "figures": {"costs": {type, states: [state], and the fields item, amount, unit, payee, from, until,
 * country, source, url, confidence, note, revisions, publisher (a role), published}} */
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
    static const char *const TEXTS[] = {"amount", "unit", "from", "until", "url", "published"},
                             *const SAID[] = {"payee", "source", "note"}; /* known ones in the reader's language */
    const SchemeType *t = scheme_type(v->scheme, row->type);
    Json *j = page_add(v, list);
    for (size_t k = 0; k < COUNT_OF(TEXTS); k++) {
        page_set_text(v, j, TEXTS[k], page_rule_text(rule, TEXTS[k], row));
    }
    for (size_t k = 0; k < COUNT_OF(SAID); k++) {
        page_set_text(v, j, SAID[k], page_said(v, page_rule_text(rule, SAID[k], row)));
    }
    const Json *country = json_get_str(row->data, json_text_at(rule, "country"));
    page_set_text(v, j, "item", page_label(v, "choice", page_rule_text(rule, "item", row)));
    page_set_text(v, j, "country",
                  country && t ? page_value(v, t, json_text_at(rule, "country"), country)
                               : view_text(v->a, v->language, "costs.all_countries", NULL));
    Str publisher = page_rule_text(rule, "publisher", row);
    page_set_text(v, j, "publisher", publisher.len > 0 ? page_label(v, "role", publisher) : STR(""));
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
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows,
                    &count, err)) {
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
            add_to_sum(sums, &sum_count, json_text_at(last, "country"), json_text_at(last, "unit"),
                       json_text_at(last, "amount"));
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

/* ---- The page for who has to pay: by the country they come from, step by step ---- */

typedef struct {
    const PageView *v;
    const Json *rule;
    const SchemeField *item;
    const CaseRow *rows;
    size_t count;
} Ledger;

static bool read_ledger(const PageView *v, Ledger *ret, Err *err)
{
    *ret = (Ledger){.v = v, .rule = json_path(scheme_info(v->scheme), "figures.costs")};
    const SchemeType *t = scheme_type(v->scheme, json_text_at(ret->rule, "type"));
    ret->item = t ? scheme_field(t, json_text_at(ret->rule, "item")) : NULL;
    return query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(ret->rule, "type"), NULL, 0, NULL, 0,
                      &ret->rows, &ret->count, err);
}

/* Asked of who comes from the country today: the country's own, and what is asked of everybody. */
static bool is_for(const Ledger *l, const CaseRow *row, Str country)
{
    Str own = page_rule_text(l->rule, "country", row);
    return json_has_text(json_get(l->rule, "states"), row->state) && is_asked(l->v, l->rule, row) &&
           (own.len == 0 || str_eq(own, country));
}

static void add_country(const Ledger *l, Json *list, Str country, Str label)
{
    const PageView *v = l->v;
    Json *j = page_add(v, list), *rows = page_list_in(v, j, "costs"), *none = page_list_in(v, j, "unpublished"),
         *totals = page_list_in(v, j, "sums");
    Sum sums[MAX_UNITS];
    size_t sum_count = 0;
    page_set_text(v, j, "id", str_printf(v->a, "costs-%.*s", STR_ARG(country)));
    page_set_text(v, j, "label", label);
    for (size_t k = 0; l->item != NULL && k < l->item->choices.count; k++) {
        Str item = l->item->choices.items[k];
        size_t before = rows->count;
        for (size_t i = 0; i < l->count; i++) {
            if (is_for(l, &l->rows[i], country) && str_eq(page_rule_text(l->rule, "item", &l->rows[i]), item)) {
                add_item(v, rows, l->rule, &l->rows[i]);
                add_to_sum(sums, &sum_count, STR(""), page_rule_text(l->rule, "unit", &l->rows[i]),
                           page_rule_text(l->rule, "amount", &l->rows[i]));
            }
        }
        if (rows->count == before) {
            json_push(v->a, none, json_new_str(v->a, page_label(v, "choice", item)));
        }
    }
    for (size_t i = 0; i < sum_count; i++) {
        Json *t = page_add(v, totals);
        page_set_text(v, t, "sum", dec_print(v->a, sums[i].sum));
        page_set_text(v, t, "unit", sums[i].unit);
    }
}

/* Each country of which something is asked; where there is none, everybody. */
static void add_countries(const Ledger *l, Json *model)
{
    const PageView *v = l->v;
    const SchemeType *t = scheme_type(v->scheme, json_text_at(l->rule, "type"));
    Json *list = page_list_in(v, model, "countries"), *seen = json_new_array(v->a);
    for (size_t i = 0; i < l->count; i++) {
        Str country = page_rule_text(l->rule, "country", &l->rows[i]);
        if (country.len > 0 && is_for(l, &l->rows[i], country) && !json_has_text(seen, country)) {
            json_push(v->a, seen, json_new_str(v->a, country));
            add_country(l, list, country,
                        page_value(v, t, json_text_at(l->rule, "country"),
                                   json_get_str(l->rows[i].data, json_text_at(l->rule, "country"))));
        }
    }
    if (list->count == 0) {
        add_country(l, list, STR(""), view_text(v->a, v->language, "costs.all_countries", NULL));
    }
}

/* The reader's own scheme, or else the first that keeps a ledger. */
static const Scheme *keeper(const PageView *v)
{
    const Scheme *s = json_path(scheme_info(v->scheme), "figures.costs") ? v->scheme : NULL;
    for (size_t i = 0; s == NULL && i < v->flow->scheme_count; i++) {
        s = json_path(scheme_info(v->flow->schemes[i]), "figures.costs") ? v->flow->schemes[i] : NULL;
    }
    return s;
}

bool page_costs_page(const PageView *reader, Page *ret, Err *err)
{
    PageView view = *reader, *v = &view;
    Ledger ledger;
    view.scheme = keeper(reader);
    if (view.scheme == NULL) {
        return err_set(err, NOT_FOUND, "No scheme here keeps a ledger of costs.");
    }
    view.visits = view.scheme != reader->scheme;
    if (!read_ledger(v, &ledger, err)) {
        return false;
    }
    *ret = (Page){"costs_page", json_new_object(v->a)};
    page_frame(reader, ret->model, view_text(v->a, v->language, "costs.title", NULL));
    add_countries(&ledger, ret->model);
    return true;
}

bool page_costs_csv(const PageView *reader, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"item",   "country", "amount",     "unit", "payee",     "from",     "until",
                                          "source", "url",     "confidence", "note", "publisher", "published"};
    PageView view = *reader, *v = &view;
    view.scheme = keeper(reader);
    if (view.scheme == NULL) {
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
