/* merkle.c: the tree of RFC 9162 section 2.1: root, proofs, checks; by loops, so that the depth of a tree costs no
 * stack.
 * SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* the one-shot call looks its algorithm up each time and takes twice as long */
#include "event.h"

#include <openssl/sha.h>

enum { MAX_DEPTH = 64 };

Hash merkle_leaf(Str entry)
{
    Hash h;
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, "\0", 1);
    SHA256_Update(&c, entry.ptr ? entry.ptr : "", entry.len);
    SHA256_Final(h.b, &c);
    return h;
}

Hash merkle_node(Hash left, Hash right)
{
    Hash h;
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, "\1", 1);
    SHA256_Update(&c, left.b, sizeof left.b);
    SHA256_Update(&c, right.b, sizeof right.b);
    SHA256_Final(h.b, &c);
    return h;
}

void merkle_append(MerkleEdge *t, Hash leaf)
{
    int k = 0;
    for (; t->size >> k & 1; k++) {
        leaf = merkle_node(t->edge[k], leaf);
    }
    t->edge[k] = leaf;
    t->size++;
}

Hash merkle_root(const MerkleEdge *t)
{
    if (t->size == 0) {
        return hash_of(STR(""));
    }
    int k = __builtin_ctzll(t->size);
    Hash root = t->edge[k];
    for (k++; k < MAX_DEPTH; k++) {
        if (t->size >> k & 1) {
            root = merkle_node(t->edge[k], root);
        }
    }
    return root;
}

/* Root of leaves [begin, end), where begin is a multiple of a power of two not below end − begin. */
static bool range_root(MerkleRead read, void *host, uint64_t begin, uint64_t end, Hash *ret)
{
    Hash part[MAX_DEPTH];
    int count = 0;
    for (int level = MAX_DEPTH - 1; level >= 0; level--) {
        if ((end - begin) >> level & 1) {
            if (!read(host, level, begin >> level, &part[count++])) {
                return false;
            }
            begin += (uint64_t)1 << level;
        }
    }
    Hash root = part[--count];
    while (count > 0) {
        root = merkle_node(part[--count], root);
    }
    *ret = root;
    return true;
}

bool merkle_root_at(MerkleRead read, void *host, uint64_t size, Hash *ret)
{
    if (size == 0) {
        *ret = hash_of(STR(""));
        return true;
    }
    return size <= INT64_MAX && range_root(read, host, 0, size, ret);
}

/* The largest power of two below n; n is at least 2. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static void turn(Hash *list, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        Hash h = list[i];
        list[i] = list[count - 1 - i];
        list[count - 1 - i] = h;
    }
}

bool merkle_inclusion(MerkleRead read, void *host, uint64_t index, uint64_t size, Hash *ret, size_t *ret_count)
{
    if (index >= size || size > INT64_MAX) {
        return false;
    }
    size_t n = 0;
    uint64_t begin = 0, end = size;
    while (end - begin > 1) {
        uint64_t middle = begin + split(end - begin);
        bool is_left = index < middle;
        if (!range_root(read, host, is_left ? middle : begin, is_left ? end : middle, &ret[n++])) {
            return false;
        }
        *(is_left ? &end : &begin) = middle;
    }
    turn(ret, n);
    *ret_count = n;
    return true;
}

bool merkle_consistency(MerkleRead read, void *host, uint64_t old_size, uint64_t new_size, Hash *ret, size_t *ret_count)
{
    if (old_size > new_size || new_size > INT64_MAX) {
        return false;
    }
    size_t n = 0;
    uint64_t begin = 0, end = new_size;
    while (old_size > 0 && end != old_size) {
        uint64_t middle = begin + split(end - begin);
        bool is_left = old_size <= middle;
        if (!range_root(read, host, is_left ? middle : begin, is_left ? end : middle, &ret[n++])) {
            return false;
        }
        *(is_left ? &end : &begin) = middle;
    }
    if (begin > 0 && old_size > 0 && !range_root(read, host, begin, end, &ret[n++])) {
        return false;
    }
    turn(ret, n);
    *ret_count = n;
    return true;
}

/* RFC 9162 section 2.1.3.2. */
bool merkle_check_inclusion(Hash leaf, uint64_t index, uint64_t size, const Hash *proof, size_t count, Hash root)
{
    if (index >= size) {
        return false;
    }
    uint64_t fn = index, sn = size - 1;
    Hash r = leaf;
    for (size_t i = 0; i < count; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) == 1 || fn == sn) {
            r = merkle_node(proof[i], r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = merkle_node(r, proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash_eq(r, root);
}

/* RFC 9162 section 2.1.4.2. */
bool merkle_check_consistency(uint64_t old_size, Hash old_root, uint64_t new_size, Hash new_root, const Hash *proof,
                              size_t count)
{
    if (old_size > new_size) {
        return false;
    }
    if (old_size == 0 || old_size == new_size) {
        bool is_right = old_size == 0 ? hash_eq(old_root, hash_of(STR(""))) : hash_eq(old_root, new_root);
        return count == 0 && is_right;
    }
    size_t i = 0;
    uint64_t fn = old_size - 1, sn = new_size - 1;
    bool is_power = (old_size & (old_size - 1)) == 0;
    if (!is_power && count == 0) {
        return false;
    }
    Hash fr = is_power ? old_root : proof[i++];
    Hash sr = fr;
    for (; fn & 1; fn >>= 1) {
        sn >>= 1;
    }
    for (; i < count; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) == 1 || fn == sn) {
            fr = merkle_node(proof[i], fr);
            sr = merkle_node(proof[i], sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = merkle_node(sr, proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash_eq(fr, old_root) && hash_eq(sr, new_root);
}
