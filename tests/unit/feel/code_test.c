/* code_test.c: compiled code: unary tests and their shapes, what is read, constants, limits, hostile text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "feel/feel.h"

#include <string.h>

static const FeelCode *tests_of(Arena *a, const FeelScope *s, const char *text)
{
    const FeelCode *code;
    Err err = {0};
    if (!feel_compile_tests(a, s, str_from_c(text), &code, &err)) {
        eq_text(str_from_c(err.text), text);
    }
    return code;
}

static Str shown(Arena *a, Value v)
{
    Buf b = buf_new(a, 10000);
    feel_print(&b, v);
    return buf_str(&b);
}

static FeelRun *new_run(Arena *a)
{
    return feel_run_new(a, (FeelLimits){0}, (Instant){0});
}

static Value passes(Arena *a, const char *text, Value input)
{
    return feel_test(new_run(a), tests_of(a, NULL, text), NULL, input);
}

TEST(a_cell_tests_values_ranges_lists_and_conditions)
{
    check(feel_is_true(passes(a, "-", feel_int(1))));
    check(feel_is_true(passes(a, ">=18", feel_int(18))));
    check(!feel_is_true(passes(a, "<18", feel_int(18))));
    check(feel_is_true(passes(a, "\"a\", \"b\"", feel_str(STR("b")))));
    check(!feel_is_true(passes(a, "not(\"a\", \"b\")", feel_str(STR("b")))));
    check(feel_is_true(passes(a, "[100..120)", feel_int(100))));
    check(!feel_is_true(passes(a, "[100..120)", feel_int(120))));
    check(feel_is_true(passes(a, "? > 3 and ? < 5", feel_int(4))));
    check(feel_is_true(passes(a, "[1, 2, 3]", feel_int(2))));
    check(feel_is_true(passes(a, "null", feel_null())));
    check(feel_is_null(passes(a, "<18", feel_str(STR("x")))));
    check(feel_is_true(passes(a, "!=18", feel_int(3))));
    check(feel_is_true(passes(a, "string length(?) = 2", feel_str(STR("ab")))));
}

TEST(true_in_a_cell_is_a_value_and_not_a_condition)
{
    check(feel_is_true(passes(a, "true", feel_bool(true))));
    check(!feel_is_true(passes(a, "true", feel_bool(false))));
    check(feel_is_true(passes(a, "false", feel_bool(false))));
    check(!feel_is_true(passes(a, "true", feel_null())));
}

TEST(a_cell_may_read_variables)
{
    FeelScope *s = feel_scope_new(a, NULL);
    feel_scope_add(s, STR("other limit"), feel_type_basic(FEEL_NUMBER));
    feel_scope_add(s, STR("limit"), feel_type_basic(FEEL_NUMBER));
    const FeelCode *code = tests_of(a, s, ">limit");
    Value frame[] = {feel_int(1), feel_int(5)};
    check(feel_is_true(feel_test(new_run(a), code, frame, feel_int(6))));
    check(!feel_is_true(feel_test(new_run(a), code, frame, feel_int(5))));
    size_t count;
    const int *reads = feel_code_reads(code, &count);
    eq_int(count, 1);
    eq_int(reads[0], 1);
    eq_int(feel_tests_shape(code).shape, FEEL_TEST_OTHER);
    code = tests_of(a, s, "not(limit)");
    check(!feel_is_true(feel_test(new_run(a), code, frame, feel_int(5))));
}

TEST(constant_cells_tell_their_ranges)
{
    FeelTests t = feel_tests_shape(tests_of(a, NULL, "-"));
    eq_int(t.shape, FEEL_TEST_ANY);
    t = feel_tests_shape(tests_of(a, NULL, "\"a\", \"b\""));
    eq_int(t.shape, FEEL_TEST_RANGES);
    eq_int(t.count, 2);
    check(t.ranges[1].low_closed && t.ranges[1].high_closed && !t.negated);
    eq_str(feel_text(t.ranges[1].low), STR("b"));
    t = feel_tests_shape(tests_of(a, NULL, "not(<5, [7..8), date(\"2024-01-01\"), null)"));
    eq_int(t.shape, FEEL_TEST_RANGES);
    check(t.negated && t.accepts_null);
    eq_int(t.count, 3);
    eq_int(t.ranges[0].one_sided, '<');
    check(feel_is_null(t.ranges[0].low) && t.ranges[0].high.i == 5 && !t.ranges[0].high_closed);
    check(t.ranges[1].low_closed && !t.ranges[1].high_closed);
    eq_int(t.ranges[2].low.kind, FEEL_DATE);
    eq_int(feel_tests_shape(tests_of(a, NULL, "? > 3")).shape, FEEL_TEST_OTHER);
}

TEST(constants_are_computed_at_compile_time)
{
    const FeelCode *code;
    Err err = {0};
    Value v;
    check(feel_compile(a, NULL, STR("{a: [1 + 2, \"x\"][1]}.a * 2"), &code, &err));
    check(feel_code_constant(code, &v));
    eq_text(shown(a, v), "6");
    check(feel_compile(a, NULL, STR("now()"), &code, &err));
    check(!feel_code_constant(code, &v));
    check(feel_compile(a, NULL, STR("1 + null"), &code, &err));
    check(!feel_code_constant(code, &v)); /* so that the run tells why */
    FeelRun *run = new_run(a);
    check(feel_is_null(feel_eval(run, code, NULL)));
    const Str *messages;
    eq_int(feel_run_messages(run, &messages), 1);
}

