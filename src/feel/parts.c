/* parts.c: what the value of a text hangs on: pieces with few values, and the slots that are read outside of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <string.h>

enum { PARTS_TEXT_MAX = 64 * 1024, PARTS_MAX = 200, PARTS_DEPTH = 32 };

typedef struct {
    const Source *src;
    size_t size; /* slots of the scope */
    size_t made;
    int depth;
} Splitter;

/* The nodes around one, as far as they bind names. */
typedef struct Around {
    const Node *node;
    const struct Around *outer;
} Around;

static bool node_binds(const Node *n, const Var *v)
{
    bool found = n->var == v;
    for (size_t i = 0; i < n->var_count && !found; i++) {
        found = n->vars[i] == v;
    }
    for (size_t i = 0; n->kind == N_CONTEXT && i < n->count && !found; i++) {
        found = n->vars[i] == v;
    }
    for (size_t i = 0; n->unit != NULL && i < n->unit->param_count && !found; i++) {
        found = n->unit->params[i] == v;
    }
    return found;
}

static bool is_reference(const Node *n)
{
    return n->kind == N_VAR || n->kind == N_ITEM_NAME;
}

/* Whether every name in it is of the frame or bound inside. */
static bool is_closed(const Node *n, const Around *outer)
{
    if (is_reference(n) && !n->var->in_frame) {
        const Around *a = outer;
        while (a != NULL && !node_binds(a->node, n->var)) {
            a = a->outer;
        }
        if (a == NULL) {
            return false;
        }
    }
    Around here = {n, outer};
    for (size_t i = 0; i < n->count; i++) {
        if (n->kids[i] != NULL && !is_closed(n->kids[i], is_reference(n) ? outer : &here)) {
            return false;
        }
    }
    return true;
}

static bool is_function(const Var *v)
{
    return v->type != NULL && v->type->kind == FEEL_FUNCTION;
}

static void reads_collect(const Node *n, bool *reads)
{
    if (n->kind == N_VAR && n->var->in_frame && !is_function(n->var)) {
        reads[n->var->index] = true;
    }
    for (size_t i = 0; i < n->count; i++) {
        if (n->kids[i] != NULL) {
            reads_collect(n->kids[i], reads);
        }
    }
}

static bool *reads_of(const Splitter *s, const Node *n, size_t *ret_count)
{
    bool *reads = ARENA_ARRAY(s->src->scratch, bool, s->size + 1);
    reads_collect(n, reads);
    *ret_count = 0;
    for (size_t i = 0; i < s->size; i++) {
        *ret_count += reads[i];
    }
    return reads;
}

static bool is_narrow(const Node *n);

static bool are_narrow(const Node *n, size_t from)
{
    for (size_t i = from; i < n->count; i++) {
        if (!is_narrow(n->kids[i])) {
            return false;
        }
    }
    return true;
}

/* Whether a node has few values, whatever it reads: a guess that decides only how well equal cases are found. */
static bool is_narrow(const Node *n)
{
    if (n->constant || (n->type != NULL && n->type->kind == FEEL_BOOLEAN)) {
        return true;
    }
    switch (n->kind) {
    case N_CONST: return true;
    case N_IF: return are_narrow(n, 1);
    case N_LIST: return are_narrow(n, 0);
    case N_FILTER: return is_narrow(n->kids[0]);
    case N_CALL: return n->kids[0]->kind == N_CONST && n->count > 1 && are_narrow(n, 1);
    default: return false;
    }
}

typedef struct {
    Node *nodes[PARTS_MAX];
    size_t count;
    bool *direct; /* slots read outside of the nodes */
} Gathered;

static void gather(const Splitter *s, Node *n, Gathered *g)
{
    size_t reads = 0;
    if (n->kind == N_VAR && n->var->in_frame && !is_function(n->var)) {
        g->direct[n->var->index] = true;
        return;
    }
    (void)reads_of(s, n, &reads);
    if (reads == 0) {
        return;
    }
    if (g->count < PARTS_MAX && is_narrow(n) && is_closed(n, NULL)) {
        g->nodes[g->count++] = n;
        return;
    }
    for (size_t i = 0; i < n->count; i++) {
        if (n->kids[i] != NULL) {
            gather(s, n->kids[i], g);
        }
    }
}

/* Nodes that read only what is read anyway tell nothing more. */
static void gathered_thin(const Splitter *s, Gathered *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        size_t count;
        const bool *reads = reads_of(s, g->nodes[i], &count);
        bool more = false;
        for (size_t slot = 0; slot < s->size; slot++) {
            more |= reads[slot] && !g->direct[slot];
        }
        if (more) {
            g->nodes[kept++] = g->nodes[i];
        }
    }
    g->count = kept;
}

static void slots_keep(const Splitter *s, const bool *reads, FeelPart *p)
{
    int *slots = ARENA_ARRAY(s->src->arena, int, s->size + 1);
    for (size_t i = 0; i < s->size; i++) {
        if (reads[i]) {
            slots[p->slot_count++] = (int)i;
        }
    }
    p->slots = slots;
}

static bool part_make(Splitter *s, Node *n, FeelPart *p, Err *err)
{
    size_t count = 0;
    const bool *reads = reads_of(s, n, &count);
    Gathered *g = ARENA_NEW(s->src->scratch, Gathered);
    g->direct = ARENA_ARRAY(s->src->scratch, bool, s->size + 1);
    *p = (FeelPart){0};
    for (size_t i = 0; count > 1 && s->depth < PARTS_DEPTH && i < n->count; i++) {
        if (n->kids[i] != NULL) {
            gather(s, n->kids[i], g);
        }
    }
    gathered_thin(s, g);
    s->made += g->count;
    bool whole = g->count == 0 || s->made > PARTS_MAX;
    FeelPart *parts = ARENA_ARRAY(s->src->arena, FeelPart, g->count + 1);
    slots_keep(s, whole ? reads : g->direct, p);
    s->depth++;
    for (size_t i = 0; !whole && i < g->count; i++) {
        if (!part_make(s, g->nodes[i], &parts[i], err)) {
            return false;
        }
    }
    s->depth--;
    p->parts = parts;
    p->part_count = whole ? 0 : g->count;
    return feel_emit(s->src, n, &p->code, err);
}

bool feel_parts(Arena *a, const FeelScope *scope, Str text, const FeelPart **ret, Err *err)
{
    if (text.len > PARTS_TEXT_MAX) {
        return err_set(err, TOO_LARGE, "this expression is too long to be taken apart");
    }
    Arena *scratch = arena_new(0);
    Unit *unit = ARENA_NEW(scratch, Unit);
    Source src = {.arena = a, .scratch = scratch, .scope = scope, .text = text, .unit = unit};
    Splitter s = {.src = &src, .size = scope != NULL ? (size_t)feel_scope_size(scope) : 0};
    FeelPart *whole = ARENA_NEW(a, FeelPart);
    Node *root;
    bool ok = feel_parse(&src, &root, err) && part_make(&s, root, whole, err);
    *ret = whole;
    (void)arena_free(scratch);
    return ok;
}
