/* changes.c: which nearest change of the facts would give the wanted outcome. Every answer is proven by evaluating
 * again. Candidates are the boundaries of every table that an input reaches, found by probing: where a tested value
 * moves in a straight line with the input, its boundaries are carried back to the input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "regions_int.h"

#include <stdlib.h>

enum {
    LEAVES = 64,          /* inputs and members of inputs that may change */
    CANDIDATES = 512,     /* values tried for each */
    PROBES = 48,          /* places at which boundaries are looked for, for each */
    PAIR_CANDIDATES = 24, /* nearest values of each that are tried in pairs */
    PAIR_RUNS = 40000,
    LEAF_DEPTH = 4,
    LEAF_VISITS = 4096
};

/* One place in the inputs that may change. */
typedef struct {
    Str path;
    Str parts[LEAF_DEPTH + 1];
    size_t part_count;
    const DType *type;
    Value from;
    FeelKind kind;
    Value *candidates; /* nearest first */
    size_t count;
} Leaf;

typedef struct {
    FeelRun *run; /* of the caller: its arena takes the results */
    Arena *a;     /* for the search */
    Arena *inner_arena;
    FeelRun *inner; /* reset for every trial */
    const DmnInvocable *d;
    Value inputs;
    const FeelCode *wanted;
    Leaf leaves[LEAVES];
    size_t leaf_count, visits;
} Search;

/* ---- Inputs with one place changed ----------------------------------------------------------------------------- */

static Value with_change(Arena *a, Value context, const Str *parts, size_t count, Value to)
{
    if (count == 0) {
        return to;
    }
    size_t len = context.kind == FEEL_CONTEXT ? context.len : 0, at = 0;
    while (at < len && !str_eq(feel_entries(context)[at].name, parts[0])) {
        at++;
    }
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, len + 1);
    for (size_t i = 0; i < len; i++) {
        entries[i] = feel_entries(context)[i];
    }
    Value old = at < len ? entries[at].value : feel_null();
    entries[at] = (FeelEntry){parts[0], with_change(a, old, parts + 1, count - 1, to)};
    return feel_context(entries, at == len ? len + 1 : len);
}

static Value evaluated(Search *s, Value inputs, Probe *probe)
{
    return node_run(s->inner, s->d, inputs, NULL, probe);
}

static bool is_wanted(Search *s, Value outcome)
{
    Err err;
    return !feel_run_failed(s->inner, &err) && feel_is_true(feel_test(s->inner, s->wanted, NULL, outcome));
}

/* Tries a change; sets *ret to the outcome, in the caller's arena, if it is as wanted. */
static bool trial(Search *s, Value inputs, Value *ret)
{
    feel_run_reset(s->inner);
    Value v = evaluated(s, inputs, NULL);
    if (!is_wanted(s, v)) {
        return false;
    }
    *ret = value_copy(feel_run_arena(s->run), v);
    return true;
}

/* ---- Straight lines -------------------------------------------------------------------------------------------- */

/* A value as a number on a line: days, months, nanoseconds or the number itself. */
static bool coordinate(Value v, Dec *ret)
{
    if (v.kind == FEEL_NUMBER) {
        *ret = feel_dec(v);
        return true;
    }
    if (v.kind == FEEL_DATE || v.kind == FEEL_YEARS_DURATION || (v.kind == FEEL_DAYS_DURATION && !v.boxed)) {
        *ret = dec_from_int(v.i);
        return true;
    }
    return false;
}

static bool from_coordinate(Arena *a, Dec d, FeelKind kind, Value *ret)
{
    int64_t n = 0;
    if (kind == FEEL_NUMBER) {
        *ret = feel_number(a, d);
        return true;
    }
    if (!dec_to_int(d, &n) || (kind == FEEL_DATE && (n < INT32_MIN / 4 || n > INT32_MAX / 4))) {
        return false;
    }
    *ret = (Value){.kind = (uint8_t)kind, .i = n};
    return true;
}

