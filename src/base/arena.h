/* arena.h: memory with one lifetime. Allocate freely, give all of it back at once; no free of single values.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base.h"

typedef struct Arena Arena;

/* A place in an arena to which arena_rewind() returns. */
typedef struct {
    void *block;
    size_t used;
} ArenaMark;

/* New arena that may grow to limit_bytes (0: no limit but the machine's). Never NULL: the process ends
 * without memory. */
Arena *arena_new(size_t limit_bytes);
/* Runs the clean-ups, gives all memory back. NULL is allowed; returns NULL. */
Arena *arena_free(Arena *a);
/* Runs the clean-ups and empties the arena, keeping its first block for reuse. */
void arena_reset(Arena *a);
/* Zeroed memory for `bytes`, aligned for any type; never NULL. Past the limit the process ends: bound inputs before. */
void *arena_alloc(Arena *a, size_t bytes);
/* The next allocations come from one block of at least `bytes`, where the limit allows: for who is about to make many
 * large ones, since a large block costs few page faults. Changes nothing else. */
void arena_reserve(Arena *a, size_t bytes);
/* True if `bytes` more would still fit under the limit. Engines that run foreign text ask before they allocate. */
bool arena_has_room(const Arena *a, size_t bytes);
/* Grows the last allocation in place where it can, else copies. old may be NULL with old_bytes 0. */
void *arena_grow(Arena *a, void *old, size_t old_bytes, size_t new_bytes);
/* Calls fn(thing) at reset or free, last registered first; for files, connections, statements, secrets to wipe. */
void arena_on_reset(Arena *a, void (*fn)(void *), void *thing);
/* Bytes handed out since the last reset, for limits and measurements. */
size_t arena_used(const Arena *a);
ArenaMark arena_mark(const Arena *a);
/* Gives back what was allocated after the mark. Clean-ups registered after it must not exist. */
void arena_rewind(Arena *a, ArenaMark mark);

#define ARENA_NEW(a, Type) ((Type *)arena_alloc((a), sizeof(Type)))
#define ARENA_ARRAY(a, Type, count) ((Type *)arena_alloc((a), sizeof(Type) * (size_t)(count)))

#endif
