/* pdf_table.c: blocks of rows: tables, labels with values, two languages side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

#include <math.h>

#define COLUMNS_MAX 12
#define MM (72 / 25.4)

typedef struct {
    const Json *columns;
    size_t count;
    double x[COLUMNS_MAX], width[COLUMNS_MAX];
    Align align[COLUMNS_MAX];
    bool tagged; /* the heading row is part of the text once, on its first page */
} Table;

#define CELL_GAP 8.0

static bool table_measure(Pdf *p, const Json *block, Table *t)
{
    t->columns = pdf_list(block, "columns");
    t->count = json_count(t->columns);
    if (t->count == 0 || t->count > COLUMNS_MAX) {
        pdf_fault(p, FIELD_FORMAT, "A table has 1 to 12 columns.");
        return false;
    }
    double total = 0, x = PAGE_LEFT + 4, room = TEXT_WIDTH - 8 - CELL_GAP * (double)(t->count - 1);
    for (size_t i = 0; i < t->count; i++) {
        t->width[i] = fmin(fmax((double)json_to_int(json_get(t->columns->items[i], "width"), 10), 1), 100);
        total += t->width[i];
    }
    for (size_t i = 0; i < t->count; i++) {
        t->width[i] = t->width[i] / total * room;
        t->x[i] = x;
        t->align[i] = str_eq_c(json_text_at(t->columns->items[i], "align"), "right") ? ALIGN_RIGHT : ALIGN_LEFT;
        x += t->width[i] + CELL_GAP;
    }
    return true;
}

static void table_heading(Pdf *p, void *thing)
{
    Table *t = thing;
    Cell cells[COLUMNS_MAX];
    double height = 0;
    for (size_t i = 0; i < t->count; i++) {
        cells[i] = cell_new(p, json_text_at(t->columns->items[i], "label"), STYLE_HEAD, t->x[i], t->width[i]);
        cells[i].align = t->align[i];
        cells[i].tag = t->tagged ? NULL : "TH";
        cells[i].note = "/A << /O /Table /Scope /Column >>";
        height = fmax(height, cell_height(&cells[i]));
    }
    pdf_fill(p, PAGE_LEFT, p->y, TEXT_WIDTH, height + 8, INK_TINT);
    pdf_line(p, PAGE_LEFT, p->y + height + 8, TEXT_WIDTH, 1, INK_ACCENT);
    if (!t->tagged) {
        pdf_tag(p, "TR");
    }
    for (size_t i = 0; i < t->count; i++) {
        cell_draw(p, &cells[i], p->y + 4);
    }
    if (!t->tagged) {
        pdf_tag_end(p, "TR");
    }
    t->tagged = true;
    p->y += height + 8;
}

static void table_row(Pdf *p, const Table *t, const Json *row)
{
    Cell cells[COLUMNS_MAX];
    if (row->kind != JSON_ARRAY || row->count > t->count) {
        pdf_fault(p, FIELD_FORMAT, "A row has more cells than the table has columns.");
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        const Json *cell = i < row->count ? row->items[i] : NULL;
        cells[i] = cell_new(p, json_text(cell), STYLE_CELL, t->x[i], t->width[i]);
        cells[i].align = t->align[i];
        cells[i].tag = "TD";
    }
    cells_flow(p, "TR", cells, t->count, 4);
    pdf_line(p, PAGE_LEFT, p->y, TEXT_WIDTH, 0.4, INK_LINE);
}

void block_table(Pdf *p, const Json *block)
{
    Table t = {0};
    const Json *rows = pdf_list(block, "rows");
    if (!table_measure(p, block, &t)) {
        return;
    }
    pdf_need(p, 70);
    pdf_tag(p, "Table");
    table_heading(p, &t);
    p->on_page = table_heading;
    p->on_page_thing = &t;
    for (size_t i = 0; i < json_count(rows) && !p->failed; i++) {
        table_row(p, &t, rows->items[i]);
    }
    p->on_page = NULL;
    pdf_tag_end(p, "Table");
    p->y += 12;
}

