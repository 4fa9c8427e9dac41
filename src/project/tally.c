/* tally.c: see tally.h. A case's part in the sums is taken out as it was and put in as it is; what is the same falls
 * away before anything is written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <string.h>

#include "base/map.h"

enum { MONTHS = 12, MOST_DAYS = 1500, KEY_MOST = 64 * 1024 }; /* a wait of so many days or more is one of the longest */

typedef struct {
    Str state, due;
    Day since;
    int64_t times; /* it began so often on that day, each time where the one before stood */
} Stay;

typedef struct {
    const char *kind;
    Str key;
    int64_t day, n, cases;
} Row;

typedef struct {
    Arena *a;
    Row *rows;
    size_t count, room;
    int sign; /* of what is added */
} Sums;

static void add(Sums *t, const char *kind, Str key, int64_t day, int64_t n, int64_t cases)
{
    for (size_t i = 0; i < t->count; i++) {
        Row *r = &t->rows[i];
        if (r->kind == kind && r->day == day && str_eq(r->key, key)) {
            r->n += t->sign * n;
            r->cases += t->sign * cases;
            return;
        }
    }
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 16;
        t->rows = arena_grow(t->a, t->rows, t->count * sizeof(Row), room * sizeof(Row));
        t->room = room;
    }
    t->rows[t->count++] = (Row){kind, key, day, t->sign * n, t->sign * cases};
}

static const char HELD[] = "held", FREE[] = "free", CAME[] = "came", KEPT[] = "kept", MISSED[] = "missed",
                  WAIT[] = "wait", OVER[] = "over", FIELD[] = "field", DECIDED[] = "decided", GROUND[] = "ground";

/* ---- Paths ---- */

static Stay stay_of(Str text)
{
    Stay s = {.due = STR(""), .times = 1};
    Str since = STR("");
    int64_t day = 0;
    bool whole = str_cut(&text, ':', &s.state) && str_cut(&text, ':', &since) && str_to_int(since, &day);
    check_that(whole);
    s.since = (Day){(int32_t)day};
    if (str_cut(&text, ':', &s.due) && text.len > 0) {
        check_that(str_to_int(text, &s.times));
    }
    return s;
}

static Str path_with(Arena *a, Str path, const Stay *s)
{
    Str times = s->times > 1 ? str_printf(a, ":%lld", (long long)s->times) : STR("");
    return str_printf(a, "%.*s%.*s:%d:%.*s%.*s;", STR_ARG(path), STR_ARG(s->state), s->since.n, STR_ARG(s->due),
                      STR_ARG(times));
}

/* Takes the last stay off the path; false where there is none. */
static bool take_last(Str *path, Stay *ret)
{
    if (path->len == 0) {
        return false;
    }
    size_t from = path->len - 1;
    while (from > 0 && path->ptr[from - 1] != ';') {
        from--;
    }
    *ret = stay_of(str_sub(*path, from, path->len - 1));
    path->len = from;
    return true;
}

Str tally_path_add(Arena *a, Str path, Str state, Day since, Str due)
{
    Str before = path;
    Stay last;
    bool again = take_last(&before, &last) && str_eq(last.state, state) && day_cmp(last.since, since) == 0 &&
                 str_eq(last.due, due);
    Stay s = {state, due, since, again ? last.times + 1 : 1};
    return path_with(a, again ? before : path, &s);
}

Str tally_path_due(Arena *a, Str path, Str due)
{
    Stay last;
    if (!take_last(&path, &last)) {
        return path;
    }
    if (last.times > 1) {
        last.times--;
        path = path_with(a, path, &last);
        last.times = 1;
    }
    last.due = due;
    return path_with(a, path, &last);
}

static size_t stays_of(Arena *a, Str path, Stay **ret)
{
    size_t room = 0, n = 0;
    for (size_t i = 0; i < path.len; i++) {
        room += path.ptr[i] == ';';
    }
    *ret = ARENA_ARRAY(a, Stay, room + 1);
    Str rest = path, one;
    while (str_cut(&rest, ';', &one) && one.len > 0) {
        (*ret)[n++] = stay_of(one);
    }
    return n;
}

/* The states of the first `count` stays, each once, by last visit. */
static Str by_last_visit(Arena *a, const Stay *stays, size_t count)
{
    Buf b = buf_new(a, KEY_MOST);
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        for (size_t k = i + 1; k < count && !again; k++) {
            again = str_eq(stays[k].state, stays[i].state);
        }
        if (!again) {
            buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(stays[i].state));
        }
    }
    return buf_str(&b);
}

