/* round.c: see round.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "round.h"

#include "base/map.h"
#include "match/match.h"

enum { MOST_TEXT = 1 << 28 };

Hash decide_round_commitment(Hash secret)
{
    return match_commit(secret);
}

/* ---- Rows ---- */

static void put_count(Buf *b, int64_t n)
{
    if (n >= 0) {
        buf_printf(b, "%lld", (long long)n);
    }
}

static void put_applicant(Buf *b, const RoundInput *in, const RoundApplicant *one)
{
    if (!in->matches) {
        buf_printf(b, "application,%.*s,%lld,%lld,%.*s\n", STR_ARG(one->id), (long long)one->points,
                   (long long)one->units, STR_ARG(one->cell));
        return;
    }
    buf_printf(b, "worker,%.*s,", STR_ARG(one->id));
    for (size_t i = 0; i < one->wish_count; i++) {
        buf_printf(b, "%s%.*s:%lld", i ? ";" : "", STR_ARG(one->wishes[i]), (long long)one->points);
    }
    buf_byte(b, '\n');
}

static void put_rows(Buf *b, const RoundInput *in)
{
    for (size_t i = 0; i < in->cap_count; i++) {
        const RoundCap *c = &in->caps[i];
        buf_printf(b, "cell,%.*s,%.*s,", STR_ARG(c->name), STR_ARG(c->within));
        put_count(b, c->cap);
        buf_byte(b, ',');
        put_count(b, c->own);
        buf_byte(b, '\n');
    }
    for (size_t i = 0; i < in->offer_count; i++) {
        const RoundOffer *o = &in->offers[i];
        buf_printf(b, "seats,%.*s,%lld,%.*s\n", STR_ARG(o->id), (long long)o->seats, STR_ARG(o->cell));
    }
    for (size_t i = 0; i < in->applicant_count; i++) {
        put_applicant(b, in, &in->applicants[i]);
    }
}

static void put_hash(Arena *a, Buf *b, const char *key, Hash h)
{
    buf_printf(b, "%s,%.*s\n", key, STR_ARG(hex_print(a, HASH_STR(h))));
}

/* With the root and the secret where they are given. */
static bool make_text(Arena *a, const RoundInput *in, Hash commitment, const Hash *root, const Hash *secret, Str *ret,
                      Err *err)
{
    Buf b = buf_new(a, MOST_TEXT);
    buf_printf(&b, "format,goldenbridge-round/1\nround,%.*s\nkind,%s\n", STR_ARG(in->name),
               in->matches ? "match" : "rank");
    put_hash(a, &b, "commitment", commitment);
    buf_printf(&b, "one_per_pass,%s\npool,%lld\n", in->one_per_pass ? "true" : "false", (long long)in->pool);
    if (in->beacon.len > 0) {
        buf_printf(&b, "beacon,%.*s\n", STR_ARG(in->beacon));
    }
    if (root != NULL) {
        put_hash(a, &b, "root", *root);
    }
    if (secret != NULL) {
        put_hash(a, &b, "secret", *secret);
    }
    put_rows(&b, in);
    *ret = buf_str(&b);
    return buf_ok(&b) || err_set(err, TOO_LARGE, "The round is larger than the stated limit.");
}

bool decide_round_freeze(Arena *a, const RoundInput *in, Hash commitment, Str *ret_text, Hash *ret_root, Err *err)
{
    Str text;
    if (!make_text(a, in, commitment, NULL, NULL, &text, err) || !match_replay_root(a, text, ret_root, err)) {
        return false;
    }
    return make_text(a, in, commitment, ret_root, NULL, ret_text, err);
}

/* ---- Outcome ---- */

static int64_t number_at(const Json *row, const char *key)
{
    int64_t n;
    return str_to_int(json_text_at(row, key), &n) ? n : 0;
}

static Str name_at(const Json *row, const char *key)
{
    Str text = json_text_at(row, key);
    return str_eq(text, STR("-")) ? STR("") : text;
}

static RoundLine line_of(const RoundInput *in, const Json *row)
{
    RoundLine l = {0};
    if (!in->matches) {
        l.reason = json_text_at(row, "reason");
        l.rank = number_at(row, "rank");
        l.granted = number_at(row, "granted");
        l.waiting = number_at(row, "waiting");
        l.full = name_at(row, "full");
        return l;
    }
    l.offer = name_at(row, "vacancy");
    l.reason = l.offer.len ? STR("placed") : STR("not_placed");
    l.granted = l.offer.len ? 1 : 0;
    l.choice = number_at(row, "choice");
    return l;
}

/* Id → line, of the lines that begin with the word. */
static Map lines_of(Arena *a, Str outcome, Str word)
{
    Map m = {.arena = a};
    Str line, first, id;
    for (Str rest = outcome; str_cut(&rest, '\n', &line);) {
        Str parts = line;
        if (str_cut(&parts, ' ', &first) && str_eq(first, word) && str_cut(&parts, ' ', &id)) {
            Str *text = ARENA_NEW(a, Str);
            *text = line;
            map_set(&m, id, text);
        }
    }
    return m;
}

static bool read_lines(Arena *a, const RoundInput *in, Str outcome, RoundResult *ret, Err *err)
{
    Json *j;
    if (!json_parse(a, outcome, &j, err)) {
        return false;
    }
    Map by_id = {.arena = a};
    const Json *rows = json_get(j, "rows");
    Str word = in->matches ? STR("worker") : STR("application"), hex = json_text_at(j, "result"), bytes;
    for (size_t i = 0; i < json_count(rows); i++) {
        if (str_eq(json_text_at(rows->items[i], "line"), word)) {
            map_set(&by_id, json_text_at(rows->items[i], "id"), rows->items[i]);
        }
    }
    Map texts = lines_of(a, ret->outcome, word);
    ret->lines = ARENA_ARRAY(a, RoundLine, in->applicant_count + 1);
    for (size_t i = 0; i < in->applicant_count; i++) {
        const Json *row = map_get(&by_id, in->applicants[i].id);
        const Str *text = map_get(&texts, in->applicants[i].id);
        check_that(row != NULL && text != NULL);
        ret->lines[i] = line_of(in, row);
        ret->lines[i].text = *text;
    }
    check_that(hex_parse(a, hex, &bytes) && bytes.len == sizeof ret->result.b);
    for (size_t i = 0; i < bytes.len; i++) {
        ret->result.b[i] = (unsigned char)bytes.ptr[i];
    }
    return true;
}

bool decide_round(Arena *a, const RoundInput *in, Hash secret, const Hash *published, RoundResult *ret, Err *err)
{
    Str frozen, as_json;
    Hash commitment = match_commit(secret);
    *ret = (RoundResult){0};
    if (!decide_round_freeze(a, in, commitment, &frozen, &ret->root, err)) {
        return false;
    }
    if (published != NULL && !hash_eq(*published, ret->root)) {
        return err_set(err, LOG_DAMAGED, "The rows are not those whose root was published when they were frozen.");
    }
    return make_text(a, in, commitment, &ret->root, &secret, &ret->text, err) &&
           match_replay(a, ret->text, false, &ret->outcome, err) && match_replay(a, ret->text, true, &as_json, err) &&
           read_lines(a, in, as_json, ret, err);
}
