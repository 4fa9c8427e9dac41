/* cli_case.c: steps of cases and questions about them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "query/query.h"

enum { MAX_STDIN = 64 * 1024 * 1024 };

bool cli_read_json(Cli *c, Str text, Json **ret, Err *err)
{
    if (str_eq(text, STR("-"))) {
        Buf b = buf_new(c->a, MAX_STDIN);
        char piece[16384];
        for (size_t n; (n = fread(piece, 1, sizeof piece, stdin)) > 0;) {
            buf_add(&b, (Str){piece, n});
        }
        text = buf_str(&b);
    } else if (str_starts(text, STR("@")) && !file_load(c->a, str_sub(text, 1, text.len), MAX_STDIN, &text, err)) {
        return false;
    }
    return json_parse(c->a, text, ret, err);
}

/* ---- Taking a step ---- */

/* FIELD=VALUE arguments after the step; commas make a list for fields of that kind. */
bool cli_read_form(Cli *c, const char *option, Json **ret, Err *err)
{
    Str form = cli_option(c, option);
    *ret = json_new_object(c->a);
    if (form.len > 0 && !cli_read_json(c, form, ret, err)) {
        return false;
    }
    for (int i = 2; i < c->argc; i++) {
        Str arg = str_from_c(c->argv[i]);
        size_t at = str_find(arg, STR("="), 0);
        if (at == SIZE_MAX) {
            return err_set(err, BAD_USAGE, "%.*s is not FIELD=VALUE.", STR_ARG(arg));
        }
        json_set(c->a, *ret, str_sub(arg, 0, at), json_new_str(c->a, str_sub(arg, at + 1, arg.len)));
    }
    return true;
}

static int print_faults(Cli *c, const FlowResult *r)
{
    if (c->json || r->faults.count < 2) {
        if (r->faults.count > 0 && c->json) {
            Json *j = json_new_object(c->a), *list = json_new_array(c->a);
            json_set(c->a, j, STR("code"), json_new_str_c(c->a, err_name(r->err.code)));
            for (size_t i = 0; i < r->faults.count; i++) {
                Json *f = json_new_object(c->a);
                json_set(c->a, f, STR("field"), json_new_str_c(c->a, r->faults.items[i].field));
                json_set(c->a, f, STR("code"), json_new_str_c(c->a, err_name(r->faults.items[i].code)));
                json_set(c->a, f, STR("text"), json_new_str_c(c->a, r->faults.items[i].text));
                json_push(c->a, list, f);
            }
            json_set(c->a, j, STR("faults"), list);
            cli_print_json(c, j);
            return err_exit_status(r->err.code);
        }
        return cli_fail(c, &r->err);
    }
    for (size_t i = 0; i < r->faults.count; i++) {
        cli_fail(c, &r->faults.items[i]);
    }
    return err_exit_status(r->err.code);
}

static void print_grounds(Cli *c, const Scheme *s, const CommandPlan *plan, Str language)
{
    for (size_t i = 0; plan->decided && i < plan->decision.ground_count; i++) {
        const Ground *g = &plan->decision.grounds[i];
        Str text = scheme_label(s, c->a, language, "reasons", g->code);
        fprintf(c->out, "  %.*s [%.*s]%s\n", STR_ARG(text), STR_ARG(g->cites),
                g->unverified ? " (unverified source)" : "");
    }
}

static void print_events(Cli *c, const FlowResult *r)
{
    for (size_t i = 0; i < r->plan.count; i++) {
        const Event *e = &r->plan.events[i];
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("type"), json_new_str(c->a, e->type));
        json_set(c->a, j, STR("case"), json_new_str(c->a, e->stream));
        json_set(c->a, j, STR("version"), json_new_int(c->a, e->version));
        json_set(c->a, j, STR("day"), json_new_str(c->a, day_print(c->a, e->day)));
        json_set(c->a, j, STR("data"), e->data);
        if (e->sealed != NULL) {
            json_set(c->a, j, STR("sealed"), e->sealed);
        }
        cli_print_json(c, j);
    }
}

static bool find_caller(Cli *c, Caller *ret, Str *ret_scheme, Err *err)
{
    if (c->as.len == 0) {
        return err_set(err, NOT_SIGNED_IN, "Name the account with --as LOGIN.");
    }
    return flow_caller(&c->flow, c->a, c->as, ret, ret_scheme, err);
}

