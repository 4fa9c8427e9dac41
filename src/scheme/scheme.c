/* scheme.c: loads a scheme folder and answers questions about it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include "base/file.h"

enum { MAX_FILE = 16 * 1024 * 1024 };

bool scheme_read_file(Arena *a, Str path, Str *ret, Err *err)
{
    return file_load(a, path, MAX_FILE, ret, err);
}

bool scheme_file_json(Arena *a, Str path, Json **ret, Err *err)
{
    SchemeFile f = {.path = path};
    return scheme_read_file(a, path, &f.text, err) && scheme_parse(a, &f, ret, err);
}

SchemeNames scheme_list_folder(Arena *a, Str folder, const char *suffix)
{
    SchemeNames names;
    names.items = folder_list(a, folder, suffix, &names.count);
    return names;
}

static bool load_types(Scheme *s, Err *err)
{
    const Json *names = json_get(s->info, "processes");
    if (json_count(names) == 0 || names->kind != JSON_ARRAY) {
        return err_set(err, LAW_BROKEN, "%.*s/scheme.json: \"processes\" names no file", STR_ARG(s->folder));
    }
    s->types = ARENA_ARRAY(s->arena, SchemeType, json_count(names));
    for (size_t i = 0; i < names->count; i++) {
        Str path =
            str_printf(s->arena, "%.*s/processes/%.*s.json", STR_ARG(s->folder), STR_ARG(json_text(names->items[i])));
        Json *j;
        if (!scheme_file_json(s->arena, path, &j, err) || !scheme_read_type(s, path, j, &s->types[i], err)) {
            return false;
        }
        s->type_count++;
    }
    return scheme_check_references(s, err) && scheme_check_notices(s, err) && scheme_load_holds(s, err);
}

static bool load_info(Scheme *s, Err *err)
{
    Str path = str_printf(s->arena, "%.*s/scheme.json", STR_ARG(s->folder));
    if (!scheme_file_json(s->arena, path, &s->info, err)) {
        return false;
    }
    s->id = json_text_at(s->info, "id");
    if (s->id.len == 0) {
        return err_set(err, LAW_BROKEN, "%.*s: \"id\" is missing", STR_ARG(path));
    }
    s->utc_offset = (int)json_to_int(json_get(s->info, "utc_offset_minutes"), 0);
    const Json *rest = json_get(s->info, "rest_days");
    int working = 7;
    for (size_t i = 0; i < json_count(rest); i++) {
        int64_t day = rest->kind == JSON_ARRAY ? json_to_int(rest->items[i], 0) : 0;
        if (day < 1 || day > 7) {
            return err_set(err, LAW_BROKEN, "%.*s: \"rest_days\" are numbers from 1 (Monday) to 7", STR_ARG(path));
        }
        working -= s->rest_day[day] ? 0 : 1;
        s->rest_day[day] = true;
    }
    /* a period that ends on a rest day rolls on to a working day: there must be one */
    return working > 0 || err_set(err, LAW_BROKEN, "%.*s: \"rest_days\" leave no working day", STR_ARG(path));
}

static void note_choices(Scheme *s)
{
    s->choices.arena = s->arena;
    for (size_t i = 0; i < s->type_count; i++) {
        for (size_t k = 0; k < s->types[i].field_count; k++) {
            SchemeField *f = &s->types[i].fields[k];
            for (size_t n = 0; f->kind == SCHEME_CHOICE && !f->country && n < f->choices.count; n++) {
                map_set(&s->choices, f->choices.items[n], f);
            }
        }
    }
}

static bool load(Arena *a, Str folder, bool as_used, Scheme **ret, Err *err)
{
    Scheme *s = ARENA_NEW(a, Scheme);
    s->as_used = as_used;
    s->arena = a;
    s->later = as_used ? feel_later_new(a) : NULL;
    s->folder = str_copy(a, folder);
    s->languages.arena = a;
    if (!load_info(s, err) || !scheme_load_statutes(s, err) || !scheme_load_holidays(s, err) ||
        !scheme_load_messages(s, err) || !scheme_load_models(s, err) || !load_types(s, err)) {
        return false;
    }
    note_choices(s);
    scheme_make_functions(s);
    *ret = s;
    return true;
}

bool scheme_load(Arena *a, Str folder, Scheme **ret, Err *err)
{
    return load(a, folder, false, ret, err);
}

bool scheme_load_as_used(Arena *a, Str folder, Scheme **ret, Err *err)
{
    return load(a, folder, true, ret, err);
}

/* ---- Answers ---- */

Str scheme_id(const Scheme *s)
{
    return s->id;
}

Str scheme_folder(const Scheme *s)
{
    return s->folder;
}

const Json *scheme_info(const Scheme *s)
{
    return s->info;
}

int scheme_utc_offset(const Scheme *s)
{
    return s->utc_offset;
}

size_t scheme_types(const Scheme *s, const SchemeType **ret)
{
    *ret = s->types;
    return s->type_count;
}

bool scheme_names_have(const SchemeNames *n, Str name)
{
    for (size_t i = 0; i < n->count; i++) {
        if (str_eq(n->items[i], name)) {
            return true;
        }
    }
    return false;
}

bool scheme_has_choice(const Scheme *s, Str value)
{
    return map_get(&s->choices, value) != NULL;
}

const SchemeType *scheme_type(const Scheme *s, Str name)
{
    for (size_t i = 0; i < s->type_count; i++) {
        if (str_eq(s->types[i].name, name)) {
            return &s->types[i];
        }
    }
    return NULL;
}

const SchemeStep *scheme_step(const Scheme *s, Str name, const SchemeType **ret_type)
{
    for (size_t i = 0; i < s->type_count; i++) {
        for (size_t k = 0; k < s->types[i].step_count; k++) {
            if (str_eq(s->types[i].steps[k].name, name)) {
                *ret_type = &s->types[i];
                return &s->types[i].steps[k];
            }
        }
    }
    return NULL;
}

const SchemeField *scheme_field(const SchemeType *t, Str name)
{
    for (size_t i = 0; i < t->field_count; i++) {
        if (str_eq(t->fields[i].name, name)) {
            return &t->fields[i];
        }
    }
    return NULL;
}

const SchemeState *scheme_state(const SchemeType *t, Str name)
{
    for (size_t i = 0; i < t->state_count; i++) {
        if (str_eq(t->states[i].name, name)) {
            return &t->states[i];
        }
    }
    return NULL;
}

size_t scheme_models(const Scheme *s, const SchemeModel **ret)
{
    *ret = s->models;
    return s->model_count;
}

const SchemeModel *scheme_model(const Scheme *s, Str name, Day day)
{
    const SchemeModel *best = NULL; /* sorted by name, then day: the last that fits */
    for (size_t i = 0; i < s->model_count; i++) {
        if (str_eq(s->models[i].name, name) && day_cmp(s->models[i].from, day) <= 0) {
            best = &s->models[i];
        }
    }
    return best;
}
