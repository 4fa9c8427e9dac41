/* check_table.c: walks the elementary intervals of a table: gaps, overlaps under UNIQUE, rules that never decide.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check_int.h"

#include <string.h>

enum {
    WALK_STATES = 200000,   /* sets of rules looked at in one table */
    WALK_WORK = 200000000,  /* mask words and regions looked at in one table */
    WALK_TESTS = 100000000, /* cells run to find what they accept */
    GAPS_SHOWN = 5,
    OVERLAPS_SHOWN = 20,
    WALK_RULES = 3000, /* greater tables are not analysed */
    CELL_BITS = 64
};

/* The walk remembers for each column which sets of remaining rules it has seen, so that it ends soon. */
typedef struct {
    Check *c;
    const DmnInvocable *d;
    const Table *t;
    Column *columns;
    Arena *scratch;
    size_t words;
    size_t *path;    /* region chosen in each column */
    uint64_t **seen; /* hash slots: column, then the set */
    size_t slots, states;
    uint64_t *decides; /* rules that decide somewhere, under the hit policy */
    size_t gaps, work;
    bool gave_up;
} Walk;

static bool mask_empty(const uint64_t *m, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        if (m[i] != 0) {
            return false;
        }
    }
    return true;
}

/* True if this set was seen in this column before; else remembers it. */
static bool state_seen(Walk *w, size_t column, const uint64_t *mask)
{
    uint64_t h = str_hash((Str){(const char *)mask, w->words * 8}) * 31 + column;
    for (size_t i = (size_t)h & (w->slots - 1);; i = (i + 1) & (w->slots - 1)) {
        uint64_t *s = w->seen[i];
        if (s == NULL) {
            s = ARENA_ARRAY(w->scratch, uint64_t, w->words + 1);
            s[0] = column;
            memcpy(s + 1, mask, w->words * 8);
            w->seen[i] = s;
            w->states++;
            return false;
        }
        if (s[0] == column && memcmp(s + 1, mask, w->words * 8) == 0) {
            return true;
        }
    }
}

static Json *example_json(Walk *w, size_t columns)
{
    Json *o = json_new_object(w->c->a);
    for (size_t i = 0; i < columns; i++) {
        const Region *r = &w->columns[i].regions[w->path[i]];
        if (r->rep.kind != FEEL_NULL) {
            json_set(w->c->a, o, w->t->inputs[i].text, feel_to_json(w->c->a, r->rep));
        }
    }
    return o;
}

static Str example_text(Walk *w, size_t columns)
{
    Buf b = buf_new(w->c->a, 4096);
    for (size_t i = 0; i < columns; i++) {
        const Region *r = &w->columns[i].regions[w->path[i]];
        if (r->rep.kind != FEEL_NULL) {
            buf_printf(&b, "%s%.*s = ", b.len > 0 ? ", " : "", STR_ARG(w->t->inputs[i].text));
            feel_print(&b, r->rep);
        }
    }
    return buf_str(&b);
}

static void gap_found(Walk *w, size_t columns)
{
    w->gaps++;
    if (w->gaps <= GAPS_SHOWN) {
        finding_add(w->c,
                    (FindingHead){.severity = DMN_WARNING,
                                  .code = "gap",
                                  .element = w->t->owner,
                                  .line = w->t->line,
                                  .example = example_json(w, columns)},
                    "no rule applies where %.*s", STR_ARG(example_text(w, columns)));
    }
}

static void leaf(Walk *w, const uint64_t *mask)
{
    bool first_only = w->t->hit == HIT_FIRST;
    for (size_t i = 0; i < w->words; i++) {
        if (mask[i] != 0 && first_only) {
            w->decides[i] |= mask[i] & (~mask[i] + 1);
            return;
        }
        w->decides[i] |= mask[i];
    }
}

static void walk(Walk *w, size_t column, const uint64_t *mask)
{
    if (mask_empty(mask, w->words)) {
        gap_found(w, column);
        return;
    }
    if (column == w->t->input_count) {
        leaf(w, mask);
        return;
    }
    if (state_seen(w, column, mask)) {
        return;
    }
    w->work += w->columns[column].count * w->words;
    if (w->states >= WALK_STATES || w->work > WALK_WORK) {
        w->gave_up = true;
        return;
    }
    const Column *c = &w->columns[column];
    uint64_t *next = ARENA_ARRAY(w->scratch, uint64_t, w->words);
    for (size_t r = 0; r < c->count && !w->gave_up; r++) {
        for (size_t i = 0; i < w->words; i++) {
            next[i] = mask[i] & c->regions[r].mask[i];
        }
        w->path[column] = r;
        walk(w, column + 1, next);
    }
}

/* ---- Overlaps -------------------------------------------------------------------------------------------------- */

static bool accepts(const Region *r, size_t rule)
{
    return (r->mask[rule / CELL_BITS] >> (rule % CELL_BITS) & 1) != 0;
}

