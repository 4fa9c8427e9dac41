/* compare.c: when one result is better or worse than another for whom it is about, and under what it is counted.
 * SPDX-License-Identifier: Apache-2.0 */
#include "past.h"

#include "query/query.h"

enum { SMALL = 5, MAX_STEPS = 4 };

const char *trial_change_name(TrialChange c)
{
    static const char *const NAMES[CHANGE_COUNT] = {"same", "gain", "lose", "other"};
    return NAMES[c];
}

TrialRules trial_rules(const Scheme *s)
{
    const Json *j = json_get(scheme_info(s), "trial");
    return (TrialRules){json_get(j, "good"), json_get(j, "more"), json_get(j, "by"),
                        json_to_int(json_get(j, "small"), SMALL)};
}

static bool is_good(const TrialRules *r, Value result)
{
    return json_has_text(r->good, feel_text(feel_get(result, STR("outcome"))));
}

TrialChange trial_compare(const TrialRules *r, Value before, Value after)
{
    bool was = is_good(r, before), is = is_good(r, after);
    if (was != is) {
        return is ? CHANGE_GAIN : CHANGE_LOSE;
    }
    for (size_t i = 0; i < json_count(r->more); i++) {
        int order;
        Str name = json_text(r->more->items[i]);
        Value x = feel_get(before, name), y = feel_get(after, name);
        if (x.kind == FEEL_NUMBER && y.kind == FEEL_NUMBER && feel_order(x, y, &order) && order != 0) {
            return order < 0 ? CHANGE_GAIN : CHANGE_LOSE;
        }
    }
    return feel_same(before, after) ? CHANGE_NONE : CHANGE_OTHER;
}

/* ---- Groups ---- */

uint32_t past_case(TrialPast *p, Str id)
{
    PastCase *c = map_get(&p->case_by_id, id);
    if (c == NULL) {
        c = ARENA_NEW(p->a, PastCase);
        c->id = str_copy(p->a, id);
        if (p->case_count == p->case_cap) {
            p->cases =
                arena_grow(p->a, p->cases, p->case_cap * sizeof *p->cases, (p->case_cap * 2 + 64) * sizeof *p->cases);
            p->case_cap = p->case_cap * 2 + 64;
        }
        p->cases[p->case_count++] = c;
        c->at = (uint32_t)p->case_count - 1;
        map_set(&p->case_by_id, c->id, c);
    }
    return c->at;
}

void past_case_changed(TrialPast *p, Str id)
{
    PastCase *c = map_get(&p->case_by_id, id);
    if (c == NULL) {
        return;
    }
    c->known = false;
    for (size_t i = 0; i < c->follower_count; i++) {
        p->cases[c->followers[i]]->known = false;
    }
    c->follower_count = 0;
}

static void followed(TrialPast *p, uint32_t follower, Str id)
{
    uint32_t at = past_case(p, id); /* may move the list */
    PastCase *c = p->cases[at];
    if (c->at == follower || (c->follower_count > 0 && c->followers[c->follower_count - 1] == follower)) {
        return;
    }
    if (c->follower_count == c->follower_cap) {
        c->followers = arena_grow(p->a, c->followers, c->follower_cap * sizeof *c->followers,
                                  (c->follower_cap * 2 + 4) * sizeof *c->followers);
        c->follower_cap = c->follower_cap * 2 + 4;
    }
    c->followers[c->follower_count++] = follower;
}

typedef struct {
    TrialPast *p;
    Store *store;
    Arena *a;
    uint32_t case_at;
} Following;

/* "candidate.country": the case's link, then the field of what it leads to. */
static bool follow(const Following *f, const CaseRow *row, Str path, Str *ret, Err *err)
{
    Str name;
    *ret = STR("");
    for (int i = 0; i < MAX_STEPS && row != NULL && str_cut(&path, '.', &name); i++) {
        Str value = json_text(json_get_str(row->data, name));
        if (path.ptr == NULL) {
            *ret = value;
            return true;
        }
        row = NULL;
        if (value.len > 0 && !query_case(f->store, f->a, value, &row, err)) {
            return false;
        }
        if (value.len > 0) {
            followed(f->p, f->case_at, value);
        }
    }
    return true;
}

bool past_case_groups(TrialPast *p, Store *store, const Json *by, uint32_t case_at, Err *err)
{
    const CaseRow *row;
    PastCase *c = p->cases[case_at];
    if (c->known) {
        return true;
    }
    arena_reset(p->scratch);
    Following f = {p, store, p->scratch, case_at};
    bool ok = query_case(store, p->scratch, c->id, &row, err);
    for (size_t i = 0; ok && i < json_count(by) && i < MAX_BY; i++) {
        const Json *paths = json_get(by->items[i], "case");
        Str value = STR("");
        for (size_t k = 0; ok && k < json_count(paths) && value.len == 0; k++) {
            ok = follow(&f, row, json_text(paths->items[k]), &value, err);
        }
        c->values[i] = ok ? past_text(p, &p->by[i], value) : 0;
    }
    c->known = ok;
    return ok;
}
