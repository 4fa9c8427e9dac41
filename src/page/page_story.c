/* page_story.c: the history of a case as sentences: who did what, what the law said to it, what changed, who acts next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { FIELDS_TOLD = 6, TEXT_TOLD = 120 };

static void say(const PageView *v, Json *sentences, const char *key, const Json *params)
{
    json_push(v->a, sentences, json_new_str(v->a, view_text(v->a, v->language, key, params)));
}

static Str role_of(const PageView *v, Str login)
{
    Str id;
    Err err;
    const CaseRow *row = NULL;
    bool found =
        query_holder_of(v->flow->store, v->a, scheme_id(v->scheme), STR("account"), STR("login"), login, &id, &err) &&
        id.len > 0 && query_case(v->flow->store, v->a, id, &row, &err) && row != NULL;
    const Json *roles = found ? json_get(row->data, "roles") : NULL;
    return json_count(roles) > 0 ? page_label(v, "role", json_text(roles->items[0])) : STR("");
}

/* "Firm", or "Name (role)" for staff. */
static Str who_of(const PageView *v, Str actor)
{
    if (str_starts(actor, STR("party:"))) {
        return page_actor(v, actor);
    }
    Str key = str_printf(v->a, "who %.*s %.*s", STR_ARG(v->language), STR_ARG(actor));
    const Str *known = page_recall(v, key);
    if (known != NULL) {
        return *known;
    }
    Str role = role_of(v, actor), name = page_account(v, actor);
    bool said = role.len == 0 || str_find(name, role, 0) != SIZE_MAX;
    return page_remember(v, key, said ? name : str_printf(v->a, "%.*s (%.*s)", STR_ARG(name), STR_ARG(role)));
}

/* ---- What was filed ---- */

static bool is_told(const SchemeField *f, const Json *value)
{
    return f != NULL && f->kind != SCHEME_MRZ && value->kind != JSON_NULL && value->kind != JSON_OBJECT &&
           !(value->kind == JSON_ARRAY && value->count == 0);
}

static void tell_values(const PageView *v, Json *list, const SchemeType *t, const Json *set, const Json *was)
{
    for (size_t i = 0; i < json_count(set); i++) {
        Str name = set->members[i].key;
        const SchemeField *f = scheme_field(t, name);
        if (!is_told(f, set->members[i].value) || list->count >= FIELDS_TOLD) {
            continue;
        }
        Json *j = page_add(v, list), *before = json_get_str(was, name);
        Str value = page_value(v, t, name, set->members[i].value);
        page_set_text(v, j, "label", page_field_label(v, t, name));
        page_set_text(v, j, "value", value.len > TEXT_TOLD ? str_printf(v->a, "%.*s…", TEXT_TOLD, value.ptr) : value);
        if (was != NULL) {
            page_set_text(v, j, "before", before ? page_value(v, t, name, before) : STR("–"));
        }
    }
}

static void tell_filed(const PageView *v, Json *j, const SchemeType *t, const Event *e)
{
    Json *list = page_list_in(v, j, "filed");
    const Json *homes[] = {e->data, e->sealed};
    for (size_t i = 0; i < COUNT_OF(homes); i++) {
        tell_values(v, list, t, json_get(homes[i], "set"), json_get(homes[i], "was"));
    }
    for (size_t i = 0; i < COUNT_OF(homes); i++) {
        tell_values(v, list, t, json_path(homes[i], "pending.form"), NULL);
    }
}

/* ---- What the law said ---- */

static void tell_decision(const PageView *v, Json *j, Json *sentences, const Event *e)
{
    const Json *d = json_get(e->data, "decision"), *grounds = json_get(d, "grounds"),
               *departed = json_get(d, "departed");
    if (d == NULL) {
        return;
    }
    Json *params = json_new_object(v->a), *list = page_list_in(v, j, "grounds");
    page_set_text(v, params, "outcome", page_label(v, "outcomes", json_text_at(d, "outcome")));
    page_set_text(v, params, "day", json_text_at(d, "day"));
    say(v, sentences, "story.decided", params);
    for (size_t i = 0; i < json_count(grounds); i++) {
        Json *g = page_add(v, list);
        page_set_text(v, g, "text", page_label(v, "reasons", json_text_at(grounds->items[i], "code")));
        page_set(v, g, "cites", page_cites(v, json_text_at(grounds->items[i], "cites")));
    }
    if (departed != NULL) {
        page_set_text(v, params, "from", page_label(v, "outcomes", json_text_at(departed, "from")));
        page_set_text(v, params, "to", page_label(v, "outcomes", json_text_at(departed, "to")));
        page_set_text(v, params, "reason", json_text_at(departed, "reason"));
        say(v, sentences, "story.departed", params);
    }
    page_set_text(v, j, "decision_href", str_printf(v->a, "/decision/%lld", (long long)e->seq));
    page_set_text(v, j, "letter_href", page_letter_href(v, e));
}

static void tell_next(const PageView *v, Json *sentences, const SchemeType *t, const Event *e)
{
    const Json *to = json_get(e->data, "to"), *holder = json_get(e->data, "holder"), *due = json_get(e->data, "due");
    if (to == NULL) {
        return;
    }
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "state", page_state_label(v, t->name, json_text(to)));
    page_set_text(v, params, "holder", page_label(v, "role", json_text(holder)));
    page_set_text(v, params, "due", json_text(due));
    bool holds = json_text(holder).len > 0;
    say(v, sentences,
        holds && json_text(due).len > 0 ? "story.next_until"
        : holds                         ? "story.next"
                                        : "story.state",
        params);
}

/* ---- One event ---- */

static void tell_deed(const PageView *v, Json *sentences, const Event *e)
{
    Json *params = json_new_object(v->a);
    Str step = json_text_at(e->data, "step"), first = json_text_at(e->data, "proposed_by");
    page_set_text(v, params, "who", who_of(v, e->actor));
    page_set_text(v, params, "what", page_event_label(v, e->type));
    page_set_text(v, params, "first", first.len ? who_of(v, first) : STR(""));
    bool proposed = str_ends(e->type, STR(".proposed"));
    bool own = step.len > 0 || proposed || str_ends(e->type, STR(".rejected"));
    say(v, sentences,
        first.len  ? "story.confirmed"
        : proposed ? "story.proposed"
        : own      ? "story.did"
                   : "story.followed",
        params);
}

void page_story(const PageView *v, Json *list, const SchemeType *t, const Event *events, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        const Event *e = &events[i - 1];
        Json *j = page_add(v, list), *sentences = page_list_in(v, j, "sentences");
        page_set_int(v, j, "seq", e->seq);
        page_set_text(v, j, "day", day_print(v->a, e->day));
        page_set_text(v, j, "label", page_event_label(v, e->type));
        if (json_get(e->data, "filed") != NULL) {
            page_set_text(v, j, "receipt_href", str_printf(v->a, "/receipt/%lld", (long long)e->seq));
        }
        tell_deed(v, sentences, e);
        if (json_path(e->data, "public.signed") != NULL) {
            say(v, sentences, "story.signed", NULL);
        }
        if (json_get(e->data, "message") != NULL) {
            json_push(v->a, sentences,
                      json_new_str(v->a, str_printf(v->a, "“%.*s”",
                                                    STR_ARG(notice_message(v->a, v->scheme, v->language,
                                                                           json_get(e->data, "message"))))));
        }
        tell_decision(v, j, sentences, e);
        tell_next(v, sentences, t, e);
        tell_filed(v, j, t, e);
    }
}
