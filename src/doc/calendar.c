/* calendar.c: duties as an iCalendar file (RFC 5545): whole days with reminders, lines folded at 75 bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

/* One content line; folding never cuts a code point. */
static void line_add(Buf *out, Str line)
{
    size_t width = 0;
    for (size_t i = 0; i < line.len;) {
        size_t n = 1;
        while (i + n < line.len && ((unsigned char)line.ptr[i + n] & 0xC0) == 0x80) {
            n++;
        }
        if (width + n > 75) {
            buf_add_c(out, "\r\n ");
            width = 1;
        }
        buf_add(out, str_sub(line, i, i + n));
        width += n;
        i += n;
    }
    buf_add_c(out, "\r\n");
}

/* "NAME:text" with the escapes of section 3.3.11; control characters are left out. */
static void text_add(Buf *out, const char *name, Str text)
{
    Buf line = buf_new(out->arena, 1 << 20);
    buf_printf(&line, "%s:", name);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n') {
            buf_add_c(&line, "\\n");
        } else if (c == '\\' || c == ';' || c == ',') {
            buf_byte(&line, '\\');
            buf_byte(&line, c);
        } else if ((unsigned char)c >= 0x20 && c != 0x7F) {
            buf_byte(&line, c);
        }
    }
    line_add(out, buf_str(&line));
}

/* Values that are no text (URI, UID) take no escapes. */
static void plain_add(Buf *out, const char *name, Str value)
{
    Buf line = buf_new(out->arena, 1 << 16);
    buf_printf(&line, "%s:", name);
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] > 0x20 && value.ptr[i] != 0x7F) {
            buf_byte(&line, value.ptr[i]);
        }
    }
    line_add(out, buf_str(&line));
}

static void day_add(Buf *out, const char *name, Day day)
{
    Ymd d = day_to_ymd(day);
    buf_printf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, d.year, d.month, d.day);
}

static void stamp_add(Buf *out, Instant t)
{
    Day day = instant_day(t, 0);
    Ymd d = day_to_ymd(day);
    int64_t second = (t.ms - (int64_t)day.n * 86400000) / 1000;
    buf_printf(out, "DTSTAMP:%04d%02d%02dT%02d%02d%02dZ\r\n", d.year, d.month, d.day, (int)(second / 3600),
               (int)(second / 60 % 60), (int)(second % 60));
}

static void event_add(Buf *out, Instant made, const CalendarEvent *e)
{
    buf_add_c(out, "BEGIN:VEVENT\r\n");
    plain_add(out, "UID", e->uid);
    stamp_add(out, made);
    buf_printf(out, "SEQUENCE:%lld\r\n", (long long)e->sequence);
    day_add(out, "DTSTART", e->day);
    day_add(out, "DTEND", (Day){e->day.n + 1});
    text_add(out, "SUMMARY", e->summary);
    if (e->description.len > 0) {
        text_add(out, "DESCRIPTION", e->description);
    }
    if (e->url.len > 0) {
        plain_add(out, "URL", e->url);
    }
    buf_printf(out, "TRANSP:TRANSPARENT\r\nSTATUS:%s\r\n", e->cancelled ? "CANCELLED" : "CONFIRMED");
    if (e->alarm_days > 0 && !e->cancelled) {
        buf_printf(out, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-P%dD\r\n", e->alarm_days);
        text_add(out, "DESCRIPTION", e->summary);
        buf_add_c(out, "END:VALARM\r\n");
    }
    buf_add_c(out, "END:VEVENT\r\n");
}

void calendar_print(Buf *out, Str name, Str language, Instant made, const CalendarEvent *events, size_t count)
{
    buf_add_c(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Goldenbridge//Duties//");
    for (size_t i = 0; i < language.len && i < 2; i++) {
        buf_byte(out, (char)(language.ptr[i] >= 'a' && language.ptr[i] <= 'z' ? language.ptr[i] - 32 : 'X'));
    }
    buf_add_c(out, "\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    text_add(out, "NAME", name);
    text_add(out, "X-WR-CALNAME", name);
    for (size_t i = 0; i < count; i++) {
        event_add(out, made, &events[i]);
    }
    buf_add_c(out, "END:VCALENDAR\r\n");
}
