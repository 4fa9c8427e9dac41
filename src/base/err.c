/* err.c: see err.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int http, exit_status;
    const char *plain;
} ROWS[] = {
    {"OK", 200, 0, ""},
#define X(name, http, exit_status, text) {#name, http, exit_status, text},
#include "../../schema/errors.tbl"
#undef X
};

bool err_set_at(Err *err, const char *file, int line, ErrCode code, const char *field, const char *format, ...)
{
    if (err == NULL) {
        return false;
    }
    *err = (Err){.code = code, .file = file, .line = line};
    snprintf(err->field, sizeof err->field, "%s", field);
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

void err_list_add(ErrList *list, Err err)
{
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 8;
        list->items = arena_grow(list->arena, list->items, list->cap * sizeof(Err), cap * sizeof(Err));
        list->cap = cap;
    }
    list->items[list->count++] = err;
}

const char *err_name(ErrCode code)
{
    return ROWS[code].name;
}

ErrCode err_code_of(Str name)
{
    for (size_t i = 1; i < COUNT_OF(ROWS); i++) {
        if (str_eq_c(name, ROWS[i].name)) {
            return (ErrCode)i;
        }
    }
    return OK;
}

const char *err_plain(ErrCode code)
{
    return ROWS[code].plain;
}

int err_http_status(ErrCode code)
{
    return ROWS[code].http;
}

int err_exit_status(ErrCode code)
{
    return ROWS[code].exit_status;
}
