/* qr_read.c: the text of the QR code on a photograph (JPEG) or screenshot (PNG), for people whose browser cannot read
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <cairo.h>
#include <string.h>
#include <turbojpeg.h>
#include <zbar.h>

#include "base/utf8.h"

/* A picture is refused past the first and made smaller while reading past the second. */
#define PIXELS_MAX ((size_t)64 * 1000 * 1000)
#define PIXELS_READ ((size_t)8 * 1000 * 1000)
#define PNG_PIXELS ((size_t)16 * 1000 * 1000)
#define SIDE_MAX 20000

/* Brightness, one byte for each pixel. */
typedef struct {
    unsigned char *bytes;
    unsigned width, height;
} Grey;

static bool not_readable(Err *err)
{
    return err_set(err, BAD_FILE, "This picture cannot be read: please use a JPEG or PNG of moderate size.");
}

static bool jpeg_read(Arena *a, Str bytes, Grey *ret, Err *err)
{
    const unsigned char *in = (const unsigned char *)bytes.ptr;
    int width = 0, height = 0, sampling = 0, space = 0;
    tjhandle h = tjInitDecompress();
    check_that(h != NULL);
    bool ok = tjDecompressHeader3(h, in, bytes.len, &width, &height, &sampling, &space) == 0 && width > 0 &&
              height > 0 && width <= SIDE_MAX && height <= SIDE_MAX && (size_t)width * (size_t)height <= PIXELS_MAX;
    if (ok) {
        tjscalingfactor part = {1, 1};
        while ((size_t)TJSCALED(width, part) * (size_t)TJSCALED(height, part) > PIXELS_READ) {
            part.denom *= 2; /* 1/2, 1/4 and 1/8 are always offered */
        }
        width = TJSCALED(width, part);
        height = TJSCALED(height, part);
        unsigned char *grey = arena_alloc(a, (size_t)width * (size_t)height);
        /* A photograph cut short is read as far as it goes: a warning is no failure. */
        ok = tjDecompress2(h, in, bytes.len, grey, width, width, height, TJPF_GRAY, TJFLAG_FASTDCT) == 0 ||
             tjGetErrorCode(h) == TJERR_WARNING;
        *ret = (Grey){grey, (unsigned)width, (unsigned)height};
    }
    tjDestroy(h);
    return ok ? true : not_readable(err);
}

static cairo_status_t png_next(void *rest, unsigned char *to, unsigned length)
{
    Str *s = rest;
    if (s->len < length) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(to, s->ptr, length);
    *s = str_sub(*s, length, s->len);
    return CAIRO_STATUS_SUCCESS;
}

static size_t big_endian(Str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* Over white, as a page shows it. */
static unsigned char brightness(uint32_t argb)
{
    uint32_t r = argb >> 16 & 255, g = argb >> 8 & 255, b = argb & 255, clear = 255 - (argb >> 24);
    uint32_t grey = ((r * 77 + g * 150 + b * 29) >> 8) + clear;
    return (unsigned char)(grey > 255 ? 255 : grey);
}

static bool png_read(Arena *a, Str bytes, Grey *ret, Err *err)
{
    /* The size stands in the first chunk; it is checked before cairo takes the memory. */
    if (bytes.len < 33 || big_endian(bytes, 16) == 0 || big_endian(bytes, 16) > SIDE_MAX ||
        big_endian(bytes, 20) > SIDE_MAX || big_endian(bytes, 16) * big_endian(bytes, 20) > PNG_PIXELS) {
        return not_readable(err);
    }
    Str rest = bytes;
    cairo_surface_t *s = cairo_image_surface_create_from_png_stream(png_next, &rest);
    cairo_format_t format = cairo_image_surface_get_format(s);
    bool ok = cairo_surface_status(s) == CAIRO_STATUS_SUCCESS &&
              (format == CAIRO_FORMAT_ARGB32 || format == CAIRO_FORMAT_RGB24);
    if (ok) {
        size_t width = (size_t)cairo_image_surface_get_width(s), height = (size_t)cairo_image_surface_get_height(s);
        size_t stride = (size_t)cairo_image_surface_get_stride(s);
        const unsigned char *data = cairo_image_surface_get_data(s);
        unsigned char *grey = arena_alloc(a, width * height);
        for (size_t i = 0; i < width * height; i++) {
            uint32_t argb;
            memcpy(&argb, data + i / width * stride + i % width * 4, sizeof argb);
            grey[i] = brightness(format == CAIRO_FORMAT_RGB24 ? argb | 0xFF000000 : argb);
        }
        *ret = (Grey){grey, (unsigned)width, (unsigned)height};
    }
    cairo_surface_destroy(s);
    return ok ? true : not_readable(err);
}

/* The first QR code that is found; ret->ptr stays NULL if there is none. */
static void scan(Arena *a, const Grey *g, Str *ret)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    check_that(scanner != NULL && image != NULL);
    zbar_image_scanner_request_dbus(scanner, 0); /* what is read is nobody else's business */
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, g->width, g->height);
    zbar_image_set_data(image, g->bytes, (unsigned long)g->width * g->height, NULL);
    if (zbar_scan_image(scanner, image) > 0) {
        const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
        *ret = str_copy(a, (Str){zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol)});
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
}

bool doc_qr_read(Arena *a, Str picture, Str *ret, Err *err)
{
    Grey grey = {0};
    Str text = {NULL, 0};
    if (str_starts(picture, STR("\xFF\xD8\xFF"))) {
        if (!jpeg_read(a, picture, &grey, err)) {
            return false;
        }
    } else if (str_starts(picture, STR("\x89PNG\r\n\x1A\n"))) {
        if (!png_read(a, picture, &grey, err)) {
            return false;
        }
    } else {
        return not_readable(err);
    }
    scan(a, &grey, &text);
    if (text.ptr == NULL || !utf8_is_valid(text)) {
        return err_set(err, NOT_FOUND,
                       "There is no QR code in this picture: please take it again, nearer and in good light.");
    }
    *ret = text;
    return true;
}
