/* handlers_provider.c: signing in through a provider (OpenID Connect, authorization code with PKCE): the way there and
 * the way back. Nothing that the provider publishes is kept, so that its keys may change at any moment.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <stdatomic.h>

#include "access/oidc.h"
#include "doc/fetch.h"
#include "flow/provider.h"
#include "view/view.h"

#define BACK "/sign-in/provider/back"
enum {
    WAITING_MOST = 2,
    FORM_MOST = 16 * 1024
}; /* requests that wait for the provider at a time, so that it holds up nobody else */

static atomic_int waiting;

static bool settings_of(const Exchange *x, const AccessOidc **ret, Err *err)
{
    *ret = &flow_access(&x->w->flow)->oidc;
    return (*ret)->issuer.len > 0 || err_set(err, NOT_FOUND, "Nobody signs in through a provider here.");
}

static void put(Buf *b, const char *name, Str value)
{
    buf_printf(b, "%s%s=", b->len > 0 ? "&" : "", name);
    view_url(b, value);
}

static Str encoded(const Exchange *x, Str s)
{
    Buf b = buf_new(x->v.a, FORM_MOST);
    view_url(&b, s);
    return buf_str(&b);
}

static Str back_url(const Exchange *x)
{
    return str_printf(x->v.a, "%.*s%s", STR_ARG(x->v.origin), BACK);
}

/* Only the browser that asked may answer. */
static Str browser_of(const Exchange *x)
{
    return x->signed_in ? x->q->cookie_session : x->q->cookie_form;
}

/* ---- What is asked of the provider ---- */

static bool fetch(const Exchange *x, const FetchAsk *ask, int *ret_status, Json **ret, Err *err)
{
    bool free = atomic_fetch_add(&waiting, 1) < WAITING_MOST;
    bool ok =
        free ? fetch_json(x->v.a, ask, ret_status, ret, err) : err_set(err, SEND_FAILED, "%s", err_plain(SEND_FAILED));
    atomic_fetch_sub(&waiting, 1);
    return ok;
}

static bool fetch_good(const Exchange *x, Str url, Json **ret, Err *err)
{
    int status;
    FetchAsk ask = {.url = url};
    return fetch(x, &ask, &status, ret, err) &&
           (status == 200 || err_set(err, SEND_FAILED, "%s", err_plain(SEND_FAILED)));
}

static bool find_provider(const Exchange *x, const AccessOidc *o, OidcProvider *ret, Err *err)
{
    Json *description;
    Str base = str_ends(o->issuer, STR("/")) ? str_sub(o->issuer, 0, o->issuer.len - 1) : o->issuer;
    Str url = str_printf(x->v.a, "%.*s/.well-known/openid-configuration", STR_ARG(base));
    return fetch_good(x, url, &description, err) && oidc_read_provider(o, description, ret, err);
}

/* The ID token for the code that came with the browser. */
static bool redeem(const Exchange *x, const AccessOidc *o, const OidcProvider *p, const ProviderAsk *asked,
                   Str *ret_token, Err *err)
{
    int status;
    Json *answer;
    Buf b = buf_new(x->v.a, FORM_MOST);
    put(&b, "grant_type", STR("authorization_code"));
    put(&b, "code", http_query(x, "code"));
    put(&b, "redirect_uri", back_url(x));
    put(&b, "code_verifier", asked->verifier);
    bool basic = o->secret.len > 0 && !p->secret_in_form;
    if (!basic) {
        put(&b, "client_id", o->client_id);
    }
    if (o->secret.len > 0 && p->secret_in_form) {
        put(&b, "client_secret", o->secret);
    }
    if (!buf_ok(&b)) {
        return err_set(err, BAD_REQUEST, "%s", err_plain(BAD_REQUEST));
    }
    FetchAsk ask = {.url = p->token,
                    .form = buf_str(&b),
                    .user = basic ? encoded(x, o->client_id) : STR(""),
                    .password = basic ? encoded(x, o->secret) : STR("")};
    if (!fetch(x, &ask, &status, &answer, err)) {
        return false;
    }
    *ret_token = json_text_at(answer, "id_token");
    return (status == 200 && ret_token->len > 0) ||
           err_set(err, BAD_SIGNATURE, "The provider gives no token for this code.");
}

static bool find_subject(const Exchange *x, const AccessOidc *o, const ProviderAsk *asked, Str *ret, Err *err)
{
    Str token;
    Json *keys;
    OidcProvider p;
    return find_provider(x, o, &p, err) && redeem(x, o, &p, asked, &token, err) && fetch_good(x, p.keys, &keys, err) &&
           oidc_check_token(x->v.a, o, token, keys, asked->nonce, asked->asked, x->v.now, ret, err);
}

