/* outcome.c: see outcome.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

#include "query/query.h"

#define DECISION_OF "decision_of" /* of what is remembered: the number of the event that holds the decision */

Json *outcome_of(Arena *a, const CommandPlan *plan, const CaseRow *row)
{
    Json *j = json_new_object(a), *events = json_new_array(a);
    json_set(a, j, STR("case"), json_new_str(a, plan->case_id));
    json_set(a, j, STR("outcome"), json_new_str(a, plan->outcome.len ? plan->outcome : STR("granted")));
    for (size_t i = 0; i < plan->count; i++) {
        const Event *e = &plan->events[i];
        Json *one = json_new_object(a);
        if (e->seq > 0) {
            json_set(a, one, STR("seq"), json_new_int(a, e->seq));
        }
        json_set(a, one, STR("type"), json_new_str(a, e->type));
        json_set(a, one, STR("case"), json_new_str(a, e->stream));
        json_push(a, events, one);
    }
    if (plan->count > 0) {
        json_set(a, j, STR("version"), json_new_int(a, plan->events[0].version));
        const Json *to = json_get(plan->events[0].data, "to");
        json_set(a, j, STR("state"), json_new_str(a, to ? json_text(to) : row ? row->state : STR("")));
    }
    json_set(a, j, STR("events"), events);
    if (plan->decided) {
        json_set(a, j, STR("decision"), plan->proof);
    }
    return j;
}

static const Event *event_of_proof(const CommandPlan *plan)
{
    for (size_t i = 0; plan->decided && i < plan->count; i++) {
        if (json_get(plan->events[i].data, "decision") == plan->proof) {
            return &plan->events[i];
        }
    }
    return NULL;
}

bool outcome_remember(Store *s, Arena *a, Str key, Hash request, const CommandPlan *plan, const Json *outcome, Err *err)
{
    const Event *e = event_of_proof(plan);
    if (e == NULL) {
        return store_done_set(s, a, key, request, outcome, err);
    }
    Json *kept = json_share(a, outcome);
    json_remove(kept, STR("decision"));
    json_set(a, kept, STR(DECISION_OF), json_new_int(a, e->seq));
    return store_done_set(s, a, key, request, kept, err);
}

bool outcome_recall(Store *s, Arena *a, Str key, Hash request, Json **ret, Err *err)
{
    Event e;
    if (!store_done(s, a, key, request, ret, err)) {
        return false;
    }
    int64_t seq = *ret != NULL ? json_to_int(json_get(*ret, DECISION_OF), 0) : 0;
    if (seq == 0) {
        return true;
    }
    if (!query_event(s, a, seq, &e, err)) {
        return false;
    }
    json_remove(*ret, STR(DECISION_OF));
    json_set(a, *ret, STR("decision"), json_get(e.data, "decision"));
    return true;
}
