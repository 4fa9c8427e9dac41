/* random.c: the generator. No clock, no system randomness.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

static uint64_t split_mix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

SimRandom sim_random(uint64_t seed)
{
    SimRandom r;
    for (size_t i = 0; i < COUNT_OF(r.s); i++) {
        r.s[i] = split_mix(&seed);
    }
    return r;
}

static uint64_t turn(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t sim_next(SimRandom *r)
{
    uint64_t *s = r->s, result = turn(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = turn(s[3], 45);
    return result;
}

uint32_t sim_below(SimRandom *r, uint32_t n)
{
    return (uint32_t)(((sim_next(r) >> 32) * n) >> 32);
}
