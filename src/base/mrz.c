/* mrz.c: see mrz.h; positions and check digits are those of ICAO 9303 part 4, section 4.2, letters those of part 3,
 * section 6.
 * SPDX-License-Identifier: Apache-2.0 */
#include "mrz.h"

#include <string.h>
#include <utf8proc.h>

#include "utf8.h"

#define LINE 44
#define NAME_AT 5
#define NAME_LEN 39

/* What may stand in a field. */
typedef enum { LETTERS = 1, LETTERS_DIGITS, DATE, SEX } Content;

/* Fields of both lines as one text of 88. `digit` is the place of the check digit, 0 if there is none. */
static const struct {
    const char *name;
    size_t at, len, digit;
    Content content;
} FIELDS[] = {
    {"kind", 0, 2, 0, LETTERS},
    {"issuer", 2, 3, 0, LETTERS},
    {"name", NAME_AT, NAME_LEN, 0, LETTERS},
    {"number", LINE, 9, LINE + 9, LETTERS_DIGITS},
    {"nationality", LINE + 10, 3, 0, LETTERS},
    {"birth", LINE + 13, 6, LINE + 19, DATE},
    {"sex", LINE + 20, 1, 0, SEX},
    {"expiry", LINE + 21, 6, LINE + 27, DATE},
    {"personal_number", LINE + 28, 14, LINE + 42, LETTERS_DIGITS},
};

static int weight_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
}

static int check_sum(Str s, size_t start)
{
    static const int WEIGHT[] = {7, 3, 1};
    int sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        sum += weight_value(s.ptr[i]) * WEIGHT[(start + i) % 3];
    }
    return sum;
}

char mrz_check_digit(Str s)
{
    return (char)('0' + check_sum(s, 0) % 10);
}

/* Over positions 1-10, 14-20 and 22-43 of the second line. */
static char composite_digit(const char *zone)
{
    const char *line = zone + LINE;
    int sum = check_sum((Str){line, 10}, 0) + check_sum((Str){line + 13, 7}, 10) + check_sum((Str){line + 21, 22}, 17);
    return (char)('0' + sum % 10);
}

static bool is_allowed(char c, Content content)
{
    bool letter = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
    switch (content) {
    case LETTERS: return letter || c == '<';
    case LETTERS_DIGITS: return letter || digit || c == '<';
    case DATE: return digit || c == '<';
    case SEX: return c == 'M' || c == 'F' || c == 'X' || c == '<';
    }
    bug("content");
}

static void fault(ErrList *faults, ErrCode code, const char *field, const char *text)
{
    Err e = {0};
    err_field(&e, code, field, "%s", text);
    err_list_add(faults, e);
}

/* The 88 characters, upper case; false with a fault about the lines. */
static bool zone_read(Str text, char zone[2 * LINE], ErrList *faults)
{
    size_t n = 0, lines = 1, in_line = 0;
    bool uneven = false;
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n') {
            uneven = uneven || in_line != LINE;
            in_line = 0;
            lines++;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            continue;
        }
        if (n < 2 * LINE) {
            zone[n] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        n++;
        in_line++;
    }
    if (n != 2 * LINE || uneven || lines > 2) {
        Err e = {0};
        err_field(&e, FIELD_FORMAT, "lines", "The zone has two lines of 44 characters; %zu were read.", n);
        err_list_add(faults, e);
        return false;
    }
    return true;
}

static bool date_is_possible(const char *d)
{
    int month = (d[2] - '0') * 10 + d[3] - '0', day = (d[4] - '0') * 10 + d[5] - '0';
    bool month_known = d[2] != '<' && d[3] != '<', day_known = d[4] != '<' && d[5] != '<';
    return (!month_known || (month >= 1 && month <= 12)) && (!day_known || (day >= 1 && day <= 31));
}

