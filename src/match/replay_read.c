/* replay_read.c: reads a published round, in CSV or JSON, into sorted rows. tests/match_second/FORMAT.md describes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "replay_int.h"

#include "base/json.h"

#include <string.h>

enum { MOST_BYTES = 1 << 30, MOST_ROWS = 1 << 24, MOST_BEACON = 256 };

typedef struct {
    const char *name, *kinds;
    uint32_t fields;
} RowKind;

/* What a round may say, and nothing else: a field that no rule reads cannot be smuggled in. */
static const RowKind row_kinds[] = {
    {"cell", "rank match", 4}, {"held", "rank", 3},   {"application", "rank", 4}, {"candidate", "refer", 5},
    {"vacancy", "refer", 7},   {"seats", "match", 3}, {"worker", "match", 2},
};

static bool fault(const ReplayLine *row, Err *err, const char *what)
{
    return err_set(err, FIELD_FORMAT, "Line %u: %s", row->number, what);
}

bool replay_fields(const ReplayLine *row, uint32_t count, Str *ret_fields, Err *err)
{
    Str rest = row->text, name;
    uint32_t n = 0;
    (void)str_cut(&rest, ',', &name);
    for (Str field; str_cut(&rest, ',', &field); n++) {
        if (n < count) {
            ret_fields[n] = field;
        }
    }
    return n == count ||
           err_set(err, FIELD_FORMAT, "Line %u: %.*s has %u fields, not %u.", row->number, STR_ARG(name), count, n);
}

bool replay_int(const ReplayLine *row, Str field, int64_t low, int64_t high, int64_t *ret, Err *err)
{
    Str digits = str_sub(field, field.len > 0 && field.ptr[0] == '-', field.len);
    bool is_plain = digits.len > 0 && (digits.ptr[0] != '0' || field.len == 1);
    int64_t n;
    if (!is_plain || !str_to_int(field, &n)) {
        return fault(row, err, "a whole number is missing.");
    }
    if (n < low || n > high) {
        return err_set(err, FIELD_RANGE, "Line %u: a number is outside what is allowed.", row->number);
    }
    *ret = n;
    return true;
}

bool replay_part(Str list, size_t *at, Str *ret)
{
    if (*at >= list.len) {
        return false;
    }
    size_t end = str_find(list, STR(";"), *at);
    end = end == SIZE_MAX ? list.len : end;
    *ret = str_sub(list, *at, end);
    *at = end + 1;
    return true;
}

uint32_t replay_rows(const ReplayRound *r, Str name, uint32_t *ret_first)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->row_count; i++) {
        Str text = r->rows[i].text;
        if (str_starts(text, name) && text.len > name.len && text.ptr[name.len] == ',') {
            *ret_first = count++ == 0 ? i : *ret_first;
        }
    }
    return count;
}

/* ---- JSON to the same lines ---- */

static bool add_scalar(Buf *b, const Json *j, Err *err)
{
    Str text = j->kind == JSON_BOOL ? (j->boolean ? STR("true") : STR("false")) : json_text(j);
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < ' ' || memchr(",;:", text.ptr[i], 3) != NULL) {
            return err_set(err, BAD_JSON, "A value of the round holds a comma, colon, semicolon or control character.");
        }
    }
    if (j->kind == JSON_OBJECT) {
        return err_set(err, BAD_JSON, "A row of the round is made of values and lists only.");
    }
    buf_add(b, text);
    return true;
}

/* Lists inside a row are written a;b;c, and lists inside those a:1. */
static bool add_value(Buf *b, const Json *j, int depth, Err *err)
{
    static const char separators[] = ",;:";
    if (j->kind != JSON_ARRAY) {
        return add_scalar(b, j, err);
    }
    if (depth > 2) {
        return err_set(err, TOO_DEEP, "A row of the round nests too deep.");
    }
    for (size_t i = 0; i < j->count; i++) {
        if (i > 0) {
            buf_byte(b, separators[depth]);
        }
        if (!add_value(b, j->items[i], depth + 1, err)) {
            return false;
        }
    }
    return true;
}

