/* store_pg.c: the engine over PostgreSQL through libpq: prepared statements, writes in pipelines, one write lock for all
 * processes, and a connection that comes back by itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SLOTS = 1024, MAX_PARAMS = 32, MAX_PENDING = 200, INT_TEXT = 24, SQL_LIMIT = 256 * 1024 };
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

typedef struct {
    const char *sql;
    char *text; /* what it was when it was prepared */
    unsigned number;
} Slot;

typedef struct {
    PGconn *conn;
    Slot slots[SLOTS];
    size_t used;
    unsigned next_number;
    int pending;   /* statements sent whose answers nobody has read */
    bool in_block; /* BEGIN was sent: a lost connection loses the transaction */
    bool is_stale; /* statements must be prepared anew */
} Pg;

/* ---- Errors ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *state; /* SQLSTATE or its class */
    ErrCode code;
} STATES[] = {
    {"23505", ALREADY_EXISTS}, {"40001", STORE_BUSY}, {"40P01", STORE_BUSY}, {"55P03", STORE_BUSY}, {"57014", STORE_BUSY},
    {"25006", STORE_BUSY},     {"57P", STORE_BUSY},   {"08", STORE_BUSY},    {"53100", STORE_FULL}, {"53", STORE_BUSY},
    {"42501", NOT_ALLOWED},    {"P0001", NOT_ALLOWED}, {"XX001", LOG_DAMAGED}, {"XX002", LOG_DAMAGED}, {"54", TOO_LARGE},
};

static bool fail(Store *s, const PGresult *r, Err *err)
{
    Pg *p = s->conn;
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text = r ? PQresultErrorMessage(r) : PQerrorMessage(p->conn);
    if (PQstatus(p->conn) == CONNECTION_BAD || state == NULL) {
        return store_err(err, STORE_BUSY, text);
    }
    s->was_duplicate = strcmp(state, "23505") == 0;
    if (strcmp(state, "25006") == 0 && s->mode != STORE_READ) {
        p->is_stale = true; /* this server has become a replica: look for the primary */
    }
    for (size_t i = 0; i < COUNT_OF(STATES); i++) {
        if (strncmp(state, STATES[i].state, strlen(STATES[i].state)) == 0) {
            return store_err(err, STATES[i].code, text);
        }
    }
    return store_err(err, STORE_FAILED, text);
}

static bool is_good(const PGresult *r)
{
    ExecStatusType t = PQresultStatus(r);
    return t == PGRES_COMMAND_OK || t == PGRES_TUPLES_OK;
}

/* ---- Connection ------------------------------------------------------------------------------------------------------- */

static void forget_statements(Pg *p)
{
    for (size_t i = 0; i < SLOTS; i++) {
        free(p->slots[i].text);
        p->slots[i] = (Slot){0};
    }
    p->used = 0;
    p->pending = 0;
    p->in_block = p->is_stale = false;
}

/* Durable however the server is set, and no lock is waited for or held for ever. */
static bool set_session(Store *s, Err *err)
{
    Pg *p = s->conn;
    PGresult *r = PQexec(p->conn, "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
                                  " WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),"
                                  " set_config('lock_timeout', '10s', false),"
                                  " set_config('idle_in_transaction_session_timeout', '60s', false),"
                                  " set_config('client_min_messages', 'error', false)");
    bool ok = is_good(r) || fail(s, r, err);
    PQclear(r);
    return ok;
}

static bool connect_anew(Store *s, Err *err)
{
    Pg *p = s->conn;
    const char *url = str_c(s->arena, s->target);
    bool is_writer = s->mode != STORE_READ;
    /* What stands before dbname the URL may override; a writer must find the primary. */
    const char *const keys[] = {"application_name", "connect_timeout", "tcp_user_timeout", "dbname", "client_encoding",
                                is_writer ? "target_session_attrs" : NULL, NULL};
    const char *const values[] = {"goldenbridge", "5", "10000", url, "UTF8", "read-write", NULL};
    PQfinish(p->conn);
    forget_statements(p);
    p->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(p->conn) != CONNECTION_OK) {
        return store_err(err, STORE_BUSY, PQerrorMessage(p->conn));
    }
    return set_session(s, err);
}

static bool is_usable(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (PQstatus(p->conn) == CONNECTION_OK && !p->is_stale) {
        return true;
    }
    if (p->in_block) {
        return err_set(err, STORE_BUSY, "The database was lost; this step was not kept. Please try again.");
    }
    return connect_anew(s, err);
}

static void pg_close(Store *s)
{
    Pg *p = s->conn;
    forget_statements(p);
    PQfinish(p->conn);
    free(p);
    s->conn = NULL;
}

