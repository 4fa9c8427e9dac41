/* page_check.c: "check my situation": the facts of a visitor, in words and numbers as they write them, and what the law
 * says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "decide/inquiry.h"

static size_t inputs_of(const PageView *v, const SchemeModel *m, const DmnInput **ret)
{
    const DmnInvocable *top = dmn_find(scheme_compiled(m), DMN_DECISION, decide_top(v->a, m->name));
    return top ? dmn_inputs(top, ret) : 0;
}

/* ---- The form ---- */

/* The strings among the allowed values make a choice. */
static bool add_allowed(const PageView *v, Json *field, const DmnInput *in, Str value)
{
    Str *allowed;
    size_t count = decide_allowed(v->a, in, &allowed);
    Json *choices = count > 0 ? page_list_in(v, field, "choices") : NULL;
    for (size_t i = 0; i < count; i++) {
        Json *c = page_add(v, choices);
        page_set_text(v, c, "value", allowed[i]);
        page_set_text(v, c, "label", page_fact_value(v, json_new_str(v->a, allowed[i])));
        page_set_bool(v, c, "selected", str_eq(allowed[i], value));
    }
    page_set_bool(v, field, "many", count > 6);
    return count > 0;
}

/* Names of inputs have spaces, which an id in a page may not have. */
static Str box_name(const PageView *v, Str input)
{
    Buf b = buf_new(v->a, input.len + 1);
    for (size_t i = 0; i < input.len; i++) {
        buf_byte(&b, input.ptr[i] == ' ' ? '_' : input.ptr[i]);
    }
    return buf_str(&b);
}

static const char *box_type(const DmnInput *in)
{
    switch ((int)feel_type_kind(in->type)) {
    case FEEL_NUMBER: return "number";
    case FEEL_DATE: return "date";
    case FEEL_BOOLEAN: return "yes_no";
    case FEEL_LIST: return "list";
    default: return "text";
    }
}

/* What does not fit, in the visitor's language: the faults themselves speak to whoever uses the API. */
static void add_fault(const PageView *v, Json *field, Str type, Str told)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "told", told);
    page_set_text(
        v, field, "error",
        view_text(v->a, v->language, str_c(v->a, str_printf(v->a, "check.expects_%.*s", STR_ARG(type))), params));
}

static void add_input(const PageView *v, Json *list, const DmnInput *in, const Json *sent, const ErrList *faults)
{
    Str name = box_name(v, in->name), value = json_text(json_get_str(sent, name));
    Json *j = page_add(v, list);
    page_set_text(v, j, "name", name);
    page_set_bool(v, j, "plain", true); /* what stays empty is an unknown fact, for the rules to judge */
    page_set_text(v, j, "label", page_element_label(v, in->name));
    page_set_text(v, j, "value", value);
    Str type = add_allowed(v, j, in, value) ? STR("choice") : str_from_c(box_type(in));
    page_set_text(v, j, "type", type);
    for (size_t i = 0; i < faults->count; i++) {
        if (str_eq_c(in->name, faults->items[i].field)) {
            add_fault(v, j, type, value);
        }
    }
}

/* One box of the form as a fact; lists stand one to a line. Empty boxes are unknown facts. */
static void add_fact(const PageView *v, Json *facts, const DmnInput *in, const Json *sent)
{
    Str text = str_trim(json_text(json_get_str(sent, box_name(v, in->name))));
    if (text.len == 0) {
        return;
    }
    if (feel_type_kind(in->type) != FEEL_LIST) {
        json_set(v->a, facts, in->name, json_new_str(v->a, text));
        return;
    }
    Json *items = json_set(v->a, facts, in->name, json_new_array(v->a));
    for (Str rest = text, item; str_cut(&rest, '\n', &item);) {
        if (str_trim(item).len > 0) {
            json_push(v->a, items, json_new_str(v->a, str_trim(item)));
        }
    }
}

/* The boxes that were filled in, whichever version of the model asks for them. */
static Json *facts_sent(const PageView *v, Str model, const Json *sent)
{
    const SchemeModel *all;
    Json *facts = json_new_object(v->a);
    size_t count = scheme_models(v->scheme, &all);
    for (size_t i = 0; i < count; i++) {
        const DmnInput *inputs;
        size_t n = str_eq(all[i].name, model) ? inputs_of(v, &all[i], &inputs) : 0;
        for (size_t k = 0; k < n; k++) {
            add_fact(v, facts, &inputs[k], sent);
        }
    }
    return facts;
}

/* ---- The answer ---- */

/* Facts that the law of the day asked about does not ask for. */
static void add_ignored(const PageView *v, Json *result, const Json *ignored)
{
    Json *list = page_list_in(v, result, "ignored");
    for (size_t i = 0; i < json_count(ignored); i++) {
        Json *params = json_new_object(v->a);
        page_set_text(v, params, "input", page_element_label(v, json_text(ignored->items[i])));
        page_set_text(v, page_add(v, list), "text", view_text(v->a, v->language, "check.ignored", params));
    }
}

