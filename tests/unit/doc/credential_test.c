/* credential_test.c: permits as SD-JWT VC, the compact form and the status list: accepted whole, refused changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc_test.h"

#include <string.h>

#include "../../test.h"
#include "base/hash.h"

DocSeed sample_seed(unsigned char fill)
{
    DocSeed seed;
    memset(seed.b, fill, sizeof seed.b);
    return seed;
}

Json *sample_json(Arena *a, const char *text)
{
    size_t n = strlen(text);
    char *copy = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }
    Json *j = NULL;
    Err err = {0};
    check(json_parse(a, (Str){copy, n}, &j, &err));
    return j;
}

DocCredential sample_credential(Arena *a)
{
    DocSeed secret = sample_seed(9);
    DocCredential c = {.issuer = STR("https://permits.example"), .type = STR("https://permits.example/permit/1")};
    c.issued_s = 1767225600;
    c.starts_s = 1767225600;
    c.ends_s = 1861833600;
    c.status_uri = STR("https://permits.example/status/1");
    c.status_index = 1234;
    c.open = sample_json(a, "{'number':'2026-000123'}");
    c.hidden =
        sample_json(a, "{'family_name':'АХМЕТОВА','given_name':'Әсел','birth_date':'2000-02-29','nationality':'KAZ',"
                       "'passport':'N12345678','employer':'한빛정밀(주)','workplace':'경기도 안산시 단원구 1',"
                       "'occupation':'8211','until':'2028-12-31','photo_hash':'3q2-7wAB'}");
    c.salts = doc_salts(a, &secret, STR("2026-000123/1"), c.hidden->count);
    return c;
}

Str sample_signed(Arena *a)
{
    DocCredential c = sample_credential(a);
    DocSeed seed = sample_seed(1);
    Str text = {NULL, 0};
    Err err = {0};
    check(doc_credential_sign(a, &c, &seed, &text, &err));
    return text;
}

static bool verifies(Arena *a, Str text, DocReading *ret, Err *err)
{
    DocSeed seeds[] = {sample_seed(2), sample_seed(1)};
    DocPublicKey keys[] = {doc_key_public(&seeds[0]), doc_key_public(&seeds[1])};
    return doc_credential_verify(a, text, keys, COUNT_OF(keys), ret, err);
}

TEST(key_has_the_jwk_and_thumbprint_of_rfc_8037)
{
    Str x = {NULL, 0};
    check(base64url_parse(a, STR("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"), &x));
    DocSeed seed;
    memcpy(seed.b, x.ptr, 32);
    DocPublicKey key = doc_key_public(&seed);
    eq_text(json_text_at(doc_key_jwk(a, key), "x"), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    eq_text(doc_key_id(a, key), "kPrK_qmxVWY"); /* the start of kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k */
}

TEST(issuer_metadata_gives_its_keys_back)
{
    DocSeed seeds[] = {sample_seed(1), sample_seed(2)};
    DocPublicKey keys[] = {doc_key_public(&seeds[0]), doc_key_public(&seeds[1])}, *read = NULL;
    size_t count = 0;
    Err err = {0};
    Json *meta = doc_issuer_metadata(a, STR("https://permits.example"), keys, 2);
    check(doc_keys_read(a, meta, &read, &count, &err));
    eq_int(count, 2);
    check(memcmp(read, keys, sizeof keys) == 0);
    check(!doc_keys_read(a, sample_json(a, "{'keys':[{'kty':'RSA'}]}"), &read, &count, &err));
    eq_int(err.code, BAD_REQUEST);
}

TEST(credential_verifies_and_tells_its_claims)
{
    DocReading r;
    Err err = {0};
    check(verifies(a, sample_signed(a), &r, &err));
    eq_text(r.issuer, "https://permits.example");
    eq_text(json_text_at(r.claims, "given_name"), "Әсел");
    eq_text(json_text_at(r.claims, "employer"), "한빛정밀(주)");
    eq_text(json_text_at(r.claims, "number"), "2026-000123");
    eq_int(r.withheld, 0);
    eq_int(r.ends_s, 1861833600);
    eq_int(r.status_index, 1234);
    check(json_get(r.claims, "_sd") == NULL && json_get(r.claims, "status") == NULL);
}

