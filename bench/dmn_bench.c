/* dmn_bench.c: decisions per CPU second: a table of 30 rules and a chain of six, alone with and without proof, and in
 * batch. Prints figures of this machine, medians of seven rounds; gates nothing. Build and run: make bench &&
 * out/bench/dmn. `dmn K model` and `dmn K cases` print the K-th model and its cases for other engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/dmn.h"
#include "dmn_models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CASES = 4096, ROUNDS = 7, SINGLE = 200000 };

static uint64_t seed = 88172645463325252u;

static int below(int n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)(seed % (uint64_t)n);
}

static double cpu_seconds(void)
{
    struct timespec ts = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int double_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static Value text(const char *s)
{
    return feel_str(str_from_c(s));
}

static Value day(void)
{
    return feel_date((Day){18000 + below(2200)});
}

static void table30_case(FeelEntry *e)
{
    static const char *const industries[] = {"manufacturing", "farming",  "fishing",
                                             "construction",  "services", "mining"};
    static const char *const regions[] = {"capital", "north", "south", "islands"};
    e[0] = (FeelEntry){STR("industry"), text(industries[below(6)])};
    e[1] = (FeelEntry){STR("workers"), feel_int(below(150))};
    e[2] = (FeelEntry){STR("wage"), feel_int(1450000 + below(400000))};
    e[3] = (FeelEntry){STR("region"), text(regions[below(4)])};
    e[4] = (FeelEntry){STR("filed"), day()};
}

static void chain6_case(FeelEntry *e)
{
    static const char *const sectors[] = {"manufacturing", "farming", "fishing", "services"};
    e[0] = (FeelEntry){STR("sector"), text(sectors[below(4)])};
    e[1] = (FeelEntry){STR("posted days"), feel_int(below(30))};
    e[2] = (FeelEntry){STR("local hires"), feel_int(below(3))};
    e[3] = (FeelEntry){STR("insured"), feel_bool(below(10) > 0)};
    e[4] = (FeelEntry){STR("arrears"), feel_int(below(5) == 0 ? 1000 : 0)};
    e[5] = (FeelEntry){STR("violations"), feel_int(below(8) == 0 ? below(4) : 0)};
    e[6] = (FeelEntry){STR("dismissals"), feel_int(below(8) == 0 ? below(8) : 0)};
    e[7] = (FeelEntry){STR("staff"), feel_int(below(200))};
    e[8] = (FeelEntry){STR("foreign staff"), feel_int(below(20))};
    e[9] = (FeelEntry){STR("wage"), feel_int(1400000 + below(600000))};
    e[10] = (FeelEntry){STR("filed"), day()};
}

typedef struct {
    const char *name, *decision;
    Str xml;
    size_t inputs;
    void (*make)(FeelEntry *);
} Case;

static double single(FeelRun *run, const DmnInvocable *d, const Value *cases, bool proof)
{
    double rates[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (int i = 0; i < SINGLE; i++) {
            DmnTrace trace = {0};
            feel_run_reset(run);
            (void)dmn_evaluate(run, d, cases[i % CASES], proof ? &trace : NULL);
        }
        rates[round] = SINGLE / (cpu_seconds() - start);
    }
    qsort(rates, ROUNDS, sizeof rates[0], double_cmp);
    return rates[ROUNDS / 2];
}

/* The inputs in the order of the decision, as dmn_inputs_read() gives them. */
static Value ordered(Arena *a, const DmnInvocable *d, Value facts)
{
    const DmnInput *inputs = NULL;
    size_t count = dmn_inputs(d, &inputs);
    FeelEntry *e = ARENA_ARRAY(a, FeelEntry, count);
    for (size_t i = 0; i < count; i++) {
        e[i] = (FeelEntry){inputs[i].name, feel_get(facts, inputs[i].name)};
    }
    return feel_context(e, count);
}

/* The same cases as columns. */
static DmnColumn *columns_of(Arena *a, const DmnInvocable *d, const Value *cases)
{
    const DmnInput *inputs = NULL;
    size_t count = dmn_inputs(d, &inputs);
    DmnColumn *columns = ARENA_ARRAY(a, DmnColumn, count);
    for (size_t c = 0; c < count; c++) {
        int64_t *n = ARENA_ARRAY(a, int64_t, CASES);
        Str *dict = ARENA_ARRAY(a, Str, 64);
        size_t dict_count = 0;
        for (size_t i = 0; i < CASES; i++) {
            Value v = feel_entries(cases[i])[c].value;
            columns[c].kind = (FeelKind)v.kind;
            n[i] = v.i;
            if (v.kind == FEEL_STRING) {
                size_t k = 0;
                while (k < dict_count && !str_eq(dict[k], feel_text(v))) {
                    k++;
                }
                dict[k] = feel_text(v);
                dict_count += k == dict_count;
                n[i] = (int64_t)k;
            }
        }
        columns[c].n = n;
        columns[c].dict = dict;
        columns[c].dict_count = dict_count;
    }
    return columns;
}

