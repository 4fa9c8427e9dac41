/* notice_send.c: what waits to be sent is claimed by one process, written in the reader's language, sent, and settled.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_int.h"

#include "base/hash.h"
#include "query/query.h"
#include "view/view.h"

#define N(params) COUNT_OF(params)
enum { MOST_LISTED = 50 };
static const int64_t CLAIM_MS = 120000;
/* After the first, second, … failure. Then it is given up. */
static const int64_t WAIT_MS[] = {5000, 300000, 1800000, 7200000, 18000000, 36000000, 50400000, 72000000, 86400000};

/* ---- Claim ---- */

/* The time of the next try moves ahead before anything is sent: whoever looks meanwhile finds nothing, and if this
 * process dies the row is due again when the claim ends. */
static bool claim_in(const Flow *in, void *host, Err *err)
{
    Sending *s = host;
    StoreRows rows;
    StoreValue p[] = {STORE_I(s->now.ms),
                      STORE_S(s->config->mail.url.len ? contact_channel_name(CHANNEL_MAIL) : STR("-")),
                      STORE_S(s->config->sms.url.len ? contact_channel_name(CHANNEL_SMS) : STR("-"))};
    if (!store_query(
            in->store, s->a,
            "SELECT id, channel, account, about, attempts FROM outbox WHERE state = 'waiting' AND next_at <= $1"
            " AND channel IN ('hook', $2, $3) ORDER BY next_at, id LIMIT 1",
            p, N(p), &rows, err)) {
        return false;
    }
    s->id = STR("");
    if (rows.row_count == 0) {
        return true;
    }
    const StoreValue *c = rows.cells;
    s->id = c[0].s;
    s->channel = c[1].s;
    s->account = c[2].s;
    s->about = c[3].s;
    s->attempts = c[4].i + 1;
    StoreValue u[] = {STORE_S(s->id), STORE_I(s->now.ms + CLAIM_MS), STORE_I(s->attempts)};
    return store_exec(in->store, "UPDATE outbox SET next_at = $2, attempts = $3 WHERE id = $1", u, N(u), err);
}

static bool is_something_due(Sending *s, bool *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_I(s->now.ms),
                      STORE_S(s->config->mail.url.len ? contact_channel_name(CHANNEL_MAIL) : STR("-")),
                      STORE_S(s->config->sms.url.len ? contact_channel_name(CHANNEL_SMS) : STR("-"))};
    bool ok = store_query(
        s->flow->store, s->a,
        "SELECT 1 FROM outbox WHERE state = 'waiting' AND next_at <= $1 AND channel IN ('hook', $2, $3) LIMIT 1", p,
        N(p), &rows, err);
    *ret = ok && rows.row_count > 0;
    return ok;
}

static bool settle(Sending *s, const char *state, int64_t next_at, Str answer, Err *err)
{
    StoreValue p[] = {STORE_S(s->id), STORE_S(str_from_c(state)), STORE_I(next_at), STORE_S(answer),
                      STORE_I(str_eq_c(STR("waiting"), state) ? 0 : s->now.ms)};
    FlowStatement w = {"UPDATE outbox SET state = $2, next_at = $3, answer = $4, ended = $5 WHERE id = $1", p, N(p)};
    return flow_exec(s->flow, &w, 1, err);
}

/* ---- In words ---- */

typedef struct {
    Str to, language, subject, text;
} Letter;

static void put(Arena *a, Json *j, const char *key, Str text)
{
    json_set(a, j, str_from_c(key), json_new_str(a, text));
}

static void write_confirm(const Sending *s, Str code, Letter *l)
{
    Json *p = json_new_object(s->a);
    put(s->a, p, "code", code);
    l->subject = view_text(s->a, l->language, "notice.confirm_subject", p);
    l->text = view_text(s->a, l->language, "notice.confirm_text", p);
}

