/* store_transaction.c: transactions, and one savepoint inside them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

enum { AGREED = 4 }; /* so often nobody else has written that it may be assumed */

bool store_begin(Store *s, Err *err)
{
    return store_begin_for(s, NULL, 0, err);
}

static void start(Store *s)
{
    heads_at(s, s->size);
    kept_begin(s);
    s->in_transaction = true;
    s->in_savepoint = s->is_savepoint_sent = s->is_lost = false;
}

bool store_begin_for(Store *s, const StoreExpected *list, size_t count, Err *err)
{
    check_that(!s->in_transaction && s->mode != STORE_READ);
    int64_t known = s->known_size;
    if (!s->engine->begin(s, list, count, &s->size, err)) {
        done_forget(s);
        return false;
    }
    s->agreed = known == s->size ? s->agreed + 1 : 0;
    start(s);
    return true;
}

bool store_begin_bulk(Store *s, Err *err)
{
    check_that(!s->in_transaction);
    s->is_bulk = true;
    s->engine->bulk(s, true);
    if (store_begin(s, err)) {
        return true;
    }
    s->is_bulk = false;
    s->engine->bulk(s, false);
    return false;
}

static void assume(Store *s, const StoreExpected *list, size_t count)
{
    Arena *a = done_arena(s);
    StoreExpected *copy = ARENA_ARRAY(a, StoreExpected, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = (StoreExpected){.key = str_copy(a, list[i].key), .stream = str_copy(a, list[i].stream)};
        if (copy[i].key.len > 0) {
            done_know(s, &(Done){.key = copy[i].key});
        }
    }
    s->assumed = (Assumed){.is_on = true, .list = copy, .count = count};
    s->size = s->known_size;
}

bool store_begin_assuming(Store *s, const StoreExpected *list, size_t count, Err *err)
{
    check_that(!s->in_transaction && s->mode != STORE_READ);
    if (s->agreed < AGREED || s->known_size < 0 || s->engine->assume == NULL || !s->engine->assume(s)) {
        return store_begin_for(s, list, count, err);
    }
    assume(s, list, count);
    start(s);
    return true;
}

void assumed_wrong(Store *s)
{
    s->agreed = 0;
    s->is_lost = true;
}

/* What was assumed is asked for before the commit unless the commit itself would fail: by the number of an event. */
static bool may_commit(Store *s, Err *err)
{
    return !s->assumed.is_on || s->size > s->known_size || s->engine->expect(s, NULL, 0, err);
}

static void end_transaction(Store *s)
{
    s->in_transaction = s->in_savepoint = s->is_savepoint_sent = s->is_lost = false;
    later_cut(s, 0);
    done_forget(s);
    s->assumed = (Assumed){0};
    expected_forget(s);
    key_cache_wipe(s->person_keys);
    if (s->is_bulk) {
        s->is_bulk = false;
        s->engine->bulk(s, false);
    }
}

static bool lost(Err *err)
{
    return err_set(err, STORE_FAILED, "%s", err_plain(STORE_FAILED));
}

bool store_is_lost(const Store *s)
{
    return s->is_lost;
}

bool store_kept_nothing(const Store *s)
{
    return s->has_kept_nothing;
}

bool store_commit(Store *s, Err *err)
{
    check_that(s->in_transaction && !s->in_savepoint);
    bool is_sent = !s->is_lost ? later_send(s, err) && may_commit(s, err) : lost(err);
    if (!is_sent || !s->engine->commit(s, err)) {
        bool may_be_kept = is_sent && (s->engine->is_answered == NULL || !s->engine->is_answered(s));
        s->agreed = 0;
        store_rollback(s);
        s->has_kept_nothing = s->has_kept_nothing && !may_be_kept;
        return false;
    }
    s->known_size = s->size;
    end_transaction(s);
    return true;
}

void store_rollback(Store *s)
{
    if (s->in_transaction) {
        later_cut(s, 0);
        s->in_savepoint = false;
        s->has_kept_nothing = s->engine->is_alive(s);
        s->engine->rollback(s);
        heads_forget(s);
        end_transaction(s);
    }
}

bool store_savepoint(Store *s, Err *err)
{
    check_that(s->in_transaction && !s->in_savepoint);
    if (s->is_lost || !s->engine->is_alive(s)) {
        return lost(err);
    }
    s->saved_size = s->size;
    s->later.mark = s->later.count;
    s->in_savepoint = true;
    s->is_savepoint_sent = false;
    s->undo_count = 0;
    return true;
}

/* Of the engine, past what waits. */
static bool post_own(Store *s, const char *sql, Err *err)
{
    bool before = s->is_internal;
    s->is_internal = true;
    bool ok = s->engine->post(s, sql, NULL, 0, err);
    s->is_internal = before;
    return ok;
}

/* Does not ask for the answer: nobody is told that a command was kept before its group is. */
bool store_release(Store *s, Err *err)
{
    check_that(s->in_savepoint);
    if (s->is_lost || !s->engine->is_alive(s)) {
        s->is_lost = true;
        store_rollback_to(s);
        return lost(err);
    }
    if (s->is_savepoint_sent && !post_own(s, "RELEASE SAVEPOINT one", err)) {
        store_rollback_to(s);
        return false;
    }
    s->in_savepoint = s->is_savepoint_sent = false;
    done_forget_fresh(s);
    return true;
}

bool store_settle(Store *s, Err *err)
{
    check_that(s->in_savepoint);
    return later_send(s, err) && store_peek(s, "SELECT 1", NULL, 0, NULL, err);
}

/* What was posted before and failed takes the first try with it; then nothing is left that could fail. */
static void roll_back_sent(Store *s)
{
    Err ignored;
    bool ok = store_peek(s, "ROLLBACK TO SAVEPOINT one", NULL, 0, NULL, &ignored) ||
              store_peek(s, "ROLLBACK TO SAVEPOINT one", NULL, 0, NULL, &ignored);
    s->is_lost = s->is_lost || !ok || !post_own(s, "RELEASE SAVEPOINT one", &ignored);
}

void store_rollback_to(Store *s)
{
    check_that(s->in_savepoint);
    later_cut(s, s->later.mark);
    if (s->is_savepoint_sent) {
        roll_back_sent(s);
        expected_forget(s); /* they may have been asked after it was sent */
    }
    s->is_savepoint_sent = false;
    s->size = s->saved_size;
    s->in_savepoint = false;
    heads_undo(s);
    kept_forget(s);
    done_undo(s);
    key_cache_wipe(s->person_keys);
}

bool store_expect(Store *s, const StoreExpected *list, size_t count, Err *err)
{
    check_that(s->in_transaction);
    return (count == 0 && !s->assumed.is_on) || s->engine->expect == NULL || s->engine->expect(s, list, count, err);
}
