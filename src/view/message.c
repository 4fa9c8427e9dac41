/* message.c: texts of the catalogues. A catalogue is a JSON object written one entry per line and sorted by key, so
 * that a text is found by binary search in its bytes. A test guards the form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

#include <string.h>

enum { MAX_MESSAGE_BYTES = 16 * 1024 };

/* The line around byte `at` of file, without its end. */
static Str line_around(Str file, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && file.ptr[from - 1] != '\n') {
        from--;
    }
    while (to < file.len && file.ptr[to] != '\n') {
        to++;
    }
    return str_sub(file, from, to);
}

/* Splits `  "key": "text",`. False for the lines with the braces. */
static bool split_line(Str line, Str *ret_key, Str *ret_text)
{
    line = str_trim(line);
    if (!str_starts(line, STR("\""))) {
        return false;
    }
    size_t key_end = str_find(line, STR("\": \""), 1);
    if (key_end == SIZE_MAX) {
        return false;
    }
    *ret_key = str_sub(line, 1, key_end);
    size_t end = str_ends(line, STR(",")) ? line.len - 2 : line.len - 1;
    *ret_text = str_sub(line, key_end + 4, end);
    return true;
}

/* Only the escapes that a catalogue needs: \" \\ \n. */
static Str unescape(Arena *a, Str text)
{
    if (text.len == 0 || memchr(text.ptr, '\\', text.len) == NULL) {
        return text;
    }
    Buf b = buf_new(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 1 < text.len) {
            i++;
            buf_byte(&b, text.ptr[i] == 'n' ? '\n' : text.ptr[i]);
        } else {
            buf_byte(&b, text.ptr[i]);
        }
    }
    return buf_str(&b);
}

/* In a folder that somebody works on: read anew each time. */
static bool find_in_folder(Arena *a, Str language, Str key, Str *ret)
{
    Str file, k, text;
    if (language.len == 0 || language.len > 12 || memchr(language.ptr, '/', language.len) != NULL ||
        !web_read(a, str_printf(a, "messages/%.*s.json", STR_ARG(language)), &file, NULL)) {
        return false;
    }
    size_t low = 0, high = file.len;
    while (low < high) {
        Str line = line_around(file, low + (high - low) / 2);
        size_t from = (size_t)(line.ptr - file.ptr), to = from + line.len + 1;
        /* The lines with the braces: the first sorts before every key, the last after. */
        int order = split_line(line, &k, &text) ? str_cmp(k, key) : from == 0 ? -1 : 1;
        if (order == 0) {
            *ret = unescape(a, text);
            return true;
        }
        if (order < 0) {
            low = to;
        } else {
            high = from;
        }
    }
    return false;
}

static bool find_in(Arena *a, Str language, Str key, Str *ret)
{
    Str line, k, text;
    if (!web_is_packed()) {
        return find_in_folder(a, language, key, ret);
    }
    if (!catalogue_line(language, key, &line) || !split_line(line, &k, &text)) {
        return false;
    }
    *ret = unescape(a, text);
    return true;
}

bool message_find(Arena *a, Str language, Str key, Str *ret)
{
    return find_in(a, language, key, ret) || find_in(a, STR("en"), key, ret);
}

/* Which word form a count takes: with two forms one and many; with three those of Russian and its neighbours. */
static int plural_form(int64_t n, int forms)
{
    if (forms == 2) {
        return n == 1 ? 0 : 1;
    }
    int64_t last = n % 10, last_two = n % 100;
    if (last == 1 && last_two != 11) {
        return 0;
    }
    return last >= 2 && last <= 4 && (last_two < 12 || last_two > 14) ? 1 : 2;
}

/* {count|case|cases}: only the word that fits the count. */
static void write_plural(Buf *out, const Frame *f, Str inside)
{
    Str name, form = STR(""), rest = inside;
    int forms = -1;
    for (Str piece, all = inside; str_cut(&all, '|', &piece);) {
        forms++;
    }
    (void)str_cut(&rest, '|', &name);
    int64_t n = json_to_int(frame_find(f, name), 0);
    int wanted = forms <= 1 ? 0 : plural_form(n < 0 ? -n : n, forms);
    for (int i = 0; i <= wanted && str_cut(&rest, '|', &form); i++) {
    }
    buf_add(out, form);
}

