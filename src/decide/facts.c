/* facts.c: facts as a clerk writes them → facts as a model's inputs want them, with a hint for each that does not fit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "decide.h"

#include "base/fold.h"
#include "loose.h"

enum { MAX_TEXT = 250, MAX_TOLD = 60 }; /* bytes of a fault's text, and of what was told in it */

/* "Entry_Day" and "entry-day" are written like "entry day". */
static Str loose(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        buf_byte(&b, c == '_' || c == '-' ? ' ' : c);
    }
    return str_trim(buf_str(&b));
}

Str decide_nearest(Arena *a, Str text, const Str *names, size_t count)
{
    Str wanted = loose(a, text), best = STR("");
    int least = (int)(wanted.len / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        Str name = loose(a, names[i]);
        bool part = wanted.len >= 4 && str_find(name, wanted, 0) != SIZE_MAX;
        int far = fold_distance(wanted, name), d = part && far > 2 ? 2 : far;
        if (d <= least && (best.len == 0 || d < least)) {
            best = names[i];
            least = d;
        }
    }
    return best;
}

size_t decide_allowed(Arena *a, const DmnInput *in, Str **ret)
{
    FeelTests tests = in->allowed ? feel_tests_shape(in->allowed) : (FeelTests){.shape = FEEL_TEST_OTHER};
    if (tests.shape != FEEL_TEST_RANGES || tests.count == 0 || tests.ranges[0].low.kind != FEEL_STRING) {
        return 0;
    }
    *ret = ARENA_ARRAY(a, Str, tests.count);
    for (size_t i = 0; i < tests.count; i++) {
        (*ret)[i] = feel_text(tests.ranges[i].low);
    }
    return tests.count;
}

/* ---- Values ---- */

/* A day as the models want it; what is no day stays, and is told of where it is read. */
static Json *tidy_day(Arena *a, Str text)
{
    Day day;
    return loose_day(text, &day) ? json_new_str(a, day_print(a, day)) : json_new_str(a, text);
}

/* "2026-07-01,2026-07-15" becomes a list where one is wanted. */
static const Json *loose_list(Arena *a, Str text)
{
    Json *list = json_new_array(a);
    Str one;
    for (Str rest = text; str_cut(&rest, ',', &one);) {
        json_push(a, list, tidy_day(a, str_trim(one)));
    }
    return list;
}

static const Json *list_of_days(Arena *a, const Json *told)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < json_count(told); i++) {
        Str text = json_text(told->items[i]);
        json_push(a, list, text.len ? tidy_day(a, text) : json_copy(a, told->items[i]));
    }
    return list;
}

static bool is_left_out(const Json *j)
{
    Str text = str_trim(json_text(j));
    return j->kind == JSON_NULL || (j->kind == JSON_STRING && (text.len == 0 || str_eq(text, STR("-"))));
}

static const Json *loose_value(const Scheme *s, Arena *a, const DmnInput *in, const Json *j)
{
    Str text = json_text(j);
    FeelKind kind = feel_type_kind(in->type);
    if (is_left_out(j)) {
        return json_new_null(a);
    }
    if (text.len == 0) {
        return kind == FEEL_LIST ? (j->kind == JSON_OBJECT ? NULL : list_of_days(a, j)) : j;
    }
    switch ((int)kind) {
    case FEEL_NUMBER: return loose_number(a, text);
    case FEEL_BOOLEAN: return loose_bool(s, a, text);
    case FEEL_LIST: return loose_list(a, text);
    case FEEL_DATE: return tidy_day(a, text);
    case FEEL_STRING: return json_new_str(a, text);
    default: return j;
    }
}

/* As many of the names as fit in `room` bytes; the rest is told of. */
static Str joined(Arena *a, const Str *names, size_t count, size_t room)
{
    static const char MORE[] = ", … (--describe lists all)";
    Buf b = buf_new(a, room + 1);
    for (size_t i = 0; i < count; i++) {
        size_t left = i + 1 < count ? sizeof MORE : 0;
        if (b.len + names[i].len + 2 + left > room) {
            buf_printf(&b, "%s", MORE);
            break;
        }
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
    }
    return buf_str(&b);
}

/* By a language of the scheme: among the words of its models, or of its forms, such as the countries. */
static bool is_called(const Scheme *s, Arena *a, Str value, Str text)
{
    return loose_called(s, a, "values", value, text) || loose_called(s, a, "choice", value, text);
}

/* The allowed value that was probably meant: nearly written so, else called so in part by a language of the scheme. */
static Str probably(const Scheme *s, Arena *a, Str text, const Str *allowed, size_t count)
{
    Str near = decide_nearest(a, text, allowed, count);
    for (size_t i = 0; i < count && near.len == 0; i++) {
        bool within =
            loose_named_in(s, a, "values", allowed[i], text) || loose_named_in(s, a, "choice", allowed[i], text);
        near = within ? allowed[i] : near;
    }
    return near;
}

