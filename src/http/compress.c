/* compress.c: answers made smaller with gzip (RFC 1952) where the browser takes it and it is worth the time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <libdeflate.h>
#include <string.h>

/* LEVEL: 1 packs a page better than zlib at its 3, in half the time. */
enum { WORTH_BYTES = 1024, LEVEL = 1 };

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
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
    if (c == NULL) {
        return;
    }
    Buf small = buf_new(a, whole.len);
    buf_reserve(&small, whole.len); /* what does not become smaller is sent as it is */
    small.len = libdeflate_gzip_compress(c, whole.ptr, whole.len, small.ptr, small.cap);
    libdeflate_free_compressor(c);
    if (small.len == 0) {
        return;
    }
    r->body = small;
    r->gzip = true;
    if (r->etag.len > 2) { /* other bytes, another tag (RFC 9110 8.8.3.3) */
        r->etag = str_printf(a, "%.*s-gzip\"", (int)r->etag.len - 1, r->etag.ptr);
    }
}
