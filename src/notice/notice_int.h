/* notice_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_NOTICE_INT_H
#define NOTICE_NOTICE_INT_H

#include "notice.h"

/* Inside a transaction: something waits to be sent; once for a channel and cause. */
MUST_USE bool outbox_add(Store *s, Arena *a, Channel c, Str account, Str about, Instant now, Err *err);
/* The number kept under a name; 0 if there is none. */
MUST_USE bool mark_read(Store *s, Arena *a, Str name, int64_t *ret, Err *err);
MUST_USE bool mark_set(Store *s, Str name, int64_t n, Err *err);

#endif
