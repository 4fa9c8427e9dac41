/* outcome.h: what a command gave, as its caller is told, and as it is remembered under the command's key.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_OUTCOME_H
#define FLOW_OUTCOME_H

#include "command/command.h"
#include "store/store.h"

/* {case, outcome, version, state, events, decision}; row: the case before, NULL where the command opens it. Made in a.
 */
Json *outcome_of(Arena *a, const CommandPlan *plan, const CaseRow *row);
/* Remembers it under the key, in the transaction of the plan's events, which have their numbers by now: a decision that
 * stands in the log is remembered by the number of its event. The errors of store_done_set(). */
MUST_USE bool outcome_remember(Store *s, Arena *a, Str key, Hash request, const CommandPlan *plan, const Json *outcome,
                               Err *err);
/* What the command of this key gave: *ret NULL where there was none. The errors of store_done(). */
MUST_USE bool outcome_recall(Store *s, Arena *a, Str key, Hash request, Json **ret, Err *err);

#endif
