/* replay_test.c: published rounds: the second implementation, stored past rounds, frozen input, hostile files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/buf.h"
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND "tests/match_second/"

static Str replay_text(Arena *a, Str input)
{
    Str text = {0};
    Err err = {0};
    if (!match_replay(a, input, false, &text, &err)) {
        eq_text(str_from_c(err.text), "no error");
    }
    return text;
}

static ErrCode replay_code(Arena *a, Str input)
{
    Str text;
    Err err = {0};
    bool fine = match_replay(a, input, false, &text, &err);
    check(fine == (err.code == OK));
    return err.code;
}

/* The text with the first `from` replaced. */
static Str changed(Arena *a, Str text, const char *from, const char *to)
{
    size_t at = str_find(text, str_from_c(from), 0);
    check(at != SIZE_MAX);
    Str tail = str_sub(text, at + strlen(from), text.len);
    return str_printf(a, "%.*s%s%.*s", (int)at, text.ptr, to, STR_ARG(tail));
}

/* Gives the round the root of its rows as they are now. */
static Str refrozen(Arena *a, Str input)
{
    Hash root;
    Err err = {0};
    check(match_replay_root(a, input, &root, &err));
    size_t at = str_find(input, STR("root,"), 0);
    check(at != SIZE_MAX);
    Str tail = str_sub(input, at + 69, input.len), hex = hex_print(a, HASH_STR(root));
    return str_printf(a, "%.*sroot,%.*s%.*s", (int)at, input.ptr, STR_ARG(hex), STR_ARG(tail));
}

TEST_WITHIN(the_second_implementation_prints_the_same_bytes, 120)
{
    if (access("/usr/bin/python3", X_OK) != 0) {
        skip("python3 is not there");
    }
    char folder[] = "/tmp/match_second_XXXXXX", command[200];
    check(mkdtemp(folder) != NULL);
    snprintf(command, sizeof command, "PYTHONDONTWRITEBYTECODE=1 python3 " SECOND "many.py %s 60 50", folder);
    FILE *p = popen(command, "r");
    check(p != NULL);
    char name[100], path[200];
    int compared = 0;
    while (fgets(name, sizeof name, p) != NULL) {
        name[strcspn(name, "\n")] = '\0';
        snprintf(path, sizeof path, "%s/%s", folder, name);
        Str input = test_read_file(a, path);
        check(unlink(path) == 0);
        snprintf(path, sizeof path, "%s/%s.want", folder, name);
        /* The name is printed when both files are written. */
        eq_str(replay_text(a, input), test_read_file(a, path));
        check(unlink(path) == 0);
        compared++;
    }
    eq_int(pclose(p), 0);
    check(rmdir(folder) == 0);
    eq_int(compared, 180);
}

static void check_stored(Arena *a, const char *name)
{
    Str input = test_read_file(a, str_c(a, str_printf(a, SECOND "stored/%s.csv", name)));
    eq_str(replay_text(a, input), test_read_file(a, str_c(a, str_printf(a, SECOND "stored/%s.want", name))));
}

TEST(stored_rounds_of_the_past_give_the_past_result)
{
    check_stored(a, "rank");
    check_stored(a, "refer");
    check_stored(a, "match");
}

static Str stored(Arena *a, const char *kind)
{
    return test_read_file(a, str_c(a, str_printf(a, SECOND "stored/%s.csv", kind)));
}

TEST(the_order_of_rows_in_the_file_does_not_matter)
{
    static const char *const kinds[] = {"rank", "refer", "match"};
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        Str input = stored(a, kinds[k]), rest = input, line;
        Buf turned = buf_new(a, input.len * 2);
        Str lines[1000];
        uint32_t n = 0;
        while (str_cut(&rest, '\n', &line) && line.len > 0) {
            check(n < COUNT_OF(lines));
            lines[n++] = line;
        }
        while (n > 0) {
            buf_add(&turned, lines[--n]);
            buf_byte(&turned, '\n');
        }
        eq_str(replay_text(a, buf_str(&turned)), replay_text(a, input));
    }
}

