/* contact.h: how an account wants to be reached: address, telephone, language, what to send. Sealed per person, beside
 * the log.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_CONTACT_H
#define FLOW_CONTACT_H

#include "flow.h"

typedef enum { CHANNEL_MAIL = 0, CHANNEL_SMS } Channel;
typedef enum {
    ABOUT_EVENT = 0,
    ABOUT_DEADLINE,
    ABOUT_MESSAGE
} About; /* a case moved; a day comes near; somebody wrote */
enum { CHANNELS = 2, ABOUTS = 3 };

typedef struct {
    Str address[CHANNELS];    /* e-mail address, telephone number as +77011234567; empty: none */
    bool confirmed[CHANNELS]; /* the code that was sent there came back; nothing else is sent before */
    Str language;             /* empty: the account's */
    bool wants[CHANNELS][ABOUTS];
} Contact;

/* "email", "sms"; "event", "deadline", "message": names in forms and in what is stored. */
Str contact_channel_name(Channel c);
Str contact_about_name(About about);

/* Makes the tables of contacts, notices, webhooks and what waits to be sent, where they do not exist. */
MUST_USE bool contact_prepare(Store *s, Err *err);
/* The person whose key seals what is kept about the account; empty for staff and firms. */
Str contact_person(const Flow *f, Str scheme, const Caller *caller);
/* An empty contact where there is none or the person was erased. */
MUST_USE bool contact_find(Store *s, Arena *a, Str account, Str person, Contact *ret, Err *err);
/* FIELD_FORMAT for an address or a number that cannot be one, FIELD_CHOICE for a language. An address that changes has
 * to be confirmed again, whatever `confirmed` says. */
MUST_USE bool contact_save(const Flow *f, Arena *a, Str account, Str person, const Contact *contact, Instant now,
                           Err *err);
/* The code that is sent to an address, and the same typed in again: FIELD_FORMAT where it differs, RATE_LIMITED after
 * ten of these. */
MUST_USE bool contact_code(Store *s, Arena *a, Str account, Channel c, Str address, Str *ret, Err *err);
MUST_USE bool contact_confirm(const Flow *f, Arena *a, Str account, Str person, Channel c, Str code, Instant now,
                              Err *err);
/* Inside a transaction: drops what is kept to reach the accounts of a person who is being erased, and what was sent to
 * them. */
MUST_USE bool contact_forget(const Flow *f, Arena *a, Str scheme, Str person, Err *err);

#endif
