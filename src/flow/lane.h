/* lane.h: one writer for all threads of a process. Their work runs one after another in one transaction, each piece
 * under its own savepoint, and one durable commit answers for all of them: the flush of the disk is shared (group
 * commit).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_LANE_H
#define FLOW_LANE_H

#include "store/store.h"

typedef struct Lane Lane;

/* Opens a store handle of its own on url, which must hold a store. Lives in the arena; close it before that ends. */
MUST_USE bool lane_open(Arena *a, Str url, Lane **ret, Err *err);
void lane_close(Lane *l); /* NULL allowed. Nobody may be inside. */

/* What the work will ask the log about, so that the questions of those who wait go together; NULL: nothing known. */
typedef StoreExpected LaneAbout;

/* Waits for a turn and opens a savepoint. *ret is the lane's store, the caller's alone until lane_leave(). After a
 * failure the caller is not inside. alone: in a group of its own. */
MUST_USE bool lane_enter(Lane *l, const LaneAbout *about, bool alone, Store **ret, Err *err);
/* Ends the turn. !ok: the work is rolled back and false comes at once, err as it is. ok: waits until the group is
 * durable; true only then. A commit that fails fails every member of its group; *ret_again says that nothing of the
 * group was kept and that it may have been another's fault: the work may be done again, alone. */
MUST_USE bool lane_leave(Lane *l, bool ok, bool alone, bool *ret_again, Err *err);

#endif
