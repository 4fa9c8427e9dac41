/* seeds_temporal_test.c: the seeds of the fuzz target temporal, hostile ones among them, through the target's own
 * entry function.
 * SPDX-License-Identifier: Apache-2.0 */
#define LLVMFuzzerTestOneInput seed_temporal
#include "../../fuzz/temporal_fuzz.c"

#include "../../fuzz/seeds.h"

TEST_WITHIN(seeds_of_dates_and_durations_end_within_their_limits, 120)
{
    seeds_run(a, "temporal", seed_temporal, 20);
}
