/* cli_cases.c: the worked cases of a scheme, run as tests: cases/<any>.json, one case or a list of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <stdlib.h>

#include "base/file.h"

enum { MAX_FILE = 16 * 1024 * 1024 };

typedef struct {
    Cli *c;
    const Scheme *s;
    Arena *a; /* for one case */
    int passed, failed;
} CaseRun;

static void report(CaseRun *r, const Json *one, const char *what, Str expected, Str got)
{
    r->failed++;
    fprintf(r->c->out, "FAIL %.*s (%.*s, %.*s): %s is %.*s, expected %.*s\n", STR_ARG(json_text_at(one, "id")),
            STR_ARG(json_text_at(one, "model")), STR_ARG(json_text_at(one, "day")), what, STR_ARG(got),
            STR_ARG(expected));
}

static Str print_json(Arena *a, const Json *j)
{
    if (j == NULL) {
        return STR("absent");
    }
    Buf b = buf_new(a, 1 << 20);
    json_canonical(&b, a, j);
    return buf_str(&b);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* Codes in any order. */
static Str sorted_codes(Arena *a, Str *codes, size_t count)
{
    qsort(codes, count, sizeof *codes, by_text);
    Buf b = buf_new(a, 65536);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(codes[i]));
    }
    return b.len ? buf_str(&b) : STR("none");
}

static Str expected_codes(Arena *a, const Json *list)
{
    Str *codes = ARENA_ARRAY(a, Str, json_count(list) + 1);
    for (size_t i = 0; i < json_count(list); i++) {
        codes[i] = json_text(list->items[i]);
    }
    return sorted_codes(a, codes, json_count(list));
}

static Str decided_codes(Arena *a, const Decision *d)
{
    Str *codes = ARENA_ARRAY(a, Str, d->ground_count + 1);
    for (size_t i = 0; i < d->ground_count; i++) {
        codes[i] = d->grounds[i].code;
    }
    return sorted_codes(a, codes, d->ground_count);
}

/* outcome and grounds, then any other entry of the result that the case names. */
static void compare(CaseRun *r, const Json *one, const Decision *d)
{
    const Json *expect = json_get(one, "expect"), *result = feel_to_json(r->a, d->result);
    for (size_t i = 0; i < json_count(expect); i++) {
        const JsonMember *m = &expect->members[i];
        bool is_outcome = str_eq(m->key, STR("outcome")), is_grounds = str_eq(m->key, STR("grounds"));
        Str want = is_outcome   ? json_text(m->value)
                   : is_grounds ? expected_codes(r->a, m->value)
                                : print_json(r->a, m->value);
        Str got = is_outcome   ? d->outcome
                  : is_grounds ? decided_codes(r->a, d)
                               : print_json(r->a, json_get_str(result, m->key));
        if (!str_eq(want, got)) {
            report(r, one, str_c(r->a, m->key), want, got);
            return;
        }
    }
    r->passed++;
}

static void run_one(CaseRun *r, const Json *one)
{
    Err err;
    Day day;
    Decision d = {0};
    Value facts;
    ErrList faults = {.arena = r->a};
    Str model = json_text_at(one, "model");
    if (!day_parse(json_text_at(one, "day"), &day)) {
        report(r, one, "day", STR("a day"), json_text_at(one, "day"));
        return;
    }
    Str name = json_text_at(one, "decision");
    name = name.len ? name : decide_top(r->a, model);
    FeelRun *run = feel_run_new(r->a, (FeelLimits){0}, (Instant){0});
    Json *told, *not_asked_that_day = json_new_array(r->a);
    if (!decide_tidy_facts(r->a, r->s, model, name, day, json_get(one, "facts"), &told, not_asked_that_day, &faults,
                           &err) ||
        !decide_facts(run, r->s, model, name, day, told, &facts, &faults, &err)) {
        const Err *first = faults.count ? &faults.items[0] : &err;
        report(r, one, first->field, STR("a readable fact"), str_from_c(first->text));
        return;
    }
    if (!decide(run, r->s, model, name, day, facts, &d, &err)) {
        report(r, one, "decision", STR("a decision"), str_from_c(err.text));
        return;
    }
    compare(r, one, &d);
}

static void run_file(CaseRun *r, Str path)
{
    Str text;
    Json *j;
    Err err;
    Arena *file = arena_new(0);
    if (!file_load(file, path, MAX_FILE, &text, &err) || !json_parse(file, text, &j, &err)) {
        fprintf(r->c->out, "FAIL %.*s cannot be read\n", STR_ARG(path));
        r->failed++;
    } else {
        for (size_t i = 0; i < (j->kind == JSON_ARRAY ? j->count : 1); i++) {
            r->a = arena_new(0);
            run_one(r, j->kind == JSON_ARRAY ? j->items[i] : j);
            r->a = arena_free(r->a);
        }
    }
    arena_free(file);
}

static void run_folder(CaseRun *r, Str folder)
{
    size_t n;
    const Str *names = folder_list(r->c->a, folder, ".json", &n);
    for (size_t i = 0; i < n; i++) {
        run_file(r, str_printf(r->c->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i])));
    }
}

int cli_cases(Cli *c)
{
    Err err;
    CaseRun r = {.c = c};
    if (!cli_load_law(c, &err)) {
        return cli_fail(c, &err);
    }
    if (c->argc > 1) {
        r.s = cli_scheme(c, &err);
        for (int i = 1; i < c->argc && r.s != NULL; i++) {
            run_folder(&r, str_from_c(c->argv[i]));
        }
    } else {
        for (size_t i = 0; i < c->scheme_count; i++) {
            r.s = c->schemes[i];
            run_folder(&r, str_printf(c->a, "%.*s/cases", STR_ARG(scheme_folder(r.s))));
        }
    }
    fprintf(c->out, "%d passed, %d failed\n", r.passed, r.failed);
    return r.failed > 0 || r.passed == 0;
}
