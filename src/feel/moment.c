/* moment.c: making, comparing by instant, properties and arithmetic of dates, times and durations. Text: temporal.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

/* Longer durations than these are refused, so that sums stay within 128 bits and days within 64. */
#define NANOS_MAX ((I128)NANOS_PER_DAY * INT64_C(1000000000000000000))
static const int64_t MONTHS_MAX = INT64_C(1000000000000);

Value moment_value(Arena *a, FeelKind kind, FeelMoment m)
{
    FeelMoment *box = ARENA_NEW(a, FeelMoment);
    *box = m;
    if (kind == FEEL_TIME) {
        box->day = 0;
    }
    return (Value){.kind = (uint8_t)kind, .p = box};
}

Value date_value(int64_t day)
{
    return (Value){.kind = FEEL_DATE, .i = day};
}

Value days_duration_value(Arena *a, I128 nanos)
{
    if (nanos >= INT64_MIN && nanos <= INT64_MAX) {
        return (Value){.kind = FEEL_DAYS_DURATION, .i = (int64_t)nanos};
    }
    I128 *box = ARENA_NEW(a, I128);
    *box = nanos;
    return (Value){.kind = FEEL_DAYS_DURATION, .boxed = 1, .p = box};
}

I128 days_duration_nanos(Value v)
{
    return v.boxed ? *(const I128 *)v.p : v.i;
}

Value years_duration_value(int64_t months)
{
    return (Value){.kind = FEEL_YEARS_DURATION, .i = months};
}

bool moment_is_local(const FeelMoment *m)
{
    return !m->has_offset && m->zone.len == 0;
}

I128 moment_nanos(const FeelMoment *m)
{
    return (I128)m->day * NANOS_PER_DAY + m->nanos - (I128)m->offset * NANOS_PER_SECOND;
}

int moment_cmp(const FeelMoment *a, const FeelMoment *b)
{
    bool mixed = moment_is_local(a) != moment_is_local(b);
    I128 x = moment_nanos(a), y = moment_nanos(b);
    if (mixed) {
        x += (I128)a->offset * NANOS_PER_SECOND;
        y += (I128)b->offset * NANOS_PER_SECOND;
    }
    return (x > y) - (x < y);
}

FeelMoment moment_of(Value v)
{
    if (v.kind == FEEL_DATE) {
        return (FeelMoment){.day = v.i, .has_offset = true, .zone = STR("")};
    }
    return *(const FeelMoment *)v.p;
}

int64_t months_between(Value a, Value b)
{
    Civil ca = civil_from_day(moment_of(a).day), cb = civil_from_day(moment_of(b).day);
    int64_t months = (cb.year - ca.year) * 12 + cb.month - ca.month;
    if (months > 0 && cb.day < ca.day) {
        months--;
    } else if (months < 0 && cb.day > ca.day) {
        months++;
    }
    return months;
}

/* ---- Properties ------------------------------------------------------------------------------------------------- */

static bool property_of_day(int64_t day, Str name, Value *ret)
{
    Civil c = civil_from_day(day);
    if (str_eq_c(name, "year")) {
        *ret = feel_int(c.year);
    } else if (str_eq_c(name, "month")) {
        *ret = feel_int(c.month);
    } else if (str_eq_c(name, "day")) {
        *ret = feel_int(c.day);
    } else if (str_eq_c(name, "weekday")) {
        *ret = feel_int(day + 3 - floor_div(day + 3, 7) * 7 + 1);
    } else {
        return false;
    }
    return true;
}

static bool property_of_clock(FeelRun *run, const FeelMoment *m, Str name, Value *ret)
{
    int64_t s = m->nanos / NANOS_PER_SECOND;
    if (str_eq_c(name, "hour")) {
        *ret = feel_int(s / 3600);
    } else if (str_eq_c(name, "minute")) {
        *ret = feel_int(s / 60 % 60);
    } else if (str_eq_c(name, "second")) {
        *ret = feel_int(s % 60);
    } else if (str_eq_c(name, "time offset")) {
        *ret = moment_is_local(m) ? feel_null() : days_duration_value(run->arena, (I128)m->offset * NANOS_PER_SECOND);
    } else if (str_eq_c(name, "timezone")) {
        *ret = m->zone.len > 0 ? feel_str(m->zone) : feel_null();
    } else {
        return false;
    }
    return true;
}

static bool property_of_days(Value v, Str name, Value *ret)
{
    static const struct {
        const char *name;
        int64_t unit, modulo;
    } PARTS[] = {{"days", NANOS_PER_DAY, 0},
                 {"hours", 3600 * NANOS_PER_SECOND, 24},
                 {"minutes", 60 * NANOS_PER_SECOND, 60},
                 {"seconds", NANOS_PER_SECOND, 60}};
    I128 nanos = days_duration_nanos(v);
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        if (str_eq_c(name, PARTS[i].name)) {
            I128 n = nanos / PARTS[i].unit;
            *ret = feel_int((int64_t)(PARTS[i].modulo ? n % PARTS[i].modulo : n));
            return true;
        }
    }
    return false;
}

