/* page_case.c: one case as a story, and lists of cases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

#include <stdlib.h>

enum { PAGE_ROWS = 50 };

/* ---- Who may see ---- */

bool page_reads_type(const PageView *v, const SchemeType *t)
{
    return !v->visits && flow_reads_type(t, v->caller);
}

bool page_find(const PageView *v, Str id, const CaseRow **ret, Err *err)
{
    QueryReach reach = page_reach(v);
    return query_case_in(v->flow->store, v->a, &reach, id, ret, err);
}

bool page_open(const PageView *v, Str id, const CaseRow **ret, Err *err)
{
    const CaseRow *any;
    if (!page_find(v, id, ret, err)) {
        return false;
    }
    if (*ret != NULL) {
        return true;
    }
    if (!query_case(v->flow->store, v->a, id, &any, err)) {
        return false;
    }
    bool there = any != NULL && str_eq(any->scheme, scheme_id(v->scheme));
    return there ? err_set(err, NOT_ALLOWED, "This case is not yours to see.")
                 : err_set(err, NOT_FOUND, "There is no case %.*s.", STR_ARG(id));
}

bool page_linked(const PageView *v, Str id, const CaseRow **ret, const Str **ret_fields, size_t *ret_count, Err *err)
{
    QueryReach reach = page_reach(v);
    return query_linked_in(v->flow->store, v->a, &reach, id, ret, ret_fields, ret_count, err);
}

bool page_reads_person(const PageView *v, const CaseRow *row, Str *ret_person)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    if (t == NULL || v->caller == NULL || str_eq(v->caller->party, row->id)) {
        return false;
    }
    *ret_person = t->person ? row->id : t->subject.len ? json_text(json_get_str(row->data, t->subject)) : STR("");
    return ret_person->len > 0 && !str_eq(*ret_person, v->caller->party);
}

/* ---- A case ---- */

static Str tone_of(const SchemeType *t, Str state)
{
    const SchemeState *s = scheme_state(t, state);
    if (s == NULL) {
        return STR("quiet");
    }
    return s->tone.len ? s->tone : s->final ? STR("error") : s->holder.len ? STR("warn") : STR("ok");
}

Str page_state_tone(const PageView *v, const CaseRow *row)
{
    return tone_of(scheme_type(v->scheme, row->type), row->state);
}

static bool add_links(const PageView *v, Json *model, const CaseRow *row, Err *err)
{
    const CaseRow *linked;
    const Str *fields;
    size_t count;
    if (!page_linked(v, row->id, &linked, &fields, &count, err)) {
        return false;
    }
    page_members(v, model, row, linked, fields, count);
    Json *list = page_list_in(v, model, "links");
    for (size_t i = 0; i < count && list->count < 50; i++) {
        if (page_is_member(v, row->type, &linked[i], fields[i])) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", page_label(v, "type", linked[i].type));
        page_set_text(v, j, "href", page_case_href(v, linked[i].id));
        page_set_text(v, j, "title", page_title_of(v, &linked[i]));
        page_set_text(v, j, "state_label", page_state_label(v, linked[i].type, linked[i].state));
    }
    return true;
}

static void add_pending(const PageView *v, Json *model, const CaseRow *row)
{
    if (row->pending == NULL) {
        return;
    }
    Json *p = page_object_in(v, model, "pending");
    Str step = json_text_at(row->pending, "step");
    page_set_text(v, p, "label", page_step_label(v, step));
    page_set_text(v, p, "by", json_text_at(row->pending, "by"));
    page_set_text(v, p, "at", str_sub(json_text_at(row->pending, "at"), 0, 10));
    page_set_text(v, p, "href", str_printf(v->a, "/case/%.*s/do/%.*s/confirm", STR_ARG(row->id), STR_ARG(step)));
}

static void add_documents(const PageView *v, Json *model, const CaseRow *row)
{
    Json *list = page_list_in(v, model, "documents");
    if (json_get(row->data, "permit_no") != NULL) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "href", str_printf(v->a, "/permit/%.*s", STR_ARG(row->id)));
        page_set_text(v, j, "label",
                      str_printf(v->a, "%.*s %.*s", STR_ARG(page_label(v, "document", STR("permit"))),
                                 STR_ARG(json_text_at(row->data, "permit_no"))));
    }
    Str contract = page_contract_paper(v, row);
    if (contract.len > 0) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "href", contract);
        page_set_text(v, j, "label", page_label(v, "document", STR("contract")));
    }
}

