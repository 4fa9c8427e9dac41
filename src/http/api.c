/* api.c: the JSON API: the same steps and questions as the pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

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
        !session_begin(&x->w->flow, x->v.a, login, demo ? SESSION_BY_DEMO : SESSION_BY_PASSWORD, device, x->v.now, &s, err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a);
    put_text(x, j, "token", s.token);
    put_text(x, j, "account", s.account);
    put_text(x, j, "scheme", s.scheme);
    return http_json(x, j);
}

/* ---- Commands ---- */

static void answer_faults(Exchange *x, const FlowResult *r)
{
    Json *j = json_new_object(x->v.a), *list = json_new_array(x->v.a);
    put_text(x, j, "type", str_printf(x->v.a, "/api/problems#%s", err_name(r->err.code)));
    put_text(x, j, "title", str_from_c(err_plain(r->err.code)));
    put(x, j, "status", json_new_int(x->v.a, err_http_status(r->err.code)));
    put_text(x, j, "code", str_from_c(err_name(r->err.code)));
    for (size_t i = 0; i < r->faults.count; i++) {
        Json *f = json_new_object(x->v.a);
        put_text(x, f, "field", str_from_c(r->faults.items[i].field));
        put_text(x, f, "code", str_from_c(err_name(r->faults.items[i].code)));
        put_text(x, f, "detail", str_from_c(r->faults.items[i].text));
        json_push(x->v.a, list, f);
    }
    put(x, j, "faults", list);
    http_json(x, j);
    x->r->status = err_http_status(r->err.code);
    x->r->content_type = "application/problem+json";
}

