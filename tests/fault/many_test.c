/* many_test.c: many processes at one store, and a database that goes away and comes back, against a sequential model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../unit/store/engines.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 4, COMMANDS = 500, CASES = 5 };

typedef struct {
    int process, command, stream;
    int64_t version;
} Ack;

static void sleep_us(long us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

/* Reads a case, thinks, then writes at the version it has seen; a conflict is answered, not hidden. */
static void work(Str url, int process, int ack)
{
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    Arena *a = arena_new(0);
    unsigned seed = (unsigned)process + 1;
    for (int n = 0; n < COMMANDS;) {
        seed = seed * 1103515245u + 12345u;
        Ack one = {.process = process, .command = n, .stream = (int)(seed >> 16) % CASES};
        const char *stream = str_printf(a, "case-%d", one.stream).ptr;
        one.version = store_version_of(s, str_from_c(stream)) + 1;
        if (seed >> 20 & 1) {
            sleep_us(200);
        }
        Event e = engine_event(a, stream, one.version);
        json_set(a, e.data, STR("by"), json_new_int(a, process * COMMANDS + n));
        bool ok = store_begin(s, &err);
        if (ok) {
            ok = store_append(s, a, &e, 1, &err) && store_commit(s, &err);
            store_rollback(s);
        }
        if (!ok && err.code != STALE_FORM && err.code != STORE_BUSY) {
            printf("  %s: %s (%s)\n", err_name(err.code), err.text, err.detail);
            _exit(1);
        }
        if (ok) {
            n++;
            if (write(ack, &one, sizeof one) != sizeof one) {
                _exit(1);
            }
        }
        arena_reset(a);
    }
    store_close(s);
    _exit(0);
}

typedef struct {
    const Ack *acks;
    int count;
    int64_t version[CASES];
} Model;

/* Each event is the one that was acknowledged at this version of this case, and no other. */
static bool compare(void *host, const Event *e)
{
    Model *m = host;
    int stream = e->stream.ptr[e->stream.len - 1] - '0';
    eq_int(e->version, ++m->version[stream]);
    int64_t by = json_to_int(json_get(e->data, "by"), -1);
    int found = 0;
    for (int i = 0; i < m->count; i++) {
        const Ack *k = &m->acks[i];
        if (k->stream == stream && k->version == e->version) {
            found++;
            eq_int(k->process * COMMANDS + k->command, by);
        }
    }
    eq_int(found, 1);
    return true;
}

