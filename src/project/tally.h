/* tally.h: sums over cases, kept as the log is folded, so that a figure costs a few rows however many cases there are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PROJECT_TALLY_H
#define PROJECT_TALLY_H

#include "project.h"

/* Each is what the case's stays and fields say, never more: the same sums come from walking all cases (src/page counts
 * them so for lists, and a test compares both). Not for other rooms; src/query/query_measure.c reads them.
 *
 * Table tallies (type, kind, key, day, n, cases), type "kr-eps/candidate":
 *
 *   kind    key                       day              n, cases
 *   held    state|year|again          due day or 0     cases that stand there and that a role holds; year: since when;
 *                                                      again: "missed" where it has missed a deadline there before
 *   free    state|year|again          due day or 0     the same, that nobody holds
 *   came    state|earlier             year·12+month−1  stays that began; earlier: states visited before, by last visit
 *   kept    state                     0                stays that ended in time; cases: of how many cases
 *   missed  state                     0                stays that ended late
 *   wait    state|waits before        days             stays that ended, those that follow in the same state as one
 *   over    state                     year             ended stays that were over their time on 31 December
 *   field   field|visited|value       0                cases with that value; visited: states, in alphabetical order
 *   decided step|outcome              0                decisions
 *   ground  outcome|step|steps|code   0                grounds; steps: of the case, where it met the same before */

/* What sums are made of, of one case. */
typedef struct {
    /* path: "state:since:due;" for each stay; due: the last deadline that it had there. A stay that begins where and on
     * the day the one before began is counted: "state:since:due:2;". */
    Str holder, path;
    const Json *data;
} TallyCase;

/* The case as it was (zeroed: it was not there) and as it is after one event. */
MUST_USE bool tally_change(Store *s, Arena *a, Str type, const TallyCase *before, const TallyCase *after, Err *err);
/* A decision of the case: counts it and its grounds. decided: "outcome|step|code;", each once, as the case met them;
 * *ret_decided: with those of this one. */
MUST_USE bool tally_decision(Store *s, Arena *a, Str type, Str decided, const Json *decision, Str step,
                             Str *ret_decided, Err *err);
/* Sums of many cases, in memory until they are written (or are too many). Freed with the arena. */
typedef struct TallyBook TallyBook;
TallyBook *tally_book_new(Arena *a);
/* All that a case adds as it stands, but its decisions; those as the case meets them, as in tally_decision(). */
MUST_USE bool tally_book_case(Store *s, TallyBook *b, Arena *scratch, Str type, const TallyCase *c, Err *err);
void tally_book_decision(TallyBook *b, Arena *scratch, Str type, const Json *decision, Str step, Str *decided);
MUST_USE bool tally_book_write(Store *s, TallyBook *b, Err *err);
/* Takes everything of a case out again, before its rows go. */
MUST_USE bool tally_forget(Store *s, Arena *a, Str type, Str id, Err *err);
/* The fields by whose values cases are counted; where they differ from those so far all cases are counted again. */
MUST_USE bool tally_prepare(Store *s, Arena *a, const ProjectField *fields, size_t count, Err *err);
/* The same fields, where nothing is counted yet; inside a transaction. */
MUST_USE bool tally_set_fields(Store *s, const ProjectField *fields, size_t count, Err *err);
/* The path with one stay more, or with another deadline for the last. */
Str tally_path_add(Arena *a, Str path, Str state, Day since, Str due);
Str tally_path_due(Arena *a, Str path, Str due);

#endif
