/* table_test.c: hit policies, nulls, types and boundaries of decision tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

static const char three[] = "r1|>= 1|10\nr2|>= 2|20\nr3|>= 3|30";

static DmnModel *policy(Arena *a, const char *table, const char *outputs, const char *rules)
{
    return model_of(a, table_model(a, table, "x number", outputs, rules));
}

TEST(unique_gives_the_one_rule_and_refuses_two)
{
    DmnModel *m = policy(a, "", "o number", three);
    eq_text(value_of(a, m, "d", "{\"x\": 1}"), "10");
    eq_text(value_of(a, m, "d", "{\"x\": 0}"), "null");
    eq_text(value_of(a, m, "d", "{\"x\": 2}"), "error");
}

TEST(unique_names_the_rules_that_collide)
{
    DmnModel *m = policy(a, "", "o number", three);
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    FeelEntry x = {STR("x"), feel_int(2)};
    const Str *messages = NULL;
    (void)dmn_evaluate(run, dmn_find(m, DMN_DECISION, STR("d")), feel_context(&x, 1), NULL);
    eq_int(feel_run_messages(run, &messages), 1);
    eq_text(messages[0], "d: hit policy UNIQUE, but rules r1, r2 all apply");
}

TEST(first_gives_the_first)
{
    DmnModel *m = policy(a, "hitPolicy=\"FIRST\"", "o number", "r3|>= 3|30\nr2|>= 2|20\nr1|-|10");
    eq_text(value_of(a, m, "d", "{\"x\": 5}"), "30");
    eq_text(value_of(a, m, "d", "{\"x\": 2}"), "20");
    eq_text(value_of(a, m, "d", "{\"x\": -2}"), "10");
    eq_text(value_of(a, m, "d", "{}"), "10");
}

TEST(any_wants_equal_results)
{
    DmnModel *m = policy(a, "hitPolicy=\"ANY\"", "o number", "r1|>= 1|10\nr2|>= 2|10.0\nr3|>= 3|30");
    eq_text(value_of(a, m, "d", "{\"x\": 2}"), "10");
    eq_text(value_of(a, m, "d", "{\"x\": 3}"), "error");
}

TEST(priority_goes_by_the_output_values)
{
    DmnModel *m = policy(a, "hitPolicy=\"PRIORITY\"", "o string \"refuse\",\"ask\",\"grant\"",
                         "r1|>= 1|\"grant\"\nr2|>= 2|\"ask\"\nr3|>= 3|\"refuse\"");
    eq_text(value_of(a, m, "d", "{\"x\": 1}"), "\"grant\"");
    eq_text(value_of(a, m, "d", "{\"x\": 2}"), "\"ask\"");
    eq_text(value_of(a, m, "d", "{\"x\": 9}"), "\"refuse\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0}"), "null");
}

TEST(output_order_sorts_and_rule_order_does_not)
{
    const char *rules = "r1|>= 1|\"grant\"\nr2|>= 2|\"ask\"\nr3|>= 3|\"refuse\"";
    const char *out = "o string \"refuse\",\"ask\",\"grant\"";
    eq_text(value_of(a, policy(a, "hitPolicy=\"OUTPUT ORDER\"", out, rules), "d", "{\"x\": 3}"),
            "[\"refuse\", \"ask\", \"grant\"]");
    eq_text(value_of(a, policy(a, "hitPolicy=\"RULE ORDER\"", out, rules), "d", "{\"x\": 3}"),
            "[\"grant\", \"ask\", \"refuse\"]");
    eq_text(value_of(a, policy(a, "hitPolicy=\"RULE ORDER\"", out, rules), "d", "{\"x\": 0}"), "[]");
}

TEST(priority_of_compound_outputs_goes_from_left_to_right)
{
    DmnModel *m =
        model_of(a, table_model(a, "hitPolicy=\"PRIORITY\"", "x number", "o string \"a\",\"b\";p number 3,2,1",
                                "r1|-|\"b\"|3\nr2|-|\"a\"|1\nr3|-|\"a\"|2"));
    eq_text(value_of(a, m, "d", "{\"x\": 1}"), "{o: \"a\", p: 2}");
}

TEST(collect_lists_and_aggregates)
{
    const struct {
        const char *table, *at3, *at0;
    } cases[] = {
        {"hitPolicy=\"COLLECT\"", "[10, 20, 30]", "[]"},
        {"hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "60", "null"},
        {"hitPolicy=\"COLLECT\" aggregation=\"MIN\"", "10", "null"},
        {"hitPolicy=\"COLLECT\" aggregation=\"MAX\"", "30", "null"},
        {"hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", "3", "0"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        DmnModel *m = policy(a, cases[i].table, "o number", three);
        eq_text(value_of(a, m, "d", "{\"x\": 3}"), cases[i].at3);
        eq_text(value_of(a, m, "d", "{\"x\": 0}"), cases[i].at0);
    }
}

TEST(count_counts_rules_even_if_their_outputs_are_equal)
{
    DmnModel *m = policy(a, "hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", "o number", "r1|-|1\nr2|-|1");
    eq_text(value_of(a, m, "d", "{\"x\": 3}"), "2");
}

TEST(default_outputs_answer_where_no_rule_applies)
{
    const char *const policies[] = {"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"};
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        DmnModel *m = policy(a, str_c(a, str_printf(a, "hitPolicy=\"%s\"", policies[i])), "o number =7", "r1|> 5|1");
        eq_text(value_of(a, m, "d", "{\"x\": 1}"), "7");
    }
    DmnModel *two = policy(a, "", "o number =7;p string", "r1|> 5|1|\"x\"");
    eq_text(value_of(a, two, "d", "{\"x\": 1}"), "{o: 7, p: null}");
}

TEST(boundaries_are_exact)
{
    DmnModel *m = policy(a, "hitPolicy=\"FIRST\"", "o string",
                         "r1|[0.1..0.3)|\"in\"\nr2|(0.3..1]|\"over\"\nr3|0.3|\"at\"\nr4|-|\"out\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0.1}"), "\"in\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0.29999999999999999999999}"), "\"in\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0.3}"), "\"at\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0.30}"), "\"at\"");
    eq_text(value_of(a, m, "d", "{\"x\": 0.3000000000000000000000001}"), "\"over\"");
    eq_text(value_of(a, m, "d", "{\"x\": 1.0000}"), "\"over\"");
    eq_text(value_of(a, m, "d", "{\"x\": 1.01}"), "\"out\"");
    eq_text(value_of(a, m, "d", "{\"x\": -99999999999999999}"), "\"out\"");
}

TEST(dates_compare_by_day)
{
    DmnModel *m = model_of(a, table_model(a, "", "filed date", "o string",
                                          "r1|< date(\"2024-02-29\")|\"before\"\nr2|date(\"2024-02-29\")|\"leap day\"\n"
                                          "r3|> date(\"2024-02-29\")|\"after\""));
    eq_text(value_of(a, m, "d", "{\"filed\": \"2024-02-28\"}"), "\"before\"");
    eq_text(value_of(a, m, "d", "{\"filed\": \"2024-02-29\"}"), "\"leap day\"");
    eq_text(value_of(a, m, "d", "{\"filed\": \"2024-03-01\"}"), "\"after\"");
}

TEST(null_is_met_only_by_null_and_dash)
{
    DmnModel *m = model_of(
        a, table_model(
               a, "hitPolicy=\"COLLECT\"", "s string", "o string",
               "r1|null|\"null\"\nr2|-|\"any\"\nr3|\"a\"|\"a\"\nr4|not(\"a\")|\"not a\"\nr5|\"a\",null|\"a or null\""));
    eq_text(value_of(a, m, "d", "{\"s\": \"a\"}"), "[\"any\", \"a\", \"a or null\"]");
    eq_text(value_of(a, m, "d", "{\"s\": \"b\"}"), "[\"any\", \"not a\"]");
    Str at_null = value_of(a, m, "d", "{}");
    check(str_find(at_null, STR("\"null\", \"any\""), 0) != SIZE_MAX);
    check(str_find(at_null, STR("a or null"), 0) != SIZE_MAX);
}

TEST(booleans_are_tested_by_value)
{
    DmnModel *m = model_of(a, table_model(a, "", "b boolean", "o string", "r1|true|\"yes\"\nr2|false|\"no\""));
    eq_text(value_of(a, m, "d", "{\"b\": true}"), "\"yes\"");
    eq_text(value_of(a, m, "d", "{\"b\": false}"), "\"no\"");
    eq_text(value_of(a, m, "d", "{}"), "null");
}

static DmnModel *refusals(Arena *a, const char *cell)
{
    return model_of(
        a,
        xml_model(
            a,
            str_c(
                a,
                str_printf(
                    a,
                    "<itemDefinition "
                    "name=\"t\"><typeRef>string</typeRef><allowedValues><text>\"a\",\"b\"</text></allowedValues>"
                    "</itemDefinition><inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"t\"/></inputData>"
                    "<decision id=\"d\" name=\"d\"><informationRequirement><requiredInput "
                    "href=\"#i\"/></informationRequirement>"
                    "<decisionTable "
                    "hitPolicy=\"COLLECT\"><input><inputExpression><text>x</text></inputExpression></input><output/>"
                    "<rule "
                    "id=\"r\"><inputEntry><text>%s</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
                    "<rule "
                    "id=\"s\"><inputEntry><text>-</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>"
                    "</decisionTable></decision>",
                    cell))));
}

TEST(an_error_that_would_decide_is_no_answer)
{
    DmnModel *m = refusals(a, "\"a\"");
    eq_text(value_of(a, m, "d", "{\"x\": \"a\"}"), "[1, 2]");
    eq_text(value_of(a, m, "d", "{\"x\": \"b\"}"), "[2]");
    eq_text(value_of(a, m, "d", "{\"x\": \"c\"}"), "error");                 /* not allowed: would rule r apply? */
    eq_text(value_of(a, refusals(a, "-"), "d", "{\"x\": \"c\"}"), "[1, 2]"); /* it does not matter here */
}

