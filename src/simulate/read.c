/* read.c: the data of a simulation, as checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

static bool number(const Json *j, const char *key, int64_t low, int64_t high, uint32_t *ret, Err *err)
{
    const Json *n = json_get(j, key);
    int64_t value = json_to_int(json_get(n, "value") ? json_get(n, "value") : n, INT64_MIN);
    if (value < low || value > high) {
        return err_set(err, LAW_BROKEN, "simulation: \"%s\" must be a whole number from %lld to %lld", key, (long long)low, (long long)high);
    }
    *ret = (uint32_t)value;
    return true;
}

/* "2007-01" → months since the first one. */
static bool month_at(const SimModel *m, Str text, uint32_t *ret, Err *err)
{
    int64_t year, month;
    if (text.len != 7 || !str_to_int(str_sub(text, 0, 4), &year) || !str_to_int(str_sub(text, 5, 7), &month) || month < 1 || month > 12) {
        return err_set(err, LAW_BROKEN, "simulation: %.*s is not a month such as 2007-01", STR_ARG(text));
    }
    int64_t at = (year - m->first_year) * 12 + month - 1 - (int64_t)m->first_month;
    if (at < 0 || at >= SIM_MAX_MONTHS) {
        return err_set(err, LAW_BROKEN, "simulation: %.*s lies outside the years of the simulation", STR_ARG(text));
    }
    *ret = (uint32_t)at;
    return true;
}

static int stage_named(const SimModel *m, Str name)
{
    for (int i = 0; i < m->stage_count; i++) {
        if (str_eq(m->stages[i].name, name)) {
            return i;
        }
    }
    return -1;
}

static bool read_stage(const Json *j, SimStage *s, Err *err)
{
    s->name = json_text_at(j, "name");
    s->abroad = json_is_true(json_get(j, "comes_in"));
    if (!number(j, "months", 1, SIM_MAX_STAY, &s->months, err) || !number(j, "leave_ppm", 0, SIM_MILLION / 2, &s->leave_ppm, err) ||
        !number(j, "desert_ppm", 0, SIM_MILLION / 2, &s->desert_ppm, err) || !number(j, "overstay_ppm", 0, SIM_MILLION, &s->overstay_ppm, err)) {
        return false;
    }
    s->here[0] = UINT64_C(1) << 32;
    for (uint32_t i = 1; i <= SIM_MAX_STAY; i++) {
        s->here[i] = s->here[i - 1] * (SIM_MILLION - s->leave_ppm - s->desert_ppm) / SIM_MILLION;
    }
    return true;
}

static bool read_stages(const Json *list, SimModel *m, Err *err)
{
    if (json_count(list) == 0 || json_count(list) > SIM_MAX_STAGES) {
        return err_set(err, LAW_BROKEN, "simulation: \"stages\" has 1 to %d entries", SIM_MAX_STAGES);
    }
    for (size_t i = 0; i < json_count(list); i++) {
        if (!read_stage(list->items[i], &m->stages[m->stage_count++], err)) {
            return false;
        }
    }
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *then = json_get(list->items[i], "then");
        m->stages[i].next = then ? stage_named(m, json_text_at(then, "stage")) : -1;
        if (then != NULL && (m->stages[i].next < 0 || !number(then, "ppm", 0, SIM_MILLION, &m->stages[i].next_ppm, err) ||
                             !number(then, "gap", 0, 24, &m->stages[i].gap, err))) {
            return m->stages[i].next >= 0 ? false : err_set(err, LAW_BROKEN, "simulation: \"then\" names no stage");
        }
    }
    return true;
}

/* {"year", "places", "fill_ppm"?, "months"?: twelve weights}: persons of a year over its months; the last year stated goes on. */
static bool read_year(const Json *j, SimModel *m, Err *err)
{
    uint32_t year, places, fill = SIM_MILLION, sum = 0, weight[12];
    const Json *weights = json_get(j, "months");
    if (!number(j, "year", 1900, 9999, &year, err) || !number(j, "places", 0, 10000000, &places, err) ||
        (json_get(j, "fill_ppm") != NULL && !number(j, "fill_ppm", 0, 2 * SIM_MILLION, &fill, err))) {
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
            m->places[at] = (uint32_t)(until - given);
        }
        given = until;
    }
    return true;
}

