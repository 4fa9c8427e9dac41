/* tree.c: nodes of the tree and what is known of their types.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

#include <string.h>

enum { TYPE_SAMPLE = 64 }; /* items of a literal list that are looked at for its type */

static bool kind_is_pure(NodeKind kind)
{
    switch (kind) {
    case N_VAR:
    case N_ITEM_NAME:
    case N_FILTER:
    case N_FOR:
    case N_SOME:
    case N_EVERY:
    case N_FUNCTION:
    case N_ERROR:
    case N_TESTS: return false;
    default: return true;
    }
}

Node *node_new(Parser *p, NodeKind kind, Node *const *kids, size_t count)
{
    Node *n = ARENA_NEW(p->scratch, Node);
    *n = (Node){.kind = kind, .constant = kind_is_pure(kind), .count = count};
    n->kids = ARENA_ARRAY(p->scratch, Node *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Node *kid = kids[i];
        n->kids[i] = kid;
        if (kid != NULL) {
            n->constant = n->constant && kid->constant;
            n->reads_input = n->reads_input || kid->reads_input;
            n->depth = kid->depth + 1 > n->depth ? (uint16_t)(kid->depth + 1) : n->depth;
        }
    }
    if (n->depth > TREE_DEPTH_MAX || ++p->nodes > NODES_MAX) {
        return parse_fail_at(p, p->at, TOO_DEEP, "this expression is too deep or too long");
    }
    return n;
}

void node_push(Parser *p, NodeList *list, Node *n)
{
    if (list->count == list->cap) {
        size_t old = list->cap * sizeof(Node *);
        list->cap = list->cap ? list->cap * 2 : 4;
        list->items = arena_grow(p->scratch, list->items, old, list->cap * sizeof(Node *));
    }
    list->items[list->count++] = n;
}

Node *node_const(Parser *p, Value v)
{
    Node *n = node_new(p, N_CONST, NULL, 0);
    if (n != NULL) {
        n->value = v;
        n->type = type_of_value(p->a, v);
    }
    return n;
}

Node *node_error(Parser *p, const char *message)
{
    Node *n = node_new(p, N_ERROR, NULL, 0);
    if (n != NULL) {
        n->name = str_copy(p->a, str_from_c(message));
    }
    return n;
}

Var *var_new(Parser *p, Str name, const FeelType *type)
{
    Var *v = ARENA_NEW(p->scratch, Var);
    *v = (Var){.name = name, .type = type != NULL && type->any ? NULL : type, .unit = p->unit};
    return v;
}

void local_push(Parser *p, Var *var, bool is_item)
{
    Local *l = ARENA_NEW(p->scratch, Local);
    *l = (Local){.outer = p->locals, .var = var, .is_item = is_item, .depth = p->locals ? p->locals->depth + 1 : 0};
    p->locals = l;
    if (l->depth > LOCALS_MAX) {
        p->nodes = NODES_MAX; /* the next node fails */
    }
}

/* ---- Types ------------------------------------------------------------------------------------------------------- */

static bool is_kind(const Node *n, FeelKind kind)
{
    return n->type != NULL && n->type->kind == kind;
}

