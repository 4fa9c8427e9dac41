/* dec.c: see dec.h. Exact 256-bit intermediates, one rounding at the end; sqrt, exp, log and powers are in dec_math.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dec_int.h"

/* clang-format off */
const int64_t DEC_TENS[DEC_TENS_MAX + 1] = {
    1, 10, 100, 1000, 10000,
    100000, 1000000, 10000000, 100000000, 1000000000,
    10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
    1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000};
/* clang-format on */

#define E18 ((U128)1000000000000000000u)
#define ROW(base) (base), (base)*10, (base)*100, (base)*1000, (base)*10000, (base)*100000
const U128 DEC_TEN[DEC_TABLE] = {
    ROW((U128)1), ROW((U128)1000000), ROW((U128)1000000000000), ROW(E18), ROW(E18 * 1000000), ROW(E18 * 1000000000000),
    E18 *E18,     E18 *E18 * 10,      E18 *E18 * 100,
};

static int bits_of(U128 c)
{
    uint64_t hi = (uint64_t)(c >> 64), lo = (uint64_t)c;
    return hi ? 128 - __builtin_clzll(hi) : lo ? 64 - __builtin_clzll(lo) : 0;
}

int dec_digits(U128 c)
{
    int t = bits_of(c) * 1233 >> 12; /* 1233 / 4096 is just under log10(2) */
    return t + (c >= DEC_TEN[t]);
}

/* ---- 256 bits --------------------------------------------------------------------------------------------------- */

Wide wide_mul(U128 a, U128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    U128 low = (U128)a0 * b0, m1 = (U128)a1 * b0, m2 = (U128)a0 * b1, high = (U128)a1 * b1;
    U128 middle = (low >> 64) + (uint64_t)m1 + (uint64_t)m2;
    return (Wide){.hi = high + (m1 >> 64) + (m2 >> 64) + (middle >> 64), .lo = (middle << 64) | (uint64_t)low};
}

Wide wide_scaled(U128 c, int digits)
{
    return digits < DEC_TABLE ? wide_mul(c, DEC_TEN[digits])
                              : wide_mul(c * DEC_TEN[digits - DEC_TABLE + 1], DEC_TEN[DEC_TABLE - 1]);
}

/* One 64-bit digit of a quotient (Knuth 4.3.1 D): (u × 2^64 + next) / v for normalised v. */
static uint64_t quotient_digit(U128 *u, uint64_t next, U128 v)
{
    const U128 base = (U128)1 << 64;
    uint64_t v1 = (uint64_t)(v >> 64), v0 = (uint64_t)v;
    U128 q = *u / v1, rest = *u - q * v1;
    while (q >= base || q * v0 > ((rest << 64) | next)) {
        q--;
        rest += v1;
        if (rest >= base) {
            break;
        }
    }
    *u = (*u << 64) + next - q * v; /* modulo 2^128, as the true value is below v */
    return (uint64_t)q;
}

U128 wide_div(Wide n, U128 d, U128 *ret_rest)
{
    check_that(n.hi < d);
    if (n.hi == 0) {
        *ret_rest = n.lo % d;
        return n.lo / d;
    }
    int shift = 128 - bits_of(d);
    U128 v = d << shift;
    U128 hi = shift ? (n.hi << shift) | (n.lo >> (128 - shift)) : n.hi, lo = n.lo << shift;
    U128 q1 = quotient_digit(&hi, (uint64_t)(lo >> 64), v);
    U128 q0 = quotient_digit(&hi, (uint64_t)lo, v);
    *ret_rest = hi >> shift;
    return (q1 << 64) | q0;
}

uint64_t limbs_div(uint64_t *limbs, int count, uint64_t d)
{
    uint64_t rest = 0;
    for (int i = count - 1; i >= 0; i--) {
        U128 n = ((U128)rest << 64) | limbs[i];
        limbs[i] = (uint64_t)(n / d);
        rest = (uint64_t)(n % d);
    }
    return rest;
}

