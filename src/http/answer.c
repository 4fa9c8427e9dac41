/* answer.c: from request to response: route, session, language, handler, error page. Knows no socket, so tests need
 * none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <stdio.h>
#include <string.h>

#include "view/view.h"

enum { FORM_COOKIE_LETTERS = 22 }; /* of http_new_key() */

/* ---- Small helpers of handlers ---- */

Str http_new_key(Arena *a)
{
    return random_text(a, 16);
}

Str http_form(const Exchange *x, const char *name)
{
    return json_text_at(x->q->form, name);
}

Str http_query(const Exchange *x, const char *name)
{
    return json_text_at(x->q->query, name);
}

/* An error's page holds no form, and that of an icon that is not there must not outdate the form on the screen. */
void http_give_form_cookie(Exchange *x)
{
    if (!x->signed_in && x->r->status < 400 && !str_eq(x->form_cookie, x->q->cookie_form)) {
        x->r->set_form = x->form_cookie;
    }
}

bool http_page(Exchange *x, const Page *page, Err *err)
{
    x->r->content_type = "text/html; charset=utf-8";
    http_give_form_cookie(x);
    return view_page(x->v.a, str_from_c(page->template_name), page->model, x->v.language, &x->r->body, err);
}

bool http_json(Exchange *x, const Json *j)
{
    x->r->content_type = "application/json";
    json_write(&x->r->body, j);
    return true;
}

bool http_csv(Exchange *x, const Json *table, Str name)
{
    x->r->content_type = "text/csv; charset=utf-8";
    x->r->disposition = name;
    view_csv(&x->r->body, table);
    return true;
}

bool http_redirect(Exchange *x, Str to)
{
    x->r->status = 303;
    x->r->location = to;
    return true;
}

bool http_names_tag(Str header, Str tag)
{
    Str bare = str_sub(tag, 1, tag.len - 1), packed = STR("-gzip"), item;
    while (header.len > 0 && str_cut(&header, ',', &item)) {
        item = str_trim(item);
        item = str_starts(item, STR("W/")) ? str_sub(item, 2, item.len) : item;
        if (str_eq_c(item, "*")) {
            return true;
        }
        Str inner = item.len >= 2 && item.ptr[0] == '"' ? str_sub(item, 1, item.len - 1) : item;
        inner = str_ends(inner, packed) ? str_sub(inner, 0, inner.len - packed.len) : inner;
        if (str_eq(inner, bare)) {
            return true;
        }
    }
    return false;
}

void http_begin(Exchange *x, const Session *s)
{
    x->r->set_session = s->token;
    x->r->session_seconds = flow_access(&x->w->flow)->longest_minutes * 60;
}

/* ---- Route ---- */

static bool matches(const char *pattern, Str path, Str *rest)
{
    Str want = str_from_c(pattern), w, p;
    size_t n = 0;
    if (want.len > 1 && path.len > 1 && want.ptr[1] != '*' && want.ptr[1] != path.ptr[1]) {
        return false; /* most routes, at once */
    }
    while (str_cut(&want, '/', &w)) {
        if (str_eq(w, STR("**"))) {
            rest[n] = path.ptr ? path : STR("");
            return true;
        }
        if (!str_cut(&path, '/', &p)) {
            return false;
        }
        if (str_eq(w, STR("*"))) {
            if (p.len == 0) {
                return false;
            }
            rest[n++] = p;
        } else if (!str_eq(w, p)) {
            return false;
        }
    }
    return path.ptr == NULL;
}

static const Route *find_route(Exchange *x, Str *ret_allow)
{
    size_t count;
    const Route *routes = http_routes(&count);
    Str allow = STR("");
    for (size_t i = 0; i < count; i++) {
        if (!matches(routes[i].pattern, x->q->path, x->rest)) {
            continue;
        }
        if (routes[i].method == x->q->method) {
            return &routes[i];
        }
        allow = routes[i].method == METHOD_GET ? STR("GET, HEAD") : STR("POST");
    }
    *ret_allow = allow;
    return NULL;
}

bool http_is_api(const Request *q)
{
    return str_starts(q->path, STR("/api/"));
}

/* A program asks: of the API, or it says that it takes JSON and no pages. */
static bool wants_problem(const Exchange *x)
{
    bool json = str_find(x->q->accept, STR("json"), 0) != SIZE_MAX,
         page = str_find(x->q->accept, STR("text/html"), 0) != SIZE_MAX;
    return http_is_api(x->q) || (json && !page);
}

/* ---- Who and in which language ---- */

bool http_has_language(Str code)
{
    for (size_t i = 0; view_language(i).len > 0; i++) {
        if (str_eq(view_language(i), code)) {
            return true;
        }
    }
    return false;
}

