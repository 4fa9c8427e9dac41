/* pages_test.c: every page model of the fixtures renders in every language, whole and without a missing text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "../../test.h"
#include "base/day.h"
#include "base/map.h"
#include "view/web_files.h"

#include <dirent.h>
#include <string.h>

enum { PAGE_LIMIT = 1024 * 1024 };

static Str page_html(Arena *a, Str fixture, Str language)
{
    Err err = {0};
    Buf out = buf_new(a, PAGE_LIMIT);
    if (!view_page(a, page_template(fixture), page_model(a, fixture, language), language, &out, &err)) {
        eq_text(str_from_c(err.text), "");
    }
    return buf_str(&out);
}

TEST(every_page_renders_in_every_language_with_closed_tags)
{
    size_t pages = 0;
    for (size_t n = 0; page_fixture(a, n).len > 0; n++) {
        for (size_t l = 0; view_language(l).len > 0; l++, pages++) {
            Str html = page_html(a, page_fixture(a, n), view_language(l));
            const char *fault = page_unbalanced(a, html);
            eq_str(fault != NULL ? str_printf(a, "%.*s: %s", STR_ARG(page_fixture(a, n)), fault) : STR(""), STR(""));
            eq_int(str_find(html, STR("⟦"), 0), SIZE_MAX);
            eq_int(str_find(html, STR("{{"), 0), SIZE_MAX);
            eq_int(str_find(html, STR(" style="), 0), SIZE_MAX);
            eq_int(str_find(html, STR("<script>"), 0), SIZE_MAX);
            check(str_find(html, str_printf(a, "<html lang=\"%.*s\">", STR_ARG(view_language(l))), 0) != SIZE_MAX);
        }
    }
    check(pages >= 100);
}

/* An id twice on a page breaks labels and links to faults. */
TEST(no_page_uses_an_id_twice)
{
    for (size_t n = 0; page_fixture(a, n).len > 0; n++) {
        Map seen = {.arena = a};
        Str html = page_html(a, page_fixture(a, n), STR("en"));
        for (size_t at = 0; (at = str_find(html, STR(" id=\""), at)) != SIZE_MAX;) {
            at += 5;
            Str id = str_sub(html, at, str_find(html, STR("\""), at));
            eq_str(map_get(&seen, id) != NULL ? str_printf(a, "%.*s: %.*s", STR_ARG(page_fixture(a, n)), STR_ARG(id))
                                              : STR(""),
                   STR(""));
            map_set(&seen, id, &seen);
        }
    }
}

TEST(a_row_of_a_list_leads_to_its_case_whether_its_cells_are_texts_or_objects)
{
    Str html = page_html(a, STR("list"), STR("en"));
    check(str_find(html, STR("<a href=\"/cases/P-2026-10231\">P-2026-10231</a>"), 0) != SIZE_MAX);
    check(str_find(html, STR("<a href=\"/cases/P-2026-10232\">P-2026-10232</a>"), 0) != SIZE_MAX);
}

/* Calls fn for each {{t key}} of all templates. */
static void for_each_key(Arena *a, void (*fn)(Arena *a, Str key))
{
    for (size_t i = 0; i < WEB_FILE_COUNT; i++) {
        Str path = str_from_c(WEB_FILES[i].path);
        Str text = {(const char *)WEB_FILES[i].bytes, WEB_FILES[i].len};
        for (size_t at = 0;
             str_starts(path, STR("templates/")) && (at = str_find(text, STR("{{t "), at)) != SIZE_MAX;) {
            at += 4;
            fn(a, str_trim(str_sub(text, at, str_find(text, STR("}}"), at))));
        }
    }
}

static void key_is_in_all(Arena *a, Str key)
{
    for (size_t l = 0; view_language(l).len > 0; l++) {
        Str text = view_text(a, view_language(l), str_c(a, key), NULL);
        eq_str(str_find(text, STR("⟦"), 0) == SIZE_MAX && text.len > 0 ? key : text, key);
    }
}

TEST(every_text_that_a_template_names_is_in_all_four_catalogues)
{
    eq_text(view_language(3), "ru");
    for_each_key(a, key_is_in_all);
}

/* Walks src/ for view_text(…, "key", …), so that a page model cannot name a text that is nowhere. */
static void for_each_key_in_c(Arena *a, const char *room, void (*fn)(Arena *a, Str key))
{
    DIR *d = opendir(str_c(a, str_printf(a, "src/%s", room)));
    check(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (!str_ends(str_from_c(e->d_name), STR(".c"))) {
            continue;
        }
        Str text = test_read_file(a, str_c(a, str_printf(a, "src/%s/%s", room, e->d_name)));
        for (size_t at = 0; (at = str_find(text, STR("view_text(v"), at)) != SIZE_MAX;) {
            at += 10;
            size_t line_end = str_find(text, STR(";"), at), open = str_find(text, STR("\""), at);
            Str key = str_sub(text, open + 1, str_find(text, STR("\""), open + 1));
            if (open < line_end &&
                str_find(key, STR("%"), 0) == SIZE_MAX) { /* a key put together is its room's to test */
                fn(a, key);
            }
        }
    }
    closedir(d);
}

