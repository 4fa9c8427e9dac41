/* json.c: the tree and its writers; json_read.c holds the reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static Json *make(Arena *a, JsonKind kind)
{
    Json *j = ARENA_NEW(a, Json);
    j->kind = kind;
    return j;
}

Json *json_new_null(Arena *a)
{
    return make(a, JSON_NULL);
}

Json *json_new_bool(Arena *a, bool b)
{
    Json *j = make(a, JSON_BOOL);
    j->boolean = b;
    return j;
}

Json *json_new_number(Arena *a, Str decimal)
{
    Json *j = make(a, JSON_NUMBER);
    j->text = decimal;
    return j;
}

Json *json_new_int(Arena *a, int64_t n)
{
    return json_new_number(a, str_printf(a, "%lld", (long long)n));
}

Json *json_new_str(Arena *a, Str s)
{
    Json *j = make(a, JSON_STRING);
    j->text = s;
    return j;
}

Json *json_new_str_c(Arena *a, const char *s)
{
    return json_new_str(a, str_from_c(s));
}

Json *json_new_array(Arena *a)
{
    return make(a, JSON_ARRAY);
}

Json *json_new_object(Arena *a)
{
    return make(a, JSON_OBJECT);
}

void json_push(Arena *a, Json *array, Json *item)
{
    check_that(array->kind == JSON_ARRAY);
    if (array->count == array->cap) {
        size_t cap = array->cap ? array->cap * 2 : 4;
        array->items = arena_grow(a, array->items, array->cap * sizeof(Json *), cap * sizeof(Json *));
        array->cap = cap;
    }
    array->items[array->count++] = item;
}

static JsonMember *find_member(const Json *object, Str key)
{
    if (object == NULL || object->kind != JSON_OBJECT) {
        return NULL;
    }
    const char first = key.len > 0 ? key.ptr[0] : '\0';
    for (size_t i = 0; i < object->count; i++) { /* most differ in length or at the start */
        Str own = object->members[i].key;
        if (own.len == key.len && (own.len == 0 || (own.ptr[0] == first && memcmp(own.ptr, key.ptr, key.len) == 0))) {
            return &object->members[i];
        }
    }
    return NULL;
}

Json *json_set(Arena *a, Json *object, Str key, Json *value)
{
    check_that(object->kind == JSON_OBJECT);
    JsonMember *m = find_member(object, key);
    if (m != NULL) {
        return m->value = value;
    }
    return json_add(a, object, key, value);
}

Json *json_share(Arena *a, const Json *object)
{
    check_that(object->kind == JSON_OBJECT);
    Json *j = make(a, JSON_OBJECT);
    j->cap = object->count + 4;
    j->count = object->count;
    j->members = ARENA_ARRAY(a, JsonMember, j->cap);
    if (object->count > 0) {
        memcpy(j->members, object->members, object->count * sizeof(JsonMember));
    }
    return j;
}

Json *json_add(Arena *a, Json *object, Str key, Json *value)
{
    if (object->count == object->cap) {
        size_t cap = object->cap ? object->cap * 2 : 8;
        object->members = arena_grow(a, object->members, object->cap * sizeof(JsonMember), cap * sizeof(JsonMember));
        object->cap = cap;
    }
    object->members[object->count++] = (JsonMember){.key = key, .value = value};
    return value;
}

Json *json_problem(Arena *a, const Err *e)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("type"), json_new_str(a, str_printf(a, "/api/problems#%s", err_name(e->code))));
    json_set(a, j, STR("title"), json_new_str_c(a, err_plain(e->code)));
    json_set(a, j, STR("status"), json_new_int(a, err_http_status(e->code)));
    json_set(a, j, STR("code"), json_new_str_c(a, err_name(e->code)));
    json_set(a, j, STR("detail"), json_new_str_c(a, e->text));
    if (e->field[0] != 0) {
        json_set(a, j, STR("field"), json_new_str_c(a, e->field));
    }
    return j;
}

void json_remove(Json *object, Str key)
{
    JsonMember *m = find_member(object, key);
    if (m != NULL) {
        size_t at = (size_t)(m - object->members);
        memmove(m, m + 1, (object->count - at - 1) * sizeof(JsonMember));
        object->count--;
    }
}

/* Past the string that begins at i, with its quotes. */
static size_t past_string(Str s, size_t i)
{
    for (i++; i < s.len && s.ptr[i] != '"'; i++) {
        i += s.ptr[i] == '\\';
    }
    return i + 1;
}

static size_t past_number(Str s, size_t i)
{
    while (i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '-' || s.ptr[i] == '+' ||
                         s.ptr[i] == '.' || s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
    }
    return i;
}

Str json_peek_number(Str object, Str key)
{
    int depth = 0;
    for (size_t i = 0; i < object.len;) {
        char c = object.ptr[i];
        if (c != '"') {
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            i++;
            continue;
        }
        size_t end = past_string(object, i);
        bool is_key = depth == 1 && end < object.len && object.ptr[end] == ':';
        if (is_key && str_eq(str_sub(object, i + 1, end - 1), key)) {
            return str_sub(object, end + 1, past_number(object, end + 1));
        }
        i = end;
    }
    return STR("");
}

