/* index_test.c: the column index and the batch answer as the plain scan does, on random tables and random inputs of
 * every kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/index_int.h"
#include "dmn_testing.h"

#include <stdio.h>

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int below(uint64_t *seed, int n)
{
    return (int)(next(seed) % (uint64_t)n);
}

static void number_cell(Buf *b, uint64_t *s)
{
    static const char *const forms[] = {"< %d",    "<= %d",    "> %d", ">= %d.5", "%d",        "-",
                                        "not(%d)", "%d, null", "null", "!= %d",   "not(!= %d)"};
    int n = below(s, 12) - 3, form = below(s, 14);
    if (form < 11) {
        const char *f = forms[form];
        for (; *f != 0; f++) {
            if (f[0] == '%') {
                buf_printf(b, "%d", n);
                f++;
            } else {
                buf_byte(b, *f);
            }
        }
        return;
    }
    buf_printf(b, "%c%d.25..%d%c", form == 11 ? '(' : '[', n, n + below(s, 5) + 1, form == 13 ? ')' : ']');
}

static void text_cell(Buf *b, uint64_t *s)
{
    static const char *const cells[] = {"\"a\"", "\"b\"",       "\"a\",\"c\"", "not(\"a\")", "-", "not(\"a\",\"b\")",
                                        "null",  "\"a\", null", "\"\"",        "!= \"b\""};
    buf_add_c(b, cells[below(s, (int)COUNT_OF(cells))]);
}

static void date_cell(Buf *b, uint64_t *s)
{
    static const char *const ops[] = {"", "< ", "<= ", "> ", ">= "};
    int op = below(s, 7), day = below(s, 20) + 1;
    if (op == 5) {
        buf_byte(b, '-');
    } else if (op == 6) {
        buf_printf(b, "[date(\"2024-02-%02d\")..date(\"2024-03-%02d\"))", day, day);
    } else {
        buf_printf(b, "%sdate(\"2024-02-%02d\")", ops[op], day);
    }
}

static void bool_cell(Buf *b, uint64_t *s)
{
    static const char *const cells[] = {"true", "false", "-", "not(true)", "true, null"};
    buf_add_c(b, cells[below(s, (int)COUNT_OF(cells))]);
}

static Value random_value(Arena *a, uint64_t *s, int column)
{
    Dec d;
    int kind = below(s, 10) < 8 ? column : below(s, 6); /* now and then one of another kind */
    switch (kind) {
    case 0:
        d = (Dec){.coefficient = (U128)below(s, 300), .exponent = -below(s, 25), .negative = below(s, 2) == 0};
        return below(s, 2) ? feel_int(below(s, 16) - 4) : feel_number(a, d);
    case 1: return feel_str(below(s, 2) ? STR("a") : below(s, 2) ? STR("b") : below(s, 2) ? STR("c") : STR(""));
    case 2: return feel_date(day_from_ymd((Ymd){2024, 2 + below(s, 2), 1 + below(s, 25)}));
    case 3: return feel_bool(below(s, 2) == 1);
    case 4: return feel_list(NULL, 0);
    default: return feel_null();
    }
}

static Str random_table(Arena *a, uint64_t *s, int rules, const char *hit, const char *columns)
{
    Buf b = buf_new(a, 64 << 20);
    for (int r = 0; r < rules; r++) {
        buf_printf(&b, "r%d|", r);
        number_cell(&b, s);
        buf_byte(&b, '|');
        text_cell(&b, s);
        buf_byte(&b, '|');
        date_cell(&b, s);
        buf_byte(&b, '|');
        bool_cell(&b, s);
        buf_printf(&b, "|%d\n", below(s, 4));
    }
    return table_model(a, hit, columns, "o number 3,1,2,0", str_c(a, buf_str(&b)));
}

static DmnModel *loaded(Arena *a, Str xml, bool plain)
{
    DmnSource *source = ARENA_NEW(a, DmnSource);
    DmnModel *m = NULL;
    Err err = {0};
    *source = (DmnSource){STR("t.dmn"), xml};
    if (!model_load(a, source, 1, plain, &m, &err)) {
        printf("  %s\n", err.text);
        check(false);
    }
    return m;
}

