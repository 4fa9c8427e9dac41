/* refold.c: the whole log folded at once. Stream after stream, so that a case is in memory while its events pass and
 * each of its rows is written once; into tables in the order of their keys (what comes in another order is put aside
 * and sorted first), and their indexes last. The same rows as project_apply() leaves, event by event: a test compares
 * them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "project_int.h"
#include "tally.h"

enum { TELL_EVERY = 2000 };

/* ---- What is put aside ------------------------------------------------------------------------------------------- */

enum { INDEX, UNIQUES, UNITS, WORDS, DECISIONS, GROUNDS, READS, NOTES, HANDS, SORTED };

static const struct {
    const char *make, *put, *take, *drop;
    ErrCode twice; /* what a row that comes twice means */
} SORT[SORTED] = {
    [INDEX] = {"CREATE TEMP TABLE fold_index (type TEXT, field TEXT, value TEXT, case_id TEXT)",
               "INSERT INTO fold_index (type, field, value, case_id) VALUES ($1, $2, $3, $4)",
               "INSERT INTO case_index (type, field, value, case_id) SELECT type, field, value, case_id FROM fold_index"
               " ORDER BY type, field, value, case_id",
               "DROP TABLE fold_index", ALREADY_EXISTS},
    [UNIQUES] = {"CREATE TEMP TABLE fold_uniques (type TEXT, field TEXT, value TEXT, case_id TEXT)",
                 "INSERT INTO fold_uniques (type, field, value, case_id) VALUES ($1, $2, $3, $4)",
                 "INSERT INTO uniques (type, field, value, case_id) SELECT type, field, value, case_id FROM"
                 " fold_uniques ORDER BY type, field, value",
                 "DROP TABLE fold_uniques", ALREADY_EXISTS},
    [UNITS] = {"CREATE TEMP TABLE fold_units (allocation TEXT, number BIGINT, case_id TEXT, type TEXT, day BIGINT)",
               "INSERT INTO fold_units (allocation, number, case_id, type, day) VALUES ($1, $2, $3, $4, $5)",
               "INSERT INTO units (allocation, number, case_id, type, day) SELECT allocation, number, case_id, type,"
               " day FROM fold_units ORDER BY allocation, number",
               "DROP TABLE fold_units", UNIT_TAKEN},
    [WORDS] = {"CREATE TEMP TABLE fold_words (word TEXT, case_id TEXT)",
               "INSERT INTO fold_words (word, case_id) VALUES ($1, $2)",
               "INSERT INTO words (word, case_id) SELECT word, case_id FROM fold_words ORDER BY word, case_id",
               "DROP TABLE fold_words", LOG_DAMAGED},
    [DECISIONS] = {"CREATE TEMP TABLE fold_decisions (seq BIGINT, case_id TEXT, step TEXT, model TEXT, outcome TEXT,"
                   " day BIGINT)",
                   "INSERT INTO fold_decisions (seq, case_id, step, model, outcome, day) VALUES ($1, $2, $3, $4, $5,"
                   " $6)",
                   "INSERT INTO decisions (seq, case_id, step, model, outcome, day) SELECT seq, case_id, step, model,"
                   " outcome, day FROM fold_decisions ORDER BY seq",
                   "DROP TABLE fold_decisions", LOG_DAMAGED},
    [GROUNDS] = {"CREATE TEMP TABLE fold_grounds (seq BIGINT, n BIGINT, case_id TEXT, code TEXT)",
                 "INSERT INTO fold_grounds (seq, n, case_id, code) VALUES ($1, $2, $3, $4)",
                 "INSERT INTO grounds (seq, n, case_id, code) SELECT seq, n, case_id, code FROM fold_grounds ORDER BY"
                 " seq, n",
                 "DROP TABLE fold_grounds", LOG_DAMAGED},
    [READS] = {"CREATE TEMP TABLE fold_reads (seq BIGINT, person TEXT, at TEXT, reader TEXT, reason TEXT)",
               "INSERT INTO fold_reads (seq, person, at, reader, reason) VALUES ($1, $2, $3, $4, $5)",
               "INSERT INTO file_reads (seq, person, at, reader, reason) SELECT seq, person, at, reader, reason FROM"
               " fold_reads ORDER BY seq",
               "DROP TABLE fold_reads", LOG_DAMAGED},
    [NOTES] =
        {"CREATE TEMP TABLE fold_notes (seq BIGINT, case_id TEXT, at TEXT, actor TEXT, assignee TEXT,"
         " handed_over BIGINT, note TEXT)",
         "INSERT INTO fold_notes (seq, case_id, at, actor, assignee, handed_over, note) VALUES ($1, $2, $3, $4,"
         " $5, $6, $7)",
         "INSERT INTO office_notes (seq, case_id, at, actor, assignee, handed_over, note) SELECT seq, case_id, at,"
         " actor, assignee, handed_over, note FROM fold_notes ORDER BY seq",
         "DROP TABLE fold_notes", LOG_DAMAGED},
    /* Who was given a case last, and when its holder last changed, whereupon it is nobody's own: the later one counts.
     */
    [HANDS] = {"CREATE TEMP TABLE fold_hands (case_id TEXT, seq BIGINT, account TEXT)",
               "INSERT INTO fold_hands (case_id, seq, account) VALUES ($1, $2, $3)",
               "INSERT INTO assigned (case_id, account) SELECT h.case_id, h.account FROM (SELECT case_id, account,"
               " ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY seq DESC) AS place FROM fold_hands WHERE case_id IN"
               " (SELECT case_id FROM fold_hands WHERE account <> '')) AS h WHERE h.place = 1 AND h.account <> '' ORDER"
               " BY h.case_id",
               "DROP TABLE fold_hands", LOG_DAMAGED},
};

