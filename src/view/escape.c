/* escape.c: one function per place that text is written to, so that a missing escape is visible in review.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

#include <string.h>

static const char *html_entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void view_html(Buf *out, Str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *entity = html_entity(s.ptr[i]);
        if (entity != NULL) {
            buf_add(out, str_sub(s, from, i));
            buf_add_c(out, entity);
            from = i + 1;
        }
    }
    buf_add(out, str_sub(s, from, s.len));
}

void view_attr(Buf *out, Str s)
{
    view_html(out, s);
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void view_url(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_unreserved(s.ptr[i])) {
            buf_byte(out, s.ptr[i]);
        } else {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.ptr[i]);
        }
    }
}

/* True for an address without a scheme, or with one that cannot run code. Browsers drop tabs and line ends inside a
 * scheme and spaces before it, so anything unusual before the colon is refused too. */
static bool link_is_harmless(Str s)
{
    static const Str good[] = {STR_INIT("https:"), STR_INIT("http:"), STR_INIT("mailto:"), STR_INIT("tel:")};
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '/' || s.ptr[i] == '?' || s.ptr[i] == '#') {
            break;
        }
        if ((unsigned char)s.ptr[i] <= ' ') {
            return false;
        }
        if (s.ptr[i] == ':') {
            for (size_t g = 0; g < COUNT_OF(good); g++) {
                if (str_starts(s, good[g])) {
                    return true;
                }
            }
            return false;
        }
    }
    /* "/\host" and "//host" leave this site; pages link there only with a full address. */
    return !(s.len >= 2 && s.ptr[0] == '/' && (s.ptr[1] == '/' || s.ptr[1] == '\\'));
}

void view_link(Buf *out, Str s)
{
    view_html(out, link_is_harmless(s) ? s : STR("#"));
}

void view_json(Buf *out, Str s)
{
    Buf plain = buf_new(out->arena, out->limit);
    json_write_text(&plain, s);
    if (!buf_ok(&plain)) {
        out->failed = true;
        return;
    }
    Str text = buf_str(&plain);
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '<' || c == '>' || c == '&' || c == '\'') {
            buf_add(out, str_sub(text, from, i));
            buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
            from = i + 1;
        }
    }
    buf_add(out, str_sub(text, from, text.len));
}

/* A minus before digits is a number, not a formula. */
static bool cell_would_run(Str s)
{
    if (s.len == 0 || strchr("=+-@\t\r", s.ptr[0]) == NULL) {
        return false;
    }
    if (s.ptr[0] != '-' || s.len == 1) {
        return true;
    }
    for (size_t i = 1; i < s.len; i++) {
        if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '.') {
            return true;
        }
    }
    return false;
}

void view_csv_cell(Buf *out, Str s)
{
    bool quote = cell_would_run(s);
    for (size_t i = 0; i < s.len && !quote; i++) {
        quote = strchr(",\"\r\n;", s.ptr[i]) != NULL;
    }
    if (!quote) {
        buf_add(out, s);
        return;
    }
    buf_add_c(out, cell_would_run(s) ? "\"'" : "\"");
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') {
            buf_byte(out, '"');
        }
        buf_byte(out, s.ptr[i]);
    }
    buf_byte(out, '"');
}

/* A cell of a list is a text, a number, or an object whose "text" is shown. */
static Str cell_text(const Json *cell)
{
    return cell != NULL && cell->kind == JSON_OBJECT ? json_text_at(cell, "text") : json_text(cell);
}

static void csv_line(Buf *out, const Json *cells, const char *key)
{
    for (size_t i = 0; i < json_count(cells); i++) {
        const Json *cell = cells->items[i];
        if (i > 0) {
            buf_byte(out, ',');
        }
        view_csv_cell(out, cell != NULL && cell->kind == JSON_OBJECT && key != NULL ? json_text_at(cell, key)
                                                                                    : cell_text(cell));
    }
    buf_add_c(out, "\r\n");
}

void view_csv(Buf *out, const Json *list)
{
    const Json *rows = json_get(list, "rows");
    buf_add_c(out, "\xEF\xBB\xBF");
    csv_line(out, json_get(list, "columns"), "label");
    for (size_t i = 0; rows != NULL && rows->kind == JSON_ARRAY && i < rows->count; i++) {
        csv_line(out, json_get(rows->items[i], "cells"), NULL);
    }
}
