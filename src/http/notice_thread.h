/* notice_thread.h: the thread that makes and sends notices; see notice_thread.c. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_NOTICE_THREAD_H
#define HTTP_NOTICE_THREAD_H

#include "notice/notice.h"
#include "trial/trial.h"

typedef struct NoticeThread NoticeThread;

/* Starts it with a store handle of its own. The origin stands in links unless the configuration names one. Lives in the
 * arena; stop it before that is freed. */
MUST_USE bool notice_thread_start(Arena *a, const Flow *flow, Str origin, TrialKept *trials, NoticeThread **ret,
                                  Err *err);
/* Something is to be sent: looks now instead of in a few seconds. NULL allowed. */
void notice_thread_wake(NoticeThread *t);
/* Ends after the message in hand. NULL allowed. */
void notice_thread_stop(NoticeThread *t);

#endif
