/* replay_test.c: stores of every released schema must open, verify to the same root and go on. One file each, kept for
 * ever.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

#include <string.h>

static const struct {
    const char *file, *root;
    int64_t events;
} RELEASED[] = {
    {"tests/replay/schema-1.db", "a251f104cecbdb11e4054225d55deed3785720ca7a195d871d8fe8f1c88c1fa9", 300},
};

typedef struct {
    int opened, erased;
} Seen;

static bool look(void *host, const Event *e)
{
    Seen *s = host;
    s->opened += str_eq_c(json_text_at(e->sealed, "name"), "Ким");
    s->erased += json_is_true(json_get(e->data, "erased"));
    return true;
}

static void check_store(Arena *a, Store *s, size_t i)
{
    Err err = {0};
    StoreVerify v;
    Seen seen = {0};
    Str note;
    Json *outcome = NULL;
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    eq_int(v.events, RELEASED[i].events);
    eq_text(hex_print(a, HASH_STR(v.root)), RELEASED[i].root);
    check(store_each(s, 1, 0, look, &seen, &err));
    eq_int(seen.opened, 5);
    eq_int(seen.erased, 1);
    StoreRows r;
    check(store_query(s, a, "SELECT request FROM log_commands WHERE key = 'c-7'", NULL, 0, &r, &err));
    eq_int(r.row_count, 1);
    Hash request;
    memcpy(request.b, r.cells[0].s.ptr, sizeof request.b);
    check(store_done(s, a, STR("c-7"), request, &outcome, &err) && json_to_int(json_get(outcome, "number"), 0) == 7);
    engine_fill(s, 300);
    check(store_checkpoint(s, a, (Instant){1800000000000}, &note, &err));
    check(store_verify(s, &v, &err) && v.first_bad == 0);
}

BOTH(stores_of_every_released_schema_open_and_go_on)
{
    Err err = {0};
    for (size_t i = 0; i < COUNT_OF(RELEASED); i++) {
        bool is_pg = str_starts(url, STR("postgres"));
        Str old = engine_path(a, str_printf(a, "old%d", (int)i).ptr), key = str_printf(a, "%.*s.key", STR_ARG(old));
        if (is_pg) { /* the copy of an old store is one too */
            key = engine_path(a, "pg.key");
        }
        check(engine_shell(str_printf(a, "cp %s %.*s && cp %s.key %.*s", RELEASED[i].file, STR_ARG(old),
                                      RELEASED[i].file, STR_ARG(key))
                               .ptr));
        Store *s = engine_open(old, STORE_WRITE);
        if (is_pg) {
            Store *to = engine_create(url);
            check(store_copy(s, to, NULL, 0, &err));
            store_close(s);
            s = to;
        }
        check_store(a, s, i);
        store_close(s);
    }
}
