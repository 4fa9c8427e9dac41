/* json_read.c: from text to tree in one pass over a copy of the text, into which the tree's strings point. Writes nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <string.h>

#include "map.h"
#include "utf8.h"

enum { MAX_LEVELS = 64, MAX_INT_DIGITS = 18, USUAL_SIBLINGS = 128, FEW_KEYS = 24, REPLACEMENT = 0xFFFD };

/* p walks over the copy; what has been read may be overwritten: strings are decoded where they stand and end with a zero byte. */
typedef struct {
    Arena *a, *more; /* more: only where a container holds many values, freed at the end */
    char *start, *p, *end;
    JsonMember usual[USUAL_SIBLINGS];
    JsonMember *stack; /* the values of all containers that are open */
    size_t top, cap;
    int level;
    Err *err;
} Reader;

static Json *read_value(Reader *r);

static Json *fail(Reader *r, const char *at, const char *why)
{
    int line = 1;
    for (const char *p = r->start; p < at; p++) {
        line += *p == '\n';
    }
    err_set(r->err, BAD_JSON, "Line %d: %s.", line, why);
    return NULL;
}

static Json *unexpected(Reader *r)
{
    return fail(r, r->p, r->p == r->end ? "unexpected end" : "unexpected character");
}

static void skip_space(Reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r')) {
        r->p++;
    }
}

static bool take(Reader *r, char c)
{
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return true;
    }
    return false;
}

/* ---- Strings ---- */

static bool read_hex4(Reader *r, int32_t *ret)
{
    int32_t n = 0;
    if (r->end - r->p < 4) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        char c = *r->p++;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) {
            return false;
        }
        n = n * 16 + digit;
    }
    *ret = n;
    return true;
}

static char *put_utf8(char *to, int32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | (c >> 6));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | (c >> 12));
        *to++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | (c >> 18));
        *to++ = (char)(0x80 | ((c >> 12) & 0x3F));
        *to++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* After \u. Half of a pair without its other half becomes the replacement character. */
static bool read_code_point(Reader *r, int32_t *ret)
{
    int32_t low;
    if (!read_hex4(r, ret)) {
        return fail(r, r->p, "\\u wants four hexadecimal digits") != NULL;
    }
    if (*ret == 0) {
        return fail(r, r->p, "a zero character is not allowed") != NULL;
    }
    if (*ret < 0xD800 || *ret > 0xDFFF) {
        return true;
    }
    char *behind = r->p;
    bool is_pair = *ret < 0xDC00 && r->end - r->p >= 6 && r->p[0] == '\\' && r->p[1] == 'u';
    r->p += is_pair ? 2 : 0;
    if (is_pair && read_hex4(r, &low) && low >= 0xDC00 && low <= 0xDFFF) {
        *ret = 0x10000 + ((*ret - 0xD800) << 10) + (low - 0xDC00);
        return true;
    }
    r->p = behind;
    *ret = REPLACEMENT;
    return true;
}

static char *read_escape(Reader *r, char *to)
{
    static const char NAMES[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    char c = r->p < r->end ? *r->p : '\0';
    const char *found = c ? strchr(NAMES, c) : NULL;
    int32_t code;
    if (found != NULL) {
        r->p++;
        *to = MEANT[found - NAMES];
        return to + 1;
    }
    if (c != 'u') {
        unexpected(r);
        return NULL;
    }
    r->p++;
    return read_code_point(r, &code) ? put_utf8(to, code) : NULL; /* never longer than the escape */
}

/* After the quote that opens it. */
static bool read_string(Reader *r, Str *ret)
{
    char *from = r->p, *to = r->p;
    for (;;) {
        char *plain = r->p;
        while (r->p < r->end && *r->p != '"' && *r->p != '\\' && (unsigned char)*r->p >= 0x20) {
            r->p++;
        }
        size_t n = (size_t)(r->p - plain);
        if (to != plain) {
            memmove(to, plain, n);
        }
        to += n;
        if (r->p == r->end || (unsigned char)*r->p < 0x20) {
            return unexpected(r) != NULL;
        }
        if (*r->p++ == '"') {
            *to = '\0';
            *ret = (Str){from, (size_t)(to - from)};
            return true;
        }
        to = read_escape(r, to);
        if (to == NULL) {
            return false;
        }
    }
}

/* ---- Numbers and words ---- */

static size_t skip_digits(Reader *r)
{
    char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        r->p++;
    }
    return (size_t)(r->p - from);
}

static Json *read_number(Reader *r)
{
    char *from = r->p;
    bool minus = take(r, '-'), zero = r->p < r->end && *r->p == '0';
    size_t digits = skip_digits(r), power = 0;
    if (digits == 0 || (zero && digits > 1)) {
        return digits == 0 ? unexpected(r) : fail(r, from, "a number does not begin with 0");
    }
    char *whole = r->p;
    if (take(r, '.') && skip_digits(r) == 0) {
        return unexpected(r);
    }
    if (take(r, 'e') || take(r, 'E')) {
        (void)(take(r, '+') || take(r, '-'));
        power = skip_digits(r);
        if (power == 0) {
            return unexpected(r);
        }
    }
    if (digits > MAX_INT_DIGITS || power > MAX_INT_DIGITS) {
        return fail(r, from, "a number of more than 18 digits must be written as text");
    }
    bool minus_nothing = minus && zero && r->p == whole;
    return json_new_number(r->a, minus_nothing ? STR("0") : str_copy(r->a, (Str){from, (size_t)(r->p - from)}));
}

