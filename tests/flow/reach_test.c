/* reach_test.c: who reads and acts on which case: every role and office on every route that shows or takes a case,
 * through the same statements on both engines. Pickers have a village, clerks may be bound to one; a stay is where its
 * picker is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "flow/office.h"
#include "flow/reach.h"
#include "page/page.h"

enum { NORTH, SOUTH, VILLAGES };

typedef struct {
    World *w;
    Desk *d;
    Str grower, request;
    Str picker[VILLAGES], stay[VILLAGES]; /* permitted */
    Str asked[VILLAGES];                  /* a stay that still waits for a clerk */
    int64_t decided[VILLAGES];            /* event of the decision on the stay */
} Villages;

/* Two pickers with a permit and two without, of each village one. */
static Villages *new_villages(Arena *a, Str url)
{
    Villages *s = ARENA_NEW(a, Villages);
    World *w = s->w = world_new(a, url);
    world_officer(w, "north", "clerk", "north");
    world_officer(w, "south", "clerk", "south");
    world_officer(w, "board-north", "board", "north"); /* a role that the scheme binds to no office */
    s->grower = world_grower(w, "farm");
    Str season = world_season(w, "2026", 9), *ids;
    for (int i = 1; i <= 4; i++) {
        world_picker(w, i, 50);
    }
    s->request = world_drawn(w, "farm", s->grower, season, 2);
    eq_int(world_list(w, "stay", &ids), 4);
    for (int i = 0; i < 4; i++) {
        Str picker = json_text(world_field(w, ids[i], "picker"));
        int village = str_eq(json_text(world_field(w, picker, "village")), STR("north")) ? NORTH : SOUTH;
        if (s->stay[village].len == 0) {
            size_t count;
            s->stay[village] = ids[i];
            s->picker[village] = picker;
            world_do(w, "clerk", "stay.permit", ids[i], STR("{'months': 3, 'remark': 'secret remark'}"));
            Event *e = world_history(w, ids[i], &count);
            s->decided[village] = e[count - 1].seq;
        } else {
            s->asked[village] = ids[i];
        }
    }
    s->d = desk_new(w);
    return s;
}

/* ---- Single cases: role x route x office ---- */

static const struct {
    const char *login;
    bool reads[VILLAGES];
} READERS[] = {
    {"clerk", {true, true}},       {"north", {true, false}},  {"south", {false, true}},
    {"board-north", {true, true}}, {"auditor", {true, true}}, {"farm", {false, false}},
};

typedef struct {
    const char *path, *query; /* * is the case */
    bool of_stay;
} CaseRoute;

static const CaseRoute CASE_ROUTES[] = {
    {"/case/*", "", false},
    {"/case/*", "", true},
    {"/api/v1/cases/*", "", false},
    {"/api/v1/cases/*", "", true},
    {"/api/v1/steps", "case=*", false},
    {"/api/v1/steps", "case=*", true},
    {"/paper/*/confirmation.pdf", "", false},
    {"/paper/*/confirmation.pdf", "", true},
    {"/permit/*", "", true},
    {"/permit/*/qr.svg", "", true},
    {"/permit/*/permit.pdf", "", true},
    {"/case/*/do/picker.train", "", false},
    {"/case/*/do/stay.end", "", true},
};

static Str filled(Arena *a, const char *pattern, Str id)
{
    Buf b = buf_new(a, 1000);
    for (const char *p = pattern; *p; p++) {
        buf_add(&b, *p == '*' ? id : (Str){p, 1});
    }
    return b.len ? buf_str(&b) : STR("");
}

static void check_answer(const Response *r, bool may, const char *login, Str path)
{
    bool right = may ? r->status == 200
                     : (r->status == 403 || r->status == 404) && !desk_says(r, STR("secret remark")) &&
                           !desk_says(r, STR("1999-04-05"));
    if (!right) {
        printf("  %s: %.*s: %d, may %d\n", login, STR_ARG(path), r->status, may);
    }
    check(right);
}

static void check_cases(Villages *s, const char *login, bool may, int village)
{
    Arena *a = s->w->a;
    for (size_t i = 0; i < COUNT_OF(CASE_ROUTES); i++) {
        const CaseRoute *route = &CASE_ROUTES[i];
        Str id = route->of_stay ? s->stay[village] : s->picker[village];
        bool party = str_eq(s->d->session.caller.party, s->grower) &&
                     route->of_stay; /* the farm's own workers are not its village's */
        Str path = filled(a, route->path, id);
        Response r = desk_get(s->d, path, filled(a, route->query, id));
        check_answer(&r, may || party, login, path);
    }
    Str decisions[] = {str_printf(a, "/decision/%lld", (long long)s->decided[village]),
                       str_printf(a, "/api/v1/decisions/%lld", (long long)s->decided[village])};
    for (size_t i = 0; i < COUNT_OF(decisions); i++) {
        Response r = desk_get(s->d, decisions[i], STR(""));
        check_answer(&r, may || s->d->session.caller.party.len > 0, login, decisions[i]);
    }
}