bool api_command(Exchange *x, Err *err)
{
    Json *body;
    if (!read_body(x, &body, err)) {
        return false;
    }
    Command c = {.scheme = scheme_id(x->v.scheme), .step = json_text_at(body, "step"), .case_id = json_text_at(body, "case"),
                 .form = json_get(body, "form"), .key = x->q->key};
    c.key = c.key.len ? c.key : json_text_at(body, "key");
    c.expected_version = json_to_int(json_get(body, "version"), -1);
    c.form = c.form ? c.form : json_new_object(x->v.a);
    if (c.form->kind != JSON_OBJECT) {
        return err_field(err, BAD_REQUEST, "form", "The form is an object of fields.");
    }
    FlowMode mode = json_is_true(json_get(body, "dry_run")) ? FLOW_DRY : FLOW_RUN;
    FlowResult r;
    if (flow_run(&x->w->flow, x->v.run, x->v.caller, &c, mode, x->v.now, &r)) {
        return http_json(x, r.outcome);
    }
    if (r.faults.count > 0) {
        answer_faults(x, &r);
        return true;
    }
    *err = r.err;
    return false;
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

bool api_list(Exchange *x, Err *err)
{
    int64_t limit = 50, offset = 0, total;
    if ((http_query(x, "limit").len > 0 && !str_to_int(http_query(x, "limit"), &limit)) || limit < 1 || limit > 500) {
        return err_field(err, FIELD_RANGE, "limit", "The limit is between 1 and 500.");
    }
    if ((http_query(x, "cursor").len > 0 && !str_to_int(http_query(x, "cursor"), &offset)) || offset < 0) {
        return err_field(err, FIELD_FORMAT, "cursor", "This is not a cursor that was given out.");
    }
    QueryReach reach = page_reach(&x->v);
    QueryPage q = {.reach = &reach, .type = http_query(x, "type"), .state = http_query(x, "state"),
                   .text = http_query(x, "q"), .limit = limit, .offset = offset};
    const SchemeType *type = scheme_type(x->v.scheme, q.type);
    if (type == NULL) { /* who may read is said by the type, so that a list of all types has no answer */
        return err_field(err, q.type.len ? FIELD_CHOICE : FIELD_MISSING, "type", "Name a case type of the scheme.");
    }
    if (!page_reads_type(&x->v, type)) {
        return err_set(err, NOT_ALLOWED, "These cases are not yours to see.");
    }
    const CaseRow *rows;
    size_t count;
    if (!query_page(x->w->flow.store, x->v.a, &q, &rows, &count, &total, err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a), *list = json_new_array(x->v.a);
    for (size_t i = 0; i < count; i++) { /* a list shows no personal data: the case itself does, and is recorded */
        Json *c = json_new_object(x->v.a);
        put_text(x, c, "id", rows[i].id);
        put_text(x, c, "type", rows[i].type);
        put_text(x, c, "state", rows[i].state);
        put_text(x, c, "due", rows[i].due);
        json_push(x->v.a, list, c);
    }
    put(x, j, "total", json_new_int(x->v.a, total));
    put(x, j, "cases", list);
    if (offset + (int64_t)count < total) {
        put_text(x, j, "next_cursor", str_printf(x->v.a, "%lld", (long long)(offset + (int64_t)count)));
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

bool api_decide(Exchange *x, Err *err)
{
    Json *body;
    Value facts;
    Day day = x->v.today;
    Decision d = {.whole_trace = true};
    ErrList faults = {.arena = x->v.a};
    if (!read_body(x, &body, err)) {
        return false;
    }
    Str model = x->rest[0], name = json_text_at(body, "decision"), on = json_text_at(body, "day");
    if (on.len > 0 && !day_parse(on, &day)) {
        return err_field(err, FIELD_FORMAT, "day", "A day such as 2026-03-31 is expected.");
    }
    name = name.len ? name : decide_top(x->v.a, model);
    const Json *given = json_get(body, "facts");
    if (!decide_facts(x->v.run, x->v.scheme, model, name, day, given, &facts, &faults, err)) {
        if (faults.count > 0) {
            FlowResult r = {.faults = faults, .err = faults.items[0]};
            answer_faults(x, &r);
            return true;
        }
        return false;
    }
    if (!decide(x->v.run, x->v.scheme, model, name, day, facts, &d, err)) {
        return false;
    }
    Json *j = decision_proof(x->v.a, &d);
    put(x, j, "facts", d.facts);
    put(x, j, "tables", decision_tables(x->v.a, &d));
    if (!decision_is_granted(&d)) {
        put(x, j, "changes", decision_changes(x->v.run, x->v.scheme, &d, STR("granted")));
    }
    return http_json(x, j);
}

/* ---- OpenAPI 3.1, from the table of routes ---- */

static Json *describe(const Exchange *x, const Route *route)
{
    Json *op = json_new_object(x->v.a), *responses = json_new_object(x->v.a), *ok = json_new_object(x->v.a),
         *bad = json_new_object(x->v.a), *security = json_new_array(x->v.a);
    put_text(x, op, "summary", str_from_c(route->summary));
    Buf id = buf_new(x->v.a, 200);
    buf_add_c(&id, route->method == METHOD_GET ? "get" : "post");
    for (const char *p = route->pattern; *p; p++) {
        buf_byte(&id, (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? *p : '_');
    }
    put_text(x, op, "operationId", buf_str(&id));
    put_text(x, ok, "description", STR("Done."));
    put_text(x, bad, "description", STR("A problem document (RFC 9457)."));
    put(x, responses, "200", ok);
    put(x, responses, "4XX", bad);
    put(x, op, "responses", responses);
    if (route->who != WHO_ANYBODY) {
        Json *bearer = json_new_object(x->v.a);
        put(x, bearer, "bearer", json_new_array(x->v.a));
        json_push(x->v.a, security, bearer);
    }
    put(x, op, "security", security);
    return op;
}

bool api_description(Exchange *x, __attribute__((unused)) Err *err)
{
    Arena *a = x->v.a;
    Json *j = json_new_object(a), *info = json_new_object(a), *paths = json_new_object(a);
    put_text(x, j, "openapi", STR("3.1.0"));
    put_text(x, info, "title", STR("Goldenbridge"));
    put_text(x, info, "version", STR("1"));
    put(x, j, "info", info);
    size_t count;
    const Route *routes = http_routes(&count);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].summary == NULL) {
            continue;
        }
        Buf path = buf_new(a, 200);
        for (const char *p = routes[i].pattern; *p; p++) {
            buf_add(&path, *p == '*' ? STR("{id}") : (Str){p, 1});
        }
        Json *item = json_get_str(paths, buf_str(&path));
        item = item ? item : json_set(a, paths, buf_str(&path), json_new_object(a));
        Json *op = describe(x, &routes[i]);
        if (str_find(buf_str(&path), STR("{id}"), 0) != SIZE_MAX) {
            Json *params = json_new_array(a), *param = json_new_object(a), *schema = json_new_object(a);
            put_text(x, param, "name", STR("id"));
            put_text(x, param, "in", STR("path"));
            put(x, param, "required", json_new_bool(a, true));
            put_text(x, schema, "type", STR("string"));
            put(x, param, "schema", schema);
            json_push(a, params, param);
            put(x, op, "parameters", params);
        }
        put(x, item, routes[i].method == METHOD_GET ? "get" : "post", op);
    }
    put(x, j, "paths", paths);
    Json *components = json_new_object(a), *schemes = json_new_object(a), *bearer = json_new_object(a);
    put_text(x, bearer, "type", STR("http"));
    put_text(x, bearer, "scheme", STR("bearer"));
    put(x, schemes, "bearer", bearer);
    put(x, components, "securitySchemes", schemes);
    put(x, j, "components", components);
    return http_json(x, j);
}
