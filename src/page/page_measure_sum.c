/* page_measure_sum.c: counts a measure from the sums that are kept with the log. What each kind and key of a sum means
 * stands in src/project/tally.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

typedef struct {
    Measure *m;
    Str type;
    const Json *states;
} Sum;

static void add(Measure *m, Str name, int64_t n, int64_t cases)
{
    MeasureCell *c = page_measure_cell(m, name);
    c->n += n;
    c->cases += cases;
    m->total += n;
}

/* Whether one of the words, which stand apart by spaces, is in the list; where there is no list, whether there is a
 * word at all. */
static bool has_any(const Json *list, Str words)
{
    Str rest = words, word;
    while (words.len > 0 && str_cut(&rest, ' ', &word)) {
        if (word.len > 0 && (list == NULL || json_has_text(list, word))) {
            return true;
        }
    }
    return false;
}

static Str cell_name(const Sum *s, Str state, const char *how)
{
    return str_printf(s->m->v->a, "%.*s.%.*s:%s", STR_ARG(s->type), STR_ARG(state), how);
}

static bool each(const Sum *s, Str type, const char *kind, QuerySumEach one, Err *err)
{
    const PageView *v = s->m->v;
    return query_each_sum(v->flow->store, v->a, scheme_id(v->scheme), type, kind, one, (void *)(uintptr_t)s, err);
}

/* ---- Cases ---- */

static void came_first(void *host, const QuerySum *row)
{
    const Sum *s = host;
    Str earlier = row->key, state;
    bool named = str_cut(&earlier, '|', &state);
    if (!named || (s->states != NULL && !json_has_text(s->states, state)) || has_any(s->states, earlier)) {
        return;
    }
    Str month = str_printf(s->m->v->a, "%04d-%02d", (int)(row->day / 12), (int)(row->day % 12) + 1);
    add(s->m, str_eq(s->m->by, STR("@month")) ? month : state, row->n, row->n);
}

static void of_field(void *host, const QuerySum *row)
{
    const Sum *s = host;
    Str value = row->key, field, visited;
    if (str_cut(&value, '|', &field) && str_cut(&value, '|', &visited) && str_eq(field, s->m->by) &&
        has_any(s->states, visited)) {
        add(s->m, value, row->n, row->n);
    }
}

static bool sum_cases(Measure *m, Err *err)
{
    Sum s = {.m = m, .states = json_get(m->rule, "reached")};
    bool of = m->by.len > 0 && m->by.ptr[0] != '@';
    return each(&s, json_text_at(m->rule, "type"), of ? "field" : "came", of ? of_field : came_first, err);
}

/* ---- Stays ---- */

static void began(void *host, const QuerySum *row)
{
    const Sum *s = host;
    if (json_has_text(s->states, str_sub(row->key, 0, str_find(row->key, STR("|"), 0)))) {
        s->m->entries += row->n;
    }
}

static void kept(void *host, const QuerySum *row)
{
    const Sum *s = host;
    if (json_has_text(s->states, row->key)) {
        add(s->m, cell_name(s, row->key, "kept"), row->n, row->cases);
    }
}

static void missed(void *host, const QuerySum *row)
{
    const Sum *s = host;
    if (json_has_text(s->states, row->key)) {
        add(s->m, cell_name(s, row->key, "missed"), row->n, row->cases);
    }
}

/* Where the case stands now: over the deadline it has missed it, else the deadline runs. */
static void running(void *host, const QuerySum *row)
{
    const Sum *s = host;
    Str again = row->key, state, year;
    if (row->day == 0 || !str_cut(&again, '|', &state) || !str_cut(&again, '|', &year) ||
        !json_has_text(s->states, state)) {
        return;
    }
    bool late = s->m->v->today.n > row->day;
    add(s->m, cell_name(s, state, late ? "missed" : "running"), row->n, late && again.len > 0 ? 0 : row->n);
}

static void waited(void *host, const QuerySum *row)
{
    const Sum *s = host;
    Str earlier = row->key, state, one;
    if (!str_cut(&earlier, '|', &state) || !json_has_text(s->states, state)) {
        return;
    }
    int32_t days = (int32_t)row->day;
    size_t bin = page_measure_bin_of(days);
    MeasureStage *stage = page_measure_stage(s->m, s->type, state);
    bool first = true; /* of this case in this cell */
    int64_t before;
    while (earlier.len > 0 && str_cut(&earlier, ' ', &one)) {
        first = first && !(str_to_int(one, &before) && page_measure_bin_of((int32_t)before) == bin);
    }
    if (stage != NULL) {
        stage->n += row->n;
        stage->bins[bin] += row->n;
        stage->days[days < MEASURE_DAYS ? days : MEASURE_DAYS] += (int32_t)row->n;
    }
    add(s->m, cell_name(s, state, page_measure_bin_name(bin)), row->n, first ? row->n : 0);
}

