/* provider.h: sign-ins through a provider (OpenID Connect): who there is which account here, and questions on their
 * way. Kept beside the log; that somebody was linked or unlinked, by whom, stands in the log (stream "access").
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PROVIDER_H
#define FLOW_PROVIDER_H

#include "flow.h"

/* One try to sign in. */
typedef struct {
    Str state, nonce; /* random; come back with the browser, and in the token */
    Str verifier;     /* of PKCE (RFC 7636); never leaves the server but to the provider's token endpoint */
    Str next;         /* where the person wanted to go */
    Instant asked;
} ProviderAsk;

typedef struct {
    Str account, issuer, subject;
    Instant made, used; /* used.ms 0: never */
} ProviderLink;

MUST_USE bool provider_prepare(Store *s, Err *err);
/* A new question, for this browser only (a secret of its cookies); good once, for challenge_seconds. */
MUST_USE bool provider_ask(const Flow *f, Arena *a, Str browser, Str next, Instant now, ProviderAsk *ret, Err *err);
/* Takes the question back and uses it up. STALE_FORM where there is none: asked long ago, by another browser, or
 * answered before. */
MUST_USE bool provider_take(const Flow *f, Arena *a, Str state, Str browser, Instant now, ProviderAsk *ret, Err *err);
/* PKCE: base64url of SHA-256 of the verifier. */
Str provider_challenge(Arena *a, Str verifier);

/* The account of this person there; notes the use. NOT_SIGNED_IN where nobody was linked. */
MUST_USE bool provider_account(const Flow *f, Arena *a, Str issuer, Str subject, Instant now, Str *ret, Err *err);
/* Links an account that is there; `by` does it. ALREADY_EXISTS where the person there is linked; NOT_SIGNED_IN for no
 * such account. */
MUST_USE bool provider_link(const Flow *f, Arena *a, Str by, const ProviderLink *link, Instant now, Err *err);
/* Ends the link and the sessions that were opened through a provider. NOT_FOUND where this account has no such link. */
MUST_USE bool provider_unlink(const Flow *f, Arena *a, Str by, const ProviderLink *link, Instant now, Err *err);
/* Links of an account; empty: of all, by account. */
MUST_USE bool provider_links(const Flow *f, Arena *a, Str account, ProviderLink **ret, size_t *ret_count, Err *err);

#endif