Json *json_copy(Arena *a, const Json *j)
{
    if (j == NULL) {
        return NULL;
    }
    Json *c = make(a, j->kind);
    c->boolean = j->boolean;
    c->text = str_copy(a, j->text);
    if (j->kind == JSON_ARRAY) {
        for (size_t i = 0; i < j->count; i++) {
            json_push(a, c, json_copy(a, j->items[i]));
        }
    } else if (j->kind == JSON_OBJECT) {
        for (size_t i = 0; i < j->count; i++) {
            json_add(a, c, str_copy(a, j->members[i].key), json_copy(a, j->members[i].value));
        }
    }
    return c;
}

Json *json_get_str(const Json *object, Str key)
{
    JsonMember *m = find_member(object, key);
    return m ? m->value : NULL;
}

Json *json_get(const Json *object, const char *key)
{
    return json_get_str(object, str_from_c(key));
}

Json *json_path(const Json *j, const char *dotted)
{
    Str rest = str_from_c(dotted), part;
    const Json *at = j;
    while (at != NULL && str_cut(&rest, '.', &part)) {
        int64_t index;
        if (at->kind == JSON_ARRAY) {
            bool ok = str_to_int(part, &index) && index >= 0 && (size_t)index < at->count;
            at = ok ? at->items[index] : NULL;
        } else {
            at = json_get_str(at, part);
        }
    }
    return (Json *)(uintptr_t)at;
}

Str json_text(const Json *j)
{
    return j && (j->kind == JSON_STRING || j->kind == JSON_NUMBER) ? j->text : (Str){"", 0};
}

Str json_text_at(const Json *object, const char *key)
{
    return json_text(json_get(object, key));
}

bool json_has_text(const Json *list, Str text)
{
    for (size_t i = 0; list != NULL && list->kind == JSON_ARRAY && i < list->count; i++) {
        if (str_eq(json_text(list->items[i]), text)) {
            return true;
        }
    }
    return false;
}

int64_t json_to_int(const Json *j, int64_t otherwise)
{
    int64_t n;
    return j && j->kind == JSON_NUMBER && str_to_int(j->text, &n) ? n : otherwise;
}

bool json_is_true(const Json *j)
{
    return j && j->kind == JSON_BOOL && j->boolean;
}

size_t json_count(const Json *j)
{
    return j ? j->count : 0;
}

static bool same_items(const Json *a, const Json *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!json_eq(a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}

static bool same_members(const Json *a, const Json *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const Json *other = json_get_str(b, a->members[i].key);
        if (other == NULL || !json_eq(a->members[i].value, other)) {
            return false;
        }
    }
    return true;
}

bool json_eq(const Json *a, const Json *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    if (a->kind != b->kind || a->boolean != b->boolean || a->count != b->count || !str_eq(a->text, b->text)) {
        return false;
    }
    return a->kind == JSON_ARRAY ? same_items(a, b) : a->kind == JSON_OBJECT ? same_members(a, b) : true;
}

