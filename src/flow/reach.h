/* reach.h: which cases a caller may read: the scheme's readers and offices, made into what the questions to the read
 * tables take. The only place where this is decided; a step on a case asks here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_REACH_H
#define FLOW_REACH_H

#include "flow.h"
#include "query/query.h"

/* A party (a worker, an employer) reaches its own case and those that name it. Staff reaches the types of whose readers
 * it is one; where the type binds the role to its office ("office" in the scheme) and the account names an office, only
 * the cases of that office. Nobody (caller NULL) reaches nothing. Lives in `a`. */
QueryReach flow_reach(Arena *a, const Scheme *s, const Caller *caller);
/* Whether staff reads cases of this type at all, be it only the office's own. */
bool flow_reads_type(const SchemeType *t, const Caller *caller);
/* For a step: NOT_ALLOWED where staff acts on a case out of its reach, or opens (row NULL; `opening` is the first event
 * of the case) one that would belong to another office. Parties are told by the step itself which cases are theirs. */
MUST_USE bool flow_check_reach(const Flow *f, Arena *a, const Scheme *s, const Caller *caller, const CaseRow *row,
                               Err *err);
MUST_USE bool flow_check_opening(const Flow *f, Arena *a, const Scheme *s, const Caller *caller, const Event *opening,
                                 Err *err);

#endif