static size_t compare(Arena *a, const DmnModel *x, const DmnModel *y, uint64_t *s, int trials)
{
    const DmnInvocable *dx = dmn_find(x, DMN_DECISION, STR("d")), *dy = dmn_find(y, DMN_DECISION, STR("d"));
    FeelRun *rx = feel_run_new(a, (FeelLimits){0}, (Instant){0}), *ry = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    size_t hits = 0;
    const Str names[] = {STR_INIT("n"), STR_INIT("t"), STR_INIT("f"), STR_INIT("b")};
    for (int i = 0; i < trials; i++) {
        FeelEntry in[4];
        for (int c = 0; c < 4; c++) {
            in[c] = (FeelEntry){names[c], random_value(a, s, c)};
        }
        feel_run_reset(rx);
        feel_run_reset(ry);
        Value vx = dmn_evaluate(rx, dx, feel_context(in, 4), NULL),
              vy = dmn_evaluate(ry, dy, feel_context(in, 4), NULL);
        check(feel_same(vx, vy));
        check((vx.reason != 0) == (vy.reason != 0));
        hits += vx.kind != FEEL_NULL;
    }
    return hits;
}

TEST_WITHIN(index_and_scan_agree_on_random_tables, 60)
{
    static const char *const hits[] = {"hitPolicy=\"UNIQUE\"",
                                       "hitPolicy=\"FIRST\"",
                                       "hitPolicy=\"ANY\"",
                                       "hitPolicy=\"COLLECT\"",
                                       "hitPolicy=\"COLLECT\" aggregation=\"SUM\"",
                                       "hitPolicy=\"RULE ORDER\"",
                                       "hitPolicy=\"PRIORITY\"",
                                       "hitPolicy=\"OUTPUT ORDER\""};
    uint64_t seed = 88172645463325252u;
    size_t answered = 0;
    for (int round = 0; round < 60; round++) {
        Arena *mine = arena_new(0);
        Str xml = random_table(mine, &seed, 2 + below(&seed, 100), hits[(size_t)round % COUNT_OF(hits)],
                               "n Any;t Any;f Any;b Any");
        DmnModel *indexed = loaded(mine, xml, false), *plain = loaded(mine, xml, true);
        check(indexed->nodes[4]->logic->table->index != NULL);
        check(plain->nodes[4]->logic->table->index == NULL);
        answered += compare(mine, indexed, plain, &seed, 300);
        arena_free(mine);
    }
    check(answered > 1000);
}

TEST_WITHIN(a_table_of_ten_thousand_rules_is_split_and_answers, 60)
{
    Buf b = buf_new(a, 64 << 20);
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "r%d|[%d..%d)|\"t%d\"|%d\n", i, i / 10, i / 10 + 1, i % 10, i);
    }
    Str xml = table_model(a, "hitPolicy=\"UNIQUE\"", "n number;t string", "o number", str_c(a, buf_str(&b)));
    DmnModel *m = loaded(a, xml, false);
    check(m->nodes[2]->logic->table->index != NULL);
    check(m->nodes[2]->logic->table->index->parts != NULL);
    eq_text(value_of(a, m, "d", "{\"n\": 512, \"t\": \"t7\"}"), "5127");
    eq_text(value_of(a, m, "d", "{\"n\": 999.999, \"t\": \"t9\"}"), "9999");
    eq_text(value_of(a, m, "d", "{\"n\": 1000, \"t\": \"t9\"}"), "null");
    eq_text(value_of(a, m, "d", "{\"n\": 0}"), "null");
}

enum { ROWS = 2500 };

typedef struct {
    int64_t n[4][ROWS];
    uint8_t null[4][ROWS];
    DmnColumn columns[4];
} Rows;

