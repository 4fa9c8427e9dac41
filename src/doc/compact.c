/* compact.c: a credential in few letters for a QR code; lossless for what credential.c signs, nothing else.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include "base/hash.h"
#include "base/map.h"

/* First byte of the packed form; another layout gets another number. */
#define COMPACT_VERSION 1
#define SIGNATURE_BYTES 64

/* Registered claims stand by position in the packed array, in this order; then key id, open claims, disclosures,
 * digests. */
static const char *const FIXED[] = {"iss", "vct", "iat", "nbf", "exp"};
enum { AT_URI = COUNT_OF(FIXED), AT_INDEX, AT_KEY, AT_OPEN, AT_DISCLOSED, AT_WITHHELD, PARTS };

static Json *or_null(Arena *a, Json *j)
{
    return j ? j : json_new_null(a);
}

/* The digests of *payload that no disclosure answers. */
static Json *withheld_of(Arena *a, const Json *payload, Map *disclosed)
{
    const Json *digests = json_get(payload, "_sd");
    Json *rest = json_new_array(a);
    for (size_t i = 0; digests && digests->kind == JSON_ARRAY && i < digests->count; i++) {
        if (map_get(disclosed, json_text(digests->items[i])) == NULL) {
            json_push(a, rest, digests->items[i]);
        }
    }
    return rest;
}

static Json *open_of(Arena *a, const Json *payload)
{
    static const char *const ELSEWHERE[] = {"iss", "vct", "iat", "nbf", "exp", "status", "_sd", "_sd_alg"};
    Json *open = json_new_object(a);
    for (size_t i = 0; i < payload->count; i++) {
        bool fixed = false;
        for (size_t k = 0; k < COUNT_OF(ELSEWHERE); k++) {
            fixed = fixed || str_eq_c(payload->members[i].key, ELSEWHERE[k]);
        }
        if (!fixed) {
            json_set(a, open, payload->members[i].key, payload->members[i].value);
        }
    }
    return open;
}

static bool layout_of(Arena *a, const Jws *jws, Str rest, Json **ret, Err *err)
{
    Json *layout = json_new_array(a), *disclosed = json_new_array(a);
    Map seen = {.arena = a};
    Str part;
    while (str_cut(&rest, '~', &part) && rest.ptr != NULL) {
        Json *parts;
        if (!jws_decode(a, part, &parts, err)) {
            return false;
        }
        map_set(&seen, digest_of(a, part), parts);
        json_push(a, disclosed, parts);
    }
    for (size_t i = 0; i < COUNT_OF(FIXED); i++) {
        json_push(a, layout, or_null(a, json_get(jws->payload, FIXED[i])));
    }
    json_push(a, layout, or_null(a, json_path(jws->payload, "status.status_list.uri")));
    json_push(a, layout, or_null(a, json_path(jws->payload, "status.status_list.idx")));
    json_push(a, layout, json_new_str(a, jws->key_id));
    json_push(a, layout, open_of(a, jws->payload));
    json_push(a, layout, disclosed);
    json_push(a, layout, withheld_of(a, jws->payload, &seen));
    *ret = layout;
    return true;
}

bool doc_compact_print(Arena *a, Str credential, Str *ret, Err *err)
{
    Str rest = credential, jwt, again;
    Jws jws;
    Json *layout;
    if (credential.len > DOC_CREDENTIAL_BYTES || !str_cut(&rest, '~', &jwt) || rest.ptr == NULL) {
        return err_set(err, BAD_REQUEST, "This is not a credential.");
    }
    if (!jws_read(a, jwt, DOC_CREDENTIAL_TYPE, &jws, err) || !layout_of(a, &jws, rest, &layout, err)) {
        return false;
    }
    Buf text = buf_new(a, DOC_CREDENTIAL_BYTES), bytes = buf_new(a, DOC_CREDENTIAL_BYTES);
    json_canonical(&text, a, layout);
    buf_byte(&bytes, COMPACT_VERSION);
    buf_add(&bytes, jws.signature);
    buf_add(&bytes, pack_deflate(a, buf_str(&text), PACK_RAW));
    if (!buf_ok(&text) || !buf_ok(&bytes)) {
        return err_set(err, TOO_LARGE, "The credential is too large for the compact form.");
    }
    Str compact = base32_print(a, buf_str(&bytes));
    if (!doc_compact_parse(a, compact, &again, NULL) || !str_eq(again, credential)) {
        return err_set(err, BAD_REQUEST, "This credential was not made here; it has no compact form.");
    }
    *ret = compact;
    return true;
}

