/* notice_thread.c: one thread beside the workers that makes notices and sends what is due. Several servers may do so at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_thread.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { LOOK_SECONDS = 5, SENT_AT_ONCE = 20 };

struct NoticeThread {
    Flow flow;
    TrialKept *trials;
    NoticeConfig config;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool wake, ends;
};

static Instant clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (Instant){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static bool ends_now(NoticeThread *t)
{
    pthread_mutex_lock(&t->lock);
    bool ends = t->ends;
    pthread_mutex_unlock(&t->lock);
    return ends;
}

static bool make_all(NoticeThread *t, Err *err)
{
    int64_t made = 0;
    bool more = true;
    while (more && !ends_now(t)) {
        if (!notice_from_events(&t->flow, clock_now(), &made, &more, err)) {
            return false;
        }
    }
    return notice_from_deadlines(&t->flow, clock_now(), &made, err);
}

static bool send_all(NoticeThread *t, Err *err)
{
    for (bool more = true; more && !ends_now(t);) {
        NoticeCount count = {0};
        if (!notice_send(&t->flow, &t->config, clock_now(), SENT_AT_ONCE, &count, err)) {
            return false;
        }
        more = count.sent + count.failed + count.dropped == SENT_AT_ONCE;
    }
    return true;
}

/* True until it shall end. */
static bool wait_a_while(NoticeThread *t)
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
    NoticeThread *t = host;
    do {
        Err err;
        if (!(make_all(t, &err) && send_all(t, &err) && trial_kept_tidy(t->trials, t->flow.store, clock_now(), &err)) && !ends_now(t)) {
            fprintf(stderr, "goldenbridge: notices: %s: %s %s\n", err_name(err.code), err.text, err.detail);
        }
    } while (wait_a_while(t));
    return NULL;
}

bool notice_thread_start(Arena *a, const Flow *flow, Str origin, TrialKept *trials, NoticeThread **ret, Err *err)
{
    NoticeThread *t = ARENA_NEW(a, NoticeThread);
    t->flow = *flow;
    t->trials = trials;
    if (!notice_config(a, &t->config, err)) {
        return false;
    }
    t->config.origin = t->config.origin.len > 0 ? t->config.origin : origin;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->woken, NULL);
    if (pthread_create(&t->thread, NULL, run, t) != 0) {
        return err_set(err, IO_FAILED, "A thread for notices cannot be started.");
    }
    *ret = t;
    return true;
}

static void signal_it(NoticeThread *t, bool ends)
{
    pthread_mutex_lock(&t->lock);
    t->wake = true;
    t->ends = t->ends || ends;
    pthread_cond_signal(&t->woken);
    pthread_mutex_unlock(&t->lock);
}

void notice_thread_wake(NoticeThread *t)
{
    if (t != NULL) {
        signal_it(t, false);
    }
}

void notice_thread_stop(NoticeThread *t)
{
    if (t != NULL) {
        signal_it(t, true);
        pthread_join(t->thread, NULL);
    }
}