/* The same by the alphabet: the smallest that is greater than the one before. */
static Str by_name(Arena *a, const Stay *stays, size_t count)
{
    Buf b = buf_new(a, KEY_MOST);
    Str last = STR("");
    for (;;) {
        const Stay *next = NULL;
        for (size_t i = 0; i < count; i++) {
            if (str_cmp(stays[i].state, last) > 0 && (next == NULL || str_cmp(stays[i].state, next->state) < 0)) {
                next = &stays[i];
            }
        }
        if (next == NULL) {
            return buf_str(&b);
        }
        last = next->state;
        buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(last));
    }
}

/* ---- What one case adds ---- */

static void add_came(Sums *t, const Stay *s, Str before, int64_t n)
{
    Ymd d = day_to_ymd(s->since);
    add(t, CAME, str_printf(t->a, "%.*s|%.*s", STR_ARG(s->state), STR_ARG(before)),
        (int64_t)d.year * MONTHS + d.month - 1, n, 0);
}

/* All stays past the first `skip` that began, those of one day one by one. */
static void add_all_came(Sums *t, const Stay *stays, size_t count, int64_t skip)
{
    for (size_t i = 0; i < count; i++) {
        int64_t fresh = stays[i].times - skip;
        if (skip <= 0) {
            add_came(t, &stays[i], by_last_visit(t->a, stays, i), 1);
            fresh = stays[i].times - 1;
        }
        if (fresh > 0) {
            add_came(t, &stays[i], by_last_visit(t->a, stays, i + 1), fresh);
        }
        skip = skip > stays[i].times ? skip - stays[i].times : 0;
    }
}

static int64_t times_of(const Stay *stays, size_t count)
{
    int64_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += stays[i].times;
    }
    return n;
}

/* An ended stay with a last day, over it at the end of which years? */
static void add_over(Sums *t, const Stay *s, Day due, Day end)
{
    int32_t first = day_to_ymd(due).year, last = day_to_ymd(end).year;
    for (int32_t y = first; y <= last; y++) {
        int32_t at = day_from_ymd((Ymd){y, 12, 31}).n;
        if (due.n < at && s->since.n <= at && end.n > at) {
            add(t, OVER, s->state, y, 1, 0);
        }
    }
}

/* Each stay with another state or another deadline after it was kept or missed. */
static void add_terms(Sums *t, const Stay *stays, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        const Stay *s = &stays[i], *next = &stays[i + 1];
        Day due;
        if (!day_parse(s->due, &due)) {
            continue;
        }
        add_over(t, s, due, next->since);
        if (str_eq(s->state, next->state) && str_eq(s->due, next->due)) {
            continue;
        }
        const char *how = next->since.n > due.n ? MISSED : KEPT;
        bool again = false;
        for (size_t k = 0; k < t->count && !again; k++) { /* of this case: its part begins with an empty list */
            again = t->rows[k].kind == how && str_eq(t->rows[k].key, s->state) && t->rows[k].cases != 0;
        }
        add(t, how, s->state, 0, 1, !again);
    }
}

/* Stays that follow in the same state are one. */
static void add_waits(Sums *t, const Stay *stays, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && str_eq(stays[end].state, stays[i].state)) {
            end++;
        }
        if (end == count) {
            return; /* it lasts */
        }
        int32_t days = stays[end].since.n - stays[i].since.n;
        days = days < 0 ? 0 : days < MOST_DAYS ? days : MOST_DAYS;
        Buf key = buf_new(t->a, KEY_MOST);
        buf_printf(&key, "%.*s|", STR_ARG(stays[i].state));
        for (size_t k = 0; k < i;) {
            size_t to = k + 1;
            while (str_eq(stays[to].state, stays[k].state)) {
                to++;
            }
            if (str_eq(stays[k].state, stays[i].state)) {
                int32_t earlier = stays[to].since.n - stays[k].since.n;
                buf_printf(&key, "%d ", earlier < 0 ? 0 : earlier < MOST_DAYS ? earlier : MOST_DAYS);
            }
            k = to;
        }
        add(t, WAIT, buf_str(&key), days, 1, 0);
        i = end;
    }
}

