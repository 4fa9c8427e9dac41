/* sheet_xlsx.c: the first worksheet of an XLSX workbook, read as a stream with limits; no formulas, no document types.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet_int.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/day.h"
#include "base/map.h"

#define SHARED_BYTES ((size_t)96 << 20)
#define STYLES_MAX 100000
#define PATH_BYTES 1024
#define DEPTH_MAX 64
#define ROW_MAX 1048576

/* What a number format shows. */
typedef enum { SHOWS_NUMBER = 0, SHOWS_DAY } Shows;

typedef struct {
    Arena *arena; /* for the whole reading */
    SheetLimits limits;
    SheetRow each;
    void *host;
    Err *err;
    zip_t *zip;
    size_t unpacked;
    bool failed, stopped, from_1904;
    XML_Parser parser; /* of the part in work */
    int depth;
    /* workbook and its relations */
    Str sheet_rel, sheet_path;
    /* shared strings: end of each in shared */
    Buf shared;
    size_t *shared_ends, shared_count, shared_cap;
    /* styles */
    Map formats; /* id → code */
    unsigned char *shows;
    size_t style_count, style_cap;
    bool in_cell_formats;
    /* the cell and row in work */
    bool in_text, in_phonetic, in_value;
    size_t row, column, rows_given;
    char type[12];
    size_t style;
    Buf text; /* of the cell in work */
    Buf row_text;
    size_t *starts, *lens;
    bool *used;
    Str *cells;
} Book;

static void book_fault(Book *b, ErrCode code, const char *text)
{
    if (!b->failed) {
        b->failed = true;
        if (b->row > 0) {
            sheet_fault(b->arena, b->row, b->column, code, text, b->err);
        } else {
            err_set(b->err, code, "%s", text);
        }
    }
    if (b->parser != NULL) {
        XML_StopParser(b->parser, XML_FALSE);
    }
}

/* ---- Parts of the zip ---------------------------------------------------------------------------------- */

typedef struct {
    XML_StartElementHandler start;
    XML_EndElementHandler end;
    XML_CharacterDataHandler text;
} Handlers;

static void no_doctype(void *book, const char *name, const char *system_id, const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    book_fault(book, BAD_FILE, "The workbook declares a document type, which none needs.");
}

static bool part_feed(Book *b, zip_file_t *file)
{
    for (;;) {
        void *room = XML_GetBuffer(b->parser, 65536);
        zip_int64_t n = room ? zip_fread(file, room, 65536) : -1;
        if (n < 0) {
            book_fault(b, BAD_FILE, "A part of the workbook cannot be unpacked.");
            return false;
        }
        b->unpacked += (size_t)n;
        if (b->unpacked > b->limits.unpacked_bytes) {
            book_fault(b, TOO_LARGE, "The workbook unpacks to more than is allowed.");
            return false;
        }
        if (XML_ParseBuffer(b->parser, (int)n, n == 0) == XML_STATUS_ERROR) {
            if (!b->failed && !b->stopped) {
                book_fault(b, BAD_FILE, "A part of the workbook is not valid XML.");
            }
            return b->stopped && !b->failed;
        }
        if (n == 0) {
            return !b->failed;
        }
    }
}

/* False with a fault, or without one where the part may be absent. */
static bool part_read(Book *b, const char *path, Handlers h, bool needed)
{
    zip_file_t *file = zip_fopen(b->zip, path, 0);
    if (file == NULL) {
        if (needed) {
            book_fault(b, BAD_FILE, "The workbook lacks a part that it needs, or has a password.");
        }
        return !needed;
    }
    b->parser = XML_ParserCreate(NULL);
    check_that(b->parser != NULL);
    b->depth = 0;
    XML_SetUserData(b->parser, b);
    XML_SetElementHandler(b->parser, h.start, h.end);
    XML_SetCharacterDataHandler(b->parser, h.text);
    XML_SetStartDoctypeDeclHandler(b->parser, no_doctype);
    bool ok = part_feed(b, file);
    XML_ParserFree(b->parser);
    b->parser = NULL;
    zip_fclose(file);
    return ok && !b->failed;
}

/* ---- XML helpers --------------------------------------------------------------------------------------- */

/* Without the prefix: some writers give one to every element. */
static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static bool is(const char *name, const char *wanted)
{
    return strcmp(local(name), wanted) == 0;
}

static const char *attr(const char **attrs, const char *wanted)
{
    for (size_t i = 0; attrs[i] != NULL; i += 2) {
        if (is(attrs[i], wanted)) {
            return attrs[i + 1];
        }
    }
    return NULL;
}

