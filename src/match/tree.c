/* tree.c: is a tree of caps one that greedy choice is right for?
 * SPDX-License-Identifier: Apache-2.0 */
#include "tree_int.h"

static bool depth_fits(const MatchTree *t, uint32_t i)
{
    uint32_t depth = 1;
    for (; t->cells[i].parent != MATCH_NONE; i = t->cells[i].parent) {
        if (++depth > TREE_DEEPEST) {
            return false;
        }
    }
    return true;
}

bool tree_check(const MatchTree *t, Err *err)
{
    uint32_t first_flexible = MATCH_NONE;
    if (t->count > TREE_MOST_CELLS) {
        return err_set(err, TOO_LARGE, "A tree of caps may have at most %d cells.", TREE_MOST_CELLS);
    }
    for (uint32_t i = 0; i < t->count; i++) {
        const MatchCell *c = &t->cells[i];
        if (c->parent != MATCH_NONE && c->parent >= i) {
            return err_set(err, BAD_REQUEST, "Cell %u stands before its parent.", i);
        }
        if (!depth_fits(t, i)) {
            return err_set(err, TOO_DEEP, "Cell %u is deeper than %d levels.", i, TREE_DEEPEST);
        }
        if (c->flexible && first_flexible == MATCH_NONE) {
            first_flexible = i;
        }
        /* A pool shared across branches would cross their caps, and greedy choice would no longer be right. */
        if (c->flexible && c->parent != t->cells[first_flexible].parent) {
            return err_set(err, BAD_REQUEST, "Flexible cells %u and %u have different parents.", first_flexible, i);
        }
    }
    return true;
}
