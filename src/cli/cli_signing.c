/* cli_signing.c: who signs decisions with a key of their own, and from when on they must.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "flow/sign.h"

static bool read_state(Cli *c, Json **ret, Err *err)
{
    StoreRows keys, events;
    if (!store_query(c->flow.store, c->a,
                     "SELECT account, id FROM signing_keys WHERE removed = 0 ORDER BY account, added", NULL, 0, &keys,
                     err) ||
        !store_query(c->flow.store, c->a, "SELECT event FROM signing_events ORDER BY event", NULL, 0, &events, err)) {
        return false;
    }
    *ret = json_new_object(c->a);
    Json *list = json_set(c->a, *ret, STR("keys"), json_new_array(c->a));
    for (size_t i = 0; i < keys.row_count; i++) {
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("account"), json_new_str(c->a, keys.cells[i * keys.column_count].s));
        json_set(c->a, j, STR("id"), json_new_str(c->a, keys.cells[i * keys.column_count + 1].s));
        json_push(c->a, list, j);
    }
    list = json_set(c->a, *ret, STR("must_be_signed"), json_new_array(c->a));
    for (size_t i = 0; i < events.row_count; i++) {
        json_push(c->a, list, json_new_str(c->a, events.cells[i * events.column_count].s));
    }
    return true;
}

static void print_state(Cli *c, const Json *state)
{
    const Json *keys = json_get(state, "keys"), *events = json_get(state, "must_be_signed");
    fprintf(c->out, "%zu keys\n", json_count(keys));
    for (size_t i = 0; i < json_count(keys); i++) {
        fprintf(c->out, "  %.*s  %.*s\n", STR_ARG(json_text_at(keys->items[i], "account")),
                STR_ARG(json_text_at(keys->items[i], "id")));
    }
    fprintf(c->out, json_count(events) > 0 ? "These events must be signed:\n" : "Who has a key signs; nobody must.\n");
    for (size_t i = 0; i < json_count(events); i++) {
        fprintf(c->out, "  %.*s\n", STR_ARG(json_text(events->items[i])));
    }
}

int cli_signing(Cli *c)
{
    Err err;
    Instant now;
    Json *state;
    bool require = c->argc == 2 && str_eq_c(str_from_c(c->argv[1]), "require");
    if (c->argc > 1 && !require) {
        return cli_usage(c, "Say signing, or signing require.");
    }
    if (!cli_open(c, require ? STORE_WRITE : STORE_READ, &err)) {
        return cli_fail(c, &err);
    }
    if (require) {
        const Scheme *s = cli_scheme(c, &err);
        Str by = c->as.len > 0 ? c->as : STR("system");
        if (s == NULL || !cli_now(c, &now, &err) || !sign_require(&c->flow, c->a, s, by, now, &state, &err)) {
            return cli_fail(c, &err);
        }
    }
    if (!read_state(c, &state, &err)) {
        return cli_fail(c, &err);
    }
    if (c->json) {
        cli_print_json(c, state);
    } else {
        print_state(c, state);
    }
    return 0;
}
