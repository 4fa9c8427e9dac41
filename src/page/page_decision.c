/* page_decision.c: a decision with its grounds, articles, facts, tables and what would change it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

static Str input_label(const PageView *v, Str input)
{
    return page_element_label(v, input);
}

Str page_fact_value(const PageView *v, const Json *value)
{
    if (value != NULL && value->kind == JSON_STRING) {
        Str own = scheme_message(v->scheme, v->language, str_printf(v->a, "values.%.*s", STR_ARG(value->text)));
        return own.ptr ? own : page_label(v, "choice", value->text);
    }
    return value ? page_value(v, NULL, STR(""), value) : STR("–");
}

static void add_grounds(const PageView *v, Json *model, const Json *grounds)
{
    Json *list = page_list_in(v, model, "grounds");
    for (size_t i = 0; i < json_count(grounds); i++) {
        const Json *g = grounds->items[i];
        Json *j = page_add(v, list);
        page_set_text(v, j, "code", json_text_at(g, "code"));
        page_set_text(v, j, "text", page_label(v, "reasons", json_text_at(g, "code")));
        page_set(v, j, "cites", page_cites(v, json_text_at(g, "cites")));
        page_set_text(v, j, "rule", json_text_at(g, "rule"));
        page_set_bool(v, j, "unverified", json_is_true(json_get(g, "unverified")));
    }
}

/* Facts that the law asks for and nobody gave, or that contradict others, are grounds of "cannot decide". */
static void add_facts_named(const PageView *v, Json *list, const Json *names, const char *key)
{
    for (size_t i = 0; i < json_count(names); i++) {
        Json *params = json_new_object(v->a);
        page_set_text(v, params, "input", input_label(v, json_text(names->items[i])));
        page_set_text(v, page_add(v, list), "text", view_text(v->a, v->language, key, params));
    }
}

static void add_changes(const PageView *v, Json *model, const Json *changes)
{
    Json *list = page_list_in(v, model, "changes");
    for (size_t i = 0; i < json_count(changes); i++) {
        const Json *c = changes->items[i];
        Json *params = json_new_object(v->a);
        page_set_text(v, params, "input", input_label(v, json_text_at(c, "input")));
        page_set_text(v, params, "from", page_fact_value(v, json_get(c, "from")));
        page_set_text(v, params, "to", page_fact_value(v, json_get(c, "to")));
        page_set_text(v, params, "outcome", page_label(v, "outcomes", json_text_at(c, "outcome")));
        const char *key = json_is_true(json_get(c, "by_waiting")) ? "decision.change_by_waiting" : "decision.change";
        page_set_text(v, page_add(v, list), "text", view_text(v->a, v->language, key, params));
    }
}

