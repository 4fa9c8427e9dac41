/* status.c: the token status list: one bit says whether a credential still stands; packed, signed, read again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include "base/hash.h"

#define STATUS_TYPE "statuslist+jwt"

DocStatusList doc_status_new(Arena *a, Str uri, size_t entries)
{
    check_that(entries / 8 < DOC_STATUS_BYTES);
    size_t bytes = (entries + 7) / 8;
    return (DocStatusList){.uri = uri, .bits = {arena_alloc(a, bytes + 1), bytes}, .entry_bits = 1};
}

void doc_status_set(DocStatusList *list, size_t index, bool revoked)
{
    check_that(list->entry_bits == 1 && index / 8 < list->bits.len);
    unsigned char *byte = (unsigned char *)(uintptr_t)list->bits.ptr + index / 8; /* doc_status_new() made it */
    unsigned mask = 1U << (index % 8);
    *byte = (unsigned char)(revoked ? *byte | mask : *byte & ~mask);
}

bool doc_status_get(const DocStatusList *list, int64_t index, int *ret, Err *err)
{
    size_t per_byte = 8 / (size_t)list->entry_bits;
    if (index < 0 || (uint64_t)index / per_byte >= list->bits.len) {
        return err_set(err, FIELD_RANGE, "The status list has no entry %lld.", (long long)index);
    }
    unsigned byte = (unsigned char)list->bits.ptr[(size_t)index / per_byte];
    unsigned shift = (unsigned)((size_t)index % per_byte) * (unsigned)list->entry_bits;
    *ret = (int)(byte >> shift & ((1U << list->entry_bits) - 1));
    return true;
}

bool doc_status_sign(Arena *a, const DocStatusList *list, const DocSeed *seed, Str *ret_jwt, Err *err)
{
    if (list->uri.len == 0 || list->issued_s <= 0) {
        return err_field(err, FIELD_MISSING, list->uri.len == 0 ? "uri" : "issued_s", "This field is required.");
    }
    Json *payload = json_new_object(a);
    Json *inner = json_set(a, payload, STR("status_list"), json_new_object(a));
    json_set(a, inner, STR("bits"), json_new_int(a, list->entry_bits));
    json_set(a, inner, STR("lst"), json_new_str(a, base64url_print(a, pack_deflate(a, list->bits, PACK_ZLIB))));
    json_set(a, payload, STR("sub"), json_new_str(a, list->uri));
    json_set(a, payload, STR("iat"), json_new_int(a, list->issued_s));
    if (list->ends_s > 0) {
        json_set(a, payload, STR("exp"), json_new_int(a, list->ends_s));
    }
    if (list->ttl_s > 0) {
        json_set(a, payload, STR("ttl"), json_new_int(a, list->ttl_s));
    }
    return jws_sign(a, STATUS_TYPE, payload, seed, ret_jwt, err);
}

bool doc_status_verify(Arena *a, Str jwt, const DocPublicKey *keys, size_t count, DocStatusList *ret, Err *err)
{
    Jws jws;
    DocStatusList list = {0};
    Str packed;
    if (jwt.len > DOC_STATUS_BYTES) {
        return err_set(err, TOO_LARGE, "The status list is larger than %zu bytes.", DOC_STATUS_BYTES);
    }
    if (!jws_verify(a, str_trim(jwt), STATUS_TYPE, keys, count, &jws, err) ||
        !jws_time(jws.payload, "iat", &list.issued_s, err) || !jws_time(jws.payload, "exp", &list.ends_s, err) ||
        !jws_time(jws.payload, "ttl", &list.ttl_s, err)) {
        return false;
    }
    list.uri = json_text_at(jws.payload, "sub");
    int64_t bits = json_to_int(json_path(jws.payload, "status_list.bits"), 0);
    if (list.uri.len == 0 || list.issued_s == 0 || (bits != 1 && bits != 2 && bits != 4 && bits != 8) ||
        !base64url_parse(a, json_text(json_path(jws.payload, "status_list.lst")), &packed)) {
        return err_set(err, BAD_REQUEST, "This is not a status list.");
    }
    list.entry_bits = (int)bits;
    if (!pack_inflate(a, packed, PACK_ZLIB, DOC_STATUS_BYTES, &list.bits, err)) {
        return false;
    }
    *ret = list;
    return true;
}
