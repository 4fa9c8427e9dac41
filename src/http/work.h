/* work.h: the requests that have arrived whole, and the threads that answer them in the order of their arrival: one
 * that takes long keeps one thread, not the connections that happen to share it. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_WORK_H
#define HTTP_WORK_H

#include "http_int.h"

typedef struct Work Work;

/* Stands first in what waits. */
typedef struct WorkItem WorkItem;
struct WorkItem {
    WorkItem *next;
};

/* Answers one; the item may be gone as soon as it has said so to its connection. The worker's arena is emptied
 * afterwards. */
typedef void WorkJob(void *host, Worker *w, WorkItem *item);

/* Starts one thread for each worker. Lives in the arena; end it before that is freed. IO_FAILED where no thread can be
 * started. */
MUST_USE bool work_start(Arena *a, Worker *const *workers, size_t count, WorkJob *job, void *host, Work **ret,
                         Err *err);
/* From any thread. False when the work is ending: then the caller answers. */
bool work_add(Work *work, WorkItem *item);
/* Takes nothing more, waits until everything that was taken is answered, ends the threads. NULL allowed. */
void work_end(Work *work);

#endif
