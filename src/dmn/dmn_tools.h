/* dmn_tools.h: the tools around decision models: conformance suite, checks, batches, and their command line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_DMN_TOOLS_H
#define DMN_DMN_TOOLS_H

#include "dmn.h"

#include <stdio.h>

/* ---- The official conformance suite (dmn-tck) ------------------------------------------------------------------ */

typedef struct {
    size_t passed, failed; /* test cases; one with several result nodes passes only if all do */
    size_t files;
    size_t rounded; /* numbers equal to the expected one once rounded to its digits (7 or more after the point) */
    size_t doubles; /* numbers within 10^-8 of an expected one that was printed from a double (7 digits or more) */
} DmnTckCounts;

/* Runs every test file below folder, comparing exactly (decimals too). Prints each failure with expected and actual
 * value, with `verbose` also what passed, a line per folder that failed, and last "N passed, N failed".
 * False only if the folder cannot be read. */
MUST_USE bool dmn_tck_run(Arena *a, Str folder, bool verbose, FILE *out, DmnTckCounts *ret, Err *err);

/* ---- The engine against itself --------------------------------------------------------------------------------- */

typedef struct {
    size_t cases; /* of the whole model, shared out among its decisions and services that take inputs */
    uint64_t seed;
    Instant now;
    FILE *out; /* the first differences; may be NULL */
} DmnSelfWanted;
typedef struct {
    size_t subjects;  /* decisions and services that take inputs */
    size_t cases;     /* compared */
    size_t limited;   /* not compared, since the evaluation went past the limits set for this test */
    size_t answered;  /* not null */
    size_t columnar;  /* went through columns in the batch */
    size_t differing; /* must be 0 */
} DmnSelfCounts;

/* Random inputs around the model's own constants, evaluated one at a time with column indexes, one at a time by plain
 * scan with a trace, and as a batch; compared bit by bit. False only if the model cannot be read. */
MUST_USE bool dmn_selftest(Arena *a, const DmnSource *sources, size_t count, DmnSelfWanted wanted, DmnSelfCounts *ret,
                           Err *err);

/* ---- Command line ---------------------------------------------------------------------------------------------- */

/* `goldenbridge dmn check|run|batch|explain|steps|tck|selftest …` and `goldenbridge feel …`, argv[0] being "dmn" or
 * "feel". Returns the exit status of the error table (0 good, 1 findings or failed tests, 2 wrong use, 65 bad
 * data …). */
int dmn_tool(int argc, char **argv, FILE *in, FILE *out, FILE *errout);

#endif
