/* market.c: worker-proposing deferred acceptance under a tree of caps with a flexible pool (a matroid, so that
 * dropping the lowest key of the smallest full cell is right). Not the check of the result: that is verify.c, which
 * shares nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "market_int.h"
#include "sort_int.h"
#include "tree_int.h"

#include <string.h>

/* A contract: worker takes wish. key = points, then ticket, unique per worker and points. */
typedef struct {
    uint64_t key;
    uint32_t worker, wish;
} Entry;

/* A vacancy or a cell. items holds what came in; entries whose worker has moved on are dropped when met. It becomes a
 * heap by rising key when the lowest is first asked for. */
typedef struct {
    Entry *items;
    uint32_t count, room, held, cap;
    uint32_t parent; /* cell */
    uint32_t own;
    bool flexible, is_heap, is_watched; /* watched: can become full, or competes for the pool */
} Node;

typedef struct {
    Arena *arena;
    const MatchMarket *m;
    Node *vacancies, *cells;
    uint64_t *vacancy_cut, *cell_cut; /* a key at or below it is refused for good */
    const uint64_t *floor;            /* the cut of the one root above all vacancies, or of nothing */
    uint32_t *low_bits;               /* per worker: higher for an earlier ticket */
    uint32_t *held;
    uint32_t *flexible; /* the flexible cells */
    uint32_t flexible_count;
    uint64_t overflow; /* units of the pool in use */
    uint64_t proposals, displaced;
} Run;

static uint64_t key_of(const Run *r, uint32_t w, uint32_t wish)
{
    return (uint64_t)((uint32_t)r->m->wish_points[wish] ^ UINT32_C(0x80000000)) << 32 | r->low_bits[w];
}

static bool is_live(const Run *r, const Entry *e)
{
    return r->held[e->worker] == e->wish;
}

static void sift_down(Entry *items, uint32_t count, uint32_t at)
{
    Entry x = items[at];
    for (uint64_t child; (child = 2 * (uint64_t)at + 1) < count; at = (uint32_t)child) {
        if (child + 1 < count && items[child + 1].key < items[child].key) {
            child++;
        }
        if (items[child].key >= x.key) {
            break;
        }
        items[at] = items[child];
    }
    items[at] = x;
}

static void drop_stale(const Run *r, Node *n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        if (is_live(r, &n->items[i])) {
            n->items[kept++] = n->items[i];
        }
    }
    n->count = kept;
    n->is_heap = false;
}

static void make_heap(Node *n)
{
    for (uint32_t i = n->count / 2; i-- > 0;) {
        sift_down(n->items, n->count, i);
    }
    n->is_heap = true;
}

static void node_push(Run *r, Node *n, Entry x)
{
    if (n->count == n->room) {
        if (n->held <= n->count / 2) {
            bool was_heap = n->is_heap;
            drop_stale(r, n);
            if (was_heap) {
                make_heap(n);
            }
        } else {
            uint32_t room = n->room ? n->room * 2 : (n->cap < 4 ? n->cap : 4);
            n->items = arena_grow(r->arena, n->items, n->room * sizeof(Entry), room * sizeof(Entry));
            n->room = room;
        }
    }
    uint32_t at = n->count++;
    for (; n->is_heap && at > 0 && x.key < n->items[(at - 1) / 2].key; at = (at - 1) / 2) {
        n->items[at] = n->items[(at - 1) / 2];
    }
    n->items[at] = x;
}

/* The lowest contract held; NULL if none is. */
static const Entry *node_lowest(const Run *r, Node *n)
{
    if (!n->is_heap) {
        drop_stale(r, n);
        make_heap(n);
    }
    while (n->count > 0 && !is_live(r, &n->items[0])) {
        n->items[0] = n->items[--n->count];
        if (n->count > 1) {
            sift_down(n->items, n->count, 0);
        }
    }
    return n->count > 0 ? &n->items[0] : NULL;
}

static void raise_cut(uint64_t *cut, uint64_t key)
{
    if (*cut < key) {
        *cut = key;
    }
}

