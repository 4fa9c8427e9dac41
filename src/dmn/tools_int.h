/* tools_int.h: what the tools of the command line share: arguments, models, inputs, output.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_TOOLS_INT_H
#define DMN_TOOLS_INT_H

#include "dmn_int.h"
#include "dmn_tools.h"
#include "file_int.h"

typedef struct {
    Arena *a;
    FILE *in, *out, *errout;
    Str words[4]; /* arguments that are no options */
    size_t word_count;
    Str decision, input, with, wanted, change, waiting, today, output, profile, cases, seed;
    bool json, all, verbose, help;
} ToolArgs;

typedef struct {
    const char *name, *help;
    size_t words_min, words_max;
    bool (*run)(ToolArgs *args, int *ret_status, Err *err);
} Tool;

enum { TOOL_INPUT_BYTES = 16 << 20 };
enum { STATUS_FINDINGS = 1 }; /* exit status of a tool that worked and found something */

bool tool_run(ToolArgs *args, int *ret_status, Err *err);
bool tool_explain(ToolArgs *args, int *ret_status, Err *err);
bool tool_batch(ToolArgs *args, int *ret_status, Err *err);
bool tool_steps(ToolArgs *args, int *ret_status, Err *err);
bool tool_tck(ToolArgs *args, int *ret_status, Err *err);
bool tool_selftest(ToolArgs *args, int *ret_status, Err *err);
bool tool_feel(ToolArgs *args, int *ret_status, Err *err);
bool tool_write(ToolArgs *args, int *ret_status, Err *err);
/* The model's file and, for its imports, the others beside it. */
bool tool_sources(ToolArgs *args, Str path, DmnSource **ret, size_t *ret_count, Err *err);
bool tool_model(ToolArgs *args, DmnModel **ret, Err *err);
bool tool_invocable(ToolArgs *args, const DmnModel *m, const DmnInvocable **ret, Err *err);
/* The inputs given by --input or --context: JSON, @FILE or - for the input stream; an empty object without. */
bool tool_input_json(ToolArgs *args, Json **ret, Err *err);
void tool_json_out(ToolArgs *args, const Json *j); /* indented, to the output */
bool tool_now(const ToolArgs *args, Instant *ret, Err *err);

#endif
