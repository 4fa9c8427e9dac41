/* store_pg.c: the engine over PostgreSQL: questions, transactions under one write lock for all processes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_pg_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static void pg_close(Store *s)
{
    Pg *p = s->conn;
    pg_forget_statements(p);
    PQfinish(p->conn);
    free(p);
    s->conn = NULL;
}

static bool has_tables(Store *s, bool *ret, Err *err)
{
    Pg *p = s->conn;
    PGresult *r = PQexec(p->conn, "SELECT to_regclass('log_meta') IS NOT NULL");
    bool ok = pg_is_good(r) || pg_fail(s, r, err);
    *ret = ok && strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    PQclear(r);
    return ok;
}

static bool pg_open(Store *s, Str target, StoreMode mode, Err *err)
{
    bool is_there;
    (void)target;
    s->conn = calloc(1, sizeof(Pg));
    if (s->conn == NULL) {
        return err_set(err, STORE_FAILED, "There is no memory left.");
    }
    if (!pg_connect(s, err) || !has_tables(s, &is_there, err)) {
        return false;
    }
    if (mode == STORE_CREATE && is_there) {
        return err_set(err, ALREADY_EXISTS, "This database holds a store already.");
    }
    return mode == STORE_CREATE || is_there || err_set(err, NOT_FOUND, "This database holds no store yet.");
}

/* ---- Values ------------------------------------------------------------------------------------------------------ */

static int64_t big_endian(const unsigned char *p, int len)
{
    uint64_t n = len > 0 && p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < len; i++) {
        n = n << 8 | p[i];
    }
    return (int64_t)n;
}

/* A whole NUMERIC, as sum() of integers gives: digits of base 10,000. */
static int64_t numeric(const unsigned char *p)
{
    int64_t digits = big_endian(p, 2), weight = big_endian(p + 2, 2), n = 0;
    for (int64_t i = 0; i <= weight; i++) {
        n = n * 10000 + (i < digits ? big_endian(p + 8 + 2 * i, 2) : 0);
    }
    return big_endian(p + 4, 2) == 0x4000 ? -n : n;
}

StoreValue pg_cell(const PGresult *r, int row, int column)
{
    StoreValue v = {0};
    if (PQgetisnull(r, row, column)) {
        return v;
    }
    const char *p = PQgetvalue(r, row, column);
    int len = PQgetlength(r, row, column);
    Oid type = PQftype(r, column);
    if (type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_BOOL || type == OID_NUMERIC) {
        v.kind = STORE_INT;
        v.i = type == OID_NUMERIC ? numeric((const unsigned char *)p) : big_endian((const unsigned char *)p, len);
        return v;
    }
    v.kind = type == OID_BYTEA ? STORE_BLOB : STORE_TEXT;
    v.s = (Str){p, (size_t)len};
    return v;
}

static void hand_out(const PGresult *r, const RowSink *sink)
{
    StoreValue cells[MAX_COLUMNS];
    const char *names[MAX_COLUMNS];
    int columns = PQnfields(r), rows = PQntuples(r);
    check_that(columns <= MAX_COLUMNS);
    for (int i = 0; i < columns; i++) {
        names[i] = PQfname(r, i);
    }
    if (sink->columns != NULL) {
        sink->columns(sink->host, names, (size_t)columns);
    }
    for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
            cells[i] = pg_cell(r, row, i);
        }
        if (!sink->each(sink->host, cells, (size_t)columns)) {
            return;
        }
    }
}

/* ---- The engine's calls ------------------------------------------------------------------------------------------ */

static bool starts(const char *sql, const char *word)
{
    return strncasecmp(sql, word, strlen(word)) == 0;
}

static bool changes_tables(const char *sql)
{
    return starts(sql, "CREATE") || starts(sql, "DROP") || starts(sql, "ALTER");
}

bool pg_send_one(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    PgSlot *slot;
    PgParams p = {.count = count};
    char numbers[PG_MOST_PARAMS][PG_INT_TEXT];
    check_that(count <= PG_MOST_PARAMS);
    if (!pg_prepare(s, sql, &slot, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const StoreValue *v = &params[i];
        p.formats[i] = v->kind == STORE_INT ? 0 : 1;
        p.lengths[i] = (int)v->s.len;
        p.values[i] = v->kind == STORE_NULL ? NULL : v->s.ptr ? v->s.ptr : "";
        if (v->kind == STORE_INT) {
            snprintf(numbers[i], PG_INT_TEXT, "%lld", (long long)v->i);
            p.values[i] = numbers[i];
        }
    }
    return pg_send(s, slot->number, &p, err);
}

bool pg_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    const Pg *p = s->conn;
    return later_may_run(s, sql, err) && pg_is_usable(s, err) && pg_send_one(s, sql, params, count, err) &&
           (p->in_block || pg_finish(s, NULL, err));
}

static bool run_once(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    Pg *p = s->conn;
    PGresult *r = NULL;
    if (!pg_is_usable(s, err) || !pg_ask_assumed(s, err) || !pg_send_one(s, sql, params, count, err) ||
        !pg_finish(s, &r, err)) {
        return false;
    }
    if (sink != NULL) {
        hand_out(r, sink);
    }
    PQclear(r);
    if (changes_tables(sql)) {
        PQclear(PQexec(p->conn, "DEALLOCATE ALL"));
        bool in_block = p->in_block;
        pg_forget_statements(p);
        p->in_block = in_block;
    }
    return true;
}

