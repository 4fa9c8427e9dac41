/* market_int.h: what the engine asks of the letters' side. Private to the room; the check does not include it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_MARKET_INT_H
#define MATCH_MARKET_INT_H

#include "match.h"

/* Fills counts and cutoffs of an outcome from its held wishes. */
void market_cutoffs(Arena *a, const MatchMarket *m, MatchOutcome *o);

#endif
