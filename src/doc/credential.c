/* credential.c: permits and offers as SD-JWT VC: sign, withhold, verify, and the state on a day. Not the compact form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <sodium.h>

#include "base/hash.h"
#include "base/map.h"

#define CLAIMS_MAX 64

/* Names that the format itself uses; they are neither open nor hidden claims. */
static const char *const RESERVED[] = {"iss", "iat", "nbf", "exp", "vct", "status", "cnf", "_sd", "_sd_alg", "..."};

static bool is_reserved(Str name)
{
    for (size_t i = 0; i < COUNT_OF(RESERVED); i++) {
        if (str_eq_c(name, RESERVED[i])) {
            return true;
        }
    }
    return false;
}

Str doc_salts(Arena *a, const DocSeed *secret, Str name, size_t count)
{
    unsigned char *out = arena_alloc(a, count * DOC_SALT_BYTES + 1);
    for (size_t i = 0; i < count; i++) {
        crypto_generichash_state state;
        unsigned char index[4] = {(unsigned char)(i >> 24), (unsigned char)(i >> 16), (unsigned char)(i >> 8),
                                  (unsigned char)i};
        crypto_generichash_init(&state, secret->b, sizeof secret->b, DOC_SALT_BYTES);
        crypto_generichash_update(&state, index, sizeof index);
        crypto_generichash_update(&state, (const unsigned char *)name.ptr, name.len);
        crypto_generichash_final(&state, out + i * DOC_SALT_BYTES, DOC_SALT_BYTES);
    }
    return (Str){(const char *)out, count * DOC_SALT_BYTES};
}

/* ---- Signing ------------------------------------------------------------------------------------------- */

static bool claims_check(const Json *claims, const char *what, Err *err)
{
    if (claims == NULL) {
        return true;
    }
    if (claims->kind != JSON_OBJECT || claims->count > CLAIMS_MAX) {
        return err_field(err, FIELD_FORMAT, what, "The claims must be an object of at most %d members.", CLAIMS_MAX);
    }
    for (size_t i = 0; i < claims->count; i++) {
        if (is_reserved(claims->members[i].key)) {
            return err_field(err, FIELD_CHOICE, what, "The claim name \"%.*s\" is reserved.",
                             STR_ARG(claims->members[i].key));
        }
    }
    return true;
}

static bool credential_check(const DocCredential *c, Err *err)
{
    if (c->issuer.len == 0 || c->type.len == 0) {
        return err_field(err, FIELD_MISSING, c->issuer.len == 0 ? "issuer" : "type", "This field is required.");
    }
    if (c->issued_s <= 0 || c->starts_s < 0 || c->ends_s < 0 || c->status_index < 0) {
        return err_field(err, FIELD_RANGE, "issued_s", "Times and the status index must not be negative.");
    }
    if (!claims_check(c->open, "open", err) || !claims_check(c->hidden, "hidden", err)) {
        return false;
    }
    for (size_t i = 0; i < json_count(c->open); i++) {
        if (json_get_str(c->hidden, c->open->members[i].key) != NULL) {
            return err_field(err, FIELD_CHOICE, "hidden", "A claim is both open and hidden.");
        }
    }
    if (c->salts.len != json_count(c->hidden) * DOC_SALT_BYTES) {
        return err_field(err, FIELD_FORMAT, "salts", "There must be one salt for each hidden claim.");
    }
    return true;
}

static Str disclosure_print(Arena *a, Str salt, Str name, const Json *value)
{
    Json *parts = json_new_array(a);
    json_push(a, parts, json_new_str(a, base64url_print(a, salt)));
    json_push(a, parts, json_new_str(a, name));
    json_push(a, parts, json_copy(a, value));
    Buf b = buf_new(a, DOC_CREDENTIAL_BYTES);
    json_canonical(&b, a, parts);
    return buf_ok(&b) ? base64url_print(a, buf_str(&b)) : (Str){NULL, 0};
}

Str digest_of(Arena *a, Str disclosure)
{
    Hash h = hash_of(disclosure);
    return base64url_print(a, HASH_STR(h));
}

