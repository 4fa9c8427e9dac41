/* note.c: C2SP signed notes (signed-note, tlog-checkpoint, tlog-cosignature) and the paths of tlog-tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "event.h"

#include <sodium.h>
#include <string.h>

enum { TYPE_ED25519 = 1, TYPE_COSIGNATURE = 4, ID_BYTES = 4, SIGNATURE_BYTES = 64, STAMP_BYTES = 8 };
enum { NOTE_LIMIT = 64 * 1024 };

static const char DASH[] = "\xE2\x80\x94 "; /* em dash, space: how a signature line begins */

static void key_id(Arena *a, const NoteKey *k, char type, unsigned char ret[ID_BYTES])
{
    Buf b = buf_new(a, NOTE_LIMIT);
    buf_add(&b, k->name);
    buf_byte(&b, '\n');
    buf_byte(&b, type);
    buf_add(&b, (Str){(const char *)k->public_key, sizeof k->public_key});
    Hash h = hash_of(buf_str(&b));
    memcpy(ret, h.b, ID_BYTES);
}

NoteKey note_key_from_seed(Str name, const unsigned char seed[32])
{
    NoteKey k = {.name = name};
    crypto_sign_seed_keypair(k.public_key, k.secret_key, seed);
    return k;
}

static Str verifier_of(Arena *a, const NoteKey *k, char type)
{
    unsigned char id[ID_BYTES];
    key_id(a, k, type, id);
    Buf b = buf_new(a, 64);
    buf_byte(&b, type);
    buf_add(&b, (Str){(const char *)k->public_key, sizeof k->public_key});
    Str hex = hex_print(a, (Str){(const char *)id, ID_BYTES}), key = base64_print(a, buf_str(&b));
    return str_printf(a, "%.*s+%.*s+%.*s", STR_ARG(k->name), STR_ARG(hex), STR_ARG(key));
}

Str note_verifier(Arena *a, const NoteKey *k)
{
    return verifier_of(a, k, TYPE_ED25519);
}

Str note_cosigner(Arena *a, const NoteKey *k)
{
    return verifier_of(a, k, TYPE_COSIGNATURE);
}

bool note_verifier_parse(Arena *a, Str text, NoteKey *ret, Err *err)
{
    Str rest = text, name, id_hex, key, id;
    unsigned char want[ID_BYTES];
    NoteKey k = {0};
    bool ok = text.ptr != NULL && str_cut(&rest, '+', &name) && str_cut(&rest, '+', &id_hex) && name.len > 0 &&
              rest.ptr != NULL && base64_parse(a, rest, &key) && hex_parse(a, id_hex, &id) && id.len == ID_BYTES &&
              key.len == 1 + sizeof k.public_key && (key.ptr[0] == TYPE_ED25519 || key.ptr[0] == TYPE_COSIGNATURE);
    if (!ok) {
        return err_set(err, FIELD_FORMAT, "A verifier key is written name+id+key.");
    }
    k.name = name;
    memcpy(k.public_key, key.ptr + 1, sizeof k.public_key);
    key_id(a, &k, key.ptr[0], want);
    if (memcmp(want, id.ptr, ID_BYTES) != 0) {
        return err_set(err, FIELD_CHECK_DIGIT, "The id of this verifier key does not fit its name and key.");
    }
    *ret = k;
    return true;
}

static void add_line(Buf *b, Arena *a, const NoteKey *k, char type, Str signature)
{
    unsigned char id[ID_BYTES];
    key_id(a, k, type, id);
    Buf blob = buf_new(a, 256);
    buf_add(&blob, (Str){(const char *)id, ID_BYTES});
    buf_add(&blob, signature);
    buf_add_c(b, DASH);
    buf_add(b, k->name);
    buf_byte(b, ' ');
    buf_add(b, base64_print(a, buf_str(&blob)));
    buf_byte(b, '\n');
}

Str note_sign(Arena *a, Str text, const NoteKey *k)
{
    check_that(text.len > 0 && text.ptr[text.len - 1] == '\n' && text.len < NOTE_LIMIT / 2);
    unsigned char signature[SIGNATURE_BYTES];
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.ptr, text.len, k->secret_key);
    Buf b = buf_new(a, NOTE_LIMIT);
    buf_add(&b, text);
    buf_byte(&b, '\n');
    add_line(&b, a, k, TYPE_ED25519, (Str){(const char *)signature, sizeof signature});
    check_that(buf_ok(&b));
    return buf_str(&b);
}

Str checkpoint_sign(Arena *a, Str origin, uint64_t size, Hash root, const NoteKey *k)
{
    Str root_text = base64_print(a, HASH_STR(root));
    return note_sign(
        a, str_printf(a, "%.*s\n%llu\n%.*s\n", STR_ARG(origin), (unsigned long long)size, STR_ARG(root_text)), k);
}

/* What was signed ends before the last empty line. */
static bool note_split(Str note, Str *ret_text, Str *ret_signatures)
{
    size_t cut = SIZE_MAX;
    for (size_t at = 0; (at = str_find(note, STR("\n\n"), at)) != SIZE_MAX; at++) {
        cut = at;
    }
    if (cut == SIZE_MAX || note.len > NOTE_LIMIT || note.ptr[note.len - 1] != '\n') {
        return false;
    }
    for (size_t i = 0; i < note.len; i++) {
        if ((unsigned char)note.ptr[i] < 0x20 && note.ptr[i] != '\n') {
            return false;
        }
    }
    *ret_text = str_sub(note, 0, cut + 1);
    *ret_signatures = str_sub(note, cut + 2, note.len - 1);
    return true;
}