static Str encoded(Arena *a, const Json *j)
{
    Buf b = buf_new(a, DOC_CREDENTIAL_BYTES);
    json_canonical(&b, a, j);
    return buf_ok(&b) ? base64url_print(a, buf_str(&b)) : (Str){NULL, 0};
}

/* Appends the disclosures to *tail and gives all digests in their order. */
static bool digests_again(Arena *a, const Json *layout, Buf *tail, Json **ret)
{
    const Json *disclosed = layout->items[AT_DISCLOSED], *withheld = layout->items[AT_WITHHELD];
    Json *digests = json_new_array(a);
    if (disclosed->kind != JSON_ARRAY || withheld->kind != JSON_ARRAY || disclosed->count + withheld->count > 256) {
        return false;
    }
    for (size_t i = 0; i < disclosed->count; i++) {
        Str text = encoded(a, disclosed->items[i]);
        digest_insert(a, digests, digest_of(a, text));
        buf_add(tail, text);
        buf_byte(tail, '~');
    }
    for (size_t i = 0; i < withheld->count; i++) {
        if (withheld->items[i]->kind != JSON_STRING) {
            return false;
        }
        digest_insert(a, digests, withheld->items[i]->text);
    }
    *ret = digests;
    return true;
}

static Json *payload_again(Arena *a, const Json *layout, Json *digests)
{
    Json *payload = json_copy(a, layout->items[AT_OPEN]);
    for (size_t i = 0; i < COUNT_OF(FIXED); i++) {
        if (layout->items[i]->kind != JSON_NULL) {
            json_set(a, payload, str_from_c(FIXED[i]), layout->items[i]);
        }
    }
    if (layout->items[AT_URI]->kind != JSON_NULL) {
        Json *status = json_set(a, payload, STR("status"), json_new_object(a));
        Json *entry = json_set(a, status, STR("status_list"), json_new_object(a));
        json_set(a, entry, STR("uri"), layout->items[AT_URI]);
        json_set(a, entry, STR("idx"), layout->items[AT_INDEX]);
    }
    if (digests->count > 0) {
        json_set(a, payload, STR("_sd"), digests);
        json_set(a, payload, STR("_sd_alg"), json_new_str(a, STR("sha-256")));
    }
    return payload;
}

static bool unpack(Arena *a, Str bytes, Json **ret_layout, Err *err)
{
    Str text, packed = str_sub(bytes, 1 + SIGNATURE_BYTES, bytes.len);
    Json *layout;
    if (!pack_inflate(a, packed, PACK_RAW, DOC_CREDENTIAL_BYTES, &text, err)) {
        return false;
    }
    if (!jws_decode(a, base64url_print(a, text), &layout, err)) {
        return false;
    }
    if (layout->kind != JSON_ARRAY || layout->count != PARTS || layout->items[AT_OPEN]->kind != JSON_OBJECT) {
        return err_set(err, BAD_REQUEST, "This is not the compact form of a credential.");
    }
    *ret_layout = layout;
    return true;
}

bool doc_compact_parse(Arena *a, Str compact, Str *ret_credential, Err *err)
{
    Str bytes, input;
    Json *layout = NULL, *digests = NULL;
    Buf tail = buf_new(a, DOC_CREDENTIAL_BYTES), whole = buf_new(a, DOC_CREDENTIAL_BYTES);
    if (compact.len > DOC_CREDENTIAL_BYTES || !base32_parse(a, compact, &bytes) || bytes.len <= 1 + SIGNATURE_BYTES ||
        bytes.ptr[0] != COMPACT_VERSION) {
        return err_set(err, BAD_REQUEST, "This is not the compact form of a credential.");
    }
    if (!unpack(a, bytes, &layout, err)) {
        return false;
    }
    if (!digests_again(a, layout, &tail, &digests) ||
        !jws_input(a, DOC_CREDENTIAL_TYPE, json_text(layout->items[AT_KEY]), payload_again(a, layout, digests),
                   &input)) {
        return err_set(err, BAD_REQUEST, "This is not the compact form of a credential.");
    }
    buf_add(&whole, input);
    buf_byte(&whole, '.');
    buf_add(&whole, base64url_print(a, str_sub(bytes, 1, 1 + SIGNATURE_BYTES)));
    buf_byte(&whole, '~');
    buf_add(&whole, buf_str(&tail));
    if (!buf_ok(&whole) || !buf_ok(&tail)) {
        return err_set(err, TOO_LARGE, "The credential is larger than %zu bytes.", DOC_CREDENTIAL_BYTES);
    }
    *ret_credential = buf_str(&whole);
    return true;
}
