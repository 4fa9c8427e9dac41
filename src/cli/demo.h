/* demo.h: plays a scheme's demo.json: a script of steps with invented people, made from data by a seed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "flow/flow.h"

typedef struct {
    int64_t seed;
    Json *sizes; /* {candidates: 2000, …}: over the script's own "sizes" */
    Instant now;
    void (*progress)(void *host, int64_t steps, Str what);
    void *host;
} DemoOptions;

/* Runs the script of the scheme in one transaction. NOT_FOUND if the scheme has none. *ret_steps counts. */
MUST_USE bool demo_play(const Flow *f, const Scheme *s, const DemoOptions *options, int64_t *ret_steps, Err *err);
/* Opens an account as the system itself does at the beginning, before anybody can. */
MUST_USE bool demo_account(const Flow *f, Arena *a, const Scheme *s, Json *form, Instant now, Err *err);

#endif
