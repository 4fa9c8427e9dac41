/* scheme_refs.c: what the types of a scheme say of one another, checked once all are read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

static bool check_state(const SchemeReader *r, const SchemeType *t, Str state)
{
    return state.len == 0 || scheme_state(t, state) != NULL || scheme_broken(r, "unknown state", state);
}

static bool check_states(const SchemeReader *r, const SchemeType *t, const SchemeNames *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (!check_state(r, t, names->items[i])) {
            return false;
        }
    }
    return true;
}

static bool check_reads(const SchemeReader *r, const SchemeStep *step)
{
    for (size_t i = 0; i < step->read_count; i++) {
        const SchemeRead *read = &step->reads[i];
        const SchemeType *t = scheme_type(r->s, read->type);
        if (t == NULL && (read->kind == READ_FIND || read->kind == READ_LIST || read->kind == READ_COUNT)) {
            return scheme_broken(r, "unknown case type", read->type);
        }
        for (size_t k = 0; k < read->where.count; k++) {
            const SchemeField *f = scheme_field(t, read->where.items[k].name);
            if (f == NULL || !f->indexed) {
                return scheme_broken(r, "not an indexed field:", read->where.items[k].name);
            }
        }
        if (t != NULL && !check_states(r, t, &read->states)) {
            return false;
        }
    }
    return true;
}

/* An event that a signed step writes carries its signature: nothing else may write one without. */
static bool is_signed_event(const SchemeType *t, Str event)
{
    for (size_t i = 0; i < t->step_count; i++) {
        const SchemeStep *step = &t->steps[i];
        bool writes = step->sign && str_eq(step->event, event);
        for (size_t k = 0; k < step->outcome_count; k++) {
            writes = writes || (step->sign && str_eq(step->outcomes[k].event, event));
        }
        if (writes) {
            return true;
        }
    }
    return false;
}

static bool check_effects(const SchemeReader *r, const SchemeStep *step)
{
    for (size_t i = 0; i < step->also_count; i++) {
        const SchemeAlso *also = &step->also[i];
        const SchemeType *t = scheme_type(r->s, also->type);
        if (t == NULL) {
            return scheme_broken(r, "unknown case type", also->type);
        }
        if (!check_state(r, t, also->to) || !check_states(r, t, &also->from)) {
            return false;
        }
        if (is_signed_event(t, also->event)) {
            return scheme_broken(r, "an effect may not write the event of a signed step:", also->event);
        }
        for (size_t k = 0; k < also->set.count; k++) {
            if (scheme_field(t, also->set.items[k].name) == NULL) {
                return scheme_broken(r, "unknown field", also->set.items[k].name);
            }
        }
    }
    return true;
}