static void hold(Run *r, Entry x)
{
    uint32_t v = r->m->wish_vacancy[x.wish];
    Node *n = &r->vacancies[v];
    r->held[x.worker] = x.wish;
    n->held++;
    check_that(n->held <= n->cap);
    node_push(r, n, x);
    for (uint32_t c = n->parent; c != MATCH_NONE; c = n->parent) {
        n = &r->cells[c];
        r->overflow += n->flexible && n->held >= n->own;
        n->held++;
        check_that(n->held <= n->cap && r->overflow <= r->m->tree.pool);
        if (n->is_watched) {
            node_push(r, n, x);
        }
    }
}

static void drop(Run *r, Entry y)
{
    Node *n = &r->vacancies[r->m->wish_vacancy[y.wish]];
    r->held[y.worker] = MATCH_NONE;
    n->held--;
    for (uint32_t c = n->parent; c != MATCH_NONE; c = n->parent) {
        n = &r->cells[c];
        r->overflow -= n->flexible && n->held > n->own;
        n->held--;
    }
    r->displaced++;
}

/* The lowest contract among all that compete with cell c for the pool. */
static const Entry *pool_lowest(Run *r, uint32_t c, uint32_t *ret_cell)
{
    const Entry *lowest = NULL;
    for (uint32_t i = 0; i < r->flexible_count; i++) {
        Node *n = &r->cells[r->flexible[i]];
        if (r->flexible[i] != c && n->held <= n->own) {
            continue;
        }
        const Entry *e = node_lowest(r, n);
        if (e != NULL && (lowest == NULL || e->key < lowest->key)) {
            lowest = e;
            *ret_cell = r->flexible[i];
        }
    }
    return lowest;
}

/* What full set stops x, smallest first: its lowest contract and the cut to raise. */
typedef struct {
    bool is_full;
    const Entry *lowest; /* NULL: the set is full and empty */
    uint64_t *cut, *other_cut;
} Barrier;

static Barrier find_barrier(Run *r, uint32_t v)
{
    Node *n = &r->vacancies[v];
    if (n->held >= n->cap) {
        return (Barrier){.is_full = true, .lowest = node_lowest(r, n), .cut = &r->vacancy_cut[v]};
    }
    for (uint32_t c = n->parent; c != MATCH_NONE; c = n->parent) {
        n = &r->cells[c];
        if (n->held >= n->cap) {
            return (Barrier){.is_full = true, .lowest = node_lowest(r, n), .cut = &r->cell_cut[c]};
        }
        if (n->flexible && n->held >= n->own && r->overflow >= r->m->tree.pool) {
            uint32_t other = c;
            const Entry *lowest = pool_lowest(r, c, &other);
            return (Barrier){true, lowest, &r->cell_cut[c], &r->cell_cut[other]};
        }
    }
    return (Barrier){0};
}

static bool is_cut(Run *r, uint32_t v, uint64_t key)
{
    if (key <= r->vacancy_cut[v]) {
        return true;
    }
    for (uint32_t c = r->vacancies[v].parent; c != MATCH_NONE; c = r->cells[c].parent) {
        if (key <= r->cell_cut[c]) {
            /* Kept at the vacancy, so that the next one refused here costs one comparison. */
            r->vacancy_cut[v] = r->cell_cut[c];
            return true;
        }
    }
    return false;
}

/* Tries one contract. True if it is held now; then ret_out is whom it displaced (worker MATCH_NONE: nobody). */
static bool try_contract(Run *r, Entry x, Entry *ret_out)
{
    uint32_t v = r->m->wish_vacancy[x.wish];
    if (is_cut(r, v, x.key)) {
        return false;
    }
    Barrier b = find_barrier(r, v);
    ret_out->worker = MATCH_NONE;
    if (b.is_full) {
        if (b.lowest == NULL || x.key < b.lowest->key) {
            raise_cut(b.cut, b.lowest ? b.lowest->key - 1 : UINT64_MAX);
            return false;
        }
        *ret_out = *b.lowest;
        drop(r, *ret_out);
        raise_cut(b.cut, ret_out->key);
        if (b.other_cut != NULL) {
            raise_cut(b.other_cut, ret_out->key);
        }
    }
    hold(r, x);
    return true;
}

