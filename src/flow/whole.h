/* whole.h: a store as a whole: its log and all that stands beside it and must not be lost.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_WHOLE_H
#define FLOW_WHOLE_H

#include "flow.h"

/* To an empty store of either engine, for flow_copy(), which makes its read tables: the log, and beside it passwords,
 * recovery codes, passkeys, links to providers, contacts, notices, messages not sent yet, webhooks, drafts and texts of
 * the law. Sessions end: who was signed in signs in again. Uploads in work stay behind. See store_copy(). */
MUST_USE bool whole_copy(Store *from, Store *to, Err *err);

#endif