static bool wide_drop(Wide *w, int digits)
{
    uint64_t limbs[4] = {(uint64_t)w->lo, (uint64_t)(w->lo >> 64), (uint64_t)w->hi, (uint64_t)(w->hi >> 64)};
    bool sticky = false;
    while (digits > 0) {
        int step = digits < 19 ? digits : 19;
        sticky |= limbs_div(limbs, 4, (uint64_t)DEC_TEN[step]) != 0;
        digits -= step;
    }
    *w = (Wide){.hi = ((U128)limbs[3] << 64) | limbs[2], .lo = ((U128)limbs[1] << 64) | limbs[0]};
    return sticky;
}

/* ---- Rounding --------------------------------------------------------------------------------------------------- */

/* Whether the magnitude goes up when `rest` (against half: <0, 0, >0) is cut off. */
static bool goes_up(DecRounding rounding, bool negative, bool odd, bool exact, int against_half)
{
    switch (rounding) {
    case DEC_HALF_EVEN: return against_half > 0 || (against_half == 0 && odd);
    case DEC_HALF_UP: return against_half >= 0;
    case DEC_HALF_DOWN: return against_half > 0;
    case DEC_UP: return !exact;
    case DEC_DOWN: return false;
    case DEC_FLOOR: return negative && !exact;
    case DEC_CEILING: return !negative && !exact;
    }
    bug("rounding mode");
}

/* c without its last `drop` digits (any count above 0), rounded; sticky: something non-zero stood below. */
static U128 cut(U128 c, int64_t drop, bool sticky, bool negative, DecRounding rounding)
{
    if (drop >= DEC_TABLE) {
        bool exact = c == 0 && !sticky;
        return goes_up(rounding, negative, false, exact, -1);
    }
    U128 unit = DEC_TEN[drop], q = c / unit, rest = c - q * unit, half = unit / 2;
    int against_half = rest > half || (rest == half && sticky) ? 1 : rest == half ? 0 : -1;
    bool exact = rest == 0 && !sticky;
    return q + goes_up(rounding, negative, q & 1, exact, exact ? -1 : against_half);
}

bool dec_finish(bool negative, Wide w, bool sticky, int64_t exponent, Dec *ret)
{
    if (w.hi != 0) {
        int spare = ((bits_of(w.hi) + 127) * 1233 >> 12) - 36; /* leaves 36 to 38 digits */
        if (spare > 0) {
            sticky |= wide_drop(&w, spare);
            exponent += spare;
        }
    }
    check_that(w.hi == 0);
    U128 c = w.lo;
    int64_t drop = dec_digits(c) - DEC_DIGITS;
    if (DEC_LEAST_EXPONENT - exponent > drop) {
        drop = DEC_LEAST_EXPONENT - exponent;
    }
    if (drop > 0) {
        c = cut(c, drop, sticky, negative, DEC_HALF_EVEN);
        exponent += drop;
        if (c == DEC_TEN[DEC_DIGITS]) {
            c = DEC_TEN[DEC_DIGITS - 1];
            exponent++;
        }
    }
    if (c == 0) {
        exponent = exponent > DEC_GREATEST_EXPONENT ? DEC_GREATEST_EXPONENT : exponent;
        *ret = (Dec){.exponent = (int32_t)exponent};
        return true;
    }
    if (exponent > DEC_GREATEST_EXPONENT) {
        int64_t pad = exponent - DEC_GREATEST_EXPONENT;
        if (pad + dec_digits(c) > DEC_DIGITS) {
            return false;
        }
        c *= DEC_TEN[pad];
        exponent = DEC_GREATEST_EXPONENT;
    }
    *ret = (Dec){.coefficient = c, .exponent = (int32_t)exponent, .negative = negative};
    return true;
}

