/* resolve.c: which variable, entry of a filtered item or built-in a name means; the longest name in scope wins.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

typedef struct {
    size_t end; /* 0: none yet */
    Var *var;
    Var *item; /* name is an entry of this item */
    Str name;
    const FeelBuiltin *builtin;
    const Local *found_in; /* NULL for the host's scope and built-ins */
} Found;

static bool is_open_item(const Var *item)
{
    return item->type == NULL || (item->type->kind == FEEL_CONTEXT && item->type->bare);
}

/* An item may hold entries that its type does not name. */
static bool may_have_entries(const Var *item)
{
    return item->type == NULL || item->type->kind == FEEL_CONTEXT;
}

static bool call_follows(const Parser *p, size_t end)
{
    end += space_length(p->text, end);
    return end < p->text.len && p->text.ptr[end] == '(';
}

/* A variable that is known not to be a function does not hide the built-in function of the same name. */
static bool cannot_be_called(const Parser *p, const FeelType *t, size_t end)
{
    return t != NULL && !t->any && t->kind != FEEL_FUNCTION && call_follows(p, end);
}

/* ---- Searching --------------------------------------------------------------------------------------------------- */

static void find_member(const Parser *p, const Local *l, Found *best)
{
    size_t count;
    const FeelMember *members = feel_type_members(l->var->type, &count);
    for (size_t i = 0; i < count; i++) {
        size_t end = name_match(p->text, p->at, members[i].name);
        if (end > best->end && !cannot_be_called(p, members[i].type, end)) {
            *best = (Found){.end = end, .item = l->var, .name = members[i].name, .found_in = l};
        }
    }
}

static void find_local(const Parser *p, Found *best)
{
    for (const Local *l = p->locals; l != NULL; l = l->outer) {
        if (l->is_item) {
            find_member(p, l, best);
        }
        size_t end = name_match(p->text, p->at, l->var->name);
        if (end > best->end && !cannot_be_called(p, l->var->type, end)) {
            *best = (Found){.end = end, .var = l->var, .name = l->var->name, .found_in = l};
        }
    }
}

static void find_in_frame(Parser *p, Found *best)
{
    for (const FeelScope *s = p->src->scope; s != NULL; s = s->outer) {
        for (int i = s->count - 1; i >= 0; i--) {
            size_t end = name_match(p->text, p->at, s->names[i].name);
            if (end > best->end && !cannot_be_called(p, s->names[i].type, end)) {
                Var *v = var_new(p, s->names[i].name, s->names[i].type);
                v->in_frame = true;
                v->index = (uint32_t)(s->base + i);
                v->unit = p->src->unit;
                *best = (Found){.end = end, .var = v, .name = v->name};
            }
        }
    }
}

static void find_builtin(const Parser *p, Found *best)
{
    size_t count;
    const FeelBuiltin *table = feel_builtin_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (p->at >= p->text.len || table[i].name[0] != p->text.ptr[p->at]) {
            continue; /* most of them, at once */
        }
        Str name = str_from_c(table[i].name);
        size_t end = name_match(p->text, p->at, name);
        /* "date and time" without a call is a conjunction of two values. */
        if (end > best->end && (str_find(name, STR(" and "), 0) == SIZE_MAX || call_follows(p, end))) {
            *best = (Found){.end = end, .builtin = &table[i], .name = name};
        }
    }
}

/* ---- Nodes ------------------------------------------------------------------------------------------------------- */

static Node *var_node(Parser *p, Var *v)
{
    Node *n = node_new(p, N_VAR, NULL, 0);
    if (n != NULL) {
        n->var = v;
        v->used = true;
        n->reads_input = v == p->input;
    }
    return node_typed(p, n);
}

static Node *item_name(Parser *p, Var *item, Str name, Node *otherwise)
{
    Node *n = node_new(p, N_ITEM_NAME, &otherwise, 1);
    if (n != NULL) {
        n->var = item;
        item->used = true;
        n->name = name;
    }
    return n;
}

