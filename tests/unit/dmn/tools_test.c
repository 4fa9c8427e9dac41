/* tools_test.c: the command line of decisions: statuses, text and JSON, batches of rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/dmn_tools.h"
#include "dmn_testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    int status;
    Str out, errout;
} Result;

static Str all_of(Arena *a, FILE *f)
{
    Buf b = buf_new(a, 1 << 20);
    rewind(f);
    for (int c; (c = getc(f)) != EOF;) {
        buf_byte(&b, (char)c);
    }
    fclose(f);
    return buf_str(&b);
}

/* Runs "dmn …" (or "feel …") with the words separated by '|'. */
static Result run(Arena *a, const char *words, const char *input)
{
    char *argv[16];
    int argc = 0;
    Str list = str_from_c(words);
    for (Str one; argc < 16 && str_cut(&list, '|', &one);) {
        argv[argc] = arena_alloc(a, one.len + 1);
        memcpy(argv[argc++], one.ptr, one.len);
    }
    FILE *in = tmpfile(), *out = tmpfile(), *errout = tmpfile();
    check(in != NULL && out != NULL && errout != NULL);
    fputs(input, in);
    rewind(in);
    Result r = {.status = dmn_tool(argc, argv, in, out, errout)};
    fclose(in);
    r.out = all_of(a, out);
    r.errout = all_of(a, errout);
    return r;
}

/* A model in a file that goes away with the test. */
static char path[] = "/tmp/dmn-tools-XXXXXX";

static void gone(void *p)
{
    unlink(p);
}

static const char *file(Arena *a)
{
    Str xml = table_model(a, "", "x number;s string", "o number", "r1|>= 5|\"a\"|10 #act:1\nr2|< 5|-|20 #act:2");
    char *mine = arena_alloc(a, sizeof path);
    memcpy(mine, path, sizeof path);
    int fd = mkstemp(mine);
    check(fd >= 0 && write(fd, xml.ptr, xml.len) == (ssize_t)xml.len);
    close(fd);
    arena_on_reset(a, gone, mine);
    return mine;
}

static Result with_file(Arena *a, const char *command, const char *rest, const char *input)
{
    return run(a, str_c(a, str_printf(a, "dmn|%s|%s%s", command, file(a), rest)), input);
}

TEST(run_prints_the_value_and_tells_errors_by_status)
{
    Result r = with_file(a, "run", "|--decision|d|--input|{\"x\": 7, \"s\": \"a\"}", "");
    eq_int(r.status, 0);
    eq_text(r.out, "10\n");
    r = with_file(a, "run", "|--input|-", "{\"x\": 1}");
    eq_text(r.out, "20\n");
    r = with_file(a, "run", "|--decision|nowhere", "");
    eq_int(r.status, 66);
    r = with_file(a, "run", "|--input|{\"x\": \"seven\"}", "");
    eq_int(r.status, 65);
    eq_int(run(a, "dmn|run|/nonexistent.dmn", "").status, 66);
    eq_int(run(a, "dmn|run", "").status, 2);
    eq_int(run(a, "dmn|dance", "").status, 2);
    eq_int(run(a, "dmn|--help", "").status, 0);
}

TEST(json_of_run_is_stable)
{
    Result r = with_file(a, "run", "|--json|--input|{\"x\": 7, \"s\": \"a\"}", "");
    eq_text(r.out, "{\n  \"decision\": \"d\",\n  \"value\": 10,\n  \"messages\": []\n}\n");
}

TEST(check_reports_findings_by_status)
{
    Result r = with_file(a, "check", "", "");
    eq_int(r.status, 1);
    check(str_find(r.out, STR("[gap] d: no rule applies where x = 5, s = \"(any other text)\""), 0) != SIZE_MAX);
}

TEST(explain_names_rules_articles_and_changes)
{
    Result r = with_file(a, "explain", "|--input|{\"x\": 1, \"s\": \"a\"}|--wanted|10", "");
    eq_int(r.status, 0);
    check(str_find(r.out, STR("rule 2 (r2) applies"), 0) != SIZE_MAX);
    check(str_find(r.out, STR("article: act:2"), 0) != SIZE_MAX);
    check(str_find(r.out, STR("change x from 1 to 5: then 10"), 0) != SIZE_MAX);
}

TEST(batch_reads_csv_and_reports_each_bad_row)
{
    Result r = with_file(a, "batch", "", "x,s\n7,a\n\"1\",\n7,b\nseven,a\n");
    eq_int(r.status, 1);
    eq_text(r.out, "d,error\n10,\n20,\n,\n,x: This must be of the type number.\n");
    r = with_file(a, "batch", "|--json", "{\"x\": 7, \"s\": \"a\"}\nnonsense\n");
    check(str_starts(r.out, STR("{\"row\":1,\"value\":10}\n{\"row\":2,\"value\":null,\"error\":")));
}

TEST(feel_evaluates_one_expression)
{
    Result r = run(a, "feel|sum([1, x])|--input|{\"x\": 0.2}", "");
    eq_int(r.status, 0);
    eq_text(r.out, "1.2\n");
    eq_int(run(a, "feel|1 +", "").status, 65);
    eq_text(run(a, "feel|today()|--today|2024-02-29", "").out, "date(\"2024-02-29\")\n");
}

TEST(errors_under_json_are_problem_documents)
{
    const char *const calls[] = {"feel|--json|1 +", "dmn|run|/nonexistent.dmn|--json", "dmn|run|--json",
                                 "feel|--json|1|--nix", "dmn|check|--profile|--json"};
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        Err err = {0};
        Json *j = NULL;
        Result r = run(a, calls[i], "");
        check(r.status != 0 && r.errout.len == 0);
        check(json_parse(a, r.out, &j, &err));
        check(json_get(j, "code") != NULL && json_get(j, "status") != NULL && json_get(j, "title") != NULL &&
              json_get(j, "detail") != NULL && json_get(j, "type") != NULL);
    }
}

TEST(after_two_dashes_everything_is_expression)
{
    eq_text(run(a, "feel|--|--1", "").out, "1\n");
    eq_text(run(a, "feel|--context|{\"x\": 2}|--|--x", "").out, "2\n");
    eq_int(run(a, "feel|--1", "").status, 2);
}

TEST(explain_says_on_which_day_a_value_changes_by_itself)
{
    Result r = with_file(a, "explain", "|--input|{\"x\": 1}|--waiting|nothing", "");
    eq_int(r.status, 66);
    r = with_file(a, "explain", "|--input|{\"x\": 1}|--waiting|x|--json", "");
    eq_int(r.status, 0);
    check(str_find(r.out, STR("\"by_itself\": null"), 0) != SIZE_MAX);
}
