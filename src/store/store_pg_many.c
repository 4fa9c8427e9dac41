/* store_pg_many.c: many rows in one statement, as arrays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_pg_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 1000, MOST_BYTES = 16 * 1024 * 1024, SQL_ROOM = 4096 };

/* ---- Arrays ------------------------------------------------------------------------------------------------------ */

typedef struct {
    const char *array;
    unsigned oid; /* of an element */
} Type;
static const Type TYPES[] = {[STORE_NULL] = {"text[]", 25},
                             [STORE_INT] = {"bigint[]", 20},
                             [STORE_TEXT] = {"text[]", 25},
                             [STORE_BLOB] = {"bytea[]", 17}};

static void put_int(Buf *b, uint64_t n, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        buf_byte(b, (char)(n >> (8 * i) & 255));
    }
}

/* PostgreSQL's binary form: dimensions, whether there are nulls, type; length and start of the one dimension. */
static void put_array_head(Buf *b, StoreKind kind, size_t count)
{
    put_int(b, count > 0, 4);
    put_int(b, 1, 4);
    put_int(b, TYPES[kind].oid, 4);
    if (count == 0) {
        return;
    }
    put_int(b, count, 4);
    put_int(b, 1, 4);
}

static void put_element(Buf *b, const StoreValue *v)
{
    if (v->kind == STORE_NULL) {
        put_int(b, UINT32_MAX, 4);
    } else if (v->kind == STORE_INT) {
        put_int(b, 8, 4);
        put_int(b, (uint64_t)v->i, 8);
    } else {
        put_int(b, v->s.len, 4);
        buf_add(b, v->s);
    }
}

static void add_param(PgParams *p, const Buf *b)
{
    p->values[p->count] = b->ptr;
    p->lengths[p->count] = (int)b->len;
    p->formats[p->count++] = 1;
}

void pg_add_texts(PgParams *p, Arena *a, const Str *list, size_t count)
{
    Buf b = buf_new(a, MOST_BYTES);
    put_array_head(&b, STORE_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        put_element(&b, &STORE_S(list[i]));
    }
    add_param(p, &b);
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* INSERT … VALUES ($1, …, $n), perhaps with DO NOTHING: its rows may go as arrays. *ret_values is where
 * VALUES begins. */
static bool is_plain_insert(const char *sql, size_t count, const char **ret_values, const char **ret_rest)
{
    const char *p = strstr(sql, " VALUES (");
    if (strncmp(sql, "INSERT INTO ", 12) != 0 || p == NULL) {
        return false;
    }
    *ret_values = p;
    p += strlen(" VALUES (");
    for (size_t i = 1; i <= count; i++) {
        char want[PG_INT_TEXT];
        size_t len = (size_t)snprintf(want, sizeof want, "$%zu%s", i, i < count ? ", " : ")");
        if (strncmp(p, want, len) != 0) {
            return false;
        }
        p += len;
    }
    *ret_rest = p;
    size_t rest = strlen(p), ending = strlen(" DO NOTHING");
    return rest == 0 || (rest > ending && strcmp(p + rest - ending, " DO NOTHING") == 0);
}

/* The statement over arrays. False if it is not one of those. */
static bool many_text(const char *sql, const char *kinds, size_t count, char *out)
{
    const char *values, *rest;
    if (!is_plain_insert(sql, count, &values, &rest) || strlen(sql) + 16 * count + 64 > SQL_ROOM) {
        return false;
    }
    size_t n = (size_t)snprintf(out, SQL_ROOM, "%.*s SELECT * FROM unnest(", (int)(values - sql), sql);
    for (size_t i = 0; i < count; i++) {
        n += (size_t)snprintf(out + n, SQL_ROOM - n, "$%zu::%s%s", i + 1, TYPES[(int)kinds[i]].array,
                              i + 1 < count ? ", " : ")");
    }
    snprintf(out + n, SQL_ROOM - n, "%s", rest);
    return true;
}

/* The kinds of the columns; false where a column holds two kinds, or nulls only. */
static bool kinds_of(const Waiting *const *rows, size_t row_count, char kinds[PG_MOST_PARAMS])
{
    size_t count = rows[0]->count;
    memset(kinds, STORE_NULL, PG_MOST_PARAMS);
    for (size_t r = 0; r < row_count; r++) {
        for (size_t i = 0; i < count; i++) {
            char kind = (char)rows[r]->params[i].kind;
            if (kind != STORE_NULL && kinds[i] != STORE_NULL && kinds[i] != kind) {
                return false;
            }
            kinds[i] = kind != STORE_NULL ? kind : kinds[i];
        }
    }
    return memchr(kinds, STORE_NULL, count) == NULL;
}

/* Sends the rows as arrays where that can be; *ret_sent says whether it was. */
static bool send_many(Store *s, const Waiting *const *rows, size_t row_count, bool *ret_sent, Err *err)
{
    char kinds[PG_MOST_PARAMS], text[SQL_ROOM];
    const char *sql = rows[0]->sql;
    size_t count = rows[0]->count;
    PgSlot *slot;
    *ret_sent = false;
    if (row_count < 2 || count == 0 || count > PG_MOST_PARAMS || !kinds_of(rows, row_count, kinds)) {
        return true;
    }
    if (!pg_slot(s, sql, &slot, err)) {
        return false;
    }
    if (slot->many == 0) {
        if (!many_text(sql, kinds, count, text)) {
            return true;
        }
        memcpy(slot->kinds, kinds, sizeof kinds);
        if (!pg_prepare_text(s, text, &slot->many, err)) {
            return false;
        }
    }
    if (memcmp(slot->kinds, kinds, count) != 0) {
        return true;
    }
    PgParams p = {0};
    Arena *a = arena_new(0);
    for (size_t i = 0; i < count; i++) {
        Buf b = buf_new(a, (size_t)1 << 30);
        put_array_head(&b, (StoreKind)kinds[i], row_count);
        for (size_t r = 0; r < row_count; r++) {
            put_element(&b, &rows[r]->params[i]);
        }
        add_param(&p, &b);
    }
    *ret_sent = true;
    bool ok = pg_send(s, slot->many, &p, err);
    arena_free(a);
    return ok;
}

static size_t bytes_of(const Waiting *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) {
        n += w->params[i].s.len;
    }
    return n;
}