static void add_letter(const PageView *v, Json *documents, const Event *e)
{
    Str href = page_letter_href(v, e);
    if (href.len > 0) {
        Json *j = page_add(v, documents);
        page_set_text(v, j, "href", href);
        page_set_text(v, j, "label",
                      str_printf(v->a, "%.*s · %.*s", STR_ARG(view_text(v->a, v->language, "letter.refusal", NULL)),
                                 STR_ARG(day_print(v->a, e->day))));
    }
}

/* The letter in a sentence or two: rank and points or which wish, number in the queue. */
static void add_outcome(const PageView *v, Json *round, const Json *member, const CaseRow *row)
{
    static const char *const KEYS[] = {"rank", "of", "points", "waiting", "choice"};
    Json *params = json_new_object(v->a);
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        const Json *value = json_get_str(row->data, json_text_at(member, KEYS[i]));
        page_set_text(v, params, KEYS[i], json_text(value));
    }
    if (json_text_at(params, "rank").len > 0) {
        page_set_text(v, round, "outcome", view_text(v->a, v->language, "case.round_rank", params));
    }
    if (json_text_at(params, "choice").len > 0) {
        page_set_text(v, round, "outcome", view_text(v->a, v->language, "case.round_choice", params));
    }
    if (json_text_at(params, "waiting").len > 0) {
        page_set_text(v, round, "waiting", view_text(v->a, v->language, "case.round_waiting", params));
    }
}

/* scheme.json: "rounds": [{type, members: {type: {round, line}}}]: where the round that ranked this case is published,
 * and the case's own line in it, as everybody who computes it again must get it. */
static bool add_round(const PageView *v, Json *model, const Json *rule, const CaseRow *row)
{
    const Json *member = json_get_str(json_get(rule, "members"), row->type);
    bool holds = str_eq(json_text_at(rule, "type"), row->type);
    Str round = holds ? row->id : json_text(json_get_str(row->data, json_text_at(member, "round")));
    Str line = json_text(json_get_str(row->data, json_text_at(member, "line")));
    QueryRound r;
    Err none;
    if (round.len == 0 || !query_round(v->flow->store, v->a, round, &r, &none)) {
        return false;
    }
    Json *j = page_object_in(v, model, "round");
    page_set_text(v, j, "name", round);
    page_set_text(v, j, "line", line);
    page_set_text(v, j, "href", str_printf(v->a, "/round/%.*s.csv", STR_ARG(round)));
    page_set_int(v, j, "seq", r.seq);
    page_set_bool(v, j, "drawn", r.result.len > 0);
    add_outcome(v, j, member, row);
    return true;
}

/* One case can take part in rounds of one kind only: the first that holds it. */
static void add_rounds(const PageView *v, Json *model, const CaseRow *row)
{
    const Json *rules = json_get(scheme_info(v->scheme), "rounds");
    for (size_t i = 0; i < json_count(rules); i++) {
        if (add_round(v, model, rules->items[i], row)) {
            return;
        }
    }
}

static Json *case_model(const PageView *v, const SchemeType *t, const CaseRow *row)
{
    Json *m = json_new_object(v->a);
    page_frame(v, m, page_title_of(v, row));
    page_set_text(v, m, "id", row->id);
    page_set_text(v, m, "type", row->type);
    page_set_text(v, m, "type_label", page_label(v, "type", row->type));
    page_set_text(v, m, "state", row->state);
    page_set_text(v, m, "state_label", page_state_label(v, row->type, row->state));
    page_set_text(v, m, "state_tone", tone_of(t, row->state));
    page_set_int(v, m, "version", row->version);
    Json *holder = page_object_in(v, m, "holder");
    page_holder(v, holder, row);
    page_facts(v, page_list_in(v, m, "facts"), t, row->id, row->data);
    Json *steps = page_list_in(v, m, "steps");
    page_steps(v, steps, row);
    page_group_steps(v, steps, page_list_in(v, m, "groups"));
    add_pending(v, m, row);
    page_holds(v, m, row);
    add_documents(v, m, row);
    return m;
}

