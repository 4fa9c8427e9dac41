/* store_verify_row.c: the checks of an event that need no other event: bytes, hash, leaf, mark. One thread reads,
 * another does these and then those that depend on the order; a batch is with one of them at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_verify_int.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum { BATCH_BYTES = 4 * 1024 * 1024, BATCHES = 2 };

struct VerifyWork {
    const Store *s; /* its keys only */
    VerifyOrder *order;
    VerifyBatch batch[BATCHES];
    int filling;    /* which of them is being filled; the other one is checked, or empty */
    Arena *scratch; /* from here on of the thread that checks */
    char *entry;
    size_t entry_room;
    Arena *entry_arena;
    IndexMark mark;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    VerifyBatch *at_work; /* under the lock: NULL while there is nothing to check */
    bool has_thread, is_over;
};

/* ---- One event --------------------------------------------------------------------------------------------------- */

void index_mark_add(IndexMark *m, Str stream, int64_t version, int64_t seq)
{
    uint64_t part;
    unsigned char one[crypto_shorthash_BYTES];
    crypto_shorthash(one, (const unsigned char *)stream.ptr, stream.len, m->key);
    memcpy(&part, one, sizeof part);
    uint64_t in[] = {part, (uint64_t)version, (uint64_t)seq};
    crypto_shorthash(one, (const unsigned char *)in, sizeof in, m->key);
    memcpy(&part, one, sizeof part);
    m->sum += part;
}

/* The id of a stream without JSON escapes. */
static Str plain_stream(VerifyWork *w, const EventScan *e)
{
    if (e->stream.len == 0 || memchr(e->stream.ptr, '\\', e->stream.len) == NULL) {
        return e->stream;
    }
    Json *j;
    Str quoted = str_printf(w->scratch, "\"%.*s\"", STR_ARG(e->stream));
    return json_parse(w->scratch, quoted, &j, NULL) ? json_text(j) : e->stream;
}

static Hash leaf_of(VerifyWork *w, const EventScan *e, Hash hash, Hash stream)
{
    if (EVENT_ENTRY_ROOM + e->public_facts.len > w->entry_room) {
        w->entry_room = (EVENT_ENTRY_ROOM + e->public_facts.len) * 2;
        arena_reset(w->entry_arena);
        w->entry = arena_alloc(w->entry_arena, w->entry_room);
    }
    return merkle_leaf((Str){w->entry, event_scan_entry(e, hash, stream, w->entry)});
}

static const char *check_row(VerifyWork *w, VerifyRow *r)
{
    EventScan e;
    bool is_event = event_scan(r->bytes, &e);
    Str stream = is_event ? plain_stream(w, &e) : STR("");
    r->hash = hash_of(r->bytes);
    if (!str_eq(r->column_hash, HASH_STR(r->hash))) {
        return "hash differs: the event was changed";
    }
    if (!is_event) {
        return "not the bytes of an event";
    }
    if (!str_eq(stream, r->column_stream) || e.version != r->column_version) {
        return "its case or version in the table differs from the event";
    }
    r->stream_hash = hash_of(stream);
    r->version = e.version;
    r->prev = e.prev;
    r->leaf = leaf_of(w, &e, r->hash, r->stream_hash);
    if (!str_eq(r->column_leaf, HASH_STR(r->leaf))) {
        return "leaf differs from the tree";
    }
    if (w->s->keys.is_known) {
        unsigned char mac[MAC_BYTES];
        keys_mac(w->s, r->seq, r->hash, mac);
        if (!str_eq(r->column_mac, (Str){(const char *)mac, sizeof mac})) {
            return "it was not written by this program: the mark under the store's key is wrong";
        }
    }
    index_mark_add(&w->mark, stream, e.version, r->seq);
    return NULL;
}

static void check_batch(VerifyWork *w, VerifyBatch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        b->rows[i].why = check_row(w, &b->rows[i]);
    }
    verify_in_order(w->order, b);
    arena_reset(w->scratch);
}

