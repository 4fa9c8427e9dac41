/* table.c: XML of decision tables → tables with compiled cells. Evaluation is in table_eval.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index_int.h"

static const struct {
    const char *name; /* as the standard writes it */
    Hit hit;
} policies[] = {
    {"UNIQUE", HIT_UNIQUE},         {"ANY", HIT_ANY},
    {"PRIORITY", HIT_PRIORITY},     {"FIRST", HIT_FIRST},
    {"RULE ORDER", HIT_RULE_ORDER}, {"OUTPUT ORDER", HIT_OUTPUT_ORDER},
    {"COLLECT", HIT_COLLECT},       {"COLLECT SUM", HIT_SUM},
    {"COLLECT MIN", HIT_MIN},       {"COLLECT MAX", HIT_MAX},
    {"COLLECT COUNT", HIT_COUNT},
};

Str hit_name(Hit hit)
{
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        if (policies[i].hit == hit) {
            return str_from_c(policies[i].name);
        }
    }
    return STR("");
}

static Hit hit_read(Build *b, const XmlNode *n)
{
    Str name = str_trim(xml_attr(n, "hitPolicy")), aggregation = str_trim(xml_attr(n, "aggregation"));
    if (name.len == 0) {
        name = STR("UNIQUE");
    }
    if (str_eq_c(name, "COLLECT") && aggregation.len > 0) {
        name = str_printf(b->m->a, "COLLECT %.*s", STR_ARG(aggregation));
    }
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        if (str_eq_c(name, policies[i].name)) {
            return policies[i].hit;
        }
    }
    problem_add(b->m, b->owner, n->line, "there is no hit policy \"%.*s\"; UNIQUE is used", STR_ARG(name));
    return HIT_UNIQUE;
}

static const FeelCode *tests_compile(Build *b, FeelScope *scope, Str text, int line, Str *ret_problem)
{
    Err err = {0};
    const FeelCode *code = NULL;
    if (!feel_compile_tests(b->m->a, scope, text.len > 0 ? text : STR("-"), &code, &err)) {
        *ret_problem = str_copy(b->m->a, str_from_c(err.text));
        problem_add(b->m, b->owner, line, "%.*s: %s", STR_ARG(str_sub(text, 0, 60)), err.text);
        return NULL;
    }
    return code;
}

static Str text_of(Build *b, const XmlNode *n)
{
    return n != NULL ? str_trim(xml_text(b->m->a, xml_child(n, "text"))) : STR("");
}

static const DmnInvocable *element_named(const DmnInvocable *d, Str name)
{
    for (size_t i = 0; i < d->slot_count; i++) {
        if (!d->slots[i].through_import && str_eq(d->slots[i].name, name)) {
            return d->slots[i].nodes[0];
        }
    }
    return NULL;
}

/* The slot, if the whole expression is one name. */
static int slot_read(const FeelScope *scope, const TableInput *in)
{
    size_t count = 0;
    const int *reads = in->code != NULL ? feel_code_reads(in->code, &count) : NULL;
    int slot = feel_scope_find(scope, in->text);
    return count == 1 && slot >= 0 && reads[0] == slot ? slot : -1;
}

static void input_read(Build *b, const XmlNode *n, FeelScope *scope, TableInput *in)
{
    const XmlNode *expression = xml_child(n, "inputExpression");
    Expr e = {.line = n->line};
    Str ignored;
    in->line = n->line;
    in->text = text_of(b, expression);
    in->label = xml_attr(n, "label").len > 0 ? xml_attr(n, "label") : in->text;
    in->type_name = expression != NULL ? str_trim(xml_attr(expression, "typeRef")) : STR("");
    in->type = build_type(b, expression);
    build_literal(b, scope, in->text, &e);
    in->scope = scope;
    in->code = e.code;
    in->problem = e.problem;
    in->named = element_named(b->node, in->text);
    in->slot = slot_read(scope, in);
    if (in->named != NULL &&
        (in->slot < 0 || in->slot >= (int)b->node->slot_count || b->node->slots[in->slot].nodes[0] != in->named)) {
        in->named = NULL; /* something nearer has the same name */
    }
    in->values_text = text_of(b, xml_child(n, "inputValues"));
    if (in->values_text.len > 0) {
        in->values = tests_compile(b, scope, in->values_text, n->line, &ignored);
    }
    bool same = type_is_any(in->type) ||
                (in->named != NULL && (in->type == in->named->type ||
                                       (in->type->simple != 0 && in->type->simple == in->named->type->simple)));
    in->direct = in->slot >= 0 && in->values_text.len == 0 && same;
}

