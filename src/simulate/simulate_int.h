/* simulate_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_SIMULATE_INT_H
#define SIMULATE_SIMULATE_INT_H

#include "simulate.h"

enum { SIM_MILLION = 1000000, SIM_MAX_STAGES = 16, SIM_MAX_MONTHS = 1200, SIM_MAX_STAY = 120, SIM_MAX_CELLS = 32 };

/* A stay with one permission. After its end: another stage, or departure, or overstay. */
typedef struct {
    Str name;
    uint32_t months, leave_ppm, desert_ppm; /* a month: goes home early; leaves the workplace and stays */
    uint32_t overstay_ppm;                  /* of those whose stay ends and who do not go on */
    int next;                               /* stage; -1: none */
    uint32_t next_ppm, gap;                 /* of those whose stay ends; months abroad before it */
    bool abroad;                            /* comes in again: among the arrivals, before new people */
    uint64_t here[SIM_MAX_STAY + 1];        /* of 2^32, still there after so many months */
} SimStage;

typedef struct {
    uint32_t from, to, months; /* stays that would end in these months last longer */
} SimLonger;

typedef struct {
    Str series, month, use, source;
    int64_t value, limit; /* limit: per mille */
    uint32_t at;
    int series_at;
} SimPublished;

struct SimModel {
    int32_t first_year;
    uint32_t first_month; /* from 0 */
    uint32_t months;
    SimStage stages[SIM_MAX_STAGES];
    int stage_count;
    uint32_t start_here, start_overstay;
    uint32_t *places; /* by month: persons who may come in */
    uint32_t cells[SIM_MAX_CELLS]; /* share of each part of the quota, ppm */
    uint32_t cell_count;
    uint32_t asked_ppm; /* units that employers ask for, against the places */
    uint32_t change_ppm; /* changes of workplace a month */
    uint32_t end_overstay_ppm; /* of those who overstay, a month: found, or leave by themselves */
    uint32_t *end_overstay; /* by month, where stated otherwise */
    SimLonger *longer;
    uint32_t longer_count;
    SimPublished *published;
    uint32_t published_count;
};

/* Units granted this month, from the ranking of invented applications under the caps of the parts. */
MUST_USE bool sim_match(Arena *scratch, const SimModel *m, SimRandom *r, uint32_t places, uint32_t *ret, Err *err);

#endif