bool dec_round(Dec d, int32_t scale, DecRounding rounding, Dec *ret)
{
    if (scale < -DEC_GREATEST_EXPONENT || scale > -DEC_LEAST_EXPONENT) {
        return false;
    }
    int64_t drop = (int64_t)-scale - d.exponent;
    if (drop <= 0 || d.coefficient == 0) {
        *ret = d;
        return true;
    }
    U128 c = cut(d.coefficient, drop, false, d.negative, rounding);
    return dec_finish(d.negative, (Wide){.lo = c}, false, -scale, ret);
}

/* ---- Form ------------------------------------------------------------------------------------------------------- */

Dec dec_from_int(int64_t n)
{
    return (Dec){.coefficient = n < 0 ? (U128)(-(I128)n) : (U128)n, .negative = n < 0};
}

Dec dec_normal(Dec d)
{
    if (d.coefficient == 0) {
        return (Dec){0};
    }
    static const int STEPS[] = {16, 16, 8, 4, 2, 1};
    for (size_t i = 0; i < COUNT_OF(STEPS) && d.coefficient % 10 == 0; i++) {
        U128 q = d.coefficient / DEC_TEN[STEPS[i]];
        if (q * DEC_TEN[STEPS[i]] == d.coefficient && d.exponent + STEPS[i] <= DEC_GREATEST_EXPONENT) {
            d.coefficient = q;
            d.exponent += STEPS[i];
        }
    }
    return d;
}

bool dec_is_integer(Dec d)
{
    if (d.exponent >= 0 || d.coefficient == 0) {
        return true;
    }
    return d.exponent > -DEC_DIGITS && d.coefficient % DEC_TEN[-d.exponent] == 0;
}

bool dec_to_int(Dec d, int64_t *ret)
{
    d = dec_normal(d);
    if (d.exponent < 0 || d.exponent > 18) {
        return false;
    }
    Wide w = wide_mul(d.coefficient, DEC_TEN[d.exponent]);
    U128 limit = (U128)INT64_MAX + d.negative;
    if (w.hi != 0 || w.lo > limit) {
        return false;
    }
    *ret = d.negative ? (int64_t) - (I128)w.lo : (int64_t)w.lo;
    return true;
}

static bool is_digit(Str s, size_t i)
{
    return i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9';
}

/* The digits of a number as they come in; those past the 38th only move the exponent. */
typedef struct {
    U128 c;
    bool sticky;
    int64_t exponent;
} Digits;

static size_t digits_read(Str s, size_t at, bool fraction, Digits *d)
{
    for (; is_digit(s, at); at++) {
        unsigned digit = (unsigned)(s.ptr[at] - '0');
        if (d->c < DEC_TEN[DEC_TABLE - 2]) {
            d->c = d->c * 10 + digit;
            d->exponent -= fraction;
        } else {
            d->sticky |= digit != 0;
            d->exponent += !fraction;
        }
    }
    return at;
}

/* The exponent after E; a value past any use stands for all beyond it. */
static bool exponent_read(Str s, size_t *at, int64_t *ret)
{
    size_t i = *at;
    bool negative = i < s.len && s.ptr[i] == '-';
    i += i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+');
    if (!is_digit(s, i)) {
        return false;
    }
    int64_t e = 0;
    for (; is_digit(s, i); i++) {
        e = e < 100000000 ? e * 10 + (s.ptr[i] - '0') : e;
    }
    *ret = negative ? -e : e;
    *at = i;
    return true;
}

bool dec_parse(Str s, Dec *ret)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t at = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
    Digits d = {0};
    size_t end = digits_read(s, at, false, &d);
    bool any = end > at;
    if (end < s.len && s.ptr[end] == '.') {
        at = end + 1;
        end = digits_read(s, at, true, &d);
        if (end == at) {
            return false;
        }
        any = true;
    }
    int64_t e = 0;
    if (any && end < s.len && (s.ptr[end] == 'e' || s.ptr[end] == 'E')) {
        end++;
        if (!exponent_read(s, &end, &e)) {
            return false;
        }
    }
    return any && end == s.len && dec_finish(negative, (Wide){.lo = d.c}, d.sticky, d.exponent + e, ret);
}

