/* tck_test.c: the official conformance suite, from $TCK_DIR or beside the sources; skipped by name where it is absent.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/dmn_tools.h"
#include "../../test.h"

#include <stdlib.h>
#include <sys/stat.h>

TEST_WITHIN(official_conformance_suite_passes, 120)
{
    const char *dir = getenv("TCK_DIR");
    struct stat st;
    DmnTckCounts counts = {0};
    Err err = {0};
    dir = dir != NULL ? dir : stat("../shared/dmn-tck", &st) == 0 ? "../shared/dmn-tck" : "../../shared/dmn-tck";
    if (stat(dir, &st) != 0) {
        skip("the dmn-tck folder is not here; set TCK_DIR");
    }
    check(dmn_tck_run(a, str_from_c(dir), false, stdout, &counts, &err));
    check(counts.files > 0);
    eq_int(counts.failed, 0);
}

TEST(own_suite_of_test_folders_passes)
{
    DmnTckCounts counts = {0};
    Err err = {0};
    check(dmn_tck_run(a, STR("tests/dmn/suite"), false, stdout, &counts, &err));
    check(counts.passed >= 10);
    eq_int(counts.failed, 0);
}
