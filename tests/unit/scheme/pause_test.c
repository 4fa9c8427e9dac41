/* pause_test.c: clocks that stand still.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "scheme/scheme_int.h"

static Day day(const char *text)
{
    Day d;
    check(day_parse(str_from_c(text), &d));
    return d;
}

static Str end_of(Arena *a, const char *from, Period length, const Pause *pauses, size_t count)
{
    Scheme s = {.rest_day = {[6] = true, [7] = true}};
    return day_print(a, scheme_paused_end(&s, day(from), length, pauses, count));
}

TEST(a_clock_without_pauses_ends_as_a_plain_period)
{
    Scheme s = {.rest_day = {[6] = true, [7] = true}};
    for (int32_t n = day("2026-01-01").n; n < day("2027-01-01").n; n++) {
        Period p = {.months = n % 4, .days = n % 40};
        eq_int(scheme_paused_end(&s, (Day){n}, p, NULL, 0).n, scheme_period_end(&s, (Day){n}, p).n);
    }
}

TEST(days_of_a_pause_move_the_end_and_overlaps_count_once)
{
    Pause ten[] = {{day("2026-03-10"), day("2026-03-19")}};
    eq_text(end_of(a, "2026-03-02", (Period){1, 0}, ten, 1), "2026-04-13"); /* 2 April + 10 is Sunday the 12th */
    Pause both[] = {{day("2026-03-15"), day("2026-03-19")}, {day("2026-03-10"), day("2026-03-16")}};
    eq_text(end_of(a, "2026-03-02", (Period){1, 0}, both, 2), "2026-04-13");
    Pause after[] = {{day("2026-05-01"), day("2026-05-30")}};
    eq_text(end_of(a, "2026-03-02", (Period){1, 0}, after, 1), "2026-04-02");
    Pause reached[] = {{day("2026-03-10"), day("2026-03-19")}, {day("2026-04-05"), day("2026-04-06")}};
    eq_text(end_of(a, "2026-03-02", (Period){1, 0}, reached, 2),
            "2026-04-14"); /* the second lies in the longer period */
}
