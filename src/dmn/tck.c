/* tck.c: runs the official conformance suite: reads its test files, evaluates, compares exactly.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"
#include "dmn_tools.h"
#include "file_int.h"

#include <time.h>

enum { TCK_DEPTH = 8, TCK_SOURCES = 64, DOUBLE_DIGITS = 7 };

typedef struct {
    Arena *a; /* of one test file */
    FILE *out;
    bool verbose;
    Str folder, file;
    DmnModel *model;
    FeelRun *run;
    DmnTckCounts *counts;
    size_t failed_here;
} Tck;

/* ---- Values ---------------------------------------------------------------------------------------------------- */

static const struct {
    const char *xsd, *feel;
} kinds[] = {
    {"decimal", "number"},  {"double", "number"}, {"integer", "number"},
    {"int", "number"},      {"long", "number"},   {"float", "number"},
    {"date", "date"},       {"time", "time"},     {"dateTime", "date and time"},
    {"boolean", "boolean"},
};

static Value parsed(Tck *t, Str text, const char *type)
{
    Value v = feel_null();
    Err ignored;
    const FeelType *feel = feel_type_by_name(str_from_c(type));
    return feel_from_json(t->a, json_new_str(t->a, text), feel, &v, &ignored) ? v : feel_null();
}

static Value scalar_read(Tck *t, const XmlNode *n)
{
    Str type = xml_attr_local(n, "type"), text = xml_text(t->a, n);
    size_t colon = str_find(type, STR(":"), 0);
    Str kind = colon == SIZE_MAX ? type : str_sub(type, colon + 1, type.len);
    if (str_eq_c(xml_attr_local(n, "nil"), "true")) {
        return feel_null();
    }
    if (str_eq_c(kind, "boolean")) {
        Str word = str_trim(text);
        return feel_bool(str_eq_c(word, "true") || str_eq_c(word, "1"));
    }
    if (str_eq_c(kind, "duration") || str_ends(kind, STR("Duration"))) { /* and its two kinds */
        Value v = parsed(t, str_trim(text), "days and time duration");
        return v.kind != FEEL_NULL ? v : parsed(t, str_trim(text), "years and months duration");
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        Dec d;
        if (str_eq_c(kind, kinds[i].xsd)) {
            if (str_eq_c(str_from_c(kinds[i].feel), "number")) {
                return dec_parse(str_trim(text), &d) ? feel_number(t->a, d) : feel_null();
            }
            return parsed(t, str_trim(text), kinds[i].feel);
        }
    }
    return feel_str(text);
}

/* The value inside n: <value>, <component>… or <list>. */
static Value value_read(Tck *t, const XmlNode *n)
{
    const XmlNode *value = xml_child(n, "value"), *list = xml_child(n, "list");
    size_t count = xml_count(n, "component"), i = 0;
    if (value != NULL) {
        return scalar_read(t, value);
    }
    if (list != NULL) {
        if (str_eq_c(xml_attr_local(list, "nil"), "true")) {
            return feel_null();
        }
        Value *items = ARENA_ARRAY(t->a, Value, xml_count(list, "item"));
        for (const XmlNode *c = xml_child(list, "item"); c != NULL; c = xml_next_same(c)) {
            items[i++] = value_read(t, c);
        }
        return feel_list(items, i);
    }
    if (count == 0) {
        return feel_null();
    }
    FeelEntry *entries = ARENA_ARRAY(t->a, FeelEntry, count);
    for (const XmlNode *c = xml_child(n, "component"); c != NULL; c = xml_next_same(c)) {
        entries[i++] = (FeelEntry){xml_attr(c, "name"), value_read(t, c)};
    }
    return feel_context(entries, count);
}

