/* handlers.c: pages: home, lists, cases, steps, decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "base/hash.h"
#include "flow/constant.h"
#include "flow/draft.h"
#include "query/query.h"
#include "view/view.h"

bool handle_home(Exchange *x, Err *err)
{
    Page page;
    Str text = http_query(x, "q");
    bool staff = x->signed_in && x->v.caller->party.len == 0;
    if (staff && text.len > 0) {
        Buf to = buf_new(x->v.a, 8192);
        buf_add_c(&to, "/search?q=");
        view_url(&to, text);
        return http_redirect(x, buf_str(&to));
    }
    PageQueueAsk ask = {.type = http_query(x, "type"),
                        .state = http_query(x, "state"),
                        .region = http_query(x, "region"),
                        .due = http_query(x, "due"),
                        .hand = http_query(x, "hand"),
                        .page = http_page_number(x)};
    bool ok = staff ? page_queue(&x->v, &ask, &page, err) : page_home(&x->v, &page, err);
    return ok && http_page(x, &page, err);
}

bool handle_language(Exchange *x, __attribute__((unused)) Err *err)
{
    if (http_has_language(http_query(x, "to"))) {
        x->r->set_language = http_query(x, "to");
    }
    return http_redirect(x, http_safe_next(http_query(x, "back")));
}

bool handle_scheme(Exchange *x, __attribute__((unused)) Err *err)
{
    const Scheme *s = flow_scheme(&x->w->flow, http_query(x, "to"));
    if (s != NULL) {
        x->r->set_scheme = scheme_id(s);
    }
    return http_redirect(x, http_safe_next(http_query(x, "back")));
}

/* ---- Cases ---- */

bool handle_list(Exchange *x, Err *err)
{
    Str type = x->rest[0];
    bool csv = str_ends(type, STR(".csv"));
    PageListAsk ask = {.type = csv ? str_sub(type, 0, type.len - 4) : type,
                       .state = http_query(x, "state"),
                       .text = http_query(x, "q"),
                       .of = http_query(x, "of"),
                       .cell = http_query(x, "cell"),
                       .page = http_page_number(x)};
    Page page;
    const CaseRow *rows;
    size_t count;
    if (!page_list(&x->v, &ask, &page, &rows, &count, err) ||
        (ask.text.len > 0 && !http_record_found(x, rows, count, err))) {
        return false;
    }
    if (!csv) {
        return http_page(x, &page, err);
    }
    return http_csv(x, page.model, str_printf(x->v.a, "%.*s", STR_ARG(type)));
}

/* Staff who opens a person's case leaves a trace that the person sees. */
static bool record_reading(Exchange *x, Str id, Str reason, Err *err)
{
    const CaseRow *row;
    Str person;
    if (!page_find(&x->v, id, &row, err)) {
        return false;
    }
    if (row == NULL || !page_reads_person(&x->v, row, &person)) {
        return true;
    }
    return flow_read_file(&x->w->flow, x->v.a, x->v.caller, scheme_id(x->v.scheme), person, reason, x->v.now, err);
}

bool handle_case(Exchange *x, Err *err)
{
    Page page;
    return page_case(&x->v, x->rest[0], &page, err) && record_reading(x, x->rest[0], STR("case-page"), err) &&
           http_page(x, &page, err);
}

