/* query.c: see query.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query.h"

#include "query_int.h"

#define N(params) COUNT_OF(params)
/* ---- Rows ---- */

static bool case_of(Arena *a, const StoreValue *c, CaseRow *ret, Err *err)
{
    *ret = (CaseRow){.id = c[0].s,
                     .scheme = c[1].s,
                     .type = c[2].s,
                     .state = c[3].s,
                     .version = c[4].i,
                     .title = c[5].s,
                     .holder = c[6].s,
                     .opened = {(int32_t)c[7].i},
                     .since = {(int32_t)c[8].i},
                     .due = c[9].s,
                     .due_rule = c[10].s,
                     .person = c[13].s,
                     .path = c[14].s,
                     .decided = c[15].s};
    if (c[11].kind != STORE_NULL && !json_parse(a, c[11].s, &ret->data, err)) { /* NULL: CASE_BRIEF */
        return false;
    }
    return c[12].s.len == 0 || json_parse(a, c[12].s, &ret->pending, err);
}

bool query_rows(Arena *a, const StoreRows *rows, const CaseRow **ret, size_t *ret_count, Err *err)
{
    CaseRow *list = ARENA_ARRAY(a, CaseRow, rows->row_count + 1);
    for (size_t i = 0; i < rows->row_count; i++) {
        if (!case_of(a, &rows->cells[i * rows->column_count], &list[i], err)) {
            return false;
        }
    }
    *ret = list;
    *ret_count = rows->row_count;
    return true;
}

static const char CASE_BY_ID[] = "SELECT " CASE_COLUMNS " FROM cases c WHERE c.id = $1";

void query_expect_cases(Store *s)
{
    store_ask_with(s, CASE_BY_ID, STORE_KEY_OF("cases", "person", "id"));
}

bool query_case(Store *s, Arena *a, Str id, const CaseRow **ret, Err *err)
{
    StoreRows rows;
    size_t count;
    if (!store_query_expected(s, a, CASE_BY_ID, id, &rows, err) || !query_rows(a, &rows, ret, &count, err)) {
        return false;
    }
    *ret = count ? *ret : NULL;
    return true;
}

QueryReach query_everything(Str scheme)
{
    return (QueryReach){.scheme = scheme, .whole = STR("*")};
}

bool query_reads_whole(const QueryReach *reach, Str type)
{
    Str rest = reach->whole, name;
    bool whole = str_eq_c(reach->whole, "*");
    while (!whole && rest.len > 0 && str_cut(&rest, '|', &name)) {
        whole = name.len > 0 && str_eq(name, type);
    }
    return whole && reach->party.len == 0;
}

static bool one_in(Store *s, Arena *a, const QueryReach *reach, const char *sql, Str id, const CaseRow **ret, Err *err)
{
    StoreRows rows;
    size_t count;
    StoreValue p[] = {REACH_PARAMS(reach), STORE_S(id)};
    if (!store_query(s, a, sql, p, N(p), &rows, err) || !query_rows(a, &rows, ret, &count, err)) {
        return false;
    }
    *ret = count ? *ret : NULL;
    return true;
}

#define ONE_IN_REACH " FROM cases c WHERE c.id = $7 AND" IN_REACH

bool query_case_in(Store *s, Arena *a, const QueryReach *reach, Str id, const CaseRow **ret, Err *err)
{
    return one_in(s, a, reach, "SELECT " CASE_COLUMNS ONE_IN_REACH, id, ret, err);
}

bool query_brief_in(Store *s, Arena *a, const QueryReach *reach, Str id, const CaseRow **ret, Err *err)
{
    return one_in(s, a, reach, "SELECT " CASE_BRIEF ONE_IN_REACH, id, ret, err);
}

/* ---- Lists ---- */

/* Types of different schemes may share a name; indexes and counters hold both. */
static Str type_key(Arena *a, Str scheme, Str type)
{
    return str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type));
}

static bool has_state(Str state, const Str *states, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(states[i], state)) {
            return true;
        }
    }
    return count == 0;
}

