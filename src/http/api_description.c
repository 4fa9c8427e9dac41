/* api_description.c: the API as OpenAPI 3.1: which routes there are and who may take them from the table of routes,
 * forms and cases from the scheme, the rest from web/api/openapi.json. Describes, decides nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "view/view.h"

static const char *const METHODS[] = {[METHOD_GET] = "get", [METHOD_POST] = "post"};

static Json *ref_to(const Exchange *x, const char *kind, Str name)
{
    Json *j = json_new_object(x->v.a);
    json_set(x->v.a, j, STR("$ref"),
             json_new_str(x->v.a, str_printf(x->v.a, "#/components/%s/%.*s", kind, STR_ARG(name))));
    return j;
}

static void set_text(const Exchange *x, Json *j, const char *key, Str text)
{
    json_set(x->v.a, j, str_from_c(key), json_new_str(x->v.a, text));
}

/* ---- Paths: the table of routes ---- */

/* "/a/ * /b" against "/a/{x}/b". */
static bool is_same_path(const char *pattern, Str path)
{
    Str want = str_from_c(pattern), w, p;
    while (str_cut(&want, '/', &w)) {
        if (!str_cut(&path, '/', &p) || !(str_eq(w, p) || (str_starts(w, STR("*")) && str_starts(p, STR("{"))))) {
            return false;
        }
    }
    return path.ptr == NULL;
}

static Str path_of(const Exchange *x, const Route *route, const Json *paths)
{
    for (size_t i = 0; i < json_count(paths); i++) {
        if (is_same_path(route->pattern, paths->members[i].key)) {
            return paths->members[i].key;
        }
    }
    Buf path = buf_new(x->v.a, 400); /* not written about in the file: the pieces are numbered */
    int number = 0;
    for (const char *p = route->pattern; *p; p++) {
        if (*p == '*') {
            buf_printf(&path, "{id%s}", number++ ? "2" : "");
            p += p[1] == '*';
        } else {
            buf_byte(&path, *p);
        }
    }
    return buf_str(&path);
}

static void add_path_parameters(const Exchange *x, Json *op, Str path)
{
    Json *list = json_new_array(x->v.a);
    for (Str rest = path, piece; str_cut(&rest, '/', &piece);) {
        if (str_starts(piece, STR("{"))) {
            Json *p = json_new_object(x->v.a), *schema = json_new_object(x->v.a);
            set_text(x, p, "name", str_sub(piece, 1, piece.len - 1));
            set_text(x, p, "in", STR("path"));
            json_set(x->v.a, p, STR("required"), json_new_bool(x->v.a, true));
            set_text(x, schema, "type", STR("string"));
            json_set(x->v.a, p, STR("schema"), schema);
            json_push(x->v.a, list, p);
        }
    }
    if (list->count > 0) {
        json_set(x->v.a, op, STR("parameters"), list);
    }
}

/* An operation that the file says nothing about: enough to be called. */
static Json *plain_operation(const Exchange *x, const Route *route, Str path)
{
    Arena *a = x->v.a;
    Json *op = json_new_object(a), *responses = json_new_object(a), *ok = json_new_object(a), *tags = json_new_array(a);
    Buf id = buf_new(a, 400);
    buf_add_c(&id, METHODS[route->method]);
    for (size_t i = 0; i < path.len; i++) {
        bool fits = (path.ptr[i] >= 'a' && path.ptr[i] <= 'z') || (path.ptr[i] >= '0' && path.ptr[i] <= '9');
        buf_byte(&id, fits ? path.ptr[i] : '_');
    }
    json_push(a, tags, json_new_str_c(a, "description"));
    json_set(a, op, STR("tags"), tags);
    set_text(x, op, "operationId", buf_str(&id));
    set_text(x, op, "description", str_from_c(route->summary));
    set_text(x, ok, "description", STR("Done."));
    json_set(a, responses, STR("200"), ok);
    json_set(a, op, STR("responses"), responses);
    add_path_parameters(x, op, path);
    return op;
}

static void add_operation(const Exchange *x, const Route *route, const Json *written, Json *paths)
{
    Arena *a = x->v.a;
    Str path = path_of(x, route, written);
    Json *item = json_get_str(paths, path), *op = json_get(json_get_str(written, path), METHODS[route->method]);
    item = item ? item : json_set(a, paths, path, json_new_object(a));
    op = op ? op : plain_operation(x, route, path);
    Str key = str_printf(a, "api.op.%.*s", STR_ARG(json_text_at(op, "operationId")));
    Str summary = view_text(a, x->v.language, str_c(a, key), NULL);
    set_text(x, op, "summary", str_starts(summary, STR("⟦")) ? str_from_c(route->summary) : summary);
    Json *security = json_set(a, op, STR("security"), json_new_array(a)), *responses = json_get(op, "responses");
    if (route->who != WHO_ANYBODY) {
        Json *bearer = json_new_object(a);
        json_set(a, bearer, STR("bearer"), json_new_array(a));
        json_push(a, security, bearer);
    }
    json_set(a, op, STR("x-staff"), json_new_bool(a, route->who == WHO_STAFF));
    json_set(a, responses, STR("4XX"), ref_to(x, "responses", STR("Fault")));
    json_set(a, responses, STR("5XX"), ref_to(x, "responses", STR("Failure")));
    json_set(a, item, str_from_c(METHODS[route->method]), op);
}

/* ---- Schemas: the scheme ---- */

static void add_enum(const Exchange *x, Json *schemas, const char *name, Json *values, const char *description)
{
    Json *schema = json_new_object(x->v.a);
    set_text(x, schema, "type", STR("string"));
    set_text(x, schema, "description", str_from_c(description));
    json_set(x->v.a, schema, STR("enum"), values);
    json_set(x->v.a, schemas, str_from_c(name), schema);
}