static int run_step(Cli *c, FlowMode mode)
{
    Err err;
    Instant now;
    Command command = {.expected_version = -1};
    Caller caller;
    Str scheme;
    command.case_id = cli_option(c, "case");
    if (c->argc < 2) {
        return cli_usage(c, "Name a step.");
    }
    if (!cli_open(c, mode == FLOW_DRY ? STORE_READ : STORE_WRITE, &err) || !cli_now(c, &now, &err) ||
        !find_caller(c, &caller, &scheme, &err) || !cli_read_form(c, "form", &command.form, &err)) {
        return cli_fail(c, &err);
    }
    command.step = str_from_c(c->argv[1]);
    command.scheme = c->scheme.len ? c->scheme : scheme;
    command.key = c->key;
    FeelRun *run = flow_new_run(c->a, now);
    FlowResult r;
    if (!flow_run(&c->flow, run, &caller, &command, mode, now, &r)) {
        return print_faults(c, &r);
    }
    if (c->json) {
        cli_print_json(c, r.outcome);
    } else {
        fprintf(c->out, "%s %.*s: %.*s%s\n", mode == FLOW_DRY ? "would be" : "done",
                STR_ARG(json_text_at(r.outcome, "case")), STR_ARG(json_text_at(r.outcome, "outcome")),
                r.repeated ? " (done before under this key)" : "");
        print_grounds(c, flow_scheme(&c->flow, command.scheme), &r.plan, caller.language);
    }
    if (mode == FLOW_DRY) {
        print_events(c, &r);
    }
    return 0;
}

int cli_do(Cli *c)
{
    return run_step(c, FLOW_RUN);
}

int cli_dry_run(Cli *c)
{
    return run_step(c, FLOW_DRY);
}

int cli_steps(Cli *c)
{
    Err err;
    Instant now;
    Caller caller;
    Str scheme;
    const CaseRow *row = NULL;
    if (!cli_open(c, STORE_READ, &err) || !cli_now(c, &now, &err) || !find_caller(c, &caller, &scheme, &err) ||
        (c->argc > 1 && !query_case(c->flow.store, c->a, str_from_c(c->argv[1]), &row, &err))) {
        return cli_fail(c, &err);
    }
    Json *steps = flow_steps(&c->flow, flow_new_run(c->a, now), flow_scheme(&c->flow, scheme), &caller, row, now);
    if (c->json) {
        cli_print_json(c, steps);
        return 0;
    }
    for (size_t i = 0; i < steps->count; i++) {
        fprintf(c->out, "%.*s%s\n", STR_ARG(json_text_at(steps->items[i], "step")),
                json_is_true(json_get(steps->items[i], "two_people")) ? "  (two people)" : "");
    }
    return 0;
}

/* ---- Questions ---- */

static Json *row_json(Arena *a, const CaseRow *row)
{
    Json *j = json_new_object(a);
    const struct {
        const char *key;
        Str value;
    } texts[] = {{"id", row->id},       {"scheme", row->scheme}, {"type", row->type}, {"state", row->state},
                 {"title", row->title}, {"holder", row->holder}, {"due", row->due},   {"due_rule", row->due_rule}};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        json_set(a, j, str_from_c(texts[i].key), json_new_str(a, texts[i].value));
    }
    json_set(a, j, STR("version"), json_new_int(a, row->version));
    json_set(a, j, STR("since"), json_new_str(a, day_print(a, row->since)));
    json_set(a, j, STR("data"), row->data);
    if (row->pending != NULL) {
        json_set(a, j, STR("pending"), row->pending);
    }
    return j;
}

static Json *history_json(Arena *a, const Event *events, size_t count)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        const Event *e = &events[i];
        Json *j = json_new_object(a);
        json_set(a, j, STR("seq"), json_new_int(a, e->seq));
        json_set(a, j, STR("day"), json_new_str(a, day_print(a, e->day)));
        json_set(a, j, STR("type"), json_new_str(a, e->type));
        json_set(a, j, STR("actor"), json_new_str(a, e->actor));
        json_set(a, j, STR("hash"), json_new_str(a, hex_print(a, HASH_STR(e->hash))));
        const Json *d = json_get(e->data, "decision");
        if (d != NULL) {
            json_set(a, j, STR("outcome"), json_new_str(a, json_text_at(d, "outcome")));
        }
        json_push(a, list, j);
    }
    return list;
}

static void print_case(Cli *c, const CaseRow *row, const Json *history)
{
    fprintf(c->out, "%.*s  %.*s  %.*s\n  state  %.*s since %.*s\n", STR_ARG(row->id), STR_ARG(row->type),
            STR_ARG(row->title), STR_ARG(row->state), STR_ARG(day_print(c->a, row->since)));
    if (row->holder.len > 0) {
        fprintf(c->out, "  held by  %.*s%s%.*s\n", STR_ARG(row->holder), row->due.len ? " until " : "",
                STR_ARG(row->due));
    }
    for (size_t i = 0; i < json_count(row->data); i++) {
        Buf b = buf_new(c->a, 1 << 20);
        json_write(&b, row->data->members[i].value);
        fprintf(c->out, "  %-24.*s %.*s\n", STR_ARG(row->data->members[i].key), STR_ARG(buf_str(&b)));
    }
    for (size_t i = 0; i < history->count; i++) {
        const Json *h = history->items[i];
        fprintf(c->out, "  #%-6.*s %.*s  %.*s by %.*s%s%.*s\n", STR_ARG(json_text_at(h, "seq")),
                STR_ARG(json_text_at(h, "day")), STR_ARG(json_text_at(h, "type")), STR_ARG(json_text_at(h, "actor")),
                json_get(h, "outcome") ? ": " : "", STR_ARG(json_text_at(h, "outcome")));
    }
}

