/* buf.h: growing text with a sticky error: write in a straight line, ask buf_ok() once at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "str.h"

typedef struct {
    Arena *arena;
    char *ptr;
    size_t len, cap, limit;
    bool failed; /* the limit was reached; further writes do nothing */
} Buf;

/* A buffer in the arena that grows to limit_bytes. */
Buf buf_new(Arena *a, size_t limit_bytes);
/* Room for exactly so many more bytes, where they are known beforehand; within the limit. */
void buf_reserve(Buf *b, size_t more);
void buf_add(Buf *b, Str s);
void buf_add_c(Buf *b, const char *text);
void buf_byte(Buf *b, char c);
void buf_printf(Buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Takes the last n bytes away. */
void buf_drop(Buf *b, size_t n);
bool buf_ok(const Buf *b);
/* What was written, good until the next write. */
Str buf_str(const Buf *b);

#endif
