/* oidc_test.c: the provider's description and the operator's settings of it; the tokens themselves are tried in
 * tests/browser/errands_provider.mjs, with a provider that is not ours, and here against keys that do not fit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/jwt.h"
#include "access/oidc.h"
#include "base/hash.h"

static const AccessOidc SET = {STR_INIT("https://id.example/x"), STR_INIT("us"), STR_INIT(""), STR_INIT("sub"),
                               STR_INIT("")};

static bool describes(Arena *a, const char *text)
{
    Json *j;
    Err err;
    OidcProvider p;
    check(json_parse(a, str_from_c(text), &j, &err));
    return oidc_read_provider(&SET, j, &p, &err);
}

TEST(a_provider_is_who_the_settings_say_and_sends_people_nowhere_else)
{
    check(describes(
        a,
        "{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://id.example/go\",\"token_endpoint\":\"https://t.example/t\",\"jwks_uri\":\"https://id.example/k\"}"));
    static const char *const BAD[] = {
        "{}",
        "{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/go\",\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}",
        "{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://evil.example/go\",\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}",
        "{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://id.example.evil/go\",\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}",
        "{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://id.example/go\",\"token_endpoint\":\"http://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}",
        "{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://id.example/go\",\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"file:///k\"}",
    };
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        check(!describes(a, BAD[i]));
    }
}

static bool set(Arena *a, const char *text, Err *err)
{
    char path[] = "/tmp/oidc-XXXXXX";
    const Access *s;
    int fd = mkstemp(path);
    check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    bool ok = access_load(a, str_from_c(path), &s, err);
    unlink(path);
    return ok;
}

TEST(settings_of_a_provider_are_whole_and_encrypted)
{
    Err err = {0};
    check(set(a, "{\"oidc\": {\"issuer\": \"https://id.example\", \"client_id\": \"us\"}}", &err));
    check(
        set(a, "{\"oidc\": {\"issuer\": \"http://localhost:9/x\", \"client_id\": \"us\", \"claim\": \"iin\"}}", &err));
    static const char *const BAD[] = {
        "{\"oidc\": 1}",
        "{\"oidc\": {}}",
        "{\"oidc\": {\"issuer\": \"https://id.example\"}}",
        "{\"oidc\": {\"issuer\": \"https://id.example\", \"client_id\": \"\"}}",
        "{\"oidc\": {\"issuer\": \"http://id.example\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"issuer\": \"http://localhost.evil\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"issuer\": \"http://localhost:1@evil.example\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"issuer\": \"https://\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"issuer\": \"https://id.example; script-src *\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"isuer\": \"https://id.example\", \"client_id\": \"us\"}}",
        "{\"oidc\": {\"issuer\": \"https://id.example\", \"client_id\": \"us\", \"client_secret_file\": \"/nowhere/at/all\"}}",
    };
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        check(!set(a, BAD[i], &err));
    }
}

/* ---- Tokens, signed here with Ed25519 ---- */

typedef struct {
    Arena *a;
    EVP_PKEY *key;
    Json *jwks;
} Maker;

static Maker maker(Arena *a)
{
    unsigned char seed[32] = {7}, x[32];
    size_t len = sizeof x;
    Err err;
    Maker m = {.a = a, .key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed)};
    check(m.key != NULL && EVP_PKEY_get_raw_public_key(m.key, x, &len) == 1);
    Str text = base64url_print(a, (Str){(const char *)x, len});
    check(json_parse(
        a,
        str_printf(a, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"%.*s\"}]}", STR_ARG(text)),
        &m.jwks, &err));
    return m;
}

static Str token(const Maker *m, const char *header, const char *claims)
{
    unsigned char signature[64];
    size_t len = sizeof signature;
    Str text = str_printf(m->a, "%.*s.%.*s", STR_ARG(base64url_print(m->a, str_from_c(header))),
                          STR_ARG(base64url_print(m->a, str_from_c(claims))));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    check(EVP_DigestSignInit(ctx, NULL, NULL, NULL, m->key) == 1 &&
          EVP_DigestSign(ctx, signature, &len, (const unsigned char *)text.ptr, text.len) == 1);
    EVP_MD_CTX_free(ctx);
    return str_printf(m->a, "%.*s.%.*s", STR_ARG(text),
                      STR_ARG(base64url_print(m->a, (Str){(const char *)signature, len})));
}

static bool accepted(const Maker *m, const char *claims)
{
    Err err;
    Str subject;
    return oidc_check_token(m->a, &SET, token(m, "{\"alg\":\"EdDSA\",\"kid\":\"k\"}", claims), m->jwks, STR("n"),
                            (Instant){1000000}, (Instant){1010000}, &subject, &err);
}

#define REST "\"iss\":\"https://id.example/x\",\"nonce\":\"n\",\"sub\":\"S\",\"auth_time\":1005,\"iat\":1005"

TEST(a_token_is_for_us_now_and_signed_as_it_says)
{
    Maker m = maker(a);
    Err err;
    Json *claims;
    check(accepted(&m, "{" REST ",\"aud\":\"us\",\"exp\":1011}"));
    check(accepted(&m, "{" REST ",\"aud\":[\"us\"],\"exp\":1011}"));
    check(accepted(&m, "{" REST ",\"aud\":[\"us\",\"x\"],\"azp\":\"us\",\"exp\":1011}"));
    check(!accepted(&m, "{" REST ",\"aud\":[\"us\",\"x\"],\"exp\":1011}"));
    check(!accepted(&m, "{" REST ",\"aud\":\"us\",\"exp\":1010}"));
    check(!accepted(&m, "{" REST ",\"aud\":\"us\",\"exp\":\"1011\"}"));
    check(!accepted(&m, "{" REST ",\"aud\":\"us\",\"exp\":1011,\"nbf\":2000}"));
    check(!accepted(&m, "{" REST ",\"aud\":\"us\"}"));
    check(!accepted(&m, "{" REST ",\"exp\":1011}"));
    static const char *const HEADERS[] = {"{\"kid\":\"k\"}",
                                          "{\"alg\":\"none\",\"kid\":\"k\"}",
                                          "{\"alg\":\"ES256\",\"kid\":\"k\"}",
                                          "{\"alg\":\"RS256\"}",
                                          "{\"alg\":\"EdDSA\",\"kid\":\"other\"}",
                                          "{\"alg\":\"EdDSA\",\"kid\":\"k\",\"crit\":[\"b64\"]}"};
    for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
        check(!jwt_verify(a, token(&m, HEADERS[i], "{}"), m.jwks, &claims, &err));
    }
    Str good = token(&m, "{\"alg\":\"EdDSA\"}", "{}");
    check(jwt_verify(a, good, m.jwks, &claims, &err));
    check(!jwt_verify(a, str_printf(a, "%.*s.x", STR_ARG(good)), m.jwks, &claims, &err));
    check(!jwt_verify(a, good, NULL, &claims, &err));
    for (size_t i = 0; i < good.len; i++) { /* any changed letter */
        char *copy = arena_alloc(a, good.len);
        memcpy(copy, good.ptr, good.len);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        check(!jwt_verify(a, (Str){copy, good.len}, m.jwks, &claims, &err));
    }
    EVP_PKEY_free(m.key);
}
