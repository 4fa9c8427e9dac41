/* read.c: the data of a simulation, as checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

bool sim_number(const Json *j, const char *key, int64_t low, int64_t high, uint32_t *ret, Err *err)
{
    const Json *n = json_get(j, key);
    int64_t value = json_to_int(json_get(n, "value") ? json_get(n, "value") : n, INT64_MIN);
    if (value < low || value > high) {
        return err_set(err, LAW_BROKEN, "simulation: \"%s\" must be a whole number from %lld to %lld", key,
                       (long long)low, (long long)high);
    }
    *ret = (uint32_t)value;
    return true;
}

/* The same of a key that may be left out. */
static bool number_or(const Json *j, const char *key, int64_t low, int64_t high, uint32_t otherwise, uint32_t *ret,
                      Err *err)
{
    *ret = otherwise;
    return json_get(j, key) == NULL || sim_number(j, key, low, high, ret, err);
}

/* "2007-01" → months since the first one. */
bool sim_month_at(const SimModel *m, Str text, uint32_t *ret, Err *err)
{
    int64_t year, month;
    if (text.len != 7 || !str_to_int(str_sub(text, 0, 4), &year) || !str_to_int(str_sub(text, 5, 7), &month) ||
        month < 1 || month > 12) {
        return err_set(err, LAW_BROKEN, "simulation: %.*s is not a month such as 2007-01", STR_ARG(text));
    }
    int64_t at = (year - m->first_year) * 12 + month - 1 - (int64_t)m->first_month;
    if (at < 0 || at >= SIM_MAX_MONTHS) {
        return err_set(err, LAW_BROKEN, "simulation: %.*s lies outside the years of the simulation", STR_ARG(text));
    }
    *ret = (uint32_t)at;
    return true;
}

/* {"year", "places", "fill_ppm"?, "months"?: twelve weights}: persons of a year over its months; the last year stated
 * goes on. */
static bool read_year(const Json *j, const SimModel *m, uint32_t *ret, Err *err)
{
    uint32_t year, places, fill, sum = 0, weight[12];
    const Json *weights = json_get(j, "months");
    if (!sim_number(j, "year", 1900, 9999, &year, err) || !sim_number(j, "places", 0, 10000000, &places, err) ||
        !number_or(j, "fill_ppm", 0, 2 * SIM_MILLION, SIM_MILLION, &fill, err)) {
        return false;
    }
    for (uint32_t k = 0; k < 12; k++) {
        int64_t w = json_count(weights) == 12 ? json_to_int(weights->items[k], 1) : 1;
        weight[k] = w >= 0 && w <= SIM_MILLION ? (uint32_t)w : 1;
        sum += weight[k];
    }
    uint64_t whole = (uint64_t)places * fill / SIM_MILLION, given = 0, share = 0;
    for (uint32_t k = 0; k < 12 && sum > 0; k++) {
        int64_t at = ((int64_t)year - m->first_year) * 12 + k - (int64_t)m->first_month;
        share += weight[k];
        uint64_t until = whole * share / sum;
        if (at >= 0 && at < (int64_t)m->months) {
            ret[at] = (uint32_t)(until - given);
        }
        given = until;
    }
    return true;
}

static bool read_years(Arena *a, const Json *list, const SimModel *m, uint32_t **ret, Err *err)
{
    uint32_t *places = *ret = ARENA_ARRAY(a, uint32_t, m->months + 1), last = 0;
    for (size_t i = 0; i < json_count(list); i++) {
        if (!read_year(list->items[i], m, places, err)) {
            return false;
        }
        int64_t end =
            (json_to_int(json_get(list->items[i], "year"), 0) + 1 - m->first_year) * 12 - (int64_t)m->first_month;
        last = end > 0 ? (uint32_t)end : last;
    }
    for (uint32_t k = last; last >= 12 && k < m->months; k++) {
        places[k] = places[k - 12];
    }
    return last >= 12 || err_set(err, LAW_BROKEN, "simulation: \"years\" states no year");
}

