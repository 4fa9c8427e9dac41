/* store_int.h: what the files of the room share: the engine's table, the state of a handle, keys. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include "base/map.h"
#include "store.h"

enum {
    TILE = 256,
    MAX_COLUMNS = 64,
    MAC_BYTES = 16,
    KEY_BYTES = 32,
    HEAD_SLOTS = 4096,
    KEY_SLOTS = 256,
    MOST_UNDONE = 64
};

/* Where rows go. columns may be NULL; it is called once, before the first row and also without any. */
typedef struct {
    void (*columns)(void *host, const char *const *names, size_t count);
    StoreRow each;
    void *host;
} RowSink;

/* A sum over (stream, version, seq) of all events that does not depend on their order, under a key of the moment. */
typedef struct {
    unsigned char key[16];
    uint64_t sum;
} IndexMark;
void index_mark_add(IndexMark *m, Str stream, int64_t version, int64_t seq);

/* A statement without rows that has been asked for and not been sent yet; params are copies. */
typedef struct {
    const char *sql;
    const StoreValue *params;
    size_t count;
    bool is_internal;
    unsigned table; /* which of Later.tables it writes to */
} Waiting;

/* One per database. Statement texts are literals, good for the life of the process. */
typedef struct {
    const char *name;
    bool (*open)(Store *s, Str target, StoreMode mode, Err *err);
    void (*close)(Store *s); /* also removes what is half made */
    /* Write lock, and the size of the log under it (ret_size NULL: there is none yet). What is expected is a hint. */
    bool (*begin)(Store *s, const StoreExpected *list, size_t count, int64_t *ret_size, Err *err);
    /* The same without an answer yet; false: ask. The next run asks what s->assumed says. NULL where asking is cheap.
     */
    bool (*assume)(Store *s);
    bool (*commit)(Store *s, Err *err);
    void (*rollback)(Store *s);
    bool (*is_alive)(
        Store *s); /* the transaction is still there: neither rolled back by the database nor lost with it */
    bool (*is_answered)(
        Store *s); /* after a commit that failed: the database said that it did; NULL where that is not sure */
    bool (*begin_snapshot)(Store *s, Err *err); /* reads until rollback see one state */
    bool (*run)(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink, Err *err);
    /* Like run without rows, but the answer may come later: with the next run or commit. */
    bool (*post)(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
    /* Many of them at once. Those on one table keep their order, others need not. Inside a transaction. */
    bool (*post_all)(Store *s, const Waiting *list, size_t count, Err *err);
    /* The last events of these streams and what is remembered of these keys, into heads and done, and what is assumed;
     * NULL where asking is cheap. */
    bool (*expect)(Store *s, const StoreExpected *list, size_t count, Err *err);
    bool (*script)(Store *s, const char *sql, Err *err); /* several statements, no parameters; internal */
    bool (*backup)(Store *s, Str to_path, Err *err);
    void (*doctor)(Store *s, Arena *a, Json *findings);
    /* Do the indexes of the log say what its tables say? The mark of the table of events is given. */
    bool (*check_indexes)(Store *s, const IndexMark *events, bool *ret_ok, Err *err);
    void (*after_erase)(Store *s);       /* sees to it that the old bytes do not linger */
    void (*bulk)(Store *s, bool begins); /* before a transaction of very many writes, and after it */
    bool is_near;                        /* a statement costs no trip: none need wait in a bulk */
} Engine;

extern const Engine ENGINE_SQLITE, ENGINE_PG;

typedef struct {
    bool is_known; /* false: opened without its key file, which only reading allows */
    NoteKey log;
    unsigned char store_key[KEY_BYTES]; /* wraps the keys of persons */
    unsigned char mac_key[16];          /* derived from store_key: marks events that came through this program */
} Keys;

/* The last event of a stream, so that the next append need not ask. */
typedef struct {
    Hash stream; /* SHA-256 of its id; zero: free */
    int64_t version;
    Hash hash;
} Head;

typedef enum { PERSON_NONE = 0, PERSON_HAS_KEY, PERSON_ERASED } PersonState;
typedef struct {
    uint64_t id; /* str_hash of the person */
    Hash person;
    PersonState state;
    unsigned char key[KEY_BYTES];
} PersonKey;
typedef struct {
    PersonKey slot[KEY_SLOTS];
} KeyCache;

/* Writes of the transaction that the database has not been sent yet. What reads or changes their tables sends them
 * first. */
typedef struct {
    Arena *arena;
    Waiting *list;
    size_t count, cap, bytes;
    size_t mark;   /* how many stood here at the savepoint */
    Str *tables;   /* that these write to, each once */
    size_t *waits; /* how many to each */
    size_t table_count;
} Later;

/* What a key's command gave; request.ptr NULL: there was no such command. */
typedef struct {
    Str key, request, outcome, mac;
} Done;

/* Commands of this transaction, and those that it has asked the database about. */
typedef struct {
    Arena *arena;
    Map map;    /* key → Done* */
    Str *fresh; /* keys set since the savepoint */
    size_t fresh_count, fresh_cap;
} DoneCache;

/* What a transaction takes for granted until the database is asked: that the log has the size that this handle left it
 * with, and that these keys are new. A wrong guess loses the transaction, at the latest in its commit: the number of an
 * event and the key of a command exist once. */
typedef struct {
    bool is_on; /* nobody has been asked yet */
    StoreExpected *list;
    size_t count;
} Assumed;

/* Answers kept from one transaction to the next, as long as nobody else writes to the log. */
typedef struct KeptAnswer KeptAnswer;
typedef struct {
    Arena *arena;
    KeptAnswer *list;
    size_t count;
    int transactions; /* begun since they were forgotten */
} Kept;

typedef struct {
    Head *slot;
    Head before;
} HeadUndo;

struct Store {
    const Engine *engine;
    void *conn; /* the engine's own */
    Arena *arena;
    StoreMode mode;
    Str key_path, target;
    Keys keys;
    Str log_name, log_verifier;
    bool in_transaction, in_savepoint, is_internal, was_duplicate;
    bool is_bulk;
    bool is_savepoint_sent; /* it is made only when something is written before it ends */
    bool is_lost;           /* the transaction can only be rolled back */
    bool has_kept_nothing;  /* the last one */
    bool
        is_replica; /* it may be behind: a lost connection is not made anew, for the next one could be further behind */
    bool takes_older;         /* only the log is read, which is the same in earlier schemas */
    bool is_half_made;        /* a file of our own making that is no store yet */
    int64_t size, saved_size; /* of the log inside the transaction, at the savepoint */
    Head *heads;              /* HEAD_SLOTS; good while nobody else writes: known_size is the size they belong to */
    int64_t known_size;
    HeadUndo undo[MOST_UNDONE]; /* heads as they were at the savepoint */
    size_t undo_count;
    KeyCache *person_keys; /* inside a transaction */
    int agreed;            /* transactions in a row that began with the log as this handle had left it */
    Later later;
    DoneCache done;
    Assumed assumed;
    Kept kept;
    Kept expected; /* answers to row_question, inside a transaction */
    const char *row_question, *key_question;
};

/* store_later.c */
/* Keeps a copy until it is sent. False with NOT_ALLOWED for a table of the log, unless is_internal. */
MUST_USE bool later_add(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
/* Before sql runs: sends what waits where sql could see or change it. */
MUST_USE bool later_before(Store *s, const char *sql, Err *err);
MUST_USE bool later_send(Store *s, Err *err);
/* The newest waiting row of an INSERT by this very literal whose parameter `at` is text; NULL if none. */
const StoreValue *later_find(const Store *s, const char *sql, size_t at, Str text);
void later_cut(Store *s, size_t count); /* forgets all but the first */
bool later_may_run(const Store *s, const char *sql, Err *err);
Str later_table(const char *sql); /* that an INSERT, UPDATE or DELETE changes; empty for another statement */
extern const char INSERT_EVENT[], INSERT_COMMAND[];

/* store_append.c */
void heads_forget(Store *s);
void heads_at(Store *s, int64_t size); /* the log has this size: what is known of another is forgotten */
void heads_undo(Store *s);             /* back to the savepoint */
bool heads_know(Store *s, Str stream); /* or it waits to be written */
void heads_set(Store *s, Str stream, int64_t version, Str hash);
MUST_USE bool heads_find(Store *s, Str stream, Head **ret, Err *err);

/* store_kept.c */
void kept_forget(Store *s);
void kept_begin(Store *s); /* of a transaction */
void kept_before_write(Store *s, const char *sql, const StoreValue *params, size_t count);
void expected_forget(Store *s);
void expected_keep(Store *s, Str stream, const StoreRows *rows); /* copied */
bool expected_knows(const Store *s, Str stream);

/* store_transaction.c */
void assumed_wrong(Store *s); /* the database says otherwise */

/* store_done.c */
Arena *done_arena(Store *s); /* until the transaction ends */
void done_forget(Store *s);
void done_undo(Store *s);                /* back to the savepoint */
void done_forget_fresh(Store *s);        /* the savepoint was released */
void done_know(Store *s, const Done *d); /* copied */

/* Statements of our own, which the guard over the log's tables lets through. */
MUST_USE bool store_run(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink,
                        Err *err);
MUST_USE bool store_post(Store *s, const char *sql, const StoreValue *params, size_t count, Err *err);
MUST_USE bool store_script(Store *s, const char *sql, Err *err);
/* One integer, or otherwise if there is no row or it is NULL. */
MUST_USE bool store_int(Store *s, const char *sql, const StoreValue *params, size_t count, int64_t *ret, Err *err);
/* One text or blob copied to a; *ret.ptr NULL if there is no row. */
MUST_USE bool store_text(Store *s, Arena *a, const char *sql, const StoreValue *params, size_t count, Str *ret,
                         Err *err);
/* Puts what the database said into err->detail. */
bool store_err(Err *err, ErrCode code, const char *detail);
/* Reads past the writes that wait; the caller has looked at them. */
MUST_USE bool store_peek(Store *s, const char *sql, const StoreValue *params, size_t count, const RowSink *sink,
                         Err *err);

/* store.c: what store_open() does. */
typedef enum { OPEN_PLAIN, OPEN_REPLICA /* of several hosts one that follows */, OPEN_LOG } StoreOpening;
MUST_USE bool store_open_as(Str url, StoreMode mode, StoreOpening how, Store **ret, Err *err);

/* store_schema.c */
MUST_USE bool schema_create(Store *s, Err *err);
MUST_USE bool schema_migrate(Store *s, Err *err);

/* store_keys.c */
MUST_USE bool keys_make(Store *s, Err *err);
MUST_USE bool keys_load(Store *s, Err *err);
MUST_USE bool keys_save(Store *s, Err *err);
void keys_mac(const Store *s, int64_t seq, Hash hash, unsigned char ret[MAC_BYTES]);
bool keys_can_unwrap(const Store *s, Str person, Str wrapped);
/* The same mark over a remembered command. */
void keys_mac_command(const Store *s, Arena *a, Str key, Str request, Str outcome, unsigned char ret[MAC_BYTES]);
void key_cache_wipe(KeyCache *c);
/* The key of a person as the database holds it; NULL as wrapped: destroyed. Inside a transaction. */
void keys_learn(Store *s, Str person, StoreValue wrapped);
/* The key of a person, made at first use inside a transaction; the same without making one: *ret_has false where there
 * is none. */
MUST_USE bool keys_of_person(Store *s, Arena *a, Str person, unsigned char ret[KEY_BYTES], Err *err);
MUST_USE bool keys_known_of_person(Store *s, Str person, unsigned char ret[KEY_BYTES], bool *ret_has, Err *err);
/* Seals e->sealed: fills e->commitment and gives the box. Makes the person's key at first use. */
MUST_USE bool seal(Store *s, Arena *a, Event *e, Str *ret_box, Err *err);
/* Opens the box into e->sealed; marks data.erased or data.locked where that cannot be. */
MUST_USE bool unseal(Store *s, KeyCache *c, Arena *a, Event *e, Str box, Str *ret_salt, Err *err);
/* The last checkpoint that this key signed, kept beside the key file, outside the database. Empty if none. */
Str keys_last_note(Store *s, Arena *a);
MUST_USE bool keys_set_last_note(Store *s, Str note, Err *err);

/* store_tree.c */
MUST_USE bool tree_complete_tiles(Store *s, int64_t size, Err *err);
MUST_USE bool tree_root(Store *s, uint64_t size, Hash *ret, Err *err);
bool tree_read(void *store, int level, uint64_t index, Hash *ret);

/* store_verify.c: walks events (from_seq, end]; checks all that needs no earlier event unless from_seq is 0. */
MUST_USE bool verify_walk(Store *s, int64_t from_seq, StoreVerify *ret, Err *err);

#endif
