/* pdf_block.c: the blocks of a paper, one function for each kind, found through one table; docs/documents.md describes
 * them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

#include <math.h>

#define MM (72 / 25.4)

static Str at(const Json *j, const char *key)
{
    return json_text_at(j, key);
}

static void block_letterhead(Pdf *p, const Json *b)
{
    static const struct {
        const char *key;
        Style style;
    } LEFT[] = {{"name", STYLE_H1}, {"second", STYLE_LABEL}, {"address", STYLE_SMALL}},
      RIGHT[] = {{"label", STYLE_LABEL}, {"value", STYLE_NUMBER}, {"note", STYLE_SMALL}};
    double y = p->y, left = y, right = y, half = TEXT_WIDTH * 0.6;
    for (size_t i = 0; i < COUNT_OF(LEFT); i++) {
        Cell c = cell_new(p, at(b, LEFT[i].key), LEFT[i].style, PAGE_LEFT, half - 12);
        c.tag = "P";
        left += cell_height(&c);
        cell_draw(p, &c, left - cell_height(&c));
    }
    for (size_t i = 0; i < COUNT_OF(RIGHT); i++) {
        Cell c = cell_new(p, at(b, RIGHT[i].key), RIGHT[i].style, PAGE_LEFT + half, TEXT_WIDTH - half);
        c.tag = "P";
        c.align = ALIGN_RIGHT;
        right += cell_height(&c);
        cell_draw(p, &c, right - cell_height(&c));
    }
    p->y = fmax(left, right) + 8;
    pdf_fill(p, PAGE_LEFT, p->y, TEXT_WIDTH, 1.6, INK_ACCENT);
    p->y += 15;
}

static void block_title(Pdf *p, const Json *b)
{
    pdf_text(p, at(b, "text"), STYLE_TITLE, "H1", 0);
    pdf_text(p, at(b, "second"), STYLE_SUBTITLE, "P", 0);
    p->y += 8;
}

static void block_heading(Pdf *p, const Json *b)
{
    bool small = json_to_int(json_get(b, "level"), 2) > 2;
    pdf_need(p, 70);
    p->y += p->y > PAGE_TOP ? 8 : 0;
    pdf_text(p, at(b, "text"), small ? STYLE_H2 : STYLE_H1, small ? "H3" : "H2", 4);
}

static void block_paragraph(Pdf *p, const Json *b)
{
    pdf_text(p, at(b, "text"), json_is_true(json_get(b, "strong")) ? STYLE_STRONG : STYLE_BODY, "P", 7);
}

static void block_small(Pdf *p, const Json *b)
{
    pdf_text(p, at(b, "text"), STYLE_SMALL, "P", 5);
}

static void block_space(Pdf *p, const Json *b)
{
    int64_t points = json_to_int(json_get(b, "points"), 8);
    p->y += points > 0 && points < 600 ? (double)points : 0;
}

static void block_rule(Pdf *p, const Json *b)
{
    (void)b;
    p->y += 4;
    pdf_line(p, PAGE_LEFT, p->y, TEXT_WIDTH, 0.5, INK_LINE);
    p->y += 8;
}

static void block_page(Pdf *p, const Json *b)
{
    (void)b;
    pdf_need(p, PAGE_HEIGHT);
}

/* The lines of an address, as one paragraph. */
static void block_address(Pdf *p, const Json *b)
{
    const Json *lines = pdf_list(b, "lines");
    for (size_t i = 0; i < json_count(lines); i++) {
        pdf_text(p, json_text(lines->items[i]), i == 0 ? STYLE_STRONG : STYLE_BODY, "P", 0);
    }
    p->y += 14;
}

/* ---- Lists --------------------------------------------------------------------------------------------- */

