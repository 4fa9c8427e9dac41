/* lex.c: characters of FEEL text into words, numbers and strings, on demand, because names depend on the scope.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

#include "base/utf8.h"

#include <string.h>

/* Words that end a name which no scope declares. */
static const char *const WORDS[] = {"and", "or", "in", "between", "instance", "then", "else", "return", "satisfies"};

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

Node *parse_fail_at(Parser *p, size_t at, ErrCode code, const char *message)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < at && i < p->text.len; i++) {
        unsigned char c = (unsigned char)p->text.ptr[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    (void)err_set(p->err, code, "%d:%d: %s", line, column, message);
    return NULL;
}

Node *parse_fail(Parser *p, const char *expected)
{
    lex_skip(p);
    Str seen = str_sub(p->text, p->at, p->at + 16);
    Str cut = str_sub(seen, 0, utf8_at(seen, 8));
    if (!utf8_is_valid(cut)) {
        cut = STR("");
    }
    Str message = p->at < p->text.len ? str_printf(p->scratch, "expected %s before '%.*s'", expected, STR_ARG(cut))
                                      : str_printf(p->scratch, "expected %s before the end", expected);
    return parse_fail_at(p, p->at, BAD_REQUEST, str_c(p->scratch, message));
}

bool parse_expect(Parser *p, const char *symbol)
{
    return lex_take(p, symbol) || parse_fail(p, symbol) != NULL;
}

bool parse_expect_word(Parser *p, const char *word)
{
    return lex_take_word(p, word) || parse_fail(p, word) != NULL;
}

/* ---- Symbols and words ------------------------------------------------------------------------------------------- */

static size_t comment_end(Str text, size_t at)
{
    if (text.len - at < 2 || text.ptr[at] != '/') {
        return at;
    }
    if (text.ptr[at + 1] == '/') {
        size_t end = str_find(text, STR("\n"), at);
        return end == SIZE_MAX ? text.len : end;
    }
    if (text.ptr[at + 1] == '*') {
        size_t end = str_find(text, STR("*/"), at + 2);
        return end == SIZE_MAX ? at : end + 2;
    }
    return at;
}

void lex_skip(Parser *p)
{
    for (;;) {
        size_t n = space_length(p->text, p->at);
        size_t end = comment_end(p->text, p->at + n);
        if (end == p->at) {
            return;
        }
        p->at = end;
    }
}

char lex_peek(Parser *p)
{
    lex_skip(p);
    return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

bool lex_sees(Parser *p, const char *symbol)
{
    lex_skip(p);
    size_t n = strlen(symbol);
    return p->text.len - p->at >= n && memcmp(p->text.ptr + p->at, symbol, n) == 0;
}

bool lex_take(Parser *p, const char *symbol)
{
    if (!lex_sees(p, symbol)) {
        return false;
    }
    p->at += strlen(symbol);
    return true;
}

bool lex_sees_word(Parser *p, const char *word)
{
    if (!lex_sees(p, word)) {
        return false;
    }
    size_t end = p->at + strlen(word);
    return end == p->text.len || !is_name_byte(p->text.ptr[end]) || space_length(p->text, end) > 0;
}

bool lex_take_word(Parser *p, const char *word)
{
    if (!lex_sees_word(p, word)) {
        return false;
    }
    p->at += strlen(word);
    return true;
}

bool lex_sees_grammar_word(Parser *p)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        if (lex_sees_word(p, WORDS[i])) {
            return true;
        }
    }
    return false;
}

Str lex_words(Parser *p)
{
    lex_skip(p);
    size_t start = p->at, end = p->at;
    while (p->at < p->text.len && is_name_start(p->text.ptr[p->at]) && !lex_sees_grammar_word(p)) {
        while (p->at < p->text.len && is_name_byte(p->text.ptr[p->at]) && space_length(p->text, p->at) == 0) {
            p->at++;
        }
        end = p->at;
        p->at += space_length(p->text, p->at);
    }
    p->at = end;
    return name_normal(p->a, str_sub(p->text, start, end));
}

Str lex_name_before(Parser *p, char stop)
{
    lex_skip(p);
    size_t i = p->at;
    while (i < p->text.len && p->text.ptr[i] != stop) {
        size_t n = space_length(p->text, i);
        if (n == 0 && !is_name_byte(p->text.ptr[i]) && !is_name_symbol(p->text.ptr[i])) {
            return STR("");
        }
        i += n ? n : 1;
    }
    if (i >= p->text.len || !is_name_start(p->text.ptr[p->at])) {
        return STR("");
    }
    Str name = name_normal(p->a, str_sub(p->text, p->at, i));
    p->at = i;
    return name;
}

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static bool is_digit_at(Str s, size_t i)
{
    return i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9';
}

