/* bulk_form.c: the columns of a step, its template, and a heading row that came back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_int.h"

#include <string.h>

#include "base/fold.h"
#include "view/view.h"

enum { LABEL_WIDTH_MOST = 40 };

/* ---- Which steps ---- */

/* scheme.json: "bulk": {type: [field that names a case]}; without an entry all unique fields do. */
static bool names_a_case(const Scheme *s, const SchemeType *t, const SchemeField *f)
{
    const Json *rule = json_get_str(json_get(scheme_info(s), "bulk"), t->name);
    return f->unique && (rule == NULL || json_has_text(rule, f->name));
}

static bool has_role(const Caller *c, Str role)
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (str_eq(c->roles[i], role)) {
            return true;
        }
    }
    return false;
}

/* Staff by role; a party only where the form itself names it (their own firm). What a person answers about their own
 * case is never for bulk. *ret_own: the field that names the party. */
static bool may_bulk(const Scheme *s, const SchemeType *t, const SchemeStep *step, const Caller *c, Str *ret_own)
{
    *ret_own = STR("");
    for (size_t i = 0; i < step->who.count && !step->hidden; i++) {
        Str who = step->who.items[i];
        if (!str_starts(who, STR("party"))) {
            if (c->party.len == 0 && has_role(c, who)) {
                return true;
            }
            continue;
        }
        const SchemeField *f = who.len > 6 ? scheme_field(t, str_sub(who, 6, who.len)) : NULL;
        const SchemeType *of = f ? scheme_type(s, f->of) : NULL;
        if (c->party.len > 0 && of != NULL && !of->person && has_role(c, of->party_role)) {
            *ret_own = f->name;
            return true;
        }
    }
    return false;
}

Json *bulk_steps(Arena *a, const Scheme *s, const Caller *caller)
{
    Json *list = json_new_array(a);
    const SchemeType *types;
    size_t count = scheme_types(s, &types);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].step_count; k++) {
            const SchemeStep *step = &types[i].steps[k];
            Str own;
            if (!may_bulk(s, &types[i], step, caller, &own)) {
                continue;
            }
            Json *j = json_new_object(a);
            json_set(a, j, STR("step"), json_new_str(a, step->name));
            json_set(a, j, STR("type"), json_new_str(a, types[i].name));
            json_set(a, j, STR("opens"), json_new_bool(a, step->opens));
            json_push(a, list, j);
        }
    }
    return list;
}

/* ---- Columns ---- */

static Str field_label(Arena *a, const BulkForm *form, Str language, Str field)
{
    Str text = scheme_message(form->scheme, language,
                              str_printf(a, "field.%.*s.%.*s", STR_ARG(form->type->name), STR_ARG(field)));
    return text.ptr ? text : scheme_label(form->scheme, a, language, "field", field);
}

static void add_column(BulkForm *form, BulkColumn column)
{
    for (size_t i = 0; i < form->count; i++) {
        if (str_eq(form->columns[i].name, column.name)) {
            return;
        }
    }
    form->columns[form->count++] = column;
}

bool bulk_form(Arena *a, const Scheme *s, const Caller *caller, Str step, Str language, BulkForm *ret, Err *err)
{
    *ret = (BulkForm){.scheme = s};
    ret->step = scheme_step(s, step, &ret->type);
    if (ret->step == NULL) {
        return err_set(err, NOT_FOUND, "There is no step %.*s.", STR_ARG(step));
    }
    if (!may_bulk(s, ret->type, ret->step, caller, &ret->own_field)) {
        return err_set(err, NOT_ALLOWED, "This step is not for you to take by spreadsheet.");
    }
    ret->own_value = caller->party;
    ret->columns = ARENA_ARRAY(a, BulkColumn, ret->step->fields.count + ret->type->field_count + 3);
    if (!ret->step->opens) {
        add_column(
            ret, (BulkColumn){.name = STR("case"), .label = view_text(a, language, "bulk.case", NULL), .finds = true});
        for (size_t i = 0; i < ret->type->field_count; i++) {
            const SchemeField *f = &ret->type->fields[i];
            if (names_a_case(s, ret->type, f) && !scheme_names_have(&ret->step->fields, f->name)) {
                add_column(ret, (BulkColumn){.name = f->name,
                                             .label = field_label(a, ret, language, f->name),
                                             .field = f,
                                             .finds = true});
            }
        }
    }
    for (size_t i = 0; i < ret->step->fields.count; i++) {
        Str name = ret->step->fields.items[i];
        if (ret->step->opens && str_eq(name, ret->own_field)) {
            continue;
        }
        add_column(ret, (BulkColumn){.name = name,
                                     .label = field_label(a, ret, language, name),
                                     .field = scheme_field(ret->type, name),
                                     .required = !scheme_names_have(&ret->step->optional, name)});
    }
    if (ret->step->discretion) {
        add_column(ret, (BulkColumn){.name = STR("outcome"), .label = view_text(a, language, "form.outcome", NULL)});
        add_column(ret, (BulkColumn){.name = STR("depart_reason"),
                                     .label = view_text(a, language, "form.depart_reason", NULL)});
    }
    return true;
}

