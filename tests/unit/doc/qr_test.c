/* qr_test.c: QR codes are read back by zbarimg, another project's reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../test.h"

static void write_file(const char *path, Str bytes)
{
    FILE *f = fopen(path, "wb");
    check(f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len);
    check(fclose(f) == 0);
}

static Str read_by_zbar(Arena *a, Str png)
{
    char path[] = "/tmp/goldenbridge-qr-XXXXXX";
    int fd = mkstemp(path), status;
    check(fd >= 0 && close(fd) == 0);
    write_file(path, png);
    Str text = test_shell(a, str_printf(a, "zbarimg --quiet --raw %s 2>/dev/null", path), &status);
    remove(path);
    eq_int(status, 0);
    return str_trim(text);
}

static void needs_zbar(Arena *a)
{
    int status;
    test_shell(a, STR("command -v zbarimg"), &status);
    if (status != 0) {
        skip("zbarimg is not installed (Debian: zbar-tools)");
    }
}

TEST(qr_code_of_a_permit_is_read_by_zbar_and_verifies)
{
    needs_zbar(a);
    Str compact = {NULL, 0};
    Err err = {0};
    DocQr qr;
    check(doc_compact_print(a, sample_signed(a), &compact, &err));
    Str text = str_printf(a, "https://permits.example/verify#%.*s", STR_ARG(compact));
    check(doc_qr_new(a, text, &qr, &err));
    check(qr.size <= 109); /* version 23: a module of half a millimetre on 6 cm of paper */
    Buf png = buf_new(a, 1 << 20);
    check(doc_qr_png(&qr, 4, &png, &err));
    Str read = read_by_zbar(a, buf_str(&png));
    eq_str(read, text);
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    DocReading r;
    check(doc_credential_verify(a, read, &key, 1, &r, &err));
    eq_text(json_text_at(r.claims, "family_name"), "АХМЕТОВА");
}

TEST(qr_svg_covers_each_dark_module_once_and_escapes_its_label)
{
    DocQr qr;
    Err err = {0};
    check(doc_qr_new(a, STR("HELLO"), &qr, &err));
    Buf svg = buf_new(a, 1 << 16);
    doc_qr_svg(&svg, &qr, STR("a <b> & \"c\""));
    Str text = buf_str(&svg);
    check(str_find(text, STR("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"), 0) != SIZE_MAX);
    check(str_find(text, STR("style"), 0) == SIZE_MAX);
    long dark = 0, drawn = 0;
    for (int i = 0; i < qr.size * qr.size; i++) {
        dark += qr.dark[i];
    }
    for (size_t at = str_find(text, STR("v1h-"), 0); at != SIZE_MAX; at = str_find(text, STR("v1h-"), at + 1)) {
        drawn += strtol(text.ptr + at + 4, NULL, 10);
    }
    eq_int(drawn, dark);
}

TEST(text_too_long_for_a_qr_code_is_a_fault)
{
    DocQr qr;
    Err err = {0};
    char *text = arena_alloc(a, 5000);
    memset(text, 'a', 5000);
    check(!doc_qr_new(a, (Str){text, 5000}, &qr, &err));
    eq_int(err.code, TOO_LARGE);
    check(!doc_qr_new(a, STR(""), &qr, &err));
    check(!doc_qr_new(a, (Str){"a\0b", 3}, &qr, &err));
    eq_int(err.code, FIELD_FORMAT);
}

static Str png_of(Arena *a, Str text, int module_px)
{
    DocQr qr;
    Err err = {0};
    Buf png = buf_new(a, 8 << 20);
    check(doc_qr_new(a, text, &qr, &err));
    check(doc_qr_png(&qr, module_px, &png, &err));
    return buf_str(&png);
}

TEST(uploaded_screenshot_of_a_permit_is_read)
{
    Str compact = {NULL, 0}, read = {NULL, 0};
    Err err = {0};
    check(doc_compact_print(a, sample_signed(a), &compact, &err));
    Str text = str_printf(a, "https://permits.example/verify#%.*s", STR_ARG(compact));
    bool ok = doc_qr_read(a, png_of(a, text, 4), &read, &err);
    eq_text(str_from_c(err.text), "");
    check(ok);
    eq_str(read, text);
}

TEST(uploaded_photograph_of_a_printed_permit_is_read)
{
    int status;
    test_shell(a, STR("command -v pdftoppm"), &status);
    if (status != 0) {
        skip("pdftoppm is not installed (Debian: poppler-utils)");
    }
    char path[] = "/tmp/goldenbridge-jpg-XXXXXX";
    int fd = mkstemp(path);
    check(fd >= 0 && close(fd) == 0);
    Buf pdf = buf_new(a, 8 << 20);
    Err err = {0};
    Str compact = {NULL, 0}, read = {NULL, 0};
    check(doc_compact_print(a, sample_signed(a), &compact, &err));
    Json *page =
        sample_json(a, "{'title':'T','language':'en','metadata':{'created':'2026-01-02T09:00:00Z'},'blocks':[]}");
    Json *block = json_new_object(a);
    json_set(a, block, STR("kind"), json_new_str(a, STR("qr")));
    json_set(a, block, STR("text"), json_new_str(a, compact));
    json_set(a, block, STR("size_mm"), json_new_int(a, 62));
    json_push(a, json_get(page, "blocks"), block);
    check(doc_pdf_render(a, page, &pdf, &err));
    write_file(path, buf_str(&pdf));
    Str jpeg = test_shell(a, str_printf(a, "pdftoppm -r 200 -jpeg %s", path), &status);
    remove(path);
    bool ok = doc_qr_read(a, jpeg, &read, &err);
    eq_text(str_from_c(err.text), "");
    check(ok);
    eq_str(read, compact);
    /* Cut short or damaged, it is read, or there is a clear fault. */
    for (size_t part = 1; part < 40; part++) {
        err = (Err){0};
        ok = doc_qr_read(a, str_sub(jpeg, 0, jpeg.len * part / 40), &read, &err);
        check(ok || err.code == BAD_FILE || err.code == NOT_FOUND);
    }
}

TEST(pictures_without_a_code_and_no_pictures_are_faults)
{
    Str read = {NULL, 0}, png = png_of(a, STR("HELLO"), 3);
    Err err = {0};
    check(!doc_qr_read(a, STR("GIF89a"), &read, &err));
    eq_int(err.code, BAD_FILE);
    check(!doc_qr_read(a, str_sub(png, 0, png.len / 2), &read, &err));
    eq_int(err.code, BAD_FILE);
    char *huge = arena_alloc(a, png.len);
    memcpy(huge, png.ptr, png.len);
    memset(huge + 16, 0x7F, 8); /* a size that no memory holds */
    check(!doc_qr_read(a, (Str){huge, png.len}, &read, &err));
    eq_int(err.code, BAD_FILE);
    Buf blank = buf_new(a, 1 << 20);
    DocQr none = {.size = 30, .dark = arena_alloc(a, 900)};
    check(doc_qr_png(&none, 4, &blank, &err));
    check(!doc_qr_read(a, buf_str(&blank), &read, &err));
    eq_int(err.code, NOT_FOUND);
}
