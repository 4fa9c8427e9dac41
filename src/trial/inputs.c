/* inputs.c: stored facts → inputs of a decision → columns. Nothing is decided here.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include "base/map.h"

/* A long list that is the same in every decision, such as holidays, is read once. */
typedef struct {
    const DmnInput *input;
    Json *last;
    Value value;
} Kept;

struct TrialInputs {
    Arena *a;
    const DmnInput *inputs;
    size_t count;
    Kept *kept;
    Value holidays;
};

enum { LONG_LIST = 16 };

TrialInputs *trial_inputs_new(Arena *a, const Scheme *s, const DmnInvocable *d)
{
    Value frame[SLOT_FIRST_READ];
    TrialInputs *in = ARENA_NEW(a, TrialInputs);
    in->a = a;
    in->count = dmn_inputs(d, &in->inputs);
    in->kept = ARENA_ARRAY(a, Kept, in->count + 1);
    scheme_fill_frame(s, frame);
    in->holidays = frame[SLOT_HOLIDAYS];
    return in;
}

static bool read_long(TrialInputs *in, size_t i, const Json *j, Value *ret)
{
    Kept *k = &in->kept[i];
    Err none;
    if (k->last == NULL || !json_eq(k->last, j)) {
        k->last = json_copy(in->a, j);
        if (!feel_from_json(in->a, k->last, in->inputs[i].type, &k->value, &none)) {
            k->last = NULL;
            return false;
        }
    }
    *ret = k->value;
    return true;
}

bool trial_inputs_read(TrialInputs *in, Arena *a, const Json *facts, Day day, Value *ret, bool *ret_missing)
{
    for (size_t i = 0; i < in->count; i++) {
        const Json *j = json_get_str(facts, in->inputs[i].name);
        Err none;
        ret[i] = feel_null();
        ret_missing[i] = false;
        if (j == NULL) {
            bool is_day = str_eq(in->inputs[i].name, STR("governing day")), is_list = str_eq(in->inputs[i].name, STR("holidays"));
            ret[i] = is_day ? feel_date(day) : is_list ? in->holidays : ret[i];
            ret_missing[i] = !is_day && !is_list;
        } else if (j->kind == JSON_ARRAY && j->count >= LONG_LIST) {
            if (!read_long(in, i, j, &ret[i])) {
                return false;
            }
        } else if (!feel_from_json(a, j, in->inputs[i].type, &ret[i], &none)) {
            return false;
        }
    }
    return true;
}

/* ---- Columns ---- */

typedef struct {
    FeelKind kind;
    int scale;
    bool plain; /* one kind throughout, of which a column can be made */
} Shape;

static Shape shape_of(const Value *rows, size_t row_count, size_t inputs, size_t at)
{
    Shape s = {FEEL_NULL, 0, true};
    for (size_t i = 0; i < row_count && s.plain; i++) {
        Value v = rows[i * inputs + at];
        if (v.kind == FEEL_NULL) {
            continue;
        }
        s.kind = s.kind == FEEL_NULL ? (FeelKind)v.kind : s.kind;
        s.plain = (FeelKind)v.kind == s.kind && !v.boxed && (v.kind != FEEL_NUMBER || v.scale == 0);
    }
    s.plain = s.plain && (s.kind == FEEL_NUMBER || s.kind == FEEL_STRING || s.kind == FEEL_DATE || s.kind == FEEL_BOOLEAN);
    return s;
}

static int64_t code_of(Arena *a, Map *words, Str text)
{
    size_t *at = map_get(words, text);
    if (at == NULL) {
        at = ARENA_NEW(a, size_t);
        *at = words->count;
        map_set(words, text, at);
    }
    return (int64_t)*at;
}

static DmnColumn column(Arena *a, const Value *rows, size_t row_count, size_t inputs, size_t at)
{
    Shape s = shape_of(rows, row_count, inputs, at);
    if (!s.plain) {
        Value *values = ARENA_ARRAY(a, Value, row_count);
        for (size_t i = 0; i < row_count; i++) {
            values[i] = rows[i * inputs + at];
        }
        return (DmnColumn){.kind = FEEL_NULL, .values = values};
    }
    int64_t *n = ARENA_ARRAY(a, int64_t, row_count);
    uint8_t *none = ARENA_ARRAY(a, uint8_t, row_count);
    Map words = {.arena = a};
    for (size_t i = 0; i < row_count; i++) {
        Value v = rows[i * inputs + at];
        none[i] = v.kind == FEEL_NULL;
        n[i] = none[i] ? 0 : v.kind == FEEL_STRING ? code_of(a, &words, feel_text(v)) : v.i;
    }
    Str *dict = ARENA_ARRAY(a, Str, words.count + 1);
    for (size_t i = 0; i < words.count; i++) {
        dict[i] = words.entries[i].key;
    }
    return (DmnColumn){.kind = s.kind, .n = n, .dict = dict, .dict_count = words.count, .null = none};
}

DmnColumn *trial_columns(Arena *a, const Value *rows, size_t row_count, size_t inputs)
{
    DmnColumn *columns = ARENA_ARRAY(a, DmnColumn, inputs + 1);
    for (size_t i = 0; i < inputs; i++) {
        columns[i] = column(a, rows, row_count, inputs, i);
    }
    return columns;
}
