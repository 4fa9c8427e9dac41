/* tools.c: `goldenbridge dmn …` and `goldenbridge feel …`: arguments → calls of this room → text or JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools_int.h"

#include <time.h>

enum { TOOL_SOURCES = 64 };

static const char feel_help[] =
    "goldenbridge feel [--context JSON|@FILE|-] [--today YYYY-MM-DD] [--json] [--all] [--] EXPRESSION\n"
    "  Evaluates one FEEL expression. --context gives the names it may use, as a JSON object.\n"
    "  --all prints the compiled steps too. After -- everything is expression, such as --1.\n"
    "  Example: goldenbridge feel 'sum([1, 2]) + x' --context '{\"x\": 4}'\n"
    "  Exit status 65 if the text is no expression or the value is a null that came from an error.\n";

/* ---- Sources --------------------------------------------------------------------------------------------------- */

static Str folder_of(Str path)
{
    size_t cut = path.len;
    while (cut > 0 && path.ptr[cut - 1] != '/') {
        cut--;
    }
    return cut == 0 ? STR("./") : str_sub(path, 0, cut);
}

/* The model and, for its imports, every other model beside it. */
bool tool_sources(ToolArgs *args, Str path, DmnSource **ret, size_t *ret_count, Err *err)
{
    Arena *a = args->a;
    DmnSource *sources = ARENA_ARRAY(a, DmnSource, TOOL_SOURCES);
    Str folder = folder_of(path), *names = NULL;
    size_t count = 0, names_count = 0;
    sources[0].path = path;
    if (!file_read(a, path, &sources[0].xml, err)) {
        return false;
    }
    count = 1;
    if (str_find(sources[0].xml, STR("import"), 0) != SIZE_MAX && folder_read(a, folder, &names, &names_count, NULL)) {
        for (size_t i = 0; i < names_count && count < TOOL_SOURCES; i++) {
            Str other = str_printf(a, "%.*s%.*s", STR_ARG(folder), STR_ARG(names[i]));
            if (str_ends(other, STR(".dmn")) && !str_ends(path, names[i]) &&
                file_read(a, other, &sources[count].xml, NULL)) {
                sources[count++].path = other;
            }
        }
    }
    *ret = sources;
    *ret_count = count;
    return true;
}

bool tool_model(ToolArgs *args, DmnModel **ret, Err *err)
{
    DmnSource *sources = NULL;
    size_t count = 0;
    return tool_sources(args, args->words[0], &sources, &count, err) && dmn_load(args->a, sources, count, ret, err);
}

bool tool_invocable(ToolArgs *args, const DmnModel *m, const DmnInvocable **ret, Err *err)
{
    const DmnKind kinds[] = {DMN_DECISION, DMN_SERVICE, DMN_KNOWLEDGE};
    *ret = NULL;
    for (size_t i = 0; i < COUNT_OF(kinds) && *ret == NULL && args->decision.len > 0; i++) {
        *ret = dmn_find(m, kinds[i], args->decision);
    }
    if (*ret != NULL) {
        return true;
    }
    if (args->decision.len == 0 && dmn_count(m, DMN_DECISION) == 1) {
        *ret = dmn_at(m, DMN_DECISION, 0);
        return true;
    }
    Buf names = buf_new(args->a, 200);
    for (size_t i = 0; i < dmn_count(m, DMN_DECISION); i++) {
        buf_printf(&names, "%s\"%.*s\"", i > 0 ? ", " : "", STR_ARG(dmn_invocable_name(dmn_at(m, DMN_DECISION, i))));
    }
    return err_set(err, args->decision.len == 0 ? BAD_USAGE : NOT_FOUND, "name one with --decision: %.*s%s",
                   STR_ARG(buf_str(&names)), buf_ok(&names) ? "" : ", …");
}

static bool stream_read(ToolArgs *args, Str *ret, Err *err)
{
    Buf b = buf_new(args->a, TOOL_INPUT_BYTES);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, args->in)) > 0;) {
        buf_add(&b, (Str){piece, n});
    }
    if (!buf_ok(&b)) {
        return err_set(err, TOO_LARGE, "the input is larger than 16 MB");
    }
    *ret = buf_str(&b);
    return true;
}

/* --input: JSON text, @file, or - for standard input. Absent: an empty object. */
bool tool_input_json(ToolArgs *args, Json **ret, Err *err)
{
    Str text = args->input;
    if (text.len == 0) {
        text = STR("{}");
    } else if (str_eq_c(text, "-")) {
        if (!stream_read(args, &text, err)) {
            return false;
        }
    } else if (text.ptr[0] == '@' && !file_read(args->a, str_sub(text, 1, text.len), &text, err)) {
        return false;
    }
    return json_parse(args->a, text, ret, err);
}

