/* bulk_row.c: the cells of one row as a form, in the ways people write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_int.h"

#include "base/fold.h"
#include "query/query.h"

/* 2026.3.31, 2026/03/31 and 31.03.2026 beside 2026-03-31: what cannot be mistaken. Anything else stays for the form to
 * refuse. */
static Str written_day(Arena *a, Str text)
{
    int64_t part[3];
    size_t n = 0, at = 0, width[3] = {0};
    if (text.len > 10 && text.ptr[10] == 'T') {
        text = str_sub(text, 0, 10);
    }
    text = str_ends(text, STR(".")) ? str_sub(text, 0, text.len - 1) : text;
    char mark = 0;
    for (size_t i = 0; i <= text.len && n < 3; i++) {
        char c = i < text.len ? text.ptr[i] : 0;
        if (c == 0 || c == '.' || c == '/' || c == '-') {
            if (!str_to_int(str_trim(str_sub(text, at, i)), &part[n]) || part[n] < 0) {
                return text;
            }
            width[n++] = i - at;
            mark = c ? c : mark;
            at = i + 1;
        }
    }
    if (n < 3 || at < text.len) {
        return text;
    }
    bool year_first = width[0] == 4, year_last = width[2] >= 4 && mark == '.';
    Ymd d = {.year = (int32_t)(year_first ? part[0] : part[2]),
             .month = (int)part[1],
             .day = (int)(year_first ? part[2] : part[0])};
    return (year_first || year_last) && ymd_is_valid(d) ? day_print(a, day_from_ymd(d)) : text;
}

/* Spaces between groups of digits go; a comma before one or two last digits is a decimal point. */
static Str written_number(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len + 2);
    size_t comma = str_find(text, STR(","), 0);
    bool decimal = comma != SIZE_MAX && str_find(text, STR("."), 0) == SIZE_MAX &&
                   str_find(text, STR(","), comma + 1) == SIZE_MAX && text.len - comma <= 3;
    for (size_t i = 0; i < text.len; i++) {
        if (str_starts(str_sub(text, i, text.len), STR("\xC2\xA0"))) {
            i++;
        } else if (str_starts(str_sub(text, i, text.len), STR("\xE2\x80\xAF"))) {
            i += 2;
        } else if (text.ptr[i] != ' ') {
            buf_byte(&b, decimal && text.ptr[i] == ',' ? '.' : text.ptr[i]);
        }
    }
    return b.len ? buf_str(&b) : STR("");
}

/* A case of the field's type by its number, or by a unique field of it (a firm by its business number). */
static Str written_case(const Flow *f, Arena *a, const BulkForm *form, const SchemeField *field, Str text)
{
    const SchemeType *of = scheme_type(form->scheme, field->of);
    for (size_t i = 0; of != NULL && i < of->field_count; i++) {
        Str id;
        Err err;
        if (of->fields[i].unique && !of->fields[i].personal &&
            query_holder_of(f->store, a, scheme_id(form->scheme), of->name, of->fields[i].name, text, &id, &err) &&
            id.len > 0) {
            return id;
        }
    }
    return text;
}

/* Two lines of a passport in one cell: with a line end, or one after the other with a space. */
static Str written_zone(Arena *a, Str text)
{
    size_t space = str_find(text, STR(" "), 0);
    return space == SIZE_MAX
               ? text
               : str_printf(a, "%.*s\n%.*s", (int)space, text.ptr, STR_ARG(str_trim(str_sub(text, space, text.len))));
}

static Json *list_of(Arena *a, Str text)
{
    Json *list = json_new_array(a);
    for (Str rest = text, line; str_cut(&rest, '\n', &line);) {
        for (Str more = line, item; str_cut(&more, ';', &item);) {
            if (str_trim(item).len > 0) {
                json_push(a, list, json_new_str(a, str_trim(item)));
            }
        }
    }
    return list;
}

static Json *value_of(const Flow *f, Arena *a, const BulkHeading *h, size_t column, Str text)
{
    const SchemeField *field = h->form->columns[column].field;
    const Str *known = h->choices[column].count > 0 ? map_get(&h->choices[column], fold_case(a, text)) : NULL;
    if (field == NULL || known != NULL) {
        return json_new_str(a, known ? *known : text);
    }
    switch (field->kind) {
    case SCHEME_NUMBER: return json_new_str(a, written_number(a, text));
    case SCHEME_DATE: return json_new_str(a, written_day(a, text));
    case SCHEME_CASE: return json_new_str(a, written_case(f, a, h->form, field, text));
    case SCHEME_MRZ: return json_new_str(a, written_zone(a, text));
    case SCHEME_LIST: return list_of(a, text);
    case SCHEME_YES_NO:
    case SCHEME_CHOICE:
    case SCHEME_FILE: /* no file fits into a cell: the form says what is missing */
    case SCHEME_TEXT: return json_new_str(a, text);
    }
    bug("unknown kind of field");
}

static void fault(ErrList *faults, ErrCode code, Str field)
{
    Err e;
    err_field(&e, code, str_c(faults->arena, field), "%s", err_plain(code));
    err_list_add(faults, e);
}

/* Each column that names a case and is filled must name the same one. */
static void find_case(const Flow *f, Arena *a, const BulkForm *form, const BulkColumn *c, Str text, Str *case_id,
                      ErrList *faults)
{
    Str id = text;
    Err err;
    if (c->field != NULL &&
        (!query_holder_of(f->store, a, scheme_id(form->scheme), form->type->name, c->name, text, &id, &err) ||
         id.len == 0)) {
        fault(faults, NOT_FOUND, c->name);
    } else if (case_id->len > 0 && !str_eq(*case_id, id)) {
        fault(faults, FIELD_CHOICE, c->name);
    } else {
        *case_id = str_copy(a, id);
    }
}

bool bulk_row_form(const Flow *f, Arena *a, const BulkHeading *h, const Str *cells, size_t count, Json **ret_form,
                   Str *ret_case, ErrList *faults)
{
    const BulkForm *form = h->form;
    size_t before = faults->count;
    *ret_form = json_new_object(a);
    *ret_case = STR("");
    if (form->step->opens && form->own_field.len > 0) {
        json_set(a, *ret_form, form->own_field, json_new_str(a, form->own_value));
    }
    for (size_t i = 0; i < count && i < h->count; i++) {
        Str text = str_trim(cells[i]);
        size_t column = h->column_of[i];
        if (column == SIZE_MAX || text.len == 0) {
            continue;
        }
        if (form->columns[column].finds) {
            find_case(f, a, form, &form->columns[column], text, ret_case, faults);
        } else {
            json_set(a, *ret_form, form->columns[column].name, value_of(f, a, h, column, str_copy(a, text)));
        }
    }
    if (!form->step->opens && ret_case->len == 0 && faults->count == before) {
        fault(faults, FIELD_MISSING, STR("case"));
    }
    return faults->count == before;
}
