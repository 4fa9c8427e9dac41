/* trial_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRIAL_TRIAL_INT_H
#define TRIAL_TRIAL_INT_H

#include "trial.h"

#include "base/map.h"

typedef enum { CHANGE_NONE = 0, CHANGE_GAIN, CHANGE_LOSE, CHANGE_OTHER } TrialChange;
enum { CHANGE_COUNT = CHANGE_OTHER + 1, MAX_BY = 8 };
const char *trial_change_name(TrialChange c); /* "gain" */

/* scheme.json: "trial": {"good": [outcome], "more": [entry of a result], "small": n, "by": [{"name", "facts": [input],
 * "case": [field or field.field]}]} */
typedef struct {
    const Json *good, *more, *by;
    int64_t small;
} TrialRules;
TrialRules trial_rules(const Scheme *s);
TrialChange trial_compare(const TrialRules *r, Value before, Value after);

typedef struct {
    int64_t n[CHANGE_COUNT]; /* CHANGE_NONE: all decisions */
} TrialTally;

/* The report while it is counted. */
typedef struct {
    Arena *a;
    const Scheme *scheme;
    TrialRules rules;
    Map by[MAX_BY]; /* value → TrialTally */
    Map reasons;    /* "change code rule" → its row */
    Map fired;      /* "model rule" → its row */
    Map missing;    /* "model input" → its row */
    TrialTally all;
    Json *cases, *differs;
    int64_t decisions, same, erased, left_out;
} TrialReport;
/* Grounds and rules that stand in one proof and not in the other, of `decisions` decisions. */
void trial_add_reasons(TrialReport *r, TrialChange change, const Json *before, const Json *after, int64_t decisions);
/* What of a proof stands in the report; may stand there many times. */
Json *trial_side(TrialReport *r, const Json *proof);
/* A decision that changed, by its sides. */
typedef struct {
    int64_t seq;
    Str case_id, step;
    Day day;
} TrialWhich;
/* Whether the report takes one more case; else it is counted as left out. */
bool trial_has_room(TrialReport *r);
void trial_add_change(TrialReport *r, const TrialWhich *w, TrialChange change, Json *before, Json *after);
void trial_add_missing(TrialReport *r, Str model, Str input, int64_t decisions);
Json *trial_report_json(TrialReport *r);

/* Rounds under other caps: fills `rounds`. */
MUST_USE bool trial_rounds(Store *store, Arena *a, const TrialDraft *d, const TrialRules *rules, Json *ret_rounds,
                           Err *err);

#endif