/* ---- One case ---------------------------------------------------------------------------------------------------- */

typedef struct {
    Str field, value;
} Pair;
typedef struct {
    Pair *list;
    size_t count, cap;
} Pairs;

typedef struct {
    int64_t version;
    Str state, due;
    Day since;
} Stay;

typedef struct {
    const Json *unit;
    Day day;
} Unit;

/* What the events of one stream have made so far; all of it lives until the stream ends. */
typedef struct {
    bool is_open;
    Str id, scheme, type, key; /* key: "kr-eps/candidate" */
    int64_t version, held_since;
    Fold f;
    Pairs index, uniques, links;
    Map words;
    Stay *stays;
    size_t stay_count, stay_cap;
    Unit *units;
    size_t unit_count, unit_cap;
    const Json *approved;
} Case;

typedef struct {
    Str from, to;
    int64_t units;
} Move;

typedef struct {
    Store *s;
    Arena *a, *kept; /* of the stream; of the whole fold */
    Case c;
    TallyBook *book;
    Map counters; /* "kr-eps/candidate" → int64_t */
    Move *moves;
    size_t move_count, move_cap;
    const ProjectTeller *tell;
    ProjectNews news;
    Err *err;
    bool ok;
} Refold;

static void pairs_remove(Pairs *p, Str field)
{
    for (size_t i = 0; i < p->count; i++) {
        if (str_eq(p->list[i].field, field)) {
            p->list[i] = p->list[--p->count];
            return;
        }
    }
}

/* Room for one more at the end. */
static void *room_in(Arena *a, void *list, size_t count, size_t *cap, size_t size)
{
    if (count == *cap) {
        size_t more = *cap ? *cap * 2 : 8;
        list = arena_grow(a, list, *cap * size, more * size);
        *cap = more;
    }
    return list;
}

static void pairs_set(Arena *a, Pairs *p, Str field, Str value)
{
    pairs_remove(p, field);
    p->list = room_in(a, p->list, p->count, &p->cap, sizeof *p->list);
    p->list[p->count++] = (Pair){field, value};
}

static void keep_index(Refold *r, const Event *e)
{
    Case *c = &r->c;
    ProjectIndex row;
    for (size_t at = 0; project_index(e, &at, &row);) {
        if (row.is_gone) {
            pairs_remove(&c->index, row.field);
        } else {
            pairs_set(r->a, &c->index, row.field, row.value);
        }
        if (row.is_unique && row.is_gone) {
            pairs_remove(&c->uniques, row.field);
        } else if (row.is_unique && row.value.len > 0) {
            pairs_set(r->a, &c->uniques, row.field, row.value);
        }
    }
}

static void keep_words(Case *c, const Json *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        map_set(&c->words, json_text(list->items[i]), c);
    }
}

static void keep_links(Refold *r, const Json *links)
{
    for (size_t i = 0; i < json_count(links); i++) {
        const JsonMember *m = &links->members[i];
        if (m->value->kind == JSON_NULL) {
            pairs_remove(&r->c.links, m->key);
        } else {
            pairs_set(r->a, &r->c.links, m->key, json_text(m->value));
        }
    }
}

