/* passkey.c: see passkey.h. The browser's JSON is compared here; authenticator data, COSE keys and signatures are
 * libfido2's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passkey.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>

#include "base/hash.h"

enum { FIELD_MOST = 8192, RP_HASH = 32, COUNT_AT = 33, HEAD_BYTES = 37 };
#define UP_AND_UV 0x05

static bool no(Err *err, const char *why)
{
    return err_set(err, BAD_SIGNATURE, "The passkey does not fit: %s.", why);
}

static bool bytes_of(Arena *a, const Json *answer, const char *name, Str *ret, Err *err)
{
    Str text = json_text_at(answer, name);
    bool ok = text.len > 0 && text.len <= FIELD_MOST && base64url_parse(a, text, ret);
    return ok || err_field(err, BAD_SIGNATURE, name, "The passkey's answer cannot be read.");
}

static bool check_client(Arena *a, const PasskeyWant *want, Str client, const char *type, Err *err)
{
    Json *j;
    if (!json_parse(a, client, &j, err)) {
        return no(err, "its client data are no JSON");
    }
    if (!str_eq_c(json_text_at(j, "type"), type)) {
        return no(err, "it answers another question");
    }
    if (want->challenge.len == 0 || !str_eq(json_text_at(j, "challenge"), want->challenge)) {
        return no(err, "it signs something else");
    }
    if (!str_eq(json_text_at(j, "origin"), want->origin) || json_is_true(json_get(j, "crossOrigin"))) {
        return no(err, "it was used on another site");
    }
    return true;
}

static bool check_head(const PasskeyWant *want, Str data, Err *err)
{
    if (data.len < HEAD_BYTES || !str_eq(str_sub(data, 0, RP_HASH), HASH_STR(hash_of(want->rp_id)))) {
        return no(err, "it belongs to another site");
    }
    return ((unsigned char)data.ptr[RP_HASH] & UP_AND_UV) == UP_AND_UV || no(err, "nobody unlocked it");
}

static int64_t count_of(Str data)
{
    const unsigned char *p = (const unsigned char *)data.ptr + COUNT_AT;
    return (int64_t)p[0] << 24 | (int64_t)p[1] << 16 | (int64_t)p[2] << 8 | (int64_t)p[3];
}

static bool read_cred(Arena *a, fido_cred_t *cred, int alg, Str data, Passkey *ret)
{
    if (fido_cred_set_type(cred, alg) != FIDO_OK ||
        fido_cred_set_authdata_raw(cred, (const unsigned char *)data.ptr, data.len) != FIDO_OK ||
        fido_cred_pubkey_len(cred) == 0 || fido_cred_id_len(cred) == 0) {
        return false;
    }
    ret->alg = alg;
    ret->id = base64url_print(a, (Str){(const char *)fido_cred_id_ptr(cred), fido_cred_id_len(cred)});
    ret->key = base64url_print(a, (Str){(const char *)fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred)});
    return true;
}

bool passkey_read(Arena *a, const PasskeyWant *want, const Json *answer, Passkey *ret, Err *err)
{
    static const int ALGS[] = {COSE_ES256, COSE_EDDSA};
    Str client, data;
    if (!bytes_of(a, answer, "client_data", &client, err) || !bytes_of(a, answer, "authenticator_data", &data, err) ||
        !check_client(a, want, client, "webauthn.create", err) || !check_head(want, data, err)) {
        return false;
    }
    bool read = false;
    for (size_t i = 0; i < COUNT_OF(ALGS) && !read; i++) {
        fido_cred_t *cred = fido_cred_new();
        check_that(cred != NULL);
        read = read_cred(a, cred, ALGS[i], data, ret);
        fido_cred_free(&cred);
    }
    ret->count = count_of(data);
    return read || no(err, "its key is of a kind that is not taken");
}

/* The key in libfido2's form for its algorithm; true if the signature is by it. */
static bool verify(const fido_assert_t *assertion, const Passkey *key, Str raw)
{
    bool ok = false;
    if (key->alg == COSE_ES256) {
        es256_pk_t *pk = es256_pk_new();
        ok = pk != NULL && es256_pk_from_ptr(pk, raw.ptr, raw.len) == FIDO_OK &&
             fido_assert_verify(assertion, 0, COSE_ES256, pk) == FIDO_OK;
        es256_pk_free(&pk);
    } else if (key->alg == COSE_EDDSA) {
        eddsa_pk_t *pk = eddsa_pk_new();
        ok = pk != NULL && eddsa_pk_from_ptr(pk, raw.ptr, raw.len) == FIDO_OK &&
             fido_assert_verify(assertion, 0, COSE_EDDSA, pk) == FIDO_OK;
        eddsa_pk_free(&pk);
    }
    return ok;
}

bool passkey_check(Arena *a, const PasskeyWant *want, const Passkey *key, const Json *answer, int64_t *ret_count,
                   Err *err)
{
    Str client, data, signature, raw;
    if (!bytes_of(a, answer, "client_data", &client, err) || !bytes_of(a, answer, "authenticator_data", &data, err) ||
        !bytes_of(a, answer, "signature", &signature, err) || !check_client(a, want, client, "webauthn.get", err) ||
        !check_head(want, data, err)) {
        return false;
    }
    Hash h = hash_of(client);
    fido_assert_t *s = fido_assert_new();
    check_that(s != NULL);
    bool ok = base64url_parse(a, key->key, &raw) && fido_assert_set_count(s, 1) == FIDO_OK &&
              fido_assert_set_clientdata_hash(s, h.b, sizeof h.b) == FIDO_OK &&
              fido_assert_set_rp(s, str_c(a, want->rp_id)) == FIDO_OK &&
              fido_assert_set_up(s, FIDO_OPT_TRUE) == FIDO_OK && fido_assert_set_uv(s, FIDO_OPT_TRUE) == FIDO_OK &&
              fido_assert_set_authdata_raw(s, 0, (const unsigned char *)data.ptr, data.len) == FIDO_OK &&
              fido_assert_set_sig(s, 0, (const unsigned char *)signature.ptr, signature.len) == FIDO_OK &&
              verify(s, key, raw);
    fido_assert_free(&s);
    if (!ok) {
        return no(err, "the signature is wrong");
    }
    *ret_count = count_of(data);
    bool cloned = (key->count > 0 || *ret_count > 0) && *ret_count <= key->count;
    return !cloned || no(err, "its count went back, so that there may be a copy of it");
}
