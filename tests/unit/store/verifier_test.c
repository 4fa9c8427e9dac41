/* verifier_test.c: the independent verifier against real logs: good ones, changed ones, and a known scandal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engines.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const Instant NOW = {1700000000000};

static Str verify(Arena *a, Str folder, Str vkey, const char *more)
{
    if (!engine_shell("python3 --version >/dev/null 2>&1")) {
        skip("python3 is not installed here");
    }
    int status; /* the words are looked at */
    return test_shell(a,
                      str_printf(a, "python3 tests/verifier/verify_log.py log '%.*s' '%.*s' %s 2>&1", STR_ARG(folder),
                                 STR_ARG(vkey), more),
                      &status);
}

static Event public_event(Arena *a, const char *type, Str stream, Str facts)
{
    Event e = engine_event(a, "x", 0);
    Err err;
    Json *j;
    e.type = str_from_c(type);
    e.stream = stream;
    check(json_parse(a, facts, &j, &err));
    json_set(a, e.data, STR("public"), j);
    return e;
}

static void append_public(Store *s, const char *type, const char *stream, int number, const char *facts)
{
    Err err = {0};
    Arena *a = arena_new(0);
    Event e = public_event(a, type, str_printf(a, "%s-%d", stream, number), str_from_c(facts));
    check(store_append(s, a, &e, 1, &err));
    arena_free(a);
}

static void approve(Store *s, const char *allocation, int approved)
{
    char facts[200];
    snprintf(facts, sizeof facts, "{\"allocation\":\"%s\",\"approved\":%d}", allocation, approved);
    append_public(s, "allocation.approved", "allocation", 1, facts);
}

static void issue(Store *s, const char *allocation, int number)
{
    char facts[200];
    snprintf(facts, sizeof facts, "{\"unit\":{\"allocation\":\"%s\",\"number\":%d}}", allocation, number);
    append_public(s, "permit.issued", "permit", number, facts);
}

/* Signs, writes the public files, returns their folder. */
static Str publish(Arena *a, Store *s)
{
    Err err = {0};
    Str note, folder = engine_path(a, "public");
    check(store_checkpoint(s, a, NOW, &note, &err));
    check(store_export(s, a, folder, &err));
    return folder;
}

BOTH(the_verifier_accepts_an_honest_log)
{
    Err err = {0};
    Store *s = engine_create(url);
    check(store_begin(s, &err));
    approve(s, "q-2023", 2);
    issue(s, "q-2023", 1);
    issue(s, "q-2023", 2);
    append_public(s, "permit.returned", "permit", 2, "{\"unit_returned\":{\"allocation\":\"q-2023\",\"number\":2}}");
    issue(s, "q-2023", 2);
    check(store_commit(s, &err));
    engine_fill(s, 300);
    Str folder = publish(a, s), vkey = store_log_verifier(s, a);
    Str said = verify(a, folder, vkey, "");
    check(str_starts(said, STR("ok: ")));
    check(str_find(said, STR("305 events"), 0) != SIZE_MAX &&
          str_find(said, STR("3 permits issued, 2 held, 2 units"), 0) != SIZE_MAX);
    check(engine_shell(str_printf(a, "cp %.*s/checkpoint %.*s.old", STR_ARG(folder), STR_ARG(folder)).ptr));
    engine_fill(s, 500);
    publish(a, s);
    said = verify(a, folder, vkey, str_printf(a, "--since %.*s.old", STR_ARG(folder)).ptr);
    check(str_starts(said, STR("ok: ")));
    check(
        !str_starts(verify(a, folder, STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), ""),
                    STR("ok")));
    store_close(s);
}

