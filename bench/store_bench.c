/* store_bench.c: durable appends against the raw library's best at the same concurrency, verify, opening, point reads.
 * Prints ratios inside one run; figures by themselves say little of another machine.
 * Build like the unit tests with bench/store_bench.c in place of tests/; FOLDER should be empty.
 * Usage: store_bench FOLDER [events for verify and open, default 300000, 0: none] [postgres URL]
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

enum { ROW_BYTES = 500, MOST_WRITERS = 64 };

/* ---- The raw limit ----------------------------------------------------------------------------------------------- */

/* Ours and the raw library take turns, a slice each, so that what else the machine does falls on both. */
enum { SLICE_MS = 150, SLICES = 16 };

static double slice_end(void)
{
    return now_s() + SLICE_MS / 1e3;
}

/* One table of 500-byte rows by key, WAL, FULL. SQLite has one writer at a time, so that its rate with one row in each
 * transaction is its best at any concurrency. */
typedef struct {
    sqlite3 *db;
    sqlite3_stmt *insert;
} RawLite;

static RawLite raw_lite_open(const char *path)
{
    RawLite r = {0};
    unlink(path);
    if (sqlite3_open(path, &r.db) != SQLITE_OK ||
        sqlite3_exec(r.db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(r.db, "INSERT INTO t(b) VALUES (?1)", -1, &r.insert, NULL) != SQLITE_OK) {
        exit(1);
    }
    return r;
}

static void raw_lite_close(RawLite *r)
{
    sqlite3_finalize(r->insert);
    sqlite3_close(r->db);
}

/* Rows of one slice, `rows_each` of them in each durable transaction. */
static int64_t raw_lite_slice(RawLite *r, int rows_each)
{
    char row[ROW_BYTES];
    memset(row, 'x', sizeof row);
    int64_t rows = 0;
    for (double end = slice_end(); now_s() < end;) {
        sqlite3_exec(r->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int i = 0; i < rows_each; i++) {
            sqlite3_bind_blob(r->insert, 1, row, sizeof row, SQLITE_STATIC);
            sqlite3_step(r->insert);
            sqlite3_reset(r->insert);
            rows++;
        }
        if (sqlite3_exec(r->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
            exit(1);
        }
    }
    return rows;
}

/* PostgreSQL gathers the flushes of concurrent connections by itself: each has one durable transaction of one row at
 * a time. */
typedef struct RawPg RawPg;
typedef struct {
    RawPg *all;
    PGconn *c;
    pthread_t thread;
    int64_t rows;
} RawWriter;
struct RawPg {
    RawWriter w[MOST_WRITERS];
    int writers;
    double end; /* of the slice; 0: no more */
    pthread_barrier_t from, to;
};

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
    for (;;) {
        pthread_barrier_wait(&w->all->from);
        if (w->all->end == 0) {
            return NULL;
        }
        for (; now_s() < w->all->end; w->rows++) {
            raw_need(w->c, PQexecPrepared(w->c, "one", 1, values, lengths, formats, 1));
        }
        pthread_barrier_wait(&w->all->to);
    }
}

static void raw_pg_open(RawPg *r, const char *url, int writers)
{
    PGconn *c = PQconnectdb(url);
    raw_need(c, PQexec(c, "SET client_min_messages = error; DROP TABLE IF EXISTS raw;"
                          "CREATE TABLE raw(id BIGSERIAL PRIMARY KEY, b BYTEA)"));
    PQfinish(c);
    *r = (RawPg){.writers = writers};
    pthread_barrier_init(&r->from, NULL, (unsigned)writers + 1);
    pthread_barrier_init(&r->to, NULL, (unsigned)writers + 1);
    for (int i = 0; i < writers; i++) {
        RawWriter *w = &r->w[i];
        *w = (RawWriter){.all = r, .c = PQconnectdb(url)};
        raw_need(w->c, PQexec(w->c, "SET synchronous_commit = on"));
        raw_need(w->c, PQprepare(w->c, "one", "INSERT INTO raw(b) VALUES ($1)", 1, NULL));
        pthread_create(&w->thread, NULL, raw_pg_writer, w);
    }
}

static int64_t raw_pg_slice(RawPg *r)
{
    int64_t rows = 0;
    r->end = slice_end();
    pthread_barrier_wait(&r->from);
    pthread_barrier_wait(&r->to);
    for (int i = 0; i < r->writers; i++) {
        rows += r->w[i].rows;
        r->w[i].rows = 0;
    }
    return rows;
}

static void raw_pg_close(RawPg *r)
{
    r->end = 0;
    pthread_barrier_wait(&r->from);
    for (int i = 0; i < r->writers; i++) {
        pthread_join(r->w[i].thread, NULL);
        PQfinish(r->w[i].c);
    }
    pthread_barrier_destroy(&r->from);
    pthread_barrier_destroy(&r->to);
}

/* ---- Ours -------------------------------------------------------------------------------------------------------- */

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
    e.version = 1; /* of a permit, as its case's command says it */
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
    need(store_begin_assuming(s, list, (size_t)writers, &err), &err);
    arena_free(a);
}