static bool lines_from_json(Arena *a, Str input, Str *ret, Err *err)
{
    Json *j;
    if (!json_parse(a, input, &j, err)) {
        return false;
    }
    Buf b = buf_new(a, MOST_BYTES);
    for (size_t i = 0; i < json_count(j) && j->kind == JSON_OBJECT; i++) {
        const Json *value = j->members[i].value;
        if (str_eq_c(j->members[i].key, "rows")) {
            for (size_t k = 0; k < value->count && value->kind == JSON_ARRAY; k++) {
                if (!add_value(&b, value->items[k], 0, err)) {
                    return false;
                }
                buf_byte(&b, '\n');
            }
            continue;
        }
        buf_add(&b, j->members[i].key);
        buf_byte(&b, ',');
        if (!add_scalar(&b, value, err)) {
            return false;
        }
        buf_byte(&b, '\n');
    }
    *ret = buf_str(&b);
    return buf_ok(&b) || err_set(err, TOO_LARGE, "The round is too large.");
}

/* ---- Header ---- */

static bool read_hash(Arena *a, const ReplayLine *row, Str text, Hash *ret, Err *err)
{
    Str bytes;
    if (text.len != 64 || !hex_parse(a, text, &bytes)) {
        return fault(row, err, "64 hexadecimal digits are missing.");
    }
    memcpy(ret->b, bytes.ptr, 32);
    return true;
}

static bool read_flag(const ReplayLine *row, Str text, bool *ret, Err *err)
{
    if (!str_eq_c(text, "true") && !str_eq_c(text, "false")) {
        return fault(row, err, "true or false is missing.");
    }
    *ret = str_eq_c(text, "true");
    return true;
}

static bool read_number(const ReplayLine *row, Str text, uint32_t *ret, Err *err)
{
    int64_t n;
    if (!replay_int(row, text, 0, UINT32_MAX - 1, &n, err)) {
        return false;
    }
    *ret = (uint32_t)n;
    return true;
}

enum {
    H_FORMAT,
    H_ROUND,
    H_KIND,
    H_COMMITMENT,
    H_SECRET,
    H_ROOT,
    H_BEACON,
    H_ONE_PER_PASS,
    H_POOL,
    H_EXPOSURE_FIRST,
    H_OPEN_LIMIT
};
enum { HEADER_COUNT = H_OPEN_LIMIT + 1 };
static const char *const headers[HEADER_COUNT] = {"format", "round",          "kind",      "commitment",
                                                  "secret", "root",           "beacon",    "one_per_pass",
                                                  "pool",   "exposure_first", "open_limit"};

static int header_named(Str name)
{
    for (int i = 0; i < HEADER_COUNT; i++) {
        if (str_eq_c(name, headers[i])) {
            return i;
        }
    }
    return -1;
}

static bool is_id(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
              c == '-')) {
            return false;
        }
    }
    return s.len > 0 && s.len <= REPLAY_MOST_ID;
}

static bool read_header(Arena *a, const ReplayLine *row, int header, Str value, ReplayRound *r, Err *err)
{
    switch (header) {
    case H_FORMAT:
        return str_eq_c(value, "goldenbridge-round/1") || fault(row, err, "the format is not goldenbridge-round/1.");
    case H_ROUND: r->round = value; return is_id(value) || fault(row, err, "the name of the round is not one.");
    case H_KIND:
        r->kind = value;
        return str_eq_c(value, "rank") || str_eq_c(value, "refer") || str_eq_c(value, "match") ||
               fault(row, err, "the kind is rank, refer or match.");
    case H_COMMITMENT: r->has_commitment = true; return read_hash(a, row, value, &r->commitment, err);
    case H_SECRET: r->has_secret = true; return read_hash(a, row, value, &r->secret, err);
    case H_ROOT: r->has_root = true; return read_hash(a, row, value, &r->root, err);
    case H_BEACON:
        return (value.len <= 2 * MOST_BEACON && hex_parse(a, value, &r->beacon)) ||
               fault(row, err, "the beacon is not hexadecimal.");
    case H_ONE_PER_PASS: return read_flag(row, value, &r->one_per_pass, err);
    case H_POOL: return read_number(row, value, &r->pool, err);
    case H_EXPOSURE_FIRST: return read_flag(row, value, &r->exposure_first, err);
    default: return read_number(row, value, &r->open_limit, err);
    }
}

/* ---- Rows ---- */

