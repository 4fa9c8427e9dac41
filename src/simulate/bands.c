/* bands.c: many runs of one model → the range in which most of them lie, beside what was published.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BANDS = 3, MOST_THREADS = 16 };
static const uint32_t PERCENT[BANDS] = {5, 50, 95};

const char *sim_series_name(SimSeries s)
{
    static const char *const NAMES[SIM_SERIES_COUNT] = {"arrivals",   "re_entries",   "extensions",     "changes",
                                                        "departures", "new_overstay", "status_changes", "stay_ends",
                                                        "stock",      "overstay"};
    return NAMES[s];
}

size_t sim_months(const SimModel *m)
{
    return m->months;
}

Str sim_month_name(Arena *a, const SimModel *m, size_t month)
{
    size_t at = m->first_month + month;
    return str_printf(a, "%04d-%02d", m->first_year + (int)(at / 12), (int)(at % 12) + 1);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts values. */
static void take_bands(int64_t *values, uint32_t runs, int64_t *ret)
{
    qsort(values, runs, sizeof *values, by_size);
    for (int b = 0; b < BANDS; b++) {
        uint32_t at = (runs * PERCENT[b] + 99) / 100;
        ret[b] = values[at > 0 ? at - 1 : 0];
    }
}

/* Runs that several threads share out. Each run has its seed and its row before any begins, so that who takes which
 * changes nothing. */
typedef struct {
    const SimModel *m;
    const uint64_t *seeds;
    int64_t *all; /* [run × months × series] */
    size_t row;
    uint32_t runs, next;
    bool failed;
    Err err; /* of the first that failed */
    pthread_mutex_t lock;
} Shared;

static bool take_run(Shared *s, uint32_t *ret)
{
    pthread_mutex_lock(&s->lock);
    bool some = s->next < s->runs && !s->failed;
    *ret = s->next;
    s->next += some;
    pthread_mutex_unlock(&s->lock);
    return some;
}

static void *work(void *arg)
{
    Shared *s = arg;
    Arena *a = arena_new(0);
    Err err;
    for (uint32_t i; take_run(s, &i);) {
        if (!sim_run(a, s->m, s->seeds[i], s->all + s->row * i, &err)) {
            pthread_mutex_lock(&s->lock);
            s->err = s->failed ? s->err : err;
            s->failed = true;
            pthread_mutex_unlock(&s->lock);
        }
        arena_reset(a);
    }
    arena_free(a);
    return NULL;
}

/* As many as asked for; 0: one for each processor. Never more than runs. */
static uint32_t threads_for(uint32_t threads, uint32_t runs)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t n = threads > 0 ? threads : processors > 0 ? (uint32_t)processors : 1;
    n = n > MOST_THREADS ? MOST_THREADS : n;
    return n > runs ? runs : n;
}

static bool run_all(Arena *a, const SimModel *m, SimRuns how, int64_t **ret, Err *err)
{
    Shared s = {.m = m, .runs = how.runs, .row = (size_t)m->months * SIM_SERIES_COUNT};
    uint64_t *seeds = ARENA_ARRAY(a, uint64_t, how.runs + 1);
    SimRandom from = sim_random(how.seed);
    for (uint32_t i = 0; i < how.runs; i++) {
        seeds[i] = sim_next(&from);
    }
    s.seeds = seeds;
    s.all = *ret = ARENA_ARRAY(a, int64_t, s.row * how.runs + 1);
    pthread_mutex_init(&s.lock, NULL);
    pthread_t others[MOST_THREADS];
    uint32_t wanted = threads_for(how.threads, how.runs), started = 0;
    while (started + 1 < wanted && pthread_create(&others[started], NULL, work, &s) == 0) {
        started++;
    }
    work(&s); /* this thread works too: where none could be started, alone */
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(others[i], NULL);
    }
    pthread_mutex_destroy(&s.lock);
    if (s.failed) {
        *err = s.err;
    }
    return !s.failed;
}

static void bands_of(const int64_t *all, size_t row, uint32_t runs, size_t at, int64_t *scratch, int64_t *ret)
{
    for (uint32_t i = 0; i < runs; i++) {
        scratch[i] = all[row * i + at];
    }
    take_bands(scratch, runs, ret);
}

bool sim_bands(Arena *a, const SimModel *m, SimRuns how, int64_t *ret, Err *err)
{
    uint32_t runs = how.runs;
    int64_t *all, *scratch = ARENA_ARRAY(a, int64_t, runs + 1);
    size_t row = (size_t)m->months * SIM_SERIES_COUNT;
    if (!run_all(a, m, how, &all, err)) {
        return false;
    }
    for (size_t i = 0; i < row; i++) {
        bands_of(all, row, runs, i, scratch, ret + i * BANDS);
    }
    return true;
}

/* ---- The report ---- */

