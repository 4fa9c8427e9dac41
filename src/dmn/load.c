/* load.c: sources → models with their imports, elements and types. What the elements require is in graph.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const model_namespaces[] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd", /* 1.1 */
    "http://www.omg.org/spec/DMN/20180521/MODEL/",  /* 1.2 */
    "https://www.omg.org/spec/DMN/20191111/MODEL/", /* 1.3 */
    "https://www.omg.org/spec/DMN/20211108/MODEL/", /* 1.4 */
    "https://www.omg.org/spec/DMN/20230324/MODEL/", /* 1.5 */
};

bool dmn_is_model_ns(Str ns)
{
    for (size_t i = 0; i < COUNT_OF(model_namespaces); i++) {
        if (str_eq_c(ns, model_namespaces[i])) {
            return true;
        }
    }
    return false;
}

DmnModel *model_root(DmnModel *m)
{
    return m->loader->root;
}

void problem_add(DmnModel *m, Str element, int line, const char *format, ...)
{
    DmnModel *root = model_root(m);
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check_that(len >= 0);
    if (root->problem_count == root->problem_cap) {
        size_t cap = root->problem_cap > 0 ? root->problem_cap * 2 : 16;
        root->problems =
            arena_grow(root->a, root->problems, root->problem_cap * sizeof(DmnProblem), cap * sizeof(DmnProblem));
        root->problem_cap = cap;
    }
    DmnProblem *p = &root->problems[root->problem_count++];
    p->element = element;
    p->line = line;
    p->message =
        m == root ? str_copy(root->a, str_from_c(text)) : str_printf(root->a, "%.*s: %s", STR_ARG(m->path), text);
}

static void all_add(Loader *l, DmnInvocable *d)
{
    DmnModel *root = l->root;
    if (root->total == l->all_cap) {
        size_t cap = l->all_cap > 0 ? l->all_cap * 2 : 64;
        root->all = arena_grow(l->a, root->all, l->all_cap * sizeof(DmnInvocable *), cap * sizeof(DmnInvocable *));
        l->all_cap = cap;
    }
    d->number = root->total;
    root->all[root->total++] = d;
}

static const struct {
    const char *element;
    int kind;
} element_kinds[] = {
    {"inputData", NODE_INPUT},
    {"decision", DMN_DECISION},
    {"businessKnowledgeModel", DMN_KNOWLEDGE},
    {"decisionService", DMN_SERVICE},
};

static int element_kind(const DmnModel *m, const XmlNode *n)
{
    for (size_t i = 0; i < COUNT_OF(element_kinds); i++) {
        if (xml_is(n, element_kinds[i].element) && str_eq(n->ns, m->root->ns)) {
            return element_kinds[i].kind;
        }
    }
    return 0;
}

static DmnInvocable *element_read(DmnModel *m, const XmlNode *n, int kind)
{
    DmnInvocable *d = ARENA_NEW(m->a, DmnInvocable);
    const XmlNode *variable = xml_child(n, "variable");
    d->kind = kind;
    d->model = m;
    d->xml = n;
    d->line = n->line;
    d->name = str_trim(xml_attr(n, "name"));
    d->id = xml_attr(n, "id").len > 0 ? xml_attr(n, "id") : d->name;
    d->variable = variable != NULL && xml_has_attr(variable, "name") ? str_trim(xml_attr(variable, "name")) : d->name;
    d->type_name = variable != NULL ? str_trim(xml_attr(variable, "typeRef")) : STR("");
    d->type = type_find(m, d->type_name, d->name, variable != NULL ? variable->line : n->line);
    d->seen = kind == DMN_KNOWLEDGE || kind == DMN_SERVICE ? NULL : d->type->feel; /* a function's, once it is built */
    if (d->variable.len == 0) {
        problem_add(m, d->id, d->line, "an element has no name");
    }
    if (map_get(&m->ids, d->id) != NULL) {
        problem_add(m, d->id, d->line, "the id \"%.*s\" is used twice", STR_ARG(d->id));
    } else {
        map_set(&m->ids, d->id, d);
    }
    return d;
}

