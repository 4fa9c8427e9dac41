/* store_export.c: the public log as files that any web server can hand out: the checkpoint and all C2SP tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TILE_SHIFT = 8, LEVELS = 8 };

/* Makes the folders of a path that ends in a file. */
static bool make_folders(Arena *a, Str path, Err *err)
{
    for (size_t i = 1; i < path.len; i++) {
        if (path.ptr[i] == '/' && mkdir(str_c(a, str_sub(path, 0, i)), 0755) != 0 && errno != EEXIST) {
            return err_set(err, IO_FAILED, "%.*s cannot be made.", STR_ARG(str_sub(path, 0, i)));
        }
    }
    return true;
}

static bool write_file(Arena *a, Str folder, Str name, Str bytes, Err *err)
{
    Str path = str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
    if (!make_folders(a, path, err)) {
        return false;
    }
    FILE *f = fopen(path.ptr, "wbe");
    bool ok = f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len;
    ok = f != NULL && fclose(f) == 0 && ok;
    return ok || err_set(err, errno == ENOSPC ? STORE_FULL : IO_FAILED, "%.*s cannot be written.", STR_ARG(path));
}

/* A full tile never changes: what is there is left. */
static bool write_tile(Store *s, Str folder, int level, uint64_t index, int width, Err *err)
{
    Arena *a = arena_new(0);
    Str bytes, name = tile_path(a, level, index, width);
    bool is_there = width == TILE && access(str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name)).ptr, F_OK) == 0;
    bool ok =
        is_there || (store_tile(s, a, level, index, width, &bytes, err) && write_file(a, folder, name, bytes, err));
    arena_free(a);
    return ok;
}

static bool write_level(Store *s, Str folder, int level, uint64_t count, Err *err)
{
    for (uint64_t index = 0; index * TILE < count; index++) {
        uint64_t left = count - index * TILE;
        if (!write_tile(s, folder, level, index, left < TILE ? (int)left : TILE, err)) {
            return false;
        }
    }
    return true;
}

bool store_export(Store *s, Arena *a, Str folder, Err *err)
{
    Str note, origin;
    uint64_t size = 0;
    Hash root;
    if (!store_last_checkpoint(s, a, &note, err) ||
        !checkpoint_open(a, note, &s->keys.log, &origin, &size, &root, err) || !write_level(s, folder, -1, size, err)) {
        return false;
    }
    for (int level = 0; level < LEVELS && size >> (TILE_SHIFT * level) > 0; level++) {
        if (!write_level(s, folder, level, size >> (TILE_SHIFT * level), err)) {
            return false;
        }
    }
    return write_file(a, folder, STR("checkpoint"), note, err);
}
