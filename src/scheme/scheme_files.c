/* scheme_files.c: decision models by date and holidays of a scheme folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include <stdlib.h>

#include "base/hash.h"

enum { LEAST_CONSTANT = 200, MAX_CONSTANT = 1 << 20 };

/* ---- Decision models: decisions/<day>/<name>.dmn ---- */

static int by_name_and_day(const void *pa, const void *pb)
{
    const SchemeModel *a = pa, *b = pb;
    int c = str_cmp(a->name, b->name);
    return c ? c : day_cmp(a->from, b->from);
}

static bool compile(Arena *a, Str path, Str xml, const DmnModel **ret, Err *err)
{
    DmnSource source = {.path = path, .xml = xml};
    DmnModel *model;
    if (!dmn_load(a, &source, 1, &model, err)) {
        return false;
    }
    const DmnProblem *problems;
    if (dmn_problems(model, &problems) > 0) {
        return err_set(err, MODEL_BROKEN, "%.*s:%d: %.*s: %.*s", STR_ARG(path), problems[0].line,
                       STR_ARG(problems[0].element), STR_ARG(problems[0].message));
    }
    *ret = model;
    return true;
}

/* A model that waits for its first use. Its memory is its own: that of the scheme belongs to who loads it. */
struct SchemeLate {
    SchemeOnce once;
    Str xml;               /* as it was hashed: the file may have changed since */
    const DmnModel *model; /* NULL once it is made: broken */
};

static SchemeLate *late_new(Arena *a, Str xml)
{
    SchemeLate *late = ARENA_NEW(a, SchemeLate);
    late->xml = xml;
    scheme_once_init(a, &late->once);
    return late;
}

const DmnModel *scheme_compiled(const SchemeModel *m)
{
    SchemeLate *late = m->late;
    Err err;
    if (late == NULL) {
        return m->model;
    }
    if (scheme_once_begin(&late->once)) {
        late->model = compile(late->once.a, m->path, late->xml, &late->model, &err) ? late->model : NULL;
        scheme_once_end(&late->once);
    }
    return late->model;
}

bool scheme_check_models(const Scheme *s, Arena *scratch, Err *err)
{
    for (size_t i = 0; i < s->model_count; i++) {
        const SchemeModel *m = &s->models[i];
        const DmnModel *model;
        if (m->late != NULL && !compile(scratch, m->path, m->late->xml, &model, err)) {
            return false;
        }
        arena_reset(scratch);
    }
    return true;
}

static bool load_model(Scheme *s, Str folder, Str file, SchemeModel *m, Err *err)
{
    m->path = str_printf(s->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(file));
    m->name = str_sub(file, 0, file.len - 4);
    Str xml;
    if (!scheme_read_file(s->arena, m->path, &xml, err)) {
        return false;
    }
    m->hash = hex_print(s->arena, HASH_STR(hash_of(xml)));
    m->late = s->as_used ? late_new(s->arena, xml) : NULL;
    return s->as_used || compile(s->arena, m->path, xml, &m->model, err);
}

bool scheme_load_models(Scheme *s, Err *err)
{
    Arena *a = s->arena;
    Str root = str_printf(a, "%.*s/decisions", STR_ARG(s->folder));
    SchemeNames days = scheme_list_folder(a, root, "");
    for (size_t i = 0; i < days.count; i++) {
        Day from;
        if (!day_parse(days.items[i], &from)) {
            continue; /* a README or the like */
        }
        Str folder = str_printf(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(days.items[i]));
        SchemeNames files = scheme_list_folder(a, folder, ".dmn");
        size_t had = s->model_count, want = had + files.count;
        s->models = arena_grow(a, s->models, had * sizeof(SchemeModel), want * sizeof(SchemeModel));
        for (size_t k = 0; k < files.count; k++) {
            SchemeModel *m = &s->models[s->model_count++];
            m->from = from;
            if (!load_model(s, folder, files.items[k], m, err)) {
                return false;
            }
        }
    }
    if (s->model_count > 0) {
        qsort(s->models, s->model_count, sizeof *s->models, by_name_and_day);
        scheme_hash_folders(s);
    }
    return true;
}

/* ---- Holidays: holidays.json, a list of {"day": …} or of texts; or an object with the list under "days" ---- */

static int by_day(const void *a, const void *b)
{
    return day_cmp(*(const Day *)a, *(const Day *)b);
}

/* A list shorter than what would name it is told where it is used. */
static void make_constant(Scheme *s)
{
    Json *list = json_new_array(s->arena);
    Buf b = buf_new(s->arena, MAX_CONSTANT);
    for (size_t i = 0; i < s->holiday_count; i++) {
        json_push(s->arena, list, json_new_str(s->arena, day_print(s->arena, s->holidays[i])));
    }
    json_canonical(&b, s->arena, list);
    if (buf_ok(&b) && b.len > LEAST_CONSTANT) {
        s->constant = (SchemeConstant){s->holiday_list, list, hex_print(s->arena, HASH_STR(hash_of(buf_str(&b))))};
    }
}

size_t scheme_constants(const Scheme *s, const SchemeConstant **ret)
{
    *ret = &s->constant;
    return s->constant.json != NULL;
}

bool scheme_load_holidays(Scheme *s, Err *err)
{
    Str file = json_text_at(s->info, "holidays");
    if (file.len == 0) {
        return true;
    }
    Json *j;
    Str path = str_printf(s->arena, "%.*s/%.*s", STR_ARG(s->folder), STR_ARG(file));
    if (!scheme_file_json(s->arena, path, &j, err)) {
        return false;
    }
    const char *const keys[] = {"days", "holidays"};
    for (size_t i = 0; i < COUNT_OF(keys) && j->kind == JSON_OBJECT; i++) {
        Json *inner = json_get(j, keys[i]);
        j = inner ? inner : j;
    }
    s->holidays = ARENA_ARRAY(s->arena, Day, json_count(j) + 1);
    Value *list = ARENA_ARRAY(s->arena, Value, json_count(j) + 1);
    for (size_t i = 0; j->kind == JSON_ARRAY && i < j->count; i++) {
        const Json *item = j->items[i];
        const char *const names[] = {"day", "date"};
        Str text = json_text(item);
        for (size_t k = 0; k < COUNT_OF(names) && text.len == 0; k++) {
            text = json_text_at(item, names[k]);
        }
        if (!day_parse(text, &s->holidays[i])) {
            return err_set(err, LAW_BROKEN, "%.*s: entry %zu has no day", STR_ARG(path), i + 1);
        }
        s->holiday_count++;
    }
    qsort(s->holidays, s->holiday_count, sizeof(Day), by_day);
    for (size_t i = 0; i < s->holiday_count; i++) {
        list[i] = feel_date(s->holidays[i]);
    }
    s->holiday_list = feel_list(list, s->holiday_count);
    make_constant(s);
    return true;
}