/* Filters whose items are not known stand between here and where the name was found: each item is asked first. */
static Node *ask_items(Parser *p, const Local *until, Str name, Node *otherwise)
{
    bool (*asked)(const Var *) =
        otherwise->kind == N_CONST && otherwise->value.kind == FEEL_NULL ? may_have_entries : is_open_item;
    Var *items[NESTING_MAX];
    size_t count = 0;
    for (const Local *l = p->locals; l != until && l != NULL; l = l->outer) {
        if (l->is_item && asked(l->var) && count < COUNT_OF(items)) {
            items[count++] = l->var;
        }
    }
    if (until != NULL && until->is_item && is_open_item(until->var) && count < COUNT_OF(items)) {
        items[count++] = until->var;
    }
    Node *n = otherwise;
    while (count-- > 0) {
        n = item_name(p, items[count], name, n);
    }
    return n;
}

static Node *path_of_item(Parser *p, Var *item, Str name)
{
    Node *kid = var_node(p, item);
    Node *n = kid != NULL ? node_new(p, N_PATH, &kid, 1) : NULL;
    if (n != NULL) {
        n->name = name;
    }
    return node_typed(p, n);
}

static bool in_filter(const Parser *p)
{
    for (const Local *l = p->locals; l != NULL; l = l->outer) {
        if (l->is_item && may_have_entries(l->var)) {
            return true;
        }
    }
    return false;
}

/* A name that ends before another word cannot stand there alone; in a filter it begins the longer name of an entry. */
static bool is_part_of_entry(Parser *p, size_t end)
{
    size_t start = p->at, space = space_length(p->text, end);
    p->at = end + space;
    bool part = space > 0 && p->at < p->text.len && is_name_start(p->text.ptr[p->at]) && !lex_sees_grammar_word(p) &&
                in_filter(p);
    p->at = start;
    return part;
}

Node *resolve_name(Parser *p, size_t longer_than)
{
    lex_skip(p);
    Found best = {.end = 0};
    find_local(p, &best);
    find_in_frame(p, &best);
    find_builtin(p, &best);
    if (best.end == 0 || best.end - p->at <= longer_than || is_part_of_entry(p, best.end)) {
        return NULL;
    }
    p->at = best.end;
    if (best.item != NULL) {
        return path_of_item(p, best.item, best.name);
    }
    Node *n = best.var != NULL ? var_node(p, best.var)
                               : node_const(p, (Value){.kind = FEEL_FUNCTION, .boxed = 1, .p = best.builtin});
    return n == NULL || call_follows(p, best.end) ? n : ask_items(p, best.found_in, best.name, n);
}

Node *resolve_unknown(Parser *p)
{
    size_t start = p->at;
    Str name = lex_words(p);
    if (name.len > 0 && in_filter(p) && !call_follows(p, p->at)) {
        Node *missing = node_const(p, feel_null());
        return missing != NULL ? ask_items(p, NULL, name, missing) : NULL;
    }
    p->at = start;
    Str message = str_printf(p->scratch, "the name '%.*s' is not known here", STR_ARG(str_sub(name, 0, 80)));
    return parse_fail_at(p, start, BAD_REQUEST, name.len > 0 ? str_c(p->scratch, message) : "expected an expression");
}

Str resolve_member(Parser *p, const FeelType *of)
{
    lex_skip(p);
    const FeelType *t = of != NULL && of->kind == FEEL_LIST ? of->item : of;
    size_t count, best = 0;
    const FeelMember *members = feel_type_members(t, &count);
    Str name = STR("");
    for (size_t i = 0; i < count; i++) {
        size_t end = name_match(p->text, p->at, members[i].name);
        if (end > best) {
            best = end;
            name = members[i].name;
        }
    }
    if (best > 0) {
        p->at = best;
        return name;
    }
    return lex_words(p);
}