static void add_standing(Sums *t, const TallyCase *c, const Stay *stays, size_t count)
{
    Day due = {0}, then;
    const Stay *last = &stays[count - 1];
    bool missed = false;
    for (size_t i = 0; i + 1 < count && !missed; i++) {
        missed = str_eq(stays[i].state, last->state) && day_parse(stays[i].due, &then) &&
                 stays[i + 1].since.n > then.n &&
                 !(str_eq(stays[i + 1].state, last->state) && str_eq(stays[i + 1].due, stays[i].due));
    }
    add(t, c->holder.len ? HELD : FREE,
        str_printf(t->a, "%.*s|%d|%s", STR_ARG(last->state), day_to_ymd(last->since).year, missed ? MISSED : ""),
        day_parse(last->due, &due) ? due.n : 0, 1, 0);
}

static void add_fields(Sums *t, const TallyCase *c, const Stay *stays, size_t count, const StoreRows *fields)
{
    for (size_t i = 0; i < fields->row_count; i++) {
        Str field = fields->cells[i * fields->column_count].s, value = json_text(json_get_str(c->data, field));
        add(t, FIELD,
            str_printf(t->a, "%.*s|%.*s|%.*s", STR_ARG(field), STR_ARG(by_name(t->a, stays, count)), STR_ARG(value)), 0,
            1, 0);
    }
}

/* ---- Writing ---- */

#define UPSERT(rows)                                                               \
    "INSERT INTO tallies (type, kind, key, day, n, cases) VALUES " rows            \
    " ON CONFLICT (type, kind, key, day) DO UPDATE SET n = tallies.n + excluded.n" \
    ", cases = tallies.cases + excluded.cases"
#define ROW1 "($1, $2, $3, $4, $5, $6)"
#define ROW2 ROW1 ", ($7, $8, $9, $10, $11, $12)"
#define ROW3 ROW2 ", ($13, $14, $15, $16, $17, $18)"
#define ROW4 ROW3 ", ($19, $20, $21, $22, $23, $24)"
#define ROW5 ROW4 ", ($25, $26, $27, $28, $29, $30)"
enum { PARAMS = 6, AT_ONCE = 5 };

static bool write_rows(Store *s, Str type, const Row *rows, size_t count, Err *err)
{
    static const char *const SQL[AT_ONCE] = {UPSERT(ROW1), UPSERT(ROW2), UPSERT(ROW3), UPSERT(ROW4), UPSERT(ROW5)};
    StoreValue p[AT_ONCE * PARAMS];
    for (size_t from = 0; from < count; from += AT_ONCE) {
        size_t n = count - from < AT_ONCE ? count - from : AT_ONCE;
        for (size_t i = 0; i < n; i++) {
            const Row *r = &rows[from + i];
            const StoreValue v[PARAMS] = {STORE_S(type),   STORE_S(str_from_c(r->kind)),
                                          STORE_S(r->key), STORE_I(r->day),
                                          STORE_I(r->n),   STORE_I(r->cases)};
            memcpy(&p[i * PARAMS], v, sizeof v);
        }
        if (!store_exec_later(s, SQL[n - 1], p, n * PARAMS, err)) {
            return false;
        }
    }
    return true;
}

/* Where cases stand by deadline changes every day: rows of nobody do not stay. */
static bool write_sums(Store *s, Str type, Sums *t, Err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->rows[i].n != 0 || t->rows[i].cases != 0) {
            t->rows[kept++] = t->rows[i];
        }
    }
    if (!write_rows(s, type, t->rows, kept, err)) {
        return false;
    }
    for (size_t i = 0; i < kept; i++) {
        const Row *r = &t->rows[i];
        StoreValue p[] = {STORE_S(type), STORE_S(str_from_c(r->kind)), STORE_S(r->key), STORE_I(r->day)};
        if (r->n < 0 && (r->kind == HELD || r->kind == FREE) &&
            !store_exec_later(s,
                              "DELETE FROM tallies WHERE type = $1 AND kind = $2 AND key = $3 AND day = $4 AND n = 0",
                              p, COUNT_OF(p), err)) {
            return false;
        }
    }
    return true;
}

static bool fields_of(Store *s, Arena *a, Str type, StoreRows *ret, Err *err)
{
    StoreValue p[] = {STORE_S(type)};
    return store_query_kept(s, a, "SELECT field FROM tally_fields WHERE type = $1 ORDER BY field", p, COUNT_OF(p), 0,
                            ret, err);
}

