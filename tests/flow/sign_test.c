/* sign_test.c: steps signed with an officer's own key: what fits, what does not, and what an insider cannot write
 * unseen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <sodium.h>
#include <stdio.h>

#include "base/hash.h"
#include "bulk/bulk.h"
#include "flow/sign.h"
#include "project/project.h"

#define SITE "permits.example"
#define ORIGIN "https://permits.example"

/* An authenticator of the test: one EdDSA key. */
typedef struct {
    Str id;
    unsigned char public_key[32], secret[64];
} Device;

typedef struct {
    World *w;
    Str stay, other;
    Device clerk, clerk2;
} Office;

static Json *b64(Arena *a, Str bytes)
{
    return json_new_str(a, base64url_print(a, bytes));
}

static bool add_in(const Flow *in, void *host, Err *err)
{
    const Office *o = host;
    const Device *both[] = {&o->clerk, &o->clerk2};
    static const char *const WHO[] = {"clerk", "clerk2"};
    for (size_t i = 0; i < 2; i++) {
        Passkey key = {.id = both[i]->id,
                       .alg = -8,
                       .key = base64url_print(o->w->a, (Str){(const char *)both[i]->public_key, 32})};
        if (!sign_add_key(in, o->w->a, STR("tiny"), str_from_c(WHO[i]), &key, STR(SITE), o->w->now, err)) {
            return false;
        }
    }
    return true;
}

/* Two stays that wait for a clerk's permit; no keys yet. */
static Office *new_office(Arena *a)
{
    Office *o = ARENA_NEW(a, Office);
    World *w = o->w = world_new(a, engine_sqlite(a));
    Str *stays;
    check(sodium_init() >= 0);
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", 5);
    world_picker(w, 1, 50);
    world_picker(w, 2, 50);
    world_drawn(w, "farm", grower, season, 2);
    eq_int(world_list(w, "stay", &stays), 2);
    o->stay = stays[0];
    o->other = stays[1];
    o->clerk.id = STR("Y2xlcms");
    o->clerk2.id = STR("Y2xlcmsy");
    crypto_sign_keypair(o->clerk.public_key, o->clerk.secret);
    crypto_sign_keypair(o->clerk2.public_key, o->clerk2.secret);
    return o;
}

static void add_keys(Office *o)
{
    Err err;
    check(flow_write(&o->w->flow, add_in, o, &err));
}

static Json *answer(Arena *a, const Device *d, Str challenge)
{
    Buf data = buf_new(a, 100), both = buf_new(a, 200);
    unsigned char signature[64];
    Hash site = hash_of(STR(SITE));
    Str client = str_printf(a, "{\"type\":\"webauthn.get\",\"challenge\":\"%.*s\",\"origin\":\"" ORIGIN "\"}",
                            STR_ARG(challenge));
    Hash h = hash_of(client);
    buf_add(&data, HASH_STR(site));
    buf_add(&data, (Str){"\x05\0\0\0\0", 5});
    buf_add(&both, buf_str(&data));
    buf_add(&both, HASH_STR(h));
    crypto_sign_detached(signature, NULL, (const unsigned char *)buf_str(&both).ptr, buf_str(&both).len, d->secret);
    Json *j = json_new_object(a);
    json_set(a, j, STR("key"), json_new_str(a, d->id));
    json_set(a, j, STR("client_data"), b64(a, client));
    json_set(a, j, STR("authenticator_data"), b64(a, buf_str(&data)));
    json_set(a, j, STR("signature"), b64(a, (Str){(const char *)signature, sizeof signature}));
    return j;
}

static FlowResult run(Office *o, const char *login, Str stay, const char *form, const Json *signature, FlowMode mode)
{
    World *w = o->w;
    Caller caller = world_caller(w, login);
    Command c = {.scheme = STR("tiny"),
                 .step = STR("stay.permit"),
                 .case_id = stay,
                 .expected_version = -1,
                 .form = world_json(w->a, form),
                 .signature = signature,
                 .origin = STR(ORIGIN)};
    FlowResult r;
    (void)flow_run(&w->flow, flow_new_run(w->a, w->now), &caller, &c, mode, w->now, &r);
    return r;
}

