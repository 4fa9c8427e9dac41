/* page_api.c: the API for people who connect a program: the description (OpenAPI) as a page, step by step; every code
 * of a problem.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

enum { WORDS_MOST = 4000, VALUES_SHOWN = 8 };

static Str word(const PageView *v, Str key)
{
    Str text = view_text(v->a, v->language, str_c(v->a, key), NULL);
    return str_starts(text, STR("⟦")) ? STR("") : text;
}

/* ---- Schemas as rows ---- */

static Str ref_name(Str ref)
{
    size_t at = ref.len;
    while (at > 0 && ref.ptr[at - 1] != '/') {
        at--;
    }
    return str_sub(ref, at, ref.len);
}

static const Json *resolved(const Json *doc, const char *kind, const Json *j)
{
    Str ref = json_text_at(j, "$ref");
    return ref.len > 0 ? json_get_str(json_get(json_get(doc, "components"), kind), ref_name(ref)) : j;
}

static void add_values(Buf *b, const Json *values)
{
    for (size_t i = 0; i < json_count(values) && i < VALUES_SHOWN; i++) {
        buf_printf(b, "%s%.*s", i ? " | " : "", STR_ARG(json_text(values->items[i])));
    }
    if (json_count(values) > VALUES_SHOWN) {
        buf_add_c(b, " | …");
    }
}

/* "string (date)", "CaseSummary[]", "granted | refused" */
static void add_type(Buf *b, const Json *schema)
{
    Str ref = json_text_at(schema, "$ref"), fixed = json_text_at(schema, "const"),
        format = json_text_at(schema, "format");
    const Json *type = json_get(schema, "type"), *items = json_get(schema, "items");
    if (ref.len > 0 || fixed.len > 0) {
        buf_printf(b, fixed.len ? "\"%.*s\"" : "%.*s", STR_ARG(fixed.len ? fixed : ref_name(ref)));
    } else if (json_get(schema, "enum") != NULL) {
        add_values(b, json_get(schema, "enum"));
    } else if (items != NULL) {
        add_type(b, items);
        buf_add_c(b, "[]");
    } else if (type != NULL && type->kind == JSON_ARRAY) {
        add_values(b, type);
    } else {
        buf_add(b, json_text(type));
        if (format.len > 0) {
            buf_printf(b, " (%.*s)", STR_ARG(format));
        }
    }
}

static void add_row(const PageView *v, Json *rows, Str name, const Json *schema, bool required, Str said)
{
    Json *j = page_add(v, rows);
    Buf type = buf_new(v->a, WORDS_MOST);
    add_type(&type, schema);
    page_set_text(v, j, "name", name);
    page_set_text(v, j, "type", type.len ? buf_str(&type) : STR(""));
    page_set_bool(v, j, "required", required);
    page_set_text(v, j, "label", json_text_at(schema, "title"));
    page_set_text(v, j, "text", said.len ? said : json_text_at(schema, "description"));
    page_set_text(v, j, "unit", json_text_at(schema, "x-unit"));
    page_set_bool(v, j, "personal", json_is_true(json_get(schema, "x-personal")));
}

static void add_properties(const PageView *v, Json *rows, const Json *doc, const Json *schema)
{
    const Json *all = json_get(schema, "allOf"), *properties = json_get(schema, "properties");
    for (size_t i = 0; i < json_count(all); i++) {
        add_properties(v, rows, doc, resolved(doc, "schemas", all->items[i]));
    }
    for (size_t i = 0; i < json_count(properties); i++) {
        Str name = properties->members[i].key;
        add_row(v, rows, name, properties->members[i].value, json_has_text(json_get(schema, "required"), name),
                STR(""));
    }
}

/* ---- Operations ---- */

static const Json *json_schema_of(const Json *content)
{
    return json_path(json_get_str(json_get(content, "content"), STR("application/json")), "schema");
}

static void add_parameters(const PageView *v, Json *rows, const Json *doc, const Json *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *p = resolved(doc, "parameters", list->items[i]);
        add_row(v, rows, json_text_at(p, "name"), json_get(p, "schema"), json_is_true(json_get(p, "required")),
                json_text_at(p, "description"));
        page_set_text(v, rows->items[rows->count - 1], "in", json_text_at(p, "in"));
    }
}