TEST(signing_twice_gives_the_same_bytes)
{
    eq_str(sample_signed(a), sample_signed(a));
}

TEST(every_changed_letter_of_a_credential_is_refused)
{
    Str text = sample_signed(a);
    char *copy = arena_alloc(a, text.len);
    memcpy(copy, text.ptr, text.len);
    Arena *scratch = arena_new(0);
    for (size_t i = 0; i < text.len; i++) {
        for (int bit = 0; bit < 7; bit++) {
            copy[i] = (char)(text.ptr[i] ^ (1 << bit));
            DocReading r;
            Err err = {0};
            bool trimmed = i + 1 == text.len && copy[i] == ' ';
            check(!verifies(scratch, (Str){copy, text.len}, &r, &err) || trimmed);
            arena_reset(scratch);
        }
        copy[i] = text.ptr[i];
    }
    arena_free(scratch);
}

TEST(credential_of_another_key_is_refused)
{
    DocCredential c = sample_credential(a);
    DocSeed seed = sample_seed(3);
    Str text = {NULL, 0};
    DocReading r;
    Err err = {0};
    check(doc_credential_sign(a, &c, &seed, &text, &err));
    check(!verifies(a, text, &r, &err));
    eq_int(err.code, BAD_SIGNATURE);
}

TEST(withheld_claims_stay_secret_and_the_rest_verifies)
{
    Str text = sample_signed(a), names[] = {STR("passport"), STR("birth_date")};
    DocReading r;
    Err err = {0};
    check(doc_credential_withhold(a, text, names, 2, &text, &err));
    check(verifies(a, text, &r, &err));
    eq_int(r.withheld, 2);
    check(json_get(r.claims, "passport") == NULL);
    eq_text(json_text_at(r.claims, "nationality"), "KAZ");
}

TEST(disclosure_given_twice_or_foreign_is_refused)
{
    Str text = sample_signed(a);
    size_t first = str_find(text, STR("~"), 0), second = str_find(text, STR("~"), first + 1);
    Str one = str_sub(text, first + 1, second + 1);
    DocReading r;
    Err err = {0};
    check(!verifies(a, str_printf(a, "%.*s%.*s", STR_ARG(text), STR_ARG(one)), &r, &err));
    eq_int(err.code, BAD_SIGNATURE);
    check(!verifies(a, str_printf(a, "%.*sWyJhIiwiYiIsImMiXQ~", STR_ARG(text)), &r, &err));
    eq_int(err.code, BAD_SIGNATURE);
    check(!verifies(a, str_printf(a, "%.*seyJhbGciOiJFZERTQSJ9.e30.AA", STR_ARG(text)), &r, &err));
    eq_int(err.code, BAD_REQUEST);
}

TEST(unsigned_and_foreign_algorithms_are_refused)
{
    Str text = sample_signed(a);
    Str rest = str_sub(text, str_find(text, STR("."), 0), text.len);
    static const char *const HEADERS[] = {
        "{\"alg\":\"none\",\"typ\":\"dc+sd-jwt\"}", "{\"alg\":\"HS256\",\"typ\":\"dc+sd-jwt\"}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", "{\"alg\":\"EdDSA\",\"typ\":\"dc+sd-jwt\",\"crit\":[\"x\"]}", "[]"};
    for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
        Str head = base64url_print(a, str_from_c(HEADERS[i]));
        DocReading r;
        Err err = {0};
        check(!verifies(a, str_printf(a, "%.*s%.*s", STR_ARG(head), STR_ARG(rest)), &r, &err));
        eq_int(err.code, BAD_REQUEST);
    }
}

