/* oidc.h: what a provider of sign-ins says (OpenID Connect Core 1.0), checked: its description and its ID tokens. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCESS_OIDC_H
#define ACCESS_OIDC_H

#include "access.h"

/* Where the provider is reached. */
typedef struct {
    Str authorize, token, keys;
    bool secret_in_form; /* it takes the client's secret with the form only */
} OidcProvider;

/* Reads the provider's description (OpenID Connect Discovery 1.0): it names the issuer as the settings do, people are
 * sent to an address of the issuer only, and nothing goes without encryption unless the issuer itself does.
 * BAD_REQUEST. */
MUST_USE bool oidc_read_provider(const AccessOidc *settings, const Json *description, OidcProvider *ret, Err *err);

/* The origin of an address: "https://id.example". Empty where it has none. */
Str oidc_origin(Str url);

/* The subject of a token that is for us, answers this question (nonce), is valid now, and for which the person showed
 * who they are after `asked`. BAD_SIGNATURE says what does not fit. */
MUST_USE bool oidc_check_token(Arena *a, const AccessOidc *settings, Str token, const Json *jwks, Str nonce,
                               Instant asked, Instant now, Str *ret_subject, Err *err);

#endif