static Json *read_word(Reader *r)
{
    static const Str WORDS[] = {STR_INIT("null"), STR_INIT("true"), STR_INIT("false")};
    Str rest = {r->p, (size_t)(r->end - r->p)};
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        if (str_starts(rest, WORDS[i])) {
            r->p += WORDS[i].len;
            return i == 0 ? json_new_null(r->a) : json_new_bool(r->a, i == 1);
        }
    }
    return unexpected(r);
}

/* ---- Arrays and objects ---- */

static void push(Reader *r, JsonMember m)
{
    if (r->top == r->cap) {
        r->more = r->more ? r->more : arena_new(0);
        JsonMember *larger = ARENA_ARRAY(r->more, JsonMember, r->cap * 2);
        memcpy(larger, r->stack, r->cap * sizeof(JsonMember));
        r->stack = larger;
        r->cap *= 2;
    }
    r->stack[r->top++] = m;
}

/* Whoever signs or reads the text may mean the first of two equal keys where another means the last. */
static bool has_key_twice(Reader *r, const JsonMember *members, size_t count)
{
    if (count > FEW_KEYS) {
        r->more = r->more ? r->more : arena_new(0);
        ArenaMark mark = arena_mark(r->more);
        Map seen = {.arena = r->more};
        bool twice = false;
        for (size_t i = 0; i < count && !twice; i++) {
            twice = map_get(&seen, members[i].key) != NULL;
            map_set(&seen, members[i].key, members[i].value);
        }
        arena_rewind(r->more, mark);
        return twice;
    }
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (members[i].key.len == members[k].key.len && str_eq(members[i].key, members[k].key)) {
                return true;
            }
        }
    }
    return false;
}

static Json *close_array(Reader *r, size_t bottom)
{
    Json *j = json_new_array(r->a);
    j->count = j->cap = r->top - bottom;
    j->items = j->count ? ARENA_ARRAY(r->a, Json *, j->count) : NULL;
    for (size_t i = 0; i < j->count; i++) {
        j->items[i] = r->stack[bottom + i].value;
    }
    r->top = bottom;
    return j;
}

static Json *close_object(Reader *r, size_t bottom)
{
    Json *j = json_new_object(r->a);
    j->count = j->cap = r->top - bottom;
    if (j->count > 0) {
        j->members = ARENA_ARRAY(r->a, JsonMember, j->count);
        memcpy(j->members, &r->stack[bottom], j->count * sizeof(JsonMember));
    }
    r->top = bottom;
    if (has_key_twice(r, j->members, j->count)) {
        err_set(r->err, BAD_JSON, "A key stands twice in one object.");
        return NULL;
    }
    return j;
}

static bool read_key(Reader *r, Str *ret)
{
    skip_space(r);
    if (!take(r, '"')) {
        return unexpected(r) != NULL;
    }
    if (!read_string(r, ret)) {
        return false;
    }
    skip_space(r);
    return take(r, ':') || unexpected(r) != NULL;
}

/* After the bracket that opens it. */
static Json *read_container(Reader *r, bool is_array)
{
    const char closing = is_array ? ']' : '}';
    size_t bottom = r->top;
    skip_space(r);
    bool done = take(r, closing);
    while (!done) {
        JsonMember m = {0};
        if (!is_array && !read_key(r, &m.key)) {
            return NULL;
        }
        m.value = read_value(r);
        if (m.value == NULL) {
            return NULL;
        }
        push(r, m);
        skip_space(r);
        done = take(r, closing);
        if (!done && !take(r, ',')) {
            return unexpected(r);
        }
    }
    return is_array ? close_array(r, bottom) : close_object(r, bottom);
}

static Json *read_value(Reader *r)
{
    skip_space(r);
    if (r->p == r->end) {
        return unexpected(r);
    }
    if (r->level == MAX_LEVELS) {
        return fail(r, r->p, "nested too deep");
    }
    char c = *r->p;
    Json *j = NULL;
    r->level++;
    if (c == '"') {
        Str s;
        r->p++;
        j = read_string(r, &s) ? json_new_str(r->a, s) : NULL;
    } else if (c == '{' || c == '[') {
        r->p++;
        j = read_container(r, c == '[');
    } else {
        j = c == '-' || (c >= '0' && c <= '9') ? read_number(r) : read_word(r);
    }
    r->level--;
    return j;
}

bool json_parse(Arena *a, Str text, Json **ret, Err *err)
{
    if (text.len > INT32_MAX) {
        return err_set(err, TOO_LARGE, "The JSON text is larger than 2 GB.");
    }
    if (!utf8_is_valid(text)) {
        return err_set(err, BAD_UTF8, "The JSON text is not valid UTF-8.");
    }
    char *copy = arena_alloc(a, text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    Reader r = {.a = a, .start = copy, .p = copy, .end = copy + text.len, .cap = USUAL_SIBLINGS, .err = err};
    r.stack = r.usual;
    Json *j = read_value(&r);
    skip_space(&r);
    if (j != NULL && r.p != r.end) {
        j = unexpected(&r);
    }
    arena_free(r.more);
    if (j != NULL) {
        *ret = j;
    }
    return j != NULL;
}
