/* seeds_regex_test.c: the seeds of the fuzz target regex, hostile ones among them, through the target's own entry
 * function.
 * SPDX-License-Identifier: Apache-2.0 */
#define LLVMFuzzerTestOneInput seed_regex
#include "../../fuzz/regex_fuzz.c"

#include "../../fuzz/seeds.h"

TEST_WITHIN(seeds_of_patterns_end_within_their_limits, 120)
{
    seeds_run(a, "regex", seed_regex, 10);
}
