/* template.c: the text of a template → a flat list of steps. The language is described in web/PAGES.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

enum { MAX_STEPS = 20000, MAX_OPEN = 24 };

typedef struct {
    Arena *a;
    Str name, source;
    Template *t;
    size_t open[MAX_OPEN]; /* steps whose section is not closed yet */
    size_t open_count;
    Err *err;
} Compiler;

static bool broken(Compiler *c, size_t at, const char *what)
{
    int line = 1;
    for (size_t i = 0; i < at && i < c->source.len; i++) {
        line += c->source.ptr[i] == '\n';
    }
    return err_set(c->err, TEMPLATE_BROKEN, "templates/%.*s.html, line %d: %s", STR_ARG(c->name), line, what);
}

static Step *step_add(Compiler *c, StepKind kind, Str text)
{
    Template *t = c->t;
    if (t->count == t->cap) {
        size_t cap = t->cap == 0 ? 64 : t->cap * 2;
        t->steps = arena_grow(c->a, t->steps, t->cap * sizeof(Step), cap * sizeof(Step));
        t->cap = cap;
    }
    t->steps[t->count] = (Step){.kind = kind, .text = text};
    return &t->steps[t->count++];
}

static void text_add(Compiler *c, size_t from, size_t to)
{
    if (to > from) {
        step_add(c, STEP_TEXT, str_sub(c->source, from, to));
    }
}

/* A section, partial or comment that has its line to itself leaves no line behind. */
static bool stands_alone(Str source, size_t from, size_t *open, size_t *close)
{
    size_t start = *open, end = *close;
    while (start > from && (source.ptr[start - 1] == ' ' || source.ptr[start - 1] == '\t')) {
        start--;
    }
    while (end < source.len && (source.ptr[end] == ' ' || source.ptr[end] == '\t')) {
        end++;
    }
    bool alone = (start == 0 || source.ptr[start - 1] == '\n') && (end == source.len || source.ptr[end] == '\n');
    if (alone) {
        *open = start;
        *close = end < source.len ? end + 1 : end;
    }
    return alone;
}

static bool section_open(Compiler *c, size_t at, StepKind kind, Str inside)
{
    if (c->open_count == MAX_OPEN) {
        return broken(c, at, "sections nested too deep");
    }
    Str path = inside, equals = inside;
    bool has_equals = str_cut(&equals, '=', &path) && equals.ptr != NULL;
    Step *s = step_add(c, kind, path);
    s->equals = has_equals ? equals : (Str){NULL, 0};
    c->open[c->open_count++] = c->t->count - 1;
    return true;
}

static bool section_close(Compiler *c, size_t at, Str inside)
{
    if (c->open_count == 0) {
        return broken(c, at, "a section is closed that was not opened");
    }
    size_t opened = c->open[--c->open_count];
    Str path;
    (void)str_cut(&inside, '=', &path);
    if (!str_eq(path, c->t->steps[opened].text)) {
        return broken(c, at, "a section is closed by another name than it was opened");
    }
    step_add(c, STEP_END, STR(""));
    c->t->steps[opened].end = c->t->count - 1;
    return true;
}

/* The text before a tag, past tags that write nothing themselves, so that href="{{#x}}{{x}} is still seen as a link. */
static Str text_before(Str source, size_t at)
{
    Str before = str_sub(source, 0, at);
    while (str_ends(before, STR("}}"))) {
        size_t open = before.len;
        while (open > 1 && !(before.ptr[open - 1] == '{' && before.ptr[open - 2] == '{')) {
            open--;
        }
        if (open >= before.len || (before.ptr[open] != '#' && before.ptr[open] != '^' && before.ptr[open] != '/')) {
            break;
        }
        before.len = open - 2;
    }
    return before;
}

/* True if text stops inside <…>, right behind an equals sign. */
static bool wants_quotes(Str before)
{
    size_t at = before.len;
    while (at > 0 && before.ptr[at - 1] != '<' && before.ptr[at - 1] != '>') {
        at--;
    }
    return str_ends(before, STR("=")) && at > 0 && before.ptr[at - 1] == '<';
}

static bool value_add(Compiler *c, size_t at, Str inside)
{
    static const struct {
        Str word;
        StepKind kind;
        ValueForm form;
    } words[] = {
        {STR_INIT("t "), STEP_MESSAGE, AS_HTML},   {STR_INIT("asset "), STEP_ASSET, AS_HTML},
        {STR_INIT("chart "), STEP_CHART, AS_HTML}, {STR_INIT("url "), STEP_VALUE, AS_URL},
        {STR_INIT("json "), STEP_VALUE, AS_JSON},  {STR_INIT("day "), STEP_VALUE, AS_DAY},
        {STR_INIT("time "), STEP_VALUE, AS_TIME},  {STR_INIT("fact "), STEP_VALUE, AS_FACT},
        {STR_INIT("num "), STEP_VALUE, AS_NUMBER},
    };
    Str before = text_before(c->source, at);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_starts(inside, words[i].word)) {
            step_add(c, words[i].kind, str_trim(str_sub(inside, words[i].word.len, inside.len)))->form = words[i].form;
            return true;
        }
    }
    if (inside.len == 0 || str_find(inside, STR(" "), 0) != SIZE_MAX) {
        return broken(c, at, "this tag is not understood");
    }
    if (wants_quotes(before)) {
        return broken(c, at, "a value in an attribute needs quotes around it");
    }
    bool is_link =
        str_ends(before, STR("href=\"")) || str_ends(before, STR("src=\"")) || str_ends(before, STR("action=\""));
    step_add(c, STEP_VALUE, inside)->form = is_link ? AS_LINK : AS_HTML;
    return true;
}

static bool tag_add(Compiler *c, size_t at, Str inside)
{
    Str rest = str_trim(str_sub(inside, 1, inside.len));
    switch (inside.len > 0 ? inside.ptr[0] : 0) {
    case '!': return true;
    case '#': return section_open(c, at, STEP_WITH, rest);
    case '^': return section_open(c, at, STEP_WITHOUT, rest);
    case '/': return section_close(c, at, rest);
    case '>': step_add(c, STEP_PART, rest); return true;
    default: return value_add(c, at, inside);
    }
}

bool template_compile(Arena *a, Str name, Str source, Template *ret, Err *err)
{
    Template t = {0};
    Compiler c = {.a = a, .name = name, .source = source, .t = &t, .err = err};
    size_t at = 0;
    for (size_t open; (open = str_find(source, STR("{{"), at)) != SIZE_MAX;) {
        size_t close = str_find(source, STR("}}"), open);
        if (close == SIZE_MAX) {
            return broken(&c, open, "a tag is not closed");
        }
        Str inside = str_trim(str_sub(source, open + 2, close));
        size_t tag_at = open;
        close += 2;
        if (inside.len > 0 && (inside.ptr[0] == '#' || inside.ptr[0] == '^' || inside.ptr[0] == '/' ||
                               inside.ptr[0] == '>' || inside.ptr[0] == '!')) {
            (void)stands_alone(source, at, &open, &close);
        }
        text_add(&c, at, open);
        if (!tag_add(&c, tag_at, inside)) {
            return false;
        }
        if (t.count > MAX_STEPS) {
            return broken(&c, tag_at, "the template is too long");
        }
        at = close;
    }
    text_add(&c, at, source.len);
    if (c.open_count > 0) {
        return broken(&c, source.len, "a section is not closed");
    }
    *ret = t;
    return true;
}
