/* check_test.c: what checking a model finds, and the nearest changes that would alter an outcome.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

static size_t count_of(const DmnFinding *f, size_t count, const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += str_eq_c(str_from_c(f[i].code), code);
    }
    return n;
}

static const DmnFinding *first_of(const DmnFinding *f, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(str_from_c(f[i].code), code)) {
            return &f[i];
        }
    }
    check(false);
    return NULL;
}

static size_t found(Arena *a, Str xml, unsigned flags, const DmnFinding **ret)
{
    return dmn_check(a, model_of(a, xml), flags, ret);
}

TEST(a_complete_disjoint_table_has_no_findings)
{
    const DmnFinding *f = NULL;
    eq_int(found(a, table_model(a, "", "x number;b boolean", "o number", "r1|< 5|-|1\nr2|>= 5|true|2\nr3|>= 5|false|3"),
                 0, &f),
           0);
}

TEST(a_gap_comes_with_an_example_that_no_rule_accepts)
{
    const DmnFinding *f = NULL;
    Str xml = table_model(a, "", "x number;b boolean", "o number", "r1|< 5|-|1\nr2|> 5|true|2\nr3|> 5|false|3");
    size_t count = found(a, xml, 0, &f);
    eq_int(count, 1);
    eq_int(f[0].severity, DMN_WARNING);
    eq_text(f[0].message, "no rule applies where x = 5");
    eq_text(json_text_at(f[0].example, "x"), "5");
    eq_text(value_of(a, model_of(a, xml), "d", "{\"x\": 5, \"b\": true}"), "null");
}

TEST(overlap_under_unique_names_both_rules)
{
    const DmnFinding *f = NULL;
    size_t count = found(a, table_model(a, "", "x number", "o number", "r1|<= 5|1\nr2|>= 5|2"), 0, &f);
    eq_int(count, 1);
    eq_text(str_from_c(f[0].code), "overlap");
    eq_text(f[0].message, "rules r1 and r2 both apply where x = 5, but the hit policy is UNIQUE");
    eq_int(found(a, table_model(a, "hitPolicy=\"ANY\"", "x number", "o number", "r1|<= 5|1\nr2|>= 5|1"), 0, &f), 0);
}

TEST(rules_that_never_decide_are_found)
{
    const DmnFinding *f = NULL;
    size_t count =
        found(a, table_model(a, "hitPolicy=\"FIRST\"", "x number", "o number", "r1|< 5|1\nr2|>= 5|2\nr3|7|3"), 0, &f);
    eq_int(count_of(f, count, "unreachable"), 1);
    eq_text(first_of(f, count, "unreachable")->rule, "r3");
}

TEST(dates_have_no_gap_between_neighbouring_days)
{
    const DmnFinding *f = NULL;
    eq_int(found(a,
                 table_model(a, "", "x date", "o number", "r1|<= date(\"2024-02-29\")|1\nr2|>= date(\"2024-03-01\")|2"),
                 0, &f),
           0);
    eq_int(found(a, table_model(a, "", "x number", "o number", "r1|<= 1|1\nr2|>= 2|2"), 0, &f), 1); /* 1.5 */
}

TEST(allowed_values_bound_what_a_gap_is)
{
    const DmnFinding *f = NULL;
    Str xml = xml_model(
        a,
        "<itemDefinition name=\"t\"><typeRef>string</typeRef><allowedValues><text>\"a\",\"b\"</text></allowedValues>"
        "</itemDefinition><inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"t\"/></inputData><decision "
        "id=\"d\" "
        "name=\"d\"><informationRequirement><requiredInput href=\"#i\"/></informationRequirement><decisionTable><input>"
        "<inputExpression typeRef=\"t\"><text>x</text></inputExpression></input><output/><rule "
        "id=\"r1\"><inputEntry><text>"
        "\"a\"</text></inputEntry><outputEntry><text>1</text></outputEntry></rule><rule "
        "id=\"r2\"><inputEntry><text>\"b\""
        "</text></inputEntry><outputEntry><text>2</text></outputEntry></rule><rule "
        "id=\"r3\"><inputEntry><text>\"c\"</text>"
        "</inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable></decision>");
    size_t count = found(a, xml, 0, &f);
    eq_int(count, 1);
    eq_text(str_from_c(f[0].code), "unreachable");
    eq_text(f[0].rule, "r3");
}

