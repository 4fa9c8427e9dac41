/* cli.c: the table of commands, the options they share, and help.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef GOLDENBRIDGE_VERSION
#define GOLDENBRIDGE_VERSION "0.1.0"
#endif

static const CliCommand COMMANDS[] = {
    {"init", "[--admin LOGIN] [--second-admin LOGIN]", "make a new, empty store with its keys and first accounts",
     cli_init,
     "Opens two accounts with the role admin (admin and admin2; --admin and --second-admin name them otherwise), so that\n"
     "two people can open all others.\n"},
    {"demo", "[--seed N]", "make a new store with the invented demo corridor in it", cli_demo,
     "Everything goes through the same steps as in daily work. --candidates and --employers change the size.\n"},
    {"password", "LOGIN", "set the password of an account, read from standard input", cli_password,
     "At least 12 characters. Without a password an account cannot sign in outside a demo.\n"},
    {"do", "STEP [--case ID] [FIELD=VALUE …]", "take one step of a case as an account", cli_do,
     "--as LOGIN names the account. --form JSON gives the whole form at once; --form - reads it from standard input.\n"
     "--key KEY is the idempotency key: the same key is never done twice. STEP/confirm and STEP/reject are for the second\n"
     "person. Lists are written with commas: roles=officer,auditor.\n"},
    {"dry-run", "STEP [--case ID] [FIELD=VALUE …]", "show the events of a step without storing them", cli_dry_run,
     NULL},
    {"steps", "[CASE]", "list the steps that --as LOGIN may take (on a case)", cli_steps, NULL},
    {"bulk", "STEP FILE | template STEP FILE | list | resume ID | result ID FILE | check FILE NOTE",
     "take one step many times from a spreadsheet", cli_bulk,
     "STEP FILE sends an XLSX or CSV file: a dry run names every fault by row and column, then all good rows are written.\n"
     "--dry-run stops before that, --all-or-none writes nothing while one row has a fault, --result FILE saves the outcome\n"
     "of each row (and FILE.note, its signature). --language en|ko|kk|ru for headings and faults. Sending the same file\n"
     "again does nothing twice; resume goes on with what was interrupted. check says whether a note was signed over a\n"
     "result, by --verifier KEY or else by this store's key. Exit status 1: some rows had faults.\n"},
    {"notify", "[--origin URL]", "make the notices that are due and send what waits", cli_notify,
     "Looks at new events and at deadlines ahead, then sends e-mail and short messages that are due. serve does the same every few\n"
     "seconds; both may run at once, and nothing is made or sent twice. Where messages go stands in the environment:\n"
     "GOLDENBRIDGE_MAIL_URL (smtp://host:587, smtps://host:465), _MAIL_FROM, _MAIL_USER, _MAIL_PASSWORD, _MAIL_CA, _MAIL_PLAIN=1\n"
     "(without encryption); GOLDENBRIDGE_SMS_URL and _SMS_TOKEN; GOLDENBRIDGE_ORIGIN for links. See docs/messages.md.\n"},
    {"case", "ID", "show a case with its history", cli_case, NULL},
    {"list", "TYPE [--state S] [--find TEXT]", "list cases", cli_list, "--limit N and --offset N page through them.\n"},
    {"queue", "ROLE", "list what waits for a role, by legal deadline", cli_queue, NULL},
    {"decide", "[--list | MODEL [--describe] [--facts JSON|@FILE] [FACT=VALUE …]]",
     "decide facts under the law of a day, without a store", cli_decide,
     "Prints the outcome, its grounds with articles, what is missing and what would change it. --list (or no model) lists the\n"
     "models; --describe or --inputs says which facts a model asks about, their types, units and allowed values. --on DAY is\n"
     "the day whose law counts; else it is the fact \"governing day\", else the day that the model names as its law day, else\n"
     "today. --facts - reads standard input. --language LANG gives the words in en, ko, kk or ru; --texts prints the articles\n"
     "where their texts were imported into the store. docs/law has a page for each model, with an example.\n"},
    {"explain", "SEQ", "run a stored decision again and print its proof", cli_explain, NULL},
    {"law",
     "import DIR | show PLACE | list | diff DAY DAY | impact ARTICLE | check | versions | sign DAY | try --draft PATH",
     "statutes, and the models that rest on them", cli_law,
     "import DIR loads statute texts (DIR/<layer>/<day>.md), checking the index's hashes.\n"
     "show \"Act 25(1)\" --on DAY prints the text in force; list --on DAY the models in force; diff what changed between\n"
     "two days; impact the rules that cite an article; check fails on citations that do not exist, models with gaps,\n"
     "and messages that a language lacks. versions shows each folder with its hash and whether this store has it signed;\n"
     "sign DAY --as LOGIN reason=… proposes the folder as it is loaded: it takes effect when another person confirms.\n"
     "try --draft FILE|FOLDER [--from DAY] decides every past decision of the store again, under the version in force and under\n"
     "the draft (models NAME.dmn, caps of rounds in NAME.csv): who gains and loses, why. Exit status 1: the version in force\n"
     "did not give a past outcome again. --language LANG for the words. --one-by-one decides each past decision alone, not in\n"
     "blocks and not equal ones once: slower, and the same report.\n"},
    {"simulate", "[--seed N] [--runs N] [--threads N] [--data FILE]",
     "the scheme years ahead from its stated rates, as bands", cli_simulate,
     "Reads simulation.json of the scheme (or FILE). The same seed prints the same bytes on every machine. Beside each published\n"
     "figure stands how far the middle of the runs is from it: \"fit\" figures were used to set the rates, \"test\" figures not.\n"},
    {"cases", "[FOLDER …]", "run the worked cases of the schemes", cli_cases,
     "Ends with the line N passed, N failed.\n"},
    {"receipt", "CASE | check FILE [--key VKEY] [--form JSON]", "print the signed receipts of a case, or check one",
     cli_receipt,
     "check without --key asks the store: did it sign this, and does its log hold what the receipt names? With --key (the log's\n"
     "key, /log/key) it needs no store. --form is the form that was filed: it must have the hash that the receipt names.\n"},
    {"verify", "", "walk the whole log and name the first bad event", cli_verify, NULL},
    {"signing", "[require]", "list the keys with which officers sign decisions, and what must be signed", cli_signing,
     "require [--scheme S] [--as LOGIN] records that from now on every event that a step marked \"sign\" makes must be signed with a key\n"
     "of the officer's own, which they add on their page \"sign-in and safety\". verify, and the outside verifier, check it.\n"},
    {"provider", "[link|unlink LOGIN SUBJECT --issuer URL]",
     "list, make and end links of accounts with a provider of sign-ins", cli_provider,
     "--as LOGIN is an account with the role admin. SUBJECT is who the person is at the provider: the claim that the settings of\n"
     "signing in name (docs/operators.md). Each link and its end stand in the log. Ending a link ends the sessions it opened.\n"},
    {"rebuild", "", "drop every read table and fold the log again", cli_rebuild, NULL},
    {"checkpoint", "", "sign a checkpoint of the log and print it", cli_checkpoint, NULL},
    {"prove", "SEQ [--sealed]", "print the proof that an entry is in the log", cli_prove,
     "Entry, its place, the hashes that lead to the root, and the signed checkpoint. --sealed adds salt and personal data,\n"
     "with which a person proves their own entry to anybody.\n"},
    {"consistency", "SIZE [LATER]", "print the proof that the log only grew since it had SIZE entries", cli_consistency,
     NULL},
    {"witness", "NOTE --log KEY --key-file FILE --state FILE [--proof FILE]",
     "co-sign a checkpoint of a log as its witness", cli_witness,
     "Prints the checkpoint with a co-signature (C2SP cosignature/v1). --log is the log's verifier key; --state remembers what\n"
     "was signed last, and --proof holds the output of \"consistency\" from there. --name NAME makes the key file at first use;\n"
     "--show-key prints the witness's own verifier key.\n"},
    {"add-cosignature", "NOTE --witness KEY", "keep a checkpoint that a witness has co-signed", cli_add_cosignature,
     NULL},
    {"backup", "FILE", "copy the store while it is in use", cli_backup, NULL},
    {"restore", "BACKUP --store NEW", "make a store from a backup that verifies, with the same root hash", cli_restore,
     "GOLDENBRIDGE_KEY_FILE names the key file; it is the same for both.\n"},
    {"copy", "URL", "copy the store to another engine, with the same root hash", cli_copy, NULL},
    {"erase", "PERSON --article REF", "destroy a person's key: what was sealed cannot be read any more", cli_erase,
     NULL},
    {"doctor", "", "report settings that are unsafe", cli_doctor, NULL},
};

/* ---- Options ---- */