/* A region of each column that both rules accept, into the path; false if there is none. */
static bool common_regions(Walk *w, size_t a, size_t b)
{
    for (size_t i = 0; i < w->t->input_count; i++) {
        const Column *c = &w->columns[i];
        size_t r = 0;
        while (r < c->count && !(accepts(&c->regions[r], a) && accepts(&c->regions[r], b))) {
            r++;
        }
        w->work += r + 1;
        if (r == c->count) {
            return false;
        }
        w->path[i] = r;
    }
    return true;
}

static bool same_outputs(const Table *t, size_t a, size_t b)
{
    for (size_t o = 0; o < t->output_count; o++) {
        const TableCell *x = &t->rules[a].out[o], *y = &t->rules[b].out[o];
        if (!x->is_constant || !y->is_constant || !feel_same(x->constant, y->constant)) {
            return false;
        }
    }
    return true;
}

static void overlaps_check(Walk *w)
{
    const Table *t = w->t;
    size_t shown = 0;
    bool any = t->hit == HIT_ANY;
    if ((t->hit != HIT_UNIQUE && !any)) {
        return;
    }
    for (size_t a = 0; a < t->rule_count; a++) {
        for (size_t b = a + 1; b < t->rule_count && shown < OVERLAPS_SHOWN && !w->gave_up; b++) {
            w->gave_up = w->work > WALK_WORK;
            if ((any && same_outputs(t, a, b)) || !common_regions(w, a, b)) {
                continue;
            }
            shown++;
            finding_add(w->c,
                        (FindingHead){.severity = DMN_ERROR,
                                      .code = "overlap",
                                      .element = t->owner,
                                      .rule = t->rules[b].id,
                                      .line = t->rules[b].line,
                                      .example = example_json(w, t->input_count)},
                        "rules %.*s and %.*s both apply where %.*s, but the hit policy is %.*s",
                        STR_ARG(t->rules[a].id), STR_ARG(t->rules[b].id), STR_ARG(example_text(w, t->input_count)),
                        STR_ARG(hit_name(t->hit)));
        }
    }
}

/* ---- Types of cells -------------------------------------------------------------------------------------------- */

static void input_cell_type(Check *c, const Table *t, size_t input, const TableRule *rule)
{
    const DType *type = input_domain(t, input);
    const FeelCode *code = rule->in[input].code;
    if (code == NULL || type_is_any(type) || type->feel == NULL) {
        return;
    }
    FeelKind kind = feel_type_kind(type->feel);
    FeelTests shape = feel_tests_shape(code);
    for (size_t i = 0; shape.shape == FEEL_TEST_RANGES && i < shape.count; i++) {
        Value v = shape.ranges[i].low.kind != FEEL_NULL ? shape.ranges[i].low : shape.ranges[i].high;
        if (v.kind != FEEL_NULL && (FeelKind)v.kind != kind && kind != FEEL_NULL && kind != FEEL_LIST) {
            finding_add(c,
                        (FindingHead){.severity = DMN_ERROR,
                                      .code = "type",
                                      .element = t->owner,
                                      .rule = rule->id,
                                      .line = rule->in[input].line},
                        "the cell %.*s can never hold for %.*s, which is of type %.*s", STR_ARG(rule->in[input].text),
                        STR_ARG(t->inputs[input].text), STR_ARG(type->name));
            return;
        }
    }
}

static void output_cell_type(Check *c, const Table *t, size_t o, const TableRule *rule)
{
    const TableOutput *out = &t->outputs[o];
    const TableCell *cell = &rule->out[o];
    FindingHead head = {
        .severity = DMN_ERROR, .code = "type", .element = t->owner, .rule = rule->id, .line = cell->line};
    if (!cell->is_constant || cell->constant.kind == FEEL_NULL) {
        return;
    }
    if (!type_is_any(out->type) && type_check(c->run, cell->constant, out->type, out->name).kind == FEEL_NULL) {
        finding_add(c, head, "the output %.*s is no %.*s", STR_ARG(cell->text), STR_ARG(out->type->name));
        return;
    }
    size_t reads = 0;
    if (out->values != NULL) {
        feel_code_reads(out->values, &reads);
    }
    if (out->values != NULL && reads == 0 && !feel_is_true(feel_test(c->run, out->values, NULL, cell->constant))) {
        finding_add(c, head, "the output %.*s is not among the output values %.*s", STR_ARG(cell->text),
                    STR_ARG(out->values_text));
    }
}

/* Policies that give lists need a type that is one; the others need one that is not. */
static void result_type(Check *c, const DmnInvocable *d, const Table *t)
{
    bool lists = t->hit == HIT_COLLECT || t->hit == HIT_RULE_ORDER || t->hit == HIT_OUTPUT_ORDER;
    bool whole = d->logic->kind == EXPR_TABLE && d->logic->table == t && d->kind == DMN_DECISION;
    if (!whole || type_is_any(d->type)) {
        return;
    }
    bool is_list = feel_type_kind(d->type->feel) == FEEL_LIST;
    if (lists && !is_list) {
        finding_add(c, (FindingHead){.severity = DMN_ERROR, .code = "type", .element = t->owner, .line = d->line},
                    "hit policy %.*s gives a list, but the type %.*s is no collection", STR_ARG(t->hit_name),
                    STR_ARG(d->type->name));
    } else if (!lists && is_list && t->output_count > 1) {
        finding_add(c, (FindingHead){.severity = DMN_WARNING, .code = "type", .element = t->owner, .line = d->line},
                    "hit policy %.*s gives one result, but the type %.*s is a collection", STR_ARG(t->hit_name),
                    STR_ARG(d->type->name));
    }
}

