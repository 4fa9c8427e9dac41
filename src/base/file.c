/* file.c: see file.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

bool file_load(Arena *a, Str path, size_t limit_bytes, Str *ret, Err *err)
{
    FILE *f = fopen(str_c(a, path), "rb");
    if (f == NULL) {
        return err_set(err, errno == ENOENT ? NOT_FOUND : IO_FAILED, "%.*s: %s", STR_ARG(path), strerror(errno));
    }
    Buf b = buf_new(a, limit_bytes);
    struct stat about;
    if (fstat(fileno(f), &about) == 0 && S_ISREG(about.st_mode)) {
        buf_reserve(&b, (size_t)about.st_size);
    }
    char piece[16384];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) {
        buf_add(&b, (Str){piece, n});
    }
    bool broken = ferror(f) != 0;
    fclose(f);
    if (broken) {
        return err_set(err, IO_FAILED, "%.*s: cannot be read", STR_ARG(path));
    }
    if (!buf_ok(&b)) {
        return err_set(err, TOO_LARGE, "%.*s: larger than the stated limit", STR_ARG(path));
    }
    *ret = b.len ? buf_str(&b) : STR("");
    return true;
}

bool file_exists(Arena *a, Str path)
{
    return access(str_c(a, path), R_OK) == 0;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

Str *folder_list(Arena *a, Str folder, const char *suffix, size_t *ret_count)
{
    size_t count = 0, cap = 0;
    Str *names = NULL;
    DIR *d = opendir(str_c(a, folder));
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        Str name = str_from_c(e->d_name);
        if (name.ptr[0] == '.' || !str_ends(name, str_from_c(suffix))) {
            continue;
        }
        if (count == cap) {
            size_t more = cap ? cap * 2 : 32;
            names = arena_grow(a, names, cap * sizeof(Str), more * sizeof(Str));
            cap = more;
        }
        names[count++] = str_copy(a, name);
    }
    if (d != NULL) {
        closedir(d);
    }
    if (count > 0) {
        qsort(names, count, sizeof *names, by_text);
    }
    *ret_count = count;
    return names;
}