bool tool_now(const ToolArgs *args, Instant *ret, Err *err)
{
    struct timespec ts = {0};
    Day day;
    if (args->today.len > 0) {
        if (!day_parse(args->today, &day)) {
            return err_set(err, BAD_USAGE, "--today is written YYYY-MM-DD");
        }
        *ret = (Instant){(int64_t)day.n * 86400000};
        return true;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    *ret = (Instant){(int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
    return true;
}

/* ---- check ----------------------------------------------------------------------------------------------------- */

static const char *severity_name(DmnSeverity s)
{
    return s == DMN_ERROR ? "error" : s == DMN_WARNING ? "warning" : "info";
}

static Json *finding_json(Arena *a, const DmnFinding *f)
{
    Json *o = json_new_object(a);
    json_set(a, o, STR("severity"), json_new_str_c(a, severity_name(f->severity)));
    json_set(a, o, STR("code"), json_new_str_c(a, f->code));
    json_set(a, o, STR("element"), json_new_str(a, f->element));
    json_set(a, o, STR("rule"), json_new_str(a, f->rule));
    json_set(a, o, STR("line"), json_new_int(a, f->line));
    json_set(a, o, STR("message"), json_new_str(a, f->message));
    json_set(a, o, STR("example"), f->example != NULL ? f->example : json_new_null(a));
    return o;
}

void tool_json_out(ToolArgs *args, const Json *j)
{
    Buf b = buf_new(args->a, (size_t)256 << 20);
    json_write_pretty(&b, j);
    fprintf(args->out, "%.*s", STR_ARG(buf_str(&b)));
}

static bool run_check(ToolArgs *args, int *ret_status, Err *err)
{
    DmnModel *m = NULL;
    const DmnFinding *findings = NULL;
    size_t bad = 0;
    if (!tool_model(args, &m, err)) {
        return false;
    }
    if (args->profile.len > 0 && !str_eq_c(args->profile, "law")) {
        return err_set(err, BAD_USAGE, "the only profile is \"law\"");
    }
    size_t count = dmn_check(args->a, m, args->profile.len > 0 ? DMN_CHECK_LAW : 0, &findings);
    Json *list = json_new_array(args->a);
    for (size_t i = 0; i < count; i++) {
        const DmnFinding *f = &findings[i];
        bad += f->severity != DMN_INFO;
        if (args->json) {
            json_push(args->a, list, finding_json(args->a, f));
        } else {
            fprintf(args->out, "%.*s:%d: %s [%s] %.*s: %.*s\n", STR_ARG(args->words[0]), f->line,
                    severity_name(f->severity), f->code, STR_ARG(f->element), STR_ARG(f->message));
        }
    }
    if (args->json) {
        tool_json_out(args, list);
    } else {
        fprintf(args->out, "%zu decisions, %zu findings, %zu of them errors or warnings\n", dmn_count(m, DMN_DECISION),
                count, bad);
    }
    *ret_status = bad > 0 ? STATUS_FINDINGS : 0;
    return true;
}

/* ---- Dispatch -------------------------------------------------------------------------------------------------- */

static const Tool tools[] = {
    {"check",
     "FILE [--profile law] [--json]\n"
     "      gaps with an example, overlaps, rules that never decide, unknown names, wrong types; with --profile law\n"
     "      also what law models must keep to. Exit status 1 if there is an error or warning.",
     1, 1, run_check},
    {"run",
     "FILE --decision NAME [--input JSON|@FILE|-] [--today YYYY-MM-DD] [--json]\n"
     "      the value of one decision, service or knowledge model. Exit status 65 if it cannot be decided.",
     1, 1, tool_run},
    {"explain",
     "FILE --decision NAME [--input …] [--all] [--wanted TESTS [--change A,B]] [--waiting DATE-INPUT] [--json]\n"
     "      every decision on the way, the rules that applied and their annotations; --all: also why the others did\n"
     "      not; --wanted: the nearest changes after which the value passes the tests, such as '\"granted\"';\n"
     "      --waiting: the day on which the value changes by itself, as that date input moves on.",
     1, 1, tool_explain},
    {"batch",
     "FILE --decision NAME [--input rows.csv|rows.jsonl|-] [--output FILE] [--json]\n"
     "      one row in, one row out, as CSV or (--json) as JSON lines.",
     1, 1, tool_batch},
    {"steps",
     "FILE --decision NAME [--json]\n      the compiled steps of its expressions, for people who debug models.", 1, 1,
     tool_steps},
    {"tck",
     "FOLDER [--verbose] [--json]\n      the official conformance suite (dmn-tck). Exit status 1 if a case fails.", 1,
     1, tool_tck},
    {"selftest",
     "FILE [--cases N] [--seed S] [--today YYYY-MM-DD] [--json]\n"
     "      random inputs around the model's own constants: index, plain scan and batch must give the same, bit by "
     "bit.\n"
     "      Exit status 1 if any differs.",
     1, 1, tool_selftest},
    {"write", "FILE\n      the model as the writer gives it after reading: what an editor gets back, nothing lost.", 1,
     1, tool_write},
};
static const Tool feel_tool = {"feel", feel_help, 1, 1, tool_feel};

static void help_print(FILE *out)
{
    fprintf(out, "goldenbridge dmn COMMAND …: decision models (DMN 1.1 to 1.5, conformance level 3)\n\n");
    for (size_t i = 0; i < COUNT_OF(tools); i++) {
        fprintf(out, "  dmn %s %s\n\n", tools[i].name, tools[i].help);
    }
    fprintf(out, "%s", feel_help);
}

static bool args_read(int argc, char **argv, int from, ToolArgs *args, Err *err)
{
    const struct {
        const char *name;
        Str *value;
        bool *flag;
    } options[] = {
        {"--decision", &args->decision, NULL}, {"--input", &args->input, NULL},
        {"--wanted", &args->wanted, NULL},     {"--context", &args->input, NULL},
        {"--change", &args->change, NULL},     {"--waiting", &args->waiting, NULL},
        {"--today", &args->today, NULL},       {"--output", &args->output, NULL},
        {"--profile", &args->profile, NULL},   {"--cases", &args->cases, NULL},
        {"--seed", &args->seed, NULL},         {"--json", NULL, &args->json},
        {"--all", NULL, &args->all},           {"--verbose", NULL, &args->verbose},
        {"--help", NULL, &args->help},         {"-h", NULL, &args->help},
        {"-v", NULL, &args->verbose},
    };
    bool options_over = false;
    for (int i = from; i < argc; i++) {
        Str word = str_from_c(argv[i]);
        size_t o = options_over ? COUNT_OF(options) : 0;
        if (!options_over && str_eq_c(word, "--")) {
            options_over = true;
            continue;
        }
        while (o < COUNT_OF(options) && !str_eq_c(word, options[o].name)) {
            o++;
        }
        if (o < COUNT_OF(options) && options[o].flag != NULL) {
            *options[o].flag = true;
        } else if (o < COUNT_OF(options)) {
            if (++i >= argc) {
                return err_set(err, BAD_USAGE, "%s needs a value", options[o].name);
            }
            *options[o].value = str_from_c(argv[i]);
        } else if (!options_over && str_starts(word, STR("--"))) {
            return err_set(err, BAD_USAGE, "there is no option %.*s", STR_ARG(word));
        } else if (args->word_count >= COUNT_OF(args->words)) {
            return err_set(err, BAD_USAGE, "too many arguments");
        } else {
            args->words[args->word_count++] = word;
        }
    }
    return true;
}

static const Tool *tool_find(int argc, char **argv)
{
    if (argc > 0 && str_eq_c(str_from_c(argv[0]), "feel")) {
        return &feel_tool;
    }
    for (size_t i = 0; argc > 1 && i < COUNT_OF(tools); i++) {
        if (str_eq_c(str_from_c(argv[1]), tools[i].name)) {
            return &tools[i];
        }
    }
    return NULL;
}

/* For people a line on the error stream; under --json a problem document (RFC 9457) where the result would stand. */
static void error_print(ToolArgs *args, int argc, char **argv, const Err *err)
{
    bool json = args->json;
    for (int i = 1; i < argc && !str_eq_c(str_from_c(argv[i]), "--"); i++) { /* also if the arguments were not read */
        json = json || str_eq_c(str_from_c(argv[i]), "--json");
    }
    if (json) {
        tool_json_out(args, json_problem(args->a, err));
    } else {
        fprintf(args->errout, "%s: %s\n", err_name(err->code), err->text);
    }
}

int dmn_tool(int argc, char **argv, FILE *in, FILE *out, FILE *errout)
{
    const Tool *tool = tool_find(argc, argv);
    ToolArgs args = {.in = in, .out = out, .errout = errout};
    Err err = {0};
    int status = 0;
    if (tool == NULL) {
        bool asked = argc > 1 && (str_eq_c(str_from_c(argv[1]), "--help") || str_eq_c(str_from_c(argv[1]), "help"));
        help_print(asked ? out : errout);
        return asked ? 0 : err_exit_status(BAD_USAGE);
    }
    args.a = arena_new(0);
    bool ok = args_read(argc, argv, tool == &feel_tool ? 1 : 2, &args, &err);
    if (ok && args.help && tool == &feel_tool) {
        fprintf(out, "%s", feel_help);
    } else if (ok && args.help) {
        fprintf(out, "goldenbridge dmn %s %s\n", tool->name, tool->help);
    } else if (ok && (args.word_count < tool->words_min || args.word_count > tool->words_max)) {
        ok = err_set(&err, BAD_USAGE, "see --help for the arguments of %s", tool->name);
    } else if (ok) {
        ok = tool->run(&args, &status, &err);
    }
    if (!ok) {
        error_print(&args, argc, argv, &err);
        status = err_exit_status(err.code);
    }
    arena_free(args.a);
    return status;
}
