/* index_test.c: the column index answers as the plain scan does, on random tables and random inputs of every kind.
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
    static const char *const forms[] = {"< %d", "<= %d", "> %d", ">= %d.5", "%d", "-", "not(%d)", "%d, null", "null"};
    int n = below(s, 12) - 3, form = below(s, 12);
    if (form < 9) {
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
    buf_printf(b, "%c%d.25..%d%c", form == 9 ? '(' : '[', n, n + below(s, 5) + 1, form == 11 ? ')' : ']');
}

static void text_cell(Buf *b, uint64_t *s)
{
    static const char *const cells[] = {"\"a\"", "\"b\"", "\"a\",\"c\"", "not(\"a\")", "-", "not(\"a\",\"b\")", "null", "\"a\", null", "\"\""};
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
    case 1:
        return feel_str(below(s, 2) ? STR("a") : below(s, 2) ? STR("b") : below(s, 2) ? STR("c") : STR(""));
    case 2:
        return feel_date(day_from_ymd((Ymd){2024, 2 + below(s, 2), 1 + below(s, 25)}));
    case 3:
        return feel_bool(below(s, 2) == 1);
    case 4:
        return feel_list(NULL, 0);
    default:
        return feel_null();
    }
}

static Str random_table(Arena *a, uint64_t *s, int rules, const char *hit)
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
    return table_model(a, hit, "n Any;t Any;f Any;b Any", "o number", str_c(a, buf_str(&b)));
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
        Value vx = dmn_evaluate(rx, dx, feel_context(in, 4), NULL), vy = dmn_evaluate(ry, dy, feel_context(in, 4), NULL);
        check(feel_same(vx, vy));
        check((vx.reason != 0) == (vy.reason != 0));
        hits += vx.kind != FEEL_NULL;
    }
    return hits;
}

TEST_WITHIN(index_and_scan_agree_on_random_tables, 60)
{
    static const char *const hits[] = {"hitPolicy=\"UNIQUE\"", "hitPolicy=\"FIRST\"", "hitPolicy=\"ANY\"", "hitPolicy=\"COLLECT\"",
                                       "hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "hitPolicy=\"RULE ORDER\""};
    uint64_t seed = 88172645463325252u;
    size_t answered = 0;
    for (int round = 0; round < 60; round++) {
        Arena *mine = arena_new(0);
        Str xml = random_table(mine, &seed, 2 + below(&seed, 100), hits[(size_t)round % COUNT_OF(hits)]);
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
