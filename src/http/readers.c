/* readers.c: which database a request is answered from. Who asks for a page is served by a replica that is near
 * enough; whoever has just written is not, until the replica has what they wrote (docs/adr/0012-replicas.md).
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <pthread.h>
#include <stdio.h>

enum {
    MARKS = 1024,
    MOST_BEHIND_MS = 5000, /* a replica that is further behind serves nobody */
    LOOK_MS = 1000,        /* how often that is asked */
    AGAIN_MS = 5000,       /* after a loss */
    MARK_MS = 60000        /* of marks: well past what a replica in use may be behind */
};

/* What somebody wrote is there at this position and past it. */
typedef struct {
    uint64_t who;
    int64_t position;
    Instant at;
} Mark;

struct Readers {
    Str url;
    pthread_mutex_t lock;
    Mark marks[MARKS];
    Mark everybody;         /* of those whose place another took */
    int64_t newest;         /* of the primary, as far as this process knows */
    int64_t by[READERS_BY]; /* requests served */
};

struct Reader {
    Readers *shared;
    Store *primary, *replica; /* replica NULL: lost, or not opened yet */
    Instant again;            /* not before this */
    Instant looked;
    int64_t target;              /* where the primary stood at target_at */
    Instant target_at, fresh_at; /* fresh_at: the replica has all from before this */
    bool is_near;
};

static void let_go(void *host)
{
    Readers *r = host;
    pthread_mutex_destroy(&r->lock);
}

Readers *readers_new(Arena *a, Str url)
{
    Readers *r = ARENA_NEW(a, Readers);
    r->url = url;
    pthread_mutex_init(&r->lock, NULL);
    arena_on_reset(a, let_go, r);
    return r;
}

static void close_replica(void *host)
{
    Reader *r = host;
    r->replica = store_close(r->replica);
}

Reader *reader_new(Arena *a, Readers *shared, Store *primary)
{
    Reader *r = ARENA_NEW(a, Reader);
    r->shared = shared;
    r->primary = primary;
    arena_on_reset(a, close_replica, r);
    return r;
}

Readers *reader_shared(const Reader *r)
{
    return r->shared;
}

int64_t readers_count(Readers *r, ReadersBy by)
{
    pthread_mutex_lock(&r->lock);
    int64_t n = r->by[by];
    pthread_mutex_unlock(&r->lock);
    return n;
}

/* ---- The replica ---- */

static void lose(Reader *r, Instant now)
{
    r->replica = store_close(r->replica);
    r->again = (Instant){now.ms + AGAIN_MS};
}

bool reader_open(Reader *r, Instant now, Err *err)
{
    if (store_open_replica(r->shared->url, r->primary, &r->replica, err) &&
        store_keep(r->replica, STORE_KEEP_LITTLE, err)) {
        r->looked = r->fresh_at = r->target_at = (Instant){0};
        r->target = INT64_MAX;
        return true;
    }
    lose(r, now);
    return false;
}

static void know_newest(Readers *r, int64_t position)
{
    pthread_mutex_lock(&r->lock);
    r->newest = position > r->newest ? position : r->newest;
    pthread_mutex_unlock(&r->lock);
}

static int64_t newest(Readers *r)
{
    pthread_mutex_lock(&r->lock);
    int64_t ret = r->newest;
    pthread_mutex_unlock(&r->lock);
    return ret;
}

/* How far behind is told by when the primary stood where the replica stands. With the primary lost, one that has all
 * that this process knows of goes on serving. */
static bool look(Reader *r, Instant now)
{
    int64_t here, there;
    Err err;
    if (!store_position(r->replica, &here, &err)) {
        lose(r, now);
        return false;
    }
    r->looked = now;
    if (!store_position(r->primary, &there, &err)) {
        r->looked = (Instant){now.ms + AGAIN_MS - LOOK_MS};
        return here >= newest(r->shared);
    }
    know_newest(r->shared, there);
    bool has_all = here >= there;
    if (has_all || here >= r->target) {
        r->fresh_at = has_all ? now : r->target_at;
        r->target = INT64_MAX;
    }
    if (r->target == INT64_MAX) {
        r->target = there;
        r->target_at = now;
    }
    return now.ms >= r->fresh_at.ms && now.ms - r->fresh_at.ms < MOST_BEHIND_MS;
}