static size_t number_of(const char *text, size_t otherwise)
{
    size_t n = 0, i = 0;
    for (; text != NULL && text[i] >= '0' && text[i] <= '9' && i < 9; i++) {
        n = n * 10 + (size_t)(text[i] - '0');
    }
    return text != NULL && i > 0 && text[i] == 0 ? n : otherwise;
}

static bool is_true(const char *text)
{
    return text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0);
}

static bool deeper(Book *b)
{
    if (++b->depth > DEPTH_MAX) {
        book_fault(b, TOO_DEEP, err_plain(TOO_DEEP));
        return false;
    }
    return true;
}

static void XMLCALL end_only_depth(void *book, const char *name)
{
    (void)name;
    ((Book *)book)->depth--;
}

/* ---- Workbook, relations, styles ----------------------------------------------------------------------- */

static void XMLCALL workbook_start(void *book, const char *name, const char **attrs)
{
    Book *b = book;
    const char *id = attr(attrs, "id");
    if (!deeper(b)) {
        return;
    }
    if (is(name, "workbookPr")) {
        b->from_1904 = is_true(attr(attrs, "date1904"));
    } else if (is(name, "sheet") && b->sheet_rel.len == 0 && id != NULL) {
        b->sheet_rel = str_copy(b->arena, str_from_c(id));
    }
}

static void XMLCALL relations_start(void *book, const char *name, const char **attrs)
{
    Book *b = book;
    const char *id = attr(attrs, "Id"), *target = attr(attrs, "Target");
    if (deeper(b) && is(name, "Relationship") && id && target && str_eq_c(b->sheet_rel, id) &&
        strlen(target) < PATH_BYTES) {
        b->sheet_path =
            target[0] == '/' ? str_copy(b->arena, str_from_c(target + 1)) : str_printf(b->arena, "xl/%s", target);
    }
}

/* A format that shows a year, a month or a day, or hours, outside of quotes, escapes and brackets. */
static bool code_shows_day(Str code)
{
    bool quoted = false, bracketed = false;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == ']')) {
            bracketed = c == '[';
        } else if (!quoted && !bracketed && strchr("yYdDhHsS", c) != NULL && c != 0) {
            return true;
        } else if (c == ';' && !quoted) {
            return false;
        }
    }
    return false;
}

static bool format_shows_day(const Book *b, size_t id)
{
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)) {
        return true;
    }
    Str key = str_printf(b->arena, "%zu", id);
    Str *code = map_get(&b->formats, key);
    return code != NULL && code_shows_day(*code);
}

static void style_add(Book *b, size_t format)
{
    if (b->style_count >= STYLES_MAX) {
        book_fault(b, TOO_LARGE, "The workbook has too many styles.");
        return;
    }
    if (b->style_count == b->style_cap) {
        size_t cap = b->style_cap ? b->style_cap * 2 : 64;
        b->shows = arena_grow(b->arena, b->shows, b->style_cap, cap);
        b->style_cap = cap;
    }
    b->shows[b->style_count++] = format_shows_day(b, format) ? SHOWS_DAY : SHOWS_NUMBER;
}

static void XMLCALL styles_start(void *book, const char *name, const char **attrs)
{
    Book *b = book;
    const char *id = attr(attrs, "numFmtId"), *code = attr(attrs, "formatCode");
    if (!deeper(b)) {
        return;
    }
    if (is(name, "numFmt") && id && code && b->formats.count < STYLES_MAX) {
        Str *copy = ARENA_NEW(b->arena, Str);
        *copy = str_copy(b->arena, str_from_c(code));
        map_set(&b->formats, str_printf(b->arena, "%zu", number_of(id, 0)), copy);
    } else if (is(name, "cellXfs")) {
        b->in_cell_formats = true;
    } else if (is(name, "xf") && b->in_cell_formats) {
        style_add(b, number_of(id, 0));
    }
}

static void XMLCALL styles_end(void *book, const char *name)
{
    Book *b = book;
    b->depth--;
    if (is(name, "cellXfs")) {
        b->in_cell_formats = false;
    }
}

/* ---- Shared strings ------------------------------------------------------------------------------------ */

static void XMLCALL shared_start(void *book, const char *name, const char **attrs)
{
    Book *b = book;
    (void)attrs;
    if (!deeper(b)) {
        return;
    }
    b->in_phonetic = b->in_phonetic || is(name, "rPh");
    b->in_text = is(name, "t") && !b->in_phonetic;
}

