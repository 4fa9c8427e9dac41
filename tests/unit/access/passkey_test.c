/* passkey_test.c: answers of an authenticator made here, with keys of both kinds, and every one of their parts changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "access/passkey.h"
#include "base/hash.h"

typedef struct {
    Arena *a;
    bool eddsa;
    unsigned char public_key[32], secret[64];
    EVP_PKEY *ec;
} Device;

#define SITE "permits.example"
static const PasskeyWant WANT = {STR_INIT("Y2hhbGxlbmdl"), STR_INIT("https://permits.example"), STR_INIT(SITE)};

static Device new_device(Arena *a, bool eddsa)
{
    Device d = {.a = a, .eddsa = eddsa};
    check(sodium_init() >= 0);
    if (eddsa) {
        crypto_sign_keypair(d.public_key, d.secret);
    } else {
        d.ec = EVP_EC_gen("P-256");
        check(d.ec != NULL);
    }
    return d;
}

static Str client(const Device *d, const char *type, const char *challenge, const char *origin)
{
    return str_printf(d->a, "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}", type,
                      challenge, origin);
}

static void add_key(const Device *d, Buf *b)
{
    unsigned char point[65];
    size_t len = 0;
    if (d->eddsa) {
        buf_add(b, STR("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"));
        buf_add(b, (Str){(const char *)d->public_key, 32});
        return;
    }
    check(EVP_PKEY_get_octet_string_param(d->ec, "pub", point, sizeof point, &len) == 1);
    check(len == 65 && point[0] == 4);
    buf_add(b, STR("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"));
    buf_add(b, (Str){(const char *)point + 1, 32});
    buf_add(b, STR("\x22\x58\x20"));
    buf_add(b, (Str){(const char *)point + 33, 32});
}

/* flags: 1 present, 4 verified, 64 a key follows. */
static Str data_of(const Device *d, const char *site, int flags, int count)
{
    Buf b = buf_new(d->a, 1000);
    Hash h = hash_of(str_from_c(site));
    buf_add(&b, HASH_STR(h));
    buf_byte(&b, (char)flags);
    buf_add(&b, STR("\0\0\0"));
    buf_byte(&b, (char)count);
    if (flags & 64) {
        buf_add(&b, STR("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        buf_add(&b, STR("\0\x10"));
        buf_add(&b, STR("0123456789abcdef"));
        add_key(d, &b);
    }
    return str_copy(d->a, buf_str(&b));
}

static Str sign(const Device *d, Str data, Str client_data)
{
    static unsigned char out[200];
    size_t len = sizeof out;
    Hash h = hash_of(client_data);
    Buf b = buf_new(d->a, 2000);
    buf_add(&b, data);
    buf_add(&b, HASH_STR(h));
    if (d->eddsa) {
        unsigned long long n;
        crypto_sign_detached(out, &n, (const unsigned char *)buf_str(&b).ptr, buf_str(&b).len, d->secret);
        len = (size_t)n;
    } else {
        EVP_MD_CTX *c = EVP_MD_CTX_new();
        check(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, d->ec) == 1);
        check(EVP_DigestSign(c, out, &len, (const unsigned char *)buf_str(&b).ptr, buf_str(&b).len) == 1);
        EVP_MD_CTX_free(c);
    }
    return str_copy(d->a, (Str){(const char *)out, len});
}

static Json *answer(const Device *d, Str client_data, Str data, Str signature)
{
    Json *j = json_new_object(d->a);
    json_set(d->a, j, STR("client_data"), json_new_str(d->a, base64url_print(d->a, client_data)));
    json_set(d->a, j, STR("authenticator_data"), json_new_str(d->a, base64url_print(d->a, data)));
    json_set(d->a, j, STR("signature"), json_new_str(d->a, base64url_print(d->a, signature)));
    return j;
}

static bool reads(const Device *d, Str client_data, Str data, Passkey *ret)
{
    Err err = {0};
    bool ok = passkey_read(d->a, &WANT, answer(d, client_data, data, STR("x")), ret, &err);
    check(ok || err.code == BAD_SIGNATURE);
    return ok;
}

static bool fits(const Device *d, const Passkey *key, Str client_data, Str data, Str signature)
{
    int64_t count;
    Err err = {0};
    bool ok = passkey_check(d->a, &WANT, key, answer(d, client_data, data, signature), &count, &err);
    check(ok || err.code == BAD_SIGNATURE);
    return ok;
}

static Str flipped(Arena *a, Str s, size_t at)
{
    char *p = arena_alloc(a, s.len + 1);
    memcpy(p, s.ptr, s.len);
    p[at] = (char)(p[at] ^ 1);
    return (Str){p, s.len};
}

static void try_device(Arena *a, bool eddsa)
{
    Device d = new_device(a, eddsa), other = new_device(a, eddsa);
    Passkey key, none;
    Str made = client(&d, "webauthn.create", "Y2hhbGxlbmdl", "https://permits.example");
    check(reads(&d, made, data_of(&d, SITE, 69, 0), &key));
    eq_int(key.alg, eddsa ? -8 : -7);
    eq_text(key.id, "MDEyMzQ1Njc4OWFiY2RlZg");
    check(!reads(&d, made, data_of(&d, "evil.example", 69, 0), &none));
    check(!reads(&d, made, data_of(&d, SITE, 65, 0), &none)); /* nobody unlocked it */
    check(!reads(&d, made, data_of(&d, SITE, 5, 0), &none));  /* no key follows */
    check(!reads(&d, client(&d, "webauthn.get", "Y2hhbGxlbmdl", "https://permits.example"), data_of(&d, SITE, 69, 0),
                 &none));
    check(!reads(&d, client(&d, "webauthn.create", "b3RoZXI", "https://permits.example"), data_of(&d, SITE, 69, 0),
                 &none));
    check(!reads(&d, client(&d, "webauthn.create", "Y2hhbGxlbmdl", "https://evil.example"), data_of(&d, SITE, 69, 0),
                 &none));
    Str whole = data_of(&d, SITE, 69, 0);
    for (size_t n = 0; n < whole.len; n++) { /* cut off anywhere */
        check(!reads(&d, made, str_sub(whole, 0, n), &none));
    }
    Str got = client(&d, "webauthn.get", "Y2hhbGxlbmdl", "https://permits.example"), data = data_of(&d, SITE, 5, 1);
    Str signature = sign(&d, data, got);
    check(fits(&d, &key, got, data, signature));
    check(!fits(&d, &key, got, data, sign(&other, data, got)));
    for (size_t i = 0; i < signature.len; i++) {
        check(!fits(&d, &key, got, data, flipped(a, signature, i)));
    }
    for (size_t i = 0; i < data.len; i++) {
        check(!fits(&d, &key, got, flipped(a, data, i), signature));
    }
    Str elsewhere =
        client(&d, "webauthn.get", "Y2hhbGxlbmdl", "https://evil.example"); /* rightly signed, for another site */
    check(!fits(&d, &key, elsewhere, data, sign(&d, data, elsewhere)));
    Str not_verified = data_of(&d, SITE, 1, 1);
    check(!fits(&d, &key, got, not_verified, sign(&d, not_verified, got)));
    key.count = 1; /* a copy of the key would count from where it was made */
    check(!fits(&d, &key, got, data, signature));
    Str next = data_of(&d, SITE, 5, 2);
    check(fits(&d, &key, got, next, sign(&d, next, got)));
    EVP_PKEY_free(d.ec);
    EVP_PKEY_free(other.ec);
}

TEST(a_passkey_of_es256_signs_and_nothing_else_passes)
{
    try_device(a, false);
}

TEST(a_passkey_of_eddsa_signs_and_nothing_else_passes)
{
    try_device(a, true);
}
