/* dec_math.c: roots, powers, exponential and logarithm of decimals, by 320-bit fixed-point numbers (about 83 digits).
 * SPDX-License-Identifier: Apache-2.0 */
#include "dec_int.h"

#include <string.h>

/* The result of a series is good to about 10^-75; it is rounded to 55 digits first, so that results which are exact,
 * or lie half-way between two decimals, come out as such. */
enum { LIMBS = 5, FRACTION_BITS = 304, HALVINGS = 16, NEAR_DIGITS = 55, GREATEST_LOG = 14200 };

/* Not negative: w / 2^304, least significant limb first; below 2^16. */
typedef struct {
    uint64_t w[LIMBS];
} Fix;

static Fix fix_int(uint64_t n)
{
    Fix f = {.w = {0}};
    f.w[LIMBS - 1] = n << (FRACTION_BITS % 64);
    return f;
}

static Fix fix_add(Fix a, Fix b)
{
    U128 carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (U128)a.w[i] + b.w[i];
        a.w[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return a;
}

static Fix fix_sub(Fix a, Fix b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        U128 d = (U128)a.w[i] - b.w[i] - borrow;
        a.w[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) & 1;
    }
    return a;
}

static int fix_cmp(Fix a, Fix b)
{
    for (int i = LIMBS - 1; i >= 0; i--) {
        if (a.w[i] != b.w[i]) {
            return a.w[i] > b.w[i] ? 1 : -1;
        }
    }
    return 0;
}

