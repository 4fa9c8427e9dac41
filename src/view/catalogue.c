/* catalogue.c: where each text of a packed catalogue stands. A catalogue is a JSON object written one entry per line
 * and sorted by key (a test guards the form), so that an index of its lines is all that a search needs: 4 bytes a
 * text, made when first asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"
#include "view/web_files.h"

#include <pthread.h>
#include <string.h>

enum { MOST_LANGUAGES = 16 };

typedef struct {
    Str language, file;
    uint32_t *keys; /* where each key begins in the file, ascending as the keys are */
    size_t count;
} Catalogue;

static Catalogue catalogues[MOST_LANGUAGES];
static size_t catalogue_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void index_lines(Arena *a, Catalogue *c)
{
    static const Str START = STR_INIT("\n  \"");
    size_t cap = 0;
    for (size_t at = 0; (at = str_find(c->file, START, at)) != SIZE_MAX; at += START.len) {
        if (c->count == cap) {
            size_t more = cap ? cap * 2 : 1024;
            c->keys = arena_grow(a, c->keys, cap * sizeof *c->keys, more * sizeof *c->keys);
            cap = more;
        }
        c->keys[c->count++] = (uint32_t)(at + START.len);
    }
}

static void index_all(void)
{
    Arena *a = arena_new(0); /* of the process */
    for (size_t i = 0; i < WEB_FILE_COUNT; i++) {
        Str path = str_from_c(WEB_FILES[i].path), folder = STR("messages/");
        if (str_starts(path, folder)) {
            check_that(catalogue_count < MOST_LANGUAGES);
            Catalogue *c = &catalogues[catalogue_count++];
            *c = (Catalogue){.language = str_sub(path, folder.len, path.len - 5),
                             .file = {(const char *)WEB_FILES[i].bytes, WEB_FILES[i].len}};
            index_lines(a, c);
        }
    }
}

/* The key that begins there against this one: a quote ends it, and sorts before all that a key is made of. */
static int compare(Str file, size_t at, Str key)
{
    size_t left = file.len - at, n = key.len < left ? key.len : left;
    int order = memcmp(file.ptr + at, key.ptr, n);
    return order != 0 ? order : n < left && file.ptr[at + n] == '"' ? 0 : 1;
}

bool catalogue_line(Str language, Str key, Str *ret)
{
    (void)pthread_once(&once, index_all);
    const Catalogue *c = NULL;
    for (size_t i = 0; i < catalogue_count && c == NULL; i++) {
        c = str_eq(catalogues[i].language, language) ? &catalogues[i] : NULL;
    }
    size_t low = 0, high = c != NULL && key.len > 0 ? c->count : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2, at = c->keys[mid];
        int order = compare(c->file, at, key);
        if (order == 0) {
            size_t end = str_find(c->file, STR("\n"), at);
            *ret = str_sub(c->file, at - 1, end);
            return true;
        }
        if (order < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return false;
}

Str view_language(size_t n)
{
    (void)pthread_once(&once, index_all);
    return n < catalogue_count ? catalogues[n].language : STR("");
}
