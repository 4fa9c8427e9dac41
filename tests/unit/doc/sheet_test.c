/* sheet_test.c: spreadsheets in and out: quoting, places of faults, dates, limits against bombs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet.h"

#include <stdio.h>
#include <string.h>
#include <zip.h>

#include "../../test.h"

typedef struct {
    Buf out;
    size_t rows, stop_after;
} Seen;

/* "1:a|b\n3:c\n": the rows as text. */
static bool see(void *host, size_t row, const Str *cells, size_t count)
{
    Seen *s = host;
    buf_printf(&s->out, "%zu:", row);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&s->out, "%s%.*s", i ? "|" : "", STR_ARG(cells[i]));
    }
    buf_byte(&s->out, '\n');
    return ++s->rows != s->stop_after;
}

static bool count_only(void *host, size_t row, const Str *cells, size_t count)
{
    (void)row;
    (void)cells;
    (void)count;
    ++*(size_t *)host;
    return true;
}

static Str read_all(Arena *a, Str bytes)
{
    Seen s = {.out = buf_new(a, 1 << 24)};
    Err err = {0};
    bool ok = sheet_read(bytes, NULL, see, &s, &err);
    eq_text(str_from_c(err.text), "");
    check(ok);
    return buf_str(&s.out);
}

static Err read_fault(Arena *a, Str bytes, const SheetLimits *limits)
{
    Seen s = {.out = buf_new(a, 1 << 24)};
    Err err = {0};
    check(!sheet_read(bytes, limits, see, &s, &err));
    return err;
}

#define FAULT(bytes, want_code, want_field)         \
    do {                                            \
        Err err = read_fault(a, (bytes), NULL);     \
        eq_int(err.code, want_code);                \
        eq_text(str_from_c(err.field), want_field); \
    } while (0)

/* ---- CSV ----------------------------------------------------------------------------------------------- */

TEST(csv_of_rfc_4180_is_read)
{
    eq_text(read_all(a, STR("a,b,c\r\n1,\"x,\"\"y\"\"\r\nz\",3\r\n")), "1:a|b|c\n2:1|x,\"y\"\r\nz|3\n");
    eq_text(read_all(a, STR("a,b")), "1:a|b\n");
    eq_text(read_all(a, STR("a\n\n\nb\n")), "1:a\n4:b\n");
    eq_text(read_all(a, STR("a,,\n,,b\n")), "1:a\n2:||b\n");
    eq_text(read_all(a, STR("\"\"\r\r\"x\"\r")), "3:x\n");
    eq_text(read_all(a, STR("")), "");
}

TEST(csv_with_mark_and_other_separators_is_read)
{
    eq_text(read_all(a, STR("\xEF\xBB\xBF"
                            "имя;2,5;x\nӘсел;3;\n")),
            "1:имя|2,5|x\n2:Әсел|3\n");
    eq_text(read_all(a, STR("a\tb,c\td\n")), "1:a|b,c|d\n");
}

TEST(csv_in_pieces_of_any_length_reads_the_same)
{
    Str text = STR("\xEF\xBB\xBF"
                   "a,\"b\r\nc\"\r\n\"д\"\"е\",\r\nф,김\r\n");
    Str whole = read_all(a, text);
    for (size_t piece = 1; piece < text.len; piece++) {
        Seen s = {.out = buf_new(a, 4096)};
        Err err = {0};
        SheetCsv *csv = sheet_csv_new(a, NULL, see, &s);
        for (size_t i = 0; i < text.len; i += piece) {
            check(sheet_csv_feed(csv, str_sub(text, i, i + piece), &err));
        }
        check(sheet_csv_end(csv, &err));
        eq_str(buf_str(&s.out), whole);
    }
}

