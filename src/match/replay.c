/* replay.c: recomputes a published round: frozen input, committed secret, same text as any other implementation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "replay_int.h"

#include <stdio.h>

#include "base/json.h"

enum { MOST_TEXT = 0x7fffffff };

static bool find_seed(Arena *a, ReplayRound *r, Err *err)
{
    if (!r->has_commitment) {
        return err_set(err, FIELD_MISSING, "The round does not say its commitment.");
    }
    if (!r->has_root) {
        return err_set(err, FIELD_MISSING, "The round does not say its root.");
    }
    if (!r->has_secret) {
        return err_set(err, FIELD_MISSING, "The secret of the round is not revealed yet.");
    }
    Hash root = replay_root(a, r);
    if (!hash_eq(root, r->root)) {
        Str hex = hex_print(a, HASH_STR(root));
        return err_set(err, LOG_DAMAGED, "The rows are not those that were frozen: their root is %.*s.", STR_ARG(hex));
    }
    return match_seed(r->commitment, r->secret, r->root, r->beacon, &r->seed, err);
}

static void put_hash(Arena *a, Buf *out, const char *key, Hash h)
{
    Str hex = hex_print(a, HASH_STR(h));
    buf_printf(out, "%s %.*s\n", key, STR_ARG(hex));
}

static bool recompute(Arena *a, const ReplayRound *r, Buf *out, Err *err)
{
    static const struct {
        const char *kind;
        bool (*run)(Arena *, const ReplayRound *, Buf *, Err *);
    } kinds[] = {{"rank", replay_rank}, {"refer", replay_refer}, {"match", replay_match}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_eq_c(r->kind, kinds[i].kind)) {
            return kinds[i].run(a, r, out, err);
        }
    }
    bug("a kind of round that the reader lets through");
}

/* A line is a word and an id, then keys and values; those of one word are alone with their value. */
static Json *json_of_line(Arena *a, Str line)
{
    Json *j = json_new_object(a);
    Str key = STR("line"), word;
    bool is_key = false;
    for (uint32_t n = 0; str_cut(&line, ' ', &word); n++) {
        if (is_key) {
            key = word;
        } else {
            json_set(a, j, key, json_new_str(a, word));
        }
        key = n == 0 ? STR("id") : key;
        is_key = n > 0 && !is_key;
    }
    return j;
}

static Str json_of_text(Arena *a, Str text)
{
    Json *j = json_new_object(a), *rows = json_new_array(a);
    Str line;
    for (uint32_t n = 0; str_cut(&text, '\n', &line) && line.len > 0; n++) {
        Str rest = line, word;
        (void)str_cut(&rest, ' ', &word);
        if (n == 0) {
            json_set(a, j, STR("format"), json_new_str(a, line));
        } else if (rest.ptr != NULL && str_find(rest, STR(" "), 0) == SIZE_MAX) {
            json_set(a, j, word, json_new_str(a, rest));
        } else {
            json_push(a, rows, json_of_line(a, line));
        }
    }
    json_set(a, j, STR("rows"), rows);
    Buf b = buf_new(a, MOST_TEXT);
    json_write_pretty(&b, j);
    buf_byte(&b, '\n');
    return buf_str(&b);
}

static bool print_outcome(Arena *a, const ReplayRound *r, const char *format, bool as_json, Str *ret_text, Err *err)
{
    Buf out = buf_new(a, MOST_TEXT);
    buf_printf(&out, "%s\nround %.*s\nkind %.*s\n", format, STR_ARG(r->round), STR_ARG(r->kind));
    put_hash(a, &out, "commitment", r->commitment);
    put_hash(a, &out, "root", r->root);
    put_hash(a, &out, "seed", r->seed);
    if (!recompute(a, r, &out, err)) {
        return false;
    }
    put_hash(a, &out, "result", hash_of(buf_str(&out)));
    if (!buf_ok(&out)) {
        return err_set(err, TOO_LARGE, "The outcome is too large to print.");
    }
    *ret_text = as_json ? json_of_text(a, buf_str(&out)) : buf_str(&out);
    return true;
}

bool match_replay(Arena *a, Str input, bool as_json, Str *ret_text, Err *err)
{
    ReplayRound r;
    return replay_read(a, input, &r, err) && find_seed(a, &r, err) &&
           print_outcome(a, &r, "goldenbridge-replay/1", as_json, ret_text, err);
}

bool match_try(Arena *a, Str input, Hash secret, bool as_json, Str *ret_text, Err *err)
{
    ReplayRound r;
    if (!replay_read(a, input, &r, err)) {
        return false;
    }
    r.secret = secret;
    r.commitment = match_commit(secret);
    r.root = replay_root(a, &r);
    return match_seed(r.commitment, secret, r.root, r.beacon, &r.seed, err) &&
           print_outcome(a, &r, "goldenbridge-trial/1", as_json, ret_text, err);
}

/* The line of caps for the cell that a row is about; an empty text if there is none. */
static Str cap_for(Str caps, Str row)
{
    size_t name = str_find(row, STR(","), 5);
    Str head = name == SIZE_MAX ? row : str_sub(row, 0, name + 1), line;
    while (str_cut(&caps, '\n', &line)) {
        if (str_starts(str_trim(line), head)) {
            return str_trim(line);
        }
    }
    return (Str){0};
}

/* Says how the round's own cells are called, so that the next try can name them. */
static bool refuse_caps(const ReplayRound *r, Err *err)
{
    char names[160];
    size_t n = 0;
    for (uint32_t i = 0; i < r->row_count && n + 1 < sizeof names; i++) {
        Str rest = r->rows[i].text, head, name;
        if (str_starts(rest, STR("cell,")) && str_cut(&rest, ',', &head) && str_cut(&rest, ',', &name)) {
            int more = snprintf(names + n, sizeof names - n, "%s%.*s", n ? ", " : "", STR_ARG(name));
            n += more > 0 ? (size_t)more : 0;
        }
    }
    return err_set(err, FIELD_CHOICE,
                   "The caps name a cell that the round has not, or one twice. Cells of this round: %s",
                   n ? names : "none");
}

static bool put_caps(ReplayRound *r, Str caps, Err *err)
{
    uint32_t changed = 0, asked = 0;
    Str line;
    for (uint32_t i = 0; i < r->row_count; i++) {
        Str other = str_starts(r->rows[i].text, STR("cell,")) ? cap_for(caps, r->rows[i].text) : (Str){0};
        changed += other.len > 0;
        r->rows[i].text = other.len > 0 ? other : r->rows[i].text;
    }
    for (Str rest = caps; str_cut(&rest, '\n', &line);) {
        int64_t pool;
        line = str_trim(line);
        asked += str_starts(line, STR("cell,"));
        if (str_starts(line, STR("pool,")) && str_to_int(str_sub(line, 5, line.len), &pool) && pool >= 0 &&
            pool < UINT32_MAX) {
            r->pool = (uint32_t)pool;
        }
    }
    return changed == asked || refuse_caps(r, err);
}

bool match_with_caps(Arena *a, Str input, Str caps, bool as_json, Str *ret_text, Err *err)
{
    ReplayRound r;
    return replay_read(a, input, &r, err) && find_seed(a, &r, err) && put_caps(&r, caps, err) &&
           print_outcome(a, &r, "goldenbridge-trial/1", as_json, ret_text, err);
}

bool match_replay_root(Arena *a, Str input, Hash *ret, Err *err)
{
    ReplayRound r;
    if (!replay_read(a, input, &r, err)) {
        return false;
    }
    *ret = replay_root(a, &r);
    return true;
}
