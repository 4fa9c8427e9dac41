/* dmn_testing.c: small models for tests, written as a few lines of text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#include <stdio.h>

static void escaped(Buf *b, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '<') {
            buf_add_c(b, "&lt;");
        } else if (s.ptr[i] == '&') {
            buf_add_c(b, "&amp;");
        } else {
            buf_byte(b, s.ptr[i]);
        }
    }
}

Str xml_model(Arena *a, const char *inside)
{
    return str_printf(
        a,
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\" name=\"m\" namespace=\"urn:m\">"
        "%s</definitions>",
        inside);
}

static void entry(Buf *b, const char *element, Str text)
{
    buf_printf(b, "<%s><text>", element);
    escaped(b, str_trim(text));
    buf_printf(b, "</text></%s>", element);
}

static void outputs_add(Buf *b, Str outputs)
{
    for (Str one; str_cut(&outputs, ';', &one);) {
        Str name, type;
        str_cut(&one, ' ', &name);
        if (one.ptr == NULL || !str_cut(&one, ' ', &type)) {
            type = STR("Any");
        }
        buf_printf(b, "<output name=\"%.*s\" typeRef=\"%.*s\">", STR_ARG(name), STR_ARG(type));
        if (one.ptr != NULL && one.len > 0 && one.ptr[0] == '=') {
            entry(b, "defaultOutputEntry", str_sub(one, 1, one.len));
        } else if (one.ptr != NULL && one.len > 0) {
            entry(b, "outputValues", one);
        }
        buf_add_c(b, "</output>");
    }
}

static size_t pieces(Str s)
{
    size_t n = 0;
    for (Str one; str_cut(&s, ';', &one);) {
        n++;
    }
    return n;
}

static void rule_add(Buf *b, Str line, size_t inputs)
{
    Str id, cell;
    size_t at = str_find(line, STR("#"), 0), i = 0;
    Str article = at == SIZE_MAX ? STR("") : str_trim(str_sub(line, at + 1, line.len));
    Str cells = str_sub(line, 0, at);
    str_cut(&cells, '|', &id);
    buf_printf(b, "<rule id=\"%.*s\">", STR_ARG(str_trim(id)));
    if (article.len > 0) {
        buf_printf(b, "<description>%.*s</description>", STR_ARG(article));
    }
    for (; cells.ptr != NULL && str_cut(&cells, '|', &cell); i++) {
        entry(b, i < inputs ? "inputEntry" : "outputEntry", cell);
    }
    if (article.len > 0) {
        entry(b, "annotationEntry", article);
    }
    buf_add_c(b, "</rule>");
}

Str table_model(Arena *a, const char *table, const char *columns, const char *outputs, const char *rules)
{
    Buf b = buf_new(a, 64 << 20), needs = buf_new(a, 1 << 20), inputs = buf_new(a, 1 << 20);
    Str list = str_from_c(columns), lines = str_from_c(rules);
    for (Str one; str_cut(&list, ';', &one);) {
        Str name;
        str_cut(&one, ' ', &name);
        buf_printf(&b, "<inputData id=\"in_%.*s\" name=\"%.*s\"><variable name=\"%.*s\" typeRef=\"%.*s\"/></inputData>",
                   STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(one));
        buf_printf(&needs, "<informationRequirement><requiredInput href=\"#in_%.*s\"/></informationRequirement>",
                   STR_ARG(name));
        buf_printf(&inputs, "<input><inputExpression typeRef=\"%.*s\"><text>%.*s</text></inputExpression></input>",
                   STR_ARG(one), STR_ARG(name));
    }
    buf_printf(&b, "<decision id=\"d\" name=\"d\"><variable name=\"d\"/>%.*s<decisionTable %s>%.*s",
               STR_ARG(buf_str(&needs)), table, STR_ARG(buf_str(&inputs)));
    outputs_add(&b, str_from_c(outputs));
    buf_add_c(&b, "<annotation name=\"article\"/>");
    for (Str line; str_cut(&lines, '\n', &line);) {
        if (str_trim(line).len > 0) {
            rule_add(&b, line, pieces(str_from_c(columns)));
        }
    }
    buf_add_c(&b, "</decisionTable></decision>");
    return xml_model(a, str_c(a, buf_str(&b)));
}

DmnModel *model_of(Arena *a, Str xml)
{
    DmnSource *s = ARENA_NEW(a, DmnSource);
    DmnModel *m = NULL;
    Err err = {0};
    *s = (DmnSource){STR("test.dmn"), xml};
    if (!dmn_load(a, s, 1, &m, &err)) {
        printf("  %s\n", err.text);
        check(false);
    }
    return m;
}

Str value_of(Arena *a, const DmnModel *m, const char *name, const char *json)
{
    Err err = {0};
    Json *j = NULL;
    Value inputs;
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, str_from_c(name));
    d = d != NULL ? d : dmn_find(m, DMN_SERVICE, str_from_c(name));
    d = d != NULL ? d : dmn_find(m, DMN_KNOWLEDGE, str_from_c(name));
    check(d != NULL);
    bool ok = json_parse(a, str_from_c(json), &j, &err) && dmn_inputs_read(a, d, j, &inputs, &err);
    if (!ok) {
        return str_copy(a, str_from_c(err.text));
    }
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    Value v = dmn_evaluate(run, d, inputs, NULL);
    Buf b = buf_new(a, 1 << 20);
    if (v.kind == FEEL_NULL && v.reason != 0) {
        buf_add_c(&b, "error");
    } else {
        feel_print(&b, v);
    }
    return buf_str(&b);
}
