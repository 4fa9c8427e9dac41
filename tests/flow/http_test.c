/* http_test.c: requests and answers without a socket: every route for every role, forms, problems, languages, escaping.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "http/http_int.h"

typedef struct {
    World *w;
    Worker worker;
    Session session; /* of who is signed in; token empty: nobody */
    Str csrf;
    Str grower, season, request, stay, person, other_stay, other_person;
    int64_t decided; /* event of the stay's decision */
} Site;

/* ---- A site with two workers, one permit each ---- */

static void sign_in(Site *s, const char *login)
{
    Err err = {0};
    s->session = (Session){0};
    if (login != NULL && !session_open(&s->w->flow, s->w->a, str_from_c(login), s->w->now, &s->session, &err)) {
        printf("  %s: %s\n", login, err.text);
        check(false);
    }
}

static Site *new_site(Arena *a)
{
    Site *s = ARENA_NEW(a, Site);
    World *w = s->w = world_new(a, engine_sqlite(a));
    Str *stays;
    size_t count;
    s->grower = world_grower(w, "farm");
    s->season = world_season(w, "2026", 5);
    for (int i = 0; i < 2; i++) {
        world_picker(w, i + 1, 50);
    }
    s->request = world_drawn(w, "farm", s->grower, s->season, 2);
    eq_int(world_list(w, "stay", &stays), 2);
    for (int i = 0; i < 2; i++) {
        Str picker = json_text(world_field(w, stays[i], "picker"));
        bool first = str_eq(picker, STR("TPI-000001"));
        *(first ? &s->stay : &s->other_stay) = stays[i];
        *(first ? &s->person : &s->other_person) = picker;
        world_do(w, "clerk", "stay.permit", stays[i], STR("{'months': 3, 'remark': 'secret remark'}"));
    }
    Event *e = world_history(w, s->stay, &count);
    s->decided = e[count - 1].seq;
    s->worker = (Worker){.a = a, .flow = w->flow, .origin = STR("https://example.org")};
    return s;
}

static Request request_of(Site *s, Method method, Str path)
{
    Arena *a = s->w->a;
    return (Request){.method = method,
                     .path = path,
                     .query = json_new_object(a),
                     .form = json_new_object(a),
                     .host = STR("example.org"),
                     .cookie_session = s->session.token,
                     .remote = STR("192.0.2.1")};
}

static void set(Site *s, Json *j, const char *name, Str value);

/* With the secret that its page would carry: of the session, else made from the cookie of who is not signed in. */
static Request post_of(Site *s, Str path)
{
    Request q = request_of(s, METHOD_POST, path);
    Exchange x = {.w = &s->worker, .q = &q};
    q.cookie_form = STR("aaaaaaaaaaaaaaaaaaaaaa");
    set(s, q.form, "csrf", s->session.token.len ? s->session.csrf : http_form_secret(&x, q.cookie_form));
    return q;
}

static void set(Site *s, Json *j, const char *name, Str value)
{
    json_set(s->w->a, j, str_from_c(name), json_new_str(s->w->a, value));
}

static Response answer(Site *s, Request *q)
{
    Response r;
    http_answer(&s->worker, q, &r, s->w->now);
    return r;
}

static Response get(Site *s, Str path)
{
    Request q = request_of(s, METHOD_GET, path);
    return answer(s, &q);
}

static Str body_of(const Response *r)
{
    return r->body.len ? buf_str(&r->body) : STR("");
}

static bool has(const Response *r, const char *text)
{
    return str_find(body_of(r), str_from_c(text), 0) != SIZE_MAX;
}

/* A path that the pattern matches: every * is `one`, a last ** is `rest`. */
static Str path_of(Arena *a, const char *pattern, Str one, Str rest)
{
    Buf b = buf_new(a, 1000);
    for (const char *p = pattern; *p; p++) {
        if (p[0] == '*' && p[1] == '*') {
            buf_add(&b, rest);
            break;
        }
        buf_add(&b, *p == '*' ? one : (Str){p, 1});
    }
    return buf_str(&b);
}

/* ---- Who may take which route ---- */

static void check_route(Site *s, const Route *route, const char *login)
{
    bool api = strncmp(route->pattern, "/api/", 5) == 0;
    bool staff = login != NULL && s->session.caller.party.len == 0;
    Str path = path_of(s->w->a, route->pattern, s->stay, STR("picker.train"));
    Request q = route->method == METHOD_POST ? post_of(s, path) : request_of(s, METHOD_GET, path);
    q.body = STR("{}");
    Response r = answer(s, &q);
    const char *want = NULL;
    if (route->who != WHO_ANYBODY && login == NULL) {
        bool sends = !api && route->method == METHOD_GET; /* a page sends to the sign-in */
        want = (sends ? r.status == 303 && str_starts(r.location, STR("/sign-in?next=")) : r.status == 401)
                   ? NULL
                   : "the sign-in";
    } else if (route->who == WHO_STAFF && !staff) {
        want = r.status == 403 ? NULL : "403";
    } else {
        bool signs_in = route->handle == handle_sign_in || route->handle == handle_recover ||
                        route->handle == api_session; /* 401: the wrong password */
        want = (r.status != 401 || signs_in) && r.status < 500 ? NULL : "an answer of the route itself";
        want = r.status == 303 && str_starts(r.location, STR("/sign-in?")) ? "no sign-in" : want;
    }
    if (want != NULL) {
        printf("  %s %s as %s: %d %.*s, expected %s\n", route->method == METHOD_GET ? "GET" : "POST", route->pattern,
               login ? login : "nobody", r.status, STR_ARG(r.location), want);
    }
    check(want == NULL);
}

