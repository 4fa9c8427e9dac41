/* referral.c: one referral round. Each group of equal eligibility is in order of (standing, exposure, rank) or
 * (exposure, rank); a referral raises the exposure, so that the next vacancy meets those less shown. Who is taken in
 * order comes back in order, one exposure later: two queues then do in constant time what a heap does. A heap takes
 * over where lists name people, and in a group so small that a vacancy goes round it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sort_int.h"

#include <string.h>

enum {
    MOST_REFERRALS = 1 << 28,
    BYTES_EACH = 112 /* that a round takes for a candidate, about */
};

/* key: what comes before the rank in the order; index: the rank. */
typedef SortItem HeapItem;

typedef struct {
    HeapItem *items;    /* a heap of `count`; as queues: those not yet taken, from `head` */
    HeapItem *returned; /* those taken before, a ring of `members` places */
    uint32_t count, group, members, with_room;
    uint32_t head, returned_head, returned_count;
    uint32_t mark, marked; /* the last `marked` of returned were taken by the vacancy of `mark` */
    uint32_t first;        /* of the group's stretch of `by_group` */
    bool is_unordered;     /* while it is filled */
    bool is_queue;
} Heap;

/* A candidate, at the place of his rank by (standing, ticket, id): what is read together lies together. */
typedef struct {
    uint32_t exposure, open, candidate, heap, standing_class;
    uint32_t met; /* the turn + 1 in which he was barred or referred last */
} State;

typedef struct {
    Arena *arena;
    const MatchReferralRound *round;
    State *state;    /* by rank */
    Heap *heaps;     /* one per group */
    uint32_t *slots; /* hash table from group to heap */
    uint32_t heap_count, heap_room, slot_count;
    bool has_lists;    /* somebody is listed or barred by id; then the next three are there */
    uint32_t *rank_of; /* per candidate */
    uint32_t *listed;  /* per candidate: the turn + 1 for which he is listed */
    IdIndex ids;
    uint32_t *taken; /* of the vacancy being served: candidates */
    HeapItem *set_aside;
    uint32_t taken_count, aside_count;
    uint32_t *by_group; /* candidates by group, best rank first */
} Run;

static bool is_before(HeapItem x, HeapItem y)
{
    return x.key < y.key || (x.key == y.key && x.index < y.index);
}

static void sift_down(HeapItem *items, uint32_t count, uint32_t at)
{
    HeapItem x = items[at];
    for (uint64_t child; (child = 2 * (uint64_t)at + 1) < count; at = (uint32_t)child) {
        if (child + 1 < count && is_before(items[child + 1], items[child])) {
            child++;
        }
        if (!is_before(items[child], x)) {
            break;
        }
        items[at] = items[child];
    }
    items[at] = x;
}

static void heap_build(HeapItem *items, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift_down(items, count, i);
    }
}

static void heap_push(Heap *h, HeapItem x)
{
    uint32_t at = h->count++;
    for (; at > 0 && is_before(x, h->items[(at - 1) / 2]); at = (at - 1) / 2) {
        h->items[at] = h->items[(at - 1) / 2];
    }
    h->items[at] = x;
}

static void heap_pop(Heap *h)
{
    h->items[0] = h->items[--h->count];
    if (h->count > 1) {
        sift_down(h->items, h->count, 0);
    }
}

static HeapItem item_now(const Run *r, uint32_t rank)
{
    const State *s = &r->state[rank];
    uint64_t level =
        r->round->exposure_first ? (uint64_t)s->exposure << 32 : (uint64_t)s->standing_class << 32 | s->exposure;
    return (HeapItem){.key = level, .index = rank};
}

static bool has_room(const Run *r, uint32_t rank)
{
    return r->round->open_limit == 0 || r->state[rank].open < r->round->open_limit;
}

static int64_t candidate_standing(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].standing;
}

static uint64_t candidate_ticket(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].ticket;
}

static uint32_t candidate_id(const void *pool, uint32_t i)
{
    return ((const MatchCandidate *)pool)[i].id;
}

static int64_t vacancy_priority(const void *list, uint32_t i)
{
    return ((const MatchVacancy *)list)[i].priority;
}

static uint64_t vacancy_ticket(const void *list, uint32_t i)
{
    return ((const MatchVacancy *)list)[i].ticket;
}

static uint32_t vacancy_id(const void *list, uint32_t i)
{
    return ((const MatchVacancy *)list)[i].id;
}