static double batch(Arena *a, FeelRun *run, const DmnInvocable *d, const Value *cases)
{
    enum { REPEAT = 500 };
    double rates[ROUNDS];
    const DmnColumn *columns = columns_of(a, d, cases);
    Value *ret = ARENA_ARRAY(a, Value, CASES);
    DmnBatchCounts counts = {0};
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (int i = 0; i < REPEAT; i++) {
            feel_run_reset(run);
            dmn_batch(run, d, columns, CASES, ret, &counts);
        }
        rates[round] = (double)REPEAT * CASES / (cpu_seconds() - start);
    }
    for (size_t i = 0; i < CASES; i++) {
        if (!feel_same(ret[i], dmn_evaluate(run, d, cases[i], NULL))) {
            fprintf(stderr, "row %zu differs\n", i);
            exit(1);
        }
    }
    if (counts.single > 0) {
        printf("  (%zu of %zu rows went the single way)\n", counts.single, counts.rows);
    }
    qsort(rates, ROUNDS, sizeof rates[0], double_cmp);
    return rates[ROUNDS / 2];
}

/* Bytes that one decision leaves in its run, on average. */
static double bytes(FeelRun *run, const DmnInvocable *d, const Value *cases, bool proof)
{
    size_t sum = 0;
    for (int i = 0; i < CASES; i++) {
        DmnTrace trace = {0};
        feel_run_reset(run);
        size_t before = arena_used(feel_run_arena(run));
        (void)dmn_evaluate(run, d, cases[i], proof ? &trace : NULL);
        sum += arena_used(feel_run_arena(run)) - before;
    }
    return (double)sum / CASES;
}

/* So many decisions with proof and nothing else, for dmn_instructions.sh. */
static void decide_only(FeelRun *run, const DmnInvocable *d, const Value *cases, long times)
{
    for (long i = 0; i < times; i++) {
        DmnTrace trace = {0};
        feel_run_reset(run);
        (void)dmn_evaluate(run, d, cases[i % CASES], &trace);
    }
}

/* For engines of other languages: a head of names and kinds, then a case a line with its answer, all parted by tabs. */
static void print_cases(Arena *a, FeelRun *run, const DmnInvocable *d, const Value *cases, size_t inputs)
{
    static const char *const kinds[] = {
        [FEEL_STRING] = "string", [FEEL_NUMBER] = "number", [FEEL_BOOLEAN] = "boolean", [FEEL_DATE] = "date"};
    Buf b = buf_new(a, 1 << 24);
    for (size_t c = 0; c < inputs; c++) {
        FeelEntry e = feel_entries(cases[0])[c];
        buf_printf(&b, "%.*s:%s\t", STR_ARG(e.name), kinds[e.value.kind]);
    }
    buf_add_c(&b, "answer\n");
    for (size_t i = 0; i < CASES; i++) {
        for (size_t c = 0; c < inputs; c++) {
            feel_print_plain(&b, feel_entries(cases[i])[c].value);
            buf_byte(&b, '\t');
        }
        feel_run_reset(run);
        Value answer = dmn_evaluate(run, d, cases[i], NULL);
        feel_print_plain(&b, answer.kind == FEEL_CONTEXT ? feel_entries(answer)[0].value : answer);
        buf_byte(&b, '\n');
    }
    fwrite(b.ptr, 1, b.len, stdout);
}

int main(int argc, char **argv)
{
    const char *print = argc == 3 && strtol(argv[2], NULL, 10) == 0 ? argv[2] : "";
    long which = argc == 3 ? strtol(argv[1], NULL, 10) : -1, times = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    Arena *a = arena_new(0);
    const Case all[] = {{"table of 30 rules", "quota", bench_table30(a), 5, table30_case},
                        {"chain of six decisions", "eligibility", bench_chain6(a), 11, chain6_case}};
    for (size_t k = 0; k < COUNT_OF(all); k++) {
        const Case *c = &all[k];
        DmnSource source = {str_from_c(c->name), c->xml};
        DmnModel *m = NULL;
        Err err = {0};
        const DmnProblem *problems = NULL;
        if (!dmn_load(a, &source, 1, &m, &err) || dmn_problems(m, &problems) > 0) {
            fprintf(stderr, "%s: %s\n", c->name, err.text);
            return 1;
        }
        const DmnInvocable *d = dmn_find(m, DMN_DECISION, str_from_c(c->decision));
        Value *cases = ARENA_ARRAY(a, Value, CASES);
        size_t answered = 0;
        FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
        for (int i = 0; i < CASES; i++) {
            FeelEntry *e = ARENA_ARRAY(a, FeelEntry, c->inputs);
            c->make(e);
            cases[i] = ordered(a, d, feel_context(e, c->inputs));
            feel_run_reset(run);
            answered += dmn_evaluate(run, d, cases[i], NULL).kind != FEEL_NULL;
        }
        if (print[0]) {
            if ((size_t)which == k && strcmp(print, "model") == 0) {
                fwrite(c->xml.ptr, 1, c->xml.len, stdout);
            } else if ((size_t)which == k) {
                print_cases(a, run, d, cases, c->inputs);
            }
            continue;
        }
        if (which >= 0) {
            decide_only(run, d, cases, (size_t)which == k ? times : 0);
            continue;
        }
        printf("%s: %.0f%% answered\n", c->name, 100.0 * (double)answered / CASES);
        printf("  single, whole proof   %8.2f M/s\n", single(run, d, cases, true) / 1e6);
        printf("  single, value only    %8.2f M/s\n", single(run, d, cases, false) / 1e6);
        printf("  bytes per case        %8.0f, with proof %.0f\n", bytes(run, d, cases, false),
               bytes(run, d, cases, true));
        printf("  batch                 %8.2f M/s\n", batch(a, run, d, cases) / 1e6);
    }
    arena_free(a);
    return 0;
}