static bool has_values(const CaseRow *row, const QueryWhere *where, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Json *j = json_get_str(row->data, where[i].field);
        Str text = j && j->kind == JSON_BOOL ? (j->boolean ? STR("true") : STR("false")) : json_text(j);
        if (!str_eq(text, where[i].value)) {
            return false;
        }
    }
    return true;
}

bool query_list(Store *s, Arena *a, Str scheme, Str type, const QueryWhere *where, size_t where_count,
                const Str *states, size_t state_count, const CaseRow **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(type_key(a, scheme, type)), STORE_S(where_count ? where[0].field : STR("")),
                      STORE_S(where_count ? where[0].value : STR(""))};
    const char *one_state =
        "SELECT " CASE_COLUMNS " FROM cases c WHERE c.scheme = $1 AND c.type = $2 AND c.state = $3 ORDER BY c.id";
    const char *any = "SELECT " CASE_COLUMNS " FROM cases c WHERE c.scheme = $1 AND c.type = $2 ORDER BY c.id";
    const char *by_index = "SELECT " CASE_COLUMNS " FROM case_index i JOIN cases c ON c.id = i.case_id"
                           " WHERE i.type = $1 AND i.field = $2 AND i.value = $3 ORDER BY c.id";
    StoreValue q[] = {STORE_S(scheme), STORE_S(type), STORE_S(state_count ? states[0] : STR(""))};
    bool ok = where_count > 0    ? store_query(s, a, by_index, p, 3, &rows, err)
              : state_count == 1 ? store_query(s, a, one_state, q, 3, &rows, err)
                                 : store_query(s, a, any, q, 2, &rows, err);
    CaseRow *list;
    size_t count, n = 0;
    if (!ok || !query_rows(a, &rows, ret, &count, err)) {
        return false;
    }
    list = (CaseRow *)(uintptr_t)*ret;
    for (size_t i = 0; i < count; i++) {
        if (has_state(list[i].state, states, state_count) && has_values(&list[i], where, where_count)) {
            list[n++] = list[i];
        }
    }
    *ret_count = n;
    return true;
}

bool query_list_hash(Store *s, Arena *a, Str scheme, Str type, Str state, Hash *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(scheme), STORE_S(type), STORE_S(state)};
    enum { BY_TYPE = 1 };
    if (!store_query_kept(s, a,
                          "SELECT id, version FROM cases WHERE scheme = $1 AND type = $2 AND state = $3 ORDER BY id", p,
                          N(p), BY_TYPE, &rows, err)) {
        return false;
    }
    Buf b = buf_new(a, SIZE_MAX / 4);
    buf_printf(&b, "%.*s\n", STR_ARG(store_log_verifier(s, a)));
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        buf_printf(&b, "%.*s %lld\n", STR_ARG(c[0].s), (long long)c[1].i);
    }
    *ret = hash_of(buf_str(&b));
    return true;
}

bool query_list_in(Store *s, Arena *a, const QueryReach *reach, Str type, int64_t limit, const CaseRow **ret,
                   size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {REACH_PARAMS(reach), STORE_S(type), STORE_I(limit)};
    return store_query(s, a,
                       "SELECT " CASE_COLUMNS " FROM cases c WHERE c.type = $7 AND" IN_REACH " ORDER BY c.id LIMIT $8",
                       p, N(p), &rows, err) &&
           query_rows(a, &rows, ret, ret_count, err);
}

static bool count_of(const StoreRows *rows, int64_t *ret)
{
    *ret = rows->row_count ? rows->cells[0].i : 0;
    return true;
}

#define OF_ANY " FROM cases c WHERE" IN_REACH
#define OF_TYPE " FROM cases c WHERE c.type = $7 AND" IN_REACH
#define OF_STATE " FROM cases c WHERE c.type = $7 AND c.state = $8 AND" IN_REACH
/* By number, the newest first: longer numbers are later ones. */
#define PAGE_ORDER " ORDER BY LENGTH(c.id) DESC, c.id DESC"

