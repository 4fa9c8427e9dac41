/* base_test.c: tests of the foundation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/day.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

TEST(arena_gives_zeroed_memory_again_after_reset)
{
    Arena *b = arena_new(1 << 20);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            char *p = arena_alloc(b, 1000);
            check(p[0] == 0 && p[999] == 0);
            p[0] = p[999] = 'x';
        }
        arena_reset(b);
        eq_int(arena_used(b), 0);
    }
    arena_free(b);
}

static void go_past_the_limit(void)
{
    Arena *b = arena_new(1000);
    for (;;) {
        arena_alloc(b, 100);
    }
}

TEST(arena_ends_the_process_at_its_limit)
{
    expect_bug(go_past_the_limit);
}

TEST(map_keeps_order_and_finds_all)
{
    Map m = {.arena = a};
    for (int i = 0; i < 1000; i++) {
        map_set(&m, str_printf(a, "key %d", i), str_printf(a, "%d", i).ptr ? (void *)(uintptr_t)(i + 1) : NULL);
    }
    for (int i = 0; i < 1000; i++) {
        eq_int((uintptr_t)map_get(&m, str_printf(a, "key %d", i)), i + 1);
    }
    check(map_get(&m, STR("none")) == NULL);
    eq_text(m.entries[7].key, "key 7");
}

TEST(days_survive_the_round_trip_over_nine_thousand_years)
{
    int32_t last = day_from_ymd((Ymd){9999, 12, 31}).n;
    for (int32_t n = day_from_ymd((Ymd){1, 1, 1}).n; n <= last; n += 17) {
        Ymd d = day_to_ymd((Day){n});
        check(ymd_is_valid(d));
        eq_int(day_from_ymd(d).n, n);
    }
    Day d;
    check(day_parse(STR("2024-02-29"), &d) && day_weekday(d) == 4);
    check(!day_parse(STR("2023-02-29"), &d) && !day_parse(STR("2023-2-9"), &d) && !day_parse(STR("2023-02-01x"), &d));
}

TEST(months_end_on_the_same_day_number_or_the_last)
{
    Day d;
    check(day_parse(STR("2024-01-31"), &d));
    eq_text(day_print(a, day_add_months(d, 1)), "2024-02-29");
    eq_text(day_print(a, day_add_months(d, -2)), "2023-11-30");
    eq_text(day_print(a, day_add_months(d, 12)), "2025-01-31");
}

TEST(instants_print_and_parse)
{
    Instant t = {1700000000123}, back;
    eq_text(instant_print(a, t), "2023-11-14T22:13:20.123Z");
    check(instant_parse(instant_print(a, t), &back) && back.ms == t.ms);
    check(!instant_parse(STR("2023-11-14T25:13:20Z"), &back));
}

TEST(utf8_refuses_overlong_surrogates_and_cut_sequences)
{
    check(utf8_is_valid(STR("қазақ 한국 😀")));
    check(!utf8_is_valid(STR("\xC0\xAF")) && !utf8_is_valid(STR("\xED\xA0\x80")) && !utf8_is_valid(STR("\xE2\x82")));
    eq_int(utf8_count(STR("қ한😀a")), 4);
    size_t at = 0;
    eq_int(utf8_next(STR("😀"), &at), 0x1F600);
}

static Str canonical(Arena *a, const char *text)
{
    Json *j;
    Err err;
    check(json_parse(a, str_from_c(text), &j, &err));
    Buf b = buf_new(a, 1 << 20);
    json_canonical(&b, a, j);
    check(buf_ok(&b));
    return buf_str(&b);
}

TEST(canonical_json_follows_rfc_8785)
{
    eq_text(
        canonical(a, "{\"b\":[1.0,1e21,1e-7,0.000001,333333333.33333329,-0],\"a\":\"\\u20ac\\n\\u000f\",\"\":null}"),
        "{\"\":null,\"a\":\"€\\n\\u000f\",\"b\":[1,1e+21,1e-7,0.000001,333333333.3333333,0]}");
    eq_text(canonical(a, "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3}"), "{\"€\":3,\"😀\":2,\"\xef\xac\xb3\":1}");
}

TEST(a_number_is_peeked_out_of_an_object_as_reading_it_would_find_it)
{
    Str j =
        STR("{\"a\":{\"n\":1},\"b\":[{\"n\":2}],\"c\":\"x\\\"n\\\":3,\",\"n\":-12.5,\"n2\":7,\"t\":\"9\",\"z\":null}");
    eq_text(json_peek_number(j, STR("n")), "-12.5");
    eq_text(json_peek_number(j, STR("n2")), "7");
    static const char *const NONE[] = {"a", "t", "z", "absent", ""};
    for (size_t i = 0; i < COUNT_OF(NONE); i++) {
        eq_text(json_peek_number(j, str_from_c(NONE[i])), "");
    }
    eq_text(json_peek_number(STR("{\"n\":\"cut"), STR("n")), "");
    eq_text(json_peek_number(STR(""), STR("n")), "");
    eq_text(json_peek_number(STR("{\"n\\"), STR("n")), "");
}

TEST(an_error_that_is_cut_off_ends_with_a_whole_character)
{
    static const char *const CHARACTERS[] = {"a", "é", "한", "😀"};
    for (size_t k = 0; k < COUNT_OF(CHARACTERS); k++) {
        Str c = str_from_c(CHARACTERS[k]);
        for (int before = 0; before < 5; before++) {
            Err e = {0};
            Buf b = buf_new(a, 2000);
            for (int i = 0; i < 300; i++) {
                buf_add(&b, c);
            }
            err_field(&e, BAD_JSON, str_c(a, buf_str(&b)), "%.*s%.*s", before, "12345", STR_ARG(buf_str(&b)));
            Str text = str_from_c(e.text), field = str_from_c(e.field);
            check(utf8_is_valid(text) && utf8_is_valid(field));
            eq_int(text.len, (size_t)before + (sizeof e.text - 1 - (size_t)before) / c.len * c.len);
            eq_int(field.len, (sizeof e.field - 1) / c.len * c.len);
        }
    }
}

TEST(json_errors_name_the_line)
{
    Json *j;
    Err err;
    check(!json_parse(a, STR("{\n\"a\":\n}"), &j, &err));
    check(str_starts(str_from_c(err.text), STR("Line 3")));
    check(!json_parse(a, STR("[12345678901234567890123]"), &j, &err));
    check(!json_parse(a, STR("[1] x"), &j, &err));
    check(!json_parse(a, STR(""), &j, &err));
    check(json_parse(a, STR(" 12.50 "), &j, &err));
    eq_text(json_text(j), "12.50");
}

static bool reads(Arena *a, Str text, Json **ret)
{
    Err err = {0};
    bool ok = json_parse(a, text, ret, &err);
    check(ok || err.code == BAD_JSON);
    return ok;
}

TEST(json_is_read_by_the_letter_of_the_standard)
{
    static const char *const BAD[] = {"01",
                                      "-",
                                      "-01",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "1e+",
                                      "+1",
                                      "NaN",
                                      "Infinity",
                                      "nul",
                                      "True",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "[",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "'a'",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u0000\"",
                                      "\"\\ud83d\"",
                                      "\"\\ud83d\\u0041\"",
                                      "\"\\ude00\\ud83d\"",
                                      "\"\\\\\\ud83d\"",
                                      "\"a\nb\"",
                                      "[1 2]",
                                      "1 2",
                                      "/**/1",
                                      "\f1",
                                      "{\"a\":1 \"b\":2}",
                                      "1e1234567890123456789"};
    static const char *const GOOD[][2] = {{"\t-0 ", "0"},
                                          {"-0.0", "-0.0"},
                                          {"0", "0"},
                                          {"1E+05", "1E+05"},
                                          {"123456789012345678", "123456789012345678"},
                                          {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
                                          {"\"\\uD83D\\ude00x\"", "😀x"},
                                          {"\"\\u00e9\\u20ac\"", "é€"},
                                          {"\"\\\\ud83d\"", "\\ud83d"},
                                          {"\"\"", ""}};
    Json *j;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        if (reads(a, str_from_c(BAD[i]), &j)) {
            printf("  read: %s\n", BAD[i]);
            check(false);
        }
    }
    for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
        check(reads(a, str_from_c(GOOD[i][0]), &j));
        eq_text(json_text(j), GOOD[i][1]);
        check(strlen(json_text(j).ptr) == json_text(j).len); /* other libraries read on to the zero byte */
    }
}

