/* whole.c: see whole.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "whole.h"

#include "session.h"
#include "statute.h"

static const StoreTable BESIDE[] = {
    {"secrets", "SELECT login, hash FROM secrets", "INSERT INTO secrets (login, hash) VALUES ($1, $2)"},
    {"recovery", "SELECT login, hash, made FROM recovery",
     "INSERT INTO recovery (login, hash, made) VALUES ($1, $2, $3)"},
    {"passkeys", "SELECT id, account, name, alg, key, count, made, used FROM passkeys",
     "INSERT INTO passkeys (id, account, name, alg, key, count, made, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"},
    {"provider_links", "SELECT issuer, subject, account, made, used FROM provider_links",
     "INSERT INTO provider_links (issuer, subject, account, made, used) VALUES ($1, $2, $3, $4, $5)"},
    {"contacts", "SELECT account, sealed, tries, saved FROM contacts",
     "INSERT INTO contacts (account, sealed, tries, saved) VALUES ($1, $2, $3, $4)"},
    {"notices", "SELECT id, scheme, account, kind, what, case_id, due, params, made, read_at FROM notices",
     "INSERT INTO notices (id, scheme, account, kind, what, case_id, due, params, made, read_at)"
     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"},
    {"notice_marks", "SELECT name, n FROM notice_marks", "INSERT INTO notice_marks (name, n) VALUES ($1, $2)"},
    {"outbox", "SELECT id, channel, account, about, state, attempts, next_at, made, ended, answer FROM outbox",
     "INSERT INTO outbox (id, channel, account, about, state, attempts, next_at, made, ended, answer)"
     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"},
    {"webhooks", "SELECT id, scheme, account, url, events, state, from_seq, made FROM webhooks",
     "INSERT INTO webhooks (id, scheme, account, url, events, state, from_seq, made)"
     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"},
    {"drafts", "SELECT account, place, href, sealed, saved FROM drafts",
     "INSERT INTO drafts (account, place, href, sealed, saved) VALUES ($1, $2, $3, $4, $5)"},
    {"law_texts", "SELECT scheme, layer, day, text FROM law_texts",
     "INSERT INTO law_texts (scheme, layer, day, text) VALUES ($1, $2, $3, $4)"},
};

bool whole_copy(Store *from, Store *to, Err *err)
{
    return session_prepare(to, err) && statute_prepare(to, err) && store_copy(from, to, BESIDE, COUNT_OF(BESIDE), err);
}
