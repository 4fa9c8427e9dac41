/* pdf.c: pages, text and rows on a cairo PDF surface, and the face's doc_pdf_render; the blocks stand in pdf_block.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define FONTS "Noto Sans,Noto Sans CJK KR,Noto Sans CJK JP"
/* Text longer than this in one block is refused: no paper needs it. */
#define TEXT_BYTES ((size_t)256 * 1024)
/* Rows up to this height are never cut by a page end. */
#define KEEP_WHOLE 150.0

const Ink INK_TEXT = {0.10, 0.11, 0.13}, INK_GREY = {0.37, 0.40, 0.45}, INK_LINE = {0.80, 0.83, 0.87},
          INK_ACCENT = {0.07, 0.22, 0.45}, INK_TINT = {0.945, 0.957, 0.975}, INK_WARN = {0.64, 0.20, 0.10},
          INK_WARN_TINT = {0.990, 0.955, 0.940};

typedef struct {
    double size, leading;
    bool bold;
    const Ink *ink;
} Look;

static const Look LOOKS[] = {
    [STYLE_TITLE] = {20, 27, true, &INK_ACCENT},    [STYLE_SUBTITLE] = {12, 18, false, &INK_GREY},
    [STYLE_H1] = {12.5, 18, true, &INK_ACCENT},     [STYLE_H2] = {10.5, 16, true, &INK_TEXT},
    [STYLE_BODY] = {10, 15.5, false, &INK_TEXT},    [STYLE_STRONG] = {10, 15.5, true, &INK_TEXT},
    [STYLE_VALUE] = {10.5, 15.5, false, &INK_TEXT}, [STYLE_LABEL] = {8, 11.5, false, &INK_GREY},
    [STYLE_CELL] = {9, 13.5, false, &INK_TEXT},     [STYLE_HEAD] = {8.5, 12.5, true, &INK_ACCENT},
    [STYLE_SMALL] = {8, 12, false, &INK_GREY},      [STYLE_NUMBER] = {13, 18, true, &INK_TEXT},
};

void pdf_fault(Pdf *p, ErrCode code, const char *message)
{
    if (!p->failed) {
        p->failed = true;
        err_field(&p->err, code, p->field, "%s", message);
    }
}

const Json *pdf_list(const Json *object, const char *key)
{
    const Json *list = json_get(object, key);
    return list && list->kind == JSON_ARRAY ? list : NULL;
}

/* ---- Tags ---------------------------------------------------------------------------------------------- */

static struct TagCount *count_of(Pdf *p, const char *tag)
{
    size_t i = 0;
    while (i < COUNT_OF(p->counts) && p->counts[i].tag != NULL && strcmp(p->counts[i].tag, tag) != 0) {
        i++;
    }
    check_that(i < COUNT_OF(p->counts));
    p->counts[i].tag = tag;
    return &p->counts[i];
}

void pdf_tag(Pdf *p, const char *tag)
{
    if (!p->dry) {
        count_of(p, tag)->count++;
        cairo_tag_begin(p->cr, tag, NULL);
    }
}

void pdf_tag_end(Pdf *p, const char *tag)
{
    if (!p->dry) {
        cairo_tag_end(p->cr, tag);
    }
}

void pdf_tag_note(Pdf *p, const char *tag, Str text)
{
    if (p->dry) {
        return;
    }
    if (p->note_count == p->note_cap) {
        size_t cap = p->note_cap ? p->note_cap * 2 : 16;
        p->notes = arena_grow(p->arena, p->notes, p->note_cap * sizeof(TagNote), cap * sizeof(TagNote));
        p->note_cap = cap;
    }
    p->notes[p->note_count++] = (TagNote){tag, count_of(p, tag)->count - 1, text};
}

/* ---- Lines and areas ----------------------------------------------------------------------------------- */

void pdf_ink(Pdf *p, Ink ink)
{
    cairo_set_source_rgb(p->cr, ink.r, ink.g, ink.b);
}

