/* flow_test.c: a case of a second country runs through the whole pipeline with no line of C of its own, on both
 * engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "decide/draw.h"
#include "project/project.h"
#include "query/query.h"

static const char *const GOOD =
    "{'number': '123456', 'name': 'Aru', 'birth_date': '1999-04-05', 'strength': 50, 'village': 'north'}";

static FlowResult run_key(World *w, const char *login, const char *step, Str case_id, const char *key, Str form,
                          FlowMode mode, int64_t version)
{
    Caller caller = world_caller(w, login);
    FlowResult r;
    Command c = {.scheme = STR("tiny"),
                 .step = str_from_c(step),
                 .case_id = case_id,
                 .expected_version = version,
                 .key = str_from_c(key),
                 .form = world_json(w->a, str_c(w->a, form))};
    flow_run(&w->flow, flow_new_run(w->a, w->now), &caller, &c, mode, w->now, &r);
    return r;
}

static void code_is(const FlowResult *r, ErrCode code)
{
    check(!r->ok);
    eq_text(str_from_c(err_name(r->err.code)), err_name(code));
}

BOTH(a_case_opens_with_its_first_event)
{
    World *w = world_new(a, url);
    Str id = world_do(w, "clerk", "picker.register", STR(""), str_from_c(GOOD));
    eq_text(id, "TPI-000001");
    const CaseRow *row = world_case(w, id);
    eq_text(row->state, "waiting");
    eq_text(row->holder, "picker");
    eq_text(row->title, "Aru");
    eq_int(row->version, 1);
    eq_text(day_print(a, row->opened), "2026-04-20");
    size_t count;
    Event *e = world_history(w, id, &count);
    eq_int(count, 1);
    eq_text(e[0].type, "picker.registered");
    eq_text(e[0].actor, "clerk");
    check(json_path(e[0].data, "set.name") == NULL); /* personal: only sealed */
    eq_text(json_text(json_path(e[0].sealed, "set.name")), "Aru");
    eq_text(json_text(json_path(e[0].data, "set.village")), "north");
    world_is_sound(w);
}

BOTH(the_civil_day_is_the_schemes_own)
{
    World *w = world_new(a, url);
    w->now.ms = WORLD_NOON - 10LL * 3600 * 1000; /* 02:00 UTC is 23:00 of the day before, three hours west */
    Str id = world_do(w, "clerk", "grower.list", STR(""), STR("{'name': 'Night farm'}"));
    eq_text(day_print(a, world_case(w, id)->opened), "2026-04-19");
}

BOTH(every_fault_of_a_form_comes_at_once_and_nothing_is_written)
{
    World *w = world_new(a, url);
    int64_t before = store_size(w->flow.store);
    FlowResult r =
        world_try(w, "clerk", "picker.register", STR(""),
                  STR("{'number': '12', 'birth_date': '1999-02-30', 'strength': 101, 'village': 'east', 'shoe': 1}"));
    static const struct {
        const char *field;
        ErrCode code;
    } WANT[] = {{"number", FIELD_FORMAT},  {"name", FIELD_MISSING},   {"birth_date", FIELD_FORMAT},
                {"strength", FIELD_RANGE}, {"village", FIELD_CHOICE}, {"shoe", FIELD_UNKNOWN}};
    check(!r.ok);
    eq_int(r.faults.count, COUNT_OF(WANT));
    for (size_t i = 0; i < COUNT_OF(WANT); i++) {
        eq_text(str_from_c(r.faults.items[i].field), WANT[i].field);
        eq_text(str_from_c(err_name(r.faults.items[i].code)), err_name(WANT[i].code));
    }
    eq_int(store_size(w->flow.store), before);
}