static bool property_of_range(const FeelRange *r, Str name, Value *ret)
{
    if (str_eq_c(name, "start")) {
        *ret = r->low;
    } else if (str_eq_c(name, "end")) {
        *ret = r->high;
    } else if (str_eq_c(name, "start included")) {
        *ret = feel_bool(r->low_closed);
    } else if (str_eq_c(name, "end included")) {
        *ret = feel_bool(r->high_closed);
    } else {
        return false;
    }
    return true;
}

static bool property_of_years(Value v, Str name, Value *ret)
{
    if (str_eq_c(name, "years")) {
        *ret = feel_int(v.i / 12);
    } else if (str_eq_c(name, "months")) {
        *ret = feel_int(v.i % 12);
    } else {
        return false;
    }
    return true;
}

Value feel_property(FeelRun *run, Value v, Str name)
{
    if (v.kind == FEEL_NULL && v.reason != 0) {
        return v;
    }
    Value ret;
    bool found = false;
    switch ((FeelKind)v.kind) {
    case FEEL_DATE: found = property_of_day(v.i, name, &ret); break;
    case FEEL_TIME: found = property_of_clock(run, v.p, name, &ret); break;
    case FEEL_DATE_TIME: {
        const FeelMoment *m = v.p;
        found = property_of_day(m->day, name, &ret) || property_of_clock(run, m, name, &ret);
        break;
    }
    case FEEL_DAYS_DURATION: found = property_of_days(v, name, &ret); break;
    case FEEL_YEARS_DURATION: found = property_of_years(v, name, &ret); break;
    case FEEL_RANGE: found = property_of_range(v.p, name, &ret); break;
    default: break;
    }
    return found ? ret : feel_error(run, "a %s has no property %.*s", kind_name((FeelKind)v.kind), STR_ARG(name));
}

/* ---- Arithmetic ------------------------------------------------------------------------------------------------- */

static Value days_result(FeelRun *run, I128 nanos)
{
    if (nanos > NANOS_MAX || nanos < -NANOS_MAX) {
        return feel_error(run, "a duration that is too long");
    }
    return days_duration_value(run->arena, nanos);
}

static Value years_result(FeelRun *run, int64_t months)
{
    if (months > MONTHS_MAX || months < -MONTHS_MAX) {
        return feel_error(run, "a duration that is too long");
    }
    return years_duration_value(months);
}

static Value past_the_calendar(FeelRun *run)
{
    return feel_error(run, "a day outside of the years -999999999 to 999999999");
}

/* The same day number, or the month's last day where it has none. */
static bool add_months(int64_t day, int64_t months, int64_t *ret)
{
    Civil c = civil_from_day(day);
    int64_t m = c.year * 12 + c.month - 1 + months;
    c.year = floor_div(m, 12);
    c.month = (int)(m - c.year * 12) + 1;
    int last = civil_month_length(c.year, c.month);
    c.day = c.day < last ? c.day : last;
    *ret = civil_to_day(c);
    return civil_is_valid(c);
}

static Value moment_add_months(FeelRun *run, Value v, int64_t months)
{
    FeelMoment m = moment_of(v);
    if (months > MONTHS_MAX || months < -MONTHS_MAX || !add_months(m.day, months, &m.day)) {
        return past_the_calendar(run);
    }
    if (v.kind == FEEL_DATE) {
        return date_value(m.day);
    }
    (void)moment_settle(run_zones(run), &m, true); /* the zone exists: it was found when m was made */
    return moment_value(run->arena, FEEL_DATE_TIME, m);
}

/* Days of 24 hours and hours count on the line of instants; the zone's clock then shows the result. */
static Value moment_add_nanos(FeelRun *run, Value v, I128 nanos)
{
    FeelMoment m = moment_of(v);
    I128 local = (I128)m.day * NANOS_PER_DAY + m.nanos + nanos, day = local / NANOS_PER_DAY;
    day -= local % NANOS_PER_DAY < 0;
    if (day > INT64_MAX / 2 || day < INT64_MIN / 2 || !day_in_years((int64_t)day)) {
        return past_the_calendar(run);
    }
    m.nanos = (int64_t)(local - day * NANOS_PER_DAY);
    m.day = (int64_t)day;
    if (v.kind == FEEL_DATE) {
        return date_value(m.day);
    }
    const Zone *z = m.zone.len > 0 ? zone_find(run_zones(run), m.zone) : NULL;
    if (z != NULL) {
        int64_t utc = m.day * 86400 + m.nanos / NANOS_PER_SECOND - m.offset;
        int32_t offset = zone_offset_utc(z, utc);
        int64_t clock = utc + offset;
        m.day = floor_div(clock, 86400);
        m.nanos = (clock - m.day * 86400) * NANOS_PER_SECOND + m.nanos % NANOS_PER_SECOND;
        m.offset = offset;
    }
    return moment_value(run->arena, FEEL_DATE_TIME, m);
}

