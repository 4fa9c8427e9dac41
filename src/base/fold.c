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
    {"KH", "H"}, {"ZH", "Z"}, {"DZH", "Z"}, {"SHCH", "S"}, {"SCH", "S"}, {"SH", "S"}, {"CH", "C"},
    {"TS", "C"}, {"GH", "G"}, {"PH", "F"},  {"X", "KS"},   {"W", "V"},   {"J", "I"},  {"Y", "I"},
    {"Q", "K"},  {"EU", "U"}, {"EO", "O"},  {"OU", "U"},   {"OO", "U"},
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

/* Longest first. An empty class is a sound that other spellings leave out. */
static const struct {
    const char *from, *to;
} CLASSES[] = {
    {"SHCH", "S"}, {"DZH", "S"}, {"SCH", "S"}, {"KH", "H"}, {"ZH", "S"}, {"SH", "S"}, {"CH", "S"},
    {"TS", "S"},   {"TZ", "S"},  {"CK", "K"},  {"GH", "K"}, {"PH", "P"}, {"TH", "T"}, {"NG", "N"},
    {"X", "KS"},   {"S", "S"},   {"Z", "S"},   {"J", "S"},  {"C", "S"},  {"G", "K"},  {"K", "K"},
    {"Q", "K"},    {"B", "P"},   {"P", "P"},   {"F", "P"},  {"V", "P"},  {"W", "P"},  {"D", "T"},
    {"T", "T"},    {"R", "L"},   {"L", "L"},   {"M", "M"},  {"N", "N"},  {"H", "H"},
};

/* The class of the sound at *at, and moves behind it; empty for vowels. */
static Str sound_at(Str word, size_t *at)
{
    Str rest = str_sub(word, *at, word.len);
    for (size_t i = 0; i < COUNT_OF(CLASSES); i++) {
        Str from = str_from_c(CLASSES[i].from);
        if (str_starts(rest, from)) {
            *at += from.len;
            return str_from_c(CLASSES[i].to);
        }
    }
    bool is_digit = rest.ptr[0] >= '0' && rest.ptr[0] <= '9';
    *at += 1;
    return is_digit ? str_sub(rest, 0, 1) : STR("");
}

static void add_sound(Buf *b, Str word)
{
    char last = 0;
    size_t start = b->len;
    if (start > 0) {
        buf_byte(b, ' ');
        start++;
    }
    for (size_t at = 0; at < word.len;) {
        bool first = at == 0;
        Str sound = sound_at(word, &at);
        if (sound.len == 0 && first) {
            buf_byte(b, 'A');
        }
        for (size_t i = 0; i < sound.len; i++) {
            bool is_digit = sound.ptr[i] >= '0' && sound.ptr[i] <= '9';
            if (sound.ptr[i] != last || is_digit) {
                buf_byte(b, sound.ptr[i]);
            }
            last = sound.ptr[i];
        }
    }
    if (b->len == start && start > 0) {
        buf_drop(b, 1);
    }
}

Str fold_sound(Arena *a, Str name)
{
    Str text = to_latin(a, name);
    Buf plain = buf_new(a, 4096), out = buf_new(a, 4096);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (kept || c == ' ' || c == '-' || c == '<') {
            buf_byte(&plain, kept ? c : ' ');
        }
    }
    for (Str rest = plain.len ? buf_str(&plain) : STR(""), word; str_cut(&rest, ' ', &word);) {
        if (word.len > 0) {
            add_sound(&out, word);
        }
    }
    return out.len ? buf_str(&out) : STR("");
}

enum { LONGEST = 64 };

int fold_distance(Str one, Str other)
{
    int rows[3][LONGEST + 1];
    size_t n = one.len < LONGEST ? one.len : LONGEST, m = other.len < LONGEST ? other.len : LONGEST;
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t k = 0; k <= m; k++) {
        last[k] = (int)k;
    }
    for (size_t i = 1; i <= n; i++) {
        now[0] = (int)i;
        for (size_t k = 1; k <= m; k++) {
            int change = last[k - 1] + (one.ptr[i - 1] != other.ptr[k - 1]);
            int put = now[k - 1] + 1, left = last[k] + 1;
            now[k] = change < put ? change : put;
            now[k] = now[k] < left ? now[k] : left;
            bool swapped = i > 1 && k > 1 && one.ptr[i - 1] == other.ptr[k - 2] && one.ptr[i - 2] == other.ptr[k - 1];
            if (swapped && before[k - 2] + 1 < now[k]) {
                now[k] = before[k - 2] + 1;
            }
        }
        int *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

Str fold_case(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len * 4 + 8);
    for (size_t at = 0; at < text.len;) {
        utf8_put(&b, utf8proc_tolower(utf8_next(text, &at)));
    }
    return b.len ? buf_str(&b) : STR("");
}