static void add_result(const PageView *v, Json *model, const InquiryAnswer *told)
{
    const Decision *d = &told->decision;
    Json *changes = decision_is_granted(d) ? NULL : decision_changes(v->run, v->scheme, d, STR("granted"));
    Json *result = page_decision_model(v, decision_proof(v->a, d), d->facts, decision_tables(v->a, d), changes);
    add_ignored(v, result, told->ignored);
    page_set(v, model, "result", result);
}

/* Marks the facts that the rules lack in an answer. False where the rules cannot say. */
static bool mark_lacking(const PageView *v, const InquiryAnswer *told, Map *lacking)
{
    const Json *missing = json_path(decision_proof(v->a, &told->decision), "result.missing");
    for (size_t i = 0; i < json_count(missing); i++) {
        map_set(lacking, json_text(missing->items[i]), lacking);
    }
    return json_count(missing) > 0;
}

/* What the rules of a day ask of who tells nothing. */
static bool mark_first(const PageView *v, Str model, Day day, Map *lacking)
{
    Err err;
    InquiryAnswer told;
    ErrList faults = {.arena = v->a};
    Inquiry nothing = {.scheme = v->scheme, .model = model, .on = day_print(v->a, day), .today = v->today};
    return inquiry_answer(v->run, &nothing, &told, &faults, &err) && mark_lacking(v, &told, lacking);
}

/* ---- The page ---- */

static void add_models(const PageView *v, Json *m, Str model)
{
    const Json *offered = json_get(scheme_info(v->scheme), "check_models");
    Json *models = page_list_in(v, m, "models");
    for (size_t i = 0; i < json_count(offered); i++) {
        Json *j = page_add(v, models);
        page_set_text(v, j, "value", json_text(offered->items[i]));
        page_set_text(v, j, "label", page_label(v, "models", decide_top(v->a, json_text(offered->items[i]))));
        page_set_bool(v, j, "selected", str_eq(json_text(offered->items[i]), model));
    }
}

/* First what is asked of everybody, what the facts given make necessary and what was filled in; what only some are
 * asked stands behind it. */
static void add_inputs(const PageView *v, Json *m, const DmnInput *inputs, size_t count, const Json *sent,
                       const Map *lacking, const ErrList *faults)
{
    Json *fields = page_list_in(v, m, "fields"), *more = page_list_in(v, m, "more");
    for (size_t i = 0; i < count; i++) {
        bool filled = json_text(json_get_str(sent, box_name(v, inputs[i].name))).len > 0;
        if (!str_eq(inputs[i].name, STR("holidays"))) {
            add_input(v, lacking == NULL || filled || map_get(lacking, inputs[i].name) != NULL ? fields : more,
                      &inputs[i], sent, faults);
        }
    }
}

/* Answers what was sent; *ret_day is the day whose law was asked. False where it cannot be answered at all. */
static bool answer(const PageView *v, Json *m, Str model, const Json *facts, Map *lacking, Day *ret_day,
                   ErrList *faults, Err *err)
{
    InquiryAnswer told;
    Inquiry asked = {.scheme = v->scheme, .model = model, .today = v->today, .facts = facts};
    if (inquiry_answer(v->run, &asked, &told, faults, err)) {
        add_result(v, m, &told);
        mark_lacking(v, &told, lacking);
        *ret_day = told.day;
        return true;
    }
    if (err->code == NOT_IN_FORCE) {
        page_set_text(v, page_add(v, page_list_in(v, m, "errors")), "text",
                      view_text(v->a, v->language, "error.NOT_IN_FORCE", NULL));
        return true;
    }
    return faults->count > 0;
}

bool page_check(const PageView *v, Str model, const Json *sent, Page *ret, Err *err)
{
    *ret = (Page){"check", json_new_object(v->a)};
    Json *m = ret->model;
    page_frame(v, m, view_text(v->a, v->language, "check.title", NULL));
    add_models(v, m, model);
    if (model.len == 0) {
        return true;
    }
    Day day = v->today;
    Map lacking = {.arena = v->a};
    ErrList faults = {.arena = v->a};
    if (scheme_model(v->scheme, model, day) == NULL) {
        return err_set(err, NOT_FOUND, "There is no decision model %.*s in force.", STR_ARG(model));
    }
    if (sent != NULL && !answer(v, m, model, facts_sent(v, model, sent), &lacking, &day, &faults, err)) {
        return false;
    }
    const DmnInput *inputs;
    size_t count = inputs_of(v, scheme_model(v->scheme, model, day), &inputs);
    bool known = mark_first(v, model, day, &lacking);
    add_inputs(v, m, inputs, count, sent, known ? &lacking : NULL, &faults);
    page_set_text(v, m, "model", model);
    page_set_text(v, m, "action", STR("/check"));
    return true;
}
