/* store_replica.c: databases that follow the one that takes writes: opening one to read from, and how far each has
 * come.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

/* Bytes of the write-ahead log: of a commit that was acknowledged all is flushed. No row where another role is meant: a
 * replica that has become the primary is none any more. */
static const char WRITTEN[] =
    "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint WHERE NOT pg_is_in_recovery()";
static const char FOLLOWED[] = "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint WHERE pg_is_in_recovery()";
/* The same for a database and its replicas, and for no other. */
static const char IDENTITY[] =
    "SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
    " FROM pg_control_system()";

bool store_position(Store *s, int64_t *ret, Err *err)
{
    *ret = 0;
    if (s->engine != &ENGINE_PG) {
        return true;
    }
    return store_int(s, s->is_replica ? FOLLOWED : WRITTEN, NULL, 0, ret, err) &&
           (*ret > 0 || err_set(err, STORE_BUSY, "This database has changed its role."));
}

bool store_open_replica(Str url, Store *of, Store **ret, Err *err)
{
    Store *s = NULL;
    Str mine, its;
    if (of->engine != &ENGINE_PG) {
        return err_set(err, BAD_USAGE, "Only a store in PostgreSQL has replicas to read from.");
    }
    if (!store_open_as(url, STORE_READ, OPEN_REPLICA, &s, err)) {
        return false;
    }
    bool ok = s->engine == of->engine
                  ? store_text(of, s->arena, IDENTITY, NULL, 0, &mine, err) &&
                        store_text(s, s->arena, IDENTITY, NULL, 0, &its, err)
                  : err_set(err, BAD_USAGE, "Only a store in PostgreSQL has replicas to read from.");
    if (ok && !str_eq(mine, its)) {
        ok = err_set(err, BAD_USAGE, "What is to be read from is no replica of the store: it is another database.");
    }
    if (!ok) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}
