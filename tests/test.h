/* test.h: the test runner's face. TEST(name_as_a_sentence) { … } registers itself; each test runs in its own process.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct TestCase TestCase;
struct TestCase {
    const char *name, *file;
    void (*run)(Arena *a);
    int seconds; /* time limit; 0 for the usual 20 */
    TestCase *next;
};
void test_register(TestCase *t);

#define TEST_WITHIN(test_name, limit)                                                                                \
    static void test_name(Arena *a);                                                                                 \
    static TestCase test_name##_case = {.name = #test_name, .file = __FILE__, .run = test_name, .seconds = (limit)}; \
    __attribute__((constructor)) static void test_name##_add(void)                                                   \
    {                                                                                                                \
        test_register(&test_name##_case);                                                                            \
    }                                                                                                                \
    static void test_name(__attribute__((unused)) Arena *a)
#define TEST(test_name) TEST_WITHIN(test_name, 0)

/* Each ends the test with a message when it does not hold. */
#define check(condition) test_check((condition), #condition, __FILE__, __LINE__)
#define eq_int(got, want) test_eq_int((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define eq_str(got, want) test_eq_str((got), (want), #got, __FILE__, __LINE__)            /* Str, Str */
#define eq_text(got, want) test_eq_str((got), str_from_c(want), #got, __FILE__, __LINE__) /* Str, C string */
/* Ends the test as skipped, with the reason printed. */
void skip(const char *reason);
/* Runs fn in a child and holds only if it ends by bug(). */
void expect_bug(void (*fn)(void));
/* The whole file as text; ends the test if it cannot be read. */
Str test_read_file(Arena *a, const char *path);
/* Runs a shell line: what it prints; *ret_status is its exit status, -1 if a signal ended it. */
Str test_shell(Arena *a, Str line, int *ret_status);
/* fork(), but the child ends with its parent, also when that is killed at its time limit. */
pid_t test_fork(void);

void test_check(bool ok, const char *text, const char *file, int line);
void test_eq_int(long long got, long long want, const char *text, const char *file, int line);
void test_eq_str(Str got, Str want, const char *text, const char *file, int line);

#endif
