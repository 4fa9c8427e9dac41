/* draft.c: changes to a model file, made in its XML tree, so that all else stays as the editor wrote it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

struct DmnDraft {
    Arena *a;
    XmlNode *root;
    Str path;
};

bool dmn_draft_open(Arena *a, DmnSource source, DmnDraft **ret, Err *err)
{
    DmnDraft *d = ARENA_NEW(a, DmnDraft);
    d->a = a;
    d->path = source.path;
    if (!xml_read(a, source.path, source.xml, &d->root, err)) {
        return false;
    }
    if (!xml_is(d->root, "definitions") || !dmn_is_model_ns(d->root->ns)) {
        return err_set(err, MODEL_BROKEN, "%.*s: this is no DMN model of version 1.1 to 1.5", STR_ARG(d->path));
    }
    *ret = d;
    return true;
}

/* The first such element below n, itself included; depth is bounded by XML_DEPTH. */
static XmlNode *find_below(XmlNode *n, const char *element, const char *attribute, Str value)
{
    if (xml_is(n, element) && dmn_is_model_ns(n->ns) && (value.ptr == NULL || str_eq(xml_attr(n, attribute), value))) {
        return n;
    }
    for (XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        XmlNode *found = find_below(c, element, attribute, value);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static XmlNode *rule_find(const DmnDraft *d, Str rule_id)
{
    return rule_id.len > 0 ? find_below(d->root, "rule", "id", rule_id) : NULL;
}

static XmlNode *child_at(const XmlNode *n, const char *element, size_t index)
{
    XmlNode *c = xml_child(n, element);
    while (c != NULL && index-- > 0) {
        c = xml_next_same(c);
    }
    return c;
}

static void text_set(Arena *a, XmlNode *entry, Str text)
{
    XmlNode *t = xml_child(entry, "text");
    xml_set_text(a, t != NULL ? t : xml_new(a, entry, "text"), str_copy(a, text));
}

/* The column of the annotation "article" in the rule's table; SIZE_MAX if there is none. */
static size_t article_column(const XmlNode *table)
{
    size_t i = 0;
    for (const XmlNode *c = xml_child(table, "annotation"); c != NULL; c = xml_next_same(c), i++) {
        if (str_eq_c(str_trim(xml_attr(c, "name")), "article")) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void unlink_child(XmlNode *parent, XmlNode *child)
{
    XmlNode *before = NULL;
    for (XmlNode *c = parent->first; c != child; c = c->next) {
        before = c;
    }
    *(before != NULL ? &before->next : &parent->first) = child->next;
    if (parent->last == child) {
        parent->last = before;
    }
    child->next = NULL;
}

/* Moves the last child of parent in front of `before` (NULL: first). */
static void last_to(XmlNode *parent, XmlNode *before)
{
    XmlNode *moving = parent->last;
    if (moving == before) {
        return;
    }
    unlink_child(parent, moving);
    if (parent->first == before || before == NULL) {
        moving->next = parent->first;
        parent->first = moving;
        parent->last = parent->last != NULL ? parent->last : moving;
        return;
    }
    XmlNode *c = parent->first;
    while (c->next != before) {
        c = c->next;
    }
    c->next = moving;
    moving->next = before;
}

static void description_set(DmnDraft *d, XmlNode *rule, Str text)
{
    XmlNode *n = xml_child(rule, "description");
    if (n == NULL) {
        n = xml_new(d->a, rule, "description");
        last_to(rule, rule->first); /* the schema wants it first */
    }
    xml_set_text(d->a, n, str_copy(d->a, text));
}

static void annotation_set(DmnDraft *d, XmlNode *rule, size_t column, Str text)
{
    XmlNode *entry = child_at(rule, "annotationEntry", column);
    while (entry == NULL) {
        XmlNode *added = xml_new(d->a, rule, "annotationEntry");
        text_set(d->a, added, STR(""));
        entry = child_at(rule, "annotationEntry", column);
    }
    text_set(d->a, entry, text);
}

bool dmn_draft_set(DmnDraft *d, Str rule_id, DmnPlace place, size_t column, Str text, Err *err)
{
    XmlNode *rule = rule_find(d, rule_id);
    if (rule == NULL) {
        return err_set(err, NOT_FOUND, "there is no rule %.*s", STR_ARG(rule_id));
    }
    size_t article = article_column(rule->parent), annotations = xml_count(rule->parent, "annotation");
    if (place == DMN_PLACE_DESCRIPTION || (place == DMN_PLACE_ANNOTATION && column == article)) {
        description_set(d, rule, text);
        if (article != SIZE_MAX) {
            annotation_set(d, rule, article, text);
        }
        return true;
    }
    if (place == DMN_PLACE_ANNOTATION) {
        if (column >= annotations) {
            return err_set(err, NOT_FOUND, "the table has no annotation %zu", column + 1);
        }
        annotation_set(d, rule, column, text);
        return true;
    }
    XmlNode *entry = child_at(rule, place == DMN_PLACE_INPUT ? "inputEntry" : "outputEntry", column);
    if (entry == NULL) {
        return err_set(err, NOT_FOUND, "rule %.*s has no column %zu of that kind", STR_ARG(rule_id), column + 1);
    }
    text_set(d->a, entry, text);
    return true;
}

static XmlNode *element_find(const DmnDraft *d, Str name)
{
    for (XmlNode *n = xml_first(d->root); n != NULL; n = xml_next(n)) {
        if ((xml_is(n, "decision") || xml_is(n, "businessKnowledgeModel")) &&
            (str_eq(xml_attr(n, "name"), name) || str_eq(xml_attr(n, "id"), name))) {
            return n;
        }
    }
    return NULL;
}

bool dmn_draft_add_rule(DmnDraft *d, Str decision, Str rule_id, Str before_id, Err *err)
{
    XmlNode *element = element_find(d, decision);
    XmlNode *table = element != NULL ? find_below(element, "decisionTable", "", (Str){0}) : NULL;
    XmlNode *before = rule_find(d, before_id);
    if (table == NULL || (before_id.len > 0 && (before == NULL || before->parent != table))) {
        return err_set(err, NOT_FOUND, "there is no such table or rule in \"%.*s\"", STR_ARG(decision));
    }
    if (rule_id.len == 0 || rule_find(d, rule_id) != NULL) {
        return err_set(err, ALREADY_EXISTS, "the rule id \"%.*s\" is taken", STR_ARG(rule_id));
    }
    XmlNode *rule = xml_new(d->a, table, "rule");
    xml_set_attr(d->a, rule, "id", str_copy(d->a, rule_id));
    for (size_t i = xml_count(table, "input"); i > 0; i--) {
        text_set(d->a, xml_new(d->a, rule, "inputEntry"), STR("-"));
    }
    for (size_t i = xml_count(table, "output"); i > 0; i--) {
        text_set(d->a, xml_new(d->a, rule, "outputEntry"), STR(""));
    }
    for (size_t i = xml_count(table, "annotation"); i > 0; i--) {
        text_set(d->a, xml_new(d->a, rule, "annotationEntry"), STR(""));
    }
    if (before != NULL) {
        last_to(table, before);
    }
    return true;
}

bool dmn_draft_remove_rule(DmnDraft *d, Str rule_id, Err *err)
{
    XmlNode *rule = rule_find(d, rule_id);
    if (rule == NULL) {
        return err_set(err, NOT_FOUND, "there is no rule %.*s", STR_ARG(rule_id));
    }
    unlink_child(rule->parent, rule);
    return true;
}

bool dmn_draft_set_expression(DmnDraft *d, Str element, Str text, Err *err)
{
    XmlNode *n = element_find(d, element);
    XmlNode *logic = n != NULL && xml_is(n, "businessKnowledgeModel") ? xml_child(n, "encapsulatedLogic") : n;
    XmlNode *literal = logic != NULL ? xml_child(logic, "literalExpression") : NULL;
    if (literal == NULL) {
        return err_set(err, NOT_FOUND, "\"%.*s\" is no literal expression", STR_ARG(element));
    }
    text_set(d->a, literal, text);
    return true;
}

static size_t cite_below(DmnDraft *d, XmlNode *n)
{
    size_t changed = 0, column = xml_is(n, "rule") && n->parent != NULL ? article_column(n->parent) : SIZE_MAX;
    Str description = column != SIZE_MAX ? str_trim(xml_text(d->a, xml_child(n, "description"))) : STR("");
    if (description.len > 0) {
        const XmlNode *entry = child_at(n, "annotationEntry", column);
        if (entry == NULL || !str_eq(str_trim(xml_text(d->a, xml_child(entry, "text"))), description)) {
            annotation_set(d, n, column, description);
            changed++;
        }
    }
    for (XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        changed += cite_below(d, c);
    }
    return changed;
}

size_t dmn_draft_cite(DmnDraft *d)
{
    return cite_below(d, d->root);
}

void dmn_draft_print(const DmnDraft *d, Buf *b)
{
    xml_write(b, d->root);
}
