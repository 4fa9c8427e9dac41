/* metamorphic_test.c: what may be done to a table without changing what it decides: other order, split intervals, rules
 * that never apply, other names, written and read again. And a counterfactual, applied, gives what it promised.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#include <string.h>

enum { RULES_MOST = 40, ROUNDS = 40, QUESTIONS = 60 };

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

/* One rule over a number and a text: [from..to) of tenths, and a letter or "-". */
typedef struct {
    int from, to;
    char letter; /* 'a' to 'c', or '-' */
    int output;
} Row;

typedef struct {
    Row rows[RULES_MOST];
    int count;
} Rows;

/* Rules that never overlap: each letter has its own chain of intervals, with gaps here and there. */
static Rows disjoint(uint64_t *s)
{
    Rows t = {0};
    for (char letter = 'a'; letter <= 'c'; letter++) {
        for (int at = below(s, 5), i = 0; i < 8; i++) {
            int to = at + 1 + below(s, 9);
            if (below(s, 5) != 0) {
                t.rows[t.count++] = (Row){at, to, letter, below(s, 6)};
            }
            at = to;
        }
    }
    return t;
}

static Rows overlapping(uint64_t *s)
{
    Rows t = {.count = 3 + below(s, 20)};
    for (int i = 0; i < t.count; i++) {
        int from = below(s, 40);
        t.rows[i] = (Row){from, from + 1 + below(s, 30), "abc-"[below(s, 4)], below(s, 6)};
    }
    return t;
}

/* The names of the columns: what they are called must not matter. */
typedef struct {
    const char *number, *text;
} Names;

static const Names plain = {"x", "t"}, spaced = {"monthly wage", "kind of work"};

static Str rows_text(Arena *a, const Rows *t, const char *prefix)
{
    Buf b = buf_new(a, 1 << 16);
    for (int i = 0; i < t->count; i++) {
        const Row *r = &t->rows[i];
        buf_printf(&b, "%s%d|[%d.%d..%d.%d)|", prefix, i, r->from / 10, r->from % 10, r->to / 10, r->to % 10);
        Str letter = r->letter == '-' ? STR("-") : str_printf(a, "\"%c\"", r->letter);
        buf_printf(&b, "%.*s|%d\n", STR_ARG(letter), r->output);
    }
    return buf_str(&b);
}

/* table_model() takes names without spaces: names with them go in afterwards, wherever the plain one stands alone. */
static Str renamed(Arena *a, Str xml, const char *from, const char *to)
{
    Buf b = buf_new(a, 1 << 20);
    Str left = xml, needles[2] = {str_printf(a, "\"%s\"", from), str_printf(a, ">%s<", from)};
    while (left.len > 0) {
        size_t quoted = str_find(left, needles[0], 0), inner = str_find(left, needles[1], 0);
        size_t at = quoted < inner ? quoted : inner;
        if (at == SIZE_MAX) {
            break;
        }
        buf_printf(&b, "%.*s%s", (int)(at + 1), left.ptr, to);
        left = str_sub(left, at + 1 + strlen(from), left.len);
    }
    buf_printf(&b, "%.*s", STR_ARG(left));
    return buf_str(&b);
}

static Str table_xml(Arena *a, const Rows *t, const char *hit, const char *prefix, Names names)
{
    Str xml = table_model(a, hit, "x number;t string", "o number 3,1,5,0,2,4", str_c(a, rows_text(a, t, prefix)));
    return renamed(a, renamed(a, xml, "x", names.number), "t", names.text);
}

static Str answer(Arena *a, const DmnModel *m, Names names, int tenths, char letter)
{
    return value_of(a, m, "d",
                    str_c(a, str_printf(a, "{\"%s\": %d.%d, \"%s\": \"%c\"}", names.number, tenths / 10, tenths % 10,
                                        names.text, letter)));
}

/* Both say the same at random places; how many of them were answered. */
static int same(Arena *a, uint64_t *s, Str one, Str other, Names other_names)
{
    DmnModel *x = model_of(a, one), *y = model_of(a, other);
    int answered = 0;
    for (int i = 0; i < QUESTIONS; i++) {
        int tenths = below(s, 80);
        char letter = "abcd"[below(s, 4)];
        Str want = answer(a, x, plain, tenths, letter);
        eq_str(answer(a, y, other_names, tenths, letter), want);
        answered += !str_eq_c(want, "null");
    }
    return answered;
}

static void shuffle(uint64_t *s, Rows *t)
{
    for (int i = t->count - 1; i > 0; i--) {
        int k = below(s, i + 1);
        Row r = t->rows[i];
        t->rows[i] = t->rows[k];
        t->rows[k] = r;
    }
}

/* Policies whose answer does not hang on the order of the rules, some only where no two rules meet. */
static const struct {
    const char *table;
    bool may_overlap;
} unordered[] = {
    {"hitPolicy=\"UNIQUE\"", true},
    {"hitPolicy=\"ANY\"", true},
    {"hitPolicy=\"PRIORITY\"", true},
    {"hitPolicy=\"OUTPUT ORDER\"", true},
    {"hitPolicy=\"COLLECT\" aggregation=\"SUM\"", true},
    {"hitPolicy=\"COLLECT\" aggregation=\"MIN\"", true},
    {"hitPolicy=\"COLLECT\" aggregation=\"MAX\"", true},
    {"hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", true},
    {"hitPolicy=\"FIRST\"", false},
    {"hitPolicy=\"RULE ORDER\"", false},
    {"hitPolicy=\"COLLECT\"", false},
};

