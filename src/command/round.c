/* round.c: the round of a step: its rows from what the step read, each case scored for itself, ranked or matched.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

#include "base/map.h"
#include "decide/round.h"

enum { MOST_ROWS = 1000000, PSEUDONYM_BYTES = 10, HASH_HEX = 64, MOST_FACTS = 64 << 10 };

/* ---- What stands in for a case ---- */

/* Nobody can turn it back into the case: the key never leaves the store. */
static bool pseudonym(Planning *p, Str id, Str *ret)
{
    Hash h;
    Str purpose = str_printf(p->a, "pseudonym/%.*s/%.*s", STR_ARG(p->plan->case_id), STR_ARG(id));
    if (!p->in->facts.secret(p->in->facts.host, purpose, &h, p->err)) {
        return false;
    }
    *ret = hex_print(p->a, str_sub(HASH_STR(h), 0, PSEUDONYM_BYTES));
    return true;
}

bool round_secret(const CommandFacts *facts, Arena *a, Str case_id, Hash *ret, Err *err)
{
    return facts->secret(facts->host, str_printf(a, "round/%.*s", STR_ARG(case_id)), ret, err);
}

static size_t read_index(const SchemeStep *step, Str name)
{
    for (size_t i = 0; i < step->read_count; i++) {
        if (str_eq(step->reads[i].name, name)) {
            return i;
        }
    }
    bug("a round without its list");
}

static bool whole(Value v, int64_t *ret)
{
    return v.kind == FEEL_NUMBER && dec_to_int(feel_dec(v), ret);
}

static bool need_whole(Planning *p, const FeelCode *code, const char *what, int64_t *ret)
{
    Value v = feel_eval(p->in->run, code, p->frame);
    return whole(v, ret) ||
           err_set(p->err, MODEL_BROKEN, "%.*s: %s of a case is no whole number.", STR_ARG(p->in->step->name), what);
}

static Str text_or_none(Planning *p, const FeelCode *code)
{
    return code ? feel_text(feel_eval(p->in->run, code, p->frame)) : STR("");
}

/* ---- Caps and offers ---- */

static int64_t cap_or_none(Value v)
{
    int64_t n;
    return whole(v, &n) && n >= 0 ? n : -1;
}

static bool read_caps(Planning *p, const SchemeRound *d, RoundInput *in)
{
    Value list = d->caps ? feel_eval(p->in->run, d->caps, p->frame) : feel_list(NULL, 0);
    if (list.kind != FEEL_LIST) {
        return err_set(p->err, MODEL_BROKEN, "%.*s: the caps are no list.", STR_ARG(p->in->step->name));
    }
    RoundCap *caps = ARENA_ARRAY(p->a, RoundCap, list.len + 1);
    for (size_t i = 0; i < list.len; i++) {
        Value c = feel_items(list)[i];
        caps[i] = (RoundCap){.name = feel_text(feel_get(c, STR("name"))),
                             .within = feel_text(feel_get(c, STR("within"))),
                             .cap = cap_or_none(feel_get(c, STR("cap"))),
                             .own = cap_or_none(feel_get(c, STR("own")))};
    }
    in->caps = caps;
    in->cap_count = list.len;
    in->pool = d->pool ? cap_or_none(feel_eval(p->in->run, d->pool, p->frame)) : 0;
    in->pool = in->pool > 0 ? in->pool : 0;
    return true;
}

typedef struct {
    Str id, name; /* of the case, and its pseudonym */
    Value value;
} Offer;

typedef struct {
    Map by_id, by_name; /* → Offer* */
    Map pairs;          /* facts of a pair, as canonical JSON → Pair* */
} Offers;