static void add_facts(const PageView *v, Json *model, const Json *facts)
{
    Json *list = page_list_in(v, model, "facts");
    for (size_t i = 0; i < json_count(facts); i++) {
        if (facts->members[i].value->kind == JSON_ARRAY && facts->members[i].value->count > 8) {
            continue; /* lists of holidays and the like */
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", input_label(v, facts->members[i].key));
        page_set_text(v, j, "value", page_fact_value(v, facts->members[i].value));
    }
}

/* ---- Tables, from the engine's trace ---- */

/* Rules that did not fire carry no outputs in the trace; their cells stay empty, so that columns fit. */
static void add_cells(const PageView *v, Json *row, const Json *rule, size_t output_count)
{
    const Json *cells = json_get(rule, "cells"), *outputs = json_get(rule, "outputs");
    Json *list = page_list_in(v, row, "cells");
    for (size_t i = 0; i < json_count(cells); i++) {
        page_add_cell(v, list, json_text_at(cells->items[i], "test"));
        page_set_text(v, list->items[i], "passed",
                      json_is_true(json_get(cells->items[i], "passed")) ? STR("true") : STR("false"));
    }
    Json *out = page_list_in(v, row, "outputs");
    for (size_t i = 0; i < json_count(outputs); i++) {
        const Json *value =
            outputs->kind == JSON_OBJECT ? outputs->members[i].value : json_get(outputs->items[i], "value");
        Buf b = buf_new(v->a, 65536);
        if (value != NULL) {
            json_write(&b, value);
        }
        page_add_cell(v, out, b.len ? buf_str(&b) : STR(""));
    }
    while (out->count < output_count) {
        page_set_text(v, page_add(v, out), "text", STR(""));
    }
    Str article = json_text_at(json_get(rule, "annotations"), "article");
    page_set(v, row, "cites", page_cites(v, article));
}

static const Json *widest_outputs(const Json *rules)
{
    const Json *widest = NULL;
    for (size_t i = 0; i < json_count(rules); i++) {
        const Json *outputs = json_get(rules->items[i], "outputs");
        widest = json_count(outputs) > json_count(widest) ? outputs : widest;
    }
    return widest;
}

static void add_columns(const PageView *v, Json *table, const Json *rules)
{
    Json *columns = page_list_in(v, table, "columns");
    if (json_count(rules) == 0) {
        return;
    }
    const Json *cells = json_get(rules->items[0], "cells"), *outputs = widest_outputs(rules);
    for (size_t i = 0; i < json_count(cells); i++) {
        page_set_text(v, page_add(v, columns), "label", input_label(v, json_text_at(cells->items[i], "input")));
    }
    for (size_t i = 0; i < json_count(outputs); i++) {
        Json *j = page_add(v, columns);
        Str name = outputs->kind == JSON_OBJECT ? outputs->members[i].key : json_text_at(outputs->items[i], "name");
        page_set_text(v, j, "label", name.len ? name : STR("→"));
        page_set_bool(v, j, "output", true);
    }
}

static void add_row(const PageView *v, Json *rows, const Json *rule, size_t number, size_t output_count)
{
    Json *row = page_add(v, rows);
    page_set_int(v, row, "number", (int64_t)number);
    add_cells(v, row, rule, output_count);
    bool fired = json_is_true(json_get(rule, "fired"));
    page_set_bool(v, row, "fired", fired);
    page_set_bool(v, row, "unverified",
                  fired && decide_source_is_unverified(json_text(json_path(rule, "annotations.source"))));
}

/* Of a long table the rows that fired stand alone in front; the whole one is folded. */
static void add_rules(const PageView *v, Json *table, Str decision, const Json *rules)
{
    enum { SHORT = 6 };
    bool is_long = rules->count > SHORT;
    Json *rows = page_list_in(v, table, "rows"), *fired = json_new_array(v->a);
    size_t output_count = json_count(widest_outputs(rules));
    add_columns(v, table, rules);
    for (size_t k = 0; k < rules->count; k++) {
        add_row(v, rows, rules->items[k], k + 1, output_count);
        if (json_is_true(json_get(rules->items[k], "fired"))) {
            json_push(v->a, fired, rows->items[k]);
        }
    }
    page_label_cells(v, table);
    if (is_long) {
        Json *front = page_object_in(v, table, "long");
        json_set(v->a, front, STR("rows"), fired);
        json_set(v->a, front, STR("columns"), json_get(table, "columns"));
        page_set_text(v, front, "decision", decision);
        page_set_int(v, front, "count", (int64_t)rules->count);
    }
}

static void add_tables(const PageView *v, Json *model, const Json *tables)
{
    Json *list = page_list_in(v, model, "tables");
    const Json *steps = tables && tables->kind == JSON_OBJECT ? json_get(tables, "steps") : tables;
    for (size_t i = 0; i < json_count(steps); i++) {
        const Json *step = steps->items[i], *rules = json_get(step, "rules");
        if (json_count(rules) == 0) {
            continue;
        }
        Json *table = page_add(v, list);
        Str decision = page_element_label(v, json_text_at(step, "decision"));
        page_set_text(v, table, "decision", decision);
        page_set_text(v, table, "hit_policy", json_text_at(step, "hit_policy"));
        add_rules(v, table, decision, rules);
    }
}

/* An officer signed another outcome than the model's: who reads it sees both and the reason. */
static void add_departure(const PageView *v, Json *model, const Json *departed)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "proposed", page_label(v, "outcomes", json_text_at(departed, "from")));
    page_set_text(v, params, "reason", json_text_at(departed, "reason"));
    page_set_text(v, page_add(v, json_get(model, "grounds")), "text",
                  view_text(v->a, v->language, "decision.departed", params));
}

