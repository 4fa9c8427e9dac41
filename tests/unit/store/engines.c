/* engines.c: fresh stores for tests; a private PostgreSQL is started at first use and stopped when the runner ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t runner;               /* set before main, then only read */
static char folder[64], pair[100]; /* pair: this test's own */

static void clean_up(void)
{
    char line[400];
    if (getpid() == runner) {
        snprintf(
            line, sizeof line,
            "[ ! -d %s ] || { tests/pg.sh stop %s/pg; for p in %s/*-pair; do tests/pg.sh stop-pair $p; done; rm -rf %s; }",
            folder, folder, folder, folder);
        engine_shell(line);
    }
}

__attribute__((constructor)) static void remember_runner(void)
{
    runner = getpid();
    snprintf(folder, sizeof folder, "/tmp/goldenbridge-test-%ld", (long)runner);
    atexit(clean_up);
}

bool engine_shell(const char *line)
{
    FILE *f = popen(line, "r");
    if (f == NULL) {
        return false;
    }
    char out[512];
    while (fgets(out, sizeof out, f) != NULL) {
    }
    int status = pclose(f);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Names this test among all; process ids come back after a while. */
static long token(void)
{
    static long made;
    if (made == 0) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        made = t.tv_sec * 1000000 + t.tv_nsec / 1000;
    }
    return made;
}

Str engine_path(Arena *a, const char *name)
{
    mkdir(folder, 0755);
    return str_printf(a, "%s/%ld-%s", folder, token(), name);
}

Str engine_sqlite(Arena *a)
{
    return engine_path(a, "store");
}

