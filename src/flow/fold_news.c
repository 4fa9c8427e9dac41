/* fold_news.c: see open.h. To an operator, in English, as all that the program says to its journal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "open.h"

#include <time.h>

enum { FIRST_AFTER = 5000, EVERY = 10000, SECOND = 1000, MINUTE = 60 * SECOND }; /* milliseconds */

/* Of the time, in per mille: the rest goes into sorting and indexes. Chosen; it only shifts the estimate. */
enum { WHOLE = 1000, FOLDING = 800 };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

static int64_t part_done(const ProjectNews *p)
{
    int64_t folded = p->of > 0 ? FOLDING * p->events / p->of : FOLDING;
    return folded + (p->of_steps > 0 ? (WHOLE - FOLDING) * p->steps / p->of_steps : 0);
}

static void print_left(FILE *to, int64_t ms)
{
    bool is_short = ms < 2 * MINUTE;
    fprintf(to, ", about %lld %s left\n", (long long)(is_short ? ms / SECOND : (ms + MINUTE / 2) / MINUTE),
            is_short ? "s" : "min");
}

static void tell(void *host, const ProjectNews *p)
{
    FoldNews *n = host;
    int64_t t = now(), done = part_done(p);
    n->folding = done <= 0 ? t : n->folding;
    if (t - n->began < FIRST_AFTER || t - n->last < EVERY) {
        return;
    }
    if (!n->said) {
        fprintf(
            n->to,
            "goldenbridge: what pages read is made anew from the log of %lld events, once; nobody is served until it"
            " is done. Stopped, it leaves the store as it was and begins again at the next start.\n",
            (long long)p->of);
    }
    if (p->events == 0) {
        fprintf(n->to, "goldenbridge: what was there is put away\n");
    } else if (p->of_steps == 0) {
        fprintf(n->to, "goldenbridge: %lld of %lld events folded", (long long)p->events, (long long)p->of);
    } else if (p->steps < p->of_steps) {
        fprintf(n->to, "goldenbridge: all events folded; sorting and indexing, step %d of %d", p->steps + 1,
                p->of_steps);
    } else {
        fprintf(n->to, "goldenbridge: writing it");
    }
    if (done > 0) {
        fprintf(n->to, " (%lld %%)", (long long)(done / 10));
        print_left(n->to, (t - n->folding) * (WHOLE - done) / done);
    } else if (p->events > 0) {
        fprintf(n->to, "\n");
    }
    fflush(n->to);
    n->said = true;
    n->last = t;
}

ProjectTeller flow_fold_news(FoldNews *n, FILE *to)
{
    *n = (FoldNews){.to = to, .began = now(), .folding = now()};
    return (ProjectTeller){tell, n};
}

void flow_fold_done(const FoldNews *n)
{
    if (n->said) {
        fprintf(n->to, "goldenbridge: done after %lld s\n", (long long)((now() - n->began) / SECOND));
        fflush(n->to);
    }
}
