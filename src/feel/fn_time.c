/* fn_time.c: built-in functions that make dates, times and durations, or ask them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* A whole number from least to most. */
static bool whole(Value v, int64_t least, int64_t most, int64_t *ret)
{
    Dec d;
    return arg_dec(v, &d) && dec_is_integer(d) && dec_to_int(d, ret) && *ret >= least && *ret <= most;
}

static bool civil_from(const Value *args, int64_t *ret_day)
{
    int64_t year, month, day;
    if (!whole(args[0], -FEEL_YEAR_MAX, FEEL_YEAR_MAX, &year) || !whole(args[1], 1, 12, &month) ||
        !whole(args[2], 1, 31, &day)) {
        return false;
    }
    Civil c = {.year = year, .month = (int)month, .day = (int)day};
    if (!civil_is_valid(c)) {
        return false;
    }
    *ret_day = civil_to_day(c);
    return true;
}

/* Hour, minute and seconds with a fraction. */
static bool clock_from(const Value *args, int64_t *ret_nanos)
{
    int64_t hour, minute, nanos;
    Dec second, scaled;
    if (!whole(args[0], 0, 23, &hour) || !whole(args[1], 0, 59, &minute) || !arg_dec(args[2], &second) ||
        !dec_mul(second, dec_from_int(NANOS_PER_SECOND), &scaled) || !dec_round(scaled, 0, DEC_DOWN, &scaled) ||
        !dec_to_int(scaled, &nanos) || nanos < 0 || nanos >= 60 * NANOS_PER_SECOND || second.negative) {
        return false;
    }
    *ret_nanos = (hour * 3600 + minute * 60) * NANOS_PER_SECOND + nanos;
    return true;
}

/* A duration as offset from UTC, or the name of a zone; null: none. */
static bool zone_from(FeelRun *run, Value v, FeelMoment *m)
{
    Str name;
    v = arg_unwrapped(v);
    if (v.kind == FEEL_NULL) {
        return true;
    }
    if (arg_text(v, &name)) {
        m->zone = name;
        return zone_find(run_zones(run), name) != NULL;
    }
    if (v.kind != FEEL_DAYS_DURATION) {
        return false;
    }
    I128 seconds = days_duration_nanos(v) / NANOS_PER_SECOND;
    if (seconds < -18 * 3600 || seconds > 18 * 3600) {
        return false;
    }
    m->has_offset = true;
    m->offset = (int32_t)seconds;
    return true;
}

static Value settled(FeelRun *run, FeelKind kind, FeelMoment m)
{
    if (!moment_settle(run_zones(run), &m, kind == FEEL_DATE_TIME)) {
        return feel_error(run, "there is no time zone %.*s", STR_ARG(str_sub(m.zone, 0, 60)));
    }
    return moment_value(run->arena, kind, m);
}

/* ---- Conversions ------------------------------------------------------------------------------------------------ */

Value fn_date(FeelRun *run, const Value *args, size_t count)
{
    int64_t day;
    Str s;
    Value v = arg_unwrapped(args[0]);
    if (count == 3) {
        return civil_from(args, &day) ? date_value(day) : feel_error(run, "date: not a day of the calendar");
    }
    if (count != 1) {
        return feel_error(run, "date: takes one argument or three");
    }
    if (v.kind == FEEL_DATE) {
        return v;
    }
    if (v.kind == FEEL_DATE_TIME) {
        return date_value(moment_of(v).day);
    }
    if (!arg_text(v, &s)) {
        return bad_argument(run, "date", v);
    }
    return temporal_date_parse(s, &day) ? date_value(day) : feel_error(run, "date: not a day of the calendar");
}

Value fn_time(FeelRun *run, const Value *args, size_t count)
{
    FeelMoment m = {.zone = STR("")};
    Str s;
    Value v = arg_unwrapped(args[0]);
    if (count >= 3) {
        bool ok = clock_from(args, &m.nanos) && (count < 4 || zone_from(run, args[3], &m));
        return ok ? settled(run, FEEL_TIME, m) : feel_error(run, "time: not a time of day");
    }
    if (count != 1) {
        return feel_error(run, "time: takes one argument, three or four");
    }
    if (v.kind == FEEL_TIME) {
        return v;
    }
    if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME) {
        return moment_value(run->arena, FEEL_TIME, moment_of(v));
    }
    if (!arg_text(v, &s)) {
        return bad_argument(run, "time", v);
    }
    return temporal_time_parse(run_zones(run), s, &m) ? moment_value(run->arena, FEEL_TIME, m)
                                                      : feel_error(run, "time: not a time of day");
}

static Value moment_from_parts(FeelRun *run, const Value *args, size_t count)
{
    FeelMoment m = {.zone = STR("")};
    bool ok = civil_from(args, &m.day) && clock_from(args + 3, &m.nanos) && (count < 7 || zone_from(run, args[6], &m));
    return ok ? settled(run, FEEL_DATE_TIME, m) : feel_error(run, "date and time: not a time of the calendar");
}