/* Brackets that open `levels` containers around one number. */
static Str nested(Arena *a, size_t levels)
{
    Buf b = buf_new(a, 4096);
    for (size_t i = 0; i < levels; i++) {
        buf_add_c(&b, i % 2 ? "{\"a\":" : "[");
    }
    buf_byte(&b, '1');
    for (size_t i = levels; i-- > 0;) {
        buf_byte(&b, i % 2 ? '}' : ']');
    }
    return buf_str(&b);
}

TEST(json_is_read_however_many_values_stand_side_by_side)
{
    Json *j;
    Buf b = buf_new(a, 1024 * 1024);
    for (int i = 0; i < 3000; i++) {
        buf_printf(&b, "%s\"k%d\":[%d,{\"x\":\"y\"}]", i ? "," : "{", i, i);
    }
    Str open = str_copy(a, buf_str(&b));
    buf_byte(&b, '}');
    check(reads(a, buf_str(&b), &j) && json_count(j) == 3000);
    eq_int(json_to_int(json_path(j, "k2999.0"), -1), 2999);
    eq_text(json_text(json_path(j, "k0.1.x")), "y");
    Buf again = buf_new(a, 1024 * 1024);
    json_write(&again, j);
    check(str_eq(buf_str(&again), buf_str(&b)));
    check(!reads(a, str_printf(a, "%.*s,\"k7\":0}", STR_ARG(open)), &j));
    check(reads(a, nested(a, 63), &j) && !reads(a, nested(a, 64), &j));
}

