/* passkey.h: the passkeys of accounts, and the challenges that a browser must answer: kept beside the log, each challenge good once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PASSKEY_H
#define FLOW_PASSKEY_H

#include "access/passkey.h"
#include "flow.h"

typedef struct {
    Str id, name;
    Instant made, used; /* used.ms 0: never */
} PasskeyRow;

MUST_USE bool passkey_prepare(Store *s, Err *err);
/* A new challenge; `account` is who registers a key, empty for signing in. */
MUST_USE bool passkey_ask(const Flow *f, Arena *a, Str account, Instant now, Str *ret_challenge, Err *err);
/* Keeps the new key of an answer (passkey_read()), under a name the person knows it by. The challenge in the answer must have
 * been given to this account, lately, and is used up. BAD_SIGNATURE; ALREADY_EXISTS. want->challenge is filled in here. */
MUST_USE bool passkey_add(const Flow *f, Arena *a, Str account, Str name, PasskeyWant *want, const Json *answer, Instant now, Err *err);
/* Whose key signed the answer (passkey_check()). The challenge is used up. NOT_SIGNED_IN where the key is not known. */
MUST_USE bool passkey_sign_in(const Flow *f, Arena *a, PasskeyWant *want, const Json *answer, Instant now, Str *ret_account, Err *err);
MUST_USE bool passkey_list(const Flow *f, Arena *a, Str account, PasskeyRow **ret, size_t *ret_count, Err *err);
MUST_USE bool passkey_drop(const Flow *f, Str account, Str id, Err *err);

#endif
