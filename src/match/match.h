/* match.h: who is referred, granted a unit or placed, with the reason for each. Pure: integers in, integers out; the
 * day, the seed and every list come in as data. Results are by index into the caller's arrays and live in the given
 * arena. Order everywhere: higher standing or points first, then the lower ticket, then the lower id; never the time
 * of filing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include "base/err.h"
#include "base/hash.h"

#include <stdio.h>

#define MATCH_NONE UINT32_MAX /* no cell, no unit, no place; as a cap: no limit */

/* ---- Luck. A secret is committed to before the input is known and revealed after; the seed mixes it with the root of
 * the frozen input and, where agreed, with the value of an outside beacon named beforehand, so that nobody can choose
 * it. ---- */
Hash match_commit(Hash secret);
/* NOT_ALLOWED if the secret is not the one committed to. beacon may be empty. */
MUST_USE bool match_seed(Hash commitment, Hash secret, Hash root, Str beacon, Hash *ret, Err *err);
/* The first 8 bytes of SHA-256(seed ‖ id), big-endian; id is the published pseudonym. */
uint64_t match_ticket(Hash seed, Str id);
/* The same for a number, written as 4 bytes big-endian. */
uint64_t match_ticket_id(Hash seed, uint32_t id);

/* Why a candidate, an application or a wish ended as it did. */
typedef enum {
    MATCH_REFERRED = 1,
    MATCH_NOT_ELIGIBLE,
    MATCH_BARRED,         /* named in the vacancy's barred list: already shown, refused, … */
    MATCH_OPEN_LIMIT,     /* has as many open referrals as the rule allows */
    MATCH_LOWER_STANDING, /* than the last one referred */
    MATCH_MORE_EXPOSURE,  /* equal standing (or: exposure comes first), but shown more often already */
    MATCH_LATER_TICKET,   /* equal in all else */
    MATCH_GRANTED,
    MATCH_PART_GRANTED,
    MATCH_WAITING,
    MATCH_PLACED,
    MATCH_CUT_VACANCY, /* the vacancy was full with higher keys */
    MATCH_CUT_CELL,    /* a cap was full with higher keys */
    MATCH_CUT_POOL,    /* own quota used, and the flexible pool full with higher keys */
    MATCH_NOT_REACHED, /* something wanted more was given */
} MatchReason;
const char *match_reason_name(MatchReason reason); /* "lower_standing" */

typedef struct {
    int64_t standing; /* or points */
    uint64_t ticket;
    uint32_t exposure; /* before this vacancy; 0 outside referral */
    uint32_t id;
    bool binding; /* false: nothing was cut here, the other fields are empty */
} MatchCutoff;

/* ---- Referral ---- */
typedef struct {
    uint32_t id;       /* opaque, unique in the pool: a person counts once */
    uint32_t group;    /* eligibility class, found by the caller from lawful conditions only */
    int64_t standing;  /* the lawful key; higher goes first */
    uint32_t exposure; /* referrals so far */
    uint32_t open;     /* of them still open */
    uint64_t ticket;   /* match_ticket() */
} MatchCandidate;

/* Eligible are the listed ids, or, where listed is NULL, everybody of the groups; never the barred ones. */
typedef struct {
    uint32_t id;
    uint32_t places, multiple; /* at least places × multiple are referred, or all eligible */
    int64_t priority;          /* vacancies are served from the highest; then by ticket, then id */
    uint64_t ticket;
    const uint32_t *groups, *listed, *barred;
    uint32_t group_count, listed_count, barred_count;
} MatchVacancy;

typedef struct {
    const MatchCandidate *pool;
    const MatchVacancy *vacancies;
    uint32_t pool_count, vacancy_count;
    bool exposure_first; /* order: exposure, standing, ticket; else standing, exposure, ticket */
    uint32_t open_limit; /* open referrals a candidate may have; 0: any number */
} MatchReferralRound;

typedef struct {
    uint32_t wanted, eligible, count; /* count = min(wanted, eligible without those at the open limit) */
    const uint32_t *candidates;       /* indices, best first */
    uint32_t turn;                    /* from 0: when the vacancy was served */
    MatchCutoff cutoff;               /* the last one referred; binding if somebody who could be was not */
} MatchReferred;

typedef struct {
    const MatchReferralRound *round;
    MatchReferred *rows;       /* one per vacancy */
    uint32_t *exposure, *open; /* per candidate, after the round */
    const uint32_t *shown_start,
        *shown;        /* candidate c was shown to vacancies shown[shown_start[c] … shown_start[c+1]) */
    const void *index; /* private */
} MatchReferral;

/* DUPLICATE_PERSON for an id twice in the pool; FIELD_CHOICE for an unknown id or one named twice in a list; TOO_LARGE
 * for more than 2^28 referrals. The result has passed match_verify_referral(), else CANNOT_DECIDE. The time is O((pool
 * + referrals) log pool + all lists). */