static void keep_stay(Refold *r, const Event *e)
{
    Case *c = &r->c;
    if (json_get(e->data, "to") != NULL) {
        c->stays = room_in(r->a, c->stays, c->stay_count, &c->stay_cap, sizeof *c->stays);
        c->stays[c->stay_count++] = (Stay){e->version, c->f.state, c->f.due, e->day};
    } else if (json_get(e->data, "due") != NULL && c->stay_count > 0) {
        c->stays[c->stay_count - 1].due = c->f.due;
    }
}

static void keep_move(Refold *r, const Json *moved)
{
    if (moved != NULL) {
        r->moves = room_in(r->kept, r->moves, r->move_count, &r->move_cap, sizeof *r->moves);
        r->moves[r->move_count++] = (Move){.from = str_copy(r->kept, json_text_at(moved, "from")),
                                           .to = str_copy(r->kept, json_text_at(moved, "to")),
                                           .units = json_to_int(json_get(moved, "units"), 0)};
    }
}

static bool is_unit(const Json *x, const Json *y)
{
    return str_eq(json_text_at(x, "allocation"), json_text_at(y, "allocation")) &&
           json_to_int(json_get(x, "number"), 0) == json_to_int(json_get(y, "number"), 0);
}

static bool keep_units(Refold *r, const Event *e)
{
    Case *c = &r->c;
    const Json *approved = json_get(e->data, "units"), *unit = json_get(e->data, "unit"),
               *back = json_get(e->data, "unit_back");
    if (approved != NULL && c->approved != NULL) {
        return err_set(r->err, ALREADY_EXISTS, "These units were approved before.");
    }
    c->approved = approved ? approved : c->approved;
    keep_move(r, json_get(e->data, "moved"));
    for (size_t i = c->unit_count; back != NULL && i > 0; i--) {
        if (is_unit(c->units[i - 1].unit, back)) {
            c->units[i - 1] = c->units[--c->unit_count];
        }
    }
    if (unit != NULL) {
        c->units = room_in(r->a, c->units, c->unit_count, &c->unit_cap, sizeof *c->units);
        c->units[c->unit_count++] = (Unit){unit, e->day};
    }
    return true;
}

static bool open_case(Refold *r, const Event *e, Str type)
{
    Case *c = &r->c;
    if (e->version != 1) {
        return err_set(r->err, LOG_DAMAGED, "The case %.*s has no first event.", STR_ARG(e->stream));
    }
    *c = (Case){.is_open = true,
                .id = e->stream,
                .scheme = e->scheme,
                .type = type,
                .key = str_printf(r->a, "%.*s/%.*s", STR_ARG(e->scheme), STR_ARG(type)),
                .words = {.arena = r->a}};
    fold_begin(r->a, e, &c->f);
    return true;
}

static bool keep_decision(Refold *r, const Event *e)
{
    const Json *decision = json_get(e->data, "decision");
    if (decision == NULL) {
        return true;
    }
    tally_book_decision(r->book, r->a, r->c.key, decision, json_text_at(e->data, "step"), &r->c.f.decided);
    return project_decision(r->s, e, SORT[DECISIONS].put, SORT[GROUNDS].put, r->err);
}

static bool keep_event(Refold *r, const Event *e, Str type)
{
    Case *c = &r->c;
    if (!c->is_open && !open_case(r, e, type)) {
        return false;
    }
    Str holder = c->f.holder;
    fold_event(r->a, e, &c->f);
    c->version = e->version;
    c->held_since = str_eq(holder, c->f.holder) ? c->held_since : e->seq;
    keep_stay(r, e);
    keep_index(r, e);
    keep_words(c, json_get(e->data, "search"));
    keep_words(c, json_get(e->sealed, "search"));
    keep_links(r, json_get(e->data, "links"));
    return keep_units(r, e) && keep_decision(r, e);
}

/* ---- Its rows ---------------------------------------------------------------------------------------------------- */

static bool put(Refold *r, const char *sql, const StoreValue *values, size_t count)
{
    return store_exec_later(r->s, sql, values, count, r->err);
}

static bool put_case(Refold *r)
{
    const Case *c = &r->c;
    StoreValue p[CASE_COLUMNS];
    project_row(r->a, &(ProjectCase){c->id, c->scheme, c->type, c->version}, &c->f, p);
    return put(r, INSERT_CASE, p, COUNT_OF(p));
}

