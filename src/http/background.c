/* background.c: one thread, woken by hand or by the clock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "background.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { LOOK_SECONDS = 5 };

struct Background {
    BackgroundJob *job;
    void *host;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool wake;
    atomic_bool ends;
};

Instant background_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (Instant){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

bool background_ends(const Background *b)
{
    return atomic_load(&b->ends);
}

/* True until it shall end. */
static bool wait_a_while(Background *b)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&b->lock);
    if (!b->wake) {
        pthread_cond_timedwait(&b->woken, &b->lock, &until);
    }
    b->wake = false;
    pthread_mutex_unlock(&b->lock);
    return !background_ends(b);
}

static void *run(void *self)
{
    Background *b = self;
    do {
        b->job(b->host, b);
    } while (wait_a_while(b));
    return NULL;
}

bool background_start(Arena *a, const char *what, BackgroundJob *job, void *host, Background **ret, Err *err)
{
    Background *b = ARENA_NEW(a, Background);
    b->job = job;
    b->host = host;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->woken, NULL);
    if (pthread_create(&b->thread, NULL, run, b) != 0) {
        return err_set(err, IO_FAILED, "A thread for %s cannot be started.", what);
    }
    *ret = b;
    return true;
}

void background_wake(Background *b)
{
    pthread_mutex_lock(&b->lock);
    b->wake = true;
    pthread_cond_signal(&b->woken);
    pthread_mutex_unlock(&b->lock);
}

void background_stop(Background *b)
{
    atomic_store(&b->ends, true);
    background_wake(b);
    pthread_join(b->thread, NULL);
}
