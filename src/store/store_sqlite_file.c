/* store_sqlite_file.c: the file of SQLite's write-ahead log. SQLite writes it in two pieces a page, dozens a commit:
 * here pieces that follow one another are gathered and written at once, at the latest when they are to be flushed.
 *
 * Nobody looks for what is only gathered: SQLite publishes frames to other connections after their flush
 * (synchronous = FULL), unless it has to pad sectors, where nothing is gathered. What a transaction that is rolled back
 * has gathered must not be written any more: another process may have written there by then.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 0x1FFFF }; /* the most that SQLite's own file writes at once */

/* The file underneath follows in the same memory. */
typedef struct {
    sqlite3_file base;
    bool gathers; /* where a write keeps its neighbours through a power cut: else SQLite writes on after the flush */
    char *bytes;  /* from the first write on */
    size_t count;
    sqlite3_int64 at; /* of bytes[0] in the file */
    int failed;       /* of an earlier write, told until the transaction is over */
} Gathered;

static const char FILES[] = "gathered";
static sqlite3_vfs *below; /* SQLite's own files */

static sqlite3_file *file_below(Gathered *g)
{
    return (sqlite3_file *)(g + 1);
}

static int write_out(Gathered *g)
{
    if (g->failed == SQLITE_OK && g->count > 0) {
        g->failed = file_below(g)->pMethods->xWrite(file_below(g), g->bytes, (int)g->count, g->at);
    }
    g->count = 0;
    return g->failed;
}

static int gathered_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 at)
{
    Gathered *g = (Gathered *)f;
    size_t size = (size_t)count;
    if (g->gathers && g->bytes == NULL) {
        g->bytes = malloc(ROOM);
    }
    if (g->count > 0 && (at != g->at + (sqlite3_int64)g->count || g->count + size > ROOM)) {
        write_out(g);
    }
    if (g->failed != SQLITE_OK) {
        return g->failed;
    }
    if (g->bytes == NULL || size > ROOM) {
        return file_below(g)->pMethods->xWrite(file_below(g), bytes, count, at);
    }
    if (g->count == 0) {
        g->at = at;
    }
    memcpy(g->bytes + g->count, bytes, size);
    g->count += size;
    return SQLITE_OK;
}

static int gathered_read(sqlite3_file *f, void *ret, int count, sqlite3_int64 at)
{
    Gathered *g = (Gathered *)f;
    bool is_gathered = at < g->at + (sqlite3_int64)g->count && at + count > g->at;
    int code = is_gathered ? write_out(g) : SQLITE_OK; /* a page written early */
    f = file_below(g);
    return code != SQLITE_OK ? code : f->pMethods->xRead(f, ret, count, at);
}

static int gathered_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int code = write_out((Gathered *)f);
    f = file_below((Gathered *)f);
    return code != SQLITE_OK ? code : f->pMethods->xTruncate(f, size);
}

static int gathered_sync(sqlite3_file *f, int flags)
{
    int code = write_out((Gathered *)f);
    f = file_below((Gathered *)f);
    return code != SQLITE_OK ? code : f->pMethods->xSync(f, flags);
}

static int gathered_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    int code = write_out((Gathered *)f);
    f = file_below((Gathered *)f);
    return code != SQLITE_OK ? code : f->pMethods->xFileSize(f, ret);
}

static int gathered_close(sqlite3_file *f)
{
    Gathered *g = (Gathered *)f;
    free(g->bytes);
    return file_below(g)->pMethods->xClose(file_below(g));
}

/* ---- Passed on --------------------------------------------------------------------------------------------------- */

static int lock(sqlite3_file *f, int level)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xLock(f, level);
}

static int unlock(sqlite3_file *f, int level)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xUnlock(f, level);
}

static int is_reserved(sqlite3_file *f, int *ret)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xCheckReservedLock(f, ret);
}

static int control(sqlite3_file *f, int op, void *arg)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xFileControl(f, op, arg);
}

static int sector_size(sqlite3_file *f)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xSectorSize(f);
}

static int traits(sqlite3_file *f)
{
    f = file_below((Gathered *)f);
    return f->pMethods->xDeviceCharacteristics(f);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 1,
    .xClose = gathered_close,
    .xRead = gathered_read,
    .xWrite = gathered_write,
    .xTruncate = gathered_truncate,
    .xSync = gathered_sync,
    .xFileSize = gathered_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = traits,
};

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    (void)v;
    if (!(flags & SQLITE_OPEN_WAL)) {
        return below->xOpen(below, name, f, flags, ret_flags);
    }
    Gathered *g = (Gathered *)f;
    *g = (Gathered){0};
    int code = below->xOpen(below, name, file_below(g), flags, ret_flags);
    f = file_below(g);
    g->base.pMethods = f->pMethods != NULL ? &METHODS : NULL;
    g->gathers = code == SQLITE_OK && (f->pMethods->xDeviceCharacteristics(f) & SQLITE_IOCAP_POWERSAFE_OVERWRITE);
    return code;
}

static void add_files(void)
{
    static sqlite3_vfs own;
    below = sqlite3_vfs_find(NULL);
    own = *below;
    own.szOsFile += (int)sizeof(Gathered);
    own.zName = FILES;
    own.xOpen = open_file;
    check_that(sqlite3_vfs_register(&own, 0) == SQLITE_OK);
}

static void forget(void *db)
{
    sqlite3_file *f = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) == SQLITE_OK && f != NULL &&
        f->pMethods == &METHODS) {
        Gathered *g = (Gathered *)f;
        g->count = 0;
        g->failed = SQLITE_OK;
    }
}

int lite_open_file(const char *path, int flags, sqlite3 **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, add_files);
    int code = sqlite3_open_v2(path, ret, flags, FILES);
    if (*ret != NULL) {
        sqlite3_rollback_hook(*ret, forget, *ret);
    }
    return code;
}
