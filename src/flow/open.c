/* open.c: see open.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "open.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "project/project.h"
#include "whole.h"

enum { MAX_SCHEMES = 64, MOST_FIELDS = 200 };

static size_t scheme_folders(Arena *a, Str law, Str *ret)
{
    size_t count, n = 0;
    const Str *names = folder_list(a, law, "", &count);
    for (size_t i = 0; i < count && n < MAX_SCHEMES; i++) {
        Str folder = str_printf(a, "%.*s/%.*s", STR_ARG(law), STR_ARG(names[i]));
        if (file_exists(a, str_printf(a, "%.*s/scheme.json", STR_ARG(folder)))) {
            ret[n++] = folder;
        }
    }
    return n;
}

/* Ids of cases are unique in the whole store: no two types, of whatever scheme, may make them alike. */
static bool check_prefixes(Arena *a, const Scheme *const *schemes, size_t count, Err *err)
{
    Map seen = {.arena = a};
    for (size_t i = 0; i < count; i++) {
        const SchemeType *types;
        size_t n = scheme_types(schemes[i], &types);
        for (size_t k = 0; k < n; k++) {
            const SchemeType *other = map_get(&seen, types[k].prefix);
            if (other != NULL) {
                return err_set(err, LAW_BROKEN, "%.*s: the types %.*s and %.*s share the prefix %.*s",
                               STR_ARG(scheme_folder(schemes[i])), STR_ARG(other->name), STR_ARG(types[k].name),
                               STR_ARG(types[k].prefix));
            }
            map_set(&seen, types[k].prefix, (void *)(uintptr_t)&types[k]);
        }
    }
    return true;
}

static bool load_schemes(Arena *a, Str law, bool (*load)(Arena *a, Str folder, Scheme **ret, Err *err),
                         const Scheme *const **ret, size_t *ret_count, Err *err)
{
    Str folders[MAX_SCHEMES];
    size_t count = scheme_folders(a, law, folders);
    const Scheme **list = ARENA_ARRAY(a, const Scheme *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Scheme *s;
        if (!load(a, folders[i], &s, err)) {
            return false;
        }
        list[i] = s;
    }
    if (count == 0) {
        return err_set(err, NOT_FOUND, "%.*s holds no scheme folder.", STR_ARG(law));
    }
    *ret = list;
    *ret_count = count;
    return check_prefixes(a, list, count, err);
}

bool flow_load_schemes(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count, Err *err)
{
    return load_schemes(a, law, scheme_load, ret, ret_count, err);
}

bool flow_load_schemes_as_used(Arena *a, Str law, const Scheme *const **ret, size_t *ret_count, Err *err)
{
    return load_schemes(a, law, scheme_load_as_used, ret, ret_count, err);
}

static Str beside_program(Arena *a)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) {
        return STR("");
    }
    Str exe = {path, (size_t)n};
    while (exe.len > 0 && exe.ptr[exe.len - 1] != '/') {
        exe.len--;
    }
    return str_copy(a, exe);
}

bool flow_find_law(Arena *a, Str given, Str *ret, Err *err)
{
    Str exe = beside_program(a);
    const Str tries[] = {given,
                         str_from_c(getenv("GOLDENBRIDGE_LAW")),
                         STR("law"),
                         str_printf(a, "%.*slaw", STR_ARG(exe)),
                         str_printf(a, "%.*s../law", STR_ARG(exe)),
                         str_printf(a, "%.*s../../law", STR_ARG(exe)),
                         STR("/usr/share/goldenbridge/law")};
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        if (tries[i].len > 0 && file_exists(a, tries[i])) {
            *ret = tries[i];
            return true;
        }
        if (i == 0 && given.len > 0) {
            break;
        }
    }
    return err_set(err, NOT_FOUND, "No law folder was found; name it with --law DIR or GOLDENBRIDGE_LAW.");
}

static void close_store(void *store)
{
    store_close(store);
}

/* scheme.json: figures.own and figures.open.sets count cases of a type by a field, or by what begins with "@". */
static size_t counted_fields(Arena *a, const Scheme *s, ProjectField *ret, size_t n, size_t room)
{
    const Json *lists[] = {json_path(scheme_info(s), "figures.own"), json_path(scheme_info(s), "figures.open.sets")};
    for (size_t k = 0; k < COUNT_OF(lists); k++) {
        for (size_t i = 0; i < json_count(lists[k]) && n < room; i++) {
            Str by = json_text_at(lists[k]->items[i], "by"), type = json_text_at(lists[k]->items[i], "type");
            bool counted = by.len > 0 && by.ptr[0] != '@';
            ProjectField f = {str_printf(a, "%.*s/%.*s", STR_ARG(scheme_id(s)), STR_ARG(type)), by};
            for (size_t m = 0; m < n && counted; m++) {
                counted = !str_eq(ret[m].type, f.type) || !str_eq(ret[m].field, f.field);
            }
            if (counted) {
                ret[n++] = f;
            }
        }
    }
    return n;
}

static bool prepare(Arena *a, const Flow *f, FILE *news, Err *err)
{
    FoldNews n;
    ProjectTeller teller = flow_fold_news(&n, news);
    ProjectField fields[MOST_FIELDS];
    size_t count = 0;
    for (size_t i = 0; i < f->scheme_count; i++) {
        count = counted_fields(a, f->schemes[i], fields, count, COUNT_OF(fields));
    }
    if (!project_prepare(f->store, fields, count, news ? &teller : NULL, err)) {
        return false;
    }
    flow_fold_done(&n);
    return true;
}

bool flow_open(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t scheme_count, Flow *ret,
               Err *err)
{
    return flow_open_telling(a, url, mode, schemes, scheme_count, NULL, ret, err);
}

static void give(Flow *f, Arena *a, Store *s, const Scheme *const *schemes, size_t scheme_count)
{
    arena_on_reset(a, close_store, s);
    *f = (Flow){.store = s, .schemes = schemes, .scheme_count = scheme_count};
}

bool flow_open_telling(Arena *a, Str url, StoreMode mode, const Scheme *const *schemes, size_t scheme_count, FILE *news,
                       Flow *ret, Err *err)
{
    Store *s;
    if (!store_open(url, mode, &s, err)) {
        return false;
    }
    give(ret, a, s, schemes, scheme_count);
    return mode == STORE_READ || prepare(a, ret, news, err);
}

/* The log first: a store without read tables is no store with empty ones. */
bool flow_copy(Arena *a, Store *from, Str url, const Scheme *const *schemes, size_t scheme_count, FILE *news, Flow *ret,
               Err *err)
{
    Store *to;
    if (!store_open(url, STORE_CREATE, &to, err)) {
        return false;
    }
    give(ret, a, to, schemes, scheme_count);
    return whole_copy(from, to, err) && prepare(a, ret, news, err);
}
