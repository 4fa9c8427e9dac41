/* tree_int.h: the checks on a tree of caps that the engines share (the independent check reads the tree by itself).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_TREE_INT_H
#define MATCH_TREE_INT_H

#include "match.h"

enum { TREE_MOST_CELLS = 1 << 20, TREE_DEEPEST = 16 };

/* BAD_REQUEST unless parents come first, no path is deeper than TREE_DEEPEST and flexible cells share one parent. */
MUST_USE bool tree_check(const MatchTree *t, Err *err);

#endif
