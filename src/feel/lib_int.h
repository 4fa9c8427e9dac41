/* lib_int.h: what the files of the library half share: temporal values, zones, regular expressions. Not for the
 * language.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_LIB_INT_H
#define FEEL_LIB_INT_H

#include "base/map.h"
#include "feel/feel_int.h"

#define NANOS_PER_SECOND INT64_C(1000000000)
#define NANOS_PER_DAY (86400 * NANOS_PER_SECOND)
#define FEEL_YEAR_MAX INT64_C(999999999)

/* ---- Zones ------------------------------------------------------------------------------------------------------ */

typedef struct Zone Zone;
/* Zones read so far. dir NULL: the usual place. */
typedef struct {
    Arena *arena;
    const char *dir;
    Map zones; /* name → Zone */
} ZoneBook;

ZoneBook *zone_book_new(Arena *a, const char *dir);
/* The book of a run, made at its first use. */
ZoneBook *run_zones(FeelRun *run);
/* NULL if there is no such zone. */
const Zone *zone_find(ZoneBook *book, Str name);
/* Seconds east of UTC at a time given in seconds since 1970-01-01, as UTC or as the zone's own clock shows it. A clock
 * time that occurs twice has its first offset; one that is left out is read with the offset before the gap. */
int32_t zone_offset_utc(const Zone *z, int64_t utc_seconds);
int32_t zone_offset_local(const Zone *z, int64_t local_seconds);
/* What holds outside of summer time, by the zone's present rule: for times without a date. */
int32_t zone_offset_standard(const Zone *z);

/* ---- Calendar and text ------------------------------------------------------------------------------------------ */

typedef struct {
    int64_t year;
    int month, day;
} Civil;

bool civil_is_valid(Civil c); /* and within the years of the standard */
int64_t civil_to_day(Civil c);
Civil civil_from_day(int64_t day);
int civil_month_length(int64_t year, int month);
bool day_in_years(int64_t day); /* within the years of the standard */
/* Whole and rest by floor. */
int64_t floor_div(int64_t a, int64_t b);

/* Strict forms; false (results untouched) for anything else. A zone is looked up, so that the offset is known. */
MUST_USE bool temporal_date_parse(Str s, int64_t *ret_day);
MUST_USE bool temporal_time_parse(ZoneBook *zones, Str s, FeelMoment *ret);
MUST_USE bool temporal_moment_parse(ZoneBook *zones, Str s, FeelMoment *ret);
MUST_USE bool temporal_duration_parse(Arena *a, Str s, Value *ret);
/* The ISO text of a date, time, date and time or duration. */
void temporal_print(Buf *b, Value v);

/* ---- Making and asking ------------------------------------------------------------------------------------------ */

Value moment_value(Arena *a, FeelKind kind, FeelMoment m);
Value date_value(int64_t day);
/* Inline where it fits. */
Value days_duration_value(Arena *a, I128 nanos);
I128 days_duration_nanos(Value v);
Value years_duration_value(int64_t months);
bool moment_is_local(const FeelMoment *m); /* neither offset nor zone */
/* Nanoseconds since 1970-01-01T00:00Z; a local one as if it were in UTC. */
I128 moment_nanos(const FeelMoment *m);
/* Order of two points of time. One that is local takes the offset of the other (DMN 1.5, 10.3.2.15). */
int moment_cmp(const FeelMoment *a, const FeelMoment *b);
/* Sets the offset that the zone has at m's own clock time. False if there is no such zone. */
bool moment_settle(ZoneBook *zones, FeelMoment *m, bool has_date);
/* The moment of a DATE (midnight UTC) or DATE_TIME. */
FeelMoment moment_of(Value v);
/* Months from a to b, whole ones, as years and months duration() counts. */
int64_t months_between(Value a, Value b);

/* Arithmetic where one side is temporal; null with a reason otherwise. */
Value temporal_add(FeelRun *run, Value a, Value b);
Value temporal_sub(FeelRun *run, Value a, Value b);
Value temporal_scale(FeelRun *run, Value duration, Dec factor, bool divide);
Value temporal_ratio(FeelRun *run, Value a, Value b);

/* ---- Regular expressions (XPath functions 3.1, 5.6.1: those of XML Schema with anchors, groups and back-references)
 * ---- */

typedef struct Regex Regex;
typedef struct {
    size_t from, to; /* bytes; from is SIZE_MAX for a group that took no part */
} RegexSpan;
enum { REGEX_GROUPS_MAX = 64 };

/* flags: any of s m i x q. False with *ret_reason (a literal) if pattern or flags are wrong. */
MUST_USE bool regex_compile(FeelRun *run, Str pattern, Str flags, const Regex **ret, const char **ret_reason);
int regex_group_count(const Regex *re);
/* The first match at or after byte `from`; spans[0] is the whole. False if there is none, or if the run failed because
 * the search took more steps than it has left. */
MUST_USE bool regex_search(FeelRun *run, const Regex *re, Str input, size_t from,
                           RegexSpan spans[REGEX_GROUPS_MAX + 1]);

/* feel_same(), paid by the run. */
bool feel_is(FeelRun *run, Value a, Value b);
/* "a number and a string" errors of arithmetic. */
Value error_kinds(FeelRun *run, const char *operation, Value a, Value b);
const char *kind_name(FeelKind kind);

#endif
