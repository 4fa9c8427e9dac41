/* verify_test.c: tree, checkpoints, tampering, copying, backup, on both engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const Instant NOW = {1700000000000};

BOTH(proofs_hold_across_tiles_and_for_every_checkpoint)
{
    Err err = {0};
    Store *s = engine_create(url);
    Hash root[4], proof[128], leaf;
    size_t count;
    uint64_t sizes[] = {255, 256, 700, 1030};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        engine_fill(s, (int64_t)sizes[i] - store_size(s));
        check(store_root(s, sizes[i], &root[i], &err));
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t k = i; k < COUNT_OF(sizes); k++) {
            check(store_consistency(s, sizes[i], sizes[k], proof, &count, &err));
            check(merkle_check_consistency(sizes[i], root[i], sizes[k], root[k], proof, count));
        }
        for (int64_t seq = 1; seq <= (int64_t)sizes[i]; seq += 51) {
            Str tile;
            check(store_tile(s, a, 0, (uint64_t)(seq - 1) / 256, (int)((seq - 1) % 256) + 1, &tile, &err));
            memcpy(leaf.b, tile.ptr + tile.len - 32, 32);
            check(store_inclusion(s, seq, sizes[i], proof, &count, &err));
            check(merkle_check_inclusion(leaf, (uint64_t)seq - 1, sizes[i], proof, count, root[i]));
        }
    }
    check(!store_inclusion(s, 1031, 1031, proof, &count, &err) && err.code == NOT_FOUND);
    store_close(s);
}

BOTH(tiles_are_those_of_the_specification)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 600);
    Str tile, bundle;
    check(store_tile(s, a, 0, 1, 256, &tile, &err) && tile.len == 8192);
    check(store_tile(s, a, 0, 2, 88, &tile, &err) && tile.len == 88 * 32);
    check(store_tile(s, a, 1, 0, 2, &tile, &err) && tile.len == 64);
    check(!store_tile(s, a, 0, 2, 89, &tile, &err) && err.code == NOT_FOUND);
    check(!store_tile(s, a, 1, 0, 3, &tile, &err) && err.code == NOT_FOUND);
    check(!store_tile(s, a, 0, UINT64_MAX / 256, 1, &tile, &err) && err.code == NOT_FOUND);
    check(store_tile(s, a, 0, 2, 88, &tile, &err) && store_tile(s, a, -1, 2, 88, &bundle, &err));
    size_t at = 0;
    for (size_t i = 0; i < 88; i++) {
        size_t len = (size_t)(unsigned char)bundle.ptr[at] << 8 | (unsigned char)bundle.ptr[at + 1];
        Hash leaf = merkle_leaf(str_sub(bundle, at + 2, at + 2 + len));
        check(str_eq(HASH_STR(leaf), str_sub(tile, i * 32, i * 32 + 32)));
        at += 2 + len;
    }
    eq_int(at, bundle.len);
    store_close(s);
}

BOTH(a_checkpoint_is_signed_kept_and_co_signed)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 300);
    Str note, again, last, origin;
    check(!store_last_checkpoint(s, a, &last, &err) && err.code == NOT_FOUND);
    check(store_checkpoint(s, a, NOW, &note, &err));
    check(store_checkpoint(s, a, NOW, &again, &err));
    eq_str(again, note);
    NoteKey log;
    uint64_t size = 0;
    Hash root, want;
    check(note_verifier_parse(a, store_log_verifier(s, a), &log, &err));
    check(checkpoint_open(a, note, &log, &origin, &size, &root, &err) && size == 300);
    check(store_root(s, 300, &want, &err) && hash_eq(root, want));
    unsigned char seed[32] = {7};
    NoteKey witness = note_key_from_seed(STR("witness.example"), seed);
    Str both = checkpoint_cosign(a, note, &witness, NOW);
    check(store_add_cosignature(s, a, both, &witness, NOW, &err));
    check(!store_add_cosignature(s, a, note, &witness, NOW, &err));
    check(store_last_checkpoint(s, a, &last, &err));
    eq_str(last, both);
    engine_fill(s, 1);
    check(store_checkpoint(s, a, NOW, &note, &err));
    check(!store_add_cosignature(s, a, both, &witness, NOW, &err) && err.code == STALE_FORM);
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0 && v.events == 301);
    store_close(s);
}

/* ---- Tampering with all rights of the database ------------------------------------------------------------------- */