static void write_parameter(Buf *out, Arena *a, Str language, const Frame *f, Str inside)
{
    Str name, form = str_trim(inside);
    (void)str_cut(&form, ':', &name);
    Str value = json_text(frame_find(f, name));
    if (str_eq_c(form, "day")) {
        value_write_day(out, a, language, value);
    } else if (str_eq_c(form, "num")) {
        value_write_number(out, a, language, value);
    } else if (str_eq_c(form, "fact")) {
        value_write_fact(out, a, language, value);
    } else {
        buf_add(out, value);
    }
}

/* Whether what was written ends as the pattern goes on: with one full stop. */
static bool ends_sentence(const Buf *out, Str pattern, size_t at)
{
    bool stop = at < pattern.len && pattern.ptr[at] == '.' && (at + 1 == pattern.len || pattern.ptr[at + 1] != '.');
    return stop && out->len > 0 && out->ptr[out->len - 1] == '.';
}

Str message_fill(Arena *a, Str language, Str pattern, const Frame *f)
{
    if (pattern.len == 0 || memchr(pattern.ptr, '{', pattern.len) == NULL) {
        return pattern;
    }
    Buf out = buf_new(a, MAX_MESSAGE_BYTES);
    for (size_t at = 0; at < pattern.len;) {
        size_t open = str_find(pattern, STR("{"), at);
        size_t close = open == SIZE_MAX ? SIZE_MAX : str_find(pattern, STR("}"), open);
        if (close == SIZE_MAX) {
            buf_add(&out, str_sub(pattern, at, pattern.len));
            break;
        }
        Str inside = str_sub(pattern, open + 1, close);
        buf_add(&out, str_sub(pattern, at, open));
        if (str_find(inside, STR("|"), 0) != SIZE_MAX) {
            write_plural(&out, f, inside);
        } else {
            write_parameter(&out, a, language, f, inside);
        }
        at = close + 1;
        at += ends_sentence(&out, pattern, at); /* a day may bring its own full stop: "23 ноября 2026 г." */
    }
    return buf_str(&out);
}

/* A key may end in [path]: then the path's value stands there, as in kind.[outcome]. */
static Str whole_key(Arena *a, Str key, const Frame *f)
{
    size_t open = str_find(key, STR("["), 0);
    if (open == SIZE_MAX || !str_ends(key, STR("]"))) {
        return key;
    }
    Str value = json_text(frame_find(f, str_sub(key, open + 1, key.len - 1)));
    return str_printf(a, "%.*s%.*s", STR_ARG(str_sub(key, 0, open)), STR_ARG(value));
}

Str message_of(Arena *a, Str language, Str key, const Frame *f)
{
    Str pattern;
    key = whole_key(a, key, f);
    if (!message_find(a, language, key, &pattern)) {
        return str_printf(a, "⟦%.*s⟧", STR_ARG(key));
    }
    return message_fill(a, language, pattern, f);
}

Str view_text(Arena *a, Str language, const char *key, const Json *params)
{
    return message_of(a, language, str_from_c(key), &(Frame){.object = params, .dot = params});
}

Str view_fill(Arena *a, Str language, Str pattern, const Json *params)
{
    return message_fill(a, language, pattern, &(Frame){.object = params, .dot = params});
}

/* A text in ASCII alone is one of the engine's, since none of the other languages is written so. */
Str view_fault(Arena *a, Str language, const Err *fault)
{
    Str said = str_copy(a, str_from_c(fault->text));
    bool foreign = !str_eq_c(language, "en");
    for (size_t i = 0; i < said.len && foreign; i++) {
        foreign = (unsigned char)said.ptr[i] < 0x80;
    }
    bool plain = str_eq_c(said, err_plain(fault->code));
    if ((!foreign && !plain) || (foreign && !plain && said_find(a, language, said, &said))) {
        return said;
    }
    Str text = view_text(a, language, str_c(a, str_printf(a, "error.%s", err_name(fault->code))), NULL);
    return text.len > 0 && !str_starts(text, STR("⟦")) ? text : said;
}
