/* map.c: open addressing over an array of entries.
 * SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

static uint32_t *find_slot(const Map *m, Str key)
{
    size_t mask = m->slot_count - 1;
    for (size_t i = str_hash(key) & mask;; i = (i + 1) & mask) {
        uint32_t at = m->slots[i];
        if (at == 0 || str_eq(m->entries[at - 1].key, key)) {
            return &m->slots[i];
        }
    }
}

static void grow(Map *m)
{
    size_t cap = m->cap ? m->cap * 2 : 8;
    m->entries = arena_grow(m->arena, m->entries, m->cap * sizeof(MapEntry), cap * sizeof(MapEntry));
    m->cap = cap;
    m->slot_count = cap * 2;
    m->slots = ARENA_ARRAY(m->arena, uint32_t, m->slot_count);
    for (size_t i = 0; i < m->count; i++) {
        *find_slot(m, m->entries[i].key) = (uint32_t)i + 1;
    }
}

void map_set(Map *m, Str key, void *value)
{
    check_that(value != NULL);
    if (m->count == m->cap) {
        grow(m);
    }
    uint32_t *slot = find_slot(m, key);
    if (*slot == 0) {
        m->entries[m->count++] = (MapEntry){.key = key};
        *slot = (uint32_t)m->count;
    }
    m->entries[*slot - 1].value = value;
}

void *map_get(const Map *m, Str key)
{
    if (m->count == 0) {
        return NULL;
    }
    uint32_t at = *find_slot(m, key);
    return at ? m->entries[at - 1].value : NULL;
}
