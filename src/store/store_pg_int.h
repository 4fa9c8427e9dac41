/* store_pg_int.h: what the files of the engine over PostgreSQL share. Not for other files of the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_PG_INT_H
#define STORE_STORE_PG_INT_H

#include "store_int.h"

#include <libpq-fe.h>

enum { PG_SLOTS = 1024, PG_MOST_PARAMS = 32, PG_INT_TEXT = 24, PG_MOST_PENDING = 200 };

/* A literal and what it was prepared as. Each form has its own statement on the server; 0: not prepared. */
typedef struct {
    const char *sql;
    char *text;                 /* what it was when it was prepared */
    unsigned number;            /* one row */
    unsigned many;              /* rows as arrays */
    char kinds[PG_MOST_PARAMS]; /* StoreKind of the columns of `many` */
} PgSlot;

/* What an answer in a pipeline is about, where it is not the last one; NULL: nobody needs it. */
typedef struct {
    void (*learn)(Store *s, Str name, const PGresult *r);
    Str name;
} PgAsked;

typedef struct {
    PGconn *conn;
    PgSlot slots[PG_SLOTS];
    size_t used;
    unsigned next_number;
    int pending; /* statements sent whose answers nobody has read */
    PgAsked asked[PG_MOST_PENDING];
    int64_t size;  /* of the log, as it was answered last */
    bool in_block; /* BEGIN was sent: a lost connection loses the transaction */
    bool is_stale; /* statements must be prepared anew */
} Pg;

/* store_pg_wire.c */
MUST_USE bool pg_connect(Store *s, Err *err);
MUST_USE bool pg_is_usable(Store *s, Err *err); /* connects anew where that loses nothing */
void pg_forget_statements(Pg *p);
bool pg_fail(Store *s, const PGresult *r, Err *err);
bool pg_is_good(const PGresult *r);
/* The statement of the literal, prepared as one row. */
MUST_USE bool pg_prepare(Store *s, const char *sql, PgSlot **ret, Err *err);
/* The literal's slot, without preparing anything. */
MUST_USE bool pg_slot(Store *s, const char *sql, PgSlot **ret, Err *err);
MUST_USE bool pg_prepare_text(Store *s, const char *sent, unsigned *ret_number, Err *err);
/* What libpq sends: values[i] NULL is null. */
typedef struct {
    const char *values[PG_MOST_PARAMS];
    int lengths[PG_MOST_PARAMS], formats[PG_MOST_PARAMS];
    size_t count;
} PgParams;
/* Sends the statement of that number, after the answers of all before where no more may wait for one. */
MUST_USE bool pg_send(Store *s, unsigned number, const PgParams *params, Err *err);
/* The answer to what was sent last goes to `learn`. name is the caller's until then. */
void pg_learn(Pg *p, void (*learn)(Store *s, Str name, const PGresult *r), Str name);
/* Reads the answers to everything that was sent. The first error counts, and what was assumed wrongly is one; the last
 * answer is given out where wanted. */
MUST_USE bool pg_finish(Store *s, PGresult **ret_last, Err *err);

/* store_pg.c */
MUST_USE bool pg_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
/* Like pg_post(), inside a transaction and as it stands: neither guarded nor waited for. */
MUST_USE bool pg_send_one(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
StoreValue pg_cell(const PGresult *r, int row, int column);

/* store_pg_many.c */
MUST_USE bool pg_post_all(Store *s, const Waiting *list, size_t count, Err *err);
/* Arrays of texts as parameters. */
void pg_add_texts(PgParams *p, Arena *a, const Str *list, size_t count);

/* store_pg_ask.c */
/* Asks, with what is sent next, what the transaction has assumed. */
MUST_USE bool pg_ask_assumed(Store *s, Err *err);
/* The size of the log and what is expected, in the round trip that begins the transaction. */
MUST_USE bool pg_ask_begin(Store *s, const StoreExpected *list, size_t count, int64_t *ret_size, Err *err);
MUST_USE bool pg_expect(Store *s, const StoreExpected *list, size_t count, Err *err);

/* store_pg_care.c */
void pg_doctor(Store *s, Arena *a, Json *findings);
bool pg_check_indexes(Store *s, const IndexMark *events, bool *ret_ok, Err *err);
void pg_after_erase(Store *s);

#endif
