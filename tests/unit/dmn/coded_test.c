/* coded_test.c: batches that decide equal cases of each element once give what the single way gives.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#include <string.h>

enum { CASES = 20000 };

static const char *const elements =
    "<inputData id=\"x\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData>"
    "<inputData id=\"y\" name=\"y\"><variable name=\"y\" typeRef=\"number\"/></inputData>"
    "<inputData id=\"t\" name=\"t\"><variable name=\"t\" typeRef=\"string\"/></inputData>";

#define NEEDS_INPUT(x) "<informationRequirement><requiredInput href=\"#" x "\"/></informationRequirement>"
#define NEEDS(x) "<informationRequirement><requiredDecision href=\"#" x "\"/></informationRequirement>"
#define LITERAL(name, needs, text)                                                        \
    "<decision id=\"" name "\" name=\"" name "\">" needs "<literalExpression><text>" text \
    "</text></literalExpression></decision>"

static DmnModel *model_with(Arena *a, const char *decisions)
{
    return model_of(a, xml_model(a, str_c(a, str_printf(a, "%s%s", elements, decisions))));
}

/* Compares `rows` rows in calls of `step` with the single way; returns how many went that way in the batch. */
static size_t compared(Arena *a, const DmnModel *m, const DmnColumn *by_name, size_t rows, size_t step)
{
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    const DmnInput *inputs;
    size_t count = dmn_inputs(d, &inputs), single = 0;
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = SIZE_MAX / 4}, (Instant){0});
    FeelRun *other = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    DmnColumn columns[3];
    for (size_t c = 0; c < count; c++) { /* in the order of the inputs */
        columns[c] = by_name[str_eq_c(inputs[c].name, "x") ? 0 : str_eq_c(inputs[c].name, "y") ? 1 : 2];
    }
    DmnBatch *batch = dmn_batch_new(a, run, d);
    Value *ret = ARENA_ARRAY(a, Value, step);
    for (size_t from = 0; from < rows; from += step) {
        DmnBatchCounts counts = {0};
        DmnColumn part[3];
        for (size_t c = 0; c < count; c++) {
            part[c] = columns[c];
            part[c].codes += from;
        }
        dmn_batch_rows(batch, part, step, ret, &counts);
        single += counts.single;
        for (size_t i = 0; i < step; i++) {
            FeelEntry in[3];
            for (size_t c = 0; c < count; c++) {
                in[c] = (FeelEntry){inputs[c].name, columns[c].values[columns[c].codes[from + i]]};
            }
            feel_run_reset(other);
            Value want = dmn_evaluate(other, d, feel_context(in, count), NULL);
            check(feel_same(ret[i], want) && (ret[i].reason != 0) == (want.reason != 0));
        }
        if (from == rows / 2) { /* what was known is decided again */
            dmn_batch_forget(batch);
            feel_run_reset(run);
        }
    }
    return single;
}

/* Columns of x, y and t whose values are met one after another, so that dictionaries grow while rows run. */
static DmnColumn *growing_columns(Arena *a, size_t values)
{
    DmnColumn *columns = ARENA_ARRAY(a, DmnColumn, 3);
    uint64_t seed = 88172645463325252u;
    for (size_t c = 0; c < 3; c++) {
        Value *v = ARENA_ARRAY(a, Value, values);
        uint32_t *codes = ARENA_ARRAY(a, uint32_t, CASES);
        for (size_t i = 0; i < values; i++) {
            Value n = {.kind = FEEL_NUMBER, .scale = (uint8_t)(i % 2), .i = (int64_t)i};
            v[i] = c == 2 ? feel_str(str_printf(a, "t%zu", i)) : n;
            v[i] = i % 7 == 3 ? feel_null() : v[i];
        }
        for (size_t i = 0; i < CASES; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            codes[i] = (uint32_t)(seed % (1 + values * (i + 1) / CASES)) % (uint32_t)values;
        }
        columns[c] = (DmnColumn){.values = v, .codes = codes, .value_count = values};
    }
    return columns;
}

TEST(equal_cases_are_decided_once_in_expressions)
{
    DmnModel *m = model_with(
        a, LITERAL("sum", NEEDS_INPUT("x") NEEDS_INPUT("y"), "x + y")
               LITERAL("missing", NEEDS_INPUT("x") NEEDS_INPUT("t"),
                       "[if x = null then \"x\" else null, if t = null then \"t\" else null][item != null]")
                   LITERAL("d", NEEDS("sum") NEEDS("missing") NEEDS_INPUT("t"),
                           "{sum: if some m in missing satisfies m = \"x\" then null else sum, missing: missing, "
                           "word: if t = \"t5\" and sum &gt; 3 then \"five\" else \"none\"}"));
    eq_int(compared(a, m, growing_columns(a, 40), CASES, 1000), 0);
    eq_int(compared(a, m, growing_columns(a, 3000), CASES, 2000), 0); /* keys grow beyond short ones and twice over */
}

TEST(keys_of_several_words_grow)
{
    DmnModel *m = model_with(
        a, LITERAL("p", NEEDS_INPUT("x"), "x * 2") LITERAL("q", NEEDS_INPUT("y"), "y * 2")
               LITERAL("r", NEEDS_INPUT("t"), "t + \"s\"")
                   LITERAL("d", NEEDS("p") NEEDS("q") NEEDS("r") NEEDS_INPUT("x") NEEDS_INPUT("y") NEEDS_INPUT("t"),
                           "[p, q, r, x, y, t]"));
    eq_int(compared(a, m, growing_columns(a, 9000), CASES, 2000), 0);
}

