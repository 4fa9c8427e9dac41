/* qr.c: QR codes as modules, SVG and PNG; libqrencode makes the code, cairo the pixels. The PDF draws modules itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <cairo.h>
#include <qrencode.h>
#include <string.h>

#define QUIET 4 /* modules of white around the code, as the standard asks */

bool doc_qr_new(Arena *a, Str text, DocQr *ret, Err *err)
{
    if (text.len == 0 || memchr(text.ptr, 0, text.len) != NULL) {
        return err_set(err, FIELD_FORMAT, "A QR code needs text without zero bytes.");
    }
    /* The encoder cuts the text into segments: letters of base 32 take the short alphanumeric mode. */
    QRcode *code = QRcode_encodeString(str_c(a, text), 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (code == NULL) {
        return err_set(err, TOO_LARGE, "The text of %zu bytes does not fit in a QR code.", text.len);
    }
    size_t modules = (size_t)code->width * (size_t)code->width;
    unsigned char *dark = arena_alloc(a, modules);
    for (size_t i = 0; i < modules; i++) {
        dark[i] = code->data[i] & 1;
    }
    *ret = (DocQr){.size = code->width, .dark = dark};
    QRcode_free(code);
    return true;
}

static void svg_escaped(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        const char *entity = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
        if (entity != NULL) {
            buf_add_c(out, entity);
        } else {
            buf_byte(out, c);
        }
    }
}

void doc_qr_svg(Buf *out, const DocQr *qr, Str label)
{
    int side = qr->size + 2 * QUIET;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" viewBox=\"0 0 %d %d\" "
               "shape-rendering=\"crispEdges\"><title>",
               side, side);
    svg_escaped(out, label);
    buf_add_c(out, "</title><path fill=\"currentColor\" d=\"");
    for (int y = 0; y < qr->size; y++) {
        for (int x = 0, run; x < qr->size; x += run) {
            const unsigned char *row = qr->dark + (size_t)y * (size_t)qr->size;
            for (run = 1; x + run < qr->size && row[x + run] == row[x]; run++) {
            }
            if (row[x]) {
                buf_printf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            }
        }
    }
    buf_add_c(out, "\"/></svg>");
}

static cairo_status_t png_write(void *buf, const unsigned char *bytes, unsigned length)
{
    buf_add(buf, (Str){(const char *)bytes, length});
    return buf_ok(buf) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

bool doc_qr_png(const DocQr *qr, int module_px, Buf *out, Err *err)
{
    if (module_px < 1 || module_px > 64) {
        return err_set(err, FIELD_RANGE, "A module takes 1 to 64 pixels.");
    }
    int side = (qr->size + 2 * QUIET) * module_px;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side);
    cairo_t *cr = cairo_create(surface);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int i = 0; i < qr->size * qr->size; i++) {
        if (qr->dark[i]) {
            int x = i % qr->size, y = i / qr->size;
            cairo_rectangle(cr, (x + QUIET) * module_px, (y + QUIET) * module_px, module_px, module_px);
        }
    }
    cairo_fill(cr);
    cairo_destroy(cr);
    bool ok = cairo_surface_write_to_png_stream(surface, png_write, out) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return ok ? true : err_set(err, IO_FAILED, "The picture of the QR code could not be written.");
}
