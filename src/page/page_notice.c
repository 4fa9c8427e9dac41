/* page_notice.c: what an account was told, and how it wants to be reached.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice/webhook.h"
#include "page_int.h"

enum { PAGE_ROWS = 30 };

/* ---- Notices ---- */

static void add_notice(const PageView *v, Json *list, const Notice *n)
{
    const CaseRow *row = NULL;
    Err none;
    Json *j = page_add(v, list);
    bool found = n->case_id.len > 0 && page_find(v, n->case_id, &row, &none) && row != NULL;
    page_set_text(v, j, "line", notice_line(v->a, v->scheme, v->language, n, row));
    page_set_text(v, j, "at", instant_print(v->a, n->made));
    page_set_bool(v, j, "unread", n->read_at.ms == 0);
    page_set_bool(v, j, "urgent", str_eq_c(n->kind, "deadline"));
    if (found) {
        page_set_text(v, j, "case_title", page_title_of(v, row));
    }
    Buf href = buf_new(v->a, 1024);
    buf_add_c(&href, "/notices/open?id=");
    view_url(&href, n->id);
    page_set_text(v, j, "href", buf_str(&href));
}

bool page_notices(const PageView *v, int64_t page, Page *ret, Err *err)
{
    Notice *notices;
    size_t count;
    int64_t total;
    if (!notice_list(v->flow->store, v->a, v->caller->account, (page - 1) * PAGE_ROWS, PAGE_ROWS, &notices, &count,
                     &total, err)) {
        return false;
    }
    *ret = (Page){"notices", json_new_object(v->a)};
    Json *m = ret->model, *list = page_list_in(v, m, "items");
    int64_t pages = (total + PAGE_ROWS - 1) / PAGE_ROWS;
    page_frame(v, m, view_text(v->a, v->language, "notice.title", NULL));
    page_set_int(v, m, "unread", notice_unread(v->flow->store, v->a, v->caller->account));
    for (size_t i = 0; i < count; i++) {
        add_notice(v, list, &notices[i]);
    }
    page_set_int(v, m, "page", page);
    page_set_int(v, m, "pages", pages > 0 ? pages : 1);
    if (page > 1) {
        page_set_text(v, m, "previous_href", str_printf(v->a, "/notices?page=%lld", (long long)(page - 1)));
    }
    if (page < pages) {
        page_set_text(v, m, "next_href", str_printf(v->a, "/notices?page=%lld", (long long)(page + 1)));
    }
    return true;
}

/* A notice leads to its case where the account may read that, else back to the list. */
bool page_notice_target(const PageView *v, Str id, Str *ret, Err *err)
{
    Notice n;
    const CaseRow *row = NULL;
    if (!notice_find(v->flow->store, v->a, id, &n, err)) {
        return false;
    }
    if (!str_eq(n.account, v->caller->account)) {
        return err_set(err, NOT_FOUND, "There is no such notice.");
    }
    if (n.case_id.len > 0 && !page_find(v, n.case_id, &row, err)) {
        return false;
    }
    *ret = row != NULL ? page_case_href(v, row->id) : STR("/notices");
    return true;
}

void page_add_notices(const PageView *v, Json *model, Json *nav, Json *links)
{
    int64_t unread = notice_unread(v->flow->store, v->a, v->caller->account);
    Json *j = page_add(v, nav);
    page_set_text(v, j, "href", STR("/notices"));
    page_set_text(v, j, "label", view_text(v->a, v->language, "notice.title", NULL));
    page_set_bool(v, j, "current", str_eq_c(v->path, "/notices"));
    page_set_int(v, j, "count", unread);
    page_set_int(v, model, "unread", unread);
    Json *contact = page_add(v, links);
    page_set_text(v, contact, "href", STR("/contact"));
    page_set_text(v, contact, "label", view_text(v->a, v->language, "contact.title", NULL));
    if (webhook_may(v->scheme, v->caller)) {
        Json *hooks = page_add(v, links);
        page_set_text(v, hooks, "href", STR("/webhooks"));
        page_set_text(v, hooks, "label", view_text(v->a, v->language, "webhook.title", NULL));
    }
}

/* ---- How to be reached ---- */

static Str text_of(const PageView *v, const char *kind, Str name)
{
    return view_text(v->a, v->language, str_printf(v->a, "contact.%s_%.*s", kind, STR_ARG(name)).ptr, NULL);
}

static void add_channel(const PageView *v, Json *list, const Contact *c, Channel channel, const Err *fault)
{
    Str name = contact_channel_name(channel);
    Json *j = page_add(v, list), *wants = page_list_in(v, j, "wants");
    page_set_text(v, j, "name", name);
    page_set_text(v, j, "kind", channel == CHANNEL_MAIL ? STR("email") : STR("tel"));
    page_set_text(v, j, "autocomplete", channel == CHANNEL_MAIL ? STR("email") : STR("tel"));
    page_set_text(v, j, "label", text_of(v, "label", name));
    page_set_text(v, j, "help", channel == CHANNEL_SMS ? text_of(v, "help", name) : STR(""));
    page_set_text(v, j, "value", c->address[channel]);
    page_set_bool(v, j, "plain", true);
    page_set_bool(v, j, "confirmed", c->confirmed[channel]);
    page_set_bool(v, j, "waits", c->address[channel].len > 0 && !c->confirmed[channel]);
    if (fault != NULL && str_eq(str_from_c(fault->field), name)) {
        page_set_text(v, j, "error", view_fault(v->a, v->language, fault));
    }
    for (About about = ABOUT_EVENT; about <= ABOUT_MESSAGE; about++) {
        Json *w = page_add(v, wants);
        page_set_text(v, w, "name", str_printf(v->a, "%.*s.%.*s", STR_ARG(name), STR_ARG(contact_about_name(about))));
        page_set_text(v, w, "label", text_of(v, "want", contact_about_name(about)));
        page_set_bool(v, w, "checked", c->wants[channel][about]);
    }
}