static Str cosigned_message(Arena *a, Str text, uint64_t seconds)
{
    Buf b = buf_new(a, NOTE_LIMIT * 2);
    buf_printf(&b, "cosignature/v1\ntime %llu\n", (unsigned long long)seconds);
    buf_add(&b, text);
    return buf_str(&b);
}

Str checkpoint_cosign(Arena *a, Str note, const NoteKey *k, Instant at)
{
    Str text, signatures;
    check_that(at.ms >= 0 && note_split(note, &text, &signatures));
    uint64_t seconds = (uint64_t)(at.ms / 1000);
    unsigned char blob[STAMP_BYTES + SIGNATURE_BYTES];
    for (int i = 0; i < STAMP_BYTES; i++) {
        blob[i] = (unsigned char)(seconds >> (56 - 8 * i));
    }
    Str message = cosigned_message(a, text, seconds);
    crypto_sign_detached(blob + STAMP_BYTES, NULL, (const unsigned char *)message.ptr, message.len, k->secret_key);
    Buf b = buf_new(a, NOTE_LIMIT * 2);
    buf_add(&b, note);
    add_line(&b, a, k, TYPE_COSIGNATURE, (Str){(const char *)blob, sizeof blob});
    return buf_str(&b);
}

/* 1: signed by k; 0: by somebody else; −1: names k and is wrong. */
static int check_line(Arena *a, Str line, Str text, const NoteKey *k)
{
    Str name, blob;
    Str rest = str_sub(line, sizeof DASH - 1, line.len);
    if (!str_starts(line, STR("\xE2\x80\x94 ")) || !str_cut(&rest, ' ', &name) || rest.ptr == NULL ||
        !base64_parse(a, rest, &blob) || blob.len < ID_BYTES) {
        return -1;
    }
    unsigned char plain_id[ID_BYTES], witness_id[ID_BYTES];
    key_id(a, k, TYPE_ED25519, plain_id);
    key_id(a, k, TYPE_COSIGNATURE, witness_id);
    bool is_plain = str_eq(name, k->name) && memcmp(blob.ptr, plain_id, ID_BYTES) == 0;
    bool is_witness = str_eq(name, k->name) && memcmp(blob.ptr, witness_id, ID_BYTES) == 0;
    if (!is_plain && !is_witness) {
        return 0;
    }
    const unsigned char *p = (const unsigned char *)blob.ptr + ID_BYTES;
    if (is_witness) {
        uint64_t seconds = 0;
        if (blob.len != ID_BYTES + STAMP_BYTES + SIGNATURE_BYTES) {
            return -1;
        }
        for (int i = 0; i < STAMP_BYTES; i++) {
            seconds = seconds << 8 | *p++;
        }
        text = cosigned_message(a, text, seconds);
    } else if (blob.len != ID_BYTES + SIGNATURE_BYTES) {
        return -1;
    }
    return crypto_sign_verify_detached(p, (const unsigned char *)text.ptr, text.len, k->public_key) == 0 ? 1 : -1;
}

bool note_open(Arena *a, Str note, const NoteKey *k, Str *ret_text, Err *err)
{
    Str text, lines, line;
    if (!note_split(note, &text, &lines)) {
        return err_set(err, LOG_DAMAGED, "This is not a signed note.");
    }
    bool is_signed = false;
    while (str_cut(&lines, '\n', &line)) {
        int found = check_line(a, line, text, k);
        if (found < 0) {
            return err_set(err, LOG_DAMAGED, "A signature of the note is wrong.");
        }
        is_signed = is_signed || found > 0;
    }
    if (!is_signed) {
        return err_set(err, LOG_DAMAGED, "The note is not signed by this key.");
    }
    *ret_text = text;
    return true;
}

bool checkpoint_open(Arena *a, Str note, const NoteKey *k, Str *ret_origin, uint64_t *ret_size, Hash *ret_root,
                     Err *err)
{
    Str rest, origin, size_text, root_text, root;
    int64_t size;
    if (!note_open(a, note, k, &rest, err)) {
        return false;
    }
    bool ok = str_cut(&rest, '\n', &origin) && str_cut(&rest, '\n', &size_text) && str_cut(&rest, '\n', &root_text) &&
              origin.len > 0 && str_to_int(size_text, &size) && size >= 0 && rest.ptr != NULL &&
              (size_text.ptr[0] != '0' || size_text.len == 1) && base64_parse(a, root_text, &root) &&
              root.len == sizeof ret_root->b;
    if (!ok) {
        return err_set(err, LOG_DAMAGED, "This note is not a checkpoint.");
    }
    *ret_origin = origin;
    *ret_size = (uint64_t)size;
    memcpy(ret_root->b, root.ptr, sizeof ret_root->b);
    return true;
}

Str tile_path(Arena *a, int level, uint64_t index, int width)
{
    Buf b = buf_new(a, 128);
    if (level < 0) {
        buf_add_c(&b, "tile/entries/");
    } else {
        buf_printf(&b, "tile/%d/", level);
    }
    uint64_t step = 1;
    while (index / step >= 1000) {
        step *= 1000;
    }
    for (; step > 1; step /= 1000) {
        buf_printf(&b, "x%03d/", (int)(index / step % 1000));
    }
    buf_printf(&b, "%03d", (int)(index % 1000));
    if (width < 256) {
        buf_printf(&b, ".p/%d", width);
    }
    return buf_str(&b);
}