static bool has_tables(Store *s, bool *ret, Err *err)
{
    Pg *p = s->conn;
    PGresult *r = PQexec(p->conn, "SELECT to_regclass('log_meta') IS NOT NULL");
    bool ok = is_good(r) || fail(s, r, err);
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
    if (!connect_anew(s, err) || !has_tables(s, &is_there, err)) {
        return false;
    }
    if (mode == STORE_CREATE && is_there) {
        return err_set(err, ALREADY_EXISTS, "This database holds a store already.");
    }
    return mode == STORE_CREATE || is_there || err_set(err, NOT_FOUND, "This database holds no store yet.");
}

/* ---- Statements ------------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Outside of quotes BLOB becomes BYTEA; texts of new tables are ordered by their bytes, as SQLite orders them. */
static char *translate(const char *sql, char *out)
{
    static const struct {
        const char *from, *to;
    } WORDS[] = {{"BLOB", "BYTEA"}, {"TEXT", "TEXT COLLATE \"C\""}};
    char quote = 0;
    size_t n = 0, words = strncasecmp(sql, "CREATE TABLE", 12) == 0 ? COUNT_OF(WORDS) : 1;
    for (size_t i = 0; sql[i] != '\0'; i++) {
        bool is_start = i == 0 || !is_word(sql[i - 1]);
        size_t w = 0;
        while (w < words && !(quote == 0 && is_start && strncmp(sql + i, WORDS[w].from, 4) == 0 && !is_word(sql[i + 4]))) {
            w++;
        }
        if (w < words) {
            memcpy(out + n, WORDS[w].to, strlen(WORDS[w].to));
            n += strlen(WORDS[w].to);
            i += 3;
            continue;
        }
        if (sql[i] == '\'' || sql[i] == '"') {
            quote = quote == 0 ? sql[i] : quote == sql[i] ? 0 : quote;
        }
        out[n++] = sql[i];
    }
    out[n] = '\0';
    return out;
}

static bool starts(const char *sql, const char *word)
{
    return strncasecmp(sql, word, strlen(word)) == 0;
}

static bool changes_tables(const char *sql)
{
    return starts(sql, "CREATE") || starts(sql, "DROP") || starts(sql, "ALTER");
}

/* The tables of the log are for this room; the database's own triggers stand behind this. */
static bool may_run(const Store *s, const char *sql, Err *err)
{
    if (s->is_internal || starts(sql, "SELECT")) {
        return true;
    }
    for (const char *p = sql; *p != '\0'; p++) {
        if (strncasecmp(p, "log_", 4) == 0 && (p == sql || !is_word(p[-1]))) {
            return err_set(err, NOT_ALLOWED, "The log may only be appended to.");
        }
    }
    return true;
}

static Slot *find_slot(Pg *p, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) * 0x9E3779B97F4A7C15u >> 32;
    for (;; at++) {
        Slot *slot = &p->slots[at % SLOTS];
        if (slot->text == NULL || (slot->sql == sql && strcmp(slot->text, sql) == 0)) {
            return slot;
        }
    }
}

static bool finish(Store *s, PGresult **ret_last, Err *err);

static bool prepare(Store *s, const char *sql, Slot **ret, Err *err)
{
    Pg *p = s->conn;
    check_that(p->used < SLOTS / 2);
    Slot *slot = find_slot(p, sql);
    *ret = slot;
    if (slot->text != NULL) {
        return true;
    }
    char name[INT_TEXT];
    size_t len = strlen(sql);
    char *text = malloc(len + 1), *sent = malloc(4 * len + 8);
    if (text == NULL || sent == NULL || !finish(s, NULL, err)) {
        free(text);
        free(sent);
        return false;
    }
    memcpy(text, sql, len + 1);
    *slot = (Slot){.sql = sql, .text = text, .number = ++p->next_number};
    snprintf(name, sizeof name, "s%u", slot->number);
    PGresult *r = PQprepare(p->conn, name, translate(sql, sent), 0, NULL);
    free(sent);
    bool ok = is_good(r) || fail(s, r, err);
    PQclear(r);
    if (ok) {
        p->used++;
    } else {
        free(slot->text);
        *slot = (Slot){0};
    }
    return ok;
}

