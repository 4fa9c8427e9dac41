/* reads.c: what a step asks for before it decides.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

static FeelEntry entry_text(const char *name, Str text)
{
    return (FeelEntry){str_from_c(name), feel_str(text)};
}

Value command_case_value(FeelRun *run, const Scheme *s, const CaseRow *row)
{
    if (row == NULL) {
        return feel_null();
    }
    Arena *a = feel_run_arena(run);
    const SchemeType *type = scheme_type(s, row->type);
    Value data = feel_null();
    Err err;
    if (!feel_from_json(a, row->data, type ? type->type : NULL, &data, &err) || data.kind != FEEL_CONTEXT) {
        data = feel_context(NULL, 0);
    }
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, data.len + 6 + (type ? type->field_count : 0));
    size_t n = 0;
    entries[n++] = entry_text("id", row->id);
    entries[n++] = entry_text("type", row->type);
    entries[n++] = entry_text("state", row->state);
    entries[n++] = (FeelEntry){STR("version"), feel_int(row->version)};
    entries[n++] = (FeelEntry){STR("opened"), feel_date(row->opened)};
    entries[n++] = (FeelEntry){STR("since"), feel_date(row->since)};
    for (size_t i = 0; i < data.len; i++) {
        entries[n++] = feel_entries(data)[i];
    }
    for (size_t i = 0; type != NULL && i < type->field_count; i++) { /* not yet known is null, not an error */
        if (json_get_str(row->data, type->fields[i].name) == NULL) {
            entries[n++] = (FeelEntry){type->fields[i].name, feel_null()};
        }
    }
    return feel_context(entries, n);
}

/* Values of where as the index holds them: plain text. A null asks for nothing and finds nothing. */
static bool where_values(Planning *p, const SchemeRead *read, CommandWhere *ret)
{
    for (size_t i = 0; i < read->where.count; i++) {
        Value v = feel_eval(p->in->run, read->where.items[i].code, p->frame);
        if (feel_is_null(v)) {
            return false;
        }
        Buf b = buf_new(p->a, 4096);
        feel_print_plain(&b, v);
        ret[i] = (CommandWhere){read->where.items[i].name, b.len ? buf_str(&b) : STR("")};
    }
    return true;
}

static Value rows_value(Planning *p, const CaseRow *rows, size_t count)
{
    Value *items = ARENA_ARRAY(p->a, Value, count + 1);
    for (size_t i = 0; i < count; i++) {
        items[i] = command_case_value(p->in->run, p->in->scheme, &rows[i]);
    }
    return feel_list(items, count);
}

/* The command's own case does not count among the others. */
static size_t without_own(const Planning *p, const SchemeRead *read, CaseRow *rows, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!read->own_excluded || p->in->row == NULL || !str_eq(rows[i].id, p->in->row->id)) {
            rows[n++] = rows[i];
        }
    }
    return n;
}

static bool read_rows(Planning *p, size_t index, Value *ret)
{
    const SchemeRead *read = &p->in->step->reads[index];
    const CommandFacts *facts = &p->in->facts;
    CommandWhere *where = ARENA_ARRAY(p->a, CommandWhere, read->where.count + 1);
    bool found = where_values(p, read, where);
    if (read->kind == READ_COUNT) {
        int64_t n = 0;
        if (found && !facts->count(facts->host, read->type, where, read->where.count, &read->states, &n, p->err)) {
            return false;
        }
        *ret = feel_int(n);
        return true;
    }
    const CaseRow *rows = NULL;
    size_t count = 0;
    if (found &&
        !facts->list(facts->host, read->type, where, read->where.count, &read->states, &rows, &count, p->err)) {
        return false;
    }
    CaseRow *own = (CaseRow *)(uintptr_t)rows;
    count = without_own(p, read, own, count);
    if (read->kind == READ_FIND) {
        *ret = count ? command_case_value(p->in->run, p->in->scheme, &rows[0]) : feel_null();
        return true;
    }
    p->pool[index] = rows;
    p->pool_count[index] = count;
    *ret = rows_value(p, rows, count);
    return true;
}

static bool read_by_id(Planning *p, const SchemeRead *read, Value *ret)
{
    const CommandFacts *facts = &p->in->facts;
    Str id = feel_text(feel_eval(p->in->run, read->id, p->frame));
    *ret = feel_null();
    if (id.len == 0) {
        return true;
    }
    if (read->kind == READ_CASE) {
        const CaseRow *row = NULL;
        if (!facts->by_id(facts->host, id, &row, p->err)) {
            return false;
        }
        *ret = command_case_value(p->in->run, p->in->scheme, row);
        return true;
    }
    CommandUnits units;
    if (!facts->units(facts->host, id, &units, p->err)) {
        return false;
    }
    FeelEntry *e = ARENA_ARRAY(p->a, FeelEntry, 3);
    e[0] = (FeelEntry){STR("total"), feel_int(units.total)};
    e[1] = (FeelEntry){STR("taken"), feel_int(units.taken)};
    e[2] = (FeelEntry){STR("free"), feel_int(units.total - units.taken)};
    *ret = feel_context(e, 3);
    return true;
}

bool plan_reads(Planning *p)
{
    const SchemeStep *step = p->in->step;
    p->pool = ARENA_ARRAY(p->a, const CaseRow *, step->read_count + 1);
    p->pool_count = ARENA_ARRAY(p->a, size_t, step->read_count + 1);
    for (size_t i = 0; i < step->read_count; i++) {
        const SchemeRead *read = &step->reads[i];
        bool by_id = read->kind == READ_CASE || read->kind == READ_UNITS;
        Value *slot = &p->frame[SLOT_FIRST_READ + i];
        if (by_id ? !read_by_id(p, read, slot) : !read_rows(p, i, slot)) {
            return false;
        }
    }
    return true;
}
