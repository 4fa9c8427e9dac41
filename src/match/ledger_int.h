/* ledger_int.h: what ranking asks a ledger beyond its face. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_LEDGER_INT_H
#define MATCH_LEDGER_INT_H

#include "match.h"

uint32_t ledger_series_of(const MatchLedger *l, uint32_t leaf); /* the cell whose numbers the leaf uses */
uint32_t ledger_parent(const MatchLedger *l, uint32_t cell);
bool ledger_is_flexible(const MatchLedger *l, uint32_t cell);
MatchTree ledger_tree(const MatchLedger *l);
uint32_t ledger_count(const MatchLedger *l); /* cells */

#endif
