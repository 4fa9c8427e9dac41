/* readers_test.c: which database a request is answered from, as the clock and the number of writers change.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../unit/store/engines.h"

#include <time.h>

#include "http/http_int.h"

typedef struct {
    Worker worker;
    Instant now;
} Desk;

static const Route READS = {.method = METHOD_GET, .kept = MADE_ANEW},
                   NEWEST_ONLY = {.method = METHOD_GET, .kept = NEWEST},
                   NEWEST_AND_KEPT = {.method = METHOD_GET, .kept = KEPT_NEWEST},
                   WRITES = {.method = METHOD_POST, .kept = MADE_ANEW};

static bool from_replica(Desk *d, const Route *route, Str token, int64_t later_ms)
{
    Request q = {.method = route->method, .cookie_session = token};
    Response r = {0};
    Instant now = {d->now.ms + later_ms};
    bool ret = reader_choose(&d->worker, &q, route, now);
    if (route->method == METHOD_GET) {
        reader_end(&d->worker, &q, &r, now);
    }
    return ret;
}

/* Also what the answer tells its sender. */
static Str write_as(Desk *d, Str token)
{
    Request q = {.method = METHOD_POST, .cookie_session = token};
    Response r = {0};
    check(!reader_choose(&d->worker, &q, &WRITES, d->now));
    engine_fill(d->worker.flow.store, 1);
    reader_end(&d->worker, &q, &r, d->now);
    return r.written;
}

/* A replica takes its time to replay. */
static void wait_until_served(Desk *d, Str token)
{
    for (int i = 0; i < 100 && !from_replica(d, &READS, token, 0); i++) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        d->now.ms += 1000;
    }
    check(from_replica(d, &READS, token, 0));
}

static Desk desk_on_pair(Arena *a)
{
    Str url = engine_pg_pair(a);
    Store *s = engine_create(url);
    engine_fill(s, 3);
    Desk d = {.worker = {.a = a, .flow = {.store = s}, .reader = reader_new(a, readers_new(a, url), s)},
              .now = {1000000}};
    wait_until_served(&d, STR("nobody"));
    engine_pg_replay(false);
    return d;
}

TEST_WITHIN(who_wrote_reads_where_it_is, 120)
{
    Desk d = desk_on_pair(a);
    Str written = write_as(&d, STR("ann"));
    check(written.len > 0);
    check(!from_replica(&d, &READS, STR("ann"), 0));
    check(!from_replica(&d, &READS, STR("ann"), 900));
    check(from_replica(&d, &READS, STR("bob"), 0));
    check(!from_replica(&d, &NEWEST_ONLY, STR("bob"), 0));
    check(!from_replica(&d, &NEWEST_AND_KEPT, STR("bob"), 0));
    check(!from_replica(&d, &READS, STR("ann"), -30)); /* a clock that went back makes nobody forget */
    check(!from_replica(&d, &READS, STR("ann"), -30000));
    Request q = {.method = METHOD_GET, .cookie_session = STR("bob"), .written = written};
    check(!reader_choose(&d.worker, &q, &READS, d.now));
    q = (Request){.method = METHOD_GET, .cookie_written = written}; /* nobody is signed in */
    check(!reader_choose(&d.worker, &q, &READS, d.now));
    q.cookie_written = STR("-12 nonsense");
    check(reader_choose(&d.worker, &q, &READS, d.now));
    engine_pg_replay(true);
    wait_until_served(&d, STR("ann"));
    store_close(d.worker.flow.store);
}

TEST_WITHIN(more_writers_than_places_are_all_remembered, 120)
{
    Desk d = desk_on_pair(a);
    write_as(&d, STR("ann"));
    for (int i = 0; i < 3000; i++) {
        Request q = {.method = METHOD_POST, .cookie_session = str_printf(a, "writer %d", i)};
        Response r = {0};
        reader_end(&d.worker, &q, &r, d.now);
    }
    check(!from_replica(&d, &READS, STR("ann"), 0));
    check(!from_replica(&d, &READS, STR("writer 7"), 0));
    check(!from_replica(&d, &READS, STR("writer 2999"), 0));
    store_close(d.worker.flow.store);
}

TEST_WITHIN(a_replica_that_takes_over_is_none_any_more, 120)
{
    Desk d = desk_on_pair(a);
    engine_pg_replay(true);
    wait_until_served(&d, STR("nobody"));
    engine_pg_failover();
    check(!from_replica(&d, &READS, STR("bob"), 1000));
    check(!from_replica(&d, &READS, STR("bob"), 8000)); /* there is no other */
    engine_fill(d.worker.flow.store, 1);
    eq_int(store_size(d.worker.flow.store), 4);
    store_close(d.worker.flow.store);
}
