/* zone.c: time zones from TZif files (RFC 8536), with the rule in the footer for times past the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 256 * 1024, HEADER = 44, NAME_MAX_LEN = 64 };
static const char USUAL_PLACE[] = "/usr/share/zoneinfo";

/* When summer time begins or ends, as the POSIX TZ text says it. */
typedef struct {
    char form; /* 'M' month, week, weekday; 'J' day 1 … 365 without 29 February; 'N' day 0 … 365 */
    int month, week, day;
    int32_t seconds; /* on the clock before the change */
} Change;

struct Zone {
    const unsigned char *times; /* int64, big-endian, ascending */
    const unsigned char *kinds; /* index into infos for each time */
    const unsigned char *infos; /* 6 bytes each: offset, summer time, abbreviation */
    size_t time_count, info_count;
    bool has_rule, has_summer;
    int32_t standard, summer;
    Change begins, ends;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* ---- Footer ----------------------------------------------------------------------------------------------------- */

static bool rule_number(Str *s, int *ret)
{
    size_t i = 0;
    int n = 0;
    for (; i < s->len && i < 4 && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++) {
        n = n * 10 + (s->ptr[i] - '0');
    }
    *s = str_sub(*s, i, s->len);
    *ret = n;
    return i > 0;
}

static bool rule_take(Str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) {
        return false;
    }
    *s = str_sub(*s, 1, s->len);
    return true;
}

/* [+-]h[h][:mm[:ss]] in seconds */
static bool rule_clock(Str *s, int32_t *ret)
{
    bool negative = rule_take(s, '-');
    if (!negative) {
        (void)rule_take(s, '+');
    }
    int part[3] = {0};
    if (!rule_number(s, &part[0])) {
        return false;
    }
    for (int i = 1; i < 3 && rule_take(s, ':'); i++) {
        if (!rule_number(s, &part[i])) {
            return false;
        }
    }
    int32_t seconds = part[0] * 3600 + part[1] * 60 + part[2];
    *ret = negative ? -seconds : seconds;
    return true;
}

static bool rule_name(Str *s)
{
    size_t i = 0;
    if (rule_take(s, '<')) {
        while (i < s->len && s->ptr[i] != '>') {
            i++;
        }
        *s = str_sub(*s, i, s->len);
        return rule_take(s, '>');
    }
    while (i < s->len && ((s->ptr[i] | 32) >= 'a' && (s->ptr[i] | 32) <= 'z')) {
        i++;
    }
    *s = str_sub(*s, i, s->len);
    return i > 0;
}

static bool rule_change(Str *s, Change *c)
{
    if (!rule_take(s, ',')) {
        return false;
    }
    *c = (Change){.form = rule_take(s, 'M') ? 'M' : rule_take(s, 'J') ? 'J' : 'N', .seconds = 7200};
    bool ok;
    if (c->form == 'M') {
        ok = rule_number(s, &c->month) && rule_take(s, '.') && rule_number(s, &c->week) && rule_take(s, '.') &&
             rule_number(s, &c->day) && c->month >= 1 && c->month <= 12 && c->week >= 1 && c->week <= 5 && c->day <= 6;
    } else {
        ok = rule_number(s, &c->day) && c->day <= 365;
    }
    return ok && (!rule_take(s, '/') || rule_clock(s, &c->seconds));
}

/* std offset [dst [offset] , change , change] */
static bool rule_parse(Zone *z, Str s)
{
    if (s.len == 0) {
        return true;
    }
    if (!rule_name(&s) || !rule_clock(&s, &z->standard)) {
        return false;
    }
    z->standard = -z->standard; /* POSIX counts to the west */
    z->has_rule = true;
    if (s.len == 0) {
        return true;
    }
    z->has_summer = true;
    z->summer = z->standard + 3600;
    if (!rule_name(&s)) {
        return false;
    }
    if (s.len > 0 && s.ptr[0] != ',') {
        if (!rule_clock(&s, &z->summer)) {
            return false;
        }
        z->summer = -z->summer;
    }
    return rule_change(&s, &z->begins) && rule_change(&s, &z->ends) && s.len == 0;
}

/* Seconds since 1970 on the clock before the change. */
static int64_t change_local(const Change *c, int64_t year)
{
    int64_t day;
    if (c->form == 'M') {
        int64_t first = civil_to_day((Civil){year, c->month, 1});
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 0 is Sunday */
        int64_t offset = (c->day - weekday + 7) % 7 + (c->week - 1) * 7;
        day = first + (offset >= civil_month_length(year, c->month) ? offset - 7 : offset);
    } else {
        int64_t first = civil_to_day((Civil){year, 1, 1});
        bool leap = civil_month_length(year, 2) == 29;
        day = c->form == 'N' ? first + c->day : first + c->day - 1 + (leap && c->day > 59);
    }
    return day * 86400 + c->seconds;
}

static int32_t rule_offset(const Zone *z, int64_t utc)
{
    if (!z->has_summer) {
        return z->standard;
    }
    int64_t year = civil_from_day(floor_div(utc + z->standard, 86400)).year;
    int64_t begins = change_local(&z->begins, year) - z->standard, ends = change_local(&z->ends, year) - z->summer;
    bool summer = begins < ends ? utc >= begins && utc < ends : utc < ends || utc >= begins;
    return summer ? z->summer : z->standard;
}

/* ---- File ------------------------------------------------------------------------------------------------------- */

