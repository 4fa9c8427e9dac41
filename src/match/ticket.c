/* ticket.c: commitment, seed and tie-break tickets; and the names of reasons.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

#include <string.h>

/* Longest beacon value and pseudonym that are mixed in; longer ones are hashed first by whoever publishes them. */
enum { LONGEST = 448 };

Hash match_commit(Hash secret)
{
    unsigned char text[64] = "goldenbridge match commit 1\n\0\0\0\0";
    memcpy(text + 32, secret.b, 32);
    return hash_of((Str){(const char *)text, sizeof text});
}

bool match_seed(Hash commitment, Hash secret, Hash root, Str beacon, Hash *ret, Err *err)
{
    if (!hash_eq(match_commit(secret), commitment)) {
        return err_set(err, NOT_ALLOWED, "The secret is not the one that was committed to.");
    }
    if (beacon.len > LONGEST) {
        return err_set(err, TOO_LARGE, "A beacon value may have at most %d bytes.", LONGEST);
    }
    unsigned char text[96 + LONGEST] = "goldenbridge match seed 1\n\0\0\0\0\0\0";
    memcpy(text + 32, secret.b, 32);
    memcpy(text + 64, root.b, 32);
    if (beacon.len > 0) {
        memcpy(text + 96, beacon.ptr, beacon.len);
    }
    *ret = hash_of((Str){(const char *)text, 96 + beacon.len});
    return true;
}

uint64_t match_ticket(Hash seed, Str id)
{
    check_that(id.len <= LONGEST);
    unsigned char text[32 + LONGEST];
    memcpy(text, seed.b, 32);
    if (id.len > 0) {
        memcpy(text + 32, id.ptr, id.len);
    }
    return hash_head((Str){(const char *)text, 32 + id.len});
}

uint64_t match_ticket_id(Hash seed, uint32_t id)
{
    char bytes[4] = {(char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id};
    return match_ticket(seed, (Str){bytes, sizeof bytes});
}

const char *match_reason_name(MatchReason reason)
{
    static const char *const names[] = {
        [MATCH_REFERRED] = "referred",
        [MATCH_NOT_ELIGIBLE] = "not_eligible",
        [MATCH_BARRED] = "barred",
        [MATCH_OPEN_LIMIT] = "open_limit",
        [MATCH_LOWER_STANDING] = "lower_standing",
        [MATCH_MORE_EXPOSURE] = "more_exposure",
        [MATCH_LATER_TICKET] = "later_ticket",
        [MATCH_GRANTED] = "granted",
        [MATCH_PART_GRANTED] = "part_granted",
        [MATCH_WAITING] = "waiting",
        [MATCH_PLACED] = "placed",
        [MATCH_CUT_VACANCY] = "cut_vacancy",
        [MATCH_CUT_CELL] = "cut_cell",
        [MATCH_CUT_POOL] = "cut_pool",
        [MATCH_NOT_REACHED] = "not_reached",
    };
    check_that(reason >= MATCH_REFERRED && reason <= MATCH_NOT_REACHED);
    return names[reason];
}
