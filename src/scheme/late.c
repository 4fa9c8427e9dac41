/* late.c: what a server makes of a scheme's files when it is first asked for, and the check of all of it aside.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

/* ---- Once ---- */

static void end_once(void *thing)
{
    SchemeOnce *o = thing;
    arena_free(o->a);
    pthread_mutex_destroy(&o->lock);
}

void scheme_once_init(Arena *a, SchemeOnce *o)
{
    pthread_mutex_init(&o->lock, NULL);
    atomic_init(&o->is_made, false);
    arena_on_reset(a, end_once, o);
}

bool scheme_once_begin(SchemeOnce *o)
{
    if (atomic_load_explicit(&o->is_made, memory_order_acquire)) {
        return false;
    }
    pthread_mutex_lock(&o->lock);
    if (atomic_load_explicit(&o->is_made, memory_order_relaxed)) {
        pthread_mutex_unlock(&o->lock);
        return false;
    }
    o->a = arena_new(0);
    return true;
}

void scheme_once_end(SchemeOnce *o)
{
    atomic_store_explicit(&o->is_made, true, memory_order_release);
    pthread_mutex_unlock(&o->lock);
}

/* ---- JSON files ---- */

bool scheme_parse(Arena *a, const SchemeFile *f, Json **ret, Err *err)
{
    Err inner;
    return json_parse(a, f->text, ret, &inner) || err_set(err, LAW_BROKEN, "%.*s: %s", STR_ARG(f->path), inner.text);
}

/* The index of the statutes is optional: a scheme may cite only what is no statute. */
bool scheme_load_statutes(Scheme *s, Err *err)
{
    SchemeFile *f = &s->statutes_file;
    f->path = str_printf(s->arena, "%.*s/statutes.json", STR_ARG(s->folder));
    if (!file_exists(s->arena, f->path)) {
        return true;
    }
    if (!scheme_read_file(s->arena, f->path, &f->text, err)) {
        return false;
    }
    if (s->as_used) {
        s->statutes_once = ARENA_NEW(s->arena, SchemeOnce);
        scheme_once_init(s->arena, s->statutes_once);
    }
    return s->as_used || scheme_parse(s->arena, f, &s->statutes, err);
}

const Json *scheme_statutes(const Scheme *s)
{
    Scheme *own = (Scheme *)(uintptr_t)s;
    if (s->statutes_once != NULL && scheme_once_begin(s->statutes_once)) {
        Err ignored; /* scheme_check_late() tells it */
        own->statutes =
            scheme_parse(s->statutes_once->a, &s->statutes_file, &own->statutes, &ignored) ? own->statutes : NULL;
        scheme_once_end(s->statutes_once);
    }
    return s->statutes;
}

/* ---- Expressions ---- */

bool scheme_expression(const SchemeReader *r, Str text, const FeelCode **ret)
{
    Err inner;
    Scheme *s = r->s;
    if (!s->as_used) {
        return feel_compile(s->arena, r->scope, text, ret, &inner) ||
               scheme_broken_expression(r->path, r->place, text, &inner, r->err);
    }
    if (s->late_count == s->late_cap) {
        size_t cap = s->late_cap ? s->late_cap * 2 : 256;
        s->late = arena_grow(s->arena, s->late, s->late_cap * sizeof *s->late, cap * sizeof *s->late);
        s->late_cap = cap;
    }
    *ret = feel_compile_later(s->arena, s->later, r->scope, text);
    s->late[s->late_count++] = (SchemeLateExpr){r->path, r->place, text, *ret};
    return true;
}

bool scheme_broken_expression(Str path, Str place, Str text, const Err *why, Err *err)
{
    return err_set(err, LAW_BROKEN, "%.*s: %.*s: \"%.*s\": %s", STR_ARG(path), STR_ARG(place), STR_ARG(text),
                   why->text);
}

/* ---- The check aside ---- */

static bool check_expressions(const Scheme *s, Arena *a, Err *err)
{
    for (size_t i = 0; i < s->late_count; i++) {
        const SchemeLateExpr *e = &s->late[i];
        Err inner;
        if (!feel_check_later(a, e->code, &inner)) {
            return scheme_broken_expression(e->path, e->place, e->text, &inner, err);
        }
        arena_reset(a);
    }
    return true;
}

bool scheme_check_late(const Scheme *s, Err *err)
{
    Json *j;
    Arena *a = arena_new(0);
    bool ok = (s->statutes_once == NULL || scheme_parse(a, &s->statutes_file, &j, err)) &&
              scheme_check_messages(s, a, err) && scheme_check_models(s, a, err) && check_expressions(s, a, err);
    arena_free(a);
    return ok;
}
