/* buf.c: see buf.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Buf buf_new(Arena *a, size_t limit_bytes)
{
    return (Buf){.arena = a, .limit = limit_bytes};
}

static bool make_room(Buf *b, size_t more)
{
    if (b->failed || more > b->limit || b->len > b->limit - more) {
        b->failed = true;
        return false;
    }
    if (b->len + more > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        while (cap < b->len + more) {
            cap *= 2;
        }
        b->ptr = arena_grow(b->arena, b->ptr, b->cap, cap);
        b->cap = cap;
    }
    return true;
}

void buf_reserve(Buf *b, size_t more)
{
    size_t rest = b->limit - b->len, want = b->len + (more < rest ? more : rest);
    if (want > b->cap) {
        b->ptr = arena_grow(b->arena, b->ptr, b->cap, want);
        b->cap = want;
    }
}

void buf_add(Buf *b, Str s)
{
    if (s.len > 0 && make_room(b, s.len)) {
        memcpy(b->ptr + b->len, s.ptr, s.len);
        b->len += s.len;
    }
}

void buf_add_c(Buf *b, const char *text)
{
    buf_add(b, str_from_c(text));
}

void buf_byte(Buf *b, char c)
{
    if (make_room(b, 1)) {
        b->ptr[b->len++] = c;
    }
}

void buf_printf(Buf *b, const char *format, ...)
{
    char usual[256]; /* most texts fit: written once, then copied */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(usual, sizeof usual, format, args);
    va_end(args);
    check_that(len >= 0);
    if ((size_t)len < sizeof usual) {
        buf_add(b, (Str){usual, (size_t)len});
    } else if (make_room(b, (size_t)len + 1)) {
        vsnprintf(b->ptr + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_drop(Buf *b, size_t n)
{
    check_that(n <= b->len);
    b->len -= n;
}

bool buf_ok(const Buf *b)
{
    return !b->failed;
}

Str buf_str(const Buf *b)
{
    return (Str){b->ptr, b->len};
}
