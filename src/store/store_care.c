/* store_care.c: backup, copying between engines, findings of the doctor, and what a person needs to prove their entry.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <string.h>
#include <sys/stat.h>

enum { ROWS_A_COMMIT = 5000 };

/* ---- Copy -------------------------------------------------------------------------------------------------------- */

/* The tables of the log, each by literals, so that no statement text is put together at run time. */
static const struct {
    const char *read, *write;
    size_t columns;
} TABLES[] = {
    {"SELECT person, wrapped FROM log_person_keys", "INSERT INTO log_person_keys(person, wrapped) VALUES ($1, $2)", 2},
    {"SELECT seq, stream, version, bytes, hash, leaf, mac FROM log_events ORDER BY seq",
     "INSERT INTO log_events(seq, stream, version, bytes, hash, leaf, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)", 7},
    {"SELECT level, idx, root, hashes FROM log_tiles ORDER BY level, idx",
     "INSERT INTO log_tiles(level, idx, root, hashes) VALUES ($1, $2, $3, $4)", 4},
    {"SELECT id, size, at, note FROM log_checkpoints ORDER BY id",
     "INSERT INTO log_checkpoints(id, size, at, note) VALUES ($1, $2, $3, $4)", 4},
    {"SELECT key, request, outcome, mac FROM log_commands",
     "INSERT INTO log_commands(key, request, outcome, mac) VALUES ($1, $2, $3, $4)", 4},
};
static const char READ_EVENTS_FROM[] =
    "SELECT seq, stream, version, bytes, hash, leaf, mac FROM log_events WHERE seq > $1 ORDER BY seq LIMIT $2";

typedef struct {
    Store *to;
    const char *write;
    int64_t rows, last;
    Err *err;
    bool is_failed;
} Copy;

static bool copy_row(void *host, const StoreValue *cells, size_t count)
{
    Copy *c = host;
    c->rows++;
    c->last = cells[0].i;
    c->is_failed = !store_post(c->to, c->write, cells, count, c->err);
    return !c->is_failed;
}

static bool copy_table(Store *from, Store *to, size_t table, Err *err)
{
    Copy c = {.to = to, .write = TABLES[table].write, .err = err};
    RowSink sink = {.each = copy_row, .host = &c};
    if (table != 1) {
        return store_run(from, TABLES[table].read, NULL, 0, &sink, err) && !c.is_failed;
    }
    do { /* the events may be many: in pieces */
        c.rows = 0;
        StoreValue v[] = {STORE_I(c.last), STORE_I(ROWS_A_COMMIT)};
        if (!store_run(from, READ_EVENTS_FROM, v, 2, &sink, err) || c.is_failed) {
            return false;
        }
    } while (c.rows == ROWS_A_COMMIT);
    return true;
}

static bool has_table(Store *s, const char *name, bool *ret, Err *err)
{
    int64_t found = 0;
    StoreValue v[] = {STORE_S(str_from_c(name))};
    bool is_sqlite = s->engine == &ENGINE_SQLITE;
    bool ok =
        store_int(s,
                  is_sqlite ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
                            : "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
                  v, 1, &found, err);
    *ret = found > 0;
    return ok;
}

static bool copy_beside(Store *from, Store *to, const StoreTable *t, Err *err)
{
    bool is_there;
    Copy c = {.to = to, .write = t->write, .err = err};
    RowSink sink = {.each = copy_row, .host = &c};
    return has_table(from, t->name, &is_there, err) &&
           (!is_there || (store_run(from, t->read, NULL, 0, &sink, err) && !c.is_failed));
}

/* The copy is the same log, so it gets the same keys. */
static bool hand_over_keys(Store *from, Store *to, Err *err)
{
    to->keys = from->keys;
    to->keys.log.name = str_copy(to->arena, from->keys.log.name);
    to->log_name = to->keys.log.name;
    to->log_verifier = note_verifier(to->arena, &to->keys.log);
    StoreValue v[] = {STORE_S(to->log_verifier)};
    return store_run(to, "UPDATE log_meta SET value = $1 WHERE key = 'log'", v, 1, NULL, err);
}

bool store_copy(Store *from, Store *to, const StoreTable *beside, size_t count, Err *err)
{
    check_that(!from->in_transaction && !to->in_transaction && to->mode != STORE_READ);
    if (!from->keys.is_known) {
        return err_set(err, STORE_FAILED, "Copying needs the key file of the store that is copied.");
    }
    if (!from->engine->begin_snapshot(from, err)) {
        return false;
    }
    if (!store_begin(to, err)) {
        from->engine->rollback(from);
        return false;
    }
    Keys before = to->keys;
    Str name = to->log_name, verifier = to->log_verifier;
    int64_t size = 0;
    Hash old_root, new_root;
    bool ok = to->size == 0 || err_set(err, ALREADY_EXISTS, "The store to copy to is not empty.");
    ok = ok && hand_over_keys(from, to, err);
    for (size_t i = 0; ok && i < COUNT_OF(TABLES); i++) {
        ok = copy_table(from, to, i, err);
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = copy_beside(from, to, &beside[i], err);
    }
    ok = ok && store_int(to, "SELECT max(seq) FROM log_events", NULL, 0, &size, err);
    to->size = size;
    ok = ok && tree_root(from, (uint64_t)size, &old_root, err) && tree_root(to, (uint64_t)size, &new_root, err);
    if (ok && !hash_eq(old_root, new_root)) {
        ok = err_set(err, LOG_DAMAGED, "The copy has another root: nothing was kept.");
    }
    /* The keys first: without them the copy could not be opened, and they do no harm without it. */
    ok = ok && keys_save(to, err) && store_commit(to, err);
    if (!ok) {
        store_rollback(to);
        to->keys = before;
        to->log_name = name;
        to->log_verifier = verifier;
    }
    from->engine->rollback(from);
    return ok;
}

