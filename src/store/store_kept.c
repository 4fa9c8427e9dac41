/* store_kept.c: answers that a handle keeps from one transaction to the next, because it knows of all that could
 * change them: with PostgreSQL each question of a command is a round trip, and some are asked by every command of
 * every writer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <string.h>
#include <strings.h>

enum { MOST_KEPT = 64, MOST_EXPECTED = 256, MOST_TRANSACTIONS = 256 };

struct KeptAnswer {
    const char *sql;
    StoreValue *params;
    size_t count, by;
    Str table;
    StoreRows rows;
};

static StoreValue copy_value(Arena *a, const StoreValue *v)
{
    StoreValue copy = *v;
    copy.s = v->kind >= STORE_TEXT ? str_copy(a, v->s) : (Str){"", 0};
    return copy;
}

static StoreValue *copy_values(Arena *a, const StoreValue *list, size_t count)
{
    StoreValue *copy = ARENA_ARRAY(a, StoreValue, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = copy_value(a, &list[i]);
    }
    return copy;
}

/* The one table that a SELECT asks. */
static Str asked_table(const char *sql)
{
    const char *from = strstr(sql, " FROM ");
    check_that(from != NULL && strncasecmp(sql, "SELECT ", 7) == 0 && strstr(sql, " JOIN ") == NULL);
    const char *name = from + strlen(" FROM ");
    return (Str){name, strcspn(name, " ,")};
}

static void forget(Kept *k)
{
    if (k->count > 0) {
        arena_reset(k->arena);
        *k = (Kept){.arena = k->arena};
    }
}

void expected_forget(Store *s)
{
    forget(&s->expected);
}

void kept_forget(Store *s)
{
    forget(&s->kept);
    s->kept.transactions = 0;
}

void kept_begin(Store *s)
{
    if (++s->kept.transactions >
        MOST_TRANSACTIONS) { /* so that a table that was put right by hand or by rebuild is seen before long */
        kept_forget(s);
    }
}

/* One new row, or that of the same key anew, all of whose values are given. */
static bool is_row(const char *sql)
{
    return strncasecmp(sql, "INSERT ", 7) == 0 && strstr(sql, " VALUES ") != NULL;
}

static bool holds(const StoreValue *params, size_t count, Str text)
{
    for (size_t i = 0; i < count; i++) {
        if (params[i].kind == STORE_TEXT && str_eq(params[i].s, text)) {
            return true;
        }
    }
    return false;
}

static void drop(Kept *k, Str table, const char *sql, const StoreValue *params, size_t count)
{
    for (size_t i = k->count; i > 0; i--) {
        KeptAnswer *one = &k->list[i - 1];
        if (str_eq(one->table, table) && !(is_row(sql) && !holds(params, count, one->params[one->by].s))) {
            *one = k->list[--k->count];
        }
    }
}

void kept_before_write(Store *s, const char *sql, const StoreValue *params, size_t count)
{
    bool is_any = s->kept.count > 0 || s->expected.count > 0;
    Str table = is_any ? later_table(sql) : STR("");
    if (is_any && table.len == 0 && strncasecmp(sql, "SELECT", 6) != 0) { /* of tables themselves */
        kept_forget(s);
        expected_forget(s);
    }
    drop(&s->kept, table, sql, params, count);
    drop(&s->expected, table, sql, params, count);
}

static const KeptAnswer *find(const Kept *k, const char *sql, const StoreValue *params, size_t count)
{
    for (size_t i = 0; i < k->count; i++) {
        const KeptAnswer *one = &k->list[i];
        bool is_same = one->sql == sql && one->count == count;
        for (size_t p = 0; is_same && p < count; p++) {
            is_same = params[p].kind == one->params[p].kind && params[p].i == one->params[p].i &&
                      str_eq(params[p].s, one->params[p].s);
        }
        if (is_same) {
            return one;
        }
    }
    return NULL;
}

static const KeptAnswer *keep(Kept *k, size_t most, const char *sql, const StoreValue *params, size_t count, size_t by,
                              const StoreRows *rows)
{
    if (k->count == most) {
        forget(k);
    }
    if (k->arena == NULL) {
        k->arena = arena_new(0);
    }
    if (k->list == NULL) {
        k->list = ARENA_ARRAY(k->arena, KeptAnswer, most);
    }
    KeptAnswer *one = &k->list[k->count++];
    *one = (KeptAnswer){.sql = sql,
                        .params = copy_values(k->arena, params, count),
                        .count = count,
                        .by = by,
                        .table = asked_table(sql),
                        .rows = *rows};
    one->rows.columns = NULL;
    one->rows.cells = copy_values(k->arena, rows->cells, rows->row_count * rows->column_count);
    return one;
}

static StoreRows copy_rows(Arena *a, const KeptAnswer *one)
{
    StoreRows rows = one->rows;
    rows.cells = copy_values(a, one->rows.cells, one->rows.row_count * one->rows.column_count);
    return rows;
}

bool store_query_kept(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, size_t by,
                      StoreRows *ret, Err *err)
{
    check_that(by < count && params[by].kind == STORE_TEXT);
    if (!s->in_transaction) {
        return store_query(s, a, sql, params, count, ret, err);
    }
    const KeptAnswer *one = find(&s->kept, sql, params, count);
    if (one == NULL) {
        StoreRows rows;
        if (!store_query(s, a, sql, params, count, &rows, err)) {
            return false;
        }
        one = keep(&s->kept, MOST_KEPT, sql, params, count, by, &rows);
    }
    *ret = copy_rows(a, one);
    return true;
}

/* ---- Expected ---------------------------------------------------------------------------------------------------- */

void store_ask_with(Store *s, const char *row, const char *key)
{
    s->row_question = row;
    s->key_question = key;
}

bool expected_knows(const Store *s, Str stream)
{
    return find(&s->expected, s->row_question, &STORE_S(stream), 1) != NULL;
}

void expected_keep(Store *s, Str stream, const StoreRows *rows)
{
    (void)keep(&s->expected, MOST_EXPECTED, s->row_question, &STORE_S(stream), 1, 0, rows);
}

bool store_query_expected(Store *s, Arena *a, const char *sql, Str stream, StoreRows *ret, Err *err)
{
    bool may_know = s->in_transaction && sql == s->row_question;
    if (may_know && s->assumed.is_on && !store_expect(s, NULL, 0, err)) { /* which asks it */
        return false;
    }
    const KeptAnswer *one = may_know ? find(&s->expected, sql, &STORE_S(stream), 1) : NULL;
    if (one == NULL) {
        return store_query(s, a, sql, &STORE_S(stream), 1, ret, err);
    }
    *ret = copy_rows(a, one);
    return true;
}
