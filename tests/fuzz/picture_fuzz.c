/* picture_fuzz.c: libFuzzer entry: any bytes as an uploaded picture end in a text or a fault.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Str text = {NULL, 0};
    Err err = {0};
    bool ok = doc_qr_read(a, (Str){(const char *)data, size}, &text, &err);
    check_that(ok ? text.ptr != NULL : err.code == BAD_FILE || err.code == NOT_FOUND);
    arena_free(a);
    return 0;
}
