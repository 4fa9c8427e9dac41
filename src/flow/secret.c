/* secret.c: see secret.h. Passwords by libsodium's Argon2id; codes have 60 random bits, so that a keyed hash is enough.
 * SPDX-License-Identifier: Apache-2.0 */
#include "secret.h"

#include <sodium.h>

#include "access/access.h"
#include "base/utf8.h"

#define N(params) COUNT_OF(params)
enum { CODE_LETTERS = 12, CODE_GROUP = 4, MINUTE_MS = 60000, PASSWORD_MOST = 1024 };
static const char LETTERS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's: none is mistaken for another */

bool secret_prepare(Store *s, Err *err)
{
    return store_exec(s, "CREATE TABLE IF NOT EXISTS secrets (login TEXT PRIMARY KEY, hash TEXT NOT NULL)", NULL, 0,
                      err) &&
           store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS failures (login TEXT PRIMARY KEY, n BIGINT NOT NULL, until BIGINT NOT NULL)",
               NULL, 0, err) &&
           store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS recovery (login TEXT NOT NULL, hash TEXT NOT NULL, made BIGINT NOT NULL,"
               " PRIMARY KEY (login, hash))",
               NULL, 0, err);
}

/* ---- Passwords ---- */

static bool hash_password(const Access *s, Arena *a, Str password, Str *ret, Err *err)
{
    char hash[crypto_pwhash_STRBYTES];
    bool fits = (int64_t)utf8_count(password) >= s->password_least && password.len <= PASSWORD_MOST;
    if (!fits) {
        return err_field(err, FIELD_RANGE, "password", "A password has at least %lld characters.",
                         (long long)s->password_least);
    }
    if (crypto_pwhash_str(hash, password.ptr, password.len, 2, 19 * 1024 * 1024) != 0) {
        return err_set(err, STORE_FAILED, "The password could not be hashed.");
    }
    *ret = str_copy(a, str_from_c(hash));
    return true;
}

#define SET_HASH \
    "INSERT INTO secrets (login, hash) VALUES ($1, $2) ON CONFLICT (login) DO UPDATE SET hash = excluded.hash"

bool session_set_password(Store *s, Arena *a, Str login, Str password, Err *err)
{
    Str hash;
    if (!hash_password(access_default(), a, password, &hash, err)) {
        return false;
    }
    StoreValue p[] = {STORE_S(login), STORE_S(hash)};
    return store_exec(s, SET_HASH, p, N(p), err) &&
           store_exec(s, "DELETE FROM signed_in WHERE account = $1", p, 1, err);
}

bool secret_change(const Flow *f, Arena *a, Str login, Str password, Str but, Err *err)
{
    Str hash;
    if (!hash_password(flow_access(f), a, password, &hash, err)) {
        return false;
    }
    StoreValue p[] = {STORE_S(login), STORE_S(hash)}, others[] = {STORE_S(login), STORE_S(but)};
    FlowStatement list[] = {{SET_HASH, p, N(p)},
                            {"DELETE FROM signed_in WHERE account = $1 AND id <> $2", others, N(others)}};
    return flow_exec(f, list, N(list), err);
}

bool secret_has_password(const Flow *f, Arena *a, Str login, bool *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login)};
    if (!store_query(f->store, a, "SELECT 1 FROM secrets WHERE login = $1", p, N(p), &rows, err)) {
        return false;
    }
    *ret = rows.row_count > 0;
    return true;
}

/* ---- Failures ---- */

static bool check_failures(const Flow *f, Arena *a, Str login, Instant now, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login), STORE_I(now.ms)};
    if (!store_query(f->store, a, "SELECT n, until FROM failures WHERE login = $1 AND until > $2", p, N(p), &rows,
                     err)) {
        return false;
    }
    if (rows.row_count == 0 || rows.cells[0].i < flow_access(f)->failures_most) {
        return true;
    }
    err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
    err->wait_ms = rows.cells[1].i - now.ms;
    return false;
}

/* The window runs from the first failure: guessing on does not keep the owner out for longer. */
static bool note_failure(const Flow *f, Str login, Instant now, Err *err)
{
    Err ignored;
    StoreValue p[] = {STORE_S(login), STORE_I(now.ms + flow_access(f)->failure_minutes * MINUTE_MS), STORE_I(now.ms)};
    FlowStatement w = {
        "INSERT INTO failures (login, n, until) VALUES ($1, 1, $2) ON CONFLICT (login) DO UPDATE SET n = CASE WHEN"
        " failures.until > $3 THEN failures.n + 1 ELSE 1 END, until = CASE WHEN failures.until > $3 THEN failures.until"
        " ELSE excluded.until END",
        p, N(p)};
    if (!flow_exec(f, &w, 1, &ignored)) {
        return err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    return err_set(err, NOT_SIGNED_IN, "The name or the password is wrong.");
}

bool secret_check(const Flow *f, Arena *a, Str login, Str password, Instant now, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login)};
    if (!check_failures(f, a, login, now, err) ||
        !store_query(f->store, a, "SELECT hash FROM secrets WHERE login = $1", p, N(p), &rows, err)) {
        return false;
    }
    /* The same work for unknown names, so that time does not tell who exists. */
    const char *hash = rows.row_count ? str_c(a, rows.cells[0].s)
                                      : "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                        "RdescudvJCsgt3ub+b+dWRWJTmaaJObGUJZuLqtLYt4";
    bool right = password.len <= PASSWORD_MOST &&
                 crypto_pwhash_str_verify(hash, password.ptr ? password.ptr : "", password.len) == 0 &&
                 rows.row_count > 0;
    return right || note_failure(f, login, now, err);
}