/* Terms and waits of one case, taken out or put in; `t` gets them as one part. */
static void add_ended(Sums *t, const Stay *stays, size_t count)
{
    Sums part = {.a = t->a, .sign = 1};
    add_terms(&part, stays, count);
    add_waits(&part, stays, count);
    for (size_t i = 0; i < part.count; i++) {
        const Row *r = &part.rows[i];
        add(t, r->kind, r->key, r->day, r->n, r->cases);
    }
}

static void add_case(Sums *t, const TallyCase *c, const StoreRows *fields)
{
    Stay *stays;
    size_t count = stays_of(t->a, c->path, &stays);
    if (count > 0) {
        add_ended(t, stays, count);
        add_standing(t, c, stays, count);
        add_fields(t, c, stays, count, fields);
    }
}

static bool is_same(const TallyCase *x, const TallyCase *y, const StoreRows *fields)
{
    bool same = str_eq(x->path, y->path) && str_eq(x->holder, y->holder);
    for (size_t i = 0; i < fields->row_count && same; i++) {
        Str field = fields->cells[i * fields->column_count].s;
        same = str_eq(json_text(json_get_str(x->data, field)), json_text(json_get_str(y->data, field)));
    }
    return same;
}

bool tally_change(Store *s, Arena *a, Str type, const TallyCase *before, const TallyCase *after, Err *err)
{
    StoreRows fields;
    if (!fields_of(s, a, type, &fields, err)) {
        return false;
    }
    if (is_same(before, after, &fields)) {
        return true;
    }
    Sums t = {.a = a, .sign = -1};
    add_case(&t, before, &fields);
    t.sign = 1;
    add_case(&t, after, &fields);
    Stay *stays, *earlier;
    size_t count = stays_of(a, after->path, &stays), earlier_count = stays_of(a, before->path, &earlier);
    add_all_came(&t, stays, count, times_of(earlier, earlier_count));
    return write_sums(s, type, &t, err);
}

/* ---- Decisions ---- */

/* The steps at which the case met this outcome with this code, from "outcome|step|code;"; *ret_met: at this one too. */
static Str steps_of(Arena *a, Str decided, Str outcome, Str step, Str code, bool *ret_met)
{
    Buf b = buf_new(a, KEY_MOST);
    Str rest = decided, one, had_outcome, had_step;
    *ret_met = false;
    while (str_cut(&rest, ';', &one) && one.len > 0) {
        if (str_cut(&one, '|', &had_outcome) && str_cut(&one, '|', &had_step) && str_eq(had_outcome, outcome) &&
            str_eq(one.ptr ? one : STR(""), code)) {
            buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(had_step));
            *ret_met = *ret_met || str_eq(had_step, step);
        }
    }
    return buf_str(&b);
}

static void add_ground(Sums *t, Str *decided, Str outcome, Str step, Str code)
{
    bool met;
    Str steps = steps_of(t->a, *decided, outcome, step, code, &met);
    add(t, GROUND,
        str_printf(t->a, "%.*s|%.*s|%.*s|%.*s", STR_ARG(outcome), STR_ARG(step), STR_ARG(steps), STR_ARG(code)), 0, 1,
        0);
    if (!met) {
        *decided =
            str_printf(t->a, "%.*s%.*s|%.*s|%.*s;", STR_ARG(*decided), STR_ARG(outcome), STR_ARG(step), STR_ARG(code));
    }
}

static void add_decision(Sums *t, Str *decided, const Json *decision, Str step)
{
    Str outcome = json_text_at(decision, "outcome");
    const Json *grounds = json_get(decision, "grounds");
    add(t, DECIDED, str_printf(t->a, "%.*s|%.*s", STR_ARG(step), STR_ARG(outcome)), 0, 1, 0);
    for (size_t i = 0; i < json_count(grounds); i++) {
        add_ground(t, decided, outcome, step, json_text_at(grounds->items[i], "code"));
    }
    if (json_count(grounds) == 0) {
        add_ground(t, decided, outcome, step, STR(""));
    }
}

bool tally_decision(Store *s, Arena *a, Str type, Str decided, const Json *decision, Str step, Str *ret_decided,
                    Err *err)
{
    Sums t = {.a = a, .sign = 1};
    *ret_decided = decided;
    add_decision(&t, ret_decided, decision, step);
    return write_sums(s, type, &t, err);
}

/* ---- Many cases ---- */

