/* match_bench.c: times of matching at national scale. `match_bench` prints them; `match_bench small DIR` writes
 * instances for the peers (see bench/match_peers.py) and prints our times on them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match/match.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct {
    uint64_t state;
} Rng;

static uint64_t rng_next(Rng *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t rng_below(Rng *r, uint32_t n)
{
    return (uint32_t)(rng_next(r) % n);
}

/* CPU time of this process: one thread, and the machine may be shared. */
static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024.0;
}

/* 17 regions × 6 industries below 6 industries below the nation: 109 cells. */
static void make_tree(Arena *a, MatchMarket *m, uint32_t seats, bool pool)
{
    MatchCell *cells = ARENA_ARRAY(a, MatchCell, 109);
    cells[0] = (MatchCell){.parent = MATCH_NONE, .cap = seats / 100 * 82};
    for (uint32_t i = 1; i <= 6; i++) {
        cells[i] = (MatchCell){.parent = 0, .cap = seats / 600 * (72 + 10 * i), .flexible = pool, .own = seats / 9};
    }
    for (uint32_t i = 7; i < 109; i++) {
        cells[i] = (MatchCell){.parent = 1 + (i - 7) % 6, .cap = seats * (70 + 5 * ((i - 7) / 6)) / 10200};
    }
    m->tree = (MatchTree){.cells = cells, .count = 109, .pool = pool ? seats / 20 : 0};
}

/* Workers with 10 to 20 wishes, popular employers wished more; points 50 … 240, partly the employer's own. */
static MatchMarket make_market(Arena *a, uint32_t workers, uint32_t vacancies, bool cells, bool pool)
{
    Rng r = {.state = 2026};
    MatchMarket m = {.worker_count = workers, .vacancy_count = vacancies};
    MatchSeats *seats = ARENA_ARRAY(a, MatchSeats, vacancies);
    uint32_t seat_count = 0;
    for (uint32_t v = 0; v < vacancies; v++) {
        uint32_t n = 1 + (rng_below(&r, 2) ? 0 : rng_below(&r, rng_below(&r, 10) ? 3 : 10));
        seats[v] = (MatchSeats){.seats = n, .cell = cells ? 7 + rng_below(&r, 102) : MATCH_NONE};
        seat_count += n;
    }
    uint64_t *tickets = ARENA_ARRAY(a, uint64_t, workers);
    uint32_t *starts = ARENA_ARRAY(a, uint32_t, (size_t)workers + 1);
    uint32_t *wish = ARENA_ARRAY(a, uint32_t, (size_t)workers * 20);
    int32_t *points = ARENA_ARRAY(a, int32_t, (size_t)workers * 20);
    uint32_t at = 0;
    for (uint32_t w = 0; w < workers; w++) {
        tickets[w] = rng_next(&r);
        int32_t base = 50 + (int32_t)rng_below(&r, 151);
        uint32_t first = at;
        for (uint32_t k = 10 + rng_below(&r, 11); k > 0;) {
            uint32_t x = rng_below(&r, vacancies), y = rng_below(&r, vacancies), v = x < y ? x : y;
            bool is_new = true;
            for (uint32_t i = first; i < at; i++) {
                is_new = is_new && wish[i] != v;
            }
            if (is_new) {
                wish[at] = v;
                points[at++] = base + (int32_t)rng_below(&r, 41);
                k--;
            }
        }
        starts[w + 1] = at;
    }
    m.tickets = tickets;
    m.starts = starts;
    m.wish_vacancy = wish;
    m.wish_points = points;
    m.vacancies = seats;
    if (cells) {
        make_tree(a, &m, seat_count, pool);
    }
    return m;
}

