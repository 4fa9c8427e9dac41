/* page_measure.c: a measure of the scheme: its rule, its cells and what they are called. It is counted from sums
 * (page_measure_sum.c); the cases of a cell are found by counting case by case (page_measure_walk.c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_measure.h"

#include <stdlib.h>

/* ---- Rules ---- */

size_t page_measure_rules(const PageView *v, const Json **ret, size_t room)
{
    const Json *info = scheme_info(v->scheme),
               *lists[] = {json_path(info, "figures.own"), json_path(info, "figures.open.sets")};
    size_t n = 0;
    for (size_t k = 0; k < COUNT_OF(lists); k++) {
        for (size_t i = 0; i < json_count(lists[k]) && n < room; i++) {
            ret[n++] = lists[k]->items[i];
        }
    }
    return n;
}

bool page_measure_is_open(const PageView *v, Str id)
{
    const Json *sets = json_path(scheme_info(v->scheme), "figures.open.sets");
    for (size_t i = 0; i < json_count(sets); i++) {
        if (str_eq(json_text_at(sets->items[i], "id"), id)) {
            return true;
        }
    }
    return false;
}

const Json *page_measure_rule(const PageView *v, Str id)
{
    const Json *rules[100];
    size_t count = page_measure_rules(v, rules, COUNT_OF(rules));
    for (size_t i = 0; i < count; i++) {
        if (str_eq(json_text_at(rules[i], "id"), id)) {
            return rules[i];
        }
    }
    return NULL;
}

/* ---- Cells ---- */

MeasureCell *page_measure_cell(Measure *m, Str name)
{
    for (size_t i = 0; i < m->count; i++) {
        if (str_eq(m->cells[i].name, name)) {
            return &m->cells[i];
        }
    }
    size_t at =
        m->count < MEASURE_CELLS ? m->count++ : MEASURE_CELLS - 1; /* a property of so many values is none to publish */
    if (m->cells[at].name.len == 0) {
        m->cells[at].name = str_copy(m->v->a, name);
    }
    return &m->cells[at];
}

MeasureStage *page_measure_stage(Measure *m, Str type, Str state)
{
    for (size_t i = 0; i < m->stage_count; i++) {
        if (str_eq(m->stages[i].type, type) && str_eq(m->stages[i].state, state)) {
            return &m->stages[i];
        }
    }
    if (m->stage_count == MEASURE_STAGES) {
        return NULL;
    }
    MeasureStage *s = &m->stages[m->stage_count++];
    s->type = type;
    s->state = str_copy(m->v->a, state);
    return s;
}

static const struct {
    int32_t last;
    const char *name; /* in the order of the alphabet */
} BINS[MEASURE_BINS] = {{7, "000-007"},  {14, "008-014"},  {30, "015-030"},    {60, "031-060"},
                        {90, "061-090"}, {180, "091-180"}, {INT32_MAX, "181-"}};

size_t page_measure_bin_of(int32_t days)
{
    size_t bin = 0;
    while (days > BINS[bin].last) {
        bin++;
    }
    return bin;
}

/* ---- The whole ---- */

static int by_name(const void *x, const void *y)
{
    const MeasureCell *a = x, *b = y;
    return str_cmp(a->name, b->name);
}

Measure page_measure_new(const PageView *v, const Json *rule)
{
    Measure m = {.v = v,
                 .rule = rule,
                 .id = json_text_at(rule, "id"),
                 .of = json_text_at(rule, "of"),
                 .by = json_text_at(rule, "by"),
                 .cells = ARENA_ARRAY(v->a, MeasureCell, MEASURE_CELLS)};
    if (str_eq_c(m.of, "waits")) {
        m.stages = ARENA_ARRAY(v->a, MeasureStage, MEASURE_STAGES);
    }
    return m;
}

void page_measure_sort(Measure *m)
{
    qsort(m->cells, m->count, sizeof *m->cells, by_name);
}

bool page_measure(const PageView *v, const Json *rule, Measure *ret, Err *err)
{
    *ret = page_measure_new(v, rule);
    bool ok = page_measure_sum(ret, err);
    page_measure_sort(ret);
    return ok;
}

/* ---- The entries of the log behind it ---- */

typedef struct {
    const Measure *m;
    Json *list;
} Events;

static void add_event(Events *e, Str event)
{
    if (event.len > 0 && !json_has_text(e->list, event)) {
        json_push(e->m->v->a, e->list, json_new_str(e->m->v->a, event));
    }
}

static bool is_stage(const Measure *m, Str type, Str state)
{
    return state.len > 0 && json_has_text(json_get_str(json_get(m->rule, "stages"), type), state);
}

static void add_into_stages(Events *e, const SchemeType *t, const SchemeStep *s)
{
    if (s->outcome_count == 0 && is_stage(e->m, t->name, s->to)) {
        add_event(e, s->event);
    }
    for (size_t i = 0; i < s->outcome_count; i++) {
        if (is_stage(e->m, t->name, s->outcomes[i].to)) {
            add_event(e, s->outcomes[i].event.len ? s->outcomes[i].event : s->event);
        }
    }
    for (size_t i = 0; i < s->also_count; i++) {
        if (is_stage(e->m, s->also[i].type, s->also[i].to)) {
            add_event(e, s->also[i].event);
        }
    }
}

