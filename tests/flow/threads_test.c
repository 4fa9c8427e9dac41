/* threads_test.c: several threads take random steps on few cases of one store; afterwards everything still adds up.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdio.h>

#include "query/query.h"

enum { THREADS = 4, STEPS = 24, PLACES = 3, PICKERS = 6 };

typedef struct {
    const World *shared;
    const Str *stays, *pickers;
    uint64_t seed;
    int done, unexpected;
    ErrCode code; /* of the last unexpected failure */
} Hand;

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static bool is_expected(ErrCode code)
{
    static const ErrCode EXPECTED[] = {WRONG_STATE, STALE_FORM, UNIT_TAKEN, STORE_BUSY};
    for (size_t i = 0; i < COUNT_OF(EXPECTED); i++) {
        if (code == EXPECTED[i]) {
            return true;
        }
    }
    return false;
}

static void one_step(Hand *h, World *w, int n)
{
    uint32_t r = next(&h->seed);
    bool permits = r % 2 == 0;
    Str id = permits ? h->stays[r / 2 % PICKERS] : h->pickers[r / 2 % PICKERS];
    Caller clerk = world_caller(w, r % 3 ? "clerk" : "clerk2");
    Str form = permits ? str_printf(w->a, "{'months': %u}", 8 + r % 3) : str_printf(w->a, "{'strength': %u}", 10 + r % 80);
    FlowResult result;
    Command c = {.scheme = STR("tiny"), .step = permits ? STR("stay.permit") : STR("picker.train"), .case_id = id,
                 .key = str_printf(w->a, "hand-%llu-%d", (unsigned long long)(uintptr_t)h, n), .form = world_json(w->a, form.ptr),
                 .expected_version = r % 5 == 0 ? world_case(w, id)->version : -1};
    if (flow_run(&w->flow, flow_new_run(w->a, w->now), &clerk, &c, FLOW_RUN, w->now, &result)) {
        h->done++;
    } else if (!is_expected(result.err.code)) {
        h->unexpected++;
        h->code = result.err.code;
    }
}

static void *work(void *arg)
{
    Hand *h = arg;
    Arena *a = arena_new(0), *scratch = arena_new(0);
    World w = *world_again(a, h->shared);
    w.a = scratch;
    for (int i = 0; i < STEPS; i++) {
        one_step(h, &w, i);
        arena_reset(scratch);
    }
    arena_free(scratch);
    arena_free(a);
    return NULL;
}

static bool no_gaps(World *w, Str id)
{
    size_t count;
    Event *e = world_history(w, id, &count);
    for (size_t i = 0; i < count; i++) {
        if (e[i].version != (int64_t)i + 1) {
            return false;
        }
    }
    return world_case(w, id)->version == (int64_t)count;
}

BOTH(threads_that_take_random_steps_leave_everything_sound)
{
    World *w = world_new(a, url);
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", PLACES), *stays, *pickers;
    for (int i = 0; i < PICKERS; i++) {
        world_picker(w, i + 1, 50);
    }
    world_drawn(w, "farm", grower, season, PICKERS);
    eq_int(world_list(w, "stay", &stays), PICKERS);
    eq_int(world_list(w, "picker", &pickers), PICKERS);
    int64_t before = store_size(w->flow.store);
    pthread_t threads[THREADS];
    Hand hands[THREADS];
    for (int i = 0; i < THREADS; i++) {
        hands[i] = (Hand){.shared = w, .stays = stays, .pickers = pickers, .seed = (uint64_t)i + 7};
        check(pthread_create(&threads[i], NULL, work, &hands[i]) == 0);
    }
    int done = 0;
    for (int i = 0; i < THREADS; i++) {
        check(pthread_join(threads[i], NULL) == 0);
        if (hands[i].unexpected > 0) {
            printf("  thread %d: %s\n", i, err_name(hands[i].code));
        }
        eq_int(hands[i].unexpected, 0);
        done += hands[i].done;
    }
    check(done > THREADS);
    eq_int(store_size(w->flow.store), before + done); /* each of these steps is one event */
    QueryUnits units;
    Err err = {0};
    int64_t permitted = 0;
    check(query_units(w->flow.store, a, season, &units, &err));
    for (int i = 0; i < PICKERS; i++) {
        check(no_gaps(w, stays[i]) && no_gaps(w, pickers[i]));
        permitted += str_eq(world_state(w, stays[i]), STR("permitted")) ? 1 : 0;
    }
    check(units.taken <= PLACES);
    eq_int(units.taken, permitted);
    world_is_sound(w);
}