static void add_languages(const PageView *v, Json *model, const Contact *c)
{
    Json *list = page_list_in(v, model, "choices");
    Str chosen = c->language.len > 0 ? c->language : v->language;
    for (size_t i = 0; view_language(i).len > 0; i++) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "value", view_language(i));
        page_set_text(v, j, "label", view_text(v->a, view_language(i), "language.name", NULL));
        page_set_bool(v, j, "selected", str_eq(view_language(i), chosen));
    }
}

static void add_sendings(const PageView *v, Json *model, const Json *sendings)
{
    Json *list = page_list_in(v, model, "sendings");
    for (size_t i = 0; i < json_count(sendings); i++) {
        Json *j = page_add(v, list);
        Str state = json_text_at(sendings->items[i], "state");
        page_set_text(v, j, "at", json_text_at(sendings->items[i], "at"));
        page_set_text(v, j, "channel", text_of(v, "label", json_text_at(sendings->items[i], "channel")));
        page_set_text(v, j, "state", text_of(v, "state", state));
        page_set_text(v, j, "tone",
                      str_eq_c(state, "sent")     ? STR("ok")
                      : str_eq_c(state, "failed") ? STR("error")
                                                  : STR("quiet"));
    }
}

bool page_contact(const PageView *v, const Contact *sent, const Err *fault, bool saved, Page *ret, Err *err)
{
    Contact c;
    Json *sendings;
    Str person = contact_person(v->flow, scheme_id(v->scheme), v->caller);
    if (!contact_find(v->flow->store, v->a, v->caller->account, person, &c, err) ||
        !notice_sendings(v->flow->store, v->a, v->caller->account, &sendings, err)) {
        return false;
    }
    const Contact *shown = sent != NULL ? sent : &c;
    *ret = (Page){"contact", json_new_object(v->a)};
    Json *m = ret->model, *channels = page_list_in(v, m, "channels");
    page_frame(v, m, view_text(v->a, v->language, "contact.title", NULL));
    for (Channel channel = CHANNEL_MAIL; channel <= CHANNEL_SMS; channel++) {
        add_channel(v, channels, shown, channel, fault);
    }
    add_languages(v, m, shown);
    add_sendings(v, m, sendings);
    if (fault != NULL) {
        Json *j = page_add(v, page_list_in(v, m, "errors"));
        page_set_text(v, j, "field", str_copy(v->a, str_from_c(fault->field)));
        page_set_text(v, j, "text", view_fault(v->a, v->language, fault));
    } else if (saved) {
        Json *flash = page_object_in(v, m, "flash");
        page_set_text(v, flash, "kind", STR("ok"));
        page_set_text(v, flash, "text", view_text(v->a, v->language, "contact.saved", NULL));
    }
    return true;
}

Json *page_contact_data(const PageView *v, Err *err)
{
    Contact c;
    Json *j = json_new_object(v->a), *wants = page_list_in(v, j, "wants");
    Str person = contact_person(v->flow, scheme_id(v->scheme), v->caller);
    if (!contact_find(v->flow->store, v->a, v->caller->account, person, &c, err)) {
        return NULL;
    }
    for (Channel channel = CHANNEL_MAIL; channel <= CHANNEL_SMS; channel++) {
        Str name = contact_channel_name(channel);
        json_set(v->a, j, name, json_new_str(v->a, c.address[channel]));
        for (About about = ABOUT_EVENT; about <= ABOUT_MESSAGE; about++) {
            if (c.wants[channel][about]) {
                json_push(v->a, wants,
                          json_new_str(
                              v->a, str_printf(v->a, "%.*s.%.*s", STR_ARG(name), STR_ARG(contact_about_name(about)))));
            }
        }
    }
    page_set_text(v, j, "language", c.language);
    return j;
}

bool page_notices_data(const PageView *v, Json **ret, Err *err)
{
    enum { ALL = 10000 };
    Notice *notices;
    size_t count;
    int64_t total;
    if (!notice_list(v->flow->store, v->a, v->caller->account, 0, ALL, &notices, &count, &total, err)) {
        return false;
    }
    *ret = json_new_array(v->a);
    for (size_t i = 0; i < count; i++) {
        const CaseRow *row = NULL;
        if (notices[i].case_id.len > 0 && !page_find(v, notices[i].case_id, &row, err)) {
            return false;
        }
        Json *j = page_add(v, *ret);
        page_set_text(v, j, "at", instant_print(v->a, notices[i].made));
        page_set_text(v, j, "case", notices[i].case_id);
        page_set_text(v, j, "text", notice_line(v->a, v->scheme, v->language, &notices[i], row));
        page_set_bool(v, j, "read", notices[i].read_at.ms > 0);
    }
    return true;
}
