/* store_sqlite.c: the engine over one SQLite file in WAL mode with full durability.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

static bool fail(Store *s, Err *err)
{
    Lite *l = s->conn;
    int code = sqlite3_extended_errcode(l->db);
    bool is_duplicate = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
    ErrCode ours = STORE_FAILED;
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: ours = STORE_BUSY; break;
    case SQLITE_FULL: ours = STORE_FULL; break;
    case SQLITE_IOERR: ours = sqlite3_system_errno(l->db) == ENOSPC ? STORE_FULL : STORE_FAILED; break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: ours = LOG_DAMAGED; break;
    case SQLITE_AUTH: ours = NOT_ALLOWED; break;
    case SQLITE_TOOBIG: ours = TOO_LARGE; break;
    case SQLITE_CONSTRAINT: ours = is_duplicate ? ALREADY_EXISTS : STORE_FAILED; break;
    default: break;
    }
    s->was_duplicate = is_duplicate;
    return store_err(err, ours, sqlite3_errmsg(l->db));
}

/* ---- The guard --------------------------------------------------------------------------------------------------- */

static bool is_log_name(const char *name)
{
    return name != NULL && sqlite3_strnicmp(name, "log_", 4) == 0;
}

static bool is_append_only(const char *name)
{
    static const char *const NAMES[] = {"log_events", "log_tiles", "log_checkpoints", "log_commands"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        if (name != NULL && sqlite3_stricmp(name, NAMES[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int guard(void *host, int action, const char *one, const char *two, const char *db, const char *trigger)
{
    const Store *s = host;
    (void)db;
    (void)trigger;
    switch (action) {
    case SQLITE_UPDATE:
    case SQLITE_DELETE: /* of the log by nobody, not even by this room */
        return is_append_only(one) || (!s->is_internal && is_log_name(one)) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_DROP_TABLE:
    case SQLITE_INSERT:
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW: return !s->is_internal && is_log_name(one) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_ALTER_TABLE: /* one is the database */
    case SQLITE_CREATE_INDEX:
    case SQLITE_DROP_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_DROP_TRIGGER: return !s->is_internal && is_log_name(two) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return s->is_internal ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_OK;
    }
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

static LiteSlot *find_slot(Lite *l, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) * 0x9E3779B97F4A7C15u >> 32;
    for (;; at++) {
        LiteSlot *slot = &l->slots[at % LITE_SLOTS];
        if (slot->stmt == NULL || (slot->sql == sql && strcmp(sqlite3_sql(slot->stmt), sql) == 0)) {
            return slot;
        }
    }
}

/* *ret_own: the caller finalizes it (the cached one is being stepped, or the cache is full). */
static bool prepare(Store *s, const char *sql, sqlite3_stmt **ret, bool *ret_own, Err *err)
{
    Lite *l = s->conn;
    LiteSlot *slot = l->used < LITE_SLOTS / 2 ? find_slot(l, sql) : NULL;
    *ret_own = slot == NULL || (slot->stmt != NULL && sqlite3_stmt_busy(slot->stmt));
    if (slot != NULL && slot->stmt != NULL && !*ret_own) {
        *ret = slot->stmt;
        return true;
    }
    const char *tail;
    if (sqlite3_prepare_v3(l->db, sql, -1, *ret_own ? 0 : SQLITE_PREPARE_PERSISTENT, ret, &tail) != SQLITE_OK) {
        return fail(s, err);
    }
    check_that(*ret != NULL && tail[strspn(tail, " ;\n")] == '\0'); /* one statement a call */
    if (!*ret_own) {
        *slot = (LiteSlot){.sql = sql, .stmt = *ret};
        l->used++;
    }
    return true;
}

static void bind(sqlite3_stmt *stmt, const StoreValue *params, size_t count)
{
    for (int at = 1; at <= (int)count; at++) {
        /* SQLite numbers $n in the order in which they are met. */
        const char *name = sqlite3_bind_parameter_name(stmt, at);
        check_that(name != NULL && name[0] == '$');
        size_t number = (size_t)(name[1] - '0');
        number = name[2] == '\0' ? number : number * 10 + (size_t)(name[2] - '0');
        check_that(number >= 1 && number <= count);
        const StoreValue *v = &params[number - 1];
        const char *p = v->s.ptr ? v->s.ptr : "";
        switch (v->kind) {
        case STORE_NULL: sqlite3_bind_null(stmt, at); break;
        case STORE_INT: sqlite3_bind_int64(stmt, at, v->i); break;
        case STORE_TEXT: sqlite3_bind_text64(stmt, at, p, v->s.len, SQLITE_STATIC, SQLITE_UTF8); break;
        case STORE_BLOB: sqlite3_bind_blob64(stmt, at, p, v->s.len, SQLITE_STATIC); break;
        }
    }
}

static StoreValue cell_of(sqlite3_stmt *stmt, int at)
{
    StoreValue v = {0};
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_NULL: return v;
    case SQLITE_INTEGER:
        v.kind = STORE_INT;
        v.i = sqlite3_column_int64(stmt, at);
        return v;
    case SQLITE_BLOB:
        v.kind = STORE_BLOB;
        v.s.ptr = sqlite3_column_blob(stmt, at);
        break;
    default:
        v.kind = STORE_TEXT;
        v.s.ptr = (const char *)sqlite3_column_text(stmt, at);
        break;
    }
    v.s.len = (size_t)sqlite3_column_bytes(stmt, at);
    return v;
}

static void tell_columns(sqlite3_stmt *stmt, const RowSink *sink)
{
    const char *names[MAX_COLUMNS];
    int count = sqlite3_column_count(stmt);
    for (int i = 0; i < count; i++) {
        names[i] = sqlite3_column_name(stmt, i);
    }
    sink->columns(sink->host, names, (size_t)count);
}

static bool step_all(Store *s, sqlite3_stmt *stmt, const RowSink *sink, Err *err)
{
    StoreValue cells[MAX_COLUMNS];
    int count = sqlite3_column_count(stmt);
    check_that(count <= MAX_COLUMNS);
    if (sink != NULL && sink->columns != NULL) {
        tell_columns(stmt, sink);
    }
    for (;;) {
        int code = sqlite3_step(stmt);
        if (code == SQLITE_DONE) {
            return true;
        }
        if (code != SQLITE_ROW) {
            return fail(s, err);
        }
        if (sink == NULL) {
            continue;
        }
        for (int i = 0; i < count; i++) {
            cells[i] = cell_of(stmt, i);
        }
        if (!sink->each(sink->host, cells, (size_t)count)) {
            return true;
        }
    }
}

static bool lite_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err)
{
    sqlite3_stmt *stmt;
    bool is_own;
    if (!prepare(s, sql, &stmt, &is_own, err)) {
        return false;
    }
    check_that((size_t)sqlite3_bind_parameter_count(stmt) == count);
    bind(stmt, params, count);
    bool ok = step_all(s, stmt, sink, err);
    if (is_own) {
        sqlite3_finalize(stmt);
    } else {
        sqlite3_reset(stmt);
        sqlite3_clear_bindings(stmt);
    }
    return ok;
}

static bool lite_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    return lite_run(s, sql, params, count, NULL, err);
}

static bool lite_post_all(Store *s, const Waiting *list, size_t count, Err *err)
{
    bool before = s->is_internal, ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        s->is_internal = list[i].is_internal;
        ok = lite_run(s, list[i].sql, list[i].params, list[i].count, NULL, err);
    }
    s->is_internal = before;
    return ok;
}

static bool lite_script(Store *s, const char *sql, Err *err)
{
    Lite *l = s->conn;
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, err);
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static void lite_close(Store *s)
{
    Lite *l = s->conn;
    for (size_t i = 0; i < LITE_SLOTS; i++) {
        sqlite3_finalize(l->slots[i].stmt);
    }
    sqlite3_close(l->db);
    free(l);
    s->conn = NULL;
    if (s->is_half_made) {
        unlink(str_c(s->arena, s->target));
    }
}

bool lite_make_file(const char *path, Err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set(err, errno == EEXIST ? ALREADY_EXISTS : IO_FAILED,
                       errno == EEXIST ? "%s exists already." : "%s cannot be created.", path);
    }
    close(fd);
    return true;
}

