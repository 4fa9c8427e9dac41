/* describe.c: a loaded model as JSON for people who read it: inputs, tables with their rules, literal expressions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

static void put(Arena *a, Json *j, const char *key, Str text)
{
    json_set(a, j, str_from_c(key), json_new_str(a, text));
}

static Json *texts(Arena *a, const TableCell *cells, size_t count)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        json_push(a, list, json_new_str(a, cells[i].text));
    }
    return list;
}

static Json *rule_json(Arena *a, const Table *t, const TableRule *r)
{
    Json *j = json_new_object(a), *notes = json_new_object(a);
    put(a, j, "id", r->id);
    json_set(a, j, STR("cells"), texts(a, r->in, t->input_count));
    json_set(a, j, STR("outputs"), texts(a, r->out, t->output_count));
    for (size_t i = 0; i < r->annotation_count; i++) {
        json_set(a, notes, r->annotations[i].name, json_new_str(a, feel_text(r->annotations[i].value)));
    }
    json_set(a, j, STR("annotations"), notes);
    return j;
}

static void add_table(Arena *a, Json *j, const Table *t)
{
    Json *inputs = json_new_array(a), *outputs = json_new_array(a), *rules = json_new_array(a);
    put(a, j, "hit_policy", t->hit_name);
    for (size_t i = 0; i < t->input_count; i++) {
        json_push(a, inputs, json_new_str(a, t->inputs[i].label.len ? t->inputs[i].label : t->inputs[i].text));
    }
    for (size_t i = 0; i < t->output_count; i++) {
        json_push(a, outputs, json_new_str(a, t->outputs[i].label.len ? t->outputs[i].label : t->outputs[i].name));
    }
    for (size_t i = 0; i < t->rule_count; i++) {
        json_push(a, rules, rule_json(a, t, &t->rules[i]));
    }
    json_set(a, j, STR("inputs"), inputs);
    json_set(a, j, STR("outputs"), outputs);
    json_set(a, j, STR("rules"), rules);
}

/* The table of a decision, or inside the function of a knowledge model. */
static const Expr *logic_of(const DmnInvocable *d)
{
    const Expr *e = d->logic;
    return e != NULL && e->kind == EXPR_FUNCTION && e->first != NULL ? e->first : e;
}

static Json *element_json(Arena *a, const DmnInvocable *d)
{
    Json *j = json_new_object(a), *needs = json_new_array(a);
    const Expr *e = logic_of(d);
    put(a, j, "name", d->name);
    put(a, j, "id", d->id);
    put(a, j, "description", str_trim(xml_text(a, xml_child(d->xml, "description"))));
    if (e != NULL && e->kind == EXPR_TABLE) {
        add_table(a, j, e->table);
    } else if (e != NULL && e->kind == EXPR_LITERAL) {
        put(a, j, "literal", e->text);
    }
    for (size_t i = 0; i < d->need_count; i++) {
        json_push(a, needs, json_new_str(a, d->needs[i]->name));
    }
    json_set(a, j, STR("requires"), needs);
    return j;
}

Json *dmn_describe(Arena *a, const DmnModel *m)
{
    Json *j = json_new_object(a), *inputs = json_new_array(a), *elements = json_new_array(a);
    if (m == NULL) {
        return j;
    }
    put(a, j, "name", m->name);
    put(a, j, "description", str_trim(xml_text(a, xml_child(m->root, "description"))));
    for (size_t i = 0; i < m->node_count; i++) {
        const DmnInvocable *d = m->nodes[i];
        if (d->kind == NODE_INPUT) {
            Json *in = json_new_object(a);
            put(a, in, "name", d->name);
            put(a, in, "type", d->type_name);
            put(a, in, "description", str_trim(xml_text(a, xml_child(d->xml, "description"))));
            json_push(a, inputs, in);
        } else {
            json_push(a, elements, element_json(a, d));
        }
    }
    json_set(a, j, STR("inputs"), inputs);
    json_set(a, j, STR("elements"), elements);
    return j;
}
