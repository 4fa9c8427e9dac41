/* event.c: an event as canonical bytes and back, and its public entry.
 * SPDX-License-Identifier: Apache-2.0 */
#include "event.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { EVENT_BYTES_LIMIT = 4 * 1024 * 1024 };

static const Hash NO_HASH;

static void put_text(Buf *b, const char *key, Str value)
{
    buf_add_c(b, key);
    json_write_text(b, value);
}

static void put_hex(Buf *b, Arena *a, const char *key, Hash h)
{
    buf_add_c(b, key);
    buf_add(b, hex_print(a, HASH_STR(h)));
    buf_byte(b, '"');
}

static bool is_complete(const Event *e, Err *err)
{
    if (e->stream.len == 0 || e->type.len == 0 || e->scheme.len == 0) {
        return err_set(err, FIELD_MISSING, "An event needs a scheme, a stream and a type.");
    }
    if (e->version < 1 || e->data == NULL || e->data->kind != JSON_OBJECT) {
        return err_set(err, FIELD_FORMAT, "An event needs a version from 1 and an object as data.");
    }
    return true;
}

static char *put_digits(char *out, int64_t n, int count)
{
    for (int i = count - 1; i >= 0; i--, n /= 10) {
        out[i] = (char)('0' + n % 10);
    }
    return out + count;
}

enum { DAY_TEXT = 10, INSTANT_TEXT = 24, DAY_MS = 86400000 };

/* As day_print and instant_print write them, which go through printf and are a tenth of the cost of an event. */
static char *put_day(char *out, Ymd d)
{
    out = put_digits(out, d.year, 4);
    *out++ = '-';
    out = put_digits(out, d.month, 2);
    *out++ = '-';
    return put_digits(out, d.day, 2);
}

static void put_instant(char *out, Instant t, Day day)
{
    int64_t ms = t.ms - (int64_t)day.n * DAY_MS;
    const struct {
        char before;
        int64_t value;
        int digits;
    } part[] = {{'T', ms / 3600000, 2}, {':', ms / 60000 % 60, 2}, {':', ms / 1000 % 60, 2}, {'.', ms % 1000, 3}};
    out = put_day(out, day_to_ymd(day));
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        *out++ = part[i].before;
        out = put_digits(out, part[i].value, part[i].digits);
    }
    *out = 'Z';
}

static bool is_year_fit(Day d)
{
    int32_t year = day_to_ymd(d).year;
    return year >= 1 && year <= 9999;
}

/* The keys stand in the order of RFC 8785; data is the only part with an order of its own. */
bool event_encode(Arena *a, const Event *e, Str sealed_box, Str *ret, Err *err)
{
    if (!is_complete(e, err)) {
        return false;
    }
    char at[INSTANT_TEXT], day[DAY_TEXT];
    Day at_day = instant_day(e->at, 0);
    if (e->at.ms > INT64_MAX / 8 || e->at.ms < INT64_MIN / 8 || !is_year_fit(at_day) || !is_year_fit(e->day)) {
        return err_set(err, FIELD_RANGE, "The time of an event must lie in the years 1 to 9999.");
    }
    put_instant(at, e->at, at_day);
    put_day(day, day_to_ymd(e->day));
    Buf b = buf_new(a, EVENT_BYTES_LIMIT);
    put_text(&b, "{\"actor\":", e->actor);
    put_text(&b, ",\"at\":", (Str){at, sizeof at});
    put_text(&b, ",\"command\":", e->command);
    buf_add_c(&b, ",\"data\":");
    json_canonical(&b, a, e->data);
    put_text(&b, ",\"day\":", (Str){day, sizeof day});
    if (e->person.len > 0) {
        put_text(&b, ",\"person\":", e->person);
    }
    put_hex(&b, a, ",\"prev\":\"", e->prev);
    put_text(&b, ",\"scheme\":", e->scheme);
    if (sealed_box.len > 0) {
        put_text(&b, ",\"sealed\":{\"box\":", sealed_box);
        put_hex(&b, a, ",\"commitment\":\"", e->commitment);
        buf_byte(&b, '}');
    }
    put_text(&b, ",\"stream\":", e->stream);
    put_text(&b, ",\"type\":", e->type);
    buf_printf(&b, ",\"version\":%lld}", (long long)e->version);
    if (!buf_ok(&b)) {
        return err_set(err, TOO_LARGE, "This event is too large, or holds a number that cannot be kept exactly.");
    }
    if (!utf8_is_valid(buf_str(&b))) {
        return err_set(err, BAD_UTF8, "The event holds text that is not valid UTF-8.");
    }
    *ret = buf_str(&b);
    return true;
}