enum { MOST_ROWS = 200000 };

typedef struct {
    Str type;
    Row row;
} BookRow;

struct TallyBook {
    Arena *a;
    Map rows;
};

static void close_book(void *arena)
{
    arena_free(arena);
}

TallyBook *tally_book_new(Arena *a)
{
    TallyBook *b = ARENA_NEW(a, TallyBook);
    b->a = arena_new(0);
    b->rows = (Map){.arena = b->a};
    arena_on_reset(a, close_book, b->a);
    return b;
}

static Str book_key(Arena *a, Str type, const Row *r)
{
    Str kind = str_from_c(r->kind);
    size_t len = type.len + kind.len + r->key.len + sizeof r->day;
    char *key = arena_alloc(a, len), *p = key;
    memcpy(p, type.ptr, type.len);
    memcpy(p += type.len, kind.ptr, kind.len);
    memcpy(p += kind.len, r->key.ptr, r->key.len);
    memcpy(p + r->key.len, &r->day, sizeof r->day);
    return (Str){key, len};
}

static void enter(TallyBook *b, Str type, const Sums *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const Row *r = &t->rows[i];
        Str key = book_key(t->a, type, r);
        BookRow *row = map_get(&b->rows, key);
        if (row != NULL) {
            row->row.n += r->n;
            row->row.cases += r->cases;
            continue;
        }
        row = ARENA_NEW(b->a, BookRow);
        *row = (BookRow){str_copy(b->a, type), *r};
        row->row.key = str_copy(b->a, r->key);
        map_set(&b->rows, str_copy(b->a, key), row);
    }
}

bool tally_book_write(Store *s, TallyBook *b, Err *err)
{
    for (size_t i = 0; i < b->rows.count; i++) {
        const BookRow *row = b->rows.entries[i].value;
        if (!write_rows(s, row->type, &row->row, 1, err)) {
            return false;
        }
    }
    arena_reset(b->a);
    b->rows = (Map){.arena = b->a};
    return true;
}

bool tally_book_case(Store *s, TallyBook *b, Arena *scratch, Str type, const TallyCase *c, Err *err)
{
    StoreRows fields;
    Stay *stays;
    Sums t = {.a = scratch, .sign = 1};
    if (!fields_of(s, scratch, type, &fields, err)) {
        return false;
    }
    add_case(&t, c, &fields);
    size_t count = stays_of(scratch, c->path, &stays);
    add_all_came(&t, stays, count, 0);
    enter(b, type, &t);
    return b->rows.count < MOST_ROWS || tally_book_write(s, b, err);
}

void tally_book_decision(TallyBook *b, Arena *scratch, Str type, const Json *decision, Str step, Str *decided)
{
    Sums t = {.a = scratch, .sign = 1};
    add_decision(&t, decided, decision, step);
    enter(b, type, &t);
}

/* ---- Taking out, counting again ---- */

