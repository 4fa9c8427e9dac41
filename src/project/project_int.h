/* project_int.h: what the files of the room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PROJECT_PROJECT_INT_H
#define PROJECT_PROJECT_INT_H

#include "project.h"

/* A case as its events so far make it. */
typedef struct {
    Str state, title, holder, due, due_rule, person;
    int64_t opened, since;
    Json *data;
    Str pending, path, decided; /* the last two: see tally.h */
} Fold;

/* fold.c */
void fold_begin(Arena *a, const Event *first, Fold *ret); /* before its first event */
void fold_event(Arena *a, const Event *e, Fold *f);       /* f shares values with the event */
Str fold_print(Arena *a, const Json *j);                  /* canonical, as the log holds it */

/* tables.c */
MUST_USE bool tables_create(Store *s, Err *err); /* without their indexes */
MUST_USE bool tables_index(Store *s, Err *err);
size_t tables_indexes(const char *const **ret);               /* the statements of tables_index(), one by one */
size_t tables_drops(const char *const **ret);                 /* statements that take all of them away */
MUST_USE bool tables_are_ours(Store *s, bool *ret, Err *err); /* of this program's layout */
MUST_USE bool tables_set_layout(Store *s, Err *err);

/* project.c: what does not depend on the case. The statement is one of the table's own columns in their order. */
MUST_USE bool project_read(Store *s, Arena *a, const Event *e, const char *sql, Err *err);
MUST_USE bool project_note(Store *s, Arena *a, const Event *e, const char *sql, Err *err);
MUST_USE bool project_decision(Store *s, const Event *e, const char *sql, const char *grounds, Err *err);
MUST_USE bool project_signing(Store *s, const Event *e, Err *err);
/* Units that go from one approval to another; the sum stays. */
MUST_USE bool project_move(Store *s, Str from, Str to, int64_t units, Err *err);
/* The row of a case; ret in the order of INSERT_CASE. */
enum { CASE_COLUMNS = 16 };
#define INSERT_CASE                                                                                             \
    "INSERT INTO cases (id, scheme, type, state, version, title, holder, opened, since, due, due_rule, person," \
    " data, pending, path, decided) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
typedef struct {
    Str id, scheme, type;
    int64_t version;
} ProjectCase;
void project_row(Arena *a, const ProjectCase *c, const Fold *f, StoreValue ret[CASE_COLUMNS]);
/* Values and links as an event sets them. */
typedef struct {
    Str field, value;
    bool is_gone, is_unique; /* is_gone: taken away */
} ProjectIndex;
bool project_index(const Event *e, size_t *at, ProjectIndex *ret); /* the next one; *at begins at 0 */

/* refold.c: all of the log at once. fields: by which figures count from now on; NULL: as before. */
MUST_USE bool refold(Store *s, const ProjectField *fields, size_t count, const ProjectTeller *tell, int64_t *ret_events,
                     Err *err);

#endif