static bool who_of(Str text, SimWho *ret, Err *err)
{
    static const char *const NAMES[] = {"first", "lengthened", "all"};
    *ret = SIM_FIRST_TIME;
    for (size_t i = 0; text.len > 0 && i < COUNT_OF(NAMES); i++) {
        if (str_eq_c(text, NAMES[i])) {
            *ret = (SimWho)i;
            return true;
        }
    }
    return text.len == 0 || err_set(err, LAW_BROKEN, "simulation: \"who\" is first, lengthened or all");
}

static bool read_longer(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->longer = ARENA_ARRAY(a, SimLonger, json_count(list) + 1);
    for (size_t i = 0; i < json_count(list); i++) {
        SimLonger *l = &m->longer[m->longer_count++];
        if (!number_or(list->items[i], "takes_ppm", 0, SIM_MILLION, SIM_MILLION, &l->takes_ppm, err) ||
            !number_or(list->items[i], "before", 0, SIM_MAX_STAY, SIM_MAX_STAY, &l->before, err) ||
            !who_of(json_text_at(list->items[i], "who"), &l->who, err) ||
            !sim_month_at(m, json_text_at(list->items[i], "from"), &l->from, err) ||
            !sim_month_at(m, json_text_at(list->items[i], "to"), &l->to, err) ||
            !sim_number(list->items[i], "months", 1, 36, &l->months, err)) {
            return false;
        }
    }
    return true;
}

static bool read_start(Arena *a, const Json *list, SimModel *m, Err *err)
{
    uint64_t sum = 0;
    m->start = ARENA_ARRAY(a, SimGroup, json_count(list) + 1);
    for (size_t i = 0; i < json_count(list); i++) {
        SimGroup *g = &m->start[m->start_count++];
        g->stage = sim_stage_named(m, json_text_at(list->items[i], "stage"));
        if (g->stage < 0) {
            return err_set(err, LAW_BROKEN, "simulation: \"start\" names no stage");
        }
        if (!sim_number(list->items[i], "persons", 0, 10000000, &g->persons, err) ||
            !sim_number(list->items[i], "from", 1, SIM_MAX_STAY, &g->from, err) ||
            !sim_number(list->items[i], "to", g->from, SIM_MAX_STAY, &g->to, err)) {
            return false;
        }
        sum += g->persons;
    }
    return sum <= m->start_here ||
           err_set(err, LAW_BROKEN, "simulation: \"start\" has more persons than \"start_here\"");
}

/* {"stages": [name], "years": as for places}: who may go over to a status outside the scheme, and how many do. */
static bool read_elsewhere(Arena *a, const Json *j, SimModel *m, Err *err)
{
    const Json *stages = json_get(j, "stages");
    m->elsewhere = ARENA_ARRAY(a, uint32_t, m->months + 1);
    for (size_t i = 0; i < json_count(stages); i++) {
        int at = sim_stage_named(m, json_text(stages->items[i]));
        if (at < 0) {
            return err_set(err, LAW_BROKEN, "simulation: \"elsewhere\" names no stage");
        }
        m->stages[at].may_change = true;
    }
    return json_count(json_get(j, "years")) == 0 || read_years(a, json_get(j, "years"), m, &m->elsewhere, err);
}

static bool read_end_overstay(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->end_overstay = ARENA_ARRAY(a, uint32_t, m->months + 1);
    for (uint32_t k = 0; k < m->months; k++) {
        m->end_overstay[k] = m->end_overstay_ppm;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *e = list->items[i];
        bool times = json_get(e, "times_ppm") != NULL;
        uint32_t from, to, ppm;
        if (!sim_month_at(m, json_text_at(e, "from"), &from, err) ||
            !sim_month_at(m, json_text_at(e, "to"), &to, err) ||
            !sim_number(e, times ? "times_ppm" : "ppm", 0, times ? 10 * SIM_MILLION : SIM_MILLION, &ppm, err)) {
            return false;
        }
        if (times) {
            uint64_t rate = (uint64_t)ppm * m->end_overstay_ppm / SIM_MILLION;
            ppm = rate < SIM_MILLION ? (uint32_t)rate : SIM_MILLION;
        }
        for (uint32_t k = from; k <= to && k < m->months; k++) {
            m->end_overstay[k] = ppm;
        }
    }
    return true;
}