static bool send(Store *s, const Slot *slot, const StoreValue *params, size_t count, Err *err)
{
    Pg *p = s->conn;
    const char *values[MAX_PARAMS];
    int lengths[MAX_PARAMS], formats[MAX_PARAMS];
    char numbers[MAX_PARAMS][INT_TEXT], name[INT_TEXT];
    check_that(count <= MAX_PARAMS);
    for (size_t i = 0; i < count; i++) {
        const StoreValue *v = &params[i];
        formats[i] = v->kind == STORE_INT ? 0 : 1;
        lengths[i] = (int)v->s.len;
        values[i] = v->kind == STORE_NULL ? NULL : v->s.ptr ? v->s.ptr : "";
        if (v->kind == STORE_INT) {
            snprintf(numbers[i], INT_TEXT, "%lld", (long long)v->i);
            values[i] = numbers[i];
        }
    }
    snprintf(name, sizeof name, "s%u", slot->number);
    if ((PQpipelineStatus(p->conn) == PQ_PIPELINE_OFF && PQenterPipelineMode(p->conn) != 1) ||
        PQsendQueryPrepared(p->conn, name, (int)count, values, lengths, formats, 1) != 1) {
        return fail(s, NULL, err);
    }
    p->pending++;
    return true;
}

/* One answer of the pipeline; NULL if the connection broke. */
static PGresult *next_answer(Pg *p)
{
    PGresult *r = PQgetResult(p->conn);
    if (r != NULL && PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
        PGresult *end = PQgetResult(p->conn);
        check_that(end == NULL);
    }
    return r;
}

/* Reads the answers to everything that was sent. The first error counts; the last answer is given out where wanted. */
static bool finish(Store *s, PGresult **ret_last, Err *err)
{
    Pg *p = s->conn;
    if (PQpipelineStatus(p->conn) == PQ_PIPELINE_OFF) {
        return true;
    }
    bool ok = PQpipelineSync(p->conn) == 1 || fail(s, NULL, err);
    for (; ok && p->pending > 0; p->pending--) {
        PGresult *r = next_answer(p);
        ok = r != NULL && is_good(r) ? true : fail(s, r, err);
        if (ok && p->pending == 1 && ret_last != NULL) {
            *ret_last = r;
        } else {
            PQclear(r);
        }
    }
    /* What was sent after an error is answered too, without effect. */
    while (PQstatus(p->conn) == CONNECTION_OK) {
        PGresult *r = PQgetResult(p->conn);
        bool is_end = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        PQclear(r);
        if (is_end) {
            break;
        }
    }
    p->pending = 0;
    PQexitPipelineMode(p->conn);
    if (!ok && ret_last != NULL) {
        PQclear(*ret_last);
        *ret_last = NULL;
    }
    return ok;
}

/* ---- Values ----------------------------------------------------------------------------------------------------------- */

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

static StoreValue cell_of(const PGresult *r, int row, int column)
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
            cells[i] = cell_of(r, row, i);
        }
        if (!sink->each(sink->host, cells, (size_t)columns)) {
            return;
        }
    }
}

/* ---- The engine's calls ------------------------------------------------------------------------------------------------ */

static bool pg_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    Pg *p = s->conn;
    Slot *slot;
    if (!may_run(s, sql, err) || !is_usable(s, err) || (p->pending >= MAX_PENDING && !finish(s, NULL, err)) || !prepare(s, sql, &slot, err)) {
        return false;
    }
    return send(s, slot, params, count, err) && (p->in_block || finish(s, NULL, err));
}

static bool run_once(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    Pg *p = s->conn;
    Slot *slot;
    PGresult *r = NULL;
    if (!is_usable(s, err) || !prepare(s, sql, &slot, err) || !send(s, slot, params, count, err) || !finish(s, &r, err)) {
        return false;
    }
    if (sink != NULL) {
        hand_out(r, sink);
    }
    PQclear(r);
    if (changes_tables(sql)) {
        PQclear(PQexec(p->conn, "DEALLOCATE ALL"));
        bool in_block = p->in_block;
        forget_statements(p);
        p->in_block = in_block;
    }
    return true;
}

/* A question outside of a transaction may simply be asked again: after a lost connection, or when a table was made anew. */
static bool pg_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    Pg *p = s->conn;
    Err first;
    if (!may_run(s, sql, err)) {
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
    if (!is_usable(s, err) || !finish(s, NULL, err)) {
        return false;
    }
    PGresult *r = PQexec(p->conn, sql);
    bool ok = is_good(r) || fail(s, r, err);
    PQclear(r);
    return ok;
}

static void pg_rollback(Store *s)
{
    Pg *p = s->conn;
    Err ignored;
    if (PQstatus(p->conn) == CONNECTION_OK) {
        (void)!finish(s, NULL, &ignored);
        PQclear(PQexec(p->conn, "ROLLBACK"));
    }
    p->in_block = false;
}

static bool pg_is_alive(Store *s)
{
    Pg *p = s->conn;
    return p->in_block && PQstatus(p->conn) == CONNECTION_OK && !p->is_stale;
}

