/* doc_int.h: what the files of doc share: signed JSON (JWS), packed bytes, base 32.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_DOC_INT_H
#define DOC_DOC_INT_H

#include "doc/doc.h"

/* Longest credential or signed list that is read, packed and unpacked. */
#define DOC_CREDENTIAL_BYTES ((size_t)64 * 1024)
#define DOC_STATUS_BYTES ((size_t)16 * 1024 * 1024)

/* ---- Signed JSON: JWS compact serialisation (RFC 7515) with EdDSA (RFC 8037) --------------------------- */

/* "header.payload" of the canonical JSON, before it is signed. */
MUST_USE bool jws_input(Arena *a, const char *type, Str key_id, const Json *payload, Str *ret);
MUST_USE bool jws_sign(Arena *a, const char *type, const Json *payload, const DocSeed *seed, Str *ret, Err *err);

typedef struct {
    Json *payload;
    Str key_id;
    Str signature; /* 64 bytes */
} Jws;

/* Splits and decodes without checking the signature. */
MUST_USE bool jws_read(Arena *a, Str jwt, const char *type, Jws *ret, Err *err);
MUST_USE bool jws_verify(Arena *a, Str jwt, const char *type, const DocPublicKey *keys, size_t count, Jws *ret,
                         Err *err);
/* Whole seconds of a time claim, 0 if it is absent. */
MUST_USE bool jws_time(const Json *payload, const char *name, int64_t *ret, Err *err);
#define DOC_CREDENTIAL_TYPE "dc+sd-jwt" /* typ of SD-JWT VC */
/* The digest of a disclosure, put into its place in the sorted list, so that the order says nothing about
 * the claims. */
void digest_insert(Arena *a, Json *list, Str digest);
Str digest_of(Arena *a, Str disclosure);
/* Decodes base64url to JSON. */
MUST_USE bool jws_decode(Arena *a, Str text, Json **ret, Err *err);

/* ---- Bytes --------------------------------------------------------------------------------------------- */

typedef enum { PACK_RAW = 1, PACK_ZLIB } PackForm; /* RFC 1951, RFC 1950 */
Str pack_deflate(Arena *a, Str bytes, PackForm form);
/* BAD_REQUEST if it is not whole, TOO_LARGE past the limit. */
MUST_USE bool pack_inflate(Arena *a, Str packed, PackForm form, size_t limit, Str *ret, Err *err);
Str base32_print(Arena *a, Str bytes);                    /* RFC 4648 section 6, not padded */
MUST_USE bool base32_parse(Arena *a, Str text, Str *ret); /* strict but for lower case */

#endif