static bool read_offers(Planning *p, const SchemeRound *d, RoundInput *in, Offers *ret)
{
    *ret = (Offers){.by_id.arena = p->a, .by_name.arena = p->a, .pairs.arena = p->a};
    if (!d->matches) {
        return true;
    }
    size_t at = read_index(p->in->step, d->offers), count = p->pool_count[at];
    Value list = p->frame[SLOT_FIRST_READ + at];
    RoundOffer *offers = ARENA_ARRAY(p->a, RoundOffer, count + 1);
    for (size_t i = 0; i < count; i++) {
        Offer *offer = ARENA_NEW(p->a, Offer);
        *offer = (Offer){.id = p->pool[at][i].id, .value = feel_items(list)[i]};
        p->frame[SLOT_ITEM] = offer->value;
        if (!pseudonym(p, offer->id, &offer->name) ||
            !need_whole(p, d->seats, "the number of places", &offers[i].seats)) {
            return false;
        }
        offers[i].id = offer->name;
        offers[i].cell = text_or_none(p, d->offer_cell);
        map_set(&ret->by_id, offer->id, offer);
        map_set(&ret->by_name, offer->name, offer);
    }
    in->offers = offers;
    in->offer_count = count;
    return true;
}

/* ---- Who takes part ---- */

static bool score(Planning *p, const SchemeRound *d, PlanLine *line)
{
    p->frame[SLOT_DECISION] = feel_null();
    if (d->model.len == 0) {
        return true;
    }
    Decision decision = {0};
    if (!planning_decide(p, d->model, d->decision, &d->facts, &decision)) {
        return false;
    }
    line->proof = decision_proof(p->a, &decision);
    line->facts = decision.facts;
    line->decision = decision.result;
    return true;
}

/* The codes of the grounds; the outcome where there is none. NULL: granted. */
static Value *decision_bars(Arena *a, const Decision *decision)
{
    if (str_eq(decision->outcome, STR("granted"))) {
        return NULL;
    }
    size_t count = decision->ground_count;
    Value *codes = ARENA_ARRAY(a, Value, count + 1), *ret = ARENA_NEW(a, Value);
    codes[0] = feel_str(decision->outcome);
    for (size_t i = 0; i < count; i++) {
        codes[i] = feel_str(decision->grounds[i].code);
    }
    *ret = feel_list(codes, count ? count : 1);
    return ret;
}

typedef struct {
    Value *bars; /* codes; NULL: the law allows the pair */
} Pair;

/* Whether the law lets the case in SLOT_ITEM have this offer. Pairs with the same facts are decided once. */
static bool decide_pair(Planning *p, const SchemeRound *d, Offers *offers, const Offer *offer, const Pair **ret)
{
    static const Pair FREE = {NULL};
    *ret = &FREE;
    if (d->pair_model.len == 0) {
        return true;
    }
    p->frame[SLOT_OFFER] = offer->value;
    Value facts = planning_facts(p, d->pair_model, d->pair_decision, &d->pair_facts);
    Buf key = buf_new(p->a, MOST_FACTS);
    json_canonical(&key, p->a, feel_to_json(p->a, facts));
    if (!buf_ok(&key)) {
        return err_set(p->err, TOO_LARGE, "%.*s: the facts of a pair are too long.", STR_ARG(p->in->step->name));
    }
    Pair *known = map_get(&offers->pairs, buf_str(&key));
    if (known == NULL) {
        Decision decision = {0};
        if (!planning_decide_facts(p, d->pair_model, d->pair_decision, facts, &decision)) {
            return false;
        }
        known = ARENA_NEW(p->a, Pair);
        known->bars = decision_bars(p->a, &decision);
        map_set(&offers->pairs, buf_str(&key), known);
    }
    *ret = known;
    return true;
}

/* Adds the codes that are not there yet. */
static void add_bars(Arena *a, Value *list, Value bars)
{
    for (size_t i = 0; i < bars.len; i++) {
        bool known = false;
        for (size_t k = 0; k < list->len && !known; k++) {
            known = str_eq(feel_text(feel_items(*list)[k]), feel_text(feel_items(bars)[i]));
        }
        if (!known) {
            Value *items = ARENA_ARRAY(a, Value, list->len + 1);
            for (size_t k = 0; k < list->len; k++) {
                items[k] = feel_items(*list)[k];
            }
            items[list->len] = feel_items(bars)[i];
            *list = feel_list(items, list->len + 1);
        }
    }
}

