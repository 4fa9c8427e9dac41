/* dmn_models.h: the two models that benchmarks of decisions use: a table of 30 rules, and a chain of six decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_DMN_MODELS_H
#define BENCH_DMN_MODELS_H

#include "base/buf.h"

Str bench_table30(Arena *a);
Str bench_chain6(Arena *a);

#endif
