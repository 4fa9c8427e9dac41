/* query_measure.c: what figures are counted from: stays of cases, grounds of decisions, units taken, in the order of
 * cases. For sums only: asks past a reader's reach.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query.h"

#include "query_int.h"

typedef struct {
    void (*each)(void *host, const QueryCount *row);
    void *host;
} Counting;

static bool stay_row(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    const Counting *k = host;
    QueryCount row = {.case_id = c[0].s, .name = c[1].s, .day = {(int32_t)c[2].i}, .due = c[3].s, .data = c[4].s};
    k->each(k->host, &row);
    return true;
}

static bool ground_row(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    const Counting *k = host;
    QueryCount row = {.case_id = c[0].s, .name = c[1].s, .day = {(int32_t)c[2].i}, .seq = c[3].i, .data = c[4].s};
    k->each(k->host, &row);
    return true;
}

static bool unit_row(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    const Counting *k = host;
    QueryCount row = {.case_id = c[0].s, .name = c[1].s};
    k->each(k->host, &row);
    return true;
}

bool query_each_stay(Store *s, Str id, bool with_data, QueryEach each, void *host, Err *err)
{
    static const char *const WHOLE =
        "SELECT s.case_id, s.state, s.since, s.due, c.data FROM stays s JOIN cases c ON c.id = s.case_id"
        " WHERE s.case_id = $1 ORDER BY s.version";
    static const char *const BARE =
        "SELECT s.case_id, s.state, s.since, s.due, '' FROM stays s WHERE s.case_id = $1 ORDER BY s.version";
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(id)};
    return store_rows(s, with_data ? WHOLE : BARE, p, COUNT_OF(p), stay_row, &k, err);
}

bool query_each_ground(Store *s, Str id, Str outcome, QueryEach each, void *host, Err *err)
{
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(id), STORE_S(outcome)};
    return store_rows(
        s,
        "SELECT d.case_id, COALESCE(g.code, ''), d.day, d.seq, d.step FROM decisions d LEFT JOIN grounds g ON"
        " g.seq = d.seq WHERE d.case_id = $1 AND d.outcome = $2 ORDER BY d.seq, g.n",
        p, COUNT_OF(p), ground_row, &k, err);
}

bool query_each_unit(Store *s, Str id, QueryEach each, void *host, Err *err)
{
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(id)};
    return store_rows(
        s, "SELECT u.case_id, u.allocation FROM units u WHERE u.case_id = $1 ORDER BY u.allocation, u.number", p,
        COUNT_OF(p), unit_row, &k, err);
}

/* ---- Cases by what happened to them ---- */

typedef struct {
    QueryEachId each;
    void *host;
} Listing;

static bool id_row(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    const Listing *l = host;
    l->each(l->host, c[0].s);
    return true;
}

bool query_each_id(Store *s, Str scheme, Str type, QueryEachId each, void *host, Err *err)
{
    Listing l = {each, host};
    StoreValue p[] = {STORE_S(scheme), STORE_S(type)};
    return store_rows(s, "SELECT id FROM cases WHERE scheme = $1 AND type = $2", p, COUNT_OF(p), id_row, &l, err);
}

bool query_each_id_of_state(Store *s, Arena *a, Str scheme, Str type, Str state, QueryEachId each, void *host, Err *err)
{
    Listing l = {each, host};
    StoreValue p[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type))), STORE_S(state)};
    return store_rows(s, "SELECT case_id FROM stays WHERE type = $1 AND state = $2", p, COUNT_OF(p), id_row, &l, err);
}

bool query_each_id_of_value(Store *s, Arena *a, Str scheme, Str type, Str field, Str value, QueryEachId each,
                            void *host, Err *err)
{
    Listing l = {each, host};
    StoreValue p[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type))), STORE_S(field),
                      STORE_S(value)};
    return store_rows(s, "SELECT case_id FROM case_index WHERE type = $1 AND field = $2 AND value = $3", p, COUNT_OF(p),
                      id_row, &l, err);
}

bool query_each_id_of_ground(Store *s, Str code, QueryEachId each, void *host, Err *err)
{
    Listing l = {each, host};
    StoreValue p[] = {STORE_S(code)};
    return store_rows(s, "SELECT case_id FROM grounds WHERE code = $1", p, COUNT_OF(p), id_row, &l, err);
}

bool query_each_id_of_unit(Store *s, Str allocation, QueryEachId each, void *host, Err *err)
{
    Listing l = {each, host};
    StoreValue p[] = {STORE_S(allocation)};
    return store_rows(s, "SELECT case_id FROM units WHERE allocation = $1", p, COUNT_OF(p), id_row, &l, err);
}

/* ---- Sums ---- */

typedef struct {
    QuerySumEach each;
    void *host;
} Summing;

static bool sum_row(void *host, const StoreValue *c, __attribute__((unused)) size_t count)
{
    const Summing *k = host;
    QuerySum row = {.key = c[0].s, .day = c[1].i, .n = c[2].i, .cases = c[3].i};
    k->each(k->host, &row);
    return true;
}

bool query_each_sum(Store *s, Arena *a, Str scheme, Str type, const char *kind, QuerySumEach each, void *host, Err *err)
{
    Summing k = {each, host};
    StoreValue p[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type))), STORE_S(str_from_c(kind))};
    return store_rows(
        s, "SELECT key, day, n, cases FROM tallies WHERE type = $1 AND kind = $2 AND n <> 0 ORDER BY key, day", p,
        COUNT_OF(p), sum_row, &k, err);
}

bool query_each_taken(Store *s, Arena *a, Str scheme, Str type, QuerySumEach each, void *host, Err *err)
{
    Summing k = {each, host};
    StoreValue p[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type)))};
    return store_rows(s,
                      "SELECT allocation, 0, COUNT(*), COUNT(DISTINCT case_id) FROM units WHERE type = $1 GROUP BY"
                      " allocation ORDER BY allocation",
                      p, COUNT_OF(p), sum_row, &k, err);
}

bool query_each_taken_day(Store *s, Str allocation, QuerySumEach each, void *host, Err *err)
{
    Summing k = {each, host};
    StoreValue p[] = {STORE_S(allocation)};
    return store_rows(s, "SELECT '', day, COUNT(*), 0 FROM units WHERE allocation = $1 GROUP BY day ORDER BY day", p,
                      COUNT_OF(p), sum_row, &k, err);
}
