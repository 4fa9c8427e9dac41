/* handlers_access.c: signing in and out, and what a person changes about it: sessions, password, recovery codes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "access/oidc.h"
#include "view/view.h"

/* Browsers drop control characters, so that "/\t/host" were another site too. */
Str http_safe_next(Str next)
{
    bool ours = next.len > 1 && next.ptr[0] == '/' && next.ptr[1] != '/';
    for (size_t i = 0; i < next.len; i++) {
        ours = ours && (unsigned char)next.ptr[i] > ' ' && next.ptr[i] != '\\' && next.ptr[i] != 0x7F;
    }
    return ours ? next : STR("/");
}

/* ---- Signing in ---- */

bool http_sign_in_page(Exchange *x, const Page *page, Err *err)
{
    x->r->form_to = oidc_origin(flow_access(&x->w->flow)->oidc.issuer);
    return http_page(x, page, err);
}

static bool sign_in_page(Exchange *x, Str login, Str next, const Err *fault, Err *err)
{
    Page page;
    if (!page_sign_in(&x->v, login, fault, &page, err)) {
        return false;
    }
    json_set(x->v.a, page.model, STR("next"), json_new_str(x->v.a, next));
    return http_sign_in_page(x, &page, err);
}

bool handle_sign_in_page(Exchange *x, Err *err)
{
    return sign_in_page(x, http_query(x, "login"), http_query(x, "next"), NULL, err);
}

/* What stands in the way of a person is shown on the form; how long to wait also in the header. */
static void refuse(Exchange *x, const Err *fault)
{
    x->r->status = err_http_status(fault->code);
    if (fault->wait_ms > 0) {
        x->r->retry_after = str_printf(x->v.a, "%lld", (long long)((fault->wait_ms + 999) / 1000));
    }
}

bool handle_sign_in(Exchange *x, Err *err)
{
    Session s;
    Err fault;
    const Flow *f = &x->w->flow;
    Str login = str_trim(http_form(x, "login")), password = http_form(x, "password"), next = http_form(x, "next");
    bool demo = x->v.demo && password.len == 0;
    bool ok = (demo || secret_check(f, x->v.a, login, password, x->v.now, &fault)) &&
              session_begin(f, x->v.a, login, demo ? SESSION_BY_DEMO : SESSION_BY_PASSWORD,
                            access_device(x->v.a, x->q->user_agent), x->v.now, &s, &fault);
    if (ok) {
        http_begin(x, &s);
        return http_redirect(x, http_safe_next(next));
    }
    refuse(x, &fault);
    return sign_in_page(x, login, next, &fault, err);
}

bool handle_sign_out(Exchange *x, Err *err)
{
    if (!session_close(&x->w->flow, x->v.a, x->q->cookie_session, err)) {
        return false;
    }
    x->r->set_session = STR("-");
    return http_redirect(x, STR("/"));
}

/* A code that was printed in better days, and a new password. */
bool handle_recover(Exchange *x, Err *err)
{
    Page page;
    Session s;
    Err fault;
    const Flow *f = &x->w->flow;
    if (x->q->method == METHOD_GET) {
        return page_recover(&x->v, http_query(x, "login"), NULL, &page, err) && http_page(x, &page, err);
    }
    Str login = str_trim(http_form(x, "login"));
    if (secret_recover(f, x->v.a, login, http_form(x, "code"), http_form(x, "password"), x->v.now, &fault) &&
        session_begin(f, x->v.a, login, SESSION_BY_CODE, access_device(x->v.a, x->q->user_agent), x->v.now, &s,
                      &fault)) {
        http_begin(x, &s);
        return http_redirect(x, STR("/me/access"));
    }
    refuse(x, &fault);
    return page_recover(&x->v, login, &fault, &page, err) && http_page(x, &page, err);
}

/* ---- One's own access ---- */

static bool show(Exchange *x, PageAccessAsk *ask, Err *err)
{
    Page page;
    ask->session = &x->session;
    return page_access(&x->v, ask, &page, err) && http_page(x, &page, err);
}

bool handle_access(Exchange *x, Err *err)
{
    PageAccessAsk ask = {.done = http_query(x, "done")};
    return show(x, &ask, err);
}

bool handle_access_sessions(Exchange *x, Err *err)
{
    const Flow *f = &x->w->flow;
    Str id = http_form(x, "id"), account = x->session.account;
    bool ok = http_form(x, "others").len > 0 ? session_end_others(f, account, x->session.id, err)
                                             : session_end(f, x->v.a, account, id, err);
    return ok && http_redirect(x, str_eq(id, x->session.id) ? STR("/") : STR("/me/access?done=ended"));
}

/* The old password shows who changes it; without one, that the person signed in just now. */
static bool may_change(Exchange *x, Err *err)
{
    bool has;
    const Flow *f = &x->w->flow;
    if (!secret_has_password(f, x->v.a, x->session.account, &has, err)) {
        return false;
    }
    if (!has || x->session.by == SESSION_BY_CODE) {
        return session_is_fresh(f, &x->session, x->v.now) || err_set(err, NOT_ALLOWED, "Please sign in again first.");
    }
    if (!secret_check(f, x->v.a, x->session.account, http_form(x, "old"), x->v.now, err)) {
        return err->code == NOT_SIGNED_IN ? err_field(err, BAD_SIGNATURE, "old", "This is not your password.") : false;
    }
    return true;
}

bool handle_access_password(Exchange *x, Err *err)
{
    Err fault;
    if (may_change(x, &fault) &&
        secret_change(&x->w->flow, x->v.a, x->session.account, http_form(x, "password"), x->session.id, &fault)) {
        return http_redirect(x, STR("/me/access?done=password"));
    }
    PageAccessAsk ask = {.fault = &fault};
    refuse(x, &fault);
    return show(x, &ask, err);
}

bool handle_access_codes(Exchange *x, Err *err)
{
    Err fault;
    PageAccessAsk ask = {.fault = &fault};
    const Flow *f = &x->w->flow;
    bool fresh =
        session_is_fresh(f, &x->session, x->v.now) || err_set(&fault, NOT_ALLOWED, "Please sign in again first.");
    if (!fresh || !secret_make_codes(f, x->v.a, x->session.account, x->v.now, &ask.codes, &ask.code_count, &fault)) {
        refuse(x, &fault);
    } else {
        ask.fault = NULL;
    }
    return show(x, &ask, err);
}