BOTH_WITHIN(thousands_of_concurrent_commands_agree_with_a_sequential_model, 600)
{
    Err err = {0};
    store_close(engine_create(url));
    int ends[2];
    pid_t pid[PROCESSES];
    check(pipe(ends) == 0);
    for (int p = 0; p < PROCESSES; p++) {
        pid[p] = test_fork();
        if (pid[p] == 0) {
            close(ends[0]);
            work(url, p, ends[1]);
        }
    }
    close(ends[1]);
    Ack *acks = ARENA_ARRAY(a, Ack, PROCESSES * COMMANDS + 1);
    Model m = {.acks = acks};
    while (m.count <= PROCESSES * COMMANDS && read(ends[0], &acks[m.count], sizeof *acks) == sizeof *acks) {
        m.count++;
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;
        waitpid(pid[p], &status, 0);
        check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    eq_int(m.count, PROCESSES * COMMANDS);
    Store *s = engine_open(url, STORE_WRITE);
    eq_int(store_size(s), m.count);
    check(store_each(s, 1, 0, compare, &m, &err));
    StoreVerify v;
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    store_close(s);
}

/* ---- The database goes and comes back ---------------------------------------------------------------------------- */

/* As a caller does it: the same key until there is an answer. False with *err if there was none. */
static bool do_once(Store *s, Arena *a, int64_t n, Err *err)
{
    Str key = str_printf(a, "key-%lld", (long long)n);
    Json *outcome = NULL;
    Event e = engine_event(a, "case-1", 0);
    json_set(a, e.data, STR("n"), json_new_int(a, n));
    if (!store_begin(s, err)) {
        return false;
    }
    bool ok = store_done(s, a, key, hash_of(key), &outcome, err);
    if (ok && outcome == NULL) {
        ok = store_append(s, a, &e, 1, err) && store_done_set(s, a, key, hash_of(key), e.data, err);
    }
    if (ok) {
        return store_commit(s, err);
    }
    store_rollback(s);
    return false;
}

static bool in_order(void *host, const Event *e)
{
    int64_t *next = host;
    eq_int(json_to_int(json_get(e->data, "n"), -1), (*next)++);
    return true;
}

TEST_WITHIN(the_store_resumes_by_itself_when_postgres_comes_back, 120)
{
    Err err = {0};
    Str url = engine_postgres(a);
    Store *s = engine_create(url);
    check(do_once(s, a, 0, &err));
    engine_pg_crash();
    for (int i = 0; i < 3; i++) {
        check(!do_once(s, a, 1, &err));
        eq_int(err.code, STORE_BUSY);
    }
    engine_pg_again();
    check(do_once(s, a, 1, &err));
    engine_pg_crash();
    engine_pg_again();
    StoreRows r; /* a question needs no second try */
    check(store_query(s, a, "SELECT count(*) FROM log_events", NULL, 0, &r, &err));
    eq_int(r.cells[0].i, 2);
    int64_t next = 0;
    check(store_each(s, 1, 0, in_order, &next, &err));
    eq_int(next, 2);
    store_close(s);
}

static void write_stubbornly(Str url, int ack)
{
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    Arena *a = arena_new(0);
    for (int64_t n = 0;; arena_reset(a)) {
        if (!do_once(s, a, n, &err)) {
            if (err.code != STORE_BUSY) {
                printf("  %s: %s (%s)\n", err_name(err.code), err.text, err.detail);
                _exit(1);
            }
            sleep_us(20000);
            continue;
        }
        if (write(ack, &n, sizeof n) != sizeof n) {
            _exit(0);
        }
        n++;
    }
}

/* Nothing acknowledged is missing, nothing stands twice; one more may have been kept without its answer. */
static void check_order(Str url, int64_t acknowledged)
{
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    int64_t next = 0;
    StoreVerify v;
    check(store_each(s, 1, 0, in_order, &next, &err));
    check(next == acknowledged || next == acknowledged + 1);
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    store_close(s);
}

/* The blow falls `blows` times while a process writes; after each writes go on. */
static void write_under_blows(Str url, int blows, void (*blow)(void))
{
    int ends[2];
    check(pipe(ends) == 0);
    pid_t pid = test_fork();
    if (pid == 0) {
        close(ends[0]);
        write_stubbornly(url, ends[1]);
    }
    close(ends[1]);
    int64_t n = -1, acknowledged = 0;
    for (int round = 0; round <= blows; round++) {
        for (int i = 0; i < 60; i++) {
            check(read(ends[0], &n, sizeof n) == sizeof n);
            eq_int(n, acknowledged);
            acknowledged++;
        }
        if (round < blows) {
            blow();
        }
    }
    kill(pid, SIGKILL);
    while (read(ends[0], &n, sizeof n) == sizeof n) {
        acknowledged = n + 1;
    }
    waitpid(pid, NULL, 0);
    check_order(url, acknowledged);
}

static void crash_and_come_back(void)
{
    engine_pg_crash();
    engine_pg_again();
}

TEST_WITHIN(a_crash_of_postgres_under_load_loses_and_doubles_nothing, 300)
{
    Str url = engine_postgres(a);
    store_close(engine_create(url));
    write_under_blows(url, 3, crash_and_come_back);
}

TEST_WITHIN(a_standby_takes_over_under_load_and_nothing_is_lost_or_doubled, 300)
{
    Str url = engine_pg_pair(a);
    store_close(engine_create(url));
    write_under_blows(url, 1, engine_pg_failover);
}