static void types_check(Check *c, const Table *t)
{
    for (size_t r = 0; r < t->rule_count; r++) {
        for (size_t i = 0; i < t->input_count; i++) {
            input_cell_type(c, t, i, &t->rules[r]);
        }
        for (size_t o = 0; o < t->output_count; o++) {
            output_cell_type(c, t, o, &t->rules[r]);
        }
    }
}

/* ---- The whole table ------------------------------------------------------------------------------------------- */

static void unreachable_check(Walk *w)
{
    const Table *t = w->t;
    for (size_t r = 0; r < t->rule_count && !w->gave_up; r++) {
        if ((w->decides[r / CELL_BITS] >> (r % CELL_BITS) & 1) == 0) {
            finding_add(w->c,
                        (FindingHead){.severity = DMN_WARNING,
                                      .code = "unreachable",
                                      .element = t->owner,
                                      .rule = t->rules[r].id,
                                      .line = t->rules[r].line},
                        t->hit == HIT_FIRST
                            ? "rule %.*s never decides: rules before it cover it, or no allowed value fits"
                            : "rule %.*s never applies: no allowed value fits its cells",
                        STR_ARG(t->rules[r].id));
        }
    }
}

/* Whether no rule applying is an answer of its own, and not a hole. */
static bool gap_is_lawful(const Table *t)
{
    return t->has_default || t->hit == HIT_COLLECT || t->hit == HIT_RULE_ORDER || t->hit == HIT_OUTPUT_ORDER ||
           t->hit == HIT_COUNT || t->hit == HIT_SUM || t->hit == HIT_MIN || t->hit == HIT_MAX;
}

static void columns_walk(Walk *w)
{
    const Table *t = w->t;
    uint64_t *all = ARENA_ARRAY(w->scratch, uint64_t, w->words);
    for (size_t r = 0; r < t->rule_count; r++) {
        all[r / CELL_BITS] |= (uint64_t)1 << (r % CELL_BITS);
    }
    w->slots = 1 << 19;
    w->seen = ARENA_ARRAY(w->scratch, uint64_t *, w->slots);
    if (gap_is_lawful(t)) {
        w->gaps = GAPS_SHOWN; /* not shown */
    }
    size_t before = w->gaps;
    walk(w, 0, all);
    if (w->gaps > GAPS_SHOWN && before == 0) {
        finding_add(w->c, (FindingHead){.severity = DMN_INFO, .code = "gap", .element = t->owner, .line = t->line},
                    "%zu more gaps are not shown", w->gaps - GAPS_SHOWN);
    }
    unreachable_check(w);
    w->work = 0;
    bool walked = !w->gave_up;
    w->gave_up = false;
    overlaps_check(w);
    if (!walked || w->gave_up) {
        finding_add(w->c, (FindingHead){.severity = DMN_INFO, .code = "too-big", .element = t->owner, .line = t->line},
                    "the table is too big to look at every combination");
    }
}

void table_analyse(Check *c, const DmnInvocable *d, const Table *t)
{
    types_check(c, t);
    result_type(c, d, t);
    if (t->rule_count == 0) {
        finding_add(c, (FindingHead){.severity = DMN_WARNING, .code = "gap", .element = t->owner, .line = t->line},
                    "the table has no rules");
        return;
    }
    if (t->rule_count > WALK_RULES || 2 * t->rule_count * t->rule_count * t->input_count > WALK_TESTS) {
        finding_add(c, (FindingHead){.severity = DMN_INFO, .code = "too-big", .element = t->owner, .line = t->line},
                    "the table is too big to be looked at for gaps and overlaps");
        return;
    }
    Walk w = {.c = c, .d = d, .t = t, .words = mask_words(t->rule_count)};
    Arena *scratch = arena_new(0);
    w.scratch = scratch;
    w.columns = ARENA_ARRAY(scratch, Column, t->input_count);
    w.path = ARENA_ARRAY(scratch, size_t, t->input_count);
    w.decides = ARENA_ARRAY(scratch, uint64_t, w.words);
    bool constant = true;
    for (size_t i = 0; i < t->input_count; i++) {
        w.columns[i] = column_read(c->run, c->a, scratch, t, i);
        if (!w.columns[i].constant && constant) {
            constant = false;
            const TableRule *rule = &t->rules[w.columns[i].first_other];
            finding_add(c,
                        (FindingHead){.severity = DMN_INFO,
                                      .code = "not-constant",
                                      .element = t->owner,
                                      .rule = rule->id,
                                      .line = rule->in[i].line},
                        "the cell %.*s is no constant, so gaps and overlaps of this table are not looked for",
                        STR_ARG(rule->in[i].text));
        }
    }
    if (constant) {
        columns_walk(&w);
    }
    arena_free(scratch);
}
