/* sign_verify.c: the whole log again: which keys stood in it, what had to be signed, and whether it was. Trusts no
 * read table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sign.h"

/* What is known when an event is met: keys {id → {account, alg, key, rp_id}} and the events that must be signed. */
typedef struct {
    Arena *kept, *scratch;
    Map keys, required;
    int64_t bad;
    const char *why;
} Walk;

typedef struct {
    Str account, key, rp_id;
    int64_t alg;
    bool removed;
} KnownKey;

static Str kept(Walk *w, const Json *j, const char *name)
{
    return str_copy(w->kept, json_text_at(j, name));
}

static void learn(Walk *w, const Event *e)
{
    const Json *added = json_path(e->data, "public.key_added"), *removed = json_path(e->data, "public.key_removed");
    const Json *events = json_path(e->data, "public.must_be_signed");
    if (added != NULL) {
        KnownKey *k = ARENA_NEW(w->kept, KnownKey);
        *k = (KnownKey){kept(w, added, "account"), kept(w, added, "key"), kept(w, added, "rp_id"),
                        json_to_int(json_get(added, "alg"), 0), false};
        map_set(&w->keys, kept(w, added, "id"), k);
    }
    KnownKey *gone = removed ? map_get(&w->keys, json_text_at(removed, "id")) : NULL;
    if (gone != NULL) {
        gone->removed = true;
    }
    for (size_t i = 0; i < json_count(events); i++) {
        map_set(&w->required, str_copy(w->kept, json_text(events->items[i])), w);
    }
}

/* The origin that the browser wrote must be of the key's domain: which port or subdomain, the server has checked. */
static Str origin_of(Arena *a, const Json *said, Str rp_id)
{
    Json *j;
    Err none;
    Str client;
    if (!base64url_parse(a, json_text_at(said, "client_data"), &client) || !json_parse(a, client, &j, &none)) {
        return STR("");
    }
    Str origin = json_text_at(j, "origin");
    size_t at = str_find(origin, STR("://"), 0), colon;
    Str host = at == SIZE_MAX ? origin : str_sub(origin, at + 3, origin.len);
    colon = str_find(host, STR(":"), 0);
    host = colon == SIZE_MAX ? host : str_sub(host, 0, colon);
    bool below = str_ends(host, str_printf(a, ".%.*s", STR_ARG(rp_id)));
    return str_eq(host, rp_id) || below ? origin : STR("");
}

static bool is_hash_of(Arena *a, const Json *statement, const char *name, Str text)
{
    Hash h = hash_of(text);
    return str_eq(json_text_at(statement, name), hex_print(a, HASH_STR(h)));
}

/* NULL where the event's signature holds. */
static const char *fault_of(Walk *w, const Event *e, const Json *said)
{
    Arena *a = w->scratch;
    const Json *statement = json_get(said, "statement");
    const KnownKey *k = map_get(&w->keys, json_text_at(said, "key"));
    if (k == NULL || k->removed) {
        return "signed with a key that does not stand in the log";
    }
    if (!str_eq(json_text_at(statement, "account"), k->account) || !is_hash_of(a, statement, "account", e->actor)) {
        return "signed with the key of another account";
    }
    if (!is_hash_of(a, statement, "case", e->stream) ||
        json_to_int(json_get(statement, "version"), -1) != e->version - 1) {
        return "the signature is for another case, or another moment of it";
    }
    if (!str_eq(json_text_at(statement, "event"), e->type) || !str_eq(json_text_at(statement, "scheme"), e->scheme)) {
        return "the signature is for another outcome";
    }
    Err err;
    int64_t count;
    Passkey key = {.id = json_text_at(said, "key"), .alg = k->alg, .key = k->key};
    PasskeyWant want = {
        .challenge = sign_challenge(a, statement), .origin = origin_of(a, said, k->rp_id), .rp_id = k->rp_id};
    return want.origin.len > 0 && passkey_check(a, &want, &key, said, &count, &err) ? NULL : "the signature is wrong";
}

static bool check_one(void *host, const Event *e)
{
    Walk *w = host;
    ArenaMark mark = arena_mark(w->scratch);
    const Json *said = json_path(e->data, "public.signed");
    if (str_eq(e->stream, STR("signing"))) {
        learn(w, e);
    } else if (said != NULL || map_get(&w->required, e->type) != NULL) {
        w->why = said != NULL ? fault_of(w, e, said) : "must be signed with an officer's key, and is not";
        w->bad = w->why != NULL ? e->seq : 0;
    }
    arena_rewind(w->scratch, mark);
    return w->bad == 0;
}

static bool note_any(void *host, __attribute__((unused)) const Event *e)
{
    *(bool *)host = true;
    return false;
}

bool sign_verify(Store *s, int64_t *ret_bad, const char **ret_why, Err *err)
{
    bool any = false;
    *ret_bad = 0;
    *ret_why = "";
    if (!store_each_of(s, STR("signing"), note_any, &any, err)) {
        return false;
    }
    if (!any) {
        return true;
    }
    Walk w = {.kept = arena_new(0), .scratch = arena_new(0)};
    w.keys.arena = w.required.arena = w.kept;
    bool ok = store_each(s, 1, 0, check_one, &w, err);
    *ret_bad = w.bad;
    *ret_why = w.why ? w.why : "";
    arena_free(w.kept);
    arena_free(w.scratch);
    return ok;
}
