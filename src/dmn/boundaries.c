/* boundaries.c: the values of one input that are worth a trial. They stand beside boundaries: constants of tables,
 * allowed values, and comparisons inside expressions. Where a tested value moves in a straight line with the input,
 * found by probing, its boundaries are carried back to the input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes_int.h"

enum { PROBES = 48 }; /* places at which boundaries are looked for, for each input */

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

static void probe_with(Search *s, const Leaf *leaf, Value v, Probe *ret)
{
    *ret = (Probe){0};
    feel_run_watch(s->inner, &ret->met);
    (void)node_run(s->inner, s->d, with_change(s->a, s->inputs, leaf->parts, leaf->part_count, v), NULL, ret);
    feel_run_watch(s->inner, NULL);
}

static bool probe_at(Search *s, const Leaf *leaf, Dec x, Probe *ret)
{
    Value v;
    *ret = (Probe){0};
    if (!from_coordinate(s->a, x, leaf->kind, &v)) {
        return false;
    }
    probe_with(s, leaf, v, ret);
    return true;
}

/* Three values one apart: whether they move evenly, and by how much. */
static bool moves_evenly(const Dec f[3], Dec *ret_slope)
{
    Dec d1, d2;
    if (!dec_sub(f[1], f[0], &d1) || !dec_sub(f[2], f[1], &d2) || d1.coefficient == 0 || dec_cmp(d1, d2) != 0) {
        return false;
    }
    *ret_slope = d1;
    return true;
}

/* Where a value that moves evenly was tested or compared. */
typedef struct {
    Line line;
    const Table *t; /* NULL: two values were compared, and f0 is how far apart they are */
    size_t input;
    FeelKind kind;
} Crossing;

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return c < least ? c : least;
}

static size_t tests_crossed(const Probe p[3], Dec x0, Crossing *ret)
{
    size_t n = 0, count = least_of(p[0].count, p[1].count, p[2].count);
    for (size_t i = 0; i < count; i++) {
        const Tested *one[] = {&p[0].items[i], &p[1].items[i], &p[2].items[i]};
        Dec f[3], slope;
        if (one[0]->t == one[1]->t && one[1]->t == one[2]->t && coordinate(one[0]->value, &f[0]) &&
            coordinate(one[1]->value, &f[1]) && coordinate(one[2]->value, &f[2]) && moves_evenly(f, &slope)) {
            ret[n++] = (Crossing){{x0, slope, f[0], 0}, one[0]->t, one[0]->input, (FeelKind)one[0]->value.kind};
        }
    }
    return n;
}

static bool apart(const FeelMet *m, Dec *ret)
{
    Dec left, right;
    return m->left.kind == m->right.kind && coordinate(m->left, &left) && coordinate(m->right, &right) &&
           dec_sub(left, right, ret);
}

/* Comparisons inside expressions, such as the condition of an `if`: the boundary is where both sides are equal. */
static size_t comparisons_crossed(const Probe p[3], Dec x0, Crossing *ret)
{
    size_t n = 0, count = least_of(p[0].met.count, p[1].met.count, p[2].met.count);
    for (size_t i = 0; i < count; i++) {
        const FeelMet *one[] = {&p[0].met.items[i], &p[1].met.items[i], &p[2].met.items[i]};
        Dec f[3], slope;
        if (one[0]->where == one[1]->where && one[1]->where == one[2]->where && apart(one[0], &f[0]) &&
            apart(one[1], &f[1]) && apart(one[2], &f[2]) && moves_evenly(f, &slope)) {
            int left = scale_of(one[0]->left), right = scale_of(one[0]->right);
            Line line = {x0, slope, f[0], left > right ? left : right};
            ret[n++] = (Crossing){line, NULL, 0, (FeelKind)one[0]->left.kind};
        }
    }
    return n;
}

static void crossing_follow(Search *s, Leaf *leaf, const Crossing *c)
{
    Cuts cuts = {0};
    Line line = c->line;
    if (c->t != NULL) {
        table_cuts(s->a, c->t, c->input, &cuts);
        cuts_sort(&cuts, c->kind);
    }
    int scale = scale_of(leaf->from) > line.scale ? scale_of(leaf->from) : line.scale;
    for (size_t k = 0; k < cuts.count; k++) {
        scale = scale_of(cuts.items[k]) > scale ? scale_of(cuts.items[k]) : scale;
    }
    line.scale = leaf->kind == FEEL_NUMBER ? scale : 0;
    if (c->t == NULL) {
        boundary_add(s, leaf, &line, dec_from_int(0));
    }
    for (size_t k = 0; k < cuts.count; k++) {
        Dec cut;
        if (coordinate(cuts.items[k], &cut)) {
            boundary_add(s, leaf, &line, cut);
        }
    }
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
    /* What the probes point to is gone at the next reset, so boundaries are collected first. */
    Crossing *found = ARENA_ARRAY(s->a, Crossing, p[0].count + p[0].met.count);
    size_t n = tests_crossed(p, x0, found);
    n += comparisons_crossed(p, x0, found + n);
    for (size_t i = 0; i < n; i++) {
        crossing_follow(s, leaf, &found[i]);
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

/* Texts that the place's own text was compared with in an expression. */
static void texts_met(Search *s, Leaf *leaf)
{
    Probe p;
    feel_run_reset(s->inner);
    probe_with(s, leaf, leaf->from, &p);
    Cuts cuts = {0};
    for (size_t i = 0; i < p.met.count; i++) {
        const FeelMet *m = &p.met.items[i];
        if (m->left.kind == FEEL_STRING && m->right.kind == FEEL_STRING) {
            cuts_add_value(s->a, &cuts, value_copy(s->a, feel_same(m->left, leaf->from) ? m->right : m->left));
        }
    }
    for (size_t i = 0; i < cuts.count; i++) {
        candidate_add(s, leaf, cuts.items[i]);
    }
}

void candidates_find(Search *s, Leaf *leaf)
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
    if (leaf->kind == FEEL_STRING) {
        texts_met(s, leaf);
    }
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
