/* cli_bulk.c: one step many times from a spreadsheet, and the signed result of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <string.h>

#include "base/file.h"
#include "bulk/bulk.h"

enum { FAULTS_SHOWN = 20 };
#define RESULT_BYTES ((size_t)256 << 20)

typedef struct {
    Cli *c;
    bool shows;
} Clock;

static Instant clock_now(void *host)
{
    Clock *k = host;
    Instant now = {0};
    Err err;
    (void)!cli_now(k->c, &now, &err); /* was read once before */
    return now;
}

static bool show_progress(void *host, const BulkJob *job)
{
    Clock *k = host;
    if (k->shows) {
        Str of = job->total > 0 ? str_printf(k->c->a, " of %lld", (long long)job->total) : STR("");
        fprintf(k->c->errors, "%lld%.*s rows: %lld good, %lld with faults\n", (long long)job->rows, STR_ARG(of),
                (long long)job->good, (long long)job->faulty);
    }
    return true;
}

static Json *job_json(Cli *c, const BulkJob *j)
{
    const struct {
        const char *name;
        int64_t n;
    } COUNTS[] = {{"rows", j->rows},       {"total", j->total},       {"good", j->good},    {"refused", j->refused},
                  {"waiting", j->waiting}, {"repeated", j->repeated}, {"faulty", j->faulty}};
    Json *o = json_new_object(c->a);
    json_set(c->a, o, STR("upload"), json_new_str(c->a, j->id));
    json_set(c->a, o, STR("step"), json_new_str(c->a, j->step));
    json_set(c->a, o, STR("file"), json_new_str(c->a, j->file_name));
    json_set(c->a, o, STR("sha256"), json_new_str(c->a, j->file_hash));
    json_set(c->a, o, STR("state"), json_new_str(c->a, j->state));
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++) {
        json_set(c->a, o, str_from_c(COUNTS[i].name), json_new_int(c->a, COUNTS[i].n));
    }
    return o;
}

static Str column_letters(Cli *c, int64_t column)
{
    Str letters = STR("");
    for (; column > 0; column = (column - 1) / 26) {
        letters = str_printf(c->a, "%c%.*s", (char)('A' + (column - 1) % 26), STR_ARG(letters));
    }
    return letters;
}

static bool print_job(Cli *c, const BulkJob *job, Err *err)
{
    const BulkRow *rows;
    size_t count;
    if (!bulk_rows(c->flow.store, c->a, job->id, true, 0, FAULTS_SHOWN, &rows, &count, err)) {
        return false;
    }
    if (c->json) {
        Json *j = job_json(c, job), *list = json_set(c->a, j, STR("faults"), json_new_array(c->a));
        for (size_t i = 0; i < count; i++) {
            Json *f = json_new_object(c->a);
            json_set(c->a, f, STR("row"), json_new_int(c->a, rows[i].row));
            json_set(c->a, f, STR("column"), json_new_str(c->a, column_letters(c, rows[i].column)));
            json_set(c->a, f, STR("field"), json_new_str(c->a, rows[i].field));
            json_set(c->a, f, STR("code"), json_new_str(c->a, rows[i].code));
            json_set(c->a, f, STR("text"), json_new_str(c->a, rows[i].text));
            json_push(c->a, list, f);
        }
        cli_print_json(c, j);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(c->out, "row %lld%s%.*s %.*s: %.*s (%.*s)\n", (long long)rows[i].row, rows[i].column ? ", column " : "",
                STR_ARG(column_letters(c, rows[i].column)), STR_ARG(rows[i].field), STR_ARG(rows[i].text),
                STR_ARG(rows[i].code));
    }
    fprintf(
        c->out,
        "upload %.*s is %.*s: %lld rows, %lld good (%lld refused by law, %lld wait for a second person, %lld done before),"
        " %lld with faults\n",
        STR_ARG(job->id), STR_ARG(job->state), (long long)job->rows, (long long)job->good, (long long)job->refused,
        (long long)job->waiting, (long long)job->repeated, (long long)job->faulty);
    if (job->stop_reason.len > 0) {
        fprintf(c->out, "%.*s\n", STR_ARG(job->stop_reason));
    }
    return true;
}

/* ---- Files ---- */

