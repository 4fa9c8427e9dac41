/* qr_test.c: QR codes are read back by zbarimg, another project's reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../test.h"

/* Runs a shell line and gives what it prints; *ret_status is its exit status. */
static Str run(Arena *a, const char *line, int *ret_status)
{
    FILE *p = popen(line, "r");
    check(p != NULL);
    Buf b = buf_new(a, 1 << 20);
    char piece[4096];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, p)) > 0) {
        buf_add(&b, (Str){piece, n});
    }
    int status = pclose(p);
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
    return buf_str(&b);
}

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
    Str text = run(a, str_c(a, str_printf(a, "zbarimg --quiet --raw %s 2>/dev/null", path)), &status);
    remove(path);
    eq_int(status, 0);
    return str_trim(text);
}

static void needs_zbar(Arena *a)
{
    int status;
    run(a, "command -v zbarimg", &status);
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
