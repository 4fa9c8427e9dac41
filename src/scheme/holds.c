/* holds.c: what holds steps of other cases while a case stands in some state: such as a country whose agreement is
 * suspended.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

static SchemeNames names_in(Arena *a, const Json *j)
{
    SchemeNames n = {ARENA_ARRAY(a, Str, json_count(j) + 1), 0};
    for (size_t i = 0; j != NULL && j->kind == JSON_ARRAY && i < j->count; i++) {
        n.items[n.count++] = json_text(j->items[i]);
    }
    return n;
}

static bool broken(const Scheme *s, const SchemeHold *h, const char *what, Str detail, Err *err)
{
    return err_set(err, LAW_BROKEN, "%.*s/scheme.json: holds %.*s: %s %.*s", STR_ARG(s->folder), STR_ARG(h->name), what,
                   STR_ARG(detail));
}

/* "country", or "candidate.country": a link of the case, then a field of the case behind it. */
static bool path_is_known(const Scheme *s, const SchemeType *t, Str path)
{
    Str first;
    if (!str_cut(&path, '.', &first)) {
        return false;
    }
    const SchemeField *f = scheme_field(t, first);
    if (f == NULL || path.ptr == NULL) {
        return f != NULL;
    }
    const SchemeType *of = f->kind == SCHEME_CASE ? scheme_type(s, f->of) : NULL;
    return of != NULL && scheme_field(of, path) != NULL;
}

static bool read_paths(const Scheme *s, SchemeHold *h, const Json *j, Err *err)
{
    const Json *of = json_get(j, "of"), *unless = json_get(j, "unless");
    h->paths = ARENA_ARRAY(s->arena, SchemeHoldPath, json_count(of) + 1);
    for (size_t i = 0; i < json_count(of); i++) {
        SchemeHoldPath *p = &h->paths[h->path_count++];
        *p = (SchemeHoldPath){of->members[i].key, json_text(of->members[i].value),
                              json_text(json_get_str(unless, of->members[i].key))};
        const SchemeType *t = scheme_type(s, p->type);
        if (t == NULL || !path_is_known(s, t, p->path)) {
            return broken(s, h, "no such type or field:",
                          str_printf(s->arena, "%.*s %.*s", STR_ARG(p->type), STR_ARG(p->path)), err);
        }
        if (p->unless.len > 0 && scheme_field(t, p->unless) == NULL) {
            return broken(s, h, "no such field:", p->unless, err);
        }
    }
    return true;
}

static bool check_cause(const Scheme *s, const SchemeHold *h, Err *err)
{
    const SchemeType *t = scheme_type(s, h->cause);
    const SchemeField *key = t ? scheme_field(t, h->key) : NULL;
    if (key == NULL || !key->indexed) {
        return broken(s, h, "the cause is no type, or its key no indexed field:", h->key, err);
    }
    for (size_t i = 0; i < h->states.count; i++) {
        if (scheme_state(t, h->states.items[i]) == NULL) {
            return broken(s, h, "no such state:", h->states.items[i], err);
        }
    }
    const Str fields[] = {h->from, h->until, h->source};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (fields[i].len > 0 && scheme_field(t, fields[i]) == NULL) {
            return broken(s, h, "no such field:", fields[i], err);
        }
    }
    return true;
}

static bool check_steps(const Scheme *s, const SchemeHold *h, Err *err)
{
    for (size_t i = 0; i < h->steps.count; i++) {
        const SchemeType *t = NULL;
        if (scheme_step(s, h->steps.items[i], &t) == NULL) {
            return broken(s, h, "no such step:", h->steps.items[i], err);
        }
        bool known = false;
        for (size_t k = 0; k < h->path_count; k++) {
            known = known || str_eq(h->paths[k].type, t->name);
        }
        if (!known) {
            return broken(s, h, "does not say how it is found for the cases of the step", h->steps.items[i], err);
        }
    }
    return true;
}

bool scheme_load_holds(Scheme *s, Err *err)
{
    const Json *list = json_get(s->info, "holds");
    s->holds = ARENA_ARRAY(s->arena, SchemeHold, json_count(list) + 1);
    for (size_t i = 0; list != NULL && list->kind == JSON_ARRAY && i < list->count; i++) {
        const Json *j = list->items[i];
        SchemeHold *h = &s->holds[s->hold_count++];
        *h = (SchemeHold){.name = json_text_at(j, "name"),
                          .cause = json_text_at(j, "cause"),
                          .key = json_text_at(j, "key"),
                          .from = json_text_at(j, "from"),
                          .until = json_text_at(j, "until"),
                          .source = json_text_at(j, "source"),
                          .cite = json_text_at(j, "cite"),
                          .states = names_in(s->arena, json_get(j, "states")),
                          .steps = names_in(s->arena, json_get(j, "steps"))};
        if (!read_paths(s, h, j, err) || !check_cause(s, h, err) || !check_steps(s, h, err)) {
            return false;
        }
    }
    return true;
}

size_t scheme_holds(const Scheme *s, const SchemeHold **ret)
{
    *ret = s->holds;
    return s->hold_count;
}

const SchemeHoldPath *scheme_hold_path(const SchemeHold *h, Str type)
{
    for (size_t i = 0; i < h->path_count; i++) {
        if (str_eq(h->paths[i].type, type)) {
            return &h->paths[i];
        }
    }
    return NULL;
}

bool scheme_hold_runs(const SchemeHold *h, const Json *cause, Day today)
{
    Day day;
    Str from = json_text(json_get_str(cause, h->from)), until = json_text(json_get_str(cause, h->until));
    bool begun = !day_parse(from, &day) || day_cmp(day, today) <= 0;
    bool over = day_parse(until, &day) && day_cmp(day, today) < 0;
    return begun && !over;
}
