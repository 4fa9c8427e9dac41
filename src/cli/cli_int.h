/* cli_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_INT_H
#define CLI_CLI_INT_H

#include "cli.h"

/* One call, with the options that every command understands taken out of the arguments. */
typedef struct {
    Arena *a;
    FILE *out, *errors;
    bool json;
    Str store, law, scheme, as, key, now;
    int argc; /* what is left, command name first */
    char **argv;
    const Scheme *const *schemes;
    size_t scheme_count;
    Flow flow;
} Cli;

typedef struct {
    const char *name, *args, *summary;
    int (*run)(Cli *c);
    const char *help; /* more lines, or NULL */
} CliCommand;

/* The value of --name VALUE or --name=VALUE, taken out of the arguments; empty if absent. */
Str cli_option(Cli *c, const char *name);
bool cli_flag(Cli *c, const char *name); /* --name */
/* Prints the error (as problem JSON with --json) and gives its exit status. */
int cli_fail(Cli *c, const Err *err);
int cli_usage(Cli *c, const char *message);
void cli_print_json(Cli *c, const Json *j);
MUST_USE bool cli_load_law(Cli *c, Err *err);
MUST_USE bool cli_open(Cli *c, StoreMode mode, Err *err);
const Scheme *cli_scheme(Cli *c, Err *err);            /* --scheme, else the only one, else the first */
MUST_USE bool cli_now(Cli *c, Instant *ret, Err *err); /* --now, else the clock */

/* JSON as written, @FILE or - for standard input. */
MUST_USE bool cli_read_json(Cli *c, Str text, Json **ret, Err *err);
/* The object of --OPTION with the FIELD=VALUE arguments after the second one put into it. */
MUST_USE bool cli_read_form(Cli *c, const char *option, Json **ret, Err *err);

/* Says on the error stream which law folders are not as they were signed in the open store and, where wanted, that none
 * is signed; gives the number of these findings. */
int cli_signed_law(Cli *c, bool tell_if_off);

int cli_init(Cli *c);
int cli_do(Cli *c);
int cli_dry_run(Cli *c);
int cli_steps(Cli *c);
int cli_case(Cli *c);
int cli_list(Cli *c);
int cli_queue(Cli *c);
int cli_explain(Cli *c);
int cli_decide(Cli *c);
int cli_receipt(Cli *c);
int cli_round(Cli *c, CliReplay replay);
int cli_verify(Cli *c);
int cli_signing(Cli *c);
int cli_provider(Cli *c);
int cli_rebuild(Cli *c);
int cli_checkpoint(Cli *c);
int cli_backup(Cli *c);
int cli_copy(Cli *c);
int cli_restore(Cli *c);
int cli_prove(Cli *c);
int cli_consistency(Cli *c);
int cli_witness(Cli *c);
int cli_add_cosignature(Cli *c);
int cli_doctor(Cli *c);
int cli_erase(Cli *c);
int cli_cases(Cli *c);
int cli_demo(Cli *c);
int cli_password(Cli *c);
int cli_law(Cli *c);
int cli_simulate(Cli *c);
int cli_law_try(Cli *c, const Scheme *s);
int cli_law_check(Cli *c, const Scheme *s);
int cli_bulk(Cli *c);
int cli_notify(Cli *c);

#endif