static void place(Run *r, uint32_t w)
{
    uint32_t wish = r->m->starts[w];
    while (wish < r->m->starts[w + 1]) {
        Entry x = {.key = key_of(r, w, wish), .worker = w, .wish = wish}, out;
        r->proposals++;
        /* Most refusals are the nation's: they need no look at the vacancy. */
        if (x.key <= *r->floor || !try_contract(r, x, &out)) {
            wish++;
        } else if (out.worker != MATCH_NONE) {
            w = out.worker;
            wish = out.wish + 1;
        } else {
            return;
        }
    }
}

static int64_t no_standing(const void *array, uint32_t i)
{
    (void)array;
    (void)i;
    return 0;
}

static uint64_t worker_ticket(const void *tickets, uint32_t i)
{
    return ((const uint64_t *)tickets)[i];
}

static uint32_t worker_id(const void *array, uint32_t i)
{
    (void)array;
    return i;
}

/* Workers from the most points at the first wish, which keeps displacements few; any order gives the same result. Equal
 * ones stay as they lie in memory. */
static uint32_t *find_turns(Run *r)
{
    uint32_t n = r->m->worker_count;
    uint32_t *order = sort_order(r->arena, (SortBy){r->m->tickets, no_standing, worker_ticket, worker_id}, n);
    for (uint32_t i = 0; i < n; i++) {
        r->low_bits[order[i]] = UINT32_MAX - i;
    }
    ArenaMark mark = arena_mark(r->arena);
    SortItem *items = ARENA_ARRAY(r->arena, SortItem, n), *spare = ARENA_ARRAY(r->arena, SortItem, n);
    for (uint32_t w = 0; w < n; w++) {
        bool wants = r->m->starts[w] < r->m->starts[w + 1];
        int64_t points = wants ? r->m->wish_points[r->m->starts[w]] : INT32_MIN;
        items[w] = (SortItem){.key = (uint64_t)(INT32_MAX - points), .index = w};
    }
    sort_by_key(items, spare, n);
    for (uint32_t i = 0; i < n; i++) {
        order[i] = items[i].index;
    }
    arena_rewind(r->arena, mark);
    return order;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void build_nodes(Run *r)
{
    const MatchMarket *m = r->m;
    uint64_t *reach = ARENA_ARRAY(r->arena, uint64_t, m->tree.count); /* most that can come into the cell */
    for (uint32_t v = 0; v < m->vacancy_count; v++) {
        uint32_t seats = (uint32_t)least(m->vacancies[v].seats, m->worker_count);
        r->vacancies[v] = (Node){.cap = seats, .parent = m->vacancies[v].cell, .is_watched = true};
        if (r->vacancies[v].parent != MATCH_NONE) {
            reach[r->vacancies[v].parent] += seats;
        }
    }
    for (uint32_t c = m->tree.count; c-- > 0;) {
        const MatchCell *cell = &m->tree.cells[c];
        r->cells[c] = (Node){.cap = cell->cap, .parent = cell->parent, .own = cell->own, .flexible = cell->flexible};
        r->cells[c].is_watched = cell->flexible || reach[c] > cell->cap;
        if (cell->parent != MATCH_NONE) {
            reach[cell->parent] += least(reach[c], cell->cap);
        }
        if (cell->flexible) {
            r->flexible[r->flexible_count++] = c;
        }
    }
}

static void find_floor(Run *r)
{
    static const uint64_t nothing = 0;
    bool is_whole = true;
    for (uint32_t c = 1; c < r->m->tree.count; c++) {
        is_whole = is_whole && r->m->tree.cells[c].parent != MATCH_NONE;
    }
    for (uint32_t v = 0; v < r->m->vacancy_count; v++) {
        is_whole = is_whole && r->m->vacancies[v].cell != MATCH_NONE;
    }
    r->floor = is_whole && r->m->tree.count > 0 ? &r->cell_cut[0] : &nothing;
}

static void run_all(Run *r)
{
    const uint32_t *order = find_turns(r);
    const MatchMarket *m = r->m;
    enum { AHEAD = 12, LINE = 12 };
    for (uint32_t i = 0; i < m->worker_count; i++) {
        if (i + 2 * AHEAD < m->worker_count) {
            PREFETCH(&m->starts[order[i + 2 * AHEAD]]);
        }
        if (i + AHEAD < m->worker_count) {
            uint32_t at = m->starts[order[i + AHEAD]];
            PREFETCH(&r->low_bits[order[i + AHEAD]]);
            uint32_t later = at + LINE < m->starts[m->worker_count] ? at + LINE : at;
            PREFETCH(&m->wish_points[at]);
            PREFETCH(&m->wish_points[later]);
            PREFETCH(&m->wish_vacancy[at]);
            PREFETCH(&m->wish_vacancy[later]);
        }
        place(r, order[i]);
    }
}

static bool check_market(const MatchMarket *m, Err *err)
{
    if (m->worker_count == MATCH_NONE || m->vacancy_count == MATCH_NONE) {
        return err_set(err, TOO_LARGE, "There are too many workers or vacancies.");
    }
    if (!tree_check(&m->tree, err)) {
        return false;
    }
    for (uint32_t w = 0; w < m->worker_count; w++) {
        if (m->starts[w] > m->starts[w + 1]) {
            return err_set(err, BAD_REQUEST, "The list of worker %u ends before it starts.", w);
        }
    }
    uint32_t wishes = m->worker_count ? m->starts[m->worker_count] : 0;
    if (wishes == MATCH_NONE) {
        return err_set(err, TOO_LARGE, "There are too many wishes.");
    }
    for (uint32_t i = m->worker_count ? m->starts[0] : 0; i < wishes; i++) {
        if (m->wish_vacancy[i] >= m->vacancy_count) {
            return err_set(err, BAD_REQUEST, "Wish %u names vacancy %u, which does not exist.", i, m->wish_vacancy[i]);
        }
    }
    for (uint32_t v = 0; v < m->vacancy_count; v++) {
        if (m->vacancies[v].cell != MATCH_NONE && m->vacancies[v].cell >= m->tree.count) {
            return err_set(err, BAD_REQUEST, "Vacancy %u is in a cell that does not exist.", v);
        }
    }
    return true;
}

bool match_deferred_acceptance(Arena *a, const MatchMarket *m, MatchOutcome *ret, Err *err)
{
    if (!check_market(m, err)) {
        return false;
    }
    MatchOutcome out = {.held = ARENA_ARRAY(a, uint32_t, m->worker_count)};
    Arena *work = arena_new(0);
    Run r = {.arena = work, .m = m, .held = out.held};
    r.vacancies = ARENA_ARRAY(work, Node, m->vacancy_count);
    r.cells = ARENA_ARRAY(work, Node, m->tree.count);
    r.vacancy_cut = ARENA_ARRAY(work, uint64_t, m->vacancy_count);
    r.cell_cut = ARENA_ARRAY(work, uint64_t, m->tree.count);
    r.low_bits = ARENA_ARRAY(work, uint32_t, m->worker_count);
    r.flexible = ARENA_ARRAY(work, uint32_t, m->tree.count);
    if (m->worker_count > 0) {
        memset(out.held, 0xff, m->worker_count * sizeof *out.held);
    }
    build_nodes(&r);
    find_floor(&r);
    run_all(&r);
    out.proposals = r.proposals;
    out.displaced = r.displaced;
    arena_reset(work);
    Err found = {0};
    bool is_right = match_verify(work, m, out.held, &found);
    arena_free(work);
    if (!is_right) {
        return err_set(err, CANNOT_DECIDE, "The check refused the outcome: %s", found.text);
    }
    market_cutoffs(a, m, &out);
    *ret = out;
    return true;
}
