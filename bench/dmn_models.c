/* dmn_models.c: the two models that benchmarks of decisions use, written as text. The figures in them are invented.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_models.h"

static void open_model(Buf *b, const char *name)
{
    buf_printf(b,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<definitions "
               "xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"%s\" "
               "name=\"%s\" namespace=\"urn:bench:%s\">\n",
               name, name, name);
}

/* A name as an XML id, which has no spaces. */
static void add_id(Buf *b, const char *before, Str name)
{
    buf_add_c(b, before);
    for (size_t i = 0; i < name.len; i++) {
        buf_byte(b, name.ptr[i] == ' ' ? '_' : name.ptr[i]);
    }
    buf_byte(b, '"');
}

static void input_data(Buf *b, const char *name, const char *type)
{
    add_id(b, "<inputData id=\"in_", str_from_c(name));
    buf_printf(b, " name=\"%s\"><variable name=\"%s\" typeRef=\"%s\"/></inputData>\n", name, name, type);
}

/* needs: names separated by ';', those of decisions with '!' before them. */
static void open_decision(Buf *b, const char *name, const char *type, const char *needs)
{
    Str list = str_from_c(needs);
    add_id(b, "<decision id=\"", str_from_c(name));
    buf_printf(b, " name=\"%s\"><variable name=\"%s\"%s%s%s/>\n", name, name, type[0] ? " typeRef=\"" : "", type,
               type[0] ? "\"" : "");
    for (Str one; str_cut(&list, ';', &one);) {
        bool decision = one.len > 0 && one.ptr[0] == '!';
        Str id = decision ? str_sub(one, 1, one.len) : one;
        add_id(b,
               decision ? "<informationRequirement><requiredDecision href=\"#"
                        : "<informationRequirement><requiredInput href=\"#in_",
               id);
        buf_add_c(b, "/></informationRequirement>\n");
    }
}

static void table_input(Buf *b, const char *name, const char *type)
{
    buf_printf(b, "<input><inputExpression typeRef=\"%s\"><text>%s</text></inputExpression></input>\n", type, name);
}

static void cell(Buf *b, const char *element, Str text)
{
    buf_printf(b, "<%s><text>", element);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '<') {
            buf_add_c(b, "&lt;");
        } else {
            buf_byte(b, text.ptr[i]);
        }
    }
    buf_printf(b, "</text></%s>", element);
}

/* cells: inputs and outputs separated by '|'. */
static void rule(Buf *b, const char *id, const char *cells, size_t inputs)
{
    Str list = str_from_c(cells);
    size_t i = 0;
    buf_printf(b, "<rule id=\"%s\">", id);
    for (Str one; str_cut(&list, '|', &one); i++) {
        cell(b, i < inputs ? "inputEntry" : "outputEntry", str_trim(one));
    }
    buf_add_c(b, "</rule>\n");
}

Str bench_table30(Arena *a)
{
    static const char *const industries[] = {"manufacturing", "farming", "fishing", "construction", "services"};
    static const char *const regions[] = {"\"capital\"", "\"north\",\"south\"", "-"};
    Buf b = buf_new(a, 1 << 20);
    int n = 0;
    open_model(&b, "table30");
    input_data(&b, "industry", "string");
    input_data(&b, "workers", "number");
    input_data(&b, "wage", "number");
    input_data(&b, "region", "string");
    input_data(&b, "filed", "date");
    open_decision(&b, "quota", "", "industry;workers;wage;region;filed");
    buf_add_c(&b, "<decisionTable hitPolicy=\"FIRST\">\n");
    table_input(&b, "industry", "string");
    table_input(&b, "workers", "number");
    table_input(&b, "wage", "number");
    table_input(&b, "region", "string");
    table_input(&b, "filed", "date");
    buf_add_c(&b, "<output name=\"ceiling\" typeRef=\"number\"/><output name=\"article\" typeRef=\"string\"/>\n");
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 6; k++, n++) {
            int low = k * 20, high = k == 5 ? 100000 : (k + 1) * 20;
            Str cells = str_printf(a, "\"%s\"|[%d..%d)|>= %d|%s|%s|%d|\"act:%d(%d)\"", industries[i], low, high,
                                   1500000 + 50000 * (k % 3), regions[(i + k) % 3],
                                   k % 2 ? "-" : ">= date(\"2020-01-01\")", 5 + 5 * k + i, 8 + i, k + 1);
            rule(&b, str_c(a, str_printf(a, "q%d", n + 1)), str_c(a, cells), 5);
        }
    }
    buf_add_c(&b, "</decisionTable></decision></definitions>\n");
    return buf_str(&b);
}

