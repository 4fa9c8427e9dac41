/* tools_engine.c: the tools that look at the engine itself: compiled steps, the conformance suite, the self-test, one
 * FEEL expression, the writer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools_int.h"

/* ---- steps, tck, feel ------------------------------------------------------------------------------------------ */

static void expr_steps(Buf *b, const Expr *e, int indent)
{
    if (e == NULL) {
        return;
    }
    if (e->kind == EXPR_LITERAL && e->code != NULL) {
        buf_printf(b, "%*sline %d: %.*s\n", indent, "", e->line, STR_ARG(str_trim(e->text)));
        feel_code_print(b, e->code);
    }
    if (e->kind == EXPR_TABLE) {
        buf_printf(b, "%*stable of %zu rules, %.*s, %s\n", indent, "", e->table->rule_count,
                   STR_ARG(hit_name(e->table->hit)), e->table->index != NULL ? "by column index" : "scanned");
    }
    for (size_t i = 0; e->kind == EXPR_TABLE && i < e->table->input_count; i++) {
        buf_printf(b, "%*sinput %.*s\n", indent, "", STR_ARG(e->table->inputs[i].text));
        if (e->table->inputs[i].code != NULL) {
            feel_code_print(b, e->table->inputs[i].code);
        }
    }
    for (size_t i = 0; i < e->count; i++) {
        buf_printf(b, "%*s%.*s:\n", indent, "", STR_ARG(e->parts[i].name));
        expr_steps(b, e->parts[i].expr, indent + 2);
    }
    expr_steps(b, e->first, indent + 2);
    expr_steps(b, e->second, indent + 2);
    expr_steps(b, e->third, indent + 2);
}

static const char *kind_name(int kind)
{
    return kind == NODE_INPUT      ? "input"
           : kind == DMN_DECISION  ? "decision"
           : kind == DMN_KNOWLEDGE ? "knowledge"
                                   : "service";
}

static void element_steps(ToolArgs *args, const DmnInvocable *d, Json *list)
{
    Arena *a = args->a;
    Buf b = buf_new(a, (size_t)64 << 20);
    expr_steps(&b, d->logic, 2);
    if (!args->json) {
        fprintf(args->out, "%s %.*s\n%.*s", kind_name(d->kind), STR_ARG(d->name), STR_ARG(buf_str(&b)));
        return;
    }
    Json *o = json_new_object(a), *lines = json_new_array(a);
    Str rest = buf_str(&b);
    for (Str line; rest.len > 0 && str_cut(&rest, '\n', &line);) {
        json_push(a, lines, json_new_str(a, line));
    }
    json_set(a, o, STR("kind"), json_new_str_c(a, kind_name(d->kind)));
    json_set(a, o, STR("name"), json_new_str(a, d->name));
    json_set(a, o, STR("steps"), lines);
    json_push(a, list, o);
}

bool tool_steps(ToolArgs *args, int *ret_status, Err *err)
{
    DmnModel *m = NULL;
    const DmnInvocable *d = NULL;
    if (!tool_model(args, &m, err) || !tool_invocable(args, m, &d, err)) {
        return false;
    }
    Json *list = json_new_array(args->a);
    for (size_t i = 0; i < d->plan_count; i++) {
        element_steps(args, d->plan[i], list);
    }
    if (d->plan_count == 0) {
        element_steps(args, d, list);
    }
    if (args->json) {
        tool_json_out(args, list);
    }
    *ret_status = 0;
    return true;
}

bool tool_tck(ToolArgs *args, int *ret_status, Err *err)
{
    DmnTckCounts counts;
    if (!dmn_tck_run(args->a, args->words[0], args->verbose, args->json ? args->errout : args->out, &counts, err)) {
        return false;
    }
    if (args->json) {
        Json *o = json_new_object(args->a);
        json_set(args->a, o, STR("passed"), json_new_int(args->a, (int64_t)counts.passed));
        json_set(args->a, o, STR("failed"), json_new_int(args->a, (int64_t)counts.failed));
        json_set(args->a, o, STR("files"), json_new_int(args->a, (int64_t)counts.files));
        json_set(args->a, o, STR("rounded"), json_new_int(args->a, (int64_t)counts.rounded));
        json_set(args->a, o, STR("doubles"), json_new_int(args->a, (int64_t)counts.doubles));
        tool_json_out(args, o);
    }
    *ret_status = counts.failed > 0 || counts.passed == 0 ? STATUS_FINDINGS : 0;
    return true;
}