static bool read_years(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->places = ARENA_ARRAY(a, uint32_t, m->months + 1);
    uint32_t last = 0;
    for (size_t i = 0; i < json_count(list); i++) {
        if (!read_year(list->items[i], m, err)) {
            return false;
        }
        int64_t end = (json_to_int(json_get(list->items[i], "year"), 0) + 1 - m->first_year) * 12 - (int64_t)m->first_month;
        last = end > 0 ? (uint32_t)end : last;
    }
    for (uint32_t k = last; last >= 12 && k < m->months; k++) {
        m->places[k] = m->places[k - 12];
    }
    return last >= 12 || err_set(err, LAW_BROKEN, "simulation: \"years\" states no year");
}

static bool read_longer(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->longer = ARENA_ARRAY(a, SimLonger, json_count(list) + 1);
    for (size_t i = 0; i < json_count(list); i++) {
        SimLonger *l = &m->longer[m->longer_count++];
        if (!month_at(m, json_text_at(list->items[i], "from"), &l->from, err) || !month_at(m, json_text_at(list->items[i], "to"), &l->to, err) ||
            !number(list->items[i], "months", 1, 36, &l->months, err)) {
            return false;
        }
    }
    return true;
}

static bool read_end_overstay(Arena *a, const Json *list, SimModel *m, Err *err)
{
    m->end_overstay = ARENA_ARRAY(a, uint32_t, m->months + 1);
    for (uint32_t k = 0; k < m->months; k++) {
        m->end_overstay[k] = m->end_overstay_ppm;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        uint32_t from, to, ppm;
        if (!month_at(m, json_text_at(list->items[i], "from"), &from, err) || !month_at(m, json_text_at(list->items[i], "to"), &to, err) ||
            !number(list->items[i], "ppm", 0, SIM_MILLION, &ppm, err)) {
            return false;
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
        *p = (SimPublished){.series = json_text_at(j, "series"), .month = json_text_at(j, "month"), .use = json_text_at(j, "use"),
                            .source = json_text_at(j, "source"), .value = json_to_int(json_get(j, "value"), 0),
                            .limit = json_to_int(json_get(j, "limit_permille"), 0), .series_at = -1};
        for (int s = 0; s < SIM_SERIES_COUNT; s++) {
            p->series_at = str_eq_c(p->series, sim_series_name((SimSeries)s)) ? s : p->series_at;
        }
        if (p->series_at < 0 || p->value <= 0 || p->source.len == 0) {
            return err_set(err, LAW_BROKEN, "simulation: a published figure names its series, value and source");
        }
        if (!month_at(m, p->month, &p->at, err)) {
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
    if (!str_to_int(str_sub(first, 0, 4), &year) || !str_to_int(str_sub(first, 5, 7), &month) || month < 1 || month > 12 || year < 1900 || year > 9999) {
        return err_set(err, LAW_BROKEN, "simulation: \"first\" is a month such as 2007-01");
    }
    m->first_year = (int32_t)year;
    m->first_month = (uint32_t)month - 1;
    for (size_t i = 0; i < json_count(cells) && i < SIM_MAX_CELLS; i++) {
        if (!number(cells->items[i], "ppm", 0, SIM_MILLION, &m->cells[m->cell_count++], err)) {
            return false;
        }
    }
    if (m->cell_count == 0) {
        return err_set(err, LAW_BROKEN, "simulation: \"cells\" is empty");
    }
    *ret = m;
    return number(data, "months", 12, SIM_MAX_MONTHS, &m->months, err) && read_stages(json_get(data, "stages"), m, err) &&
           number(data, "start_here", 0, 10000000, &m->start_here, err) && number(data, "start_overstay", 0, 10000000, &m->start_overstay, err) &&
           number(data, "asked_ppm", 0, 10 * SIM_MILLION, &m->asked_ppm, err) && number(data, "change_ppm", 0, SIM_MILLION, &m->change_ppm, err) &&
           number(data, "end_overstay_ppm", 0, SIM_MILLION, &m->end_overstay_ppm, err) && read_years(a, json_get(data, "years"), m, err) &&
           read_longer(a, json_get(data, "longer"), m, err) && read_end_overstay(a, json_get(data, "end_overstay"), m, err) &&
           read_published(a, json_get(data, "published"), m, err);
}
