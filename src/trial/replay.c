/* replay.c: every decision of the log again, in blocks by model version: under the version that was in force, then under the
 * draft. Rows wait by version until a block is full, so that memory does not grow with the log.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include "flow/constant.h"

enum { PIECE = 4096, BLOCK = 2048, MOST_DIFFERING = 1000 };

typedef struct {
    int64_t seq;
    Str case_id, step, model_hash;
    Day day;
    Json *facts;
    const Json *result;
    Str groups[MAX_BY];
} Row;

/* Decisions of one version of a model. */
typedef struct {
    const SchemeModel *in_force, *draft; /* NULL: none */
    const DmnInvocable *base, *next;
    Str model, name;
    TrialInputs *base_in, *next_in;
    Arena *a; /* of the rows that wait */
    Row *rows;
    size_t count, cap;
} Version;

typedef struct {
    Store *store;
    Arena *a;
    const TrialDraft *draft;
    FeelRun *run;
    TrialGroups groups;
    TrialReport report;
    Map versions;
    Json *named;    /* lists that facts name by their hash */
    Arena *scratch; /* of one event */
} Replay;

static void differs(Replay *r, const Row *row, const Json *now, const char *why)
{
    TrialReport *p = &r->report;
    if (p->differs->count >= MOST_DIFFERING) {
        return;
    }
    Json *j = json_new_object(p->a);
    json_set(p->a, j, STR("seq"), json_new_int(p->a, row->seq));
    json_set(p->a, j, STR("case"), json_new_str(p->a, str_copy(p->a, row->case_id)));
    json_set(p->a, j, STR("was"), row->result ? json_copy(p->a, row->result) : json_new_null(p->a));
    json_set(p->a, j, STR("now"), now ? json_copy(p->a, now) : json_new_null(p->a));
    json_set(p->a, j, STR("why"), json_new_str_c(p->a, why));
    json_push(p->a, p->differs, j);
}

/* ---- One block ---- */

/* Values of all rows; fits[i] false where a stored fact is not of the input's type. */
static Value *inputs_of(Replay *r, Version *v, TrialInputs *in, const DmnInvocable *d, bool tell, bool *fits)
{
    const DmnInput *inputs;
    size_t n = dmn_inputs(d, &inputs);
    Value *values = ARENA_ARRAY(v->a, Value, n * v->count + 1);
    bool *missing = ARENA_ARRAY(v->a, bool, n + 1);
    for (size_t i = 0; i < v->count; i++) {
        fits[i] = trial_inputs_read(in, v->a, v->rows[i].facts, v->rows[i].day, values + i * n, missing);
        for (size_t k = 0; tell && k < n; k++) {
            if (missing[k]) {
                trial_add_missing(&r->report, v->model, inputs[k].name);
            }
        }
    }
    return values;
}

static void again(Replay *r, Version *v, Value *ret)
{
    const DmnInput *inputs;
    size_t n = dmn_inputs(v->base, &inputs);
    bool *fits = ARENA_ARRAY(v->a, bool, v->count + 1);
    Value *values = inputs_of(r, v, v->base_in, v->base, false, fits);
    dmn_batch(r->run, v->base, trial_columns(v->a, values, v->count, n), v->count, ret, NULL);
    for (size_t i = 0; i < v->count; i++) {
        const Row *row = &v->rows[i];
        const Json *now = feel_to_json(v->a, ret[i]);
        const char *why = !fits[i]                                      ? "a stored fact does not fit the model"
                          : !str_eq(row->model_hash, v->in_force->hash) ? "the model in force is not the one that decided"
                          : !json_eq(row->result, now)                  ? "the result is another"
                                                                        : NULL;
        r->report.decisions++;
        r->report.same += why == NULL;
        if (why != NULL) {
            differs(r, row, now, why);
        }
    }
}

static Json *proof_of(Replay *r, Arena *a, const SchemeModel *m, const Version *v, const Row *row, TrialInputs *in, const DmnInvocable *d, Err *err)
{
    const DmnInput *inputs;
    size_t n = dmn_inputs(d, &inputs);
    Value *values = ARENA_ARRAY(a, Value, n + 1);
    bool *missing = ARENA_ARRAY(a, bool, n + 1);
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, n + 1);
    Decision decision = {0};
    (void)trial_inputs_read(in, a, row->facts, row->day, values, missing);
    for (size_t i = 0; i < n; i++) {
        entries[i] = (FeelEntry){inputs[i].name, values[i]};
    }
    feel_run_reset(r->run);
    return decide_with(r->run, r->draft->scheme, m, v->name, row->day, feel_context(entries, n), &decision, err) ? json_copy(a, decision_proof(feel_run_arena(r->run), &decision)) : NULL;
}

