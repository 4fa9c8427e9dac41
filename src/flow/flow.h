/* flow.h: the pipeline: Command → facts → Decision → Events → log → read tables, in one function a reader can see
 * whole. Owns the transaction and the authorisation; nothing else calls the stages in this order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "access/access.h"
#include "command/command.h"
#include "lane.h"

/* What one thread works with. Schemes are shared and read-only; the store handle is the thread's own. */
typedef struct {
    Store *store;
    const Scheme *const *schemes;
    size_t scheme_count;
    const Access *access; /* the operator's settings of signing in; NULL: the usual ones */
    Lane *lane;           /* through which all threads of a process write; NULL: this handle writes by itself */
} Flow;

typedef enum {
    FLOW_RUN = 1, /* in a transaction of its own */
    FLOW_JOIN, /* inside the caller's transaction, as a savepoint: for groups and imports. What it writes may wait, and
                  be refused later */
    FLOW_JOIN_SETTLED, /* the same, answered by the database before it returns: slower, and what is refused is refused
                          to this command */
    FLOW_DRY /* nothing is written; the answer shows the events that would be (or what the key has done before) */
} FlowMode;

typedef struct {
    bool ok;
    bool repeated;    /* this idempotency key was done before; outcome is that answer */
    CommandPlan plan; /* not for repeated commands */
    ErrList faults;
    Err err;       /* where !ok: the first fault or the failure */
    Json *outcome; /* {case, version, outcome, events:[{seq,type,case}], decision} */
} FlowResult;

const Access *flow_access(const Flow *f); /* never NULL */
const Scheme *flow_scheme(const Flow *f, Str id);
/* Does the work in a transaction and returns true when it is durable: in the lane, or in one of this handle. `in` is f
 * with the store to write to. Where the work returns false nothing of it is kept. */
typedef bool (*FlowWork)(const Flow *in, void *host, Err *err);
MUST_USE bool flow_write(const Flow *f, FlowWork work, void *host, Err *err);
/* Statements (see store_exec) of tables that are no part of the log, in one such transaction: one flush for all of
 * them. */
typedef struct {
    const char *sql;
    const StoreValue *params;
    size_t count;
} FlowStatement;
MUST_USE bool flow_exec(const Flow *f, const FlowStatement *list, size_t count, Err *err);
/* Runs one command. The run must be fresh; the result lives in its arena. `now` is the only clock. Returns ret->ok. */
bool flow_run(const Flow *f, FeelRun *run, const Caller *caller, const Command *command, FlowMode mode, Instant now,
              FlowResult *ret);
/* What a command of this caller with this key answered before; false where there was none, or another command under the
 * key. */
bool flow_repeat(const Flow *f, Arena *a, const Caller *caller, const Command *command, FlowResult *ret);
/* A run with limits wide enough for a command over the whole pool of candidates. */
FeelRun *flow_new_run(Arena *a, Instant now);

/* What holds this case back (row NULL: nothing), as an array of {name, cause, since, until, source, cite, steps: held
 * now, later: steps that will be held if it still stands then}. flow_steps() leaves out what is held. */
Json *flow_holds(const Flow *f, FeelRun *run, const Scheme *s, const CaseRow *row, Instant now);
/* The steps this caller may take on a case as it is (row NULL: steps that open a case), as an array of
 * {step, type, two_people, fields}, with `about`, the field to fill with the id of this case, where the step opens a
 * case about it; the pending confirmation comes as "step/confirm" and "step/reject". */
Json *flow_steps(const Flow *f, FeelRun *run, const Scheme *s, const Caller *caller, const CaseRow *row, Instant now);

/* Runs a stored decision again with its stored facts under the model version of its day: {same, decision, again, facts,
 * tables, changes}. NOT_FOUND if the event holds no decision. */
MUST_USE bool flow_explain(const Flow *f, FeelRun *run, int64_t seq, Json **ret, Err *err);

/* Records that the caller read a person's file. */
MUST_USE bool flow_read_file(const Flow *f, Arena *a, const Caller *caller, Str scheme, Str person, Str reason,
                             Instant now, Err *err);
/* The same for several persons at once, such as those whom a search shows. */
MUST_USE bool flow_read_files(const Flow *f, Arena *a, const Caller *caller, Str scheme, const Str *persons,
                              size_t count, Str reason, Instant now, Err *err);
/* Destroys a person's key and folds the read tables of that person again; the log keeps its proof and says under which
 * article this was done. */
MUST_USE bool flow_erase(const Flow *f, Arena *a, Str account, Str person, Str article, Instant now, Err *err);
/* The caller behind an account login, from the account cases of the log. NOT_SIGNED_IN if there is none that
 * is open. */
MUST_USE bool flow_caller(const Flow *f, Arena *a, Str login, Caller *ret, Str *ret_scheme, Err *err);

#endif
