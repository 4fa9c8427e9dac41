/* session.h: who is signed in: secrets and sessions, which are not part of the log and are never rebuilt from it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include "flow.h"

typedef struct {
    Str token;     /* for the cookie; only its hash is stored */
    Str csrf;      /* must come back with every form */
    Str account;
    Str scheme;
    Caller caller;
} Session;

/* Makes the tables where they do not exist. */
MUST_USE bool session_prepare(Store *s, Err *err);
/* Sets the password of an account: Argon2id. FIELD_RANGE under 12 characters. */
MUST_USE bool session_set_password(Store *s, Arena *a, Str login, Str password, Err *err);
/* Signs in. NOT_SIGNED_IN for a wrong name or password alike; RATE_LIMITED after ten failures in a quarter of an hour. */
MUST_USE bool session_sign_in(const Flow *f, Arena *a, Str login, Str password, Instant now, Session *ret, Err *err);
/* Signs in without a password: only for demo stores, which say so on every page. */
MUST_USE bool session_open(const Flow *f, Arena *a, Str login, Instant now, Session *ret, Err *err);
/* The session behind a cookie's token. NOT_SIGNED_IN if there is none or it has ended. */
MUST_USE bool session_find(const Flow *f, Arena *a, Str token, Instant now, Session *ret, Err *err);
MUST_USE bool session_close(const Flow *f, Arena *a, Str token, Err *err);

#endif
