/* store_later.c: writes of a transaction that wait, so that the commands of a group go to the database together: one
 * round trip, rows of one table side by side, and no savepoint for a command that was over before anything of it was
 * sent.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MOST_WAITING = 4096, MOST_BYTES = 8 * 1024 * 1024, MOST_TABLES = 32 };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool starts(const char *sql, const char *word)
{
    return strncasecmp(sql, word, strlen(word)) == 0;
}

Str later_table(const char *sql)
{
    static const char *const BEFORE[] = {"INSERT INTO ", "UPDATE ", "DELETE FROM "};
    for (size_t i = 0; i < COUNT_OF(BEFORE); i++) {
        if (starts(sql, BEFORE[i])) {
            Str table = {sql + strlen(BEFORE[i]), 0};
            while (is_word(table.ptr[table.len])) {
                table.len++;
            }
            return table;
        }
    }
    return STR("");
}

/* Whether the table's name stands in the statement as a word of its own. */
static bool names(const char *sql, Str table)
{
    for (const char *p = sql; (p = strchr(p, table.ptr[0])) != NULL; p++) {
        if ((p == sql || !is_word(p[-1])) && strncmp(p, table.ptr, table.len) == 0 && !is_word(p[table.len])) {
            return true;
        }
    }
    return false;
}

/* The tables of the log are for this room; the database's own triggers stand behind this. */
bool later_may_run(const Store *s, const char *sql, Err *err)
{
    if (s->is_internal || starts(sql, "SELECT")) {
        return true;
    }
    for (const char *p = sql; *p != '\0'; p++) {
        if ((*p == 'l' || *p == 'L') && strncasecmp(p, "log_", 4) == 0 && (p == sql || !is_word(p[-1]))) {
            return err_set(err, NOT_ALLOWED, "The log may only be appended to.");
        }
    }
    return true;
}

static bool send(Store *s, const char *sql, bool writes, Err *err);

/* ---- Keeping ----------------------------------------------------------------------------------------------------- */

static unsigned note_table(Later *l, Str table)
{
    unsigned i = 0;
    while (i < l->table_count && !str_eq(l->tables[i], table)) {
        i++;
    }
    if (i == l->table_count) {
        l->tables[l->table_count++] = table;
    }
    l->waits[i]++;
    return i;
}

static void keep(Later *l, const char *sql, Str table, const StoreValue *params, size_t count, bool is_internal)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        l->list = arena_grow(l->arena, l->list, l->cap * sizeof *l->list, cap * sizeof *l->list);
        l->cap = cap;
    }
    StoreValue *copy = ARENA_ARRAY(l->arena, StoreValue, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = params[i];
        if (params[i].kind >= STORE_TEXT) {
            copy[i].s = str_copy(l->arena, params[i].s);
            l->bytes += params[i].s.len;
        }
    }
    l->list[l->count++] = (Waiting){
        .sql = sql, .params = copy, .count = count, .is_internal = is_internal, .table = note_table(l, table)};
}

bool later_add(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err)
{
    Later *l = &s->later;
    Str table = later_table(sql);
    if (!later_may_run(s, sql, err)) {
        return false;
    }
    if ((l->count >= MOST_WAITING || l->bytes >= MOST_BYTES || l->table_count == MOST_TABLES) &&
        !send(s, NULL, true, err)) {
        return false;
    }
    if (table.len == 0) { /* not one of those that may wait */
        return later_before(s, sql, err) && s->engine->run(s, sql, params, count, NULL, err);
    }
    if (l->arena == NULL) {
        l->arena = arena_new(0);
    }
    if (l->tables == NULL) {
        l->tables = ARENA_ARRAY(l->arena, Str, MOST_TABLES);
        l->waits = ARENA_ARRAY(l->arena, size_t, MOST_TABLES);
    }
    keep(l, sql, table, params, count, s->is_internal);
    return true;
}

static void clear(Later *l)
{
    Arena *a = l->arena;
    if (a != NULL) {
        arena_reset(a);
    }
    *l = (Later){.arena = a};
}

static void cut_to(Later *l, size_t count)
{
    check_that(count <= l->count);
    while (l->count > count) {
        l->waits[l->list[--l->count].table]--;
    }
}

