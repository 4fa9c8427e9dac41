/* typed.c: blocks of typed columns through a graph: inputs, sums of two columns, and the order of the steps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "typed_int.h"

#include <string.h>

Vec *typed_vec(const Typed *b, const DmnInvocable *d)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->steps[i].d == d) {
            return b->steps[i].vec;
        }
    }
    return NULL;
}

/* ---- Inputs ---------------------------------------------------------------------------------------------------- */

uint8_t *typed_dict_check(Typed *b, const Value *dict, size_t count, const DmnInvocable *d)
{
    uint8_t *bad = ARENA_ARRAY(b->a, uint8_t, count);
    for (size_t i = 0; i < count; i++) {
        Value v = type_check(b->run, dict[i], d->type, d->name);
        bad[i] = !feel_same(v, dict[i]);
    }
    return bad;
}

static bool input_prepare(Typed *b, TypedStep *s)
{
    const DmnColumn *c = &b->columns[s->column];
    const DType *t = s->d->type;
    Vec *v = s->vec;
    if (c->kind == FEEL_STRING) {
        Value *dict = ARENA_ARRAY(b->a, Value, c->dict_count + 1);
        for (size_t i = 0; i < c->dict_count; i++) {
            dict[i + 1] = feel_str(c->dict[i]);
        }
        v->coded = true;
        v->dict = dict;
        v->dict_count = c->dict_count + 1;
        v->dict_bad = typed_dict_check(b, dict, v->dict_count, s->d);
        return true;
    }
    bool whole = c->kind == FEEL_NUMBER || c->kind == FEEL_DATE || c->kind == FEEL_BOOLEAN;
    v->kind = c->kind;
    v->scale = c->kind == FEEL_NUMBER ? c->scale : 0;
    v->has_null = c->null != NULL;
    return whole && v->scale <= 9 && (type_is_any(t) || t->simple == (uint8_t)c->kind || t->constrained);
}

/* Rows whose value is not allowed go the single way, which says why. */
static void input_check(Typed *b, const TypedStep *s, size_t rows)
{
    const DType *t = s->d->type;
    const Vec *v = s->vec;
    if (type_is_any(t) || t->simple == (uint8_t)v->kind) {
        return;
    }
    for (size_t i = 0; i < rows; i++) { /* the language decides, once per run of equal values */
        if (v->has_null && v->null[i]) {
            continue;
        }
        if (i > 0 && v->n[i] == v->n[i - 1] && !(v->has_null && v->null[i - 1])) {
            b->bad[i] |= b->bad[i - 1];
            continue;
        }
        Value x = {.kind = (uint8_t)v->kind, .scale = (uint8_t)v->scale, .i = v->n[i]};
        b->bad[i] |= type_check(b->run, x, t, s->d->name).kind == FEEL_NULL;
    }
}

static void input_load(Typed *b, const TypedStep *s, size_t from, size_t rows)
{
    const DmnColumn *c = &b->columns[s->column];
    Vec *v = s->vec;
    if (!v->coded) {
        memcpy(v->n, c->n + from, rows * sizeof(int64_t));
        if (c->null != NULL) {
            memcpy(v->null, c->null + from, rows);
        }
        input_check(b, s, rows);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        bool none = c->null != NULL && c->null[from + i];
        bool known = c->n[from + i] >= 0 && (size_t)c->n[from + i] < c->dict_count;
        v->code[i] = none || !known ? 0 : (uint32_t)c->n[from + i] + 1;
        b->bad[i] |= v->dict_bad[v->code[i]] | (uint8_t)(!none && !known);
    }
}

/* ---- Sums of two columns --------------------------------------------------------------------------------------- */

static const DmnInvocable *slot_node(const DmnInvocable *d, Str name)
{
    for (size_t i = 0; i < d->slot_count; i++) {
        if (str_eq(d->slots[i].name, name) && !d->slots[i].through_import) {
            return d->slots[i].nodes[0];
        }
    }
    return NULL;
}

/* Whole numbers of a coded column, so that sums can read it. */
static bool dict_numbers(const Vec *v)
{
    for (size_t i = 1; v->coded && i < v->dict_count; i++) {
        if (v->dict[i].kind != FEEL_NUMBER || v->dict[i].boxed || v->dict[i].scale != 0) {
            return false;
        }
    }
    return v->coded || (v->kind == FEEL_NUMBER && v->scale == 0);
}