/* No name and nothing of the case but its number: others may read a mailbox or a telephone. */
static bool write_notice(const Sending *s, const Notice *n, Letter *l, Err *err)
{
    const CaseRow *row = NULL;
    const Scheme *scheme = flow_scheme(s->flow, n->scheme);
    if (n->case_id.len > 0 && !query_case(s->flow->store, s->a, n->case_id, &row, err)) {
        return false;
    }
    Json *p = json_new_object(s->a);
    put(s->a, p, "line", notice_line(s->a, scheme, l->language, n, row));
    put(s->a, p, "case", n->case_id);
    put(s->a, p, "link",
        s->config->origin.len ? str_printf(s->a, "%.*s/notices", STR_ARG(s->config->origin)) : STR(""));
    bool sms = str_eq(s->channel, contact_channel_name(CHANNEL_SMS));
    l->subject = str_eq_c(n->kind, "message") ? scheme_label(scheme, s->a, l->language, "choice", n->what)
                                              : view_text(s->a, l->language, "notice.mail_subject", p);
    l->text = view_text(s->a, l->language, sms ? "notice.sms_text" : "notice.mail_text", p);
    return true;
}

/* False with *ret_drop where nobody is to be told any more: the account is closed, the address or the wish is gone. */
static bool compose(Sending *s, Letter *l, const char **ret_drop, Err *err)
{
    Notice n;
    Caller caller;
    Contact contact;
    Str scheme;
    Err gone;
    *ret_drop = NULL;
    if (!notice_find(s->flow->store, s->a, s->about, &n, &gone) ||
        !flow_caller(s->flow, s->a, s->account, &caller, &scheme, &gone)) {
        *ret_drop =
            gone.code == NOT_FOUND || gone.code == NOT_SIGNED_IN ? "the account is closed or the notice is gone" : NULL;
        *err = gone;
        return false;
    }
    if (!contact_find(s->flow->store, s->a, s->account, contact_person(s->flow, scheme, &caller), &contact, err)) {
        return false;
    }
    Channel c = str_eq(s->channel, contact_channel_name(CHANNEL_SMS)) ? CHANNEL_SMS : CHANNEL_MAIL;
    bool confirms = str_eq_c(n.kind, "confirm");
    *l = (Letter){.to = contact.address[c], .language = contact.language.len ? contact.language : caller.language};
    if (l->to.len == 0 || (!confirms && !contact.confirmed[c])) {
        *ret_drop = "there is no confirmed address";
        return err_set(err, NOT_FOUND, "%s", *ret_drop);
    }
    if (confirms) {
        Str code;
        bool ok = contact_code(s->flow->store, s->a, s->account, c, l->to, &code, err);
        write_confirm(s, ok ? code : STR(""), l);
        return ok;
    }
    return write_notice(s, &n, l, err);
}

/* ---- Out ---- */

/* The same for the same row, however often it is tried: the other side can tell a repetition. */
static Str message_id(const Sending *s)
{
    return str_sub(hex_print(s->a, HASH_STR(((Hash[]){hash_of(s->id)})[0])), 0, 40);
}

static bool send_mail(Sending *s, const Letter *l, Err *err)
{
    Str from = s->config->from.address;
    size_t at = str_find(from, STR("@"), 0);
    MailMessage m = {.from = s->config->from,
                     .to = {.address = l->to},
                     .subject = l->subject,
                     .language = l->language,
                     .text = l->text,
                     .message_id =
                         str_printf(s->a, "%.*s%.*s", STR_ARG(message_id(s)), STR_ARG(str_sub(from, at, from.len))),
                     .sent = s->now};
    return mail_send(s->a, &s->config->mail, &m, err);
}

static bool send_out(Sending *s, const Letter *l, Err *err)
{
    return str_eq(s->channel, contact_channel_name(CHANNEL_SMS))
               ? sms_send(s->a, &s->config->sms, l->to, l->text, message_id(s), err)
               : send_mail(s, l, err);
}

/* The code of the failure, never the address. */
static bool settle_failure(Sending *s, const Err *why, NoticeCount *count, Err *err)
{
    count->failed++;
    bool ends = s->attempts > (int64_t)COUNT_OF(WAIT_MS) || why->code == FIELD_FORMAT;
    Str answer = str_printf(s->a, "%s%s%s", err_name(why->code), why->detail[0] ? ": " : "", why->detail);
    return settle(s, ends ? "failed" : "waiting", ends ? 0 : s->now.ms + WAIT_MS[s->attempts - 1], answer, err);
}

/* False with *ret_drop where nobody waits for it any more. */
static bool deliver(Sending *s, const char **ret_drop, Err *why)
{
    Letter l = {0};
    if (str_eq_c(s->channel, "hook")) {
        return webhook_out(s, ret_drop, why);
    }
    return compose(s, &l, ret_drop, why) && send_out(s, &l, why);
}

