/* draft.c: see draft.h. XChaCha20-Poly1305 under a key of the account, derived from the store's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "draft.h"

#include <sodium.h>

#include "query/query.h"

#define N(params) COUNT_OF(params)
#define SEAL_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
enum { MAX_DRAFT = 256 * 1024, MOST_LISTED = 50 };
static const int64_t KEPT_MS = 30LL * 24 * 3600 * 1000;

bool draft_prepare(Store *s, Err *err)
{
    return store_exec(
        s,
        "CREATE TABLE IF NOT EXISTS drafts (account TEXT NOT NULL, place TEXT NOT NULL, href TEXT NOT NULL, sealed TEXT"
        " NOT NULL, saved BIGINT NOT NULL, PRIMARY KEY (account, place))",
        NULL, 0, err);
}

static bool key_of(const Flow *f, Arena *a, Str account, Hash *ret, Err *err)
{
    return store_secret(f->store, str_printf(a, "draft/%.*s", STR_ARG(account)), ret, err);
}

static Str seal(Arena *a, const Hash *key, Str text)
{
    unsigned char *out = ARENA_ARRAY(a, unsigned char, NONCE_BYTES + text.len + SEAL_BYTES);
    unsigned long long len = 0;
    randombytes_buf(out, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, &len, (const unsigned char *)text.ptr, text.len, NULL,
                                               0, NULL, out, (const unsigned char *)HASH_STR(*key).ptr);
    return base64url_print(a, (Str){(const char *)out, NONCE_BYTES + (size_t)len});
}

static bool unseal(Arena *a, const Hash *key, Str sealed, Str *ret)
{
    Str bytes;
    if (!base64url_parse(a, sealed, &bytes) || bytes.len < NONCE_BYTES + SEAL_BYTES) {
        return false;
    }
    unsigned char *out = ARENA_ARRAY(a, unsigned char, bytes.len);
    const unsigned char *in = (const unsigned char *)bytes.ptr;
    unsigned long long len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &len, NULL, in + NONCE_BYTES, bytes.len - NONCE_BYTES, NULL, 0,
                                                   in, (const unsigned char *)HASH_STR(*key).ptr) != 0) {
        return false;
    }
    *ret = (Str){(const char *)out, (size_t)len};
    return true;
}

bool draft_save(const Flow *f, Arena *a, Str account, Str place, Str href, const Json *form, Instant now, Err *err)
{
    Hash key;
    Json *kept = json_new_object(a);
    for (size_t i = 0; i < json_count(form); i++) {
        if (form->members[i].value->kind != JSON_OBJECT) {
            json_set(a, kept, form->members[i].key, form->members[i].value);
        }
    }
    Buf text = buf_new(a, MAX_DRAFT);
    json_write(&text, kept);
    if (!buf_ok(&text)) {
        return err_set(err, TOO_LARGE, "%s", err_plain(TOO_LARGE));
    }
    if (!key_of(f, a, account, &key, err)) {
        return false;
    }
    StoreValue p[] = {STORE_S(account), STORE_S(place), STORE_S(href), STORE_S(seal(a, &key, buf_str(&text))),
                      STORE_I(now.ms)};
    StoreValue old[] = {STORE_I(now.ms - KEPT_MS)};
    FlowStatement list[] = {
        {"DELETE FROM drafts WHERE saved < $1", old, N(old)},
        {"INSERT INTO drafts (account, place, href, sealed, saved) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, place)"
         " DO UPDATE SET href = excluded.href, sealed = excluded.sealed, saved = excluded.saved",
         p, N(p)}};
    return flow_exec(f, list, N(list), err);
}

bool draft_forget(const Flow *f, Arena *a, Str scheme, Str person, Err *err)
{
    const CaseRow *accounts;
    size_t count;
    QueryWhere where = {STR("party"), person};
    if (!draft_prepare(f->store, err) ||
        !query_list(f->store, a, scheme, STR("account"), &where, 1, NULL, 0, &accounts, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        StoreValue p[] = {STORE_S(json_text_at(accounts[i].data, "login"))};
        if (!store_exec(f->store, "DELETE FROM drafts WHERE account = $1", p, N(p), err)) {
            return false;
        }
    }
    return true;
}

bool draft_find(const Flow *f, Arena *a, Str account, Str place, Json **ret, Instant *ret_saved, Err *err)
{
    Hash key;
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_S(place)};
    *ret = NULL;
    if (!store_query(f->store, a, "SELECT sealed, saved FROM drafts WHERE account = $1 AND place = $2", p, N(p), &rows,
                     err)) {
        return false;
    }
    Str text;
    if (rows.row_count == 0 || !key_of(f, a, account, &key, err) || !unseal(a, &key, rows.cells[0].s, &text)) {
        return true; /* a draft that cannot be opened any more is none */
    }
    *ret_saved = (Instant){rows.cells[1].i};
    return json_parse(a, text, ret, err);
}

bool draft_drop(const Flow *f, __attribute__((unused)) Arena *a, Str account, Str place, Err *err)
{
    StoreValue p[] = {STORE_S(account), STORE_S(place)};
    FlowStatement w = {"DELETE FROM drafts WHERE account = $1 AND place = $2", p, N(p)};
    return flow_exec(f, &w, 1, err);
}

bool draft_list(const Flow *f, Arena *a, Str account, Draft **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(MOST_LISTED)};
    if (!store_query(f->store, a,
                     "SELECT place, href, saved FROM drafts WHERE account = $1 ORDER BY saved DESC, place LIMIT $2", p,
                     N(p), &rows, err)) {
        return false;
    }
    *ret = ARENA_ARRAY(a, Draft, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        (*ret)[i] = (Draft){c[0].s, c[1].s, {c[2].i}};
    }
    return true;
}
