/* page_now.c: what stands around a case today: clocks that run, what a step would decide, rights of the moment, free
 * posts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* ---- Clocks ---- */

/* scheme.json: "clocks": [{type, states, from: field with the day from which it runs, label: message, paused: [states
 * in which it stands still], stops: field that lists its stops}] */
static void add_clock(const PageView *v, Json *list, const Json *rule, const CaseRow *row)
{
    Day from, due;
    bool paused = json_has_text(json_get(rule, "paused"), row->state);
    if (!str_eq(json_text_at(rule, "type"), row->type) ||
        (!paused && !json_has_text(json_get(rule, "states"), row->state))) {
        return;
    }
    Json *j = page_add(v, list);
    page_set_text(v, j, "label", page_label(v, "clock", json_text_at(rule, "label")));
    page_set_text(v, j, "id", row->id);
    page_set_bool(v, j, "paused", paused);
    Json *stops = json_get_str(row->data, json_text_at(rule, "stops"));
    if (json_count(stops) > 0) {
        page_set(v, j, "stops", stops);
    }
    Str start = json_text(json_get_str(row->data, json_text_at(rule, "from")));
    if (paused || !day_parse(row->due, &due) || !day_parse(start, &from)) {
        return;
    }
    int64_t left = due.n - v->today.n, total = due.n - from.n;
    page_set_text(v, j, "due", row->due);
    page_set_bool(v, j, "running", true);
    page_set_bool(v, j, "overdue", left < 0);
    page_set_int(v, j, "days_left", left < 0 ? 0 : left);
    page_set_int(v, j, "total_days", total < 1 ? 1 : total);
    page_set_int(v, j, "low_days", total / 4);
    Json *cites = page_cites(v, row->due_rule);
    if (json_count(cites) > 0) {
        page_set_text(v, j, "rule", json_text_at(cites->items[0], "label"));
    }
}

void page_clocks(const PageView *v, Json *list, const CaseRow *row)
{
    const Json *rules = json_get(scheme_info(v->scheme), "clocks");
    for (size_t i = 0; i < json_count(rules); i++) {
        add_clock(v, list, rules->items[i], row);
    }
}

/* ---- What a step would decide ---- */

void page_foretold(const PageView *v, Json *list, const CaseRow *row)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    for (size_t i = 0; t != NULL && i < t->step_count; i++) {
        const SchemeStep *step = &t->steps[i];
        if (!step->foretell || !scheme_names_have(&step->from, row->state)) {
            continue;
        }
        Command c = {.scheme = row->scheme, .step = step->name, .case_id = row->id, .expected_version = -1};
        c.form = json_new_object(v->a);
        FlowResult r;
        (void)flow_run(v->flow, v->run, v->caller, &c, FLOW_DRY, v->now,
                       &r); /* "cannot decide" is a fault of the dry run */
        if (!r.plan.decided) {
            continue;
        }
        const Decision *d = &r.plan.decision;
        Json *j = page_add(v, list), *numbers = page_list_in(v, j, "numbers"), *changes = NULL;
        if (!decision_is_granted(d)) {
            changes = decision_changes(v->run, v->scheme, d, STR("granted"));
        }
        page_set_text(v, j, "label", page_label(v, "step", step->name));
        page_set_text(v, j, "title", page_title_of(v, row));
        page_set(v, j, "decision", page_decision_model(v, r.plan.proof, d->facts, NULL, changes));
        for (size_t k = 0; d->result.kind == FEEL_CONTEXT && k < d->result.len;
             k++) { /* the figures beside the outcome */
            const FeelEntry *e = &feel_entries(d->result)[k];
            if (e->value.kind == FEEL_NUMBER) {
                Json *n = page_add(v, numbers);
                page_set_text(v, n, "label", page_label(v, "figures", e->name));
                page_set_text(v, n, "value", json_text(feel_to_json(v->a, e->value)));
            }
        }
    }
}

/* ---- Rights ---- */