TEST(compact_form_comes_back_byte_for_byte)
{
    Str text = sample_signed(a), compact = {NULL, 0}, again = {NULL, 0};
    Err err = {0};
    check(doc_compact_print(a, text, &compact, &err));
    check(doc_compact_parse(a, compact, &again, &err));
    eq_str(again, text);
    check(compact.len * 5 < text.len * 3);
    DocReading r;
    check(verifies(a, str_printf(a, "https://permits.example/v#%.*s", STR_ARG(compact)), &r, &err));
    eq_text(json_text_at(r.claims, "family_name"), "АХМЕТОВА");
}

TEST(compact_form_keeps_what_was_withheld)
{
    Str text = sample_signed(a), names[] = {STR("passport")}, compact = {NULL, 0}, again = {NULL, 0};
    Err err = {0};
    check(doc_credential_withhold(a, text, names, 1, &text, &err));
    check(doc_compact_print(a, text, &compact, &err));
    check(doc_compact_parse(a, compact, &again, &err));
    eq_str(again, text);
}

TEST(every_changed_letter_of_the_compact_form_is_refused)
{
    Str compact = {NULL, 0};
    Err err = {0};
    check(doc_compact_print(a, sample_signed(a), &compact, &err));
    char *copy = arena_alloc(a, compact.len);
    memcpy(copy, compact.ptr, compact.len);
    Arena *scratch = arena_new(0);
    for (size_t i = 0; i < compact.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            copy[i] = (char)(compact.ptr[i] ^ (1 << bit));
            DocReading r;
            bool same = bit == 5 && compact.ptr[i] >= 'A'; /* lower case is the same letter */
            bool trimmed = (i == 0 || i + 1 == compact.len) && strchr(" \t\r\n", copy[i]) != NULL;
            bool prefixed = copy[i] == '#';
            check(!verifies(scratch, (Str){copy, compact.len}, &r, &err) || same || trimmed || prefixed);
            arena_reset(scratch);
        }
        copy[i] = compact.ptr[i];
    }
    arena_free(scratch);
}

TEST(credential_in_foreign_order_has_no_compact_form)
{
    Str text = sample_signed(a), compact = {NULL, 0};
    size_t dot = str_find(text, STR("."), 0);
    Str head = base64url_print(a, STR("{\"typ\":\"dc+sd-jwt\",\"alg\":\"EdDSA\",\"kid\":\"x\"}"));
    Err err = {0};
    Str other = str_printf(a, "%.*s%.*s", STR_ARG(head), STR_ARG(str_sub(text, dot, text.len)));
    check(!doc_compact_print(a, other, &compact, &err));
    eq_int(err.code, BAD_REQUEST);
}

TEST(reserved_double_or_unsalted_claims_are_faults)
{
    DocSeed seed = sample_seed(1);
    Str text = {NULL, 0};
    Err err = {0};
    DocCredential c = sample_credential(a);
    c.open = sample_json(a, "{'exp':1}");
    check(!doc_credential_sign(a, &c, &seed, &text, &err));
    eq_int(err.code, FIELD_CHOICE);
    c.open = sample_json(a, "{'passport':1}");
    check(!doc_credential_sign(a, &c, &seed, &text, &err));
    eq_int(err.code, FIELD_CHOICE);
    c = sample_credential(a);
    c.salts.len -= 1;
    check(!doc_credential_sign(a, &c, &seed, &text, &err));
    eq_text(str_from_c(err.field), "salts");
    c = sample_credential(a);
    c.issuer = STR("");
    check(!doc_credential_sign(a, &c, &seed, &text, &err));
    eq_int(err.code, FIELD_MISSING);
}

TEST(salts_differ_by_claim_and_by_credential)
{
    DocSeed secret = sample_seed(9);
    Str one = doc_salts(a, &secret, STR("A/1"), 3), two = doc_salts(a, &secret, STR("A/2"), 3);
    check(!str_eq(str_sub(one, 0, 16), str_sub(one, 16, 32)));
    check(!str_eq(str_sub(one, 0, 16), str_sub(two, 0, 16)));
    eq_str(one, doc_salts(a, &secret, STR("A/1"), 3));
}