/* A file of a case, out of the event that brought it. Staff who takes it leaves a trace. */
bool handle_case_file(Exchange *x, Err *err)
{
    const CaseRow *row;
    Event *events;
    size_t count;
    if (!page_find(&x->v, x->rest[0], &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "There is no such file.");
    }
    if (!query_history(x->w->flow.store, x->v.a, row->id, &events, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Str bytes, data = json_text(json_get_str(json_get(events[i].sealed, "files"), x->rest[1]));
        if (data.len == 0 || !base64_parse(x->v.a, data, &bytes)) {
            continue;
        }
        const Json *set = json_get(events[i].sealed, "set");
        for (size_t k = 0; k < json_count(set); k++) {
            const Json *said = set->members[k].value;
            if (str_eq(json_text_at(said, "sha256"), x->rest[1])) {
                x->r->content_type = str_c(x->v.a, json_text_at(said, "type"));
                x->r->disposition = json_text_at(said, "name");
            }
        }
        buf_add(&x->r->body, bytes);
        return record_reading(x, row->id, STR("case-file"), err);
    }
    return err_set(err, NOT_FOUND, "There is no such file.");
}

static void split_step(const Exchange *x, Str *ret_case, Str *ret_step)
{
    bool on_case = str_starts(x->q->path, STR("/case/"));
    *ret_case = on_case ? x->rest[0] : STR("");
    *ret_step = on_case ? x->rest[1] : x->rest[0];
}

/* What a draft is for: the step, and the case it is taken on or about. */
static Str draft_place(const Exchange *x, const Json *form)
{
    Str id, name;
    CommandInput in = {0};
    Err err;
    split_step(x, &id, &name);
    if (command_resolve(x->v.scheme, name, &in, &err) && in.step->about.len > 0) {
        id = json_text(json_get_str(form, in.step->about));
    }
    return str_printf(x->v.a, "%.*s/%.*s", STR_ARG(name), STR_ARG(id));
}

/* Saves what was typed and goes back to the form: it can be sent later, from any device. */
static bool save_draft(Exchange *x, const CommandInput *in, const Json *form, Err *err)
{
    Arena *a = x->v.a;
    Str href = x->q->path;
    if (in->step->about.len > 0) {
        href = str_printf(a, "%.*s?%.*s=%.*s", STR_ARG(href), STR_ARG(in->step->about),
                          STR_ARG(json_text(json_get_str(form, in->step->about))));
    }
    return draft_save(&x->w->flow, a, x->v.caller->account, draft_place(x, form), href, form, x->v.now, err) &&
           http_redirect(x, href);
}

/* The form as it was left; else what the address says. */
static bool open_draft(Exchange *x, const Json **ret_sent, Json **ret_note, Err *err)
{
    Json *draft;
    Instant saved;
    *ret_sent = x->q->query;
    *ret_note = NULL;
    if (!draft_find(&x->w->flow, x->v.a, x->v.caller->account, draft_place(x, x->q->query), &draft, &saved, err)) {
        return false;
    }
    if (draft != NULL) {
        *ret_sent = draft;
        *ret_note = json_new_object(x->v.a);
        json_set(x->v.a, *ret_note, STR("day"),
                 json_new_str(x->v.a, day_print(x->v.a, instant_day(saved, scheme_utc_offset(x->v.scheme)))));
    }
    return true;
}

static bool show_form(Exchange *x, const Json *sent, const ErrList *faults, Str key, Err *err)
{
    Page page;
    PageFormAsk ask = {.sent = sent, .faults = faults, .key = key};
    split_step(x, &ask.case_id, &ask.step);
    return page_form(&x->v, &ask, &page, err) && http_page(x, &page, err);
}

bool handle_step_form(Exchange *x, Err *err)
{
    const Json *sent;
    Json *note;
    Page page;
    if (!open_draft(x, &sent, &note, err)) {
        return false;
    }
    PageFormAsk ask = {.sent = sent, .key = http_new_key(x->v.a)};
    split_step(x, &ask.case_id, &ask.step);
    if (!page_form(&x->v, &ask, &page, err)) {
        return false;
    }
    if (note != NULL) {
        json_set(x->v.a, page.model, STR("draft"), note);
    }
    return http_page(x, &page, err);
}

/* The form without what belongs to the web: csrf, key, version, the box that says the contract was understood. Lists
 * come one per line. */
static Json *command_form(const Exchange *x, const CommandInput *in)
{
    Arena *a = x->v.a;
    Json *form = json_new_object(a);
    for (size_t i = 0; i < json_count(x->q->form); i++) {
        const JsonMember *m = &x->q->form->members[i];
        const SchemeField *f = scheme_field(in->type, m->key);
        bool own = str_starts(m->key, STR("sig_")) || str_eq(m->key, STR("csrf")) || str_eq(m->key, STR("key")) ||
                   str_eq(m->key, STR("version")) || str_eq(m->key, STR("understood")) ||
                   str_eq(m->key, STR("save_draft"));
        if (own) {
            continue;
        }
        if (f != NULL && f->kind == SCHEME_LIST) {
            Json *list = json_set(a, form, m->key, json_new_array(a));
            for (Str rest = json_text(m->value), line; str_cut(&rest, '\n', &line);) {
                if (str_trim(line).len > 0) {
                    json_push(a, list, json_new_str(a, str_trim(line)));
                }
            }
        } else {
            json_set(a, form, m->key, m->value);
        }
    }
    return form;
}

/* What the key of the officer answered, where it was asked. */
static const Json *signature_of(const Exchange *x)
{
    static const char *const PARTS[] = {"key", "client_data", "authenticator_data", "signature"};
    Arena *a = x->v.a;
    Json *j = json_new_object(a);
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        json_set(a, j, str_from_c(PARTS[i]),
                 json_new_str(a, http_form(x, str_c(a, str_printf(a, "sig_%s", PARTS[i])))));
    }
    return http_form(x, "sig_signature").len > 0 ? j : NULL;
}