TEST(csv_faults_name_row_and_column)
{
    FAULT(STR("a,b\n1,x\"y\n"), BAD_FILE, "row 2, column B");
    FAULT(STR("a,b\n1,\"x\"y\n"), BAD_FILE, "row 2, column B");
    FAULT(STR("a,b\n1,\"x\n2,3\n"), BAD_FILE, "row 2, column B");
    FAULT(STR("a,b\n1,2\n\xC0\xE0,2\n"), BAD_UTF8, "row 3, column A");
    FAULT(STR("\xFF\xFE"
              "a\0b\0"),
          BAD_UTF8, "row 1, column A");
    FAULT(((Str){"a,b\n1,\0002\n", 9}), BAD_FILE, "row 2, column B");
    eq_text(sheet_place(a, 7, 28), "row 7, column AB");
    eq_text(sheet_place(a, 7, 702), "row 7, column ZZ");
    eq_text(sheet_place(a, 7, 703), "row 7, column AAA");
}

TEST(csv_limits_hold)
{
    SheetLimits limits = {.rows = 2, .columns = 2, .cell_bytes = 3, .unpacked_bytes = 100};
    eq_int(read_fault(a, STR("a\nb\nc\n"), &limits).code, TOO_LARGE);
    eq_text(str_from_c(read_fault(a, STR("a\nb\nc\n"), &limits).field), "row 3");
    eq_text(str_from_c(read_fault(a, STR("a,b\n1,2,3\n"), &limits).field), "row 2, column C");
    eq_text(str_from_c(read_fault(a, STR("a,b\n1,abcd\n"), &limits).field), "row 2, column B");
}

TEST(reading_stops_when_the_caller_has_enough)
{
    Seen s = {.out = buf_new(a, 4096), .stop_after = 2};
    Err err = {0};
    check(sheet_read(STR("a\nb\nc\nd\"\n"), NULL, see, &s, &err));
    eq_text(buf_str(&s.out), "1:a\n2:b\n");
}

TEST(written_csv_comes_back_and_runs_no_formula)
{
    static const char *const CELLS[] = {"plain", "a,b",    "a\"b", "a\r\nb",       " x ", "=1+1", "'=x",     "''@y",
                                        "-5",    "+7 701", "@cmd", "+77011234567", "-a",  "",     "김;철수", "'quoted"};
    Str cells[COUNT_OF(CELLS)];
    Buf out = buf_new(a, 4096);
    for (size_t i = 0; i < COUNT_OF(CELLS); i++) {
        cells[i] = str_from_c(CELLS[i]);
    }
    sheet_csv_row(&out, cells, COUNT_OF(CELLS));
    check(str_find(buf_str(&out), STR(",'=1+1,''=x,"), 0) != SIZE_MAX);
    check(str_find(buf_str(&out), STR(",-5,'+7 701,'@cmd,+77011234567,'-a,"), 0) != SIZE_MAX);
    Seen s = {.out = buf_new(a, 4096)};
    Err err = {0};
    check(sheet_read(buf_str(&out), NULL, see, &s, &err));
    Buf want = buf_new(a, 4096);
    buf_add_c(&want, "1:");
    for (size_t i = 0; i < COUNT_OF(CELLS); i++) {
        buf_printf(&want, "%s%s", i ? "|" : "", CELLS[i]);
    }
    buf_byte(&want, '\n');
    eq_str(buf_str(&s.out), buf_str(&want));
}

TEST(hundred_thousand_csv_rows_are_read)
{
    Buf b = buf_new(a, 64 << 20);
    for (int i = 0; i < 100000; i++) {
        buf_printf(&b, "%d,\"Name %d\",2000-01-01,KAZ,N%08d,제조업\r\n", i, i, i);
    }
    size_t rows = 0;
    Err err = {0};
    check(sheet_read(buf_str(&b), NULL, count_only, &rows, &err));
    eq_int(rows, 100000);
}

/* ---- XLSX ---------------------------------------------------------------------------------------------- */

typedef struct {
    const char *path, *text;
} Part;

static const char WORKBOOK[] =
    "<workbook xmlns:r=\"x\"><sheets><sheet name=\"S\" r:id=\"rId7\"/><sheet name=\"T\" r:id=\"rId8\"/></sheets></workbook>";
