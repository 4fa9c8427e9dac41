/* kept.c: the pasts that a process keeps, one for each scheme, behind a lock; forgotten when nobody asked for a while.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include <pthread.h>

enum { PLACES = 8, MOST_BYTES = 512 << 20 };

typedef struct {
    const Scheme *scheme;
    Arena *a;
    TrialPast *past;
} Place;

struct TrialKept {
    pthread_mutex_t lock;
    Place places[PLACES];
    size_t next; /* the place that gives way */
};

static void empty(Place *p)
{
    p->a = arena_free(p->a);
    *p = (Place){0};
}

void trial_kept_forget(TrialKept *k)
{
    pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < PLACES; i++) {
        empty(&k->places[i]);
    }
    pthread_mutex_unlock(&k->lock);
}

static void let_go(void *host)
{
    TrialKept *k = host;
    trial_kept_forget(k);
    pthread_mutex_destroy(&k->lock);
}

TrialKept *trial_kept(Arena *a)
{
    TrialKept *k = ARENA_NEW(a, TrialKept);
    pthread_mutex_init(&k->lock, NULL);
    arena_on_reset(a, let_go, k);
    return k;
}

static Place *place_of(TrialKept *k, const Scheme *s)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (k->places[i].scheme == s) {
            return &k->places[i];
        }
    }
    Place *p = &k->places[k->next++ % PLACES];
    empty(p);
    *p = (Place){.scheme = s, .a = arena_new(0)};
    p->past = trial_past_new(p->a, s, false);
    return p;
}

bool trial_kept_run(TrialKept *k, Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err)
{
    pthread_mutex_lock(&k->lock);
    Place *p = place_of(k, d->scheme);
    bool ok = trial_past_extend(p->past, store, err) && trial_past_run(p->past, store, a, d, ret, err);
    if (trial_past_counts(p->past).bytes > MOST_BYTES) {
        empty(p);
    }
    pthread_mutex_unlock(&k->lock);
    return ok;
}
