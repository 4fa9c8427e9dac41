/* file.c: whole files and folders for the tools of this room. The engine itself opens nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file_int.h"

#include "xml_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_NAMES = 100000 };

bool file_read(Arena *a, Str path, Str *ret, Err *err)
{
    FILE *f = fopen(str_c(a, path), "rb");
    if (f == NULL) {
        return err_set(err, errno == ENOENT ? NOT_FOUND : IO_FAILED, "%.*s: %s", STR_ARG(path), strerror(errno));
    }
    size_t len = 0, cap = 64 << 10;
    char *p = arena_alloc(a, cap);
    for (size_t n; (n = fread(p + len, 1, cap - len, f)) > 0 && len + n <= XML_FILE_BYTES;) {
        len += n;
        if (len == cap) {
            p = arena_grow(a, p, cap, cap * 2);
            cap *= 2;
        }
    }
    bool whole = feof(f) != 0, broken = ferror(f) != 0;
    fclose(f);
    if (broken) {
        return err_set(err, IO_FAILED, "%.*s: cannot be read", STR_ARG(path));
    }
    if (!whole) {
        return err_set(err, TOO_LARGE, "%.*s: the file is larger than 16 MB", STR_ARG(path));
    }
    *ret = (Str){p, len};
    return true;
}

static int name_cmp(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

bool folder_read(Arena *a, Str path, Str **ret, size_t *ret_count, Err *err)
{
    DIR *d = opendir(str_c(a, path));
    size_t count = 0, cap = 0;
    Str *names = NULL;
    if (d == NULL) {
        return err_set(err, errno == ENOENT ? NOT_FOUND : IO_FAILED, "%.*s: %s", STR_ARG(path), strerror(errno));
    }
    for (const struct dirent *e; (e = readdir(d)) != NULL && count < FOLDER_NAMES;) {
        if (e->d_name[0] == '.') {
            continue;
        }
        if (count == cap) {
            size_t more = cap > 0 ? cap * 2 : 64;
            names = arena_grow(a, names, cap * sizeof(Str), more * sizeof(Str));
            cap = more;
        }
        names[count++] = str_copy(a, str_from_c(e->d_name));
    }
    closedir(d);
    if (count > 0) {
        qsort(names, count, sizeof(Str), name_cmp);
    }
    *ret = names;
    *ret_count = count;
    return true;
}

bool folder_is(Arena *a, Str path)
{
    struct stat st;
    return stat(str_c(a, path), &st) == 0 && S_ISDIR(st.st_mode);
}