static bool add_right(const PageView *v, Json *list, Str key)
{
    Str text = scheme_message(v->scheme, v->language, key), cite = STR("");
    if (text.ptr == NULL) {
        return false;
    }
    size_t bar = str_find(text, STR("|"), 0);
    if (bar != SIZE_MAX) {
        cite = str_sub(text, bar + 1, text.len);
        text = str_sub(text, 0, bar);
    }
    Json *j = page_add(v, list);
    page_set_text(v, j, "text", text);
    Json *cites = page_cites(v, cite);
    if (json_count(cites) > 0) {
        page_set_text(v, j, "cite", json_text_at(cites->items[0], "label"));
        Json *href = json_get(cites->items[0], "href");
        if (href != NULL) {
            page_set(v, j, "href", href);
        }
    }
    return true;
}

/* messages: "rights.<type>.<state>.<n>" for where the person stands now, then "rights.<type>.<n>": "text" or
 * "text|cite". */
void page_rights(const PageView *v, Json *list, const CaseRow *person, const CaseRow *stands)
{
    for (int n = 1; n <= 8; n++) {
        if (!add_right(v, list,
                       str_printf(v->a, "rights.%.*s.%.*s.%d", STR_ARG(stands->type), STR_ARG(stands->state), n))) {
            break;
        }
    }
    for (int n = 1; n <= 8; n++) {
        if (!add_right(v, list, str_printf(v->a, "rights.%.*s.%d", STR_ARG(person->type), n))) {
            break;
        }
    }
}

/* ---- Free posts, without the names of those who offer them ---- */

typedef struct {
    Str group;
    int64_t places;
} Free;

static void add_free(Free *free, size_t *count, Str group, int64_t places)
{
    for (size_t i = 0; i < *count; i++) {
        if (str_eq(free[i].group, group)) {
            free[i].places += places;
            return;
        }
    }
    free[(*count)++] = (Free){group, places};
}

/* scheme.json: "vacancies": {type, states, of, of_states, match: {field of the other: field of the case}, by, places,
 * taken} */
bool page_vacancies(const PageView *v, Json *model, const CaseRow *row, Err *err)
{
    const Json *rule = json_get(scheme_info(v->scheme), "vacancies"), *match = json_get(rule, "match");
    if (!str_eq(json_text_at(rule, "type"), row->type) || !json_has_text(json_get(rule, "states"), row->state)) {
        return true;
    }
    QueryWhere where[4];
    Str states[8], of = json_text_at(rule, "of");
    size_t where_count = 0, state_count = 0, count, groups = 0;
    for (size_t i = 0; i < json_count(match) && where_count < COUNT_OF(where); i++) {
        where[where_count++] =
            (QueryWhere){match->members[i].key, json_text(json_get_str(row->data, json_text(match->members[i].value)))};
    }
    const Json *list = json_get(rule, "of_states");
    for (size_t i = 0; i < json_count(list) && state_count < COUNT_OF(states); i++) {
        states[state_count++] = json_text(list->items[i]);
    }
    const CaseRow *rows;
    if (!query_list(v->flow->store, v->a, row->scheme, of, where, where_count, states, state_count, &rows, &count,
                    err)) {
        return false;
    }
    Free *free = ARENA_ARRAY(v->a, Free, count + 1);
    Str by = json_text_at(rule, "by"), places = json_text_at(rule, "places"), taken = json_text_at(rule, "taken");
    for (size_t i = 0; i < count; i++) {
        int64_t left =
            json_to_int(json_get_str(rows[i].data, places), 0) - (int64_t)json_count(json_get_str(rows[i].data, taken));
        if (left > 0) {
            add_free(free, &groups, json_text(json_get_str(rows[i].data, by)), left);
        }
    }
    Json *out = page_list_in(v, model, "vacancies");
    for (size_t i = 0; i < groups; i++) {
        Json *j = page_add(v, out);
        page_set_text(v, j, "label", page_value(v, scheme_type(v->scheme, of), by, json_new_str(v->a, free[i].group)));
        page_set_int(v, j, "places", free[i].places);
    }
    return true;
}