TEST_WITHIN(every_route_asks_every_role_what_its_row_says, 120)
{
    static const char *const LOGINS[] = {NULL, "p1", "farm", "clerk", "board", "admin", "auditor"};
    Site *s = new_site(a);
    size_t count;
    const Route *routes = http_routes(&count);
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++) {
        for (size_t k = 0; k < count; k++) {
            sign_in(s, LOGINS[i]);
            check_route(s, &routes[k], LOGINS[i]);
        }
    }
}

TEST(a_worker_reads_no_other_workers_case)
{
    Site *s = new_site(a);
    static const char *const PATHS[] = {"/case/*", "/api/v1/cases/*", "/permit/*", "/permit/*/qr.svg",
                                        "/permit/*/permit.pdf"};
    Str decision[] = {str_printf(a, "/decision/%lld", (long long)s->decided),
                      str_printf(a, "/api/v1/decisions/%lld", (long long)s->decided)};
    sign_in(s, "p2");
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        Response r = get(s, path_of(a, PATHS[i], s->stay, STR("")));
        check(r.status == 403 || r.status == 404);
        check(!has(&r, "secret remark") && !has(&r, "Picker AB") && !has(&r, "1999-04-05"));
    }
    Response file = get(s, str_printf(a, "/case/%.*s", STR_ARG(s->person)));
    check(file.status == 403 || file.status == 404);
    Request steps = request_of(s, METHOD_GET, STR("/api/v1/steps"));
    set(s, steps.query, "case", s->stay);
    eq_int(answer(s, &steps).status, 404);
    for (size_t i = 0; i < COUNT_OF(decision); i++) {
        Response r = get(s, decision[i]);
        check(r.status == 403 || r.status == 404);
        check(!has(&r, "1999-04-05"));
    }
    sign_in(s, "p1"); /* whose own it is */
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        Response r = get(s, path_of(a, PATHS[i], s->stay, STR("")));
        eq_int(r.status, 200);
        check(r.body.len > 0);
    }
    for (size_t i = 0; i < COUNT_OF(decision); i++) {
        eq_int(get(s, decision[i]).status, 200);
    }
    Response own = get(s, STR("/me/data"));
    eq_int(own.status, 200);
    check(has(&own, "Picker AB") && !has(&own, "Picker AC"));
}

TEST(reading_a_persons_case_leaves_a_trace_that_the_person_sees)
{
    Site *s = new_site(a);
    sign_in(s, "auditor");
    eq_int(get(s, str_printf(a, "/case/%.*s", STR_ARG(s->person))).status, 200);
    eq_int(get(s, str_printf(a, "/api/v1/cases/%.*s", STR_ARG(s->stay))).status, 200);
    sign_in(s, "p1");
    Response own = get(s, STR("/me/data"));
    Json *j;
    Err err = {0};
    check(json_parse(a, body_of(&own), &j, &err));
    eq_int(json_count(json_get(j, "file_reads")), 2);
    eq_text(json_text(json_path(j, "file_reads.0.reader")), "auditor");
}

TEST(a_person_takes_home_what_proves_their_own_entries)
{
    Site *s = new_site(a);
    Err err = {0};
    Json *j;
    Str note;
    sign_in(s, "p1");
    Response before = get(s, STR("/me/data"));
    check(json_parse(a, body_of(&before), &j, &err));
    eq_int(json_count(json_get(j, "proofs")), 0); /* nothing is signed yet */
    check(store_checkpoint(s->w->flow.store, a, s->w->now, &note, &err));
    Response own = get(s, STR("/me/data"));
    check(json_parse(a, body_of(&own), &j, &err));
    const Json *proof = json_path(j, "proofs.0");
    eq_text(json_text_at(proof, "checkpoint"), str_c(a, note));
    check(json_count(json_get(proof, "sealed")) > 0 && json_text_at(proof, "salt").len > 0);
    check(json_count(json_get(proof, "inclusion")) > 0);
    check(json_get(j, "lists") != NULL);
}

/* ---- Forms ---- */

