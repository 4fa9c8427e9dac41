/* dec.h: decimal numbers of 34 digits, IEEE 754-2008 decimal128 arithmetic, half-even; no binary floating point.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DEC_H
#define BASE_DEC_H

#include "buf.h"

/* Powers of ten that 64 bits hold. */
enum { DEC_TENS_MAX = 18 };
extern const int64_t DEC_TENS[DEC_TENS_MAX + 1];

/* coefficient × 10^exponent; coefficient < 10^34; exponent −6176 … 6111. Zero has coefficient 0. There is no NaN and no
 * infinity: an operation without a finite result returns false. Many representations may have the same value. */
typedef struct {
    U128 coefficient;
    int32_t exponent;
    bool negative;
} Dec;

typedef enum {
    DEC_HALF_EVEN = 1, /* banker's */
    DEC_HALF_UP,       /* half away from zero */
    DEC_HALF_DOWN,     /* half towards zero */
    DEC_UP,            /* away from zero */
    DEC_DOWN,          /* towards zero */
    DEC_FLOOR,
    DEC_CEILING
} DecRounding;

Dec dec_from_int(int64_t n);
/* Digits, optional sign, point and exponent, as FEEL and JSON write numbers; whole text. More than 34 digits round. */
MUST_USE bool dec_parse(Str text, Dec *ret);
/* Plain notation without superfluous zeros or exponent where |exponent| is moderate ("0.1", "-12", "1E+40" beyond 34
 * digits). */
Str dec_print(Arena *a, Dec d);
MUST_USE bool dec_to_int(Dec d, int64_t *ret); /* only if it is an integer that fits */
bool dec_is_integer(Dec d);
int dec_cmp(Dec a, Dec b);
Dec dec_normal(Dec d); /* without trailing zeros; zero is 0E0 and not negative */
Dec dec_neg(Dec d);
MUST_USE bool dec_add(Dec a, Dec b, Dec *ret);
MUST_USE bool dec_sub(Dec a, Dec b, Dec *ret);
MUST_USE bool dec_mul(Dec a, Dec b, Dec *ret);
MUST_USE bool dec_div(Dec a, Dec b, Dec *ret); /* false for b = 0 */
MUST_USE bool dec_pow(Dec a, Dec b, Dec *ret);
/* To `scale` digits after the point (may be negative). */
MUST_USE bool dec_round(Dec d, int32_t scale, DecRounding rounding, Dec *ret);
MUST_USE bool dec_modulo(Dec a, Dec b, Dec *ret); /* a − b × floor(a / b), exact; the sign of b */
MUST_USE bool dec_sqrt(Dec d, Dec *ret);
MUST_USE bool dec_exp(Dec d, Dec *ret);
MUST_USE bool dec_log(Dec d, Dec *ret); /* natural */

#endif
