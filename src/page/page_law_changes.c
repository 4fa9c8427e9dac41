/* page_law_changes.c: what differs between the law of two days: articles, versions of models, rows of their tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { FEW = 3 }; /* so many tables of changes stand open */

#include "flow/statute.h"

typedef struct {
    Day from, to; /* what holds on `to` and did not on `from` */
} Span;

static Str word_of(const PageView *v, Str change)
{
    return str_eq(change, STR("new"))    ? view_text(v->a, v->language, "law.change_new", NULL)
           : str_eq(change, STR("gone")) ? view_text(v->a, v->language, "law.change_gone", NULL)
                                         : view_text(v->a, v->language, "law.change_changed", NULL);
}

/* ---- Articles ---- */

static Json *statute_of(const PageView *v, Json *statutes, Map *seen, Str layer)
{
    Json *j = map_get(seen, layer);
    if (j == NULL) {
        j = page_add(v, statutes);
        page_set_text(v, j, "title", page_label(v, "statute", layer));
        (void)page_list_in(v, j, "articles");
        map_set(seen, layer, j);
    }
    return json_get(j, "articles");
}

static void add_articles(const PageView *v, Json *statutes, Span span)
{
    const Json *changes = statute_diff(v->scheme, v->a, span.from, span.to);
    Map seen = {.arena = v->a};
    for (size_t i = 0; i < json_count(changes); i++) {
        const Json *c = changes->items[i];
        Str layer = json_text_at(c, "layer"), article = json_text_at(c, "article"), change = json_text_at(c, "change");
        Json *j = page_add(v, statute_of(v, statutes, &seen, layer));
        page_set_text(v, j, "label",
                      str_printf(v->a, "%.*s %.*s", STR_ARG(page_label(v, "layer", layer)), STR_ARG(article)));
        page_set_text(v, j, "heading", json_text_at(c, "title"));
        page_set_text(v, j, "lang_of_text", json_text_at(scheme_info(v->scheme), "statute_language"));
        page_set_text(v, j, "word", word_of(v, change));
        if (!str_eq(change, STR("gone"))) {
            page_set_text(v, j, "href", page_article_href(v, layer, article, span.to));
        }
        if (!str_eq(change, STR("new"))) {
            page_set_text(v, j, "old_href", page_article_href(v, layer, article, span.from));
        }
    }
}

/* ---- Rows of tables ---- */

/* A day written in the cell lies within the span: what the cell says of `to` is not what it says of `from`. */
static bool dated_within(const Json *cells, Span span)
{
    for (size_t i = 0; i < json_count(cells); i++) {
        Str text = json_text(cells->items[i]);
        for (size_t at = 0; (at = str_find(text, STR("date(\""), at)) != SIZE_MAX; at += 6) {
            Day day;
            if (text.len >= at + 16 && day_parse(str_sub(text, at + 6, at + 16), &day) && day_cmp(day, span.from) > 0 &&
                day_cmp(day, span.to) <= 0) {
                return true;
            }
        }
    }
    return false;
}

static bool same_texts(const Json *a, const Json *b)
{
    bool same = json_count(a) == json_count(b);
    for (size_t i = 0; same && i < json_count(a); i++) {
        same = str_eq(json_text(a->items[i]), json_text(b->items[i]));
    }
    return same;
}

static const Json *named(const Json *list, const char *key, Str value)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (str_eq(json_text_at(list->items[i], key), value)) {
            return list->items[i];
        }
    }
    return NULL;
}

/* The rules of a table that began, ended or changed; `before` is the table of the older version, NULL if it is the same
 * version. */
static Json *changed_rules(const PageView *v, const Json *table, const Json *before, Span span)
{
    Json *ret = json_new_array(v->a);
    const Json *rules = json_get(table, "rules");
    for (size_t i = 0; i < json_count(rules); i++) {
        const Json *rule = rules->items[i], *old = named(json_get(before, "rules"), "id", json_text_at(rule, "id"));
        bool other =
            before != NULL && (old == NULL || !same_texts(json_get(rule, "outputs"), json_get(old, "outputs")) ||
                               !same_texts(json_get(rule, "cells"), json_get(old, "cells")));
        if (other || dated_within(json_get(rule, "cells"), span)) {
            json_push(v->a, ret, json_copy(v->a, rule));
        }
    }
    return ret;
}

static bool column_is_used(const Json *rules, size_t column)
{
    for (size_t i = 0; i < json_count(rules); i++) {
        const Json *cells = json_get(rules->items[i], "cells");
        if (column < json_count(cells) && !str_eq(json_text(cells->items[column]), STR("-"))) {
            return true;
        }
    }
    return false;
}

