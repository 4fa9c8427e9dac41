/* file.c: finds the files of web/: in the program, or in a folder while somebody works on them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"
#include "view/web_files.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FILE_BYTES = 8 * 1024 * 1024 };

/* Set once at start by view_use_folder(), before the first page. */
static const char *web_folder;

void view_use_folder(const char *folder)
{
    web_folder = folder;
}

/* The same hash as tools/pack.c. */
static Str bytes_tag(Arena *a, Str bytes)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char)bytes.ptr[i]) * 1099511628211U;
    }
    return str_printf(a, "%016llx", (unsigned long long)hash);
}

static bool read_from_folder(Arena *a, Str path, Str *ret_bytes)
{
    FILE *f = fopen(str_c(a, str_printf(a, "%s/%.*s", web_folder, STR_ARG(path))), "rb");
    if (f == NULL) {
        return false;
    }
    Buf bytes = buf_new(a, MAX_FILE_BYTES);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) {
        buf_add(&bytes, (Str){piece, n});
    }
    bool good = !ferror(f) && buf_ok(&bytes);
    (void)fclose(f);
    if (good) {
        *ret_bytes = buf_str(&bytes);
    }
    return good;
}

static const WebFile *find_packed(Str path)
{
    size_t low = 0, high = WEB_FILE_COUNT;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(str_from_c(WEB_FILES[mid].path), path);
        if (order == 0) {
            return &WEB_FILES[mid];
        }
        if (order < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return NULL;
}

bool web_is_packed(void)
{
    return web_folder == NULL;
}

bool web_read(Arena *a, Str path, Str *ret_bytes, Str *ret_tag)
{
    if (web_folder != NULL) {
        bool found = str_find(path, STR(".."), 0) == SIZE_MAX && memchr(path.ptr, 0, path.len) == NULL &&
                     read_from_folder(a, path, ret_bytes);
        if (found && ret_tag != NULL) {
            *ret_tag = bytes_tag(a, *ret_bytes);
        }
        return found;
    }
    const WebFile *f = find_packed(path);
    if (f == NULL) {
        return false;
    }
    *ret_bytes = (Str){(const char *)f->bytes, f->len};
    if (ret_tag != NULL) {
        *ret_tag = str_from_c(f->tag);
    }
    return true;
}

static const char *content_type(Str path)
{
    static const struct {
        Str ending;
        const char *type;
    } types[] = {
        {STR_INIT(".css"), "text/css; charset=utf-8"},
        {STR_INIT(".js"), "text/javascript; charset=utf-8"},
        {STR_INIT(".html"), "text/html; charset=utf-8"},
        {STR_INIT(".svg"), "image/svg+xml"},
        {STR_INIT(".png"), "image/png"},
        {STR_INIT(".ico"), "image/x-icon"},
        {STR_INIT(".webmanifest"), "application/manifest+json"},
        {STR_INIT(".json"), "application/json"},
        {STR_INIT(".woff2"), "font/woff2"},
        {STR_INIT(".txt"), "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (str_ends(path, types[i].ending)) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

bool view_file(Arena *a, Str path, ViewFile *ret)
{
    Str bytes, tag;
    if (path.len == 0 || path.len > 200 || !web_read(a, str_printf(a, "static/%.*s", STR_ARG(path)), &bytes, &tag)) {
        return false;
    }
    *ret = (ViewFile){
        .bytes = bytes, .content_type = content_type(path), .etag = str_printf(a, "W/\"%.*s\"", STR_ARG(tag))};
    return true;
}

bool view_data(Arena *a, Str path, Str *ret_bytes)
{
    return web_read(a, path, ret_bytes, NULL);
}