/* One round trip: BEGIN, the lock, and under it the size of the log. The lock ends with the transaction. */
static bool pg_begin(Store *s, int64_t *ret_size, Err *err)
{
    Pg *p = s->conn;
    int64_t size = 0;
    if (!is_usable(s, err)) {
        return false;
    }
    p->in_block = true;
    bool ok = store_post(s, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL, 0, err) &&
              store_post(s, "SELECT pg_advisory_xact_lock(4702111234474983745)", NULL, 0, err) &&
              (ret_size == NULL || store_int(s, "SELECT max(seq) FROM log_events", NULL, 0, &size, err));
    if (!ok) {
        pg_rollback(s);
        return false;
    }
    if (ret_size != NULL) {
        *ret_size = size;
    }
    return true;
}

static bool pg_commit(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (!store_post(s, "COMMIT", NULL, 0, err)) {
        return false;
    }
    PGresult *r = NULL;
    bool ok = finish(s, &r, err);
    /* COMMIT of a transaction that has failed is answered well, by ROLLBACK. */
    bool is_kept = ok && strcmp(PQcmdStatus(r), "COMMIT") == 0;
    PQclear(r);
    if (!ok && PQstatus(p->conn) == CONNECTION_BAD) {
        err_set(err, STORE_BUSY, "The database was lost while this was being kept: send the same command again to see.");
    }
    if (ok && !is_kept) {
        ok = err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    p->in_block = !ok && p->in_block;
    return ok;
}

static bool pg_begin_snapshot(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (!is_usable(s, err)) {
        return false;
    }
    p->in_block = true;
    if (store_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0, NULL, err)) {
        return true;
    }
    pg_rollback(s);
    return false;
}

/* Its own checksums guard the pages of PostgreSQL (the doctor asks for them); here the counts must agree. */
static bool pg_check_indexes(Store *s, const IndexMark *events, bool *ret_ok, Err *err)
{
    (void)events;
    int64_t by_table = 0, by_index = 0;
    if (!store_int(s, "SELECT count(seq) FROM log_events", NULL, 0, &by_table, err) ||
        !store_int(s, "SELECT sum(version) FROM (SELECT max(version) AS version FROM log_events GROUP BY stream) AS t", NULL, 0,
                   &by_index, err)) {
        return false;
    }
    *ret_ok = by_table == by_index;
    return true;
}

static void pg_after_erase(Store *s)
{
    Pg *p = s->conn;
    PQclear(PQexec(p->conn, "VACUUM log_person_keys"));
}

/* A backup is a store in a file: it opens anywhere, also without PostgreSQL. */
static bool pg_backup(Store *s, Str to_path, Err *err)
{
    Store *to;
    if (!store_open(to_path, STORE_CREATE, &to, err)) {
        return false;
    }
    bool ok = store_copy(s, to, err);
    store_close(to);
    return ok;
}

static const struct {
    const char *sql, *code, *text;
} FINDINGS[] = {
    {"SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'off'", "fsync_off",
     "fsync is off: a power cut can destroy the database."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'full_page_writes' AND setting = 'off'", "full_page_writes_off",
     "full_page_writes is off: a power cut can damage pages."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'data_checksums' AND setting = 'off'", "no_checksums",
     "Data checksums are off: a damaged disk would not be noticed (initdb --data-checksums)."},
    {"SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolsuper", "superuser",
     "The program signs in as a superuser, who can switch the guards of the log off."},
    {"SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND NOT ssl AND inet_server_addr() IS NOT NULL"
     " AND host(inet_server_addr()) NOT IN ('127.0.0.1', '::1')", "no_tls",
     "The connection to the database goes over the network without TLS."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = ''"
     " AND (SELECT count(*) FROM pg_stat_replication) > 0", "asynchronous_replicas",
     "There are replicas, but none is synchronous: a failover can lose acknowledged steps."},
};

static void pg_doctor(Store *s, Arena *a, Json *findings)
{
    for (size_t i = 0; i < COUNT_OF(FINDINGS); i++) {
        int64_t found = 0;
        if (store_int(s, FINDINGS[i].sql, NULL, 0, &found, NULL) && found > 0) {
            Json *j = json_new_object(a);
            json_set(a, j, STR("code"), json_new_str_c(a, FINDINGS[i].code));
            json_set(a, j, STR("text"), json_new_str_c(a, FINDINGS[i].text));
            json_push(a, findings, j);
        }
    }
}

const Engine ENGINE_PG = {
    .name = "postgres",
    .open = pg_open,
    .close = pg_close,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .is_alive = pg_is_alive,
    .begin_snapshot = pg_begin_snapshot,
    .run = pg_run,
    .post = pg_post,
    .script = pg_script,
    .backup = pg_backup,
    .doctor = pg_doctor,
    .check_indexes = pg_check_indexes,
    .after_erase = pg_after_erase,
};
