/* bulk.c: uploads and the outcomes of their rows, in tables of their own that are never rebuilt from the log.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bulk_int.h"
#include "flow/sign.h"

#include <sodium.h>
#include <string.h>

enum { ID_BYTES = 9, KEPT_DAYS = 7, LEASE_MS = 5000, DAY_MS = 86400000 };

#define JOB_COLUMNS                                                                                                                  \
    "id, scheme, step, account, language, file_name, file_hash, state, stop_reason, all_or_none, at, ended, rows_seen, total, good," \
    " refused, waiting, repeated, faulty, lease"

bool bulk_prepare(Store *s, Err *err)
{
    static const char *const CREATE[] = {
        "CREATE TABLE IF NOT EXISTS bulk_jobs (id TEXT PRIMARY KEY, scheme TEXT NOT NULL, step TEXT NOT NULL, account TEXT NOT NULL,"
        " language TEXT NOT NULL, file_name TEXT NOT NULL, file_hash TEXT NOT NULL, state TEXT NOT NULL, stop_reason TEXT NOT NULL,"
        " all_or_none BIGINT NOT NULL, at BIGINT NOT NULL, ended BIGINT NOT NULL, rows_seen BIGINT NOT NULL, total BIGINT NOT NULL,"
        " good BIGINT NOT NULL, refused BIGINT NOT NULL, waiting BIGINT NOT NULL, repeated BIGINT NOT NULL, faulty BIGINT NOT NULL,"
        " lease BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS bulk_jobs_by_account ON bulk_jobs (account, at)",
        "CREATE TABLE IF NOT EXISTS bulk_files (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, at BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS bulk_rows (job TEXT NOT NULL, n BIGINT NOT NULL, row_number BIGINT NOT NULL, column_number BIGINT"
        " NOT NULL, outcome TEXT NOT NULL, case_id TEXT NOT NULL, field TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL,"
        " PRIMARY KEY (job, n))",
    };
    for (size_t i = 0; i < COUNT_OF(CREATE); i++) {
        if (!store_exec(s, CREATE[i], NULL, 0, err)) {
            return false;
        }
    }
    return true;
}

/* ---- The file, sealed: it may hold personal data of people who never agreed to be kept ---- */

static bool file_key(Store *s, unsigned char *ret, Err *err)
{
    Hash h;
    if (!store_secret(s, STR("bulk-files"), &h, err)) {
        return false;
    }
    memcpy(ret, h.b, crypto_secretbox_KEYBYTES);
    return true;
}

static bool seal(Store *s, Arena *a, Str bytes, Str *ret, Err *err)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    size_t head = crypto_secretbox_NONCEBYTES;
    unsigned char *box = arena_alloc(a, head + crypto_secretbox_MACBYTES + bytes.len);
    if (!file_key(s, key, err)) {
        return false;
    }
    randombytes_buf(box, head);
    crypto_secretbox_easy(box + head, (const unsigned char *)bytes.ptr, bytes.len, box, key);
    sodium_memzero(key, sizeof key);
    *ret = (Str){(const char *)box, head + crypto_secretbox_MACBYTES + bytes.len};
    return true;
}

static bool open_seal(Store *s, Arena *a, Str box, Str *ret, Err *err)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    size_t head = crypto_secretbox_NONCEBYTES, over = head + crypto_secretbox_MACBYTES;
    unsigned char *bytes = arena_alloc(a, box.len + 1);
    const unsigned char *from = (const unsigned char *)box.ptr;
    if (!file_key(s, key, err)) {
        return false;
    }
    bool ok = box.len >= over && crypto_secretbox_open_easy(bytes, from + head, box.len - head, from, key) == 0;
    sodium_memzero(key, sizeof key);
    *ret = (Str){(const char *)bytes, ok ? box.len - over : 0};
    return ok || err_set(err, STORE_FAILED, "The uploaded file cannot be opened with this store's key.");
}

bool bulk_content(Store *s, Arena *a, Str id, Str *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    if (!store_query(s, a, "SELECT sealed FROM bulk_files WHERE id = $1", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_FOUND, "The file of this upload is gone; please send it again.");
    }
    return open_seal(s, a, rows.cells[0].s, ret, err);
}

bool bulk_drop_content(Store *s, Str id, Err *err)
{
    StoreValue p[] = {STORE_S(id)};
    return store_exec(s, "DELETE FROM bulk_files WHERE id = $1", p, N(p), err);
}

/* ---- Uploads ---- */

static Str plain_name(Arena *a, Str name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') {
            name = str_sub(name, i, name.len);
            break;
        }
    }
    return name.len ? str_copy(a, str_sub(name, 0, 200)) : STR("file");
}