static void take_out(Cli *c, int at, int count)
{
    memmove(&c->argv[at], &c->argv[at + count], sizeof(char *) * (size_t)(c->argc - at - count + 1));
    c->argc -= count;
}

Str cli_option(Cli *c, const char *name)
{
    Str plain = str_printf(c->a, "--%s", name), joined = str_printf(c->a, "--%s=", name);
    for (int i = 1; i < c->argc; i++) {
        Str arg = str_from_c(c->argv[i]);
        if (str_eq(arg, STR("--"))) {
            break;
        }
        if (str_starts(arg, joined)) {
            take_out(c, i, 1);
            return str_sub(arg, joined.len, arg.len);
        }
        if (str_eq(arg, plain) && i + 1 < c->argc) {
            Str value = str_from_c(c->argv[i + 1]);
            take_out(c, i, 2);
            return value;
        }
    }
    return STR("");
}

bool cli_flag(Cli *c, const char *name)
{
    Str plain = str_printf(c->a, "--%s", name);
    for (int i = 1; i < c->argc; i++) {
        if (str_eq_c(plain, c->argv[i])) {
            take_out(c, i, 1);
            return true;
        }
    }
    return false;
}

/* ---- Answers ---- */

void cli_print_json(Cli *c, const Json *j)
{
    Buf b = buf_new(c->a, (size_t)1 << 30);
    json_write_pretty(&b, j);
    fwrite(b.ptr, 1, b.len, c->out);
}

