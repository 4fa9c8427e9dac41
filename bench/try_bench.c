/* try_bench.c: a million past decisions tried again under the real rule set. The decisions are those of the
 * demonstration's log, each many times with some of its facts exchanged for others that the same fact has had
 * (seeded), in the proportions of the log. Usage: try STORE DRAFT; prints processor time beside the targets.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "flow/open.h"
#include "trial/past.h"

enum { BLOCK = 1024, DECISIONS = 1000000, EXCHANGED_OF = 8, TARGET_MS = 100, TARGET_REASONS_MS = 1000 };

static uint64_t seed = 88172645463325252u;

static uint32_t below(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed % n);
}

static double cpu_ms(void)
{
    return cpu_s() * 1e3;
}

/* The facts of an old row, some exchanged, as a key; equal ones become one row. */
static void add_row(TrialPast *p, const PastKind *k, PastKind *into)
{
    const PastDecision *like = &k->decisions[below(k->decision_count)];
    uint32_t *key = ARENA_ARRAY(p->scratch, uint32_t, k->fact_count + 2);
    key[0] = (uint32_t)k->rows[like->row]->day.n;
    key[1] = k->rows[like->row]->hash;
    for (size_t i = 0; i < k->fact_count; i++) {
        const PastFact *f = k->facts[i];
        key[i + 2] =
            below(EXCHANGED_OF) == 0 && f->words.count > 1 ? 1 + below(f->words.count - 1) : f->codes[like->row];
    }
    Str bytes = {(const char *)key, (k->fact_count + 2) * sizeof *key};
    PastRow *row = map_get(&into->row_by_key, bytes);
    if (row == NULL) {
        row = ARENA_NEW(p->a, PastRow);
        *row = *k->rows[like->row];
        row->at = (uint32_t)into->row_count++;
        row->count = 0;
        into->rows[row->at] = row;
        for (size_t i = 0; i < k->fact_count; i++) {
            into->facts[i]->codes[row->at] = key[i + 2];
        }
        map_set(&into->row_by_key, str_copy(p->a, bytes), row);
    }
    row->count++;
    into->decisions[into->decision_count++] =
        (PastDecision){.seq = like->seq, .row = row->at, .case_at = like->case_at, .step = like->step};
}

static void multiply(TrialPast *p, PastKind *k, size_t count)
{
    PastKind *into = ARENA_NEW(p->a, PastKind);
    *into = *k;
    into->row_by_key = (Map){.arena = p->a};
    into->row_count = into->decision_count = 0;
    into->rows = ARENA_ARRAY(p->a, PastRow *, count + 1);
    into->decisions = ARENA_ARRAY(p->a, PastDecision, count + 1);
    into->facts = ARENA_ARRAY(p->a, PastFact *, k->fact_count + 1);
    for (size_t i = 0; i < k->fact_count; i++) {
        into->facts[i] = ARENA_NEW(p->a, PastFact);
        *into->facts[i] = *k->facts[i];
        into->facts[i]->codes = ARENA_ARRAY(p->a, uint32_t, count + 1);
    }
    for (size_t i = 0; i < count; i++) {
        add_row(p, k, into);
        arena_reset(p->scratch);
    }
    for (size_t i = 0; i < k->fact_count; i++) {
        map_set(&k->fact_by_name, into->facts[i]->name, into->facts[i]);
    }
    into->fact_by_name = k->fact_by_name;
    *k = *into;
}

/* Every row once more with the rules that fired. */
static size_t decide_with_reasons(Arena *a, const TrialPast *p)
{
    size_t fired = 0;
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = (size_t)1 << 30}, (Instant){0});
    for (size_t i = 0; i < p->kinds.count; i++) {
        const PastKind *k = p->kinds.entries[i].value;
        const TrialInputs *in = k->base ? trial_inputs_new(a, p->scheme, k, k->base) : NULL;
        for (size_t row = 0; in != NULL && row < k->row_count; row++) {
            DmnTrace trace = {0};
            feel_run_reset(run);
            (void)dmn_evaluate(run, k->base, trial_inputs_row(in, feel_run_arena(run), row), &trace);
            for (size_t s = 0; s < trace.count; s++) {
                fired += trace.steps[s].rule_count;
            }
        }
    }
    return fired;
}

/* The results of rows with other facts, so that the past is one that the law in force gives. */
static void settle(Arena *a, TrialPast *p, PastKind *k)
{
    Map codes = {.arena = p->a};
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = (size_t)1 << 30}, (Instant){0});
    const TrialInputs *in = trial_inputs_new(p->a, p->scheme, k, k->base);
    k->results = (PastWords){.words = ARENA_ARRAY(p->a, Json *, k->row_count + 1)};
    for (size_t row = 0; row < k->row_count; row++) {
        feel_run_reset(run);
        Arena *of_run = feel_run_arena(run);
        Json *result = feel_to_json(of_run, dmn_evaluate(run, k->base, trial_inputs_row(in, of_run, row), NULL));
        Buf text = buf_new(of_run, 1 << 20);
        json_write(&text, result);
        PastWord *word = map_get(&codes, buf_str(&text));
        if (word == NULL) {
            word = ARENA_NEW(p->a, PastWord);
            *word = (PastWord){(uint32_t)k->results.count, json_copy(p->a, result)};
            k->results.words[k->results.count++] = word->json;
            map_set(&codes, str_copy(p->a, buf_str(&text)), word);
        }
        k->rows[row]->result = word->code;
    }
}