/* Wishes for what is not offered are left out, and those that the law bars, for which its grounds are told. */
static bool read_wishes(Planning *p, const SchemeRound *d, Offers *offers, PlanLine *line, RoundApplicant *ret)
{
    Value list = feel_eval(p->in->run, d->wishes, p->frame);
    size_t count = list.kind == FEEL_LIST ? list.len : 0;
    Str *wishes = ARENA_ARRAY(p->a, Str, count + 1);
    const Pair *pair;
    line->barred = feel_list(NULL, 0);
    for (size_t i = 0; i < count; i++) {
        const Offer *offer = map_get(&offers->by_id, feel_text(feel_items(list)[i]));
        if (offer == NULL) {
            continue;
        }
        if (!decide_pair(p, d, offers, offer, &pair)) {
            return false;
        }
        if (pair->bars == NULL) {
            wishes[ret->wish_count++] = offer->name;
        } else {
            add_bars(p->a, &line->barred, *pair->bars);
        }
    }
    ret->wishes = wishes;
    return true;
}

static bool read_applicant(Planning *p, const SchemeRound *d, Offers *offers, PlanLine *line, RoundApplicant *ret)
{
    *ret = (RoundApplicant){0};
    if (!score(p, d, line) || !pseudonym(p, line->row->id, &ret->id)) {
        return false;
    }
    Value points = feel_eval(p->in->run, d->points, p->frame);
    line->name = ret->id;
    line->reason = STR("not_scored");
    if (feel_is_null(points)) {
        return true;
    }
    if (!whole(points, &ret->points)) {
        return err_set(p->err, MODEL_BROKEN, "%.*s: the points of a case are no whole number.",
                       STR_ARG(p->in->step->name));
    }
    line->points = points;
    line->reason = STR("scored");
    if (d->matches) {
        return read_wishes(p, d, offers, line, ret);
    }
    ret->cell = text_or_none(p, d->cell);
    return need_whole(p, d->units, "the number of units", &ret->units);
}

/* Fills p->lines with all that are eligible and in->applicants with those that have points; line k of these is
 * by_line[k]. */
static bool read_applicants(Planning *p, const SchemeRound *d, Offers *offers, RoundInput *in, size_t **ret_line)
{
    size_t at = read_index(p->in->step, d->list), count = p->pool_count[at];
    Value list = p->frame[SLOT_FIRST_READ + at];
    if (count > MOST_ROWS) {
        return err_set(p->err, TOO_LARGE, "A round holds at most %d cases.", MOST_ROWS);
    }
    RoundApplicant *applicants = ARENA_ARRAY(p->a, RoundApplicant, count + 1);
    p->lines = ARENA_ARRAY(p->a, PlanLine, count + 1);
    *ret_line = ARENA_ARRAY(p->a, size_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        p->frame[SLOT_ITEM] = feel_items(list)[i];
        if (d->eligible != NULL && !feel_is_true(feel_eval(p->in->run, d->eligible, p->frame))) {
            continue;
        }
        PlanLine *line = &p->lines[p->line_count];
        *line = (PlanLine){.row = &p->pool[at][i],
                           .item = feel_items(list)[i],
                           .decision = feel_null(),
                           .points = feel_null(),
                           .barred = feel_null()};
        if (!read_applicant(p, d, offers, line, &applicants[in->applicant_count])) {
            return false;
        }
        if (str_eq(line->reason, STR("scored"))) {
            (*ret_line)[in->applicant_count++] = p->line_count;
        }
        p->line_count++;
    }
    in->applicants = applicants;
    return true;
}

/* ---- What comes out ---- */

static Value text_or_null(Str s)
{
    return s.len ? feel_str(s) : feel_null();
}

static Value line_value(Planning *p, const PlanLine *line, const RoundLine *own, const Offers *offers, size_t of)
{
    const Offer *offer = map_get(&offers->by_name, own->offer);
    const FeelEntry from[] = {
        {STR("reason"), feel_str(line->reason)},
        {STR("name"), feel_str(line->name)},
        {STR("points"), line->points},
        {STR("rank"), feel_int(own->rank)},
        {STR("of"), feel_int((int64_t)of)},
        {STR("granted"), feel_int(own->granted)},
        {STR("waiting"), feel_int(own->waiting)},
        {STR("choice"), feel_int(own->choice)},
        {STR("offer"), offer ? feel_str(offer->id) : feel_null()},
        {STR("full"), text_or_null(own->full)},
        {STR("text"), text_or_null(own->text)},
        {STR("barred"), line->barred},
    };
    FeelEntry *e = ARENA_ARRAY(p->a, FeelEntry, COUNT_OF(from));
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        e[i] = from[i];
    }
    return feel_context(e, COUNT_OF(from));
}