/* The place of a group in the hash table: index + 1 of its heap, or 0. */
static uint32_t *group_slot(const Run *r, uint32_t group)
{
    uint32_t i = (group * UINT32_C(0x9e3779b1)) & (r->slot_count - 1);
    while (r->slots[i] != 0 && r->heaps[r->slots[i] - 1].group != group) {
        i = (i + 1) & (r->slot_count - 1);
    }
    return &r->slots[i];
}

static Heap *find_heap(const Run *r, uint32_t group)
{
    uint32_t at = *group_slot(r, group);
    return at ? &r->heaps[at - 1] : NULL;
}

static void grow_groups(Run *r)
{
    uint32_t room = r->heap_room ? r->heap_room * 2 : 128;
    r->heaps = arena_grow(r->arena, r->heaps, r->heap_room * sizeof(Heap), room * sizeof(Heap));
    r->heap_room = room;
    r->slot_count = room * 4;
    r->slots = ARENA_ARRAY(r->arena, uint32_t, r->slot_count);
    for (uint32_t i = 0; i < r->heap_count; i++) {
        *group_slot(r, r->heaps[i].group) = i + 1;
    }
}

/* Counts the members of each group and gives each its stretch of items. */
static void find_groups(Run *r)
{
    uint32_t n = r->round->pool_count;
    grow_groups(r);
    for (uint32_t c = 0; c < n; c++) {
        uint32_t group = r->round->pool[c].group, *slot = group_slot(r, group);
        if (*slot == 0) {
            if (r->heap_count == r->heap_room) {
                grow_groups(r);
                slot = group_slot(r, group);
            }
            r->heaps[r->heap_count++] = (Heap){.group = group};
            *slot = r->heap_count;
        }
        r->heaps[*slot - 1].members++;
    }
    HeapItem *items = ARENA_ARRAY(r->arena, HeapItem, n), *returned = ARENA_ARRAY(r->arena, HeapItem, n);
    r->by_group = ARENA_ARRAY(r->arena, uint32_t, n);
    for (uint32_t i = 0, first = 0; i < r->heap_count; i++) {
        Heap *h = &r->heaps[i];
        h->items = items + first;
        h->returned = returned + first;
        h->first = first;
        first += h->members;
        h->members = 0; /* counted again as they are entered */
    }
}

/* Takes the candidates in order of rank into the heaps of their groups. */
static void build_heaps(Run *r, const uint32_t *order)
{
    enum { AHEAD = 16 };
    const MatchCandidate *pool = r->round->pool;
    uint32_t standing_class = 0, n = r->round->pool_count;
    int64_t last = n ? pool[order[0]].standing : 0;
    find_groups(r);
    for (uint32_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            PREFETCH(&pool[order[i + AHEAD]]);
        }
        const MatchCandidate *c = &pool[order[i]];
        standing_class += c->standing != last;
        last = c->standing;
        Heap *h = find_heap(r, c->group);
        r->state[i] = (State){c->exposure, c->open, order[i], (uint32_t)(h - r->heaps), standing_class, 0};
        r->by_group[h->first + h->members++] = order[i];
        if (has_room(r, i)) {
            HeapItem x = item_now(r, i);
            h->is_unordered = h->is_unordered || (h->count > 0 && is_before(x, h->items[h->count - 1]));
            h->items[h->count++] = x;
        }
    }
    for (uint32_t i = 0; i < r->heap_count; i++) {
        Heap *h = &r->heaps[i];
        h->with_room = h->count;
        h->is_queue = !r->has_lists;
        if (h->is_unordered) { /* a sorted array is a heap, too */
            sort_by_key(h->items, h->returned, h->count);
        }
    }
}

/* ---- Two queues ---- */

static HeapItem *returned_at(const Heap *h, uint32_t place)
{
    uint32_t at = h->returned_head + place;
    return &h->returned[at < h->members ? at : at - h->members];
}

/* What comes next for the vacancy of `mark`; NULL: nobody it has not taken. */
static const HeapItem *queue_top(const Heap *h, uint32_t mark)
{
    uint32_t old = h->returned_count - (h->mark == mark ? h->marked : 0);
    const HeapItem *fresh = h->head < h->count ? &h->items[h->head] : NULL, *back = old > 0 ? returned_at(h, 0) : NULL;
    return fresh == NULL || (back != NULL && is_before(*back, *fresh)) ? back : fresh;
}

