/* hook.h: messages to other systems, signed as standard-webhooks says; part of the face of doc. No queue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_HOOK_H
#define DOC_HOOK_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"
#include "base/hash.h"

typedef struct {
    Str url;
    Str id;     /* the same for the same message, however often it is tried */
    Str body;   /* JSON */
    Instant at; /* of this try */
} HookMessage;

/* What the receiver checks with: "whsec_…" for HMAC-SHA256, "whpk_…" for Ed25519. */
Str hook_secret_text(Arena *a, const Hash *secret);
Str hook_public_key_text(Arena *a, const Hash *seed);
/* "v1,… v1a,…": both signatures over id.timestamp.body, so that a receiver may check either. */
Str hook_signature(Arena *a, const HookMessage *m, const Hash *secret, const Hash *seed);
/* Whether an address lies in the public network: none of the loopback, private, link-local, shared, documentation or
 * multicast ranges, also not inside IPv6. */
struct sockaddr;
bool hook_address_is_public(const struct sockaddr *address);
/* One try: POST, 15 seconds, no redirect; https alone and public addresses alone unless allows_private. *ret_status is
 * the answer's, 0 where none came. SEND_FAILED unless it was 2xx. */
MUST_USE bool hook_send(Arena *a, const HookMessage *m, const Hash *secret, const Hash *seed, bool allows_private,
                        int *ret_status, Err *err);

#endif