static void sort_lines(ReplayLine *lines, ReplayLine *spare, uint32_t count)
{
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t from = 0; from < count; from += 2 * width) {
            uint64_t mid = from + width < count ? from + width : count, end = mid + width < count ? mid + width : count;
            uint64_t x = from, y = mid;
            for (uint64_t to = from; to < end; to++) {
                bool left = x < mid && (y == end || str_cmp(lines[x].text, lines[y].text) <= 0);
                spare[to] = lines[left ? x++ : y++];
            }
        }
        memcpy(lines, spare, count * sizeof *lines);
    }
}

static bool check_row(const ReplayRound *r, const ReplayLine *row, Err *err)
{
    Str rest = row->text, name, fields[REPLAY_MOST_FIELDS];
    (void)str_cut(&rest, ',', &name);
    for (size_t i = 0; i < COUNT_OF(row_kinds); i++) {
        const RowKind *k = &row_kinds[i];
        if (str_eq_c(name, k->name) && str_find(str_from_c(k->kinds), r->kind, 0) != SIZE_MAX) {
            if (!replay_fields(row, k->fields, fields, err)) {
                return false;
            }
            /* held begins with a series, which is empty for the pool. */
            return str_eq_c(name, "held") || is_id(fields[0]) || fault(row, err, "the id is not one.");
        }
    }
    return err_set(err, FIELD_UNKNOWN, "Line %u: a round of this kind has no rows of this name.", row->number);
}

static bool check_rows(ReplayRound *r, Arena *a, Err *err)
{
    for (uint32_t i = 0; i < r->row_count; i++) {
        if (!check_row(r, &r->rows[i], err)) {
            return false;
        }
    }
    if (r->row_count > 0) {
        sort_lines(r->rows, ARENA_ARRAY(a, ReplayLine, r->row_count), r->row_count);
    }
    return true;
}

static bool read_lines(Arena *a, Str text, ReplayRound *r, Err *err)
{
    uint32_t number = 0, room = 1;
    bool seen[HEADER_COUNT] = {false};
    for (size_t i = 0; i < text.len; i++) {
        room += text.ptr[i] == '\n';
    }
    if (room > MOST_ROWS) {
        return err_set(err, TOO_LARGE, "The round has too many rows.");
    }
    r->rows = ARENA_ARRAY(a, ReplayLine, room);
    for (Str line; str_cut(&text, '\n', &line);) {
        ReplayLine row = {.text = line, .number = ++number};
        Str value = line, name;
        int header = line.len > 0 && str_cut(&value, ',', &name) ? header_named(name) : -1;
        if (line.len == 0 && text.ptr == NULL) {
            break;
        }
        if (header < 0) {
            r->rows[r->row_count++] = row;
            continue;
        }
        if (seen[header]) {
            return fault(&row, err, "this stands in the round twice.");
        }
        seen[header] = true;
        if (value.ptr == NULL) {
            return fault(&row, err, "the value is missing.");
        }
        if (!read_header(a, &row, header, value, r, err)) {
            return false;
        }
    }
    for (int i = H_FORMAT; i <= H_KIND; i++) {
        if (!seen[i]) {
            return err_set(err, FIELD_MISSING, "The round does not say its %s.", headers[i]);
        }
    }
    return check_rows(r, a, err);
}

bool replay_read(Arena *a, Str input, ReplayRound *ret, Err *err)
{
    *ret = (ReplayRound){0};
    if (input.len > MOST_BYTES) {
        return err_set(err, TOO_LARGE, "The file is larger than %d bytes.", MOST_BYTES);
    }
    Str text = input;
    if (str_starts(str_trim(input), STR("{")) && !lines_from_json(a, input, &text, err)) {
        return false;
    }
    if (text.ptr == NULL) {
        text = STR("");
    }
    return read_lines(a, text, ret, err);
}

Hash replay_root(Arena *a, const ReplayRound *r)
{
    Buf b = buf_new(a, (size_t)MOST_BYTES * 2);
    buf_printf(&b, "round,%.*s\nkind,%.*s\none_per_pass,%s\npool,%u\nexposure_first,%s\nopen_limit,%u\n",
               STR_ARG(r->round), STR_ARG(r->kind), r->one_per_pass ? "true" : "false", r->pool,
               r->exposure_first ? "true" : "false", r->open_limit);
    for (uint32_t i = 0; i < r->row_count; i++) {
        buf_add(&b, r->rows[i].text);
        buf_byte(&b, '\n');
    }
    check_that(buf_ok(&b));
    return hash_of(buf_str(&b));
}