TEST(the_code_says_what_it_reads)
{
    FeelScope *outer = feel_scope_new(a, NULL);
    feel_scope_add(outer, STR("a"), NULL);
    feel_scope_add(outer, STR("b"), NULL);
    FeelScope *inner = feel_scope_new(a, outer);
    eq_int(feel_scope_add(inner, STR("c"), NULL), 2);
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, inner, STR("(function(x) x + c)(for i in [1] return a)"), &code, &err));
    size_t count;
    const int *reads = feel_code_reads(code, &count);
    eq_int(count, 2);
    eq_int(reads[0], 0);
    eq_int(reads[1], 2);
}

TEST(steps_can_be_printed)
{
    FeelScope *s = feel_scope_new(a, NULL);
    feel_scope_add(s, STR("a"), NULL);
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, s, STR("a + 1"), &code, &err));
    Buf b = buf_new(a, 1000);
    feel_code_print(&b, code);
    eq_text(buf_str(&b), "0 ADD r0 <- f0 k0=1\n1 END r0\n");
}

/* ---- Limits ------------------------------------------------------------------------------------------------------ */

static ErrCode code_of(Arena *a, const char *text, FeelLimits limits)
{
    const FeelCode *code;
    Err err = {0};
    if (!feel_compile(a, NULL, str_from_c(text), &code, &err)) {
        return err.code;
    }
    FeelRun *run = feel_run_new(a, limits, (Instant){0});
    check(feel_is_null(feel_eval(run, code, NULL)) || !feel_run_failed(run, NULL));
    return feel_run_failed(run, &err) ? err.code : OK;
}

TEST(runs_end_at_their_limits)
{
    FeelLimits few = {.steps = 1000, .bytes = 100000, .depth = 5, .list_length = 50};
    eq_int(code_of(a, "for i in 1..10**30 return i", few), LIMIT_STEPS);
    eq_int(code_of(a, "for i in 1..100 return i", few), LIMIT_MEMORY);
    eq_int(code_of(a, "for i in 1..10 return i", few), OK);
    eq_int(code_of(a, "some i in 1..900, j in 1..900 satisfies false", few), LIMIT_STEPS);
    eq_int(code_of(a, "{f: function(g) g(g)}.f(function(g) g(g))", few), LIMIT_STEPS);
    eq_int(code_of(a, "count(for i in 1..40 return for j in 1..40 return \"xxxxxxxxxx\" + string(i))",
                   (FeelLimits){.bytes = 20000}),
           LIMIT_MEMORY);
}

