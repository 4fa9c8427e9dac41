/* proofs.c: reasons of many decisions. A proof is made once for each set of rules that fired and result; after that
 * the rules alone say which proof a decision has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "past.h"

enum { MOST_KEY = 1 << 16 };

struct TrialProofs {
    Arena *a;
    Map by_rules; /* rules that fired and the texts they gave → TrialProof, those of other results behind it */
    Map by_place; /* the same and the place of the given value → TrialProof */
    Map pairs;    /* before, after → TrialPair */
};

TrialProofs *trial_proofs_new(Arena *a)
{
    TrialProofs *p = ARENA_NEW(a, TrialProofs);
    *p = (TrialProofs){.a = a, .by_rules.arena = a, .by_place.arena = a, .pairs.arena = a};
    return p;
}

void trial_proofs_forget(TrialProofs *p)
{
    p->by_place = (Map){.arena = p->a};
}

/* All that grounds and fired rules are made of, see decide_with(). Empty: too long to be kept. */
static Str key_of(Arena *a, const DmnInvocable *d, const DmnTrace *t, const void *place)
{
    Buf b = buf_new(a, MOST_KEY);
    struct {
        const DmnInvocable *d;
        const void *place;
    } head = {d, place};
    buf_add(&b, (Str){(const char *)&head, sizeof head});
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < t->steps[i].rule_count; k++) {
            const DmnRuleTrace *r = &t->steps[i].rules[k];
            if (!r->fired) {
                continue;
            }
            buf_add(&b, (Str){(const char *)&r->rule, sizeof(void *)});
            for (size_t o = 0; o < r->output_count; o++) {
                Str text = feel_text(r->outputs[o].value);
                buf_add(&b, (Str){(const char *)&text.len, sizeof text.len});
                buf_add(&b, text);
            }
        }
    }
    return buf_ok(&b) ? buf_str(&b) : STR("");
}

static TrialProof *known(TrialProof *first, Value result)
{
    while (first != NULL && !feel_same(first->result, result)) {
        first = first->next;
    }
    return first;
}

TrialProof *trial_proof(TrialProofs *p, const TrialAsked *q, Err *err)
{
    Arena *a = feel_run_arena(q->run);
    DmnTrace trace = {0};
    const DmnInvocable *d = dmn_find(scheme_compiled(q->model), DMN_DECISION, q->name);
    Value facts = trial_inputs_row(q->inputs, a, q->row), result = dmn_evaluate(q->run, d, facts, &trace);
    bool is_context =
        result.kind == FEEL_CONTEXT && q->given.kind == FEEL_CONTEXT; /* others may differ in why they are none */
    Str at = is_context ? key_of(a, d, &trace, q->given.p) : STR("");
    TrialProof *proof = at.len > 0 ? map_get(&p->by_place, at) : NULL;
    if (proof != NULL) {
        return proof;
    }
    Str key = key_of(a, d, &trace, NULL);
    TrialProof *first = map_get(&p->by_rules, key);
    proof = is_context ? known(first, result) : NULL;
    if (proof != NULL && at.len > 0) {
        map_set(&p->by_place, str_copy(p->a, at), proof);
    }
    if (proof != NULL) {
        return proof;
    }
    Decision decision = {0};
    if (!decide_with(q->run, q->scheme, q->model, q->name, q->day, facts, &decision, err)) {
        return NULL;
    }
    proof = ARENA_NEW(p->a, TrialProof);
    *proof = (TrialProof){
        .result = value_copy(p->a, result), .json = json_copy(p->a, decision_proof(a, &decision)), .next = first};
    if (key.len > 0) {
        map_set(&p->by_rules, first ? key : str_copy(p->a, key), proof);
    }
    return proof;
}

TrialPair *trial_pair(TrialProofs *p, TrialProof *before, TrialProof *after, TrialChange change)
{
    struct {
        const TrialProof *before, *after;
        uint64_t change;
    } key = {before, after, (uint64_t)change};
    Str bytes = {(const char *)&key, sizeof key};
    TrialPair *pair = map_get(&p->pairs, bytes);
    if (pair == NULL) {
        pair = ARENA_NEW(p->a, TrialPair);
        *pair = (TrialPair){.before = before, .after = after, .change = change};
        map_set(&p->pairs, str_copy(p->a, bytes), pair);
    }
    return pair;
}

void trial_pairs_tell(const TrialProofs *p, TrialReport *r)
{
    for (size_t i = 0; i < p->pairs.count; i++) {
        const TrialPair *pair = p->pairs.entries[i].value;
        trial_add_reasons(r, pair->change, pair->before->json, pair->after->json, pair->decisions);
    }
}

Json *trial_proof_side(TrialReport *r, TrialProof *p)
{
    p->side = p->side ? p->side : trial_side(r, p->json);
    return p->side;
}
