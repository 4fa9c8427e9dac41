/* event.h: the log as mathematics: canonical bytes, hash chain per case, one Merkle tree over all, signed checkpoints.
 * Pure: bytes in, bytes out; no store, no clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "base/err.h"
#include "model/model.h"

/* RFC 8785 bytes of an event. sealed_box is the ciphertext (base64url) that stands in place of e->sealed; empty if
 * none. */
MUST_USE bool event_encode(Arena *a, const Event *e, Str sealed_box, Str *ret, Err *err);
/* The other way; *ret_box gets the ciphertext text, e->sealed stays NULL. */
MUST_USE bool event_decode(Arena *a, Str bytes, Event *ret, Str *ret_box, Err *err);

/* The public entry of an event, one leaf of the tree: canonical JSON {c, d, h, p, s, t} of the commitment to what is
 * sealed (absent without), the day, the event's hash, the public facts under data.public such as the allocation unit of
 * a permit (absent without), SHA-256 of the stream id, the type. Holds no personal data. */
Str event_leaf_entry(Arena *a, const Event *e);
/* What the person who holds a salt can compute again: SHA-256(salt ‖ canonical JSON of the sealed data). */
MUST_USE bool event_commitment(Arena *a, Str salt, const Json *sealed, Hash *ret, Err *err);
/* The same, with the canonical text of what is sealed, in a. */
MUST_USE bool event_commit(Arena *a, Str salt, const Json *sealed, Hash *ret, Str *ret_canonical, Err *err);

/* The same entry from the bytes alone, without building a tree: for walking millions. */
typedef struct {
    Str stream, type, day, command;       /* as in the bytes, JSON escapes and all */
    Str person, commitment, public_facts; /* empty if none */
    int64_t version;
    Hash prev;
} EventScan;
/* False unless the bytes stand exactly as event_encode writes them. */
MUST_USE bool event_scan(Str bytes, EventScan *ret);
/* Writes the entry into out (EVENT_ENTRY_ROOM bytes at least, plus the public facts); returns its length.
 * stream_hash: of the stream id without escapes. */
enum { EVENT_ENTRY_ROOM = 1024, EVENT_ENTRY_LIMIT = 65535 };
size_t event_scan_entry(const EventScan *e, Hash hash, Hash stream_hash, char *out);

/* ---- RFC 9162 Merkle tree ---------------------------------------------------------------------------------------- */
Hash merkle_leaf(Str entry);             /* SHA-256(0x00 ‖ entry) */
Hash merkle_node(Hash left, Hash right); /* SHA-256(0x01 ‖ left ‖ right) */

/* Append-only tree that keeps only the right edge: at most 64 hashes. Zero-initialise. */
typedef struct {
    uint64_t size;
    Hash edge[64]; /* edge[k]: root of the complete subtree of 2^k leaves, where bit k of size is set */
} MerkleEdge;
void merkle_append(MerkleEdge *t, Hash leaf);
Hash merkle_root(const MerkleEdge *t); /* of the empty tree: SHA-256 of nothing */

/* Reads the hash at (level, index): level 0 are leaves; only complete subtrees are asked for. */
typedef bool (*MerkleRead)(void *host, int level, uint64_t index, Hash *ret);
MUST_USE bool merkle_root_at(MerkleRead read, void *host, uint64_t size, Hash *ret);
/* Sibling hashes, bottom up; at most 64. False if a read fails or the arguments are out of range. */
MUST_USE bool merkle_inclusion(MerkleRead read, void *host, uint64_t index, uint64_t size, Hash *ret,
                               size_t *ret_count);
MUST_USE bool merkle_consistency(MerkleRead read, void *host, uint64_t old_size, uint64_t new_size, Hash *ret,
                                 size_t *ret_count); /* at most 128 */
bool merkle_check_inclusion(Hash leaf, uint64_t index, uint64_t size, const Hash *proof, size_t count, Hash root);
bool merkle_check_consistency(uint64_t old_size, Hash old_root, uint64_t new_size, Hash new_root, const Hash *proof,
                              size_t count);

/* ---- C2SP checkpoints and tiles ---------------------------------------------------------------------------------- */
typedef struct {
    Str name; /* key name of a signed note, such as "goldenbridge.example/log" */
    unsigned char public_key[32];
    unsigned char secret_key[64]; /* libsodium form; zero for a verifier */
} NoteKey;
/* C2SP signed-note verifier key text: name+hash+base64. */
Str note_verifier(Arena *a, const NoteKey *k);
Str note_cosigner(Arena *a, const NoteKey *k); /* the same key as a witness (signature type 0x04) */
NoteKey note_key_from_seed(Str name, const unsigned char seed[32]);
MUST_USE bool note_verifier_parse(Arena *a, Str text, NoteKey *ret, Err *err);
/* A signed note over any text that ends in a newline. */
Str note_sign(Arena *a, Str text, const NoteKey *k);
/* The text of a note that k signed, as a log or as a witness. LOG_DAMAGED if k did not, or its signature is wrong. */
MUST_USE bool note_open(Arena *a, Str note, const NoteKey *k, Str *ret_text, Err *err);
/* tlog-checkpoint: origin, size, root; signed. */
Str checkpoint_sign(Arena *a, Str origin, uint64_t size, Hash root, const NoteKey *k);
/* Adds a co-signature (cosignature/v1) by another key, a witness, to a signed note. */
Str checkpoint_cosign(Arena *a, Str note, const NoteKey *k, Instant at);
MUST_USE bool checkpoint_open(Arena *a, Str note, const NoteKey *k, Str *ret_origin, uint64_t *ret_size, Hash *ret_root,
                              Err *err);
/* tlog-tiles path of a tile: "tile/0/x001/067" or "tile/0/000.p/17" for width < 256. level −1: entry bundle. */
Str tile_path(Arena *a, int level, uint64_t index, int width);

#endif
