/* xml_int.h: XML as a tree that can be written back: elements, texts, comments, with namespaces resolved and source
 * lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_XML_INT_H
#define DMN_XML_INT_H

#include "base/buf.h"
#include "base/err.h"

/* The limits of everything that is read as XML. */
enum {
    XML_FILE_BYTES = 16 << 20,
    XML_DEPTH = 64, /* elements inside elements */
    XML_ATTRIBUTE_BYTES = 64 << 10,
    XML_ATTRIBUTES = 256, /* of one element */
    XML_NODES = 1 << 20   /* elements, texts and comments of one file */
};

typedef enum { XML_ELEMENT = 1, XML_TEXT, XML_COMMENT } XmlKind;

typedef struct {
    Str name; /* as written, with its prefix */
    Str value;
} XmlAttr;

typedef struct XmlNode XmlNode;
struct XmlNode {
    XmlKind kind;
    Str qname;      /* as written */
    Str name;       /* without prefix */
    Str ns;         /* namespace of the element; empty for none */
    Str default_ns; /* what an element without prefix inside this one gets */
    Str text;       /* of XML_TEXT and XML_COMMENT */
    XmlAttr *attrs;
    size_t attr_count;
    XmlNode *parent, *first, *last, *next;
    int line;
};

/* Reads a whole file into a tree. Refuses document type declarations, so there are no entities but the five of XML.
 * BAD_XML, TOO_LARGE or TOO_DEEP, with path and line. */
MUST_USE bool xml_read(Arena *a, Str path, Str xml, XmlNode **ret_root, Err *err);
/* Writes the tree as it was read: same texts, comments and order of attributes. */
void xml_write(Buf *b, const XmlNode *root);
void xml_escape(Buf *b, Str text, bool in_attribute);

/* The value of an attribute without prefix; empty if absent. */
Str xml_attr(const XmlNode *n, const char *name);
bool xml_has_attr(const XmlNode *n, const char *name);
/* An attribute by local name whatever its prefix ("type" finds xsi:type). */
Str xml_attr_local(const XmlNode *n, const char *name);
void xml_set_attr(Arena *a, XmlNode *n, const char *name, Str value);
/* First child element, next sibling element; NULL at the end. */
XmlNode *xml_first(const XmlNode *n);
XmlNode *xml_next(const XmlNode *n);
/* First child element of that local name in the same namespace as n; and the next sibling of the same name as n. */
XmlNode *xml_child(const XmlNode *n, const char *name);
XmlNode *xml_next_same(const XmlNode *n);
size_t xml_count(const XmlNode *n, const char *name);
bool xml_is(const XmlNode *n, const char *name);
/* The text directly inside n, pieces joined. */
Str xml_text(Arena *a, const XmlNode *n);
/* Replaces all that is inside n by one text. */
void xml_set_text(Arena *a, XmlNode *n, Str text);
/* The namespace that a prefix means at n; empty if none. */
Str xml_prefix_ns(const XmlNode *n, Str prefix);
XmlNode *xml_new(Arena *a, XmlNode *parent, const char *name); /* in the parent's namespace, appended */

#endif