static void list_item(Pdf *p, const Json *item, Str mark)
{
    Str text = item->kind == JSON_OBJECT ? at(item, "text") : json_text(item), note = at(item, "note"),
        head = at(item, "heading");
    Cell first[2] = {
        cell_new(p, mark, STYLE_BODY, PAGE_LEFT + 4, 18),
        cell_new(p, head.len ? head : text, head.len ? STYLE_STRONG : STYLE_BODY, PAGE_LEFT + 22, TEXT_WIDTH - 22)};
    first[0].tag = "Lbl";
    first[1].tag = "LBody";
    pdf_need(p, head.len ? 52 : 32);
    pdf_tag(p, "LI");
    cells_flow(p, NULL, first, 2, 0);
    const Str more[] = {head.len ? text : (Str){NULL, 0}, note};
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        Cell c = cell_new(p, more[i], i == 0 ? STYLE_BODY : STYLE_SMALL, PAGE_LEFT + 22, TEXT_WIDTH - 22);
        c.tag = "LBody";
        cells_flow(p, NULL, &c, 1, 0);
    }
    pdf_tag_end(p, "LI");
    p->y += 4;
}

static void block_list(Pdf *p, const Json *b)
{
    const Json *items = pdf_list(b, "items");
    bool ordered = json_is_true(json_get(b, "ordered"));
    pdf_tag(p, "L");
    for (size_t i = 0; i < json_count(items) && !p->failed; i++) {
        list_item(p, items->items[i], ordered ? str_printf(p->arena, "%zu.", i + 1) : STR("•"));
    }
    pdf_tag_end(p, "L");
    p->y += 5;
}

/* ---- Boxes --------------------------------------------------------------------------------------------- */

#define BOX_PAD 8.0
#define BOX_TEXTS 42

/* A tinted box with a bar at its left; one that does not fit on a page flows as plain text. */
static void block_box(Pdf *p, const Json *b)
{
    const Json *texts = pdf_list(b, "texts");
    bool warns = str_eq_c(at(b, "tone"), "warn");
    Cell cells[BOX_TEXTS];
    size_t n = 0;
    double x = PAGE_LEFT + BOX_PAD + 4, width = TEXT_WIDTH - 2 * BOX_PAD - 4, height = 2 * BOX_PAD;
    const struct {
        const char *key;
        Style style;
        const char *tag;
    } PARTS[] = {{"heading", STYLE_H1, "H2"}, {"text", STYLE_BODY, "P"}};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        cells[n] = cell_new(p, at(b, PARTS[i].key), PARTS[i].style, x, width);
        cells[n].ink = warns && i == 0 ? INK_WARN : cells[n].ink;
        cells[n++].tag = PARTS[i].tag;
    }
    for (size_t i = 0; i < json_count(texts) && n < BOX_TEXTS; i++) {
        cells[n] = cell_new(p, json_text(texts->items[i]), STYLE_BODY, x, width);
        cells[n++].tag = "P";
    }
    for (size_t i = 0; i < n; i++) {
        height += cell_height(&cells[i]) + (cells[i].lines > 0 && i + 1 < n ? 3 : 0);
    }
    bool whole = height < PAGE_BOTTOM - PAGE_TOP;
    if (whole) {
        pdf_need(p, height);
        pdf_fill(p, PAGE_LEFT, p->y, TEXT_WIDTH, height, warns ? INK_WARN_TINT : INK_TINT);
        pdf_fill(p, PAGE_LEFT, p->y, 3, height, warns ? INK_WARN : INK_ACCENT);
    }
    double end = p->y + height;
    p->y += BOX_PAD;
    for (size_t i = 0; i < n; i++) {
        double gap = cells[i].lines > 0 ? 3 : 0;
        if (whole) { /* cannot break: pdf_need() made the room */
            double h = cell_height(&cells[i]);
            cell_draw(p, &cells[i], p->y);
            p->y += h + gap;
        } else {
            cells_flow(p, NULL, &cells[i], 1, 0);
            p->y += gap;
        }
    }
    p->y = (whole ? end : p->y) + 8;
}

/* ---- QR codes ------------------------------------------------------------------------------------------ */

