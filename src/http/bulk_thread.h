/* bulk_thread.h: the thread that works through uploads; see bulk_thread.c. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_BULK_THREAD_H
#define HTTP_BULK_THREAD_H

#include "flow/flow.h"

typedef struct BulkThread BulkThread;

/* Starts it with a store handle of its own, which nobody else may use. Lives in the arena; stop it before that is
 * freed. */
MUST_USE bool bulk_thread_start(Arena *a, const Flow *flow, BulkThread **ret, Err *err);
/* An upload came or was ordered: looks now instead of in a few seconds. */
void bulk_thread_wake(BulkThread *t);
/* Ends after the rows in hand; what is left goes on at the next start. NULL allowed. */
void bulk_thread_stop(BulkThread *t);

#endif
