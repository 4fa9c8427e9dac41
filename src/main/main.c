/* main.c: wires the rooms: the tools that other rooms bring, and the command line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <sodium.h>
#include <string.h>

#include "dmn/dmn_tools.h"
#include "http/http.h"
#include "match/match.h"

static int run_feel(int argc, char **argv, FILE *out, FILE *errors)
{
    return dmn_tool(argc, argv, stdin, out, errors);
}

static int run_dmn(int argc, char **argv, FILE *out, FILE *errors)
{
    return dmn_tool(argc, argv, stdin, out, errors);
}

static const CliTool TOOLS[] = {
    {"serve", "serve pages and API over HTTP", http_tool},
    {"feel", "evaluate a FEEL expression", run_feel},
    {"dmn", "check, run, explain and test decision models", run_dmn},
    {"match", "replay a referral or quota round", match_tool},
};

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        return 1;
    }
    return cli_main(argc, argv, TOOLS, COUNT_OF(TOOLS));
}
