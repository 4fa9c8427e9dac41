/* decimal_fuzz.c: libFuzzer entry: two decimals from raw bytes through every operation; results keep the type's
 * limits, and laws that hold exactly are checked. Build: clang … -fsanitize=address,undefined,fuzzer -Isrc
 * tests/fuzz/decimal_fuzz.c src/base/X.c and the libraries of base.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/dec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Dec take(const uint8_t *p)
{
    Dec d = {0};
    uint16_t e;
    memcpy(&d.coefficient, p, 16);
    memcpy(&e, p + 16, 2);
    d.coefficient >>= p[18] % 128;
    while (d.coefficient / 1000000000000000000u >= 10000000000000000u) {
        d.coefficient /= 10;
    }
    d.exponent = e % 12288 - 6176;
    if (p[18] & 128) {
        d.exponent = d.exponent % 40;
    }
    d.negative = d.coefficient != 0 && (e & 0x8000) != 0;
    return d;
}

static void check_limits(bool ok, Dec d)
{
    const Dec top = {.coefficient = 1, .exponent = 34};
    Dec c = {.coefficient = d.coefficient};
    check_that(!ok || (dec_cmp(c, top) < 0 && d.exponent >= -6176 && d.exponent <= 6111));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 39) {
        return 0;
    }
    Arena *a = arena_new(0);
    Dec x = take(data), y = take(data + 19), r = {0}, s;
    bool (*const TWO[])(Dec, Dec, Dec *) = {dec_add, dec_sub, dec_mul, dec_div, dec_pow, dec_modulo};
    bool (*const ONE[])(Dec, Dec *) = {dec_sqrt, dec_exp, dec_log};
    for (size_t i = 0; i < COUNT_OF(TWO); i++) {
        bool ok = TWO[i](x, y, &r);
        check_limits(ok, r);
    }
    for (size_t i = 0; i < COUNT_OF(ONE); i++) {
        bool ok = ONE[i](x, &r);
        check_limits(ok, r);
    }
    for (int mode = DEC_HALF_EVEN; mode <= DEC_CEILING; mode++) {
        bool ok = dec_round(x, (int32_t)data[38] - 128, (DecRounding)mode, &r);
        check_limits(ok, r);
    }
    check_that(dec_add(x, y, &r) == dec_add(y, x, &s) && (!dec_add(x, y, &r) || dec_cmp(r, s) == 0));
    check_that(dec_cmp(x, y) == -dec_cmp(y, x) && dec_cmp(dec_normal(x), x) == 0);
    check_that(dec_parse(dec_print(a, x), &r) && dec_cmp(r, x) == 0);
    (void)arena_free(a);
    return 0;
}
