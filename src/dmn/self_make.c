/* self_make.c: model → its constants → random inputs at, beside and between them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "self_int.h"

#include <string.h>

enum { POOL_VALUES = 4096, MAKER_DEPTH = 6, LIST_ITEMS = 4, LITERAL_BYTES = 200 };

size_t making_below(Making *g, size_t n)
{
    g->seed ^= g->seed << 13;
    g->seed ^= g->seed >> 7;
    g->seed ^= g->seed << 17;
    return (size_t)((g->seed >> 11) % n);
}

static void pool_add(Arena *a, Pool *p, Value v)
{
    if (p->count == POOL_VALUES) {
        return;
    }
    if (p->count == p->cap) {
        size_t more = p->cap > 0 ? p->cap * 2 : 16;
        p->items = arena_grow(a, p->items, p->cap * sizeof(Value), more * sizeof(Value));
        p->cap = more;
    }
    p->items[p->count++] = v;
}

/* ---- Constants in texts ---------------------------------------------------------------------------------------- */

/* A text as the temporal value that it may spell, else as it is. */
static Value text_value(Arena *a, Str s)
{
    static const FeelKind kinds[] = {FEEL_DATE, FEEL_DATE_TIME, FEEL_TIME, FEEL_YEARS_DURATION, FEEL_DAYS_DURATION};
    bool temporal = s.len >= 3 && ((s.ptr[0] >= '0' && s.ptr[0] <= '9') || s.ptr[0] == 'P' || s.ptr[0] == '-');
    for (size_t i = 0; temporal && i < COUNT_OF(kinds); i++) {
        Value v;
        if (feel_from_json(a, json_new_str(a, s), feel_type_basic(kinds[i]), &v, NULL) && v.kind == kinds[i]) {
            return v;
        }
    }
    return feel_str(s);
}

/* A constant and what lies beside it. */
static void value_add(Making *g, Pool *own, Value v)
{
    static const char *const steps[] = {"1", "-1", "0.5", "-0.01"};
    Pool *p = own != NULL ? own : &g->all[v.kind];
    pool_add(g->a, p, v);
    for (size_t i = 0; v.kind == FEEL_NUMBER && i < COUNT_OF(steps); i++) {
        Dec step, sum;
        if (dec_parse(str_from_c(steps[i]), &step) && dec_add(feel_dec(v), step, &sum)) {
            pool_add(g->a, p, feel_number(g->a, sum));
        }
    }
    bool whole = v.kind == FEEL_DATE || v.kind == FEEL_YEARS_DURATION || (v.kind == FEEL_DAYS_DURATION && !v.boxed);
    for (int by = -1; whole && by <= 1; by += 2) {
        Value near = v;
        near.i += by;
        pool_add(g->a, p, near);
    }
}

static size_t number_end(Str text, size_t at)
{
    bool point = false;
    size_t end = at;
    while (end < text.len && ((text.ptr[end] >= '0' && text.ptr[end] <= '9') || (text.ptr[end] == '.' && !point))) {
        if (text.ptr[end] == '.' && (end + 1 == text.len || text.ptr[end + 1] < '0' || text.ptr[end + 1] > '9')) {
            break;
        }
        point = point || text.ptr[end] == '.';
        end++;
    }
    return end;
}

/* The texts, numbers and dates that stand in FEEL text. */
static void constants_read(Making *g, Pool *own, Str text)
{
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        size_t end = at + 1;
        if (c == '"') {
            while (end < text.len && text.ptr[end] != '"') {
                end++;
            }
            if (end - at < LITERAL_BYTES) {
                value_add(g, own, text_value(g->a, str_sub(text, at + 1, end)));
            }
            end++;
        } else if (c >= '0' && c <= '9') {
            Dec d;
            end = number_end(text, at);
            if (dec_parse(str_sub(text, at, end), &d)) {
                d.negative = at > 0 && text.ptr[at - 1] == '-';
                value_add(g, own, feel_number(g->a, d));
            }
        }
        at = end;
    }
}

static void tree_read(Making *g, const XmlNode *n)
{
    for (const XmlNode *c = n->first; c != NULL; c = c->next) {
        if (c->kind == XML_TEXT && xml_is(n, "text")) {
            constants_read(g, NULL, c->text);
        } else if (c->kind == XML_ELEMENT) {
            tree_read(g, c); /* at most 64 levels: the reader says so */
        }
    }
}