/* ret (count_a + count_b limbs) = a × b */
static void limbs_mul(uint64_t *ret, const uint64_t *a, int count_a, const uint64_t *b, int count_b)
{
    memset(ret, 0, sizeof(uint64_t) * (size_t)(count_a + count_b));
    for (int i = 0; i < count_a; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < count_b; j++) {
            U128 t = (U128)a[i] * b[j] + ret[i + j] + carry;
            ret[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        ret[i + count_b] = carry;
    }
}

static Fix fix_mul(Fix a, Fix b)
{
    uint64_t p[2 * LIMBS];
    limbs_mul(p, a.w, LIMBS, b.w, LIMBS);
    Fix f;
    const int limb = FRACTION_BITS / 64, bit = FRACTION_BITS % 64;
    for (int i = 0; i < LIMBS; i++) {
        f.w[i] = (p[i + limb] >> bit) | (p[i + limb + 1] << (64 - bit));
    }
    return f;
}

static Fix fix_div_small(Fix a, uint64_t d)
{
    (void)limbs_div(a.w, LIMBS, d);
    return a;
}

/* e^x for 0 <= x <= ln 10: the series for x / 2^16, squared 16 times. */
static Fix fix_exp(Fix x)
{
    const Fix zero = {.w = {0}};
    x = fix_div_small(x, (uint64_t)1 << HALVINGS);
    Fix sum = fix_int(1), term = sum;
    for (uint64_t n = 1; fix_cmp(term, zero) > 0; n++) {
        term = fix_div_small(fix_mul(term, x), n);
        sum = fix_add(sum, term);
    }
    for (int i = 0; i < HALVINGS; i++) {
        sum = fix_mul(sum, sum);
    }
    return sum;
}

/* The natural logarithm of 10. */
static const Fix LN10 = {
    .w = {0xb5ca58bc0b5ec6a0, 0xe43a0f187a0807c0, 0x28a38a3fb3e76977, 0xb05ba95b58ae0b4c, 0x00024d763776aaa2}};

/* ln m for 1 <= m < 10, by Newton: y += (m / 10) × e^(ln10 − y) − 1. */
static Fix fix_log(Fix m)
{
    Fix y = fix_div_small(LN10, 2), one = fix_int(1), tenth = fix_div_small(m, 10);
    for (int round = 0; round < 12; round++) {
        Fix ratio = fix_mul(tenth, fix_exp(fix_sub(LN10, y)));
        bool above = fix_cmp(ratio, one) >= 0;
        Fix step = above ? fix_sub(ratio, one) : fix_sub(one, ratio);
        Fix next = above ? fix_add(y, step) : fix_sub(y, step);
        if (!above && fix_cmp(step, y) > 0) {
            next = fix_int(0);
        } else if (fix_cmp(next, LN10) > 0) {
            next = LN10;
        }
        y = next;
        if (step.w[4] == 0 && step.w[3] == 0 && step.w[2] < 1 << 20) {
            break; /* the step is below 2^-156, the error now below its square */
        }
    }
    return y;
}

/* limbs / 2^304 × 10^exponent, cut off. False if it does not stay below 2^16. */
static bool fix_scaled(const uint64_t *limbs, int count, int64_t exponent, Fix *ret)
{
    uint64_t n[2 * LIMBS] = {0}, spare = 0;
    check_that(count <= 2 * LIMBS);
    memcpy(n, limbs, sizeof(uint64_t) * (size_t)count);
    while (exponent < 0) {
        int step = exponent < -19 ? 19 : (int)-exponent;
        (void)limbs_div(n, 2 * LIMBS, (uint64_t)DEC_TEN[step]);
        exponent += step;
    }
    for (; exponent > 0 && spare == 0; exponent--) {
        const uint64_t ten = 10;
        uint64_t t[2 * LIMBS + 1];
        limbs_mul(t, n, 2 * LIMBS, &ten, 1);
        memcpy(n, t, sizeof(n));
        spare = t[2 * LIMBS];
    }
    for (int i = LIMBS; i < 2 * LIMBS; i++) {
        spare |= n[i];
    }
    memcpy(ret->w, n, sizeof(ret->w));
    return spare == 0;
}

static Fix fix_from_dec(Dec d)
{
    uint64_t limbs[LIMBS + 2] = {0};
    const int limb = FRACTION_BITS / 64, bit = FRACTION_BITS % 64;
    U128 low = d.coefficient << bit, high = d.coefficient >> (128 - bit);
    limbs[limb] = (uint64_t)low;
    limbs[limb + 1] = (uint64_t)(low >> 64);
    limbs[limb + 2] = (uint64_t)high;
    Fix f;
    check_that(fix_scaled(limbs, LIMBS + 2, d.exponent, &f));
    return f;
}

/* Takes the digits before the point off and moves the point one place to the right. */
static uint64_t fix_take_digit(Fix *f)
{
    const uint64_t ten = 10;
    const int bit = FRACTION_BITS % 64;
    uint64_t whole = f->w[LIMBS - 1] >> bit, t[LIMBS + 1];
    f->w[LIMBS - 1] &= ((uint64_t)1 << bit) - 1;
    limbs_mul(t, f->w, LIMBS, &ten, 1);
    memcpy(f->w, t, sizeof(f->w));
    return whole;
}

/* ±f × 10^exponent as a decimal: to 55 digits half up, then half-even to 34. */
static bool fix_to_dec(Fix f, bool negative, int64_t exponent, Dec *ret)
{
    uint64_t whole = fix_take_digit(&f);
    Wide w = {.lo = whole};
    int digits = dec_digits(whole);
    for (int i = 0; i < 110 && digits <= NEAR_DIGITS; i++) {
        whole = fix_take_digit(&f);
        Wide up = wide_mul(w.lo, 10);
        w = (Wide){.hi = up.hi + w.hi * 10, .lo = up.lo + whole};
        w.hi += w.lo < whole;
        digits += digits > 0 || whole > 0;
        exponent--;
    }
    uint64_t limbs[4] = {(uint64_t)w.lo, (uint64_t)(w.lo >> 64), (uint64_t)w.hi, (uint64_t)(w.hi >> 64)};
    bool up = limbs_div(limbs, 4, 10) >= 5;
    w = (Wide){.hi = ((U128)limbs[3] << 64) | limbs[2], .lo = ((U128)limbs[1] << 64) | limbs[0]};
    w.lo += up;
    w.hi += up && w.lo == 0;
    if (!dec_finish(negative, w, false, exponent + 1, ret)) {
        return false;
    }
    *ret = dec_normal(*ret);
    return true;
}

/* e^±x for fixed-point x: 10^n × e^r with 0 <= r < ln 10. */
static bool exp_of_fix(Fix x, bool negative, bool result_negative, Dec *ret)
{
    int64_t n = 0;
    Fix part = LN10, parts[15];
    int top = 0;
    for (; top < 14 && fix_cmp(part, x) <= 0; top++) { /* ln 10 × 2^top */
        parts[top] = part;
        part = fix_add(part, part);
    }
    for (int i = top - 1; i >= 0; i--) {
        if (fix_cmp(parts[i], x) <= 0) {
            x = fix_sub(x, parts[i]);
            n += (int64_t)1 << i;
        }
    }
    if (negative) {
        x = fix_sub(LN10, x);
        n = -n - 1;
    }
    return fix_to_dec(fix_exp(x), result_negative, n, ret);
}

bool dec_exp(Dec d, Dec *ret)
{
    if (d.coefficient == 0 || dec_digits(d.coefficient) + d.exponent < -DEC_DIGITS - 2) {
        *ret = dec_from_int(1);
        return true;
    }
    Dec magnitude = d;
    magnitude.negative = false;
    if (dec_cmp(magnitude, dec_from_int(GREATEST_LOG)) > 0) {
        *ret = (Dec){0};
        return d.negative;
    }
    return exp_of_fix(fix_from_dec(magnitude), d.negative, false, ret);
}

/* ln of d > 0 as ±*ret. */
static bool log_of(Dec d, Fix *ret)
{
    int64_t e = dec_digits(d.coefficient) - 1 + d.exponent;
    d.exponent -= (int32_t)e;
    Fix y = fix_log(fix_from_dec(d)), shift = fix_int(0), part = LN10;
    for (int64_t n = e < 0 ? -e : e; n > 0; n >>= 1) {
        if (n & 1) {
            shift = fix_add(shift, part);
        }
        part = fix_add(part, part);
    }
    if (e >= 0) {
        *ret = fix_add(shift, y);
        return false;
    }
    *ret = fix_sub(shift, y);
    return true;
}

bool dec_log(Dec d, Dec *ret)
{
    if (d.coefficient == 0 || d.negative) {
        return false;
    }
    if (dec_cmp(d, dec_from_int(1)) == 0) {
        *ret = (Dec){0};
        return true;
    }
    Fix y;
    bool negative = log_of(d, &y);
    return fix_to_dec(y, negative, 0, ret);
}

bool dec_sqrt(Dec d, Dec *ret)
{
    if (d.negative || d.coefficient == 0) {
        *ret = (Dec){0};
        return !d.negative;
    }
    int up = 70 - dec_digits(d.coefficient);
    up += (d.exponent - up) & 1; /* an even exponent */
    Wide n = wide_scaled(d.coefficient, up);
    U128 root = 0;
    for (int bit = 127; bit >= 0; bit--) {
        U128 trial = root | ((U128)1 << bit);
        Wide square = wide_mul(trial, trial);
        if (square.hi < n.hi || (square.hi == n.hi && square.lo <= n.lo)) {
            root = trial;
        }
    }
    Wide square = wide_mul(root, root);
    bool exact = square.hi == n.hi && square.lo == n.lo;
    bool ok = dec_finish(false, (Wide){.lo = root}, !exact, (d.exponent - up) / 2, ret);
    if (ok && exact) {
        *ret = dec_normal(*ret);
    }
    return ok;
}

/* a^n rounded once, if the exact power fits 256 bits. False too where the result has no finite form. */
static bool power_exact(Dec a, int64_t n, Dec *ret)
{
    Wide w = {.lo = 1};
    for (int64_t i = 0; i < n; i++) {
        Wide low = wide_mul(w.lo, a.coefficient), high = wide_mul(w.hi, a.coefficient);
        w = (Wide){.hi = low.hi + high.lo, .lo = low.lo};
        if (high.hi != 0 || w.hi < low.hi) {
            return false;
        }
    }
    return dec_finish(a.negative && (n & 1), w, false, a.exponent * n, ret);
}

/* b × y as fixed point, if it stays below the greatest logarithm. */
static bool times_fix(Dec b, Fix y, Fix *ret)
{
    uint64_t c[2] = {(uint64_t)b.coefficient, (uint64_t)(b.coefficient >> 64)}, p[LIMBS + 2];
    limbs_mul(p, y.w, LIMBS, c, 2);
    int bits = 0;
    for (int i = LIMBS + 1; i >= 0 && bits == 0; i--) {
        bits = p[i] ? 64 * i + 64 - __builtin_clzll(p[i]) : 0;
    }
    int64_t digits = ((int64_t)(bits - FRACTION_BITS) * 30103) / 100000 + b.exponent;
    if (digits < -DEC_DIGITS - 4) {
        *ret = fix_int(0);
        return true;
    }
    return digits <= 5 && fix_scaled(p, LIMBS + 2, b.exponent, ret) && fix_cmp(*ret, fix_int(GREATEST_LOG)) <= 0;
}

static bool power_by_log(Dec a, Dec b, bool negative, Dec *ret)
{
    a.negative = false;
    Fix y, x;
    bool falls = log_of(a, &y) != b.negative;
    if (!times_fix(b, y, &x)) {
        *ret = (Dec){0};
        return falls;
    }
    return exp_of_fix(x, falls, negative, ret);
}

bool dec_pow(Dec a, Dec b, Dec *ret)
{
    a = dec_normal(a);
    b = dec_normal(b);
    if (b.coefficient == 0) {
        *ret = dec_from_int(1);
        return true;
    }
    if (a.coefficient == 0) {
        *ret = (Dec){0};
        return !b.negative;
    }
    bool whole = b.exponent >= 0;
    if (a.negative && !whole) {
        return false;
    }
    bool odd = b.exponent == 0 && (b.coefficient & 1), negative = a.negative && odd;
    int64_t n;
    if (a.coefficient == 1 && whole && a.exponent == 0) {
        *ret = (Dec){.coefficient = 1, .negative = negative};
        return true;
    }
    if (dec_to_int(b, &n) && n > -20000 && n < 20000) {
        if (a.coefficient == 1) { /* a power of ten: exact at any size */
            return dec_finish(negative, (Wide){.lo = 1}, false, a.exponent * n, ret);
        }
        Dec power;
        if (n > 0 && n <= 256 && power_exact(a, n, &power)) {
            *ret = power;
            return true;
        }
    }
    if (a.coefficient == 1 && a.exponent == 0) {
        *ret = a;
        return true;
    }
    return power_by_log(a, b, negative, ret);
}
