/* regex_test.c: regular expressions as XPath defines them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "expressions.h"

TEST(patterns_match_as_xpath_says)
{
    static const Expression T[] = {
        {"matches(\"foobar\", \"^fo*b\")", "true"},
        {"matches(\"abc\", \"^b\")", "false"},
        {"matches(\"\", \"\")", "true"},
        {"matches(\"a\\nb\", \"a.b\")", "false"},
        {"matches(\"a\\nb\", \"a.b\", \"s\")", "true"},
        {"matches(\"a\\nb\", \"^b$\")", "false"},
        {"matches(\"a\\nb\", \"^b$\", \"m\")", "true"},
        {"matches(\"x\", \"[A-Z-[OI]]\", \"i\")", "true"},
        {"matches(\"o\", \"[A-Z-[OI]]\", \"i\")", "false"},
        {"matches(\"q\", \"[^Q]\", \"i\")", "false"},
        {"matches(\"\\u212A\", \"k\", \"i\")", "true"},
        {"matches(\"k\", \"[\\u212A]\", \"i\")", "true"},
        {"matches(\"Қазақстан\", \"^\\\\p{L}+$\")", "true"},
        {"matches(\"қ\", \"\\\\p{Lu}\")", "false"},
        {"matches(\"Ω\", \"\\\\p{IsGreek}\")", "true"},
        {"matches(\"한국\", \"^\\\\p{IsHangulSyllables}{2}$\")", "true"},
        {"matches(\"a\", \"\\\\P{IsBasicLatin}\")", "false"},
        {"matches(\"a1_\", \"^\\\\w+$\")", "false"},
        {"matches(\"x-1\", \"^\\\\i\\\\c*$\")", "true"},
        {"matches(\"3\", \"\\\\d\")", "true"},
        {"matches(\" \\t\", \"^\\\\s\\\\s$\")", "true"},
        {"matches(\" x\", \"\\\\S\")", "true"},
        {"matches(\"a.b\", \"a.b\", \"q\")", "true"},
        {"matches(\"axb\", \"a.b\", \"q\")", "false"},
        {"matches(\"aaa\", \"^a{2}$\")", "false"},
        {"matches(\"aaa\", \"^a{2,}$\")", "true"},
        {"matches(\"aaa\", \"^a{0,2}$\")", "false"},
        {"matches(\"\", \"^a{0,2}$\")", "true"},
        {"matches(\"abab\", \"^(ab)\\\\1$\")", "true"},
        {"matches(\"abAB\", \"^(ab)\\\\1$\", \"i\")", "true"},
        {"matches(\"b\", \"^(a)?b\\\\1$\")", "true"},
        {"matches(\"aab\", \"^(?:a|aa)b$\")", "true"},
        {"matches(\"hello world\", \"hello\\\\ sworld\", \"x\")", "true"},
        {"matches(\"hello world\", \"hello[ ]world\", \"x\")", "true"},
        {"matches(\"a-b\", \"[a-]-[-b]\")", "true"},
        {"matches(\"]\", \"[\\\\]]\")", "true"},
    };
    EXPECT_VALUES(a, T);
}

TEST(bad_patterns_give_null)
{
    static const Expression T[] = {
        {"matches(\"a\", \"(\")", "null"},
        {"matches(\"a\", \")\")", "null"},
        {"matches(\"a\", \"[\")", "null"},
        {"matches(\"a\", \"[]\")", "null"},
        {"matches(\"a\", \"[^]\")", "null"},
        {"matches(\"a\", \"*\")", "null"},
        {"matches(\"a\", \"a**\")", "null"},
        {"matches(\"a\", \"a{2,1}\")", "null"},
        {"matches(\"a\", \"a{\")", "null"},
        {"matches(\"a\", \"}\")", "null"},
        {"matches(\"a\", \"[z-a]\")", "null"},
        {"matches(\"a\", \"[[]\")", "null"},
        {"matches(\"a\", \"\\\\\")", "null"},
        {"matches(\"a\", \"\\\\y\")", "null"},
        {"matches(\"a\", \"\\\\p{Xx}\")", "null"},
        {"matches(\"a\", \"\\\\p{IsNowhere}\")", "null"},
        {"matches(\"a\", \"(?=a)\")", "null"},
        {"matches(\"a\", \"(a)\\\\2\")", "null"},
        {"matches(\"a\", \"(a\\\\1)\")", "null"},
        {"matches(\"a\", \"[\\\\1]\")", "null"},
        {"matches(\"a\", \"a\", \"z\")", "null"},
        {"matches(\"a\", \"a{99999}\")", "null"},
        {"matches(\"a\", \"((a{999}){999}){999}\")", "null"},
    };
    EXPECT_VALUES(a, T);
}

TEST(texts_are_replaced_and_split)
{
    static const Expression T[] = {
        {"replace(\"banana\",\"a\",\"o\")", "\"bonono\""},
        {"replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")", "\"[1=ab][2=]cd\""},
        {"replace(\"abracadabra\", \"a.*?a\", \"*\")", "\"*c*bra\""},
        {"replace(\"AAAA\", \"A+?\", \"b\")", "\"bbbb\""},
        {"replace(\"abracadabra\", \".*?\", \"$1\")", "null"},
        {"replace(\"a\", \"a\", \"$\")", "null"},
        {"replace(\"a\", \"a\", \"\\\\\")", "null"},
        {"replace(\"a\", \"a\", \"\\\\$1\")", "\"$1\""},
        {"replace(\"a\", \"a\", \"$1\", \"q\")", "\"$1\""},
        {"replace(\"abcdefghijkl\", \"(a)(b)(c)\", \"$12\")", "\"a2defghijkl\""},
        {"replace(\"x\\ny\", \"^\", \"-\", \"m\")", "null"},
        {"split(\"John Doe\", \"\\\\s\")", "[\"John\", \"Doe\"]"},
        {"split(\"a;b;c;;\", \";\")", "[\"a\", \"b\", \"c\", \"\", \"\"]"},
        {"split(\"abc\", \"\")", "null"},
        {"split(\"abc\", \"(\")", "null"},
        {"extract(\"references are 1234, 1256, 1378\", \"12[0-9]*\")", "[\"1234\", \"1256\"]"},
        {"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a+)+$\")", "false"},
    };
    EXPECT_VALUES(a, T);
}

TEST(no_pattern_can_hang_the_engine)
{
    Buf b = buf_new(a, 1 << 20);
    buf_add_c(&b, "matches(\"");
    for (int i = 0; i < 20000; i++) {
        buf_byte(&b, 'a');
    }
    buf_add_c(&b, "!\", \"^(a|a|(a*)*)*$\")");
    eq_text(expression_value(a, str_c(a, buf_str(&b))), "false");
    /* with a back-reference the search is exponential: the steps of the run end it */
    eq_text(expression_value(a, "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a|aa)+\\\\1$\")"),
            "failed: LIMIT_STEPS");
}
