/* compare.c: when one result is better or worse than another for whom it is about, and under what it is counted.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

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
    return (TrialRules){json_get(j, "good"), json_get(j, "more"), json_get(j, "by"), json_to_int(json_get(j, "small"), SMALL)};
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

/* "candidate.country": the case's link, then the field of what it leads to. */
static bool follow(TrialGroups *g, Arena *scratch, const CaseRow *row, Str path, Str *ret, Err *err)
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
        if (value.len > 0 && !query_case(g->store, scratch, value, &row, err)) {
            return false;
        }
    }
    return true;
}

static bool of_case(TrialGroups *g, Str case_id, const Str **ret, Err *err)
{
    const CaseRow *row;
    *ret = map_get(&g->cases, case_id);
    if (*ret != NULL) {
        return true;
    }
    Arena *scratch = arena_new(0);
    Str *values = ARENA_ARRAY(g->a, Str, MAX_BY), value;
    bool ok = query_case(g->store, scratch, case_id, &row, err);
    for (size_t i = 0; ok && i < json_count(g->by) && i < MAX_BY; i++) {
        const Json *paths = json_get(g->by->items[i], "case");
        for (size_t k = 0; ok && k < json_count(paths) && values[i].len == 0; k++) {
            ok = follow(g, scratch, row, json_text(paths->items[k]), &value, err);
            values[i] = ok ? str_copy(g->a, value) : values[i];
        }
    }
    arena_free(scratch);
    map_set(&g->cases, str_copy(g->a, case_id), values);
    *ret = values;
    return ok;
}

bool trial_groups_of(TrialGroups *g, Str case_id, const Json *facts, Str *ret_values, Err *err)
{
    const Str *known;
    if (!of_case(g, case_id, &known, err)) {
        return false;
    }
    for (size_t i = 0; i < json_count(g->by) && i < MAX_BY; i++) {
        const Json *names = json_get(g->by->items[i], "facts");
        ret_values[i] = known[i];
        for (size_t k = 0; k < json_count(names); k++) {
            Str fact = json_text(json_get_str(facts, json_text(names->items[k])));
            ret_values[i] = fact.len > 0 ? fact : ret_values[i];
        }
    }
    return true;
}
