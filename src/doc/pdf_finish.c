/* pdf_finish.c: an incremental update to what cairo wrote: language, XMP metadata, texts of figures, artifacts;
 * nothing is rewritten.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/utf8.h"

#define CONTENT_BYTES ((size_t)16 << 20)

Str pdf_text_string(Arena *a, Str utf8)
{
    Buf b = buf_new(a, utf8.len * 4 + 16);
    buf_add_c(&b, "<FEFF");
    size_t at = 0;
    for (int32_t c = utf8_next(utf8, &at); c >= 0; c = utf8_next(utf8, &at)) {
        if (c >= 0x10000) {
            buf_printf(&b, "%04X%04X", 0xD800u + (((uint32_t)c - 0x10000) >> 10), 0xDC00u + ((uint32_t)c & 0x3FF));
        } else {
            buf_printf(&b, "%04X", (uint32_t)c);
        }
    }
    buf_byte(&b, '>');
    return buf_str(&b);
}

typedef struct {
    long number;
    size_t offset;
} Place;

typedef struct {
    Arena *arena;
    Buf *out;
    Place *places;
    size_t count, cap;
} Update;

static void object_begin(Update *u, long number)
{
    if (u->count == u->cap) {
        size_t cap = u->cap ? u->cap * 2 : 64;
        u->places = arena_grow(u->arena, u->places, u->cap * sizeof(Place), cap * sizeof(Place));
        u->cap = cap;
    }
    u->places[u->count++] = (Place){number, u->out->len};
    buf_printf(u->out, "%ld 0 obj\n", number);
}

/* The number that stands behind `key` in the trailer. */
static long trailer_number(Str pdf, size_t trailer, const char *key)
{
    size_t at = str_find(pdf, str_from_c(key), trailer);
    return at == SIZE_MAX ? 0 : strtol(pdf.ptr + at + strlen(key), NULL, 10);
}

static size_t find_last(Str s, Str needle)
{
    size_t found = SIZE_MAX;
    for (size_t at = s.len > 1024 ? s.len - 1024 : 0; (at = str_find(s, needle, at)) != SIZE_MAX; at++) {
        found = at;
    }
    return found;
}

/* ---- Notes on structure elements ----------------------------------------------------------------------- */

static Str note_key(Arena *a, Str tag, size_t nth)
{
    return str_printf(a, "%.*s/%zu", STR_ARG(tag), nth);
}

static Map notes_by_element(Arena *a, const Pdf *p)
{
    Map notes = {.arena = a};
    for (size_t i = 0; i < p->note_count; i++) {
        Str key = note_key(a, str_from_c(p->notes[i].tag), p->notes[i].nth);
        Str *before = map_get(&notes, key), *all = ARENA_NEW(a, Str);
        *all = before ? str_printf(a, "%.*s\n   %.*s", STR_ARG(*before), STR_ARG(p->notes[i].text)) : p->notes[i].text;
        map_set(&notes, key, all);
    }
    return notes;
}

/* cairo writes the elements in the order in which they were opened, so the n-th of a name is found by counting. */
static void elements_update(Update *u, Str pdf, const Pdf *p)
{
    static const Str MARK = STR_INIT(" 0 obj\n<< /Type /StructElem\n   /S /");
    Map notes = notes_by_element(u->arena, p), counts = {.arena = u->arena};
    for (size_t at = 0; (at = str_find(pdf, MARK, at)) != SIZE_MAX;) {
        size_t start = at, name = at + MARK.len, name_end = str_find(pdf, STR("\n"), name),
               end = str_find(pdf, STR(">>\nendobj"), name);
        at = name;
        if (end == SIZE_MAX) {
            break;
        }
        while (start > 0 && pdf.ptr[start - 1] >= '0' && pdf.ptr[start - 1] <= '9') {
            start--;
        }
        Str tag = str_sub(pdf, name, name_end);
        size_t *count = map_get(&counts, tag);
        if (count == NULL) {
            count = ARENA_NEW(u->arena, size_t);
            map_set(&counts, tag, count);
        }
        Str *note = map_get(&notes, note_key(u->arena, tag, (*count)++));
        if (note != NULL) {
            object_begin(u, strtol(pdf.ptr + start, NULL, 10));
            buf_add(u->out, str_sub(pdf, str_find(pdf, STR("<<"), start), end));
            buf_printf(u->out, "   %.*s\n>>\nendobj\n", STR_ARG(*note));
        }
    }
}