static const Str words[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c"), STR_INIT("")};

static Rows *random_rows(Arena *a, uint64_t *s)
{
    Rows *r = ARENA_NEW(a, Rows);
    const FeelKind kinds[] = {FEEL_NUMBER, FEEL_STRING, FEEL_DATE, FEEL_BOOLEAN};
    for (size_t c = 0; c < 4; c++) {
        for (size_t i = 0; i < ROWS; i++) {
            r->n[c][i] = c == 0   ? below(s, 1600) - 400
                         : c == 1 ? below(s, 4)
                         : c == 3 ? below(s, 2)
                                  : day_from_ymd((Ymd){2024, 2 + below(s, 2), 1 + below(s, 25)}).n;
            r->null[c][i] = below(s, 20) == 0;
        }
        r->columns[c] = (DmnColumn){.kind = kinds[c],
                                    .scale = c == 0 ? 2 : 0,
                                    .n = r->n[c],
                                    .null = r->null[c],
                                    .dict = words,
                                    .dict_count = COUNT_OF(words)};
    }
    return r;
}

static Value row_value(const Rows *r, size_t c, size_t i)
{
    const DmnColumn *column = &r->columns[c];
    if (r->null[c][i]) {
        return feel_null();
    }
    if (column->kind == FEEL_STRING) {
        return feel_str(words[r->n[c][i]]);
    }
    return (Value){.kind = (uint8_t)column->kind, .scale = (uint8_t)column->scale, .i = r->n[c][i]};
}

TEST_WITHIN(batch_and_scan_agree_on_random_tables, 60)
{
    static const char *const hits[] = {"hitPolicy=\"UNIQUE\"", "hitPolicy=\"FIRST\"", "hitPolicy=\"PRIORITY\"",
                                       "hitPolicy=\"COLLECT\""};
    uint64_t seed = 1181783497276652981u;
    size_t columnar = 0;
    for (int round = 0; round < 40; round++) {
        Arena *mine = arena_new(0);
        int rules = 2 + below(&seed, round % 2 ? 12 : 150);
        Str xml = random_table(mine, &seed, rules, hits[(size_t)round % COUNT_OF(hits)],
                               "n number;t string;f date;b boolean");
        DmnModel *m = loaded(mine, xml, false), *plain = loaded(mine, xml, true);
        Rows *rows = random_rows(mine, &seed);
        FeelRun *run = feel_run_new(mine, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = SIZE_MAX / 4}, (Instant){0});
        FeelRun *other = feel_run_new(mine, (FeelLimits){0}, (Instant){0});
        Value *ret = ARENA_ARRAY(mine, Value, ROWS);
        DmnBatchCounts counts = {0};
        const DmnInvocable *d = dmn_find(plain, DMN_DECISION, STR("d"));
        dmn_batch(run, dmn_find(m, DMN_DECISION, STR("d")), rows->columns, ROWS, ret, &counts);
        columnar += counts.rows - counts.single;
        for (size_t i = 0; i < ROWS; i++) {
            FeelEntry in[4];
            for (size_t c = 0; c < 4; c++) {
                in[c] = (FeelEntry){d->inputs[c].name, row_value(rows, c, i)};
            }
            feel_run_reset(other);
            Value want = dmn_evaluate(other, d, feel_context(in, 4), NULL);
            check(feel_same(ret[i], want) && (ret[i].reason != 0) == (want.reason != 0));
        }
        arena_free(mine);
    }
    check(columnar > 10000);
}

TEST(batch_of_a_chain_with_a_sum_and_allowed_values_agrees)
{
    DmnModel *m =
        loaded(a,
               xml_model(a, "<itemDefinition "
                            "name=\"small\"><typeRef>number</typeRef><allowedValues><text>[0..50]</text></"
                            "allowedValues></itemDefinition>"
                            "<inputData id=\"x\" name=\"x\"><variable name=\"x\" typeRef=\"small\"/></inputData>"
                            "<inputData id=\"y\" name=\"y\"><variable name=\"y\" typeRef=\"number\"/></inputData>"
                            "<decision id=\"s\" name=\"room left\"><variable name=\"room left\" "
                            "typeRef=\"number\"/><informationRequirement><requiredInput "
                            "href=\"#x\"/></informationRequirement><informationRequirement><requiredInput "
                            "href=\"#y\"/></informationRequirement>"
                            "<literalExpression><text>x - y</text></literalExpression></decision>"
                            "<decision id=\"d\" name=\"d\"><informationRequirement><requiredDecision "
                            "href=\"#s\"/></informationRequirement><decisionTable>"
                            "<input><inputExpression typeRef=\"number\"><text>room "
                            "left</text></inputExpression></input><output/><rule><inputEntry><text>> 0"
                            "</text></inputEntry><outputEntry><text>\"yes\"</text></outputEntry></"
                            "rule><rule><inputEntry><text>&lt;= 0</text></inputEntry>"
                            "<outputEntry><text>\"no\"</text></outputEntry></rule></decisionTable></decision>"),
               false);
    int64_t x[200], y[200];
    for (int i = 0; i < 200; i++) {
        x[i] = i - 20; /* some are not allowed */
        y[i] = 30;
    }
    DmnColumn columns[] = {{.kind = FEEL_NUMBER, .n = x}, {.kind = FEEL_NUMBER, .n = y}};
    const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
    Value ret[200];
    DmnBatchCounts counts = {0};
    dmn_batch(feel_run_new(a, (FeelLimits){0}, (Instant){0}), d, columns, 200, ret, &counts);
    eq_int(counts.single, 200 - 51);
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    for (int i = 0; i < 200; i++) {
        FeelEntry in[] = {{STR("x"), feel_int(x[i])}, {STR("y"), feel_int(y[i])}};
        Value want = dmn_evaluate(run, d, feel_context(in, 2), NULL);
        check(feel_same(ret[i], want) && (ret[i].reason != 0) == (want.reason != 0));
    }
}

