/* test.c: runs every registered test in a child process; the last line is "N passed, N failed, N skipped".
 * Arguments: texts that a test's name or file must contain. Exit 1 if anything failed or nothing passed.
 * With TEST_TIMES=1 each test's seconds are printed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77, USUAL_SECONDS = 20 };

static TestCase *all;

void test_register(TestCase *t)
{
    t->next = all;
    all = t;
}

void test_check(bool ok, const char *text, const char *file, int line)
{
    if (!ok) {
        printf("  %s:%d: does not hold: %s\n", file, line, text);
        fflush(stdout);
        _exit(1);
    }
}

void test_eq_int(long long got, long long want, const char *text, const char *file, int line)
{
    if (got != want) {
        printf("  %s:%d: %s is %lld, expected %lld\n", file, line, text, got, want);
        fflush(stdout);
        _exit(1);
    }
}

void test_eq_str(Str got, Str want, const char *text, const char *file, int line)
{
    if (!str_eq(got, want)) {
        printf("  %s:%d: %s\n    is       %.*s\n    expected %.*s\n", file, line, text, STR_ARG(got), STR_ARG(want));
        fflush(stdout);
        _exit(1);
    }
}

void skip(const char *reason)
{
    printf("  skipped: %s\n", reason);
    fflush(stdout);
    _exit(EXIT_SKIPPED);
}

void expect_bug(void (*fn)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(0);
        }
        fn();
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    test_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "ends by bug()", __FILE__, __LINE__);
}

static Str read_all(Arena *a, FILE *f)
{
    size_t len = 0, cap = 4096;
    char *p = arena_alloc(a, cap);
    for (size_t n; (n = fread(p + len, 1, cap - len, f)) > 0;) {
        len += n;
        if (len == cap) {
            p = arena_grow(a, p, cap, cap * 2);
            cap *= 2;
        }
    }
    return (Str){p, len};
}

Str test_read_file(Arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        printf("  cannot read %s\n", path);
        fflush(stdout);
        _exit(1);
    }
    Str text = read_all(a, f);
    fclose(f);
    return text;
}

Str test_shell(Arena *a, Str line, int *ret_status)
{
    FILE *f = popen(str_c(a, line), "r");
    check(f != NULL);
    Str text = read_all(a, f);
    int status = pclose(f);
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return text;
}

pid_t test_fork(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    return pid;
}

static int run_one(const TestCase *t)
{
    pid_t pid = test_fork();
    if (pid == 0) {
        alarm((unsigned)(t->seconds ? t->seconds : USUAL_SECONDS));
        Arena *a = arena_new(0);
        t->run(a);
        arena_free(a);
        fflush(stdout);
        exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) {
        printf("  ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
        return 1;
    }
    return WEXITSTATUS(status);
}

static bool is_wanted(const TestCase *t, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(t->name, argv[i]) == NULL && strstr(t->file, argv[i]) == NULL) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0, skipped = 0;
    bool times = getenv("TEST_TIMES") != NULL;
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (const TestCase *t = all; t != NULL; t = t->next) {
        if (!is_wanted(t, argc, argv)) {
            continue;
        }
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        int result = run_one(t);
        clock_gettime(CLOCK_MONOTONIC, &to);
        if (times) {
            printf("%7.2f s %s\n", (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
                   t->name);
        }
        if (result == 0) {
            passed++;
            continue;
        }
        printf("%s %s (%s)\n", result == EXIT_SKIPPED ? "SKIP" : "FAIL", t->name, t->file);
        *(result == EXIT_SKIPPED ? &skipped : &failed) += 1;
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed > 0 || passed == 0;
}