MUST_USE bool match_referral(Arena *a, const MatchReferralRound *round, MatchReferral *ret, Err *err);

typedef struct {
    MatchReason reason;
    uint32_t rank, of; /* place among the eligible at that moment, from 1; 0 if not among them */
    MatchCutoff own, cutoff;
} MatchLine;
/* A candidate's own line for one vacancy. */
MatchLine match_referral_line(const MatchReferral *r, uint32_t vacancy, uint32_t candidate);

/* ---- Caps and the ledger of numbered units ---- */
typedef struct {
    uint32_t parent; /* index of an earlier cell, or MATCH_NONE */
    uint32_t cap;    /* hard limit, or MATCH_NONE */
    bool flexible;   /* may go beyond `own` by using the pool; flexible cells are siblings */
    uint32_t own;    /* for flexible cells */
} MatchCell;

typedef struct {
    const MatchCell *cells;
    uint32_t count;
    uint32_t pool; /* units of the flexible pool */
} MatchTree;

/* A unit's number counts within `series`: the flexible cell on the leaf's path, else the leaf's root; or within the
 * flexible pool (series MATCH_NONE). A number is used by one holder at a time. */
typedef struct {
    uint32_t series, number, leaf;
} MatchUnit;

typedef struct MatchLedger MatchLedger;
/* BAD_REQUEST if the tree is not one (see MatchCell). The tree is copied. */
MUST_USE bool match_ledger_new(Arena *a, const MatchTree *tree, MatchLedger **ret, Err *err);
/* The lowest free unit for the leaf, or false with the smallest full cell (MATCH_NONE: the pool). */
MUST_USE bool match_ledger_take(MatchLedger *l, uint32_t leaf, MatchUnit *ret, uint32_t *ret_full);
/* Enters a unit taken before, as the log has it. UNIT_TAKEN if it is in use, FIELD_RANGE if a cap would break. */
MUST_USE bool match_ledger_hold(MatchLedger *l, MatchUnit unit, Err *err);
/* Gives a unit back. If the cell then holds a unit of the pool while one of its own is free, *ret_from → *ret_to is the
 * move to record (ret_from->number 0: none). NOT_FOUND if it was not in use. */
MUST_USE bool match_ledger_return(MatchLedger *l, MatchUnit unit, MatchUnit *ret_from, MatchUnit *ret_to, Err *err);
uint32_t match_ledger_held(const MatchLedger *l, uint32_t cell);
uint32_t match_ledger_pool_held(const MatchLedger *l);
uint32_t match_ledger_room(const MatchLedger *l, uint32_t leaf); /* units that could be taken now */

/* ---- Ranking of applications, cut at the quota ---- */
typedef struct {
    uint32_t id;
    uint32_t units; /* asked for */
    uint32_t cell;  /* leaf of the tree */
    int64_t points;
    uint64_t ticket;
} MatchApplication;

typedef struct {
    MatchReason reason;
    uint32_t rank;    /* from 1, in the whole round */
    uint32_t granted; /* units[0 … granted) */
    uint32_t waiting; /* number in the queue of its series, from 1; 0 if it has all it asked for */
    uint32_t full;    /* the cell that stopped it (MATCH_NONE with pool_full: the pool) */
    bool pool_full;
    const MatchUnit *units;
} MatchRanked;

typedef struct {
    MatchRanked *rows;     /* one per application */
    const uint32_t *order; /* indices by rank */
    MatchCutoff *cutoffs;  /* per cell: the lowest granted, where a cell stopped somebody */
    MatchCutoff pool_cutoff;
} MatchRanking;

/* Takes units from the ledger in the order of rank: all that one asks at once, or one each per pass. The result has
 * passed match_verify_rank(), else CANNOT_DECIDE. */
MUST_USE bool match_rank(Arena *a, MatchLedger *ledger, const MatchApplication *apps, uint32_t count, bool one_per_pass,
                         MatchRanking *ret, Err *err);
/* What the independent check of a ranking looks at; held_before: units in each cell before the round. */
typedef struct {
    MatchTree tree;
    const uint32_t *held_before;
    const MatchApplication *apps;
    uint32_t count;
    bool one_per_pass;
    const MatchRanking *ranking;
} MatchRankCheck;
/* Order, caps, numbers, who waits and why, nobody served before one who stands above. Shares no code with
 * the engine. */
MUST_USE bool match_verify_rank(Arena *scratch, const MatchRankCheck *in, Err *err);
/* Lifts a ranked list so that at every prefix at least share_percent are of the group, or the group is used up; order
 * inside and outside the group stays (Parcoursup, ordre d'appel). ret_order has count places. */
void match_prefix(const uint32_t *order, uint32_t count, const bool *in_group, uint32_t share_percent,
                  uint32_t *ret_order);

#include "match_market.h"

#endif
