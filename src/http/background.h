/* background.h: a thread beside the workers that does a job, waits, and does it again until it is stopped. Private to
 * the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_BACKGROUND_H
#define HTTP_BACKGROUND_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"

typedef struct Background Background;

/* Does what waits now. Looks at background_ends() between its pieces and returns when that is true. */
typedef void BackgroundJob(void *host, Background *b);

/* Starts a thread that calls `job` with `host` at once, then whenever it is woken, and every few seconds. Lives in the
 * arena; stop it before that is freed. `what` names the work in an error: IO_FAILED where no thread can be started. */
MUST_USE bool background_start(Arena *a, const char *what, BackgroundJob *job, void *host, Background **ret, Err *err);
/* Something is to be done: the job looks now instead of in a few seconds. */
void background_wake(Background *b);
/* Ends after the piece in hand, and waits for that. */
void background_stop(Background *b);
/* Whether it has been told to stop; from any thread. */
bool background_ends(const Background *b);
/* Milliseconds since 1970 of this machine's clock. */
Instant background_now(void);

#endif
