/* expected_test.c: rows and persons' keys that were asked for with what a group is about: whoever writes in between, an
 * answer is what the database would say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

static const char CARD[] = "SELECT id, n FROM cards WHERE id = $1";
static const StoreExpected ABOUT[] = {{.key = STR_INIT("k1"), .stream = STR_INIT("card-1")},
                                      {.key = STR_INIT("k2"), .stream = STR_INIT("card-2")},
                                      {.key = STR_INIT("k3"), .stream = STR_INIT("card-none")}};

static int64_t card(Store *s, Arena *a, const char *id)
{
    StoreRows rows;
    Err err = {0};
    check(store_query_expected(s, a, CARD, str_from_c(id), &rows, &err));
    check(rows.row_count <= 1);
    return rows.row_count == 1 ? rows.cells[1].i : -1;
}

static void set_card(Store *s, const char *id, int64_t n)
{
    StoreValue p[] = {STORE_S(str_from_c(id)), STORE_S(STR("person-1")), STORE_I(n)};
    Err err = {0};
    check(store_exec_later(
        s, "INSERT INTO cards(id, person, n) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET n = excluded.n", p, 3,
        &err));
}

static Store *with_cards(Str url)
{
    Err err = {0};
    Store *s = engine_create(url);
    check(store_exec(s, "CREATE TABLE cards(id TEXT PRIMARY KEY, person TEXT NOT NULL, n BIGINT NOT NULL)", NULL, 0,
                     &err));
    check(store_begin(s, &err));
    set_card(s, "card-1", 1);
    set_card(s, "card-2", 2);
    check(store_commit(s, &err));
    store_ask_with(s, CARD, STORE_KEY_OF("cards", "person", "id"));
    return s;
}

BOTH(an_expected_row_is_what_the_database_would_say)
{
    Err err = {0};
    Store *s = with_cards(url), *other = engine_open(url, STORE_WRITE);
    check(store_begin_for(s, ABOUT, COUNT_OF(ABOUT), &err));
    eq_int(card(s, a, "card-1"), 1);
    eq_int(card(s, a, "card-none"), -1);
    check(store_savepoint(s, &err));
    set_card(s, "card-1", 11);
    set_card(s, "card-none", 33);
    eq_int(card(s, a, "card-1"), 11);
    eq_int(card(s, a, "card-2"), 2);
    eq_int(card(s, a, "card-none"), 33);
    store_rollback_to(s);
    eq_int(card(s, a, "card-1"), 1);
    eq_int(card(s, a, "card-none"), -1);
    check(store_savepoint(s, &err));
    set_card(s, "card-2", 22);
    check(store_release(s, &err));
    check(store_expect(s, ABOUT, COUNT_OF(ABOUT), &err));
    eq_int(card(s, a, "card-2"), 22);
    check(store_exec(s, "UPDATE cards SET n = n + 100", NULL, 0, &err));
    eq_int(card(s, a, "card-1"), 101);
    eq_int(card(s, a, "card-2"), 122);
    check(store_commit(s, &err));
    check(store_begin(other, &err)); /* another process, which writes to no log */
    set_card(other, "card-1", 7);
    check(store_commit(other, &err));
    check(store_begin_for(s, ABOUT, COUNT_OF(ABOUT), &err));
    eq_int(card(s, a, "card-1"), 7);
    store_rollback(s);
    eq_int(card(s, a, "card-2"), 122); /* outside of a transaction */
    store_close(other);
    store_close(s);
}

static bool seal_one(Store *s, Arena *a, Err *err)
{
    Event e = engine_event(a, "card-1", 0);
    e.person = STR("person-1");
    e.sealed = json_new_object(a);
    json_set(a, e.sealed, STR("name"), json_new_str_c(a, "x"));
    return store_append(s, a, &e, 1, err);
}

BOTH(an_expected_key_is_gone_once_it_was_destroyed)
{
    Err err = {0};
    Store *s = with_cards(url), *other = engine_open(url, STORE_WRITE);
    for (int i = 0; i < 2; i++) { /* it is made, then known */
        check(store_begin_for(s, ABOUT, 1, &err) && seal_one(s, a, &err) && store_commit(s, &err));
    }
    StoreVerify v;
    check(store_verify(other, &v, &err) && v.first_bad == 0 && v.events == 2);
    check(store_erase_person(other, STR("person-1"), &err));
    check(store_begin_for(s, ABOUT, 1, &err));
    check(!seal_one(s, a, &err));
    eq_int(err.code, WRONG_STATE);
    store_rollback(s);
    store_close(other);
    store_close(s);
}
