/* reach.c: see reach.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reach.h"

enum { MAX_NAMES = 64 * 1024 };

/* ---- What a caller reads ---- */

static bool may_see_type(const SchemeType *t, Str role)
{
    return t->readers.count == 0 || scheme_names_have(&t->readers, role);
}

/* Whether the type binds the role to its office. */
static bool is_bound(const SchemeType *t, Str role)
{
    for (size_t i = 0; i < t->office_count; i++) {
        if (str_eq(t->offices[i].role, role)) {
            return true;
        }
    }
    return false;
}

bool flow_reads_type(const SchemeType *t, const Caller *caller)
{
    for (size_t i = 0; caller != NULL && i < caller->role_count; i++) {
        if (may_see_type(t, caller->roles[i])) {
            return true;
        }
    }
    return false;
}

typedef struct {
    Buf whole, bound, paths;
} Names;

/* "type link link field|": the ways by which the role's office is found. */
static void add_paths(Buf *paths, const SchemeType *t, Str role)
{
    for (size_t i = 0; i < t->office_count; i++) {
        const SchemeOffice *o = &t->offices[i];
        if (!str_eq(o->role, role)) {
            continue;
        }
        buf_printf(paths, "%.*s ", STR_ARG(t->name));
        for (size_t k = 0; k < o->link_count; k++) {
            buf_printf(paths, "%.*s ", STR_ARG(o->links[k]));
        }
        buf_printf(paths, "%.*s|", STR_ARG(o->field));
    }
}

/* One role that reads the type whole is enough. */
static bool reads_whole(const SchemeType *t, const Caller *caller)
{
    bool whole = false;
    for (size_t i = 0; i < caller->role_count && !whole; i++) {
        bool free = caller->office.len == 0 || !is_bound(t, caller->roles[i]);
        whole = may_see_type(t, caller->roles[i]) && free;
    }
    return whole;
}

static void add_type(Names *n, const SchemeType *t, const Caller *caller)
{
    bool whole = reads_whole(t, caller), bound = false;
    for (size_t i = 0; !whole && i < caller->role_count; i++) {
        if (may_see_type(t, caller->roles[i])) {
            add_paths(&n->paths, t, caller->roles[i]);
            bound = true;
        }
    }
    if (whole || bound) {
        buf_printf(whole ? &n->whole : &n->bound, "%.*s|", STR_ARG(t->name));
    }
}

static Str names_text(const Buf *b)
{
    check_that(buf_ok(b));
    return b->len > 1 ? buf_str(b) : STR("");
}

QueryReach flow_reach(Arena *a, const Scheme *s, const Caller *caller)
{
    QueryReach reach = {.scheme = scheme_id(s)};
    if (caller == NULL || caller->party.len > 0) {
        reach.party = caller ? caller->party : STR("");
        return reach;
    }
    Names n = {buf_new(a, MAX_NAMES), buf_new(a, MAX_NAMES), buf_new(a, MAX_NAMES)};
    Buf *lists[] = {&n.whole, &n.bound, &n.paths};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        buf_byte(lists[i], '|');
    }
    const SchemeType *types;
    size_t count = scheme_types(s, &types);
    for (size_t i = 0; i < count; i++) {
        add_type(&n, &types[i], caller);
    }
    reach.office = caller->office;
    reach.whole = names_text(&n.whole);
    reach.bound = names_text(&n.bound);
    reach.paths = names_text(&n.paths);
    return reach;
}

/* ---- What a caller acts on ---- */

static bool is_in(const Flow *f, Arena *a, const QueryReach *reach, Str id, bool *ret, Err *err)
{
    const CaseRow *row;
    bool ok = query_case_in(f->store, a, reach, id, &row, err);
    *ret = ok && row != NULL;
    return ok;
}

bool flow_check_reach(const Flow *f, Arena *a, const Scheme *s, const Caller *caller, const CaseRow *row, Err *err)
{
    bool in;
    if (row == NULL || caller->party.len > 0) {
        return true;
    }
    const SchemeType *t = str_eq(row->scheme, scheme_id(s)) ? scheme_type(s, row->type) : NULL;
    if (t != NULL && reads_whole(t, caller)) {
        return true; /* the database need not be asked which office */
    }
    QueryReach reach = flow_reach(a, s, caller);
    return is_in(f, a, &reach, row->id, &in, err) &&
           (in || err_set(err, NOT_ALLOWED, "This case is not yours to act on."));
}

static bool another_office(Err *err)
{
    return err_set(err, NOT_ALLOWED, "This case would belong to another office.");
}

static bool has_role(const Caller *c, Str role)
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (str_eq(c->roles[i], role)) {
            return true;
        }
    }
    return false;
}

/* The office that the opening event itself gives the case. */
static bool opens_elsewhere(const Event *e, Str field, Str office)
{
    const Json *homes[] = {json_get(e->data, "index"), json_get(e->sealed, "index")};
    for (size_t k = 0; k < COUNT_OF(homes); k++) {
        for (size_t i = 0; i < json_count(homes[k]); i++) {
            const Json *row = homes[k]->items[i];
            bool is_office = json_count(row) == 3 && str_eq(json_text(row->items[0]), field);
            if (is_office && json_text(row->items[1]).len > 0 && !str_eq(json_text(row->items[1]), office)) {
                return true;
            }
        }
    }
    return false;
}

bool flow_check_opening(const Flow *f, Arena *a, const Scheme *s, const Caller *caller, const Event *opening, Err *err)
{
    const SchemeType *t = scheme_type(s, json_text_at(opening->data, "type"));
    QueryReach reach = flow_reach(a, s, caller);
    if (caller->party.len > 0 || t == NULL || reach.bound.len == 0) { /* parties, the program, staff of no office */
        return true;
    }
    const Json *links = json_get(opening->data, "links");
    for (size_t i = 0; i < json_count(links); i++) { /* one sees what one opens a case about */
        const CaseRow *there;
        bool in;
        Str id = json_text(links->members[i].value);
        if (!query_case(f->store, a, id, &there, err) || !is_in(f, a, &reach, id, &in, err)) {
            return false;
        }
        bool bound =
            there != NULL && str_find(reach.bound, str_printf(a, "|%.*s|", STR_ARG(there->type)), 0) != SIZE_MAX;
        if (bound && !in) {
            return another_office(err);
        }
    }
    for (size_t i = 0; i < t->office_count; i++) {
        bool own = t->offices[i].link_count == 0 && has_role(caller, t->offices[i].role);
        if (own && opens_elsewhere(opening, t->offices[i].field, caller->office)) {
            return another_office(err);
        }
    }
    return true;
}
