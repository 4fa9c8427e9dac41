/* graph_test.c: requirements, knowledge models, services, imports, boxed expressions, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

static Str decision(Arena *a, const char *name, const char *needs, const char *logic)
{
    return str_printf(a, "<decision id=\"%s\" name=\"%s\"><variable name=\"%s\"/>%s%s</decision>", name, name, name,
                      needs, logic);
}

static const char *literal(Arena *a, const char *text)
{
    return str_c(a, str_printf(a, "<literalExpression><text>%s</text></literalExpression>", text));
}

static DmnModel *one(Arena *a, const char *logic)
{
    return model_of(a, xml_model(a, str_c(a, decision(a, "d", "", logic))));
}

TEST(boxed_context_sees_earlier_entries_and_gives_its_result)
{
    DmnModel *m = one(
        a, "<context><contextEntry><variable name=\"base pay\"/><literalExpression><text>10</text></literalExpression>"
           "</contextEntry><contextEntry><variable name=\"inner\"/><context><contextEntry><variable name=\"k\"/>"
           "<literalExpression><text>base pay * 2</text></literalExpression></contextEntry></context></contextEntry>"
           "<contextEntry><literalExpression><text>inner.k + base "
           "pay</text></literalExpression></contextEntry></context>");
    eq_text(value_of(a, m, "d", "{}"), "30");
}

TEST(boxed_relation_list_conditional_and_iterators_evaluate)
{
    eq_text(value_of(a,
                     one(a, "<relation><column name=\"a\"/><column "
                            "name=\"b\"/><row><literalExpression><text>1</text></literalExpression>"
                            "<literalExpression><text>\"x\"</text></literalExpression></row></relation>"),
                     "d", "{}"),
            "[{a: 1, b: \"x\"}]");
    eq_text(
        value_of(a,
                 one(a, "<list><literalExpression><text>1</text></literalExpression><literalExpression><text>2</text>"
                        "</literalExpression></list>"),
                 "d", "{}"),
        "[1, 2]");
    eq_text(value_of(a,
                     one(a, "<conditional><if><literalExpression><text>1 > "
                            "2</text></literalExpression></if><then><literalExpression>"
                            "<text>\"y\"</text></literalExpression></then><else><literalExpression><text>\"n\"</text>"
                            "</literalExpression></else></conditional>"),
                     "d", "{}"),
            "\"n\"");
    eq_text(
        value_of(
            a,
            one(a, "<for "
                   "iteratorVariable=\"i\"><in><literalExpression><text>[1,2,3]</text></literalExpression></in><return>"
                   "<literalExpression><text>count(partial) + i</text></literalExpression></return></for>"),
            "d", "{}"),
        "[1, 3, 5]");
    eq_text(
        value_of(
            a,
            one(a,
                "<some "
                "iteratorVariable=\"i\"><in><literalExpression><text>[1,2,3]</text></literalExpression></in><satisfies>"
                "<literalExpression><text>i = 3</text></literalExpression></satisfies></some>"),
            "d", "{}"),
        "true");
    eq_text(
        value_of(a,
                 one(a, "<filter><in><literalExpression><text>[{p: 1}, {p: 5}]</text></literalExpression></in><match>"
                        "<literalExpression><text>p > 2 and item.p = 5</text></literalExpression></match></filter>"),
                 "d", "{}"),
        "[{p: 5}]");
}

TEST(boxed_function_keeps_what_it_saw)
{
    DmnModel *m = one(
        a,
        "<context><contextEntry><variable "
        "name=\"k\"/><literalExpression><text>3</text></literalExpression></contextEntry>"
        "<contextEntry><variable name=\"times\"/><functionDefinition><formalParameter name=\"x\" typeRef=\"number\"/>"
        "<literalExpression><text>x * k</text></literalExpression></functionDefinition></contextEntry>"
        "<contextEntry><literalExpression><text>[times(2), times(x: 5), times(\"a\")]</text></literalExpression>"
        "</contextEntry></context>");
    eq_text(value_of(a, m, "d", "{}"), "[6, 15, null]");
}

static const char knowledge[] =
    "<businessKnowledgeModel id=\"k\" name=\"fee\"><variable name=\"fee\" typeRef=\"number\"/><encapsulatedLogic>"
    "<formalParameter name=\"n\" typeRef=\"number\"/><literalExpression><text>n * "
    "2</text></literalExpression></encapsulatedLogic>"
    "</businessKnowledgeModel>";
static const char needs_knowledge[] = "<knowledgeRequirement><requiredKnowledge href=\"#k\"/></knowledgeRequirement>";

TEST(knowledge_models_are_called_and_invoked)
{
    Str call = decision(a, "d", needs_knowledge, literal(a, "fee(4) + fee(n: 1)"));
    Str invoke =
        decision(a, "e", needs_knowledge,
                 "<invocation><literalExpression><text>fee</text></literalExpression><binding><parameter name=\"n\"/>"
                 "<literalExpression><text>7</text></literalExpression></binding></invocation>");
    DmnModel *m =
        model_of(a, xml_model(a, str_c(a, str_printf(a, "%s%.*s%.*s", knowledge, STR_ARG(call), STR_ARG(invoke)))));
    eq_text(value_of(a, m, "d", "{}"), "10");
    eq_text(value_of(a, m, "e", "{}"), "14");
    eq_text(value_of(a, m, "fee", "{\"n\": 5}"), "10");
}

TEST(services_hide_what_they_enclose_and_take_input_decisions)
{
    Str x = decision(a, "x", "", literal(a, "1"));
    Str y = decision(a, "y", "<informationRequirement><requiredDecision href=\"#x\"/></informationRequirement>",
                     literal(a, "x + 1"));
    DmnModel *m = model_of(
        a, xml_model(a, str_c(a, str_printf(
                                     a,
                                     "%.*s%.*s<decisionService id=\"s\" name=\"s\"><outputDecision "
                                     "href=\"#y\"/><inputDecision href=\"#x\"/></decisionService>"
                                     "<decision id=\"z\" name=\"z\"><knowledgeRequirement><requiredKnowledge "
                                     "href=\"#s\"/></knowledgeRequirement>"
                                     "<literalExpression><text>[s(10), s(x: 20)]</text></literalExpression></decision>",
                                     STR_ARG(x), STR_ARG(y)))));
    eq_text(value_of(a, m, "y", "{}"), "2");
    eq_text(value_of(a, m, "s", "{\"x\": 5}"), "6");
    eq_text(value_of(a, m, "z", "{}"), "[11, 21]");
}

TEST(a_decision_that_requires_itself_is_refused)
{
    Str x = decision(a, "x", "<informationRequirement><requiredDecision href=\"#y\"/></informationRequirement>",
                     literal(a, "y"));
    Str y = decision(a, "y", "<informationRequirement><requiredDecision href=\"#x\"/></informationRequirement>",
                     literal(a, "x"));
    DmnSource s = {STR("f.dmn"), xml_model(a, str_c(a, str_printf(a, "%.*s%.*s", STR_ARG(x), STR_ARG(y))))};
    DmnModel *m = NULL;
    Err err = {0};
    check(!dmn_load(a, &s, 1, &m, &err));
    eq_int(err.code, MODEL_BROKEN);
    eq_text(str_from_c(err.text), "f.dmn line 1: \"x\" requires itself");
}

TEST(knowledge_that_calls_itself_without_end_becomes_null)
{
    DmnModel *m =
        model_of(a, xml_model(a, "<businessKnowledgeModel id=\"k\" name=\"f\"><knowledgeRequirement><requiredKnowledge "
                                 "href=\"#k\"/></knowledgeRequirement>"
                                 "<encapsulatedLogic><formalParameter name=\"n\"/><literalExpression><text>f(n + "
                                 "1)</text></literalExpression></encapsulatedLogic>"
                                 "</businessKnowledgeModel>"));
    eq_text(value_of(a, m, "f", "{\"n\": 1}"), "error");
}

TEST(imports_are_seen_under_their_names)
{
    Str inner = str_printf(
        a,
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"in\" namespace=\"urn:in\">"
        "<itemDefinition "
        "name=\"t\"><typeRef>number</typeRef><allowedValues><text>[0..9]</text></allowedValues></itemDefinition>"
        "<inputData id=\"i\" name=\"who am I\"><variable name=\"who am I\" typeRef=\"string\"/></inputData>"
        "<decision id=\"g\" name=\"greet\"><variable name=\"greet\"/><informationRequirement><requiredInput "
        "href=\"#i\"/></informationRequirement>"
        "<literalExpression><text>\"hi \" + who am I</text></literalExpression></decision>%s</definitions>",
        knowledge);
    Str outer =
        STR("<definitions xmlns=\"http://www.omg.org/spec/DMN/20180521/MODEL/\" name=\"out\" namespace=\"urn:out\">"
            "<import namespace=\"urn:in\" name=\"A\" importType=\"http://www.omg.org/spec/DMN/20180521/MODEL/\"/>"
            "<import namespace=\"urn:in\" name=\"B b\" importType=\"http://www.omg.org/spec/DMN/20180521/MODEL/\"/>"
            "<decision id=\"d\" name=\"d\"><variable name=\"d\" "
            "typeRef=\"string\"/><informationRequirement><requiredDecision href=\"urn:in#g\"/>"
            "</informationRequirement><knowledgeRequirement><requiredKnowledge "
            "href=\"urn:in#k\"/></knowledgeRequirement><literalExpression>"
            "<text>A.greet + string(A.fee(4))</text></literalExpression></decision>"
            "<inputData id=\"n\" name=\"n\"><variable name=\"n\" typeRef=\"A.t\"/></inputData><decision id=\"e\" "
            "name=\"e\"><variable name=\"e\"/>"
            "<informationRequirement><requiredInput "
            "href=\"#n\"/></informationRequirement><literalExpression><text>n</text></literalExpression>"
            "</decision></definitions>");
    DmnSource sources[] = {{STR("out.dmn"), outer}, {STR("in.dmn"), inner}};
    DmnModel *m = NULL;
    Err err = {0};
    check(dmn_load(a, sources, 2, &m, &err));
    eq_text(value_of(a, m, "d", "{\"who am I\": \"Ann\"}"), "\"hi Ann8\"");
    eq_text(value_of(a, m, "e", "{\"n\": 9}"), "9");
    eq_text(value_of(a, m, "e", "{\"n\": 10}"), "error");
    check(!dmn_load(a, sources, 1, &m, &err));
    eq_int(err.code, MODEL_BROKEN);
}

TEST(inputs_of_nested_imports_stand_in_contexts)
{
    Str low =
        STR("<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"low\" namespace=\"urn:low\">"
            "<inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData><decision id=\"p\" "
            "name=\"plus\">"
            "<variable name=\"plus\"/><informationRequirement><requiredInput "
            "href=\"#i\"/></informationRequirement><literalExpression>"
            "<text>x + 1</text></literalExpression></decision></definitions>");
    Str top = STR(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"top\" namespace=\"urn:top\">"
        "<import namespace=\"urn:low\" name=\"L\" importType=\"https://www.omg.org/spec/DMN/20230324/MODEL/\"/>"
        "<decision id=\"d\" name=\"d\"><variable name=\"d\"/><informationRequirement><requiredDecision "
        "href=\"urn:low#p\"/>"
        "</informationRequirement><literalExpression><text>L.plus</text></literalExpression></decision></definitions>");
    DmnSource sources[] = {{STR("top.dmn"), top}, {STR("low.dmn"), low}};
    DmnModel *m = NULL;
    Err err = {0};
    check(dmn_load(a, sources, 2, &m, &err));
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    FeelEntry x = {STR("x"), feel_int(4)}, l = {STR("L"), feel_context(&x, 1)};
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    check(feel_same(dmn_evaluate(run, d, feel_context(&l, 1), NULL), feel_int(5)));
    check(feel_same(dmn_evaluate(run, d, feel_context(&x, 1), NULL), feel_int(5)));
}

TEST(a_broken_expression_is_a_problem_and_a_null_with_a_reason)
{
    DmnModel *m = one(a, "<literalExpression><text>1 +</text></literalExpression>");
    const DmnProblem *problems = NULL;
    eq_int(dmn_problems(m, &problems), 1);
    eq_text(problems[0].element, "d");
    eq_text(value_of(a, m, "d", "{}"), "error");
}

TEST(a_result_of_the_wrong_type_is_an_error)
{
    DmnModel *m = model_of(
        a, xml_model(a, "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"number\"/><literalExpression>"
                        "<text>\"a\"</text></literalExpression></decision>"));
    eq_text(value_of(a, m, "d", "{}"), "error");
}

TEST(item_definitions_may_refer_to_themselves)
{
    DmnModel *m = model_of(
        a,
        xml_model(
            a, "<itemDefinition name=\"tree\"><itemComponent "
               "name=\"v\"><typeRef>number</typeRef></itemComponent><itemComponent name=\"kids\" "
               "isCollection=\"true\"><typeRef>tree</typeRef></itemComponent></itemDefinition><inputData id=\"i\" "
               "name=\"t\"><variable name=\"t\" "
               "typeRef=\"tree\"/></inputData><decision id=\"d\" name=\"d\"><informationRequirement><requiredInput "
               "href=\"#i\"/>"
               "</informationRequirement><literalExpression><text>t.kids[1].v</text></literalExpression></decision>"));
    eq_text(value_of(a, m, "d", "{\"t\": {\"v\": 1, \"kids\": [{\"v\": 2, \"kids\": []}]}}"), "2");
}

/* A chain of n elements, each requiring the one before. */
static Str chain(Arena *a, int n, const char *form)
{
    Buf b = buf_new(a, 16 << 20);
    for (int i = 0; i < n; i++) {
        for (const char *f = form; *f != 0; f++) {
            if (*f == '$') {
                buf_printf(&b, "%d", i);
            } else if (*f == '@') {
                buf_printf(&b, "%d", i + 1);
            } else {
                buf_byte(&b, *f);
            }
        }
    }
    return xml_model(a, str_c(a, buf_str(&b)));
}

static ErrCode load_code(Arena *a, Str xml)
{
    DmnSource *s = ARENA_NEW(a, DmnSource);
    DmnModel *m = NULL;
    Err err = {0};
    *s = (DmnSource){STR("f.dmn"), xml};
    return dmn_load(a, s, 1, &m, &err) ? OK : err.code;
}

TEST(endless_chains_of_requirements_and_types_are_refused_or_cut)
{
    eq_int(
        load_code(
            a,
            chain(
                a, 20000,
                "<businessKnowledgeModel id=\"k$\" name=\"k$\"><knowledgeRequirement><requiredKnowledge href=\"#k@\"/>"
                "</knowledgeRequirement></businessKnowledgeModel>")),
        TOO_DEEP);
    eq_int(load_code(a, chain(a, 20000,
                              "<decision id=\"k$\" name=\"k$\"><informationRequirement><requiredDecision href=\"#k@\"/>"
                              "</informationRequirement></decision>")),
           TOO_DEEP);
    eq_int(load_code(a, chain(a, 20000, "<itemDefinition name=\"t$\"><typeRef>t@</typeRef></itemDefinition>")), OK);
}