/* ---- Labels with values -------------------------------------------------------------------------------- */

#define PAIR_PAD 3.2

/* The label column: the label and, smaller and in another language, the same label again. */
static void pair_draw(Pdf *p, const Json *item, double x, double width)
{
    double label_width = fmin(width * 0.40, 150);
    Str label = json_text_at(item, "label"), second = json_text_at(item, "second");
    Str both = second.len ? str_printf(p->arena, "%.*s\n%.*s", STR_ARG(label), STR_ARG(second)) : label;
    bool strong = json_is_true(json_get(item, "strong"));
    Cell cells[2] = {cell_new(p, both, STYLE_LABEL, x, label_width - 8),
                     cell_new(p, json_text_at(item, "value"), strong ? STYLE_NUMBER : STYLE_VALUE, x + label_width,
                              width - label_width)};
    cells[0].drop = strong ? 3.5 : 2;
    cells[0].tag = "TH";
    cells[1].tag = "TD";
    cells[0].note = "/A << /O /Table /Scope /Row >>";
    cells_flow(p, "TR", cells, 2, PAIR_PAD);
}

static double pair_height(Pdf *p, const Json *item, double width)
{
    double label_width = fmin(width * 0.40, 150);
    Cell label = cell_new(p, json_text_at(item, "label"), STYLE_LABEL, 0, label_width - 8);
    Cell second = cell_new(p, json_text_at(item, "second"), STYLE_LABEL, 0, label_width - 8);
    Cell value = cell_new(p, json_text_at(item, "value"),
                          json_is_true(json_get(item, "strong")) ? STYLE_NUMBER : STYLE_VALUE, 0, width - label_width);
    double height = fmax(cell_height(&label) + cell_height(&second), cell_height(&value)) + 2 * PAIR_PAD;
    cell_done(&label);
    cell_done(&second);
    cell_done(&value);
    return height;
}

static void pairs_in_columns(Pdf *p, const Json *items, size_t columns)
{
    double gap = 22, width = (TEXT_WIDTH - gap * (double)(columns - 1)) / (double)columns;
    for (size_t i = 0; i < json_count(items) && !p->failed; i += columns) {
        double height = 0;
        for (size_t k = i; k < items->count && k < i + columns; k++) {
            height = fmax(height, pair_height(p, items->items[k], width));
        }
        pdf_need(p, height);
        double top = p->y, end = top;
        int page = p->page;
        for (size_t k = i; k < items->count && k < i + columns; k++) {
            p->y = p->page == page ? top : p->y;
            pair_draw(p, items->items[k], PAGE_LEFT + (width + gap) * (double)(k - i), width);
            end = p->page == page ? fmax(end, p->y) : p->y;
        }
        p->y = end;
        for (size_t k = 0; k < columns; k++) {
            pdf_line(p, PAGE_LEFT + (width + gap) * (double)k, end, width, 0.4, INK_LINE);
        }
    }
}

/* A QR code at the right, the pairs at its left, its caption below them. */
static void pairs_beside(Pdf *p, const Json *items, const Json *aside)
{
    double side = fmin(fmax((double)json_to_int(json_get(aside, "size_mm"), 58), 25), 90) * MM;
    double width = TEXT_WIDTH - side - 20;
    pdf_need(p, side + 30);
    int page = p->page;
    double end = p->y + 4 + side;
    pdf_qr(p, json_text_at(aside, "text"), json_text_at(aside, "label"), PAGE_LEFT + TEXT_WIDTH - side, p->y + 4, side);
    pdf_tag(p, "Table");
    for (size_t i = 0; i < json_count(items) && !p->failed; i++) {
        pair_draw(p, items->items[i], PAGE_LEFT, width);
        pdf_line(p, PAGE_LEFT, p->y, width, 0.4, INK_LINE);
    }
    pdf_tag_end(p, "Table");
    Cell caption = cell_new(p, json_text_at(aside, "caption"), STYLE_SMALL, PAGE_LEFT, width);
    double height = cell_height(&caption);
    caption.tag = "P";
    p->y = p->page == page ? fmax(p->y + 6, end - height) : p->y + 6; /* its last line stands beside the code's edge */
    cells_flow(p, NULL, &caption, 1, 0);
    p->y = (p->page == page ? fmax(p->y, end) : p->y) + 6;
}

