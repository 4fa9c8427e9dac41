/* threads_test.c: several threads take random steps on few cases of one store; afterwards everything still adds up.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdio.h>

#include "http/work.h"
#include "query/query.h"

enum { THREADS = 4, STEPS = 24, PLACES = 3, PICKERS = 6 };

typedef struct {
    const World *shared;
    Lane *lane; /* NULL: each thread writes by itself */
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
    Str form =
        permits ? str_printf(w->a, "{'months': %u}", 8 + r % 3) : str_printf(w->a, "{'strength': %u}", 10 + r % 80);
    FlowResult result;
    Command c = {.scheme = STR("tiny"),
                 .step = permits ? STR("stay.permit") : STR("picker.train"),
                 .case_id = id,
                 .key = str_printf(w->a, "hand-%llu-%d", (unsigned long long)(uintptr_t)h, n),
                 .form = world_json(w->a, form.ptr),
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
    w.flow.lane = h->lane;
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

static bool count_kept(void *host, const Event *e)
{
    *(int *)host += str_eq(e->type, STR("constant.kept"));
    return true;
}

static void random_steps(Arena *a, Str url, bool with_lane)
{
    Lane *lane = NULL;
    Err err = {0};
    World *w = world_new(a, url);
    Str grower = world_grower(w, "farm"), season = world_season(w, "2026", PLACES), *stays, *pickers;
    for (int i = 0; i < PICKERS; i++) {
        world_picker(w, i + 1, 50);
    }
    world_drawn(w, "farm", grower, season, PICKERS);
    eq_int(world_list(w, "stay", &stays), PICKERS);
    eq_int(world_list(w, "picker", &pickers), PICKERS);
    int64_t before = store_size(w->flow.store);
    check(!with_lane || lane_open(a, url, &lane, &err));
    pthread_t threads[THREADS];
    Hand hands[THREADS];
    for (int i = 0; i < THREADS; i++) {
        hands[i] = (Hand){.shared = w, .lane = lane, .stays = stays, .pickers = pickers, .seed = (uint64_t)i + 7};
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
    lane_close(lane);
    check(done > THREADS);
    int kept = 0;
    check(store_each(w->flow.store, before + 1, 0, count_kept, &kept, &err));
    eq_int(kept, 1); /* the list that all decisions name, told by the first of them and by no other */
    eq_int(store_size(w->flow.store), before + done + kept); /* each of these steps is one event */
    QueryUnits units;
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

BOTH(threads_that_take_random_steps_leave_everything_sound)
{
    random_steps(a, url, false);
}

BOTH(threads_that_share_a_lane_leave_everything_sound)
{
    random_steps(a, url, true);
}

/* ---- The lane by itself ---- */

enum { LANE_THREADS = 8, LANE_EACH = 40 };

typedef struct {
    Lane *lane;
    int number, kept, refused;
} Member;

static bool append_in(Store *s, Arena *a, const Member *m, int i, Err *err)
{
    Event e = {.scheme = STR("tiny"),
               .stream = str_printf(a, "case-%d", m->number),
               .version = 0,
               .type = STR("thing.done"),
               .at = {i},
               .actor = STR("clerk"),
               .data = json_new_object(a)};
    return store_append(s, a, &e, 1, err);
}

/* Every third piece of work fails after it has written. */
static void *member(void *arg)
{
    Member *m = arg;
    Arena *a = arena_new(0);
    for (int i = 0; i < LANE_EACH; i++) {
        Err err;
        Store *s;
        bool again;
        check(lane_enter(m->lane, NULL, false, &s, &err));
        bool ok = append_in(s, a, m, i, &err) && i % 3 != 0;
        check(lane_leave(m->lane, ok, false, &again, &err) == ok);
        m->kept += ok;
        m->refused += !ok;
        arena_reset(a);
    }
    arena_free(a);
    return NULL;
}

/* Each member in a thread of its own, until all are done. */
static void run_members(Lane *lane, Member *members, int count, void *(*run)(void *))
{
    pthread_t threads[16];
    check(count <= (int)COUNT_OF(threads));
    for (int i = 0; i < count; i++) {
        members[i] = (Member){.lane = lane, .number = i};
        check(pthread_create(&threads[i], NULL, run, &members[i]) == 0);
    }
    for (int i = 0; i < count; i++) {
        check(pthread_join(threads[i], NULL) == 0);
    }
}

BOTH(work_that_fails_in_a_lane_takes_nobody_elses_with_it)
{
    World *w = world_new(a, url);
    Lane *lane;
    Err err = {0};
    Member members[LANE_THREADS];
    int64_t before = store_size(w->flow.store);
    int kept = 0;
    check(lane_open(a, url, &lane, &err));
    run_members(lane, members, LANE_THREADS, member);
    for (int i = 0; i < LANE_THREADS; i++) {
        eq_int(members[i].kept, store_version_of(w->flow.store, str_printf(a, "case-%d", i)));
        kept += members[i].kept;
    }
    eq_int(kept, LANE_THREADS * (LANE_EACH - (LANE_EACH + 2) / 3));
    eq_int(store_size(w->flow.store), before + kept);
    StoreVerify v;
    check(store_verify(w->flow.store, &v, &err) && v.first_bad == 0);
    lane_close(lane);
}

/* ---- What the database refuses only at the end ---- */

enum { LATE_THREADS = 6, LATE_EACH = 12 };

/* One piece of work. The poisoned one writes what the database refuses, and nobody sees it before the group is sent. */
static bool late_once(const Member *m, Arena *a, int i, bool alone, bool *ret_again, Err *err)
{
    Store *s;
    Str stream = str_printf(a, "late-%d", m->number);
    LaneAbout about = {.key = str_printf(a, "late-%d-%d", m->number, i), .stream = stream};
    Event e = {.scheme = STR("tiny"),
               .stream = stream,
               .type = STR("thing.done"),
               .at = {i},
               .actor = STR("clerk"),
               .data = json_new_object(a)};
    StoreValue taken[] = {STORE_S(STR("taken"))};
    Json *before;
    if (!lane_enter(m->lane, &about, alone, &s, err)) {
        *ret_again = false;
        return false;
    }
    bool ok = store_done(s, a, about.key, hash_of(about.key), &before, err) && before == NULL &&
              store_append(s, a, &e, 1, err) && store_done_set(s, a, about.key, hash_of(about.key), e.data, err) &&
              (m->number > 0 ||
               store_exec_later(s, "INSERT INTO approved (allocation, total) VALUES ($1, 1)", taken, 1, err));
    return lane_leave(m->lane, ok, alone, ret_again, err);
}

static void *late_member(void *arg)
{
    Member *m = arg;
    Arena *a = arena_new(0);
    for (int i = 0; i < LATE_EACH; i++) {
        Err err;
        bool again = false, ok = late_once(m, a, i, false, &again, &err);
        if (!ok && again) {
            ok = late_once(m, a, i, true, &again, &err);
        }
        m->kept += ok;
        m->refused += !ok;
        arena_reset(a);
    }
    arena_free(a);
    return NULL;
}

BOTH(what_the_database_refuses_late_is_refused_to_its_own_writer_only)
{
    World *w = world_new(a, url);
    Lane *lane;
    Err err = {0};
    Member members[LATE_THREADS];
    StoreValue taken[] = {STORE_S(STR("taken"))};
    check(store_exec(w->flow.store, "INSERT INTO approved (allocation, total) VALUES ($1, 1)", taken, 1, &err));
    check(lane_open(a, url, &lane, &err));
    run_members(lane, members, LATE_THREADS, late_member);
    for (int i = 0; i < LATE_THREADS; i++) {
        eq_int(members[i].kept, i == 0 ? 0 : LATE_EACH);
        eq_int(store_version_of(w->flow.store, str_printf(a, "late-%d", i)), members[i].kept);
    }
    StoreVerify v;
    check(store_verify(w->flow.store, &v, &err) && v.first_bad == 0);
    lane_close(lane);
}

/* ---- Requests that wait for a worker ---- */

enum { ITEMS = 2000 };

typedef struct {
    WorkItem item;
    int number, done; /* how often */
} Asked;

typedef struct {
    pthread_mutex_t lock;
    int order[ITEMS], count;
} Answered;

static void answer_one(void *host, __attribute__((unused)) Worker *w, WorkItem *item)
{
    Answered *all = host;
    Asked *one = (Asked *)item;
    pthread_mutex_lock(&all->lock);
    all->order[all->count++] = one->number;
    one->done++;
    pthread_mutex_unlock(&all->lock);
}

/* With one worker in the order of arrival; with several each exactly once; all of them before the end. */
TEST(what_waits_is_answered_once_in_the_order_of_its_arrival)
{
    static const size_t WORKERS[] = {1, 3};
    for (size_t k = 0; k < COUNT_OF(WORKERS); k++) {
        Answered *all = ARENA_NEW(a, Answered);
        Asked *list = ARENA_ARRAY(a, Asked, ITEMS + 1);
        Worker *workers[3];
        Work *work = NULL;
        Err err = {0};
        pthread_mutex_init(&all->lock, NULL);
        for (size_t i = 0; i < WORKERS[k]; i++) {
            workers[i] = ARENA_NEW(a, Worker);
            workers[i]->a = arena_new(0);
        }
        check(work_start(a, workers, WORKERS[k], answer_one, all, &work, &err));
        for (int i = 0; i < ITEMS; i++) {
            list[i].number = i;
            check(work_add(work, &list[i].item));
        }
        work_end(work);
        check(!work_add(work, &list[ITEMS].item));
        eq_int(all->count, ITEMS);
        for (int i = 0; i < ITEMS; i++) {
            eq_int(list[i].done, 1);
            check(WORKERS[k] > 1 || all->order[i] == i);
        }
        for (size_t i = 0; i < WORKERS[k]; i++) {
            arena_free(workers[i]->a);
        }
    }
}