bool store_is_file(const Store *s)
{
    return s->engine->backup != NULL;
}

bool store_backup(Store *s, Str to_path, Err *err)
{
    check_that(!s->in_transaction && store_is_file(s));
    return s->engine->backup(s, to_path, err);
}

/* ---- Doctor ------------------------------------------------------------------------------------------------------ */

static void add(Arena *a, Json *findings, const char *code, const char *text)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("code"), json_new_str_c(a, code));
    json_set(a, j, STR("text"), json_new_str_c(a, text));
    json_push(a, findings, j);
}

bool store_doctor(Store *s, Arena *a, Json **ret_findings, Err *err)
{
    Json *findings = json_new_array(a);
    struct stat st;
    Str note;
    Err none;
    if (!s->keys.is_known) {
        add(a, findings, "no_key_file",
            "The key file was not found: personal data cannot be read, nothing can be written.");
    } else if (stat(str_c(a, s->key_path), &st) == 0 && (st.st_mode & 077) != 0) {
        add(a, findings, "key_file_readable", "The key file can be read by other accounts: chmod 600.");
    }
    if (!store_last_checkpoint(s, a, &note, &none)) {
        if (none.code != NOT_FOUND) {
            *err = none;
            return false;
        }
        add(a, findings, "no_checkpoint",
            "No checkpoint has been signed yet: a change of the log could not be proven.");
    }
    s->engine->doctor(s, a, findings);
    *ret_findings = findings;
    return true;
}

/* ---- Proof of one's own entry ------------------------------------------------------------------------------------ */

typedef struct {
    Arena *arena;
    Str bytes;
} TakeBytes;

static bool take_bytes(void *host, const StoreValue *cells, size_t count)
{
    TakeBytes *t = host;
    check_that(count == 1);
    t->bytes = str_copy(t->arena, cells[0].s);
    return false;
}

static bool read_event(Store *s, Arena *a, int64_t seq, Event *ret, Str *ret_salt, Err *err)
{
    TakeBytes t = {.arena = a};
    RowSink sink = {.each = take_bytes, .host = &t};
    StoreValue v[] = {STORE_I(seq)};
    Str box;
    if (!store_run(s, "SELECT bytes FROM log_events WHERE seq = $1", v, 1, &sink, err)) {
        return false;
    }
    if (t.bytes.ptr == NULL) {
        return err_set(err, NOT_FOUND, "The log has no event %lld.", (long long)seq);
    }
    KeyCache *keys = ARENA_NEW(a, KeyCache);
    bool ok = event_decode(a, t.bytes, ret, &box, err);
    ret->seq = seq;
    ok = ok && unseal(s, keys, a, ret, box, ret_salt, err);
    key_cache_wipe(keys);
    return ok;
}

bool store_signed(Store *s, Arena *a, StoreSigned *ret, Err *err)
{
    Str origin;
    return store_last_checkpoint(s, a, &ret->note, err) &&
           checkpoint_open(a, ret->note, &s->keys.log, &origin, &ret->size, &ret->root, err);
}

bool store_disclose(Store *s, Arena *a, const StoreSigned *at, int64_t seq, Json **ret, Err *err)
{
    Event e = {0};
    Str salt;
    Hash proof[64];
    size_t count = 0;
    if (!read_event(s, a, seq, &e, &salt, err) || !store_inclusion(s, seq, at->size, proof, &count, err)) {
        return false;
    }
    /* The entry is of the event as it was written, without the mark that opening leaves. */
    json_remove(e.data, STR("erased"));
    json_remove(e.data, STR("locked"));
    Json *j = json_new_object(a), *path = json_new_array(a);
    json_set(a, j, STR("checkpoint"), json_new_str(a, at->note));
    json_set(a, j, STR("entry"), json_new_str(a, event_leaf_entry(a, &e)));
    json_set(a, j, STR("index"), json_new_int(a, seq - 1));
    for (size_t i = 0; i < count; i++) {
        json_push(a, path, json_new_str(a, base64_print(a, HASH_STR(proof[i]))));
    }
    json_set(a, j, STR("inclusion"), path);
    if (e.sealed != NULL) {
        json_set(a, j, STR("salt"), json_new_str(a, salt));
        json_set(a, j, STR("sealed"), e.sealed);
    }
    *ret = j;
    return true;
}
