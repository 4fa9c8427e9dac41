/* webhook.c: subscriptions, what waits for them, and one delivery. Secrets are derived from the store's key and stand
 * nowhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "webhook.h"

#include "base/hash.h"
#include "doc/hook.h"
#include "flow/reach.h"
#include "notice_int.h"

#define N(params) COUNT_OF(params)
#define COLUMNS "id, scheme, account, url, events, state, from_seq, made"
enum { MOST_HOOKS = 10, MOST_LISTED = 50, MAX_BODY = 16 * 1024, MAX_EVENTS = 64 * 1024, LONGEST_URL = 500 };

bool webhook_may(const Scheme *s, const Caller *caller)
{
    const Json *roles = json_path(scheme_info(s), "webhooks.roles");
    for (size_t i = 0; caller != NULL && i < caller->role_count; i++) {
        if (json_has_text(roles, caller->roles[i])) {
            return true;
        }
    }
    return false;
}

/* ---- Secrets ---- */

static bool secrets_of(Store *s, Arena *a, Str id, Hash *ret_secret, Hash *ret_seed, Err *err)
{
    return store_secret(s, str_printf(a, "webhook/%.*s/hmac", STR_ARG(id)), ret_secret, err) &&
           store_secret(s, str_printf(a, "webhook/%.*s/ed25519", STR_ARG(id)), ret_seed, err);
}

/* ---- Subscriptions ---- */

static bool is_address(Str url, bool allows_http)
{
    Str secure = STR("https://"), plain = STR("http://");
    size_t start = str_starts(url, secure) ? secure.len : allows_http && str_starts(url, plain) ? plain.len : 0;
    bool ok = start > 0 && url.len > start + 2 && url.len <= LONGEST_URL;
    for (size_t i = start; ok && i < url.len; i++) {
        unsigned char c = (unsigned char)url.ptr[i];
        ok = c > 0x20 && c < 0x7F && c != '@' && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
    }
    return ok;
}

static bool check_events(const Scheme *s, const Json *events, Err *err)
{
    for (size_t i = 0; i < json_count(events); i++) {
        if (!scheme_has_event(s, json_text(events->items[i]))) {
            return err_field(err, FIELD_CHOICE, "events", "%s", err_plain(FIELD_CHOICE));
        }
    }
    return true;
}

typedef struct {
    Arena *a;
    Str id, scheme, account, url, events;
    Instant now;
} Fresh;

static bool add_in(const Flow *in, void *host, Err *err)
{
    const Fresh *x = host;
    StoreRows rows;
    StoreValue own[] = {STORE_S(x->account)};
    if (!store_query(in->store, x->a, "SELECT COUNT(*) FROM webhooks WHERE account = $1", own, N(own), &rows, err)) {
        return false;
    }
    if (rows.cells[0].i >= MOST_HOOKS) {
        return err_field(err, FIELD_RANGE, "url", "An account has at most %d webhooks.", MOST_HOOKS);
    }
    StoreValue p[] = {STORE_S(x->id),    STORE_S(x->scheme), STORE_S(x->account),
                      STORE_S(x->url),   STORE_S(x->events), STORE_I(store_size(in->store)),
                      STORE_I(x->now.ms)};
    return store_exec(in->store, "INSERT INTO webhooks (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, 'active', $6, $7)", p,
                      N(p), err);
}

bool webhook_add(const Flow *f, Arena *a, const Scheme *s, Str account, Str url, const Json *events, Instant now,
                 Str *ret_id, Err *err)
{
    NoticeConfig config;
    if (!notice_config(a, &config, err)) {
        return false;
    }
    if (!is_address(url, config.hooks_private)) {
        return err_field(err, FIELD_FORMAT, "url", "%s", err_plain(FIELD_FORMAT));
    }
    if (!check_events(s, events, err)) {
        return false;
    }
    Buf b = buf_new(a, MAX_EVENTS);
    json_write(&b, events != NULL ? events : json_new_array(a));
    if (!buf_ok(&b)) {
        return err_field(err, TOO_LARGE, "events", "%s", err_plain(TOO_LARGE));
    }
    Hash h = hash_of(str_printf(a, "%.*s %.*s %lld", STR_ARG(account), STR_ARG(url), (long long)now.ms));
    Fresh x = {a, str_sub(hex_print(a, HASH_STR(h)), 0, 24), scheme_id(s), account, url, buf_str(&b), now};
    *ret_id = x.id;
    return flow_write(f, add_in, &x, err);
}

static bool read_hook(Store *s, Arena *a, const StoreValue *c, Webhook *w, Err *err)
{
    Hash secret, seed;
    *w = (Webhook){.id = c[0].s,
                   .scheme = c[1].s,
                   .account = c[2].s,
                   .url = c[3].s,
                   .state = c[5].s,
                   .from_seq = c[6].i,
                   .made = {c[7].i}};
    if (!json_parse(a, c[4].s, &w->events, err) || !secrets_of(s, a, w->id, &secret, &seed, err)) {
        return false;
    }
    w->secret = hook_secret_text(a, &secret);
    w->public_key = hook_public_key_text(a, &seed);
    return true;
}

