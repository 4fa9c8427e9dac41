/* constant.h: long lists that many decisions rest on, such as a scheme's holidays: told in the log once and named by
 * their hash in the facts. Knows nothing of what they mean.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_CONSTANT_H
#define FLOW_CONSTANT_H

#include "model/model.h"
#include "store/store.h"

/* Sees to it that the log holds each list of `constants` {SHA-256: list}: an event constant.kept of the stream
 * "constant:SHA-256" for each that is new. In the caller's transaction. */
MUST_USE bool constant_keep(Store *s, Arena *a, Str scheme, const Json *constants, Instant now, Day today, Err *err);
/* Facts as an event keeps them → facts with the lists in place of {"constant": SHA-256}. Facts of events from before
 * that was done come back as they are. NOT_FOUND if the log holds no such list, LOG_DAMAGED if it is not what the hash
 * says. */
MUST_USE bool constant_expand(Store *s, Arena *a, const Json *facts, Json **ret, Err *err);
/* {SHA-256: list} for what the facts name. */
MUST_USE bool constant_named(Store *s, Arena *a, const Json *facts, Json *ret, Err *err);

#endif
