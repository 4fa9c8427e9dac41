/* cli_decide.c: `goldenbridge decide`: facts under the law of a day, without a case.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "decide/inquiry.h"
#include "decide/loose.h"
#include "flow/statute.h"

typedef struct {
    Cli *c;
    const Scheme *s;
    Str model, name, language;
    Str day_from; /* where the day comes from: told, law day (the model names it) or today */
    Day day;
    bool texts; /* print the articles' texts, from the store that is open */
} Question;

static Str words(const Question *q, const char *kind, Str key)
{
    return scheme_label(q->s, q->c->a, q->language, kind, key);
}

/* ---- Models and their facts ---- */

static int list_models(const Question *q)
{
    const SchemeModel *all;
    size_t count = scheme_models(q->s, &all);
    Json *list = json_new_array(q->c->a);
    for (size_t i = 0; i < count; i++) {
        if (scheme_model(q->s, all[i].name, q->day) != &all[i]) {
            continue;
        }
        Json *j = json_new_object(q->c->a);
        Str about = json_text_at(dmn_describe(q->c->a, scheme_compiled(&all[i])), "description");
        json_set(q->c->a, j, STR("model"), json_new_str(q->c->a, all[i].name));
        json_set(q->c->a, j, STR("about"), json_new_str(q->c->a, about));
        json_push(q->c->a, list, j);
        if (!q->c->json) {
            fprintf(q->c->out, "%-24.*s %.*s\n", STR_ARG(all[i].name), STR_ARG(about));
        }
    }
    if (q->c->json) {
        cli_print_json(q->c, list);
    }
    return 0;
}

static void print_input(const Question *q, const Json *in)
{
    const Json *allowed = json_get(in, "allowed");
    Str needed = json_text_at(in, "needed"), name = json_text_at(in, "name"), label = words(q, "inputs", name);
    bool foreign = !str_eq(q->language, STR("en"));
    fprintf(q->c->out, "  %.*s (%.*s", STR_ARG(name), STR_ARG(json_text_at(in, "type")));
    fprintf(q->c->out, "%s)\n    %.*s\n",
            str_eq(needed, STR("optional")) ? ", may be left out"
            : str_eq(needed, STR("given"))  ? ", filled in if left out"
                                            : "",
            STR_ARG(foreign ? label : json_text_at(in, "meaning")));
    if (str_eq(needed, STR("where"))) {
        fprintf(q->c->out, "    needed where %.*s\n", STR_ARG(json_text_at(in, "when")));
    }
    for (size_t i = 0; i < json_count(allowed); i++) {
        Str value = json_text(allowed->items[i]), called = words(q, "values", value);
        fprintf(q->c->out, "%s%.*s", i ? ", " : "    one of: ", STR_ARG(value));
        fprintf(q->c->out, foreign ? " = %.*s%s" : "%.*s%s", STR_ARG(foreign ? called : STR("")),
                i + 1 == allowed->count ? "\n" : "");
    }
}

static int list_inputs(const Question *q, const SchemeModel *m)
{
    Json *list = decide_inputs(q->c->a, m, q->name);
    if (q->c->json) {
        cli_print_json(q->c, list);
        return 0;
    }
    fprintf(q->c->out, "%.*s, in force from %.*s\n%.*s\n\n", STR_ARG(m->name), STR_ARG(day_print(q->c->a, m->from)),
            STR_ARG(json_text_at(dmn_describe(q->c->a, scheme_compiled(m)), "description")));
    for (size_t i = 0; i < list->count; i++) {
        print_input(q, list->items[i]);
    }
    return 0;
}

/* A model that is not there, with the name that was probably meant or the day from which it is. */
static int no_model(const Question *q)
{
    Err err;
    const SchemeModel *all;
    size_t count = scheme_models(q->s, &all), n = 0;
    Str *names = ARENA_ARRAY(q->c->a, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[n++] = all[i].name;
        if (str_eq(all[i].name, q->model)) {
            err_set(&err, NOT_IN_FORCE, "%.*s is decided from %.*s on, not yet on %.*s.", STR_ARG(q->model),
                    STR_ARG(day_print(q->c->a, all[i].from)), STR_ARG(day_print(q->c->a, q->day)));
            return cli_fail(q->c, &err);
        }
    }
    Str near = decide_nearest(q->c->a, q->model, names, n);
    err_set(&err, NOT_FOUND, "There is no model %.*s.%s%.*s%s goldenbridge decide lists them.", STR_ARG(q->model),
            near.len ? " Did you mean " : "", STR_ARG(near), near.len ? "?" : "");
    return cli_fail(q->c, &err);
}

/* ---- The answer ---- */