TEST(a_row_changed_after_freezing_or_another_secret_is_refused)
{
    Str input = stored(a, "rank");
    eq_int(replay_code(a, input), OK);
    eq_int(replay_code(a, changed(a, input, "application,a1,", "application,a99,")), LOG_DAMAGED);
    eq_int(replay_code(a, changed(a, input, "one_per_pass,", "open_limit,7\none_per_pass,")), LOG_DAMAGED);
    Str secret = str_sub(input, str_find(input, STR("secret,"), 0), SIZE_MAX);
    Str line;
    (void)str_cut(&secret, '\n', &line);
    const char *was = str_c(a, line);
    Str other = changed(a, input, was, "secret,1111111111111111111111111111111111111111111111111111111111111111");
    eq_int(replay_code(a, other), NOT_ALLOWED);
    eq_int(replay_code(a, changed(a, input, str_c(a, str_printf(a, "%s\n", was)), "")), FIELD_MISSING);
}

/* No key can read what is not declared: a row with a field more, whatever it holds, is refused before anything is
 * ranked. */
TEST(an_undeclared_field_such_as_sex_is_refused)
{
    Str refer = stored(a, "refer");
    Str rest = str_sub(refer, str_find(refer, STR("candidate,"), 0), SIZE_MAX), line;
    (void)str_cut(&rest, '\n', &line);
    const char *row = str_c(a, line);
    eq_int(replay_code(a, changed(a, refer, row, str_c(a, str_printf(a, "%s,female", row)))), FIELD_FORMAT);
    eq_int(replay_code(a, changed(a, refer, row, str_c(a, str_printf(a, "%s\nsex,c1,female", row)))), FIELD_UNKNOWN);
}

/* In the engine: what is no part of the key may be anything. The id of the group is such a field for ranking. */
TEST(fields_outside_the_key_change_nothing)
{
    Rng r = {.state = 4};
    MatchCandidate pool[40], other[40];
    uint32_t group = 1, other_group = 77;
    for (uint32_t i = 0; i < 40; i++) {
        pool[i] = (MatchCandidate){.id = i, .group = 1, .standing = rng_below(&r, 5), .ticket = rng_next(&r)};
        other[i] = pool[i];
        other[i].group = 77;
        other[i].open = rng_below(&r, 9); /* no limit in force: not read */
    }
    MatchVacancy v = {.places = 3, .multiple = 3, .groups = &group, .group_count = 1}, w = v;
    w.groups = &other_group;
    w.id = 5;
    MatchReferralRound x = {.pool = pool, .vacancies = &v, .pool_count = 40, .vacancy_count = 1}, y = x;
    y.pool = other;
    y.vacancies = &w;
    MatchReferral p, q;
    check(match_referral(a, &x, &p, NULL) && match_referral(a, &y, &q, NULL));
    eq_int(memcmp(p.rows[0].candidates, q.rows[0].candidates, 9 * sizeof(uint32_t)), 0);
}

/* The line of the text that begins so, from behind that; empty if there is none. */
static Str line_after(Str text, Str start)
{
    size_t at = str_find(text, start, 0);
    Str rest = str_sub(text, at == SIZE_MAX ? text.len : at + start.len, text.len), line = {0};
    (void)str_cut(&rest, '\n', &line);
    return line;
}

/* Whether points and ticket stay below the cutoff that a printed line names by this key. */
static bool is_refused(Arena *a, Str line, const char *key, int64_t points, Str ticket)
{
    Str value = {0}, low = {0}, rest = line_after(line, str_printf(a, " %s ", key));
    (void)str_cut(&rest, ' ', &value);
    (void)str_cut(&rest, ' ', &low);
    (void)str_cut(&rest, ' ', &low);
    int64_t cutoff;
    if (str_eq_c(value, "-") || str_eq_c(value, "closed")) {
        return str_eq_c(value, "closed");
    }
    check(str_to_int(value, &cutoff));
    return points < cutoff || (points == cutoff && str_cmp(ticket, low) > 0);
}

