/* trial.h: a draft of the law or of a quota against every decision that was taken: who would gain, who would lose, and
 * why. Reads the log and the read tables; writes nothing, decides nothing that counts.
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
    Str caps;        /* lines as match_with_caps() takes them; empty: no quota is tried */
    Str caps_round;  /* only this round (a case id); empty: every round that was drawn */
    bool one_by_one; /* trial_run(): see trial_past_new() */
} TrialDraft;

/* A file NAME.dmn or NAME.csv (caps), or a folder of them (also one with a scheme's decisions/). `from` {INT32_MIN}:
 * from the first decision on. NOT_FOUND; MODEL_BROKEN for a model with faults, or of a name that the scheme has not. */
MUST_USE bool trial_load(Arena *a, const Scheme *s, Str path, Day from, TrialDraft *ret, Err *err);
/* One file by its name, as it was uploaded. */
MUST_USE bool trial_add(Arena *a, TrialDraft *d, Str file_name, Str bytes, Day from, Err *err);

enum { TRIAL_MOST_CASES = 5000 };

/* The report, in `a`:
 * {scheme, draft: [{model, hash, from}], in_force: {decisions, same, erased, differs: [{seq, case, was, now, why}]},
 *  draft_result: {decided, same, gain, lose, other}, missing_facts: [{model, input, decisions}],
 *  by: [{name, small, rows: [{value, decisions, gain, lose, other}]}], reasons: [{change, code, cites, rule, decisions,
 *  text: {en, …}}], rules: [{model, rule, stops, starts}], cases: [{seq, case, step, day, change, before, after}],
 * left_out, rounds: [{round, same, cells: [{cell, applications, gain, lose}], rows: [{id, before, after}]}]} Counts of
 * groups from 1 to small−1 are null (see trial_hide()). A decision that the version in force does not give again stands
 * in in_force.differs. Facts that the draft asks about and nobody stored are null to it. */
MUST_USE bool trial_run(Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err);
/* Whether the version in force gave every past decision and round again. */
bool trial_reproduced(const Json *report);

/* ---- The past, kept ---- */

/* The decisions of a scheme's log as they were read: what they rested on, decisions of equal facts once. In memory only
 * (see docs/adr/0009-kept-past.md); lives as long as `a`. one_by_one: each decision by itself, decided alone and not in
 * blocks, so that both ways can be compared. */
typedef struct TrialPast TrialPast;
TrialPast *trial_past_new(Arena *a, const Scheme *s, bool one_by_one);
/* Reads what the log has gained. Begins anew where it is another log, or where a person was erased since. After a
 * failure it is empty. */
MUST_USE bool trial_past_extend(TrialPast *p, Store *store, Err *err);
/* The report of trial_run() over the past as it was read. */
MUST_USE bool trial_past_run(TrialPast *p, Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err);
typedef struct {
    int64_t size, decisions, rows; /* events read, decisions among them, different ones */
    size_t bytes;
} TrialPastCounts;
TrialPastCounts trial_past_counts(const TrialPast *p);

/* The pasts of a process, for all its threads: each is read once and then only what the log gained. Lives as long as
 * `a`. */
typedef struct TrialKept TrialKept;
TrialKept *trial_kept(Arena *a);
/* trial_run() with what is kept; one caller at a time, others wait. */
MUST_USE bool trial_kept_run(TrialKept *k, Store *store, Arena *a, const TrialDraft *d, Instant now, Json **ret,
                             Err *err);
/* To be called every few seconds: forgets all that is kept once the log says that a person was erased, and when nobody
 * asked for ten minutes. Waits for nobody. */
MUST_USE bool trial_kept_tidy(TrialKept *k, Store *store, Instant now, Err *err);
bool trial_kept_holds(TrialKept *k); /* whether anything is kept */

/* Counts below `small` are not shown, nor the smallest of the rest where it would be the only one hidden in its column,
 * since the sum would give it away. n counts by row, hide is set. */
void trial_hide(const int64_t *n, size_t count, int64_t small, bool *hide);

#endif
