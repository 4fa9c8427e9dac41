/* sheet_write.c: workbooks written by libxlsxwriter through a temporary file, as it knows no other way; same input,
 * same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/sheet_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/day.h"

#define CHOICE_BYTES 255 /* what the format holds */
#define COLUMNS_MAX 256

struct SheetBook {
    Arena *arena;
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_format *heading, *day;
    SheetType *types;
    size_t columns;
    lxw_row_t row;
    char path[256];
};

static void book_drop(void *thing)
{
    SheetBook *b = thing;
    if (b->book != NULL) {
        lxw_workbook_free(b->book);
        b->book = NULL;
    }
    if (b->path[0] != 0) {
        remove(b->path);
        b->path[0] = 0;
    }
}

SheetBook *sheet_book_new(Arena *a, Str title, int64_t created_s)
{
    SheetBook *b = ARENA_NEW(a, SheetBook);
    const char *folder = getenv("TMPDIR");
    snprintf(b->path, sizeof b->path, "%s/goldenbridge-XXXXXX", folder && strlen(folder) < 200 ? folder : "/tmp");
    int fd = mkstemp(b->path);
    if (fd < 0) {
        b->path[0] = 0;
    } else {
        close(fd);
    }
    b->arena = a;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = NULL, .use_zip64 = LXW_FALSE};
    b->book = workbook_new_opt(b->path, &options);
    check_that(b->book != NULL);
    arena_on_reset(a, book_drop, b);
    lxw_doc_properties properties = {0};
    char *title_c = arena_alloc(a, title.len + 1);
    memcpy(title_c, title.ptr ? title.ptr : "", title.len);
    properties.title = title_c;
    properties.created = (time_t)created_s;
    workbook_set_properties(b->book, &properties);
    b->heading = workbook_add_format(b->book);
    format_set_bold(b->heading);
    format_set_bg_color(b->heading, 0xE8EDF5);
    format_set_bottom(b->heading, LXW_BORDER_THIN);
    b->day = workbook_add_format(b->book);
    format_set_num_format(b->day, "yyyy-mm-dd");
    return b;
}

/* A drop-down list, where its texts fit. */
static void choices_add(SheetBook *b, lxw_col_t column, const SheetColumn *c)
{
    size_t bytes = 0;
    for (size_t i = 0; i < c->choice_count; i++) {
        bytes += c->choices[i].len + 1;
    }
    if (c->choice_count == 0 || bytes > CHOICE_BYTES) {
        return;
    }
    char **list = ARENA_ARRAY(b->arena, char *, c->choice_count + 1);
    for (size_t i = 0; i < c->choice_count; i++) {
        list[i] = (char *)(uintptr_t)str_c(b->arena, c->choices[i]); /* the library only reads it */
    }
    lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_LIST, .value_list = list};
    worksheet_data_validation_range(b->page, 1, column, 1048575, column, &rule);
}

bool sheet_book_page(SheetBook *b, Str name, const SheetColumn *columns, size_t count, Err *err)
{
    if (count == 0 || count > COLUMNS_MAX ||
        workbook_validate_sheet_name(b->book, str_c(b->arena, name)) != LXW_NO_ERROR) {
        return err_field(err, FIELD_FORMAT, "name", "A worksheet needs columns and a short name of its own.");
    }
    b->page = workbook_add_worksheet(b->book, str_c(b->arena, name));
    b->types = ARENA_ARRAY(b->arena, SheetType, count);
    b->columns = count;
    for (size_t i = 0; i < count; i++) {
        lxw_col_t column = (lxw_col_t)i;
        b->types[i] = columns[i].type;
        worksheet_set_column(b->page, column, column, columns[i].width ? columns[i].width : 16, NULL);
        worksheet_write_string(b->page, 0, column, str_c(b->arena, columns[i].heading), b->heading);
        if (columns[i].note.len > 0) {
            worksheet_write_comment(b->page, 0, column, str_c(b->arena, columns[i].note));
        }
        choices_add(b, column, &columns[i]);
    }
    worksheet_freeze_panes(b->page, 1, 0);
    worksheet_autofilter(b->page, 0, 0, 0, (lxw_col_t)(count - 1));
    b->row = 1;
    return true;
}

static lxw_error cell_write(SheetBook *b, lxw_col_t column, Str cell)
{
    Day day;
    SheetType type = b->types[column];
    if (type == SHEET_DAY && day_parse(cell, &day) && day_to_ymd(day).year >= 1901) {
        Ymd d = day_to_ymd(day);
        lxw_datetime time = {.year = d.year, .month = d.month, .day = d.day};
        return worksheet_write_datetime(b->page, b->row, column, &time, b->day);
    }
    /* A double holds 15 digits; longer numbers, such as those of persons, stay text. */
    if (type == SHEET_NUMBER && cell.len <= 15 && sheet_is_number(cell)) {
        return worksheet_write_number(b->page, b->row, column, strtod(str_c(b->arena, cell), NULL), NULL);
    }
    return worksheet_write_string(b->page, b->row, column, str_c(b->arena, cell), NULL);
}

bool sheet_book_row(SheetBook *b, const Str *cells, size_t count, Err *err)
{
    check_that(b->page != NULL && count <= b->columns);
    if (b->row > 1048575) {
        return err_set(err, TOO_LARGE, "A worksheet holds 1,048,576 rows.");
    }
    ArenaMark mark = arena_mark(b->arena);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].len > 0 && cell_write(b, (lxw_col_t)i, cells[i]) != LXW_NO_ERROR) {
            return sheet_fault(b->arena, b->row + 1, i + 1, TOO_LARGE, "A cell holds 32,767 characters.", err);
        }
    }
    arena_rewind(b->arena, mark);
    b->row++;
    return true;
}

static bool file_add(const char *path, Buf *out)
{
    FILE *f = fopen(path, "rb");
    char piece[16384];
    size_t n;
    if (f == NULL) {
        return false;
    }
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) {
        buf_add(out, (Str){piece, n});
    }
    bool ok = ferror(f) == 0;
    fclose(f);
    return ok;
}

bool sheet_book_end(SheetBook *b, Buf *out, Err *err)
{
    check_that(b->page != NULL);
    lxw_error state = b->path[0] ? workbook_close(b->book) : LXW_ERROR_CREATING_XLSX_FILE;
    b->book = b->path[0] ? NULL : b->book;
    bool ok = state == LXW_NO_ERROR && file_add(b->path, out);
    book_drop(b);
    if (!ok) {
        return err_set(err, IO_FAILED, "The workbook could not be written.");
    }
    return buf_ok(out) ? true : err_set(err, TOO_LARGE, "The workbook is too large.");
}
