/* scheme_notices.c: "notices" of scheme.json: what the parties of a case are told, checked against the types once all
 * are read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

enum { LONGEST_LEAD_DAYS = 366 };

bool scheme_has_event(const Scheme *s, Str event)
{
    for (size_t i = 0; i < s->type_count; i++) {
        for (size_t k = 0; k < s->types[i].step_count; k++) {
            const SchemeStep *step = &s->types[i].steps[k];
            bool found = str_eq(step->event, event);
            for (size_t n = 0; n < step->outcome_count; n++) {
                found = found || str_eq(step->outcomes[n].event, event);
            }
            for (size_t n = 0; n < step->also_count; n++) {
                found = found || str_eq(step->also[n].event, event);
            }
            if (found) {
                return true;
            }
        }
    }
    return false;
}

static bool check_events(const SchemeReader *r, const Json *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (!scheme_has_event(r->s, json_text(list->items[i]))) {
            return scheme_broken(r, "no step writes the event", json_text(list->items[i]));
        }
    }
    return true;
}

/* Days before a deadline, the longest first. */
static bool check_days(const SchemeReader *r, const Json *list)
{
    int64_t before = LONGEST_LEAD_DAYS + 1;
    for (size_t i = 0; i < json_count(list); i++) {
        int64_t n = json_to_int(list->items[i], -1);
        if (n < 0 || n >= before) {
            return scheme_broken(
                r, "days before a deadline stand in falling order, from 366 to 0:", json_text(list->items[i]));
        }
        before = n;
    }
    return list == NULL || list->kind == JSON_ARRAY || scheme_broken(r, "no list of days", STR(""));
}

static bool check_states(const SchemeReader *r, const Json *states)
{
    for (size_t i = 0; i < json_count(states); i++) {
        Str state = states->members[i].key, type;
        (void)str_cut(&state, '.', &type);
        const SchemeState *found = scheme_state(scheme_type(r->s, type), state);
        if (found == NULL || found->due == NULL) {
            return scheme_broken(r, "no state with a deadline:", states->members[i].key);
        }
        if (!check_days(r, states->members[i].value)) {
            return false;
        }
    }
    return true;
}

static bool check_roles(const SchemeReader *r, const Json *roles)
{
    const Json *known = json_get(r->s->info, "roles");
    for (size_t i = 0; i < json_count(roles); i++) {
        if (!json_has_text(known, json_text(roles->items[i]))) {
            return scheme_broken(r, "unknown role", json_text(roles->items[i]));
        }
    }
    return true;
}

bool scheme_check_notices(const Scheme *s, Err *err)
{
    const Json *notices = json_get(s->info, "notices"), *deadlines = json_get(notices, "deadlines");
    SchemeReader r = {.s = (Scheme *)(uintptr_t)s, .err = err, .place = STR("notices")};
    r.path = str_printf(s->arena, "%.*s/scheme.json", STR_ARG(s->folder));
    return check_events(&r, json_get(notices, "quiet")) && check_events(&r, json_get(notices, "also")) &&
           check_days(&r, json_get(deadlines, "days")) && check_states(&r, json_get(deadlines, "states")) &&
           check_roles(&r, json_path(s->info, "webhooks.roles"));
}
