/* page_bulk.c: the spreadsheet way: which steps, one step with its template, one upload with its faults and its result.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "bulk/bulk.h"
#include "flow/sign.h"

enum { FAULTS_SHOWN = 200, UPLOADS_SHOWN = 50 };

static Str upload_href(const PageView *v, Str id)
{
    return str_printf(v->a, "/uploads/%.*s", STR_ARG(id));
}

static const char *tone_of(Str state)
{
    static const char *const TONES[][2] = {
        {"done", "ok"}, {"checked", "warn"}, {"stopped", "warn"}, {"broken", "error"}};
    for (size_t i = 0; i < COUNT_OF(TONES); i++) {
        if (str_eq_c(state, TONES[i][0])) {
            return TONES[i][1];
        }
    }
    return "";
}

static Str state_label(const PageView *v, const BulkJob *job)
{
    bool all_back = str_eq_c(job->state, "done") && job->all_or_none && job->faulty > 0;
    Str key = all_back ? STR("bulk.state_none") : str_printf(v->a, "bulk.state_%.*s", STR_ARG(job->state));
    return view_text(v->a, v->language, str_c(v->a, key), NULL);
}

/* ---- Uploads of an account ---- */

static bool add_uploads(const PageView *v, Json *model, Str step, Err *err)
{
    const BulkJob *jobs;
    size_t count;
    if (!bulk_list(v->flow->store, v->a, v->caller->account, UPLOADS_SHOWN, &jobs, &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "uploads");
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(jobs[i].scheme, scheme_id(v->scheme)) || (step.len > 0 && !str_eq(step, jobs[i].step))) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "href", upload_href(v, jobs[i].id));
        page_set_text(v, j, "name", jobs[i].file_name);
        page_set_text(v, j, "step_label", page_label(v, "step", jobs[i].step));
        page_set_text(v, j, "at", instant_print(v->a, jobs[i].at));
        page_set_text(v, j, "state_label", state_label(v, &jobs[i]));
        page_set_text(v, j, "tone", str_from_c(tone_of(jobs[i].state)));
        page_set_int(v, j, "rows", jobs[i].rows);
        page_set_int(v, j, "good", jobs[i].good);
        page_set_int(v, j, "faulty", jobs[i].faulty);
    }
    return true;
}

static bool signed_in(const PageView *v, Err *err)
{
    return v->caller != NULL || err_set(err, NOT_SIGNED_IN, "%s", err_plain(NOT_SIGNED_IN));
}

/* Steps that the caller's own key must sign are named apart: nobody signs what they have not seen. */
static bool add_step(const PageView *v, Json *steps, Json *signs, const Json *one, Err *err)
{
    Str step = json_text_at(one, "step"), type = json_text_at(one, "type");
    const SchemeType *t;
    bool needed;
    if (!sign_step_is_needed(v->flow->store, v->a, scheme_step(v->scheme, step, &t), v->caller->account, &needed,
                             err)) {
        return false;
    }
    Json *list = needed ? signs : steps;
    Str kind = page_label(v, "types", type);
    bool goes_on = list->count > 0 && str_eq(json_text_at(list->items[list->count - 1], "type_label"), kind);
    Json *j = page_add(v, list);
    page_set_text(v, j, "href", str_printf(v->a, "/bulk/%.*s", STR_ARG(step)));
    page_set_text(v, j, "label", page_label(v, "step", step));
    page_set_text(v, j, "type_label", kind);
    page_set_text(v, j, "heading", goes_on ? STR("") : kind); /* before the first of its kind */
    page_set_bool(v, j, "opens", json_is_true(json_get(one, "opens")));
    return true;
}

bool page_bulk(const PageView *v, Page *ret, Err *err)
{
    if (!signed_in(v, err)) {
        return false;
    }
    *ret = (Page){"bulk", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "bulk.title", NULL));
    const Json *steps = bulk_steps(v->a, v->scheme, v->caller);
    Json *list = page_list_in(v, ret->model, "steps"), *signs = page_list_in(v, ret->model, "signs");
    for (size_t i = 0; i < json_count(steps); i++) {
        if (!add_step(v, list, signs, steps->items[i], err)) {
            return false;
        }
    }
    return add_uploads(v, ret->model, STR(""), err);
}

bool page_bulk_form(const PageView *v, Str step, BulkForm *ret, Err *err)
{
    return signed_in(v, err) && bulk_form(v->a, v->scheme, v->caller, step, v->language, ret, err);
}

/* What a cell may say, where it is one of a few. */
static void add_column_choices(const PageView *v, Json *column, const SchemeField *f)
{
    Json *list = page_list_in(v, column, "choices");
    for (size_t i = 0; f != NULL && f->kind == SCHEME_CHOICE && !f->country && i < f->choices.count; i++) {
        json_push(v->a, list, json_new_str(v->a, page_label(v, "choice", f->choices.items[i])));
    }
}