static bool has_member(const FeelMember *members, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(members[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* The context type with the members of both, so that a filter knows the names of all items. */
static const FeelType *merge_contexts(Arena *a, const FeelType *x, const FeelType *y)
{
    FeelMember *members = ARENA_ARRAY(a, FeelMember, x->count + y->count + 1);
    size_t count = x->count;
    if (count > 0) {
        memcpy(members, x->members, count * sizeof(FeelMember));
    }
    for (size_t i = 0; i < y->count; i++) {
        if (!has_member(members, count, y->members[i].name)) {
            members[count++] = y->members[i];
        }
    }
    return count == x->count ? x : feel_type_context(a, members, count);
}

static const FeelType *common_type(Arena *a, const FeelType *x, const FeelType *y)
{
    if (x == y || x == NULL || y == NULL) {
        return x == y ? x : NULL;
    }
    if (x->kind == FEEL_CONTEXT && y->kind == FEEL_CONTEXT && !x->bare && !y->bare) {
        return merge_contexts(a, x, y);
    }
    return x->kind == y->kind && x->kind != FEEL_LIST && x->kind != FEEL_FUNCTION && x->kind != FEEL_RANGE ? x : NULL;
}

static const FeelType *context_value_type(Arena *a, Value v)
{
    FeelMember *members = ARENA_ARRAY(a, FeelMember, v.len + 1);
    for (size_t i = 0; i < v.len; i++) {
        members[i] = (FeelMember){feel_entries(v)[i].name, type_of_value(a, feel_entries(v)[i].value)};
    }
    return feel_type_context(a, members, v.len);
}

const FeelType *type_of_value(Arena *a, Value v)
{
    switch ((FeelKind)v.kind) {
    case FEEL_NULL:
    case FEEL_RANGE:
    case FEEL_FUNCTION:
    case FEEL_TYPE: return NULL;
    case FEEL_CONTEXT: return context_value_type(a, v);
    case FEEL_LIST: {
        const FeelType *item = v.len > 0 ? type_of_value(a, feel_items(v)[0]) : NULL;
        for (size_t i = 1; i < v.len && i < TYPE_SAMPLE && item != NULL; i++) {
            item = common_type(a, item, type_of_value(a, feel_items(v)[i]));
        }
        return feel_type_list(a, v.len > TYPE_SAMPLE ? NULL : item);
    }
    default: return feel_type_basic((FeelKind)v.kind);
    }
}

static const FeelType *list_type(Parser *p, const Node *n)
{
    const FeelType *item = n->count > 0 ? n->kids[0]->type : NULL;
    for (size_t i = 1; i < n->count && item != NULL; i++) {
        item = common_type(p->a, item, n->kids[i]->type);
    }
    return feel_type_list(p->a, item);
}

static const FeelType *context_type(Parser *p, const Node *n)
{
    FeelMember *members = ARENA_ARRAY(p->a, FeelMember, n->count + 1);
    for (size_t i = 0; i < n->count; i++) {
        members[i] = (FeelMember){n->vars[i]->name, n->kids[i]->type};
    }
    return feel_type_context(p->a, members, n->count);
}

static const FeelType *member_type(const FeelType *t, Str name)
{
    for (size_t i = 0; t != NULL && t->kind == FEEL_CONTEXT && i < t->count; i++) {
        if (str_eq(t->members[i].name, name)) {
            return t->members[i].type;
        }
    }
    return NULL;
}

static const FeelType *path_type(Parser *p, const Node *n)
{
    const FeelType *t = n->kids[0]->type;
    if (t != NULL && t->kind == FEEL_LIST) {
        return feel_type_list(p->a, member_type(t->item, n->name));
    }
    return member_type(t, n->name);
}

static const FeelType *filter_type(Parser *p, const Node *n)
{
    const FeelType *t = n->kids[0]->type;
    if (t == NULL) {
        return NULL;
    }
    const FeelType *item = t->kind == FEEL_LIST ? t->item : t;
    if (is_kind(n->kids[1], FEEL_NUMBER)) {
        return item;
    }
    return is_kind(n->kids[1], FEEL_BOOLEAN) ? feel_type_list(p->a, item) : NULL;
}

static const FeelType *call_type(const Node *n)
{
    const Node *f = n->kids[0];
    if (f->kind == N_CONST && f->value.kind == FEEL_FUNCTION) {
        const char *name = f->value.boxed ? ((const FeelBuiltin *)f->value.p)->result : NULL;
        return name != NULL ? feel_type_by_name(str_from_c(name)) : NULL;
    }
    return is_kind(f, FEEL_FUNCTION) ? f->type->item : NULL;
}

static const FeelType *function_type(Parser *p, const Node *n)
{
    const FeelType **params = ARENA_ARRAY(p->a, const FeelType *, n->unit->param_count + 1);
    for (size_t i = 0; i < n->unit->param_count; i++) {
        params[i] = n->unit->params[i]->type;
    }
    return feel_type_function(p->a, params, n->unit->param_count, n->of ? n->of : n->kids[0] ? n->kids[0]->type : NULL);
}

static const FeelType *binary_type(const Node *n)
{
    if (n->op >= OP_LT && n->op <= OP_NE) {
        return feel_type_basic(FEEL_BOOLEAN);
    }
    const FeelType *x = n->kids[0]->type, *y = n->kids[1]->type;
    bool same = x != NULL && x == y && (x->kind == FEEL_NUMBER || (x->kind == FEEL_STRING && n->op == OP_ADD));
    return same ? x : NULL;
}

static const FeelType *known_type(Parser *p, const Node *n)
{
    switch (n->kind) {
    case N_VAR: return n->var->type;
    case N_PATH: return path_type(p, n);
    case N_FILTER: return filter_type(p, n);
    case N_NEGATE: return is_kind(n->kids[0], FEEL_NUMBER) ? n->kids[0]->type : NULL;
    case N_BINARY: return binary_type(n);
    case N_AND:
    case N_OR:
    case N_BETWEEN:
    case N_IN:
    case N_SOME:
    case N_EVERY:
    case N_INSTANCE: return feel_type_basic(FEEL_BOOLEAN);
    case N_IF: return common_type(p->a, n->kids[1]->type, n->kids[2]->type);
    case N_LIST: return list_type(p, n);
    case N_CONTEXT: return context_type(p, n);
    case N_CALL:
    case N_CALL_NAMED: return call_type(n);
    case N_FOR: return feel_type_list(p->a, n->kids[n->count - 1]->type);
    case N_FUNCTION: return function_type(p, n);
    default: return n->type;
    }
}

Node *node_typed(Parser *p, Node *n)
{
    if (n != NULL) {
        n->type = known_type(p, n);
        n->type = n->type != NULL && n->type->any ? NULL : n->type;
    }
    return n;
}
