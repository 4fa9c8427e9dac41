/* handlers_bulk.c: spreadsheets sent and worked through: pages, files, and the one thread that does the work.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "bulk/bulk.h"

static void wake(const Exchange *x)
{
    if (x->w->bulk != NULL) {
        bulk_thread_wake(x->w->bulk);
    }
}

static const char XLSX_TYPE[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/* ---- Steps and templates ---- */

bool handle_bulk(Exchange *x, Err *err)
{
    Page page;
    return page_bulk(&x->v, &page, err) && http_page(x, &page, err);
}

bool handle_bulk_step(Exchange *x, Err *err)
{
    Page page;
    return page_bulk_step(&x->v, x->rest[0], NULL, &page, err) && http_page(x, &page, err);
}

bool handle_bulk_key(Exchange *x, Err *err)
{
    Str key;
    if (!bulk_verifier(&x->w->flow, x->v.a, &key, err)) {
        return false;
    }
    buf_printf(&x->r->body, "%.*s\n", STR_ARG(key));
    return true;
}

bool handle_bulk_template(Exchange *x, Err *err)
{
    BulkForm form;
    bool xlsx = str_eq_c(x->rest[1], "template.xlsx");
    if (!xlsx && !str_eq_c(x->rest[1], "template.csv")) {
        return err_set(err, NOT_FOUND, "A template is template.xlsx or template.csv.");
    }
    if (!page_bulk_form(&x->v, x->rest[0], &form, err) ||
        !bulk_template(x->v.a, &form, x->v.language, xlsx, &x->r->body, err)) {
        return false;
    }
    x->r->content_type = xlsx ? XLSX_TYPE : "text/csv; charset=utf-8";
    x->r->disposition = str_printf(x->v.a, "%.*s.%s", STR_ARG(form.step->name), xlsx ? "xlsx" : "csv");
    return true;
}

bool handle_bulk_send(Exchange *x, Err *err)
{
    BulkForm form;
    Page page;
    Str id;
    Err fault;
    if (!page_bulk_form(&x->v, x->rest[0], &form, err)) {
        return false;
    }
    if (bulk_add(&x->w->flow, x->v.a, x->v.caller, &form, x->v.language, x->q->file_name, x->q->file, x->v.now, &id,
                 &fault)) {
        wake(x);
        return http_redirect(x, str_printf(x->v.a, "/uploads/%.*s", STR_ARG(id)));
    }
    if (err_http_status(fault.code) >= 500) {
        *err = fault;
        return false;
    }
    x->r->status = err_http_status(fault.code);
    return page_bulk_step(&x->v, x->rest[0], &fault, &page, err) && http_page(x, &page, err);
}

/* ---- Uploads ---- */

bool handle_upload(Exchange *x, Err *err)
{
    Page page;
    return page_upload(&x->v, x->rest[0], &page, err) && http_page(x, &page, err);
}

bool handle_upload_order(Exchange *x, Err *err)
{
    BulkJob job;
    Store *store = x->w->flow.store;
    Str id = x->rest[0], want = http_form(x, "do");
    if (!bulk_find(store, x->v.a, id, x->v.caller->account, &job, err)) {
        return false;
    }
    bool ok = str_eq_c(want, "stop") ? bulk_stop(store, x->v.a, id, err)
                                     : bulk_order(store, x->v.a, id, str_eq_c(http_form(x, "mode"), "all"), err);
    if (!ok) {
        return false;
    }
    wake(x);
    return http_redirect(x, str_printf(x->v.a, "/uploads/%.*s", STR_ARG(id)));
}

bool handle_upload_file(Exchange *x, Err *err)
{
    Json *progress;
    Str name = x->rest[1];
    if (str_eq_c(name, "progress")) {
        return page_upload_progress(&x->v, x->rest[0], &progress, err) && http_json(x, progress);
    }
    x->r->body = buf_new(x->v.a, MAX_RESULT);
    if (!page_upload_file(&x->v, x->rest[0], name, &x->r->body, err)) {
        return false;
    }
    x->r->content_type = str_ends(name, STR(".note"))   ? "text/plain; charset=utf-8"
                         : str_ends(name, STR(".xlsx")) ? XLSX_TYPE
                                                        : "text/csv; charset=utf-8";
    x->r->disposition = str_printf(x->v.a, "%.*s-%.*s", STR_ARG(x->rest[0]), STR_ARG(name));
    return true;
}