TEST(text_forms_of_bytes_are_strict)
{
    Str bytes;
    eq_text(hex_print(a, HASH_STR(hash_of(STR("abc")))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check(hex_parse(a, STR("00ff"), &bytes) && bytes.len == 2 && !hex_parse(a, STR("0"), &bytes));
    eq_text(base64url_print(a, STR("\xff\xfe")), "__4");
    check(base64url_parse(a, STR("__4"), &bytes) && bytes.len == 2 && !base64url_parse(a, STR("__4="), &bytes));
}

TEST(the_head_of_a_hash_is_its_first_eight_bytes)
{
    char text[200];
    for (size_t n = 0; n < sizeof text; n++) {
        text[n] = (char)(n * 7 + 1);
        Str s = {text, n};
        Hash h = hash_of(s);
        uint64_t head = 0;
        for (int i = 0; i < 8; i++) {
            head = head << 8 | h.b[i];
        }
        check(hash_head(s) == head);
    }
}

TEST(json_with_a_key_twice_is_refused)
{
    static const char *const BAD[] = {"{\"a\": 1, \"a\": 1}", "[{\"b\": {\"a\": 1, \"c\": 2, \"a\": 3}}]",
                                      "{\"a\": 1, \"\\u0061\": 2}"};
    Json *j;
    Err err = {0};
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        check(!json_parse(a, str_from_c(BAD[i]), &j, &err));
        eq_int(err.code, BAD_JSON);
    }
    check(json_parse(a, STR("{\"a\": {\"a\": \"x:y\"}, \"b:c\": [{\"a\": 1}, {\"a\": 1}]}"), &j, &err));
}