static const SchemeRead *find_list(const SchemeStep *step, Str name)
{
    for (size_t i = 0; i < step->read_count; i++) {
        if (step->reads[i].kind == READ_LIST && str_eq(step->reads[i].name, name)) {
            return &step->reads[i];
        }
    }
    return NULL;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool names_field(Str text, Str path)
{
    for (size_t at = 0; (at = str_find(text, path, at)) != SIZE_MAX; at += path.len) {
        if (at + path.len == text.len || !is_word(text.ptr[at + path.len])) {
            return true;
        }
    }
    return false;
}

/* Nobody is drawn, ranked or left out by what is personal: age, sex, health, a name. */
static bool check_criteria(const SchemeReader *r, const SchemeRead *list, const SchemeNames *criteria)
{
    const SchemeType *t = list ? scheme_type(r->s, list->type) : NULL;
    for (size_t f = 0; t != NULL && f < t->field_count; f++) {
        Str path = str_printf(r->s->arena, ".%.*s", STR_ARG(t->fields[f].name));
        for (size_t i = 0; t->fields[f].personal && i < criteria->count; i++) {
            if (names_field(criteria->items[i], path)) {
                return scheme_broken(r, "people may not be drawn or ranked by the personal field", t->fields[f].name);
            }
        }
    }
    return true;
}

/* Versions of a model may ask about other facts: each fact must be an input of one of them. */
static bool is_input(const SchemeReader *r, Str model, Str decision, Str fact)
{
    const SchemeModel *models;
    size_t count = scheme_models(r->s, &models);
    for (size_t i = 0; i < count; i++) {
        const DmnInvocable *d =
            str_eq(models[i].name, model) ? dmn_find(scheme_compiled(&models[i]), DMN_DECISION, decision) : NULL;
        const DmnInput *inputs;
        size_t input_count = d ? dmn_inputs(d, &inputs) : 0;
        for (size_t k = 0; k < input_count; k++) {
            if (str_eq(inputs[k].name, fact)) {
                return true;
            }
        }
    }
    return false;
}

/* The newest version of the model must be there and hold the decision; each fact that is given must be known. */
static bool check_model(const SchemeReader *r, Str model, Str decision, const SchemeExprs *facts)
{
    const SchemeModel *m = model.len ? scheme_model(r->s, model, (Day){INT32_MAX}) : NULL;
    if (m == NULL) {
        return model.len == 0 || scheme_broken(r, "unknown decision model", model);
    }
    if (r->s->as_used) {
        return true;
    }
    if (dmn_find(scheme_compiled(m), DMN_DECISION, decision) == NULL) {
        return scheme_broken(r, "the model has no decision", decision);
    }
    for (size_t i = 0; i < facts->count; i++) {
        if (!is_input(r, model, decision, facts->items[i].name)) {
            return scheme_broken(r, "no version of the model has the input", facts->items[i].name);
        }
    }
    return true;
}

static bool check_round(const SchemeReader *r, const SchemeStep *step)
{
    const SchemeRound *d = step->round;
    for (size_t i = 0; d == NULL && i < step->also_count; i++) {
        if (step->also[i].lines.count > 0) {
            return scheme_broken(r, "lines of a round that the step does not hold:", step->also[i].event);
        }
    }
    if (d == NULL) {
        return true;
    }
    const SchemeRead *list = find_list(step, d->list);
    if (list == NULL || (d->matches && find_list(step, d->offers) == NULL)) {
        return scheme_broken(r, "a round's cases are no list that the step reads:", d->list);
    }
    if (!check_criteria(r, list, &d->criteria)) {
        return false;
    }
    return check_model(r, d->model, d->decision, &d->facts) &&
           check_model(r, d->pair_model, d->pair_decision, &d->pair_facts);
}

static bool check_draw(const SchemeReader *r, const SchemeType *t, const SchemeStep *step)
{
    const SchemeDraw *d = step->draw;
    const SchemeRead *pool = d ? find_list(step, d->pool) : NULL;
    if (d != NULL && pool == NULL) {
        return scheme_broken(r, "a draw's pool is no list that the step reads:", d->pool);
    }
    if (d != NULL && !check_criteria(r, pool, &d->criteria)) {
        return false;
    }
    return d == NULL || scheme_field(t, d->into) != NULL || scheme_broken(r, "unknown field", d->into);
}

/* The topic is chosen in the form, so that every text it may name is known. */
static bool check_message(const SchemeReader *r, const SchemeType *t, const SchemeStep *step)
{
    const SchemeField *f = step->message ? scheme_field(t, step->message->topic) : NULL;
    bool asked = f != NULL && f->kind == SCHEME_CHOICE && !f->personal && scheme_names_have(&step->fields, f->name);
    return step->message == NULL || asked ||
           scheme_broken(r, "a message's topic is no choice of the form:", step->message->topic);
}

static bool check_fields(SchemeReader *r, const SchemeType *t)
{
    for (size_t i = 0; i < t->field_count; i++) {
        r->place = t->fields[i].name;
        if (t->fields[i].kind == SCHEME_CASE && t->fields[i].of.len > 0 && scheme_type(r->s, t->fields[i].of) == NULL) {
            return scheme_broken(r, "unknown case type", t->fields[i].of);
        }
        if (t->fields[i].kind == SCHEME_FILE && (!t->fields[i].personal || (t->subject.len == 0 && !t->person))) {
            return scheme_broken(r, "a file is personal, in a case about a person:", t->fields[i].name);
        }
    }
    r->place = STR("subject");
    return t->subject.len == 0 || scheme_field(t, t->subject) != NULL || scheme_broken(r, "unknown field", t->subject);
}

/* The office stands in an index, the type's own or that of the type it links to: statements look for it there. */
static bool check_offices(SchemeReader *r, const SchemeType *t)
{
    r->place = STR("office");
    for (size_t i = 0; i < t->office_count; i++) {
        const SchemeOffice *o = &t->offices[i];
        const SchemeType *home = t;
        for (size_t k = 0; k < o->link_count; k++) {
            const SchemeField *link = home ? scheme_field(home, o->links[k]) : NULL;
            if (link == NULL || link->kind != SCHEME_CASE) {
                return scheme_broken(r, "no field that links to a case:", o->links[k]);
            }
            home = scheme_type(r->s, link->of);
        }
        const SchemeField *f = home ? scheme_field(home, o->field) : NULL;
        if (f == NULL || !f->indexed) {
            return scheme_broken(r, "not an indexed field:", o->field);
        }
    }
    return true;
}

static bool check_from(const SchemeReader *r, const SchemeType *t, const SchemeStep *step)
{
    if (step->about.len == 0) {
        return check_states(r, t, &step->from);
    }
    const SchemeField *f = scheme_field(t, step->about);
    const SchemeType *of = f ? scheme_type(r->s, f->of) : NULL;
    if (of == NULL || !step->opens || !scheme_names_have(&step->fields, step->about)) {
        return scheme_broken(r, "\"about\" names no field of the form that links to a case:", step->about);
    }
    return check_states(r, of, &step->from);
}

/* "from": ["*"]: any state but those of a case that nobody has confirmed yet. */
static void spread_states(Arena *a, const SchemeType *t, SchemeStep *step)
{
    if (step->from.count != 1 || !str_eq_c(step->from.items[0], "*")) {
        return;
    }
    step->from = (SchemeNames){.items = ARENA_ARRAY(a, Str, t->state_count + 1)};
    for (size_t i = 0; i < t->state_count; i++) {
        if (!str_eq_c(t->states[i].name, "proposed") && !str_eq_c(t->states[i].name, "rejected")) {
            step->from.items[step->from.count++] = t->states[i].name;
        }
    }
}

static bool check_step(SchemeReader *r, const SchemeType *t, const SchemeStep *step)
{
    r->place = step->name;
    if (!check_from(r, t, step) || !check_state(r, t, step->to)) {
        return false;
    }
    if (step->sign && step->opens) { /* a signature names the case and its version */
        return scheme_broken(r, "a step that opens a case cannot be signed:", step->name);
    }
    for (size_t i = 0; i < step->fields.count; i++) {
        if (scheme_field(t, step->fields.items[i]) == NULL) {
            return scheme_broken(r, "unknown field", step->fields.items[i]);
        }
        if (step->two_people && scheme_field(t, step->fields.items[i])->kind == SCHEME_FILE) {
            return scheme_broken(
                r, "a step for two people takes no file:", step->fields.items[i]); /* what waits is not sealed */
        }
        if (step->sign && scheme_field(t, step->fields.items[i])->kind == SCHEME_FILE) {
            return scheme_broken(
                r, "a step that is signed takes no file:", step->fields.items[i]); /* the form is sent twice */
        }
    }
    for (size_t i = 0; i < step->set.count; i++) {
        if (scheme_field(t, step->set.items[i].name) == NULL) {
            return scheme_broken(r, "unknown field", step->set.items[i].name);
        }
    }
    for (size_t i = 0; i < step->outcome_count; i++) {
        if (!check_state(r, t, step->outcomes[i].to)) {
            return false;
        }
    }
    return check_model(r, step->model, step->decision, &step->facts) && check_reads(r, step) &&
           check_effects(r, step) && check_message(r, t, step) && check_draw(r, t, step) && check_round(r, step);
}

static size_t times_in(const Json *groups, Str model)
{
    size_t times = 0;
    for (size_t i = 0; i < json_count(groups); i++) {
        for (size_t k = 0; k < json_count(groups->members[i].value); k++) {
            times += str_eq(json_text(groups->members[i].value->items[k]), model);
        }
    }
    return times;
}

/* Where the law is grouped for its readers, every model stands in one group. */
static bool check_law_groups(const SchemeReader *r)
{
    const Json *groups = json_get(r->s->info, "law_groups");
    const SchemeModel *models;
    size_t count = groups ? scheme_models(r->s, &models) : 0;
    for (size_t i = 0; i < json_count(groups); i++) {
        for (size_t k = 0; k < json_count(groups->members[i].value); k++) {
            Str model = json_text(groups->members[i].value->items[k]);
            if (scheme_model(r->s, model, (Day){INT32_MAX}) == NULL) {
                return scheme_broken(r, "unknown decision model", model);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (times_in(groups, models[i].name) != 1) {
            return scheme_broken(r, "stands not in exactly one group of \"law_groups\":", models[i].name);
        }
    }
    return true;
}

static bool check_first_steps(const SchemeReader *r)
{
    const Json *first = json_path(r->s->info, "queue.first");
    for (size_t i = 0; i < json_count(first); i++) {
        const SchemeType *t;
        const SchemeStep *step = scheme_step(r->s, json_text(first->items[i]), &t);
        if (step == NULL || !step->opens) {
            return scheme_broken(
                r, "\"queue.first\" names what is no step that opens a case:", json_text(first->items[i]));
        }
    }
    return true;
}

bool scheme_check_references(const Scheme *s, Err *err)
{
    for (size_t i = 0; i < s->type_count; i++) {
        const SchemeType *t = &s->types[i];
        SchemeReader r = {.s = (Scheme *)(uintptr_t)s, .err = err};
        r.path = str_printf(s->arena, "%.*s/processes/%.*s.json", STR_ARG(s->folder), STR_ARG(t->name));
        if (!check_fields(&r, t) || !check_offices(&r, t)) {
            return false;
        }
        for (size_t k = 0; k < t->step_count; k++) {
            spread_states(r.s->arena, t, &t->steps[k]);
            if (!check_step(&r, t, &t->steps[k])) {
                return false;
            }
        }
    }
    SchemeReader r = {
        .s = (Scheme *)(uintptr_t)s, .err = err, .path = str_printf(s->arena, "%.*s/scheme.json", STR_ARG(s->folder))};
    return check_law_groups(&r) && check_first_steps(&r);
}