typedef enum { PAGE_ANY, PAGE_TYPE, PAGE_STATE } PageKind;
enum { PAGE_KINDS = 3 };

/* The same reach for a list of one type: whether it is read whole is asked once, not for every row, and only its own
 * ways to an office are looked through. */
static QueryReach reach_of_type(Arena *a, const QueryReach *reach, Str type)
{
    QueryReach own = *reach;
    Str path;
    if (type.len == 0) {
        return own;
    }
    bool whole = str_find(reach->whole, str_printf(a, "|%.*s|", STR_ARG(type)), 0) != SIZE_MAX;
    own.whole = whole ? STR("*") : reach->whole;
    Buf paths = buf_new(a, reach->paths.len + 2);
    buf_byte(&paths, '|');
    for (Str rest = reach->paths, start = str_printf(a, "%.*s ", STR_ARG(type));
         rest.len > 0 && str_cut(&rest, '|', &path);) {
        if (str_starts(path, start)) {
            buf_printf(&paths, "%.*s|", STR_ARG(path));
        }
    }
    own.paths = paths.len > 1 ? buf_str(&paths) : STR("");
    return own;
}

static PageKind kind_of(const QueryPage *page)
{
    return page->type.len == 0 ? PAGE_ANY : page->state.len == 0 ? PAGE_TYPE : PAGE_STATE;
}

/* The statement of the kind takes the first of these. */
static PageKind page_params(const QueryPage *page, const QueryReach *reach, StoreValue *ret, size_t *ret_count)
{
    StoreValue p[] = {REACH_PARAMS(reach), STORE_S(page->type), STORE_S(page->state)};
    PageKind kind = kind_of(page);
    *ret_count = N(p) - 2 + (size_t)kind;
    for (size_t i = 0; i < *ret_count; i++) {
        ret[i] = p[i];
    }
    return kind;
}

/* A type that is read whole is counted already. */
static bool count_whole(Store *s, Arena *a, const QueryPage *page, int64_t *ret_total, Err *err)
{
    StoreRows rows;
    Str key = type_key(a, page->reach->scheme, page->type), state = str_printf(a, "%.*s|", STR_ARG(page->state));
    StoreValue p[] = {STORE_S(key), STORE_S(state)};
    const char *all = "SELECT n FROM counters WHERE name = $1",
               *standing = "SELECT COALESCE(SUM(n), 0) FROM tallies WHERE type = $1 AND kind IN ('held', 'free') AND"
                           " SUBSTR(key, 1, LENGTH($2)) = $2";
    bool ok = kind_of(page) == PAGE_TYPE ? store_query(s, a, all, p, 1, &rows, err)
                                         : store_query(s, a, standing, p, 2, &rows, err);
    return ok && count_of(&rows, ret_total);
}

static bool count_page(Store *s, Arena *a, const QueryPage *page, const QueryReach *reach, int64_t *ret_total, Err *err)
{
    static const char *const COUNTS[PAGE_KINDS] = {"SELECT COUNT(*)" OF_ANY, "SELECT COUNT(*)" OF_TYPE,
                                                   "SELECT COUNT(*)" OF_STATE};
    StoreRows counted;
    StoreValue p[8];
    size_t n;
    if (page->type.len > 0 && reach->party.len == 0 && str_eq_c(reach->whole, "*")) {
        return count_whole(s, a, page, ret_total, err);
    }
    PageKind kind = page_params(page, reach, p, &n);
    return store_query(s, a, COUNTS[kind], p, n, &counted, err) && count_of(&counted, ret_total);
}

#define PAGE_AT(limit, offset) PAGE_ORDER " LIMIT " limit " OFFSET " offset