static const struct {
    const char *sqlite, *pg;
    int64_t first_bad;
    const char *why;
} DAMAGE[] = {
    {"UPDATE log_events SET bytes = CAST(replace(CAST(bytes AS TEXT), 'officer-1', 'officer-2') AS BLOB) WHERE seq = 400",
     "UPDATE log_events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8') WHERE seq = 400",
     400, "hash differs"},
    {"DELETE FROM log_events WHERE seq = 123", "DELETE FROM log_events WHERE seq = 123", 123, "missing"},
    {"DELETE FROM log_events WHERE seq > 590", "DELETE FROM log_events WHERE seq > 590", 591, "missing"},
    {"UPDATE log_events SET leaf = zeroblob(32) WHERE seq = 77",
     "UPDATE log_events SET leaf = decode(repeat('00', 32), 'hex') WHERE seq = 77", 77, "leaf differs"},
    {"UPDATE log_events SET hash = zeroblob(32) WHERE seq = 5",
     "UPDATE log_events SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 5", 5, "hash differs"},
    {"UPDATE log_events SET version = 1000 WHERE seq = 9", "UPDATE log_events SET version = 1000 WHERE seq = 9", 9,
     "version"},
    {"UPDATE log_events SET stream = 'x' WHERE seq = 9", "UPDATE log_events SET stream = 'x' WHERE seq = 9", 9, "case"},
    {"UPDATE log_events SET mac = zeroblob(16) WHERE seq = 500",
     "UPDATE log_events SET mac = decode(repeat('00', 16), 'hex') WHERE seq = 500", 500, "not written by this program"},
    {"DELETE FROM log_tiles WHERE idx = 1", "DELETE FROM log_tiles WHERE idx = 1", 257, "tile of the tree is missing"},
    {"UPDATE log_tiles SET root = zeroblob(32)", "UPDATE log_tiles SET root = decode(repeat('00', 32), 'hex')", 1,
     "tile of the tree differs"},
    {"UPDATE log_checkpoints SET note = replace(note, '600', '601')",
     "UPDATE log_checkpoints SET note = replace(note, '600', '601')", 1, "not signed"},
    /* Two events of different cases change places, wholly. */
    {"UPDATE log_events SET seq = -1 WHERE seq = 11; UPDATE log_events SET seq = 11 WHERE seq = 12; UPDATE log_events SET seq = 12 WHERE seq = -1",
     "UPDATE log_events SET seq = -1 WHERE seq = 11; UPDATE log_events SET seq = 11 WHERE seq = 12; UPDATE log_events SET seq = 12 WHERE seq = -1",
     11, "not written by this program"},
};