static Value time_add_nanos(FeelRun *run, Value v, I128 nanos)
{
    FeelMoment m = *(const FeelMoment *)v.p;
    I128 n = (m.nanos + nanos % NANOS_PER_DAY) % NANOS_PER_DAY;
    m.nanos = (int64_t)(n < 0 ? n + NANOS_PER_DAY : n);
    return moment_value(run->arena, FEEL_TIME, m);
}

static bool is_moment(Value v)
{
    return v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME;
}

static Value add_duration(FeelRun *run, Value point, Value duration, bool minus)
{
    if (duration.kind == FEEL_YEARS_DURATION) {
        return moment_add_months(run, point, minus ? -duration.i : duration.i);
    }
    I128 nanos = days_duration_nanos(duration);
    nanos = minus ? -nanos : nanos;
    return point.kind == FEEL_TIME ? time_add_nanos(run, point, nanos) : moment_add_nanos(run, point, nanos);
}

/* Whether `duration` may be added to `point`. */
static bool can_move(Value point, Value duration)
{
    return duration.kind == FEEL_DAYS_DURATION ? is_moment(point) || point.kind == FEEL_TIME
                                               : duration.kind == FEEL_YEARS_DURATION && is_moment(point);
}

Value temporal_add(FeelRun *run, Value a, Value b)
{
    if (a.kind == FEEL_DAYS_DURATION && b.kind == FEEL_DAYS_DURATION) {
        return days_result(run, days_duration_nanos(a) + days_duration_nanos(b));
    }
    if (a.kind == FEEL_YEARS_DURATION && b.kind == FEEL_YEARS_DURATION) {
        return years_result(run, a.i + b.i);
    }
    if (can_move(a, b)) {
        return add_duration(run, a, b, false);
    }
    return can_move(b, a) ? add_duration(run, b, a, false) : error_kinds(run, "+", a, b);
}

static Value moments_apart(FeelRun *run, Value a, Value b)
{
    FeelMoment ma = moment_of(a), mb = moment_of(b);
    if (moment_is_local(&ma) != moment_is_local(&mb)) {
        return feel_error(run, "a time with a zone and one without cannot be subtracted");
    }
    return days_result(run, moment_nanos(&ma) - moment_nanos(&mb));
}

Value temporal_sub(FeelRun *run, Value a, Value b)
{
    if (a.kind == FEEL_DAYS_DURATION && b.kind == FEEL_DAYS_DURATION) {
        return days_result(run, days_duration_nanos(a) - days_duration_nanos(b));
    }
    if (a.kind == FEEL_YEARS_DURATION && b.kind == FEEL_YEARS_DURATION) {
        return years_result(run, a.i - b.i);
    }
    if (can_move(a, b)) {
        return add_duration(run, a, b, true);
    }
    bool points = (is_moment(a) && is_moment(b)) || (a.kind == FEEL_TIME && b.kind == FEEL_TIME);
    return points ? moments_apart(run, a, b) : error_kinds(run, "-", a, b);
}

/* An integer of up to 34 digits as a decimal and back, towards zero. */
static Dec dec_from_wide(I128 n)
{
    return (Dec){.coefficient = n < 0 ? (U128)-n : (U128)n, .negative = n < 0};
}

static bool dec_to_wide(Dec d, I128 *ret)
{
    Dec whole;
    if (!dec_round(d, 0, DEC_DOWN, &whole)) {
        return false;
    }
    U128 n = whole.coefficient;
    for (int32_t e = whole.exponent; e > 0 && n != 0; e--) {
        if (n > (U128)NANOS_MAX) {
            return false;
        }
        n *= 10;
    }
    *ret = whole.negative ? -(I128)n : (I128)n;
    return n <= (U128)NANOS_MAX;
}

Value temporal_scale(FeelRun *run, Value duration, Dec factor, bool divide)
{
    bool years = duration.kind == FEEL_YEARS_DURATION;
    Dec n = dec_from_wide(years ? (I128)duration.i : days_duration_nanos(duration)), scaled;
    I128 result;
    if (!(divide ? dec_div(n, factor, &scaled) : dec_mul(n, factor, &scaled)) || !dec_to_wide(scaled, &result) ||
        (years && (result > MONTHS_MAX || result < -(I128)MONTHS_MAX))) {
        return feel_error(run, "a duration that is too long");
    }
    return years ? years_duration_value((int64_t)result) : days_result(run, result);
}

Value temporal_ratio(FeelRun *run, Value a, Value b)
{
    bool years = a.kind == FEEL_YEARS_DURATION;
    Dec x = dec_from_wide(years ? (I128)a.i : days_duration_nanos(a));
    Dec y = dec_from_wide(years ? (I128)b.i : days_duration_nanos(b)), q;
    return dec_div(x, y, &q) ? feel_number(run->arena, q) : feel_error(run, "division by an empty duration");
}