void pdf_fill(Pdf *p, double x, double y, double width, double height, Ink ink)
{
    pdf_ink(p, ink);
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill(p->cr);
}

void pdf_line(Pdf *p, double x, double y, double width, double thickness, Ink ink)
{
    pdf_ink(p, ink);
    cairo_set_line_width(p->cr, thickness);
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, x + width, y);
    cairo_stroke(p->cr);
}

/* ---- Text ---------------------------------------------------------------------------------------------- */

static bool is_hangul(int32_t c)
{
    return c >= 0xAC00 && c <= 0xD7A3;
}

/* Korean is read more easily when lines break at spaces only: words of moderate length are kept whole. */
static void keep_words(PangoAttrList *attrs, Str text)
{
    size_t at = 0, start = 0, before = 0;
    int run = 0;
    for (int32_t c = utf8_next(text, &at); c >= 0; before = at, c = utf8_next(text, &at)) {
        bool inside = is_hangul(c);
        if (inside && run == 0) {
            start = before;
        }
        if ((!inside || at >= text.len) && run > 0 && run <= 9) {
            PangoAttribute *keep = pango_attr_allow_breaks_new(FALSE);
            keep->start_index = (guint)start;
            keep->end_index = (guint)(inside ? at : before);
            pango_attr_list_insert(attrs, keep);
        }
        run = inside ? run + 1 : 0;
    }
}

