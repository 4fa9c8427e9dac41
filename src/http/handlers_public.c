/* handlers_public.c: what anybody may see without signing in: the law, the public log, the check of a permit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "query/query.h"
#include "view/view.h"

static bool day_of(const Exchange *x, Day *ret, Err *err)
{
    Str text = http_query(x, "day");
    *ret = x->v.today;
    return text.len == 0 || day_parse(text, ret) ||
           err_field(err, FIELD_FORMAT, "day", "A day such as 2026-03-31 is expected.");
}

bool handle_law(Exchange *x, Err *err)
{
    Day day;
    Page page;
    return day_of(x, &day, err) && page_law(&x->v, day, str_trim(http_query(x, "q")), &page, err) &&
           http_page(x, &page, err);
}

bool handle_law_article(Exchange *x, Err *err)
{
    Day day;
    Page page;
    return day_of(x, &day, err) &&
           page_law_article(&x->v, http_query(x, "act"), http_query(x, "at"), day, &page, err) &&
           http_page(x, &page, err);
}

static bool day_named(const Exchange *x, const char *field, Day otherwise, Day *ret, Err *err)
{
    Str text = http_query(x, field);
    *ret = otherwise;
    return text.len == 0 || day_parse(text, ret) ||
           err_field(err, FIELD_FORMAT, field, "A day such as 2026-03-31 is expected.");
}

/* Left out: from a year ago to today. */
bool handle_law_changes(Exchange *x, Err *err)
{
    Day from, to;
    Page page;
    return day_named(x, "to", x->v.today, &to, err) && day_named(x, "from", day_add_months(to, -12), &from, err) &&
           page_law_changes(&x->v, from, to, &page, err) && http_page(x, &page, err);
}

bool handle_law_model(Exchange *x, Err *err)
{
    Day day;
    Page page;
    return day_of(x, &day, err) && page_law_model(&x->v, x->rest[0], day, &page, err) && http_page(x, &page, err);
}

bool handle_log(Exchange *x, Err *err)
{
    Page page;
    return page_log(&x->v, &page, err) && http_page(x, &page, err);
}

/* A number is an entry; two names are the checkpoint and the key that signs it (C2SP tlog-tiles). */
bool handle_log_entry(Exchange *x, Err *err)
{
    int64_t seq;
    Page page;
    Str note;
    if (str_eq(x->rest[0], STR("checkpoint"))) {
        if (!store_last_checkpoint(x->w->flow.store, x->v.a, &note, err)) {
            return false;
        }
        buf_add(&x->r->body, note);
        return true;
    }
    if (str_eq(x->rest[0], STR("key"))) {
        buf_add(&x->r->body, store_log_verifier(x->w->flow.store, x->v.a));
        buf_byte(&x->r->body, '\n');
        return true;
    }
    if (!str_to_int(x->rest[0], &seq)) {
        return err_set(err, NOT_FOUND, "The log has no such entry.");
    }
    return page_log_entry(&x->v, seq, &page, err) && http_page(x, &page, err);
}

/* "0/x001/067" or "entries/000.p/17": level, index in groups of three digits, width of a partial tile. */
static bool read_tile_path(Str path, int *ret_level, uint64_t *ret_index, int *ret_width)
{
    Str piece, rest = path;
    int64_t n, index = 0;
    if (!str_cut(&rest, '/', &piece)) {
        return false;
    }
    if (str_eq(piece, STR("entries"))) {
        *ret_level = -1;
    } else if (str_to_int(piece, &n) && n >= 0 && n < 64) {
        *ret_level = (int)n;
    } else {
        return false;
    }
    *ret_width = 256;
    while (str_cut(&rest, '/', &piece)) {
        if (str_ends(piece, STR(".p"))) {
            Str width;
            if (!str_to_int(str_sub(piece, 0, piece.len - 2), &n) || !str_cut(&rest, '/', &width) || rest.ptr != NULL) {
                return false;
            }
            index = index * 1000 + n;
            bool fits = str_to_int(width, &n) && n > 0 && n < 256;
            *ret_width = fits ? (int)n : 0;
            *ret_index = (uint64_t)index;
            return fits;
        }
        Str digits = str_starts(piece, STR("x")) ? str_sub(piece, 1, piece.len) : piece;
        if (digits.len != 3 || !str_to_int(digits, &n) || n < 0 || index > 1000000000) {
            return false;
        }
        index = index * 1000 + n;
    }
    *ret_index = (uint64_t)index;
    return true;
}