typedef struct {
    Store *s;
    Arena *a;
    int64_t next; /* keys of commands are used once */
} Ours;

static Ours ours_open(Str url)
{
    Err err;
    Ours o = {.a = arena_new(0)};
    if (!store_open(url, STORE_CREATE, &o.s, &err)) { /* PostgreSQL: the store of the run before */
        need(err.code == ALREADY_EXISTS && store_open(url, STORE_WRITE, &o.s, &err), &err);
    }
    o.next = store_size(o.s);
    return o;
}

static int64_t ours_slice(Ours *o, int writers)
{
    Err err;
    int64_t first = o->next;
    for (double end = slice_end(); now_s() < end;) {
        begin_group(o->s, o->next, writers);
        for (int i = 0; i < writers; i++) {
            one_command(o->s, o->a, o->next++);
        }
        need(store_commit(o->s, &err), &err);
    }
    return o->next - first;
}

static void ours_close(Ours *o)
{
    store_close(o->s);
    arena_free(o->a);
}

/* ---- Side by side ------------------------------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double rate(int64_t rows)
{
    return (double)rows * 1e3 / (SLICE_MS * SLICES);
}

static void beside_sqlite(Arena *a, Str folder, int writers)
{
    Ours ours = ours_open(str_printf(a, "%.*s/ours-%d", STR_ARG(folder), writers));
    RawLite raw = raw_lite_open(str_printf(a, "%.*s/raw-%d", STR_ARG(folder), writers).ptr);
    int64_t own = 0, alone = 0, shared = 0;
    double ratio[SLICES];
    for (int i = 0; i < SLICES; i++) {
        int64_t one = raw_lite_slice(&raw, 1), mine = ours_slice(&ours, writers);
        shared += writers > 1 ? raw_lite_slice(&raw, writers) : one;
        alone += one;
        own += mine;
        ratio[i] = (double)mine / (double)one;
    }
    qsort(ratio, SLICES, sizeof *ratio, by_size);
    printf(
        "sqlite, %2d writers: raw %.0f transactions/s, or %.0f rows/s where %d share one; ours %.0f commands/s: %.0f %%"
        " (target 80; median of %d turns %.0f %%) and %.0f %% of that, %.0f times MOSIP's 74\n",
        writers, rate(alone), rate(shared), writers, rate(own), 100 * (double)own / (double)alone, (int)SLICES,
        100 * ratio[SLICES / 2], 100 * (double)own / (double)shared, rate(own) / 74);
    raw_lite_close(&raw);
    ours_close(&ours);
}

static void beside_postgres(const char *url, int writers)
{
    static RawPg raw;
    Ours ours = ours_open(str_from_c(url));
    int64_t own = 0, all = 0;
    double ratio[SLICES];
    raw_pg_open(&raw, url, writers);
    for (int i = 0; i < SLICES; i++) {
        int64_t theirs = raw_pg_slice(&raw), mine = ours_slice(&ours, writers);
        all += theirs;
        own += mine;
        ratio[i] = (double)mine / (double)theirs;
    }
    qsort(ratio, SLICES, sizeof *ratio, by_size);
    printf(
        "postgres, %2d writers: raw %.0f transactions/s, ours %.0f commands/s: %.0f %% (target 80; median of %d turns"
        " %.0f %%), %.0f times MOSIP's 74\n",
        writers, rate(all), rate(own), 100 * (double)own / (double)all, (int)SLICES, 100 * ratio[SLICES / 2],
        rate(own) / 74);
    raw_pg_close(&raw);
    ours_close(&ours);
}

/* ---- A large store ----------------------------------------------------------------------------------------------- */

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
    for (int writers = 1; writers <= MOST_WRITERS; writers *= 8) {
        beside_sqlite(a, folder, writers);
    }
    setenv("GOLDENBRIDGE_KEY_FILE", str_printf(a, "%.*s/pg.key", STR_ARG(folder)).ptr, 1);
    for (int writers = 1; argc > 3 && writers <= MOST_WRITERS; writers *= 8) {
        beside_postgres(argv[3], writers);
    }
    unsetenv("GOLDENBRIDGE_KEY_FILE");
    int64_t events = argc > 2 ? strtoll(argv[2], NULL, 10) : 300000;
    if (events > 0) {
        big_store(str_printf(a, "%.*s/big", STR_ARG(folder)), events);
    }
    arena_free(a);
    return 0;
}
