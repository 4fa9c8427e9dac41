/* store_pg_wire.c: the wire to PostgreSQL through libpq: a connection that comes back by itself, prepared statements,
 * pipelines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_pg_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *state; /* SQLSTATE or its class */
    ErrCode code;
} STATES[] = {
    {"23505", ALREADY_EXISTS}, {"40001", STORE_BUSY},  {"40P01", STORE_BUSY},  {"55P03", STORE_BUSY},
    {"57014", STORE_BUSY},     {"25006", STORE_BUSY},  {"57P", STORE_BUSY},    {"08", STORE_BUSY},
    {"53100", STORE_FULL},     {"53", STORE_BUSY},     {"42501", NOT_ALLOWED}, {"P0001", NOT_ALLOWED},
    {"XX001", LOG_DAMAGED},    {"XX002", LOG_DAMAGED}, {"54", TOO_LARGE},
};

bool pg_fail(Store *s, const PGresult *r, Err *err)
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

bool pg_is_good(const PGresult *r)
{
    ExecStatusType t = PQresultStatus(r);
    return t == PGRES_COMMAND_OK || t == PGRES_TUPLES_OK;
}

/* ---- Connection -------------------------------------------------------------------------------------------------- */

void pg_forget_statements(Pg *p)
{
    for (size_t i = 0; i < PG_SLOTS; i++) {
        free(p->slots[i].text);
        p->slots[i] = (PgSlot){0};
    }
    p->used = 0;
    p->pending = 0;
    p->in_block = p->is_stale = false;
}

/* Durable however the server is set, and no lock is waited for or held for ever. */
/* No machine code is compiled for a question: the conditions of a reader's reach look dear to the planner and cost
 * little, so that it compiled longer than the answer takes. */
static bool set_session(Store *s, Err *err)
{
    Pg *p = s->conn;
    PGresult *r =
        PQexec(p->conn, "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
                        " WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),"
                        " set_config('lock_timeout', '10s', false),"
                        " set_config('idle_in_transaction_session_timeout', '60s', false),"
                        " set_config('client_min_messages', 'error', false), set_config('jit', 'off', false)");
    bool ok = pg_is_good(r) || pg_fail(s, r, err);
    PQclear(r);
    return ok;
}

bool pg_connect(Store *s, Err *err)
{
    Pg *p = s->conn;
    const char *url = str_c(s->arena, s->target);
    bool has_choice = s->mode != STORE_READ || s->is_replica;
    /* What stands before dbname the URL may override; a writer must find the primary. */
    const char *const keys[] = {"application_name",
                                "connect_timeout",
                                "tcp_user_timeout",
                                "dbname",
                                "client_encoding",
                                has_choice ? "target_session_attrs" : NULL,
                                NULL};
    const char *const values[] = {
        "goldenbridge", "5", "10000", url, "UTF8", s->is_replica ? "standby" : "read-write", NULL};
    PQfinish(p->conn);
    pg_forget_statements(p);
    s->known_size = -1; /* it may be another server now: nothing is assumed of it */
    p->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(p->conn) != CONNECTION_OK) {
        return store_err(err, STORE_BUSY, PQerrorMessage(p->conn));
    }
    return set_session(s, err);
}

