/* decide.h: facts and a day → Decision: outcome, grounds with their articles, what would change it. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_DECIDE_H
#define DECIDE_DECIDE_H

#include "scheme/scheme.h"

/* One ground of an outcome: a reason code and the rule that gave it. */
typedef struct {
    Str code;        /* "LAYOFF_IN_WINDOW" */
    Str cites;       /* "decree:13-4(3)"; several are separated by "; " */
    Str source;      /* confidence letters of the source as the model notes them */
    Str rule;        /* rule id; empty if no single rule gave it */
    bool unverified; /* rests on a source from memory or of low confidence */
} Ground;

typedef struct {
    Str outcome;  /* "granted", "refused", "cannot decide" or another word of the model */
    Value result; /* the whole context the model gave */
    Ground *grounds;
    size_t ground_count;
    bool unverified; /* any fired rule rests on an unverified source */
    const SchemeModel *model;
    Str decision;
    Day day;
    Json *facts; /* by input name, as JSON */
    DmnTrace trace;
    Str trouble;      /* why it could not be decided; else empty */
    bool whole_trace; /* set before decide(): trace also the rules that did not fire, for pages and proofs */
} Decision;

/* Evaluates decision `name` of the version of `model` in force on `day`. facts by input name; those the model does not
 * know are refused (MODEL_BROKEN), missing ones are null. A result without an outcome is "cannot decide". NOT_IN_FORCE
 * if no version is in force. Lives in the run's arena; the run must have been reset before. */
MUST_USE bool decide(FeelRun *run, const Scheme *s, Str model, Str name, Day day, Value facts, Decision *ret, Err *err);
/* The same under one version of a model, be it in force or a draft. */
MUST_USE bool decide_with(FeelRun *run, const Scheme *s, const SchemeModel *m, Str name, Day day, Value facts,
                          Decision *ret, Err *err);
/* Facts from JSON, typed by the model's inputs; every fault by field. Of the inputs that are
 * not given, "holidays" is the scheme's and "governing day" is `day`. */
MUST_USE bool decide_facts(FeelRun *run, const Scheme *s, Str model, Str name, Day day, const Json *facts, Value *ret,
                           ErrList *faults, Err *err);
/* Whether the version in force on the day has this input. */
bool decide_takes(const Scheme *s, Str model, Str name, Day day, Str input);

/* ---- Facts as a person writes them ---- */

/* Facts with names and values written loosely ("Entry_Day", "12", "yes", "Manufacturing") → *ret as decide_facts()
 * reads them. Facts that only other versions of the model ask about are left out and named in `ignored`; every other
 * fault comes by field, with the allowed values and the nearest name. */
MUST_USE bool decide_tidy_facts(Arena *a, const Scheme *s, Str model, Str name, Day day, const Json *facts, Json **ret,
                                Json *ignored, ErrList *faults, Err *err);
/* What the decision asks about: [{name, type, allowed, needed: "always" | "where" | "optional" | "given", when,
 * meaning}]; `when` is the FEEL condition under which a fact is needed, "given" facts are filled in by the program. */
Json *decide_inputs(Arena *a, const SchemeModel *m, Str name);
/* One sentence: which values an input takes. */
Str decide_expects(Arena *a, const DmnInput *in);
/* The texts among an input's allowed values; 0 if it is no enumeration. */
size_t decide_allowed(Arena *a, const DmnInput *in, Str **ret);
/* The name that `text` was probably meant to be; empty if none is near. */
Str decide_nearest(Arena *a, Str text, const Str *names, size_t count);

/* Whether a rule's annotation "source" tells of memory ("M") or of a weak source ("low"). */
bool decide_source_is_unverified(Str source);

/* "employer-eligibility" → "Employer eligibility": by convention the name of a model's top decision. */
Str decide_top(Arena *a, Str model);
bool decision_is_granted(const Decision *d);
/* What is stored with the event, without the facts: model, day, hash, outcome, grounds, fired rules, result. */
Json *decision_proof(Arena *a, const Decision *d);
/* Facts as an event keeps them: in place of a list of the scheme's own stands {"constant": SHA-256}, and the list goes
 * into `named` under that hash. `facts` are those of a Decision; other lists, however alike, stay as they are. */
Json *decision_kept_facts(Arena *a, const Scheme *s, const Json *facts, Json *named);
/* Every table with every rule, for pages. */
Json *decision_tables(Arena *a, const Decision *d);
/* The nearest changes of facts that would give `wanted`; {input, from, to, by_waiting, outcome}. Inputs are those that
 * the scheme lists as changeable for the model, else all. */
Json *decision_changes(FeelRun *run, const Scheme *s, const Decision *d, Str wanted);

#endif