static PangoLayout *layout_new(Pdf *p, Str text, Str language, Style style, double width)
{
    const Look *look = &LOOKS[style];
    PangoLayout *layout = pango_layout_new(p->pango);
    PangoFontDescription *font = pango_font_description_from_string(FONTS);
    pango_font_description_set_absolute_size(font, look->size * PANGO_SCALE);
    pango_font_description_set_weight(font, look->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    PangoAttrList *attrs = pango_attr_list_new();
    pango_attr_list_insert(attrs, pango_attr_language_new(pango_language_from_string(str_c(p->arena, language))));
    /* Ligatures would need a replacement text in the file, which not every reader takes up. */
    pango_attr_list_insert(attrs, pango_attr_font_features_new("liga=0,clig=0,dlig=0"));
    if (width > 90) {
        keep_words(attrs, text);
    }
    pango_layout_set_attributes(layout, attrs);
    pango_attr_list_unref(attrs);
    pango_layout_set_text(layout, text.ptr, (int)text.len);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    return layout;
}

Cell cell_new_in(Pdf *p, Str text, Str language, Style style, double x, double width)
{
    Cell c = {.style = style, .align = ALIGN_LEFT, .ink = *LOOKS[style].ink, .x = x, .width = width};
    text = str_trim(text);
    if (text.len == 0) {
        return c;
    }
    if (text.len > TEXT_BYTES) {
        pdf_fault(p, TOO_LARGE, "A text is too long for a paper.");
        return c;
    }
    language = language.len > 0 ? language : p->block_language;
    bool other = language.len > 0 && !str_eq(language, p->language);
    c.language = other ? language : (Str){NULL, 0};
    c.layout = layout_new(p, text, other ? language : p->language, style, width);
    c.lines = pango_layout_get_line_count(c.layout);
    if (pango_layout_get_unknown_glyphs_count(c.layout) > 0) {
        pdf_fault(p, FIELD_FORMAT, "No installed font has a letter of this text.");
    }
    return c;
}

Cell cell_new(Pdf *p, Str text, Style style, double x, double width)
{
    return cell_new_in(p, text, (Str){NULL, 0}, style, x, width);
}

double cell_height(const Cell *c)
{
    return (c->lines - c->line) * LOOKS[c->style].leading;
}

double cell_natural_width(const Cell *c)
{
    int width = 0;
    if (c->layout != NULL) {
        pango_layout_get_size(c->layout, &width, NULL);
    }
    return (double)width / PANGO_SCALE;
}

void cell_done(Cell *c)
{
    if (c->layout != NULL) {
        g_object_unref(c->layout);
        c->layout = NULL;
    }
}

/* A line is laid out again by itself: cut out of a wrapped text its last space would be an empty glyph, which cairo
 * writes in a form that readers of tagged PDF stumble over. */
static void line_draw(Pdf *p, const Cell *c, double y)
{
    PangoLayoutLine *line = pango_layout_get_line_readonly(c->layout, c->line);
    PangoRectangle box;
    pango_layout_line_get_extents(line, NULL, &box);
    double slack = c->width - (double)box.width / PANGO_SCALE;
    double shift = c->align == ALIGN_RIGHT ? slack : c->align == ALIGN_CENTRE ? slack / 2 : 0;
    const char *start = pango_layout_get_text(c->layout) + line->start_index;
    Str text = str_trim((Str){start, (size_t)line->length});
    if (c->line + 1 < c->lines) {
        text = str_printf(p->arena, "%.*s ", STR_ARG(text)); /* so that the words of two lines stay apart */
    }
    PangoLayout *alone = layout_new(p, text, c->language.len ? c->language : p->language, c->style, 0);
    pango_layout_set_width(alone, -1);
    cairo_move_to(p->cr, c->x + shift, y + LOOKS[c->style].leading / 2 + LOOKS[c->style].size * 0.36);
    pango_cairo_show_layout_line(p->cr, pango_layout_get_line_readonly(alone, 0));
    g_object_unref(alone);
}

/* Draws as many lines as fit into height, and says how high they were. */
static double cell_part(Pdf *p, Cell *c, double y, double height)
{
    const Look *look = &LOOKS[c->style];
    double top = y;
    if (c->layout == NULL || c->line >= c->lines || look->leading > height + 0.01) {
        return 0;
    }
    if (c->tag != NULL) {
        pdf_tag(p, c->tag);
        if (c->note != NULL) {
            pdf_tag_note(p, c->tag, str_from_c(c->note));
        }
        if (c->language.len > 0) {
            pdf_tag_note(p, c->tag, str_printf(p->arena, "/Lang (%.*s)", STR_ARG(c->language)));
        }
    }
    pdf_ink(p, c->ink);
    for (; c->line < c->lines && y - top + look->leading <= height + 0.01; c->line++, y += look->leading) {
        if (!p->dry) {
            line_draw(p, c, y + c->drop);
        }
    }
    if (c->tag != NULL) {
        pdf_tag_end(p, c->tag);
    }
    return y - top;
}

void cell_draw(Pdf *p, Cell *c, double y)
{
    cell_part(p, c, y, PAGE_HEIGHT * 100);
    cell_done(c);
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

static Str page_label(Pdf *p)
{
    Str pattern = json_text_at(p->document, "page_label");
    pattern = pattern.len ? pattern : STR("{page} / {pages}");
    Buf b = buf_new(p->arena, 1024);
    for (size_t i = 0; i < pattern.len;) {
        Str rest = str_sub(pattern, i, pattern.len);
        if (str_starts(rest, STR("{page}"))) {
            buf_printf(&b, "%d", p->page);
            i += 6;
        } else if (str_starts(rest, STR("{pages}"))) {
            buf_printf(&b, "%d", p->pages);
            i += 7;
        } else {
            buf_byte(&b, pattern.ptr[i++]);
        }
    }
    return buf_str(&b);
}

static void frame_draw(Pdf *p)
{
    static const double INSET[] = {24, 28}, THICK[] = {1.6, 0.5};
    for (size_t i = 0; i < COUNT_OF(INSET); i++) {
        pdf_ink(p, INK_ACCENT);
        cairo_set_line_width(p->cr, THICK[i]);
        cairo_rectangle(p->cr, INSET[i], INSET[i], PAGE_WIDTH - 2 * INSET[i], PAGE_HEIGHT - 2 * INSET[i]);
        cairo_stroke(p->cr);
    }
}

/* Footers and frames are no part of the text and stay untagged. */
void pdf_page_end(Pdf *p)
{
    double y = PAGE_HEIGHT - 46;
    pdf_line(p, PAGE_LEFT, y - 5, TEXT_WIDTH, 0.4, INK_LINE);
    Cell number = cell_new(p, page_label(p), STYLE_SMALL, PAGE_LEFT + TEXT_WIDTH - 120, 120);
    number.align = ALIGN_RIGHT;
    cell_draw(p, &number, y);
    Cell footer = cell_new(p, json_text_at(p->document, "footer"), STYLE_SMALL, PAGE_LEFT, TEXT_WIDTH - 130);
    footer.lines = footer.lines > 2 ? 2 : footer.lines;
    cell_draw(p, &footer, y - (footer.lines > 1 ? 2 : 0));
    if (json_is_true(json_get(p->document, "frame"))) {
        frame_draw(p);
    }
    cairo_show_page(p->cr);
}

void pdf_page_next(Pdf *p)
{
    pdf_page_end(p);
    p->page++;
    p->y = PAGE_TOP;
    if (p->page > PDF_PAGES_MAX) {
        pdf_fault(p, TOO_LARGE, "The paper has too many pages.");
    }
    if (p->on_page != NULL) {
        p->on_page(p, p->on_page_thing);
    }
}

void pdf_need(Pdf *p, double height)
{
    if (p->y + height > PAGE_BOTTOM && p->y > PAGE_TOP) {
        pdf_page_next(p);
    }
}

/* True once every cell is drawn to its end. */
static bool all_drawn(const Cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].line < cells[i].lines) {
            return false;
        }
    }
    return true;
}

