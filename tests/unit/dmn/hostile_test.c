/* hostile_test.c: models and expressions made to exhaust a machine end with a clear error through the command line,
 * in little time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/err.h"
#include "dmn/dmn_tools.h"
#include "dmn_testing.h"

#include <string.h>

typedef struct {
    int status;
    char said[2000];
} Said;

/* `feel TEXT`, what it says on either stream. */
static Said feel_says(Arena *a, Str text)
{
    Said r = {0};
    char name[] = "feel";
    char *argv[] = {name, arena_alloc(a, text.len + 1), NULL};
    FILE *in = tmpfile(), *out = tmpfile();
    check(in != NULL && out != NULL);
    memcpy(argv[1], text.ptr, text.len);
    r.status = dmn_tool(2, argv, in, out, out);
    rewind(out);
    (void)!fread(r.said, 1, sizeof r.said - 1, out);
    fclose(in);
    fclose(out);
    return r;
}

static Str repeated(Arena *a, const char *piece, size_t times)
{
    Buf b = buf_new(a, (size_t)64 << 20);
    for (size_t i = 0; i < times; i++) {
        buf_add_c(&b, piece);
    }
    return buf_str(&b);
}

TEST(hostile_expressions_end_with_a_named_error)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"for i in 1..10**30 return i", "LIMIT_STEPS"},
        {"for i in 1..10**30, j in 1..10**30 return i", "LIMIT_STEPS"},
        {"some i in 1..10**30 satisfies i < 0", "LIMIT_STEPS"},
        {"{f: function(x) f(x), a: f(1)}.a", "LIMIT_STEPS"},
        {"{f: function(x) [f(x), f(x)], a: f(1)}.a", "LIMIT_"},
        {"string join(for i in 1..1000000 return \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")",
         "LIMIT_MEMORY"},
        {"10**6144 * 10**6144", "not a finite number"},
        {"date(\"999999999999-01-01\")", "not a day"},
        {"duration(\"P99999999999999999999Y\")", "not a duration"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Said r = feel_says(a, str_from_c(cases[i].text));
        if (r.status == 0 || strstr(r.said, cases[i].says) == NULL) {
            printf("  %s: status %d, %s\n", cases[i].text, r.status, r.said);
        }
        check(r.status != 0 && strstr(r.said, cases[i].says) != NULL);
    }
}

TEST(deep_and_gigantic_texts_are_refused)
{
    check(strstr(feel_says(a, repeated(a, "(", 100000)).said, "TOO_DEEP") != NULL);
    check(strstr(feel_says(a, repeated(a, "[", 100000)).said, "TOO_DEEP") != NULL);
    check(strstr(feel_says(a, repeated(a, "{a:", 100000)).said, "TOO_DEEP") != NULL);
    check(strstr(feel_says(a, repeated(a, "if ", 100000)).said, "TOO_DEEP") != NULL);
    check(strstr(feel_says(a, repeated(a, "- ", 100000)).said, "TOO_DEEP") != NULL);
    check(feel_says(a, repeated(a, "9", 100000)).status == 65);
}

TEST(catastrophic_patterns_end_soon)
{
    static const char *const patterns[] = {"(a+)+$", "^(a|a)*$", "(a|aa)+$", "^((a*)*)*$", "(.*a){20}$"};
    Str many = repeated(a, "a", 30000);
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        Said r = feel_says(a, str_printf(a, "matches(\"%.*s!\", \"%s\")", STR_ARG(many), patterns[i]));
        check(strstr(r.said, "false") != NULL || r.status != 0);
    }
}

static int refusal(Arena *a, Str xml)
{
    DmnSource source = {STR("hostile.dmn"), xml};
    DmnModel *m = NULL;
    Err err = {0};
    check(!dmn_load(a, &source, 1, &m, &err));
    check(strstr(err.text, "hostile.dmn") != NULL);
    return (int)err.code;
}

TEST(hostile_models_are_refused_with_their_path)
{
    eq_int(refusal(a, STR("<!DOCTYPE definitions SYSTEM \"file:///etc/passwd\"><definitions/>")), BAD_XML);
    eq_int(refusal(a, STR("<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
                          "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><definitions>&c;</definitions>")),
           BAD_XML);
    eq_int(refusal(a, repeated(a, "<a>", 100000)), TOO_DEEP);
    eq_int(refusal(a, str_printf(a, "<definitions a=\"%.*s\"/>", STR_ARG(repeated(a, "x", 1 << 20)))), TOO_LARGE);
    Buf many = buf_new(a, 1 << 22);
    buf_add_c(&many, "<definitions");
    for (int i = 0; i < 5000; i++) {
        buf_printf(&many, " a%d=\"\"", i);
    }
    buf_add_c(&many, "/>");
    eq_int(refusal(a, buf_str(&many)), TOO_LARGE);
    check(refusal(a, repeated(a, "<a/>", 1 << 21)) != 0);
}