/* A data block after its header: how long it is with times of `width` bytes. */
static size_t block_bytes(const unsigned char *header, size_t width)
{
    size_t isut = be32(header + 20), isstd = be32(header + 24), leap = be32(header + 28), times = be32(header + 32),
           infos = be32(header + 36), chars = be32(header + 40);
    if (isut > FILE_MAX || isstd > FILE_MAX || leap > FILE_MAX || times > FILE_MAX || infos > FILE_MAX ||
        chars > FILE_MAX) {
        return SIZE_MAX / 2;
    }
    return times * width + times + infos * 6 + chars + leap * (width + 4) + isstd + isut;
}

static bool is_header(const unsigned char *p, size_t left)
{
    return left >= HEADER && memcmp(p, "TZif", 4) == 0 && p[4] >= '2';
}

static bool zone_parse(Zone *z, const unsigned char *p, size_t len)
{
    if (!is_header(p, len)) {
        return false;
    }
    size_t second = HEADER + block_bytes(p, 4);
    if (second > len || !is_header(p + second, len - second)) {
        return false;
    }
    const unsigned char *header = p + second;
    size_t bytes = block_bytes(header, 8), footer = second + HEADER + bytes;
    z->time_count = be32(header + 32);
    z->info_count = be32(header + 36);
    if (footer >= len || z->info_count == 0 || be32(header + 28) != 0) {
        return false; /* cut off, empty, or one that counts leap seconds */
    }
    z->times = header + HEADER;
    z->kinds = z->times + z->time_count * 8;
    z->infos = z->kinds + z->time_count;
    for (size_t i = 0; i < z->time_count; i++) {
        if (z->kinds[i] >= z->info_count || (i > 0 && be64(z->times + 8 * i) <= be64(z->times + 8 * (i - 1)))) {
            return false;
        }
    }
    const char *text = (const char *)p + footer;
    const char *end = len - footer > 1 && *text == '\n' ? memchr(text + 1, '\n', len - footer - 1) : NULL;
    return end != NULL && rule_parse(z, (Str){text + 1, (size_t)(end - text - 1)});
}

/* A name that cannot lead out of the folder: Area/Place in letters, digits, '_', '-', '+'; no machine-dependent
 * aliases. */
static bool name_is_safe(Str name)
{
    if (name.len == 0 || name.len > NAME_MAX_LEN || name.ptr[0] < 'A' || name.ptr[0] > 'Z') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool slash = c == '/' && i + 1 < name.len && name.ptr[i + 1] != '/';
        if (!letter && !slash && c != '_' && c != '-' && c != '+') {
            return false;
        }
    }
    return true;
}

static Zone *zone_read(ZoneBook *book, Str name)
{
    ArenaMark mark = arena_mark(book->arena);
    Str path = str_printf(book->arena, "%s/%.*s", book->dir ? book->dir : USUAL_PLACE, STR_ARG(name));
    int fd = open(str_c(book->arena, path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        arena_rewind(book->arena, mark);
        return NULL;
    }
    off_t size = lseek(fd, 0, SEEK_END);
    Zone *ret = NULL;
    if (size > 0 && size <= FILE_MAX) {
        unsigned char *bytes = arena_alloc(book->arena, (size_t)size);
        Zone *z = ARENA_NEW(book->arena, Zone);
        if (pread(fd, bytes, (size_t)size, 0) == (ssize_t)size && zone_parse(z, bytes, (size_t)size)) {
            ret = z;
        }
    }
    close(fd);
    if (ret == NULL) {
        arena_rewind(book->arena, mark);
    }
    return ret;
}

ZoneBook *zone_book_new(Arena *a, const char *dir)
{
    ZoneBook *book = ARENA_NEW(a, ZoneBook);
    *book = (ZoneBook){.arena = a, .dir = dir, .zones = {.arena = a}};
    return book;
}

ZoneBook *run_zones(FeelRun *run)
{
    if (run->zones == NULL) {
        run->zones = zone_book_new(run->home, run->zone_dir);
    }
    return run->zones;
}

const Zone *zone_find(ZoneBook *book, Str name)
{
    if (!name_is_safe(name)) {
        return NULL;
    }
    Zone *known = map_get(&book->zones, name);
    if (known == NULL) {
        known = zone_read(book, name);
        if (known == NULL) {
            return NULL;
        }
        map_set(&book->zones, str_copy(book->arena, name), known);
    }
    return known;
}

/* ---- Offsets ---------------------------------------------------------------------------------------------------- */

int32_t zone_offset_utc(const Zone *z, int64_t utc)
{
    size_t low = 0, high = z->time_count; /* times below low are <= utc */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (be64(z->times + 8 * middle) <= utc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == z->time_count && z->has_rule) {
        return rule_offset(z, utc);
    }
    size_t kind = low == 0 ? 0 : z->kinds[low - 1];
    return (int32_t)be32(z->infos + 6 * kind);
}

int32_t zone_offset_local(const Zone *z, int64_t local)
{
    int32_t early = zone_offset_utc(z, local - 86400), late = zone_offset_utc(z, local + 86400);
    if (early == late || zone_offset_utc(z, local - early) == early) {
        return early;
    }
    return zone_offset_utc(z, local - late) == late ? late : early;
}

int32_t zone_offset_standard(const Zone *z)
{
    if (z->has_rule) { /* the smaller one: some zones write winter time as a negative summer time */
        return z->has_summer && z->summer < z->standard ? z->summer : z->standard;
    }
    return zone_offset_utc(z, INT64_MAX / 4);
}
