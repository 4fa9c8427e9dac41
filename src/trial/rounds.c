/* rounds.c: drawn rounds again from their published rows, as they were and under other caps with the same lots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include "match/match.h"
#include "query/query.h"

/* What one line of an outcome gave: units of a ranking, a place of a match. */
static int64_t given(const Json *row)
{
    int64_t n;
    if (str_to_int(json_text_at(row, "granted"), &n)) {
        return n;
    }
    Str vacancy = json_text_at(row, "vacancy");
    return vacancy.len > 0 && !str_eq(vacancy, STR("-"));
}

static bool is_taker(const Json *row)
{
    Str line = json_text_at(row, "line");
    return str_eq(line, STR("application")) || str_eq(line, STR("worker"));
}

/* application,ID,POINTS,UNITS,CELL of the published rows: id → cell. */
static Map cells_of(Arena *a, Str rows)
{
    Map m = {.arena = a};
    Str line, part[5];
    for (Str rest = rows; str_cut(&rest, '\n', &line);) {
        size_t n = 0;
        for (Str parts = str_trim(line); n < COUNT_OF(part) && str_cut(&parts, ',', &part[n]);) {
            n++;
        }
        if (n == COUNT_OF(part) && str_eq(part[0], STR("application"))) {
            Str *cell = ARENA_NEW(a, Str);
            *cell = part[4];
            map_set(&m, part[1], cell);
        }
    }
    return m;
}

static void count_cell(Arena *a, Map *cells, Str cell, int64_t before, int64_t after)
{
    TrialTally *t = map_get(cells, cell);
    if (t == NULL) {
        t = ARENA_NEW(a, TrialTally);
        map_set(cells, cell, t);
    }
    t->n[CHANGE_NONE]++;
    t->n[CHANGE_GAIN] += after > before;
    t->n[CHANGE_LOSE] += after < before;
}

static Json *cells_json(Arena *a, const Map *cells, int64_t small)
{
    static const char *const COLUMNS[] = {"applications", "gain", "lose"};
    Json *list = json_new_array(a);
    int64_t *n = ARENA_ARRAY(a, int64_t, cells->count + 1);
    bool *hide = ARENA_ARRAY(a, bool, cells->count + 1);
    for (size_t i = 0; i < cells->count; i++) {
        Json *j = json_new_object(a);
        json_set(a, j, STR("cell"), json_new_str(a, cells->entries[i].key));
        json_push(a, list, j);
    }
    for (size_t c = 0; c < COUNT_OF(COLUMNS); c++) {
        for (size_t i = 0; i < cells->count; i++) {
            n[i] = ((const TrialTally *)cells->entries[i].value)->n[c];
        }
        trial_hide(n, cells->count, small, hide);
        for (size_t i = 0; i < cells->count; i++) {
            json_set(a, list->items[i], str_from_c(COLUMNS[c]), hide[i] ? json_new_null(a) : json_new_int(a, n[i]));
        }
    }
    return list;
}

static bool compare(Arena *a, const QueryRound *q, Str caps, int64_t small, Json *out, Err *err)
{
    Str text, text_after;
    Json *before, *after;
    if (!match_replay(a, q->rows, true, &text, err) || !json_parse(a, text, &before, err) ||
        !match_with_caps(a, q->rows, caps, true, &text_after, err) || !json_parse(a, text_after, &after, err)) {
        return false;
    }
    Map later = {.arena = a}, cells = {.arena = a}, cell_of = cells_of(a, q->rows);
    Json *rows = json_new_array(a);
    const Json *x = json_get(before, "rows"), *y = json_get(after, "rows");
    for (size_t i = 0; i < json_count(y); i++) {
        if (is_taker(y->items[i])) {
            map_set(&later, json_text_at(y->items[i], "id"), y->items[i]);
        }
    }
    for (size_t i = 0; i < json_count(x); i++) {
        Str id = json_text_at(x->items[i], "id");
        if (!is_taker(x->items[i])) {
            continue;
        }
        const Str *cell = map_get(&cell_of, id);
        const Json *then = map_get(&later, id);
        int64_t was = given(x->items[i]), is = given(then);
        count_cell(a, &cells, cell ? *cell : STR(""), was, is);
        if (was != is) {
            Json *j = json_new_object(a);
            json_set(a, j, STR("id"), json_new_str(a, id));
            json_set(a, j, STR("change"), json_new_str_c(a, is > was ? "gain" : "lose"));
            json_set(a, j, STR("before"), x->items[i]);
            json_set(a, j, STR("after"), (Json *)(uintptr_t)then);
            json_push(a, rows, j);
        }
    }
    json_set(a, out, STR("cells"), cells_json(a, &cells, small));
    json_set(a, out, STR("rows"), rows);
    return true;
}

static bool one_round(Store *store, Arena *a, const TrialDraft *d, const TrialRules *rules, Str id, Json *list,
                      Err *err)
{
    QueryRound q;
    Str text;
    Err none;
    if (!query_round(store, a, id, &q, &none) || q.result.len == 0) {
        return none.code == NOT_FOUND || q.result.len == 0 || err_set(err, none.code, "%s", none.text);
    }
    Json *j = json_new_object(a);
    json_set(a, j, STR("round"), json_new_str(a, id));
    bool same = match_replay(a, q.rows, false, &text, &none) &&
                str_ends(text, str_printf(a, "result %.*s\n", STR_ARG(q.result)));
    json_set(a, j, STR("same"), json_new_bool(a, same));
    json_push(a, list, j);
    bool wanted = d->caps.len > 0 && (d->caps_round.len == 0 || str_eq(d->caps_round, id));
    return !same || !wanted || compare(a, &q, d->caps, rules->small, j, err);
}

bool trial_rounds(Store *store, Arena *a, const TrialDraft *d, const TrialRules *rules, Json *ret_rounds, Err *err)
{
    const Json *kinds = json_get(scheme_info(d->scheme), "rounds");
    for (size_t i = 0; i < json_count(kinds); i++) {
        const CaseRow *rows;
        size_t count;
        if (!query_list(store, a, scheme_id(d->scheme), json_text_at(kinds->items[i], "type"), NULL, 0, NULL, 0, &rows,
                        &count, err)) {
            return false;
        }
        for (size_t k = 0; k < count; k++) {
            if (!one_round(store, a, d, rules, rows[k].id, ret_rounds, err)) {
                return false;
            }
        }
    }
    return true;
}
