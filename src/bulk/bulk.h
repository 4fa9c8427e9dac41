/* bulk.h: one step taken many times from a spreadsheet: template, upload, dry run, run, resume, signed result.
 * Every row goes through flow_run() like a form of its own; this room decides nothing. Uploads are no part of the log.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BULK_BULK_H
#define BULK_BULK_H

#include "event/event.h"
#include "flow/flow.h"

enum { BULK_FILE_BYTES = 64 * 1024 * 1024 }; /* largest file */

/* ---- The columns of a step --------------------------------------------------------------------------------------- */

typedef struct {
    Str name;                 /* stable: "case", a field, "outcome", "depart_reason" */
    Str label;                /* in the reader's language */
    const SchemeField *field; /* NULL for "case" and what goes with discretion */
    bool required;
    bool finds; /* names the case that the step is taken on: one of these must be filled */
} BulkColumn;

typedef struct {
    const Scheme *scheme;
    const SchemeType *type;
    const SchemeStep *step;
    BulkColumn *columns;
    size_t count;
    Str own_field, own_value; /* filled for a caller who is a party, such as their own firm; empty: none */
} BulkForm;

/* The columns for this caller. NOT_FOUND: no such step, or one that is not for bulk; NOT_ALLOWED. */
MUST_USE bool bulk_form(Arena *a, const Scheme *s, const Caller *caller, Str step, Str language, BulkForm *ret,
                        Err *err);
/* The steps that the caller may take by spreadsheet, as [{step, type, opens}]. */
Json *bulk_steps(Arena *a, const Scheme *s, const Caller *caller);
/* An empty sheet: "Label [name]" over each column, drop-down lists for choices. */
MUST_USE bool bulk_template(Arena *a, const BulkForm *form, Str language, bool xlsx, Buf *out, Err *err);

/* ---- Uploads ----------------------------------------------------------------------------------------------------- */

/* States: check (waits for the dry run, or is in it), checked, run (waits, or runs), done, stopped, broken. */
typedef struct {
    Str id, scheme, step, account, language, file_name, file_hash, state;
    Str stop_reason; /* of broken: machine code and English text */
    bool all_or_none;
    Instant at, ended;
    int64_t rows;     /* looked at in this pass */
    int64_t total;    /* 0: not known before the dry run has ended */
    int64_t good;     /* of the dry run; then: written */
    int64_t refused;  /* of good: refused by law, with reasons */
    int64_t waiting;  /* of good: wait for a second person */
    int64_t repeated; /* were done before with the same file */
    int64_t faulty;   /* rows with faults: nothing written */
    int64_t lease;    /* ms since 1970: until when who works on it has it alone */
} BulkJob;

/* Makes the tables where they do not exist. */
MUST_USE bool bulk_prepare(Store *s, Err *err);
/* Keeps a file for the dry run, sealed under the store's key until it is done. FIELD_MISSING, TOO_LARGE. */
MUST_USE bool bulk_add(const Flow *f, Arena *a, const Caller *caller, const BulkForm *form, Str language, Str file_name,
                       Str bytes, Instant now, Str *ret_id, Err *err);
/* NOT_FOUND also where the upload is another account's (empty account: anybody's). */
MUST_USE bool bulk_find(Store *s, Arena *a, Str id, Str account, BulkJob *ret, Err *err);
/* An account's uploads, newest first. */
MUST_USE bool bulk_list(Store *s, Arena *a, Str account, int64_t limit, const BulkJob **ret, size_t *ret_count,
                        Err *err);
/* Orders the run of what was checked, or of what was stopped. WRONG_STATE. */
MUST_USE bool bulk_order(Store *s, Arena *a, Str id, bool all_or_none, Err *err);
/* Asks a dry run or run to stop after the rows in hand; what is written stays, and the run can go on later. */
MUST_USE bool bulk_stop(Store *s, Arena *a, Str id, Err *err);

/* ---- Work -------------------------------------------------------------------------------------------------------- */

typedef struct {
    Instant (*now)(void *host);
    void *host;
    /* Called after some rows each; false asks to stop: the rest is done when the upload is taken next. May be NULL. */
    bool (*goes_on)(void *host, const BulkJob *job);
} BulkClock;
/* The id of an upload that waits for work (of this one, if `wanted` names it), taken for some seconds so that no other
 * process takes it; empty: none waits. */
MUST_USE bool bulk_take(Store *s, Arena *a, Instant now, Str wanted, Str *ret_id, Err *err);
/* Does the dry run or run of an upload that was taken to its end. Faults of rows are no errors: they stand in the
 * result. */
MUST_USE bool bulk_work(const Flow *f, Str id, const BulkClock *clock, Err *err);

/* ---- Results ----------------------------------------------------------------------------------------------------- */

/* What became of a row; several where it has several faults. */
typedef struct {
    int64_t row, column; /* as the spreadsheet counts; column 0: the whole row */
    Str outcome;         /* granted, refused, another outcome of the step, waiting, repeated; fault */
    Str case_id, field, code, text;
} BulkRow;
/* Rows in their order, from a place on; only faults on request. */
MUST_USE bool bulk_rows(Store *s, Arena *a, Str id, bool faults_only, int64_t offset, int64_t limit,
                        const BulkRow **ret, size_t *ret_count, Err *err);
/* The result as a sheet; the same upload gives the same bytes. */
MUST_USE bool bulk_result(const Flow *f, Arena *a, const BulkJob *job, Str language, bool xlsx, Buf *out, Err *err);
/* A signed note (C2SP) that names the upload, its file and the hash of these result bytes. */
MUST_USE bool bulk_sign(const Flow *f, Arena *a, const BulkJob *job, Str result, Str *ret_note, Err *err);
/* The verifier key of those notes, for whom they are shown to. */
MUST_USE bool bulk_verifier(const Flow *f, Arena *a, Str *ret, Err *err);
/* Whether the note was signed by that key over these bytes; gives its text. BAD_SIGNATURE. */
MUST_USE bool bulk_open(Arena *a, Str verifier, Str note, Str result, Str *ret_text, Err *err);

#endif
