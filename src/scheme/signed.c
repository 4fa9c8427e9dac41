/* signed.c: what two people sign of a law: the models of one folder as one hash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include <stdlib.h>

#include "base/hash.h"

enum { MAX_FOLDER = 1 << 20 };

static int by_day(const void *a, const void *b)
{
    return day_cmp(*(const Day *)a, *(const Day *)b);
}

size_t scheme_law_days(const Scheme *s, Arena *a, Day **ret)
{
    const SchemeModel *models;
    size_t count = scheme_models(s, &models), n = 0;
    *ret = ARENA_ARRAY(a, Day, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret)[i] = models[i].from;
    }
    qsort(*ret, count, sizeof **ret, by_day);
    for (size_t i = 0; i < count; i++) {
        if (n == 0 || day_cmp((*ret)[n - 1], (*ret)[i]) != 0) {
            (*ret)[n++] = (*ret)[i];
        }
    }
    return n;
}

static Str folder_hash(const Scheme *s, Day day)
{
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    Buf b = buf_new(s->arena, MAX_FOLDER);
    for (size_t i = 0; i < count; i++) { /* they are by name */
        if (day_cmp(models[i].from, day) == 0) {
            buf_printf(&b, "%.*s %.*s\n", STR_ARG(models[i].name), STR_ARG(models[i].hash));
        }
    }
    return hex_print(s->arena, HASH_STR(hash_of(buf_str(&b))));
}

void scheme_hash_folders(Scheme *s)
{
    for (size_t i = 0; i < s->model_count; i++) {
        s->models[i].law_hash = folder_hash(s, s->models[i].from);
    }
}

Str scheme_law_hash(const Scheme *s, Day day)
{
    for (size_t i = 0; i < s->model_count; i++) {
        if (day_cmp(s->models[i].from, day) == 0) {
            return s->models[i].law_hash;
        }
    }
    return STR("");
}
