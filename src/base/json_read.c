/* json_read.c: from text to tree through json-c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <json-c/json.h>

#include "utf8.h"

enum { MAX_LEVELS = 64, MAX_INT_DIGITS = 18 };

static Json *convert(Arena *a, struct json_object *o);

static Json *convert_number(Arena *a, struct json_object *o)
{
    /* json-c keeps the text of a real and prints integers exactly up to 64 bits. */
    return json_new_number(a, str_copy(a, str_from_c(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN))));
}

static Json *convert_container(Arena *a, struct json_object *o, bool is_array)
{
    Json *j = is_array ? json_new_array(a) : json_new_object(a);
    j->cap = is_array ? json_object_array_length(o) : (size_t)json_object_object_length(o);
    if (is_array) {
        j->items = j->cap > 0 ? ARENA_ARRAY(a, Json *, j->cap) : NULL;
        for (size_t i = 0; i < json_object_array_length(o); i++) {
            json_push(a, j, convert(a, json_object_array_get_idx(o, i)));
        }
        return j;
    }
    j->members = j->cap > 0 ? ARENA_ARRAY(a, JsonMember, j->cap) : NULL;
    struct json_object_iterator it = json_object_iter_begin(o), end = json_object_iter_end(o);
    for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
        Str key = str_copy(a, str_from_c(json_object_iter_peek_name(&it)));
        json_add(a, j, key, convert(a, json_object_iter_peek_value(&it))); /* json-c holds each key once */
    }
    return j;
}

static Json *convert(Arena *a, struct json_object *o)
{
    switch (json_object_get_type(o)) {
    case json_type_null: return json_new_null(a);
    case json_type_boolean: return json_new_bool(a, json_object_get_boolean(o));
    case json_type_int:
    case json_type_double: return convert_number(a, o);
    case json_type_string: {
        Str s = {json_object_get_string(o), (size_t)json_object_get_string_len(o)};
        return json_new_str(a, str_copy(a, s));
    }
    case json_type_array: return convert_container(a, o, true);
    case json_type_object: return convert_container(a, o, false);
    }
    bug("unknown json-c type");
}

static int line_of(Str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        line += text.ptr[i] == '\n';
    }
    return line;
}

/* What json-c would read although the standard does not know it, or would lose data over: long integers saturate, zero
 * bytes end keys, zeros may lead, a point may end a number, NaN and Infinity are numbers, strings hold control
 * characters. */
typedef struct {
    bool in_string, in_fraction, in_exponent;
    bool wants_digit; /* after a sign, a point, the e of an exponent */
    char before;
    size_t digits; /* before the point, and of an exponent */
    size_t keys;   /* as written */
} Walk;

static const char *fault_in_string(Walk *w, Str text, size_t *at)
{
    char c = text.ptr[*at];
    if (c == '\\') {
        bool is_zero = str_starts(str_sub(text, *at, *at + 6), STR("\\u0000"));
        ++*at;
        return is_zero ? "a zero character is not allowed" : NULL;
    }
    w->in_string = c != '"';
    return (unsigned char)c < ' ' ? "a control character in a string must be escaped" : NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *fault_outside(Walk *w, char c)
{
    bool is_sign = c == '+' || c == '-', opens_exponent = (c == 'e' || c == 'E') && is_digit(w->before);
    bool leads = w->digits == 1 && w->before == '0' && is_digit(c) && !w->in_exponent;
    bool breaks_off =
        w->wants_digit && !is_digit(c) && !(is_sign && w->in_exponent && w->before != '+' && w->before != '-');
    w->in_string = c == '"';
    w->keys += c == ':';
    w->in_fraction = c == '.' || (w->in_fraction && is_digit(c));
    w->in_exponent = opens_exponent || (w->in_exponent && (is_digit(c) || is_sign));
    w->wants_digit = c == '.' || is_sign || opens_exponent;
    w->digits = is_digit(c) && !w->in_fraction ? w->digits + 1 : 0;
    w->before = c;
    if (leads || breaks_off || c == 'N' || c == 'I') {
        return "this is not a number of JSON";
    }
    return w->digits > MAX_INT_DIGITS ? "a number of more than 18 digits must be written as text" : NULL;
}

static bool is_between(char c)
{
    return c == ' ' || c == '\n' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']';
}

/* How many bytes from here on say nothing to the walk: letters of a string, white space and brackets outside. */
static size_t plain_length(Walk *w, Str text, size_t from)
{
    size_t i = from;
    if (w->in_string) {
        while (i < text.len && (unsigned char)text.ptr[i] >= ' ' && text.ptr[i] != '"' && text.ptr[i] != '\\') {
            i++;
        }
        return i - from;
    }
    while (!w->wants_digit && i < text.len && is_between(text.ptr[i])) {
        w->before = text.ptr[i++];
        w->in_fraction = w->in_exponent = false;
        w->digits = 0;
    }
    return i - from;
}

static bool has_only_safe_tokens(Str text, size_t *ret_keys, Err *err)
{
    Walk w = {0};
    for (size_t i = 0; i < text.len; i++) {
        i += plain_length(&w, text, i);
        if (i == text.len) {
            break;
        }
        size_t at = i;
        const char *fault = w.in_string ? fault_in_string(&w, text, &i) : fault_outside(&w, text.ptr[i]);
        if (fault != NULL) {
            return err_set(err, BAD_JSON, "Line %d: %s.", line_of(text, at), fault);
        }
    }
    *ret_keys = w.keys;
    return !w.wants_digit || err_set(err, BAD_JSON, "Line %d: unexpected end.", line_of(text, text.len));
}

static size_t count_keys(const Json *j)
{
    size_t n = 0;
    for (size_t i = 0; i < j->count; i++) {
        n += j->kind == JSON_OBJECT ? 1 + count_keys(j->members[i].value) : count_keys(j->items[i]);
    }
    return n;
}

bool json_parse(Arena *a, Str text, Json **ret, Err *err)
{
    if (text.len > INT32_MAX) {
        return err_set(err, TOO_LARGE, "The JSON text is larger than 2 GB.");
    }
    if (!utf8_is_valid(text)) {
        return err_set(err, BAD_UTF8, "The JSON text is not valid UTF-8.");
    }
    size_t keys = 0;
    if (!has_only_safe_tokens(text, &keys, err)) {
        return false;
    }
    struct json_tokener *tok = json_tokener_new_ex(MAX_LEVELS);
    check_that(tok != NULL);
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
    struct json_object *o = json_tokener_parse_ex(tok, text.ptr ? text.ptr : "", (int)text.len);
    enum json_tokener_error problem = json_tokener_get_error(tok);
    if (problem == json_tokener_continue) { /* a bare number or literal ends only with more input */
        o = json_tokener_parse_ex(tok, "\n", 1);
        problem = json_tokener_get_error(tok);
    }
    size_t end = json_tokener_get_parse_end(tok);
    bool ok = problem == json_tokener_success;
    if (ok) {
        *ret = convert(a, o);
    }
    json_object_put(o);
    json_tokener_free(tok);
    if (!ok) {
        const char *why = problem == json_tokener_continue ? "unexpected end" : json_tokener_error_desc(problem);
        return err_set(err, BAD_JSON, "Line %d: %s.", line_of(text, end), why);
    }
    /* json-c keeps the last of equal keys; whoever signs or reads the text may have meant the first */
    return count_keys(*ret) == keys || err_set(err, BAD_JSON, "A key stands twice in one object.");
}
