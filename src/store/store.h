/* store.h: the only door to a database: one interface, SQLite in a file or PostgreSQL. Holds the log and the read
 * tables; decides nothing. A handle belongs to one thread.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "event/event.h"
#include "model/model.h"

typedef struct Store Store;

typedef enum { STORE_READ = 1, STORE_WRITE, STORE_CREATE } StoreMode;

/* url: a file path, "sqlite:PATH" or "postgres://…". STORE_CREATE makes a new store with its keys (fails with
 * ALREADY_EXISTS if there is one); STORE_WRITE migrates forward if needed. STORE_VERSION if it is newer than this
 * program. Keys: the store key that wraps the keys of persons and the log's signing key stand in a key file (PATH.key,
 * or GOLDENBRIDGE_KEY_FILE), mode 0600, outside the database. */
MUST_USE bool store_open(Str url, StoreMode mode, Store **ret, Err *err);
/* To read the log and nothing else: to copy it, to back it up, to restore from it. A store of an earlier schema, too,
 * which stays as it is. */
MUST_USE bool store_open_log(Str url, Store **ret, Err *err);
Store *store_close(Store *s); /* NULL allowed; returns NULL */
/* How much of the database a handle of a server keeps in memory, where one of its own would keep 64 MB: one of many,
 * which reads a few rows at a time, 2 MB; the one that writes for all of them 8 MB, since what it read once, such as
 * the whole log for notices, it would keep for good. */
typedef enum { STORE_KEEP_LITTLE = 1, STORE_KEEP_WRITER } StoreKeep;
MUST_USE bool store_keep(Store *s, StoreKeep keep, Err *err);
const char *store_engine(const Store *s); /* "sqlite" or "postgres" */

/* ---- Transactions. Reads outside of one see the last commit. ----------------------------------------------------- */
MUST_USE bool store_begin(Store *s, Err *err); /* takes the write lock at once */
/* The same for very many writes: what store_exec_later() is given may go at once, sorting may use files beside the
 * database's temporary ones, and what the commit leaves behind is put in place at once. */
MUST_USE bool store_begin_bulk(Store *s, Err *err);
MUST_USE bool store_commit(Store *s, Err *err); /* returns true only when durable */
void store_rollback(Store *s);
/* The transaction can only be rolled back. */
bool store_is_lost(const Store *s);
/* After a transaction that failed or was rolled back: surely nothing of it was kept, and the database is
 * still there. */
bool store_kept_nothing(const Store *s);
/* One level inside a transaction, so that one command of a group can fail alone. store_savepoint() and store_release()
 * fail where the transaction is lost. What was written by store_append(), store_done_set() and store_exec_later() may
 * wait: that the database refuses it shows at the latest in store_commit(), and then all of the transaction is gone. */
MUST_USE bool store_savepoint(Store *s, Err *err);
MUST_USE bool store_release(Store *s, Err *err);
/* Before store_release(): sends what waits and reads the database's answers, so that what it refuses is
 * refused here. */
MUST_USE bool store_settle(Store *s, Err *err);
void store_rollback_to(Store *s);
/* What the commands of a group are about, asked for in one round trip where the database is elsewhere. A hint: it
 * changes no answer. `stream` may be empty, `key` too. Inside a transaction. */
typedef struct {
    Str key, stream;
} StoreExpected;
MUST_USE bool store_begin_for(Store *s, const StoreExpected *list, size_t count,
                              Err *err); /* store_begin() that asks in the same trip */
/* What each of them will ask first, for its stream: `row`, a literal whose only parameter is the stream and which asks
 * one table, for store_query_expected(); `key`, made with STORE_KEY_OF(), the key of the person whom the row is about.
 * Goes with what is expected where the database is elsewhere. For the life of the handle. */
#define STORE_KEY_OF(table, person, id)                                                                               \
    "SELECT k.person, k.wrapped FROM " table " AS t JOIN log_person_keys AS k ON k.person = t." person " WHERE t." id \
    " = $1"
void store_ask_with(Store *s, const char *row, const char *key);
/* The same where the work can be done again: it may begin without a trip, taking for granted that nobody else has
 * written since this handle did and that the keys are new. Where the database says otherwise, when it is first asked
 * something or at the latest in store_commit(), the transaction is lost and nothing of it kept; begin again with
 * store_begin_for(). */
MUST_USE bool store_begin_assuming(Store *s, const StoreExpected *list, size_t count, Err *err);
/* Inside a transaction, and nothing is taken for granted any more. */
MUST_USE bool store_expect(Store *s, const StoreExpected *list, size_t count, Err *err);

/* ---- The log ----------------------------------------------------------------------------------------------------- */

/* Appends in one transaction: gives seq, prev, hash and checks versions (STALE_FORM unless e->version is the next; 0
 * takes the next). Seals e->sealed under e->person's key (made at first use; WRONG_STATE if the person was erased).
 * After a failure roll back, to the savepoint or wholly. */
MUST_USE bool store_append(Store *s, Arena *a, Event *events, size_t count, Err *err);
/* Calls back for each event in order; sealed data is opened (e->sealed NULL and data.erased set where the key is gone).
 * Return false from the callback to stop. Events live in a scratch arena that is reset between calls. */