static int scale_of(Value v)
{
    Dec d;
    if (v.kind != FEEL_NUMBER) {
        return 0;
    }
    d = dec_normal(feel_dec(v));
    return d.exponent < 0 ? (d.exponent < -18 ? 18 : -d.exponent) : 0;
}

static void candidate_add(Search *s, Leaf *leaf, Value v)
{
    if (v.kind == FEEL_NULL || leaf->count >= CANDIDATES || feel_same(v, leaf->from)) {
        return;
    }
    if (!type_is_any(leaf->type)) {
        feel_run_reset(s->inner);
        if (type_check(s->inner, v, leaf->type, leaf->path).kind == FEEL_NULL) {
            return;
        }
    }
    for (size_t i = 0; i < leaf->count; i++) {
        if (feel_same(leaf->candidates[i], v)) {
            return;
        }
    }
    leaf->candidates[leaf->count++] = value_copy(s->a, v);
}

typedef struct {
    Dec x0, slope, f0;
    int scale; /* digits after the point that count */
} Line;

/* The input values at which the tested value meets `cut`, and their neighbours on both sides. */
static void boundary_add(Search *s, Leaf *leaf, const Line *line, Dec cut)
{
    Dec gap, shift, x, step = dec_from_int(1);
    if (!dec_sub(cut, line->f0, &gap) || !dec_div(gap, line->slope, &shift) || !dec_add(line->x0, shift, &x)) {
        return;
    }
    step.exponent = -line->scale;
    const DecRounding ways[] = {DEC_FLOOR, DEC_CEILING};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        Dec at, side;
        Value v;
        if (!dec_round(x, line->scale, ways[i], &at)) {
            continue;
        }
        if (from_coordinate(s->a, at, leaf->kind, &v)) {
            candidate_add(s, leaf, v);
        }
        if (dec_add(at, step, &side) && from_coordinate(s->a, side, leaf->kind, &v)) {
            candidate_add(s, leaf, v);
        }
        if (dec_sub(at, step, &side) && from_coordinate(s->a, side, leaf->kind, &v)) {
            candidate_add(s, leaf, v);
        }
    }
}

static void table_cuts(Arena *a, const Table *t, size_t input, Cuts *cuts)
{
    for (size_t r = 0; r < t->rule_count; r++) {
        if (t->rules[r].in[input].code != NULL) {
            cuts_add(a, cuts, t->rules[r].in[input].code);
        }
    }
}

static bool probe_at(Search *s, const Leaf *leaf, Dec x, Probe *ret)
{
    Value v;
    *ret = (Probe){0};
    if (!from_coordinate(s->a, x, leaf->kind, &v)) {
        return false;
    }
    (void)evaluated(s, with_change(s->a, s->inputs, leaf->parts, leaf->part_count, v), ret);
    return true;
}

/* Boundaries seen from one value of the input. */
static void lines_follow(Search *s, Leaf *leaf, Dec x0)
{
    Dec one = dec_from_int(1), x1, x2;
    Probe p[3];
    feel_run_reset(s->inner);
    if (!dec_add(x0, one, &x1) || !dec_add(x1, one, &x2) || !probe_at(s, leaf, x0, &p[0]) ||
        !probe_at(s, leaf, x1, &p[1]) || !probe_at(s, leaf, x2, &p[2])) {
        return;
    }
    size_t count = p[0].count < p[1].count ? p[0].count : p[1].count;
    count = count < p[2].count ? count : p[2].count;
    /* What the probes point to is gone at the next reset, so boundaries are collected first. */
    struct Found {
        Line line;
        const Table *t;
        size_t input;
        FeelKind kind;
    } *found = ARENA_ARRAY(s->a, struct Found, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        Dec f0, f1, f2, d1, d2;
        if (p[0].items[i].t == p[1].items[i].t && p[1].items[i].t == p[2].items[i].t &&
            coordinate(p[0].items[i].value, &f0) && coordinate(p[1].items[i].value, &f1) &&
            coordinate(p[2].items[i].value, &f2) && dec_sub(f1, f0, &d1) && dec_sub(f2, f1, &d2) &&
            d1.coefficient != 0 && dec_cmp(d1, d2) == 0) {
            found[n++] = (struct Found){
                {x0, d1, f0, 0}, p[0].items[i].t, p[0].items[i].input, (FeelKind)p[0].items[i].value.kind};
        }
    }
    for (size_t i = 0; i < n; i++) {
        Cuts cuts = {0};
        int scale = scale_of(leaf->from);
        table_cuts(s->a, found[i].t, found[i].input, &cuts);
        cuts_sort(&cuts, found[i].kind);
        for (size_t k = 0; k < cuts.count; k++) {
            scale = scale_of(cuts.items[k]) > scale ? scale_of(cuts.items[k]) : scale;
        }
        found[i].line.scale = leaf->kind == FEEL_NUMBER ? scale : 0;
        for (size_t k = 0; k < cuts.count; k++) {
            Dec cut;
            if (coordinate(cuts.items[k], &cut)) {
                boundary_add(s, leaf, &found[i].line, cut);
            }
        }
    }
}

