/* mail.h: e-mail messages, calendars and short messages as text, and sending them; part of the face of doc. No queue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_MAIL_H
#define DOC_MAIL_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"

typedef struct {
    Str name; /* may be empty */
    Str address;
} MailAddress;

typedef struct {
    Str name; /* "permit.pdf" */
    Str type; /* "application/pdf" */
    Str bytes;
} MailPart;

typedef struct {
    MailAddress from, to;
    Str reply_to;   /* address; may be empty */
    Str subject;    /* one line */
    Str language;   /* "kk" */
    Str text;       /* plain text, any line ends */
    Str html;       /* may be empty */
    Str message_id; /* without angle brackets; must differ from message to message */
    Instant sent;
    const MailPart *parts;
    size_t part_count;
} MailMessage;

/* An address that our messages may carry: one @, no control or space, ASCII, at most 254 bytes. */
bool mail_address_is_valid(Str address);
/* The message in the form of RFC 5322 with CR LF, UTF-8 as quoted-printable. FIELD_FORMAT for a bad address or a line
 * end where none may be. */
MUST_USE bool mail_print(Arena *a, const MailMessage *m, Buf *out, Err *err);

typedef struct {
    Str url;            /* smtp://host:port or smtps://… */
    Str user, password; /* may be empty */
    Str ca_file;        /* may be empty: the system's */
    bool allow_plain;   /* without it smtp:// must go over to TLS */
    int timeout_s;      /* 0: 30 */
} MailServer;

/* Blocks until the server has taken the message: for a background worker. SEND_FAILED; err->detail has the server's
 * answer. */
MUST_USE bool mail_send(Arena *a, const MailServer *server, const MailMessage *m, Err *err);

/* A short message through an HTTP interface: POST {"to":…,"text":…,"id":…} as JSON, bearer token, answer 2xx. `id` is
 * the idempotency key, sent as header Idempotency-Key as well. */
typedef struct {
    Str url, token;
    int timeout_s; /* 0: 30 */
} SmsGateway;
MUST_USE bool sms_send(Arena *a, const SmsGateway *gateway, Str to, Str text, Str id, Err *err);

/* ---- Calendar (RFC 5545) ------------------------------------------------------------------------------- */

typedef struct {
    Str uid;                       /* stays the same when the event moves */
    Day day;                       /* the whole day */
    Str summary, description, url; /* the last two may be empty */
    int alarm_days;                /* reminder so many days before; 0: none */
    bool cancelled;
    int64_t sequence; /* grows with each change */
} CalendarEvent;

void calendar_print(Buf *out, Str name, Str language, Instant made, const CalendarEvent *events, size_t count);

#endif
