/* shim.c: see shim.h. Wraps the default VFS of SQLite; shared memory and locks pass through.
 * SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, MAX_PENDING = 100000, MAX_NAMES = 64 };

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
    int name; /* index into names, −1 for files without one */
} ShimFile;

/* One thing done to a file since it was last flushed; data NULL: cut to `at` bytes. */
typedef struct {
    int name;
    sqlite3_int64 at;
    int len;
    char *before; /* what stood there, up to the old end */
    int before_len;
    char *data;
} Pending;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim_vfs;
static sqlite3_io_methods methods;
static ShimFault wanted;
static long countdown;
static bool is_lasting, has_struck, is_watching, is_powersafe;
static char names[MAX_NAMES][256];
static int name_count;
static Pending pending[MAX_PENDING];
static int pending_count;

static bool strikes(ShimFault fault)
{
    if (wanted != fault || countdown == 0) {
        return false;
    }
    if (countdown > 1) {
        countdown--;
        return false;
    }
    if (!is_lasting) {
        countdown = 0;
    }
    return has_struck = true;
}

static ShimFile *shim(sqlite3_file *f)
{
    return (ShimFile *)(void *)f;
}

static void remember(ShimFile *f, const void *data, int len, sqlite3_int64 at)
{
    if (!is_watching || f->name < 0 || pending_count == MAX_PENDING) {
        return;
    }
    Pending *p = &pending[pending_count++];
    sqlite3_int64 size = 0;
    f->real->pMethods->xFileSize(f->real, &size);
    *p = (Pending){.name = f->name, .at = at, .len = len};
    sqlite3_int64 there = size > at ? size - at : 0;
    p->before_len = (int)(data != NULL && there > len ? len : there);
    p->before = malloc((size_t)p->before_len + 1);
    f->real->pMethods->xRead(f->real, p->before, p->before_len, at);
    if (data != NULL) {
        p->data = malloc((size_t)len + 1);
        memcpy(p->data, data, (size_t)len);
    }
}

static int shim_close(sqlite3_file *f)
{
    return shim(f)->real->pMethods->xClose(shim(f)->real);
}

static int shim_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
    if (strikes(SHIM_READ_ERROR)) {
        return SQLITE_IOERR_READ;
    }
    return shim(f)->real->pMethods->xRead(shim(f)->real, out, len, at);
}

static int shim_write(sqlite3_file *f, const void *data, int len, sqlite3_int64 at)
{
    if (strikes(SHIM_DISK_FULL)) {
        return SQLITE_FULL;
    }
    if (strikes(SHIM_WRITE_ERROR)) {
        return SQLITE_IOERR_WRITE;
    }
    remember(shim(f), data, len, at);
    return shim(f)->real->pMethods->xWrite(shim(f)->real, data, len, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    remember(shim(f), NULL, 0, size);
    return shim(f)->real->pMethods->xTruncate(shim(f)->real, size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
    if (strikes(SHIM_SYNC_ERROR)) {
        return SQLITE_IOERR_FSYNC;
    }
    int kept = 0;
    for (int i = 0; i < pending_count; i++) {
        if (pending[i].name == shim(f)->name) {
            free(pending[i].before);
            free(pending[i].data);
        } else {
            pending[kept++] = pending[i];
        }
    }
    pending_count = kept;
    return shim(f)->real->pMethods->xSync(shim(f)->real, flags);
}

#define PASS(name, params, args)                      \
    static int shim_##name params                     \
    {                                                 \
        return shim(f)->real->pMethods->x##name args; \
    }
PASS(FileSize, (sqlite3_file * f, sqlite3_int64 *size), (shim(f)->real, size))
PASS(Lock, (sqlite3_file * f, int kind), (shim(f)->real, kind))
PASS(Unlock, (sqlite3_file * f, int kind), (shim(f)->real, kind))
PASS(CheckReservedLock, (sqlite3_file * f, int *out), (shim(f)->real, out))
PASS(FileControl, (sqlite3_file * f, int op, void *arg), (shim(f)->real, op, arg))
PASS(ShmMap, (sqlite3_file * f, int page, int size, int extend, void volatile **out),
     (shim(f)->real, page, size, extend, out))
PASS(ShmLock, (sqlite3_file * f, int at, int n, int flags), (shim(f)->real, at, n, flags))
PASS(ShmUnmap, (sqlite3_file * f, int remove), (shim(f)->real, remove))

static void shim_ShmBarrier(sqlite3_file *f)
{
    shim(f)->real->pMethods->xShmBarrier(shim(f)->real);
}

static int shim_SectorSize(sqlite3_file *f)
{
    (void)f;
    return SECTOR;
}

static int shim_Characteristics(sqlite3_file *f)
{
    (void)f;
    return is_powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0; /* nothing else is promised */
}

static int name_of(const char *path, int flags)
{
    if (path == NULL || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) == 0) {
        return -1;
    }
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], path) == 0) {
            return i;
        }
    }
    if (name_count == MAX_NAMES) {
        return -1;
    }
    snprintf(names[name_count], sizeof names[0], "%s", path);
    return name_count++;
}

