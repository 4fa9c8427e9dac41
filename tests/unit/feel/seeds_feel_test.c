/* seeds_feel_test.c: the seeds of the fuzz target feel, hostile ones among them, through the target's own entry
 * function.
 * SPDX-License-Identifier: Apache-2.0 */
#define LLVMFuzzerTestOneInput seed_feel
#include "../../fuzz/feel_fuzz.c"

#include "../../fuzz/seeds.h"

TEST_WITHIN(seeds_of_expressions_end_within_their_limits, 120)
{
    seeds_run(a, "feel", seed_feel, 50);
}
