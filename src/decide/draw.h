/* draw.h: who of a pool is referred to one employer: the match room's rule with a seed nobody could choose. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_DRAW_H
#define DECIDE_DRAW_H

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

typedef struct {
    Str id;           /* case id */
    bool eligible;
    int64_t standing; /* larger is better */
    int64_t exposure; /* referrals so far */
} DrawItem;

/* At least places × multiple of the eligible (all, if there are fewer), by standing, then fewest referrals, then ticket.
 * The secret was committed to when the case was opened; *ret_record keeps what anybody needs to draw again: secret,
 * rule, pool size, cutoff and each one's line. */
MUST_USE bool decide_draw(Arena *a, const DrawItem *items, size_t count, int64_t places, int64_t multiple, Hash secret,
                          Str **ret_ids, size_t *ret_count, Json **ret_record, Err *err);

#endif
