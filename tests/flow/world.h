/* world.h: a small country for tests of the whole pipeline: a store with the scheme tests/flow/schemes/harvest, its
 * accounts, and steps in one line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FLOW_WORLD_H
#define TESTS_FLOW_WORLD_H

#include "../test.h"
#include "../unit/store/engines.h"
#include "flow/open.h"
#include "flow/session.h"

typedef struct {
    Arena *a;
    Flow flow;
    Instant now; /* noon of 2026-04-20 at first; tests move it */
    Str url;
    int keys;
} World;

#define WORLD_NOON 1776686400000 /* 2026-04-20T12:00:00Z */

/* A new store with the accounts admin, board, board2, clerk, clerk2, auditor. */
World *world_new(Arena *a, Str url);
/* The same store through a handle of its own, for another thread. The schemes are shared. */
World *world_again(Arena *a, const World *w);
/* Opens an account; party empty for staff. */
void world_account(World *w, const char *login, const char *role, Str party);
/* The same for staff of one office. */
void world_officer(World *w, const char *login, const char *role, const char *office);
Caller world_caller(World *w, const char *login);
/* JSON with ' in place of ". */
Json *world_json(Arena *a, const char *text);
/* Takes a step as somebody; the form is JSON with ' in place of ". Gives the result, whatever it is. */
FlowResult world_try(World *w, const char *login, const char *step, Str case_id, Str form);
/* The same, and it must succeed; gives the case id. */
Str world_do(World *w, const char *login, const char *step, Str case_id, Str form);
/* It must fail with the code, and the log must not grow. */
void world_no(World *w, ErrCode code, const char *login, const char *step, Str case_id, Str form);
const CaseRow *world_case(World *w, Str id);
Str world_state(World *w, Str id);
Event *world_history(World *w, Str id, size_t *ret_count);
Json *world_field(World *w, Str id, const char *field);

/* Cases of the tiny scheme, ready for the next step. */
Str world_season(World *w, const char *year, int places);
Str world_grower(World *w, const char *name);
/* A picker who has accepted; the account is called "p" and the number. */
Str world_picker(World *w, int number, int strength);
/* A request of the grower's account, drawn; `posts` posts. */
Str world_drawn(World *w, const char *login, Str grower, Str season, int posts);
/* Ids of the cases of a type, in order. */
size_t world_list(World *w, const char *type, Str **ret);
/* The log verifies and the read tables fold again to the same bytes. */
void world_is_sound(World *w);

#endif