/* ---- Template ---- */

static Str heading_of(Arena *a, const BulkColumn *c)
{
    return str_printf(a, "%.*s [%.*s]", STR_ARG(c->label), STR_ARG(c->name));
}

static SheetType sheet_type(const BulkColumn *c)
{
    bool number = c->field != NULL && c->field->kind == SCHEME_NUMBER,
         day = c->field != NULL && c->field->kind == SCHEME_DATE;
    return number ? SHEET_NUMBER : day ? SHEET_DAY : SHEET_TEXT;
}

static Str note_of(Arena *a, const BulkForm *form, const BulkColumn *c, Str language)
{
    Buf b = buf_new(a, 8192);
    buf_add(&b, view_text(a, language,
                          c->finds      ? "bulk.finds"
                          : c->required ? "bulk.required"
                                        : "form.optional",
                          NULL));
    Str help = scheme_message(form->scheme, language,
                              str_printf(a, "help.%.*s.%.*s", STR_ARG(form->type->name), STR_ARG(c->name)));
    if (help.ptr != NULL) {
        buf_printf(&b, "\n%.*s", STR_ARG(help));
    }
    if (c->field != NULL && c->field->unit.len > 0) {
        buf_printf(&b, "\n%.*s", STR_ARG(c->field->unit));
    }
    return buf_str(&b);
}

static void fill_choices(Arena *a, const BulkForm *form, const BulkColumn *c, Str language, SheetColumn *ret)
{
    static const Str YES_NO[] = {STR_INIT("yes"), STR_INIT("no")};
    bool yes_no = c->field != NULL && c->field->kind == SCHEME_YES_NO;
    size_t count = yes_no                                                ? COUNT_OF(YES_NO)
                   : c->field != NULL && c->field->kind == SCHEME_CHOICE ? c->field->choices.count
                                                                         : 0;
    Str *list = ARENA_ARRAY(a, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        list[i] = scheme_label(form->scheme, a, language, "choice", yes_no ? YES_NO[i] : c->field->choices.items[i]);
    }
    ret->choices = list;
    ret->choice_count = count;
}

static bool template_xlsx(Arena *a, const BulkForm *form, Str language, Buf *out, Err *err)
{
    SheetColumn *columns = ARENA_ARRAY(a, SheetColumn, form->count);
    for (size_t i = 0; i < form->count; i++) {
        const BulkColumn *c = &form->columns[i];
        Str heading = heading_of(a, c);
        columns[i] = (SheetColumn){.heading = heading,
                                   .type = sheet_type(c),
                                   .note = note_of(a, form, c, language),
                                   .width = heading.len < LABEL_WIDTH_MOST ? (int)heading.len + 2 : LABEL_WIDTH_MOST};
        fill_choices(a, form, c, language, &columns[i]);
    }
    SheetBook *book = sheet_book_new(a, form->step->name, 0);
    return sheet_book_page(book, STR("rows"), columns, form->count, err) && sheet_book_end(book, out, err);
}

bool bulk_template(Arena *a, const BulkForm *form, Str language, bool xlsx, Buf *out, Err *err)
{
    if (xlsx) {
        return template_xlsx(a, form, language, out, err);
    }
    Str *cells = ARENA_ARRAY(a, Str, form->count);
    for (size_t i = 0; i < form->count; i++) {
        cells[i] = heading_of(a, &form->columns[i]);
    }
    buf_add_c(out, "\xEF\xBB\xBF");
    sheet_csv_row(out, cells, form->count);
    return buf_ok(out) || err_set(err, TOO_LARGE, "%s", err_plain(TOO_LARGE));
}

/* ---- A heading that came back ---- */