static bool is_reachable(Arena *a, Str input, Str text, Str vacancy, int64_t points, Str ticket)
{
    Str seats = line_after(text, str_printf(a, "\nseats %.*s ", STR_ARG(vacancy)));
    Str row = line_after(input, str_printf(a, "\nseats,%.*s,", STR_ARG(vacancy))), cell, rest;
    (void)str_cut(&row, ',', &rest);
    (void)str_cut(&row, ',', &cell);
    bool refused = is_refused(a, str_printf(a, " %.*s", STR_ARG(seats)), "cutoff", points, ticket);
    while (cell.len > 0) {
        Str line = line_after(text, str_printf(a, "\ncell %.*s ", STR_ARG(cell)));
        refused = refused || is_refused(a, line, "cutoff", points, ticket) ||
                  is_refused(a, line, "pool_cutoff", points, ticket);
        rest = line_after(input, str_printf(a, "\ncell,%.*s,", STR_ARG(cell)));
        (void)str_cut(&rest, ',', &cell);
    }
    return !refused;
}

/* A worker recomputes the own line from the public files alone: the first wish that no printed cutoff refuses. */
TEST(each_letter_follows_from_the_public_text)
{
    Str input = str_printf(a, "\n%.*s", STR_ARG(stored(a, "match"))), text = replay_text(a, stored(a, "match"));
    Str rest = text, line;
    int letters = 0, placed = 0;
    while (str_cut(&rest, '\n', &line) && line.len > 0) {
        if (!str_starts(line, STR("worker "))) {
            continue;
        }
        Str words[9], wish, vacancy, reached = STR("-");
        for (int i = 0; i < 9; i++) {
            check(str_cut(&line, ' ', &words[i]));
        }
        Str list = line_after(input, str_printf(a, "\nworker,%.*s,", STR_ARG(words[1])));
        while (str_eq_c(reached, "-") && list.len > 0 && str_cut(&list, ';', &wish)) {
            int64_t points;
            (void)str_cut(&wish, ':', &vacancy);
            check(str_to_int(wish, &points));
            reached = is_reachable(a, input, text, vacancy, points, words[3]) ? vacancy : reached;
        }
        eq_str(words[5], reached);
        letters++;
        placed += !str_eq_c(reached, "-");
    }
    check(letters == 40 && placed > 5);
}

TEST(hostile_files_end_in_a_clear_error)
{
    eq_int(replay_code(a, STR("")), FIELD_MISSING);
    eq_int(replay_code(a, STR("\n\n\n")), FIELD_MISSING);
    eq_int(replay_code(a, STR("{")), BAD_JSON);
    eq_int(replay_code(a, STR("{\"rows\":[[{}]]}")), BAD_JSON);
    eq_int(replay_code(a, STR("{\"rows\":[[[[[[1]]]]]]}")), TOO_DEEP);
    eq_int(replay_code(a, STR("{\"round\":\"a,b\"}")), BAD_JSON);
    eq_int(replay_code(a, STR("format,goldenbridge-round/2\n")), FIELD_FORMAT);
    eq_int(replay_code(a, STR("round")), FIELD_FORMAT);
    eq_int(replay_code(a, STR("round,a\nround,b\n")), FIELD_FORMAT);
    Str rank = stored(a, "rank"), match = stored(a, "match"), refer = stored(a, "refer");
    static const char *const faults[][2] = {
        {"cell,agri,kr,", "cell,agri,agri,"},
        {"cell,agri,kr,", "cell,agri,nobody,"},
        {"cell,agri,kr,", "cell,agri,kr,x"},
        {"application,a1,", "application,a1,+"},
        {"application,a1,", "application,a1,0"},
        {"application,a1,", "application,a 1,"},
        {"application,a1,", "application,a2,"},
        {"application,a1,", "applicatioN,a1,"},
        {"kind,rank", "kind,refer"},
    };
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        Str bad = changed(a, rank, faults[i][0], faults[i][1]), text;
        Err err = {0};
        Hash root;
        bool is_read = match_replay_root(a, bad, &root, &err);
        check(!is_read || !match_replay(a, refrozen(a, bad), false, &text, &err));
        check(err.code != OK && err.text[0] != '\0');
    }
    /* Every cut of a good file ends in an error or in the root that does not fit; none crashes. */
    Str files[] = {rank, match, refer};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        for (size_t end = 0; end < files[i].len - 1; end += 7) {
            check(replay_code(a, str_sub(files[i], 0, end)) != OK);
        }
    }
}

