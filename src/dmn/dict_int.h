/* dict_int.h: values by number and tuples of numbers by number, for deciding equal cases once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_DICT_INT_H
#define DMN_DICT_INT_H

#include "dmn_int.h"

/* Distinct values, numbered as they come; 0 is the plain null. Distinct means every bit: the form of numbers, the order
 * of entries, which error a null carries. Zero-initialise, with the arena. */
typedef struct {
    Arena *a;
    Value *items;
    uint32_t *hashes;
    size_t count, cap;
    uint32_t *slots; /* number plus one; 0 is free */
    size_t slot_count;
} Dict;

/* The number of a value, new or old. Values are not copied. */
uint32_t dict_code(Dict *d, Value v);

enum { KEY_WORDS = 4 };

/* From keys of a few words to a number. */
typedef struct {
    Arena *a;
    size_t words;
    uint64_t *slots; /* each the key, then the number plus one; 0 is free */
    size_t slot_count, count;
} Memo;

/* Where the number of a key stands, as number plus one, or the free place for it, for memo_set(). */
uint64_t *memo_find(const Memo *m, const uint64_t *key);
/* Sets the number of a key that memo_find() did not find; `at` is what it gave. */
void memo_set(Memo *m, uint64_t *at, const uint64_t *key, uint32_t number);
Memo memo_new(Arena *a, size_t words);

#endif