Str dec_print(Arena *a, Dec d)
{
    d = dec_normal(d);
    char digits[40], text[96];
    int count = 0, at = 0;
    for (U128 c = d.coefficient; c > 0; c /= 10) {
        digits[count++] = (char)('0' + (int)(c % 10));
    }
    if (count == 0) {
        return STR("0");
    }
    if (d.negative) {
        text[at++] = '-';
    }
    int point = count + d.exponent; /* digits before the point */
    if (point > DEC_DIGITS || d.exponent < -2 * DEC_DIGITS || point < -DEC_DIGITS) {
        text[at++] = digits[--count];
        if (count > 0) {
            text[at++] = '.';
        }
        while (count > 0) {
            text[at++] = digits[--count];
        }
        return str_printf(a, "%.*sE%+d", at, text, point - 1);
    }
    if (point <= 0) {
        text[at++] = '0';
    }
    for (int i = 0; i < point; i++) {
        text[at++] = count > 0 ? digits[--count] : '0';
    }
    if (d.exponent < 0) {
        text[at++] = '.';
        for (int i = point; i < 0; i++) {
            text[at++] = '0';
        }
        while (count > 0) {
            text[at++] = digits[--count];
        }
    }
    return str_copy(a, (Str){text, (size_t)at});
}

/* ---- Arithmetic ------------------------------------------------------------------------------------------------- */

int dec_cmp(Dec a, Dec b)
{
    bool a_zero = a.coefficient == 0, b_zero = b.coefficient == 0;
    if (a_zero || b_zero) {
        int sign_a = a_zero ? 0 : a.negative ? -1 : 1, sign_b = b_zero ? 0 : b.negative ? -1 : 1;
        return (sign_a > sign_b) - (sign_a < sign_b);
    }
    if (a.negative != b.negative) {
        return a.negative ? -1 : 1;
    }
    int order;
    if (a.exponent == b.exponent) {
        order = (a.coefficient > b.coefficient) - (a.coefficient < b.coefficient);
    } else {
        int size_a = dec_digits(a.coefficient) + a.exponent, size_b = dec_digits(b.coefficient) + b.exponent;
        if (size_a != size_b) {
            order = size_a > size_b ? 1 : -1;
        } else {
            U128 ca = a.coefficient, cb = b.coefficient;
            if (a.exponent > b.exponent) {
                ca *= DEC_TEN[a.exponent - b.exponent];
            } else {
                cb *= DEC_TEN[b.exponent - a.exponent];
            }
            order = (ca > cb) - (ca < cb);
        }
    }
    return a.negative ? -order : order;
}

Dec dec_neg(Dec d)
{
    d.negative = d.coefficient != 0 && !d.negative;
    return d;
}

