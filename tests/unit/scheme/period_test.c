/* period_test.c: periods are counted as the Civil Act counts, compared with counting day by day.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "scheme/scheme.h"

static const Scheme *tiny(Arena *a)
{
    Scheme *s;
    Err err = {0};
    check(scheme_load(a, STR("tests/flow/schemes/harvest"), &s, &err));
    return s;
}

static Day day(const char *text)
{
    Day d = {0};
    check(day_parse(str_from_c(text), &d));
    return d;
}

TEST(a_period_does_not_count_its_first_day_and_rolls_on)
{
    static const struct {
        const char *from;
        Period length;
        const char *end;
    } CASES[] = {
        {"2026-04-20", {0, 7}, "2026-04-27"}, /* Monday to Monday */
        {"2026-04-20", {0, 0}, "2026-04-20"},
        {"2026-04-20", {0, 5}, "2026-04-25"}, /* a Saturday is no rest day in this country */
        {"2026-04-20", {0, 6}, "2026-04-27"}, /* a Sunday is */
        {"2026-04-01", {1, 0}, "2026-05-04"}, /* holiday, holiday, Sunday */
        {"2026-01-31", {1, 0}, "2026-02-28"}, /* the month's last day */
        {"2024-01-31", {1, 0}, "2024-02-29"}, /* of a leap year */
        {"2024-02-29", {12, 0}, "2025-02-28"},
        {"2025-11-30", {3, 0}, "2026-02-28"},
        {"2026-01-30", {1, 1}, "2026-03-02"}, /* the month's end, a day more is Sunday 1 March */
        {"2025-12-31", {0, 1}, "2026-01-01"},
    };
    const Scheme *s = tiny(a);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        eq_text(day_print(a, scheme_period_end(s, day(CASES[i].from), CASES[i].length)), CASES[i].end);
    }
}

/* ---- The same, naively ---- */

static Ymd next_day(Ymd d)
{
    static const int LENGTH[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
    if (d.day < LENGTH[d.month] + (leap && d.month == 2)) {
        return (Ymd){d.year, d.month, d.day + 1};
    }
    return d.month < 12 ? (Ymd){d.year, d.month + 1, 1} : (Ymd){d.year + 1, 1, 1};
}

/* Walks from 1 January 2020, a Wednesday. */
static int weekday_by_walking(Ymd want)
{
    int weekday = 3;
    for (Ymd d = {2020, 1, 1}; d.year != want.year || d.month != want.month || d.day != want.day; d = next_day(d)) {
        weekday = weekday % 7 + 1;
    }
    return weekday;
}

static Ymd naive_end(Ymd from, Period length)
{
    Ymd end = from;
    for (int i = 0; i < length.months; i++) {
        end = end.month < 12 ? (Ymd){end.year, end.month + 1, from.day} : (Ymd){end.year + 1, 1, from.day};
    }
    while (!ymd_is_valid(end)) {
        end.day--;
    }
    for (int i = 0; i < length.days; i++) {
        end = next_day(end);
    }
    while (weekday_by_walking(end) == 7 || (end.year == 2026 && end.month == 5 && (end.day == 1 || end.day == 2))) {
        end = next_day(end);
    }
    return end;
}

TEST(random_periods_end_as_counted_day_by_day)
{
    const Scheme *s = tiny(a);
    uint64_t seed = 20260420;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t r = (uint32_t)(seed >> 33);
        Ymd from = {2020 + (int)(r % 8), 1 + (int)(r / 8 % 12), 1 + (int)(r / 96 % 31)};
        Period length = {(int)(r / 2976 % 26), (int)(r / 77376 % 40)};
        if (!ymd_is_valid(from)) {
            continue;
        }
        Day end = scheme_period_end(s, day_from_ymd(from), length);
        eq_str(day_print(a, end), day_print(a, day_from_ymd(naive_end(from, length))));
        check(!scheme_is_holiday(s, end));
    }
}
