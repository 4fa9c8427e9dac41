/* bulk_work.c: the dry run and the run of an upload, row by row.
 * The run writes many rows in one transaction and its own progress with them: after a crash it goes on behind the last
 * row that is written, and each row's key (file and row) refuses a second time what a second upload sends again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_int.h"

#include <string.h>

enum { ROWS_AT_ONCE = 500, LEASE_MS = 5000 };
static const size_t ROW_MEMORY = (size_t)1 << 29;

typedef struct {
    const Flow *f;
    const BulkClock *clock;
    Arena *a, *row_arena; /* for the whole work; for one row */
    BulkJob job;
    BulkForm form;
    Caller caller;
    BulkHeading heading;
    bool has_heading, dry;
    bool careful; /* each row's writes are answered before the next one: what the database refuses is named */
    bool open;    /* a transaction is open */
    bool commit_failed;
    int64_t skip;    /* data rows that an earlier run has done */
    int64_t seen, n; /* data rows and result lines so far */
    int64_t unsaved;
    Map unique; /* of the dry run: what rows before this one would take */
    struct {
        BulkRow *items;
        size_t count, cap;
    } kept; /* lines not written yet: a dry run opens no transaction for one, "all or none" may go back */
    Err *err;
    bool ok;
} Work;

/* ---- Transactions and progress ---- */

static bool host_goes_on(Work *w)
{
    w->unsaved = 0;
    return w->clock->goes_on == NULL || w->clock->goes_on(w->clock->host, &w->job) ||
           err_set(w->err, STORE_BUSY, "Interrupted; the rest is done later.");
}

/* Asked to stop? Read in the transaction that would write over it. Who took the work meanwhile does it; the keys see to
 * it that no row is done twice. */
static bool goes_on(Work *w)
{
    BulkJob now;
    if (!bulk_find(w->f->store, w->row_arena, w->job.id, STR(""), &now, w->err)) {
        return false;
    }
    if (now.lease != w->job.lease) {
        return err_set(w->err, STORE_BUSY, "Another process has taken this upload.");
    }
    if (str_eq_c(now.state, "stopped")) {
        w->job.state = STR("stopped");
    }
    return true;
}

static bool begin(Work *w)
{
    w->open = w->open || store_begin(w->f->store, w->err);
    return w->open;
}

static bool write_kept(Work *w)
{
    bool ok = true;
    for (size_t i = 0; ok && i < w->kept.count; i++) {
        ok = bulk_row_add(w->f->store, w->job.id, ++w->n, &w->kept.items[i], w->err);
    }
    w->kept.count = 0;
    return ok;
}

static bool commit(Work *w)
{
    if (!goes_on(w)) {
        return false;
    }
    bool stops = str_eq_c(w->job.state, "stopped"), ends = !host_goes_on(w);
    w->job.lease = stops || ends ? 0 : w->clock->now(w->clock->host).ms + LEASE_MS;
    bool ok = write_kept(w) && bulk_save(w->f->store, &w->job, w->job.lease, w->err);
    w->open = false;
    if (!ok) {
        w->commit_failed = true;
        store_rollback(w->f->store);
        return false;
    }
    w->commit_failed = !store_commit(w->f->store, w->err);
    return !w->commit_failed && !stops && !ends;
}

static bool chunk_is_over(Work *w)
{
    if (++w->unsaved < ROWS_AT_ONCE) {
        return true;
    }
    if (!w->dry && w->job.all_or_none) {
        return host_goes_on(w);
    }
    return begin(w) && commit(w);
}

/* ---- Outcomes ---- */