static bool digit_fits(const char *zone, size_t i)
{
    Str value = {zone + FIELDS[i].at, FIELDS[i].len};
    char digit = zone[FIELDS[i].digit];
    bool empty = true;
    for (size_t k = 0; k < value.len; k++) {
        empty = empty && value.ptr[k] == '<';
    }
    return digit == mrz_check_digit(value) ||
           (digit == '<' && empty && str_eq_c(str_from_c(FIELDS[i].name), "personal_number"));
}

static bool fields_check(const char *zone, ErrList *faults)
{
    size_t before = faults->count;
    bool digits_fit = true;
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        bool clean = true;
        for (size_t k = 0; k < FIELDS[i].len; k++) {
            clean = clean && is_allowed(zone[FIELDS[i].at + k], FIELDS[i].content);
        }
        if (!clean || (FIELDS[i].content == DATE && !date_is_possible(zone + FIELDS[i].at))) {
            fault(faults, FIELD_FORMAT, FIELDS[i].name, "A character stands here that this field cannot have.");
            digits_fit = false;
        } else if (FIELDS[i].digit > 0 && !digit_fits(zone, i)) {
            fault(faults, FIELD_CHECK_DIGIT, FIELDS[i].name, err_plain(FIELD_CHECK_DIGIT));
            digits_fit = false;
        }
    }
    if (zone[0] != 'P') {
        fault(faults, FIELD_FORMAT, "kind", "The zone of a passport begins with P.");
    }
    if (zone[NAME_AT] == '<') {
        fault(faults, FIELD_FORMAT, "name", "The name begins with the surname.");
    }
    /* The digit over all says nothing new where another fault explains it. */
    if (digits_fit && zone[2 * LINE - 1] != composite_digit(zone)) {
        fault(faults, FIELD_CHECK_DIGIT, "composite", err_plain(FIELD_CHECK_DIGIT));
    }
    return faults->count == before;
}

/* Without fillers at the end; single fillers inside become spaces. */
static Str plain(Arena *a, const char *p, size_t len)
{
    while (len > 0 && p[len - 1] == '<') {
        len--;
    }
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (p[i] != '<' || (n > 0 && out[n - 1] != ' ')) {
            out[n++] = p[i] == '<' ? ' ' : p[i];
        }
    }
    return (Str){out, n};
}

bool mrz_parse(Arena *a, Str text, Mrz *ret, ErrList *faults)
{
    char *zone = arena_alloc(a, 2 * LINE);
    if (!zone_read(text, zone, faults) || !fields_check(zone, faults)) {
        return false;
    }
    Str names = {zone + NAME_AT, NAME_LEN};
    size_t gap = str_find(names, STR("<<"), 0), given = gap == SIZE_MAX ? NAME_LEN : gap + 2;
    Mrz m = {.surname = plain(a, names.ptr, gap == SIZE_MAX ? NAME_LEN : gap),
             .given_names = plain(a, names.ptr + given, NAME_LEN - given)};
    Str *const PLAIN[] = {&m.kind, &m.issuer, NULL, &m.number, &m.nationality, NULL, NULL, NULL, &m.personal_number};
    for (size_t i = 0; i < COUNT_OF(PLAIN); i++) {
        if (PLAIN[i] != NULL) {
            *PLAIN[i] = plain(a, zone + FIELDS[i].at, FIELDS[i].len);
        }
    }
    m.birth = (Str){zone + LINE + 13, 6};
    m.expiry = (Str){zone + LINE + 21, 6};
    m.sex = zone[LINE + 20] == '<' ? STR("X") : (Str){zone + LINE + 20, 1};
    *ret = m;
    return true;
}

/* ---- Printing ------------------------------------------------------------------------------------------ */

static bool put(char *zone, size_t field, Str value, Err *err)
{
    if (value.len > FIELDS[field].len) {
        return err_field(err, TOO_LARGE, FIELDS[field].name, "At most %zu characters fit here.", FIELDS[field].len);
    }
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c == ' ' || c == '-' ? '<' : c);
        if (!is_allowed(c, FIELDS[field].content)) {
            return err_field(err, FIELD_FORMAT, FIELDS[field].name,
                             "A character stands here that this field cannot have.");
        }
        zone[FIELDS[field].at + i] = c;
    }
    return true;
}