static bool is_store(Store *s, Err *err)
{
    int64_t found = 0;
    if (!store_int(s, "SELECT count(*) FROM sqlite_master WHERE name = 'log_meta'", NULL, 0, &found, err)) {
        return false;
    }
    return found > 0 || err_set(err, STORE_VERSION, "%.*s is not a store of this program.", STR_ARG(s->target));
}

static bool set_up(Store *s, Err *err)
{
    Lite *l = s->conn;
    sqlite3_busy_timeout(l->db, BUSY_MS);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_set_authorizer(l->db, guard, s);
    if (s->mode == STORE_CREATE ? !store_script(s, "PRAGMA page_size = 4096;", err) : !is_store(s, err)) {
        return false; /* before anything is written to a file that is not ours */
    }
    if (s->mode != STORE_READ && !store_script(s, "PRAGMA journal_mode = WAL;", err)) {
        return false;
    }
    return store_script(s,
                        "PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA temp_store = MEMORY;"
                        "PRAGMA cell_size_check = 1; PRAGMA secure_delete = FAST; PRAGMA cache_size = -65536;"
                        "PRAGMA wal_autocheckpoint = 4000;",
                        err);
}

static bool lite_open(Store *s, Str target, StoreMode mode, Err *err)
{
    const char *path = str_c(s->arena, target);
    if (mode == STORE_CREATE && !lite_make_file(path, err)) {
        return false;
    }
    Lite *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return err_set(err, STORE_FAILED, "There is no memory left.");
    }
    s->conn = l;
    s->is_half_made = mode == STORE_CREATE;
    int flags = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (lite_open_file(path, flags | SQLITE_OPEN_NOMUTEX, &l->db) != SQLITE_OK) {
        bool is_there = access(path, F_OK) == 0;
        return is_there ? fail(s, err) : err_set(err, NOT_FOUND, "There is no store at %s.", path);
    }
    return set_up(s, err);
}

