/* guard.c: what is turned away before any handler runs: forms sent from other sites, and addresses that ask too often.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <pthread.h>
#include <string.h>

/* ---- Where a form comes from ---- */

static Str host_of(Str origin)
{
    size_t at = str_find(origin, STR("://"), 0);
    return at == SIZE_MAX ? STR("") : str_sub(origin, at + 3, origin.len);
}

/* Browsers say where a form stands (Fetch Metadata, Origin); a program with a bearer token has no cookie to be tricked with. */
bool http_check_origin(const Request *q, Str own_origin, Err *err)
{
    bool has_bearer = str_starts(q->authorization, STR("Bearer "));
    if (q->method != METHOD_POST || has_bearer) {
        return true;
    }
    bool says_ours = str_eq(q->fetch_site, STR("same-origin")) || str_eq(q->fetch_site, STR("none"));
    bool from_here = q->origin.len > 0 && (str_eq(host_of(q->origin), q->host) || str_eq(q->origin, own_origin));
    bool silent = q->fetch_site.len == 0 && q->origin.len == 0; /* no browser of this decade; the session's secret still counts */
    return silent || says_ours || from_here || err_set(err, NOT_ALLOWED, "This form was sent from another site.");
}

/* ---- How often ---- */

/* How often one address may ask in a minute; what is not listed may be asked as often as one likes. Not in a demo. */
static const struct {
    const char *pattern;
    int per_minute;
} LIMITS[] = {{"/sign-in", 20}, {"/api/v1/session", 20}, {"/check", 120}, {"/verify", 120}, {"/api/v1/decide/*", 120}};

static int limit_of(const Route *route)
{
    for (size_t i = 0; i < COUNT_OF(LIMITS) && route->method == METHOD_POST; i++) {
        if (strcmp(LIMITS[i].pattern, route->pattern) == 0) {
            return LIMITS[i].per_minute;
        }
    }
    return 0;
}

enum { SLOTS = 4096, PROBES = 8, MINUTE_MS = 60000 };

/* Asked for in this minute by an address; a fixed table, so that a flood cannot fill memory: the oldest gives way. */
typedef struct {
    uint64_t who;
    int64_t minute;
    int count;
} Slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Slot slots[SLOTS];

static Slot *find_slot(uint64_t who, int64_t minute)
{
    Slot *oldest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        Slot *s = &slots[(who + i) % SLOTS];
        if (s->who == who) {
            return s;
        }
        oldest = oldest == NULL || s->minute < oldest->minute ? s : oldest;
    }
    *oldest = (Slot){.who = who, .minute = minute};
    return oldest;
}

bool http_check_rate(const Route *route, Str remote, Instant now, Err *err)
{
    int most = limit_of(route);
    if (most == 0 || remote.len == 0) {
        return true;
    }
    uint64_t who = str_hash(remote) ^ ((uint64_t)(uintptr_t)route * 0x9E3779B97F4A7C15u);
    int64_t minute = now.ms / MINUTE_MS;
    pthread_mutex_lock(&lock);
    Slot *s = find_slot(who, minute);
    if (s->minute != minute) {
        *s = (Slot){.who = who, .minute = minute};
    }
    bool ok = ++s->count <= most;
    pthread_mutex_unlock(&lock);
    return ok || err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
}
