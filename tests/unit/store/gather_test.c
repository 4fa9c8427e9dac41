/* gather_test.c: SQLite's log whose pages are written together: two handles on one file, one of which writes early (its
 * cache is small), rolls back, and must not disturb what the other has written since.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"
#include "store/store_sqlite_int.h"

#include <string.h>

enum { ROWS = 200, FEW = 40 }; /* few: past the cache, but not yet written to the file */

static void sql(sqlite3 *db, const char *text)
{
    check(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
}

static int64_t number(sqlite3 *db, const char *text)
{
    sqlite3_stmt *stmt;
    check(sqlite3_prepare_v2(db, text, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static sqlite3 *open_db(Arena *a, const char *name)
{
    sqlite3 *db = NULL;
    check(lite_open_file(engine_path(a, name).ptr, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db) == SQLITE_OK);
    sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = 5");
    return db;
}

/* Rows of almost a page each: far more pages than the cache holds. */
static void put_rows(sqlite3 *db, char with, int count)
{
    sqlite3_stmt *stmt;
    char bytes[3000];
    memset(bytes, with, sizeof bytes);
    check(sqlite3_prepare_v2(db, "INSERT INTO t(b) VALUES (?1)", -1, &stmt, NULL) == SQLITE_OK);
    for (int i = 0; i < count; i++) {
        sqlite3_bind_text(stmt, 1, bytes, sizeof bytes, SQLITE_STATIC);
        check(sqlite3_step(stmt) == SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
}

static void check_rows(sqlite3 *db, int64_t count, const char *of_one_kind)
{
    eq_int(number(db, "SELECT count(*) FROM t"), count);
    eq_int(number(db, of_one_kind), count);
    eq_int(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

TEST(what_is_rolled_back_does_not_come_over_what_others_wrote_since)
{
    sqlite3 *one = open_db(a, "db"), *two = open_db(a, "db");
    sql(one, "CREATE TABLE t(id INTEGER PRIMARY KEY, b TEXT)");
    for (int round = 1; round <= 3; round++) {
        sql(one, "BEGIN IMMEDIATE");
        put_rows(one, 'x', FEW);
        sql(one, "ROLLBACK");
        sql(two, "BEGIN IMMEDIATE");
        put_rows(two, 'y', ROWS);
        sql(two, "COMMIT");
        sql(one, "UPDATE t SET b = 'z' || b WHERE id = 1"); /* where the first writes next */
        sql(one, "UPDATE t SET b = substr(b, 2) WHERE id = 1");
        check_rows(one, (int64_t)ROWS * round, "SELECT count(*) FROM t WHERE b LIKE 'y%'");
        check_rows(two, (int64_t)ROWS * round, "SELECT count(*) FROM t WHERE b LIKE 'y%'");
    }
    sqlite3_close(one);
    sqlite3_close(two);
}

TEST(a_part_rolled_back_leaves_the_rest_of_its_transaction)
{
    sqlite3 *one = open_db(a, "db"), *two = open_db(a, "db");
    sql(one, "CREATE TABLE t(id INTEGER PRIMARY KEY, b TEXT); BEGIN IMMEDIATE");
    put_rows(one, 'y', ROWS);
    sql(one, "SAVEPOINT s");
    put_rows(one, 'x', ROWS);
    eq_int(number(one, "SELECT count(*) FROM t WHERE b LIKE 'x%'"), ROWS); /* reads what it has written early */
    sql(one, "ROLLBACK TO s");
    put_rows(one, 'y', ROWS);
    eq_int(number(two, "SELECT count(*) FROM t"), 0);
    sql(one, "COMMIT");
    check_rows(two, (int64_t)2 * ROWS, "SELECT count(*) FROM t WHERE b LIKE 'y%'");
    sqlite3_close(one);
    sqlite3_close(two);
}