/* Where the values of all inputs stand in the frame, if none of them needs a check. */
static const uint32_t *slots_of(Arena *a, const Table *t)
{
    uint32_t *slots = ARENA_ARRAY(a, uint32_t, t->input_count);
    for (size_t i = 0; i < t->input_count; i++) {
        if (!t->inputs[i].direct) {
            return NULL;
        }
        slots[i] = (uint32_t)t->inputs[i].slot;
    }
    return slots;
}

/* The end of one output value in a list of them: the next comma outside quotes and brackets. */
static size_t value_end(Str s, size_t from)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = from; i < s.len; i++) {
        char c = s.ptr[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '(' || c == '[' || c == '{') {
            depth++;
        } else if (c == ')' || c == ']' || c == '}') {
            depth--;
        } else if (c == ',' && depth == 0) {
            return i;
        }
    }
    return s.len;
}

static void ranks_read(Build *b, FeelScope *scope, TableOutput *out)
{
    Str text = out->values_text, ignored;
    size_t count = 0, i = 0;
    for (size_t at = 0; at < text.len; at = value_end(text, at) + 1) {
        count++;
    }
    const FeelCode **ranks = ARENA_ARRAY(b->m->a, const FeelCode *, count);
    for (size_t at = 0; at < text.len; at = value_end(text, at) + 1) {
        Str one = str_trim(str_sub(text, at, value_end(text, at)));
        ranks[i++] = tests_compile(b, scope, one, out->line, &ignored);
    }
    out->ranks = ranks;
    out->rank_count = count;
}

static void output_read(Build *b, const XmlNode *n, FeelScope *scope, TableOutput *out)
{
    const XmlNode *otherwise = xml_child(n, "defaultOutputEntry");
    Str ignored;
    out->line = n->line;
    out->name = str_trim(xml_attr(n, "name"));
    out->label = xml_attr(n, "label").len > 0 ? xml_attr(n, "label") : out->name;
    out->type_name = str_trim(xml_attr(n, "typeRef"));
    out->type = build_type(b, n);
    out->values_text = text_of(b, xml_child(n, "outputValues"));
    if (out->values_text.len > 0) {
        out->values = tests_compile(b, scope, out->values_text, n->line, &ignored);
    } else if (out->type != NULL) {
        out->values_text = out->type->allowed_text;
    }
    ranks_read(b, scope, out);
    if (otherwise != NULL && text_of(b, otherwise).len > 0) {
        Expr *e = ARENA_NEW(b->m->a, Expr);
        e->line = otherwise->line;
        build_literal(b, scope, xml_text(b->m->a, xml_child(otherwise, "text")), e);
        out->otherwise = e;
    }
}

static void out_cell_read(Build *b, const XmlNode *n, FeelScope *scope, const TableOutput *out, TableCell *cell)
{
    cell->line = n->line;
    cell->text = text_of(b, n);
    cell->is_constant = true; /* an empty cell is null */
    if (cell->text.len > 0 && !str_eq_c(cell->text, "-")) {
        Expr e = {.line = n->line};
        build_literal(b, scope, cell->text, &e);
        cell->code = e.code;
        cell->problem = e.problem;
        cell->is_constant = e.code != NULL && feel_code_constant(e.code, &cell->constant);
    }
    if (cell->is_constant) {
        FeelRun *run = b->m->loader->run;
        cell->is_checked = type_is_any(out->type) || cell->constant.kind == FEEL_NULL ||
                           feel_same(type_check(run, cell->constant, out->type, out->name), cell->constant);
        feel_run_reset(run);
    }
}

