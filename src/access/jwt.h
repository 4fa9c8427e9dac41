/* jwt.h: a signed token of somebody else (RFC 7515), checked against their published keys (RFC 7517) by OpenSSL:
 * RS256, ES256, EdDSA. Permits and the log have one algorithm and readers of their own (doc/jws.c); here the other
 * side chooses.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCESS_JWT_H
#define ACCESS_JWT_H

#include "base/err.h"
#include "base/json.h"

/* The claims of a compact token that one of the keys ({"keys": […]}) signed. A key counts only for its own kind of
 * algorithm, if it is for signing, and, where the token names a key, by that name. BAD_SIGNATURE says what does not
 * fit. Lives in the arena. */
MUST_USE bool jwt_verify(Arena *a, Str token, const Json *jwks, Json **ret_claims, Err *err);

#endif