void later_cut(Store *s, size_t count)
{
    Later *l = &s->later;
    cut_to(l, count);
    if (count == 0) {
        clear(l);
    }
}

const StoreValue *later_find(const Store *s, const char *sql, size_t at, Str text)
{
    for (size_t i = s->later.count; i > 0; i--) {
        const Waiting *w = &s->later.list[i - 1];
        if (w->sql == sql && str_eq(w->params[at].s, text)) {
            return w->params;
        }
    }
    return NULL;
}

/* ---- Sending ----------------------------------------------------------------------------------------------------- */

/* What is sent now, and in which place; the rest goes on waiting. */
typedef struct {
    Waiting *list;
    size_t before, count; /* before: of commands before the savepoint */
} Picked;

/* The tables with waiting writes that sql names (all of them where it is NULL), a bit for each. */
static uint32_t named_tables(const Later *l, const char *sql)
{
    uint32_t found = 0;
    for (size_t i = 0; i < l->table_count; i++) {
        if (l->waits[i] > 0 && (sql == NULL || names(sql, l->tables[i]))) {
            found |= UINT32_C(1) << i;
        }
    }
    return found;
}

/* Whether something would be written inside of the savepoint. */
static bool would_write(const Later *l, const char *sql)
{
    uint32_t named = named_tables(l, sql);
    for (size_t i = l->mark; i < l->count; i++) {
        if (named >> l->list[i].table & 1) {
            return true;
        }
    }
    return false;
}

/* Takes out what writes to a table that sql names (all where sql is NULL), and, where a savepoint is to be made, all
 * from before it: afterwards it could only go inside. */
static Picked pick(Later *l, const char *sql, bool all_before)
{
    Picked p = {.list = ARENA_ARRAY(l->arena, Waiting, l->count)};
    size_t kept = 0, mark = l->mark;
    uint32_t named = named_tables(l, sql);
    for (size_t i = 0; i < l->count; i++) {
        bool is_before = i < l->mark;
        if ((is_before && all_before) || (named >> l->list[i].table & 1)) {
            p.list[p.count++] = l->list[i];
            p.before += is_before;
            mark -= is_before;
            l->waits[l->list[i].table]--;
        } else {
            l->list[kept++] = l->list[i];
        }
    }
    l->mark = mark;
    l->count = kept;
    return p;
}

static bool send_list(Store *s, const Waiting *list, size_t count, Err *err)
{
    return count == 0 || s->engine->post_all(s, list, count, err);
}

static bool send_savepoint(Store *s, Err *err)
{
    bool before = s->is_internal;
    s->is_internal = true;
    s->is_savepoint_sent = s->engine->post(s, "SAVEPOINT one", NULL, 0, err);
    s->is_internal = before;
    return s->is_savepoint_sent;
}

/* What the commands before wrote stays outside of this one's savepoint, which is made where something is written inside
 * it. */
static bool send(Store *s, const char *sql, bool writes, Err *err)
{
    Later *l = &s->later;
    Picked p = {0};
    bool must_mark = s->in_savepoint && !s->is_savepoint_sent && (writes || would_write(l, sql));
    if (l->count > 0) {
        p = pick(l, sql, must_mark);
    }
    if (!s->in_savepoint) {
        p.before = p.count;
    }
    bool ok = send_list(s, p.list, p.before, err) && (!must_mark || send_savepoint(s, err));
    s->is_lost = s->is_lost || !ok; /* it was another's, or nothing can be undone */
    ok = ok && (p.count == p.before || send_list(s, p.list + p.before, p.count - p.before, err));
    if (l->count == 0) {
        clear(l);
    }
    return ok;
}

bool later_send(Store *s, Err *err)
{
    return s->later.count == 0 || send(s, NULL, false, err);
}

bool later_before(Store *s, const char *sql, Err *err)
{
    const Later *l = &s->later;
    bool reads = starts(sql, "SELECT"), is_needed = !reads && s->in_savepoint && !s->is_savepoint_sent;
    if (!s->in_transaction) {
        return true;
    }
    if (!reads && later_table(sql).len == 0) { /* changes tables: everything first */
        return send(s, NULL, true, err);
    }
    is_needed = is_needed || named_tables(l, sql) != 0;
    return !is_needed || send(s, sql, !reads, err);
}