TEST(noise_in_a_file_never_crashes)
{
    Rng r = {.state = 6};
    Str files[] = {stored(a, "rank"), stored(a, "match"), stored(a, "refer")};
    static const char bits[] = ",;:\n-0129{}[]\"a\x80";
    for (uint32_t i = 0; i < RUNS(4000); i++) {
        Str file = files[i % 3];
        ArenaMark mark = arena_mark(a);
        char *copy = arena_alloc(a, file.len);
        memcpy(copy, file.ptr, file.len);
        for (uint32_t k = 1 + rng_below(&r, 4); k > 0; k--) {
            copy[rng_below(&r, (uint32_t)file.len)] = bits[rng_below(&r, sizeof bits - 1)];
        }
        Arena *b = arena_new(0);
        Str input = {copy, file.len}, text;
        Hash root;
        Err err = {0};
        if (str_find(input, STR("\nroot,"), 0) != SIZE_MAX && match_replay_root(b, input, &root, &err)) {
            Str again = refrozen(b, input);
            check(match_replay(b, again, true, &text, &err) || err.code != OK);
        }
        arena_free(b);
        arena_rewind(a, mark);
    }
}

static int run_tool(Arena *a, Str *ret_out, int argc, const char *x, const char *y, const char *z)
{
    char *words[4] = {(char *)(uintptr_t) "match", (char *)(uintptr_t)x, (char *)(uintptr_t)y, (char *)(uintptr_t)z};
    FILE *out = tmpfile(), *err = tmpfile();
    check(out != NULL && err != NULL);
    int status = match_tool(argc, words, out, err);
    long len = ftell(out);
    char *p = arena_alloc(a, (size_t)len + 1);
    rewind(out);
    check(fread(p, 1, (size_t)len, out) == (size_t)len);
    *ret_out = (Str){p, (size_t)len};
    check(status == 0 || ftell(err) > 0);
    fclose(out);
    fclose(err);
    return status;
}

TEST(the_tool_replays_explains_itself_and_fails_clearly)
{
    Str out;
    eq_int(run_tool(a, &out, 3, "replay", SECOND "stored/match.csv", NULL), 0);
    eq_str(out, test_read_file(a, SECOND "stored/match.want"));
    eq_int(run_tool(a, &out, 4, "replay", SECOND "stored/match.csv", "--json"), 0);
    check(str_find(out, STR("\"line\": \"worker\""), 0) != SIZE_MAX ||
          str_find(out, STR("\"line\":\"worker\""), 0) != SIZE_MAX);
    eq_int(run_tool(a, &out, 3, "root", SECOND "stored/rank.csv", NULL), 0);
    eq_int(out.len, 65);
    eq_int(run_tool(a, &out, 2, "--help", NULL, NULL), 0);
    check(str_starts(out, STR("Usage: goldenbridge match")));
    eq_int(run_tool(a, &out, 3, "replay", "/nowhere/at/all", NULL), 66);
    eq_int(run_tool(a, &out, 3, "replay", SECOND "replay.py", NULL), 65);
    eq_int(run_tool(a, &out, 1, NULL, NULL, NULL), 2);
    eq_int(run_tool(a, &out, 4, "replay", "x", "--wrong"), 2);
    eq_int(run_tool(a, &out, 2, "replay", NULL, NULL), 2);
}