void cells_flow(Pdf *p, const char *row_tag, Cell *cells, size_t count, double pad)
{
    double height = 0;
    for (size_t i = 0; i < count; i++) {
        height = fmax(height, cell_height(&cells[i]));
    }
    pdf_need(p, (height <= KEEP_WHOLE ? height : 45) + 2 * pad);
    do {
        double room = PAGE_BOTTOM - p->y - 2 * pad, used = 0;
        if (row_tag != NULL) {
            pdf_tag(p, row_tag);
        }
        for (size_t i = 0; i < count; i++) {
            used = fmax(used, cell_part(p, &cells[i], p->y + pad, room));
        }
        if (row_tag != NULL) {
            pdf_tag_end(p, row_tag);
        }
        p->y += used + 2 * pad;
        if (all_drawn(cells, count) || p->failed) {
            break;
        }
        pdf_page_next(p);
    } while (!p->failed);
    for (size_t i = 0; i < count; i++) {
        cell_done(&cells[i]);
    }
}

void pdf_text(Pdf *p, Str text, Style style, const char *tag, double after)
{
    if (text.len == 0) {
        return;
    }
    Cell c = cell_new(p, text, style, PAGE_LEFT, TEXT_WIDTH);
    c.tag = tag;
    cells_flow(p, NULL, &c, 1, 0);
    p->y += after;
}

/* ---- The whole document -------------------------------------------------------------------------------- */

static cairo_status_t pdf_write(void *out, const unsigned char *bytes, unsigned length)
{
    buf_add(out, (Str){(const char *)bytes, length});
    return buf_ok(out) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* Control characters would stand raw in the file, where pdf_finish() looks for objects by line. */
static const char *one_line(Arena *a, Str text)
{
    char *copy = arena_alloc(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = (unsigned char)text.ptr[i] < 0x20 ? ' ' : text.ptr[i];
    }
    return copy;
}

static void metadata_set(Pdf *p, cairo_surface_t *surface)
{
    static const struct {
        const char *path;
        cairo_pdf_metadata_t name;
    } FIELDS[] = {{"title", CAIRO_PDF_METADATA_TITLE},
                  {"metadata.author", CAIRO_PDF_METADATA_AUTHOR},
                  {"metadata.subject", CAIRO_PDF_METADATA_SUBJECT},
                  {"metadata.keywords", CAIRO_PDF_METADATA_KEYWORDS},
                  {"metadata.created", CAIRO_PDF_METADATA_CREATE_DATE},
                  {"metadata.created", CAIRO_PDF_METADATA_MOD_DATE}};
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        Str text = json_text(json_path(p->document, FIELDS[i].path));
        if (text.len > 0) {
            cairo_pdf_surface_set_metadata(surface, FIELDS[i].name, one_line(p->arena, text));
        }
    }
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Goldenbridge");
}

