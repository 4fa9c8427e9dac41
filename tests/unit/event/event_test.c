/* event_test.c: canonical bytes, public entries, published vectors of the Merkle tree and of signed notes, tampering.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "event/event.h"

#include <string.h>

static Json *parse(Arena *a, const char *text)
{
    Json *j;
    Err err;
    check(json_parse(a, str_from_c(text), &j, &err));
    return j;
}

static Event sample(Arena *a)
{
    return (Event){
        .scheme = STR("kr-eps"),
        .stream = STR("permit-17"),
        .version = 3,
        .type = STR("permit.issued"),
        .at = {1700000000123},
        .day = day_from_ymd((Ymd){2023, 11, 15}),
        .actor = STR("officer-1"),
        .command = STR("k\"1\n"),
        .data =
            parse(a, "{\"z\":1.50,\"public\":{\"unit\":{\"number\":4,\"allocation\":\"q-2023\"}},\"name\":\"한 {\"}"),
        .prev = hash_of(STR("before"))};
}

TEST(event_bytes_are_canonical_and_come_back)
{
    Event e = sample(a), back;
    Str bytes, box, again;
    Err err;
    check(event_encode(a, &e, STR(""), &bytes, &err));
    Buf b = buf_new(a, 1 << 20);
    json_canonical(&b, a, parse(a, str_c(a, bytes)));
    eq_str(bytes, buf_str(&b));
    check(event_decode(a, bytes, &back, &box, &err));
    eq_int(box.len, 0);
    eq_str(back.command, e.command);
    eq_int(back.at.ms, e.at.ms);
    check(hash_eq(back.prev, e.prev) && hash_eq(back.hash, hash_of(bytes)));
    check(event_encode(a, &back, box, &again, &err));
    eq_str(again, bytes);
}

TEST(event_keeps_its_box_and_commitment)
{
    Event e = sample(a), back;
    e.person = STR("p-1");
    Str bytes, box = {"", 0};
    Err err;
    check(event_commitment(a, STR("salt"), parse(a, "{\"b\":1,\"a\":2}"), &e.commitment, &err));
    check(hash_eq(e.commitment, hash_of(STR("salt{\"a\":2,\"b\":1}"))));
    check(event_encode(a, &e, STR("Y2lwaGVy"), &bytes, &err) && event_decode(a, bytes, &back, &box, &err));
    eq_text(box, "Y2lwaGVy");
    eq_text(back.person, "p-1");
    check(hash_eq(back.commitment, e.commitment) && back.sealed == NULL);
}

/* Two ways to one entry: from the event, and from its bytes alone. */
static void same_entry(Arena *a, Event e, Str box)
{
    Str bytes;
    Err err;
    EventScan scan;
    check(event_encode(a, &e, box, &bytes, &err) && event_scan(bytes, &scan));
    e.hash = hash_of(bytes);
    char *out = arena_alloc(a, EVENT_ENTRY_ROOM + scan.public_facts.len);
    size_t len = event_scan_entry(&scan, e.hash, hash_of(e.stream), out);
    eq_str(((Str){out, len}), event_leaf_entry(a, &e));
    eq_int(scan.version, e.version);
}

TEST(public_entry_is_the_same_from_event_and_bytes)
{
    Event e = sample(a);
    same_entry(a, e, STR(""));
    static const char *const DATA[] = {"{}",
                                       "{\"public\":null}",
                                       "{\"public\":[]}",
                                       "{\"a\":{\"public\":1},\"b\":2}",
                                       "{\"a\":\"public\",\"public\":\"x,}\\\"\"}",
                                       "{\"public\":{\"a\":[{},[1,2]],\"b\":\"]\"},\"z\":[\"public\",{\"public\":2}]}",
                                       "{\"a\":[\"public\"],\"publi\":1}"};
    for (size_t i = 0; i < COUNT_OF(DATA); i++) {
        e.data = parse(a, DATA[i]);
        same_entry(a, e, STR(""));
    }
    e.commitment = hash_of(STR("c"));
    same_entry(a, e, STR("Ym94"));
    e.data = parse(a, "{\"public\":{\"unit\":1},\"zone\":\"secret\"}");
    Str entry = event_leaf_entry(a, &e);
    check(str_find(entry, STR("\"p\":{\"unit\":1}"), 0) != SIZE_MAX && str_find(entry, STR("secret"), 0) == SIZE_MAX);
}