TEST(trace_shows_cells_and_annotations_of_fired_rules)
{
    DmnModel *m = model_of(
        a, table_model(a, "", "x number;s string", "o number", "r1|>= 1|\"a\"|10 #act:8(1)\nr2|< 1|-|20 #act:8(2)"));
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    FeelEntry in[] = {{STR("x"), feel_int(2)}, {STR("s"), feel_str(STR("a"))}};
    DmnTrace trace = {0};
    (void)dmn_evaluate(run, dmn_find(m, DMN_DECISION, STR("d")), feel_context(in, 2), &trace);
    eq_int(trace.count, 1);
    eq_int(trace.steps[0].rule_count, 1);
    check(trace.steps[0].rules[0].fired && trace.steps[0].rules[0].passed == NULL);
    const DmnRule *r = trace.steps[0].rules[0].rule;
    eq_text(r->id, "r1");
    eq_int(r->cell_count, 2);
    eq_text(r->cells[0].test, ">= 1");
    check(feel_same(trace.steps[0].tested[0], feel_int(2)));
    eq_int(r->annotation_count, 2);
    eq_text(r->annotations[0].name, "article");
    eq_text(feel_text(r->annotations[0].value), "act:8(1)");
    eq_text(r->annotations[1].name, "description");
    Buf b = buf_new(a, 1 << 16);
    json_write(&b, dmn_trace_json(a, &trace));
    eq_text(buf_str(&b),
            "[{\"decision\":\"d\",\"id\":\"d\",\"value\":10,\"hit_policy\":\"UNIQUE\",\"rules\":[{\"id\":\"r1\","
            "\"index\":1,"
            "\"fired\":true,\"cells\":[{\"input\":\"x\",\"test\":\">= 1\",\"value\":2,\"passed\":true},"
            "{\"input\":\"s\",\"test\":\"\\\"a\\\"\",\"value\":\"a\",\"passed\":true}],\"outputs\":{\"o\":10},"
            "\"annotations\":{\"article\":\"act:8(1)\",\"description\":\"act:8(1)\"}}]}]");
}