static bool add_line(Work *w, const BulkRow *row)
{
    bool keeps = w->dry || (w->job.all_or_none && str_eq_c(row->outcome, "fault"));
    if (!keeps) {
        return begin(w) && bulk_row_add(w->f->store, w->job.id, ++w->n, row, w->err);
    }
    if (w->kept.count == w->kept.cap) {
        size_t cap = w->kept.cap ? w->kept.cap * 2 : 256;
        w->kept.items = arena_grow(w->a, w->kept.items, w->kept.cap * sizeof(BulkRow), cap * sizeof(BulkRow));
        w->kept.cap = cap;
    }
    BulkRow *k = &w->kept.items[w->kept.count++];
    *k = *row;
    k->field = str_copy(w->a, row->field);
    k->code = str_copy(w->a, row->code);
    k->text = str_copy(w->a, row->text);
    return true;
}

static bool add_fault(Work *w, size_t row, const Err *e)
{
    Str field = str_from_c(e->field);
    BulkRow line = {.row = (int64_t)row,
                    .column = w->has_heading ? (int64_t)bulk_column_of(&w->heading, field) : 0,
                    .outcome = STR("fault"),
                    .case_id = STR(""),
                    .field = field,
                    .code = str_from_c(err_name(e->code)),
                    .text = str_from_c(e->text)};
    return add_line(w, &line);
}

static bool add_faults(Work *w, size_t row, const ErrList *faults, const Err *err)
{
    w->job.faulty++;
    for (size_t i = 0; i < faults->count; i++) {
        if (!add_fault(w, row, &faults->items[i])) {
            return false;
        }
    }
    return faults->count > 0 || add_fault(w, row, err);
}

/* A failure of the store is none of the row's: the work stops where it is and can go on later. */
static bool is_failure(ErrCode code)
{
    return err_http_status(code) >= 500 && code != CANNOT_DECIDE && code != MODEL_BROKEN && code != LAW_BROKEN;
}

/* What the database refused is the row's, where nothing else was waiting and only this row was undone. */
static bool is_of_row(const Work *w, ErrCode code)
{
    return !is_failure(code) || (w->careful && code == STORE_FAILED && !store_is_lost(w->f->store));
}

/* ---- What two rows of a file would both take ---- */

static bool takes_again(Work *w, Str key, size_t row)
{
    if (map_get(&w->unique, key) != NULL) {
        return true;
    }
    size_t *kept = ARENA_NEW(w->a, size_t);
    *kept = row;
    map_set(&w->unique, str_copy(w->a, key), kept);
    return false;
}

static void fault_of_pair(Work *w, ErrList *faults, Str field, size_t other)
{
    Err e;
    err_field(&e, ALREADY_EXISTS, str_c(w->row_arena, field), "The same stands in row %zu of this file.", other);
    err_list_add(faults, e);
}