/* ---- The thread -------------------------------------------------------------------------------------------------- */

static void *work(void *host)
{
    VerifyWork *w = host;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->at_work == NULL && !w->is_over) {
            pthread_cond_wait(&w->change, &w->lock);
        }
        if (w->at_work == NULL) {
            break;
        }
        VerifyBatch *b = w->at_work;
        pthread_mutex_unlock(&w->lock);
        check_batch(w, b);
        pthread_mutex_lock(&w->lock);
        w->at_work = NULL;
        pthread_cond_broadcast(&w->change);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void wait_for_work(VerifyWork *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->at_work != NULL) {
        pthread_cond_wait(&w->change, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

/* A log that fits into one batch, or a machine without threads to give, checks here. */
static void start_work(VerifyWork *w, VerifyBatch *b)
{
    bool is_full = b->count == VERIFY_ROWS || b->bytes >= BATCH_BYTES;
    if (!w->has_thread && is_full) {
        w->has_thread = pthread_create(&w->thread, NULL, work, w) == 0;
    }
    if (!w->has_thread) {
        check_batch(w, b);
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->at_work = b;
    pthread_cond_broadcast(&w->change);
    pthread_mutex_unlock(&w->lock);
}

VerifyWork *verify_work_new(Arena *a, const Store *s, VerifyOrder *order)
{
    VerifyWork *w = ARENA_NEW(a, VerifyWork);
    w->s = s;
    w->order = order;
    w->scratch = arena_new(0);
    w->entry_arena = arena_new(0);
    for (int i = 0; i < BATCHES; i++) {
        w->batch[i].arena = arena_new(0);
        w->batch[i].rows = ARENA_ARRAY(a, VerifyRow, VERIFY_ROWS);
    }
    randombytes_buf(w->mark.key, sizeof w->mark.key);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->change, NULL);
    return w;
}

void verify_work_end(VerifyWork *w)
{
    pthread_mutex_lock(&w->lock);
    w->is_over = true;
    pthread_cond_broadcast(&w->change);
    pthread_mutex_unlock(&w->lock);
    if (w->has_thread) {
        pthread_join(w->thread, NULL);
    }
    pthread_cond_destroy(&w->change);
    pthread_mutex_destroy(&w->lock);
    for (int i = 0; i < BATCHES; i++) {
        arena_free(w->batch[i].arena);
    }
    arena_free(w->entry_arena);
    arena_free(w->scratch);
}

/* One copy for all texts of the row. */
static void copy_texts(Arena *a, VerifyRow *r)
{
    Str *const texts[] = {&r->column_stream, &r->bytes, &r->column_hash, &r->column_leaf, &r->column_mac};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *texts[i] = str_copy(a, *texts[i]);
    }
}

static void empty_if_read(VerifyBatch *b)
{
    if (b->is_read) {
        arena_reset(b->arena);
        b->count = b->bytes = 0;
        b->is_read = false;
    }
}

bool verify_add(VerifyWork *w, const VerifyRow *row)
{
    VerifyBatch *b = &w->batch[w->filling];
    empty_if_read(b);
    VerifyRow *r = &b->rows[b->count++];
    *r = *row;
    copy_texts(b->arena, r);
    b->bytes += r->bytes.len;
    return b->count == VERIFY_ROWS || b->bytes >= BATCH_BYTES;
}

const VerifyBatch *verify_swap(VerifyWork *w)
{
    VerifyBatch *full = &w->batch[w->filling], *done = &w->batch[1 - w->filling];
    wait_for_work(w);
    empty_if_read(full);
    if (full->count > 0) {
        start_work(w, full);
    }
    w->filling = 1 - w->filling;
    done->is_read = true;
    return done->count > 0 ? done : NULL;
}

const IndexMark *verify_mark(const VerifyWork *w)
{
    return &w->mark;
}