TEST_WITHIN(a_case_is_shown_to_its_office_on_every_route, 60)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    for (size_t i = 0; i < COUNT_OF(READERS); i++) {
        desk_enter(s->d, READERS[i].login);
        for (int village = NORTH; village < VILLAGES; village++) {
            check_cases(s, READERS[i].login, READERS[i].reads[village], village);
        }
    }
}

/* ---- Lists, totals, searches, exports ---- */

static int64_t total_of(Villages *s, const char *query)
{
    Response r = desk_get(s->d, STR("/api/v1/cases"), str_from_c(query));
    eq_int(r.status, 200);
    return json_to_int(json_get(desk_json(s->d, &r), "total"), -1);
}

static void check_lists(Villages *s, const char *login, const bool *reads)
{
    static const struct {
        const char *path, *query;
    } LISTS[] = {{"/cases/picker", ""},
                 {"/cases/picker.csv", ""},
                 {"/cases/picker", "q=Picker"},
                 {"/search", "q=Picker"},
                 {"/cases/picker", "state=ready"}};
    int64_t offices = reads[NORTH] + reads[SOUTH];
    for (size_t i = 0; i < COUNT_OF(LISTS); i++) {
        Response r = desk_get(s->d, str_from_c(LISTS[i].path), str_from_c(LISTS[i].query));
        eq_int(r.status, 200);
        for (int village = NORTH; village < VILLAGES; village++) {
            bool shown =
                desk_says(&r, s->picker[village]) || desk_says(&r, world_case(s->w, s->picker[village])->title);
            if (shown != reads[village]) {
                printf("  %s: %s?%s, village %d\n", login, LISTS[i].path, LISTS[i].query, village);
            }
            check(shown == reads[village]);
        }
    }
    eq_int(total_of(s, "type=picker"), 2 * offices);
    eq_int(total_of(s, "type=picker&q=Picker"), 2 * offices); /* what is not shown is not counted */
    eq_int(total_of(s, "type=stay&state=asked"), offices);
    eq_int(total_of(s, "type=grower"), 1); /* bound to no office */
}

BOTH(lists_and_totals_hold_what_the_office_reads)
{
    Villages *s = new_villages(a, url);
    for (size_t i = 0; i < COUNT_OF(READERS); i++) {
        desk_enter(s->d, READERS[i].login);
        if (s->d->session.caller.party.len == 0) {
            check_lists(s, READERS[i].login, READERS[i].reads);
        }
    }
}

TEST(the_queue_holds_the_offices_own_cases)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    static const char *const CLERKS[] = {"north", "south"};
    for (int i = 0; i < VILLAGES; i++) {
        desk_enter(s->d, CLERKS[i]);
        Response r = desk_get(s->d, STR("/"), STR(""));
        check(desk_says(&r, s->asked[i]) && !desk_says(&r, s->asked[1 - i]));
    }
    desk_enter(s->d, "clerk");
    Response r = desk_get(s->d, STR("/"), STR(""));
    check(desk_says(&r, s->asked[NORTH]) && desk_says(&r, s->asked[SOUTH]));
}

TEST(the_links_of_a_case_name_no_case_of_another_office)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    desk_enter(s->d, "north");
    Response r = desk_get(s->d, str_printf(a, "/case/%.*s", STR_ARG(s->request)), STR(""));
    eq_int(r.status, 200);
    check(desk_says(&r, s->stay[NORTH]) && !desk_says(&r, s->stay[SOUTH]));
}

/* ---- Steps ---- */

static int step_over_api(Villages *s, const char *step, Str id, const char *form)
{
    Str body = str_printf(s->w->a, "{'step': '%s', 'case': '%.*s', 'form': %s}", step, STR_ARG(id), form);
    return desk_call(s->d, STR("/api/v1/commands"), body).status;
}

TEST(an_office_acts_on_its_own_cases_only)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    static const char *const CLERKS[] = {"north", "south"};
    for (int own = NORTH; own < VILLAGES; own++) {
        int other = 1 - own;
        desk_enter(s->d, CLERKS[own]);
        int64_t before = store_size(s->w->flow.store);
        eq_int(step_over_api(s, "picker.train", s->picker[other], "{\"strength\": 70}"), 403);
        eq_int(step_over_api(s, "stay.permit", s->asked[other], "{\"months\": 2}"), 403);
        Response form = desk_post(s->d, str_printf(a, "/case/%.*s/do/picker.train", STR_ARG(s->picker[other])),
                                  STR("strength=70&key=k"));
        eq_int(form.status, 403);
        Response note = desk_post(s->d, str_printf(a, "/case/%.*s/note", STR_ARG(s->picker[other])), STR("note=seen"));
        eq_int(note.status, 403);
        Response over =
            desk_post(s->d, str_printf(a, "/case/%.*s/hand-over", STR_ARG(s->asked[other])), STR("to=clerk2"));
        eq_int(over.status, 403);
        eq_int(store_size(s->w->flow.store), before);
        eq_int(step_over_api(s, "picker.train", s->picker[own], "{\"strength\": 70}"), 200);
    }
}

