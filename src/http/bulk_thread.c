/* bulk_thread.c: one thread beside the workers that does what uploads wait for, also what an interrupted server left.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_thread.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "bulk/bulk.h"

enum { LOOK_SECONDS = 5 };

struct BulkThread {
    Flow flow;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool wake, ends;
};

static Instant clock_now(__attribute__((unused)) void *host)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (Instant){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static bool ends_now(BulkThread *t)
{
    pthread_mutex_lock(&t->lock);
    bool ends = t->ends;
    pthread_mutex_unlock(&t->lock);
    return ends;
}

static bool goes_on(void *host, __attribute__((unused)) const BulkJob *job)
{
    return !ends_now(host);
}

/* False when nothing waits, when it shall end, or when the store does not answer: both look again later. */
static bool work_once(BulkThread *t)
{
    Arena *a = arena_new(0);
    Str id;
    Err err;
    BulkClock clock = {.now = clock_now, .host = t, .goes_on = goes_on};
    bool ok = bulk_take(t->flow.store, a, clock_now(NULL), STR(""), &id, &err);
    bool found = ok && id.len > 0;
    if (found && !bulk_work(&t->flow, id, &clock, &err) && err_http_status(err.code) >= 500) {
        ok = found = false;
    }
    if (!ok && !ends_now(t)) {
        fprintf(stderr, "goldenbridge: bulk: %s: %s %s\n", err_name(err.code), err.text, err.detail);
    }
    arena_free(a);
    return found;
}

/* True until it shall end. */
static bool wait_for_work(BulkThread *t)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&t->lock);
    if (!t->wake && !t->ends) {
        pthread_cond_timedwait(&t->woken, &t->lock, &until);
    }
    t->wake = false;
    bool goes_on = !t->ends;
    pthread_mutex_unlock(&t->lock);
    return goes_on;
}

static void *run(void *host)
{
    BulkThread *t = host;
    do {
        while (!ends_now(t) && work_once(t)) {
        }
    } while (wait_for_work(t));
    return NULL;
}

bool bulk_thread_start(Arena *a, const Flow *flow, BulkThread **ret, Err *err)
{
    BulkThread *t = ARENA_NEW(a, BulkThread);
    t->flow = *flow;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->woken, NULL);
    if (!bulk_prepare(t->flow.store, err)) {
        return false;
    }
    if (pthread_create(&t->thread, NULL, run, t) != 0) {
        return err_set(err, IO_FAILED, "A thread for uploads cannot be started.");
    }
    *ret = t;
    return true;
}

static void signal_it(BulkThread *t, bool ends)
{
    pthread_mutex_lock(&t->lock);
    t->wake = true;
    t->ends = t->ends || ends;
    pthread_cond_signal(&t->woken);
    pthread_mutex_unlock(&t->lock);
}

void bulk_thread_wake(BulkThread *t)
{
    signal_it(t, false);
}

void bulk_thread_stop(BulkThread *t)
{
    if (t != NULL) {
        signal_it(t, true);
        pthread_join(t->thread, NULL);
    }
}
