/* graph.c: requirements between elements → scopes, order of evaluation, compiled logic. Refuses cycles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quick_int.h"

enum { MARK_OPEN = 1, MARK_DONE = 2 };

/* ---- References ------------------------------------------------------------------------------------------------ */

static DmnInvocable *href_find(DmnModel *m, Str href)
{
    size_t hash = str_find(href, STR("#"), 0);
    Str ns = hash == SIZE_MAX ? STR("") : str_sub(href, 0, hash);
    Str id = hash == SIZE_MAX ? href : str_sub(href, hash + 1, href.len);
    if (ns.len == 0 || str_eq(ns, m->ns)) {
        return map_get(&m->ids, id);
    }
    for (size_t i = 0; i < m->import_count; i++) {
        if (str_eq(m->imports[i].model->ns, ns)) {
            DmnInvocable *d = map_get(&m->imports[i].model->ids, id);
            if (d != NULL) {
                return d;
            }
        }
    }
    for (size_t i = 0; i < m->import_count; i++) { /* an import of an import */
        DmnInvocable *d = str_eq(m->imports[i].model->ns, ns) ? NULL : href_find(m->imports[i].model, href);
        if (d != NULL) {
            return d;
        }
    }
    return NULL;
}

static void reference_add(DmnInvocable *d, const XmlNode *n, const DmnInvocable **list, size_t *count)
{
    Str href = str_trim(xml_attr(n, "href"));
    const DmnInvocable *found = href_find(d->model, href);
    if (found == NULL) {
        problem_add(d->model, d->name, n->line, "requires \"%.*s\", which does not exist", STR_ARG(href));
        return;
    }
    list[(*count)++] = found;
}

static void requirements_read(DmnInvocable *d, const XmlNode *n)
{
    size_t infos = xml_count(n, "informationRequirement"), knows = xml_count(n, "knowledgeRequirement");
    d->needs = ARENA_ARRAY(d->model->a, const DmnInvocable *, infos);
    d->knows = ARENA_ARRAY(d->model->a, const DmnInvocable *, knows);
    for (const XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        for (const XmlNode *r = xml_first(c); r != NULL; r = xml_next(r)) {
            if (xml_is(c, "informationRequirement") && (xml_is(r, "requiredDecision") || xml_is(r, "requiredInput"))) {
                if (d->need_count < infos) {
                    reference_add(d, r, d->needs, &d->need_count);
                }
            } else if (xml_is(c, "knowledgeRequirement") && xml_is(r, "requiredKnowledge") && d->know_count < knows) {
                reference_add(d, r, d->knows, &d->know_count);
            }
        }
    }
}

static void service_read(DmnInvocable *d)
{
    Arena *a = d->model->a;
    size_t params = xml_count(d->xml, "inputData") + xml_count(d->xml, "inputDecision");
    size_t outputs = xml_count(d->xml, "outputDecision");
    d->outputs = ARENA_ARRAY(a, const DmnInvocable *, outputs);
    d->param_nodes = ARENA_ARRAY(a, const DmnInvocable *, params);
    d->params = ARENA_ARRAY(a, ExprPart, params);
    for (const XmlNode *c = xml_child(d->xml, "outputDecision"); c != NULL; c = xml_next_same(c)) {
        reference_add(d, c, d->outputs, &d->output_count);
    }
    for (const XmlNode *c = xml_child(d->xml, "inputData"); c != NULL; c = xml_next_same(c)) {
        reference_add(d, c, d->param_nodes, &d->param_count);
    }
    for (const XmlNode *c = xml_child(d->xml, "inputDecision"); c != NULL; c = xml_next_same(c)) {
        reference_add(d, c, d->param_nodes, &d->param_count);
    }
    for (size_t i = 0; i < d->param_count; i++) {
        d->params[i] = (ExprPart){d->param_nodes[i]->variable, d->param_nodes[i]->type, NULL, -1};
    }
}

/* ---- Cycles ---------------------------------------------------------------------------------------------------- */