TEST(status_list_of_the_draft_packs_its_bits_in_order)
{
    static const int BITS[] = {1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1};
    DocStatusList list = doc_status_new(a, STR("https://example.com/statuslists/1"), 16);
    for (size_t i = 0; i < COUNT_OF(BITS); i++) {
        doc_status_set(&list, i, BITS[i] == 1);
    }
    eq_text(hex_print(a, list.bits), "b9a3"); /* section 4.1 of the draft */
    int entry = 0;
    check(doc_status_get(&list, 9, &entry, NULL) && entry == 1);
    doc_status_set(&list, 9, false);
    check(doc_status_get(&list, 9, &entry, NULL) && entry == 0);
    Err err = {0};
    check(!doc_status_get(&list, 16, &entry, &err));
    eq_int(err.code, FIELD_RANGE);
}

static DocStatusList signed_list(Arena *a, size_t revoked, Str *ret_jwt)
{
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    DocStatusList list = doc_status_new(a, STR("https://permits.example/status/1"), 100000), read;
    Err err = {0};
    list.issued_s = 1767225600;
    list.ends_s = 1767830400;
    list.ttl_s = 3600;
    doc_status_set(&list, revoked, true);
    check(doc_status_sign(a, &list, &seed, ret_jwt, &err));
    check(doc_status_verify(a, *ret_jwt, &key, 1, &read, &err));
    eq_str(read.bits, list.bits);
    eq_int(read.ttl_s, 3600);
    return read;
}

TEST(status_list_is_small_and_a_changed_one_is_refused)
{
    Str jwt = {NULL, 0};
    signed_list(a, 1234, &jwt);
    check(jwt.len < 600);
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    char *copy = arena_alloc(a, jwt.len);
    for (size_t i = 0; i < jwt.len; i++) {
        memcpy(copy, jwt.ptr, jwt.len);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        DocStatusList read;
        check(!doc_status_verify(a, (Str){copy, jwt.len}, &key, 1, &read, NULL));
    }
}

TEST(state_follows_time_and_list)
{
    Str jwt;
    DocReading r;
    Err err = {0};
    DocStatusList list = signed_list(a, 1234, &jwt), clean = signed_list(a, 1235, &jwt);
    check(verifies(a, sample_signed(a), &r, &err));
    eq_int(doc_state_at(&r, &list, 1767225601), DOC_REVOKED);
    eq_int(doc_state_at(&r, &clean, 1767225601), DOC_VALID);
    eq_int(doc_state_at(&r, NULL, 1767225601), DOC_STATUS_UNKNOWN);
    eq_int(doc_state_at(&r, &clean, 1767830400), DOC_STATUS_UNKNOWN); /* the list has ended */
    eq_int(doc_state_at(&r, &clean, 1767225599), DOC_NOT_YET);
    eq_int(doc_state_at(&r, &clean, 1861833600), DOC_ENDED);
    clean.uri = STR("https://permits.example/status/2");
    eq_int(doc_state_at(&r, &clean, 1767225601), DOC_STATUS_UNKNOWN);
}

TEST(packed_bomb_is_refused)
{
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    DocStatusList list = doc_status_new(a, STR("x"), (size_t)15 * 1024 * 1024 * 8), read;
    Str jwt = {NULL, 0};
    Err err = {0};
    list.issued_s = 1;
    list.bits = (Str){arena_alloc(a, (size_t)17 * 1024 * 1024), (size_t)17 * 1024 * 1024};
    check(doc_status_sign(a, &list, &seed, &jwt, &err));
    check(!doc_status_verify(a, jwt, &key, 1, &read, &err));
    eq_int(err.code, TOO_LARGE);
}
