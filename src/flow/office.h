/* office.h: what an office does with its work that is no step of the law: hand a case over, leave a note. Staff only;
 * parties never see it. The events stand in a stream of their own ("office:CASE"), so that no form grows stale by
 * them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_OFFICE_H
#define FLOW_OFFICE_H

#include "flow.h"

typedef struct {
    Str scheme, case_id;
    Str to;   /* handover: login of who takes it; empty: back to the office queue */
    Str note; /* sealed under the person's key where the case is about a person */
} OfficeAct;

/* Gives a case to a colleague whose role must act next. NOT_ALLOWED unless the caller has that role (or is admin);
 * FIELD_CHOICE where the colleague has not. */
MUST_USE bool flow_hand_over(const Flow *f, Arena *a, const Caller *caller, const OfficeAct *act, Instant now,
                             Err *err);
/* FIELD_MISSING without a text, TOO_LARGE past 2,000 characters. */
MUST_USE bool flow_note(const Flow *f, Arena *a, const Caller *caller, const OfficeAct *act, Instant now, Err *err);

#endif
