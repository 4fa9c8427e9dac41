/* store_bench.c: durable appends against the raw library's best at the same concurrency, verify, opening, point reads.
 * Prints ratios inside one run; figures by themselves say little of another machine.
 * Build like the unit tests with bench/store_bench.c in place of tests/; FOLDER should be empty.
 * Usage: store_bench FOLDER [events for verify and open, default 300000] [postgres URL]
 * SPDX-License-Identifier: Apache-2.0 */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"
#include "store/store.h"

enum { RUN_MS = 2500, ROW_BYTES = 500, MOST_WRITERS = 64 };

/* The raw limit: one table of 500-byte rows by key, WAL, FULL, `rows_each` rows gathered in each durable transaction.
 * SQLite has one writer at a time, so with one row each this is also its best rate of transactions at
 * any concurrency. */
static double raw_sqlite(Arena *a, Str folder, int rows_each)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    char row[ROW_BYTES];
    memset(row, 'x', sizeof row);
    const char *path = str_printf(a, "%.*s/raw-%d", STR_ARG(folder), rows_each).ptr;
    unlink(path);
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "INSERT INTO t(b) VALUES (?1)", -1, &insert, NULL) != SQLITE_OK) {
        exit(1);
    }
    int64_t rows = 0;
    double start = now_s();
    while ((now_s() - start) * 1000 < RUN_MS) {
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int i = 0; i < rows_each; i++) {
            sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC);
            sqlite3_step(insert);
            sqlite3_reset(insert);
            rows++;
        }
        if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
            exit(1);
        }
    }
    double rate = (double)rows / (now_s() - start);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return rate;
}

/* One connection, one durable transaction of one row at a time. */
typedef struct {
    const char *url;
    int64_t rows;
} RawWriter;

static void raw_need(const PGconn *c, PGresult *r)
{
    ExecStatusType t = PQresultStatus(r);
    if (t != PGRES_COMMAND_OK && t != PGRES_TUPLES_OK) {
        fprintf(stderr, "%s\n", PQerrorMessage(c));
        exit(1);
    }
    PQclear(r);
}

static void *raw_pg_writer(void *arg)
{
    RawWriter *w = arg;
    char row[ROW_BYTES];
    const char *const values[] = {row};
    const int lengths[] = {ROW_BYTES}, formats[] = {1};
    memset(row, 'x', sizeof row);
    PGconn *c = PQconnectdb(w->url);
    raw_need(c, PQexec(c, "SET synchronous_commit = on"));
    raw_need(c, PQprepare(c, "one", "INSERT INTO raw(b) VALUES ($1)", 1, NULL));
    for (double start = now_s(); (now_s() - start) * 1000 < RUN_MS; w->rows++) {
        raw_need(c, PQexecPrepared(c, "one", 1, values, lengths, formats, 1));
    }
    PQfinish(c);
    return NULL;
}

/* PostgreSQL gathers the flushes of concurrent connections by itself. */
static double raw_pg(const char *url, int writers)
{
    RawWriter w[MOST_WRITERS];
    pthread_t threads[MOST_WRITERS];
    PGconn *c = PQconnectdb(url);
    raw_need(
        c,
        PQexec(
            c,
            "SET client_min_messages = error; DROP TABLE IF EXISTS raw; CREATE TABLE raw(id BIGSERIAL PRIMARY KEY, b BYTEA)"));
    int64_t rows = 0;
    for (int i = 0; i < writers; i++) {
        w[i] = (RawWriter){.url = url};
        pthread_create(&threads[i], NULL, raw_pg_writer, &w[i]);
    }
    for (int i = 0; i < writers; i++) {
        pthread_join(threads[i], NULL);
        rows += w[i].rows;
    }
    raw_need(c, PQexec(c, "DROP TABLE raw"));
    PQfinish(c);
    return (double)rows * 1000 / RUN_MS;
}

