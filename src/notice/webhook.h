/* webhook.h: what other systems are told: subscriptions of an account, a delivery for each event that it may read,
 * each claimed by one process and tried again. Part of the face of notice.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_WEBHOOK_H
#define NOTICE_WEBHOOK_H

#include "notice.h"

typedef struct {
    Str id, scheme, account, url;
    Json *events;     /* types of events; empty: all */
    Str state;        /* "active", "off" (by its owner), "gone" (the receiver answered 410) */
    int64_t from_seq; /* events after this one */
    Instant made;
    Str secret, public_key; /* what the receiver checks with */
} Webhook;

/* The roles that scheme.json names under "webhooks". */
bool webhook_may(const Scheme *s, const Caller *caller);
/* FIELD_FORMAT for an address that is none (https, no user, no fragment; http where private ones are allowed),
 * FIELD_CHOICE for an event that no step writes, FIELD_RANGE past ten. */
MUST_USE bool webhook_add(const Flow *f, Arena *a, const Scheme *s, Str account, Str url, const Json *events,
                          Instant now, Str *ret_id, Err *err);
MUST_USE bool webhook_list(Store *s, Arena *a, Str account, Webhook **ret, size_t *ret_count, Err *err);
MUST_USE bool webhook_find(Store *s, Arena *a, Str account, Str id, Webhook *ret,
                           Err *err); /* NOT_FOUND also for another's */
MUST_USE bool webhook_remove(const Flow *f, Str account, Str id, Err *err);
/* A delivery that says nothing but that it came; one that was sent before, again. */
MUST_USE bool webhook_test(const Flow *f, Arena *a, const Webhook *w, Instant now, Err *err);
MUST_USE bool webhook_again(const Flow *f, Arena *a, const Webhook *w, Str delivery, Instant now, Err *err);
/* {id, type, case, state, attempts, at, answer}, newest first, at most 50. */
MUST_USE bool webhook_deliveries(Store *s, Arena *a, const Webhook *w, Json **ret, Err *err);

#endif