static bool read_hooks(Store *s, Arena *a, const StoreRows *rows, Webhook **ret, size_t *ret_count, Err *err)
{
    *ret = ARENA_ARRAY(a, Webhook, rows->row_count + 1);
    *ret_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++) {
        if (!read_hook(s, a, &rows->cells[i * rows->column_count], &(*ret)[i], err)) {
            return false;
        }
    }
    return true;
}

bool webhook_list(Store *s, Arena *a, Str account, Webhook **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account)};
    return store_query(s, a, "SELECT " COLUMNS " FROM webhooks WHERE account = $1 ORDER BY made DESC, id", p, N(p),
                       &rows, err) &&
           read_hooks(s, a, &rows, ret, ret_count, err);
}

bool webhook_find(Store *s, Arena *a, Str account, Str id, Webhook *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_S(id)};
    if (!store_query(s, a, "SELECT " COLUMNS " FROM webhooks WHERE account = $1 AND id = $2", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_FOUND, "There is no such webhook.");
    }
    return read_hook(s, a, rows.cells, ret, err);
}

bool webhook_remove(const Flow *f, Str account, Str id, Err *err)
{
    StoreValue p[] = {STORE_S(account), STORE_S(id)};
    FlowStatement w = {"DELETE FROM webhooks WHERE account = $1 AND id = $2", p, N(p)};
    return flow_exec(f, &w, 1, err);
}

/* ---- Deliveries ---- */

static bool add_delivery(Store *s, Arena *a, Str account, Str about, Instant now, Err *err)
{
    StoreValue p[] = {STORE_S(str_printf(a, "hook:%.*s", STR_ARG(about))), STORE_S(account), STORE_S(about),
                      STORE_I(now.ms)};
    return store_exec(
        s,
        "INSERT INTO outbox (id, channel, account, about, state, attempts, next_at, made, ended, answer) VALUES ($1, 'hook', $2,"
        " $3, 'waiting', 0, $4, $4, 0, '') ON CONFLICT (id) DO NOTHING",
        p, N(p), err);
}

/* The reach of the account as it is now: an officer who changed offices is told of the new one's cases alone. */
static bool reads_case(const Flow *in, Arena *a, const Webhook *w, const Scheme *s, Str case_id, bool *ret, Err *err)
{
    Caller caller;
    Str scheme;
    Err closed;
    const CaseRow *row;
    *ret = false;
    if (!flow_caller(in, a, w->account, &caller, &scheme, &closed)) {
        *err = closed;
        return closed.code == NOT_SIGNED_IN;
    }
    QueryReach reach = flow_reach(a, s, &caller);
    if (!webhook_may(s, &caller)) {
        return true;
    }
    if (!query_case_in(in->store, a, &reach, case_id, &row, err)) {
        return false;
    }
    *ret = row != NULL;
    return true;
}

bool webhook_from_event(const Flow *in, Arena *a, const Scheme *s, const Cause *c, Instant now, Err *err)
{
    StoreRows rows;
    Webhook *hooks;
    size_t count;
    StoreValue p[] = {STORE_S(c->scheme), STORE_I(c->seq)};
    if (!store_query(in->store, a,
                     "SELECT " COLUMNS " FROM webhooks WHERE scheme = $1 AND state = 'active' AND from_seq < $2", p,
                     N(p), &rows, err) ||
        !read_hooks(in->store, a, &rows, &hooks, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool wanted = json_count(hooks[i].events) == 0 || json_has_text(hooks[i].events, c->type), reads;
        if (!wanted) {
            continue;
        }
        if (!reads_case(in, a, &hooks[i], s, c->stream, &reads, err) ||
            (reads && !add_delivery(in->store, a, hooks[i].account,
                                    str_printf(a, "%.*s/%lld", STR_ARG(hooks[i].id), (long long)c->seq), now, err))) {
            return false;
        }
    }
    return true;
}

typedef struct {
    Arena *a;
    Str account, about;
    Instant now;
} Delivery;

static bool test_in(const Flow *in, void *host, Err *err)
{
    const Delivery *d = host;
    return add_delivery(in->store, d->a, d->account, d->about, d->now, err);
}

bool webhook_test(const Flow *f, Arena *a, const Webhook *w, Instant now, Err *err)
{
    Delivery d = {a, w->account, str_printf(a, "%.*s/test-%lld", STR_ARG(w->id), (long long)(now.ms / 1000)), now};
    return flow_write(f, test_in, &d, err);
}

bool webhook_again(const Flow *f, Arena *a, const Webhook *w, Str delivery, Instant now, Err *err)
{
    Str id = str_printf(a, "hook:%.*s/%.*s", STR_ARG(w->id), STR_ARG(delivery));
    StoreValue p[] = {STORE_S(id), STORE_S(w->account), STORE_I(now.ms)};
    FlowStatement s = {
        "UPDATE outbox SET state = 'waiting', attempts = 0, next_at = $3, ended = 0 WHERE id = $1 AND account = $2"
        " AND state <> 'waiting'",
        p, N(p)};
    return flow_exec(f, &s, 1, err);
}

static void put(Arena *a, Json *j, const char *key, Str text)
{
    json_set(a, j, str_from_c(key), json_new_str(a, text));
}

/* "HOOK/12": of event 12; anything else is a test. */
static bool event_of(Str about, Str *ret_name, int64_t *ret_seq)
{
    Str hook;
    *ret_name = about;
    (void)str_cut(ret_name, '/', &hook);
    return str_to_int(*ret_name, ret_seq);
}

bool webhook_deliveries(Store *s, Arena *a, const Webhook *w, Json **ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(w->account), STORE_S(str_printf(a, "hook:%.*s/", STR_ARG(w->id))),
                      STORE_S(str_printf(a, "hook:%.*s0", STR_ARG(w->id))), STORE_I(MOST_LISTED)};
    if (!store_query(
            s, a,
            "SELECT about, state, attempts, made, answer FROM outbox WHERE account = $1 AND id > $2 AND id < $3 ORDER BY made DESC,"
            " id DESC LIMIT $4",
            p, N(p), &rows, err)) {
        return false;
    }
    *ret = json_new_array(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = json_new_object(a);
        Str name;
        int64_t seq;
        Event e;
        Err none;
        bool of_event = event_of(c[0].s, &name, &seq) && query_event(s, a, seq, &e, &none);
        put(a, j, "id", name);
        put(a, j, "type", of_event ? e.type : STR("webhook.test"));
        put(a, j, "case", of_event ? e.stream : STR(""));
        put(a, j, "state", c[1].s);
        json_set(a, j, STR("attempts"), json_new_int(a, c[2].i));
        put(a, j, "at", instant_print(a, (Instant){c[3].i}));
        put(a, j, "answer", c[4].s);
        json_push(a, *ret, j);
    }
    return true;
}

