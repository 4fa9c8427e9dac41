/* matrix_test.c: every hit policy × type × boundary × null and wrong type, against a second reading of the rules that
 * knows nothing of FEEL: a value is its place in an ordered list of five.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#include <stdio.h>
#include <string.h>

enum { NOTHING = 5, STRANGE = 6, PLACES = 7 }; /* null, and a value of another type, after the five places */

typedef struct {
    const char *type;
    const char *feel[5], *json[5]; /* ascending */
} Scale;

static const Scale scales[] = {
    {"number",
     {"-1", "0", "0.1", "0.3", "1e3"},
     {"-1.00", "0", "0.1", "\"0.3000000000000000000000000000000000\"", "1000"}},
    {"number",
     {"0.2999999999999999999999999999999999", "0.3", "0.3000000000000000000000000000000001", "1e20", "1e6000"},
     {"\"0.2999999999999999999999999999999999\"", "0.3", "\"0.3000000000000000000000000000000001\"",
      "\"100000000000000000000\"", "\"1e6000\""}},
    {"string", {"\"\"", "\"a\"", "\"aa\"", "\"b\"", "\"가\""}, {"\"\"", "\"a\"", "\"aa\"", "\"b\"", "\"가\""}},
    {"date",
     {"date(\"1969-12-31\")", "@\"2024-02-28\"", "@\"2024-02-29\"", "@\"2024-03-01\"", "date(\"9999-12-31\")"},
     {"\"1969-12-31\"", "\"2024-02-28\"", "\"2024-02-29\"", "\"2024-03-01\"", "\"9999-12-31\""}},
    {"time",
     {"@\"00:00:00\"", "@\"09:59:59\"", "@\"09:59:59.5\"", "@\"10:00:00\"", "@\"23:59:59\""},
     {"\"00:00:00\"", "\"09:59:59\"", "\"09:59:59.5\"", "\"10:00:00\"", "\"23:59:59\""}},
    {"date and time",
     {"@\"2024-01-01T00:00:00\"", "@\"2024-12-31T23:59:59\"", "@\"2024-12-31T23:59:59.5\"", "@\"2025-01-01T00:00:00\"",
      "@\"2025-06-01T00:00:00\""},
     {"\"2024-01-01T00:00:00\"", "\"2024-12-31T23:59:59\"", "\"2024-12-31T23:59:59.5\"", "\"2025-01-01T00:00:00\"",
      "\"2025-06-01T00:00:00\""}},
    {"days and time duration",
     {"@\"-P1D\"", "@\"PT0S\"", "@\"PT23H\"", "@\"P1D\"", "@\"PT25H\""},
     {"\"-P1D\"", "\"PT0S\"", "\"PT23H\"", "\"PT24H\"", "\"P1DT1H\""}},
    {"years and months duration",
     {"@\"-P1Y\"", "@\"P0M\"", "@\"P11M\"", "@\"P1Y\"", "@\"P13M\""},
     {"\"-P12M\"", "\"P0Y\"", "\"P11M\"", "\"P12M\"", "\"P1Y1M\""}},
};

typedef struct {
    const char *cell; /* A to E stand for the five values of the scale */
    bool accepts[PLACES];
    int output;
} MatrixRule;

static const MatrixRule matrix[] = {
    {"< B", {1, 0, 0, 0, 0, 0, 0}, 10},
    {"[B..C]", {0, 1, 1, 0, 0, 0, 0}, 20},
    {"(B..D)", {0, 0, 1, 0, 0, 0, 0}, 30},
    {"]B..D]", {0, 0, 1, 1, 0, 0, 0}, 20},
    {"[C..D[", {0, 0, 1, 0, 0, 0, 0}, 20},
    {"D", {0, 0, 0, 1, 0, 0, 0}, 50},
    {"null", {0, 0, 0, 0, 0, 1, 0}, 40},
    {"A, null", {1, 0, 0, 0, 0, 1, 0}, 10},
    {"not(A, B, C, D)", {0, 0, 0, 0, 1, 1, 1}, 60},
    {">= E", {0, 0, 0, 0, 1, 0, 0}, 60},
};

/* Places among the output values 50, 10, 30, 60, 20, 40. */
static int rank_of(int output)
{
    static const int order[] = {50, 10, 30, 60, 20, 40};
    int i = 0;
    while (order[i] != output) {
        i++;
    }
    return i;
}

typedef struct {
    int out[COUNT_OF(matrix)], count;
} Hits;

static Hits hits_of(unsigned subset, int place)
{
    Hits h = {0};
    for (size_t r = 0; r < COUNT_OF(matrix); r++) {
        if ((subset >> r & 1) != 0 && matrix[r].accepts[place]) {
            h.out[h.count++] = matrix[r].output;
        }
    }
    return h;
}

static Hits by_rank(Hits h)
{
    for (int i = 1; i < h.count; i++) {
        for (int k = i; k > 0 && rank_of(h.out[k]) < rank_of(h.out[k - 1]); k--) {
            int swap = h.out[k];
            h.out[k] = h.out[k - 1];
            h.out[k - 1] = swap;
        }
    }
    return h;
}

static Str one(Arena *a, Hits h, int index)
{
    return h.count == 0 ? STR("null") : str_printf(a, "%d", h.out[index]);
}

static Str unique(Arena *a, Hits h)
{
    return h.count > 1 ? STR("error") : one(a, h, 0);
}

static Str first(Arena *a, Hits h)
{
    return one(a, h, 0);
}

