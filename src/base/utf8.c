/* utf8.c: see utf8.h; the table of well-formed sequences is Unicode 15, table 3-7.
 * SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include <string.h>

/* Whether the eight bytes at p are: the high bit is set in none. */
static bool are_ascii(const unsigned char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return (eight & 0x8080808080808080U) == 0;
}

/* Length of the sequence that starts at p with n bytes left, or 0 if it is ill-formed. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80) {
        return 1;
    }
    size_t len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || n < len) {
        return 0;
    }
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

bool utf8_is_valid(Str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        if (s.len - i >= sizeof(uint64_t) && are_ascii(p + i)) {
            i += sizeof(uint64_t);
            continue;
        }
        size_t n = sequence(p + i, s.len - i);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

int32_t utf8_next(Str s, size_t *at)
{
    if (*at >= s.len) {
        return -1;
    }
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    size_t n = sequence(p, s.len - *at);
    check_that(n > 0);
    *at += n;
    static const unsigned char MASK[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    int32_t c = p[0] & MASK[n];
    for (size_t i = 1; i < n; i++) {
        c = (c << 6) | (p[i] & 0x3F);
    }
    return c;
}

size_t utf8_count(Str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

size_t utf8_at(Str s, size_t n)
{
    size_t i = 0;
    while (i < s.len) {
        if (((unsigned char)s.ptr[i] & 0xC0) != 0x80 && n-- == 0) {
            break;
        }
        i++;
    }
    return i;
}

void utf8_put(Buf *b, int32_t c)
{
    if (c < 0x80) {
        buf_byte(b, (char)c);
    } else if (c < 0x800) {
        buf_byte(b, (char)(0xC0 | (c >> 6)));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_byte(b, (char)(0xE0 | (c >> 12)));
        buf_byte(b, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_byte(b, (char)(0xF0 | (c >> 18)));
        buf_byte(b, (char)(0x80 | ((c >> 12) & 0x3F)));
        buf_byte(b, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    }
}
