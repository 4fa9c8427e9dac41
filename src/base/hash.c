/* hash.c: SHA-256 from OpenSSL, text forms from libsodium.
 * SPDX-License-Identifier: Apache-2.0 */
/* The one-shot call looks its algorithm up at each use, which costs more than the hash of a short text. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hash.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

Hash hash_of(Str bytes)
{
    Hash h;
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, bytes.ptr ? bytes.ptr : "", bytes.len);
    SHA256_Final(h.b, &c);
    return h;
}

/* Short bytes fill one block with their padding: no copying about, half the time. */
uint64_t hash_head(Str bytes)
{
    enum { BLOCK = 64, MOST = BLOCK - 9 };
    unsigned char block[BLOCK] = {0};
    SHA256_CTX c;
    if (bytes.len > MOST) {
        Hash h = hash_of(bytes);
        uint64_t head = 0;
        for (int i = 0; i < 8; i++) {
            head = head << 8 | h.b[i];
        }
        return head;
    }
    if (bytes.len > 0) {
        memcpy(block, bytes.ptr, bytes.len);
    }
    block[bytes.len] = 0x80;
    block[BLOCK - 2] = (unsigned char)(bytes.len * 8 >> 8);
    block[BLOCK - 1] = (unsigned char)(bytes.len * 8);
    SHA256_Init(&c);
    SHA256_Transform(&c, block);
    return (uint64_t)c.h[0] << 32 | c.h[1];
}

bool hash_eq(Hash a, Hash b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

Str hex_print(Arena *a, Str bytes)
{
    char *p = arena_alloc(a, bytes.len * 2 + 1);
    sodium_bin2hex(p, bytes.len * 2 + 1, (const unsigned char *)bytes.ptr, bytes.len);
    return (Str){p, bytes.len * 2};
}

bool hex_parse(Arena *a, Str text, Str *ret_bytes)
{
    unsigned char *p = arena_alloc(a, text.len / 2 + 1);
    size_t len;
    if (text.len % 2 != 0 || sodium_hex2bin(p, text.len / 2, text.ptr, text.len, NULL, &len, NULL) != 0 ||
        len != text.len / 2) {
        return false;
    }
    *ret_bytes = (Str){(const char *)p, len};
    return true;
}

static Str print64(Arena *a, Str bytes, int variant)
{
    size_t room = sodium_base64_encoded_len(bytes.len, variant);
    char *p = arena_alloc(a, room);
    sodium_bin2base64(p, room, (const unsigned char *)bytes.ptr, bytes.len, variant);
    return str_from_c(p);
}

static bool parse64(Arena *a, Str text, int variant, Str *ret_bytes)
{
    unsigned char *p = arena_alloc(a, text.len + 1);
    size_t len;
    const char *end;
    if (sodium_base642bin(p, text.len, text.ptr, text.len, NULL, &len, &end, variant) != 0 ||
        end != text.ptr + text.len) {
        return false;
    }
    *ret_bytes = (Str){(const char *)p, len};
    return true;
}

Str base64_print(Arena *a, Str bytes)
{
    return print64(a, bytes, sodium_base64_VARIANT_ORIGINAL);
}

Str base64url_print(Arena *a, Str bytes)
{
    return print64(a, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

Str random_text(Arena *a, size_t n)
{
    char *p = arena_alloc(a, n);
    randombytes_buf(p, n);
    return base64url_print(a, (Str){p, n});
}

bool base64_parse(Arena *a, Str text, Str *ret_bytes)
{
    return parse64(a, text, sodium_base64_VARIANT_ORIGINAL, ret_bytes);
}

bool base64url_parse(Arena *a, Str text, Str *ret_bytes)
{
    return parse64(a, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret_bytes);
}
