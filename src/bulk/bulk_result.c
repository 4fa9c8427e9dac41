/* bulk_result.c: the outcome of every row as a sheet, and the note that signs it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_int.h"

#include <string.h>

#include "view/view.h"

enum { COLUMNS = 7, PAGE = 5000 };
#define RESULT_BYTES ((size_t)256 << 20)

/* ---- The sheet ---- */

typedef struct {
    const Flow *f;
    Arena *a; /* reset with each page of rows */
    const BulkJob *job;
    const Scheme *scheme;
    const SchemeType *type;
    Str language;
    SheetBook *book; /* NULL: CSV */
    Buf *out;
} Result;

static const char *const HEADINGS[COLUMNS] = {"bulk.col_row",  "bulk.col_column", "bulk.col_field", "bulk.col_outcome",
                                              "bulk.col_case", "bulk.col_code",   "bulk.col_text"};

static Str outcome_label(const Result *r, Str outcome)
{
    static const char *const OWN[] = {"fault", "waiting", "repeated"};
    for (size_t i = 0; i < COUNT_OF(OWN); i++) {
        if (str_eq_c(outcome, OWN[i])) {
            return view_text(r->a, r->language, str_c(r->a, str_printf(r->a, "bulk.outcome_%s", OWN[i])), NULL);
        }
    }
    return scheme_label(r->scheme, r->a, r->language, "outcomes", outcome);
}

static Str column_letters(Arena *a, int64_t column)
{
    Str place = sheet_place(a, 1, column > 0 ? (size_t)column : 0);
    return column > 0 ? str_sub(place, sizeof "row 1, column " - 1, place.len) : STR("");
}

static Str field_label(const Result *r, Str field)
{
    Str text = r->type ? scheme_message(r->scheme, r->language,
                                        str_printf(r->a, "field.%.*s.%.*s", STR_ARG(r->type->name), STR_ARG(field)))
                       : STR("");
    if (text.ptr != NULL && text.len > 0) {
        return text;
    }
    return str_eq_c(field, "case") ? view_text(r->a, r->language, "bulk.case", NULL)
           : field.len > 0         ? scheme_label(r->scheme, r->a, r->language, "field", field)
                                   : STR("");
}

static bool put(Result *r, const Str *cells, Err *err)
{
    if (r->book != NULL) {
        return sheet_book_row(r->book, cells, COLUMNS, err);
    }
    sheet_csv_row(r->out, cells, COLUMNS);
    return buf_ok(r->out) || err_set(err, TOO_LARGE, "%s", err_plain(TOO_LARGE));
}

static bool put_row(Result *r, const BulkRow *row, Err *err)
{
    Err e;
    err_set(&e, err_code_of(row->code), "%.*s", STR_ARG(row->text));
    Str cells[COLUMNS] = {str_printf(r->a, "%lld", (long long)row->row),
                          column_letters(r->a, row->column),
                          field_label(r, row->field),
                          outcome_label(r, row->outcome),
                          row->case_id,
                          row->code,
                          e.code != OK ? view_fault(r->a, r->language, &e) : row->text};
    return put(r, cells, err);
}

static bool put_rows(Result *r, Err *err)
{
    for (int64_t at = 0;; at += PAGE) {
        const BulkRow *rows;
        size_t count;
        if (!bulk_rows(r->f->store, r->a, r->job->id, false, at, PAGE, &rows, &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!put_row(r, &rows[i], err)) {
                return false;
            }
        }
        arena_reset(r->a);
        if (count < PAGE) {
            return true;
        }
    }
}

static bool put_headings(Result *r, Arena *a, Err *err)
{
    static const SheetType TYPES[COLUMNS] = {SHEET_NUMBER, SHEET_TEXT, SHEET_TEXT, SHEET_TEXT,
                                             SHEET_TEXT,   SHEET_TEXT, SHEET_TEXT};
    static const int WIDTHS[COLUMNS] = {8, 9, 24, 22, 14, 20, 70};
    SheetColumn *columns = ARENA_ARRAY(a, SheetColumn, COLUMNS);
    Str cells[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        cells[i] = view_text(a, r->language, HEADINGS[i], NULL);
        columns[i] = (SheetColumn){.heading = cells[i], .type = TYPES[i], .width = WIDTHS[i]};
    }
    if (r->book != NULL) {
        return sheet_book_page(r->book, STR("result"), columns, COLUMNS, err);
    }
    buf_add_c(r->out, "\xEF\xBB\xBF");
    sheet_csv_row(r->out, cells, COLUMNS);
    return true;
}

