/* page_calendar.c: the days by which an account must act, as a calendar behind a secret address.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "base/hash.h"
#include "doc/doc.h"

enum { ALARM_DAYS = 3, TOKEN_LETTERS = 40 };

/* Only who holds the store's key can make it; it dies with the account. */
static bool token_of(const PageView *v, Str login, Str *ret, Err *err)
{
    Hash h;
    if (!store_secret(v->flow->store, str_printf(v->a, "calendar/%.*s", STR_ARG(login)), &h, err)) {
        return false;
    }
    *ret = str_sub(hex_print(v->a, HASH_STR(h)), 0, TOKEN_LETTERS);
    return true;
}

Str page_calendar_href(const PageView *v)
{
    Str token;
    Err err;
    if (v->caller == NULL || !token_of(v, v->caller->account, &token, &err)) {
        return STR("");
    }
    return str_printf(v->a, "/calendar/%.*s/%.*s.ics", STR_ARG(v->caller->account), STR_ARG(token));
}

static void add_event(const PageView *v, CalendarEvent *events, size_t *count, const CaseRow *row)
{
    Day due;
    const SchemeState *state = scheme_state(scheme_type(v->scheme, row->type), row->state);
    if (!day_parse(row->due, &due) || state == NULL || state->final) {
        return;
    }
    Json *cites = page_cites(v, row->due_rule);
    events[(*count)++] =
        (CalendarEvent){.uid = str_printf(v->a, "%.*s@%.*s", STR_ARG(row->id), STR_ARG(row->scheme)),
                        .day = due,
                        .summary = str_printf(v->a, "%.*s: %.*s", STR_ARG(page_label(v, "type", row->type)),
                                              STR_ARG(page_state_label(v, row->type, row->state))),
                        .description = json_count(cites) ? json_text_at(cites->items[0], "label") : STR(""),
                        .url = str_printf(v->a, "%.*s/case/%.*s", STR_ARG(v->origin), STR_ARG(row->id)),
                        .alarm_days = ALARM_DAYS,
                        .sequence = row->version};
}

bool page_calendar(const PageView *v, Str login, Str token, Buf *out, Err *err)
{
    Str right, scheme;
    Caller caller;
    if (!token_of(v, login, &right, err)) {
        return false;
    }
    bool same = token.len == right.len;
    unsigned char differ = 0;
    for (size_t i = 0; same && i < token.len; i++) {
        differ |= (unsigned char)(token.ptr[i] ^ right.ptr[i]);
    }
    if (!same || differ != 0 || !flow_caller(v->flow, v->a, login, &caller, &scheme, err) || caller.party.len == 0) {
        return err_set(err, NOT_FOUND, "There is no such calendar.");
    }
    PageView own = *v;
    own.caller = &caller;
    own.scheme = flow_scheme(v->flow, scheme);
    own.language = caller.language.len ? caller.language : v->language;
    const CaseRow *row, *linked;
    const Str *fields;
    size_t count, n = 0;
    if (!page_find(&own, caller.party, &row, err) || !page_linked(&own, caller.party, &linked, &fields, &count, err)) {
        return false;
    }
    CalendarEvent *events = ARENA_ARRAY(v->a, CalendarEvent, count + 2);
    if (row != NULL) {
        add_event(&own, events, &n, row);
    }
    for (size_t i = 0; i < count; i++) {
        add_event(&own, events, &n, &linked[i]);
    }
    calendar_print(out, view_text(v->a, own.language, "calendar.name", NULL), own.language, v->now, events, n);
    return true;
}