static void XMLCALL shared_end(void *book, const char *name)
{
    Book *b = book;
    b->depth--;
    b->in_text = false;
    b->in_phonetic = b->in_phonetic && !is(name, "rPh");
    if (!is(name, "si")) {
        return;
    }
    if (b->shared_count == b->shared_cap) {
        size_t cap = b->shared_cap ? b->shared_cap * 2 : 1024;
        b->shared_ends = arena_grow(b->arena, b->shared_ends, b->shared_cap * sizeof(size_t), cap * sizeof(size_t));
        b->shared_cap = cap;
    }
    b->shared_ends[b->shared_count++] = b->shared.len;
    if (!buf_ok(&b->shared) || b->shared_count > SHARED_BYTES / 8) {
        book_fault(b, TOO_LARGE, "The texts of the workbook are larger than is allowed.");
    }
}

static void XMLCALL shared_text(void *book, const char *text, int len)
{
    Book *b = book;
    if (b->in_text) {
        buf_add(&b->shared, (Str){text, (size_t)len});
    }
}

/* ---- Cells --------------------------------------------------------------------------------------------- */

/* "BC12" → column 55; 0 if it is no reference. */
static size_t column_of(const char *ref)
{
    size_t column = 0;
    for (size_t i = 0; ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++) {
        column = column * 26 + (size_t)(ref[i] - 'A' + 1);
    }
    return column;
}

static void row_give(Book *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->limits.columns; i++) {
        b->cells[i] = b->used[i] ? str_sub(buf_str(&b->row_text), b->starts[i], b->starts[i] + b->lens[i]) : STR("");
        count = b->cells[i].len > 0 ? i + 1 : count;
        b->used[i] = false;
    }
    b->row_text.len = 0;
    if (count == 0) {
        return;
    }
    b->column = 0;
    if (++b->rows_given > b->limits.rows || b->row > ROW_MAX) {
        book_fault(b, TOO_LARGE, "The sheet has more rows than are allowed.");
        return;
    }
    if (!b->each(b->host, b->row, b->cells, count)) {
        b->stopped = true;
        XML_StopParser(b->parser, XML_FALSE);
    }
}

static void cell_begin(Book *b, const char **attrs)
{
    const char *ref = attr(attrs, "r"), *type = attr(attrs, "t");
    size_t column = ref ? column_of(ref) : 0;
    b->column = column > 0 ? column : b->column + 1;
    b->text.len = 0;
    b->style = number_of(attr(attrs, "s"), 0);
    snprintf(b->type, sizeof b->type, "%s", type ? type : "n");
    if (b->column > b->limits.columns) {
        book_fault(b, TOO_LARGE, "The row has more columns than are allowed.");
    }
}

static void XMLCALL sheet_start(void *book, const char *name, const char **attrs)
{
    Book *b = book;
    if (!deeper(b)) {
        return;
    }
    if (is(name, "row")) {
        b->row = number_of(attr(attrs, "r"), b->row + 1);
        b->column = 0;
    } else if (is(name, "c")) {
        cell_begin(b, attrs);
    } else if (is(name, "rPh")) {
        b->in_phonetic = true;
    }
    b->in_text = is(name, "v") || (is(name, "t") && !b->in_phonetic);
}

/* The text of a serial day, or the number itself if it is none. */
static Str serial_print(Book *b, Str number)
{
    char *end, copy[40];
    snprintf(copy, sizeof copy, "%.*s", number.len < 39 ? (int)number.len : 39, number.ptr);
    double serial = strtod(copy, &end);
    if (number.len > 38 || *end != 0 || !(serial >= 0 && serial < 2958466)) {
        return number;
    }
    int64_t seconds = llround(serial * 86400), days = seconds / 86400, rest = seconds % 86400;
    /* Serial 60 is 29 February 1900, which was not; before it the count is one day late. */
    int32_t base = b->from_1904 ? -24107 : days < 60 ? -25568 : -25569;
    Str time = str_printf(b->arena, "%02d:%02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    if (days == 0 && !b->from_1904) {
        return time;
    }
    Str day = day_print(b->arena, (Day){(int32_t)days + base});
    return rest == 0 ? day : str_printf(b->arena, "%.*sT%.*s", STR_ARG(day), STR_ARG(time));
}

static Str shared_at(Book *b, Str index)
{
    int64_t i;
    if (!str_to_int(index, &i) || i < 0 || (size_t)i >= b->shared_count) {
        book_fault(b, BAD_FILE, "The cell refers to a text that the workbook does not have.");
        return STR("");
    }
    return str_sub(buf_str(&b->shared), i ? b->shared_ends[i - 1] : 0, b->shared_ends[i]);
}

