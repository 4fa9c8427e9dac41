/* cli_round.c: published rounds of a store, and receipts for what was filed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "base/file.h"
#include "query/query.h"

#include <string.h>

enum { MOST_RECEIPT = 65536 };

static int put_text(Cli *c, Str text)
{
    return fwrite(text.ptr, 1, text.len, c->out) == text.len ? 0 : 74;
}

/* ---- match publish ROUND, match replay ROUND ---- */

static bool replayed(Cli *c, CliReplay replay, const QueryRound *r, Str *ret, Err *err)
{
    Str plain;
    if (r->result.len == 0) {
        return err_set(err, NOT_IN_FORCE, "The secret of this round is not revealed yet.");
    }
    if (!replay(c->a, r->rows, false, &plain, err)) {
        return false;
    }
    if (!str_ends(plain, str_printf(c->a, "result %.*s\n", STR_ARG(r->result)))) {
        return err_set(err, LOG_DAMAGED, "Recomputed, this round has another outcome than the log says (entry %lld).",
                       (long long)r->seq);
    }
    *ret = plain;
    return !c->json || replay(c->a, r->rows, true, ret, err);
}

int cli_round(Cli *c, CliReplay replay)
{
    Err err;
    QueryRound r;
    if (c->argc != 3) {
        return cli_usage(c, "Name one round, by the id of its case.");
    }
    if (!cli_open(c, STORE_READ, &err) || !query_round(c->flow.store, c->a, str_from_c(c->argv[2]), &r, &err)) {
        return cli_fail(c, &err);
    }
    Str text = r.rows;
    if (strcmp(c->argv[1], "replay") == 0 && !replayed(c, replay, &r, &text, &err)) {
        return cli_fail(c, &err);
    }
    return put_text(c, text);
}

/* ---- receipt ---- */

static int print_receipts(Cli *c, Str id)
{
    Err err;
    Event *events;
    size_t count, given = 0;
    if (!cli_open(c, STORE_READ, &err) || !query_history(c->flow.store, c->a, id, &events, &count, &err)) {
        return cli_fail(c, &err);
    }
    for (size_t i = 0; i < count; i++) {
        Str note;
        if (json_get(events[i].data, "filed") == NULL) {
            continue;
        }
        if (!store_receipt(c->flow.store, c->a, events[i].seq, &note, &err)) {
            return cli_fail(c, &err);
        }
        (void)put_text(c, note);
        given++;
    }
    if (given == 0) {
        err_set(&err, NOT_FOUND, "For %.*s no receipt was given.", STR_ARG(id));
        return cli_fail(c, &err);
    }
    return 0;
}

static bool check_signature(Cli *c, Str note, Str key_text, Str *ret_text, Err *err)
{
    NoteKey key;
    if (key_text.len > 0) {
        return note_verifier_parse(c->a, key_text, &key, err) && note_open(c->a, note, &key, ret_text, err);
    }
    return cli_open(c, STORE_READ, err) && store_check_receipt(c->flow.store, c->a, note, err) &&
           note_verifier_parse(c->a, store_log_verifier(c->flow.store, c->a), &key, err) &&
           note_open(c->a, note, &key, ret_text, err);
}

static bool check_form(Cli *c, Str text, Str form, Err *err)
{
    Json *j;
    if (!json_parse(c->a, form, &j, err)) {
        return false;
    }
    Buf b = buf_new(c->a, (size_t)1 << 24);
    json_canonical(&b, c->a, j);
    Str want = str_printf(c->a, "\nfiled %.*s\n", STR_ARG(hex_print(c->a, HASH_STR(hash_of(buf_str(&b))))));
    return (buf_ok(&b) && str_find(text, want, 0) != SIZE_MAX) ||
           err_set(err, LOG_DAMAGED, "The receipt is for another form.");
}

static int check_receipt(Cli *c)
{
    Err err;
    Str note, text, form = cli_option(c, "form");
    if (c->argc != 3) {
        return cli_usage(c, "Name one file.");
    }
    if (!file_load(c->a, str_from_c(c->argv[2]), MOST_RECEIPT, &note, &err) ||
        !check_signature(c, note, c->key, &text, &err) || (form.len > 0 && !check_form(c, text, form, &err))) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "ok: this receipt was signed by the log\n%.*s", STR_ARG(text));
    return 0;
}

int cli_receipt(Cli *c)
{
    if (c->argc > 1 && strcmp(c->argv[1], "check") == 0) {
        return check_receipt(c);
    }
    return c->argc == 2 ? print_receipts(c, str_from_c(c->argv[1])) : cli_usage(c, "Name one case.");
}
