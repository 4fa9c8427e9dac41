/* page.c: reads the page models of the tests and checks the nesting of tags in what comes out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "../../test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIXTURES = 200, MAX_OPEN_TAGS = 100 };
#define FIXTURES "tests/view/fixtures"

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

Str page_fixture(Arena *a, size_t n)
{
    Str names[MAX_FIXTURES];
    size_t count = 0;
    DIR *d = opendir(FIXTURES);
    check(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL && count < MAX_FIXTURES;) {
        Str name = str_from_c(e->d_name);
        if (str_ends(name, STR(".json")) && name.ptr[0] != '_') {
            names[count++] = str_copy(a, str_sub(name, 0, name.len - 5));
        }
    }
    closedir(d);
    qsort(names, count, sizeof *names, by_name);
    return n < count ? names[n] : STR("");
}

Str page_template(Str fixture)
{
    return str_sub(fixture, 0, str_find(fixture, STR("-"), 0));
}

/* Chooses a language in every {"en": …} of the tree. */
static Json *localised(Arena *a, Json *j, const char *language)
{
    if (j->kind == JSON_OBJECT && json_get(j, "en") != NULL && json_get(j, "kk") != NULL) {
        return json_get(j, language);
    }
    for (size_t i = 0; j->kind == JSON_OBJECT && i < j->count; i++) {
        j->members[i].value = localised(a, j->members[i].value, language);
    }
    for (size_t i = 0; j->kind == JSON_ARRAY && i < j->count; i++) {
        j->items[i] = localised(a, j->items[i], language);
    }
    return j;
}

static Json *fixture_read(Arena *a, Str name)
{
    Json *j;
    Err err = {0};
    Str text = test_read_file(a, str_c(a, str_printf(a, FIXTURES "/%.*s.json", STR_ARG(name))));
    if (!json_parse(a, text, &j, &err)) {
        eq_text(str_from_c(err.text), "");
    }
    return j;
}

Json *page_model(Arena *a, Str fixture, Str language)
{
    Json *model = fixture_read(a, STR("_common")), *own = fixture_read(a, fixture);
    for (size_t i = 0; i < own->count; i++) {
        json_set(a, model, own->members[i].key, own->members[i].value);
    }
    model = localised(a, model, str_c(a, language));
    Json *languages = json_new_array(a);
    for (size_t i = 0; view_language(i).len > 0; i++) {
        Json *l = json_new_object(a);
        json_set(a, l, STR("code"), json_new_str(a, view_language(i)));
        json_set(a, l, STR("label"), json_new_str(a, view_text(a, view_language(i), "language.name", NULL)));
        json_set(a, l, STR("href"), json_new_str(a, str_printf(a, "?lang=%.*s", STR_ARG(view_language(i)))));
        json_set(a, l, STR("current"), json_new_bool(a, str_eq(view_language(i), language)));
        json_push(a, languages, l);
    }
    json_set(a, model, STR("languages"), languages);
    return model;
}

static bool is_void(Str tag)
{
    static const char *const names[] = {"meta", "link", "input", "br", "img", "hr", "!doctype"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq_c(tag, names[i])) {
            return true;
        }
    }
    return false;
}

static size_t tag_end(Str html, size_t at)
{
    for (bool quoted = false; at < html.len; at++) {
        if (html.ptr[at] == '"') {
            quoted = !quoted;
        } else if (html.ptr[at] == '>' && !quoted) {
            return at;
        }
    }
    return SIZE_MAX;
}

const char *page_unbalanced(Arena *a, Str html)
{
    Str open[MAX_OPEN_TAGS];
    size_t depth = 0, at = 0;
    while ((at = str_find(html, STR("<"), at)) != SIZE_MAX) {
        size_t end = tag_end(html, at);
        bool closes = at + 1 < html.len && html.ptr[at + 1] == '/';
        size_t from = at + (closes ? 2 : 1), to = from;
        if (end == SIZE_MAX) {
            return "a tag without end";
        }
        while (to < end && html.ptr[to] != ' ' && html.ptr[to] != '/') {
            to++;
        }
        Str tag = str_sub(html, from, to);
        if (closes && (depth == 0 || !str_eq(open[--depth], tag))) {
            return str_c(a, str_printf(a, "</%.*s> at byte %zu does not close what is open", STR_ARG(tag), at));
        }
        if (!closes && !is_void(tag) && html.ptr[end - 1] != '/') {
            if (depth == MAX_OPEN_TAGS) {
                return "nested too deep";
            }
            open[depth++] = tag;
        }
        at = end;
    }
    return depth == 0 ? NULL : str_c(a, str_printf(a, "<%.*s> stays open", STR_ARG(open[depth - 1])));
}
