/* parts_test.c: what the value of a text hangs on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "feel/feel.h"
#include "../../test.h"

static void part_print(Buf *b, const FeelPart *p)
{
    for (size_t i = 0; i < p->slot_count; i++) {
        buf_printf(b, "%d ", p->slots[i]);
    }
    for (size_t i = 0; i < p->part_count; i++) {
        buf_add_c(b, "( ");
        part_print(b, &p->parts[i]);
        buf_add_c(b, ") ");
    }
}

/* Slots by number and parts in brackets; the scope is a 0, b 1, list 2 and a function f 3. */
static Str parts_text(Arena *a, const char *text)
{
    FeelScope *s = feel_scope_new(a, NULL);
    const FeelPart *p = NULL;
    Err err = {0};
    const FeelType *number = feel_type_basic(FEEL_NUMBER);
    feel_scope_add(s, STR("a"), NULL);
    feel_scope_add(s, STR("b"), number);
    feel_scope_add(s, STR("list"), feel_type_list(a, number));
    feel_scope_add(s, STR("f"), feel_type_function(a, &number, 1, number));
    Buf b = buf_new(a, 4096);
    check(feel_parts(a, s, str_from_c(text), &p, &err));
    part_print(&b, p);
    return str_trim(buf_str(&b));
}

TEST(parts_are_pieces_with_few_values)
{
    eq_text(parts_text(a, "a + b"), "0 1");
    eq_text(parts_text(a, "a = 1 and b = 2"), "( 0 ) ( 1 )");
    eq_text(parts_text(a, "if a = 1 then b else 0"), "1 ( 0 )");
    eq_text(parts_text(a, "if a = 1 then a + b else 0"), "0 1");
    eq_text(parts_text(a, "[if a = null then \"a\" else null, if b = null then \"b\" else null][item != null]"),
            "( ( 0 ) ( 1 ) )");
    eq_text(parts_text(a, "f(a) + f(b)"), "0 1");
    eq_text(parts_text(a, "1 + 1"), "");
}

TEST(parts_do_not_read_names_bound_around_them)
{
    eq_text(parts_text(a, "for x in list return if x > 1 then b else 0"), "1 2");
    eq_text(parts_text(a, "for x in list return if b > 1 then x else 0"), "2 ( 1 )");
    eq_text(parts_text(a, "[a, b][item > 3]"), "0 1");
    eq_text(parts_text(a, "{n: a, m: if n > 1 then b else 0}"), "0 1");
    eq_text(parts_text(a, "{n: a, m: some x in list satisfies x > 1}"), "0 ( 2 )");
    eq_text(parts_text(a, "(function(x) x > b)(a)"), "0 1");
}

TEST(a_part_is_read_from_the_same_frame)
{
    FeelScope *s = feel_scope_new(a, NULL);
    const FeelPart *p = NULL;
    Err err = {0};
    feel_scope_add(s, STR("a"), NULL);
    feel_scope_add(s, STR("b"), NULL);
    check(feel_parts(a, s, STR("if b > 10 then a else some x in [1, 2] satisfies x = b"), &p, &err));
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    Value frame[] = {feel_int(5), feel_int(2)};
    eq_int(p->part_count, 2);
    check(feel_same(feel_eval(run, p->code, frame), feel_bool(true)));
    check(feel_same(feel_eval(run, p->parts[0].code, frame), feel_bool(false)));
    check(feel_same(feel_eval(run, p->parts[1].code, frame), feel_bool(true)));
    check(!feel_parts(a, s, STR("if b >"), &p, &err));
}

TEST(a_sum_of_two_names_is_known_as_one)
{
    static const struct {
        const char *text;
        FeelSum want;
    } cases[] = {{"a + b", {true, false, 0, 1}},
                 {"b - a", {true, true, 1, 0}},
                 {"a + a", {true, false, 0, 0}},
                 {"a * b", {0}},
                 {"a + 1", {0}},
                 {"a + b + a", {0}},
                 {"if a then a + b else b", {0}}};
    FeelScope *s = feel_scope_new(a, NULL);
    feel_scope_add(s, STR("a"), NULL);
    feel_scope_add(s, STR("b"), NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const FeelCode *code = NULL;
        Err err = {0};
        check(feel_compile(a, s, str_from_c(cases[i].text), &code, &err));
        FeelSum got = feel_code_sum(code);
        check(got.is_sum == cases[i].want.is_sum && got.minus == cases[i].want.minus &&
              got.left == cases[i].want.left && got.right == cases[i].want.right);
    }
}
