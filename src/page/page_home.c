/* page_home.c: the first page: for nobody, for a worker, for an employer, for staff.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "flow/draft.h"

/* ---- Nobody is signed in ---- */

/* Where the person's newest matter stands, which tells two workers apart; empty for staff. */
static Str where_it_stands(const PageView *v, Str party)
{
    const CaseRow *newest = NULL, *linked;
    const Str *fields;
    size_t count = 0;
    Err ignored;
    if (party.len == 0 || !query_case(v->flow->store, v->a, party, &newest, &ignored) || newest == NULL ||
        !query_linked(v->flow->store, v->a, party, &linked, &fields, &count, &ignored)) {
        return STR("");
    }
    for (size_t i = 0; i < count; i++) {
        bool is_link_of_account = str_eq(linked[i].type, STR("account"));
        newest = !is_link_of_account && day_cmp(linked[i].since, newest->since) >= 0 ? &linked[i] : newest;
    }
    return str_printf(v->a, "%.*s: %.*s", STR_ARG(page_label(v, "type", newest->type)),
                      STR_ARG(page_state_label(v, newest->type, newest->state)));
}

static void add_account(const PageView *v, Json *list, const CaseRow *row)
{
    const Json *roles = json_get(row->data, "roles");
    Str role = json_count(roles) ? json_text(roles->items[0]) : STR("");
    Json *j = page_add(v, list);
    page_set_text(v, j, "login", json_text_at(row->data, "login"));
    page_set_text(v, j, "name", json_text_at(row->data, "name"));
    page_set_text(v, j, "role_label", page_label(v, "role", role));
    page_set_text(v, j, "errand", page_label(v, "errand", role));
    page_set_text(v, j, "stands", where_it_stands(v, json_text_at(row->data, "party")));
}

/* Those whose login the scheme's demo names, in that order. */
static bool add_accounts(const PageView *v, Json *model, Err *err)
{
    Json *list = page_list_in(v, model, "accounts");
    const Json *logins = v->demo ? json_get(scheme_info(v->scheme), "demo_accounts") : NULL;
    for (size_t i = 0; i < json_count(logins); i++) {
        Str id;
        const CaseRow *row = NULL;
        if (!query_holder_of(v->flow->store, v->a, scheme_id(v->scheme), STR("account"), STR("login"),
                             json_text(logins->items[i]), &id, err) ||
            (id.len > 0 && !query_case(v->flow->store, v->a, id, &row, err))) {
            return false;
        }
        if (row != NULL) {
            add_account(v, list, row);
        }
    }
    return true;
}

/* Where several schemes run here: which one the first page, the rules and the log speak of. */
static void add_schemes(const PageView *v, Json *model)
{
    Json *list = page_list_in(v, model, "schemes");
    for (size_t i = 0; v->flow->scheme_count > 1 && i < v->flow->scheme_count; i++) {
        const Scheme *s = v->flow->schemes[i];
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", scheme_label(s, v->a, v->language, "scheme", STR("name")));
        page_set_text(v, j, "href",
                      str_printf(v->a, "/scheme?to=%.*s&back=%.*s", STR_ARG(scheme_id(s)), STR_ARG(v->path)));
        page_set_bool(v, j, "current", s == v->scheme);
    }
    page_set_text(v, model, "scheme_text", scheme_message(v->scheme, v->language, STR("scheme.text")));
}

static bool home_public(const PageView *v, Page *ret, Err *err)
{
    *ret = (Page){"home_public", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "public.title", NULL));
    add_schemes(v, ret->model);
    return add_accounts(v, ret->model, err);
}

bool page_sign_in_failed(const PageView *v, Page *page, const char *text)
{
    Json *j = page_add(v, page_list_in(v, page->model, "errors"));
    page_set_text(v, j, "field", STR(""));
    page_set_text(v, j, "text", view_text(v->a, v->language, text, page->model));
    return true;
}

bool page_sign_in(const PageView *v, Str login, const Err *fault, Page *ret, Err *err)
{
    *ret = (Page){"sign_in", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "base.sign_in", NULL));
    page_set_text(v, ret->model, "login", login);
    add_schemes(v, ret->model);
    page_set_text(v, ret->model, "passkey_href", STR("/sign-in/passkey"));
    page_add_provider(v, ret->model);
    page_add_fault(v, ret->model, fault, "sign_in.wrong");
    return add_accounts(v, ret->model, err);
}

/* ---- A person whose account is a case ---- */