static void add_with_outcome(Events *e, const SchemeStep *s, Str outcome)
{
    for (size_t i = 0; i < s->outcome_count; i++) {
        if (str_eq(s->outcomes[i].outcome, outcome)) {
            add_event(e, s->outcomes[i].event.len ? s->outcomes[i].event : s->event);
        }
    }
}

Json *page_measure_events(const Measure *m)
{
    Events e = {m, json_new_array(m->v->a)};
    const SchemeType *types;
    size_t count = scheme_types(m->v->scheme, &types);
    const Json *named = json_get(m->rule, "events");
    if (named != NULL) {
        return json_copy(m->v->a, named);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].step_count; k++) {
            if (json_get(m->rule, "stages") != NULL) {
                add_into_stages(&e, &types[i], &types[i].steps[k]);
            } else if (json_has_text(json_get(m->rule, "types"), types[i].name) &&
                       !json_has_text(json_get(m->rule, "apart"), types[i].steps[k].name)) {
                add_with_outcome(&e, &types[i].steps[k], json_text_at(m->rule, "outcome"));
            }
        }
    }
    return e.list;
}

int64_t page_measure_quantile(const MeasureStage *stage, int64_t permille)
{
    int64_t below = 0, wanted = (stage->n * permille + 999) / 1000;
    for (int32_t d = 0; d <= MEASURE_DAYS; d++) {
        below += stage->days[d];
        if (below >= wanted) {
            return d;
        }
    }
    return MEASURE_DAYS;
}

/* ---- Words ---- */

const char *page_measure_bin_name(size_t bin)
{
    return BINS[bin].name;
}

Str page_measure_bin(const PageView *v, size_t bin)
{
    int32_t first = bin == 0 ? 0 : BINS[bin - 1].last + 1;
    return bin + 1 == MEASURE_BINS ? str_printf(v->a, "%d+", first) : str_printf(v->a, "%d–%d", first, BINS[bin].last);
}

Str page_measure_type(const Measure *m, Str cell)
{
    size_t dot = str_find(cell, STR("."), 0);
    bool named = json_get(m->rule, "stages") != NULL || json_get(m->rule, "types") != NULL;
    return named && dot != SIZE_MAX ? str_sub(cell, 0, dot) : json_text_at(m->rule, "type");
}

Str page_stage_label(const Measure *m, Str type, Str state)
{
    const PageView *v = m->v;
    Str label = page_state_label(v, type, state);
    return json_count(json_get(m->rule, "stages")) == 1
               ? label
               : str_printf(v->a, "%.*s · %.*s", STR_ARG(page_label(v, "type", type)), STR_ARG(label));
}

static Str stage_label(const Measure *m, Str cell)
{
    const PageView *v = m->v;
    size_t dot = str_find(cell, STR("."), 0), colon = str_find(cell, STR(":"), 0);
    Str type = str_sub(cell, 0, dot), state = str_sub(cell, dot + 1, colon), how = str_sub(cell, colon + 1, cell.len),
        words = how;
    for (size_t i = 0; i < MEASURE_BINS; i++) {
        words = str_eq_c(how, BINS[i].name) ? page_measure_bin(v, i) : words;
    }
    if (str_eq_c(m->of, "terms")) {
        words = view_text(v->a, v->language, str_c(v->a, str_printf(v->a, "measure.%.*s", STR_ARG(how))), NULL);
    }
    return str_printf(v->a, "%.*s: %.*s", STR_ARG(page_stage_label(m, type, state)), STR_ARG(words));
}

static Str unit_label(const Measure *m, Str cell)
{
    const PageView *v = m->v;
    Str label = page_round_label(v, cell);
    return label.len ? label : cell;
}

Str page_measure_label(const Measure *m, Str cell)
{
    const PageView *v = m->v;
    if (str_eq_c(cell, "*")) {
        return view_text(v->a, v->language, "open.hidden", NULL);
    }
    if (json_get(m->rule, "stages") != NULL) {
        return stage_label(m, cell);
    }
    if (str_eq_c(m->of, "grounds")) {
        size_t dot = str_find(cell, STR("."), 0);
        Str type = str_sub(cell, 0, dot), code = str_sub(cell, dot + 1, cell.len);
        Str words = code.len ? page_label(v, "reasons", code) : view_text(v->a, v->language, "open.not_said", NULL);
        return json_count(json_get(m->rule, "types")) == 1
                   ? words
                   : str_printf(v->a, "%.*s: %.*s", STR_ARG(page_label(v, "type", type)), STR_ARG(words));
    }
    if (str_eq_c(m->of, "units")) {
        return unit_label(m, cell);
    }
    if (str_eq_c(m->by, "@month")) {
        return cell;
    }
    if (str_eq_c(m->by, "@state")) {
        return page_state_label(v, json_text_at(m->rule, "type"), cell);
    }
    return cell.len ? page_label(v, "choice", cell) : view_text(v->a, v->language, "open.not_said", NULL);
}

Str page_measure_href(const Measure *m, Str cell)
{
    const PageView *v = m->v;
    const SchemeType *t = scheme_type(v->scheme, page_measure_type(m, cell));
    if (t == NULL || cell.len == 0 || v->caller == NULL || v->caller->party.len > 0 || !page_reads_type(v, t)) {
        return STR("");
    }
    Buf b = buf_new(v->a, 2000);
    buf_printf(&b, "/cases/%.*s?of=", STR_ARG(t->name));
    view_url(&b, m->id);
    buf_add_c(&b, "&cell=");
    view_url(&b, cell);
    return buf_str(&b);
}
