/* temporal.c: the calendar of the years ±999,999,999, and the text of dates, times and durations. Arithmetic: moment.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

/* ---- Calendar (proleptic Gregorian, with a year 0; see base/day.c for the method) ------------------------------- */

int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b != 0 && (a < 0) != (b < 0));
}

int civil_month_length(int64_t year, int month)
{
    static const int LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : LENGTH[month - 1];
}

bool civil_is_valid(Civil c)
{
    return c.year >= -FEEL_YEAR_MAX && c.year <= FEEL_YEAR_MAX && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
           c.day <= civil_month_length(c.year, c.month);
}

int64_t civil_to_day(Civil c)
{
    int64_t y = c.month <= 2 ? c.year - 1 : c.year, era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

Civil civil_from_day(int64_t day)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (Civil){.year = yoe + era * 400 + (month <= 2), .month = month, .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

bool day_in_years(int64_t day)
{
    return day >= civil_to_day((Civil){-FEEL_YEAR_MAX, 1, 1}) && day <= civil_to_day((Civil){FEEL_YEAR_MAX, 12, 31});
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

typedef struct {
    Str s;
    size_t at;
} Reader;

static bool read_char(Reader *r, char c)
{
    bool found = r->at < r->s.len && r->s.ptr[r->at] == c;
    r->at += found;
    return found;
}

/* least to most digits */
static bool read_digits(Reader *r, size_t least, size_t most, int64_t *ret)
{
    size_t start = r->at;
    int64_t n = 0;
    while (r->at < r->s.len && r->at - start < most && r->s.ptr[r->at] >= '0' && r->s.ptr[r->at] <= '9') {
        n = n * 10 + (r->s.ptr[r->at++] - '0');
    }
    *ret = n;
    return r->at - start >= least;
}

/* Two digits up to `most`. */
static bool read_pair(Reader *r, int64_t most, int64_t *ret)
{
    return read_digits(r, 2, 2, ret) && *ret <= most;
}

/* Digits after a point as nanoseconds; those past the ninth must be read but do not count. */
static bool read_fraction(Reader *r, bool may_be_empty, int64_t *ret_nanos)
{
    size_t start = r->at;
    int64_t nanos = 0, unit = NANOS_PER_SECOND;
    for (; r->at < r->s.len && r->s.ptr[r->at] >= '0' && r->s.ptr[r->at] <= '9'; r->at++) {
        unit /= 10;
        nanos += unit * (r->s.ptr[r->at] - '0');
    }
    *ret_nanos = nanos;
    return may_be_empty || r->at > start;
}

static bool read_date(Reader *r, int64_t *ret_day)
{
    bool negative = read_char(r, '-');
    size_t start = r->at;
    int64_t year, month, day;
    if (!read_digits(r, 4, 9, &year) || !read_char(r, '-') || !read_pair(r, 12, &month) || !read_char(r, '-') ||
        !read_pair(r, 31, &day)) {
        return false;
    }
    bool five = r->at - start > 10;
    Civil c = {.year = negative ? -year : year, .month = (int)month, .day = (int)day};
    if ((five && r->s.ptr[start] == '0') || (negative && year == 0) || !civil_is_valid(c)) {
        return false;
    }
    *ret_day = civil_to_day(c);
    return true;
}

/* Z, ±hh:mm[:ss] or @Area/Place, up to the end of the text. */
static bool read_zone(Reader *r, FeelMoment *m)
{
    m->zone = STR("");
    if (r->at == r->s.len) {
        return true;
    }
    if (read_char(r, '@')) {
        m->zone = str_sub(r->s, r->at, r->s.len);
        r->at = r->s.len;
        return m->zone.len > 0;
    }
    m->has_offset = true;
    if (read_char(r, 'Z') || read_char(r, 'z')) {
        return r->at == r->s.len;
    }
    bool negative = read_char(r, '-');
    int64_t hours, minutes, seconds = 0;
    if ((!negative && !read_char(r, '+')) || !read_pair(r, 18, &hours) || !read_char(r, ':') ||
        !read_pair(r, 59, &minutes) || (read_char(r, ':') && !read_pair(r, 59, &seconds))) {
        return false;
    }
    int64_t offset = hours * 3600 + minutes * 60 + seconds;
    m->offset = (int32_t)(negative ? -offset : offset);
    return r->at == r->s.len && offset <= 18 * 3600;
}

/* hh:mm:ss[.fraction][zone]; 24:00:00 is the midnight that ends the day: nanos = NANOS_PER_DAY. */
static bool read_time(Reader *r, FeelMoment *m)
{
    int64_t hour, minute, second, fraction = 0;
    if (!read_pair(r, 24, &hour) || !read_char(r, ':') || !read_pair(r, 59, &minute) || !read_char(r, ':') ||
        !read_pair(r, 59, &second) || (read_char(r, '.') && !read_fraction(r, false, &fraction))) {
        return false;
    }
    m->nanos = (hour * 3600 + minute * 60 + second) * NANOS_PER_SECOND + fraction;
    return m->nanos <= NANOS_PER_DAY && read_zone(r, m);
}

bool moment_settle(ZoneBook *zones, FeelMoment *m, bool has_date)
{
    if (m->zone.len == 0) {
        return true;
    }
    const Zone *z = zone_find(zones, m->zone);
    if (z == NULL) {
        return false;
    }
    int64_t local = m->day * 86400 + m->nanos / NANOS_PER_SECOND;
    m->offset = has_date ? zone_offset_local(z, local) : zone_offset_standard(z);
    return true;
}

bool temporal_date_parse(Str s, int64_t *ret_day)
{
    Reader r = {.s = s};
    int64_t day;
    if (!read_date(&r, &day) || r.at != s.len) {
        return false;
    }
    *ret_day = day;
    return true;
}

bool temporal_time_parse(ZoneBook *zones, Str s, FeelMoment *ret)
{
    Reader r = {.s = s};
    FeelMoment m = {0};
    if (!read_time(&r, &m) || !moment_settle(zones, &m, false)) {
        return false;
    }
    m.nanos %= NANOS_PER_DAY;
    *ret = m;
    return true;
}

bool temporal_moment_parse(ZoneBook *zones, Str s, FeelMoment *ret)
{
    Reader r = {.s = s};
    FeelMoment m = {.zone = STR("")};
    if (!read_date(&r, &m.day)) {
        return false;
    }
    int64_t day = m.day;
    if (r.at < s.len && (!read_char(&r, 'T') || !read_time(&r, &m))) {
        return false;
    }
    m.day = day + m.nanos / NANOS_PER_DAY;
    m.nanos %= NANOS_PER_DAY;
    if (!day_in_years(m.day) || !moment_settle(zones, &m, true)) {
        return false;
    }
    *ret = m;
    return true;
}

/* Number and unit of a duration, largest units first. False where the text goes on otherwise. */
static bool read_part(Reader *r, char unit, I128 nanos_per_unit, I128 *total, bool *any)
{
    size_t start = r->at;
    int64_t n, fraction = 0;
    if (!read_digits(r, 1, 18, &n)) {
        r->at = start;
        return true;
    }
    bool has_point = unit == 'S' && read_char(r, '.') && read_fraction(r, true, &fraction);
    if (!has_point && r->at < r->s.len && r->s.ptr[r->at] >= '0' && r->s.ptr[r->at] <= '9') {
        return false; /* more than 18 digits */
    }
    if (!read_char(r, unit)) {
        r->at = start;
        return true;
    }
    *total += (I128)n * nanos_per_unit + fraction;
    *any = true;
    return true;
}

static bool read_years(Reader *r, bool negative, Value *ret)
{
    I128 months = 0;
    bool any = false;
    if (!read_part(r, 'Y', 12, &months, &any) || !read_part(r, 'M', 1, &months, &any) || !any || r->at != r->s.len ||
        months > 12 * (I128)FEEL_YEAR_MAX * 10) {
        return false;
    }
    *ret = years_duration_value(negative ? -(int64_t)months : (int64_t)months);
    return true;
}

static bool read_days(Arena *a, Reader *r, bool negative, Value *ret)
{
    I128 nanos = 0;
    bool any = false, any_time = false;
    if (!read_part(r, 'D', NANOS_PER_DAY, &nanos, &any)) {
        return false;
    }
    if (read_char(r, 'T')) {
        if (!read_part(r, 'H', 3600 * NANOS_PER_SECOND, &nanos, &any_time) ||
            !read_part(r, 'M', 60 * NANOS_PER_SECOND, &nanos, &any_time) ||
            !read_part(r, 'S', NANOS_PER_SECOND, &nanos, &any_time) || !any_time) {
            return false;
        }
    }
    if ((!any && !any_time) || r->at != r->s.len) {
        return false;
    }
    *ret = days_duration_value(a, negative ? -nanos : nanos);
    return true;
}

bool temporal_duration_parse(Arena *a, Str s, Value *ret)
{
    Reader r = {.s = s};
    bool negative = read_char(&r, '-');
    if (!read_char(&r, 'P')) {
        return false;
    }
    Reader again = r;
    return read_years(&r, negative, ret) || read_days(a, &again, negative, ret);
}

Value feel_temporal(FeelRun *run, Str text)
{
    int64_t day;
    FeelMoment m;
    Value duration;
    if (temporal_date_parse(text, &day)) {
        return date_value(day);
    }
    if (temporal_duration_parse(run->arena, text, &duration)) {
        return duration;
    }
    if (temporal_time_parse(run_zones(run), text, &m)) {
        m.zone = str_copy(run->arena, m.zone);
        return moment_value(run->arena, FEEL_TIME, m);
    }
    if (temporal_moment_parse(run_zones(run), text, &m)) {
        m.zone = str_copy(run->arena, m.zone);
        return moment_value(run->arena, FEEL_DATE_TIME, m);
    }
    return feel_error(run, "\"%.*s\" is no date, time or duration", STR_ARG(str_sub(text, 0, 80)));
}

/* ---- Printing --------------------------------------------------------------------------------------------------- */

/* Years of four digits by hand: facts hold whole calendars, and buf_printf() was a quarter of a command. */
static void print_date(Buf *b, int64_t day)
{
    Civil c = civil_from_day(day);
    if (c.year < 0 || c.year > 9999) {
        int64_t year = c.year < 0 ? -c.year : c.year;
        buf_printf(b, "%s%04lld-%02d-%02d", c.year < 0 ? "-" : "", (long long)year, c.month, c.day);
        return;
    }
    char text[10];
    int number = (int)c.year;
    for (int i = 3; i >= 0; i--, number /= 10) {
        text[i] = (char)('0' + number % 10);
    }
    text[4] = text[7] = '-';
    text[5] = (char)('0' + c.month / 10);
    text[6] = (char)('0' + c.month % 10);
    text[8] = (char)('0' + c.day / 10);
    text[9] = (char)('0' + c.day % 10);
    buf_add(b, (Str){text, sizeof text});
}

/* ".5" without trailing zeros; nothing for 0 */
static void print_fraction(Buf *b, int64_t nanos)
{
    if (nanos == 0) {
        return;
    }
    int width = 9;
    for (; nanos % 10 == 0; nanos /= 10) {
        width--;
    }
    buf_printf(b, ".%0*lld", width, (long long)nanos);
}

static void print_time(Buf *b, const FeelMoment *m)
{
    int64_t s = m->nanos / NANOS_PER_SECOND;
    buf_printf(b, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    print_fraction(b, m->nanos % NANOS_PER_SECOND);
    if (m->zone.len > 0) {
        buf_byte(b, '@');
        buf_add(b, m->zone);
    } else if (m->has_offset && m->offset == 0) {
        buf_byte(b, 'Z');
    } else if (m->has_offset) {
        int off = m->offset < 0 ? -m->offset : m->offset;
        buf_printf(b, "%c%02d:%02d", m->offset < 0 ? '-' : '+', off / 3600, off / 60 % 60);
        if (off % 60 != 0) {
            buf_printf(b, ":%02d", off % 60);
        }
    }
}

static void print_years(Buf *b, int64_t months)
{
    int64_t n = months < 0 ? -months : months;
    buf_add_c(b, months < 0 ? "-P" : "P");
    if (n / 12 != 0) {
        buf_printf(b, "%lldY", (long long)(n / 12));
    }
    if (n % 12 != 0 || n == 0) {
        buf_printf(b, "%lldM", (long long)(n % 12));
    }
}

static void print_days(Buf *b, I128 nanos)
{
    I128 n = nanos < 0 ? -nanos : nanos;
    int64_t days = (int64_t)(n / NANOS_PER_DAY), rest = (int64_t)(n % NANOS_PER_DAY), seconds = rest / NANOS_PER_SECOND;
    buf_add_c(b, nanos < 0 ? "-P" : "P");
    if (days != 0) {
        buf_printf(b, "%lldD", (long long)days);
    }
    if (rest != 0 || days == 0) {
        buf_byte(b, 'T');
    }
    if (seconds / 3600 != 0) {
        buf_printf(b, "%lldH", (long long)(seconds / 3600));
    }
    if (seconds / 60 % 60 != 0) {
        buf_printf(b, "%lldM", (long long)(seconds / 60 % 60));
    }
    int64_t nano = rest % NANOS_PER_SECOND;
    if (seconds % 60 != 0 || nano != 0 || n == 0) {
        buf_printf(b, "%lld", (long long)(seconds % 60));
        print_fraction(b, nano);
        buf_byte(b, 'S');
    }
}

void temporal_print(Buf *b, Value v)
{
    switch ((FeelKind)v.kind) {
    case FEEL_DATE: print_date(b, v.i); break;
    case FEEL_TIME: print_time(b, v.p); break;
    case FEEL_DATE_TIME: {
        const FeelMoment *m = v.p;
        print_date(b, m->day);
        buf_byte(b, 'T');
        print_time(b, m);
        break;
    }
    case FEEL_DAYS_DURATION: print_days(b, days_duration_nanos(v)); break;
    case FEEL_YEARS_DURATION: print_years(b, v.i); break;
    default: bug("not a temporal value");
    }
}
