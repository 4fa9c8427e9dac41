/* compress.c: answers made smaller with gzip (RFC 1952) where the browser takes it and it is worth the time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <string.h>
#include <zlib.h>

/* LEVEL: 3 takes three fifths of the time of 5, for a tenth more bytes. */
enum { WORTH_BYTES = 1024, LEVEL = 3, WINDOW_GZIP = 15 + 16, MEMORY = 8 };

static bool is_text(Str type)
{
    static const Str TYPES[] = {STR_INIT("text/"), STR_INIT("application/json"), STR_INIT("application/problem+json"),
                                STR_INIT("application/manifest+json"), STR_INIT("image/svg+xml")};
    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        if (str_starts(type, TYPES[i])) {
            return true;
        }
    }
    return false;
}

/* "gzip" or "*" among the codings, and not with q=0 (RFC 9110 12.5.3). */
static bool takes_gzip(Str accept)
{
    bool takes = false;
    for (Str item; accept.len > 0 && str_cut(&accept, ',', &item);) {
        Str name, weight = item;
        str_cut(&weight, ';', &name);
        name = str_trim(name);
        Str q = weight.ptr ? str_trim(weight) : STR("");
        bool refused = str_eq(q, STR("q=0")) || (str_starts(q, STR("q=0.")) && strspn(q.ptr + 4, "0") >= q.len - 4);
        if (str_eq(name, STR("gzip"))) {
            return !refused;
        }
        takes = takes || (str_eq(name, STR("*")) && !refused);
    }
    return takes;
}

static bool deflate_all(z_stream *z, Str in, Buf *out)
{
    unsigned char piece[16384];
    z->next_in = (unsigned char *)(uintptr_t)in.ptr;
    z->avail_in = (unsigned)in.len;
    for (int status = Z_OK; status != Z_STREAM_END;) {
        z->next_out = piece;
        z->avail_out = sizeof piece;
        status = deflate(z, Z_FINISH);
        if (status != Z_OK && status != Z_STREAM_END) {
            return false;
        }
        buf_add(out, (Str){(const char *)piece, sizeof piece - z->avail_out});
    }
    return buf_ok(out);
}

void http_compress(const Request *q, Response *r, Arena *a)
{
    Str whole = r->body.len ? buf_str(&r->body) : STR("");
    if (!is_text(str_from_c(r->content_type))) {
        return;
    }
    r->varies = true;
    if (whole.len < WORTH_BYTES || q->head || !takes_gzip(q->accept_encoding)) {
        return;
    }
    Buf small = buf_new(a, whole.len);
    z_stream z = {0};
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        return;
    }
    if (deflate_all(&z, whole, &small)) {
        r->body = small;
        r->gzip = true;
        if (r->etag.len > 2) { /* other bytes, another tag (RFC 9110 8.8.3.3) */
            r->etag = str_printf(a, "%.*s-gzip\"", (int)r->etag.len - 1, r->etag.ptr);
        }
    }
    deflateEnd(&z);
}