static bool wide_less(Wide a, Wide b)
{
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static Wide wide_sub(Wide a, Wide b)
{
    return (Wide){.hi = a.hi - b.hi - (a.lo < b.lo), .lo = a.lo - b.lo};
}

/* Both brought to one exponent; a's exponent is the greater. What b loses below is sticky. */
static bool add_aligned(Dec a, Dec b, Dec *ret)
{
    int64_t apart = (int64_t)a.exponent - b.exponent, up = apart < 40 ? apart : 40, down = apart - up;
    Wide wa = wide_scaled(a.coefficient, (int)up);
    bool sticky = false;
    U128 cb = b.coefficient;
    if (down > 0) {
        U128 kept = down < DEC_TABLE ? cb / DEC_TEN[down] : 0;
        sticky = down >= DEC_TABLE ? cb != 0 : kept * DEC_TEN[down] != cb;
        cb = kept;
    }
    Wide wb = {.lo = cb};
    int64_t exponent = b.exponent + down;
    if (a.negative == b.negative) {
        Wide sum = {.hi = wa.hi, .lo = wa.lo + cb};
        sum.hi += sum.lo < cb;
        return dec_finish(a.negative, sum, sticky, exponent, ret);
    }
    if (wide_less(wa, wb)) {
        return dec_finish(b.negative, wide_sub(wb, wa), sticky, exponent, ret);
    }
    Wide rest = wide_sub(wa, wb);
    if (sticky) { /* a − b − a bit: one less and a bit */
        rest = wide_sub(rest, (Wide){.lo = 1});
    }
    return dec_finish(a.negative, rest, sticky, exponent, ret);
}

bool dec_add(Dec a, Dec b, Dec *ret)
{
    if (a.exponent == b.exponent && a.negative == b.negative) {
        U128 sum = a.coefficient + b.coefficient;
        if (sum < DEC_TEN[DEC_DIGITS]) {
            *ret = (Dec){.coefficient = sum, .exponent = a.exponent, .negative = a.negative};
            return true;
        }
    }
    if (a.coefficient == 0 || b.coefficient == 0) {
        *ret = a.coefficient == 0 ? b : a;
        return true;
    }
    return a.exponent >= b.exponent ? add_aligned(a, b, ret) : add_aligned(b, a, ret);
}

bool dec_sub(Dec a, Dec b, Dec *ret)
{
    return dec_add(a, dec_neg(b), ret);
}

bool dec_mul(Dec a, Dec b, Dec *ret)
{
    bool negative = a.negative != b.negative;
    return dec_finish(negative, wide_mul(a.coefficient, b.coefficient), false, (int64_t)a.exponent + b.exponent, ret);
}

bool dec_div(Dec a, Dec b, Dec *ret)
{
    if (b.coefficient == 0) {
        return false;
    }
    int64_t exponent = (int64_t)a.exponent - b.exponent;
    bool negative = a.negative != b.negative;
    if (a.coefficient % b.coefficient == 0) {
        return dec_finish(negative, (Wide){.lo = a.coefficient / b.coefficient}, false, exponent, ret);
    }
    int up = 36 + dec_digits(b.coefficient) - dec_digits(a.coefficient); /* a quotient of 36 or 37 digits */
    Wide n = wide_scaled(a.coefficient, up);
    U128 rest, q = wide_div(n, b.coefficient, &rest);
    if (!dec_finish(negative, (Wide){.lo = q}, rest != 0, exponent - up, ret)) {
        return false;
    }
    if (rest == 0) { /* exact: not more zeros than need be */
        *ret = dec_normal(*ret);
    }
    return true;
}

/* x × 10^n modulo m, for x < m. */
static U128 times_ten_modulo(U128 x, int64_t n, U128 m)
{
    U128 power = 10 % m;
    for (; n > 0; n >>= 1) {
        if (n & 1) {
            (void)wide_div(wide_mul(x, power), m, &x);
        }
        (void)wide_div(wide_mul(power, power), m, &power);
    }
    return x;
}

bool dec_modulo(Dec a, Dec b, Dec *ret)
{
    if (b.coefficient == 0) {
        return false;
    }
    Dec rest = {.exponent = a.exponent, .negative = b.negative};
    int64_t apart = (int64_t)a.exponent - b.exponent;
    if (apart >= 0) {
        rest.exponent = b.exponent;
        rest.coefficient = times_ten_modulo(a.coefficient % b.coefficient, apart, b.coefficient);
    } else if (-apart + dec_digits(b.coefficient) > DEC_DIGITS) {
        rest.coefficient = a.coefficient; /* |a| < |b| */
    } else {
        rest.coefficient = a.coefficient % (b.coefficient * DEC_TEN[-apart]);
    }
    if (rest.coefficient != 0 && a.negative != b.negative) {
        return dec_sub(b, rest, ret);
    }
    rest.negative = b.negative && rest.coefficient != 0;
    *ret = rest;
    return true;
}