bool query_page(Store *s, Arena *a, const QueryPage *page, const CaseRow **ret, size_t *ret_count, int64_t *ret_total,
                Err *err)
{
    static const char *const PAGES[PAGE_KINDS] = {"SELECT " CASE_COLUMNS OF_ANY PAGE_AT("$7", "$8"),
                                                  "SELECT " CASE_COLUMNS OF_TYPE PAGE_AT("$8", "$9"),
                                                  "SELECT " CASE_COLUMNS OF_STATE PAGE_AT("$9", "$10")};
    StoreRows rows;
    StoreValue p[10];
    size_t n;
    QueryAfter none = {0}, next;
    if (page->text.len > 0) {
        return query_search(s, a, page, &none, ret, ret_count, ret_total, &next, err);
    }
    QueryReach reach = reach_of_type(a, page->reach, page->type);
    PageKind kind = page_params(page, &reach, p, &n);
    p[n++] = STORE_I(page->limit);
    p[n++] = STORE_I(page->offset);
    return count_page(s, a, page, &reach, ret_total, err) && store_query(s, a, PAGES[kind], p, n, &rows, err) &&
           query_rows(a, &rows, ret, ret_count, err);
}

#define PAGE_AFTER(id, length, limit) \
    " AND (" id " = '' OR (LENGTH(c.id), c.id) < (" length ", " id "))" PAGE_ORDER " LIMIT " limit

bool query_page_after(Store *s, Arena *a, const QueryPage *page, const QueryAfter *after, const CaseRow **ret,
                      size_t *ret_count, int64_t *ret_total, QueryAfter *ret_next, Err *err)
{
    static const char *const PAGES[PAGE_KINDS] = {"SELECT " CASE_BRIEF OF_ANY PAGE_AFTER("$7", "$8", "$9"),
                                                  "SELECT " CASE_BRIEF OF_TYPE PAGE_AFTER("$8", "$9", "$10"),
                                                  "SELECT " CASE_BRIEF OF_STATE PAGE_AFTER("$9", "$10", "$11")};
    StoreRows rows;
    StoreValue p[11];
    size_t n;
    *ret_next = (QueryAfter){0};
    if (page->text.len > 0) {
        QueryPage from_start = *page;
        from_start.offset = 0;
        return query_search(s, a, &from_start, after, ret, ret_count, ret_total, ret_next, err);
    }
    QueryReach reach = reach_of_type(a, page->reach, page->type);
    PageKind kind = page_params(page, &reach, p, &n);
    p[n++] = STORE_S(after->id);
    p[n++] = STORE_I((int64_t)after->id.len);
    p[n++] = STORE_I(page->limit + 1);
    if (!count_page(s, a, page, &reach, ret_total, err) || !store_query(s, a, PAGES[kind], p, n, &rows, err) ||
        !query_rows(a, &rows, ret, ret_count, err)) {
        return false;
    }
    if (*ret_count > (size_t)page->limit) { /* one more than asked for: there is a next page */
        *ret_count = (size_t)page->limit;
        ret_next->id = (*ret)[*ret_count - 1].id;
    }
    return true;
}

bool query_queue(Store *s, Arena *a, Str scheme, Str holder, int64_t limit, const CaseRow **ret, size_t *ret_count,
                 int64_t *ret_total, Err *err)
{
    StoreRows rows, counted;
    StoreValue p[] = {STORE_S(holder), STORE_S(scheme), STORE_I(limit)};
    return store_query(s, a, "SELECT COUNT(*) FROM cases WHERE holder = $1 AND scheme = $2", p, 2, &counted, err) &&
           count_of(&counted, ret_total) &&
           store_query(s, a,
                       "SELECT " CASE_COLUMNS
                       " FROM cases c WHERE c.holder = $1 AND c.scheme = $2 ORDER BY CASE WHEN c.due = ''"
                       " THEN 1 ELSE 0 END, c.due, c.since, c.id LIMIT $3",
                       p, N(p), &rows, err) &&
           query_rows(a, &rows, ret, ret_count, err);
}

bool query_pending_in(Store *s, Arena *a, const QueryReach *reach, const CaseRow **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {REACH_PARAMS(reach)};
    return store_query(s, a,
                       "SELECT " CASE_COLUMNS " FROM cases c WHERE c.pending <> '' AND" IN_REACH
                       " ORDER BY c.since, c.id",
                       p, N(p), &rows, err) &&
           query_rows(a, &rows, ret, ret_count, err);
}

