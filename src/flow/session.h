/* session.h: who is signed in: sessions, which are not part of the log and are never rebuilt from it. How long they
 * last is said by the operator (access/access.h). What somebody signs in with stands in secret.h, passkey.h,
 * provider.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include "flow.h"
#include "secret.h"

/* By what a person showed who they are. Stored as text; the names are forever. */
typedef enum {
    SESSION_BY_DEMO = 1,
    SESSION_BY_PASSWORD,
    SESSION_BY_PASSKEY,
    SESSION_BY_CODE,
    SESSION_BY_PROVIDER
} SessionBy;
const char *session_by_name(SessionBy by); /* "password" */

typedef struct {
    Str token; /* for the cookie; only its hash is stored */
    Str csrf;  /* must come back with every form */
    Str account;
    Str scheme;
    Caller caller;
    Str id; /* names the session to its owner; opens nothing */
    SessionBy by;
    Instant made; /* when the person showed who they are */
} Session;

/* One line of the list of a person's sessions. */
typedef struct {
    Str id, device; /* device: "Firefox, Windows"; empty: not known */
    SessionBy by;
    Instant made, used;
} SessionRow;

/* Makes the tables where they do not exist. */
MUST_USE bool session_prepare(Store *s, Err *err);
/* Opens a session of an account that has shown who it is. NOT_SIGNED_IN where there is no such account or it
 * is closed. */
MUST_USE bool session_begin(const Flow *f, Arena *a, Str login, SessionBy by, Str device, Instant now, Session *ret,
                            Err *err);
/* Signs in with a password: secret_check() and session_begin(). */
MUST_USE bool session_sign_in(const Flow *f, Arena *a, Str login, Str password, Instant now, Session *ret, Err *err);
/* Signs in without a password: only for demo stores, which say so on every page. */
MUST_USE bool session_open(const Flow *f, Arena *a, Str login, Instant now, Session *ret, Err *err);
/* The session behind a cookie's token. NOT_SIGNED_IN if there is none, it was not used for too long, or is too old.
 * Notes that it is used, to the minute. */
MUST_USE bool session_find(const Flow *f, Arena *a, Str token, Instant now, Session *ret, Err *err);
MUST_USE bool session_close(const Flow *f, Arena *a, Str token, Err *err);
/* Whether the person showed who they are so lately that they may change how they sign in. */
bool session_is_fresh(const Flow *f, const Session *s, Instant now);
/* The account's sessions that have not ended, the one used last first. */
MUST_USE bool session_list(const Flow *f, Arena *a, Str account, Instant now, SessionRow **ret, size_t *ret_count,
                           Err *err);
/* Ends one of the account's sessions. NOT_FOUND where it has none of this id. */
MUST_USE bool session_end(const Flow *f, Arena *a, Str account, Str id, Err *err);
/* Ends all sessions of the account but the one of this id (empty: all). */
MUST_USE bool session_end_others(const Flow *f, Str account, Str but, Err *err);

#endif
