/* builtin_test.c: built-in functions; first the examples of the standard's tables 72 to 81.
 * SPDX-License-Identifier: Apache-2.0 */
#include "expressions.h"
#include "feel/feel_int.h"

TEST(conversions_follow_the_standard)
{
    static const Expression T[] = {
        {"number(\"1 000,0\", \" \", \",\") = number(\"1,000.0\", \",\", \".\")", "true"},
        {"number(\"-12.50\")", "-12.5"},
        {"number(\"1e3\")", "1000"},
        {"number(\"+1\")", "null"},
        {"number(\" 1\")", "null"},
        {"number(\"1\", \",\")", "null"},
        {"number(from: \"1.000.000,01\", decimal separator: \",\", grouping separator: \".\")", "1000000.01"},
        {"string(1.1)", "\"1.1\""},
        {"string(null)", "null"},
        {"string([1, \"a\", {b: date(\"2024-01-02\")}])", "\"[1, \\\"a\\\", {b: date(\\\"2024-01-02\\\")}]\""},
        {"string({\"{\": 1, \"a b\": 2})", "\"{\\\"{\\\": 1, a b: 2}\""},
        {"string(duration(\"P1Y14M\"))", "\"P2Y2M\""},
        {"not(true)", "false"},
        {"not(null)", "null"},
    };
    EXPECT_VALUES(a, T);
}

TEST(texts_follow_the_standard)
{
    static const Expression T[] = {
        {"substring(\"foobar\",3)", "\"obar\""},
        {"substring(\"foobar\",3,3)", "\"oba\""},
        {"substring(\"foobar\", -2, 1)", "\"a\""},
        {"substring(\"\\U01F40Eab\", 2)", "\"ab\""},
        {"substring(\"foobar\", 0)", "null"},
        {"substring(\"foobar\", 7)", "null"},
        {"substring(\"foobar\", 2, 0)", "null"},
        {"substring(\"foobar\", 2, 99999999999999999999)", "null"},
        {"substring(\"foobar\", 2, 999)", "\"oobar\""},
        {"string length(\"\\U01F40Eab\")", "3"},
        {"upper case(\"aBc4ß\")", "\"ABC4SS\""},
        {"lower case(\"АБВҚ\")", "\"абвқ\""},
        {"substring before(\"foobar\",\"bar\")", "\"foo\""},
        {"substring before(\"foobar\",\"xyz\")", "\"\""},
        {"substring after(\"foobar\", \"ob\")", "\"ar\""},
        {"substring after(\"\", \"a\")", "\"\""},
        {"contains(\"foobar\", \"of\")", "false"},
        {"starts with(\"foobar\", \"fo\")", "true"},
        {"ends with(\"foobar\", \"r\")", "true"},
        {"string join([\"a\",\"b\",\"c\"], \"_and_\")", "\"a_and_b_and_c\""},
        {"string join([\"a\",\"b\",\"c\"], null)", "\"abc\""},
        {"string join([\"a\",null,\"c\"], \"X\")", "\"aXc\""},
        {"string join([], \"X\")", "\"\""},
        {"string join([1])", "null"},
        {"string join(\"a\", \"X\")", "\"a\""},
        {"upper case([\"a\"])", "\"A\""},
        {"upper case([\"a\", \"b\"])", "null"},
    };
    EXPECT_VALUES(a, T);
}

