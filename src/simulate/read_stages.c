/* read_stages.c: the stages of a stay from the data of a simulation, as checked: their lengths, rates by month, what
 * comes after.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

enum { MOST_GAP = 24 };

int sim_stage_named(const SimModel *m, Str name)
{
    for (int i = 0; i < m->stage_count; i++) {
        if (str_eq(m->stages[i].name, name)) {
            return i;
        }
    }
    return -1;
}

/* Of j[key], by month: a number for all, or [{"from": month, unit: N}], each until the next; none holds before the
 * first. */
static bool read_dated(Arena *a, const Json *j, const char *key, const char *unit, uint32_t most, const SimModel *m,
                       uint32_t **ret, Err *err)
{
    const Json *list = json_get(j, key);
    uint32_t n = 0, from = 0, *by_month = *ret = ARENA_ARRAY(a, uint32_t, m->months + 1);
    if (json_count(list) == 0 && !sim_number(j, key, 0, most, &n, err)) {
        return false;
    }
    for (uint32_t k = 0; k < m->months; k++) {
        by_month[k] = n;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        if (!sim_month_at(m, json_text_at(list->items[i], "from"), &from, err) ||
            !sim_number(list->items[i], unit, 0, most, &n, err)) {
            return false;
        }
        for (uint32_t k = from; k < m->months; k++) {
            by_month[k] = n;
        }
    }
    return true;
}

static bool read_stage(Arena *a, const Json *j, const SimModel *m, SimStage *s, Err *err)
{
    s->name = json_text_at(j, "name");
    s->abroad = json_is_true(json_get(j, "comes_in"));
    if (!sim_number(j, "months", 1, SIM_MAX_STAY, &s->months, err) ||
        !sim_number(j, "leave_ppm", 0, SIM_MILLION / 2, &s->leave_ppm, err) ||
        !sim_number(j, "desert_ppm", 0, SIM_MILLION / 2, &s->desert_ppm, err) ||
        !read_dated(a, j, "overstay_ppm", "ppm", SIM_MILLION, m, &s->overstay, err)) {
        return false;
    }
    s->here[0] = UINT64_C(1) << 32;
    for (uint32_t i = 1; i <= SIM_MAX_STAY; i++) {
        s->here[i] = s->here[i - 1] * (SIM_MILLION - s->leave_ppm - s->desert_ppm) / SIM_MILLION;
    }
    return true;
}

bool sim_read_stages(Arena *a, const Json *list, SimModel *m, Err *err)
{
    if (json_count(list) == 0 || json_count(list) > SIM_MAX_STAGES) {
        return err_set(err, LAW_BROKEN, "simulation: \"stages\" has 1 to %d entries", SIM_MAX_STAGES);
    }
    for (size_t i = 0; i < json_count(list); i++) {
        if (!read_stage(a, list->items[i], m, &m->stages[m->stage_count++], err)) {
            return false;
        }
    }
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *then = json_get(list->items[i], "then");
        if (json_get(then, "from") != NULL &&
            !sim_month_at(m, json_text_at(then, "from"), &m->stages[i].next_from, err)) {
            return false;
        }
        m->stages[i].next = then ? sim_stage_named(m, json_text_at(then, "stage")) : -1;
        if (then != NULL &&
            (m->stages[i].next < 0 || !sim_number(then, "ppm", 0, SIM_MILLION, &m->stages[i].next_ppm, err) ||
             !read_dated(a, then, "gap", "months", MOST_GAP, m, &m->stages[i].gap, err))) {
            return m->stages[i].next >= 0 ? false : err_set(err, LAW_BROKEN, "simulation: \"then\" names no stage");
        }
    }
    return true;
}