/* 6,938 cards were issued where 2,960 had been approved. The log of those who did it is perfectly signed, and tells. */
TEST_WITHIN(a_scandal_of_6938_cards_on_2960_approvals_is_caught, 60)
{
    Err err = {0};
    Store *s = engine_create(engine_sqlite(a));
    check(store_begin(s, &err));
    approve(s, "scandal", 2960);
    for (int i = 1; i <= 6938; i++) {
        issue(s, "scandal", i);
    }
    check(store_commit(s, &err));
    Str said = verify(a, publish(a, s), store_log_verifier(s, a), "");
    check(str_starts(said, STR("WRONG: event 2962: ")));
    check(str_find(said, STR("6938 permits issued, 6938 held, 2960 units approved"), 0) != SIZE_MAX);
    store_close(s);
}

TEST(a_unit_used_twice_is_caught_though_the_sum_is_right)
{
    Err err = {0};
    Store *s = engine_create(engine_sqlite(a));
    check(store_begin(s, &err));
    approve(s, "q", 10);
    issue(s, "q", 4);
    issue(s, "q", 5);
    append_public(s, "permit.issued", "other", 1, "{\"unit\":{\"allocation\":\"q\",\"number\":4}}");
    check(store_commit(s, &err));
    Str said = verify(a, publish(a, s), store_log_verifier(s, a), "");
    check(str_starts(said, STR("WRONG: event 4: unit 4 of q is taken twice")));
    store_close(s);
}

