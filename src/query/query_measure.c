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

bool query_each_stay(Store *s, Arena *a, Str scheme, Str type, bool with_data, QueryEach each, void *host, Err *err)
{
    static const char *const WHOLE =
        "SELECT s.case_id, s.state, s.since, s.due, c.data FROM stays s JOIN cases c ON c.id = s.case_id"
        " WHERE s.type = $1 ORDER BY s.case_id, s.version";
    static const char *const BARE =
        "SELECT s.case_id, s.state, s.since, s.due, '' FROM stays s WHERE s.type = $1 ORDER BY s.case_id, s.version";
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(str_printf(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(type)))};
    return store_rows(s, with_data ? WHOLE : BARE, p, COUNT_OF(p), stay_row, &k, err);
}

bool query_each_ground(Store *s, Str scheme, Str type, Str outcome, QueryEach each, void *host, Err *err)
{
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(scheme), STORE_S(type), STORE_S(outcome)};
    return store_rows(
        s,
        "SELECT d.case_id, COALESCE(g.code, ''), d.day, d.seq, d.step FROM decisions d JOIN cases c ON c.id = d.case_id LEFT JOIN grounds g ON"
        " g.seq = d.seq WHERE c.scheme = $1 AND c.type = $2 AND d.outcome = $3 ORDER BY d.case_id, d.seq, g.n",
        p, COUNT_OF(p), ground_row, &k, err);
}

bool query_each_unit(Store *s, Str scheme, Str type, QueryEach each, void *host, Err *err)
{
    Counting k = {each, host};
    StoreValue p[] = {STORE_S(scheme), STORE_S(type)};
    return store_rows(
        s,
        "SELECT u.case_id, u.allocation FROM units u JOIN cases c ON c.id = u.case_id WHERE c.scheme = $1 AND c.type ="
        " $2 ORDER BY u.case_id, u.allocation, u.number",
        p, COUNT_OF(p), unit_row, &k, err);
}
