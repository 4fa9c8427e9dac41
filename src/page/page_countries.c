/* page_countries.c: where each country stood on a day: selected, screened, designated, sending, suspended; from the
 * dates that the cases hold, not from the day on which somebody entered them. And what a suspension holds of other
 * cases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* scheme.json: "countries": {type, country: field, source, confidence: fields, dates: [{state, from: field, until:
 * field}], serving: [state]}; the dates stand in the order in which states follow each other. */
static const Json *rule_of(const PageView *v)
{
    return json_get(scheme_info(v->scheme), "countries");
}

/* The step of the way that holds on the day: the latest that has begun and not ended; NULL before the first. */
static const Json *status_on(const Json *rule, const CaseRow *row, Day day, Day *ret_since)
{
    const Json *dates = json_get(rule, "dates"), *found = NULL;
    for (size_t i = 0; i < json_count(dates); i++) {
        Day from, until;
        const Json *one = dates->items[i];
        bool begun = day_parse(page_rule_text(one, "from", row), &from) && day_cmp(from, day) <= 0;
        bool over = day_parse(page_rule_text(one, "until", row), &until) && day_cmp(until, day) < 0;
        if (begun && !over && (found == NULL || day_cmp(from, *ret_since) >= 0)) {
            found = one;
            *ret_since = from;
        }
    }
    return found;
}

/* Whether workers were ever recruited up to the day. */
static bool ever_served(const Json *rule, const CaseRow *row, Day day)
{
    const Json *dates = json_get(rule, "dates");
    for (size_t i = 0; i < json_count(dates); i++) {
        Day from;
        const Json *one = dates->items[i];
        if (json_has_text(json_get(rule, "serving"), json_text_at(one, "state")) &&
            day_parse(page_rule_text(one, "from", row), &from) && day_cmp(from, day) <= 0) {
            return true;
        }
    }
    return false;
}

Str page_href_of_read(const PageView *v, const CaseRow *row)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    return v->caller != NULL && v->caller->party.len == 0 && t != NULL && page_reads_type(v, t)
               ? page_case_href(v, row->id)
               : STR("");
}

static void add_way(const PageView *v, Json *j, const Json *rule, const CaseRow *row)
{
    const Json *dates = json_get(rule, "dates");
    Json *way = page_list_in(v, j, "way");
    for (size_t i = 0; i < json_count(dates); i++) {
        Str from = page_rule_text(dates->items[i], "from", row);
        if (from.len > 0) {
            Json *one = page_add(v, way);
            page_set_text(v, one, "state", page_state_label(v, row->type, json_text_at(dates->items[i], "state")));
            page_set_text(v, one, "from", from);
            page_set_text(v, one, "until", page_rule_text(dates->items[i], "until", row));
        }
    }
}

static void add_country(const PageView *v, Json *list, const Json *rule, const CaseRow *row, Day on)
{
    Day since = {0};
    const Json *now = status_on(rule, row, on, &since);
    bool served = ever_served(rule, row, on);
    Json *j = page_add(v, list);
    Str code = page_rule_text(rule, "country", row);
    page_set_text(v, j, "country", page_label(v, "choice", code));
    page_set_text(v, j, "code", code);
    page_set_text(v, j, "href", page_href_of_read(v, row));
    page_set_text(v, j, "state",
                  now ? page_state_label(v, row->type, json_text_at(now, "state"))
                      : view_text(v->a, v->language, "agreements.no_status", NULL));
    page_set_text(v, j, "since", now ? day_print(v->a, since) : STR(""));
    page_set_bool(v, j, "never_served", now != NULL && !served);
    page_set_text(v, j, "tone",
                  now == NULL                                                            ? STR("quiet")
                  : json_has_text(json_get(rule, "serving"), json_text_at(now, "state")) ? STR("ok")
                                                                                         : STR("warn"));
    page_set_text(v, j, "source", page_said(v, page_rule_text(rule, "source", row)));
    page_set_text(v, j, "confidence", page_label(v, "choice", page_rule_text(rule, "confidence", row)));
    page_set_text(v, j, "remark", page_said(v, page_rule_text(rule, "remark", row)));
    add_way(v, j, rule, row);
}

bool page_countries(const PageView *v, Day on, Json *model, Err *err)
{
    const Json *rule = rule_of(v);
    const CaseRow *rows;
    size_t count;
    if (rule == NULL) {
        return true;
    }
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"), NULL, 0, NULL, 0, &rows,
                    &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "countries");
    for (size_t i = 0; i < count; i++) {
        add_country(v, list, rule, &rows[i], on);
    }
    page_set_text(v, model, "on", day_print(v->a, on));
    return true;
}

/* ---- What a case of another type holds ---- */

static void add_labels(const PageView *v, Json *j, const char *key, const Json *steps)
{
    Json *list = page_list_in(v, j, key);
    for (size_t i = 0; i < json_count(steps); i++) {
        json_push(v->a, list, json_new_str(v->a, page_step_label(v, json_text(steps->items[i]))));
    }
}

void page_holds(const PageView *v, Json *model, const CaseRow *row)
{
    const Json *holds = flow_holds(v->flow, v->run, v->scheme, row, v->now);
    Json *list = page_list_in(v, model, "holds");
    for (size_t i = 0; i < json_count(holds); i++) {
        static const char *const TEXTS[] = {"since", "until", "source"};
        const Json *h = holds->items[i];
        Json *j = page_add(v, list);
        for (size_t k = 0; k < COUNT_OF(TEXTS); k++) {
            page_set_text(v, j, TEXTS[k], json_text_at(h, TEXTS[k]));
        }
        page_set_text(v, j, "label", page_label(v, "hold", json_text_at(h, "name")));
        page_set_text(v, j, "goes_on", page_label(v, "hold_goes_on", json_text_at(h, "name")));
        page_set(v, j, "cites", page_cites(v, json_text_at(h, "cite")));
        add_labels(v, j, "steps", json_get(h, "steps"));
        add_labels(v, j, "later", json_get(h, "later"));
        page_set_bool(v, j, "nothing", json_count(json_get(h, "steps")) == 0);
    }
}