BOTH(a_key_is_done_once)
{
    World *w = world_new(a, url);
    FlowResult first = run_key(w, "clerk", "grower.list", STR(""), "same", STR("{'name': 'One'}"), FLOW_RUN, -1);
    check(first.ok && !first.repeated);
    int64_t size = store_size(w->flow.store);
    FlowResult again = run_key(w, "clerk", "grower.list", STR(""), "same", STR("{'name': 'One'}"), FLOW_RUN, -1);
    check(again.ok && again.repeated);
    check(json_eq(first.outcome, again.outcome));
    FlowResult other = run_key(w, "clerk", "grower.list", STR(""), "same", STR("{'name': 'Two'}"), FLOW_RUN, -1);
    code_is(&other, KEY_REUSED);
    FlowResult stranger = run_key(w, "clerk2", "grower.list", STR(""), "same", STR("{'name': 'One'}"), FLOW_RUN, -1);
    code_is(&stranger, KEY_REUSED);
    eq_int(store_size(w->flow.store), size);
}

BOTH(a_failed_command_leaves_its_key_free)
{
    World *w = world_new(a, url);
    FlowResult bad = run_key(w, "clerk", "grower.list", STR(""), "k", STR("{}"), FLOW_RUN, -1);
    code_is(&bad, FIELD_MISSING);
    FlowResult good = run_key(w, "clerk", "grower.list", STR(""), "k", STR("{'name': 'One'}"), FLOW_RUN, -1);
    check(good.ok && !good.repeated);
}

BOTH(an_old_form_is_refused)
{
    World *w = world_new(a, url);
    Str id = world_picker(w, 1, 40); /* version 2 */
    FlowResult old = run_key(w, "clerk", "picker.train", id, "old", STR("{'strength': 60}"), FLOW_RUN, 1);
    code_is(&old, STALE_FORM);
    FlowResult fresh = run_key(w, "clerk", "picker.train", id, "new", STR("{'strength': 60}"), FLOW_RUN, 2);
    check(fresh.ok);
    eq_text(json_text(world_field(w, id, "strength")), "60");
    eq_int(world_case(w, id)->version, 3);
}

BOTH(only_the_roles_of_a_step_may_take_it)
{
    World *w = world_new(a, url);
    Str grower = world_grower(w, "farm"), other = world_grower(w, "orchard"), season = world_season(w, "2026", 3);
    Str id = world_do(w, "clerk", "picker.register", STR(""), str_from_c(GOOD));
    world_account(w, "aru", "picker", id);
    world_no(w, NOT_ALLOWED, "board", "picker.register", STR(""), str_from_c(GOOD));
    world_no(w, NOT_ALLOWED, "clerk", "picker.accept", id, STR("{}")); /* only the person */
    world_no(w, NOT_ALLOWED, "farm", "picker.accept", id, STR("{}"));
    world_no(w, NOT_ALLOWED, "clerk", "account.bootstrap", STR(""),
             STR("{'login': 'x1', 'name': 'x', 'roles': ['admin'], 'language': 'en'}"));
    Str form = str_printf(a, "{'grower': '%.*s', 'season': '%.*s', 'job': 'pears', 'posts': 1}", STR_ARG(other),
                          STR_ARG(season));
    world_no(w, NOT_ALLOWED, "farm", "request.file", STR(""), form); /* in another's name */
    world_do(w, "orchard", "request.file", STR(""), form);
    world_do(w, "aru", "picker.accept", id, STR("{}"));
    world_no(w, WRONG_STATE, "aru", "picker.accept", id, STR("{}"));
    world_no(w, NOT_FOUND, "clerk", "picker.fly", id, STR("{}"));
    world_no(w, NOT_FOUND, "clerk", "picker.train", grower, STR("{'strength': 1}")); /* a case of another type */
    world_no(w, NOT_FOUND, "clerk", "picker.train", STR("TPI-999999"), STR("{'strength': 1}"));
}

