/* shim.h: a file layer under SQLite that fails on command and forgets what was not flushed, as a power cut does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAULT_SHIM_H
#define TESTS_FAULT_SHIM_H

#include <stdbool.h>

/* Puts the layer under every database opened from now on in this process. */
void shim_install(void);

/* Whether files opened from now on promise that writing a part of a sector keeps the rest of it through a power cut.
 * Without it SQLite pads its log to whole sectors. */
void shim_promise(bool powersafe);

typedef enum { SHIM_NOTHING = 0, SHIM_DISK_FULL, SHIM_WRITE_ERROR, SHIM_SYNC_ERROR, SHIM_READ_ERROR } ShimFault;
/* The nth matching call from now (1: the next) fails; `lasting`: and every one after it. */
void shim_fail(ShimFault fault, long nth, bool lasting);
/* True if the fault has struck since shim_fail. */
bool shim_has_struck(void);

/* From now on unflushed writes are remembered. */
void shim_watch(void);
/* The power goes: files hold what was flushed, plus a random part of the rest, in sectors. The process must
 * then end. */
void shim_cut(unsigned seed);

/* The nth allocation of SQLite from now fails (0: none). Call shim_memory_install before anything opens a database. */
void shim_memory_install(void);
void shim_memory_fail(long nth);
bool shim_memory_has_struck(void);

#endif
