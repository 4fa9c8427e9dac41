/* day.h: civil days and UTC instants, two types that do not mix. Not deadlines: those are counted in scheme/period.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include "str.h"

/* A day of the proleptic Gregorian calendar: days since 1970-01-01. */
typedef struct {
    int32_t n;
} Day;

/* Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
typedef struct {
    int64_t ms;
} Instant;

typedef struct {
    int32_t year;
    int month, day; /* from 1 */
} Ymd;

bool ymd_is_valid(Ymd d);
Day day_from_ymd(Ymd d); /* d must be valid */
Ymd day_to_ymd(Day d);
/* YYYY-MM-DD, years 0001 to 9999. False (result untouched) for anything else. */
MUST_USE bool day_parse(Str text, Day *ret);
Str day_print(Arena *a, Day d);
int day_weekday(Day d); /* 1 Monday … 7 Sunday */
int ymd_month_length(int32_t year, int month);
/* The same day number `months` later, or the month's last day where it has none (Civil Act of Korea, art. 160). */
Day day_add_months(Day d, int months);
int day_cmp(Day a, Day b);

/* YYYY-MM-DDTHH:MM:SS.mmmZ */
Str instant_print(Arena *a, Instant t);
/* Reads what instant_print writes; the milliseconds may be absent. */
MUST_USE bool instant_parse(Str text, Instant *ret);
/* The civil day at a fixed offset from UTC in minutes. */
Day instant_day(Instant t, int offset_minutes);

#endif
