/* hide_test.c: small groups are hidden, and no sum gives one away.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "trial/trial.h"

TEST(counts_of_one_to_four_are_hidden_and_nought_is_not)
{
    const int64_t n[] = {0, 1, 4, 5, 90};
    bool hide[5];
    trial_hide(n, 5, 5, hide);
    check(!hide[0] && hide[1] && hide[2] && !hide[3] && !hide[4]);
}

TEST(a_single_hidden_count_takes_the_next_smallest_with_it)
{
    const int64_t n[] = {0, 3, 90, 7};
    bool hide[4];
    trial_hide(n, 4, 5, hide);
    check(hide[1] && hide[3] && !hide[0] && !hide[2]);
}
