/* json_fuzz.c: libFuzzer entry: what is read as JSON is written and read again as the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Json *first, *again;
    Err err;
    if (json_parse(a, (Str){(const char *)data, size}, &first, &err)) {
        Buf b = buf_new(a, 16 * size + 64);
        json_write(&b, first);
        check_that(buf_ok(&b) && json_parse(a, buf_str(&b), &again, &err) && json_eq(first, again));
    }
    arena_free(a);
    return 0;
}
