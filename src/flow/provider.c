/* provider.c: see provider.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "provider.h"

#define N(params) COUNT_OF(params)
enum { RANDOM_BYTES = 32, LINKS_MOST = 100000 };

bool provider_prepare(Store *s, Err *err)
{
    return store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS provider_asks (state TEXT PRIMARY KEY, browser TEXT NOT NULL, nonce TEXT NOT NULL,"
               " verifier TEXT NOT NULL, next TEXT NOT NULL, asked BIGINT NOT NULL, ends BIGINT NOT NULL)",
               NULL, 0, err) &&
           store_exec(
               s,
               "CREATE TABLE IF NOT EXISTS provider_links (issuer TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT NULL,"
               " made BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (issuer, subject))",
               NULL, 0, err) &&
           store_exec(s, "CREATE INDEX IF NOT EXISTS provider_links_account ON provider_links (account)", NULL, 0, err);
}

/* ---- Questions ---- */

static Str hidden(Arena *a, Str secret)
{
    Hash h = hash_of(secret);
    return hex_print(a, HASH_STR(h));
}

Str provider_challenge(Arena *a, Str verifier)
{
    Hash h = hash_of(verifier);
    return base64url_print(a, HASH_STR(h));
}

bool provider_ask(const Flow *f, Arena *a, Str browser, Str next, Instant now, ProviderAsk *ret, Err *err)
{
    *ret = (ProviderAsk){random_text(a, RANDOM_BYTES), random_text(a, RANDOM_BYTES), random_text(a, RANDOM_BYTES), next,
                         now};
    StoreValue old[] = {STORE_I(now.ms)};
    StoreValue p[] = {STORE_S(hidden(a, ret->state)),
                      STORE_S(hidden(a, browser)),
                      STORE_S(ret->nonce),
                      STORE_S(ret->verifier),
                      STORE_S(next),
                      STORE_I(now.ms),
                      STORE_I(now.ms + flow_access(f)->challenge_seconds * 1000)};
    FlowStatement list[] = {
        {"DELETE FROM provider_asks WHERE ends < $1", old, N(old)},
        {"INSERT INTO provider_asks (state, browser, nonce, verifier, next, asked, ends) VALUES ($1, $2, $3, $4, $5, $6, $7)",
         p, N(p)}};
    return browser.len > 0 ? flow_exec(f, list, N(list), err) : err_set(err, STALE_FORM, "%s", err_plain(STALE_FORM));
}

typedef struct {
    Arena *a;
    Str state, browser;
    Instant now;
    ProviderAsk *ret;
} Taking;

static bool take_in(const Flow *in, void *host, Err *err)
{
    Taking *t = host;
    StoreRows rows;
    StoreValue p[] = {STORE_S(hidden(t->a, t->state)), STORE_S(hidden(t->a, t->browser)), STORE_I(t->now.ms)};
    if (!store_query(
            in->store, t->a,
            "SELECT nonce, verifier, next, asked FROM provider_asks WHERE state = $1 AND browser = $2 AND ends >= $3",
            p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, STALE_FORM, "Nothing was asked that this answers.");
    }
    const StoreValue *c = rows.cells;
    *t->ret = (ProviderAsk){t->state, c[0].s, c[1].s, c[2].s, {c[3].i}};
    return store_exec(in->store, "DELETE FROM provider_asks WHERE state = $1", p, 1, err);
}

bool provider_take(const Flow *f, Arena *a, Str state, Str browser, Instant now, ProviderAsk *ret, Err *err)
{
    Taking t = {a, state, browser, now, ret};
    return flow_write(f, take_in, &t, err);
}

/* ---- Links ---- */

bool provider_account(const Flow *f, Arena *a, Str issuer, Str subject, Instant now, Str *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(issuer), STORE_S(subject)};
    if (!store_query(f->store, a, "SELECT account FROM provider_links WHERE issuer = $1 AND subject = $2", p, N(p),
                     &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_SIGNED_IN, "Nobody here is linked with this person.");
    }
    *ret = rows.cells[0].s;
    StoreValue used[] = {p[0], p[1], STORE_I(now.ms)};
    FlowStatement w = {"UPDATE provider_links SET used = $3 WHERE issuer = $1 AND subject = $2", used, N(used)};
    return flow_exec(f, &w, 1, err);
}