static size_t digits_end(Str s, size_t i)
{
    while (is_digit_at(s, i)) {
        i++;
    }
    return i;
}

Node *lex_number(Parser *p)
{
    size_t start = p->at, i = digits_end(p->text, start);
    if (i < p->text.len && p->text.ptr[i] == '.' && is_digit_at(p->text, i + 1)) {
        i = digits_end(p->text, i + 1);
    }
    if (i < p->text.len && (p->text.ptr[i] == 'e' || p->text.ptr[i] == 'E')) {
        size_t exponent = i + 1;
        if (exponent < p->text.len && (p->text.ptr[exponent] == '+' || p->text.ptr[exponent] == '-')) {
            exponent++;
        }
        i = is_digit_at(p->text, exponent) ? digits_end(p->text, exponent) : i;
    }
    Dec d;
    if (!dec_parse(str_sub(p->text, start, i), &d)) {
        return parse_fail(p, "a number within the range of decimals");
    }
    p->at = i;
    return node_const(p, feel_number(p->a, d));
}

/* ---- Strings ----------------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The n hexadecimal digits at `at`, or -1. */
static int32_t hex_number(Str s, size_t at, size_t n)
{
    int32_t value = 0;
    if (at > s.len || s.len - at < n) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        int digit = hex_digit(s.ptr[at + i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

static bool is_surrogate(int32_t c)
{
    return c >= 0xD800 && c <= 0xDFFF;
}

/* \uXXXX, two of them for a surrogate pair, or \UXXXXXX; *at stands on the u. */
static bool unicode_escape(Str s, size_t *at, Buf *b)
{
    size_t digits = s.ptr[*at] == 'u' ? 4 : 6;
    int32_t c = hex_number(s, *at + 1, digits);
    size_t end = *at + 1 + digits;
    if (c >= 0xD800 && c <= 0xDBFF && end + 1 < s.len && s.ptr[end] == '\\' && s.ptr[end + 1] == 'u') {
        int32_t low = hex_number(s, end + 2, 4);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            end += 6;
        }
    }
    if (c < 0 || c > 0x10FFFF || is_surrogate(c)) {
        return false;
    }
    utf8_put(b, c);
    *at = end;
    return true;
}

/* *at stands behind the backslash. An escape that FEEL does not know stays as written, as regular expressions need. */
static bool string_escape(Str s, size_t *at, Buf *b)
{
    static const char FROM[] = "nrt\"'\\", TO[] = "\n\r\t\"'\\";
    char c = s.ptr[*at];
    if (c == 'u' || c == 'U') {
        return unicode_escape(s, at, b);
    }
    const char *known = c ? strchr(FROM, c) : NULL;
    if (known != NULL) {
        buf_byte(b, TO[known - FROM]);
        (*at)++;
    } else {
        buf_byte(b, '\\');
    }
    return true;
}

/* The text of a string with escapes; start is its opening quote. */
static bool translate(Parser *p, size_t start, Str *ret)
{
    size_t i = start + 1;
    Buf b = buf_new(p->a, p->text.len + 1);
    while (i < p->text.len && p->text.ptr[i] != '"') {
        if (p->text.ptr[i] != '\\') {
            buf_byte(&b, p->text.ptr[i++]);
            continue;
        }
        i++;
        if (i >= p->text.len || !string_escape(p->text, &i, &b)) {
            return parse_fail_at(p, i, BAD_REQUEST, "this escape is not complete") != NULL;
        }
    }
    if (i >= p->text.len) {
        return parse_fail_at(p, start, BAD_REQUEST, "this string does not end") != NULL;
    }
    p->at = i + 1;
    *ret = buf_str(&b);
    return true;
}

bool lex_string(Parser *p, Str *ret)
{
    size_t start = p->at, i = start + 1;
    while (i < p->text.len && p->text.ptr[i] != '"' && p->text.ptr[i] != '\\') {
        i++;
    }
    if (i < p->text.len && p->text.ptr[i] == '"') {
        p->at = i + 1;
        *ret = str_copy(p->a, str_sub(p->text, start + 1, i));
        return true;
    }
    return translate(p, start, ret);
}