void digest_insert(Arena *a, Json *list, Str digest)
{
    Json *item = json_new_str(a, digest);
    json_push(a, list, item);
    for (size_t i = list->count - 1; i > 0 && str_cmp(digest, list->items[i - 1]->text) < 0; i--) {
        list->items[i] = list->items[i - 1];
        list->items[i - 1] = item;
    }
}

static void set_time(Arena *a, Json *payload, Str name, int64_t time_s)
{
    if (time_s > 0) {
        json_set(a, payload, name, json_new_int(a, time_s));
    }
}

static Json *payload_new(Arena *a, const DocCredential *c, Json *digests)
{
    Json *p = json_new_object(a);
    for (size_t i = 0; i < json_count(c->open); i++) {
        json_set(a, p, c->open->members[i].key, json_copy(a, c->open->members[i].value));
    }
    json_set(a, p, STR("iss"), json_new_str(a, c->issuer));
    json_set(a, p, STR("vct"), json_new_str(a, c->type));
    set_time(a, p, STR("iat"), c->issued_s);
    set_time(a, p, STR("nbf"), c->starts_s);
    set_time(a, p, STR("exp"), c->ends_s);
    if (c->status_uri.len > 0) {
        Json *entry =
            json_set(a, json_set(a, p, STR("status"), json_new_object(a)), STR("status_list"), json_new_object(a));
        json_set(a, entry, STR("idx"), json_new_int(a, c->status_index));
        json_set(a, entry, STR("uri"), json_new_str(a, c->status_uri));
    }
    if (digests->count > 0) {
        json_set(a, p, STR("_sd"), digests);
        json_set(a, p, STR("_sd_alg"), json_new_str(a, STR("sha-256")));
    }
    return p;
}

bool doc_credential_sign(Arena *a, const DocCredential *c, const DocSeed *seed, Str *ret, Err *err)
{
    if (!credential_check(c, err)) {
        return false;
    }
    Buf tail = buf_new(a, DOC_CREDENTIAL_BYTES);
    Json *digests = json_new_array(a);
    buf_byte(&tail, '~');
    for (size_t i = 0; i < json_count(c->hidden); i++) {
        Str salt = str_sub(c->salts, i * DOC_SALT_BYTES, (i + 1) * DOC_SALT_BYTES);
        Str disclosure = disclosure_print(a, salt, c->hidden->members[i].key, c->hidden->members[i].value);
        if (disclosure.ptr == NULL) {
            return err_field(err, FIELD_FORMAT, "hidden", "A claim is too large to sign.");
        }
        digest_insert(a, digests, digest_of(a, disclosure));
        buf_add(&tail, disclosure);
        buf_byte(&tail, '~');
    }
    Str jwt;
    if (!jws_sign(a, DOC_CREDENTIAL_TYPE, payload_new(a, c, digests), seed, &jwt, err)) {
        return false;
    }
    Buf whole = buf_new(a, DOC_CREDENTIAL_BYTES);
    buf_add(&whole, jwt);
    buf_add(&whole, buf_str(&tail));
    if (!buf_ok(&tail) || !buf_ok(&whole)) {
        return err_set(err, TOO_LARGE, "The credential is larger than %zu bytes.", DOC_CREDENTIAL_BYTES);
    }
    *ret = buf_str(&whole);
    return true;
}

/* ---- Reading ------------------------------------------------------------------------------------------- */

/* *ret_parts is [salt, name, value]. */
static bool disclosure_read(Arena *a, Str text, Json **ret_parts, Err *err)
{
    Json *parts;
    if (!jws_decode(a, text, &parts, err)) {
        return false;
    }
    if (parts->kind != JSON_ARRAY || parts->count != 3 || parts->items[0]->kind != JSON_STRING ||
        parts->items[1]->kind != JSON_STRING || is_reserved(parts->items[1]->text)) {
        return err_set(err, BAD_REQUEST, "A disclosure of the credential cannot be read.");
    }
    *ret_parts = parts;
    return true;
}

