/* simulate.h: a scheme years ahead from stated rates: arrivals through the matching of rooms, extensions, re-entry,
 * workplace changes, departures, overstay. Pure; whole numbers only, own generator: the same seed gives the same bytes
 * on every machine. The data is described in docs/scheme-format.md, the model in docs/adr/0007-simulation.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_SIMULATE_H
#define SIMULATE_SIMULATE_H

#include "base/err.h"
#include "base/json.h"

/* ---- The generator: xoshiro256** of Blackman and Vigna, seeded by SplitMix64 (both public domain) ---- */
typedef struct {
    uint64_t s[4];
} SimRandom;
SimRandom sim_random(uint64_t seed);
uint64_t sim_next(SimRandom *r);
/* A whole number in [0, n), n from 1: the high half of a product, so that no division is needed. */
uint32_t sim_below(SimRandom *r, uint32_t n);

/* ---- The model ---- */
typedef struct SimModel SimModel;
/* LAW_BROKEN with the place that is wrong. */
MUST_USE bool sim_read(Arena *a, const Json *data, SimModel **ret, Err *err);
size_t sim_months(const SimModel *m);
/* "2007-01" of a month counted from 0. */
Str sim_month_name(Arena *a, const SimModel *m, size_t month);

typedef enum {
    SIM_ARRIVALS = 0,
    SIM_REENTRIES,
    SIM_EXTENSIONS,
    SIM_CHANGES,
    SIM_DEPARTURES,
    SIM_NEW_OVERSTAY,
    SIM_ELSEWHERE,
    SIM_ENDS,
    SIM_STOCK,
    SIM_OVERSTAY
} SimSeries;
/* SIM_ELSEWHERE: went over to a status outside the scheme, in the country still but not in the stock. SIM_ENDS: whose
 * stay ended and who did not go on in the country: left, overstays or will come in again. */
enum { SIM_SERIES_COUNT = SIM_OVERSTAY + 1 };
const char *sim_series_name(SimSeries s); /* "new_overstay" */

/* One run: ret[month × SIM_SERIES_COUNT + series], flows of the month and stocks at its end; stock holds overstay. The
 * conservation of persons has been checked (what came in is here or has left), else CANNOT_DECIDE. */
MUST_USE bool sim_run(Arena *a, const SimModel *m, uint64_t seed, int64_t *ret, Err *err);

/* How many runs, from which seed, by how many threads (0: one for each processor). The threads change nothing in the
 * result. */
typedef struct {
    uint64_t seed;
    uint32_t runs, threads;
} SimRuns;

/* Many runs, each with the seed that the first one's gives it: the lowest value with at least 5, 50 and 95 of 100 runs
 * at or below it. ret[(month × SIM_SERIES_COUNT + series) × 3]. */
MUST_USE bool sim_bands(Arena *a, const SimModel *m, SimRuns how, int64_t *ret, Err *err);

/* The bands as JSON: {seed, runs, months, years: [{year, arrivals: [low, mid, high], …}], published: [{series, month,
 * value, use, source, why, over, covers_ppm, newcomers, bands: [low, mid, high], permille, limit_permille, within}]}.
 * Flows of a year, or of the `over` months that a figure sums, are summed run by run; of them the figure counts
 * covers_ppm, and not who came in within the last `newcomers` months.
 * permille: mid against value, rounded away from nought. */
MUST_USE bool sim_report(Arena *a, const SimModel *m, SimRuns how, Json **ret, Err *err);

/* ---- Reports that are kept ---- */
typedef struct SimKept SimKept;
/* A bounded store of reports for all threads of a process; lives as long as `a`. */
SimKept *sim_kept(Arena *a);
/* The report for the data (simulation.json), seed and runs: the kept one, or made now, once, while others who ask for
 * the same wait. In `a`. */
MUST_USE bool sim_kept_report(SimKept *k, Arena *a, const Json *data, SimRuns how, Json **ret, Err *err);

#endif