static Value moment_from_date_and_time(FeelRun *run, Value date, Value time)
{
    if (date.kind != FEEL_DATE && date.kind != FEEL_DATE_TIME) {
        return bad_argument(run, "date and time", date);
    }
    if (time.kind != FEEL_TIME) {
        return bad_argument(run, "date and time", time);
    }
    FeelMoment m = *(const FeelMoment *)time.p;
    m.day = moment_of(date).day;
    return settled(run, FEEL_DATE_TIME, m);
}

Value fn_date_and_time(FeelRun *run, const Value *args, size_t count)
{
    FeelMoment m;
    Str s;
    if (count >= 6) {
        return moment_from_parts(run, args, count);
    }
    if (count > 2) {
        return feel_error(run, "date and time: takes one argument, two, six or seven");
    }
    Value v = arg_unwrapped(args[0]);
    if (count == 2) {
        return moment_from_date_and_time(run, v, arg_unwrapped(args[1]));
    }
    if (v.kind == FEEL_DATE_TIME) {
        return v;
    }
    if (!arg_text(v, &s)) {
        return bad_argument(run, "date and time", v);
    }
    return temporal_moment_parse(run_zones(run), s, &m) ? moment_value(run->arena, FEEL_DATE_TIME, m)
                                                        : feel_error(run, "date and time: not a time of the calendar");
}

Value fn_duration(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s;
    Value ret, v = arg_unwrapped(args[0]);
    if (v.kind == FEEL_DAYS_DURATION || v.kind == FEEL_YEARS_DURATION) {
        return v;
    }
    if (!arg_text(v, &s)) {
        return bad_argument(run, "duration", v);
    }
    return temporal_duration_parse(run->arena, s, &ret) ? ret : feel_error(run, "duration: not a duration");
}

Value fn_years_duration(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value from = arg_unwrapped(args[0]), to = arg_unwrapped(args[1]);
    if (from.kind != FEEL_DATE && from.kind != FEEL_DATE_TIME) {
        return bad_argument(run, "years and months duration", from);
    }
    if (to.kind != FEEL_DATE && to.kind != FEEL_DATE_TIME) {
        return bad_argument(run, "years and months duration", to);
    }
    return years_duration_value(months_between(from, to));
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

/* The day of a date, or of a date and time as its clock shows it. */
static bool day_of(Value v, int64_t *ret)
{
    v = arg_unwrapped(v);
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) {
        return false;
    }
    *ret = moment_of(v).day;
    return true;
}

static int64_t first_of_year(int64_t day)
{
    return civil_to_day((Civil){civil_from_day(day).year, 1, 1});
}

/* 0 Monday … 6 Sunday */
static int64_t weekday(int64_t day)
{
    return day + 3 - floor_div(day + 3, 7) * 7;
}

Value fn_day_of_year(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    int64_t day;
    return day_of(args[0], &day) ? feel_int(day - first_of_year(day) + 1) : bad_argument(run, "day of year", args[0]);
}

Value fn_day_of_week(FeelRun *run, const Value *args, size_t count)
{
    static const char *const NAMES[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    (void)count;
    int64_t day;
    return day_of(args[0], &day) ? feel_str(str_from_c(NAMES[weekday(day)]))
                                 : bad_argument(run, "day of week", args[0]);
}

Value fn_month_of_year(FeelRun *run, const Value *args, size_t count)
{
    static const char *const NAMES[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    (void)count;
    int64_t day;
    return day_of(args[0], &day) ? feel_str(str_from_c(NAMES[civil_from_day(day).month - 1]))
                                 : bad_argument(run, "month of year", args[0]);
}

/* ISO 8601: the week belongs to the year of its Thursday. */
Value fn_week_of_year(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    int64_t day;
    if (!day_of(args[0], &day)) {
        return bad_argument(run, "week of year", args[0]);
    }
    int64_t thursday = day - weekday(day) + 3;
    return feel_int((thursday - first_of_year(thursday)) / 7 + 1);
}

/* The same element of the semantic domain: kind, properties and zone. Fractions of a second are no property. */
Value fn_is(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value a = args[0], b = args[1];
    if (a.kind == b.kind && (a.kind == FEEL_TIME || a.kind == FEEL_DATE_TIME)) {
        FeelMoment x = *(const FeelMoment *)a.p, y = *(const FeelMoment *)b.p;
        x.nanos -= x.nanos % NANOS_PER_SECOND;
        y.nanos -= y.nanos % NANOS_PER_SECOND;
        a.p = &x;
        b.p = &y;
        return feel_bool(feel_is(run, a, b));
    }
    return feel_bool(feel_is(run, a, b));
}

Value fn_now(FeelRun *run, const Value *args, size_t count)
{
    (void)args;
    (void)count;
    int64_t day = floor_div(run->now.ms, 86400000);
    FeelMoment m = {.day = day, .nanos = (run->now.ms - day * 86400000) * 1000000, .has_offset = true, .zone = STR("")};
    return moment_value(run->arena, FEEL_DATE_TIME, m);
}

Value fn_today(FeelRun *run, const Value *args, size_t count)
{
    (void)args;
    (void)count;
    return date_value(floor_div(run->now.ms, 86400000));
}