void making_start(Making *g, Arena *a, const DmnModel *m, uint64_t seed)
{
    static const char *const usual = "0 1 -1 0.1 100 99999999999999999999 \"\" \"a\" \"(none)\" \"2000-02-29\" "
                                     "\"2024-12-31\" \"12:00:00\" \"2020-06-01T10:00:00Z\" \"P1Y2M\" \"P1DT2H\"";
    *g = (Making){.a = a, .m = m, .seed = seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du};
    constants_read(g, NULL, str_from_c(usual));
    pool_add(a, &g->all[FEEL_BOOLEAN], feel_bool(true));
    pool_add(a, &g->all[FEEL_BOOLEAN], feel_bool(false));
    for (size_t i = 0; i < m->loader->instance_count; i++) {
        tree_read(g, m->loader->instances[i]->root);
    }
}

/* ---- Makers ---------------------------------------------------------------------------------------------------- */

/* Cells of columns that read `name`, or a member of that name. */
static void columns_read(Making *g, Pool *own, Str name)
{
    for (size_t i = 0; i < g->m->total; i++) {
        const Expr *e = g->m->all[i]->logic;
        const Table *t = e != NULL ? e->table : NULL;
        for (size_t c = 0; t != NULL && c < t->input_count; c++) {
            Str text = str_trim(t->inputs[c].text);
            size_t cut = text.len - (text.len < name.len ? text.len : name.len);
            bool here = str_ends(text, name) && (cut == 0 || text.ptr[cut - 1] == '.');
            for (size_t r = 0; here && r < t->rule_count; r++) {
                constants_read(g, own, t->rules[r].in[c].text);
            }
        }
    }
}

static void maker_fill(Making *g, Maker *mk, const FeelType *type, const DType *d, int depth)
{
    size_t count = 0;
    mk->kind = type != NULL ? feel_type_kind(type) : FEEL_NULL;
    columns_read(g, &mk->own, mk->name);
    if (d != NULL) {
        constants_read(g, &mk->own, d->allowed_text);
    }
    if (type == NULL || depth == MAKER_DEPTH) {
        return;
    }
    if (mk->kind == FEEL_LIST) {
        Maker *item = ARENA_NEW(g->a, Maker);
        item->name = mk->name;
        maker_fill(g, item, feel_type_item(type), d != NULL && d->collection ? d->base : NULL, depth + 1);
        mk->item = item;
    } else if (mk->kind == FEEL_CONTEXT) {
        const FeelMember *members = feel_type_members(type, &count);
        bool same = d != NULL && d->member_count == count;
        mk->members = ARENA_ARRAY(g->a, Maker, count);
        mk->member_count = count;
        for (size_t i = 0; i < count; i++) {
            mk->members[i].name = members[i].name;
            maker_fill(g, &mk->members[i], members[i].type, same ? d->members[i].type : NULL, depth + 1);
        }
    }
}

void maker_read(Making *g, Maker *ret, const DmnInput *in, const DType *type)
{
    ret->name = in->name;
    maker_fill(g, ret, in->type, type, 0);
}

/* ---- Values ---------------------------------------------------------------------------------------------------- */

static Value any_value(Making *g, FeelKind kind)
{
    while (kind == FEEL_NULL || g->all[kind].count == 0) {
        kind = (FeelKind)(1 + making_below(g, FEEL_LIST - 1));
        kind = g->all[kind].count > 0 ? kind : FEEL_BOOLEAN;
    }
    return g->all[kind].items[making_below(g, g->all[kind].count)];
}

Value maker_value(Making *g, Arena *a, const Maker *mk, bool wild)
{
    size_t roll = making_below(g, 100);
    if (roll < 5) {
        return feel_null();
    }
    if (wild && roll < 15) {
        return roll < 7 ? feel_list(NULL, 0) : any_value(g, FEEL_NULL);
    }
    if (mk->kind == FEEL_LIST && mk->item != NULL) {
        size_t count = making_below(g, LIST_ITEMS);
        Value *items = ARENA_ARRAY(a, Value, count);
        for (size_t i = 0; i < count; i++) {
            items[i] = maker_value(g, a, mk->item, wild);
        }
        return feel_list(items, count);
    }
    if (mk->kind == FEEL_CONTEXT && mk->member_count > 0) {
        FeelEntry *e = ARENA_ARRAY(a, FeelEntry, mk->member_count);
        for (size_t i = 0; i < mk->member_count; i++) {
            e[i] = (FeelEntry){mk->members[i].name, maker_value(g, a, &mk->members[i], wild)};
        }
        return feel_context(e, mk->member_count);
    }
    if (roll < 85 && mk->own.count > 0) {
        Value v = mk->own.items[making_below(g, mk->own.count)];
        if (mk->kind == FEEL_NULL || v.kind == (uint8_t)mk->kind) {
            return v;
        }
    }
    return any_value(g, mk->kind < FEEL_LIST ? mk->kind : FEEL_NULL);
}
