/* country.c: see country.h. Codes and names are ICU's; a language's are made when first asked and then kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "country.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

enum { MOST_LANGUAGES = 16, NAME_UNITS = 200, KEY_BYTES = 400 };

typedef struct {
    Str code, name;
    uint8_t key[KEY_BYTES]; /* how the name sorts */
} Country;

typedef struct {
    Str language;
    Str *names, *by_name; /* names in the order of the codes; codes in the order of the names */
} Names;

static Arena *arena; /* of the process */
static Str *codes;
static size_t code_count, language_count;
static Names languages[MOST_LANGUAGES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_codes(void)
{
    const char *const *list = uloc_getISOCountries();
    arena = arena_new(0);
    while (list[code_count] != NULL) {
        code_count++;
    }
    codes = ARENA_ARRAY(arena, Str, code_count + 1);
    for (size_t i = 0; i < code_count; i++) {
        codes[i] = str_from_c(list[i]);
    }
}

size_t country_codes(const Str **ret_codes)
{
    (void)pthread_once(&once, read_codes);
    *ret_codes = codes;
    return code_count;
}

static int by_key(const void *x, const void *y)
{
    const Country *a = x, *b = y;
    int order = strcmp((const char *)a->key, (const char *)b->key);
    return order != 0 ? order : str_cmp(a->code, b->code);
}

static void name_of(const char *language, Str code, UCollator *order, Country *ret)
{
    UChar units[NAME_UNITS];
    char place[16], text[NAME_UNITS * 3];
    UErrorCode status = U_ZERO_ERROR;
    int32_t count, bytes = 0;
    (void)snprintf(place, sizeof place, "und_%.*s", STR_ARG(code));
    count = uloc_getDisplayCountry(place, language, units, NAME_UNITS, &status);
    u_strToUTF8(text, sizeof text, &bytes, units, count, &status);
    *ret = (Country){.code = code, .name = code};
    if (U_SUCCESS(status) && bytes > 0) {
        ret->name = str_copy(arena, (Str){text, (size_t)bytes});
        if (order != NULL) {
            (void)ucol_getSortKey(order, units, count, ret->key, KEY_BYTES - 1);
        }
    }
}

static void read_names(Names *n, Str language)
{
    UErrorCode status = U_ZERO_ERROR;
    n->language = str_copy(arena, language);
    const char *name = str_c(arena, n->language);
    UCollator *order = ucol_open(name, &status);
    Country *list = ARENA_ARRAY(arena, Country, code_count + 1);
    n->names = ARENA_ARRAY(arena, Str, code_count + 1);
    n->by_name = ARENA_ARRAY(arena, Str, code_count + 1);
    for (size_t i = 0; i < code_count; i++) {
        name_of(name, codes[i], U_SUCCESS(status) ? order : NULL, &list[i]);
        n->names[i] = list[i].name;
    }
    qsort(list, code_count, sizeof *list, by_key);
    for (size_t i = 0; i < code_count; i++) {
        n->by_name[i] = list[i].code;
    }
    ucol_close(order);
}

/* There are as many languages as catalogues: those beyond the room for them read the first one's names. */
static const Names *names_in(Str language)
{
    (void)pthread_once(&once, read_codes);
    (void)pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < language_count && !str_eq(languages[i].language, language)) {
        i++;
    }
    if (i == language_count && i < MOST_LANGUAGES) {
        read_names(&languages[language_count++], language);
    }
    (void)pthread_mutex_unlock(&lock);
    return &languages[i < MOST_LANGUAGES ? i : 0];
}

const Str *country_codes_by_name(Str language)
{
    return names_in(language)->by_name;
}

Str country_name(Str code, Str language)
{
    (void)pthread_once(&once, read_codes);
    for (size_t i = 0; code.len == 2 && i < code_count; i++) {
        if (str_eq(codes[i], code)) {
            return names_in(language)->names[i];
        }
    }
    return (Str){0};
}