static void add_codes(const Exchange *x, Json *schemas)
{
    Json *list = json_new_array(x->v.a);
#define X(name, http, exit_status, text)                        \
    if ((http) >= 400) {                                        \
        json_push(x->v.a, list, json_new_str_c(x->v.a, #name)); \
    }
#include "../../schema/errors.tbl"
#undef X
    add_enum(x, schemas, "Code", list, "Machine code of a fault or failure; see /api/problems.");
}

static void add_models(const Exchange *x, Json *schemas)
{
    Json *list = json_new_array(x->v.a);
    const SchemeModel *models;
    size_t count = scheme_models(x->v.scheme, &models);
    for (size_t i = 0; i < count; i++) { /* by name: versions of one stand together */
        if (i == 0 || !str_eq(models[i].name, models[i - 1].name)) {
            json_push(x->v.a, list, json_new_str(x->v.a, models[i].name));
        }
    }
    if (list->count == 0) {
        json_push(x->v.a, list, json_new_str_c(x->v.a, ""));
    }
    add_enum(x, schemas, "Model", list, "Decision model of the scheme.");
}

/* Steps that only the program itself takes, or that only foretell, are no commands. */
static bool is_command(const SchemeStep *step)
{
    return !step->foretell && !(step->who.count == 1 && str_eq_c(step->who.items[0], "system"));
}

static void add_command(const Exchange *x, Json *schemas, Json *command, const SchemeType *t, const SchemeStep *step,
                        const char *suffix)
{
    Arena *a = x->v.a;
    Str step_name = str_printf(a, "%.*s%s", STR_ARG(step->name), suffix);
    Str name =
        str_printf(a, "command.%.*s%s%s", STR_ARG(step->name), suffix[0] ? "." : "", suffix[0] ? suffix + 1 : "");
    json_set(a, schemas, name, page_command_schema(&x->v, t, step, suffix));
    json_push(a, json_get(command, "oneOf"), ref_to(x, "schemas", name));
    json_set(a, json_path(command, "discriminator.mapping"), step_name,
             json_new_str(a, str_printf(a, "#/components/schemas/%.*s", STR_ARG(name))));
}

static void add_steps(const Exchange *x, Json *schemas, Json *command, const SchemeType *t)
{
    for (size_t i = 0; i < t->step_count; i++) {
        const SchemeStep *step = &t->steps[i];
        if (!is_command(step)) {
            continue;
        }
        json_set(x->v.a, schemas, str_printf(x->v.a, "form.%.*s", STR_ARG(step->name)),
                 page_form_schema(&x->v, t, step));
        add_command(x, schemas, command, t, step, "");
        if (step->two_people) {
            add_command(x, schemas, command, t, step, "/confirm");
            add_command(x, schemas, command, t, step, "/reject");
        }
    }
}

static void add_scheme(const Exchange *x, Json *schemas)
{
    Arena *a = x->v.a;
    Json *command = json_new_object(a), *discriminator = json_new_object(a), *names = json_new_array(a),
         *data = json_new_object(a), *any = json_new_array(a);
    json_set(a, command, STR("oneOf"), json_new_array(a));
    json_set(a, discriminator, STR("propertyName"), json_new_str_c(a, "step"));
    json_set(a, discriminator, STR("mapping"), json_new_object(a));
    json_set(a, command, STR("discriminator"), discriminator);
    const SchemeType *types;
    size_t count = scheme_types(x->v.scheme, &types);
    for (size_t i = 0; i < count; i++) {
        json_push(a, names, json_new_str(a, types[i].name));
        Str name = str_printf(a, "case.%.*s", STR_ARG(types[i].name));
        json_set(a, schemas, name, page_case_schema(&x->v, &types[i]));
        json_push(a, any, ref_to(x, "schemas", name));
        add_steps(x, schemas, command, &types[i]);
    }
    set_text(x, data, "description", STR("Fields of the case, by its type."));
    json_set(a, data, STR("anyOf"), any);
    json_set(a, schemas, STR("CaseData"), data);
    add_enum(x, schemas, "CaseType", names, "Case type of the scheme.");
    json_set(a, schemas, STR("Command"), command);
}

/* ---- The whole ---- */

bool http_description(const Exchange *x, Json **ret, Err *err)
{
    Arena *a = x->v.a;
    Str file;
    if (!view_data(a, STR("api/openapi.json"), &file) || !json_parse(a, file, ret, err)) {
        return err_set(err, TEMPLATE_BROKEN, "web/api/openapi.json cannot be read.");
    }
    Json *paths = json_new_object(a), *schemas = json_path(*ret, "components.schemas");
    size_t count;
    const Route *routes = http_routes(&count);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].summary != NULL) {
            add_operation(x, &routes[i], json_get(*ret, "paths"), paths);
        }
    }
    json_set(a, *ret, STR("paths"), paths);
    set_text(x, *ret, "x-scheme", scheme_id(x->v.scheme));
    add_codes(x, schemas);
    add_models(x, schemas);
    add_scheme(x, schemas);
    return true;
}

bool api_description(Exchange *x, Err *err)
{
    Json *j;
    return http_description(x, &j, err) && http_json(x, j);
}

bool handle_api(Exchange *x, Err *err)
{
    Json *description;
    Page page;
    return http_description(x, &description, err) && page_api(&x->v, description, http_query(x, "step"), &page, err) &&
           http_page(x, &page, err);
}

bool handle_problems(Exchange *x, Err *err)
{
    Page page;
    return page_problems(&x->v, &page, err) && http_page(x, &page, err);
}