static void become_heap(Heap *h)
{
    uint32_t n = h->count - h->head;
    memmove(h->items, h->items + h->head, n * sizeof *h->items);
    for (uint32_t i = 0; i < h->returned_count; i++) {
        h->items[n++] = *returned_at(h, i);
    }
    h->count = n;
    h->head = h->returned_count = 0;
    h->is_queue = false;
    heap_build(h->items, h->count);
}

/* Takes the top away. */
static void queue_pop(Heap *h, const HeapItem *top)
{
    if (h->head < h->count && top == &h->items[h->head]) {
        h->head++;
        return;
    }
    h->returned_head = h->returned_head + 1 < h->members ? h->returned_head + 1 : 0;
    h->returned_count--;
}

/* Puts one who was taken behind those taken before. Where a vacancy went round its group the order is lost: a heap
 * then. */
static void queue_return(Heap *h, HeapItem x, uint32_t mark)
{
    bool in_order = h->returned_count == 0 || !is_before(x, *returned_at(h, h->returned_count - 1));
    *returned_at(h, h->returned_count++) = x;
    h->marked = h->mark == mark ? h->marked + 1 : 1;
    h->mark = mark;
    if (!in_order) {
        become_heap(h);
    }
}

/* Drops or renews what a listed vacancy has made stale at the top. A level only rises, so a stale one stands
 * too early. */
static const HeapItem *heap_top(const Run *r, Heap *h, uint32_t mark)
{
    if (h->is_queue) {
        return queue_top(h, mark);
    }
    while (r->has_lists && h->count > 0) {
        HeapItem now = item_now(r, h->items[0].index);
        if (!has_room(r, now.index)) {
            heap_pop(h);
        } else if (now.key != h->items[0].key) {
            h->items[0] = now;
            sift_down(h->items, h->count, 0);
        } else {
            break;
        }
    }
    return h->count > 0 ? &h->items[0] : NULL;
}

/* Enters one referral. False if the candidate has no room for more. */
static bool refer(Run *r, uint32_t rank, uint32_t mark)
{
    State *s = &r->state[rank];
    s->met = mark;
    s->exposure++;
    s->open += s->open < UINT32_MAX;
    r->taken[r->taken_count++] = s->candidate;
    if (!has_room(r, rank)) {
        r->heaps[s->heap].with_room--;
        return false;
    }
    return true;
}

static Heap *best_heap(const Run *r, Heap *const *heaps, uint32_t count, uint32_t mark, const HeapItem **ret_top)
{
    Heap *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const HeapItem *top = heap_top(r, heaps[i], mark);
        if (top != NULL && (best == NULL || is_before(*top, **ret_top))) {
            best = heaps[i];
            *ret_top = top;
        }
    }
    return best;
}

static void take_from_queue(Run *r, Heap *h, const HeapItem *top, uint32_t mark)
{
    uint32_t rank = top->index;
    queue_pop(h, top);
    if (refer(r, rank, mark)) {
        queue_return(h, item_now(r, rank), mark);
    }
}

static void take_from_heaps(Run *r, Heap *const *heaps, uint32_t heap_count, uint32_t wanted, uint32_t mark)
{
    Heap *h;
    const HeapItem *top = NULL;
    while (r->taken_count < wanted && (h = best_heap(r, heaps, heap_count, mark, &top)) != NULL) {
        uint32_t rank = top->index;
        if (h->is_queue) {
            take_from_queue(r, h, top, mark);
        } else if (r->state[rank].met == mark) { /* barred, or referred to this vacancy and met again */
            r->set_aside[r->aside_count++] = h->items[0];
            heap_pop(h);
        } else if (refer(r, rank, mark)) {
            h->items[0] = item_now(r, rank);
            sift_down(h->items, h->count, 0);
        } else {
            heap_pop(h);
        }
    }
    for (uint32_t i = 0; i < r->aside_count; i++) {
        heap_push(&r->heaps[r->state[r->set_aside[i].index].heap], r->set_aside[i]);
    }
    r->aside_count = 0;
}

