/* store_sqlite_care.c: backup, findings of the doctor and checks of indexes over SQLite.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_int.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BACKUP_STEP_PAGES = 1000 };

/* The destroyed key must not be read from the write-ahead log either. */
void lite_after_erase(Store *s)
{
    Lite *l = s->conn;
    sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static bool add_mark(void *host, const StoreValue *c, size_t count)
{
    check_that(count == 3);
    index_mark_add(host, c[0].s, c[1].i, c[2].i);
    return true;
}

/* The index of events is the long one: it is read from end to end instead of being searched for every row. */
bool lite_check_indexes(Store *s, const IndexMark *events, bool *ret_ok, Err *err)
{
    static const char *const SQL[] = {"PRAGMA integrity_check(log_commands)", "PRAGMA integrity_check(log_person_keys)",
                                      "PRAGMA integrity_check(log_tiles)"};
    IndexMark mark = *events;
    mark.sum = 0;
    RowSink sink = {.each = add_mark, .host = &mark};
    if (!store_run(s,
                   "SELECT stream, version, seq FROM log_events INDEXED BY log_events_stream ORDER BY stream, version",
                   NULL, 0, &sink, err)) {
        return false;
    }
    Arena *a = arena_new(0);
    bool ok = true;
    *ret_ok = mark.sum == events->sum;
    for (size_t i = 0; ok && i < COUNT_OF(SQL); i++) {
        Str said;
        ok = store_text(s, a, SQL[i], NULL, 0, &said, err);
        *ret_ok = *ret_ok && ok && str_eq_c(said, "ok");
    }
    arena_free(a);
    return ok;
}

static bool sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

bool lite_backup(Store *s, Str to_path, Err *err)
{
    Lite *l = s->conn;
    Arena *a = arena_new(0);
    const char *path = str_c(a, to_path);
    sqlite3 *to = NULL;
    bool ok = lite_make_file(path, err);
    if (!ok) {
        goto out;
    }
    ok = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    sqlite3_backup *b = ok ? sqlite3_backup_init(to, "main", l->db, "main") : NULL;
    int code = SQLITE_OK;
    while (b != NULL && (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)) {
        code = sqlite3_backup_step(b, BACKUP_STEP_PAGES);
    }
    ok = b != NULL && sqlite3_backup_finish(b) == SQLITE_OK && code == SQLITE_DONE;
    ok = sqlite3_close(to) == SQLITE_OK && ok && sync_file(path);
    if (!ok) {
        unlink(path);
        err_set(err, code == SQLITE_FULL ? STORE_FULL : IO_FAILED, "The backup could not be written to %s.", path);
    }
out:
    arena_free(a);
    return ok;
}

static void find(Arena *a, Json *findings, const char *code, Str text)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("code"), json_new_str_c(a, code));
    json_set(a, j, STR("text"), json_new_str(a, text));
    json_push(a, findings, j);
}

void lite_doctor(Store *s, Arena *a, Json *findings)
{
    const char *path = str_c(a, s->target);
    struct stat st;
    struct statvfs fs;
    Str text;
    if (stat(path, &st) == 0 && (st.st_mode & 077) != 0) {
        find(a, findings, "store_readable", str_printf(a, "%s can be read by other accounts: chmod 600.", path));
    }
    if (statvfs(path, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)1 << 30) {
        find(a, findings, "disk_nearly_full", str_printf(a, "Less than 1 GB is free where %s lies.", path));
    }
    if (store_text(s, a, "PRAGMA journal_mode", NULL, 0, &text, NULL) && !str_eq_c(text, "wal")) {
        find(a, findings, "not_wal", STR("The journal is not in WAL mode."));
    }
    int64_t level = 0;
    if (store_int(s, "PRAGMA synchronous", NULL, 0, &level, NULL) && level < 2) {
        find(a, findings, "not_durable", STR("synchronous is not FULL: acknowledged steps could be lost."));
    }
    if (store_text(s, a, "PRAGMA quick_check(1)", NULL, 0, &text, NULL) && !str_eq_c(text, "ok")) {
        find(a, findings, "file_damaged", str_printf(a, "The database file is damaged: %.*s", STR_ARG(text)));
    }
}
