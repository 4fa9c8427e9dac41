/* api_cursor.c: cursors of lists: where a list goes on, with a seal, so that nobody writes one or takes it to another
 * list.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <sodium.h>

enum { SEAL_BYTES = 16, MAX_CURSOR = 2000 };

/* Of the place, the list's filters and the reader: another list, another seal. */
static bool seal_of(const Exchange *x, Str filters, Str place, Str *ret, Err *err)
{
    Hash key;
    unsigned char mac[crypto_auth_BYTES];
    Arena *a = x->v.a;
    if (!store_secret(x->w->flow.store, STR("api-cursor"), &key, err)) {
        return false;
    }
    Str said = str_printf(a, "%.*s\n%.*s\n%.*s", STR_ARG(x->v.caller->account), STR_ARG(filters), STR_ARG(place));
    _Static_assert(sizeof key.b >= crypto_auth_KEYBYTES, "the secret is a whole key");
    crypto_auth(mac, (const unsigned char *)said.ptr, said.len, key.b);
    *ret = str_copy(a, (Str){(const char *)mac, SEAL_BYTES});
    return true;
}

Str api_cursor_print(const Exchange *x, Str filters, const QueryAfter *after)
{
    Arena *a = x->v.a;
    Err none;
    Str seal, place = str_printf(a, "%lld %.*s", (long long)after->distance, STR_ARG(after->id));
    if (after->id.len == 0 || !seal_of(x, filters, place, &seal, &none)) {
        return STR("");
    }
    Buf b = buf_new(a, MAX_CURSOR);
    buf_add(&b, seal);
    buf_add(&b, place);
    return base64url_print(a, buf_str(&b));
}

static bool no_cursor(Err *err)
{
    return err_field(err, FIELD_FORMAT, "cursor", "This is not a cursor that was given out for this list.");
}

bool api_cursor_parse(const Exchange *x, Str filters, Str cursor, QueryAfter *ret, Err *err)
{
    Str bytes, seal, distance;
    *ret = (QueryAfter){0};
    if (cursor.len == 0) {
        return true;
    }
    if (cursor.len > MAX_CURSOR || !base64url_parse(x->v.a, cursor, &bytes) || bytes.len <= SEAL_BYTES) {
        return no_cursor(err);
    }
    Str place = str_sub(bytes, SEAL_BYTES, bytes.len);
    if (!seal_of(x, filters, place, &seal, err)) {
        return false;
    }
    if (sodium_memcmp(seal.ptr, bytes.ptr, SEAL_BYTES) != 0) {
        return no_cursor(err);
    }
    ret->id = place;
    return (str_cut(&ret->id, ' ', &distance) && str_to_int(distance, &ret->distance)) || no_cursor(err);
}
