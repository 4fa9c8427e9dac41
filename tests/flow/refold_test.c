/* refold_test.c: the log folded at once gives what its steps left one by one: who has a case in hand and has no more,
 * notes of an erased person, units given back, values that another took over; and a log with a gap is not folded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#include "flow/office.h"
#include "project/project.h"

static Str asked(World *w, Str season)
{
    Str grower = world_grower(w, "farm"), *ids;
    world_picker(w, 1, 50);
    world_picker(w, 2, 60);
    world_drawn(w, "farm", grower, season, 2);
    eq_int(world_list(w, "stay", &ids), 2);
    return ids[0];
}

static void hand(World *w, Str id, const char *to, const char *note)
{
    Caller clerk = world_caller(w, "clerk");
    Err err = {0};
    OfficeAct act = {.scheme = STR("tiny"), .case_id = id, .to = str_from_c(to), .note = str_from_c(note)};
    check(flow_hand_over(&w->flow, w->a, &clerk, &act, w->now, &err));
}

static Str in_hands_of(World *w, Str id)
{
    StoreRows rows;
    Err err = {0};
    StoreValue p[] = {STORE_S(id)};
    check(store_query(w->flow.store, w->a, "SELECT account FROM assigned WHERE case_id = $1", p, COUNT_OF(p), &rows,
                      &err));
    return rows.row_count > 0 ? rows.cells[0].s : STR("");
}

BOTH(who_has_a_case_in_hand_is_folded_in_the_order_of_the_log)
{
    World *w = world_new(a, url);
    Str *ids, one = asked(w, world_season(w, "2026", 3));
    world_officer(w, "other", "clerk", "");
    eq_int(world_list(w, "stay", &ids), 2);
    Str two = str_eq(ids[0], one) ? ids[1] : ids[0];
    hand(w, one, "other", "first");
    hand(w, one, "clerk", "again");
    hand(w, two, "other", "");
    eq_text(in_hands_of(w, one), "clerk");
    world_is_sound(w);
    eq_text(in_hands_of(w, one), "clerk");
    eq_text(in_hands_of(w, two), "other");
    world_do(w, "clerk", "stay.permit", one,
             STR("{'months': 3, 'remark': 'x'}")); /* in another's hands: nobody's own */
    eq_text(in_hands_of(w, one), "");
    hand(w, two, "", "back to all");
    world_is_sound(w);
    eq_text(in_hands_of(w, one), "");
    eq_text(in_hands_of(w, two), "");
}

BOTH(a_case_of_an_erased_person_stays_in_the_hands_it_is_in)
{
    World *w = world_new(a, url);
    Str one = asked(w, world_season(w, "2026", 3)), person = json_text(world_field(w, one, "picker"));
    Err err = {0};
    hand(w, one, "clerk", "about somebody");
    check(flow_erase(&w->flow, a, STR("admin"), person, STR("code:12"), w->now, &err));
    eq_text(in_hands_of(w, one), "clerk");
    world_is_sound(w);
    eq_text(in_hands_of(w, one), "clerk");
}

/* How far it is told in order, to the end. */
typedef struct {
    int64_t events, of;
    int steps, of_steps, calls;
} Heard;

static void hear(void *host, const ProjectNews *n)
{
    Heard *h = host;
    check(n->events >= h->events && n->events <= n->of && n->steps >= h->steps);
    check(n->of_steps == 0 || n->events == n->of);
    *h = (Heard){n->events, n->of, n->steps, n->of_steps, h->calls + 1};
}

BOTH(a_fold_says_how_far_it_is)
{
    World *w = world_new(a, url);
    asked(w, world_season(w, "2026", 3));
    Heard h = {0};
    ProjectTeller teller = {hear, &h};
    int64_t events;
    Err err = {0};
    check(project_rebuild(w->flow.store, &teller, &events, &err));
    check(h.calls > 2 && h.of == store_size(w->flow.store) && h.steps == h.of_steps && h.steps > 9);
    eq_int(events, h.of);
}

/* The fold stops inside its transaction: all is as it was. */
BOTH(a_log_with_a_gap_is_not_folded)
{
    World *w = world_new(a, url);
    asked(w, world_season(w, "2026", 3));
    Hash before, after;
    int64_t events;
    Err err = {0};
    check(project_digest(w->flow.store, &before, &err));
    engine_tamper(a, url, "DELETE FROM log_events WHERE seq = (SELECT MAX(seq) - 1 FROM log_events)",
                  "DELETE FROM log_events WHERE seq = (SELECT MAX(seq) - 1 FROM log_events)");
    check(!project_rebuild(w->flow.store, NULL, &events, &err));
    eq_text(str_from_c(err_name(err.code)), "LOG_DAMAGED");
    check(project_digest(w->flow.store, &after, &err) && hash_eq(before, after));
}
