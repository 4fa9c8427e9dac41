/* api_test.c: what a program may rely on: lists that go on where they stopped, versions, keys, problem documents.
 * SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include <stdio.h>
#include <string.h>

static const Str COMMANDS = STR_INIT("/api/v1/commands");

static Desk *new_desk(Arena *a, int pickers)
{
    World *w = world_new(a, engine_sqlite(a));
    for (int i = 1; i <= pickers; i++) {
        world_picker(w, i, 50);
    }
    Desk *d = desk_new(w);
    desk_enter(d, "clerk");
    return d;
}

static void problem_is(Desk *d, const Response *r, int status, const char *code)
{
    eq_int(r->status, status);
    eq_text(str_from_c(r->content_type), "application/problem+json");
    const Json *j = desk_json(d, r);
    eq_int(json_to_int(json_get(j, "status"), 0), status);
    eq_text(json_text_at(j, "code"), code);
    check(str_starts(json_text_at(j, "type"), STR("/api/problems#")) &&
          str_starts(json_text_at(j, "instance"), STR("urn:")));
    check(json_text_at(j, "title").len > 0);
}

/* ---- Lists ---- */

enum { MOST_SEEN = 64 };
typedef struct {
    Str ids[MOST_SEEN];
    size_t count;
} Seen;

static bool has_seen(const Seen *s, Str id)
{
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->ids[i], id)) {
            return true;
        }
    }
    return false;
}

/* One page; *cursor is that of the next, empty at the end. */
static void see_page(Desk *d, const char *filters, Str *cursor, Seen *seen)
{
    Str more = cursor->len ? str_printf(d->w->a, "%s&cursor=%.*s", filters, STR_ARG(*cursor)) : str_from_c(filters);
    Response r = desk_get(d, STR("/api/v1/cases"), more);
    eq_int(r.status, 200);
    const Json *j = desk_json(d, &r), *cases = json_get(j, "cases");
    for (size_t i = 0; i < json_count(cases); i++) {
        Str id = json_text_at(cases->items[i], "id");
        check(!has_seen(seen, id)); /* none comes twice */
        check(seen->count < MOST_SEEN);
        seen->ids[seen->count++] = id;
    }
    *cursor = json_text_at(j, "next_cursor");
}

static void walk(Desk *d, const char *filters, int first_new)
{
    Seen seen = {0};
    Str cursor = STR(""), *ids;
    size_t before = world_list(d->w, "picker", &ids);
    for (int i = 0; i == 0 || cursor.len > 0; i++) {
        see_page(d, filters, &cursor, &seen);
        world_picker(d->w, first_new + i, 50); /* meanwhile somebody registers */
    }
    for (size_t i = 0; i < before; i++) {
        check(has_seen(&seen, ids[i]));
    }
}

TEST_WITHIN(a_list_goes_on_where_it_stopped_while_others_write, 60)
{
    Desk *d = new_desk(a, 7);
    walk(d, "type=picker&limit=2", 20);
    walk(d, "type=picker&state=ready&limit=3", 30);
    walk(d, "type=picker&q=Picker&limit=2", 40);
}

TEST(numbers_longer_than_six_digits_come_last)
{
    Desk *d = new_desk(a, 2);
    Err err = {0};
    StoreValue p[] = {STORE_S(STR("TPI-1000000"))};
    check(store_exec(
        d->w->flow.store,
        "INSERT INTO cases SELECT $1, scheme, type, state, version, title, holder, opened, since, due, due_rule, person, data, pending, path, decided"
        " FROM cases WHERE id = 'TPI-000001'",
        p, 1, &err));
    Seen seen = {0};
    Str cursor = STR("");
    see_page(d, "type=picker&limit=2", &cursor, &seen);
    eq_text(seen.ids[0], "TPI-1000000");
    eq_text(seen.ids[1], "TPI-000002");
    see_page(d, "type=picker&limit=2", &cursor, &seen);
    eq_text(seen.ids[2], "TPI-000001");
    eq_int(cursor.len, 0);
}