static Event event_of(Arena *a, int64_t i)
{
    static const char FILL[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    Json *data = json_new_object(a), *facts = json_new_object(a);
    json_set(a, data, STR("reason"), json_new_str(a, str_from_c(FILL)));
    json_set(a, data, STR("office"), json_new_str_c(a, "seoul-gangnam"));
    json_set(a, facts, STR("number"), json_new_int(a, i));
    json_set(a, data, STR("public"), facts);
    return (Event){.scheme = STR("kr-eps"),
                   .stream = str_printf(a, "permit-%08llx", (unsigned long long)((uint64_t)i * 2654435761u % 1000003u)),
                   .type = STR("permit.issued"),
                   .at = {1700000000000 + i},
                   .day = {19700},
                   .actor = STR("officer-1"),
                   .command = str_printf(a, "cmd-%016llx", (unsigned long long)((uint64_t)i * 0x9E3779B97F4A7C15u)),
                   .data = data};
}

/* What one command writes: its event, and its outcome under its key; each command under its own savepoint. */
static void one_command(Store *s, Arena *a, int64_t i)
{
    Err err;
    Event e = event_of(a, i);
    Json *before;
    need(store_savepoint(s, &err) && store_done(s, a, e.command, hash_of(e.command), &before, &err) && before == NULL,
         &err);
    need(store_append(s, a, &e, 1, &err), &err);
    need(store_done_set(s, a, e.command, e.hash, e.data, &err), &err);
    need(store_release(s, &err), &err);
    arena_reset(a);
}

/* As the lane does it: what those who wait are about is asked for together. */
static void begin_group(Store *s, int64_t first, int writers)
{
    Err err;
    StoreExpected list[MOST_WRITERS];
    Arena *a = arena_new(0);
    for (int i = 0; i < writers; i++) {
        Event e = event_of(a, first + i);
        list[i] = (StoreExpected){.key = e.command, .stream = e.stream};
    }
    need(store_begin_for(s, list, (size_t)writers, &err), &err);
    arena_free(a);
}

static double our_commands(Str url, int writers)
{
    Err err;
    Store *s;
    Arena *a = arena_new(0);
    int64_t rows = 0;
    if (store_open(url, STORE_CREATE, &s, &err)) {
        rows = 0;
    } else { /* PostgreSQL: the store of the run before; its keys of commands are taken */
        need(err.code == ALREADY_EXISTS && store_open(url, STORE_WRITE, &s, &err), &err);
        rows = store_size(s);
    }
    int64_t first = rows;
    double start = now_s();
    while ((now_s() - start) * 1000 < RUN_MS) {
        begin_group(s, rows, writers);
        for (int i = 0; i < writers; i++) {
            one_command(s, a, rows++);
        }
        need(store_commit(s, &err), &err);
    }
    double rate = (double)(rows - first) / (now_s() - start);
    store_close(s);
    arena_free(a);
    return rate;
}

static bool count_one(void *host, const Event *e)
{
    *(int64_t *)host += e->version;
    return true;
}

static void big_store(Str url, int64_t events)
{
    Err err;
    Store *s;
    Arena *a = arena_new(0);
    need(store_open(url, STORE_CREATE, &s, &err), &err);
    double start = now_s(), cpu_start = cpu_s();
    for (int64_t i = 0; i < events;) {
        need(store_begin(s, &err), &err);
        for (int64_t end = i + 2000 < events ? i + 2000 : events; i < end; i++) {
            Event e = event_of(a, i);
            need(store_append(s, a, &e, 1, &err), &err);
            arena_reset(a);
        }
        need(store_commit(s, &err), &err);
    }
    printf("bulk append: %.0f events/s, %.0f a second of processor time\n", (double)events / (now_s() - start),
           (double)events / (cpu_s() - cpu_start));
    start = now_s();
    Str note;
    need(store_checkpoint(s, a, (Instant){1700000000000}, &note, &err), &err);
    printf("first checkpoint over %lld events: %.1f ms\n", (long long)events, (now_s() - start) * 1e3);
    store_close(s);

    start = now_s();
    need(store_open(url, STORE_WRITE, &s, &err), &err);
    printf("open with %lld events: %.2f ms (target < 200)\n", (long long)events, (now_s() - start) * 1e3);
    for (int round = 0; round < 2; round++) {
        StoreVerify v;
        double cpu = cpu_s();
        start = now_s();
        need(store_verify(s, &v, &err), &err);
        printf("verify: %.0f events/s (target 500000), %.0f a second of processor time%s\n",
               (double)v.events / (now_s() - start), (double)v.events / (cpu_s() - cpu), v.first_bad ? " BAD" : "");
    }
    enum { READS = 20000 };
    int64_t sum = 0;
    start = now_s();
    for (int i = 0; i < READS; i++) {
        Event e = event_of(a, (int64_t)i * 7919 % events);
        need(store_each_of(s, e.stream, count_one, &sum, &err), &err);
        arena_reset(a);
    }
    printf("point read of a case: %.1f us (target < 50)\n", (now_s() - start) * 1e6 / READS);
    store_close(s);
    arena_free(a);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: store_bench FOLDER [EVENTS] [POSTGRES-URL]\n");
        return 2;
    }
    Arena *a = arena_new(0);
    Str folder = str_from_c(argv[1]);
    double alone = 0;
    for (int writers = 1; writers <= MOST_WRITERS; writers *= 8) {
        double raw = raw_sqlite(a, folder, writers);
        double ours = our_commands(str_printf(a, "%.*s/ours-%d", STR_ARG(folder), writers), writers);
        alone = writers == 1 ? raw : alone;
        printf(
            "sqlite, %2d writers: raw %.0f transactions/s, or %.0f rows/s where %d share one; ours %.0f commands/s: %.0f %% (target 80) and"
            " %.0f %% of that, %.0f times MOSIP's 74\n",
            writers, alone, raw, writers, ours, 100 * ours / alone, 100 * ours / raw, ours / 74);
    }
    setenv("GOLDENBRIDGE_KEY_FILE", str_printf(a, "%.*s/pg.key", STR_ARG(folder)).ptr, 1);
    for (int writers = 1; argc > 3 && writers <= MOST_WRITERS; writers *= 8) {
        double raw = raw_pg(argv[3], writers);
        double ours = our_commands(str_from_c(argv[3]), writers);
        printf(
            "postgres, %2d writers: raw %.0f transactions/s, ours %.0f commands/s: %.0f %% (target 80), %.0f times MOSIP's 74\n",
            writers, raw, ours, 100 * ours / raw, ours / 74);
    }
    unsetenv("GOLDENBRIDGE_KEY_FILE");
    big_store(str_printf(a, "%.*s/big", STR_ARG(folder)), argc > 2 ? strtoll(argv[2], NULL, 10) : 300000);
    arena_free(a);
    return 0;
}