/* What the clerk would sign for this form on this case, signed with the device. */
static Json *signed_for(Office *o, const Device *d, Str stay, const char *form)
{
    FlowResult r = run(o, "clerk", stay, form, NULL, FLOW_DRY);
    check(r.ok);
    Str challenge = json_text(json_path(r.outcome, "sign.challenge"));
    check(challenge.len > 0);
    return answer(o->w->a, d, challenge);
}

static void refused(Office *o, ErrCode code, const char *login, const char *form, const Json *signature)
{
    int64_t before = store_size(o->w->flow.store);
    FlowResult r = run(o, login, o->stay, form, signature, FLOW_RUN);
    check(!r.ok);
    eq_int(r.err.code, code);
    eq_int(store_size(o->w->flow.store), before);
}

static void verifies(Office *o, int64_t bad, const char *why)
{
    Err err;
    int64_t seq;
    const char *said;
    check(sign_verify(o->w->flow.store, &seq, &said, &err));
    eq_int(seq, bad);
    eq_text(str_from_c(said), why);
}

#define FORM "{'months': 3}"

TEST(who_has_a_key_signs_and_the_event_holds_the_signature)
{
    Office *o = new_office(a);
    size_t count;
    check(run(o, "clerk", o->other, FORM, NULL, FLOW_RUN)
              .ok); /* without a key, and where nothing is required, as before */
    add_keys(o);
    refused(o, NEEDS_SIGNATURE, "clerk", FORM, NULL);
    FlowResult r = run(o, "clerk", o->stay, FORM, signed_for(o, &o->clerk, o->stay, FORM), FLOW_RUN);
    check(r.ok);
    Event *e = world_history(o->w, o->stay, &count);
    const Json *said = json_path(e[count - 1].data, "public.signed");
    eq_text(json_text(json_path(said, "statement.event")), "stay.permitted");
    eq_str(json_text_at(said, "key"), o->clerk.id);
    verifies(o, 0, "");
    world_is_sound(o->w);
}

TEST(a_signature_fits_one_key_one_form_one_case_and_one_moment)
{
    Office *o = new_office(a);
    add_keys(o);
    Json *right = signed_for(o, &o->clerk, o->stay, FORM);
    refused(o, BAD_SIGNATURE, "clerk", FORM, signed_for(o, &o->clerk2, o->stay, FORM)); /* a colleague's key */
    Json *mixed = signed_for(o, &o->clerk2, o->stay, FORM);
    json_set(a, mixed, STR("key"), json_new_str(a, o->clerk.id));
    refused(o, BAD_SIGNATURE, "clerk", FORM, mixed); /* called by the own key's name */
    refused(o, BAD_SIGNATURE, "clerk", "{'months': 4}", right);
    refused(o, BAD_SIGNATURE, "clerk", FORM, signed_for(o, &o->clerk, o->other, FORM));
    refused(o, BAD_SIGNATURE, "clerk2", FORM, right);
    Json *old = signed_for(o, &o->clerk, o->other, FORM);
    check(run(o, "clerk", o->other, FORM, old, FLOW_RUN).ok);
    world_do(o->w, "clerk", "stay.end", o->other, STR("{}"));
    FlowResult again = run(o, "clerk", o->other, FORM, old, FLOW_RUN); /* replayed */
    check(!again.ok);
    check(run(o, "clerk", o->stay, FORM, right, FLOW_RUN).ok);
    verifies(o, 0, "");
}

TEST(a_key_that_was_removed_signs_nothing)
{
    Office *o = new_office(a);
    Err err;
    Json *events;
    add_keys(o);
    check(sign_require(&o->w->flow, a, flow_scheme(&o->w->flow, STR("tiny")), STR("admin"), o->w->now, &events, &err));
    Json *right = signed_for(o, &o->clerk, o->stay, FORM);
    World *w = o->w;
    check(store_begin(w->flow.store, &err) &&
          sign_remove_key(&w->flow, a, STR("tiny"), STR("clerk"), o->clerk.id, w->now, &err) &&
          store_commit(w->flow.store, &err));
    refused(o, BAD_SIGNATURE, "clerk", FORM, right);
    refused(o, NEEDS_SIGNATURE, "clerk", FORM, NULL);
    world_is_sound(w);
}

