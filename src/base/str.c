/* str.c: see str.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Str str_from_c(const char *text)
{
    return (Str){text, text ? strlen(text) : 0};
}

const char *str_c(Arena *a, Str s)
{
    char *p = arena_alloc(a, s.len + 1);
    if (s.len > 0) {
        memcpy(p, s.ptr, s.len);
    }
    return p;
}

Str str_copy(Arena *a, Str s)
{
    return (Str){str_c(a, s), s.len};
}

Str str_printf(Arena *a, const char *format, ...)
{
    char usual[256]; /* most texts fit: written once, then copied */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(usual, sizeof usual, format, args);
    va_end(args);
    check_that(len >= 0);
    char *p = arena_alloc(a, (size_t)len + 1);
    if ((size_t)len < sizeof usual) {
        memcpy(p, usual, (size_t)len);
    } else {
        vsnprintf(p, (size_t)len + 1, format, again);
    }
    va_end(again);
    return (Str){p, (size_t)len};
}

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eq_c(Str a, const char *b)
{
    return str_eq(a, str_from_c(b));
}

int str_cmp(Str a, Str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, s.len), suffix);
}

Str str_sub(Str s, size_t from, size_t to)
{
    if (to > s.len) {
        to = s.len;
    }
    if (from >= to) {
        return (Str){s.ptr ? s.ptr + (from < s.len ? from : s.len) : NULL, 0};
    }
    return (Str){s.ptr + from, to - from};
}

size_t str_find(Str s, Str needle, size_t from)
{
    if (needle.len == 0) {
        return from <= s.len ? from : SIZE_MAX;
    }
    while (from + needle.len <= s.len) {
        const char *hit = memchr(s.ptr + from, needle.ptr[0], s.len - from - needle.len + 1);
        if (hit == NULL) {
            return SIZE_MAX;
        }
        from = (size_t)(hit - s.ptr);
        if (memcmp(hit, needle.ptr, needle.len) == 0) {
            return from;
        }
        from++;
    }
    return SIZE_MAX;
}

bool str_cut(Str *s, char separator, Str *ret_head)
{
    if (s->ptr == NULL) {
        return false;
    }
    const char *hit = s->len ? memchr(s->ptr, separator, s->len) : NULL;
    if (hit == NULL) {
        *ret_head = *s;
        *s = (Str){NULL, 0};
        return true;
    }
    size_t at = (size_t)(hit - s->ptr);
    *ret_head = str_sub(*s, 0, at);
    *s = (Str){hit + 1, s->len - at - 1};
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Str str_trim(Str s)
{
    while (s.len > 0 && is_space(s.ptr[0])) {
        s = (Str){s.ptr + 1, s.len - 1};
    }
    while (s.len > 0 && is_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool str_to_int(Str s, int64_t *ret)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == s.len) {
        return false;
    }
    int64_t value = 0;
    for (; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        int digit = s.ptr[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
            return false;
        }
    }
    *ret = value;
    return true;
}

uint64_t str_hash(Str s)
{
    uint64_t h = 1469598103934665603ULL; /* FNV-1a */
    for (size_t i = 0; i < s.len; i++) {
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211ULL;
    }
    return h;
}