/* ---- Out ---- */

/* What happened and where to ask; what it says is asked for through the API, with the reader's own rights. */
static bool body_of(const Sending *s, const Webhook *w, Str *ret, Err *err)
{
    Json *j = json_new_object(s->a), *data = json_new_object(s->a);
    Str name;
    int64_t seq;
    Event e = {.type = STR("webhook.test"), .at = s->now};
    const CaseRow *row = NULL;
    bool of_event = event_of(s->about, &name, &seq);
    if (of_event &&
        (!query_event(s->flow->store, s->a, seq, &e, err) || !query_case(s->flow->store, s->a, e.stream, &row, err))) {
        return false;
    }
    if (of_event) {
        put(s->a, data, "scheme", e.scheme);
        put(s->a, data, "case", e.stream);
        put(s->a, data, "case_type", row ? row->type : STR(""));
        json_set(s->a, data, STR("seq"), json_new_int(s->a, seq));
        json_set(s->a, data, STR("version"), json_new_int(s->a, e.version));
        put(s->a, data, "day", day_print(s->a, e.day));
        put(s->a, data, "url",
            str_printf(s->a, "%.*s/api/v1/cases/%.*s", STR_ARG(s->config->origin), STR_ARG(e.stream)));
    } else {
        put(s->a, data, "webhook", w->id);
    }
    put(s->a, j, "type", e.type);
    put(s->a, j, "timestamp", instant_print(s->a, e.at));
    json_set(s->a, j, STR("data"), data);
    Buf b = buf_new(s->a, MAX_BODY);
    json_write(&b, j);
    *ret = buf_ok(&b) ? buf_str(&b) : STR("{}");
    return true;
}

static bool set_gone(const Sending *s, Str id, Err *err)
{
    StoreValue p[] = {STORE_S(id)};
    FlowStatement w = {"UPDATE webhooks SET state = 'gone' WHERE id = $1", p, N(p)};
    return flow_exec(s->flow, &w, 1, err);
}

bool webhook_out(const Sending *s, const char **ret_drop, Err *err)
{
    static const int GONE = 410;
    Str rest = s->about, id;
    Webhook w;
    Hash secret, seed;
    int status;
    HookMessage m = {.at = s->now};
    (void)str_cut(&rest, '/', &id);
    *ret_drop = NULL;
    if (!webhook_find(s->flow->store, s->a, s->account, id, &w, err)) {
        *ret_drop = err->code == NOT_FOUND ? "the webhook was removed" : NULL;
        return false;
    }
    if (!str_eq_c(w.state, "active")) {
        *ret_drop = "the receiver said that it is gone";
        return err_set(err, NOT_FOUND, "%s", *ret_drop);
    }
    m.url = w.url;
    m.id = str_printf(s->a, "msg_%.*s", 32, hex_print(s->a, HASH_STR(((Hash[]){hash_of(s->about)})[0])).ptr);
    if (!secrets_of(s->flow->store, s->a, id, &secret, &seed, err) || !body_of(s, &w, &m.body, err)) {
        return false;
    }
    if (hook_send(s->a, &m, &secret, &seed, s->config->hooks_private, &status, err)) {
        return true;
    }
    Err other;
    if (status == GONE && set_gone(s, id, &other)) {
        *ret_drop = "410: the receiver said that it is gone";
    }
    return false;
}
