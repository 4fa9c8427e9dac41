/* replay.c: every decision of the past again, in blocks by model version: under the version that was in force, then
 * under the draft. What is equal is decided once and counted as often as it came; reasons are asked for only where the
 * outcome changes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "past.h"

enum { BLOCK = 1024, REMEMBERED_BYTES = 128 << 20, COMPARED = 4096, MOST_DIFFERING = 1000, MOST_FACTS = 4 };

/* What became of a row. */
typedef struct {
    const char *why; /* NULL: the version in force gives the result again */
    Json *now;
    TrialPair *pair; /* where the draft changes it */
    TrialChange change;
    bool tried; /* the draft holds on its day */
} Outcome;

typedef struct {
    TrialPast *past;
    Store *store;
    Arena *a, *work; /* of the report; of one kind */
    const TrialDraft *draft;
    FeelRun *run, *many; /* of one decision; of blocks */
    TrialReport report;
    TrialTally *tallies[MAX_BY]; /* by code */
    size_t tally_caps[MAX_BY];
} Replay;

/* What a comparison gave: blocks give equal results as the same value, in the same place. */
typedef struct {
    Value before, after;
    TrialChange change;
    bool used;
} Compared;

/* The kind that is being decided. */
typedef struct {
    PastKind *k;
    const SchemeModel *draft; /* NULL: none */
    const DmnInvocable *next;
    TrialInputs *base_in, *next_in;
    DmnBatch *base_batch, *next_batch; /* next: NULL without a draft */
    TrialProofs *proofs;
    Outcome *outcomes;  /* by row */
    Value *results;     /* by result: a value that was found to be it; null: none yet */
    Value *seen;        /* by result: where a block had such a value last */
    const char **other; /* by hash: why the decision was another model's, or NULL */
    Compared *compared; /* COMPARED of them */
} Deciding;

static void add_differing(Replay *r, int64_t seq, Str case_id, const Json *was, const Json *now, const char *why)
{
    TrialReport *p = &r->report;
    if (p->differs->count >= MOST_DIFFERING) {
        return;
    }
    Json *j = json_new_object(p->a);
    json_set(p->a, j, STR("seq"), json_new_int(p->a, seq));
    json_set(p->a, j, STR("case"), json_new_str(p->a, str_copy(p->a, case_id)));
    json_set(p->a, j, STR("was"), was ? json_copy(p->a, was) : json_new_null(p->a));
    json_set(p->a, j, STR("now"), now ? json_copy(p->a, now) : json_new_null(p->a));
    json_set(p->a, j, STR("why"), json_new_str_c(p->a, why));
    json_push(p->a, p->differs, j);
}

/* ---- One block of rows ---- */

static void values_of(Replay *r, const DmnInvocable *d, DmnBatch *batch, const TrialInputs *in, size_t from,
                      size_t count, Value *ret)
{
    if (!r->past->one_by_one) {
        arena_reset(r->past->scratch);
        dmn_batch_rows(batch, trial_inputs_columns(in, r->past->scratch, from, count), count, ret, NULL);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ret[i] = dmn_evaluate(r->many, d, trial_inputs_row(in, feel_run_arena(r->many), from + i), NULL);
    }
}

static bool same_place(Value x, Value y)
{
    return x.kind == y.kind && x.len == y.len && x.scale == y.scale && x.boxed == y.boxed && x.i == y.i;
}

/* Whether the value is the stored result; equal values are printed once. */
static bool is_result(Replay *r, Deciding *g, uint32_t result, Value v, Json **ret_now)
{
    *ret_now = NULL;
    if (g->seen[result].kind != FEEL_NULL && same_place(g->seen[result], v)) {
        return true;
    }
    if (g->results[result].kind != FEEL_NULL && feel_same(g->results[result], v)) {
        g->seen[result] = v;
        return true;
    }
    *ret_now = feel_to_json(feel_run_arena(r->run), v);
    if (!json_eq(g->k->results.words[result], *ret_now)) {
        return false;
    }
    g->results[result] = value_copy(r->work, v);
    return true;
}

static void check_block(Replay *r, Deciding *g, size_t from, size_t count, const Value *now)
{
    PastKind *k = g->k;
    for (size_t i = 0; i < count; i++) {
        const PastRow *row = k->rows[from + i];
        Json *printed = NULL;
        const char *why = !trial_inputs_fit(g->base_in, from + i)           ? "a stored fact does not fit the model"
                          : g->other[row->hash] != NULL                     ? g->other[row->hash]
                          : !is_result(r, g, row->result, now[i], &printed) ? "the result is another"
                                                                            : NULL;
        if (why != NULL) {
            printed = printed ? printed : feel_to_json(feel_run_arena(r->run), now[i]);
            g->outcomes[from + i] = (Outcome){.why = why, .now = json_copy(r->work, printed)};
        }
    }
}