BOTH(verify_names_the_first_bad_event)
{
    Err err = {0};
    for (size_t i = 0; i < COUNT_OF(DAMAGE); i++) {
        Str one = url;
        if (i > 0) {
            if (str_starts(url, STR("postgres"))) {
                engine_tamper(a, url, "", "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            } else {
                one = str_printf(a, "%.*s%d", STR_ARG(url), (int)i);
            }
        }
        Store *s = engine_create(one);
        engine_fill(s, 600);
        Str note;
        if (!str_starts(url, STR("postgres"))) {
            check(store_checkpoint(s, a, NOW, &note, &err));
        } else { /* inside a transaction no note is kept outside of the database, which is made anew each time here */
            check(store_begin(s, &err) && store_checkpoint(s, a, NOW, &note, &err) && store_commit(s, &err));
        }
        store_close(s);
        engine_tamper(a, one, DAMAGE[i].sqlite, DAMAGE[i].pg);
        s = engine_open(one, STORE_WRITE);
        StoreVerify v;
        check(store_verify(s, &v, &err));
        if (v.first_bad != DAMAGE[i].first_bad || strstr(v.why, DAMAGE[i].why) == NULL) {
            printf("  damage %d: event %lld: %s\n", (int)i, (long long)v.first_bad, v.why);
        }
        eq_int(v.first_bad, DAMAGE[i].first_bad);
        check(strstr(v.why, DAMAGE[i].why) != NULL);
        store_close(s);
    }
}

/* Somebody with every right removes the last event and all checkpoints: the note outside of the database tells. */
BOTH(nothing_is_signed_over_a_shortened_or_forged_log)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 300);
    Str note;
    check(store_checkpoint(s, a, NOW, &note, &err));
    store_close(s);
    const char *cut = "DELETE FROM log_events WHERE seq = 300; DELETE FROM log_checkpoints";
    engine_tamper(a, url, cut, cut);
    s = engine_open(url, STORE_WRITE);
    check(!store_checkpoint(s, a, NOW, &note, &err));
    eq_int(err.code, LOG_DAMAGED);
    Event other = engine_event(a, "other", 1); /* another event in its place does not help */
    check(store_begin(s, &err) && store_append(s, a, &other, 1, &err) && store_commit(s, &err));
    check(!store_checkpoint(s, a, NOW, &note, &err) && err.code == LOG_DAMAGED);
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad > 0);
    store_close(s);
}

BOTH(an_event_written_past_the_program_is_caught_at_the_next_checkpoint)
{
    Err err = {0};
    Store *s = engine_create(url);
    engine_fill(s, 20);
    Str note;
    check(store_checkpoint(s, a, NOW, &note, &err));
    /* A perfect forgery but for the mark under the store's key: bytes, hash and leaf are all right. */
    Event e = engine_event(a, "forged", 1);
    e.type = STR("permit.issued");
    Str bytes;
    check(event_encode(a, &e, STR(""), &bytes, &err));
    e.hash = hash_of(bytes);
    Hash leaf = merkle_leaf(event_leaf_entry(a, &e));
    Str b = hex_print(a, bytes), h = hex_print(a, HASH_STR(e.hash)), l = hex_print(a, HASH_STR(leaf));
    store_close(s);
    engine_tamper(
        a, url,
        str_printf(a, "INSERT INTO log_events VALUES (21, 'forged', 1, x'%.*s', x'%.*s', x'%.*s', zeroblob(16))",
                   STR_ARG(b), STR_ARG(h), STR_ARG(l))
            .ptr,
        str_printf(a,
                   "INSERT INTO log_events VALUES (21, 'forged', 1, decode('%.*s', 'hex'), decode('%.*s', 'hex'),"
                   " decode('%.*s', 'hex'), decode(repeat('00', 16), 'hex'))",
                   STR_ARG(b), STR_ARG(h), STR_ARG(l))
            .ptr);
    s = engine_open(url, STORE_WRITE);
    check(!store_checkpoint(s, a, NOW, &note, &err));
    eq_int(err.code, LOG_DAMAGED);
    check(strstr(err.text, "21") != NULL);
    store_close(s);
}

/* ---- Care -------------------------------------------------------------------------------------------------------- */

static void fill_mixed(Arena *a, Store *s)
{
    Err err = {0};
    engine_fill(s, 520);
    Event e = engine_event(a, "case-s", 1);
    e.person = STR("p-9");
    e.sealed = json_new_object(a);
    json_set(a, e.sealed, STR("name"), json_new_str(a, STR("Ким")));
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err));
    check(store_done_set(s, a, STR("key-1"), hash_of(STR("r")), e.data, &err) && store_commit(s, &err));
    Str note;
    check(store_checkpoint(s, a, NOW, &note, &err));
}

static bool is_kim(void *host, const Event *e)
{
    *(bool *)host = str_eq_c(json_text_at(e->sealed, "name"), "Ким");
    return true;
}

static void check_same(Arena *a, Store *s, Hash root)
{
    Err err = {0};
    StoreVerify v;
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    eq_int(v.events, 521);
    check(hash_eq(v.root, root));
    bool ok = false;
    check(store_each_of(s, STR("case-s"), is_kim, &ok, &err) && ok);
    Json *outcome = NULL;
    check(store_done(s, a, STR("key-1"), hash_of(STR("r")), &outcome, &err) && outcome != NULL);
    engine_fill(s, 300);
    Str note;
    check(store_checkpoint(s, a, NOW, &note, &err));
}

