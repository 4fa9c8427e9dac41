/* inquiry.h: a question about a situation as a person puts it, wherever it is put: command line, API, page.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_INQUIRY_H
#define DECIDE_INQUIRY_H

#include "decide.h"

typedef struct {
    const Scheme *scheme;
    Str model;
    Str decision;      /* empty: the decision on top of the model */
    Str on;            /* the day whose law is asked for, as it is written; empty: none is named beside the facts */
    Day today;         /* of the scheme's country */
    const Json *facts; /* name → value, both as decide_tidy_facts() reads them */
} Inquiry;

typedef struct {
    Decision decision;
    Day day;       /* whose law was used; also where the answer failed */
    Str day_from;  /* "told", "law day" (the model named the day) or "today" */
    Json *ignored; /* names of the facts that the law of that day does not ask about */
} InquiryAnswer;

/* The day told: `on`, else the fact "governing day", else today; false with a fault of the field where it is no day. */
MUST_USE bool inquiry_day(Arena *a, const Inquiry *q, Day *ret, bool *ret_told, ErrList *faults, Err *err);
/* Decides under the law of the day told, else of the day that the model names, else of today. Facts that do not fit
 * come by field, with what is expected; NOT_IN_FORCE where the model has no version on ret->day. Lives in the run's
 * arena. */
MUST_USE bool inquiry_answer(FeelRun *run, const Inquiry *q, InquiryAnswer *ret, ErrList *faults, Err *err);

#endif