static void check_pairs(Work *w, const CommandPlan *plan, Str case_id, size_t row, ErrList *faults)
{
    if (case_id.len > 0) {
        Str key = str_printf(w->row_arena, "case=%.*s", STR_ARG(case_id));
        if (takes_again(w, key, row)) {
            fault_of_pair(w, faults, STR("case"), *(size_t *)map_get(&w->unique, key));
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        const Json *lists[] = {json_get(plan->events[i].data, "index"), json_get(plan->events[i].sealed, "index")};
        for (size_t k = 0; k < COUNT_OF(lists); k++) {
            for (size_t n = 0; n < json_count(lists[k]); n++) {
                const Json *entry = lists[k]->items[n];
                if (entry->count < 3 || !json_is_true(entry->items[2]) || json_text(entry->items[1]).len == 0) {
                    continue;
                }
                Str field = json_text(entry->items[0]);
                Str key = str_printf(w->row_arena, "%.*s=%.*s", STR_ARG(field), STR_ARG(json_text(entry->items[1])));
                if (takes_again(w, key, row)) {
                    fault_of_pair(w, faults, field, *(size_t *)map_get(&w->unique, key));
                }
            }
        }
    }
}

/* ---- One row ---- */

static bool count_good(Work *w, const FlowResult *r, size_t row)
{
    Str outcome = json_text_at(r->outcome, "outcome");
    bool waits = !r->repeated && w->form.step->two_people;
    w->job.good++;
    w->job.waiting += waits;
    w->job.repeated += r->repeated;
    w->job.refused += str_eq_c(outcome, "refused");
    BulkRow line = {.row = (int64_t)row,
                    .outcome = r->repeated ? STR("repeated")
                               : waits     ? STR("waiting")
                                           : outcome,
                    .case_id = json_text_at(r->outcome, "case"),
                    .field = STR(""),
                    .code = STR(""),
                    .text = STR("")};
    return w->dry || add_line(w, &line);
}

static bool take_row(Work *w, size_t row, const Str *cells, size_t count)
{
    Arena *a = w->row_arena;
    Instant now = w->clock->now(w->clock->host);
    ErrList faults = {.arena = a};
    Command c = {.scheme = scheme_id(w->form.scheme), .step = w->form.step->name, .expected_version = -1};
    c.key = str_printf(a, "bulk/%.*s/%.*s/%zu", STR_ARG(w->job.step), STR_ARG(w->job.file_hash), row);
    if (!bulk_row_form(w->f, a, &w->heading, cells, count, &c.form, &c.case_id, &faults)) {
        return add_faults(w, row, &faults, NULL);
    }
    if (!w->dry && !begin(w)) {
        return false;
    }
    FlowResult r;
    if (!flow_run(w->f, flow_new_run(a, now), &w->caller, &c,
                  w->dry       ? FLOW_DRY
                  : w->careful ? FLOW_JOIN_SETTLED
                               : FLOW_JOIN,
                  now, &r)) {
        if (!is_of_row(w, r.err.code)) {
            *w->err = r.err;
            return false;
        }
        return add_faults(w, row, &r.faults, &r.err);
    }
    if (w->dry && !r.repeated) {
        check_pairs(w, &r.plan, c.case_id, row, &faults);
        if (faults.count > 0) {
            return add_faults(w, row, &faults, NULL);
        }
    }
    return count_good(w, &r, row);
}

static bool take_heading(Work *w, size_t row, const Str *cells, size_t count)
{
    ErrList faults = {.arena = w->a};
    w->has_heading = bulk_heading(w->a, &w->form, cells, count, &w->heading, &faults);
    if (w->has_heading) {
        return true;
    }
    w->job.state = STR("broken");
    w->job.stop_reason = STR("HEADING");
    for (size_t i = 0; i < faults.count; i++) {
        if (!add_fault(w, row, &faults.items[i])) {
            return false;
        }
    }
    return false;
}

static bool each_row(void *host, size_t row, const Str *cells, size_t count)
{
    Work *w = host;
    if (!w->has_heading) {
        w->ok = take_heading(w, row, cells, count);
        return w->ok;
    }
    if (++w->seen <= w->skip) {
        return true;
    }
    w->job.rows++;
    w->ok = take_row(w, row, cells, count) && chunk_is_over(w);
    arena_reset(w->row_arena);
    return w->ok;
}

/* ---- The whole ---- */

static bool prepare(Work *w, Str id)
{
    Str scheme;
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    if (!bulk_find(w->f->store, w->a, id, STR(""), &w->job, w->err)) {
        return false;
    }
    w->dry = str_eq_c(w->job.state, "check");
    w->skip = w->dry ? 0 : w->job.rows;
    if (w->dry) {
        w->job.rows = w->job.good = w->job.refused = w->job.waiting = w->job.repeated = w->job.faulty = 0;
    }
    const Scheme *s = flow_scheme(w->f, w->job.scheme);
    if (s == NULL) {
        return err_set(w->err, NOT_FOUND, "There is no scheme %.*s.", STR_ARG(w->job.scheme));
    }
    if (!flow_caller(w->f, w->a, w->job.account, &w->caller, &scheme, w->err) ||
        !bulk_form(w->a, s, &w->caller, w->job.step, w->job.language, &w->form, w->err)) {
        return false;
    }
    w->caller.language = w->job.language;
    if (!store_query(w->f->store, w->a, "SELECT COALESCE(MAX(n), 0) FROM bulk_rows WHERE job = $1", p, N(p), &rows,
                     w->err)) {
        return false;
    }
    w->n = rows.cells[0].i;
    return !w->dry || bulk_rows_clear(w->f->store, id, w->err);
}

/* All or none, and some were not good: everything goes back, the faults are told. */
static bool take_back(Work *w)
{
    store_rollback(w->f->store);
    w->open = false;
    w->job.good = w->job.refused = w->job.waiting = w->job.repeated = 0;
    w->n = 0;
    return begin(w) && bulk_rows_clear(w->f->store, w->job.id, w->err);
}

/* Whatever comes: the transaction ends, and the upload says where it stands. */
static bool finish(Work *w)
{
    bool broken = str_eq_c(w->job.state, "broken"), stopped = str_eq_c(w->job.state, "stopped");
    if (!w->ok && !broken && !stopped) {
        return false;
    }
    if (w->ok && !w->dry && w->job.all_or_none && w->job.faulty > 0 && !take_back(w)) {
        return false;
    }
    if (w->ok) {
        w->job.total = w->job.rows;
        w->job.state = w->dry ? STR("checked") : STR("done");
    }
    w->job.ended = w->clock->now(w->clock->host);
    bool ends = !w->dry && w->ok;
    if (!begin(w) || !write_kept(w) || !bulk_save(w->f->store, &w->job, 0, w->err) ||
        (ends && !bulk_drop_content(w->f->store, w->job.id, w->err))) {
        return false;
    }
    w->open = false;
    if (w->clock->goes_on != NULL) {
        (void)w->clock->goes_on(w->clock->host, &w->job);
    }
    w->commit_failed = !store_commit(w->f->store, w->err);
    return !w->commit_failed;
}

/* What stops the work for good is told on the upload's page; a failure of the store leaves it waiting. */
static void tell_broken(Work *w)
{
    Err reason = *w->err, ignored;
    if (w->job.id.len == 0 || is_failure(reason.code)) {
        return;
    }
    w->job.state = STR("broken");
    w->job.stop_reason = str_printf(w->a, "%s %s%s%s", err_name(reason.code), reason.field,
                                    reason.field[0] != 0 ? ": " : "", reason.text);
    w->job.ended = w->clock->now(w->clock->host);
    (void)!bulk_save(w->f->store, &w->job, 0, &ignored);
}

/* Rows share a transaction and their writes wait, so the database may refuse late what one of them wrote, while another
 * is at it, and takes back all since the last commit without naming it. */
static bool was_refused_late(const Work *w)
{
    ErrCode code = w->err->code;
    return (w->commit_failed || w->open) && !w->dry && code != STORE_BUSY && code != STORE_FULL && code != BAD_FILE &&
           store_kept_nothing(w->f->store);
}

static bool work_through(const Flow *f, Str id, const BulkClock *clock, bool careful, bool *ret_late, Err *err)
{
    Work work = {.f = f, .clock = clock, .a = arena_new(0), .row_arena = arena_new(ROW_MEMORY), .err = err, .ok = true},
         *w = &work;
    Str bytes;
    w->careful = careful;
    w->unique.arena = w->a;
    bool ok =
        prepare(w, id) && bulk_content(f->store, w->a, id, &bytes, err) && sheet_read(bytes, NULL, each_row, w, err);
    if (ok && !w->has_heading && w->ok) {
        ok = err_set(err, BAD_FILE, "This file has no heading row.");
    }
    ok = ok && finish(w);
    if (!ok) {
        if (w->open) {
            store_rollback(f->store);
        }
        *ret_late = !careful && was_refused_late(w);
        if (!*ret_late) {
            tell_broken(w);
        }
    }
    w->row_arena = arena_free(w->row_arena);
    w->a = arena_free(w->a);
    return ok;
}

bool bulk_work(const Flow *f, Str id, const BulkClock *clock, Err *err)
{
    bool late = false;
    return work_through(f, id, clock, false, &late, err) || (late && work_through(f, id, clock, true, &late, err));
}