BOTH(two_people_decide_together)
{
    World *w = world_new(a, url);
    Str form = STR("{'year': '2026', 'places': 4, 'closes_on': '2026-12-31'}");
    Str id = world_do(w, "board", "season.open", STR(""), form);
    eq_text(world_state(w, id), "proposed");
    QueryUnits units;
    Err err = {0};
    check(query_units(w->flow.store, a, id, &units, &err));
    eq_int(units.total, 0);
    world_no(w, NEEDS_SECOND_PERSON, "board", "season.open/confirm", id, STR("{}"));
    world_no(w, NOT_ALLOWED, "clerk", "season.open/confirm", id, STR("{}"));
    world_do(w, "board2", "season.open/confirm", id,
             STR("{'places': 900}")); /* confirms what was proposed, nothing else */
    eq_text(world_state(w, id), "open");
    eq_text(json_text(world_field(w, id, "places")), "4");
    check(query_units(w->flow.store, a, id, &units, &err));
    eq_int(units.total, 4);
    world_no(w, WRONG_STATE, "board2", "season.open/confirm", id, STR("{}"));
    Str second =
        world_do(w, "board", "season.open", STR(""), STR("{'year': '2027', 'places': 4, 'closes_on': '2026-12-31'}"));
    world_do(w, "board2", "season.open/reject", second, STR("{}"));
    eq_text(world_state(w, second), "rejected");
    check(world_case(w, second)->pending == NULL);
    world_no(w, WRONG_STATE, "board2", "season.open/confirm", second, STR("{}"));
    world_is_sound(w);
}

BOTH(the_public_log_holds_what_the_scheme_names_beside_the_units)
{
    World *w = world_new(a, url);
    size_t count;
    Str season = world_season(w, "2026", 4);
    Event *e = world_history(w, season, &count);
    eq_int(count, 2);
    eq_text(json_text(json_path(e[1].data, "public.approved")), "4");
    eq_str(json_text(json_path(e[1].data, "public.allocation")), season);
    eq_text(json_text(json_path(e[1].data, "public.year")), "2026");
}

static Str asked_stay(World *w, Str *ret_season, int places, int pickers)
{
    Str *stays, grower = world_grower(w, "farm");
    *ret_season = world_season(w, "2026", places);
    for (int i = 0; i < pickers; i++) {
        world_picker(w, i + 1, 20 + i);
    }
    world_drawn(w, "farm", grower, *ret_season, pickers);
    eq_int(world_list(w, "stay", &stays), pickers);
    return stays[0];
}

BOTH(a_refusal_is_an_event_with_its_article)
{
    World *w = world_new(a, url);
    Str season, stay = asked_stay(w, &season, 3, 1);
    FlowResult r = world_try(w, "clerk", "stay.permit", stay, STR("{'months': 10}"));
    check(r.ok);
    eq_text(json_text_at(r.outcome, "outcome"), "refused");
    eq_text(world_state(w, stay), "asked"); /* the scheme names no other state */
    size_t count;
    Event *e = world_history(w, stay, &count);
    eq_text(e[count - 1].type, "stay.permit.refused");
    const Json *ground = json_path(e[count - 1].data, "decision.grounds.0");
    eq_text(json_text_at(ground, "code"), "STAY_TOO_LONG");
    eq_text(json_text_at(ground, "cites"), "code:3(2)");
    check(json_get(e[count - 1].data, "unit") == NULL);
    check(world_field(w, stay, "permit_no") == NULL);
    Json *proof;
    Err err = {0};
    check(flow_explain(&w->flow, flow_new_run(a, w->now), e[count - 1].seq, &proof, &err));
    check(json_is_true(json_get(proof, "same")) && json_is_true(json_get(proof, "same_model")));
    eq_text(json_text(json_path(proof, "again.outcome")), "refused");
    check(json_count(json_get(proof, "changes")) > 0); /* fewer months would do */
    world_do(w, "clerk", "stay.permit", stay, STR("{'months': 9}"));
    eq_text(world_state(w, stay), "permitted");
    e = world_history(w, stay, &count);
    check(flow_explain(&w->flow, flow_new_run(a, w->now), e[count - 1].seq, &proof, &err));
    check(json_is_true(json_get(proof, "same")));
    check(!flow_explain(&w->flow, flow_new_run(a, w->now), e[0].seq, &proof, &err)); /* no decision in it */
    eq_int(err.code, NOT_FOUND);
    world_is_sound(w);
}

