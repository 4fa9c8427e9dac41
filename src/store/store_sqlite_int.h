/* store_sqlite_int.h: what the files of the engine over SQLite share. Not for other files of the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_SQLITE_INT_H
#define STORE_STORE_SQLITE_INT_H

#include "store_int.h"

#include <sqlite3.h>

enum { LITE_SLOTS = 1024 };

/* Statements are prepared once and found again by the address of their literal. */
typedef struct {
    const char *sql;
    sqlite3_stmt *stmt;
} LiteSlot;

typedef struct {
    sqlite3 *db;
    LiteSlot slots[LITE_SLOTS];
    size_t used;
} Lite;

/* store_sqlite.c: a new file for its owner only. ALREADY_EXISTS, IO_FAILED. */
MUST_USE bool lite_make_file(const char *path, Err *err);

/* store_sqlite_file.c: as sqlite3_open_v2(); the pages of a commit are written at once. Needs synchronous = FULL. */
int lite_open_file(const char *path, int flags, sqlite3 **ret);

/* store_sqlite_care.c */
void lite_after_erase(Store *s);
bool lite_check_indexes(Store *s, const IndexMark *events, bool *ret_ok, Err *err);
bool lite_backup(Store *s, Str to_path, Err *err);
void lite_doctor(Store *s, Arena *a, Json *findings);

#endif
