/* xlsx_fuzz.c: libFuzzer entry: any bytes as a workbook, and any bytes as the worksheet, styles or texts inside a
 * sound one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet.h"

#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool see(void *host, size_t row, const Str *cells, size_t count)
{
    size_t *bytes = host;
    check_that(row > 0 && count > 0);
    for (size_t i = 0; i < count; i++) {
        *bytes += cells[i].len;
    }
    return true;
}

static void add(zip_t *z, const char *path, Str text)
{
    zip_source_t *s = zip_source_buffer(z, text.ptr, text.len, 0);
    zip_int64_t at = zip_file_add(z, path, s, ZIP_FL_OVERWRITE);
    check_that(at >= 0);
    zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

/* A workbook whose part number `which` is the fuzzer's. */
static Str book_of(Arena *a, Str own, size_t which)
{
    static const char *const PATHS[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                        "xl/workbook.xml"};
    const Str texts[] = {
        STR("<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c s=\"0\"><v>4.5</v></c></row></sheetData></worksheet>"),
        STR("<sst><si><t>x</t></si></sst>"), STR("<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        STR("<workbook><sheets><sheet id=\"r\"/></sheets></workbook>")};
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_source_keep(memory);
    zip_t *z = zip_open_from_source(memory, ZIP_CREATE | ZIP_TRUNCATE, &e);
    check_that(z != NULL);
    add(z, "xl/_rels/workbook.xml.rels",
        STR("<Relationships><Relationship Id=\"r\" Target=\"worksheets/sheet1.xml\"/></Relationships>"));
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        add(z, PATHS[i], i == which ? own : texts[i]);
    }
    check_that(zip_close(z) == 0 && zip_source_open(memory) == 0);
    zip_source_seek(memory, 0, SEEK_END);
    size_t len = (size_t)zip_source_tell(memory);
    zip_source_seek(memory, 0, SEEK_SET);
    char *bytes = arena_alloc(a, len + 1);
    check_that(zip_source_read(memory, bytes, len) == (zip_int64_t)len);
    zip_source_close(memory);
    zip_source_free(memory);
    return (Str){bytes, len};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536) {
        return 0;
    }
    Arena *a = arena_new(0);
    SheetLimits limits = {.rows = 1000, .columns = 64, .cell_bytes = 4096, .unpacked_bytes = 1 << 20};
    Str rest = {(const char *)data + 1, size - 1};
    size_t bytes = 0, which = data[0] % 5;
    Err err = {0};
    bool ok = sheet_read_xlsx(which == 4 ? rest : book_of(a, rest, which), &limits, see, &bytes, &err);
    check_that(ok == (err.code == OK));
    arena_free(a);
    return 0;
}