void block_pairs(Pdf *p, const Json *block)
{
    const Json *items = pdf_list(block, "items"), *aside = json_get(block, "aside");
    int64_t columns = json_to_int(json_get(block, "columns"), 1);
    if (columns < 1 || columns > 3 || items == NULL) {
        pdf_fault(p, FIELD_FORMAT, "Pairs are a list in 1 to 3 columns.");
        return;
    }
    if (aside == NULL) {
        pdf_tag(p, "Table");
        pairs_in_columns(p, items, (size_t)columns);
        pdf_tag_end(p, "Table");
        p->y += 8;
        return;
    }
    pairs_beside(p, items, aside);
}

/* ---- Two languages side by side ------------------------------------------------------------------------ */

static void two_draw(Pdf *p, const Json *texts, const Json *languages, Style style, double pad)
{
    double gap = 20, width = (TEXT_WIDTH - gap) / 2;
    Cell cells[2];
    for (size_t i = 0; i < 2; i++) {
        const Json *text = texts && texts->kind == JSON_ARRAY && i < texts->count ? texts->items[i] : NULL;
        const Json *language = i < json_count(languages) ? languages->items[i] : NULL;
        cells[i] = cell_new_in(p, json_text(text), json_text_at(language, "code"), style,
                               PAGE_LEFT + (width + gap) * (double)i, width);
        cells[i].tag = style == STYLE_HEAD ? "TH" : "TD";
        cells[i].note = style == STYLE_HEAD ? "/A << /O /Table /Scope /Column >>" : NULL;
    }
    if (cells[0].lines + cells[1].lines == 0) {
        return;
    }
    cells_flow(p, "TR", cells, 2, pad);
}

/* Stands again on each page, as languages must never be in doubt. */
static void two_labels(Pdf *p, void *thing)
{
    const Json *languages = thing;
    Json *labels = json_new_array(p->arena);
    for (size_t i = 0; i < json_count(languages) && i < 2; i++) {
        json_push(p->arena, labels, json_new_str(p->arena, json_text_at(languages->items[i], "label")));
    }
    if (labels->count > 0) {
        pdf_fill(p, PAGE_LEFT, p->y, TEXT_WIDTH, 20.5, INK_TINT);
        two_draw(p, labels, languages, STYLE_HEAD, 4);
        p->y += 4;
    }
}

void block_columns_two(Pdf *p, const Json *block)
{
    const Json *rows = pdf_list(block, "rows"), *languages = pdf_list(block, "languages");
    if (rows == NULL) {
        pdf_fault(p, FIELD_FORMAT, "Two columns need their rows.");
        return;
    }
    pdf_need(p, 90);
    pdf_tag(p, "Table");
    void *thing = (void *)(uintptr_t)languages;
    two_labels(p, thing);
    p->on_page = two_labels;
    p->on_page_thing = thing;
    for (size_t i = 0; i < rows->count && !p->failed; i++) {
        const Json *heading = json_get(rows->items[i], "heading");
        if (heading != NULL) {
            pdf_need(p, 64);
            two_draw(p, heading, languages, STYLE_STRONG, 1.5);
        }
        two_draw(p, json_get(rows->items[i], "text"), languages, STYLE_CELL, 1.5);
        p->y += 3;
        pdf_line(p, PAGE_LEFT, p->y, TEXT_WIDTH, 0.3, INK_LINE);
        p->y += 4;
    }
    p->on_page = NULL;
    pdf_tag_end(p, "Table");
    p->y += 8;
}