static double best_match_ms(const MatchMarket *m, int runs, MatchOutcome *ret, Arena *keep)
{
    double best = 1e9;
    for (int i = 0; i < runs; i++) {
        Arena *a = i + 1 == runs ? keep : arena_new(0);
        Err err = {0};
        double t = now_ms();
        if (!match_deferred_acceptance(a, m, ret, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        t = now_ms() - t;
        best = t < best ? t : best;
        if (a != keep) {
            arena_free(a);
        }
    }
    return best;
}

static void bench_national(bool pool)
{
    Arena *a = arena_new(0);
    MatchMarket m = make_market(a, 500000, 60000, true, pool);
    MatchOutcome out;
    double t = best_match_ms(&m, 7, &out, a);
    Arena *scratch = arena_new(0);
    double v = now_ms();
    bool right = match_verify(scratch, &m, out.held, NULL);
    v = now_ms() - v;
    uint32_t full = 0;
    for (uint32_t c = 0; c < m.tree.count; c++) {
        full += out.cell_cutoffs[c].binding;
    }
    printf(
        "match 500000 x 60000, %u pairs, %u cells (%u full)%s: %.1f ms with check and cutoffs; check alone %.1f ms %s; "
        "placed %u, proposals %llu, displaced %llu; peak %.0f MB with input\n",
        m.starts[m.worker_count], m.tree.count, full, pool ? ", flexible pool" : "", t, v, right ? "right" : "WRONG",
        out.placed, (unsigned long long)out.proposals, (unsigned long long)out.displaced, peak_mb());
    MatchWish lines[20];
    double s = now_ms();
    uint32_t sum = 0;
    for (uint32_t w = 0; w < 1000; w++) {
        sum += match_wishes(&m, &out, w * 499, lines);
    }
    printf("one candidate's lines with cutoffs and binding cap: %.4f ms (%u lines)\n", (now_ms() - s) / 1000,
           sum / 1000);
    arena_free(scratch);
    arena_free(a);
}

static void bench_referral(bool exposure_first)
{
    Arena *a = arena_new(0);
    Rng r = {.state = 5};
    enum { POOL = 500000, VACANCIES = 100000, GROUPS = 16 * 6, RUNS = 9 };
    MatchCandidate *pool = ARENA_ARRAY(a, MatchCandidate, POOL);
    MatchVacancy *vacancies = ARENA_ARRAY(a, MatchVacancy, VACANCIES);
    uint32_t *groups = ARENA_ARRAY(a, uint32_t, VACANCIES * 2);
    for (uint32_t i = 0; i < POOL; i++) {
        pool[i] = (MatchCandidate){.id = i, .group = rng_below(&r, GROUPS), .standing = 50 + rng_below(&r, 191)};
    }
    for (uint32_t v = 0; v < VACANCIES; v++) {
        groups[2 * v] = rng_below(&r, GROUPS);
        groups[2 * v + 1] = (groups[2 * v] + 1) % GROUPS;
        vacancies[v] = (MatchVacancy){.id = v, .places = 1, .multiple = 3, .groups = &groups[2 * v], .group_count = 2};
    }
    MatchReferralRound round = {.pool = pool,
                                .vacancies = vacancies,
                                .pool_count = POOL,
                                .vacancy_count = VACANCIES,
                                .exposure_first = exposure_first};
    double best = 1e9, tickets = 1e9;
    MatchReferral out;
    Hash seed = hash_of(STR("bench"));
    for (int run = 0; run < RUNS; run++) {
        Arena *b = run == RUNS - 1 ? a : arena_new(0);
        double t = now_ms();
        for (uint32_t i = 0; i < POOL; i++) {
            pool[i].ticket = match_ticket_id(seed, i);
        }
        for (uint32_t v = 0; v < VACANCIES; v++) {
            vacancies[v].ticket = match_ticket_id(seed, v);
        }
        double u = now_ms();
        Err err = {0};
        if (!match_referral(b, &round, &out, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        double e = now_ms();
        best = e - u < best ? e - u : best;
        tickets = u - t < tickets ? u - t : tickets;
        if (b != a) {
            arena_free(b);
        }
    }
    uint32_t never = 0, most = 0;
    for (uint32_t i = 0; i < POOL; i++) {
        never += out.exposure[i] == 0;
        most = out.exposure[i] > most ? out.exposure[i] : most;
    }
    uint32_t eligible = 4711;
    while (pool[eligible].group != groups[2 * 77]) {
        eligible++;
    }
    double s = now_ms();
    MatchLine line = match_referral_line(&out, 77, eligible);
    printf(
        "refer 100000 vacancies x 3 from 500000, %s first: %.1f ms with check, target < 100; drawing its 600000 tickets "
        "%.1f ms; never shown %u, most %u; one line %.2f ms (%s)\n",
        exposure_first ? "exposure" : "standing", best, tickets, never, most, now_ms() - s,
        match_reason_name(line.reason));
    arena_free(a);
}

static void bench_rank(void)
{
    Arena *a = arena_new(0);
    Rng r = {.state = 6};
    enum { APPS = 60000 };
    MatchMarket m = {0};
    make_tree(a, &m, 120000, true);
    MatchApplication *apps = ARENA_ARRAY(a, MatchApplication, APPS);
    for (uint32_t i = 0; i < APPS; i++) {
        apps[i] = (MatchApplication){.id = i,
                                     .units = 1 + rng_below(&r, 4),
                                     .cell = 7 + rng_below(&r, 102),
                                     .points = 40 + rng_below(&r, 60),
                                     .ticket = rng_next(&r)};
    }
    MatchLedger *ledger;
    MatchRanking out;
    double t = now_ms();
    if (!match_ledger_new(a, &m.tree, &ledger, NULL) || !match_rank(a, ledger, apps, APPS, true, &out, NULL)) {
        exit(1);
    }
    printf("rank 60000 applications, units granted %u: %.1f ms\n", match_ledger_held(ledger, 0), now_ms() - t);
    arena_free(a);
}

/* One instance as text: seats per line, then each worker's ticket order and list "vacancy:points". */
static void write_instance(const MatchMarket *m, const MatchOutcome *out, const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%u.txt", dir, m->worker_count);
    FILE *f = fopen(path, "w");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    fprintf(f, "%u %u\n", m->worker_count, m->vacancy_count);
    for (uint32_t v = 0; v < m->vacancy_count; v++) {
        fprintf(f, "%u\n", m->vacancies[v].seats);
    }
    for (uint32_t w = 0; w < m->worker_count; w++) {
        uint32_t held = out->held[w];
        fprintf(f, "%llu %lld", (unsigned long long)m->tickets[w],
                held == MATCH_NONE ? -1LL : (long long)m->wish_vacancy[held]);
        for (uint32_t i = m->starts[w]; i < m->starts[w + 1]; i++) {
            fprintf(f, " %u:%d", m->wish_vacancy[i], m->wish_points[i]);
        }
        fprintf(f, "\n");
    }
    fclose(f);
}

static void bench_small(const char *dir)
{
    static const uint32_t workers[] = {1000, 5000, 20000};
    for (size_t i = 0; i < COUNT_OF(workers); i++) {
        Arena *a = arena_new(0);
        MatchMarket m = make_market(a, workers[i], workers[i] * 12 / 100, false, false);
        MatchOutcome out;
        double t = best_match_ms(&m, 7, &out, a);
        printf("%u %.4f\n", workers[i], t);
        write_instance(&m, &out, dir);
        arena_free(a);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "small") == 0) {
        bench_small(argv[2]);
        return 0;
    }
    bench_national(false);
    bench_national(true);
    bench_referral(false);
    bench_referral(true);
    bench_rank();
    return 0;
}
