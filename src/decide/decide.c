/* decide.c: see decide.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "decide.h"

enum { MAX_CHANGES = 12, MAX_INPUTS = 128 };

static const DmnInvocable *find_decision(const Scheme *s, Str model, Str name, Day day, const SchemeModel **ret_model,
                                         Err *err)
{
    const SchemeModel *m = scheme_model(s, model, day);
    if (m == NULL) {
        err_set(err, NOT_IN_FORCE, "No version of the decision model %.*s is in force on that day.", STR_ARG(model));
        return NULL;
    }
    const DmnInvocable *d = dmn_find(scheme_compiled(m), DMN_DECISION, name);
    if (d == NULL) {
        err_set(err, MODEL_BROKEN, "%.*s: no decision %.*s", STR_ARG(m->path), STR_ARG(name));
        return NULL;
    }
    *ret_model = m;
    return d;
}

/* ---- Grounds ---- */

static Str annotation(const DmnRuleTrace *trace, const char *name)
{
    const DmnRule *rule = trace->rule;
    for (size_t i = 0; i < rule->annotation_count; i++) {
        if (str_eq_c(rule->annotations[i].name, name)) {
            return feel_text(rule->annotations[i].value);
        }
    }
    return STR("");
}

/* Source letters are seen (L, N, P); M is from memory; "low" marks a weak source. */
bool decide_source_is_unverified(Str source)
{
    return str_find(source, STR("M"), 0) != SIZE_MAX || str_find(source, STR("low"), 0) != SIZE_MAX;
}

static const DmnRuleTrace *rule_that_gave(const DmnTrace *t, Str code)
{
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < t->steps[i].rule_count; k++) {
            const DmnRuleTrace *rule = &t->steps[i].rules[k];
            for (size_t o = 0; rule->fired && o < rule->output_count; o++) {
                if (str_eq(feel_text(rule->outputs[o].value), code)) {
                    return rule;
                }
            }
        }
    }
    return NULL;
}

static void add_ground(Arena *a, Decision *d, Str code)
{
    Ground *g = &d->grounds[d->ground_count++];
    g->code = str_copy(a, code);
    const DmnRuleTrace *rule = rule_that_gave(&d->trace, code);
    if (rule != NULL) {
        g->rule = rule->rule->id;
        g->cites = annotation(rule, "article");
        g->cites = g->cites.len ? g->cites : annotation(rule, "description");
        g->source = annotation(rule, "source");
        g->unverified = decide_source_is_unverified(g->source);
    }
}

static void collect_grounds(Arena *a, Decision *d)
{
    Value list = feel_get(d->result, STR("grounds"));
    size_t count = list.kind == FEEL_LIST ? list.len : list.kind == FEEL_STRING ? 1 : 0;
    d->grounds = ARENA_ARRAY(a, Ground, count + 1);
    for (size_t i = 0; i < count; i++) {
        Str code = feel_text(list.kind == FEEL_LIST ? feel_items(list)[i] : list);
        bool seen = false;
        for (size_t k = 0; k < d->ground_count; k++) {
            seen = seen || str_eq(d->grounds[k].code, code);
        }
        if (code.len > 0 && !seen) {
            add_ground(a, d, code);
        }
    }
}

static bool any_unverified(const DmnTrace *t)
{
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < t->steps[i].rule_count; k++) {
            const DmnRuleTrace *rule = &t->steps[i].rules[k];
            if (rule->fired && decide_source_is_unverified(annotation(rule, "source"))) {
                return true;
            }
        }
    }
    return false;
}

/* ---- Facts as they are told ---- */

