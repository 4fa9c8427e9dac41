/* quick_int.h: a graph of inputs, indexed tables with constant outputs and literal expressions, evaluated in one pass
 * over a row of values, without frames. What does not fit goes the general way from the start.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_QUICK_INT_H
#define DMN_QUICK_INT_H

#include "dmn_int.h"

/* The pass for a decision whose plan is built, in the arena of its model; NULL if its graph has other parts. */
const Quick *quick_build(Arena *a, const DmnInvocable *d);
/* The value that node_run() would give, and the same trace (which must be empty and not ask for all rules). False:
 * something is unusual (an input that is not where dmn_inputs_read() puts it or does not fit its type, an error, rules
 * that collide); then nothing has happened and node_run() has to answer. */
bool quick_run(FeelRun *run, const Quick *q, Value inputs, DmnTrace *trace, Value *ret);

#endif
