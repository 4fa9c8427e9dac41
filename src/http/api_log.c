/* api_log.c: proofs of the public log as JSON (RFC 9162): an entry is in it, a later log contains an earlier one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "query/query.h"

static bool size_of(const Exchange *x, const char *name, int64_t usual, int64_t *ret, Err *err)
{
    Str text = http_query(x, name);
    *ret = usual;
    return text.len == 0 || (str_to_int(text, ret) && *ret >= 0) ||
           err_field(err, FIELD_FORMAT, name, "A number of entries is expected.");
}

static bool answer_proof(Exchange *x, Json *j, uint64_t size, const Hash *proof, size_t count, Err *err)
{
    Arena *a = x->v.a;
    Hash root;
    if (!store_root(x->w->flow.store, size, &root, err)) {
        return false;
    }
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        json_push(a, list, json_new_str(a, base64_print(a, HASH_STR(proof[i]))));
    }
    json_set(a, j, STR("root"), json_new_str(a, base64_print(a, HASH_STR(root))));
    json_set(a, j, STR("proof"), list);
    return http_json(x, j);
}

bool api_inclusion(Exchange *x, Err *err)
{
    Arena *a = x->v.a;
    Store *s = x->w->flow.store;
    int64_t seq, size;
    Hash proof[64];
    size_t count;
    Event e;
    if (!str_to_int(x->rest[0], &seq)) {
        return err_set(err, NOT_FOUND, "The log has no such entry.");
    }
    if (!size_of(x, "size", store_size(s), &size, err) || !query_event(s, a, seq, &e, err) ||
        !store_inclusion(s, seq, (uint64_t)size, proof, &count, err)) {
        return false;
    }
    Json *j = json_new_object(a);
    json_set(a, j, STR("entry"), json_new_str(a, event_leaf_entry(a, &e)));
    json_set(a, j, STR("index"), json_new_int(a, seq - 1));
    json_set(a, j, STR("size"), json_new_int(a, size));
    return answer_proof(x, j, (uint64_t)size, proof, count, err);
}

bool api_consistency(Exchange *x, Err *err)
{
    Store *s = x->w->flow.store;
    int64_t from, to, now = store_size(s);
    Hash proof[128];
    size_t count;
    if (!size_of(x, "from", 0, &from, err) || !size_of(x, "to", now, &to, err)) {
        return false;
    }
    if (from > to || to > now) {
        return err_field(err, FIELD_RANGE, "to",
                         "The log has %lld entries, and a later log has no fewer than an earlier one.", (long long)now);
    }
    if (!store_consistency(s, (uint64_t)from, (uint64_t)to, proof, &count, err)) {
        return false;
    }
    Json *j = json_new_object(x->v.a);
    json_set(x->v.a, j, STR("from"), json_new_int(x->v.a, from));
    json_set(x->v.a, j, STR("to"), json_new_int(x->v.a, to));
    return answer_proof(x, j, (uint64_t)to, proof, count, err);
}
