/* outside_test.c: hands a permit and a status list to libraries from npm that we did not write; see
 * tests/doc/sdjwt.mjs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../../test.h"

static void put(Arena *a, const char *folder, const char *name, Str text)
{
    FILE *f = fopen(str_c(a, str_printf(a, "%s/%s", folder, name)), "wb");
    check(f != NULL && fwrite(text.ptr, 1, text.len, f) == text.len);
    check(fclose(f) == 0);
}

static void put_list(Arena *a, const char *folder, const char *name, size_t revoked)
{
    DocSeed seed = sample_seed(1);
    DocStatusList list = doc_status_new(a, STR("https://permits.example/status/1"), 4096);
    Str jwt = {NULL, 0};
    Err err = {0};
    list.issued_s = 1767225600;
    list.ends_s = 1767830400;
    doc_status_set(&list, revoked, true);
    check(doc_status_sign(a, &list, &seed, &jwt, &err));
    put(a, folder, name, jwt);
}

static void put_all(Arena *a, const char *folder)
{
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    Str text = sample_signed(a), other = {NULL, 0}, names[] = {STR("passport")};
    Err err = {0};
    Buf b = buf_new(a, 1 << 16);
    put(a, folder, "credential", text);
    check(doc_credential_withhold(a, text, names, 1, &other, &err));
    put(a, folder, "withheld", other);
    check(doc_compact_print(a, text, &other, &err));
    put(a, folder, "compact", other);
    json_write(&b, doc_issuer_metadata(a, STR("https://permits.example"), &key, 1));
    put(a, folder, "issuer.json", buf_str(&b));
    put_list(a, folder, "status", 1235);
    put_list(a, folder, "status_revoked", 1234);
}

TEST_WITHIN(outside_libraries_accept_our_permit_and_refuse_every_change, 180)
{
    char folder[] = "/tmp/goldenbridge-sdjwt-XXXXXX";
    check(mkdtemp(folder) != NULL);
    put_all(a, folder);
    int status;
    Str said =
        test_shell(a, str_printf(a, "sh tests/doc/sdjwt.sh %s 2>&1; s=$?; rm -r %s; exit $s", folder, folder), &status);
    if (status == 77) {
        skip(str_c(a, said));
    }
    if (status != 0) {
        printf("%.*s\n", STR_ARG(said));
    }
    eq_int(status, 0);
    check(str_find(said, STR(" checks by @sd-jwt/sd-jwt-vc"), 0) != SIZE_MAX);
}