/* Metrics must be the same when pages are counted and when they are drawn: no hinting, 72 dots an inch. */
static PangoContext *pango_new(void)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    return context;
}

static void blocks_draw(Pdf *p)
{
    const Json *blocks = json_get(p->document, "blocks");
    p->y = PAGE_TOP;
    p->page = 1;
    pdf_tag(p, "Document");
    for (size_t i = 0; i < json_count(blocks) && !p->failed; i++) {
        snprintf(p->field, sizeof p->field, "blocks.%zu", i);
        p->block_language = json_text_at(blocks->items[i], "language");
        pdf_block(p, blocks->items[i]);
        p->block_language = (Str){NULL, 0};
    }
    pdf_tag_end(p, "Document");
    pdf_page_end(p);
}

static bool document_check(const Json *document, Err *err)
{
    static const char *const NEEDED[] = {"title", "language", "metadata.created"};
    const Json *blocks = pdf_list(document, "blocks");
    Instant created;
    for (size_t i = 0; i < COUNT_OF(NEEDED); i++) {
        if (json_text(json_path(document, NEEDED[i])).len == 0) {
            return err_field(err, FIELD_MISSING, NEEDED[i], "A paper needs its %s.", NEEDED[i]);
        }
    }
    if (!instant_parse(json_text(json_path(document, "metadata.created")), &created)) {
        return err_field(err, FIELD_FORMAT, "metadata.created", "A time is written 2026-01-31T09:00:00Z.");
    }
    Str language = json_text_at(document, "language");
    for (size_t i = 0; i < language.len; i++) {
        char c = language.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-') || i > 34) {
            return err_field(err, FIELD_FORMAT, "language", "A language is written as in BCP 47.");
        }
    }
    if (blocks == NULL || blocks->count > PDF_BLOCKS_MAX) {
        return err_field(err, FIELD_FORMAT, "blocks", "A paper has a list of at most %d blocks.", PDF_BLOCKS_MAX);
    }
    return true;
}

static bool surface_end(Pdf *p, cairo_surface_t *surface, Err *err)
{
    cairo_destroy(p->cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (p->failed) {
        if (err != NULL) {
            *err = p->err;
        }
        return false;
    }
    return status == CAIRO_STATUS_SUCCESS ? true : err_set(err, IO_FAILED, "The paper could not be drawn.");
}

bool doc_pdf_render(Arena *a, const Json *document, Buf *out, Err *err)
{
    if (!document_check(document, err)) {
        return false;
    }
    Pdf p = {.arena = a, .document = document, .language = json_text_at(document, "language"), .dry = true, .pages = 1};
    p.pango = pango_new();
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    p.cr = cairo_create(surface);
    blocks_draw(&p);
    bool ok = surface_end(&p, surface, err);
    if (ok) {
        Buf bytes = buf_new(a, (size_t)64 << 20);
        surface = cairo_pdf_surface_create_for_stream(pdf_write, &bytes, PAGE_WIDTH, PAGE_HEIGHT);
        cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
        p.cr = cairo_create(surface);
        p.dry = false;
        p.pages = p.page;
        metadata_set(&p, surface);
        blocks_draw(&p);
        ok = surface_end(&p, surface, err) && pdf_finish(a, &p, &bytes, err);
        if (ok) {
            buf_add(out, buf_str(&bytes));
            ok = buf_ok(out) ? true : err_set(err, TOO_LARGE, "The paper is too large.");
        }
    }
    g_object_unref(p.pango);
    return ok;
}
