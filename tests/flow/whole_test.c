/* whole_test.c: a store copied as a whole: a row of every table that stands beside the log comes along, but for those
 * named here. A table that somebody adds later and that is neither copied nor named fails the test.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow/open.h"
#include "flow/statute.h"
#include "flow/whole.h"
#include "store/store.h"
#include "world.h"

/* What ends or is done again: sessions, questions to a browser, counts of wrong passwords, uploads in work. */
static const char *const LEFT[] = {"signed_in", "challenges", "provider_asks", "failures",
                                   "bulk_jobs", "bulk_files", "bulk_rows"};

static StoreRows ask(Store *s, Arena *a, const char *sql)
{
    Err err;
    StoreRows r;
    check(store_query(s, a, sql, NULL, 0, &r, &err));
    return r;
}

static bool is_left(Str table)
{
    for (size_t i = 0; i < COUNT_OF(LEFT); i++) {
        if (str_eq_c(table, LEFT[i])) {
            return true;
        }
    }
    return false;
}

static bool has(const StoreRows *names, Str name)
{
    for (size_t i = 0; i < names->row_count; i++) {
        if (str_eq(names->cells[i].s, name)) {
            return true;
        }
    }
    return false;
}

/* One row, another number in every column; in a column of texts it is one. */
static void fill(Store *s, Arena *a, Str table)
{
    Err err;
    size_t columns = ask(s, a, str_printf(a, "SELECT * FROM %.*s", STR_ARG(table)).ptr).column_count;
    Str sql = str_printf(a, "INSERT INTO %.*s VALUES (", STR_ARG(table));
    for (size_t i = 0; i < columns; i++) {
        sql = str_printf(a, "%.*s%s'7%d'", STR_ARG(sql), i ? ", " : "", (int)i);
    }
    check(store_exec(s, str_printf(a, "%.*s)", STR_ARG(sql)).ptr, NULL, 0, &err));
}

static void same_rows(Store *from, Store *to, Arena *a, Str table)
{
    const char *sql = str_printf(a, "SELECT * FROM %.*s", STR_ARG(table)).ptr;
    StoreRows one = ask(from, a, sql), two = ask(to, a, sql);
    check(one.row_count > 0);
    eq_int(one.row_count, two.row_count);
    eq_int(one.column_count, two.column_count);
    for (size_t i = 0; i < one.row_count * one.column_count; i++) {
        eq_int(one.cells[i].kind, two.cells[i].kind);
        eq_int(one.cells[i].i, two.cells[i].i);
        eq_str(one.cells[i].s, two.cells[i].s);
    }
}

BOTH(what_stands_beside_the_log_is_copied_with_it)
{
    static const char TABLES[] =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'log\\_%' ESCAPE "
        "'\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    Err err;
    size_t kept = 0;
    Flow bare, to;
    World *w = world_new(a, engine_path(a, "from"));
    Store *from = w->flow.store;
    check(statute_prepare(from, &err));
    check(flow_open(a, engine_path(a, "bare"), STORE_CREATE, w->flow.schemes, w->flow.scheme_count, &bare, &err));
    StoreRows all = ask(from, a, TABLES), read = ask(bare.store, a, TABLES);
    for (size_t i = 0; i < all.row_count; i++) {
        if (!has(&read, all.cells[i].s) && !is_left(all.cells[i].s)) {
            fill(from, a, all.cells[i].s);
        }
    }
    check(flow_copy(a, from, url, w->flow.schemes, w->flow.scheme_count, NULL, &to, &err));
    eq_int(store_size(to.store), store_size(from));
    for (size_t i = 0; i < all.row_count; i++) {
        if (!has(&read, all.cells[i].s) && !is_left(all.cells[i].s)) {
            same_rows(from, to.store, a, all.cells[i].s);
            kept++;
        }
    }
    check(kept > 8);
}

TEST(a_store_from_before_a_table_was_there_is_copied)
{
    Err err;
    Flow to;
    World *w = world_new(a, engine_path(a, "from"));
    check(store_exec(w->flow.store, "DROP TABLE webhooks", NULL, 0, &err));
    check(flow_copy(a, w->flow.store, engine_path(a, "to"), w->flow.schemes, w->flow.scheme_count, NULL, &to, &err));
    eq_int(ask(to.store, a, "SELECT count(*) FROM webhooks").cells[0].i, 0);
}
