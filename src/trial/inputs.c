/* inputs.c: rows of the past → inputs of a decision as columns, coded as they are kept. Each distinct value is read by
 * its input's type once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "past.h"

/* One input: its value for each code of the fact. */
typedef struct {
    const PastFact *fact; /* NULL: no decision stored it */
    Value *values;        /* by code; [0] where it was not stored */
    uint8_t *fits;        /* by code */
    bool all_fit;
    bool is_day, is_list;
    bool days; /* is_day, and all its values are days or null: then by code */
    int64_t *n;
    uint8_t *null;
} Plan;

struct TrialInputs {
    const PastKind *k;
    const DmnInput *inputs;
    size_t count;
    Plan *plans;
};

static size_t code_count(const Plan *p)
{
    return p->fact ? p->fact->words.count : 1;
}

/* Where the governing day is a day throughout, a column of days is made of it. */
static void read_days(Arena *a, Plan *p)
{
    size_t count = code_count(p);
    p->days = true;
    p->n = ARENA_ARRAY(a, int64_t, count);
    p->null = ARENA_ARRAY(a, uint8_t, count);
    for (size_t i = 0; i < count; i++) {
        Value v = p->values[i];
        p->days = p->days && (v.kind == FEEL_NULL || v.kind == FEEL_DATE);
        p->null[i] = v.kind == FEEL_NULL;
        p->n[i] = v.kind == FEEL_DATE ? v.i : 0;
    }
}

static void read_plan(Arena *a, Plan *p, const DmnInput *input, Value holidays)
{
    size_t count = code_count(p);
    p->values = ARENA_ARRAY(a, Value, count);
    p->fits = ARENA_ARRAY(a, uint8_t, count);
    p->is_day = str_eq(input->name, STR("governing day"));
    p->is_list = str_eq(input->name, STR("holidays"));
    p->values[0] = p->is_list ? holidays : feel_null();
    p->fits[0] = p->all_fit = 1;
    for (size_t i = 1; i < count; i++) {
        Err none;
        p->fits[i] = feel_from_json(a, p->fact->words.words[i], input->type, &p->values[i], &none);
        if (!p->fits[i]) {
            p->all_fit = false;
            p->values[i] = feel_null();
        }
    }
    if (p->is_day) {
        read_days(a, p);
    }
}

TrialInputs *trial_inputs_new(Arena *a, const Scheme *s, const PastKind *k, const DmnInvocable *d)
{
    Value frame[SLOT_FIRST_READ];
    TrialInputs *in = ARENA_NEW(a, TrialInputs);
    in->k = k;
    in->count = dmn_inputs(d, &in->inputs);
    in->plans = ARENA_ARRAY(a, Plan, in->count + 1);
    scheme_fill_frame(s, frame);
    for (size_t i = 0; i < in->count; i++) {
        in->plans[i].fact = past_fact(k, in->inputs[i].name);
        read_plan(a, &in->plans[i], &in->inputs[i], frame[SLOT_HOLIDAYS]);
    }
    return in;
}

static uint32_t code_at(const Plan *p, size_t row)
{
    return p->fact ? p->fact->codes[row] : 0;
}

static Value value_at(const TrialInputs *in, const Plan *p, size_t row)
{
    uint32_t code = code_at(p, row);
    return code == 0 && p->is_day ? feel_date(in->k->rows[row]->day) : p->values[code];
}

/* The governing day, which a row need not have stored. */
static DmnColumn day_column(const TrialInputs *in, const Plan *p, Arena *a, size_t from, size_t count)
{
    int64_t *n = ARENA_ARRAY(a, int64_t, count);
    uint8_t *null = ARENA_ARRAY(a, uint8_t, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t code = code_at(p, from + i);
        n[i] = code == 0 ? in->k->rows[from + i]->day.n : p->n[code];
        null[i] = code != 0 && p->null[code];
    }
    return (DmnColumn){.kind = FEEL_DATE, .n = n, .null = null};
}

static DmnColumn column(const TrialInputs *in, const Plan *p, Arena *a, size_t from, size_t count)
{
    if (p->fact && !p->is_day) {
        return (DmnColumn){.values = p->values, .codes = p->fact->codes + from, .value_count = code_count(p)};
    }
    if (p->days) {
        return day_column(in, p, a, from, count);
    }
    Value *values = ARENA_ARRAY(a, Value, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = value_at(in, p, from + i);
    }
    return (DmnColumn){.values = values};
}

DmnColumn *trial_inputs_columns(const TrialInputs *in, Arena *a, size_t from, size_t count)
{
    DmnColumn *columns = ARENA_ARRAY(a, DmnColumn, in->count + 1);
    for (size_t i = 0; i < in->count; i++) {
        columns[i] = column(in, &in->plans[i], a, from, count);
    }
    return columns;
}

Value trial_inputs_row(const TrialInputs *in, Arena *a, size_t row)
{
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, in->count + 1);
    for (size_t i = 0; i < in->count; i++) {
        entries[i] = (FeelEntry){in->inputs[i].name, value_at(in, &in->plans[i], row)};
    }
    return feel_context(entries, in->count);
}

bool trial_inputs_fit(const TrialInputs *in, size_t row)
{
    bool fit = true;
    for (size_t i = 0; i < in->count; i++) {
        fit = fit && (in->plans[i].all_fit || in->plans[i].fits[code_at(&in->plans[i], row)]);
    }
    return fit;
}

bool trial_inputs_missing(const TrialInputs *in, size_t i, size_t row)
{
    const Plan *p = &in->plans[i];
    return code_at(p, row) == 0 && !p->is_day && !p->is_list;
}