bool bulk_result(const Flow *f, Arena *a, const BulkJob *job, Str language, bool xlsx, Buf *out, Err *err)
{
    Result r = {.f = f, .job = job, .language = language, .out = out, .scheme = flow_scheme(f, job->scheme)};
    if (r.scheme == NULL) {
        return err_set(err, NOT_FOUND, "There is no scheme %.*s.", STR_ARG(job->scheme));
    }
    (void)scheme_step(r.scheme, job->step, &r.type);
    r.book = xlsx ? sheet_book_new(a, job->step, job->at.ms / 1000) : NULL;
    r.a = arena_new(RESULT_BYTES);
    bool ok = put_headings(&r, a, err) && put_rows(&r, err) && (r.book == NULL || sheet_book_end(r.book, out, err));
    r.a = arena_free(r.a);
    return ok;
}

/* ---- The signed note ---- */

static bool result_key(const Flow *f, Arena *a, NoteKey *ret, Err *err)
{
    Hash seed;
    NoteKey log;
    if (!store_secret(f->store, STR("bulk-result-signing-key"), &seed, err) ||
        !note_verifier_parse(a, store_log_verifier(f->store, a), &log, err)) {
        return false;
    }
    *ret = note_key_from_seed(str_printf(a, "%.*s/bulk", STR_ARG(log.name)), seed.b);
    return true;
}

bool bulk_verifier(const Flow *f, Arena *a, Str *ret, Err *err)
{
    NoteKey key;
    if (!result_key(f, a, &key, err)) {
        return false;
    }
    *ret = note_verifier(a, &key);
    return true;
}

static const char HASH_LINE[] = "result sha256 ";

bool bulk_sign(const Flow *f, Arena *a, const BulkJob *job, Str result, Str *ret_note, Err *err)
{
    NoteKey key;
    if (!result_key(f, a, &key, err)) {
        return false;
    }
    Buf b = buf_new(a, 4096);
    buf_printf(&b, "goldenbridge bulk result\nupload %.*s\nscheme %.*s\nstep %.*s\naccount %.*s\nfile sha256 %.*s\n",
               STR_ARG(job->id), STR_ARG(job->scheme), STR_ARG(job->step), STR_ARG(job->account),
               STR_ARG(job->file_hash));
    buf_printf(&b, "state %.*s %s\nrows %lld good %lld refused %lld waiting %lld repeated %lld faulty %lld\n",
               STR_ARG(job->state), job->all_or_none ? "all-or-none" : "good-rows", (long long)job->rows,
               (long long)job->good, (long long)job->refused, (long long)job->waiting, (long long)job->repeated,
               (long long)job->faulty);
    buf_printf(&b, "ended %.*s\n%s%.*s\n", STR_ARG(instant_print(a, job->ended)), HASH_LINE,
               STR_ARG(hex_print(a, HASH_STR(hash_of(result)))));
    *ret_note = note_sign(a, buf_str(&b), &key);
    return true;
}

bool bulk_open(Arena *a, Str verifier, Str note, Str result, Str *ret_text, Err *err)
{
    NoteKey key;
    Str text, want = str_printf(a, "%s%.*s", HASH_LINE, STR_ARG(hex_print(a, HASH_STR(hash_of(result)))));
    if (!note_verifier_parse(a, str_trim(verifier), &key, err)) {
        return false;
    }
    if (!note_open(a, note, &key, &text, err)) {
        return err_set(err, BAD_SIGNATURE, "This note was not signed by that key, or was changed.");
    }
    for (Str rest = text, line; str_cut(&rest, '\n', &line);) {
        if (str_eq(line, want)) {
            *ret_text = text;
            return true;
        }
    }
    return err_set(err, BAD_SIGNATURE, "The note is about another file than this one.");
}
