/* base.h: the few macros and the two ways to stop that every room uses. Not a place for functions with a subject.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compiler extensions, each behind one name. */
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED_FN __attribute__((unused))
/* Asks for memory that will be read soon; a hint without effect on results. */
#define PREFETCH(address) __builtin_prefetch(address)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* 128 bits, for decimals. */
__extension__ typedef unsigned __int128 U128;
__extension__ typedef __int128 I128;

/* Ends the process after writing file, line and message to standard error: an invariant broke. Never for bad input. */
NORETURN void bug_at(const char *file, int line, const char *message);
#define bug(message) bug_at(__FILE__, __LINE__, (message))

/* States a precondition or invariant; stays on in production. */
#define check_that(condition) ((condition) ? (void)0 : bug("broken: " #condition))

#endif