/* Finds who is named; `mark` is entered at each, and meeting it again is an error. */
static bool mark_ids(Run *r, const uint32_t *list, uint32_t count, bool as_barred, uint32_t mark, Err *err)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t c = id_index_find(&r->ids, list[i]);
        if (c == MATCH_NONE) {
            return err_set(err, FIELD_CHOICE, "A vacancy names candidate %u, who is not in the pool.", list[i]);
        }
        uint32_t *at = as_barred ? &r->state[r->rank_of[c]].met : &r->listed[c];
        if (*at == mark) {
            return err_set(err, FIELD_CHOICE, "A vacancy names candidate %u twice in one list.", list[i]);
        }
        *at = mark;
    }
    return true;
}

static void serve_listed(Run *r, const MatchVacancy *v, MatchReferred *row, uint32_t mark)
{
    ArenaMark place = arena_mark(r->arena);
    HeapItem *items = ARENA_ARRAY(r->arena, HeapItem, v->listed_count);
    Heap h = {.items = items};
    for (uint32_t i = 0; i < v->listed_count; i++) {
        uint32_t rank = r->rank_of[id_index_find(&r->ids, v->listed[i])];
        if (r->state[rank].met == mark) {
            continue;
        }
        row->eligible++;
        if (has_room(r, rank)) {
            items[h.count++] = item_now(r, rank);
        }
    }
    heap_build(items, h.count);
    while (r->taken_count < row->wanted && h.count > 0) {
        (void)refer(r, items[0].index, mark);
        heap_pop(&h);
    }
    row->cutoff.binding = h.count > 0 && r->taken_count > 0;
    arena_rewind(r->arena, place);
}

/* The heaps of the vacancy's groups; false for a group named twice. */
static bool collect_heaps(Run *r, const MatchVacancy *v, Heap **heaps, uint32_t *ret_count, Err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->group_count; i++) {
        Heap *h = find_heap(r, v->groups[i]);
        for (uint32_t k = 0; h != NULL && k < n; k++) {
            if (heaps[k] == h) {
                return err_set(err, FIELD_CHOICE, "Vacancy %u names group %u twice.", v->id, v->groups[i]);
            }
        }
        if (h != NULL) {
            heaps[n++] = h;
        }
    }
    *ret_count = n;
    return true;
}

static bool serve_groups(Run *r, const MatchVacancy *v, MatchReferred *row, uint32_t mark, Err *err)
{
    ArenaMark place = arena_mark(r->arena);
    Heap **heaps = ARENA_ARRAY(r->arena, Heap *, v->group_count);
    uint32_t n = 0, with_room = 0;
    if (!collect_heaps(r, v, heaps, &n, err)) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        row->eligible += heaps[i]->members;
        with_room += heaps[i]->with_room;
    }
    for (uint32_t i = 0; i < v->barred_count; i++) {
        uint32_t rank = r->rank_of[id_index_find(&r->ids, v->barred[i])];
        for (uint32_t k = 0; k < n; k++) {
            bool inside = &r->heaps[r->state[rank].heap] == heaps[k];
            row->eligible -= inside;
            with_room -= inside && has_room(r, rank);
        }
    }
    take_from_heaps(r, heaps, n, row->wanted, mark);
    row->cutoff.binding = with_room > r->taken_count && r->taken_count > 0;
    arena_rewind(r->arena, place);
    return true;
}

static bool serve(Run *r, const MatchVacancy *v, MatchReferred *row, Err *err)
{
    uint32_t mark = row->turn + 1;
    uint64_t wanted = (uint64_t)v->places * v->multiple;
    row->wanted = wanted > MOST_REFERRALS ? MOST_REFERRALS : (uint32_t)wanted;
    r->taken_count = 0;
    if (!mark_ids(r, v->barred, v->barred_count, true, mark, err)) {
        return false;
    }
    if (v->listed != NULL) {
        if (!mark_ids(r, v->listed, v->listed_count, false, mark, err)) {
            return false;
        }
        serve_listed(r, v, row, mark);
    } else if (!serve_groups(r, v, row, mark, err)) {
        return false;
    }
    uint32_t *list = ARENA_ARRAY(r->arena, uint32_t, r->taken_count);
    if (r->taken_count > 0) {
        memcpy(list, r->taken, r->taken_count * sizeof *list);
    }
    row->candidates = list;
    row->count = r->taken_count;
    return true;
}

/* The last one referred, with the exposure before this vacancy. Called when the turns are over. */
static void set_cutoff(const MatchReferral *ret, MatchReferred *row, const uint32_t *exposure_now)
{
    if (row->cutoff.binding) {
        uint32_t last = row->candidates[row->count - 1];
        const MatchCandidate *c = &ret->round->pool[last];
        row->cutoff = (MatchCutoff){.standing = c->standing,
                                    .ticket = c->ticket,
                                    .id = c->id,
                                    .binding = true,
                                    .exposure = c->exposure + exposure_now[last]};
    }
}

