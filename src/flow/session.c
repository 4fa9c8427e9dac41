/* session.c: see session.h. Passwords by libsodium's Argon2id, tokens from its generator.
 * SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "contact.h"
#include "draft.h"

#include <sodium.h>

#define N(params) COUNT_OF(params)
enum { TOKEN_BYTES = 32, LEAST_PASSWORD = 12, MOST_FAILURES = 10 };
static const int64_t SESSION_MS = 12LL * 3600 * 1000, FAILURE_MS = 15LL * 60 * 1000;

bool session_prepare(Store *s, Err *err)
{
    return store_exec(s, "CREATE TABLE IF NOT EXISTS secrets (login TEXT PRIMARY KEY, hash TEXT NOT NULL)", NULL, 0, err) &&
           store_exec(s,
                      "CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL,"
                      " ends BIGINT NOT NULL)",
                      NULL, 0, err) &&
           store_exec(s, "CREATE TABLE IF NOT EXISTS failures (login TEXT PRIMARY KEY, n BIGINT NOT NULL, until BIGINT NOT NULL)", NULL,
                      0, err) &&
           draft_prepare(s, err) && contact_prepare(s, err);
}

static Str random_text(Arena *a)
{
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    return base64url_print(a, (Str){(const char *)bytes, sizeof bytes});
}

static Str token_hash(Arena *a, Str token)
{
    return hex_print(a, HASH_STR(hash_of(token)));
}

bool session_set_password(Store *s, Arena *a, Str login, Str password, Err *err)
{
    char hash[crypto_pwhash_STRBYTES];
    if (password.len < LEAST_PASSWORD) {
        return err_field(err, FIELD_RANGE, "password", "A password has at least %d characters.", LEAST_PASSWORD);
    }
    if (crypto_pwhash_str(hash, password.ptr, password.len, 2, 19 * 1024 * 1024) != 0) {
        return err_set(err, STORE_FAILED, "The password could not be hashed.");
    }
    StoreValue p[] = {STORE_S(login), STORE_S(str_copy(a, str_from_c(hash)))};
    return store_exec(s, "INSERT INTO secrets (login, hash) VALUES ($1, $2) ON CONFLICT (login) DO UPDATE SET hash = excluded.hash",
                      p, N(p), err);
}

static bool check_failures(Store *s, Arena *a, Str login, Instant now, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login), STORE_I(now.ms)};
    if (!store_query(s, a, "SELECT n FROM failures WHERE login = $1 AND until > $2", p, N(p), &rows, err)) {
        return false;
    }
    bool too_many = rows.row_count > 0 && rows.cells[0].i >= MOST_FAILURES;
    return !too_many || err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
}

static bool note_failure(const Flow *f, Str login, Instant now, Err *err)
{
    Err ignored;
    StoreValue p[] = {STORE_S(login), STORE_I(now.ms + FAILURE_MS), STORE_I(now.ms)};
    FlowStatement w = {"INSERT INTO failures (login, n, until) VALUES ($1, 1, $2) ON CONFLICT (login) DO UPDATE SET n = CASE WHEN"
               " failures.until > $3 THEN failures.n + 1 ELSE 1 END, until = excluded.until",
               p, N(p)};
    if (!flow_exec(f, &w, 1, &ignored)) {
        return err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    return err_set(err, NOT_SIGNED_IN, "The name or the password is wrong.");
}

bool session_sign_in(const Flow *f, Arena *a, Str login, Str password, Instant now, Session *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login)};
    if (!check_failures(f->store, a, login, now, err) ||
        !store_query(f->store, a, "SELECT hash FROM secrets WHERE login = $1", p, N(p), &rows, err)) {
        return false;
    }
    /* The same work for unknown names, so that time does not tell who exists. */
    const char *hash = rows.row_count ? str_c(a, rows.cells[0].s)
                                      : "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                        "RdescudvJCsgt3ub+b+dWRWJTmaaJObGUJZuLqtLYt4";
    bool right = crypto_pwhash_str_verify(hash, password.ptr ? password.ptr : "", password.len) == 0 && rows.row_count > 0;
    if (!right) {
        return note_failure(f, login, now, err);
    }
    return session_open(f, a, login, now, ret, err);
}

bool session_open(const Flow *f, Arena *a, Str login, Instant now, Session *ret, Err *err)
{
    *ret = (Session){.token = random_text(a), .csrf = random_text(a), .account = str_copy(a, login)};
    if (!flow_caller(f, a, login, &ret->caller, &ret->scheme, err)) {
        return false;
    }
    StoreValue old[] = {STORE_I(now.ms)};
    StoreValue p[] = {STORE_S(token_hash(a, ret->token)), STORE_S(login), STORE_S(ret->csrf), STORE_I(now.ms + SESSION_MS)};
    FlowStatement list[] = {{"DELETE FROM sessions WHERE ends < $1", old, N(old)},
                            {"INSERT INTO sessions (token, account, csrf, ends) VALUES ($1, $2, $3, $4)", p, N(p)}};
    return flow_exec(f, list, N(list), err);
}

bool session_find(const Flow *f, Arena *a, Str token, Instant now, Session *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(token_hash(a, token)), STORE_I(now.ms)};
    if (!store_query(f->store, a, "SELECT account, csrf FROM sessions WHERE token = $1 AND ends > $2", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_SIGNED_IN, "%s", err_plain(NOT_SIGNED_IN));
    }
    *ret = (Session){.token = token, .account = rows.cells[0].s, .csrf = rows.cells[1].s};
    return flow_caller(f, a, ret->account, &ret->caller, &ret->scheme, err);
}

bool session_close(const Flow *f, Arena *a, Str token, Err *err)
{
    StoreValue p[] = {STORE_S(token_hash(a, token))};
    FlowStatement w = {"DELETE FROM sessions WHERE token = $1", p, N(p)};
    return flow_exec(f, &w, 1, err);
}