int cli_fail(Cli *c, const Err *err)
{
    if (c->json) {
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("code"), json_new_str_c(c->a, err_name(err->code)));
        json_set(c->a, j, STR("detail"), json_new_str_c(c->a, err->text));
        if (err->field[0] != 0) {
            json_set(c->a, j, STR("field"), json_new_str_c(c->a, err->field));
        }
        cli_print_json(c, j);
    } else {
        fprintf(c->errors, "goldenbridge: %s%s%s (%s)\n", err->field, err->field[0] ? ": " : "", err->text,
                err_name(err->code));
        if (err->detail[0] != 0) {
            fprintf(c->errors, "  %s\n", err->detail);
        }
    }
    return err_exit_status(err->code);
}

int cli_usage(Cli *c, const char *message)
{
    Err err;
    err_set(&err, BAD_USAGE, "%s See goldenbridge help %s.", message, c->argv[0]);
    return cli_fail(c, &err);
}

/* ---- What commands open ---- */

bool cli_load_law(Cli *c, Err *err)
{
    Str law;
    return c->schemes != NULL ||
           (flow_find_law(c->a, c->law, &law, err) && flow_load_schemes(c->a, law, &c->schemes, &c->scheme_count, err));
}

bool cli_open(Cli *c, StoreMode mode, Err *err)
{
    return cli_load_law(c, err) &&
           flow_open_telling(c->a, c->store, mode, c->schemes, c->scheme_count, c->errors, &c->flow, err);
}

const Scheme *cli_scheme(Cli *c, Err *err)
{
    if (c->scheme.len == 0) {
        return c->schemes[0];
    }
    for (size_t i = 0; i < c->scheme_count; i++) {
        if (str_eq(scheme_id(c->schemes[i]), c->scheme)) {
            return c->schemes[i];
        }
    }
    err_set(err, NOT_FOUND, "There is no scheme %.*s.", STR_ARG(c->scheme));
    return NULL;
}

bool cli_now(Cli *c, Instant *ret, Err *err)
{
    if (c->now.len > 0) {
        Day day;
        if (day_parse(c->now, &day)) {
            ret->ms = (int64_t)day.n * 86400000;
            return true;
        }
        return instant_parse(c->now, ret) || err_set(err, BAD_USAGE, "--now is a day or 2026-11-23T09:00:00Z.");
    }
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    ret->ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    return true;
}

/* ---- Help ---- */

static void print_help(FILE *out, const CliTool *tools, size_t tool_count)
{
    fprintf(out,
            "goldenbridge %s: runs a labour-permit scheme between countries.\n\n"
            "usage: goldenbridge [options] command …\n\ncommands:\n",
            GOLDENBRIDGE_VERSION);
    for (size_t i = 0; i < tool_count; i++) {
        fprintf(out, "  %-12s %s\n", tools[i].name, tools[i].summary);
    }
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
        fprintf(out, "  %-12s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    }
    fprintf(
        out,
        "\noptions of every command:\n"
        "  --store URL   a file, or postgres://… (default $GOLDENBRIDGE_STORE or ./goldenbridge.store)\n"
        "  --law DIR     the folder of schemes (default $GOLDENBRIDGE_LAW or ./law)\n"
        "  --scheme ID   the scheme, where there are several\n"
        "  --as LOGIN    the account that acts\n"
        "  --now TIME    the time to act at instead of the clock's, for trying things out\n"
        "  --json        answer in JSON\n"
        "  --help        help of a command\n\n"
        "exit status: 0 done; 1 a check found something wrong; 2 wrong use; 65 the input has faults; 66 not found;\n"
        "74 the store failed; 75 try again; 77 not allowed.\n");
}

static int print_command_help(FILE *out, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
        if (strcmp(COMMANDS[i].name, name) == 0) {
            fprintf(out, "usage: goldenbridge %s %s\n\n%s\n%s%s", name, COMMANDS[i].args, COMMANDS[i].summary,
                    COMMANDS[i].help ? "\n" : "", COMMANDS[i].help ? COMMANDS[i].help : "");
            return 0;
        }
    }
    return -1;
}

