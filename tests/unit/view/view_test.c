/* view_test.c: the template language, the escapes, texts with parameters, charts and files of the view room.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/utf8.h"
#include "view/view.h"
#include "view/view_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Json *json(Arena *a, const char *text)
{
    Json *j;
    Err err = {0};
    check(json_parse(a, str_from_c(text), &j, &err));
    return j;
}

/* Writes one template into a folder of its own, uses it, and gives the result or the error's text. */
static Str rendered(Arena *a, const char *source, const char *model)
{
    char folder[] = "/tmp/view_test_XXXXXX";
    check(mkdtemp(folder) != NULL);
    static const char *const folders[] = {"templates", "messages", "static"};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        check(mkdir(str_c(a, str_printf(a, "%s/%s", folder, folders[i])), 0700) == 0);
    }
    const char *const files[][2] = {
        {"templates/page.html", source},
        {"templates/part.html", "[{{x}}]"},
        {"templates/loop.html", "{{>loop}}"},
        {"static/a.css", "b{}"},
        {"messages/en.json",
         "{\n  \"date.format\": \"{day} {month} {year}\",\n  \"date.months\": \"January|February|March\",\n"
         "  \"fact\": \"{x:fact}\",\n  \"hello\": \"Hello {who.name}, {n:num} {n|day|days}, {d:day}\",\n  \"kind.a\": \"Kind A\",\n"
         "  \"number.group\": \",\",\n  \"number.point\": \".\",\n  \"quote\": \"a \\\"b\\\"\"\n}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        FILE *f = fopen(str_c(a, str_printf(a, "%s/%s", folder, files[i][0])), "w");
        check(f != NULL && fputs(files[i][1], f) >= 0 && fclose(f) == 0);
    }
    view_use_folder(folder);
    Err err = {0};
    Buf out = buf_new(a, 10000);
    bool good = view_part(a, STR("page"), json(a, model), STR("en"), &out, &err);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        check(unlink(str_c(a, str_printf(a, "%s/%s", folder, files[i][0]))) == 0);
    }
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        check(rmdir(str_c(a, str_printf(a, "%s/%s", folder, folders[i]))) == 0);
    }
    check(rmdir(folder) == 0);
    return good ? buf_str(&out) : str_printf(a, "%s: %s", err_name(err.code), err.text);
}

TEST(a_value_is_escaped_unless_nothing_else_is_possible)
{
    eq_text(rendered(a, "<b>{{x}}</b>", "{\"x\": \"<i> & \\\"q\\\" 'p'\"}"),
            "<b>&lt;i&gt; &amp; &quot;q&quot; &#39;p&#39;</b>");
    eq_text(rendered(a, "?q={{url x}}", "{\"x\": \"a b&ß/\"}"), "?q=a%20b%26%C3%9F%2F");
    eq_text(rendered(a, "{{json x}}", "{\"x\": \"</script>'\"}"), "\"\\u003c/script\\u003e\\u0027\"");
}

TEST(a_link_that_would_run_code_becomes_harmless)
{
    eq_text(rendered(a, "<a href=\"{{x}}\">", "{\"x\": \"javascript:alert(1)\"}"), "<a href=\"#\">");
    eq_text(rendered(a, "<a href=\"{{#x}}{{x}}{{/x}}\">", "{\"x\": \" java\\tscript:alert(1)\"}"), "<a href=\"#\">");
    eq_text(rendered(a, "<a href=\"{{x}}\">", "{\"x\": \"//evil.example/\"}"), "<a href=\"#\">");
    eq_text(rendered(a, "<a href=\"{{x}}\">", "{\"x\": \"/a?b=c:d&e\"}"), "<a href=\"/a?b=c:d&amp;e\">");
    eq_text(rendered(a, "<a href=\"{{x}}\">", "{\"x\": \"https://www.law.go.kr/\"}"),
            "<a href=\"https://www.law.go.kr/\">");
}

TEST(sections_walk_lists_and_ask_for_presence)
{
    eq_text(rendered(a, "{{#l}}{{@number}}{{.}}{{^@last}},{{/@last}}{{/l}}", "{\"l\": [\"a\", \"b\"]}"), "1a,2b");
    eq_text(rendered(a, "{{#o}}{{p}}{{../x}}{{$.x}}{{/o}}", "{\"x\": 1, \"o\": {\"p\": 2}}"), "211");
    eq_text(rendered(a, "{{^l}}none{{/l}}{{^z}}zero{{/z}}", "{\"l\": [], \"z\": 0}"), "nonezero");
    eq_text(rendered(a, "{{#k=a}}A{{/k=a}}{{#k=b}}B{{/k=b}}{{#t=true}}T{{/t=true}}", "{\"k\": \"b\", \"t\": true}"),
            "BT");
    eq_text(rendered(a, "{{#rows}}{{#cells}}{{$.heads.@index}}={{.}} {{/cells}}{{/rows}}",
                     "{\"heads\": [\"x\", \"y\"], \"rows\": [{\"cells\": [1, 2]}]}"),
            "x=1 y=2 ");
}

