/* replay_int.h: a published round as read, before it is recomputed. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MATCH_REPLAY_INT_H
#define MATCH_REPLAY_INT_H

#include "match.h"

#include "base/buf.h"
#include "base/map.h"

enum { REPLAY_MOST_FIELDS = 8, REPLAY_MOST_ID = 128 };

typedef struct {
    Str text;
    uint32_t number; /* line of the file, or place among the rows of JSON, from 1 */
} ReplayLine;

typedef struct {
    Str round, kind, beacon; /* beacon: bytes */
    Hash commitment, secret, root, seed;
    bool has_commitment, has_secret, has_root, one_per_pass, exposure_first;
    uint32_t pool, open_limit;
    ReplayLine *rows; /* sorted by bytes, so that the order of the file does not matter */
    uint32_t row_count;
} ReplayRound;

/* Reads CSV or JSON. Commitment, root and secret may be absent. */
MUST_USE bool replay_read(Arena *a, Str input, ReplayRound *ret, Err *err);
/* SHA-256 of the sorted rows and the rule rows, each with its line end. */
Hash replay_root(Arena *a, const ReplayRound *r);

/* The rows called `name`: first and count in r->rows. */
uint32_t replay_rows(const ReplayRound *r, Str name, uint32_t *ret_first);
/* Cuts a row into its fields behind the name. The count must be exact. */
MUST_USE bool replay_fields(const ReplayLine *row, uint32_t count, Str *ret_fields, Err *err);
/* A plain integer in [low, high]. */
MUST_USE bool replay_int(const ReplayLine *row, Str field, int64_t low, int64_t high, int64_t *ret, Err *err);
/* The next part of a list "a;b;c"; false at its end. Start with *at = 0. */
bool replay_part(Str list, size_t *at, Str *ret);

MUST_USE bool replay_rank(Arena *a, const ReplayRound *r, Buf *out, Err *err);
MUST_USE bool replay_refer(Arena *a, const ReplayRound *r, Buf *out, Err *err);
MUST_USE bool replay_match(Arena *a, const ReplayRound *r, Buf *out, Err *err);

/* The cells of a round, parents first; names in the same order. */
typedef struct {
    MatchTree tree;
    MatchCell *cells;
    Str *names;
    Map by_name; /* to &index[i] */
    uint32_t *index;
} ReplayCells;
MUST_USE bool replay_cells(Arena *a, const ReplayRound *r, ReplayCells *ret, Err *err);
/* Index of a named cell; the empty name gives MATCH_NONE if that is allowed. */
MUST_USE bool replay_cell(const ReplayCells *cells, const ReplayLine *row, Str name, bool may_be_empty, uint32_t *ret,
                          Err *err);
/* Writes " key standing key_ticket ticket"; "-" where nothing was cut, "closed" where nothing could be had. */
void replay_put_cutoff(Buf *out, const char *key, MatchCutoff c);

#endif
