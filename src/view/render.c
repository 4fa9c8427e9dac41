/* render.c: runs the steps of a template over a model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

#include <pthread.h>

enum { MAX_PART_DEPTH = 12, MAX_NAME = 64 };

typedef struct {
    Arena *a;
    Str language, page;
    Map templates; /* compiled in this page */
    Buf *out;
    int depth;
    Err *err;
} Render;

static bool run(Render *r, const Template *t, size_t from, size_t to, const Frame *f);

static bool name_is_plain(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
    }
    return name.len > 0 && name.len <= MAX_NAME;
}

static bool compiled(Arena *a, Str name, Template **ret, Err *err)
{
    Str source;
    if (!name_is_plain(name) || !web_read(a, str_printf(a, "templates/%.*s.html", STR_ARG(name)), &source, NULL)) {
        return err_set(err, NOT_FOUND, "There is no page template %.*s.",
                       (int)(name.len < MAX_NAME ? name.len : MAX_NAME), name.ptr);
    }
    *ret = ARENA_NEW(a, Template);
    return template_compile(a, name, source, *ret, err);
}

/* A packed template never changes: compiled once for the process, by whoever shows it first. */
static bool compiled_once(Str name, Template **ret, Err *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static Map kept;
    pthread_mutex_lock(&lock);
    kept.arena = kept.arena ? kept.arena : arena_new(0);
    *ret = map_get(&kept, name);
    bool good = *ret != NULL || compiled(kept.arena, name, ret, err);
    if (good && map_get(&kept, name) == NULL) {
        map_set(&kept, str_copy(kept.arena, name), *ret);
    }
    pthread_mutex_unlock(&lock);
    return good;
}

static bool part_run(Render *r, Str name, const Frame *f)
{
    Template *t = map_get(&r->templates, name);
    if (t == NULL) {
        if (!(web_is_packed() ? compiled_once(name, &t, r->err) : compiled(r->a, name, &t, r->err))) {
            return false;
        }
        map_set(&r->templates, name, t);
    }
    if (r->depth == MAX_PART_DEPTH) {
        return err_set(r->err, TEMPLATE_BROKEN, "templates/%.*s.html includes itself.", STR_ARG(name));
    }
    r->depth++;
    bool good = run(r, t, 0, t->count, f);
    r->depth--;
    return good;
}

/* What the template itself knows: the language, the page, the place in the list. */
static bool write_special(Render *r, Str path, const Frame *f)
{
    if (str_eq_c(path, "@lang")) {
        view_html(r->out, r->language);
    } else if (str_eq_c(path, "@page")) {
        view_html(r->out, r->page);
    } else if (str_eq_c(path, "@index")) {
        buf_printf(r->out, "%zu", f->index);
    } else if (str_eq_c(path, "@number")) {
        buf_printf(r->out, "%zu", f->index + 1);
    } else {
        return err_set(r->err, TEMPLATE_BROKEN, "There is no %.*s in templates.", STR_ARG(path));
    }
    return true;
}

static Str value_text(const Json *j)
{
    if (j != NULL && j->kind == JSON_BOOL) {
        return j->boolean ? STR("true") : STR("false");
    }
    return json_text(j);
}

static bool write_value(Render *r, const Step *s, const Frame *f)
{
    if (str_starts(s->text, STR("@"))) {
        return write_special(r, s->text, f);
    }
    const Json *j = frame_find(f, s->text);
    Str text = value_text(j);
    Buf plain = {0};
    switch (s->form) {
    case AS_HTML: view_html(r->out, text); return true;
    case AS_LINK: view_link(r->out, text); return true;
    case AS_URL: view_url(r->out, text); return true;
    case AS_JSON: view_json(r->out, text); return true;
    case AS_DAY:
        plain = buf_new(r->a, 256 + text.len);
        value_write_day(&plain, r->a, r->language, text);
        break;
    case AS_TIME:
        plain = buf_new(r->a, 256 + text.len);
        value_write_time(&plain, r->a, r->language, text);
        break;
    case AS_FACT:
        plain = buf_new(r->a, 256 + text.len * 3);
        value_write_fact(&plain, r->a, r->language, text);
        break;
    case AS_NUMBER:
        plain = buf_new(r->a, 64 + text.len * 3);
        value_write_number(&plain, r->a, r->language, text);
        break;
    }
    view_html(r->out, buf_str(&plain));
    return true;
}