/* Whether compiling d first and then what it requires, uses or gives out would go too deep. */
static bool depth_fits(DmnInvocable *d, int depth, Err *err)
{
    const struct {
        const DmnInvocable *const *list;
        size_t count;
    } edges[] = {{d->needs, d->need_count}, {d->knows, d->know_count}, {d->outputs, d->output_count}};
    if (d->visited) {
        return true;
    }
    d->visited = 1;
    if (depth > DMN_GRAPH_DEPTH) {
        return err_set(err, TOO_DEEP, "%.*s line %d: \"%.*s\" requires others more than %d deep",
                       STR_ARG(d->model->path), d->line, STR_ARG(d->name), DMN_GRAPH_DEPTH);
    }
    for (size_t e = 0; e < COUNT_OF(edges); e++) {
        for (size_t i = 0; i < edges[e].count; i++) {
            if (!depth_fits(model_root(d->model)->all[edges[e].list[i]->number], depth + 1, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool cycle_free(DmnInvocable *d, int depth, Err *err)
{
    if (d->mark == MARK_DONE) {
        return true;
    }
    if (d->mark == MARK_OPEN) {
        return err_set(err, MODEL_BROKEN, "%.*s line %d: \"%.*s\" requires itself", STR_ARG(d->model->path), d->line,
                       STR_ARG(d->name));
    }
    d->mark = MARK_OPEN;
    for (size_t i = 0; i < d->need_count; i++) {
        if (!cycle_free(model_root(d->model)->all[d->needs[i]->number], depth + 1, err)) {
            return false;
        }
    }
    d->mark = MARK_DONE;
    return true;
}

/* ---- Scopes ---------------------------------------------------------------------------------------------------- */

/* The import of d's model through which `other` is reached, or NULL for the model itself (and imports without name). */
static const Import *import_of(const DmnInvocable *d, const DmnInvocable *other)
{
    for (const DmnModel *m = other->model; m != NULL && m != d->model; m = m->parent) {
        for (size_t i = 0; i < d->model->import_count; i++) {
            if (d->model->imports[i].model == m) {
                return d->model->imports[i].name.len > 0 ? &d->model->imports[i] : NULL;
            }
        }
    }
    return NULL;
}

static void slot_add(DmnInvocable *d, const DmnInvocable *other)
{
    const Import *im = import_of(d, other);
    Str name = im != NULL ? im->name : other->variable;
    for (size_t i = 0; i < d->slot_count; i++) {
        Slot *s = &d->slots[i];
        if (str_eq(s->name, name) && s->through_import && im != NULL) {
            const DmnInvocable **grown = ARENA_ARRAY(d->model->a, const DmnInvocable *, s->count + 1);
            for (size_t j = 0; j < s->count; j++) {
                grown[j] = s->nodes[j];
            }
            grown[s->count++] = other;
            s->nodes = grown;
            return;
        }
    }
    Slot *s = &d->slots[d->slot_count++];
    s->name = name;
    s->through_import = im != NULL;
    s->nodes = ARENA_ARRAY(d->model->a, const DmnInvocable *, 1);
    s->nodes[0] = other;
    s->count = 1;
}

static const FeelType *slot_type(Arena *a, const Slot *s)
{
    if (!s->through_import) {
        return s->nodes[0]->seen;
    }
    FeelMember *members = ARENA_ARRAY(a, FeelMember, s->count);
    for (size_t i = 0; i < s->count; i++) {
        const FeelType *t = s->nodes[i]->seen;
        members[i] = (FeelMember){s->nodes[i]->variable, t != NULL ? t : feel_type_any()};
    }
    return feel_type_context(a, members, s->count);
}

static void logic_build(DmnInvocable *d);

static void build_first(const DmnInvocable *d)
{
    logic_build(model_root(d->model)->all[d->number]);
}

/* Whether a text below n holds the word. */
static bool mentioned(const XmlNode *n, Str word)
{
    for (const XmlNode *c = n->first; c != NULL; c = c->next) {
        if (c->kind == XML_TEXT ? str_find(c->text, word, 0) != SIZE_MAX : mentioned(c, word)) {
            return true;
        }
    }
    return false;
}

/* A knowledge model may call itself without a requirement; one named like a built-in function calls that one. */
static bool may_call_itself(const DmnInvocable *d)
{
    return d->kind == DMN_KNOWLEDGE && d->variable.len > 0 && feel_builtin(d->variable).kind != FEEL_FUNCTION &&
           mentioned(d->xml, d->variable);
}

static FeelScope *scope_build(DmnInvocable *d)
{
    Arena *a = d->model->a;
    bool calls_itself = may_call_itself(d);
    FeelScope *s = feel_scope_new(a, d->model->types_scope);
    d->slots = ARENA_ARRAY(a, Slot, d->need_count + d->know_count + 1);
    for (size_t i = 0; i < d->need_count; i++) {
        build_first(d->needs[i]);
        slot_add(d, d->needs[i]);
    }
    for (size_t i = 0; i < d->know_count; i++) {
        build_first(d->knows[i]);
        slot_add(d, d->knows[i]);
        calls_itself = calls_itself && d->knows[i] != d;
    }
    if (calls_itself) {
        slot_add(d, d);
    }
    bool direct = true;
    uint32_t *numbers = ARENA_ARRAY(a, uint32_t, d->slot_count);
    for (size_t i = 0; i < d->slot_count; i++) {
        const Slot *slot = &d->slots[i];
        feel_scope_add(s, slot->name, slot_type(a, slot));
        numbers[i] = (uint32_t)slot->nodes[0]->number;
        direct = direct && !slot->through_import &&
                 (slot->nodes[0]->kind == NODE_INPUT || slot->nodes[0]->kind == DMN_DECISION);
    }
    d->direct = direct ? numbers : NULL;
    return s;
}

static const DType *result_type(const DmnInvocable *d)
{
    return d->type->result != NULL ? d->type->result : d->type;
}

static void function_type(DmnInvocable *d)
{
    Arena *a = d->model->a;
    const FeelType **params = ARENA_ARRAY(a, const FeelType *, d->param_count);
    for (size_t i = 0; i < d->param_count; i++) {
        const DType *t = d->params[i].type;
        params[i] = type_is_any(t) || t->feel == NULL ? feel_type_any() : t->feel;
    }
    const DType *result = result_type(d);
    if (type_is_any(result) && d->logic != NULL && !type_is_any(d->logic->type)) {
        result = d->logic->type;
    }
    d->seen = feel_type_function(a, params, d->param_count,
                                 type_is_any(result) || result->feel == NULL ? feel_type_any() : result->feel);
}

static void knowledge_build(DmnInvocable *d, Build *b, FeelScope *scope)
{
    const XmlNode *logic = xml_child(d->xml, "encapsulatedLogic");
    if (logic == NULL) {
        return;
    }
    Str kind = xml_attr(logic, "kind");
    size_t i = 0;
    d->params = ARENA_ARRAY(d->model->a, ExprPart, xml_count(logic, "formalParameter"));
    FeelScope *inner = feel_scope_new(d->model->a, scope);
    for (const XmlNode *p = xml_child(logic, "formalParameter"); p != NULL; p = xml_next_same(p)) {
        ExprPart *param = &d->params[i++];
        param->name = str_trim(xml_attr(p, "name"));
        param->type = type_find(d->model, xml_attr(p, "typeRef"), d->name, p->line);
        param->slot = feel_scope_add(inner, param->name, param->type->feel);
    }
    d->param_count = i;
    if (kind.len > 0 && !str_eq_c(kind, "FEEL")) { /* the whole function is one literal of another language */
        XmlNode wrap = *logic, parent = {.kind = XML_ELEMENT, .first = &wrap, .last = &wrap};
        wrap.next = NULL;
        d->logic = expr_read(b, &parent, scope);
        d->external = feel_bool(true);
    } else {
        d->logic = expr_read(b, logic, inner);
        b->frame = feel_scope_size(inner) > b->frame ? feel_scope_size(inner) : b->frame;
    }
}

static void logic_build(DmnInvocable *d)
{
    if (d->built) {
        return;
    }
    d->built = 1;
    if (d->kind == NODE_INPUT) {
        return;
    }
    if (d->kind == DMN_SERVICE) {
        for (size_t i = 0; i < d->output_count; i++) {
            build_first(d->outputs[i]);
        }
        function_type(d);
        return;
    }
    FeelScope *scope = scope_build(d);
    Build b = {.m = d->model, .node = d, .owner = d->name, .frame = feel_scope_size(scope), .self = -1};
    if (d->kind == DMN_KNOWLEDGE) {
        knowledge_build(d, &b, scope);
        function_type(d);
    } else {
        d->logic = expr_read(&b, d->xml, scope);
        if (type_is_any(d->type) && d->logic != NULL) {
            d->seen = expr_type(d->model->a, d->logic);
        }
    }
    d->frame = b.frame;
}

/* ---- Order ----------------------------------------------------------------------------------------------------- */

typedef struct {
    DmnModel *root;
    const DmnInvocable **list;
    size_t count;
    uint32_t *seen; /* by number: the round in which it was seen */
    uint32_t round;
} Order;

static void order_visit(Order *o, const DmnInvocable *d)
{
    if (o->seen[d->number] == o->round) {
        return;
    }
    o->seen[d->number] = o->round;
    for (size_t i = 0; i < d->need_count; i++) {
        order_visit(o, d->needs[i]);
    }
    o->list[o->count++] = d;
}

static void input_add(DmnInvocable *d, const DmnInvocable *in)
{
    DmnInput *input = &d->inputs[d->input_count++];
    input->name = in->variable;
    input->type = in->type->feel;
    input->allowed = in->type->collection ? NULL : in->type->allowed;
    input->type_name = in->type_name;
}

static void plan_build(Order *o, DmnInvocable *d)
{
    Arena *a = d->model->a;
    o->round++;
    o->count = 0;
    d->is_top = d->model->parent == NULL;
    if (d->kind == DMN_DECISION) {
        order_visit(o, d);
    }
    for (size_t i = 0; i < d->param_count && d->kind == DMN_SERVICE; i++) {
        o->seen[d->param_nodes[i]->number] = o->round; /* given, not evaluated */
    }
    for (size_t i = 0; i < d->output_count; i++) {
        order_visit(o, d->outputs[i]);
    }
    d->plan = ARENA_ARRAY(a, const DmnInvocable *, o->count);
    d->inputs = ARENA_ARRAY(a, DmnInput, o->count + d->param_count);
    for (size_t i = 0; i < o->count; i++) {
        d->plan[d->plan_count++] = o->list[i];
        d->plan_frames += (size_t)o->list[i]->frame;
        d->plan_steps += o->list[i]->kind == DMN_DECISION;
        if (o->list[i]->kind == NODE_INPUT && d->kind == DMN_DECISION) {
            input_add(d, o->list[i]);
        }
    }
    for (size_t i = 0; i < d->param_count; i++) {
        const DType *t = d->params[i].type;
        d->inputs[d->input_count++] =
            (DmnInput){d->params[i].name, t != NULL ? t->feel : NULL, t != NULL && !t->collection ? t->allowed : NULL,
                       t != NULL ? t->name : STR("")};
    }
    d->quick = d->model->loader->plain ? NULL : quick_build(a, d);
}

bool graph_build(DmnModel *root, Err *err)
{
    for (size_t i = 0; i < root->total; i++) {
        DmnInvocable *d = root->all[i];
        if (d->kind == DMN_SERVICE) {
            service_read(d);
        } else if (d->kind == DMN_DECISION || d->kind == DMN_KNOWLEDGE) {
            requirements_read(d, d->xml);
        }
    }
    for (size_t i = 0; i < root->total; i++) {
        if (!depth_fits(root->all[i], 0, err) || !cycle_free(root->all[i], 0, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < root->total; i++) {
        logic_build(root->all[i]);
    }
    Order o = {.root = root,
               .list = ARENA_ARRAY(root->a, const DmnInvocable *, root->total),
               .seen = ARENA_ARRAY(root->a, uint32_t, root->total)};
    for (size_t i = 0; i < root->total; i++) {
        plan_build(&o, root->all[i]);
    }
    return true;
}