/* ---- Where it does not work ---- */

static bool fail(Exchange *x, const Err *fault, const char *text, Err *err)
{
    static const struct {
        ErrCode code;
        const char *text;
    } TEXTS[] = {{NOT_SIGNED_IN, "provider.unknown"}, {SEND_FAILED, "provider.down"}, {STALE_FORM, "provider.stale"}};
    Page page;
    for (size_t i = 0; text == NULL && i < COUNT_OF(TEXTS); i++) {
        text = fault->code == TEXTS[i].code ? TEXTS[i].text : NULL;
    }
    x->r->status = err_http_status(fault->code);
    return page_sign_in(&x->v, STR(""), NULL, &page, err) &&
           page_sign_in_failed(&x->v, &page, text ? text : "provider.failed") && http_sign_in_page(x, &page, err);
}

/* ---- There and back ---- */

bool handle_provider_go(Exchange *x, Err *err)
{
    Err fault = {0};
    OidcProvider p;
    ProviderAsk ask;
    const AccessOidc *o;
    if (!settings_of(x, &o, err)) {
        return false;
    }
    if (!find_provider(x, o, &p, &fault)) {
        return fail(x, &fault, NULL, err);
    }
    if (!provider_ask(&x->w->flow, x->v.a, browser_of(x), http_safe_next(http_form(x, "next")), x->v.now, &ask, err)) {
        return false;
    }
    Buf b = buf_new(x->v.a, FORM_MOST);
    put(&b, "response_type", STR("code"));
    put(&b, "scope", STR("openid"));
    put(&b, "client_id", o->client_id);
    put(&b, "redirect_uri", back_url(x));
    put(&b, "state", ask.state);
    put(&b, "nonce", ask.nonce);
    put(&b, "code_challenge", provider_challenge(x->v.a, ask.verifier));
    put(&b, "code_challenge_method", STR("S256"));
    put(&b, "prompt", STR("login")); /* whoever sat here before has not signed in for this person */
    put(&b, "max_age", str_printf(x->v.a, "%lld", (long long)flow_access(&x->w->flow)->challenge_seconds));
    put(&b, "ui_locales", x->v.language);
    bool has_query = str_find(p.authorize, STR("?"), 0) != SIZE_MAX;
    return http_redirect(
        x, str_printf(x->v.a, "%.*s%s%.*s", STR_ARG(p.authorize), has_query ? "&" : "?", STR_ARG(buf_str(&b))));
}

bool handle_provider_back(Exchange *x, Err *err)
{
    Err fault = {0};
    Str subject, account, refused = http_query(x, "error"), from = http_query(x, "iss");
    Session s;
    ProviderAsk asked;
    const Flow *f = &x->w->flow;
    const AccessOidc *o;
    if (!settings_of(x, &o, err)) {
        return false;
    }
    if (!provider_take(f, x->v.a, http_query(x, "state"), browser_of(x), x->v.now, &asked, &fault)) {
        return fail(x, &fault, NULL, err);
    }
    if (refused.len > 0 || (from.len > 0 && !str_eq(from, o->issuer))) { /* RFC 9207: an answer of another provider */
        err_set(&fault, BAD_SIGNATURE, "%s", err_plain(BAD_SIGNATURE));
        return fail(x, &fault, str_eq_c(refused, "access_denied") ? "provider.refused" : NULL, err);
    }
    if (!find_subject(x, o, &asked, &subject, &fault) ||
        !provider_account(f, x->v.a, o->issuer, subject, x->v.now, &account, &fault) ||
        !session_begin(f, x->v.a, account, SESSION_BY_PROVIDER, access_device(x->v.a, x->q->user_agent), x->v.now, &s,
                       &fault)) {
        return fail(x, &fault, NULL, err);
    }
    http_begin(x, &s);
    return http_redirect(x, asked.next);
}

/* The person ends a link of their own; only who runs the scheme makes one. */
bool handle_provider_unlink(Exchange *x, Err *err)
{
    ProviderLink link = {
        .account = x->session.account, .issuer = http_form(x, "issuer"), .subject = http_form(x, "subject")};
    bool fresh = session_is_fresh(&x->w->flow, &x->session, x->v.now) ||
                 err_set(err, NOT_ALLOWED, "Please sign in again first.");
    return fresh && provider_unlink(&x->w->flow, x->v.a, x->session.account, &link, x->v.now, err) &&
           http_redirect(x, STR("/me/access?done=unlinked"));
}
