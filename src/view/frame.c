/* frame.c: finds a name of a template in the model, and writes days, times and numbers as the reader's language does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

#include "base/day.h"

bool json_is_something(const Json *j)
{
    if (j == NULL) {
        return false;
    }
    switch (j->kind) {
    case JSON_NULL: return false;
    case JSON_BOOL: return j->boolean;
    case JSON_NUMBER: return !str_eq_c(j->text, "0");
    case JSON_STRING: return j->text.len > 0;
    case JSON_ARRAY: return j->count > 0;
    case JSON_OBJECT: return true;
    }
    bug("unknown kind of JSON");
}

/* A piece "@index" stands for the place in the list around: so a cell finds the heading of its column. */
static const Json *walk(const Json *j, Str path, size_t index)
{
    Str piece, rest = path;
    while (j != NULL && str_cut(&rest, '.', &piece)) {
        if (j->kind == JSON_ARRAY) {
            int64_t n;
            n = (int64_t)index;
            j = (str_eq_c(piece, "@index") || str_to_int(piece, &n)) && n >= 0 && (size_t)n < j->count ? j->items[n]
                                                                                                       : NULL;
        } else {
            j = json_get_str(j, piece);
        }
    }
    return j;
}

const Json *frame_find(const Frame *f, Str path)
{
    if (str_eq_c(path, ".")) {
        return f->dot;
    }
    if (str_starts(path, STR("$."))) {
        size_t index = f->index;
        while (f->up != NULL) {
            f = f->up;
        }
        return walk(f->object, str_sub(path, 2, path.len), index);
    }
    size_t index = f->index;
    while (str_starts(path, STR("../"))) {
        const Json *here = f->object;
        while (f->up != NULL && f->object == here) {
            f = f->up;
        }
        path = str_sub(path, 3, path.len);
    }
    return walk(f->object, path, index);
}

static Str piece_at(Str list, int n)
{
    Str piece = STR("");
    while (n-- >= 0 && str_cut(&list, '|', &piece)) {
    }
    return piece;
}

void value_write_day(Buf *out, Arena *a, Str language, Str iso)
{
    Day day;
    if (!day_parse(iso, &day)) {
        buf_add(out, iso);
        return;
    }
    Ymd d = day_to_ymd(day);
    Str months = STR(""), pattern = STR("");
    Json *parts = json_new_object(a);
    (void)message_find(a, language, STR("date.months"), &months);
    (void)message_find(a, language, STR("date.format"), &pattern);
    json_set(a, parts, STR("year"), json_new_int(a, d.year));
    json_set(a, parts, STR("month"), json_new_str(a, piece_at(months, d.month - 1)));
    json_set(a, parts, STR("day"), json_new_int(a, d.day));
    buf_add(out, message_fill(a, language, pattern, &(Frame){.object = parts, .dot = parts}));
}

void value_write_time(Buf *out, Arena *a, Str language, Str iso)
{
    Instant t;
    if (!instant_parse(iso, &t)) {
        value_write_day(out, a, language, iso);
        return;
    }
    value_write_day(out, a, language, str_sub(iso, 0, 10));
    buf_byte(out, ' ');
    buf_add(out, str_sub(iso, 11, 16));
    buf_add_c(out, " UTC");
}

/* Digits in groups of three, as the catalogue's number.group says; anything that is not a number stays as it is. */
void value_write_number(Buf *out, Arena *a, Str language, Str number)
{
    Str group = STR(""), point = STR(".");
    size_t at = str_starts(number, STR("-")) ? 1 : 0, whole = at;
    while (whole < number.len && number.ptr[whole] >= '0' && number.ptr[whole] <= '9') {
        whole++;
    }
    if (whole == at || (whole < number.len && number.ptr[whole] != '.')) {
        buf_add(out, number);
        return;
    }
    (void)message_find(a, language, STR("number.group"), &group);
    (void)message_find(a, language, STR("number.point"), &point);
    buf_add(out, str_sub(number, 0, at));
    for (size_t i = at; i < whole; i++) {
        if (i > at && (whole - i) % 3 == 0) {
            buf_add(out, group);
        }
        buf_byte(out, number.ptr[i]);
    }
    if (whole < number.len) {
        buf_add(out, point);
        buf_add(out, str_sub(number, whole + 1, number.len));
    }
}

/* Bare digits stay: they may be the number of a document. */
void value_write_fact(Buf *out, Arena *a, Str language, Str text)
{
    Str unit = text, number;
    Day day;
    if (day_parse(text, &day)) {
        value_write_day(out, a, language, text);
        return;
    }
    bool has_unit =
        str_cut(&unit, ' ', &number) && unit.len > 0 && unit.len <= 8 && str_find(unit, STR(" "), 0) == SIZE_MAX;
    for (size_t i = 0; i < number.len; i++) {
        has_unit = has_unit && ((number.ptr[i] >= '0' && number.ptr[i] <= '9') || number.ptr[i] == '.');
    }
    if (!has_unit || number.len == 0) {
        buf_add(out, text);
        return;
    }
    value_write_number(out, a, language, number);
    buf_byte(out, ' ');
    buf_add(out, unit);
}
