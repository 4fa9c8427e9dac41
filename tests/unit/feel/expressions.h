/* expressions.h: a table of FEEL expressions and the FEEL text of their values, checked row by row; for tests only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FEEL_EXPRESSIONS_H
#define TESTS_UNIT_FEEL_EXPRESSIONS_H

#include "../../test.h"
#include "feel/feel.h"

#include <stdio.h>

typedef struct {
    const char *text, *value;
} Expression;

static Str expression_value(Arena *a, const char *text)
{
    const FeelCode *code;
    Err err = {0};
    if (!feel_compile(a, NULL, str_from_c(text), &code, &err)) {
        return str_printf(a, "error: %s", err.text);
    }
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){1700000000123});
    Value v = feel_eval(run, code, NULL);
    if (feel_run_failed(run, &err)) {
        return str_printf(a, "failed: %s", err_name(err.code));
    }
    Buf b = buf_new(a, 100000);
    feel_print(&b, v);
    return buf_str(&b);
}

static void expect_values(Arena *a, const Expression *table, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        Str got = expression_value(a, table[i].text);
        if (!str_eq_c(got, table[i].value)) {
            printf("  %s\n    got  %.*s\n    want %s\n", table[i].text, STR_ARG(got), table[i].value);
            wrong++;
        }
    }
    eq_int(wrong, 0);
}

#define EXPECT_VALUES(a, table) expect_values((a), (table), COUNT_OF(table))

#endif