/* A list of the scheme's own is not copied. */
static Json *facts_json(Arena *a, const Scheme *s, Value facts)
{
    const SchemeConstant *constants;
    size_t count = scheme_constants(s, &constants);
    Json *j = json_new_object(a);
    for (size_t i = 0; facts.kind == FEEL_CONTEXT && i < facts.len; i++) {
        const FeelEntry *e = &feel_entries(facts)[i];
        Json *told = NULL;
        for (size_t k = 0; k < count && e->value.kind == FEEL_LIST; k++) {
            bool same =
                e->value.len == constants[k].value.len && feel_items(e->value) == feel_items(constants[k].value);
            told = same ? (Json *)(uintptr_t)constants[k].json : told;
        }
        json_set(a, j, e->name, told != NULL ? told : feel_to_json(a, e->value));
    }
    return j;
}

Json *decision_kept_facts(Arena *a, const Scheme *s, const Json *facts, Json *named)
{
    const SchemeConstant *constants;
    size_t count = scheme_constants(s, &constants);
    Json *j = json_new_object(a);
    for (size_t i = 0; i < json_count(facts); i++) {
        Json *value = facts->members[i].value;
        for (size_t k = 0; k < count; k++) {
            if (facts->members[i].value == constants[k].json) {
                json_set(a, named, constants[k].sha256, value);
                value = json_new_object(a);
                json_set(a, value, STR("constant"), json_new_str(a, constants[k].sha256));
            }
        }
        json_set(a, j, facts->members[i].key, value);
    }
    return j;
}

/* ---- Deciding ---- */

static bool facts_are_known(const DmnInvocable *d, Value facts, const SchemeModel *m, Err *err)
{
    const DmnInput *inputs;
    size_t count = dmn_inputs(d, &inputs);
    for (size_t i = 0; facts.kind == FEEL_CONTEXT && i < facts.len; i++) {
        Str name = feel_entries(facts)[i].name;
        bool known = false;
        for (size_t k = 0; k < count && !known; k++) {
            known = str_eq(inputs[k].name, name);
        }
        if (!known) {
            return err_set(err, MODEL_BROKEN, "%.*s has no input %.*s", STR_ARG(m->path), STR_ARG(name));
        }
    }
    return true;
}

bool decide_takes(const Scheme *s, Str model, Str name, Day day, Str input)
{
    const SchemeModel *m;
    const DmnInput *inputs;
    Err none;
    const DmnInvocable *d = find_decision(s, model, name, day, &m, &none);
    size_t count = d ? dmn_inputs(d, &inputs) : 0;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(inputs[i].name, input)) {
            return true;
        }
    }
    return false;
}

static void judge(FeelRun *run, Decision *d)
{
    Arena *a = feel_run_arena(run);
    Err limit;
    d->outcome = feel_text(feel_get(d->result, STR("outcome")));
    if (feel_run_failed(run, &limit)) {
        d->outcome = STR("");
        d->trouble = str_copy(a, str_from_c(limit.text));
    }
    if (d->outcome.len == 0) {
        const Str *messages;
        size_t count = feel_run_messages(run, &messages);
        d->outcome = STR("cannot decide");
        if (d->trouble.len == 0) {
            d->trouble = count ? messages[0] : STR("the model gave no outcome");
        }
    }
    collect_grounds(a, d);
    d->unverified = any_unverified(&d->trace);
}

bool decide(FeelRun *run, const Scheme *s, Str model, Str name, Day day, Value facts, Decision *ret, Err *err)
{
    const SchemeModel *m;
    const DmnInvocable *d = find_decision(s, model, name, day, &m, err);
    return d != NULL && decide_with(run, s, m, name, day, facts, ret, err);
}

bool decide_with(FeelRun *run, const Scheme *s, const SchemeModel *m, Str name, Day day, Value facts, Decision *ret,
                 Err *err)
{
    const DmnInvocable *d = dmn_find(scheme_compiled(m), DMN_DECISION, name);
    if (d == NULL) {
        return err_set(err, MODEL_BROKEN, "%.*s: no decision %.*s", STR_ARG(m->path), STR_ARG(name));
    }
    if (!facts_are_known(d, facts, m, err)) {
        return false;
    }
    Arena *a = feel_run_arena(run);
    bool whole = ret->whole_trace;
    *ret = (Decision){
        .model = m, .decision = dmn_invocable_name(d), .day = day, .trace.all_rules = whole, .whole_trace = whole};
    ret->facts = facts_json(a, s, facts);
    ret->result = dmn_evaluate(run, d, facts, &ret->trace);
    judge(run, ret);
    return true;
}

