/* hash.h: SHA-256 and the text forms of bytes. Signatures and encryption are not here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "str.h"

typedef struct {
    unsigned char b[32];
} Hash;

Hash hash_of(Str bytes); /* SHA-256 */
/* The first 8 bytes of the SHA-256 of bytes, as a big-endian number. */
uint64_t hash_head(Str bytes);
bool hash_eq(Hash a, Hash b);
Str hex_print(Arena *a, Str bytes); /* lower case */
MUST_USE bool hex_parse(Arena *a, Str text, Str *ret_bytes);
Str base64_print(Arena *a, Str bytes);                             /* RFC 4648 section 4, padded */
Str base64url_print(Arena *a, Str bytes);                          /* RFC 4648 section 5, not padded */
Str random_text(Arena *a, size_t n);                               /* n bytes that nobody can guess, as base64url */
MUST_USE bool base64_parse(Arena *a, Str text, Str *ret_bytes);    /* strict */
MUST_USE bool base64url_parse(Arena *a, Str text, Str *ret_bytes); /* strict, not padded */

#define HASH_STR(h) ((Str){(const char *)(h).b, sizeof((h).b)})

#endif