static void elements_read(DmnModel *m)
{
    size_t count = 0;
    for (const XmlNode *n = xml_first(m->root); n != NULL; n = xml_next(n)) {
        count += element_kind(m, n) != 0;
    }
    m->nodes = ARENA_ARRAY(m->a, DmnInvocable *, count);
    for (const XmlNode *n = xml_first(m->root); n != NULL; n = xml_next(n)) {
        int kind = element_kind(m, n);
        if (kind != 0) {
            DmnInvocable *d = element_read(m, n, kind);
            m->nodes[m->node_count++] = d;
            all_add(m->loader, d);
        }
    }
}

static bool root_parse(Loader *l, size_t index, Err *err)
{
    if (l->roots[index] != NULL) {
        return true;
    }
    const DmnSource *s = &l->sources[index];
    XmlNode *root = NULL;
    if (!xml_read(l->a, s->path, s->xml, &root, err)) {
        return false;
    }
    if (!xml_is(root, "definitions") || !dmn_is_model_ns(root->ns)) {
        return err_set(err, MODEL_BROKEN,
                       "%.*s line %d: this is no DMN model of version 1.1 to 1.5 (namespace \"%.*s\")",
                       STR_ARG(s->path), root->line, STR_ARG(root->ns));
    }
    l->roots[index] = root;
    return true;
}

static bool model_read(Loader *l, size_t index, DmnModel *parent, Str import_name, DmnModel **ret, Err *err);