/* "a + b" or "a - b" of two numbers, by its text and by what the compiled code reads. */
static bool sum_prepare(Typed *b, TypedStep *s)
{
    const Expr *e = s->d->logic;
    Str text = str_trim(e->text);
    size_t reads = 0;
    if (e->kind != EXPR_LITERAL || e->code == NULL || !type_is_any(e->type)) {
        return false;
    }
    feel_code_reads(e->code, &reads);
    for (size_t at = 1; at + 1 < text.len && reads == 2; at++) {
        char c = text.ptr[at];
        if (c != '+' && c != '-') {
            continue;
        }
        const DmnInvocable *x = slot_node(s->d, str_trim(str_sub(text, 0, at)));
        const DmnInvocable *y = slot_node(s->d, str_trim(str_sub(text, at + 1, text.len)));
        if (x != NULL && y != NULL) {
            s->left = typed_vec(b, x);
            s->right = typed_vec(b, y);
            s->minus = c == '-';
            s->vec->kind = FEEL_NUMBER;
            return s->left != NULL && s->right != NULL && dict_numbers(s->left) && dict_numbers(s->right) &&
                   (type_is_any(s->d->type) || s->d->type->simple == FEEL_NUMBER);
        }
    }
    return false;
}

static bool whole_at(const Vec *v, size_t i, int64_t *ret)
{
    if (!v->coded) {
        *ret = v->n[i];
        return !(v->has_null && v->null[i]);
    }
    *ret = v->dict[v->code[i]].i;
    return v->code[i] != 0;
}

static void sum_run(Typed *b, const TypedStep *s, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        int64_t x = 0, y = 0;
        bool ok = whole_at(s->left, i, &x) && whole_at(s->right, i, &y);
        bool over =
            s->minus ? __builtin_sub_overflow(x, y, &s->vec->n[i]) : __builtin_add_overflow(x, y, &s->vec->n[i]);
        b->bad[i] |= (uint8_t)(!ok || over);
    }
}

/* ---- The whole graph ------------------------------------------------------------------------------------------- */

bool typed_prepare(Typed *b)
{
    const DmnInvocable *d = b->d;
    size_t column = 0;
    b->steps = ARENA_ARRAY(b->a, TypedStep, d->plan_count);
    for (size_t i = 0; i < d->plan_count && d->kind == DMN_DECISION; i++) {
        TypedStep s = {.d = d->plan[i], .vec = ARENA_NEW(b->a, Vec)};
        bool ok;
        if (s.d->kind == NODE_INPUT) {
            s.column = column++;
            ok = s.d->model->parent == NULL && input_prepare(b, &s);
        } else if (s.d->logic != NULL && s.d->logic->kind == EXPR_TABLE && typed_table_fits(s.d->logic->table)) {
            s.t = s.d->logic->table;
            ok = type_is_any(s.d->logic->type) && typed_table_prepare(b, &s);
        } else {
            ok = s.d->logic != NULL && sum_prepare(b, &s);
        }
        if (!ok) {
            return false;
        }
        b->steps[b->count++] = s;
    }
    return b->count > 0;
}

static Value vec_value(const Vec *v, size_t i)
{
    return v->coded ? v->dict[v->code[i]] : (Value){.kind = (uint8_t)v->kind, .scale = (uint8_t)v->scale, .i = v->n[i]};
}

void typed_run(Typed *b, size_t from, size_t rows, Value *ret)
{
    memset(b->bad, 0, rows);
    for (size_t i = 0; i < b->count; i++) {
        const TypedStep *s = &b->steps[i];
        if (s->t != NULL) {
            typed_table_run(b, s, rows);
        } else if (s->left != NULL) {
            sum_run(b, s, rows);
        } else {
            input_load(b, s, from, rows);
        }
    }
    const Vec *last = b->steps[b->count - 1].vec;
    for (size_t i = 0; i < rows; i++) {
        if (!b->bad[i]) {
            ret[i] = vec_value(last, i);
        }
    }
}