/* The first language of Accept-Language that there is. */
static Str wanted_language(const Request *q)
{
    if (http_has_language(q->cookie_language)) {
        return q->cookie_language;
    }
    for (Str rest = q->accept_language, item; q->accept_language.len > 0 && str_cut(&rest, ',', &item);) {
        Str code = str_sub(str_trim(item), 0, 2);
        if (http_has_language(code)) {
            return code;
        }
    }
    return STR("");
}

/* The address as it was asked for, so that a change of language comes back to the same page. */
static Str here(const Request *q, Arena *a)
{
    Buf b = buf_new(a, 8192);
    buf_add(&b, q->path);
    for (size_t i = 0; i < json_count(q->query); i++) {
        buf_byte(&b, i == 0 ? '?' : '&');
        view_url(&b, q->query->members[i].key);
        buf_byte(&b, '=');
        view_url(&b, json_text(q->query->members[i].value));
    }
    return buf_ok(&b) ? buf_str(&b) : q->path;
}

Str http_token(const Request *q)
{
    return str_starts(q->authorization, STR("Bearer ")) ? str_sub(q->authorization, 7, q->authorization.len)
                                                        : q->cookie_session;
}

static void open_view(Exchange *x, Instant now)
{
    Arena *a = x->w->a;
    Str token = http_token(x->q);
    x->signed_in = token.len > 0 && session_find(&x->w->flow, a, token, now, &x->session, &x->why_not);
    const Scheme *s = x->signed_in ? flow_scheme(&x->w->flow, x->session.scheme) : NULL;
    Str asked = http_query(x, "scheme"), chosen = x->q->cookie_scheme;
    s = s ? s : asked.len ? flow_scheme(&x->w->flow, asked) : NULL;
    s = s ? s : chosen.len ? flow_scheme(&x->w->flow, chosen) : NULL;
    s = s ? s : x->w->flow.schemes[0];
    Str language = wanted_language(x->q);
    if (language.len == 0) {
        language =
            x->signed_in && http_has_language(x->session.caller.language) ? x->session.caller.language : STR("en");
    }
    x->v = (PageView){.flow = &x->w->flow,
                      .run = flow_new_run(a, now),
                      .a = a,
                      .scheme = s,
                      .caller = x->signed_in ? &x->session.caller : NULL,
                      .language = language,
                      .path = x->q->path,
                      .here = here(x->q, a),
                      .csrf = x->session.csrf,
                      .now = now,
                      .today = instant_day(now, scheme_utc_offset(s)),
                      .demo = x->w->mode_demo != NULL,
                      .origin = x->w->origin,
                      .simulations = x->w->simulations,
                      .trials = x->w->trials};
    if (x->v.origin.len == 0) {
        x->v.origin = str_printf(a, "http://%.*s", STR_ARG(x->q->host.len ? x->q->host : STR("localhost")));
    }
    x->v.memo = page_memo(a, s, x->v.caller);
    if (x->signed_in) {
        x->session.caller.language = language;
    } else {
        x->form_cookie = x->q->cookie_form.len == FORM_COOKIE_LETTERS ? x->q->cookie_form : http_new_key(a);
        x->v.csrf = http_form_secret(x, x->form_cookie);
    }
}

static bool check_who(const Exchange *x, const Route *route, Err *err)
{
    if (route->who == WHO_ANYBODY) {
        return true;
    }
    if (!x->signed_in && x->why_not.code != OK && x->why_not.code != NOT_SIGNED_IN) {
        *err = x->why_not; /* a lost database is no reason to sign in again */
        return false;
    }
    if (!x->signed_in) {
        return err_set(err, NOT_SIGNED_IN, "%s", err_plain(NOT_SIGNED_IN));
    }
    bool staff = x->session.caller.party.len == 0;
    return route->who != WHO_STAFF || staff || err_set(err, NOT_ALLOWED, "This page is for staff.");
}

/* ---- Errors ---- */

/* RFC 9457 */
static void answer_problem(Exchange *x, const Err *e, Str ref)
{
    Arena *a = x->w->a;
    Json *j = json_problem(a, e);
    json_set(a, j, STR("instance"), json_new_str(a, str_printf(a, "urn:goldenbridge:problem:%.*s", STR_ARG(ref))));
    json_write(&x->r->body, j);
    x->r->content_type = "application/problem+json";
}