typedef bool (*StoreEach)(void *host, const Event *e);
MUST_USE bool store_each(Store *s, int64_t from_seq, int64_t to_seq, StoreEach each, void *host,
                         Err *err); /* to 0: end */
/* The same for those events only whose bytes hold `needle`; the others are passed over unread, which is far quicker. */
MUST_USE bool store_each_with(Store *s, int64_t from_seq, int64_t to_seq, Str needle, StoreEach each, void *host,
                              Err *err);
/* The same as store_each() without opening what is sealed (e->sealed NULL), for what shows nobody's data. */
MUST_USE bool store_each_closed(Store *s, int64_t from_seq, int64_t to_seq, StoreEach each, void *host, Err *err);
MUST_USE bool store_each_of(Store *s, Str stream, StoreEach each, void *host, Err *err);
/* Every event of the log, stream after stream in the order of their names' bytes, each from its first event on; ended()
 * after the last of each, and events live until then. Both return false to stop. LOG_DAMAGED for an event that stands
 * in another's place. */
MUST_USE bool store_each_stream(Store *s, StoreEach each, bool (*ended)(void *host), void *host, Err *err);
int64_t store_size(Store *s);                   /* events in the log */
int64_t store_version_of(Store *s, Str stream); /* 0 if there is none */
/* The outcome of an earlier command with this key: *ret NULL if there was none. KEY_REUSED if its request
 * hash differs. */
MUST_USE bool store_done(Store *s, Arena *a, Str key, Hash request, Json **ret, Err *err);
/* Remembers it, in the same transaction as its events. */
MUST_USE bool store_done_set(Store *s, Arena *a, Str key, Hash request, const Json *outcome, Err *err);

typedef struct {
    int64_t events;    /* walked */
    int64_t first_bad; /* seq of the first bad event, 0 if all is well */
    char why[200];     /* "hash differs", "chain broken", "leaf differs from the tree", … */
    Hash root;
} StoreVerify;
/* Walks the whole log: chain, hashes, Merkle tree, checkpoints, gaps in seq. True if it could walk; look
 * at first_bad. */
MUST_USE bool store_verify(Store *s, StoreVerify *ret, Err *err);
/* Signs a checkpoint of the log as it is, stores it, returns the note. Only in STORE_WRITE. */
MUST_USE bool store_checkpoint(Store *s, Arena *a, Instant now, Str *ret_note, Err *err);
/* Keeps a checkpoint that a witness has co-signed, if it is the newest. */
MUST_USE bool store_add_cosignature(Store *s, Arena *a, Str note, const NoteKey *witness, Instant now, Err *err);
MUST_USE bool store_last_checkpoint(Store *s, Arena *a, Str *ret_note, Err *err); /* NOT_FOUND if none */
MUST_USE bool store_root(Store *s, uint64_t size, Hash *ret, Err *err); /* of the tree of the first `size` events */
Str store_log_verifier(Store *s, Arena *a);                             /* verifier key text of the log */
/* The bytes of a C2SP tile or entry bundle; NOT_FOUND beyond the log. */
MUST_USE bool store_tile(Store *s, Arena *a, int level, uint64_t index, int width, Str *ret, Err *err);
MUST_USE bool store_inclusion(Store *s, int64_t seq, uint64_t size, Hash *ret, size_t *ret_count, Err *err);
MUST_USE bool store_consistency(Store *s, uint64_t old_size, uint64_t new_size, Hash *ret, size_t *ret_count, Err *err);

/* A signed note that names case, step, time, the hash of the form and the hash of the entry: who filed can prove it.
 * The same bytes at each call. NOT_FOUND for an entry whose step gives no receipt. */
MUST_USE bool store_receipt(Store *s, Arena *a, int64_t seq, Str *ret_note, Err *err);
/* Whether this log signed the receipt and holds what it names. LOG_DAMAGED if not. */
MUST_USE bool store_check_receipt(Store *s, Arena *a, Str note, Err *err);

/* A secret for a purpose, derived from the store key: the same at each call, unknown to anybody without the
 * key file. */
MUST_USE bool store_secret(Store *s, Str purpose, Hash *ret, Err *err);
/* Seals a text that stands outside the log, such as an address to write to, inside a transaction: under the key of the
 * person (made at first use; WRONG_STATE if the person was erased), or, where person is empty, under one of the place.
 * `place` is bound into the box, so that boxes cannot be exchanged. */
MUST_USE bool store_seal(Store *s, Arena *a, Str person, Str place, Str text, Str *ret_box, Err *err);
/* *ret.ptr is NULL where the person's key is gone or the box does not belong to the place. */
MUST_USE bool store_unseal(Store *s, Arena *a, Str person, Str place, Str box, Str *ret, Err *err);
/* Destroys a person's key. The log stays as it is; what was sealed cannot be read any more. */
MUST_USE bool store_erase_person(Store *s, Str person, Err *err);
/* The newest checkpoint, read and checked once for any number of proofs. NOT_FOUND before the first one. */
typedef struct {
    Str note;
    uint64_t size;
    Hash root;
} StoreSigned;
MUST_USE bool store_signed(Store *s, Arena *a, StoreSigned *ret, Err *err);
/* What a person takes home to prove their own entry to anybody: {checkpoint, entry, index, inclusion, and where it can
 * still be read salt and sealed}; SHA-256(salt ‖ canonical sealed) is the entry's c. NOT_FOUND beyond
 * the checkpoint. */