/* ---- Candidates of one place ----------------------------------------------------------------------------------- */

static bool reads_leaf(const TableInput *in, const Leaf *leaf)
{
    return str_eq(in->text, leaf->path) ||
           (in->named != NULL && leaf->part_count == 1 && str_eq(in->named->variable, leaf->path));
}

typedef void (*SearchTable)(Search *s, Leaf *leaf, const Table *t);

static void expr_tables(Search *s, Leaf *leaf, const Expr *e, SearchTable fn)
{
    if (e == NULL) {
        return;
    }
    if (e->kind == EXPR_TABLE) {
        fn(s, leaf, e->table);
    }
    for (size_t i = 0; i < e->count; i++) {
        expr_tables(s, leaf, e->parts[i].expr, fn);
    }
    expr_tables(s, leaf, e->first, fn);
    expr_tables(s, leaf, e->second, fn);
    expr_tables(s, leaf, e->third, fn);
}

static void graph_tables(Search *s, Leaf *leaf, SearchTable fn)
{
    for (size_t i = 0; i < s->d->plan_count; i++) {
        const DmnInvocable *n = s->d->plan[i];
        expr_tables(s, leaf, n->logic, fn);
        for (size_t k = 0; k < n->know_count; k++) {
            expr_tables(s, leaf, n->knows[k]->logic, fn);
        }
    }
}

/* Constants of columns that read the place directly; and every text constant where the place is a text without a list
 * of allowed values. */
static void direct_cuts(Search *s, Leaf *leaf, const Table *t)
{
    Cuts cuts = {0};
    for (size_t i = 0; i < t->input_count; i++) {
        if (reads_leaf(&t->inputs[i], leaf) || leaf->kind == FEEL_STRING) {
            table_cuts(s->a, t, i, &cuts);
        }
    }
    cuts_sort(&cuts, leaf->kind);
    for (size_t i = 0; i < cuts.count; i++) {
        Dec x;
        candidate_add(s, leaf, cuts.items[i]);
        if (coordinate(cuts.items[i], &x)) {
            int scale = scale_of(leaf->from) > scale_of(cuts.items[i]) ? scale_of(leaf->from) : scale_of(cuts.items[i]);
            Line same = {x, dec_from_int(1), x, leaf->kind == FEEL_NUMBER ? scale : 0};
            boundary_add(s, leaf, &same, x);
        }
    }
}

static void allowed_add(Search *s, Leaf *leaf)
{
    Cuts cuts = {0};
    for (const DType *t = leaf->type; t != NULL; t = t->base) {
        cuts_add(s->a, &cuts, t->allowed);
    }
    cuts_sort(&cuts, leaf->kind);
    for (size_t i = 0; i < cuts.count; i++) {
        candidate_add(s, leaf, cuts.items[i]);
    }
}