/* ---- Fonts, content of pages --------------------------------------------------------------------------- */

/* The number of the object whose "N 0 obj" ends before `end`. */
static long object_before(Str pdf, size_t end)
{
    while (end > 0 && pdf.ptr[end - 1] >= '0' && pdf.ptr[end - 1] <= '9') {
        end--;
    }
    return strtol(pdf.ptr + end, NULL, 10);
}

/* cairo's glyph numbers are its character numbers, and PDF/UA wants that said. */
static void fonts_update(Update *u, Str pdf)
{
    static const Str MARK = STR_INIT(" 0 obj\n<< /Type /Font\n   /Subtype /CIDFontType2\n");
    for (size_t at = 0; (at = str_find(pdf, MARK, at)) != SIZE_MAX; at++) {
        size_t end = str_find(pdf, STR(">>\nendobj"), at);
        Str body = end == SIZE_MAX ? STR("") : str_sub(pdf, at + STR(" 0 obj\n").len, end);
        if (body.len > 0 && str_find(body, STR("/CIDToGIDMap"), 0) == SIZE_MAX) {
            object_begin(u, object_before(pdf, at));
            buf_add(u->out, body);
            buf_add_c(u->out, "   /CIDToGIDMap /Identity\n>>\nendobj\n");
        }
    }
}

/* The compressed bytes of the stream `number`, as cairo writes them: the length stands in the object behind. */
static Str packed_stream(Arena *a, Str pdf, long number)
{
    Str head = str_printf(a, "%s%ld 0 obj\n<< /Length ", "\n", number),
        tail = STR(" 0 R\n   /Filter /FlateDecode\n>>\nstream\n");
    size_t at = str_find(pdf, head, 0);
    if (at == SIZE_MAX) {
        return STR("");
    }
    long length_object = strtol(pdf.ptr + at + head.len, NULL, 10);
    size_t start = str_find(pdf, tail, at + head.len);
    size_t length_at = str_find(pdf, str_printf(a, "\n%ld 0 obj\n", length_object), at);
    if (start == SIZE_MAX || start > at + head.len + 12 || length_at == SIZE_MAX) {
        return STR("");
    }
    start += tail.len;
    long length = strtol(pdf.ptr + str_find(pdf, STR("obj\n"), length_at) + 4, NULL, 10);
    return length > 0 && (size_t)length <= pdf.len - start ? str_sub(pdf, start, start + (size_t)length) : STR("");
}

static bool pages_update(Update *u, Str pdf, Err *err)
{
    static const Str MARK = STR_INIT("\n   /Contents ");
    for (size_t at = 0; (at = str_find(pdf, MARK, at)) != SIZE_MAX; at++) {
        long number = strtol(pdf.ptr + at + MARK.len, NULL, 10);
        Str packed = packed_stream(u->arena, pdf, number), content;
        Buf marked = buf_new(u->arena, CONTENT_BYTES);
        if (packed.len == 0 || !pack_inflate(u->arena, packed, PACK_ZLIB, CONTENT_BYTES, &content, err) ||
            !pdf_mark_artifacts(content, &marked)) {
            return err_set(err, IO_FAILED, "The PDF library wrote a page of another form than is known here.");
        }
        Str again = pack_deflate(u->arena, buf_str(&marked), PACK_ZLIB);
        object_begin(u, number);
        buf_printf(u->out, "<< /Length %zu /Filter /FlateDecode >>\nstream\n", again.len);
        buf_add(u->out, again);
        buf_add_c(u->out, "\nendstream\nendobj\n");
    }
    return true;
}

/* ---- Metadata ------------------------------------------------------------------------------------------ */

