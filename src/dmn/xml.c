/* xml.c: reads XML with expat into a tree; namespaces are resolved here, so that prefixes can be written back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "xml_int.h"

#include <expat.h>
#include <string.h>

typedef struct {
    Arena *a;
    XML_Parser parser;
    Str path;
    XmlNode *root, *here;
    int depth;
    size_t nodes;
    Err *err;
    bool failed;
} Reading;

static void fail(Reading *r, ErrCode code, const char *what)
{
    if (!r->failed) {
        r->failed = true;
        err_set(r->err, code, "%.*s line %lu: %s", STR_ARG(r->path), (unsigned long)XML_GetCurrentLineNumber(r->parser),
                what);
        XML_StopParser(r->parser, XML_FALSE);
    }
}

static XmlNode *node_add(Reading *r, XmlKind kind)
{
    if (++r->nodes > XML_NODES) {
        fail(r, TOO_LARGE, "more elements and texts than allowed");
        return NULL;
    }
    XmlNode *n = ARENA_NEW(r->a, XmlNode);
    n->kind = kind;
    n->line = (int)XML_GetCurrentLineNumber(r->parser);
    n->parent = r->here;
    if (r->here != NULL) {
        if (r->here->last != NULL) {
            r->here->last->next = n;
        } else {
            r->here->first = n;
        }
        r->here->last = n;
    }
    return n;
}

static void name_resolve(Reading *r, XmlNode *n)
{
    const char *colon = memchr(n->qname.ptr, ':', n->qname.len);
    n->default_ns = n->parent != NULL ? n->parent->default_ns : (Str){"", 0};
    for (size_t i = 0; i < n->attr_count; i++) {
        if (str_eq_c(n->attrs[i].name, "xmlns")) {
            n->default_ns = n->attrs[i].value;
        }
    }
    if (colon == NULL) {
        n->name = n->qname;
        n->ns = n->default_ns;
        return;
    }
    size_t prefix = (size_t)(colon - n->qname.ptr);
    n->name = str_sub(n->qname, prefix + 1, n->qname.len);
    n->ns = xml_prefix_ns(n, str_sub(n->qname, 0, prefix));
    if (n->ns.len == 0) {
        fail(r, BAD_XML, "the prefix of an element is not declared");
    }
}

static void on_start(void *user, const char *name, const char **attrs)
{
    Reading *r = user;
    if (r->failed) {
        return;
    }
    if (++r->depth > XML_DEPTH) {
        fail(r, TOO_DEEP, "elements are nested too deep");
        return;
    }
    XmlNode *n = node_add(r, XML_ELEMENT);
    if (n == NULL) {
        return;
    }
    n->qname = str_copy(r->a, str_from_c(name));
    while (attrs[2 * n->attr_count] != NULL) {
        n->attr_count++;
    }
    if (n->attr_count > XML_ATTRIBUTES) {
        fail(r, TOO_LARGE, "an element has too many attributes");
        return;
    }
    n->attrs = ARENA_ARRAY(r->a, XmlAttr, n->attr_count);
    for (size_t i = 0; i < n->attr_count; i++) {
        n->attrs[i].name = str_copy(r->a, str_from_c(attrs[2 * i]));
        n->attrs[i].value = str_copy(r->a, str_from_c(attrs[2 * i + 1]));
        if (n->attrs[i].value.len > XML_ATTRIBUTE_BYTES) {
            fail(r, TOO_LARGE, "an attribute is too long");
        }
    }
    name_resolve(r, n);
    if (r->root == NULL) {
        r->root = n;
    }
    r->here = n;
}

static void on_end(void *user, const char *name)
{
    Reading *r = user;
    (void)name;
    if (!r->failed) {
        r->depth--;
        r->here = r->here->parent;
    }
}

static void on_text(void *user, const char *text, int len)
{
    Reading *r = user;
    if (r->failed || r->here == NULL) {
        return;
    }
    XmlNode *last = r->here->last;
    if (last != NULL && last->kind == XML_TEXT) { /* expat hands out texts in pieces */
        size_t old = last->text.len;
        char *p = arena_grow(r->a, (void *)(uintptr_t)last->text.ptr, old, old + (size_t)len);
        memcpy(p + old, text, (size_t)len);
        last->text = (Str){p, old + (size_t)len};
        return;
    }
    XmlNode *n = node_add(r, XML_TEXT);
    if (n != NULL) {
        n->text = str_copy(r->a, (Str){text, (size_t)len});
    }
}

static void on_comment(void *user, const char *text)
{
    Reading *r = user;
    if (r->failed || r->here == NULL) {
        return;
    }
    XmlNode *n = node_add(r, XML_COMMENT);
    if (n != NULL) {
        n->text = str_copy(r->a, str_from_c(text));
    }
}

static void on_doctype(void *user, const char *name, const char *sysid, const char *pubid, int has_subset)
{
    (void)name, (void)sysid, (void)pubid, (void)has_subset;
    fail(user, BAD_XML, "document type declarations are not allowed");
}

