/* run.c: one run: each person has one next event, filed under its month; a month is worked off when it comes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

#include <string.h>

enum { NONE = -1 };
typedef enum { END_OF_STAY = 0, LEAVES, DESERTS, COMES_IN, OVERSTAY_ENDS, WENT_ELSEWHERE, NOBODY } What;

typedef struct {
    int32_t next; /* in the list of the month */
    uint8_t stage, what;
} Person;

typedef struct {
    const SimModel *m;
    Arena *a;
    SimRandom random;
    Person *people;
    int32_t *month, waiting, free; /* first of each list; who waits abroad for a place; numbers to use again */
    size_t count, cap;
    int64_t *now; /* this month's row */
    int64_t here, overstay, abroad, came, gone;
    int64_t *changes;
} Run;

static bool happens(Run *r, uint32_t ppm)
{
    return sim_below(&r->random, SIM_MILLION) < ppm;
}

static void file(Run *r, int32_t p, uint32_t at, What what)
{
    r->people[p].what = (uint8_t)what;
    if (at >= r->m->months) {
        r->people[p].next = NONE; /* after the last month: stays as it is */
        return;
    }
    r->people[p].next = r->month[at];
    r->month[at] = p;
}

static int32_t new_person(Run *r)
{
    if (r->free != NONE) {
        int32_t p = r->free;
        r->free = r->people[p].next;
        return p;
    }
    if (r->count == r->cap) {
        r->people = arena_grow(r->a, r->people, r->cap * sizeof(Person), (r->cap * 2 + 65536) * sizeof(Person));
        r->cap = r->cap * 2 + 65536;
    }
    return (int32_t)r->count++;
}

/* Months until the first change of workplace, and from it to the next: counted by the months of the stay. */
static void count_changes(Run *r, uint32_t from, uint32_t months)
{
    uint64_t expected = (uint64_t)months * r->m->change_ppm;
    for (; expected > 0; expected -= expected < SIM_MILLION ? expected : SIM_MILLION) {
        if (happens(r, expected < SIM_MILLION ? (uint32_t)expected : SIM_MILLION)) {
            uint32_t at = from + sim_below(&r->random, months);
            r->changes[at] += at < r->m->months;
        }
    }
}

/* Months by which a stay that would end in `end` is lengthened, by each provision in its turn. */
static uint32_t lasts(Run *r, uint32_t end)
{
    uint32_t more = 0;
    for (uint32_t i = 0; i < r->m->longer_count; i++) {
        const SimLonger *l = &r->m->longer[i];
        if (end + more >= l->from && end + more <= l->to && more <= l->before &&
            (l->who == SIM_ALL || (l->who == SIM_LENGTHENED) == (more > 0)) &&
            (l->takes_ppm == SIM_MILLION || happens(r, l->takes_ppm))) {
            more += l->months;
        }
    }
    return more;
}

/* From `at`, `months` of the stage are left. */
static void begin(Run *r, int32_t p, int stage, uint32_t at, uint32_t months)
{
    const SimStage *s = &r->m->stages[stage];
    months += lasts(r, at + months);
    months = months > SIM_MAX_STAY ? SIM_MAX_STAY : months;
    uint64_t draw = sim_next(&r->random) >> 32;
    uint32_t low = 0, high = months; /* the last month after which the draw is still below: it goes on */
    while (low < high) {
        uint32_t mid = (low + high + 1) / 2;
        low = draw < s->here[mid] ? mid : low;
        high = draw < s->here[mid] ? high : mid - 1;
    }
    What what = END_OF_STAY;
    if (low < months) {
        what = sim_below(&r->random, s->leave_ppm + s->desert_ppm) < s->leave_ppm ? LEAVES : DESERTS;
        months = low + 1;
    }
    r->people[p].stage = (uint8_t)stage;
    count_changes(r, at, months);
    file(r, p, at + months, what);
}

static void put_back(Run *r, int32_t p)
{
    r->people[p].what = NOBODY;
    r->people[p].next = r->free;
    r->free = p;
}

static void leaves(Run *r, int32_t p)
{
    r->gone++;
    put_back(r, p);
}

/* Of those in a stage that allows it, persons drawn evenly go over to a status outside the scheme. Their place in the
 * list of the month of what would have come next is put back when that month comes. */
static void go_elsewhere(Run *r, uint32_t persons)
{
    enum { TRIES = 1000 }; /* in a row in vain: there is nobody */
    for (uint32_t tries = 0; persons > 0 && r->count > 0 && tries < TRIES; tries++) {
        Person *p = &r->people[sim_below(&r->random, (uint32_t)r->count)];
        if (p->what <= DESERTS && r->m->stages[p->stage].may_change) {
            p->what = WENT_ELSEWHERE;
            r->here--;
            r->gone++;
            r->now[SIM_ELSEWHERE]++;
            persons--;
            tries = 0;
        }
    }
}

/* Overstay ends at the rate of each month: drawn month by month, a year ahead at most, then asked again. */
static void overstays(Run *r, int32_t p, uint32_t at)
{
    uint32_t k = at + 1;
    while (k < r->m->months && !happens(r, r->m->end_overstay[k])) {
        k++;
    }
    file(r, p, k, OVERSTAY_ENDS);
}