/* The due day of the page must never show up at an item that has none. */
TEST(a_name_is_not_looked_up_in_the_object_around)
{
    eq_text(rendered(a, "{{#items}}[{{due}}]{{/items}}", "{\"due\": \"2026-12-01\", \"items\": [{\"a\": 1}]}"), "[]");
}

TEST(a_section_alone_on_its_line_leaves_no_line)
{
    eq_text(rendered(a, "a\n  {{#x}}\nb\n  {{/x}}\nc\n", "{\"x\": true}"), "a\nb\nc\n");
    eq_text(rendered(a, "{{! a comment }}\n{{>part}}\n", "{\"x\": 5}"), "[5]");
}

TEST(texts_take_parameters_days_numbers_and_word_forms)
{
    eq_text(rendered(a, "{{t hello}}", "{\"who\": {\"name\": \"<A>\"}, \"n\": 1200, \"d\": \"2026-03-09\"}"),
            "Hello &lt;A&gt;, 1,200 days, 9 March 2026");
    eq_text(rendered(a, "{{t hello}}", "{\"who\": {\"name\": \"B\"}, \"n\": 1, \"d\": \"soon\"}"),
            "Hello B, 1 day, soon");
    eq_text(rendered(a, "{{t fact}}", "{\"x\": \"2276880 KRW\"}"), "2,276,880 KRW");
    eq_text(rendered(a, "{{t fact}}", "{\"x\": \"2026-03-09\"}"), "9 March 2026");
    eq_text(rendered(a, "{{t quote}} {{t kind.[k]}} {{t nothing}}", "{\"k\": \"a\"}"),
            "a &quot;b&quot; Kind A ⟦nothing⟧");
    eq_text(rendered(a, "{{day d}} {{num n}} {{num m}} {{time t}}",
                     "{\"d\": \"2026-02-28\", \"n\": 1234567, \"m\": -1000.5, \"t\": \"2026-01-02T03:04:05.000Z\"}"),
            "28 February 2026 1,234,567 -1,000.5 2 January 2026 03:04 UTC");
}

TEST(a_value_that_brings_its_full_stop_ends_the_sentence)
{
    Json *p = json_new_object(a);
    json_set(a, p, STR("x"), json_new_str(a, STR("2026 г.")));
    eq_text(view_fill(a, STR("en"), STR("Until {x}. Then {x}... {x}, {x}."), p),
            "Until 2026 г. Then 2026 г.... 2026 г., 2026 г.");
    json_set(a, p, STR("x"), json_new_str(a, STR("2026")));
    eq_text(view_fill(a, STR("en"), STR("Until {x}."), p), "Until 2026.");
}

TEST(facts_show_days_and_sums_in_the_language_but_leave_numbers_of_documents)
{
    eq_text(
        rendered(a, "{{fact a}}|{{fact b}}|{{fact c}}|{{fact d}}",
                 "{\"a\": \"2026-01-31\", \"b\": \"2276880 KRW\", \"c\": \"1001126489\", \"d\": \"4 years, welding\"}"),
        "31 January 2026|2,276,880 KRW|1001126489|4 years, welding");
}