TEST(a_cursor_is_good_for_its_own_list_and_reader_only)
{
    Desk *d = new_desk(a, 4);
    Seen seen = {0};
    Str cursor = STR("");
    see_page(d, "type=picker&limit=2", &cursor, &seen);
    check(cursor.len > 20);
    char *bent = arena_alloc(a, cursor.len + 1);
    memcpy(bent, cursor.ptr, cursor.len);
    bent[cursor.len / 2] = bent[cursor.len / 2] == 'A' ? 'B' : 'A';
    const Str wrong[] = {str_printf(a, "type=picker&limit=2&cursor=%s", bent),
                         STR("type=picker&cursor=2"),
                         STR("type=picker&cursor=%%%"),
                         str_printf(a, "type=stay&cursor=%.*s", STR_ARG(cursor)),
                         str_printf(a, "type=picker&state=ready&cursor=%.*s", STR_ARG(cursor)),
                         str_printf(a, "type=picker&q=Picker&cursor=%.*s", STR_ARG(cursor))};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        Response r = desk_get(d, STR("/api/v1/cases"), wrong[i]);
        problem_is(d, &r, 422, "FIELD_FORMAT");
    }
    Response other_limit =
        desk_get(d, STR("/api/v1/cases"), str_printf(a, "type=picker&limit=1&cursor=%.*s", STR_ARG(cursor)));
    eq_int(other_limit.status, 200); /* how many at a time is no filter */
    desk_enter(d, "clerk2");
    Response stranger = desk_get(d, STR("/api/v1/cases"), str_printf(a, "type=picker&cursor=%.*s", STR_ARG(cursor)));
    problem_is(d, &stranger, 422, "FIELD_FORMAT");
}

/* ---- Versions ---- */

static Str tag_of(Desk *d, Str id)
{
    Response r = desk_get(d, str_printf(d->w->a, "/api/v1/cases/%.*s", STR_ARG(id)), STR(""));
    eq_int(r.status, 200);
    check(r.etag.len > 4 && r.etag.ptr[0] == '"');
    return r.etag;
}

static Response train(Desk *d, Str id, int strength, Str if_match, const char *key, const char *more)
{
    Request q = desk_request(d, METHOD_POST, COMMANDS, STR(""));
    q.if_match = if_match;
    q.key = str_from_c(key);
    q.body = str_printf(d->w->a, "{\"step\": \"picker.train\", \"case\": \"%.*s\", \"form\": {\"strength\": %d}%s}",
                        STR_ARG(id), strength, more);
    return desk_send(d, &q);
}

TEST(who_has_the_newest_version_is_told_so_and_leaves_no_trace)
{
    Desk *d = new_desk(a, 1);
    Str path = STR("/api/v1/cases/TPI-000001"), tag = tag_of(d, STR("TPI-000001"));
    int64_t before = store_size(d->w->flow.store);
    const Str same[] = {tag, str_printf(a, "\"x\", W/%.*s", STR_ARG(tag)), STR("*"),
                        str_printf(a, "%.*s-gzip\"", (int)tag.len - 1, tag.ptr)};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        Request q = desk_request(d, METHOD_GET, path, STR(""));
        q.if_none_match = same[i];
        Response r = desk_send(d, &q);
        eq_int(r.status, 304);
        eq_int(r.body.len, 0);
    }
    eq_int(store_size(d->w->flow.store), before);
    eq_int(train(d, STR("TPI-000001"), 60, STR(""), "t-1", "").status, 200);
    Request q = desk_request(d, METHOD_GET, path, STR(""));
    q.if_none_match = tag;
    Response r = desk_send(d, &q);
    eq_int(r.status, 200);
    check(!str_eq(r.etag, tag));
}