/* Under the draft. The block says which rows change; only those are decided once more alone, for the rules that fired. */
static bool under_draft(Replay *r, Version *v, const Value *before, Err *err)
{
    const DmnInput *inputs;
    size_t n = dmn_inputs(v->next, &inputs);
    Value *after = ARENA_ARRAY(v->a, Value, v->count + 1);
    bool *fits = ARENA_ARRAY(v->a, bool, v->count + 1);
    TrialChange *changes = ARENA_ARRAY(v->a, TrialChange, v->count + 1);
    Value *values = inputs_of(r, v, v->next_in, v->next, true, fits);
    dmn_batch(r->run, v->next, trial_columns(v->a, values, v->count, n), v->count, after, NULL);
    for (size_t i = 0; i < v->count; i++) {
        changes[i] = day_cmp(v->rows[i].day, v->draft->from) < 0 ? CHANGE_NONE : trial_compare(&r->report.rules, before[i], after[i]);
    }
    for (size_t i = 0; i < v->count; i++) {
        const Row *row = &v->rows[i];
        if (day_cmp(row->day, v->draft->from) < 0) {
            continue;
        }
        trial_count(&r->report, row->groups, changes[i]);
        if (changes[i] != CHANGE_NONE) {
            Json *was = proof_of(r, v->a, v->in_force, v, row, v->base_in, v->base, err);
            Json *is = was ? proof_of(r, v->a, v->draft, v, row, v->next_in, v->next, err) : NULL;
            if (is == NULL) {
                return false;
            }
            trial_add_change(&r->report, row->seq, row->case_id, row->step, row->day, changes[i], was, is);
        }
    }
    return true;
}

/* Lists that the log tells once stand in the facts again; each is read once. */
static bool expand(Replay *r, Row *row, Err *err)
{
    for (size_t i = 0; i < json_count(row->facts); i++) {
        JsonMember *m = &row->facts->members[i];
        Str sha256 = json_text_at(m->value, "constant");
        if (sha256.len == 0) {
            continue;
        }
        if (json_get_str(r->named, sha256) == NULL) {
            Json *one = json_new_object(r->a);
            json_set(r->a, one, STR("list"), json_copy(r->a, m->value));
            if (!constant_named(r->store, r->a, one, r->named, err)) {
                return false;
            }
        }
        Json *list = json_get_str(r->named, sha256);
        m->value = list ? list : m->value;
    }
    return true;
}

static bool flush(Replay *r, Version *v, Err *err)
{
    if (v->count == 0) {
        return true;
    }
    for (size_t i = 0; i < v->count; i++) {
        if (!expand(r, &v->rows[i], err)) {
            return false;
        }
    }
    feel_run_reset(r->run);
    Value *before = ARENA_ARRAY(v->a, Value, v->count + 1);
    again(r, v, before);
    for (size_t i = 0; i < v->count && v->next != NULL; i++) {
        if (!trial_groups_of(&r->groups, v->rows[i].case_id, v->rows[i].facts, v->rows[i].groups, err)) {
            return false;
        }
    }
    bool ok = v->next == NULL || under_draft(r, v, before, err);
    arena_reset(v->a);
    v->rows = NULL;
    v->count = v->cap = 0;
    return ok;
}

/* ---- The log ---- */

static const SchemeModel *draft_of(const TrialDraft *d, Str model)
{
    for (size_t i = 0; i < d->count; i++) {
        if (str_eq(d->models[i].name, model)) {
            return &d->models[i];
        }
    }
    return NULL;
}

static void free_version(void *a)
{
    arena_free(a);
}

static Version *version_of(Replay *r, Str model, Str name, Day day)
{
    const SchemeModel *m = scheme_model(r->draft->scheme, model, day), *next = draft_of(r->draft, model);
    Str key = str_printf(r->scratch, "%.*s|%.*s|%d", STR_ARG(model), STR_ARG(name), m ? m->from.n : 0);
    Version *v = map_get(&r->versions, key);
    if (v != NULL || m == NULL) {
        return v;
    }
    v = ARENA_NEW(r->a, Version);
    *v = (Version){.in_force = m, .draft = next, .model = str_copy(r->a, model), .name = str_copy(r->a, name), .a = arena_new(0)};
    arena_on_reset(r->a, free_version, v->a);
    v->base = dmn_find(scheme_compiled(m), DMN_DECISION, name);
    v->next = next && v->base ? dmn_find(scheme_compiled(next), DMN_DECISION, name) : NULL;
    v->base_in = v->base ? trial_inputs_new(r->a, r->draft->scheme, v->base) : NULL;
    v->next_in = v->next ? trial_inputs_new(r->a, r->draft->scheme, v->next) : NULL;
    map_set(&r->versions, str_copy(r->a, key), v);
    return v;
}

