/* passkey.h: what a browser's authenticator says (WebAuthn), checked by libfido2: a new key, and a signature by a
 * known one. Knows no store: who keeps keys and challenges is flow/passkey.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCESS_PASSKEY_H
#define ACCESS_PASSKEY_H

#include "base/err.h"
#include "base/json.h"

/* What must have been meant: this challenge (base64url), at this origin, for this domain. */
typedef struct {
    Str challenge, origin, rp_id;
} PasskeyWant;

/* A public key as libfido2 writes it for its algorithm: −7 ES256 (64 bytes), −8 EdDSA (32 bytes). */
typedef struct {
    Str id; /* credential id, base64url */
    int64_t alg;
    Str key;       /* base64url */
    int64_t count; /* of signatures, as the authenticator counts; 0: it does not */
} Passkey;

/* Reads the answer to a registration: client_data and authenticator_data in base64url. The person was present and
 * verified (PIN, finger). BAD_SIGNATURE says what does not fit. Lives in the arena. */
MUST_USE bool passkey_read(Arena *a, const PasskeyWant *want, const Json *answer, Passkey *ret, Err *err);
/* Checks a signature by a known key: client_data, authenticator_data, signature in base64url. *ret_count: the
 * authenticator's count, higher than the key's where it counts. BAD_SIGNATURE. */
MUST_USE bool passkey_check(Arena *a, const PasskeyWant *want, const Passkey *key, const Json *answer,
                            int64_t *ret_count, Err *err);

#endif
