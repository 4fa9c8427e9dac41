/* constant_test.c: a long list that decisions rest on stands in the log once; facts name it, and everything that reads
 * facts finds it, on both engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "flow/constant.h"
#include "query/query.h"

/* `count` stays that were decided, with the events of the decisions. */
static void decide_stays(World *w, int count, Event *ret)
{
    Str *stays, grower = world_grower(w, "farm"), season = world_season(w, "2026", count);
    for (int i = 0; i < count; i++) {
        world_picker(w, i + 1, 20 + i);
    }
    world_drawn(w, "farm", grower, season, count);
    eq_int(world_list(w, "stay", &stays), count);
    for (int i = 0; i < count; i++) {
        size_t n;
        world_do(w, "clerk", "stay.permit", stays[i], STR("{'months': 3}"));
        const Event *e = world_history(w, stays[i], &n);
        ret[i] = e[n - 1];
    }
}

static const Json *facts_of(const Event *e)
{
    const Json *facts = json_get(e->sealed, "facts");
    return facts != NULL ? facts : json_get(e->data, "facts");
}

typedef struct {
    int events;
    Str stream;
    Arena *a;
} Kept;

static bool count_kept(void *host, const Event *e)
{
    Kept *k = host;
    if (str_eq(e->type, STR("constant.kept"))) {
        k->events++;
        k->stream = str_copy(k->a, e->stream);
    }
    return true;
}

static Kept kept_in(Store *s, Arena *a)
{
    Kept k = {.a = a};
    Err err;
    check(store_each(s, 1, 0, count_kept, &k, &err));
    return k;
}

BOTH(a_long_list_stands_in_the_log_once)
{
    World *w = world_new(a, url);
    Event e[2];
    decide_stays(w, 2, e);
    Str name = json_text(json_path(facts_of(&e[0]), "holidays.constant"));
    eq_int(name.len, 64);
    eq_text(json_text(json_path(facts_of(&e[1]), "holidays.constant")), str_c(a, name));
    Kept k = kept_in(w->flow.store, a);
    eq_int(k.events, 1);
    eq_text(k.stream, str_c(a, str_printf(a, "constant:%.*s", STR_ARG(name))));
    Json *facts;
    Err err;
    check(constant_expand(w->flow.store, a, facts_of(&e[1]), &facts, &err));
    eq_int(json_count(json_get(facts, "holidays")), 22);
    eq_text(json_text(json_path(facts, "holidays.0")), "2026-05-01");
    check(json_eq(json_get(facts, "months"), json_get(facts_of(&e[1]), "months")));
    world_is_sound(w);
}

BOTH(a_decision_is_run_again_with_the_list_of_its_day)
{
    World *w = world_new(a, url);
    Event e;
    decide_stays(w, 1, &e);
    Json *proof;
    Err err;
    check(flow_explain(&w->flow, flow_new_run(a, w->now), e.seq, &proof, &err));
    check(json_is_true(json_get(proof, "same")));
    eq_int(json_count(json_path(proof, "facts.holidays")), 22);
}

BOTH(a_moved_store_still_knows_the_list)
{
    World *w = world_new(a, url);
    Event e;
    decide_stays(w, 1, &e);
    Store *copy;
    Err err;
    Str path = engine_path(a, "copy");
    check(store_open(path, STORE_CREATE, &copy, &err));
    check(store_copy(w->flow.store, copy, NULL, 0, &err));
    Json *facts;
    check(constant_expand(copy, a, facts_of(&e), &facts, &err));
    eq_int(json_count(json_get(facts, "holidays")), 22);
    store_close(copy);
}

BOTH(facts_written_before_lists_were_named_are_read_as_they_are)
{
    World *w = world_new(a, url);
    const Json *old =
        world_json(a, "{'months': 3, 'holidays': ['2026-05-01', '2026-05-02'], 'who': {'constant': 'short'}}");
    Json *facts, *named = json_new_object(a);
    Err err;
    check(constant_expand(w->flow.store, a, old, &facts, &err));
    check(json_eq(facts, old));
    check(constant_named(w->flow.store, a, old, named, &err));
    eq_int(json_count(named), 0);
}

BOTH(a_list_that_the_log_does_not_hold_or_that_differs_is_told)
{
    World *w = world_new(a, url);
    static const char NAME[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const Json *kept = world_json(a, str_printf(a, "{'holidays': {'constant': '%s'}}", NAME).ptr);
    Json *facts, *lists = json_new_object(a);
    Err err;
    check(!constant_expand(w->flow.store, a, kept, &facts, &err));
    eq_int(err.code, NOT_FOUND);
    json_set(a, lists, str_from_c(NAME), world_json(a, "['2026-05-01']")); /* whose hash is another */
    check(store_begin(w->flow.store, &err));
    check(constant_keep(w->flow.store, a, STR("tiny"), lists, w->now, (Day){20000}, &err));
    check(constant_keep(w->flow.store, a, STR("tiny"), lists, w->now, (Day){20000}, &err));
    check(store_commit(w->flow.store, &err));
    eq_int(kept_in(w->flow.store, a).events, 1);
    check(!constant_expand(w->flow.store, a, kept, &facts, &err));
    eq_int(err.code, LOG_DAMAGED);
}
