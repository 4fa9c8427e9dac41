/* random.h: repeatable luck for the property tests of matching, and tiny markets to try.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MATCH_RANDOM_H
#define TESTS_MATCH_RANDOM_H

#include "match/match.h"

/* Sanitizers cost ten times; the full numbers run in the plain build. */
#if defined(__SANITIZE_ADDRESS__)
#define RUNS(n) ((n) / 20 + 1)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNS(n) ((n) / 20 + 1)
#endif
#endif
#ifndef RUNS
#define RUNS(n) (n)
#endif

typedef struct {
    uint64_t state;
} Rng;

static inline uint64_t rng_next(Rng *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint32_t rng_below(Rng *r, uint32_t n)
{
    return (uint32_t)(rng_next(r) % n);
}

enum { TINY_WORKERS = 5, TINY_VACANCIES = 4, TINY_CELLS = 5 };

/* A market small enough to try everything, with its arrays inside. shape 0: vacancies alone; 1: nested caps; 2: nested
 * caps and a flexible pool over the cells of the second level. */
typedef struct {
    MatchMarket m;
    uint64_t tickets[TINY_WORKERS];
    uint32_t starts[TINY_WORKERS + 1], wish_vacancy[TINY_WORKERS * TINY_VACANCIES];
    int32_t wish_points[TINY_WORKERS * TINY_VACANCIES];
    int32_t points[TINY_WORKERS][TINY_VACANCIES]; /* also of what is not wished */
    MatchSeats vacancies[TINY_VACANCIES];
    MatchCell cells[TINY_CELLS];
} Tiny;

void tiny_make(Tiny *t, Rng *r, int shape);
/* Replaces the list of one worker; the others stay. */
void tiny_set_list(Tiny *t, uint32_t worker, const uint32_t *list, uint32_t count);
/* Whether the counts of a set of contracts (bit i: wish i) break no cap. */
bool tiny_is_feasible(const Tiny *t, uint32_t wishes);
/* What greedy choice by key keeps of a set of contracts. */
uint32_t tiny_choice(const Tiny *t, uint32_t wishes);
/* Worker of a wish. */
uint32_t tiny_worker(const Tiny *t, uint32_t wish);

#endif