/* Whether eight bytes hold nothing to escape: no control character, quote or backslash. */
static bool is_plain(const char *p)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
    uint64_t w;
    memcpy(&w, p, sizeof w);
    uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
    return ((((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops) == 0;
}

void json_write_text(Buf *b, Str s)
{
    static const char SHORT[] = "btn_fr"; /* for 8 … 13 */
    buf_byte(b, '"');
    size_t plain = 0;
    for (size_t i = 0; i < s.len; i++) {
        while (s.len - i > sizeof(uint64_t) && is_plain(s.ptr + i)) {
            i += sizeof(uint64_t);
        }
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_add(b, str_sub(s, plain, i));
        plain = i + 1;
        if (c == '"' || c == '\\') {
            buf_byte(b, '\\');
            buf_byte(b, (char)c);
        } else if (c >= 8 && c <= 13 && c != 11) {
            buf_byte(b, '\\');
            buf_byte(b, SHORT[c - 8]);
        } else {
            buf_printf(b, "\\u%04x", c);
        }
    }
    buf_add(b, str_sub(s, plain, s.len));
    buf_byte(b, '"');
}

static void new_line(Buf *b, int indent)
{
    if (indent >= 0) {
        buf_byte(b, '\n');
        for (int i = 0; i < indent; i++) {
            buf_add_c(b, "  ");
        }
    }
}

/* indent < 0: everything on one line. */
static void write_value(Buf *b, const Json *j, int indent)
{
    int inner = indent < 0 ? -1 : indent + 1;
    switch (j->kind) {
    case JSON_NULL: buf_add_c(b, "null"); return;
    case JSON_BOOL: buf_add_c(b, j->boolean ? "true" : "false"); return;
    case JSON_NUMBER: buf_add(b, j->text); return;
    case JSON_STRING: json_write_text(b, j->text); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    bool is_array = j->kind == JSON_ARRAY;
    buf_byte(b, is_array ? '[' : '{');
    for (size_t i = 0; i < j->count; i++) {
        if (i > 0) {
            buf_byte(b, ',');
        }
        new_line(b, inner);
        if (!is_array) {
            json_write_text(b, j->members[i].key);
            buf_add_c(b, indent < 0 ? ":" : ": ");
        }
        write_value(b, is_array ? j->items[i] : j->members[i].value, inner);
    }
    if (j->count > 0) {
        new_line(b, indent);
    }
    buf_byte(b, is_array ? ']' : '}');
}

void json_write(Buf *b, const Json *j)
{
    write_value(b, j, -1);
}

void json_write_pretty(Buf *b, const Json *j)
{
    write_value(b, j, 0);
    buf_byte(b, '\n');
}

/* A plain integer that a double holds exactly stands as it is; most numbers are that. */
static bool is_plain_integer(Str text)
{
    size_t i = text.len > 0 && text.ptr[0] == '-';
    if (i == text.len || text.len > 15 || (text.ptr[i] == '0' && text.len > 1)) {
        return false;
    }
    while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9') {
        i++;
    }
    return i == text.len;
}

/* RFC 8785 section 3.2.2.3: as ECMAScript prints the double. */
static void canonical_number(Buf *b, Arena *scratch, Str text)
{
    if (is_plain_integer(text)) {
        buf_add(b, text);
        return;
    }
    double d = strtod(str_c(scratch, text), NULL);
    if (!isfinite(d)) {
        b->failed = true;
        return;
    }
    if (d == 0) {
        buf_byte(b, '0');
        return;
    }
    char shortest[40];
    int precision = 1;
    do {
        snprintf(shortest, sizeof shortest, "%.*e", precision - 1, d);
    } while (strtod(shortest, NULL) != d && precision++ < 17);
    char digit[24] = "";
    size_t n = 0;
    const char *p = shortest;
    if (*p == '-') {
        buf_byte(b, '-');
        p++;
    }
    for (; *p != 'e'; p++) {
        if (*p != '.') {
            digit[n++] = *p;
        }
    }
    int point = atoi(p + 1) + 1; /* digits before the decimal point */
    int k = (int)n;
    if (k <= point && point <= 21) {
        buf_printf(b, "%s%.*s", digit, point - k, "000000000000000000000");
    } else if (0 < point && point <= 21) {
        buf_printf(b, "%.*s.%s", point, digit, digit + point);
    } else if (-6 < point && point <= 0) {
        buf_printf(b, "0.%.*s%s", -point, "000000", digit);
    } else {
        buf_byte(b, digit[0]);
        if (k > 1) {
            buf_printf(b, ".%s", digit + 1);
        }
        buf_printf(b, "e%+d", point - 1);
    }
}

/* UTF-16 code unit order differs from code point order only between U+E000–U+FFFF and the supplementary planes. */
static int utf16_cmp(const void *pa, const void *pb)
{
    Str a = (*(const JsonMember *const *)pa)->key, b = (*(const JsonMember *const *)pb)->key;
    size_t i = 0, k = 0;
    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i]) {
        i++;
    }
    if (i < a.len && i < b.len && (a.ptr[i] & 0x80) == 0 && (b.ptr[i] & 0x80) == 0) {
        return a.ptr[i] < b.ptr[i] ? -1 : 1;
    }
    i = 0;
    for (;;) {
        int32_t x = utf8_next(a, &i), y = utf8_next(b, &k);
        if (x == y && x >= 0) {
            continue;
        }
        if (x > 0xFFFF && y >= 0xE000 && y <= 0xFFFF) {
            return -1;
        }
        if (y > 0xFFFF && x >= 0xE000 && x <= 0xFFFF) {
            return 1;
        }
        return (x > y) - (x < y);
    }
}

void json_canonical(Buf *b, Arena *scratch, const Json *j)
{
    if (j->kind == JSON_NUMBER) {
        canonical_number(b, scratch, j->text);
    } else if (j->kind == JSON_ARRAY) {
        buf_byte(b, '[');
        for (size_t i = 0; i < j->count; i++) {
            if (i > 0) {
                buf_byte(b, ',');
            }
            json_canonical(b, scratch, j->items[i]);
        }
        buf_byte(b, ']');
    } else if (j->kind == JSON_OBJECT) {
        const JsonMember **sorted = ARENA_ARRAY(scratch, const JsonMember *, j->count + 1);
        bool is_sorted = true;
        for (size_t i = 0; i < j->count; i++) {
            sorted[i] = &j->members[i];
            is_sorted = is_sorted && (i == 0 || utf16_cmp(&sorted[i - 1], &sorted[i]) < 0);
        }
        if (!is_sorted) {
            qsort(sorted, j->count, sizeof *sorted, utf16_cmp);
        }
        buf_byte(b, '{');
        for (size_t i = 0; i < j->count; i++) {
            if (i > 0) {
                buf_byte(b, ',');
            }
            json_write_text(b, sorted[i]->key);
            buf_byte(b, ':');
            json_canonical(b, scratch, sorted[i]->value);
        }
        buf_byte(b, '}');
    } else {
        write_value(b, j, -1);
    }
}
