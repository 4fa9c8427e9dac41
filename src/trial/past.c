/* past.c: the decisions of a log, read once: what they rested on as codes into lists of distinct values, decisions of
 * equal facts, day and result as one row with a count. What the log gains is added; where a person was erased all is
 * read anew.
 * SPDX-License-Identifier: Apache-2.0 */
#include "past.h"

#include "base/buf.h"
#include "flow/constant.h"

enum { PIECE = 4096, MOST_WORD = 1 << 20 };

/* ---- Words: distinct values ---- */

static Str text_of(Arena *a, const Json *j)
{
    if (j == NULL || j->kind == JSON_STRING) {
        return j ? str_printf(a, "\"%.*s", STR_ARG(j->text)) : STR("");
    }
    Buf b = buf_new(a, MOST_WORD);
    json_write(&b, j);
    return buf_ok(&b) ? buf_str(&b) : STR("");
}

static uint32_t word_of(TrialPast *p, PastWords *w, const Json *j)
{
    Str text = text_of(p->scratch, j);
    const PastWord *known = map_get(&w->by_text, text);
    if (known != NULL) {
        return known->code;
    }
    PastWord *word = ARENA_NEW(p->a, PastWord);
    *word = (PastWord){.code = (uint32_t)w->count, .json = j ? json_copy(p->a, j) : NULL};
    if (w->count == w->cap) {
        w->words = arena_grow(p->a, w->words, w->cap * sizeof *w->words, (w->cap * 2 + 16) * sizeof *w->words);
        w->cap = w->cap * 2 + 16;
    }
    w->words[w->count++] = word->json;
    w->by_text.arena = p->a;
    map_set(&w->by_text, str_copy(p->a, text), word);
    return word->code;
}

uint32_t past_text(TrialPast *p, PastWords *w, Str text)
{
    return word_of(p, w, json_new_str(p->scratch, text));
}

/* ---- Rows ---- */