/* A whole number of an option; `usual` where the option is absent. */
static bool count_read(Str text, const char *option, uint64_t usual, uint64_t *ret, Err *err)
{
    int64_t n = 0;
    Dec d;
    *ret = usual;
    if (text.len == 0) {
        return true;
    }
    if (!dec_parse(text, &d) || !dec_to_int(d, &n) || n < 1) {
        return err_set(err, BAD_USAGE, "%s is a whole number from 1", option);
    }
    *ret = (uint64_t)n;
    return true;
}

static Json *counts_json(Arena *a, Str path, const DmnSelfCounts *c)
{
    const struct {
        Str name;
        size_t n;
    } members[] = {{STR("subjects"), c->subjects}, {STR("cases"), c->cases},       {STR("limited"), c->limited},
                   {STR("answered"), c->answered}, {STR("columnar"), c->columnar}, {STR("differing"), c->differing}};
    Json *o = json_new_object(a);
    json_set(a, o, STR("model"), json_new_str(a, path));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        json_set(a, o, members[i].name, json_new_int(a, (int64_t)members[i].n));
    }
    return o;
}

bool tool_selftest(ToolArgs *args, int *ret_status, Err *err)
{
    uint64_t cases = 0, seed = 0;
    Instant now;
    if (!count_read(args->cases, "--cases", 2000, &cases, err) || !count_read(args->seed, "--seed", 1, &seed, err) ||
        !tool_now(args, &now, err)) {
        return false;
    }
    DmnSource *sources = NULL;
    size_t count = 0;
    DmnSelfCounts c;
    DmnSelfWanted wanted = {.cases = cases, .seed = seed, .now = now, .out = args->json ? NULL : args->out};
    if (!tool_sources(args, args->words[0], &sources, &count, err) ||
        !dmn_selftest(args->a, sources, count, wanted, &c, err)) {
        return false;
    }
    if (args->json) {
        tool_json_out(args, counts_json(args->a, args->words[0], &c));
    } else {
        fprintf(args->out, "%.*s: %zu cases, %zu answered, %zu in columns, %zu past the limits, %zu differ\n",
                STR_ARG(args->words[0]), c.cases, c.answered, c.columnar, c.limited, c.differing);
    }
    *ret_status = c.differing > 0 ? STATUS_FINDINGS : 0;
    return true;
}

bool tool_feel(ToolArgs *args, int *ret_status, Err *err)
{
    Arena *a = args->a;
    Json *json = NULL;
    const FeelCode *code = NULL;
    Instant now;
    if (!tool_input_json(args, &json, err) || !tool_now(args, &now, err)) {
        return false;
    }
    size_t count = json_count(json);
    FeelScope *scope = feel_scope_new(a, NULL);
    Value *frame = ARENA_ARRAY(a, Value, count);
    for (size_t i = 0; json->kind == JSON_OBJECT && i < count; i++) {
        feel_scope_add(scope, json->members[i].key, NULL);
        if (!feel_from_json(a, json->members[i].value, NULL, &frame[i], err)) {
            return false;
        }
    }
    if (!feel_compile(a, scope, args->words[0], &code, err)) {
        return false;
    }
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, now);
    Value v = feel_eval(run, code, frame);
    Buf b = buf_new(a, (size_t)64 << 20);
    if (args->all) {
        feel_code_print(&b, code);
    }
    if (args->json) {
        json_write(&b, feel_to_json(a, v));
    } else {
        feel_print(&b, v);
    }
    fprintf(args->out, "%.*s\n", STR_ARG(buf_str(&b)));
    const Str *messages = NULL;
    size_t notes = feel_run_messages(run, &messages);
    for (size_t i = 0; i < notes; i++) {
        fprintf(args->errout, "note: %.*s\n", STR_ARG(messages[i]));
    }
    *ret_status = v.kind == FEEL_NULL && v.reason != 0 ? err_exit_status(CANNOT_DECIDE) : 0;
    return !feel_run_failed(run, err);
}

/* The model as our writer gives it: what an editor gets back. */
bool tool_write(ToolArgs *args, int *ret_status, Err *err)
{
    DmnSource source = {.path = args->words[0]};
    DmnDraft *draft = NULL;
    if (!file_read(args->a, source.path, &source.xml, err) || !dmn_draft_open(args->a, source, &draft, err)) {
        return false;
    }
    Buf b = buf_new(args->a, (size_t)64 << 20);
    dmn_draft_print(draft, &b);
    fwrite(buf_str(&b).ptr, 1, buf_str(&b).len, args->out);
    *ret_status = 0;
    return true;
}