bool pg_is_usable(Store *s, Err *err)
{
    Pg *p = s->conn;
    if (PQstatus(p->conn) == CONNECTION_OK && !p->is_stale) {
        return true;
    }
    if (p->in_block) {
        return err_set(err, STORE_BUSY, "The database was lost; this step was not kept. Please try again.");
    }
    return !s->is_replica ? pg_connect(s, err) : err_set(err, STORE_BUSY, "The replica was lost.");
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Outside of quotes BLOB becomes BYTEA. In new tables texts are ordered by their bytes and integers have 64 bits, as
 * with SQLite, and what only SQLite can do without is left out. */
static char *translate(const char *sql, char *out)
{
    static const struct {
        const char *from, *to;
    } WORDS[] = {
        {"BLOB", "BYTEA"}, {"TEXT", "TEXT COLLATE \"C\""}, {"INTEGER", "BIGINT"}, {"WITHOUT", ""}, {"ROWID", ""}};
    char quote = 0;
    size_t n = 0, words = strncasecmp(sql, "CREATE TABLE", 12) == 0 ? COUNT_OF(WORDS) : 1;
    for (size_t i = 0; sql[i] != '\0'; i++) {
        bool is_start = quote == 0 && (i == 0 || !is_word(sql[i - 1]));
        size_t w = 0, len = 0;
        for (; w < words; w++) {
            len = strlen(WORDS[w].from);
            if (is_start && strncmp(sql + i, WORDS[w].from, len) == 0 && !is_word(sql[i + len])) {
                break;
            }
        }
        if (w < words) {
            memcpy(out + n, WORDS[w].to, strlen(WORDS[w].to));
            n += strlen(WORDS[w].to);
            i += len - 1;
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

static PgSlot *find_slot(Pg *p, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) * 0x9E3779B97F4A7C15u >> 32;
    for (;; at++) {
        PgSlot *slot = &p->slots[at % PG_SLOTS];
        if (slot->text == NULL || (slot->sql == sql && strcmp(slot->text, sql) == 0)) {
            return slot;
        }
    }
}

bool pg_slot(Store *s, const char *sql, PgSlot **ret, Err *err)
{
    Pg *p = s->conn;
    check_that(p->used < PG_SLOTS / 2);
    PgSlot *slot = find_slot(p, sql);
    *ret = slot;
    if (slot->text != NULL) {
        return true;
    }
    size_t len = strlen(sql);
    char *text = malloc(len + 1);
    if (text == NULL) {
        return err_set(err, STORE_FAILED, "There is no memory left.");
    }
    memcpy(text, sql, len + 1);
    *slot = (PgSlot){.sql = sql, .text = text};
    p->used++;
    return true;
}

bool pg_prepare_text(Store *s, const char *sent, unsigned *ret_number, Err *err)
{
    Pg *p = s->conn;
    char name[PG_INT_TEXT];
    if (!pg_finish(s, NULL, err)) {
        return false;
    }
    unsigned number = ++p->next_number;
    snprintf(name, sizeof name, "s%u", number);
    PGresult *r = PQprepare(p->conn, name, sent, 0, NULL);
    bool ok = pg_is_good(r) || pg_fail(s, r, err);
    PQclear(r);
    *ret_number = ok ? number : 0;
    return ok;
}

bool pg_prepare(Store *s, const char *sql, PgSlot **ret, Err *err)
{
    if (!pg_slot(s, sql, ret, err)) {
        return false;
    }
    if ((*ret)->number > 0) {
        return true;
    }
    char *sent = malloc(4 * strlen(sql) + 8);
    bool ok = sent != NULL ? pg_prepare_text(s, translate(sql, sent), &(*ret)->number, err)
                           : err_set(err, STORE_FAILED, "There is no memory left.");
    free(sent);
    return ok;
}

bool pg_send(Store *s, unsigned number, const PgParams *params, Err *err)
{
    Pg *p = s->conn;
    char name[PG_INT_TEXT];
    snprintf(name, sizeof name, "s%u", number);
    if (p->pending == PG_MOST_PENDING && !pg_finish(s, NULL, err)) {
        return false;
    }
    if ((PQpipelineStatus(p->conn) == PQ_PIPELINE_OFF && PQenterPipelineMode(p->conn) != 1) ||
        PQsendQueryPrepared(p->conn, name, (int)params->count, params->values, params->lengths, params->formats, 1) !=
            1) {
        return pg_fail(s, NULL, err);
    }
    p->asked[p->pending++] = (PgAsked){0};
    return true;
}

void pg_learn(Pg *p, void (*learn)(Store *s, Str name, const PGresult *r), Str name)
{
    p->asked[p->pending - 1] = (PgAsked){learn, name};
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

static bool read_answers(Store *s, PGresult **ret_last, Err *err)
{
    Pg *p = s->conn;
    bool ok = true;
    for (int i = 0; ok && i < p->pending; i++) {
        PGresult *r = next_answer(p);
        bool is_last = i + 1 == p->pending;
        ok = r != NULL && pg_is_good(r) ? true : pg_fail(s, r, err);
        s->was_duplicate = s->was_duplicate && is_last; /* the caller asks about the last statement */
        if (ok && p->asked[i].learn != NULL) {
            p->asked[i].learn(s, p->asked[i].name, r);
        }
        if (ok && is_last && ret_last != NULL) {
            *ret_last = r;
        } else {
            PQclear(r);
        }
    }
    return ok;
}

/* What was sent after an error is answered too, without effect. */
static void read_to_end(Pg *p)
{
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
}

bool pg_finish(Store *s, PGresult **ret_last, Err *err)
{
    Pg *p = s->conn;
    if (PQpipelineStatus(p->conn) == PQ_PIPELINE_OFF) {
        return true;
    }
    bool was_lost = s->is_lost,
         ok = PQpipelineSync(p->conn) == 1 ? read_answers(s, ret_last, err) : pg_fail(s, NULL, err);
    read_to_end(p);
    if (ok && s->is_lost && !was_lost) {
        ok = err_set(err, STORE_BUSY, "Somebody else has written at the same moment. Please try again.");
    }
    if (!ok && ret_last != NULL) {
        PQclear(*ret_last);
        *ret_last = NULL;
    }
    return ok;
}