BOTH(units_are_never_oversold)
{
    World *w = world_new(a, url);
    Str season, *stays;
    asked_stay(w, &season, 3, 7);
    size_t count = world_list(w, "stay", &stays), permitted = 0, taken = 0;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < count; i++) {
            FlowResult r = world_try(w, "clerk", "stay.permit", stays[i], STR("{'months': 3}"));
            permitted += r.ok ? 1 : 0;
            taken += !r.ok && r.err.code == UNIT_TAKEN ? 1 : 0;
        }
    }
    eq_int(permitted, 3);
    eq_int(taken, 12);
    QueryUnits units;
    Err err = {0};
    check(query_units(w->flow.store, a, season, &units, &err));
    eq_int(units.taken, 3);
    eq_int(units.next, 0);
    bool seen[4] = {0};
    for (size_t i = 0; i < count; i++) {
        int64_t n = json_to_int(json_get(world_field(w, stays[i], "unit"), "number"), 0);
        check(n == 0 || (n <= 3 && !seen[n]));
        seen[n] = n != 0;
    }
    world_is_sound(w);
}

BOTH(unique_values_have_one_holder)
{
    World *w = world_new(a, url);
    world_do(w, "clerk", "picker.register", STR(""), str_from_c(GOOD));
    FlowResult r = world_try(w, "clerk", "picker.register", STR(""), str_from_c(GOOD));
    code_is(&r, DUPLICATE_PERSON);
    eq_text(str_from_c(r.faults.items[0].field), "number");
    world_season(w, "2026", 1);
    Str twin =
        world_do(w, "board", "season.open", STR(""), STR("{'year': '2026', 'places': 4, 'closes_on': '2026-12-31'}"));
    world_no(w, ALREADY_EXISTS, "board2", "season.open/confirm", twin, STR("{}"));
    eq_text(world_state(w, twin), "proposed");
}

BOTH(effects_on_other_cases_come_in_the_same_step)
{
    World *w = world_new(a, url);
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", 9), *stays;
    Str p[3];
    for (int i = 0; i < 3; i++) {
        p[i] = world_picker(w, i + 1, i == 2 ? 5 : 50); /* the third is not eligible */
    }
    Str request = world_drawn(w, "farm", grower, season, 4);
    eq_int(json_count(world_field(w, request, "offered")), 2);
    eq_text(json_text(world_field(w, p[0], "offers")), "1");
    eq_text(json_text(world_field(w, p[1], "offers")), "1");
    eq_text(json_text(world_field(w, p[2], "offers")), "0");
    eq_int(world_list(w, "stay", &stays), 2);
    const CaseRow *stay = world_case(w, stays[0]);
    eq_text(stay->state, "asked");
    eq_str(json_text_at(stay->data, "request"), request);
    eq_str(json_text_at(stay->data, "grower"), grower);
    const CaseRow *linked;
    const Str *fields;
    size_t count;
    Err err = {0};
    check(query_linked(w->flow.store, a, request, &linked, &fields, &count, &err));
    eq_int(count, 2);
    world_is_sound(w);
}

BOTH(a_dry_run_shows_and_writes_nothing)
{
    World *w = world_new(a, url);
    Hash before, after;
    Err err = {0};
    int64_t size = store_size(w->flow.store);
    check(project_digest(w->flow.store, &before, &err));
    FlowResult r = run_key(w, "clerk", "picker.register", STR(""), "dry", str_from_c(GOOD), FLOW_DRY, -1);
    check(r.ok);
    eq_text(json_text(json_path(r.outcome, "events.0.type")), "picker.registered");
    check(project_digest(w->flow.store, &after, &err));
    check(memcmp(before.b, after.b, sizeof before.b) == 0);
    eq_int(store_size(w->flow.store), size);
    FlowResult real = run_key(w, "clerk", "picker.register", STR(""), "dry", str_from_c(GOOD), FLOW_RUN, -1);
    check(real.ok && !real.repeated);
}