static Str cell_value(Book *b)
{
    Str raw = buf_str(&b->text);
    if (strcmp(b->type, "s") == 0) {
        return shared_at(b, str_trim(raw));
    }
    if (strcmp(b->type, "b") == 0) {
        return str_eq_c(str_trim(raw), "1") ? STR("true") : STR("false");
    }
    if (strcmp(b->type, "n") == 0) {
        raw = str_trim(raw);
        bool day = b->style < b->style_count && b->shows[b->style] == SHOWS_DAY;
        return day && raw.len > 0 ? serial_print(b, raw) : raw;
    }
    return raw; /* inlineStr, str, e, d */
}

static void cell_end(Book *b)
{
    if (b->failed || b->column == 0 || b->column > b->limits.columns) {
        return;
    }
    ArenaMark mark = arena_mark(b->arena);
    bool empty = b->text.len == 0;
    Str value = empty ? STR("") : cell_value(b);
    if (value.len > b->limits.cell_bytes || !buf_ok(&b->text)) {
        book_fault(b, TOO_LARGE, "The cell is larger than is allowed.");
        return;
    }
    size_t i = b->column - 1;
    b->used[i] = true;
    b->starts[i] = b->row_text.len;
    b->lens[i] = value.len;
    buf_add(&b->row_text, value); /* in an arena of its own, so that the printed day can be given back */
    if (!b->failed) {
        arena_rewind(b->arena, mark);
    }
    if (!buf_ok(&b->row_text)) {
        book_fault(b, TOO_LARGE, "The row is larger than is allowed.");
    }
}

static void XMLCALL sheet_end(void *book, const char *name)
{
    Book *b = book;
    b->depth--;
    b->in_text = false;
    if (is(name, "c")) {
        cell_end(b);
    } else if (is(name, "row") && !b->failed) {
        row_give(b);
    } else if (is(name, "rPh")) {
        b->in_phonetic = false;
    }
}

static void XMLCALL sheet_text(void *book, const char *text, int len)
{
    Book *b = book;
    if (b->in_text && b->column > 0) {
        buf_add(&b->text, (Str){text, (size_t)len});
        if (!buf_ok(&b->text)) {
            book_fault(b, TOO_LARGE, "The cell is larger than is allowed.");
        }
    }
}

/* ---- The whole ----------------------------------------------------------------------------------------- */

static bool book_read(Book *b)
{
    const Handlers workbook = {workbook_start, end_only_depth, NULL},
                   relations = {relations_start, end_only_depth, NULL}, styles = {styles_start, styles_end, NULL},
                   shared = {shared_start, shared_end, shared_text}, sheet = {sheet_start, sheet_end, sheet_text};
    if (!part_read(b, "xl/workbook.xml", workbook, true) ||
        !part_read(b, "xl/_rels/workbook.xml.rels", relations, true)) {
        return false;
    }
    if (b->sheet_path.len == 0) {
        book_fault(b, BAD_FILE, "The workbook has no worksheet.");
        return false;
    }
    return part_read(b, "xl/styles.xml", styles, false) && part_read(b, "xl/sharedStrings.xml", shared, false) &&
           part_read(b, str_c(b->arena, b->sheet_path), sheet, true);
}

static bool book_open(Book *b, Str bytes, Err *err)
{
    zip_error_t zip_err;
    zip_error_init(&zip_err);
    zip_source_t *source = zip_source_buffer_create(bytes.ptr, bytes.len, 0, &zip_err);
    b->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &zip_err) : NULL;
    zip_error_fini(&zip_err);
    if (b->zip == NULL) {
        zip_source_free(source);
        return err_set(err, BAD_FILE, "This is not a workbook: the file is damaged or of another kind.");
    }
    return true;
}

bool sheet_read_xlsx(Str bytes, const SheetLimits *limits, SheetRow each, void *host, Err *err)
{
    Arena *a = arena_new(0);
    Book b = {.arena = a, .limits = limits ? *limits : sheet_limits_usual(), .each = each, .host = host, .err = err};
    if (!book_open(&b, bytes, err)) {
        arena_free(a);
        return false;
    }
    Arena *own[3] = {arena_new(0), arena_new(0), arena_new(0)}; /* growing buffers would copy each other's tails */
    b.shared = buf_new(own[0], SHARED_BYTES);
    b.text = buf_new(own[1], b.limits.cell_bytes);
    b.row_text = buf_new(own[2], (size_t)16 << 20);
    b.formats = (Map){.arena = a};
    b.starts = ARENA_ARRAY(a, size_t, b.limits.columns);
    b.lens = ARENA_ARRAY(a, size_t, b.limits.columns);
    b.used = ARENA_ARRAY(a, bool, b.limits.columns);
    b.cells = ARENA_ARRAY(a, Str, b.limits.columns);
    bool ok = book_read(&b);
    zip_discard(b.zip);
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        arena_free(own[i]);
    }
    arena_free(a);
    return ok;
}