MUST_USE bool store_disclose(Store *s, Arena *a, const StoreSigned *at, int64_t seq, Json **ret, Err *err);

/* ---- Read tables: SQL for the rooms `project` and `query` -------------------------------------------------------- */

typedef enum { STORE_NULL = 0, STORE_INT, STORE_TEXT, STORE_BLOB } StoreKind;
typedef struct {
    StoreKind kind;
    int64_t i;
    Str s;
} StoreValue;
#define STORE_I(n) ((StoreValue){.kind = STORE_INT, .i = (n)})
#define STORE_S(text) ((StoreValue){.kind = STORE_TEXT, .s = (text)})
#define STORE_B(bytes) ((StoreValue){.kind = STORE_BLOB, .s = (bytes)})

/* sql is a string literal that both engines understand: parameters $1, $2, …; types BIGINT,
 * TEXT and BLOB (written BLOB, becomes BYTEA); prepared once per handle and literal. Integers, text and blobs only.
 * A table for whose rows one tree of pages shall do with SQLite, too: INTEGER PRIMARY KEY for a number (64 bits with
 * both), WITHOUT ROWID for small rows by another key; PostgreSQL is not sent that. */
MUST_USE bool store_exec(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
/* The same, but inside a transaction it may wait, as said at store_savepoint(), and go to the database with others. For
 * statements that fail only if the database does. */
MUST_USE bool store_exec_later(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
typedef struct {
    const char *const *columns;
    StoreValue *cells; /* rows × column_count */
    size_t column_count, row_count;
} StoreRows;
MUST_USE bool store_query(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, StoreRows *ret,
                          Err *err);
/* The same, without the columns' names. Inside of a transaction the handle may remember the answer of an earlier one,
 * while nobody but itself has written to the log. For small questions that every command asks, to one read table, whose
 * rows are told apart by text parameter `by` (from 0), which a row keeps for life. */
MUST_USE bool store_query_kept(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, size_t by,
                               StoreRows *ret, Err *err);
/* The same question as was given to store_ask_with(); its only parameter is `stream`. Asked as store_query() does it
 * unless it was answered with what was expected and nothing was written to that row since. */
MUST_USE bool store_query_expected(Store *s, Arena *a, const char *sql, Str stream, StoreRows *ret, Err *err);
/* Row by row, without holding all; the cells are good only inside the call. */
typedef bool (*StoreRow)(void *host, const StoreValue *cells, size_t column_count);
MUST_USE bool store_rows(Store *s, const char *sql, const StoreValue *params, size_t count, StoreRow each, void *host,
                         Err *err);
/* True if the last failure of store_exec was a unique constraint. */
bool store_was_duplicate(const Store *s);

/* ---- Replicas ---------------------------------------------------------------------------------------------------- */
/* How far the history of this database goes, as a number that grows: what was acknowledged before it was asked of the
 * database that takes writes is there for whoever reads at this number or past it. Of a replica: how far it has
 * followed. STORE_BUSY once one has become the other; 0 for SQLite. */
MUST_USE bool store_position(Store *s, int64_t *ret, Err *err);
/* Opens a database that follows `of`, to read from. Of several hosts one that follows; STORE_BUSY where none does. Once
 * its connection is lost every call fails with STORE_BUSY: close it then. BAD_USAGE for what is no replica of this
 * store. */
MUST_USE bool store_open_replica(Str url, Store *of, Store **ret, Err *err);

/* ---- Care -------------------------------------------------------------------------------------------------------- */
/* Whether the store is a file, so that store_backup() writes it whole while it is in use; else it is copied. */
bool store_is_file(const Store *s);
MUST_USE bool store_backup(Store *s, Str to_path, Err *err);

/* A table that stands beside the log. Literals: `read` gives the columns that `write` takes as $1, $2, … */
typedef struct {
    const char *name, *read, *write;
} StoreTable;
/* To an empty store of either engine, as of one moment: the log with its keys, and the rows of those of the tables that
 * `from` has (`to` has them all). The same root afterwards. ALREADY_EXISTS, LOG_DAMAGED: nothing is kept. */
MUST_USE bool store_copy(Store *from, Store *to, const StoreTable *beside, size_t count, Err *err);
/* Writes the checkpoint and all tiles it covers as files under folder, for a plain web server. Safe to repeat. */
MUST_USE bool store_export(Store *s, Arena *a, Str folder, Err *err);
/* Settings that are unsafe (fsync off, key file readable by others, …), one line each. */
MUST_USE bool store_doctor(Store *s, Arena *a, Json **ret_findings, Err *err);

#endif
