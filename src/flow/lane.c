/* lane.c: see lane.h. Who ends a turn while nobody waits commits for all of the group; while that commit flushes, the next
 * group gathers at the door. So a lone writer waits for nobody, and many share one flush.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include <pthread.h>

enum { MOST_MEMBERS = 256, GROUPS = 64 };

/* The pieces of work of one transaction, and how it ended. */
typedef struct {
    int members; /* who succeeded and wait for the commit */
    int unread;  /* members that have not seen the end yet: the slot is theirs until then */
    bool is_done, is_durable;
    Err err;
} Group;

struct Lane {
    Store *store;
    pthread_mutex_t lock;
    pthread_cond_t turn, end;
    bool is_taken;  /* somebody is inside, or commits */
    int waiting;    /* for a turn */
    Group *open;    /* of the open transaction; NULL: none is open. Belongs to who is inside. */
    Group groups[GROUPS];
};

bool lane_open(Arena *a, Str url, Lane **ret, Err *err)
{
    Lane *l = ARENA_NEW(a, Lane);
    if (!store_open(url, STORE_WRITE, &l->store, err)) {
        return false;
    }
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

static void take_turn(Lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->waiting++;
    while (l->is_taken) {
        pthread_cond_wait(&l->turn, &l->lock);
    }
    l->waiting--;
    l->is_taken = true;
    pthread_mutex_unlock(&l->lock);
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

/* Tells the members how it ended and lets the next one in. */
static void end_group(Lane *l, bool is_durable, const Err *err)
{
    Group *g = l->open;
    pthread_mutex_lock(&l->lock);
    l->open = NULL;
    g->unread = g->members;
    g->is_durable = is_durable;
    g->is_done = true;
    if (!is_durable) {
        g->err = *err;
    }
    l->is_taken = false;
    pthread_cond_broadcast(&l->end);
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
    end_group(l, is_durable, &err);
}

bool lane_enter(Lane *l, Store **ret, Err *err)
{
    take_turn(l);
    if (l->open == NULL) {
        if (!store_begin(l->store, err)) {
            pthread_mutex_lock(&l->lock);
            l->is_taken = false;
            pthread_cond_signal(&l->turn);
            pthread_mutex_unlock(&l->lock);
            return false;
        }
        l->open = free_group(l);
    }
    if (!store_savepoint(l->store, err)) { /* the transaction is lost, and with it the group */
        store_rollback(l->store);
        end_group(l, false, err);
        return false;
    }
    *ret = l->store;
    return true;
}

static bool wait_for_end(Lane *l, Group *g, Err *err)
{
    pthread_mutex_lock(&l->lock);
    while (!g->is_done) {
        pthread_cond_wait(&l->end, &l->lock);
    }
    bool is_durable = g->is_durable;
    if (!is_durable && err != NULL) {
        *err = g->err;
    }
    g->unread--;
    pthread_mutex_unlock(&l->lock);
    return is_durable;
}

bool lane_leave(Lane *l, bool ok, Err *err)
{
    Group *g = l->open;
    if (ok) {
        ok = store_release(l->store, err);
    } else {
        store_rollback_to(l->store);
    }
    g->members += ok;
    pthread_mutex_lock(&l->lock);
    bool is_last = l->waiting == 0 || g->members == MOST_MEMBERS;
    if (!is_last) {
        l->is_taken = false;
        pthread_cond_signal(&l->turn);
    }
    pthread_mutex_unlock(&l->lock);
    if (is_last) {
        commit_group(l);
    }
    return ok && wait_for_end(l, g, err);
}
