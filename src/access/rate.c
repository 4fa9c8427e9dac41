/* rate.c: how often somebody asks: one number a person, the time at which all that was taken would have come in at the
 * rate.
 * SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include <pthread.h>

enum { SLOTS = 8192, PROBES = 8, MINUTE_US = 60000000 };

/* A fixed table, so that a flood cannot fill memory: who has waited longest gives way. */
typedef struct {
    uint64_t who;
    int64_t due_us; /* theoretical arrival time of the next */
} Slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Slot slots[SLOTS];

static Slot *find_slot(uint64_t who)
{
    Slot *oldest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        Slot *s = &slots[(who + i) % SLOTS];
        if (s->who == who) {
            return s;
        }
        oldest = oldest == NULL || s->due_us < oldest->due_us ? s : oldest;
    }
    *oldest = (Slot){.who = who};
    return oldest;
}

static int64_t due_at(const Slot *s, int64_t now_us)
{
    return s->due_us > now_us ? s->due_us : now_us;
}

int64_t access_wait_ms(uint64_t who, int64_t per_minute, Instant now)
{
    if (per_minute <= 0) {
        return 0;
    }
    int64_t now_us = now.ms * 1000, ahead_us = MINUTE_US - MINUTE_US / per_minute;
    pthread_mutex_lock(&lock);
    int64_t over_us = due_at(find_slot(who), now_us) - now_us - ahead_us;
    pthread_mutex_unlock(&lock);
    return over_us > 0 ? (over_us + 999) / 1000 : 0;
}

void access_take(uint64_t who, int64_t per_minute, Instant now)
{
    if (per_minute <= 0) {
        return;
    }
    pthread_mutex_lock(&lock);
    Slot *s = find_slot(who);
    s->due_us = due_at(s, now.ms * 1000) + MINUTE_US / per_minute;
    pthread_mutex_unlock(&lock);
}
