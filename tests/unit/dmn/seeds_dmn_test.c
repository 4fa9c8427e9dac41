/* seeds_dmn_test.c: the seeds of the fuzz target dmn, hostile ones among them, through the target's own entry function.
 * SPDX-License-Identifier: Apache-2.0 */
#define LLVMFuzzerTestOneInput seed_dmn
#include "../../fuzz/dmn_fuzz.c"

#include "../../fuzz/seeds.h"

TEST_WITHIN(seeds_of_models_end_within_their_limits, 120)
{
    seeds_run(a, "dmn", seed_dmn, 20);
}