TEST(every_text_that_c_names_is_in_all_four_catalogues)
{
    static const char *const rooms[] = {"page", "http", "cli", "flow", "doc", "notice"};
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        for_each_key_in_c(a, rooms[i], key_is_in_all);
    }
}

static Json *catalogue(Arena *a, size_t l)
{
    Json *j;
    Err err = {0};
    Str text = test_read_file(a, str_c(a, str_printf(a, "web/messages/%.*s.json", STR_ARG(view_language(l)))));
    check(json_parse(a, text, &j, &err));
    return j;
}

/* Each parameter name between braces, in the order of the text. */
static bool has_parameter(Str text, Str name)
{
    for (size_t at = 0; (at = str_find(text, STR("{"), at)) != SIZE_MAX;) {
        at++;
        if (str_starts(str_sub(text, at, text.len), name)) {
            return true;
        }
    }
    return false;
}

TEST(the_catalogues_hold_the_same_keys_sorted_with_the_same_parameters)
{
    Json *english = catalogue(a, 0);
    for (size_t l = 0; view_language(l).len > 0; l++) {
        Json *j = catalogue(a, l);
        eq_int(j->count, english->count);
        for (size_t i = 0; i < j->count; i++) {
            Str key = j->members[i].key, text = j->members[i].value->text, other = english->members[i].value->text;
            eq_str(key, english->members[i].key);
            check(i == 0 || str_cmp(j->members[i - 1].key, key) < 0);
            check(text.len > 0);
            for (size_t at = 0; (at = str_find(other, STR("{"), at)) != SIZE_MAX;) {
                size_t end = ++at;
                while (end < other.len && strchr(":|}", other.ptr[end]) == NULL) {
                    end++;
                }
                eq_str(has_parameter(text, str_sub(other, at, end)) ? key : text, key);
            }
        }
    }
}

TEST(a_text_is_found_by_search_as_a_json_reader_finds_it)
{
    for (size_t l = 0; view_language(l).len > 0; l++) {
        Json *j = catalogue(a, l);
        for (size_t i = 0; i < j->count; i++) {
            Str want = j->members[i].value->text;
            if (memchr(want.ptr, '{', want.len) == NULL) {
                eq_str(view_text(a, view_language(l), str_c(a, j->members[i].key), NULL), want);
            }
        }
    }
}

TEST(every_error_code_has_its_text)
{
    static const char *const codes[] = {
#define X(name, http, exit_status, text) "error." #name,
#include "../../../schema/errors.tbl"
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        key_is_in_all(a, str_from_c(codes[i]));
    }
}

static Str fault_in(Arena *a, const char *language, ErrCode code, const char *text)
{
    Err e;
    err_set(&e, code, "%s", text);
    return view_fault(a, str_from_c(language), &e);
}

/* A sentence of the engine keeps its place and what it names; one that nobody translated becomes the code's text. */
TEST(what_the_engine_says_is_said_in_the_reader_s_language)
{
    eq_text(fault_in(a, "ru", FIELD_FORMAT, "A date is expected as year-month-day, such as 2026-03-31."),
            "Дату запишите как год-месяц-день, например 2026-03-31.");
    eq_text(
        fault_in(a, "ru", BAD_UTF8, "row 2, column F: The cell is not UTF-8: please save the file as \"CSV UTF-8\"."),
        "строка 2, столбец F: Ячейка не в UTF-8: сохраните файл как «CSV UTF-8».");
    eq_text(fault_in(a, "kk", MODEL_BROKEN, "a.dmn, line 9, Grounds: there is no type \"nombre\""),
            "a.dmn, 9-жол, Grounds: «nombre» деген тип жоқ");
    eq_text(fault_in(a, "ko", BAD_XML, "a.dmn line 3: mismatched tag"), "a.dmn 3행: 태그의 짝이 맞지 않습니다.");
    eq_text(fault_in(a, "en", BAD_XML, "a.dmn line 3: mismatched tag"), "a.dmn line 3: mismatched tag");
    eq_str(fault_in(a, "ko", FIELD_RANGE, "Nobody has translated this."),
           view_text(a, STR("ko"), "error.FIELD_RANGE", NULL));
    eq_text(fault_in(a, "ru", FIELD_RANGE, "Номер слишком длинный."), "Номер слишком длинный.");
}

TEST(the_first_page_with_style_and_script_is_small)
{
    size_t bytes = page_html(a, STR("home_public"), STR("ru")).len;
    static const char *const parts[] = {"app.css", "app.js"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        ViewFile f;
        check(view_file(a, str_from_c(parts[i]), &f));
        bytes += f.bytes.len;
    }
    check(bytes < 60 * 1024); /* even before compression */
}