void pdf_qr(Pdf *p, Str text, Str label, double x, double y, double side)
{
    DocQr qr;
    Err err = {0};
    if (!doc_qr_new(p->arena, text, &qr, &err)) {
        pdf_fault(p, err.code, err.text);
        return;
    }
    double module = side / qr.size;
    pdf_tag(p, "Figure");
    pdf_tag_note(p, "Figure", str_printf(p->arena, "/Alt %.*s", STR_ARG(pdf_text_string(p->arena, label))));
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    for (int row = 0; row < qr.size; row++) {
        const unsigned char *dark = qr.dark + (size_t)row * (size_t)qr.size;
        for (int i = 0, run; i < qr.size; i += run) {
            for (run = 1; i + run < qr.size && dark[i + run] == dark[i]; run++) {
            }
            if (dark[i]) {
                cairo_rectangle(p->cr, x + i * module, y + row * module, run * module, module);
            }
        }
    }
    cairo_fill(p->cr);
    pdf_tag_end(p, "Figure");
}

static void block_qr(Pdf *p, const Json *b)
{
    double side = (double)json_to_int(json_get(b, "size_mm"), 50) * MM;
    if (!(side >= 15 * MM && side <= 160 * MM)) {
        pdf_fault(p, FIELD_RANGE, "A QR code is 15 to 160 mm wide.");
        return;
    }
    Cell caption = cell_new(p, at(b, "caption"), STYLE_BODY, PAGE_LEFT + side + 16, TEXT_WIDTH - side - 16);
    caption.tag = "P";
    pdf_need(p, side + 8);
    double top = p->y;
    pdf_qr(p, at(b, "text"), at(b, "label"), PAGE_LEFT, top, side);
    cell_draw(p, &caption, top);
    p->y = top + side + 12;
}

/* ---- Signatures ---------------------------------------------------------------------------------------- */

static double signature_draw(Pdf *p, const Json *item, double x, double width)
{
    static const struct {
        const char *key;
        Style style;
    } LINES[] = {{"role", STYLE_LABEL}, {"name", STYLE_STRONG}, {"date", STYLE_CELL}, {"note", STYLE_SMALL}};
    double y = p->y + 16;
    pdf_line(p, x, y, width, 0.8, INK_TEXT);
    y += 4;
    for (size_t i = 0; i < COUNT_OF(LINES); i++) {
        Cell c = cell_new(p, at(item, LINES[i].key), LINES[i].style, x, width);
        c.tag = "P";
        double h = cell_height(&c);
        cell_draw(p, &c, y);
        y += h;
    }
    return y;
}

static void block_signature(Pdf *p, const Json *b)
{
    const Json *items = pdf_list(b, "items");
    size_t count = json_count(items), columns = count < 2 ? 2 : count > 3 ? 3 : count;
    double gap = 24, width = (TEXT_WIDTH - gap * (double)(columns - 1)) / (double)columns;
    for (size_t i = 0; i < count && !p->failed; i += columns) {
        pdf_need(p, 73);
        double end = p->y;
        for (size_t k = i; k < count && k < i + columns; k++) {
            end = fmax(end, signature_draw(p, items->items[k], PAGE_LEFT + (width + gap) * (double)(k - i), width));
        }
        p->y = end + 8;
    }
}

/* ---- The table of blocks ------------------------------------------------------------------------------- */

static const Block BLOCKS[] = {
    {"address", block_address},
    {"box", block_box},
    {"columns_two", block_columns_two},
    {"heading", block_heading},
    {"letterhead", block_letterhead},
    {"list", block_list},
    {"page", block_page},
    {"pairs", block_pairs},
    {"paragraph", block_paragraph},
    {"qr", block_qr},
    {"rule", block_rule},
    {"signature", block_signature},
    {"small", block_small},
    {"space", block_space},
    {"table", block_table},
    {"title", block_title},
};

void pdf_block(Pdf *p, const Json *block)
{
    for (size_t i = 0; i < COUNT_OF(BLOCKS); i++) {
        if (str_eq_c(at(block, "kind"), BLOCKS[i].kind)) {
            BLOCKS[i].draw(p, block);
            return;
        }
    }
    pdf_fault(p, FIELD_CHOICE, "There is no such kind of block.");
}