static ErrCode by_sheet(Office *o, const char *login)
{
    World *w = o->w;
    Err err = {0};
    Str id;
    BulkForm form;
    Caller caller = world_caller(w, login);
    check(bulk_form(w->a, flow_scheme(&w->flow, STR("tiny")), &caller, STR("stay.permit"), STR("en"), &form, &err));
    return bulk_add(&w->flow, w->a, &caller, &form, STR("en"), STR("a.csv"), STR("case,months\n"), w->now, &id, &err)
               ? OK
               : err.code;
}

TEST(nobody_signs_a_sheet)
{
    Office *o = new_office(a);
    Err err;
    Json *events;
    eq_int(by_sheet(o, "clerk"), OK); /* nobody has a key, and none is asked for */
    add_keys(o);
    eq_int(by_sheet(o, "clerk"), NEEDS_SIGNATURE);
    World *w = o->w;
    check(store_begin(w->flow.store, &err) &&
          sign_remove_key(&w->flow, a, STR("tiny"), STR("clerk"), o->clerk.id, w->now, &err) &&
          store_commit(w->flow.store, &err));
    eq_int(by_sheet(o, "clerk"), OK);
    check(sign_require(&w->flow, a, flow_scheme(&w->flow, STR("tiny")), STR("admin"), w->now, &events, &err));
    eq_int(by_sheet(o, "clerk"), NEEDS_SIGNATURE); /* the store requires it of everybody */
}

/* Who has the database and the program writes an event of their own, in order as far as the log is mathematics. */
static int64_t insider(Office *o, Json *signature, const char *actor)
{
    World *w = o->w;
    Err err;
    Arena *a = w->a;
    Event e = {.scheme = STR("tiny"),
               .stream = o->stay,
               .version = world_case(w, o->stay)->version + 1,
               .type = STR("stay.permitted"),
               .at = w->now,
               .day = instant_day(w->now, 0),
               .actor = str_from_c(actor),
               .data = json_new_object(a)};
    json_set(a, e.data, STR("type"), json_new_str(a, STR("stay")));
    json_set(a, e.data, STR("to"), json_new_str(a, STR("permitted")));
    if (signature != NULL) {
        json_set(a, json_set(a, e.data, STR("public"), json_new_object(a)), STR("signed"), signature);
    }
    StoreVerify v;
    check(store_begin(w->flow.store, &err) && store_append(w->flow.store, a, &e, 1, &err) &&
          project_apply(w->flow.store, a, &e, NULL, &err) && store_commit(w->flow.store, &err));
    check(store_verify(w->flow.store, &v, &err) && v.first_bad == 0);
    return store_size(w->flow.store);
}

static Office *office_that_must_sign(Arena *a)
{
    Office *o = new_office(a);
    Err err;
    Json *events;
    check(run(o, "clerk", o->other, FORM, NULL, FLOW_RUN).ok); /* from before: nobody asks for its signature later */
    add_keys(o);
    check(sign_require(&o->w->flow, a, flow_scheme(&o->w->flow, STR("tiny")), STR("admin"), o->w->now, &events, &err));
    eq_int((int64_t)json_count(events), 2); /* granted, refused */
    verifies(o, 0, "");
    return o;
}

/* A signature as the event would hold it: over a statement of the insider's choice. */
static Json *forged(Office *o, const Device *d, Str stay, const char *event, int64_t version)
{
    Arena *a = o->w->a;
    Hash account = hash_of(STR("clerk")), id = hash_of(stay);
    Json *statement = json_new_object(a);
    json_set(a, statement, STR("account"), json_new_str(a, hex_print(a, HASH_STR(account))));
    json_set(a, statement, STR("case"), json_new_str(a, hex_print(a, HASH_STR(id))));
    json_set(a, statement, STR("event"), json_new_str_c(a, event));
    json_set(a, statement, STR("scheme"), json_new_str(a, STR("tiny")));
    json_set(a, statement, STR("version"), json_new_int(a, version));
    Json *j = answer(a, d, sign_challenge(a, statement));
    json_set(a, j, STR("statement"), statement);
    return j;
}

