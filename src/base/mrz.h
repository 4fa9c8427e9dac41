/* mrz.h: the machine-readable zone of passports, ICAO 9303 part 4 (TD3): two lines of 44 characters with check digits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MRZ_H
#define BASE_MRZ_H

#include "day.h"
#include "err.h"

/* Texts without fillers. Codes of states are three letters as printed ("KAZ", "D" for Germany). */
typedef struct {
    Str kind; /* "P", "PM" … */
    Str issuer, surname, given_names, number, nationality;
    Str birth;           /* YYMMDD as printed; an unknown part is < */
    Str sex;             /* "M", "F" or "X" for unspecified */
    Str expiry;          /* YYMMDD */
    Str personal_number; /* optional data; may be empty */
} Mrz;

/* Reads two lines, or one text of both with or without a line end between; spaces at the ends are taken off, lower case
 * is raised. Adds all faults, with fields kind, issuer, name, number, nationality, birth, sex, expiry, personal_number,
 * composite, or lines. Codes FIELD_FORMAT and FIELD_CHECK_DIGIT. True without faults. */
MUST_USE bool mrz_parse(Arena *a, Str text, Mrz *ret, ErrList *faults);
/* Two lines of 44 with '\n' between, check digits computed. FIELD_FORMAT or TOO_LARGE by field. Names that do not fit
 * are cut as part 3 says. */
MUST_USE bool mrz_print(Arena *a, const Mrz *m, Str *ret, Err *err);
/* The digit '0'-'9' for 0-9, A-Z and fillers, weights 7 3 1; 0 for any other character. */
char mrz_check_digit(Str s);
/* A two-digit year as a day: birth is never after `today`, expiry at most 50 years after. False for unknown parts. */
MUST_USE bool mrz_birth_day(Str yymmdd, Day today, Day *ret);
MUST_USE bool mrz_expiry_day(Str yymmdd, Day today, Day *ret);
/* A name as part 3 section 6 writes it in the zone: Latin with diacritics, and Cyrillic including Kazakh letters;
 * apostrophes go, hyphens and spaces become one filler. False if a letter has no rule (Hangul: use the
 * Latin spelling). */
MUST_USE bool mrz_name(Arena *a, Str name, Str *ret);

#endif