static bool put_names(Arena *a, const Mrz *m, char *zone, Err *err)
{
    Str surname, given;
    if (!mrz_name(a, m->surname, &surname) || !mrz_name(a, m->given_names, &given) || surname.len == 0) {
        return err_field(err, FIELD_FORMAT, "name", "The name needs its Latin spelling.");
    }
    /* A long surname leaves room for the separator and one letter of the given names. */
    size_t room = given.len > 0 ? NAME_LEN - 3 : NAME_LEN;
    surname = str_sub(surname, 0, room);
    memcpy(zone + NAME_AT, surname.ptr, surname.len);
    if (given.len > 0) {
        size_t at = surname.len + 2;
        given = str_sub(given, 0, NAME_LEN - at);
        memcpy(zone + NAME_AT + at, given.ptr, given.len);
    }
    return true;
}

bool mrz_print(Arena *a, const Mrz *m, Str *ret, Err *err)
{
    char zone[2 * LINE];
    memset(zone, '<', sizeof zone);
    const Str values[] = {m->kind,
                          m->issuer,
                          {NULL, 0},
                          m->number,
                          m->nationality,
                          m->birth,
                          str_eq_c(m->sex, "X") ? STR("<") : m->sex,
                          m->expiry,
                          m->personal_number};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (!put(zone, i, values[i], err)) {
            return false;
        }
    }
    if (!put_names(a, m, zone, err)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        if (FIELDS[i].digit > 0) {
            zone[FIELDS[i].digit] = mrz_check_digit((Str){zone + FIELDS[i].at, FIELDS[i].len});
        }
    }
    zone[2 * LINE - 1] = composite_digit(zone);
    Mrz again;
    ErrList faults = {.arena = a};
    if (!mrz_parse(a, (Str){zone, sizeof zone}, &again, &faults)) {
        if (err != NULL) {
            *err = faults.items[0];
        }
        return false;
    }
    *ret = str_printf(a, "%.44s\n%.44s", zone, zone + LINE);
    return true;
}

/* ---- Days ---------------------------------------------------------------------------------------------- */

static bool two_digit_day(Str yymmdd, int century, Day *ret)
{
    int n[3] = {0};
    if (yymmdd.len != 6) {
        return false;
    }
    for (size_t i = 0; i < 6; i++) {
        if (yymmdd.ptr[i] < '0' || yymmdd.ptr[i] > '9') {
            return false;
        }
        n[i / 2] = n[i / 2] * 10 + yymmdd.ptr[i] - '0';
    }
    Ymd d = {century + n[0], n[1], n[2]};
    if (!ymd_is_valid(d)) {
        return false;
    }
    *ret = day_from_ymd(d);
    return true;
}

bool mrz_birth_day(Str yymmdd, Day today, Day *ret)
{
    int century = day_to_ymd(today).year / 100 * 100;
    Day d;
    if (two_digit_day(yymmdd, century, &d) && day_cmp(d, today) <= 0) {
        *ret = d;
        return true;
    }
    return two_digit_day(yymmdd, century - 100, ret);
}

bool mrz_expiry_day(Str yymmdd, Day today, Day *ret)
{
    int century = day_to_ymd(today).year / 100 * 100;
    for (int c = century - 100; c <= century + 100; c += 100) {
        Day d;
        if (two_digit_day(yymmdd, c, &d) && day_cmp(day_add_months(d, 50 * 12), today) >= 0 &&
            day_cmp(d, day_add_months(today, 50 * 12)) <= 0) {
            *ret = d;
            return true;
        }
    }
    return false;
}

/* ---- Names --------------------------------------------------------------------------------------------- */

typedef struct {
    int32_t letter;
    const char *latin;
} Letter;

/* Upper case. Latin letters that have more than a base letter, then Cyrillic; the last rows are letters that part 3
 * does not list, by their base letter, as their states print them. */
