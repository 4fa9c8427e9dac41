/* notice.h: what people are told: notices from events and from deadlines ahead, in the product, by e-mail and by short
 * message. Each is made once and sent by one process. Reads the log; writes nothing into it; decides nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_NOTICE_H
#define NOTICE_NOTICE_H

#include "doc/mail.h"
#include "flow/contact.h"

typedef struct {
    Str id; /* the same for the same cause and account: "event/12/login", "due/CAN-000001/2026-12-01/7/login" */
    Str scheme, account;
    Str kind; /* "event", "deadline", "message"; "confirm" never stands in the list */
    Str what; /* type of the event; days before the deadline, or "over"; name of the message's template */
    Str case_id, due;
    Json *params;          /* of a message; {state} in which an event opened the case; else NULL */
    Instant made, read_at; /* read_at 0: unread */
} Notice;

/* ---- Making. Both may run in several processes at once: what is there already is not made again. ---- */

/* Notices from events that were not looked at yet. Events of more than 30 days ago make none; those of more than 3 days
 * ago are not sent. *ret_made counts notices; at most some hundred events a call, *ret_more says that more wait. */
MUST_USE bool notice_from_events(const Flow *f, Instant now, int64_t *ret_made, bool *ret_more, Err *err);
/* Notices before deadlines and on the day after, as "notices" of scheme.json says; looks once an hour. */
MUST_USE bool notice_from_deadlines(const Flow *f, Instant now, int64_t *ret_made, Err *err);

/* Inside a transaction: one notice, and what is to be sent of it. *ret_new: it was not there. */
MUST_USE bool notice_add(Store *s, Arena *a, const Flow *f, const Notice *n, bool sends, bool *ret_new, Err *err);

/* ---- Reading ---- */

int64_t notice_unread(Store *s, Arena *a, Str account); /* 0 also where the store does not answer */
/* The newest first; unread ones before. */
MUST_USE bool notice_list(Store *s, Arena *a, Str account, int64_t offset, int64_t limit, Notice **ret,
                          size_t *ret_count, int64_t *ret_total, Err *err);
MUST_USE bool notice_find(Store *s, Arena *a, Str id, Notice *ret, Err *err); /* NOT_FOUND */
/* Marks one of the account's notices as read, or all where id is empty. */
MUST_USE bool notice_mark_read(const Flow *f, Str account, Str id, Instant now, Err *err);
/* What a step told people, {topic, params, texts} as its event holds it, in the reader's language. */
Str notice_message(Arena *a, const Scheme *s, Str language, const Json *message);
/* One line in the reader's language without anybody's name: what happened, by when. row: the case, or NULL where it is
 * gone. */
Str notice_line(Arena *a, const Scheme *s, Str language, const Notice *n, const CaseRow *row);

/* ---- Sending ---- */

typedef struct {
    MailServer mail; /* url empty: no e-mail is sent */
    MailAddress from;
    SmsGateway sms;     /* url empty: no short messages are sent */
    Str origin;         /* how the public reaches us, for links; empty: without links */
    bool hooks_private; /* webhooks may go to private addresses and without TLS */
} NoticeConfig;

/* From the environment: GOLDENBRIDGE_MAIL_URL, _FROM, _USER, _PASSWORD, _CA, _PLAIN; GOLDENBRIDGE_SMS_URL, _TOKEN;
 * GOLDENBRIDGE_ORIGIN; GOLDENBRIDGE_HOOKS_PRIVATE=1. BAD_USAGE for what cannot be. */
MUST_USE bool notice_config(Arena *a, NoticeConfig *ret, Err *err);
/* Asks that the code that confirms an address be sent there. */
MUST_USE bool notice_ask_confirm(const Flow *f, Arena *a, Str scheme, Str account, Channel c, Str address, Instant now,
                                 Err *err);

typedef struct {
    int64_t sent, failed, dropped; /* failed: will be tried again, or was given up */
} NoticeCount;
/* Claims what is due, one at a time, and sends it, at most `most` of them. A claim lasts two minutes: what a killed
 * process had in hand is tried again then, with the same id. Fails only where the store does. */
MUST_USE bool notice_send(const Flow *f, const NoticeConfig *config, Instant now, int64_t most, NoticeCount *count,
                          Err *err);

/* What was sent to an account and what became of it: {channel, state, attempts, at, answer}, newest first, at
 * most 50. */
MUST_USE bool notice_sendings(Store *s, Arena *a, Str account, Json **ret, Err *err);
/* {waiting, sent, failed, dropped} of the whole outbox. */
MUST_USE bool notice_totals(Store *s, Arena *a, Json **ret, Err *err);

#endif
