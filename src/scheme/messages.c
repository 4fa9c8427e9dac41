/* messages.c: the texts of a scheme by language: messages/<anything>.<language>.json or messages/<language>.json, one
 * object of key → text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include "base/country.h"

static Str language_of(Str file)
{
    Str base = str_sub(file, 0, file.len - 5);
    size_t dot = str_find(base, STR("."), 0);
    return dot == SIZE_MAX ? base : str_sub(base, dot + 1, base.len);
}

/* False where another file has a key already: which of the texts is shown would hang on the names of the files. */
static bool add_messages(Arena *a, Map *texts, Str path, Str prefix, const Json *j, Err *err)
{
    bool ok = true;
    for (size_t i = 0; i < json_count(j); i++) {
        const JsonMember *m = &j->members[i];
        Str key = prefix.len ? str_printf(a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(m->key)) : m->key;
        if (m->value->kind == JSON_OBJECT) {
            ok = add_messages(a, texts, path, key, m->value, err) && ok;
            continue;
        }
        if (map_get(texts, key) != NULL) {
            ok = err_set(err, LAW_BROKEN, "%.*s: another file of this language has %.*s, too", STR_ARG(path),
                         STR_ARG(key));
        }
        map_set(texts, key, &m->value->text);
    }
    return ok;
}

static bool parse(Arena *a, const SchemeFile *f, Json **ret, Err *err)
{
    if (!scheme_parse(a, f, ret, err)) {
        return false;
    }
    return (*ret)->kind == JSON_OBJECT ||
           err_set(err, LAW_BROKEN, "%.*s: an object of keys and texts is expected", STR_ARG(f->path));
}

static bool make_texts(Arena *a, SchemeTexts *t, Err *err)
{
    bool ok = true;
    t->texts.arena = a;
    for (size_t i = 0; i < t->count; i++) {
        Json *j;
        ok = parse(a, &t->files[i], &j, err) && add_messages(a, &t->texts, t->files[i].path, STR(""), j, err) && ok;
    }
    return ok;
}

static SchemeTexts *texts_of_language(Scheme *s, Str language, size_t most_files)
{
    SchemeTexts *t = map_get(&s->languages, language);
    if (t == NULL) {
        t = ARENA_NEW(s->arena, SchemeTexts);
        t->files = ARENA_ARRAY(s->arena, SchemeFile, most_files);
        scheme_once_init(s->arena, &t->once);
        map_set(&s->languages, language, t);
    }
    return t;
}

bool scheme_load_messages(Scheme *s, Err *err)
{
    Str folder = str_printf(s->arena, "%.*s/messages", STR_ARG(s->folder));
    SchemeNames names = scheme_list_folder(s->arena, folder, ".json");
    for (size_t i = 0; i < names.count; i++) {
        SchemeTexts *t = texts_of_language(s, language_of(names.items[i]), names.count);
        SchemeFile *f = &t->files[t->count++];
        f->path = str_printf(s->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names.items[i]));
        if (!scheme_read_file(s->arena, f->path, &f->text, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->languages.count && !s->as_used; i++) {
        SchemeTexts *t = s->languages.entries[i].value;
        if (!make_texts(s->arena, t, err)) {
            return false;
        }
        atomic_store(&t->once.is_made, true);
    }
    return true;
}

bool scheme_check_messages(const Scheme *s, Arena *scratch, Err *err)
{
    bool ok = true;
    for (size_t i = 0; i < s->languages.count && ok; i++) {
        const SchemeTexts *told = s->languages.entries[i].value;
        SchemeTexts t = {.files = told->files, .count = told->count};
        ok = make_texts(scratch, &t, err);
        arena_reset(scratch);
    }
    return ok;
}

const Map *scheme_texts(const Scheme *s, Str language)
{
    SchemeTexts *t = map_get(&s->languages, language);
    if (t != NULL && scheme_once_begin(&t->once)) {
        Err ignored; /* scheme_check_late() tells it; what could be read is there */
        (void)!make_texts(t->once.a, t, &ignored);
        scheme_once_end(&t->once);
    }
    return t ? &t->texts : NULL;
}

Str scheme_message(const Scheme *s, Str language, Str key)
{
    const Str tries[] = {language, STR("en")};
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        const Map *texts = scheme_texts(s, tries[i]);
        const Str *text = texts ? map_get(texts, key) : NULL;
        if (text != NULL) {
            return *text;
        }
    }
    return (Str){NULL, 0};
}

size_t scheme_languages(const Scheme *s, Arena *a, Str **ret)
{
    *ret = ARENA_ARRAY(a, Str, s->languages.count + 1);
    for (size_t i = 0; i < s->languages.count; i++) {
        (*ret)[i] = s->languages.entries[i].key;
    }
    return s->languages.count;
}

Str scheme_label(const Scheme *s, Arena *a, Str language, const char *kind, Str name)
{
    Str text = scheme_message(s, language, str_printf(a, "%s.%.*s", kind, STR_ARG(name)));
    if (text.ptr == NULL && str_eq_c(STR("choice"), kind)) {
        text = country_name(name, language);
    }
    return text.ptr ? text : name;
}