/* The step is in order but for the signature: shows what is to be signed. */
static bool show_sign(Exchange *x, const Command *c, Err *err)
{
    Page page;
    FlowResult dry;
    PageSignAsk ask = {.command = c, .dry = &dry, .wrong = c->signature != NULL};
    if (!flow_run(&x->w->flow, flow_new_run(x->v.a, x->v.now), x->v.caller, c, FLOW_DRY, x->v.now, &dry)) {
        *err = dry.err;
        return false;
    }
    x->r->status = ask.wrong ? err_http_status(BAD_SIGNATURE) : 200;
    return page_sign(&x->v, &ask, &page, err) && http_page(x, &page, err);
}

bool handle_step(Exchange *x, Err *err)
{
    CommandInput in = {0};
    Command c = {.scheme = scheme_id(x->v.scheme),
                 .key = http_form(x, "key"),
                 .expected_version = -1,
                 .origin = x->v.origin,
                 .signature = signature_of(x)};
    split_step(x, &c.case_id, &c.step);
    if (!command_resolve(x->v.scheme, c.step, &in, err)) {
        return false;
    }
    c.form = command_form(x, &in);
    if (http_form(x, "save_draft").len > 0) {
        return save_draft(x, &in, c.form, err);
    }
    int64_t version;
    if (str_to_int(http_form(x, "version"), &version)) {
        c.expected_version = version;
    }
    FlowResult r;
    if (flow_run(&x->w->flow, x->v.run, x->v.caller, &c, FLOW_RUN, x->v.now, &r)) {
        Err ignored; /* the step is taken; a draft left behind harms nobody */
        bool dropped = draft_drop(&x->w->flow, x->v.a, x->v.caller->account, draft_place(x, c.form), &ignored);
        (void)dropped;
        return http_redirect(x, str_printf(x->v.a, "/case/%.*s", STR_ARG(json_text_at(r.outcome, "case"))));
    }
    if (r.faults.count == 0 && c.case_id.len > 0 && (r.err.code == NEEDS_SIGNATURE || r.err.code == BAD_SIGNATURE)) {
        return show_sign(x, &c, err);
    }
    if (r.faults.count == 0) {
        *err = r.err;
        return false;
    }
    x->r->status = err_http_status(r.err.code);
    return show_form(x, c.form, &r.faults, c.key, err);
}

bool handle_decision(Exchange *x, Err *err)
{
    int64_t seq;
    Page page;
    if (!str_to_int(x->rest[0], &seq)) {
        return err_set(err, NOT_FOUND, "There is no such decision.");
    }
    return page_decision(&x->v, seq, &page, err) && http_page(x, &page, err);
}