bool xml_read(Arena *a, Str path, Str xml, XmlNode **ret_root, Err *err)
{
    if (xml.len > XML_FILE_BYTES) {
        return err_set(err, TOO_LARGE, "%.*s: the file is larger than 16 MB", STR_ARG(path));
    }
    Reading r = {.a = a, .path = path, .err = err};
    r.parser = XML_ParserCreate(NULL);
    check_that(r.parser != NULL);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetCommentHandler(r.parser, on_comment);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool ok = XML_Parse(r.parser, xml.ptr, (int)xml.len, 1) == XML_STATUS_OK && !r.failed;
    if (!ok && !r.failed) {
        err_set(err, BAD_XML, "%.*s line %lu: %s", STR_ARG(path), (unsigned long)XML_GetCurrentLineNumber(r.parser),
                XML_ErrorString(XML_GetErrorCode(r.parser)));
    }
    XML_ParserFree(r.parser);
    if (ok) {
        *ret_root = r.root;
    }
    return ok;
}

/* ---- Asking ---------------------------------------------------------------------------------------------------- */

Str xml_prefix_ns(const XmlNode *n, Str prefix)
{
    for (; n != NULL; n = n->parent) {
        for (size_t i = 0; i < n->attr_count; i++) {
            Str name = n->attrs[i].name;
            if (name.len == prefix.len + 6 && str_starts(name, STR("xmlns:")) &&
                str_eq(str_sub(name, 6, name.len), prefix)) {
                return n->attrs[i].value;
            }
        }
    }
    return str_eq_c(prefix, "xml") ? STR("http://www.w3.org/XML/1998/namespace") : STR("");
}

Str xml_attr(const XmlNode *n, const char *name)
{
    for (size_t i = 0; i < n->attr_count; i++) {
        if (str_eq_c(n->attrs[i].name, name)) {
            return n->attrs[i].value;
        }
    }
    return STR("");
}

bool xml_has_attr(const XmlNode *n, const char *name)
{
    for (size_t i = 0; i < n->attr_count; i++) {
        if (str_eq_c(n->attrs[i].name, name)) {
            return true;
        }
    }
    return false;
}

Str xml_attr_local(const XmlNode *n, const char *name)
{
    for (size_t i = 0; i < n->attr_count; i++) {
        Str full = n->attrs[i].name;
        size_t colon = str_find(full, STR(":"), 0);
        if (str_eq_c(colon == SIZE_MAX ? full : str_sub(full, colon + 1, full.len), name)) {
            return n->attrs[i].value;
        }
    }
    return STR("");
}

void xml_set_attr(Arena *a, XmlNode *n, const char *name, Str value)
{
    for (size_t i = 0; i < n->attr_count; i++) {
        if (str_eq_c(n->attrs[i].name, name)) {
            n->attrs[i].value = value;
            return;
        }
    }
    XmlAttr *grown = ARENA_ARRAY(a, XmlAttr, n->attr_count + 1);
    for (size_t i = 0; i < n->attr_count; i++) {
        grown[i] = n->attrs[i];
    }
    grown[n->attr_count] = (XmlAttr){str_from_c(name), value};
    n->attrs = grown;
    n->attr_count++;
}

static XmlNode *element_from(XmlNode *n)
{
    while (n != NULL && n->kind != XML_ELEMENT) {
        n = n->next;
    }
    return n;
}

XmlNode *xml_first(const XmlNode *n)
{
    return element_from(n->first);
}

XmlNode *xml_next(const XmlNode *n)
{
    return element_from(n->next);
}

XmlNode *xml_child(const XmlNode *n, const char *name)
{
    for (XmlNode *c = n != NULL ? xml_first(n) : NULL; c != NULL; c = xml_next(c)) {
        if (xml_is(c, name) && str_eq(c->ns, n->ns)) {
            return c;
        }
    }
    return NULL;
}

XmlNode *xml_next_same(const XmlNode *n)
{
    for (XmlNode *c = xml_next(n); c != NULL; c = xml_next(c)) {
        if (str_eq(c->name, n->name) && str_eq(c->ns, n->ns)) {
            return c;
        }
    }
    return NULL;
}

size_t xml_count(const XmlNode *n, const char *name)
{
    size_t count = 0;
    for (const XmlNode *c = xml_child(n, name); c != NULL; c = xml_next_same(c)) {
        count++;
    }
    return count;
}

bool xml_is(const XmlNode *n, const char *name)
{
    return str_eq_c(n->name, name);
}

Str xml_text(Arena *a, const XmlNode *n)
{
    if (n == NULL || n->first == NULL) {
        return STR("");
    }
    if (n->first == n->last && n->first->kind == XML_TEXT) {
        return n->first->text;
    }
    Buf b = buf_new(a, XML_FILE_BYTES);
    for (const XmlNode *c = n->first; c != NULL; c = c->next) {
        if (c->kind == XML_TEXT) {
            buf_add(&b, c->text);
        }
    }
    return buf_str(&b);
}

void xml_set_text(Arena *a, XmlNode *n, Str text)
{
    XmlNode *t = ARENA_NEW(a, XmlNode);
    t->kind = XML_TEXT;
    t->text = text;
    t->parent = n;
    t->line = n->line;
    n->first = n->last = t;
}

XmlNode *xml_new(Arena *a, XmlNode *parent, const char *name)
{
    XmlNode *n = ARENA_NEW(a, XmlNode);
    size_t prefix = parent->qname.len - parent->name.len;
    n->kind = XML_ELEMENT;
    n->qname = str_printf(a, "%.*s%s", (int)prefix, parent->qname.ptr, name);
    n->name = str_sub(n->qname, prefix, n->qname.len);
    n->ns = parent->ns;
    n->default_ns = parent->default_ns;
    n->parent = parent;
    n->line = parent->line;
    if (parent->last != NULL) {
        parent->last->next = n;
    } else {
        parent->first = n;
    }
    parent->last = n;
    return n;
}
