/* past.h: the decisions of a log as this room keeps them. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRIAL_PAST_H
#define TRIAL_PAST_H

#include "trial_int.h"

/* Distinct values, each with a code; by_text: text → PastWord. */
typedef struct {
    uint32_t code;
    Json *json;
} PastWord;
typedef struct {
    Json **words;
    size_t count, cap;
    Map by_text;
} PastWords;

/* One fact of all rows: codes[row] into words; code 0: the row's decisions did not store it. */
typedef struct {
    Str name;
    size_t at;
    PastWords words;
    uint32_t *codes;
} PastFact;

/* Decisions with the same facts, day, model and result. */
typedef struct {
    uint32_t at, hash, result, count;
    Day day;
} PastRow;

typedef struct {
    int64_t seq;
    uint32_t row, case_at, step;
} PastDecision;

/* Decisions of one version of a model, in the order of the log. */
typedef struct {
    const SchemeModel *in_force;
    const DmnInvocable *base; /* NULL: the version has no such decision */
    Str model, name;
    PastWords hashes, results;
    PastFact **facts;
    PastRow **rows;
    PastDecision *decisions;
    size_t fact_count, row_count, row_cap, decision_count, decision_cap;
    Map fact_by_name, row_by_key;
} PastKind;

/* A decision for which no version of its model is in force. */
typedef struct PastHomeless {
    int64_t seq;
    Str case_id;
    const Json *result;
    struct PastHomeless *next;
} PastHomeless;

/* A case and what it is counted under: codes into TrialPast.by. */
typedef struct {
    Str id;
    uint32_t at;
    bool known;
    uint32_t values[MAX_BY];
    uint32_t *followers; /* cases that are counted under what stands in this one */
    size_t follower_count, follower_cap;
} PastCase;

struct TrialPast {
    Arena *a, *scratch;
    const Scheme *scheme;
    bool one_by_one;
    int64_t size; /* events read */
    Hash root;    /* of the log's tree at that size */
    Map kinds;    /* "model|decision|day" → PastKind */
    PastWords steps, by[MAX_BY];
    PastCase **cases;
    size_t case_count, case_cap;
    Map case_by_id;
    PastHomeless *homeless, **last_homeless;
    int64_t erased;
    Json *named; /* lists that facts name by their hash */
    bool someone_erased;
    Store *store; /* while it reads */
    Err *err;
    bool failed;
};

PastFact *past_fact(const PastKind *k, Str name); /* NULL: no decision stored it */
uint32_t past_text(TrialPast *p, PastWords *w, Str text);
uint32_t past_case(TrialPast *p, Str id);
void past_case_changed(TrialPast *p, Str id);
/* Fills values of the case, if they are not known. */
MUST_USE bool past_case_groups(TrialPast *p, Store *store, const Json *by, uint32_t case_at, Err *err);

/* ---- Rows as columns of a decision's inputs (inputs.c) ---- */
typedef struct TrialInputs TrialInputs;
/* `whole` day of each row stands for "governing day" where that was not stored, the scheme's list for "holidays". */
TrialInputs *trial_inputs_new(Arena *a, const Scheme *s, const PastKind *k, const DmnInvocable *d);
/* Columns of rows [from, from + count), in `a`. */
DmnColumn *trial_inputs_columns(const TrialInputs *in, Arena *a, size_t from, size_t count);
/* The inputs of one row as a context. */
Value trial_inputs_row(const TrialInputs *in, Arena *a, size_t row);
/* Whether every stored fact of the row is of its input's type. */
bool trial_inputs_fit(const TrialInputs *in, size_t row);
/* Whether input i of the row was never stored, and nothing stands for it. */
bool trial_inputs_missing(const TrialInputs *in, size_t i, size_t row);

/* ---- Reasons (proofs.c) ---- */

/* A proof that decisions of the same rules and result share; side: of the report, once it is needed. */
typedef struct TrialProof {
    Value result;
    Json *json, *side;
    struct TrialProof *next;
} TrialProof;
typedef struct {
    TrialProof *before, *after;
    TrialChange change;
    int64_t decisions;
} TrialPair;
typedef struct TrialProofs TrialProofs;
typedef struct {
    FeelRun *run;
    const Scheme *scheme;
    const SchemeModel *model;
    Str name; /* of the decision */
    Day day;
    const TrialInputs *inputs;
    size_t row;
    Value given; /* the row's value as its block gave it: equal ones mostly stand in one place */
} TrialAsked;
TrialProofs *trial_proofs_new(Arena *a); /* of one kind */
/* Values that blocks gave before are no more. */
void trial_proofs_forget(TrialProofs *p);
/* The proof of a row. NULL with err where it cannot be decided. */
TrialProof *trial_proof(TrialProofs *p, const TrialAsked *q, Err *err);
TrialPair *trial_pair(TrialProofs *p, TrialProof *before, TrialProof *after, TrialChange change);
/* Reasons and rules of all pairs, as often as they came. */
void trial_pairs_tell(const TrialProofs *p, TrialReport *r);
Json *trial_proof_side(TrialReport *r, TrialProof *p);

#endif