/* At most `most` bytes, whole letters. */
static Str shortened(Str text, size_t most)
{
    size_t n = text.len < most ? text.len : most;
    while (n < text.len && n > 0 && ((unsigned char)text.ptr[n] & 0xC0) == 0x80) {
        n--;
    }
    return str_sub(text, 0, n);
}

static void add_fault(ErrList *faults, ErrCode code, Str field, Str text)
{
    Err fault;
    err_field(&fault, code, str_c(faults->arena, field), "%s", str_c(faults->arena, shortened(text, MAX_TEXT)));
    err_list_add(faults, fault);
}

/* One of the allowed words, however it is written; else a fault that lists them. */
static const Json *one_of(const Scheme *s, Arena *a, const DmnInput *in, const Json *j, ErrList *faults)
{
    Str *allowed, text = json_text(j);
    size_t count = decide_allowed(a, in, &allowed);
    if (count == 0 || j == NULL || j->kind == JSON_NULL) {
        return j;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(allowed[i], text)) {
            return j;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (loose_same(a, allowed[i], text) || is_called(s, a, allowed[i], text)) {
            return json_new_str(a, allowed[i]);
        }
    }
    Str near = probably(s, a, text, allowed, count), told = shortened(text, MAX_TOLD);
    Str start = str_printf(a, "\"%.*s\" is not one of the allowed values.%s%.*s%s Allowed: ", STR_ARG(told),
                           near.len ? " Did you mean \"" : "", STR_ARG(near), near.len ? "\"?" : "");
    add_fault(faults, FIELD_CHOICE, in->name,
              str_printf(a, "%.*s%.*s", STR_ARG(start), STR_ARG(joined(a, allowed, count, MAX_TEXT - start.len))));
    return NULL;
}

/* ---- Fields ---- */