static void xml_add(Buf *b, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        const char *entity = c == '&'                  ? "&amp;"
                             : c == '<'                ? "&lt;"
                             : c == '>'                ? "&gt;"
                             : (unsigned char)c < 0x20 ? " "
                                                       : NULL;
        if (entity != NULL) {
            buf_add_c(b, entity);
        } else {
            buf_byte(b, c);
        }
    }
}

static Str xmp_of(const Pdf *p)
{
    Buf b = buf_new(p->arena, (size_t)1 << 20);
    buf_add_c(
        &b, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
            "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">"
            "<pdfuaid:part>1</pdfuaid:part><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    xml_add(&b, json_text_at(p->document, "title"));
    buf_add_c(&b, "</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>");
    xml_add(&b, p->language);
    buf_add_c(&b, "</rdf:li></rdf:Bag></dc:language><xmp:CreateDate>");
    xml_add(&b, json_text(json_path(p->document, "metadata.created")));
    buf_add_c(
        &b, "</xmp:CreateDate><xmp:CreatorTool>Goldenbridge</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>\n"
            "<?xpacket end=\"r\"?>");
    return buf_str(&b);
}

static int place_cmp(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void xref_write(Update *u)
{
    qsort(u->places, u->count, sizeof(Place), place_cmp);
    buf_add_c(u->out, "xref\n");
    for (size_t i = 0, n; i < u->count; i += n) {
        for (n = 1; i + n < u->count && u->places[i + n].number == u->places[i].number + (long)n; n++) {
        }
        buf_printf(u->out, "%ld %zu\n", u->places[i].number, n);
        for (size_t k = i; k < i + n; k++) {
            buf_printf(u->out, "%010zu 00000 n \n", u->places[k].offset);
        }
    }
}

bool pdf_finish(Arena *a, const Pdf *p, Buf *out, Err *err)
{
    Str pdf = str_copy(a, buf_str(out));
    size_t trailer = find_last(pdf, STR("trailer\n")), catalog = SIZE_MAX, end = SIZE_MAX;
    long size = trailer_number(pdf, trailer, "/Size "), root = trailer_number(pdf, trailer, "/Root ");
    long info = trailer_number(pdf, trailer, "/Info "), before = trailer_number(pdf, trailer, "startxref\n");
    if (trailer != SIZE_MAX) {
        catalog = str_find(pdf, str_printf(a, "\n%ld 0 obj\n<< /Type /Catalog\n", root), 0);
        end = catalog == SIZE_MAX ? SIZE_MAX : str_find(pdf, STR("\n>>\nendobj"), catalog);
    }
    if (end == SIZE_MAX || size <= 0 || before <= 0) {
        return err_set(err, IO_FAILED, "The PDF library wrote a file of another form than is known here.");
    }
    Update u = {.arena = a, .out = out};
    Str xmp = xmp_of(p);
    elements_update(&u, pdf, p);
    fonts_update(&u, pdf);
    if (!pages_update(&u, pdf, err)) {
        return false;
    }
    object_begin(&u, root);
    buf_add(out, str_sub(pdf, str_find(pdf, STR("<<"), catalog), end));
    buf_printf(
        out, "\n   /Lang (%.*s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n   /Metadata %ld 0 R\n>>\nendobj\n",
        STR_ARG(p->language), size);
    object_begin(&u, size);
    buf_printf(out, "<< /Type /Metadata /Subtype /XML /Length %zu >>\nstream\n", xmp.len);
    buf_add(out, xmp);
    buf_add_c(out, "\nendstream\nendobj\n");
    Hash h = hash_of(pdf);
    Str id = str_sub(hex_print(a, HASH_STR(h)), 0, 32);
    size_t xref = out->len;
    xref_write(&u);
    buf_printf(out,
               "trailer\n<< /Size %ld\n   /Root %ld 0 R\n   /Info %ld 0 R\n   /Prev %ld\n   /ID [<%.*s> <%.*s>]\n>>\n"
               "startxref\n%zu\n%%%%EOF\n",
               size + 1, root, info, before, STR_ARG(id), STR_ARG(id), xref);
    return buf_ok(out) ? true : err_set(err, TOO_LARGE, "The paper is too large.");
}