static void add_answers(const PageView *v, Json *list, const Json *responses)
{
    for (size_t i = 0; i < json_count(responses); i++) {
        const Json *r = responses->members[i].value, *schema = json_schema_of(r);
        Str description = json_text_at(r, "description"), ref = json_text_at(r, "$ref");
        Json *j = page_add(v, list);
        page_set_text(v, j, "status", responses->members[i].key);
        page_set_text(v, j, "text",
                      ref.len ? word(v, str_printf(v->a, "api.answer.%.*s", STR_ARG(ref_name(ref)))) : description);
        if (schema != NULL) {
            Buf type = buf_new(v->a, WORDS_MOST);
            add_type(&type, schema);
            page_set_text(v, j, "type", type.len ? buf_str(&type) : STR(""));
        }
    }
}

static void add_operation(const PageView *v, Json *list, const Json *doc, Str path, const char *method, const Json *op)
{
    Json *j = page_add(v, list);
    const Json *body = resolved(doc, "schemas", json_schema_of(json_get(op, "requestBody")));
    page_set_text(v, j, "id", json_text_at(op, "operationId"));
    page_set_text(v, j, "method", str_from_c(method));
    page_set_text(v, j, "path", path);
    page_set_text(v, j, "summary", json_text_at(op, "summary"));
    page_set_text(v, j, "text", json_text_at(op, "description"));
    page_set_bool(v, j, "token", json_count(json_get(op, "security")) > 0);
    page_set_bool(v, j, "staff", json_is_true(json_get(op, "x-staff")));
    add_parameters(v, page_list_in(v, j, "parameters"), doc, json_get(op, "parameters"));
    add_properties(v, page_list_in(v, j, "body"), doc, body);
    page_set_bool(v, j, "any_step", json_get(body, "oneOf") != NULL);
    add_answers(v, page_list_in(v, j, "answers"), json_get(op, "responses"));
    page_set_text(v, j, "sample", json_text(json_path(op, "x-codeSamples.0.source")));
}

static void add_tag(const PageView *v, Json *groups, const Json *doc, Str tag)
{
    static const char *const METHODS[][2] = {{"get", "GET"}, {"post", "POST"}};
    Json *g = page_add(v, groups), *list = page_list_in(v, g, "operations");
    const Json *paths = json_get(doc, "paths");
    page_set_text(v, g, "name", tag);
    page_set_text(v, g, "label", word(v, str_printf(v->a, "api.tag.%.*s", STR_ARG(tag))));
    for (size_t i = 0; i < json_count(paths); i++) {
        for (size_t k = 0; k < COUNT_OF(METHODS); k++) {
            const Json *op = json_get(paths->members[i].value, METHODS[k][0]);
            if (op != NULL && json_has_text(json_get(op, "tags"), tag)) {
                add_operation(v, list, doc, paths->members[i].key, METHODS[k][1], op);
            }
        }
    }
}

static void add_schemas(const PageView *v, Json *list, const Json *doc)
{
    const Json *schemas = json_path(doc, "components.schemas");
    for (size_t i = 0; i < json_count(schemas); i++) {
        Str name = schemas->members[i].key;
        const Json *schema = schemas->members[i].value;
        bool of_scheme = str_find(name, STR("."), 0) != SIZE_MAX; /* shown with its step */
        if (of_scheme || (json_get(schema, "properties") == NULL && json_get(schema, "allOf") == NULL)) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "name", name);
        add_properties(v, page_list_in(v, j, "rows"), doc, schema);
    }
}

/* ---- Steps ---- */

static const Json *command_of(const PageView *v, const Json *doc, Str step)
{
    return json_get_str(json_path(doc, "components.schemas"), str_printf(v->a, "command.%.*s", STR_ARG(step)));
}

static void add_step_list(const PageView *v, Json *list, const Json *doc)
{
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    for (size_t i = 0; i < count; i++) {
        Json *t = page_add(v, list), *steps = page_list_in(v, t, "steps");
        page_set_text(v, t, "name", types[i].name);
        page_set_text(v, t, "label", page_label(v, "types", types[i].name));
        for (size_t k = 0; k < types[i].step_count; k++) {
            Str name = types[i].steps[k].name;
            if (command_of(v, doc, name) != NULL) {
                Json *s = page_add(v, steps);
                page_set_text(v, s, "name", name);
                page_set_text(v, s, "label", page_step_label(v, name));
                page_set_text(v, s, "href", str_printf(v->a, "/api?step=%.*s#step", STR_ARG(name)));
            }
        }
    }
}

