/* check_int.h: what the parts of model checking share: the list of findings.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_CHECK_INT_H
#define DMN_CHECK_INT_H

#include "regions_int.h"

typedef struct {
    Arena *a;
    const DmnModel *m;
    FeelRun *run; /* for tests of values */
    Arena *run_arena;
    DmnFinding *items;
    size_t count, cap;
} Check;

typedef struct {
    DmnSeverity severity;
    const char *code;
    Str element, rule;
    int line;
    Json *example;
} FindingHead;
void finding_add(Check *c, FindingHead head, const char *format, ...) PRINTF_LIKE(3, 4);

/* Calls fn for every table of the model, also those inside boxed expressions. */
typedef void (*TableFn)(Check *c, const DmnInvocable *d, const Table *t);
void tables_walk(Check *c, TableFn fn);

void table_analyse(Check *c, const DmnInvocable *d, const Table *t); /* check_table.c */
void law_check(Check *c);                                            /* check_law.c */

#endif
