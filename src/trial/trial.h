/* trial.h: a draft of the law or of a quota against every decision that was taken: who would gain, who would lose, and why.
 * Reads the log and the read tables; writes nothing, decides nothing that counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRIAL_TRIAL_H
#define TRIAL_TRIAL_H

#include "decide/decide.h"
#include "store/store.h"

/* What is to be tried: models of the scheme in another version, caps of its rounds, or both. */
typedef struct {
    const Scheme *scheme;
    SchemeModel *models; /* `from` is the day from which past decisions are tried; `path` says where it was read */
    size_t count, cap;
    Str caps;            /* lines as match_with_caps() takes them; empty: no quota is tried */
    Str caps_round;      /* only this round (a case id); empty: every round that was drawn */
} TrialDraft;

/* A file NAME.dmn or NAME.csv (caps), or a folder of them (also one with a scheme's decisions/). `from` {INT32_MIN}: from the
 * first decision on. NOT_FOUND; MODEL_BROKEN for a model with faults, or of a name that the scheme has not. */
MUST_USE bool trial_load(Arena *a, const Scheme *s, Str path, Day from, TrialDraft *ret, Err *err);
/* One file by its name, as it was uploaded. */
MUST_USE bool trial_add(Arena *a, TrialDraft *d, Str file_name, Str bytes, Day from, Err *err);

enum { TRIAL_MOST_CASES = 5000 };

/* The report, in `a`:
 * {scheme, draft: [{model, hash, from}], in_force: {decisions, same, erased, differs: [{seq, case, was, now, why}]},
 *  draft_result: {decided, same, gain, lose, other}, missing_facts: [{model, input, decisions}],
 *  by: [{name, small, rows: [{value, decisions, gain, lose, other}]}], reasons: [{change, code, cites, rule, decisions,
 *  text: {en, …}}], rules: [{model, rule, stops, starts}], cases: [{seq, case, step, day, change, before, after}], left_out,
 *  rounds: [{round, same, cells: [{cell, applications, gain, lose}], rows: [{id, before, after}]}]}
 * Counts of groups from 1 to small−1 are null (see trial_hide()). A decision that the version in force does not give again
 * stands in in_force.differs. Facts that the draft asks about and nobody stored are null to it. */
MUST_USE bool trial_run(Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err);
/* Whether the version in force gave every past decision and round again. */
bool trial_reproduced(const Json *report);

/* ---- Many decisions at once ---- */

/* Inputs of a decision out of stored facts: what the decision does not ask is left out; *ret_missing[i] where a fact was never
 * stored. Values in the order of dmn_inputs(). False where a stored fact does not fit its type any more. */
typedef struct TrialInputs TrialInputs;
TrialInputs *trial_inputs_new(Arena *a, const Scheme *s, const DmnInvocable *d);
bool trial_inputs_read(TrialInputs *in, Arena *a, const Json *facts, Day day, Value *ret, bool *ret_missing);
/* Rows of values (count of inputs each) as the columns of dmn_batch(). */
DmnColumn *trial_columns(Arena *a, const Value *rows, size_t row_count, size_t inputs);

/* Counts below `small` are not shown, nor the smallest of the rest where it would be the only one hidden in its column, since
 * the sum would give it away. n counts by row, hide is set. */
void trial_hide(const int64_t *n, size_t count, int64_t small, bool *hide);

#endif
