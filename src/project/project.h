/* project.h: folds events into read tables that can be dropped and rebuilt from the log. Decides nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PROJECT_PROJECT_H
#define PROJECT_PROJECT_H

#include "store/store.h"

/* A field of a case type by whose values figures count cases; type: "kr-eps/candidate". */
typedef struct {
    Str type, field;
} ProjectField;
/* How far a fold of the whole log is: called from time to time, on the caller's thread. */
typedef struct {
    int64_t events, of;  /* folded so far, of so many */
    int steps, of_steps; /* then: tables sorted and indexed */
} ProjectNews;
typedef struct {
    void (*tell)(void *host, const ProjectNews *news);
    void *host;
} ProjectTeller;
/* Makes the read tables where they do not exist, and makes them anew where they are of an earlier program or were
 * counted by other fields: all in one transaction, so that who is stopped in it begins again. tell: NULL or who
 * hears how far it is. */
MUST_USE bool project_prepare(Store *s, const ProjectField *fields, size_t count, const ProjectTeller *tell, Err *err);
/* Folds one event in; inside the transaction that appended it. before: the case as it was in this transaction, if it is
 * at hand (it may be another case, or NULL). UNIT_TAKEN if a unit is taken twice, DUPLICATE_PERSON or ALREADY_EXISTS if
 * a unique value is. */
MUST_USE bool project_apply(Store *s, Arena *a, const Event *e, const CaseRow *before, Err *err);
/* Drops every read table and folds the whole log again, in one transaction. *ret_events counts.
 * LOG_DAMAGED where events are missing. */
MUST_USE bool project_rebuild(Store *s, const ProjectTeller *tell, int64_t *ret_events, Err *err);
/* Folds the cases of one person again, after the key was destroyed. */
MUST_USE bool project_forget(Store *s, Arena *a, Str person, Err *err);
/* SHA-256 over every row of every read table in a fixed order: equal digests, equal tables. */
MUST_USE bool project_digest(Store *s, Hash *ret, Err *err);

#endif
