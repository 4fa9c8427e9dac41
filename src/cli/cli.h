/* cli.h: arguments → Command, and the tools of an operator. The same pipeline as the web; no rule of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "flow/open.h"

/* A command that another room brings (serve, feel, dmn, match …); gets its own arguments, argv[0] its name. */
typedef struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv, FILE *out, FILE *errors);
} CliTool;

/* Recomputes a published round (goldenbridge-round/1): the text that every implementation prints. */
typedef bool (*CliReplay)(Arena *a, Str rows, bool as_json, Str *ret_text, Err *err);
/* `match publish ROUND` and `match replay ROUND` of a store; argv[0] is "match". */
int cli_match(int argc, char **argv, CliReplay replay);

/* The whole command line. Returns the exit status: 0, or the one of the error (schema/errors.tbl), 1 where a check
 * found something wrong. */
int cli_main(int argc, char **argv, const CliTool *tools, size_t tool_count);

#endif
