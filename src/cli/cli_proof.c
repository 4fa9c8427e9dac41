/* cli_proof.c: proofs for people outside: an entry is in the log, a later log contains an earlier one, a witness has
 * seen it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "flow/whole.h"

enum { MAX_NOTE_BYTES = 1024 * 1024, SEED_BYTES = 32 };

static Json *hashes(Cli *c, const Hash *h, size_t count)
{
    Json *list = json_new_array(c->a);
    for (size_t i = 0; i < count; i++) {
        json_push(c->a, list, json_new_str(c->a, base64_print(c->a, HASH_STR(h[i]))));
    }
    return list;
}

/* ---- Proofs by the log ---- */

int cli_prove(Cli *c)
{
    Err err;
    int64_t seq;
    Json *proof;
    StoreSigned at;
    bool with_sealed = cli_flag(c, "sealed"); /* personal data only where it is asked for */
    if (c->argc != 2 || !str_to_int(str_from_c(c->argv[1]), &seq)) {
        return cli_usage(c, "Name the number of an entry of the log.");
    }
    if (!cli_open(c, STORE_READ, &err) || !store_signed(c->flow.store, c->a, &at, &err) ||
        !store_disclose(c->flow.store, c->a, &at, seq, &proof, &err)) {
        return cli_fail(c, &err);
    }
    if (!with_sealed) {
        json_remove(proof, STR("sealed"));
        json_remove(proof, STR("salt"));
    }
    cli_print_json(c, proof);
    return 0;
}

int cli_consistency(Cli *c)
{
    Err err;
    Hash proof[128];
    size_t count;
    int64_t from, to;
    if (c->argc < 2 || !str_to_int(str_from_c(c->argv[1]), &from) ||
        (c->argc > 2 && !str_to_int(str_from_c(c->argv[2]), &to))) {
        return cli_usage(c, "Name the earlier size of the log (and the later one).");
    }
    if (!cli_open(c, STORE_READ, &err)) {
        return cli_fail(c, &err);
    }
    to = c->argc > 2 ? to : store_size(c->flow.store);
    if (from < 0 || to < from) {
        return cli_usage(c, "The log only grows: the first size is the smaller one.");
    }
    if (!store_consistency(c->flow.store, (uint64_t)from, (uint64_t)to, proof, &count, &err)) {
        return cli_fail(c, &err);
    }
    Json *j = json_new_object(c->a);
    json_set(c->a, j, STR("from"), json_new_int(c->a, from));
    json_set(c->a, j, STR("to"), json_new_int(c->a, to));
    json_set(c->a, j, STR("consistency"), hashes(c, proof, count));
    cli_print_json(c, j);
    return 0;
}

/* ---- A witness ---- */