static Str any(Arena *a, Hits h)
{
    for (int i = 1; i < h.count; i++) {
        if (h.out[i] != h.out[0]) {
            return STR("error");
        }
    }
    return one(a, h, 0);
}

static Str priority(Arena *a, Hits h)
{
    return one(a, by_rank(h), 0);
}

static Str listed(Arena *a, Hits h)
{
    Buf b = buf_new(a, 1000);
    for (int i = 0; i < h.count; i++) {
        buf_printf(&b, "%s%d", i > 0 ? ", " : "", h.out[i]);
    }
    return str_printf(a, "[%.*s]", STR_ARG(buf_str(&b)));
}

static Str ordered(Arena *a, Hits h)
{
    return listed(a, by_rank(h));
}

static Str counted(Arena *a, Hits h)
{
    return str_printf(a, "%d", h.count);
}

static Str folded(Arena *a, Hits h, char how)
{
    int v = h.count > 0 ? h.out[0] : 0;
    for (int i = 1; i < h.count; i++) {
        v = how == '+' ? v + h.out[i] : (how == '<') == (h.out[i] < v) ? h.out[i] : v;
    }
    return h.count == 0 ? STR("null") : str_printf(a, "%d", v);
}

static Str summed(Arena *a, Hits h)
{
    return folded(a, h, '+');
}

static Str least(Arena *a, Hits h)
{
    return folded(a, h, '<');
}

static Str greatest(Arena *a, Hits h)
{
    return folded(a, h, '>');
}

static const struct {
    const char *table;
    Str (*expected)(Arena *a, Hits h);
} policies[] = {
    {"hitPolicy=\"UNIQUE\"", unique},
    {"hitPolicy=\"FIRST\"", first},
    {"hitPolicy=\"ANY\"", any},
    {"hitPolicy=\"PRIORITY\"", priority},
    {"hitPolicy=\"RULE ORDER\"", listed},
    {"hitPolicy=\"OUTPUT ORDER\"", ordered},
    {"hitPolicy=\"COLLECT\"", listed},
    {"hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", counted},
    {"hitPolicy=\"COLLECT\" aggregation=\"SUM\"", summed},
    {"hitPolicy=\"COLLECT\" aggregation=\"MIN\"", least},
    {"hitPolicy=\"COLLECT\" aggregation=\"MAX\"", greatest},
};

static Str rules_text(Arena *a, const Scale *s, unsigned subset)
{
    Buf b = buf_new(a, 1 << 16);
    for (size_t r = 0; r < COUNT_OF(matrix); r++) {
        if ((subset >> r & 1) == 0) {
            continue;
        }
        buf_printf(&b, "r%zu|", r);
        for (const char *c = matrix[r].cell; *c != 0; c++) {
            if (*c >= 'A' && *c <= 'E') {
                buf_add_c(&b, s->feel[*c - 'A']);
            } else {
                buf_byte(&b, *c);
            }
        }
        buf_printf(&b, "|%d\n", matrix[r].output);
    }
    return buf_str(&b);
}

static const char *json_at(const Scale *s, int place)
{
    return place == NOTHING ? "null" : place == STRANGE ? "{\"k\": [1]}" : s->json[place];
}

/* One table for each subset of the rules and policy, asked for each place. `typed` says whether the column has its type
 * (then a value of another type is refused before the table) or takes anything. */
static int subset_check(Arena *a, const Scale *s, size_t policy, unsigned subset)
{
    Str column = str_printf(a, "x %s", s->type);
    DmnModel *m = model_of(a, table_model(a, policies[policy].table, str_c(a, column), "o number 50,10,30,60,20,40",
                                          str_c(a, rules_text(a, s, subset))));
    int asked = 0;
    for (int place = 0; place < STRANGE; place++, asked++) {
        Str got = value_of(a, m, "d", str_c(a, str_printf(a, "{\"x\": %s}", json_at(s, place))));
        Str want = policies[policy].expected(a, hits_of(subset, place));
        if (!str_eq(got, want)) {
            printf("  %s, %s, rules %x, %s\n", policies[policy].table, s->type, subset, json_at(s, place));
        }
        eq_str(got, want);
    }
    check(str_starts(value_of(a, m, "d", str_c(a, str_printf(a, "{\"x\": %s}", json_at(s, STRANGE)))), STR("x: ")));
    return asked;
}

TEST_WITHIN(every_policy_type_boundary_and_null_as_a_second_reading_says, 120)
{
    int asked = 0;
    for (size_t i = 0; i < COUNT_OF(scales); i++) {
        for (size_t p = 0; p < COUNT_OF(policies); p++) {
            Arena *mine = arena_new(0);
            for (unsigned subset = 1; subset < 1u << COUNT_OF(matrix); subset += 29) {
                asked += subset_check(mine, &scales[i], p, subset);
            }
            arena_free(mine);
        }
    }
    check(asked > 18000);
}

TEST(a_value_of_another_type_meets_only_what_does_not_ask)
{
    const Scale *s = &scales[0];
    for (size_t p = 0; p < COUNT_OF(policies); p++) {
        unsigned all = (1u << COUNT_OF(matrix)) - 1;
        DmnModel *m = model_of(a, table_model(a, policies[p].table, "x Any", "o number 50,10,30,60,20,40",
                                              str_c(a, rules_text(a, s, all & ~(1u << 8)))));
        Str want = policies[p].expected(a, (Hits){0});
        eq_str(value_of(a, m, "d", "{\"x\": {\"k\": [1]}}"), want);
        eq_str(value_of(a, m, "d", "{\"x\": \"0.1\"}"), want);
        eq_str(value_of(a, m, "d", "{\"x\": true}"), want);
    }
}
