/* kept.c: the pasts that a process keeps, one for each scheme, behind a lock; forgotten when nobody asked for a while.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include <pthread.h>

enum { PLACES = 8, MOST_BYTES = 512 << 20, IDLE_MS = 10 * 60 * 1000 };

typedef struct {
    const Scheme *scheme;
    Arena *a;
    TrialPast *past;
} Place;

struct TrialKept {
    pthread_mutex_t lock;
    Place places[PLACES];
    size_t next;    /* the place that gives way */
    bool holds;     /* something is kept */
    Instant asked;  /* when somebody asked last */
    int64_t looked; /* events up to here were looked at for persons erased */
};

static void empty(Place *p)
{
    p->a = arena_free(p->a);
    *p = (Place){0};
}

static void forget(TrialKept *k)
{
    for (size_t i = 0; i < PLACES; i++) {
        empty(&k->places[i]);
    }
    k->holds = false;
}

static bool note_erased(void *host, const Event *e)
{
    bool *found = host;
    *found = *found || str_eq(e->type, STR("person.erased"));
    return !*found;
}

/* Under the lock. */
static bool look(TrialKept *k, Store *store, Instant now, bool *ret_forget, Err *err)
{
    int64_t size = store_size(store);
    *ret_forget = now.ms - k->asked.ms > IDLE_MS || size < k->looked;
    if (*ret_forget || size == k->looked) {
        return true;
    }
    bool ok = store_each_with(store, k->looked + 1, size, STR("\"person.erased\""), note_erased, ret_forget, err);
    k->looked = ok ? size : k->looked;
    return ok;
}

bool trial_kept_tidy(TrialKept *k, Store *store, Instant now, Err *err)
{
    bool is_due = false, ok = true;
    if (pthread_mutex_trylock(&k->lock) != 0) { /* somebody is at it, who sees erased persons */
        return true;
    }
    if (k->holds) {
        ok = look(k, store, now, &is_due, err);
        if (!ok || is_due) {
            forget(k);
        }
    }
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool trial_kept_holds(TrialKept *k)
{
    pthread_mutex_lock(&k->lock);
    bool holds = k->holds;
    pthread_mutex_unlock(&k->lock);
    return holds;
}

static void let_go(void *host)
{
    TrialKept *k = host;
    forget(k);
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

bool trial_kept_run(TrialKept *k, Store *store, Arena *a, const TrialDraft *d, Instant now, Json **ret, Err *err)
{
    pthread_mutex_lock(&k->lock);
    if (!k->holds) {
        k->looked = store_size(store);
    }
    k->holds = true;
    k->asked = now;
    Place *p = place_of(k, d->scheme);
    bool ok = trial_past_extend(p->past, store, err) && trial_past_run(p->past, store, a, d, ret, err);
    if (trial_past_counts(p->past).bytes > MOST_BYTES) {
        empty(p);
    }
    pthread_mutex_unlock(&k->lock);
    return ok;
}
