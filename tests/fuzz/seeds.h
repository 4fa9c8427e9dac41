/* seeds.h: the committed seeds of a fuzz target as an ordinary test: the target's own entry function reads each file
 * under tests/fuzz/seeds/NAME in a process of its own, within stated limits of time and memory; for tests only. A test
 * file sets LLVMFuzzerTestOneInput to a name of its own, includes this file, the target, and calls seeds_run().
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include "../test.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SEEDS_WATCHED 1
#endif
#endif

/* Of one seed: processor seconds, and resident memory. Sanitizers slow a program and keep what it has freed. */
enum {
#ifdef SEEDS_WATCHED
    SEED_SECONDS = 10,
    SEED_MEGABYTES = 768,
#else
    SEED_SECONDS = 2,
    SEED_MEGABYTES = 96,
#endif
};

typedef int (*SeedEntry)(const uint8_t *data, size_t size);

static void seed_child(Arena *a, SeedEntry entry, const char *path)
{
    const struct rlimit limit = {SEED_SECONDS, SEED_SECONDS + 1}, no_core = {0, 0};
    (void)setrlimit(RLIMIT_CPU, &limit);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    Str s = test_read_file(a, path);
    _exit(entry((const uint8_t *)s.ptr, s.len));
}

static bool seed_passes(Arena *a, SeedEntry entry, const char *path)
{
    int status = -1;
    struct rusage used;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        seed_child(a, entry, path);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || getrusage(RUSAGE_CHILDREN, &used) != 0) {
        printf("  %s: could not be run\n", path);
        return false;
    }
    if (WIFSIGNALED(status)) {
        bool late = WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL;
        printf("  %s: %s (signal %d)\n", path, late ? "took too long" : "crashed", WTERMSIG(status));
        return false;
    }
    /* The largest child so far: the first seed past the limit is the one to name. */
    if (used.ru_maxrss / 1024 > SEED_MEGABYTES) {
        printf("  %s: took %ld MB, %d are allowed\n", path, used.ru_maxrss / 1024, (int)SEED_MEGABYTES);
        return false;
    }
    if (WEXITSTATUS(status) != 0) {
        printf("  %s: exit %d\n", path, WEXITSTATUS(status));
    }
    return WEXITSTATUS(status) == 0;
}

/* Runs every seed of one target; the test fails after the last if any of them failed, or if there were fewer than
 * `least`. */
static void seeds_run(Arena *a, const char *target, SeedEntry entry, int least)
{
    char folder[100], path[400];
    int count = 0, failed = 0;
    snprintf(folder, sizeof folder, "tests/fuzz/seeds/%s", target);
    DIR *d = opendir(folder);
    check(d != NULL);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.') {
            continue;
        }
        check(snprintf(path, sizeof path, "%s/%s", folder, e->d_name) < (int)sizeof path);
        failed += !seed_passes(a, entry, path);
        count++;
    }
    closedir(d);
    eq_int(failed, 0);
    check(count >= least);
}

#endif