static void answer_error(Exchange *x, const Err *e)
{
    Arena *a = x->w->a;
    Str ref = http_new_key(a);
    x->r->status = err_http_status(e->code);
    x->r->body = buf_new(a, MAX_PAGE);
    x->r->location = x->r->etag = x->r->disposition = STR("");
    x->r->retry_after = e->wait_ms > 0 ? str_printf(a, "%lld", (long long)((e->wait_ms + 999) / 1000))
                        : e->code == STORE_BUSY || e->code == STORE_FULL ? STR("5")
                                                                         : STR("");
    if (x->r->status >= 500) {
        fprintf(stderr, "goldenbridge: %.*s %.*s: %s: %s %s (%s:%d)\n", STR_ARG(ref), STR_ARG(x->q->path),
                err_name(e->code), e->text, e->detail, e->file ? e->file : "", e->line);
    }
    if (wants_problem(x)) {
        answer_problem(x, e, ref);
        return;
    }
    if (e->code == NOT_SIGNED_IN && x->q->method == METHOD_GET) {
        Buf to = buf_new(a, 4096);
        buf_add_c(&to, "/sign-in?next=");
        view_url(&to, x->q->path);
        http_redirect(x, buf_str(&to));
        return;
    }
    Page page;
    Err inner;
    if (!page_error(&x->v, e, ref, &page, &inner) || !http_page(x, &page, &inner)) {
        x->r->content_type = "text/plain; charset=utf-8";
        buf_add_c(&x->r->body, e->text);
    }
}

static Exchange exchange_of(Worker *w, Request *q, Response *r)
{
    *r = (Response){.status = 200, .content_type = "text/plain; charset=utf-8", .body = buf_new(w->a, MAX_PAGE)};
    return (Exchange){.w = w, .q = q, .r = r};
}

void http_turn_away(Worker *w, Request *q, Response *r, Instant now, ErrCode code)
{
    Exchange x = exchange_of(w, q, r);
    Err err = {0};
    bool no_method = code == METHOD_NOT_ALLOWED, known = true;
    Str allow = STR("");
    for (int method = METHOD_GET; no_method && allow.len == 0 && method <= METHOD_POST; method++) {
        q->method = (Method)method;
        const Route *route = find_route(&x, &allow);
        allow = route == NULL ? allow : method == METHOD_GET ? STR("GET, HEAD") : STR("POST");
        known = allow.len > 0;
    }
    open_view(&x, now);
    err_set(&err, known ? code : NOT_FOUND, "%s", err_plain(known ? code : NOT_FOUND));
    answer_error(&x, &err);
    r->allow = known ? allow : STR("");
}

/* From the worker's store as it is set. False: err is to be told. */
static bool answer_once(Exchange *x, const Route *route, Instant now, Err *err)
{
    open_view(x, now);
    if (http_cache_serves(x, route)) {
        return true;
    }
    bool may = http_check_origin(x->q, x->v.origin, err) && (x->v.demo || http_check_rate(x, route, err));
    if (!may || !check_who(x, route, err) || !http_check_form(x, route, err) || !route->handle(x, err)) {
        return false;
    }
    if (!buf_ok(&x->r->body)) {
        return err_set(err, TOO_LARGE, "The answer is larger than the stated limit.");
    }
    http_cache_keep(x, route);
    return true;
}

static bool is_of_store(ErrCode code)
{
    return code == STORE_BUSY || code == STORE_FAILED || code == LOG_DAMAGED;
}

/* What a replica does not know the primary may: a session or a case of this moment. */
static bool answer_from_replica(Exchange *x, const Route *route, Instant now, Err *err)
{
    if (answer_once(x, route, now, err) && x->why_not.code == OK) {
        return true;
    }
    Str none;
    reader_give_up(x->w, is_of_store(err->code) || is_of_store(x->why_not.code), now);
    *x = exchange_of(x->w, x->q, x->r);
    *err = (Err){0};
    return find_route(x, &none) == route && answer_once(x, route, now, err);
}

bool http_answer_kept(Worker *w, Request *q, Response *r, Instant now)
{
    Exchange x = exchange_of(w, q, r);
    Str allow;
    const Route *route = q->cookie_session.len == 0 && q->authorization.len == 0 ? find_route(&x, &allow) : NULL;
    if (route == NULL || !http_is_kept(route)) {
        return false;
    }
    open_view(&x, now);
    return http_cache_serves(&x, route);
}

void http_answer(Worker *w, Request *q, Response *r, Instant now)
{
    Exchange x = exchange_of(w, q, r);
    Err err = {0};
    Str allow = STR("");
    const Route *route = find_route(&x, &allow);
    bool from_replica = reader_choose(w, q, route, now);
    if (route == NULL) {
        open_view(&x, now);
        err_set(&err, allow.len ? METHOD_NOT_ALLOWED : NOT_FOUND,
                allow.len ? "The address %.*s does not take this method." : "There is no page %.*s.",
                STR_ARG(str_sub(q->path, 0, 120)));
        answer_error(&x, &err);
        r->allow = allow;
    } else if (!(from_replica ? answer_from_replica : answer_once)(&x, route, now, &err)) {
        answer_error(&x, &err);
    }
    reader_end(w, q, r, now);
}