static bool check_size(const MatchReferralRound *round, Err *err)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < round->vacancy_count; i++) {
        const MatchVacancy *v = &round->vacancies[i];
        uint64_t wanted = (uint64_t)v->places * v->multiple;
        most += wanted < round->pool_count ? wanted : round->pool_count;
    }
    if (most > MOST_REFERRALS) {
        return err_set(err, TOO_LARGE, "One round may ask for at most %d referrals.", MOST_REFERRALS);
    }
    for (uint32_t i = 0; i < round->pool_count; i++) {
        if (round->pool[i].exposure > UINT32_MAX - round->vacancy_count) {
            return err_set(err, FIELD_RANGE, "Candidate %u has been referred too often to count.", round->pool[i].id);
        }
    }
    return true;
}

/* Which vacancies each candidate was shown to, in the order of turns; and the cutoffs on the way. */
static void index_shown(Run *r, const uint32_t *turns, MatchReferral *ret)
{
    uint32_t n = r->round->pool_count, sum = 0;
    uint32_t *start = ARENA_ARRAY(r->arena, uint32_t, (size_t)n + 1), *seen = ARENA_ARRAY(r->arena, uint32_t, n);
    for (uint32_t c = 0; c < n; c++) {
        start[c] = sum;
        sum += ret->exposure[c] - r->round->pool[c].exposure;
    }
    start[n] = sum;
    uint32_t *shown = ARENA_ARRAY(r->arena, uint32_t, sum);
    for (uint32_t t = 0; t < r->round->vacancy_count; t++) {
        MatchReferred *row = &ret->rows[turns[t]];
        if (t + 8 < r->round->vacancy_count) {
            const MatchReferred *next = &ret->rows[turns[t + 8]];
            PREFETCH(next->count ? &r->round->pool[next->candidates[next->count - 1]] : NULL);
        }
        set_cutoff(ret, row, seen);
        for (uint32_t i = 0; i < row->count; i++) {
            uint32_t c = row->candidates[i];
            shown[start[c] + seen[c]++] = turns[t];
        }
    }
    ret->shown_start = start;
    ret->shown = shown;
}

/* An index of ids where a list needs it; without lists, rising ids need no more than a look. */
static bool index_ids(Run *r, const uint32_t *order, Err *err)
{
    const MatchReferralRound *round = r->round;
    bool is_rising = true;
    for (uint32_t i = 1; i < round->pool_count && is_rising; i++) {
        is_rising = round->pool[i - 1].id < round->pool[i].id;
    }
    for (uint32_t v = 0; v < round->vacancy_count; v++) {
        r->has_lists = r->has_lists || round->vacancies[v].listed != NULL || round->vacancies[v].barred_count > 0;
    }
    SortBy by = {round->pool, candidate_standing, candidate_ticket, candidate_id};
    uint32_t twice = 0;
    if ((r->has_lists || !is_rising) && !id_index_new(r->arena, by, round->pool_count, &r->ids, &twice)) {
        return err_set(err, DUPLICATE_PERSON, "Candidate %u is in the pool twice.", twice);
    }
    if (r->has_lists) {
        r->listed = ARENA_ARRAY(r->arena, uint32_t, round->pool_count);
        r->rank_of = ARENA_ARRAY(r->arena, uint32_t, round->pool_count);
        for (uint32_t i = 0; i < round->pool_count; i++) {
            r->rank_of[order[i]] = i;
        }
    }
    return true;
}

/* Room for the largest vacancy: who is taken, and who is met but not taken. */
static void make_desk(Run *r)
{
    uint64_t most = 0, barred = 0;
    for (uint32_t v = 0; v < r->round->vacancy_count; v++) {
        const MatchVacancy *x = &r->round->vacancies[v];
        uint64_t wanted = (uint64_t)x->places * x->multiple;
        most = wanted > most ? wanted : most;
        barred = x->barred_count > barred ? x->barred_count : barred;
    }
    most = most < r->round->pool_count ? most : r->round->pool_count;
    r->taken = ARENA_ARRAY(r->arena, uint32_t, most);
    r->set_aside = ARENA_ARRAY(r->arena, HeapItem, most + barred);
}