/* By its name, else by what one of the scheme's languages calls it, where that tells one input from the others. */
static const DmnInput *find_input(const Scheme *s, Arena *a, const DmnInput *inputs, size_t count, Str name)
{
    const DmnInput *called = NULL;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (loose_same(a, inputs[i].name, name)) {
            return &inputs[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (loose_called(s, a, "inputs", inputs[i].name, name)) {
            called = &inputs[i];
            found++;
        }
    }
    return found == 1 ? called : NULL;
}

/* An input of the model on other days: not asked about on this one. */
static bool known_otherwise(Arena *a, const Scheme *s, Str model, Str decision, Str name)
{
    const SchemeModel *all;
    const DmnInput *inputs;
    size_t count = scheme_models(s, &all);
    for (size_t i = 0; i < count; i++) {
        const DmnInvocable *d =
            str_eq(all[i].name, model) ? dmn_find(scheme_compiled(&all[i]), DMN_DECISION, decision) : NULL;
        size_t n = d != NULL ? dmn_inputs(d, &inputs) : 0;
        if (n > 0 && find_input(s, a, inputs, n, name) != NULL) {
            return true;
        }
    }
    return false;
}

static void unknown_field(Arena *a, Str name, const DmnInput *inputs, size_t count, ErrList *faults)
{
    Str *names = ARENA_ARRAY(a, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = inputs[i].name;
    }
    Str near = decide_nearest(a, name, names, count);
    add_fault(faults, FIELD_UNKNOWN, name,
              near.len ? str_printf(a, "The model has no such fact. Did you mean \"%.*s\"?", STR_ARG(near))
                       : STR("The model has no such fact."));
}

/* ---- What a model asks ---- */

/* The scheme's models tell what is needed in a decision "Missing facts": if [(WHEN) = true and ]NAME = null then "NAME"
 * … */
static Str missing_text(const Json *described)
{
    const Json *elements = json_get(described, "elements");
    for (size_t i = 0; i < json_count(elements); i++) {
        if (str_eq(json_text_at(elements->items[i], "name"), STR("Missing facts"))) {
            return json_text_at(elements->items[i], "literal");
        }
    }
    return STR("");
}

static void set_needed(Arena *a, Json *j, Str missing, Str name)
{
    Str needle = str_printf(a, "%.*s = null then \"%.*s\"", STR_ARG(name), STR_ARG(name)), joint = STR(") = true and ");
    size_t at = str_find(missing, needle, 0), from = SIZE_MAX;
    for (size_t k = str_find(missing, STR("if "), 0); k != SIZE_MAX && k < at;
         k = str_find(missing, STR("if "), k + 1)) {
        from = k > 0 && missing.ptr[k - 1] != '\n' && missing.ptr[k - 1] != '[' && missing.ptr[k - 1] != ' ' ? from : k;
    }
    if (str_eq(name, STR("holidays")) || str_eq(name, STR("governing day"))) {
        json_set(a, j, STR("needed"), json_new_str_c(a, "given"));
    } else if (at == SIZE_MAX || from == SIZE_MAX) {
        json_set(a, j, STR("needed"), json_new_str_c(a, "optional"));
    } else if (at > from + 4 + joint.len && str_eq(str_sub(missing, at - joint.len, at), joint)) {
        json_set(a, j, STR("needed"), json_new_str_c(a, "where"));
        json_set(a, j, STR("when"), json_new_str(a, str_sub(missing, from + 4, at - joint.len)));
    } else {
        json_set(a, j, STR("needed"), json_new_str_c(a, "always"));
    }
}

Json *decide_inputs(Arena *a, const SchemeModel *m, Str name)
{
    Json *list = json_new_array(a), *described = dmn_describe(a, scheme_compiled(m));
    const Json *told = json_get(described, "inputs");
    const DmnInvocable *d = dmn_find(scheme_compiled(m), DMN_DECISION, name);
    const DmnInput *inputs;
    size_t count = d != NULL ? dmn_inputs(d, &inputs) : 0;
    Str missing = missing_text(described);
    for (size_t i = 0; i < count; i++) {
        Json *j = json_new_object(a), *choices = json_new_array(a);
        Str *allowed;
        size_t n = decide_allowed(a, &inputs[i], &allowed);
        json_set(a, j, STR("name"), json_new_str(a, inputs[i].name));
        json_set(a, j, STR("type"), json_new_str(a, inputs[i].type_name));
        for (size_t k = 0; k < n; k++) {
            json_push(a, choices, json_new_str(a, allowed[k]));
        }
        if (n > 0) {
            json_set(a, j, STR("allowed"), choices);
        }
        set_needed(a, j, missing, inputs[i].name);
        for (size_t k = 0; k < json_count(told); k++) {
            if (str_eq(json_text_at(told->items[k], "name"), inputs[i].name)) {
                json_set(a, j, STR("meaning"), json_new_str(a, json_text_at(told->items[k], "description")));
            }
        }
        json_push(a, list, j);
    }
    return list;
}

/* ---- All facts ---- */

static Str not_understood(Arena *a, const DmnInput *in, const Json *told)
{
    Str text = json_text(told), expects = decide_expects(a, in);
    return text.len ? str_printf(a, "\"%.*s\" does not fit. %.*s", STR_ARG(shortened(text, MAX_TOLD)), STR_ARG(expects))
                    : expects;
}

bool decide_tidy_facts(Arena *a, const Scheme *s, Str model, Str name, Day day, const Json *facts, Json **ret,
                       Json *ignored, ErrList *faults, Err *err)
{
    const SchemeModel *m = scheme_model(s, model, day);
    const DmnInvocable *d = m != NULL ? dmn_find(scheme_compiled(m), DMN_DECISION, name) : NULL;
    const DmnInput *inputs;
    if (d == NULL) {
        return err_set(err, NOT_IN_FORCE, "No version of the decision model %.*s is in force on that day.",
                       STR_ARG(model));
    }
    if (facts != NULL && facts->kind != JSON_OBJECT && facts->kind != JSON_NULL) {
        return err_field(err, BAD_REQUEST, "facts", "The facts are an object: name → value.");
    }
    size_t count = dmn_inputs(d, &inputs), before = faults->count;
    *ret = json_new_object(a);
    for (size_t i = 0; i < json_count(facts); i++) {
        Str field = facts->members[i].key;
        const DmnInput *in = find_input(s, a, inputs, count, field);
        if (in == NULL && known_otherwise(a, s, model, name, field)) {
            json_push(a, ignored, json_new_str(a, field));
        } else if (in == NULL) {
            unknown_field(a, field, inputs, count, faults);
        } else {
            const Json *value = loose_value(s, a, in, facts->members[i].value);
            Value read;
            Err fault;
            if (value == NULL || !feel_from_json(a, value, in->type, &read, &fault)) {
                add_fault(faults, FIELD_FORMAT, in->name, not_understood(a, in, facts->members[i].value));
            } else if ((value = one_of(s, a, in, value, faults)) != NULL) {
                json_set(a, *ret, in->name, json_copy(a, value));
            }
        }
    }
    return faults->count == before || err_set(err, BAD_REQUEST, "Some facts are not written as they must be.");
}

Str decide_expects(Arena *a, const DmnInput *in)
{
    Str *allowed;
    size_t count = decide_allowed(a, in, &allowed);
    if (count > 0) {
        return str_printf(a, "One of these is expected: %.*s", STR_ARG(joined(a, allowed, count, MAX_TEXT - 80)));
    }
    switch ((int)feel_type_kind(in->type)) {
    case FEEL_NUMBER: return STR("A number is expected, such as 12.");
    case FEEL_BOOLEAN: return STR("Yes or no is expected (true or false).");
    case FEEL_DATE: return STR("A day is expected, such as 2026-03-31.");
    case FEEL_LIST: return STR("A list is expected, such as [\"2026-03-31\"].");
    default: return str_printf(a, "A value of the type %.*s is expected.", STR_ARG(in->type_name));
    }
}
