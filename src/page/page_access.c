/* page_access.c: how one signs in: the forms before, and what a person sees and changes of their own access.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "access/oidc.h"
#include "flow/passkey.h"
#include "flow/provider.h"

/* In the reader's language, by the code; a name or secret that is wrong by the page's own words. */
void page_add_fault(const PageView *v, Json *model, const Err *fault, const char *wrong)
{
    enum { MINUTE_MS = 60000 };
    if (fault == NULL) {
        return;
    }
    Json *j = page_add(v, page_list_in(v, model, "errors"));
    page_set_text(v, j, "field", str_copy(v->a, str_from_c(fault->field)));
    if (fault->wait_ms > 0) {
        Json *p = json_new_object(v->a);
        page_set_int(v, p, "minutes", (fault->wait_ms + MINUTE_MS - 1) / MINUTE_MS);
        page_set_text(v, j, "text", view_text(v->a, v->language, "access.wait", p));
        return;
    }
    const char *key = fault->code == NOT_SIGNED_IN || fault->code == BAD_SIGNATURE ? wrong
                      : fault->code == FIELD_RANGE                                 ? "access.too_short"
                      : fault->code == NOT_ALLOWED                                 ? "access.stale"
                                                                                   : NULL;
    Json *least = json_new_object(v->a);
    page_set_int(v, least, "n", flow_access(v->flow)->password_least);
    Str by_code = str_printf(v->a, "error.%s", err_name(fault->code));
    page_set_text(v, j, "text", view_text(v->a, v->language, key ? key : str_c(v->a, by_code), least));
}

bool page_recover(const PageView *v, Str login, const Err *fault, Page *ret, __attribute__((unused)) Err *err)
{
    *ret = (Page){"recover", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "recover.title", NULL));
    page_set_text(v, ret->model, "login", login);
    page_set_int(v, ret->model, "least", flow_access(v->flow)->password_least);
    page_add_fault(v, ret->model, fault, "recover.wrong");
    return true;
}

static bool add_sessions(const PageView *v, Json *model, const Session *mine, Err *err)
{
    SessionRow *rows;
    size_t count;
    Json *list = page_list_in(v, model, "sessions");
    if (!session_list(v->flow, v->a, mine->account, v->now, &rows, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Json *j = page_add(v, list);
        Str unknown = view_text(v->a, v->language, "access.device_unknown", NULL);
        Str by = str_printf(v->a, "access.by_%s", session_by_name(rows[i].by));
        page_set_text(v, j, "id", rows[i].id);
        page_set_text(v, j, "device", rows[i].device.len ? rows[i].device : unknown);
        page_set_text(v, j, "by", view_text(v->a, v->language, str_c(v->a, by), NULL));
        page_set_text(v, j, "made", instant_print(v->a, rows[i].made));
        page_set_text(v, j, "used", instant_print(v->a, rows[i].used));
        page_set_bool(v, j, "current", str_eq(rows[i].id, mine->id));
    }
    page_set_bool(v, model, "has_others", count > 1);
    return true;
}

static bool add_passkeys(const PageView *v, Json *model, Str account, Err *err)
{
    PasskeyRow *rows;
    size_t count;
    Json *list = page_list_in(v, model, "passkeys");
    if (!passkey_list(v->flow, v->a, account, &rows, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Json *j = page_add(v, list);
        Str unknown = view_text(v->a, v->language, "access.device_unknown", NULL);
        page_set_text(v, j, "id", rows[i].id);
        page_set_text(v, j, "name", rows[i].name.len ? rows[i].name : unknown);
        page_set_text(v, j, "made", instant_print(v->a, rows[i].made));
        page_set_text(v, j, "used", rows[i].used.ms > 0 ? instant_print(v->a, rows[i].used) : STR(""));
    }
    return true;
}

void page_add_provider(const PageView *v, Json *model)
{
    const AccessOidc *o = &flow_access(v->flow)->oidc;
    Str origin = oidc_origin(o->issuer);
    size_t at = str_find(origin, STR("://"), 0);
    if (o->issuer.len > 0) {
        page_set_text(v, model, "provider",
                      o->name.len      ? o->name
                      : at == SIZE_MAX ? origin
                                       : str_sub(origin, at + 3, origin.len));
    }
}

static bool add_links(const PageView *v, Json *model, Str account, Err *err)
{
    ProviderLink *rows;
    size_t count;
    if (!provider_links(v->flow, v->a, account, &rows, &count, err)) {
        return false;
    }
    page_add_provider(v, model);
    Json *list = page_list_in(v, model, "links");
    for (size_t i = 0; i < count; i++) {
        Json *j = page_add(v, list);
        bool known = str_eq(rows[i].issuer, flow_access(v->flow)->oidc.issuer);
        page_set_text(v, j, "name",
                      known ? json_text_at(model, "provider") : rows[i].issuer); /* as the button to sign in says it */
        page_set_text(v, j, "issuer", rows[i].issuer);
        page_set_text(v, j, "subject", rows[i].subject);
        page_set_text(v, j, "made", instant_print(v->a, rows[i].made));
        page_set_text(v, j, "used", rows[i].used.ms > 0 ? instant_print(v->a, rows[i].used) : STR(""));
    }
    page_set_bool(v, model, "has_provider", count > 0 || flow_access(v->flow)->oidc.issuer.len > 0);
    return true;
}

bool page_access(const PageView *v, const PageAccessAsk *ask, Page *ret, Err *err)
{
    bool has_password;
    int64_t left;
    const Access *settings = flow_access(v->flow);
    Json *m = json_new_object(v->a);
    *ret = (Page){"access", m};
    page_frame(v, m, view_text(v->a, v->language, "access.title", NULL));
    if (!add_sessions(v, m, ask->session, err) || !add_passkeys(v, m, ask->session->account, err) ||
        !add_links(v, m, ask->session->account, err) ||
        !secret_has_password(v->flow, v->a, ask->session->account, &has_password, err) ||
        !secret_codes_left(v->flow, v->a, ask->session->account, &left, err)) {
        return false;
    }
    page_set_bool(v, m, "signs", v->caller->party.len == 0);
    page_set_bool(v, m, "asks_old", has_password && ask->session->by != SESSION_BY_CODE);
    page_set_bool(v, m, "fresh", session_is_fresh(v->flow, ask->session, v->now));
    page_set_int(v, m, "least", settings->password_least);
    page_set_int(v, m, "idle_minutes", settings->idle_minutes);
    page_set_int(v, m, "longest_hours", (settings->longest_minutes + 59) / 60);
    page_set_int(v, m, "codes_left", left);
    page_set_text(v, m, "account", ask->session->account);
    page_add_fault(v, m, ask->fault, "access.wrong_old");
    Json *codes = page_list_in(v, m, "codes");
    for (size_t i = 0; i < ask->code_count; i++) {
        page_set_text(v, page_add(v, codes), "code", ask->codes[i]);
    }
    if (ask->done.len > 0) {
        Json *flash = page_object_in(v, m, "flash");
        static const char *const DONE[][2] = {{"password", "access.done_password"},
                                              {"ended", "access.done_ended"},
                                              {"passkey", "access.done_passkey"},
                                              {"dropped", "access.done_dropped"},
                                              {"unlinked", "provider.done_unlinked"}};
        for (size_t i = 0; i < COUNT_OF(DONE); i++) {
            if (str_eq_c(ask->done, DONE[i][0])) {
                page_set_text(v, flash, "kind", STR("ok"));
                page_set_text(v, flash, "text", view_text(v->a, v->language, DONE[i][1], NULL));
            }
        }
    }
    return true;
}
