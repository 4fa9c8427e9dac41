/* notice_thread.c: makes notices and sends what is due, beside the workers. Several servers may do so at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_thread.h"

#include <stdio.h>

#include "background.h"

enum { SENT_AT_ONCE = 20 };

struct NoticeThread {
    Flow flow;
    NoticeConfig config;
    Background *thread;
};

static bool make_all(const NoticeThread *t, const Background *b, Err *err)
{
    int64_t made = 0;
    bool more = true;
    while (more && !background_ends(b)) {
        if (!notice_from_events(&t->flow, background_now(), &made, &more, err)) {
            return false;
        }
    }
    return notice_from_deadlines(&t->flow, background_now(), &made, err);
}

static bool send_all(const NoticeThread *t, const Background *b, Err *err)
{
    for (bool more = true; more && !background_ends(b);) {
        NoticeCount count = {0};
        if (!notice_send(&t->flow, &t->config, background_now(), SENT_AT_ONCE, &count, err)) {
            return false;
        }
        more = count.sent + count.failed + count.dropped == SENT_AT_ONCE;
    }
    return true;
}

static void work(void *host, Background *b)
{
    const NoticeThread *t = host;
    Err err;
    if (!(make_all(t, b, &err) && send_all(t, b, &err)) && !background_ends(b)) {
        fprintf(stderr, "goldenbridge: notices: %s: %s %s\n", err_name(err.code), err.text, err.detail);
    }
}

bool notice_thread_start(Arena *a, const Flow *flow, Str origin, NoticeThread **ret, Err *err)
{
    NoticeThread *t = ARENA_NEW(a, NoticeThread);
    t->flow = *flow;
    if (!notice_config(a, &t->config, err)) {
        return false;
    }
    t->config.origin = t->config.origin.len > 0 ? t->config.origin : origin;
    if (!background_start(a, "notices", work, t, &t->thread, err)) {
        return false;
    }
    *ret = t;
    return true;
}

void notice_thread_wake(NoticeThread *t)
{
    if (t != NULL) {
        background_wake(t->thread);
    }
}

void notice_thread_stop(NoticeThread *t)
{
    if (t != NULL) {
        background_stop(t->thread);
    }
}
