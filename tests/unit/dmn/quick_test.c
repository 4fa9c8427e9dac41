/* quick_test.c: which decisions are evaluated in one pass, and that what is unusual there ends as in the general way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/quick_int.h"
#include "dmn_testing.h"

static const DmnInvocable *decision_of(Arena *a, const char *policy, const char *rules)
{
    return dmn_find(model_of(a, table_model(a, policy, "x number;y string", "o number", rules)), DMN_DECISION,
                    STR("d"));
}

TEST(plain_tables_take_the_quick_pass_and_others_do_not)
{
    static const char *const RULES = "r1|<10|\"a\"|1\nr2|>=10|\"a\"|2\nr3|-|\"b\"|3\n";
    check(decision_of(a, "hitPolicy=\"UNIQUE\"", RULES)->quick != NULL);
    check(decision_of(a, "hitPolicy=\"COLLECT\"", RULES)->quick != NULL);
    check(decision_of(a, "hitPolicy=\"UNIQUE\"", "r1|<10|\"a\"|x + 1\nr2|>=10|\"a\"|2\n")->quick == NULL);
}

TEST(what_is_unusual_ends_alike_on_both_ways)
{
    static const struct {
        const char *inputs, *value;
    } ROWS[] = {{"{\"x\": 1, \"y\": \"a\"}", "1"},
                {"{\"x\": 7, \"y\": \"a\"}", "error"},
                {"{\"x\": \"7\", \"y\": \"a\"}", "error"},
                {"{\"x\": 11}", "2"},
                {"{\"y\": \"a\"}", "null"}};
    static const char *const RULES[] = {"r1|<10|-|1\nr2|>5|-|2\n", "r1|<10|-|x - x + 1\nr2|>5|-|2\n"};
    for (size_t k = 0; k < COUNT_OF(RULES); k++) {
        DmnModel *m = model_of(a, table_model(a, "hitPolicy=\"UNIQUE\"", "x number;y string", "o number", RULES[k]));
        check((dmn_find(m, DMN_DECISION, STR("d"))->quick != NULL) == (k == 0));
        for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
            eq_text(value_of(a, m, "d", ROWS[i].inputs), ROWS[i].value);
        }
    }
}

TEST(sums_of_two_names_are_what_the_language_makes_of_them)
{
    static const char *const TEXTS[] = {"x + y", "x - y", "y - x", "x + x"};
    static const Value VALUES[] = {{.kind = FEEL_NUMBER, .i = 3},
                                   {.kind = FEEL_NUMBER, .i = 15, .scale = 1},
                                   {.kind = FEEL_NUMBER, .i = -25, .scale = 1},
                                   {.kind = FEEL_NUMBER, .i = INT64_MAX},
                                   {.kind = FEEL_NUMBER, .i = INT64_MIN},
                                   {.kind = FEEL_STRING, .len = 2, .p = "ab"},
                                   {.kind = FEEL_DATE, .i = 19000},
                                   {.kind = FEEL_YEARS_DURATION, .i = 14},
                                   {.kind = FEEL_BOOLEAN, .i = 1},
                                   {.kind = FEEL_NULL}};
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    for (size_t t = 0; t < COUNT_OF(TEXTS); t++) {
        Str inside =
            str_printf(a,
                       "<inputData id=\"x\" name=\"x\"/><inputData id=\"y\" name=\"y\"/><decision id=\"d\" name=\"d\">"
                       "<informationRequirement><requiredInput href=\"#x\"/></informationRequirement>"
                       "<informationRequirement><requiredInput href=\"#y\"/></informationRequirement>"
                       "<literalExpression><text>%s</text></literalExpression></decision>",
                       TEXTS[t]);
        const DmnInvocable *d = dmn_find(model_of(a, xml_model(a, str_c(a, inside))), DMN_DECISION, STR("d"));
        check(d->quick != NULL);
        for (size_t i = 0; i < COUNT_OF(VALUES) * COUNT_OF(VALUES); i++) {
            FeelEntry in[] = {{STR("x"), VALUES[i % COUNT_OF(VALUES)]}, {STR("y"), VALUES[i / COUNT_OF(VALUES)]}};
            Value inputs = feel_context(in, 2);
            feel_run_reset(run);
            Value quick = dmn_evaluate(run, d, inputs, NULL), general = node_run(run, d, inputs, NULL, NULL);
            check(feel_same(quick, general) && quick.scale == general.scale && quick.boxed == general.boxed &&
                  (quick.reason != 0) == (general.reason != 0));
        }
    }
}
