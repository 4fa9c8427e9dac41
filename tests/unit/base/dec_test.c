/* dec_test.c: decimals against vectors made with Python's decimal (34 digits, half-even; see dec_vectors.txt:
 * operation, two operands, result or "none"), and edges by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/dec.h"

#include <stdio.h>
#include <stdlib.h>

static Dec dec(const char *text)
{
    Dec d;
    check(dec_parse(str_from_c(text), &d));
    return d;
}

static DecRounding rounding_by_name(Str name)
{
    static const char *const NAMES[] = {"", "HALF_EVEN", "HALF_UP", "HALF_DOWN", "UP", "DOWN", "FLOOR", "CEILING"};
    for (int i = 1; i < 8; i++) {
        if (str_eq_c(name, NAMES[i])) {
            return (DecRounding)i;
        }
    }
    check(false);
    return DEC_UP;
}

static bool operate(Str op, Dec a, Dec b, Dec *ret)
{
    static const struct {
        const char *name;
        bool (*two)(Dec, Dec, Dec *);
        bool (*one)(Dec, Dec *);
    } OPS[] = {{"add", dec_add, NULL},   {"sub", dec_sub, NULL},    {"mul", dec_mul, NULL},
               {"div", dec_div, NULL},   {"mod", dec_modulo, NULL}, {"pow", dec_pow, NULL},
               {"sqrt", NULL, dec_sqrt}, {"exp", NULL, dec_exp},    {"log", NULL, dec_log}};
    for (size_t i = 0; i < COUNT_OF(OPS); i++) {
        if (str_eq_c(op, OPS[i].name)) {
            return OPS[i].two ? OPS[i].two(a, b, ret) : OPS[i].one(a, ret);
        }
    }
    int64_t scale = 0;
    check(op.ptr[0] == 'r' && dec_to_int(b, &scale));
    return dec_round(a, (int32_t)scale, rounding_by_name(str_sub(op, 1, op.len)), ret);
}

static void run_vectors(Arena *a, const char *path, int least)
{
    Str rest = test_read_file(a, path), line;
    int lines = 0, wrong = 0;
    while (str_cut(&rest, '\n', &line)) {
        Str op, x, y, want = line;
        if (line.len == 0 || !str_cut(&want, ' ', &op) || !str_cut(&want, ' ', &x) || !str_cut(&want, ' ', &y)) {
            continue;
        }
        lines++;
        Dec p, q, got = {0}, wanted;
        check(dec_parse(x, &p) && dec_parse(y, &q));
        bool same;
        if (str_eq_c(op, "cmp")) {
            got = dec_from_int(dec_cmp(p, q));
            same = dec_parse(want, &wanted) && got.negative == wanted.negative && got.coefficient == wanted.coefficient;
        } else if (!operate(op, p, q, &got)) {
            same = str_eq_c(want, "none");
        } else {
            same = dec_parse(want, &wanted) && dec_cmp(got, wanted) == 0;
        }
        if (!same && wrong++ < 20) {
            printf("%.*s: got %.*s\n", STR_ARG(line), STR_ARG(dec_print(a, got)));
        }
    }
    eq_int(wrong, 0);
    check(lines >= least);
}

TEST(decimals_agree_with_python)
{
    run_vectors(a, "tests/unit/base/dec_vectors.txt", 2000);
}

TEST_WITHIN(decimals_agree_with_a_larger_file_if_there_is_one, 120)
{
    const char *path = getenv("DEC_VECTORS");
    if (path == NULL) {
        skip("DEC_VECTORS names no file");
    }
    run_vectors(a, path, 1);
}

static void prints(Arena *a, const char *in, const char *out)
{
    eq_text(dec_print(a, dec(in)), out);
}

TEST(decimals_print_plainly)
{
    prints(a, "0.1", "0.1");
    prints(a, "-12", "-12");
    prints(a, "-0", "0");
    prints(a, "1.500", "1.5");
    prints(a, "100", "100");
    prints(a, "1e3", "1000");
    prints(a, "+.5", "0.5");
    prints(a, "1E+40", "1E+40");
    prints(a, "-1.25E+40", "-1.25E+40");
    prints(a, "1e-6176", "1E-6176");
    prints(a, "0.000001", "0.000001");
    prints(a, "1234567890123456789012345678901234.5", "1234567890123456789012345678901234");
    prints(a, "9999999999999999999999999999999999.5", "1E+34");
}

TEST(text_that_is_no_number_is_refused)
{
    static const char *const BAD[] = {"",   "-",   ".",   "1.",  "1e",     "1e+", "e5",    "1 ",
                                      " 1", "1,0", "0x1", "--1", "1e9999", "NaN", "1.2.3", "1e5.0"};
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        Dec d;
        check(!dec_parse(str_from_c(BAD[i]), &d));
    }
}

TEST(decimals_have_limits)
{
    Dec d, max = dec("9.999999999999999999999999999999999E+6144");
    check(!dec_add(max, max, &d));
    check(!dec_mul(max, dec("10"), &d));
    check(!dec_div(max, dec("0.1"), &d));
    check(!dec_div(max, dec("0"), &d));
    check(!dec_sqrt(dec("-1"), &d));
    check(!dec_log(dec("0"), &d) && !dec_log(dec("-1"), &d));
    check(!dec_exp(dec("14150"), &d));
    check(dec_exp(dec("-1E+30"), &d) && d.coefficient == 0);
    check(!dec_pow(dec("-2"), dec("0.5"), &d));
    check(!dec_pow(dec("10"), dec("6145"), &d) && dec_pow(dec("10"), dec("6144"), &d));
    check(!dec_modulo(dec("1"), dec("0"), &d));
    check(dec_div(dec("1e-6176"), dec("3"), &d) && d.coefficient == 0);
    int64_t n = 0;
    check(dec_to_int(dec("-9223372036854775808"), &n) && n == INT64_MIN);
    check(!dec_to_int(dec("9223372036854775808"), &n) && !dec_to_int(dec("1.5"), &n));
    check(dec_to_int(dec("15.0e1"), &n) && n == 150);
    check(dec_is_integer(dec("1.0")) && !dec_is_integer(dec("1.01")) && dec_is_integer(dec("1e300")));
}

TEST(exact_powers_are_exact)
{
    Dec d;
    check(dec_pow(dec("4"), dec("0.5"), &d) && dec_cmp(d, dec("2")) == 0);
    check(dec_pow(dec("2"), dec("-3"), &d) && dec_cmp(d, dec("0.125")) == 0);
    check(dec_pow(dec("-3"), dec("3"), &d) && dec_cmp(d, dec("-27")) == 0);
    check(dec_pow(dec("-1"), dec("1e30"), &d) && dec_cmp(d, dec("1")) == 0);
    check(dec_pow(dec("1"), dec("123.456"), &d) && dec_cmp(d, dec("1")) == 0);
    check(dec_pow(dec("0"), dec("5"), &d) && d.coefficient == 0);
}
