/* passkey.c: see passkey.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passkey.h"

#include "sign.h"

#define N(params) COUNT_OF(params)
enum { CHALLENGE_BYTES = 32, NAME_MOST = 100 };

bool passkey_prepare(Store *s, Err *err)
{
    return store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS passkeys (id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, alg BIGINT NOT"
               " NULL, key TEXT NOT NULL, count BIGINT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL)",
               NULL, 0, err) &&
           store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS challenges (challenge TEXT PRIMARY KEY, account TEXT NOT NULL, ends BIGINT NOT NULL)",
               NULL, 0, err);
}

bool passkey_ask(const Flow *f, Arena *a, Str account, Instant now, Str *ret_challenge, Err *err)
{
    *ret_challenge = random_text(a, CHALLENGE_BYTES);
    StoreValue old[] = {STORE_I(now.ms)};
    StoreValue p[] = {STORE_S(*ret_challenge), STORE_S(account),
                      STORE_I(now.ms + flow_access(f)->challenge_seconds * 1000)};
    FlowStatement list[] = {{"DELETE FROM challenges WHERE ends < $1", old, N(old)},
                            {"INSERT INTO challenges (challenge, account, ends) VALUES ($1, $2, $3)", p, N(p)}};
    return flow_exec(f, list, N(list), err);
}

/* The challenge that the browser says it answers; whether it was ours is seen when it is used up. */
static Str answered(Arena *a, const Json *answer)
{
    Json *j;
    Err none;
    Str client;
    bool ok = base64url_parse(a, json_text_at(answer, "client_data"), &client) && json_parse(a, client, &j, &none);
    return ok ? json_text_at(j, "challenge") : STR("");
}

typedef struct {
    Arena *a;
    Str account, scheme, name, *ret_account;
    PasskeyWant *want;
    const Json *answer;
    Instant now;
    Err fault; /* of an answer that does not fit: the challenge is used up all the same */
} Answering;

static bool use_challenge(const Flow *in, const Answering *n, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(n->want->challenge), STORE_S(n->account), STORE_I(n->now.ms)};
    if (!store_query(in->store, n->a, "SELECT 1 FROM challenges WHERE challenge = $1 AND account = $2 AND ends >= $3",
                     p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, BAD_SIGNATURE, "This passkey answers nothing that was asked lately.");
    }
    return store_exec(in->store, "DELETE FROM challenges WHERE challenge = $1", p, 1, err);
}

static bool add_in(const Flow *in, void *host, Err *err)
{
    Answering *n = host;
    Passkey key;
    if (!use_challenge(in, n, err)) {
        return false;
    }
    if (!passkey_read(n->a, n->want, n->answer, &key, &n->fault)) {
        return true;
    }
    StoreValue p[] = {STORE_S(key.id),  STORE_S(n->account), STORE_S(n->name),  STORE_I(key.alg),
                      STORE_S(key.key), STORE_I(key.count),  STORE_I(n->now.ms)};
    if (!store_exec(
            in->store,
            "INSERT INTO passkeys (id, account, name, alg, key, count, made, used) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
            p, N(p), err)) {
        return store_was_duplicate(in->store) && err_set(err, ALREADY_EXISTS, "%s", err_plain(ALREADY_EXISTS));
    }
    return n->scheme.len == 0 || sign_add_key(in, n->a, n->scheme, n->account, &key, n->want->rp_id, n->now, err);
}

bool passkey_add(const Flow *f, Arena *a, Str account, Str scheme, Str name, PasskeyWant *want, const Json *answer,
                 Instant now, Err *err)
{
    Answering n = {.a = a,
                   .account = account,
                   .scheme = scheme,
                   .name = str_sub(name, 0, NAME_MOST),
                   .want = want,
                   .answer = answer,
                   .now = now};
    want->challenge = answered(a, answer);
    if (!flow_write(f, add_in, &n, err)) {
        return false;
    }
    if (n.fault.code != OK) {
        *err = n.fault;
    }
    return n.fault.code == OK;
}

static bool sign_in_in(const Flow *in, void *host, Err *err)
{
    Answering *n = host;
    StoreRows rows;
    int64_t count;
    StoreValue id[] = {STORE_S(json_text_at(n->answer, "id"))};
    if (!use_challenge(in, n, err) ||
        !store_query(in->store, n->a, "SELECT account, alg, key, count FROM passkeys WHERE id = $1", id, N(id), &rows,
                     err)) {
        return false;
    }
    if (rows.row_count == 0) {
        err_set(&n->fault, NOT_SIGNED_IN, "This passkey is not known here.");
        return true;
    }
    const StoreValue *c = rows.cells;
    Passkey key = {.id = id[0].s, .alg = c[1].i, .key = c[2].s, .count = c[3].i};
    if (!passkey_check(n->a, n->want, &key, n->answer, &count, &n->fault)) {
        return true;
    }
    *n->ret_account = c[0].s;
    StoreValue p[] = {STORE_S(key.id), STORE_I(count), STORE_I(n->now.ms)};
    return store_exec(in->store, "UPDATE passkeys SET count = $2, used = $3 WHERE id = $1", p, N(p), err);
}

bool passkey_sign_in(const Flow *f, Arena *a, PasskeyWant *want, const Json *answer, Instant now, Str *ret_account,
                     Err *err)
{
    Answering n = {.a = a, .account = STR(""), .want = want, .answer = answer, .now = now, .ret_account = ret_account};
    want->challenge = answered(a, answer);
    if (!flow_write(f, sign_in_in, &n, err)) {
        return false;
    }
    if (n.fault.code != OK) {
        *err = n.fault;
    }
    return n.fault.code == OK;
}

bool passkey_list(const Flow *f, Arena *a, Str account, PasskeyRow **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account)};
    if (!store_query(f->store, a,
                     "SELECT id, name, made, used FROM passkeys WHERE account = $1 ORDER BY made, id LIMIT 50", p, N(p),
                     &rows, err)) {
        return false;
    }
    *ret = ARENA_ARRAY(a, PasskeyRow, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        (*ret)[i] = (PasskeyRow){c[0].s, c[1].s, {c[2].i}, {c[3].i}};
    }
    return true;
}

typedef struct {
    Arena *a;
    Str account, scheme, id;
    Instant now;
} Dropping;

static bool drop_in(const Flow *in, void *host, Err *err)
{
    const Dropping *d = host;
    StoreValue p[] = {STORE_S(d->account), STORE_S(d->id)};
    return store_exec(in->store, "DELETE FROM passkeys WHERE account = $1 AND id = $2", p, N(p), err) &&
           sign_remove_key(in, d->a, d->scheme, d->account, d->id, d->now, err);
}

bool passkey_drop(const Flow *f, Arena *a, Str account, Str scheme, Str id, Instant now, Err *err)
{
    Dropping d = {a, account, scheme, id, now};
    return flow_write(f, drop_in, &d, err);
}
