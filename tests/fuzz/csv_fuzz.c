/* csv_fuzz.c: libFuzzer entry: any bytes as CSV, whole and in pieces, give the same rows or the same fault; rows
 * written again are read back unchanged.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    Buf rows, csv;
} Seen;

static bool see(void *host, size_t row, const Str *cells, size_t count)
{
    Seen *s = host;
    (void)row;
    for (size_t i = 0; i < count; i++) {
        buf_printf(&s->rows, "%zu:", cells[i].len);
        buf_add(&s->rows, cells[i]);
    }
    buf_byte(&s->rows, '\n');
    sheet_csv_row(&s->csv, cells, count);
    return true;
}

static bool in_pieces(Arena *a, Str text, Seen *s, Err *err)
{
    SheetCsv *csv = sheet_csv_new(a, NULL, see, s);
    for (size_t i = 0; i < text.len; i += 7) {
        if (!sheet_csv_feed(csv, str_sub(text, i, i + 7), err)) {
            return false;
        }
    }
    return sheet_csv_end(csv, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = {(const char *)data, size};
    if (size > 100000 || str_starts(text, STR("PK\x03\x04")) || str_starts(text, STR("\xD0\xCF\x11\xE0"))) {
        return 0;
    }
    Arena *a = arena_new(0);
    Seen s[3];
    Err err[3] = {{0}, {0}, {0}};
    for (size_t i = 0; i < 3; i++) {
        s[i] = (Seen){buf_new(a, 16 << 20), buf_new(a, 16 << 20)};
    }
    bool whole = sheet_read(text, NULL, see, &s[0], &err[0]), pieces = in_pieces(a, text, &s[1], &err[1]);
    check_that(whole == pieces && err[0].code == err[1].code);
    check_that(str_eq(buf_str(&s[0].rows), buf_str(&s[1].rows)));
    /* Rows come back from what is written; a first row with another separator in it is quoted and cannot mislead. */
    if (whole && buf_ok(&s[0].csv)) {
        check_that(sheet_read(buf_str(&s[0].csv), NULL, see, &s[2], &err[2]));
        check_that(str_eq(buf_str(&s[2].rows), buf_str(&s[0].rows)));
    }
    arena_free(a);
    return 0;
}
