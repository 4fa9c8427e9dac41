/* page_office.c: what staff sees of a case beside the case: who has it in hand, notes, and to whom it can be handed
 * over.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

Str page_account(const PageView *v, Str login)
{
    Str id;
    Err err;
    const CaseRow *row = NULL;
    bool found =
        query_holder_of(v->flow->store, v->a, scheme_id(v->scheme), STR("account"), STR("login"), login, &id, &err) &&
        id.len > 0 && query_case(v->flow->store, v->a, id, &row, &err) && row != NULL;
    return found && row->title.len > 0 ? row->title : login;
}

static bool has_role(const CaseRow *account, Str role)
{
    return json_has_text(json_get(account->data, "roles"), role);
}

/* Whether the colleague could open the case; one of another office could not. */
static bool reads_case(const PageView *v, Str login, const CaseRow *row)
{
    Caller other;
    Str scheme;
    Err none;
    return flow_caller(v->flow, v->a, login, &other, &scheme, &none) &&
           flow_check_reach(v->flow, v->a, v->scheme, &other, row, &none);
}

static bool add_colleagues(const PageView *v, Json *office, const CaseRow *row, Str assignee, Err *err)
{
    Str open = STR("open");
    const CaseRow *rows;
    size_t count;
    if (!query_list(v->flow->store, v->a, scheme_id(v->scheme), STR("account"), NULL, 0, &open, 1, &rows, &count,
                    err)) {
        return false;
    }
    Json *list = page_list_in(v, office, "colleagues");
    for (size_t i = 0; i < count; i++) {
        Str login = json_text_at(rows[i].data, "login");
        if (has_role(&rows[i], row->holder) && reads_case(v, login, row)) {
            Json *j = page_add(v, list);
            page_set_text(v, j, "value", login);
            page_set_text(v, j, "label", json_text_at(rows[i].data, "name"));
            page_set_bool(v, j, "selected", str_eq(login, assignee));
        }
    }
    return true;
}

bool page_add_office(const PageView *v, Json *model, const CaseRow *row, Err *err)
{
    Str assignee;
    const Json *notes;
    Json *read;
    if (v->caller == NULL || v->caller->party.len > 0) {
        return true;
    }
    if (!query_assignee(v->flow->store, v->a, row->id, &assignee, err) ||
        !query_notes(v->flow->store, v->a, row->id, &read, err)) {
        return false;
    }
    notes = read;
    Json *office = page_object_in(v, model, "office"), *list = page_list_in(v, office, "notes");
    page_set_text(v, office, "id", row->id);
    page_set_text(v, office, "assignee", assignee.len ? page_account(v, assignee) : STR(""));
    for (size_t i = 0; i < json_count(notes); i++) {
        const Json *n = notes->items[i];
        Json *j = page_add(v, list);
        Str to = json_text_at(n, "assignee");
        bool handed_over = json_is_true(json_get(n, "handed_over"));
        page_set_text(v, j, "at", json_text_at(n, "at"));
        page_set_text(v, j, "who", page_account(v, json_text_at(n, "actor")));
        page_set_text(v, j, "text", json_text_at(n, "note"));
        page_set_text(v, j, "to", handed_over && to.len ? page_account(v, to) : STR(""));
        page_set_bool(v, j, "given_back", handed_over && to.len == 0);
    }
    bool may = row->holder.len > 0 && (page_has_role(v, row->holder) || page_has_role(v, STR("admin")));
    page_set_bool(v, office, "can_hand_over", may);
    return !may || add_colleagues(v, office, row, assignee, err);
}