static const char RELATIONS[] = "<Relationships><Relationship Id=\"rId1\" Target=\"styles.xml\"/>"
                                "<Relationship Id=\"rId7\" Target=\"worksheets/sheet1.xml\"/></Relationships>";

static Str zip_of(Arena *a, const Part *parts, size_t count)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &e);
    check(memory != NULL);
    zip_source_keep(memory);
    zip_t *z = zip_open_from_source(memory, ZIP_CREATE | ZIP_TRUNCATE, &e);
    check(z != NULL);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *s = zip_source_buffer(z, parts[i].text, strlen(parts[i].text), 0);
        check(zip_file_add(z, parts[i].path, s, ZIP_FL_OVERWRITE) >= 0);
    }
    check(zip_close(z) == 0);
    check(zip_source_open(memory) == 0);
    zip_source_seek(memory, 0, SEEK_END);
    size_t len = (size_t)zip_source_tell(memory);
    zip_source_seek(memory, 0, SEEK_SET);
    char *bytes = arena_alloc(a, len);
    check(zip_source_read(memory, bytes, len) == (zip_int64_t)len);
    zip_source_close(memory);
    zip_source_free(memory);
    return (Str){bytes, len};
}

static Str book_of(Arena *a, const char *sheet, const char *shared, const char *styles)
{
    Part parts[] = {{"xl/workbook.xml", WORKBOOK},
                    {"xl/_rels/workbook.xml.rels", RELATIONS},
                    {"xl/worksheets/sheet1.xml", sheet},
                    {"xl/sharedStrings.xml", shared},
                    {"xl/styles.xml", styles}};
    return zip_of(a, parts, styles ? 5 : shared ? 4 : 3);
}

TEST(workbook_of_all_kinds_of_cells_is_read)
{
    Str book = book_of(
        a,
        "<worksheet><sheetData>"
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"D1\" t=\"inlineStr\"><is><t>in&amp;line</t></is></c></row>"
        "<row r=\"2\"/>"
        "<row r=\"4\"><c r=\"A4\"><v>990101300123</v></c><c r=\"B4\" s=\"1\"><v>45292</v></c><c r=\"C4\" s=\"2\"><v>45292.5</v></c>"
        "<c r=\"D4\" t=\"b\"><v>1</v></c><c r=\"E4\" t=\"str\"><f>A1&amp;B1</f><v>joined</v></c><c r=\"F4\" s=\"3\"><v>12.50</v></c><c r=\"G4\" t=\"e\"><v>#N/A</v></c></row>"
        "<row><c><v>1</v></c><c><v>2</v></c></row>"
        "</sheetData></worksheet>",
        "<sst><si><t>plain</t></si><si><r><t>rich </t></r><r><rPr><b/></rPr><t>김</t></r><rPh><t>phonetic</t></rPh></si></sst>",
        "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd hh:mm\"/><numFmt numFmtId=\"165\" formatCode=\"[Red]#,##0.00&quot; days&quot;\"/></numFmts>"
        "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>");
    eq_text(read_all(a, book), "1:plain|rich 김||in&line\n"
                               "4:990101300123|2024-01-01|2024-01-01T12:00:00|true|joined|12.50|#N/A\n5:1|2\n");
}