static int distance_cmp(const Search *s, const Leaf *leaf, Value a, Value b)
{
    Dec x, da, db;
    (void)s;
    if (!coordinate(leaf->from, &x) || !coordinate(a, &da) || !coordinate(b, &db) || !dec_sub(da, x, &da) ||
        !dec_sub(db, x, &db)) {
        return 0;
    }
    da.negative = db.negative = false;
    return dec_cmp(da, db);
}

static void candidates_sort(const Search *s, Leaf *leaf)
{
    for (size_t i = 1; i < leaf->count; i++) {
        Value moving = leaf->candidates[i];
        size_t j = i;
        for (; j > 0 && distance_cmp(s, leaf, moving, leaf->candidates[j - 1]) < 0; j--) {
            leaf->candidates[j] = leaf->candidates[j - 1];
        }
        leaf->candidates[j] = moving;
    }
}

static void candidates_find(Search *s, Leaf *leaf)
{
    Dec x;
    leaf->candidates = ARENA_ARRAY(s->a, Value, CANDIDATES);
    if (leaf->kind == FEEL_BOOLEAN) {
        candidate_add(s, leaf, feel_bool(true));
        candidate_add(s, leaf, feel_bool(false));
        return;
    }
    allowed_add(s, leaf);
    graph_tables(s, leaf, direct_cuts);
    if (coordinate(leaf->from, &x)) {
        lines_follow(s, leaf, x);
    }
    for (size_t i = 0; i < leaf->count && i < PROBES; i++) { /* the line may bend behind a boundary */
        if (coordinate(leaf->candidates[i], &x)) {
            lines_follow(s, leaf, x);
        }
    }
    candidates_sort(s, leaf);
}

/* ---- Places ---------------------------------------------------------------------------------------------------- */

static void leaf_add(Search *s, const Str *parts, size_t count, const DType *type, Value from)
{
    FeelKind kind = !type_is_any(type) && type->feel != NULL ? feel_type_kind(type->feel) : (FeelKind)from.kind;
    if (++s->visits > LEAF_VISITS) {
        return;
    }
    if (kind == FEEL_CONTEXT && !type_is_any(type) && count < LEAF_DEPTH) {
        for (size_t i = 0; i < type->member_count; i++) {
            Str longer[LEAF_DEPTH + 1];
            for (size_t k = 0; k < count; k++) {
                longer[k] = parts[k];
            }
            longer[count] = type->members[i].name;
            leaf_add(s, longer, count + 1, type->members[i].type, feel_get(from, type->members[i].name));
        }
        return;
    }
    bool simple = kind == FEEL_BOOLEAN || kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_DATE ||
                  kind == FEEL_YEARS_DURATION || kind == FEEL_DAYS_DURATION;
    if (!simple || s->leaf_count == LEAVES) {
        return;
    }
    Leaf *leaf = &s->leaves[s->leaf_count++];
    Buf path = buf_new(feel_run_arena(s->run), 4096);
    for (size_t i = 0; i < count; i++) {
        leaf->parts[i] = parts[i];
        buf_printf(&path, "%s%.*s", i > 0 ? "." : "", STR_ARG(parts[i]));
    }
    leaf->path = buf_str(&path);
    leaf->part_count = count;
    leaf->type = type;
    leaf->from = from;
    leaf->kind = kind;
}

static void leaves_find(Search *s, const Str *changeable, size_t count)
{
    for (size_t i = 0; i < s->d->plan_count; i++) {
        const DmnInvocable *n = s->d->plan[i];
        for (size_t k = 0; k < count && n->kind == NODE_INPUT; k++) {
            if (str_eq(n->variable, changeable[k])) {
                leaf_add(s, &n->variable, 1, n->type, feel_get(s->inputs, n->variable));
            }
        }
    }
}

/* ---- Search ---------------------------------------------------------------------------------------------------- */

static bool comes_by_waiting(const Leaf *leaf, Value to)
{
    return leaf->kind == FEEL_DATE && leaf->from.kind == FEEL_DATE && to.i > leaf->from.i;
}

static DmnChange change_of(Search *s, const Leaf *leaf, Value to, Value outcome, int group)
{
    return (DmnChange){.input = leaf->path,
                       .from = leaf->from,
                       .to = value_copy(feel_run_arena(s->run), to),
                       .by_waiting = comes_by_waiting(leaf, to),
                       .outcome = outcome,
                       .group = group};
}

