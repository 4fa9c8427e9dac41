/* kept.c: reports of simulations that were computed, each once for its data, seed and number of runs, kept for the
 * next who asks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

#include "base/hash.h"

#include <pthread.h>

enum { PLACES = 8, MOST_BYTES = 4 << 20 };

typedef enum { EMPTY = 0, BEING_MADE, READY } Phase;

typedef struct {
    Phase phase;
    Hash key;
    Arena *a; /* holds text */
    Str text; /* the report as JSON */
    uint64_t used;
} Place;

struct SimKept {
    pthread_mutex_t lock;
    pthread_cond_t made; /* some place is ready, or empty again */
    Place places[PLACES];
    uint64_t clock;
};

static void let_go(void *host)
{
    SimKept *k = host;
    for (size_t i = 0; i < PLACES; i++) {
        arena_free(k->places[i].a);
    }
    pthread_cond_destroy(&k->made);
    pthread_mutex_destroy(&k->lock);
}

SimKept *sim_kept(Arena *a)
{
    SimKept *k = ARENA_NEW(a, SimKept);
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->made, NULL);
    for (size_t i = 0; i < PLACES; i++) {
        k->places[i].a = arena_new(0);
    }
    arena_on_reset(a, let_go, k);
    return k;
}

static Hash key_of(Arena *a, const Json *data, SimRuns how)
{
    Buf b = buf_new(a, MOST_BYTES);
    buf_printf(&b, "%llu %u ", (unsigned long long)how.seed, how.runs);
    json_canonical(&b, a, data);
    return hash_of(buf_str(&b));
}

/* Under the lock: the place that has the report or is to get it; one to fill is marked. NULL: all are being made. */
static Place *place_for(SimKept *k, Hash key)
{
    Place *oldest = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        Place *p = &k->places[i];
        if (p->phase != EMPTY && hash_eq(p->key, key)) {
            return p;
        }
        if (p->phase != BEING_MADE && (oldest == NULL || p->used < oldest->used)) {
            oldest = p;
        }
    }
    if (oldest != NULL) {
        arena_reset(oldest->a);
        *oldest = (Place){.phase = EMPTY, .key = key, .a = oldest->a};
    }
    return oldest;
}

static bool make(Place *p, const Json *data, SimRuns how, Err *err)
{
    Arena *work = arena_new(0);
    SimModel *model;
    Json *report;
    bool ok = sim_read(work, data, &model, err) && sim_report(work, model, how, &report, err);
    if (ok) {
        Buf b = buf_new(p->a, MOST_BYTES);
        json_write(&b, report);
        p->text = buf_str(&b);
        ok = buf_ok(&b) || err_set(err, TOO_LARGE, "The simulation's report is larger than its limit.");
    }
    arena_free(work);
    return ok;
}

bool sim_kept_report(SimKept *k, Arena *a, const Json *data, SimRuns how, Json **ret, Err *err)
{
    Hash key = key_of(a, data, how);
    bool ok = true;
    Str text = STR("");
    pthread_mutex_lock(&k->lock);
    Place *p = place_for(k, key);
    while (p == NULL || p->phase == BEING_MADE) { /* somebody else is at it: wait for theirs, or for a place */
        pthread_cond_wait(&k->made, &k->lock);
        p = place_for(k, key);
    }
    if (p->phase == EMPTY) {
        p->phase = BEING_MADE;
        pthread_mutex_unlock(&k->lock);
        ok = make(p, data, how, err);
        pthread_mutex_lock(&k->lock);
        p->phase = ok ? READY : EMPTY;
        pthread_cond_broadcast(&k->made);
    }
    if (ok) {
        p->used = ++k->clock;
        text = str_copy(a, p->text);
    }
    pthread_mutex_unlock(&k->lock);
    return ok && json_parse(a, text, ret, err);
}