TEST(serial_days_around_the_false_leap_day_are_right)
{
    Str book = book_of(
        a,
        "<worksheet><sheetData><row r=\"1\"><c s=\"0\"><v>1</v></c><c s=\"0\"><v>59</v></c><c s=\"0\"><v>61</v></c>"
        "<c s=\"0\"><v>0.75</v></c><c s=\"0\"><v>-3</v></c><c s=\"0\"><v>9e99</v></c></row></sheetData></worksheet>",
        "<sst/>", "<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
    eq_text(read_all(a, book), "1:1900-01-01|1900-02-28|1900-03-01|18:00:00|-3|9e99\n");
}

TEST(damaged_and_hostile_workbooks_are_refused)
{
    FAULT(STR("PK\x03\x04 not a zip"), BAD_FILE, "");
    FAULT(STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), BAD_FILE, "");
    FAULT(book_of(a, "<worksheet><sheetData><row", NULL, NULL), BAD_FILE, "");
    FAULT(book_of(a,
                  "<worksheet><sheetData><row r=\"3\"><c r=\"B3\" t=\"s\"><v>9</v></c></row></sheetData></worksheet>",
                  NULL, NULL),
          BAD_FILE, "row 3, column B");
    FAULT(book_of(a, "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>", NULL, NULL), BAD_FILE, "");
    FAULT(book_of(a, "<worksheet><sheetData><row r=\"2\"><c r=\"ZZZ2\"><v>9</v></c></row></sheetData></worksheet>",
                  NULL, NULL),
          TOO_LARGE, "row 2, column ZZZ");
    Part none[] = {{"hello.txt", "x"}};
    FAULT(zip_of(a, none, 1), BAD_FILE, "");
}

TEST(zip_bomb_is_refused_by_what_it_unpacks_to)
{
    size_t n = (size_t)8 << 20;
    char *text = arena_alloc(a, n + 64);
    int head = snprintf(text, 64, "<worksheet><sheetData>");
    memset(text + head, ' ', n - (size_t)head);
    memcpy(text + n, "</sheetData></worksheet>", 25);
    Str book = book_of(a, text, NULL, NULL);
    check(book.len < 64 * 1024);
    SheetLimits limits = sheet_limits_usual();
    limits.unpacked_bytes = (size_t)4 << 20;
    eq_int(read_fault(a, book, &limits).code, TOO_LARGE);
    Buf deep = buf_new(a, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        buf_add_c(&deep, "<a>");
    }
    buf_byte(&deep, 0);
    eq_int(read_fault(a, book_of(a, buf_str(&deep).ptr, NULL, NULL), NULL).code, TOO_DEEP);
}

static Str write_book(Arena *a, size_t rows)
{
    Str choices[] = {STR("KAZ"), STR("KOR")};
    SheetColumn columns[] = {
        {.heading = STR("Аты"), .type = SHEET_TEXT, .width = 30, .note = STR("as in the passport")},
        {.heading = STR("국적"), .type = SHEET_TEXT, .choices = choices, .choice_count = 2},
        {.heading = STR("Wage"), .type = SHEET_NUMBER},
        {.heading = STR("Born"), .type = SHEET_DAY}};
    Err err = {0};
    Buf out = buf_new(a, 64 << 20);
    SheetBook *b = sheet_book_new(a, STR("Candidates"), 1767225600);
    check(sheet_book_page(b, STR("Candidates"), columns, 4, &err));
    for (size_t i = 0; i < rows; i++) {
        Str cells[] = {i ? str_printf(a, "Name %zu", i) : STR("=Әсел & <김>"), STR("KAZ"),
                       i % 2 ? STR("2156880") : STR("990101300123456789"), i % 3 ? STR("2000-02-29") : STR("unknown")};
        check(sheet_book_row(b, cells, 4, &err));
    }
    check(sheet_book_end(b, &out, &err));
    return buf_str(&out);
}

TEST(written_workbook_comes_back)
{
    eq_text(read_all(a, write_book(a, 3)),
            "1:Аты|국적|Wage|Born\n2:=Әсел & <김>|KAZ|990101300123456789|unknown\n"
            "3:Name 1|KAZ|2156880|2000-02-29\n4:Name 2|KAZ|990101300123456789|2000-02-29\n");
}

TEST(writing_a_workbook_twice_gives_the_same_bytes)
{
    eq_str(write_book(a, 20), write_book(a, 20));
}

TEST(hundred_thousand_workbook_rows_are_written_and_read)
{
    size_t rows = 0;
    Err err = {0};
    check(sheet_read(write_book(a, 100000), NULL, count_only, &rows, &err));
    eq_int(rows, 100001);
}
