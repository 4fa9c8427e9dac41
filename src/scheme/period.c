/* period.c: counting of periods and deadlines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include <stdlib.h>

static int by_day(const void *a, const void *b)
{
    return day_cmp(*(const Day *)a, *(const Day *)b);
}

bool scheme_is_holiday(const Scheme *s, Day d)
{
    return s->rest_day[day_weekday(d)] ||
           (s->holiday_count > 0 && bsearch(&d, s->holidays, s->holiday_count, sizeof(Day), by_day) != NULL);
}

static Day roll_on(const Scheme *s, Day d)
{
    while (scheme_is_holiday(s, d)) {
        d.n++;
    }
    return d;
}

static Day plain_end(Day from, Period length)
{
    Day end = day_add_months(from, length.months);
    end.n += length.days;
    return end;
}

Day scheme_period_end(const Scheme *s, Day from, Period length)
{
    return roll_on(s, plain_end(from, length));
}

static bool stands_still(Day d, const Pause *pauses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (day_cmp(pauses[i].from, d) <= 0 && day_cmp(d, pauses[i].to) <= 0) {
            return true;
        }
    }
    return false;
}

Day scheme_paused_end(const Scheme *s, Day from, Period length, const Pause *pauses, size_t count)
{
    int32_t left = plain_end(from, length).n - from.n; /* days that the clock must run; the first day is not counted */
    int32_t latest = from.n + left;
    for (size_t i = 0; i < count; i++) { /* past every pause the clock only runs */
        latest = pauses[i].to.n > latest ? pauses[i].to.n : latest;
    }
    Day d = from;
    while (left > 0 && d.n < latest) {
        d.n++;
        left -= stands_still(d, pauses, count) ? 0 : 1;
    }
    d.n += left;
    return roll_on(s, d);
}
