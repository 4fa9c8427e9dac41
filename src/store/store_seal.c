/* store_seal.c: texts that stand outside the log and are somebody's own, sealed under that person's key. See store.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <sodium.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };

/* Who is no person of a case has a key of the place. */
static bool key_of_place(Store *s, Arena *a, Str place, unsigned char ret[KEY_BYTES], Err *err)
{
    Hash h;
    if (!store_secret(s, str_printf(a, "sealed/%.*s", STR_ARG(place)), &h, err)) {
        return false;
    }
    for (size_t i = 0; i < KEY_BYTES; i++) {
        ret[i] = h.b[i];
    }
    return true;
}

bool store_seal(Store *s, Arena *a, Str person, Str place, Str text, Str *ret_box, Err *err)
{
    check_that(s->in_transaction && place.len > 0);
    unsigned char key[KEY_BYTES];
    if (!(person.len > 0 ? keys_of_person(s, a, person, key, err) : key_of_place(s, a, place, key, err))) {
        return false;
    }
    unsigned char *box = arena_alloc(a, NONCE + text.len + TAG);
    unsigned long long len;
    randombytes_buf(box, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &len, (const unsigned char *)text.ptr, text.len,
                                               (const unsigned char *)place.ptr, place.len, NULL, box, key);
    sodium_memzero(key, sizeof key);
    *ret_box = base64url_print(a, (Str){(const char *)box, NONCE + (size_t)len});
    return true;
}

bool store_unseal(Store *s, Arena *a, Str person, Str place, Str box, Str *ret, Err *err)
{
    unsigned char key[KEY_BYTES];
    bool has_key = true;
    Str bytes;
    *ret = (Str){NULL, 0};
    if (!(person.len > 0 ? keys_known_of_person(s, person, key, &has_key, err) : key_of_place(s, a, place, key, err))) {
        return false;
    }
    if (has_key && base64url_parse(a, box, &bytes) && bytes.len >= NONCE + TAG) {
        unsigned char *plain = arena_alloc(a, bytes.len);
        const unsigned char *p = (const unsigned char *)bytes.ptr;
        unsigned long long len;
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &len, NULL, p + NONCE, bytes.len - NONCE,
                                                       (const unsigned char *)place.ptr, place.len, p, key) == 0) {
            *ret = (Str){(const char *)plain, (size_t)len};
        }
    }
    sodium_memzero(key, sizeof key);
    return true;
}
