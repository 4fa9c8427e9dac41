/* page_choose.c: choosing among persons without names: what the law lets the chooser see, and why each stands on the
 * list.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* scheme.json: "choose": {step: {field, list, shows: [field of the persons], still: state, cite}} */
const Json *page_choice_rule(const PageView *v, Str step)
{
    return json_get_str(json_get(scheme_info(v->scheme), "choose"), step);
}

static void add_person(const PageView *v, Json *list, const Json *rule, const CaseRow *person)
{
    const SchemeType *t = scheme_type(v->scheme, person->type);
    const Json *shows = json_get(rule, "shows");
    Json *j = page_add(v, list), *facts = page_list_in(v, j, "facts");
    page_set_text(v, j, "ref", person->id);
    page_set_text(v, j, "value", person->id);
    const Json *holds = flow_holds(v->flow, v->run, v->scheme, person, v->now);
    if (json_count(holds) > 0) { /* chosen in vain: the step would be refused */
        page_set_text(v, j, "held", page_label(v, "hold", json_text_at(holds->items[0], "name")));
    }
    for (size_t i = 0; i < json_count(shows); i++) {
        Str field = json_text(shows->items[i]);
        const Json *value = json_get_str(person->data, field);
        if (value != NULL && value->kind != JSON_NULL) {
            Json *f = page_add(v, facts);
            page_set_text(v, f, "label", page_field_label(v, t, field));
            page_set_text(v, f, "value", page_value(v, t, field, value));
        }
    }
}

static bool add_people(const PageView *v, Json *model, const Json *rule, const CaseRow *row, Err *err)
{
    Json *list = page_list_in(v, model, "candidates");
    const Json *ids = json_get_str(row->data, json_text_at(rule, "list"));
    for (size_t i = 0; i < json_count(ids); i++) {
        const CaseRow *person;
        if (!query_case(v->flow->store, v->a, json_text(ids->items[i]), &person, err)) {
            return false;
        }
        if (person != NULL && str_eq(person->state, json_text_at(rule, "still"))) {
            add_person(v, list, rule, person);
        }
    }
    return true;
}

bool page_choose(const PageView *v, const PageFormAsk *ask, const CaseRow *row, Json *model, Err *err)
{
    const Json *rule = page_choice_rule(v, ask->step);
    Json *criteria = page_list_in(v, model, "criteria"), *first = page_add(v, criteria);
    Json *cites = page_cites(v, json_text_at(rule, "cite"));
    page_set_text(v, first, "label", view_text(v->a, v->language, "candidates.order", NULL));
    page_set_text(v, first, "value", view_text(v->a, v->language, "roster.rule", NULL));
    if (json_count(cites) > 0) {
        page_set_text(v, first, "cite", json_text_at(cites->items[0], "label"));
    }
    return add_people(v, model, rule, row, err);
}
