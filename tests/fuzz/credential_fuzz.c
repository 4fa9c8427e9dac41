/* credential_fuzz.c: libFuzzer entry: any text as a credential, compact form, status list or key set. Signatures are
 * not expected to fit; the compact form of what expands is the same again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Str text = {(const char *)data, size}, out, again;
    DocSeed seed = {{7}};
    DocPublicKey key = doc_key_public(&seed), *keys;
    size_t count;
    DocReading reading;
    DocStatusList list;
    Json *j;
    Err err = {0};
    check_that(!doc_credential_verify(a, text, &key, 1, &reading, &err) && err.code != OK);
    check_that(!doc_status_verify(a, text, &key, 1, &list, &err));
    (void)!doc_credential_withhold(a, text, &text, 1, &out, &err);
    if (doc_compact_print(a, text, &out, &err)) {
        check_that(doc_compact_parse(a, out, &again, &err) && str_eq(again, text));
    }
    (void)!doc_compact_parse(a, text, &out, &err);
    if (json_parse(a, text, &j, &err)) {
        (void)!doc_keys_read(a, j, &keys, &count, &err);
    }
    arena_free(a);
    return 0;
}