static TrialProof *proof_of(Replay *r, const Deciding *g, const SchemeModel *m, const TrialInputs *in, size_t row,
                            Value given, Err *err)
{
    TrialAsked q = {r->run, r->draft->scheme, m, g->k->name, g->k->rows[row]->day, in, row, given};
    return trial_proof(g->proofs, &q, err);
}

static void tell_missing(Replay *r, const Deciding *g, size_t row)
{
    const DmnInput *inputs;
    size_t n = dmn_inputs(g->next, &inputs);
    for (size_t i = 0; i < n; i++) {
        if (trial_inputs_missing(g->next_in, i, row)) {
            trial_add_missing(&r->report, g->k->model, inputs[i].name, g->k->rows[row]->count);
        }
    }
}

static TrialChange change_of(Replay *r, Deciding *g, Value before, Value after)
{
    uint64_t h = ((uint64_t)before.i * 31 + (uint64_t)after.i) * 0x9e3779b97f4a7c15u;
    Compared *c = &g->compared[(h >> 32) % COMPARED];
    if (!c->used || !same_place(c->before, before) || !same_place(c->after, after)) {
        *c = (Compared){before, after, trial_compare(&r->report.rules, before, after), true};
    }
    return c->change;
}

/* Under the draft. The block says which rows change; only those are decided once more alone, for the rules
 * that fired. */
static bool try_block(Replay *r, Deciding *g, size_t from, size_t count, const Value *before, Value *after, Err *err)
{
    values_of(r, g->next, g->next_batch, g->next_in, from, count, after);
    for (size_t i = 0; i < count; i++) {
        Outcome *o = &g->outcomes[from + i];
        const PastRow *row = g->k->rows[from + i];
        tell_missing(r, g, from + i);
        o->tried = day_cmp(row->day, g->draft->from) >= 0;
        o->change = o->tried ? change_of(r, g, before[i], after[i]) : CHANGE_NONE;
        if (o->change == CHANGE_NONE) {
            continue;
        }
        TrialProof *was = proof_of(r, g, g->k->in_force, g->base_in, from + i, before[i], err);
        TrialProof *is = was ? proof_of(r, g, g->draft, g->next_in, from + i, after[i], err) : NULL;
        if (is == NULL) {
            return false;
        }
        o->pair = trial_pair(g->proofs, was, is, o->change);
        o->pair->decisions += row->count;
    }
    return true;
}

/* ---- Counting ---- */

static TrialTally *tally_of(Replay *r, size_t by, uint32_t code)
{
    if (code >= r->tally_caps[by]) {
        size_t cap = (size_t)code * 2 + 64;
        r->tallies[by] =
            arena_grow(r->a, r->tallies[by], r->tally_caps[by] * sizeof(TrialTally), cap * sizeof(TrialTally));
        r->tally_caps[by] = cap;
    }
    return &r->tallies[by][code];
}

/* By entry of the rules: the facts that come before what stands in the case, as codes of the entry. */
typedef struct {
    const PastFact *facts[MOST_FACTS];
    uint32_t *codes[MOST_FACTS]; /* by code of the fact; UINT32_MAX: no text */
    size_t count;
} Before;

static void read_before(Replay *r, const PastKind *k, size_t by, Before *ret)
{
    const Json *names = json_get(r->report.rules.by->items[by], "facts");
    *ret = (Before){0};
    for (size_t i = 0; i < json_count(names) && ret->count < MOST_FACTS; i++) {
        const PastFact *f = past_fact(k, json_text(names->items[i]));
        if (f == NULL) {
            continue;
        }
        uint32_t *codes = ARENA_ARRAY(r->work, uint32_t, f->words.count);
        for (size_t c = 0; c < f->words.count; c++) {
            Str text = json_text(f->words.words[c]);
            arena_reset(r->past->scratch);
            codes[c] = text.len > 0 ? past_text(r->past, &r->past->by[by], text) : UINT32_MAX;
        }
        ret->facts[ret->count] = f;
        ret->codes[ret->count++] = codes;
    }
}

static uint32_t group_of(const Before *b, uint32_t of_case, uint32_t row)
{
    for (size_t i = b->count; i-- > 0;) {
        uint32_t code = b->codes[i][b->facts[i]->codes[row]];
        if (code != UINT32_MAX) {
            return code;
        }
    }
    return of_case;
}

