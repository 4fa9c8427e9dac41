/* page_webhook.c: the webhooks of an account: address, secret, what is told, and what became of each delivery.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice/webhook.h"
#include "page_int.h"

static bool check_may(const PageView *v, Err *err)
{
    return webhook_may(v->scheme, v->caller) || err_set(err, NOT_ALLOWED, "Your role has no webhooks.");
}

static void fill_hook(const PageView *v, Json *j, const Webhook *w)
{
    page_set_text(v, j, "id", w->id);
    page_set_text(v, j, "url", w->url);
    page_set_text(v, j, "state", w->state);
    page_set_text(v, j, "made", instant_print(v->a, w->made));
    json_set(v->a, j, STR("events"), w->events);
}

static Str state_label(const PageView *v, const char *kind, Str state)
{
    return view_text(v->a, v->language, str_printf(v->a, "webhook.%s_%.*s", kind, STR_ARG(state)).ptr, NULL);
}

bool page_webhooks_data(const PageView *v, Json **ret, Err *err)
{
    Webhook *hooks;
    size_t count;
    if (!check_may(v, err) || !webhook_list(v->flow->store, v->a, v->caller->account, &hooks, &count, err)) {
        return false;
    }
    *ret = json_new_array(v->a);
    for (size_t i = 0; i < count; i++) {
        fill_hook(v, page_add(v, *ret), &hooks[i]);
    }
    return true;
}

/* Every type of event that the scheme's steps write, once. */
static void add_event_names(const PageView *v, Json *model)
{
    Map seen = {.arena = v->a};
    Json *list = page_list_in(v, model, "names");
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].step_count; k++) {
            Str event = types[i].steps[k].event;
            if (event.len == 0 || types[i].steps[k].foretell || map_get(&seen, event) != NULL) {
                continue;
            }
            map_set(&seen, event, (void *)(uintptr_t)&types[i]);
            Json *j = page_add(v, list);
            page_set_text(v, j, "name", event);
            page_set_text(v, j, "label", page_event_label(v, event));
        }
    }
}

bool page_webhooks(const PageView *v, const Json *sent, const Err *fault, Page *ret, Err *err)
{
    Json *hooks;
    if (!page_webhooks_data(v, &hooks, err)) {
        return false;
    }
    *ret = (Page){"webhooks", json_new_object(v->a)};
    Json *m = ret->model;
    page_frame(v, m, view_text(v->a, v->language, "webhook.title", NULL));
    for (size_t i = 0; i < json_count(hooks); i++) {
        page_set_text(v, hooks->items[i], "href",
                      str_printf(v->a, "/webhooks/%.*s", STR_ARG(json_text_at(hooks->items[i], "id"))));
        page_set_text(v, hooks->items[i], "state_label", state_label(v, "is", json_text_at(hooks->items[i], "state")));
    }
    json_set(v->a, m, STR("hooks"), hooks);
    page_set_text(v, m, "url", json_text_at(sent, "url"));
    page_set_text(v, m, "events", json_text_at(sent, "events"));
    add_event_names(v, m);
    if (fault != NULL) {
        Json *j = page_add(v, page_list_in(v, m, "errors"));
        bool of_events = str_eq_c(str_from_c(fault->field), "events");
        page_set_text(v, j, "field", str_copy(v->a, str_from_c(fault->field)));
        page_set_text(v, j, "label", view_text(v->a, v->language, of_events ? "webhook.events" : "webhook.url", NULL));
        page_set_text(v, j, "text", view_fault(v->a, v->language, fault));
        page_set_text(v, m, of_events ? "events_error" : "url_error", view_fault(v->a, v->language, fault));
    }
    return true;
}

bool page_webhook_data(const PageView *v, Str id, Json **ret, Err *err)
{
    Webhook w;
    Json *deliveries;
    if (!check_may(v, err) || !webhook_find(v->flow->store, v->a, v->caller->account, id, &w, err) ||
        !webhook_deliveries(v->flow->store, v->a, &w, &deliveries, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    fill_hook(v, *ret, &w);
    page_set_text(v, *ret, "secret", w.secret);
    page_set_text(v, *ret, "public_key", w.public_key);
    json_set(v->a, *ret, STR("deliveries"), deliveries);
    return true;
}

bool page_webhook(const PageView *v, Str id, Page *ret, Err *err)
{
    Json *hook;
    if (!page_webhook_data(v, id, &hook, err)) {
        return false;
    }
    *ret = (Page){"webhook", json_new_object(v->a)};
    page_frame(v, ret->model, json_text_at(hook, "url"));
    json_set(v->a, ret->model, STR("hook"), hook);
    page_set_text(v, hook, "state_label", state_label(v, "is", json_text_at(hook, "state")));
    Json *deliveries = json_get(hook, "deliveries");
    for (size_t i = 0; i < json_count(deliveries); i++) {
        Json *d = deliveries->items[i];
        Str state = json_text_at(d, "state");
        page_set_text(v, d, "state_label",
                      view_text(v->a, v->language, str_printf(v->a, "contact.state_%.*s", STR_ARG(state)).ptr, NULL));
        page_set_text(v, d, "tone",
                      str_eq_c(state, "sent")     ? STR("ok")
                      : str_eq_c(state, "failed") ? STR("error")
                                                  : STR("quiet"));
        page_set_bool(v, d, "again", !str_eq_c(state, "waiting"));
    }
    return true;
}
