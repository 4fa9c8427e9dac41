/* message_keys.c: which texts a scheme must have: one for each name that a person can meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

typedef struct {
    Arena *a;
    Map seen;
} Keys;

static void add(Keys *k, const char *kind, Str name)
{
    if (name.len > 0) {
        Str key = str_printf(k->a, "%s.%.*s", kind, STR_ARG(name));
        map_set(&k->seen, key, k);
    }
}

/* A field's text may be its type's own or shared by all types. */
static void add_typed(Keys *k, const Scheme *s, const char *kind, Str type, Str name)
{
    Str own = str_printf(k->a, "%s.%.*s.%.*s", kind, STR_ARG(type), STR_ARG(name));
    if (scheme_message(s, STR("en"), own).ptr != NULL) {
        map_set(&k->seen, own, k);
    } else {
        add(k, kind, name);
    }
}

static void add_fields(Keys *k, const Scheme *s, const SchemeType *t)
{
    for (size_t i = 0; i < t->field_count; i++) {
        add_typed(k, s, "field", t->name, t->fields[i].name);
        for (size_t c = 0; !t->fields[i].country && c < t->fields[i].choices.count; c++) {
            add(k, "choice", t->fields[i].choices.items[c]);
        }
    }
}

static void add_step(Keys *k, const SchemeType *t, const SchemeStep *step)
{
    const SchemeField *topic = step->message ? scheme_field(t, step->message->topic) : NULL;
    for (size_t i = 0; topic != NULL && i < topic->choices.count; i++) {
        add(k, "message", topic->choices.items[i]);
    }
    if (!step->hidden || step->foretell) {
        add(k, "step", step->name);
    }
    add(k, "group", step->group);
    add(k, "event", step->event);
    for (size_t i = 0; i < step->outcome_count; i++) {
        add(k, "event", step->outcomes[i].event);
    }
    for (size_t i = 0; i < step->also_count; i++) {
        add(k, "event", step->also[i].event);
    }
    for (size_t i = 0; i < step->require_count; i++) {
        add(k, "fault", step->requires[i].message);
    }
}

static void add_type(Keys *k, const Scheme *s, const SchemeType *t)
{
    add(k, "type", t->name);
    add(k, "types", t->name);
    for (size_t i = 0; i < t->state_count; i++) {
        add_typed(k, s, "state", t->name, t->states[i].name);
    }
    add_fields(k, s, t);
    for (size_t i = 0; i < t->step_count; i++) {
        add_step(k, t, &t->steps[i]);
    }
}

/* "WAGE_ARREARS" as a rule gives it: a reason code, which needs a sentence. */
static bool is_code(Str output)
{
    bool letters = output.len > 3 && output.ptr[0] == '"' && output.ptr[output.len - 1] == '"' &&
                   output.ptr[1] >= 'A' && output.ptr[1] <= 'Z';
    for (size_t i = 1; letters && i + 1 < output.len; i++) {
        char c = output.ptr[i];
        letters = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    return letters;
}

static void add_codes(Keys *k, const Json *rules)
{
    for (size_t r = 0; r < json_count(rules); r++) {
        const Json *outputs = json_get(rules->items[r], "outputs");
        for (size_t i = 0; i < json_count(outputs); i++) {
            Str text = str_trim(json_text(outputs->items[i]));
            if (is_code(text)) {
                add(k, "reasons", str_sub(text, 1, text.len - 1));
            }
        }
    }
}

/* The model's title, what it asks about and the grounds that its tables of several grounds give. */
static void add_model(Keys *k, const SchemeModel *m)
{
    const Json *all = dmn_describe(k->a, scheme_compiled(m)), *inputs = json_get(all, "inputs"),
               *elements = json_get(all, "elements");
    add(k, "models", json_text_at(all, "name"));
    for (size_t i = 0; i < json_count(inputs); i++) {
        add(k, "inputs", json_text_at(inputs->items[i], "name"));
    }
    for (size_t i = 0; i < json_count(elements); i++) {
        if (str_starts(json_text_at(elements->items[i], "hit_policy"), STR("COLLECT"))) {
            add_codes(k, json_get(elements->items[i], "rules"));
        }
    }
}

SchemeKeys scheme_message_keys(const Scheme *s, Arena *a)
{
    Keys k = {.a = a, .seen.arena = a};
    const Json *roles = json_get(s->info, "roles"), *groups = json_get(s->info, "law_groups");
    add(&k, "scheme", STR("name"));
    add(&k, "scheme", STR("text"));
    for (size_t i = 0; i < json_count(roles); i++) {
        add(&k, "role", json_text(roles->items[i]));
    }
    for (size_t i = 0; i < json_count(groups); i++) {
        add(&k, "law_group", groups->members[i].key);
    }
    for (size_t i = 0; i < s->hold_count; i++) {
        add(&k, "hold", s->holds[i].name);
        add(&k, "hold_goes_on", s->holds[i].name);
    }
    for (size_t i = 0; i < s->type_count; i++) {
        add_type(&k, s, &s->types[i]);
    }
    const SchemeModel *models;
    size_t model_count = scheme_models(s, &models);
    for (size_t i = 0; i < model_count; i++) {
        add_model(&k, &models[i]);
    }
    for (size_t i = 0; i < s->languages.count; i++) {
        const Map *texts = scheme_texts(s, s->languages.entries[i].key);
        for (size_t t = 0; t < texts->count; t++) {
            map_set(&k.seen, texts->entries[t].key, &k);
        }
    }
    SchemeKeys keys = {.items = ARENA_ARRAY(a, Str, k.seen.count + 1), .count = k.seen.count};
    for (size_t i = 0; i < k.seen.count; i++) {
        keys.items[i] = k.seen.entries[i].key;
    }
    return keys;
}

bool scheme_has_message(const Scheme *s, Str language, Str key)
{
    const Map *texts = scheme_texts(s, language);
    return texts != NULL && map_get(texts, key) != NULL;
}