static bool count_tried(Replay *r, Deciding *g, Err *err)
{
    Before before[MAX_BY];
    const Json *by = r->report.rules.by;
    size_t entries = json_count(by) < MAX_BY ? json_count(by) : MAX_BY;
    for (size_t i = 0; i < entries; i++) {
        read_before(r, g->k, i, &before[i]);
    }
    for (size_t i = 0; i < g->k->decision_count; i++) {
        const PastDecision *d = &g->k->decisions[i];
        const Outcome *o = &g->outcomes[d->row];
        if (!o->tried) {
            continue;
        }
        if (!past_case_groups(r->past, r->store, by, d->case_at, err)) {
            return false;
        }
        r->report.all.n[CHANGE_NONE]++;
        r->report.all.n[o->change] += o->change != CHANGE_NONE;
        for (size_t k = 0; k < entries; k++) {
            TrialTally *t = tally_of(r, k, group_of(&before[k], r->past->cases[d->case_at]->values[k], d->row));
            t->n[CHANGE_NONE]++;
            t->n[o->change] += o->change != CHANGE_NONE;
        }
        if (o->change != CHANGE_NONE && trial_has_room(&r->report)) {
            TrialWhich w = {d->seq, r->past->cases[d->case_at]->id, json_text(r->past->steps.words[d->step]),
                            g->k->rows[d->row]->day};
            trial_add_change(&r->report, &w, o->change, trial_proof_side(&r->report, o->pair->before),
                             trial_proof_side(&r->report, o->pair->after));
        }
    }
    return true;
}

static void count_in_force(Replay *r, const Deciding *g)
{
    for (size_t i = 0; i < g->k->decision_count; i++) {
        const PastDecision *d = &g->k->decisions[i];
        const Outcome *o = &g->outcomes[d->row];
        r->report.decisions++;
        r->report.same += o->why == NULL;
        if (o->why != NULL) {
            add_differing(r, d->seq, r->past->cases[d->case_at]->id, g->k->results.words[g->k->rows[d->row]->result],
                          o->now, o->why);
        }
    }
}

/* ---- One kind, then all ---- */

static const SchemeModel *draft_of(const TrialDraft *d, Str model)
{
    for (size_t i = 0; i < d->count; i++) {
        if (str_eq(d->models[i].name, model)) {
            return &d->models[i];
        }
    }
    return NULL;
}

/* What blocks before this one have left is kept as long as it is not much: it answers for equal cases. */
static void make_room(Replay *r, Deciding *g)
{
    if (r->past->one_by_one || arena_used(feel_run_arena(r->many)) > REMEMBERED_BYTES) {
        dmn_batch_forget(g->base_batch);
        if (g->next_batch != NULL) {
            dmn_batch_forget(g->next_batch);
        }
        feel_run_reset(r->many);
        trial_proofs_forget(g->proofs);
        memset(g->seen, 0, g->k->results.count * sizeof(Value));
        memset(g->compared, 0, COMPARED * sizeof(Compared));
    }
}

static bool decide_kind(Replay *r, PastKind *k, Err *err)
{
    Deciding g = {.k = k, .draft = draft_of(r->draft, k->model)};
    arena_reset(r->work);
    g.next = g.draft ? dmn_find(scheme_compiled(g.draft), DMN_DECISION, k->name) : NULL;
    g.proofs = trial_proofs_new(r->work);
    g.base_in = trial_inputs_new(r->work, r->draft->scheme, k, k->base);
    g.next_in = g.next ? trial_inputs_new(r->work, r->draft->scheme, k, g.next) : NULL;
    feel_run_reset(r->many);
    g.base_batch = dmn_batch_new(r->work, r->many, k->base);
    g.next_batch = g.next ? dmn_batch_new(r->work, r->many, g.next) : NULL;
    g.outcomes = ARENA_ARRAY(r->work, Outcome, k->row_count + 1);
    g.results = ARENA_ARRAY(r->work, Value, k->results.count + 1);
    g.seen = ARENA_ARRAY(r->work, Value, k->results.count + 1);
    g.compared = ARENA_ARRAY(r->work, Compared, COMPARED);
    g.other = ARENA_ARRAY(r->work, const char *, k->hashes.count + 1);
    for (size_t i = 0; i < k->hashes.count; i++) {
        bool same = str_eq(json_text(k->hashes.words[i]), k->in_force->hash);
        g.other[i] = same ? NULL : "the model in force is not the one that decided";
    }
    Value *before = ARENA_ARRAY(r->work, Value, BLOCK), *after = ARENA_ARRAY(r->work, Value, BLOCK);
    for (size_t from = 0; from < k->row_count; from += BLOCK) {
        size_t count = k->row_count - from < BLOCK ? k->row_count - from : BLOCK;
        feel_run_reset(r->run);
        make_room(r, &g);
        values_of(r, k->base, g.base_batch, g.base_in, from, count, before);
        check_block(r, &g, from, count, before);
        if (g.next != NULL && !try_block(r, &g, from, count, before, after, err)) {
            return false;
        }
    }
    count_in_force(r, &g);
    trial_pairs_tell(g.proofs, &r->report);
    return g.next == NULL || count_tried(r, &g, err);
}