static void print_article(const Question *q, Str cite)
{
    Err err;
    StatuteRef ref;
    StatutePlace p;
    if (!statute_parse(q->s, q->c->a, cite, &ref, &err) ||
        !statute_find(q->s, q->texts ? q->c->flow.store : NULL, q->c->a, ref, q->day, &p, &err)) {
        return; /* another layer, or before the first text known */
    }
    fprintf(q->c->out, "      %.*s %.*s (%.*s), text in force from %.*s\n", STR_ARG(ref.layer), STR_ARG(ref.article),
            STR_ARG(p.title), STR_ARG(day_print(q->c->a, p.from)));
    bool *lines;
    Str line, text = statute_named(q->s, q->c->a, &p, &lines);
    for (Str rest = text; text.len > 0 && str_cut(&rest, '\n', &line);) {
        fprintf(q->c->out, "%s%.*s\n", line.len ? "        " : "", STR_ARG(line));
    }
}

static void print_grounds(const Question *q, const Decision *d)
{
    for (size_t i = 0; i < d->ground_count; i++) {
        const Ground *g = &d->grounds[i];
        fprintf(q->c->out, "  - %.*s %s%.*s%s%.*s%s\n", STR_ARG(words(q, "reasons", g->code)), g->cites.len ? "[" : "",
                STR_ARG(g->cites), g->cites.len ? "] " : "", STR_ARG(g->code),
                g->unverified ? " (unverified source)" : "");
        Str one;
        for (Str rest = g->cites; g->cites.len > 0 && str_cut(&rest, ';', &one);) {
            print_article(q, str_trim(one));
        }
    }
}

static void print_missing(const Question *q, const Decision *d)
{
    const Json *missing = json_get(feel_to_json(q->c->a, d->result), "missing"),
               *inputs = decide_inputs(q->c->a, d->model, q->name);
    if (json_count(missing) > 0) {
        fprintf(q->c->out, "  still to be told:\n");
    }
    for (size_t i = 0; i < json_count(missing); i++) {
        for (size_t k = 0; k < json_count(inputs); k++) {
            if (str_eq(json_text_at(inputs->items[k], "name"), json_text(missing->items[i]))) {
                print_input(q, inputs->items[k]);
            }
        }
    }
}

/* outcome, grounds and missing are told in words. */
static void print_figures(const Question *q, const Decision *d)
{
    const Json *result = feel_to_json(q->c->a, d->result);
    for (size_t i = 0; i < json_count(result); i++) {
        const JsonMember *m = &result->members[i];
        if (str_eq(m->key, STR("outcome")) || str_eq(m->key, STR("grounds")) || str_eq(m->key, STR("missing")) ||
            m->value->kind == JSON_NULL) {
            continue;
        }
        Buf b = buf_new(q->c->a, 1 << 16);
        for (size_t k = 0; m->value->kind == JSON_ARRAY && k < json_count(m->value); k++) {
            buf_printf(&b, "%s%.*s", k ? ", " : "", STR_ARG(json_text(m->value->items[k])));
        }
        if (b.len == 0) {
            json_write(&b, m->value);
        }
        Str text = json_text(m->value);
        fprintf(q->c->out, "  %.*s: %.*s\n", STR_ARG(words(q, "figures", m->key)),
                STR_ARG(text.len ? text : buf_str(&b)));
    }
}

static void print_decision(const Question *q, const Decision *d, const Json *changes, const Json *ignored)
{
    fprintf(q->c->out, "%.*s (%.*s) under %.*s of %.*s%s\n", STR_ARG(words(q, "outcomes", d->outcome)),
            STR_ARG(d->outcome), STR_ARG(d->model->name), STR_ARG(day_print(q->c->a, d->model->from)),
            d->unverified ? "; rests on an unverified source" : "");
    if (d->trouble.len > 0) {
        fprintf(q->c->out, "  %.*s\n", STR_ARG(d->trouble));
    }
    if (str_eq(q->day_from, STR("today"))) {
        fprintf(q->c->out,
                "  judged on today, %.*s, since no day was told; tell it as \"governing day\" or with --on\n",
                STR_ARG(day_print(q->c->a, q->day)));
    }
    print_grounds(q, d);
    print_figures(q, d);
    print_missing(q, d);
    for (size_t i = 0; i < json_count(ignored); i++) {
        fprintf(q->c->out, "  not asked about by the law of that day: %.*s\n", STR_ARG(json_text(ignored->items[i])));
    }
    for (size_t i = 0; i < json_count(changes); i++) {
        const Json *ch = changes->items[i];
        Buf b = buf_new(q->c->a, 4096);
        json_write(&b, json_get(ch, "to"));
        fprintf(q->c->out, "  it would be %.*s if \"%.*s\" were %.*s\n",
                STR_ARG(words(q, "outcomes", json_text_at(ch, "outcome"))), STR_ARG(json_text_at(ch, "input")),
                STR_ARG(buf_str(&b)));
    }
}

