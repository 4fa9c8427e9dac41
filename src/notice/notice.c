/* notice.c: notices of an account: kept, listed, read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_int.h"

#include "view/view.h"

#define N(params) COUNT_OF(params)
#define COLUMNS "id, scheme, account, kind, what, case_id, due, params, made, read_at"
enum { MAX_PARAMS = 16 * 1024 };

/* ---- Kept ---- */

static About about_of(Str kind)
{
    return str_eq_c(kind, "deadline") ? ABOUT_DEADLINE : str_eq_c(kind, "message") ? ABOUT_MESSAGE : ABOUT_EVENT;
}

bool outbox_add(Store *s, Arena *a, Channel c, Str account, Str about, Instant now, Err *err)
{
    Str id = str_printf(a, "%.*s:%.*s", STR_ARG(contact_channel_name(c)), STR_ARG(about));
    StoreValue p[] = {STORE_S(id), STORE_S(contact_channel_name(c)), STORE_S(account), STORE_S(about), STORE_I(now.ms)};
    return store_exec(
        s,
        "INSERT INTO outbox (id, channel, account, about, state, attempts, next_at, made, ended, answer) VALUES ($1, $2,"
        " $3, $4, 'waiting', 0, $5, $5, 0, '') ON CONFLICT (id) DO NOTHING",
        p, N(p), err);
}

/* What the account asked for, to addresses that were confirmed. */
static bool add_sendings(Store *s, Arena *a, const Flow *f, const Notice *n, Err *err)
{
    Caller caller;
    Contact contact;
    Str scheme;
    Flow here = *f;
    here.store = s;
    Err closed;
    if (!flow_caller(&here, a, n->account, &caller, &scheme, &closed)) {
        *err = closed;
        return closed.code == NOT_SIGNED_IN;
    }
    if (!contact_find(s, a, n->account, contact_person(f, scheme, &caller), &contact, err)) {
        return false;
    }
    for (Channel c = CHANNEL_MAIL; c <= CHANNEL_SMS; c++) {
        if (contact.confirmed[c] && contact.wants[c][about_of(n->kind)] &&
            !outbox_add(s, a, c, n->account, n->id, n->made, err)) {
            return false;
        }
    }
    return true;
}

bool notice_add(Store *s, Arena *a, const Flow *f, const Notice *n, bool sends, bool *ret_new, Err *err)
{
    StoreRows rows;
    StoreValue id[] = {STORE_S(n->id)};
    if (!store_query(s, a, "SELECT 1 FROM notices WHERE id = $1", id, N(id), &rows, err)) {
        return false;
    }
    *ret_new = rows.row_count == 0;
    if (!*ret_new) {
        return true;
    }
    Buf params = buf_new(a, MAX_PARAMS);
    if (n->params != NULL) {
        json_write(&params, n->params);
    }
    StoreValue p[] = {
        STORE_S(n->id),     STORE_S(n->scheme),  STORE_S(n->account), STORE_S(n->kind),
        STORE_S(n->what),   STORE_S(n->case_id), STORE_S(n->due),     STORE_S(params.len ? buf_str(&params) : STR("")),
        STORE_I(n->made.ms)};
    return store_exec(s, "INSERT INTO notices (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)", p, N(p),
                      err) &&
           (!sends || add_sendings(s, a, f, n, err));
}

/* ---- Read ---- */

int64_t notice_unread(Store *s, Arena *a, Str account)
{
    StoreRows rows;
    Err ignored;
    StoreValue p[] = {STORE_S(account)};
    bool ok = store_query(s, a, "SELECT COUNT(*) FROM notices WHERE account = $1 AND read_at = 0 AND kind <> 'confirm'",
                          p, N(p), &rows, &ignored);
    return ok && rows.row_count > 0 ? rows.cells[0].i : 0;
}

static bool read_row(Arena *a, const StoreValue *c, Notice *n, Err *err)
{
    *n = (Notice){.id = c[0].s,
                  .scheme = c[1].s,
                  .account = c[2].s,
                  .kind = c[3].s,
                  .what = c[4].s,
                  .case_id = c[5].s,
                  .due = c[6].s,
                  .made = {c[8].i},
                  .read_at = {c[9].i}};
    return c[7].s.len == 0 || json_parse(a, c[7].s, &n->params, err);
}