static Str server_url(Arena *a)
{
    const char *given = getenv("GOLDENBRIDGE_TEST_PG");
    if (given != NULL && *given != '\0') {
        return str_from_c(given);
    }
    const char *note = str_c(a, str_printf(a, "%s/pg.url", folder));
    mkdir(folder, 0755);
    int lock = open(str_printf(a, "%s/lock", folder).ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    check(lock >= 0 && flock(lock, LOCK_EX) == 0);
    if (access(note, F_OK) != 0) {
        int status;
        Str url = str_trim(test_shell(a, str_printf(a, "tests/pg.sh start %s/pg", folder), &status));
        FILE *f = fopen(note, "w");
        check(f != NULL);
        fprintf(f, "%.*s", STR_ARG(status == 0 ? url : STR("")));
        fclose(f);
    }
    close(lock);
    return test_read_file(a, note);
}

/* The same server, another database. */
static Str with_database(Arena *a, Str url, Str name)
{
    size_t from = str_find(url, STR("@"), 0);
    size_t slash = str_find(url, STR("/"), from == SIZE_MAX ? sizeof "postgres://" : from);
    size_t mark = str_find(url, STR("?"), slash);
    Str rest = mark == SIZE_MAX ? STR("") : str_sub(url, mark, url.len);
    return str_printf(a, "%.*s/%.*s%.*s", STR_ARG(str_sub(url, 0, slash)), STR_ARG(name), STR_ARG(rest));
}

Str engine_postgres(Arena *a)
{
    Str server = server_url(a);
    if (server.len == 0) {
        skip("PostgreSQL is not installed here");
    }
    static int made; /* of this test */
    Str name = str_printf(a, "t%ld_%ld_%d", (long)runner, token(), made++);
    check(
        engine_shell(str_printf(a, "psql -X -q '%.*s' -c 'CREATE DATABASE %.*s'", STR_ARG(server), STR_ARG(name)).ptr));
    setenv("GOLDENBRIDGE_KEY_FILE", engine_path(a, "pg.key").ptr, 1);
    return with_database(a, server, name);
}

static void pg_order(const char *order)
{
    char line[400];
    if (getenv("GOLDENBRIDGE_TEST_PG") != NULL) {
        skip("the PostgreSQL server was given from outside");
    }
    snprintf(line, sizeof line, "tests/pg.sh %s %s/pg", order, folder);
    check(engine_shell(line));
}

void engine_pg_crash(void)
{
    pg_order("crash");
}

void engine_pg_again(void)
{
    pg_order("again");
}

Str engine_pg_pair(Arena *a)
{
    int status;
    snprintf(pair, sizeof pair, "%s", engine_path(a, "pair").ptr);
    Str url = str_trim(test_shell(a, str_printf(a, "tests/pg.sh pair %s", pair), &status));
    if (status == 77) {
        skip("PostgreSQL is not installed here");
    }
    eq_int(status, 0);
    setenv("GOLDENBRIDGE_KEY_FILE", engine_path(a, "pair.key").ptr, 1);
    return url;
}

void engine_pg_failover(void)
{
    char line[200];
    snprintf(line, sizeof line, "tests/pg.sh failover %s", pair);
    check(engine_shell(line));
}

void engine_pg_replay(bool goes)
{
    char line[300];
    snprintf(line, sizeof line, "psql -X -q -h %s/b -U goldenbridge postgres -c 'SELECT pg_wal_replay_%s()'", pair,
             goes ? "resume" : "pause");
    check(engine_shell(line));
}

static const char *sqlite_path(Arena *a, Str url)
{
    return str_c(a, url);
}

void engine_tamper(Arena *a, Str url, const char *statement, const char *pg_statement)
{
    if (str_starts(url, STR("postgres:"))) {
        check(engine_shell(
            str_printf(
                a,
                "psql -X -q '%.*s' -v ON_ERROR_STOP=1 -c \"SET client_min_messages = error; SET session_replication_role = replica; %s\"",
                STR_ARG(url), pg_statement)
                .ptr));
        return;
    }
    sqlite3 *db;
    check(sqlite3_open(sqlite_path(a, url), &db) == SQLITE_OK);
    for (const char *const *t =
             (const char *const[]){"log_events", "log_tiles", "log_checkpoints", "log_commands", NULL};
         *t; t++) {
        sqlite3_exec(db, str_printf(a, "DROP TRIGGER %s_u; DROP TRIGGER %s_d", *t, *t).ptr, NULL, NULL, NULL);
    }
    char *why = NULL;
    if (sqlite3_exec(db, statement, NULL, NULL, &why) != SQLITE_OK) {
        printf("  %s\n", why);
        check(false);
    }
    sqlite3_close(db);
}

Store *engine_open(Str url, StoreMode mode)
{
    Store *s = NULL;
    Err err = {0};
    if (!store_open(url, mode, &s, &err)) {
        printf("  %.*s: %s: %s (%s)\n", STR_ARG(url), err_name(err.code), err.text, err.detail);
        check(false);
    }
    return s;
}

Store *engine_create(Str url)
{
    return engine_open(url, STORE_CREATE);
}

Event engine_event(Arena *a, const char *stream, int64_t version)
{
    Json *data = json_new_object(a);
    json_set(a, data, STR("number"), json_new_int(a, version));
    return (Event){.scheme = STR("kr-eps"),
                   .stream = str_from_c(stream),
                   .version = version,
                   .type = STR("case.noted"),
                   .at = {1700000000000 + version},
                   .day = {19700},
                   .actor = STR("officer-1"),
                   .command = STR("c"),
                   .data = data};
}

void engine_fill(Store *s, int64_t count)
{
    Err err = {0};
    Arena *a = arena_new(0);
    int64_t size = store_size(s);
    check(store_begin(s, &err));
    for (int64_t i = size; i < size + count; i++) {
        Event e = engine_event(a, str_printf(a, "case-%lld", (long long)(i % 10)).ptr, 0);
        if (!store_append(s, a, &e, 1, &err)) {
            printf("  %s: %s (%s)\n", err_name(err.code), err.text, err.detail);
            check(false);
        }
        arena_reset(a);
    }
    check(store_commit(s, &err));
    arena_free(a);
}