static void copy_counts(Run *r, MatchReferral *out)
{
    uint32_t n = r->round->pool_count;
    out->exposure = ARENA_ARRAY(r->arena, uint32_t, n);
    out->open = ARENA_ARRAY(r->arena, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        out->exposure[r->state[i].candidate] = r->state[i].exposure;
        out->open[r->state[i].candidate] = r->state[i].open;
    }
    ReferralIndex *index = ARENA_NEW(r->arena, ReferralIndex);
    SortItem *spans = ARENA_ARRAY(r->arena, SortItem, r->heap_count),
             *spare = ARENA_ARRAY(r->arena, SortItem, r->heap_count);
    for (uint32_t i = 0; i < r->heap_count; i++) {
        spans[i] = (SortItem){.key = r->heaps[i].group, .index = r->heaps[i].first, .beside = r->heaps[i].members};
    }
    sort_by_key(spans, spare, r->heap_count);
    *index = (ReferralIndex){.ids = r->ids, .spans = spans, .span_count = r->heap_count, .by_group = r->by_group};
    out->index = index;
}

static bool is_verified(const MatchReferral *r, Err *err)
{
    Arena *scratch = arena_new(0);
    Err found = {0};
    bool is_right = match_verify_referral(scratch, r, &found);
    arena_free(scratch);
    return is_right || err_set(err, CANNOT_DECIDE, "The check refused the round: %s", found.text);
}

/* Turns jump about in memory; what the next ones read is asked for early. */
static void fetch_heads(const Run *r, const MatchVacancy *v)
{
    enum { GROUPS = 4, DEPTH = 3 };
    for (uint32_t i = 0; i < v->group_count && i < GROUPS; i++) {
        const Heap *h = find_heap(r, v->groups[i]);
        for (uint32_t k = 0; h != NULL && h->is_queue && k < DEPTH && h->head + k < h->count; k++) {
            PREFETCH(&r->state[h->items[h->head + k].index]);
        }
        if (h != NULL && h->is_queue && h->returned_count > 0) {
            PREFETCH(&r->state[h->returned[h->returned_head].index]);
        }
    }
}

static void fetch_ahead(const Run *r, const MatchReferral *out, const uint32_t *turns, uint32_t t)
{
    enum { FAR = 12, NEAR = 6, NEXT = 2 };
    const MatchReferralRound *round = out->round;
    if (t + FAR < round->vacancy_count) {
        const char *v = (const char *)&round->vacancies[turns[t + FAR]];
        PREFETCH(v);
        PREFETCH(v + sizeof(MatchVacancy) - 1);
        PREFETCH(&out->rows[turns[t + FAR]]);
        PREFETCH(round->vacancies[turns[t + NEAR]].groups);
        if (!r->has_lists) {
            fetch_heads(r, &round->vacancies[turns[t + NEXT]]);
        }
    }
}

bool match_referral(Arena *a, const MatchReferralRound *round, MatchReferral *ret, Err *err)
{
    Run r = {.arena = a, .round = round};
    if (!check_size(round, err)) {
        return false;
    }
    arena_reserve(a, (size_t)round->pool_count * BYTES_EACH + (size_t)round->vacancy_count * sizeof(MatchReferred));
    SortBy by = {round->pool, candidate_standing, candidate_ticket, candidate_id};
    const uint32_t *order = sort_order(a, by, round->pool_count);
    if (!index_ids(&r, order, err)) {
        return false;
    }
    r.state = ARENA_ARRAY(a, State, round->pool_count);
    build_heaps(&r, order);
    make_desk(&r);
    SortBy vacancy_by = {round->vacancies, vacancy_priority, vacancy_ticket, vacancy_id};
    const uint32_t *turns = sort_order(a, vacancy_by, round->vacancy_count);
    MatchReferral out = {.round = round, .rows = ARENA_ARRAY(a, MatchReferred, round->vacancy_count)};
    for (uint32_t t = 0; t < round->vacancy_count; t++) {
        MatchReferred *row = &out.rows[turns[t]];
        fetch_ahead(&r, &out, turns, t);
        row->turn = t;
        if (!serve(&r, &round->vacancies[turns[t]], row, err)) {
            return false;
        }
    }
    copy_counts(&r, &out);
    index_shown(&r, turns, &out);
    if (!is_verified(&out, err)) {
        return false;
    }
    *ret = out;
    return true;
}