/* Straight in the database, with every right, after the log was published: one permit is removed, or changed. */
TEST_WITHIN(one_permit_changed_in_the_database_is_caught, 60)
{
    static const struct {
        const char *sql, *said;
    } CHANGE[] = {
        {"UPDATE log_events SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"number\":3}', '\"number\":4}') AS BLOB) WHERE seq = 4",
         "event 4"},
        {"DELETE FROM log_events WHERE seq = 4", NULL},
        {"DELETE FROM log_events WHERE seq >= 40", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(CHANGE); i++) {
        Err err = {0};
        Str url = engine_path(a, str_printf(a, "store%d", (int)i).ptr);
        Str folder = str_printf(a, "%.*s.public", STR_ARG(url)), note;
        Store *s = engine_create(url);
        check(store_begin(s, &err));
        approve(s, "q", 50);
        for (int n = 1; n <= 40; n++) {
            issue(s, "q", n);
        }
        check(store_commit(s, &err) && store_checkpoint(s, a, NOW, &note, &err));
        Str vkey = store_log_verifier(s, a);
        store_close(s);
        engine_tamper(a, url, CHANGE[i].sql, "");
        s = engine_open(url, STORE_WRITE);
        if (store_export(s, a, folder, &err)) {
            Str said = verify(a, folder, vkey, "");
            check(str_starts(said, STR("WRONG: ")) && str_find(said, str_from_c(CHANGE[i].said), 0) != SIZE_MAX);
        } else {
            check(err.code == LOG_DAMAGED || err.code == NOT_FOUND);
        }
        StoreVerify v;
        check(store_verify(s, &v, &err) && v.first_bad > 0);
        check(!store_checkpoint(s, a, NOW, &note, &err) || i == 0);
        store_close(s);
    }
}

TEST_WITHIN(every_byte_of_the_public_files_matters, 60)
{
    Err err = {0};
    Store *s = engine_create(engine_sqlite(a));
    check(store_begin(s, &err));
    approve(s, "q", 3);
    issue(s, "q", 1);
    check(store_commit(s, &err));
    Str folder = publish(a, s), vkey = store_log_verifier(s, a);
    store_close(s);
    check(str_starts(verify(a, folder, vkey, ""), STR("ok")));
    static const char *const FILES[] = {"checkpoint", "tile/0/000.p/2", "tile/entries/000.p/2"};
    int changed = 0;
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        Str bytes = test_read_file(a, str_printf(a, "%.*s/%s", STR_ARG(folder), FILES[i]).ptr);
        for (size_t at = 0; at < bytes.len; at += 1 + bytes.len / 16) {
            Str variant = str_printf(a, "%.*s.changed%d", STR_ARG(folder), changed++);
            check(engine_shell(str_printf(a, "cp -r %.*s %.*s", STR_ARG(folder), STR_ARG(variant)).ptr));
            char *copy = (char *)(uintptr_t)str_copy(a, bytes).ptr;
            copy[at] ^= 1;
            FILE *f = fopen(str_printf(a, "%.*s/%s", STR_ARG(variant), FILES[i]).ptr, "wb");
            check(f != NULL && fwrite(copy, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
        }
    }
    check(changed >= 30);
    /* one process for all of them: starting Python thirty times is slow */
    check(engine_shell(
        str_printf(a,
                   "python3 -c 'import sys; sys.path.insert(0, \"tests/verifier\"); import verify_log as v; "
                   "sys.exit(len(sys.argv) != %d or not all(v.main([\"\", \"log\", f, sys.argv[1]]) == 1 for f in "
                   "sys.argv[2:]))' '%.*s' %.*s.changed* >/dev/null 2>&1",
                   changed + 2, STR_ARG(vkey), STR_ARG(folder))
            .ptr));
    check(str_starts(verify(a, folder, vkey, ""), STR("ok")));
}

/* 77: the tool is not installed. */
static int fsck(Arena *a, Str folder, Str vkey, int seconds)
{
    int status;
    test_shell(
        a,
        str_printf(a, "tests/verifier/fsck.sh %.*s '%.*s' %d >/dev/null 2>&1", STR_ARG(folder), STR_ARG(vkey), seconds),
        &status);
    return status;
}

TEST_WITHIN(fsck_of_tessera_accepts_the_public_files, 400)
{
    Store *s = engine_create(engine_sqlite(a));
    engine_fill(s, 1300);
    Str folder = publish(a, s), vkey = store_log_verifier(s, a);
    store_close(s);
    int code = fsck(a, folder, vkey, 60);
    if (code == 77) {
        skip("fsck of transparency-dev/tessera is not installed here (GOLDENBRIDGE_FSCK)");
    }
    eq_int(code, 0);
    const char *path = str_printf(a, "%.*s/tile/0/002", STR_ARG(folder)).ptr;
    FILE *f = fopen(path, "r+b");
    check(f != NULL && fseek(f, 99, SEEK_SET) == 0 && fputc(7, f) == 7 && fclose(f) == 0);
    check(fsck(a, folder, vkey, 5) != 0);
}

TEST(the_verifier_checks_one_persons_entry)
{
    Err err = {0};
    Store *s = engine_create(engine_sqlite(a));
    engine_fill(s, 20);
    Event e = engine_event(a, "case-p", 1);
    e.person = STR("p-1");
    check(json_parse(a, STR("{\"name\":\"Айгүл\",\"born\":\"1990-01-01\"}"), &e.sealed, &err));
    check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_commit(s, &err));
    Str note;
    Json *proof = NULL;
    StoreSigned at;
    check(store_checkpoint(s, a, NOW, &note, &err) && store_signed(s, a, &at, &err) &&
          store_disclose(s, a, &at, 21, &proof, &err));
    for (int round = 0; round < 2; round++) {
        Buf b = buf_new(a, 1 << 20);
        json_write(&b, proof);
        Str path = engine_path(a, "proof.json"), vkey = store_log_verifier(s, a);
        FILE *f = fopen(path.ptr, "wb");
        check(f != NULL && fwrite(b.ptr, 1, b.len, f) == b.len && fclose(f) == 0);
        int status;
        Str said = test_shell(a,
                              str_printf(a, "python3 tests/verifier/verify_log.py entry '%.*s' '%.*s' 2>&1",
                                         STR_ARG(path), STR_ARG(vkey)),
                              &status);
        check(str_starts(said, round == 0 ? STR("ok: event 21") : STR("WRONG: these personal data")));
        json_set(a, json_get(proof, "sealed"), STR("born"), json_new_str(a, STR("1991-01-01")));
    }
    store_close(s);
}