static bool has_entry(Value context, Str name)
{
    for (size_t i = 0; i < context.len; i++) {
        if (str_eq(feel_entries(context)[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* A number without end cannot stand in the suite whole: where 7 digits or more follow the point, the result rounded to
 * as many digits must be the expected number. Some of these were printed from another engine's doubles, whose own error
 * is in the last digits: there a difference below 10^-8 is allowed, as in the suite's own runner. Both are counted,
 * apart. All other numbers are compared exactly. */
static bool nearly(Tck *t, Value want, Value got)
{
    Dec w = feel_dec(want), g = feel_dec(got), gap, limit = {.coefficient = 1, .exponent = -8};
    if (w.exponent > -DOUBLE_DIGITS) {
        return false;
    }
    if (dec_round(g, -w.exponent, DEC_HALF_EVEN, &gap) && dec_cmp(gap, w) == 0) {
        t->counts->rounded++;
        return true;
    }
    if (!dec_sub(w, g, &gap)) {
        return false;
    }
    gap.negative = false;
    if (dec_cmp(gap, limit) >= 0) {
        return false;
    }
    t->counts->doubles++;
    return true;
}

static bool values_match(Tck *t, Value want, Value got)
{
    if (want.kind != got.kind) {
        return false;
    }
    if (want.kind == FEEL_LIST || want.kind == FEEL_CONTEXT) {
        if (want.len != got.len) {
            return false;
        }
        for (size_t i = 0; i < want.len; i++) {
            if (want.kind == FEEL_LIST) {
                if (!values_match(t, feel_items(want)[i], feel_items(got)[i])) {
                    return false;
                }
                continue;
            }
            Str name = feel_entries(want)[i].name;
            if (!has_entry(got, name) || !values_match(t, feel_entries(want)[i].value, feel_get(got, name))) {
                return false;
            }
        }
        return true;
    }
    if (want.kind == FEEL_NUMBER && !feel_same(want, got)) {
        return nearly(t, want, got);
    }
    bool moment = want.kind == FEEL_TIME || want.kind == FEEL_DATE_TIME;
    return feel_same(want, got) || (moment && feel_is_true(feel_equal(t->run, want, got)));
}

/* ---- One test case --------------------------------------------------------------------------------------------- */

/* An input of an imported model carries that model's namespace. */
static Str input_name(Tck *t, const XmlNode *n)
{
    Str name = str_trim(xml_attr(n, "name")), ns = str_trim(xml_attr(n, "namespace"));
    if (ns.len == 0 || str_eq(ns, t->model->ns)) {
        return name;
    }
    return str_printf(t->a, "{%.*s}%.*s", STR_ARG(ns), STR_ARG(name));
}

static Value inputs_read(Tck *t, const XmlNode *test)
{
    FeelEntry *entries = ARENA_ARRAY(t->a, FeelEntry, xml_count(test, "inputNode"));
    size_t count = 0;
    for (const XmlNode *n = xml_child(test, "inputNode"); n != NULL; n = xml_next_same(n)) {
        entries[count++] = (FeelEntry){input_name(t, n), value_read(t, n)};
    }
    return feel_context(entries, count);
}

static const DmnInvocable *invocable_find(Tck *t, const XmlNode *test, const XmlNode *result)
{
    Str type = xml_attr(test, "type"), called = str_trim(xml_attr(test, "invocableName"));
    Str result_name = str_trim(xml_attr(result, "name")), name = called.len > 0 ? called : result_name;
    Str ns =
        str_trim(xml_attr(str_eq_c(type, "decisionService") || str_eq_c(type, "bkm") ? test : result, "namespace"));
    if (str_eq_c(type, "decisionService")) {
        return dmn_find_within(t->model, ns, DMN_SERVICE, name);
    }
    if (str_eq_c(type, "bkm")) {
        return dmn_find_within(t->model, ns, DMN_KNOWLEDGE, name);
    }
    const DmnInvocable *d = dmn_find_within(t->model, ns, DMN_DECISION, result_name);
    return d != NULL ? d : dmn_find_within(t->model, ns, DMN_SERVICE, name);
}

static void failure_print(Tck *t, const XmlNode *test, Str node, Value want, Value got)
{
    Buf b = buf_new(t->a, DMN_TEXT_BYTES);
    const Str *messages = NULL;
    size_t count = feel_run_messages(t->run, &messages);
    feel_print(&b, want);
    buf_add_c(&b, " but is ");
    feel_print(&b, got);
    for (size_t i = 0; i < count && i < 3; i++) {
        buf_printf(&b, "\n      %.*s", STR_ARG(messages[i]));
    }
    fprintf(t->out, "FAIL %.*s case \"%.*s\" line %d result \"%.*s\": expected %.*s\n", STR_ARG(t->file),
            STR_ARG(xml_attr(test, "id")), test->line, STR_ARG(node), STR_ARG(buf_str(&b)));
}

static bool result_passes(Tck *t, const XmlNode *test, const XmlNode *result, Value inputs)
{
    Str name = str_trim(xml_attr(result, "name"));
    const XmlNode *expected = xml_child(result, "expected");
    const DmnInvocable *d = invocable_find(t, test, result);
    Value want = expected != NULL ? value_read(t, expected) : feel_null(), got;
    if (d == NULL) {
        fprintf(t->out, "FAIL %.*s case \"%.*s\": there is no \"%.*s\"\n", STR_ARG(t->file),
                STR_ARG(xml_attr(test, "id")), STR_ARG(name));
        return false;
    }
    feel_run_reset(t->run);
    got = dmn_evaluate(t->run, d, inputs, NULL);
    if (d->kind == DMN_SERVICE && d->output_count > 1 && got.kind == FEEL_CONTEXT && !str_eq(name, d->name)) {
        got = feel_get(got, name); /* one of its outputs; under its own name the service gives all of them */
    }
    if (values_match(t, want, got)) {
        return true;
    }
    failure_print(t, test, name, want, got);
    return false;
}

static void case_run(Tck *t, const XmlNode *test)
{
    bool passed = true;
    Value inputs = inputs_read(t, test);
    for (const XmlNode *n = xml_child(test, "resultNode"); n != NULL; n = xml_next_same(n)) {
        passed = result_passes(t, test, n, inputs) && passed;
    }
    if (passed) {
        t->counts->passed++;
        if (t->verbose) {
            fprintf(t->out, "pass %.*s case \"%.*s\"\n", STR_ARG(t->file), STR_ARG(xml_attr(test, "id")));
        }
    } else {
        t->counts->failed++;
        t->failed_here++;
    }
}

/* ---- One test file --------------------------------------------------------------------------------------------- */

/* The model that a test file names; one that names none tests the model whose name its own begins with. */
static size_t tested_find(const Tck *t, const Str *names, size_t count, Str name)
{
    Str file = str_sub(t->file, t->folder.len + 1, t->file.len);
    size_t best = SIZE_MAX, longest = 0;
    for (size_t i = 0; i < count; i++) {
        Str stem = str_ends(names[i], STR(".dmn")) ? str_sub(names[i], 0, names[i].len - 4) : STR("");
        if (str_eq(names[i], name)) {
            return i;
        }
        if (stem.len > longest && str_starts(file, stem)) {
            best = i;
            longest = stem.len;
        }
    }
    return best;
}

static bool tested_load(Tck *t, Str name, Err *err)
{
    DmnSource sources[TCK_SOURCES];
    Str *names = NULL;
    size_t count = 0, found = 0;
    if (!folder_read(t->a, t->folder, &names, &count, err)) {
        return false;
    }
    size_t tested = tested_find(t, names, count, name);
    for (int others = 0; others < 2; others++) { /* the model itself first */
        for (size_t i = 0; i < count && found < TCK_SOURCES; i++) {
            if (str_ends(names[i], STR(".dmn")) && (i == tested) == !others) {
                sources[found].path = str_printf(t->a, "%.*s/%.*s", STR_ARG(t->folder), STR_ARG(names[i]));
                if (!file_read(t->a, sources[found].path, &sources[found].xml, err)) {
                    return false;
                }
                found++;
            }
        }
    }
    return dmn_load(t->a, sources, found, &t->model, err);
}

static Instant clock_now(void)
{
    struct timespec ts = {0};
    clock_gettime(CLOCK_REALTIME, &ts);
    return (Instant){(int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

static void file_fail(Tck *t, const XmlNode *root, const char *why)
{
    size_t count = root != NULL ? xml_count(root, "testCase") : 1;
    fprintf(t->out, "FAIL %.*s, all %zu cases: %s\n", STR_ARG(t->file), count, why);
    t->counts->failed += count;
    t->failed_here += count;
}

static void file_run(Tck *t)
{
    Str xml = STR("");
    XmlNode *root = NULL;
    Err err = {0};
    if (!file_read(t->a, t->file, &xml, &err) || !xml_read(t->a, t->file, xml, &root, &err)) {
        file_fail(t, NULL, err.text);
        return;
    }
    if (!xml_is(root, "testCases")) {
        return;
    }
    t->counts->files++;
    if (!tested_load(t, str_trim(xml_text(t->a, xml_child(root, "modelName"))), &err)) {
        file_fail(t, root, err.text);
        return;
    }
    const DmnProblem *problems = NULL;
    size_t count = dmn_problems(t->model, &problems);
    for (size_t i = 0; i < count && t->verbose; i++) {
        fprintf(t->out, "note %.*s line %d: %.*s: %.*s\n", STR_ARG(t->file), problems[i].line,
                STR_ARG(problems[i].element), STR_ARG(problems[i].message));
    }
    Arena *runs = arena_new(0);
    t->run = feel_run_new(runs, (FeelLimits){0}, clock_now());
    for (const XmlNode *n = xml_child(root, "testCase"); n != NULL; n = xml_next_same(n)) {
        case_run(t, n);
    }
    arena_free(runs);
}

static bool folder_run(Arena *a, Str folder, int depth, Tck *t, Err *err)
{
    Str *names = NULL;
    size_t count = 0;
    if (!folder_read(a, folder, &names, &count, err)) {
        return false;
    }
    size_t before = t->counts->passed + t->counts->failed;
    t->failed_here = 0;
    for (size_t i = 0; i < count; i++) {
        if (str_ends(names[i], STR(".xml"))) {
            t->a = arena_new(0);
            t->folder = folder;
            t->file = str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i]));
            file_run(t);
            arena_free(t->a);
        }
    }
    if (t->failed_here > 0) {
        fprintf(t->out, "GROUP %.*s: %zu of %zu failed\n", STR_ARG(folder), t->failed_here,
                t->counts->passed + t->counts->failed - before);
    }
    for (size_t i = 0; i < count && depth < TCK_DEPTH; i++) {
        Str path = str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i]));
        Err why = {0};
        if (folder_is(a, path) && !folder_run(a, path, depth + 1, t, &why)) {
            fprintf(t->out, "FAIL %.*s: %s\n", STR_ARG(path), why.text);
            t->counts->failed++;
        }
    }
    return true;
}

bool dmn_tck_run(Arena *a, Str folder, bool verbose, FILE *out, DmnTckCounts *ret, Err *err)
{
    DmnTckCounts counts = {0};
    Tck t = {.out = out, .verbose = verbose, .counts = &counts};
    if (!folder_run(a, folder, 0, &t, err)) {
        return false;
    }
    if (counts.rounded > 0) {
        fprintf(out, "%zu numbers are equal to the expected ones when rounded to their digits\n", counts.rounded);
    }
    if (counts.doubles > 0) {
        fprintf(out, "%zu numbers are within 10^-8 of expected ones that were printed from doubles\n", counts.doubles);
    }
    fprintf(out, "%zu passed, %zu failed\n", counts.passed, counts.failed);
    *ret = counts;
    return true;
}
