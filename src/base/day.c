/* day.c: calendar arithmetic after Howard Hinnant's public-domain "chrono-compatible low-level date algorithms".
 * SPDX-License-Identifier: Apache-2.0 */
#include "day.h"

static const int64_t DAY_MS = 86400000;

static bool is_leap(int32_t y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

int ymd_month_length(int32_t year, int month)
{
    static const int LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : LENGTH[month - 1];
}

bool ymd_is_valid(Ymd d)
{
    return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= ymd_month_length(d.year, d.month);
}

Day day_from_ymd(Ymd d)
{
    check_that(ymd_is_valid(d));
    int64_t y = d.month <= 2 ? (int64_t)d.year - 1 : d.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (Day){(int32_t)(era * 146097 + doe - 719468)};
}

Ymd day_to_ymd(Day day)
{
    int64_t z = (int64_t)day.n + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (Ymd){
        .year = (int32_t)(yoe + era * 400 + (month <= 2)), .month = month, .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

/* Exactly `count` digits at `at`; -1 otherwise. */
static int digits(Str s, size_t at, size_t count)
{
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9') {
            return -1;
        }
        value = value * 10 + (s.ptr[i] - '0');
    }
    return value;
}

bool day_parse(Str text, Day *ret)
{
    Ymd d = {.year = digits(text, 0, 4), .month = digits(text, 5, 2), .day = digits(text, 8, 2)};
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || d.year < 1 || !ymd_is_valid(d)) {
        return false;
    }
    *ret = day_from_ymd(d);
    return true;
}

Str day_print(Arena *a, Day day)
{
    Ymd d = day_to_ymd(day);
    return str_printf(a, "%04d-%02d-%02d", (int)d.year, d.month, d.day);
}

int day_weekday(Day d)
{
    int w = (int)(((int64_t)d.n + 3) % 7); /* 1970-01-01 was a Thursday */
    return (w < 0 ? w + 7 : w) + 1;
}

Day day_add_months(Day day, int months)
{
    Ymd d = day_to_ymd(day);
    int64_t m = (int64_t)d.year * 12 + d.month - 1 + months;
    d.year = (int32_t)((m >= 0 ? m : m - 11) / 12);
    d.month = (int)(m - (int64_t)d.year * 12) + 1;
    int last = ymd_month_length(d.year, d.month);
    d.day = d.day < last ? d.day : last;
    return day_from_ymd(d);
}

int day_cmp(Day a, Day b)
{
    return (a.n > b.n) - (a.n < b.n);
}

Day instant_day(Instant t, int offset_minutes)
{
    int64_t ms = t.ms + (int64_t)offset_minutes * 60000;
    return (Day){(int32_t)((ms >= 0 ? ms : ms - (DAY_MS - 1)) / DAY_MS)};
}

Str instant_print(Arena *a, Instant t)
{
    Day day = instant_day(t, 0);
    int64_t ms = t.ms - (int64_t)day.n * DAY_MS;
    Ymd d = day_to_ymd(day);
    return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)d.year, d.month, d.day, (int)(ms / 3600000),
                      (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

bool instant_parse(Str s, Instant *ret)
{
    Day day;
    bool has_ms = s.len == 24 && s.ptr[19] == '.';
    if ((s.len != 20 && !has_ms) || s.ptr[s.len - 1] != 'Z' || s.ptr[10] != 'T' ||
        !day_parse(str_sub(s, 0, 10), &day)) {
        return false;
    }
    int h = digits(s, 11, 2), m = digits(s, 14, 2), sec = digits(s, 17, 2), ms = has_ms ? digits(s, 20, 3) : 0;
    if (s.ptr[13] != ':' || s.ptr[16] != ':' || h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59 || ms < 0) {
        return false;
    }
    ret->ms = (int64_t)day.n * DAY_MS + h * 3600000LL + m * 60000LL + sec * 1000LL + ms;
    return true;
}