TEST(a_table_can_only_give_its_outputs_to_the_next)
{
    const DmnFinding *f = NULL;
    const char *form =
        "<inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData>"
        "<decision id=\"k\" name=\"kind\"><variable name=\"kind\" typeRef=\"string\"/><informationRequirement>"
        "<requiredInput href=\"#i\"/></informationRequirement><decisionTable><input><inputExpression "
        "typeRef=\"number\">"
        "<text>x</text></inputExpression></input><output/><rule><inputEntry><text>> "
        "1</text></inputEntry><outputEntry><text>"
        "\"a\"</text></outputEntry></rule><rule><inputEntry><text>&lt;= 1</text></inputEntry><outputEntry><text>\"b\""
        "</text></outputEntry></rule></decisionTable></decision>"
        "<decision id=\"d\" name=\"d\"><informationRequirement><requiredDecision href=\"#k\"/></informationRequirement>"
        "<decisionTable><input><inputExpression typeRef=\"string\"><text>kind</text></inputExpression></input><output/>"
        "<rule id=\"r1\"><inputEntry><text>\"a\"</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        "<rule id=\"r2\"><inputEntry><text>\"b\"</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>"
        "</decisionTable></decision>";
    eq_int(found(a, xml_model(a, form), 0, &f), 0);
}

TEST(a_collect_table_needs_a_type_that_is_a_collection)
{
    const DmnFinding *f = NULL;
    const char *form =
        "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"string\"/><decisionTable hitPolicy=\"COLLECT\">"
        "<output/><rule id=\"r\"><outputEntry><text>\"a\"</text></outputEntry></rule></decisionTable></decision>";
    size_t count = found(a, xml_model(a, form), 0, &f);
    eq_int(count_of(f, count, "type"), 1);
}

TEST(unknown_names_and_wrong_types_are_errors)
{
    const DmnFinding *f = NULL;
    size_t count =
        found(a, table_model(a, "", "x number", "o number", "r1|\"a\"|1\nr2|nowhere|2\nr3|> 1|\"text\""), 0, &f);
    eq_int(count_of(f, count, "type"), 2);
    check(count_of(f, count, "broken") >= 1);
}

TEST(law_profile_asks_for_citations_types_and_the_namespace)
{
    const DmnFinding *f = NULL;
    size_t count = found(a, table_model(a, "hitPolicy=\"FIRST\"", "x Any", "o number", "r1|-|1 #act:8\nr2|-|2"),
                         DMN_CHECK_LAW, &f);
    eq_int(count_of(f, count, "law-citation"), 1);
    eq_int(count_of(f, count, "law-policy"), 1);
    check(count_of(f, count, "law-type") >= 2);
    eq_int(count_of(f, count, "law-namespace"), 0);
    Str today = xml_model(
        a,
        "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"date\"/><literalExpression><text>today()</text>"
        "</literalExpression></decision>");
    count = found(a, today, DMN_CHECK_LAW, &f);
    eq_int(count_of(f, count, "law-function"), 1);
}

/* ---- What would change it -------------------------------------------------------------------------------------- */

static size_t changes(Arena *a, const DmnModel *m, const char *json, const char *wanted, const char *names,
                      DmnChange *ret, size_t max)
{
    Err err = {0};
    Json *j = NULL;
    Value inputs;
    const FeelCode *tests = NULL;
    Str list = str_from_c(names), changeable[8];
    size_t count = 0;
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    check(json_parse(a, str_from_c(json), &j, &err) && dmn_inputs_read(a, d, j, &inputs, &err));
    check(feel_compile_tests(a, NULL, str_from_c(wanted), &tests, &err));
    while (count < 8 && str_cut(&list, ',', &changeable[count])) {
        count++;
    }
    return dmn_changes(feel_run_new(a, (FeelLimits){0}, (Instant){0}), d, inputs, tests, changeable, count, ret, max);
}

static void eq_change(Arena *a, DmnChange c, const char *input, const char *to)
{
    Buf b = buf_new(a, 1 << 16);
    feel_print(&b, c.to);
    eq_text(c.input, input);
    eq_text(buf_str(&b), to);
}

TEST(nearest_change_lies_on_the_boundary)
{
    DmnModel *m = model_of(a, table_model(a, "", "x number;day date", "o string",
                                          "r1|< 50|-|\"no\"\nr2|>= 50|< date(\"2024-06-01\")|\"no\"\n"
                                          "r3|>= 50|>= date(\"2024-06-01\")|\"yes\""));
    DmnChange c[8];
    eq_int(changes(a, m, "{\"x\": 20, \"day\": \"2024-07-01\"}", "\"yes\"", "x,day", c, 8), 1);
    eq_change(a, c[0], "x", "50");
    check(!c[0].by_waiting);
    eq_int(changes(a, m, "{\"x\": 60, \"day\": \"2024-05-01\"}", "\"yes\"", "x,day", c, 8), 1);
    eq_change(a, c[0], "day", "date(\"2024-06-01\")");
    check(c[0].by_waiting && c[0].group == 0);
}

