/* tools_run.c: `dmn run` and `dmn explain`: one value, its reasons, and what would change it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools_int.h"

typedef struct {
    DmnModel *m;
    const DmnInvocable *d;
    Value inputs, value;
    FeelRun *run;
    DmnTrace trace;
} Ran;

static bool evaluated(ToolArgs *args, Ran *r, Err *err)
{
    Json *json = NULL;
    Instant now;
    if (!tool_model(args, &r->m, err) || !tool_invocable(args, r->m, &r->d, err) ||
        !tool_input_json(args, &json, err) || !dmn_inputs_read(args->a, r->d, json, &r->inputs, err) ||
        !tool_now(args, &now, err)) {
        return false;
    }
    for (size_t i = 0; i < json_count(json); i++) {
        size_t j = 0;
        while (j < r->d->input_count && !str_eq(r->d->inputs[j].name, json->members[i].key)) {
            j++;
        }
        if (j == r->d->input_count) {
            fprintf(args->errout, "note: \"%.*s\" is no input of \"%.*s\"\n", STR_ARG(json->members[i].key),
                    STR_ARG(r->d->name));
        }
    }
    r->run = feel_run_new(args->a, (FeelLimits){0}, now);
    r->trace.all_rules = args->all;
    r->value = dmn_evaluate(r->run, r->d, r->inputs, &r->trace);
    return !feel_run_failed(r->run, err);
}

static Json *messages_json(Arena *a, const FeelRun *run)
{
    const Str *messages = NULL;
    size_t count = feel_run_messages(run, &messages);
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        json_push(a, list, json_new_str(a, messages[i]));
    }
    return list;
}

static void changes_print(ToolArgs *args, const DmnChange *changes, size_t count, Json *out)
{
    Arena *a = args->a;
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        const DmnChange *c = &changes[i];
        Json *o = json_new_object(a);
        Buf b = buf_new(a, 4096);
        json_set(a, o, STR("input"), json_new_str(a, c->input));
        json_set(a, o, STR("from"), feel_to_json(a, c->from));
        json_set(a, o, STR("to"), feel_to_json(a, c->to));
        json_set(a, o, STR("by_waiting"), json_new_bool(a, c->by_waiting));
        json_set(a, o, STR("group"), json_new_int(a, c->group));
        json_set(a, o, STR("outcome"), feel_to_json(a, c->outcome));
        json_push(a, list, o);
        buf_printf(&b, "  %s%.*s from ", c->group > 0 && i > 0 && changes[i - 1].group == c->group ? "and " : "change ",
                   STR_ARG(c->input));
        feel_print(&b, c->from);
        buf_add_c(&b, " to ");
        feel_print(&b, c->to);
        buf_printf(&b, "%s: then ", c->by_waiting ? " (by waiting)" : "");
        feel_print(&b, c->outcome);
        if (!args->json) {
            fprintf(args->out, "%.*s\n", STR_ARG(buf_str(&b)));
        }
    }
    if (!args->json && count == 0) {
        fprintf(args->out, "  no change of one or two inputs would give that\n");
    }
    json_set(a, out, STR("changes"), list);
}

static bool changes_find(ToolArgs *args, Ran *r, Json *out, Err *err)
{
    enum { CHANGES = 32 };
    const FeelCode *wanted = NULL;
    Str names[64], rest = args->change;
    size_t count = 0;
    if (!feel_compile_tests(args->a, NULL, args->wanted, &wanted, err)) {
        return false;
    }
    if (rest.len == 0) {
        for (; count < r->d->input_count && count < COUNT_OF(names); count++) {
            names[count] = r->d->inputs[count].name;
        }
    }
    for (Str name; count < COUNT_OF(names) && args->change.len > 0 && str_cut(&rest, ',', &name);) {
        names[count++] = str_trim(name);
    }
    DmnChange *changes = ARENA_ARRAY(args->a, DmnChange, CHANGES);
    size_t found = dmn_changes(r->run, r->d, r->inputs, wanted, names, count, changes, CHANGES);
    changes_print(args, changes, found, out);
    return true;
}

static bool waiting_find(ToolArgs *args, Ran *r, Json *out, Err *err)
{
    DmnChange c = {0};
    Buf b = buf_new(args->a, TOOL_INPUT_BYTES);
    bool is_input = false;
    for (size_t i = 0; i < r->d->input_count; i++) {
        Str name = r->d->inputs[i].name;
        is_input =
            is_input || str_eq(name, args->waiting) ||
            (str_starts(args->waiting, name) && args->waiting.len > name.len && args->waiting.ptr[name.len] == '.');
    }
    if (!is_input) {
        return err_set(err, NOT_FOUND, "\"%.*s\" is no input of \"%.*s\"", STR_ARG(args->waiting), STR_ARG(r->d->name));
    }
    bool found = dmn_next_change(r->run, r->d, r->inputs, args->waiting, &c);
    if (found) {
        Json *o = json_new_object(args->a);
        json_set(args->a, o, STR("on"), feel_to_json(args->a, c.to));
        json_set(args->a, o, STR("outcome"), feel_to_json(args->a, c.outcome));
        json_set(args->a, out, STR("by_itself"), o);
        buf_add_c(&b, "  on ");
        feel_print(&b, c.to);
        buf_add_c(&b, " this becomes ");
        feel_print(&b, c.outcome);
    } else {
        json_set(args->a, out, STR("by_itself"), json_new_null(args->a));
        buf_add_c(&b, "  no day is seen on which this changes");
    }
    if (!args->json) {
        fprintf(args->out, "by waiting, all else as it is:\n%.*s\n", STR_ARG(buf_str(&b)));
    }
    return true;
}

bool tool_run(ToolArgs *args, int *ret_status, Err *err)
{
    Ran r = {0};
    if (!evaluated(args, &r, err)) {
        return false;
    }
    const Str *messages = NULL;
    size_t count = feel_run_messages(r.run, &messages);
    if (args->json) {
        Json *o = json_new_object(args->a);
        json_set(args->a, o, STR("decision"), json_new_str(args->a, r.d->name));
        json_set(args->a, o, STR("value"), feel_to_json(args->a, r.value));
        json_set(args->a, o, STR("messages"), messages_json(args->a, r.run));
        tool_json_out(args, o);
    } else {
        Buf b = buf_new(args->a, (size_t)64 << 20);
        feel_print(&b, r.value);
        fprintf(args->out, "%.*s\n", STR_ARG(buf_str(&b)));
        for (size_t i = 0; i < count; i++) {
            fprintf(args->errout, "note: %.*s\n", STR_ARG(messages[i]));
        }
    }
    *ret_status = r.value.kind == FEEL_NULL && r.value.reason != 0 ? err_exit_status(CANNOT_DECIDE) : 0;
    return true;
}

bool tool_explain(ToolArgs *args, int *ret_status, Err *err)
{
    Ran r = {0};
    if (!evaluated(args, &r, err)) {
        return false;
    }
    Json *o = json_new_object(args->a);
    json_set(args->a, o, STR("decision"), json_new_str(args->a, r.d->name));
    json_set(args->a, o, STR("inputs"), feel_to_json(args->a, r.inputs));
    json_set(args->a, o, STR("value"), feel_to_json(args->a, r.value));
    json_set(args->a, o, STR("steps"), dmn_trace_json(args->a, &r.trace));
    json_set(args->a, o, STR("messages"), messages_json(args->a, r.run));
    if (!args->json) {
        Buf b = buf_new(args->a, (size_t)64 << 20);
        const Str *messages = NULL;
        size_t count = feel_run_messages(r.run, &messages);
        dmn_trace_print(&b, &r.trace);
        fprintf(args->out, "%.*s", STR_ARG(buf_str(&b)));
        for (size_t i = 0; i < count; i++) {
            fprintf(args->out, "note: %.*s\n", STR_ARG(messages[i]));
        }
    }
    if (args->wanted.len > 0) {
        if (!args->json) {
            fprintf(args->out, "so that %.*s holds:\n", STR_ARG(args->wanted));
        }
        if (!changes_find(args, &r, o, err)) {
            return false;
        }
    }
    if (args->waiting.len > 0 && !waiting_find(args, &r, o, err)) {
        return false;
    }
    if (args->json) {
        tool_json_out(args, o);
    }
    *ret_status = 0;
    return true;
}
