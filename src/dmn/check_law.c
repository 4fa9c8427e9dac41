/* check_law.c: what the law profile asks beyond the standard, so that today's editors open the files and each rule is
 * cited.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check_int.h"

#define LAW_NAMESPACE "https://www.omg.org/spec/DMN/20191111/MODEL/"

static FindingHead at(DmnSeverity severity, const char *code, Str element, int line)
{
    return (FindingHead){.severity = severity, .code = code, .element = element, .line = line};
}

static void form_check(Check *c)
{
    if (!str_eq_c(c->m->root->ns, LAW_NAMESPACE)) {
        finding_add(c, at(DMN_ERROR, "law-namespace", c->m->name, c->m->root->line),
                    "a law model stands in the namespace of DMN 1.3 (%s)", LAW_NAMESPACE);
    }
    for (const XmlNode *n = xml_child(c->m->root, "import"); n != NULL; n = xml_next_same(n)) {
        finding_add(c, at(DMN_ERROR, "law-construct", c->m->name, n->line),
                    "law models do not import: editors cannot show it");
    }
    for (const XmlNode *n = xml_child(c->m->root, "decisionService"); n != NULL; n = xml_next_same(n)) {
        finding_add(c, at(DMN_ERROR, "law-construct", xml_attr(n, "name"), n->line),
                    "decision services are not in the profile");
    }
}

static bool name_is_plain(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char ch = (unsigned char)name.ptr[i];
        bool plain =
            (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || ch >= 0x80;
        if (!plain && (ch != ' ' || i == 0 || name.ptr[i - 1] == ' ')) {
            return false;
        }
    }
    return name.len > 0;
}

/* Only what dmn-js edits: tables and literals; a knowledge model is a function around one of them. */
static void logic_form(Check *c, const DmnInvocable *d)
{
    if (d->logic == NULL) {
        finding_add(c, at(DMN_ERROR, "law-construct", d->name, d->line), "there is no table and no expression");
    } else if (d->logic->kind != EXPR_LITERAL && d->logic->kind != EXPR_TABLE) {
        finding_add(c, at(DMN_ERROR, "law-construct", d->name, d->logic->line),
                    "only decision tables and literal expressions are in the profile");
    }
}

static bool word_at(Str text, size_t at, Str word)
{
    size_t end = at + word.len;
    while (end < text.len && text.ptr[end] == ' ') {
        end++;
    }
    bool starts = at == 0 || !((text.ptr[at - 1] | 32) >= 'a' && (text.ptr[at - 1] | 32) <= 'z');
    return starts && end < text.len && text.ptr[end] == '(';
}

static void text_check(Check *c, Str element, Str rule, int line, Str text)
{
    static const char *const refused[] = {"now", "today", "exp", "log", "sqrt", "external"};
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        Str word = str_from_c(refused[i]);
        for (size_t p = str_find(text, word, 0); p != SIZE_MAX; p = str_find(text, word, p + 1)) {
            if (word_at(text, p, word)) {
                FindingHead head = at(DMN_ERROR, "law-function", element, line);
                head.rule = rule;
                finding_add(c, head, "%s() is not in the profile: the governing day and all facts are inputs",
                            refused[i]);
            }
        }
    }
}

static bool type_is_typed(const DmnInvocable *d)
{
    return d->type_name.len > 0 && !str_eq_c(d->type_name, "Any");
}

static void input_check(Check *c, const DmnInvocable *d)
{
    if (!type_is_typed(d)) {
        finding_add(c, at(DMN_ERROR, "law-type", d->name, d->line), "the input has no type");
    }
    const DType *t = d->type;
    bool text = !type_is_any(t) && t->feel != NULL && feel_type_kind(t->feel) == FEEL_STRING;
    if (text && t->allowed_text.len == 0) {
        finding_add(c, at(DMN_WARNING, "law-values", d->name, d->line),
                    "a text input without allowed values: make its type an enumeration");
    }
}

static void element_check(Check *c, const DmnInvocable *d)
{
    if (!name_is_plain(d->name)) {
        finding_add(c, at(DMN_ERROR, "law-name", d->name, d->line), "names are letters, digits and single spaces");
    }
    if (!str_eq(d->name, d->variable)) {
        finding_add(c, at(DMN_ERROR, "law-name", d->name, d->line),
                    "the variable \"%.*s\" is not named like its element", STR_ARG(d->variable));
    }
    if (d->kind == NODE_INPUT) {
        input_check(c, d);
        return;
    }
    if (d->kind == DMN_SERVICE) {
        return;
    }
    logic_form(c, d);
    if (d->kind == DMN_DECISION && !type_is_typed(d)) {
        finding_add(c, at(DMN_ERROR, "law-type", d->name, d->line), "the decision has no type");
    }
    for (size_t i = 0; i < d->param_count; i++) {
        if (type_is_any(d->params[i].type)) {
            finding_add(c, at(DMN_ERROR, "law-type", d->name, d->line), "the parameter %.*s has no type",
                        STR_ARG(d->params[i].name));
        }
    }
    if (d->logic != NULL && d->logic->kind == EXPR_LITERAL) {
        text_check(c, d->name, STR(""), d->logic->line, d->logic->text);
    }
}

