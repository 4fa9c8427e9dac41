/* value_test.c: values: the two forms of numbers, sameness, text and JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "expressions.h"
#include "feel/lib_int.h"

static Value number(Arena *a, const char *text)
{
    Dec d;
    check(dec_parse(str_from_c(text), &d));
    return feel_number(a, d);
}

TEST(numbers_stay_inline_where_they_fit)
{
    check(!number(a, "0.5").boxed && number(a, "0.5").scale == 1);
    check(!number(a, "1e18").boxed && number(a, "1e18").i == INT64_C(1000000000000000000));
    check(number(a, "1e19").boxed == 1);
    check(!number(a, "1.0000000000000000000").boxed);
    check(number(a, "0.0000000000000000001").boxed == 1);
    check(!number(a, "-9223372036854775807").boxed);
    check(feel_same(number(a, "1.50"), number(a, "1.5")));
    check(!feel_same(number(a, "1.50"), number(a, "1.51")));
    eq_int(dec_cmp(feel_dec(feel_int(INT64_MIN)), feel_dec(feel_int(INT64_MAX))), -1);
}

TEST(both_forms_of_numbers_calculate_alike)
{
    static const char *const N[] = {
        "0", "1", "-1", "0.1", "99.99", "-12345.678", "9223372036854775807", "1e18", "0.000000000000000001"};
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    Value (*const OPS[])(FeelRun *, Value, Value) = {feel_add, feel_sub, feel_mul, feel_div};
    for (size_t i = 0; i < COUNT_OF(N) * COUNT_OF(N); i++) {
        Value x = number(a, N[i / COUNT_OF(N)]), y = number(a, N[i % COUNT_OF(N)]);
        Dec dx = feel_dec(x), dy = feel_dec(y);
        Value bx = {.kind = FEEL_NUMBER, .boxed = 1, .p = &dx}, by = {.kind = FEEL_NUMBER, .boxed = 1, .p = &dy};
        for (size_t op = 0; op < COUNT_OF(OPS); op++) {
            check(feel_same(OPS[op](run, x, y), OPS[op](run, bx, by)));
        }
        check(feel_same(feel_neg(run, x), feel_neg(run, bx)));
    }
}

TEST(equality_has_three_values)
{
    static const Expression T[] = {
        {"null = null", "true"},      {"1 = null", "false"},           {"1 = \"1\"", "null"},
        {"[1, 2] = [1]", "false"},    {"[1, \"a\"] = [1, 2]", "null"}, {"[2, \"a\"] = [1, 2]", "false"},
        {"{a: 1} = {b: 1}", "false"}, {"[1..2] = [1..2)", "false"},    {"\"b\" > \"a\"", "true"},
    };
    EXPECT_VALUES(a, T);
}

TEST(values_print_as_literals)
{
    static const Expression T[] = {
        {"\"a\\\"\\\\\\n\\t\"", "\"a\\\"\\\\\\n\\t\""},
        {"{a: [1, null, true], \"b-c\": {}}", "{a: [1, null, true], \"b-c\": {}}"},
        {"(1..2]", "(1..2]"},
        {"1e40", "1E+40"},
        {"0.00000000000000000000000000000000000000001", "1E-41"},
    };
    EXPECT_VALUES(a, T);
}

TEST(json_goes_in_and_out)
{
    const FeelMember members[] = {{STR("day"), feel_type_basic(FEEL_DATE)},
                                  {STR("wage"), feel_type_basic(FEEL_NUMBER)},
                                  {STR("at"), feel_type_basic(FEEL_DATE_TIME)},
                                  {STR("stay"), feel_type_list(a, feel_type_basic(FEEL_YEARS_DURATION))}};
    const FeelType *type = feel_type_context(a, members, COUNT_OF(members));
    Json *j;
    Err err = {0};
    Value v;
    check(json_parse(
        a,
        STR("{\"day\":\"2024-05-06\",\"wage\":2060740.5,\"at\":\"2024-05-06T07:08:09@Asia/Seoul\",\"stay\":[\"P1Y\"],\"x\":null}"),
        &j, &err));
    check(feel_from_json(a, j, type, &v, &err));
    eq_int(feel_get(v, STR("day")).kind, FEEL_DATE);
    eq_int(feel_get(v, STR("at")).kind, FEEL_DATE_TIME);
    eq_int(feel_items(feel_get(v, STR("stay")))[0].i, 12);
    check(feel_is_null(feel_get(v, STR("nothing"))));
    Buf b = buf_new(a, 1000);
    json_write(&b, feel_to_json(a, v));
    eq_text(
        buf_str(&b),
        "{\"day\":\"2024-05-06\",\"wage\":2060740.5,\"at\":\"2024-05-06T07:08:09@Asia/Seoul\",\"stay\":[\"P1Y\"],\"x\":null}");
    check(json_parse(a, STR("{\"stay\":[\"P1Y\",\"P1D\"]}"), &j, &err));
    check(!feel_from_json(a, j, type, &v, &err));
    eq_int(err.code, FIELD_FORMAT);
    eq_text(str_from_c(err.field), "stay.1");
}

/* Lists that share their halves: 2^40 values in 40 steps. */
static Value shared_halves(Arena *a)
{
    Value v = feel_int(1);
    for (int i = 0; i < 40; i++) {
        Value *pair = ARENA_ARRAY(a, Value, 2);
        pair[0] = pair[1] = v;
        v = feel_list(pair, 2);
    }
    return v;
}

TEST(values_that_share_parts_cannot_hang_the_engine)
{
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    Value v = shared_halves(a), w = shared_halves(a);
    Buf b = buf_new(a, 10000);
    feel_print(&b, v);
    check(!buf_ok(&b));
    check(feel_to_json(a, v) == NULL);
    check(feel_is_null(feel_equal(run, v, w)) && feel_run_failed(run, NULL));
    Err err;
    eq_text(expression_value(a, "{a: [1], b: [a,a], c: [b,b], d: [c,c], e: is(d, d)}.e"), "true");
    FeelRun *other = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    check(feel_is_null(feel_call(other, feel_builtin(STR("string")), &v, 1)) && feel_run_failed(other, &err));
    eq_int(err.code, LIMIT_MEMORY);
}
