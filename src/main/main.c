/* main.c: wires the rooms: the tools that other rooms bring, and the command line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

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

/* A round is a file, or, where there is none of that name, a case of the store. */
static int run_match(int argc, char **argv, FILE *out, FILE *errors)
{
    bool publishes = argc > 1 && strcmp(argv[1], "publish") == 0, replays = argc > 1 && strcmp(argv[1], "replay") == 0;
    bool is_file =
        argc > 2 && (strcmp(argv[2], "-") == 0 || strchr(argv[2], '.') != NULL || access(argv[2], F_OK) == 0);
    bool of_store = publishes || (replays && argc > 2 && argv[2][0] != '-' && !is_file);
    return of_store ? cli_match(argc, argv, match_replay) : match_tool(argc, argv, out, errors);
}

static const CliTool TOOLS[] = {
    {"serve", "serve pages and API over HTTP", http_tool},
    {"feel", "evaluate a FEEL expression", run_feel},
    {"dmn", "check, run, explain and test decision models", run_dmn},
    {"match", "publish, replay and check rounds", run_match},
};

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        return 1;
    }
    return cli_main(argc, argv, TOOLS, COUNT_OF(TOOLS));
}
