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

Day scheme_period_end(const Scheme *s, Day from, Period length)
{
    Day end = day_add_months(from, length.months);
    end.n += length.days;
    return roll_on(s, end);
}