TEST(a_form_without_its_secret_is_refused)
{
    Site *s = new_site(a);
    sign_in(s, "clerk");
    Str path = str_printf(a, "/case/%.*s/do/picker.train", STR_ARG(s->person));
    static const char *const WRONG[] = {"", "wrong"};
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        Request q = request_of(s, METHOD_POST, path);
        set(s, q.form, "strength", STR("77"));
        set(s, q.form, "csrf", str_from_c(WRONG[i]));
        eq_int(answer(s, &q).status, 409);
    }
    Request out = request_of(s, METHOD_POST, STR("/sign-out"));
    eq_int(answer(s, &out).status, 409);
    Request api = request_of(s, METHOD_POST, STR("/api/v1/commands")); /* with the cookie alone */
    api.body = str_printf(a, "{\"step\": \"picker.train\", \"case\": \"%.*s\", \"form\": {\"strength\": 77}}",
                          STR_ARG(s->person));
    eq_int(answer(s, &api).status, 409);
    eq_text(json_text(world_field(s->w, s->person, "strength")), "50");
    Request good = request_of(s, METHOD_POST, path);
    set(s, good.form, "strength", STR("77"));
    set(s, good.form, "csrf", s->session.csrf);
    set(s, good.form, "key", STR("form-1"));
    Response r = answer(s, &good);
    eq_int(r.status, 303);
    eq_str(r.location, str_printf(a, "/case/%.*s", STR_ARG(s->person)));
    eq_text(json_text(world_field(s->w, s->person, "strength")), "77");
    api.authorization = str_printf(a, "Bearer %.*s", STR_ARG(s->session.token));
    api.cookie_session = STR("");
    api.key = STR("api-1");
    eq_int(answer(s, &api).status, 200);
}

TEST(a_form_of_who_is_not_signed_in_needs_the_cookie_and_the_secret_of_one_browser)
{
    Site *s = new_site(a);
    static const char *const PATHS[] = {"/sign-in", "/sign-in/recover", "/check", "/verify"};
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        Request bare = request_of(s, METHOD_POST, str_from_c(PATHS[i]));
        eq_int(answer(s, &bare).status, 409);
        Request q = post_of(s, str_from_c(PATHS[i]));
        check(answer(s, &q).status != 409);
        q.cookie_form = STR("bbbbbbbbbbbbbbbbbbbbbb"); /* of another browser */
        eq_int(answer(s, &q).status, 409);
        q.cookie_form = STR("");
        eq_int(answer(s, &q).status, 409);
    }
    Response page = get(s, STR("/sign-in"));
    check(page.set_form.len == 22);
    Request again = request_of(s, METHOD_GET, STR("/sign-in"));
    again.cookie_form = page.set_form;
    check(answer(s, &again).set_form.len == 0);  /* has one already */
    Response icon = get(s, STR("/favicon.ico")); /* asked for beside a page: must not outdate the form on it */
    eq_int(icon.status, 404);
    check(icon.set_form.len == 0);
}

TEST(a_refused_form_comes_back_with_its_faults_and_what_was_sent)
{
    Site *s = new_site(a);
    sign_in(s, "clerk");
    Request q = request_of(s, METHOD_POST, STR("/do/picker.register"));
    set(s, q.form, "csrf", s->session.csrf);
    set(s, q.form, "name", STR("<script>alert(1)</script>"));
    set(s, q.form, "strength", STR("400"));
    Response r = answer(s, &q);
    eq_int(r.status, 422);
    check(has(&r, "&lt;script&gt;alert(1)") && !has(&r, "<script>alert(1)"));
    check(has(&r, "400"));
}

TEST(a_name_with_markup_stays_text_everywhere)
{
    Site *s = new_site(a);
    sign_in(s, "clerk");
    Str id = world_do(s->w, "clerk", "grower.list", STR(""), STR("{'name': '<script>alert(2)</script>&<b>'}"));
    const Str paths[] = {str_printf(a, "/case/%.*s", STR_ARG(id)), STR("/cases/grower")};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        Response r = get(s, paths[i]);
        eq_int(r.status, 200);
        check(!has(&r, "<script>alert(2)"));
        check(has(&r, "&lt;script&gt;alert(2)"));
    }
    Response none = get(s, STR("/case/<script>alert(3)</script>"));
    eq_int(none.status, 404);
    check(!has(&none, "<script>alert(3)"));
    Request q = request_of(s, METHOD_GET, STR("/cases/grower"));
    set(s, q.query, "q", STR("\"><script>alert(4)</script>"));
    Response found = answer(s, &q);
    eq_int(found.status, 200);
    check(!has(&found, "<script>alert(4)"));
}

/* ---- Problems ---- */

TEST(unknown_paths_are_404_and_wrong_methods_405)
{
    Site *s = new_site(a);
    static const char *const UNKNOWN[] = {"/nothing", "/api/v1/nothing",       "/case", "/case/", "/cases/a/b", "",
                                          "//",       "/static/../scheme.json"};
    for (size_t i = 0; i < COUNT_OF(UNKNOWN); i++) {
        eq_int(get(s, str_from_c(UNKNOWN[i])).status, 404);
    }
    Request post = request_of(s, METHOD_POST, STR("/law"));
    eq_int(answer(s, &post).status, 405);
    eq_int(get(s, STR("/api/v1/commands")).status, 405);
    eq_int(get(s, STR("/sign-out")).status, 405);
}