/* The source of a namespace, or SIZE_MAX. Sources that are no models are passed over. */
static size_t source_find(Loader *l, Str ns, Str location)
{
    for (size_t i = 0; i < l->count; i++) {
        Err ignored;
        if (root_parse(l, i, &ignored) && str_eq(str_trim(xml_attr(l->roots[i], "namespace")), ns)) {
            return i;
        }
    }
    for (size_t i = 0; i < l->count && location.len > 0; i++) {
        if (l->roots[i] != NULL && str_ends(l->sources[i].path, location)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool imports_read(Loader *l, DmnModel *m, Err *err)
{
    m->imports = ARENA_ARRAY(m->a, Import, xml_count(m->root, "import"));
    for (const XmlNode *n = xml_child(m->root, "import"); n != NULL; n = xml_next_same(n)) {
        Str type = xml_attr(n, "importType"), ns = str_trim(xml_attr(n, "namespace"));
        if (type.len > 0 && !dmn_is_model_ns(type) && str_find(type, STR("/DMN/"), 0) == SIZE_MAX) {
            problem_add(m, ns, n->line, "imports of type \"%.*s\" are not read", STR_ARG(type));
            continue;
        }
        size_t index = source_find(l, ns, xml_attr(n, "locationURI"));
        if (index == SIZE_MAX) {
            return err_set(err, MODEL_BROKEN, "%.*s line %d: no model with namespace \"%.*s\" was given to import",
                           STR_ARG(m->path), n->line, STR_ARG(ns));
        }
        for (const DmnModel *up = m; up != NULL; up = up->parent) {
            if (up->root == l->roots[index]) {
                return err_set(err, MODEL_BROKEN, "%.*s line %d: the model imports itself", STR_ARG(m->path), n->line);
            }
        }
        if (m->depth + 1 > DMN_IMPORT_DEPTH || l->instance_count >= DMN_INSTANCES) {
            return err_set(err, TOO_DEEP, "%.*s line %d: too many imports", STR_ARG(m->path), n->line);
        }
        Import *im = &m->imports[m->import_count];
        im->name = str_trim(xml_attr(n, "name"));
        if (!model_read(l, index, m, im->name, &im->model, err)) {
            return false;
        }
        m->import_count++;
    }
    return true;
}

static bool model_read(Loader *l, size_t index, DmnModel *parent, Str import_name, DmnModel **ret, Err *err)
{
    if (!root_parse(l, index, err)) {
        return false;
    }
    DmnModel *m = ARENA_NEW(l->a, DmnModel);
    m->a = l->a;
    m->loader = l;
    m->root = l->roots[index];
    m->path = l->sources[index].path;
    m->ns = str_trim(xml_attr(m->root, "namespace"));
    m->name = str_trim(xml_attr(m->root, "name"));
    m->parent = parent;
    m->import_name = import_name;
    m->depth = parent != NULL ? parent->depth + 1 : 0;
    m->types.arena = m->ids.arena = l->a;
    m->types_scope = feel_scope_new(l->a, NULL);
    if (parent == NULL) {
        l->root = m;
    }
    l->instances[l->instance_count++] = m;
    if (!imports_read(l, m, err)) {
        return false;
    }
    types_read(m);
    elements_read(m);
    *ret = m;
    return true;
}

bool dmn_load(Arena *a, const DmnSource *sources, size_t count, DmnModel **ret, Err *err)
{
    return model_load(a, sources, count, false, ret, err);
}

/* plain: without column index, so that both ways can be compared. */
bool model_load(Arena *a, const DmnSource *sources, size_t count, bool plain, DmnModel **ret, Err *err)
{
    if (count == 0) {
        return err_set(err, MODEL_BROKEN, "no model was given");
    }
    Loader *l = ARENA_NEW(a, Loader);
    DmnModel *m = NULL;
    l->a = a;
    l->sources = sources;
    l->count = count;
    l->roots = ARENA_ARRAY(a, XmlNode *, count);
    l->instances = ARENA_ARRAY(a, DmnModel *, DMN_INSTANCES + 1);
    l->plain = plain;
    Arena *scratch = arena_new(0);
    l->run = feel_run_new(scratch, (FeelLimits){.steps = UINT64_MAX / 2}, (Instant){0});
    bool ok = model_read(l, 0, NULL, STR(""), &m, err) && graph_build(m, err);
    l->run = NULL;
    arena_free(scratch);
    if (ok) {
        *ret = m;
    }
    return ok;
}

/* ---- Asking ---------------------------------------------------------------------------------------------------- */

Str dmn_name(const DmnModel *m)
{
    return m->name;
}

size_t dmn_problems(const DmnModel *m, const DmnProblem **ret)
{
    *ret = m->problems;
    return m->problem_count;
}

const DmnInvocable *dmn_find(const DmnModel *m, DmnKind kind, Str name)
{
    if (m == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < m->node_count; i++) {
        if (m->nodes[i]->kind == (int)kind && str_eq(m->nodes[i]->name, name)) {
            return m->nodes[i];
        }
    }
    const DmnInvocable *d = map_get(&m->ids, name);
    return d != NULL && d->kind == (int)kind ? d : NULL;
}

const DmnInvocable *dmn_find_within(const DmnModel *m, Str ns, DmnKind kind, Str name)
{
    const DmnInvocable *d = ns.len == 0 || str_eq(m->ns, ns) ? dmn_find(m, kind, name) : NULL;
    for (size_t i = 0; i < m->import_count && d == NULL; i++) {
        const Import *im = &m->imports[i];
        size_t prefix = im->name.len + 1;
        bool prefixed = name.len > prefix && str_starts(name, im->name) && name.ptr[prefix - 1] == '.';
        d = dmn_find_within(im->model, ns, kind, prefixed ? str_sub(name, prefix, name.len) : name);
    }
    return d;
}

size_t dmn_count(const DmnModel *m, DmnKind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < m->node_count; i++) {
        count += m->nodes[i]->kind == (int)kind;
    }
    return count;
}

const DmnInvocable *dmn_at(const DmnModel *m, DmnKind kind, size_t index)
{
    for (size_t i = 0; i < m->node_count; i++) {
        if (m->nodes[i]->kind == (int)kind && index-- == 0) {
            return m->nodes[i];
        }
    }
    return NULL;
}

Str dmn_invocable_name(const DmnInvocable *d)
{
    return d->name;
}

Str dmn_invocable_id(const DmnInvocable *d)
{
    return d->id;
}

size_t dmn_inputs(const DmnInvocable *d, const DmnInput **ret)
{
    *ret = d->inputs;
    return d->input_count;
}
