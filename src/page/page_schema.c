/* page_schema.c: forms and cases of a scheme as JSON Schema (2020-12), from the same tables as the forms of the pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* How a kind of field is written in JSON; `in` as it is sent, `out` as a case holds it. */
static const struct {
    const char *type, *format;
} KINDS[] = {
    [SCHEME_TEXT] = {"string", NULL},    [SCHEME_NUMBER] = {"number", NULL}, [SCHEME_DATE] = {"string", "date"},
    [SCHEME_YES_NO] = {"boolean", NULL}, [SCHEME_CHOICE] = {"string", NULL}, [SCHEME_CASE] = {"string", NULL},
    [SCHEME_MRZ] = {"string", NULL},     [SCHEME_LIST] = {"array", NULL},    [SCHEME_FILE] = {"object", NULL}};

enum { MRZ_LETTERS = 200, LIST_MOST = 2000 };

static void add_words(const PageView *v, Json *schema, const SchemeType *t, const SchemeField *f)
{
    Str help =
        scheme_message(v->scheme, v->language, str_printf(v->a, "help.%.*s.%.*s", STR_ARG(t->name), STR_ARG(f->name)));
    page_set_text(v, schema, "title", page_field_label(v, t, f->name));
    if (help.ptr != NULL) {
        page_set_text(v, schema, "description", help);
    }
    if (f->unit.len > 0) {
        page_set_text(v, schema, "x-unit", f->unit);
    }
    if (f->personal) {
        page_set_bool(v, schema, "x-personal", true);
    }
}

static void add_choices(const PageView *v, Json *schema, const SchemeField *f)
{
    Json *values = page_list_in(v, schema, "enum"), *words = page_object_in(v, schema, "x-enum-titles");
    for (size_t i = 0; i < f->choices.count; i++) {
        json_push(v->a, values, json_new_str(v->a, f->choices.items[i]));
        json_set(v->a, words, f->choices.items[i], json_new_str(v->a, page_label(v, "choice", f->choices.items[i])));
    }
}

static Str number_pattern(const PageView *v, const SchemeType *t)
{
    return str_printf(v->a, "^%.*s-[0-9]{6,}$", STR_ARG(t->prefix));
}

/* A file as it is sent: its name, and its bytes in base64. */
static void add_file(const PageView *v, Json *schema)
{
    Json *properties = page_object_in(v, schema, "properties"), *required = page_list_in(v, schema, "required");
    static const char *const PARTS[] = {"name", "data"};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        Json *part = page_object_in(v, properties, PARTS[i]);
        page_set_text(v, part, "type", STR("string"));
        json_push(v->a, required, json_new_str_c(v->a, PARTS[i]));
    }
    page_set_text(v, json_get(properties, "data"), "contentEncoding", STR("base64"));
}

static Json *sent_field(const PageView *v, const SchemeType *t, const SchemeField *f)
{
    Json *schema = json_new_object(v->a);
    const SchemeType *of = f->of.len ? scheme_type(v->scheme, f->of) : NULL;
    add_words(v, schema, t, f);
    page_set_text(v, schema, "type", str_from_c(KINDS[f->kind].type));
    if (KINDS[f->kind].format != NULL) {
        page_set_text(v, schema, "format", str_from_c(KINDS[f->kind].format));
    }
    if (f->kind == SCHEME_TEXT || f->kind == SCHEME_MRZ) {
        page_set_int(v, schema, "maxLength", f->kind == SCHEME_MRZ ? MRZ_LETTERS : (int64_t)f->max_length);
    } else if (f->country) {
        page_set_text(v, schema, "pattern", STR("^[A-Z]{2}$"));
        page_set_text(v, schema, "x-values", STR("ISO 3166-1 alpha-2"));
    } else if (f->kind == SCHEME_CHOICE) {
        add_choices(v, schema, f);
    } else if (f->kind == SCHEME_CASE && of != NULL) {
        page_set_text(v, schema, "pattern", number_pattern(v, of));
    } else if (f->kind == SCHEME_LIST) {
        page_set_text(v, page_object_in(v, schema, "items"), "type", STR("string"));
        page_set_int(v, schema, "maxItems", LIST_MOST);
    } else if (f->kind == SCHEME_FILE) {
        add_file(v, schema);
    }
    if (f->check_text.len > 0) {
        page_set_text(v, schema, "x-check", f->check_text); /* FEEL over `value` */
    }
    return schema;
}

/* A signer may depart from what is proposed, with a reason. */
static void add_discretion(const PageView *v, Json *properties)
{
    static const char *const NAMES[] = {"outcome", "depart_reason"}, *const LABELS[] = {"form.outcome",
                                                                                        "form.depart_reason"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        Json *p = page_object_in(v, properties, NAMES[i]);
        page_set_text(v, p, "title", view_text(v->a, v->language, LABELS[i], NULL));
        page_set_text(v, p, "type", STR("string"));
    }
}

