/* json_read.c: from text to tree through yajl, whose events build the tree as they come.
 * SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "utf8.h"

enum { MAX_LEVELS = 63, MAX_WHOLE_DIGITS = 18, FEW_KEYS = 16, USUAL_WAITING = 64 };

typedef struct {
    Json *container;
    size_t from; /* where its first member waits */
} Open;

/* What open containers hold waits on one stack until the container closes and its size is known. */
typedef struct {
    Arena *a;
    JsonMember usual[USUAL_WAITING], *waiting; /* items have no key */
    size_t count, cap;
    Open open[MAX_LEVELS];
    int levels;
    Str key; /* of the value that comes next */
    Json *whole;
    const char *fault; /* why reading was stopped, where yajl saw no reason */
} Reader;

static int fail(Reader *r, const char *fault)
{
    r->fault = fault;
    return 0;
}

static int take(Reader *r, Json *value)
{
    if (r->levels == 0) {
        r->whole = value;
        return 1;
    }
    if (r->count == r->cap) {
        JsonMember *more = ARENA_ARRAY(r->a, JsonMember, r->cap * 2);
        memcpy(more, r->waiting, r->cap * sizeof *more);
        r->waiting = more;
        r->cap *= 2;
    }
    r->waiting[r->count++] = (JsonMember){r->key, value};
    r->key = (Str){0};
    return 1;
}

static int take_null(void *reader)
{
    Reader *r = reader;
    return take(r, json_new_null(r->a));
}

static int take_bool(void *reader, int b)
{
    Reader *r = reader;
    return take(r, json_new_bool(r->a, b != 0));
}

/* The longest run of digits before a point, and in an exponent: what 64 bits must hold. */
static size_t whole_digits(Str number)
{
    size_t most = 0, run = 0;
    bool in_fraction = false;
    for (size_t i = 0; i < number.len; i++) {
        bool is_digit = number.ptr[i] >= '0' && number.ptr[i] <= '9';
        in_fraction = number.ptr[i] == '.' || (in_fraction && is_digit);
        run = is_digit && !in_fraction ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}

static int take_number(void *reader, const char *text, size_t len)
{
    Reader *r = reader;
    Str number = {text, len};
    if (whole_digits(number) > MAX_WHOLE_DIGITS) {
        return fail(r, "a number of more than 18 digits must be written as text");
    }
    return take(r, json_new_number(r->a, str_eq(number, STR("-0")) ? STR("0") : str_copy(r->a, number)));
}

/* A zero byte would end keys and names in C. */
static bool copy_text(Reader *r, const unsigned char *text, size_t len, Str *ret)
{
    if (len > 0 && memchr(text, 0, len) != NULL) {
        return fail(r, "a zero character is not allowed");
    }
    *ret = str_copy(r->a, (Str){(const char *)text, len});
    return true;
}

static int take_text(void *reader, const unsigned char *text, size_t len)
{
    Reader *r = reader;
    Str s;
    return copy_text(r, text, len, &s) && take(r, json_new_str(r->a, s));
}

static int take_key(void *reader, const unsigned char *text, size_t len)
{
    Reader *r = reader;
    return copy_text(r, text, len, &r->key);
}

static int open_container(Reader *r, Json *container)
{
    if (r->levels == MAX_LEVELS) {
        return fail(r, "brackets stand too deep in each other");
    }
    take(r, container);
    r->open[r->levels++] = (Open){container, r->count};
    return 1;
}

static int open_object(void *reader)
{
    Reader *r = reader;
    return open_container(r, json_new_object(r->a));
}

static int open_array(void *reader)
{
    Reader *r = reader;
    return open_container(r, json_new_array(r->a));
}

static int by_key(const void *x, const void *y)
{
    return str_cmp(((const JsonMember *)x)->key, ((const JsonMember *)y)->key);
}

static bool few_have_twice(const JsonMember *members, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (str_eq(members[i].key, members[k].key)) {
                return true;
            }
        }
    }
    return false;
}

/* Whoever signs or reads the text may mean another of two equal keys than this program. */
static bool has_twice(Arena *a, const JsonMember *members, size_t count)
{
    if (count <= FEW_KEYS) {
        return few_have_twice(members, count);
    }
    ArenaMark mark = arena_mark(a);
    JsonMember *sorted = ARENA_ARRAY(a, JsonMember, count);
    memcpy(sorted, members, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_key);
    bool twice = false;
    for (size_t i = 1; i < count && !twice; i++) {
        twice = str_eq(sorted[i - 1].key, sorted[i].key);
    }
    arena_rewind(a, mark);
    return twice;
}

/* Ends the container opened last; its `count` members are those given, which wait there until the next event. */
static const JsonMember *close_container(Reader *r, Json **ret)
{
    const Open *o = &r->open[--r->levels];
    *ret = o->container;
    o->container->count = o->container->cap = r->count - o->from;
    r->count = o->from;
    return r->waiting + o->from;
}

static int close_object(void *reader)
{
    Reader *r = reader;
    Json *j;
    const JsonMember *members = close_container(r, &j);
    if (j->count > 0) {
        j->members = ARENA_ARRAY(r->a, JsonMember, j->count);
        memcpy(j->members, members, j->count * sizeof *j->members);
    }
    return !has_twice(r->a, j->members, j->count) || fail(r, "a key stands twice in one object");
}