TEST(trace_of_all_rules_says_which_cell_failed)
{
    DmnModel *m = model_of(a, table_model(a, "", "x number;s string", "o number", "r1|>= 1|\"a\"|10\nr2|< 1|-|20"));
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    FeelEntry in[] = {{STR("x"), feel_int(0)}, {STR("s"), feel_str(STR("a"))}};
    DmnTrace trace = {.all_rules = true};
    (void)dmn_evaluate(run, dmn_find(m, DMN_DECISION, STR("d")), feel_context(in, 2), &trace);
    eq_int(trace.steps[0].rule_count, 2);
    check(!trace.steps[0].rules[0].fired && trace.steps[0].rules[1].fired);
    check(!trace.steps[0].rules[0].passed[0] && trace.steps[0].rules[0].passed[1]);
}

TEST(a_rule_with_too_few_cells_never_applies_and_is_a_problem)
{
    const char *model =
        "<inputData id=\"i\" name=\"x\"/><decision id=\"d\" name=\"d\"><informationRequirement>"
        "<requiredInput href=\"#i\"/></informationRequirement><decisionTable><input><inputExpression><text>x</text>"
        "</inputExpression></input><output/><rule id=\"r\"><outputEntry><text>1</text></outputEntry></rule>"
        "</decisionTable></decision>";
    DmnModel *m = model_of(a, xml_model(a, model));
    const DmnProblem *problems = NULL;
    eq_int(dmn_problems(m, &problems), 1);
    eq_text(value_of(a, m, "d", "{\"x\": 1}"), "null");
}