static bool put_stays(Refold *r)
{
    const Case *c = &r->c;
    for (size_t i = 0; i < c->stay_count; i++) {
        const Stay *s = &c->stays[i];
        StoreValue p[] = {STORE_S(c->id),    STORE_I(s->version), STORE_S(c->key),
                          STORE_S(s->state), STORE_I(s->since.n), STORE_S(s->due)};
        if (!put(r, "INSERT INTO stays (case_id, version, type, state, since, due) VALUES ($1, $2, $3, $4, $5, $6)", p,
                 COUNT_OF(p))) {
            return false;
        }
    }
    return true;
}

static bool put_pairs(Refold *r, const Pairs *pairs, const char *sql)
{
    for (size_t i = 0; i < pairs->count; i++) {
        StoreValue p[] = {STORE_S(r->c.key), STORE_S(pairs->list[i].field), STORE_S(pairs->list[i].value),
                          STORE_S(r->c.id)};
        if (!put(r, sql, p, COUNT_OF(p))) {
            return false;
        }
    }
    return true;
}

static bool put_links(Refold *r)
{
    const Pairs *links = &r->c.links;
    for (size_t i = 0; i < links->count; i++) {
        StoreValue p[] = {STORE_S(r->c.id), STORE_S(links->list[i].field), STORE_S(links->list[i].value)};
        if (!put(r, "INSERT INTO links (case_id, field, target) VALUES ($1, $2, $3)", p, COUNT_OF(p))) {
            return false;
        }
    }
    return true;
}

static bool put_words(Refold *r)
{
    const Map *words = &r->c.words;
    for (size_t i = 0; i < words->count; i++) {
        StoreValue p[] = {STORE_S(words->entries[i].key), STORE_S(r->c.id)};
        if (!put(r, SORT[WORDS].put, p, COUNT_OF(p))) {
            return false;
        }
    }
    return true;
}

static bool put_units(Refold *r)
{
    const Case *c = &r->c;
    StoreValue total[] = {STORE_S(c->id), STORE_I(json_to_int(c->approved, 0))};
    for (size_t i = 0; i < c->unit_count; i++) {
        const Unit *u = &c->units[i];
        StoreValue p[] = {STORE_S(json_text_at(u->unit, "allocation")),
                          STORE_I(json_to_int(json_get(u->unit, "number"), 0)), STORE_S(c->id), STORE_S(c->key),
                          STORE_I(u->day.n)};
        if (!put(r, SORT[UNITS].put, p, COUNT_OF(p))) {
            return false;
        }
    }
    return c->approved == NULL ||
           put(r, "INSERT INTO approved (allocation, total) VALUES ($1, $2)", total, COUNT_OF(total));
}

static void count_case(Refold *r)
{
    int64_t *n = map_get(&r->counters, r->c.key);
    if (n == NULL) {
        n = ARENA_NEW(r->kept, int64_t);
        map_set(&r->counters, str_copy(r->kept, r->c.key), n);
    }
    (*n)++;
}

static bool close_case(Refold *r)
{
    const Case *c = &r->c;
    const TallyCase standing = {.holder = c->f.holder, .path = c->f.path, .data = c->f.data};
    StoreValue held[] = {STORE_S(c->id), STORE_I(c->held_since), STORE_S(STR(""))};
    count_case(r);
    return put_case(r) && put_stays(r) && put_pairs(r, &c->index, SORT[INDEX].put) &&
           put_pairs(r, &c->uniques, SORT[UNIQUES].put) && put_links(r) && put_words(r) && put_units(r) &&
           (c->held_since == 0 || put(r, SORT[HANDS].put, held, COUNT_OF(held))) &&
           tally_book_case(r->s, r->book, r->a, c->key, &standing, r->err);
}

/* ---- The log ----------------------------------------------------------------------------------------------------- */

static void tell(const Refold *r)
{
    if (r->tell != NULL) {
        r->tell->tell(r->tell->host, &r->news);
    }
}

static bool fold_office(Refold *r, const Event *e)
{
    StoreValue hands[] = {STORE_S(json_text_at(e->data, "case")), STORE_I(e->seq),
                          STORE_S(json_text_at(e->data, "to"))};
    return project_note(r->s, r->a, e, SORT[NOTES].put, r->err) &&
           (!str_eq(e->type, STR("office.handed_over")) || put(r, SORT[HANDS].put, hands, COUNT_OF(hands)));
}