Json *page_form_schema(const PageView *v, const SchemeType *t, const SchemeStep *step)
{
    Json *schema = json_new_object(v->a), *required = json_new_array(v->a);
    page_set_text(v, schema, "type", STR("object"));
    page_set_text(v, schema, "title", page_step_label(v, step->name));
    Str help = scheme_message(v->scheme, v->language, str_printf(v->a, "step_help.%.*s", STR_ARG(step->name)));
    if (help.ptr != NULL) {
        page_set_text(v, schema, "description", help);
    }
    Json *properties = page_object_in(v, schema, "properties");
    for (size_t i = 0; i < step->fields.count; i++) {
        const SchemeField *f = scheme_field(t, step->fields.items[i]);
        json_set(v->a, properties, f->name, sent_field(v, t, f));
        if (!scheme_names_have(&step->optional, f->name)) {
            json_push(v->a, required, json_new_str(v->a, f->name));
        }
    }
    if (step->discretion) {
        add_discretion(v, properties);
    }
    if (required->count > 0) {
        page_set(v, schema, "required", required);
    }
    page_set_bool(v, schema, "additionalProperties", false);
    return schema;
}

/* The fields that a case of the type may hold. What a step sets may be empty again, and a scheme may put more there
 * than forms ask. */
Json *page_case_schema(const PageView *v, const SchemeType *t)
{
    Json *schema = json_new_object(v->a), *properties;
    page_set_text(v, schema, "type", STR("object"));
    page_set_text(v, schema, "title", page_label(v, "type", t->name));
    properties = page_object_in(v, schema, "properties");
    for (size_t i = 0; i < t->field_count; i++) {
        const SchemeField *f = &t->fields[i];
        Json *p = page_object_in(v, properties, str_c(v->a, f->name)), *types = page_list_in(v, p, "type");
        add_words(v, p, t, f);
        json_push(v->a, types, json_new_str_c(v->a, KINDS[f->kind].type));
        json_push(v->a, types, json_new_str_c(v->a, "null"));
    }
    return schema;
}

static void add_property(const PageView *v, Json *properties, const char *name, const char *type, const char *key)
{
    Json *p = page_object_in(v, properties, name);
    page_set_text(v, p, "type", str_from_c(type));
    page_set_text(v, p, "description", view_text(v->a, v->language, key, NULL));
}

Json *page_command_schema(const PageView *v, const SchemeType *t, const SchemeStep *step, const char *suffix)
{
    Json *schema = json_new_object(v->a), *required = json_new_array(v->a), *who = json_new_array(v->a);
    Str name = str_printf(v->a, "%.*s%s", STR_ARG(step->name), suffix);
    bool plain = suffix[0] == '\0', on_case = !step->opens || !plain;
    page_set_text(v, schema, "type", STR("object"));
    page_set_text(v, schema, "title",
                  page_step_label(v, plain ? name : str_printf(v->a, "%s/%.*s", suffix + 1, STR_ARG(step->name))));
    Json *properties = page_object_in(v, schema, "properties");
    page_set_text(v, page_object_in(v, properties, "step"), "const", name);
    json_push(v->a, required, json_new_str_c(v->a, "step"));
    if (on_case) {
        add_property(v, properties, "case", "string", "api.case");
        page_set_text(v, json_get(properties, "case"), "pattern", number_pattern(v, t));
        json_push(v->a, required, json_new_str_c(v->a, "case"));
    }
    if (plain) {
        page_set_text(v, page_object_in(v, properties, "form"), "$ref",
                      str_printf(v->a, "#/components/schemas/form.%.*s", STR_ARG(step->name)));
    }
    add_property(v, properties, "version", "integer", "api.version");
    add_property(v, properties, "key", "string", "api.key");
    add_property(v, properties, "dry_run", "boolean", "api.dry_run");
    if (step->sign) {
        static const char *const PARTS[] = {"key", "client_data", "authenticator_data", "signature"};
        add_property(v, properties, "signature", "object", "api.signature");
        Json *parts = page_object_in(v, json_get(properties, "signature"), "properties");
        for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
            page_set_text(v, page_object_in(v, parts, PARTS[i]), "type", STR("string"));
        }
    }
    if (plain && step->fields.count > step->optional.count) {
        json_push(v->a, required, json_new_str_c(v->a, "form"));
    }
    page_set(v, schema, "required", required);
    for (size_t i = 0; i < step->who.count; i++) {
        json_push(v->a, who, json_new_str(v->a, step->who.items[i]));
    }
    page_set(v, schema, "x-who", who);
    if (step->cite.len > 0) {
        page_set_text(v, schema, "x-cite", step->cite);
    }
    return schema;
}
