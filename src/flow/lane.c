/* lane.c: see lane.h. Who ends a turn while nobody waits commits for all of the group; while that commit flushes, the
 * next group gathers at the door. So a lone writer waits for nobody, and many share one flush.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include <pthread.h>

#include "query/query.h"

enum { MOST_MEMBERS = 256, GROUPS = 64 };

/* The pieces of work of one transaction, and how it ended. */
typedef struct {
    int members;                       /* who succeeded and wait for the commit */
    int unread;                        /* members that have not seen the end yet: the slot is theirs until then */
    bool is_done, is_durable, is_gone; /* gone: surely nothing was kept, and the database is still there */
    Err err;
} Group;

/* Who waits for a turn. */
typedef struct Waiter {
    const LaneAbout *about;
    bool is_asked;
    struct Waiter *next;
} Waiter;

struct Lane {
    Store *store;
    pthread_mutex_t lock;
    pthread_cond_t turn, end;
    bool is_taken;   /* somebody is inside, or commits */
    Waiter *waiting; /* for a turn */
    Group *open;     /* of the open transaction; NULL: none is open. Belongs to who is inside. */
    Group groups[GROUPS];
};

bool lane_open(Arena *a, Str url, Lane **ret, Err *err)
{
    Lane *l = ARENA_NEW(a, Lane);
    if (!store_open(url, STORE_WRITE, &l->store, err)) {
        return false;
    }
    if (!store_keep(l->store, STORE_KEEP_WRITER, err)) {
        store_close(l->store);
        return false;
    }
    query_expect_cases(l->store);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->turn, NULL);
    pthread_cond_init(&l->end, NULL);
    *ret = l;
    return true;
}

void lane_close(Lane *l)
{
    if (l != NULL) {
        check_that(!l->is_taken && l->open == NULL);
        store_close(l->store);
        pthread_cond_destroy(&l->end);
        pthread_cond_destroy(&l->turn);
        pthread_mutex_destroy(&l->lock);
    }
}

static void leave_queue(Lane *l, const Waiter *w)
{
    Waiter **at = &l->waiting;
    while (*at != w) {
        at = &(*at)->next;
    }
    *at = w->next;
}

static void take_turn(Lane *l, Waiter *own)
{
    pthread_mutex_lock(&l->lock);
    own->next = l->waiting;
    l->waiting = own;
    while (l->is_taken) {
        pthread_cond_wait(&l->turn, &l->lock);
    }
    leave_queue(l, own);
    l->is_taken = true;
    pthread_mutex_unlock(&l->lock);
}

/* What this one and those who wait are about, as far as it was not asked yet. What it points to stays until they had
 * their turn. */
static size_t gather(Lane *l, Waiter *own, bool from_start, LaneAbout list[MOST_MEMBERS])
{
    size_t n = 0;
    pthread_mutex_lock(&l->lock);
    own->next = l->waiting;
    for (Waiter *w = own; w != NULL && n < MOST_MEMBERS; w = w->next) {
        if (w->about != NULL && (from_start || !w->is_asked)) {
            list[n++] = *w->about;
            w->is_asked = true;
        }
    }
    pthread_mutex_unlock(&l->lock);
    return n;
}

/* A slot whose group has ended and been seen by all its members. There are more slots than threads. */
static Group *free_group(Lane *l)
{
    pthread_mutex_lock(&l->lock);
    Group *g = NULL;
    for (int i = 0; i < GROUPS && g == NULL; i++) {
        g = l->groups[i].unread == 0 ? &l->groups[i] : NULL;
    }
    pthread_mutex_unlock(&l->lock);
    check_that(g != NULL);
    *g = (Group){0};
    return g;
}

/* Tells the members how it ended. */
static void close_group(Lane *l, bool is_durable, bool is_gone, const Err *err)
{
    Group *g = l->open;
    pthread_mutex_lock(&l->lock);
    l->open = NULL;
    g->unread = g->members;
    g->is_durable = is_durable;
    g->is_gone = is_gone;
    g->is_done = true;
    if (!is_durable) {
        g->err = *err;
    }
    pthread_cond_broadcast(&l->end);
    pthread_mutex_unlock(&l->lock);
}

static void end_turn(Lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->is_taken = false;
    pthread_cond_signal(&l->turn);
    pthread_mutex_unlock(&l->lock);
}

static void commit_group(Lane *l)
{
    Err err = {0};
    bool is_durable = true;
    if (l->open->members > 0) {
        is_durable = store_commit(l->store, &err);
    } else {
        store_rollback(l->store);
    }
    close_group(l, is_durable, !is_durable && store_kept_nothing(l->store), &err);
}

static void lose_group(Lane *l, const Err *err)
{
    store_rollback(l->store);
    close_group(l, false, store_kept_nothing(l->store), err);
}

/* A group to be in: the open one, or a new one. Who can do it again may take for granted what is most likely. */
static bool join_group(Lane *l, Waiter *own, bool alone, Err *err)
{
    LaneAbout list[MOST_MEMBERS];
    if (l->open != NULL && alone) {
        commit_group(l);
    }
    bool is_new = l->open == NULL, may_assume = own->about != NULL && !alone;
    size_t count = is_new || (own->about != NULL && !own->is_asked) ? gather(l, own, is_new, list) : 0;
    if (is_new) {
        if (!(may_assume ? store_begin_assuming : store_begin_for)(l->store, list, count, err)) {
            return false;
        }
        l->open = free_group(l);
    } else if (!store_expect(l->store, list, count, err)) {
        lose_group(l, err);
        return false;
    }
    return true;
}

bool lane_enter(Lane *l, const LaneAbout *about, bool alone, Store **ret, Err *err)
{
    Waiter own = {.about = about};
    take_turn(l, &own);
    bool ok = join_group(l, &own, alone, err);
    if (ok && !store_savepoint(l->store, err)) { /* the transaction is lost, and with it the group */
        lose_group(l, err);
        ok = false;
    }
    if (!ok) {
        end_turn(l);
        return false;
    }
    *ret = l->store;
    return true;
}

static bool wait_for_end(Lane *l, Group *g, bool *ret_again, Err *err)
{
    pthread_mutex_lock(&l->lock);
    while (!g->is_done) {
        pthread_cond_wait(&l->end, &l->lock);
    }
    bool is_durable = g->is_durable;
    *ret_again = !is_durable && g->is_gone;
    if (!is_durable && err != NULL) {
        *err = g->err;
    }
    g->unread--;
    pthread_mutex_unlock(&l->lock);
    return is_durable;
}

/* Nobody waits, or too many are in. */
static bool is_full(Lane *l)
{
    pthread_mutex_lock(&l->lock);
    bool ret = l->waiting == NULL || l->open->members == MOST_MEMBERS;
    pthread_mutex_unlock(&l->lock);
    return ret;
}

bool lane_leave(Lane *l, bool ok, bool alone, bool *ret_again, Err *err)
{
    Group *g = l->open;
    *ret_again = false;
    if (ok) {
        ok = store_release(l->store, err);
    } else {
        store_rollback_to(l->store);
    }
    g->members += ok;
    if (store_is_lost(l->store)) { /* by what an earlier member wrote, perhaps */
        lose_group(l, err);
        *ret_again = g->is_gone;
    } else if (alone || is_full(l)) {
        commit_group(l);
    }
    end_turn(l);
    return ok && wait_for_end(l, g, ret_again, err);
}