static bool reads_slots(const FeelCode *code)
{
    size_t count = 0;
    feel_code_reads(code, &count);
    return count > 0;
}

static uint32_t *ranks_of(Build *b, const Table *t, const Value *outputs)
{
    uint32_t *ranks = ARENA_ARRAY(b->m->a, uint32_t, t->output_count);
    for (size_t o = 0; o < t->output_count; o++) {
        const TableOutput *out = &t->outputs[o];
        while (ranks[o] < out->rank_count) {
            const FeelCode *rank = out->ranks[ranks[o]];
            if (rank != NULL && reads_slots(rank)) {
                return NULL; /* depends on the facts */
            }
            if (rank != NULL && feel_is_true(feel_test(b->m->loader->run, rank, NULL, outputs[o]))) {
                break;
            }
            ranks[o]++;
        }
    }
    return ranks;
}

/* What a rule gives, where that is known beforehand. */
static void constants_join(Build *b, const Table *t, TableRule *rule)
{
    Value *constants = ARENA_ARRAY(b->m->a, Value, t->output_count);
    FeelEntry *entries = ARENA_ARRAY(b->m->a, FeelEntry, t->output_count);
    for (size_t o = 0; o < t->output_count; o++) {
        if (!rule->out[o].is_constant || !rule->out[o].is_checked) {
            return;
        }
        constants[o] = rule->out[o].constant;
        entries[o] = (FeelEntry){t->outputs[o].name, constants[o]};
    }
    rule->constants = constants;
    rule->entries = entries;
    rule->ranks = ranks_of(b, t, constants);
    rule->fired =
        (DmnRuleTrace){.rule = &rule->shown, .fired = true, .outputs = entries, .output_count = t->output_count};
    rule->joined = t->output_count == 1 ? constants[0] : feel_context(entries, t->output_count);
}

static void annotations_read(Build *b, const XmlNode *n, const Table *t, TableRule *rule)
{
    size_t i = 0;
    rule->annotations = ARENA_ARRAY(b->m->a, FeelEntry, xml_count(n, "annotationEntry") + 1);
    for (const XmlNode *c = xml_child(n, "annotationEntry"); c != NULL; c = xml_next_same(c)) {
        Str name = i < t->annotation_count ? t->annotations[i] : str_printf(b->m->a, "annotation %zu", i + 1);
        rule->annotations[i++] = (FeelEntry){name, feel_str(text_of(b, c))};
    }
    rule->description = str_trim(xml_text(b->m->a, xml_child(n, "description")));
    if (rule->description.len > 0) {
        rule->annotations[i++] = (FeelEntry){STR("description"), feel_str(rule->description)};
    }
    rule->annotation_count = i;
}

static void rule_show(Arena *a, const Table *t, TableRule *rule, size_t index)
{
    DmnCell *cells = ARENA_ARRAY(a, DmnCell, t->input_count);
    for (size_t i = 0; i < t->input_count; i++) {
        cells[i] = (DmnCell){t->inputs[i].label.len ? t->inputs[i].label : t->inputs[i].text, rule->in[i].text};
    }
    rule->shown = (DmnRule){rule->id, (int)index + 1, cells, t->input_count, rule->annotations, rule->annotation_count};
}

