/* quick_test.c: which decisions are evaluated in one pass, and that what is unusual there ends as in the general way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/quick_int.h"
#include "dmn_testing.h"

static const DmnInvocable *decision_of(Arena *a, const char *policy, const char *rules)
{
    return dmn_find(model_of(a, table_model(a, policy, "x number;y string", "o number", rules)), DMN_DECISION, STR("d"));
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
    } ROWS[] = {{"{\"x\": 1, \"y\": \"a\"}", "1"}, {"{\"x\": 7, \"y\": \"a\"}", "error"}, {"{\"x\": \"7\", \"y\": \"a\"}", "error"},
                {"{\"x\": 11}", "2"}, {"{\"y\": \"a\"}", "null"}};
    static const char *const RULES[] = {"r1|<10|-|1\nr2|>5|-|2\n", "r1|<10|-|x - x + 1\nr2|>5|-|2\n"};
    for (size_t k = 0; k < COUNT_OF(RULES); k++) {
        DmnModel *m = model_of(a, table_model(a, "hitPolicy=\"UNIQUE\"", "x number;y string", "o number", RULES[k]));
        check((dmn_find(m, DMN_DECISION, STR("d"))->quick != NULL) == (k == 0));
        for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
            eq_text(value_of(a, m, "d", ROWS[i].inputs), ROWS[i].value);
        }
    }
}