static bool take_decisions(Store *s, Arena *a, Str id, Sums *t, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    Str decided = STR("");
    int64_t last = 0;
    if (!store_query(
            s, a,
            "SELECT d.seq, d.step, d.outcome, COALESCE(g.code, '') FROM decisions d LEFT JOIN grounds g ON g.seq ="
            " d.seq WHERE d.case_id = $1 ORDER BY d.seq, g.n",
            p, COUNT_OF(p), &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        if (c[0].i != last) {
            add(t, DECIDED, str_printf(a, "%.*s|%.*s", STR_ARG(c[1].s), STR_ARG(c[2].s)), 0, 1, 0);
        }
        last = c[0].i;
        add_ground(t, &decided, c[2].s, c[1].s, c[3].s);
    }
    return true;
}

static bool case_of(Arena *a, const StoreValue *c, TallyCase *ret, Err *err)
{
    Json *data;
    if (!json_parse(a, c[2].s, &data, err)) {
        return false;
    }
    *ret = (TallyCase){.holder = c[0].s, .path = c[1].s, .data = data};
    return true;
}

bool tally_forget(Store *s, Arena *a, Str type, Str id, Err *err)
{
    StoreRows rows, fields;
    StoreValue p[] = {STORE_S(id)};
    TallyCase c;
    Stay *stays;
    Sums t = {.a = a, .sign = -1};
    if (!fields_of(s, a, type, &fields, err) ||
        !store_query(s, a, "SELECT holder, path, data FROM cases WHERE id = $1", p, COUNT_OF(p), &rows, err) ||
        (rows.row_count > 0 && !case_of(a, rows.cells, &c, err)) || !take_decisions(s, a, id, &t, err)) {
        return false;
    }
    if (rows.row_count > 0) {
        add_case(&t, &c, &fields);
        size_t count = stays_of(a, c.path, &stays);
        add_all_came(&t, stays, count, 0);
    }
    return write_sums(s, type, &t, err);
}

/* By other fields: every case of their type once more, summed up here before anything is written. */
typedef struct {
    Arena *a, *scratch;
    const ProjectField *fields; /* those of `type` count */
    size_t count;
    Str type;
    Map sums; /* key → Row */
} Recount;

static void count_value(Recount *r, Str field, Str visited, Str value)
{
    Str key = str_printf(r->scratch, "%.*s|%.*s|%.*s", STR_ARG(field), STR_ARG(visited), STR_ARG(value));
    Row *row = map_get(&r->sums, key);
    if (row == NULL) {
        row = ARENA_NEW(r->a, Row);
        *row = (Row){.kind = FIELD, .key = str_copy(r->a, key)};
        map_set(&r->sums, row->key, row);
    }
    row->n++;
}

static bool recount_row(void *host, const StoreValue *cells, __attribute__((unused)) size_t count)
{
    Recount *r = host;
    Json *data;
    Stay *stays;
    Err err;
    arena_reset(r->scratch);
    size_t n = stays_of(r->scratch, cells[0].s, &stays);
    if (n == 0 || !json_parse(r->scratch, cells[1].s, &data, &err)) {
        return n == 0;
    }
    Str visited = by_name(r->scratch, stays, n);
    for (size_t i = 0; i < r->count; i++) {
        if (str_eq(r->fields[i].type, r->type)) {
            count_value(r, r->fields[i].field, visited, json_text(json_get_str(data, r->fields[i].field)));
        }
    }
    return true;
}

/* All fields of the type of the first of them. */
static bool recount(Store *s, Arena *a, const ProjectField *fields, size_t count, Err *err)
{
    Recount r = {
        .a = a, .scratch = arena_new(0), .fields = fields, .count = count, .type = fields->type, .sums = {.arena = a}};
    Str scheme, type = r.type;
    bool ok = str_cut(&type, '/', &scheme);
    StoreValue p[] = {STORE_S(scheme), STORE_S(type)};
    ok = ok && store_rows(s, "SELECT path, data FROM cases WHERE scheme = $1 AND type = $2", p, COUNT_OF(p),
                          recount_row, &r, err);
    for (size_t i = 0; i < r.sums.count && ok; i++) {
        ok = write_rows(s, r.type, r.sums.entries[i].value, 1, err);
    }
    arena_free(r.scratch);
    return ok;
}

bool tally_set_fields(Store *s, const ProjectField *fields, size_t count, Err *err)
{
    bool ok = store_exec(s, "DELETE FROM tally_fields", NULL, 0, err);
    for (size_t i = 0; i < count && ok; i++) {
        StoreValue p[] = {STORE_S(fields[i].type), STORE_S(fields[i].field)};
        ok = store_exec(s, "INSERT INTO tally_fields (type, field) VALUES ($1, $2)", p, COUNT_OF(p), err);
    }
    return ok;
}

static bool is_new_type(const ProjectField *fields, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (str_eq(fields[i].type, fields[at].type)) {
            return false;
        }
    }
    return true;
}

bool tally_prepare(Store *s, Arena *a, const ProjectField *fields, size_t count, Err *err)
{
    StoreRows rows;
    size_t same = 0;
    if (!store_query(s, a, "SELECT type, field FROM tally_fields ORDER BY type, field", NULL, 0, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        for (size_t k = 0; k < count; k++) {
            same += str_eq(c[0].s, fields[k].type) && str_eq(c[1].s, fields[k].field);
        }
    }
    if (same == count && rows.row_count == count) {
        return true;
    }
    bool ok = store_begin(s, err) && tally_set_fields(s, fields, count, err) &&
              store_exec(s, "DELETE FROM tallies WHERE kind = 'field'", NULL, 0, err);
    for (size_t i = 0; i < count && ok; i++) {
        ok = !is_new_type(fields, i) || recount(s, a, &fields[i], count - i, err);
    }
    if (!ok) {
        store_rollback(s);
    }
    return ok && store_commit(s, err);
}