TEST(event_refuses_what_it_cannot_keep)
{
    Event e = sample(a);
    Str bytes;
    Err err;
    e.version = 0;
    check(!event_encode(a, &e, STR(""), &bytes, &err) && err.code == FIELD_FORMAT);
    e = sample(a);
    e.stream = STR("");
    check(!event_encode(a, &e, STR(""), &bytes, &err) && err.code == FIELD_MISSING);
    e = sample(a);
    e.actor = STR("\xFF");
    check(!event_encode(a, &e, STR(""), &bytes, &err) && err.code == BAD_UTF8);
    e = sample(a);
    e.at.ms = INT64_MAX / 4;
    check(!event_encode(a, &e, STR(""), &bytes, &err) && err.code == FIELD_RANGE);
}

TEST(every_flipped_byte_changes_the_hash_or_is_refused)
{
    Event e = sample(a), back;
    Str bytes, box;
    Err err;
    check(event_encode(a, &e, STR(""), &bytes, &err));
    Hash right = hash_of(bytes);
    char *copy = arena_alloc(a, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, bytes.ptr, bytes.len);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            ArenaMark mark = arena_mark(a);
            bool is_read = event_decode(a, (Str){copy, bytes.len}, &back, &box, &err);
            check(!is_read || !hash_eq(back.hash, right));
            arena_rewind(a, mark);
        }
        check(!event_decode(a, str_sub(bytes, 0, i), &back, &box, &err));
    }
}

/* ---- Merkle ------------------------------------------------------------------------------------------------------ */

/* Leaves and roots of the trees of 1 to 8 leaves, as published with RFC 6962's reference implementation. */
static const Str LEAF[] = {STR_INIT(""),
                           STR_INIT("\x00"),
                           STR_INIT("\x10"),
                           STR_INIT("\x20\x21"),
                           STR_INIT("\x30\x31"),
                           STR_INIT("\x40\x41\x42\x43"),
                           STR_INIT("\x50\x51\x52\x53\x54\x55\x56\x57"),
                           STR_INIT("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f")};
