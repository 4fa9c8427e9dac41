/* xml_write.c: writes an XML tree back as it was read. Knows nothing of decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "xml_int.h"

void xml_escape(Buf *b, Str text, bool in_attribute)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': buf_add_c(b, "&amp;"); break;
        case '<': buf_add_c(b, "&lt;"); break;
        case '>': buf_add_c(b, "&gt;"); break;
        case '\r': buf_add_c(b, "&#13;"); break;
        case '"': buf_add_c(b, in_attribute ? "&quot;" : "\""); break;
        case '\n': buf_add_c(b, in_attribute ? "&#10;" : "\n"); break;
        case '\t': buf_add_c(b, in_attribute ? "&#9;" : "\t"); break;
        default: buf_byte(b, text.ptr[i]);
        }
    }
}

static void node_write(Buf *b, const XmlNode *n)
{
    if (n->kind == XML_TEXT) {
        xml_escape(b, n->text, false);
        return;
    }
    if (n->kind == XML_COMMENT) {
        buf_printf(b, "<!--%.*s-->", STR_ARG(n->text));
        return;
    }
    buf_byte(b, '<');
    buf_add(b, n->qname);
    for (size_t i = 0; i < n->attr_count; i++) {
        buf_byte(b, ' ');
        buf_add(b, n->attrs[i].name);
        buf_add_c(b, "=\"");
        xml_escape(b, n->attrs[i].value, true);
        buf_byte(b, '"');
    }
    if (n->first == NULL) {
        buf_add_c(b, "/>");
        return;
    }
    buf_byte(b, '>');
    for (const XmlNode *c = n->first; c != NULL; c = c->next) { /* depth is bounded by XML_DEPTH */
        node_write(b, c);
    }
    buf_add_c(b, "</");
    buf_add(b, n->qname);
    buf_byte(b, '>');
}

void xml_write(Buf *b, const XmlNode *root)
{
    buf_add_c(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    node_write(b, root);
    buf_byte(b, '\n');
}
