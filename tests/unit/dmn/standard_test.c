/* standard_test.c: what the standard asks of models as modelers write them, where no case of the suite's public part
 * asks it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define DECISION(inside) "<decision id=\"d\" name=\"d\"><variable name=\"d\"/>" inside "</decision>"
#define KNOWS(id) "<knowledgeRequirement><requiredKnowledge href=\"#" id "\"/></knowledgeRequirement>"
#define FACULTY "if n &lt; 2 then 1 else n * fac(n - 1)"

static void expect(Arena *a, const char *inside, const char *value)
{
    eq_text(value_of(a, model_of(a, xml_model(a, inside)), "d", "{}"), value);
}

TEST(a_model_of_version_1_1_is_read_with_types_as_qualified_names)
{
    DmnModel *m = model_of(
        a,
        STR("<definitions xmlns=\"http://www.omg.org/spec/DMN/20151101/dmn.xsd\" xmlns:tns=\"urn:m\" "
            "xmlns:feel=\"http://www.omg.org/spec/FEEL/20140401\" id=\"m\" name=\"m\" namespace=\"urn:m\">"
            "<itemDefinition name=\"tWorker\"><itemComponent name=\"age\"><typeRef>feel:number</typeRef>"
            "<allowedValues><text>[18..60]</text></allowedValues></itemComponent></itemDefinition>"
            "<inputData id=\"w\" name=\"w\"><variable name=\"w\" typeRef=\"tns:tWorker\"/></inputData>"
            "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"feel:number\"/><informationRequirement>"
            "<requiredInput href=\"#w\"/></informationRequirement>" LITERAL("w.age + 1") "</decision></definitions>"));
    eq_text(value_of(a, m, "d", "{\"w\": {\"age\": 30}}"), "31");
    eq_text(value_of(a, m, "d", "{\"w\": {\"age\": 17}}"), "error");
}

TEST(a_knowledge_model_may_call_itself_without_requiring_itself)
{
    expect(
        a,
        "<businessKnowledgeModel id=\"f\" name=\"fac\"><variable name=\"fac\" typeRef=\"number\"/><encapsulatedLogic>"
        "<formalParameter name=\"n\" typeRef=\"number\"/>" LITERAL(
            FACULTY) "</encapsulatedLogic></businessKnowledgeModel>" DECISION(KNOWS("f") LITERAL("fac(10)")),
        "3628800");
    expect(a,
           "<businessKnowledgeModel id=\"f\" name=\"max\"><variable name=\"max\"/><encapsulatedLogic>"
           "<formalParameter name=\"n\"/>" LITERAL(
               "max([n, 3])") "</encapsulatedLogic></businessKnowledgeModel>" DECISION(KNOWS("f") LITERAL("max(2)")),
           "3");
}

TEST(a_function_of_a_boxed_context_may_call_itself)
{
    expect(a,
           DECISION("<context><contextEntry><variable name=\"k\"/>" LITERAL(
               "2") "</contextEntry>"
                    "<contextEntry><variable name=\"fac\"/><functionDefinition><formalParameter name=\"n\"/>" LITERAL(
                        "if n &lt; 2 then k else n * fac(n - 1)") "</functionDefinition></contextEntry>"
                                                                  "<contextEntry>" LITERAL(
                                                                      "fac(n: 4)") "</contextEntry></context>"),
           "48");
}

TEST(a_boxed_context_with_an_entry_twice_is_null)
{
    expect(a,
           DECISION("<context><contextEntry><variable name=\"x\"/>" LITERAL(
               "1") "</contextEntry>"
                    "<contextEntry><variable name=\"x\"/>" LITERAL("2") "</contextEntry></context>"),
           "error");
}

TEST(the_match_of_a_boxed_filter_may_end_in_a_comment)
{
    expect(a,
           DECISION("<filter><in>" LITERAL("[{age: 17}, {age: 18}]") "</in><match>" LITERAL(
               "age > 17 // adults") "</match></filter>"),
           "[{age: 18}]");
}
