/* lang_test.c: FEEL expressions from the tables in tests/feel: expression, names in scope (JSON), expected result.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/feel.h"
#include "../../test.h"

#include <stdio.h>

static bool holds_function(Value v)
{
    for (size_t i = 0; v.kind == FEEL_LIST && i < v.len; i++) {
        if (holds_function(feel_items(v)[i])) {
            return true;
        }
    }
    for (size_t i = 0; v.kind == FEEL_CONTEXT && i < v.len; i++) {
        if (holds_function(feel_entries(v)[i].value)) {
            return true;
        }
    }
    return v.kind == FEEL_FUNCTION;
}

/* What is printed reads as the same value. */
static void check_round_trip(Arena *a, FeelRun *run, Value v, Str printed)
{
    const FeelCode *code;
    Err err = {0};
    if (holds_function(v)) {
        return;
    }
    if (!feel_compile(a, NULL, printed, &code, &err)) {
        eq_text(printed, err.text);
    }
    if (!feel_same(feel_eval(run, code, NULL), v)) {
        eq_text(printed, "a text that reads as the value it was printed from");
    }
}

/* Result text of an expression: its FEEL text, "error: …" if it does not compile, "failed: …" past a limit. */
static Str outcome(Arena *a, Str text, Str names, const FeelScope *types)
{
    FeelScope *scope = feel_scope_new(a, types);
    Json *j;
    Err err = {0};
    check(json_parse(a, names, &j, &err));
    Value *frame = ARENA_ARRAY(a, Value, j->count + 1);
    for (size_t i = 0; i < j->count; i++) {
        check(feel_from_json(a, j->members[i].value, NULL, &frame[i], &err));
        eq_int(feel_scope_add(scope, j->members[i].key, NULL), i);
    }
    const FeelCode *code;
    if (!feel_compile(a, scope, text, &code, &err)) {
        return str_printf(a, "error: %s", err.text);
    }
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    Value v = feel_eval(run, code, frame);
    if (feel_run_failed(run, &err)) {
        return str_printf(a, "failed: %s", err.text);
    }
    Buf b = buf_new(a, 100000);
    feel_print(&b, v);
    check_round_trip(a, run, v, buf_str(&b));
    return buf_str(&b);
}

static void run_table(Arena *a, const char *path)
{
    Str rest = test_read_file(a, path), line, part[3];
    int at = 0, number = 0, wrong = 0;
    while (str_cut(&rest, '\n', &line)) {
        number++;
        if (at == 0 && (line.len == 0 || line.ptr[0] == '#')) {
            continue;
        }
        part[at++] = line;
        if (at < 3) {
            continue;
        }
        at = 0;
        Str got = outcome(a, part[0], part[1], NULL);
        if (!str_eq(got, part[2])) {
            printf("%s:%d: %.*s\n  got  %.*s\n  want %.*s\n", path, number, STR_ARG(part[0]), STR_ARG(got),
                   STR_ARG(part[2]));
            wrong++;
        }
    }
    eq_int(at, 0);
    eq_int(wrong, 0);
}

TEST(names_with_spaces_and_operators_resolve)
{
    run_table(a, "tests/feel/names.test");
}

TEST(operators_and_literals_evaluate)
{
    run_table(a, "tests/feel/operators.test");
}

TEST(lists_loops_and_filters_evaluate)
{
    run_table(a, "tests/feel/loops.test");
}

TEST(functions_and_calls_evaluate)
{
    run_table(a, "tests/feel/functions.test");
}

TEST(built_in_functions_answer_in_every_documented_domain)
{
    run_table(a, "tests/feel/builtins.test");
}

TEST(dates_times_and_durations_read_print_and_compute)
{
    run_table(a, "tests/feel/moments.test");
}

TEST(expressions_of_the_standard_evaluate)
{
    run_table(a, "tests/feel/standard.test");
}

TEST(types_are_asked_and_coerced)
{
    run_table(a, "tests/feel/types.test");
}

TEST(faults_in_text_are_named_with_their_place)
{
    run_table(a, "tests/feel/faults.test");
}
