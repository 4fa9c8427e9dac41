/* type_test.c: types by name, printing, conformance, implicit conversions, names and types in scopes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "feel/feel.h"

static Str type_text(Arena *a, const FeelType *t)
{
    Buf b = buf_new(a, 1000);
    feel_type_print(&b, t);
    return buf_str(&b);
}

static const FeelType *number(void)
{
    return feel_type_basic(FEEL_NUMBER);
}

static const FeelType *person(Arena *a)
{
    FeelMember *m = ARENA_ARRAY(a, FeelMember, 2);
    m[0] = (FeelMember){STR("name"), feel_type_basic(FEEL_STRING)};
    m[1] = (FeelMember){STR("wages"), feel_type_list(a, number())};
    return feel_type_context(a, m, 2);
}

static Value value_of(Arena *a, FeelRun *run, const char *text)
{
    const FeelCode *code;
    Err err = {0};
    if (!feel_compile(a, NULL, str_from_c(text), &code, &err)) {
        eq_text(str_from_c(text), err.text);
    }
    return feel_eval(run, code, NULL);
}

TEST(types_have_the_names_of_the_standard_and_of_models)
{
    check(feel_type_by_name(STR("number")) == number());
    check(feel_type_by_name(STR("dateTime")) == feel_type_basic(FEEL_DATE_TIME));
    check(feel_type_by_name(STR("yearMonthDuration")) == feel_type_basic(FEEL_YEARS_DURATION));
    check(feel_type_by_name(STR("Any")) == feel_type_any());
    check(feel_type_by_name(STR("numbers")) == NULL);
    check(feel_type_by_name(STR("")) == NULL);
    eq_text(type_text(a, person(a)), "context<name: string, wages: list<number>>");
    const FeelType *params[] = {number(), feel_type_any()};
    eq_text(type_text(a, feel_type_function(a, params, 2, NULL)), "function<number, Any> -> Any");
    eq_text(type_text(a, feel_type_range(a, feel_type_basic(FEEL_DATE))), "range<date>");
}

TEST(values_conform_to_types_by_structure)
{
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    check(feel_conforms(value_of(a, run, "{name: \"Kim\", wages: [1, 2], more: true}"), person(a)));
    check(!feel_conforms(value_of(a, run, "{name: \"Kim\"}"), person(a)));
    check(!feel_conforms(value_of(a, run, "{name: \"Kim\", wages: [1, \"2\"]}"), person(a)));
    check(feel_conforms(feel_null(), person(a)));
    check(feel_conforms(value_of(a, run, "[1..2]"), feel_type_range(a, number())));
    check(!feel_conforms(value_of(a, run, "[1..2]"), feel_type_range(a, feel_type_basic(FEEL_DATE))));
}

TEST(values_are_converted_only_as_the_standard_says)
{
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    eq_int(feel_coerce(run, value_of(a, run, "[5]"), number()).i, 5);
    Value list = feel_coerce(run, feel_int(5), feel_type_list(a, number()));
    check(list.kind == FEEL_LIST && list.len == 1 && feel_items(list)[0].i == 5);
    Value moment = feel_coerce(run, feel_date((Day){19723}), feel_type_basic(FEEL_DATE_TIME));
    eq_int(moment.kind, FEEL_DATE_TIME);
    eq_int(((const FeelMoment *)moment.p)->day, 19723);
    check(((const FeelMoment *)moment.p)->has_offset && ((const FeelMoment *)moment.p)->offset == 0);
    const Str *messages;
    size_t before = feel_run_messages(run, &messages);
    Value none = feel_coerce(run, feel_str(STR("5")), number());
    check(feel_is_null(none) && none.reason != 0);
    eq_int(feel_run_messages(run, &messages), before + 1);
    eq_text(messages[before], "a value of type string does not fit the type number");
    check(feel_is_null(feel_coerce(run, value_of(a, run, "[1, 2]"), number())));
}

TEST(scopes_number_their_names_from_the_outermost)
{
    FeelScope *outer = feel_scope_new(a, NULL);
    eq_int(feel_scope_add(outer, STR(" wage  offered "), number()), 0);
    eq_int(feel_scope_add(outer, STR("x"), number()), 1);
    FeelScope *inner = feel_scope_new(a, outer);
    eq_int(feel_scope_add(inner, STR("x"), number()), 2);
    eq_int(feel_scope_size(inner), 3);
    eq_int(feel_scope_find(inner, STR("x")), 2);
    eq_int(feel_scope_find(outer, STR("x")), 1);
    eq_int(feel_scope_find(inner, STR("wage offered")), 0);
    eq_int(feel_scope_find(inner, STR("wage")), -1);
    const FeelCode *code;
    Err err = {0};
    Value frame[] = {feel_int(100), feel_int(1), feel_int(7)};
    check(feel_compile(a, inner, STR("wage   offered + x"), &code, &err));
    eq_int(feel_eval(feel_run_new(a, (FeelLimits){0}, (Instant){0}), code, frame).i, 107);
}

TEST(types_of_the_scope_are_known_to_instance_of_and_parameters)
{
    FeelScope *s = feel_scope_new(a, NULL);
    feel_scope_add_type(s, STR("t Person"), person(a));
    feel_scope_add_type(s, STR("law.tWages"), feel_type_list(a, number()));
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    const FeelCode *code;
    Err err = {0};
    check(feel_compile(a, s, STR("{name: \"Kim\", wages: []} instance of t Person"), &code, &err));
    check(feel_is_true(feel_eval(run, code, NULL)));
    check(feel_compile(a, s, STR("[1, \"x\"] instance of law.tWages"), &code, &err));
    check(!feel_is_true(feel_eval(run, code, NULL)));
    check(feel_compile(a, s, STR("(function(w: law.tWages) count(w))(3)"), &code, &err));
    eq_int(feel_eval(run, code, NULL).i, 1);
}