static bool write_file(Cli *c, Str path, Str bytes, Err *err)
{
    FILE *f = fopen(str_c(c->a, path), "wb");
    bool ok = f != NULL && fwrite(bytes.ptr ? bytes.ptr : "", 1, bytes.len, f) == bytes.len;
    ok = f != NULL && fclose(f) == 0 && ok;
    return ok || err_set(err, IO_FAILED, "%.*s cannot be written.", STR_ARG(path));
}

static bool write_result(Cli *c, const BulkJob *job, Str path, Err *err)
{
    Str note;
    Buf out = buf_new(c->a, RESULT_BYTES);
    return bulk_result(&c->flow, c->a, job, job->language, str_ends(path, STR(".xlsx")), &out, err) &&
           bulk_sign(&c->flow, c->a, job, buf_str(&out), &note, err) && write_file(c, path, buf_str(&out), err) &&
           write_file(c, str_printf(c->a, "%.*s.note", STR_ARG(path)), note, err);
}

/* ---- Commands ---- */

static bool open_as(Cli *c, Caller *ret, const Scheme **ret_scheme, Err *err)
{
    Str scheme;
    if (!cli_open(c, STORE_WRITE, err) || !bulk_prepare(c->flow.store, err) ||
        !flow_caller(&c->flow, c->a, c->as, ret, &scheme, err)) {
        return false;
    }
    *ret_scheme = flow_scheme(&c->flow, scheme);
    return true;
}

/* Does what is ordered, then tells it. Exit status 1 where rows had faults. */
static int work(Cli *c, Str id, Str result, bool only_on_end, Err *err)
{
    Clock clock = {.c = c, .shows = !c->json};
    BulkClock k = {.now = clock_now, .host = &clock, .goes_on = show_progress};
    BulkJob job;
    Str taken;
    if (!bulk_take(c->flow.store, c->a, clock_now(&clock), id, &taken, err)) {
        return cli_fail(c, err);
    }
    if (taken.len == 0) {
        err_set(err, STORE_BUSY, "Another process works on this upload; please try again in a few seconds.");
        return cli_fail(c, err);
    }
    bool ok = bulk_work(&c->flow, id, &k, err);
    if (!ok && err_http_status(err->code) >= 500) {
        return cli_fail(c, err);
    }
    if (!bulk_find(c->flow.store, c->a, id, STR(""), &job, err) ||
        (result.len > 0 && !write_result(c, &job, result, err)) ||
        (!(only_on_end && str_eq_c(job.state, "checked")) && !print_job(c, &job, err))) {
        return cli_fail(c, err);
    }
    return job.faulty > 0 || !ok || str_eq_c(job.state, "broken") ? 1 : 0;
}

static int send_file(Cli *c, Str language)
{
    Err err;
    Instant now;
    Caller caller;
    const Scheme *s;
    BulkForm form;
    Str bytes, id, result = cli_option(c, "result");
    bool dry = cli_flag(c, "dry-run"), all_or_none = cli_flag(c, "all-or-none");
    if (c->argc != 3) {
        return cli_usage(c, "Name the step and the file.");
    }
    Str path = str_from_c(c->argv[2]);
    if (!open_as(c, &caller, &s, &err) || !cli_now(c, &now, &err)) {
        return cli_fail(c, &err);
    }
    language = language.len ? language : caller.language;
    if (!bulk_form(c->a, s, &caller, str_from_c(c->argv[1]), language, &form, &err) ||
        !file_load(c->a, path, BULK_FILE_BYTES, &bytes, &err) ||
        !bulk_add(&c->flow, c->a, &caller, &form, language, path, bytes, now, &id, &err)) {
        return cli_fail(c, &err);
    }
    BulkJob job;
    int status = work(c, id, dry ? result : STR(""), c->json && !dry, &err);
    bool checked = bulk_find(c->flow.store, c->a, id, STR(""), &job, &err) && str_eq_c(job.state, "checked");
    bool nothing = checked && all_or_none && job.faulty > 0;
    if (nothing && c->json && !dry && !print_job(c, &job, &err)) {
        return cli_fail(c, &err);
    }
    if (dry || !checked || nothing) {
        return status;
    }
    return bulk_order(c->flow.store, c->a, id, all_or_none, &err) ? work(c, id, result, false, &err)
                                                                  : cli_fail(c, &err);
}

