/* api.c: the JSON API: the same steps and questions as the pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "decide/inquiry.h"
#include "query/query.h"

static void put(const Exchange *x, Json *j, const char *key, Json *value)
{
    json_set(x->v.a, j, str_from_c(key), value);
}

static void put_text(const Exchange *x, Json *j, const char *key, Str text)
{
    put(x, j, key, json_new_str(x->v.a, text));
}

static bool read_body(const Exchange *x, Json **ret, Err *err)
{
    if (!json_parse(x->v.a, x->q->body, ret, err)) {
        return false;
    }
    return (*ret)->kind == JSON_OBJECT || err_set(err, BAD_REQUEST, "A JSON object is expected.");
}

/* ---- Sign-in ---- */

bool api_session(Exchange *x, Err *err)
{
    Json *body;
    Session s;
    if (!read_body(x, &body, err)) {
        return false;
    }
    Str login = json_text_at(body, "login"), password = json_text_at(body, "password");
    bool demo = x->v.demo && password.len == 0;
    Str device = access_device(x->v.a, x->q->user_agent);
    if ((!demo && !secret_check(&x->w->flow, x->v.a, login, password, x->v.now, err)) ||
        !session_begin(&x->w->flow, x->v.a, login, demo ? SESSION_BY_DEMO : SESSION_BY_PASSWORD, device, x->v.now, &s,
                       err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a);
    put_text(x, j, "token", s.token);
    put_text(x, j, "account", s.account);
    put_text(x, j, "scheme", s.scheme);
    return http_json(x, j);
}

/* ---- Commands ---- */

/* Every fault at once, each with its field, in one problem document. */
static void answer_faults(Exchange *x, const FlowResult *r)
{
    Json *j = json_problem(x->v.a, &r->err), *list = json_new_array(x->v.a);
    for (size_t i = 0; i < r->faults.count; i++) {
        Json *f = json_new_object(x->v.a);
        put_text(x, f, "field", str_from_c(r->faults.items[i].field));
        put_text(x, f, "code", str_from_c(err_name(r->faults.items[i].code)));
        put_text(x, f, "detail", str_from_c(r->faults.items[i].text));
        json_push(x->v.a, list, f);
    }
    put_text(x, j, "instance", str_printf(x->v.a, "urn:goldenbridge:problem:%.*s", STR_ARG(http_new_key(x->v.a))));
    put(x, j, "faults", list);
    http_json(x, j);
    x->r->status = err_http_status(r->err.code);
    x->r->content_type = "application/problem+json";
}

static Str tag_of(const Exchange *x, Str id, int64_t version)
{
    return str_printf(x->v.a, "\"%.*s.%lld\"", STR_ARG(id), (long long)version);
}

/* 1 to 200 visible characters, the same wherever it stands. */
static bool read_key(const Exchange *x, const Json *body, Str *ret, Err *err)
{
    enum { KEY_MOST = 200 };
    Str in_body = json_text_at(body, "key");
    *ret = x->q->key.len ? x->q->key : in_body;
    if (x->q->key.len > 0 && in_body.len > 0 && !str_eq(x->q->key, in_body)) {
        return err_field(err, BAD_REQUEST, "key", "The key of the body is another than that of the header.");
    }
    bool fits = ret->len <= KEY_MOST;
    for (size_t i = 0; i < ret->len; i++) {
        fits = fits && ret->ptr[i] > ' ' && ret->ptr[i] < 0x7f;
    }
    return fits ||
           err_field(err, FIELD_FORMAT, "key", "An idempotency key has up to %d visible ASCII characters.", KEY_MOST);
}

/* If-Match names the version that the caller has read; a number in the body says the same for those who send no
 * headers. */
static bool read_version(const Exchange *x, const Json *body, Command *c, Err *err)
{
    Str header = x->q->if_match;
    const CaseRow *row = NULL;
    c->expected_version = json_to_int(json_get(body, "version"), -1);
    if (header.len == 0) {
        return true;
    }
    if (c->case_id.len > 0 && !page_find(&x->v, c->case_id, &row, err)) {
        return false;
    }
    if (row == NULL || !http_names_tag(header, tag_of(x, row->id, row->version))) {
        return err_set(err, CASE_CHANGED, "%s", err_plain(CASE_CHANGED));
    }
    if (c->expected_version >= 0 && c->expected_version != row->version) {
        return err_field(err, BAD_REQUEST, "version", "The version of the body is another than that of If-Match.");
    }
    c->expected_version = row->version; /* it must still be so when the step is taken */
    return true;
}

static bool answer_command(Exchange *x, const Command *c, FlowResult *r, Err *err)
{
    if (r->ok) {
        int64_t version = json_to_int(json_get(r->outcome, "version"), 0);
        x->r->replayed = r->repeated;
        x->r->etag = version > 0 ? tag_of(x, json_text_at(r->outcome, "case"), version) : STR("");
        return http_json(x, r->outcome);
    }
    if (r->faults.count > 0) {
        answer_faults(x, r);
        return true;
    }
    *err = r->err;
    bool raced = x->q->if_match.len > 0 && err->code == STALE_FORM;
    return raced ? err_set(err, CASE_CHANGED, "The case %.*s has changed meanwhile.", STR_ARG(c->case_id)) : false;
}

bool api_command(Exchange *x, Err *err)
{
    Json *body;
    if (!read_body(x, &body, err)) {
        return false;
    }
    Command c = {.scheme = scheme_id(x->v.scheme),
                 .step = json_text_at(body, "step"),
                 .case_id = json_text_at(body, "case"),
                 .form = json_get(body, "form"),
                 .signature = json_get(body, "signature"),
                 .origin = x->v.origin};
    c.form = c.form ? c.form : json_new_object(x->v.a);
    if (c.form->kind != JSON_OBJECT) {
        return err_field(err, BAD_REQUEST, "form", "The form is an object of fields.");
    }
    bool dry = json_is_true(json_get(body, "dry_run"));
    FlowResult r;
    Err changed;
    if (!read_key(x, body, &c.key, err)) {
        return false;
    }
    if (!read_version(x, body, &c, &changed)) {
        /* what was done before is told again, also when its own success has changed the version */
        bool again =
            c.key.len > 0 && changed.code == CASE_CHANGED && flow_repeat(&x->w->flow, x->v.a, x->v.caller, &c, &r);
        if (!again) {
            *err = changed;
            return false;
        }
        return answer_command(x, &c, &r, err);
    }
    (void)flow_run(&x->w->flow, x->v.run, x->v.caller, &c, dry ? FLOW_DRY : FLOW_RUN, x->v.now, &r);
    return answer_command(x, &c, &r, err);
}

bool api_steps(Exchange *x, Err *err)
{
    const CaseRow *row = NULL;
    Str id = http_query(x, "case");
    if (id.len > 0 && !page_find(&x->v, id, &row, err)) {
        return false;
    }
    if (id.len > 0 && row == NULL) {
        return err_set(err, NOT_FOUND, "There is no such case.");
    }
    return http_json(x, flow_steps(&x->w->flow, x->v.run, x->v.scheme, x->v.caller, row, x->v.now));
}

/* ---- Cases ---- */

static Json *case_json(const Exchange *x, const CaseRow *row)
{
    Json *j = json_new_object(x->v.a);
    put_text(x, j, "id", row->id);
    put_text(x, j, "type", row->type);
    put_text(x, j, "state", row->state);
    put(x, j, "version", json_new_int(x->v.a, row->version));
    put_text(x, j, "title", row->title);
    put_text(x, j, "holder", row->holder);
    put_text(x, j, "since", day_print(x->v.a, row->since));
    put_text(x, j, "due", row->due);
    put_text(x, j, "due_rule", row->due_rule);
    put(x, j, "data", row->data);
    if (row->pending != NULL) {
        put(x, j, "pending", row->pending);
    }
    return j;
}

bool api_case(Exchange *x, Err *err)
{
    const CaseRow *row;
    Event *events;
    size_t count;
    Str person;
    if (!page_find(&x->v, x->rest[0], &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "There is no such case.");
    }
    x->r->etag = tag_of(x, row->id, row->version);
    if (x->q->if_none_match.len > 0 && http_names_tag(x->q->if_none_match, x->r->etag)) {
        x->r->status = 304; /* nothing is told that was not told before: no reading to record */
        return true;
    }
    if (!query_history(x->w->flow.store, x->v.a, row->id, &events, &count, err) ||
        (page_reads_person(&x->v, row, &person) &&
         !flow_read_file(&x->w->flow, x->v.a, x->v.caller, row->scheme, person, STR("api"), x->v.now, err))) {
        return false;
    }
    Json *j = case_json(x, row), *list = json_new_array(x->v.a);
    for (size_t i = 0; i < count; i++) {
        Json *e = json_new_object(x->v.a);
        put(x, e, "seq", json_new_int(x->v.a, events[i].seq));
        put_text(x, e, "type", events[i].type);
        put_text(x, e, "day", day_print(x->v.a, events[i].day));
        put_text(x, e, "actor", events[i].actor);
        put_text(x, e, "hash", hex_print(x->v.a, HASH_STR(events[i].hash)));
        json_push(x->v.a, list, e);
    }
    put(x, j, "history", list);
    return http_json(x, j);
}

static Json *summary_json(const Exchange *x, const CaseRow *row)
{
    Json *c = json_new_object(x->v.a); /* no personal data: the case itself shows it, and that reading is recorded */
    put_text(x, c, "id", row->id);
    put_text(x, c, "type", row->type);
    put_text(x, c, "state", row->state);
    put_text(x, c, "due", row->due);
    return c;
}

bool api_list(Exchange *x, Err *err)
{
    int64_t limit = 50, total;
    QueryReach reach = page_reach(&x->v);
    QueryPage q = {
        .reach = &reach, .type = http_query(x, "type"), .state = http_query(x, "state"), .text = http_query(x, "q")};
    QueryAfter after, next;
    if ((http_query(x, "limit").len > 0 && !str_to_int(http_query(x, "limit"), &limit)) || limit < 1 || limit > 500) {
        return err_field(err, FIELD_RANGE, "limit", "The limit is between 1 and 500.");
    }
    q.limit = limit;
    const SchemeType *type = scheme_type(x->v.scheme, q.type);
    if (type == NULL) { /* who may read is said by the type, so that a list of all types has no answer */
        return err_field(err, q.type.len ? FIELD_CHOICE : FIELD_MISSING, "type", "Name a case type of the scheme.");
    }
    if (!page_reads_type(&x->v, type)) {
        return err_set(err, NOT_ALLOWED, "These cases are not yours to see.");
    }
    Str filters = str_printf(x->v.a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(reach.scheme), STR_ARG(q.type), STR_ARG(q.state),
                             STR_ARG(q.text));
    const CaseRow *rows;
    size_t count;
    if (!api_cursor_parse(x, filters, http_query(x, "cursor"), &after, err) ||
        !query_page_after(x->w->flow.store, x->v.a, &q, &after, &rows, &count, &total, &next, err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a), *list = json_new_array(x->v.a);
    for (size_t i = 0; i < count; i++) {
        json_push(x->v.a, list, summary_json(x, &rows[i]));
    }
    put(x, j, "total", json_new_int(x->v.a, total));
    put(x, j, "cases", list);
    if (next.id.len > 0) {
        put_text(x, j, "next_cursor", api_cursor_print(x, filters, &next));
    }
    return http_json(x, j);
}

/* ---- Decisions ---- */

bool api_decision(Exchange *x, Err *err)
{
    int64_t seq;
    Json *proof;
    const CaseRow *row;
    if (!str_to_int(x->rest[0], &seq)) {
        return err_set(err, NOT_FOUND, "There is no such decision.");
    }
    if (!flow_explain(&x->w->flow, x->v.run, seq, &proof, err) ||
        !page_find(&x->v, json_text_at(proof, "case"), &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "There is no such decision.");
    }
    return http_json(x, proof);
}

/* The day: "day" of the body, else the fact "governing day", else the day that the model names as its law day, else
 * today. Facts are read as a person writes them. */
bool api_decide(Exchange *x, Err *err)
{
    Json *body;
    InquiryAnswer told;
    ErrList faults = {.arena = x->v.a};
    if (!read_body(x, &body, err)) {
        return false;
    }
    const Json *facts = json_get(body, "facts");
    if (facts != NULL && facts->kind != JSON_OBJECT) {
        return err_field(err, BAD_REQUEST, "facts", "The facts are an object.");
    }
    Inquiry asked = {.scheme = x->v.scheme,
                     .model = x->rest[0],
                     .decision = json_text_at(body, "decision"),
                     .on = json_text_at(body, "day"),
                     .today = x->v.today,
                     .facts = facts};
    if (!inquiry_answer(x->v.run, &asked, &told, &faults, err)) {
        if (faults.count > 0) {
            FlowResult r = {.faults = faults, .err = faults.items[0]};
            answer_faults(x, &r);
            return true;
        }
        return false;
    }
    const Decision *d = &told.decision;
    Json *j = decision_proof(x->v.a, d);
    json_set(x->v.a, j, STR("day_from"), json_new_str(x->v.a, told.day_from));
    put(x, j, "facts", d->facts);
    put(x, j, "ignored", told.ignored);
    put(x, j, "tables", decision_tables(x->v.a, d));
    if (!decision_is_granted(d)) {
        put(x, j, "changes", decision_changes(x->v.run, x->v.scheme, d, STR("granted")));
    }
    return http_json(x, j);
}