static void rule_read(Build *b, const XmlNode *n, FeelScope *scope, Table *t, size_t index)
{
    TableRule *rule = &t->rules[index];
    size_t i = 0, o = 0;
    rule->line = n->line;
    rule->id = xml_attr(n, "id").len > 0 ? xml_attr(n, "id") : str_printf(b->m->a, "r%zu", index + 1);
    rule->in = ARENA_ARRAY(b->m->a, TableCell, t->input_count);
    rule->out = ARENA_ARRAY(b->m->a, TableCell, t->output_count);
    for (const XmlNode *c = xml_child(n, "inputEntry"); c != NULL && i < t->input_count; c = xml_next_same(c)) {
        TableCell *cell = &rule->in[i++];
        cell->line = c->line;
        cell->text = text_of(b, c).len > 0 ? text_of(b, c) : STR("-");
        cell->code = tests_compile(b, scope, cell->text, c->line, &cell->problem);
    }
    for (const XmlNode *c = xml_child(n, "outputEntry"); c != NULL && o < t->output_count; c = xml_next_same(c)) {
        out_cell_read(b, c, scope, &t->outputs[o], &rule->out[o]);
        o++;
    }
    if (i != t->input_count || o != t->output_count || xml_count(n, "inputEntry") > i ||
        xml_count(n, "outputEntry") > o) {
        problem_add(b->m, b->owner, n->line, "rule %.*s has %zu inputs and %zu outputs, the table %zu and %zu",
                    STR_ARG(rule->id), xml_count(n, "inputEntry"), xml_count(n, "outputEntry"), t->input_count,
                    t->output_count);
    }
    for (; i < t->input_count; i++) { /* a rule that is too short never applies */
        rule->in[i].problem = STR("the rule has no such cell");
        rule->in[i].line = n->line;
    }
    annotations_read(b, n, t, rule);
    rule_show(b->m->a, t, rule, index);
    if (o == t->output_count) {
        constants_join(b, t, rule);
    }
}

static size_t bounded(Build *b, const XmlNode *n, const char *what, size_t limit)
{
    size_t count = xml_count(n, what);
    if (count > limit) {
        problem_add(b->m, b->owner, n->line, "a table may have %zu %ss; the rest is ignored", limit, what);
    }
    return count < limit ? count : limit;
}

const Table *table_read(Build *b, const XmlNode *n, FeelScope *scope)
{
    Arena *a = b->m->a;
    Table *t = ARENA_NEW(a, Table);
    size_t i = 0;
    t->xml = n;
    t->id = xml_attr(n, "id");
    t->owner = b->owner;
    t->owner_id = b->node->id;
    t->line = n->line;
    t->hit = hit_read(b, n);
    t->hit_name = hit_name(t->hit);
    t->input_count = bounded(b, n, "input", DMN_TABLE_INPUTS);
    t->output_count = bounded(b, n, "output", DMN_TABLE_OUTPUTS);
    t->rule_count = xml_count(n, "rule");
    t->annotation_count = xml_count(n, "annotation");
    t->inputs = ARENA_ARRAY(a, TableInput, t->input_count);
    t->outputs = ARENA_ARRAY(a, TableOutput, t->output_count);
    t->rules = ARENA_ARRAY(a, TableRule, t->rule_count);
    t->annotations = ARENA_ARRAY(a, Str, t->annotation_count);
    for (const XmlNode *c = xml_child(n, "input"); c != NULL && i < t->input_count; c = xml_next_same(c)) {
        input_read(b, c, scope, &t->inputs[i++]);
    }
    i = 0;
    for (const XmlNode *c = xml_child(n, "output"); c != NULL && i < t->output_count; c = xml_next_same(c)) {
        output_read(b, c, scope, &t->outputs[i]);
        t->has_default |= t->outputs[i++].otherwise != NULL;
    }
    i = 0;
    for (const XmlNode *c = xml_child(n, "annotation"); c != NULL; c = xml_next_same(c)) {
        t->annotations[i++] = str_trim(xml_attr(c, "name"));
    }
    i = 0;
    t->all_constant = true;
    for (const XmlNode *c = xml_child(n, "rule"); c != NULL; c = xml_next_same(c), i++) {
        rule_read(b, c, scope, t, i);
        for (size_t o = 0; o < t->output_count; o++) {
            t->all_constant &= t->rules[i].out[o].is_constant;
        }
    }
    t->slots = slots_of(a, t);
    t->index = b->m->loader->plain ? NULL : index_build(a, b->m->loader->run, t);
    return t;
}