static bool write_asset(Render *r, Str name)
{
    Str bytes, tag;
    if (!web_read(r->a, str_printf(r->a, "static/%.*s", STR_ARG(name)), &bytes, &tag)) {
        return err_set(r->err, TEMPLATE_BROKEN, "There is no file static/%.*s.", STR_ARG(name));
    }
    buf_printf(r->out, "/static/%.*s?v=%.8s", STR_ARG(name), tag.ptr);
    return true;
}

static bool condition_holds(const Step *s, const Json *j, const Frame *f)
{
    if (str_eq_c(s->text, "@first")) {
        return f->index == 0;
    }
    if (str_eq_c(s->text, "@last")) {
        return f->index + 1 == f->count;
    }
    return s->equals.ptr != NULL ? str_eq(value_text(j), s->equals) : json_is_something(j);
}

static bool run_with(Render *r, const Template *t, size_t at, const Frame *f)
{
    const Step *s = &t->steps[at];
    const Json *j = frame_find(f, s->text);
    if (!condition_holds(s, j, f)) {
        return true;
    }
    if (j != NULL && j->kind == JSON_ARRAY && s->equals.ptr == NULL) {
        for (size_t i = 0; i < j->count; i++) {
            const Json *item = j->items[i];
            bool is_object = item->kind == JSON_OBJECT;
            Frame in = {.object = is_object ? item : f->object, .dot = item, .index = i, .count = j->count, .up = f};
            if (!run(r, t, at + 1, s->end, &in)) {
                return false;
            }
        }
        return true;
    }
    /* A text or yes/no opens no object: the names inside stay those of the object around it. */
    bool is_object = j != NULL && j->kind == JSON_OBJECT;
    Frame in = {.object = is_object ? j : f->object,
                .dot = j != NULL && s->equals.ptr == NULL ? j : f->dot,
                .index = f->index,
                .count = f->count,
                .up = f};
    return run(r, t, at + 1, s->end, &in);
}

static bool run_step(Render *r, const Step *s, const Frame *f)
{
    switch (s->kind) {
    case STEP_TEXT: buf_add(r->out, s->text); return true;
    case STEP_VALUE: return write_value(r, s, f);
    case STEP_MESSAGE: view_html(r->out, message_of(r->a, r->language, s->text, f)); return true;
    case STEP_ASSET: return write_asset(r, s->text);
    case STEP_CHART: return view_chart(r->a, frame_find(f, s->text), r->language, r->out, r->err);
    case STEP_PART: return part_run(r, str_eq_c(s->text, "@page") ? r->page : s->text, f);
    case STEP_WITH:
    case STEP_WITHOUT:
    case STEP_END: return true;
    }
    bug("unknown step");
}

static bool run(Render *r, const Template *t, size_t from, size_t to, const Frame *f)
{
    for (size_t i = from; i < to; i++) {
        const Step *s = &t->steps[i];
        bool good = true;
        if (s->kind == STEP_WITH) {
            good = run_with(r, t, i, f);
            i = s->end;
        } else if (s->kind == STEP_WITHOUT) {
            i = condition_holds(s, frame_find(f, s->text), f) ? s->end : i;
        } else {
            good = run_step(r, s, f);
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool render(Render *r, Str layout, const Json *model)
{
    Frame root = {.object = model, .dot = model, .count = 1};
    return part_run(r, layout, &root) &&
           (buf_ok(r->out) || err_set(r->err, TOO_LARGE, "This page is larger than its limit."));
}

bool view_page(Arena *a, Str template_name, const Json *model, Str language, Buf *out, Err *err)
{
    Render r = {.a = a, .language = language, .page = template_name, .templates = {.arena = a}, .out = out, .err = err};
    return render(&r, STR("base"), model);
}

bool view_part(Arena *a, Str template_name, const Json *model, Str language, Buf *out, Err *err)
{
    Render r = {.a = a, .language = language, .page = template_name, .templates = {.arena = a}, .out = out, .err = err};
    return render(&r, template_name, model);
}
