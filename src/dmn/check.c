/* check.c: what can be said about a model without facts: its problems, and the analysis of each table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void finding_add(Check *c, FindingHead head, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check_that(len >= 0);
    if (c->count == c->cap) {
        size_t cap = c->cap > 0 ? c->cap * 2 : 32;
        c->items = arena_grow(c->a, c->items, c->cap * sizeof(DmnFinding), cap * sizeof(DmnFinding));
        c->cap = cap;
    }
    c->items[c->count++] = (DmnFinding){.severity = head.severity,
                                        .code = head.code,
                                        .element = head.element,
                                        .rule = head.rule,
                                        .line = head.line,
                                        .example = head.example,
                                        .message = str_copy(c->a, str_from_c(text))};
}

static void expr_walk(Check *c, const DmnInvocable *d, const Expr *e, TableFn fn)
{
    if (e == NULL) {
        return;
    }
    if (e->kind == EXPR_TABLE) {
        fn(c, d, e->table);
    }
    for (size_t i = 0; i < e->count; i++) {
        expr_walk(c, d, e->parts[i].expr, fn);
    }
    for (size_t i = 0; i < e->count * e->rows; i++) {
        expr_walk(c, d, e->cells[i], fn);
    }
    expr_walk(c, d, e->first, fn);
    expr_walk(c, d, e->second, fn);
    expr_walk(c, d, e->third, fn);
}

void tables_walk(Check *c, TableFn fn)
{
    for (size_t i = 0; i < c->m->node_count; i++) {
        expr_walk(c, c->m->nodes[i], c->m->nodes[i]->logic, fn);
    }
}

static void problems_check(Check *c)
{
    for (size_t i = 0; i < c->m->problem_count; i++) {
        const DmnProblem *p = &c->m->problems[i];
        finding_add(c, (FindingHead){.severity = DMN_ERROR, .code = "broken", .element = p->element, .line = p->line},
                    "%.*s", STR_ARG(p->message));
    }
}

static void logic_check(Check *c)
{
    for (size_t i = 0; i < c->m->node_count; i++) {
        const DmnInvocable *d = c->m->nodes[i];
        if ((d->kind == DMN_DECISION || d->kind == DMN_KNOWLEDGE) && d->logic == NULL) {
            finding_add(c,
                        (FindingHead){.severity = DMN_WARNING, .code = "no-logic", .element = d->name, .line = d->line},
                        "there is no expression, so the value is always null");
        }
    }
}

static int finding_cmp(const void *a, const void *b)
{
    const DmnFinding *x = a, *y = b;
    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }
    return str_cmp(x->message, y->message);
}

size_t dmn_check(Arena *a, const DmnModel *m, unsigned flags, const DmnFinding **ret)
{
    Check c = {.a = a, .m = m, .run_arena = arena_new(0)};
    c.run = feel_run_new(c.run_arena, (FeelLimits){.steps = UINT64_MAX / 2}, (Instant){0});
    problems_check(&c);
    logic_check(&c);
    tables_walk(&c, table_analyse);
    if (flags & DMN_CHECK_LAW) {
        law_check(&c);
    }
    arena_free(c.run_arena);
    if (c.count > 0) {
        qsort(c.items, c.count, sizeof(DmnFinding), finding_cmp);
    }
    *ret = c.items;
    return c.count;
}