bool bulk_add(const Flow *f, Arena *a, const Caller *caller, const BulkForm *form, Str language, Str file_name,
              Str bytes, Instant now, Str *ret_id, Err *err)
{
    Str sealed, id;
    bool signs;
    if (bytes.len == 0) {
        return err_field(err, FIELD_MISSING, "file",
                         file_name.len > 0 ? "This file is empty." : "Choose a file first.");
    }
    if (bytes.len > BULK_FILE_BYTES) {
        return err_field(err, TOO_LARGE, "file", "%s", err_plain(TOO_LARGE));
    }
    if (!sign_step_is_needed(f->store, a, form->step, caller->account, &signs, err)) {
        return false;
    }
    if (signs) {
        return err_set(err, NEEDS_SIGNATURE, "%s", err_plain(NEEDS_SIGNATURE));
    }
    id = random_text(a, ID_BYTES);
    Str hash = hex_print(a, HASH_STR(hash_of(bytes)));
    StoreValue job[] = {STORE_S(id),
                        STORE_S(scheme_id(form->scheme)),
                        STORE_S(form->step->name),
                        STORE_S(caller->account),
                        STORE_S(language),
                        STORE_S(plain_name(a, file_name)),
                        STORE_S(hash),
                        STORE_I(now.ms)};
    StoreValue old[] = {STORE_I(now.ms - (int64_t)KEPT_DAYS * DAY_MS)};
    if (!seal(f->store, a, bytes, &sealed, err) || !store_begin(f->store, err)) {
        return false;
    }
    StoreValue file[] = {STORE_S(id), STORE_B(sealed), STORE_I(now.ms)};
    bool ok = store_exec(f->store, "DELETE FROM bulk_files WHERE at < $1", old, N(old), err) &&
              store_exec(f->store, "INSERT INTO bulk_files (id, sealed, at) VALUES ($1, $2, $3)", file, N(file), err) &&
              store_exec(f->store,
                         "INSERT INTO bulk_jobs (" JOB_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, 'check', '', 0,"
                         " $8, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                         job, N(job), err);
    if (!ok) {
        store_rollback(f->store);
        return false;
    }
    *ret_id = id;
    return store_commit(f->store, err);
}

static BulkJob job_of(const StoreValue *c)
{
    return (BulkJob){.id = c[0].s,
                     .scheme = c[1].s,
                     .step = c[2].s,
                     .account = c[3].s,
                     .language = c[4].s,
                     .file_name = c[5].s,
                     .file_hash = c[6].s,
                     .state = c[7].s,
                     .stop_reason = c[8].s,
                     .all_or_none = c[9].i != 0,
                     .at = {c[10].i},
                     .ended = {c[11].i},
                     .rows = c[12].i,
                     .total = c[13].i,
                     .good = c[14].i,
                     .refused = c[15].i,
                     .waiting = c[16].i,
                     .repeated = c[17].i,
                     .faulty = c[18].i,
                     .lease = c[19].i};
}

bool bulk_find(Store *s, Arena *a, Str id, Str account, BulkJob *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    if (!store_query(s, a, "SELECT " JOB_COLUMNS " FROM bulk_jobs WHERE id = $1", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0 || (account.len > 0 && !str_eq(account, rows.cells[3].s))) {
        return err_set(err, NOT_FOUND, "There is no such upload.");
    }
    *ret = job_of(rows.cells);
    return true;
}

bool bulk_list(Store *s, Arena *a, Str account, int64_t limit, const BulkJob **ret, size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(limit)};
    if (!store_query(s, a, "SELECT " JOB_COLUMNS " FROM bulk_jobs WHERE account = $1 ORDER BY at DESC, id LIMIT $2", p,
                     N(p), &rows, err)) {
        return false;
    }
    BulkJob *list = ARENA_ARRAY(a, BulkJob, rows.row_count + 1);
    for (size_t i = 0; i < rows.row_count; i++) {
        list[i] = job_of(&rows.cells[i * rows.column_count]);
    }
    *ret = list;
    *ret_count = rows.row_count;
    return true;
}

static bool set_state(Store *s, Str id, Str state, bool all_or_none, Err *err)
{
    StoreValue p[] = {STORE_S(state), STORE_I(all_or_none), STORE_S(id)};
    return store_exec(s, "UPDATE bulk_jobs SET state = $1, all_or_none = $2 WHERE id = $3", p, N(p), err);
}

bool bulk_order(Store *s, Arena *a, Str id, bool all_or_none, Err *err)
{
    BulkJob job;
    if (!store_begin(s, err)) {
        return false;
    }
    bool ok = bulk_find(s, a, id, STR(""), &job, err);
    bool ready = ok && (str_eq_c(job.state, "checked") || str_eq_c(job.state, "stopped"));
    if (ok && !ready) {
        err_set(err, WRONG_STATE, "This upload does not wait for a run.");
    }
    /* A run that goes on keeps its counts and its choice; what was stopped before the dry run ended is
     * checked again. */
    bool unchecked = ready && job.total == 0;
    bool goes_on = ready && str_eq_c(job.state, "stopped") && !unchecked;
    if (!ready ||
        !set_state(s, id, unchecked ? STR("check") : STR("run"), goes_on ? job.all_or_none : all_or_none, err)) {
        store_rollback(s);
        return false;
    }
    if (!goes_on) {
        job.rows = job.good = job.refused = job.waiting = job.repeated = job.faulty = 0;
        job.state = unchecked ? STR("check") : STR("run");
        job.all_or_none = all_or_none;
        if (!bulk_rows_clear(s, id, err) || !bulk_save(s, &job, 0, err)) {
            store_rollback(s);
            return false;
        }
    }
    return store_commit(s, err);
}

bool bulk_stop(Store *s, Arena *a, Str id, Err *err)
{
    BulkJob job;
    StoreValue p[] = {STORE_S(id)};
    if (!bulk_find(s, a, id, STR(""), &job, err)) {
        return false;
    }
    if (!str_eq_c(job.state, "check") && !str_eq_c(job.state, "run")) {
        return err_set(err, WRONG_STATE, "Nothing runs here.");
    }
    return store_exec(s, "UPDATE bulk_jobs SET state = 'stopped' WHERE id = $1 AND (state = 'check' OR state = 'run')",
                      p, N(p), err);
}

bool bulk_take(Store *s, Arena *a, Instant now, Str wanted, Str *ret_id, Err *err)
{
    StoreRows rows;
    const char *waits =
        "SELECT id FROM bulk_jobs WHERE (state = 'check' OR state = 'run') AND lease < $1 AND ($2 = '' OR id = $3)"
        " ORDER BY at LIMIT 1";
    StoreValue p[] = {STORE_I(now.ms), STORE_S(wanted), STORE_S(wanted)};
    *ret_id = STR("");
    if (!store_query(s, a, waits, p, N(p), &rows, err) || rows.row_count == 0) {
        return rows.row_count == 0;
    }
    if (!store_begin(s, err)) {
        return false;
    }
    bool ok = store_query(s, a, waits, p, N(p), &rows, err);
    if (ok && rows.row_count > 0) {
        StoreValue lease[] = {STORE_I(now.ms + LEASE_MS), STORE_S(rows.cells[0].s)};
        ok = store_exec(s, "UPDATE bulk_jobs SET lease = $1 WHERE id = $2", lease, N(lease), err);
        *ret_id = rows.cells[0].s;
    }
    if (!ok) {
        store_rollback(s);
        return false;
    }
    return store_commit(s, err);
}

bool bulk_save(Store *s, const BulkJob *j, int64_t lease, Err *err)
{
    StoreValue p[] = {STORE_S(j->state),    STORE_S(j->stop_reason), STORE_I(j->ended.ms), STORE_I(j->rows),
                      STORE_I(j->total),    STORE_I(j->good),        STORE_I(j->refused),  STORE_I(j->waiting),
                      STORE_I(j->repeated), STORE_I(j->faulty),      STORE_I(lease),       STORE_S(j->id)};
    return store_exec(
        s,
        "UPDATE bulk_jobs SET state = $1, stop_reason = $2, ended = $3, rows_seen = $4, total = $5, good = $6,"
        " refused = $7, waiting = $8, repeated = $9, faulty = $10, lease = $11 WHERE id = $12",
        p, N(p), err);
}

/* ---- Rows ---- */

bool bulk_row_add(Store *s, Str id, int64_t n, const BulkRow *r, Err *err)
{
    StoreValue p[] = {STORE_S(id),         STORE_I(n),        STORE_I(r->row),  STORE_I(r->column), STORE_S(r->outcome),
                      STORE_S(r->case_id), STORE_S(r->field), STORE_S(r->code), STORE_S(r->text)};
    return store_exec(
        s,
        "INSERT INTO bulk_rows (job, n, row_number, column_number, outcome, case_id, field, code, text) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        p, N(p), err);
}

bool bulk_rows_clear(Store *s, Str id, Err *err)
{
    StoreValue p[] = {STORE_S(id)};
    return store_exec(s, "DELETE FROM bulk_rows WHERE job = $1", p, N(p), err);
}

bool bulk_rows(Store *s, Arena *a, Str id, bool faults_only, int64_t offset, int64_t limit, const BulkRow **ret,
               size_t *ret_count, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id), STORE_I(faults_only), STORE_I(limit), STORE_I(offset)};
    if (!store_query(
            s, a,
            "SELECT row_number, column_number, outcome, case_id, field, code, text FROM bulk_rows WHERE job = $1 AND"
            " ($2 = 0 OR outcome = 'fault') ORDER BY n LIMIT $3 OFFSET $4",
            p, N(p), &rows, err)) {
        return false;
    }
    BulkRow *list = ARENA_ARRAY(a, BulkRow, rows.row_count + 1);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        list[i] = (BulkRow){c[0].i, c[1].i, c[2].s, c[3].s, c[4].s, c[5].s, c[6].s};
    }
    *ret = list;
    *ret_count = rows.row_count;
    return true;
}