static int close_array(void *reader)
{
    Reader *r = reader;
    Json *j;
    const JsonMember *items = close_container(r, &j);
    j->items = j->count > 0 ? ARENA_ARRAY(r->a, Json *, j->count) : NULL;
    for (size_t i = 0; i < j->count; i++) {
        j->items[i] = items[i].value;
    }
    return 1;
}

static int line_of(Str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        line += text.ptr[i] == '\n';
    }
    return line;
}

/* The character that a \u escape at `at` names; -1 where none stands. */
static long escaped(Str text, size_t at)
{
    Str escape = str_sub(text, at, at + 6);
    char digits[5] = {0}, *end = digits;
    if (escape.len < 6 || escape.ptr[0] != '\\' || escape.ptr[1] != 'u') {
        return -1;
    }
    memcpy(digits, escape.ptr + 2, 4);
    long c = strtol(digits, &end, 16);
    return end == digits + 4 ? c : -1;
}

/* Where half of a surrogate pair is escaped without the other (yajl makes a question mark of it); else SIZE_MAX. */
static size_t find_half_pair(Str text)
{
    for (size_t i = 0; (i = str_find(text, STR("\\"), i)) != SIZE_MAX;) {
        long c = escaped(text, i), next = c >= 0xD800 && c < 0xDC00 ? escaped(text, i + 6) : -1;
        bool is_pair = next >= 0xDC00 && next < 0xE000;
        if (c >= 0xD800 && c < 0xE000 && !is_pair) {
            return i;
        }
        i += is_pair ? 12 : 2;
    }
    return SIZE_MAX;
}

/* Where a control character stands that is no white space of JSON (yajl skips form feeds); else SIZE_MAX. */
static size_t find_control(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' && c != '\n' && c != '\t' && c != '\r') {
            return i;
        }
    }
    return SIZE_MAX;
}

static size_t past_space(Str text, size_t at)
{
    while (at < text.len && strchr(" \n\r\t", text.ptr[at]) != NULL) {
        at++;
    }
    return at;
}

static bool refuse(Str text, size_t at, const char *why, Err *err)
{
    return err_set(err, BAD_JSON, "Line %d: %s.", line_of(text, at), why);
}

/* yajl's own words: "lexical error: invalid char in json text.\n". */
static bool refuse_as_yajl_says(yajl_handle yajl, Str text, size_t at, Err *err)
{
    unsigned char *said = yajl_get_error(yajl, 0, NULL, 0);
    check_that(said != NULL);
    Str why = str_from_c((const char *)said), colon = STR(": ");
    size_t from = str_find(why, colon, 0);
    why = from == SIZE_MAX ? why : str_sub(why, from + colon.len, why.len);
    while (why.len > 0 && (why.ptr[why.len - 1] == '\n' || why.ptr[why.len - 1] == '.')) {
        why.len--;
    }
    err_set(err, BAD_JSON, "Line %d: %.*s.", line_of(text, at), STR_ARG(why));
    yajl_free_error(yajl, said);
    return false;
}

static const yajl_callbacks EVENTS = {.yajl_null = take_null,
                                      .yajl_boolean = take_bool,
                                      .yajl_number = take_number,
                                      .yajl_string = take_text,
                                      .yajl_map_key = take_key,
                                      .yajl_start_map = open_object,
                                      .yajl_end_map = close_object,
                                      .yajl_start_array = open_array,
                                      .yajl_end_array = close_array};

bool json_parse(Arena *a, Str text, Json **ret, Err *err)
{
    if (!utf8_is_valid(text)) {
        return err_set(err, BAD_UTF8, "The JSON text is not valid UTF-8.");
    }
    size_t half = find_half_pair(text);
    if (half != SIZE_MAX) {
        return refuse(text, half, "half of a surrogate pair stands alone", err);
    }
    size_t control = find_control(text);
    if (control != SIZE_MAX) {
        return refuse(text, control, "a control character must be escaped", err);
    }
    Reader r = {.a = a, .cap = USUAL_WAITING};
    r.waiting = r.usual;
    yajl_handle yajl = yajl_alloc(&EVENTS, NULL, &r);
    check_that(yajl != NULL);
    yajl_config(yajl, yajl_dont_validate_strings, 1);
    yajl_config(yajl, yajl_allow_trailing_garbage, 1); /* it would overlook a quotation mark there */
    bool ok = yajl_parse(yajl, (const unsigned char *)text.ptr, text.len) == yajl_status_ok;
    size_t end = yajl_get_bytes_consumed(yajl), more = ok ? past_space(text, end) : text.len;
    ok = ok && yajl_complete_parse(yajl) == yajl_status_ok;
    if (ok && more < text.len) {
        ok = refuse(text, more, "something stands after the end", err);
    } else if (!ok && r.fault != NULL) {
        refuse(text, end, r.fault, err);
    } else if (!ok) {
        refuse_as_yajl_says(yajl, text, end, err);
    }
    yajl_free(yajl);
    if (ok) {
        *ret = r.whole;
    }
    return ok;
}
