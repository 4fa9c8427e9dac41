/* err.h: how a fault or failure travels: a value with parts for machine, person and log. Refusals by law are not
 * errors.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "str.h"

/* OK and one code per row of schema/errors.tbl. */
typedef enum {
    OK = 0,
#define X(name, http, exit_status, text) name,
#include "../../schema/errors.tbl"
#undef X
} ErrCode;

typedef struct {
    ErrCode code;
    char field[96];   /* path into the form, such as contract.wage; empty for the whole */
    char text[256];   /* one line for a person, in English; pages translate by code */
    char detail[256]; /* for the log only; never shown, never personal data */
    const char *file; /* origin in our source */
    int line;
    int64_t wait_ms; /* where it helps to wait (RATE_LIMITED): for how long; 0: not said */
} Err;

/* All faults of one form. Zero-initialise with an arena. */
typedef struct {
    Arena *arena;
    Err *items;
    size_t count, cap;
} ErrList;

/* Sets *err (which may be NULL) and returns false, so that callers write: return err_set(err, CODE, "…"). */
#define err_set(err, code, ...) err_set_at((err), __FILE__, __LINE__, (code), "", __VA_ARGS__)
/* The same for one field of a form. */
#define err_field(err, code, field, ...) err_set_at((err), __FILE__, __LINE__, (code), (field), __VA_ARGS__)
bool err_set_at(Err *err, const char *file, int line, ErrCode code, const char *field, const char *format, ...)
    PRINTF_LIKE(6, 7);
void err_list_add(ErrList *list, Err err);
const char *err_name(ErrCode code);  /* "FIELD_MISSING" */
ErrCode err_code_of(Str name);       /* OK where no code has this name */
const char *err_plain(ErrCode code); /* the table's English line */
int err_http_status(ErrCode code);   /* 200 for OK */
int err_exit_status(ErrCode code);   /* 0 for OK */

#endif