static bool send_one(Sending *s, NoticeCount *count, Err *err)
{
    Err why = {0};
    const char *drop = NULL;
    if (deliver(s, &drop, &why)) {
        count->sent++;
        return settle(s, "sent", 0, STR(""), err);
    }
    if (drop != NULL) {
        count->dropped++;
        return settle(s, "dropped", 0, str_from_c(drop), err);
    }
    if (why.code == SEND_FAILED || why.code == FIELD_FORMAT) {
        return settle_failure(s, &why, count, err);
    }
    *err = why; /* the store failed, not the other side */
    return false;
}

bool notice_send(const Flow *f, const NoticeConfig *config, Instant now, int64_t most, NoticeCount *count, Err *err)
{
    bool goes_on = true, ok = true;
    for (int64_t i = 0; ok && goes_on && i < most; i++) {
        Sending s = {.flow = f, .config = config, .a = arena_new(0), .now = now};
        bool due;
        ok = is_something_due(&s, &due, err) && (!due || flow_write(f, claim_in, &s, err));
        goes_on = ok && due && s.id.len > 0;
        ok = ok && (!goes_on || send_one(&s, count, err));
        arena_free(s.a);
    }
    return ok;
}

/* ---- Confirmation ---- */

typedef struct {
    Arena *a;
    Str scheme, account, id;
    Channel channel;
    Instant now;
} Confirm;

static bool confirm_in(const Flow *in, void *host, Err *err)
{
    const Confirm *c = host;
    Notice n = {.id = c->id, .scheme = c->scheme, .account = c->account, .kind = STR("confirm"), .made = c->now};
    bool is_new;
    return notice_add(in->store, c->a, in, &n, false, &is_new, err) &&
           outbox_add(in->store, c->a, c->channel, c->account, c->id, c->now, err);
}

/* At most one a minute for an address, and ten a day for an account. */
bool notice_ask_confirm(const Flow *f, Arena *a, Str scheme, Str account, Channel c, Str address, Instant now, Err *err)
{
    static const int64_t MINUTE_MS = 60000, MOST_A_DAY = 10;
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(now.ms - 24 * 60 * MINUTE_MS)};
    if (!store_query(f->store, a, "SELECT COUNT(*) FROM notices WHERE account = $1 AND kind = 'confirm' AND made > $2",
                     p, N(p), &rows, err)) {
        return false;
    }
    if (rows.cells[0].i >= MOST_A_DAY) {
        return err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
    }
    Hash h = hash_of(str_printf(a, "%.*s/%lld", STR_ARG(address), (long long)(now.ms / MINUTE_MS)));
    Confirm x = {.a = a, .scheme = scheme, .account = account, .channel = c, .now = now};
    x.id = str_printf(a, "confirm/%.*s/%.*s/%.*s", STR_ARG(contact_channel_name(c)), STR_ARG(account), 16,
                      hex_print(a, HASH_STR(h)).ptr);
    return flow_write(f, confirm_in, &x, err);
}

/* ---- What became of it ---- */

bool notice_sendings(Store *s, Arena *a, Str account, Json **ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account), STORE_I(MOST_LISTED)};
    if (!store_query(
            s, a,
            "SELECT channel, state, attempts, made, answer FROM outbox WHERE account = $1 ORDER BY made DESC, id LIMIT $2",
            p, N(p), &rows, err)) {
        return false;
    }
    *ret = json_new_array(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        const StoreValue *c = &rows.cells[i * rows.column_count];
        Json *j = json_new_object(a);
        put(a, j, "channel", c[0].s);
        put(a, j, "state", c[1].s);
        json_set(a, j, STR("attempts"), json_new_int(a, c[2].i));
        put(a, j, "at", instant_print(a, (Instant){c[3].i}));
        put(a, j, "answer", c[4].s);
        json_push(a, *ret, j);
    }
    return true;
}

bool notice_totals(Store *s, Arena *a, Json **ret, Err *err)
{
    StoreRows rows;
    if (!store_query(s, a, "SELECT state, COUNT(*) FROM outbox GROUP BY state ORDER BY state", NULL, 0, &rows, err)) {
        return false;
    }
    *ret = json_new_object(a);
    for (size_t i = 0; i < rows.row_count; i++) {
        json_set(a, *ret, rows.cells[2 * i].s, json_new_int(a, rows.cells[2 * i + 1].i));
    }
    return true;
}
