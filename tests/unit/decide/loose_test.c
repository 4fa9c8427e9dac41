/* loose_test.c: names, days, numbers and yes or no as people write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "decide/loose.h"

static Str day_of(Arena *a, const char *text)
{
    Day d;
    return loose_day(str_from_c(text), &d) ? day_print(a, d) : STR("none");
}

TEST(a_day_is_read_however_it_is_written)
{
    const char *same[] = {"2026-03-01", "2026-3-1",       "2026.3.1", "2026. 3. 1.", "2026/03/01",
                          "20260301",   "2026년 3월 1일", "1.3.2026", "01.03.2026",  " 2026-03-01 "};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        eq_str(day_of(a, same[i]), STR("2026-03-01"));
    }
}

TEST(what_is_no_day_or_could_be_two_is_not_guessed)
{
    const char *none[] = {"",           "03/01/2026",    "1-3-2026",         "2026-02-30", "2026-3",
                          "26-03-01",   "2026-03-01-02", "2026-03-01T09:00", "20260230",   "March 1",
                          "2026-13-01", "x2026-03-01",   "-2026-03-01",      "2026-003-1"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        eq_str(day_of(a, none[i]), STR("none"));
    }
}

static Str number_of(Arena *a, const char *text)
{
    const Json *j = loose_number(a, str_from_c(text));
    return j != NULL ? json_text(j) : STR("none");
}

TEST(a_number_is_read_with_marks_of_thousands_and_percent)
{
    eq_str(number_of(a, "12"), STR("12"));
    eq_str(number_of(a, " 2,156,880 "), STR("2156880"));
    eq_str(number_of(a, "2 156 880"), STR("2156880"));
    eq_str(number_of(a, "65 %"), STR("65"));
    eq_str(number_of(a, "2.4"), STR("2.4"));
    eq_str(number_of(a, "1,234.5"), STR("1234.5"));
    const char *none[] = {"", "2,4", "1,23,456", "twelve", "12 months", ",123", "1,2345", "1, 234"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        eq_str(number_of(a, none[i]), STR("none"));
    }
}

TEST(names_are_the_same_by_their_letters_and_digits)
{
    check(loose_same(a, STR("entry day"), STR("Entry_Day")));
    check(loose_same(a, STR("entry day"), STR("entryDay")));
    check(loose_same(a, STR("E9 months"), STR("e-9 months")));
    check(loose_same(a, STR("입국일"), STR("입국 일")));
    check(loose_same(a, STR("Категория"), STR("КАТЕГОРИЯ")));
    check(!loose_same(a, STR("entry day"), STR("entry days")));
    check(!loose_same(a, STR("--"), STR("__")));
}