bool page_case(const PageView *v, Str id, Page *ret, Err *err)
{
    const CaseRow *row;
    Event *events;
    size_t count;
    if (!page_open(v, id, &row, err)) {
        return false;
    }
    const SchemeType *t = scheme_type(v->scheme, row->type);
    if (t == NULL) {
        return err_set(err, NOT_FOUND, "There is no case %.*s.", STR_ARG(id));
    }
    if (!query_history(v->flow->store, v->a, id, &events, &count, err)) {
        return false;
    }
    *ret = (Page){"case", case_model(v, t, row)};
    page_story(v, page_list_in(v, ret->model, "history"), t, events, count);
    for (size_t i = count; i > 0; i--) {
        add_letter(v, json_get(ret->model, "documents"), &events[i - 1]);
    }
    page_add_papers(v, json_get(ret->model, "documents"), row);
    add_rounds(v, ret->model, row);
    return add_links(v, ret->model, row, err) && page_add_office(v, ret->model, row, err);
}

/* ---- Lists ---- */

static void add_columns(const PageView *v, Json *model, const SchemeType *t)
{
    Json *columns = page_list_in(v, model, "columns");
    page_set_text(v, page_add(v, columns), "label", view_text(v->a, v->language, "list.title", NULL));
    for (size_t i = 0; i < t->list.count; i++) {
        const SchemeField *f = scheme_field(t, t->list.items[i]);
        Json *j = page_add(v, columns);
        page_set_text(v, j, "label", page_field_label(v, t, t->list.items[i]));
        page_set_bool(v, j, "numeric", f != NULL && f->kind == SCHEME_NUMBER);
    }
    page_set_text(v, page_add(v, columns), "label", view_text(v->a, v->language, "list.state", NULL));
}

static void add_row(const PageView *v, Json *rows, const SchemeType *t, const CaseRow *row)
{
    Json *j = page_add(v, rows), *cells = page_list_in(v, j, "cells");
    page_set_text(v, j, "href", page_case_href(v, row->id));
    page_set_text(v, page_add(v, cells), "text", page_title_of(v, row));
    for (size_t i = 0; i < t->list.count; i++) {
        const Json *value = json_get_str(row->data, t->list.items[i]);
        page_set_text(v, page_add(v, cells), "text", value ? page_value(v, t, t->list.items[i], value) : STR("–"));
    }
    Json *state = page_add(v, cells);
    page_set_text(v, state, "text", page_state_label(v, row->type, row->state));
    page_set_text(v, state, "tone", tone_of(t, row->state));
}

static void add_filters(const PageView *v, Json *model, const SchemeType *t, const PageListAsk *ask)
{
    Json *f = page_add(v, page_list_in(v, model, "filters"));
    page_set_text(v, f, "name", STR("state"));
    page_set_text(v, f, "label", view_text(v->a, v->language, "list.state", NULL));
    Json *choices = page_list_in(v, f, "choices"), *any = page_add(v, choices);
    page_set_text(v, any, "value", STR(""));
    page_set_text(v, any, "label", view_text(v->a, v->language, "list.any", NULL));
    for (size_t i = 0; i < t->state_count; i++) {
        Json *c = page_add(v, choices);
        page_set_text(v, c, "value", t->states[i].name);
        page_set_text(v, c, "label", page_state_label(v, t->name, t->states[i].name));
        page_set_bool(v, c, "selected", str_eq(t->states[i].name, ask->state));
    }
    Json *search = page_object_in(v, model, "search");
    page_set_text(v, search, "name", STR("q"));
    page_set_text(v, search, "value", ask->text);
    page_set_bool(v, model, "filtered", ask->state.len + ask->text.len > 0);
}

static Str page_link(const PageView *v, const PageListAsk *ask, int64_t page)
{
    Buf b = buf_new(v->a, 2000);
    buf_printf(&b, "/cases/%.*s?page=%lld&state=", STR_ARG(ask->type), (long long)page);
    view_url(&b, ask->state);
    buf_add_c(&b, "&q=");
    view_url(&b, ask->text);
    if (ask->of.len > 0) {
        buf_add_c(&b, "&of=");
        view_url(&b, ask->of);
        buf_add_c(&b, "&cell=");
        view_url(&b, ask->cell);
    }
    return buf_str(&b);
}