/* The outside verifier, on what the log publishes. */
static Str outside(Office *o)
{
    Arena *a = o->w->a;
    Err err;
    Str note;
    if (!engine_shell("python3 --version >/dev/null 2>&1")) {
        return STR("");
    }
    Str folder = str_printf(a, "%.*s.public", STR_ARG(o->w->url));
    check(store_checkpoint(o->w->flow.store, a, o->w->now, &note, &err) &&
          store_export(o->w->flow.store, a, folder, &err));
    Str call = str_printf(a, "python3 tests/verifier/verify_log.py log '%.*s' '%.*s' > '%.*s/said' 2>&1",
                          STR_ARG(folder), STR_ARG(store_log_verifier(o->w->flow.store, a)), STR_ARG(folder));
    (void)engine_shell(str_c(a, call));
    return test_read_file(a, str_c(a, str_printf(a, "%.*s/said", STR_ARG(folder))));
}

static void outside_says(Office *o, int64_t bad)
{
    Str said = outside(o), want = str_printf(o->w->a, "event %lld: ", (long long)bad);
    check(said.len == 0 || (bad == 0 ? str_starts(said, STR("ok: ")) : str_find(said, want, 0) != SIZE_MAX));
}

TEST(an_insider_who_signs_nothing_is_found)
{
    Office *o = office_that_must_sign(a);
    FlowResult r = run(o, "clerk", o->other, FORM, NULL, FLOW_DRY);
    check(!r.ok); /* permitted already */
    int64_t bad = insider(o, NULL, "clerk");
    verifies(o, bad, "must be signed with an officer's key, and is not");
    outside_says(o, bad);
}

TEST(an_insider_who_signs_with_another_key_is_found)
{
    Office *o = office_that_must_sign(a);
    Device own = {.id = STR("b3du")};
    crypto_sign_keypair(own.public_key, own.secret);
    int64_t version = world_case(o->w, o->stay)->version;
    int64_t bad = insider(o, forged(o, &own, o->stay, "stay.permitted", version), "clerk");
    verifies(o, bad, "signed with a key that does not stand in the log");
    outside_says(o, bad);
}

TEST(an_insider_who_calls_another_key_by_the_officers_name_is_found)
{
    Office *o = office_that_must_sign(a);
    Device own = o->clerk;
    crypto_sign_keypair(own.public_key, own.secret);
    int64_t bad = insider(o, forged(o, &own, o->stay, "stay.permitted", world_case(o->w, o->stay)->version), "clerk");
    verifies(o, bad, "the signature is wrong");
    outside_says(o, bad);
}

TEST(a_true_signature_does_not_serve_another_case)
{
    Office *o = office_that_must_sign(a);
    int64_t bad =
        insider(o, forged(o, &o->clerk, o->other, "stay.permitted", world_case(o->w, o->stay)->version), "clerk");
    verifies(o, bad, "the signature is for another case, or another moment of it");
    outside_says(o, bad);
}

TEST(a_true_signature_does_not_serve_another_outcome)
{
    Office *o = office_that_must_sign(a);
    int64_t bad =
        insider(o, forged(o, &o->clerk, o->stay, "stay.refused", world_case(o->w, o->stay)->version), "clerk");
    verifies(o, bad, "the signature is for another outcome");
    outside_says(o, bad);
}

TEST(a_true_signature_does_not_serve_another_account)
{
    Office *o = office_that_must_sign(a);
    verifies(o,
             insider(o, forged(o, &o->clerk, o->stay, "stay.permitted", world_case(o->w, o->stay)->version), "clerk2"),
             "signed with the key of another account");
}

TEST(what_was_signed_in_order_verifies_inside_and_outside)
{
    Office *o = office_that_must_sign(a);
    check(run(o, "clerk", o->stay, FORM, signed_for(o, &o->clerk, o->stay, FORM), FLOW_RUN).ok);
    verifies(o, 0, "");
    outside_says(o, 0);
}