TEST(a_step_on_a_version_that_is_gone_is_412_and_writes_nothing)
{
    Desk *d = new_desk(a, 1);
    Str id = STR("TPI-000001"), old = tag_of(d, id);
    Response first = train(d, id, 61, old, "t-1", "");
    eq_int(first.status, 200);
    eq_str(first.etag, tag_of(d, id)); /* the answer names the new version */
    int64_t before = store_size(d->w->flow.store);
    Response late = train(d, id, 62, old, "t-2", "");
    problem_is(d, &late, 412, "CASE_CHANGED");
    Response stale = train(d, id, 62, STR(""), "t-3", ", \"version\": 1");
    problem_is(d, &stale, 409, "STALE_FORM");
    Response both = train(d, id, 62, first.etag, "t-4", ", \"version\": 1");
    problem_is(d, &both, 400, "BAD_REQUEST");
    Response none = train(d, STR("TPI-000009"), 62, STR("*"), "t-5", "");
    problem_is(d, &none, 412, "CASE_CHANGED");
    eq_int(store_size(d->w->flow.store), before);
    eq_int(train(d, id, 62, STR("*"), "t-6", "").status, 200); /* any version, as long as there is one */
    eq_text(json_text(world_field(d->w, id, "strength")), "62");
}

/* ---- Keys ---- */

TEST(a_key_is_done_once_also_when_its_own_success_changed_the_version)
{
    Desk *d = new_desk(a, 1);
    Str id = STR("TPI-000001"), old = tag_of(d, id);
    Response first = train(d, id, 70, old, "once", "");
    eq_int(first.status, 200);
    check(!first.replayed);
    int64_t before = store_size(d->w->flow.store);
    Response again =
        train(d, id, 70, old, "once", ""); /* the answer was lost on the way: the same request comes again */
    eq_int(again.status, 200);
    check(again.replayed);
    eq_str(desk_text(&again), desk_text(&first));
    eq_str(again.etag, first.etag);
    Response other = train(d, id, 71, STR(""), "once", "");
    problem_is(d, &other, 409, "KEY_REUSED");
    desk_enter(d, "clerk2");
    Response stranger = train(d, id, 70, STR(""), "once", "");
    problem_is(d, &stranger, 409, "KEY_REUSED"); /* and the answer of another account is not told */
    eq_int(store_size(d->w->flow.store), before);
}

TEST(a_key_is_visible_text_of_limited_length)
{
    Desk *d = new_desk(a, 1);
    Buf long_key = buf_new(a, 300);
    for (int i = 0; i < 201; i++) {
        buf_byte(&long_key, 'k');
    }
    const char *const wrong[] = {"a b", "a\tb", "schl\xc3\xbcssel", str_c(a, buf_str(&long_key))};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        Response r = train(d, STR("TPI-000001"), 70, STR(""), wrong[i], "");
        problem_is(d, &r, 422, "FIELD_FORMAT");
    }
    Response two = train(d, STR("TPI-000001"), 70, STR(""), "one", ", \"key\": \"two\"");
    problem_is(d, &two, 400, "BAD_REQUEST");
    eq_int(train(d, STR("TPI-000001"), 70, STR(""), "", ", \"key\": \"two\"").status, 200);
}

/* ---- Problems ---- */

TEST(every_error_for_a_program_is_a_problem_document)
{
    Desk *d = new_desk(a, 1);
    Response r = desk_get(d, STR("/api/v1/nothing"), STR(""));
    problem_is(d, &r, 404, "NOT_FOUND");
    r = desk_get(d, COMMANDS, STR(""));
    problem_is(d, &r, 405, "METHOD_NOT_ALLOWED");
    eq_text(r.allow, "POST");
    r = desk_post(d, STR("/api/openapi.json"), STR(""));
    problem_is(d, &r, 405, "METHOD_NOT_ALLOWED");
    eq_text(r.allow, "GET, HEAD");
    Request q = desk_request(d, METHOD_GET, STR("/case/nothing"), STR("")); /* a page, asked for by a program */
    q.accept = STR("application/json");
    r = desk_send(d, &q);
    problem_is(d, &r, 404, "NOT_FOUND");
    desk_enter(d, NULL);
    q = desk_request(d, METHOD_GET, STR("/case/TPI-000001"), STR(""));
    q.accept = STR("application/problem+json");
    r = desk_send(d, &q);
    problem_is(d, &r, 401, "NOT_SIGNED_IN");
    q.accept = STR("text/html, application/json"); /* a browser is led to the sign-in */
    eq_int(desk_send(d, &q).status, 303);
}

