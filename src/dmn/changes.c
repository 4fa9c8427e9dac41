/* changes.c: which nearest change of the facts would give the wanted outcome. Every answer is proven by evaluating
 * again. Which values are tried stands in boundaries.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes_int.h"

enum {
    PAIR_CANDIDATES = 24, /* nearest values of each that are tried in pairs */
    PAIR_RUNS = 40000,
    LEAF_VISITS = 4096
};

/* ---- Inputs with one place changed ----------------------------------------------------------------------------- */

Value with_change(Arena *a, Value context, const Str *parts, size_t count, Value to)
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

static bool is_wanted(Search *s, Value outcome)
{
    Err err;
    return !feel_run_failed(s->inner, &err) && feel_is_true(feel_test(s->inner, s->wanted, NULL, outcome));
}

/* Tries a change; sets *ret to the outcome, in the caller's arena, if it is as wanted. */
static bool trial(Search *s, Value inputs, Value *ret)
{
    feel_run_reset(s->inner);
    Value v = node_run(s->inner, s->d, inputs, NULL, NULL);
    if (!is_wanted(s, v)) {
        return false;
    }
    *ret = value_copy(feel_run_arena(s->run), v);
    return true;
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

static Search *search_new(FeelRun *run, const DmnInvocable *d, Value inputs)
{
    Arena *a = arena_new(0);
    Search *s = ARENA_NEW(a, Search);
    s->run = run;
    s->a = a;
    s->inner_arena = arena_new(0);
    s->inner = feel_run_new(s->inner_arena, (FeelLimits){0}, clock_of(run, a));
    s->d = d;
    s->inputs = inputs;
    return s;
}

static void search_free(Search *s)
{
    arena_free(s->inner_arena);
    arena_free(s->a);
}

size_t dmn_changes(FeelRun *run, const DmnInvocable *d, Value inputs, const FeelCode *wanted, const Str *changeable,
                   size_t changeable_count, DmnChange *ret, size_t max)
{
    Search *s = search_new(run, d, inputs);
    s->wanted = wanted;
    leaves_find(s, changeable, changeable_count);
    for (size_t i = 0; i < s->leaf_count; i++) {
        candidates_find(s, &s->leaves[i]);
    }
    size_t found = singles_find(s, ret, max);
    if (found == 0) {
        found = pairs_find(s, ret, max);
    }
    search_free(s);
    return found;
}

/* ---- By waiting ------------------------------------------------------------------------------------------------ */

/* The outcome on a day, in the caller's arena; false if it is `now`, or a limit was hit. */
static bool differs_on(Search *s, const Leaf *leaf, int64_t day, Value now, Value *ret)
{
    Err err;
    Value to = {.kind = FEEL_DATE, .i = day};
    feel_run_reset(s->inner);
    Value v = node_run(s->inner, s->d, with_change(s->a, s->inputs, leaf->parts, leaf->part_count, to), NULL, NULL);
    if (feel_run_failed(s->inner, &err) || feel_same(v, now)) {
        return false;
    }
    *ret = value_copy(feel_run_arena(s->run), v);
    return true;
}

/* Of the days between one that does not differ and one that does, the first that does. */
static int64_t first_between(Search *s, const Leaf *leaf, int64_t same, int64_t differs, Value now, Value *outcome)
{
    while (differs - same > 1) {
        int64_t middle = same + (differs - same) / 2;
        if (differs_on(s, leaf, middle, now, outcome)) {
            differs = middle;
        } else {
            same = middle;
        }
    }
    (void)differs_on(s, leaf, differs, now, outcome);
    return differs;
}

bool dmn_next_change(FeelRun *run, const DmnInvocable *d, Value inputs, Str date, DmnChange *ret)
{
    Search *s = search_new(run, d, inputs);
    Str input = date;
    size_t dot = str_find(date, STR("."), 0);
    bool found = false;
    leaves_find(s, &input, 1);
    if (s->leaf_count == 0 && dot != SIZE_MAX) { /* a member of an input */
        input = str_sub(date, 0, dot);
        leaves_find(s, &input, 1);
    }
    for (size_t i = 0; i < s->leaf_count && !found; i++) {
        Leaf *leaf = &s->leaves[i];
        if (leaf->kind != FEEL_DATE || leaf->from.kind != FEEL_DATE || !str_eq(leaf->path, date)) {
            continue;
        }
        Value now = value_copy(s->a, node_run(s->inner, d, inputs, NULL, NULL)), outcome;
        int64_t same = leaf->from.i;
        candidates_find(s, leaf);
        for (size_t k = 0; k < leaf->count && !found; k++) {
            int64_t day = leaf->candidates[k].i;
            if (day <= same) {
                continue;
            }
            if (differs_on(s, leaf, day, now, &outcome)) {
                Value to = {.kind = FEEL_DATE, .i = first_between(s, leaf, same, day, now, &outcome)};
                *ret = change_of(s, leaf, to, outcome, 0);
                found = true;
            }
            same = day;
        }
    }
    search_free(s);
    return found;
}