TEST(an_office_opens_no_case_of_another)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    static const char *const FORM =
        "{\"number\": \"00009%d\", \"name\": \"New One\", \"birth_date\": \"1999-01-01\", \"strength\": 20, \"village\": \"%s\"}";
    desk_enter(s->d, "north");
    int64_t before = store_size(s->w->flow.store);
    eq_int(step_over_api(s, "picker.register", STR(""), str_c(a, str_printf(a, FORM, 1, "south"))), 403);
    Str dry = str_printf(a, "{'step': 'picker.register', 'dry_run': true, 'form': %.*s}",
                         STR_ARG(str_printf(a, FORM, 1, "south")));
    eq_int(desk_call(s->d, STR("/api/v1/commands"), dry).status, 403); /* a dry run answers as the run would */
    eq_int(store_size(s->w->flow.store), before);
    eq_int(step_over_api(s, "picker.register", STR(""), str_c(a, str_printf(a, FORM, 1, "north"))), 200);
    desk_enter(s->d, "clerk");
    eq_int(step_over_api(s, "picker.register", STR(""), str_c(a, str_printf(a, FORM, 2, "south"))), 200);
}

TEST(a_case_is_handed_to_no_colleague_of_another_office)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    Caller clerk = world_caller(s->w, "clerk");
    Err err = {0};
    OfficeAct act = {.scheme = STR("tiny"), .case_id = s->asked[SOUTH], .to = STR("north")};
    check(!flow_hand_over(&s->w->flow, a, &clerk, &act, s->w->now, &err));
    eq_text(str_from_c(err_name(err.code)), "FIELD_CHOICE");
    act.to = STR("south");
    check(flow_hand_over(&s->w->flow, a, &clerk, &act, s->w->now, &err));
}

/* ---- The reach itself ---- */

TEST(nobody_and_an_unfilled_reach_read_nothing)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    Err err = {0};
    const CaseRow *row;
    QueryReach none = {0}, nobody = flow_reach(a, s->w->flow.schemes[0], NULL);
    Caller no_role = {.account = STR("x")};
    QueryReach roleless = flow_reach(a, s->w->flow.schemes[0], &no_role);
    const QueryReach *list[] = {&none, &nobody, &roleless};
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        check(query_case_in(s->w->flow.store, a, list[i], s->picker[NORTH], &row, &err));
        check(row == NULL);
    }
}

/* A request keeps what it asked; a view of somebody else (the paper of another, a calendar) is made from the same
 * struct. */
TEST(a_view_of_another_reader_takes_nothing_from_what_was_asked_before)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    Err err = {0};
    const CaseRow *row = NULL, *again = NULL;
    const Scheme *scheme = s->w->flow.schemes[0];
    Caller north = world_caller(s->w, "north"), south = world_caller(s->w, "south");
    PageView v = {.flow = &s->w->flow,
                  .a = a,
                  .scheme = scheme,
                  .caller = &north,
                  .language = STR("en"),
                  .memo = page_memo(a, scheme, &north)};
    PageView other = v, nobody = v;
    other.caller = &south;
    nobody.caller = NULL;
    check(page_brief(&v, s->picker[NORTH], &row, &err) && row != NULL && row->data == NULL && row->title.len > 0);
    check(page_brief(&v, s->picker[NORTH], &again, &err) && again == row); /* not asked again */
    check(page_brief(&other, s->picker[NORTH], &row, &err) && row == NULL);
    check(page_brief(&nobody, s->picker[NORTH], &row, &err) && row == NULL);
    check(page_brief(&v, s->picker[SOUTH], &row, &err) && row == NULL);
    check(page_brief(&other, s->picker[SOUTH], &row, &err) && row != NULL);
    check(page_brief(&v, s->picker[SOUTH], &row, &err) && row == NULL);
    QueryReach own = page_reach(&v), others = page_reach(&other), none = page_reach(&nobody);
    eq_str(own.office, STR("north"));
    eq_str(others.office, STR("south"));
    check(none.whole.len == 0 && none.bound.len == 0 && none.party.len == 0);
}

TEST(an_office_moves_with_the_field_that_names_it)
{
    Villages *s = new_villages(a, engine_sqlite(a));
    Err err = {0};
    const CaseRow *row;
    Caller north = world_caller(s->w, "north");
    const Scheme *tiny = flow_scheme(&s->w->flow, STR("tiny"));
    QueryReach reach = flow_reach(a, tiny, &north);
    check(query_case_in(s->w->flow.store, a, &reach, s->stay[SOUTH], &row, &err) && row == NULL);
    StoreValue p[] = {STORE_S(s->picker[SOUTH])}; /* as a correction of the picker's village would leave the index */
    check(store_exec(s->w->flow.store, "UPDATE case_index SET value = 'north' WHERE case_id = $1 AND field = 'village'",
                     p, 1, &err));
    check(query_case_in(s->w->flow.store, a, &reach, s->stay[SOUTH], &row, &err) && row != NULL);
    check(store_exec(s->w->flow.store, "DELETE FROM case_index WHERE case_id = $1 AND field = 'village'", p, 1, &err));
    check(query_case_in(s->w->flow.store, a, &reach, s->stay[SOUTH], &row, &err) &&
          row != NULL); /* of no office: of every one */
}
