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

/* Where a text was cut off it ends before the character that no longer fits: the sender's own words may stand in it. */
static void end_whole(char *text, int wanted, size_t room)
{
    if (wanted < 0 || (size_t)wanted < room) {
        return;
    }
    size_t start = room - 1;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    unsigned char c = start > 0 ? (unsigned char)text[start - 1] : 0;
    size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (start > 0 && c >= 0xC0 && room - start < length) {
        text[start - 1] = '\0';
    }
}

bool err_set_at(Err *err, const char *file, int line, ErrCode code, const char *field, const char *format, ...)
{
    if (err == NULL) {
        return false;
    }
    *err = (Err){.code = code, .file = file, .line = line};
    end_whole(err->field, snprintf(err->field, sizeof err->field, "%s", field), sizeof err->field);
    va_list args;
    va_start(args, format);
    end_whole(err->text, vsnprintf(err->text, sizeof err->text, format, args), sizeof err->text);
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