TEST(a_run_can_be_used_again)
{
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = 100}, (Instant){0});
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, NULL, STR("for i in 1..1000 return i"), &code, &err));
    check(feel_is_null(feel_eval(run, code, NULL)) && feel_run_failed(run, NULL));
    feel_run_reset(run);
    check(!feel_run_failed(run, NULL));
    check(feel_compile(a, NULL, STR("for i in 1..3 return i"), &code, &err));
    eq_text(shown(a, feel_eval(run, code, NULL)), "[1, 2, 3]");
}

static const char *repeated(Arena *a, const char *part, size_t times, const char *end)
{
    Buf b = buf_new(a, SIZE_MAX / 4);
    for (size_t i = 0; i < times; i++) {
        buf_add_c(&b, part);
    }
    buf_add_c(&b, end);
    return str_c(a, buf_str(&b));
}

TEST(deep_text_is_refused)
{
    FeelLimits none = {0};
    eq_int(code_of(a, repeated(a, "(", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "[", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "-", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "{a:", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "1 in (", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "[1..", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "if ", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "1+", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "null[", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "function() ", 50000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "for i in ", 100000, "1"), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "1", 2000000, ""), none), TOO_LARGE);
    eq_int(code_of(a, str_c(a, str_printf(a, "1 instance of %s", repeated(a, "list<", 100000, "1"))), none), TOO_DEEP);
    eq_int(code_of(a, repeated(a, "1+", 900, "1"), none), OK);
    eq_int(code_of(a, repeated(a, "(", 90, repeated(a, "1)", 1, repeated(a, ")", 89, ""))), none), OK);
}

TEST(values_nested_by_a_loop_do_not_break_printing)
{
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, NULL, STR("for i in 1..100000 return [partial[-1]]"), &code, &err));
    FeelRun *run = new_run(a);
    Value v = feel_eval(run, code, NULL);
    eq_int(v.len, 100000);
    Value last = feel_items(v)[v.len - 1];
    (void)shown(a, last);
    (void)feel_equal(run, last, last);
    (void)feel_same(last, last);
    (void)feel_conforms(last, feel_type_list(a, NULL));
    (void)feel_to_json(a, last);
}

/* ---- The host's functions ---------------------------------------------------------------------------------------- */

static Value minus(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)run;
    (void)host;
    check(count == 2);
    return feel_int(args[0].i - args[1].i);
}

TEST(functions_of_the_host_are_called_by_place_and_by_name)
{
    FeelMember params[] = {{STR("the first"), feel_type_basic(FEEL_NUMBER)}, {STR("b"), feel_type_basic(FEEL_NUMBER)}};
    Value f = feel_native(a, params, 2, feel_type_basic(FEEL_NUMBER), minus, NULL);
    FeelScope *s = feel_scope_new(a, NULL);
    feel_scope_add(s, STR("less by"), NULL);
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, s, STR("less by(7, 2) * less by(b: 1, the first: 5)"), &code, &err));
    eq_int(feel_eval(new_run(a), code, &f).i, 20);
    check(feel_compile(a, s, STR("less by(7, \"x\")"), &code, &err));
    check(feel_is_null(feel_eval(new_run(a), code, &f)));
    FeelEntry args[] = {{STR("b"), feel_int(1)}, {STR("the first"), feel_int(3)}};
    eq_int(feel_call_named(new_run(a), f, args, 2).i, 2);
    check(feel_is_null(feel_call_named(new_run(a), f, args, 1)));
    Value list[] = {feel_int(4), feel_int(9)};
    Value max = feel_builtin(STR("max"));
    eq_int(feel_call(new_run(a), max, list, 2).i, 9);
}
