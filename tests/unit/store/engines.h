/* engines.h: one test, both engines. BOTH(name) { … uses a and url … } becomes name_sqlite and name_postgres.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_STORE_ENGINES_H
#define TESTS_UNIT_STORE_ENGINES_H

#include "../../test.h"
#include "store/store.h"

/* URLs of stores that do not exist yet. The second skips the test where PostgreSQL is missing. */
Str engine_sqlite(Arena *a);
Str engine_postgres(Arena *a);
/* A fresh path in this test's own folder. */
Str engine_path(Arena *a, const char *name);
/* Changes the database behind the program's back, with every right. statement for SQLite, for PostgreSQL. */
void engine_tamper(Arena *a, Str url, const char *statement, const char *pg_statement);
/* The private PostgreSQL ends as if its power went, and comes back. Skips the test if the server is not ours. */
void engine_pg_crash(void);
void engine_pg_again(void);
/* An empty database on a primary with a synchronous standby; then the primary is killed and the standby takes over. */
Str engine_pg_pair(Arena *a);
void engine_pg_failover(void);
/* The standby stops, or goes on, following. */
void engine_pg_replay(bool goes);
/* Runs a shell line; true if it ended with 0. */
bool engine_shell(const char *line);

Store *engine_create(Str url);
Store *engine_open(Str url, StoreMode mode);
/* A small event; the data name its number. */
Event engine_event(Arena *a, const char *stream, int64_t version);
/* Appends `count` events, one case in ten, in one transaction. */
void engine_fill(Store *s, int64_t count);

#define BOTH_WITHIN(name, limit)         \
    static void name(Arena *a, Str url); \
    TEST_WITHIN(name##_sqlite, limit)    \
    {                                    \
        name(a, engine_sqlite(a));       \
    }                                    \
    TEST_WITHIN(name##_postgres, limit)  \
    {                                    \
        name(a, engine_postgres(a));     \
    }                                    \
    static void name(__attribute__((unused)) Arena *a, Str url)
#define BOTH(name) BOTH_WITHIN(name, 60)

#endif
