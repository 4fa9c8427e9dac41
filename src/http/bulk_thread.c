/* bulk_thread.c: what uploads wait for, done beside the workers, also what an interrupted server left.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_thread.h"

#include <stdio.h>

#include "background.h"
#include "bulk/bulk.h"

struct BulkThread {
    Flow flow;
    Background *thread;
};

static Instant clock_now(__attribute__((unused)) void *host)
{
    return background_now();
}

static bool goes_on(void *host, __attribute__((unused)) const BulkJob *job)
{
    const Background *b = host;
    return !background_ends(b);
}

/* False when nothing waits, when it shall end, or when the store does not answer: both look again later. */
static bool work_once(const BulkThread *t, Background *b)
{
    Arena *a = arena_new(0);
    Str id;
    Err err;
    BulkClock clock = {.now = clock_now, .host = b, .goes_on = goes_on};
    bool ok = bulk_take(t->flow.store, a, background_now(), STR(""), &id, &err);
    bool found = ok && id.len > 0;
    if (found && !bulk_work(&t->flow, id, &clock, &err) && err_http_status(err.code) >= 500) {
        ok = found = false;
    }
    if (!ok && !background_ends(b)) {
        fprintf(stderr, "goldenbridge: bulk: %s: %s %s\n", err_name(err.code), err.text, err.detail);
    }
    arena_free(a);
    return found;
}

static void work(void *host, Background *b)
{
    while (!background_ends(b) && work_once(host, b)) {
    }
}

bool bulk_thread_start(Arena *a, const Flow *flow, BulkThread **ret, Err *err)
{
    BulkThread *t = ARENA_NEW(a, BulkThread);
    t->flow = *flow;
    if (!bulk_prepare(t->flow.store, err) || !background_start(a, "uploads", work, t, &t->thread, err)) {
        return false;
    }
    *ret = t;
    return true;
}

void bulk_thread_wake(BulkThread *t)
{
    background_wake(t->thread);
}

void bulk_thread_stop(BulkThread *t)
{
    if (t != NULL) {
        background_stop(t->thread);
    }
}