/* What the scheme or the question itself says and no clerk need say again. */
static bool given_by_scheme(const Scheme *s, Str input, Day day, Value *ret)
{
    Value frame[SLOT_FIRST_READ];
    if (str_eq(input, STR("governing day"))) {
        *ret = feel_date(day);
        return true;
    }
    if (!str_eq(input, STR("holidays"))) {
        return false;
    }
    scheme_fill_frame(s, frame);
    *ret = frame[SLOT_HOLIDAYS];
    return true;
}

bool decide_facts(FeelRun *run, const Scheme *s, Str model, Str name, Day day, const Json *facts, Value *ret,
                  ErrList *faults, Err *err)
{
    const SchemeModel *m;
    const DmnInvocable *d = find_decision(s, model, name, day, &m, err);
    if (d == NULL) {
        return false;
    }
    if (facts != NULL && facts->kind != JSON_OBJECT && facts->kind != JSON_NULL) {
        return err_field(err, BAD_REQUEST, "facts", "The facts are an object: name → value.");
    }
    const DmnInput *inputs;
    size_t count = dmn_inputs(d, &inputs), n = 0, before = faults->count;
    FeelEntry *entries = ARENA_ARRAY(feel_run_arena(run), FeelEntry, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Json *j = json_get_str(facts, inputs[i].name);
        Value v = feel_null();
        Err fault;
        if (j == NULL && given_by_scheme(s, inputs[i].name, day, &v)) {
            entries[n++] = (FeelEntry){inputs[i].name, v};
            continue;
        }
        if (j != NULL && !feel_from_json(feel_run_arena(run), j, inputs[i].type, &v, &fault)) {
            err_field(&fault, FIELD_FORMAT, str_c(faults->arena, inputs[i].name),
                      "A value of the type %.*s is expected.", STR_ARG(inputs[i].type_name));
            err_list_add(faults, fault);
            continue;
        }
        entries[n++] = (FeelEntry){inputs[i].name, v};
    }
    for (size_t i = 0; i < json_count(facts); i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++) {
            known = known || str_eq(inputs[k].name, facts->members[i].key);
        }
        Err fault;
        if (!known && !err_field(&fault, FIELD_UNKNOWN, str_c(faults->arena, facts->members[i].key), "%s",
                                 err_plain(FIELD_UNKNOWN))) {
            err_list_add(faults, fault);
        }
    }
    *ret = feel_context(entries, n);
    return faults->count == before || err_set(err, BAD_REQUEST, "Some facts are not written as they must be.");
}

Str decide_top(Arena *a, Str model)
{
    char *p = arena_alloc(a, model.len + 1);
    for (size_t i = 0; i < model.len; i++) {
        p[i] = model.ptr[i] == '-' ? ' ' : model.ptr[i];
    }
    if (model.len > 0 && p[0] >= 'a' && p[0] <= 'z') {
        p[0] = (char)(p[0] - 'a' + 'A');
    }
    return (Str){p, model.len};
}

bool decision_is_granted(const Decision *d)
{
    return str_eq(d->outcome, STR("granted"));
}

/* ---- Forms of a decision ---- */

static Json *grounds_json(Arena *a, const Decision *d)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < d->ground_count; i++) {
        const Ground *g = &d->grounds[i];
        Json *j = json_new_object(a);
        json_set(a, j, STR("code"), json_new_str(a, g->code));
        json_set(a, j, STR("cites"), json_new_str(a, g->cites));
        json_set(a, j, STR("rule"), json_new_str(a, g->rule));
        if (g->unverified) {
            json_set(a, j, STR("unverified"), json_new_bool(a, true));
        }
        json_push(a, list, j);
    }
    return list;
}

