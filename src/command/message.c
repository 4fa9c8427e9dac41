/* message.c: what a step tells people: to whom, the prepared text by name and what stands in it, kept in the step's
 * event; there also the sender's own words, sealed where the event is about a person.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

static Json *evaluated(Planning *p, const SchemeExprs *exprs)
{
    Json *j = json_new_object(p->a);
    for (size_t i = 0; i < exprs->count; i++) {
        Json *value = feel_to_json(p->a, feel_eval(p->in->run, exprs->items[i].code, p->frame));
        if (value->kind != JSON_NULL) {
            json_set(p->a, j, exprs->items[i].name, value);
        }
    }
    return j;
}

/* In an event about a person what the sender writes is sealed with that person's key. */
static Json *home_of_texts(Planning *p, Event *e, Json *open)
{
    if (e->person.len == 0) {
        return open;
    }
    e->sealed = e->sealed ? e->sealed : json_new_object(p->a);
    return json_set(p->a, e->sealed, STR("message"), json_new_object(p->a));
}

void plan_message(Planning *p, Event *e)
{
    const SchemeMessage *m = p->in->step->message;
    if (m == NULL) {
        return;
    }
    Value to = feel_eval(p->in->run, m->to, p->frame);
    const Value *items = to.kind == FEEL_LIST ? feel_items(to) : &to;
    size_t count = to.kind == FEEL_LIST ? to.len : feel_is_null(to) ? 0 : 1;
    Json *j = json_set(p->a, e->data, STR("message"), json_new_object(p->a));
    json_set(p->a, j, STR("topic"), json_new_str(p->a, feel_text(feel_get(p->frame[SLOT_FORM], m->topic))));
    Json *list = json_set(p->a, j, STR("to"), json_new_array(p->a));
    for (size_t i = 0; i < count; i++) {
        json_push(p->a, list, json_new_str(p->a, feel_text(items[i])));
    }
    json_set(p->a, j, STR("params"), evaluated(p, &m->params));
    json_set(p->a, home_of_texts(p, e, j), STR("texts"), evaluated(p, &m->texts));
}