/* CROSS JOIN: SQLite would walk all cases in their order instead, looking for the link of each. */
#define LINKED_TO \
    "SELECT " CASE_COLUMNS ", k.field FROM links k CROSS JOIN cases c WHERE c.id = k.case_id AND k.target = "
#define LINKED_ORDER " ORDER BY k.case_id DESC LIMIT 500"

static bool linked_rows(Arena *a, const StoreRows *rows, const CaseRow **ret, const Str **ret_fields, size_t *ret_count,
                        Err *err)
{
    if (!query_rows(a, rows, ret, ret_count, err)) {
        return false;
    }
    Str *fields = ARENA_ARRAY(a, Str, rows->row_count + 1);
    for (size_t i = 0; i < rows->row_count; i++) {
        fields[i] = rows->cells[i * rows->column_count + CASE_COLUMN_COUNT].s;
    }
    *ret_fields = fields;
    return true;
}

bool query_linked_in(Store *s, Arena *a, const QueryReach *reach, Str target, const CaseRow **ret,
                     const Str **ret_fields, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {REACH_PARAMS(reach), STORE_S(target)};
    return store_query(s, a, LINKED_TO "$7 AND" IN_REACH LINKED_ORDER, p, N(p), &rows, err) &&
           linked_rows(a, &rows, ret, ret_fields, ret_count, err);
}

bool query_linked(Store *s, Arena *a, Str target, const CaseRow **ret, const Str **ret_fields, size_t *ret_count,
                  Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(target)};
    return store_query(s, a, LINKED_TO "$1" LINKED_ORDER, p, N(p), &rows, err) &&
           linked_rows(a, &rows, ret, ret_fields, ret_count, err);
}

/* ---- Single answers ---- */

bool query_holder_of(Store *s, Arena *a, Str scheme, Str type, Str field, Str value, Str *ret_id, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(type_key(a, scheme, type)), STORE_S(field), STORE_S(value)};
    if (!store_query(s, a, "SELECT case_id FROM uniques WHERE type = $1 AND field = $2 AND value = $3", p, N(p), &rows,
                     err)) {
        return false;
    }
    *ret_id = rows.row_count ? rows.cells[0].s : STR("");
    return true;
}

bool query_counter(Store *s, Arena *a, Str scheme, Str type, int64_t *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(type_key(a, scheme, type))};
    return store_query(s, a, "SELECT n FROM counters WHERE name = $1", p, N(p), &rows, err) && count_of(&rows, ret);
}

bool query_units(Store *s, Arena *a, Str allocation, QueryUnits *ret, Err *err)
{
    StoreRows total, taken, gap;
    StoreValue p[] = {STORE_S(allocation)};
    *ret = (QueryUnits){0};
    if (!store_query(s, a, "SELECT total FROM approved WHERE allocation = $1", p, N(p), &total, err) ||
        !store_query(s, a, "SELECT COUNT(*), COALESCE(MAX(number), 0) FROM units WHERE allocation = $1", p, N(p),
                     &taken, err)) {
        return false;
    }
    count_of(&total, &ret->total);
    ret->taken = taken.cells[0].i;
    int64_t last = ret->highest = taken.cells[1].i;
    if (ret->taken >= ret->total) {
        return true;
    }
    ret->next = last + 1;
    if (last < ret->total) {
        return true;
    }
    StoreValue twice[] = {STORE_S(allocation), STORE_S(allocation)};
    if (!store_query(
            s, a,
            "SELECT MIN(f.n) FROM (SELECT 1 AS n UNION SELECT number + 1 FROM units WHERE allocation = $1) f WHERE f.n"
            " NOT IN (SELECT number FROM units WHERE allocation = $2)",
            twice, N(twice), &gap, err)) {
        return false;
    }
    ret->next = gap.cells[0].i;
    return true;
}

