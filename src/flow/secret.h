/* secret.h: what a person knows: passwords and recovery codes. Only hashes are kept, beside the log.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SECRET_H
#define FLOW_SECRET_H

#include "flow.h"

/* Makes the tables where they do not exist. */
MUST_USE bool secret_prepare(Store *s, Err *err);
/* Sets the password of an account (Argon2id) and ends all its sessions: for the operator. FIELD_RANGE for one that is
 * too short. */
MUST_USE bool session_set_password(Store *s, Arena *a, Str login, Str password, Err *err);
/* Is this the account's password? NOT_SIGNED_IN for a wrong name or password alike, and for an account without one;
 * RATE_LIMITED after too many failures, with err->wait_ms until it is open again. Takes the same time for unknown
 * names. */
MUST_USE bool secret_check(const Flow *f, Arena *a, Str login, Str password, Instant now, Err *err);
MUST_USE bool secret_has_password(const Flow *f, Arena *a, Str login, bool *ret, Err *err);
/* The person's own change: ends all sessions but the one of this id. FIELD_RANGE. */
MUST_USE bool secret_change(const Flow *f, Arena *a, Str login, Str password, Str but, Err *err);

/* New recovery codes in place of all that were; shown once, only their hashes are kept. */
MUST_USE bool secret_make_codes(const Flow *f, Arena *a, Str login, Instant now, Str **ret, size_t *ret_count,
                                Err *err);
MUST_USE bool secret_codes_left(const Flow *f, Arena *a, Str login, int64_t *ret, Err *err);
/* Uses a code up and sets the password with it, in one transaction; ends all sessions. Errors as secret_check(),
 * FIELD_RANGE. */
MUST_USE bool secret_recover(const Flow *f, Arena *a, Str login, Str code, Str password, Instant now, Err *err);

#endif
