/* guard.c: what is turned away before any handler runs: forms of other sites or without their secret, and who asks too
 * often.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <sodium.h>

#include "access/access.h"
#include "base/hash.h"

/* ---- Where a form comes from ---- */

static Str host_of(Str origin)
{
    size_t at = str_find(origin, STR("://"), 0);
    return at == SIZE_MAX ? STR("") : str_sub(origin, at + 3, origin.len);
}

/* Browsers say where a form stands (Fetch Metadata, Origin); a program with a bearer token has no cookie to be tricked
 * with. */
bool http_check_origin(const Request *q, Str own_origin, Err *err)
{
    bool has_bearer = str_starts(q->authorization, STR("Bearer "));
    if (q->method != METHOD_POST || has_bearer) {
        return true;
    }
    bool says_ours = str_eq(q->fetch_site, STR("same-origin")) || str_eq(q->fetch_site, STR("none"));
    bool from_here = q->origin.len > 0 && (str_eq(host_of(q->origin), q->host) || str_eq(q->origin, own_origin));
    bool silent =
        q->fetch_site.len == 0 && q->origin.len == 0; /* no browser of this decade; the session's secret still counts */
    return silent || says_ours || from_here || err_set(err, NOT_ALLOWED, "This form was sent from another site.");
}

/* ---- How often ---- */

/* In whose name it is asked: the caller, or the account that one wants to sign in as. */
static Str named_account(const Exchange *x)
{
    Json *body;
    Err none;
    if (x->signed_in) {
        return x->session.account;
    }
    if (!http_is_api(x->q)) {
        return str_trim(http_form(x, "login"));
    }
    return x->q->body.len > 0 && json_parse(x->v.a, x->q->body, &body, &none) ? json_text_at(body, "login") : STR("");
}

bool http_check_rate(const Exchange *x, const Route *route, Err *err)
{
    if (route->method != METHOD_POST) {
        return true;
    }
    AccessRate rate = access_rate(flow_access(&x->w->flow), str_from_c(route->pattern));
    Str account = named_account(x);
    const struct {
        uint64_t who;
        int64_t per_minute;
    } both[] = {{str_hash(str_printf(x->v.a, "address %s %.*s", route->pattern, STR_ARG(x->q->remote))),
                 x->q->remote.len ? rate.per_address : 0},
                {str_hash(str_printf(x->v.a, "account %s %.*s", route->pattern, STR_ARG(account))),
                 account.len ? rate.per_account : 0}};
    int64_t wait_ms = 0;
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        int64_t w = access_wait_ms(both[i].who, both[i].per_minute, x->v.now);
        wait_ms = w > wait_ms ? w : wait_ms;
    }
    for (size_t i = 0; wait_ms == 0 && i < COUNT_OF(both); i++) { /* who is turned away uses nothing up */
        access_take(both[i].who, both[i].per_minute, x->v.now);
    }
    if (wait_ms == 0) {
        return true;
    }
    err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
    err->wait_ms = wait_ms;
    return false;
}

/* ---- The secret of a form ---- */

Str http_form_secret(const Exchange *x, Str cookie)
{
    Err none;
    Worker *w = x->w;
    unsigned char mac[crypto_auth_BYTES];
    w->has_form_key = w->has_form_key || store_secret(w->flow.store, STR("form"), &w->form_key, &none);
    if (cookie.len == 0 || !w->has_form_key) {
        return STR("");
    }
    crypto_auth(mac, (const unsigned char *)cookie.ptr, cookie.len, w->form_key.b);
    return base64url_print(x->w->a, (Str){(const char *)mac, sizeof mac});
}

bool http_check_csrf(const Exchange *x, Err *err)
{
    Str sent = x->q->form_token.len ? x->q->form_token : http_form(x, "csrf"), want = x->v.csrf;
    bool cookie_is_theirs = x->signed_in || str_eq(x->form_cookie, x->q->cookie_form);
    bool ok =
        cookie_is_theirs && want.len > 0 && sent.len == want.len && sodium_memcmp(sent.ptr, want.ptr, sent.len) == 0;
    return ok || err_set(err, STALE_FORM, "This form is too old; please open it again.");
}

/* A browser sends its cookie by itself; that the call is meant is shown by a bearer token or by the form's secret. What
 * of the API asks nobody to be signed in reads no cookie. */
bool http_check_form(const Exchange *x, const Route *route, Err *err)
{
    bool by_cookie =
        !str_starts(x->q->authorization, STR("Bearer ")) && !(http_is_api(x->q) && route->who == WHO_ANYBODY);
    return route->method != METHOD_POST || !by_cookie || http_check_csrf(x, err);
}