static Str annotation_find(const TableRule *rule, const char *name)
{
    for (size_t i = 0; i < rule->annotation_count; i++) {
        if (str_eq_c(rule->annotations[i].name, name)) {
            return feel_text(rule->annotations[i].value);
        }
    }
    return STR("");
}

static void rule_check(Check *c, const Table *t, size_t r)
{
    const TableRule *rule = &t->rules[r];
    FindingHead head = at(DMN_ERROR, "law-citation", t->owner, rule->line);
    Str article = annotation_find(rule, "article");
    head.rule = rule->id;
    if (article.len == 0) {
        finding_add(c, head, "rule %.*s cites no article", STR_ARG(rule->id));
    } else if (!str_eq(article, rule->description)) {
        finding_add(c, head, "rule %.*s: the article \"%.*s\" is not equal to its description \"%.*s\"",
                    STR_ARG(rule->id), STR_ARG(article), STR_ARG(rule->description));
    }
    for (size_t i = 0; i < t->input_count; i++) {
        text_check(c, t->owner, rule->id, rule->in[i].line, rule->in[i].text);
    }
    for (size_t o = 0; o < t->output_count; o++) {
        text_check(c, t->owner, rule->id, rule->out[o].line, rule->out[o].text);
    }
}

static void rule_ids(Check *c, const Table *t)
{
    Map seen = {.arena = c->a};
    for (const XmlNode *n = xml_child(t->xml, "rule"); n != NULL; n = xml_next_same(n)) {
        if (xml_attr(n, "id").len == 0) {
            finding_add(c, at(DMN_ERROR, "law-id", t->owner, n->line), "a rule has no id");
        } else if (map_get(&seen, xml_attr(n, "id")) != NULL) {
            finding_add(c, at(DMN_ERROR, "law-id", t->owner, n->line), "the rule id %.*s is used twice",
                        STR_ARG(xml_attr(n, "id")));
        } else {
            map_set(&seen, xml_attr(n, "id"), c);
        }
    }
}

static void table_law(Check *c, const DmnInvocable *d, const Table *t)
{
    bool reason = xml_text(c->a, xml_child(t->xml, "description")).len > 0 ||
                  xml_text(c->a, xml_child(d->xml, "description")).len > 0;
    if ((t->hit == HIT_FIRST || t->hit == HIT_RULE_ORDER) && !reason) {
        finding_add(c, at(DMN_ERROR, "law-policy", t->owner, t->line),
                    "hit policy %.*s hides law in the order of rows: give the reason as description of the decision",
                    STR_ARG(hit_name(t->hit)));
    } else if (t->hit == HIT_ANY || t->hit == HIT_PRIORITY || t->hit == HIT_OUTPUT_ORDER) {
        finding_add(c, at(DMN_INFO, "law-policy", t->owner, t->line), "UNIQUE or COLLECT is preferred to %.*s",
                    STR_ARG(hit_name(t->hit)));
    }
    bool article = false;
    for (size_t i = 0; i < t->annotation_count; i++) {
        article = article || str_eq_c(t->annotations[i], "article");
    }
    if (!article) {
        finding_add(c, at(DMN_ERROR, "law-citation", t->owner, t->line),
                    "the table has no annotation column \"article\"");
    }
    for (size_t i = 0; i < t->input_count; i++) {
        if (type_is_any(t->inputs[i].type)) {
            finding_add(c, at(DMN_ERROR, "law-type", t->owner, t->inputs[i].line), "the column %.*s has no type",
                        STR_ARG(t->inputs[i].text));
        }
        text_check(c, t->owner, STR(""), t->inputs[i].line, t->inputs[i].text);
    }
    rule_ids(c, t);
    for (size_t r = 0; r < t->rule_count; r++) {
        rule_check(c, t, r);
    }
}

void law_check(Check *c)
{
    form_check(c);
    for (size_t i = 0; i < c->m->node_count; i++) {
        element_check(c, c->m->nodes[i]);
    }
    tables_walk(c, table_law);
}
