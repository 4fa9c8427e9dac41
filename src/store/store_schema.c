/* store_schema.c: the log's tables, one migration after the other, forward only.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

/* A released migration is never edited; a change is a new row at the end, with a store as the program before left it
 * (tests/store/schema/make.sh). log_ names belong to this room alone. */
static const struct {
    const char *sqlite, *pg;
} MIGRATIONS[] = {
    {
        "CREATE TABLE log_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
        "CREATE TABLE log_events(seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,"
        " bytes BLOB NOT NULL, hash BLOB NOT NULL, leaf BLOB NOT NULL, mac BLOB NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX log_events_stream ON log_events(stream, version);"
        "CREATE TABLE log_tiles(level INTEGER NOT NULL, idx INTEGER NOT NULL, root BLOB NOT NULL, hashes BLOB NOT NULL,"
        " PRIMARY KEY (level, idx)) STRICT;"
        "CREATE TABLE log_checkpoints(id INTEGER PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL,"
        " note TEXT NOT NULL) STRICT;"
        "CREATE TABLE log_commands(key TEXT PRIMARY KEY, request BLOB NOT NULL, outcome TEXT NOT NULL,"
        " mac BLOB NOT NULL) STRICT;"
        "CREATE TABLE log_person_keys(person TEXT PRIMARY KEY, wrapped BLOB) STRICT;"
        "CREATE TRIGGER log_events_u BEFORE UPDATE ON log_events BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_events_d BEFORE DELETE ON log_events BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_tiles_u BEFORE UPDATE ON log_tiles BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_tiles_d BEFORE DELETE ON log_tiles BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_checkpoints_u BEFORE UPDATE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_checkpoints_d BEFORE DELETE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_commands_u BEFORE UPDATE ON log_commands BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_commands_d BEFORE DELETE ON log_commands BEGIN SELECT RAISE(ABORT, 'append only'); END;",

        "CREATE TABLE log_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
        "CREATE TABLE log_events(seq BIGINT PRIMARY KEY, stream TEXT NOT NULL, version BIGINT NOT NULL,"
        " bytes BYTEA NOT NULL, hash BYTEA NOT NULL, leaf BYTEA NOT NULL, mac BYTEA NOT NULL);"
        "CREATE UNIQUE INDEX log_events_stream ON log_events(stream COLLATE \"C\", version);"
        "CREATE TABLE log_tiles(level BIGINT NOT NULL, idx BIGINT NOT NULL, root BYTEA NOT NULL, hashes BYTEA NOT NULL,"
        " PRIMARY KEY (level, idx));"
        "ALTER TABLE log_tiles ALTER hashes SET STORAGE EXTERNAL;"
        "CREATE TABLE log_checkpoints(id BIGINT PRIMARY KEY, size BIGINT NOT NULL, at BIGINT NOT NULL,"
        " note TEXT NOT NULL);"
        "CREATE TABLE log_commands(key TEXT PRIMARY KEY, request BYTEA NOT NULL, outcome TEXT NOT NULL,"
        " mac BYTEA NOT NULL);"
        "CREATE TABLE log_person_keys(person TEXT PRIMARY KEY, wrapped BYTEA);"
        "CREATE FUNCTION log_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'append only'; END$$;"
        "CREATE TRIGGER log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON log_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_append_only();"
        "CREATE TRIGGER log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON log_tiles"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_append_only();"
        "CREATE TRIGGER log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoints"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_append_only();"
        "CREATE TRIGGER log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON log_commands"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_append_only();"
        "REVOKE UPDATE, DELETE, TRUNCATE ON log_events, log_tiles, log_checkpoints, log_commands FROM PUBLIC, CURRENT_USER;",
    },
    {
        /* the index by stream was of another collation than the column, so that no question could use it */
        "",

        "ALTER TABLE log_events ALTER COLUMN stream TYPE TEXT COLLATE \"C\";"
        "ALTER TABLE log_commands ALTER COLUMN key TYPE TEXT COLLATE \"C\";"
        "ALTER TABLE log_person_keys ALTER COLUMN person TYPE TEXT COLLATE \"C\";",
    },
    {
        /* a remembered command is one row in one tree of pages; the table and its index were two. The old table is
           renamed first, since the guard lets nobody delete from one of this name. */
        "ALTER TABLE log_commands RENAME TO log_commands_before;"
        "CREATE TABLE log_commands(key TEXT PRIMARY KEY, request BLOB NOT NULL, outcome TEXT NOT NULL,"
        " mac BLOB NOT NULL) STRICT, WITHOUT ROWID;"
        "INSERT INTO log_commands(key, request, outcome, mac) SELECT key, request, outcome, mac FROM log_commands_before"
        " ORDER BY key;"
        "DROP TABLE log_commands_before;"
        "CREATE TRIGGER log_commands_u BEFORE UPDATE ON log_commands BEGIN SELECT RAISE(ABORT, 'append only'); END;"
        "CREATE TRIGGER log_commands_d BEFORE DELETE ON log_commands BEGIN SELECT RAISE(ABORT, 'append only'); END;",

        /* an event of up to half a page is neither compressed nor put into a table of its own */
        "ALTER TABLE log_events SET (toast_tuple_target = 4080);"
        "ALTER TABLE log_commands SET (toast_tuple_target = 4080);",
    },
};
/* From READS_ALIKE on the log's tables hold the same columns with the same meaning: raised by a migration that changes
 * that. */
