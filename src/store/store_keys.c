/* store_keys.c: the key file, the keys of persons, sealing and opening personal data. XChaCha20-Poly1305 of libsodium.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };
enum { SALT_BYTES = 16, FILE_LIMIT = 64 * 1024, SEED_BYTES = 32 };

/* ---- The key file ------------------------------------------------------------------------------------------------ */

static bool read_small_file(Arena *a, const char *path, Str *ret)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL) {
        return false;
    }
    char *p = arena_alloc(a, FILE_LIMIT);
    size_t n = fread(p, 1, FILE_LIMIT, f);
    bool ok = !ferror(f) && n < FILE_LIMIT;
    fclose(f);
    *ret = (Str){p, n};
    return ok;
}

static bool sync_folder_of(Arena *a, Str path)
{
    size_t cut = path.len;
    while (cut > 0 && path.ptr[cut - 1] != '/') {
        cut--;
    }
    int fd = open(cut ? str_c(a, str_sub(path, 0, cut)) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Whole or not at all: a new file is written, flushed and moved over the old one. */
static bool write_small_file(Arena *a, Str path, Str bytes, Err *err)
{
    const char *temporary = str_printf(a, "%.*s.new%ld", STR_ARG(path), (long)getpid()).ptr;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
    if (fd >= 0) {
        ok = close(fd) == 0 && ok;
    }
    ok = ok && rename(temporary, str_c(a, path)) == 0 && sync_folder_of(a, path);
    if (ok) {
        return true;
    }
    int code = errno;
    unlink(temporary);
    return err_set(err, code == ENOSPC ? STORE_FULL : IO_FAILED, "%.*s cannot be written.", STR_ARG(path));
}

static void derive(Store *s)
{
    Keys *k = &s->keys;
    static const unsigned char PURPOSE[] = "goldenbridge event mark";
    crypto_generichash(k->mac_key, sizeof k->mac_key, PURPOSE, sizeof PURPOSE, k->store_key, sizeof k->store_key);
    k->is_known = true;
    s->log_name = k->log.name;
    s->log_verifier = note_verifier(s->arena, &k->log);
}

bool keys_save(Store *s, Err *err)
{
    Arena *a = arena_new(0);
    Buf b = buf_new(a, FILE_LIMIT);
    Json *j = json_new_object(a), *log = json_new_object(a);
    Str seed = {(const char *)s->keys.log.secret_key, SEED_BYTES}; /* libsodium keeps the seed first */
    json_set(a, log, STR("name"), json_new_str(a, s->keys.log.name));
    json_set(a, log, STR("seed"), json_new_str(a, base64_print(a, seed)));
    json_set(a, j, STR("log"), log);
    json_set(a, j, STR("store_key"),
             json_new_str(a, base64_print(a, (Str){(const char *)s->keys.store_key, KEY_BYTES})));
    json_write_pretty(&b, j);
    bool ok = write_small_file(a, s->key_path, buf_str(&b), err);
    sodium_memzero(b.ptr, b.len);
    arena_free(a);
    return ok;
}

bool keys_make(Store *s, Err *err)
{
    if (access(str_c(s->arena, s->key_path), F_OK) == 0) {
        return keys_load(s, err); /* several stores may share one key file */
    }
    const char *name = getenv("GOLDENBRIDGE_LOG_NAME");
    unsigned char seed[SEED_BYTES];
    randombytes_buf(seed, sizeof seed);
    randombytes_buf(s->keys.store_key, sizeof s->keys.store_key);
    Str full = name && *name ? str_copy(s->arena, str_from_c(name))
                             : str_printf(s->arena, "goldenbridge.local/%08lx", (unsigned long)randombytes_random());
    s->keys.log = note_key_from_seed(full, seed);
    sodium_memzero(seed, sizeof seed);
    derive(s);
    return keys_save(s, err);
}

static bool parse_keys(Store *s, Arena *a, Str text)
{
    Json *j;
    Str seed, key;
    if (!json_parse(a, text, &j, NULL)) {
        return false;
    }
    Str name = json_text(json_path(j, "log.name"));
    if (name.len == 0 || !base64_parse(a, json_text(json_path(j, "log.seed")), &seed) || seed.len != SEED_BYTES ||
        !base64_parse(a, json_text_at(j, "store_key"), &key) || key.len != KEY_BYTES) {
        return false;
    }
    s->keys.log = note_key_from_seed(str_copy(s->arena, name), (const unsigned char *)seed.ptr);
    memcpy(s->keys.store_key, key.ptr, KEY_BYTES);
    return true;
}

bool keys_load(Store *s, Err *err)
{
    Arena *a = arena_new(0);
    Str text;
    bool is_read = read_small_file(a, str_c(a, s->key_path), &text);
    bool ok = is_read && parse_keys(s, a, text);
    if (is_read) {
        sodium_memzero((void *)(uintptr_t)text.ptr, text.len);
    }
    arena_free(a);
    if (ok) {
        derive(s);
        return true;
    }
    return err_set(err, STORE_FAILED, "The key file %.*s %s.", STR_ARG(s->key_path),
                   is_read ? "is not one of this program" : "cannot be read; set GOLDENBRIDGE_KEY_FILE to it");
}

void keys_mac(const Store *s, int64_t seq, Hash hash, unsigned char ret[MAC_BYTES])
{
    unsigned char in[8 + sizeof hash.b];
    for (int i = 0; i < 8; i++) {
        in[i] = (unsigned char)((uint64_t)seq >> (56 - 8 * i));
    }
    memcpy(in + 8, hash.b, sizeof hash.b);
    crypto_shorthash_siphashx24(ret, in, sizeof in, s->keys.mac_key);
}

void keys_mac_command(const Store *s, Arena *a, Str key, Str request, Str outcome, unsigned char ret[MAC_BYTES])
{
    Buf b = buf_new(a, SIZE_MAX / 4);
    buf_printf(&b, "command %zu %zu ", key.len, request.len);
    buf_add(&b, key);
    buf_add(&b, request);
    buf_add(&b, outcome);
    keys_mac(s, 0, hash_of(buf_str(&b)), ret); /* no event has the number 0 */
}

static Str last_note_path(Store *s, Arena *a)
{
    /* One key file may serve several stores; the name of the store keeps their notes apart. */
    Str id = hex_print(a, HASH_STR(((Hash[]){hash_of(s->target)})[0]));
    return str_printf(a, "%.*s.signed-%.*s", STR_ARG(s->key_path), 12, id.ptr);
}

Str keys_last_note(Store *s, Arena *a)
{
    Str text;
    return read_small_file(a, str_c(a, last_note_path(s, a)), &text) ? text : STR("");
}

bool keys_set_last_note(Store *s, Str note, Err *err)
{
    Arena *a = arena_new(0);
    bool ok = write_small_file(a, last_note_path(s, a), note, err);
    arena_free(a);
    return ok;
}

/* ---- Keys of persons --------------------------------------------------------------------------------------------- */

void key_cache_wipe(KeyCache *c)
{
    sodium_memzero(c, sizeof *c);
}

typedef struct {
    Store *s;
    Str person;
    PersonKey *key;
    bool is_damaged;
} Unwrap;

static bool unwrap_to(const Store *s, Str person, Str wrapped, unsigned char ret[KEY_BYTES])
{
    unsigned long long len;
    const unsigned char *p = (const unsigned char *)wrapped.ptr;
    return wrapped.len == NONCE + KEY_BYTES + TAG &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(ret, &len, NULL, p + NONCE, KEY_BYTES + TAG,
                                                      (const unsigned char *)person.ptr, person.len, p,
                                                      s->keys.store_key) == 0;
}

bool keys_can_unwrap(const Store *s, Str person, Str wrapped)
{
    unsigned char key[KEY_BYTES];
    bool ok = unwrap_to(s, person, wrapped, key);
    sodium_memzero(key, sizeof key);
    return ok;
}

static bool unwrap(void *host, const StoreValue *cells, size_t count)
{
    Unwrap *u = host;
    check_that(count == 1);
    if (cells[0].kind == STORE_NULL) {
        u->key->state = PERSON_ERASED;
        return true;
    }
    u->is_damaged = !unwrap_to(u->s, u->person, cells[0].s, u->key->key);
    u->key->state = PERSON_HAS_KEY;
    return true;
}

/* The person's slot in the cache, filled from the database. */
static bool find_key(Store *s, KeyCache *c, Str person, PersonKey **ret, Err *err)
{
    Hash id = hash_of(person);
    PersonKey *k = &c->slot[id.b[0] % KEY_SLOTS];
    *ret = k;
    if (k->state != PERSON_NONE && hash_eq(k->person, id)) {
        return true;
    }
    *k = (PersonKey){.person = id};
    Unwrap u = {.s = s, .person = person, .key = k};
    RowSink sink = {.each = unwrap, .host = &u};
    StoreValue v[] = {STORE_S(person)};
    if (!store_run(s, "SELECT wrapped FROM log_person_keys WHERE person = $1", v, 1, &sink, err)) {
        return false;
    }
    if (u.is_damaged) {
        *k = (PersonKey){0};
        return err_set(err, LOG_DAMAGED, "The key of a person does not open with this key file.");
    }
    return true;
}

void keys_learn(Store *s, Str person, StoreValue wrapped)
{
    Hash id = hash_of(person);
    PersonKey *k = &s->person_keys->slot[id.b[0] % KEY_SLOTS];
    if (k->state != PERSON_NONE || !s->keys.is_known) {
        return;
    }
    *k = (PersonKey){.person = id, .state = PERSON_ERASED};
    if (wrapped.kind != STORE_NULL) {
        bool ok = unwrap_to(s, person, wrapped.s, k->key); /* damage is said where the key is looked for */
        k->state = ok ? PERSON_HAS_KEY : PERSON_NONE;
    }
}

static bool wrap_key(Store *s, Arena *a, Str person, const unsigned char key[KEY_BYTES], Str *ret)
{
    unsigned char *w = arena_alloc(a, NONCE + KEY_BYTES + TAG);
    unsigned long long len;
    randombytes_buf(w, NONCE);
    *ret = (Str){(const char *)w, NONCE + KEY_BYTES + TAG};
    return crypto_aead_xchacha20poly1305_ietf_encrypt(w + NONCE, &len, key, KEY_BYTES,
                                                      (const unsigned char *)person.ptr, person.len, NULL, w,
                                                      s->keys.store_key) == 0;
}

static bool key_for_sealing(Store *s, Arena *a, Str person, PersonKey **ret, Err *err)
{
    PersonKey *k;
    if (!find_key(s, s->person_keys, person, &k, err)) {
        return false;
    }
    *ret = k;
    if (k->state == PERSON_HAS_KEY) {
        return true;
    }
    if (k->state == PERSON_ERASED) {
        return err_set(err, WRONG_STATE, "This person's data were erased; nothing new can be sealed for them.");
    }
    Str wrapped;
    randombytes_buf(k->key, KEY_BYTES);
    check_that(wrap_key(s, a, person, k->key, &wrapped));
    StoreValue v[] = {STORE_S(person), STORE_B(wrapped)};
    if (!store_post(s, "INSERT INTO log_person_keys(person, wrapped) VALUES ($1, $2)", v, 2, err)) {
        return false;
    }
    k->state = PERSON_HAS_KEY;
    return true;
}

bool keys_of_person(Store *s, Arena *a, Str person, unsigned char ret[KEY_BYTES], Err *err)
{
    PersonKey *k;
    if (!key_for_sealing(s, a, person, &k, err)) {
        return false;
    }
    memcpy(ret, k->key, KEY_BYTES);
    return true;
}

bool keys_known_of_person(Store *s, Str person, unsigned char ret[KEY_BYTES], bool *ret_has, Err *err)
{
    KeyCache cache = {0};
    PersonKey *k;
    if (!s->keys.is_known) {
        *ret_has = false;
        return true;
    }
    bool ok = find_key(s, &cache, person, &k, err);
    *ret_has = ok && k->state == PERSON_HAS_KEY;
    if (*ret_has) {
        memcpy(ret, k->key, KEY_BYTES);
    }
    key_cache_wipe(&cache);
    return ok;
}

/* Binds a box to its place, so that boxes of one person cannot be exchanged. */
static Str place_of(Arena *a, const Event *e)
{
    return str_printf(a, "%.*s\n%lld", STR_ARG(e->stream), (long long)e->version);
}

bool seal(Store *s, Arena *a, Event *e, Str *ret_box, Err *err)
{
    *ret_box = STR("");
    e->commitment = (Hash){0};
    if (e->sealed == NULL) {
        return true;
    }
    if (e->person.len == 0) {
        return err_set(err, FIELD_MISSING, "Sealed data need a person whose key seals them.");
    }
    unsigned char salt[SALT_BYTES];
    PersonKey *k;
    randombytes_buf(salt, sizeof salt);
    Str salt_text = base64url_print(a, (Str){(const char *)salt, sizeof salt});
    Str sealed;
    if (!event_commit(a, salt_text, e->sealed, &e->commitment, &sealed, err) ||
        !key_for_sealing(s, a, e->person, &k, err)) {
        return false;
    }
    Buf b = buf_new(a, INT32_MAX); /* canonical, too */
    buf_add(&b, STR("{\"data\":"));
    buf_add(&b, sealed);
    buf_printf(&b, ",\"salt\":\"%.*s\"}", STR_ARG(salt_text));
    Str place = place_of(a, e);
    unsigned char *box = arena_alloc(a, NONCE + b.len + TAG);
    unsigned long long len;
    randombytes_buf(box, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &len, (const unsigned char *)b.ptr, b.len,
                                               (const unsigned char *)place.ptr, place.len, NULL, box, k->key);
    *ret_box = base64url_print(a, (Str){(const char *)box, NONCE + (size_t)len});
    sodium_memzero(b.ptr, b.len);
    sodium_memzero((void *)(uintptr_t)sealed.ptr, sealed.len);
    return true;
}

static bool open_box(Arena *a, const Event *e, Str box, const PersonKey *k, Json **ret)
{
    Str bytes, place = place_of(a, e);
    if (!base64url_parse(a, box, &bytes) || bytes.len < NONCE + TAG) {
        return false;
    }
    unsigned char *plain = arena_alloc(a, bytes.len);
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    unsigned long long len;
    bool ok = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &len, NULL, p + NONCE, bytes.len - NONCE,
                                                         (const unsigned char *)place.ptr, place.len, p, k->key) == 0 &&
              json_parse(a, (Str){(const char *)plain, (size_t)len}, ret, NULL);
    sodium_memzero(plain, bytes.len);
    return ok;
}

bool unseal(Store *s, KeyCache *c, Arena *a, Event *e, Str box, Str *ret_salt, Err *err)
{
    *ret_salt = STR("");
    if (box.len == 0) {
        return true;
    }
    if (!s->keys.is_known) {
        json_set(a, e->data, STR("locked"), json_new_bool(a, true));
        return true;
    }
    PersonKey *k;
    Json *inside;
    Hash commitment;
    if (!find_key(s, c, e->person, &k, err)) {
        return false;
    }
    if (k->state == PERSON_NONE) { /* erasure leaves its mark: this is something else */
        return err_set(err, LOG_DAMAGED, "Event %lld: the key of its person is missing.", (long long)e->seq);
    }
    if (k->state == PERSON_ERASED) {
        json_set(a, e->data, STR("erased"), json_new_bool(a, true));
        return true;
    }
    if (!open_box(a, e, box, k, &inside)) {
        return err_set(err, LOG_DAMAGED, "Event %lld: what is sealed does not open with the person's key.",
                       (long long)e->seq);
    }
    Json *data = json_get(inside, "data");
    Str salt = json_text_at(inside, "salt");
    if (data == NULL || !event_commitment(a, salt, data, &commitment, err) || !hash_eq(commitment, e->commitment)) {
        return err_set(err, LOG_DAMAGED, "Event %lld: what is sealed is not what was committed to.", (long long)e->seq);
    }
    e->sealed = data;
    *ret_salt = salt;
    return true;
}

bool store_erase_person(Store *s, Str person, Err *err)
{
    check_that(s->mode != STORE_READ);
    bool is_own = !s->in_transaction;
    if (is_own && !store_begin(s, err)) {
        return false;
    }
    StoreValue v[] = {STORE_S(person)};
    bool ok = store_run(s,
                        "INSERT INTO log_person_keys(person, wrapped) VALUES ($1, NULL)"
                        " ON CONFLICT (person) DO UPDATE SET wrapped = NULL",
                        v, 1, NULL, err);
    key_cache_wipe(s->person_keys);
    if (!is_own) {
        return ok;
    }
    if (ok && store_commit(s, err)) {
        s->engine->after_erase(s);
        return true;
    }
    store_rollback(s);
    return false;
}

bool store_secret(Store *s, Str purpose, Hash *ret, Err *err)
{
    if (purpose.len == 0) {
        return err_set(err, BAD_REQUEST, "A secret needs a purpose.");
    }
    if (!s->keys.is_known) { /* derived from no key it would be known to everybody */
        return err_set(err, STORE_FAILED, "The key file %.*s cannot be read; set GOLDENBRIDGE_KEY_FILE to it.",
                       STR_ARG(s->key_path));
    }
    return crypto_generichash(ret->b, sizeof ret->b, (const unsigned char *)purpose.ptr, purpose.len, s->keys.store_key,
                              sizeof s->keys.store_key) == 0 ||
           err_set(err, STORE_FAILED, "The secret could not be derived.");
}