bool notice_list(Store *s, Arena *a, Str account, int64_t offset, int64_t limit, Notice **ret, size_t *ret_count,
                 int64_t *ret_total, Err *err)
{
    StoreRows rows, counted;
    StoreValue p[] = {STORE_S(account), STORE_I(limit), STORE_I(offset)};
    if (!store_query(s, a, "SELECT COUNT(*) FROM notices WHERE account = $1 AND kind <> 'confirm'", p, 1, &counted,
                     err) ||
        !store_query(s, a,
                     "SELECT " COLUMNS
                     " FROM notices WHERE account = $1 AND kind <> 'confirm' ORDER BY CASE WHEN read_at = 0 THEN 0"
                     " ELSE 1 END, made DESC, id LIMIT $2 OFFSET $3",
                     p, N(p), &rows, err)) {
        return false;
    }
    *ret_total = counted.cells[0].i;
    *ret = ARENA_ARRAY(a, Notice, rows.row_count + 1);
    *ret_count = rows.row_count;
    for (size_t i = 0; i < rows.row_count; i++) {
        if (!read_row(a, &rows.cells[i * rows.column_count], &(*ret)[i], err)) {
            return false;
        }
    }
    return true;
}

bool notice_find(Store *s, Arena *a, Str id, Notice *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(id)};
    if (!store_query(s, a, "SELECT " COLUMNS " FROM notices WHERE id = $1", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return err_set(err, NOT_FOUND, "There is no such notice.");
    }
    return read_row(a, rows.cells, ret, err);
}

bool notice_mark_read(const Flow *f, Str account, Str id, Instant now, Err *err)
{
    StoreValue p[] = {STORE_S(account), STORE_I(now.ms), STORE_S(id)};
    FlowStatement w = {"UPDATE notices SET read_at = $2 WHERE account = $1 AND read_at = 0 AND ($3 = '' OR id = $3)", p,
                       N(p)};
    return flow_exec(f, &w, 1, err);
}

/* ---- In words ---- */

static Str typed_label(Arena *a, const Scheme *s, Str language, const char *kind, Str type, Str name)
{
    Str typed = scheme_message(s, language, str_printf(a, "%s.%.*s.%.*s", kind, STR_ARG(type), STR_ARG(name)));
    return typed.ptr != NULL ? typed : scheme_label(s, a, language, kind, name);
}

static void put(Arena *a, Json *j, const char *key, Str text)
{
    json_set(a, j, str_from_c(key), json_new_str(a, text));
}

/* The reader's words among the sender's own, or else the first that there are. */
static Str own_words(const Json *texts, Str language)
{
    Str own = json_text(json_get_str(texts, language));
    return own.len == 0 && json_count(texts) > 0 ? json_text(texts->members[0].value) : own;
}

Str notice_message(Arena *a, const Scheme *s, Str language, const Json *message)
{
    Str topic = json_text_at(message, "topic");
    Str text = scheme_message(s, language, str_printf(a, "message.%.*s", STR_ARG(topic)));
    const Json *values = json_get(message, "params");
    Json *p = values ? json_copy(a, values) : json_new_object(a);
    put(a, p, "text", own_words(json_get(message, "texts"), language));
    return text.ptr != NULL ? str_trim(view_fill(a, language, text, p)) : topic;
}

Str notice_line(Arena *a, const Scheme *s, Str language, const Notice *n, const CaseRow *row)
{
    if (str_eq_c(n->kind, "message")) {
        return notice_message(a, s, language, n->params);
    }
    Json *p = json_new_object(a);
    put(a, p, "type", row ? scheme_label(s, a, language, "type", row->type) : n->case_id);
    put(a, p, "case", n->case_id);
    if (str_eq_c(n->kind, "event")) {
        Str state = json_text_at(n->params, "state");
        put(a, p, "event", scheme_label(s, a, language, "event", n->what));
        put(a, p, "state", row ? typed_label(a, s, language, "state", row->type, state) : state);
        return view_text(a, language, state.len > 0 && row ? "notice.opened" : "notice.event", p);
    }
    put(a, p, "state", row ? typed_label(a, s, language, "state", row->type, row->state) : STR("–"));
    put(a, p, "due", n->due);
    put(a, p, "days", n->what);
    return view_text(a, language,
                     str_eq_c(n->what, "over") ? "notice.over"
                     : str_eq_c(n->what, "0")  ? "notice.today"
                                               : "notice.deadline",
                     p);
}
