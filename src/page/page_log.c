/* page_log.c: the public log: its size, the last checkpoint, issued against approved, and single entries with their
 * proof.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { LATEST = 20 };

static bool add_balance(const PageView *v, Json *model, Err *err)
{
    StoreRows rows;
    if (!store_query(
            v->flow->store, v->a,
            "SELECT p.allocation, p.total, (SELECT COUNT(*) FROM units u WHERE u.allocation = p.allocation), COALESCE(c.title,"
            " p.allocation) FROM approved p LEFT JOIN cases c ON c.id = p.allocation ORDER BY p.allocation",
            NULL, 0, &rows, err)) {
        return false;
    }
    int64_t approved = 0, issued = 0;
    bool ok = true;
    Json *list = page_list_in(v, model, "quotas");
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", c[3].s);
        page_set_int(v, j, "approved", c[1].i);
        page_set_int(v, j, "issued", c[2].i);
        approved += c[1].i;
        issued += c[2].i;
        ok = ok && c[2].i <= c[1].i;
    }
    Json *balance = page_object_in(v, model, "balance");
    page_set_bool(v, balance, "ok", ok);
    page_set_int(v, balance, "approved", approved);
    page_set_int(v, balance, "issued", issued);
    page_set_int(v, balance, "free", approved - issued);
    return true;
}

static bool add_latest(void *host, const Event *e)
{
    struct {
        const PageView *v;
        Json *list;
    } *h = host;
    Json *j = page_add(h->v, h->list);
    page_set_int(h->v, j, "seq", e->seq);
    page_set_text(h->v, j, "href", str_printf(h->v->a, "/log/%lld", (long long)e->seq));
    page_set_text(h->v, j, "at", instant_print(h->v->a, e->at));
    page_set_text(h->v, j, "hash", hex_print(h->v->a, HASH_STR(e->hash)));
    return true;
}

bool page_log(const PageView *v, Page *ret, Err *err)
{
    *ret = (Page){"log", json_new_object(v->a)};
    Json *m = ret->model;
    Str note = STR("");
    Err none;
    int64_t size = store_size(v->flow->store);
    page_frame(v, m, view_text(v->a, v->language, "log.title", NULL));
    page_set_int(v, m, "size", size);
    if (store_last_checkpoint(v->flow->store, v->a, &note, &none)) {
        page_set_text(v, m, "checkpoint", note);
    }
    struct {
        const PageView *v;
        Json *list;
    } host = {v, page_list_in(v, m, "events")};
    if (!add_balance(v, m, err) ||
        !store_each_closed(v->flow->store, size > LATEST ? size - LATEST + 1 : 1, 0, add_latest, &host, err)) {
        return false;
    }
    Json *tiles = page_list_in(v, m, "tiles"), *j = page_add(v, tiles);
    page_set_text(v, j, "href", STR("/log/checkpoint"));
    page_set_text(v, j, "label", STR("checkpoint"));
    j = page_add(v, tiles);
    page_set_text(v, j, "href", STR("/log/key"));
    page_set_text(v, j, "label", STR("verifier key"));
    return true;
}

static void add_fact(const PageView *v, Json *list, const char *key, Str value)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "label", view_text(v->a, v->language, key, NULL));
    page_set_text(v, j, "value", value);
}

bool page_log_entry(const PageView *v, int64_t seq, Page *ret, Err *err)
{
    Event e;
    Hash proof[64];
    size_t count;
    int64_t size = store_size(v->flow->store);
    if (!query_event(v->flow->store, v->a, seq, &e, err) ||
        !store_inclusion(v->flow->store, seq, (uint64_t)size, proof, &count, err)) {
        return false;
    }
    *ret = (Page){"log_entry", json_new_object(v->a)};
    Json *m = ret->model, *facts = page_list_in(v, m, "facts"), *inclusion = page_list_in(v, m, "inclusion");
    Json *number = json_new_object(v->a);
    page_set_int(v, number, "n", seq);
    page_frame(v, m, view_text(v->a, v->language, "log.entry_number", number));
    page_set_text(v, m, "at", instant_print(v->a, e.at));
    add_fact(v, facts, "log.hash", hex_print(v->a, HASH_STR(e.hash)));
    page_set_text(v, m, "body", event_leaf_entry(v->a, &e));
    for (size_t i = 0; i < count; i++) {
        json_push(v->a, inclusion, json_new_str(v->a, hex_print(v->a, HASH_STR(proof[i]))));
    }
    return true;
}