TEST(slavic_word_forms_follow_the_last_digits)
{
    static const struct {
        int n;
        const char *text;
    } cases[] = {{1, "1 день"},   {2, "2 дня"},   {5, "5 дней"},    {11, "11 дней"},
                 {21, "21 день"}, {22, "22 дня"}, {112, "112 дней"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Json *params = json_new_object(a);
        json_set(a, params, STR("days_left"), json_new_int(a, cases[i].n));
        Str text = view_text(a, STR("ru"), "worker.days_left", params);
        check(str_ends(text, str_from_c(cases[i].text)));
    }
}

TEST(a_broken_template_names_its_line)
{
    eq_text(rendered(a, "a\n{{#x}}", "{}"), "TEMPLATE_BROKEN: templates/page.html, line 2: a section is not closed");
    eq_text(rendered(a, "{{#x}}{{/y}}", "{}"),
            "TEMPLATE_BROKEN: templates/page.html, line 1: a section is closed by another name than it was opened");
    eq_text(rendered(a, "{{x", "{}"), "TEMPLATE_BROKEN: templates/page.html, line 1: a tag is not closed");
    eq_text(rendered(a, "<a id={{x}}>", "{}"),
            "TEMPLATE_BROKEN: templates/page.html, line 1: a value in an attribute needs quotes around it");
    eq_text(rendered(a, "{{what is this}}", "{}"),
            "TEMPLATE_BROKEN: templates/page.html, line 1: this tag is not understood");
    eq_text(rendered(a, "{{>loop}}", "{}"), "TEMPLATE_BROKEN: templates/loop.html includes itself.");
    eq_text(rendered(a, "{{>../messages/en}}", "{}"), "NOT_FOUND: There is no page template ../messages/en.");
}

TEST(a_page_over_its_limit_is_an_error_not_half_a_page)
{
    Err err = {0};
    Buf out = buf_new(a, 500);
    check(!view_page(a, STR("home_public"), json_new_object(a), STR("en"), &out, &err));
    eq_int(err.code, TOO_LARGE);
}

TEST(an_unknown_language_falls_back_to_english)
{
    eq_text(view_text(a, STR("xx"), "form.yes", NULL), "Yes");
    eq_text(view_text(a, STR("../en"), "form.yes", NULL), "Yes");
}

static Str csv(Arena *a, const char *text)
{
    Buf out = buf_new(a, 1000);
    view_csv_cell(&out, str_from_c(text));
    return buf_str(&out);
}

TEST(a_csv_cell_is_quoted_and_runs_no_formula)
{
    eq_text(csv(a, "plain"), "plain");
    eq_text(csv(a, "a,\"b\""), "\"a,\"\"b\"\"\"");
    eq_text(csv(a, "=1+1"), "\"'=1+1\"");
    eq_text(csv(a, "-12.5"), "-12.5");
    eq_text(csv(a, "-cmd"), "\"'-cmd\"");
    Buf out = buf_new(a, 1000);
    view_csv(
        &out,
        json(a, "{\"columns\": [{\"label\": \"Name\"}, \"n\"], \"rows\": [{\"cells\": [{\"text\": \"한, A\"}, 3]}]}"));
    eq_text(buf_str(&out), "\xEF\xBB\xBFName,n\r\n\"한, A\",3\r\n");
}

static Str drawn(Arena *a, const char *spec)
{
    Err err = {0};
    Buf out = buf_new(a, 100000);
    return view_chart(a, json(a, spec), STR("en"), &out, &err) ? buf_str(&out) : str_from_c(err.text);
}

TEST(a_chart_carries_its_figures_as_a_table_too)
{
    Str html = drawn(
        a,
        "{\"kind\": \"bars\", \"id\": \"c\", \"title\": \"T<\", \"labels\": [\"a\", \"b\"], \"series\": [{\"label\": \"s\", "
        "\"values\": [1500, 3000]}], \"source\": {\"label\": \"S\", \"href\": \"javascript:x\", \"day\": \"2026-01-02\"}}");
    check(str_find(html, STR("<td class=\"n\">1,500</td>"), 0) != SIZE_MAX);
    check(str_find(html, STR("width=\"50.00%\""), 0) != SIZE_MAX);
    check(str_find(html, STR("T&lt;"), 0) != SIZE_MAX);
    check(str_find(html, STR("href=\"#\""), 0) != SIZE_MAX);
    check(str_find(html, STR("2 January 2026"), 0) != SIZE_MAX);
}

TEST(a_chart_that_makes_no_sense_is_refused)
{
    eq_text(drawn(a, "{\"kind\": \"line\", \"labels\": [\"a\", \"b\"], \"series\": [{\"values\": [1]}]}"),
            "A series of a chart has 1 values for 2 labels.");
    eq_text(drawn(a, "{\"kind\": \"line\", \"labels\": [\"a\"], \"series\": [{\"values\": [\"nan\"]}]}"),
            "A value of a chart is not a number from 0.");
    eq_text(drawn(a, "{\"kind\": \"pie\"}"), "There is no chart of the kind pie.");
}

TEST(a_gap_in_a_line_begins_a_new_piece)
{
    Str html = drawn(
        a,
        "{\"kind\": \"line\", \"id\": \"c\", \"labels\": [\"a\", \"b\", \"c\"], \"series\": [{\"values\": [1, null, 1]}]}");
    check(str_find(html, STR("d=\"M0.0 0.0M1000.0 0.0\""), 0) != SIZE_MAX);
}

TEST(only_static_files_are_served_with_type_and_etag)
{
    ViewFile f;
    check(view_file(a, STR("app.css"), &f));
    eq_text(str_from_c(f.content_type), "text/css; charset=utf-8");
    eq_int(f.etag.len, 20);
    check(str_starts(f.etag, STR("W/\"")));
    check(!view_file(a, STR("../templates/base.html"), &f));
    check(!view_file(a, STR(""), &f));
    view_use_folder("web");
    ViewFile again;
    check(view_file(a, STR("app.css"), &again));
    eq_str(again.etag, f.etag); /* the same hash from disk as from the build */
    check(!view_file(a, STR("../messages/en.json"), &again));
}