TEST(lists_follow_the_standard)
{
    static const Expression T[] = {
        {"list contains([1,2,3], 2)", "true"},
        {"list contains([1,null], null)", "true"},
        {"list contains([1,\"2\"], 2)", "false"},
        {"count([1,[2,3]])", "2"},
        {"min([1,2,3])", "1"},
        {"max(1,2,3)", "3"},
        {"max([])", "null"},
        {"min([1, \"a\"])", "null"},
        {"max(\"a\", \"b\")", "\"b\""},
        {"sum(1,2,3)", "6"},
        {"sum([])", "null"},
        {"sum([1, null])", "null"},
        {"mean([1,2,3])", "2"},
        {"mean([])", "null"},
        {"all([false,null,true])", "false"},
        {"all([])", "true"},
        {"all(0)", "null"},
        {"any([false,null,true])", "true"},
        {"any([])", "false"},
        {"any(0)", "null"},
        {"sublist([4,5,6], 1, 2)", "[4, 5]"},
        {"sublist([4,5,6], -2)", "[5, 6]"},
        {"sublist([4,5,6], 4)", "null"},
        {"append([1], 2, 3)", "[1, 2, 3]"},
        {"append([1], [2])", "[1, [2]]"},
        {"append(list: [1], item: 2)", "[1, 2]"},
        {"concatenate([1,2],[3])", "[1, 2, 3]"},
        {"insert before([1,3], 1, 2)", "[2, 1, 3]"},
        {"insert before([1,3], -1, 2)", "[1, 2, 3]"},
        {"remove([1,2,3], 2)", "[1, 3]"},
        {"remove([1], 1)", "[]"},
        {"reverse([1,2,3])", "[3, 2, 1]"},
        {"index of([1,2,3,2],2)", "[2, 4]"},
        {"index of([1,null],null)", "[2]"},
        {"union([1,2],[2,3])", "[1, 2, 3]"},
        {"distinct values([1,2,3,2,1])", "[1, 2, 3]"},
        {"distinct values([null, 1, null, \"1\"])", "[null, 1, \"1\"]"},
        {"flatten([[1,2],[[3]], 4])", "[1, 2, 3, 4]"},
        {"product([2, 3, 4])", "24"},
        {"product([])", "null"},
        {"median( 8, 2, 5, 3, 4 )", "4"},
        {"median( [6, 1, 2, 3] )", "2.5"},
        {"median( [ ] )", "null"},
        {"stddev( 2, 4, 7, 5 )", "2.081665999466132735282297706979931"},
        {"stddev( [ 47 ] )", "null"},
        {"stddev( 47 )", "null"},
        {"mode( 6, 3, 9, 6, 6 )", "[6]"},
        {"mode( [6, 1, 9, 6, 1] )", "[1, 6]"},
        {"mode( [ ] )", "[]"},
        {"sort(list: [3,1,4,5,2], precedes: function(x,y) x < y)", "[1, 2, 3, 4, 5]"},
        {"sort([3,1,2], function(x,y) x > y)", "[3, 2, 1]"},
        {"sort([\"b\",\"a\"])", "[\"a\", \"b\"]"},
        {"sort([3,1,2], function(x,y) null)", "null"},
        {"sort([3,\"a\"])", "null"},
        {"list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]"},
        {"list replace([2, 4, 7, 8], -1, 6)", "[2, 4, 7, 6]"},
        {"list replace([2, 4, 7, 8], 0, 6)", "null"},
        {"list replace([2, 4, 7, 8], 5, 6)", "null"},
        {"list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]"},
        {"list replace([2, 4], function(item, newItem) 1, 5)", "null"},
        {"list replace(null, 1, 5)", "null"},
    };
    EXPECT_VALUES(a, T);
}

TEST(numbers_follow_the_standard)
{
    static const Expression T[] = {
        {"decimal(1/3, 2)", "0.33"},
        {"decimal(2.5, 0)", "2"},
        {"decimal(1234, -2)", "1200"},
        {"floor(-1.56, 1)", "-1.6"},
        {"ceiling(-1.56, 1)", "-1.5"},
        {"ceiling(1.5)", "2"},
        {"round up(-1.126, 2)", "-1.13"},
        {"round down(-1.126, 2)", "-1.12"},
        {"round half up(-5.5, 0)", "-6"},
        {"round half down(5.5, 0)", "5"},
        {"round half down(-1.126, 2)", "-1.13"},
        {"round half down(5.5, 6177)", "null"},
        {"round up(5.5, -6111)", "1E+6111"},
        {"round up(5.5, -6112)", "null"},
        {"abs(-10)", "10"},
        {"abs(@\"-PT5H\")", "duration(\"PT5H\")"},
        {"modulo( 12, 5 )", "2"},
        {"modulo(-12,5)", "3"},
        {"modulo(12,-5)", "-3"},
        {"modulo(-12,-5)", "-2"},
        {"modulo(10.1, 4.5)", "1.1"},
        {"modulo(-10.1, 4.5)", "3.4"},
        {"modulo(10.1, -4.5)", "-3.4"},
        {"modulo(-10.1, -4.5)", "-1.1"},
        {"modulo(1, 0)", "null"},
        {"sqrt(16)", "4"},
        {"sqrt(2)", "1.414213562373095048801688724209698"},
        {"log(10)", "2.302585092994045684017991454684364"},
        {"log(0)", "null"},
        {"exp(5)", "148.4131591025766034211155800405523"},
        {"odd(5)", "true"},
        {"even(-4)", "true"},
        {"even(1e30)", "true"},
        {"odd(1.5)", "null"},
        {"1e6144 * 10", "null"},
        {"9223372036854775807 + 1", "9223372036854775808"},
        {"0.1 + 0.2 = 0.3", "true"},
        {"1/3*3", "0.9999999999999999999999999999999999"},
    };
    EXPECT_VALUES(a, T);
}