static const CliTool *find_tool(const char *name, const CliTool *tools, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(tools[i].name, name) == 0) {
            return &tools[i];
        }
    }
    return NULL;
}

static int run_help(int argc, char **argv, const CliTool *tools, size_t tool_count)
{
    if (argc > 2 && find_tool(argv[2], tools, tool_count) != NULL) {
        char help[] = "--help";
        char *args[] = {argv[2], help, NULL};
        return find_tool(argv[2], tools, tool_count)->run(2, args, stdout, stderr);
    }
    if (argc > 2 && print_command_help(stdout, argv[2]) == 0) {
        return 0;
    }
    print_help(stdout, tools, tool_count);
    return 0;
}

/* ---- Running ---- */

/* The first argument that is neither a shared option nor its value. */
static int command_at(int argc, char **argv)
{
    int i = 1;
    while (i < argc && strncmp(argv[i], "--", 2) == 0) {
        bool alone = strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--help") == 0 || strchr(argv[i], '=') != NULL;
        i += alone ? 1 : 2;
    }
    return i;
}

/* The options before the command go behind its arguments, so that it meets its own word first. */
static void put_options_last(int argc, char **argv, int at)
{
    for (int i = 1; i < at; i++) {
        char *option = argv[1];
        memmove(&argv[1], &argv[2], sizeof(char *) * (size_t)(argc - 2));
        argv[argc - 1] = option;
    }
}

static Str env_or(const char *value, const char *otherwise)
{
    return str_from_c(value && value[0] ? value : otherwise);
}

static Cli new_cli(int argc, char **argv)
{
    Cli c = {.a = arena_new(0), .out = stdout, .errors = stderr, .argc = argc, .argv = argv};
    c.json = cli_flag(&c, "json");
    c.store = cli_option(&c, "store");
    c.store = c.store.len ? c.store : env_or(getenv("GOLDENBRIDGE_STORE"), "goldenbridge.store");
    c.law = cli_option(&c, "law");
    c.scheme = cli_option(&c, "scheme");
    c.as = cli_option(&c, "as");
    c.key = cli_option(&c, "key");
    c.now = cli_option(&c, "now");
    return c;
}

int cli_match(int argc, char **argv, CliReplay replay)
{
    Cli c = new_cli(argc, argv);
    int status = cli_round(&c, replay);
    arena_free(c.a);
    return status;
}

static int run_command(const CliCommand *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            return print_command_help(stdout, command->name);
        }
    }
    Cli c = new_cli(argc - 1, argv + 1);
    int status = command->run(&c);
    arena_free(c.a);
    return status;
}

int cli_main(int argc, char **argv, const CliTool *tools, size_t tool_count)
{
    int at = command_at(argc, argv);
    if (at >= argc || strcmp(argv[at], "help") == 0) {
        bool asked = at < argc || (argc > 1 && strcmp(argv[1], "--help") == 0);
        run_help(asked ? argc : 1, argv, tools, tool_count);
        return asked ? 0 : err_exit_status(BAD_USAGE);
    }
    if (strcmp(argv[at], "version") == 0) {
        printf("goldenbridge %s\n", GOLDENBRIDGE_VERSION);
        return 0;
    }
    put_options_last(argc, argv, at);
    const CliTool *tool = find_tool(argv[1], tools, tool_count);
    if (tool != NULL) {
        return tool->run(argc - 1, argv + 1, stdout, stderr);
    }
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
        if (strcmp(COMMANDS[i].name, argv[1]) == 0) {
            return run_command(&COMMANDS[i], argc, argv);
        }
    }
    fprintf(stderr, "goldenbridge: there is no command %s; see goldenbridge help.\n", argv[1]);
    return err_exit_status(BAD_USAGE);
}