/* ---- Reading the bytes in one pass ------------------------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
    bool failed;
} Scan;

typedef struct {
    EventScan e;
    Str actor, at, data, scheme, box, prev;
} Parts;

static void expect(Scan *s, Str literal)
{
    if ((size_t)(s->end - s->at) >= literal.len && memcmp(s->at, literal.ptr, literal.len) == 0) {
        s->at += literal.len;
    } else {
        s->failed = true;
    }
}

static bool next_is(const Scan *s, Str literal)
{
    return (size_t)(s->end - s->at) >= literal.len && memcmp(s->at, literal.ptr, literal.len) == 0;
}

/* The text up to its closing quote, which is passed; the opening one is behind us. */
static Str scan_text(Scan *s)
{
    const char *from = s->at;
    const char *p = from < s->end ? memchr(from, '"', (size_t)(s->end - from)) : NULL;
    if (p == NULL || p[-1] == '\\') { /* perhaps an escaped quote: by the letter */
        for (p = from; p < s->end && *p != '"'; p++) {
            p += *p == '\\';
        }
    }
    if (s->failed || p >= s->end || *p != '"') {
        s->failed = true;
        return (Str){"", 0};
    }
    s->at = p + 1;
    return (Str){from, (size_t)(p - from)};
}

/* Passes the object of public and private facts; notes where the value of its key "public" begins and ends. */
static Str scan_data(Scan *s, Str *ret_public)
{
    static const char KEY[] = "\"public\":";
    const char *from = s->at, *public_from = NULL;
    int depth = 0;
    while (!s->failed && s->at < s->end) {
        char c = *s->at++;
        if (c == '"') {
            bool is_key = depth == 1 && (s->at[-2] == '{' || s->at[-2] == ',');
            const char *quote = s->at - 1;
            scan_text(s);
            if (is_key && (size_t)(s->end - quote) > sizeof KEY && memcmp(quote, KEY, sizeof KEY - 1) == 0) {
                public_from = quote + sizeof KEY - 1;
            }
            continue;
        }
        if (public_from != NULL && ret_public->len == 0 && depth == 1 && (c == ',' || c == '}')) {
            *ret_public = (Str){public_from, (size_t)(s->at - 1 - public_from)};
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (depth == 0) {
            return (Str){from, (size_t)(s->at - from)};
        }
    }
    s->failed = true;
    return (Str){"", 0};
}

/* Value plus one of a lower-case hex digit, 0 for anything else. */
static const unsigned char HEX[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

static bool hash_parse(Str text, Hash *ret)
{
    if (text.len != 2 * sizeof ret->b) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < sizeof ret->b; i++) {
        unsigned high = HEX[(unsigned char)text.ptr[2 * i]], low = HEX[(unsigned char)text.ptr[2 * i + 1]];
        ok = ok & (high != 0) & (low != 0);
        ret->b[i] = (unsigned char)((high - 1) << 4 | (low - 1));
    }
    return ok;
}

static bool scan_parts(Str bytes, Parts *ret)
{
    Scan s = {.at = bytes.ptr, .end = bytes.ptr + bytes.len};
    Parts p = {0};
    expect(&s, STR("{\"actor\":\""));
    p.actor = scan_text(&s);
    expect(&s, STR(",\"at\":\""));
    p.at = scan_text(&s);
    expect(&s, STR(",\"command\":\""));
    p.e.command = scan_text(&s);
    expect(&s, STR(",\"data\":"));
    p.data = scan_data(&s, &p.e.public_facts);
    expect(&s, STR(",\"day\":\""));
    p.e.day = scan_text(&s);
    if (next_is(&s, STR(",\"person\":\""))) {
        expect(&s, STR(",\"person\":\""));
        p.e.person = scan_text(&s);
    }
    expect(&s, STR(",\"prev\":\""));
    p.prev = scan_text(&s);
    expect(&s, STR(",\"scheme\":\""));
    p.scheme = scan_text(&s);
    if (next_is(&s, STR(",\"sealed\":{\"box\":\""))) {
        expect(&s, STR(",\"sealed\":{\"box\":\""));
        p.box = scan_text(&s);
        expect(&s, STR(",\"commitment\":\""));
        p.e.commitment = scan_text(&s);
        expect(&s, STR("}"));
    }
    expect(&s, STR(",\"stream\":\""));
    p.e.stream = scan_text(&s);
    expect(&s, STR(",\"type\":\""));
    p.e.type = scan_text(&s);
    expect(&s, STR(",\"version\":"));
    if (s.failed || s.end[-1] != '}' || !hash_parse(p.prev, &p.e.prev) ||
        !str_to_int((Str){s.at, (size_t)(s.end - s.at) - 1}, &p.e.version)) {
        return false;
    }
    bool is_fit = p.e.commitment.len == 0 || p.e.commitment.len == 64;
    *ret = p;
    return is_fit && p.e.day.len == 10 && p.e.type.len <= 256;
}

bool event_scan(Str bytes, EventScan *ret)
{
    Parts p;
    if (bytes.len == 0 || !scan_parts(bytes, &p)) {
        return false;
    }
    *ret = p.e;
    return true;
}

static char *put(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

static char *put_hash(char *out, Hash h)
{
    static const char DIGIT[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof h.b; i++) {
        *out++ = DIGIT[h.b[i] >> 4];
        *out++ = DIGIT[h.b[i] & 15];
    }
    return out;
}

#define PUT_LITERAL(out, literal) put((out), "" literal, sizeof(literal) - 1)

size_t event_scan_entry(const EventScan *e, Hash hash, Hash stream_hash, char *out)
{
    char *p = PUT_LITERAL(out, "{");
    if (e->commitment.len > 0) {
        p = PUT_LITERAL(p, "\"c\":\"");
        p = put(p, e->commitment.ptr, e->commitment.len);
        p = PUT_LITERAL(p, "\",");
    }
    p = PUT_LITERAL(p, "\"d\":\"");
    p = put(p, e->day.ptr, e->day.len);
    p = PUT_LITERAL(p, "\",\"h\":\"");
    p = put_hash(p, hash);
    if (e->public_facts.len > 0) {
        p = PUT_LITERAL(p, "\",\"p\":");
        p = put(p, e->public_facts.ptr, e->public_facts.len);
        p = PUT_LITERAL(p, ",\"s\":\"");
    } else {
        p = PUT_LITERAL(p, "\",\"s\":\"");
    }
    p = put_hash(p, stream_hash);
    p = PUT_LITERAL(p, "\",\"t\":\"");
    p = put(p, e->type.ptr, e->type.len);
    p = PUT_LITERAL(p, "\"}");
    return (size_t)(p - out);
}

/* ---- Decoding ---------------------------------------------------------------------------------------------------- */

/* Text between quotes, without its escapes; copied. */
static bool plain(Arena *a, Str raw, Str *ret)
{
    if (raw.len == 0 || memchr(raw.ptr, '\\', raw.len) == NULL) {
        *ret = str_copy(a, raw);
        return true;
    }
    Json *j;
    if (!json_parse(a, str_printf(a, "\"%.*s\"", STR_ARG(raw)), &j, NULL) || j->kind != JSON_STRING) {
        return false;
    }
    *ret = j->text;
    return true;
}

bool event_decode(Arena *a, Str bytes, Event *ret, Str *ret_box, Err *err)
{
    Parts p;
    Event e = {0};
    Str box = {"", 0};
    if (bytes.len == 0 || !scan_parts(bytes, &p)) {
        return err_set(err, LOG_DAMAGED, "The bytes of an event are not as they were written.");
    }
    bool ok = plain(a, p.actor, &e.actor) && plain(a, p.e.command, &e.command) && plain(a, p.e.person, &e.person) &&
              plain(a, p.scheme, &e.scheme) && plain(a, p.e.stream, &e.stream) && plain(a, p.e.type, &e.type) &&
              plain(a, p.box, &box) && instant_parse(p.at, &e.at) && day_parse(p.e.day, &e.day) &&
              (p.e.commitment.len == 0 || hash_parse(p.e.commitment, &e.commitment)) &&
              json_parse(a, p.data, &e.data, NULL) && e.data->kind == JSON_OBJECT;
    if (!ok) {
        return err_set(err, LOG_DAMAGED, "The bytes of an event cannot be read.");
    }
    e.version = p.e.version;
    e.prev = p.e.prev;
    e.hash = hash_of(bytes);
    *ret = e;
    *ret_box = box;
    return true;
}

Str event_leaf_entry(Arena *a, const Event *e)
{
    Buf b = buf_new(a, EVENT_BYTES_LIMIT);
    buf_byte(&b, '{');
    if (!hash_eq(e->commitment, NO_HASH)) {
        put_hex(&b, a, "\"c\":\"", e->commitment);
        buf_byte(&b, ',');
    }
    put_text(&b, "\"d\":", day_print(a, e->day));
    put_hex(&b, a, ",\"h\":\"", e->hash);
    const Json *facts = json_get(e->data, "public");
    if (facts != NULL) {
        buf_add_c(&b, ",\"p\":");
        json_canonical(&b, a, facts);
    }
    put_hex(&b, a, ",\"s\":\"", hash_of(e->stream));
    put_text(&b, ",\"t\":", e->type);
    buf_byte(&b, '}');
    check_that(buf_ok(&b));
    return buf_str(&b);
}

bool event_commit(Arena *a, Str salt, const Json *sealed, Hash *ret, Str *ret_canonical, Err *err)
{
    Buf b = buf_new(a, EVENT_BYTES_LIMIT);
    buf_add(&b, salt);
    json_canonical(&b, a, sealed);
    if (!buf_ok(&b)) {
        return err_set(err, TOO_LARGE,
                       "The personal data are too large, or hold a number that cannot be kept exactly.");
    }
    *ret = hash_of(buf_str(&b));
    *ret_canonical = str_sub(buf_str(&b), salt.len, b.len);
    return true;
}

bool event_commitment(Arena *a, Str salt, const Json *sealed, Hash *ret, Err *err)
{
    Str ignored;
    return event_commit(a, salt, sealed, ret, &ignored, err);
}