enum { NEWEST = COUNT_OF(MIGRATIONS), READS_ALIKE = 1 };

static bool run_from(Store *s, size_t version, Err *err)
{
    for (; version < NEWEST; version++) {
        bool is_sqlite = s->engine == &ENGINE_SQLITE;
        if (!store_script(s, is_sqlite ? MIGRATIONS[version].sqlite : MIGRATIONS[version].pg, err)) {
            return false;
        }
    }
    StoreValue v[] = {STORE_S(str_printf(s->arena, "%d", (int)NEWEST))};
    return store_run(s,
                     "INSERT INTO log_meta(key, value) VALUES ('version', $1)"
                     " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                     v, 1, NULL, err);
}

bool schema_create(Store *s, Err *err)
{
    if (!s->engine->begin(s, NULL, 0, NULL, err)) {
        return false;
    }
    StoreValue v[] = {STORE_S(s->log_verifier)};
    if (run_from(s, 0, err) && store_run(s, "INSERT INTO log_meta(key, value) VALUES ('log', $1)", v, 1, NULL, err) &&
        s->engine->commit(s, err)) {
        return true;
    }
    s->engine->rollback(s);
    return false;
}

static bool read_version(Store *s, int64_t *ret, Err *err)
{
    Str text;
    if (!store_text(s, s->arena, "SELECT value FROM log_meta WHERE key = 'version'", NULL, 0, &text, err)) {
        return false;
    }
    return text.ptr != NULL && str_to_int(text, ret)
               ? true
               : err_set(err, STORE_VERSION, "This is not a store of this program.");
}

bool schema_migrate(Store *s, Err *err)
{
    int64_t version = 0;
    if (!read_version(s, &version, err)) {
        return false;
    }
    if (version > NEWEST || version < 1) {
        return err_set(err, STORE_VERSION,
                       "The store was written by a newer version of this program (schema %lld, here %d).",
                       (long long)version, (int)NEWEST);
    }
    if (version == NEWEST) {
        return true;
    }
    if (s->mode == STORE_READ) {
        return (s->takes_older && version >= READS_ALIKE) ||
               err_set(err, STORE_VERSION,
                       "The store is of schema %lld, this program's is %d: open it once for writing, with serve,"
                       " checkpoint or any step, and it is brought forward. A backup can be made before that.",
                       (long long)version, (int)NEWEST);
    }
    int64_t ignored;
    if (!s->engine->begin(s, NULL, 0, &ignored, err)) {
        return false;
    }
    /* Again under the lock: another process may have been first. */
    if (read_version(s, &version, err) && (version >= NEWEST || run_from(s, (size_t)version, err)) &&
        s->engine->commit(s, err)) {
        return true;
    }
    s->engine->rollback(s);
    return false;
}