TEST(the_api_answers_problems_with_a_code)
{
    Site *s = new_site(a);
    Json *j;
    Err err = {0};
    Response r = get(s, STR("/api/v1/steps"));
    eq_int(r.status, 401);
    eq_text(str_from_c(r.content_type), "application/problem+json");
    check(json_parse(a, body_of(&r), &j, &err));
    eq_text(json_text_at(j, "code"), "NOT_SIGNED_IN");
    eq_text(json_text_at(j, "status"), "401");
    check(json_text_at(j, "title").len > 0 && json_text_at(j, "type").len > 0 && json_text_at(j, "instance").len > 0);
    sign_in(s, "clerk");
    Request q = request_of(s, METHOD_POST, STR("/api/v1/commands"));
    q.authorization = str_printf(a, "Bearer %.*s", STR_ARG(s->session.token));
    q.body = STR("{\"step\": \"picker.register\", \"form\": {\"strength\": 101, \"shoe\": 1}}");
    r = answer(s, &q);
    eq_int(r.status, 422);
    eq_text(str_from_c(r.content_type), "application/problem+json");
    check(json_parse(a, body_of(&r), &j, &err));
    eq_int(json_count(json_get(j, "faults")), 6);
    static const char *const BAD[] = {
        "", "{", "[]", "null", "{\"step\": 5}", "{\"step\": \"picker.train\", \"form\": []}", "\xff"};
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        q.body = str_from_c(BAD[i]);
        r = answer(s, &q);
        check(r.status >= 400 && r.status < 500);
        check(json_parse(a, body_of(&r), &j, &err));
        check(json_text_at(j, "code").len > 0);
    }
}

TEST(anybody_may_ask_what_the_law_says)
{
    Site *s = new_site(a);
    Json *j;
    Err err = {0};
    Request q = request_of(s, METHOD_POST, STR("/api/v1/decide/harvest-stay"));
    int64_t before = store_size(s->w->flow.store);
    q.body = STR(
        "{\"day\": \"2026-04-20\", \"facts\": {\"governing day\": \"2026-04-20\", \"birth date\": \"2010-01-01\", \"months\": 12}}");
    Response r = answer(s, &q);
    eq_int(r.status, 200);
    check(json_parse(a, body_of(&r), &j, &err));
    eq_text(json_text_at(j, "outcome"), "refused");
    eq_int(json_count(json_get(j, "grounds")), 2);
    q.body = STR("{\"day\": \"2019-04-20\", \"facts\": {}}");
    eq_int(answer(s, &q).status, 422); /* before the first version */
    q.body = STR("{\"facts\": {\"months\": \"many\", \"shoe\": 1}}");
    r = answer(s, &q);
    check(r.status >= 400 && r.status < 500 && has(&r, "months") && has(&r, "shoe"));
    eq_int(store_size(s->w->flow.store), before);
}

/* The operation under the path with a name for each * of the pattern. */
static const Json *described_as(const Json *paths, const Route *route)
{
    for (size_t i = 0; i < json_count(paths); i++) {
        Str want = str_from_c(route->pattern), have = paths->members[i].key, w, h;
        bool same = true;
        while (same && str_cut(&want, '/', &w)) {
            same = str_cut(&have, '/', &h) && (str_eq(w, h) || (str_eq(w, STR("*")) && str_starts(h, STR("{"))));
        }
        if (same && have.ptr == NULL) {
            return json_get(paths->members[i].value, route->method == METHOD_GET ? "get" : "post");
        }
    }
    return NULL;
}

TEST(the_description_lists_every_route_of_the_api)
{
    Site *s = new_site(a);
    Json *j;
    Err err = {0};
    size_t count, described = 0;
    Response r = get(s, STR("/api/openapi.json"));
    eq_int(r.status, 200);
    check(json_parse(a, body_of(&r), &j, &err));
    const Route *routes = http_routes(&count);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].summary == NULL) { /* a page */
            continue;
        }
        const Json *op = described_as(json_get(j, "paths"), &routes[i]);
        check(op != NULL);
        eq_int(json_count(json_get(op, "security")) > 0, routes[i].who != WHO_ANYBODY);
        described++;
    }
    check(described >= 8);
}

/* ---- Languages, signing in ---- */

static bool answers_in(Site *s, const char *cookie, const char *accept, const char *language)
{
    Request q = request_of(s, METHOD_GET, STR("/sign-in"));
    q.cookie_language = str_from_c(cookie);
    q.accept_language = str_from_c(accept);
    Response r = answer(s, &q);
    return r.status == 200 && has(&r, str_printf(s->w->a, "lang=\"%s\"", language).ptr);
}

TEST(the_language_is_the_cookies_then_the_browsers_then_english)
{
    Site *s = new_site(a);
    check(answers_in(s, "", "", "en"));
    check(answers_in(s, "", "ko", "ko"));
    check(answers_in(s, "", "xx, kk-KZ;q=0.8, ru;q=0.5", "kk"));
    check(answers_in(s, "ru", "ko", "ru"));
    check(answers_in(s, "zz", "ko", "ko"));
    check(answers_in(s, "\"><script>", "<<,,;;", "en"));
}