static bool write_new(Cli *c, Str path, Str text, int flags, Err *err)
{
    int fd = open(str_c(c->a, path), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    bool ok = fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len && fsync(fd) == 0;
    if (fd >= 0) {
        ok = close(fd) == 0 && ok;
    }
    return ok || err_set(err, IO_FAILED, "%.*s cannot be written: %s", STR_ARG(path), strerror(errno));
}

/* The witness's key: "name hex-seed" in a file of mode 0600; made with --name at first use. */
static bool witness_key(Cli *c, Str path, Str name, NoteKey *ret, Err *err)
{
    unsigned char seed[SEED_BYTES];
    Str text, hex;
    if (!file_exists(c->a, path) && name.len > 0) {
        randombytes_buf(seed, sizeof seed);
        text = str_printf(c->a, "%.*s %.*s\n", STR_ARG(name),
                          STR_ARG(hex_print(c->a, (Str){(const char *)seed, sizeof seed})));
        if (!write_new(c, path, text, O_EXCL, err)) {
            return false;
        }
    } else if (!file_load(c->a, path, MAX_NOTE_BYTES, &text, err)) {
        return false;
    }
    hex = str_trim(text);
    if (!str_cut(&hex, ' ', &name) || hex.len != SEED_BYTES * 2 ||
        sodium_hex2bin(seed, sizeof seed, hex.ptr, hex.len, NULL, NULL, NULL) != 0) {
        return err_set(err, BAD_REQUEST, "%.*s holds no witness key: name and seed are expected.", STR_ARG(path));
    }
    *ret = note_key_from_seed(str_copy(c->a, name), seed);
    sodium_memzero(seed, sizeof seed);
    return true;
}

static bool read_proof(Cli *c, Str path, Hash *ret, size_t *ret_count, Err *err)
{
    Str text;
    Json *j;
    *ret_count = 0;
    if (path.len == 0) {
        return true;
    }
    if (!file_load(c->a, path, MAX_NOTE_BYTES, &text, err) || !json_parse(c->a, text, &j, err)) {
        return false;
    }
    const Json *list = json_get(j, "consistency");
    for (size_t i = 0; i < json_count(list); i++) {
        Str b64 = json_text(list->items[i]);
        size_t len;
        if (i == 128 ||
            sodium_base642bin(ret[i].b, sizeof ret[i].b, b64.ptr, b64.len, NULL, &len, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0 ||
            len != sizeof ret[i].b) {
            return err_set(err, BAD_REQUEST, "%.*s holds no proof of consistency.", STR_ARG(path));
        }
        *ret_count = i + 1;
    }
    return true;
}

/* Whether the checkpoint continues the one that this witness signed last. */
static bool continues(Cli *c, Str state, Str proof_path, const NoteKey *log, uint64_t size, Hash root, Err *err)
{
    Str last, origin;
    uint64_t old_size;
    Hash old_root, proof[128];
    size_t count;
    if (!file_exists(c->a, state)) {
        return true;
    }
    if (!file_load(c->a, state, MAX_NOTE_BYTES, &last, err) ||
        !checkpoint_open(c->a, last, log, &origin, &old_size, &old_root, err) ||
        !read_proof(c, proof_path, proof, &count, err)) {
        return false;
    }
    if (size < old_size) {
        return err_set(err, LOG_DAMAGED, "This witness has seen %llu entries; the checkpoint has only %llu.",
                       (unsigned long long)old_size, (unsigned long long)size);
    }
    return merkle_check_consistency(old_size, old_root, size, root, proof, count) ||
           err_set(err, LOG_DAMAGED,
                   "The proof does not show that the log of %llu entries continues the one of %llu that was signed.",
                   (unsigned long long)size, (unsigned long long)old_size);
}

int cli_witness(Cli *c)
{
    Err err;
    Instant now;
    NoteKey log, own;
    Str note, origin, path = cli_option(c, "key-file"), name = cli_option(c, "name"), state = cli_option(c, "state");
    Str proof = cli_option(c, "proof"), log_key = cli_option(c, "log");
    uint64_t size;
    Hash root;
    bool shows_key = cli_flag(c, "show-key");
    if (!shows_key && (c->argc != 2 || state.len == 0)) {
        return cli_usage(c, "Name the file with the checkpoint, and --log, --key-file and --state.");
    }
    if (!witness_key(c, path, name, &own, &err)) {
        return cli_fail(c, &err);
    }
    if (shows_key) {
        fprintf(c->out, "%.*s\n", STR_ARG(note_cosigner(c->a, &own)));
        return 0;
    }
    if (!cli_now(c, &now, &err) || !note_verifier_parse(c->a, log_key, &log, &err) ||
        !file_load(c->a, str_from_c(c->argv[1]), MAX_NOTE_BYTES, &note, &err) ||
        !checkpoint_open(c->a, note, &log, &origin, &size, &root, &err) ||
        !continues(c, state, proof, &log, size, root, &err) ||
        !write_new(c, state, note, O_TRUNC,
                   &err)) { /* remembered before it is signed: never two heads, whatever happens */
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%.*s", STR_ARG(checkpoint_cosign(c->a, note, &own, now)));
    return 0;
}

int cli_add_cosignature(Cli *c)
{
    Err err;
    Instant now;
    NoteKey witness;
    Str note, key = cli_option(c, "witness");
    if (c->argc != 2) {
        return cli_usage(c, "Name the file with the co-signed checkpoint, and --witness.");
    }
    if (!cli_open(c, STORE_WRITE, &err) || !cli_now(c, &now, &err) || !note_verifier_parse(c->a, key, &witness, &err) ||
        !file_load(c->a, str_from_c(c->argv[1]), MAX_NOTE_BYTES, &note, &err) ||
        !store_add_cosignature(c->flow.store, c->a, note, &witness, now, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "kept\n");
    return 0;
}

/* ---- Coming back from a backup ---- */

/* A backup is a store of its own, so it proves itself before anything is written. */
int cli_restore(Cli *c)
{
    Err err;
    Store *from;
    Flow to;
    StoreVerify v;
    if (c->argc != 2) {
        return cli_usage(c, "Name the backup; --store names the store to make.");
    }
    if (!cli_load_law(c, &err) || !store_open_log(str_from_c(c->argv[1]), &from, &err)) {
        return cli_fail(c, &err);
    }
    bool ok = store_verify(from, &v, &err);
    if (ok && v.first_bad != 0) {
        ok = err_set(&err, LOG_DAMAGED, "Event %lld of the backup: %s. Nothing was restored.", (long long)v.first_bad,
                     v.why);
    }
    ok = ok && flow_copy(c->a, from, c->store, c->schemes, c->scheme_count, c->errors, &to, &err);
    store_close(from);
    if (!ok) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%lld events restored; root %.*s, as in the backup\n", (long long)store_size(to.store),
            STR_ARG(hex_print(c->a, HASH_STR(v.root))));
    return 0;
}
