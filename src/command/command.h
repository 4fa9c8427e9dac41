/* command.h: state + form + what was read → events. Pure: what it needs to know it asks for through CommandFacts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "decide/decide.h"
#include "model/model.h"

typedef struct {
    Str field, value;
} CommandWhere;

typedef struct {
    int64_t total, taken;
    int64_t next;    /* lowest free number; 0: none */
    int64_t highest; /* highest number that is taken; 0: none */
} CommandUnits;

/* The questions that a step may ask; flow answers them from the read tables. Each returns false on failure of the
 * store. */
typedef struct {
    void *host;
    /* *ret NULL if there is no such case. */
    bool (*by_id)(void *host, Str id, const CaseRow **ret, Err *err);
    /* Cases of a type where indexed fields have the values and the state is among states (none: any). */
    bool (*list)(void *host, Str type, const CommandWhere *where, size_t where_count, const SchemeNames *states,
                 const CaseRow **ret, size_t *ret_count, Err *err);
    bool (*count)(void *host, Str type, const CommandWhere *where, size_t where_count, const SchemeNames *states,
                  int64_t *ret, Err *err);
    bool (*units)(void *host, Str id, CommandUnits *ret, Err *err);
    /* The id of the case of this type that holds the unique value; empty if none. */
    bool (*holder_of)(void *host, Str type, Str field, Str value, Str *ret_id, Err *err);
    /* A new case id for a type; different at each call. */
    bool (*new_id)(void *host, const SchemeType *type, Str *ret, Err *err);
    /* Whether the folder this model stands in may decide cases of this store: signed by two people, or nothing is
     * signed here. */
    bool (*law_signed)(void *host, const SchemeModel *model, bool *ret, Err *err);
    /* A secret for a purpose that never changes and that nobody can choose; revealed only after its use. */
    bool (*secret)(void *host, Str purpose, Hash *ret, Err *err);
} CommandFacts;

typedef enum { COMMAND_PLAIN = 1, COMMAND_CONFIRM, COMMAND_REJECT } CommandMode;

typedef struct {
    const Scheme *scheme;
    const SchemeType *type;
    const SchemeStep *step;
    CommandMode mode;
    const Caller *caller;
    const Command *command;
    Instant now;
    Day today;          /* civil day of the scheme */
    const CaseRow *row; /* the case; NULL when it is opened */
    FeelRun *run;
    CommandFacts facts;
} CommandInput;

typedef struct {
    Event *events;
    size_t count;
    Str case_id;  /* of the command's own case */
    bool decided; /* decision holds */
    Decision decision;
    Json *proof;     /* decision_proof() */
    Json *constants; /* SHA-256 → list: what the facts in the events only name; never NULL */
    Str outcome;     /* "granted" where nothing had to be decided */
} CommandPlan;

/* Finds type, step and mode for a name such as "quota.decide" or "quota.decide/confirm". NOT_FOUND. */
MUST_USE bool command_resolve(const Scheme *s, Str step, CommandInput *ret, Err *err);
/* May this caller take the step on this case (row may be NULL)? NOT_ALLOWED names the roles that may. */
MUST_USE bool command_may(const CommandInput *in, Err *err);
/* For a step that opens a case about another: is that one there, of the right type and in one of the states? NOT_FOUND,
 * WRONG_STATE. */
MUST_USE bool command_about_fits(const CommandInput *in, Err *err);
/* The form as typed FEEL context. All faults at once, by field. */
MUST_USE bool command_check_form(const CommandInput *in, const Json *form, Value *ret, ErrList *faults);
/* The whole step. On faults returns false with *faults filled (and err set to the first). Events live in the run's
 * arena. */
MUST_USE bool command_plan(const CommandInput *in, CommandPlan *ret, ErrList *faults, Err *err);

/* The case that holds this case back (such as a suspended agreement), whatever the step; *ret NULL: none. `form` may be
 * NULL. */
MUST_USE bool command_hold(const CommandInput *in, const Json *form, const SchemeHold *h, const CaseRow **ret,
                           Err *err);

/* A case as FEEL context: its data typed by the scheme, plus id, type, state, version, opened, since. */
Value command_case_value(FeelRun *run, const Scheme *s, const CaseRow *row);

#endif