bool handle_check(Exchange *x, Err *err)
{
    Page page;
    bool post = x->q->method == METHOD_POST;
    Str model = post ? http_form(x, "model") : http_query(x, "model");
    return page_check(&x->v, model, post ? x->q->form : NULL, &page, err) && http_page(x, &page, err);
}

/* ---- A person's own data ---- */

static void add_case(const Exchange *x, Json *list, const CaseRow *row)
{
    Arena *a = x->v.a;
    Json *j = json_new_object(a);
    json_set(a, j, STR("id"), json_new_str(a, row->id));
    json_set(a, j, STR("type"), json_new_str(a, row->type));
    json_set(a, j, STR("state"), json_new_str(a, row->state));
    json_set(a, j, STR("since"), json_new_str(a, day_print(a, row->since)));
    json_set(a, j, STR("data"), row->data);
    json_push(a, list, j);
}

/* What proves the entries of a person's own case to anybody, with what was sealed in them: those that a checkpoint
 * covers. The lists that the facts of decisions only name go into `named`, by their hash. */
static bool own_proofs(Exchange *x, Str party, Json *list, Json *named, Err *err)
{
    Arena *a = x->v.a;
    Store *store = x->w->flow.store;
    StoreSigned at;
    Event *events;
    size_t count;
    if (!store_signed(store, a, &at, err)) {
        return err->code == NOT_FOUND;
    }
    if (!query_history(store, a, party, &events, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Json *proof;
        bool is_of_another = events[i].person.len > 0 && !str_eq(events[i].person, party);
        if (is_of_another || (uint64_t)events[i].seq > at.size) {
            continue;
        }
        const Json *facts = json_get(events[i].sealed, "facts");
        facts = facts ? facts : json_get(events[i].data, "facts");
        if (!store_disclose(store, a, &at, events[i].seq, &proof, err) ||
            !constant_named(store, a, facts, named, err)) {
            return false;
        }
        json_push(a, list, proof);
    }
    return true;
}

bool handle_my_data(Exchange *x, Err *err)
{
    Arena *a = x->v.a;
    Store *store = x->w->flow.store;
    const CaseRow *own, *linked;
    const Str *fields;
    size_t count;
    Json *reads;
    Str party = x->v.caller->party;
    if (party.len == 0) {
        return err_set(err, NOT_ALLOWED, "This account is not a person's.");
    }
    if (!page_find(&x->v, party, &own, err) || !page_linked(&x->v, party, &linked, &fields, &count, err) ||
        !query_reads(store, a, party, &reads, err)) {
        return false;
    }
    Json *j = json_new_object(a), *cases = json_set(a, j, STR("cases"), json_new_array(a));
    if (own != NULL) {
        add_case(x, cases, own);
    }
    for (size_t i = 0; i < count; i++) {
        add_case(x, cases, &linked[i]);
    }
    json_set(a, j, STR("file_reads"), reads);
    Json *contact = page_contact_data(&x->v, err), *notices;
    if (contact == NULL || !page_notices_data(&x->v, &notices, err)) {
        return false;
    }
    json_set(a, j, STR("contact"), contact);
    json_set(a, j, STR("notices"), notices);
    Json *proofs = json_set(a, j, STR("proofs"), json_new_array(a));
    if (!own_proofs(x, party, proofs, json_set(a, j, STR("lists"), json_new_object(a)), err)) {
        return false;
    }
    x->r->disposition = str_printf(a, "%.*s.json", STR_ARG(party));
    x->r->content_type = "application/json";
    json_write_pretty(&x->r->body, j);
    return true;
}

bool handle_my_data_pdf(Exchange *x, Err *err)
{
    x->r->content_type = "application/pdf";
    x->r->disposition = str_printf(x->v.a, "%.*s.pdf", STR_ARG(x->v.caller->party));
    return page_data_pdf(&x->v, &x->r->body, err);
}

bool handle_calendar(Exchange *x, Err *err)
{
    Str token = x->rest[1], ending = STR(".ics");
    token.len -= str_ends(token, ending) ? ending.len : 0;
    x->r->content_type = "text/calendar; charset=utf-8";
    return page_calendar(&x->v, x->rest[0], token, &x->r->body, err);
}

bool handle_shortcuts(Exchange *x, Err *err)
{
    Page page;
    return page_shortcuts(&x->v, &page, err) && http_page(x, &page, err);
}

/* ---- Files and health ---- */

bool handle_static(Exchange *x, Err *err)
{
    ViewFile f;
    if (!view_file(x->v.a, x->rest[0], &f)) {
        return err_set(err, NOT_FOUND, "There is no such file.");
    }
    x->r->etag = f.etag;
    x->r->cacheable = true;
    x->r->content_type = f.content_type;
    if (http_names_tag(x->q->if_none_match, f.etag)) {
        x->r->status = 304;
        return true;
    }
    x->r->body = buf_new(x->v.a, f.bytes.len + 1);
    buf_add(&x->r->body, f.bytes);
    return true;
}

/* Stands at the root, because a service worker serves only what lies below its own address. */
bool handle_service_worker(Exchange *x, Err *err)
{
    x->rest[0] = STR("sw.js");
    bool found = handle_static(x, err);
    x->r->cacheable = false;
    return found;
}

bool handle_offline(Exchange *x, Err *err)
{
    Page page = {"offline", json_new_object(x->v.a)};
    page_frame(&x->v, page.model, view_text(x->v.a, x->v.language, "offline.title", NULL));
    return http_page(x, &page, err);
}

bool handle_health(Exchange *x, Err *err)
{
    StoreRows rows;
    if (!store_query(x->w->flow.store, x->v.a, "SELECT 1", NULL, 0, &rows, err)) {
        return false;
    }
    buf_add_c(&x->r->body, "ok\n");
    return true;
}

static void write_reads(Buf *b, const Reader *r)
{
    static const char *const BY[READERS_BY] = {"primary", "replica", "primary after replica"};
    if (r == NULL) {
        return;
    }
    buf_add_c(
        b,
        "# HELP goldenbridge_requests_total Requests by the database that answered.\n# TYPE goldenbridge_requests_total counter\n");
    for (int by = 0; by < READERS_BY; by++) {
        buf_printf(b, "goldenbridge_requests_total{from=\"%s\"} %lld\n", BY[by],
                   (long long)readers_count(reader_shared(r), (ReadersBy)by));
    }
}

bool handle_metrics(Exchange *x, Err *err)
{
    Buf *b = &x->r->body;
    x->r->content_type = "text/plain; version=0.0.4";
    buf_printf(b,
               "# HELP goldenbridge_events_total Events in the log.\n# TYPE goldenbridge_events_total counter\n"
               "goldenbridge_events_total %lld\n",
               (long long)store_size(x->w->flow.store));
    buf_add_c(b, "# HELP goldenbridge_cases Cases by scheme, type and state.\n# TYPE goldenbridge_cases gauge\n");
    for (size_t i = 0; i < x->w->flow.scheme_count; i++) {
        Json *counts;
        Str id = scheme_id(x->w->flow.schemes[i]);
        if (!query_counts(x->w->flow.store, x->v.a, id, &counts, err)) {
            return false;
        }
        for (size_t k = 0; k < json_count(counts); k++) {
            buf_printf(b, "goldenbridge_cases{scheme=\"%.*s\",type=\"%.*s\",state=\"%.*s\"} %.*s\n", STR_ARG(id),
                       STR_ARG(json_text_at(counts->items[k], "type")),
                       STR_ARG(json_text_at(counts->items[k], "state")),
                       STR_ARG(json_text_at(counts->items[k], "count")));
        }
    }
    write_reads(b, x->w->reader);
    return true;
}
