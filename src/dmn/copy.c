/* copy.c: deep copies of values, for results that outlive the run that made them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

#include <string.h>

static void *bytes_copy(Arena *a, const void *p, size_t size)
{
    void *q = arena_alloc(a, size);
    memcpy(q, p, size);
    return q;
}

static Value list_copy(Arena *a, Value v)
{
    Value *items = ARENA_ARRAY(a, Value, v.len);
    for (size_t i = 0; i < v.len; i++) {
        items[i] = value_copy(a, feel_items(v)[i]);
    }
    return feel_list(items, v.len);
}

static Value context_copy(Arena *a, Value v)
{
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, v.len);
    for (size_t i = 0; i < v.len; i++) {
        const FeelEntry *e = &feel_entries(v)[i];
        entries[i] = (FeelEntry){str_copy(a, e->name), value_copy(a, e->value)};
    }
    return feel_context(entries, v.len);
}

static Value range_copy(Arena *a, Value v)
{
    FeelRange *r = bytes_copy(a, v.p, sizeof(FeelRange));
    r->low = value_copy(a, r->low);
    r->high = value_copy(a, r->high);
    v.p = r;
    return v;
}

static Value moment_copy(Arena *a, Value v)
{
    FeelMoment *m = bytes_copy(a, v.p, sizeof(FeelMoment));
    m->zone = str_copy(a, m->zone);
    v.p = m;
    return v;
}

Value value_copy(Arena *a, Value v)
{
    switch ((FeelKind)v.kind) {
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_DATE:
    case FEEL_YEARS_DURATION: return v;
    case FEEL_NUMBER: v.p = v.boxed ? bytes_copy(a, v.p, sizeof(Dec)) : v.p; return v;
    case FEEL_DAYS_DURATION: v.p = v.boxed ? bytes_copy(a, v.p, sizeof(I128)) : v.p; return v;
    case FEEL_STRING: return feel_str(str_copy(a, feel_text(v)));
    case FEEL_TIME:
    case FEEL_DATE_TIME: return moment_copy(a, v);
    case FEEL_LIST: return list_copy(a, v);
    case FEEL_CONTEXT: return context_copy(a, v);
    case FEEL_RANGE: return range_copy(a, v);
    case FEEL_FUNCTION:
    case FEEL_TYPE: break;
    }
    return feel_null();
}