static int write_template(Cli *c, Str language)
{
    Err err;
    Caller caller;
    const Scheme *s;
    BulkForm form;
    Buf out = buf_new(c->a, RESULT_BYTES);
    if (c->argc != 4) {
        return cli_usage(c, "Name the step and the file to write.");
    }
    Str path = str_from_c(c->argv[3]);
    if (!open_as(c, &caller, &s, &err) ||
        !bulk_form(c->a, s, &caller, str_from_c(c->argv[2]), language.len ? language : caller.language, &form, &err) ||
        !bulk_template(c->a, &form, language.len ? language : caller.language, str_ends(path, STR(".xlsx")), &out,
                       &err) ||
        !write_file(c, path, buf_str(&out), &err)) {
        return cli_fail(c, &err);
    }
    return 0;
}

static int list_uploads(Cli *c)
{
    Err err;
    Caller caller;
    const Scheme *s;
    const BulkJob *jobs;
    size_t count;
    if (!open_as(c, &caller, &s, &err) || !bulk_list(c->flow.store, c->a, caller.account, 100, &jobs, &count, &err)) {
        return cli_fail(c, &err);
    }
    Json *list = json_new_array(c->a);
    for (size_t i = 0; i < count; i++) {
        json_push(c->a, list, job_json(c, &jobs[i]));
        if (!c->json) {
            fprintf(c->out, "%.*s  %.*s  %-8.*s %6lld rows, %lld good, %lld with faults  %.*s\n", STR_ARG(jobs[i].id),
                    STR_ARG(instant_print(c->a, jobs[i].at)), STR_ARG(jobs[i].state), (long long)jobs[i].rows,
                    (long long)jobs[i].good, (long long)jobs[i].faulty, STR_ARG(jobs[i].step));
        }
    }
    if (c->json) {
        cli_print_json(c, list);
    }
    return 0;
}

static int go_on(Cli *c)
{
    Err err;
    Caller caller;
    const Scheme *s;
    BulkJob job;
    Str result = cli_option(c, "result");
    bool all_or_none = cli_flag(c, "all-or-none");
    if (c->argc != 3) {
        return cli_usage(c, "Name the upload.");
    }
    if (!open_as(c, &caller, &s, &err) ||
        !bulk_find(c->flow.store, c->a, str_from_c(c->argv[2]), caller.account, &job, &err)) {
        return cli_fail(c, &err);
    }
    bool waits = str_eq_c(job.state, "check") || str_eq_c(job.state, "run"); /* interrupted */
    if (!waits && !bulk_order(c->flow.store, c->a, job.id, all_or_none, &err)) {
        return cli_fail(c, &err);
    }
    return work(c, job.id, result, false, &err);
}

static int save_result(Cli *c)
{
    Err err;
    Caller caller;
    const Scheme *s;
    BulkJob job;
    if (c->argc != 4) {
        return cli_usage(c, "Name the upload and the file to write.");
    }
    bool ok = open_as(c, &caller, &s, &err) &&
              bulk_find(c->flow.store, c->a, str_from_c(c->argv[2]), caller.account, &job, &err) &&
              write_result(c, &job, str_from_c(c->argv[3]), &err);
    return ok ? 0 : cli_fail(c, &err);
}

static int check_result(Cli *c)
{
    Err err;
    Str bytes, note, text, verifier = cli_option(c, "verifier");
    if (c->argc != 4) {
        return cli_usage(c, "Name the result file and its note.");
    }
    if ((verifier.len == 0 && (!cli_open(c, STORE_WRITE, &err) || !bulk_verifier(&c->flow, c->a, &verifier, &err))) ||
        !file_load(c->a, str_from_c(c->argv[2]), RESULT_BYTES, &bytes, &err) ||
        !file_load(c->a, str_from_c(c->argv[3]), 65536, &note, &err) ||
        !bulk_open(c->a, verifier, note, bytes, &text, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%.*s", STR_ARG(text));
    return 0;
}

int cli_bulk(Cli *c)
{
    Str language = cli_option(c, "language"), verb = c->argc > 1 ? str_from_c(c->argv[1]) : STR("");
    Instant now;
    Err err;
    if (!cli_now(c, &now, &err)) {
        return cli_fail(c, &err);
    }
    if (str_eq_c(verb, "template")) {
        return write_template(c, language);
    }
    return str_eq_c(verb, "list")     ? list_uploads(c)
           : str_eq_c(verb, "resume") ? go_on(c)
           : str_eq_c(verb, "result") ? save_result(c)
           : str_eq_c(verb, "check")  ? check_result(c)
                                      : send_file(c, language);
}
