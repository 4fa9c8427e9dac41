/* assume_test.c: a transaction that takes for granted that nobody else has written, where nobody has and where somebody
 * has: it is either right or lost as a whole, and done again it is right.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

enum { QUIET = 8 }; /* commits after which a handle may assume; PostgreSQL only */

typedef struct {
    bool reads;     /* asks the database something before it writes */
    bool appends;   /* one event */
    int64_t opens;  /* its version; 0: the next */
    const char *in; /* the event's case */
} Work;

static int64_t count(Store *s, Arena *a, Err *err)
{
    StoreRows rows;
    return store_query(s, a, "SELECT n FROM marks", NULL, 0, &rows, err) ? (int64_t)rows.row_count : -1;
}

static bool begin(Store *s, Str key, bool assuming, Err *err)
{
    StoreExpected about = {.key = key};
    return assuming ? store_begin_assuming(s, &about, 1, err) : store_begin_for(s, &about, 1, err);
}

/* As the lane does it. *ret_repeated: it had been done. */
static bool try_once(Store *s, Arena *a, const Work *w, Str key, bool assuming, bool *ret_repeated, Err *err)
{
    Json *before = NULL;
    Event e = engine_event(a, w->in, w->opens);
    bool ok = begin(s, key, assuming, err) && store_savepoint(s, err) &&
              store_done(s, a, key, hash_of(key), &before, err) && (!w->reads || count(s, a, err) >= 0);
    *ret_repeated = ok && before != NULL;
    StoreValue n[] = {STORE_I(1)};
    if (ok && before == NULL) {
        ok = (!w->appends || store_append(s, a, &e, 1, err)) &&
             store_exec_later(s, "INSERT INTO marks(n) VALUES ($1)", n, 1, err) &&
             store_done_set(s, a, key, hash_of(key), e.data, err);
    }
    if (ok && store_release(s, err)) {
        return store_commit(s, err);
    }
    store_rollback_to(s);
    store_rollback(s);
    return false;
}

/* Assuming, and where that was wrong again without. True where it was wrong. */
static bool do_it(Store *s, Arena *a, const Work *w, const char *key, bool *ret_repeated, Err *err)
{
    if (try_once(s, a, w, str_from_c(key), true, ret_repeated, err)) {
        return false;
    }
    check(store_kept_nothing(s));
    (void)!try_once(s, a, w, str_from_c(key), false, ret_repeated, err);
    return true;
}

/* A handle that nobody has disturbed for a while, and another one. */
static Store *quiet_handle(Arena *a, Str url, Store **ret_other)
{
    Err err = {0};
    bool repeated;
    Store *s = engine_create(url);
    check(store_exec(s, "CREATE TABLE marks(n BIGINT NOT NULL)", NULL, 0, &err));
    *ret_other = engine_open(url, STORE_WRITE);
    for (int i = 0; i < QUIET; i++) {
        Work w = {.appends = true, .reads = i % 2 == 1, .in = "case-1"};
        check(!do_it(s, a, &w, str_printf(a, "quiet-%d", i).ptr, &repeated, &err) && !repeated);
    }
    return s;
}

static void check_store(Store *s, Arena *a, int64_t events, int64_t marks)
{
    StoreVerify v;
    Err err = {0};
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    eq_int(v.events, events);
    eq_int(count(s, a, &err), marks);
}

BOTH(whoever_assumes_wrongly_is_lost_as_a_whole_and_right_when_done_again)
{
    static const Work WORKS[] = {
        {.appends = true, .in = "case-1"},                             /* shows in the commit */
        {.appends = true, .reads = true, .in = "case-1"},              /* shows in the first question */
        {.appends = true, .opens = 1, .in = "case-new"},               /* a first event of a stream */
        {.appends = true, .opens = 1, .reads = true, .in = "case-n2"}, /* the same, after a question */
        {.in = "case-1"},                                              /* writes to no log: asked before the commit */
    };
    Store *other;
    Store *s = quiet_handle(a, url, &other);
    bool is_pg = str_eq(str_from_c(store_engine(s)), STR("postgres"));
    int64_t events = QUIET, marks = QUIET;
    for (size_t i = 0; i < COUNT_OF(WORKS); i++) {
        Err err = {0};
        bool repeated, wrong;
        for (int k = 0; k < QUIET; k++, events++, marks++) { /* quiet again */
            check(!do_it(s, a, &WORKS[0], str_printf(a, "again-%zu-%d", i, k).ptr, &repeated, &err));
        }
        check(!do_it(other, a, &WORKS[0], str_printf(a, "other-%zu", i).ptr, &repeated, &err));
        wrong = do_it(s, a, &WORKS[i], str_printf(a, "own-%zu", i).ptr, &repeated, &err);
        eq_int(wrong, is_pg);
        check(!repeated);
        events += 1 + WORKS[i].appends;
        marks += 2;
        check_store(s, a, events, marks);
    }
    store_close(other);
    store_close(s);
}

BOTH(a_command_that_somebody_else_did_is_not_done_again)
{
    static const Work WORKS[] = {
        {.appends = true, .in = "case-1"}, {.appends = true, .reads = true, .in = "case-1"}, {.in = "case-1"}};
    Store *other;
    Store *s = quiet_handle(a, url, &other);
    for (size_t i = 0; i < COUNT_OF(WORKS); i++) {
        Err err = {0};
        bool repeated = true;
        const char *key = str_printf(a, "key-%zu", i).ptr;
        for (int k = 0; k < QUIET; k++) {
            check(!do_it(s, a, &WORKS[0], str_printf(a, "again-%zu-%d", i, k).ptr, &repeated, &err));
        }
        check(!do_it(other, a, &WORKS[2], key, &repeated, &err) && !repeated); /* the log has the same size still */
        (void)do_it(s, a, &WORKS[i], key, &repeated, &err);
        check(repeated);
    }
    check_store(s, a, QUIET + 3 * QUIET, QUIET + 3 * QUIET + 3);
    store_close(other);
    store_close(s);
}

BOTH(who_says_that_a_case_is_new_is_told_that_it_is_not)
{
    Store *other;
    Store *s = quiet_handle(a, url, &other);
    Work opens = {.appends = true, .opens = 1, .in = "case-9"};
    Err err = {0};
    bool repeated;
    check(!do_it(other, a, &opens, "other", &repeated, &err));
    for (int k = 0; k < QUIET; k++) {
        Work w = {.appends = true, .in = "case-1"};
        (void)do_it(s, a, &w, str_printf(a, "again-%d", k).ptr, &repeated, &err);
    }
    err = (Err){0};
    check(do_it(s, a, &opens, "own", &repeated, &err));
    eq_int(err.code, STALE_FORM);
    check_store(s, a, QUIET + 1 + QUIET, QUIET + 1 + QUIET);
    store_close(other);
    store_close(s);
}