bool handle_tile(Exchange *x, Err *err)
{
    int level, width;
    uint64_t index;
    Str bytes;
    if (!read_tile_path(x->rest[0], &level, &index, &width)) {
        return err_set(err, NOT_FOUND, "There is no such tile.");
    }
    if (!store_tile(x->w->flow.store, x->v.a, level, index, width, &bytes, err)) {
        return false;
    }
    x->r->content_type = "application/octet-stream";
    x->r->cacheable = width == 256;
    buf_add(&x->r->body, bytes);
    return true;
}

/* ---- Figures ---- */

bool handle_quota(Exchange *x, Err *err)
{
    Page page;
    return page_quota(&x->v, &page, err) && http_page(x, &page, err);
}

bool handle_series(Exchange *x, Err *err)
{
    Page page;
    return page_series(&x->v, &page, err) && http_page(x, &page, err);
}

bool handle_series_csv(Exchange *x, Err *err)
{
    Json *list;
    return page_series_csv(&x->v, &list, err) && http_csv(x, list, STR("figures.csv"));
}

bool handle_costs(Exchange *x, Err *err)
{
    Page page;
    return page_costs_page(&x->v, &page, err) && http_page(x, &page, err);
}

bool handle_costs_csv(Exchange *x, Err *err)
{
    Json *list;
    return page_costs_csv(&x->v, &list, err) && http_csv(x, list, STR("costs.csv"));
}

bool handle_open_data(Exchange *x, Err *err)
{
    Page page;
    return page_open_data(&x->v, &page, err) && http_page(x, &page, err);
}

/* NAME.csv is the data, NAME.json its description. */
bool handle_open_set(Exchange *x, Err *err)
{
    Json *j;
    Str name = x->rest[0];
    if (str_ends(name, STR(".json"))) {
        return page_open_about(&x->v, str_sub(name, 0, name.len - 5), &j, err) && http_json(x, j);
    }
    Str id = str_ends(name, STR(".csv")) ? str_sub(name, 0, name.len - 4) : name;
    if (!page_open_csv(&x->v, id, &j, err)) {
        return false;
    }
    return http_csv(x, j, str_printf(x->v.a, "%.*s.csv", STR_ARG(id)));
}

/* The register of agreements; ?day= asks where the countries stood on a day. */
bool handle_agreements(Exchange *x, Err *err)
{
    Day day;
    Page page;
    return day_of(x, &day, err) && page_agreements(&x->v, day, &page, err) && http_page(x, &page, err);
}

bool handle_agreements_csv(Exchange *x, Err *err)
{
    Json *list;
    return page_agreements_csv(&x->v, &list, err) && http_csv(x, list, STR("agreements.csv"));
}

bool handle_quota_csv(Exchange *x, Err *err)
{
    Json *list;
    bool by_day = str_eq(http_query(x, "by"), STR("day"));
    if (!(by_day ? page_quota_days_csv : page_quota_csv)(&x->v, &list, err)) {
        return false;
    }
    return http_csv(x, list, STR("quota.csv"));
}

/* The published rows of a round: pseudonyms, points, places; what anybody needs to compute it again. */
bool handle_round_csv(Exchange *x, Err *err)
{
    QueryRound r;
    Str name = x->rest[0];
    name = str_ends(name, STR(".csv")) ? str_sub(name, 0, name.len - 4) : name;
    if (!query_round(x->w->flow.store, x->v.a, name, &r, err)) {
        return false;
    }
    x->r->content_type = "text/csv; charset=utf-8";
    x->r->disposition = str_printf(x->v.a, "%.*s.csv", STR_ARG(name));
    buf_add(&x->r->body, r.rows);
    return true;
}