/* ---- Nearest changes against trying every whole number --------------------------------------------------------- */

static Value at(const DmnInvocable *d, FeelRun *run, int64_t x, int64_t y)
{
    FeelEntry in[] = {{STR("x"), feel_int(x)}, {STR("y"), feel_int(y)}};
    feel_run_reset(run);
    return dmn_evaluate(run, d, feel_context(in, 2), NULL);
}

/* How far the nearest x is that gives `want`; −1 if none within 60. */
static int64_t nearest_by_trying(const DmnInvocable *d, FeelRun *run, int64_t x, int64_t y, int64_t want)
{
    for (int64_t far = 1; far < 60; far++) {
        if (feel_same(at(d, run, x + far, y), feel_int(want)) || feel_same(at(d, run, x - far, y), feel_int(want))) {
            return far;
        }
    }
    return -1;
}

static DmnModel *random_chain(Arena *a, uint64_t *s)
{
    Buf b = buf_new(a, 1 << 20);
    buf_printf(
        &b,
        "<inputData id=\"x\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData>"
        "<inputData id=\"y\" name=\"y\"><variable name=\"y\" typeRef=\"number\"/></inputData>"
        "<decision id=\"s\" name=\"s\"><variable name=\"s\" typeRef=\"number\"/><informationRequirement><requiredInput "
        "href=\"#x\"/></informationRequirement><informationRequirement><requiredInput "
        "href=\"#y\"/></informationRequirement>"
        "<literalExpression><text>%d * x - y + %d</text></literalExpression></decision>"
        "<decision id=\"d\" name=\"d\"><variable name=\"d\" "
        "typeRef=\"number\"/><informationRequirement><requiredDecision "
        "href=\"#s\"/></informationRequirement><informationRequirement><requiredInput "
        "href=\"#x\"/></informationRequirement>"
        "<decisionTable hitPolicy=\"FIRST\"><input><inputExpression><text>s</text></inputExpression></input><input>"
        "<inputExpression><text>x</text></inputExpression></input><output/>",
        below(s, 5) - 2, below(s, 9));
    for (int r = 0; r < 4; r++) {
        int low = below(s, 30) - 10, at_x = below(s, 20);
        buf_printf(&b,
                   "<rule><inputEntry><text>[%d..%d]</text></inputEntry><inputEntry><text>%s "
                   "%d</text></inputEntry><outputEntry><text>%d"
                   "</text></outputEntry></rule>",
                   low, low + below(s, 8), below(s, 2) ? ">=" : "&lt;", at_x, r % 3);
    }
    buf_add_c(&b, "</decisionTable></decision>");
    return loaded(a, xml_model(a, str_c(a, buf_str(&b))), false);
}

TEST_WITHIN(nearest_change_is_what_trying_every_number_finds, 60)
{
    uint64_t seed = 2685821657736338717u;
    int answers = 0;
    for (int round = 0; round < 150; round++) {
        Arena *mine = arena_new(0);
        DmnModel *m = random_chain(mine, &seed);
        const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
        FeelRun *run = feel_run_new(mine, (FeelLimits){0}, (Instant){0}),
                *other = feel_run_new(mine, (FeelLimits){0}, (Instant){0});
        int64_t x = below(&seed, 20), y = below(&seed, 20), want = below(&seed, 3);
        const FeelCode *wanted = NULL;
        const Str names[] = {STR_INIT("x")};
        DmnChange c[1];
        FeelEntry in[] = {{STR("x"), feel_int(x)}, {STR("y"), feel_int(y)}};
        check(feel_compile_tests(mine, NULL, str_printf(mine, "%d", (int)want), &wanted, NULL));
        if (feel_same(at(d, other, x, y), feel_int(want))) {
            arena_free(mine);
            continue;
        }
        int64_t far = nearest_by_trying(d, other, x, y, want);
        size_t found = dmn_changes(run, d, feel_context(in, 2), wanted, names, 1, c, 1);
        eq_int(found, far > 0 ? 1 : 0);
        if (found > 0) {
            int64_t to = 0;
            check(dec_to_int(feel_dec(c[0].to), &to));
            eq_int(to > x ? to - x : x - to, far);
            answers++;
        }
        arena_free(mine);
    }
    check(answers > 30);
}