TEST(what_no_route_sees_is_turned_away_with_a_problem_too)
{
    Desk *d = new_desk(a, 1);
    static const struct {
        const char *path;
        ErrCode code;
        int status;
        const char *name, *allow;
    } CASES[] = {{"/api/v1/commands", TOO_LARGE, 413, "TOO_LARGE", ""},
                 {"/api/v1/commands", METHOD_NOT_ALLOWED, 405, "METHOD_NOT_ALLOWED", "POST"},
                 {"/api/v1/cases/TPI-000001", METHOD_NOT_ALLOWED, 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
                 {"/api/v1/nothing", METHOD_NOT_ALLOWED, 404, "NOT_FOUND", ""}};
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        Request q = desk_request(d, METHOD_POST, str_from_c(CASES[i].path), STR(""));
        Response r;
        http_turn_away(&d->worker, &q, &r, d->w->now, CASES[i].code);
        problem_is(d, &r, CASES[i].status, CASES[i].name);
        eq_text(r.allow, CASES[i].allow);
    }
}

TEST(what_is_no_object_where_one_is_expected_is_a_fault)
{
    Desk *d = new_desk(a, 1);
    static const char *const BODIES[] = {"{'facts': [null, null]}",
                                         "{'facts': 5}",
                                         "{'facts': 'x'}",
                                         "{'facts': null}",
                                         "{'facts': {'months': [[]]}}",
                                         "{'day': [], 'facts': {}}",
                                         "{'decision': 'No such', 'facts': {}}",
                                         "{'decision': 0}",
                                         "{'decision': {}, 'facts': {}}",
                                         "[]",
                                         "7"};
    for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
        Response r = desk_call(d, STR("/api/v1/decide/harvest-stay"), str_from_c(BODIES[i]));
        check(r.status == 200 || (r.status >= 400 && r.status < 500));
    }
    static const char *const COMMANDS_SENT[] = {
        "{'step': 'picker.train', 'case': 'TPI-000001', 'form': [1]}", "{'step': ['picker.train'], 'form': {}}",
        "{'step': 'picker.train', 'case': {'a': 1}, 'form': {}}",
        "{'step': 'picker.train', 'form': {'strength': {'a': [1]}}}",
        "{'step': 'picker.train', 'case': 'TPI-000001', 'form': {'strength': [[[]]]}, 'version': 'x'}"};
    for (size_t i = 0; i < COUNT_OF(COMMANDS_SENT); i++) {
        Response r = desk_call(d, COMMANDS, str_from_c(COMMANDS_SENT[i]));
        check(r.status >= 400 && r.status < 500);
    }
}

TEST(faults_of_a_form_come_in_one_problem_document)
{
    Desk *d = new_desk(a, 1);
    Response r = desk_call(d, COMMANDS, STR("{'step': 'picker.register', 'form': {'strength': 101, 'shoe': 1}}"));
    problem_is(d, &r, 422, "FIELD_MISSING");
    const Json *faults = json_get(desk_json(d, &r), "faults");
    eq_int(json_count(faults), 6);
    for (size_t i = 0; i < json_count(faults); i++) {
        check(json_text_at(faults->items[i], "field").len > 0 && json_text_at(faults->items[i], "detail").len > 0);
    }
}