BOTH(a_backup_is_a_store_with_the_same_root)
{
    Err err = {0};
    Store *s = engine_create(url);
    fill_mixed(a, s);
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0);
    Str to = engine_path(a, "backup");
    if (!store_is_file(s)) {
        Store *copy = engine_create(to);
        check(store_copy(s, copy, NULL, 0, &err));
        store_close(copy);
    } else {
        check(store_backup(s, to, &err));
        check(!store_backup(s, to, &err) && err.code == ALREADY_EXISTS);
        /* the key file travels apart from the backup */
        check(engine_shell(str_printf(a, "cp %.*s.key %.*s.key", STR_ARG(url), STR_ARG(to)).ptr));
    }
    store_close(s);
    s = engine_open(to, STORE_WRITE);
    check_same(a, s, v.root);
    store_close(s);
}

TEST_WITHIN(a_copy_to_postgres_and_back_has_the_same_root, 60)
{
    Err err = {0};
    Str pg = engine_postgres(a), one = engine_path(a, "one"), two = engine_path(a, "two");
    Store *from = engine_create(one);
    fill_mixed(a, from);
    StoreVerify v;
    check(store_verify(from, &v, &err) && v.first_bad == 0);
    Store *middle = engine_create(pg), *to = engine_create(two);
    check(store_copy(from, middle, NULL, 0, &err));
    check(store_copy(middle, to, NULL, 0, &err));
    check(!store_copy(from, to, NULL, 0, &err) && err.code == ALREADY_EXISTS);
    store_close(from);
    store_close(middle);
    store_close(to);
    middle = engine_open(pg, STORE_WRITE);
    check_same(a, middle, v.root);
    to = engine_open(two, STORE_WRITE);
    check_same(a, to, v.root);
    store_close(middle);
    store_close(to);
}

TEST(a_copy_takes_over_the_keys_of_its_origin)
{
    Err err = {0};
    Str one = engine_path(a, "one"), two = engine_path(a, "two");
    Store *from = engine_create(one), *to = engine_create(two);
    fill_mixed(a, from);
    StoreVerify v;
    check(store_verify(from, &v, &err) && store_copy(from, to, NULL, 0, &err));
    store_close(from);
    store_close(to);
    to = engine_open(two, STORE_WRITE);
    check_same(a, to, v.root);
    store_close(to);
}

static bool has_finding(const Json *findings, const char *code)
{
    for (size_t i = 0; i < json_count(findings); i++) {
        if (str_eq_c(json_text_at(findings->items[i], "code"), code)) {
            return true;
        }
    }
    return false;
}

BOTH(the_doctor_finds_an_open_key_file_and_a_missing_checkpoint)
{
    Err err = {0};
    Store *s = engine_create(url);
    Json *found = NULL;
    Str note;
    check(store_doctor(s, a, &found, &err));
    check(has_finding(found, "no_checkpoint") && !has_finding(found, "key_file_readable") &&
          !has_finding(found, "not_durable"));
    bool is_pg = str_eq_c(str_from_c(store_engine(s)), "postgres");
    check(chmod(is_pg ? engine_path(a, "pg.key").ptr : str_printf(a, "%.*s.key", STR_ARG(url)).ptr, 0644) == 0);
    check(store_checkpoint(s, a, NOW, &note, &err));
    check(store_doctor(s, a, &found, &err));
    check(!has_finding(found, "no_checkpoint") && has_finding(found, "key_file_readable"));
    check(!is_pg || has_finding(found, "superuser"));
    check(!has_finding(found, "store_readable") && !has_finding(found, "not_wal") && !has_finding(found, "fsync_off") &&
          !has_finding(found, "no_checksums"));
    if (!is_pg) {
        check(chmod(str_c(a, url), 0644) == 0 && store_doctor(s, a, &found, &err) &&
              has_finding(found, "store_readable"));
    }
    store_close(s);
}