/* Told apart as project_apply() does it. */
static bool fold_one(void *host, const Event *e)
{
    Refold *r = host;
    Str type = json_text_at(e->data, "type");
    if (++r->news.events % TELL_EVERY == 0) {
        tell(r);
    }
    if (str_eq(e->type, STR("file.read"))) {
        r->ok = project_read(r->s, r->a, e, SORT[READS].put, r->err);
    } else if (str_starts(e->type, STR("office."))) {
        r->ok = fold_office(r, e);
    } else if (str_eq(e->stream, STR("signing"))) {
        r->ok = project_signing(r->s, e, r->err);
    } else if (type.len > 0) {
        r->ok = keep_event(r, e, type);
    }
    return r->ok;
}

static bool stream_ended(void *host)
{
    Refold *r = host;
    r->ok = !r->c.is_open || close_case(r);
    r->c.is_open = false;
    arena_reset(r->a);
    return r->ok;
}

static bool fold_log(Refold *r)
{
    if (!store_each_stream(r->s, fold_one, stream_ended, r, r->err) || !r->ok) {
        return false;
    }
    return r->news.events == r->news.of ||
           err_set(r->err, LOG_DAMAGED, "Of %lld events of the log %lld were found: run verify.", (long long)r->news.of,
                   (long long)r->news.events);
}

/* ---- What goes over several cases -------------------------------------------------------------------------------- */

static bool move_units(Refold *r)
{
    for (size_t i = 0; i < r->move_count; i++) {
        const Move *m = &r->moves[i];
        if (!project_move(r->s, m->from, m->to, m->units, r->err)) {
            return false;
        }
    }
    return true;
}

static bool put_counters(Refold *r)
{
    for (size_t i = 0; i < r->counters.count; i++) {
        StoreValue p[] = {STORE_S(r->counters.entries[i].key), STORE_I(*(const int64_t *)r->counters.entries[i].value)};
        if (!put(r, "INSERT INTO counters (name, n) VALUES ($1, $2)", p, COUNT_OF(p))) {
            return false;
        }
    }
    return true;
}

static bool one_step(Refold *r, const char *sql, ErrCode twice)
{
    tell(r);
    r->news.steps++;
    if (store_exec(r->s, sql, NULL, 0, r->err)) {
        return true;
    }
    return store_was_duplicate(r->s) && twice != OK ? err_set(r->err, twice, "%s", err_plain(twice)) : false;
}

static bool sort_and_index(Refold *r)
{
    const char *const *indexes;
    size_t count = tables_indexes(&indexes);
    r->news.of_steps = (int)(SORTED + count);
    for (size_t i = 0; i < SORTED; i++) {
        if (!one_step(r, SORT[i].take, SORT[i].twice) || !store_exec(r->s, SORT[i].drop, NULL, 0, r->err)) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!one_step(r, indexes[i], OK)) {
            return false;
        }
    }
    tell(r);
    return true;
}

static bool make_tables(Refold *r, const ProjectField *fields, size_t count)
{
    const char *const *drops;
    size_t drop_count = tables_drops(&drops);
    r->news.of = store_size(r->s);
    for (size_t i = 0; i < drop_count; i++) {
        tell(r);
        if (!store_exec(r->s, drops[i], NULL, 0, r->err)) {
            return false;
        }
    }
    if (!tables_create(r->s, r->err) || !tables_set_layout(r->s, r->err)) {
        return false;
    }
    for (size_t i = 0; i < SORTED; i++) {
        if (!store_exec(r->s, SORT[i].make, NULL, 0, r->err)) {
            return false;
        }
    }
    return fields == NULL || tally_set_fields(r->s, fields, count, r->err);
}

bool refold(Store *s, const ProjectField *fields, size_t count, const ProjectTeller *teller, int64_t *ret_events,
            Err *err)
{
    if (!store_begin_bulk(s, err)) {
        return false;
    }
    Arena *kept = arena_new(0);
    Refold r = {
        .s = s, .a = arena_new(0), .kept = kept, .counters = {.arena = kept}, .tell = teller, .err = err, .ok = true};
    r.book = tally_book_new(kept);
    bool ok = make_tables(&r, fields, count) && fold_log(&r) && move_units(&r) && put_counters(&r) &&
              tally_book_write(s, r.book, err) && sort_and_index(&r);
    *ret_events = r.news.events;
    arena_free(r.a);
    arena_free(kept);
    if (!ok) {
        store_rollback(s);
        return false;
    }
    return store_commit(s, err);
}