static Json *fired_json(Arena *a, const DmnTrace *t)
{
    Json *list = json_new_array(a);
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < t->steps[i].rule_count; k++) {
            if (t->steps[i].rules[k].fired) {
                json_push(a, list,
                          json_new_str(a, str_printf(a, "%.*s/%.*s", STR_ARG(t->steps[i].decision),
                                                     STR_ARG(t->steps[i].rules[k].rule->id))));
            }
        }
    }
    return list;
}

Json *decision_proof(Arena *a, const Decision *d)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("model"), json_new_str(a, d->model->name));
    json_set(a, j, STR("model_from"), json_new_str(a, day_print(a, d->model->from)));
    json_set(a, j, STR("model_hash"), json_new_str(a, d->model->hash));
    json_set(a, j, STR("decision"), json_new_str(a, d->decision));
    json_set(a, j, STR("day"), json_new_str(a, day_print(a, d->day)));
    json_set(a, j, STR("outcome"), json_new_str(a, d->outcome));
    json_set(a, j, STR("grounds"), grounds_json(a, d));
    json_set(a, j, STR("fired"), fired_json(a, &d->trace));
    json_set(a, j, STR("result"), feel_to_json(a, d->result));
    json_set(a, j, STR("unverified"), json_new_bool(a, d->unverified));
    if (d->trouble.len > 0) {
        json_set(a, j, STR("trouble"), json_new_str(a, d->trouble));
    }
    return j;
}

Json *decision_tables(Arena *a, const Decision *d)
{
    return dmn_trace_json(a, &d->trace);
}

/* ---- What would change it ---- */

/* scheme.json: "changeable": {"<model>": ["input", …]} */
static size_t changeable_inputs(const Scheme *s, const Decision *d, const DmnInvocable *inv, Str *ret)
{
    const Json *listed = json_get_str(json_get(scheme_info(s), "changeable"), d->model->name);
    size_t n = 0;
    if (listed != NULL) {
        for (size_t i = 0; i < json_count(listed) && n < MAX_INPUTS; i++) {
            ret[n++] = json_text(listed->items[i]);
        }
        return n;
    }
    const DmnInput *inputs;
    size_t count = dmn_inputs(inv, &inputs);
    for (size_t i = 0; i < count && n < MAX_INPUTS; i++) {
        ret[n++] = inputs[i].name;
    }
    return n;
}

static Json *change_json(Arena *a, const DmnChange *c)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("input"), json_new_str(a, c->input));
    json_set(a, j, STR("from"), feel_to_json(a, c->from));
    json_set(a, j, STR("to"), feel_to_json(a, c->to));
    json_set(a, j, STR("by_waiting"), json_new_bool(a, c->by_waiting));
    json_set(a, j, STR("outcome"), json_new_str(a, feel_text(feel_get(c->outcome, STR("outcome")))));
    return j;
}

Json *decision_changes(FeelRun *run, const Scheme *s, const Decision *d, Str wanted)
{
    Arena *a = feel_run_arena(run);
    Json *list = json_new_array(a);
    const DmnInvocable *inv = dmn_find(scheme_compiled(d->model), DMN_DECISION, d->decision);
    const FeelCode *test;
    Err err;
    Buf text = buf_new(a, 4096);
    buf_add_c(&text, "?.outcome = ");
    json_write_text(&text, wanted);
    FeelScope *scope = feel_scope_new(a, NULL);
    if (!feel_compile_tests(a, scope, buf_str(&text), &test, &err)) {
        return list;
    }
    Value facts;
    ErrList faults = {.arena = a};
    if (!decide_facts(run, s, d->model->name, d->decision, d->day, d->facts, &facts, &faults, &err)) {
        return list;
    }
    Str names[MAX_INPUTS];
    DmnChange changes[MAX_CHANGES];
    size_t name_count = changeable_inputs(s, d, inv, names);
    size_t n = dmn_changes(run, inv, facts, test, names, name_count, changes, MAX_CHANGES);
    for (size_t i = 0; i < n; i++) {
        json_push(a, list, change_json(a, &changes[i]));
    }
    return list;
}