static void add_paging(const PageView *v, Json *model, const PageListAsk *ask, int64_t total)
{
    int64_t pages = (total + PAGE_ROWS - 1) / PAGE_ROWS;
    page_set_int(v, model, "total", total);
    page_set_int(v, model, "page", ask->page);
    page_set_int(v, model, "pages", pages > 0 ? pages : 1);
    if (ask->page > 1) {
        page_set_text(v, model, "previous_href", page_link(v, ask, ask->page - 1));
    }
    if (ask->page < pages) {
        page_set_text(v, model, "next_href", page_link(v, ask, ask->page + 1));
    }
}

/* ---- The cases behind a figure ---- */

typedef struct {
    Measure m;
    const CaseRow *rows;
    size_t count;
    int64_t total;
} CellList;

static bool rows_of_cell(const PageView *v, const PageListAsk *ask, const SchemeType *t, CellList *ret, Err *err)
{
    const Json *rule = page_measure_rule(v, ask->of);
    MeasureList list = {.first = (ask->page - 1) * PAGE_ROWS, .limit = PAGE_ROWS};
    if (rule == NULL) {
        return err_set(err, NOT_FOUND, "There is no such figure.");
    }
    if (!page_measure(v, rule, &ret->m, err)) {
        return false;
    }
    if (str_eq(page_measure_type(&ret->m, ask->cell), t->name) &&
        !page_measure_list(&ret->m, t->name, ask->cell, &list, err)) {
        return false;
    }
    ret->rows = list.rows;
    ret->count = list.count;
    ret->total = list.found;
    return true;
}

bool page_list(const PageView *v, const PageListAsk *ask, Page *ret, const CaseRow **ret_rows, size_t *ret_count,
               Err *err)
{
    const SchemeType *t = scheme_type(v->scheme, ask->type);
    if (t == NULL) {
        return err_set(err, NOT_FOUND, "There is no such kind of case.");
    }
    if (v->caller == NULL || v->caller->party.len > 0) {
        return err_set(err, v->caller ? NOT_ALLOWED : NOT_SIGNED_IN, "This list is for staff.");
    }
    if (!page_reads_type(v, t)) {
        return err_set(err, NOT_ALLOWED, "These cases are not yours to see.");
    }
    QueryReach reach = page_reach(v);
    QueryPage q = {.reach = &reach,
                   .type = t->name,
                   .state = ask->state,
                   .text = ask->text,
                   .limit = PAGE_ROWS,
                   .offset = (ask->page - 1) * PAGE_ROWS};
    CellList *found = ARENA_NEW(v->a, CellList);
    if (!(ask->of.len > 0 ? rows_of_cell(v, ask, t, found, err)
                          : query_page(v->flow->store, v->a, &q, &found->rows, &found->count, &found->total, err))) {
        return false;
    }
    const CaseRow *rows = found->rows;
    size_t count = found->count;
    int64_t total = found->total;
    *ret = (Page){"list", json_new_object(v->a)};
    Json *m = ret->model, *list = page_list_in(v, m, "rows");
    page_frame(v, m, page_label(v, "types", t->name));
    page_set_text(v, m, "type_label", page_label(v, "types", t->name));
    add_columns(v, m, t);
    for (size_t i = 0; i < count; i++) {
        add_row(v, list, t, &rows[i]);
    }
    if (ask->of.len > 0) {
        page_set_text(v, m, "of",
                      str_printf(v->a, "%.*s · %.*s", STR_ARG(page_label(v, "open_data", ask->of)),
                                 STR_ARG(page_measure_label(&found->m, ask->cell))));
        page_set_text(v, m, "of_back", STR("/dashboard"));
    } else {
        add_filters(v, m, t, ask);
    }
    add_paging(v, m, ask, total);
    *ret_rows = rows;
    *ret_count = count;
    if (ask->of.len == 0) {
        page_set_text(v, m, "export_csv", str_printf(v->a, "/cases/%.*s.csv", STR_ARG(t->name)));
    }
    return true;
}