TEST(only_a_language_that_there_is_becomes_a_cookie)
{
    Site *s = new_site(a);
    static const char *const TO[][2] = {{"ko", "ko"}, {"zz", ""}, {"k;", ""}, {"k\n", ""}, {"", ""}};
    for (size_t i = 0; i < COUNT_OF(TO); i++) {
        Request q = request_of(s, METHOD_GET, STR("/language"));
        set(s, q.query, "to", str_from_c(TO[i][0]));
        set(s, q.query, "back", STR("//evil.example"));
        Response r = answer(s, &q);
        eq_int(r.status, 303);
        eq_text(r.set_language, TO[i][1]);
        eq_text(r.location, "/");
    }
}

TEST_WITHIN(signing_in_never_leads_to_another_site, 40)
{
    Site *s = new_site(a);
    Err err = {0};
    check(session_set_password(s->w->flow.store, a, STR("clerk"), STR("a long password"), &err));
    static const char *const NEXT[][2] = {{"/case/TPI-000001", "/case/TPI-000001"},
                                          {"", "/"},
                                          {"//evil.example", "/"},
                                          {"/\\evil.example", "/"},
                                          {"https://evil.example", "/"},
                                          {"/\t/evil.example", "/"},
                                          {"/\r\nX: y", "/"},
                                          {"evil", "/"}};
    for (size_t i = 0; i < COUNT_OF(NEXT); i++) {
        Request q = post_of(s, STR("/sign-in"));
        set(s, q.form, "login", STR("clerk"));
        set(s, q.form, "password", STR("a long password"));
        set(s, q.form, "next", str_from_c(NEXT[i][0]));
        Response r = answer(s, &q);
        eq_int(r.status, 303);
        eq_text(r.location, NEXT[i][1]);
        check(r.set_session.len > 20);
    }
    Request wrong = post_of(s, STR("/sign-in"));
    set(s, wrong.form, "login", STR("clerk"));
    set(s, wrong.form, "password", STR("another password"));
    Response r = answer(s, &wrong);
    eq_int(r.status, 401);
    check(r.set_session.len == 0);
    set(s, wrong.form, "password", STR(""));
    eq_int(answer(s, &wrong).status, 401); /* without a password only in a demo store */
}

TEST(signing_out_ends_the_session)
{
    Site *s = new_site(a);
    sign_in(s, "clerk");
    Request q = request_of(s, METHOD_POST, STR("/sign-out"));
    set(s, q.form, "csrf", s->session.csrf);
    Response r = answer(s, &q);
    eq_int(r.status, 303);
    eq_text(r.set_session, "-");
    eq_int(get(s, STR("/cases/picker")).status, 303); /* to the sign-in */
}

/* ---- The law's list ---- */

TEST(the_law_is_searched_by_words_of_a_title)
{
    Site *s = new_site(a);
    Response all = get(s, STR("/law"));
    check(has(&all, "/law/model/"));
    Request q = request_of(s, METHOD_GET, STR("/law"));
    set(s, q.query, "q", STR("no such title"));
    Response none = answer(s, &q);
    eq_int(none.status, 200);
    check(!has(&none, "/law/model/") && has(&none, "no such title"));
}

TEST(the_law_of_two_days_is_compared_by_anybody)
{
    Site *s = new_site(a);
    Request q = request_of(s, METHOD_GET, STR("/law/changes"));
    set(s, q.query, "from", STR("1990-01-01"));
    set(s, q.query, "to", STR("2026-01-01"));
    Response r = answer(s, &q);
    eq_int(r.status, 200);
    check(has(&r, "/law/model/") && has(&r, "1990-01-01"));
    q = request_of(s, METHOD_GET, STR("/law/changes"));
    set(s, q.query, "to", STR("soon"));
    eq_int(answer(s, &q).status, 422);
}

/* ---- Compression ---- */

static Response compressed(Site *s, Str path, Str accept)
{
    Request q = request_of(s, METHOD_GET, path);
    q.accept_encoding = accept;
    Response r = answer(s, &q);
    http_compress(&q, &r, s->w->a);
    return r;
}

TEST(pages_come_compressed_to_those_who_take_it_and_are_the_same_page)
{
    Site *s = new_site(a);
    Response plain = compressed(s, STR("/law"), STR(""));
    Response small = compressed(s, STR("/law"), STR("br;q=0.5, gzip;q=0.8"));
    check(!plain.gzip && plain.varies && small.gzip && small.varies);
    check(small.body.len < plain.body.len / 2);
    unsigned char *again = arena_alloc(s->w->a, plain.body.len + 1);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)buf_str(&small.body).ptr,
                  .avail_in = (unsigned)small.body.len,
                  .next_out = again,
                  .avail_out = (unsigned)plain.body.len + 1};
    eq_int(inflateInit2(&z, 15 + 16), Z_OK);
    eq_int(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    eq_str(((Str){(const char *)again, z.total_out}), buf_str(&plain.body));
}

TEST(who_refuses_gzip_gets_the_plain_page)
{
    Site *s = new_site(a);
    check(!compressed(s, STR("/law"), STR("gzip;q=0")).gzip);
    check(!compressed(s, STR("/law"), STR("gzip;q=0.000, *")).gzip);
    check(!compressed(s, STR("/law"), STR("br, deflate")).gzip);
    check(compressed(s, STR("/law"), STR("*")).gzip);
    check(!compressed(s, STR("/healthz"), STR("gzip")).gzip); /* too short to be worth it */
}