/* The stages stand in the order of the rule, those without an ended stay left out. */
static void add_stages(const Sum *s)
{
    for (size_t i = 0; i < json_count(s->states); i++) {
        (void)page_measure_stage(s->m, s->type, json_text(s->states->items[i]));
    }
}

static void drop_empty_stages(Measure *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->stage_count; i++) {
        if (m->stages[i].n > 0) {
            m->stages[kept++] = m->stages[i];
        }
    }
    m->stage_count = kept;
}

/* What began and is not counted stands apart: it has no deadline, lasts still, or goes on in the same state. */
static bool sum_stays(Measure *m, Err *err)
{
    const Json *stages = json_get(m->rule, "stages");
    bool terms = str_eq_c(m->of, "terms"), ok = true;
    for (size_t i = 0; i < json_count(stages) && ok; i++) {
        Sum s = {.m = m, .states = stages->members[i].value, .type = stages->members[i].key};
        ok = each(&s, s.type, "came", began, err);
        if (terms) {
            ok = ok && each(&s, s.type, "kept", kept, err) && each(&s, s.type, "missed", missed, err) &&
                 each(&s, s.type, "held", running, err) && each(&s, s.type, "free", running, err);
        } else {
            add_stages(&s);
            ok = ok && each(&s, s.type, "wait", waited, err);
        }
    }
    drop_empty_stages(m);
    m->apart = m->entries - m->total;
    return ok;
}

/* ---- Grounds and units ---- */

static void decided(void *host, const QuerySum *row)
{
    const Sum *s = host;
    Str outcome = row->key, step;
    if (str_cut(&outcome, '|', &step) && str_eq(outcome, json_text_at(s->m->rule, "outcome")) &&
        !json_has_text(json_get(s->m->rule, "apart"), step)) {
        s->m->entries += row->n;
    }
}

static void ground(void *host, const QuerySum *row)
{
    const Sum *s = host;
    const Json *apart = json_get(s->m->rule, "apart");
    Str code = row->key, outcome, step, steps, one;
    if (!str_cut(&code, '|', &outcome) || !str_cut(&code, '|', &step) || !str_cut(&code, '|', &steps) ||
        !str_eq(outcome, json_text_at(s->m->rule, "outcome")) || json_has_text(apart, step)) {
        return;
    }
    bool first = true; /* of this case in this cell */
    while (steps.len > 0 && str_cut(&steps, ' ', &one)) {
        first = first && json_has_text(apart, one);
    }
    add(s->m, str_printf(s->m->v->a, "%.*s.%.*s", STR_ARG(s->type), STR_ARG(code)), row->n, first ? row->n : 0);
}

static bool sum_grounds(Measure *m, Err *err)
{
    const Json *types = json_get(m->rule, "types");
    for (size_t i = 0; i < json_count(types); i++) {
        Sum s = {.m = m, .type = json_text(types->items[i])};
        if (!each(&s, s.type, "decided", decided, err) || !each(&s, s.type, "ground", ground, err)) {
            return false;
        }
    }
    return true;
}

static void unit(void *host, const QuerySum *row)
{
    const Sum *s = host;
    add(s->m, row->key, row->n, row->cases);
}

static bool sum_units(Measure *m, Err *err)
{
    Sum s = {.m = m};
    return query_each_taken(m->v->flow->store, m->v->a, scheme_id(m->v->scheme), json_text_at(m->rule, "type"), unit,
                            &s, err);
}

bool page_measure_sum(Measure *m, Err *err)
{
    static const struct {
        const char *of;
        bool (*sum)(Measure *m, Err *err);
    } KINDS[] = {{"", sum_cases},      {"cases", sum_cases},     {"terms", sum_stays},
                 {"waits", sum_stays}, {"grounds", sum_grounds}, {"units", sum_units}};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (str_eq_c(m->of, KINDS[i].of)) {
            return KINDS[i].sum(m, err);
        }
    }
    return err_set(err, NOT_FOUND, "Figures cannot be counted of %.*s.", STR_ARG(m->of));
}