bool handle_receipt(Exchange *x, Err *err)
{
    int64_t seq;
    Event e = {0};
    const CaseRow *row = NULL;
    Str note;
    if (!str_to_int(x->rest[0], &seq)) {
        return err_set(err, NOT_FOUND, "The log has no such entry.");
    }
    if (!query_event(x->w->flow.store, x->v.a, seq, &e, err) || !page_find(&x->v, e.stream, &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "The log has no such entry.");
    }
    if (!store_receipt(x->w->flow.store, x->v.a, seq, &note, err)) {
        return false;
    }
    x->r->disposition = str_printf(x->v.a, "receipt-%.*s-%lld.txt", STR_ARG(e.stream), (long long)seq);
    buf_add(&x->r->body, note);
    return true;
}

bool handle_dashboard(Exchange *x, Err *err)
{
    Page page;
    return page_dashboard(&x->v, &page, err) && http_page(x, &page, err);
}

bool handle_simulate(Exchange *x, Err *err)
{
    Page page;
    int64_t runs = 0;
    (void)!str_to_int(http_query(x, "runs"), &runs);
    return page_simulate(&x->v, runs, &page, err) && http_page(x, &page, err);
}

bool handle_try(Exchange *x, Err *err)
{
    Page page;
    PageTryAsk ask = {.sent = x->q->method == METHOD_POST,
                      .choice = http_form(x, "draft"),
                      .file_name = x->q->file_name,
                      .file = x->q->file,
                      .from = http_form(x, "from")};
    return (!ask.sent || http_check_csrf(x, err)) && page_try(&x->v, &ask, &page, err) && http_page(x, &page, err);
}

/* ---- Contracts and permits ---- */

bool handle_contract(Exchange *x, Err *err)
{
    Page page;
    if (str_ends(x->q->path, STR(".pdf"))) {
        x->r->content_type = "application/pdf";
        return page_contract_pdf(&x->v, x->rest[0], &x->r->body, err);
    }
    return page_contract(&x->v, x->rest[0], http_new_key(x->v.a), &page, err) && http_page(x, &page, err);
}

bool handle_permit(Exchange *x, Err *err)
{
    Page page;
    return page_permit(&x->v, x->rest[0], &page, err) && http_page(x, &page, err);
}

bool handle_permit_file(Exchange *x, Err *err)
{
    if (str_eq(x->rest[1], STR("qr.svg"))) {
        x->r->content_type = "image/svg+xml";
        return page_permit_qr(&x->v, x->rest[0], &x->r->body, err);
    }
    if (str_eq(x->rest[1], STR("permit.pdf"))) {
        x->r->content_type = "application/pdf";
        return page_permit_pdf(&x->v, x->rest[0], &x->r->body, err);
    }
    return err_set(err, NOT_FOUND, "There is no such file.");
}

bool handle_verify(Exchange *x, Err *err)
{
    Page page;
    PageVerifyAsk ask = {.text = http_form(x, "text"),
                         .picture = x->q->file,
                         .number = http_form(x, "number"),
                         .birth = http_form(x, "birth")};
    return page_verify(&x->v, &ask, &page, err) && http_page(x, &page, err);
}

bool handle_status_list(Exchange *x, Err *err)
{
    Str jwt;
    const Scheme *s = flow_scheme(&x->w->flow, x->rest[0]);
    if (s == NULL) {
        return err_set(err, NOT_FOUND, "There is no such list.");
    }
    x->v.scheme = s;
    if (!page_status_list(&x->v, &jwt, err)) {
        return false;
    }
    x->r->content_type = "application/statuslist+jwt";
    buf_add(&x->r->body, jwt);
    return true;
}

bool handle_issuer(Exchange *x, Err *err)
{
    Json *metadata;
    return page_issuer(&x->v, &metadata, err) && http_json(x, metadata);
}