static int shim_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out)
{
    (void)v;
    ShimFile *s = shim(f);
    s->real = (sqlite3_file *)(void *)(s + 1);
    s->name = name_of(path, flags);
    int code = real_vfs->xOpen(real_vfs, path, s->real, flags, out);
    f->pMethods = code == SQLITE_OK ? &methods : NULL;
    return code;
}

void shim_install(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "shim";
    shim_vfs.szOsFile = (int)sizeof(ShimFile) + real_vfs->szOsFile;
    shim_vfs.xOpen = shim_open;
    shim_vfs.pNext = NULL;
    methods = (sqlite3_io_methods){.iVersion = 2,
                                   .xClose = shim_close,
                                   .xRead = shim_read,
                                   .xWrite = shim_write,
                                   .xTruncate = shim_truncate,
                                   .xSync = shim_sync,
                                   .xFileSize = shim_FileSize,
                                   .xLock = shim_Lock,
                                   .xUnlock = shim_Unlock,
                                   .xCheckReservedLock = shim_CheckReservedLock,
                                   .xFileControl = shim_FileControl,
                                   .xSectorSize = shim_SectorSize,
                                   .xDeviceCharacteristics = shim_Characteristics,
                                   .xShmMap = shim_ShmMap,
                                   .xShmLock = shim_ShmLock,
                                   .xShmBarrier = shim_ShmBarrier,
                                   .xShmUnmap = shim_ShmUnmap};
    sqlite3_vfs_register(&shim_vfs, 1);
}

void shim_promise(bool powersafe)
{
    is_powersafe = powersafe;
}

void shim_fail(ShimFault fault, long nth, bool lasting)
{
    wanted = fault;
    countdown = nth;
    is_lasting = lasting;
    has_struck = false;
}

bool shim_has_struck(void)
{
    return has_struck;
}

void shim_watch(void)
{
    is_watching = true;
}

static void put_back(const Pending *p)
{
    int fd = open(names[p->name], O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        bool ok = pwrite(fd, p->before, (size_t)p->before_len, p->at) == p->before_len;
        /* Where the write had made the file longer it becomes short again. */
        ok = (p->data == NULL || p->before_len == p->len || ftruncate(fd, p->at + p->before_len) == 0) && ok;
        close(fd);
        if (!ok) {
            abort();
        }
    }
}

static void put_sectors(const Pending *p)
{
    int fd = open(names[p->name], O_RDWR | O_CLOEXEC);
    for (int i = 0; fd >= 0 && p->data != NULL && i < p->len; i += SECTOR) {
        size_t n = (size_t)(p->len - i < SECTOR ? p->len - i : SECTOR);
        if (rand() % 2 == 0 && pwrite(fd, p->data + i, n, p->at + i) != (ssize_t)n) {
            abort();
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

void shim_cut(unsigned seed)
{
    srand(seed);
    for (int i = pending_count - 1; i >= 0; i--) {
        put_back(&pending[i]);
    }
    for (int i = 0; i < pending_count; i++) {
        put_sectors(&pending[i]);
    }
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

static sqlite3_mem_methods real_memory;
static long memory_countdown;
static bool memory_struck;

static bool memory_fails(void)
{
    if (memory_countdown > 0 && --memory_countdown == 0) {
        return memory_struck = true;
    }
    return false;
}

static void *memory_get(int n)
{
    return memory_fails() ? NULL : real_memory.xMalloc(n);
}

static void *memory_grow(void *p, int n)
{
    return memory_fails() ? NULL : real_memory.xRealloc(p, n);
}

void shim_memory_install(void)
{
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods m = real_memory;
    m.xMalloc = memory_get;
    m.xRealloc = memory_grow;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &m);
}

void shim_memory_fail(long nth)
{
    memory_countdown = nth;
    memory_struck = false;
}

bool shim_memory_has_struck(void)
{
    return memory_struck;
}
