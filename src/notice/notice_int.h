/* notice_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_NOTICE_INT_H
#define NOTICE_NOTICE_INT_H

#include "notice.h"
#include "query/query.h"

/* An event, as far as others are told of it. */
typedef struct {
    int64_t seq;
    Str scheme, stream, type, actor;
    Instant at;
    bool moved;          /* the case came into a state */
    bool of_case;        /* not of the store itself, nor of who read what */
    Str opened_as;       /* the state in which the event opened its case; empty: it did not */
    const Json *message; /* {topic, to, params, texts} that the step told people; NULL: none */
} Cause;

/* What one process has in hand. */
typedef struct {
    const Flow *flow;
    const NoticeConfig *config;
    Arena *a;
    Instant now;
    Str id, channel, account, about; /* of what was claimed; id empty: nothing is due */
    int64_t attempts;                /* with this one */
} Sending;

/* Inside a transaction: something waits to be sent; once for a channel and cause. */
MUST_USE bool outbox_add(Store *s, Arena *a, Channel c, Str account, Str about, Instant now, Err *err);
/* The number kept under a name; 0 if there is none. */
MUST_USE bool mark_read(Store *s, Arena *a, Str name, int64_t *ret, Err *err);
MUST_USE bool mark_set(Store *s, Str name, int64_t n, Err *err);

/* webhook.c. Inside a transaction: a delivery for each subscription that wants the event and may read its case. */
MUST_USE bool webhook_from_event(const Flow *in, Arena *a, const Scheme *s, const Cause *c, Instant now, Err *err);
/* Sends a claimed delivery. False with *ret_drop where nobody waits for it any more. */
MUST_USE bool webhook_out(const Sending *s, const char **ret_drop, Err *err);

#endif