bool query_counts(Store *s, Arena *a, Str scheme, Json **ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(scheme)};
    if (!store_query(
            s, a, "SELECT type, state, COUNT(*) FROM cases WHERE scheme = $1 GROUP BY type, state ORDER BY type, state",
            p, N(p), &rows, err)) {
        return false;
    }
    *ret = json_new_array(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = json_new_object(a);
        json_set(a, j, STR("type"), json_new_str(a, c[0].s));
        json_set(a, j, STR("state"), json_new_str(a, c[1].s));
        json_set(a, j, STR("count"), json_new_int(a, c[2].i));
        json_push(a, *ret, j);
    }
    return true;
}

/* ---- Events ---- */

typedef struct {
    Arena *a;
    Event *events;
    size_t count, cap;
} History;

static bool keep_event(void *host, const Event *e)
{
    History *h = host;
    if (h->count == h->cap) {
        size_t cap = h->cap ? h->cap * 2 : 16;
        h->events = arena_grow(h->a, h->events, h->cap * sizeof(Event), cap * sizeof(Event));
        h->cap = cap;
    }
    Event *k = &h->events[h->count++];
    *k = *e;
    k->scheme = str_copy(h->a, e->scheme);
    k->stream = str_copy(h->a, e->stream);
    k->type = str_copy(h->a, e->type);
    k->actor = str_copy(h->a, e->actor);
    k->command = str_copy(h->a, e->command);
    k->person = str_copy(h->a, e->person);
    k->data = json_copy(h->a, e->data);
    k->sealed = json_copy(h->a, e->sealed);
    return true;
}

bool query_history(Store *s, Arena *a, Str id, Event **ret, size_t *ret_count, Err *err)
{
    History h = {.a = a};
    if (!store_each_of(s, id, keep_event, &h, err)) {
        return false;
    }
    *ret = h.events;
    *ret_count = h.count;
    return true;
}

typedef struct {
    Arena *a;
    QueryRound *ret;
} Round;

static bool keep_round(void *host, const Event *e)
{
    Round *r = host;
    const Json *j = json_get(e->data, "round");
    if (json_get(j, "rows") != NULL) {
        *r->ret = (QueryRound){.rows = str_copy(r->a, json_text_at(j, "rows")),
                               .result = str_copy(r->a, json_text_at(j, "result")),
                               .seq = e->seq};
    }
    return true;
}

bool query_round(Store *s, Arena *a, Str id, QueryRound *ret, Err *err)
{
    *ret = (QueryRound){0};
    Round r = {a, ret};
    if (!store_each_of(s, id, keep_round, &r, err)) {
        return false;
    }
    return ret->seq > 0 || err_set(err, NOT_FOUND, "No round of %.*s was frozen or drawn.", STR_ARG(id));
}

bool query_event(Store *s, Arena *a, int64_t seq, Event *ret, Err *err)
{
    History h = {.a = a};
    if (seq < 1 || seq > store_size(s)) {
        return err_set(err, NOT_FOUND, "The log has no event %lld.", (long long)seq);
    }
    if (!store_each(s, seq, seq, keep_event, &h, err)) {
        return false;
    }
    check_that(h.count == 1);
    *ret = h.events[0];
    return true;
}

bool query_reads(Store *s, Arena *a, Str person, Json **ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(person)};
    if (!store_query(s, a,
                     "SELECT seq, at, reader, reason FROM file_reads WHERE person = $1 ORDER BY seq DESC LIMIT 200", p,
                     N(p), &rows, err)) {
        return false;
    }
    *ret = json_new_array(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = json_new_object(a);
        json_set(a, j, STR("seq"), json_new_int(a, c[0].i));
        json_set(a, j, STR("at"), json_new_str(a, c[1].s));
        json_set(a, j, STR("reader"), json_new_str(a, c[2].s));
        json_set(a, j, STR("reason"), json_new_str(a, c[3].s));
        json_push(a, *ret, j);
    }
    return true;
}
