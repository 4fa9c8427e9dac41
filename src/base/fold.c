/* fold.c: see fold.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fold.h"

#include <pthread.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <utf8proc.h>

#include "buf.h"
#include "mrz.h"
#include "utf8.h"

enum { MAX_UNITS = 2000 };

static UTransliterator *latin;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_latin(void)
{
    static const UChar ID[] = u"Any-Latin; Latin-ASCII; Upper";
    UErrorCode status = U_ZERO_ERROR;
    latin = utrans_openU(ID, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    check_that(U_SUCCESS(status));
}

/* Latin capitals of the text as passports write them; where they have no rule (Hangul) as ICU does, which drops Kazakh
 * letters. Empty if neither can do it. */
static Str to_latin(Arena *a, Str name)
{
    Str zone;
    if (mrz_name(a, name, &zone)) {
        return zone;
    }
    UChar *units = ARENA_ARRAY(a, UChar, MAX_UNITS);
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;
    u_strFromUTF8(units, MAX_UNITS / 4, &length, name.ptr, (int32_t)(name.len < 400 ? name.len : 400), &status);
    if (U_FAILURE(status)) {
        return STR("");
    }
    pthread_once(&once, open_latin);
    int32_t limit = length;
    utrans_transUChars(latin, units, &length, MAX_UNITS, 0, &limit, &status);
    char *text = arena_alloc(a, (size_t)length * 3 + 1);
    int32_t bytes = 0;
    u_strToUTF8(text, length * 3 + 1, &bytes, units, length, &status);
    return U_SUCCESS(status) ? (Str){text, (size_t)bytes} : STR("");
}

/* Digraphs first; an empty replacement drops the letter. */
static const struct {
    const char *from, *to;
} SOUNDS[] = {
    {"KH", "H"}, {"ZH", "Z"}, {"DZH", "Z"}, {"SHCH", "S"}, {"SCH", "S"}, {"SH", "S"}, {"CH", "C"}, {"TS", "C"}, {"GH", "G"}, {"PH", "F"},
    {"X", "KS"}, {"W", "V"},  {"J", "I"},   {"Y", "I"},    {"Q", "K"},   {"EU", "U"}, {"EO", "O"}, {"OU", "U"}, {"OO", "U"},
};

static void add_folded(Buf *b, Str text, size_t *at)
{
    for (size_t i = 0; i < COUNT_OF(SOUNDS); i++) {
        Str from = str_from_c(SOUNDS[i].from);
        if (str_starts(str_sub(text, *at, text.len), from)) {
            buf_add_c(b, SOUNDS[i].to);
            *at += from.len;
            return;
        }
    }
    char c = text.ptr[(*at)++];
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        buf_byte(b, c);
    } else if (c == ' ' || c == '-' || c == '<') {
        buf_byte(b, ' ');
    }
}

Str fold_name(Arena *a, Str name)
{
    Str text = to_latin(a, name);
    Buf sounds = buf_new(a, 4096), out = buf_new(a, 4096);
    for (size_t i = 0; i < text.len;) {
        add_folded(&sounds, text, &i);
    }
    for (size_t i = 0; i < sounds.len; i++) {
        bool is_digit = sounds.ptr[i] >= '0' && sounds.ptr[i] <= '9';
        if (is_digit || out.len == 0 || out.ptr[out.len - 1] != sounds.ptr[i]) {
            buf_byte(&out, sounds.ptr[i]);
        }
    }
    return str_trim(out.len ? buf_str(&out) : STR(""));
}

Str fold_case(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len * 4 + 8);
    for (size_t at = 0; at < text.len;) {
        utf8_put(&b, utf8proc_tolower(utf8_next(text, &at)));
    }
    return b.len ? buf_str(&b) : STR("");
}