BOTH(an_erased_person_leaves_a_log_that_verifies)
{
    World *w = world_new(a, url);
    Str season, stay = asked_stay(w, &season, 3, 1), person = json_text(world_field(w, stay, "picker"));
    world_do(w, "clerk", "stay.permit", stay, STR("{'months': 3, 'remark': 'likes plums'}"));
    size_t count;
    Event *e = world_history(w, stay, &count);
    int64_t decided = e[count - 1].seq;
    eq_text(json_text(world_field(w, stay, "remark")), "likes plums");
    Err err = {0};
    check(flow_erase(&w->flow, a, STR("admin"), person, STR("code:12"), w->now, &err));
    check(world_field(w, person, "name") == NULL && world_field(w, person, "birth_date") == NULL);
    check(world_field(w, stay, "remark") == NULL);
    check(str_find(world_case(w, person)->title, STR("Picker"), 0) == SIZE_MAX);
    eq_text(world_state(w, stay), "permitted");
    e = world_history(w, person, &count);
    eq_text(e[count - 1].type, "person.erased");
    eq_text(json_text_at(e[count - 1].data, "article"), "code:12");
    for (size_t i = 0; i < count; i++) {
        check(e[i].sealed == NULL);
    }
    Json *proof;
    check(!flow_explain(&w->flow, flow_new_run(a, w->now), decided, &proof, &err));
    eq_int(err.code, NOT_FOUND);
    QueryUnits units;
    check(query_units(w->flow.store, a, season, &units, &err));
    eq_int(units.taken, 1); /* the permit was given all the same */
    world_is_sound(w);
    check(!flow_erase(&w->flow, a, STR("admin"), STR("TPI-999999"), STR("code:12"), w->now, &err));
    eq_int(err.code, NOT_FOUND);
}

BOTH(who_read_a_file_is_recorded)
{
    World *w = world_new(a, url);
    Str id = world_picker(w, 1, 50);
    Caller clerk = world_caller(w, "clerk");
    Err err = {0};
    int64_t version = world_case(w, id)->version;
    check(flow_read_file(&w->flow, a, &clerk, STR("tiny"), id, STR("case-page"), w->now, &err));
    check(flow_read_file(&w->flow, a, &clerk, STR("tiny"), id, STR("api"), w->now, &err));
    Json *reads;
    check(query_reads(w->flow.store, a, id, &reads, &err));
    eq_int(json_count(reads), 2);
    eq_text(json_text_at(reads->items[0], "reader"), "clerk");
    eq_text(json_text_at(reads->items[0], "reason"), "api"); /* newest first */
    eq_int(world_case(w, id)->version, version);             /* reading does not make open forms stale */
    world_is_sound(w);
}

BOTH(a_session_begins_with_the_right_password_and_ends)
{
    World *w = world_new(a, url);
    Store *s = w->flow.store;
    Session session, found;
    Err err = {0};
    check(!session_set_password(s, a, STR("clerk"), STR("short"), &err));
    eq_int(err.code, FIELD_RANGE);
    check(session_set_password(s, a, STR("clerk"), STR("a long password"), &err));
    check(!session_sign_in(&w->flow, a, STR("clerk"), STR("a long passwore"), w->now, &session, &err));
    eq_int(err.code, NOT_SIGNED_IN);
    check(!session_sign_in(&w->flow, a, STR("nobody"), STR("a long password"), w->now, &session, &err));
    eq_int(err.code, NOT_SIGNED_IN);
    check(!session_sign_in(&w->flow, a, STR("board"), STR(""), w->now, &session, &err)); /* has no password yet */
    eq_int(err.code, NOT_SIGNED_IN);
    check(session_sign_in(&w->flow, a, STR("clerk"), STR("a long password"), w->now, &session, &err));
    check(session_find(&w->flow, a, session.token, w->now, &found, &err));
    eq_text(found.caller.account, "clerk");
    eq_str(found.csrf, session.csrf);
    check(!session_find(&w->flow, a, STR("guessed"), w->now, &found, &err));
    check(!session_find(&w->flow, a, session.token, (Instant){w->now.ms + 13LL * 3600 * 1000}, &found, &err));
    check(session_find(&w->flow, a, session.token, w->now, &found, &err));
    check(session_close(&w->flow, a, session.token, &err));
    check(!session_find(&w->flow, a, session.token, w->now, &found, &err));
    eq_int(err.code, NOT_SIGNED_IN);
}

BOTH(a_closed_account_ends_its_sessions)
{
    World *w = world_new(a, url);
    Session session, found;
    Err err = {0};
    check(session_open(&w->flow, a, STR("clerk2"), w->now, &session, &err));
    Str *accounts, id = STR("");
    size_t count = world_list(w, "account", &accounts);
    for (size_t i = 0; i < count; i++) {
        id = str_eq(json_text(world_field(w, accounts[i], "login")), STR("clerk2")) ? accounts[i] : id;
    }
    world_do(w, "admin", "account.close", id, STR("{}"));
    check(!session_find(&w->flow, a, session.token, w->now, &found, &err));
    eq_int(err.code, NOT_SIGNED_IN);
    check(!session_open(&w->flow, a, STR("clerk2"), w->now, &session, &err));
}