static const Letter LETTERS_TABLE[] = {
    {0xC4, "AE"},    {0xC5, "AA"},  {0xC6, "AE"},  {0xD0, "D"},    {0xD6, "OE"},  {0xD8, "OE"},  {0xDC, "UE"},
    {0xDE, "TH"},    {0xDF, "SS"},  {0x110, "D"},  {0x126, "H"},   {0x131, "I"},  {0x132, "IJ"}, {0x141, "L"},
    {0x14A, "N"},    {0x152, "OE"}, {0x166, "T"},  {0x1E9E, "SS"}, {0x18F, "E"},  {0x401, "E"},  {0x402, "D"},
    {0x404, "IE"},   {0x405, "DZ"}, {0x406, "I"},  {0x407, "I"},   {0x408, "J"},  {0x409, "LJ"}, {0x40A, "NJ"},
    {0x40C, "K"},    {0x40E, "U"},  {0x40F, "DZ"}, {0x410, "A"},   {0x411, "B"},  {0x412, "V"},  {0x413, "G"},
    {0x414, "D"},    {0x415, "E"},  {0x416, "ZH"}, {0x417, "Z"},   {0x418, "I"},  {0x419, "I"},  {0x41A, "K"},
    {0x41B, "L"},    {0x41C, "M"},  {0x41D, "N"},  {0x41E, "O"},   {0x41F, "P"},  {0x420, "R"},  {0x421, "S"},
    {0x422, "T"},    {0x423, "U"},  {0x424, "F"},  {0x425, "KH"},  {0x426, "TS"}, {0x427, "CH"}, {0x428, "SH"},
    {0x429, "SHCH"}, {0x42A, "IE"}, {0x42B, "Y"},  {0x42C, ""},    {0x42D, "E"},  {0x42E, "IU"}, {0x42F, "IA"},
    {0x490, "G"},    {0x492, "G"},  {0x49A, "K"},  {0x4A2, "N"},   {0x4AE, "U"},  {0x4B0, "U"},  {0x4BA, "H"},
    {0x4D8, "A"},    {0x4E8, "O"},
};

/* Letters of one code point; NULL if there is no rule. */
static const char *latin_of(int32_t c, char one[2])
{
    for (size_t i = 0; i < COUNT_OF(LETTERS_TABLE); i++) {
        if (LETTERS_TABLE[i].letter == c) {
            return LETTERS_TABLE[i].latin;
        }
    }
    utf8proc_int32_t parts[8];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
    if (n >= 1 && parts[0] >= 'A' && parts[0] <= 'Z') {
        one[0] = (char)parts[0];
        one[1] = 0;
        return one;
    }
    return NULL;
}

static bool is_silent(int32_t c)
{
    return c == '\'' || c == '`' || c == 0x2BC || c == 0x2019 || c == 0x2018 || c == '.' || (c >= 0x300 && c <= 0x36F);
}

static bool is_separator(int32_t c)
{
    return c == ' ' || c == '-' || c == '<' || c == 0xA0 || c == 0x2010 || c == 0x2011 || c == ',';
}

bool mrz_name(Arena *a, Str name, Str *ret)
{
    Buf b = buf_new(a, name.len * 4 + 8);
    size_t at = 0;
    if (!utf8_is_valid(name)) {
        return false;
    }
    name = str_trim(name);
    for (int32_t c = utf8_next(name, &at); c >= 0; c = utf8_next(name, &at)) {
        char one[2];
        if (is_silent(c)) {
            continue;
        }
        if (is_separator(c)) {
            if (b.len > 0 && b.ptr[b.len - 1] != '<') {
                buf_byte(&b, '<');
            }
            continue;
        }
        const char *latin = latin_of(c == 0xDF ? c : utf8proc_toupper(c), one);
        if (latin == NULL) {
            return false;
        }
        buf_add_c(&b, latin);
    }
    while (b.len > 0 && b.ptr[b.len - 1] == '<') {
        buf_drop(&b, 1);
    }
    *ret = buf_str(&b);
    return buf_ok(&b);
}
