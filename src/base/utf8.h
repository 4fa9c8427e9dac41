/* utf8.h: code points of UTF-8 text. Case, collation and normal forms are elsewhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "buf.h"

/* True if s is well-formed UTF-8 (no surrogates, no overlong forms). The edge calls this once for every text. */
bool utf8_is_valid(Str s);
/* The code point at byte *at, and moves *at behind it; -1 at the end. s must be valid. */
int32_t utf8_next(Str s, size_t *at);
/* Code points in s. */
size_t utf8_count(Str s);
/* Byte position of the n-th code point (from 0), or s.len if there are fewer. */
size_t utf8_at(Str s, size_t n);
void utf8_put(Buf *b, int32_t code_point);

#endif