/* ---- Transactions ------------------------------------------------------------------------------------------------ */

static bool lite_begin(Store *s, const StoreExpected *list, size_t count, int64_t *ret_size, Err *err)
{
    (void)list; /* asking is cheap here */
    (void)count;
    int64_t size = 0;
    if (!store_run(s, "BEGIN IMMEDIATE", NULL, 0, NULL, err)) {
        return false;
    }
    if (ret_size == NULL) {
        return true;
    }
    if (!store_int(s, "SELECT max(seq) FROM log_events", NULL, 0, &size, err)) {
        Err ignored;
        (void)!store_run(s, "ROLLBACK", NULL, 0, NULL, &ignored);
        return false;
    }
    *ret_size = size;
    return true;
}

/* Sorting goes through files instead of memory, and the journal is emptied afterwards, since it grew to the size of all
 * that was written. */
static void lite_bulk(Store *s, bool begins)
{
    Err ignored;
    Lite *l = s->conn;
    (void)!store_script(
        s, begins ? "PRAGMA temp_store = FILE; PRAGMA threads = 2;" : "PRAGMA temp_store = MEMORY; PRAGMA threads = 0;",
        &ignored);
    if (!begins) {
        sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
}

static bool lite_is_alive(Store *s)
{
    Lite *l = s->conn;
    return !sqlite3_get_autocommit(l->db);
}

static bool lite_commit(Store *s, Err *err)
{
    if (!lite_is_alive(s)) { /* SQLite has rolled back by itself, as it does when the disk is full */
        return err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
    }
    return store_run(s, "COMMIT", NULL, 0, NULL, err);
}

static void lite_rollback(Store *s)
{
    Err ignored;
    if (lite_is_alive(s)) {
        (void)!store_run(s, "ROLLBACK", NULL, 0, NULL, &ignored);
    }
}

static bool lite_begin_snapshot(Store *s, Err *err)
{
    int64_t ignored;
    return store_run(s, "BEGIN", NULL, 0, NULL, err) &&
           store_int(s, "SELECT max(seq) FROM log_events", NULL, 0, &ignored, err);
}

const Engine ENGINE_SQLITE = {
    .name = "sqlite",
    .open = lite_open,
    .close = lite_close,
    .begin = lite_begin,
    .commit = lite_commit,
    .rollback = lite_rollback,
    .is_alive = lite_is_alive,
    .begin_snapshot = lite_begin_snapshot,
    .run = lite_run,
    .post = lite_post,
    .post_all = lite_post_all,
    .script = lite_script,
    .backup = lite_backup,
    .doctor = lite_doctor,
    .check_indexes = lite_check_indexes,
    .after_erase = lite_after_erase,
    .bulk = lite_bulk,
    .is_near = true,
};