/* What is waited for goes to next, with its deadline; what one may do besides goes to others. */
static void add_next(const PageView *v, Json *next, Json *others, Json *groups, const CaseRow *row)
{
    Json *steps = json_new_array(v->a);
    page_steps(v, steps, row);
    page_group_steps(v, steps, groups);
    bool first = true;
    for (size_t i = 0; i < steps->count; i++) {
        bool aside = json_is_true(json_get(steps->items[i], "aside"));
        Json *j = page_add(v, aside ? others : next);
        page_set_text(v, j, "label", json_text_at(steps->items[i], "label"));
        page_set_text(v, j, "text", page_title_of(v, row));
        page_set_text(v, j, "href", json_text_at(steps->items[i], "href"));
        page_set_text(v, j, "kind", first && !aside ? STR("primary") : STR("other"));
        if (row->due.len > 0 && !aside) {
            Day due;
            page_set_text(v, j, "due", row->due);
            page_set_bool(v, j, "late", day_parse(row->due, &due) && day_cmp(due, v->today) < 0);
        }
        first = first && aside;
    }
}

static void add_case_row(const PageView *v, Json *list, const CaseRow *row)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "href", page_case_href(v, row->id));
    page_set_text(v, j, "title", page_title_of(v, row));
    page_set_text(v, j, "type_label", page_label(v, "type", row->type));
    page_set_text(v, j, "state_label", page_state_label(v, row->type, row->state));
    if (row->due.len > 0) {
        page_set_text(v, j, "due", row->due);
    }
}

static bool add_reads(const PageView *v, Json *model, Str person, Err *err)
{
    Json *reads;
    if (!query_reads(v->flow->store, v->a, person, &reads, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "reads");
    for (size_t i = 0; i < json_count(reads) && i < 20; i++) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "day", str_sub(json_text_at(reads->items[i], "at"), 0, 10));
        page_set_text(v, j, "who", json_text_at(reads->items[i], "reader"));
        page_set_text(v, j, "reason", page_label(v, "reading", json_text_at(reads->items[i], "reason")));
    }
    return true;
}

/* Where the person stands is told by the case about them that moved last: the employment, once there is one. */
static const CaseRow *case_that_moved_last(const PageView *v, const CaseRow *own, const CaseRow *linked, size_t count)
{
    const CaseRow *last = own;
    for (size_t i = 0; i < count; i++) {
        const SchemeType *t = scheme_type(v->scheme, linked[i].type);
        bool about = t != NULL && !t->beside && t->subject.len > 0 &&
                     str_eq(json_text(json_get_str(linked[i].data, t->subject)), own->id);
        if (about && day_cmp(linked[i].since, last->since) >= 0) {
            last = &linked[i];
        }
    }
    return last;
}

/* A duty that is done, a report that is noted: kept, but no longer a paper to look at. */
static bool is_done_aside(const PageView *v, const CaseRow *row)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    const SchemeState *s = t ? scheme_state(t, row->state) : NULL;
    return s != NULL && t->beside && s->final;
}

static void add_document(const PageView *v, Json *documents, const CaseRow *row)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    bool beside = t != NULL && t->beside;
    if (is_done_aside(v, row) || (beside && page_has_role(v, row->holder))) { /* those stand among the next steps */
        return;
    }
    Str about = beside ? page_state_label(v, row->type, row->state) : page_title_of(v, row);
    Json *d = page_add(v, documents);
    page_set_text(v, d, "href", page_case_href(v, row->id));
    page_set_text(v, d, "label",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(page_label(v, "type", row->type)), STR_ARG(about)));
}

/* What is due first stands first; what has no day stands last, in its order. */
static void sort_by_due(Json *list)
{
    for (size_t i = 1; i < list->count; i++) {
        Json *one = list->items[i];
        Str due = json_text_at(one, "due");
        size_t k = i;
        for (; k > 0 && due.len > 0; k--) {
            Str before = json_text_at(list->items[k - 1], "due");
            if (before.len > 0 && str_cmp(before, due) <= 0) {
                break;
            }
            list->items[k] = list->items[k - 1];
        }
        list->items[k] = one;
    }
}

