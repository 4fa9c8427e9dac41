/* round.h: many cases at once: ranked for units or matched with places, from rows that are frozen and published. Pure.
 * The rows are the published text itself (goldenbridge-round/1): what is decided is what anybody can compute again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_ROUND_H
#define DECIDE_ROUND_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

typedef struct {
    Str name, within; /* within: name of the cell above; empty: none */
    int64_t cap, own; /* -1: none */
} RoundCap;

typedef struct {
    Str id; /* pseudonym: 1-128 of A-Z a-z 0-9 _ . - */
    int64_t points;
    int64_t units; /* ranking */
    Str cell;
    const Str *wishes; /* match: pseudonyms of offers, most wanted first */
    size_t wish_count;
} RoundApplicant;

typedef struct {
    Str id, cell; /* cell may be empty */
    int64_t seats;
} RoundOffer;

typedef struct {
    Str name;
    bool matches, one_per_pass;
    int64_t pool;
    const RoundCap *caps;
    const RoundApplicant *applicants;
    const RoundOffer *offers;
    size_t cap_count, applicant_count, offer_count;
    Str beacon; /* hex, may be empty */
} RoundInput;

/* What to publish when the secret is chosen, before anybody applies. */
Hash decide_round_commitment(Hash secret);
/* The rows as published, without the secret, and their root. FIELD_FORMAT, TOO_LARGE or what the rows' reader says. */
MUST_USE bool decide_round_freeze(Arena *a, const RoundInput *in, Hash commitment, Str *ret_text, Hash *ret_root,
                                  Err *err);

typedef struct {
    Str reason;      /* granted, part_granted, waiting; placed, not_placed */
    int64_t rank;    /* from 1; match: 0 */
    int64_t granted; /* units; match: 1 or 0 */
    int64_t waiting; /* number in the queue, from 1; 0: none */
    int64_t choice;  /* match: which of the own wishes, from 1 */
    Str offer;       /* match: pseudonym; empty: none */
    Str full;        /* cell that stopped it; empty: none */
    Str text;        /* the line as every implementation prints it */
} RoundLine;

typedef struct {
    Str text;    /* rows, root and secret, as published */
    Str outcome; /* what every implementation prints from it */
    Hash root, result;
    RoundLine *lines; /* one per applicant */
} RoundResult;

/* Draws the tickets, decides, checks. LOG_DAMAGED unless the rows have the root that was published, where one was. */
MUST_USE bool decide_round(Arena *a, const RoundInput *in, Hash secret, const Hash *published, RoundResult *ret,
                           Err *err);

#endif