/* Filled with what each kind of field may look like, so that the call can be pasted and changed. */
static Json *example_value(const PageView *v, const Json *schema)
{
    const Json *choices = json_get(schema, "enum");
    Str type = json_text_at(schema, "type"), pattern = json_text_at(schema, "pattern");
    if (json_count(choices) > 0) {
        return json_copy(v->a, choices->items[0]);
    }
    if (str_eq_c(type, "boolean")) {
        return json_new_bool(v->a, false);
    }
    if (str_eq_c(type, "number")) {
        return json_new_int(v->a, 1);
    }
    if (str_eq_c(type, "array")) {
        return json_new_array(v->a);
    }
    if (str_eq_c(type, "object")) {
        return json_new_object(v->a);
    }
    size_t dash = str_find(pattern, STR("-["), 0);
    bool number = dash != SIZE_MAX && str_starts(pattern, STR("^"));
    Str text = number ? str_printf(v->a, "%.*s-000001", (int)dash - 1, pattern.ptr + 1) : STR("…");
    return json_new_str(v->a, str_eq_c(json_text_at(schema, "format"), "date") ? day_print(v->a, v->today) : text);
}

static Str example_call(const PageView *v, const Json *command, const Json *form, Str step)
{
    Json *body = json_new_object(v->a), *values = json_new_object(v->a);
    const Json *required = json_get(form, "required"), *on_case = json_path(command, "properties.case");
    page_set_text(v, body, "step", step);
    if (on_case != NULL) {
        page_set(v, body, "case", example_value(v, on_case));
    }
    for (size_t i = 0; i < json_count(required); i++) {
        Str name = json_text(required->items[i]);
        json_set(v->a, values, name, example_value(v, json_get_str(json_get(form, "properties"), name)));
    }
    page_set(v, body, "form", values);
    Buf text = buf_new(v->a, 64 * 1024);
    buf_add_c(&text,
              "curl -s $B/api/v1/commands -H \"Authorization: Bearer $T\" -H 'Idempotency-Key: one-for-each' -d '");
    json_write_pretty(&text, body);
    buf_add_c(&text, "'");
    return buf_ok(&text) ? buf_str(&text) : STR("");
}

static bool add_step(const PageView *v, Json *model, const Json *doc, Str step, Err *err)
{
    const Json *command = command_of(v, doc, step), *who = json_get(command, "x-who");
    const Json *form = json_get_str(json_path(doc, "components.schemas"), str_printf(v->a, "form.%.*s", STR_ARG(step)));
    if (command == NULL) {
        return err_set(err, NOT_FOUND, "There is no step %.*s.", STR_ARG(step));
    }
    Json *j = page_object_in(v, model, "step"), *roles = page_list_in(v, j, "who");
    page_set_text(v, j, "name", step);
    page_set_text(v, j, "label", page_step_label(v, step));
    page_set_text(v, j, "text", json_text_at(form, "description"));
    for (size_t i = 0; i < json_count(who); i++) {
        Str role = json_text(who->items[i]);
        bool party = str_starts(role, STR("party"));
        page_set_text(v, page_add(v, roles), "label", party ? word(v, STR("api.party")) : page_label(v, "role", role));
    }
    page_set(v, j, "cites", page_cites(v, json_text_at(command, "x-cite")));
    add_properties(v, page_list_in(v, j, "rows"), doc, form);
    page_set_text(v, j, "sample", example_call(v, command, form, step));
    return true;
}

bool page_api(const PageView *v, const Json *doc, Str step, Page *ret, Err *err)
{
    *ret = (Page){"api", json_new_object(v->a)};
    Json *m = ret->model, *groups = page_list_in(v, m, "groups");
    const Json *tags = json_get(doc, "tags");
    page_frame(v, m, word(v, STR("api.title")));
    for (size_t i = 0; i < json_count(tags); i++) {
        add_tag(v, groups, doc, json_text_at(tags->items[i], "name"));
    }
    add_schemas(v, page_list_in(v, m, "schemas"), doc);
    add_step_list(v, page_list_in(v, m, "types"), doc);
    page_set_text(v, m, "description_href", STR("/api/openapi.json"));
    return step.len == 0 || add_step(v, m, doc, step, err);
}

/* ---- Problems ---- */

bool page_problems(const PageView *v, Page *ret, __attribute__((unused)) Err *err)
{
    static const struct {
        const char *name, *text;
        int status;
    } CODES[] = {
#define X(name, http, exit_status, text) {#name, text, http},
#include "../../schema/errors.tbl"
#undef X
    };
    *ret = (Page){"problems", json_new_object(v->a)};
    Json *list = page_list_in(v, ret->model, "codes");
    page_frame(v, ret->model, word(v, STR("api.problems")));
    for (size_t i = 0; i < COUNT_OF(CODES); i++) {
        Json *j = page_add(v, list);
        Str text = word(v, str_printf(v->a, "error.%s", CODES[i].name));
        page_set_text(v, j, "code", str_from_c(CODES[i].name));
        page_set_int(v, j, "status", CODES[i].status);
        page_set_text(v, j, "text", text.len ? text : str_from_c(CODES[i].text));
    }
    return true;
}