int cli_case(Cli *c)
{
    Err err;
    const CaseRow *row;
    Event *events;
    size_t count;
    if (c->argc != 2) {
        return cli_usage(c, "Name one case.");
    }
    if (!cli_open(c, STORE_READ, &err) || !query_case(c->flow.store, c->a, str_from_c(c->argv[1]), &row, &err) ||
        !query_history(c->flow.store, c->a, str_from_c(c->argv[1]), &events, &count, &err)) {
        return cli_fail(c, &err);
    }
    if (row == NULL) {
        err_set(&err, NOT_FOUND, "There is no case %s.", c->argv[1]);
        return cli_fail(c, &err);
    }
    Json *history = history_json(c->a, events, count);
    if (!c->json) {
        print_case(c, row, history);
        return 0;
    }
    Json *j = row_json(c->a, row);
    json_set(c->a, j, STR("history"), history);
    cli_print_json(c, j);
    return 0;
}

static int print_rows(Cli *c, const CaseRow *rows, size_t count, int64_t total)
{
    if (c->json) {
        Json *j = json_new_object(c->a), *list = json_new_array(c->a);
        for (size_t i = 0; i < count; i++) {
            json_push(c->a, list, row_json(c->a, &rows[i]));
        }
        json_set(c->a, j, STR("total"), json_new_int(c->a, total));
        json_set(c->a, j, STR("cases"), list);
        cli_print_json(c, j);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(c->out, "%-12.*s %-16.*s %-10.*s %.*s\n", STR_ARG(rows[i].id), STR_ARG(rows[i].state),
                STR_ARG(rows[i].due.len ? rows[i].due : STR("-")), STR_ARG(rows[i].title));
    }
    fprintf(c->out, "%zu of %lld\n", count, (long long)total);
    return 0;
}

static int64_t int_option(Cli *c, const char *name, int64_t otherwise)
{
    int64_t n;
    return str_to_int(cli_option(c, name), &n) ? n : otherwise;
}

int cli_list(Cli *c)
{
    Err err;
    const CaseRow *rows;
    size_t count;
    int64_t total;
    QueryReach reach;
    QueryPage page = {.reach = &reach,
                      .state = cli_option(c, "state"),
                      .text = cli_option(c, "find"),
                      .limit = int_option(c, "limit", 50),
                      .offset = int_option(c, "offset", 0)};
    if (c->argc > 2) {
        return cli_usage(c, "Name one type.");
    }
    page.type = c->argc == 2 ? str_from_c(c->argv[1]) : STR("");
    if (!cli_open(c, STORE_READ, &err)) {
        return cli_fail(c, &err);
    }
    const Scheme *s = cli_scheme(c, &err);
    if (s == NULL) {
        return cli_fail(c, &err);
    }
    reach = query_everything(scheme_id(s));
    if (!query_page(c->flow.store, c->a, &page, &rows, &count, &total, &err)) {
        return cli_fail(c, &err);
    }
    return print_rows(c, rows, count, total);
}

int cli_queue(Cli *c)
{
    Err err;
    const CaseRow *rows;
    size_t count;
    int64_t total;
    if (c->argc != 2) {
        return cli_usage(c, "Name a role.");
    }
    if (!cli_open(c, STORE_READ, &err)) {
        return cli_fail(c, &err);
    }
    const Scheme *s = cli_scheme(c, &err);
    if (s == NULL ||
        !query_queue(c->flow.store, c->a, scheme_id(s), str_from_c(c->argv[1]), 100, &rows, &count, &total, &err)) {
        return cli_fail(c, &err);
    }
    return print_rows(c, rows, count, total);
}

/* ---- Decisions that are stored ---- */

int cli_explain(Cli *c)
{
    Err err;
    Instant now;
    int64_t seq;
    Json *proof;
    if (c->argc != 2 || !str_to_int(str_from_c(c->argv[1]), &seq)) {
        return cli_usage(c, "Name the number of an event.");
    }
    if (!cli_open(c, STORE_READ, &err) || !cli_now(c, &now, &err) ||
        !flow_explain(&c->flow, flow_new_run(c->a, now), seq, &proof, &err)) {
        return cli_fail(c, &err);
    }
    cli_print_json(c, proof);
    return json_is_true(json_get(proof, "same")) ? 0 : 1;
}
