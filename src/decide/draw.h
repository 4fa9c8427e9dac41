/* draw.h: who of a pool is referred to one employer: the match room's rule with a seed nobody could choose. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_DRAW_H
#define DECIDE_DRAW_H

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

typedef struct {
    Str id; /* case id */
    bool eligible;
    int64_t standing; /* larger is better */
    int64_t exposure; /* referrals so far */
} DrawItem;

typedef struct {
    int64_t places, multiple;
    bool least_shown_first; /* before standing */
    Str beacon;             /* hex, may be empty */
    Hash secret;            /* committed to when the case was opened */
} DrawRule;

/* At least places × multiple of the eligible (all, if there are fewer), by the rule's order, then
 * ticket. *ret_record keeps what anybody needs to draw again: secret,
 * rule, pool size, cutoff and each one's line. */
MUST_USE bool decide_draw(Arena *a, const DrawRule *rule, const DrawItem *items, size_t count, Str **ret_ids,
                          size_t *ret_count, Json **ret_record, Err *err);

#endif