TEST(ranges_are_related_as_allen_says)
{
    static const Expression T[] = {
        {"before(1, 10)", "true"},
        {"before([1..10), 10)", "true"},
        {"before([1..10], 10)", "false"},
        {"after(12, [1..10])", "true"},
        {"meets([1..5], [5..10])", "true"},
        {"meets([1..5], (5..10])", "false"},
        {"met by([5..10], [1..5])", "true"},
        {"overlaps([3..5], [1..8])", "true"},
        {"overlaps([1..5], (5..8])", "false"},
        {"overlaps before([1..5], [3..8])", "true"},
        {"overlaps after([3..8], [1..5])", "true"},
        {"finishes(10, [1..10])", "true"},
        {"finishes([5..10], [1..10])", "true"},
        {"finished by([1..10], 10)", "true"},
        {"includes([1..10], [4..6])", "true"},
        {"includes([1..10), 10)", "false"},
        {"during(5, [1..10])", "true"},
        {"starts(1, [1..10])", "true"},
        {"starts((1..5], [1..10])", "false"},
        {"started by([1..10], [1..5])", "true"},
        {"coincides([1..5], [1..5])", "true"},
        {"coincides(3, 4)", "false"},
        {"coincides(3, [3..3])", "null"},
        {"before(1, \"a\")", "null"},
        {"meets(1, 2)", "null"},
        {"before(date(\"2024-01-01\"), [date(\"2024-02-01\")..date(\"2024-03-01\")])", "true"},
    };
    EXPECT_VALUES(a, T);
}

TEST(ranges_are_read_strictly)
{
    static const Expression T[] = {
        {"range(\"[18..21)\")", "[18..21)"},
        {"range(\"]18..21[\")", "(18..21)"},
        {"range(\"[1e1 .. 2.5E+2)\")", "[10..250)"},
        {"range(\"[1e..2]\")", "null"},
        {"range(\" [ -1.5 .. 2 ] \")", "[-1.5..2]"},
        {"range(\"[\\\"a\\\"..\\\"z\\\"]\")", "[\"a\"..\"z\"]"},
        {"range(\"[@\\\"2024-01-01\\\"..@\\\"2024-02-01\\\"]\")", "[date(\"2024-01-01\")..date(\"2024-02-01\")]"},
        {"range(\"[date(\\\"2024-01-01\\\")..date(\\\"2024-02-01\\\")]\")",
         "[date(\"2024-01-01\")..date(\"2024-02-01\")]"},
        {"range(\"(duration(\\\"P1D\\\")..duration(\\\"P2D\\\"))\")", "(duration(\"P1D\")..duration(\"P2D\"))"},
        {"range(\"[21..18]\")", "null"},
        {"range(\"[1..\\\"a\\\"]\")", "null"},
        {"range(\"[1..2\")", "null"},
        {"range(\"1..2]\")", "null"},
        {"range(\"[1..]\")", "null"},
        {"range(\"[..2]\")", "null"},
        {"range(\"(..)\")", "null"},
        {"range(\"[..]\")", "null"},
        {"range(\"(..2]\")", "(<=2)"},
        {"range(\"[2..)\")", "(>=2)"},
        {"1 in range(\"(..2)\")", "true"},
        {"2 in range(\"(..2)\")", "false"},
        {"range(\"[1+1..3]\")", "null"},
        {"range(\"[1...3]\")", "null"},
        {"range(\"\")", "null"},
        {"range(\"[1..3] \\\"\")", "null"},
        {"range(null)", "null"},
        {"range(\"[18..21)\").start included", "true"},
        {"18 in range(\"[18..21)\")", "true"},
    };
    EXPECT_VALUES(a, T);
}

