/* draft_test.c: read, change, write, read: the change is there and all else is as it was.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

static const char diagram[] = "<dmndi:DMNDI xmlns:dmndi=\"https://www.omg.org/spec/DMN/20191111/DMNDI/\" "
                              "xmlns:dc=\"http://www.omg.org/spec/DMN/20180521/DC/\">"
                              "<dmndi:DMNDiagram id=\"D1\"><dmndi:DMNShape dmnElementRef=\"d\"><dc:Bounds "
                              "height=\"80\" width=\"180\" x=\"160\" y=\"100\"/>"
                              "</dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>";

static Str model(Arena *a)
{
    Str table = table_model(a, "", "x number", "o string", "r1|< 5|\"a & b\"\nr2|>= 5|\"c\" #act:2");
    return str_printf(a, "%.*s<!-- kept -->\n%s</definitions>", (int)(table.len - 14), table.ptr, diagram);
}

static Str printed(Arena *a, const DmnDraft *d)
{
    Buf b = buf_new(a, 1 << 20);
    dmn_draft_print(d, &b);
    return buf_str(&b);
}

static DmnDraft *opened(Arena *a, Str xml)
{
    DmnDraft *d = NULL;
    Err err = {0};
    check(dmn_draft_open(a, (DmnSource){STR("m.dmn"), xml}, &d, &err));
    return d;
}

TEST(writing_what_was_read_is_stable_and_keeps_diagram_and_comments)
{
    Str once = printed(a, opened(a, model(a))), twice = printed(a, opened(a, once));
    eq_str(twice, once);
    check(str_find(once, str_from_c(diagram), 0) != SIZE_MAX);
    check(str_find(once, STR("<!-- kept -->"), 0) != SIZE_MAX);
    eq_text(value_of(a, model_of(a, once), "d", "{\"x\": 1}"), "\"a & b\"");
}

TEST(cells_rules_and_citations_change)
{
    Err err = {0};
    DmnDraft *d = opened(a, model(a));
    check(dmn_draft_set(d, STR("r1"), DMN_PLACE_INPUT, 0, STR("< 3"), &err));
    check(dmn_draft_set(d, STR("r1"), DMN_PLACE_OUTPUT, 0, STR("\"low\""), &err));
    check(dmn_draft_set(d, STR("r1"), DMN_PLACE_DESCRIPTION, 0, STR("act:1"), &err));
    check(dmn_draft_add_rule(d, STR("d"), STR("r3"), STR("r2"), &err));
    check(dmn_draft_set(d, STR("r3"), DMN_PLACE_INPUT, 0, STR("[3..5)"), &err));
    check(dmn_draft_set(d, STR("r3"), DMN_PLACE_OUTPUT, 0, STR("\"<mid>\""), &err));
    check(dmn_draft_set(d, STR("r3"), DMN_PLACE_ANNOTATION, 0, STR("act:3"), &err));
    check(!dmn_draft_add_rule(d, STR("d"), STR("r3"), STR(""), &err));
    eq_int(err.code, ALREADY_EXISTS);
    check(!dmn_draft_set(d, STR("r9"), DMN_PLACE_INPUT, 0, STR("1"), &err));
    check(!dmn_draft_set(d, STR("r1"), DMN_PLACE_INPUT, 1, STR("1"), &err));
    eq_int(err.code, NOT_FOUND);
    Str xml = printed(a, d);
    DmnModel *m = model_of(a, xml);
    eq_text(value_of(a, m, "d", "{\"x\": 2}"), "\"low\"");
    eq_text(value_of(a, m, "d", "{\"x\": 4}"), "\"<mid>\"");
    eq_text(value_of(a, m, "d", "{\"x\": 9}"), "\"c\"");
    const DmnFinding *f = NULL;
    eq_int(dmn_check(a, m, 0, &f), 0);
    check(str_find(xml, STR("<rule id=\"r3\"><description>act:3</description>"), 0) != SIZE_MAX);
    check(str_find(xml, STR("<annotationEntry><text>act:1</text></annotationEntry>"), 0) != SIZE_MAX);
    check(dmn_draft_remove_rule(d, STR("r3"), &err));
    eq_text(value_of(a, model_of(a, printed(a, d)), "d", "{\"x\": 4}"), "null");
}

TEST(descriptions_of_an_editor_become_citations)
{
    Str xml = table_model(a, "", "x number", "o string", "r1|< 5|\"a\" #act:1\nr2|>= 5|\"c\" #act:2");
    DmnDraft *d = opened(a, xml);
    eq_int(dmn_draft_cite(d), 0);
    Str changed = str_printf(a, "%.*s", STR_ARG(xml));
    size_t at = str_find(changed, STR("<description>act:1"), 0);
    changed = str_printf(a, "%.*s<description>act:7%.*s", (int)at, changed.ptr,
                         STR_ARG(str_sub(changed, at + 18, changed.len)));
    d = opened(a, changed);
    eq_int(dmn_draft_cite(d), 1);
    check(str_find(printed(a, d), STR("<annotationEntry><text>act:7"), 0) != SIZE_MAX);
}

TEST(expressions_change)
{
    Err err = {0};
    DmnDraft *d = opened(
        a,
        xml_model(a, "<decision id=\"d\" name=\"d\"><literalExpression><text>1</text></literalExpression></decision>"));
    check(dmn_draft_set_expression(d, STR("d"), STR("if 1 < 2 then 3 else 4"), &err));
    eq_text(value_of(a, model_of(a, printed(a, d)), "d", "{}"), "3");
}