/* "Label [name]", the name alone, or the label in any of the languages. */
static size_t find_column(Arena *a, const BulkForm *form, Str heading)
{
    size_t open = str_find(heading, STR("["), 0);
    Str name = open != SIZE_MAX && str_ends(heading, STR("]")) ? str_sub(heading, open + 1, heading.len - 1) : heading;
    for (size_t i = 0; i < form->count; i++) {
        if (str_eq(form->columns[i].name, name)) {
            return i;
        }
    }
    for (size_t i = 0; i < form->count; i++) {
        for (size_t k = 0; view_language(k).len > 0; k++) {
            if (form->columns[i].field != NULL &&
                str_eq(field_label(a, form, view_language(k), form->columns[i].name), heading)) {
                return i;
            }
        }
    }
    return SIZE_MAX;
}

static void add_fault(ErrList *faults, ErrCode code, Str field, const char *text)
{
    Err e;
    err_field(&e, code, str_c(faults->arena, field), "%s", text);
    err_list_add(faults, e);
}

/* A choice by its label, in small letters. */
static void learn(Arena *a, const BulkForm *form, Str language, Str choice, Str *value, Map *ret)
{
    map_set(ret, fold_case(a, scheme_label(form->scheme, a, language, "choice", choice)), value);
}

static void learn_choices(Arena *a, const BulkForm *form, const BulkColumn *c, Map *ret)
{
    static const struct {
        const char *choice, *value;
    } YES_NO[] = {{"yes", "true"}, {"no", "false"}};
    *ret = (Map){.arena = a};
    for (size_t k = 0; c->field != NULL && view_language(k).len > 0; k++) {
        for (size_t i = 0; c->field->kind == SCHEME_YES_NO && i < COUNT_OF(YES_NO); i++) {
            Str value = str_from_c(YES_NO[i].value), *kept = ARENA_NEW(a, Str);
            *kept = value;
            learn(a, form, view_language(k), str_from_c(YES_NO[i].choice), kept, ret);
        }
        for (size_t i = 0; c->field->kind == SCHEME_CHOICE && i < c->field->choices.count; i++) {
            learn(a, form, view_language(k), c->field->choices.items[i], &c->field->choices.items[i], ret);
        }
    }
}

static void check_all_there(const BulkForm *form, const bool *seen, ErrList *faults)
{
    bool finds = form->step->opens;
    for (size_t i = 0; i < form->count; i++) {
        finds = finds || (form->columns[i].finds && seen[i]);
        if (form->columns[i].required && !seen[i]) {
            add_fault(faults, FIELD_MISSING, form->columns[i].name, "This column is missing.");
        }
    }
    if (!finds) {
        add_fault(faults, FIELD_MISSING, STR("case"), "A column that names the case is missing.");
    }
}

bool bulk_heading(Arena *a, const BulkForm *form, const Str *cells, size_t count, BulkHeading *ret, ErrList *faults)
{
    bool *seen = ARENA_ARRAY(a, bool, form->count + 1);
    *ret = (BulkHeading){.form = form,
                         .count = count,
                         .column_of = ARENA_ARRAY(a, size_t, count + 1),
                         .choices = ARENA_ARRAY(a, Map, form->count + 1)};
    for (size_t i = 0; i < count; i++) {
        Str heading = str_trim(cells[i]);
        ret->column_of[i] = heading.len ? find_column(a, form, heading) : SIZE_MAX;
        if (heading.len > 0 && (ret->column_of[i] == SIZE_MAX || seen[ret->column_of[i]])) {
            add_fault(faults, FIELD_UNKNOWN, str_sub(heading, 0, 90),
                      ret->column_of[i] == SIZE_MAX ? "This column does not belong to the form."
                                                    : "This column comes twice.");
            ret->column_of[i] = SIZE_MAX;
        } else if (heading.len > 0) {
            seen[ret->column_of[i]] = true;
        }
    }
    check_all_there(form, seen, faults);
    for (size_t i = 0; i < form->count; i++) {
        learn_choices(a, form, &form->columns[i], &ret->choices[i]);
    }
    return faults->count == 0;
}

size_t bulk_column_of(const BulkHeading *h, Str field)
{
    for (size_t i = 0; i < h->count; i++) {
        if (h->column_of[i] != SIZE_MAX && str_eq(h->form->columns[h->column_of[i]].name, field)) {
            return i + 1;
        }
    }
    return 0;
}