TEST(contexts_follow_the_standard)
{
    static const Expression T[] = {
        {"get value({key1: \"value1\"}, \"key1\")", "\"value1\""},
        {"get value({key1: \"value1\"}, \"unexistent-key\")", "null"},
        {"get entries({key1: \"value1\"})", "[{key: \"key1\", value: \"value1\"}]"},
        {"context([{key:\"a\", value:1}, {key:\"b\", value:2, something: \"else\"}])", "{a: 1, b: 2}"},
        {"context([{key:\"a\", value:1}, {key:\"b\"}])", "null"},
        {"context([{key:\"a\", value:1}, {key:\"a\", value: 2}])", "null"},
        {"context put({x:1}, \"y\", 2)", "{x: 1, y: 2}"},
        {"context put({x:1, y:0, z:0}, \"y\", 2)", "{x: 1, y: 2, z: 0}"},
        {"context put({x:1}, [\"y\"], 2)", "{x: 1, y: 2}"},
        {"context put({x:1, y: {a: 0}}, [\"y\", \"a\"], 2)", "{x: 1, y: {a: 2}}"},
        {"context put({x:1, y: {a: 0}}, [], 2)", "null"},
        {"context put({x:1}, [\"y\", \"a\"], 2)", "null"},
        {"context put({x:1}, [\"y\", 1], 2)", "null"},
        {"context put({x:1}, null, 2)", "null"},
        {"context put(context: {x:1}, keys: [\"y\"], value: null)", "{x: 1, y: null}"},
        {"context merge([{x:1, y:0}, {y:2}])", "{x: 1, y: 2}"},
        {"context merge([{x:1}, 2])", "null"},
    };
    EXPECT_VALUES(a, T);
}

TEST(distinct_values_of_long_lists_are_found_by_hash)
{
    eq_text(expression_value(a, "count(distinct values(for i in 1..100000 return modulo(i, 30000) / 4))"), "30000");
    eq_text(
        expression_value(
            a, "distinct values([1, 1.0, \"1\", @\"P1D\", @\"PT24H\", true, null, [1], [1.0], {a: 1}, {a: 1}, null])"),
        "[1, \"1\", duration(\"P1D\"), true, null, [1], {a: 1}]");
    eq_text(expression_value(a, "count(distinct values(for i in 1..100000 return [i]))"), "failed: LIMIT_STEPS");
}

TEST(every_builtin_survives_odd_arguments)
{
    static const char *const ODD[] = {
        "null",          "\"\"",          "[]",        "{}", "-1", "1e300", "[1..2]", "@\"2024-01-01\"", "@\"P1D\"",
        "@\"10:00:00\"", "function(x) x", "[[], null]"};
    size_t count;
    const FeelBuiltin *table = feel_builtin_table(&count);
    check(count > 80);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < COUNT_OF(ODD) * COUNT_OF(ODD); k++) {
            FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
            Value args[7];
            for (size_t n = 0; n < COUNT_OF(args); n++) {
                const FeelCode *code;
                const char *text = ODD[(n == 0 ? k : k / COUNT_OF(ODD) + n) % COUNT_OF(ODD)];
                check(feel_compile(a, NULL, str_from_c(text), &code, NULL));
                args[n] = feel_eval(run, code, NULL);
            }
            for (size_t n = table[i].min; n <= (table[i].variadic ? 3 : table[i].max); n++) {
                Value v = table[i].call(run, args, n);
                check(v.kind < FEEL_KIND_COUNT);
            }
        }
    }
}

TEST(the_first_error_is_the_reason)
{
    const FeelCode *code;
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    check(feel_compile(a, NULL, STR("string length(upper case(1)) + 2"), &code, NULL));
    check(feel_is_null(feel_eval(run, code, NULL)));
    const Str *messages;
    eq_int(feel_run_messages(run, &messages), 1);
    eq_text(messages[0], "upper case: a number is not accepted here");
}
