/* sign.c: see sign.h. Writing, asking and checking one; sign_verify.c walks the log.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sign.h"

#include "project/project.h"

#define N(params) COUNT_OF(params)
enum { MAX_FORM = 4 * 1024 * 1024 };

static Json *text(Arena *a, Str s)
{
    return json_new_str(a, s);
}

static Json *hashed(Arena *a, Str s)
{
    Hash h = hash_of(s);
    return json_new_str(a, hex_print(a, HASH_STR(h)));
}

/* ---- Keys and the requirement, in the log ---- */

static bool append(const Flow *in, Arena *a, Str scheme, Str account, const char *type, Json *data, Instant now,
                   Err *err)
{
    const Scheme *s = flow_scheme(in, scheme);
    Event e = {.scheme = scheme,
               .stream = STR("signing"),
               .type = str_from_c(type),
               .at = now,
               .day = instant_day(now, s ? scheme_utc_offset(s) : 0),
               .actor = account,
               .data = data};
    e.version = store_version_of(in->store, e.stream) + 1;
    return store_append(in->store, a, &e, 1, err) && project_apply(in->store, a, &e, NULL, err);
}

bool sign_add_key(const Flow *in, Arena *a, Str scheme, Str account, const Passkey *key, Str rp_id, Instant now,
                  Err *err)
{
    Json *data = json_new_object(a);
    json_set(a, data, STR("account"), text(a, account));
    Json *said =
        json_set(a, json_set(a, data, STR("public"), json_new_object(a)), STR("key_added"), json_new_object(a));
    json_set(a, said, STR("account"), hashed(a, account));
    json_set(a, said, STR("id"), text(a, key->id));
    json_set(a, said, STR("alg"), json_new_int(a, key->alg));
    json_set(a, said, STR("key"), text(a, key->key));
    json_set(a, said, STR("rp_id"), text(a, rp_id));
    return append(in, a, scheme, account, "account.key_added", data, now, err);
}

bool sign_remove_key(const Flow *in, Arena *a, Str scheme, Str account, Str id, Instant now, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id), STORE_S(account)};
    if (!store_query(in->store, a, "SELECT 1 FROM signing_keys WHERE id = $1 AND account = $2 AND removed = 0", p, N(p),
                     &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return true;
    }
    Json *data = json_new_object(a);
    json_set(a, data, STR("account"), text(a, account));
    Json *said =
        json_set(a, json_set(a, data, STR("public"), json_new_object(a)), STR("key_removed"), json_new_object(a));
    json_set(a, said, STR("id"), text(a, id));
    return append(in, a, scheme, account, "account.key_removed", data, now, err);
}

bool sign_keys(Store *s, Arena *a, Str account, SignKey **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account)};
    if (!store_query(s, a, "SELECT id, rp_id FROM signing_keys WHERE account = $1 AND removed = 0 ORDER BY added", p,
                     N(p), &rows, err)) {
        return false;
    }
    *ret = ARENA_ARRAY(a, SignKey, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        (*ret)[i] = (SignKey){c[0].s, c[1].s};
    }
    return true;
}

static void add_name(Arena *a, Json *list, Str name)
{
    if (name.len > 0 && !json_has_text(list, name)) {
        json_push(a, list, text(a, name));
    }
}

/* Every event that a signed step of the scheme can make: granted, refused, and the proposal where two people sign. */
static Json *events_of(Arena *a, const Scheme *s)
{
    Json *list = json_new_array(a);
    const SchemeType *types;
    size_t count = scheme_types(s, &types);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].step_count; k++) {
            const SchemeStep *step = &types[i].steps[k];
            if (!step->sign) {
                continue;
            }
            add_name(a, list, step->event);
            bool says_refused = false;
            for (size_t m = 0; m < step->outcome_count; m++) {
                add_name(a, list, step->outcomes[m].event);
                says_refused = says_refused || str_eq(step->outcomes[m].outcome, STR("refused"));
            }
            add_name(a, list,
                     step->model.len > 0 && !says_refused ? str_printf(a, "%.*s.refused", STR_ARG(step->name))
                                                          : STR(""));
            add_name(a, list, step->two_people ? str_printf(a, "%.*s.proposed", STR_ARG(step->name)) : STR(""));
        }
    }
    return list;
}

typedef struct {
    Arena *a;
    const Scheme *s;
    Str account;
    Json *events;
    Instant now;
} Requiring;

static bool require_in(const Flow *in, void *host, Err *err)
{
    Requiring *r = host;
    StoreRows rows;
    Json *data = json_new_object(r->a), *fresh = json_new_array(r->a);
    for (size_t i = 0; i < r->events->count; i++) {
        StoreValue p[] = {STORE_S(json_text(r->events->items[i]))};
        if (!store_query(in->store, r->a, "SELECT 1 FROM signing_events WHERE event = $1", p, N(p), &rows, err)) {
            return false;
        }
        if (rows.row_count == 0) {
            json_push(r->a, fresh, r->events->items[i]);
        }
    }
    json_set(r->a, json_set(r->a, data, STR("public"), json_new_object(r->a)), STR("must_be_signed"), fresh);
    return fresh->count == 0 || append(in, r->a, scheme_id(r->s), r->account, "signing.required", data, r->now, err);
}

bool sign_require(const Flow *f, Arena *a, const Scheme *s, Str account, Instant now, Json **ret, Err *err)
{
    Requiring r = {a, s, account, events_of(a, s), now};
    *ret = r.events;
    if (r.events->count == 0) {
        return err_set(err, WRONG_STATE, "No step of the scheme %.*s is marked to be signed.", STR_ARG(scheme_id(s)));
    }
    return flow_write(f, require_in, &r, err);
}

