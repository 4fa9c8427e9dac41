/* passkey.h: the passkeys of accounts, and the challenges that a browser must answer: kept beside the log, each
 * challenge good once.
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
/* Keeps the new key of an answer (passkey_read()), under a name the person knows it by. The challenge in the answer
 * must have been given to this account, lately, and is used up. BAD_SIGNATURE; ALREADY_EXISTS. want->challenge is
 * filled in here. `scheme` is that whose staff also signs steps with the key (flow/sign.h): the key then stands in the
 * log, too; empty: it only signs in. */
MUST_USE bool passkey_add(const Flow *f, Arena *a, Str account, Str scheme, Str name, PasskeyWant *want,
                          const Json *answer, Instant now, Err *err);
/* Whose key signed the answer (passkey_check()). The challenge is used up. NOT_SIGNED_IN where the key is not known. */
MUST_USE bool passkey_sign_in(const Flow *f, Arena *a, PasskeyWant *want, const Json *answer, Instant now,
                              Str *ret_account, Err *err);
MUST_USE bool passkey_list(const Flow *f, Arena *a, Str account, PasskeyRow **ret, size_t *ret_count, Err *err);
/* Where the key stands in the log, the log says that it was removed. */
MUST_USE bool passkey_drop(const Flow *f, Arena *a, Str account, Str scheme, Str id, Instant now, Err *err);

#endif