BOTH(ten_wrong_passwords_close_the_door_for_a_while)
{
    World *w = world_new(a, url);
    Session session;
    Err err = {0};
    check(session_set_password(w->flow.store, a, STR("clerk"), STR("a long password"), &err));
    for (int i = 0; i < 10; i++) {
        check(!session_sign_in(&w->flow, a, STR("clerk"), STR("wrong"), w->now, &session, &err));
        eq_int(err.code, NOT_SIGNED_IN);
    }
    check(!session_sign_in(&w->flow, a, STR("clerk"), STR("a long password"), w->now, &session, &err));
    eq_int(err.code, RATE_LIMITED);
    Instant later = {w->now.ms + 16LL * 60 * 1000};
    check(session_sign_in(&w->flow, a, STR("clerk"), STR("a long password"), later, &session, &err));
}

static DrawItem *pool_before(World *w, size_t *ret_count)
{
    Str *ids;
    size_t count = world_list(w, "picker", &ids);
    DrawItem *items = ARENA_ARRAY(w->a, DrawItem, count + 1);
    for (size_t i = 0; i < count; i++) {
        int64_t strength = json_to_int(world_field(w, ids[i], "strength"), 0);
        items[i] = (DrawItem){ids[i], strength >= 10, strength, json_to_int(world_field(w, ids[i], "offers"), 0)};
    }
    *ret_count = count;
    return items;
}

BOTH(anybody_can_draw_again_from_the_revealed_secret)
{
    World *w = world_new(a, url);
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", 9);
    for (int i = 0; i < 9; i++) {
        world_picker(w, i + 1, i % 3 ? 50 : 5);
    }
    size_t count, n, events;
    DrawItem *items = pool_before(w, &count);
    Str request = world_drawn(w, "farm", grower, season, 2);
    Event *e = world_history(w, request, &events);
    Str commitment = json_text_at(e[0].data, "draw_commitment"),
        secret = json_text(json_path(e[1].data, "draw.secret"));
    check(json_path(e[0].data, "draw") == NULL); /* nothing revealed before */
    DrawRule rule = {.places = 2, .multiple = 2, .least_shown_first = true};
    Str bytes;
    check(hex_parse(a, secret, &bytes));
    eq_int(bytes.len, sizeof rule.secret.b);
    memcpy(rule.secret.b, bytes.ptr, bytes.len);
    eq_str(hex_print(a, HASH_STR(hash_of(HASH_STR(rule.secret)))), commitment);
    Str *ids;
    Json *record;
    Err err = {0};
    check(decide_draw(a, &rule, items, count, &ids, &n, &record, &err));
    const Json *offered = world_field(w, request, "offered");
    eq_int(n, json_count(offered));
    check(n >= 4);
    for (size_t i = 0; i < n; i++) {
        eq_str(json_text(offered->items[i]), ids[i]);
    }
    Json *stored = json_copy(a, json_get(e[1].data, "draw"));
    eq_int(json_text_at(stored, "next_commitment").len, 64); /* a second draw of the case will use another secret */
    check(!str_eq(json_text_at(stored, "next_commitment"), commitment));
    json_remove(stored, STR("next_commitment"));
    check(json_eq(record, stored));
}

BOTH(a_legal_deadline_stands_with_the_case)
{
    World *w = world_new(a, url);
    w->now.ms = WORLD_NOON - 19LL * 86400000; /* 1 April: a month later is a holiday, then another, then a Sunday */
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", 9);
    Str form = str_printf(a, "{'grower': '%.*s', 'season': '%.*s', 'job': 'pears', 'posts': 1}", STR_ARG(grower),
                          STR_ARG(season));
    Str id = world_do(w, "farm", "request.file", STR(""), form);
    eq_text(world_case(w, id)->due, "2026-05-04");
    eq_text(world_case(w, id)->due_rule, "code:7");
}