/* ---- Recovery codes ---- */

static Str new_code(Arena *a)
{
    Buf b = buf_new(a, CODE_LETTERS * 2);
    for (int i = 0; i < CODE_LETTERS; i++) {
        if (i > 0 && i % CODE_GROUP == 0) {
            buf_byte(&b, '-');
        }
        buf_byte(&b, LETTERS[randombytes_uniform(sizeof LETTERS - 1)]);
    }
    return buf_str(&b);
}

/* As it may be written by hand: small letters, spaces, O for 0, I and L for 1. */
static Str plain_code(Arena *a, Str code)
{
    Buf b = buf_new(a, 256);
    for (size_t i = 0; i < code.len && i < 100; i++) {
        char c = code.ptr[i];
        c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (c != '-' && c != ' ') {
            buf_byte(&b, c);
        }
    }
    return b.len ? buf_str(&b) : STR("");
}

static bool code_hash(const Flow *f, Arena *a, Str login, Str code, Str *ret, Err *err)
{
    Hash key;
    if (!store_secret(f->store, str_printf(a, "recovery/%.*s", STR_ARG(login)), &key, err)) {
        return false;
    }
    Str text = str_printf(a, "%.*s %.*s", STR_ARG(hex_print(a, HASH_STR(key))), STR_ARG(plain_code(a, code)));
    *ret = hex_print(a, HASH_STR(hash_of(text)));
    return true;
}

bool secret_make_codes(const Flow *f, Arena *a, Str login, Instant now, Str **ret, size_t *ret_count, Err *err)
{
    size_t count = (size_t)flow_access(f)->recovery_codes;
    Str *codes = ARENA_ARRAY(a, Str, count);
    FlowStatement *list = ARENA_ARRAY(a, FlowStatement, count + 1);
    StoreValue *all = ARENA_ARRAY(a, StoreValue, 3 * count + 1);
    all[3 * count] = STORE_S(login);
    list[0] = (FlowStatement){"DELETE FROM recovery WHERE login = $1", &all[3 * count], 1};
    for (size_t i = 0; i < count; i++) {
        StoreValue *p = &all[3 * i];
        codes[i] = new_code(a);
        p[0] = STORE_S(login);
        p[2] = STORE_I(now.ms);
        p[1].kind = STORE_TEXT;
        if (!code_hash(f, a, login, codes[i], &p[1].s, err)) {
            return false;
        }
        list[i + 1] = (FlowStatement){"INSERT INTO recovery (login, hash, made) VALUES ($1, $2, $3)", p, 3};
    }
    *ret = codes;
    *ret_count = count;
    return flow_exec(f, list, count + 1, err);
}

bool secret_codes_left(const Flow *f, Arena *a, Str login, int64_t *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(login)};
    if (!store_query(f->store, a, "SELECT COUNT(*) FROM recovery WHERE login = $1", p, N(p), &rows, err)) {
        return false;
    }
    *ret = rows.cells[0].i;
    return true;
}

typedef struct {
    Arena *a;
    Str login, code, password;
} Recovery;

/* In one transaction, so that two who send the same code at once do not both use it. */
static bool recover_in(const Flow *in, void *host, Err *err)
{
    const Recovery *r = host;
    StoreRows rows;
    StoreValue p[] = {STORE_S(r->login), STORE_S(r->code)}, set[] = {STORE_S(r->login), STORE_S(r->password)};
    if (!store_query(in->store, r->a, "SELECT 1 FROM recovery WHERE login = $1 AND hash = $2", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_SIGNED_IN, "The name or the code is wrong.");
    }
    return store_exec(in->store, "DELETE FROM recovery WHERE login = $1 AND hash = $2", p, N(p), err) &&
           store_exec(in->store, SET_HASH, set, N(set), err) &&
           store_exec(in->store, "DELETE FROM signed_in WHERE account = $1", p, 1, err);
}

bool secret_recover(const Flow *f, Arena *a, Str login, Str code, Str password, Instant now, Err *err)
{
    Recovery r = {.a = a, .login = login};
    if (!check_failures(f, a, login, now, err) || !hash_password(flow_access(f), a, password, &r.password, err) ||
        !code_hash(f, a, login, code, &r.code, err)) {
        return false;
    }
    if (flow_write(f, recover_in, &r, err)) {
        return true;
    }
    if (err->code == NOT_SIGNED_IN && !note_failure(f, login, now, err) && err->code == NOT_SIGNED_IN) {
        return err_set(err, NOT_SIGNED_IN, "The name or the code is wrong.");
    }
    return false;
}