static void told(const char *what, double ms, double target)
{
    printf("%-46s %12.0f %-8s target < %-8.0f %.2f of it%s\n", what, ms, "ms", target, ms / target,
           ms < target ? "" : ", MISSED");
}

/* For whoever works at the speed: what each model costs. */
static void by_model(Arena *a, const TrialPast *p)
{
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = (size_t)4 << 30}, (Instant){0});
    for (size_t i = 0; i < p->kinds.count; i++) {
        const PastKind *k = p->kinds.entries[i].value;
        const TrialInputs *in = trial_inputs_new(a, p->scheme, k, k->base);
        Value *ret = ARENA_ARRAY(a, Value, BLOCK);
        DmnBatchCounts counts = {0};
        size_t single = 0;
        feel_run_reset(run);
        double start = cpu_ms();
        DmnBatch *batch = dmn_batch_new(a, run, k->base);
        for (size_t from = 0; from < k->row_count; from += BLOCK) {
            size_t n = k->row_count - from < BLOCK ? k->row_count - from : BLOCK;
            arena_reset(p->scratch);
            dmn_batch_rows(batch, trial_inputs_columns(in, p->scratch, from, n), n, ret, &counts);
            single += counts.single;
        }
        printf("  %-34.*s %8zu decisions %8zu rows %8zu alone %8.1f ms\n", STR_ARG(k->model), k->decision_count,
               k->row_count, single, cpu_ms() - start);
    }
}

int main(int argc, char **argv)
{
    Arena *a = arena_new(0);
    const Scheme *const *schemes;
    size_t count;
    Err err;
    Str law;
    Flow flow;
    TrialDraft draft, unchanged;
    Json *report;
    if (argc < 3) {
        fprintf(stderr, "usage: try STORE DRAFT [models]\n");
        return 2;
    }
    need(flow_find_law(a, STR(""), &law, &err) && flow_load_schemes(a, law, &schemes, &count, &err), &err);
    need(flow_open(a, str_from_c(argv[1]), STORE_READ, schemes, count, &flow, &err), &err);
    const Scheme *s = flow_scheme(&flow, STR("kr-eps"));
    need(trial_load(a, s, str_from_c(argv[2]), (Day){INT32_MIN}, &draft, &err), &err);
    unchanged = (TrialDraft){.scheme = s, .caps = STR("#")};
    unchanged.caps_round = STR("none");
    TrialPast *p = trial_past_new(a, s, false);
    double start = cpu_ms();
    need(trial_past_extend(p, flow.store, &err), &err);
    TrialPastCounts n = trial_past_counts(p);
    printf("%-46s %12.1f k/s      (%lld decisions)\n", "past read from the sealed log",
           (double)n.decisions / (cpu_ms() - start), (long long)n.decisions);
    start = cpu_ms();
    need(trial_past_run(p, flow.store, a, &draft, &report, &err), &err);
    printf("%-46s %12.1f ms\n", "first trial of these", cpu_ms() - start);
    start = cpu_ms();
    need(trial_past_run(p, flow.store, a, &draft, &report, &err), &err);
    printf("%-46s %12.1f ms\n", "each trial after it", cpu_ms() - start);
    for (size_t i = 0; i < p->kinds.count; i++) {
        PastKind *k = p->kinds.entries[i].value;
        multiply(p, k, (size_t)((double)k->decision_count * DECISIONS / (double)n.decisions));
        settle(a, p, k);
    }
    n = trial_past_counts(p);
    printf("%-46s %12lld          (%lld of them different, %.0f bytes each)\n", "decisions made of them",
           (long long)n.decisions, (long long)n.rows, (double)n.bytes / (double)n.decisions);
    if (argc > 3) {
        by_model(a, p);
    }
    start = cpu_ms();
    need(trial_past_run(p, flow.store, a, &unchanged, &report, &err), &err);
    told("under the version in force, no reasons", cpu_ms() - start, TARGET_MS);
    start = cpu_ms();
    need(trial_past_run(p, flow.store, a, &draft, &report, &err), &err);
    told("in force and under a draft, with reasons", cpu_ms() - start, TARGET_REASONS_MS);
    start = cpu_ms();
    (void)decide_with_reasons(a, p);
    printf("%-46s %12.0f ms       (%lld decisions)\n", "every different one with the rules that fired",
           cpu_ms() - start, (long long)n.rows);
    arena_free(a);
    return 0;
}
