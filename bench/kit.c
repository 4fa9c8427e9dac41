/* kit.c: clocks, and an end to what went wrong.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void need(bool ok, const Err *err)
{
    if (!ok) {
        fprintf(stderr, "%s: %s (%s)\n", err_name(err->code), err->text, err->detail);
        exit(1);
    }
}