bool page_bulk_step(const PageView *v, Str step, const Err *fault, Page *ret, Err *err)
{
    BulkForm form;
    bool signs;
    if (!page_bulk_form(v, step, &form, err) ||
        !sign_step_is_needed(v->flow->store, v->a, form.step, v->caller->account, &signs, err)) {
        return false;
    }
    *ret = (Page){"bulk_step", json_new_object(v->a)};
    Json *m = ret->model, *columns = page_list_in(v, m, "columns");
    page_frame(v, m, page_label(v, "step", step));
    page_set_text(v, m, "step", step);
    page_set_text(v, m, "type_label", page_label(v, "types", form.type->name));
    page_set_text(v, m, "action", str_printf(v->a, "/bulk/%.*s", STR_ARG(step)));
    page_set_bool(v, m, "needs_second", form.step->two_people);
    page_set_bool(v, m, "signs", signs);
    if (v->caller->party.len == 0) {
        page_set_text(v, m, "cases_href", str_printf(v->a, "/cases/%.*s", STR_ARG(form.type->name)));
    }
    for (size_t i = 0; i < form.count; i++) {
        const BulkColumn *c = &form.columns[i];
        Json *j = page_add(v, columns);
        Str help = scheme_message(v->scheme, v->language,
                                  str_printf(v->a, "help.%.*s.%.*s", STR_ARG(form.type->name), STR_ARG(c->name)));
        page_set_text(v, j, "label", c->label);
        page_set_text(v, j, "name", c->name);
        page_set_text(v, j, "must",
                      view_text(v->a, v->language,
                                c->finds      ? "bulk.finds"
                                : c->required ? "bulk.required"
                                              : "bulk.optional",
                                NULL));
        page_set_text(v, j, "help", help.ptr ? help : STR(""));
        add_column_choices(v, j, c->field);
    }
    if (fault != NULL) {
        Json *j = page_add(v, page_list_in(v, m, "errors"));
        page_set_text(v, j, "field", STR("file"));
        page_set_text(v, j, "text", view_fault(v->a, v->language, fault));
    }
    return add_uploads(v, m, step, err);
}

/* ---- One upload ---- */

static Str field_label(const PageView *v, const SchemeType *t, Str field)
{
    return field.len == 0                ? STR("")
           : str_eq_c(field, "case")     ? view_text(v->a, v->language, "bulk.case", NULL)
           : t && scheme_field(t, field) ? page_field_label(v, t, field)
                                         : field;
}

static Str column_letters(const PageView *v, int64_t column)
{
    Str letters = STR("");
    for (; column > 0; column = (column - 1) / 26) {
        letters = str_printf(v->a, "%c%.*s", (char)('A' + (column - 1) % 26), STR_ARG(letters));
    }
    return letters;
}

static bool add_faults(const PageView *v, Json *model, const BulkJob *job, Err *err)
{
    const BulkRow *rows;
    size_t count;
    const SchemeType *t = NULL;
    (void)scheme_step(v->scheme, job->step, &t);
    if (!bulk_rows(v->flow->store, v->a, job->id, true, 0, FAULTS_SHOWN + 1, &rows, &count, err)) {
        return false;
    }
    Json *list = page_list_in(v, model, "faults");
    for (size_t i = 0; i < count && i < FAULTS_SHOWN; i++) {
        Err e;
        err_set(&e, err_code_of(rows[i].code), "%.*s", STR_ARG(rows[i].text));
        Json *j = page_add(v, list);
        page_set_int(v, j, "row", rows[i].row);
        page_set_text(v, j, "column", column_letters(v, rows[i].column));
        page_set_text(v, j, "field", field_label(v, t, rows[i].field));
        page_set_text(v, j, "text", view_fault(v->a, v->language, &e));
    }
    page_set_bool(v, model, "more_faults", count > FAULTS_SHOWN);
    return true;
}

static void add_counts(const PageView *v, Json *model, const BulkJob *job)
{
    bool dry = str_eq_c(job->state, "check") || str_eq_c(job->state, "checked");
    const struct {
        const char *key;
        int64_t n;
        bool always;
    } COUNTS[] = {
        {"bulk.n_rows", job->rows, true},        {dry ? "bulk.n_good_dry" : "bulk.n_good", job->good, true},
        {"bulk.n_faulty", job->faulty, true},    {"bulk.n_refused", job->refused, false},
        {"bulk.n_waiting", job->waiting, false}, {"bulk.n_repeated", job->repeated, false},
    };
    Json *list = page_list_in(v, model, "counts");
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++) {
        if (COUNTS[i].always || COUNTS[i].n > 0) {
            Json *j = page_add(v, list);
            page_set_text(v, j, "label", view_text(v->a, v->language, COUNTS[i].key, NULL));
            page_set_text(v, j, "value", str_printf(v->a, "%lld", (long long)COUNTS[i].n));
        }
    }
}