TEST(open_boundaries_give_the_next_value)
{
    DmnModel *m = model_of(a, table_model(a, "", "x number", "o boolean", "r1|<= 1.50|false\nr2|> 1.50|true"));
    DmnChange c[2];
    eq_int(changes(a, m, "{\"x\": 1}", "true", "x", c, 2), 1);
    eq_change(a, c[0], "x", "1.6");
    eq_int(changes(a, m, "{\"x\": 1.25}", "true", "x", c, 2), 1);
    eq_change(a, c[0], "x", "1.51");
}

TEST(pairs_are_found_where_no_single_change_helps)
{
    DmnModel *m = model_of(a, table_model(a, "hitPolicy=\"FIRST\"", "x number;b boolean", "o string",
                                          "r1|>= 10|true|\"yes\"\nr2|-|-|\"no\""));
    DmnChange c[4];
    eq_int(changes(a, m, "{\"x\": 3, \"b\": false}", "\"yes\"", "x,b", c, 4), 2);
    eq_change(a, c[0], "x", "10");
    eq_change(a, c[1], "b", "true");
    eq_int(c[0].group, 1);
    eq_int(c[1].group, 1);
    eq_int(changes(a, m, "{\"x\": 3, \"b\": false}", "\"yes\"", "x", c, 4), 0);
}

TEST(boundaries_are_carried_back_through_straight_lines)
{
    DmnModel *m = model_of(
        a,
        xml_model(a, "<inputData id=\"w\" name=\"w\"><variable name=\"w\" typeRef=\"number\"/></inputData>"
                     "<inputData id=\"day\" name=\"day\"><variable name=\"day\" typeRef=\"date\"/></inputData>"
                     "<decision id=\"p\" name=\"p\"><variable name=\"p\" "
                     "typeRef=\"number\"/><informationRequirement><requiredInput href=\"#w\"/>"
                     "</informationRequirement><literalExpression><text>w * 3 - 4</text></literalExpression></decision>"
                     "<decision id=\"d\" name=\"d\"><variable name=\"d\" "
                     "typeRef=\"boolean\"/><informationRequirement><requiredDecision href=\"#p\"/>"
                     "</informationRequirement><informationRequirement><requiredInput "
                     "href=\"#day\"/></informationRequirement><decisionTable "
                     "hitPolicy=\"FIRST\"><input><inputExpression><text>p</text></inputExpression></"
                     "input><input><inputExpression><text>day + "
                     "duration(\"P10D\")</text></inputExpression></input><output/><rule><inputEntry><text>>= "
                     "100</text></inputEntry><inputEntry><text>>= "
                     "date(\"2024-03-01\")</text></inputEntry><outputEntry><text>true</text></outputEntry></"
                     "rule><rule><inputEntry><text>-</text>"
                     "</inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>false</text></"
                     "outputEntry></rule></decisionTable></decision>"));
    DmnChange c[4];
    eq_int(changes(a, m, "{\"w\": 1, \"day\": \"2024-05-01\"}", "true", "w,day", c, 4), 1);
    eq_change(a, c[0], "w", "35"); /* 35 × 3 − 4 = 101 is the first that reaches 100 */
    eq_int(changes(a, m, "{\"w\": 50, \"day\": \"2024-01-01\"}", "true", "w,day", c, 4), 1);
    eq_change(a, c[0], "day", "date(\"2024-02-20\")");
}

TEST(members_of_an_input_change_one_by_one)
{
    DmnModel *m =
        model_of(a, xml_model(a, "<itemDefinition name=\"person\"><itemComponent "
                                 "name=\"age\"><typeRef>number</typeRef></itemComponent><itemComponent name=\"kind\">"
                                 "<typeRef>string</typeRef><allowedValues><text>\"a\",\"b\"</text></allowedValues></"
                                 "itemComponent></itemDefinition>"
                                 "<inputData id=\"i\" name=\"applicant\"><variable name=\"applicant\" "
                                 "typeRef=\"person\"/></inputData><decision id=\"d\" name=\"d\">"
                                 "<variable name=\"d\" typeRef=\"boolean\"/><informationRequirement><requiredInput "
                                 "href=\"#i\"/></informationRequirement><decisionTable>"
                                 "<input><inputExpression><text>applicant.age</text></inputExpression></"
                                 "input><input><inputExpression><text>applicant.kind</text>"
                                 "</inputExpression></input><output/><rule><inputEntry><text>>= "
                                 "18</text></inputEntry><inputEntry><text>\"b\"</text></inputEntry>"
                                 "<outputEntry><text>true</text></outputEntry></rule></decisionTable></decision>"));
    DmnChange c[4];
    eq_int(changes(a, m, "{\"applicant\": {\"age\": 17, \"kind\": \"b\"}}", "true", "applicant", c, 4), 1);
    eq_change(a, c[0], "applicant.age", "18");
    eq_int(changes(a, m, "{\"applicant\": {\"age\": 17, \"kind\": \"a\"}}", "true", "applicant", c, 4), 2);
}

