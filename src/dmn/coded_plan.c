/* coded_plan.c: what each element of a graph hangs on, for deciding equal cases once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "coded_int.h"

#include <string.h>

enum { KNOWLEDGE_DEPTH = 32, REGIONS_COMPARED = 256, STAGES_MAX = 2000 };

/* ---- What may be read ------------------------------------------------------------------------------------------ */

static bool is_of_row(const DmnInvocable *n)
{
    return n->kind == NODE_INPUT || n->kind == DMN_DECISION;
}

/* Functions are the same for every row: nothing in them reads an input or a decision. */
static bool is_constant(const DmnInvocable *knowledge, int depth)
{
    bool constant = depth < KNOWLEDGE_DEPTH;
    for (size_t i = 0; i < knowledge->slot_count && constant; i++) {
        const Slot *s = &knowledge->slots[i];
        for (size_t j = 0; j < s->count && constant; j++) {
            constant = !is_of_row(s->nodes[j]) && is_constant(s->nodes[j], depth + 1);
        }
    }
    return constant;
}

static bool slots_fit(const Coder *c, const DmnInvocable *d)
{
    for (size_t i = 0; i < d->slot_count; i++) {
        for (size_t j = 0; j < d->slots[i].count; j++) {
            const DmnInvocable *n = d->slots[i].nodes[j];
            if (is_of_row(n) ? c->by_number[n->number] == NULL : !is_constant(n, 0)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Stages and operands --------------------------------------------------------------------------------------- */

static Stage *stage_new(Coder *c, StageKind kind, const DmnInvocable *owner)
{
    Stage *s = ARENA_NEW(c->a, Stage);
    s->kind = kind;
    s->owner = owner;
    return s;
}

/* After the stages of its parts. */
static void stage_put(Coder *c, Stage *s)
{
    if (c->count == c->cap) {
        size_t cap = c->cap > 0 ? c->cap * 2 : 16;
        c->stages = arena_grow(c->a, c->stages, c->cap * sizeof(Stage *), cap * sizeof(Stage *));
        c->cap = cap;
    }
    c->stages[c->count++] = s;
}

static void operand_add(Coder *c, Stage *s, Operand o)
{
    for (size_t i = 0; i < s->operand_count; i++) {
        const Operand *had = &s->operands[i];
        if (had->from == o.from && had->column == NULL && had->code == NULL) {
            return; /* the values themselves are told apart already */
        }
    }
    if (s->operand_count == s->operand_cap) {
        size_t cap = s->operand_cap > 0 ? s->operand_cap * 2 : 8;
        s->operands = arena_grow(c->a, s->operands, s->operand_cap * sizeof(Operand), cap * sizeof(Operand));
        s->operand_cap = cap;
    }
    s->operands[s->operand_count++] = o;
}

/* The values behind a slot, each for itself. */
static void slot_add(Coder *c, Stage *s, size_t slot)
{
    const Slot *of = &s->owner->slots[slot];
    for (size_t j = 0; j < of->count; j++) {
        if (is_of_row(of->nodes[j])) {
            operand_add(c, s, (Operand){.from = c->by_number[of->nodes[j]->number]});
        }
    }
}

static void reads_add(Coder *c, Stage *s, const FeelCode *code)
{
    size_t count = 0;
    const int *reads = code != NULL ? feel_code_reads(code, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if ((size_t)reads[i] < s->owner->slot_count) {
            slot_add(c, s, (size_t)reads[i]);
        }
    }
}

/* Parts leave out the slots of functions; a decision may give one all the same. */
static void functions_add(Coder *c, Stage *s, const FeelCode *code)
{
    size_t count = 0;
    const int *reads = feel_code_reads(code, &count);
    for (size_t i = 0; i < count; i++) {
        const Slot *of = (size_t)reads[i] < s->owner->slot_count ? &s->owner->slots[reads[i]] : NULL;
        const FeelType *t = of != NULL && !of->through_import ? of->nodes[0]->seen : NULL;
        if (t != NULL && feel_type_kind(t) == FEEL_FUNCTION) {
            slot_add(c, s, (size_t)reads[i]);
        }
    }
}

/* The one element that a part reads; NULL if there is not exactly one. */
static const Stage *only_source(const Coder *c, const DmnInvocable *d, const FeelPart *p)
{
    const Slot *of = p->part_count == 0 && p->slot_count == 1 ? &d->slots[p->slots[0]] : NULL;
    bool plain = of != NULL && !of->through_import && is_of_row(of->nodes[0]);
    size_t count = 0;
    const int *reads = feel_code_reads(p->code, &count);
    for (size_t i = 0; i < count && plain; i++) {
        plain = reads[i] == p->slots[0] || ((size_t)reads[i] < d->slot_count && !d->slots[reads[i]].through_import &&
                                            !is_of_row(d->slots[reads[i]].nodes[0]));
    }
    return plain ? c->by_number[of->nodes[0]->number] : NULL;
}

static const Stage *part_stage(Coder *c, const DmnInvocable *d, const FeelPart *p, const TableInput *in);

static void part_operands(Coder *c, Stage *s, const FeelPart *p)
{
    for (size_t i = 0; i < p->slot_count; i++) {
        slot_add(c, s, (size_t)p->slots[i]);
    }
    functions_add(c, s, p->code);
    for (size_t i = 0; i < p->part_count; i++) {
        const FeelPart *part = &p->parts[i];
        const Stage *from = only_source(c, s->owner, part);
        if (from != NULL) {
            operand_add(c, s, (Operand){.from = from, .code = part->code, .slot = part->slots[0]});
        } else {
            operand_add(c, s, (Operand){.from = part_stage(c, s->owner, part, NULL)});
        }
    }
}

static const Stage *part_stage(Coder *c, const DmnInvocable *d, const FeelPart *p, const TableInput *in)
{
    Stage *s = stage_new(c, STAGE_PART, d);
    s->code = p->code;
    s->input = in;
    part_operands(c, s, p);
    stage_put(c, s);
    return s;
}

/* ---- Tables ---------------------------------------------------------------------------------------------------- */

/* By region, the first one that the same rules accept; the row for null is the last. */
static const uint32_t *regions_alike(Arena *a, const IndexColumn *col, size_t words)
{
    if (col->any || col->regions > REGIONS_COMPARED) {
        return NULL;
    }
    uint32_t *alike = ARENA_ARRAY(a, uint32_t, col->regions + 1);
    for (size_t i = 0; i <= col->regions; i++) {
        const uint64_t *mask = i < col->regions ? col->masks + i * words : col->null_mask;
        uint32_t first = 0;
        while (first < i && memcmp(col->masks + first * words, mask, words * sizeof(uint64_t)) != 0) {
            first++;
        }
        alike[i] = first;
    }
    return alike;
}

static bool table_input(Coder *c, Stage *s, const Table *t, size_t i)
{
    const TableInput *in = &t->inputs[i];
    const FeelPart *whole = NULL;
    Err err;
    Operand o = {.input = in->direct ? NULL : in};
    if (in->code == NULL) {
        return true;
    }
    bool indexed = t->index != NULL && t->index->parts == NULL && in->values == NULL && in->values_text.len == 0;
    if (indexed && t->index->columns[i].indexed) {
        o.column = &t->index->columns[i];
        o.regions = regions_alike(c->a, o.column, t->index->words);
    }
    if (in->slot >= 0) {
        const Slot *of = (size_t)in->slot < s->owner->slot_count ? &s->owner->slots[in->slot] : NULL;
        if (of == NULL) {
            return false;
        }
        o.from = !of->through_import && is_of_row(of->nodes[0]) ? c->by_number[of->nodes[0]->number] : NULL;
        if (o.from == NULL || o.column == NULL) {
            slot_add(c, s, (size_t)in->slot);
        } else {
            operand_add(c, s, o);
        }
        return true;
    }
    if (!feel_parts(c->a, in->scope, in->text, &whole, &err)) {
        return false;
    }
    o.from = only_source(c, s->owner, whole);
    if (o.from != NULL) {
        o.code = whole->code;
        o.slot = whole->slots[0];
    } else {
        o.from = part_stage(c, s->owner, whole, in);
        o.input = NULL;
    }
    operand_add(c, s, o);
    return true;
}

static bool table_operands(Coder *c, Stage *s, const Table *t)
{
    for (size_t i = 0; i < t->input_count; i++) {
        if (!table_input(c, s, t, i)) {
            return false;
        }
        reads_add(c, s, t->inputs[i].values);
    }
    for (size_t r = 0; r < t->rule_count; r++) {
        for (size_t i = 0; i < t->input_count; i++) {
            reads_add(c, s, t->rules[r].in[i].code);
        }
        for (size_t o = 0; o < t->output_count; o++) {
            reads_add(c, s, t->rules[r].out[o].code);
        }
    }
    for (size_t o = 0; o < t->output_count; o++) {
        const TableOutput *out = &t->outputs[o];
        reads_add(c, s, out->values);
        reads_add(c, s, out->otherwise != NULL ? out->otherwise->code : NULL);
        for (size_t k = 0; k < out->rank_count; k++) {
            reads_add(c, s, out->ranks[k]);
        }
    }
    return true;
}

/* ---- The plan -------------------------------------------------------------------------------------------------- */

static bool decision_operands(Coder *c, Stage *s)
{
    const Expr *e = s->owner->logic;
    const FeelPart *whole = NULL;
    Err err;
    if (e == NULL) {
        return true;
    }
    if (e->kind == EXPR_TABLE) {
        return table_operands(c, s, e->table);
    }
    if (e->kind == EXPR_LITERAL && e->code != NULL && feel_parts(c->a, e->scope, e->text, &whole, &err)) {
        part_operands(c, s, whole);
        return true;
    }
    for (size_t i = 0; i < s->owner->slot_count; i++) {
        slot_add(c, s, i);
    }
    return true;
}

static bool plan_make(Coder *c)
{
    size_t column = 0;
    for (size_t i = 0; i < c->d->plan_count; i++) {
        const DmnInvocable *n = c->d->plan[i];
        Stage *s = stage_new(c, n->kind == NODE_INPUT ? STAGE_INPUT : STAGE_DECISION, n);
        if (n->kind == NODE_INPUT) {
            s->column = column++;
            if (!n->is_top) {
                return false;
            }
        } else if (!slots_fit(c, n) || !decision_operands(c, s)) {
            return false;
        }
        stage_put(c, s);
        c->by_number[n->number] = s;
        c->frame_size = (size_t)n->frame > c->frame_size ? (size_t)n->frame : c->frame_size;
        if (c->count > STAGES_MAX) {
            return false;
        }
    }
    return c->count > 0;
}

static void memory_free(void *memory)
{
    (void)arena_free(memory);
}

Coder *coder_new(Arena *a, FeelRun *run, const DmnInvocable *d)
{
    Coder *c = ARENA_NEW(a, Coder);
    *c = (Coder){.a = a, .run = run, .d = d};
    c->by_number = ARENA_ARRAY(a, const Stage *, model_root(d->model)->total);
    if (d->kind != DMN_DECISION || !plan_make(c)) {
        return NULL;
    }
    c->memory = arena_new(0);
    arena_on_reset(a, memory_free, c->memory);
    c->frame = ARENA_ARRAY(a, Value, c->frame_size + 1);
    for (size_t i = 0; i < c->count; i++) {
        c->stages[i]->codes = ARENA_ARRAY(a, uint32_t, CODED_BLOCK);
    }
    c->keys = arena_alloc(a, sizeof(uint64_t[KEY_WORDS][CODED_BLOCK]));
    coder_forget(c);
    return c;
}
