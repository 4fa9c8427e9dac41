/* oidc.c: see oidc.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "oidc.h"

#include "jwt.h"

enum { SUBJECT_MOST = 255, CLOCKS_MS = 60000 /* by which two machines' clocks may differ */ };

static bool no(Err *err, const char *why)
{
    return err_set(err, BAD_SIGNATURE, "The token does not fit: %s.", why);
}

Str oidc_origin(Str url)
{
    size_t at = str_find(url, STR("://"), 0);
    size_t end = at == SIZE_MAX ? SIZE_MAX : str_find(url, STR("/"), at + 3);
    return at == SIZE_MAX ? STR("") : end == SIZE_MAX ? url : str_sub(url, 0, end);
}

static bool takes(const Json *list, const char *way)
{
    return json_has_text(list, str_from_c(way));
}

bool oidc_read_provider(const AccessOidc *settings, const Json *description, OidcProvider *ret, Err *err)
{
    const Json *ways = json_get(description, "token_endpoint_auth_methods_supported");
    *ret = (OidcProvider){json_text_at(description, "authorization_endpoint"),
                          json_text_at(description, "token_endpoint"), json_text_at(description, "jwks_uri"),
                          takes(ways, "client_secret_post") && !takes(ways, "client_secret_basic")};
    if (!str_eq(json_text_at(description, "issuer"), settings->issuer)) {
        return err_set(err, BAD_REQUEST, "The provider calls itself otherwise than the settings do.");
    }
    if (!str_eq(oidc_origin(ret->authorize), oidc_origin(settings->issuer))) {
        return err_set(err, BAD_REQUEST, "The provider sends people to another site.");
    }
    const Str urls[] = {ret->token, ret->keys};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        if (!str_starts(urls[i], STR("https://")) && !str_eq(oidc_origin(urls[i]), oidc_origin(settings->issuer))) {
            return err_set(err, BAD_REQUEST, "The provider names an address without encryption.");
        }
    }
    return true;
}

static bool is_for(const Json *claims, Str client)
{
    const Json *aud = json_get(claims, "aud");
    bool one = aud != NULL && aud->kind == JSON_STRING && str_eq(aud->text, client);
    bool only = aud != NULL && aud->kind == JSON_ARRAY && json_has_text(aud, client) &&
                (aud->count == 1 || str_eq(json_text_at(claims, "azp"), client));
    return one || only;
}

/* Seconds since 1970, as milliseconds; 0 where the claim is no such number. */
static int64_t time_of(const Json *claims, const char *name)
{
    const Json *j = json_get(claims, name);
    int64_t s = j != NULL && j->kind == JSON_NUMBER ? json_to_int(j, 0) : 0;
    return s > 0 && s < INT64_MAX / 1000 ? s * 1000 : 0;
}

bool oidc_check_token(Arena *a, const AccessOidc *settings, Str token, const Json *jwks, Str nonce, Instant asked,
                      Instant now, Str *ret_subject, Err *err)
{
    Json *claims;
    if (!jwt_verify(a, token, jwks, &claims, err)) {
        return false;
    }
    int64_t ends = time_of(claims, "exp"), made = time_of(claims, "iat"), from = time_of(claims, "nbf"),
            shown = time_of(claims, "auth_time");
    Str subject = json_text_at(claims, str_c(a, settings->claim));
    const struct {
        bool good;
        const char *why;
    } rules[] = {
        {str_eq(json_text_at(claims, "iss"), settings->issuer), "another provider made it"},
        {is_for(claims, settings->client_id), "it is for somebody else"},
        {nonce.len > 0 && str_eq(json_text_at(claims, "nonce"), nonce), "it answers another question"},
        {ends > now.ms, "it has expired"},
        {made > 0 && made <= now.ms + CLOCKS_MS && from <= now.ms + CLOCKS_MS, "it is of a time to come"},
        {shown >= asked.ms - CLOCKS_MS && shown <= now.ms + CLOCKS_MS, "the person did not show who they are now"},
        {subject.len > 0 && subject.len <= SUBJECT_MOST, "it names nobody"},
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!rules[i].good) {
            return no(err, rules[i].why);
        }
    }
    *ret_subject = subject;
    return true;
}