/* Forms that were begun and not sent. */
static bool add_drafts(const PageView *v, Json *model, Err *err)
{
    Draft *drafts;
    size_t count;
    if (!draft_list(v->flow, v->a, v->caller->account, &drafts, &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "drafts");
    for (size_t i = 0; i < count; i++) {
        Str rest = drafts[i].place, step;
        (void)str_cut(&rest, '/', &step);
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", page_step_label(v, step));
        page_set_text(v, j, "href", drafts[i].href);
        page_set_text(v, j, "day", day_print(v->a, instant_day(drafts[i].saved, scheme_utc_offset(v->scheme))));
    }
    return true;
}

static bool home_worker(const PageView *v, const CaseRow *row, Page *ret, Err *err)
{
    *ret = (Page){"home_worker", json_new_object(v->a)};
    Json *m = ret->model;
    page_frame(v, m, page_title_of(v, row));
    Json *c = page_object_in(v, m, "case");
    page_set_text(v, c, "id", row->id);
    page_set_text(v, c, "type_label", page_label(v, "type", row->type));
    Json *next = page_list_in(v, m, "next"), *others = page_list_in(v, m, "others"),
         *documents = page_list_in(v, m, "documents");
    Json *groups = page_list_in(v, m, "groups"), *clocks = page_list_in(v, m, "clocks");
    add_next(v, next, others, groups, row);
    const CaseRow *linked;
    const Str *fields;
    size_t count;
    if (!page_linked(v, row->id, &linked, &fields, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        add_next(v, next, others, groups, &linked[i]);
        page_clocks(v, clocks, &linked[i]);
        if (!page_vacancies(v, m, &linked[i], err)) {
            return false;
        }
        add_document(v, documents, &linked[i]);
        if (json_get(linked[i].data, "permit_no") != NULL) {
            Json *d = page_add(v, documents);
            page_set_text(v, d, "href", str_printf(v->a, "/permit/%.*s", STR_ARG(linked[i].id)));
            page_set_text(v, d, "label",
                          str_printf(v->a, "%.*s %.*s", STR_ARG(page_label(v, "document", STR("permit"))),
                                     STR_ARG(json_text_at(linked[i].data, "permit_no"))));
        }
    }
    sort_by_due(next);
    const CaseRow *last = case_that_moved_last(v, row, linked, count);
    Json *where = page_object_in(v, m, "where");
    page_set_text(v, where, "state_label", page_state_label(v, last->type, last->state));
    page_set_text(v, where, "since", day_print(v->a, last->since));
    page_set_text(v, where, "explain", last == row ? STR("") : page_title_of(v, last));
    page_holder(v, page_object_in(v, m, "holder"), last);
    page_rights(v, page_list_in(v, m, "rights"), row, last);
    page_holds(v, m, row);
    page_set_text(v, m, "calendar_href", page_calendar_href(v));
    return page_roster(v, m, row, err) && add_reads(v, m, row->id, err) && add_drafts(v, m, err);
}

static bool home_employer(const PageView *v, const CaseRow *row, Page *ret, Err *err)
{
    *ret = (Page){"home_employer", json_new_object(v->a)};
    Json *m = ret->model, *company = page_object_in(v, m, "company");
    const SchemeType *t = scheme_type(v->scheme, row->type);
    page_frame(v, m, page_title_of(v, row));
    page_set_text(v, company, "name", page_title_of(v, row));
    page_set_text(v, company, "number", json_text_at(row->data, "business_number"));
    const Json *industry = json_get(row->data, "industry");
    page_set_text(v, company, "industry", industry ? page_value(v, t, STR("industry"), industry) : STR(""));
    page_set_text(v, company, "place", page_value(v, t, STR("region"), json_get(row->data, "region")));
    Json *next = page_list_in(v, m, "next"), *others = page_list_in(v, m, "others"),
         *groups = page_list_in(v, m, "groups");
    Json *foretold = page_list_in(v, m, "foretold");
    Json *cases = page_list_in(v, m, "cases"), *duties = page_list_in(v, m, "duties");
    add_next(v, next, others, groups, row);
    const CaseRow *linked;
    const Str *fields;
    size_t count;
    if (!page_linked(v, row->id, &linked, &fields, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        add_next(v, next, others, groups, &linked[i]);
        page_foretold(v, foretold, &linked[i]);
        if (is_done_aside(v, &linked[i])) {
            continue;
        }
        add_case_row(v, cases, &linked[i]);
        if (linked[i].due.len > 0) {
            Day due;
            Json *j = page_add(v, duties);
            page_set_text(v, j, "due", linked[i].due);
            page_set_text(v, j, "text",
                          str_printf(v->a, "%.*s: %.*s", STR_ARG(page_title_of(v, &linked[i])),
                                     STR_ARG(page_state_label(v, linked[i].type, linked[i].state))));
            page_set_text(v, j, "href", page_case_href(v, linked[i].id));
            page_set_bool(v, j, "overdue", day_parse(linked[i].due, &due) && day_cmp(due, v->today) < 0);
        }
    }
    sort_by_due(next);
    sort_by_due(duties);
    page_foretold(v, foretold, row);
    page_set_text(v, m, "calendar_href", page_calendar_href(v));
    Json *opening = json_new_array(v->a);
    page_steps(v, opening, NULL);
    for (size_t i = 0; i < opening->count; i++) {
        Json *j = page_add(v, next);
        page_set_text(v, j, "label", json_text_at(opening->items[i], "label"));
        page_set_text(v, j, "href", json_text_at(opening->items[i], "href"));
    }
    return add_drafts(v, m, err);
}

bool page_home(const PageView *v, Page *ret, Err *err)
{
    if (v->caller == NULL) {
        return home_public(v, ret, err);
    }
    if (v->caller->party.len == 0) {
        PageQueueAsk ask = {.page = 1};
        return page_queue(v, &ask, ret, err);
    }
    const CaseRow *row;
    if (!page_find(v, v->caller->party, &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "The case of this account is not there.");
    }
    const SchemeType *t = scheme_type(v->scheme, row->type);
    return t && t->person ? home_worker(v, row, ret, err) : home_employer(v, row, ret, err);
}