static const char *const ROOT[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                   "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                   "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                   "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                   "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                   "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                   "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                   "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

typedef struct {
    Hash *leaf;
    uint64_t size;
} Forest;

static bool read_forest(void *host, int level, uint64_t index, Hash *ret)
{
    const Forest *f = host;
    if (((index + 1) << level) > f->size) {
        return false;
    }
    if (level == 0) {
        *ret = f->leaf[index];
        return true;
    }
    Hash left, right;
    if (!read_forest(host, level - 1, index * 2, &left) || !read_forest(host, level - 1, index * 2 + 1, &right)) {
        return false;
    }
    *ret = merkle_node(left, right);
    return true;
}

TEST(merkle_roots_are_the_published_ones)
{
    MerkleEdge t = {0};
    Hash leaf[8], root;
    Forest f = {.leaf = leaf};
    for (uint64_t n = 0; n <= 8; n++) {
        eq_text(hex_print(a, HASH_STR(((Hash[]){merkle_root(&t)})[0])), ROOT[n]);
        f.size = n;
        check(merkle_root_at(read_forest, &f, n, &root) && hash_eq(root, merkle_root(&t)));
        if (n < 8) {
            leaf[n] = merkle_leaf(LEAF[n]);
            merkle_append(&t, leaf[n]);
        }
    }
}

TEST(published_inclusion_and_consistency_proofs_come_out)
{
    Hash leaf[8], proof[128];
    for (size_t i = 0; i < 8; i++) {
        leaf[i] = merkle_leaf(LEAF[i]);
    }
    Forest f = {.leaf = leaf, .size = 8};
    size_t count;
    check(merkle_inclusion(read_forest, &f, 5, 8, proof, &count));
    eq_int(count, 3);
    eq_text(hex_print(a, HASH_STR(proof[0])), "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    eq_text(hex_print(a, HASH_STR(proof[1])), "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    eq_text(hex_print(a, HASH_STR(proof[2])), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    check(merkle_consistency(read_forest, &f, 6, 8, proof, &count));
    eq_int(count, 3);
    eq_text(hex_print(a, HASH_STR(proof[0])), "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    eq_text(hex_print(a, HASH_STR(proof[1])), "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    eq_text(hex_print(a, HASH_STR(proof[2])), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
}

enum { MANY = 130 };

TEST(every_proof_of_small_trees_holds_and_no_changed_one_does)
{
    Hash leaf[MANY], root[MANY + 1], proof[128];
    MerkleEdge t = {0};
    root[0] = merkle_root(&t);
    for (uint64_t i = 0; i < MANY; i++) {
        leaf[i] = merkle_leaf(str_printf(a, "leaf %llu", (unsigned long long)i));
        merkle_append(&t, leaf[i]);
        root[i + 1] = merkle_root(&t);
    }
    Forest f = {.leaf = leaf, .size = MANY};
    size_t count;
    for (uint64_t n = 1; n <= MANY; n += 1 + n / 20) {
        for (uint64_t i = 0; i < n; i++) {
            check(merkle_inclusion(read_forest, &f, i, n, proof, &count));
            check(merkle_check_inclusion(leaf[i], i, n, proof, count, root[n]));
            check(!merkle_check_inclusion(leaf[(i + 1) % n], i, n, proof, count, root[n]) || n == 1);
            check(count == 0 || !merkle_check_inclusion(leaf[i], i, n, proof, count - 1, root[n]));
            if (count > 0) {
                proof[i % count].b[i % 32] ^= 1;
                check(!merkle_check_inclusion(leaf[i], i, n, proof, count, root[n]));
            }
        }
        for (uint64_t m = 0; m <= n; m++) {
            check(merkle_consistency(read_forest, &f, m, n, proof, &count));
            check(merkle_check_consistency(m, root[m], n, root[n], proof, count));
            check(m == n || !merkle_check_consistency(m, root[m + 1], n, root[n], proof, count));
            if (count > 0) {
                proof[m % count].b[m % 32] ^= 1;
                check(!merkle_check_consistency(m, root[m], n, root[n], proof, count));
            }
        }
    }
    check(!merkle_inclusion(read_forest, &f, 5, 5, proof, &count) &&
          !merkle_consistency(read_forest, &f, 6, 5, proof, &count));
}

/* ---- Notes ------------------------------------------------------------------------------------------------------- */

/* The example of c2sp.org/signed-note. */
static const char VKEY[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char NOTE[] =
    "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

TEST(signed_note_of_the_specification_opens)
{
    NoteKey k;
    Str text;
    Err err;
    check(note_verifier_parse(a, str_from_c(VKEY), &k, &err));
    check(note_open(a, str_from_c(NOTE), &k, &text, &err));
    eq_text(text, "This is an example message.\n");
    eq_text(note_verifier(a, &k), VKEY);
    char *copy = arena_alloc(a, sizeof NOTE);
    for (size_t i = 0; i < sizeof NOTE - 1; i++) {
        memcpy(copy, NOTE, sizeof NOTE);
        copy[i] ^= 1;
        check(!note_open(a, (Str){copy, sizeof NOTE - 1}, &k, &text, &err));
        check(!note_open(a, (Str){NOTE, i}, &k, &text, &err));
    }
    check(!note_verifier_parse(a, STR("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), &k,
                               &err));
}

/* The example of Go's golang.org/x/mod/sumdb/note: same seed, same bytes. */
TEST(signing_gives_the_bytes_of_the_go_implementation)
{
    Str key;
    check(base64_parse(a, STR("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), &key));
    NoteKey k = note_key_from_seed(STR("PeterNeumann"), (const unsigned char *)key.ptr + 1);
    eq_text(note_verifier(a, &k), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    Str text = STR("If you think cryptography is the answer to your problem,\n"
                   "then you don't know what your problem is.\n");
    eq_text(
        note_sign(a, text, &k),
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");
}

TEST(checkpoint_opens_for_log_and_witness_and_for_nobody_else)
{
    unsigned char seed[32] = {1};
    NoteKey log = note_key_from_seed(STR("goldenbridge.example/log"), seed);
    seed[0] = 2;
    NoteKey witness = note_key_from_seed(STR("witness.example/w1"), seed), parsed;
    seed[0] = 3;
    NoteKey stranger = note_key_from_seed(STR("goldenbridge.example/log"), seed);
    Hash root = hash_of(STR("root")), got;
    Str note = checkpoint_sign(a, log.name, 20852163, root, &log), origin;
    Str both = checkpoint_cosign(a, note, &witness, (Instant){1679315147000});
    uint64_t size = 0;
    Err err;
    check(note_verifier_parse(a, note_verifier(a, &log), &parsed, &err));
    check(checkpoint_open(a, both, &parsed, &origin, &size, &got, &err) && hash_eq(got, root));
    eq_int(size, 20852163);
    eq_str(origin, log.name);
    check(note_verifier_parse(a, note_cosigner(a, &witness), &parsed, &err));
    check(checkpoint_open(a, both, &parsed, &origin, &size, &got, &err));
    check(!checkpoint_open(a, note, &witness, &origin, &size, &got, &err) && err.code == LOG_DAMAGED);
    check(!checkpoint_open(a, both, &stranger, &origin, &size, &got, &err));
}

TEST(tiles_stand_where_the_specification_says)
{
    eq_text(tile_path(a, 0, 1234067, 256), "tile/0/x001/x234/067");
    eq_text(tile_path(a, 0, 0, 17), "tile/0/000.p/17");
    eq_text(tile_path(a, -1, 273, 112), "tile/entries/273.p/112");
    eq_text(tile_path(a, 2, 1000, 256), "tile/2/x001/000");
}
