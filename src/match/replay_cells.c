/* replay_cells.c: the tree of caps of a published round, by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "replay_int.h"

enum { DEEPEST = 16 };

typedef struct {
    const ReplayLine *row;
    Str name, parent, cap, own;
    uint32_t depth;
} Raw;

static bool read_raw(Arena *a, const ReplayRound *r, Raw **ret, uint32_t *ret_count, Map *by_name, Err *err)
{
    uint32_t first = 0, n = replay_rows(r, STR("cell"), &first);
    Raw *raw = ARENA_ARRAY(a, Raw, n);
    for (uint32_t i = 0; i < n; i++) {
        Str f[4];
        const ReplayLine *row = &r->rows[first + i];
        if (!replay_fields(row, 4, f, err)) {
            return false;
        }
        raw[i] = (Raw){row, f[0], f[1], f[2], f[3], 0};
        if (map_get(by_name, f[0]) != NULL) {
            return err_set(err, ALREADY_EXISTS, "Line %u: this cell is there twice.", row->number);
        }
        map_set(by_name, f[0], &raw[i]);
    }
    *ret = raw;
    *ret_count = n;
    return true;
}

static bool find_depths(Raw *raw, uint32_t n, const Map *by_name, Err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const Raw *at = &raw[i];
        while (at->parent.len > 0) {
            at = map_get(by_name, at->parent);
            if (at == NULL) {
                return err_set(err, FIELD_CHOICE, "Line %u: a parent is not there.", raw[i].row->number);
            }
            if (++raw[i].depth >= DEEPEST) {
                return err_set(err, TOO_DEEP, "Line %u: the cell is too deep, or its own parent.", raw[i].row->number);
            }
        }
    }
    return true;
}

static bool read_limit(const ReplayLine *row, Str text, uint32_t *ret, Err *err)
{
    int64_t n = MATCH_NONE;
    if (text.len > 0 && !replay_int(row, text, 0, UINT32_MAX - 1, &n, err)) {
        return false;
    }
    *ret = (uint32_t)n;
    return true;
}

static bool add_cell(const Raw *raw, ReplayCells *out, Err *err)
{
    uint32_t i = out->tree.count++;
    MatchCell *c = &out->cells[i];
    *c = (MatchCell){.parent = MATCH_NONE, .flexible = raw->own.len > 0};
    out->names[i] = raw->name;
    out->index[i] = i;
    if (raw->parent.len > 0) {
        c->parent = *(const uint32_t *)map_get(&out->by_name, raw->parent);
    }
    map_set(&out->by_name, raw->name, &out->index[i]);
    return read_limit(raw->row, raw->cap, &c->cap, err) && read_limit(raw->row, raw->own, &c->own, err);
}

bool replay_cells(Arena *a, const ReplayRound *r, ReplayCells *ret, Err *err)
{
    Map by_name = {.arena = a};
    Raw *raw = NULL;
    uint32_t n = 0;
    if (!read_raw(a, r, &raw, &n, &by_name, err) || !find_depths(raw, n, &by_name, err)) {
        return false;
    }
    ReplayCells out = {.by_name = {.arena = a}};
    out.cells = ARENA_ARRAY(a, MatchCell, n);
    out.names = ARENA_ARRAY(a, Str, n);
    out.index = ARENA_ARRAY(a, uint32_t, n);
    out.tree = (MatchTree){.cells = out.cells, .pool = r->pool};
    for (uint32_t depth = 0; depth < DEEPEST; depth++) {
        for (uint32_t i = 0; i < n; i++) {
            if (raw[i].depth == depth && !add_cell(&raw[i], &out, err)) {
                return false;
            }
        }
    }
    *ret = out;
    return true;
}

bool replay_cell(const ReplayCells *cells, const ReplayLine *row, Str name, bool may_be_empty, uint32_t *ret, Err *err)
{
    if (name.len == 0 && may_be_empty) {
        *ret = MATCH_NONE;
        return true;
    }
    const uint32_t *index = map_get(&cells->by_name, name);
    if (index == NULL) {
        return err_set(err, FIELD_CHOICE, "Line %u: this cell is not there.", row->number);
    }
    *ret = *index;
    return true;
}

void replay_put_cutoff(Buf *out, const char *key, MatchCutoff c)
{
    if (!c.binding) {
        buf_printf(out, " %s - %s_ticket -", key, key);
    } else if (c.id == MATCH_NONE && c.standing == INT64_MAX) {
        buf_printf(out, " %s closed %s_ticket -", key, key);
    } else {
        buf_printf(out, " %s %lld %s_ticket %016llx", key, (long long)c.standing, key, (unsigned long long)c.ticket);
    }
}