static void end_of_stay(Run *r, int32_t p, uint32_t at)
{
    const SimStage *s = &r->m->stages[r->people[p].stage];
    if (s->next >= 0 && at >= s->next_from && happens(r, s->next_ppm)) {
        if (r->m->stages[s->next].abroad) {
            r->here--;
            r->abroad++;
            r->now[SIM_DEPARTURES]++;
            r->now[SIM_ENDS]++;
            r->people[p].stage = (uint8_t)s->next;
            file(r, p, at + s->gap[at], COMES_IN);
            return;
        }
        r->now[SIM_EXTENSIONS]++;
        begin(r, p, s->next, at, r->m->stages[s->next].months);
        return;
    }
    r->here--;
    r->now[SIM_ENDS]++;
    if (happens(r, s->overstay[at])) {
        r->overstay++;
        r->now[SIM_NEW_OVERSTAY]++;
        overstays(r, p, at);
        return;
    }
    r->now[SIM_DEPARTURES]++;
    leaves(r, p);
}

static void event(Run *r, int32_t p, uint32_t at)
{
    switch ((What)r->people[p].what) {
    case END_OF_STAY: end_of_stay(r, p, at); return;
    case LEAVES:
        r->here--;
        r->now[SIM_DEPARTURES]++;
        leaves(r, p);
        return;
    case DESERTS:
        r->here--;
        r->overstay++;
        r->now[SIM_NEW_OVERSTAY]++;
        overstays(r, p, at);
        return;
    case COMES_IN:
        r->people[p].next = r->waiting;
        r->waiting = p;
        return;
    case OVERSTAY_ENDS:
        r->overstay--;
        r->now[SIM_DEPARTURES]++;
        leaves(r, p);
        return;
    case WENT_ELSEWHERE: put_back(r, p); return;
    case NOBODY: break;
    }
    bug("an event of no kind");
}

/* Places of the month: first to those who come in again, then to new people. */
static void arrive(Run *r, uint32_t at, uint32_t places)
{
    for (; places > 0 && r->waiting != NONE; places--) {
        int32_t p = r->waiting;
        r->waiting = r->people[p].next;
        r->abroad--;
        r->here++;
        r->now[SIM_ARRIVALS]++;
        r->now[SIM_REENTRIES]++;
        begin(r, p, r->people[p].stage, at, r->m->stages[r->people[p].stage].months);
    }
    for (; places > 0; places--) {
        r->came++;
        r->here++;
        r->now[SIM_ARRIVALS]++;
        begin(r, new_person(r), 0, at, r->m->stages[0].months);
    }
}

static void start_group(Run *r, SimGroup g)
{
    for (uint32_t i = 0; i < g.persons; i++) {
        r->came++;
        r->here++;
        begin(r, new_person(r), g.stage, 0, g.from + sim_below(&r->random, g.to - g.from + 1));
    }
}

/* Those who were there at the start: the groups that are known; the others have lived through a part of their first
 * stage, evenly. */
static void start(Run *r)
{
    SimGroup rest = {.persons = r->m->start_here, .from = 1, .to = r->m->stages[0].months};
    for (uint32_t i = 0; i < r->m->start_count; i++) {
        start_group(r, r->m->start[i]);
        rest.persons -= r->m->start[i].persons;
    }
    start_group(r, rest);
    for (uint32_t i = 0; i < r->m->start_overstay; i++) {
        r->came++;
        r->overstay++;
        overstays(r, new_person(r), 0);
    }
}

bool sim_run(Arena *a, const SimModel *m, uint64_t seed, int64_t *ret, Err *err)
{
    Run r = {.m = m, .a = a, .random = sim_random(seed), .waiting = NONE, .free = NONE};
    Arena *scratch = arena_new(0);
    bool ok = true;
    r.month = ARENA_ARRAY(a, int32_t, m->months + 1);
    r.changes = ARENA_ARRAY(a, int64_t, m->months + SIM_MAX_STAY + 1);
    memset(r.month, 0xff, sizeof(int32_t) * (m->months + 1)); /* NONE */
    memset(ret, 0, sizeof *ret * m->months * SIM_SERIES_COUNT);
    r.now = ret;
    start(&r);
    for (uint32_t at = 0; ok && at < m->months; at++) {
        uint32_t places = 0;
        r.now = ret + (size_t)at * SIM_SERIES_COUNT;
        for (int32_t p = r.month[at], next; p != NONE; p = next) {
            next = r.people[p].next;
            event(&r, p, at);
        }
        go_elsewhere(&r, m->elsewhere[at]);
        arena_reset(scratch);
        ok = sim_match(scratch, m, &r.random, m->places[at], &places, err);
        arrive(&r, at, places);
        r.now[SIM_STOCK] = r.here + r.overstay;
        r.now[SIM_OVERSTAY] = r.overstay;
        r.now[SIM_CHANGES] = r.changes[at];
        ok = ok && (r.came == r.here + r.overstay + r.abroad + r.gone ||
                    err_set(err, CANNOT_DECIDE, "Persons were lost in month %u.", at));
    }
    arena_free(scratch);
    return ok;
}