static size_t singles_find(Search *s, DmnChange *ret, size_t max)
{
    size_t found = 0;
    for (size_t i = 0; i < s->leaf_count && found < max; i++) {
        Leaf *leaf = &s->leaves[i];
        for (size_t k = 0; k < leaf->count; k++) {
            Value outcome;
            if (trial(s, with_change(s->a, s->inputs, leaf->parts, leaf->part_count, leaf->candidates[k]), &outcome)) {
                ret[found++] = change_of(s, leaf, leaf->candidates[k], outcome, 0);
                break;
            }
        }
    }
    return found;
}

static bool pair_try(Search *s, const Leaf *a, const Leaf *b, size_t *runs, DmnChange *ret, int group)
{
    size_t na = a->count < PAIR_CANDIDATES ? a->count : PAIR_CANDIDATES;
    size_t nb = b->count < PAIR_CANDIDATES ? b->count : PAIR_CANDIDATES;
    for (size_t sum = 0; sum + 1 < na + nb; sum++) { /* nearest in both first */
        for (size_t i = 0; i <= sum && i < na; i++) {
            Value outcome;
            if (sum - i >= nb || ++*runs > PAIR_RUNS) {
                continue;
            }
            ArenaMark mark = arena_mark(s->a);
            Value one = with_change(s->a, s->inputs, a->parts, a->part_count, a->candidates[i]);
            Value both = with_change(s->a, one, b->parts, b->part_count, b->candidates[sum - i]);
            bool ok = trial(s, both, &outcome);
            arena_rewind(s->a, mark);
            if (ok) {
                ret[0] = change_of(s, a, a->candidates[i], outcome, group);
                ret[1] = change_of(s, b, b->candidates[sum - i], outcome, group);
                return true;
            }
        }
    }
    return false;
}

static size_t pairs_find(Search *s, DmnChange *ret, size_t max)
{
    size_t found = 0, runs = 0;
    for (size_t i = 0; i < s->leaf_count; i++) {
        for (size_t k = i + 1; k < s->leaf_count && found + 2 <= max && runs < PAIR_RUNS; k++) {
            if (pair_try(s, &s->leaves[i], &s->leaves[k], &runs, ret + found, (int)(found / 2) + 1)) {
                found += 2;
            }
        }
    }
    return found;
}

/* The caller's clock, through the language, since a run does not show it. */
static Instant clock_of(FeelRun *run, Arena *a)
{
    const FeelCode *code = NULL;
    Instant now = {0};
    if (feel_compile(a, feel_scope_new(a, NULL), STR("now()"), &code, NULL)) {
        Value v = feel_eval(run, code, NULL);
        if (v.kind == FEEL_DATE_TIME) {
            const FeelMoment *m = v.p;
            now.ms = m->day * 86400000 + m->nanos / 1000000 - (m->has_offset ? (int64_t)m->offset * 1000 : 0);
        }
    }
    return now;
}

size_t dmn_changes(FeelRun *run, const DmnInvocable *d, Value inputs, const FeelCode *wanted, const Str *changeable,
                   size_t changeable_count, DmnChange *ret, size_t max)
{
    Arena *a = arena_new(0), *inner = arena_new(0);
    Search *s = ARENA_NEW(a, Search);
    s->run = run;
    s->a = a;
    s->inner_arena = inner;
    s->inner = feel_run_new(inner, (FeelLimits){0}, clock_of(run, a));
    s->d = d;
    s->inputs = inputs;
    s->wanted = wanted;
    leaves_find(s, changeable, changeable_count);
    for (size_t i = 0; i < s->leaf_count; i++) {
        candidates_find(s, &s->leaves[i]);
    }
    size_t found = singles_find(s, ret, max);
    if (found == 0) {
        found = pairs_find(s, ret, max);
    }
    arena_free(inner);
    arena_free(a);
    return found;
}
