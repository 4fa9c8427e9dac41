/* access.h: what signing in rests on: the operator's settings, rates, names of devices. Pure but for reading the
 * settings' file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "base/day.h"
#include "base/json.h"

/* How often a route may be posted to in a minute; 0: as often as one likes. */
typedef struct {
    Str pattern;         /* of the table of routes; empty: all that have no row */
    int64_t per_address; /* by one address */
    int64_t per_account; /* by one account, or in the name of one that is not signed in yet */
} AccessRate;

/* A provider at which people may sign in (OpenID Connect). */
typedef struct {
    Str issuer;    /* its address, as it names itself; empty: there is none */
    Str client_id; /* as which the provider knows this server */
    Str secret;    /* the client's; empty: the provider asks for none */
    Str claim;     /* of the ID token, that tells people apart there: sub */
    Str name;      /* as people know the provider; empty: its host is shown */
} AccessOidc;

/* The operator's settings. Units stand in the names. */
typedef struct {
    int64_t idle_minutes;      /* a session that is not used ends */
    int64_t longest_minutes;   /* and any session after this */
    int64_t fresh_minutes;     /* how recent the proof of who one is must be to change how one signs in */
    int64_t password_least;    /* characters */
    int64_t failures_most;     /* wrong passwords or codes for an account … */
    int64_t failure_minutes;   /* … in this time close it for as long */
    int64_t recovery_codes;    /* made at a time */
    int64_t challenge_seconds; /* within which a passkey must answer */
    Str rp_id;                 /* domain of passkeys; empty: the host of the server's origin */
    const AccessRate *rates;
    size_t rate_count;
    AccessOidc oidc;
} Access;

/* The settings of a server that was given none. Process lifetime. */
const Access *access_default(void);
/* Reads a file of settings (docs/operators.md). What it does not say is as in access_default(). BAD_REQUEST names the
 * key that is unknown, of the wrong kind or out of its bounds; NOT_FOUND, BAD_JSON. Lives in the arena. */
MUST_USE bool access_load(Arena *a, Str path, const Access **ret, Err *err);
/* The row for a route; the row of all others where it has none. */
AccessRate access_rate(const Access *s, Str pattern);

/* "Firefox, Windows" from the words with which a browser names itself; empty where it says nothing known. Static or in
 * a. */
Str access_device(Arena *a, Str user_agent);

/* Counts requests of somebody at a rate: a minute's worth may come at once, then one by one (GCRA). Shared by all
 * threads of the process; forgets whom it has not seen for long. access_wait_ms() says how long until the next is let
 * in, exactly; 0: now. access_take() counts one that was let in. */
int64_t access_wait_ms(uint64_t who, int64_t per_minute, Instant now);
void access_take(uint64_t who, int64_t per_minute, Instant now);

#endif