/* ---- The guard ---- */

TEST(a_form_from_another_site_is_turned_away_also_at_the_sign_in)
{
    Site *s = new_site(a);
    Err err = {0};
    check(session_set_password(s->w->flow.store, a, STR("clerk"), STR("a long password"), &err));
    Request q = post_of(s, STR("/sign-in"));
    set(s, q.form, "login", STR("clerk"));
    set(s, q.form, "password", STR("a long password"));
    q.fetch_site = STR("cross-site");
    eq_int(answer(s, &q).status, 403);
    q.fetch_site = STR("");
    q.origin = STR("https://evil.example");
    eq_int(answer(s, &q).status, 403);
    q.origin = STR("null");
    eq_int(answer(s, &q).status, 403);
    q.fetch_site = STR("same-origin");
    eq_int(answer(s, &q).status, 303);
    q.fetch_site = STR("");
    q.origin = STR("https://example.org");
    eq_int(answer(s, &q).status, 303);
    q.origin = STR(""); /* not a browser */
    eq_int(answer(s, &q).status, 303);
}

TEST(an_address_that_asks_too_often_must_wait)
{
    Site *s = new_site(a);
    Request q = request_of(s, METHOD_POST, STR("/api/v1/session"));
    q.body = STR("{\"login\": \"clerk\", \"password\": \"wrong\"}");
    q.remote = STR("192.0.2.77");
    Response r = {0};
    int64_t wait = 0;
    for (int i = 0; i < 25; i++) { /* ten at once for an account, then one every six seconds */
        s->w->now.ms += 10;
        r = answer(s, &q);
        check((r.status == 429) == (i >= 10));
    }
    check(str_to_int(r.retry_after, &wait) && wait == 6);
    s->w->now.ms += 1000 * (wait - 1);
    eq_int(answer(s, &q).status, 429);
    s->w->now.ms += 1000;
    check(answer(s, &q).retry_after.len >
          0); /* the account itself is closed by its ten failures, for the rest of a quarter of an hour */
    q.remote = STR("192.0.2.78"); /* another address is not held up, though the account is, by its own failures */
    q.body = STR("{\"login\": \"board\", \"password\": \"wrong\"}");
    eq_int(answer(s, &q).status, 401);
    s->w->now.ms += 60000;
    q.remote = STR("192.0.2.77");
    eq_int(answer(s, &q).status, 401);
}

TEST(only_what_anybody_may_read_is_kept)
{
    size_t count, kept = 0;
    const Route *routes = http_routes(&count);
    for (size_t i = 0; i < count; i++) {
        RouteKept how = routes[i].kept;
        check(how == KEPT || how == MADE_ANEW || how == NEWEST || how == KEPT_NEWEST);
        check(http_is_kept(&routes[i]) == (how == KEPT || how == KEPT_NEWEST));
        check(!http_is_kept(&routes[i]) || (routes[i].who == WHO_ANYBODY && routes[i].method == METHOD_GET));
        kept += http_is_kept(&routes[i]);
    }
    check(kept > 0);
}

TEST(every_post_has_a_rate_and_the_table_says_which)
{
    Site *s = new_site(a);
    static const AccessRate RATES[] = {{STR_INIT("/me/access/codes"), 3, 2}, {STR_INIT(""), 4, 4}};
    const Access strict = {.idle_minutes = 60,
                           .longest_minutes = 60,
                           .fresh_minutes = 1,
                           .recovery_codes = 2,
                           .rates = RATES,
                           .rate_count = 2};
    size_t count;
    const Route *routes = http_routes(&count);
    s->worker.flow.access = &strict;
    sign_in(s, "clerk");
    for (size_t i = 0; i < count; i++) {
        Request q = post_of(s, path_of(a, routes[i].pattern, s->stay, STR("picker.train")));
        bool own = strcmp(routes[i].pattern, "/me/access/codes") == 0,
             ends = strcmp(routes[i].pattern, "/sign-out") == 0;
        q.body = STR("{}");
        for (int n = 0; n < (own ? 3 : 5) && routes[i].method == METHOD_POST && !ends; n++) {
            Response r = answer(s, &q);
            bool last = n == (own ? 2 : 4);
            int64_t wait = 0;
            if ((r.status == 429) != last || (last && !(str_to_int(r.retry_after, &wait) && wait == (own ? 30 : 15)))) {
                printf("  %s, %d: %d %.*s\n", routes[i].pattern, n, r.status, STR_ARG(r.retry_after));
                check(false);
            }
        }
    }
}

/* ---- One's own access ---- */

static Response change_password(Site *s, const char *old, const char *now)
{
    Request q = post_of(s, STR("/me/access/password"));
    set(s, q.form, "old", str_from_c(old));
    set(s, q.form, "password", str_from_c(now));
    return answer(s, &q);
}

