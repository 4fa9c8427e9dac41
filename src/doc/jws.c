/* jws.c: Ed25519 keys as JWK and JSON signed with them; one algorithm only, so that none can be talked down.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

#define BYTES_STR(array) ((Str){(const char *)(array), sizeof(array)})

static void keys_of(const DocSeed *seed, unsigned char public_key[32], unsigned char secret[64])
{
    check_that(crypto_sign_seed_keypair(public_key, secret, seed->b) == 0);
}

DocPublicKey doc_key_public(const DocSeed *seed)
{
    DocPublicKey key;
    unsigned char secret[64];
    keys_of(seed, key.b, secret);
    sodium_memzero(secret, sizeof secret);
    return key;
}

Str doc_key_id(Arena *a, DocPublicKey key)
{
    Str x = base64url_print(a, BYTES_STR(key.b));
    Hash h = hash_of(str_printf(a, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%.*s\"}", STR_ARG(x)));
    return base64url_print(a, (Str){(const char *)h.b, 8});
}

Json *doc_key_jwk(Arena *a, DocPublicKey key)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("kty"), json_new_str(a, STR("OKP")));
    json_set(a, j, STR("crv"), json_new_str(a, STR("Ed25519")));
    json_set(a, j, STR("x"), json_new_str(a, base64url_print(a, BYTES_STR(key.b))));
    json_set(a, j, STR("kid"), json_new_str(a, doc_key_id(a, key)));
    json_set(a, j, STR("alg"), json_new_str(a, STR("EdDSA")));
    json_set(a, j, STR("use"), json_new_str(a, STR("sig")));
    return j;
}

Json *doc_issuer_metadata(Arena *a, Str issuer, const DocPublicKey *keys, size_t count)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        json_push(a, list, doc_key_jwk(a, keys[i]));
    }
    Json *j = json_new_object(a);
    json_set(a, j, STR("issuer"), json_new_str(a, issuer));
    json_set(a, json_set(a, j, STR("jwks"), json_new_object(a)), STR("keys"), list);
    return j;
}

static bool key_read(Arena *a, const Json *jwk, DocPublicKey *ret)
{
    Str bytes;
    if (!str_eq_c(json_text_at(jwk, "kty"), "OKP") || !str_eq_c(json_text_at(jwk, "crv"), "Ed25519") ||
        !base64url_parse(a, json_text_at(jwk, "x"), &bytes) || bytes.len != sizeof ret->b) {
        return false;
    }
    memcpy(ret->b, bytes.ptr, sizeof ret->b);
    return true;
}

bool doc_keys_read(Arena *a, const Json *jwks, DocPublicKey **ret, size_t *ret_count, Err *err)
{
    const Json *list = json_path(jwks, "jwks.keys");
    list = list ? list : json_get(jwks, "keys");
    DocPublicKey *keys = ARENA_ARRAY(a, DocPublicKey, json_count(list) + 1);
    size_t n = 0;
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
        n += key_read(a, list->items[i], &keys[n]) ? 1 : 0;
    }
    if (n == 0) {
        return err_set(err, BAD_REQUEST, "There is no Ed25519 key in this key set.");
    }
    *ret = keys;
    *ret_count = n;
    return true;
}

static bool encode(Arena *a, const Json *j, Str *ret)
{
    Buf b = buf_new(a, DOC_STATUS_BYTES * 2);
    json_canonical(&b, a, j);
    if (!buf_ok(&b)) {
        return false;
    }
    *ret = base64url_print(a, buf_str(&b));
    return true;
}

bool jws_input(Arena *a, const char *type, Str key_id, const Json *payload, Str *ret)
{
    Json *header = json_new_object(a);
    json_set(a, header, STR("alg"), json_new_str(a, STR("EdDSA")));
    json_set(a, header, STR("kid"), json_new_str(a, key_id));
    json_set(a, header, STR("typ"), json_new_str_c(a, type));
    Str head, body;
    if (!encode(a, header, &head) || !encode(a, payload, &body)) {
        return false;
    }
    Buf b = buf_new(a, head.len + body.len + 1);
    buf_add(&b, head);
    buf_byte(&b, '.');
    buf_add(&b, body);
    *ret = buf_str(&b);
    return buf_ok(&b);
}

bool jws_sign(Arena *a, const char *type, const Json *payload, const DocSeed *seed, Str *ret, Err *err)
{
    unsigned char secret[64], signature[64];
    DocPublicKey key;
    keys_of(seed, key.b, secret);
    Str input;
    bool ok = jws_input(a, type, doc_key_id(a, key), payload, &input);
    if (ok) {
        crypto_sign_detached(signature, NULL, (const unsigned char *)input.ptr, input.len, secret);
    }
    sodium_memzero(secret, sizeof secret);
    if (!ok) {
        return err_set(err, FIELD_FORMAT, "A number in the claims is too large to sign; write it as text.");
    }
    Str tail = base64url_print(a, BYTES_STR(signature));
    Buf b = buf_new(a, input.len + tail.len + 1);
    buf_add(&b, input);
    buf_byte(&b, '.');
    buf_add(&b, tail);
    *ret = buf_str(&b);
    return true;
}

bool jws_decode(Arena *a, Str text, Json **ret, Err *err)
{
    Str bytes;
    Err inner = {0};
    if (!base64url_parse(a, text, &bytes) || !utf8_is_valid(bytes) || !json_parse(a, bytes, ret, &inner)) {
        return err_set(err, BAD_REQUEST, "This is not a signed document: a part cannot be read.");
    }
    return true;
}

bool jws_read(Arena *a, Str jwt, const char *type, Jws *ret, Err *err)
{
    Str rest = jwt, head, body, tail;
    bool whole = str_cut(&rest, '.', &head) && str_cut(&rest, '.', &body) && str_cut(&rest, '.', &tail);
    Json *header;
    Jws jws = {0};
    if (!whole || rest.ptr != NULL) {
        return err_set(err, BAD_REQUEST, "This is not a signed document: it needs three parts.");
    }
    if (!jws_decode(a, head, &header, err) || !jws_decode(a, body, &jws.payload, err)) {
        return false;
    }
    if (!str_eq_c(json_text_at(header, "alg"), "EdDSA") || !str_eq_c(json_text_at(header, "typ"), type) ||
        json_get(header, "crit") != NULL || jws.payload->kind != JSON_OBJECT) {
        return err_set(err, BAD_REQUEST, "This is a signed document of another kind.");
    }
    if (!base64url_parse(a, tail, &jws.signature) || jws.signature.len != 64) {
        return err_set(err, BAD_SIGNATURE, "The signature is damaged.");
    }
    jws.key_id = json_text_at(header, "kid");
    *ret = jws;
    return true;
}

bool jws_verify(Arena *a, Str jwt, const char *type, const DocPublicKey *keys, size_t count, Jws *ret, Err *err)
{
    Jws jws;
    if (!jws_read(a, jwt, type, &jws, err)) {
        return false;
    }
    size_t signed_len = jwt.len;
    while (signed_len > 0 && jwt.ptr[signed_len - 1] != '.') {
        signed_len--;
    }
    for (size_t i = 0; i < count; i++) {
        if (jws.key_id.len > 0 && !str_eq(jws.key_id, doc_key_id(a, keys[i]))) {
            continue;
        }
        if (crypto_sign_verify_detached((const unsigned char *)jws.signature.ptr, (const unsigned char *)jwt.ptr,
                                        signed_len - 1, keys[i].b) == 0) {
            *ret = jws;
            return true;
        }
    }
    return err_set(err, BAD_SIGNATURE, "%s", err_plain(BAD_SIGNATURE));
}

bool jws_time(const Json *payload, const char *name, int64_t *ret, Err *err)
{
    const Json *j = json_get(payload, name);
    int64_t t = json_to_int(j, j ? -1 : 0);
    if (t < 0) {
        return err_set(err, BAD_REQUEST, "The time \"%s\" is not a whole number of seconds.", name);
    }
    *ret = t;
    return true;
}
