/* command_bench.c: whole commands a second: form, decision with its proof, event, read tables and a durable commit, by
 * one and by many writers that share the lane. The step is one that the law refuses, so that the case stays where it
 * is. Usage: command STORE [writers …]; STORE is a copy of the demonstration's store, which grows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"
#include "flow/open.h"
#include "query/query.h"

enum { RUN_MS = 2500, MOST_WRITERS = 48, PEER_RATE = 74, TIMES = 50 }; /* MOSIP's published audit writes a second */

typedef struct {
    Flow flow;
    Str *cases;
    size_t count;
    int number;
    int64_t done;
    double end;
    Instant now;
} Writer;

static void one_command(Writer *w, Arena *a, int64_t n)
{
    static const Str ROLES[] = {STR_INIT("hrd")};
    Caller caller = {.account = STR("hrd"), .roles = ROLES, .role_count = 1, .language = STR("en")};
    Json *form = NULL;
    FlowResult r;
    Err err;
    need(json_parse(a, STR("{\"training_hours\": 1, \"training_finished_on\": \"2026-11-20\", \"returnee\": false}"),
                    &form, &err),
         &err);
    Command c = {.scheme = STR("kr-eps"),
                 .step = STR("placement.finish_training"),
                 .case_id = w->cases[(size_t)(n + w->number) % w->count],
                 .key = str_printf(a, "bench-%lld-%d-%lld", (long long)w->now.ms, w->number, (long long)n),
                 .expected_version = -1,
                 .form = form};
    if (!flow_run(&w->flow, flow_new_run(a, w->now), &caller, &c, FLOW_RUN, w->now, &r)) {
        need(false, &r.err);
    }
    if (!r.plan.decided || !str_eq(r.plan.outcome, STR("refused"))) {
        fprintf(stderr, "the step was not refused\n");
        exit(1);
    }
}

static void *write_on(void *arg)
{
    Writer *w = arg;
    Arena *a = arena_new(0);
    while (now_s() < w->end) {
        one_command(w, a, w->done++);
        arena_reset(a);
    }
    arena_free(a);
    return NULL;
}

static void run(Str url, const Scheme *const *schemes, size_t scheme_count, int writers)
{
    static Writer w[MOST_WRITERS];
    pthread_t threads[MOST_WRITERS];
    Arena *a = arena_new(0);
    Err err;
    Flow flow;
    const CaseRow *rows;
    size_t count;
    const Str state = STR("entered");
    Lane *lane;
    need(flow_open(a, url, STORE_WRITE, schemes, scheme_count, &flow, &err), &err);
    need(query_list(flow.store, a, STR("kr-eps"), STR("placement"), NULL, 0, &state, 1, &rows, &count, &err) &&
             count > 0,
         &err);
    need(lane_open(a, url, &lane, &err), &err);
    Str *ids = ARENA_ARRAY(a, Str, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
    }
    double start = now_s(), cpu_start = cpu_s();
    int64_t done = 0;
    for (int i = 0; i < writers; i++) {
        w[i] = (Writer){.cases = ids,
                        .count = count,
                        .number = i,
                        .end = start + RUN_MS / 1e3,
                        .now = {(int64_t)time(NULL) * 1000}}; /* also makes the keys of this run its own */
        w[i].flow = flow; /* every access to its handle is inside the lane, which has its own */
        w[i].flow.lane = lane;
        pthread_create(&threads[i], NULL, write_on, &w[i]);
    }
    for (int i = 0; i < writers; i++) {
        pthread_join(threads[i], NULL);
        done += w[i].done;
    }
    double rate = (double)done / (now_s() - start);
    printf("%s, %2d writers: %.0f whole commands/s (target %d), %.0f a second of processor time, %.0f times %d\n",
           store_engine(flow.store), writers, rate, TIMES * PEER_RATE, (double)done / (cpu_s() - cpu_start),
           rate / PEER_RATE, PEER_RATE);
    lane_close(lane);
    arena_free(a);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: command STORE [WRITERS …]\n");
        return 2;
    }
    Arena *a = arena_new(0);
    const Scheme *const *schemes;
    size_t count;
    Err err;
    Str law;
    need(flow_find_law(a, STR(""), &law, &err) && flow_load_schemes(a, law, &schemes, &count, &err), &err);
    for (int i = 2; i < argc; i++) {
        long writers = strtol(argv[i], NULL, 10);
        run(str_from_c(argv[1]), schemes, count,
            writers < 1              ? 1
            : writers > MOST_WRITERS ? MOST_WRITERS
                                     : (int)writers);
    }
    arena_free(a);
    return 0;
}
