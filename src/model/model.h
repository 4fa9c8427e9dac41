/* model.h: the vocabulary that rooms hand to one another: Caller, Command, Event, Case. No behaviour.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/day.h"
#include "base/hash.h"
#include "base/json.h"

/* Who asks. Filled by the edge from the session; never from a form. */
typedef struct {
    Str account;      /* stable account id */
    Str name;         /* as shown */
    const Str *roles; /* roles of the scheme, such as "officer" */
    size_t role_count;
    Str party;    /* the case that this account is (a candidate, an employer); empty for staff */
    Str office;   /* scope of staff; empty: all */
    Str language; /* en, ko, kk, ru */
} Caller;

/* What is asked: one step of one case type, filled in. */
typedef struct {
    Str key;                  /* idempotency key: the same key is never done twice */
    Str scheme;               /* "kr-eps" */
    Str step;                 /* "permit.issue" */
    Str case_id;              /* empty if the step opens a case */
    int64_t expected_version; /* of the case when the form was opened; −1: do not check */
    Json *form;               /* field → value */
    const Json *signature; /* by the caller's own key: {key, client_data, authenticator_data, signature} in base64url;
                              NULL: none */
    Str origin; /* where the edge answers ("https://host"): where alone such a signature may have been made */
} Command;

/* What happened. One leaf of the log. `data` is public inside the office; `sealed` is personal data, encrypted
 * at rest. */
typedef struct {
    int64_t seq; /* position in the whole log, from 1; given by the store */
    Str scheme;
    Str stream;      /* case id */
    int64_t version; /* position in the case, from 1 */
    Str type;        /* "permit.issued" */
    Instant at;      /* when it was recorded */
    Day day;         /* civil day that governs */
    Str actor;       /* account id */
    Str command;     /* idempotency key */
    Json *data;      /* object */
    Str person;      /* whose key seals `sealed`; empty if nothing is sealed */
    Json *sealed;    /* object or NULL */
    Hash commitment; /* salted hash of `sealed`, zero without; given by the store, public, says nothing by itself */
    Hash prev;       /* hash of the case's event before, zero for the first; given by the store */
    Hash hash;       /* of the canonical bytes; given by the store */
} Event;

/* A case as the read tables hold it. */
typedef struct {
    Str id, scheme, type, state, title, holder;
    Str person;        /* whose data it holds; empty: nobody's */
    Str due, due_rule; /* date as text, and the article; empty: none */
    int64_t version;
    Day opened, since; /* since: when it came into this state */
    Json *data;        /* field → value */
    Json *pending;     /* {step, form, by, at} that waits for a second person; or NULL */
    Str path, decided; /* where it stood and what was decided, in short: for src/project alone */
} CaseRow;

#endif