static bool check_names(const TrialDraft *d, const TrialPast *p, Err *err)
{
    for (size_t i = 0; i < p->kinds.count; i++) {
        const PastKind *k = p->kinds.entries[i].value;
        const SchemeModel *m = draft_of(d, k->model);
        if (m != NULL && k->base != NULL && dmn_find(scheme_compiled(m), DMN_DECISION, k->name) == NULL) {
            return err_set(err, MODEL_BROKEN, "%.*s has no decision %.*s, which past decisions were made by.",
                           STR_ARG(m->path), STR_ARG(k->name));
        }
    }
    return d->count > 0 || d->caps.len > 0 || err_set(err, BAD_USAGE, "There is no draft to try.");
}

static bool decide_all(Replay *r, Err *err)
{
    for (const PastHomeless *h = r->past->homeless; h != NULL; h = h->next) {
        r->report.decisions++;
        add_differing(r, h->seq, h->case_id, h->result, NULL, "no version of the model is in force on that day");
    }
    for (size_t i = 0; i < r->past->kinds.count; i++) {
        PastKind *k = r->past->kinds.entries[i].value;
        if (k->base != NULL && !decide_kind(r, k, err)) {
            return false;
        }
    }
    for (size_t by = 0; by < MAX_BY; by++) {
        for (size_t code = 0; code < r->tally_caps[by]; code++) {
            if (r->tallies[by][code].n[CHANGE_NONE] > 0) {
                map_set(&r->report.by[by], str_copy(r->a, json_text(r->past->by[by].words[code])),
                        &r->tallies[by][code]);
            }
        }
    }
    return true;
}

static Json *drafts_json(Arena *a, const TrialDraft *d)
{
    Json *drafts = json_new_array(a);
    for (size_t i = 0; i < d->count; i++) {
        Json *j = json_new_object(a);
        json_set(a, j, STR("model"), json_new_str(a, d->models[i].name));
        json_set(a, j, STR("hash"), json_new_str(a, d->models[i].hash));
        if (d->models[i].from.n != INT32_MIN) {
            json_set(a, j, STR("from"), json_new_str(a, day_print(a, d->models[i].from)));
        }
        json_push(a, drafts, j);
    }
    return drafts;
}

bool trial_past_run(TrialPast *p, Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err)
{
    if (!check_names(d, p, err)) {
        return false;
    }
    Replay r = {.past = p, .store = store, .a = a, .work = arena_new(0), .draft = d};
    Arena *of_run = arena_new(0);
    FeelLimits limits = {.steps = UINT64_MAX / 2, .bytes = (size_t)1 << 30};
    r.run = feel_run_new(of_run, limits, (Instant){0});
    r.many = feel_run_new(of_run, limits, (Instant){0});
    r.report = (TrialReport){.a = a,
                             .scheme = d->scheme,
                             .rules = trial_rules(d->scheme),
                             .reasons.arena = a,
                             .fired.arena = a,
                             .missing.arena = a,
                             .cases = json_new_array(a),
                             .differs = json_new_array(a),
                             .erased = p->erased};
    for (size_t i = 0; i < MAX_BY; i++) {
        r.report.by[i].arena = a;
    }
    bool ok = decide_all(&r, err);
    arena_free(of_run);
    arena_free(r.work);
    if (!ok) {
        return false;
    }
    *ret = trial_report_json(&r.report);
    json_set(a, *ret, STR("draft"), drafts_json(a, d));
    Json *rounds = json_set(a, *ret, STR("rounds"), json_new_array(a));
    return trial_rounds(store, a, d, &r.report.rules, rounds, err);
}

bool trial_run(Store *store, Arena *a, const TrialDraft *d, Json **ret, Err *err)
{
    Arena *kept = arena_new(0);
    TrialPast *p = trial_past_new(kept, d->scheme, d->one_by_one);
    bool ok = trial_past_extend(p, store, err) && trial_past_run(p, store, a, d, ret, err);
    arena_free(kept);
    return ok;
}
