/* sign.h: steps that an officer signs with a key of their own (a passkey), so that nobody else, not even who has the
 * database, can record them. Keys, and the events that must be signed, stand in the log (stream "signing"); each
 * signature stands in its event. What is signed: docs/adr/0008-signed-steps.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SIGN_H
#define FLOW_SIGN_H

#include "access/passkey.h"
#include "flow.h"

/* Writes account.key_added, account.key_removed: the public key with its algorithm (COSE), and for which domain it
 * signs. Inside the caller's transaction. Removing a key that is not in the log writes nothing. */
MUST_USE bool sign_add_key(const Flow *in, Arena *a, Str scheme, Str account, const Passkey *key, Str rp_id,
                           Instant now, Err *err);
MUST_USE bool sign_remove_key(const Flow *in, Arena *a, Str scheme, Str account, Str id, Instant now, Err *err);
/* The keys with which the account can sign now, oldest first: credential id (base64url) and domain. */
typedef struct {
    Str id, rp_id;
} SignKey;
MUST_USE bool sign_keys(Store *s, Arena *a, Str account, SignKey **ret, size_t *ret_count, Err *err);

/* Writes signing.required: from here on every event that a step of the scheme marked "sign" makes must be signed. *ret:
 * those events, whether required before or only now. WRONG_STATE where the scheme has no such step. */
MUST_USE bool sign_require(const Flow *f, Arena *a, const Scheme *s, Str account, Instant now, Json **ret, Err *err);

/* What a caller signs who takes this step: {account, case, event, form, scheme, step, version}, the first two and the
 * form as SHA-256. The case must be there. */
Json *sign_statement(Arena *a, const CommandInput *in, const CommandPlan *plan);
/* SHA-256 of the statement's canonical bytes, base64url: the challenge of the key. */
Str sign_challenge(Arena *a, const Json *statement);
/* Whether the planned step must be signed: the store requires it of its event, or the step asks for it and the caller
 * has a key. */
MUST_USE bool sign_is_needed(Store *s, Arena *a, const CommandInput *in, const CommandPlan *plan, bool *ret, Err *err);
/* The same of a step before it is planned, for what cannot ask for a key, such as a spreadsheet: any of its events is
 * one that the store requires to be signed, or the step asks for it and the account has a key. */
MUST_USE bool sign_step_is_needed(Store *s, Arena *a, const SchemeStep *step, Str account, bool *ret, Err *err);
/* Checks the command's signature over the planned step and puts it into the event (data.public.signed). NEEDS_SIGNATURE
 * where there is none and one is needed; BAD_SIGNATURE where it does not fit: another key, case, form, version. */
MUST_USE bool sign_take(Store *s, Arena *a, const CommandInput *in, CommandPlan *plan, Err *err);

/* Walks the log again: the first event that must be signed and is not, or is not as it should be; 0: none. Says why.
 * Costs nothing where the log knows no key and requires none. */
MUST_USE bool sign_verify(Store *s, int64_t *ret_bad, const char **ret_why, Err *err);

#endif