bool doc_credential_withhold(Arena *a, Str credential, const Str *names, size_t count, Str *ret, Err *err)
{
    Str rest = credential, part;
    Buf out = buf_new(a, credential.len + 2);
    if (credential.len > DOC_CREDENTIAL_BYTES || !str_cut(&rest, '~', &part) || rest.ptr == NULL) {
        return err_set(err, BAD_REQUEST, "This is not a credential.");
    }
    buf_add(&out, part);
    buf_byte(&out, '~');
    while (str_cut(&rest, '~', &part)) {
        Json *parts;
        if (part.len == 0) {
            continue;
        }
        if (!disclosure_read(a, part, &parts, err)) {
            return false;
        }
        bool kept = true;
        for (size_t i = 0; i < count; i++) {
            kept = kept && !str_eq(names[i], parts->items[1]->text);
        }
        if (kept) {
            buf_add(&out, part);
            buf_byte(&out, '~');
        }
    }
    *ret = buf_str(&out);
    return true;
}

/* Ours disclose at the top only; deeper digests would be claims that we do not check. */
static bool has_nested_digests(const Json *j, int depth)
{
    if (j->kind == JSON_OBJECT) {
        for (size_t i = 0; i < j->count; i++) {
            Str key = j->members[i].key;
            bool marks = str_eq_c(key, "...") || (depth > 0 && (str_eq_c(key, "_sd") || str_eq_c(key, "_sd_alg")));
            if (marks || has_nested_digests(j->members[i].value, depth + 1)) {
                return true;
            }
        }
    } else if (j->kind == JSON_ARRAY) {
        for (size_t i = 0; i < j->count; i++) {
            if (has_nested_digests(j->items[i], depth + 1)) {
                return true;
            }
        }
    }
    return false;
}

static bool digests_read(Arena *a, const Json *payload, Map *ret_open, Err *err)
{
    const Json *list = json_get(payload, "_sd"), *alg = json_get(payload, "_sd_alg");
    if (alg != NULL && !str_eq_c(json_text(alg), "sha-256")) {
        return err_set(err, BAD_REQUEST, "The credential uses another hash than SHA-256.");
    }
    if (list != NULL && (list->kind != JSON_ARRAY || list->count > CLAIMS_MAX)) {
        return err_set(err, BAD_REQUEST, "The digests of the credential cannot be read.");
    }
    *ret_open = (Map){.arena = a};
    for (size_t i = 0; i < json_count(list); i++) {
        if (list->items[i]->kind != JSON_STRING || map_get(ret_open, list->items[i]->text) != NULL) {
            return err_set(err, BAD_REQUEST, "The digests of the credential cannot be read.");
        }
        map_set(ret_open, list->items[i]->text, list->items[i]);
    }
    return true;
}

static bool is_text(const Json *j)
{
    return j != NULL && j->kind == JSON_STRING && j->text.len > 0;
}

static bool status_read(const Json *payload, DocReading *r, Err *err)
{
    const Json *status = json_get(payload, "status");
    if (status == NULL) {
        return true;
    }
    const Json *uri = json_path(status, "status_list.uri");
    r->status_uri = json_text(uri);
    r->status_index = json_to_int(json_path(status, "status_list.idx"), -1);
    if (!is_text(uri) || r->status_index < 0) {
        return err_set(err, BAD_REQUEST, "The status of the credential cannot be read.");
    }
    return true;
}

static bool payload_read(Arena *a, const Json *payload, DocReading *r, Err *err)
{
    if (!is_text(json_get(payload, "iss")) || !is_text(json_get(payload, "vct")) || has_nested_digests(payload, 0)) {
        return err_set(err, BAD_REQUEST, "This is not a credential of a kind that is known here.");
    }
    r->issuer = json_text_at(payload, "iss");
    r->type = json_text_at(payload, "vct");
    if (!jws_time(payload, "iat", &r->issued_s, err) || !jws_time(payload, "nbf", &r->starts_s, err) ||
        !jws_time(payload, "exp", &r->ends_s, err) || !status_read(payload, r, err)) {
        return false;
    }
    r->claims = json_copy(a, payload);
    json_remove(r->claims, STR("_sd"));
    json_remove(r->claims, STR("_sd_alg"));
    json_remove(r->claims, STR("status"));
    return true;
}