Str bench_chain6(Arena *a)
{
    Buf b = buf_new(a, 1 << 20);
    open_model(&b, "chain6");
    static const char *const inputs[][2] = {
        {"sector", "string"},        {"posted days", "number"}, {"local hires", "number"}, {"insured", "boolean"},
        {"arrears", "number"},       {"violations", "number"},  {"dismissals", "number"},  {"staff", "number"},
        {"foreign staff", "number"}, {"wage", "number"},        {"filed", "date"}};
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        input_data(&b, inputs[i][0], inputs[i][1]);
    }
    open_decision(&b, "market test", "string", "sector;posted days;local hires");
    buf_add_c(&b, "<decisionTable hitPolicy=\"FIRST\">\n");
    table_input(&b, "sector", "string");
    table_input(&b, "posted days", "number");
    table_input(&b, "local hires", "number");
    buf_add_c(&b, "<output name=\"m\" typeRef=\"string\"/>\n");
    rule(&b, "m1", "\"farming\"|>= 7|-|\"passed\"", 3);
    rule(&b, "m2", "\"fishing\"|>= 7|-|\"passed\"", 3);
    rule(&b, "m3", "-|>= 14|-|\"passed\"", 3);
    rule(&b, "m4", "-|[7..14)|>= 1|\"passed\"", 3);
    rule(&b, "m5", "-|< 7|-|\"too short\"", 3);
    rule(&b, "m6", "-|-|-|\"failed\"", 3);
    buf_add_c(&b, "</decisionTable></decision>\n");
    open_decision(&b, "insurance", "string", "insured;arrears");
    buf_add_c(&b, "<decisionTable hitPolicy=\"UNIQUE\">\n");
    table_input(&b, "insured", "boolean");
    table_input(&b, "arrears", "number");
    buf_add_c(&b, "<output name=\"i\" typeRef=\"string\"/>\n");
    rule(&b, "i1", "true|<= 0|\"covered\"", 2);
    rule(&b, "i2", "true|> 0|\"arrears\"", 2);
    rule(&b, "i3", "false|-|\"none\"", 2);
    buf_add_c(&b, "</decisionTable></decision>\n");
    open_decision(&b, "conduct", "string", "violations;dismissals");
    buf_add_c(&b, "<decisionTable hitPolicy=\"PRIORITY\">\n");
    table_input(&b, "violations", "number");
    table_input(&b, "dismissals", "number");
    buf_add_c(
        &b, "<output name=\"c\" "
            "typeRef=\"string\"><outputValues><text>\"barred\",\"watched\",\"clean\"</text></outputValues></output>\n");
    rule(&b, "c1", "> 2|-|\"barred\"", 2);
    rule(&b, "c2", "[1..2]|-|\"watched\"", 2);
    rule(&b, "c3", "-|> 5|\"barred\"", 2);
    rule(&b, "c4", "-|[1..5]|\"watched\"", 2);
    rule(&b, "c5", "-|-|\"clean\"", 2);
    buf_add_c(&b, "</decisionTable></decision>\n");
    open_decision(&b, "ceiling", "number", "sector;staff;filed");
    buf_add_c(&b, "<decisionTable hitPolicy=\"UNIQUE\">\n");
    table_input(&b, "sector", "string");
    table_input(&b, "staff", "number");
    table_input(&b, "filed", "date");
    buf_add_c(&b, "<output name=\"l\" typeRef=\"number\"/>\n");
    rule(&b, "l1", "\"farming\"|< 10|-|4", 3);
    rule(&b, "l2", "\"farming\"|>= 10|-|8", 3);
    rule(&b, "l3", "\"fishing\"|-|-|6", 3);
    rule(&b, "l4", "not(\"farming\",\"fishing\")|< 10|< date(\"2024-01-01\")|2", 3);
    rule(&b, "l5", "not(\"farming\",\"fishing\")|< 10|>= date(\"2024-01-01\")|3", 3);
    rule(&b, "l6", "not(\"farming\",\"fishing\")|[10..50)|-|10", 3);
    rule(&b, "l7", "not(\"farming\",\"fishing\")|[50..150)|-|20", 3);
    rule(&b, "l8", "not(\"farming\",\"fishing\")|>= 150|-|40", 3);
    buf_add_c(&b, "</decisionTable></decision>\n");
    open_decision(&b, "headroom", "number", "!ceiling;foreign staff");
    buf_add_c(&b, "<literalExpression><text>ceiling - foreign staff</text></literalExpression></decision>\n");
    open_decision(&b, "eligibility", "string", "!market test;!insurance;!conduct;!headroom;wage");
    buf_add_c(&b, "<decisionTable hitPolicy=\"FIRST\">\n");
    table_input(&b, "market test", "string");
    table_input(&b, "insurance", "string");
    table_input(&b, "conduct", "string");
    table_input(&b, "headroom", "number");
    table_input(&b, "wage", "number");
    buf_add_c(&b, "<output name=\"e\" typeRef=\"string\"/>\n");
    rule(&b, "e1", "-|-|\"barred\"|-|-|\"refused: conduct\"", 5);
    rule(&b, "e2", "\"too short\"|-|-|-|-|\"refused: posting\"", 5);
    rule(&b, "e3", "\"failed\"|-|-|-|-|\"refused: market\"", 5);
    rule(&b, "e4", "-|\"none\"|-|-|-|\"refused: insurance\"", 5);
    rule(&b, "e5", "-|\"arrears\"|-|-|-|\"ask: arrears\"", 5);
    rule(&b, "e6", "-|-|-|<= 0|-|\"refused: ceiling\"", 5);
    rule(&b, "e7", "-|-|-|-|< 1500000|\"refused: wage\"", 5);
    rule(&b, "e8", "-|-|\"watched\"|> 0|-|\"ask: conduct\"", 5);
    rule(&b, "e9", "\"passed\"|\"covered\"|\"clean\"|> 0|>= 1500000|\"eligible\"", 5);
    buf_add_c(&b, "</decisionTable></decision></definitions>\n");
    return buf_str(&b);
}
