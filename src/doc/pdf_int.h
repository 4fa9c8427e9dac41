/* pdf_int.h: what the files of the PDF writer share: the page being filled, text styles, rows that flow over pages.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_PDF_INT_H
#define DOC_PDF_INT_H

#include <pango/pangocairo.h>

#include "doc/doc_int.h"

/* A4 in points, and the room for text on it. */
#define PAGE_WIDTH 595.276
#define PAGE_HEIGHT 841.890
#define PAGE_LEFT 56.7
#define PAGE_TOP 51.0
#define PAGE_BOTTOM (PAGE_HEIGHT - 58.0)
#define TEXT_WIDTH (PAGE_WIDTH - 2 * PAGE_LEFT)
#define PDF_PAGES_MAX 300
#define PDF_BLOCKS_MAX 5000

typedef struct {
    double r, g, b;
} Ink;
extern const Ink INK_TEXT, INK_GREY, INK_LINE, INK_ACCENT, INK_TINT, INK_WARN, INK_WARN_TINT;

typedef enum {
    STYLE_TITLE = 1,
    STYLE_SUBTITLE,
    STYLE_H1,
    STYLE_H2,
    STYLE_BODY,
    STYLE_STRONG,
    STYLE_VALUE,
    STYLE_LABEL,
    STYLE_CELL,
    STYLE_HEAD,
    STYLE_SMALL,
    STYLE_NUMBER
} Style;
typedef enum { ALIGN_LEFT = 1, ALIGN_RIGHT, ALIGN_CENTRE } Align;

/* An attribute for the n-th structure element of that name, written into the finished file: cairo has no way to
 * say it. */
typedef struct {
    const char *tag;
    size_t nth; /* from 0 */
    Str text;   /* PDF source, such as "/Alt (…)" */
} TagNote;

typedef struct Pdf Pdf;
struct Pdf {
    Arena *arena;
    cairo_t *cr;
    PangoContext *pango;
    const Json *document;
    Str language;       /* of the document */
    Str block_language; /* of the block in hand, where it names another; else empty */
    bool dry;           /* counting pages; nothing is kept */
    double y;           /* where the next thing starts */
    int page, pages;
    void (*on_page)(Pdf *p, void *thing); /* repeats a table's heading */
    void *on_page_thing;
    char field[64]; /* of the block in work */
    Err err;
    bool failed;
    TagNote *notes;
    size_t note_count, note_cap;
    struct TagCount {
        const char *tag;
        size_t count;
    } counts[24];
};

/* Text laid out for a width; drawn line by line with even leading, so that mixed scripts do not jump. */
typedef struct {
    PangoLayout *layout; /* NULL: empty */
    Style style;
    Align align;
    Ink ink;
    double x, width;
    double drop;      /* moves the text down, to bring a small label to the base line of its value */
    const char *tag;  /* structure tag around it; NULL: none */
    const char *note; /* about that element, as pdf_tag_note() takes it; may be NULL */
    Str language;     /* where it differs from the document's; else empty */
    int line, lines;  /* next line to draw, and how many there are */
} Cell;

/* ---- pdf.c --------------------------------------------------------------------------------------------- */
/* The member if it is an array, else NULL, which counts zero items. */
const Json *pdf_list(const Json *object, const char *key);
void pdf_fault(Pdf *p, ErrCode code, const char *message);
void pdf_page_end(Pdf *p);
void pdf_page_next(Pdf *p);
/* Goes to a new page unless `height` fits on this one. */
void pdf_need(Pdf *p, double height);
void pdf_tag(Pdf *p, const char *tag);
void pdf_tag_end(Pdf *p, const char *tag);
/* Says something about the element opened last with that tag. */
void pdf_tag_note(Pdf *p, const char *tag, Str text);
Str pdf_text_string(Arena *a, Str utf8); /* <FEFF…> */
void pdf_ink(Pdf *p, Ink ink);
void pdf_fill(Pdf *p, double x, double y, double width, double height, Ink ink);
void pdf_line(Pdf *p, double x, double y, double width, double thickness, Ink ink);

Cell cell_new(Pdf *p, Str text, Style style, double x, double width);
Cell cell_new_in(Pdf *p, Str text, Str language, Style style, double x, double width);
double cell_height(const Cell *c);
double cell_natural_width(const Cell *c);
/* Draws all of it at y, without a page break, and frees it. */
void cell_draw(Pdf *p, Cell *c, double y);
void cell_done(Cell *c);
/* Draws cells side by side at p->y with `pad` above and below, over as many pages as they need; frees them. */
void cells_flow(Pdf *p, const char *row_tag, Cell *cells, size_t count, double pad);
/* One text over the full width, then `after` points of space. */
void pdf_text(Pdf *p, Str text, Style style, const char *tag, double after);

/* ---- pdf_block.c, pdf_table.c -------------------------------------------------------------------------- */
typedef struct {
    const char *kind;
    void (*draw)(Pdf *p, const Json *block);
} Block;
void pdf_block(Pdf *p, const Json *block);
void block_table(Pdf *p, const Json *block);
void block_pairs(Pdf *p, const Json *block);
void block_columns_two(Pdf *p, const Json *block);
/* Draws a QR code of `side` points at x, y; tagged as a figure with `label` as its text. */
void pdf_qr(Pdf *p, Str text, Str label, double x, double y, double side);

/* ---- pdf_artifact.c ------------------------------------------------------------------------------------ */
/* Writes the content of a page with /Artifact around all that stands under no tag. False if it holds what is not known
 * here. */
bool pdf_mark_artifacts(Str content, Buf *out);

/* ---- pdf_finish.c -------------------------------------------------------------------------------------- */
/* Appends language, XMP metadata, notes on tags, marks of artifacts and what fonts lack, as an incremental update. */
bool pdf_finish(Arena *a, const Pdf *p, Buf *out, Err *err);

#endif
