/* signed.h: which versions of the law two people signed in a store. A scheme whose scheme.json names a type of case
 * under "signed_law" has its law folders signed: the shipped ones by the store's beginning, later ones by two people.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SIGNED_H
#define FLOW_SIGNED_H

#include "flow.h"

/* Records the folders as they are loaded as the store's first signed law. Nothing where the scheme does not ask for it.
 * Inside the caller's transaction. */
MUST_USE bool signed_ship(const Flow *f, Arena *a, const Scheme *s, Instant now, Err *err);
/* Whether the folder of that day, as it is loaded, is signed. True in stores in which nothing was ever signed. */
MUST_USE bool signed_is(Store *store, Arena *a, const Scheme *s, Day folder, bool *ret, Err *err);
/* [{from, hash, signed, case}] for every folder; empty where the scheme does not ask for signatures. *ret_on: whether
 * this store has any signature, so that unsigned folders do not decide. */
MUST_USE bool signed_list(Store *store, Arena *a, const Scheme *s, Json **ret, bool *ret_on, Err *err);

#endif