static void make_room(TrialPast *p, PastKind *k)
{
    if (k->row_count < k->row_cap) {
        return;
    }
    size_t cap = k->row_cap * 2 + 64;
    k->rows = arena_grow(p->a, k->rows, k->row_cap * sizeof *k->rows, cap * sizeof *k->rows);
    for (size_t i = 0; i < k->fact_count; i++) {
        k->facts[i]->codes =
            arena_grow(p->a, k->facts[i]->codes, k->row_cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    }
    k->row_cap = cap;
}

PastFact *past_fact(const PastKind *k, Str name)
{
    return map_get(&k->fact_by_name, name);
}

static PastFact *fact_of(TrialPast *p, PastKind *k, Str name)
{
    PastFact *f = past_fact(k, name);
    if (f != NULL) {
        return f;
    }
    f = ARENA_NEW(p->a, PastFact);
    *f = (PastFact){
        .name = str_copy(p->a, name), .at = k->fact_count, .codes = ARENA_ARRAY(p->a, uint32_t, k->row_cap + 1)};
    (void)word_of(p, &f->words, NULL); /* code 0: not stored */
    k->facts = arena_grow(p->a, k->facts, k->fact_count * sizeof *k->facts, (k->fact_count + 1) * sizeof *k->facts);
    k->facts[k->fact_count++] = f;
    map_set(&k->fact_by_name, f->name, f);
    return f;
}

/* Lists that the log tells once stand in the facts again; each is read once. */
static const Json *expanded(TrialPast *p, const Json *value)
{
    Str sha256 = json_text_at(value, "constant");
    if (sha256.len == 0) {
        return value;
    }
    if (json_get_str(p->named, sha256) == NULL) {
        Json *one = json_new_object(p->a);
        json_set(p->a, one, STR("list"), json_copy(p->a, value));
        if (!constant_named(p->store, p->a, one, p->named, p->err)) {
            p->failed = true;
            return value;
        }
    }
    const Json *list = json_get_str(p->named, sha256);
    return list ? list : value;
}

/* A list by the hash that names it: its text is not written out for each decision. */
static uint32_t fact_word(TrialPast *p, PastFact *f, const Json *value)
{
    Str sha256 = json_text_at(value, "constant");
    const PastWord *known = sha256.len ? map_get(&f->words.by_text, sha256) : NULL;
    if (known != NULL) {
        return known->code;
    }
    uint32_t code = word_of(p, &f->words, expanded(p, value));
    if (sha256.len > 0) {
        PastWord *word = ARENA_NEW(p->a, PastWord);
        *word = (PastWord){.code = code};
        map_set(&f->words.by_text, str_copy(p->a, sha256), word);
    }
    return code;
}

typedef struct {
    const Json *facts, *result;
    Str hash;
    Day day;
} Told;

/* The row that these facts share with decisions before, or a new one. */
static uint32_t row_of(TrialPast *p, PastKind *k, const Told *t)
{
    for (size_t i = 0; i < json_count(t->facts); i++) {
        (void)fact_of(p, k, t->facts->members[i].key);
    }
    size_t head = 4, width = head + k->fact_count;
    uint32_t *key = ARENA_ARRAY(p->scratch, uint32_t, width);
    key[0] = (uint32_t)t->day.n;
    key[1] = past_text(p, &k->hashes, t->hash);
    key[2] = word_of(p, &k->results, t->result);
    key[3] = p->one_by_one ? (uint32_t)k->row_count : 0;
    for (size_t i = 0; i < json_count(t->facts); i++) {
        PastFact *f = past_fact(k, t->facts->members[i].key);
        key[head + f->at] = fact_word(p, f, t->facts->members[i].value);
    }
    while (width > head && key[width - 1] == 0) { /* so that a fact first told later changes no key before */
        width--;
    }
    Str bytes = {(const char *)key, width * sizeof *key};
    PastRow *known = map_get(&k->row_by_key, bytes);
    if (known != NULL) {
        return known->at;
    }
    make_room(p, k);
    uint32_t at = (uint32_t)k->row_count++;
    known = ARENA_NEW(p->a, PastRow);
    *known = (PastRow){.at = at, .day = t->day, .hash = key[1], .result = key[2]};
    k->rows[at] = known;
    for (size_t i = head; i < width; i++) {
        k->facts[i - head]->codes[at] = key[i];
    }
    map_set(&k->row_by_key, str_copy(p->a, bytes), known);
    return at;
}

/* ---- The log ---- */

static PastKind *kind_of(TrialPast *p, Str model, Str name, Day day)
{
    const SchemeModel *m = scheme_model(p->scheme, model, day);
    Str key = str_printf(p->scratch, "%.*s|%.*s|%d", STR_ARG(model), STR_ARG(name), m ? m->from.n : 0);
    PastKind *k = map_get(&p->kinds, key);
    if (k != NULL || m == NULL) {
        return k;
    }
    k = ARENA_NEW(p->a, PastKind);
    *k = (PastKind){.in_force = m,
                    .model = str_copy(p->a, model),
                    .name = str_copy(p->a, name),
                    .fact_by_name.arena = p->a,
                    .row_by_key.arena = p->a};
    k->base = dmn_find(scheme_compiled(m), DMN_DECISION, name);
    map_set(&p->kinds, str_copy(p->a, key), k);
    return k;
}

static void add_decision(TrialPast *p, PastKind *k, const Event *e, const Told *t)
{
    if (k->decision_count == k->decision_cap) {
        k->decisions = arena_grow(p->a, k->decisions, k->decision_cap * sizeof *k->decisions,
                                  (k->decision_cap * 2 + 64) * sizeof *k->decisions);
        k->decision_cap = k->decision_cap * 2 + 64;
    }
    uint32_t row = row_of(p, k, t);
    k->rows[row]->count++;
    k->decisions[k->decision_count++] = (PastDecision){.seq = e->seq,
                                                       .row = row,
                                                       .case_at = past_case(p, e->stream),
                                                       .step = past_text(p, &p->steps, json_text_at(e->data, "step"))};
}

static void add_homeless(TrialPast *p, const Event *e, const Json *result)
{
    PastHomeless *h = ARENA_NEW(p->a, PastHomeless);
    *h = (PastHomeless){
        .seq = e->seq, .case_id = str_copy(p->a, e->stream), .result = result ? json_copy(p->a, result) : NULL};
    *p->last_homeless = h;
    p->last_homeless = &h->next;
}

static bool each_event(void *host, const Event *e)
{
    TrialPast *p = host;
    const Json *proof = json_get(e->data, "decision"), *facts = json_get(e->sealed, "facts");
    p->someone_erased = p->someone_erased || str_eq(e->type, STR("person.erased"));
    if (p->size > 0) { /* what is counted under cases before may be another now */
        past_case_changed(p, e->stream);
    }
    if (proof == NULL || !str_eq(e->scheme, scheme_id(p->scheme))) {
        return true;
    }
    arena_reset(p->scratch);
    Told t = {.facts = facts ? facts : json_get(e->data, "facts"),
              .result = json_get(proof, "result"),
              .hash = json_text_at(proof, "model_hash"),
              .day = e->day};
    if (!day_parse(json_text_at(proof, "day"), &t.day)) {
        t.day = e->day;
    }
    if (t.facts == NULL) {
        p->erased++;
        return true;
    }
    PastKind *k = kind_of(p, json_text_at(proof, "model"), json_text_at(proof, "decision"), t.day);
    if (k == NULL || k->base == NULL) {
        add_homeless(p, e, t.result);
    } else {
        add_decision(p, k, e, &t);
    }
    return !p->failed;
}

static void begin_anew(TrialPast *p)
{
    bool one_by_one = p->one_by_one;
    const Scheme *scheme = p->scheme;
    Arena *a = p->a, *scratch = p->scratch;
    arena_reset(a);
    arena_reset(scratch);
    *p = (TrialPast){.a = a,
                     .scratch = scratch,
                     .scheme = scheme,
                     .one_by_one = one_by_one,
                     .kinds.arena = a,
                     .case_by_id.arena = a};
    p->named = json_new_object(a);
    p->last_homeless = &p->homeless;
}

static void let_go(void *host)
{
    TrialPast *p = host;
    arena_free(p->a);
    arena_free(p->scratch);
}

TrialPast *trial_past_new(Arena *a, const Scheme *s, bool one_by_one)
{
    TrialPast *p = ARENA_NEW(a, TrialPast);
    *p = (TrialPast){.a = arena_new(0), .scratch = arena_new(0), .scheme = s, .one_by_one = one_by_one};
    begin_anew(p);
    arena_on_reset(a, let_go, p);
    return p;
}

static bool read_from(TrialPast *p, Store *store, int64_t from, int64_t to, Err *err)
{
    Str needle = from == 1 ? STR("\"decision\":")
                           : STR(""); /* of what is new all is read: it tells which cases changed, who was erased */
    p->store = store;
    p->err = err;
    p->failed = false;
    bool ok = true;
    for (int64_t at = from; ok && at <= to; at += PIECE) {
        ok = store_each_with(store, at, at + PIECE - 1 < to ? at + PIECE - 1 : to, needle, each_event, p, err) &&
             !p->failed;
    }
    p->store = NULL;
    p->err = NULL;
    return ok;
}

bool trial_past_extend(TrialPast *p, Store *store, Err *err)
{
    int64_t size = store_size(store);
    Hash root;
    if (size > 0 && !store_root(store, (uint64_t)(p->size > 0 && p->size <= size ? p->size : size), &root, err)) {
        return false;
    }
    if (p->size > size || (p->size > 0 && !hash_eq(p->root, root))) { /* another log than the one that was read */
        begin_anew(p);
    }
    bool ok = read_from(p, store, p->size + 1, size, err);
    if (ok && p->size > 0 && p->someone_erased) {
        begin_anew(p);
        ok = read_from(p, store, 1, size, err);
    }
    ok = ok && (size == 0 || store_root(store, (uint64_t)size, &p->root, err));
    if (!ok) {
        begin_anew(p);
        return false;
    }
    p->size = size;
    p->someone_erased = false;
    return true;
}

TrialPastCounts trial_past_counts(const TrialPast *p)
{
    TrialPastCounts n = {.size = p->size, .bytes = arena_used(p->a)};
    for (size_t i = 0; i < p->kinds.count; i++) {
        const PastKind *k = p->kinds.entries[i].value;
        n.decisions += (int64_t)k->decision_count;
        n.rows += (int64_t)k->row_count;
    }
    return n;
}
