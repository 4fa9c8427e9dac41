/* jwt.c: see jwt.h. Bytes of keys and signatures are laid out here as OpenSSL wants them; all mathematics is OpenSSL's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

enum { TOKEN_MOST = 64 * 1024, RSA_LEAST_BYTES = 256, RSA_MOST_BYTES = 1024, P256_BYTES = 32, ED_BYTES = 32 };
#define BYTES(s) ((const unsigned char *)(s).ptr)

static bool no(Err *err, const char *why)
{
    return err_set(err, BAD_SIGNATURE, "The token does not fit: %s.", why);
}

/* ---- Keys: NULL where the JWK is not of this kind ---- */

static EVP_PKEY *from_params(const char *kind, OSSL_PARAM *params)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *rsa_key(Arena *a, const Json *jwk)
{
    Str n, e;
    if (!str_eq_c(json_text_at(jwk, "kty"), "RSA") || !base64url_parse(a, json_text_at(jwk, "n"), &n) ||
        !base64url_parse(a, json_text_at(jwk, "e"), &e) || n.len < RSA_LEAST_BYTES || n.len > RSA_MOST_BYTES ||
        e.len == 0 || e.len > 8) {
        return NULL;
    }
    EVP_PKEY *key = NULL;
    BIGNUM *bn = BN_bin2bn(BYTES(n), (int)n.len, NULL), *be = BN_bin2bn(BYTES(e), (int)e.len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (bn != NULL && be != NULL && build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, be)) {
        OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
        key = params ? from_params("RSA", params) : NULL;
        OSSL_PARAM_free(params);
    }
    OSSL_PARAM_BLD_free(build);
    BN_free(bn);
    BN_free(be);
    return key;
}

static EVP_PKEY *ec_key(Arena *a, const Json *jwk)
{
    Str x, y;
    char group[] = "P-256";
    unsigned char point[1 + 2 * P256_BYTES] = {4};
    if (!str_eq_c(json_text_at(jwk, "kty"), "EC") || !str_eq_c(json_text_at(jwk, "crv"), group) ||
        !base64url_parse(a, json_text_at(jwk, "x"), &x) || !base64url_parse(a, json_text_at(jwk, "y"), &y) ||
        x.len != P256_BYTES || y.len != P256_BYTES) {
        return NULL;
    }
    memcpy(point + 1, x.ptr, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.ptr, P256_BYTES);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                           OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
                           OSSL_PARAM_construct_end()};
    return from_params("EC", params);
}

static EVP_PKEY *ed_key(Arena *a, const Json *jwk)
{
    Str x;
    bool fits = str_eq_c(json_text_at(jwk, "kty"), "OKP") && str_eq_c(json_text_at(jwk, "crv"), "Ed25519") &&
                base64url_parse(a, json_text_at(jwk, "x"), &x) && x.len == ED_BYTES;
    return fits ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, BYTES(x), x.len) : NULL;
}

/* ---- Signatures ---- */

/* r and s side by side, as OpenSSL reads them. */
static bool ec_signature(Arena *a, Str raw, Str *ret)
{
    unsigned char *der = NULL;
    ECDSA_SIG *sig = raw.len == 2 * P256_BYTES ? ECDSA_SIG_new() : NULL;
    if (sig == NULL) {
        return false;
    }
    BIGNUM *r = BN_bin2bn(BYTES(raw), P256_BYTES, NULL), *s = BN_bin2bn(BYTES(raw) + P256_BYTES, P256_BYTES, NULL);
    check_that(r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1);
    int len = i2d_ECDSA_SIG(sig, &der);
    ECDSA_SIG_free(sig);
    if (len <= 0) {
        return false;
    }
    *ret = str_copy(a, (Str){(const char *)der, (size_t)len});
    OPENSSL_free(der);
    return true;
}

static bool raw_signature(__attribute__((unused)) Arena *a, Str raw, Str *ret)
{
    *ret = raw;
    return raw.len > 0;
}

typedef struct {
    const char *alg;
    EVP_PKEY *(*key)(Arena *a, const Json *jwk);
    bool (*signature)(Arena *a, Str raw, Str *ret);
    bool sha256; /* else the algorithm has its own */
} Alg;

static const Alg ALGS[] = {
    {"RS256", rsa_key, raw_signature, true},
    {"ES256", ec_key, ec_signature, true},
    {"EdDSA", ed_key, raw_signature, false},
};

static bool fits(EVP_PKEY *key, const Alg *alg, Str text, Str signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, alg->sha256 ? EVP_sha256() : NULL, NULL, key) == 1 &&
                EVP_DigestVerify(ctx, BYTES(signature), signature.len, BYTES(text), text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

/* ---- The token ---- */

static bool part(Arena *a, Str text, Json **ret)
{
    Str bytes;
    Err none;
    return base64url_parse(a, text, &bytes) && utf8_is_valid(bytes) && json_parse(a, bytes, ret, &none) &&
           (*ret)->kind == JSON_OBJECT;
}

static const Alg *alg_of(const Json *header)
{
    for (size_t i = 0; i < COUNT_OF(ALGS); i++) {
        if (str_eq_c(json_text_at(header, "alg"), ALGS[i].alg)) {
            return &ALGS[i];
        }
    }
    return NULL;
}

static bool may_check(const Json *jwk, const Json *header)
{
    Str kid = json_text_at(header, "kid"), use = json_text_at(jwk, "use"), alg = json_text_at(jwk, "alg");
    return (kid.len == 0 || str_eq(kid, json_text_at(jwk, "kid"))) && (use.len == 0 || str_eq_c(use, "sig")) &&
           (alg.len == 0 || str_eq(alg, json_text_at(header, "alg")));
}

static bool any_key_fits(Arena *a, const Json *keys, const Json *header, const Alg *alg, Str text, Str signature)
{
    bool good = false;
    for (size_t i = 0; keys != NULL && keys->kind == JSON_ARRAY && i < keys->count && !good; i++) {
        EVP_PKEY *key = may_check(keys->items[i], header) ? alg->key(a, keys->items[i]) : NULL;
        good = key != NULL && fits(key, alg, text, signature);
        EVP_PKEY_free(key);
    }
    return good;
}

bool jwt_verify(Arena *a, Str token, const Json *jwks, Json **ret_claims, Err *err)
{
    Json *header, *claims;
    Str rest = token, head, body, tail, raw, signature;
    bool three = token.len > 0 && token.len <= TOKEN_MOST && str_cut(&rest, '.', &head) && str_cut(&rest, '.', &body) &&
                 str_cut(&rest, '.', &tail) && rest.ptr == NULL;
    if (!three || !part(a, head, &header) || !part(a, body, &claims) || !base64url_parse(a, tail, &raw)) {
        return no(err, "it cannot be read");
    }
    const Alg *alg = alg_of(header);
    if (alg == NULL || json_get(header, "crit") != NULL) {
        return no(err, "it is signed in a way that is not taken here");
    }
    Str text = str_sub(token, 0, head.len + 1 + body.len);
    if (!alg->signature(a, raw, &signature) || !any_key_fits(a, json_get(jwks, "keys"), header, alg, text, signature)) {
        return no(err, "none of the provider's keys signed it");
    }
    *ret_claims = claims;
    return true;
}
