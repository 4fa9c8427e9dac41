/* kit.h: what the benchmarks of the store share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_KIT_H
#define BENCH_KIT_H

#include "base/err.h"

/* Seconds of the clock on the wall, from some point in the past. */
double now_s(void);
/* Seconds of processor time of this process: on a machine that others use too, it says more than the clock on
 * the wall. */
double cpu_s(void);
/* Ends the program with the error's text unless `ok`. */
void need(bool ok, const Err *err);

#endif
