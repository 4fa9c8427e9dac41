/* handlers_notice.c: pages of notices and of how an account wants to be reached.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

bool handle_notices(Exchange *x, Err *err)
{
    Page page;
    return page_notices(&x->v, http_page_number(x), &page, err) && http_page(x, &page, err);
}

/* One, or all where none is named. */
bool handle_notices_read(Exchange *x, Err *err)
{
    return http_check_csrf(x, err) &&
           notice_mark_read(&x->w->flow, x->v.caller->account, http_form(x, "id"), x->v.now, err) &&
           http_redirect(x, STR("/notices"));
}

/* Opening a notice reads it; a second time changes nothing. */
bool handle_notice_open(Exchange *x, Err *err)
{
    Str id = http_query(x, "id"), to;
    return page_notice_target(&x->v, id, &to, err) &&
           notice_mark_read(&x->w->flow, x->v.caller->account, id, x->v.now, err) && http_redirect(x, to);
}

/* ---- How to be reached ---- */

bool handle_contact(Exchange *x, Err *err)
{
    Page page;
    return page_contact(&x->v, NULL, NULL, http_query(x, "saved").len > 0, &page, err) && http_page(x, &page, err);
}

static bool answer_fault(Exchange *x, const Contact *sent, const Err *fault, Err *err)
{
    Page page;
    if (err_http_status(fault->code) >= 500) {
        *err = *fault;
        return false;
    }
    x->r->status = err_http_status(fault->code);
    return page_contact(&x->v, sent, fault, false, &page, err) && http_page(x, &page, err);
}

/* Numbers are written with spaces and brackets by people. */
static Str tidy_number(Arena *a, Str text)
{
    Buf b = buf_new(a, 4096);
    for (size_t i = 0; i < text.len; i++) {
        bool filler =
            text.ptr[i] == ' ' || text.ptr[i] == '-' || text.ptr[i] == '(' || text.ptr[i] == ')' || text.ptr[i] == '.';
        if (!filler) {
            buf_byte(&b, text.ptr[i]);
        }
    }
    return b.len ? buf_str(&b) : STR("");
}

static Contact contact_of_form(Exchange *x)
{
    Contact c = {.language = http_form(x, "language")};
    c.address[CHANNEL_MAIL] = str_trim(http_form(x, "email"));
    c.address[CHANNEL_SMS] = tidy_number(x->v.a, http_form(x, "sms"));
    for (Channel channel = CHANNEL_MAIL; channel <= CHANNEL_SMS; channel++) {
        for (About about = ABOUT_EVENT; about <= ABOUT_MESSAGE; about++) {
            Str name = str_printf(x->v.a, "%.*s.%.*s", STR_ARG(contact_channel_name(channel)),
                                  STR_ARG(contact_about_name(about)));
            c.wants[channel][about] = str_eq_c(http_form(x, name.ptr), "1");
        }
    }
    return c;
}

static Str person_of(const Exchange *x)
{
    return contact_person(&x->w->flow, x->session.scheme, x->v.caller);
}

/* A new address gets a code. */
static bool ask_confirm(Exchange *x, Err *err)
{
    Contact c;
    if (!contact_find(x->w->flow.store, x->v.a, x->v.caller->account, person_of(x), &c, err)) {
        return false;
    }
    for (Channel channel = CHANNEL_MAIL; channel <= CHANNEL_SMS; channel++) {
        if (c.address[channel].len > 0 && !c.confirmed[channel] &&
            !notice_ask_confirm(&x->w->flow, x->v.a, x->session.scheme, x->v.caller->account, channel,
                                c.address[channel], x->v.now, err)) {
            return false;
        }
    }
    notice_thread_wake(x->w->notices);
    return true;
}

bool handle_contact_save(Exchange *x, Err *err)
{
    if (!http_check_csrf(x, err)) {
        return false;
    }
    Contact c = contact_of_form(x);
    Err fault;
    bool ok = contact_save(&x->w->flow, x->v.a, x->v.caller->account, person_of(x), &c, x->v.now, &fault) &&
              ask_confirm(x, &fault);
    return ok ? http_redirect(x, STR("/contact?saved=1")) : answer_fault(x, &c, &fault, err);
}

bool handle_contact_confirm(Exchange *x, Err *err)
{
    if (!http_check_csrf(x, err)) {
        return false;
    }
    Channel channel = str_eq(http_form(x, "channel"), contact_channel_name(CHANNEL_SMS)) ? CHANNEL_SMS : CHANNEL_MAIL;
    Err fault;
    bool ok = contact_confirm(&x->w->flow, x->v.a, x->v.caller->account, person_of(x), channel,
                              str_trim(http_form(x, "code")), x->v.now, &fault);
    return ok ? http_redirect(x, STR("/contact?saved=1")) : answer_fault(x, NULL, &fault, err);
}