TEST_WITHIN(a_changed_password_ends_the_other_sessions, 40)
{
    Site *s = new_site(a);
    Err err = {0};
    check(session_set_password(s->w->flow.store, a, STR("clerk"), STR("a long password"), &err));
    sign_in(s, "clerk");
    Session other = s->session;
    sign_in(s, "clerk");
    Response page = get(s, STR("/me/access"));
    eq_int(page.status, 200);
    check(has(&page, "f-old"));
    eq_int(change_password(s, "wrong", "another long one").status, 422);
    eq_int(change_password(s, "a long password", "short").status, 422);
    Session mine = s->session;
    s->session = other;
    eq_int(get(s, STR("/me/access")).status, 200); /* nothing has changed yet */
    s->session = mine;
    eq_int(change_password(s, "a long password", "another long one").status, 303);
    eq_int(get(s, STR("/me/access")).status, 200);
    s->session = other;
    eq_int(get(s, STR("/me/access")).status, 303); /* to the sign-in */
    Session again;
    check(!session_sign_in(&s->w->flow, a, STR("clerk"), STR("a long password"), s->w->now, &again, &err));
    check(session_sign_in(&s->w->flow, a, STR("clerk"), STR("another long one"), s->w->now, &again, &err));
}

TEST(a_person_sees_their_sessions_and_ends_them)
{
    Site *s = new_site(a);
    Err err = {0};
    Session phone, others;
    check(session_begin(&s->w->flow, a, STR("clerk"), SESSION_BY_PASSWORD, STR("Chrome, Android"), s->w->now, &phone,
                        &err));
    sign_in(s, "board");
    others = s->session;
    sign_in(s, "clerk");
    Response page = get(s, STR("/me/access"));
    check(has(&page, "Chrome, Android"));
    Request q = post_of(s, STR("/me/access/sessions"));
    set(s, q.form, "id", others.id); /* of somebody else */
    eq_int(answer(s, &q).status, 404);
    set(s, q.form, "id", phone.id);
    eq_int(answer(s, &q).status, 303);
    page = get(s, STR("/me/access"));
    check(!has(&page, "Chrome, Android"));
    check(!session_find(&s->w->flow, a, phone.token, s->w->now, &phone, &err));
    Session third;
    check(session_open(&s->w->flow, a, STR("clerk"), s->w->now, &third, &err));
    set(s, q.form, "others", STR("1"));
    eq_int(answer(s, &q).status, 303);
    check(!session_find(&s->w->flow, a, third.token, s->w->now, &third, &err));
    eq_int(get(s, STR("/me/access")).status, 200);
    s->session = others;
    eq_int(get(s, STR("/me/access")).status, 200);
}

TEST_WITHIN(a_recovery_code_lets_in_once_and_sets_a_password, 60)
{
    Site *s = new_site(a);
    Err err = {0};
    sign_in(s, "clerk");
    Request make = post_of(s, STR("/me/access/codes"));
    Response shown = answer(s, &make);
    eq_int(shown.status, 200);
    size_t at = str_find(body_of(&shown), STR("mono\">"), 0);
    check(at != SIZE_MAX);
    at = str_find(body_of(&shown), STR("<li>"), at);
    Str code = str_copy(a, str_sub(body_of(&shown), at + 4, at + 18));
    check(str_find(code, STR("-"), 0) == 4);
    Response later = get(s, STR("/me/access"));
    check(!has(&later, str_c(a, code))); /* shown once */
    StoreRows rows;
    check(store_query(s->w->flow.store, a, "SELECT hash FROM recovery", NULL, 0, &rows, &err));
    eq_int(rows.row_count, 10);
    check(str_find(rows.cells[0].s, code, 0) == SIZE_MAX);
    Session before = s->session;
    s->session = (Session){0};
    Request use = post_of(s, STR("/sign-in/recover"));
    set(s, use.form, "login", STR("clerk"));
    set(s, use.form, "code", STR("0000-0000-0000"));
    set(s, use.form, "password", STR("a new long password"));
    eq_int(answer(s, &use).status, 401);
    set(s, use.form, "code", code);
    set(s, use.form, "password", STR("short"));
    eq_int(answer(s, &use).status, 422); /* the code is still good */
    set(s, use.form, "password", STR("a new long password"));
    set(s, use.form, "login", STR("board"));
    eq_int(answer(s, &use).status, 401); /* of another account */
    set(s, use.form, "login", STR("clerk"));
    Response r = answer(s, &use);
    eq_int(r.status, 303);
    check(r.set_session.len > 20);
    eq_int(answer(s, &use).status, 401); /* used up */
    s->session = before;
    eq_int(get(s, STR("/me/access")).status, 303); /* recovery ends what was open */
    Session again;
    check(session_sign_in(&s->w->flow, a, STR("clerk"), STR("a new long password"), s->w->now, &again, &err));
}

TEST(what_one_signs_in_with_is_changed_only_soon_after_signing_in)
{
    Site *s = new_site(a);
    sign_in(s, "clerk");
    s->w->now.ms += 16 * 60000;
    Request make = post_of(s, STR("/me/access/codes"));
    eq_int(answer(s, &make).status, 403);
    eq_int(change_password(s, "", "a long password").status, 403);
}

/* ---- Pages kept for everybody ---- */

