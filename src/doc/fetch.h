/* fetch.h: JSON from a service that the operator named; part of the face of doc. One try, no redirect, short patience.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_FETCH_H
#define DOC_FETCH_H

#include "base/err.h"
#include "base/json.h"

typedef struct {
    Str url;
    Str form;           /* application/x-www-form-urlencoded, to be posted; empty: it is a GET */
    Str user, password; /* HTTP Basic; empty: none */
} FetchAsk;

/* *ret_status: what the service answered, with the JSON in *ret. SEND_FAILED where it cannot be reached, answers too
 * late, too much, no JSON, or with a fault of its own (5xx). http:// is taken as it comes: who calls decides. */
MUST_USE bool fetch_json(Arena *a, const FetchAsk *ask, int *ret_status, Json **ret, Err *err);

#endif