static bool read_published(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->published = ARENA_ARRAY(a, SimPublished, json_count(list) + 1);
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *j = list->items[i];
        SimPublished *p = &m->published[m->published_count++];
        *p = (SimPublished){.series = json_text_at(j, "series"),
                            .month = json_text_at(j, "month"),
                            .use = json_text_at(j, "use"),
                            .source = json_text_at(j, "source"),
                            .why = json_text_at(j, "why"),
                            .value = json_to_int(json_get(j, "value"), 0),
                            .limit = json_to_int(json_get(j, "limit_permille"), 0),
                            .middle = json_is_true(json_get(j, "middle")),
                            .series_at = -1};
        for (int s = 0; s < SIM_SERIES_COUNT; s++) {
            p->series_at = str_eq_c(p->series, sim_series_name((SimSeries)s)) ? s : p->series_at;
        }
        if (!number_or(j, "over", 1, SIM_MAX_MONTHS, 1, &p->over, err) ||
            !number_or(j, "newcomers", 0, 12, 0, &p->newcomers, err) ||
            !number_or(j, "covers_ppm", 1, SIM_MILLION, SIM_MILLION, &p->covers_ppm, err)) {
            return false;
        }
        if (p->series_at < 0 || p->value <= 0 || p->source.len == 0) {
            return err_set(err, LAW_BROKEN, "simulation: a published figure names its series, value and source");
        }
        if (!sim_month_at(m, p->month, &p->at, err)) {
            return false;
        }
    }
    return true;
}

bool sim_read(Arena *a, const Json *data, SimModel **ret, Err *err)
{
    SimModel *m = ARENA_NEW(a, SimModel);
    const Json *cells = json_get(data, "cells");
    int64_t year = 0, month = 0;
    Str first = json_text_at(data, "first");
    if (!str_to_int(str_sub(first, 0, 4), &year) || !str_to_int(str_sub(first, 5, 7), &month) || month < 1 ||
        month > 12 || year < 1900 || year > 9999) {
        return err_set(err, LAW_BROKEN, "simulation: \"first\" is a month such as 2007-01");
    }
    m->first_year = (int32_t)year;
    m->first_month = (uint32_t)month - 1;
    for (size_t i = 0; i < json_count(cells) && i < SIM_MAX_CELLS; i++) {
        if (!sim_number(cells->items[i], "ppm", 0, SIM_MILLION, &m->cells[m->cell_count++], err)) {
            return false;
        }
    }
    if (m->cell_count == 0) {
        return err_set(err, LAW_BROKEN, "simulation: \"cells\" is empty");
    }
    *ret = m;
    return sim_number(data, "months", 12, SIM_MAX_MONTHS, &m->months, err) &&
           sim_read_stages(a, json_get(data, "stages"), m, err) &&
           sim_number(data, "start_here", 0, 10000000, &m->start_here, err) &&
           sim_number(data, "start_overstay", 0, 10000000, &m->start_overstay, err) &&
           sim_number(data, "asked_ppm", 0, 10 * SIM_MILLION, &m->asked_ppm, err) &&
           sim_number(data, "change_ppm", 0, SIM_MILLION, &m->change_ppm, err) &&
           sim_number(data, "end_overstay_ppm", 0, SIM_MILLION, &m->end_overstay_ppm, err) &&
           read_years(a, json_get(data, "years"), m, &m->places, err) &&
           read_start(a, json_get(data, "start"), m, err) && read_elsewhere(a, json_get(data, "elsewhere"), m, err) &&
           read_longer(a, json_get(data, "longer"), m, err) &&
           read_end_overstay(a, json_get(data, "end_overstay"), m, err) &&
           read_published(a, json_get(data, "published"), m, err);
}
