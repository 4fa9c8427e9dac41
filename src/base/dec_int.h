/* dec_int.h: what dec.c and dec_math.c share: powers of ten, 256-bit products, and the one function that rounds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DEC_INT_H
#define BASE_DEC_INT_H

#include "dec.h"

enum { DEC_DIGITS = 34, DEC_LEAST_EXPONENT = -6176, DEC_GREATEST_EXPONENT = 6111, DEC_TABLE = 39 };

typedef struct {
    U128 hi, lo;
} Wide;

extern const U128 DEC_TEN[DEC_TABLE]; /* 10^0 … 10^38 */

int dec_digits(U128 c); /* 0 for 0 */
Wide wide_mul(U128 a, U128 b);
/* c × 10^digits, which must fit; digits at most 76. */
Wide wide_scaled(U128 c, int digits);
/* n / d; n.hi < d must hold, so that the quotient fits. */
U128 wide_div(Wide n, U128 d, U128 *ret_rest);
/* Divides in place by d > 0 and returns the rest. limbs: least significant first. */
uint64_t limbs_div(uint64_t *limbs, int count, uint64_t d);
/* The finite number ±(w + a bit if sticky) × 10^exponent, rounded half-even to 34 digits. False past the greatest. */
MUST_USE bool dec_finish(bool negative, Wide w, bool sticky, int64_t exponent, Dec *ret);

#endif
