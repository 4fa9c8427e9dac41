/* law_thread.c: while the server answers already: whether every model, expression and text of the law can be used.
 * Where one cannot, the server ends, as it would have before it started to listen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BEHIND_ANSWERS = 10 };

struct LawThread {
    pthread_t thread;
    const Scheme *const *schemes;
    size_t count;
    bool is_broken;
    Err err;
};

static void *run(void *host)
{
    LawThread *t = host;
    (void)setpriority(PRIO_PROCESS, 0, BEHIND_ANSWERS); /* of this thread alone; nothing hangs on it */
    for (size_t i = 0; i < t->count && !t->is_broken; i++) {
        t->is_broken = !scheme_check_late(t->schemes[i], &t->err);
    }
    malloc_trim(0); /* what was compiled only to be tried */
    if (t->is_broken) {
        kill(getpid(), SIGTERM);
    }
    return NULL;
}

bool law_thread_start(Arena *a, const Scheme *const *schemes, size_t count, LawThread **ret, Err *err)
{
    LawThread *t = ARENA_NEW(a, LawThread);
    t->schemes = schemes;
    t->count = count;
    if (pthread_create(&t->thread, NULL, run, t) != 0) {
        return err_set(err, IO_FAILED, "A thread that reads the law cannot be started.");
    }
    *ret = t;
    return true;
}

bool law_thread_stop(LawThread *t, Err *err)
{
    if (t != NULL) {
        pthread_join(t->thread, NULL);
        if (t->is_broken) {
            *err = t->err;
            return false;
        }
    }
    return true;
}