/* ---- One step ---- */

Json *sign_statement(Arena *a, const CommandInput *in, const CommandPlan *plan)
{
    static const char *const SUFFIX[] = {
        [COMMAND_PLAIN] = "", [COMMAND_CONFIRM] = "/confirm", [COMMAND_REJECT] = "/reject"};
    const Json *form = in->mode == COMMAND_PLAIN ? in->command->form : json_get(in->row->pending, "form");
    Buf b = buf_new(a, MAX_FORM);
    json_canonical(&b, a, form ? form : json_new_object(a));
    Json *j = json_new_object(a);
    json_set(a, j, STR("account"), hashed(a, in->caller->account));
    json_set(a, j, STR("case"), hashed(a, in->row->id));
    json_set(a, j, STR("event"), text(a, plan->events[0].type));
    json_set(a, j, STR("form"), hashed(a, buf_ok(&b) ? buf_str(&b) : STR("")));
    json_set(a, j, STR("scheme"), text(a, scheme_id(in->scheme)));
    json_set(a, j, STR("step"), text(a, str_printf(a, "%.*s%s", STR_ARG(in->step->name), SUFFIX[in->mode])));
    json_set(a, j, STR("version"), json_new_int(a, in->row->version));
    return j;
}

Str sign_challenge(Arena *a, const Json *statement)
{
    Buf b = buf_new(a, MAX_FORM);
    json_canonical(&b, a, statement);
    check_that(buf_ok(&b));
    Hash h = hash_of(buf_str(&b));
    return base64url_print(a, HASH_STR(h));
}

bool sign_is_needed(Store *s, Arena *a, const CommandInput *in, const CommandPlan *plan, bool *ret, Err *err)
{
    StoreRows rows;
    SignKey *keys;
    size_t count;
    *ret = false;
    if (plan->count == 0) {
        return true;
    }
    StoreValue p[] = {STORE_S(plan->events[0].type)};
    if (!store_query_kept(s, a, "SELECT 1 FROM signing_events WHERE event = $1", p, N(p), 0, &rows, err)) {
        return false;
    }
    if (rows.row_count > 0) {
        return *ret = true;
    }
    if (!in->step->sign || in->mode == COMMAND_REJECT) {
        return true;
    }
    if (!sign_keys(s, a, in->caller->account, &keys, &count, err)) {
        return false;
    }
    *ret = count > 0;
    return true;
}

bool sign_step_is_needed(Store *s, Arena *a, const SchemeStep *step, Str account, bool *ret, Err *err)
{
    SignKey *keys;
    size_t count;
    *ret = false;
    for (size_t i = 0; step->sign && i <= step->outcome_count; i++) {
        StoreRows rows;
        StoreValue p[] = {STORE_S(i < step->outcome_count ? step->outcomes[i].event : step->event)};
        if (!store_query(s, a, "SELECT 1 FROM signing_events WHERE event = $1", p, N(p), &rows, err)) {
            return false;
        }
        if (rows.row_count > 0) {
            return *ret = true;
        }
    }
    if (!step->sign) {
        return true;
    }
    if (!sign_keys(s, a, account, &keys, &count, err)) {
        return false;
    }
    *ret = count > 0;
    return true;
}

/* The key by which the command says it is signed, if it is one of the caller's. */
static bool find_key(Store *s, Arena *a, Str account, Str id, Passkey *ret, Str *ret_rp, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id), STORE_S(account)};
    if (!store_query(s, a, "SELECT alg, key, rp_id FROM signing_keys WHERE id = $1 AND account = $2 AND removed = 0", p,
                     N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, BAD_SIGNATURE, "This is no key of yours that stands in the log.");
    }
    *ret = (Passkey){.id = id, .alg = rows.cells[0].i, .key = rows.cells[1].s};
    *ret_rp = rows.cells[2].s;
    return true;
}

static void put_signature(Arena *a, Event *e, const Json *signature, Json *statement)
{
    static const char *const PARTS[] = {"key", "client_data", "authenticator_data", "signature"};
    Json *shared = json_get(e->data, "public");
    shared = shared ? shared : json_set(a, e->data, STR("public"), json_new_object(a));
    Json *said = json_set(a, shared, STR("signed"), json_new_object(a));
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        json_set(a, said, str_from_c(PARTS[i]), text(a, json_text_at(signature, PARTS[i])));
    }
    json_set(a, said, STR("statement"), statement);
}

bool sign_take(Store *s, Arena *a, const CommandInput *in, CommandPlan *plan, Err *err)
{
    bool needed;
    int64_t count;
    Passkey key;
    PasskeyWant want = {.origin = in->command->origin};
    const Json *signature = in->command->signature;
    if (!sign_is_needed(s, a, in, plan, &needed, err)) {
        return false;
    }
    if (!needed) {
        return true;
    }
    if (in->row == NULL || signature == NULL) {
        return err_set(err, NEEDS_SIGNATURE, "%s", err_plain(NEEDS_SIGNATURE));
    }
    if (!find_key(s, a, in->caller->account, json_text_at(signature, "key"), &key, &want.rp_id, err)) {
        return false;
    }
    Json *statement = sign_statement(a, in, plan);
    want.challenge = sign_challenge(a, statement);
    if (!passkey_check(a, &want, &key, signature, &count, err)) {
        return false;
    }
    put_signature(a, &plan->events[0], signature, statement);
    return true;
}
