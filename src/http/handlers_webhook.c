/* handlers_webhook.c: webhooks of an account, by page and by API.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "notice/webhook.h"

enum { MOST_EVENTS = 200 };

bool handle_webhooks(Exchange *x, Err *err)
{
    Page page;
    return page_webhooks(&x->v, NULL, NULL, &page, err) && http_page(x, &page, err);
}

bool handle_webhook(Exchange *x, Err *err)
{
    Page page;
    return page_webhook(&x->v, x->rest[0], &page, err) && http_page(x, &page, err);
}

/* One name a line; none: all events. */
static Json *names_of_lines(Arena *a, Str text)
{
    Json *list = json_new_array(a);
    for (Str line; text.len > 0 && list->count < MOST_EVENTS && str_cut(&text, '\n', &line);) {
        if (str_trim(line).len > 0) {
            json_push(a, list, json_new_str(a, str_trim(line)));
        }
    }
    return list;
}

static bool may(const Exchange *x, Err *err)
{
    return webhook_may(x->v.scheme, x->v.caller) || err_set(err, NOT_ALLOWED, "Your role has no webhooks.");
}

static bool add(Exchange *x, Str url, const Json *events, Str *ret_id, Err *err)
{
    return webhook_add(&x->w->flow, x->v.a, x->v.scheme, x->v.caller->account, str_trim(url), events, x->v.now, ret_id,
                       err);
}

bool handle_webhook_add(Exchange *x, Err *err)
{
    if (!http_check_csrf(x, err) || !may(x, err)) {
        return false;
    }
    Err fault;
    Str id;
    Page page;
    if (add(x, http_form(x, "url"), names_of_lines(x->v.a, http_form(x, "events")), &id, &fault)) {
        return http_redirect(x, str_printf(x->v.a, "/webhooks/%.*s", STR_ARG(id)));
    }
    if (err_http_status(fault.code) >= 500) {
        *err = fault;
        return false;
    }
    x->r->status = err_http_status(fault.code);
    return page_webhooks(&x->v, x->q->form, &fault, &page, err) && http_page(x, &page, err);
}

/* "test", "again" with a delivery, "remove". */
static bool do_action(Exchange *x, Str action, Str delivery, Err *err)
{
    Webhook w;
    const Flow *f = &x->w->flow;
    if (!may(x, err) || !webhook_find(f->store, x->v.a, x->v.caller->account, x->rest[0], &w, err)) {
        return false;
    }
    bool known = true, ok = false;
    if (str_eq_c(action, "test")) {
        ok = webhook_test(f, x->v.a, &w, x->v.now, err);
    } else if (str_eq_c(action, "again")) {
        ok = webhook_again(f, x->v.a, &w, delivery, x->v.now, err);
    } else if (str_eq_c(action, "remove")) {
        ok = webhook_remove(f, x->v.caller->account, w.id, err);
    } else {
        known = false;
    }
    notice_thread_wake(x->w->notices);
    return known ? ok : err_field(err, FIELD_CHOICE, "action", "%s", err_plain(FIELD_CHOICE));
}

bool handle_webhook_action(Exchange *x, Err *err)
{
    Str action = http_form(x, "action");
    if (!http_check_csrf(x, err) || !do_action(x, action, http_form(x, "delivery"), err)) {
        return false;
    }
    return http_redirect(x, str_eq_c(action, "remove") ? STR("/webhooks")
                                                       : str_printf(x->v.a, "/webhooks/%.*s", STR_ARG(x->rest[0])));
}

/* ---- API ---- */

bool api_webhooks(Exchange *x, Err *err)
{
    Json *list;
    return page_webhooks_data(&x->v, &list, err) && http_json(x, list);
}

bool api_webhook(Exchange *x, Err *err)
{
    Json *hook;
    return page_webhook_data(&x->v, x->rest[0], &hook, err) && http_json(x, hook);
}

static bool read_body(Exchange *x, Json **ret, Err *err)
{
    return json_parse(x->v.a, x->q->body, ret, err) &&
           ((*ret)->kind == JSON_OBJECT || err_set(err, BAD_REQUEST, "The body must be an object."));
}

bool api_webhook_add(Exchange *x, Err *err)
{
    Json *body, *hook;
    Str id;
    if (!may(x, err) || !read_body(x, &body, err) ||
        !add(x, json_text_at(body, "url"), json_get(body, "events"), &id, err) ||
        !page_webhook_data(&x->v, id, &hook, err)) {
        return false;
    }
    x->r->status = 201;
    x->r->location = str_printf(x->v.a, "/api/v1/webhooks/%.*s", STR_ARG(id));
    return http_json(x, hook);
}

bool api_webhook_action(Exchange *x, Err *err)
{
    Json *body, *done = json_new_object(x->v.a);
    if (!read_body(x, &body, err) || !do_action(x, json_text_at(body, "action"), json_text_at(body, "delivery"), err)) {
        return false;
    }
    json_set(x->v.a, done, STR("done"), json_new_bool(x->v.a, true));
    return http_json(x, done);
}
