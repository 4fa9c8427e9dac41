/* loose.c: names, days, numbers and yes or no as people write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "loose.h"

#include "base/fold.h"

enum { MOST_DIGITS = 8, PARTS = 3, LEAST_WITHIN = 4 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits of any script, small. */
static Str letters(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80) {
            buf_byte(&b, c);
        }
    }
    return fold_case(a, buf_str(&b));
}

bool loose_same(Arena *a, Str name, Str told)
{
    Str wanted = letters(a, told);
    return wanted.len > 0 && str_eq(letters(a, name), wanted);
}

bool loose_called(const Scheme *s, Arena *a, const char *kind, Str name, Str told)
{
    Str *languages;
    size_t count = scheme_languages(s, a, &languages);
    for (size_t i = 0; i < count; i++) {
        if (loose_same(a, scheme_label(s, a, languages[i], kind, name), told)) {
            return true;
        }
    }
    return false;
}

bool loose_named_in(const Scheme *s, Arena *a, const char *kind, Str name, Str told)
{
    Str *languages, wanted = letters(a, told);
    size_t count = scheme_languages(s, a, &languages);
    for (size_t i = 0; i < count && wanted.len >= LEAST_WITHIN; i++) {
        if (str_find(letters(a, scheme_label(s, a, languages[i], kind, name)), wanted, 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* ---- Days ---- */

/* The groups of digits of a text, at most three; false where there are more or a letter of ASCII stands between. */
static bool digit_groups(Str text, Str *groups, size_t *ret_count)
{
    *ret_count = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool begins = is_digit(c) && (i == 0 || !is_digit(text.ptr[i - 1]));
        bool between = (unsigned char)c >= 0x80 || c == '-' || c == '.' || c == '/' || c == ' ';
        if ((begins && *ret_count == PARTS) || !(is_digit(c) || between)) {
            return false;
        }
        if (begins) {
            groups[(*ret_count)++] = (Str){text.ptr + i, 0};
        }
        if (is_digit(c)) {
            groups[*ret_count - 1].len++;
        }
    }
    return true;
}

static int number_of(Str digits)
{
    int ret = 0;
    for (size_t i = 0; i < digits.len && i < MOST_DIGITS; i++) {
        ret = ret * 10 + (digits.ptr[i] - '0');
    }
    return ret;
}

bool loose_day(Str text, Day *ret)
{
    Str g[PARTS], all = str_trim(text);
    size_t count;
    if (!digit_groups(all, g, &count) || count == 0 || all.ptr != g[0].ptr) {
        return false;
    }
    if (count == 1 && g[0].len == MOST_DIGITS) {
        g[1] = str_sub(g[0], 4, 6);
        g[2] = str_sub(g[0], 6, 8);
        g[0] = str_sub(g[0], 0, 4);
    } else if (count != PARTS) {
        return false;
    }
    if (g[2].len == 4 && g[0].len <= 2 && all.ptr[g[0].len] == '.') { /* day first, as with dots only */
        Str year = g[2];
        g[2] = g[0];
        g[0] = year;
    }
    Ymd d = {.year = number_of(g[0]), .month = number_of(g[1]), .day = number_of(g[2])};
    if (g[0].len != 4 || g[1].len > 2 || g[2].len > 2 || d.year < 1 || !ymd_is_valid(d)) {
        return false;
    }
    *ret = day_from_ymd(d);
    return true;
}

/* ---- Numbers, yes and no ---- */

/* Between the digits of thousands: three digits follow, and then no fourth. */
static bool is_thousands_mark(Str text, size_t at)
{
    char c = text.ptr[at];
    size_t digits = 0;
    while (at + 1 + digits < text.len && is_digit(text.ptr[at + 1 + digits])) {
        digits++;
    }
    return (c == ',' || c == ' ' || c == '_') && at > 0 && is_digit(text.ptr[at - 1]) && digits == 3;
}

const Json *loose_number(Arena *a, Str text)
{
    Json *number;
    Err not_a_number;
    Str all = str_trim(text);
    if (str_ends(all, STR("%"))) {
        all = str_trim(str_sub(all, 0, all.len - 1));
    }
    Buf b = buf_new(a, all.len + 1);
    for (size_t i = 0; i < all.len; i++) {
        if (!is_thousands_mark(all, i)) {
            buf_byte(&b, all.ptr[i]);
        }
    }
    return json_parse(a, buf_str(&b), &number, &not_a_number) && number->kind == JSON_NUMBER ? number : NULL;
}

const Json *loose_bool(const Scheme *s, Arena *a, Str text)
{
    static const struct {
        const char *word;
        bool value;
    } WORDS[] = {{"yes", true}, {"y", true}, {"1", true}, {"no", false}, {"n", false}, {"0", false}};
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        if (loose_same(a, str_from_c(WORDS[i].word), text)) {
            return json_new_bool(a, WORDS[i].value);
        }
    }
    static const char *VALUES[] = {"false", "true"};
    for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
        Str value = str_from_c(VALUES[i]);
        if (loose_same(a, value, text) || loose_called(s, a, "values", value, text)) {
            return json_new_bool(a, i == 1);
        }
    }
    return NULL;
}