typedef struct {
    Arena *a;
    Str by, scheme;
    const ProviderLink *link;
    Instant now;
} Linking;

/* Who the person is there never comes into the log, from which nothing can be taken back; that an account was linked,
 * at which provider, does. */
static bool record(const Flow *in, const Linking *l, const char *what, Err *err)
{
    Arena *a = l->a;
    const Scheme *s = flow_scheme(in, l->scheme);
    Json *data = json_new_object(a);
    json_set(a, data, STR("account"), json_new_str(a, l->link->account));
    json_set(a, data, STR("issuer"), json_new_str(a, l->link->issuer));
    Json *said =
        json_set(a, json_set(a, data, STR("public"), json_new_object(a)), str_from_c(what), json_new_object(a));
    json_set(a, said, STR("account"), json_new_str(a, hidden(a, l->link->account)));
    json_set(a, said, STR("issuer"), json_new_str(a, l->link->issuer));
    Event e = {.scheme = l->scheme,
               .stream = STR("access"),
               .type = str_printf(a, "account.%s", what),
               .at = l->now,
               .day = instant_day(l->now, s ? scheme_utc_offset(s) : 0),
               .actor = l->by,
               .data = data};
    e.version = store_version_of(in->store, e.stream) + 1;
    return store_append(in->store, a, &e, 1, err);
}

static bool link_in(const Flow *in, void *host, Err *err)
{
    const Linking *l = host;
    StoreValue p[] = {STORE_S(l->link->issuer), STORE_S(l->link->subject), STORE_S(l->link->account),
                      STORE_I(l->now.ms)};
    if (!store_exec(in->store,
                    "INSERT INTO provider_links (issuer, subject, account, made, used) VALUES ($1, $2, $3, $4, 0)", p,
                    N(p), err)) {
        return store_was_duplicate(in->store) &&
               err_set(err, ALREADY_EXISTS, "This person there is linked with an account already.");
    }
    return record(in, l, "login_linked", err);
}

bool provider_link(const Flow *f, Arena *a, Str by, const ProviderLink *link, Instant now, Err *err)
{
    Caller who;
    Linking l = {.a = a, .by = by, .link = link, .now = now};
    if (link->issuer.len == 0 || link->subject.len == 0) {
        return err_set(err, BAD_REQUEST, "A link names issuer and subject.");
    }
    return flow_caller(f, a, link->account, &who, &l.scheme, err) && flow_write(f, link_in, &l, err);
}

static bool unlink_in(const Flow *in, void *host, Err *err)
{
    const Linking *l = host;
    StoreRows rows;
    StoreValue p[] = {STORE_S(l->link->issuer), STORE_S(l->link->subject), STORE_S(l->link->account)};
    if (!store_query(in->store, l->a,
                     "SELECT 1 FROM provider_links WHERE issuer = $1 AND subject = $2 AND account = $3", p, N(p), &rows,
                     err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_FOUND, "This account has no such link.");
    }
    return store_exec(in->store, "DELETE FROM provider_links WHERE issuer = $1 AND subject = $2", p, 2, err) &&
           store_exec(in->store, "DELETE FROM signed_in WHERE account = $1 AND means = 'provider'", &p[2], 1, err) &&
           record(in, l, "login_unlinked", err);
}

/* Also of an account that was closed: then under the scheme of who does it. */
bool provider_unlink(const Flow *f, Arena *a, Str by, const ProviderLink *link, Instant now, Err *err)
{
    Caller who;
    Err none;
    Linking l = {.a = a, .by = by, .link = link, .now = now};
    return (flow_caller(f, a, link->account, &who, &l.scheme, &none) || flow_caller(f, a, by, &who, &l.scheme, err)) &&
           flow_write(f, unlink_in, &l, err);
}

bool provider_links(const Flow *f, Arena *a, Str account, ProviderLink **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(LINKS_MOST)};
    if (!store_query(f->store, a,
                     "SELECT account, issuer, subject, made, used FROM provider_links WHERE $1 = '' OR account = $1"
                     " ORDER BY account, made, subject LIMIT $2",
                     p, N(p), &rows, err)) {
        return false;
    }
    *ret = ARENA_ARRAY(a, ProviderLink, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        (*ret)[i] = (ProviderLink){c[0].s, c[1].s, c[2].s, {c[3].i}, {c[4].i}};
    }
    return true;
}
