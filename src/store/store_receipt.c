/* store_receipt.c: a signed receipt for what was filed: which case, when, the hash of the form, the hash of the entry.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_int.h"

typedef struct {
    Store *s;
    Arena *a;
    Str note;
} Receipt;

static bool make_note(void *host, const Event *e)
{
    Receipt *r = host;
    Arena *a = r->a;
    Str filed = json_text_at(e->data, "filed");
    if (filed.len > 0) {
        Str text = str_printf(
            a, "goldenbridge receipt 1\n%.*s\ncase %.*s\nstep %.*s\nentry %lld\nat %.*s\nfiled %.*s\nhash %.*s\n",
            STR_ARG(r->s->log_name), STR_ARG(e->stream), STR_ARG(json_text_at(e->data, "step")), (long long)e->seq,
            STR_ARG(instant_print(a, e->at)), STR_ARG(filed), STR_ARG(hex_print(a, HASH_STR(e->hash))));
        r->note = str_copy(a, note_sign(a, text, &r->s->keys.log));
    }
    return false;
}

bool store_receipt(Store *s, Arena *a, int64_t seq, Str *ret_note, Err *err)
{
    Receipt r = {.s = s, .a = a};
    if (!s->keys.is_known) {
        return err_set(err, STORE_FAILED, "The key file cannot be read, so that nothing can be signed.");
    }
    if (seq < 1 || !store_each(s, seq, seq, make_note, &r, err)) {
        return seq < 1 ? err_set(err, NOT_FOUND, "The log has no such entry.") : false;
    }
    if (r.note.len == 0) {
        return err_set(err, NOT_FOUND, "For this entry no receipt is given.");
    }
    *ret_note = r.note;
    return true;
}

bool store_check_receipt(Store *s, Arena *a, Str note, Err *err)
{
    Str text, again, line, rest;
    int64_t seq = 0;
    if (!note_open(a, note, &s->keys.log, &text, err)) {
        return false;
    }
    for (rest = text; str_cut(&rest, '\n', &line) && seq == 0;) {
        if (str_starts(line, STR("entry "))) {
            seq = str_to_int(str_sub(line, 6, line.len), &seq) ? seq : -1;
        }
    }
    if (!store_receipt(s, a, seq, &again, err)) {
        return false;
    }
    return str_eq(note, again) ||
           err_set(err, LOG_DAMAGED, "The log holds another entry under this number than the receipt says.");
}
