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
    uint32_t *overstay;                     /* by month, ppm of those whose stay ends then and who do not go on */
    int next;                               /* stage; -1: none */
    uint32_t next_ppm;                      /* of those whose stay ends */
    uint32_t *gap;                          /* by month in which the stay ends, months abroad before the next */
    uint32_t next_from;                     /* first month in which there is a next stage */
    bool abroad;                            /* comes in again: among the arrivals, before new people */
    bool may_change;                        /* may go over to a status outside the scheme */
    uint64_t here[SIM_MAX_STAY + 1];        /* of 2^32, still there after so many months */
} SimStage;

/* Whose stay is lengthened: of those whose stay was not before, of those whose was, of all. */
typedef enum { SIM_FIRST_TIME = 0, SIM_LENGTHENED, SIM_ALL } SimWho;

typedef struct {
    uint32_t from, to, months; /* stays that would end in these months last longer */
    uint32_t takes_ppm;        /* of them, how many do */
    uint32_t before;           /* not of who was lengthened by more months before */
    SimWho who;
} SimLonger;

/* Persons in a stage at the start, with from … to months left, evenly. */
typedef struct {
    int stage;
    uint32_t persons, from, to;
} SimGroup;

typedef struct {
    Str series, month, use, source,
        why;              /* why: what is known of why the figure may not be met; a word of the messages */
    int64_t value, limit; /* limit: per mille */
    uint32_t at, over;    /* sums that many months until `at` */
    uint32_t covers_ppm;  /* of the series, what the figure counts */
    uint32_t newcomers;   /* who came in within so many months is not counted */
    bool middle;          /* of a day in the middle of the month, not at its end */
    int series_at;
} SimPublished;

struct SimModel {
    int32_t first_year;
    uint32_t first_month; /* from 0 */
    uint32_t months;
    SimStage stages[SIM_MAX_STAGES];
    int stage_count;
    uint32_t start_here, start_overstay;
    SimGroup *start; /* those of start_here whose stage and time left are known */
    uint32_t start_count;
    uint32_t *places;              /* by month: persons who may come in */
    uint32_t *elsewhere;           /* by month: persons who go over to a status outside the scheme */
    uint32_t cells[SIM_MAX_CELLS]; /* share of each part of the quota, ppm */
    uint32_t cell_count;
    uint32_t asked_ppm;        /* units that employers ask for, against the places */
    uint32_t change_ppm;       /* changes of workplace a month */
    uint32_t end_overstay_ppm; /* of those who overstay, a month: found, or leave by themselves */
    uint32_t *end_overstay;    /* by month, where stated otherwise */
    SimLonger *longer;
    uint32_t longer_count;
    SimPublished *published;
    uint32_t published_count;
};

/* Units granted this month, from the ranking of invented applications under the caps of the parts. */
MUST_USE bool sim_match(Arena *scratch, const SimModel *m, SimRandom *r, uint32_t places, uint32_t *ret, Err *err);
/* read_stages.c: data["stages"], with the rates of each month. */
MUST_USE bool sim_read_stages(Arena *a, const Json *list, SimModel *m, Err *err);
int sim_stage_named(const SimModel *m, Str name); /* -1: none */

/* What both readers use. number: of {key: N} or {key: {"value": N}}. month_at: "2007-01" → months since the
 * first one. */
MUST_USE bool sim_number(const Json *j, const char *key, int64_t low, int64_t high, uint32_t *ret, Err *err);
MUST_USE bool sim_month_at(const SimModel *m, Str text, uint32_t *ret, Err *err);

#endif
