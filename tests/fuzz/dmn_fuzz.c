/* dmn_fuzz.c: libFuzzer entry: any bytes as a model file: loaded with and without index, checked, every decision
 * evaluated both ways, written and read again. Build: clang -std=c17 -D_POSIX_C_SOURCE=200809L -O1 -g
 * -fsanitize=address,undefined,fuzzer -Isrc tests/fuzz/dmn_fuzz.c src/base/X.c src/feel/X.c src/dmn/X.c and the
 * libraries of base, feel and expat. Seeds: models.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/dmn_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Value some_value(const DmnInput *in, size_t salt)
{
    FeelKind kind = in->type != NULL ? feel_type_kind(in->type) : FEEL_NULL;
    if (salt % 5 == 0) {
        return feel_null();
    }
    if (kind == FEEL_STRING) {
        return feel_str(salt % 2 ? STR("a") : STR("b"));
    }
    if (kind == FEEL_DATE) {
        return feel_date((Day){(int32_t)(19000 + salt * 37 % 2000)});
    }
    return kind == FEEL_BOOLEAN ? feel_bool(salt % 2) : feel_int((int64_t)(salt * 7 % 40));
}

static void decisions_run(Arena *a, const DmnModel *m, const DmnModel *plain)
{
    const FeelLimits limits = {.steps = 20000, .bytes = 4 << 20};
    FeelRun *run = feel_run_new(a, limits, (Instant){0}), *other = feel_run_new(a, limits, (Instant){0});
    for (size_t i = 0; i < dmn_count(m, DMN_DECISION) && i < 20; i++) {
        const DmnInput *inputs = NULL;
        const DmnInvocable *d = dmn_at(m, DMN_DECISION, i);
        size_t count = dmn_inputs(d, &inputs);
        FeelEntry *in = ARENA_ARRAY(a, FeelEntry, count);
        for (size_t k = 0; k < count; k++) {
            in[k] = (FeelEntry){inputs[k].name, some_value(&inputs[k], i * 3 + k)};
        }
        DmnTrace trace = {.all_rules = i % 2 == 0};
        feel_run_reset(run);
        feel_run_reset(other);
        Value v = dmn_evaluate(run, d, feel_context(in, count), &trace);
        Value w = dmn_evaluate(other, dmn_at(plain, DMN_DECISION, i), feel_context(in, count), NULL);
        if (!feel_run_failed(run, NULL) && !feel_run_failed(other, NULL)) {
            check_that(v.kind == FEEL_FUNCTION || v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT || feel_same(v, w));
        }
        Buf b = buf_new(feel_run_arena(run), 1 << 20);
        dmn_trace_print(&b, &trace);
        (void)dmn_trace_json(feel_run_arena(run), &trace);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    DmnSource source = {STR("f.dmn"), {(const char *)data, size}};
    DmnModel *m = NULL, *plain = NULL;
    DmnDraft *draft = NULL;
    const DmnFinding *findings = NULL;
    if (dmn_load(a, &source, 1, &m, NULL)) {
        check_that(model_load(a, &source, 1, true, &plain, NULL));
        decisions_run(a, m, plain);
        (void)dmn_check(a, m, DMN_CHECK_LAW, &findings);
        Buf once = buf_new(a, 64 << 20), twice = buf_new(a, 64 << 20);
        check_that(dmn_draft_open(a, source, &draft, NULL));
        (void)dmn_draft_cite(draft);
        dmn_draft_print(draft, &once);
        check_that(dmn_draft_open(a, (DmnSource){STR("g.dmn"), buf_str(&once)}, &draft, NULL));
        dmn_draft_print(draft, &twice);
        check_that(str_eq(buf_str(&once), buf_str(&twice)));
    }
    (void)arena_free(a);
    return 0;
}