static Str hex(Planning *p, Hash h)
{
    return hex_print(p->a, HASH_STR(h));
}

static void put(Planning *p, Json *j, const char *key, Str text)
{
    json_set(p->a, j, str_from_c(key), json_new_str(p->a, text));
}

/* The record in the event: the published rows with what was revealed, and what comes of them. */
static void add_record(Planning *p, const SchemeRound *d, const RoundResult *r, Str frozen, Hash commitment,
                       Hash secret, size_t count)
{
    Json *j = p->round_record = json_new_object(p->a);
    FeelEntry *e = ARENA_ARRAY(p->a, FeelEntry, 4);
    put(p, j, "commitment", hex(p, commitment));
    put(p, j, "root", hex(p, r->root));
    put(p, j, "rows", d->freezes ? frozen : r->text);
    e[0] = (FeelEntry){STR("root"), feel_str(hex(p, r->root))};
    e[1] = (FeelEntry){STR("count"), feel_int((int64_t)count)};
    e[2] = (FeelEntry){STR("secret"), feel_null()};
    e[3] = (FeelEntry){STR("result"), feel_null()};
    if (!d->freezes) {
        put(p, j, "secret", hex(p, secret));
        put(p, j, "result", hex(p, r->result));
        e[2].value = feel_str(hex(p, secret));
        e[3].value = feel_str(hex(p, r->result));
    }
    p->frame[SLOT_ROUND] = feel_context(e, 4);
}

static bool read_published(Planning *p, const SchemeRound *d, Hash *ret)
{
    Str text = text_or_none(p, d->root), bytes;
    if (text.len != HASH_HEX || !hex_parse(p->a, text, &bytes)) {
        return err_set(p->err, NOT_IN_FORCE, "The rows of this round were not frozen.");
    }
    for (size_t i = 0; i < bytes.len; i++) {
        ret->b[i] = (unsigned char)bytes.ptr[i];
    }
    return true;
}

static bool decide_rows(Planning *p, const SchemeRound *d, const RoundInput *in, const Offers *offers,
                        const size_t *line_of)
{
    RoundResult r = {0};
    Hash secret, published;
    Str frozen = STR("");
    if (!round_secret(&p->in->facts, p->a, p->plan->case_id, &secret, p->err)) {
        return false;
    }
    Hash commitment = decide_round_commitment(secret);
    if (d->freezes) {
        if (!decide_round_freeze(p->a, in, commitment, &frozen, &r.root, p->err)) {
            return false;
        }
    } else if ((d->root != NULL && !read_published(p, d, &published)) ||
               !decide_round(p->a, in, secret, d->root ? &published : NULL, &r, p->err)) {
        return false;
    }
    for (size_t k = 0; !d->freezes && k < in->applicant_count; k++) {
        p->lines[line_of[k]].reason = r.lines[k].reason;
    }
    static const RoundLine NONE = {.reason = {"", 0}};
    for (size_t i = 0, k = 0; i < p->line_count; i++) {
        bool scored = k < in->applicant_count && line_of[k] == i;
        const RoundLine *own = scored && !d->freezes ? &r.lines[k] : &NONE;
        p->lines[i].value = line_value(p, &p->lines[i], own, offers, in->applicant_count);
        k += scored;
    }
    add_record(p, d, &r, frozen, commitment, secret, in->applicant_count);
    return true;
}

bool plan_round(Planning *p)
{
    const SchemeRound *d = p->in->step->round;
    if (d == NULL || (p->plan->decided && str_eq(p->plan->outcome, STR("refused")))) {
        return true;
    }
    Value own_decision = p->frame[SLOT_DECISION];
    RoundInput in = {.name = p->plan->case_id,
                     .matches = d->matches,
                     .one_per_pass = d->one_per_pass,
                     .beacon = text_or_none(p, d->beacon)};
    Offers offers;
    size_t *line_of = NULL;
    bool ok = read_caps(p, d, &in) && read_offers(p, d, &in, &offers) &&
              read_applicants(p, d, &offers, &in, &line_of) && decide_rows(p, d, &in, &offers, line_of);
    p->frame[SLOT_ITEM] = feel_null();
    p->frame[SLOT_DECISION] = own_decision;
    return ok;
}