static Json *bands_json(Arena *a, const int64_t *bands)
{
    Json *list = json_new_array(a);
    for (int b = 0; b < BANDS; b++) {
        json_push(a, list, json_new_int(a, bands[b]));
    }
    return list;
}

static Json *year_json(Arena *a, const SimModel *m, const int64_t *all, uint32_t runs, uint32_t from, uint32_t until)
{
    Json *j = json_new_object(a);
    int64_t *values = ARENA_ARRAY(a, int64_t, runs + 1), bands[BANDS];
    size_t row = (size_t)m->months * SIM_SERIES_COUNT;
    json_set(a, j, STR("year"), json_new_str(a, str_sub(sim_month_name(a, m, from), 0, 4)));
    json_set(a, j, STR("months"), json_new_int(a, until - from));
    for (int s = 0; s < SIM_SERIES_COUNT; s++) {
        for (uint32_t i = 0; i < runs; i++) {
            values[i] = 0;
            for (uint32_t k = s >= SIM_STOCK ? until - 1 : from; k < until; k++) {
                values[i] += all[row * i + (size_t)k * SIM_SERIES_COUNT + (size_t)s];
            }
        }
        take_bands(values, runs, bands);
        json_set(a, j, str_from_c(sim_series_name((SimSeries)s)), bands_json(a, bands));
    }
    return j;
}

/* What the figure counts of one run at the end of a month, before the share that it reaches. */
static int64_t counted(const SimPublished *p, const int64_t *run, uint32_t at)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < p->over && i <= at; i++) {
        n += run[(size_t)(at - i) * SIM_SERIES_COUNT + (size_t)p->series_at];
    }
    for (uint32_t i = 0; i < p->newcomers && i <= at; i++) {
        n -= run[(size_t)(at - i) * SIM_SERIES_COUNT + SIM_ARRIVALS];
    }
    return n;
}

static int64_t figure_of(const SimPublished *p, const int64_t *run)
{
    int64_t n = counted(p, run, p->at);
    n = p->middle && p->at > 0 ? (n + counted(p, run, p->at - 1)) / 2 : n;
    return n * p->covers_ppm / SIM_MILLION;
}

static Json *published_json(Arena *a, const SimModel *m, const SimPublished *p, const int64_t *all, uint32_t runs)
{
    Json *j = json_new_object(a);
    int64_t *values = ARENA_ARRAY(a, int64_t, runs + 1), bands[BANDS] = {0};
    for (uint32_t i = 0; i < runs; i++) {
        values[i] = figure_of(p, all + (size_t)m->months * SIM_SERIES_COUNT * i);
    }
    take_bands(values, runs, bands);
    int64_t off = bands[1] - p->value,
            size = ((off < 0 ? -off : off) * 1000 + p->value - 1) / p->value; /* rounded up: never flattered */
    json_set(a, j, STR("series"), json_new_str(a, p->series));
    json_set(a, j, STR("month"), json_new_str(a, p->month));
    json_set(a, j, STR("value"), json_new_int(a, p->value));
    json_set(a, j, STR("use"), json_new_str(a, p->use));
    json_set(a, j, STR("source"), json_new_str(a, p->source));
    json_set(a, j, STR("why"), json_new_str(a, p->why));
    json_set(a, j, STR("over"), json_new_int(a, p->over));
    json_set(a, j, STR("covers_ppm"), json_new_int(a, p->covers_ppm));
    json_set(a, j, STR("newcomers"), json_new_int(a, p->newcomers));
    json_set(a, j, STR("bands"), bands_json(a, bands));
    json_set(a, j, STR("permille"), json_new_int(a, off < 0 ? -size : size));
    json_set(a, j, STR("limit_permille"), json_new_int(a, p->limit));
    json_set(a, j, STR("within"), json_new_bool(a, size <= p->limit));
    return j;
}

bool sim_report(Arena *a, const SimModel *m, SimRuns how, Json **ret, Err *err)
{
    uint32_t runs = how.runs;
    int64_t *all;
    if (!run_all(a, m, how, &all, err)) {
        return false;
    }
    Json *j = *ret = json_new_object(a), *years = json_new_array(a), *published = json_new_array(a);
    json_set(a, j, STR("seed"), json_new_str(a, str_printf(a, "%llu", (unsigned long long)how.seed)));
    json_set(a, j, STR("runs"), json_new_int(a, runs));
    json_set(a, j, STR("months"), json_new_int(a, m->months));
    for (uint32_t from = 0; from < m->months;) {
        uint32_t until = from + 12 - (m->first_month + from) % 12;
        until = until > m->months ? m->months : until;
        json_push(a, years, year_json(a, m, all, runs, from, until));
        from = until;
    }
    for (uint32_t i = 0; i < m->published_count && runs > 0; i++) {
        if (m->published[i].at < m->months) {
            json_push(a, published, published_json(a, m, &m->published[i], all, runs));
        }
    }
    json_set(a, j, STR("years"), years);
    json_set(a, j, STR("published"), published);
    return true;
}