Json *page_decision_model(const PageView *v, const Json *proof, const Json *facts, const Json *tables,
                          const Json *changes)
{
    Json *m = json_new_object(v->a);
    Str outcome = json_text_at(proof, "outcome"), departed = json_text(json_path(proof, "departed.to"));
    outcome = departed.len ? departed : outcome; /* what the officer signed */
    const char *kind = str_eq(outcome, STR("granted")) || str_eq(outcome, STR("in time")) ? "granted"
                       : str_eq(outcome, STR("cannot decide"))                            ? "cannot"
                                                                                          : "refused";
    page_set_text(v, m, "outcome", outcome);
    page_set_text(v, m, "outcome_label", page_label(v, "outcomes", outcome));
    page_set_text(v, m, "kind", str_from_c(kind));
    page_set_bool(v, m, "rests_unverified", json_is_true(json_get(proof, "unverified")));
    page_set_text(v, m, "day", json_text_at(proof, "day"));
    page_set_text(v, m, "model", page_label(v, "models", decide_top(v->a, json_text_at(proof, "model"))));
    page_set_text(v, m, "model_href",
                  str_printf(v->a, "/law/model/%.*s?day=%.*s", STR_ARG(json_text_at(proof, "model")),
                             STR_ARG(json_text_at(proof, "day"))));
    page_set_text(v, m, "model_hash", json_text_at(proof, "model_hash"));
    add_grounds(v, m, json_get(proof, "grounds"));
    add_facts_named(v, json_get(m, "grounds"), json_path(proof, "result.contradicting"), "decision.contradicting");
    add_facts_named(v, json_get(m, "grounds"), json_path(proof, "result.missing"), "decision.missing");
    if (departed.len > 0) {
        add_departure(v, m, json_get(proof, "departed"));
    }
    add_changes(v, m, changes);
    add_facts(v, m, facts);
    if (tables != NULL) {
        add_tables(v, m, tables);
    }
    return m;
}

static void merge(const PageView *v, Json *into, const Json *from)
{
    for (size_t i = 0; i < json_count(from); i++) {
        json_set(v->a, into, from->members[i].key, from->members[i].value);
    }
}

bool page_decision(const PageView *v, int64_t seq, Page *ret, Err *err)
{
    Json *proof;
    const CaseRow *row;
    if (!flow_explain(v->flow, v->run, seq, &proof, err) || !page_open(v, json_text_at(proof, "case"), &row, err)) {
        return false;
    }
    *ret = (Page){"decision", json_new_object(v->a)};
    merge(v, ret->model,
          page_decision_model(v, json_get(proof, "decision"), json_get(proof, "facts"), json_get(proof, "tables"),
                              json_get(proof, "changes")));
    page_frame(v, ret->model, page_step_label(v, json_text_at(proof, "step")));
    page_set_text(v, ret->model, "case_title",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(row->id), STR_ARG(page_title_of(v, row))));
    Json *back = page_object_in(v, ret->model, "back");
    page_set_text(v, back, "href", page_case_href(v, row->id));
    page_set_text(v, back, "label", row->id);
    page_set_int(v, ret->model, "seq", seq);
    page_set_text(v, ret->model, "json_href", str_printf(v->a, "/api/v1/decisions/%lld", (long long)seq));
    return true;
}