static Str reason_label(const PageView *v, const BulkJob *job)
{
    if (str_eq_c(job->stop_reason, "HEADING")) {
        return view_text(v->a, v->language, "bulk.heading_faults", NULL);
    }
    Str rest = job->stop_reason, name;
    (void)str_cut(&rest, ' ', &name);
    Err e;
    err_set(&e, err_code_of(name), "%.*s", STR_ARG(rest));
    return view_fault(v->a, v->language, &e);
}

bool page_upload(const PageView *v, Str id, Page *ret, Err *err)
{
    BulkJob job;
    if (!signed_in(v, err) || !bulk_find(v->flow->store, v->a, id, v->caller->account, &job, err)) {
        return false;
    }
    bool works = str_eq_c(job.state, "check") || str_eq_c(job.state, "run"), checked = str_eq_c(job.state, "checked");
    *ret = (Page){"upload", json_new_object(v->a)};
    Json *m = ret->model;
    page_frame(v, m, job.file_name);
    page_set_text(v, m, "id", job.id);
    page_set_text(v, m, "step_label", page_label(v, "step", job.step));
    page_set_text(v, m, "step_href", str_printf(v->a, "/bulk/%.*s", STR_ARG(job.step)));
    page_set_text(v, m, "state", job.state);
    page_set_text(v, m, "state_label", state_label(v, &job));
    page_set_text(v, m, "tone", str_from_c(tone_of(job.state)));
    page_set_text(v, m, "at", instant_print(v->a, job.at));
    page_set_text(v, m, "hash", job.file_hash);
    page_set_bool(v, m, "works", works);
    page_set_int(v, m, "refresh", works ? 2 : 0);
    page_set_text(v, m, "progress_href", str_printf(v->a, "/uploads/%.*s/progress", STR_ARG(id)));
    page_set_int(v, m, "done", job.rows);
    page_set_int(v, m, "total", job.total);
    page_set_bool(v, m, "can_run", checked && job.good > 0);
    page_set_bool(v, m, "no_good", checked && job.good == 0 && job.rows > 0);
    page_set_bool(v, m, "no_rows", checked && job.rows == 0);
    page_set_bool(v, m, "broken", str_eq_c(job.state, "broken"));
    page_set_bool(v, m, "clean", job.faulty == 0);
    page_set_bool(v, m, "can_go_on", str_eq_c(job.state, "stopped"));
    page_set_bool(v, m, "has_result", !works && !str_eq_c(job.state, "broken"));
    page_set_bool(v, m, "finished", str_eq_c(job.state, "done"));
    page_set_text(v, m, "reason", str_eq_c(job.state, "broken") ? reason_label(v, &job) : STR(""));
    add_counts(v, m, &job);
    return add_faults(v, m, &job, err);
}

bool page_upload_progress(const PageView *v, Str id, Json **ret, Err *err)
{
    BulkJob job;
    if (!signed_in(v, err) || !bulk_find(v->flow->store, v->a, id, v->caller->account, &job, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    page_set_text(v, *ret, "state", job.state);
    page_set_int(v, *ret, "done", job.rows);
    page_set_int(v, *ret, "total", job.total);
    Json *params = json_new_object(v->a);
    page_set_int(v, params, "done", job.rows);
    page_set_int(v, params, "total", job.total);
    page_set_text(v, *ret, "text",
                  view_text(v->a, v->language, job.total > 0 ? "bulk.progress" : "bulk.progress_first", params));
    return true;
}

/* ---- Result and note ---- */

bool page_upload_file(const PageView *v, Str id, Str name, Buf *out, Err *err)
{
    BulkJob job;
    Str note;
    bool is_note = str_ends(name, STR(".note"));
    Str file = is_note ? str_sub(name, 0, name.len - 5) : name;
    bool xlsx = str_eq_c(file, "result.xlsx");
    if (!signed_in(v, err) || !bulk_find(v->flow->store, v->a, id, v->caller->account, &job, err)) {
        return false;
    }
    if (!xlsx && !str_eq_c(file, "result.csv")) {
        return err_set(err, NOT_FOUND, "An upload has no file %.*s.", STR_ARG(name));
    }
    if (!is_note) {
        return bulk_result(v->flow, v->a, &job, job.language, xlsx, out, err);
    }
    Buf bytes = buf_new(v->a, out->limit);
    if (!bulk_result(v->flow, v->a, &job, job.language, xlsx, &bytes, err) ||
        !bulk_sign(v->flow, v->a, &job, buf_str(&bytes), &note, err)) {
        return false;
    }
    buf_add(out, note);
    return true;
}