/* One decision d over number x, rent, date day and text s, and a knowledge model enough(x, y). */
static DmnModel *formula(Arena *a, const char *logic)
{
    return model_of(
        a,
        xml_model(
            a,
            str_c(
                a,
                str_printf(
                    a,
                    "<inputData id=\"x\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData>"
                    "<inputData id=\"r\" name=\"rent\"><variable name=\"rent\" typeRef=\"number\"/></inputData>"
                    "<inputData id=\"day\" name=\"day\"><variable name=\"day\" typeRef=\"date\"/></inputData>"
                    "<inputData id=\"s\" name=\"s\"><variable name=\"s\" typeRef=\"string\"/></inputData>"
                    "<businessKnowledgeModel id=\"b\" name=\"enough\"><variable name=\"enough\"/><encapsulatedLogic>"
                    "<formalParameter name=\"p\"/><formalParameter name=\"q\"/><literalExpression><text>p > 3 * q + 10</text>"
                    "</literalExpression></encapsulatedLogic></businessKnowledgeModel><decision id=\"d\" name=\"d\">"
                    "<variable name=\"d\"/><informationRequirement><requiredInput href=\"#x\"/></informationRequirement>"
                    "<informationRequirement><requiredInput href=\"#r\"/></informationRequirement><informationRequirement>"
                    "<requiredInput href=\"#day\"/></informationRequirement><informationRequirement><requiredInput "
                    "href=\"#s\"/></informationRequirement><knowledgeRequirement><requiredKnowledge href=\"#b\"/>"
                    "</knowledgeRequirement>%s</decision>",
                    logic))));
}

TEST(thresholds_inside_expressions_are_boundaries_too)
{
    DmnChange c[4];
    DmnModel *m = formula(a, "<literalExpression><text>if x >= 1500.5 then 1 else 2</text></literalExpression>");
    eq_int(changes(a, m, "{\"x\": 1000}", "1", "x", c, 4), 1);
    eq_change(a, c[0], "x", "1500.5");
    m = formula(a, "<conditional><if><literalExpression><text>enough(x, rent)</text></literalExpression></if><then>"
                   "<literalExpression><text>1</text></literalExpression></then><else><literalExpression><text>2</text>"
                   "</literalExpression></else></conditional>");
    eq_int(changes(a, m, "{\"x\": 1000, \"rent\": 500}", "1", "x,rent", c, 4), 2);
    eq_change(a, c[0], "x", "1511");
    eq_change(a, c[1], "rent", "329");
    m = formula(a, "<literalExpression><text>count([10, 20, 30][item &lt; x])</text></literalExpression>");
    eq_int(changes(a, m, "{\"x\": 5}", "2", "x", c, 4), 1);
    eq_change(a, c[0], "x", "21");
    m = formula(a, "<literalExpression><text>s in (\"closed\", \"void\")</text></literalExpression>");
    eq_int(changes(a, m, "{\"s\": \"open\"}", "true", "s", c, 4), 1);
    eq_change(a, c[0], "s", "\"closed\"");
}

TEST(the_day_on_which_a_value_changes_by_itself_is_found)
{
    DmnChange c;
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    DmnModel *m = formula(a, "<literalExpression><text>if day > date(\"2024-02-29\") + duration(\"P1Y\") then \"over\" "
                             "else \"runs\"</text></literalExpression>");
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    FeelEntry on = {STR("day"), feel_date((Day){19800})}; /* 2024-03-18 */
    check(dmn_next_change(run, d, feel_context(&on, 1), STR("day"), &c));
    eq_change(a, c, "day", "date(\"2025-03-01\")");
    eq_text(feel_text(c.outcome), "over");
    check(c.by_waiting);
    on.value = c.to;
    check(!dmn_next_change(run, d, feel_context(&on, 1), STR("day"), &c));
    check(!dmn_next_change(run, d, feel_context(&on, 1), STR("x"), &c));
}