TEST_WITHIN(the_order_of_rules_changes_nothing_where_the_policy_says_so, 60)
{
    uint64_t seed = 88172645463325252u;
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Arena *mine = arena_new(0);
        size_t p = (size_t)round % COUNT_OF(unordered);
        Rows t = unordered[p].may_overlap ? overlapping(&seed) : disjoint(&seed), other = t;
        shuffle(&seed, &other);
        answered += same(mine, &seed, table_xml(mine, &t, unordered[p].table, "r", plain),
                         table_xml(mine, &other, unordered[p].table, "r", plain), plain);
        arena_free(mine);
    }
    check(answered > ROUNDS * QUESTIONS / 4);
}

/* Each rule that is wide enough becomes two beside each other: what COUNT and SUM say, only one of which applies. */
static Rows split(uint64_t *s, const Rows *t)
{
    Rows ret = {0};
    for (int i = 0; i < t->count; i++) {
        Row left = t->rows[i], right = left;
        if (left.to - left.from < 2 || ret.count + t->count - i >= RULES_MOST) {
            ret.rows[ret.count++] = left;
            continue;
        }
        left.to = right.from = left.from + 1 + below(s, left.to - left.from - 1);
        ret.rows[ret.count++] = left;
        ret.rows[ret.count++] = right;
    }
    return ret;
}

/* Rules that no value meets, anywhere in the table. */
static Rows with_dead_rules(uint64_t *s, const Rows *t)
{
    Rows ret = *t;
    for (int i = 0; i < 5 && ret.count < RULES_MOST; i++) {
        int at = below(s, 40);
        ret.rows[ret.count++] = (Row){at, at, "abc-"[below(s, 4)], below(s, 6)}; /* [n..n) holds nothing */
        Row r = ret.rows[ret.count - 1];
        int k = below(s, ret.count);
        memmove(&ret.rows[k + 1], &ret.rows[k], sizeof(Row) * (size_t)(ret.count - 1 - k));
        ret.rows[k] = r;
    }
    return ret;
}

TEST_WITHIN(split_intervals_and_rules_that_never_apply_change_nothing, 60)
{
    uint64_t seed = 1181783497276652981u;
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Arena *mine = arena_new(0);
        const char *hit = unordered[(size_t)round % COUNT_OF(unordered)].table;
        Rows t = round % 2 ? overlapping(&seed) : disjoint(&seed), halves = split(&seed, &t),
             more = with_dead_rules(&seed, &t);
        Str xml = table_xml(mine, &t, hit, "r", plain);
        answered += same(mine, &seed, xml, table_xml(mine, &halves, hit, "r", plain), plain);
        answered += same(mine, &seed, xml, table_xml(mine, &more, hit, "r", plain), plain);
        arena_free(mine);
    }
    check(answered > ROUNDS * QUESTIONS / 2);
}

static Str written(Arena *a, Str xml)
{
    DmnDraft *d = NULL;
    Err err = {0};
    Buf b = buf_new(a, 1 << 20);
    check(dmn_draft_open(a, (DmnSource){STR("m.dmn"), xml}, &d, &err));
    dmn_draft_print(d, &b);
    return buf_str(&b);
}

TEST_WITHIN(other_names_and_writing_the_file_again_change_nothing, 60)
{
    uint64_t seed = 2862933555777941757u;
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Arena *mine = arena_new(0);
        const char *hit = unordered[(size_t)round % COUNT_OF(unordered)].table;
        Rows t = overlapping(&seed);
        Str xml = table_xml(mine, &t, hit, "r", plain);
        answered += same(mine, &seed, xml, table_xml(mine, &t, hit, "rule-", spaced), spaced);
        answered += same(mine, &seed, xml, written(mine, xml), plain);
        arena_free(mine);
    }
    check(answered > ROUNDS * QUESTIONS / 2);
}

/* Applies one change, or those of one group, to the inputs {x, t}. */
static void applied(const DmnChange *c, size_t count, size_t which, FeelEntry *in)
{
    for (size_t i = 0; i < count; i++) {
        if (i == which || (c[which].group > 0 && c[i].group == c[which].group)) {
            in[str_eq_c(c[i].input, "x") ? 0 : 1].value = c[i].to;
        }
    }
}

TEST_WITHIN(a_counterfactual_applied_gives_what_it_promised, 60)
{
    uint64_t seed = 9007199254740993u;
    const Str changeable[] = {STR_INIT("x"), STR_INIT("t")};
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Arena *mine = arena_new(0);
        Rows t = disjoint(&seed);
        DmnModel *m = model_of(mine, table_xml(mine, &t, "hitPolicy=\"UNIQUE\"", "r", plain));
        const DmnInvocable *d = dmn_find(m, DMN_DECISION, STR("d"));
        FeelRun *run = feel_run_new(mine, (FeelLimits){0}, (Instant){0});
        const FeelCode *wanted = NULL;
        Err err = {0};
        check(feel_compile_tests(mine, NULL, str_printf(mine, "%d", below(&seed, 6)), &wanted, &err));
        FeelEntry in[2] = {{STR("x"), feel_int(below(&seed, 8))}, {STR("t"), feel_str(STR("b"))}};
        DmnChange c[8];
        size_t count = dmn_changes(run, d, feel_context(in, 2), wanted, changeable, 2, c, COUNT_OF(c));
        for (size_t i = 0; i < count; i++, found++) {
            FeelEntry after[2] = {in[0], in[1]};
            applied(c, count, i, after);
            FeelRun *again = feel_run_new(mine, (FeelLimits){0}, (Instant){0});
            check(feel_same(dmn_evaluate(again, d, feel_context(after, 2), NULL), c[i].outcome));
        }
        arena_free(mine);
    }
    check(found > ROUNDS);
}