TEST(an_error_is_told_apart_from_a_null)
{
    DmnModel *m = model_with(a, LITERAL("e", NEEDS_INPUT("x") NEEDS_INPUT("t"), "if t = \"t1\" then x + t else x")
                                    LITERAL("d", NEEDS("e") NEEDS_INPUT("y"),
                                            "if e = null then e else if y &gt; 2 then \"more\" else \"less\""));
    eq_int(compared(a, m, growing_columns(a, 9), CASES, 500), 0);
}

TEST(tables_without_columns_are_decided_once_too)
{
    static const char *const policies[] = {"UNIQUE",     "ANY",          "PRIORITY", "FIRST",
                                           "RULE ORDER", "OUTPUT ORDER", "COLLECT"};
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        Str table = str_printf(
            a,
            LITERAL("sum", NEEDS_INPUT("x"), "x + 1") "<decision id=\"d\" name=\"d\">" NEEDS("sum") NEEDS_INPUT("t")
                NEEDS_INPUT("x") NEEDS_INPUT(
                    "y") "<decisionTable hitPolicy=\"%s\">"
                         "<input><inputExpression><text>sum * 2 &gt; 6</text></inputExpression></input>"
                         "<input><inputExpression><text>t</text></inputExpression></input>"
                         "<input><inputExpression><text>sum</text></inputExpression></input>"
                         "<output><outputValues><text>\"c\",\"b\",\"a\"</text></outputValues></output>"
                         "<rule><inputEntry><text>true</text></inputEntry><inputEntry><text>\"t1\",\"t2\"</text></inputEntry>"
                         "<inputEntry><text>-</text></inputEntry><outputEntry><text>\"a\"</text></outputEntry></rule>"
                         "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>if y &gt; 3 then \"t4\" else \"t1\"</text></inputEntry>"
                         "<inputEntry><text>-</text></inputEntry><outputEntry><text>\"b\"</text></outputEntry></rule>"
                         "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>[2..5]"
                         "</text></inputEntry><outputEntry><text>if x &gt; 1 then \"c\" else \"b\"</text></outputEntry></rule>"
                         "</decisionTable></decision>",
            policies[i]);
        eq_int(compared(a, model_with(a, str_c(a, table)), growing_columns(a, 12), CASES, 1000), 0);
    }
}

TEST(numbers_texts_and_loose_values_become_codes)
{
    enum { ROWS = 300 };
    DmnModel *m = model_with(a, LITERAL("d", NEEDS_INPUT("x") NEEDS_INPUT("y") NEEDS_INPUT("t"), "[x * y, t, x = y]"));
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    int64_t x[ROWS], t[ROWS];
    uint8_t none[ROWS];
    Value y[ROWS], ret[ROWS];
    const Str words[] = {STR_INIT("a"), STR_INIT("b")};
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = (int64_t)i % 5 * 10;
        t[i] = (int64_t)i % 3; /* 2 is beyond the dictionary */
        none[i] = i % 11 == 0;
        y[i] = i % 13 == 0 ? feel_bool(true) : feel_int((int64_t)i % 4);
    }
    DmnColumn columns[] = {{.kind = FEEL_NUMBER, .scale = 1, .n = x, .null = none},
                           {.kind = FEEL_NULL, .values = y},
                           {.kind = FEEL_STRING, .n = t, .dict = words, .dict_count = COUNT_OF(words)}};
    DmnBatchCounts counts = {0};
    dmn_batch(feel_run_new(a, (FeelLimits){0}, (Instant){0}), d, columns, ROWS, ret, &counts);
    eq_int(counts.single, 0);
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    for (size_t i = 0; i < ROWS; i++) {
        Value number = {.kind = FEEL_NUMBER, .scale = 1, .i = x[i]};
        FeelEntry in[] = {{STR("x"), none[i] ? feel_null() : number},
                          {STR("y"), y[i]},
                          {STR("t"), t[i] == 2 ? feel_null() : feel_str(words[t[i]])}};
        Value want = dmn_evaluate(run, d, feel_context(in, 3), NULL);
        check(feel_same(ret[i], want));
    }
}

TEST(a_piece_past_the_limits_sends_rows_the_single_way)
{
    enum { ROWS = 100 };
    /* The first branch is never taken for these rows, so the single way never runs it. */
    DmnModel *m = model_with(a, LITERAL("d", NEEDS_INPUT("x") NEEDS_INPUT("y"),
                                        "if x &gt; 5 then (some i in 1..1000000 satisfies i = y + 0.5) else x = y"));
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    int64_t x[ROWS], y[ROWS];
    Value ret[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = y[i] = (int64_t)i % 5;
    }
    DmnColumn columns[] = {{.kind = FEEL_NUMBER, .n = x}, {.kind = FEEL_NUMBER, .n = y}};
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = 100000}, (Instant){0});
    DmnBatchCounts counts = {0};
    dmn_batch(run, d, columns, ROWS, ret, &counts);
    check(!feel_run_failed(run, NULL));
    eq_int(counts.single, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        check(feel_is_true(ret[i]));
    }
}

TEST(few_rows_go_the_single_way)
{
    DmnModel *m = model_with(a, LITERAL("d", NEEDS_INPUT("x") NEEDS_INPUT("y") NEEDS_INPUT("t"), "[x, y, t]"));
    eq_int(compared(a, m, growing_columns(a, 9), 100, 50), 50);
}
