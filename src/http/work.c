/* work.c: see work.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "work.h"

#include <pthread.h>

typedef struct {
    Work *work;
    Worker *worker;
    pthread_t thread;
} Hand;

struct Work {
    pthread_mutex_t lock;
    pthread_cond_t added;
    WorkItem *first, **last; /* waiting, in the order of arrival */
    bool ends;
    WorkJob *job;
    void *host;
    Hand *hands;
    size_t hand_count;
};

/* NULL: nothing waits and nothing more will come. */
static WorkItem *take(Work *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->first == NULL && !w->ends) {
        pthread_cond_wait(&w->added, &w->lock);
    }
    WorkItem *item = w->first;
    if (item != NULL) {
        w->first = item->next;
        w->last = w->first == NULL ? &w->first : w->last;
    }
    pthread_mutex_unlock(&w->lock);
    return item;
}

static void *work_on(void *host)
{
    Hand *h = host;
    for (WorkItem *item; (item = take(h->work)) != NULL;) {
        h->work->job(h->work->host, h->worker, item);
        arena_reset(h->worker->a);
    }
    return NULL;
}

bool work_start(Arena *a, Worker *const *workers, size_t count, WorkJob *job, void *host, Work **ret, Err *err)
{
    Work *w = ARENA_NEW(a, Work);
    *w = (Work){.lock = PTHREAD_MUTEX_INITIALIZER, .added = PTHREAD_COND_INITIALIZER, .job = job, .host = host};
    w->last = &w->first;
    w->hands = ARENA_ARRAY(a, Hand, count);
    *ret = w;
    for (size_t i = 0; i < count; i++) {
        w->hands[i] = (Hand){.work = w, .worker = workers[i]};
        if (pthread_create(&w->hands[i].thread, NULL, work_on, &w->hands[i]) != 0) {
            return err_set(err, IO_FAILED, "No thread can be started for requests.");
        }
        w->hand_count++;
    }
    return true;
}

bool work_add(Work *work, WorkItem *item)
{
    pthread_mutex_lock(&work->lock);
    bool taken = !work->ends;
    if (taken) {
        item->next = NULL;
        *work->last = item;
        work->last = &item->next;
        pthread_cond_signal(&work->added);
    }
    pthread_mutex_unlock(&work->lock);
    return taken;
}

void work_end(Work *work)
{
    if (work == NULL) {
        return;
    }
    pthread_mutex_lock(&work->lock);
    work->ends = true;
    pthread_cond_broadcast(&work->added);
    pthread_mutex_unlock(&work->lock);
    for (size_t i = 0; i < work->hand_count; i++) {
        pthread_join(work->hands[i].thread, NULL);
    }
}