/* The rows from `first` on that one statement may take: by the same literal, up to the next other statement on their
 * table. */
static size_t gather(const Waiting *list, size_t count, size_t first, const bool *is_sent, const Waiting **rows,
                     bool *is_taken)
{
    Str table = later_table(list[first].sql);
    size_t n = 0, bytes = 0;
    for (size_t i = first; i < count && n < MOST_ROWS && bytes < MOST_BYTES; i++) {
        if (is_sent[i]) {
            continue;
        }
        if (list[i].sql == list[first].sql && list[i].is_internal == list[first].is_internal) {
            rows[n++] = &list[i];
            is_taken[i] = true;
            bytes += bytes_of(&list[i]);
        } else if (str_eq(later_table(list[i].sql), table)) {
            break;
        }
    }
    return n;
}

static bool send_gathered(Store *s, const Waiting *const *rows, size_t row_count, Err *err)
{
    bool is_sent = false, ok = send_many(s, rows, row_count, &is_sent, err);
    for (size_t i = 0; ok && !is_sent && i < row_count; i++) {
        ok = pg_post(s, rows[i]->sql, rows[i]->params, rows[i]->count, err);
    }
    return ok;
}

bool pg_post_all(Store *s, const Waiting *list, size_t count, Err *err)
{
    Arena *a = arena_new(0);
    bool before = s->is_internal, ok = pg_is_usable(s, err);
    bool *is_sent = ARENA_ARRAY(a, bool, count);
    const Waiting **rows = ARENA_ARRAY(a, const Waiting *, count < MOST_ROWS ? count : MOST_ROWS);
    for (size_t i = 0; ok && i < count; i++) {
        if (is_sent[i]) {
            continue;
        }
        s->is_internal = list[i].is_internal;
        ok = send_gathered(s, rows, gather(list, count, i, is_sent, rows, is_sent), err);
    }
    s->is_internal = before;
    arena_free(a);
    return ok;
}
