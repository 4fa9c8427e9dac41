/* draft.h: forms begun and not sent: kept for their account until they are sent, sealed, beside the log and never part
 * of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_DRAFT_H
#define FLOW_DRAFT_H

#include "flow.h"

typedef struct {
    Str place; /* "step/case": what the form is for */
    Str href;  /* where to go on */
    Instant saved;
} Draft;

/* The table; call once at start. */
MUST_USE bool draft_prepare(Store *s, Err *err);
/* Keeps the texts of a form for thirty days, replacing an earlier draft of the same place; files are left out.
 * TOO_LARGE past 256 KB. */
MUST_USE bool draft_save(const Flow *f, Arena *a, Str account, Str place, Str href, const Json *form, Instant now,
                         Err *err);
/* Inside a transaction: drops the drafts of every account of a person who is being erased. */
MUST_USE bool draft_forget(const Flow *f, Arena *a, Str scheme, Str person, Err *err);
/* *ret NULL if there is none. */
MUST_USE bool draft_find(const Flow *f, Arena *a, Str account, Str place, Json **ret, Instant *ret_saved, Err *err);
MUST_USE bool draft_drop(const Flow *f, Arena *a, Str account, Str place, Err *err);
/* The newest first, at most 50. */
MUST_USE bool draft_list(const Flow *f, Arena *a, Str account, Draft **ret, size_t *ret_count, Err *err);

#endif
