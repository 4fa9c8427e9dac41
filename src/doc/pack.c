/* pack.c: deflate and base 32, both with limits and both strict, so that one content has one accepted form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <string.h>
#include <zlib.h>

static void *pack_alloc(void *arena, unsigned items, unsigned size)
{
    return arena_alloc(arena, (size_t)items * size);
}

static void pack_free(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

static unsigned char *input_of(Str bytes)
{
    return (unsigned char *)(uintptr_t)bytes.ptr; /* zlib's field is not const but is only read */
}

Str pack_deflate(Arena *a, Str bytes, PackForm form)
{
    z_stream z = {.zalloc = pack_alloc, .zfree = pack_free, .opaque = a};
    int window = form == PACK_RAW ? -15 : 15;
    check_that(deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&z, bytes.len);
    unsigned char *out = arena_alloc(a, room + 1);
    z.next_in = input_of(bytes);
    z.avail_in = (unsigned)bytes.len;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    check_that(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return (Str){(const char *)out, z.total_out};
}

bool pack_inflate(Arena *a, Str packed, PackForm form, size_t limit, Str *ret, Err *err)
{
    if (packed.len > limit) {
        return err_set(err, TOO_LARGE, "The packed text is larger than %zu bytes.", limit);
    }
    z_stream z = {.zalloc = pack_alloc, .zfree = pack_free, .opaque = a};
    check_that(inflateInit2(&z, form == PACK_RAW ? -15 : 15) == Z_OK);
    z.next_in = input_of(packed);
    z.avail_in = (unsigned)packed.len;
    size_t room = packed.len * 4 + 256;
    unsigned char *out = arena_alloc(a, room);
    int state = Z_OK;
    bool padded = true;
    while (state == Z_OK) {
        if (z.total_out == room) {
            if (room > limit) {
                inflateEnd(&z);
                return err_set(err, TOO_LARGE, "The unpacked text is larger than %zu bytes.", limit);
            }
            out = arena_grow(a, out, room, room * 2);
            room *= 2;
        }
        z.next_out = out + z.total_out;
        z.avail_out = (unsigned)(room - z.total_out);
        state = inflate(&z, Z_BLOCK);
        if (state == Z_OK &&
            (z.data_type & 192) == 192) { /* behind the last block: the rest of its byte must be zero */
            padded = z.next_in[-1] >> (8 - (z.data_type & 7)) == 0;
        }
    }
    bool whole = state == Z_STREAM_END && z.avail_in == 0 && padded;
    inflateEnd(&z);
    if (!whole) {
        return err_set(err, BAD_REQUEST, "The packed text is damaged.");
    }
    if (z.total_out > limit) {
        return err_set(err, TOO_LARGE, "The unpacked text is larger than %zu bytes.", limit);
    }
    *ret = (Str){(const char *)out, z.total_out};
    return true;
}

static const char BASE32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Str base32_print(Arena *a, Str bytes)
{
    char *out = arena_alloc(a, bytes.len / 5 * 8 + 9);
    size_t n = 0;
    uint32_t hold = 0;
    int bits = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        hold = (hold << 8 | (unsigned char)bytes.ptr[i]) & 0xFFF;
        for (bits += 8; bits >= 5; bits -= 5) {
            out[n++] = BASE32[hold >> (bits - 5) & 31];
        }
    }
    if (bits > 0) {
        out[n++] = BASE32[hold << (5 - bits) & 31];
    }
    return (Str){out, n};
}

static int base32_value(char c)
{
    if (c >= '2' && c <= '7') {
        return c - '2' + 26;
    }
    c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

bool base32_parse(Arena *a, Str text, Str *ret)
{
    char *out = arena_alloc(a, text.len / 8 * 5 + 6);
    size_t n = 0;
    uint32_t hold = 0;
    int bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = base32_value(text.ptr[i]);
        if (value < 0) {
            return false;
        }
        hold = (hold << 5 | (uint32_t)value) & 0xFFF;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (char)(hold >> bits & 0xFF);
        }
    }
    if (bits >= 5 || (hold & ((1U << bits) - 1)) != 0) {
        return false;
    }
    *ret = (Str){out, n};
    return true;
}