/* Also where the clock has gone back. */
static bool is_due(Instant at, Instant now)
{
    return now.ms >= at.ms || now.ms < at.ms - AGAIN_MS;
}

static bool is_near(Reader *r, Instant now)
{
    Err err;
    if (r->replica == NULL && !(is_due(r->again, now) && reader_open(r, now, &err))) {
        return false;
    }
    if (is_due((Instant){r->looked.ms + LOOK_MS}, now)) {
        r->is_near = look(r, now);
    }
    return r->is_near;
}

/* ---- Who wrote ---- */

static uint64_t who_of(Str token)
{
    return str_hash(token);
}

/* A mark that a clock gone back has not come to yet holds. */
static int64_t live(const Mark *m, Instant now)
{
    return now.ms - m->at.ms >= MARK_MS ? 0 : m->position;
}

static void mark(Readers *r, Str token, int64_t position, Instant now)
{
    if (token.len == 0) {
        return;
    }
    Mark new = {who_of(token), position, now}, *m = &r->marks[new.who % MARKS];
    pthread_mutex_lock(&r->lock);
    if (m->who == new.who) {
        new.position = new.position > m->position ? new.position : m->position;
    } else if (live(m, now) > live(&r->everybody, now)) {
        r->everybody = *m;
    }
    *m = new;
    pthread_mutex_unlock(&r->lock);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The position that this reader must see: what this process knows of them, and what they say themselves. */
static int64_t must_see(Readers *r, const Request *q, Instant now)
{
    int64_t said = 0, by_cookie = 0, by_header = 0;
    Str token = http_token(q);
    said = str_to_int(q->cookie_written, &by_cookie) ? by_cookie : 0;
    said = larger(said, str_to_int(q->written, &by_header) ? by_header : 0);
    pthread_mutex_lock(&r->lock);
    const Mark *m = &r->marks[who_of(token) % MARKS];
    int64_t ret = larger(said, live(&r->everybody, now));
    ret = token.len > 0 && m->who == who_of(token) ? larger(ret, live(m, now)) : ret;
    pthread_mutex_unlock(&r->lock);
    return ret;
}

/* ---- One request ---- */

static bool is_newest(const Route *route)
{
    return route->kept == NEWEST || route->kept == KEPT_NEWEST;
}

static bool may_read(Reader *r, const Request *q, const Route *route, Instant now)
{
    int64_t here, wanted;
    Err err;
    if (q->method != METHOD_GET || route == NULL || is_newest(route) || !is_near(r, now)) {
        return false;
    }
    wanted = must_see(r->shared, q, now);
    if (wanted > 0 && !store_position(r->replica, &here, &err)) {
        lose(r, now);
        return false;
    }
    return wanted == 0 || here >= wanted;
}

static void count(Readers *r, ReadersBy by)
{
    pthread_mutex_lock(&r->lock);
    r->by[by]++;
    pthread_mutex_unlock(&r->lock);
}

bool reader_choose(Worker *w, const Request *q, const Route *route, Instant now)
{
    Reader *r = w->reader;
    if (r == NULL) {
        return false;
    }
    bool ok = may_read(r, q, route, now);
    if (!ok) {
        count(r->shared, READERS_PRIMARY);
    }
    w->flow.store = ok ? r->replica : r->primary;
    return ok;
}

void reader_give_up(Worker *w, bool is_lost, Instant now)
{
    Reader *r = w->reader;
    w->flow.store = r->primary;
    count(r->shared, READERS_AGAIN);
    if (is_lost) {
        lose(r, now);
    }
}

void reader_end(Worker *w, const Request *q, Response *response, Instant now)
{
    Reader *r = w->reader;
    int64_t position;
    Err err;
    if (r == NULL) {
        return;
    }
    if (w->flow.store != r->primary) {
        count(r->shared, READERS_REPLICA);
        w->flow.store = r->primary;
    }
    if (q->method != METHOD_POST) {
        return;
    }
    if (store_position(r->primary, &position, &err)) {
        know_newest(r->shared, position);
    } else {
        position = INT64_MAX; /* it may have been kept: the primary it is, for a while */
    }
    mark(r->shared, http_token(q), position, now);
    mark(r->shared, response->set_session, position, now);
    response->written = str_printf(w->a, "%lld", (long long)position);
}