/* ---- The question ---- */

static int print_faults(Cli *c, const ErrList *faults, const Err *err)
{
    if (faults->count == 0) {
        return cli_fail(c, err);
    }
    Json *j = json_new_object(c->a), *list = json_new_array(c->a);
    for (size_t i = 0; i < faults->count; i++) {
        const Err *fault = &faults->items[i];
        if (!c->json) {
            cli_fail(c, fault);
            continue;
        }
        Json *one = json_new_object(c->a);
        json_set(c->a, one, STR("field"), json_new_str_c(c->a, fault->field));
        json_set(c->a, one, STR("code"), json_new_str_c(c->a, err_name(fault->code)));
        json_set(c->a, one, STR("text"), json_new_str_c(c->a, fault->text));
        json_push(c->a, list, one);
    }
    if (c->json) {
        json_set(c->a, j, STR("code"), json_new_str_c(c->a, err_name(err->code)));
        json_set(c->a, j, STR("faults"), list);
        cli_print_json(c, j);
    }
    return err_exit_status(err->code);
}

static int answer(Question *q, const Inquiry *asked, Instant now)
{
    Err err;
    InquiryAnswer told;
    ErrList faults = {.arena = q->c->a};
    FeelRun *run = flow_new_run(q->c->a, now);
    bool ok = inquiry_answer(run, asked, &told, &faults, &err);
    q->day = told.day;
    q->day_from = told.day_from;
    if (!ok) {
        return err.code == NOT_IN_FORCE ? no_model(q) : print_faults(q->c, &faults, &err);
    }
    const Decision *d = &told.decision;
    Json *changes = decision_is_granted(d) ? NULL : decision_changes(run, q->s, d, STR("granted"));
    if (!q->c->json) {
        print_decision(q, d, changes, told.ignored);
        return 0;
    }
    Json *j = decision_proof(q->c->a, d);
    json_set(q->c->a, j, STR("day_from"), json_new_str(q->c->a, q->day_from));
    json_set(q->c->a, j, STR("facts"), d->facts);
    json_set(q->c->a, j, STR("ignored"), told.ignored);
    json_set(q->c->a, j, STR("tables"), decision_tables(q->c->a, d));
    if (changes != NULL) {
        json_set(q->c->a, j, STR("changes"), changes);
    }
    cli_print_json(q->c, j);
    return 0;
}

/* The model as the schemes name it: in the scheme of --scheme, else in the first that has it; else `told` in the first
 * scheme. */
static void find_model(Cli *c, Question *q, Str told)
{
    for (size_t i = 0; i < c->scheme_count; i++) {
        const SchemeModel *all;
        size_t count = scheme_models(c->schemes[i], &all);
        for (size_t k = 0; k < count && (c->scheme.len == 0 || c->schemes[i] == q->s); k++) {
            if (loose_same(c->a, all[k].name, told) ||
                loose_called(c->schemes[i], c->a, "models", decide_top(c->a, all[k].name), told)) {
                q->s = c->schemes[i];
                q->model = all[k].name;
                return;
            }
        }
    }
    q->model = told;
}

int cli_decide(Cli *c)
{
    Err err;
    Instant now;
    Json *facts;
    Question q = {.c = c};
    ErrList faults = {.arena = c->a};
    bool inputs = cli_flag(c, "inputs"), described = cli_flag(c, "describe"), listed = cli_flag(c, "list"), given;
    Str on = cli_option(c, "on");
    q.name = cli_option(c, "decision");
    q.language = cli_option(c, "language");
    q.language = q.language.len ? q.language : STR("en");
    q.texts = cli_flag(c, "texts");
    if (!(q.texts ? cli_open(c, STORE_READ, &err) : cli_load_law(c, &err)) || !cli_now(c, &now, &err) ||
        !cli_read_form(c, "facts", &facts, &err) || (q.s = cli_scheme(c, &err)) == NULL) {
        return cli_fail(c, &err);
    }
    bool named = c->argc >= 2 && !listed;
    if (named) {
        find_model(c, &q, str_from_c(c->argv[1]));
    }
    Inquiry asked = {q.s, q.model, q.name, on, instant_day(now, scheme_utc_offset(q.s)), facts};
    if (!inquiry_day(c->a, &asked, &q.day, &given, &faults, &err)) {
        return cli_usage(c, "The day is written such as 2026-03-31.");
    }
    if (!named) {
        return list_models(&q);
    }
    q.name = q.name.len ? q.name : decide_top(c->a, q.model);
    const SchemeModel *m = scheme_model(q.s, q.model, q.day);
    return m == NULL ? no_model(&q) : inputs || described ? list_inputs(&q, m) : answer(&q, &asked, now);
}