/* A question outside of a transaction may simply be asked again: after a lost connection, or when a table was made
 * anew. */
static bool pg_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    Pg *p = s->conn;
    Err first;
    if (!later_may_run(s, sql, err)) {
        return false;
    }
    if (run_once(s, sql, params, count, sink, &first)) {
        return true;
    }
    bool is_replanned = strstr(first.detail, "cached plan") != NULL;
    bool is_lost = PQstatus(p->conn) == CONNECTION_BAD;
    if (sink != NULL && !p->in_block && (is_replanned || is_lost)) {
        p->is_stale = true;
        return run_once(s, sql, params, count, sink, err);
    }
    if (err != NULL) {
        *err = first;
    }
    return false;
}

static bool pg_script(Store *s, const char *sql, Err *err)
{
    Pg *p = s->conn;
    if (!pg_is_usable(s, err) || !pg_ask_assumed(s, err) || !pg_finish(s, NULL, err)) {
        return false;
    }
    PGresult *r = PQexec(p->conn, sql);
    bool ok = pg_is_good(r) || pg_fail(s, r, err);
    PQclear(r);
    return ok;
}

static void pg_rollback(Store *s)
{
    Pg *p = s->conn;
    Err ignored;
    if (PQstatus(p->conn) == CONNECTION_OK) {
        (void)!pg_finish(s, NULL, &ignored);
        PQclear(PQexec(p->conn, "ROLLBACK"));
    }
    p->in_block = false;
}

static bool pg_is_alive(Store *s)
{
    Pg *p = s->conn;
    return p->in_block && PQstatus(p->conn) == CONNECTION_OK && !p->is_stale;
}

static bool post_begin(Store *s, Err *err)
{
    return store_post(s, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL, 0, err) &&
           store_post(s, "SELECT pg_advisory_xact_lock(4702111234474983745)", NULL, 0, err);
}

/* One round trip: BEGIN, the lock, and under it the size of the log. The lock ends with the transaction. */
static bool pg_begin(Store *s, const StoreExpected *list, size_t count, int64_t *ret_size, Err *err)
{
    Pg *p = s->conn;
    int64_t size = 0;
    if (!pg_is_usable(s, err)) {
        return false;
    }
    p->in_block = true;
    bool ok = post_begin(s, err) && (ret_size == NULL || pg_ask_begin(s, list, count, &size, err));
    if (!ok) {
        pg_rollback(s);
        return false;
    }
    if (ret_size != NULL) {
        *ret_size = size;
    }
    return true;
}

/* The same, but without a trip of its own: it goes with what is sent next. */
static bool pg_assume(Store *s)
{
    Pg *p = s->conn;
    Err ignored;
    if (!pg_is_usable(s, &ignored) || s->known_size < 0) {
        return false;
    }
    p->in_block = true;
    if (post_begin(s, &ignored)) {
        return true;
    }
    pg_rollback(s);
    return false;
}

static bool pg_commit(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (!pg_post(s, "COMMIT", NULL, 0, err)) {
        return false;
    }
    PGresult *r = NULL;
    bool ok = pg_finish(s, &r, err);
    /* COMMIT of a transaction that has failed is answered well, by ROLLBACK. */
    bool is_kept = ok && strcmp(PQcmdStatus(r), "COMMIT") == 0;
    PQclear(r);
    if (!ok && PQstatus(p->conn) == CONNECTION_BAD) {
        err_set(err, STORE_BUSY,
                "The database was lost while this was being kept: send the same command again to see.");
    }
    if (ok && !is_kept) {
        ok = err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    p->in_block = !ok && p->in_block;
    return ok;
}

static bool pg_is_answered(Store *s)
{
    const Pg *p = s->conn;
    return PQstatus(p->conn) == CONNECTION_OK;
}

static bool pg_begin_snapshot(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (!pg_is_usable(s, err)) {
        return false;
    }
    p->in_block = true;
    if (store_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0, NULL, err)) {
        return true;
    }
    pg_rollback(s);
    return false;
}

/* Memory to sort in; afterwards the planner is told what the tables hold by now, which it would learn a minute later.
 */
static void pg_bulk(Store *s, bool begins)
{
    Err ignored;
    (void)!store_script(s,
                        begins ? "SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'"
                               : "RESET work_mem; RESET maintenance_work_mem; ANALYZE",
                        &ignored);
}

const Engine ENGINE_PG = {
    .name = "postgres",
    .open = pg_open,
    .close = pg_close,
    .begin = pg_begin,
    .assume = pg_assume,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .is_alive = pg_is_alive,
    .is_answered = pg_is_answered,
    .begin_snapshot = pg_begin_snapshot,
    .run = pg_run,
    .post = pg_post,
    .post_all = pg_post_all,
    .expect = pg_expect,
    .script = pg_script,
    .doctor = pg_doctor,
    .check_indexes = pg_check_indexes,
    .after_erase = pg_after_erase,
    .bulk = pg_bulk,
};