/* Every disclosure must answer one digest, and each digest at most one disclosure. */
static bool disclosures_read(Arena *a, Str rest, Map *digests, DocReading *r, Err *err)
{
    Map seen = {.arena = a};
    Str part = {NULL, 0};
    size_t disclosed = 0;
    while (str_cut(&rest, '~', &part) && rest.ptr != NULL) {
        Json *parts;
        Str digest = digest_of(a, part);
        if (map_get(digests, digest) == NULL || map_get(&seen, digest) != NULL) {
            return err_set(err, BAD_SIGNATURE, "A disclosed claim was changed or does not belong to this credential.");
        }
        if (!disclosure_read(a, part, &parts, err)) {
            return false;
        }
        if (json_get_str(r->claims, parts->items[1]->text) != NULL || has_nested_digests(parts->items[2], 1)) {
            return err_set(err, BAD_REQUEST, "A claim stands in the credential twice.");
        }
        map_set(&seen, digest, parts);
        json_set(a, r->claims, parts->items[1]->text, parts->items[2]);
        disclosed++;
    }
    if (part.len > 0) {
        return err_set(err, BAD_REQUEST,
                       "The credential does not end as it must, or carries a proof that is not known here.");
    }
    r->withheld = digests->count - disclosed;
    return true;
}

static bool long_verify(Arena *a, Str text, const DocPublicKey *keys, size_t count, DocReading *ret, Err *err)
{
    Str rest = text, jwt;
    Jws jws;
    DocReading r = {0};
    Map digests;
    if (!str_cut(&rest, '~', &jwt) || rest.ptr == NULL) {
        return err_set(err, BAD_REQUEST, "This is not a credential.");
    }
    if (!jws_verify(a, jwt, DOC_CREDENTIAL_TYPE, keys, count, &jws, err) || !payload_read(a, jws.payload, &r, err) ||
        !digests_read(a, jws.payload, &digests, err) || !disclosures_read(a, rest, &digests, &r, err)) {
        return false;
    }
    r.key_id = jws.key_id;
    *ret = r;
    return true;
}

bool doc_credential_verify(Arena *a, Str text, const DocPublicKey *keys, size_t count, DocReading *ret, Err *err)
{
    text = str_trim(text);
    size_t hash = str_find(text, STR("#"), 0);
    if (hash != SIZE_MAX) {
        text = str_sub(text, hash + 1, text.len);
    }
    if (text.len == 0 || text.len > DOC_CREDENTIAL_BYTES) {
        return err_set(err, BAD_REQUEST, "This is not a credential.");
    }
    if (str_find(text, STR("~"), 0) == SIZE_MAX && !doc_compact_parse(a, text, &text, err)) {
        return false;
    }
    return long_verify(a, text, keys, count, ret, err);
}

DocState doc_state_at(const DocReading *r, const DocStatusList *list, int64_t now_s)
{
    static const DocState BY_ENTRY[] = {DOC_VALID, DOC_REVOKED, DOC_SUSPENDED};
    int entry = 0;
    if (r->ends_s > 0 && now_s >= r->ends_s) {
        return DOC_ENDED;
    }
    if (r->starts_s > 0 && now_s < r->starts_s) {
        return DOC_NOT_YET;
    }
    if (r->status_uri.len == 0) {
        return DOC_VALID;
    }
    if (list == NULL || !str_eq(list->uri, r->status_uri) || (list->ends_s > 0 && now_s >= list->ends_s) ||
        !doc_status_get(list, r->status_index, &entry, NULL)) {
        return DOC_STATUS_UNKNOWN;
    }
    return entry < (int)COUNT_OF(BY_ENTRY) ? BY_ENTRY[entry] : DOC_STATUS_UNKNOWN;
}