static void wait_in(Version *v, const Row *row)
{
    if (v->count == v->cap) {
        v->rows = arena_grow(v->a, v->rows, v->cap * sizeof(Row), (v->cap * 2 + 64) * sizeof(Row));
        v->cap = v->cap * 2 + 64;
    }
    v->rows[v->count++] = (Row){.seq = row->seq, .case_id = str_copy(v->a, row->case_id), .step = str_copy(v->a, row->step),
                                .model_hash = str_copy(v->a, row->model_hash), .day = row->day, .facts = json_copy(v->a, row->facts),
                                .result = json_copy(v->a, row->result)};
}

static bool each_event(void *host, const Event *e)
{
    Replay *r = host;
    const Json *proof = json_get(e->data, "decision"), *facts = json_get(e->sealed, "facts");
    if (proof == NULL || !str_eq(e->scheme, scheme_id(r->draft->scheme))) {
        return true;
    }
    arena_reset(r->scratch);
    facts = facts ? facts : json_get(e->data, "facts");
    Row row = {.seq = e->seq, .case_id = e->stream, .step = json_text_at(e->data, "step"), .model_hash = json_text_at(proof, "model_hash"),
               .day = e->day, .facts = (Json *)(uintptr_t)facts, .result = json_get(proof, "result")};
    if (!day_parse(json_text_at(proof, "day"), &row.day)) {
        row.day = e->day;
    }
    if (facts == NULL) {
        r->report.erased++;
        return true;
    }
    Version *v = version_of(r, json_text_at(proof, "model"), json_text_at(proof, "decision"), row.day);
    if (v == NULL || v->base == NULL) {
        r->report.decisions++;
        differs(r, &row, NULL, "no version of the model is in force on that day");
        return true;
    }
    wait_in(v, &row);
    return true;
}

static bool flush_above(Replay *r, size_t rows, Err *err)
{
    for (size_t i = 0; i < r->versions.count; i++) {
        Version *v = r->versions.entries[i].value;
        if (v->count > rows && !flush(r, v, err)) {
            return false;
        }
    }
    return true;
}

static bool check_names(const TrialDraft *d, const Replay *r, Err *err)
{
    for (size_t i = 0; i < r->versions.count; i++) {
        const Version *v = r->versions.entries[i].value;
        if (v->draft != NULL && v->base != NULL && v->next == NULL) {
            return err_set(err, MODEL_BROKEN, "%.*s has no decision %.*s, which past decisions were made by.", STR_ARG(v->draft->path), STR_ARG(v->name));
        }
    }
    return d->count > 0 || d->caps.len > 0 || err_set(err, BAD_USAGE, "There is no draft to try.");
}

bool trial_run(Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err)
{
    int64_t size = store_size(store);
    Replay r = {.store = store, .a = a, .draft = d, .scratch = arena_new(0), .versions.arena = a, .named = json_new_object(a)};
    r.run = feel_run_new(a, (FeelLimits){.steps = UINT64_MAX / 2, .bytes = (size_t)1 << 30}, (Instant){0});
    r.report = (TrialReport){.a = a, .scheme = d->scheme, .rules = trial_rules(d->scheme), .reasons.arena = a, .fired.arena = a,
                             .missing.arena = a, .cases = json_new_array(a), .differs = json_new_array(a)};
    r.groups = (TrialGroups){.store = store, .a = a, .scheme = d->scheme, .by = r.report.rules.by, .cases.arena = a};
    for (size_t i = 0; i < MAX_BY; i++) {
        r.report.by[i].arena = a;
    }
    bool ok = true;
    for (int64_t from = 1; ok && from <= size; from += PIECE) {
        int64_t to = from + PIECE - 1 < size ? from + PIECE - 1 : size;
        ok = store_each(store, from, to, each_event, &r, err) && check_names(d, &r, err) && flush_above(&r, BLOCK, err);
    }
    ok = ok && flush_above(&r, 0, err);
    arena_free(r.scratch);
    if (!ok) {
        return false;
    }
    *ret = trial_report_json(&r.report);
    Json *drafts = json_set(a, *ret, STR("draft"), json_new_array(a)), *rounds = json_set(a, *ret, STR("rounds"), json_new_array(a));
    for (size_t i = 0; i < d->count; i++) {
        Json *j = json_new_object(a);
        json_set(a, j, STR("model"), json_new_str(a, d->models[i].name));
        json_set(a, j, STR("hash"), json_new_str(a, d->models[i].hash));
        if (d->models[i].from.n != INT32_MIN) {
            json_set(a, j, STR("from"), json_new_str(a, day_print(a, d->models[i].from)));
        }
        json_push(a, drafts, j);
    }
    return trial_rounds(store, a, d, &r.report.rules, rounds, err);
}
