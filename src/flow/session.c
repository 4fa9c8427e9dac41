/* session.c: see session.h. Tokens come from libsodium's generator.
 * SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "access/access.h"
#include "contact.h"
#include "draft.h"
#include "passkey.h"
#include "provider.h"

#define N(params) COUNT_OF(params)
enum { TOKEN_BYTES = 32, ID_BYTES = 12, MINUTE_MS = 60000 };

static const char *const BY[] = {"", "demo", "password", "passkey", "code", "provider"};

const char *session_by_name(SessionBy by)
{
    return BY[by];
}

static SessionBy by_of(Str name)
{
    for (int i = SESSION_BY_DEMO; i <= SESSION_BY_PROVIDER; i++) {
        if (str_eq_c(name, BY[i])) {
            return (SessionBy)i;
        }
    }
    return SESSION_BY_PASSWORD;
}

bool session_prepare(Store *s, Err *err)
{
    return store_exec(s, "DROP TABLE IF EXISTS sessions", NULL, 0,
                      err) && /* of earlier versions: whoever had one signs in again */
           store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS signed_in (token TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL, csrf TEXT"
               " NOT NULL, device TEXT NOT NULL, means TEXT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL)",
               NULL, 0, err) &&
           store_exec(s, "CREATE INDEX IF NOT EXISTS signed_in_account ON signed_in (account)", NULL, 0, err) &&
           secret_prepare(s, err) && passkey_prepare(s, err) && provider_prepare(s, err) && draft_prepare(s, err) &&
           contact_prepare(s, err);
}

static Str token_hash(Arena *a, Str token)
{
    return hex_print(a, HASH_STR(hash_of(token)));
}

/* Sessions made or used before these times have ended. */
static void ended_before(const Flow *f, Instant now, StoreValue *ret_made, StoreValue *ret_used)
{
    const Access *s = flow_access(f);
    *ret_made = STORE_I(now.ms - s->longest_minutes * MINUTE_MS);
    *ret_used = STORE_I(now.ms - s->idle_minutes * MINUTE_MS);
}

bool session_begin(const Flow *f, Arena *a, Str login, SessionBy by, Str device, Instant now, Session *ret, Err *err)
{
    StoreValue old[2];
    *ret = (Session){.token = random_text(a, TOKEN_BYTES),
                     .csrf = random_text(a, TOKEN_BYTES),
                     .id = random_text(a, ID_BYTES),
                     .account = str_copy(a, login),
                     .by = by,
                     .made = now};
    if (!flow_caller(f, a, login, &ret->caller, &ret->scheme, err)) {
        return false;
    }
    ended_before(f, now, &old[0], &old[1]);
    StoreValue p[] = {
        STORE_S(token_hash(a, ret->token)), STORE_S(ret->id), STORE_S(login), STORE_S(ret->csrf), STORE_S(device),
        STORE_S(str_from_c(BY[by])),        STORE_I(now.ms)};
    FlowStatement list[] = {
        {"DELETE FROM signed_in WHERE made <= $1 OR used <= $2", old, N(old)},
        {"INSERT INTO signed_in (token, id, account, csrf, device, means, made, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
         p, N(p)}};
    return flow_exec(f, list, N(list), err);
}

bool session_sign_in(const Flow *f, Arena *a, Str login, Str password, Instant now, Session *ret, Err *err)
{
    return secret_check(f, a, login, password, now, err) &&
           session_begin(f, a, login, SESSION_BY_PASSWORD, STR(""), now, ret, err);
}

bool session_open(const Flow *f, Arena *a, Str login, Instant now, Session *ret, Err *err)
{
    return session_begin(f, a, login, SESSION_BY_DEMO, STR(""), now, ret, err);
}

/* To the minute, so that reading pages does not write at every one. A store that cannot write now still lets read. */
static void note_use(const Flow *f, Str hash, int64_t used, Instant now)
{
    Err none;
    StoreValue p[] = {STORE_S(hash), STORE_I(now.ms)};
    FlowStatement w = {"UPDATE signed_in SET used = $2 WHERE token = $1", p, N(p)};
    if (now.ms - used >= MINUTE_MS && !flow_exec(f, &w, 1, &none)) {
        return;
    }
}

bool session_find(const Flow *f, Arena *a, Str token, Instant now, Session *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(token_hash(a, token)), STORE_I(0), STORE_I(0)};
    ended_before(f, now, &p[1], &p[2]);
    if (!store_query(
            f->store, a,
            "SELECT account, csrf, id, means, made, used FROM signed_in WHERE token = $1 AND made > $2 AND used > $3",
            p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_SIGNED_IN, "%s", err_plain(NOT_SIGNED_IN));
    }
    const StoreValue *c = rows.cells;
    *ret = (Session){
        .token = token, .account = c[0].s, .csrf = c[1].s, .id = c[2].s, .by = by_of(c[3].s), .made = {c[4].i}};
    note_use(f, p[0].s, c[5].i, now);
    return flow_caller(f, a, ret->account, &ret->caller, &ret->scheme, err);
}

bool session_close(const Flow *f, Arena *a, Str token, Err *err)
{
    StoreValue p[] = {STORE_S(token_hash(a, token))};
    FlowStatement w = {"DELETE FROM signed_in WHERE token = $1", p, N(p)};
    return flow_exec(f, &w, 1, err);
}

bool session_is_fresh(const Flow *f, const Session *s, Instant now)
{
    return now.ms - s->made.ms <= flow_access(f)->fresh_minutes * MINUTE_MS;
}

bool session_list(const Flow *f, Arena *a, Str account, Instant now, SessionRow **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(0), STORE_I(0)};
    ended_before(f, now, &p[1], &p[2]);
    if (!store_query(
            f->store, a,
            "SELECT id, device, means, made, used FROM signed_in WHERE account = $1 AND made > $2 AND used > $3"
            " ORDER BY used DESC, made DESC, id LIMIT 100",
            p, N(p), &rows, err)) {
        return false;
    }
    *ret = ARENA_ARRAY(a, SessionRow, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        (*ret)[i] =
            (SessionRow){.id = c[0].s, .device = c[1].s, .by = by_of(c[2].s), .made = {c[3].i}, .used = {c[4].i}};
    }
    return true;
}

bool session_end(const Flow *f, Arena *a, Str account, Str id, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_S(id)};
    if (!store_query(f->store, a, "SELECT id FROM signed_in WHERE account = $1 AND id = $2", p, N(p), &rows, err)) {
        return false;
    }
    FlowStatement w = {"DELETE FROM signed_in WHERE account = $1 AND id = $2", p, N(p)};
    return rows.row_count > 0 ? flow_exec(f, &w, 1, err) : err_set(err, NOT_FOUND, "This session has ended already.");
}

bool session_end_others(const Flow *f, Str account, Str but, Err *err)
{
    StoreValue p[] = {STORE_S(account), STORE_S(but)};
    FlowStatement w = {"DELETE FROM signed_in WHERE account = $1 AND id <> $2", p, N(p)};
    return flow_exec(f, &w, 1, err);
}
