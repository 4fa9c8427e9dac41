/* handlers_passkey.c: passkeys: what script asks for and sends, in JSON and forms; the pages work without.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "access/access.h"
#include "flow/passkey.h"

/* Passkeys belong to the host of the public address, or to the domain that the operator names. */
static PasskeyWant want_of(const Exchange *x)
{
    Str origin = x->v.origin, set = flow_access(&x->w->flow)->rp_id;
    size_t at = str_find(origin, STR("://"), 0);
    Str host = at == SIZE_MAX ? origin : str_sub(origin, at + 3, origin.len);
    size_t colon = str_find(host, STR(":"), 0);
    host = colon == SIZE_MAX ? host : str_sub(host, 0, colon);
    return (PasskeyWant){.origin = origin, .rp_id = set.len ? set : host};
}

static void put(const Exchange *x, Json *j, const char *key, Str text)
{
    json_set(x->v.a, j, str_from_c(key), json_new_str(x->v.a, text));
}

static bool ask(Exchange *x, Str account, Err *err)
{
    Str challenge;
    if (!passkey_ask(&x->w->flow, x->v.a, account, x->v.now, &challenge, err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a);
    put(x, j, "challenge", challenge);
    put(x, j, "rp_id", want_of(x).rp_id);
    if (account.len > 0) {
        put(x, j, "name", x->v.caller->name);
        put(x, j, "account", account);
        Hash id = hash_of(str_printf(x->v.a, "passkey user %.*s", STR_ARG(account)));
        put(x, j, "user", base64url_print(x->v.a, HASH_STR(id)));
    }
    return http_json(x, j);
}

static bool done(Exchange *x, Str to)
{
    Json *j = json_new_object(x->v.a);
    put(x, j, "to", to);
    return http_json(x, j);
}

static bool is_fresh(const Exchange *x, Err *err)
{
    return session_is_fresh(&x->w->flow, &x->session, x->v.now) ||
           err_set(err, NOT_ALLOWED, "Please sign in again first.");
}

bool handle_passkey_ask(Exchange *x, Err *err)
{
    return is_fresh(x, err) && ask(x, x->session.account, err);
}

/* Staff signs its steps with the key; a party of cases only signs in. */
static Str signs_for(const Exchange *x)
{
    return x->v.caller->party.len == 0 ? scheme_id(x->v.scheme) : STR("");
}

bool handle_passkey_add(Exchange *x, Err *err)
{
    PasskeyWant want = want_of(x);
    return is_fresh(x, err) &&
           passkey_add(&x->w->flow, x->v.a, x->session.account, signs_for(x), access_device(x->v.a, x->q->user_agent),
                       &want, x->q->form, x->v.now, err) &&
           done(x, STR("/me/access?done=passkey"));
}

bool handle_passkey_drop(Exchange *x, Err *err)
{
    return is_fresh(x, err) &&
           passkey_drop(&x->w->flow, x->v.a, x->session.account, scheme_id(x->v.scheme), http_form(x, "id"), x->v.now,
                        err) &&
           http_redirect(x, STR("/me/access?done=dropped"));
}

bool handle_sign_in_ask(Exchange *x, Err *err)
{
    return ask(x, STR(""), err);
}

bool handle_sign_in_passkey(Exchange *x, Err *err)
{
    Str account;
    Session s;
    PasskeyWant want = want_of(x);
    if (!passkey_sign_in(&x->w->flow, x->v.a, &want, x->q->form, x->v.now, &account, err) ||
        !session_begin(&x->w->flow, x->v.a, account, SESSION_BY_PASSKEY, access_device(x->v.a, x->q->user_agent),
                       x->v.now, &s, err)) {
        return false;
    }
    http_begin(x, &s);
    return done(x, http_safe_next(http_form(x, "next")));
}
