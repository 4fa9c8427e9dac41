/* map.h: from text to pointer, in an arena; keeps the order of insertion. Not for numbers as keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "str.h"

typedef struct {
    Str key;
    void *value;
} MapEntry;

/* Zero-initialise with an arena: Map m = {.arena = a}. Walk entries[0..count). Keys are not copied. */
typedef struct {
    Arena *arena;
    MapEntry *entries;
    size_t count, cap;
    uint32_t *slots; /* index into entries plus one; 0 is free */
    size_t slot_count;
} Map;

/* Sets key to value (not NULL); an existing key keeps its place. */
void map_set(Map *m, Str key, void *value);
/* The value, or NULL. */
void *map_get(const Map *m, Str key);

#endif
