/* world.c: see world.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "bulk/bulk.h"
#include "project/project.h"
#include "query/query.h"

static void fail_with(const char *what, const Err *err)
{
    printf("  %s: %s: %s %s (%s)\n", what, err_name(err->code), err->field, err->text, err->detail);
    check(err->code == OK);
}

static World *open_world(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t count)
{
    World *w = ARENA_NEW(a, World);
    Err err = {0};
    *w = (World){.a = a, .now = {WORLD_NOON}, .url = url};
    if (!flow_open(a, url, mode, schemes, count, &w->flow, &err)) {
        fail_with("open", &err);
    }
    return w;
}

World *world_new(Arena *a, Str url)
{
    static const char *const STAFF[][2] = {{"admin", "admin"}, {"board", "board"},  {"board2", "board"},
                                           {"clerk", "clerk"}, {"clerk2", "clerk"}, {"auditor", "auditor"}};
    const Scheme *const *schemes;
    size_t count;
    Err err = {0};
    if (!flow_load_schemes(a, STR("tests/flow/schemes"), &schemes, &count, &err)) {
        fail_with("load", &err);
    }
    World *w = open_world(a, url, STORE_CREATE, schemes, count);
    if (!session_prepare(w->flow.store, &err) || !bulk_prepare(w->flow.store, &err)) {
        fail_with("sessions", &err);
    }
    for (size_t i = 0; i < COUNT_OF(STAFF); i++) {
        world_account(w, STAFF[i][0], STAFF[i][1], STR(""));
    }
    return w;
}

World *world_again(Arena *a, const World *w)
{
    return open_world(a, w->url, STORE_WRITE, w->flow.schemes, w->flow.scheme_count);
}

Json *world_json(Arena *a, const char *text)
{
    Json *j;
    Err err = {0};
    Str copy = str_copy(a, str_from_c(text));
    char *p = arena_alloc(a, copy.len + 1);
    for (size_t i = 0; i < copy.len; i++) {
        p[i] = copy.ptr[i] == '\'' ? '"' : copy.ptr[i];
    }
    if (!json_parse(a, (Str){p, copy.len}, &j, &err)) {
        fail_with(text, &err);
    }
    return j;
}

static FlowResult run_as(World *w, const Caller *caller, const char *step, Str case_id, Str form)
{
    FlowResult r;
    Command c = {.scheme = STR("tiny"),
                 .step = str_from_c(step),
                 .case_id = case_id,
                 .expected_version = -1,
                 .key = str_printf(w->a, "key-%d", ++w->keys),
                 .form = world_json(w->a, str_c(w->a, form))};
    flow_run(&w->flow, flow_new_run(w->a, w->now), caller, &c, FLOW_RUN, w->now, &r);
    return r;
}

static void open_account(World *w, const char *login, const char *role, Str more)
{
    static const Str SYSTEM[] = {STR_INIT("system")};
    Caller system = {.account = STR("system"), .roles = SYSTEM, .role_count = 1, .language = STR("en")};
    Str form = str_printf(w->a, "{'login': '%s', 'name': '%s', 'roles': ['%s'], 'language': 'en', %.*s}", login, login,
                          role, STR_ARG(more));
    FlowResult r = run_as(w, &system, "account.bootstrap", STR(""), form);
    if (!r.ok) {
        fail_with(login, &r.err);
    }
}

void world_account(World *w, const char *login, const char *role, Str party)
{
    open_account(w, login, role, str_printf(w->a, "'party': '%.*s'", STR_ARG(party)));
}

void world_officer(World *w, const char *login, const char *role, const char *office)
{
    open_account(w, login, role, str_printf(w->a, "'office': '%s'", office));
}

Caller world_caller(World *w, const char *login)
{
    Caller c;
    Str scheme;
    Err err = {0};
    if (!flow_caller(&w->flow, w->a, str_from_c(login), &c, &scheme, &err)) {
        fail_with(login, &err);
    }
    return c;
}

FlowResult world_try(World *w, const char *login, const char *step, Str case_id, Str form)
{
    Caller c = world_caller(w, login);
    return run_as(w, &c, step, case_id, form);
}

Str world_do(World *w, const char *login, const char *step, Str case_id, Str form)
{
    FlowResult r = world_try(w, login, step, case_id, form);
    if (!r.ok) {
        fail_with(step, &r.err);
    }
    return json_text_at(r.outcome, "case");
}

void world_no(World *w, ErrCode code, const char *login, const char *step, Str case_id, Str form)
{
    int64_t before = store_size(w->flow.store);
    FlowResult r = world_try(w, login, step, case_id, form);
    check(!r.ok);
    eq_text(str_from_c(err_name(r.err.code)), err_name(code));
    eq_int(store_size(w->flow.store), before);
}

const CaseRow *world_case(World *w, Str id)
{
    const CaseRow *row = NULL;
    Err err = {0};
    if (!query_case(w->flow.store, w->a, id, &row, &err)) {
        fail_with("case", &err);
    }
    check(row != NULL);
    return row;
}

Str world_state(World *w, Str id)
{
    return world_case(w, id)->state;
}

Json *world_field(World *w, Str id, const char *field)
{
    return json_get(world_case(w, id)->data, field);
}

Event *world_history(World *w, Str id, size_t *ret_count)
{
    Event *events;
    Err err = {0};
    if (!query_history(w->flow.store, w->a, id, &events, ret_count, &err)) {
        fail_with("history", &err);
    }
    return events;
}

Str world_season(World *w, const char *year, int places)
{
    Str form = str_printf(w->a, "{'year': '%s', 'places': %d, 'closes_on': '2026-12-31'}", year, places);
    Str id = world_do(w, "board", "season.open", STR(""), form);
    world_do(w, "board2", "season.open/confirm", id, STR("{}"));
    return id;
}

Str world_grower(World *w, const char *name)
{
    Str id = world_do(w, "clerk", "grower.list", STR(""), str_printf(w->a, "{'name': '%s'}", name));
    world_account(w, name, "grower", id);
    return id;
}

Str world_picker(World *w, int number, int strength)
{
    Str form = str_printf(
        w->a, "{'number': '%06d', 'name': 'Picker %c%c', 'birth_date': '1999-04-05', 'strength': %d, 'village': '%s'}",
        number, 'A' + number / 26 % 26, 'A' + number % 26, strength, number % 2 ? "north" : "south");
    Str id = world_do(w, "clerk", "picker.register", STR(""), form), login = str_printf(w->a, "p%d", number);
    world_account(w, str_c(w->a, login), "picker", id);
    world_do(w, str_c(w->a, login), "picker.accept", id, STR("{}"));
    return id;
}

Str world_drawn(World *w, const char *login, Str grower, Str season, int posts)
{
    Str form = str_printf(w->a, "{'grower': '%.*s', 'season': '%.*s', 'job': 'apples', 'posts': %d}", STR_ARG(grower),
                          STR_ARG(season), posts);
    Str id = world_do(w, login, "request.file", STR(""), form);
    return world_do(w, "clerk", "request.draw", id, STR("{}"));
}

size_t world_list(World *w, const char *type, Str **ret)
{
    const CaseRow *rows;
    size_t count;
    Err err = {0};
    if (!query_list(w->flow.store, w->a, STR("tiny"), str_from_c(type), NULL, 0, NULL, 0, &rows, &count, &err)) {
        fail_with(type, &err);
    }
    *ret = ARENA_ARRAY(w->a, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret)[i] = rows[i].id;
    }
    return count;
}

void world_is_sound(World *w)
{
    StoreVerify v;
    Hash before, after;
    int64_t events;
    Err err = {0};
    check(store_verify(w->flow.store, &v, &err));
    if (v.first_bad != 0) {
        printf("  event %lld: %s\n", (long long)v.first_bad, v.why);
    }
    eq_int(v.first_bad, 0);
    check(project_digest(w->flow.store, &before, &err));
    if (!project_rebuild(w->flow.store, NULL, &events, &err)) {
        fail_with("rebuild", &err);
    }
    eq_int(events, store_size(w->flow.store));
    check(project_digest(w->flow.store, &after, &err));
    check(memcmp(before.b, after.b, sizeof before.b) == 0);
}
