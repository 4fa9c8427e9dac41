/* str.h: immutable text as pointer and length, valid UTF-8 since the edge checked it. Growing text is in buf.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "arena.h"

/* ptr may be NULL only where len is 0. Not terminated by zero unless made by str_c() or str_printf(). */
typedef struct {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)               \
    {                                   \
        "" literal, sizeof(literal) - 1 \
    }
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).ptr

Str str_from_c(const char *text); /* NULL gives the empty text; does not copy */
Str str_copy(Arena *a, Str s);
/* Zero-terminated copy for other libraries. */
const char *str_c(Arena *a, Str s);
Str str_printf(Arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
bool str_eq(Str a, Str b);
bool str_eq_c(Str a, const char *b);
/* By bytes, which for UTF-8 is by code point; <0, 0, >0. */
int str_cmp(Str a, Str b);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
/* Bytes [from, to) of s, both clipped to its length. */
Str str_sub(Str s, size_t from, size_t to);
/* Byte position of the first needle at or after from, or SIZE_MAX. */
size_t str_find(Str s, Str needle, size_t from);
/* Cuts s at the first separator: *ret_head gets what stands before, *s what stands after. False when s is used up
 * (s->ptr NULL marks that). Start with a non-NULL s; an empty text gives one empty piece. */
bool str_cut(Str *s, char separator, Str *ret_head);
/* Without spaces, tabs and line ends at both ends. */
Str str_trim(Str s);
/* A plain decimal integer, optional minus, whole text. False (result untouched) otherwise. */
MUST_USE bool str_to_int(Str s, int64_t *ret);
uint64_t str_hash(Str s);

#endif