static Json *kept_items(const PageView *v, const Json *list, const Json *rules)
{
    Json *ret = json_new_array(v->a);
    for (size_t i = 0; i < json_count(list); i++) {
        if (column_is_used(rules, i)) {
            json_push(v->a, ret, json_copy(v->a, list->items[i]));
        }
    }
    return ret;
}

/* The table with these rules only, and without the columns that none of them looks at. */
static Json *narrowed(const PageView *v, const Json *table, const Json *rules)
{
    Json *ret = json_copy(v->a, table), *fewer = json_new_array(v->a);
    for (size_t i = 0; i < json_count(rules); i++) {
        Json *rule = json_copy(v->a, rules->items[i]);
        json_set(v->a, rule, STR("cells"), kept_items(v, json_get(rule, "cells"), rules));
        json_push(v->a, fewer, rule);
    }
    json_set(v->a, ret, STR("inputs"), kept_items(v, json_get(table, "inputs"), rules));
    json_set(v->a, ret, STR("rules"), fewer);
    return ret;
}

static void add_numbers(const PageView *v, Json *numbers, const SchemeModel *now, const SchemeModel *then, Span span)
{
    const Json *elements = json_get(dmn_describe(v->a, scheme_compiled(now)), "elements"),
               *older = now == then ? NULL : json_get(dmn_describe(v->a, scheme_compiled(then)), "elements");
    Json *entry = NULL;
    for (size_t i = 0; i < json_count(elements); i++) {
        const Json *e = elements->items[i];
        Json *rules = changed_rules(v, e, named(older, "name", json_text_at(e, "name")), span);
        if (json_count(rules) == 0) {
            continue;
        }
        if (entry == NULL) {
            entry = page_add(v, numbers);
            page_set_text(v, entry, "label", page_label(v, "models", decide_top(v->a, now->name)));
            page_set_text(v, entry, "href", page_model_href(v, now->name, span.to));
        }
        page_law_table(v, entry, narrowed(v, e, rules));
        const Json *tables = json_get(entry, "tables");
        Json *table = tables->items[json_count(tables) - 1];
        page_set_text(v, table, "region",
                      str_printf(v->a, "%.*s: %.*s", STR_ARG(json_text_at(entry, "label")),
                                 STR_ARG(json_text_at(table, "decision"))));
    }
}

static void add_models(const PageView *v, Json *models, Json *numbers, Span span)
{
    const SchemeModel *all;
    size_t count = scheme_models(v->scheme, &all);
    for (size_t i = 0; i < count; i++) {
        const SchemeModel *now = scheme_model(v->scheme, all[i].name, span.to),
                          *then = scheme_model(v->scheme, all[i].name, span.from);
        if (now != &all[i]) {
            continue; /* another version of the name stands for it */
        }
        if (now != then) {
            Json *j = page_add(v, models);
            page_set_text(v, j, "label", page_label(v, "models", decide_top(v->a, now->name)));
            page_set_text(v, j, "href", page_model_href(v, now->name, span.to));
            page_set_text(v, j, "in_force_from", day_print(v->a, now->from));
            page_set_text(v, j, "word", word_of(v, then ? STR("changed") : STR("new")));
            page_set_text(v, j, "old_href", then ? page_model_href(v, then->name, span.from) : STR(""));
        }
        if (then != NULL) {
            add_numbers(v, numbers, now, then, span);
        }
    }
}

bool page_law_changes(const PageView *v, Day from, Day to, Page *ret, __attribute__((unused)) Err *err)
{
    Span span = day_cmp(from, to) <= 0 ? (Span){from, to} : (Span){to, from};
    *ret = (Page){"law_changes", json_new_object(v->a)};
    Json *m = ret->model, *back = page_object_in(v, m, "back");
    page_frame(v, m, view_text(v->a, v->language, "law.changes", NULL));
    page_set_text(v, back, "href", STR("/law"));
    page_set_text(v, back, "label", view_text(v->a, v->language, "law.title", NULL));
    page_set_text(v, m, "from", day_print(v->a, span.from));
    page_set_text(v, m, "to", day_print(v->a, span.to));
    Json *models = page_list_in(v, m, "models"), *numbers = page_list_in(v, m, "numbers"),
         *statutes = page_list_in(v, m, "statutes");
    add_models(v, models, numbers, span);
    add_articles(v, statutes, span);
    for (size_t i = 0; i < json_count(numbers) && json_count(numbers) <= FEW; i++) { /* more would be a long way down */
        page_set_bool(v, numbers->items[i], "open", true);
    }
    page_set_bool(v, m, "nothing", json_count(models) + json_count(numbers) + json_count(statutes) == 0);
    return true;
}
