/* match_market.h: the second half of the room's face: deferred acceptance, its check, standing and replay; match.h has
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_MATCH_MARKET_H
#define MATCH_MATCH_MARKET_H

#include "match.h"

/* ---- Worker-proposing deferred acceptance, many-to-one, under a tree of caps with a flexible pool ---- */
typedef struct {
    uint32_t seats;
    uint32_t cell; /* leaf of the tree, or MATCH_NONE */
} MatchSeats;

/* Worker w wants wish_vacancy[starts[w] … starts[w+1]), most wanted first, and has wish_points[…] there. */
typedef struct {
    const uint64_t *tickets; /* per worker */
    const uint32_t *starts;  /* worker_count + 1 */
    const uint32_t *wish_vacancy;
    const int32_t *wish_points;
    const MatchSeats *vacancies;
    uint32_t worker_count, vacancy_count;
    MatchTree tree;
} MatchMarket;

typedef struct {
    uint32_t *held; /* per worker: index of the wish given, or MATCH_NONE. The wish tells the vacancy. */
    uint32_t *filled, *cell_filled;              /* per vacancy; per cell */
    MatchCutoff *vacancy_cutoffs, *cell_cutoffs; /* lowest held, where full; id is the worker. A full set that holds
                                                    nobody (cap 0) has id MATCH_NONE and the highest standing. */
    MatchCutoff *pool_cutoffs; /* per flexible cell that the full pool binds: lowest held of all it competes with */
    uint32_t placed;
    uint64_t proposals, displaced;
} MatchOutcome;

/* The worker-optimal stable outcome; the same whatever the order of the input. It has passed match_verify(), else the
 * error is CANNOT_DECIDE and nothing comes back. BAD_REQUEST for lists that point outside. */
MUST_USE bool match_deferred_acceptance(Arena *a, const MatchMarket *m, MatchOutcome *ret, Err *err);
/* The independent check, sharing no code with the engine: lists hold, no cap broken, no place wasted, no worker who
 * would have a better wish by right. held as in MatchOutcome. err says the first thing found wrong. */
MUST_USE bool match_verify(Arena *scratch, const MatchMarket *m, const uint32_t *held, Err *err);
/* The same duty for a referral round: numbers, eligibility, nobody twice, exposure even among equals. */
MUST_USE bool match_verify_referral(Arena *scratch, const MatchReferral *r, Err *err);

/* One wish of one worker, for the letter. */
typedef struct {
    MatchReason reason;
    uint32_t vacancy;
    uint32_t cell; /* the cap that bound, for MATCH_CUT_CELL */
    MatchCutoff own, cutoff;
} MatchWish;
/* Fills ret (room for the worker's whole list) and returns the count. */
uint32_t match_wishes(const MatchMarket *m, const MatchOutcome *o, uint32_t worker, MatchWish *ret);

/* Who is better and who is worse off by a change (a cap, a rule): by place in the own list; losers listed first. */
typedef struct {
    uint32_t better, worse, same;
    const uint32_t *workers; /* the worse off, then the better off */
} MatchDifference;
MatchDifference match_compare(Arena *a, const MatchMarket *m, const MatchOutcome *before, const MatchOutcome *after);

/* ---- Standing on the roster ---- */
typedef struct MatchRoster MatchRoster;
MUST_USE bool match_roster_new(Arena *a, const MatchCandidate *pool, uint32_t count, MatchRoster **ret, Err *err);

typedef struct {
    uint32_t rank, of;                     /* within the group, from 1 */
    uint32_t equal;                        /* others with the same standing */
    int64_t wait_days_low, wait_days_high; /* likely wait by the group's recent pace; -1: nobody was taken, unknown */
} MatchStanding;
/* taken_fast / taken_slow: people of the group taken in the best and the slowest of the recent periods
 * of period_days. */
MatchStanding match_standing(const MatchRoster *r, uint32_t candidate, uint32_t period_days, uint32_t taken_fast,
                             uint32_t taken_slow);

/* ---- Replay of a published round (tests/match_second/FORMAT.md has the format) ---- */
/* Reads a round in JSON or CSV and recomputes it; the text is byte for byte what any other implementation must print.
 * LOG_DAMAGED if the rows do not have the published root, NOT_ALLOWED if the secret is not the one committed to. */
MUST_USE bool match_replay(Arena *a, Str input, bool as_json, Str *ret_text, Err *err);
/* The same for rows that nobody froze, to try out what would come of them: with this secret, whatever the file says of
 * commitment, root and secret. Its first line is another than a real outcome's. */
MUST_USE bool match_try(Arena *a, Str input, Hash secret, bool as_json, Str *ret_text, Err *err);
/* The rows as they would have come out with other caps, and the lots that fell in the round itself, so that nothing
 * differs but for the caps: caps is lines "cell,NAME,WITHIN,CAP,OWN" (of cells that the round has) and "pool,N". Errors
 * as match_replay(); FIELD_CHOICE for a cell that it has not. The text is that of match_try(). */
MUST_USE bool match_with_caps(Arena *a, Str input, Str caps, bool as_json, Str *ret_text, Err *err);
/* The root of a round's rows and rules, to publish before the secret is revealed (and before a beacon's value is
 * known). */
MUST_USE bool match_replay_root(Arena *a, Str input, Hash *ret, Err *err);
/* `goldenbridge match replay FILE [--json]`: argv[0] is "match". Returns the exit status. */
int match_tool(int argc, char **argv, FILE *out, FILE *err);

#endif
