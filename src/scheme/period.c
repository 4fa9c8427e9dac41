/* period.c: counting of periods and deadlines, and the two functions by which a scheme's expressions count.
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

static bool civil_day(Value v, Day *ret)
{
    if (v.kind != FEEL_DATE || v.i < -700000 || v.i > 2900000) {
        return false;
    }
    *ret = (Day){(int32_t)v.i};
    return true;
}

static Value call_period_end(FeelRun *run, void *host, const Value *args, size_t count)
{
    const Scheme *s = host;
    Day from;
    check_that(count == 2);
    if (!civil_day(args[0], &from)) {
        return feel_error(run, "period end: the first value is not a date");
    }
    Period p = {0, 0};
    if (args[1].kind == FEEL_YEARS_DURATION && llabs(args[1].i) < 12000) {
        p.months = (int)args[1].i;
    } else if (args[1].kind == FEEL_DAYS_DURATION && !args[1].boxed) {
        p.days = (int)(args[1].i / (86400LL * 1000000000LL));
    } else {
        return feel_error(run, "period end: the second value is not a duration");
    }
    return feel_date(scheme_period_end(s, from, p));
}

/* The last day on which something that must happen `days` before `end` is in time. */
static Value call_before_end(FeelRun *run, __attribute__((unused)) void *host, const Value *args, size_t count)
{
    Day end;
    int64_t days;
    check_that(count == 2);
    if (!civil_day(args[0], &end) || args[1].kind != FEEL_NUMBER || !dec_to_int(feel_dec(args[1]), &days) || days < 0 ||
        days > 100000) {
        return feel_error(run, "days before: a date and a number of days are expected");
    }
    return feel_date((Day){end.n - (int32_t)days});
}

Value scheme_period_end_function(Scheme *s)
{
    FeelMember *params = ARENA_ARRAY(s->arena, FeelMember, 2);
    params[0] = (FeelMember){STR("from"), feel_type_basic(FEEL_DATE)};
    params[1] = (FeelMember){STR("length"), feel_type_any()};
    return feel_native(s->arena, params, 2, feel_type_basic(FEEL_DATE), call_period_end, s);
}

Value scheme_before_end_function(Scheme *s)
{
    FeelMember *params = ARENA_ARRAY(s->arena, FeelMember, 2);
    params[0] = (FeelMember){STR("end"), feel_type_basic(FEEL_DATE)};
    params[1] = (FeelMember){STR("days"), feel_type_basic(FEEL_NUMBER)};
    return feel_native(s->arena, params, 2, feel_type_basic(FEEL_DATE), call_before_end, s);
}