static Response get_as(Site *s, const char *path, const char *language, Str form_cookie)
{
    Request q = request_of(s, METHOD_GET, str_from_c(path));
    q.cookie_language = str_from_c(language);
    q.cookie_form = form_cookie;
    return answer(s, &q);
}

TEST(a_page_that_is_kept_is_the_page_that_would_be_made)
{
    static const char *const PATHS[] = {"/", "/sign-in", "/verify", "/check", "/law", "/api", "/api/openapi.json"};
    static const char *const LANGUAGES[] = {"en", "kk"};
    Site *s = new_site(a);
    Str one = STR("aaaaaaaaaaaaaaaaaaaaaa"), two = STR("bbbbbbbbbbbbbbbbbbbbbb");
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        for (size_t k = 0; k < COUNT_OF(LANGUAGES); k++) {
            s->worker.pages = NULL;
            Response made = get_as(s, PATHS[i], LANGUAGES[k], two);
            s->worker.pages = http_cache_new(a);
            (void)get_as(s, PATHS[i], LANGUAGES[k], one); /* by somebody else */
            Response kept = get_as(s, PATHS[i], LANGUAGES[k], two);
            eq_int(kept.status, 200);
            eq_str(body_of(&kept), body_of(&made));
            eq_text(str_from_c(kept.content_type), made.content_type);
        }
    }
    Response fresh = get_as(s, "/sign-in", "en", STR(""));
    check(fresh.set_form.len == 22); /* who comes without gets a cookie of their own, and a page with its secret */
    Request q = {.cookie_form = fresh.set_form};
    Exchange x = {.w = &s->worker, .q = &q};
    check(has(&fresh, str_c(a, http_form_secret(&x, fresh.set_form))));
}

/* What the thread of a connection may answer without a worker. */
TEST(only_a_kept_page_of_nobody_in_particular_is_answered_at_once)
{
    Site *s = new_site(a);
    Response r;
    s->worker.pages = http_cache_new(a);
    Request q = request_of(s, METHOD_GET, STR("/check"));
    check(!http_answer_kept(&s->worker, &q, &r, s->w->now)); /* nobody has asked yet */
    Response made = get(s, STR("/check"));
    check(http_answer_kept(&s->worker, &q, &r, s->w->now));
    eq_int(str_find(body_of(&r), STR("/sign-out"), 0), SIZE_MAX);
    eq_int((int64_t)body_of(&r).len, (int64_t)body_of(&made).len);
    Request entry = request_of(s, METHOD_GET, STR("/log/1")), none = request_of(s, METHOD_GET, STR("/no/such/page")),
            post = request_of(s, METHOD_POST, STR("/check"));
    (void)get(s, STR("/log/1"));
    check(!http_answer_kept(&s->worker, &entry, &r, s->w->now) && !http_answer_kept(&s->worker, &none, &r, s->w->now) &&
          !http_answer_kept(&s->worker, &post, &r, s->w->now));
    sign_in(s, "clerk");
    Request own = request_of(s, METHOD_GET, STR("/check"));
    check(!http_answer_kept(&s->worker, &own, &r, s->w->now));
    own.cookie_session = STR("no session of anybody");
    check(!http_answer_kept(&s->worker, &own, &r, s->w->now));
}

TEST(the_page_of_the_log_is_kept_and_tells_of_the_newest_entry)
{
    Site *s = new_site(a);
    Response r;
    s->worker.pages = http_cache_new(a);
    Request q = request_of(s, METHOD_GET, STR("/log"));
    Response before = get(s, STR("/log"));
    check(http_answer_kept(&s->worker, &q, &r, s->w->now));
    eq_str(body_of(&r), body_of(&before));
    world_season(s->w, "2031", 44);
    check(!http_answer_kept(&s->worker, &q, &r, s->w->now));
    Response after = get(s, STR("/log"));
    const char *newest = str_printf(a, "href=\"/log/%lld\"", (long long)store_size(s->worker.flow.store)).ptr;
    check(!has(&before, newest) && has(&after, newest));
}

TEST(a_page_is_kept_no_longer_than_the_log_stays_as_it_is)
{
    Site *s = new_site(a);
    Str me = STR("aaaaaaaaaaaaaaaaaaaaaa");
    s->worker.pages = http_cache_new(a);
    Response made = get_as(s, "/verify", "en", me);
    s->worker.mode_demo = "demo"; /* a page made from here on says so: which one is shown, is seen */
    Response kept = get_as(s, "/verify", "en", me);
    eq_str(body_of(&kept), body_of(&made));
    world_season(s->w, "2031", 44);
    Response anew = get_as(s, "/verify", "en", me);
    check(!has(&kept, "class=\"demo\"") && has(&anew, "class=\"demo\""));
    s->worker.mode_demo = NULL;
    s->w->now.ms += 2000;
    Response later = get_as(s, "/verify", "en", me);
    check(!has(&later, "class=\"demo\""));
    sign_in(s, "clerk");
    Response own = get(s, STR("/check"));
    check(has(&own, "/sign-out")); /* who is signed in is never shown what was kept */
    sign_in(s, NULL);
    Response home = get(s, STR("/check"));
    check(!has(&home, "/sign-out"));
}
